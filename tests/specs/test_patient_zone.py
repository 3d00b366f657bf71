"""Counts of registered patients by practice and data zone are read; lists of persons are not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows

COUNTS = """
PracticeCode | DataZone  | Patients
90001        | S01900001 | 3,000
90001        | S01900002 | 500
901          | S01900002 | 2500
901          | OUT       | 100
"""


def counts(path: Path, drawing: str = COUNTS, name: str = "patients.csv") -> Path:
    return csv_file(path / name, drawing)


def patients(path: Path, drawing: str = COUNTS) -> list[tuple[object, ...]]:
    table = curated(counts(path, drawing)).tables["patient_zone"]
    return rows(table, "practice_code", "block_code", "patients", "status")


def test_each_practice_and_data_zone_has_its_count(tmp_path: Path) -> None:
    assert patients(tmp_path) == [
        ("00901", "OUT", 100, "actual"), ("00901", "S01900002", 2500, "actual"),
        ("90001", "S01900001", 3000, "actual"), ("90001", "S01900002", 500, "actual"),
    ]  # fmt: skip


def test_those_who_live_in_no_data_zone_are_of_a_kind_of_their_own(tmp_path: Path) -> None:
    table = curated(counts(tmp_path)).tables["patient_zone"]
    assert set(rows(table, "block_type", "block_code")) == {
        ("outside", "OUT"), ("data_zone_2011", "S01900001"), ("data_zone_2011", "S01900002"),
    }  # fmt: skip


@pytest.mark.parametrize("word", ["", "Out", "Unknown", "Outside Scotland", "n/a"])
def test_whatever_word_says_that_the_zone_is_none_or_not_known(tmp_path: Path, word: str) -> None:
    assert ("00901", "OUT", 100, "actual") in patients(tmp_path, COUNTS.replace("OUT", word))


def test_all_who_live_outside_are_one_row_for_each_practice(tmp_path: Path) -> None:
    assert ("00901", "OUT", 107, "actual") in patients(tmp_path, f"{COUNTS}901 | Unknown | 7")


def test_rows_of_patients_outside_that_are_added_are_told_and_the_same_word_stands_once(tmp_path: Path) -> None:
    added = curated(csv_file(tmp_path / "a.csv", f"{COUNTS}901 | Unknown | 7"))
    assert "rows of patients outside that are added to another: 1" in added.notes
    assert "stand in more than one row" in refusal(csv_file(tmp_path / "b.csv", f"{COUNTS}901 | OUT | 100"))


def test_a_withheld_count_is_empty_and_makes_the_sum_outside_empty(tmp_path: Path) -> None:
    found = patients(tmp_path, COUNTS.replace("500 ", "*").replace("| 500", "| *") + "901 | Unknown | c")
    assert ("90001", "S01900002", None, "suppressed") in found
    assert ("00901", "OUT", None, "suppressed") in found


def test_nobody_is_a_count_and_an_empty_cell_is_none(tmp_path: Path) -> None:
    found = patients(tmp_path, COUNTS.replace("| 500", "| 0").replace("| 100", "|"))
    assert ("90001", "S01900002", 0, "true_zero") in found
    assert ("00901", "OUT", None, "not_available") in found


@pytest.mark.parametrize(
    "header",
    ["gpprac | datazone2011 | n", "Practice Code | Data Zone | Number of Patients", "prac_code | dz2011_code | count"],
)
def test_columns_have_several_plain_spellings(tmp_path: Path, header: str) -> None:
    spelt = COUNTS.replace("PracticeCode | DataZone  | Patients", header)
    assert ("90001", "S01900001", 3000, "actual") in patients(tmp_path, spelt)


def test_the_day_is_the_columns_else_the_names_else_not_known(tmp_path: Path) -> None:
    def day(drawing: str, name: str) -> set[date]:
        return set(curated(counts(tmp_path, drawing, name)).tables["patient_zone"]["as_at"].to_pylist())

    first, *rest = COUNTS.strip().splitlines()
    dated = "\n".join([f"{first} | Date", *(f"{row} | 20240401" for row in rest)])
    assert day(dated, "patients_2023-10.csv") == {date(2024, 4, 1)}
    assert day(COUNTS, "patients_2023-10.csv") == {date(2023, 10, 1)}
    assert day(COUNTS, "patients.csv") == {date(1900, 1, 1)}


def test_several_days_may_stand_in_one_file(tmp_path: Path) -> None:
    drawing = "PracticeCode | DataZone | Patients | Date\n90001 | S01900001 | 5 | 2023-10-01\n"
    read = curated(counts(tmp_path, f"{drawing}90001 | S01900001 | 6 | 2024-01-01"))
    assert rows(read.tables["patient_zone"], "as_at", "patients") == [(date(2023, 10, 1), 5), (date(2024, 1, 1), 6)]
    assert read.claims == (
        "patients of practice 90001 by data zone, 1 October 2023",
        "patients of practice 90001 by data zone, 1 January 2024",
    )


def test_practices_are_claimed_one_by_one_as_each_board_supplies_its_own(tmp_path: Path) -> None:
    read = curated(counts(tmp_path))
    assert read.claims == (
        "patients of practice 00901 by data zone, day unknown", "patients of practice 90001 by data zone, day unknown",
    )  # fmt: skip
    assert read.notes == ("neither a column nor the file's name tells the day of the count",)


def test_withheld_counts_are_counted(tmp_path: Path) -> None:
    assert "counts that are withheld: 1" in curated(counts(tmp_path, COUNTS.replace("| 500", "| *"))).notes


# --- only counts ----------------------------------------------------------------------------------


def test_a_list_with_a_column_of_chi_numbers_is_refused_and_none_is_shown(tmp_path: Path) -> None:
    message = refusal(counts(tmp_path, """
        PracticeCode | DataZone  | Reference  | n
        90001        | S01900001 | 9901010000 | 1
        90001        | S01900002 | 9901010001 | one
        """))  # fmt: skip
    assert "column 'Reference': the column holds numbers of ten digits, as CHI numbers are" in message
    assert "only counts are accepted" in message
    assert "990101" not in message


@pytest.mark.parametrize("name", ["CHI", "chi_number", "Date of Birth", "Surname", "UPI"])
def test_a_column_about_single_persons_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    message = refusal(counts(tmp_path, f"PracticeCode | DataZone | {name} | n\n90001 | S01900001 | x | 1"))
    assert f"column '{name}': the column is about single persons; only counts are accepted" in message


def test_a_chi_number_in_the_place_of_a_practice_code_is_not_shown(tmp_path: Path) -> None:
    message = refusal(counts(tmp_path, COUNTS.replace("901   ", "9901010000")))
    assert "as CHI numbers are" in message
    assert "9901010000" not in message


def test_rows_that_repeat_with_one_patient_each_are_a_list_of_persons(tmp_path: Path) -> None:
    message = refusal(counts(tmp_path, "PracticeCode | DataZone | n\n90001 | S01900001 | 1\n90001 | S01900001 | 1"))
    assert "a row seems to be a person; only counts are accepted" in message


def test_without_a_column_of_counts_a_row_seems_to_be_a_person(tmp_path: Path) -> None:
    message = refusal(counts(tmp_path, "PracticeCode | DataZone\n90001 | S01900001"))
    assert "column 'Patients': no column counts the patients" in message


# --- refused for other reasons --------------------------------------------------------------------


def test_counts_by_age_as_well_are_refused_with_what_to_do(tmp_path: Path) -> None:
    message = refusal(
        counts(
            tmp_path, "PracticeCode | DataZone | Age | n\n90001 | S01900001 | 0-64 | 40\n90001 | S01900001 | 65+ | 9"
        )
    )
    assert "the same PracticeCode and DataZone stand in more than one row; each was expected once" in message
    assert "Add the rows up over the other columns" in message


def test_a_zone_of_another_kind_and_a_count_that_is_none_are_refused_together(tmp_path: Path) -> None:
    message = refusal(counts(tmp_path, COUNTS.replace("S01900001", "E01000001").replace("| 500", "| some")))
    assert "row 2, column 'DataZone': found text that is no data zone code like S01000000" in message
    assert "row 3, column 'Patients': found 'some' where a number was expected" in message


def test_data_zones_of_another_edition_are_refused(tmp_path: Path) -> None:
    message = refusal(counts(tmp_path, COUNTS.replace("S01900001", "S01980001")))
    assert "row 2, column 'DataZone': the data zones are of another edition; those of 2011 were expected" in message


def test_the_directory_of_practices_is_not_taken_for_counts(tmp_path: Path) -> None:
    message = refusal(counts(tmp_path, """
        PracticeCode | GPPracticeName | Postcode | HB        | HSCP      | DataZone
        90001        | Haven Surgery  | ZZ9 9AA  | S08900001 | S37900001 | S01900001
        """))  # fmt: skip
    assert "it looks like 'GP practice contact details'" in message
