"""Area systems of the same people: overlaps, links and list inflation, beside a slow plain reckoning.

A country of six blocks. Localities divide it; a ward runs across them; one neighbourhood covers a corner;
clusters share blocks between them. What lies in no area has a code that ends in OUT.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import cells, rows

from locality_profiles.curate.overlaps import area_overlaps, checked_parents, inflation, system_links, unplaced_lists
from locality_profiles.tables.curated import AREA_OVERLAP, LIST_INFLATION, SYSTEM_LINK

PEOPLE = {"b1": 100, "b2": 200, "b3": 300, "b4": 400, "b5": 0, "b6": 50}
DRAWN = """
locality | N   | b1 1 b2 1 b3 1
locality | S   | b4 1 b5 1 b6 1
ward     | w1  | b1 1 b2 1
ward     | w2  | b3 1 b4 1
ward     | w3  | b5 1 b6 1
corner   | c   | b1 1
corner   | P/OUT | b2 1 b3 1
cluster  | k1  | b1 1 b2 .25
cluster  | k2  | b2 .75 b3 1 b4 .5
cluster  | OUT | b4 .5 b5 1 b6 1
"""

Members = list[tuple[str, str, str, float]]


def members(drawing: str = DRAWN) -> Members:
    """(kind, area, block, share) of each pair that is drawn."""
    found = []
    for kind, area, blocks in cells(drawing):
        parts = blocks.split()
        found += [
            (kind, area, block, float(share)) for block, share in zip(parts[::2], parts[1::2], strict=True)
        ]  # fmt: skip
    return found


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def told(connection: duckdb.DuckDBPyConnection, drawn: Members, people: dict[str, int | None] = PEOPLE) -> list[str]:
    """Make tables ``membership`` and ``people``; the kinds of area that are drawn."""
    kinds, areas, blocks, shares = (list(column) for column in zip(*drawn, strict=True))
    connection.register("membership", pa.table({
        "block_type": ["data_zone_2011"] * len(drawn), "block_code": blocks, "area_type": kinds, "area_code": areas,
        "weight": shares,
    }))  # fmt: skip
    connection.register("people", pa.table({
        "block_code": list(people), "persons": pa.array(list(people.values()), pa.int64()),
    }))  # fmt: skip
    return sorted(set(kinds))


def overlaps(connection: duckdb.DuckDBPyConnection, drawn: Members, people: Any = PEOPLE) -> pa.Table:
    return area_overlaps(connection, "membership", "people", told(connection, drawn, people))


def pair(table: pa.Table, area: str, other: str) -> tuple[Any, ...] | None:
    columns = ("area_code", "other_code", "blocks", "persons", "share_of_area", "share_of_other")
    return next((row[2:] for row in rows(table, *columns) if row[:2] == (area, other)), None)


# --- overlaps -------------------------------------------------------------------------------------


def test_two_areas_share_the_people_of_the_blocks_in_both(db):
    # Ward w2 is blocks b3 (300, in N) and b4 (400, in S).
    assert pair(overlaps(db, members()), "w2", "N") == (1, 300, 300 / 700, 300 / 600)


def test_each_pair_stands_twice_from_either_side(db):
    table = overlaps(db, members())
    there = set(rows(table, "area_type", "area_code", "other_type", "other_code", "blocks", "persons"))
    assert there == {(c, d, a, b, blocks, persons) for a, b, c, d, blocks, persons in there}
    assert table.schema == AREA_OVERLAP.schema


def test_areas_that_share_no_block_are_no_pair(db):
    assert pair(overlaps(db, members()), "w1", "S") is None


def test_areas_of_one_kind_are_no_pair(db):
    assert all(a != b for a, b in rows(overlaps(db, members()), "area_type", "other_type"))


def test_a_shared_block_gives_each_area_its_share(db):
    # Cluster k2 has three quarters of b2 (200) and half of b4 (400).
    assert pair(overlaps(db, members()), "k2", "w1") == (1, 150, 150 / 650, 150 / 300)
    assert pair(overlaps(db, members()), "k2", "S") == (1, 200, 200 / 650, 200 / 450)


def test_where_both_systems_share_a_block_the_shares_are_taken_to_be_independent(db):
    table = overlaps(db, [*members("one | a | b1 .4\none | b | b1 .6\ntwo | x | b1 .5\ntwo | y | b1 .5")])
    assert [pair(table, a, b)[1] for a, b in product("ab", "xy")] == pytest.approx([20, 20, 30, 30])


def test_what_lies_in_no_area_takes_part(db):
    assert pair(overlaps(db, members()), "P/OUT", "N") == (2, 500, 1, 500 / 600)
    assert pair(overlaps(db, members()), "OUT", "w3") == (2, 50, 50 / 250, 1)


def test_blocks_without_people_count_as_blocks(db):
    assert pair(overlaps(db, members()), "w3", "S") == (2, 50, 1, 50 / 450)


def test_areas_without_people_have_no_shares(db):
    assert pair(overlaps(db, members(), {"b5": 0, "b6": 0}), "w3", "S")[:2] == (2, 0)
    assert pair(overlaps(db, members(), {"b5": 0, "b6": 0}), "w3", "OUT")[2] is None


def test_people_who_are_not_known_are_not_zero(db):
    table = overlaps(db, members(), {**PEOPLE, "b1": None})
    assert pair(table, "w1", "N") == (2, None, None, None)
    assert pair(table, "w2", "N") == (1, 300, 300 / 700, None)


def test_a_system_that_is_not_asked_for_takes_no_part(db):
    told(db, members())
    table = area_overlaps(db, "membership", "people", ["locality", "ward"])
    assert set(rows(table, "area_type")) == {("locality",), ("ward",)}


def test_overlaps_may_be_asked_of_queries_and_without_people(db):
    told(db, members())
    table = area_overlaps(db, "select * from membership where weight = 1", "", ["locality", "ward"])
    assert pair(table, "w2", "N") == (1, None, None, None)


def plain_overlaps(drawn: Members, people: dict[str, int]) -> dict[tuple[str, ...], tuple[int, float]]:
    """Every pair of rows, one after the other."""
    blocks: dict[tuple[str, ...], int] = defaultdict(int)
    persons: dict[tuple[str, ...], float] = defaultdict(float)
    for kind, area, block, share in drawn:
        for other_kind, other, other_block, other_share in drawn:
            if kind != other_kind and block == other_block and share > 0 and other_share > 0:
                blocks[kind, area, other_kind, other] += 1
                persons[kind, area, other_kind, other] += people[block] * share * other_share
    return {key: (blocks[key], persons[key]) for key in blocks}


def test_the_drawn_country_agrees_with_the_plain_reckoning(db):
    table = overlaps(db, members())
    found = {tuple(row[:4]): row[4:] for row in rows(
        table, "area_type", "area_code", "other_type", "other_code", "blocks", "persons")}  # fmt: skip
    assert found == plain_overlaps(members(), PEOPLE)


@st.composite
def countries(draw: st.DrawFn) -> tuple[Members, dict[str, int]]:
    """Up to eight blocks, divided by two to four systems; a share may lie in no area."""
    blocks = [f"b{n}" for n in range(draw(st.integers(1, 8)))]
    people = {block: draw(st.integers(0, 900)) for block in blocks}
    drawn: Members = []
    for kind in ("one", "two", "three", "four")[: draw(st.integers(2, 4))]:
        for block in blocks:
            areas = draw(st.lists(st.sampled_from(["a", "b", "c", "OUT"]), min_size=1, max_size=3, unique=True))
            parts = [draw(st.integers(1, 4)) for _ in areas]
            drawn += [(kind, area, block, part / sum(parts)) for area, part in zip(areas, parts, strict=True)]
    return drawn, people


@settings(deadline=None, max_examples=60)
@given(countries())
def test_overlaps_with_a_partition_add_up_to_the_areas_people(country):
    drawn, people = country
    with duckdb.connect() as connection:
        table = overlaps(connection, drawn, people)
    whole: dict[tuple[str, str], float] = defaultdict(float)
    for kind, area, block, share in drawn:
        whole[kind, area] += people[block] * share
    summed: dict[tuple[str, str, str], float] = defaultdict(float)
    for kind, area, other_kind, persons in rows(table, "area_type", "area_code", "other_type", "persons"):
        summed[kind, area, other_kind] += persons
    for (kind, area), persons in whole.items():
        for other in {k for k, *_ in drawn} - {kind}:
            assert summed[kind, area, other] == pytest.approx(persons, abs=1e-4)


@settings(deadline=None, max_examples=60)
@given(countries())
def test_any_country_agrees_with_the_plain_reckoning(country):
    drawn, people = country
    with duckdb.connect() as connection:
        table = overlaps(connection, drawn, people)
    found = {tuple(row[:4]): row[4:] for row in rows(
        table, "area_type", "area_code", "other_type", "other_code", "blocks", "persons")}  # fmt: skip
    plain = plain_overlaps(drawn, people)
    assert {key: blocks for key, (blocks, _) in found.items()} == {key: blocks for key, (blocks, _) in plain.items()}
    assert {k: p for k, (_, p) in found.items()} == pytest.approx({k: p for k, (_, p) in plain.items()}, abs=1e-4)


# --- links between systems ------------------------------------------------------------------------


def links(connection: duckdb.DuckDBPyConnection, drawn: Members, people: Any = PEOPLE) -> dict[tuple[str, str], Any]:
    """(relation, areas, nested areas, share in the largest) by (smaller, larger)."""
    table = system_links(connection, "membership", "people", told(connection, drawn, people))
    assert table.schema == SYSTEM_LINK.schema
    columns = ("child_type", "parent_type", "relation", "areas", "nested_areas", "share_in_largest")
    return {row[:2]: row[2:] for row in rows(table, *columns)}


def test_a_system_whose_areas_each_lie_in_one_larger_area_is_nested(db):
    drawn = members("zone | z1 | b1 1\nzone | z2 | b2 1 b3 1\nzone | z3 | b4 1 b5 1 b6 1\n" + DRAWN)
    assert links(db, drawn)["zone", "locality"] == ("nested", 3, 3, 1.0)


def test_a_system_of_which_some_areas_cross_is_partly_nested(db):
    # w2 crosses: 400 of its 700 people live in S. w1 (300) and w3 (50) lie in one locality each.
    assert links(db, members())["ward", "locality"] == ("partly_nested", 3, 2, pytest.approx((300 + 400 + 50) / 1050))


def test_a_system_of_which_every_area_crosses_is_not_nested(db):
    drawn = members("big | p | b1 1 b2 1\nbig | q | b3 1 b4 1\nsmall | a | b1 1 b3 1\nsmall | b | b2 1 b4 1")
    assert links(db, drawn) == {("big", "small"): ("not_nested", 2, 0, pytest.approx((200 + 400) / 1000))}


def test_only_the_ground_that_both_place_counts(db):
    # The corner is one area; the one ward and the one locality there hold it.
    assert links(db, members())["corner", "locality"] == ("nested", 1, 1, 1.0)
    assert links(db, members())["corner", "ward"] == ("nested", 1, 1, 1.0)


def test_a_block_that_the_smaller_system_shares_may_nest(db):
    drawn = members("big | p | b1 1 b2 1\nbig | q | b3 1\nsmall | a | b1 .5\nsmall | b | b1 .5 b2 1\nsmall | c | b3 1")
    assert links(db, drawn)["small", "big"][:3] == ("nested", 3, 3)


def test_a_block_that_the_larger_system_shares_does_not_nest(db):
    drawn = members("big | p | b1 .5\nbig | q | b1 .5 b2 1\nsmall | a | b1 1\nsmall | b | b2 1\nsmall | c | b3 1")
    drawn += members("big | q | b3 1")
    assert links(db, drawn)["small", "big"][:3] == ("partly_nested", 3, 2)


def test_a_share_that_lies_in_no_larger_area_does_not_nest(db):
    drawn = members("big | p | b1 .9 b2 1\nbig | OUT | b1 .1\nsmall | a | b1 1\nsmall | b | b2 1")
    assert links(db, drawn)["small", "big"] == ("partly_nested", 2, 1, pytest.approx((90 + 200) / 300))


def test_shares_that_add_up_to_one_by_fractions_are_whole(db):
    drawn = members("small | a | b1 1\nsmall | b | b2 1") + [
        ("big", "p", "b1", sum([0.1] * 10)),
        ("big", "p", "b2", 1.0),
    ]
    assert links(db, drawn)["small", "big"][0] == "nested"


def test_of_two_with_equally_many_areas_the_one_that_nests_is_the_smaller(db):
    drawn = members("first | p | b1 1\nfirst | q | b2 1 b3 1\nsecond | x | b1 1 b2 1\nsecond | y | b3 1")
    assert links(db, drawn) == {("first", "second"): ("partly_nested", 2, 1, pytest.approx((100 + 300) / 600))}
    drawn = members("first | p | b1 1 b2 1\nsecond | x | b1 1 b2 1")
    assert links(db, drawn) == {("first", "second"): ("nested", 1, 1, 1.0)}


def test_systems_of_different_places_have_no_link(db):
    assert links(db, members("one | a | b1 1\ntwo | b | b2 1")) == {}


def test_without_people_the_link_is_found_and_its_share_is_not(db):
    assert links(db, members(), {})["ward", "locality"] == ("partly_nested", 3, 2, None)


# --- parents --------------------------------------------------------------------------------------


def parents(connection: duckdb.DuckDBPyConnection, drawing: str) -> Any:
    """Checks areas drawn as kind | code | parent's kind | parent's code."""
    kinds = told(connection, members())
    drawn = cells(drawing)
    names = ("area_type", "area_code", "parent_type", "parent_code")
    columns = {name: pa.array([row[i] or None for row in drawn], pa.string()) for i, name in enumerate(names)}
    connection.register("area", pa.table({**columns, "area_name": [row[1].upper() for row in drawn]}))
    return checked_parents(connection, "membership", "area", kinds)


def test_every_area_that_nests_has_the_parent_that_holds_it(db):
    found = rows(parents(db, "ward | w1 | | ").found, "area_type", "area_code", "parent_type", "parent_code")
    assert ("ward", "w1", "locality", "N") in found
    assert ("ward", "w3", "locality", "S") in found
    assert not [row for row in found if row[1] == "w2" and row[2] == "locality"]
    assert not [row for row in found if "OUT" in row[1] + row[3]]


def test_a_declared_parent_that_holds_the_area_is_not_mentioned(db):
    assert parents(db, "ward | w1 | locality | N\nward | w3 | locality | S").notes == ()


def test_a_declared_parent_that_does_not_hold_all_blocks_is_named(db):
    (note,) = parents(db, "ward | w1 | locality | N\nward | w2 | locality | S").notes
    assert note == (
        "1 ward does not lie wholly in the locality that is said to hold it: "
        "W2 (w2) in S, which lacks 1 of its 2 data zones, such as b3"
    )


def test_a_declared_parent_that_is_not_there_holds_nothing(db):
    (note,) = parents(db, "ward | w1 | locality | N\nward | w3 | locality | gone").notes
    assert "W3 (w3) in gone, which lacks 2 of its 2 data zones, such as b5" in note


def test_a_data_zone_is_its_own_block(db):
    (note,) = parents(db, "data_zone_2011 | b1 | locality | N\ndata_zone_2011 | b4 | locality | N").notes
    assert note == "1 data zone 2011 does not lie wholly in the locality that is said to hold it: b4 in N"


def test_what_cannot_be_checked_is_not_mentioned(db):
    drawing = "ward | nowhere | locality | N\nward | w1 | district | D\nward | w2 | | \ncluster | OUT | locality | N"
    assert parents(db, drawing).notes == ()


def test_long_lists_are_cut(db):
    kinds = told(db, [("small", f"s{n:02d}", f"b{n}", 1.0) for n in range(13)] + [("big", "p", "c1", 1.0)])
    db.execute("create table area as select 'small' as area_type, area_code, area_code as area_name, "
               "'big' as parent_type, 'p' as parent_code from membership where area_type = 'small'")  # fmt: skip
    (note,) = checked_parents(db, "membership", "area", kinds).notes
    assert note.startswith(
        "13 areas of kind small do not lie wholly in the big that is said to hold them: s00 (s00) in p"
    )
    assert note.endswith(" and 3 more")


# --- registered beside resident -------------------------------------------------------------------

LISTS = """
p1 | 2022-04-01 | all    | all  | 1000
p1 | 2022-04-01 | all    | 0-4  | 100
p1 | 2022-04-01 | all    | 85+  | 900
p1 | 2022-04-01 | female | all  | 600
p2 | 2022-04-01 | all    | all  | 500
p2 | 2022-04-01 | all    | 0-4  | 200
p2 | 2022-04-01 | all    | 85+  | 300
p2 | 2022-04-01 | female | all  | *
"""
SHARES = """
p1 | locality | N   | .8 | registered_patients | 2
p1 | locality | S   | .2 | registered_patients | 2
p2 | locality | S   | .9 | premises            | 5
p2 | locality | OUT | .1 | premises            | 5
"""
#: block, year, sex, age, people
RESIDENTS = """
b1 | 2020 | all    | 4  | 100
b1 | 2020 | all    | 5  | 7
b1 | 2020 | all    | 85 | 400
b1 | 2020 | female | 4  | 60
b4 | 2020 | all    | 3  | 50
b4 | 2020 | all    | 90 | 300
b4 | 2020 | female | 3  | 20
b1 | 2021 | all    | 4  | 110
b4 | 2021 | all    | 3  | 51
b1 | 2021 | female | 4  | 61
b4 | 2021 | female | 3  | 21
b1 | 2022 | all    | 4  | 999
b4 | 2022 | all    | 3  | 999
b1 | 2022 | female | 4  | 999
b4 | 2022 | female | 3  | 999
"""


def compared(
    connection: duckdb.DuckDBPyConnection, lists: str = LISTS, shares: str = SHARES, residents: str = RESIDENTS,
    drawing: str = DRAWN,
) -> pa.Table:  # fmt: skip
    told(connection, members(drawing))
    for name, drawn, columns in (
        ("registration", lists, "block_code, period_start::date, sex, age_band, try_cast(persons as bigint)"),
        ("practice_share", shares, "block_code, area_type, area_code, weight::double, method, grade::int"),
        ("population", residents, "block_code, year::int, sex, age::int, try_cast(persons as bigint)"),
    ):
        names = [
            column.strip().split("::")[0].replace("try_cast(", "").split(" as ")[0] for column in columns.split(",")
        ]
        table = pa.table({n: [row[i] for row in cells(drawn)] for i, n in enumerate(names)})
        connection.register(f"{name}_drawn", table)
        listed = ", ".join(f"{c.strip()} as {n}" for c, n in zip(columns.split(","), names, strict=True))
        connection.execute(f"create or replace view {name} as select {listed} from {name}_drawn")
    found = inflation(connection, "registration", "practice_share", "population", "membership")
    assert found.schema == LIST_INFLATION.schema
    return found


def of(table: pa.Table, area: str, sex: str = "all", band: str = "all", *columns: str) -> tuple[Any, ...]:
    wanted = columns or ("registered", "residents", "residents_year", "deflator")
    (row,) = [r for r in table.to_pylist() if (r["area_code"], r["sex"], r["age_band"]) == (area, sex, band)]
    return tuple(row[column] for column in wanted)


def test_patients_come_by_the_practices_shares_and_residents_by_the_zones(db):
    # N: 0.8 of 1,000 patients. S: 0.2 of 1,000 and 0.9 of 500. Zone b1 lies in N, b4 in S.
    table = compared(db)
    assert of(table, "N") == (800, 110, 2021, 110 / 800)
    assert of(table, "S") == (650, 51, 2021, 51 / 650)


def test_residents_are_counted_in_the_bands_of_the_lists(db):
    table = compared(db, residents="\n".join(RESIDENTS.strip().splitlines()[:7]))
    assert of(table, "N", "all", "0-4") == (80, 100, 2020, 100 / 80)
    assert of(table, "N", "all", "85+") == (720, 400, 2020, 400 / 720)
    assert of(table, "S", "all", "85+", "residents") == (300,)
    assert of(table, "N", "all", "all", "residents") == (507,)


def test_residents_are_of_the_latest_mid_year_before_the_day(db):
    day = LISTS.replace("2022-04-01", "{}")
    assert of(compared(db, day.replace("{}", "2021-06-29")), "N")[2] == 2020
    assert of(compared(db, day.replace("{}", "2021-06-30")), "N")[2] == 2021
    assert of(compared(db, day.replace("{}", "2030-01-01")), "N")[2] == 2022


def test_a_day_before_every_mid_year_has_no_residents(db):
    assert of(compared(db, LISTS.replace("2022", "2019")), "N") == (800, None, None, None)


def test_a_year_that_lacks_a_zone_or_a_sex_is_passed_over(db):
    without = [line for line in RESIDENTS.strip().splitlines() if not line.startswith("b4 | 2021 | female")]
    assert of(compared(db, residents="\n".join(without)), "N")[2] == 2020


def test_a_suppressed_list_leaves_its_sex_empty_where_the_practice_has_patients(db):
    table = compared(db)
    assert of(table, "N", "female", "all", "registered") == (480,)
    assert of(table, "S", "female") == (None, 21, 2021, None)
    assert of(table, "S", "all", "all", "registered") == (650,)


def test_suppressed_residents_are_not_zero(db):
    assert of(compared(db, residents=RESIDENTS.replace("| 110", "| *")), "N") == (800, None, None, None)


def test_the_poorest_method_is_named(db):
    assert of(compared(db), "N", "all", "all", "method", "grade") == ("registered_patients", 2)
    assert of(compared(db), "S", "all", "all", "method", "grade") == ("premises", 5)


def test_patients_in_no_area_stay_visible_and_have_no_deflator(db):
    assert of(compared(db), "OUT") == (50, None, None, None)
    drawing = DRAWN + "\nlocality | OUT | b9 1"
    residents = RESIDENTS + "b9 | 2021 | all | 4 | 30\nb9 | 2021 | female | 4 | 12"
    assert of(compared(db, residents=residents, drawing=drawing), "OUT") == (50, 30, 2021, None)


def test_a_zone_that_is_shared_gives_residents_by_its_shares_in_whole_people(db):
    shares = SHARES.replace("locality", "cluster").replace("| N ", "| k1").replace("| S ", "| k2")
    # Half of b4's 51 people live in k2: 25.5, rounded.
    assert of(compared(db, shares=shares), "k2", "all", "all", "residents") == (26,)


def test_an_empty_list_has_no_deflator(db):
    assert of(compared(db, LISTS.replace("| 1000", "| 0")), "N") == (0, 110, 2021, None)


IN_NO_DIRECTORY = (
    "is in no directory; these patients count for the partnership that their list names and for larger areas, and for "
    "no smaller one"
)


def test_practices_without_shares_are_told_by_day(db):
    compared(
        db,
        LISTS + "p3 | 2022-04-01 | all | all | 40\np3 | 2022-07-01 | all | all | 41\np3 | 2022-07-01 | all | 0-4 | 1",
    )
    assert unplaced_lists(db, "registration", "practice_share") == (
        f"1 practice with 40 patients on 1 April 2022 {IN_NO_DIRECTORY}",
        f"1 practice with 41 patients on 1 July 2022 {IN_NO_DIRECTORY}",
    )
    compared(db)
    assert unplaced_lists(db, "registration", "practice_share") == ()
