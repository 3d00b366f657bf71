"""Blocks placed in areas by their outlines."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box, intersection

from locality_profiles.geography.membership import place_blocks

ONE = np.array(["p"])


def placed(blocks, areas, block_parents=None, area_parents=None):
    return place_blocks(
        np.array(blocks), np.array(block_parents or ["p"] * len(blocks)),
        np.array(areas), np.array(area_parents or ["p"] * len(areas)),
    )  # fmt: skip


def test_a_block_belongs_to_the_area_with_most_of_its_land():
    #  area 0: x 0-10, area 1: x 10-20; the block lies from 8 to 11: two thirds in area 0
    found = placed([box(8, 0, 11, 1)], [box(0, 0, 10, 10), box(10, 0, 20, 10)])
    assert found.area.tolist() == [0]
    assert found.share.round(4).tolist() == [round(2 / 3, 4)]
    assert found.method.tolist() == ["largest_overlap"]


def test_a_block_that_no_outline_touches_goes_to_the_nearest():
    found = placed([box(30, 0, 31, 1)], [box(0, 0, 10, 10), box(10, 0, 20, 10)])
    assert (found.area.tolist(), found.method.tolist(), found.distance.tolist()) == ([1], ["nearest"], [10.0])


def test_a_block_never_leaves_its_partnership():
    # It lies wholly inside an area of partnership q; its own partnership p has one area, far away.
    found = placed([box(0, 0, 1, 1)], [box(-5, -5, 5, 5), box(90, 0, 99, 9)], ["p"], ["q", "p"])
    assert found.area.tolist() == [1]


def test_a_block_whose_partnership_has_no_area_is_placed_nowhere():
    found = placed([box(0, 0, 1, 1)], [box(0, 0, 5, 5)], ["p"], ["q"])
    assert (found.area.tolist(), found.method.tolist()) == ([-1], [""])


def test_a_block_that_only_touches_an_outline_is_placed_as_nearest():
    assert placed([box(10, 0, 11, 1)], [box(0, 0, 10, 10)]).method.tolist() == ["nearest"]


def test_a_tie_goes_to_the_area_that_comes_first():
    assert placed([box(9, 0, 11, 1)], [box(0, 0, 10, 10), box(10, 0, 20, 10)]).area.tolist() == [0]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 9)] * 2), min_size=1, max_size=12),
       st.lists(st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 25)] * 2), min_size=1, max_size=6))  # fmt: skip
def test_a_plain_double_loop_places_them_the_same(blocks, areas):
    shapes = [box(x, y, x + w, y + h) for x, y, w, h in blocks]
    outlines = [box(x, y, x + w, y + h) for x, y, w, h in areas]
    found = placed(shapes, outlines)
    for index, shape in enumerate(shapes):
        overlaps = [intersection(shape, outline).area for outline in outlines]
        if max(overlaps) > 0:
            best = overlaps[found.area[index]]
            assert best == max(overlaps)
            assert overlaps.index(best) == found.area[index]
        else:
            distances = [shape.distance(outline) for outline in outlines]
            assert distances[found.area[index]] == min(distances)
