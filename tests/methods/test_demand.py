"""Demand by age: worked by hand, by properties, and against loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.statistics.demand import (
    demand_by_year,
    parts_of_whole,
    rates_of_bands,
    ratio_to_expected,
    remaining_share,
    shift_along_ages,
)

RATE = st.floats(0, 5)
PEOPLE = st.floats(0, 1e5)
SHIFT = st.floats(-20, 20)


# --- worked by hand -------------------------------------------------------------------------------


def test_half_a_year_later_is_half_way_between_two_ages() -> None:
    # Four ages with rates 0, 10, 20, 40; the rate at an age is the one of half a year before.
    assert (shift_along_ages(0.5, 4) @ [0, 10, 20, 40]).tolist() == [0, (0 + 10) / 2, (10 + 20) / 2, (20 + 40) / 2]


def test_younger_ages_keep_their_rates_and_none_moves_in_from_below() -> None:
    # From the third age on, by a whole year: the third keeps its own, for what stands before it is too young.
    assert (shift_along_ages(1, 4, first=2) @ [7, 10, 20, 40]).tolist() == [7, 10, 20, 20]


def test_rates_may_move_to_earlier_ages() -> None:
    assert (shift_along_ages(-1, 4) @ [0, 10, 20, 40]).tolist() == [10, 20, 40, 40]


def test_two_per_cent_a_year_down_to_nine_tenths() -> None:
    left = remaining_share(2, [0, 1, 5, 6, 20], floor_percent=90)
    assert left.tolist() == pytest.approx([1, 0.98, 0.98**5, 0.9, 0.9])
    assert remaining_share(-1, [0, 2]).tolist() == pytest.approx([1, 1.01**2])


def test_a_village_that_grows_old() -> None:
    # Bands 0 to 1 and 2 to 3: 10 of 100 and 30 of 60. Later there are 40 and 40, then 20 and 90.
    rates = rates_of_bands([[10, 30]], [[50, 50, 40, 20]], [0, 0, 1, 1])
    assert rates.tolist() == [[0.1, 0.1, 0.5, 0.5]]
    years = demand_by_year(rates, [[[50, 50, 40, 20], [20, 20, 30, 10], [10, 10, 45, 45]]])
    assert years.tolist() == [[40, 0.1 * 40 + 0.5 * 40, 0.1 * 20 + 0.5 * 90]]


def test_what_is_not_known_is_not_nought() -> None:
    assert np.isnan(rates_of_bands([[math.nan, 30]], [[5, 5]], [0, 1])).all()
    assert np.isnan(rates_of_bands([[3, 3]], [[0, 5]], [0, 1])).all(), "three are counted among nobody"
    assert rates_of_bands([[0, 3]], [[0, 5]], [0, 1]).tolist() == [[0, 0.6]]
    assert rates_of_bands([[3]], [[5, 5]], [-1, 0]).tolist() == [[0, 0.6]], "no band holds the first age"


def test_a_place_above_the_reference_stays_above_it() -> None:
    assert ratio_to_expected([30, math.nan, 5], [20, 20, 0]).tolist() == [1.5, 1, 1]


def test_two_localities_are_brought_to_their_partnership() -> None:
    # At the base they had 90 of its 100; it asks for 200 later, of which they have 180, 1 to 2.
    found = parts_of_whole([[30, 50], [60, 100], [7, 8]], [[100, 200]], [0, 0, -1], [0.9])
    assert found.tolist() == [[30, 60], [60, 120], [7, 8]]


@pytest.mark.parametrize("wrong", [
    lambda: shift_along_ages(1, 0), lambda: shift_along_ages(1, 5, first=5), lambda: shift_along_ages(math.inf, 5),
    lambda: remaining_share(100, [1]), lambda: remaining_share(1, [1], floor_percent=101),
    lambda: rates_of_bands([[1, 2]], [[1, 2, 3]], [0, 1]), lambda: rates_of_bands([[-1, 2]], [[1, 2]], [0, 1]),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="should|nought|finite|itself|band"):
        wrong()


# --- properties -----------------------------------------------------------------------------------


@given(st.lists(st.tuples(PEOPLE, RATE), min_size=1, max_size=20))
def test_unchanged_people_at_unchanged_rates_ask_for_the_same(told: list[tuple[float, float]]) -> None:
    people, rates = (np.array(each) for each in zip(*told, strict=True))
    moved = people @ shift_along_ages(0, people.size)
    asked = demand_by_year([rates], [[people, moved, people * remaining_share(0, [9])[0]]])[0]
    assert asked.tolist() == pytest.approx([asked[0]] * 3)


@given(st.lists(st.tuples(PEOPLE, RATE), min_size=1, max_size=20), SHIFT)
def test_twice_the_people_ask_for_twice_as_much(told: list[tuple[float, float]], shift: float) -> None:
    people, rates = (np.array(each) for each in zip(*told, strict=True))
    asked = demand_by_year([rates], [[people @ shift_along_ages(shift, people.size), 2 * people
                                      @ shift_along_ages(shift, people.size)]])[0]  # fmt: skip
    assert asked[1] == pytest.approx(2 * asked[0])


@given(st.lists(st.tuples(PEOPLE, RATE), min_size=1, max_size=20), SHIFT, st.floats(0, 10))
def test_the_healthier_the_less_where_rates_rise_with_age(
    told: list[tuple[float, float]], shift: float, more: float
) -> None:
    people, rates = np.array([p for p, _ in told]), np.sort([r for _, r in told])
    less, least = (people @ shift_along_ages(by, people.size) @ rates for by in (shift, shift + more))
    assert least <= less * (1 + 1e-9) + 1e-9


@given(SHIFT, st.integers(1, 30), st.data())
def test_rows_of_a_shift_add_up_to_one(shift: float, ages: int, data: st.DataObject) -> None:
    matrix = shift_along_ages(shift, ages, data.draw(st.integers(0, ages - 1)))
    assert matrix.sum(axis=1).tolist() == pytest.approx([1] * ages)
    assert (matrix >= 0).all()


@given(st.floats(-5, 50), st.floats(0, 100), st.lists(st.floats(0, 60), min_size=2, max_size=5))
def test_what_falls_never_rises_and_never_below_the_floor(percent: float, floor: float, years: list[float]) -> None:
    left = remaining_share(percent, sorted(years), floor)
    assert (np.diff(left) <= 1e-12).all() or percent < 0
    assert percent <= 0 or (left >= floor / 100).all()


@given(st.lists(st.tuples(st.floats(0.1, 1e4), st.floats(0.1, 1e4), st.integers(-1, 2)), min_size=1, max_size=9),
       st.floats(0.1, 1))  # fmt: skip
def test_parts_add_up_to_their_share_of_the_whole(told: list[tuple[float, float, int]], share: float) -> None:
    parts, home = np.array([row[:2] for row in told]), np.array([row[2] for row in told])
    whole = np.array([[10, 20], [5, 0.5], [3, 3]])
    found = parts_of_whole(parts, whole, home, [share] * 3)
    for at in set(home.tolist()) - {-1}:
        assert found[home == at].sum(axis=0).tolist() == pytest.approx((whole[at] * share).tolist())
    assert found[home == -1].tolist() == parts[home == -1].tolist()


# --- a plain second way ---------------------------------------------------------------------------


def plain_rate(rates: list[float], age: int, shift: float, first: int) -> float:
    if age < first:
        return rates[age]
    at = min(max(age - shift, first), len(rates) - 1)
    whole = int(at)
    after = rates[min(whole + 1, len(rates) - 1)]
    return rates[whole] + (at - whole) * (after - rates[whole])


@given(st.lists(RATE, min_size=1, max_size=12), SHIFT, st.data())
def test_it_is_the_plain_method(rates: list[float], shift: float, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(rates) - 1))
    found = (shift_along_ages(shift, len(rates), first) @ rates).tolist()
    assert found == pytest.approx([plain_rate(rates, age, shift, first) for age in range(len(rates))], abs=1e-9)


HEADS = st.one_of(st.just(0.0), st.floats(0.01, 50))


@given(st.lists(st.lists(HEADS, min_size=6, max_size=6), min_size=1, max_size=4))
def test_rates_of_bands_are_the_plain_ones(people: list[list[float]]) -> None:
    counts, bands = [[3.0, 5.0]] * len(people), [0, 0, 1, 1, 1, -1]
    found = rates_of_bands(counts, people, bands)
    for row, heads in enumerate(people):
        of_band = [sum(heads[0:2]), sum(heads[2:5])]
        plain = [math.nan] * 6 if 0 in of_band else [3 / of_band[0]] * 2 + [5 / of_band[1]] * 3 + [0]
        assert found[row].tolist() == pytest.approx(plain, nan_ok=True)
