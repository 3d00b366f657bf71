"""Linked care records by person: who is counted, who is set aside and why, and that nobody is named."""

from __future__ import annotations

import json
import stat
import traceback
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from drawn_world import pieces_of
from linked_files import (
    Record,
    attendance,
    cells_of,
    changed,
    episode_file,
    figure,
    in_store,
    individual,
    individual_file,
    part_of,
    persons_told,
    rows,
    staged,
    together,
)
from small_country import country_at

from locality_profiles import building
from locality_profiles.curate.staging import refuse_double_claims
from locality_profiles.episodes.faults import FAULTS
from locality_profiles.errors import ExtractRefused
from locality_profiles.sources import sources
from locality_profiles.tables.store import Store
from locality_profiles.workspace import packaged_expectations, read_workspace

SUITE = packaged_expectations() / "extract" / "linked_individual.json"
WORDS = {fault.id: fault for fault in FAULTS}


def refusal(path: Path) -> str:
    """The message with which a file is refused; nobody is named in it, nor in what would be printed with it."""
    with pytest.raises(ExtractRefused) as refused:
        staged(path)
    assert "SYN" not in "".join(traceback.format_exception(refused.value))
    return str(refused.value)


def earlier(person: str, **more: Any) -> Record:
    """The same person in the file of the year before, a year younger."""
    return individual(person, **{"year": "2021", "age": 69, **more})


def cube(tmp_path: Path, *people: Record) -> Any:
    return together(Store(tmp_path / "store"), individual_file(tmp_path / "a.parquet", *people))["activity_cube"]


# --- what it becomes ------------------------------------------------------------------------------


def test_residents_are_counted_by_place_age_and_sex(tmp_path: Path) -> None:
    people = [individual("SYN1"), individual("SYN2", gender=1, age=17), individual("SYN3", gender=9, age=None),
              individual("SYN4", datazone2011="S01900002")]  # fmt: skip
    told = rows(cube(tmp_path, *people), "block_code", "age_band", "sex", "n_people")
    assert told == [
        ("S01900001", "0-17", "male", 1), ("S01900001", "65-74", "female", 1), ("S01900001", "unknown", "unknown", 1),
        ("S01900002", "65-74", "female", 1),
    ]  # fmt: skip


def test_who_was_thinned_out_of_the_population_is_not_counted(tmp_path: Path) -> None:
    people = [individual("SYN1"), individual("SYN2", 0, keep_population=0), individual("SYN3", keep_population=None)]
    assert figure(cube(tmp_path, *people), "POP.SLF", "n_people") == 2


def test_people_with_long_term_conditions_are_counted_by_how_many_they_have(tmp_path: Path) -> None:
    people = [individual("SYN1", arth=1, copd=1, dementia=1), individual("SYN2", arth=1, copd=0), individual("SYN3"),
              individual("SYN4", keep_population=0, arth=1)]  # fmt: skip
    table = cube(tmp_path, *people)
    found = {name: figure(table, "POP.SLF", f"n_{name}") for name in (
        "people", "ltc1", "ltc2", "ltc3", "ltc4", "ltc_arth", "ltc_copd", "ltc_dementia", "ltc_ms")}  # fmt: skip
    assert found == {
        "people": 3, "ltc1": 2, "ltc2": 1, "ltc3": 1, "ltc4": 0, "ltc_arth": 2, "ltc_copd": 1, "ltc_dementia": 1,
        "ltc_ms": 0,
    }  # fmt: skip


def test_a_year_is_claimed_once(tmp_path: Path) -> None:
    part = part_of(individual_file(tmp_path / "a.parquet", individual("SYN1")))
    assert (part.kind, part.claims, part.rows, part.notes) == (
        "linked_individual", ("linked records individual, 2021/22",), 1, (),
    )  # fmt: skip


def test_columns_of_another_type_are_read_as_the_same(tmp_path: Path) -> None:
    people = [individual("SYN1", arth=1), individual("SYN2", 0)]
    plain = cube(tmp_path / "a", *people)
    types = {"gender": "varchar", "age": "double", "year": "integer", "arth": "double", "keep_population": "boolean"}
    path = individual_file(tmp_path / "b" / "a.parquet", *people)
    changed(path, **{name: f"{name}::{kind}" for name, kind in types.items()})
    assert cells_of(together(Store(tmp_path / "store"), path)["activity_cube"]) == cells_of(plain)


@pytest.mark.parametrize("zone", [None, ""])
def test_somebody_without_a_data_zone_is_counted_and_not_placed(tmp_path: Path, zone: str | None) -> None:
    table = cube(tmp_path, individual("SYN1", datazone2011=zone), individual("SYN2", datazone2011="S01999999"))
    assert rows(table, "block_type", "block_code", "n_people") == [
        ("data_zone_2011", "S01999999", 1), ("not_placed", "not_placed", 1),
    ]  # fmt: skip


# --- who is set aside -----------------------------------------------------------------------------

#: By fault: rows that have it.
FAULTY: Mapping[str, Sequence[Record]] = {
    "unknown_sex": [individual("SYN8", gender=7), individual("SYN9", gender=None)],
    "impossible_age": [individual("SYN8", age=-1), individual("SYN9", age=126)],
    "negative_amount": [individual("SYN8", -2000)],
}
SOUND = (individual("SYN1", arth=1), individual("SYN2", 0), individual("SYN3", age=None))


@pytest.mark.parametrize("fault", FAULTY)
def test_who_is_set_aside_is_named_by_the_fault_and_counts_nowhere(tmp_path: Path, fault: str) -> None:
    bad, store = FAULTY[fault], Store(tmp_path / "store")
    sound = together(store, individual_file(tmp_path / "sound.parquet", *SOUND))
    path = individual_file(tmp_path / "faulty.parquet", *SOUND, *bad)
    faulty = together(store, path)
    assert cells_of(faulty["activity_cube"]) == cells_of(sound["activity_cube"])
    assert rows(faulty["quarantine"], "row_no", "recid", "fault") == [
        (len(SOUND) + n, "individual", fault) for n in range(len(bad))
    ]
    (part,) = staged(path, store).parts
    assert part.notes == (f"{len(bad)} record(s) set aside: {WORDS[fault].wrong}. {WORDS[fault].remedy}",)
    assert rows(part.tables["total"], "rows_before", "rows_counted") == [(len(SOUND) + len(bad), len(SOUND))]


def test_who_is_younger_than_in_the_year_before_is_set_aside_in_the_later_year(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    before = individual_file(tmp_path / "before.parquet", earlier("SYN1"), earlier("SYN2"), earlier("SYN3"))
    # one is a year older, one has had no birthday, one is younger by ten years, one is new
    now = individual_file(tmp_path / "now.parquet", individual("SYN1"), individual("SYN2", age=69),
                          individual("SYN3", age=59), individual("SYN4", age=5))  # fmt: skip
    tables = together(store, before, now)
    assert rows(tables["quarantine"], "extract_id", "row_no", "recid", "fault") == [
        (staged(now, store).extract_id, 2, "individual", "age_goes_backwards")
    ]
    for year, people in ((2020, 3), (2021, 3)):
        counted = figure(tables["activity_cube"], "POP.SLF", "n_people", f"year(period_start) = {year}")
        assert counted == people


def test_nobody_is_younger_than_in_a_year_of_which_there_is_no_file(tmp_path: Path) -> None:
    long_before = individual_file(tmp_path / "before.parquet", earlier("SYN1", year="1920", age=80))
    now = individual_file(tmp_path / "now.parquet", individual("SYN1"))
    assert rows(together(Store(tmp_path / "store"), long_before, now)["quarantine"], "fault") == []


# --- what is refused ------------------------------------------------------------------------------


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = individual_file(tmp_path / "a.parquet", *SOUND)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "it may be cut short or damaged" in refusal(path)


def test_a_file_that_is_damaged_inside_is_refused(tmp_path: Path) -> None:
    path = individual_file(tmp_path / "a.parquet", *(individual(f"SYN{n}") for n in range(3000)))
    content = bytearray(path.read_bytes())
    content[1000:6000] = bytes(5000)
    path.write_bytes(content)
    assert "a.parquet: the file is damaged, cut short, or a column holds what it should not. Get it again." in refusal(
        path
    )


def test_a_file_of_two_years_is_refused(tmp_path: Path) -> None:
    message = refusal(individual_file(tmp_path / "a.parquet", individual("SYN1"), earlier("SYN1")))
    assert "the column 'year' holds 2021, 2122, where one year such as 2122 was expected" in message
    assert "Give each financial year a file of its own." in message


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "the file is empty. Take it out, or get it again." in refusal(individual_file(tmp_path / "a.parquet"))


@pytest.mark.parametrize(
    ("columns", "phrases"),
    [
        (
            {"keep_population": None},
            ["it looks like 'Linked care records, by person'", "column 'keep_population': the column is missing",
             "Get the extract again with this column."],
        ),
        (
            {"health_net_cost": None, "health_cost_net": "health_net_cost"},
            ["there is a column 'health_cost_net'", "Rename 'health_cost_net' back to 'health_net_cost'"],
        ),
        ({"keep_population": None, "health_net_cost": None}, ["'keep_population'", "'health_net_cost'"]),
    ],
)  # fmt: skip
def test_a_missing_column_is_named(tmp_path: Path, columns: dict[str, Any], phrases: list[str]) -> None:
    message = refusal(changed(individual_file(tmp_path / "a.parquet", *SOUND), **columns))
    for phrase in phrases:
        assert phrase in message


@pytest.mark.parametrize("column", ["gender", "age", "health_net_cost", "keep_population"])
def test_a_column_that_holds_what_it_should_not_is_refused_and_not_quoted(tmp_path: Path, column: str) -> None:
    path = changed(individual_file(tmp_path / "a.parquet", *SOUND), **{column: "anon_chi"})
    assert "a column holds what it should not" in refusal(path)


def test_two_files_of_one_year_are_refused_together(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    one = staged(individual_file(tmp_path / "one.parquet", individual("SYN1")), store)
    two = staged(individual_file(tmp_path / "two.parquet", individual("SYN2")), store)
    before = staged(individual_file(tmp_path / "before.parquet", earlier("SYN2")), store)
    refuse_double_claims([one, before])
    with pytest.raises(ExtractRefused) as refused:
        refuse_double_claims([one, before, two])
    assert "two.parquet: gives linked records individual, 2021/22, which one.parquet gives already" in str(
        refused.value
    )


# --- only what has changed is made again ----------------------------------------------------------


def test_a_changed_file_changes_its_own_year_and_the_next(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    records = episode_file(tmp_path / "records.parquet", attendance("SYN1"))
    paths = [
        individual_file(tmp_path / f"{year}.parquet", individual("SYN1", year=year, age=age))
        for year, age in (("1920", 68), ("2021", 69), ("2122", 70), ("2223", 71))
    ]
    together(store, records, *paths)
    there = in_store(store)
    assert staged(paths[1], store).reused
    individual_file(paths[1], individual("SYN1", year="2021", age=69), individual("SYN2", year="2021", age=40))
    together(store, records, *paths)
    made = [name.split("/")[0] for name in in_store(store) - there if name.endswith(".parquet")]
    assert made.count("_individual_piece") == 1
    assert made.count("_individual_cell") == 2, "the year itself, and the next, which is compared with it"
    assert not {"_cell", "_people_cell", "_stay"} & set(made)


# --- nobody is named ------------------------------------------------------------------------------


def test_records_of_persons_are_for_their_owner_only(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    together(store, individual_file(tmp_path / "a.parquet", *SOUND))
    for name in sources()["linked_individual"].private:
        folder = store.folder / f"_{name}"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.parquet")} == {0o600}
    assert persons_told(store.folder) == []


# --- the doors ------------------------------------------------------------------------------------


def description_of(fault: str) -> str:
    """What the suite expects, which a row with the fault breaks."""
    suite = json.loads(SUITE.read_text(encoding="utf-8"))["expectations"]
    (found,) = [e["description"] for e in suite if f"fault = '{fault}'" in str(e["kwargs"])]
    return str(found)


def test_pieces_have_the_columns_that_suites_are_checked_against(tmp_path: Path) -> None:
    tables = part_of(individual_file(tmp_path / "a.parquet", *SOUND)).tables
    contracts = pieces_of("linked_individual")
    for name in ("total", "set_aside", "individual_piece"):
        assert pq.read_schema(tables[name].path).names == contracts[name].schema.names, name


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the doors say of two years of people, each fault among them and costs in pence.

    Two people are younger in the second year; both live where nobody else does.
    """
    folder = country_at(tmp_path_factory.mktemp("workspace"))
    raw = folder / "data" / "raw" / "linked"
    twice = [f"SYN{n}" for n in range(20, 140)]
    younger = ["SYN10", "SYN11"]
    faulty = [{**row, "anon_chi": f"{row['anon_chi']}of{fault}"} for fault, of in FAULTY.items() for row in of]
    individual_file(raw / "2021.parquet", *(earlier(person, health_net_cost=250_000) for person in twice),
                    *(earlier(person, datazone2011="S01900002") for person in younger))  # fmt: skip
    individual_file(raw / "2122.parquet", *(individual(person, 250_000) for person in twice),
                    *(individual(person, 900_000, age=30, datazone2011="S01900002") for person in younger),
                    *faulty)  # fmt: skip
    workspace = read_workspace(folder)
    with building.one_build(workspace):
        files = building.stage_all(workspace)
        extract = building.settle_extracts(workspace, files)
        doors = [door for group in ("places", "activity") if (door := building.check_extracts(workspace, files, group))]
        made = building.curate_tables(workspace, files, extract)
        doors.append(building.check_curated(workspace, made))
    results = [row for door in doors for row in pq.read_table(door.results).to_pylist()]
    return {"folder": folder, "results": results, "tables": made.tables, "extract": pq.read_table(extract).to_pylist(),
            "documents": "".join(door.documents.read_text(encoding="utf-8") for door in doors)}  # fmt: skip


def said(bad: dict[str, Any], suite_name: str, words: str) -> dict[str, Any]:
    """The one result of a suite in whose sentence these words stand."""
    (row,) = [r for r in bad["results"] if r["suite"] == suite_name and words in r["sentence"]]
    return row


@pytest.mark.parametrize("fault", FAULTY)
def test_the_check_result_names_and_counts_each_fault(bad: dict[str, Any], fault: str) -> None:
    row = said(bad, "linked_individual", description_of(fault))
    assert (row["severity"], row["success"], row["unexpected"]) == ("should", False, len(FAULTY[fault]))
    assert "'quarantine'" in row["remedy"]


def test_who_is_younger_than_before_is_told_after_curating(bad: dict[str, Any]) -> None:
    row = said(bad, "quarantine", "nobody is younger than in the file of the year before")
    assert (row["severity"], row["success"], row["unexpected"]) == ("should", False, 2)
    aside = pq.read_table(bad["tables"]["quarantine"]).to_pylist()
    assert sum(r["fault"] == "age_goes_backwards" for r in aside) == 2


def test_who_is_set_aside_makes_none_of_the_cost(bad: dict[str, Any]) -> None:
    told = {
        (row["period_start"], row["area_code"]): (row["people"], row["cost_pence"])
        for row in pq.read_table(bad["tables"]["concentration"]).to_pylist()
        if row["area_type"] == "data_zone_2011" and row["deaths"] == "with"
    }
    assert told[date(2020, 4, 1), "S01900002"] == (2, 2 * 200_000)
    assert (date(2021, 4, 1), "S01900002") not in told
    assert told[date(2021, 4, 1), "S01900001"] == (120, 120 * 25_000_000)


def test_costs_in_pence_are_found_by_their_average(bad: dict[str, Any]) -> None:
    row = said(bad, "linked_individual", "health care costs between 100 and 20,000 pounds on average")
    assert (row["severity"], row["success"], row["unexpected"]) == ("should", False, None)


def test_nothing_that_must_hold_is_broken_by_who_was_set_aside(bad: dict[str, Any]) -> None:
    assert [r["sentence"] for r in bad["results"] if r["severity"] == "must" and not r["success"]] == []


def test_nobody_is_named_in_anything_that_is_told(bad: dict[str, Any]) -> None:
    assert "SYN" not in str(bad["results"]) + str(bad["extract"]) + bad["documents"]
    assert persons_told(bad["folder"] / "data" / "curated") == []


def test_all_rows_are_counted_or_set_aside(bad: dict[str, Any]) -> None:
    """In the later year: 120 people and 5 with a fault of their own, and 2 who are younger than before."""
    (aside,) = [
        e["rows"] for e in bad["extract"] if e["kind"] == "linked_individual" and e["file"].endswith("2122.parquet")
    ]
    quarantined = [r for r in pq.read_table(bad["tables"]["quarantine"]).to_pylist() if r["recid"] == "individual"]
    assert aside == 120 + 5 + 2
    assert len(quarantined) == 5 + 2


# --- from one year to the next --------------------------------------------------------------------

#: Two zones of one partnership, and two of the other.
NESS, FAR, HOLM, BAY = "S01900001", "S01900002", "S01900003", "S01900004"


def two_years(folder: Path) -> Sequence[Path]:
    """Two years of people, of whom 60 are dear in the first: 60 * 9,000 = 540,000 of 1,050,005 pounds.

    59 of the 60 make half, and the last of them costs as much.

    A year later 22 of them cost as much again in the same zone, 10 in the other zone of the partnership; 12 have died,
    11 are in no file, 5 cost little. Two more are younger in the second year, dear in both, and tell of nobody.
    """
    dear = [f"SYN{n}" for n in range(60)]
    rest = [f"SYN{n}" for n in range(100, 202)]
    twins = ["SYN900", "SYN901"]
    before = [earlier(person, health_net_cost=9_000) for person in dear] + [
        earlier(person, health_net_cost=5_000) for person in rest
    ]
    before += [earlier(person, health_net_cost=600_000) for person in twins] + [
        earlier("SYN910", health_net_cost=5, datazone2011=FAR)
    ]
    before += [earlier(f"SYN92{n}", health_net_cost=7, datazone2011=zone) for n, zone in enumerate((HOLM, BAY))]
    after = [individual(person, 9_000) for person in dear[:22]]
    after += [individual(person, 9_000, datazone2011=FAR) for person in dear[22:32]]
    after += [individual(person, 30, death_date=date(2021, 5, 1)) for person in dear[32:44]]
    after += [individual(person, 40) for person in dear[55:]]
    after += [individual(person, 700_000, age=30) for person in twins]
    return (individual_file(folder / "2021.parquet", *before), individual_file(folder / "2122.parquet", *after))


def curated_at(folder: Path) -> tuple[Mapping[str, Path], list[dict[str, Any]]]:
    """The curated tables of a workspace, and what the last door says of them."""
    workspace = read_workspace(folder)
    with building.one_build(workspace):
        files = building.stage_all(workspace)
        made = building.curate_tables(workspace, files, building.settle_extracts(workspace, files))
        door = building.check_curated(workspace, made)
    return made.tables, pq.read_table(door.results).to_pylist()


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Path], list[dict[str, Any]]]:
    folder = country_at(tmp_path_factory.mktemp("workspace"))
    two_years(folder / "data" / "raw" / "linked")
    return folder, *curated_at(folder)


GROUPS = ("high_before", "still_high", "died", "left_area_or_gone", "no_longer_high")


def plainly_became(folder: Path, zones: set[str]) -> dict[str, int]:
    """What became of those who made half of the cost of some zones, by going through the two files."""
    files = [pq.read_table(folder / f"{year}.parquet").to_pylist() for year in ("2021", "2122")]
    years = [{row["anon_chi"]: row for row in rows} for rows in files]
    aside = {who for who, row in years[1].items() if who in years[0] and row["age"] < years[0][who]["age"]}
    before, after = ({w: row for w, row in rows.items() if w not in aside} for rows in years)

    def high_of(people: dict[str, dict[str, Any]], places: set[str]) -> set[str]:
        of = sorted((row["health_net_cost"], who) for who, row in people.items() if row["datazone2011"] in places)
        total, added, cut = sum(cost for cost, _ in of), 0, None
        for cost, _ in reversed(of):
            if 2 * added < total:
                cut = cost
            added += cost
        return {who for cost, who in of if cut is not None and cost >= cut}

    told = dict.fromkeys(GROUPS, 0)
    later = high_of(after, zones) | (high_of(after, {FAR}) if zones == {NESS} else set())
    for who in high_of(before, zones):
        there = after.get(who)
        died = any(row and row["death_date"] for row in (before[who], there))
        stayed = there and there["datazone2011"] in zones
        group = (
            "still_high" if who in later else "died" if died else "no_longer_high" if stayed else "left_area_or_gone"
        )
        told["high_before"] += 1
        told[group] += 1
    return told


def test_what_became_of_the_dearest_people_stands_beside_each_area(followed: Any) -> None:
    _, tables, _ = followed
    table = {
        (r["area_type"], r["area_code"]): r for r in pq.read_table(tables["concentration_persistence"]).to_pylist()
    }
    ness = table["hscp", "S37900001"]
    assert [ness[name] for name in GROUPS] == [60, 32, 12, 11, 5]
    assert (ness["period_type"], ness["period_start"], ness["period_end"]) == (
        "financial_year", date(2020, 4, 1), date(2021, 3, 31),
    )  # fmt: skip
    assert (ness["next_period_start"], ness["next_period_end"]) == (date(2021, 4, 1), date(2022, 3, 31))
    # Five are no longer high, which tells of few; the dearest makes 9,000 of 1,050,005 pounds.
    assert (ness["low_number"], ness["dominated"]) == (True, False)
    assert len(ness["extract_id"].split()) == 2


@pytest.mark.parametrize(("area", "zones"), [
    (("hscp", "S37900001"), {NESS, FAR}), (("data_zone_2011", NESS), {NESS}), (("data_zone_2011", FAR), {FAR}),
])  # fmt: skip
def test_a_plain_search_through_both_files_finds_the_same(followed: Any, area: Any, zones: set[str]) -> None:
    folder, tables, _ = followed
    rows_ = pq.read_table(tables["concentration_persistence"]).to_pylist()
    (row,) = [r for r in rows_ if (r["area_type"], r["area_code"]) == area]
    assert {name: row[name] for name in GROUPS} == plainly_became(folder / "data" / "raw" / "linked", zones)


def test_areas_that_one_of_the_years_does_not_cover_have_no_row(followed: Any) -> None:
    # Holm and Bay have somebody in the first year only: they did not leave, the second year's file lacks the place.
    _, tables, _ = followed
    first = {row["area_code"] for row in pq.read_table(tables["concentration"]).to_pylist()}
    assert first >= {"S37900002", HOLM, "S92900001"}
    areas = {row["area_code"] for row in pq.read_table(tables["concentration_persistence"]).to_pylist()}
    assert areas >= {"S37900001", NESS, FAR}
    assert not areas & {"S37900002", HOLM, "S92900001"}


def test_the_last_door_is_satisfied_with_what_became_of_them(followed: Any) -> None:
    _, _, results = followed
    of = [row for row in results if row["suite"] == "concentration_persistence"]
    assert len(of) == 8
    assert [row["sentence"] for row in of if not row["success"]] == []


def test_one_year_alone_tells_nothing_of_what_became_of_anybody(tmp_path: Path) -> None:
    folder = country_at(tmp_path / "w")
    raw = folder / "data" / "raw" / "linked"
    individual_file(raw / "2021.parquet", earlier("SYN1"), earlier("SYN2", datazone2011=FAR))
    tables, _ = curated_at(folder)
    assert "concentration" in tables
    assert "concentration_persistence" not in tables


def test_only_years_that_have_changed_are_compared_again(tmp_path: Path) -> None:
    folder = country_at(tmp_path / "w")
    raw, store = folder / "data" / "raw" / "linked", folder / "data" / "curated"
    two_years(raw)
    individual_file(raw / "2223.parquet", individual("SYN0", 5, year="2223", age=71))
    curated_at(folder)
    there = in_store(Store(store))
    individual_file(raw / "2223.parquet", individual("SYN0", 6, year="2223", age=71))
    curated_at(folder)
    made = [name.split("/")[0] for name in in_store(Store(store)) - there if name.endswith(".parquet")]
    assert made.count("_concentration_persistence") == 1, "of the second year and the third, not of the first"
    assert made.count("_concentration") == 1
