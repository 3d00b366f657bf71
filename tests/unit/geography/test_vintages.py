"""A code tells the edition of its data zone; zones of two editions share land and people; codes change."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from locality_profiles.geography.vintages import (
    balanced_shares,
    known_code_changes,
    one_vintage,
    overlaps,
    plural,
    vintage_of,
)
from locality_profiles.tables.curated import CODE_CHANGE


@pytest.mark.parametrize(
    ("first", "last", "edition"),
    [
        ("S01000001", "S01006505", "data_zone_2001"),
        ("S01006506", "S01013481", "data_zone_2011"),
        ("S01013482", "S01020873", "data_zone_2022"),
        ("S01900001", "S01979999", "data_zone_2011"),  # invented, as all of the next two
        ("S01980001", "S01989999", "data_zone_2022"),
        ("S01990001", "S01999999", "data_zone_2001"),
    ],
)
def test_a_code_tells_its_edition(first, last, edition):
    assert vintage_of([first, last]).tolist() == [edition, edition]


@pytest.mark.parametrize("code", ["S01000000", "S01020874", "S01899999", "S12900001", "S0190001", "zone", "", None])
def test_what_is_a_code_of_no_edition_has_none(code):
    assert vintage_of([code]).tolist() == [""]


def test_codes_may_come_as_a_list_or_as_arrow_columns_or_not_at_all():
    codes = ["S01990001", None, "S01900001"]
    expected = ["data_zone_2001", "", "data_zone_2011"]
    array = pa.array(codes)
    for given_as in (codes, array, array.dictionary_encode(), pa.chunked_array([array[:1], array[1:]])):
        assert vintage_of(given_as).tolist() == expected
    assert vintage_of([]).tolist() == []


def test_codes_of_one_edition_are_that_edition():
    found = one_vintage(["S01980001", "S01980002", "", "Scotland", None])
    assert (found.block_type, found.others.any(), found.what) == ("data_zone_2022", False, "")


def test_codes_of_another_edition_are_pointed_out():
    found = one_vintage(["S01900001", "S01990001", "S01900002", "S01500000", "rubbish"])
    assert found.block_type == "data_zone_2011"
    assert found.others.tolist() == [False, True, False, True, False]
    assert found.what == (
        "found codes of no edition that is known (S01500000) and of 2001 data zones (S01990001) among 2011 data zones"
    )


def test_many_codes_of_another_edition_are_counted_rather_than_listed():
    strange = [f"S0199000{n}" for n in range(1, 6)]
    found = one_vintage([*strange, *(f"S019000{n}" for n in range(10, 20))])
    assert "(S01990001, S01990002, S01990003 and 2 more)" in found.what


def test_of_two_editions_that_are_equally_common_the_usual_one_is_right():
    assert one_vintage(["S01990001", "S01900001"]).block_type == "data_zone_2011"
    assert one_vintage(["S01990001", "S01980001"]).block_type == "data_zone_2001"
    assert one_vintage(["nothing"]).block_type == "data_zone_2011"


def test_an_edition_has_a_name_for_people():
    assert plural("data_zone_2001") == "2001 data zones"


# --- land -----------------------------------------------------------------------------------------


def shares(shapes, others, **options):
    found = overlaps(np.array(shapes), np.array(others), **options)
    return list(zip(found.first.tolist(), found.second.tolist(), found.share.round(6).tolist(), strict=True))


def test_a_zones_land_is_shared_among_the_zones_that_it_became():
    #  one zone of 10 by 10 is cut into 7 and 3
    assert shares([box(0, 0, 10, 10)], [box(0, 0, 7, 10), box(7, 0, 20, 10)]) == [(0, 0, 0.7), (0, 1, 0.3)]


def test_a_sliver_is_left_out():
    # 0.05 of 10 is half a hundredth
    assert shares([box(0, 0, 10, 10)], [box(0, 0, 9.95, 10), box(9.95, 0, 20, 10)]) == [(0, 0, 0.995)]


def test_zones_that_only_touch_share_nothing_and_a_zone_without_an_outline_is_nowhere():
    assert shares([box(0, 0, 1, 1), None], [box(1, 0, 2, 1), None]) == []


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(*[st.integers(0, 30)] * 2, *[st.integers(1, 9)] * 2), min_size=1, max_size=6),
       st.lists(st.tuples(*[st.integers(0, 30)] * 2, *[st.integers(1, 20)] * 2), min_size=1, max_size=6))  # fmt: skip
def test_land_is_what_a_plain_double_loop_finds(zones, others):
    shapes, outlines = ([box(x, y, x + w, y + h) for x, y, w, h in boxes] for boxes in (zones, others))
    plain = [
        (i, j, share)
        for i, shape in enumerate(shapes)
        for j, outline in enumerate(outlines)
        if (share := shape.intersection(outline).area / shape.area) >= 0.01
    ]
    assert shares(shapes, outlines) == [(i, j, round(share, 6)) for i, j, share in plain]


# --- people ---------------------------------------------------------------------------------------


def test_a_zone_that_was_divided_is_shared_by_the_residents_of_its_parts():
    assert balanced_shares(np.array([0, 0]), np.array([0, 1]), np.array([300.0, 100.0])).tolist() == [0.75, 0.25]


def test_residents_of_a_zone_made_of_several_are_not_counted_for_each_of_them():
    # Zone 0 became zone a whole and a corner of b; zone 1 is all the rest of b. All have 100 people.
    found = balanced_shares(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([100.0, 100.0]))
    by_residents_alone = 0.5
    assert found[0] > 0.9 > by_residents_alone
    assert found[2] == 1


def test_a_zone_in_which_nobody_lives_gets_next_to_nothing():
    found = balanced_shares(np.array([0, 0]), np.array([0, 1]), np.array([500.0, 0.0]))
    assert found.tolist() == [1, 0]
    assert balanced_shares(np.array([0]), np.array([0]), np.array([0.0])).tolist() == [1]


def test_no_pairs_give_no_shares():
    nothing = np.zeros(0, dtype=np.int64)
    assert balanced_shares(nothing, nothing, np.zeros(0)).tolist() == []


@settings(deadline=None, max_examples=100)
@given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=30),
       st.lists(st.integers(0, 5_000), min_size=8, max_size=8))  # fmt: skip
def test_shares_of_a_zone_always_add_up_to_one(pairs, people):
    first, second = np.array(sorted(pairs)).T
    share = balanced_shares(first, second, np.array(people, dtype=float))
    assert ((share == 0) | (share >= 0.01 - 1e-12)).all()
    assert np.bincount(first, share)[np.unique(first)] == pytest.approx(1, abs=1e-12)


# --- codes that changed ---------------------------------------------------------------------------


def test_the_packaged_list_of_changes_keeps_its_contract():
    changes = known_code_changes()
    assert changes.schema.names == CODE_CHANGE.schema.names
    rows = changes.to_pylist()
    assert len({(row["area_type"], row["old_code"]) for row in rows}) == len(rows)
    assert {row["kind"] for row in rows} == {"recoded", "redrawn"}
    assert all(row["note"].endswith(".") and row["changed"] for row in rows)


def test_the_packaged_list_holds_the_changes_of_2014_2018_and_2019():
    changes = known_code_changes().to_pylist()
    counted = {}
    for row in changes:
        counted[row["changed"].isoformat()] = counted.get(row["changed"].isoformat(), 0) + 1
    assert counted == {"2014-04-01": 14, "2018-02-02": 6, "2019-04-01": 6}
    now = {(row["area_type"], row["new_code"]): row["old_code"] for row in changes}
    assert now["council_area", "S12000047"] == "S12000015"
    assert now["hscp", "S37000034"] == "S37000015"
    assert now["health_board", "S08000031"] == "S08000021"
    assert now["health_board", "S08000021"] == "S08000007"


def test_codes_of_the_packaged_list_have_the_form_of_their_kind():
    first = {"council_area": "S12", "hscp": "S37", "health_board": "S08"}
    for row in known_code_changes().to_pylist():
        assert row["old_code"][:3] == row["new_code"][:3] == first[row["area_type"]]
        assert row["old_code"] < row["new_code"]
