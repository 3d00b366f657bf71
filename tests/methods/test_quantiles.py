"""Sorting places into equal parts: worked cases, properties, and a slow plain second implementation."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.quantiles import quantile_of, rank_within

USUAL = settings(deadline=None, max_examples=80)
some_values = st.lists(st.one_of(st.integers(-5, 5), st.just(math.nan)), max_size=30)
unlike = st.lists(st.integers(-(10**6), 10**6), min_size=2, max_size=60, unique=True)


def plain_rank(value: float, values: list[float]) -> int:
    """One more than the values below it."""
    return 1 + sum(other < value for other in values)


def plain_quantile(value: float, values: list[float], k: int, highest_first: bool) -> float:
    """The published rule in whole fractions: q = floor(k + 1 - ceil((n + 1 - r)/(n/k)))."""
    known = [v for v in values if not math.isnan(v)]
    if math.isnan(value) or len(known) < k:
        return math.nan
    if highest_first:
        value, known = -value, [-v for v in known]
    parts = Fraction(len(known) + 1 - plain_rank(value, known)) / Fraction(len(known), k)
    return float(max(1, math.floor(k + 1 - math.ceil(parts))))


# --- worked cases ------------------------------------------------------------------------------------


def test_ten_places_in_fifths_by_hand():
    # Two places to each fifth; the lowest two are in the first where the lowest come first.
    values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert quantile_of(values, [0] * 10, 5, highest_first=False).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert quantile_of(values, [0] * 10, 5).tolist() == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]


def test_seven_places_in_fifths_by_the_published_rule():
    # (n + 1 - r)/(n/k) with n = 7, k = 5: r = 1 … 7 gives 5, 30/7, 25/7, 20/7, 15/7, 10/7, 5/7; 6 less the next whole.
    found = quantile_of([1, 2, 3, 4, 5, 6, 7], [0] * 7, 5, highest_first=False)
    assert found.tolist() == [6 - 5, 6 - 5, 6 - 4, 6 - 3, 6 - 3, 6 - 2, 6 - 1]


def test_equal_values_share_the_smaller_rank_and_the_quantile():
    # Ranks 1 2 2 2 5: (6 - r)/(5/5) = 5 4 4 4 1.
    assert rank_within([1, 2, 2, 2, 3], [0] * 5)[0].tolist() == [1, 2, 2, 2, 5]
    assert quantile_of([1, 2, 2, 2, 3], [0] * 5, 5, highest_first=False).tolist() == [1, 2, 2, 2, 5]


def test_each_group_may_have_its_own_direction():
    found = quantile_of([1, 2, 1, 2], [7, 7, 9, 9], 2, [True, True, False, False])
    assert found.tolist() == [2, 1, 1, 2]


def test_a_whole_quotient_stays_whole():
    # 34 places in 14 parts: rank 18 from the lowest makes 17/(34/14) = 7 exactly, which binary fractions overshoot.
    found = quantile_of(range(34), [0] * 34, 14, highest_first=False)
    assert found[17] == 15 - 7
    assert max(Counter(found).values()) - min(Counter(found).values()) == 1


def test_all_places_alike_are_in_one_quantile():
    # All have rank 1, so (n + 1 - 1)/(n/k) = k and the quantile is k + 1 - k; turned round they are alike still.
    for highest_first in (True, False):
        assert quantile_of([4.0] * 10, [0] * 10, 5, highest_first).tolist() == [1] * 10


# --- properties --------------------------------------------------------------------------------------


@USUAL
@given(unlike, st.integers(2, 20), st.booleans())
def test_without_ties_quantiles_hold_alike_many_places_but_for_one(values, k, highest_first):
    found = quantile_of(values, [0] * len(values), k, highest_first)
    if len(values) < k:
        assert np.isnan(found).all()
        return
    sizes = Counter(found)
    assert set(sizes) == set(range(1, k + 1))
    assert max(sizes.values()) - min(sizes.values()) <= 1


@USUAL
@given(unlike.filter(lambda values: len(values) >= 5), st.booleans())
def test_a_higher_value_is_never_in_a_quantile_of_lower_ones(values, highest_first):
    found = quantile_of(sorted(values), [0] * len(values), 5, highest_first)
    steps = np.diff(found)
    assert (steps <= 0).all() if highest_first else (steps >= 0).all()


@USUAL
@given(st.integers(2, 10), st.integers(1, 6), st.randoms(use_true_random=False))
def test_where_places_divide_evenly_the_two_directions_mirror_each_other(k, times, random):
    values = random.sample(range(1000), k * times)
    high, low = (quantile_of(values, [0] * len(values), k, first) for first in (True, False))
    assert (high + low).tolist() == [k + 1] * len(values)


@USUAL
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 2)), max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    def by_row(order):
        found = quantile_of([rows[i][0] for i in order], [rows[i][1] for i in order], 3)
        return {i: str(q) for i, q in zip(order, found, strict=True)}

    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)
    assert by_row(shuffled) == by_row(range(len(rows)))


@USUAL
@given(some_values, some_values)
def test_a_group_is_the_same_among_others_as_alone(one, other):
    groups = [3] * len(one) + [1] * len(other)
    together = quantile_of(one + other, groups, 4)
    np.testing.assert_array_equal(together[: len(one)], quantile_of(one, [0] * len(one), 4))


# --- a slow plain second implementation --------------------------------------------------------------


@USUAL
@given(st.lists(st.tuples(st.one_of(st.integers(-5, 5), st.just(math.nan)), st.integers(-1, 2)), max_size=40))
def test_counting_the_values_below_gives_the_same_ranks(rows):
    values, groups = [v for v, _ in rows], [g for _, g in rows]
    ranks, sizes = rank_within(values, groups)
    for (value, group), rank, size in zip(rows, ranks, sizes, strict=True):
        mates = [v for v, g in rows if g == group and not math.isnan(v)]
        assert size == len(mates)
        assert math.isnan(rank) if math.isnan(value) else rank == plain_rank(value, mates)


@USUAL
@given(some_values, st.integers(2, 12), st.booleans())
def test_the_published_rule_in_whole_fractions_gives_the_same_quantiles(values, k, highest_first):
    found = quantile_of(values, [0] * len(values), k, highest_first)
    expected = [plain_quantile(value, values, k, highest_first) for value in values]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("k", [5, 7, 10, 14])
def test_every_number_of_places_up_to_150_follows_the_rule(k):
    for n in range(k, 151):
        expected = [max(1, math.floor(k + 1 - math.ceil(Fraction((n + 1 - r) * k, n)))) for r in range(1, n + 1)]
        assert quantile_of(range(n), [0] * n, k, highest_first=False).tolist() == expected


# --- bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 0, -3])
def test_fewer_than_two_quantiles_are_refused(k):
    with pytest.raises(ValueError, match="at least two"):
        quantile_of([1, 2, 3], [0, 0, 0], k)


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"3 values and 2 group"):
        quantile_of([1, 2, 3], [0, 0], 2)


def test_one_place_alone_and_fewer_places_than_quantiles_have_none():
    assert np.isnan(quantile_of([5], [0], 5)).all()
    assert np.isnan(quantile_of([1, 2, 3, 4], [0] * 4, 5)).all()
    assert not np.isnan(quantile_of([1, 2, 3, 4, 5], [0] * 5, 5)).any()


def test_a_missing_value_has_no_quantile_and_counts_for_nothing():
    # Five values are known, so that there are fifths; with one fewer there are none.
    found = quantile_of([1, math.nan, 2, 3, 4, 5], [0] * 6, 5, highest_first=False)
    np.testing.assert_array_equal(found, [1, math.nan, 2, 3, 4, 5])
    assert np.isnan(quantile_of([1, math.nan, 2, 3, math.nan, 5], [0] * 6, 5)).all()


def test_empty_columns_give_empty_columns():
    assert quantile_of([], [], 5).shape == (0,)
    ranks, sizes = rank_within([], [])
    assert ranks.shape == sizes.shape == (0,)
