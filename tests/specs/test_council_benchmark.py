"""The benchmarking workbook and its long table give the same lines, to the penny."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pictures import cells, csv_file, curated, refusal, rows, workbook
from pyarrow import parquet

from locality_profiles.sources import Curated

# 1,234.567 thousand pounds over 50,000 hours is 24.69134 an hour; 520 thousand over 20 residents is 500 a week.
FIGURES = """
measure                                                        | year    | Norrland  | Skerry & Holm | Scotland
SW1                                                            | 2019-20 | 24.69134  | 20            | 22
Total Homecare (£000)                                          | 2019-20 | 1234.567  | 1000          | 2200
Care Hrs per Yr                                                | 2019-20 | 50000     | 50000         | 100000
SW5                                                            | 2019-20 | 500       | 250           | 400
Net Expenditure on Care Homes for Older People                 | 2019-20 | 520       | 130           | 624
Number of long-stay residents aged 65+ supported in Care Homes | 2019-20 | 20        | 10            | 30
SDS Spend on over 18s                                          | 2019-20 | 300       | 0             | 300
Gross SW Spend on over 18s                                     | 2019-20 | 9000      | 8000          | 17000
"""
HEADER, *LINES = cells(FIGURES)
PLACES = HEADER[2:]


def wide(path: Path, lines: list[list[str]] = LINES, places: list[str] = PLACES) -> Path:
    """The workbook, with a sheet before the one that matters, a blank too many and a column that is not read."""
    header = ["Local Authority", *(f"{measure}  {year}" for measure, year, *_ in lines), "SW1 2019-20 Real"]
    body = [[place, *(line[2 + at] for line in lines), "9"] for at, place in enumerate(places)]
    drawing = "\n".join(" | ".join(row) for row in [header, *body])
    return workbook(path, Deflators="Year | Deflator\n2019-20 | 100", **{"Raw Data": drawing})


def long(path: Path, lines: list[list[str]] = LINES) -> Path:
    """The long table, every value as text, with an indicator that is not read."""
    found = [(place, measure, year, value, f"{measure}_{year}")
             for measure, year, *values in [*lines, ["CHN1", "2019-20", "a", "b", "c"]]
             for place, value in zip(PLACES, values, strict=True)]  # fmt: skip
    names = ("Local Authority", "Indicator2", "Year", "Value", "Inticators Time")
    columns = dict(zip(names, zip(*found, strict=True), strict=True))
    parquet.write_table(pa.table({**columns, "Title": columns["Indicator2"]}), path)
    return path


def changed(measure: str, *values: str) -> list[list[str]]:
    assert measure in {line[0] for line in LINES}
    return [[*line[:2], *values] if line[0] == measure else line for line in LINES]


def read(tmp_path: Path, lines: list[list[str]] = LINES) -> Curated:
    return curated(wide(tmp_path / "benchmark.xlsx", lines))


def of(table: Any, *wanted: Any) -> tuple[Any, ...]:
    """The one row of a service and place, in some columns."""
    service, place, *columns = wanted
    (row,) = [row for row in rows(table, "service_code", "place_name", *columns) if row[:2] == (service, place)]
    return row[2:]


# --- budget lines ---------------------------------------------------------------------------------


def test_money_is_whole_pence_without_a_float_between(tmp_path: Path) -> None:
    line = read(tmp_path).tables["budget_line"]
    assert of(line, "SC.HC.65PLUS", "Norrland", "gross_pence", "net_pence") == (123_456_700, None)


@pytest.mark.parametrize(("thousands", "pence"), [("0.00001", 1), ("456571.26", 45_657_126_000), ("1.000005", 100_001)])
def test_any_number_of_decimals_is_read_exactly_and_rounded_to_the_penny(
    tmp_path: Path, thousands: str, pence: int
) -> None:
    lines = changed("SDS Spend on over 18s", thousands, "0", "0")
    assert of(read(tmp_path, lines).tables["budget_line"], "SC.SDS", "Norrland", "gross_pence") == (pence,)


def test_care_homes_are_net_and_the_rest_is_gross(tmp_path: Path) -> None:
    line = read(tmp_path).tables["budget_line"]
    assert of(line, "SC.CH", "Norrland", "gross_pence", "income_pence", "net_pence") == (None, None, 52_000_000)
    assert of(line, "SC.TOTAL", "Norrland", "gross_pence", "net_pence") == (900_000_000, None)


def test_a_line_is_outturn_of_the_council_for_a_financial_year(tmp_path: Path) -> None:
    line = read(tmp_path).tables["budget_line"]
    assert of(line, "SC.HC.65PLUS", "Norrland", "partner", "version", "scope", "care_group", "description") == (
        "council", "outturn", None, "older", "Total Homecare (£000)",
    )  # fmt: skip
    assert set(rows(line, "period_type", "period_start", "period_end")) == {
        ("financial_year", date(2019, 4, 1), date(2020, 3, 31))
    }


def test_places_are_named_and_scotland_is_the_country(tmp_path: Path) -> None:
    assert set(rows(read(tmp_path).tables["budget_line"], "block_type", "block_code", "place_name")) == {
        ("council_area", None, "Norrland"), ("council_area", None, "Skerry & Holm"), ("country", None, "Scotland"),
    }  # fmt: skip


def test_a_zero_is_not_supplied_rather_than_nothing_spent(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert of(found.tables["budget_line"], "SC.SDS", "Skerry & Holm", "gross_pence", "status") == (
        None,
        "not_available",
    )
    assert found.notes == ("spending given as 0 or left out, read as not available: 1 (Skerry & Holm)",)


# --- unit costs -----------------------------------------------------------------------------------


def test_spending_and_hours_stand_beside_the_published_cost(tmp_path: Path) -> None:
    cost = read(tmp_path).tables["unit_cost"]
    columns = ("unit", "quantity", "spend_pence", "published_unit_pence", "status")
    assert of(cost, "SC.HC.65PLUS", "Norrland", *columns) == ("hour", 50_000.0, 123_456_700, 2_469, "actual")


def test_a_resident_makes_fifty_two_weeks(tmp_path: Path) -> None:
    cost = read(tmp_path).tables["unit_cost"]
    assert of(cost, "SC.CH", "Norrland", "unit", "quantity", "published_unit_pence") == (
        "resident_week", 20 * 52.0, 50_000,
    )  # fmt: skip


def test_a_unit_cost_points_at_the_line_that_paid(tmp_path: Path) -> None:
    tables = read(tmp_path).tables
    lines = set(tables["budget_line"]["line_id"].to_pylist())
    assert "lgbf:SC.HC.65PLUS:Skerry & Holm:2019-20" in lines
    assert len(lines) == 4 * 3
    assert set(tables["unit_cost"]["line_id"].to_pylist()) < lines


# --- the long table -------------------------------------------------------------------------------


def test_the_long_table_gives_the_same_rows_and_claims(tmp_path: Path) -> None:
    from_book, from_rows = read(tmp_path), curated(long(tmp_path / "benchmark.parquet"))
    assert from_rows.claims == from_book.claims
    assert from_rows.claims == (
        "council benchmarking, home care cost, 2019/20", "council benchmarking, care home cost, 2019/20",
        "council benchmarking, self-directed support spending, 2019/20",
        "council benchmarking, adult social work spending, 2019/20",
    )  # fmt: skip
    for name in ("budget_line", "unit_cost"):
        assert sorted(map(str, from_rows.tables[name].to_pylist())) == sorted(
            map(str, from_book.tables[name].to_pylist())
        )


def test_a_long_table_of_ready_made_costs_gives_those_alone(tmp_path: Path) -> None:
    only = [line for line in LINES if line[0] in ("SW1", "SW5")]
    found = curated(long(tmp_path / "benchmark.parquet", only))
    assert found.tables["budget_line"].num_rows == 0
    columns = ("quantity", "spend_pence", "published_unit_pence")
    assert of(found.tables["unit_cost"], "SC.HC.65PLUS", "Norrland", *columns) == (None, None, 2_469)
    assert found.claims == (
        "council benchmarking, home care cost, 2019/20",
        "council benchmarking, care home cost, 2019/20",
    )


def test_a_repeated_row_of_the_long_table_is_refused(tmp_path: Path) -> None:
    message = refusal(long(tmp_path / "benchmark.parquet", [*LINES, LINES[0]]))
    assert "the same Local Authority, Indicator2, Year stands in more than one row" in message


def test_a_lost_row_of_the_long_table_is_refused(tmp_path: Path) -> None:
    path = long(tmp_path / "benchmark.parquet")
    table = parquet.read_table(path)
    at = [
        i
        for i, row in enumerate(table.to_pylist())
        if (row["Indicator2"], row["Local Authority"]) == ("SW1", "Norrland")
    ]
    parquet.write_table(table.take([i for i in range(len(table)) if i not in at]), path)
    assert "'SW1' is not given where other figures of the same service are, first for Norrland in 2019-20" in refusal(
        path
    )


def test_a_year_that_is_none_is_refused(tmp_path: Path) -> None:
    message = refusal(long(tmp_path / "benchmark.parquet", [[line[0], "2019-21", *line[2:]] for line in LINES]))
    assert "found '2019-21' where a financial year was expected" in message


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "value", "phrase"),
    [
        ("Total Homecare (£000)", "-5", "the number is negative"),
        ("Total Homecare (£000)", "lots", "found 'lots' where a number was expected"),
        ("Total Homecare (£000)", "1300", "the published home care cost is not spending divided by hours"),
        ("SW5", "499", "the published care home cost is not spending divided by resident weeks"),
    ],
)
def test_what_cannot_be_right_is_refused(tmp_path: Path, measure: str, value: str, phrase: str) -> None:
    message = refusal(wide(tmp_path / "benchmark.xlsx", changed(measure, value, "1000", "2200")))
    assert phrase in message
    assert "benchmark.xlsx, sheet Raw Data, row" in message


def test_a_council_in_two_rows_is_refused(tmp_path: Path) -> None:
    message = refusal(wide(tmp_path / "benchmark.xlsx", places=["Norrland", "Norrland", "Scotland"]))
    assert "the same Local Authority stands in more than one row" in message


def test_a_measure_that_is_missing_altogether_is_named_by_an_example(tmp_path: Path) -> None:
    message = refusal(wide(tmp_path / "benchmark.xlsx", [line for line in LINES if line[0] != "Care Hrs per Yr"]))
    assert "column 'Care Hrs per Yr 2020-21'" in message


def test_a_measure_that_is_missing_for_one_year_is_named(tmp_path: Path) -> None:
    before = [[line[0], "2018-19", *line[2:]] for line in LINES if line[0] != "Care Hrs per Yr"]
    message = refusal(wide(tmp_path / "benchmark.xlsx", [*before, *LINES]))
    assert "'Care Hrs per Yr' is not given where other figures of the same service are" in message
    assert "2018-19" in message


def test_a_year_in_a_heading_that_is_none_is_refused(tmp_path: Path) -> None:
    message = refusal(wide(tmp_path / "benchmark.xlsx", [[line[0], "2019-21", *line[2:]] for line in LINES]))
    assert "'2019-21' is not a financial year like 2020-21" in message


def test_scotland_beside_all_councils_is_compared_with_their_sum(tmp_path: Path) -> None:
    councils = [f"Council {number}" for number in range(1, 33)]
    lines = [
        [measure, "2019-20", *["1"] * 32, "30"] for measure in ("SDS Spend on over 18s", "Gross SW Spend on over 18s")
    ]
    lines += [[measure, "2019-20", *["1000"] * 33] for measure in ("SW1", "SW5", "Care Hrs per Yr")]
    lines += [["Total Homecare (£000)", "2019-20", *["1000"] * 33]]
    lines += [["Net Expenditure on Care Homes for Older People", "2019-20", *["52"] * 33]]
    lines += [["Number of long-stay residents aged 65+ supported in Care Homes", "2019-20", *["1"] * 33]]
    notes = curated(wide(tmp_path / "benchmark.xlsx", lines, [*councils, "Scotland"])).notes
    assert "'SDS Spend on over 18s' 2019-20: the councils add up to 6.7% more than Scotland's row" in notes


def test_a_csv_copy_of_the_sheet_is_read_alike(tmp_path: Path) -> None:
    header = ["Local Authority", *(f"{measure} {year}" for measure, year, *_ in LINES)]
    body = [[place, *(line[2 + at] for line in LINES)] for at, place in enumerate(PLACES)]
    path = csv_file(tmp_path / "benchmark.csv", "\n".join(" | ".join(row) for row in [header, *body]))
    assert curated(path).tables["budget_line"] == read(tmp_path).tables["budget_line"]


def test_a_long_table_without_social_care_says_so(tmp_path: Path) -> None:
    found = curated(long(tmp_path / "benchmark.parquet", []))
    assert (found.claims, found.notes) == ((), ("the table has none of the indicators of adult social care",))
