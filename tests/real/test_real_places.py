"""The real lookups, deprivation tables and boundaries read whole, and say what is known of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from locality_profiles.sources import ReadExtract, read_extract

pytestmark = pytest.mark.real

ZONES = 6_976
SHETLAND = {f"S0101{number}" for number in range(2387, 2417)}

OPEN_DATA_LOOKUP = "lookups/dz2011_codes_and_labels_21042020.csv"
GOVERNMENT_LOOKUP = "lookups/DataZone2011lookup_2024-12-16.csv"
LOCALITY_LOOKUP = "lookups/datazone-to-locality-lookup.csv"
URBAN_RURAL = "lookups/datazone2011_urban_rural_2020.csv"
QUINTILES = "deprivation/simd2020v2_22062020.csv"
RANKS = "deprivation/SIMD+2020v2+-+ranks.csv"
INDICATORS = "deprivation/SIMD2020v2_indicators.csv"
INDICATORS_BOOK = "deprivation/SIMD+2020v2+-+indicators.xlsx"


@pytest.fixture(scope="module")
def extract(real_extracts: Path) -> Callable[[str], ReadExtract]:
    """Reads a file of one table, once."""

    @cache
    def read(name: str) -> ReadExtract:
        (one,) = read_extract(real_extracts / name)
        return one

    return read


def columns(table: Any, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def members(read: ReadExtract) -> dict[tuple[str, str], str]:
    """(data zone, kind of area) -> area."""
    table = read.curated.tables["membership"]
    return {(zone, kind): code for zone, kind, code in columns(table, "block_code", "area_type", "area_code")}


# --- lookups --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        (OPEN_DATA_LOOKUP, {"intermediate_zone_2011": 1279, "council_area": 32, "hscp": 31, "health_board": 14}),
        (
            GOVERNMENT_LOOKUP,
            {"intermediate_zone_2011": 1279, "ward": 355, "council_area": 32, "hscp": 31, "health_board": 14},
        ),
    ],
)
def test_a_lookup_places_every_data_zone(extract: Any, name: str, kinds: dict[str, int]) -> None:
    tables = extract(name).curated.tables
    assert Counter(tables["area"]["area_type"].to_pylist()) == {"data_zone_2011": ZONES, "country": 1, **kinds}
    assert Counter(tables["membership"]["area_type"].to_pylist()) == dict.fromkeys([*kinds, "country"], ZONES)


def test_wards_are_best_fits_and_the_rest_is_exact(extract: Any) -> None:
    table = extract(GOVERNMENT_LOOKUP).curated.tables["membership"]
    found = Counter(columns(table, "area_type", "method", "grade", "estimated"))
    assert found.pop(("ward", "lookup_best_fit", 3, True)) == ZONES
    assert {key[1:] for key in found} == {("lookup", 1, False)}


def test_every_area_but_the_country_has_the_parent_that_the_ladder_names(extract: Any) -> None:
    areas = extract(GOVERNMENT_LOOKUP).curated.tables["area"]
    assert set(columns(areas, "area_type", "parent_type")) == {
        ("data_zone_2011", "intermediate_zone_2011"), ("intermediate_zone_2011", "council_area"),
        ("ward", "council_area"), ("council_area", "hscp"), ("hscp", "health_board"), ("health_board", "country"),
        ("country", None),
    }  # fmt: skip


def test_the_two_lookups_agree_on_every_zone_and_name(extract: Any) -> None:
    ours, theirs = members(extract(OPEN_DATA_LOOKUP)), members(extract(GOVERNMENT_LOOKUP))
    assert ours == {key: code for key, code in theirs.items() if key[1] != "ward"}
    named = [
        {
            row[1:]
            for row in columns(extract(name).curated.tables["area"], "area_type", "area_code", "area_name")
            if row[0] in ("council_area", "hscp", "health_board", "country")
        }
        for name in (OPEN_DATA_LOOKUP, GOVERNMENT_LOOKUP)
    ]
    assert named[0] == named[1]


def test_shetlands_zones_lie_in_its_council_partnership_and_board(extract: Any) -> None:
    found = members(extract(OPEN_DATA_LOOKUP))
    for kind, code in (("council_area", "S12000027"), ("hscp", "S37000026"), ("health_board", "S08000026")):
        assert {zone for (zone, of), area in found.items() if of == kind and area == code} == SHETLAND
    inner = {found[zone, "intermediate_zone_2011"] for zone in SHETLAND}
    assert inner == {f"S020023{number}" for number in range(22, 29)}


def test_one_partnership_holds_two_councils(extract: Any) -> None:
    areas = columns(extract(OPEN_DATA_LOOKUP).curated.tables["area"], "area_type", "parent_code")
    councils = Counter(parent for kind, parent in areas if kind == "council_area")
    assert [code for code, number in councils.items() if number > 1] == ["S37000005"]


def test_the_governments_names_have_no_stray_blanks(extract: Any) -> None:
    read = extract(GOVERNMENT_LOOKUP)
    names = read.curated.tables["area"]["area_name"].to_pylist()
    assert read.raw.notes == ("read as Windows-1252",)
    assert "Annandale East and Eskdale" in names
    assert "Bo’ness and Blackness" in names
    assert not [name for name in names if name != name.strip() or "\xa0" in name]


def test_the_published_locality_lookup_reads_in_spite_of_its_wrong_codes(extract: Any) -> None:
    read = extract(LOCALITY_LOOKUP)
    table = read.curated.tables["membership"]
    assert len(table) == 5_219
    assert read.curated.notes == ("cells of column 'CA' that are not council codes: 153, first in row 4156",)
    localities = set(zip(read.raw.columns["SubHSCP"].to_pylist(), table["place_name"].to_pylist(), strict=True))
    assert len(localities) == 97
    places = members(extract(OPEN_DATA_LOOKUP))
    partnerships = {zone: places[zone, "hscp"] for zone in table["block_code"].to_pylist()}
    assert len(set(partnerships.values())) == 22
    assert not SHETLAND & set(partnerships)
    given = dict(columns(table, "block_code", "place_parent"))
    assert sum(given[zone] != code for zone, code in partnerships.items()) == 153
    councils = read.raw.columns["CA"].to_pylist()
    zones = read.raw.columns["DataZone"].to_pylist()
    assert sum(places[zone, "council_area"] != code for zone, code in zip(zones, councils, strict=True)) == 809


def test_every_data_zone_has_a_class_in_each_urban_rural_scheme(extract: Any) -> None:
    read = extract(URBAN_RURAL)
    schemes = Counter(read.curated.tables["classification"]["scheme"].to_pylist())
    assert schemes == {f"urban_rural_{folds}fold_2020": ZONES for folds in (2, 3, 6, 8)}


@pytest.mark.parametrize("name", ["lookups/argyllbutesubhscp.csv", "lookups/highlandsubhscp.csv"])
def test_lists_of_localities_without_data_zones_are_left_alone(real_extracts: Path, name: str) -> None:
    assert read_extract(real_extracts / name) == []


# --- deprivation ----------------------------------------------------------------------------------


def test_the_two_layouts_of_the_index_have_the_same_ranks(extract: Any) -> None:
    ranks = columns(extract(RANKS).curated.tables["deprivation"], "domain", "block_code", "rank", "index")
    overall = {zone: rank for domain, zone, rank, _ in ranks if domain == "overall"}
    table = extract(QUINTILES).curated.tables["deprivation"]
    assert dict(columns(table, "block_code", "rank")) == overall
    assert sorted(overall.values()) == list(range(1, ZONES + 1))
    assert len(ranks) == 8 * ZONES
    assert {row[3] for row in ranks} == set(table["index"].to_pylist()) == {"simd_2020v2"}


def test_quintiles_are_weighted_by_people(extract: Any) -> None:
    table = extract(QUINTILES).curated.tables["deprivation"]
    by_rank = np.ceil(np.array(table["rank"].to_pylist()) / (ZONES / 10))
    assert int((by_rank != np.array(table["decile"].to_pylist())).sum()) == 481
    shetland = Counter(q for zone, q in columns(table, "block_code", "quintile") if zone in SHETLAND)
    assert shetland == {2: 2, 3: 12, 4: 16}


def test_the_workbook_and_the_csv_of_indicators_hold_the_same_counts(extract: Any) -> None:
    text, book = extract(INDICATORS), extract(INDICATORS_BOOK)
    assert book.raw.sheet == "Data"
    assert text.curated.tables["deprivation"].equals(book.curated.tables["deprivation"])
    assert text.curated.claims == book.curated.claims


def test_the_indicators_count_the_people_of_2017(extract: Any) -> None:
    read = extract(INDICATORS)
    table = columns(read.curated.tables["deprivation"], "domain", "people", "status")
    assert len(table) == 2 * ZONES
    assert sum(people for domain, people, _ in table if domain == "income") == 5_424_800
    assert {status for _, _, status in table} == {"actual", "true_zero"}
    assert "data zones with more employment-deprived people than people, kept as supplied: 1" in read.curated.notes


def test_the_three_tables_of_the_index_claim_different_slices(extract: Any) -> None:
    claims = [claim for name in (QUINTILES, RANKS, INDICATORS) for claim in extract(name).curated.claims]
    assert len(claims) == len(set(claims))


# --- boundaries -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "area_type", "areas", "mended"),
    [
        ("council_area_scotpho_scotland.geojson", "council_area", 32, 0),
        ("datazone2011_simplified_scotland.geojson", "data_zone_2011", ZONES, 10),
        ("datazone2011_simplified_shetland.geojson", "data_zone_2011", 30, 0),
        ("dz2001_by_lad_S12000027_shetland.json", "data_zone_2001", 30, 0),
        ("health_board_scotpho_scotland.geojson", "health_board", 14, 0),
        ("hsc_locality_scotpho_scotland.geojson", "locality", 130, 0),
        ("hsc_locality_scotpho_shetland.geojson", "locality", 7, 0),
        ("hscp_scotpho_scotland.geojson", "hscp", 31, 0),
        ("intzone2011_simplified_scotland.geojson", "intermediate_zone_2011", 1279, 12),
    ],
)
def test_outlines_are_valid_polygons_in_scotland(
    extract: Any, name: str, area_type: str, areas: int, mended: int
) -> None:
    read = extract(f"boundaries/{name}")
    table = read.curated.tables["boundary"]
    assert Counter(table["area_type"].to_pylist()) == {area_type: areas}
    shapes = shapely.from_wkb(table["geometry"].to_numpy())
    assert shapely.is_valid(shapes).all()
    assert {shape.geom_type for shape in shapes} <= {"Polygon", "MultiPolygon"}
    west, south, east, north = shapely.total_bounds(shapes)
    assert west > 0
    assert south > 520_000
    assert east < 480_000
    assert north < 1_225_000
    assert read.curated.notes == (
        (f"outlines that crossed or nested their own rings, mended: {mended}",) if mended else ()
    )


def test_areas_on_the_grid_are_as_large_as_the_file_says(extract: Any) -> None:
    read = extract("boundaries/dz2001_by_lad_S12000027_shetland.json")
    shapes = shapely.from_wkb(read.curated.tables["boundary"]["geometry"].to_numpy())
    published = np.array([float(area) for area in read.raw.columns["Shape_Area"].to_pylist()])
    assert shapely.area(shapes) == pytest.approx(published, rel=0.01)


def test_data_zones_of_2001_share_no_code_with_those_of_2011(extract: Any) -> None:
    old = extract("boundaries/dz2001_by_lad_S12000027_shetland.json").curated.tables["boundary"]["area_code"]
    assert not {zone for zone, _ in members(extract(OPEN_DATA_LOOKUP))} & set(old.to_pylist())


def test_every_zone_and_intermediate_zone_of_the_lookup_has_an_outline(extract: Any) -> None:
    areas = columns(extract(OPEN_DATA_LOOKUP).curated.tables["area"], "area_type", "area_code")
    for name in ("datazone2011", "intzone2011"):
        outlines = extract(f"boundaries/{name}_simplified_scotland.geojson").curated.tables["boundary"]
        (area_type,) = set(outlines["area_type"].to_pylist())
        assert set(outlines["area_code"].to_pylist()) == {code for kind, code in areas if kind == area_type}


def test_shetland_has_seven_named_localities(extract: Any) -> None:
    areas = extract("boundaries/hsc_locality_scotpho_shetland.geojson").curated.tables["area"]
    assert len(areas) == 7
    assert set(areas["place_parent"].to_pylist()) == {"Shetland"}
    assert all(code.startswith("S99") for code in areas["source_code"].to_pylist())
    assert areas["area_code"].null_count == 7


def test_localities_of_all_31_partnerships_are_outlined(extract: Any) -> None:
    table = extract("boundaries/hsc_locality_scotpho_scotland.geojson").curated.tables["boundary"]
    localities = Counter(table["place_parent"].to_pylist())
    assert len(localities) == 31
    assert localities["Aberdeen City"] == 4


def test_hospital_points_are_not_taken_for_areas(real_extracts: Path) -> None:
    kinds = {one.kind for one in read_extract(real_extracts / "boundaries/points_scotland_hospitals24.json")}
    assert "boundary" not in kinds
