"""Weighing criteria into an order: a case worked by hand, properties, and a slow plain second implementation.

Scores have the shape (areas, items, criteria); the tests mostly look at one area.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.priorities import places, saturating_score, sensitivity, weight_sets, weighted_score

USUAL = settings(deadline=None, max_examples=60)
NONE = math.nan
#: Sixteenths: sums of them are exact, so that a tie is one however it is added up.
sixteenths = st.integers(0, 16).map(lambda n: n / 16)
weights_of_three = st.lists(st.integers(1, 9), min_size=3, max_size=3)
areas = st.lists(
    st.lists(st.one_of(st.just(NONE), sixteenths), min_size=3, max_size=3), min_size=1, max_size=14
)  # fmt: skip


def plain_scores(items: list[list[float]], weights: list[float]) -> list[float]:
    found = []
    for item in items:
        total = weight = 0.0
        for score, of in zip(item, weights, strict=True):
            if not math.isnan(score):
                total, weight = total + score * of, weight + of
        found.append(total / weight if weight else NONE)
    return found


def plain_places(scores: list[float]) -> list[float]:
    ranked = sorted((-round(score, 12), at) for at, score in enumerate(scores) if not math.isnan(score))
    return [1 + [at for _, at in ranked].index(i) if not math.isnan(s) else NONE for i, s in enumerate(scores)]


# --- worked cases ------------------------------------------------------------------------------------


def test_three_items_by_hand():
    # Weights 3, 2, 1: (3·.8 + 2·.5 + 1·.2)/6 = 3.6/6; the second knows two criteria: (3·.6 + 1·1)/4; the third none.
    found = weighted_score([[[0.8, 0.5, 0.2], [0.6, NONE, 1.0], [NONE] * 3]], [3, 2, 1])
    assert found.score[0].tolist() == pytest.approx([3.6 / 6, 2.8 / 4, NONE], nan_ok=True)
    assert found.evidence[0].tolist() == pytest.approx([1, 4 / 6, 0])
    assert places(found.score)[0].tolist() == pytest.approx([2, 1, NONE], nan_ok=True)


def test_what_is_moved_by_which_criterion():
    # Only the first criterion lifts the first item: without it, it falls from first to last of three.
    scores = [[[1.0, 0.0], [0.5, 0.4], [0.4, 0.4]]]
    found = sensitivity(scores, [3, 1], width=0.2, sets=8, top=1)
    assert found.moved_by[0, 0] == 0
    assert found.moved_to[0, 0] == 3
    assert found.first[0].tolist() == [1, 2, 3]
    assert found.last[0].tolist() == [1, 2, 3]
    assert found.in_top[0].tolist() == [1, 0, 0]


def test_a_close_pair_changes_places_in_some_sets():
    # Equal weights and mirrored scores tie; whichever criterion gets more weight decides.
    found = sensitivity([[[0.6, 0.4], [0.4, 0.6]]], [1, 1], width=0.5, sets=64, top=1)
    assert found.first[0].tolist() == [1, 1]
    assert found.last[0].tolist() == [2, 2]
    assert found.in_top[0].sum() == pytest.approx(1)
    assert 0.4 < found.in_top[0, 0] < 0.6


def test_equal_scores_are_placed_in_the_order_of_the_items():
    assert places([[0.5, 0.7, 0.5, 0.7]])[0].tolist() == [3, 1, 4, 2]


def test_an_amount_keeps_its_order_however_large():
    assert saturating_score([2, 4, 1e6, NONE], half=4).tolist() == pytest.approx([2 / 6, 0.5, 1e6 / 1000004, NONE],
                                                                                nan_ok=True)  # fmt: skip


def test_weights_with_a_single_criterion_are_moved_by_nothing():
    found = sensitivity([[[0.3], [0.9]]], [1], width=0.5, sets=4, top=1)
    assert np.isnan(found.moved_by).all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: weighted_score([[[0.1, 0.2]]], [1]), "the last should be the criteria"),
        (lambda: weighted_score([[[0.1, 0.2]]], [1, -1]), "0 or more"),
        (lambda: weighted_score([[[0.1, 0.2]]], [0, 0]), "not all 0"),
        (lambda: weight_sets([1, 2], 1.0, 3), "below 1"),
        (lambda: weight_sets([1, 2], 0.5, 0), "one set of weights at least"),
        (lambda: saturating_score([1], 0), "above 0"),
    ],
)
def test_what_makes_no_sense_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()


# --- properties ---------------------------------------------------------------------------------------


@USUAL
@given(areas, weights_of_three, st.sampled_from([0.25, 2, 1024]))
def test_only_the_proportions_of_weights_matter(items, weights, times):
    one, other = (sensitivity([items], np.array(weights) * scale, 0.5, 16, 3) for scale in (1, times))
    for mine, theirs in zip(one, other, strict=True):
        assert np.array_equal(mine, theirs, equal_nan=True)


@USUAL
@given(st.lists(st.lists(sixteenths, min_size=3, max_size=3), min_size=1, max_size=10), weights_of_three)
def test_what_is_best_by_every_criterion_is_always_first(items, weights):
    best = [max(scores) for scores in zip(*items, strict=True)]
    found = sensitivity([[best, *items]], weights, 0.9, 32, 1)
    assert found.first[0, 0] == found.last[0, 0] == 1
    assert found.in_top[0, 0] == 1


@USUAL
@given(areas, weights_of_three)
def test_another_area_changes_nothing(items, weights):
    alone, beside = sensitivity([items], weights, 0.5, 16, 3), sensitivity([items, items], weights, 0.5, 16, 3)
    for mine, theirs in zip(alone, beside, strict=True):
        assert np.array_equal(mine[0], theirs[0], equal_nan=True)
        assert np.array_equal(mine[0], theirs[1], equal_nan=True)


@USUAL
@given(areas, weights_of_three, st.integers(1, 10))
def test_the_declared_place_lies_in_the_range_and_as_many_are_in_the_top_as_there_is_room(items, weights, top):
    found = sensitivity([items], weights, 0.5, 16, top)
    place = places(weighted_score([items], weights).score)
    ranked = ~np.isnan(place[0])
    assert (found.first[0, ranked] <= place[0, ranked]).all()
    assert (found.last[0, ranked] >= place[0, ranked]).all()
    assert np.nansum(found.in_top) == pytest.approx(min(top, ranked.sum()))


@USUAL
@given(weights_of_three, st.floats(0, 0.99), st.integers(1, 200))
def test_sets_of_weights_stay_within_their_width_and_begin_with_the_declared(weights, width, sets):
    found, own = weight_sets(weights, width, sets), np.array(weights) / sum(weights)
    assert found.shape == (sets, 3)
    assert found.sum(axis=1) == pytest.approx(np.ones(sets))
    assert found[0] == pytest.approx(own)
    # Before they are made to add up, each is within the width: so the ratio of two is within the ratio of its ends.
    ratio = (found[:, 0] / found[:, 1]) / (own[0] / own[1])
    assert (ratio <= (1 + width) / (1 - width) * (1 + 1e-9)).all()


# --- a slow plain second implementation ---------------------------------------------------------------


@USUAL
@given(areas, weights_of_three, st.integers(1, 5))
def test_it_is_what_plain_loops_find(items, weights, top):
    sets = weight_sets(weights, 0.5, 12).tolist()
    tried = [plain_places(plain_scores(items, of)) for of in sets]
    found = sensitivity([items], weights, 0.5, 12, top)
    for at in range(len(items)):
        mine = [place[at] for place in tried]
        if math.isnan(mine[0]):
            assert np.isnan(found.first[0, at])
            continue
        assert found.first[0, at] == min(mine)
        assert found.last[0, at] == max(mine)
        assert found.in_top[0, at] == pytest.approx(sum(place <= top for place in mine) / 12)
        moves = []
        for criterion in range(3):
            left = [0.0 if position == criterion else float(of) for position, of in enumerate(weights)]
            to = plain_places(plain_scores(items, left))[at]
            moves.append((0 if math.isnan(to) else abs(to - mine[0]), -criterion, to))
        far, criterion, to = max(moves, key=lambda move: move[:2])
        assert (found.moved_by[0, at], found.moved_to[0, at]) == pytest.approx(
            (-criterion, to) if far else (NONE, NONE), nan_ok=True)  # fmt: skip
