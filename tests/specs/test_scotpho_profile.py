"""The profiles download becomes ready-made values: never more exact, nor of another period, than was published."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows

from locality_profiles.sources._scotpho import read_period

VALUES = """
area_code | area_type         | area_name | year | period                                            | type_definition                       | indicator      | numerator | measure | upper_confidence_interval | lower_confidence_interval
S12900001 | Council area      | Norrland  | 2021 | 2021/22 financial year                            | Crude rate per 1,000 population       | Falls          | 30        | 12.5    | 17.8                      | 8.4
S12900001 | Council area      | Norrland  | 2020 | 2018 to 2022 calendar years; 5-year aggregates    | Age-sex standardised rate per 100,000 | Deaths         | 4.2       | 16      | 40.1                      | 4
S00000001 | Scotland          | Scotland  | 2021 | 2021/22 financial year                            | Crude rate per 1,000 population       | Falls          | NA        | 11      | 11.1                      | 10.9
S08900001 | Health board      | NHS North | 2022 | Survey year (2022)                                | Percentage                            | Feeling well   | NA        | NA      | NA                        | NA
S99000131 | HSC locality      | Skerry    | 2021 | 2021/22 financial year                            | Crude rate per 1,000 population       | Falls          | 0         | 0       | 3.1                       | 0
S12900001 | Council area      | Norrland  | 2022 | Survey year (2022)                                | Percentage                            | Gender pay gap | NA        | -1.4    | NA                        | NA
S12900001 | Council area      | Norrland  | 2019 | 2021 July snapshot                                | Percentage                            | Rare           | 2         | 0       | 0.1                       | 0
"""  # noqa: E501


def table(tmp_path: Path, drawing: str = VALUES) -> Any:
    return curated(csv_file(tmp_path / "scotpho.csv", drawing)).tables["published_value"]


def of(tmp_path: Path, measure: str, *columns: str, drawing: str = VALUES) -> list[tuple[Any, ...]]:
    return [row[1:] for row in rows(table(tmp_path, drawing), "measure", *columns) if row[0] == measure]


# --- values ---------------------------------------------------------------------------------------


def test_a_value_keeps_its_count_its_limits_and_the_words_of_its_publisher(tmp_path: Path) -> None:
    found = of(tmp_path, "Deaths", "numerator", "value", "lower", "upper", "status", "note")
    words = "Age-sex standardised rate per 100,000; 2018 to 2022 calendar years; 5-year aggregates"
    assert found == [(4.2, 16.0, 4.0, 40.1, "actual", words)]


def test_a_whole_number_was_published_to_one_decimal_like_the_others(tmp_path: Path) -> None:
    assert of(tmp_path, "Deaths", "decimals") == [(1,)]


def test_a_file_that_shows_more_decimals_is_taken_at_its_word(tmp_path: Path) -> None:
    assert of(tmp_path, "Falls", "decimals", drawing=VALUES.replace("| 12.5 ", "| 12.55"))[0] == (2,)


def test_no_denominator_is_made_up(tmp_path: Path) -> None:
    assert table(tmp_path)["denominator"].null_count == 7


def test_a_value_that_is_not_there_is_not_nought(tmp_path: Path) -> None:
    found = of(tmp_path, "Feeling well", "value", "lower", "upper", "decimals", "status")
    assert found == [(None, None, None, None, "not_available")]


def test_only_a_nought_beside_a_count_of_nought_is_a_true_zero(tmp_path: Path) -> None:
    assert ("S99000131", 0.0, "true_zero") in of(tmp_path, "Falls", "block_code", "value", "status")
    assert of(tmp_path, "Rare", "value", "status") == [(0.0, "rounded")]


def test_a_gap_may_be_negative(tmp_path: Path) -> None:
    assert of(tmp_path, "Gender pay gap", "value", "status") == [(-1.4, "actual")]


def test_a_value_is_of_everyone(tmp_path: Path) -> None:
    assert set(rows(table(tmp_path), "source", "breakdown", "category")) == {("scotpho_profile", "all", "all")}


# --- places ---------------------------------------------------------------------------------------


def test_the_code_says_what_kind_of_place_it_is(tmp_path: Path) -> None:
    assert set(rows(table(tmp_path), "block_type", "block_code", "place_name")) == {
        ("council_area", "S12900001", None),
        ("health_board", "S08900001", None),
        ("country", None, "Scotland"),
        ("scotpho_locality", "S99000131", None),
    }


def test_localities_under_made_up_codes_are_told_of(tmp_path: Path) -> None:
    notes = curated(csv_file(tmp_path / "scotpho.csv", VALUES)).notes
    assert "rows for localities, whose codes ScotPHO makes up, kept and joined to nothing: 1" in notes


def test_a_code_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "scotpho.csv", VALUES.replace("S08900001", "E92000001")))
    assert "row 5, column 'area_code': found 'E92000001'" in message


# --- periods --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kind", "start", "end"),
    [
        ("2021/22 financial year", "financial_year", (2021, 4, 1), (2022, 3, 31)),
        ("Financial year (2021/22)", "financial_year", (2021, 4, 1), (2022, 3, 31)),
        ("2022/23 school year", "school_year", (2022, 8, 1), (2023, 7, 31)),
        ("2021 calendar year", "calendar_year", (2021, 1, 1), (2021, 12, 31)),
        ("2019 survey year", "calendar_year", (2019, 1, 1), (2019, 12, 31)),
        ("Survey year (2017-2019)", "years", (2017, 1, 1), (2019, 12, 31)),
        ("2010-2013 combined survey years", "years", (2010, 1, 1), (2013, 12, 31)),
        ("4-year aggregate (2014 - 2017)", "years", (2014, 1, 1), (2017, 12, 31)),
        ("2019-2021 (3 year aggregate)", "years", (2019, 1, 1), (2021, 12, 31)),
        ("2018 to 2022 calendar years; 5-year aggregates", "years", (2018, 1, 1), (2022, 12, 31)),
        ("2019/20 to 2021/22 financial years; 3-year aggregates", "years", (2019, 4, 1), (2022, 3, 31)),
        ("2003/05-2005/06 financial years; 3-year aggregates", "years", (2003, 4, 1), (2006, 3, 31)),
        ("1998/99 to 2000/01 school years; 3-year aggregates", "years", (1998, 8, 1), (2001, 7, 31)),
        ("1999/00 financial year", "financial_year", (1999, 4, 1), (2000, 3, 31)),
        ("2019/20 to 2021/22; 3 year rolling average", "years", (2019, 4, 1), (2022, 3, 31)),
        ("2019 - 2021; 3 year rolling average", "years", (2019, 1, 1), (2021, 12, 31)),
        ("2021 mid-year estimate", "mid_year", (2021, 6, 30), (2021, 6, 30)),
        ("2016 May snapshot", "month", (2016, 5, 1), (2016, 5, 31)),
        ("31st March 2014 snapshot", "snapshot", (2014, 3, 31), (2014, 3, 31)),
        ("2012 to 2014 March snapshot; 3-year average", "years", (2012, 3, 1), (2014, 3, 31)),
    ],
)
def test_a_period_is_read_from_its_words(
    words: str, kind: str, start: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    found = read_period(words)
    assert found is not None
    assert (found.kind, found.start, found.end) == (kind, date(*start), date(*end))


@pytest.mark.parametrize(
    "words",
    ["", "recently", "2021/23 financial year", "2021 financial year", "2021/22 calendar year",
     "2022 to 2019 survey years", "2019 to 2021/22; 3-year aggregates", "31st February 2014 snapshot", "2021"],
)  # fmt: skip
def test_words_that_are_no_period_are_not_guessed_at(words: str) -> None:
    assert read_period(words) is None


def test_an_unknown_wording_is_refused_with_examples_of_known_ones(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "scotpho.csv", VALUES.replace("2021 July snapshot", "summer of 2021")))
    assert "row 8, column 'period': found 'summer of 2021'" in message
    assert "2018 to 2022 calendar years; 5-year aggregates" in message


def test_years_of_a_kind_that_is_not_said_are_told_of(tmp_path: Path) -> None:
    drawing = VALUES.replace(
        "2018 to 2022 calendar years; 5-year aggregates", "2019/20 to 2021/22; 3 year rolling average"
    )
    notes = curated(csv_file(tmp_path / "scotpho.csv", drawing)).notes
    assert any("does not say whether its years are financial" in note and note.endswith(": 1") for note in notes)


# --- refusals -------------------------------------------------------------------------------------


def test_a_value_outside_its_limits_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "scotpho.csv", VALUES.replace("| 12.5 ", "| 18.5 ")))
    assert "row 2, column 'measure': the value lies outside its own confidence limits" in message


def test_a_value_twice_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "scotpho.csv", VALUES + VALUES.strip().splitlines()[1]))
    assert "the same area_code, indicator, period stands in more than one row" in message


def test_text_where_a_number_belongs_is_refused_with_every_other_problem(tmp_path: Path) -> None:
    drawing = VALUES.replace("| 12.5 ", "| about 12 ").replace("S08900001", "S0890001")
    message = refusal(csv_file(tmp_path / "scotpho.csv", drawing))
    assert "'about 12' where a number was expected" in message
    assert "found 'S0890001'" in message


# --- claims ---------------------------------------------------------------------------------------


def test_a_file_claims_each_measure_by_kind_of_place_and_period(tmp_path: Path) -> None:
    claims = curated(csv_file(tmp_path / "scotpho.csv", VALUES)).claims
    assert "ScotPHO profile, Falls by council area, 2021/22" in claims
    assert "ScotPHO profile, Deaths by council area, 2018 to 2022" in claims
    assert len(claims) == len(set(claims)) == 7
