"""Attendances by hospital and month, in the columns before and after May 2023, and the board of each hospital."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows

from locality_profiles.sources import emergency_attendance, read_extract

OLDER = """
Month  | Country   | HBT       | TreatmentLocation | DepartmentType            | NumberOfAttendancesAggregate | NumberOfAttendancesEpisode | NumberOfAttendancesEpisodeQF | NumberMeetingTargetAggregate
202103 | S92900001 | S08900001 | X901H             | Emergency Department      | 410                          | 410                        |                              | 400
202103 | S92900001 | S08900001 | X902H             | Minor Injury Unit or Other | 30                          |                            | z                            | 30
202104 | S92900001 | S08900001 | X901H             | Emergency Department      | 420                          | 420                        |                              | 390
"""  # noqa: E501
NEWER = """
Month  | Country   | HBT       | TreatmentLocation | DepartmentType | AttendanceCategory | NumberOfAttendancesAll | NumberWithin4HoursAll | NumberOver4HoursAll | NumberOfAttendancesEpisodeQF
202503 | S92900001 | S08900001 | X901H             | Type 1         | All                | 500                    | 450                   | 50                  |
202503 | S92900001 | S08900001 | X901H             | Type 1         | Unplanned          | 480                    | 430                   | 50                  |
202503 | S92900001 | S08900001 | X901H             | Type 1         | New planned        | 20                     | 20                    | 0                   |
202503 | S92900001 | S08900001 | X902H             | Type 3         | All                | 30                     | 30                    | 0                   | z
"""  # noqa: E501
BETWEEN = "\n".join(
    " | ".join(cell for at, cell in enumerate(line.split("|")) if at != 5)
    for line in NEWER.strip().splitlines()
    if "planned" not in line.lower()
)


def table(tmp_path: Path, drawing: str, name: str = "activity") -> Any:
    return curated(csv_file(tmp_path / "ae.csv", drawing)).tables[name]


# --- what it becomes ------------------------------------------------------------------------------


def test_attendances_and_those_within_four_hours_are_two_measures(tmp_path: Path) -> None:
    assert rows(table(tmp_path, OLDER), "measure_code", "service_code", "block_code", "period_start", "value") == [
        ("MET_4H", "HOSP.AE", "X901H", date(2021, 3, 1), 400.0),
        ("MET_4H", "HOSP.AE", "X901H", date(2021, 4, 1), 390.0),
        ("MET_4H", "HOSP.MIU", "X902H", date(2021, 3, 1), 30.0),
        ("N_ATTEND", "HOSP.AE", "X901H", date(2021, 3, 1), 410.0),
        ("N_ATTEND", "HOSP.AE", "X901H", date(2021, 4, 1), 420.0),
        ("N_ATTEND", "HOSP.MIU", "X902H", date(2021, 3, 1), 30.0),
    ]


def test_the_place_is_the_hospital_of_treatment(tmp_path: Path) -> None:
    found = table(tmp_path, OLDER)
    assert set(rows(found, "source", "geo_role", "block_type", "urgency")) == {
        ("emergency_attendance", "treatment", "hospital", "all")
    }
    assert set(rows(found, "period_type", "period_end", "status")) == {
        ("month", date(2021, 3, 31), "actual"), ("month", date(2021, 4, 30), "actual"),
    }  # fmt: skip


def test_planned_and_unplanned_attendances_stand_beside_all(tmp_path: Path) -> None:
    found = rows(table(tmp_path, NEWER), "measure_code", "service_code", "urgency", "value")
    assert [row for row in found if row[0] == "N_ATTEND"] == [
        ("N_ATTEND", "HOSP.AE", "all", 500.0), ("N_ATTEND", "HOSP.AE", "emergency", 480.0),
        ("N_ATTEND", "HOSP.AE", "planned", 20.0), ("N_ATTEND", "HOSP.MIU", "all", 30.0),
    ]  # fmt: skip


def test_the_renamed_columns_without_categories_are_read_as_all(tmp_path: Path) -> None:
    assert "AttendanceCategory" not in BETWEEN
    found = rows(table(tmp_path, BETWEEN), "measure_code", "urgency", "value")
    assert [row for row in found if row[0] == "N_ATTEND"] == [("N_ATTEND", "all", 30.0), ("N_ATTEND", "all", 500.0)]


def test_each_hospital_lies_in_one_board(tmp_path: Path) -> None:
    found = table(tmp_path, OLDER, "membership")
    assert rows(found, "block_type", "block_code", "area_type", "area_code", "weight", "method") == [
        ("hospital", "X901H", "health_board", "S08900001", 1.0, "reported"),
        ("hospital", "X902H", "health_board", "S08900001", 1.0, "reported"),
    ]


def test_a_hospital_may_have_both_kinds_of_department_in_a_month(tmp_path: Path) -> None:
    found = table(tmp_path, OLDER.replace("X902H", "X901H"))
    assert len({row[:2] for row in rows(found, "service_code", "period_start") if row[1] == date(2021, 3, 1)}) == 2


def test_each_month_is_claimed_whatever_the_columns_are_called(tmp_path: Path) -> None:
    older = curated(csv_file(tmp_path / "older.csv", OLDER))
    newer = curated(csv_file(tmp_path / "newer.csv", NEWER.replace("202503", "202104")))
    assert older.claims == ("emergency attendances, March 2021", "emergency attendances, April 2021")
    assert newer.claims == ("emergency attendances, April 2021",)


# --- what the publisher got wrong -----------------------------------------------------------------

TWICE = OLDER + OLDER.strip().splitlines()[-1].replace("420", "80").replace("390", "70")


def test_a_month_known_to_be_supplied_in_parts_is_their_sum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emergency_attendance, "IN_PARTS", (("202104", "X901H"),))
    read = curated(csv_file(tmp_path / "ae.csv", TWICE))
    april = [row for row in rows(read.tables["activity"], "period_start", "measure_code", "value", "note")
             if row[0] == date(2021, 4, 1)]  # fmt: skip
    assert [row[1:3] for row in april] == [("MET_4H", 390.0 + 70.0), ("N_ATTEND", 420.0 + 80.0)]
    assert "were added" in april[0][3]
    assert read.notes == ("figures supplied in more than one row, which were added: 1",)


def test_any_other_month_in_two_rows_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "ae.csv", TWICE))
    assert "the same TreatmentLocation, Month, DepartmentType stands in more than one row" in message
    assert "rows 4, 5" in message


def test_a_known_part_that_comes_alone_needs_no_adding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emergency_attendance, "IN_PARTS", (("202104", "X901H"),))
    read = curated(csv_file(tmp_path / "ae.csv", OLDER))
    assert read.notes == ()
    assert set(read.tables["activity"]["note"].to_pylist()) == {None}


def test_more_within_four_hours_than_attended_is_not_available(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "ae.csv", OLDER.replace("| 400", "| 500")))
    found = rows(read.tables["activity"], "measure_code", "block_code", "period_start", "value", "status")
    march = [row[3:] for row in found if row[1:3] == ("X901H", date(2021, 3, 1))]
    assert march == [(None, "not_available"), (410.0, "actual")]
    assert read.notes[0].endswith("read as not available: 1")


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "written", "phrase"),
    [
        (
            "Minor Injury Unit or Other",
            "Dental Hospital",
            "found 'Dental Hospital', expected one of Emergency Department",
        ),
        ("| 410     ", "| -410    ", "the number is negative"),
        ("| 410     ", "| several ", "found 'several' where a number was expected"),
        ("| 410     ", "| 410.5   ", "where a whole number of attendances was expected"),
        ("202104", "202113", "found '202113' where a month was expected"),
        ("202104", "2021", "found '2021' where a month was expected"),
        ("X902H", "X9-2H", "expected a hospital's code like A000A"),
        ("S08900001 | X902H", "S8900001 | X902H", "expected a health board code like S08000000"),
    ],
)
def test_what_cannot_be_right_is_refused(tmp_path: Path, was: str, written: str, phrase: str) -> None:
    assert was in OLDER
    assert phrase in refusal(csv_file(tmp_path / "ae.csv", OLDER.replace(was, written)))


def test_a_hospital_under_two_boards_is_refused(tmp_path: Path) -> None:
    first, _, last = OLDER.rpartition("S08900001")
    message = refusal(csv_file(tmp_path / "ae.csv", f"{first}S08900002{last}"))
    assert "'X901H' stands beside another health board than in other rows" in message


def test_an_unknown_category_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "ae.csv", NEWER.replace("New planned", "Recall     ")))
    assert "found 'Recall', expected one of All, Unplanned, New planned" in message


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "ae.csv", OLDER.replace("TreatmentLocation", "Treatment_Location")))
    assert "column 'TreatmentLocation'" in message
    assert "Rename 'Treatment_Location' back" in message


def test_the_weekly_table_is_not_mistaken_for_it(tmp_path: Path) -> None:
    weekly = NEWER.replace("Month ", "WeekEndingDate").replace("202503", "20250330")
    assert read_extract(csv_file(tmp_path / "weekly.csv", weekly)) == []
