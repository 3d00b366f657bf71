"""A list of codes with their first and last days becomes the changes of codes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows

BOARDS = """
HB        | HBName             | HBDateEnacted | HBDateArchived | Country
S08900001 | NHS Outer Isles    | 20140401      | 20180201       | S92900001
S08900002 | NHS Far and Wide   | 20140401      |                | S92900001
S08900003 | NHS Outer Isles    | 20180202      | 20190331       | S92900001
S08900004 | NHS Outer Isles    | 20190401      |                | S92900001
"""

COLUMNS = ("area_type", "old_code", "new_code", "area_name", "changed", "kind")


def boards(path: Path, drawing: str = BOARDS) -> Path:
    return csv_file(path / "boards.csv", drawing)


def test_a_code_was_replaced_by_the_next_of_its_name(tmp_path: Path) -> None:
    read = curated(boards(tmp_path))
    assert rows(read.tables["code_change"], *COLUMNS) == [
        ("health_board", "S08900001", "S08900003", "NHS Outer Isles", date(2018, 2, 2), "redrawn"),
        ("health_board", "S08900003", "S08900004", "NHS Outer Isles", date(2019, 4, 1), "redrawn"),
    ]
    assert read.claims == ("codes of health boards",)
    assert read.notes == ()


def test_a_change_that_nobody_explains_is_said_to_have_moved_a_boundary(tmp_path: Path) -> None:
    notes = curated(boards(tmp_path)).tables["code_change"]["note"].to_pylist()
    assert set(notes) == {
        "The list of codes does not say what moved; an official code changes only where a boundary does."
    }


def test_names_need_not_be_spelt_alike(tmp_path: Path) -> None:
    spelt = BOARDS.replace("S08900003 | NHS Outer Isles ", "S08900003 | NHS OUTER  isles ")
    assert len(curated(boards(tmp_path, spelt)).tables["code_change"]) == 2


def test_a_code_that_ended_for_good_is_noted(tmp_path: Path) -> None:
    ended = BOARDS.replace(
        "S08900002 | NHS Far and Wide   | 20140401      | ", "S08900002 | NHS Far | 20140401 | 20150331 "
    )
    read = curated(boards(tmp_path, ended))
    assert len(read.tables["code_change"]) == 2
    assert read.notes == ("health boards that ended without another of the same name: S08900002 NHS Far",)


def test_a_file_of_councils_also_tells_of_partnerships(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "councils.csv", """
        CA        | CAName | CADateEnacted | CADateArchived | HSCP      | HSCPName | HSCPDateEnacted | HSCPDateArchived
        S12900001 | Isles  | 20110101      | 20180201       | S37900001 | Isles    | 20160401        | 20180201
        S12900002 | Isles  | 20180202      |                | S37900001 | Isles    | 20160401        | 20180201
        S12900002 | Isles  | 20180202      |                | S37900002 | Isles    | 20180202        |
    """))  # fmt: skip
    assert rows(read.tables["code_change"], *COLUMNS[:3]) == [
        ("council_area", "S12900001", "S12900002"), ("hscp", "S37900001", "S37900002"),
    ]  # fmt: skip
    assert read.claims == ("codes of partnerships", "codes of councils")


def test_a_list_in_which_nothing_ended_gives_no_changes(tmp_path: Path) -> None:
    today = "\n".join(line for line in BOARDS.strip().splitlines() if "2018" not in line or line.endswith("HB"))
    assert len(curated(boards(tmp_path, today.replace("20190331", ""))).tables["code_change"]) == 0


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ("20140401      | 20180201", "20140401      | 20180231", "row 2, column 'HBDateArchived': there is no such day"),
    ("20140401      | 20180201", "20140401      | Feb 2018", "found 'Feb 2018', expected a day such as 20190401"),
    ("20140401      | 20180201", "              | 20180201", "row 2, column 'HBDateEnacted': the cell is empty"),
    ("20140401      | 20180201", "20140401      | 20130201", "the code was archived before it was enacted"),
    ("S08900001", "S12900001", "row 2, column 'HB': found 'S12900001', expected a health board code"),
    ("S08900003", "S08900001", "row 4, column 'HBDateEnacted': 'S08900001' stands beside another first day"),
    ("HBDateArchived", "Archived      ", "column 'HBDateArchived': the column is missing"),
])  # fmt: skip
def test_what_is_wrong_in_a_cell_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in BOARDS
    assert said in refusal(boards(tmp_path, BOARDS.replace(was, becomes)))


def test_a_code_with_and_without_a_last_day_is_refused(tmp_path: Path) -> None:
    again = BOARDS + "S08900001 | NHS Outer Isles | 20140401 | | S92900001"
    message = refusal(boards(tmp_path, again))
    assert "rows 2, 6, column 'HBDateArchived': the code has a last day in one row and none in another" in message
