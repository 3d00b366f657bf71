"""Rates that do not depend on how old a place's people are.

Direct standardisation asks what a standard population would have with a place's rate at each age; indirect
standardisation sets a place's events against those expected at a reference's rate at each age. Two shapes are
taken: a table of (groups, bands), or long columns with a group number for each row, which is the faster for
millions of rows.

Sources: Dobson et al., Statistics in Medicine 10 (1991), for the limits of a weighted sum of counts; Breslow &
Day (1987) for Byar's limits; Morris et al., Population Health Metrics 16 (2018), for the least of ten events;
PHEindicatormethods ``calculate_dsr``, ``calculate_ISRate`` and ``calculate_ISRatio`` for the rules; ScotPHO's
``calculate_easr`` for the Scottish mode.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from locality_profiles.statistics.intervals import (
    Column,
    Estimate,
    Mode,
    byars_limits,
    count_limits,
    known_counts,
    known_groups,
    z_value,
)

#: A directly standardised rate of fewer events is not given: its limits would be too narrow by chance.
FEWEST_EVENTS = 10


def directly_standardised_rate(
    events: ArrayLike,
    people: ArrayLike,
    standard: ArrayLike,
    multiplier: float = 100_000,
    confidence: float = 0.95,
    mode: Mode = "english",
) -> Estimate:
    """Directly standardised rates of a table of groups by age band, with Dobson's limits.

    rate = sum(w x/n) / sum(w); variance = sum(w**2 x/n**2) / sum(w)**2; limits = rate + sqrt(variance/O) (Byar's
    limit of O - O), where O is all events.

    Parameters
    ----------
    events, people : array_like, shape (groups, bands)
        Events and person-years at each age. Events that are NaN are none, as in the reference.
    standard : array_like, shape (bands,)
        People of the standard population; a band may weigh nought.
    multiplier : float
        The rate is per so many people.
    confidence : float
        Fraction in (0, 1).
    mode : {"english", "scottish"}
        The Scottish mode has z = 1.96, no rule for few events, drops bands without people and limits below
        nought.

    Returns
    -------
    Estimate of ndarray, shape (groups,)
        NaN for groups with fewer than ten events (English mode).

    Raises
    ------
    ValueError
        If a count is negative, people are missing or nought in a band (English mode), or the standard does not
        match the bands or is missing in one.

    Examples
    --------
    >>> rate = directly_standardised_rate([[10, 30]], [[1000, 500]], [60_000, 40_000], 1000)
    >>> [part.round(2).tolist() for part in rate]
    [[30.0], [21.37], [40.92]]
    """
    x, n = np.atleast_2d(np.asarray(events, np.float64)), np.atleast_2d(np.asarray(people, np.float64))
    if x.shape != n.shape:
        raise ValueError(f"events have the shape {x.shape} and people {n.shape}; they must be the same")
    w = _checked_standard(standard, x.shape[1])
    groups = np.repeat(np.arange(len(x)), x.shape[1])
    return standardised_by_group(
        x.ravel(), n.ravel(), np.broadcast_to(w, x.shape).ravel(), groups, len(x), multiplier, confidence, mode
    )


def standardised_by_group(
    events: ArrayLike,
    people: ArrayLike,
    standard: ArrayLike,
    groups: ArrayLike,
    number: int,
    multiplier: float = 100_000,
    confidence: float = 0.95,
    mode: Mode = "english",
) -> Estimate:
    """Directly standardised rates from long columns, one row per group and age band.

    As ``directly_standardised_rate``; the standard population stands in each row. A group must have all of its
    bands: which bands there should be is the caller's to know.

    Parameters
    ----------
    events, people, standard : array_like, shape (n,)
    groups : array_like of int, shape (n,)
        From 0 to ``number`` - 1.
    number : int
        How many groups there are; one without rows is NaN.

    Returns
    -------
    Estimate of ndarray, shape (number,)
    """
    z_value(confidence, mode)
    x = np.nan_to_num(known_counts(events, "events"), nan=0.0)
    n, w = np.asarray(people, np.float64), np.asarray(standard, np.float64)
    of = np.asarray(groups)
    if not (x.shape == n.shape == w.shape == of.shape):
        raise ValueError("events, people, standard and groups differ in length")
    of = known_groups(of, number, x.size)
    if mode == "english":
        _all_have_people(n)
    else:
        known_counts(n, "people")
    _all_known(w)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = w / n
    if mode == "scottish":
        share = np.where(n > 0, share, 0.0)
    weighed = share * x
    total = np.bincount(of, w, number)
    count: Column = np.bincount(of, x, number).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.bincount(of, weighed, number) / total
        spread = np.sqrt(np.bincount(of, weighed * share, number) / count) / total
    return _dobson(rate, spread, count, multiplier, confidence, mode)


def standardised_repeat_events(
    persons: ArrayLike,
    frequency: ArrayLike,
    people: ArrayLike,
    standard: ArrayLike,
    groups: ArrayLike,
    bands: ArrayLike,
    number: int,
    multiplier: float = 100_000,
    confidence: float = 0.95,
) -> Estimate:
    """Directly standardised rates of events of which one person may have several (admissions).

    Persons are told by how often each had the event. The rate is that of all events; the variance is that of the
    numbers of persons: sum over frequencies f of f**2 times the variance of persons with f events.

    Parameters
    ----------
    persons : array_like, shape (n,)
        Persons of one age band with ``frequency`` events each, one row per group, band and frequency.
    frequency : array_like, shape (n,)
    people, standard : array_like, shape (n,)
        Of the age band: the same in all rows of one group and band.
    groups, bands : array_like of int, shape (n,)
        The group, from 0 to ``number`` - 1, and the age band, from 0.

    Returns
    -------
    Estimate of ndarray, shape (number,)
        NaN for groups with fewer than ten events.

    Raises
    ------
    ValueError
        If a count is negative, a band has no people, or rows of one group and band differ in people or standard.
    """
    p = np.nan_to_num(known_counts(persons, "persons"), nan=0.0)
    f, n, w = (np.asarray(column, np.float64) for column in (frequency, people, standard))
    of = known_groups(groups, number, p.size)
    _all_have_people(n)
    _all_known(w)
    if not ((f > 0) & (f < np.inf)).all():
        raise ValueError("a frequency is nought or less, or not known; each person counted had at least one event")
    share = w / n
    total = np.bincount(of[first := _first_of_each(of, bands, n, w)], w[first], number)
    count: Column = np.bincount(of, p * f, number).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.bincount(of, share * p * f, number) / total
        spread = np.sqrt(np.bincount(of, share * share * p * f * f, number) / count) / total
    return _dobson(rate, spread, count, multiplier, confidence, "english")


def _first_of_each(groups: NDArray[np.int64], bands: ArrayLike, people: Column, standard: Column) -> NDArray[np.int64]:
    """The first row of each group and band; people and standard must be the same in all of its rows."""
    band = np.asarray(bands)
    _, first, which = np.unique(groups * (int(band.max(initial=0)) + 1) + band, return_index=True, return_inverse=True)
    if (people != people[first][which]).any() or (standard != standard[first][which]).any():
        raise ValueError("rows of one group and age band differ in their people or in the standard population")
    return first


def _dobson(rate: Column, spread: Column, count: Column, multiplier: float, confidence: float, mode: Mode) -> Estimate:
    low, high = byars_limits(count, confidence, mode)
    lower, upper = rate + spread * (low - count), rate + spread * (high - count)
    if mode == "scottish":
        nothing = (count == 0) & ~np.isnan(rate)  # a group without rows has no rate
        parts = (np.where(nothing, 0.0, np.maximum(part, 0.0)) for part in (rate, lower, upper))
        return Estimate(*(part * multiplier for part in parts))
    few = count < FEWEST_EVENTS
    return Estimate(*(np.where(few, np.nan, part) * multiplier for part in (rate, lower, upper)))


def indirectly_standardised_ratio(
    events: ArrayLike,
    people: ArrayLike,
    reference_events: ArrayLike,
    reference_people: ArrayLike,
    multiplier: float = 100.0,
    confidence: float = 0.95,
) -> Estimate:
    """Events as a share of those expected at a reference's rate at each age.

    E = sum(X/N n); ratio = O/E m; limits = limits(O)/E m, exact below ten events and Byar's from ten on.

    Parameters
    ----------
    events : array_like, shape (groups, bands) or (groups,)
        Events by band, of which NaN is none as in the reference, or their totals where bands are not known.
    people : array_like, shape (groups, bands)
        A band may be empty here.
    reference_events, reference_people : array_like, shape (bands,) or (groups, bands)
        Reference events that are NaN are none.
    multiplier : float
        100 says "100 is what would be expected".

    Returns
    -------
    Estimate of ndarray, shape (groups,)
        NaN where a total is not known or none are expected.

    Raises
    ------
    ValueError
        If a count is negative, the bands of people and reference differ, or nobody of the reference is in a band.

    Examples
    --------
    >>> ratio = indirectly_standardised_ratio([[5, 15]], [[100, 200]], [10, 20], [400, 400])
    >>> [part.round(1).tolist() for part in ratio]
    [[160.0], [97.7], [247.1]]
    """
    seen, among = np.shape(events), np.shape(np.atleast_2d(people))
    if len(seen) == 2 and seen != among:
        raise ValueError(f"events have the shape {seen} and people {among}; they must be the same")
    observed = _observed(events)
    expected = expected_events(people, reference_events, reference_people)
    if observed.shape != expected.shape:
        raise ValueError(f"there are events of {observed.size} groups and people of {expected.size}")
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(expected > 0, multiplier / expected, np.nan)
    return Estimate(*(part * share for part in (observed, *count_limits(observed, confidence))))


def indirectly_standardised_rate(
    events: ArrayLike,
    people: ArrayLike,
    reference_events: ArrayLike,
    reference_people: ArrayLike,
    multiplier: float = 100_000,
    confidence: float = 0.95,
) -> Estimate:
    """The reference's crude rate times events over expected events, per ``multiplier`` people.

    Parameters, missing values and errors are those of ``indirectly_standardised_ratio``.

    Returns
    -------
    Estimate of ndarray, shape (groups,)
    """
    x = np.nansum(np.atleast_2d(np.asarray(reference_events, np.float64)), axis=1)
    n = np.atleast_2d(np.asarray(reference_people, np.float64)).sum(axis=1)
    ratio = indirectly_standardised_ratio(events, people, reference_events, reference_people, 1.0, confidence)
    return Estimate(*(part * (x / n) * multiplier for part in ratio))


def expected_events(people: ArrayLike, reference_events: ArrayLike, reference_people: ArrayLike) -> Column:
    """Events that each group would have with the reference's rate at each age, shape (groups,).

    Raises
    ------
    ValueError
        As ``indirectly_standardised_ratio``.
    """
    n = np.atleast_2d(known_counts(people, "people"))
    x = np.nan_to_num(known_counts(reference_events, "reference events"), nan=0.0)
    of = np.asarray(reference_people, np.float64)
    if x.shape != of.shape or x.shape[-1] != n.shape[1]:
        raise ValueError(f"the reference has {x.shape[-1]} age bands and the people {n.shape[1]}")
    _all_have_people(of)
    rate = np.broadcast_to(x / of, n.shape)
    # Where the reference has no events none are expected, however many people there are.
    expected: Column = np.where(rate == 0, 0.0, n * rate).sum(axis=1)
    return expected


def _observed(events: ArrayLike) -> Column:
    counted = known_counts(events, "events")
    return np.nansum(counted, axis=1) if counted.ndim == 2 else np.atleast_1d(counted)


def _all_have_people(people: Column) -> None:
    if (bad := ~((people > 0) & (people < np.inf))).any():
        raise ValueError(
            f"people: {int(bad.sum())} age band(s) have nobody, or a number that is missing or infinite (the first at "
            f"position {np.flatnonzero(bad.ravel())[0]}); a standardised rate needs people at every age"
        )


def _all_known(weights: Column) -> None:
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("the standard population is missing or negative in a band")


def _checked_standard(standard: ArrayLike, bands: int) -> Column:
    weights = np.asarray(standard, np.float64)
    if weights.shape != (bands,):
        raise ValueError(f"the standard population has {weights.size} age bands and the events {bands}")
    return weights
