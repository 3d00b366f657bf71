"""Control and run charts: worked cases, each rule just met and just not, and a slow plain second implementation."""

from __future__ import annotations

import math
from statistics import fmean, median

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.control_charts import p_chart, run_chart, u_chart, xmr_chart

USUAL = settings(deadline=None, max_examples=80)
GAP = math.nan
#: Whole numbers, so that ties with the centre and between neighbours come about, and gaps.
points = st.one_of(st.integers(-3, 3), st.just(GAP))
long_series = st.lists(points, min_size=2, max_size=40)
known_series = st.lists(st.integers(-50, 50), min_size=2, max_size=40)

#: NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2, flow rate of ten batches.
FLOW_RATE = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
#: The same handbook, 6.3.3.1, defects of 25 wafers.
WAFERS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]
#: The same handbook, 6.3.3.2, chips that fail among 50 on each of 30 wafers.
CHIPS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


def flags(chart, rule: str) -> list[int]:
    return getattr(chart, rule)[0].tolist()


# --- worked cases ------------------------------------------------------------------------------------


def test_flow_rates_of_the_handbook():
    # Mean 50.81, mean moving range 1.8778; the handbook has 3/1.128 = 2.6596 where the chart's constant is 2.66.
    chart = xmr_chart([FLOW_RATE])
    assert chart.centre[0] == pytest.approx([50.81] * 10)
    assert (chart.upper - chart.centre)[0] == pytest.approx([2.66 * 16.9 / 9] * 10)
    assert [chart.lower[0, 0], chart.upper[0, 0]] == pytest.approx([45.8159, 55.8041], abs=1e-3)
    assert flags(chart, "outside") == [0] * 10


def test_failing_chips_of_the_handbook():
    # 347 of 1,500 fail, .2313; limits .0524 and .4102, which the wafers with 22 and 24 are above.
    chart = p_chart([CHIPS], [[50] * 30])
    assert [c[0, 0] for c in (chart.centre, chart.lower, chart.upper)] == pytest.approx(
        [0.2313, 0.0524, 0.4102], abs=5e-5
    )
    assert flags(chart, "outside") == [int(x in (22, 24)) for x in CHIPS]


def test_defects_of_the_handbook_and_a_point_on_the_limit():
    # 400 defects on 25 wafers: 16 -/+ 3 x 4. The third has 28, which is on the limit and not outside; one has 31.
    chart = u_chart([WAFERS], [[1] * 25])
    assert [line[0, 0] for line in (chart.centre, chart.lower, chart.upper)] == [16, 4, 28]
    assert flags(chart, "outside") == [int(x == 31) for x in WAFERS]


def test_limits_of_unequal_sizes_by_hand():
    # Half of 80 in all. Of 64 the error is 1/16, of 16 it is 1/8: limits one half -/+ 3/16 and -/+ 3/8.
    chart = p_chart([[40, 0]], [[64, 16]])
    assert chart.upper[0] == pytest.approx([0.5 + 3 / 16, 0.5 + 3 / 8])
    assert chart.lower[0] == pytest.approx([0.5 - 3 / 16, 0.5 - 3 / 8])
    assert flags(chart, "outside") == [0, -1]
    # 100 events among 50 people; among 2 and 8 people 2 -/+ 3 and -/+ 3/2.
    chart = u_chart([[3, 17, 80]], [[2, 8, 40]])
    assert chart.upper[0, :2] == pytest.approx([2 + 3, 2 + 1.5])
    assert chart.lower[0, :2] == pytest.approx([0, 2 - 1.5])


def test_limits_stay_within_what_can_be():
    low, high = p_chart([[1, 1]], [[10, 10]]), p_chart([[9, 9]], [[10, 10]])
    assert low.lower[0].tolist() == [0, 0]
    assert high.upper[0].tolist() == [1, 1]
    assert u_chart([[1, 1]], [[1, 1]]).lower[0].tolist() == [0, 0]


def test_one_jump_is_screened_out_of_the_moving_ranges():
    # Ranges 1 1 1 1 1 1 1 9, mean 2: 9 is 3.267 x 2 or more and is left out, so the mean becomes 1.
    values = [[0, 1, 0, 1, 0, 1, 0, 1, 10]]
    plain, screened = xmr_chart(values), xmr_chart(values, screened=True)
    assert (plain.upper - plain.centre)[0, 0] == pytest.approx(2.66 * 2)
    assert (screened.upper - screened.centre)[0, 0] == pytest.approx(2.66 * 1)
    # Ranges 1 1 1 1 1 1 4, mean 10/7: 4 is less than 3.267 of them and stays.
    values = [[0, 1, 0, 1, 0, 1, 0, 4]]
    kept = xmr_chart(values, screened=True)
    assert (kept.upper - kept.centre)[0, 0] == pytest.approx(2.66 * 10 / 7)


@pytest.mark.parametrize(("jump", "mean"), [(3266, 7999 / 8), (3267, 4733 / 7)], ids=["just less", "on the edge"])
def test_a_range_of_3_267_times_the_mean_is_left_out(jump, mean):
    # Ranges of 676 (six times), 677 and the jump: with 3,267 the mean of the eight is 1,000.
    values = [0, 676, 0, 676, 0, 676, 0, 677, 677 + jump]
    chart = xmr_chart([values], screened=True)
    assert (chart.upper - chart.centre)[0, 0] == pytest.approx(2.66 * mean)


@pytest.mark.parametrize("screened", [False, True])
def test_points_that_are_all_alike_are_on_both_limits_and_break_no_rule(screened):
    chart = xmr_chart([[5.0] * 20], screened)
    assert chart.centre[0].tolist() == chart.lower[0].tolist() == chart.upper[0].tolist() == [5.0] * 20
    for rule in ("outside", "shift", "trend", "near"):
        assert flags(chart, rule) == [0] * 20


# --- each rule, just met and just not ----------------------------------------------------------------


def test_a_point_is_outside_beyond_the_limit_and_not_on_it():
    # Half of 64 each: limits 20/64 and 44/64, to the last digit.
    assert flags(p_chart([[44, 20]], [[64, 64]]), "outside") == [0, 0]
    assert flags(p_chart([[45, 19]], [[64, 64]]), "outside") == [1, -1]


@pytest.mark.parametrize(("length", "flag"), [(6, 0), (7, 1), (8, 1)])
def test_seven_points_on_one_side_of_the_mean_are_a_shift(length, flag):
    chart = xmr_chart([[1] * length + [-1] * length])
    assert flags(chart, "shift") == [flag] * length + [-flag] * length


def test_a_point_on_the_mean_breaks_a_shift():
    values = [1] * 4 + [0] + [1] * 3 + [-1] * 7
    assert flags(xmr_chart([values]), "shift") == [0] * 8 + [-1] * 7


def test_a_gap_breaks_a_shift():
    values = [1] * 4 + [GAP] + [1] * 3 + [-1] * 7
    assert flags(xmr_chart([values]), "shift") == [0] * 8 + [-1] * 7


@pytest.mark.parametrize(("length", "flag"), [(6, 0), (7, 1), (9, 1)])
def test_seven_points_that_rise_or_fall_are_a_trend(length, flag):
    rising = list(range(length))
    assert flags(xmr_chart([[*rising, -1]]), "trend") == [flag] * length + [0]
    assert flags(xmr_chart([[*rising[::-1], 50]]), "trend") == [-flag] * length + [0]


@pytest.mark.parametrize("between", [4, GAP], ids=["equal neighbours", "a gap"])
def test_equal_neighbours_and_gaps_break_a_trend(between):
    assert flags(xmr_chart([[1, 2, 3, 4, between, 5, 6, 7, 8]]), "trend") == [0] * 9


def test_the_peak_between_two_trends_belongs_to_the_first():
    values = [*range(1, 8), *range(6, 0, -1)]  # up to 7 and down again, seven points each with the peak
    assert flags(xmr_chart([values]), "trend") == [1] * 7 + [-1] * 6


def test_two_of_three_in_the_outer_third_are_near():
    # Half of 64 is common, two thirds of the way to the limits are 40/64 and 24/64.
    def near(*parts):
        assert sum(parts) == 32 * len(parts)
        return flags(p_chart([parts], [[64] * len(parts)]), "near")

    assert near(41, 32, 41, 26, 26, 26) == [1, 0, 1, 0, 0, 0]
    assert near(41, 41, 32, 26, 26, 26) == [1, 1, 0, 0, 0, 0]
    assert near(23, 32, 23, 38, 38, 38) == [-1, 0, -1, 0, 0, 0]
    assert near(40, 32, 40, 26, 26, 28) == [0] * 6  # on the edge of the third
    assert near(41, 32, 32, 41, 26, 26, 26) == [0] * 7  # two of four
    assert near(41, 23, 32, 32) == [0] * 4  # on two sides
    assert near(26, 26, 26, 32, 41, 41) == [0, 0, 0, 0, 1, 1]  # at the end


def test_points_on_the_two_sides_of_a_gap_are_no_neighbours():
    near = p_chart([[41, 32, 41, 26, 26, 26]], [[64, GAP, 64, 64, 64, 64]]).near
    assert near.tolist() == [[0] * 6]


@pytest.mark.parametrize(("length", "flag"), [(5, 0), (6, 1), (7, 1)])
def test_six_points_on_one_side_of_the_median_are_a_shift_of_a_run_chart(length, flag):
    assert flags(run_chart([[3] * length + [1] * length]), "shift") == [flag] * length + [-flag] * length


def test_a_point_on_the_median_neither_counts_for_a_shift_nor_breaks_one():
    # The median is 5. Six above with a tie among them; five and a tie are not six.
    six = [9, 9, 9, 5, 9, 9, 9, 1, 5, 1, 5, 1, 5, 1, 5, 1]
    assert median(six) == 5
    assert flags(run_chart([six]), "shift") == [1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert flags(run_chart([[9, 5, *six[1:3], *six[4:]]]), "shift")[:7] == [1, 0, 1, 1, 1, 1, 1]
    five = [9, 9, 9, 5, 9, 9, 1, 5, 1, 5, 1, 5, 1, 5, 1]
    assert median(five) == 5
    assert flags(run_chart([five]), "shift") == [0] * 15


def test_a_gap_breaks_a_shift_of_a_run_chart_also_beside_a_tie():
    # The median is 5 each time.
    assert flags(run_chart([[*[9] * 6, *[1] * 6, 5]]), "shift") == [1] * 6 + [-1] * 6 + [0]
    assert flags(run_chart([[9, 9, 9, GAP, 9, 9, 9, 1, 1, 1, GAP, 1, 1, 1, 5]]), "shift") == [0] * 15
    assert flags(run_chart([[9, 9, 9, GAP, 5, 9, 9, 9, 1, 1, 1, 5, GAP, 1, 1, 1]]), "shift") == [0] * 16


@pytest.mark.parametrize(("length", "flag"), [(4, 0), (5, 1), (6, 1)])
def test_five_points_that_rise_are_a_trend_of_a_run_chart(length, flag):
    assert flags(run_chart([[*range(length), -1]]), "trend") == [flag] * length + [0]


def test_how_many_points_make_a_run_can_be_said():
    chart = run_chart([[1, 2, 3, 0, 0]], shift=2, trend=3)
    assert flags(chart, "trend") == [1, 1, 1, 0, 0]
    assert flags(chart, "shift") == [0, 1, 1, -1, -1]


# --- properties --------------------------------------------------------------------------------------


@USUAL
@given(known_series, st.integers(-100, 100), st.integers(1, 20), st.booleans())
def test_another_unit_moves_limits_alike_and_breaks_the_same_rules(series, added, times, screened):
    one, other = xmr_chart([series], screened), xmr_chart([[added + times * y for y in series]], screened)
    for name in ("centre", "lower", "upper"):
        moved = added + times * getattr(one, name)
        assert getattr(other, name)[0] == pytest.approx(moved[0], rel=1e-9, abs=1e-9)
    assert flags(other, "trend") == flags(one, "trend")
    on_the_mean = [y * len(series) == sum(series) for y in series]
    assume(not any(on_the_mean))  # where a mean that is no binary fraction may be missed by the last digit
    assert flags(other, "shift") == flags(one, "shift")


@USUAL
@given(known_series)
def test_upside_down_every_flag_changes_its_sign(series):
    one, other = xmr_chart([series]), xmr_chart([[-y for y in series]])
    for rule in ("outside", "shift", "trend", "near"):
        assert flags(other, rule) == [-flag for flag in flags(one, rule)]
    one, other = run_chart([series]), run_chart([[-y for y in series]])
    for rule in ("shift", "trend"):
        assert flags(other, rule) == [-flag for flag in flags(one, rule)]


@USUAL
@given(known_series)
def test_backwards_limits_and_shifts_are_the_same(series):
    one, other = xmr_chart([series]), xmr_chart([series[::-1]])
    assert other.upper[0] == pytest.approx(one.upper[0])
    assert flags(run_chart([series[::-1]]), "shift") == flags(run_chart([series]), "shift")[::-1]


@USUAL
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=2, max_size=20), st.integers(2, 9))
def test_limits_of_proportions_and_rates_hold_their_centre_and_narrow_with_people(pairs, times):
    people = [n for _, n in pairs]
    parts, more = [min(x, n) for x, n in pairs], [n * times for n in people]
    for chart in (p_chart, u_chart):
        small, large = chart([parts], [people]), chart([[x * times for x in parts]], [more])
        assert (small.lower <= small.centre).all()
        assert (small.centre <= small.upper).all()
        assert large.centre[0] == pytest.approx(small.centre[0])
        assert (large.upper - large.centre <= (small.upper - small.centre) + 1e-12).all()


@USUAL
@given(st.lists(st.lists(st.integers(0, 18), min_size=12, max_size=12), min_size=2, max_size=5))
def test_a_series_is_the_same_among_others_as_alone(table):
    people = [[18 + i] * 12 for i in range(len(table))]
    charts = (
        lambda rows: xmr_chart(table[rows]),
        lambda rows: xmr_chart(table[rows], screened=True),
        lambda rows: run_chart(table[rows]),
        lambda rows: p_chart(table[rows], people[rows]),
        lambda rows: u_chart(table[rows], people[rows]),
    )
    for chart in charts:
        together = chart(slice(None))
        for i in range(len(table)):
            for part, alone in zip(together, chart(slice(i, i + 1)), strict=True):
                np.testing.assert_array_equal(part[i], alone[0])


# --- a slow plain second implementation --------------------------------------------------------------


def plain_shift(series: list[float], centre: float, length: int, over_ties: bool) -> list[int]:
    """Runs on one side, point by point; a gap ends a run, and a tie does unless it is passed over."""
    found, run, side = [0] * len(series), [], 0
    for i, y in [*enumerate(series), (len(series), GAP)]:
        here = 0 if math.isnan(y) else (y > centre) - (y < centre)
        if y == centre and over_ties:
            continue
        if here != side or here == 0:
            if len(run) >= length:
                for j in run:
                    found[j] = side
            run, side = [], here
        if here:
            run.append(i)
    return found


def plain_trend(series: list[float], length: int) -> list[int]:
    """Stretches that rise or fall, each as long as it goes; a point is marked once."""
    found = [0] * len(series)
    for sign in (1, -1):
        for start in range(len(series)):
            end = start
            while end + 1 < len(series) and sign * (series[end + 1] - series[end]) > 0:
                end += 1
            if end - start + 1 >= length:
                for j in range(start, end + 1):
                    # A peak belongs to the stretch that comes to it, not to the one that leaves it.
                    if j > start or found[j] == 0:
                        found[j] = sign
    return found


def plain_near(far: list[int], series: list[float]) -> list[int]:
    found = [0] * len(far)
    for start in range(-2, len(far)):
        window = [j for j in range(start, start + 3) if 0 <= j < len(far)]
        if 0 <= start + 1 < len(far) and math.isnan(series[start + 1]):
            continue  # the two others are no neighbours
        for side in (1, -1):
            hits = [j for j in window if far[j] == side]
            if len(hits) >= 2:
                for j in hits:
                    found[j] = side
    return found


def plain_judged(series, centre, lower, upper) -> dict[str, list[int]]:
    lines = list(zip(series, centre, lower, upper, strict=True))
    far = [(y > c + 2 / 3 * (high - c)) - (y < c - 2 / 3 * (c - low)) for y, c, low, high in lines]
    return {
        "outside": [(y > high) - (y < low) for y, _, low, high in lines],
        "shift": plain_shift(series, centre[0], 7, over_ties=False),
        "trend": plain_trend(series, 7),
        "near": plain_near(far, series),
    }


@USUAL
@given(long_series, st.booleans())
def test_plain_loops_give_the_same_individuals_chart(series, screened):
    known = [y for y in series if not math.isnan(y)]
    ranges = [abs(b - a) for a, b in zip(series, series[1:], strict=False) if not math.isnan(a + b)]
    assume(len(known) >= 2)
    assume(ranges)
    mean, typical = fmean(known), fmean(ranges)
    if screened and typical > 0:
        typical = fmean([r for r in ranges if r < 3.267 * typical])
    size, half = len(series), 2.66 * typical
    chart = xmr_chart([series], screened)
    assert chart.lower[0] == pytest.approx([mean - half] * size)
    assert chart.upper[0] == pytest.approx([mean + half] * size)
    # Runs and edges are looked for about the chart's own lines, so that no last digit decides.
    expected = plain_judged(series, *(line[0].tolist() for line in (chart.centre, chart.lower, chart.upper)))
    assert {rule: flags(chart, rule) for rule in expected} == expected


@USUAL
@given(st.lists(st.tuples(st.integers(0, 30), st.one_of(st.integers(0, 30), st.just(GAP))), min_size=2, max_size=25),
       st.sampled_from(["proportions", "rates"]))  # fmt: skip
def test_plain_loops_give_the_same_charts_of_proportions_and_rates(pairs, kind):
    parts = [x if math.isnan(n) or kind == "rates" else min(x, int(n)) for x, n in pairs]
    people = [n for _, n in pairs]
    usable = [(x, n) for x, n in zip(parts, people, strict=True) if n > 0]
    assume(len(usable) >= 2)
    common = sum(x for x, _ in usable) / sum(n for _, n in usable)
    chart = (p_chart if kind == "proportions" else u_chart)([parts], [people])
    for i, n in enumerate(people):
        if not n > 0:
            continue
        variance = common * (1 - common) if kind == "proportions" else common
        half = 3 * math.sqrt(variance / n)
        highest = 1 if kind == "proportions" else math.inf
        assert chart.centre[0, i] == pytest.approx(common)
        assert chart.lower[0, i] == pytest.approx(max(0, common - half), abs=1e-12)
        assert chart.upper[0, i] == pytest.approx(min(highest, common + half), abs=1e-12)
    series = [x / n if n > 0 else GAP for x, n in zip(parts, people, strict=True)]
    expected = plain_judged(series, *(line[0].tolist() for line in (chart.centre, chart.lower, chart.upper)))
    assert {rule: flags(chart, rule) for rule in expected} == expected


@USUAL
@given(long_series, st.integers(2, 8), st.integers(2, 8))
def test_plain_loops_give_the_same_run_chart(series, shift, trend):
    known = [y for y in series if not math.isnan(y)]
    assume(len(known) >= 2)
    chart = run_chart([series], shift, trend)
    assert chart.median[0].tolist() == [median(known)] * len(series)
    assert flags(chart, "shift") == plain_shift(series, median(known), shift, over_ties=True)
    assert flags(chart, "trend") == plain_trend(series, trend)


# --- bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("chart", [xmr_chart, run_chart])
@pytest.mark.parametrize("values", [[[5]], [[]], [], [[5, GAP, GAP]], [[1, 2], [GAP, GAP]]])
def test_a_series_of_fewer_than_two_points_is_refused(chart, values):
    with pytest.raises(ValueError, match="at least two points"):
        chart(values)


@pytest.mark.parametrize("chart", [p_chart, u_chart])
@pytest.mark.parametrize(
    ("part", "whole"), [([1], [5]), ([1, GAP], [5, 5]), ([1, GAP, 2], [GAP, 5, 5]), ([0, 0, 1], [0, 0, 5])],
    ids=["one point", "one part", "one of both", "one with people"],
)  # fmt: skip
def test_a_series_of_fewer_than_two_rates_is_refused(chart, part, whole):
    with pytest.raises(ValueError, match="at least two points"):
        chart([part], [whole])


def test_points_of_which_no_two_are_neighbours_have_no_moving_range():
    with pytest.raises(ValueError, match="next to one another"):
        xmr_chart([[1, GAP, 2, GAP, 3]])


@pytest.mark.parametrize(
    ("chart", "part", "whole", "words"),
    [
        (p_chart, [3, 6], [5, 5], "a part is above its whole"),
        (p_chart, [-1, 2], [5, 5], "part: a count is negative"),
        (p_chart, [1, 2], [5, -5], "whole: a count is negative"),
        (u_chart, [-1, 2], [5, 5], "events: a count is negative"),
        (u_chart, [1, 2], [5, -5], "people: a count is negative"),
        (u_chart, [1, math.inf], [5, 5], "events: a count is infinite"),
    ],
)
def test_counts_that_cannot_be_are_refused(chart, part, whole, words):
    with pytest.raises(ValueError, match=words):
        chart([part], [whole])


def test_a_point_among_nobody_is_a_gap_and_leaves_the_others_as_they_are():
    with_gap, without = u_chart([[3, 0, 5]], [[10, 0, 10]]), u_chart([[3, 5]], [[10, 10]])
    assert with_gap.centre[0, [0, 2]].tolist() == without.centre[0].tolist()
    assert with_gap.upper[0, [0, 2]].tolist() == without.upper[0].tolist()
    assert flags(with_gap, "outside")[1] == 0


def test_events_among_nobody_are_a_gap_too():
    # Four above the common rate, three events among nobody, and three above: not seven in a row.
    events, people = [9] * 4 + [3] + [9] * 3 + [1] * 7, [1] * 4 + [0] + [1] * 3 + [1] * 7
    chart = u_chart([events], [people])
    assert chart.centre[0, 0] == pytest.approx((9 * 7 + 7) / 14)
    assert flags(chart, "shift") == [0] * 8 + [-1] * 7


def test_more_events_than_people_are_no_error_of_a_rate():
    assert u_chart([[9, 9]], [[3, 3]]).centre[0].tolist() == [3, 3]


def test_no_series_give_no_charts():
    assert xmr_chart(np.zeros((0, 5))).upper.shape == (0, 5)
    assert run_chart(np.zeros((0, 5))).shift.shape == (0, 5)
