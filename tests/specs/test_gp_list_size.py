"""GP list sizes become registrations by sex and age band, with suppressed cells told from empty ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows

LISTS = """
Date     | PracticeCode | HB        | HSCP      | Sex    | SexQF | AllAges | AllAgesQF | Ages0to4 | Ages0To4QF | Ages5to14 | Ages5To14QF | Ages15to24 | Ages15To24QF | Ages25to44 | Ages25To44QF | Ages45to64 | Ages45To64QF | Ages65to74 | Ages65To74QF | Ages75to84 | Ages75To84QF | Ages85plus | Ages85PlusQF
20240401 | 90001        | S08900001 | S37900001 | Male   |       | 36      |           | 1        |            | 2         |             | 3          |              | 4          |              | 5          |              | 6          |              | 7          |              | 8          |
20240401 | 90001        | S08900001 | S37900001 | Female |       | 10      |           | 0        |            | 0         |             | 0          |              | 0          |              | 0          |              | 0          |              | 0          |              | 10         |
20240401 | 90001        | S08900001 | S37900001 | All    | d     | 46      |           | 1        |            | 2         |             | 3          |              | 4          |              | 5          |              | 6          |              | 7          |              | 18         |
20240401 | 90002        | S08900001 | S37900001 | Male   |       |         | c         |          | c          |           | c           |            | c            |            | c            |            | c            |            | c            |            | c            |            | c
20240401 | 90002        | S08900001 | S37900001 | Female |       |         | c         |          | c          |           | c           |            | c            |            | c            |            | c            |            | c            |            | c            |            | c
20240401 | 90002        | S08900001 | S37900001 | All    | d     | 12      |           |          | c          |           | c           |            | c            |            | c            |            | c            |            | c            |            | c            |            | c
"""  # noqa: E501


def lists(path: Path, drawing: str = LISTS) -> Path:
    return csv_file(path / "lists.csv", drawing)


def registered(path: Path, sex: str, practice: str = "90001") -> dict[str, tuple[int | None, str]]:
    """Persons and status by age band."""
    table = curated(path).tables["registration"]
    found = rows(table, "block_code", "sex", "age_band", "persons", "status")
    return {row[2]: row[3:] for row in found if row[:2] == (practice, sex)}


def test_every_age_band_becomes_a_row(tmp_path: Path) -> None:
    assert registered(lists(tmp_path), "male") == {
        "all": (36, "actual"), "0-4": (1, "actual"), "5-14": (2, "actual"), "15-24": (3, "actual"),
        "25-44": (4, "actual"), "45-64": (5, "actual"), "65-74": (6, "actual"), "75-84": (7, "actual"),
        "85+": (8, "actual"),
    }  # fmt: skip


def test_nobody_on_a_list_is_a_true_zero(tmp_path: Path) -> None:
    assert registered(lists(tmp_path), "female")["0-4"] == (0, "true_zero")


def test_a_suppressed_cell_has_no_value_and_says_why(tmp_path: Path) -> None:
    found = registered(lists(tmp_path), "all", "90002")
    assert found["all"] == (12, "actual")
    assert found["85+"] == (None, "suppressed")


def test_a_number_beside_the_mark_of_suppression_is_not_kept(tmp_path: Path) -> None:
    drawing = LISTS.replace("All    | d     | 12      |           |          | c", "All | d | 12 | | 7 | c")
    assert registered(lists(tmp_path, drawing), "all", "90002")["0-4"] == (None, "suppressed")


def test_a_list_is_of_one_day(tmp_path: Path) -> None:
    table = curated(lists(tmp_path)).tables["registration"]
    assert set(rows(table, "block_type", "period_type", "period_start", "period_end")) == {
        ("gp_practice", "snapshot", date(2024, 4, 1), date(2024, 4, 1))
    }


def test_a_file_claims_each_of_its_quarters(tmp_path: Path) -> None:
    earlier = "\n".join(LISTS.strip().splitlines()[1:]).replace("20240401", "20240101")
    assert curated(lists(tmp_path, LISTS + earlier)).claims == (
        "GP list sizes, 1 January 2024",
        "GP list sizes, 1 April 2024",
    )


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ("| 36  ", "| 35  ", "column 'AllAges': the age bands add up to another number than all ages"),
    ("Male   |       | 36 ", "Male | | -36 ", "the number is negative ('-36')"),
    ("Male   |       | 36 ", "Male | | many ", "found 'many' where a number was expected"),
    ("Male  ", "Boys  ", "found 'Boys', expected one of All, Female, Male"),
    ("90002", "9000X", "found '9000X', expected a practice code of five digits"),
    ("20240401 | 90002", "April | 90002", "found 'April' where a snapshot was expected"),
    ("85PlusQF\n20240401 | 90001        | S08900001 | S37900001 | Male   |       | 36      |  ",
     "85PlusQF\n20240401 | 90001        | S08900001 | S37900001 | Male   |       | 36      | ?", "the qualifier '?'"),
    ("Ages85plus ", "Ages90plus ", "column 'Ages85plus': the column is missing"),
])  # fmt: skip
def test_what_is_wrong_in_a_cell_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in LISTS
    assert said in refusal(lists(tmp_path, LISTS.replace(was, becomes)))


def test_a_practice_day_and_sex_that_stands_twice_is_refused(tmp_path: Path) -> None:
    message = refusal(lists(tmp_path, LISTS + LISTS.strip().splitlines()[1]))
    assert "rows 2, 8, column 'Date': the same Date, PracticeCode, Sex stands in more than one row" in message


def test_females_and_males_who_are_not_all_are_refused(tmp_path: Path) -> None:
    drawing = LISTS.replace("| 46      |           | 1 ", "| 47      |           | 2 ")
    message = refusal(lists(tmp_path, drawing))
    assert "row 4, column 'AllAges': females and males do not add up to all" in message
    assert "row 4, column 'Ages0to4': females and males do not add up to all" in message


def test_a_practice_that_lost_a_row_is_refused(tmp_path: Path) -> None:
    lost = "\n".join(line for line in LISTS.strip().splitlines() if "90002" not in line or "Female" not in line)
    assert "rows 5, 6, column 'Sex': a practice has no row for each of All, Female and Male" in refusal(
        lists(tmp_path, lost)
    )


def test_a_list_tells_the_partnership_of_its_practice(tmp_path: Path) -> None:
    found = rows(curated(lists(tmp_path)).tables["membership"], "block_code", "area_type", "area_code", "method")
    assert found == [("90001", "hscp", "S37900001", "reported"), ("90002", "hscp", "S37900001", "reported")]
