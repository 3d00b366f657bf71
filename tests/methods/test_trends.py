"""The recent trend of five yearly values: worked cases, properties, and a slow plain second implementation.

Years run from the oldest (left) to the most recent (right).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.trends import THRESHOLD, recent_trend, recent_trend_of_proportions

USUAL = settings(deadline=None, max_examples=80)
five = st.lists(st.tuples(st.integers(-200, 200), st.floats(0.5, 50)), min_size=5, max_size=5)
counts = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 500)), min_size=5, max_size=5)
YEARS = (1, 2, 3, 4, 5)


def trend_of(values: list[float], widths: list[float] | float):
    """The trend of values whose limits are so far apart."""
    width = np.broadcast_to(np.asarray(widths, float), (5,))
    y = np.asarray(values, float)
    return recent_trend([y], [y - width / 2], [y + width / 2])


def verdict(found) -> str:
    if not found.calculated[0]:
        return "not calculated"
    return {1: "up", -1: "down", 0: "no change"}[int(found.verdict[0])]


def plain_slope(values: list[float], weights: list[float], years=YEARS) -> tuple[float, float]:
    """The weighted slope about the weighted means, and the sum of squares that it stands on."""
    total = sum(weights)
    mean_year = sum(w * t for w, t in zip(weights, years, strict=True)) / total
    mean = sum(w * y for w, y in zip(weights, values, strict=True)) / total
    square = sum(w * (t - mean_year) ** 2 for w, t in zip(weights, years, strict=True))
    product = sum(w * (t - mean_year) * (y - mean) for w, t, y in zip(weights, years, values, strict=True))
    return product / square, square


def plain_slopes(values: list[float], weights: list[float]) -> list[float]:
    """The slope of all years, and the five without each in turn."""
    slopes = [plain_slope(values, weights)[0]]
    for out in range(5):
        keep = [i for i in range(5) if i != out]
        slopes.append(plain_slope([values[i] for i in keep], [weights[i] for i in keep], [YEARS[i] for i in keep])[0])
    return slopes


def plain_verdict(chi_square: float, slopes: list[float]) -> str:
    if chi_square <= 9.54953570608324:
        return "no change"
    if all(slope >= 0 for slope in slopes):
        return "up"
    return "down" if all(slope < 0 for slope in slopes) else "no change"


# --- worked cases ------------------------------------------------------------------------------------


def test_the_threshold_is_that_of_99_8_per_cent():
    # The chance of so large a chi-squared is that of a Normal value beyond its root, on both sides.
    assert math.erfc(math.sqrt(THRESHOLD / 2)) == pytest.approx(0.002)
    assert pytest.approx(9.54953570608324) == THRESHOLD


def test_a_straight_rise_by_hand():
    # Limits 3.92 apart make each weight 1; the years' squares about their middle are 4 1 0 1 4: chi-squared is 10 b**2.
    found = trend_of([10, 12, 14, 16, 18], 3.92)
    assert found.slope[0] == pytest.approx(2)
    assert found.chi_square[0] == pytest.approx(10 * 2**2)
    assert verdict(found) == "up"


def test_a_sure_year_counts_more_by_hand():
    # Limits of the last half as far apart: weights 1 1 1 1 4, mean year 30/8, squares about it 130 - 30**2/8 = 17.5.
    weights = [1, 1, 1, 1, 4]
    middle = sum(w * t for w, t in zip(weights, YEARS, strict=True)) / 8
    square = sum(w * (t - middle) ** 2 for w, t in zip(weights, YEARS, strict=True))
    assert (middle, square) == (30 / 8, 17.5)
    # Only the last year is one higher: the slope is its weight times its distance over the squares.
    found = trend_of([0, 0, 0, 0, 1], [3.92] * 4 + [1.96])
    assert found.slope[0] == pytest.approx(4 * (5 - 30 / 8) / 17.5)
    assert found.chi_square[0] == pytest.approx(found.slope[0] ** 2 * 17.5)


@pytest.mark.parametrize(
    ("share_of_width", "words"), [(0.999, "up"), (1.001, "no change")], ids=["just beyond", "just not"]
)
def test_a_trend_counts_just_beyond_the_threshold(share_of_width, words):
    # Slope 1 and equal weights 1/s**2: chi-squared is 10/s**2, the threshold is met at s = sqrt(10/9.5495).
    width = 3.92 * math.sqrt(10 / THRESHOLD) * share_of_width
    assert verdict(trend_of([1, 2, 3, 4, 5], width)) == words
    assert verdict(trend_of([5, 4, 3, 2, 1], width)) == words.replace("up", "down")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0, 0, 0, 0, 10], "up"),  # without the last year the slope is nought, which counts as positive
        ([0, 0, 0, 0, -10], "no change"),  # … and so it makes no fall
        ([1, 0, 0, 0, 10], "no change"),  # without the last year it falls
        ([0, 1, 0, 0, 10], "no change"),
        ([0, 0, 0, 1, 10], "up"),
        ([10, 0, 0, 0, 1], "no change"),  # without the first it rises
        ([10, 1, 0, 0, 0], "down"),
    ],
)
def test_no_single_year_may_make_a_trend(values, words):
    found = trend_of(values, 0.1)
    assert found.chi_square[0] > THRESHOLD
    assert verdict(found) == words


def test_a_rise_of_proportions_keeps_its_sign():
    # The published calculation of 2020 lost it and called every trend decreasing.
    assert verdict(recent_trend_of_proportions([[100, 120, 140, 160, 180]], [[1000] * 5])) == "up"
    assert verdict(recent_trend_of_proportions([[180, 160, 140, 120, 100]], [[1000] * 5])) == "down"


def test_the_chi_squared_for_trend_of_equal_numbers_by_hand():
    # 1 2 3 4 5 of 10 each year: T = sum (t - 3) x = 10; variance p(1 - p) x 10 x (4 + 1 + 0 + 1 + 4) with p = 15/50.
    found = recent_trend_of_proportions([[1, 2, 3, 4, 5]], [[10] * 5])
    assert found.chi_square[0] == pytest.approx(10**2 / (0.3 * 0.7 * 10 * 10))


def test_the_chi_squared_for_trend_of_a_textbook():
    # Agresti, Categorical Data Analysis: malformations by the mother's drinking, equally spaced scores: 1.83.
    found = recent_trend_of_proportions([[48, 38, 5, 1, 1]], [[17_114, 14_502, 793, 127, 38]])
    assert found.chi_square[0] == pytest.approx(1.83, abs=0.005)
    assert verdict(found) == "no change"


def test_the_slope_of_proportions_is_of_log_odds_and_every_year_counts_alike():
    # Odds of 1/4 1/2 1 2 4: their logarithms rise by ln 2 a year, however many people there are.
    found = recent_trend_of_proportions([[20, 100, 50, 40, 8]], [[100, 300, 100, 60, 10]])
    assert found.slope[0] == pytest.approx(math.log(2))


# --- properties --------------------------------------------------------------------------------------


@USUAL
@given(five)
def test_years_turned_round_or_values_upside_down_turn_the_verdict(drawn):
    values, widths = [v for v, _ in drawn], [w for _, w in drawn]
    # A slope of nought counts as positive both ways, and sets rises and falls apart.
    assume(all(abs(slope) > 1e-6 for slope in plain_slopes(values, [(3.92 / w) ** 2 for w in widths])))
    found = trend_of(values, widths)
    for other in (trend_of(values[::-1], widths[::-1]), trend_of([-v for v in values], widths)):
        assert other.slope[0] == pytest.approx(-found.slope[0], abs=1e-9)
        assert other.chi_square[0] == pytest.approx(found.chi_square[0], rel=1e-7, abs=1e-9)
        assume(abs(found.chi_square[0] - THRESHOLD) > 1e-6)
        assert other.verdict[0] == -found.verdict[0]


@USUAL
@given(five, st.integers(-1000, 1000), st.floats(0.01, 100))
def test_neither_the_unit_nor_the_level_makes_a_trend(drawn, added, times):
    values, widths = [v for v, _ in drawn], [w for _, w in drawn]
    one, other = trend_of(values, widths), trend_of([(v + added) * times for v in values], [w * times for w in widths])
    assert other.chi_square[0] == pytest.approx(one.chi_square[0], rel=1e-6, abs=1e-6)
    assert other.slope[0] == pytest.approx(one.slope[0] * times, rel=1e-6, abs=1e-6 * times)


@USUAL
@given(five, st.floats(0.1, 10))
def test_limits_twice_as_far_apart_leave_a_quarter_of_the_evidence(drawn, times):
    values, widths = [v for v, _ in drawn], [w for _, w in drawn]
    one, other = trend_of(values, widths), trend_of(values, [w * times for w in widths])
    assert other.slope[0] == pytest.approx(one.slope[0], abs=1e-9)
    assert other.chi_square[0] == pytest.approx(one.chi_square[0] / times**2, rel=1e-7, abs=1e-9)


@USUAL
@given(st.integers(-100, 100), st.lists(st.floats(0.5, 50), min_size=5, max_size=5))
def test_values_that_are_all_alike_have_no_trend(value, widths):
    found = trend_of([value] * 5, widths)
    assert verdict(found) == "no change"
    assert found.chi_square[0] == pytest.approx(0, abs=1e-6)


@USUAL
@given(counts)
def test_the_other_part_of_each_whole_has_the_opposite_trend(drawn):
    part, other = [x for x, _ in drawn], [y for _, y in drawn]
    whole = [x + y for x, y in drawn]
    slopes = plain_slopes([math.log(x / y) for x, y in drawn], [1] * 5)
    assume(all(abs(slope) > 1e-9 for slope in slopes))
    one, two = recent_trend_of_proportions([part], [whole]), recent_trend_of_proportions([other], [whole])
    assert two.chi_square[0] == pytest.approx(one.chi_square[0], rel=1e-9, abs=1e-9)
    assume(abs(one.chi_square[0] - THRESHOLD) > 1e-6)
    assert two.verdict[0] == -one.verdict[0]


@USUAL
@given(st.lists(five, min_size=2, max_size=5))
def test_a_group_is_the_same_among_others_as_alone(groups):
    values, widths = (np.array([[row[i] for row in group] for group in groups], float) for i in (0, 1))
    together = recent_trend(values, values - widths / 2, values + widths / 2)
    for i in range(len(groups)):
        rows = slice(i, i + 1)
        alone = recent_trend(values[rows], (values - widths / 2)[rows], (values + widths / 2)[rows])
        assert together.verdict[i] == alone.verdict[0]
        assert together.chi_square[i] == pytest.approx(alone.chi_square[0], rel=1e-12)


# --- a slow plain second implementation --------------------------------------------------------------


@USUAL
@given(five)
def test_a_plain_weighted_regression_gives_the_same_trend(drawn):
    values, widths = [v for v, _ in drawn], [w for _, w in drawn]
    weights = [(3.92 / w) ** 2 for w in widths]
    slope, square = plain_slope(values, weights)
    slopes = plain_slopes(values, weights)
    found = trend_of(values, widths)
    assert found.slope[0] == pytest.approx(slope, rel=1e-6, abs=1e-7)
    assert found.chi_square[0] == pytest.approx(slope**2 * square, rel=1e-6, abs=1e-6)
    # Where the last digit would decide, either answer is right.
    assume(abs(found.chi_square[0] - THRESHOLD) > 1e-6)
    assume(all(abs(one) > 1e-9 for one in slopes))
    assert verdict(found) == plain_verdict(slope**2 * square, slopes)


@USUAL
@given(counts)
def test_a_plain_test_of_armitage_gives_the_same_trend_of_proportions(drawn):
    part, whole = [x for x, _ in drawn], [x + y for x, y in drawn]
    share = sum(part) / sum(whole)
    middle = sum(n * t for n, t in zip(whole, YEARS, strict=True)) / sum(whole)
    score = sum(t * (x - n * share) for t, x, n in zip(YEARS, part, whole, strict=True))
    variance = share * (1 - share) * sum(n * (t - middle) ** 2 for n, t in zip(whole, YEARS, strict=True))
    slopes = plain_slopes([math.log(x / y) for x, y in drawn], [1] * 5)
    found = recent_trend_of_proportions([part], [whole])
    assert found.chi_square[0] == pytest.approx(score**2 / variance, rel=1e-7, abs=1e-9)
    assert found.slope[0] == pytest.approx(slopes[0], rel=1e-7, abs=1e-9)
    assume(abs(found.chi_square[0] - THRESHOLD) > 1e-6)
    assume(all(abs(one) > 1e-9 for one in slopes))
    assert verdict(found) == plain_verdict(score**2 / variance, slopes)


# --- bad input ---------------------------------------------------------------------------------------

VALUES, LOWER, UPPER = [10, 11, 12, 13, 14], [9, 10, 11, 12, 13], [11, 12, 13, 14, 15]


def changed(column: list[float], value: float) -> list[float]:
    return [*column[:2], value, *column[3:]]


@pytest.mark.parametrize(
    ("values", "lower", "upper"),
    [
        (changed(VALUES, math.nan), LOWER, UPPER),
        (VALUES, changed(LOWER, math.nan), UPPER),
        (VALUES, LOWER, changed(UPPER, math.nan)),
        (VALUES, [math.nan] * 5, [math.nan] * 5),
        (VALUES, changed(LOWER, 12), changed(UPPER, 12)),
        (VALUES, UPPER, LOWER),
        (VALUES, changed(LOWER, -math.inf), UPPER),
        (VALUES, [-math.inf] * 5, [math.inf] * 5),
        (changed(VALUES, math.inf), LOWER, UPPER),
    ],
    ids=["no value", "no lower limit", "no upper limit", "no limits", "limits not apart", "limits turned round",
         "one limit without end", "limits without end", "a value without end"],
)  # fmt: skip
def test_without_values_and_limits_a_trend_is_not_calculated_and_never_called_no_change(values, lower, upper):
    found = recent_trend([values, VALUES], [lower, LOWER], [upper, UPPER])
    assert found.calculated.tolist() == [False, True]
    assert found.verdict.tolist() == [0, 1]
    assert np.isnan([found.chi_square[0], found.slope[0]]).all()
    assert np.isfinite([found.chi_square[1], found.slope[1]]).all()


@pytest.mark.parametrize(
    ("part", "whole"),
    [(0, 100), (100, 100), (math.nan, 100), (50, math.nan), (0, 0)],
    ids=["nobody", "everybody", "part not known", "whole not known", "of nobody"],
)
def test_without_odds_in_every_year_a_trend_of_proportions_is_not_calculated(part, whole):
    usual = [10, 30, 50, 70, 90]
    found = recent_trend_of_proportions([changed(usual, part), usual], [changed([100] * 5, whole), [100] * 5])
    assert found.calculated.tolist() == [False, True]
    assert found.verdict.tolist() == [0, 1]
    assert np.isnan([found.chi_square[0], found.slope[0]]).all()


@pytest.mark.parametrize("points", [0, 1, 4, 6])
def test_a_trend_of_more_or_fewer_than_five_points_is_refused(points):
    series = [list(range(1, points + 1))]
    with pytest.raises(ValueError, match=f"5 points, not of {points}"):
        recent_trend(series, series, series)
    with pytest.raises(ValueError, match=f"5 points, not of {points}"):
        recent_trend_of_proportions(series, series)


def test_columns_of_different_numbers_of_groups_are_refused():
    with pytest.raises(ValueError, match="different numbers of groups: 2, 1, 2"):
        recent_trend([VALUES] * 2, [LOWER], [UPPER] * 2)
    with pytest.raises(ValueError, match="different numbers of groups: 1, 2"):
        recent_trend_of_proportions([VALUES], [[100] * 5] * 2)


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (changed(VALUES, 101), [100] * 5, "a part is above its whole"),
        (changed(VALUES, -1), [100] * 5, "part: a count is negative"),
        (VALUES, changed([100] * 5, -1), "whole: a count is negative"),
    ],
)
def test_counts_that_cannot_be_are_refused(part, whole, words):
    with pytest.raises(ValueError, match=words):
        recent_trend_of_proportions([part], [whole])


def test_no_groups_give_no_trends():
    nothing = np.zeros((0, 5))
    assert recent_trend(nothing, nothing, nothing).verdict.shape == (0,)
    assert recent_trend_of_proportions(nothing, nothing).verdict.shape == (0,)
