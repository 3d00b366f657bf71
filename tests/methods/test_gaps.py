"""Gaps between the most and the least deprived: worked cases, properties, and a slow plain second implementation.

Values run from the most deprived (left) to the least deprived (right).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.gaps import absolute_gap, attributable_share, relative_gap
from locality_profiles.statistics.intervals import Estimate

USUAL = settings(deadline=None, max_examples=60)
values_and_people = st.lists(st.tuples(st.floats(0.1, 1000), st.integers(1, 5000)), min_size=1, max_size=10)
estimates = st.tuples(st.floats(0.1, 1000), st.floats(0, 0.9), st.floats(0, 3)).map(
    lambda v: Estimate([v[0]], [v[0] * (1 - v[1])], [v[0] * (1 + v[2])])
)


def of(value: float, lower: float = math.nan, upper: float = math.nan) -> Estimate:
    return Estimate([value], [lower], [upper])


def numbers(estimate: Estimate) -> list[float]:
    return [float(part[0]) for part in estimate]


def split(drawn: list[tuple[float, int]]) -> tuple[list[float], list[int]]:
    return [v for v, _ in drawn], [n for _, n in drawn]


def plain_share(values: list[float], people: list[int]) -> float:
    """ScotPHO's own form of the formula: 100 sum((r_i/r_least - 1) p_i)/(1 + the same sum)."""
    excess = 0.0
    for value, n in zip(values, people, strict=True):
        excess += (value / values[-1] - 1) * n / sum(people)
    return 100 * excess / (1 + excess)


# --- worked cases ------------------------------------------------------------------------------------


def test_the_absolute_gap_by_hand():
    # Zou & Donner (2008): distances to the limits that face each other are the sides of a right triangle, 3 4 5.
    found = absolute_gap(of(20, lower=17, upper=32), of(8, lower=3, upper=12))
    assert numbers(found) == pytest.approx([20 - 8, 12 - math.hypot(3, 4), 12 + math.hypot(12, 5)])
    assert numbers(found) == pytest.approx([12, 7, 25])


def test_the_relative_gap_by_hand():
    # The same on the logarithms, where the distances are .3 and .4 below, 1.2 and .5 above.
    most = of(*(math.exp(x) for x in (2, 2 - 0.3, 2 + 1.2)))
    least = of(*(math.exp(x) for x in (1, 1 - 0.5, 1 + 0.4)))
    assert numbers(relative_gap(most, least)) == pytest.approx([math.e, math.exp(1 - 0.5), math.exp(1 + 1.3)])


def test_the_attributable_share_by_hand():
    # All 20 on average, 10 among the least deprived: half would go.
    assert attributable_share([[30, 25, 20, 15, 10]], [[100] * 5])[0] == pytest.approx(100 * (20 - 10) / 20)
    # Among 1 and 3 people the mean is (40 + 3 x 20)/4 = 25.
    assert attributable_share([[40, 20]], [[1, 3]])[0] == pytest.approx(100 * (1 - 20 / 25))


def test_the_share_is_negative_where_the_least_deprived_have_more():
    assert attributable_share([[10, 20, 30]], [[1, 1, 1]])[0] == pytest.approx(100 * (1 - 30 / 20))


def test_only_nought_among_the_least_deprived_makes_the_share_the_whole():
    assert attributable_share([[5, 0]], [[1, 9]])[0] == 100


# --- properties --------------------------------------------------------------------------------------


@USUAL
@given(estimates, estimates)
def test_both_gaps_hold_their_values_and_have_the_sign_of_who_has_more(most, least):
    absolute, relative = numbers(absolute_gap(most, least)), numbers(relative_gap(most, least))
    assert absolute[1] <= absolute[0] <= absolute[2]
    assert relative[1] <= relative[0] * (1 + 1e-12)
    assert relative[0] <= relative[2] * (1 + 1e-12)
    assert (absolute[0] > 0) == (relative[0] > 1)


@USUAL
@given(estimates, estimates)
def test_turned_round_one_gap_changes_its_sign_and_the_other_is_one_over_it(most, least):
    (gap, low, high), turned = numbers(absolute_gap(most, least)), numbers(absolute_gap(least, most))
    assert turned == pytest.approx([-gap, -high, -low])
    (ratio, low, high), turned = numbers(relative_gap(most, least)), numbers(relative_gap(least, most))
    assert turned == pytest.approx([1 / ratio, 1 / high, 1 / low])


@USUAL
@given(st.floats(0.1, 1000), st.lists(st.integers(1, 5000), min_size=1, max_size=10))
def test_nothing_is_attributable_where_all_are_alike(value, people):
    assert attributable_share([[value] * len(people)], [people])[0] == pytest.approx(0, abs=1e-9)


@USUAL
@given(values_and_people, st.floats(0.01, 100), st.integers(2, 50))
def test_the_share_knows_neither_the_unit_nor_the_size(drawn, times, more):
    values, people = split(drawn)
    once = attributable_share([values], [people])[0]
    often = attributable_share([[v * times for v in values]], [[n * more for n in people]])[0]
    assert often == pytest.approx(once, rel=1e-9, abs=1e-6)


@USUAL
@given(values_and_people)
def test_the_share_of_all_events_is_what_would_go(drawn):
    values, people = split(drawn)
    events = sum(v * n for v, n in drawn)
    left = values[-1] * sum(people)
    assert attributable_share([values], [people])[0] * events / 100 == pytest.approx(events - left, abs=1e-6)


# --- a slow plain second implementation --------------------------------------------------------------


@USUAL
@given(st.lists(values_and_people.filter(lambda drawn: len(drawn) >= 3).map(lambda d: d[:3]), min_size=1, max_size=5))
def test_the_published_form_of_the_formula_gives_the_same(groups):
    values, people = [split(drawn)[0] for drawn in groups], [split(drawn)[1] for drawn in groups]
    found = attributable_share(values, people)
    for share, v, n in zip(found, values, people, strict=True):
        assert share == pytest.approx(plain_share(v, n), rel=1e-9, abs=1e-6)


@USUAL
@given(estimates, estimates)
def test_plain_square_and_add_gives_the_same_gaps(most, least):
    (a, la, ua), (b, lb, ub) = numbers(most), numbers(least)
    low, high = (a - b) - ((a - la) ** 2 + (ub - b) ** 2) ** 0.5, (a - b) + ((ua - a) ** 2 + (b - lb) ** 2) ** 0.5
    assert numbers(absolute_gap(most, least)) == pytest.approx([a - b, low, high], abs=1e-9)
    below = (math.log(a / la) ** 2 + math.log(ub / b) ** 2) ** 0.5
    above = (math.log(ua / a) ** 2 + math.log(b / lb) ** 2) ** 0.5
    expected = [a / b, a / b * math.exp(-below), a / b * math.exp(above)]
    assert numbers(relative_gap(most, least)) == pytest.approx(expected)


# --- bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "people", "words"),
    [
        ([[1, 2]], [[1, -1]], "fewer people than nobody"),
        ([[1, 2]], [[1, 1, 1]], "must be the same"),
        ([], [], "no quantile"),
    ],
)
def test_what_makes_no_share_is_refused(values, people, words):
    with pytest.raises(ValueError, match=words):
        attributable_share(values, people)


@pytest.mark.parametrize(
    ("values", "people"),
    [
        ([1, math.nan, 2], [1, 1, 1]),
        ([1, 2, math.nan], [1, 1, 1]),
        ([1, 2, 3], [1, math.nan, 1]),
        ([0, 0, 0], [1, 1, 1]),
        ([1, 2, 3], [0, 0, 0]),
    ],
    ids=["a value missing", "the least deprived missing", "people not known", "no events", "nobody"],
)
def test_there_is_no_share_without_all_quantiles_people_and_events(values, people):
    found = attributable_share([values, [3, 2, 1]], [people, [1, 1, 1]])
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(50)


def test_of_one_quantile_alone_nothing_is_attributable():
    assert attributable_share([[7]], [[100]])[0] == 0


def test_no_groups_give_no_shares_and_no_gaps():
    nothing = Estimate([], [], [])
    assert attributable_share(np.zeros((0, 5)), np.zeros((0, 5))).shape == (0,)
    assert absolute_gap(nothing, nothing).value.shape == relative_gap(nothing, nothing).value.shape == (0,)


@pytest.mark.parametrize("gap", [absolute_gap, relative_gap])
@pytest.mark.parametrize(("most", "least"), [(math.nan, 1), (1, math.nan)])
def test_no_gap_is_told_where_a_side_is_not_known(gap, most, least):
    assert np.isnan(numbers(gap(of(most), of(least)))).all()


def test_a_gap_of_values_without_limits_has_none():
    assert numbers(absolute_gap(of(5), of(3))) == pytest.approx([2, math.nan, math.nan], nan_ok=True)
    assert numbers(relative_gap(of(6), of(3))) == pytest.approx([2, math.nan, math.nan], nan_ok=True)


def test_there_is_no_relative_gap_over_nought_but_an_absolute_one():
    assert np.isnan(numbers(relative_gap(of(5, 4, 6), of(0, 0, 1)))[0])
    assert numbers(absolute_gap(of(5, 4, 6), of(0, 0, 1)))[0] == 5


@pytest.mark.parametrize(("most", "least"), [(-1, 5), (5, -1)])
def test_a_ratio_of_negative_values_is_refused(most, least):
    with pytest.raises(ValueError, match="means nothing"):
        relative_gap(of(most), of(least))
