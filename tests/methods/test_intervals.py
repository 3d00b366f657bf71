"""Limits of counts and proportions: worked cases, properties, bad input, and slow plain second implementations."""

from __future__ import annotations

import math

import numpy as np
import plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.intervals import (
    byars_limits,
    checked_confidence,
    count_limits,
    exact_poisson_limits,
    known_counts,
    wilson_limits,
    z_value,
)

counts = st.integers(0, 10**7)
few = st.integers(0, 40)
confidences = st.floats(0.5, 0.999)
parts = st.integers(1, 10**6).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


def of_a_hundred(events, confidence=0.95):
    return wilson_limits(events, np.full(np.shape(events), 100), confidence)


OF_COUNTS = pytest.mark.parametrize("limits", [byars_limits, exact_poisson_limits, count_limits])
ALL = pytest.mark.parametrize("limits", [byars_limits, exact_poisson_limits, count_limits, of_a_hundred])
WITH_MODES = pytest.mark.parametrize(
    "limits", [byars_limits, count_limits, lambda x, c, mode: wilson_limits(x, np.full(len(x), 100), c, mode)]
)


# --- worked cases ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("confidence", "z"), [(0.9, 1.644854), (0.95, 1.959964), (0.98, 2.326348), (0.99, 2.575829), (0.998, 3.090232)]
)
def test_z_is_that_of_the_normal_tables(confidence, z):
    assert z_value(confidence) == pytest.approx(z, abs=5e-7)


def test_the_scottish_mode_has_z_of_1_96_exactly():
    assert z_value(0.95, "scottish") == 1.96


@pytest.mark.parametrize(
    ("events", "lower", "upper"),
    [
        (0, 0, 3.689), (1, 0.0253, 5.572), (2, 0.2422, 7.225), (3, 0.6187, 8.767), (4, 1.0899, 10.242),
        (5, 1.6235, 11.668), (6, 2.2019, 13.059), (7, 2.8144, 14.423), (8, 3.4538, 15.763), (9, 4.1154, 17.085),
        (10, 4.7954, 18.390), (100, 81.364, 121.627),
    ],
)  # fmt: skip
def test_exact_limits_are_those_of_garwoods_tables(events, lower, upper):
    """Garwood, Biometrika 28 (1936); Pearson & Hartley, Biometrika Tables for Statisticians, table 40."""
    found = exact_poisson_limits([events])
    assert found.lower[0] == pytest.approx(lower, abs=5e-4)
    assert found.upper[0] == pytest.approx(upper, abs=5e-4)


def test_exact_limits_of_the_welsh_nickel_workers():
    """137 lung cancers where 24.19893 were expected: Breslow & Day (1987), as R's ``poisson.test`` prints it."""
    found = exact_poisson_limits([137])
    assert found.lower[0] / 24.19893 == pytest.approx(4.753125, abs=5e-7)
    assert found.upper[0] / 24.19893 == pytest.approx(6.692709, abs=5e-7)


def test_exact_limits_of_nought_are_a_logarithm():
    """The chance of no events is exp(-mean), which is 2.5 % where the mean is -log(0.025)."""
    assert exact_poisson_limits([0]).upper[0] == pytest.approx(-math.log(0.025), rel=1e-14)


def test_byars_limits_worked_by_hand():
    """With 9 events the root is 3, and with 99 that of one event more is 10."""
    lower, upper = byars_limits([9, 99], mode="scottish")
    assert lower[0] == pytest.approx(9 * (1 - 1 / 81 - 1.96 / 9) ** 3, rel=1e-14)
    assert upper[1] == pytest.approx(100 * (1 - 1 / 900 + 1.96 / 30) ** 3, rel=1e-14)
    assert lower[0] == pytest.approx(4.107, abs=5e-4)


def test_byars_limits_lie_within_a_fifth_of_a_per_cent_of_exact_ones_from_ten_events_on():
    """So says Public Health England's technical guide to confidence intervals (2018), of 95 % limits."""
    events = np.arange(10, 2_000)
    for byars, exact in zip(byars_limits(events), exact_poisson_limits(events), strict=True):
        np.testing.assert_allclose(byars, exact, rtol=0.002)


@pytest.mark.parametrize(
    ("part", "whole", "lower", "upper"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_limits_are_those_of_newcombes_table(part, whole, lower, upper):
    """Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3."""
    found = wilson_limits([part], [whole])
    assert found.lower[0] == pytest.approx(lower, abs=5e-5)
    assert found.upper[0] == pytest.approx(upper, abs=5e-5)


def test_wilsons_limits_of_nobody_and_of_everybody_by_hand():
    """With nobody of n the upper limit is z**2/(n + z**2); with everybody the lower one is n/(n + z**2)."""
    lower, upper = wilson_limits([0, 50], [50, 50], mode="scottish")
    assert (lower[0], upper[1]) == (0, 1)
    assert upper[0] == pytest.approx(1.96**2 / (50 + 1.96**2), rel=1e-14)
    assert lower[1] == pytest.approx(50 / (50 + 1.96**2), rel=1e-14)


# --- the rule for small counts -------------------------------------------------------------------------


def test_limits_are_exact_below_ten_events_and_byars_from_ten_on():
    events = np.array([0, 1, 9, 9.99, 10, 11, 500])
    exact, byars, found = exact_poisson_limits(events), byars_limits(events), count_limits(events)
    for part in ("lower", "upper"):
        ours, small, large = (getattr(limits, part) for limits in (found, exact, byars))
        np.testing.assert_array_equal(ours[:4], small[:4])
        np.testing.assert_array_equal(ours[4:], large[4:])
        assert (small != large)[1:].all()  # the rule makes a difference


def test_the_scottish_mode_has_byars_limits_at_every_count():
    found, byars = count_limits([0, 5, 50], mode="scottish"), byars_limits([0, 5, 50], mode="scottish")
    np.testing.assert_array_equal(found, byars)
    assert np.isnan(found.lower[0])


def test_byars_lower_limit_of_nought_is_not_known():
    lower, upper = byars_limits([0])
    assert np.isnan(lower[0])
    assert upper[0] == pytest.approx((1 - 1 / 9 + z_value() / 3) ** 3, rel=1e-14)


def test_a_lower_limit_of_byar_below_nought_is_not_known_but_nought_in_the_scottish_mode():
    """1 - 1/9 - 3.09/3 is below nought; so is 1 - 1/(9 x 0.2) - 1.96/(3 sqrt 0.2)."""
    assert np.isnan(byars_limits([1], 0.998).lower[0])
    assert np.isnan(byars_limits([0.2]).lower[0])
    assert byars_limits([0.2], mode="scottish").lower[0] == 0


# --- properties ------------------------------------------------------------------------------------------


@OF_COUNTS
@given(events=counts, confidence=confidences)
def test_limits_hold_the_count(limits, events, confidence):
    lower, upper = limits([events], confidence)
    assert np.isnan(lower[0]) or 0 <= lower[0] <= events
    assert upper[0] > events


@given(parts, confidences)
def test_wilsons_limits_hold_the_proportion_and_stay_within_0_and_1(pair, confidence):
    part, whole = pair
    lower, upper = wilson_limits([part], [whole], confidence)
    assert 0 <= lower[0] <= part / whole * (1 + 1e-15)
    assert part / whole * (1 - 1e-15) <= upper[0] <= 1


@ALL
@given(events=st.integers(1, 100), pair=st.tuples(confidences, confidences).filter(lambda pair: pair[0] < pair[1]))
def test_more_confidence_is_a_wider_interval(limits, events, pair):
    narrow, wide = (limits([events], confidence) for confidence in pair)
    # Byar's lower limit is not known where it would be negative, and of 100 of 100 the upper one is always 1.
    digit = 1 + 1e-14
    assert np.isnan(wide.lower[0]) or wide.lower[0] <= narrow.lower[0] * digit
    assert wide.upper[0] * digit >= narrow.upper[0]
    if pair[1] - pair[0] > 1e-6:
        assert np.isnan(wide.lower[0]) or wide.upper[0] - wide.lower[0] > narrow.upper[0] - narrow.lower[0]


@given(counts, confidences)
def test_one_more_event_has_higher_exact_limits(events, confidence):
    lower, upper = exact_poisson_limits([events, events + 1], confidence)
    assert lower[0] < lower[1]
    assert upper[0] < upper[1]


@given(parts, confidences)
def test_those_without_have_the_limits_of_those_with_turned_round(pair, confidence):
    part, whole = pair
    lower, upper = wilson_limits([part, whole - part], [whole, whole], confidence)
    assert lower[0] == pytest.approx(1 - upper[1], abs=1e-14)
    assert upper[0] == pytest.approx(1 - lower[1], abs=1e-14)


@given(parts, st.integers(2, 100))
def test_the_same_share_of_more_people_is_surer(pair, times):
    part, whole = pair
    lower, upper = wilson_limits([part, part * times], [whole, whole * times])
    assert upper[1] - lower[1] < upper[0] - lower[0]


@ALL
@given(events=st.lists(st.integers(0, 100), min_size=1, max_size=30), data=st.data())
def test_the_order_of_rows_does_not_matter(limits, events, data):
    order = data.draw(st.permutations(range(len(events))))
    np.testing.assert_array_equal(limits(np.array(events)[order]), np.array(limits(events))[:, order])


@ALL
def test_equal_counts_have_equal_limits(limits):
    for limit in limits([7] * 5):
        assert np.unique(limit).size == 1


@ALL
def test_a_single_number_stands_for_a_column_of_itself(limits):
    for alone, among in zip(limits(12), limits([3, 12]), strict=True):
        assert np.shape(alone) == ()
        assert alone == among[1]


@ALL
def test_an_empty_column_has_empty_limits(limits):
    assert [limit.shape for limit in limits([])] == [(0,), (0,)]


# --- slow plain second implementations -----------------------------------------------------------------------


@given(confidences)
def test_z_is_that_of_the_standard_library(confidence):
    assert z_value(confidence) == pytest.approx(plain.z_of(confidence), rel=1e-12)


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=30), confidences)
def test_byars_formula_written_out_gives_the_same(events, confidence):
    expected = np.array([plain.byars(count, plain.z_of(confidence)) for count in events]).T
    expected[0] = np.where(expected[0] < 0, np.nan, expected[0])
    np.testing.assert_allclose(byars_limits(events, confidence), expected, rtol=1e-11, atol=1e-15)


@settings(max_examples=25, deadline=None)
@given(st.lists(few, min_size=1, max_size=5), st.sampled_from([0.8, 0.95, 0.998]))
def test_halving_on_the_chances_of_counts_finds_the_same_exact_limits(events, confidence):
    expected = np.array([plain.exact_limits(count, confidence) for count in events]).T
    np.testing.assert_allclose(exact_poisson_limits(events, confidence), expected, rtol=1e-10)


@settings(max_examples=25, deadline=None)
@given(st.lists(few, min_size=1, max_size=5), st.sampled_from([0.95, 0.998]))
def test_the_two_together_give_the_limits_of_counts(events, confidence):
    expected = np.array([plain.limits_of_count(count, confidence) for count in events]).T
    np.testing.assert_allclose(count_limits(events, confidence), expected, rtol=1e-10)


def limit_by_the_score_test(part: int, whole: int, z: float) -> float:
    """The proportion below the one seen from which it lies just z of that proportion's standard errors away."""
    share = part / whole
    return plain.root(lambda p: share - p - z * math.sqrt(p * (1 - p) / whole), 0.0, share)


@given(st.lists(parts, min_size=1, max_size=5), confidences)
def test_halving_on_the_score_test_finds_the_same_limits_of_proportions(pairs, confidence):
    z = plain.z_of(confidence)
    lower, upper = wilson_limits([x for x, _ in pairs], [n for _, n in pairs], confidence)
    np.testing.assert_allclose(lower, [limit_by_the_score_test(x, n, z) for x, n in pairs], rtol=1e-9, atol=1e-15)
    # Those without are as many people seen from the other side.
    np.testing.assert_allclose(upper, [1 - limit_by_the_score_test(n - x, n, z) for x, n in pairs], rtol=1e-9)


# --- bad input -------------------------------------------------------------------------------------------------


@ALL
@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, math.nan, math.inf])
def test_confidence_is_a_fraction_above_0_and_below_1(limits, confidence):
    with pytest.raises(ValueError, match=f"fraction above 0 and below 1, such as 0.95, not {confidence}"):
        limits([5], confidence)


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, math.nan])
def test_no_z_and_no_check_passes_another_confidence(confidence):
    for function in (z_value, checked_confidence):
        with pytest.raises(ValueError, match="above 0 and below 1"):
            function(confidence)


@WITH_MODES
def test_an_unknown_mode_is_refused(limits):
    with pytest.raises(ValueError, match="'english' or 'scottish', not 'welsh'"):
        limits([5], 0.95, "welsh")


@WITH_MODES
def test_the_scottish_mode_is_of_95_per_cent_only(limits):
    with pytest.raises(ValueError, match="limits at 0.95 only, not at 0.998"):
        limits([5], 0.998, "scottish")


@ALL
@pytest.mark.parametrize(("bad", "word"), [(-1, "negative"), (math.inf, "infinite"), (-math.inf, "negative")])
def test_an_impossible_count_is_an_error_that_says_where(limits, bad, word):
    with pytest.raises(ValueError, match=rf"{word} \(1 in all; the first, {bad:g}, at position 2\)"):
        limits([5, math.nan, bad])


@pytest.mark.parametrize(("bad", "word"), [(-1, "negative"), (math.inf, "infinite")])
def test_so_is_an_impossible_denominator(bad, word):
    with pytest.raises(ValueError, match=f"denominator: a count is {word}"):
        wilson_limits([0, 0], [5, bad])


@ALL
def test_a_count_that_is_not_known_has_no_limits_and_harms_no_other(limits):
    found, known = limits([5, math.nan, 50]), limits([5, 50])
    for limit, others in zip(found, known, strict=True):
        assert np.isnan(limit[1])
        np.testing.assert_array_equal(limit[[0, 2]], others)


@pytest.mark.parametrize(("part", "whole"), [(math.nan, 5), (5, math.nan), (math.nan, math.nan), (0, 0), (math.nan, 0)])
def test_there_is_no_proportion_of_nobody_or_of_what_is_not_known(part, whole):
    assert np.isnan(wilson_limits([part], [whole])).all()


@pytest.mark.parametrize(("part", "whole"), [(6, 5), (1, 0), (5.1, 5)])
def test_a_numerator_above_its_denominator_is_an_error(part, whole):
    with pytest.raises(ValueError, match=r"a numerator is above its denominator \(1 in all; .*at position 1\)"):
        wilson_limits([1, part], [2, whole])


def test_known_counts_says_how_many_are_wrong_and_leaves_the_rest_as_it_is():
    with pytest.raises(ValueError, match=r"beds: a count is negative \(2 in all; the first, -3, at position 1\)"):
        known_counts([1, -3, -1], "beds")
    np.testing.assert_array_equal(known_counts([0, 1.5, math.nan], "beds"), [0, 1.5, math.nan])
