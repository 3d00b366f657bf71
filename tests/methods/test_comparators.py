"""Benchmarks, ranks with their intervals and nearest neighbours: worked cases, properties, and plain loops."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from locality_profiles.statistics import comparators
from locality_profiles.statistics.comparators import (
    against_reference,
    nearest_neighbours,
    rank_from_highest,
    rank_interval,
    two_levels,
)

USUAL = settings(deadline=None, max_examples=80)
#: Lower limit and how far the upper one lies above it, and the group; small numbers, so that limits touch.
ranked = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4), st.integers(-1, 2)), min_size=1, max_size=25)
whole_tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(-9, 9), min_size=width, max_size=width), min_size=2, max_size=12)
)


def columns(rows: list[tuple[int, int, int]]) -> tuple[list[int], list[int], list[int]]:
    return [low for low, _, _ in rows], [low + above for low, above, _ in rows], [group for _, _, group in rows]


# --- benchmarks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lower", "upper", "verdict"),
    [(8, 12, 0), (10, 12, 0), (8, 10, 0), (10, 10, 0), (10.001, 12, 1), (8, 9.999, -1), (11, 12, 1), (8, 9, -1)],
)
def test_a_benchmark_of_ten_is_similar_where_the_interval_holds_it_limits_included(lower, upper, verdict):
    assert against_reference([10], [lower], [upper])[0] == verdict


@pytest.mark.parametrize(
    ("narrow", "wide", "verdict"),
    [
        ((9, 11), (8, 12), 0),
        ((11, 15), (10, 16), 1),  # the wider interval touches the benchmark
        ((11, 15), (10.5, 16), 2),
        ((5, 9), (4, 10), -1),
        ((5, 9), (4, 9.5), -2),
    ],
)
def test_two_levels_tell_how_surely_a_place_differs(narrow, wide, verdict):
    assert two_levels([10], [narrow[0]], [narrow[1]], [wide[0]], [wide[1]])[0] == verdict


@USUAL
@given(st.lists(st.tuples(*[st.integers(-20, 20)] * 5), min_size=1, max_size=10))
def test_plain_comparisons_give_the_same_verdicts_and_upside_down_the_opposite(rows):
    ordered = [(r, *sorted(limits)) for r, *limits in rows]
    columns = [[row[i] for row in ordered] for i in (0, 2, 3, 1, 4)]  # reference, inner limits, outer limits
    found = two_levels(*columns)
    for verdict, (r, lowest, low, high, highest) in zip(found, ordered, strict=True):
        expected = 2 if lowest > r else 1 if low > r else -2 if highest < r else -1 if high < r else 0
        assert verdict == expected
    r, low, high, lowest, highest = ([-value for value in column] for column in columns)
    assert two_levels(r, high, low, highest, lowest).tolist() == (-found).tolist()


@pytest.mark.parametrize(
    "known",
    [(math.nan, 8, 12, 7, 13), (10, math.nan, 12, 7, 13), (10, 8, math.nan, 7, 13), (10, 8, 12, math.nan, 13),
     (10, 8, 12, 7, math.nan)],
    ids=["benchmark", "lower", "upper", "wider lower", "wider upper"],
)  # fmt: skip
def test_what_is_not_known_is_not_called_similar(known):
    with pytest.raises(ValueError, match="cannot be compared"):
        two_levels(*([10, value] for value in known))
    if any(math.isnan(value) for value in known[:3]):
        with pytest.raises(ValueError, match="cannot be compared"):
            against_reference(*([10, value] for value in known[:3]))


def test_empty_columns_have_no_verdicts():
    assert against_reference([], [], []).shape == two_levels([], [], [], [], []).shape == (0,)


# --- ranks -------------------------------------------------------------------------------------------


def test_ranks_from_the_highest_by_hand():
    # Equal values share the smaller rank, a missing one has none and is not counted.
    ranks, sizes = rank_from_highest([30, 10, 30, 20, math.nan, 5], [0, 0, 0, 0, 0, 1])
    np.testing.assert_array_equal(ranks, [1, 4, 1, 3, math.nan, 1])
    assert sizes.tolist() == [4, 4, 4, 4, 4, 1]


def test_rank_intervals_by_hand():
    # 8 to 10 and 5 to 9 overlap, 1 to 3 is below both.
    smallest, largest = rank_interval([8, 5, 1], [10, 9, 3], [0, 0, 0])
    assert (smallest.tolist(), largest.tolist()) == ([1, 1, 3], [2, 2, 3])


def test_intervals_that_touch_may_stand_either_way_round():
    smallest, largest = rank_interval([5, 1], [9, 5], [0, 0])
    assert (smallest.tolist(), largest.tolist()) == ([1, 1], [2, 2])
    smallest, largest = rank_interval([5.001, 1], [9, 5], [0, 0])
    assert (smallest.tolist(), largest.tolist()) == ([1, 2], [1, 2])


def test_a_place_without_limits_is_not_ranked_and_nobody_is_above_or_below_it():
    smallest, largest = rank_interval([8, math.nan, 1, 4], [10, 9, 3, math.nan], [0, 0, 0, 0])
    np.testing.assert_array_equal(smallest, [1, math.nan, 2, math.nan])
    np.testing.assert_array_equal(largest, [1, math.nan, 2, math.nan])


def test_one_place_alone_is_first_and_last():
    assert [part.tolist() for part in rank_interval([1], [2], [7])] == [[1], [1]]


def test_places_that_are_all_alike_may_have_any_rank():
    assert [part.tolist() for part in rank_interval([5] * 4, [5] * 4, [0] * 4)] == [[1] * 4, [4] * 4]
    assert rank_from_highest([5] * 4, [0] * 4)[0].tolist() == [1] * 4


@pytest.mark.parametrize("values", [[], [math.nan, math.nan]])
def test_where_nothing_is_known_nothing_is_ranked(values):
    groups = [0] * len(values)
    for part in (*rank_interval(values, values, groups), rank_from_highest(values, groups)[0]):
        assert part.shape == (len(values),)
        assert np.isnan(part).all()


@USUAL
@given(ranked)
def test_comparing_every_pair_gives_the_same_rank_intervals(rows):
    low, high, group = columns(rows)
    smallest, largest = rank_interval(low, high, group)
    for i in range(len(rows)):
        mates = [j for j in range(len(rows)) if group[j] == group[i]]
        above, below = sum(low[j] > high[i] for j in mates), sum(high[j] < low[i] for j in mates)
        assert (smallest[i], largest[i]) == (1 + above, len(mates) - below)


@USUAL
@given(ranked, st.data())
def test_a_rank_lies_within_its_interval(rows, data):
    low, high, group = columns(rows)
    values = [data.draw(st.integers(a, b)) for a, b in zip(low, high, strict=True)]
    ranks, sizes = rank_from_highest(values, group)
    smallest, largest = rank_interval(low, high, group)
    assert (smallest >= 1).all()
    assert (smallest <= ranks).all()
    assert (ranks <= largest).all()
    assert (largest <= sizes).all()


@USUAL
@given(ranked)
def test_values_without_uncertainty_or_ties_have_one_rank(rows):
    low, _, group = columns(rows)
    assume(len(set(zip(low, group, strict=True))) == len(low))
    smallest, largest = rank_interval(low, low, group)
    assert smallest.tolist() == largest.tolist() == rank_from_highest(low, group)[0].tolist()


@USUAL
@given(ranked, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_rank(rows, random):
    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)
    low, high, group = columns(rows)
    mixed_low, mixed_high, mixed_group = columns([rows[i] for i in shuffled])
    pairs = zip(
        (*rank_interval(low, high, group), rank_from_highest(low, group)[0]),
        (*rank_interval(mixed_low, mixed_high, mixed_group), rank_from_highest(mixed_low, mixed_group)[0]),
        strict=True,
    )
    for straight, mixed in pairs:
        assert mixed.tolist() == [straight[i] for i in shuffled]


@USUAL
@given(ranked)
def test_counting_the_higher_values_gives_the_same_ranks(rows):
    values, _, group = columns(rows)
    ranks, sizes = rank_from_highest(values, group)
    for i in range(len(rows)):
        mates = [values[j] for j in range(len(rows)) if group[j] == group[i]]
        assert (ranks[i], sizes[i]) == (1 + sum(v > values[i] for v in mates), len(mates))


# --- nearest neighbours ------------------------------------------------------------------------------


def plain_standardised(table: list[list[float]]) -> list[list[float]]:
    """Each variable less its mean, over its standard deviation over all places (nought where all are alike)."""
    result = [[0.0] * len(table[0]) for _ in table]
    for v in range(len(table[0])):
        column = [row[v] for row in table]
        mean = sum(column) / len(column)
        spread = math.sqrt(sum((x - mean) ** 2 for x in column) / len(column))
        for i, x in enumerate(column):
            result[i][v] = (x - mean) / spread if min(column) < max(column) else 0.0
    return result


def plain_distances(table: list[list[float]], weights: list[float]) -> list[list[float]]:
    points = plain_standardised(table)
    return [
        [math.sqrt(sum(w * (a - b) ** 2 for w, a, b in zip(weights, p, q, strict=True)) / sum(weights)) for q in points]
        for p in points
    ]


def test_neighbours_by_hand():
    # Variables 0 0 2 2 and 0 6 0 6 have standard deviations 1 and 3: standardised, the places are corners of a square
    # with sides of 2, of which the root mean square over two variables is sqrt(2), and 2 across.
    found = nearest_neighbours([[0, 0], [0, 6], [2, 0], [2, 6]], 3)
    assert found.rows.tolist() == [[1, 2, 3], [0, 3, 2], [0, 3, 1], [1, 2, 0]]
    assert found.distance == pytest.approx(np.array([[math.sqrt(2), math.sqrt(2), 2]] * 4))


def test_weights_say_how_much_a_variable_counts():
    # The second variable counts three times: distances sqrt(4/4) along the first, sqrt(3 x 4/4) along the second.
    found = nearest_neighbours([[0, 0], [0, 6], [2, 0], [2, 6]], 3, weights=[1, 3])
    assert found.rows[0].tolist() == [2, 1, 3]
    assert found.distance[0] == pytest.approx([1, math.sqrt(3), 2])


def test_equal_distances_come_in_the_order_of_rows():
    assert nearest_neighbours([[1], [0], [2], [0], [2]], 4).rows[0].tolist() == [1, 2, 3, 4]


def test_places_that_are_all_alike_are_at_no_distance():
    found = nearest_neighbours([[0.1, 7]] * 4, 3)
    assert found.rows.tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]
    assert found.distance.tolist() == [[0, 0, 0]] * 4


def test_a_place_of_which_something_is_not_known_has_no_neighbours_and_is_nones():
    # Without the second place the others stand at 0, 2 and 10; it moves neither their mean nor their distances.
    found = nearest_neighbours([[0, 1], [1, math.nan], [2, 1], [10, 1]], 2)
    without = nearest_neighbours([[0, 1], [2, 1], [10, 1]], 2)
    assert found.rows.tolist() == [[2, 3], [-1, -1], [0, 3], [2, 0]]
    assert found.distance[[0, 2, 3]].tolist() == without.distance.tolist()
    assert np.isnan(found.distance[1]).all()


def test_where_there_are_fewer_places_the_last_neighbours_are_none():
    found = nearest_neighbours([[0], [1], [3]], 4)
    assert found.rows.tolist() == [[1, 2, -1, -1], [0, 2, -1, -1], [1, 0, -1, -1]]
    assert np.isnan(found.distance[:, 2:]).all()
    assert np.isfinite(found.distance[:, :2]).all()


@USUAL
@given(whole_tables, st.integers(1, 6), st.data())
def test_a_plain_sort_of_all_distances_gives_the_same_neighbours(table, k, data):
    weights = data.draw(st.lists(st.integers(0, 5), min_size=len(table[0]), max_size=len(table[0])))
    assume(sum(weights) > 0)
    distances = plain_distances(table, weights)
    found = nearest_neighbours(table, k, weights)
    for i, row in enumerate(distances):
        others = sorted(distance for j, distance in enumerate(row) if j != i)[:k]
        rows = found.rows[i, : len(others)].tolist()
        assert found.distance[i, : len(others)] == pytest.approx(others, abs=1e-12)
        # Rows are checked by their distances: places as far away as each other may come in either order.
        assert [row[j] for j in rows] == pytest.approx(others, abs=1e-12)
        assert i not in rows
        assert max(Counter(rows).values()) == 1
        assert (found.rows[i, len(others) :] == -1).all()


@USUAL
@given(whole_tables, st.data())
def test_neither_unit_nor_level_of_a_variable_changes_a_distance(table, data):
    width = len(table[0])
    times = data.draw(st.lists(st.sampled_from([-3, 0.5, 1, 100]), min_size=width, max_size=width))
    moved = [[x * m + 7 for x, m in zip(row, times, strict=True)] for row in table]
    one, other = nearest_neighbours(table, len(table) - 1), nearest_neighbours(moved, len(table) - 1)
    assert other.distance == pytest.approx(one.distance, abs=1e-9)


@USUAL
@given(whole_tables)
def test_a_variable_told_twice_makes_places_no_further_apart(table):
    one, other = nearest_neighbours(table, 3), nearest_neighbours([row * 2 for row in table], 3)
    assert other.distance == pytest.approx(one.distance, abs=1e-9, nan_ok=True)


@USUAL
@given(whole_tables, st.integers(2, 9))
def test_only_the_proportions_of_weights_count_and_a_weight_of_nought_leaves_a_variable_out(table, times):
    width = len(table[0])
    weights = list(range(1, width + 1))
    one = nearest_neighbours(table, 3, weights)
    other = nearest_neighbours(table, 3, [w * times for w in weights])
    extended = nearest_neighbours([[*row, i] for i, row in enumerate(table)], 3, [*weights, 0])
    for found in (other, extended):
        assert found.distance == pytest.approx(one.distance, abs=1e-9, nan_ok=True)


@USUAL
@given(whole_tables)
def test_the_nearest_of_two_is_as_near_as_it_is_the_other_way_round(table):
    found = nearest_neighbours(table, len(table) - 1)
    between = {(i, int(j)): d for i in range(len(table)) for j, d in zip(found.rows[i], found.distance[i], strict=True)}
    for (i, j), distance in between.items():
        assert between[j, i] == pytest.approx(distance, abs=1e-12)


def test_places_are_taken_in_blocks_without_a_difference(monkeypatch):
    table = np.random.default_rng(7).integers(0, 99, size=(23, 3)).astype(float)
    table[5, 1] = math.nan
    whole = nearest_neighbours(table, 4)
    monkeypatch.setattr(comparators, "_ROWS_TOGETHER", 5)
    in_blocks = nearest_neighbours(table, 4)
    np.testing.assert_array_equal(in_blocks.rows, whole.rows)
    np.testing.assert_array_equal(in_blocks.distance, whole.distance)


@pytest.mark.parametrize("k", [0, -1])
def test_fewer_than_one_neighbour_is_refused(k):
    with pytest.raises(ValueError, match="there is at least one"):
        nearest_neighbours([[1], [2]], k)


@pytest.mark.parametrize(
    "weights",
    [[1], [1, 1, 1], [1, -1], [0, 0], [1, math.nan], []],
    ids=["few", "many", "negative", "nought", "nan", "no"],
)
def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(ValueError, match="one weight for each variable"):
        nearest_neighbours([[1, 2], [3, 4]], 1, weights)


def test_one_place_alone_has_no_neighbour_and_no_places_none():
    found = nearest_neighbours([[1, 2]], 2)
    assert found.rows.tolist() == [[-1, -1]]
    assert np.isnan(found.distance).all()
    assert nearest_neighbours(np.zeros((0, 2)), 3).rows.shape == (0, 3)


def test_places_without_variables_are_refused():
    with pytest.raises(ValueError, match="one weight for each variable"):
        nearest_neighbours(np.zeros((3, 0)), 1)
