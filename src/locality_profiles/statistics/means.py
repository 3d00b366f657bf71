"""Means of measured values, with Student's limits.

Source: PHEindicatormethods ``phe_mean``, by its published formula.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from locality_profiles.statistics.intervals import Estimate, checked_confidence, known_groups


def mean_estimate(values: ArrayLike, groups: ArrayLike, number: int, confidence: float = 0.95) -> Estimate:
    """Means by group, with limits: mean -/+ t(1 - a/2; n - 1) s/sqrt(n).

    Parameters
    ----------
    values : array_like, shape (n,)
        Measurements of single units. A group of which one is NaN is not known.
    groups : array_like of int, shape (n,)
        From 0 to ``number`` - 1.
    number : int
        How many groups there are; one without rows is NaN.
    confidence : float
        Fraction in (0, 1).

    Returns
    -------
    Estimate of ndarray, shape (number,)
        In the unit of the values. One value alone has a mean and no limits.

    Raises
    ------
    ValueError
        If the confidence is outside (0, 1), a value is infinite or the lengths differ.

    Examples
    --------
    >>> [part.round(2).tolist() for part in mean_estimate([4, 6, 8], [0, 0, 0], 1)]
    [[6.0], [1.03], [10.97]]
    """
    share = 1 - (1 - checked_confidence(confidence)) / 2
    v = np.asarray(values, np.float64)
    of = known_groups(groups, number, v.size)
    if np.isinf(v).any():
        raise ValueError(f"{int(np.isinf(v).sum())} value(s) are infinite (the first at position "
                         f"{np.flatnonzero(np.isinf(v))[0]})")  # fmt: skip
    size = np.bincount(of, minlength=number).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(of, v, number) / size
        # About the group's own mean, so that no digits are lost where values are large and alike.
        squares = np.bincount(of, (v - mean[of]) ** 2, number)
        half = special.stdtrit(size - 1, share) * np.sqrt(squares / (size - 1) / size)
        half = np.where(size > 1, half, np.nan)
        return Estimate(mean, mean - half, mean + half)
