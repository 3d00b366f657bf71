"""Births and deaths that a partnership's analysts list become counts, with the totals that follow from them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows, workbook

from locality_profiles.sources import read_extract
from locality_profiles.sources.vital_event import BANDS

EVENTS = """
data_zone | year | event | sex    | age_band | count
S01900001 | 2020 | death | female | 85-89    | 2
S01900001 | 2020 | death | male   | 85-89    | 1
S01900001 | 2020 | death | male   | 0        | 1
S01900001 | 2020 | birth | female | all      | 4
S01900001 | 2020 | birth | male   | all      | 3
S01900002 | 2021 | death | female | 90+      | 0
"""


def events(folder: Path, drawing: str = EVENTS) -> Path:
    return csv_file(folder / "events.csv", drawing)


def table(tmp_path: Path, drawing: str = EVENTS) -> Any:
    return curated(events(tmp_path, drawing)).tables["activity"]


def counts(
    tmp_path: Path, service: str, zone: str = "S01900001", drawing: str = EVENTS
) -> dict[tuple[str, str], float]:
    """Counts of one service in one zone by sex and age band; a key that stands twice is no table."""
    found = rows(table(tmp_path, drawing), "service_code", "block_code", "sex", "age_band", "value")
    mine = [row[2:] for row in found if row[:2] == (service, zone)]
    assert len({row[:2] for row in mine}) == len(mine)
    return {row[:2]: row[2] for row in mine}


# --- what it becomes ------------------------------------------------------------------------------


def test_deaths_are_counted_by_sex_and_band_with_every_total(tmp_path: Path) -> None:
    assert counts(tmp_path, "EVT.DEATH") == {
        ("female", "85-89"): 2, ("male", "85-89"): 1, ("male", "0"): 1,
        ("all", "85-89"): 2 + 1, ("all", "0"): 1,
        ("female", "all"): 2, ("male", "all"): 1 + 1, ("all", "all"): 2 + 1 + 1,
    }  # fmt: skip


def test_births_may_be_of_mothers_of_all_ages(tmp_path: Path) -> None:
    assert counts(tmp_path, "EVT.BIRTH") == {("female", "all"): 4, ("male", "all"): 3, ("all", "all"): 4 + 3}


def test_births_may_be_by_age_of_the_mother(tmp_path: Path) -> None:
    drawing = EVENTS.replace("female | all      | 4", "female | 20-24 | 4").replace(
        "male   | all      | 3", "male | 30-34 | 3"
    )
    assert counts(tmp_path, "EVT.BIRTH", drawing=drawing) == {
        ("female", "20-24"): 4, ("male", "30-34"): 3, ("all", "20-24"): 4, ("all", "30-34"): 3,
        ("female", "all"): 4, ("male", "all"): 3, ("all", "all"): 4 + 3,
    }  # fmt: skip


def test_a_place_and_age_without_a_row_is_not_made_up(tmp_path: Path) -> None:
    found = table(tmp_path)
    assert ("S01900002", date(2020, 1, 1)) not in rows(found, "block_code", "period_start")
    assert not {"1-4", "5-9"} & set(found["age_band"].to_pylist())


def test_a_nought_that_is_listed_is_a_true_zero_and_so_is_a_total_of_noughts(tmp_path: Path) -> None:
    found = [row[1:] for row in rows(table(tmp_path), "block_code", "sex", "age_band", "value", "status")
             if row[0] == "S01900002"]  # fmt: skip
    assert found == [
        ("all", "90+", 0.0, "true_zero"), ("all", "all", 0.0, "true_zero"),
        ("female", "90+", 0.0, "true_zero"), ("female", "all", 0.0, "true_zero"),
    ]  # fmt: skip


def test_a_count_above_nought_is_actual(tmp_path: Path) -> None:
    assert {status for value, status in rows(table(tmp_path), "value", "status") if value} == {"actual"}


def test_an_event_is_of_residents_in_a_calendar_year(tmp_path: Path) -> None:
    found = table(tmp_path)
    assert set(rows(found, "period_type", "period_start", "period_end")) == {
        ("calendar_year", date(2020, 1, 1), date(2020, 12, 31)),
        ("calendar_year", date(2021, 1, 1), date(2021, 12, 31)),
    }
    assert set(rows(found, "source", "measure_code", "geo_role", "block_type", "care_group")) == {
        ("vital_event", "N", "residence", "data_zone_2011", "all")
    }


def test_each_year_keeps_its_own_totals(tmp_path: Path) -> None:
    drawing = EVENTS + "S01900001 | 2021 | death | male | 85-89 | 5"
    found = rows(table(tmp_path, drawing), "block_code", "period_start", "service_code", "sex", "age_band", "value")
    totals = {row[1].year: row[5] for row in found if (row[0], *row[2:5]) == ("S01900001", "EVT.DEATH", "all", "all")}
    assert totals == {2020: 2 + 1 + 1, 2021: 5}


def test_a_workbook_of_numbers_does_as_well(tmp_path: Path) -> None:
    found = curated(workbook(tmp_path / "events.xlsx", Deaths=EVENTS)).tables["activity"]
    assert found.equals(table(tmp_path))


@pytest.mark.parametrize("band", [band for band in BANDS if band != "all"])
def test_every_band_of_a_life_table_is_known(tmp_path: Path, band: str) -> None:
    drawing = f"""
    data_zone | year | event | sex  | age_band | count
    S01900001 | 2020 | death | male | {band}   | 5
    """
    assert counts(tmp_path, "EVT.DEATH", drawing=drawing)["male", band] == 5


def test_a_file_claims_each_year_that_it_has_a_row_of(tmp_path: Path) -> None:
    assert curated(events(tmp_path)).claims == ("births and deaths, 2020", "births and deaths, 2021")


def test_zones_of_another_edition_are_told_apart_and_claimed_apart(tmp_path: Path) -> None:
    read = curated(events(tmp_path, EVENTS.replace("S0190", "S0198")))
    assert set(read.tables["activity"]["block_type"].to_pylist()) == {"data_zone_2022"}
    assert read.claims[0] == "births and deaths, 2020, 2022 data zones"


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "written", "phrase"),
    [
        ("| 0        | 1", "| all | 1", "row 4, column 'age_band': a row of deaths is for all ages; single bands"),
        ("| 0        | 1", "| 0-4 | 1", "row 4, column 'age_band': found '0-4', expected one of all, 0, 1-4"),
        ("| 0        | 1", "| 85-89 | 1", "rows 3, 4, column 'data_zone': the same data_zone, year, event, sex, age"),
        ("| 0        | 1", "| 0 | -1", "row 4, column 'count': the number is negative ('-1')"),
        ("| 0        | 1", "| 0 | 1.5", "row 4, column 'count': found '1.5' where a whole number of events was"),
        ("| 0        | 1", "| 0 | one", "row 4, column 'count': found 'one' where a number was expected"),
        ("| 0        | 1", "| 0 | *", "row 4, column 'count': found '*' where every row must have a number"),
        ("| 0        | 1", "| 0 | ", "row 4, column 'count': found '' where every row must have a number"),
        ("birth | female", "stillbirth | female", "row 5, column 'event': found 'stillbirth', expected one of birth"),
        ("birth | female", "birth | all", "row 5, column 'sex': found 'all', expected one of female, male"),
        ("birth | female", "birth | ", "row 5, column 'sex': the cell is empty; a value was expected"),
        ("| 2021 |", "| 2020/21 |", "row 7, column 'year': found '2020/21' where a number was expected"),
        ("| 2021 |", "| 21 |", "row 7, column 'year': the number is below 1,990 ('21')"),
        ("| 2021 |", "| 202101 |", "row 7, column 'year': the number is above 2,200 ('202101')"),
        ("| 2021 |", "| 2021.5 |", "row 7, column 'year': found '2021.5' where a whole number was expected"),
        ("S01900002", "S0190002", "row 7, column 'data_zone': found 'S0190002', expected a data zone code like S01"),
        ("S01900002", "", "row 7, column 'data_zone': the cell is empty; a data zone code like S01000000"),
        ("S01900002", "S01980002", "row 7, column 'data_zone': found codes of 2022 data zones (S01980002) among 2011"),
    ],
)
def test_what_cannot_be_right_is_refused(tmp_path: Path, was: str, written: str, phrase: str) -> None:
    assert was in EVENTS
    assert f"events.csv, {phrase}" in refusal(events(tmp_path, EVENTS.replace(was, written)))


def test_deaths_of_all_ages_are_asked_for_by_age(tmp_path: Path) -> None:
    message = refusal(events(tmp_path, EVENTS.replace("| 0        | 1", "| all | 1")))
    assert "Give deaths by age: without it there is no life expectancy, and totals follow from the bands." in message


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    message = refusal(events(tmp_path, EVENTS.replace("age_band", "ageband_")))
    assert "row 1, column 'age_band': the column is missing; there is a column 'ageband_'" in message


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    drawing = EVENTS.replace("| 2021 |", "| 21 |").replace("birth | female", "born | female").replace("| 4", "| four")
    message = refusal(events(tmp_path, drawing))
    assert all(phrase in message for phrase in ("('21')", "'born'", "'four'"))


def test_a_table_of_other_things_by_zone_is_not_mistaken_for_it(tmp_path: Path) -> None:
    drawing = """
    data_zone | year | crimes
    S01900001 | 2020 | 4
    """
    assert read_extract(csv_file(tmp_path / "other.csv", drawing)) == []


def test_births_by_the_mothers_ages_beside_their_total_are_refused(tmp_path: Path) -> None:
    doubled = EVENTS + "S01900001 | 2020 | birth | female | 25-29 | 1\n"
    assert "a total stands beside its own ages" in refusal(events(tmp_path, doubled))


def test_births_by_the_mothers_ages_have_one_total(tmp_path: Path) -> None:
    by_age = EVENTS.replace(
        "S01900001 | 2020 | birth | female | all      | 4",
        "S01900001 | 2020 | birth | female | 25-29    | 3\nS01900001 | 2020 | birth | female | 30-34    | 1",
    )
    assert counts(tmp_path, "EVT.BIRTH", drawing=by_age)["female", "all"] == 3 + 1
