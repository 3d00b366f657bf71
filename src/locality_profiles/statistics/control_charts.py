"""Control charts of series in time: which points and runs are more than the usual coming and going.

Series run along the last dimension, one row per series, the oldest point first. NaN is a gap: it belongs to no run
and breaks those that it stands in.

Sources: Shewhart's individuals (XmR) chart, with the rules of Making Data Count (NHSRplotthedots); run charts as
Public Health Scotland publishes them (shift of six, trend of five); p and u charts, Montgomery, Introduction to
Statistical Quality Control.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from locality_profiles.statistics.intervals import Column, known_counts

#: Limits lie so many mean moving ranges from the mean: 3/1.128.
XMR_SPAN = 2.66
#: A moving range above so many mean moving ranges is left out of the mean when they are screened: 3.267.
XMR_SCREEN = 3.267
SHIFT, TREND = 7, 7
PHS_SHIFT, PHS_TREND = 6, 5


class ControlChart(NamedTuple):
    """Centre and limits of each point, and the rules that it breaks; arrays of shape (series, points).

    ``outside`` a limit; ``shift`` a run on one side of the centre; ``trend`` a run that rises or falls; ``near``
    two of three neighbours in the outer third on one side. Each is 1 (high or rising), -1 (low or falling) or 0.
    """

    centre: Column
    lower: Column
    upper: Column
    outside: NDArray[np.int64]
    shift: NDArray[np.int64]
    trend: NDArray[np.int64]
    near: NDArray[np.int64]


class RunChart(NamedTuple):
    """The median and the runs of each series, arrays of shape (series, points)."""

    median: Column
    shift: NDArray[np.int64]
    trend: NDArray[np.int64]


def xmr_chart(values: ArrayLike, screened: bool = False) -> ControlChart:
    """The individuals chart: mean -/+ 2.66 times the mean moving range.

    Rules: a point outside the limits; seven points on one side of the mean; seven that rise or fall; two of three
    beyond two thirds of the way to a limit on one side.

    Parameters
    ----------
    values : array_like, shape (series, points)
    screened : bool
        Leave moving ranges of 3.267 times their mean or more out, once.

    Returns
    -------
    ControlChart

    Raises
    ------
    ValueError
        If a series has fewer than two points, or none next to one another: there is no moving range then.

    Examples
    --------
    >>> chart = xmr_chart([[10, 12, 11, 13, 12, 30]])
    >>> chart.upper[:, 0].round(2).tolist(), chart.outside.tolist()
    ([27.43], [[0, 0, 0, 0, 0, 1]])
    """
    y = _series(values)
    mean = np.nanmean(y, axis=1, keepdims=True)
    ranges = np.abs(np.diff(y, axis=1))
    if np.isnan(ranges).all(axis=1).any():
        raise ValueError("limits need two points next to one another in each series")
    typical = np.nanmean(ranges, axis=1, keepdims=True)
    if screened:
        # Where every range is nought none is less than their mean, and all of them stay.
        kept = (ranges < XMR_SCREEN * typical) | (typical == 0)
        typical = np.nanmean(np.where(kept, ranges, np.nan), axis=1, keepdims=True)
    half = XMR_SPAN * typical
    return _judged(y, mean, mean - half, mean + half)


def p_chart(part: ArrayLike, whole: ArrayLike) -> ControlChart:
    """The chart of proportions: P -/+ 3 sqrt(P(1 - P)/n), kept within 0 and 1; rules as ``xmr_chart``.

    Parameters
    ----------
    part, whole : array_like, shape (series, points)

    Raises
    ------
    ValueError
        If a part is above its whole, a count is negative, or a series has fewer than two points with people.
    """
    x, n = _series(known_counts(part, "part")), _series(known_counts(whole, "whole"))
    if (x > n).any():
        raise ValueError("a part is above its whole")
    share, common = _shared(x, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = 3 * np.sqrt(common * (1 - common) / n)
    return _judged(share, common, np.maximum(common - half, 0), np.minimum(common + half, 1))


def u_chart(events: ArrayLike, people: ArrayLike) -> ControlChart:
    """The chart of rates: u -/+ 3 sqrt(u/n), not below nought; rules as ``xmr_chart``.

    Parameters
    ----------
    events, people : array_like, shape (series, points)
    """
    x, n = _series(known_counts(events, "events")), _series(known_counts(people, "people"))
    rate, common = _shared(x, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = 3 * np.sqrt(common / n)
    return _judged(rate, common, np.maximum(common - half, 0), common + half)


def run_chart(values: ArrayLike, shift: int = PHS_SHIFT, trend: int = PHS_TREND) -> RunChart:
    """The run chart: the median, runs of six or more on one side of it, and of five or more that rise or fall.

    Points on the median neither count for a shift nor break one, as the published rule says. (The published code
    lets them break it.) Equal neighbours break a trend.

    Parameters
    ----------
    values : array_like, shape (series, points)
    shift, trend : int
        How many points make a run.

    Returns
    -------
    RunChart

    Examples
    --------
    >>> run_chart([[1, 2, 3, 4, 5, 0, 9, 9, 9]]).trend.tolist()
    [[1, 1, 1, 1, 1, 0, 0, 0, 0]]
    """
    y = _series(values)
    median = np.nanmedian(y, axis=1, keepdims=True)
    return RunChart(np.broadcast_to(median, y.shape), _sided(y, median, shift, over_ties=True), _trended(y, trend))


def _series(values: ArrayLike) -> Column:
    y = np.atleast_2d(np.asarray(values, np.float64))
    if (np.isfinite(y).sum(axis=1) < 2).any():
        raise ValueError("a control chart needs at least two points in each series")
    return y


def _shared(x: Column, n: Column) -> tuple[Column, Column]:
    """Each point's rate, and the common one of its series, of one shape."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = _series(np.where(n > 0, x / n, np.nan))
    known = np.isfinite(rate)
    common = np.where(known, x, 0).sum(axis=1, keepdims=True) / np.where(known, n, 0).sum(axis=1, keepdims=True)
    return rate, np.broadcast_to(common, rate.shape)


def _judged(y: Column, centre: Column, lower: Column, upper: Column) -> ControlChart:
    centre, lower, upper = (np.broadcast_to(column, y.shape) for column in (centre, lower, upper))
    outside = (y > upper).astype(np.int64) - (y < lower)
    far = (y > centre + 2 / 3 * (upper - centre)).astype(np.int64) - (y < centre - 2 / 3 * (centre - lower))
    return ControlChart(
        centre, lower, upper, outside, _sided(y, centre, SHIFT), _trended(y, TREND), _two_of_three(far, np.isnan(y))
    )


def _sided(y: Column, centre: Column, length: int, over_ties: bool = False) -> NDArray[np.int64]:
    """1 or -1 for points in a run of so many on one side of the centre."""
    with np.errstate(invalid="ignore"):
        side = np.sign(y - centre)
    if not over_ties:
        return _in_runs(np.nan_to_num(side).astype(np.int64), np.nan_to_num(side).astype(np.int64) != 0, length)
    tied = side == 0
    # A tie takes the side of the run that it stands in, and counts for nothing there.
    at = np.maximum.accumulate(np.where(tied, 0, np.arange(y.shape[1])), axis=1)
    carried = np.nan_to_num(np.take_along_axis(side, at, axis=1)).astype(np.int64)
    return np.where(tied, 0, _in_runs(carried, ~tied & (carried != 0), length))


def _in_runs(side: NDArray[np.int64], counts: NDArray[np.bool_], length: int) -> NDArray[np.int64]:
    """The side of points in runs of one side in which at least so many points count; 0 for the others."""
    rows, points = side.shape
    new = np.ones((rows, points), dtype=bool)
    new[:, 1:] = side[:, 1:] != side[:, :-1]
    run = np.cumsum(new.ravel()) - 1
    size = np.bincount(run, counts.ravel())
    return np.where((size[run] >= length).reshape(side.shape), side, 0)


def _trended(y: Column, length: int) -> NDArray[np.int64]:
    """1 or -1 for points in a run of so many that rise or fall, each strictly."""
    with np.errstate(invalid="ignore"):
        step = np.nan_to_num(np.sign(np.diff(y, axis=1))).astype(np.int64)
    # A run of steps has one point more than it has steps.
    steps = _in_runs(step, step != 0, length - 1)
    trend = np.zeros(y.shape, dtype=np.int64)
    trend[:, 1:] = steps
    first = (steps != 0) & (trend[:, :-1] == 0)
    trend[:, :-1] = np.where(first, steps, trend[:, :-1])
    return trend


def _two_of_three(far: NDArray[np.int64], gap: NDArray[np.bool_]) -> NDArray[np.int64]:
    """1 or -1 for far points of which two stand among three neighbours, on one side; not across a gap."""
    found = np.zeros(far.shape, dtype=np.int64)
    across = np.pad(gap, ((0, 0), (2, 2)))[:, 1:-1]  # the point in the middle of each window is a gap
    for side in (1, -1):
        hit = far == side
        padded = np.pad(hit, ((0, 0), (2, 2))).astype(np.int64)
        threes = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]  # windows that end at each place, padded
        enough = ((threes >= 2) & ~across).astype(np.int64)
        held = enough[:, :-2] | enough[:, 1:-1] | enough[:, 2:]
        found += side * (hit & held.astype(bool))
    return found
