"""Home care by locality and by council becomes people, hours and rates; what is rounded is never a true zero."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows

from locality_profiles.sources import read_extract

LOCALITY = """
financial_quarter | sending_location | locality            | age_group   | measure                   | value
2020/21 Q4        | Norrland         | Skerry & Holm       | All Ages    | Rate per 1,000 Population | 9.1
2020/21 Q4        | Norrland         | Skerry & Holm       | All Ages    | Number of People          | 40
2020/21 Q4        | Norrland         | Skerry & Holm       | All Ages    | Number of Hours           | 3,120
2020/21 Q4        | Norrland         | Skerry & Holm       | 0-17 years  | Number of People          | 0
2020/21 Q4        | Norrland         | Skerry & Holm       | 85+ years   | Number of People          | 40
2020/21 Q4        | Norrland         | Outside Partnership | All Ages    | Number of People          | 5
"""
COUNCIL = """
time_period       | financial_quarter | sending_location     | age_group | measure                   | value | scotland_value
Financial Quarter | 2020/21 Q3        | Norrland             | All Ages  | Number of People          | 45    | 6000
Financial Quarter | 2020/21 Q3        | Norrland             | All Ages  | Rate per 1,000 Population | 8     | 12.5
Financial Quarter | 2020/21 Q3        | Norrland             | Unknown   | Number of People          | 0     | 5
Financial Quarter | 2020/21 Q3        | Scotland (Estimated) | All Ages  | Number of People          | 6000  | 6000
Financial Year    | 2020/21           | Norrland             | All Ages  | Number of People          | 60    | 9000
Census Week       | 2019/20           | Norrland             | All Ages  | Number of Hours           | 210   | 7000
"""  # noqa: E501
TREND = "\n".join(line.rpartition("|")[0] for line in COUNCIL.strip().splitlines() if "Unknown" not in line)


def table(tmp_path: Path, drawing: str = LOCALITY) -> Any:
    return curated(csv_file(tmp_path / "home.csv", drawing)).tables["activity"]


# --- places ---------------------------------------------------------------------------------------


def test_a_locality_is_named_with_its_council_and_has_no_code(tmp_path: Path) -> None:
    places = set(rows(table(tmp_path), "block_type", "block_code", "place_name", "place_parent"))
    assert ("locality", None, "Skerry & Holm", "Norrland") in places


def test_people_who_live_outside_the_partnership_stand_under_the_council_that_pays(tmp_path: Path) -> None:
    places = set(rows(table(tmp_path), "block_type", "place_name", "place_parent"))
    assert ("outside_partnership", "Norrland", None) in places


def test_councils_and_scotland_are_different_kinds_of_place(tmp_path: Path) -> None:
    places = set(rows(table(tmp_path, COUNCIL), "block_type", "place_name", "place_parent"))
    assert places == {("council_area", "Norrland", None), ("country", "Scotland", None)}


# --- values and their status ----------------------------------------------------------------------


def test_people_hours_and_rates_are_measures_of_one_service(tmp_path: Path) -> None:
    of_all = [
        row for row in rows(table(tmp_path), "place_name", "age_band", "measure_code", "value") if row[1] == "all"
    ]
    assert of_all == [
        ("Norrland", "all", "N_PEOPLE", 5.0),
        ("Skerry & Holm", "all", "HOURS", 3120.0),
        ("Skerry & Holm", "all", "N_PEOPLE", 40.0),
        ("Skerry & Holm", "all", "RATE_PER_1000", 9.1),
    ]
    assert set(rows(table(tmp_path), "source", "service_code", "geo_role", "sex")) == {
        ("home_care", "SC.HC", "residence", "all")
    }


def test_a_rounded_zero_is_not_called_a_true_zero(tmp_path: Path) -> None:
    of_age = [row for row in rows(table(tmp_path), "age_band", "value", "status") if row[0] == "0-17"]
    assert of_age == [("0-17", 0.0, "rounded")]


def test_counts_are_rounded_and_rates_are_as_published(tmp_path: Path) -> None:
    assert set(rows(table(tmp_path), "measure_code", "status")) == {
        ("N_PEOPLE", "rounded"), ("HOURS", "rounded"), ("RATE_PER_1000", "actual"),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["Scotland (Estimated)", "Scotland (All Areas Submitted)"])
def test_scotland_is_estimated_and_says_why(tmp_path: Path, name: str) -> None:
    drawing = COUNCIL.replace("Scotland (Estimated)", name)
    scotland = [row for row in rows(table(tmp_path, drawing), "block_type", "status", "note") if row[0] == "country"]
    assert [row[1] for row in scotland] == ["estimated"]
    assert "submit" in scotland[0][2]


def test_a_suppressed_cell_has_no_value(tmp_path: Path) -> None:
    drawing = LOCALITY.replace("| Number of People          | 5", "| Number of People          | *")
    outside = [r for r in rows(table(tmp_path, drawing), "block_type", "value", "status") if r[0] != "locality"]
    assert outside == [("outside_partnership", None, "suppressed")]


# --- hours that were not submitted ----------------------------------------------------------------

NO_HOURS = """
financial_quarter | sending_location | locality | age_group   | measure          | value
2017/18 Q4        | Norrland         | Skerry   | All Ages    | Number of People | 30
2017/18 Q4        | Norrland         | Skerry   | All Ages    | Number of Hours  | 0
2017/18 Q4        | Norrland         | Skerry   | 18-64 years | Number of People | 5
2017/18 Q4        | Norrland         | Skerry   | 18-64 years | Number of Hours  | 0
2017/18 Q4        | Norrland         | Skerry   | 85+ years   | Number of People | 25
2017/18 Q4        | Norrland         | Skerry   | 85+ years   | Number of Hours  | 0
"""


def hours(tmp_path: Path, drawing: str) -> list[tuple[str, float | None, str]]:
    found = rows(table(tmp_path, drawing), "measure_code", "age_band", "value", "status")
    return [(age, value, status) for measure, age, value, status in found if measure == "HOURS"]


def test_no_hours_for_many_people_were_not_submitted_at_any_age(tmp_path: Path) -> None:
    assert hours(tmp_path, NO_HOURS) == [
        ("18-64", None, "not_available"), ("85+", None, "not_available"), ("all", None, "not_available"),
    ]  # fmt: skip
    assert "cells with 0 hours beside 10 or more people, read as not available: 3 (Norrland)" in (
        curated(csv_file(tmp_path / "home.csv", NO_HOURS)).notes
    )


def test_no_hours_for_few_people_may_be_rounded(tmp_path: Path) -> None:
    drawing = NO_HOURS.replace("| 30", "| 5").replace("| 25", "| 0")
    assert set(hours(tmp_path, drawing)) == {
        ("18-64", 0.0, "rounded"),
        ("85+", 0.0, "rounded"),
        ("all", 0.0, "rounded"),
    }


def test_where_the_ages_have_hours_only_the_empty_total_is_not_available(tmp_path: Path) -> None:
    drawing = NO_HOURS.replace("85+ years   | Number of Hours  | 0", "85+ years   | Number of Hours  | 900")
    assert hours(tmp_path, drawing) == [
        ("18-64", 0.0, "rounded"), ("85+", 900.0, "rounded"), ("all", None, "not_available"),
    ]  # fmt: skip


def test_a_total_further_from_its_ages_than_rounding_is_kept_and_noted(tmp_path: Path) -> None:
    drawing = LOCALITY.replace("85+ years   | Number of People          | 40", "85+ years | Number of People | 25")
    (note,) = curated(csv_file(tmp_path / "home.csv", drawing)).notes
    assert note.startswith("all-ages figures that differ from the sum of the ages by more than rounding explains")


def test_a_total_within_the_rounding_of_its_ages_is_not_noted(tmp_path: Path) -> None:
    drawing = LOCALITY.replace("85+ years   | Number of People          | 40", "85+ years | Number of People | 35")
    assert curated(csv_file(tmp_path / "home.csv", drawing)).notes == ()


# --- periods and claims ---------------------------------------------------------------------------


def test_a_census_week_bears_the_days_of_its_financial_year_and_is_no_year(tmp_path: Path) -> None:
    periods = set(rows(table(tmp_path, COUNCIL), "period_type", "period_start", "period_end"))
    assert periods == {
        ("financial_quarter", date(2020, 10, 1), date(2020, 12, 31)),
        ("financial_year", date(2020, 4, 1), date(2021, 3, 31)),
        ("census_week", date(2019, 4, 1), date(2020, 3, 31)),
    }


def test_localities_claim_each_period_once(tmp_path: Path) -> None:
    drawing = LOCALITY + LOCALITY.strip().partition("\n")[2].replace("2020/21 Q4", "2020/21 Q1")
    assert curated(csv_file(tmp_path / "home.csv", drawing)).claims == (
        "home care by locality, 2020/21 Q1", "home care by locality, 2020/21 Q4",
    )  # fmt: skip


def test_the_trend_table_claims_what_the_council_table_claims(tmp_path: Path) -> None:
    council, trend = (curated(csv_file(tmp_path / f"{n}.csv", d)) for n, d in enumerate((COUNCIL, TREND)))
    assert trend.claims == council.claims
    assert set(council.claims) == {
        "home care by council, 2020/21 Q3", "home care by council, 2020/21",
        "home care by council, census week 2019/20",
    }  # fmt: skip


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "written", "phrase"),
    [
        ("Number of Hours ", "Number of Visits ", "found 'Number of Visits', expected one of Number of People"),
        ("0-17 years", "0-16 years", "found '0-16 years', expected one of All Ages"),
        ("| 9.1", "| -9.1", "the number is negative"),
        ("3,120", "many", "found 'many' where a number was expected"),
        ("Skerry & Holm       | 85+ years ", "Skerry & Holm | 0-17 years", "stands in more than one row"),
        (
            "2020/21 Q4        | Norrland         | Outside",
            "2020/21 Q5 | Norrland | Outside",
            "found '2020/21 Q5' where",
        ),
        (
            "2020/21 Q4        | Norrland         | Outside",
            "202101 | Norrland | Outside",
            "no financial quarter or year",
        ),
        ("| Number of People          | 5", "| Number of People | 4", "a number of people is not rounded to 5"),
        ("Norrland         | Outside", " | Outside", "the cell is empty; the name of a council was expected"),
    ],
)
def test_what_cannot_be_right_is_refused(tmp_path: Path, was: str, written: str, phrase: str) -> None:
    assert was in LOCALITY
    message = refusal(csv_file(tmp_path / "home.csv", LOCALITY.replace(was, written)))
    assert phrase in message
    assert "home.csv, row" in message


def test_a_quarter_in_a_census_week_is_refused(tmp_path: Path) -> None:
    drawing = COUNCIL.replace("| 2019/20           ", "| 2019/20 Q4        ")
    assert "the period is not of the kind that 'time_period' says" in refusal(csv_file(tmp_path / "home.csv", drawing))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    drawing = LOCALITY.replace("age_group", "agegroup_")
    message = refusal(csv_file(tmp_path / "home.csv", drawing))
    assert "column 'age_group'" in message
    assert "there is a column 'agegroup_'" in message


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    drawing = LOCALITY.replace("| 9.1", "| -9.1").replace("3,120", "many").replace("0-17 years", "0-16 years")
    message = refusal(csv_file(tmp_path / "home.csv", drawing))
    assert all(phrase in message for phrase in ("negative", "'many'", "'0-16 years'"))


def test_tables_of_the_same_publication_are_not_mistaken_for_it(tmp_path: Path) -> None:
    drawing = """
    time_period       | financial_quarter | sending_location | age_group | nclient | percentage
    Financial Quarter | 2020/21 Q4        | Norrland         | All Ages  | 40      | 80.1
    """
    assert [read.kind for read in read_extract(csv_file(tmp_path / "personal.csv", drawing))] == ["social_care_people"]
