"""Counts and what is made of two counts. Inputs and outputs are arrays of one length."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def count(numerator: ArrayLike) -> NDArray[np.float64]:
    """A count as it is.

    Parameters
    ----------
    numerator : array_like, shape (n,)
        Events or people. NaN means not known, which is not zero.

    Returns
    -------
    ndarray of float, shape (n,)
        The same numbers.

    Raises
    ------
    ValueError
        If a count is negative.
    """
    counted = np.asarray(numerator, dtype=np.float64)
    if (counted < 0).any():
        raise ValueError("a count is negative")
    return counted


def crude_rate(numerator: ArrayLike, denominator: ArrayLike, per: ArrayLike = 1.0) -> NDArray[np.float64]:
    """Numerator divided by denominator, times ``per``.

    A percentage is a rate per 100; a ratio of two counts is the same arithmetic. Rates of larger
    areas come from their own counts: the result may not be added or averaged.

    Parameters
    ----------
    numerator : array_like, shape (n,)
        Events. NaN means not known.
    denominator : array_like, shape (n,)
        People or other units among which they were counted. NaN or zero gives no rate.
    per : array_like, shape (n,) or scalar
        Multiplier, such as 1,000.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN where either is not known or the denominator is zero.

    Raises
    ------
    ValueError
        If a count is negative.

    Examples
    --------
    >>> crude_rate([30, 5], [1622, 0], 1000).round(1).tolist()
    [18.5, nan]
    """
    events, units = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    if (events < 0).any() or (units < 0).any():
        raise ValueError("a count is negative")
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = events / units * np.asarray(per, dtype=np.float64)
    return np.where(units > 0, rate, np.nan)
