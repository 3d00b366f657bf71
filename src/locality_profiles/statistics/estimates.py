"""Rates and proportions with their confidence limits, and the sums that they are made from.

Whole columns in, whole columns out; NaN means not known. The limits are those of ``intervals``. Rates of larger
places come from their own counts: add with ``grouped_sum`` first, then divide.

Source: PHEindicatormethods ``phe_rate`` and ``phe_proportion`` (English mode); ScotPHO's ``calculate_crude_rate``
and ``calculate_percent`` (Scottish mode), by their published formulas.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from locality_profiles.statistics.intervals import (
    Column,
    Estimate,
    Mode,
    count_limits,
    known_counts,
    known_groups,
    wilson_limits,
)

#: Rows that are worked on together: large enough to be fast, small enough to stay in the processor's cache.
CHUNK = 1 << 16


def rate_estimate(
    events: ArrayLike,
    people: ArrayLike,
    multiplier: float = 100_000,
    confidence: float = 0.95,
    mode: Mode = "english",
) -> Estimate:
    """A crude rate with the limits of its count: exact below ten events, Byar's from ten on.

    value = x/n m; limits = limits(x)/n m. Events may be more than people (attendances are).

    Parameters
    ----------
    events, people : array_like, shape (n,)
        Events and person-years. NaN in either gives NaN.
    multiplier : float
        The rate is per so many people.
    confidence : float
        Fraction in (0, 1).
    mode : {"english", "scottish"}
        The Scottish mode has Byar's limits at every count, z = 1.96 and no limit below nought.

    Returns
    -------
    Estimate of ndarray, shape (n,)
        Per ``multiplier`` people.

    Raises
    ------
    ValueError
        If a count is negative or infinite, people are nought, the confidence is outside (0, 1) or the shapes
        differ.

    Examples
    --------
    >>> [part.round(2).tolist() for part in rate_estimate([5, 20], [100, 100], 100)]
    [[5.0, 20.0], [1.62, 12.21], [11.67, 30.89]]
    """
    x, n = _paired(events, people)
    known_counts(x, "events")
    _above_nought(known_counts(n, "people"), "people")
    parts = Estimate(*(np.empty(x.shape) for _ in range(3)))
    for start in range(0, x.size, CHUNK):
        rows = slice(start, start + CHUNK)
        share = multiplier / n[rows]
        limits = count_limits(x[rows], confidence, mode)
        for part, column in zip(parts, (x[rows], *limits), strict=True):
            np.multiply(column, share, out=part[rows])
    if not x.size:
        count_limits(x, confidence, mode)  # what is wrong with confidence or mode is told for no rows too
    return parts


def proportion_estimate(
    part: ArrayLike,
    whole: ArrayLike,
    multiplier: float = 1.0,
    confidence: float = 0.95,
    mode: Mode = "english",
) -> Estimate:
    """A proportion with Wilson's score limits.

    Parameters
    ----------
    part, whole : array_like, shape (n,)
        People with the attribute, among all. NaN in either gives NaN, and so does a whole of nought.
    multiplier : float
        1 for a fraction, 100 for a percentage.
    confidence : float
        Fraction in (0, 1).
    mode : {"english", "scottish"}
        The Scottish mode differs in z = 1.96 only.

    Returns
    -------
    Estimate of ndarray, shape (n,)

    Raises
    ------
    ValueError
        If a count is negative or infinite, a part is above its whole, the confidence is outside (0, 1) or the
        shapes differ.

    Examples
    --------
    >>> [part.round(1).tolist() for part in proportion_estimate([1, 65], [100, 100], 100)]
    [[1.0, 65.0], [0.2, 55.3], [5.4, 73.6]]
    """
    x, n = _paired(part, whole)
    limits = wilson_limits(x, n, confidence, mode)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(n > 0, x / n, np.nan)
    return Estimate(*(column * multiplier for column in (value, *limits)))


def grouped_sum(values: ArrayLike, groups: ArrayLike, number: int) -> Column:
    """Sums by group; a group of which one part is not known is not known.

    Parameters
    ----------
    values : array_like, shape (n,)
    groups : array_like of int, shape (n,)
        From 0 to ``number`` - 1.
    number : int
        How many groups there are; one without rows has the sum nought.

    Returns
    -------
    ndarray, shape (number,)

    Raises
    ------
    ValueError
        If the lengths differ, or a group number is not one of the groups.

    Examples
    --------
    >>> grouped_sum([1, 5, np.nan, 2], [0, 0, 1, 2], 4).tolist()
    [6.0, nan, 2.0, 0.0]
    """
    v = np.asarray(values, dtype=np.float64)
    sums = np.bincount(known_groups(groups, number, v.size), weights=v, minlength=number)
    return sums.astype(np.float64)


def _paired(first: ArrayLike, second: ArrayLike) -> tuple[Column, Column]:
    one, two = np.atleast_1d(np.asarray(first, dtype=np.float64)), np.atleast_1d(np.asarray(second, dtype=np.float64))
    if one.shape != two.shape:
        raise ValueError(f"the two columns differ in length ({one.size} and {two.size})")
    return one, two


def _above_nought(values: NDArray[np.float64], what: str) -> None:
    if (bad := values <= 0).any():
        raise ValueError(
            f"{what}: {int(bad.sum())} value(s) are nought or less (the first at position {np.flatnonzero(bad)[0]}); "
            "there is no rate among nobody"
        )
