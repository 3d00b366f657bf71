"""Funnels and control limits: worked cases, properties, and a slow plain second implementation.

Limits at 95 % leave out 2.5 % on each side (1.959964 standard errors), at 99.8 % a tenth of one per cent (3.090232).
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.funnels import (
    WORDS,
    Funnel,
    control_limits_of_proportion,
    control_limits_of_rate,
    people_behind_rate,
    proportion_funnel,
    proportion_significance,
    rate_funnel,
    rate_funnel_at,
    rate_significance,
    ratio_funnel,
    ratio_significance,
)

USUAL = settings(deadline=None, max_examples=60)
NARROW, WIDE = 1.959964, 3.090232
TAILS = {0.95: 0.025, 0.998: 0.001}
shares = st.floats(0.01, 0.99)
sizes = st.integers(1, 100_000)


def row(funnel: Funnel, at: int = 0) -> list[float]:
    return [float(part[at]) for part in funnel]


def plain_poisson(events: int, mean: float) -> float:
    """The chance of so many events or fewer, term by term."""
    term, total = math.exp(-mean), 0.0
    for k in range(events + 1):
        total += term
        term *= mean / (k + 1)
    return total


def plain_root(chance, wanted: float, most: float) -> float:
    """Where a chance that falls as the mean grows is what is wanted, by halving."""
    low, high = 0.0, most
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) > wanted else (low, middle)
    return (low + high) / 2


def plain_exact_limits(events: int, tail: float) -> tuple[float, float]:
    """Garwood's limits from their definition: the means at which so many or more, or fewer, are as rare as the tail."""
    most = events + 20 * math.sqrt(events + 1) + 20
    lower = plain_root(lambda mean: plain_poisson(events - 1, mean), 1 - tail, most)
    return lower, plain_root(lambda mean: plain_poisson(events, mean), tail, most)


def plain_byar(events: int, tail: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf(1 - tail)

    def limit(x: float, sign: int) -> float:
        return x * (1 - 1 / (9 * x) + sign * z / (3 * math.sqrt(x))) ** 3

    return limit(events, -1), limit(events + 1, 1)


def plain_wilson(share: float, people: float, z: float) -> tuple[float, float]:
    middle, half = share + z * z / (2 * people), z * math.sqrt(share * (1 - share) / people + (z / (2 * people)) ** 2)
    return (middle - half) / (1 + z * z / people), (middle + half) / (1 + z * z / people)


# --- worked cases ------------------------------------------------------------------------------------


def test_the_funnel_of_a_half_by_hand():
    # Spiegelhalter (2005): P -/+ z sqrt(P(1 - P)/n). Of 100 people the standard error is 5 per cent, of 400 half that.
    found = proportion_funnel([100, 400], 0.5)
    assert row(found) == pytest.approx([50 - NARROW * 5, 50 + NARROW * 5, 50 - WIDE * 5, 50 + WIDE * 5], rel=1e-6)
    assert row(found, 1) == pytest.approx(
        [50 - NARROW * 2.5, 50 + NARROW * 2.5, 50 - WIDE * 2.5, 50 + WIDE * 2.5], rel=1e-6
    )


@pytest.mark.parametrize("multiplier", [1, 100, 1000])
def test_a_funnel_of_proportions_ends_at_nobody_and_at_everybody_in_any_unit(multiplier):
    # The reference stops at 100 whatever the unit. Of four people the error is a quarter: z of them reach beyond.
    assert row(proportion_funnel([4], 0.5, multiplier)) == pytest.approx(
        [(0.5 - NARROW / 4) * multiplier, (0.5 + NARROW / 4) * multiplier, 0, multiplier], rel=1e-5
    )


def test_the_funnel_of_ratios_at_one_event_by_hand():
    # One event or more is as rare as 2.5 % where 1 - exp(-m) = .025; none at all among m expected is never looked at.
    found = ratio_funnel([1])
    assert found.size.upper[0] == pytest.approx(-math.log(0.975))
    assert found.size.upper_wide[0] == pytest.approx(-math.log(0.999))
    assert found.limit.upper[0] == pytest.approx(100 / -math.log(0.975))
    # At most one event is as rare as 2.5 % where (1 + m) exp(-m) = .025.
    expected = found.size.lower[0]
    assert (1 + expected) * math.exp(-expected) == pytest.approx(0.025)


def test_the_funnel_of_ratios_at_ten_events_from_the_printed_table():
    # Garwood (1936): the 95 % limits of ten events are 4.80 and 18.39.
    found = ratio_funnel([10])
    assert [found.size.upper[0], found.size.lower[0]] == pytest.approx([4.795, 18.390], abs=5e-4)
    assert [found.limit.lower[0], found.limit.upper[0]] == pytest.approx([1000 / 18.390, 1000 / 4.795], rel=1e-3)


def test_ratios_may_be_printed_as_the_share_above_expectation():
    plain, above = ratio_funnel([10], 1, 0).limit, ratio_funnel([10], 1, -1).limit
    assert row(above) == pytest.approx([limit - 1 for limit in row(plain)])


def test_a_funnel_of_rates_by_hand():
    # 10 events at 50 per 1,000 a year: expected on the limit are 4.795 of them, which 4.795/50 x 1000 person-years
    # bring about; in three years a third as many people do.
    found = rate_funnel([10], 50, 1000, years=3)
    assert found.size.upper[0] == pytest.approx(4.7954 / 50 * 1000 / 3, rel=1e-4)
    assert found.limit.upper[0] == pytest.approx(10 / 4.7954 * 50, rel=1e-4)


@pytest.mark.parametrize(
    ("events", "rate", "asked", "people"),
    [
        (50, 200, {}, 100_000 * 50 / 200),
        (50, 0.5, {}, 100_000 * 50 / 0.5),
        (50, 200, {"multiplier": 1000}, 1000 * 50 / 200),
        (1, 100, {}, 1000),
        (9, 100, {"fewest": 10}, math.nan),
        (10, 100, {"fewest": 10}, 10_000),
        (0, 0, {}, math.nan),
        (5, 0, {}, math.nan),
        (math.nan, 5, {}, math.nan),
        (5, math.nan, {}, math.nan),
    ],
)
def test_the_people_behind_a_rate(events, rate, asked, people):
    assert people_behind_rate([events], [rate], **asked)[0] == pytest.approx(people, nan_ok=True)


@pytest.mark.parametrize(
    ("part", "verdict"),
    [(50, 0), (59, 0), (60, 1), (65, 1), (66, 2), (41, 0), (40, -1), (35, -1), (34, -2), (0, -2), (100, 2)],
)
def test_parts_of_a_hundred_where_half_is_common(part, verdict):
    # Limits 50 -/+ 9.8 and 50 -/+ 15.45.
    assert proportion_significance([part], [100], 0.5)[0] == verdict


@pytest.mark.parametrize(
    ("expected", "verdict"),
    [(0.0009, 2), (0.0011, 1), (0.0252, 1), (0.0254, 0), (5.57, 0), (5.58, -1), (9.23, -1), (9.24, -2)],
)
def test_one_event_among_so_many_expected(expected, verdict):
    # -ln .999 = .0010 and -ln .975 = .0253; (1 + m) exp(-m) is .025 at 5.572 and .001 at 9.233.
    assert ratio_significance([1], [expected])[0] == verdict


def test_from_ten_events_on_the_limits_are_byars():
    # At ten events Byar's lower limit is 4.79 (exact: 4.7954), at nine the exact one is 4.115.
    byar, exact = plain_byar(10, 0.025)[0], plain_exact_limits(10, 0.025)[0]
    assert byar < exact
    between = (byar + exact) / 2
    assert ratio_significance([10, 10], [between, byar * 0.999]).tolist() == [0, 1]
    low = plain_exact_limits(9, 0.025)[0]
    assert ratio_significance([9, 9], [low * 1.0001, low * 0.9999]).tolist() == [0, 1]


def test_every_verdict_has_its_words():
    assert [WORDS[verdict] for verdict in (2, 1, 0, -1, -2)] == [
        "High (0.001)", "High (0.025)", "Not significant", "Low (0.025)", "Low (0.001)",
    ]  # fmt: skip


def test_control_limits_of_a_half_by_hand():
    # Wilson's limits of one half are 1/2 -/+ z/(2 sqrt(n + z**2)).
    half = NARROW / (2 * math.sqrt(100 + NARROW**2))
    assert control_limits_of_proportion([0.5], [100])[:, 0] == pytest.approx([0.5 - half, 0.5 + half], rel=1e-6)
    # Of nobody with it among a hundred the upper one is z**2/(n + z**2).
    assert control_limits_of_proportion([0], [100])[:, 0] == pytest.approx([0, NARROW**2 / (100 + NARROW**2)], rel=1e-6)


def test_control_limits_of_a_rate_from_the_printed_table():
    # 20 per 1,000 among 500 people are ten events, of which the exact limits are 4.795 and 18.390.
    found = control_limits_of_rate([20], [500], 1000)[:, 0]
    assert found == pytest.approx([4.795 / 500 * 1000, 18.390 / 500 * 1000], rel=1e-3)


def test_rates_are_per_100_000_a_year_unless_another_unit_is_told():
    assert row(rate_funnel([10], 50).size) == row(rate_funnel([10], 50, 100_000, 1, False).size)
    assert control_limits_of_rate([20], [500]).tolist() == control_limits_of_rate([20], [500], 100_000).tolist()
    # 30 events at 60 per 100,000 come from 50,000 people: the limit of 30 events is crossed at another common rate
    # when they are one in 100,000 fewer.
    edge = float(plain_byar(30, 0.025)[0]) / 50_000 * 100_000
    assert rate_significance([30, 30], [60, 60], edge * 0.999999).tolist() == [1, 1]
    assert rate_significance([30, 30], [60, 60], edge * 1.000001).tolist() == [0, 0]
    assert rate_significance([30], [60], edge * 0.999999, [50_000]).tolist() == [1]
    assert rate_significance([30], [60], edge * 1.000001, [50_000]).tolist() == [0]


def test_limits_at_so_many_people_from_the_printed_table():
    # Of ten events the exact limits are 4.795 and 18.390: where so many are expected, ten are on the limit.
    found = rate_funnel_at([4795, 18_390], 1, 1000)
    assert found.upper[0] * 4.795 == pytest.approx(10, rel=1e-4)
    assert found.lower[1] * 18.390 == pytest.approx(10, rel=1e-4)
    # Per 100,000 unless told otherwise; of a ratio to expected events, so that 100 stands for as expected.
    assert row(rate_funnel_at([9000], 50)) == row(rate_funnel_at([9000], 50, 100_000))
    assert rate_funnel_at([4.795], 100, 100).upper[0] == pytest.approx(10 / 4.795 * 100, rel=1e-4)


# --- properties --------------------------------------------------------------------------------------


@USUAL
@given(sizes, shares)
def test_a_funnel_of_proportions_holds_the_common_one_the_wide_limits_outside(people, common):
    low, high, lowest, highest = row(proportion_funnel([people], common, 1))
    assert 0 <= lowest <= low < common < high <= highest <= 1


@USUAL
@given(sizes, st.integers(1, 1000), shares)
def test_a_funnel_of_proportions_narrows_with_people(people, more, common):
    small, large = (row(proportion_funnel([n], common)) for n in (people, people + more))
    for low, high in ((0, 1), (2, 3)):
        assert small[low] <= large[low] < large[high] <= small[high]


@USUAL
@given(st.integers(1, 500), st.integers(1, 500))
def test_a_funnel_of_ratios_narrows_with_events_about_one_hundred(events, more):
    small, large = (row(ratio_funnel([x]).limit) for x in (events, events + more))
    assert small[2] < small[0] < 100 < small[1] < small[3]
    for low, high in ((0, 1), (2, 3)):
        assert small[low] < large[low] < 100 < large[high] < small[high]


@USUAL
@given(st.integers(1, 500), st.floats(0.1, 1000), st.sampled_from([1, 1000, 100_000]), st.integers(1, 5))
def test_on_the_limit_of_a_funnel_of_rates_so_many_people_have_so_many_events(events, common, multiplier, years):
    found = rate_funnel([events], common, multiplier, years)
    for people, rate in zip(row(found.size), row(found.limit), strict=True):
        assert people * years * rate / multiplier == pytest.approx(events)


@USUAL
@given(st.floats(1, 200_000), st.floats(1.01, 50), st.floats(0.5, 900))
def test_a_funnel_of_rates_at_so_many_people_holds_the_common_rate_and_narrows(people, times, common):
    small, large = np.array(rate_funnel_at([people, people * times], common)).T
    for funnel in (small, large):
        assert 0 <= funnel[2] <= funnel[0] < common < funnel[1] <= funnel[3]
    assert small[0] <= large[0]
    assert small[2] <= large[2]
    assert (large[[1, 3]] < small[[1, 3]]).all()


@USUAL
@given(st.integers(1, 400), st.floats(1, 500), st.sampled_from([100, 1000, 100_000]))
def test_a_funnel_of_rates_is_the_same_read_by_events_or_by_people(events, common, multiplier):
    by_events = rate_funnel([events], common, multiplier)
    for side in Funnel._fields:
        people, limit = (getattr(part, side) for part in by_events)
        assert getattr(rate_funnel_at(people, common, multiplier), side)[0] == pytest.approx(limit[0], rel=1e-6)


@USUAL
@given(st.integers(1, 100), st.integers(2, 20))
def test_more_years_need_fewer_people_for_the_same_limit(events, years):
    one, many = rate_funnel([events], 50), rate_funnel([events], 50, years=years)
    assert row(many.limit) == pytest.approx(row(one.limit))
    assert row(many.size) == pytest.approx([people / years for people in row(one.size)])


@USUAL
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 200)), min_size=1, max_size=10), shares)
def test_the_other_part_of_each_whole_is_as_far_from_the_other_share(pairs, common):
    part, whole = [min(x, n) for x, n in pairs], [n for _, n in pairs]
    other = [n - x for x, n in zip(part, whole, strict=True)]
    found = proportion_significance(part, whole, common)
    assert proportion_significance(other, whole, 1 - common).tolist() == (-found).tolist()


@USUAL
@given(st.integers(0, 60), st.floats(0.01, 200), st.floats(1.001, 3))
def test_more_expected_never_make_a_ratio_higher(events, expected, times):
    fewer, more = ratio_significance([events, events], [expected, expected * times])
    assert more <= fewer


@USUAL
@given(shares, sizes, st.integers(1, 1000))
def test_control_limits_hold_the_benchmark_and_narrow_with_people(benchmark, people, more):
    small, large = control_limits_of_proportion([benchmark] * 2, [people, people + more]).T
    assert 0 <= small[0] < large[0] < benchmark < large[1] < small[1] <= 1
    small, large = control_limits_of_rate([benchmark] * 2, [people, people + more], 100).T
    assert 0 <= small[0] <= large[0] < benchmark < large[1] < small[1]


@USUAL
@given(shares, sizes)
def test_more_confidence_widens_control_limits(benchmark, people):
    for limits in (control_limits_of_proportion, control_limits_of_rate):
        narrow, wide = (limits([benchmark], [people], confidence=level)[:, 0] for level in (0.95, 0.998))
        assert wide[0] <= narrow[0] < narrow[1] < wide[1]  # both may be nought where hardly any event is expected


# --- a value on the limit is on the edge, not beyond it ----------------------------------------------


@pytest.mark.parametrize(("limit", "sign", "verdict"), [("lower", -1, -1), ("upper", 1, 1)])
def test_a_proportion_on_the_limit_is_not_beyond_it(limit, sign, verdict):
    # Of 16, a power of two, so that the share is the limit to the last digit.
    edge = float(getattr(proportion_funnel([16], 0.5, 1), limit)[0]) * 16
    beyond = math.nextafter(edge, sign * math.inf)
    assert proportion_significance([edge, beyond], [16, 16], 0.5).tolist() == [0, verdict]


@pytest.mark.parametrize("common", [0.0, 1.0])
def test_nobody_is_beyond_a_funnel_that_ends_where_all_are(common):
    assert proportion_significance([common * 7], [7], common)[0] == 0


@pytest.mark.parametrize(("side", "towards", "verdict"), [("upper", 0, 1), ("lower", math.inf, -1)])
def test_a_ratio_on_the_limit_is_not_beyond_it(side, towards, verdict):
    edge = float(getattr(ratio_funnel([5]).size, side)[0])
    assert ratio_significance([5, 5], [edge, math.nextafter(edge, towards)]).tolist() == [0, verdict]


# --- a slow plain second implementation --------------------------------------------------------------


@USUAL
@given(st.integers(1, 150))
def test_the_funnel_of_ratios_lies_where_the_sums_of_chances_say(events):
    found = ratio_funnel([events]).size
    assert plain_poisson(events - 1, found.upper[0]) == pytest.approx(1 - 0.025, rel=1e-9)
    assert plain_poisson(events - 1, found.upper_wide[0]) == pytest.approx(1 - 0.001, rel=1e-9)
    assert plain_poisson(events, found.lower[0]) == pytest.approx(0.025, rel=1e-8)
    assert plain_poisson(events, found.lower_wide[0]) == pytest.approx(0.001, rel=1e-8)


@USUAL
@given(st.floats(0.001, 120), st.sampled_from([(0.025, 0, 1), (0.001, 2, 3)]))
def test_whole_events_beyond_the_funnel_at_so_many_people_are_as_rare_as_the_sums_of_chances_say(expected, level):
    tail, low, high = level
    lower, upper = (row(rate_funnel_at([expected], 1, 1))[side] * expected for side in (low, high))
    first_above, last_below = math.floor(upper) + 1, math.ceil(lower) - 1
    assert 1 - plain_poisson(first_above - 1, expected) < tail + 1e-9
    assert 1 - plain_poisson(first_above - 2, expected) >= tail - 1e-9 or first_above == 2
    assert last_below < 0 or plain_poisson(last_below, expected) < tail + 1e-9
    assert plain_poisson(last_below + 1, expected) >= tail - 1e-9


def test_limits_are_exact_unless_the_published_search_is_asked_for():
    for method in (ratio_funnel, lambda events, **asked: rate_funnel(events, 50, **asked)):
        exact, published = method([7]).size, method([7], as_published=True).size
        assert row(exact) != row(published)
        assert row(published) == pytest.approx(row(exact), rel=1e-5)
    assert plain_poisson(6, rate_funnel([7], 50).size.upper[0] * 50 / 100_000) == pytest.approx(1 - 0.025, rel=1e-10)


@USUAL
@given(st.integers(1, 5000))
def test_the_published_search_ends_in_the_middle_of_the_cell_that_holds_the_limit(events):
    exact, published = ratio_funnel([events]).size, ratio_funnel([events], as_published=True).size
    for true, found in zip(row(exact), row(published), strict=True):
        cells = found / (1 + events + found) * 2**24
        assert round(cells) % 2 == 1
        assert cells == pytest.approx(round(cells), abs=1e-6)
        assert abs(true / (1 + events + true) * 2**24 - cells) <= 1 + 1e-6


@USUAL
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 300)), min_size=1, max_size=12))
def test_a_proportion_is_beyond_where_its_wilson_limits_leave_the_common_one_out(pairs):
    # The funnel turns Wilson's limits inside out, so that the two must agree.
    part, whole = [min(x, n) for x, n in pairs], [n for _, n in pairs]
    common = sum(part) / sum(whole)
    assume(0 < common < 1)
    for verdict, x, n in zip(proportion_significance(part, whole), part, whole, strict=True):
        expected = 0
        for tail in TAILS.values():
            low, high = plain_wilson(x / n, n, NormalDist().inv_cdf(1 - tail))
            expected += (low > common) - (high < common)
        assert verdict == expected


@USUAL
@given(st.lists(st.tuples(st.integers(0, 40), st.floats(0.01, 80)), min_size=1, max_size=6))
def test_sums_of_chances_and_byars_formula_give_the_same_verdicts_of_ratios(pairs):
    found = ratio_significance([x for x, _ in pairs], [of for _, of in pairs])
    for verdict, (x, of) in zip(found, pairs, strict=True):
        expected = 0
        for tail in TAILS.values():
            if x < 10:
                expected += (1 - plain_poisson(x - 1, of) < tail) - (plain_poisson(x, of) < tail)
            else:
                low, high = plain_byar(x, tail)
                expected += (low > of) - (high < of)
        assert verdict == expected


@USUAL
@given(st.lists(st.tuples(st.integers(1, 60), st.integers(50, 5000)), min_size=1, max_size=8), st.floats(1, 50))
def test_a_rate_is_judged_by_the_events_that_the_common_rate_would_bring(pairs, common):
    events, people = [x for x, _ in pairs], [n for _, n in pairs]
    rate = [x / n * 1000 for x, n in pairs]
    expected = ratio_significance(events, [n * common / 1000 for n in people]).tolist()
    assert rate_significance(events, rate, common, people, 1000).tolist() == expected


def test_a_rate_without_people_stands_for_those_behind_it():
    # 30 events at 60 per 1,000 come from 500 people, of whom the common rate would have brought 10 or 29 events.
    assert rate_significance([30, 30], [60, 60], 20, multiplier=1000).tolist() == [2, 2]
    assert rate_significance([30, 30], [60, 60], 58, multiplier=1000).tolist() == [0, 0]
    assert rate_significance([0], [0], 20, people=[500], multiplier=1000).tolist() == [-2]


@USUAL
@given(shares, st.integers(1, 2000), st.sampled_from([0.95, 0.998]))
def test_plain_wilson_limits_and_sums_of_chances_give_the_same_control_limits(benchmark, people, confidence):
    tail = TAILS[confidence]
    expected = plain_wilson(benchmark, people, NormalDist().inv_cdf(1 - tail))
    found = control_limits_of_proportion([benchmark], [people], confidence)[:, 0]
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    events = max(1, people % 60)
    lower, upper = plain_exact_limits(events, tail)
    found = control_limits_of_rate([events / people * 1000], [people], 1000, confidence)[:, 0]
    assert found == pytest.approx([lower / people * 1000, upper / people * 1000], rel=1e-7)


# --- bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (lambda: proportion_funnel([-1], 0.5), "people: a count is negative"),
        (lambda: proportion_funnel([1], -0.1), "must be from 0 to 1"),
        (lambda: proportion_funnel([1], 1.1), "must be from 0 to 1"),
        (lambda: proportion_funnel([1], math.nan), "must be from 0 to 1"),
        (lambda: ratio_funnel([0]), "starts at one event"),
        (lambda: ratio_funnel([-2]), "events: a count is negative"),
        (lambda: rate_funnel([0], 5), "starts at one event"),
        (lambda: rate_funnel([1], 0), "must be above nought"),
        (lambda: rate_funnel([1], math.nan), "must be above nought"),
        (lambda: rate_funnel_at([-1], 5), "people: a count is negative"),
        (lambda: rate_funnel_at([1], 0), "must be above nought"),
        (lambda: rate_funnel_at([1], math.nan), "must be above nought"),
        (lambda: people_behind_rate([-1], [5]), "events: a count is negative"),
        (lambda: proportion_significance([3], [-5]), "whole: a count is negative"),
        (lambda: proportion_significance([5, 1], [3, 10]), "a part is above its whole"),
        (lambda: proportion_significance([0], [0], 0.5), "no proportion of nobody"),
        (lambda: proportion_significance([math.nan], [3], 0.5), "not known"),
        (lambda: proportion_significance([3], [math.nan], 0.5), "not known"),
        (lambda: ratio_significance([-1], [5]), "events: a count is negative"),
        (lambda: ratio_significance([math.nan], [5]), "not known"),
        (lambda: ratio_significance([5], [math.nan]), "not known"),
        (lambda: ratio_significance([5], [-5]), "expected events: a count is negative"),
        (lambda: rate_significance([0], [0], 5), "people must be given"),
        (lambda: rate_significance([5], [math.nan], 5), "people must be given"),
        (lambda: rate_significance([5], [5], 5, [math.nan]), "people must be given"),
        (lambda: rate_significance([5], [5], 5, [-1]), "people: a count is negative"),
        (lambda: control_limits_of_proportion([0.5], [-1]), "people: a count is negative"),
        (lambda: control_limits_of_proportion([1.5], [10]), "above its denominator"),
        (lambda: control_limits_of_rate([-5], [10]), "a count is negative"),
    ],
)  # fmt: skip
def test_what_makes_no_funnel_is_refused(asked, words):
    with pytest.raises(ValueError, match=words):
        asked()


@pytest.mark.parametrize("limits", [control_limits_of_proportion, control_limits_of_rate])
@pytest.mark.parametrize("confidence", [0, 1, -1, 95, math.nan])
def test_a_confidence_outside_0_and_1_is_refused(limits, confidence):
    with pytest.raises(ValueError, match="confidence must be a fraction"):
        limits([0.5], [100], confidence=confidence)


@pytest.mark.parametrize("people", [0, math.nan])
def test_among_nobody_there_are_no_limits(people):
    assert np.isnan(row(proportion_funnel([people], 0.5))).all()
    assert np.isnan(row(rate_funnel_at([people], 5))).all()
    assert np.isnan(control_limits_of_proportion([0.5], [people])).all()
    assert np.isnan(control_limits_of_rate([5], [people])).all()


def test_where_events_are_not_known_there_is_no_funnel():
    found = rate_funnel([math.nan, 10], 50)
    assert np.isnan([*row(found.size), *row(found.limit)]).all()
    assert np.isfinite([*row(found.size, 1), *row(found.limit, 1)]).all()


def test_a_benchmark_that_is_not_known_has_no_control_limits():
    assert np.isnan(control_limits_of_proportion([math.nan], [10])).all()
    assert np.isnan(control_limits_of_rate([math.nan], [10])).all()


def test_one_place_alone_is_its_own_common_value_and_not_beyond_it():
    assert proportion_significance([3], [10]).tolist() == [0]


def test_places_that_are_all_alike_are_not_beyond_their_common_value():
    assert proportion_significance([30] * 4, [100] * 4).tolist() == [0] * 4


def test_empty_columns_give_empty_columns():
    assert ratio_significance([], []).shape == (0,)
    assert proportion_significance([], []).shape == proportion_significance([], [], 0.5).shape == (0,)
    assert proportion_funnel([], 0.5).lower.shape == ratio_funnel([]).limit.lower.shape == (0,)
    assert control_limits_of_proportion([], []).shape == control_limits_of_rate([], []).shape == (2, 0)
