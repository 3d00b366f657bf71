"""Shares of blocks in areas: what must hold for any partition and any fact, and slow plain second implementations."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from locality_profiles.geography.practices import modelled_patients, practice_shares, zone_shares
from locality_profiles.geography.shares import (
    OUTSIDE,
    Shares,
    best_fit,
    between,
    by_land,
    by_parts,
    complete,
    compose,
    inside_only,
    inverted,
    settled,
    totals,
)

BLOCKS, AREAS = 8, 5
facts = st.lists(st.integers(0, 100_000), min_size=BLOCKS, max_size=BLOCKS)
sizes = st.one_of(st.just(0.0), st.floats(0.001, 1000))


def tables(first: int, second: int, whole: bool = False) -> st.SearchStrategy[Shares]:
    """Any shares of ``first`` things in ``second``; every thing has a row where ``whole``."""
    part = st.tuples(st.integers(0, first - 1), st.integers(OUTSIDE, second - 1), sizes)
    return st.lists(part, max_size=3 * first).map(
        lambda parts: by_parts(
            [*(p[0] for p in parts), *(range(first) if whole else ())],
            [*(p[1] for p in parts), *([OUTSIDE] * first if whole else ())],
            [*(p[2] for p in parts), *([0.5] * first if whole else ())],
            first,
        )
    )


def plain(shares: Shares) -> dict[tuple[int, int], float]:
    return {(b, a): w for b, a, w in zip(*(x.tolist() for x in vars(shares).values()), strict=True)}


def is_well_made(shares: Shares) -> bool:
    pairs = list(zip(shares.block.tolist(), shares.area.tolist(), strict=True))
    _, which = np.unique(shares.block, return_inverse=True)
    return (
        pairs == sorted(set(pairs))
        and bool(((shares.weight > 0) & (shares.weight <= 1)).all())
        and (not pairs or bool((np.abs(np.bincount(which, shares.weight) - 1) < 1e-9).all()))
    )


def same(first: Shares, second: Shares) -> bool:
    one, other = plain(first), plain(second)
    return all(abs(one.get(key, 0) - other.get(key, 0)) < 1e-9 for key in one | other)


# --- properties -----------------------------------------------------------------------------------


@given(tables(BLOCKS, AREAS, whole=True), facts)
def test_the_areas_and_what_is_outside_add_up_to_the_whole(shares, fact):
    assert totals(shares, fact, AREAS).sum() == pytest.approx(sum(fact), rel=1e-9)


@given(st.lists(st.integers(OUTSIDE, AREAS - 1), min_size=BLOCKS, max_size=BLOCKS), facts)
def test_any_partition_adds_up_exactly(area, fact):
    assert totals(complete(range(BLOCKS), area, [1.0] * BLOCKS), fact, AREAS).sum() == sum(fact)


@given(tables(BLOCKS, 6, whole=True), tables(6, AREAS), facts)
def test_a_fact_converted_to_other_blocks_keeps_its_total(conversion, shares, fact):
    converted = totals(conversion, fact, 6)
    assert converted.sum() == pytest.approx(sum(fact), rel=1e-9)
    through = totals(compose(conversion, shares), fact, AREAS)
    assert through.sum() == pytest.approx(sum(fact), rel=1e-9)
    every = complete(
        [*shares.block, *set(range(6)) - set(shares.block.tolist())],
        [*shares.area, *[OUTSIDE] * (6 - len(set(shares.block.tolist())))],
        [*shares.weight, *[1.0] * (6 - len(set(shares.block.tolist())))],
    )
    step_by_step = totals(every, converted[:6], AREAS)
    step_by_step[AREAS] += converted[6]  # what the conversion put outside
    assert step_by_step == pytest.approx(through, rel=1e-9, abs=1e-6)


@given(tables(BLOCKS, AREAS, whole=True), facts, st.lists(st.floats(0, 1), min_size=BLOCKS, max_size=BLOCKS))
def test_an_area_split_in_two_is_the_sum_of_its_halves(shares, fact, cut):
    # Area 0 gives some of every block to a new area.
    first = shares.area == 0
    part = shares.weight * np.where(first, np.array(cut)[shares.block], 0.0)
    halves = complete(
        np.append(shares.block, shares.block[first]),
        np.append(shares.area, np.full(first.sum(), AREAS)),
        np.append(shares.weight - part, part[first]),
    )
    before, after = totals(shares, fact, AREAS), totals(halves, fact, AREAS + 1)
    assert after[0] + after[AREAS] == pytest.approx(before[0], rel=1e-9, abs=1e-6)
    assert after[1:AREAS] == pytest.approx(before[1:AREAS], rel=1e-9, abs=1e-6)


@given(tables(BLOCKS, 6), tables(6, 4), tables(4, AREAS))
def test_the_order_of_composing_makes_no_difference(first, second, third):
    assert same(compose(compose(first, second), third), compose(first, compose(second, third)))


@given(tables(BLOCKS, AREAS))
def test_the_best_fit_of_a_best_fit_is_itself(shares):
    once = best_fit(shares)
    assert plain(best_fit(once)) == plain(once)
    assert set(once.weight.tolist()) <= {1.0}


@given(tables(BLOCKS, AREAS), tables(AREAS, 3), facts)
def test_whatever_is_done_weights_add_up_to_one(shares, second, fact):
    made = (
        shares,
        best_fit(shares),
        settled(shares),
        inside_only(shares),
        compose(shares, second),
        inverted(shares, fact),
    )
    assert all(is_well_made(each) for each in made)
    blocks = [set(each.block.tolist()) for each in made[:5]]
    assert all(each == blocks[0] for each in blocks)  # no block is lost on the way


@given(tables(BLOCKS, AREAS, whole=True), tables(BLOCKS, 3, whole=True), facts)
def test_the_people_that_two_areas_share_are_as_many_seen_from_either(first, second, people):
    there, back = plain(between(first, second, people)), plain(between(second, first, people))
    one, other = totals(first, people, AREAS), totals(second, people, 3)
    for area in range(AREAS):
        for across in range(3):
            if one[area] and other[across]:
                assert there.get((area, across), 0) * one[area] == pytest.approx(
                    back.get((across, area), 0) * other[across], abs=1e-6
                )


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(OUTSIDE, 5), st.integers(0, 500)), max_size=25))
def test_shares_by_practice_and_by_zone_come_from_the_same_patients(counted):
    practice, zone, patients = ([row[i] for row in counted] for i in range(3))
    lists, people = np.bincount(practice or [0], patients or [0], minlength=4), defaultdict(int)
    for _, z, n in counted:
        people[z] += n
    by_practice, by_zone = (plain(f(practice, zone, patients)) for f in (practice_shares, zone_shares))
    for (p, z), share in by_practice.items():
        if z != OUTSIDE:
            assert share * lists[p] == pytest.approx(by_zone[z, p] * people[z])


# --- slow plain second implementations ------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(OUTSIDE, 4), sizes), max_size=20))
def test_plain_loops_share_by_parts_the_same(parts):
    expected: dict[tuple[int, int], float] = defaultdict(float)
    for block in range(5):
        mine = [(area, size) for at, area, size in parts if at == block]
        whole = sum(size for _, size in mine)
        for area, size in mine:
            expected[block, area] += size / whole if whole else 1 / len(mine)
    found = plain(by_parts(*([part[i] for part in parts] for i in range(3)), 5))
    assert found == pytest.approx({key: weight for key, weight in expected.items() if weight > 0})


@given(tables(5, 4), tables(4, 3))
def test_plain_loops_compose_the_same(first, second):
    expected: dict[tuple[int, int], float] = defaultdict(float)
    for (block, middle), weight in plain(first).items():
        onward = {area: share for (at, area), share in plain(second).items() if at == middle}
        for area, share in (onward or {OUTSIDE: 1.0}).items():
            expected[block, area] += weight * share
    assert plain(compose(first, second)) == pytest.approx(dict(expected))


owners = st.lists(st.integers(OUTSIDE, 3), min_size=36, max_size=36)


@given(owners, st.lists(st.tuples(*[st.integers(0, 4)] * 2, *[st.integers(1, 3)] * 2), min_size=1, max_size=5))
def test_counting_unit_squares_shares_land_the_same(owner, blocks):
    """Areas own squares of a board of 6 by 6; blocks are rectangles on it, some of them over its edge."""
    squares = [[box(i % 6, i // 6, i % 6 + 1, i // 6 + 1) for i in range(36) if owner[i] == area] for area in range(4)]
    areas = np.array([shapely.union_all(mine) if mine else shapely.Polygon() for mine in squares], dtype=object)
    found = plain(by_land(np.array([box(x, y, x + w, y + h) for x, y, w, h in blocks], dtype=object), areas))
    expected: dict[tuple[int, int], float] = defaultdict(float)
    for block, (x, y, w, h) in enumerate(blocks):
        for i in range(x, x + w):
            for j in range(y, y + h):
                at = owner[j * 6 + i] if i < 6 and j < 6 else OUTSIDE
                expected[block, at] += 1 / (w * h)
    assert found == pytest.approx(dict(expected))


@given(
    st.lists(st.tuples(st.integers(0, 9000), *[st.integers(0, 20_000)] * 2), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 900), *[st.integers(0, 20_000)] * 2), min_size=1, max_size=8),
    st.sampled_from([0.0, 0.005, 0.05]),
)
def test_modelled_patients_always_add_up_to_the_lists(practices, zones, least):
    found = modelled_patients(
        [p[0] for p in practices], [p[1:] for p in practices], [z[0] for z in zones], [z[1:] for z in zones],
        least=least, max_iterations=30,
    )  # fmt: skip
    lists = np.bincount(found.practice, found.patients, minlength=len(practices))
    assert lists == pytest.approx([p[0] for p in practices], rel=1e-9)
    assert (found.patients > 0).all()
    assert 0 <= found.gap <= 1
    assert -1e-9 <= found.left_out < 1
    with_people = {number for number, zone in enumerate(zones) if zone[0] > 0}
    if lists.sum() and with_people:
        assert set(found.zone.tolist()) == with_people
