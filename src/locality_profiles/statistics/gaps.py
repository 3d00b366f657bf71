"""Gaps between the most and the least deprived, and the share of all events that the gap stands for.

Quantiles run from the most to the least deprived, in the last dimension. NaN means not known.

Source: ScotPHO ``calculate_inequality_measures`` (ranges, population attributable risk), by its published
formulas; intervals of a difference after Zou & Donner, Statistics in Medicine 27 (2008).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from locality_profiles.statistics.differences import difference_of_estimates, ratio_of_estimates
from locality_profiles.statistics.intervals import Column, Estimate


def absolute_gap(most: Estimate, least: Estimate) -> Estimate:
    """Value of the most deprived less that of the least deprived, with limits where both have some.

    Positive where the most deprived have more, whether that is good or not.

    Parameters
    ----------
    most, least : Estimate of ndarray, shape (n,)

    Returns
    -------
    Estimate of ndarray, shape (n,)
        In the unit of the values; NaN where either is not known.
    """
    return difference_of_estimates(most, least)


def relative_gap(most: Estimate, least: Estimate) -> Estimate:
    """Value of the most deprived over that of the least deprived; NaN where the latter is nought or unknown.

    1 is no gap. Parameters and shapes are those of ``absolute_gap``.
    """
    return ratio_of_estimates(most, least)


def attributable_share(values: ArrayLike, people: ArrayLike) -> Column:
    """Population attributable share: what would go if all had the value of the least deprived, in per cent.

    100 (1 - r_least/r), where r is the mean of the values weighted by people. Negative where the least deprived
    have more. It has no interval: none is published for it.

    Parameters
    ----------
    values, people : array_like, shape (groups, quantiles)
        Values and people from the most to the least deprived quantile.

    Returns
    -------
    ndarray, shape (groups,)
        NaN where a value is missing or the mean is nought.

    Raises
    ------
    ValueError
        If the shapes differ, there is no quantile, or people are negative.

    Examples
    --------
    >>> attributable_share([[30, 25, 20, 15, 10]], [[100, 100, 100, 100, 100]]).tolist()
    [50.0]
    """
    r, n = np.atleast_2d(np.asarray(values, np.float64)), np.atleast_2d(np.asarray(people, np.float64))
    if r.shape != n.shape:
        raise ValueError(f"values have the shape {r.shape} and people {n.shape}; they must be the same")
    if not r.shape[-1]:
        raise ValueError("there is no quantile to compare with")
    if (n < 0).any():
        raise ValueError("a quantile has fewer people than nobody")
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (r * n).sum(axis=1) / n.sum(axis=1)
        return np.where(mean != 0, 100 * (1 - r[:, -1] / mean), np.nan)
