"""The hospital directory becomes services with points; a hospital without areas is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows

HOSPITALS = """
Location | LocationName      | Postcode | AddressLine       | HB        | HSCP      | HSCPQF | DataZone  | DataZoneQF | XCoordinate | YCoordinate | BasedOnPostcode
Z901H    | Haven Hospital    | ZE9 9AA  | Shore Road, Haven | S08900001 | S37900001 |        | S01900001 |            | 447242.5    | 1141000     | Yes
Z902H    | National Hospital | ZE9 9AB  | The Moor          | SB0902    |           | z      |           | z          | 300000      | 650000      |
"""  # noqa: E501


def hospitals(path: Path, drawing: str = HOSPITALS) -> Path:
    return csv_file(path / "hospitals.csv", drawing)


def test_a_hospital_becomes_a_service_with_its_point(tmp_path: Path) -> None:
    table = curated(hospitals(tmp_path)).tables["service"]
    columns = ("service_type", "service_code", "service_name", "postcode", "data_zone", "hscp", "health_board",
               "easting", "northing")  # fmt: skip
    assert rows(table, *columns)[0] == (
        "hospital", "Z901H", "Haven Hospital", "ZE9 9AA", "S01900001", "S37900001", "S08900001", 447242.5, 1141000.0,
    )  # fmt: skip


def test_a_national_hospital_without_areas_is_kept(tmp_path: Path) -> None:
    table = curated(hospitals(tmp_path)).tables["service"]
    assert rows(table, "service_code", "data_zone", "hscp", "health_board")[1] == ("Z902H", None, None, "SB0902")


def test_the_directory_is_claimed_once(tmp_path: Path) -> None:
    assert curated(hospitals(tmp_path)).claims == ("hospitals",)


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ("Z902H", "Z901H", "rows 2, 3, column 'Location': the same Location stands in more than one row"),
    ("Z902H", "90002", "found '90002', expected a location code like X000X"),
    ("S01900001", "S02900001", "found 'S02900001', expected a data zone code like S01000000"),
    ("447242.5", "east", "row 2, column 'XCoordinate': found 'east' where a number was expected"),
    ("1141000", "11410000", "row 2, column 'YCoordinate': the number is above 1,300,000 ('11410000')"),
    ("447242.5", "-4", "row 2, column 'XCoordinate': the number is negative ('-4')"),
    ("XCoordinate", "X", "column 'XCoordinate': the column is missing"),
])  # fmt: skip
def test_what_is_wrong_in_a_cell_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert said in refusal(hospitals(tmp_path, HOSPITALS.replace(was, becomes)))
