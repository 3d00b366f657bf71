"""What a file suggests is taken and told; what a person says stands; what stays open is asked."""

from __future__ import annotations

import pytest
from pictures import csv_file, geojson, square, workbook

from locality_profiles.errors import ExtractRefused, WorkspaceError
from locality_profiles.proposing import Said, check_name, plural_of, propose

ZONES = """
    DataZone  | Patch | Share
    S01900001 | North | 1
    S01900002 | North | 0.5
    S01900002 | South | 0.5
    S01900003 | South | 1
"""
POINTS = """
    Surgery | Post Code | Easting | Northing
    Ness    | ZZ9 9ZZ   | 400000  | 1200000
    Wick    | ZZ9 9ZY   | 410000  | 1200000
"""


@pytest.fixture
def outlines(tmp_path):
    return geojson(
        tmp_path / "patches.geojson",
        ({"Patch": "North", "Code": "S13900001", "id": 1}, square(-3, 56, 0.1)),
        ({"Patch": "South", "Code": "S13900002", "id": 2}, square(-3, 55.9, 0.1)),
    )


def suggested(path, name="patch", **said):
    return propose(name, path, Said(**said))


def test_outlines_are_told_by_their_content(outlines):
    found = suggested(outlines)
    system = found.system
    assert (system.name, system.origin, system.fit) == ("patch", "polygons", "largest_overlap")
    assert (system.title, system.plural) == ("Patch", "Patches")
    assert (system.name_column, system.code_column) == ("Patch", "Code")
    assert system.file == str(outlines)
    assert found.taken == {"title": "Patch", "plural": "Patches", "name_column": "Patch", "code_column": "Code"}
    assert "The file holds 2 outlines." in found.why


def test_a_table_of_data_zones_is_told_by_its_codes(tmp_path):
    system = suggested(csv_file(tmp_path / "patches.csv", ZONES)).system
    assert (system.origin, system.block_column, system.name_column) == ("file", "DataZone", "Patch")
    assert (system.weight_column, system.block_type) == ("Share", "data_zone_2011")


def test_a_table_may_stand_below_a_title_on_a_later_sheet(tmp_path):
    book = workbook(tmp_path / "patches.xlsx", Notes="Made in June", Patches=f"Our patches\n{ZONES}")
    system = suggested(book).system
    assert (system.block_column, system.name_column) == ("DataZone", "Patch")


def test_zones_of_another_edition_are_known_by_their_codes(tmp_path):
    old = ZONES.replace("S0190000", "S0199000")
    found = suggested(csv_file(tmp_path / "patches.csv", old))
    assert found.system.block_type == "data_zone_2001"
    assert found.taken["blocks"] == "data_zone_2001"


def test_points_are_known_by_their_headings_and_coordinates_go_before_postcodes(tmp_path):
    system = suggested(csv_file(tmp_path / "surgeries.csv", POINTS), "catchment").system
    assert (system.origin, system.name_column) == ("points", "Surgery")
    assert (system.x_column, system.y_column, system.postcode_column) == ("Easting", "Northing", None)


def test_points_may_be_placed_by_postcode_instead(tmp_path):
    system = suggested(csv_file(tmp_path / "surgeries.csv", POINTS), postcode_column="Post Code").system
    assert (system.x_column, system.y_column, system.postcode_column) == (None, None, "Post Code")


def test_what_is_said_is_not_guessed(outlines):
    found = suggested(outlines, title="Bit", plural="Bits & pieces", name_column="id", code_column="Code", fit="land")
    assert found.taken == {}
    assert (found.system.title, found.system.plural, found.system.fit) == ("Bit", "Bits & pieces", "land")
    assert found.system.name_column == "id"


def test_a_kind_of_area_that_has_a_name_for_people_keeps_it(outlines):
    system = suggested(outlines, "gp_cluster").system
    assert (system.title, system.plural) == ("GP cluster", "GP clusters")


@pytest.mark.parametrize(
    ("title", "plural"),
    [("Ward", "Wards"), ("Locality", "Localities"), ("Bay", "Bays"), ("Parish", "Parishes"), ("Bus", "Buses")],
)
def test_several_of_a_thing(title, plural):
    assert plural_of(title) == plural


@pytest.mark.parametrize(
    ("drawing", "said", "message"),
    [
        ("Place | People\nNess | 4\nWick | 5", {}, ["no column holds codes of data zones", "--block-column",
                                                    "Its columns: 'Place', 'People'"]),
        ("DataZone | Number\nS01900001 | 1\nS01900002 | 2", {}, ["which column names the areas", "--name-column"]),
        (ZONES, {"name_column": "Pach"}, ["column 'Pach': there is no such column", "Did you mean 'Patch'?"]),
    ],
    ids=["no data zones", "no names", "no such column"],
)  # fmt: skip
def test_what_stays_open_is_asked_with_what_was_seen(tmp_path, drawing, said, message):
    path = csv_file(tmp_path / "patches.csv", drawing)
    with pytest.raises(ExtractRefused) as refused:
        suggested(path, **said)
    for phrase in ("patches.csv", *message):
        assert phrase in str(refused.value)


def test_points_drawn_in_a_map_are_asked_for_as_a_table(tmp_path):
    path = geojson(tmp_path / "points.geojson", ({"name": "Ness"}, {"type": "Point", "coordinates": [-3, 56]}))
    with pytest.raises(ExtractRefused, match="Points are read from a table"):
        suggested(path)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"block_column": "Patch"}, "read as outlines, with which --block-column cannot be said"),
        ({"fit": "centriod"}, "Did you mean 'centroid'?"),
        ({"blocks": "data_zone_2012"}, "data_zone_2011, data_zone_2022"),
        ({"x_column": "Easting"}, "go together"),
    ],
)
def test_what_does_not_go_with_the_file_is_called_wrongly(outlines, said, message):
    with pytest.raises(WorkspaceError, match=message):
        suggested(outlines, **said)


@pytest.mark.parametrize("name", ["ward", "locality", "gp_cluster", "patch_2", "p"])
def test_a_name_may_be_any_word_in_small_letters(name):
    check_name(name)


@pytest.mark.parametrize(
    ("name", "instead"),
    [("Community Councils", "Call it community_councils"), ("2026 wards", "Call it area_2026_wards"),
     ("Sgìre", "Call it sgire"), ("out", "lies in no area"), ("hscp", "own_hscp"),
     ("data_zone_2011", "own_data_zone_2011")],
)  # fmt: skip
def test_a_name_that_will_not_do_is_answered_with_one_that_will(name, instead):
    with pytest.raises(WorkspaceError, match=instead):
        check_name(name)
