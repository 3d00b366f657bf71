"""What lies between two estimates: differences and ratios with limits, and change between two periods.

The limits of a difference are made from those of the two estimates (Newcombe's square-and-add, which Zou & Donner
extend to any two estimates with limits): lower = d - sqrt((a - la)**2 + (ub - b)**2) and upper =
d + sqrt((ua - a)**2 + (b - lb)**2). They suppose that the two are independent. An area and a larger one that holds
it are not; their true interval is narrower, so that a difference that is told there is safe.

Sources: Newcombe, Statistics in Medicine 17 (1998); Zou & Donner, Statistics in Medicine 27 (2008).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from locality_profiles.statistics.intervals import Column, Estimate


def difference_of_estimates(one: Estimate, other: Estimate) -> Estimate:
    """One estimate less another, with limits at the confidence of theirs.

    Parameters
    ----------
    one, other : Estimate of ndarray, shape (n,)

    Returns
    -------
    Estimate of ndarray, shape (n,)
        In the unit of the values. Limits are NaN where either has none.

    Examples
    --------
    >>> from locality_profiles.statistics.estimates import proportion_estimate
    >>> gap = difference_of_estimates(proportion_estimate(56, 70), proportion_estimate(48, 80))
    >>> [part.round(4).tolist() for part in gap]
    [[0.2], [0.0524], [0.3339]]
    """
    a, b = _columns(one), _columns(other)
    value = a.value - b.value
    return Estimate(
        value,
        value - np.hypot(a.value - a.lower, b.upper - b.value),
        value + np.hypot(a.upper - a.value, b.value - b.lower),
    )


def ratio_of_estimates(one: Estimate, other: Estimate) -> Estimate:
    """One estimate over another, with limits by the same rule on the logarithms.

    Parameters
    ----------
    one, other : Estimate of ndarray, shape (n,)
        Not negative.

    Returns
    -------
    Estimate of ndarray, shape (n,)
        NaN where the second is nought; limits are NaN where a limit that is needed is nought or missing.

    Raises
    ------
    ValueError
        If a value is negative: the ratio of such would mean nothing.
    """
    a, b = _columns(one), _columns(other)
    if (a.value < 0).any() or (b.value < 0).any():
        raise ValueError("a ratio of negative values means nothing")
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(b.value > 0, a.value / b.value, np.nan)
        logs = difference_of_estimates(Estimate(*map(np.log, a)), Estimate(*map(np.log, b)))
        limits = (np.where(np.isfinite(limit), np.exp(limit), np.nan) for limit in logs[1:])
        return Estimate(value, *limits)


def percentage_change(old: ArrayLike, new: ArrayLike) -> Column:
    """Change as a percentage of the old value, with its sign; NaN where the old value is nought or either unknown.

    Parameters
    ----------
    old, new : array_like, shape (n,)

    Returns
    -------
    ndarray, shape (n,)

    Examples
    --------
    >>> percentage_change([40, 0, 50], [30, 5, 50]).tolist()
    [-25.0, nan, 0.0]
    """
    before, after = np.asarray(old, np.float64), np.asarray(new, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before != 0, 100 * (after - before) / np.abs(before), np.nan)


def intervals_apart(one: Estimate, other: Estimate) -> NDArray[np.int64]:
    """1 where the first lies wholly above the second, -1 below, 0 where the two intervals touch or overlap.

    A cautious test: two estimates may differ by more than chance although their intervals overlap.

    Parameters
    ----------
    one, other : Estimate of ndarray, shape (n,)

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    ValueError
        If a limit is not known: "not compared" is the caller's to say, and is not "similar".
    """
    a, b = _columns(one), _columns(other)
    if any(np.isnan(limit).any() for limit in (*a[1:], *b[1:])):
        raise ValueError("a limit is not known; leave out what cannot be compared")
    return (a.lower > b.upper).astype(np.int64) - (a.upper < b.lower)


def _columns(estimate: Estimate) -> Estimate:
    return Estimate(*(np.atleast_1d(np.asarray(part, np.float64)) for part in estimate))
