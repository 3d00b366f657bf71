"""Counts and crude rates: worked cases, properties, and a slow plain second implementation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.statistics.rates import count, crude_rate

counts = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("events", "people", "per", "rate"),
    [
        (185, 9702, 1000, 1000 * 185 / 9702),
        (0, 100, 1000, 0.0),
        (50, 50, 100, 100.0),
        (3, 2, 100, 150.0),  # a ratio may pass a hundred
    ],
)
def test_worked_cases(events, people, per, rate):
    assert crude_rate([events], [people], per)[0] == pytest.approx(rate, rel=1e-15)


@pytest.mark.parametrize(("events", "people"), [(5, 0), (5, math.nan), (math.nan, 5), (0, 0)])
def test_no_rate_where_there_is_nothing_to_divide(events, people):
    assert np.isnan(crude_rate([events], [people])[0])


@pytest.mark.parametrize(("events", "people"), [(-1, 5), (1, -5)])
def test_a_negative_count_is_an_error_not_a_rate(events, people):
    with pytest.raises(ValueError, match="negative"):
        crude_rate([events], [people])


def test_a_negative_count_alone_is_an_error():
    with pytest.raises(ValueError, match="negative"):
        count([3, -1])


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=20), st.sampled_from([1, 100, 1000, 100_000]))
def test_plain_division_gives_the_same(pairs, per):
    found = crude_rate([e for e, _ in pairs], [p for _, p in pairs], per)
    for rate, (events, people) in zip(found, pairs, strict=True):
        if people == 0:
            assert np.isnan(rate)
        else:
            assert rate == pytest.approx(events / people * per, rel=1e-12)


@given(counts, st.integers(1, 10**6), st.integers(2, 50))
def test_more_of_both_changes_no_rate(events, people, times):
    once, often = crude_rate([events, events * times], [people, people * times], 1000)
    assert once == pytest.approx(often, rel=1e-12)


@given(st.lists(st.tuples(counts, st.integers(1, 10**6)), min_size=2, max_size=10))
def test_the_rate_of_a_whole_lies_between_those_of_its_parts(pairs):
    parts = crude_rate([e for e, _ in pairs], [p for _, p in pairs])
    whole = crude_rate([sum(e for e, _ in pairs)], [sum(p for _, p in pairs)])[0]
    assert parts.min() <= whole * (1 + 1e-12)
    assert whole <= parts.max() * (1 + 1e-12)
