"""Whether a run of yearly values goes up or down by more than chance.

The recent trend of Fingertips: five yearly values that do not overlap, a straight line weighted by how sure each
value is, and a chi-squared test at 99.8 %. A trend counts only if no single year makes it: the slope keeps its sign
when each year is left out in turn. Values of several years together share data with their neighbours and may not
be tested unless they are taken far enough apart.

Source: Public Health England, Fingertips technical guidance, Trend markers; the published calculation
``TrendMarkerCalculator``, and the chi-squared test for trend of Armitage, Biometrics 11 (1955).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from locality_profiles.statistics.intervals import Column, known_counts

Flags = NDArray[np.bool_]

#: How many yearly values are tested.
POINTS = 5
#: The upper 0.2 % point of chi-squared with one degree of freedom (99.8 % confidence).
THRESHOLD = float(special.chdtri(1, 0.002))
#: A 95 % interval is so many standard errors wide.
_WIDTH = 3.92


class RecentTrend(NamedTuple):
    """Results for each group, of shape (groups,).

    ``verdict`` is 1 (increasing), -1 (decreasing) or 0 (no significant change); it means nothing where
    ``calculated`` is False. ``slope`` is in the values' unit a year (for proportions, of log odds).
    """

    verdict: NDArray[np.int64]
    calculated: Flags
    chi_square: Column
    slope: Column


def recent_trend(values: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> RecentTrend:
    """The recent trend of values with 95 % limits.

    With t = 1 … 5, s = (upper - lower)/3.92 and weights w = 1/s**2, b is the weighted slope and
    chi-squared = b**2 (sum w sum wt**2 - (sum wt)**2) / sum w. Significant above 9.5495 if b and the five slopes
    without each year in turn have one sign (nought counts as positive).

    Parameters
    ----------
    values, lower, upper : array_like, shape (groups, 5)
        The five most recent years, the oldest first. NaN or infinity anywhere, or limits that are not apart, and
        the trend is not calculated: it is never called "no change" for want of limits.

    Returns
    -------
    RecentTrend

    Raises
    ------
    ValueError
        If there are not five points, or the shapes differ.

    Examples
    --------
    >>> rising = recent_trend([[10, 11, 12, 13, 14]], [[9.7, 10.7, 11.7, 12.7, 13.7]], [[10.3, 11.3, 12.3, 13.3, 14.3]])
    >>> rising.verdict.tolist(), rising.chi_square.round(1).tolist()
    ([1], [426.8])
    """
    y, low, high = _alike(values, lower, upper)
    apart = np.isfinite(low) & np.isfinite(high) & (high > low)
    known: Flags = np.asarray((np.isfinite(y) & apart).all(axis=1))
    y = np.where(known[:, None], y, 0.0)
    weight = np.where(known[:, None], (_WIDTH / np.where(apart, high - low, 1.0)) ** 2, 1.0)
    slope, spread = _slope(y, weight)
    chi_square = slope**2 * spread / weight.sum(axis=1)
    return _judged(slope, chi_square, _without_each(y, weight), known)


def recent_trend_of_proportions(part: ArrayLike, whole: ArrayLike) -> RecentTrend:
    """The recent trend of proportions, from their counts (chi-squared for trend).

    With N = sum n: chi-squared = N (N sum xt - sum x sum nt)**2 / (sum x (N - sum x)(N sum nt**2 - (sum nt)**2)).
    The sign, and the slopes without each year, are those of the log odds, of which every year counts alike. The
    published calculation of 2020 lost the sign of this variant and called every trend decreasing; here it is kept.

    Parameters
    ----------
    part, whole : array_like, shape (groups, 5)
        Counts, the oldest year first.

    Returns
    -------
    RecentTrend
        Not calculated where a count is missing, or a part is nought or its whole in a year.

    Raises
    ------
    ValueError
        If there are not five points, the shapes differ, a count is negative, or a part is above its whole.
    """
    x, n = _alike(known_counts(part, "part"), known_counts(whole, "whole"))
    if (x > n).any():
        raise ValueError("a part is above its whole")
    known: Flags = np.asarray(((x > 0) & (x < n)).all(axis=1))
    x, n = np.where(known[:, None], x, 1.0), np.where(known[:, None], n, 2.0)
    t = _times()
    all_people, all_parts = n.sum(axis=1), x.sum(axis=1)
    above = all_people * (all_people * (x * t).sum(axis=1) - all_parts * (n * t).sum(axis=1)) ** 2
    below = all_parts * (all_people - all_parts) * (all_people * (n * t**2).sum(axis=1) - (n * t).sum(axis=1) ** 2)
    odds = special.logit(x / n)
    alike = np.ones_like(odds)
    return _judged(_slope(odds, alike)[0], above / below, _without_each(odds, alike), known)


def _five(column: ArrayLike) -> Column:
    table = np.atleast_2d(np.asarray(column, np.float64))
    if table.ndim != 2 or table.shape[1] != POINTS:
        raise ValueError(f"a recent trend is of {POINTS} points, not of {table.shape[-1]}")
    return table


def _alike(*columns: ArrayLike) -> list[Column]:
    tables = [_five(column) for column in columns]
    if len({len(table) for table in tables}) > 1:
        raise ValueError(f"the columns have different numbers of groups: {', '.join(str(len(t)) for t in tables)}")
    return tables


def _times() -> Column:
    return np.arange(1, POINTS + 1, dtype=np.float64)


def _slope(y: Column, weight: Column, times: Column | None = None) -> tuple[Column, Column]:
    """The weighted slope, and sum w sum wt**2 - (sum wt)**2."""
    t = _times() if times is None else times
    total, first, second = weight.sum(axis=1), (weight * t).sum(axis=1), (weight * t**2).sum(axis=1)
    spread = total * second - first**2
    return (total * (weight * t * y).sum(axis=1) - first * (weight * y).sum(axis=1)) / spread, spread


def _without_each(y: Column, weight: Column) -> Column:
    """Slopes without each year in turn, of shape (groups, 5)."""
    left = [np.delete(np.arange(POINTS), out) for out in range(POINTS)]
    return np.column_stack([_slope(y[:, keep], weight[:, keep], _times()[keep])[0] for keep in left])


def _judged(slope: Column, chi_square: Column, others: Column, known: Flags) -> RecentTrend:
    all_up = (slope >= 0) & (others >= 0).all(axis=1)
    all_down = (slope < 0) & (others < 0).all(axis=1)
    significant = known & (chi_square > THRESHOLD)
    verdict = np.where(significant & all_up, 1, np.where(significant & all_down, -1, 0))
    hidden = (np.where(known, column, np.nan) for column in (chi_square, slope))
    return RecentTrend(verdict.astype(np.int64), known, *hidden)
