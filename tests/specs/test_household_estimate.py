"""Household estimates become households and mean sizes by council, country and other areas."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows

ESTIMATES = """
Area                         | Year | Households | Av_HH_size
Outer Isles                  | 2000 | 4000       |
Outer Isles                  | 2018 | 4,321      | 2.3
Scotland                     | 2018 | 4322       | 2.25
Glasgow and the Clyde Valley | 2018 | 500        |
TAYplan                      | 2018 | 300        | NA
"""


def estimates(path: Path, drawing: str = ESTIMATES) -> Path:
    return csv_file(path / "households.csv", drawing)


def measured(path: Path, measure: str) -> list[tuple[object, ...]]:
    table = curated(path).tables["household"]
    found = rows(table, "block_type", "block_code", "place_name", "period_start", "measure", "value", "status")
    return [(*row[:3], row[3].year, *row[5:]) for row in found if row[4] == measure]


def test_councils_and_the_country_are_named_and_other_areas_get_a_slug(tmp_path: Path) -> None:
    assert measured(estimates(tmp_path), "households") == [
        ("council_area", None, "Outer Isles", 2000, 4000.0, "actual"),
        ("council_area", None, "Outer Isles", 2018, 4321.0, "actual"),
        ("country", None, "Scotland", 2018, 4322.0, "actual"),
        ("other_area", "glasgow-and-the-clyde-valley", None, 2018, 500.0, "actual"),
        ("other_area", "tayplan", None, 2018, 300.0, "actual"),
    ]


def test_a_mean_size_that_is_blank_or_na_is_not_available_rather_than_zero(tmp_path: Path) -> None:
    assert [row[3:] for row in measured(estimates(tmp_path), "household_size")] == [
        (2000, None, "not_available"),
        (2018, 2.3, "actual"),
        (2018, 2.25, "actual"),
        (2018, None, "not_available"),
        (2018, None, "not_available"),
    ]


def test_estimates_are_for_the_middle_of_the_year(tmp_path: Path) -> None:
    table = curated(estimates(tmp_path)).tables["household"]
    assert rows(table, "period_type", "period_start", "period_end", "category")[0] == (
        "mid_year", date(2000, 6, 30), date(2000, 6, 30), "all",
    )  # fmt: skip


def test_a_file_claims_each_year_of_each_kind_of_area(tmp_path: Path) -> None:
    assert curated(estimates(tmp_path)).claims == (
        "households of council areas, mid-2000",
        "households of council areas, mid-2018",
        "households of the country, mid-2018",
        "households of other areas, mid-2018",
    )


def test_areas_of_no_type_are_noted_and_rounding_is_not(tmp_path: Path) -> None:
    assert curated(estimates(tmp_path)).notes == (
        "kept as areas of no type here: Glasgow and the Clyde Valley, TAYplan",
    )


def test_councils_that_are_not_all_of_the_country_are_noted(tmp_path: Path) -> None:
    first, *_ = curated(estimates(tmp_path, ESTIMATES.replace("4322", "9000"))).notes
    assert first == "mid-2018: the 1 council areas have 4,321 households, Scotland 9,000"


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ("4000 ", "-4000 ", "row 2, column 'Households': the number is negative ('-4000')"),
    ("4000 ", "many ", "found 'many' where a number was expected"),
    ("4000 ", "9.5 ", "found '9.5' where a whole number of households was expected"),
    ("| 2.3", "| 0.3", "row 3, column 'Av_HH_size': the number is below 1 ('0.3')"),
    ("| 2000 |", "| 2018 |", "rows 2, 3, column 'Area': the same Area, Year stands in more than one row"),
    ("| 2000 |", "| 2000/01 |", "found '2000/01' where a number was expected"),
    ("Households", "Dwellings", "column 'Households': the column is missing"),
])  # fmt: skip
def test_what_is_wrong_in_a_cell_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in ESTIMATES
    assert said in refusal(estimates(tmp_path, ESTIMATES.replace(was, becomes)))
