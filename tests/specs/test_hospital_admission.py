"""Weekly admissions by partnership and deprivation; small figures are left out by the publisher."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows

from locality_profiles.sources import read_extract

ADMISSIONS = """
WeekEnding | HSCP      | SIMDQuintile | AdmissionType | AdmissionTypeQF | NumberAdmissions | Average20182019 | PercentVariation
20210307   | S37900001 | 1            | All           | d               | 20               | 19.5            | 2.6
20210307   | S37900001 | 1            | Emergency     |                 | 14               | 12              | 16.7
20210307   | S37900001 | 1            | Planned       |                 | 6                | 7.5             | -20
20210307   | S37900001 | 5            | All           | d               | 9                | 8               | 12.5
20210307   | S37900001 | 5            | Emergency     |                 | 5                | 5               | 0
20210314   | S37900001 | 1            | All           | d               | 7                | 19              | -63.2
"""  # noqa: E501


def table(tmp_path: Path, drawing: str = ADMISSIONS) -> Any:
    return curated(csv_file(tmp_path / "admissions.csv", drawing)).tables["activity"]


# --- what it becomes ------------------------------------------------------------------------------


def test_admissions_are_by_partnership_of_residence(tmp_path: Path) -> None:
    assert set(
        rows(table(tmp_path), "source", "service_code", "measure_code", "geo_role", "block_type", "block_code")
    ) == {("hospital_admission", "HOSP.ACU", "N_ADMIT", "residence", "hscp", "S37900001")}


def test_quintile_and_urgency_are_kept_apart(tmp_path: Path) -> None:
    assert rows(table(tmp_path), "period_end", "simd_quintile", "urgency", "value", "status") == [
        (date(2021, 3, 7), "1", "all", 20.0, "actual"), (date(2021, 3, 7), "1", "emergency", 14.0, "actual"),
        (date(2021, 3, 7), "1", "planned", 6.0, "actual"), (date(2021, 3, 7), "5", "all", 9.0, "actual"),
        (date(2021, 3, 7), "5", "emergency", 5.0, "actual"), (date(2021, 3, 14), "1", "all", 7.0, "actual"),
    ]  # fmt: skip


def test_a_week_ends_on_the_day_that_names_it_and_starts_six_days_before(tmp_path: Path) -> None:
    assert set(rows(table(tmp_path), "period_type", "period_start", "period_end")) == {
        ("week", date(2021, 3, 1), date(2021, 3, 7)), ("week", date(2021, 3, 8), date(2021, 3, 14)),
    }  # fmt: skip


def test_what_was_left_out_is_counted_and_not_filled_in(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "admissions.csv", ADMISSIONS))
    # two quintiles and two weeks: 4 rows of each kind, of which 3, 2 and 1 are there
    assert read.notes == (
        "rows left out because they are below 5, of 4 of each kind: 1 of 'All', 2 of 'Emergency', 3 of 'Planned'",
    )
    assert read.tables["activity"].num_rows == 6


def test_each_week_is_claimed(tmp_path: Path) -> None:
    assert curated(csv_file(tmp_path / "admissions.csv", ADMISSIONS)).claims == (
        "hospital admissions by partnership and deprivation, 1 Mar 2021 to 7 Mar 2021",
        "hospital admissions by partnership and deprivation, 8 Mar 2021 to 14 Mar 2021",
    )


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "written", "phrase"),
    [
        ("| 20     ", "| 21     ", "'All' is not emergency and planned admissions together"),
        ("| 9      ", "| 10     ", "one that is left out is below 5"),
        ("| 9      ", "| 4      ", "'All' is not emergency and planned admissions together"),
        ("20210307   | S37900001 | 5            | All ", "20210314 | S37900001 | 5 | All ", "there is no row 'All'"),
        ("| 14  ", "| -14 ", "the number is negative"),
        ("| 14  ", "| few ", "found 'few' where a number was expected"),
        ("Planned  ", "Emergency", "stands in more than one row"),
        ("Planned  ", "Routine  ", "found 'Routine', expected one of All, Emergency, Planned"),
        ("| 5            | Emergency", "| 6 | Emergency", "found '6', expected one of 1, 2, 3, 4, 5"),
        ("20210314", "20210313", "the date is not a Sunday"),
        ("20210314", "20211314", "found '20211314' where a snapshot was expected"),
        ("20210314   | S37900001", "20210314 | S12900001", "expected a partnership code like S37000000"),
    ],
)
def test_what_cannot_be_right_is_refused(tmp_path: Path, was: str, written: str, phrase: str) -> None:
    assert was in ADMISSIONS
    assert phrase in refusal(csv_file(tmp_path / "admissions.csv", ADMISSIONS.replace(was, written)))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "admissions.csv", ADMISSIONS.replace("NumberAdmissions", "Admissions")))
    assert "column 'NumberAdmissions'" in message
    assert "Rename 'Admissions' back" in message


def test_the_tables_of_boards_and_of_ages_are_not_mistaken_for_it(tmp_path: Path) -> None:
    for was, written in (("HSCP     ", "HB"), ("SIMDQuintile", "AgeGroup")):
        assert read_extract(csv_file(tmp_path / "other.csv", ADMISSIONS.replace(was, written))) == []
