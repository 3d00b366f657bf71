"""The fit report: placed beside measured, and how outlines meet."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from locality_profiles.geography.fit import fit_report, is_sliver, meeting_of, sentences
from locality_profiles.geography.shares import OUTSIDE, Shares

KM = 1000


def shares(*rows):
    """(block, area, weight) rows."""
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return Shares(np.array(columns[0], int), np.array(columns[1], int), np.array(columns[2], float))


def measured(*rows):
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return np.array(columns[0], int), np.array(columns[1], int), np.array(columns[2], float)


def outlines(*shapes):
    return np.array(shapes, dtype=object)


# --- people and blocks ----------------------------------------------------------------------------


def test_people_are_counted_by_weight_and_those_outside_are_not_covered():
    #  block 0 (100 people) in area 0; block 1 (200): a quarter in area 1, the rest outside; block 2 (50) nowhere
    fit = fit_report(shares((0, 0, 1.0), (1, 1, 0.25), (1, OUTSIDE, 0.75)), np.array([100, 200, 50]), 2)
    assert fit.area_persons.tolist() == [100, 50]
    assert (fit.persons_covered, fit.persons) == (150, 350)
    assert (fit.blocks, fit.blocks_split) == (2, 1)
    assert fit.area_blocks_split.tolist() == [0, 1]


def test_a_block_with_unknown_people_makes_its_area_unknown_and_no_other():
    fit = fit_report(shares((0, 0, 1.0), (1, 1, 1.0)), np.array([np.nan, 200]), 2)
    assert np.isnan(fit.area_persons[0])
    assert fit.area_persons[1] == 200
    assert np.isnan(fit.persons_covered)
    assert fit.area_below_minimum.tolist() == [None, True]
    assert fit.areas_below_minimum is None
    assert fit.area_note.tolist() == ["Building blocks whose people are not known: 1.", None]


def test_an_area_without_blocks_and_one_without_people_are_listed_as_empty():
    fit = fit_report(shares((0, 0, 1.0), (1, 1, 1.0)), np.array([900, 0]), 3)
    assert fit.empty.tolist() == [1, 2]
    assert fit.areas_below_minimum == 2
    assert fit.area_note.tolist() == [
        None,
        "Nobody lives in it.",
        "No building block lies in it, so it has no figures.",
    ]


def test_without_outlines_nothing_is_said_of_misplaced_people():
    fit = fit_report(shares((0, 0, 1.0)), np.array([100]), 1)
    assert np.isnan(fit.persons_misplaced)
    assert np.isnan(fit.area_persons_from_elsewhere).all()
    assert (fit.holes, fit.overlaps, fit.slivers) == (None, None, None)


# --- misplaced ------------------------------------------------------------------------------------


def test_best_fit_misplaces_the_people_of_the_land_that_lies_in_another_area():
    #  block 0 (1,000 people) went to area 0, which holds 70 % of its land; 30 % lies in area 1
    fit = fit_report(shares((0, 0, 1.0), (1, 1, 1.0)), np.array([1000, 500]), 2,
                     measured=measured((0, 0, 0.7), (0, 1, 0.3), (1, 1, 1.0)))  # fmt: skip
    assert fit.area_persons_from_elsewhere.round(6).tolist() == [300, 0]
    assert fit.area_persons_left_out.round(6).tolist() == [0, 300]
    assert fit.area_share_misplaced.round(6).tolist() == [0.3, 0.6]
    assert fit.persons_misplaced == pytest.approx(300)
    assert fit.block_split.tolist() == [True, False]


def test_sharing_a_block_misplaces_nobody():
    fit = fit_report(shares((0, 0, 0.6), (0, 1, 0.4)), np.array([1000]), 2,
                     measured=measured((0, 0, 0.7), (0, 1, 0.3)))  # fmt: skip
    assert fit.persons_misplaced == 0
    assert fit.blocks_split == 1


def test_a_block_with_nine_tenths_in_one_area_lies_in_it():
    fit = fit_report(shares((0, 0, 1.0)), np.array([1000]), 2, measured=measured((0, 0, 0.9), (0, 1, 0.1)))
    assert (fit.blocks_split, fit.persons_misplaced) == (0, 0)


def test_slivers_of_land_are_nothing():
    fit = fit_report(shares((0, 0, 1.0)), np.array([1000]), 2, measured=measured((0, 0, 0.5), (0, 1, 0.009)))
    assert (fit.blocks_split, fit.persons_misplaced) == (0, 0)


def test_a_block_that_a_lookup_gives_to_the_wrong_area_is_misplaced_whole():
    fit = fit_report(shares((0, 0, 1.0)), np.array([1000]), 2, measured=measured((0, 1, 0.97)))
    assert fit.persons_misplaced == 1000
    assert fit.area_persons_left_out.tolist() == [0, 1000]
    assert fit.blocks_split == 0


def test_a_coast_drawn_by_another_hand_misplaces_nobody_but_is_told():
    #  40 % of the block's land is under the outlines' sea; of the rest, all lies in area 0
    fit = fit_report(shares((0, 0, 1.0)), np.array([1000]), 1, measured=measured((0, 0, 0.6)))
    assert (fit.blocks_split, fit.persons_misplaced) == (0, 0)
    assert fit.persons_uncovered == pytest.approx(400)


def test_where_a_system_leaves_blocks_out_uncovered_land_is_outside():
    #  block 0 was placed whole with 60 % of its land in area 0; block 1 is outside with 20 % of its land in it
    fit = fit_report(shares((0, 0, 1.0), (1, OUTSIDE, 1.0)), np.array([1000, 100]), 1,
                     measured=measured((0, 0, 0.6), (1, 0, 0.2)))  # fmt: skip
    assert fit.area_persons_from_elsewhere.tolist() == pytest.approx([400])
    assert fit.area_persons_left_out.tolist() == pytest.approx([20])
    assert fit.persons_misplaced == pytest.approx(400)
    assert fit.persons_in_another == 0
    assert fit.persons_uncovered == 0


def test_a_block_that_no_outline_touches_is_listed_not_guessed_at():
    fit = fit_report(shares((0, 0, 1.0), (1, 0, 1.0)), np.array([1000, 300]), 1, measured=measured((0, 0, 1.0)))
    assert fit.unmeasured.tolist() == [1]
    assert fit.persons_misplaced == 0
    assert fit.area_note.tolist() == ["Building blocks placed here that no outline touches: 1."]


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 3), *[st.integers(0, 20)] * 4), min_size=1, max_size=9))
def test_people_from_elsewhere_are_those_whom_others_miss(drawn):
    """A plain loop agrees; and what one area has too many, others have too few."""
    rows, placed, people = [], [], np.array([row[0] for row in drawn])
    for block, (_, home, *land) in enumerate(drawn):
        placed.append((block, home, 1.0))
        whole = sum(land)
        rows += [(block, area, part / whole) for area, part in enumerate(land) if part]
    fit = fit_report(shares(*placed), people, 4, measured=measured(*rows))
    assert fit.area_persons_from_elsewhere.sum() == pytest.approx(fit.area_persons_left_out.sum())
    expected = 0.0
    for block, (persons, home, *_) in enumerate(drawn):
        parts = [share for b, _, share in rows if b == block]
        own = sum(share for b, area, share in rows if b == block and area == home)
        if parts:
            kept = 1.0 if max(parts) >= 0.9 and own == max(parts) else 0.0 if max(parts) >= 0.9 else own
            expected += persons * (1 - kept)
    assert fit.persons_misplaced == pytest.approx(expected)


# --- outlines -------------------------------------------------------------------------------------

#   Four squares of 10 km round a hole of 10 km in the middle:
#
#   +----+----+----+
#   |    0    |    |
#   +----+----+ 1  |
#   |    |    |    |
#   | 3  +----+----+
#   |    |    2    |
#   +----+---------+
FRAME = outlines(
    box(0, 20 * KM, 20 * KM, 30 * KM), box(20 * KM, 10 * KM, 30 * KM, 30 * KM),
    box(10 * KM, 0, 30 * KM, 10 * KM), box(0, 0, 10 * KM, 20 * KM),
)  # fmt: skip
MIDDLE = box(10 * KM, 10 * KM, 20 * KM, 20 * KM)


def test_land_that_no_area_covers_is_a_hole():
    found = meeting_of(FRAME)
    assert (found.holes, found.overlaps, found.slivers) == (1, 0, 0)
    assert found.hole_shapes[0].equals(MIDDLE)


def test_a_loch_is_no_hole():
    assert meeting_of(FRAME, FRAME).holes == 0  # the blocks have no land in the middle
    assert meeting_of(FRAME, np.append(FRAME, MIDDLE)).holes == 1


def test_an_uncovered_block_at_the_edge_is_a_hole_and_its_neighbour_the_same_one():
    #  area: an L; blocks 1 and 2 fill its corner side by side, block 3 lies far away
    area = Polygon([(0, 0), (30, 0), (30, 10), (10, 10), (10, 30), (0, 30)])
    shapes = [area, box(10, 10, 14, 14), box(14, 10, 18, 14), box(50, 50, 60, 60)]
    scaled = outlines(*(Polygon([(x * KM, y * KM) for x, y in shape.exterior.coords]) for shape in shapes))
    found = meeting_of(scaled[:1], scaled, np.array([1.0, 0.0, 0.0, 0.0]))
    assert found.uncovered.tolist() == [1, 2]
    assert found.holes == 1


def test_two_areas_that_cover_one_place_overlap():
    found = meeting_of(
        outlines(box(0, 0, 10 * KM, 10 * KM), box(9 * KM, 0, 20 * KM, 10 * KM), box(30 * KM, 0, 40 * KM, KM))
    )
    assert (found.holes, found.overlaps, found.slivers) == (0, 1, 0)
    assert found.overlap_pairs.tolist() == [[0, 1]]
    assert found.overlap_shapes[0].area == 10 * KM * KM


def test_thin_and_tiny_pieces_are_slivers():
    strip, scrap, field = box(0, 0, 30 * KM, 500), box(0, 0, 90, 90), box(0, 0, 200, 200)
    assert is_sliver(outlines(strip, scrap, field)).tolist() == [True, True, False]


def test_slivers_between_outlines_are_counted_and_ignored():
    #  the second outline begins 20 m inside the first, all along 10 km
    found = meeting_of(outlines(box(0, 0, 10 * KM, 10 * KM), box(10 * KM - 20, 0, 20 * KM, 10 * KM)))
    assert (found.overlaps, found.slivers) == (0, 1)


def test_areas_without_an_outline_are_passed_over():
    found = meeting_of(outlines(None, box(0, 0, 10 * KM, 10 * KM), Polygon(), box(5 * KM, 0, 20 * KM, 10 * KM)))
    assert found.overlap_pairs.tolist() == [[1, 3]]
    assert meeting_of(outlines(None, None)).holes == 0


def test_islands_do_not_make_holes():
    islands = MultiPolygon([box(0, 0, 10 * KM, 10 * KM), box(30 * KM, 0, 40 * KM, 10 * KM)])
    assert meeting_of(outlines(islands)).holes == 0


# --- in words -------------------------------------------------------------------------------------

NAMES = ["Ness & Sound", "Vatnabrae", "Skeld <West>"]


def test_the_report_reads_as_sentences():
    fit = fit_report(
        shares((0, 0, 1.0), (1, 1, 1.0), (2, 1, 1.0)), np.array([1000.0, 400.0, 50.0]), 3,
        measured=measured((0, 0, 0.8), (0, 1, 0.2), (1, 1, 1.0)), minimum_population=500,
        outlines=np.append(FRAME[:2], box(15 * KM, 25 * KM, 30 * KM, 30 * KM)),
    )  # fmt: skip
    assert sentences(fit, "Neighbourhoods", NAMES, place="Norrland", block_codes=["B1", "B2", "B3"]) == [
        "Neighbourhoods: 3 areas take in 1,450 of 1,450 people of Norrland.",
        "1 data zone lies across a line.",
        "200 people (13.8%) are counted in another area than the one they live in, for each data zone goes to one "
        "area whole.",
        "No outline touches 1 data zone, so how many of the people there are misplaced cannot be told: B3.",
        "50 people (3.4%) live, by share of land, where no outline reaches: as a rule, the outlines draw the coast "
        "more simply. They stay in the area of their data zone.",
        "2 pairs of areas overlap: Ness & Sound with Skeld <West>; Vatnabrae with Skeld <West>.",
        "1 area has no people: Skeld <West>.",
        "1 area has fewer than 500 people: Vatnabrae (450).",
    ]


def test_a_good_fit_is_said_in_few_words():
    each = [(number, number, 1.0) for number in range(4)]
    fit = fit_report(
        shares(*each), np.full(4, 1000.0), 4, measured=measured(*each), outlines=FRAME, block_outlines=FRAME
    )
    assert sentences(fit, "Localities", list("abcd"), place="Norrland") == [
        "Localities: 4 areas take in 4,000 of 4,000 people of Norrland.",
        "Nobody is counted in another area than the one where their land lies.",
        "The outlines meet without holes or overlaps.",
    ]


def test_people_who_are_not_known_are_not_called_none():
    fit = fit_report(shares((0, 0, 1.0)), np.array([np.nan]), 1)
    assert sentences(fit, "Wards", ["a"]) == [
        "Wards: 1 area takes in 1 building block of the partnerships that it touches; how many people live there is "
        "not known."
    ]
