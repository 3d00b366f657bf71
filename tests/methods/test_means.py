"""Means with Student's limits: worked cases, properties, bad input, and a slow plain second implementation."""

from __future__ import annotations

import math

import numpy as np
import plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.means import mean_estimate

#: Hundredths, which keep squares well within what a float holds.
measures = st.integers(-(10**6), 10**6).map(lambda hundredths: hundredths / 100)
rows = st.lists(st.tuples(st.integers(0, 3), measures), min_size=1, max_size=30)


def columns(pairs):
    return np.array([v for _, v in pairs], float), np.array([g for g, _ in pairs], int)


def alone(values, confidence=0.95):
    """The mean and its limits of one group."""
    return [float(part[0]) for part in mean_estimate(values, np.zeros(len(values), int), 1, confidence)]


# --- worked cases ------------------------------------------------------------------------------------


def test_the_hours_of_sleep_of_student_1908():
    """Extra sleep of ten patients, one drug against the other: mean 1.58, from 0.7001142 to 2.4598858 (R, ``sleep``).

    Cushny & Peebles's measurements, with which Student introduced his distribution (Biometrika 6, 1908).
    """
    found = alone([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
    assert found == pytest.approx([1.58, 0.7001142, 2.4598858], abs=5e-8)


@pytest.mark.parametrize(("confidence", "t"), [(0.9, 2.920), (0.95, 4.303), (0.99, 9.925)])
def test_three_values_by_hand(confidence, t):
    """Of 4, 6 and 8 the standard deviation is 2; t with two degrees of freedom is in any table."""
    mean, lower, upper = alone([4, 6, 8], confidence)
    assert mean == 6
    assert lower == pytest.approx(6 - t * 2 / math.sqrt(3), abs=1e-3)
    assert upper == pytest.approx(6 + t * 2 / math.sqrt(3), abs=1e-3)


def test_two_values_have_the_tangent_for_t():
    """With one degree of freedom t is tan(0.475 pi), and of 0 and 2 the standard deviation is the root of 2."""
    assert alone([0, 2])[2] == pytest.approx(1 + math.tan(0.475 * math.pi) * math.sqrt(2) / math.sqrt(2), rel=1e-12)


# --- properties ------------------------------------------------------------------------------------------


@given(rows, st.sampled_from([0.8, 0.95, 0.998]))
def test_a_mean_lies_in_the_middle_of_its_limits(pairs, confidence):
    values, groups = columns(pairs)
    mean, lower, upper = mean_estimate(values, groups, 4, confidence)
    several = np.bincount(groups, minlength=4) > 1
    assert (lower[several] <= mean[several]).all()
    np.testing.assert_allclose((upper - mean)[several], (mean - lower)[several], rtol=1e-6, atol=1e-8)
    assert np.isnan(lower[~several]).all()


@given(rows)
def test_more_confidence_is_a_wider_interval(pairs):
    narrow, wide = (mean_estimate(*columns(pairs), 4, confidence) for confidence in (0.95, 0.998))
    np.testing.assert_array_equal(narrow.value, wide.value)
    unlike = narrow.upper - narrow.lower > 1e-9
    assert (wide.upper - wide.lower > narrow.upper - narrow.lower)[unlike].all()


@given(rows, st.sampled_from([2, -3, 0.25]), st.integers(-1000, 1000))
def test_another_unit_and_another_zero_change_the_mean_and_its_limits_alike(pairs, unit, zero):
    values, groups = columns(pairs)
    before, after = mean_estimate(values, groups, 4), mean_estimate(values * unit + zero, groups, 4)
    ends = sorted((1, 2), reverse=unit < 0)  # a negative unit turns the limits round
    for was, now in zip((0, 1, 2), (0, *ends), strict=True):
        np.testing.assert_allclose(after[now], before[was] * unit + zero, rtol=1e-9, atol=1e-7)


@given(rows, st.data())
def test_the_order_of_rows_does_not_matter(pairs, data):
    values, groups = columns(pairs)
    order = data.draw(st.permutations(range(len(pairs))))
    found = mean_estimate(values[order], groups[order], 4)
    np.testing.assert_allclose(found, mean_estimate(values, groups, 4), rtol=1e-9, atol=1e-9)


@given(rows)
def test_a_group_has_the_mean_that_it_has_alone(pairs):
    values, groups = columns(pairs)
    found = mean_estimate(values, groups, 4)
    for group in np.unique(groups):
        np.testing.assert_allclose([part[group] for part in found], alone(values[groups == group]), rtol=1e-12)


def test_large_values_that_are_alike_lose_no_digits():
    """A thousand million more than 4, 6 and 8; squares of such numbers have no room for the difference."""
    mean, lower, upper = alone([1e9 + 4, 1e9 + 6, 1e9 + 8])
    assert mean == 1e9 + 6
    assert upper - lower == pytest.approx(2 * (alone([4, 6, 8])[2] - 6), rel=1e-6)


def test_equal_values_have_limits_at_their_mean():
    assert alone([3, 3, 3]) == [3, 3, 3]


def test_one_value_alone_has_a_mean_and_no_limits():
    mean, lower, upper = alone([5])
    assert mean == 5
    assert math.isnan(lower)
    assert math.isnan(upper)


# --- a slow plain second implementation ---------------------------------------------------------------------


def share_within(angle: float, freedom: int) -> float:
    """The chance that t lies within -/+ tan(angle) sqrt(freedom), as a sum of powers of the cosine.

    Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4.
    """
    first = 1 if freedom % 2 else 0
    term = math.cos(angle) if first else 1.0
    total = 0.0
    for power in range(first, freedom - 1, 2):
        total += term
        term *= math.cos(angle) ** 2 * (power + 1) / (power + 2)
    total *= math.sin(angle)
    return 2 / math.pi * (angle + total) if first else total


def t_of(confidence: float, freedom: int) -> float:
    angle = plain.root(lambda a: confidence - share_within(a, freedom), 0.0, math.pi / 2)
    return math.tan(angle) * math.sqrt(freedom)


@settings(max_examples=50, deadline=None)
@given(st.lists(measures, min_size=2, max_size=12), st.sampled_from([0.8, 0.95, 0.998]))
def test_one_group_at_a_time_gives_the_same(values, confidence):
    size = len(values)
    mean = math.fsum(values) / size
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (size - 1))
    half = t_of(confidence, size - 1) * deviation / math.sqrt(size)
    assert alone(values, confidence) == pytest.approx([mean, mean - half, mean + half], rel=1e-9, abs=1e-9)


# --- bad input -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, math.nan])
def test_confidence_is_a_fraction_above_0_and_below_1(confidence):
    with pytest.raises(ValueError, match="fraction above 0 and below 1"):
        mean_estimate([4, 6], [0, 0], 1, confidence)


def test_a_group_with_a_value_that_is_not_known_is_not_known_and_harms_no_other():
    found = mean_estimate([4, math.nan, 6, 8, 10], [0, 0, 1, 1, 1], 2)
    assert np.isnan([part[0] for part in found]).all()
    assert [part[1] for part in found] == alone([6, 8, 10])


def test_an_infinite_value_is_an_error():
    with pytest.raises(ValueError, match=r"1 value\(s\) are infinite \(the first at position 1\)"):
        mean_estimate([4, math.inf], [0, 0], 1)


def test_values_and_groups_of_two_lengths_are_refused():
    with pytest.raises(ValueError, match="3 values and 2 group numbers"):
        mean_estimate([1, 2, 3], [0, 0], 1)


def test_a_group_without_rows_is_not_known():
    assert np.isnan(mean_estimate([], np.array([], int), 2)).all()
    assert np.isnan([part[0] for part in mean_estimate([4, 6], [1, 1], 2)]).all()


def test_a_negative_group_number_is_refused():
    with pytest.raises(ValueError, match="group numbers run"):
        mean_estimate([1], [-1], 2)
