"""Differences, ratios and change: worked cases, properties, and a slow plain second implementation."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.differences import (
    difference_of_estimates,
    intervals_apart,
    percentage_change,
    ratio_of_estimates,
)
from locality_profiles.statistics.intervals import Estimate

USUAL = settings(deadline=None, max_examples=80)
Z = 1.959963984540054
#: Value, and how far below and above it the limits are.
parts = st.tuples(st.integers(-500, 500), st.integers(0, 100), st.integers(0, 100))
positive = st.tuples(st.integers(1, 500), st.floats(0, 0.9), st.floats(0, 3)).map(
    lambda v: (float(v[0]), v[0] * (1 - v[1]), v[0] * (1 + v[2]))
)


def of(value: float, lower: float = math.nan, upper: float = math.nan) -> Estimate:
    return Estimate([value], [lower], [upper])


def around(drawn: tuple[int, int, int]) -> Estimate:
    value, below, above = drawn
    return of(value, value - below, value + above)


def numbers(estimate: Estimate) -> list[float]:
    return [float(part[0]) for part in estimate]


def wilson(part: int, whole: int) -> Estimate:
    """A proportion with Wilson's limits, written out."""
    share = part / whole
    middle, half = share + Z * Z / (2 * whole), Z * math.sqrt(share * (1 - share) / whole + (Z / (2 * whole)) ** 2)
    return of(share, (middle - half) / (1 + Z * Z / whole), (middle + half) / (1 + Z * Z / whole))


# --- worked cases ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "lower", "upper"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_the_differences_of_proportions_that_newcombe_works_out(one, other, lower, upper):
    # Newcombe, Statistics in Medicine 17 (1998): method 10, Wilson's limits without a correction for continuity.
    found = numbers(difference_of_estimates(wilson(*one), wilson(*other)))
    assert found[0] == pytest.approx(one[0] / one[1] - other[0] / other[1])
    assert found[1:] == pytest.approx([lower, upper], abs=5e-5)


def test_a_difference_of_any_estimates_by_hand():
    # Zou & Donner (2008): below, 3 of the first and 4 of the second make 5; above, 12 and 5 make 13.
    found = difference_of_estimates(of(20, lower=17, upper=32), of(8, lower=3, upper=12))
    assert numbers(found) == pytest.approx([12, 12 - 5, 12 + 13])


def test_a_difference_from_a_value_without_uncertainty_has_the_limits_of_the_other():
    assert numbers(difference_of_estimates(of(20, 17, 32), of(8, 8, 8))) == [12, 17 - 8, 32 - 8]


def test_the_limits_of_two_means_are_those_of_the_normal_difference():
    # Errors 3 and 4 make one of 5 when limits lie z errors away on both sides.
    found = difference_of_estimates(of(50, 50 - Z * 3, 50 + Z * 3), of(30, 30 - Z * 4, 30 + Z * 4))
    assert numbers(found) == pytest.approx([20, 20 - Z * 5, 20 + Z * 5])


def test_a_ratio_by_hand():
    # On the logarithms: .3 and .4 below, .5 and 1.2 above.
    one = of(*(math.exp(x) for x in (3, 3 - 0.3, 3 + 0.5)))
    other = of(*(math.exp(x) for x in (1, 1 - 1.2, 1 + 0.4)))
    assert numbers(ratio_of_estimates(one, other)) == pytest.approx([math.exp(x) for x in (2, 2 - 0.5, 2 + 1.3)])


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (40, 30, 100 * (30 - 40) / 40),
        (30, 40, 100 * (40 - 30) / 30),
        (50, 50, 0.0),
        (50, 0, -100.0),
        (0, 5, math.nan),  # there is no percentage of nought
        (0, 0, math.nan),
        (math.nan, 5, math.nan),
        (5, math.nan, math.nan),
        (-10, -5, 50.0),  # up is up, also from below nought
        (-10, -15, -50.0),
    ],
)
def test_percentage_change_with_its_sign(old, new, change):
    assert percentage_change([old], [new])[0] == pytest.approx(change, nan_ok=True)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ((11, 15), (5, 10), 1),
        ((10, 15), (5, 10), 0),  # they touch
        ((9, 15), (5, 10), 0),
        ((6, 7), (5, 10), 0),  # one holds the other
        ((5, 10), (11, 15), -1),
        ((5, 10), (10, 15), 0),
        ((7, 7), (7, 7), 0),
    ],
)
def test_intervals_are_apart_where_they_neither_touch_nor_overlap(one, other, apart):
    assert intervals_apart(of(8, *one), of(8, *other))[0] == apart


# --- properties --------------------------------------------------------------------------------------


@USUAL
@given(parts, parts)
def test_a_difference_is_within_its_limits_and_turns_round_with_its_sides(one, other):
    value, lower, upper = numbers(difference_of_estimates(around(one), around(other)))
    assert lower <= value <= upper
    turned = numbers(difference_of_estimates(around(other), around(one)))
    assert turned == pytest.approx([-value, -upper, -lower])


@USUAL
@given(parts, parts)
def test_a_difference_is_less_sure_than_either_side_and_surer_than_both_in_a_row(one, other):
    _, lower, upper = numbers(difference_of_estimates(around(one), around(other)))
    value = one[0] - other[0]
    for reach, sides in ((value - lower, (one[1], other[2])), (upper - value, (one[2], other[1]))):
        assert max(sides) - 1e-9 <= reach <= sum(sides) + 1e-9


@USUAL
@given(parts, parts, st.integers(-100, 100), st.integers(1, 50))
def test_a_difference_knows_its_unit_and_no_level(one, other, added, times):
    def moved(drawn):
        return around(((drawn[0] + added) * times, drawn[1] * times, drawn[2] * times))

    once = numbers(difference_of_estimates(around(one), around(other)))
    often = numbers(difference_of_estimates(moved(one), moved(other)))
    assert often == pytest.approx([times * part for part in once])


@USUAL
@given(parts, parts)
def test_where_intervals_are_apart_the_difference_leaves_nought_out(one, other):
    # Not the other way round: looking whether intervals overlap is the more cautious test.
    apart = int(intervals_apart(around(one), around(other))[0])
    assume(apart)
    _, lower, upper = numbers(difference_of_estimates(around(one), around(other)))
    assert lower > 0 if apart > 0 else upper < 0


def test_intervals_may_overlap_although_the_difference_leaves_nought_out():
    one, other = of(10, 7, 13), of(5, 2, 8)
    assert intervals_apart(one, other)[0] == 0
    assert numbers(difference_of_estimates(one, other))[1] == pytest.approx(5 - math.sqrt(18))
    assert 5 - math.sqrt(18) > 0


@USUAL
@given(positive, positive, st.integers(1, 50))
def test_a_ratio_is_within_its_limits_turns_round_and_has_no_unit(one, other, times):
    value, lower, upper = numbers(ratio_of_estimates(of(*one), of(*other)))
    assert lower <= value * (1 + 1e-12)
    assert value <= upper * (1 + 1e-12)
    assert numbers(ratio_of_estimates(of(*other), of(*one))) == pytest.approx([1 / value, 1 / upper, 1 / lower])
    scaled = ratio_of_estimates(of(*(p * times for p in one)), of(*(p * times for p in other)))
    assert numbers(scaled) == pytest.approx([value, lower, upper])


@USUAL
@given(st.integers(1, 1000), st.integers(0, 1000), st.integers(1, 50))
def test_change_is_the_ratio_less_one_and_has_no_unit(old, new, times):
    change = percentage_change([old], [new])[0]
    assert change == pytest.approx(100 * (new / old - 1), abs=1e-9)
    assert percentage_change([old * times], [new * times])[0] == pytest.approx(change)
    assert (change > 0, change < 0) == (new > old, new < old)


# --- a slow plain second implementation --------------------------------------------------------------


@USUAL
@given(st.lists(st.tuples(parts, parts), max_size=8))
def test_plain_square_and_add_gives_the_same_differences(pairs):
    one, other = ([around(pair[side]) for pair in pairs] for side in (0, 1))

    def column(estimates):
        return Estimate(*([e[part][0] for e in estimates] for part in range(3)))

    found = difference_of_estimates(column(one), column(other))
    for i, ((a, below_a, above_a), (b, below_b, above_b)) in enumerate(pairs):
        assert found.value[i] == a - b
        assert found.lower[i] == pytest.approx(a - b - (below_a**2 + above_b**2) ** 0.5)
        assert found.upper[i] == pytest.approx(a - b + (above_a**2 + below_b**2) ** 0.5)


@USUAL
@given(positive, positive)
def test_plain_square_and_add_of_logarithms_gives_the_same_ratio(one, other):
    (a, la, ua), (b, lb, ub) = one, other
    below = (math.log(a / la) ** 2 + math.log(ub / b) ** 2) ** 0.5
    above = (math.log(ua / a) ** 2 + math.log(b / lb) ** 2) ** 0.5
    expected = [a / b, a / b * math.exp(-below), a / b * math.exp(above)]
    assert numbers(ratio_of_estimates(of(*one), of(*other))) == pytest.approx(expected)


@USUAL
@given(st.lists(st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)), max_size=10))
def test_whole_fractions_give_the_same_change(pairs):
    for change, (old, new) in zip(percentage_change([p for p, _ in pairs], [q for _, q in pairs]), pairs, strict=True):
        if old == 0:
            assert math.isnan(change)
        else:
            assert change == pytest.approx(float(Fraction(100 * (new - old), abs(old))))


@USUAL
@given(st.lists(st.tuples(parts, parts), min_size=1, max_size=8))
def test_looking_at_every_point_of_whole_intervals_gives_the_same_verdict(pairs):
    ends = [[(v - below, v + above) for v, below, above in pair] for pair in pairs]
    columns = [Estimate([0] * len(pairs), [p[side][0] for p in ends], [p[side][1] for p in ends]) for side in (0, 1)]
    for apart, (one, other) in zip(intervals_apart(*columns), ends, strict=True):
        mine, theirs = set(range(one[0], one[1] + 1)), set(range(other[0], other[1] + 1))
        shared = bool(mine & theirs)
        assert apart == (0 if shared else 1 if min(mine) > min(theirs) else -1)


# --- bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [difference_of_estimates, ratio_of_estimates])
@pytest.mark.parametrize(
    ("one", "other", "known"),
    [
        ((math.nan, 1, 3), (2, 1, 3), [False, False, False]),
        ((2, 1, 3), (math.nan, 1, 3), [False, False, False]),
        ((2, math.nan, 3), (2, 1, 3), [True, False, True]),
        ((2, 1, math.nan), (2, 1, 3), [True, True, False]),
        # The lower limit needs the upper one of the second estimate, and the upper its lower one.
        ((2, 1, 3), (2, math.nan, 3), [True, True, False]),
        ((2, 1, 3), (2, 1, math.nan), [True, False, True]),
    ],
)
def test_what_is_not_known_of_either_side_is_not_known_of_the_two(method, one, other, known):
    assert [not math.isnan(part) for part in numbers(method(of(*one), of(*other)))] == known


@pytest.mark.parametrize(("one", "other"), [(-1, 5), (5, -1), (-1, -1)])
def test_a_ratio_of_negative_values_is_refused(one, other):
    with pytest.raises(ValueError, match="means nothing"):
        ratio_of_estimates(of(one), of(other))


@pytest.mark.parametrize(
    ("one", "other", "value", "has_lower", "has_upper"),
    [
        ((4, 2, 6), (0, 0, 3), math.nan, False, False),  # over nought
        ((0, 0, 3), (4, 2, 6), 0.0, False, False),  # nought has no logarithm to move from
        ((0, 0, 3), (0, 0, 3), math.nan, False, False),
        ((4, 0, 6), (4, 2, 6), 1.0, False, True),  # a lower limit of nought is needed below only
        ((4, 2, 6), (4, 0, 6), 1.0, True, False),
    ],
)
def test_a_ratio_with_nought_in_it_has_the_limits_that_need_none(one, other, value, has_lower, has_upper):
    found = numbers(ratio_of_estimates(of(*one), of(*other)))
    assert found[0] == pytest.approx(value, nan_ok=True)
    assert [not math.isnan(limit) for limit in found[1:]] == [has_lower, has_upper]


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("limits", [(math.nan, 5), (5, math.nan)])
def test_intervals_of_which_a_limit_is_not_known_are_not_called_similar(side, limits):
    pair = [of(5, 4, 6), of(5, 4, 6)]
    pair[side] = of(5, *limits)
    with pytest.raises(ValueError, match="cannot be compared"):
        intervals_apart(*pair)


@pytest.mark.parametrize("method", [difference_of_estimates, ratio_of_estimates, intervals_apart])
def test_columns_of_different_lengths_are_refused(method):
    with pytest.raises(ValueError, match="broadcast"):
        method(Estimate([1, 2], [1, 2], [1, 2]), Estimate([1, 2, 3], [1, 2, 3], [1, 2, 3]))


def test_periods_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="broadcast"):
        percentage_change([1, 2], [1, 2, 3])


def test_empty_columns_give_empty_columns():
    nothing = Estimate([], [], [])
    assert difference_of_estimates(nothing, nothing).lower.shape == (0,)
    assert ratio_of_estimates(nothing, nothing).lower.shape == (0,)
    assert intervals_apart(nothing, nothing).shape == percentage_change([], []).shape == (0,)


def test_a_single_number_is_a_column_of_itself():
    found = difference_of_estimates(Estimate(5, 4, 6), Estimate(3, 3, 3))
    assert isinstance(found.value, np.ndarray)
    assert numbers(found) == [2, 1, 3]
