"""The register beside the real outlines and lookups, and overlaps, links and list inflation of the real country."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pictures import rows

from locality_profiles.curate.overlaps import area_overlaps, checked_parents, inflation, system_links, unplaced_lists
from locality_profiles.geography.names import NameBook, slug
from locality_profiles.geography.register import match, missing_sentences, partnerships, register
from locality_profiles.sources import read_extract
from locality_profiles.tables.store import connect

pytestmark = pytest.mark.real

LOOKUP = "lookups/dz2011_codes_and_labels_21042020.csv"
LOCALITY_LOOKUP = "lookups/datazone-to-locality-lookup.csv"
OUTLINES = "boundaries/hsc_locality_scotpho_scotland.geojson"
DIRECTORY = "gp_practice/gp_practice_contactdetails_apr2024.csv"
LISTS = "gp_practice/gp_practice_listsizes_oct2023_jan2024_apr2024.csv"
PERSONS = "population/sape-2021-persons.xlsx"
LARGER = ("intermediate_zone_2011", "council_area", "hscp", "health_board", "country")
Read = Callable[[str, str], pa.Table]


@pytest.fixture(scope="module")
def read(real_extracts: Path) -> Read:
    """One table of a file of the folder, read once."""

    @cache
    def table(file: str, name: str) -> pa.Table:
        (found,) = read_extract(real_extracts / file)
        return found.curated.tables[name]

    return table


@pytest.fixture(scope="module")
def db(read: Read) -> Iterator[duckdb.DuckDBPyConnection]:
    """The real country: zones in larger areas and in the published localities, residents, practices and lists."""
    with connect() as connection:
        for name, file, table in (
            ("lookup", LOOKUP, "membership"), ("area", LOOKUP, "area"), ("published", LOCALITY_LOOKUP, "membership"),
            ("population", PERSONS, "population"), ("service", DIRECTORY, "service"),
            ("registration", LISTS, "registration"),
        ):  # fmt: skip
            connection.register(name, read(file, table))
        connection.execute("""
            create table membership as
            select block_type, block_code, area_type, area_code, weight from lookup
            union all
            select z.block_type, z.block_code, 'locality',
                z.area_code || '/' || coalesce(lower(replace(trim(p.place_name), ' ', '-')), 'OUT'), 1
            from lookup z left join published p using (block_type, block_code) where z.area_type = 'hscp'""")
        connection.execute("create table people as select block_code, sum(persons) as persons from population "
                           "where sex = 'all' group by 1")  # fmt: skip
        yield connection


# --- the register ---------------------------------------------------------------------------------


def registered(areas: list[tuple[str, str]]) -> pa.Table:
    """The register beside localities given as (partnership's name or code, name)."""
    book = NameBook([(p.code, name) for p in partnerships() for name in (p.code, p.name)])
    coded = [(book.code(partnership), name) for partnership, name in areas]
    assert all(code for code, _ in coded)
    return match(register(), [(str(code), f"{code}/{slug(name)}", name) for code, name in coded])


@pytest.fixture(scope="module")
def outlined(read: Read) -> pa.Table:
    return registered(rows(read(OUTLINES, "boundary"), "place_parent", "place_name"))


def test_partnerships_and_boards_are_those_of_the_lookup(read):
    area = read(LOOKUP, "area").to_pylist()
    names = {row["area_code"]: row["area_name"] for row in area if row["area_type"] == "hscp"}
    boards = {row["area_code"] for row in area if row["area_type"] == "health_board"}
    assert {p.code: p.name for p in partnerships()} == names
    assert {p.health_board_code for p in partnerships()} == boards


def test_every_outline_is_a_locality_that_the_register_knows(outlined):
    assert outlined.num_rows == len(register())
    assert sum(outlined["found"].to_pylist()) == outlined.num_rows


def test_each_of_130_outlines_is_told_once_by_what_stands_or_stood(outlined):
    codes = Counter(code for code, change in rows(outlined, "area_code", "change") if code and change != "merged")
    assert len(codes) == 130
    assert set(codes.values()) == {1}


def test_the_outlines_lack_nothing_and_hold_four_localities_of_before_a_change(outlined):
    assert missing_sentences(outlined, [p.code for p in partnerships()]) == [
        "The extracts hold 4 localities as they were before a change that the register knows: "
        "Aberdeen West (Aberdeen City); Central Inverclyde (Inverclyde); "
        "Moray East - Buckie / Cullen, Keith, Speyside (Moray); Moray West - Elgin / Lossiemouth, Forres (Moray)."
    ]


def test_the_published_lookup_knows_97_localities_of_22_partnerships_and_no_other(read, db):
    areas = db.execute("""select distinct l.area_code, p.place_name from published p
        join lookup l using (block_type, block_code) where l.area_type = 'hscp'""").fetchall()
    table = registered(areas)
    assert len(areas) == 97
    assert table.num_rows == len(register())
    assert len({row["partnership_code"] for row in table.to_pylist() if row["found"]}) == 22
    assert [text for text in missing_sentences(table) if "lack" in text] == []
    lack = missing_sentences(table, [p.code for p in partnerships()])[0]
    assert "all 7 of Shetland Islands" in lack


# --- overlaps and links ---------------------------------------------------------------------------


def test_overlaps_with_larger_areas_add_up_to_the_people_of_each_locality(db):
    db.register("overlap", area_overlaps(db, "membership", "people", ["locality", *LARGER]))
    whole = dict(db.execute("select area_code, sum(persons * weight) from membership join people using (block_code) "
                            "where area_type = 'locality' group by 1").fetchall())  # fmt: skip
    for other in LARGER:
        parts = db.execute("""select area_code, sum(persons), sum(share_of_area) from overlap
            where area_type = 'locality' and other_type = ? group by 1""", [other]).fetchall()  # fmt: skip
        assert {code: round(persons, 3) for code, persons, _ in parts} == pytest.approx(whole)
        assert [share for _, _, share in parts] == pytest.approx([1] * len(whole))


def test_systems_nest_as_the_law_draws_them(db):
    table = system_links(db, "membership", "people", ["locality", *LARGER])
    links: dict[tuple[str, str], Any] = {row[:2]: row[2:] for row in rows(
        table, "child_type", "parent_type", "relation", "areas", "nested_areas")}  # fmt: skip
    assert links["locality", "hscp"] == ("nested", 97, 97)
    assert links["council_area", "hscp"] == ("nested", 32, 32)
    assert links["hscp", "health_board"] == ("nested", 31, 31)
    assert links["health_board", "country"] == ("nested", 14, 14)
    assert links["intermediate_zone_2011", "council_area"] == ("nested", 1279, 1279)
    # The published lookup covers 22 partnerships, and some of its localities cut intermediate zones.
    assert links["intermediate_zone_2011", "locality"] == ("partly_nested", 950, 883)


def test_every_declared_parent_of_the_lookup_holds_its_areas(db):
    checked = checked_parents(db, "membership", "area", ["locality", *LARGER])
    assert checked.notes == ()
    assert ("council_area", "S12000005", "hscp", "S37000005") in rows(
        checked.found, "area_type", "area_code", "parent_type", "parent_code"
    )


# --- registered beside resident -------------------------------------------------------------------


@pytest.fixture(scope="module")
def compared(db: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """List inflation with each practice's patients placed where its premises stand."""
    db.execute("""create table practice_share as
        select service_code as block_code, area_type, area_code, 1.0 as weight, 'premises' as method, 5 as grade
        from service join lookup on lookup.block_code = data_zone
        where area_type in ('hscp', 'health_board', 'country')""")
    return inflation(db, "registration", "practice_share", "population", "membership").to_pylist()


def the_row(compared: list[dict[str, Any]], area: str, day: str, band: str = "all") -> dict[str, Any]:
    (row,) = [r for r in compared if (r["area_code"], str(r["as_at"]), r["sex"], r["age_band"]) ==
              (area, day, "all", band)]  # fmt: skip
    return row


def test_scotland_has_six_million_registered_and_five_and_a_half_million_resident(compared):
    row = the_row(compared, "S92000003", "2024-04-01")
    assert (row["registered"], row["residents"], row["residents_year"]) == (5_991_571, 5_479_900, 2021)
    assert row["deflator"] == pytest.approx(0.9146, abs=1e-4)


def test_shetland_has_about_as_many_registered_as_resident(compared):
    row = the_row(compared, "S37000026", "2024-04-01")
    assert (row["registered"], row["residents"]) == (22_869, 22_940)


def test_bands_of_residents_add_up_and_suppressed_bands_of_lists_are_empty(compared):
    day = [r for r in compared if str(r["as_at"]) == "2024-04-01" and r["sex"] == "all"]
    scotland = {r["age_band"]: r for r in day if r["area_code"] == "S92000003"}
    assert sum(r["residents"] for band, r in scotland.items() if band != "all") == scotland["all"]["residents"]
    assert {band for band, r in scotland.items() if r["registered"] is None} == set(scotland) - {"all"}
    shetland = {r["age_band"]: r["registered"] for r in day if r["area_code"] == "S37000026"}
    assert sum(shetland[band] for band in shetland if band != "all") == shetland["all"]


def test_practices_that_have_closed_since_are_told(db, compared):
    notes = unplaced_lists(db, "registration", "practice_share")
    assert [note.split(" on ")[1].split(" is ")[0].split(" are ")[0] for note in notes] == [
        "1 October 2023", "1 January 2024",
    ]  # fmt: skip
