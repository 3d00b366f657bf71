"""What people of projected numbers and ages will ask of services, at rates by age that stay, move or fall.

Demand is the sum over ages of people times the rate at their age. Two things can be said of rates to come: that they
move to later ages, for people are well for longer (healthy ageing), and that they fall by a share a year (efficiency).
Both are declared, and neither is a forecast.

Sources: Sanderson & Scherbov, Nature 435 (2005), and the 'dynamic equilibrium' of Manton, Milbank Memorial Fund
Quarterly 60 (1982), for rates that move along ages by a share of the gain in life expectancy; Breslow & Day (1987) for
indirect standardisation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]


def shift_along_ages(years_later: float, ages: int, first: int = 0) -> Numbers:
    """The matrix that moves rates by single year of age to later ages, with straight lines between ages.

    Parameters
    ----------
    years_later : float
        By how many years of age rates move; nought leaves them, and below nought they move to earlier ages.
    ages : int
        How many single ages there are, from nought; the last is open.
    first : int
        Rates of younger ages stay, and none moves in from below it.

    Returns
    -------
    ndarray, shape (ages, ages)
        ``moved = matrix @ rates``. Each row adds up to 1. The rate at age a is the one that stood at
        ``a - years_later``, which is not below ``first`` and not above the last age.

    Raises
    ------
    ValueError
        If there are no ages, ``first`` is none of them, or the years are not a finite number.

    Notes
    -----
    Between two ages the rate is the mean of theirs, weighted by nearness. Rates that rise with age fall everywhere, or
    stay: never the other way.
    """
    if ages < 1 or not 0 <= first < ages:
        raise ValueError("'first' should be one of the ages")
    if not np.isfinite(years_later):
        raise ValueError("rates move by a finite number of years")
    age = np.arange(ages)
    came_from = np.where(age < first, age, np.clip(age - years_later, first, ages - 1))
    below = np.floor(came_from).astype(int)
    above = np.minimum(below + 1, ages - 1)
    share = came_from - below
    matrix = np.zeros((ages, ages))
    matrix[age, below] += 1 - share
    matrix[age, above] += share
    return matrix


def remaining_share(percent_a_year: float, years: ArrayLike, floor_percent: float = 0.0) -> Numbers:
    """What is left of a rate after so many years of falling by a share a year, down to a floor.

    Parameters
    ----------
    percent_a_year : float
        By how much it falls each year, of what it was the year before; below nought it rises.
    years : array_like, shape (years,)
        Years since the base; those below nought count as nought.
    floor_percent : float
        It never falls below this part of the rate at the base.

    Returns
    -------
    ndarray, shape (years,)
        1 at the base.

    Raises
    ------
    ValueError
        If it falls by 100 % or more a year, or the floor is not a percentage.
    """
    if percent_a_year >= 100:
        raise ValueError("a rate cannot fall by all of itself")
    if not 0 <= floor_percent <= 100:
        raise ValueError("the floor should be a percentage")
    passed = np.maximum(np.asarray(years, dtype=np.float64), 0)
    left = (1 - percent_a_year / 100) ** passed
    return np.maximum(left, floor_percent / 100) if percent_a_year > 0 else left


def rates_of_bands(counts: ArrayLike, people: ArrayLike, bands: ArrayLike) -> Numbers:
    """Rates by single year of age from counts of bands of ages: one rate for all ages of a band.

    Parameters
    ----------
    counts : array_like, shape (groups, bands)
        Events or people counted. NaN means not known, which is not nought.
    people : array_like, shape (groups, ages)
        People of each single age.
    bands : array_like of int, shape (ages,)
        The band of each age; -1 for an age that no band holds.

    Returns
    -------
    ndarray, shape (groups, ages)
        Rate of a person of each age; nought at ages of no band. NaN at every age of a group of which a count is not
        known, or of which a band with a count has no people.

    Raises
    ------
    ValueError
        If shapes do not match or a count is below nought.
    """
    counted = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    heads = np.atleast_2d(np.asarray(people, dtype=np.float64))
    band = np.asarray(bands, dtype=int)
    if heads.shape[1] != band.size or counted.shape[0] != heads.shape[0]:
        raise ValueError("there should be one band for each age, and a row of counts for each row of people")
    if np.any(counted < 0):
        raise ValueError("a count is below nought")
    holds = (np.arange(counted.shape[1])[:, None] == band[None, :]).astype(np.float64)
    in_band = heads @ holds.T
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(in_band > 0, counted / in_band, np.where(counted == 0, 0.0, np.nan))
    rates = np.where(np.isnan(rate), 0.0, rate) @ holds
    return np.where(np.any(np.isnan(rate), axis=1, keepdims=True), np.nan, rates)


def demand_by_year(rates: ArrayLike, people: ArrayLike) -> Numbers:
    """What people of each year ask for, at rates by age.

    Parameters
    ----------
    rates : array_like, shape (areas, ages)
        Rate of a person of each age.
    people : array_like, shape (areas, years, ages)
        People of each age.

    Returns
    -------
    ndarray, shape (areas, years)
        Sum over ages of people times rate. NaN where a rate is not known, or people are not.
    """
    return np.asarray(np.einsum("ia,iya->iy", np.asarray(rates, float), np.asarray(people, float)), dtype=np.float64)


def ratio_to_expected(observed: ArrayLike, expected: ArrayLike) -> Numbers:
    """Observed over expected (indirect standardisation), and 1 where nothing was observed or nothing is expected.

    Parameters
    ----------
    observed : array_like, shape (areas,)
        Counted; NaN where it is not known.
    expected : array_like, shape (areas,)
        At a reference's rates by age.

    Returns
    -------
    ndarray, shape (areas,)
        By what a reference's rates are multiplied so that they give the area's own level.
    """
    seen, due = np.asarray(observed, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = seen / due
    return np.where(np.isfinite(ratio), ratio, 1.0)


def parts_of_whole(parts: ArrayLike, whole: ArrayLike, part_of: ArrayLike, base: ArrayLike) -> Numbers:
    """Parts of each year brought to their whole, of which they keep the share that they had at the base.

    Parameters
    ----------
    parts : array_like, shape (areas, years)
        Such as what localities ask for, each by its own rates.
    whole : array_like, shape (wholes, years)
        What the partnerships ask for by theirs.
    part_of : array_like of int, shape (areas,)
        The whole of each part; -1 for a part that is left as it is.
    base : array_like, shape (wholes,)
        Share of the whole that all its parts had at the base.

    Returns
    -------
    ndarray, shape (areas, years)
        The parts of a whole add up to ``whole * base`` in every year. Where the whole, the share or every part of a
        year is not known or nought, parts stay as they are.
    """
    each, total = np.asarray(parts, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    home, share = np.asarray(part_of, dtype=int), np.asarray(base, dtype=np.float64)
    if not total.shape[0]:
        return each.copy()
    together = np.zeros_like(total)
    inside = home >= 0
    np.add.at(together, home[inside], each[inside])
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = total * share[:, None] / together
    factor = np.where(np.isfinite(factor) & (factor > 0), factor, 1.0)
    return np.where(inside[:, None], each * factor[home], each)
