"""The list of emergency sites becomes services by type; a type of another name is refused and never passed over."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows

SITES = """
HB        | TreatmentLocationName | TreatmentLocationCode | TreatmentLocationPostcode | CurrentDepartmentType      | FileType  | Comments         | Status
S08900001 | Haven Hospital        | Z901H                 | ZE9 9AA                   | Emergency Department       | Episode   |                  | Open
S08900001 | Outer Isles Clinic    | Z902H                 |                           | Minor Injury Unit or Other | Aggregate |                  | Open
          | Eye Pavilion          | Z903H                 | ZE9 9AC                   | Type 2                     | Aggregate |                  | Open
S08900001 | Old Haven Infirmary   | Z904H                 | ZE9 9AD                   | (not applicable)           |           | Moved in 2011    | Closed
"""  # noqa: E501


def sites(path: Path, drawing: str = SITES, name: str = "sites.csv") -> Path:
    return csv_file(path / name, drawing)


def kinds(path: Path) -> dict[str, str]:
    return dict(rows(curated(path).tables["service"], "service_code", "service_type"))


def test_a_site_becomes_a_service_with_its_postcode_and_without_a_data_zone(tmp_path: Path) -> None:
    table = curated(sites(tmp_path)).tables["service"]
    columns = ("service_code", "service_type", "service_name", "postcode", "health_board", "data_zone", "as_at")
    assert rows(table, *columns) == [
        ("Z901H", "emergency_department", "Haven Hospital", "ZE9 9AA", "S08900001", None, None),
        ("Z902H", "minor_injury_unit", "Outer Isles Clinic", None, "S08900001", None, None),
        ("Z903H", "specialist_emergency_department", "Eye Pavilion", "ZE9 9AC", None, None, None),
    ]


def test_the_list_is_claimed_once(tmp_path: Path) -> None:
    assert curated(sites(tmp_path)).claims == ("emergency sites",)


def test_a_closed_site_is_left_out_and_counted_whatever_its_row_says(tmp_path: Path) -> None:
    read = curated(sites(tmp_path))
    assert "Z904H" not in read.tables["service"]["service_code"].to_pylist()
    assert read.notes == ("sites that have closed, left out: 1",)


def test_without_a_closed_site_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert curated(sites(tmp_path, "\n".join(SITES.strip().splitlines()[:-1]))).notes == ()


@pytest.mark.parametrize(("label", "kind"), [
    ("Emergency Department", "emergency_department"), ("ED", "emergency_department"),
    ("Type 1", "emergency_department"),
    ("Type 2", "specialist_emergency_department"),
    ("Minor Injury Unit or Other", "minor_injury_unit"), ("Minor Injuries Unit", "minor_injury_unit"),
    ("Type 3", "minor_injury_unit"),
])  # fmt: skip
def test_every_label_that_a_type_has_had_is_known(tmp_path: Path, label: str, kind: str) -> None:
    assert kinds(sites(tmp_path, SITES.replace("Emergency Department", label)))["Z901H"] == kind


def test_columns_of_remarks_may_be_absent(tmp_path: Path) -> None:
    drawing = "\n".join(" | ".join(line.split("|")[i] for i in (0, 1, 2, 3, 4, 7)) for line in SITES.split("\n")[1:-1])
    assert len(kinds(sites(tmp_path, drawing))) == 3


def test_a_site_that_moved_may_stand_twice_once_it_has_closed(tmp_path: Path) -> None:
    assert kinds(sites(tmp_path, SITES.replace("Z904H", "Z901H")))["Z901H"] == "emergency_department"


def test_a_day_in_the_files_name_is_the_day_of_the_list(tmp_path: Path) -> None:
    table = curated(sites(tmp_path, name="sites_20240401.csv")).tables["service"]
    assert set(table["as_at"].to_pylist()) == {date(2024, 4, 1)}


# --- refused --------------------------------------------------------------------------------------


def test_a_type_of_another_name_is_refused_with_row_column_and_what_to_do(tmp_path: Path) -> None:
    message = refusal(sites(tmp_path, SITES.replace("Emergency Department ", "Emergency Care Centre")))
    assert (
        "sites.csv, row 2, column 'CurrentDepartmentType': found 'Emergency Care Centre', expected one of "
        "Emergency Department, ED, Type 1, Type 2, Minor Injury Unit or Other, Minor Injuries Unit, Type 3" in message
    )
    assert "Look up in the publisher's notes what the word means" in message
    assert "add it to TYPES in sources/emergency_site.py" in message


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ("Emergency Department", "", "row 2, column 'CurrentDepartmentType': the cell is empty; one of Emergency Dep"),
    ("| Closed", "| Shut", "row 5, column 'Status': found 'Shut', expected one of Open, Closed"),
    ("| Open", "| open", "rows 2, 3, 4, column 'Status': found 'open', expected one of Open, Closed"),
    ("| Closed", "|", "row 5, column 'Status': the cell is empty; one of Open, Closed was expected"),
    ("| Open", "| Closed", "column 'Status': no site is open; some were expected"),
    ("Z902H", "Z901H", "rows 2, 3, column 'TreatmentLocationCode': the same TreatmentLocationCode stands in more"),
    ("Z902H", "90002", "row 3, column 'TreatmentLocationCode': found '90002', expected a location code like X000X"),
    ("Haven Hospital", "", "row 2, column 'TreatmentLocationName': the cell is empty"),
    ("S08900001 | Haven", "S37900001 | Haven", "found 'S37900001', expected a health board code like S08000000"),
    ("TreatmentLocationPostcode", "-", "column 'TreatmentLocationPostcode': the column is missing"),
])  # fmt: skip
def test_what_is_wrong_in_a_cell_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert said in refusal(sites(tmp_path, SITES.replace(was, becomes)))


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    message = refusal(sites(tmp_path, SITES.replace("| Closed", "| Shut").replace("Type 2", "Type 4")))
    assert "found 'Shut'" in message
    assert "rows 4, 5, column 'CurrentDepartmentType': found 'Type 4', '(not applicable)'" in message


def test_an_empty_cell_is_one_problem(tmp_path: Path) -> None:
    assert "was refused: 1 problem" in refusal(sites(tmp_path, SITES.replace("Emergency Department", "")))
