"""Life expectancy from deaths and people by age: abridged life tables after Chiang, many at once.

Twenty bands (0, 1 to 4, 5 to 9, … 85 to 89, 90 and over) are the usual; nineteen, ending with 85 and over, serve
small areas. A place's table is that of people who live all their lives with the death rates seen now: it is not a
forecast of how long anyone will live.

Sources: Chiang, The Life Table and its Applications (1984), method II; Silcocks et al., Journal of Epidemiology
and Community Health 55 (2001), for the variance of the open last band; Toson & Baker, ONS Methodology Series 33
(2003), for the least population of 5,000 person-years; Sullivan, HSMHA Health Reports 86 (1971), for healthy
life; PHEindicatormethods ``phe_life_expectancy`` for the rules.

A nineteen-band table with a variance for its last band has no reference implementation (PHEindicatormethods
refuses nineteen bands, ScotPHO leaves the term out); the formula is the one of the last band of twenty.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from locality_profiles.statistics.intervals import Column, Estimate, Mode, known_counts, z_value

#: First ages of the usual twenty bands.
TWENTY_BANDS = (0, 1, *range(5, 91, 5))
NINETEEN_BANDS = TWENTY_BANDS[:-1]

#: Share of its first year that an infant who dies has lived, on average; of other bands, half.
INFANT_SHARE, USUAL_SHARE = 0.1, 0.5
#: A table needs more person-years than this.
LEAST_PEOPLE = 5_000
#: A value whose 95 % interval is wider than this many years is not given.
WIDEST = 20.0


class LifeTable(NamedTuple):
    """Columns of life tables, each of shape (tables, bands).

    ``dying`` is the chance of dying in the band (q), ``alive`` the survivors at its start out of 100,000 (l),
    ``lived`` the years lived in it (L), ``left`` the years that survivors have left (e) and ``variance`` the
    variance of those.
    """

    dying: Column
    alive: Column
    lived: Column
    left: Column
    variance: Column


def life_table(
    deaths: ArrayLike, people: ArrayLike, first_ages: ArrayLike = TWENTY_BANDS, mode: Mode = "english"
) -> LifeTable:
    """Abridged life tables.

    M = D/P; q = nM/(1 + (1 - a)nM), 1 in the last band and where D > P/(na); l is 100,000 at birth; L = n(l' + ad),
    in the last band l/M; e = sum of L from the band on, over l. Var(q) = q**2(1 - q)/D, nought without deaths;
    Var(e) = sum over bands j from i of Var(q_j) l_j**2 ((1 - a_j)n_j + e_{j+1})**2 / l_i**2, the last band adding
    (l/2)**2 4/(D M**2) / l_i**2 (Silcocks).

    Parameters
    ----------
    deaths, people : array_like, shape (tables, bands)
        Deaths and person-years of one sex.
    first_ages : array_like of int, shape (bands,)
        The first age of each band, from 0.
    mode : {"english", "scottish"}
        The Scottish mode has no variance for the last band (Chiang 1984).

    Returns
    -------
    LifeTable
        NaN for a table with anything unknown, nobody in a band, or more deaths than people in one (but for the
        100,000 at birth). Without deaths in the last band nobody there would ever die: its tables are NaN too.

    Raises
    ------
    ValueError
        If a count is negative, or the shapes and bands do not match.
    """
    z_value(0.95, mode)
    d, p = np.atleast_2d(known_counts(deaths, "deaths")), np.atleast_2d(known_counts(people, "people"))
    years = _years(first_ages, d.shape, p.shape)
    share = np.full(years.shape, USUAL_SHARE)
    share[0] = INFANT_SHARE
    whole = ((p > 0) & (d <= p)).all(axis=1) & (d[:, -1] > 0)
    d, p = np.where(whole[:, None], d, np.nan), np.where(whole[:, None], p, np.nan)
    rate = d / p
    dying = years * rate / (1 + (1 - share) * years * rate)
    with np.errstate(divide="ignore", invalid="ignore"):
        dying = np.where(d > p / (years * share), 1.0, dying)
    dying[:, -1] = np.where(whole, 1.0, np.nan)
    alive = np.cumprod(np.concatenate([np.full((len(d), 1), 100_000.0), 1 - dying[:, :-1]], axis=1), axis=1)
    lost = alive * dying
    lived = np.concatenate(
        [years[:-1] * (alive[:, 1:] + share[:-1] * lost[:, :-1]), alive[:, -1:] / rate[:, -1:]], axis=1
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        left = _from_age_on(lived) / alive
        spread = _spread(d, rate, dying, alive, left, years, share, mode)
        return LifeTable(dying, alive, lived, left, _from_age_on(spread) / alive**2)


def _years(first_ages: ArrayLike, deaths: tuple[int, ...], people: tuple[int, ...]) -> Column:
    """Years in each band; the open last band has none that matter."""
    ages = np.asarray(first_ages)
    if deaths != people:
        raise ValueError(f"deaths have the shape {deaths} and people {people}; they must be the same")
    if deaths[1] != ages.size:
        raise ValueError(f"the tables have {deaths[1]} age bands and {ages.size} were expected")
    if ages.size < 2 or ages[0] != 0 or (np.diff(ages) <= 0).any():
        raise ValueError("the first ages must start with 0 and rise")
    return np.append(np.diff(ages), 1).astype(np.float64)


def _from_age_on(column: Column) -> Column:
    """Sums from each band to the last."""
    return np.cumsum(column[:, ::-1], axis=1)[:, ::-1]


def _spread(
    d: Column, rate: Column, dying: Column, alive: Column, left: Column, years: Column, share: Column, mode: Mode
) -> Column:
    of_dying = np.where(d > 0, dying**2 * (1 - dying) / d, np.where(np.isnan(d), np.nan, 0.0))
    spread = np.empty_like(d)
    # Where everybody has died before a band, nothing is left to vary.
    following = np.where(alive[:, 1:] > 0, left[:, 1:], 0.0)
    spread[:, :-1] = of_dying[:, :-1] * alive[:, :-1] ** 2 * ((1 - share[:-1]) * years[:-1] + following) ** 2
    last = (alive[:, -1] / 2) ** 2 * 4 / (d[:, -1] * rate[:, -1] ** 2)
    spread[:, -1] = 0.0 if mode == "scottish" else last
    return spread


def life_expectancy_by_age(
    deaths: ArrayLike,
    people: ArrayLike,
    confidence: float = 0.95,
    first_ages: ArrayLike = TWENTY_BANDS,
    mode: Mode = "english",
) -> Estimate:
    """Years that people have left at the start of each band, with limits: e -/+ z sqrt(Var(e)).

    Parameters
    ----------
    deaths, people : array_like, shape (tables, bands)
        Deaths and person-years of one sex; several years are added before.
    confidence : float
        Fraction in (0, 1).
    first_ages, mode
        As ``life_table``; the Scottish mode has z = 1.96 too.

    Returns
    -------
    Estimate of ndarray, shape (tables, bands)
        NaN for tables with 5,000 person-years or fewer and for those of which ``life_table`` gives none. The value
        alone is NaN where its 95 % interval is wider than 20 years.

    Raises
    ------
    ValueError
        As ``life_table``, or if the confidence is outside (0, 1).
    """
    z = z_value(confidence, mode)
    table = life_table(deaths, people, first_ages, mode)
    enough = np.atleast_2d(np.asarray(people, np.float64)).sum(axis=1, keepdims=True) > LEAST_PEOPLE
    error = np.sqrt(table.variance)
    value = np.where(enough & (2 * z_value(0.95, mode) * error <= WIDEST), table.left, np.nan)
    lower, upper = (np.where(enough, table.left + sign * z * error, np.nan) for sign in (-1, 1))
    return Estimate(value, lower, upper)


def life_expectancy(
    deaths: ArrayLike,
    people: ArrayLike,
    confidence: float = 0.95,
    first_ages: ArrayLike = TWENTY_BANDS,
    mode: Mode = "english",
) -> Estimate:
    """Life expectancy at birth: the first column of ``life_expectancy_by_age``, shape (tables,).

    Examples
    --------
    >>> deaths = [[4, 1, 1, 1, 2, 3, 4, 5, 7, 9, 13, 19, 28, 41, 60, 90, 130, 180, 220, 300]]
    >>> people = [[900, 3600, *[4500] * 12, 4200, 3600, 2900, 2000, 1200, 800]]
    >>> [part.round(1).tolist() for part in life_expectancy(deaths, people)]
    [[77.6], [76.7], [78.6]]
    """
    return Estimate(*(part[:, 0] for part in life_expectancy_by_age(deaths, people, confidence, first_ages, mode)))


def healthy_life_expectancy(
    deaths: ArrayLike,
    people: ArrayLike,
    unhealthy: ArrayLike,
    asked: ArrayLike,
    confidence: float = 0.95,
    first_ages: ArrayLike = TWENTY_BANDS,
) -> Estimate:
    """Years of healthy life at birth (Sullivan): years lived, times the share in good health at each age.

    HLE = sum((1 - u)L)/l; variance = sum(L**2 u(1 - u)/N)/l**2, that of the survey only.

    Parameters
    ----------
    deaths, people : array_like, shape (tables, bands)
    unhealthy : array_like, shape (tables, bands)
        Share of people not in good health, from 0 to 1.
    asked : array_like, shape (tables, bands)
        How many people the share was asked of. Where nobody was, the table has no limits.

    Returns
    -------
    Estimate of ndarray, shape (tables,)

    Raises
    ------
    ValueError
        As ``life_table``, or if a share is outside 0 to 1 or the confidence outside (0, 1).
    """
    u, n = np.atleast_2d(np.asarray(unhealthy, np.float64)), np.atleast_2d(known_counts(asked, "people asked"))
    n = np.where(n > 0, n, np.nan)
    if ((u < 0) | (u > 1)).any():
        raise ValueError("a share of people in poor health is outside 0 to 1")
    z = z_value(confidence)
    table = life_table(deaths, people, first_ages)
    at_birth = table.alive[:, 0]
    value = ((1 - u) * table.lived).sum(axis=1) / at_birth
    error = np.sqrt((table.lived**2 * u * (1 - u) / n).sum(axis=1)) / at_birth
    return Estimate(value, value - z * error, value + z * error)
