"""Shares of blocks in areas, found in every way and used in every way."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import box

from locality_profiles.geography import shares as sharing
from locality_profiles.geography.shares import OUTSIDE, Overfull, Overlapping, Shares


def rows(shares) -> list[tuple[int, int, float]]:
    return [(b, a, round(w, 6)) for b, a, w in zip(*(x.tolist() for x in vars(shares).values()), strict=True)]


def drawn(*pairs: tuple[int, int, float]) -> Shares:
    """Shares as (block, area, weight)."""
    return sharing.complete(*([row[i] for row in pairs] for i in range(3)))


def shapes(*outlines) -> np.ndarray:
    return np.array(outlines, dtype=object)


def points(*places: tuple[float, float]) -> np.ndarray:
    return shapely.points(np.array(places, dtype=float))


# --- complete -------------------------------------------------------------------------------------


def test_what_a_block_lacks_lies_outside():
    assert rows(sharing.complete([0], [4], [0.75])) == [(0, OUTSIDE, 0.25), (0, 4, 0.75)]


def test_rows_of_one_block_and_area_are_added_and_all_are_sorted():
    found = sharing.complete([1, 0, 1, 1], [2, 0, 1, 2], [0.25, 1.0, 0.5, 0.25])
    assert rows(found) == [(0, 0, 1.0), (1, 1, 0.5), (1, 2, 0.5)]


def test_what_lies_outside_already_and_what_lacks_are_one_row():
    assert rows(sharing.complete([0, 0], [OUTSIDE, 3], [0.25, 0.5])) == [(0, OUTSIDE, 0.5), (0, 3, 0.5)]


def test_a_lack_that_is_only_rounding_is_scaled_away():
    found = sharing.complete([0] * 10, range(10), [0.1 - 1e-11] * 10)
    assert OUTSIDE not in found.area
    assert found.weight.sum() == pytest.approx(1, abs=1e-12)


def test_a_tiny_excess_is_scaled_away():
    assert sharing.complete([0, 0], [0, 1], [0.5, 0.5000005]).weight.sum() == pytest.approx(1, abs=1e-12)


def test_a_block_given_out_more_than_once_over_is_refused_and_named():
    with pytest.raises(Overfull, match=r"7 \(1\.5\)") as refused:
        sharing.complete([7, 7, 8], [0, 1, 0], [1.0, 0.5, 1.0])
    assert refused.value.blocks.tolist() == [7]
    assert refused.value.totals.tolist() == [1.5]


def test_a_long_list_of_overfull_blocks_is_cut_short():
    with pytest.raises(Overfull, match="and 2 more"):
        sharing.complete(range(12), [0] * 12, [2.0] * 12)


def test_a_block_whose_rows_weigh_nothing_is_known_to_be_outside():
    assert rows(sharing.complete([3], [0], [0.0])) == [(3, OUTSIDE, 1.0)]


def test_no_rows_give_no_shares():
    assert rows(sharing.complete([], [], [])) == []


@pytest.mark.parametrize("weight", [-0.1, np.nan, np.inf])
def test_a_weight_that_is_none_is_refused(weight):
    with pytest.raises(ValueError, match="missing, infinite or negative: 1, first in row 1"):
        sharing.complete([0, 1], [0, 0], [1.0, weight])


@pytest.mark.parametrize(
    ("block", "area", "said"),
    [([-1], [0], "block is below 0"), ([0], [-2], "area is below -1"), ([0.5], [0], "whole number"),
     ([0, 1], [0], "differ in number")],
)  # fmt: skip
def test_an_impossible_position_is_refused(block, area, said):
    with pytest.raises(ValueError, match=said):
        sharing.complete(block, area, [1.0])


# --- lookups --------------------------------------------------------------------------------------


def test_a_lookup_without_weights_places_blocks_wholly():
    assert rows(sharing.from_lookup([1, 0], [5, 6])) == [(0, 6, 1.0), (1, 5, 1.0)]


def test_a_line_that_stands_twice_in_a_lookup_counts_once():
    assert rows(sharing.from_lookup([0, 0], [2, 2])) == [(0, 2, 1.0)]


def test_a_block_in_two_areas_of_a_lookup_without_weights_is_refused():
    with pytest.raises(Overfull):
        sharing.from_lookup([0, 0], [1, 2])


def test_blocks_that_a_lookup_speaks_for_and_does_not_list_are_outside():
    assert rows(sharing.from_lookup([1], [0], count=3)) == [(0, OUTSIDE, 1.0), (1, 0, 1.0), (2, OUTSIDE, 1.0)]


def test_a_block_beyond_those_of_a_lookup_is_refused():
    with pytest.raises(ValueError, match="beyond the last of 3"):
        sharing.from_lookup([3], [0], count=3)


def test_weights_printed_with_few_decimals_add_up_to_one():
    found = sharing.from_lookup([0, 0, 0, 1, 1], [0, 1, 2, 0, 1], [0.333, 0.333, 0.333, 0.6, 0.401], rounding=0.005)
    assert OUTSIDE not in found.area
    assert rows(found)[0] == (0, 0, round(1 / 3, 6))


def test_a_real_lack_is_not_taken_for_rounding():
    assert rows(sharing.from_lookup([0], [0], [0.9], rounding=0.005)) == [(0, OUTSIDE, 0.1), (0, 0, 0.9)]


# --- land -----------------------------------------------------------------------------------------

LEFT, RIGHT = box(0, 0, 10, 10), box(10, 0, 20, 10)


def test_land_is_measured_as_a_share_of_the_block():
    found = sharing.overlap(shapes(box(8, 0, 12, 1), box(9, 0, 13, 1)), shapes(LEFT, RIGHT))
    assert found.block.tolist() == [0, 0, 1, 1]
    assert found.area.tolist() == [0, 1, 0, 1]
    assert found.share.round(6).tolist() == [0.5, 0.5, 0.25, 0.75]


def test_outlines_that_only_touch_share_no_land():
    assert len(sharing.overlap(shapes(box(10, 0, 11, 1)), shapes(LEFT)).block) == 0


def test_land_of_different_parents_never_meets():
    found = sharing.overlap(shapes(box(1, 1, 2, 2)), shapes(LEFT, LEFT), np.array(["p"]), np.array(["q", "p"]))
    assert found.area.tolist() == [1]


def test_an_empty_outline_has_no_land():
    blocks = shapes(shapely.Polygon(), None, box(1, 1, 2, 2))
    assert sharing.overlap(blocks, shapes(LEFT, None)).block.tolist() == [2]
    assert rows(sharing.by_land(blocks, shapes(LEFT))) == [(2, 0, 1.0)]


def test_no_blocks_and_no_areas_share_nothing():
    assert rows(sharing.by_land(shapes(), shapes())) == []
    assert rows(sharing.by_land(shapes(LEFT), shapes())) == [(0, OUTSIDE, 1.0)]


def test_parents_of_one_side_only_are_an_oversight():
    with pytest.raises(ValueError, match="one side only"):
        sharing.by_land(shapes(LEFT), shapes(LEFT), np.array(["p"]))
    with pytest.raises(ValueError, match="one side only"):
        sharing.by_nearest(points((0, 0)), points((0, 0)), seed_parents=np.array(["p"]))


def test_a_block_is_shared_by_land_and_the_rest_is_outside():
    #  4 of its 10 lie in the left area, 5 in the right, 1 beyond it
    found = sharing.by_land(shapes(box(11, 0, 21, 1)), shapes(box(10, 0, 15, 10), box(15, 0, 20, 10)))
    assert rows(found) == [(0, OUTSIDE, 0.1), (0, 0, 0.4), (0, 1, 0.5)]


def test_slivers_are_dropped_and_the_rest_scaled():
    #  of 1000: 4 in the first area, 600 in the second, 396 outside
    found = sharing.by_land(shapes(box(0, 0, 1000, 1)), shapes(box(0, 0, 4, 1), box(4, 0, 604, 1)))
    assert rows(found) == [(0, OUTSIDE, round(396 / 996, 6)), (0, 1, round(600 / 996, 6))]


def test_a_block_that_lies_in_an_area_but_for_slivers_is_wholly_inside():
    found = sharing.by_land(shapes(box(0, 0, 1000, 1)), shapes(box(0, 0, 992, 1), box(992, 0, 2000, 1)))
    assert rows(found) == [(0, 0, 1.0)]


def test_a_strip_of_coast_is_a_sliver_too():
    assert rows(sharing.by_land(shapes(box(0, 0, 1000, 1)), shapes(box(0, 0, 995, 1)))) == [(0, 0, 1.0)]


def test_a_block_that_has_only_slivers_keeps_them():
    strips = [box(i, 0, i + 1, 1) for i in range(10)]
    assert rows(sharing.by_land(shapes(box(0, 0, 10, 1)), shapes(*strips), sliver=0.2)) == [
        (0, i, 0.1) for i in range(10)
    ]


def test_a_block_that_no_area_covers_is_outside():
    assert rows(sharing.by_land(shapes(box(50, 0, 51, 1)), shapes(LEFT))) == [(0, OUTSIDE, 1.0)]


def test_areas_that_claim_the_same_land_are_reported_in_pairs():
    #  areas 0 and 2 share x 8-10; 1 is their neighbour and shares nothing with either
    areas = shapes(box(0, 0, 10, 10), box(20, 0, 30, 10), box(8, 0, 20, 10))
    with pytest.raises(Overlapping, match="0 and 2") as refused:
        sharing.by_land(shapes(box(0, 0, 5, 5), box(5, 0, 15, 5), box(21, 0, 25, 5)), areas)
    assert refused.value.pairs.tolist() == [[0, 2]]
    assert refused.value.blocks.tolist() == [1]


def test_every_pair_of_three_areas_on_one_spot_is_reported():
    with pytest.raises(Overlapping) as refused:
        sharing.by_land(shapes(LEFT), shapes(LEFT, LEFT, LEFT))
    assert refused.value.pairs.tolist() == [[0, 1], [0, 2], [1, 2]]


def test_a_sliver_of_overlap_between_areas_is_forgiven():
    found = sharing.by_land(shapes(box(0, 0, 1000, 1)), shapes(box(0, 0, 504, 1), box(500, 0, 1000, 1)))
    assert rows(found) == [(0, 0, round(504 / 1004, 6)), (0, 1, round(500 / 1004, 6))]


# --- points ---------------------------------------------------------------------------------------


def test_a_block_belongs_to_the_area_that_contains_its_point():
    assert rows(sharing.by_centroid(points((15, 5), (5, 5), (50, 5)), shapes(LEFT, RIGHT))) == [
        (0, 1, 1.0), (1, 0, 1.0), (2, OUTSIDE, 1.0),
    ]  # fmt: skip


def test_a_point_on_an_edge_goes_to_the_first_area():
    assert rows(sharing.by_centroid(points((10, 5)), shapes(LEFT, RIGHT))) == [(0, 0, 1.0)]


def test_a_point_stays_with_its_parent():
    found = sharing.by_centroid(points((5, 5)), shapes(LEFT, LEFT), np.array(["q"]), np.array(["p", "q"]))
    assert rows(found) == [(0, 1, 1.0)]


def test_a_block_without_a_point_has_no_row():
    places = shapes(None, shapely.Point(), shapely.points(np.nan, 1), shapely.Point(5, 5))
    assert rows(sharing.by_centroid(places, shapes(LEFT))) == [(3, 0, 1.0)]
    assert rows(sharing.by_nearest(places, points((0, 0)))) == [(3, 0, 1.0)]


def test_a_block_belongs_to_the_catchment_of_the_nearest_seed():
    assert rows(sharing.by_nearest(points((1, 0), (9, 0)), points((0, 0), (10, 0)))) == [(0, 0, 1.0), (1, 1, 1.0)]


def test_of_seeds_at_one_distance_the_first_has_the_block():
    assert rows(sharing.by_nearest(points((5, 0)), points((10, 0), (0, 0), (5, 5)))) == [(0, 0, 1.0)]


def test_a_catchment_never_crosses_into_another_parent():
    found = sharing.by_nearest(points((1, 0)), points((0, 0), (90, 0)), np.array(["q"]), np.array(["p", "q"]))
    assert rows(found) == [(0, 1, 1.0)]


def test_a_block_whose_parent_has_no_seed_has_no_row_or_is_outside():
    seeds = shapes(shapely.Point(0, 0), None)  # q's only seed is nowhere
    parents = np.array(["p", "q"])
    assert rows(sharing.by_nearest(points((1, 0), (2, 0)), seeds, parents, parents)) == [(0, 0, 1.0)]
    found = sharing.by_nearest(points((1, 0), (2, 0)), seeds, parents, parents, outside=True)
    assert rows(found) == [(0, 0, 1.0), (1, OUTSIDE, 1.0)]


# --- parts ----------------------------------------------------------------------------------------


def test_a_block_is_shared_by_the_people_of_its_postcodes():
    found = sharing.by_parts([0, 0, 0, 1], [0, 1, OUTSIDE, 1], [30, 50, 20, 7], 2)
    assert rows(found) == [(0, OUTSIDE, 0.2), (0, 0, 0.3), (0, 1, 0.5), (1, 1, 1.0)]


def test_parts_without_people_weigh_the_same():
    assert rows(sharing.by_parts([0, 0, 0], [0, 0, 1], [0, 0, 0], 1)) == [
        (0, 0, round(2 / 3, 6)),
        (0, 1, round(1 / 3, 6)),
    ]


def test_an_empty_part_of_a_block_with_people_has_no_row():
    assert rows(sharing.by_parts([0, 0], [0, 1], [5, 0], 1)) == [(0, 0, 1.0)]


def test_a_block_without_parts_has_no_row():
    assert sharing.by_parts([1], [0], [5], 3).block.tolist() == [1]


def test_a_part_whose_size_is_not_known_is_refused():
    with pytest.raises(ValueError, match="missing"):
        sharing.by_parts([0, 0], [0, 1], [5, np.nan], 1)


def test_a_part_of_a_block_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="beyond the last of 1"):
        sharing.by_parts([1], [0], [5], 1)


# --- what can be done with shares -----------------------------------------------------------------


def test_best_fit_gives_the_block_to_the_area_that_holds_most_of_it():
    assert rows(sharing.best_fit(drawn((0, 0, 0.4), (0, 1, 0.6), (1, 0, 1.0)))) == [(0, 1, 1.0), (1, 0, 1.0)]


def test_best_fit_of_a_tie_is_the_first_area():
    assert rows(sharing.best_fit(drawn((0, 3, 1 / 3), (0, 2, 1 / 3), (0, 1, 1 - 2 / 3)))) == [(0, 1, 1.0)]


def test_outside_wins_only_with_more_than_any_area():
    assert rows(sharing.best_fit(drawn((0, 0, 0.5)))) == [(0, 0, 1.0)]
    assert rows(sharing.best_fit(drawn((0, 0, 0.3), (0, 1, 0.3)))) == [(0, OUTSIDE, 1.0)]


def test_a_block_that_lies_nine_tenths_in_an_area_is_put_there():
    found = sharing.settled(drawn((0, 0, 0.9), (0, 1, 0.1), (1, 0, 0.8), (1, 1, 0.2), (2, 0, 0.05)))
    assert rows(found) == [(0, 0, 1.0), (1, 0, 0.8), (1, 1, 0.2), (2, OUTSIDE, 1.0)]


def test_a_block_cannot_be_settled_by_less_than_a_half():
    with pytest.raises(ValueError, match="more than half"):
        sharing.settled(drawn((0, 0, 1.0)), 0.5)


def test_where_areas_cover_everything_what_is_outside_goes_to_them():
    found = sharing.inside_only(drawn((0, 0, 0.3), (0, 1, 0.5), (1, OUTSIDE, 1.0)))
    assert rows(found) == [(0, 0, 0.375), (0, 1, 0.625), (1, OUTSIDE, 1.0)]


def test_a_block_reaches_an_area_by_way_of_the_middle():
    first = drawn((0, 0, 0.5), (0, 1, 0.5), (1, 2, 1.0))
    second = drawn((0, 7, 1.0), (1, 7, 0.5), (1, 8, 0.5), (2, 8, 1.0))
    assert rows(sharing.compose(first, second)) == [(0, 7, 0.75), (0, 8, 0.25), (1, 8, 1.0)]


def test_what_is_outside_or_leads_nowhere_in_the_middle_is_outside():
    first = drawn((0, 0, 0.5), (0, 1, 0.25))
    assert rows(sharing.compose(first, drawn((0, 3, 1.0)))) == [(0, OUTSIDE, 0.5), (0, 3, 0.5)]


def test_an_area_is_made_of_its_blocks_by_their_people():
    found = sharing.inverted(drawn((0, 0, 1.0), (1, 0, 0.5), (1, 1, 0.5), (2, OUTSIDE, 1.0)), [300, 200, 50])
    assert rows(found) == [(0, 0, 0.75), (0, 1, 0.25), (1, 1, 1.0)]


def test_an_area_without_people_is_made_of_its_blocks_by_their_weights():
    assert rows(sharing.inverted(drawn((0, 0, 1.0), (1, 0, 1.0)), [0, 0])) == [(0, 0, 0.5), (0, 1, 0.5)]


def test_the_people_of_an_area_live_in_areas_of_another_system():
    localities = drawn((0, 0, 1.0), (1, 0, 1.0), (2, 1, 1.0))
    wards = drawn((0, 0, 1.0), (1, 1, 1.0), (2, 1, 0.5))
    assert rows(sharing.between(localities, wards, [60, 40, 10])) == [
        (0, 0, 0.6), (0, 1, 0.4), (1, OUTSIDE, 0.5), (1, 1, 0.5),
    ]  # fmt: skip


def test_areas_and_what_is_outside_add_up_to_the_whole():
    found = sharing.totals(drawn((0, 0, 0.25), (0, 1, 0.5), (1, 1, 1.0)), [100, 10], 3)
    assert found.tolist() == [25.0, 60.0, 0.0, 25.0]


def test_a_total_with_a_part_that_is_not_known_is_not_known():
    found = sharing.totals(drawn((0, 0, 1.0), (1, 1, 1.0)), [np.nan, 10], 2)
    assert np.isnan(found).tolist() == [True, False, False]


def test_an_amount_that_would_be_lost_is_refused():
    with pytest.raises(ValueError, match="no share in anything: 1, first 1"):
        sharing.totals(drawn((0, 0, 1.0)), [5, 5, 0], 1)


def test_split_blocks_lie_in_several_areas_or_partly_in_none():
    found = drawn((0, 0, 1.0), (1, 0, 0.5), (1, 1, 0.5), (2, 0, 0.5), (3, OUTSIDE, 1.0))
    assert sharing.split_blocks(found).tolist() == [1, 2]


def test_an_area_is_nested_where_all_its_blocks_lie_in_one_larger():
    #  area 0: both blocks in X; 1: one each in X and Y; 2: wholly outside; 3: no block; 4: half of a block of Y
    child = drawn((0, 0, 1), (1, 0, 1), (2, 1, 1), (3, 1, 1), (4, 2, 1), (5, 4, 0.5), (5, 2, 0.5))
    parent = drawn((0, 0, 1), (1, 0, 1), (2, 0, 1), (3, 1, 1), (4, OUTSIDE, 1), (5, 1, 1))
    assert sharing.is_nested(child, parent, 5).tolist() == [True, False, False, False, True]


def test_an_area_outside_the_larger_ones_is_not_nested():
    assert sharing.is_nested(drawn((0, 0, 1.0)), drawn((0, OUTSIDE, 1.0)), 1).tolist() == [False]
