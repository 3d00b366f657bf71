"""Slope and relative indices of inequality: worked cases, properties, and a slow plain second implementation.

Values run from the most deprived (left) to the least deprived (right), as everywhere in the package.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from locality_profiles.statistics import inequality
from locality_profiles.statistics.inequality import (
    relative_ranks,
    scottish_slope_index,
    slope_index,
    worse_for_deprived,
)

USUAL = settings(deadline=None, max_examples=60)
FEW = settings(deadline=None, max_examples=8)
Z = NormalDist().inv_cdf(0.975)
#: Student's t at 97.5 %, by degrees of freedom, from the printed tables.
STUDENT = {3: 3.182446305284, 8: 2.306004135033}
DRAWS = 40_000
EQUAL = [100] * 5


LENGTHS = st.integers(5, 12)


@st.composite
def gradients(draw: st.DrawFn, lengths: st.SearchStrategy[int] = LENGTHS, least: float = 1, most: float = 1000):
    """Values, people and standard errors of one group's quantiles."""
    length = draw(lengths)

    def column(numbers):
        return draw(st.lists(numbers, min_size=length, max_size=length))

    values = column(st.floats(least, most))
    return values, column(st.integers(50, 5000)), column(st.floats(0.01 * most, 0.1 * most))


def plain_ranks(people: list[float]) -> list[float]:
    """The middle of each quantile's people, by adding up."""
    ranks, before = [], 0.0
    for n in people:
        ranks.append((before + n / 2) / sum(people))
        before += n
    return ranks


def plain_line(values: list[float], people: list[float]) -> tuple[float, float]:
    """Where the weighted line starts (rank nought) and its slope, by numpy's least squares."""
    design = [[math.sqrt(n), math.sqrt(n) * rank] for n, rank in zip(people, plain_ranks(people), strict=True)]
    wanted = [math.sqrt(n) * y for n, y in zip(people, values, strict=True)]
    start, slope = np.linalg.lstsq(np.array(design), np.array(wanted), rcond=None)[0]
    return float(start), float(slope)


def plain_half_width(people: list[float], errors: list[float], z: float = Z) -> float:
    """z times the error of the slope: the slope is a sum over the quantiles, so each is moved by one in turn."""
    total = 0.0
    for i, error in enumerate(errors):
        moved = [float(j == i) for j in range(len(people))]
        total += (plain_line(moved, people)[1] * error) ** 2
    return z * math.sqrt(total)


def limits(estimate) -> tuple[float, float]:
    return float(estimate.lower[0]), float(estimate.upper[0])


# --- worked cases ------------------------------------------------------------------------------------


def test_five_equal_fifths_by_hand():
    # Ranks .1 .3 .5 .7 .9; about their middles the values are 10 5 0 -5 -10 and the ranks -.4 -.2 0 .2 .4.
    slope = (-0.4 * 10 - 0.2 * 5 - 0.2 * 5 - 0.4 * 10) / (0.16 + 0.04 + 0.04 + 0.16)
    found = slope_index([[30, 25, 20, 15, 10]], [EQUAL])
    assert found.sii.value[0] == pytest.approx(slope)
    assert found.sii.value[0] == pytest.approx(-25)
    assert found.intercept[0] == pytest.approx(20 + 25 / 2)
    assert found.rii_km.value[0] == pytest.approx((20 - 12.5) / (20 + 12.5))
    assert found.rii_mean[0] == pytest.approx(25 / 20)


def test_unequal_fifths_by_hand():
    # Of ten people 1 2 2 2 3: ranks .05 .2 .4 .6 .85. Only the most deprived differ, by 10.
    share, rank = [0.1, 0.2, 0.2, 0.2, 0.3], [0.05, 0.2, 0.4, 0.6, 0.85]
    spread = sum(s * (r - 0.5) ** 2 for s, r in zip(share, rank, strict=True))
    found = slope_index([[10, 0, 0, 0, 0]], [[1, 2, 2, 2, 3]])
    assert relative_ranks([[1, 2, 2, 2, 3]])[0] == pytest.approx(rank)
    assert found.sii.value[0] == pytest.approx(0.1 * (0.05 - 0.5) * 10 / spread)
    assert found.rii_mean[0] == pytest.approx(0.1 * 0.45 * 10 / spread / (0.1 * 10))


def test_limits_of_a_measure_by_hand():
    # Each value counts (rank - .5)/(5 x .08) = -1 -.5 0 .5 1 times in the slope, so its variance is 2.5 squared errors.
    found = slope_index([[70, 72, 74, 76, 78]], [EQUAL], error=2.0)
    half = 1.959964 * 2 * math.sqrt(1 + 0.25 + 0.25 + 1)
    assert limits(found.sii) == pytest.approx((10 - half, 10 + half), rel=1e-6)
    assert found.rii_km.value[0] == pytest.approx(79 / 69)


def test_limits_given_with_values_are_read_as_95_per_cent_ones():
    values = np.array([[70, 72, 74, 76, 78]])
    by_error = slope_index(values, [EQUAL], error=2.0, confidence=0.998)
    by_limits = slope_index(values, [EQUAL], values - 2 * Z, values + 2 * Z, confidence=0.998)
    assert limits(by_limits.sii) == pytest.approx(limits(by_error.sii))
    assert by_error.sii.upper[0] - 10 == pytest.approx(3.090232 * 2 * math.sqrt(2.5), rel=1e-6)


def test_the_line_through_logarithms_by_hand():
    # Rates halve from fifth to fifth: the logarithms lie on a line that falls by 5 ln 2 from end to end, about ln 4.
    found = slope_index([[16, 8, 4, 2, 1]], [EQUAL], kind="rate", multiplicative=True)
    most, least = 4 * 2**2.5, 4 * 2**-2.5
    assert found.sii.value[0] == pytest.approx(least - most)
    assert found.rii_km.value[0] == pytest.approx(1 / 32)
    assert found.intercept[0] == pytest.approx(most)
    assert found.rii_mean[0] == pytest.approx((most - least) / (31 / 5))


def test_limits_of_the_line_through_logarithms_turn_about_its_middle():
    # All alike, with an error of .1 on the scale of logarithms: the slope is 0 -/+ z x .1 x sqrt(2.5).
    found = slope_index([[5.0] * 5], [EQUAL], error=0.1, kind="rate", multiplicative=True)
    half = Z * 0.1 * math.sqrt(2.5)
    assert limits(found.rii_km) == pytest.approx((math.exp(-half), math.exp(half)))
    end = 5 * (math.exp(half / 2) - math.exp(-half / 2))
    assert limits(found.sii) == pytest.approx((-end, end))


def test_the_line_through_logits_by_hand():
    # Odds 4 2 1 1/2 1/4: the logits lie on a line about nought, with odds of 2**2.5 and 2**-2.5 at its ends.
    found = slope_index([[4 / 5, 2 / 3, 1 / 2, 1 / 3, 1 / 5]], [EQUAL], kind="proportion", multiplicative=True)
    most, least = 2**2.5 / (1 + 2**2.5), 1 / (1 + 2**2.5)
    assert found.sii.value[0] == pytest.approx(least - most)
    assert found.rii_km.value[0] == pytest.approx(least / most)


def test_the_scottish_index_by_hand():
    # A line from 32.5 to 7.5, and 2 -1 -2 -1 2 beside it: that pattern moves neither the line nor the mean.
    left = [2, -1, -2, -1, 2]
    values = [line + off for line, off in zip([30, 25, 20, 15, 10], left, strict=True)]
    error = math.sqrt(sum(off**2 for off in left) / 5 / (5 - 2) / (0.4 / 5))
    found = scottish_slope_index([values], [EQUAL], [25.0])
    half = STUDENT[3] * error
    assert found.sii.value[0] == pytest.approx(25)
    assert limits(found.sii) == pytest.approx((25 - half, 25 + half), rel=1e-6)
    assert found.rii_mean.value[0] == pytest.approx(25 / 25)
    assert limits(found.rii_mean) == pytest.approx(((25 - half) / 25, (25 + half) / 25), rel=1e-6)
    assert found.above_average.value[0] == pytest.approx(50)


@pytest.mark.parametrize(
    ("sii", "high_is_good", "gap"),
    [
        (-25.0, False, 25.0),  # the deprived have more of what is bad
        (3.0, True, 3.0),  # the deprived have less of what is good
        (25.0, False, -25.0),
        (-3.0, True, -3.0),
        (0.0, True, 0.0),
    ],
)
def test_a_gap_is_positive_where_the_deprived_fare_worse(sii, high_is_good, gap):
    assert worse_for_deprived([sii], high_is_good)[0] == gap


def test_which_way_is_good_may_differ_from_row_to_row():
    found = worse_for_deprived([-5.0, -5.0, math.nan], np.array([True, False, True]))
    np.testing.assert_array_equal(found, [-5, 5, math.nan])


def test_the_package_and_scotland_turn_the_slope_the_opposite_way():
    values, people = [[90, 70, 65, 40, 30]], [[80, 120, 100, 90, 110]]
    ours, theirs = slope_index(values, people), scottish_slope_index(values, people, [60.0])
    assert ours.sii.value[0] < 0 < theirs.sii.value[0]
    assert theirs.sii.value[0] == pytest.approx(-ours.sii.value[0])


def test_tenths_stand_in_the_order_of_their_numbers_and_not_of_their_text():
    # Tenths on a straight line that falls by 100; sorted as text they come as 1 10 2 3 … and give another slope.
    tenths = range(1, 11)
    value = {tenth: 100 - 10 * tenth for tenth in tenths}
    as_numbers = [value[tenth] for tenth in tenths]
    as_text = [value[tenth] for tenth in sorted(tenths, key=str)]
    for index in (slope_index([as_numbers], [[1] * 10]).sii.value, -scottish_slope_index(
        [as_numbers], [[1] * 10], [45.0]).sii.value):  # fmt: skip
        assert index[0] == pytest.approx(-100)
    assert abs(slope_index([as_text], [[1] * 10]).sii.value[0]) < 60


# --- properties --------------------------------------------------------------------------------------


@USUAL
@given(gradients())
def test_ranks_rise_within_0_and_1_and_their_weighted_mean_is_one_half(drawn):
    _, people, _ = drawn
    ranks = relative_ranks([people])[0]
    assert ranks[0] > 0
    assert ranks[-1] < 1
    assert (np.diff(ranks) > 0).all()
    assert np.average(ranks, weights=people) == pytest.approx(0.5)


@USUAL
@given(gradients(), st.floats(1, 1000))
def test_there_is_no_slope_where_all_quantiles_are_alike(drawn, value):
    _, people, _ = drawn
    found = slope_index([[value] * len(people)], [people])
    assert found.sii.value[0] == pytest.approx(0, abs=1e-9 * value)
    assert found.rii_km.value[0] == pytest.approx(1)
    assert found.rii_mean[0] == pytest.approx(0, abs=1e-9)


@USUAL
@given(gradients(), st.floats(-500, 500), st.floats(-500, 500))
def test_the_slope_of_a_straight_line_is_its_own(drawn, start, slope):
    _, people, _ = drawn
    found = slope_index([[start + slope * rank for rank in plain_ranks(people)]], [people])
    assert found.sii.value[0] == pytest.approx(slope, abs=1e-8)
    assert found.intercept[0] == pytest.approx(start, abs=1e-8)


@USUAL
@given(gradients(st.sampled_from([5, 10])), st.floats(-500, 500), st.floats(1, 500))
def test_a_straight_line_leaves_the_scottish_index_no_uncertainty(drawn, slope, start):
    _, people, _ = drawn
    found = scottish_slope_index([[start + slope * rank for rank in plain_ranks(people)]], [people], [start])
    assert limits(found.sii) == pytest.approx((-slope, -slope), abs=1e-6)


@USUAL
@given(gradients(), st.floats(0.01, 100))
def test_values_in_another_unit_change_the_slope_alike_and_no_relative_index(drawn, times):
    values, people, errors = drawn
    once = slope_index([values], [people], error=errors)
    often = slope_index([[y * times for y in values]], [people], error=[e * times for e in errors])
    near = pytest.approx
    assert often.sii.value[0] == near(once.sii.value[0] * times, rel=1e-8, abs=1e-7 * times)
    assert limits(often.sii) == near(tuple(limit * times for limit in limits(once.sii)), rel=1e-8, abs=1e-7 * times)
    assert often.rii_km.value[0] == near(once.rii_km.value[0], rel=1e-6, nan_ok=True)
    assert often.rii_mean[0] == near(once.rii_mean[0], rel=1e-6, abs=1e-9)


@USUAL
@given(gradients(), st.integers(2, 100))
def test_more_people_everywhere_change_nothing(drawn, times):
    values, people, _ = drawn
    once, often = slope_index([values], [people]), slope_index([values], [[n * times for n in people]])
    assert often.sii.value[0] == pytest.approx(once.sii.value[0], rel=1e-9, abs=1e-9)


@USUAL
@given(gradients(), st.floats(-500, 500))
def test_the_same_added_everywhere_changes_no_slope(drawn, added):
    values, people, _ = drawn
    once, moved = slope_index([values], [people]), slope_index([[y + added for y in values]], [people])
    assert moved.sii.value[0] == pytest.approx(once.sii.value[0], rel=1e-9, abs=1e-7)


@USUAL
@given(gradients())
def test_quantiles_turned_round_turn_the_sign_and_the_relative_indices(drawn):
    values, people, errors = drawn
    one = slope_index([values], [people], error=[errors])
    other = slope_index([values[::-1]], [people[::-1]], error=[errors[::-1]])
    lower, upper = limits(one.sii)
    assert other.sii.value[0] == pytest.approx(-one.sii.value[0], abs=1e-8)
    assert limits(other.sii) == pytest.approx((-upper, -lower), rel=1e-9, abs=1e-8)
    assert other.rii_mean[0] == pytest.approx(-one.rii_mean[0], abs=1e-9)
    assume(one.intercept[0] > 1)
    assume(other.intercept[0] > 1)
    assert other.rii_km.value[0] == pytest.approx(1 / one.rii_km.value[0], rel=1e-6)


@USUAL
@given(gradients())
def test_the_two_relative_indices_turn_into_each_other_exactly(drawn):
    values, people, _ = drawn
    found = slope_index([values], [people])
    assume(found.intercept[0] > 1)
    half = found.rii_mean[0] / 2
    assert found.rii_km.value[0] == pytest.approx((1 - half) / (1 + half), rel=1e-7, abs=1e-9)


@USUAL
@given(gradients(st.sampled_from([5, 10])))
def test_the_scottish_relative_index_is_ours_where_the_whole_is_the_mean_of_its_people(drawn):
    values, people, _ = drawn
    theirs = scottish_slope_index([values], [people], [np.average(values, weights=people)])
    assert theirs.rii_mean.value[0] == pytest.approx(slope_index([values], [people]).rii_mean[0], abs=1e-9)
    assert theirs.above_average.value[0] == pytest.approx(50 * theirs.rii_mean.value[0])


@USUAL
@given(gradients(most=0.9, least=0.1), st.sampled_from(["measure", "rate", "proportion"]), st.booleans())
def test_limits_hold_the_value_and_more_confidence_widens_them(drawn, kind, multiplicative):
    assume(not (multiplicative and kind == "measure"))
    values, people, errors = drawn
    narrow, wide = (
        slope_index([values], [people], error=[errors], kind=kind, multiplicative=multiplicative, confidence=level)
        for level in (0.95, 0.998)
    )
    assert wide.sii.lower[0] < narrow.sii.lower[0] < narrow.sii.value[0] < narrow.sii.upper[0] < wide.sii.upper[0]
    assume(narrow.rii_km.value[0] > 0)
    low, high = limits(narrow.rii_km)
    assert wide.rii_km.lower[0] < low < narrow.rii_km.value[0] < high < wide.rii_km.upper[0]


@USUAL
@given(gradients(), st.floats(0.1, 10))
def test_a_positive_multiplier_swaps_no_limits(drawn, times):
    # The reference swaps them for multipliers between 0 and 1 and logarithms.
    values, people, _ = drawn
    once, scaled = (
        slope_index([values], [people], error=0.1, kind="rate", multiplicative=True, multiplier=m) for m in (1, times)
    )
    assert scaled.sii.lower[0] < scaled.sii.upper[0]
    assert limits(scaled.sii) == pytest.approx(tuple(times * limit for limit in limits(once.sii)))
    assert limits(scaled.rii_km) == pytest.approx(limits(once.rii_km))
    assert scaled.intercept[0] == pytest.approx(times * once.intercept[0])


@USUAL
@given(gradients(), st.booleans())
def test_a_negative_multiplier_turns_slope_and_ratio_with_their_limits(drawn, multiplicative):
    values, people, _ = drawn
    once, turned = (
        slope_index([values], [people], error=0.01, kind="rate", multiplicative=multiplicative, multiplier=m)
        for m in (1, -2)
    )
    lower, upper = limits(once.sii)
    assert turned.sii.value[0] == pytest.approx(-2 * once.sii.value[0])
    assert limits(turned.sii) == pytest.approx((-2 * upper, -2 * lower))
    assume(once.rii_km.lower[0] > 0.001)
    assert turned.rii_km.value[0] == pytest.approx(1 / once.rii_km.value[0])
    assert limits(turned.rii_km) == pytest.approx((1 / once.rii_km.upper[0], 1 / once.rii_km.lower[0]))
    assert turned.intercept[0] == pytest.approx(-2 * once.intercept[0])
    # The relative index over the mean has its sign from who has more, whatever the multiplier.
    assert turned.rii_mean[0] == pytest.approx(once.rii_mean[0])


def test_a_multiplier_of_nought_leaves_the_ratio_as_it_is():
    once, nothing = (slope_index([[30, 25, 20, 15, 10]], [EQUAL], error=1.0, multiplier=m) for m in (1, 0))
    assert nothing.sii.value[0] == 0
    assert nothing.rii_km.value[0] == once.rii_km.value[0]


@USUAL
@given(st.lists(gradients(st.just(6)), min_size=2, max_size=6))
def test_a_group_is_the_same_among_others_as_alone(drawn):
    together = slope_index([v for v, _, _ in drawn], [n for _, n, _ in drawn], error=[e for _, _, e in drawn])
    for i, (values, people, errors) in enumerate(drawn):
        alone = slope_index([values], [people], error=[errors])
        for part, whole in zip(alone.sii, together.sii, strict=True):
            assert whole[i] == pytest.approx(part[0], rel=1e-12, abs=1e-9)


# --- limits by draws ---------------------------------------------------------------------------------


def close_to(found, expected, share: float = 0.02) -> None:
    """The limits agree within a share of the interval's width."""
    width = expected.upper[0] - expected.lower[0]
    assert limits(found) == pytest.approx(limits(expected), abs=share * width)


@FEW
@given(gradients(), st.sampled_from([0.95, 0.998]))
def test_draws_of_a_measure_agree_with_the_variance(drawn, confidence):
    values, people, errors = drawn
    drawn_limits, exact = (
        slope_index([values], [people], error=[errors], confidence=confidence, draws=draws) for draws in (DRAWS, None)
    )
    # At 99.8 % only 40 draws lie beyond a limit, which they place less surely.
    close_to(drawn_limits.sii, exact.sii, 0.02 if confidence == 0.95 else 0.06)
    assert drawn_limits.sii.value == exact.sii.value
    assert drawn_limits.rii_km.value[0] == pytest.approx(exact.rii_km.value[0], nan_ok=True)


def test_limits_are_the_draws_at_the_two_ends_of_the_interval():
    # Of 1,000 in order: at 99.6 % the 2nd and 998th, at 99.8 % the 1st and 999th, and at 99.99 % the 1st and last.
    low, high = zip(
        *(
            limits(slope_index([[30, 25, 20, 15, 10]], [EQUAL], error=1.0, draws=1000, confidence=level).sii)
            for level in (0.996, 0.998, 0.9999, 0.99999)
        ),
        strict=True,
    )
    assert low[0] > low[1] == low[2] == low[3]
    assert high[0] < high[1] < high[2] == high[3]


@FEW
@given(gradients(), st.sampled_from(["rate", "proportion"]))
def test_draws_along_the_line_through_logarithms_and_logits_agree_with_the_variance(drawn, kind):
    values, people, errors = drawn
    given_values = [[y / 1001 for y in values]]
    found, exact = (
        slope_index(given_values, [people], error=[[e / 1000 for e in errors]], kind=kind, multiplicative=True,
                    draws=draws)
        for draws in (DRAWS, None)
    )  # fmt: skip
    lower, upper = np.log(limits(exact.rii_km))
    assert np.log(limits(found.rii_km)) == pytest.approx((lower, upper), abs=0.02 * (upper - lower))


@FEW
@given(gradients(least=0.2, most=0.8), st.sampled_from(["rate", "proportion"]))
def test_draws_agree_with_the_delta_method_where_errors_are_small(drawn, kind):
    values, people, errors = drawn
    found, near = (
        slope_index([values], [people], error=[[e / 20 for e in errors]], kind=kind, draws=draws)
        for draws in (DRAWS, None)
    )
    close_to(found.sii, near.sii)
    assume(near.intercept[0] > 0.1)
    assume(near.rii_km.value[0] > 0.1)
    close_to(found.rii_km, near.rii_km)


@pytest.mark.parametrize(
    ("kind", "values", "there", "back"),
    [
        ("rate", [80, 60, 55, 30, 20], np.log, np.exp),
        ("proportion", [0.9, 0.6, 0.5, 0.2, 0.1], lambda p: np.log(p / (1 - p)), lambda x: 1 / (1 + np.exp(-x))),
    ],
    ids=["rate", "proportion"],
)
def test_draws_follow_a_plain_simulation_where_errors_are_large(kind, values, there, back):
    # Low & Low (2004): values are drawn by their errors and the line is fitted anew each time.
    people, errors = [90, 110, 100, 120, 80], [0.4, 0.3, 0.5, 0.4, 0.6]
    random = np.random.default_rng(4)
    slopes, ratios = [], []
    for _ in range(20_000 // 500):
        noise = random.normal(size=(500, 5)) * errors
        slope, start = np.polyfit(plain_ranks(people), back(there(np.array(values)) + noise).T, 1, w=np.sqrt(people))
        slopes.extend(slope)
        ratios.extend((start + slope) / start)
    found = slope_index([values], [people], error=[errors], kind=kind, draws=DRAWS)
    for estimate, simulated in ((found.sii, slopes), (found.rii_km, ratios)):
        low, high = np.quantile(simulated, [0.025, 0.975])
        assert limits(estimate) == pytest.approx((low, high), abs=0.03 * (high - low))


def test_the_same_seed_gives_the_same_limits_and_another_seed_others():
    def drawn(seed):
        return limits(slope_index([[30, 25, 20, 15, 10]], [EQUAL], error=1.0, draws=1000, seed=seed).sii)

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_how_many_draws_are_kept_in_memory_changes_no_limit(monkeypatch):
    def drawn():
        return slope_index([[30, 25, 20, 15, 10], [9, 8, 7, 6, 5]], [EQUAL, EQUAL], error=1.0, draws=1001)

    whole = drawn()
    monkeypatch.setattr(inequality, "_NUMBERS_TOGETHER", 70)  # seven draws of two groups of five
    for one, other in zip(whole.sii, drawn().sii, strict=True):
        np.testing.assert_array_equal(one, other)


# --- a slow plain second implementation --------------------------------------------------------------


@USUAL
@given(gradients())
def test_ranks_are_those_of_adding_up(drawn):
    _, people, _ = drawn
    assert relative_ranks([people])[0] == pytest.approx(plain_ranks(people), rel=1e-12)


@USUAL
@given(gradients(), st.sampled_from([0.9, 0.95, 0.998]))
def test_least_squares_give_the_same_line_and_limits(drawn, confidence):
    values, people, errors = drawn
    start, slope = plain_line(values, people)
    half = plain_half_width(people, errors, NormalDist().inv_cdf((1 + confidence) / 2))
    found = slope_index([values], [people], error=[errors], confidence=confidence)
    assert found.sii.value[0] == pytest.approx(slope, abs=1e-7)
    assert found.intercept[0] == pytest.approx(start, abs=1e-7)
    assert limits(found.sii) == pytest.approx((slope - half, slope + half), abs=1e-7)
    assume(start > 1)
    assert found.rii_km.value[0] == pytest.approx((start + slope) / start, rel=1e-7, abs=1e-9)


@USUAL
@given(gradients())
def test_the_delta_method_by_small_changes_gives_the_same_limits_of_the_ratio(drawn):
    values, people, errors = drawn

    def of(moved: list[float]) -> float:
        start, slope = plain_line(moved, people)
        return math.log((start + slope) / start)

    start, slope = plain_line(values, people)
    assume(start > 50)
    assume(start + slope > 50)
    spread, step = 0.0, 1e-3
    for i, error in enumerate(errors):
        up, down = ([y + sign * step * (i == j) for j, y in enumerate(values)] for sign in (1, -1))
        spread += ((of(up) - of(down)) / (2 * step) * error) ** 2
    half = Z * math.sqrt(spread)
    found = slope_index([values], [people], error=[errors])
    ratio = (start + slope) / start
    assert limits(found.rii_km) == pytest.approx((ratio * math.exp(-half), ratio * math.exp(half)), rel=1e-4)


@USUAL
@given(gradients(), st.sampled_from(["rate", "proportion"]))
def test_least_squares_on_logarithms_and_logits_give_the_same(drawn, kind):
    values, people, errors = ([x / 1001 for x in drawn[0]], drawn[1], [e / 1000 for e in drawn[2]])
    to = math.log if kind == "rate" else lambda p: math.log(p / (1 - p))
    back = math.exp if kind == "rate" else lambda x: 1 / (1 + math.exp(-x))
    start, slope = plain_line([to(y) for y in values], people)
    half, middle = plain_half_width(people, errors), start + slope / 2
    found = slope_index([values], [people], error=[errors], kind=kind, multiplicative=True)
    parts = zip((slope, slope - half, slope + half), found.sii, found.rii_km, strict=True)
    for end, sii, rii in parts:
        most, least = back(middle - end / 2), back(middle + end / 2)
        assert sii[0] == pytest.approx(least - most, rel=1e-6, abs=1e-9)
        assert rii[0] == pytest.approx(least / most, rel=1e-6)


@USUAL
@given(gradients(), st.sampled_from(["rate", "proportion"]))
def test_an_error_of_logarithms_or_logits_becomes_one_of_values(drawn, kind):
    values, people, errors = ([x / 1001 for x in drawn[0]], drawn[1], [e / 1000 for e in drawn[2]])
    of_values = [e * (y if kind == "rate" else y * (1 - y)) for y, e in zip(values, errors, strict=True)]
    half, slope = plain_half_width(people, of_values), plain_line(values, people)[1]
    found = slope_index([values], [people], error=[errors], kind=kind)
    assert limits(found.sii) == pytest.approx((slope - half, slope + half), abs=1e-9)


@USUAL
@given(gradients(least=0.1, most=0.8), st.sampled_from(["measure", "rate", "proportion"]))
def test_limits_become_errors_on_the_scale_of_the_kind(drawn, kind):
    values, people, errors = drawn
    to = {"measure": float, "rate": math.log, "proportion": lambda p: math.log(p / (1 - p))}[kind]
    lower, upper = [y * 0.7 for y in values], [y + e for y, e in zip(values, errors, strict=True)]
    by_error = [(to(high) - to(low)) / (2 * Z) for low, high in zip(lower, upper, strict=True)]
    one = slope_index([values], [people], [lower], [upper], kind=kind)
    other = slope_index([values], [people], error=[by_error], kind=kind)
    assert limits(one.sii) == pytest.approx(limits(other.sii), rel=1e-9)


@USUAL
@given(gradients(st.sampled_from([5, 10])), st.floats(1, 1000))
def test_a_plain_regression_gives_the_scottish_index(drawn, overall):
    values, people, _ = drawn
    start, slope = plain_line(values, people)
    ranks = plain_ranks(people)
    left = sum(n * (y - start - slope * r) ** 2 for y, n, r in zip(values, people, ranks, strict=True))
    spread = sum(n * (r - 0.5) ** 2 for n, r in zip(people, ranks, strict=True))
    degrees = len(values) - 2
    half = STUDENT[degrees] * math.sqrt(left / degrees / spread)
    found = scottish_slope_index([values], [people], [overall])
    assert found.sii.value[0] == pytest.approx(-slope, abs=1e-7)
    ends = (-slope - half, -slope + half)
    assert limits(found.sii) == pytest.approx(ends, rel=1e-7, abs=1e-6)
    assert limits(found.rii_mean) == pytest.approx(tuple(end / overall for end in ends), rel=1e-7, abs=1e-6)


# --- bad input ---------------------------------------------------------------------------------------

FIVE = [[30, 25, 20, 15, 10]]


@pytest.mark.parametrize(
    ("values", "people", "words"),
    [
        ([[30, 20, 15, 10]], [[1] * 4], "4 quantile"),
        ([[30]], [[1]], "1 quantile"),
        ([], [], "0 quantile"),
        ([[1] * 101], [[1] * 101], "101 quantile"),
        (FIVE, [[1] * 6], "must be the same"),
        (FIVE, [[1, 1, -1, 1, 1]], "fewer people than nobody"),
    ],
    ids=["four", "one area", "none", "too many", "shapes", "negative people"],
)
def test_what_makes_no_line_is_refused(values, people, words):
    for index in (slope_index, lambda v, n: scottish_slope_index(v, n, [1.0])):
        with pytest.raises(ValueError, match=words):
            index(values, people)


@pytest.mark.parametrize("quantiles", [6, 9, 11])
def test_the_scottish_index_is_of_fifths_or_tenths(quantiles):
    with pytest.raises(ValueError, match="needs 5 or 10"):
        scottish_slope_index([[1.0] * quantiles], [[1] * quantiles], [1.0])


@pytest.mark.parametrize("confidence", [0, 1, -0.5, 95, math.nan])
@pytest.mark.parametrize("draws", [None, 1000])
def test_a_confidence_outside_0_and_1_is_refused(confidence, draws):
    with pytest.raises(ValueError, match="confidence must be a fraction"):
        slope_index(FIVE, [EQUAL], error=1.0, confidence=confidence, draws=draws)
    with pytest.raises(ValueError, match="confidence must be a fraction"):
        scottish_slope_index(FIVE, [EQUAL], [20.0], confidence)


@pytest.mark.parametrize(
    ("values", "asked", "words"),
    [
        (FIVE, {"draws": 999}, "999 draws are too few"),
        (FIVE, {"kind": "count"}, "kind must be"),
        (FIVE, {"multiplicative": True}, "needs rates or proportions"),
        ([[3, 2, 1, 0, 1]], {"kind": "rate", "multiplicative": True}, "no logarithm"),
        ([[3, 2, 1, 0, 1]], {"kind": "rate", "error": 0.1, "draws": 1000}, "no logarithm"),
        ([[0.3, 0.2, 0, 0.1, 0.1]], {"kind": "proportion", "multiplicative": True}, "no logit"),
        ([[0.3, 0.2, 1, 0.1, 0.1]], {"kind": "proportion", "multiplicative": True}, "no logit"),
        ([[0.3, 0.2, 1.2, 0.1, 0.1]], {"kind": "proportion", "error": 0.1, "draws": 1000}, "no logit"),
        (FIVE, {"lower": [[1, 1, 0, 1, 1]], "upper": [[40] * 5], "kind": "rate"}, "no logarithm"),
        (FIVE, {"lower": [[1] * 4], "upper": [[40] * 4]}, "limits have the shapes"),
        (FIVE, {"lower": [[1] * 4], "upper": [[40] * 5]}, "limits have the shapes"),
        (FIVE, {"lower": [[1] * 5], "upper": [[40] * 4]}, "limits have the shapes"),
        (FIVE, {"error": [[1.0] * 3]}, "broadcast"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(values, asked, words):
    with pytest.raises(ValueError, match=words):
        slope_index(values, [EQUAL], **asked)


@pytest.mark.parametrize(
    ("values", "people"),
    [
        ([30, 25, math.nan, 15, 10], EQUAL),
        ([30, 25, 20, 15, 10], [100, 100, 0, 100, 100]),
        ([30, 25, 20, 15, 10], [100, math.nan, 100, 100, 100]),
        ([30, 25, 20, 15, 10], [0] * 5),
    ],
    ids=["no value", "nobody", "people not known", "nobody at all"],
)
def test_a_group_of_which_a_quantile_is_missing_has_no_index_and_the_others_keep_theirs(values, people):
    found = slope_index([values, *FIVE], [people, EQUAL], error=1.0)
    theirs = scottish_slope_index([values, *FIVE], [people, EQUAL], [20.0, 20.0])
    for column in (*found.sii, *found.rii_km, found.rii_mean, *theirs.sii, *theirs.rii_mean):
        assert np.isnan(column[0])
        assert np.isfinite(column[1])


@pytest.mark.parametrize("given_limits", [{}, {"lower": [[1] * 5]}, {"upper": [[40] * 5]}])
def test_without_errors_or_both_limits_there_is_an_index_and_there_are_no_limits(given_limits):
    found = slope_index(FIVE, [EQUAL], **given_limits)
    assert np.isnan([*limits(found.sii), *limits(found.rii_km)]).all()
    assert found.sii.value[0] == pytest.approx(-25)


def test_one_error_that_is_not_known_leaves_no_limits():
    found = slope_index(FIVE, [EQUAL], error=[[1, 1, math.nan, 1, 1]])
    assert np.isnan([*limits(found.sii), *limits(found.rii_km)]).all()


@pytest.mark.parametrize("draws", [None, 1000])
def test_there_is_no_ratio_where_the_most_deprived_end_is_not_above_nought(draws):
    # The line runs from -10 to 40: a ratio of the two ends would mean nothing, and neither would its limits.
    found = slope_index([[-5, 5, 15, 25, 35]], [EQUAL], error=1.0, draws=draws)
    assert found.sii.value[0] == pytest.approx(50)
    assert np.isnan([part[0] for part in found.rii_km]).all()
    assert np.isfinite(limits(found.sii)).all()


def test_a_ratio_has_no_limits_where_the_least_deprived_end_is_below_nought():
    # The line runs from 40 to -10: the ratio is told, and has no logarithm.
    found = slope_index([[35, 25, 15, 5, -5]], [EQUAL], error=1.0)
    assert found.rii_km.value[0] == pytest.approx(-10 / 40)
    assert np.isnan(limits(found.rii_km)).all()


def test_a_slope_over_nothing_at_all_is_not_called_equal():
    assert np.isinf(scottish_slope_index([[4, 3, 2, 1, 1]], [EQUAL], [0.0]).rii_mean.value[0])


def test_a_level_pattern_keeps_its_limits_over_the_whole():
    # 2 -1 -2 -1 2 beside 10: no slope, and t times the error of one on either side.
    found = scottish_slope_index([[12, 9, 8, 9, 12]], [EQUAL], [10.0])
    half = STUDENT[3] * math.sqrt(14 / 5 / 3 / (0.4 / 5))
    assert limits(found.rii_mean) == pytest.approx((-half / 10, half / 10), rel=1e-6)


def test_where_nothing_happens_anywhere_the_slope_is_nought_and_only_scotland_has_a_relative_index():
    found, theirs = slope_index([[0.0] * 5], [EQUAL]), scottish_slope_index([[0.0] * 5], [EQUAL], [0.0])
    assert found.sii.value[0] == 0
    assert np.isnan([found.rii_km.value[0], found.rii_mean[0]]).all()
    assert theirs.rii_mean.value[0] == 0
    assert limits(theirs.rii_mean) == (0, 0)


def test_no_groups_give_no_indices():
    nothing = np.zeros((0, 5))
    assert slope_index(nothing, nothing).sii.value.shape == (0,)
    assert scottish_slope_index(nothing, nothing, []).sii.value.shape == (0,)
