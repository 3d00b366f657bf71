"""Counts of dwellings by council-tax band are kept, with their sum; ratios are left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows

DWELLINGS = """
year | zone      | band      | measure | value
2010 | S01990001 | Band A    | Count   | 1
2010 | S01990001 | Band B    | Count   | 0
2010 | S01990001 | Band C    | Count   | 40
2010 | S01990001 | Band D    | Count   | 30
2010 | S01990001 | Band E    | Count   | 20
2010 | S01990001 | Band F    | Count   | 10
2010 | S01990001 | Band G    | Count   | 5
2010 | S01990001 | Band H    | Count   | 3
2011 | S01990001 | Band A    | Count   | 2
2010 | S01990001 | Bands A-C | Ratio   | 36.94
"""


def dwellings(path: Path, drawing: str = DWELLINGS) -> Path:
    return csv_file(path / "dwellings.csv", drawing)


def by_band(path: Path, year: int) -> dict[str, tuple[float, str]]:
    table = curated(path).tables["household"]
    found = rows(table, "period_start", "category", "value", "status")
    return {row[1]: row[2:] for row in found if row[0].year == year}


def test_bands_are_counted_and_added_up(tmp_path: Path) -> None:
    assert by_band(dwellings(tmp_path), 2010) == {
        "A": (1, "actual"), "B": (0, "true_zero"), "C": (40, "actual"), "D": (30, "actual"), "E": (20, "actual"),
        "F": (10, "actual"), "G": (5, "actual"), "H": (3, "actual"),
        "all": (1 + 0 + 40 + 30 + 20 + 10 + 5 + 3, "actual"),
    }  # fmt: skip


def test_bands_are_not_added_up_where_some_are_missing(tmp_path: Path) -> None:
    assert by_band(dwellings(tmp_path), 2011) == {"A": (2, "actual")}


def test_the_zones_are_those_of_2001_and_the_period_is_the_year(tmp_path: Path) -> None:
    table = curated(dwellings(tmp_path)).tables["household"]
    columns = ("block_type", "block_code", "measure", "period_type", "period_start", "period_end")
    assert rows(table, *columns)[0] == (
        "data_zone_2001", "S01990001", "dwellings", "calendar_year", date(2010, 1, 1), date(2010, 12, 31),
    )  # fmt: skip


def test_rows_of_ratios_are_left_out_and_noted(tmp_path: Path) -> None:
    (note,) = curated(dwellings(tmp_path)).notes
    assert note.startswith("1 rows of ratios were left out")


def test_a_file_claims_each_of_its_years(tmp_path: Path) -> None:
    assert curated(dwellings(tmp_path)).claims == (
        "dwellings of 2001 data zones by council-tax band, 2010",
        "dwellings of 2001 data zones by council-tax band, 2011",
    )


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ("| 40", "| -40", "row 4, column 'value': the number is negative ('-40')"),
    ("| 40", "| lots", "row 4, column 'value': found 'lots' where a number was expected"),
    ("Band B   ", "Band J   ", "row 3, column 'band': found 'Band J', expected one of Band A"),
    ("Band B   ", "Band A   ", "rows 2, 3, column 'zone': the same zone, year, band stands in more than one row"),
    ("2011 | S01990001", "2011 | 01990001", "row 10, column 'zone': found '01990001', expected a data zone code"),
    ("Ratio", "Share", "row 11, column 'measure': found 'Share', expected one of Count, Ratio"),
    ("band   ", "group  ", "column 'band': the column is missing"),
])  # fmt: skip
def test_what_is_wrong_in_a_cell_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in DWELLINGS
    assert said in refusal(dwellings(tmp_path, DWELLINGS.replace(was, becomes)))


def test_a_file_of_ratios_only_is_refused(tmp_path: Path) -> None:
    ratios = "\n".join(line for line in DWELLINGS.strip().splitlines() if "Count" not in line)
    assert "no row holds a count of dwellings" in refusal(dwellings(tmp_path, ratios))


def test_zones_of_another_edition_are_told_by_their_codes(tmp_path: Path) -> None:
    read = curated(dwellings(tmp_path, DWELLINGS.replace("S0199", "S0190")))
    assert set(read.tables["household"]["block_type"].to_pylist()) == {"data_zone_2011"}
    assert read.claims[0] == "dwellings of 2011 data zones by council-tax band, 2010"


def test_zones_of_two_editions_in_one_file_are_refused(tmp_path: Path) -> None:
    message = refusal(dwellings(tmp_path, DWELLINGS.replace("2011 | S01990001", "2011 | S01900001")))
    assert "row 10, column 'zone': found codes of 2011 data zones (S01900001) among 2001 data zones" in message
