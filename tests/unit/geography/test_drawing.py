"""The map layer: simplified so that neighbours meet and islands stay, labelled, inset, as GeoJSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from locality_profiles.geography.drawing import (
    COARSEST,
    FINEST,
    INSET_SOUTHWARD,
    inset_flags,
    label_points,
    map_layer,
    needs_inset,
    outlines_of_blocks,
    placed,
    simplified,
    to_geojson,
    tolerance_for,
)
from locality_profiles.geography.shares import OUTSIDE

KM = 1000


def shapes(*given_shapes):
    return np.array(given_shapes, dtype=object)


def wavy(start, end, waves=40, height=60.0):
    """A line with small waves between two points, as a list of corners."""
    (x0, y0), (x1, y1) = start, end
    steps = np.linspace(0, 1, 4 * waves + 1)
    bend = height * np.sin(2 * np.pi * waves * steps)
    long = np.hypot(x1 - x0, y1 - y0)
    across = np.array([-(y1 - y0), x1 - x0]) / long
    return [
        (x0 + s * (x1 - x0) + b * across[0], y0 + s * (y1 - y0) + b * across[1])
        for s, b in zip(steps, bend, strict=True)
    ]


BORDER = wavy((10 * KM, 0), (10 * KM, 20 * KM))
WEST = Polygon([(0, 20 * KM), (0, 0), *BORDER])
EAST = Polygon([(20 * KM, 20 * KM), (20 * KM, 0), *BORDER])


def parts(found):
    return int(shapely.get_num_geometries(found).sum())


# --- outlines from blocks -------------------------------------------------------------------------


def test_an_area_is_drawn_round_its_blocks():
    found = outlines_of_blocks(shapes(box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)), np.array([1, 1, 0]), 2)
    assert found[0].equals(box(2, 0, 3, 1))
    assert found[1].equals(box(0, 0, 2, 1))


def test_an_area_without_blocks_and_a_block_without_area_or_outline_are_left_out():
    found = outlines_of_blocks(shapes(box(0, 0, 1, 1), box(1, 0, 2, 1), None), np.array([0, OUTSIDE, 0]), 2)
    assert found[0].equals(box(0, 0, 1, 1))
    assert found[1] is None
    assert outlines_of_blocks(shapes(None), np.array([0]), 1).tolist() == [None]


def test_blocks_that_do_not_meet_exactly_are_joined_all_the_same():
    #  the second block has a corner in the middle of the first one's edge
    found = outlines_of_blocks(shapes(box(0, 0, 2, 2), box(2, 0, 3, 1)), np.array([0, 0]), 1)
    assert found[0].area == 5
    assert found[0].geom_type == "Polygon"


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(-1, 3), min_size=16, max_size=16))
def test_areas_of_blocks_cover_their_blocks_and_nothing_else(area_of_block):
    blocks = shapes(*(box(n % 4, n // 4, n % 4 + 1, n // 4 + 1) for n in range(16)))
    found = outlines_of_blocks(blocks, np.array(area_of_block), 4)
    for area, outline in enumerate(found):
        number = area_of_block.count(area)
        assert (outline is None) == (number == 0)
        if number:
            assert outline.area == number
            assert outline.equals(shapely.union_all(blocks[np.array(area_of_block) == area]))


# --- simplified -----------------------------------------------------------------------------------


def test_neighbours_still_meet():
    drawn = map_layer({"ward": shapes(WEST, EAST)}, 300)["ward"]
    assert shapely.get_num_coordinates(drawn.shapes).sum() < shapely.get_num_coordinates(shapes(WEST, EAST)).sum() / 5
    assert shapely.coverage_is_valid(drawn.shapes)
    assert drawn.shapes[0].intersection(drawn.shapes[1]).area == 0
    assert shapely.union_all(drawn.shapes).interiors[:] == []
    assert (drawn.unmatched, drawn.note) == (0, "")


#  A mainland, a middling island, and forty islets of 20 m
ARCHIPELAGO = MultiPolygon(
    [box(0, 0, 20 * KM, 10 * KM), box(25 * KM, 0, 25 * KM + 230, 230)]
    + [box(30 * KM + n * 100, 0, 30 * KM + n * 100 + 20, 20) for n in range(40)]
)


def test_no_island_vanishes():
    (drawn,) = map_layer({"ward": shapes(ARCHIPELAGO)}, 5 * KM)["ward"].shapes
    assert parts(drawn) == parts(ARCHIPELAGO) == 42
    assert drawn.is_valid


def test_missing_outlines_stay_missing():
    drawn = map_layer({"ward": shapes(None, WEST, Polygon()), "none": shapes(None)})
    assert [shape is None for shape in drawn["ward"].shapes] == [True, False, True]
    assert drawn["none"].shapes.tolist() == [None]


def test_outlines_that_nearly_meet_are_brought_together_and_that_is_said():
    #  the eastern outline was drawn again, 3 m off
    east = shapely.transform(EAST, lambda xy: xy + [3.0, 0.0])
    islet = box(40 * KM, 0, 40 * KM + 8, 8)  # smaller than the snap: it must not be lost
    drawn = map_layer({"ward": shapes(MultiPolygon([WEST, islet]), east)}, 50)["ward"]
    assert drawn.unmatched > 20 * KM
    assert "were brought together" in drawn.note
    assert shapely.coverage_is_valid(drawn.shapes)
    assert parts(drawn.shapes[0]) == 2


def test_areas_that_overlap_are_drawn_as_they_stand_and_that_is_said():
    drawn = map_layer({"catchment": shapes(box(0, 0, 10 * KM, 10 * KM), box(5 * KM, 0, 20 * KM, 10 * KM))}, 50)[
        "catchment"
    ]
    assert "They are drawn as they stand" in drawn.note
    assert shapely.area(drawn.shapes).tolist() == [100 * KM**2, 150 * KM**2]


def test_an_area_inside_another_is_not_swallowed():
    drawn = map_layer({"catchment": shapes(box(0, 0, 10 * KM, 10 * KM), box(2 * KM, 2 * KM, 3 * KM, 3 * KM))}, 50)[
        "catchment"
    ]
    assert shapely.area(drawn.shapes).tolist() == [100 * KM**2, KM**2]


def test_small_areas_are_drawn_finely_and_large_ones_coarsely():
    assert tolerance_for(shapes(box(0, 0, 300, 300), None)) == FINEST
    assert tolerance_for(shapes(box(0, 0, KM, KM))) == pytest.approx(50)
    assert tolerance_for(shapes(box(0, 0, 50 * KM, 50 * KM))) == COARSEST
    assert tolerance_for(shapes(None)) == COARSEST


def test_each_system_may_have_a_tolerance_of_its_own():
    drawn = map_layer({"fine": shapes(WEST, EAST), "coarse": shapes(WEST, EAST)}, {"fine": 1, "coarse": 500})
    fine, coarse = (shapely.get_num_coordinates(drawn[name].shapes).sum() for name in ("fine", "coarse"))
    assert fine > 5 * coarse


def test_nothing_is_simplified_to_nothing():
    assert simplified(shapes(), 10).tolist() == []
    (drawn,) = simplified(shapes(box(0, 0, 1, 1)), 10 * KM)
    assert drawn.area > 0


# --- labels ---------------------------------------------------------------------------------------


def test_a_label_stands_in_the_roundest_place_of_the_largest_part():
    #  a square with a long tail, and an island
    body = Polygon([(0, 0), (10, 0), (10, 4), (90, 4), (90, 5), (10, 5), (10, 10), (0, 10)])
    points = label_points(shapes(MultiPolygon([box(200, 0, 203, 3), body]), None))
    assert Point(points[0]).within(box(3, 3, 7, 7))
    assert np.isnan(points[1]).all()


def test_a_label_stands_inside_a_ring():
    ring = box(0, 0, 10, 10).difference(box(2, 2, 8, 8))
    assert Point(label_points(shapes(ring))[0]).within(ring)


# --- the inset ------------------------------------------------------------------------------------

MAINLAND = box(200 * KM, 600 * KM, 350 * KM, 950 * KM)
ORKNEY = box(330 * KM, 985 * KM, 370 * KM, 1_050 * KM)
SHETLAND = MultiPolygon(
    [box(430 * KM, 1_110 * KM, 460 * KM, 1_210 * KM), box(420 * KM, 1_070 * KM, 423 * KM, 1_073 * KM)]
)


def test_shetland_is_flagged_with_its_southern_isle_and_nothing_else_is():
    assert inset_flags(shapes(MAINLAND, ORKNEY, SHETLAND, None)).tolist() == [False, False, True, False]


def test_a_map_of_all_scotland_draws_shetland_in_a_frame_in_the_sea():
    all_of_it = shapes(MAINLAND, ORKNEY, SHETLAND)
    drawn, frame = placed(all_of_it, inset_flags(all_of_it))
    assert drawn[:2].tolist() == [MAINLAND, ORKNEY]
    assert drawn[2].area == SHETLAND.area  # the same scale
    assert drawn[2].bounds[3] == SHETLAND.bounds[3] - INSET_SOUTHWARD
    box_of = box(frame.west, frame.south, frame.east, frame.north)
    assert box_of.contains(drawn[2])
    assert not box_of.intersects(MAINLAND.union(ORKNEY))
    assert all_of_it[2].equals(SHETLAND)  # what was handed in is as it was


@pytest.mark.parametrize("shown", [(SHETLAND,), (MAINLAND, ORKNEY), (ORKNEY, SHETLAND)])
def test_other_maps_need_no_inset(shown):
    there = shapes(*shown)
    assert not needs_inset(there, inset_flags(there))
    assert placed(there, inset_flags(there))[1] is None


# --- GeoJSON --------------------------------------------------------------------------------------


def test_geojson_is_in_degrees_with_outer_rings_anticlockwise():
    text = to_geojson(["S37900001/ness"], ["Ness"], shapes(box(400 * KM, 800 * KM, 410 * KM, 810 * KM)))
    (feature,) = json.loads(text)["features"]
    (ring,) = feature["geometry"]["coordinates"]
    west, south = min(ring)
    #  easting 400,000 is the grid's own meridian, two degrees west of Greenwich
    assert west == pytest.approx(-2.0, abs=0.01)
    assert 57 < south < 57.2
    assert ring[0] == ring[-1]
    assert Polygon(ring).exterior.is_ccw
    assert all(round(number, 5) == number for corner in ring for number in corner)


def test_geojson_says_codes_and_names_whatever_they_hold():
    name = 'Eilean "Mòr" & <Beag>'
    text = to_geojson(["a", "b"], [name, "x"], shapes(MAINLAND, None), {"inset": [False, True]})
    found = json.loads(text)
    assert found["type"] == "FeatureCollection"
    assert [feature["properties"] for feature in found["features"]] == [
        {"code": "a", "name": name, "inset": False},
        {"code": "b", "name": "x", "inset": True},
    ]
    assert found["features"][1]["geometry"] is None


def test_fair_isle_alone_lies_in_the_inset_and_north_ronaldsay_does_not():
    fair_isle = box(420 * KM, 1_070 * KM, 423 * KM, 1_074 * KM)
    north_ronaldsay = box(374 * KM, 1_052 * KM, 378 * KM, 1_056 * KM)
    assert inset_flags(shapes(fair_isle, north_ronaldsay)).tolist() == [True, False]
