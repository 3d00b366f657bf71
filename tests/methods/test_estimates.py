"""Rates and proportions with limits, and sums by group: worked cases, properties, bad input and plain oracles."""

from __future__ import annotations

import math

import numpy as np
import plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.estimates import CHUNK, grouped_sum, proportion_estimate, rate_estimate
from locality_profiles.statistics.rates import crude_rate

counts = st.integers(0, 10**6)
people = st.integers(1, 10**7)
rows = st.lists(st.tuples(counts, people), min_size=1, max_size=20)
shares = st.lists(people.flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=20)
multipliers = st.sampled_from([1, 100, 1_000, 100_000])
ESTIMATES = pytest.mark.parametrize("estimate", [rate_estimate, proportion_estimate])


def columns(pairs):
    return np.array(pairs, dtype=float).T


# --- worked cases ------------------------------------------------------------------------------------


def test_a_rate_has_the_limits_of_its_count():
    """Of 5 events the exact limits are 1.6235 and 11.668 (Garwood 1936), of 137 in 24.19893 see Breslow & Day."""
    value, lower, upper = rate_estimate([5], [200_000])
    assert value[0] == 100_000 * 5 / 200_000
    assert lower[0] == pytest.approx(1.6235 / 2, abs=5e-5)
    assert upper[0] == pytest.approx(11.668 / 2, abs=5e-4)


def test_years_are_pooled_by_adding_them_not_by_their_mean():
    """30 events in 3 years of 10,000 people: 10 a year is the same rate, but three times the events are surer.

    ScotPHO takes the mean of the years, so that its limits for the same rate are 47.9 and 183.9.
    """
    added = rate_estimate([30], [30_000])
    averaged = rate_estimate([10], [10_000], mode="scottish")
    assert added.value[0] == averaged.value[0] == pytest.approx(100)
    assert [round(float(limit[0]), 1) for limit in added[1:]] == [67.5, 142.8]
    assert [round(float(limit[0]), 1) for limit in averaged[1:]] == [47.9, 183.9]


def test_byars_limits_of_a_rate_written_out():
    z = plain.z_of(0.95)
    value, lower, upper = rate_estimate([99], [5_000], 1_000)
    assert value[0] == pytest.approx(1_000 * 99 / 5_000)
    assert lower[0] == pytest.approx(1_000 / 5_000 * 99 * (1 - 1 / 891 - z / (3 * math.sqrt(99))) ** 3)
    assert upper[0] == pytest.approx(1_000 / 5_000 * 100 * (1 - 1 / 900 + z / 30) ** 3)


def test_a_percentage_of_newcombes_table():
    """81 of 263 is 30.8 % (25.5 to 36.6): Newcombe, Statistics in Medicine 17 (1998), table I."""
    value, lower, upper = proportion_estimate([81], [263], 100)
    assert value[0] == pytest.approx(100 * 81 / 263)
    assert (lower[0], upper[0]) == (pytest.approx(25.53, abs=5e-3), pytest.approx(36.62, abs=5e-3))


def test_no_events_are_a_rate_of_nought_with_an_upper_limit():
    value, lower, upper = rate_estimate([0], [1_000], 1_000)
    assert (value[0], lower[0]) == (0, 0)
    assert upper[0] == pytest.approx(-math.log(0.025))


def test_the_scottish_mode_has_1_96_and_byars_limits_at_every_count():
    value, lower, upper = rate_estimate([8], [100], 100, mode="scottish")
    assert value[0] == 8
    assert lower[0] == pytest.approx(8 * (1 - 1 / 72 - 1.96 / (3 * math.sqrt(8))) ** 3)
    assert upper[0] == pytest.approx(9 * (1 - 1 / 81 + 1.96 / 9) ** 3)
    assert proportion_estimate([0], [50], mode="scottish").upper[0] == pytest.approx(1.96**2 / (50 + 1.96**2))


def test_events_may_be_more_than_people():
    assert rate_estimate([300], [100], 100).value[0] == 300


def test_groups_are_summed_and_an_unknown_part_makes_the_sum_unknown():
    found = grouped_sum([1, 5, math.nan, 7, 2], [0, 0, 1, 1, 2], 4)
    np.testing.assert_array_equal(found, [1 + 5, math.nan, 2, 0])


# --- properties ------------------------------------------------------------------------------------------


@given(rows, multipliers, st.sampled_from([0.8, 0.95, 0.998]))
def test_a_rate_lies_between_its_limits_and_is_the_crude_rate(pairs, multiplier, confidence):
    x, n = columns(pairs)
    value, lower, upper = rate_estimate(x, n, multiplier, confidence)
    np.testing.assert_allclose(value, crude_rate(x, n, multiplier), rtol=1e-14)
    assert (lower <= value).all()
    assert (value <= upper).all()


@given(shares, multipliers)
def test_a_proportion_lies_between_its_limits_and_they_within_nought_and_all(pairs, multiplier):
    x, n = columns(pairs)
    value, lower, upper = proportion_estimate(x, n, multiplier)
    np.testing.assert_allclose(value, crude_rate(x, n, multiplier), rtol=1e-14)
    slack = 1 + 1e-14
    assert (lower >= 0).all()
    assert (lower <= value * slack).all()
    assert (value <= upper * slack).all()
    assert (upper <= multiplier).all()


@ESTIMATES
@given(pairs=shares)
def test_more_confidence_is_a_wider_interval_about_the_same_value(estimate, pairs):
    x, n = columns(pairs)
    narrow, wide = estimate(x, n, confidence=0.95), estimate(x, n, confidence=0.998)
    np.testing.assert_array_equal(narrow.value, wide.value)
    assert (wide.upper - wide.lower > narrow.upper - narrow.lower).all()


@ESTIMATES
@given(pairs=shares, multiplier=multipliers)
def test_the_multiplier_only_changes_the_unit(estimate, pairs, multiplier):
    x, n = columns(pairs)
    for one, many in zip(estimate(x, n, 1), estimate(x, n, multiplier), strict=True):
        np.testing.assert_allclose(many, one * multiplier, rtol=1e-13)


@given(rows, st.integers(2, 50))
def test_more_people_with_the_same_events_have_so_much_lower_a_rate(pairs, times):
    x, n = columns(pairs)
    for one, many in zip(rate_estimate(x, n), rate_estimate(x, n * times), strict=True):
        np.testing.assert_allclose(many * times, one, rtol=1e-13)


@given(st.lists(st.tuples(st.integers(10, 10**6), people), min_size=1, max_size=20), st.integers(2, 50))
def test_more_of_both_is_the_same_rate_and_surer(pairs, times):
    x, n = columns(pairs)
    one, many = rate_estimate(x, n), rate_estimate(x * times, n * times)
    np.testing.assert_allclose(one.value, many.value, rtol=1e-13)
    assert (many.lower > one.lower).all()
    assert (many.upper < one.upper).all()


@ESTIMATES
@given(pairs=shares, data=st.data())
def test_the_order_of_rows_does_not_matter(estimate, pairs, data):
    x, n = columns(pairs)
    order = data.draw(st.permutations(range(len(pairs))))
    np.testing.assert_array_equal(estimate(x[order], n[order]), np.array(estimate(x, n))[:, order])


@ESTIMATES
def test_one_area_is_estimated_as_among_others(estimate):
    alone, among = estimate([12], [340]), estimate([3, 12, 0], [55, 340, 8])
    for one, many in zip(alone, among, strict=True):
        assert one[0] == many[1]


@ESTIMATES
def test_equal_rows_have_equal_estimates(estimate):
    for part in estimate([4] * 6, [90] * 6):
        assert np.unique(part).size == 1


def test_rows_beyond_those_that_are_worked_on_together_are_estimated_the_same():
    x, n = np.arange(30), np.arange(30) + 100
    times = CHUNK // 30 + 2  # more rows than go together
    for once, often in zip(rate_estimate(x, n), rate_estimate(np.tile(x, times), np.tile(n, times)), strict=True):
        np.testing.assert_array_equal(often, np.tile(once, times))


@given(st.lists(st.tuples(st.integers(0, 5), counts), max_size=40), st.data())
def test_sums_by_group_do_not_depend_on_the_order_and_add_up_to_all(pairs, data):
    groups, values = np.array([g for g, _ in pairs], int), np.array([v for _, v in pairs], float)
    order = np.array(data.draw(st.permutations(range(len(pairs)))), int)
    found = grouped_sum(values, groups, 6)
    np.testing.assert_array_equal(grouped_sum(values[order], groups[order], 6), found)
    assert found.sum() == values.sum()


@given(rows, st.lists(st.integers(0, 3), min_size=20, max_size=20))
def test_the_rate_of_a_group_is_that_of_its_sums_and_lies_between_those_of_its_parts(pairs, drawn):
    x, n = columns(pairs)
    groups = np.array(drawn[: len(pairs)])
    sums = [grouped_sum(column, groups, 4) for column in (x, n)]
    held = sums[1] > 0
    whole = rate_estimate(sums[0][held], sums[1][held]).value
    parts = rate_estimate(x, n).value
    for group, rate in zip(np.flatnonzero(held), whole, strict=True):
        mine = parts[groups == group]
        assert mine.min() * (1 - 1e-12) <= rate <= mine.max() * (1 + 1e-12)


# --- slow plain second implementations -----------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), people), min_size=1, max_size=4), multipliers, st.sampled_from([0.95, 0.998])
)
def test_one_rate_at_a_time_gives_the_same(pairs, multiplier, confidence):
    found = rate_estimate(*columns(pairs), multiplier, confidence)
    for value, lower, upper, (events, among) in zip(*found, pairs, strict=True):
        low, high = plain.limits_of_count(events, confidence)
        assert value == pytest.approx(events / among * multiplier, rel=1e-13)
        assert lower == pytest.approx(low / among * multiplier, rel=1e-10)
        assert upper == pytest.approx(high / among * multiplier, rel=1e-10)


@given(shares, multipliers, st.sampled_from([0.95, 0.998]))
def test_one_proportion_at_a_time_gives_the_same(pairs, multiplier, confidence):
    """Limits as the middle and the half-width of Wilson's interval, in which form textbooks print it."""
    z = plain.z_of(confidence)
    found = proportion_estimate(*columns(pairs), multiplier, confidence)
    for value, lower, upper, (part, whole) in zip(*found, pairs, strict=True):
        share = part / whole
        middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
        half = z / (1 + z * z / whole) * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
        assert value == pytest.approx(share * multiplier, rel=1e-13)
        assert lower == pytest.approx((middle - half) * multiplier, rel=1e-9, abs=1e-14 * multiplier)
        assert upper == pytest.approx((middle + half) * multiplier, rel=1e-12)


@given(st.lists(st.tuples(st.integers(0, 5), st.one_of(counts, st.just(math.nan))), max_size=40))
def test_adding_one_row_at_a_time_gives_the_same_sums(pairs):
    expected = [0.0] * 6
    for group, value in pairs:
        expected[group] += value
    found = grouped_sum([v for _, v in pairs], np.array([g for g, _ in pairs], int), 6)
    np.testing.assert_array_equal(found, expected)


# --- bad input -------------------------------------------------------------------------------------------------


@ESTIMATES
@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, math.nan])
@pytest.mark.parametrize("column", [[5], []])
def test_confidence_is_a_fraction_above_0_and_below_1_for_no_rows_too(estimate, confidence, column):
    with pytest.raises(ValueError, match="fraction above 0 and below 1"):
        estimate(column, column, confidence=confidence)


@ESTIMATES
@pytest.mark.parametrize("column", [[5], []])
def test_an_unknown_mode_is_refused_for_no_rows_too(estimate, column):
    with pytest.raises(ValueError, match="'english' or 'scottish', not 'welsh'"):
        estimate(column, column, mode="welsh")


@ESTIMATES
def test_the_scottish_mode_is_of_95_per_cent_only(estimate):
    with pytest.raises(ValueError, match=r"at 0.95 only"):
        estimate([5], [10], confidence=0.998, mode="scottish")


@ESTIMATES
@pytest.mark.parametrize(
    ("events", "among", "words"),
    [
        (-1, 10, "a count is negative .*the first, -1, at position 1"),
        (1, -10, "a count is negative .*the first, -10, at position 1"),
        (math.inf, 10, "a count is infinite"),
        (1, math.inf, "a count is infinite"),
    ],
)
def test_an_impossible_count_is_an_error(estimate, events, among, words):
    with pytest.raises(ValueError, match=words):
        estimate([1, events], [10, among])


@pytest.mark.parametrize("events", [0, 5])
def test_there_is_no_rate_among_nobody(events):
    with pytest.raises(ValueError, match=r"1 value\(s\) are nought or less \(the first at position 1\).*among nobody"):
        rate_estimate([3, events], [10, 0])


def test_a_part_above_its_whole_is_an_error():
    for part, whole in ((11, 10), (1, 0)):
        with pytest.raises(ValueError, match="above its denominator"):
            proportion_estimate([part], [whole])


def test_a_proportion_of_nobody_is_not_known():
    assert np.isnan(proportion_estimate([0], [0])).all()


@ESTIMATES
@pytest.mark.parametrize(("events", "among"), [(math.nan, 10), (1, math.nan), (math.nan, math.nan)])
def test_what_is_not_known_stays_unknown_and_harms_no_other_row(estimate, events, among):
    found = estimate([4, events], [10, among])
    for part, alone in zip(found, estimate([4], [10]), strict=True):
        assert part[0] == alone[0]
        assert np.isnan(part[1])


@ESTIMATES
def test_columns_of_two_lengths_are_refused(estimate):
    with pytest.raises(ValueError, match=r"differ in length \(2 and 1\)"):
        estimate([1, 2], [3])


@ESTIMATES
def test_empty_columns_have_empty_estimates(estimate):
    assert [part.shape for part in estimate([], [])] == [(0,)] * 3


def test_groups_without_rows_have_a_sum_of_nought():
    np.testing.assert_array_equal(grouped_sum([], np.array([], int), 3), [0, 0, 0])


def test_a_negative_group_number_is_refused():
    with pytest.raises(ValueError, match="group numbers run"):
        grouped_sum([1], [-1], 2)


@pytest.mark.parametrize("groups", [[0, 2], [0, -1]])
def test_a_group_number_that_is_none_of_the_groups_is_refused(groups):
    with pytest.raises(ValueError, match="group numbers run from 0 to 1"):
        grouped_sum([1, 2], groups, 2)


def test_no_rows_at_all_are_no_groups():
    assert grouped_sum([], [], 2).tolist() == [0.0, 0.0]
