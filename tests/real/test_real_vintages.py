"""Real conversions, changes of codes and boundaries: totals are kept, and differences told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
import shapely

from locality_profiles.curate.vintages import boundary_changes, code_changes, conversions, recoded
from locality_profiles.geography.membership import place_blocks
from locality_profiles.geography.names import NameBook, slug
from locality_profiles.geography.vintages import known_code_changes, vintage_of
from locality_profiles.sources import Curated, read_extract
from locality_profiles.tables.store import connect

pytestmark = pytest.mark.real

PAIRS = "lookups/lookup_dz01_dz11_humaniverse.csv"
BOARDS = "lookups/hb14_hb19.csv"
LOOKUP = "lookups/dz2011_codes_and_labels_21042020.csv"
LOCALITIES = "lookups/datazone-to-locality-lookup.csv"
DWELLINGS = "housing_census/edinburgh_dz2001_dwellings-council-tax.csv"
PEOPLE = "population/population20_dz11_humaniverse.csv"
SHETLAND_2001 = "boundaries/dz2001_by_lad_S12000027_shetland.json"
SHETLAND_2011 = "boundaries/datazone2011_simplified_shetland.geojson"
ZONES_2011 = "boundaries/datazone2011_simplified_scotland.geojson"
LOCALITY_OUTLINES = "boundaries/hsc_locality_scotpho_scotland.geojson"

Extract = Callable[[str], Curated]


@pytest.fixture(scope="module")
def extract(real_extracts: Path) -> Extract:
    """Reads a file of one table, once."""

    @cache
    def read(name: str) -> Curated:
        (one,) = read_extract(real_extracts / name)
        return one.curated

    return read


@pytest.fixture(scope="module")
def connection(extract: Extract) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as opened:
        pairs = extract(PAIRS).tables["block_conversion"]
        opened.register("pairs", pairs.append_column("extract_id", pa.array(["pairs"] * len(pairs))))
        opened.register("people", extract(PEOPLE).tables["population"])
        yield opened


def outlines(extract: Extract, name: str) -> tuple[np.ndarray, np.ndarray]:
    table = extract(name).tables["boundary"]
    return np.array(table["area_code"].to_pylist(), dtype=object), shapely.from_wkb(table["geometry"].to_numpy())


# --- editions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "table", "column", "edition"), [
    (PEOPLE, "population", "block_code", "data_zone_2011"),
    ("population/sape-2021-persons.xlsx", "population", "block_code", "data_zone_2011"),
    ("deprivation/simd2020v2_22062020.csv", "deprivation", "block_code", "data_zone_2011"),
    ("lookups/datazone2011_urban_rural_2020.csv", "classification", "block_code", "data_zone_2011"),
    (DWELLINGS, "household", "block_code", "data_zone_2001"),
    (SHETLAND_2001, "boundary", "area_code", "data_zone_2001"),
    (ZONES_2011, "boundary", "area_code", "data_zone_2011"),
])  # fmt: skip
def test_codes_of_every_extract_by_data_zone_are_of_the_edition_that_it_says(
    extract: Extract, name: str, table: str, column: str, edition: str
) -> None:
    found = extract(name).tables[table]
    assert set(vintage_of(found[column])) == {edition}
    assert set(found[column.replace("code", "type")].to_pylist()) == {edition}


# --- conversions ----------------------------------------------------------------------------------


def test_the_pairs_hold_every_zone_of_2001_and_of_2011(extract: Extract) -> None:
    table = extract(PAIRS).tables["block_conversion"]
    assert (len(table), len(set(table["from_code"].to_pylist())), len(set(table["to_code"].to_pylist()))) == (
        10_437, 6_505, 6_976,
    )  # fmt: skip


def test_every_zone_of_2001_is_shared_whole_and_most_lie_in_one_zone(
    extract: Extract, connection: duckdb.DuckDBPyConnection
) -> None:
    table = conversions(connection, "from pairs", None, "from people")
    added: Counter[str] = Counter()
    for zone, weight in zip(table["from_code"].to_pylist(), table["weight"].to_pylist(), strict=True):
        added[zone] += weight
    assert len(added) == 6_505
    assert list(added.values()) == pytest.approx([1] * 6_505, abs=1e-12)
    one_way = {zone for zone, method in zip(table["from_code"].to_pylist(), table["method"].to_pylist(), strict=True)
               if method == "supplied"}  # fmt: skip
    assert len(one_way) == 4_100
    # One zone of 2011 has less than a hundredth of every zone that it was made of.
    assert len(set(table["to_code"].to_pylist())) >= 6_975


@pytest.mark.parametrize("population", [None, "from people"])
def test_dwellings_of_edinburgh_keep_their_total(
    extract: Extract, connection: duckdb.DuckDBPyConnection, population: str | None
) -> None:
    connection.register("dwelling", extract(DWELLINGS).tables["household"])
    connection.register("conversion", conversions(connection, "from pairs", None, population))
    by_year = connection.sql("""
        with converted as (
            select d.period_start, sum(value * weight) as reached
            from dwelling d join conversion c on c.from_type = d.block_type and c.from_code = d.block_code
            where category = 'all' group by all)
        select period_start, sum(value), any_value(reached) from dwelling join converted using (period_start)
        where category = 'all' group by all order by all""").fetchall()
    assert len(by_year) == 11
    assert (by_year[0][1], by_year[-1][1]) == (219_151, 238_563)
    for _, supplied, reached in by_year:
        assert reached == pytest.approx(supplied, abs=1e-6)


def test_residents_balanced_over_the_pairs_tell_more_than_equal_parts(
    real_extracts: Path, extract: Extract, connection: duckdb.DuckDBPyConnection
) -> None:
    """Dwellings of 2013 in zones of 2001, converted, beside households of the 2022 census in zones of 2011."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(
        str(real_extracts / "housing_census/table_2025-02-22_14-58-47_accommodation2022_dz11.xlsx")
    )
    counted = {row[1]: row[2] for row in book.get_sheet_by_name("Data Sheet 0").to_python() if str(row[1])[:3] == "S01"}
    connection.register("census", pa.table({"zone": list(counted), "households": list(counted.values())}))
    connection.register("dwelling", extract(DWELLINGS).tables["household"])
    out = {}
    for name, population in (("equal", None), ("balanced", "from people")):
        connection.register("conversion", conversions(connection, "from pairs", None, population))
        out[name], zones = connection.sql("""
            select avg(abs(reached - households)), count(*) from (
                select to_code as zone, sum(value * weight) as reached
                from conversion join dwelling on block_code = from_code
                where category = 'all' and year(period_start) = 2013 group by all)
            join census using (zone)""").fetchall()[0]
        assert zones > 590
    # On average a zone is out by 95 dwellings in equal parts and by 51 when residents are balanced.
    assert out["equal"] == pytest.approx(95, abs=1)
    assert out["balanced"] < 0.6 * out["equal"]


def test_shetlands_zones_by_land_and_by_people_differ_in_four_of_thirty(
    extract: Extract, connection: duckdb.DuckDBPyConnection
) -> None:
    drawn = {"data_zone_2001": outlines(extract, SHETLAND_2001), "data_zone_2011": outlines(extract, SHETLAND_2011)}
    for name, land_first in (("land", True), ("residents", False)):
        table = conversions(connection, "from pairs", drawn, "from people", land_first=land_first)
        connection.register(f"by_{name}", table)
    differing = connection.sql("""
        select from_code, 0.5 * sum(abs(coalesce(l.weight, 0) - coalesce(r.weight, 0))) as elsewhere
        from (from by_land where from_code between 'S01005492' and 'S01005521') l
        full join (from by_residents where from_code between 'S01005492' and 'S01005521') r using (from_code, to_code)
        group by all having elsewhere > 1e-9 order by all""").fetchall()
    assert {zone: round(share, 2) for zone, share in differing} == {
        "S01005501": 0.79,  # round Lerwick: half of its land is in the country, nearly all of its people in the town
        "S01005504": 0.08, "S01005508": 0.16, "S01005509": 0.27,
    }  # fmt: skip
    reached = connection.sql(
        "select distinct from_code from by_land where from_code between 'S01005492' and 'S01005521'"
    )
    assert len(reached.fetchall()) == 30


def test_outlines_alone_convert_all_thirty_zones_of_shetland(
    extract: Extract, connection: duckdb.DuckDBPyConnection
) -> None:
    drawn = {"data_zone_2001": outlines(extract, SHETLAND_2001), "data_zone_2011": outlines(extract, SHETLAND_2011)}
    table = conversions(connection, None, drawn)
    assert len(set(table["from_code"].to_pylist())) == len(set(table["to_code"].to_pylist())) == 30
    paired = extract(PAIRS).tables["block_conversion"]
    pairs = set(zip(paired["from_code"].to_pylist(), paired["to_code"].to_pylist(), strict=True))
    largest: dict[str, tuple[float, str]] = {}
    for start, end, weight in zip(*(table[c].to_pylist() for c in ("from_code", "to_code", "weight")), strict=True):
        largest[start] = max(largest.get(start, (0.0, "")), (weight, end))
    assert all((start, end) in pairs for start, (_, end) in largest.items())


# --- codes ----------------------------------------------------------------------------------------


def test_the_published_list_of_boards_gives_the_changes_that_the_project_knows(extract: Extract) -> None:
    """The list archives a code on its last day (1 February 2018); a change is dated by the new code's first day."""
    names = ("old_code", "new_code", "area_name", "changed", "kind", "note")
    published = {row["old_code"]: row for row in extract(BOARDS).tables["code_change"].select(names).to_pylist()}
    known = {
        row["old_code"]: {name: row[name] for name in names}
        for row in known_code_changes().to_pylist()
        if row["area_type"] == "health_board" and row["changed"] > date(2014, 4, 1)
    }
    assert published == known
    assert {row["changed"] for row in published.values()} == {date(2018, 2, 2), date(2019, 4, 1)}


def test_known_changes_lead_to_the_codes_of_the_published_lookup(
    extract: Extract, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.register("area", extract(LOOKUP).tables["area"])
    connection.register("change", code_changes(connection))
    table = recoded(connection, "from change", "from area")
    assert table.num_rows == known_code_changes().num_rows == 26
    current = {"S08000004": "S08000029", "S08000007": "S08000031", "S12000015": "S12000047", "S37000021": "S37000035"}
    led = dict(zip(table["block_code"].to_pylist(), table["area_code"].to_pylist(), strict=True))
    assert {code: led[code] for code in current} == current
    in_lookup = set(extract(LOOKUP).tables["area"]["area_code"].to_pylist())
    assert set(led.values()) <= in_lookup
    assert not set(led) & in_lookup


# --- boundaries -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def moved(extract: Extract, connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Localities as outlined about 2019 beside the published lookup of 22 partnerships."""
    members = extract(LOOKUP).tables["membership"].to_pylist()
    partnership = {row["block_code"]: row["area_code"] for row in members if row["area_type"] == "hscp"}
    areas = extract(LOOKUP).tables["area"].to_pylist()
    book = NameBook(
        [(row["area_code"], row["area_name"]) for row in areas if row["area_type"] == "hscp"]
        + [(row["parent_code"], row["area_name"]) for row in areas if row["area_type"] == "council_area"]
    )
    published = extract(LOCALITIES).tables["membership"].to_pylist()
    connection.register("published", pa.Table.from_pylist([
        {"block_code": row["block_code"], "area_name": row["place_name"],
         "area_code": f"{partnership[row['block_code']]}/{slug(row['place_name'])}"} for row in published
    ]))  # fmt: skip
    drawn = extract(LOCALITY_OUTLINES).tables["boundary"]
    names = drawn["place_name"].to_pylist()
    parents = np.array([book.code(name) for name in drawn["place_parent"].to_pylist()], dtype=object)
    codes, shapes = outlines(extract, ZONES_2011)
    placed = place_blocks(
        shapes, np.array([partnership[code] for code in codes], dtype=object),
        shapely.from_wkb(drawn["geometry"].to_numpy()), parents,
    )  # fmt: skip
    connection.register("outlined", pa.table({
        "block_code": list(codes), "area_name": [names[at] for at in placed.area],
        "area_code": [f"{parents[at]}/{slug(names[at])}" for at in placed.area],
    }))  # fmt: skip
    editions = {"outlines of 2019": "from outlined", "published lookup": "from published"}
    return list(boundary_changes(connection, "locality", editions, "from people").to_pylist())


def test_renamed_localities_are_told_from_moved_ones(moved: list[dict[str, Any]]) -> None:
    notes = Counter(row["note"] for row in moved if row["kind"] == "renamed")
    assert notes == {
        "Renfrewshire North West and South is now called West Renfrewshire": 134,
        "Oban and Lorn is now called Oban, Lorn and the Inner Isles": 22,
        "Islay Jura and Colonsay is now called Islay and Jura": 5,
        "Mull Iona Coll and Tiree is now called Mull, Iona, Coll, Tiree and Colonsay": 5,
    }


def test_aberdeens_four_localities_became_three_by_moving_zones_about(moved: list[dict[str, Any]]) -> None:
    aberdeen = [row for row in moved if (row["from_area"] or "").startswith("S37000001/")]
    assert len(aberdeen) == 113
    assert {row["kind"] for row in aberdeen} == {"moved"}
    assert sum(row["persons"] for row in aberdeen) == 95_533
    assert "S37000001/aberdeen-west" not in {row["to_area"] for row in aberdeen}


def test_partnerships_that_the_lookup_leaves_out_are_not_compared(moved: list[dict[str, Any]]) -> None:
    assert len(moved) == 312
    assert all(row["from_area"] and row["to_area"] for row in moved)
    assert not [row for row in moved if row["from_area"].startswith("S37000026/")]
