"""Zones of other editions, codes that changed and boundaries that moved: small tables in, small tables out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import cells, rows
from shapely import box

from locality_profiles.curate.vintages import (
    boundary_changes,
    code_changes,
    conversions,
    converted,
    recoded,
    trend_breaks,
)
from locality_profiles.geography.vintages import known_code_changes
from locality_profiles.tables.store import connect

A, B, C = "S01900001", "S01900002", "S01900003"  # zones of 2011
X, Y = "S01990001", "S01990002"  # zones of 2001
P, Q = "S01980001", "S01980002"  # zones of 2022
BY = {"S0190": "data_zone_2011", "S0199": "data_zone_2001", "S0198": "data_zone_2022"}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as opened:
        yield opened


def picture(drawing: str) -> str:
    """A drawn table as a query; an empty cell is null."""
    header, *body = cells(drawing)
    values = ", ".join("(" + ", ".join(f"'{cell}'" if cell else "null" for cell in row) + ")" for row in body)
    return f"select * from (values {values}) of({', '.join(header)})"


def supplied(*pairs: tuple[Any, ...]) -> str:
    """Staged conversions: (from, to) or (from, to, share)."""
    listed = ", ".join(
        f"('{BY[p[0][:5]]}', '{p[0]}', '{BY[p[1][:5]]}', '{p[1]}', {p[2] if len(p) > 2 else 'null'}::double, 'e1')"
        for p in pairs
    )
    return f"select * from (values {listed}) of(from_type, from_code, to_type, to_code, weight, extract_id)"


def people(**by_zone: int) -> str:
    listed = ", ".join(f"('data_zone_2011', '{zone}', 2021, 'all', {number})" for zone, number in by_zone.items())
    return f"select * from (values {listed}) of(block_type, block_code, year, sex, persons)"


def outlined(**by_zone: Any) -> tuple[np.ndarray, np.ndarray]:
    return np.array(list(by_zone), dtype=object), np.array(list(by_zone.values()), dtype=object)


def shared(table: pa.Table) -> list[tuple[Any, ...]]:
    found = rows(table, "from_code", "to_code", "weight", "method", "grade")
    return [(start, end, round(weight, 6), method, grade) for start, end, weight, method, grade in found]


# --- how a zone is shared -------------------------------------------------------------------------


def test_a_zone_that_is_paired_with_one_other_lies_in_it_whole(connection):
    assert shared(conversions(connection, supplied((X, A), (Y, A)))) == [
        (X, A, 1, "supplied", 1), (Y, A, 1, "supplied", 1),
    ]  # fmt: skip


def test_supplied_shares_are_scaled_to_one(connection):
    found = conversions(connection, supplied((X, A, 0.33), (X, B, 0.33), (X, C, 0.33)))
    assert shared(found) == [(X, zone, round(1 / 3, 6), "supplied", 1) for zone in (A, B, C)]
    assert set(found["to_type"].to_pylist()) == {"data_zone_2011"}
    assert set(found["extract_id"].to_pylist()) == {"e1"}


def test_pairs_are_shared_by_land_where_all_of_them_have_outlines(connection):
    #  the old zone, 10 by 10, was cut into 7 and 3
    outlines = {
        "data_zone_2001": outlined(**{X: box(0, 0, 10, 10)}),
        "data_zone_2011": outlined(**{A: box(0, 0, 7, 10), B: box(7, 0, 10, 10)}),
    }
    by_land = [(X, A, 0.7, "land", 2), (X, B, 0.3, "land", 2)]
    residents = people(**{A: 100, B: 900})
    assert shared(conversions(connection, supplied((X, A), (X, B)), outlines, residents)) == by_land
    assert shared(conversions(connection, supplied((X, A), (X, B)), outlines)) == by_land


def test_residents_may_go_before_land(connection):
    outlines = {
        "data_zone_2001": outlined(**{X: box(0, 0, 10, 10)}),
        "data_zone_2011": outlined(**{A: box(0, 0, 7, 10), B: box(7, 0, 10, 10)}),
    }
    found = conversions(connection, supplied((X, A), (X, B)), outlines, people(**{A: 100, B: 900}), land_first=False)
    assert shared(found) == [(X, A, 0.1, "population", 4), (X, B, 0.9, "population", 4)]


def test_a_sliver_of_land_is_no_share_and_land_outside_the_pairs_does_not_count(connection):
    # 0.05 of 10 lies in B, 2 of 10 in C, which no postcode of X lies in.
    outlines = {
        "data_zone_2001": outlined(**{X: box(0, 0, 10, 10)}),
        "data_zone_2011": outlined(**{A: box(0, 0, 7.95, 10), B: box(7.95, 0, 8, 10), C: box(8, 0, 10, 10)}),
    }
    assert shared(conversions(connection, supplied((X, A), (X, B)), outlines)) == [(X, A, 1, "land", 2)]


def test_without_an_outline_of_each_pair_residents_tell(connection):
    outlines = {
        "data_zone_2001": outlined(**{X: box(0, 0, 10, 10)}),
        "data_zone_2011": outlined(**{A: box(0, 0, 7, 10), B: None}),
    }
    found = conversions(connection, supplied((X, A), (X, B)), outlines, people(**{A: 300, B: 100}))
    assert shared(found) == [(X, A, 0.75, "population", 4), (X, B, 0.25, "population", 4)]


def test_females_and_males_are_residents_where_there_is_no_total(connection):
    listed = ", ".join(f"('data_zone_2011', '{zone}', {year}, '{sex}', {n})" for zone, year, sex, n in [
        (A, 2021, "female", 150), (A, 2021, "male", 150), (B, 2021, "female", 60), (B, 2021, "male", 40),
        (B, 2020, "all", 9_000),  # an older year is of no concern
    ])  # fmt: skip
    query = f"select * from (values {listed}) of(block_type, block_code, year, sex, persons)"
    assert [row[2] for row in shared(conversions(connection, supplied((X, A), (X, B)), None, query))] == [0.75, 0.25]


def test_where_residents_of_a_part_are_not_known_parts_are_equal(connection):
    found = conversions(connection, supplied((X, A), (X, B)), None, people(**{A: 300}))
    assert shared(found) == [(X, A, 0.5, "equal", 5), (X, B, 0.5, "equal", 5)]


def test_shares_of_2011_zones_are_turned_round_by_their_residents(connection):
    # P of 2022 was made of half of A (100 of 200 people) and all of B (300): a quarter and three quarters.
    given_as = supplied((A, P, 0.5), (A, Q, 0.5), (B, P, 1.0))
    assert shared(conversions(connection, given_as, None, people(**{A: 200, B: 300}))) == [
        (P, A, 0.25, "supplied", 2), (P, B, 0.75, "supplied", 2), (Q, A, 1, "supplied", 2),
    ]  # fmt: skip


def test_without_residents_2011_zones_count_as_equal_when_they_are_turned_round(connection):
    found = conversions(connection, supplied((A, P, 0.5), (A, Q, 0.5), (B, P, 1.0)))
    assert shared(found)[:2] == [(P, A, round(1 / 3, 6), "supplied", 4), (P, B, round(2 / 3, 6), "supplied", 4)]


def test_shares_go_before_pairs_of_the_same_zone(connection):
    both = f"{supplied((X, A), (X, C))} union all {supplied((X, A, 0.9), (X, B, 0.1))}"
    assert shared(conversions(connection, both)) == [(X, A, 0.9, "supplied", 1), (X, B, 0.1, "supplied", 1)]


def test_outlines_alone_convert_zones_that_lie_in_outlined_ones_for_the_most_part(connection):
    # Of Y only three tenths lie in a zone that has an outline: nothing is known of the rest.
    outlines = {
        "data_zone_2001": outlined(**{X: box(0, 0, 10, 10), Y: box(7, 20, 17, 30)}),
        "data_zone_2011": outlined(**{A: box(0, 0, 6, 10), B: box(6, 0, 10, 30)}),
        "data_zone_2022": None,
    }
    assert shared(conversions(connection, None, outlines)) == [(X, A, 0.6, "land", 2), (X, B, 0.4, "land", 2)]


def test_nothing_supplied_gives_no_conversion(connection):
    assert len(conversions(connection, None)) == 0


PAIRS = st.sets(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=30)


@settings(deadline=None, max_examples=25)
@given(PAIRS, st.lists(st.integers(0, 2_000), min_size=9, max_size=9), st.booleans())
def test_converting_a_figure_keeps_its_total(pairs, residents, known):
    given_as = supplied(*((f"S0199000{start}", f"S0190000{end}") for start, end in pairs))
    population = people(**{f"S0190000{n}": number for n, number in enumerate(residents, start=1)}) if known else None
    with connect() as opened:
        table = conversions(opened, given_as, None, population)
    figures = {f"S0199000{start}": 17.0 * start for start, _ in pairs}
    reached: dict[str, float] = {}
    for start, end, weight in rows(table, "from_code", "to_code", "weight"):
        reached[end] = reached.get(end, 0) + figures[start] * weight
    assert sum(reached.values()) == pytest.approx(sum(figures.values()), abs=1e-9)
    assert {row[0] for row in rows(table, "from_code", "to_code")} == set(figures)


# --- memberships through conversions --------------------------------------------------------------


def members(*of: tuple[str, str, float]) -> str:
    listed = ", ".join(f"('data_zone_2011', '{block}', 'locality', '{area}', {weight}, 'v', 1, false)"
                       for block, area, weight in of)  # fmt: skip
    columns = "block_type, block_code, area_type, area_code, weight, vintage, grade, estimated"
    return f"select * from (values {listed}) of({columns})"


def test_a_zone_of_another_edition_lies_in_areas_through_its_parts(connection):
    connection.register("conversion", conversions(connection, supplied((X, A, 0.6), (X, B, 0.4), (Y, B))))
    table = converted(connection, "from conversion", members((A, "north", 1), (B, "south", 1)))
    columns = ("block_type", "block_code", "area_code", "weight", "method", "grade", "estimated")
    assert [(*row[:3], round(row[3], 9), *row[4:]) for row in rows(table, *columns)] == [
        ("data_zone_2001", X, "north", 0.6, "converted", 1, True),
        ("data_zone_2001", X, "south", 0.4, "converted", 1, True),
        ("data_zone_2001", Y, "south", 1.0, "converted", 1, False),
    ]


def test_a_zone_whose_parts_all_lie_in_one_area_is_no_estimate_there_however_it_was_shared(connection):
    connection.register("conversion", conversions(connection, supplied((X, A), (X, B))))
    table = converted(connection, "from conversion", members((A, "north", 1), (B, "north", 1)))
    assert rows(table, "block_code", "area_code", "weight", "grade", "estimated") == [(X, "north", 1.0, 1, False)]


# --- codes that changed ---------------------------------------------------------------------------

CHANGES = picture("""
area_type    | old_code | new_code | area_name | changed    | kind     | note
health_board | S1       | S2       | First     | 2014-04-01 | redrawn  | Moved in 2014.
health_board | S2       | S3       | First     | 2018-02-02 | recoded  |
health_board | S3       | S4       | First     | 2019-04-01 | redrawn  |
hscp         | H1       | H2       | Second    | 2018-02-02 | recoded  |
""").replace("select *", "select * replace (changed::date as changed)")


def used(*areas: tuple[str, str]) -> str:
    return f"select * from (values {', '.join(map(str, areas))}) of(area_type, area_code)"


def test_old_codes_lead_to_the_last_of_their_line(connection):
    table = recoded(connection, CHANGES)
    assert rows(table, "block_type", "block_code", "area_type", "area_code") == [
        ("health_board", "S1", "health_board", "S4"), ("health_board", "S2", "health_board", "S4"),
        ("health_board", "S3", "health_board", "S4"), ("hscp", "H1", "hscp", "H2"),
    ]  # fmt: skip
    assert set(rows(table, "weight", "method", "grade", "estimated")) == {(1.0, "recoded", 1, False)}


def test_codes_that_lead_to_no_area_in_use_are_left_out(connection):
    table = recoded(connection, CHANGES, used(("hscp", "H2"), ("health_board", "H2")))
    assert rows(table, "block_code", "area_code") == [("H1", "H2")]


def test_newer_codes_stand_for_an_older_one_that_is_still_in_use(connection):
    table = recoded(connection, CHANGES, used(("health_board", "S2")))
    assert rows(table, "block_code", "area_code") == [("S1", "S2"), ("S3", "S2"), ("S4", "S2")]


def test_a_code_that_was_used_again_later_leads_nowhere_in_a_circle(connection):
    # S3 became S1 in 2013, S1 became S2 in 2014, and S2 became S3 again in 2018.
    circle = CHANGES.replace("'S4'", "'S1'").replace("2019-04-01", "2013-01-01")
    assert rows(recoded(connection, circle), "block_code", "area_code") == [("H1", "H2"), ("S1", "S3"), ("S2", "S3")]


def test_known_changes_and_supplied_ones_are_one_table(connection):
    assert code_changes(connection).num_rows == known_code_changes().num_rows
    both = code_changes(connection, CHANGES)
    assert both.num_rows == known_code_changes().num_rows + 4


def test_of_a_code_that_both_know_the_supplied_change_is_taken(connection):
    later = CHANGES.replace("'S1'", "'S08000018'").replace("2014-04-01", "2018-02-03")
    found = {row[0]: row[1:] for row in rows(code_changes(connection, later), "old_code", "new_code", "changed")}
    assert found["S08000018"] == ("S2", date(2018, 2, 3))
    assert found["S08000021"] == ("S08000031", date(2019, 4, 1))


# --- boundaries that moved ------------------------------------------------------------------------


def edition(**areas: str) -> str:
    """Where an edition places blocks: by area, the last two digits of its zones."""
    listed = ", ".join(
        f"('S019000{zone}', 'H1/{area.lower()}', '{area.title()}')" for area, zones in areas.items()
        for zone in zones.split()
    )  # fmt: skip
    return f"select * from (values {listed}) of(block_code, area_code, area_name)"


def changes(connection: duckdb.DuckDBPyConnection, old: str, new: str, population: str | None = None) -> Any:
    table = boundary_changes(connection, "locality", {"old": old, "new": new}, population)
    return rows(table, "block_code", "kind", "note")


def test_blocks_that_stay_are_not_told(connection):
    assert changes(connection, edition(north="01 02", south="03"), edition(north="01 02", south="03")) == []


def test_a_block_that_went_to_another_area_was_moved(connection):
    table = boundary_changes(
        connection, "locality",
        {"2016": edition(north="01 02", south="03 04"), "2021": edition(north="01", south="02 03 04")},
        people(S01900001=10, S01900002=20, S01900003=30),
    )  # fmt: skip
    columns = ("block_type", "block_code", "from_edition", "to_edition", "from_area", "to_area", "kind", "persons")
    assert rows(table, *columns) == [
        ("data_zone_2011", "S01900002", "2016", "2021", "H1/north", "H1/south", "moved", 20.0)
    ]
    assert table["note"].to_pylist() == ["went from North to South"]


def test_an_area_with_another_name_and_the_same_blocks_was_renamed(connection):
    assert changes(connection, edition(north="01 02", south="03"), edition(polar="01 02", south="03")) == [
        ("S01900001", "renamed", "North is now called Polar"), ("S01900002", "renamed", "North is now called Polar"),
    ]  # fmt: skip


def test_an_area_with_nearly_the_same_blocks_was_renamed_and_the_odd_block_moved(connection):
    many = " ".join(f"{n:02d}" for n in range(1, 41))
    found = changes(connection, edition(north=many, south="50 51 52"), edition(polar=f"{many} 50", south="51 52"))
    assert [row[1] for row in found] == ["renamed"] * 40 + ["moved"]
    assert found[-1] == ("S01900050", "moved", "went from South to Polar")


def test_an_area_with_another_code_and_its_old_name_has_not_changed(connection):
    old = edition(north="01 02", south="03")
    assert changes(connection, old, old.replace("H1/north", "H1/north-2")) == []


def test_an_area_that_was_divided_into_new_ones_was_split(connection):
    assert changes(connection, edition(north="01 02 03"), edition(east="01", west="02 03")) == [
        ("S01900001", "split", "North was divided; this part is East"),
        ("S01900002", "split", "North was divided; this part is West"),
        ("S01900003", "split", "North was divided; this part is West"),
    ]


def test_a_part_that_keeps_the_name_of_an_area_that_was_split_has_not_changed(connection):
    assert changes(connection, edition(north="01 02 03"), edition(north="01 02", far="03")) == [
        ("S01900003", "split", "North was divided; this part is Far")
    ]


def test_areas_that_became_one_were_merged(connection):
    assert changes(connection, edition(east="01", west="02 03"), edition(north="01 02 03")) == [
        ("S01900001", "merged", "East became part of North"), ("S01900002", "merged", "West became part of North"),
        ("S01900003", "merged", "West became part of North"),
    ]  # fmt: skip


def test_an_area_that_was_shared_out_among_others_was_not_split(connection):
    found = changes(connection, edition(a="01 02", b="03 04", c="05 06"), edition(a="01 02 03", c="04 05 06"))
    assert [row[:2] for row in found] == [("S01900003", "moved"), ("S01900004", "moved")]


@pytest.mark.parametrize("absent", ["H1/OUT", "OUT"])
def test_a_block_may_come_from_and_go_to_no_area(connection, absent):
    old = f"{edition(north='01 02')} union all select 'S01900003', '{absent}', null"
    new = f"{edition(north='01 03')} union all select 'S01900002', null, null"
    assert changes(connection, old, new) == [
        ("S01900002", "moved", "left North; it is in no area"),
        ("S01900003", "moved", "came into North; it was in no area"),
    ]


def test_a_block_that_an_edition_leaves_out_of_a_partnership_that_it_holds_is_in_no_area(connection):
    assert changes(connection, edition(north="01 02"), edition(north="01")) == [
        ("S01900002", "moved", "left North; it is in no area")
    ]


def test_partnerships_that_an_edition_does_not_hold_are_not_compared(connection):
    elsewhere = edition(far="07 08").replace("H1/", "H2/")
    old, new = edition(north="01 02"), edition(north="01 02")
    assert changes(connection, f"{old} union all {elsewhere}", new) == []
    assert changes(connection, old, f"{new} union all {elsewhere}") == []


def test_each_edition_is_compared_with_the_one_before(connection):
    first, second, third = (
        edition(north="01 02", south="03"),
        edition(north="01", south="02 03"),
        edition(all="01 02 03"),
    )
    table = boundary_changes(connection, "locality", {"1": first, "2": second, "3": third})
    assert rows(table, "from_edition", "to_edition", "block_code", "kind")[:2] == [
        ("1", "2", "S01900002", "moved"), ("2", "3", "S01900001", "merged"),
    ]  # fmt: skip
    assert len(boundary_changes(connection, "locality", {"1": first})) == 0


def test_apostrophes_in_names_of_editions_and_areas_do_no_harm(connection):
    new = edition(polar="01 02").replace("Polar", "Bo''ness")
    table = boundary_changes(connection, "locality", {"board's own": edition(north="01 02"), "'new'": new})
    assert set(rows(table, "from_edition", "to_edition", "note")) == {
        ("board's own", "'new'", "North is now called Bo'ness")
    }


# --- trends that break ----------------------------------------------------------------------------


def test_a_redrawn_boundary_breaks_the_trend_of_the_code_in_use(connection):
    assert rows(trend_breaks(connection, CHANGES), "area_type", "area_code", "broken", "reason") == [
        ("health_board", "S4", date(2014, 4, 1), "Moved in 2014."),
        ("health_board", "S4", date(2019, 4, 1), "Its boundary moved when the code S4 replaced S3."),
    ]


def test_only_areas_in_use_have_breaks(connection):
    assert len(trend_breaks(connection, CHANGES, areas=used(("hscp", "H2")))) == 0
    found = trend_breaks(connection, CHANGES, areas=used(("health_board", "S2")))
    assert set(found["area_code"].to_pylist()) == {"S2"}


def moved(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    editions = {"2016": edition(north="01 02", south="03 04"), "2021": edition(north="01", south="02 03 04")}
    return boundary_changes(connection, "locality", editions, people(S01900002=1_200))


def test_blocks_that_moved_break_the_trends_of_both_areas_from_the_day_of_the_edition(connection):
    found = trend_breaks(connection, CHANGES, moved(connection), {"2021": date(2021, 4, 1)})
    assert rows(found, "area_code", "broken", "reason")[:2] == [
        ("H1/north", date(2021, 4, 1), "Its boundary moved: 1 data zone with 1,200 people went to other areas."),
        ("H1/south", date(2021, 4, 1), "Its boundary moved: 1 data zone with 1,200 people came in."),
    ]


def test_an_edition_without_a_day_breaks_no_trend(connection):
    found = trend_breaks(connection, CHANGES, moved(connection), {"2016": date(2016, 4, 1)})
    assert set(found["area_type"].to_pylist()) == {"health_board"}


def test_a_new_name_breaks_no_trend(connection):
    renamed = boundary_changes(connection, "locality", {"old": edition(north="01"), "new": edition(polar="01")})
    assert len(renamed) == 1
    found = trend_breaks(connection, CHANGES, renamed, {"new": date(2021, 4, 1)})
    assert set(found["area_type"].to_pylist()) == {"health_board"}
