"""Beds of hospitals by specialty and quarter: what they become, and how they are refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows

BEDS = """
Quarter | QuarterQF | HB        | HBQF | Location  | LocationQF | Specialty | SpecialtyName                       | AllStaffedBeddays | TotalOccupiedBeddays | AverageAvailableStaffedBeds | AverageOccupiedBeds | PercentageOccupancy | PercentageOccupancyQF
2021Q1  |           | S08900001 |      | A900H     |            | A1        | General Medicine                    | 900               | 810                  | 10                          | 9                   | 90                  |
2021Q1  |           | S08900001 |      | A900H     |            |           | Geriatric Medicine - long stay unit | 450               | 450                  | 5                           | 5                   | 100                 |
2021Q1  |           | S08900001 |      | A900H     |            |           | All Acute                           | 900               | 810                  | 10                          | 9                   | 90                  |
2021Q1  |           | S08900001 |      | S08900001 | d          | Z9        | All Specialties                     | 1350              | 1260                 | 15                          | 14                  | 93.3333             |
2021Q2  | p         | SB9901    |      | SB9901    | d          | Z9        | All Specialties                     | 0                 | 0                    | 0                           | 0                   |                     | z
2021Q2  | p         | S92900001 | d    | S92900001 | d          | Z9        | All Specialties                     | 1820              | 910                  | 20                          | 10                  | 50                  |
"""  # noqa: E501


def table(folder: Path, drawing: str = BEDS) -> Any:
    return curated(csv_file(folder / "beds.csv", drawing)).tables["capacity"]


def test_specialties_have_codes_or_names_and_totals_are_all(tmp_path: Path) -> None:
    assert rows(table(tmp_path), "block_type", "block_code", "service_code", "part", "available", "occupancy") == [
        ("country", "S92900001", "HOSP", "all", 20.0, 0.5),
        ("health_board", "S08900001", "HOSP", "all", 15.0, 14 / 15),
        ("health_board", "SB9901", "HOSP", "all", 0.0, None),
        ("hospital", "A900H", "HOSP", "A1", 10.0, 0.9),
        ("hospital", "A900H", "HOSP", "Geriatric Medicine - long stay unit", 5.0, 1.0),
        ("hospital", "A900H", "HOSP.ACU", "all", 10.0, 0.9),
    ]


def test_quarters_are_those_of_the_calendar_and_places_where_people_are_treated(tmp_path: Path) -> None:
    assert set(rows(table(tmp_path), "period_type", "period_start", "period_end", "geo_role", "capacity_type")) == {
        ("calendar_quarter", date(2021, 1, 1), date(2021, 3, 31), "treatment", "beds"),
        ("calendar_quarter", date(2021, 4, 1), date(2021, 6, 30), "treatment", "beds"),
    }


def test_a_board_may_run_beds_in_a_hospital_of_another(tmp_path: Path) -> None:
    both = BEDS + BEDS.strip().splitlines()[1].replace("S08900001 |", "S08900002 |") + "\n"
    found = rows(table(tmp_path, both), "provider_code", "block_code", "part")
    assert [row for row in found if row[2] == "A1"] == [("S08900001", "A900H", "A1"), ("S08900002", "A900H", "A1")]


def test_a_quarter_may_be_provisional(tmp_path: Path) -> None:
    assert set(rows(table(tmp_path), "period_start", "status")) == {
        (date(2021, 1, 1), "actual"), (date(2021, 4, 1), "provisional"),
    }  # fmt: skip


def test_each_quarter_is_claimed(tmp_path: Path) -> None:
    claims = curated(csv_file(tmp_path / "beds.csv", BEDS)).claims
    assert len(claims) == 2
    assert all(claim.startswith("hospital beds by specialty, ") for claim in claims)


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ("| 900               | 810 ", "| 900               | 910 ", "more days of beds were in use than had staff"),
    ("| 10                          | 9 ", "| 70                          | 9 ", "not those of 'AllStaffedBeddays'"),
    ("| 10                          | 9 ", "| 10                          | 8 ", "not those of 'TotalOccupiedBeddays'"),
    ("2021Q2", "2021Q5", "found '2021Q5' where a calendar quarter was expected"),
    ("| A900H     |            | A1", "| A900      |            | A1", "expected the code of a hospital, a health bo"),
    ("General Medicine  ", "                  ", "the cell is empty; the name of a specialty"),
    ("| 10                          | 9 ", "| ten                         | 9 ", "found 'ten' where a number"),
    ("Geriatric Medicine - long stay unit", "All Acute", "stands in more than one row"),
])  # fmt: skip
def test_what_cannot_be_right_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in BEDS
    assert said in refusal(csv_file(tmp_path / "beds.csv", BEDS.replace(was, becomes)))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    drawing = BEDS.replace("TotalOccupiedBeddays", "OccupiedDays")
    assert "TotalOccupiedBeddays" in refusal(csv_file(tmp_path / "beds.csv", drawing))
