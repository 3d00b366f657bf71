"""Funnels: how far values of places of each size may lie from the common value by chance alone.

At 95 % (two sides of 2.5 %) and 99.8 % (two sides of 0.1 %).

Sources: Spiegelhalter, Statistics in Medicine 24 (2005); Wilson, JASA 22 (1927), for proportions; Garwood,
Biometrika 28 (1936), for counts; PHEindicatormethods ``calculate_funnel_limits``, ``calculate_funnel_points`` and
``assign_funnel_significance`` for the rules; Fingertips for control limits of single areas.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from locality_profiles.statistics.intervals import (
    Column,
    count_limits,
    exact_poisson_limits,
    known_counts,
    wilson_limits,
    z_value,
)

NARROW, WIDE = 0.95, 0.998
#: Significance of a place as a number, and in words.
WORDS = {2: "High (0.001)", 1: "High (0.025)", 0: "Not significant", -1: "Low (0.025)", -2: "Low (0.001)"}
#: The published routine halves an interval of 0 to 1 until it is this narrow.
_CELLS = 2.0**23


class Funnel(NamedTuple):
    """Limits at each point, four arrays of one shape, in the unit of the values."""

    lower: Column
    upper: Column
    lower_wide: Column
    upper_wide: Column


class CountFunnel(NamedTuple):
    """Limits of ratios or rates: where events, or people, must lie for a value to be on the limit, and the value.

    ``size`` has the expected events (ratios) or people of one year (rates); both are funnels of shape (points,).
    """

    size: Funnel
    limit: Funnel


def proportion_funnel(whole: ArrayLike, common: float, multiplier: float = 100.0) -> Funnel:
    """Limits of proportions of places with so many people.

    P -/+ z sqrt(P(1 - P)/n), the interval of n for which Wilson's limits hold P; kept within 0 and 1.

    Parameters
    ----------
    whole : array_like, shape (points,)
        People; NaN or nought gives no limits.
    common : float
        The common proportion, from 0 to 1: all events over all people.
    multiplier : float
        100 for percentages.

    Returns
    -------
    Funnel of ndarray, shape (points,)

    Raises
    ------
    ValueError
        If people are negative or the common proportion is outside 0 to 1.
    """
    if not 0 <= common <= 1:
        raise ValueError(f"the common proportion must be from 0 to 1, not {common}")
    n = known_counts(whole, "people")
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(n > 0, np.sqrt(common * (1 - common) / n), np.nan)
    bounds = [np.clip(common + sign * z_value(level) * error, 0, 1) * multiplier
              for level in (NARROW, WIDE) for sign in (-1, 1)]  # fmt: skip
    return Funnel(*bounds)


def ratio_funnel(
    events: ArrayLike, scale: float = 100.0, offset: float = 0.0, as_published: bool = False
) -> CountFunnel:
    """Limits of ratios of events to expected events, at so many events seen.

    The expected events at which an exact Poisson limit of the events touches them (Garwood): so many events would be
    on the limit of the funnel.

    Parameters
    ----------
    events : array_like, shape (points,)
        Above nought.
    scale, offset : float
        The ratio is printed as events/expected x scale + offset: 100 and 0 for standardised ratios, 1 and -1 for
        the share above expectation.
    as_published : bool
        Leave the expected events as the published search does, at the middle of a cell of 2**-23 of
        expected/(1 + events + expected), instead of at the limit itself.

    Returns
    -------
    CountFunnel

    Raises
    ------
    ValueError
        If events are nought or negative.
    """
    x = known_counts(events, "events")
    if (x == 0).any():
        raise ValueError("a funnel of ratios starts at one event")
    edges = []
    for level in (NARROW, WIDE):
        least, most = exact_poisson_limits(x, level)
        edges += [most, least]  # a ratio is low where more were expected
    if as_published:
        edges = [_as_searched(x, edge) for edge in edges]
    size = Funnel(*edges)
    return CountFunnel(size, Funnel(*(x / edge * scale + offset for edge in size)))


def _as_searched(events: Column, expected: Column) -> Column:
    cell = (2 * np.floor(expected / (1 + events + expected) * _CELLS) + 1) / (2 * _CELLS)
    return (1 + events) * cell / (1 - cell)


def rate_funnel(
    events: ArrayLike, common: float, multiplier: float = 100_000, years: float = 1, as_published: bool = False
) -> CountFunnel:
    """Limits of rates around a common rate, at so many events seen.

    Parameters
    ----------
    events : array_like, shape (points,)
        Above nought.
    common : float
        All events over all person-years, times ``multiplier``.
    multiplier, years : float
        The rate is per so many people; the funnel's people are those of one of so many years.
    as_published : bool
        As ``ratio_funnel``.

    Returns
    -------
    CountFunnel
    """
    if not common > 0:
        raise ValueError(f"the common rate must be above nought, not {common}")
    of_ratio = ratio_funnel(events, 1.0, 0.0, as_published)
    people = Funnel(*(expected / common * multiplier / years for expected in of_ratio.size))
    return CountFunnel(people, Funnel(*(ratio * common for ratio in of_ratio.limit)))


def rate_funnel_at(people: ArrayLike, common: float, multiplier: float = 100_000) -> Funnel:
    """Limits of rates around a common rate, of places with so many people: ``rate_funnel`` read the other way.

    The events whose exact Poisson limit touches the events that the common rate would bring (Garwood), as a rate.
    Between whole numbers of events the limits run smoothly on. Where hardly any event is expected, one event is on
    the upper limit at the least, and none is on the lower.

    Parameters
    ----------
    people : array_like, shape (points,)
        People, or person-years; NaN or nought gives no limits. For ratios the expected events, with ``multiplier``
        as ``common``.
    common : float
        All events over all people, times ``multiplier``.
    multiplier : float
        The rate is per so many people.

    Returns
    -------
    Funnel of ndarray, shape (points,)

    Raises
    ------
    ValueError
        If people are negative or the common rate is not above nought.

    Examples
    --------
    >>> rate_funnel_at([500], 20, 1000).upper.round(1).tolist()  # ten are expected; 17.1 would be on the limit
    [34.3]
    """
    if not common > 0:
        raise ValueError(f"the common rate must be above nought, not {common}")
    n = known_counts(people, "people")
    n = np.where(n > 0, n, np.nan)
    expected = n * common / multiplier
    bounds = []
    for level in (NARROW, WIDE):
        tail = (1 - level) / 2
        bounds += [special.pdtrik(tail, expected), special.pdtrik(1 - tail, expected) + 1]
    return Funnel(*(np.where(np.isnan(n), np.nan, events) / n * multiplier for events in bounds))


def people_behind_rate(events: ArrayLike, rate: ArrayLike, multiplier: float = 100_000, fewest: float = 1) -> Column:
    """The person-years that a rate is worth: m x/rate. NaN where there are fewer events than ``fewest``.

    A standardised rate of fewer than ten events is not given, and has no place in a funnel: ask for ``fewest=10``.

    Examples
    --------
    >>> people_behind_rate([414, 0], [184, 0]).tolist()
    [225000.0, nan]
    """
    x, r = known_counts(events, "events"), np.asarray(rate, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((x >= fewest) & (r > 0), multiplier * x / r, np.nan)


def proportion_significance(part: ArrayLike, whole: ArrayLike, common: float | None = None) -> NDArray[np.int64]:
    """How far proportions lie from the common one: 2 or -2 beyond 99.8 %, 1 or -1 beyond 95 %, else 0.

    Parameters
    ----------
    part, whole : array_like, shape (n,)
        All known; ``common`` is all parts over all wholes if not given.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    ValueError
        If anything is not known (which is not "not significant"), a whole is nought, or a part is above its whole.
    """
    x, n = _all_known(known_counts(part, "part"), known_counts(whole, "whole"))
    if (x > n).any():
        raise ValueError("a part is above its whole")
    if (n == 0).any():
        raise ValueError("there is no proportion of nobody; leave out what cannot be compared")
    if not n.size:
        return np.zeros(n.shape, dtype=np.int64)
    shared = float(x.sum() / n.sum()) if common is None else common
    return _beyond(x / n, proportion_funnel(n, shared, 1.0))


def _all_known(*columns: Column) -> tuple[Column, ...]:
    if any(np.isnan(column).any() for column in columns):
        raise ValueError("a count is not known; leave out what cannot be compared")
    return columns


def _beyond(value: Column, funnel: Funnel) -> NDArray[np.int64]:
    above = (value > funnel.upper).astype(np.int64) + (value > funnel.upper_wide)
    return above - (value < funnel.lower) - (value < funnel.lower_wide)


def ratio_significance(events: ArrayLike, expected: ArrayLike) -> NDArray[np.int64]:
    """How far ratios of events to expected events lie from 1, by exact limits below ten events and Byar's from ten.

    Returns
    -------
    ndarray of int, shape (n,)
        As ``proportion_significance``.

    Raises
    ------
    ValueError
        If anything is not known, or negative.
    """
    x, of = _all_known(known_counts(events, "events"), known_counts(expected, "expected events"))
    found = np.zeros(x.shape, dtype=np.int64)
    for level in (NARROW, WIDE):
        low, high = count_limits(x, level)
        found += (low > of).astype(np.int64) - (high < of)
    return found


def rate_significance(
    events: ArrayLike, rate: ArrayLike, common: float, people: ArrayLike | None = None, multiplier: float = 100_000
) -> NDArray[np.int64]:
    """How far rates lie from a common rate.

    Parameters
    ----------
    events, rate : array_like, shape (n,)
        Events, and the rate that they make (crude or standardised).
    common : float
        The common rate.
    people : array_like, shape (n,), optional
        Person-years: needed where there are no events, of which the rate says nothing.
    multiplier : float
        The rates are per so many people.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    ValueError
        If people are not known where there are no events.
    """
    x = known_counts(events, "events")
    behind = people_behind_rate(x, rate, multiplier) if people is None else known_counts(people, "people")
    if np.isnan(behind).any():
        raise ValueError("people must be given where there are no events")
    return ratio_significance(x, behind * common / multiplier)


def control_limits_of_proportion(
    benchmark: ArrayLike, whole: ArrayLike, confidence: float = NARROW
) -> NDArray[np.float64]:
    """Where the proportion of a place of this size may lie if its true value is the benchmark's (Wilson).

    Parameters
    ----------
    benchmark : array_like, shape (n,)
        From 0 to 1.
    whole : array_like, shape (n,)
        People; nought gives NaN.

    Returns
    -------
    ndarray, shape (2, n)
        Lower and upper limits, from 0 to 1.
    """
    n = known_counts(whole, "people")
    return np.stack(wilson_limits(np.asarray(benchmark, np.float64) * n, n, confidence))


def control_limits_of_rate(
    benchmark: ArrayLike, people: ArrayLike, multiplier: float = 100_000, confidence: float = NARROW
) -> NDArray[np.float64]:
    """Where the rate of a place of this size may lie if its true rate is the benchmark's (exact Poisson).

    Returns
    -------
    ndarray, shape (2, n)
        Lower and upper limits, per ``multiplier`` people.
    """
    n = known_counts(people, "people")
    share = multiplier / np.where(n > 0, n, np.nan)
    return np.stack([limit * share for limit in exact_poisson_limits(np.asarray(benchmark) / share, confidence)])
