"""Linked care records by episode: what is counted, what is set aside and why, and that nobody is named."""

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
    ask,
    attendance,
    care_home,
    cells_of,
    changed,
    delay,
    episode_file,
    figure,
    in_store,
    part_of,
    persons_told,
    rows,
    staged,
    stay,
    together,
)
from small_country import country_at

from locality_profiles import building
from locality_profiles.curate.staging import refuse_double_claims
from locality_profiles.episodes.faults import FAULTS, NAMES
from locality_profiles.errors import ExtractRefused
from locality_profiles.sources import folding, read_extract, sources
from locality_profiles.tables.store import Store
from locality_profiles.workspace import packaged_expectations, read_workspace

SUITE = packaged_expectations() / "extract" / "linked_episode.json"
MONTHS = {"apr": date(2021, 4, 1), "jun": date(2021, 6, 1), "jul": date(2021, 7, 1), "aug": date(2021, 8, 1)}


def refusal(path: Path) -> str:
    """The message with which a file is refused, and everything that would be printed with it."""
    with pytest.raises(ExtractRefused) as refused:
        staged(path)
    assert "SYN" not in "".join(traceback.format_exception(refused.value))
    return str(refused.value)


# --- what it becomes ------------------------------------------------------------------------------


def test_a_stay_is_counted_by_month_and_once(tmp_path: Path) -> None:
    cell = part_of(episode_file(tmp_path / "a.parquet", stay("SYN1", "2021-06-28", "2021-07-03"))).tables["cell"]
    for service in ("HOSP.ACU.EM", "HOSP.EM.ALL"):
        # the last day counts and the first does not: 29 and 30 June, 1, 2 and 3 July
        told = ask(
            f"select period_start, bed_days, cost_net from t where service_code = '{service}' order by 1", t=cell
        )
        assert told == [(MONTHS["jun"], 2.0, 200_000), (MONTHS["jul"], 3.0, 300_000)]
    assert rows(cell, "n_episodes", "n_records", "period_start", "block_code", "age_band", "sex", "urgency")[0] == (
        1, 1, MONTHS["jul"], "S01900001", "65-74", "female", "emergency",
    )  # fmt: skip


def test_each_kind_of_record_of_a_year_is_claimed(tmp_path: Path) -> None:
    part = part_of(episode_file(tmp_path / "a.parquet", attendance("SYN1"), stay("SYN2", "2021-06-01", "2021-06-03")))
    assert part.claims == ("linked records 01B, 2021/22", "linked records AE2, 2021/22")
    assert (part.kind, part.rows, part.notes) == ("linked_episode", 2, ())


def test_every_measure_of_a_row_is_one_of_the_whole(tmp_path: Path) -> None:
    records = [attendance(f"SYN{n}", f"2021-0{4 + n % 6}-10", age=10 * n) for n in range(10)]
    part = part_of(episode_file(tmp_path / "a.parquet", *records))
    assert figure(part.tables["cell"], "HOSP.AE", "n_attend") == 10
    assert figure(part.tables["cell"], "HOSP.AE", "cost_net") == 10 * 15_000


def test_columns_of_another_type_are_read_as_the_same(tmp_path: Path) -> None:
    records = [attendance("SYN1"), stay("SYN2", "2021-06-01", "2021-06-03")]
    plain = part_of(episode_file(tmp_path / "a" / "a.parquet", *records))
    types = dict.fromkeys(("age", "cij_marker", "cost_total_net"), "double") | {"gender": "varchar", "year": "integer"}
    other = changed(
        episode_file(tmp_path / "b" / "a.parquet", *records), cij_admtype="18",
        **{name: f"{name}::{kind}" for name, kind in types.items()},
    )  # fmt: skip
    assert cells_of(part_of(other).tables["cell"]) == cells_of(plain.tables["cell"])


def test_a_column_may_be_spelt_with_capitals(tmp_path: Path) -> None:
    path = changed(episode_file(tmp_path / "a.parquet", attendance("SYN1")), datazone2011=None,
                   DataZone2011="datazone2011")  # fmt: skip
    assert rows(part_of(path).tables["cell"], "block_code") == [("S01900001",)]


def test_a_column_that_need_not_be_there_is_empty(tmp_path: Path) -> None:
    path = changed(episode_file(tmp_path / "a.parquet", attendance("SYN1")), hl1_application_ref=None, ipdc=None)
    assert figure(part_of(path).tables["cell"], "HOSP.AE", "n_attend") == 1


# --- what is set aside ----------------------------------------------------------------------------

JUNE = stay("SYN1", "2021-06-10", "2021-06-20")
DELAYED = delay("SYN2", "2021-06-20", "2021-08-05")
VISIT = attendance("SYN3")

#: By fault: records beside it that are sound, and records that have it.
FAULTY: Mapping[str, tuple[Sequence[Record], Sequence[Record]]] = {
    "unknown_recid": ([], [attendance("SYN9", recid="ZZ9"), attendance("SYN10", recid=None)]),
    "unknown_smrtype": ([], [attendance("SYN9", smrtype="Not a type"), attendance("SYN10", smrtype=None),
                             attendance("SYN11", smrtype="Acute-IP")]),
    "unknown_sex": ([], [attendance("SYN9", gender=7), attendance("SYN10", gender=None)]),
    "impossible_age": ([], [attendance("SYN9", age=-1), attendance("SYN10", age=126)]),
    "no_start": ([], [attendance("SYN9", None)]),
    "open_record": ([stay("SYN8", "2021-06-01", None, recid="04B")], [stay("SYN9", "2021-06-01", None)]),
    "discharge_before_admission": ([], [stay("SYN9", "2021-06-10", "2021-06-08")]),
    "date_of_another_year": ([], [attendance("SYN9", "2018-06-10"), attendance("SYN10", "2022-04-01"),
                                  care_home("SYN11", "2020-01-01", "2021-03-31"),
                                  care_home("SYN12", "2022-04-02")]),
    "bed_days_outside_year": ([], [stay("SYN9", "2021-03-20", "2021-04-02", mar_beddays=11.0)]),
    "cost_of_months": ([], [stay("SYN9", "2021-06-01", "2021-06-03", jul_cost=55)]),
    "negative_amount": ([], [attendance("SYN9", cost_total_net=-150)]),
    "cost_in_pence": ([], [attendance("SYN9", cost_total_net=15_000),
                           stay("SYN10", "2021-06-01", "2021-06-03", a_day=100_000)]),
    "unknown_delay_reason": ([], [delay("SYN9", "2021-06-20", "2021-06-25", primary_delay_reason="99Z"),
                                  delay("SYN10", "2021-06-20", "2021-06-25", primary_delay_reason="9")]),
    "exact_duplicate": ([VISIT], [VISIT, VISIT]),
    "delay_twice": ([DELAYED], [delay("SYN2", "2021-06-20", "2021-06-30"), delay("SYN2", "2021-06-20", "2021-07-31")]),
    "overlapping_stay": ([JUNE], [stay("SYN1", "2021-06-12", "2021-06-15", marker=2, location="Q901H")]),
}  # fmt: skip
SOUND = (stay("SYN4", "2021-05-30", "2021-06-02"), attendance("SYN5"), attendance("SYN6", "2022-03-31"),
         delay("SYN7", "2021-04-10", "2021-04-12"), care_home("SYN8", "2021-01-15"))  # fmt: skip


def test_there_is_an_example_of_every_fault_that_one_file_can_have() -> None:
    assert set(FAULTY) == set(NAMES) - {"age_goes_backwards"}


@pytest.mark.parametrize("fault", FAULTY)
def test_what_is_set_aside_is_named_and_counted_and_counts_nowhere(tmp_path: Path, fault: str) -> None:
    beside, bad = FAULTY[fault]
    store = Store(tmp_path / "store")
    sound = together(store, episode_file(tmp_path / "sound.parquet", *SOUND, *beside))
    path = episode_file(tmp_path / "faulty.parquet", *SOUND, *beside, *bad)
    faulty = together(store, path)

    assert cells_of(faulty["activity_cube"]) == cells_of(sound["activity_cube"])
    assert cells_of(faulty["hospital_flow"]) == cells_of(sound["hospital_flow"])
    first = len(SOUND) + len(beside)
    assert rows(faulty["quarantine"], "row_no", "fault") == [(first + n, fault) for n in range(len(bad))]
    assert rows(sound["quarantine"], "row_no", "fault") == []
    words = {each.id: each for each in FAULTS}[fault]
    (part,) = staged(path, store).parts
    assert part.notes == (f"{len(bad)} record(s) set aside: {words.wrong}. {words.remedy}",)


@pytest.mark.parametrize("fault", FAULTY)
def test_rows_days_and_cost_are_those_counted_and_those_set_aside(tmp_path: Path, fault: str) -> None:
    beside, bad = FAULTY[fault]
    records = [*SOUND, *beside, *bad]
    tables = part_of(episode_file(tmp_path / "a.parquet", *records)).tables
    ((*before, rows_, days, cost),) = rows(
        tables["total"], "rows_before", "bed_days_before", "cost_before", "rows_counted", "bed_days_counted",
        "cost_counted",
    )  # fmt: skip
    assert before == [
        len(records), sum(r.get("yearstay", 0) for r in records), sum(100 * r.get("cost_total_net", 0) for r in records)
    ]  # fmt: skip
    ((n, days_aside, cost_aside),) = ask("select count(*), sum(bed_days), sum(cost_net) from t", t=tables["set_aside"])
    assert [rows_ + n, days + days_aside, cost + cost_aside] == before
    assert n == len(bad)
    ((in_cells,),) = ask("select sum(n_records) from t", t=tables["cell"])
    assert in_cells == rows_


def test_a_record_bears_the_first_of_its_faults(tmp_path: Path) -> None:
    path = episode_file(tmp_path / "a.parquet", attendance("SYN1", gender=7, age=200, cost_total_net=-1))
    assert rows(part_of(path).tables["set_aside"], "fault") == [("unknown_sex",)]


# --- what looks like a fault and is none ----------------------------------------------------------


def faults_of(tmp_path: Path, *records: Record) -> list[str]:
    part = part_of(episode_file(tmp_path / "a.parquet", *records))
    return [fault for (fault,) in rows(part.tables["set_aside"], "fault")]


def test_a_stay_that_begins_on_the_day_another_ends_does_not_overlap(tmp_path: Path) -> None:
    assert faults_of(tmp_path, JUNE, stay("SYN1", "2021-06-20", "2021-06-25", marker=2)) == []


def test_records_of_one_stay_do_not_overlap(tmp_path: Path) -> None:
    assert faults_of(tmp_path, JUNE, stay("SYN1", "2021-06-15", "2021-06-25", marker=1)) == []


def test_a_whole_stay_is_set_aside_where_one_of_its_records_overlaps(tmp_path: Path) -> None:
    later = [stay("SYN1", "2021-06-12", "2021-06-15", marker=2), stay("SYN1", "2021-06-15", "2021-07-15", marker=2)]
    assert faults_of(tmp_path, JUNE, *later) == ["overlapping_stay"] * 2


def test_a_later_stay_is_compared_with_all_before_it(tmp_path: Path) -> None:
    long, inside = stay("SYN1", "2021-06-01", "2021-08-01"), stay("SYN1", "2021-06-05", "2021-06-06", marker=2)
    assert faults_of(tmp_path, long, inside, stay("SYN1", "2021-07-01", "2021-07-02", marker=3)) == [
        "overlapping_stay"
    ] * 2  # fmt: skip


def test_records_of_nobody_known_are_never_taken_for_one_person(tmp_path: Path) -> None:
    nobody = (attendance(None), delay(None, "2021-06-20", "2021-06-25"), stay(None, "2021-06-10", "2021-06-20"))
    tables = together(Store(tmp_path / "store"), episode_file(tmp_path / "a.parquet", *nobody, *nobody))
    assert rows(tables["quarantine"], "fault") == []
    assert figure(tables["activity_cube"], "HOSP.AE", "n_attend") == 2
    assert figure(tables["activity_cube"], "HOSP.ACU.EM", "n_episodes") == 2
    assert rows(tables["activity_cube"], "distinct counted_from") == [("records",)]


def test_a_delay_in_several_months_is_one_of_its_whole_length(tmp_path: Path) -> None:
    months = [delay("SYN2", "2021-06-20", last) for last in ("2021-06-30", "2021-07-31", "2021-08-05")]
    cell = part_of(episode_file(tmp_path / "a.parquet", *months)).tables["cell"]
    assert figure(cell, "FLOW.DD", "n_delays") == 1
    assert ask("select period_start, bed_days from t where bed_days > 0 order by 1", t=cell) == [
        (MONTHS["jun"], 10.0), (MONTHS["jul"], 31.0), (MONTHS["aug"], 5.0),
    ]  # fmt: skip


def test_care_that_goes_on_may_be_open_and_its_days_count(tmp_path: Path) -> None:
    records = [stay("SYN1", "2022-03-21", None, recid="04B"), care_home("SYN2", "2021-01-15")]
    part = part_of(episode_file(tmp_path / "a.parquet", *records))
    assert part.notes == ()
    cell = part.tables["cell"]
    assert figure(cell, "HOSP.MH", "bed_days") == 10
    assert figure(cell, "HOSP.MH", "n_episodes") == 0
    assert figure(cell, "SC.CH.LONG", "bed_days") == 365
    assert figure(cell, "SC.CH.LONG", "n_admit") == 0
    assert figure(cell, "SC.CH.LONG", "n_residents", "period_start = date '2022-03-31'") == 1


def test_a_month_outside_the_files_year_is_found_by_the_sum_of_the_months(tmp_path: Path) -> None:
    crossing = stay("SYN1", "2021-03-20", "2021-04-02")
    cell = part_of(episode_file(tmp_path / "a.parquet", crossing)).tables["cell"]
    assert rows(cell, "period_start", "bed_days")[0] == (MONTHS["apr"], 2.0)
    assert figure(cell, "HOSP.ACU.EM", "bed_days") == 2


# --- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", [None, ""])
def test_a_record_without_a_data_zone_is_counted_and_not_placed(tmp_path: Path, zone: str | None) -> None:
    part = part_of(episode_file(tmp_path / "a.parquet", attendance("SYN1", datazone2011=zone), attendance("SYN2")))
    assert part.notes == ()
    assert rows(part.tables["cell"], "block_type", "block_code", "n_attend") == [
        ("data_zone_2011", "S01900001", 1), ("not_placed", "not_placed", 1),
    ]  # fmt: skip


def test_a_record_of_an_unknown_data_zone_keeps_its_code(tmp_path: Path) -> None:
    part = part_of(episode_file(tmp_path / "a.parquet", attendance("SYN1", datazone2011="S01999999")))
    assert rows(part.tables["cell"], "block_type", "block_code", "n_attend") == [("data_zone_2011", "S01999999", 1)]


def test_somebody_in_a_care_home_is_counted_where_the_home_stands(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    records = [attendance("SYN1", "2021-04-10"), care_home("SYN1", "2021-05-01", datazone2011="S01900002",
                                                            ch_postcode="ZZ9 9ZZ")]  # fmt: skip
    tables = together(store, episode_file(tmp_path / "a.parquet", *records))
    cube = tables["activity_cube"]
    assert figure(cube, "SC.CH.LONG", "bed_days", "block_code = 'S01900002'") == 334
    assert figure(cube, "SC.CH.LONG", "bed_days") == 334
    assert figure(cube, "HOSP.AE", "n_attend", "block_code = 'S01900001'") == 1
    # one place a person and year, that of the latest record
    people = "select distinct block_code from t where counted_from = 'people'"
    assert ask(people, t=cube) == [("S01900002",)]
    texts = [str(pq.read_table(store.folder / name).to_pylist()) for name in in_store(store) if name[-7:] == "parquet"]
    assert not any("ZZ9 9ZZ" in text for text in texts)


# --- what is refused ------------------------------------------------------------------------------


def test_a_file_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = episode_file(tmp_path / "a.parquet", *SOUND)
    path.write_bytes(path.read_bytes()[:-1000])
    message = refusal(path)
    assert "it may be cut short or damaged" in message
    assert message.endswith("Download it again.")


def test_a_file_that_is_damaged_inside_is_refused(tmp_path: Path) -> None:
    path = episode_file(tmp_path / "a.parquet", *(attendance(f"SYN{n}") for n in range(2000)))
    content = bytearray(path.read_bytes())
    content[1000:6000] = bytes(5000)
    path.write_bytes(content)
    assert "a.parquet: the file is damaged, cut short, or a column holds what it should not. Get it again." in refusal(
        path
    )


def test_a_file_of_two_years_is_refused(tmp_path: Path) -> None:
    path = episode_file(tmp_path / "a.parquet", attendance("SYN1"), attendance("SYN2", "2020-06-10", year="2021"))
    message = refusal(path)
    assert "the column 'year' holds 2021, 2122, where one year such as 2122 was expected" in message
    assert "Give each financial year a file of its own." in message


@pytest.mark.parametrize("year", ["2123", "21", "SYN1234567", None])
def test_a_file_of_no_year_is_refused_and_what_stands_there_is_not_told(tmp_path: Path, year: str | None) -> None:
    assert "where one year such as 2122 was expected" in refusal(
        episode_file(tmp_path / "a.parquet", attendance("SYN1", year=year))
    )


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "the file is empty. Take it out, or get it again." in refusal(episode_file(tmp_path / "a.parquet"))


@pytest.mark.parametrize(
    ("columns", "phrases"),
    [
        ({"gender": None}, ["column 'gender': the column is missing", "Get the extract again with this column."]),
        (
            {"datazone2011": None, "datazone_2011": "datazone2011"},
            ["column 'datazone2011': the column is missing; there is a column 'datazone_2011'",
             "Rename 'datazone_2011' back to 'datazone2011'"],
        ),
        ({"cost_total_net": None}, ["column 'cost_total_net': the column is missing (layout"]),  # not that with DNAs
        ({"recid": None}, ["it looks like 'Linked care records, by episode'", "column 'recid'"]),
    ],
)  # fmt: skip
def test_a_missing_column_is_named(tmp_path: Path, columns: dict[str, Any], phrases: list[str]) -> None:
    message = refusal(changed(episode_file(tmp_path / "a.parquet", *SOUND), **columns))
    for phrase in phrases:
        assert phrase in message


@pytest.mark.parametrize(
    ("column", "sql"), [("gender", "anon_chi"), ("age", "anon_chi"), ("record_keydate1", "anon_chi"),
                        ("cost_total_net", "anon_chi"), ("record_keydate1", "20210610")]
)  # fmt: skip
def test_a_column_that_holds_what_it_should_not_is_refused_and_not_quoted(
    tmp_path: Path, column: str, sql: str
) -> None:
    path = changed(episode_file(tmp_path / "a.parquet", *SOUND), **{column: sql})
    assert "a column holds what it should not" in refusal(path)


def test_records_of_persons_are_never_read_into_memory(tmp_path: Path) -> None:
    path = episode_file(tmp_path / "a.parquet", attendance("SYN1"))
    assert folding(path) is not None
    with pytest.raises(ExtractRefused, match="records of persons are not read into memory"):
        read_extract(path)


def test_two_files_of_one_kind_and_year_are_refused_together(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    one = staged(episode_file(tmp_path / "one.parquet", attendance("SYN1")), store)
    two = staged(episode_file(tmp_path / "two.parquet", attendance("SYN2")), store)
    earlier = attendance("SYN1", "2020-06-10", year="2021")
    other_year = staged(episode_file(tmp_path / "earlier.parquet", earlier), store)
    other_kind = staged(episode_file(tmp_path / "stays.parquet", stay("SYN1", "2021-06-01", "2021-06-03")), store)
    refuse_double_claims([one, other_year, other_kind])
    with pytest.raises(ExtractRefused) as refused:
        refuse_double_claims([one, other_year, other_kind, two])
    assert "two.parquet: gives linked records AE2, 2021/22, which one.parquet gives already" in str(refused.value)


# --- only what has changed is made again ----------------------------------------------------------


def test_a_file_that_was_staged_is_found_in_the_store(tmp_path: Path) -> None:
    store, path = Store(tmp_path / "store"), episode_file(tmp_path / "a.parquet", *SOUND)
    first = staged(path, store)
    there = in_store(store)
    again = staged(path, store)
    assert (first.reused, again.reused) == (False, True)
    assert (again.parts, in_store(store)) == (first.parts, there)


def test_a_changed_file_changes_only_what_it_is_part_of(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    stays = [
        episode_file(tmp_path / "stays-2021.parquet",
                     stay("SYN1", "2020-06-10", "2020-06-20", of=2020, year="2021")),
        episode_file(tmp_path / "stays-2122.parquet", stay("SYN1", "2021-06-10", "2021-06-20", marker=2)),
    ]  # fmt: skip
    visits = [
        episode_file(tmp_path / "visits-2021.parquet", attendance("SYN1", "2020-06-10", year="2021")),
        episode_file(tmp_path / "visits-2122.parquet", attendance("SYN1")),
    ]
    before = together(store, *stays, *visits)
    there = in_store(store)
    assert together(store, *stays, *visits) == before
    assert in_store(store) == there

    episode_file(visits[1], attendance("SYN1"), attendance("SYN2"))
    after = together(store, *stays, *visits)
    made = [name.split("/")[0] for name in in_store(store) - there if name.endswith(".parquet")]
    # what the file itself gives, and people of its year; a table is only one more name for each of its pieces
    for name in ("_cell", "_total", "_people_cell"):
        assert made.count(name) == 1, name
    of_stays = {"_stay_piece", "_stay", "_stay_cell", "_readmission_cell", "_last_months_cell", "hospital_flow"}
    assert not of_stays & set(made)
    assert after["hospital_flow"] == before["hospital_flow"]
    assert figure(after["activity_cube"], "HOSP.AE", "n_attend") == 3
    assert figure(after["activity_cube"], "ALL", "n_people", "period_start = date '2021-04-01'") == 2


def test_tables_on_the_way_outlive_the_clearing_after_a_build(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    path = episode_file(tmp_path / "a.parquet", *SOUND, attendance("SYN7"))
    tables = together(store, path)
    kept = {stored.path for stored in tables.values()}
    store.keep_only({*kept, *(stored.path for part in staged(path, store).parts for stored in part.tables.values())})
    there = in_store(store)
    together(store, path)
    assert in_store(store) == there
    assert any(name.startswith("_people_cell/") for name in there)


# --- nobody is named ------------------------------------------------------------------------------


def test_records_of_persons_are_for_their_owner_only(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    death = {**attendance("SYN5", "2021-07-01"), "recid": "NRS", "smrtype": "NRS Deaths", "cost_total_net": 0}
    together(store, episode_file(tmp_path / "a.parquet", *SOUND, death))
    for name in [*sources()["linked_episode"].private, "stay"]:
        folder = store.folder / f"_{name}"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, name
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.parquet")} == {0o600}, name
    assert persons_told(store.folder) == []


def test_what_slipped_into_the_column_of_kinds_is_not_told(tmp_path: Path) -> None:
    part = part_of(episode_file(tmp_path / "a.parquet", *SOUND, attendance("SYN9", recid="SYN1234567")))
    assert rows(part.tables["set_aside"], "recid", "fault") == [(None, "unknown_recid")]
    assert persons_told(tmp_path / "store") == []


# --- the doors ------------------------------------------------------------------------------------


def suite() -> list[dict[str, Any]]:
    return json.loads(SUITE.read_text(encoding="utf-8"))["expectations"]


def description_of(fault: str) -> str:
    """What the suite expects, which a record with the fault breaks."""
    (found,) = [e["description"] for e in suite() if f"fault = '{fault}'" in str(e["kwargs"])]
    return str(found)


def test_every_fault_that_one_file_can_have_is_asked_for() -> None:
    assert all(description_of(fault) for fault in FAULTY)


def test_pieces_have_the_columns_that_suites_are_checked_against(tmp_path: Path) -> None:
    tables = part_of(episode_file(tmp_path / "a.parquet", *SOUND)).tables
    contracts = pieces_of("linked_episode")
    for name in ("total", "set_aside"):
        assert pq.read_schema(tables[name].path).names == contracts[name].schema.names, name
    assert set(pq.read_schema(tables["cell"].path).names) <= set(contracts["cell"].schema.names)


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the doors say of a file with every fault, with costs that are too low, and of zones that are not known.

    Each example is of people of its own. One in two hundred lacks its kind, and two have no possible age.
    """
    folder = country_at(tmp_path_factory.mktemp("workspace"))
    records: list[Record] = []
    for number, (beside, faulty) in enumerate(FAULTY.values()):
        records += [{**r, "anon_chi": f"{r['anon_chi']}of{number}"} for r in (*beside, *faulty)]
    records += [attendance("SYN1", datazone2011="S01999999"), attendance("SYN2", datazone2011=None)]
    records += [stay("SYN3", "2021-05-01", "2021-12-01", a_day=10, location="Q902H")]
    records += [attendance(f"SYN{n}", "2021-09-01") for n in range(100, 250)]
    episode_file(folder / "data" / "raw" / "linked" / "episodes.parquet", *records)
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
    n = len(FAULTY[fault][1])
    row = said(bad, "linked_episode", description_of(fault))
    assert (row["severity"], row["success"], row["unexpected"]) == ("should", False, n)
    assert f"Found: {n} row{'s' if n > 1 else ''} where it is not so." in row["sentence"]
    assert "'quarantine'" in row["remedy"]
    words = {each.id: each for each in FAULTS}[fault]
    (note,) = [e["notes"] for e in bad["extract"] if e["kind"] == "linked_episode"]
    assert f"{n} record(s) set aside: {words.wrong}." in note


@pytest.mark.parametrize("fault", FAULTY)
def test_the_quarantine_has_each_record_with_its_reason(bad: dict[str, Any], fault: str) -> None:
    found = [r for r in pq.read_table(bad["tables"]["quarantine"]).to_pylist() if r["fault"] == fault]
    assert len(found) == len(FAULTY[fault][1])


def test_a_cost_that_is_too_low_is_found_by_the_average(bad: dict[str, Any]) -> None:
    words = "a day in hospital costs between 100 and 5,000 pounds on average"
    assert not said(bad, "linked_episode", words)["success"]


def test_too_many_records_that_were_set_aside_are_told(bad: dict[str, Any]) -> None:
    row = said(bad, "linked_episode", "no more than one record in a hundred of a file is set aside")
    assert (row["severity"], row["success"], row["unexpected"]) == ("should", False, 1)


def test_of_the_records_themselves_only_the_verdict_is_told(bad: dict[str, Any]) -> None:
    row = said(bad, "linked_episode", "between 0 and 125 in 'age'")
    assert (row["success"], row["unexpected"]) == (False, None)


def test_nothing_that_must_hold_is_broken_by_what_was_set_aside(bad: dict[str, Any]) -> None:
    assert [r["sentence"] for r in bad["results"] if r["severity"] == "must" and not r["success"]] == []


def test_a_data_zone_of_no_area_is_told_and_stays_counted(bad: dict[str, Any]) -> None:
    row = said(bad, "activity_cube", "every data zone is known to the lookup")
    assert (row["success"], row["unexpected"]) == (False, 1)
    assert "S01999999" in row["sentence"]


def test_nobody_is_named_in_anything_that_is_told(bad: dict[str, Any]) -> None:
    assert "SYN" not in str(bad["results"]) + str(bad["extract"]) + bad["documents"]
    assert persons_told(bad["folder"] / "data" / "curated") == []
