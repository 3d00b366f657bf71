"""Delayed bed days by council of residence and by health board of treatment; totals must be their parts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows

REASONS = ("Health and Social Care Reasons", "Patient and Family Related Reasons", "Code 9 AWI", "Code 9 Non-AWI")
AGES = ("18-74", "75plus")


def drawn(place: str, *places: str, header: str = "", month: str = "202103") -> str:
    """A whole table for some places: 1 bed day a reason and age, and the totals of them."""
    lines = [header or f"MonthOfDelay | {place} | AgeGroup | ReasonForDelay | NumberOfDelayedBedDays"]
    for code in places:
        for age in ("18plus", *AGES):
            for reason in ("All Delay Reasons", *REASONS):
                days = (2 if age == "18plus" else 1) * (4 if reason.startswith("All") else 1)
                lines.append(f"{month} | {code} | {age} | {reason} | {days}")
    return "\n".join(lines)


BOARDS = drawn("HBT", "S08900001")
COUNCILS = drawn("CA", "S12900001", "")
RESHAPED = drawn(
    "", "S12900001", "NA", month="2021-03-01",
    header="date | ltla_code | age_group | delay_reason | num_delayed_bed_days",
)  # fmt: skip


def table(tmp_path: Path, drawing: str) -> Any:
    return curated(csv_file(tmp_path / "delays.csv", drawing)).tables["activity"]


# --- what it becomes ------------------------------------------------------------------------------


def test_every_row_is_bed_days_of_a_month(tmp_path: Path) -> None:
    found = table(tmp_path, BOARDS)
    assert found.num_rows == 15
    assert set(rows(found, "source", "service_code", "measure_code", "period_type", "period_start", "period_end")) == {
        ("delayed_discharge", "FLOW.DD", "BED_DAYS", "month", date(2021, 3, 1), date(2021, 3, 31))
    }


def test_ages_and_reasons_are_in_our_words(tmp_path: Path) -> None:
    found = rows(table(tmp_path, BOARDS), "age_band", "delay_group", "value")
    assert {age for age, _, _ in found} == {"18+", "18-74", "75+"}
    assert [row for row in found if row[0] == "18+"] == [
        ("18+", "all", 8.0), ("18+", "code_9_awi", 2.0), ("18+", "code_9_other", 2.0),
        ("18+", "health_social_care", 2.0), ("18+", "patient_family", 2.0),
    ]  # fmt: skip


def test_boards_are_where_people_are_treated_and_councils_where_they_live(tmp_path: Path) -> None:
    assert set(rows(table(tmp_path, BOARDS), "geo_role", "block_type", "block_code")) == {
        ("treatment", "health_board", "S08900001")
    }
    assert set(rows(table(tmp_path, drawn("CA", "S12900001")), "geo_role", "block_type", "block_code")) == {
        ("residence", "council_area", "S12900001")
    }


@pytest.mark.parametrize("drawing", [COUNCILS, RESHAPED, COUNCILS.replace("|  |", "| Other |")])
def test_people_of_no_council_are_kept_as_not_placed(tmp_path: Path, drawing: str) -> None:
    assert set(rows(table(tmp_path, drawing), "block_type", "block_code")) == {
        ("council_area", "S12900001"), ("not_placed", "other"),
    }  # fmt: skip


def test_the_country_is_a_place_of_its_own(tmp_path: Path) -> None:
    found = table(tmp_path, drawn("CA", "S12900001", "S92900001"))
    assert ("country", "S92900001") in set(rows(found, "block_type", "block_code"))


def test_the_first_day_of_a_month_stands_for_the_month(tmp_path: Path) -> None:
    assert set(rows(table(tmp_path, RESHAPED), "period_start", "period_end")) == {(date(2021, 3, 1), date(2021, 3, 31))}


def test_no_bed_days_at_all_is_a_true_zero(tmp_path: Path) -> None:
    drawing = "\n".join(
        [BOARDS.splitlines()[0], *(line[: line.rindex("|")] + "| 0" for line in BOARDS.splitlines()[1:])]
    )
    assert set(rows(table(tmp_path, drawing), "value", "status")) == {(0.0, "true_zero")}


def test_code_nine_may_stand_undivided_as_it_once_did(tmp_path: Path) -> None:
    old = "\n".join(line for line in BOARDS.splitlines() if "Non-AWI" not in line).replace(
        "Code 9 AWI", "Code 9 Reasons"
    )
    old = old.replace("Reasons | 8", "Reasons | 6").replace("All Delay Reasons | 4", "All Delay Reasons | 3")
    assert "code_9" in table(tmp_path, old)["delay_group"].to_pylist()


def test_the_published_and_the_reshaped_council_table_claim_the_same_month(tmp_path: Path) -> None:
    published, reshaped = (curated(csv_file(tmp_path / f"{n}.csv", d)) for n, d in enumerate((COUNCILS, RESHAPED)))
    assert published.claims == reshaped.claims == ("delayed discharge bed days by council, March 2021",)
    assert curated(csv_file(tmp_path / "b.csv", BOARDS)).claims == (
        "delayed discharge bed days by health board, March 2021",
    )


def test_scotland_that_is_not_the_sum_of_the_councils_is_noted_and_kept(tmp_path: Path) -> None:
    whole = curated(csv_file(tmp_path / "whole.csv", drawn("CA", "S12900001", "S92900001")))
    part = curated(csv_file(tmp_path / "part.csv", drawn("CA", "S12900001", "S12900002", "S92900001")))
    assert whole.notes == ()
    assert part.notes == ("figures for Scotland that are not the sum of the councils' and of people not placed: 15",)


# --- refusals -------------------------------------------------------------------------------------


ELDERS, OF_ALL = "75plus | Code 9 AWI | 1", "18plus | All Delay Reasons | 8"


@pytest.mark.parametrize(
    ("was", "written", "phrase"),
    [
        (OF_ALL, "18plus | All Delay Reasons | 9", "the bed days of '18plus' are not the sum of 18-74 and 75plus"),
        (ELDERS, "75plus | Code 9 AWI | 7", "the bed days of 'All Delay Reasons' are not the sum of the reasons"),
        ("202103 | S08900001 | 18plus | Code 9 AWI | 2", "", "there is no row '18plus' for this place and month"),
        ("202103 | S08900001 | 75plus | All Delay Reasons | 4", "", "there is no row 'All Delay Reasons'"),
        (ELDERS, "75plus | Code 9 AWI | -1", "the number is negative"),
        (ELDERS, "75plus | Code 9 AWI | one", "found 'one' where a number was expected"),
        (ELDERS, "75plus | Code 9 AWI | 1.5", "where a whole number of days was expected"),
        (ELDERS, "85plus | Code 9 AWI | 1", "found '85plus', expected one of 18plus"),
        (ELDERS, "75plus | Code 9 BWI | 1", "found 'Code 9 BWI', expected one of All Delay Reasons"),
        (ELDERS, "75plus | Code 9 Non-AWI | 1", "stands in more than one row"),
        (f"202103 | S08900001 | {ELDERS}", f"202113 | S08900001 | {ELDERS}", "found '202113' where a month"),
        (f"S08900001 | {ELDERS}", f"S0890001 | {ELDERS}", "expected a health board code like S08000000"),
        (f"S08900001 | {ELDERS}", f" | {ELDERS}", "the cell is empty; a health board code"),
    ],
)
def test_what_cannot_be_right_is_refused(tmp_path: Path, was: str, written: str, phrase: str) -> None:
    assert was in BOARDS
    assert phrase in refusal(csv_file(tmp_path / "delays.csv", BOARDS.replace(was, written)))


def test_a_day_inside_a_month_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "delays.csv", RESHAPED.replace("2021-03-01", "2021-03-02")))
    assert "the date is not the first day of a month" in message


def test_a_council_code_that_is_none_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "delays.csv", RESHAPED.replace("| NA |", "| S13900001 |")))
    assert "found 'S13900001', expected a council area code like S12000000" in message


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "delays.csv", BOARDS.replace("NumberOfDelayedBedDays", "DelayedBedDays")))
    assert "column 'NumberOfDelayedBedDays'" in message
    assert "Rename 'DelayedBedDays' back" in message


def test_a_suppressed_part_is_not_taken_for_a_wrong_total(tmp_path: Path) -> None:
    drawing = BOARDS.replace("75plus | Code 9 AWI | 1", "75plus | Code 9 AWI | *")
    found = [row for row in rows(table(tmp_path, drawing), "value", "status") if row[0] is None]
    assert found == [(None, "suppressed")]
