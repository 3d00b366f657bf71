"""Populations to come: cohorts moved on a year at a time, and fitted to totals that are published.

Sources: Deming & Stephan (1940), *On a least squares adjustment of a sampled frequency table when the expected marginal
totals are known* (fitting to margins); Hamilton & Perry (1962), *A short method for projecting population by age from
one decennial census to another*, and Hauer (2019), *Population projections for U.S. counties by age, sex, and race
controlled to shared socioeconomic pathways*, who multiplies where a cohort shrinks and adds where it grows; Breiman
(1995), *Better subset regression using the nonnegative garrote* (how far a deviation that stands out is believed).

Everywhere people are an array that ends in two dimensions: sex (female, male) and single year of age, of which the
last is open (90 and over).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

FEMALE = 0
#: Ages of women to whom births are counted.
MOTHERS = slice(15, 45)
#: A margin that a cell is in none of.
NO_MARGIN = -1


class Fitted(NamedTuple):
    """A table with the margins that were asked for, and how it was reached."""

    table: np.ndarray
    rounds: int
    """How often every margin was met in turn."""
    furthest: float
    """The largest difference from any margin, in the unit of the table."""


class CohortChange(NamedTuple):
    """How the people of each place change in a year, each of shape (places, 2, ages) but for ``growth``."""

    ratio: np.ndarray
    """People of an age for each of those who can reach it (see ``reaching``)."""
    arrivals: np.ndarray
    """People who come every year besides, such as students."""
    growth: np.ndarray
    """Shape (places,): yearly growth of all ages alike beyond that of the places round it, as a logarithm."""


class Error(NamedTuple):
    """How far projections were from what came: quantiles of the ratio of what came to what was projected."""

    lower: np.ndarray
    upper: np.ndarray
    cases: np.ndarray


# --- fitting --------------------------------------------------------------------------------------------------------


def fit_to_margins(
    seed: ArrayLike,
    margins: Sequence[ArrayLike],
    totals: Sequence[ArrayLike],
    tolerance: float = 1e-9,
    most_rounds: int = 1000,
) -> Fitted:
    """The table nearest to ``seed`` that has given totals: iterative proportional fitting.

    Parameters
    ----------
    seed : array_like, any shape
        Where the table starts, at least 0. A cell of 0 stays 0 (a structural zero).
    margins : sequence of array_like of int
        For each margin, the number of the total that each cell belongs to, in a form that broadcasts to the shape of
        the seed; -1 for cells that the margin leaves alone.
    totals : sequence of array_like, shape (n,)
        For each margin its totals, in the unit of the seed.
    tolerance : float
        How near is near enough, as a fraction of the largest total.
    most_rounds : int
        Rounds after which fitting is given up.

    Returns
    -------
    Fitted
        The table, in the shape of the seed. Where margins do not cross, one round is exact.

    Raises
    ------
    ValueError
        If a figure is negative, missing or infinite; a total has only structural zeros; margins that cover the same
        cells have different sums; or no table is reached.

    Examples
    --------
    >>> fitted = fit_to_margins([[1, 1], [1, 1]], [[[0], [1]], [0, 1]], [[30, 10], [20, 20]])
    >>> fitted.table.tolist(), fitted.rounds
    ([[15.0, 15.0], [5.0, 5.0]], 1)
    """
    cells = _known(seed, "seed")
    if len(margins) != len(totals):
        raise ValueError(f"{len(margins)} margin(s) have {len(totals)} sets of totals")
    groups = [np.broadcast_to(np.asarray(margin, np.int64), cells.shape).ravel() for margin in margins]
    wanted = [_known(total, "totals").ravel() for total in totals]
    table = cells.ravel().copy()
    for of, want in zip(groups, wanted, strict=True):
        _check_margin(table, of, want)
    near = tolerance * max((float(want.max(initial=0)) for want in wanted), default=0.0)
    _check_sums(groups, wanted, near)
    rounds, furthest = 0, _furthest(table, groups, wanted)
    while furthest > near:
        if rounds == most_rounds:
            raise ValueError(f"no table has these margins: after {rounds:,} rounds one is {furthest:,.6g} away")
        rounds += 1
        for of, want in zip(groups, wanted, strict=True):
            table *= _factors(_sums(table, of, want.size), want)[of]
        furthest = _furthest(table, groups, wanted)
    return Fitted(table.reshape(cells.shape), rounds, furthest)


def _known(figures: ArrayLike, what: str) -> np.ndarray:
    known = np.asarray(figures, np.float64)
    if not np.isfinite(known).all() or (known < 0).any():
        raise ValueError(f"{int((~(np.isfinite(known) & (known >= 0))).sum())} figure(s) of the {what} are negative, "
                         "missing or infinite")  # fmt: skip
    return known


def _sums(table: np.ndarray, of: np.ndarray, number: int) -> np.ndarray:
    """Sums by total; cells of no margin are counted at the end, and left out."""
    return np.bincount(np.where(of < 0, number, of), table, number + 1)[:number]


def _factors(have: np.ndarray, want: np.ndarray) -> np.ndarray:
    """What to multiply each total's cells by, with 1 at the end: where -1 points."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.append(np.where(have > 0, want / have, 0.0), 1.0)


def _furthest(table: np.ndarray, groups: Sequence[np.ndarray], wanted: Sequence[np.ndarray]) -> float:
    return max((float(np.abs(_sums(table, of, want.size) - want).max(initial=0))
                for of, want in zip(groups, wanted, strict=True)), default=0.0)  # fmt: skip


def _check_margin(table: np.ndarray, of: np.ndarray, want: np.ndarray) -> None:
    if of.size and (of.min() < NO_MARGIN or of.max() >= want.size):
        raise ValueError(f"cells name totals from {of.min()} to {of.max()}; there are {want.size}")
    impossible = (want > 0) & (_sums(table, of, want.size) == 0)
    if impossible.any():
        raise ValueError(f"{int(impossible.sum())} total(s) are above 0 where every cell is 0 (the first at position "
                         f"{np.flatnonzero(impossible)[0]})")  # fmt: skip


def _check_sums(groups: Sequence[np.ndarray], wanted: Sequence[np.ndarray], near: float) -> None:
    """Margins that cover the same cells have one sum."""
    for of, want in zip(groups[1:], wanted[1:], strict=True):
        if np.array_equal(of < 0, groups[0] < 0) and abs(want.sum() - wanted[0].sum()) > near * max(want.size, 1):
            raise ValueError(f"margins disagree: one adds up to {wanted[0].sum():,.6g}, another to {want.sum():,.6g}")


# --- cohorts --------------------------------------------------------------------------------------------------------


def reaching(people: ArrayLike) -> np.ndarray:
    """Those who can be of each age a year later.

    Parameters
    ----------
    people : array_like, shape (..., 2, ages)
        People by sex and single year of age, the last age open.

    Returns
    -------
    ndarray, shape (..., 2, ages)
        People a year younger, of the open age those in it too; at age 0, for either sex, women aged 15 to 44.

    Examples
    --------
    >>> people = np.zeros((2, 91)); people[0, [20, 89, 90]] = 30, 5, 4
    >>> reaching(people)[0, [0, 21, 90]].tolist()
    [30.0, 30.0, 9.0]
    """
    now = np.asarray(people, np.float64)
    later = np.empty_like(now)
    later[..., 1:] = now[..., :-1]
    later[..., -1] += now[..., -1]
    later[..., 0] = now[..., FEMALE, MOTHERS].sum(axis=-1)[..., None]
    return later


def cohort_change_ratios(
    before: ArrayLike,
    after: ArrayLike,
    levels: Sequence[ArrayLike],
    years: int = 1,
    shrink: float = 100.0,
    stand_out: float = 3.0,
    half_believed: float = 0.5,
) -> CohortChange:
    """How cohorts of each place change in a year, the less a place's own the fewer people show it.

    Parameters
    ----------
    before, after : array_like, shape (places, 2, ages)
        Those who could reach each age (``reaching``), and those who were of it a year later, over all years together.
    levels : sequence of array_like of int, shape (places,)
        Groups that hold the places, the largest first; the first level has plain ratios. The places themselves are the
        last level if they are among them as ``arange(places)``.
    years : int
        How many years were put together.
    shrink : float
        People of one age and sex who must be expected for a group's own deviation to count half.
    stand_out : float
        Deviations of more than so many standard deviations of a Poisson count are believed whatever the size of the
        place, the more the further: students, prisons and new estates.
    half_believed : float
        Years that must be known for growth of all ages to count half.

    Returns
    -------
    CohortChange
        Where a group has more people than expected they are arrivals; where it has fewer, ratios are smaller.

    Raises
    ------
    ValueError
        If shapes differ, a figure is negative or missing, or there is no level.

    Notes
    -----
    With expected people E, a deviation r is multiplied by the larger of E / (E + shrink) and 1 - stand_out^2 E / r^2.
    Growth over all ages but births is ((sum after + M) / (sum expected + M)) ^ (years / (years + half_believed)), where
    M is ``shrink`` for every cell.

    Examples
    --------
    >>> people = np.full((1, 2, 91), 100.0)
    >>> change = cohort_change_ratios(reaching(people), people * 0.9, [[0]])
    >>> change.ratio[0, 0, [1, 90]].tolist(), float(change.arrivals.sum()), change.growth.tolist()
    ([0.9, 0.45], 0.0, [0.0])
    """
    could, were = _known(before, "people before"), _known(after, "people after")
    if could.shape != were.shape or could.ndim != 3:
        raise ValueError(f"shapes differ or are not (places, sexes, ages): {could.shape} and {were.shape}")
    if not levels:
        raise ValueError("at least one level of groups is needed")
    first, *inner = [np.asarray(level, np.int64) for level in levels]
    change = _plain(could, were, first)
    for groups in inner:
        change = _own(change, could, were, groups, years, (shrink, stand_out**2, half_believed))
    return change


def grouped_people(people: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Sums of places by group.

    Parameters
    ----------
    people : ndarray, shape (places, ...)
        People, or anything else that adds up.
    groups : ndarray of int, shape (places,)
        The group of each place, from 0.

    Returns
    -------
    ndarray, shape (groups, ...)
        In the order of the groups.

    Examples
    --------
    >>> grouped_people(np.array([[1.0], [2.0], [4.0]]), np.array([1, 0, 1])).tolist()
    [[2.0], [5.0]]
    """
    number = int(groups.max(initial=-1)) + 1
    found = np.zeros((number, *people.shape[1:]))
    np.add.at(found, groups, people)
    return found


def _plain(could: np.ndarray, were: np.ndarray, groups: np.ndarray) -> CohortChange:
    """Ratios of whole groups. Where nobody could have reached an age there, everybody who does is taken to stay."""
    expected, found = grouped_people(could, groups), grouped_people(were, groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, found / expected, 1.0)
    ratio[..., 0] = np.where(expected[..., 0] > 0, ratio[..., 0], 0.0)
    return CohortChange(ratio[groups], np.zeros_like(could), np.zeros(len(could)))


def _own(
    change: CohortChange,
    could: np.ndarray,
    were: np.ndarray,
    groups: np.ndarray,
    years: int,
    limits: tuple[float, float, float],
) -> CohortChange:
    """The change of larger groups, with what of a smaller group's own can be believed."""
    shrink, squared, half = limits
    of_place = could * _with_growth(change, 1.0) + years * change.arrivals
    expected, found = grouped_people(of_place, groups), grouped_people(were, groups)
    have, want = expected[..., 1:].sum(axis=(1, 2)), found[..., 1:].sum(axis=(1, 2))
    steady = shrink * expected[0, ..., 1:].size
    growth = np.log((want + steady) / (have + steady)) * years / (years + half)
    with np.errstate(divide="ignore", invalid="ignore"):
        # What all ages have in common is growth; a deviation is what an age has besides.
        expected[..., 1:] *= np.where(have > 0, want / have, 1.0)[:, None, None]
        away = found - expected
        believed = np.maximum(expected / (expected + shrink), 1 - squared * expected / away**2)
        away = np.where(away == 0, 0.0, np.clip(np.nan_to_num(believed), 0, 1) * away)
        fewer = np.where(away < 0, 1 + away / expected, 1.0)
    more = np.where(away > 0, away / years, 0.0)
    return CohortChange(
        change.ratio * fewer[groups],
        change.arrivals * fewer[groups] + more[groups] * _share_of_group(of_place, groups),
        change.growth + growth[groups],
    )


def _share_of_group(people: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Each place's share of its group at every age; of all ages where the group has nobody of one."""
    at_age, whole = grouped_people(people, groups)[groups], people.sum(axis=(1, 2), keepdims=True)
    alike = np.broadcast_to(1 / np.bincount(groups)[groups][:, None, None], whole.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        overall = whole / grouped_people(whole, groups)[groups]
        return np.where(at_age > 0, people / at_age, np.where(np.isfinite(overall), overall, alike))


def _with_growth(change: CohortChange, left: float) -> np.ndarray:
    """Ratios with so much of the growth that is left; births follow their mothers and do not grow besides."""
    ratio = change.ratio * np.exp(left * change.growth)[:, None, None]
    ratio[..., 0] = change.ratio[..., 0]
    return ratio


def moved_on(people: ArrayLike, change: CohortChange, left: float = 1.0) -> np.ndarray:
    """People a year later.

    Parameters
    ----------
    people : array_like, shape (places, 2, ages)
        People now.
    change : CohortChange
        How each place changes in a year.
    left : float
        How much of a place's own growth is left: it wears off with the years.

    Returns
    -------
    ndarray, shape (places, 2, ages)
        Those who can reach each age by the ratio for it, and arrivals.

    Examples
    --------
    >>> people = np.full((1, 2, 91), 10.0)
    >>> change = CohortChange(np.full((1, 2, 91), 0.5), np.ones((1, 2, 91)), np.zeros(1))
    >>> moved_on(people, change)[0, 0, [0, 1, 90]].tolist()
    [151.0, 6.0, 11.0]
    """
    return reaching(people) * _with_growth(change, left) + change.arrivals


def with_room(seed: ArrayLike, groups: ArrayLike, totals: ArrayLike) -> np.ndarray:
    """A seed in which every total above 0 has someone to stand for it.

    Parameters
    ----------
    seed : array_like, shape (places, 2, ages)
        Where fitting starts.
    groups : array_like of int, shape (places,)
        The group of each place.
    totals : array_like, shape (groups, 2, ages)
        What each group will be fitted to.

    Returns
    -------
    ndarray, shape (places, 2, ages)
        The seed; where a group has nobody of an age and should have, each place has its share of the group's people
        of all ages.

    Examples
    --------
    >>> seed = np.zeros((2, 2, 91)); seed[:, 0, 40] = 3, 1
    >>> totals = np.zeros((1, 2, 91)); totals[0, 0, 40], totals[0, 1, 90] = 4, 8
    >>> with_room(seed, [0, 0], totals)[:, 1, 90].tolist()
    [0.75, 0.25]
    """
    table, of = np.asarray(seed, np.float64), np.asarray(groups, np.int64)
    lacking = (grouped_people(table, of) == 0) & (np.asarray(totals) > 0)
    return np.where(lacking[of], _share_of_group(table, of), table) if lacking.any() else table


# --- the present method, and how far off they are -------------------------------------------------------------------


def simple_growth(people: ArrayLike, larger_now: ArrayLike, larger_later: ArrayLike) -> np.ndarray:
    """People of each place if each group of age and sex grows as in the larger area that holds it.

    Parameters
    ----------
    people : array_like, shape (places, groups)
        People now, by group of age and sex.
    larger_now, larger_later : array_like, shape (places, groups) or (groups,)
        People of the larger area of each place, now and later.

    Returns
    -------
    ndarray, shape (places, groups)
        Not rounded. Where the larger area has nobody now, NaN.

    Notes
    -----
    The method of the present locality profiles: nothing ages within a place, and places do not add up to the larger
    area.

    Examples
    --------
    >>> simple_growth([[10.0, 20.0]], [100.0, 100.0], [110.0, 80.0]).round(6).tolist()
    [[11.0, 16.0]]
    """
    now, later = np.asarray(larger_now, np.float64), np.asarray(larger_later, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(people, np.float64) * np.where(now > 0, later / now, np.nan)


def projection_error(
    projected: ArrayLike, actual: ArrayLike, groups: ArrayLike, number: int, share: float = 0.8
) -> Error:
    """Between which ratios of actual to projected people so large a share of projections lay, by group.

    Parameters
    ----------
    projected, actual : array_like, shape (n,)
        People; pairs of which one is missing or the projected one is 0 are left out.
    groups : array_like of int, shape (n,)
        From 0 to ``number`` - 1: a horizon, a class of size.
    number : int
        How many groups there are.
    share : float
        Fraction in (0, 1): 0.8 for four in five.

    Returns
    -------
    Error of ndarray, shape (number,)
        Quantiles that leave out the same share at either end, and how many pairs they rest on; NaN for none. Quantiles
        are at the ``ceil``-th smallest on either side, so that at least that share lies within.

    Raises
    ------
    ValueError
        If the share is outside (0, 1).

    Examples
    --------
    >>> error = projection_error([100] * 5, [90, 99, 100, 101, 112], [0] * 5, 1, share=0.6)
    >>> error.lower.tolist(), error.upper.tolist(), error.cases.tolist()
    ([0.99], [1.01], [5])
    """
    if not 0 < share < 1:
        raise ValueError(f"the share is {share}; a fraction between 0 and 1 was expected")
    p, a, of = np.asarray(projected, np.float64), np.asarray(actual, np.float64), np.asarray(groups, np.int64)
    known = np.isfinite(p) & np.isfinite(a) & (p > 0)
    ratio, of = a[known] / p[known], of[known]
    cases = np.bincount(of, minlength=number)
    ordered = np.append(ratio[np.lexsort((ratio, of))], np.nan)
    first = np.cumsum(cases) - cases
    # So many are left out at either end; the rounding forgives what binary fractions lose.
    out = np.floor(np.round(cases * (1 - share) / 2, 9)).astype(np.int64)
    at = np.where(cases > 0, first + out, len(ordered) - 1)
    end = np.where(cases > 0, first + cases - 1 - out, len(ordered) - 1)
    return Error(ordered[at], ordered[end], cases)
