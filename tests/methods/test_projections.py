"""Fitting to margins, cohorts moved on, and how far projections were off: three witnesses each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.projections import (
    CohortChange,
    cohort_change_ratios,
    fit_to_margins,
    grouped_people,
    moved_on,
    projection_error,
    reaching,
    simple_growth,
    with_room,
)

ROWS, COLUMNS = [[0], [1]], [0, 1]


def people(places: int = 1, **cells: float) -> np.ndarray:
    """Nobody, but for people of one sex and age in the first place, such as ``f20=30``."""
    found = np.zeros((places, 2, 91))
    for cell, number in cells.items():
        found[0, "fm".index(cell[0]), int(cell[1:])] = number
    return found


# --- fitting to margins ---------------------------------------------------------------------------------------------


def test_a_table_of_four_by_four_from_the_literature():
    """The four-by-four case that is handed round for Deming and Stephan's method, printed after a few rounds only."""
    seed = [[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]]
    fitted = fit_to_margins(seed, [np.arange(4)[:, None], np.arange(4)],
                            [[150, 300, 400, 150], [200, 300, 400, 100]])  # fmt: skip
    assert fitted.table == pytest.approx(np.array([
        [64.61, 46.28, 35.42, 3.83], [49.95, 68.15, 156.49, 25.37], [56.70, 144.40, 145.06, 53.76],
        [28.74, 41.18, 63.03, 17.03],
    ]), abs=0.06)  # fmt: skip


def test_two_by_two_worked_by_hand():
    """Odds stay 2 and every margin is 3: x / (3 - x) = sqrt(2)."""
    x = 3 * math.sqrt(2) / (1 + math.sqrt(2))
    fitted = fit_to_margins([[2, 1], [1, 1]], [ROWS, COLUMNS], [[3, 3], [3, 3]], tolerance=1e-13)
    assert fitted.table == pytest.approx(np.array([[x, 3 - x], [3 - x, x]]))
    assert fitted.furthest <= 3e-13


def test_one_margin_is_met_in_one_round_and_a_table_that_fits_in_none():
    once = fit_to_margins([[1, 3], [2, 2]], [ROWS], [[8, 2]])
    assert (once.table.tolist(), once.rounds) == ([[2, 6], [1, 1]], 1)
    assert fit_to_margins(once.table, [ROWS], [[8, 2]]).rounds == 0


def test_a_cell_of_no_margin_is_left_alone():
    assert fit_to_margins([1, 1, 5], [[0, 0, -1]], [[10]]).table.tolist() == [5, 5, 5]


@pytest.mark.parametrize(
    ("seed", "margins", "totals", "said"),
    [
        ([[1, 1], [1, 1]], [ROWS, COLUMNS], [[2, 2], [3, 3]], "margins disagree: one adds up to 4, another to 6"),
        ([[0, 0], [1, 1]], [ROWS], [[1, 1]], "above 0 where every cell is 0"),
        ([[1, 0], [0, 1]], [ROWS, COLUMNS], [[2, 1], [1, 2]], "no table has these margins"),
        ([[-1, 1], [1, 1]], [ROWS], [[1, 1]], "1 figure.s. of the seed are negative"),
        ([[1, 1], [1, 1]], [ROWS], [[1, math.nan]], "1 figure.s. of the totals are negative, missing"),
        ([[1, 1], [1, 1]], [[[0], [2]]], [[1, 1]], "cells name totals from 0 to 2; there are 2"),
        ([[1, 1], [1, 1]], [ROWS], [[1, 1], [1, 1]], "1 margin.s. have 2 sets of totals"),
    ],
)
def test_what_cannot_be_fitted_is_refused(seed: Any, margins: Any, totals: Any, said: str):
    with pytest.raises(ValueError, match=said):
        fit_to_margins(seed, margins, totals)


def plainly_fitted(seed: np.ndarray, rows: Sequence[float], columns: Sequence[float]) -> list[list[float]]:
    """Three hundred rounds with lists: every row to its total, then every column."""
    table = seed.tolist()
    for _ in range(300):
        for i, total in enumerate(rows):
            have = sum(table[i])
            table[i] = [cell * total / have if have else 0.0 for cell in table[i]]
        for j, total in enumerate(columns):
            have = sum(row[j] for row in table)
            for row in table:
                row[j] = row[j] * total / have if have else 0.0
    return table


counts = st.integers(1, 60)
tables = st.integers(1, 4).flatmap(
    lambda rows: st.integers(1, 4).flatmap(
        lambda columns: st.lists(st.lists(counts, min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    )
)


@settings(max_examples=60)
@given(tables, st.randoms(use_true_random=False))
def test_margins_are_met_as_by_a_plain_reckoning_and_in_any_order(drawn: list[list[int]], random: Any):
    seed = np.array(drawn, float)
    target = np.array([[random.randint(1, 60) for _ in row] for row in drawn], float)
    rows, columns = target.sum(axis=1), target.sum(axis=0)
    of_row, of_column = np.arange(len(rows))[:, None], np.arange(len(columns))
    fitted = fit_to_margins(seed, [of_row, of_column], [rows, columns], 1e-12).table
    assert fitted.sum(axis=1) == pytest.approx(rows)
    assert fitted.sum(axis=0) == pytest.approx(columns)
    assert fitted == pytest.approx(np.array(plainly_fitted(seed, rows.tolist(), columns.tolist())), abs=1e-6)
    other = fit_to_margins(seed, [of_column, of_row], [columns, rows], 1e-12).table
    assert other == pytest.approx(fitted, abs=1e-6)
    assert fit_to_margins(fitted, [of_row, of_column], [rows, columns], 1e-9).table == pytest.approx(fitted)


@settings(max_examples=40)
@given(tables)
def test_zeros_stay_and_a_table_that_fits_does_not_change(drawn: list[list[int]]):
    seed = np.array(drawn, float)
    seed[0, 1:] = 0
    margins = [np.arange(seed.shape[0])[:, None], np.arange(seed.shape[1])]
    fitted = fit_to_margins(seed, margins, [seed.sum(axis=1), seed.sum(axis=0)])
    assert fitted.rounds == 0
    assert (fitted.table == seed).all()
    doubled = fit_to_margins(seed, margins, [2 * seed.sum(axis=1), 2 * seed.sum(axis=0)]).table
    assert (doubled[seed == 0] == 0).all()


def test_three_margins_of_a_cube():
    margins = [np.arange(2).reshape(shape) for shape in ((2, 1, 1), (1, 2, 1), (1, 1, 2))]
    fitted = fit_to_margins(np.ones((2, 2, 2)), margins, [[6, 2], [4, 4], [2, 6]]).table
    assert fitted[0, 0, 1] == pytest.approx(8 * (6 / 8) * (4 / 8) * (6 / 8))


# --- cohorts --------------------------------------------------------------------------------------------------------


def test_those_who_can_reach_an_age():
    could = reaching(people(f14=7, f15=30, f44=2, m89=5, m90=4))[0]
    assert could[:, 0].tolist() == [30 + 2, 30 + 2]
    assert could[0, 15:17].tolist() == [7, 30]
    assert could[1, 90] == 5 + 4


def test_hamilton_and_perrys_ratios_of_one_place_are_plain():
    """Of 200 girls of 9, 190 are 10 a year later; 50 are born to 1,000 women."""
    before, after = people(f9=200, f30=1000), people(f10=190, f31=1000, f0=24, m0=26)
    change = cohort_change_ratios(reaching(before), after, [[0], [0]])
    assert change.ratio[0, 0, [0, 10]].tolist() == pytest.approx([24 / 1000, 190 / 200])
    assert change.ratio[0, 1, 0] == 26 / 1000
    assert change.arrivals.sum() == pytest.approx(0)
    assert moved_on(before, change)[0, 0, 10] == pytest.approx(190)


def test_a_small_places_own_ratio_counts_by_its_size():
    """Two places of 100 and 300: together 400 of 400 stay. The first loses 8 of 100, which counts half."""
    could, were = np.zeros((2, 2, 91)), np.zeros((2, 2, 91))
    could[:, 0, 50], were[:, 0, 50] = [100, 300], [92, 308]
    # Others, so many that all ages together do not grow.
    could[:, 1, 60] = were[:, 1, 60] = 1e6
    were[:, 1, 60] += [8, -8]
    change = cohort_change_ratios(could, were, [[0, 0], [0, 1]], shrink=100)
    assert change.ratio[0, 0, 50] == pytest.approx(1 - 0.5 * 8 / 100)
    assert change.arrivals[1, 0, 50] == pytest.approx(8 * 300 / 400)


def test_what_stands_out_is_believed_in_a_small_place():
    """Halls of residence: 5 could be 18, and 300 are, in the first of two places. Shrunk by size it would be 160."""
    could, were = np.full((2, 2, 91), 5.0), np.full((2, 2, 91), 5.0)
    were[0, 0, 18] = 300
    change = cohort_change_ratios(could, were, [[0, 0], [0, 1]])
    assert moved_on(np.full((2, 2, 91), 5.0), change, 0.0)[0, 0, 18] > 260
    assert moved_on(np.full((2, 2, 91), 5.0), change, 0.0)[1, 0, 18] < 25


def test_one_level_gives_every_place_the_ratios_of_its_group():
    could = np.abs(np.random.default_rng(1).normal(50, 9, (3, 2, 91)))
    change = cohort_change_ratios(could, could * np.array([1.2, 0.8, 1.0])[:, None, None], [[0, 0, 1]])
    assert (change.ratio[0] == change.ratio[1]).all()
    assert (change.growth == 0).all()


def plain_change(
    could: np.ndarray, were: np.ndarray, group: list[int], years: int
) -> tuple[list[float], list[float], list[float]]:
    """Ratio, arrivals and growth of females aged 50 in every place, one place at a time."""
    ratios, arrivals, growth = [], [], []
    for place, of in enumerate(group):
        fellows = [other for other, its in enumerate(group) if its == of]
        plain = np.ones((2, 91))
        for sex in range(2):
            for age in range(91):
                have = sum(could[other, sex, age] for other in fellows)
                plain[sex, age] = sum(were[other, sex, age] for other in fellows) / have if have else float(age > 0)
        expected = could[place] * plain
        have, want = expected[:, 1:].sum(), were[place][:, 1:].sum()
        growth.append(math.log((want + 18000) / (have + 18000)) * years / (years + 0.5))
        here = expected[0, 50] * want / have
        away = were[place, 0, 50] - here
        believed = max(here / (here + 100), 1 - 9 * here / away**2) if away else 0
        ratios.append(plain[0, 50] * (1 + believed * away / here if away < 0 else 1))
        arrivals.append(believed * away / years if away > 0 else 0)
    return ratios, arrivals, growth


@settings(max_examples=25)
@given(st.lists(st.integers(0, 1), min_size=1, max_size=5), st.integers(1, 8), st.integers(0, 10_000))
def test_ratios_are_those_of_a_plain_reckoning(group: list[int], years: int, seed: int):
    rng = np.random.default_rng(seed)
    group = [*dict.fromkeys(group), *group]  # every number from 0 that is used is there
    group = [sorted(set(group)).index(of) for of in group]
    could = rng.integers(1, 90, (len(group), 2, 91)).astype(float)
    were = rng.integers(0, 90, could.shape).astype(float)
    change = cohort_change_ratios(could, were, [group, np.arange(len(group))], years)
    ratios, arrivals, growth = plain_change(could, were, group, years)
    assert change.ratio[:, 0, 50] == pytest.approx(ratios)
    assert change.arrivals[:, 0, 50] == pytest.approx(arrivals, abs=1e-9)
    assert change.growth == pytest.approx(growth)
    assert (change.ratio >= 0).all()
    assert (change.arrivals >= 0).all()


def test_growth_wears_off():
    change = CohortChange(np.ones((1, 2, 91)), np.zeros((1, 2, 91)), np.log([1.1]))
    assert moved_on(people(f20=100), change)[0, 0, 21] == pytest.approx(110)
    assert moved_on(people(f20=100), change, 0.0)[0, 0, 21] == pytest.approx(100)


@pytest.mark.parametrize(
    ("before", "after", "levels", "said"),
    [
        (np.ones((1, 2, 91)), np.ones((2, 2, 91)), [[0]], "shapes differ"),
        (np.ones((1, 2, 91)), np.ones((1, 2, 91)), [], "at least one level"),
        (-np.ones((1, 2, 91)), np.ones((1, 2, 91)), [[0]], "182 figure.s. of the people before"),
    ],
)
def test_cohorts_that_cannot_be_compared_are_refused(before: Any, after: Any, levels: Any, said: str):
    with pytest.raises(ValueError, match=said):
        cohort_change_ratios(before, after, levels)


def test_room_is_made_where_nobody_stands_for_a_total():
    seed, totals = people(2, f40=3), np.zeros((1, 2, 91))
    seed[1, 0, 40], totals[0, 0, 40], totals[0, 1, 90] = 1, 4, 8
    room = with_room(seed, [0, 0], totals)
    assert room[:, 1, 90].tolist() == [3 / 4, 1 / 4]
    assert room[:, 1, 89].tolist() == [0, 0]
    empty = with_room(np.zeros((2, 2, 91)), [0, 0], totals)
    assert empty[:, 1, 90].tolist() == [1 / 2, 1 / 2]


def test_places_are_added_up_by_group():
    assert grouped_people(np.array([[1.0, 2], [3, 4], [5, 6]]), np.array([1, 0, 1])).tolist() == [[3, 4], [6, 8]]


# --- the present method, and errors ---------------------------------------------------------------------------------


def test_every_place_grows_as_the_larger_one():
    grown = simple_growth([[10, 20], [30, 40]], [100, 50], [110, 25])
    assert grown == pytest.approx(np.array([[10 * 1.1, 20 / 2], [30 * 1.1, 40 / 2]]))
    assert np.isnan(simple_growth([[1.0]], [0.0], [5.0])).all()


def plain_error(ratios: list[float], share: float) -> tuple[float, float]:
    """Drop the so many lowest and as many highest, one at a time."""
    left = sorted(ratios)
    dropped = 0
    while (dropped + 1) <= len(ratios) * (1 - share) / 2 + 1e-9:
        left, dropped = left[1:-1], dropped + 1
    return left[0], left[-1]


@given(st.lists(st.integers(1, 400), min_size=1, max_size=40), st.sampled_from([0.5, 0.8, 0.9]))
def test_so_many_projections_lay_within(actual: list[int], share: float):
    ratios = [number / 100 for number in actual]
    error = projection_error([100.0] * len(actual), actual, [0] * len(actual), 2, share)
    assert (error.lower[0], error.upper[0]) == plain_error(ratios, share)
    within = sum(error.lower[0] <= ratio <= error.upper[0] for ratio in ratios)
    assert within >= share * len(ratios) - 1e-9
    assert error.cases.tolist() == [len(actual), 0]
    assert np.isnan([error.lower[1], error.upper[1]]).all()


def test_an_error_of_nothing_that_can_be_compared():
    assert projection_error([0, 5, np.nan], [1, np.nan, 2], [0, 0, 0], 1).cases.tolist() == [0]
    with pytest.raises(ValueError, match="a fraction between 0 and 1"):
        projection_error([1], [1], [0], 1, share=80)
