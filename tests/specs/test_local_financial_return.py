"""Councils' returns of social work: lines by service and group of people, in thousands of pounds read to the penny."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows

SPENT = """
year    | council  | lfr_line | service   | group               | gross (£000) | income (£000) | net (£000)
2023/24 | Norrland | 20       | Home care | Older people 65+    | 1234.567     | 34.567        | 1200
2023/24 | Norrland | 20       | Home care | Learning disability | 300          | 0             | 300
2023/24 | Norrland | 31       | All other community-based services | All | -5  | 0             | -5
2023/24 | Norrland | 99       | Total     | All                 | 1529.567     | 34.567        | 1495
"""


def table(tmp_path: Path, drawing: str = SPENT) -> Any:
    return curated(csv_file(tmp_path / "lfr.csv", drawing)).tables["budget_line"]


def test_a_line_of_the_return_is_no_ledger_and_has_its_group(tmp_path: Path) -> None:
    found = table(tmp_path)
    columns = ("lfr_line", "service_code", "care_group", "gross_pence", "income_pence", "net_pence")
    assert rows(found, *columns) == [
        ("20", "SC.HC", "learning_disability", 30_000_000, 0, 30_000_000),
        ("20", "SC.HC", "older", 123_456_700, 3_456_700, 120_000_000),
        ("31", "SC", "all", -500_000, 0, -500_000),
    ]
    assert set(rows(found, "block_type", "place_name", "scope", "cost_centre", "version", "partner")) == {
        ("council_area", "Norrland", None, None, "outturn", "council")
    }


def test_a_heading_without_a_unit_is_in_pounds(tmp_path: Path) -> None:
    pounds = SPENT.replace(" (£000)", "")
    assert ("31", -500) in rows(table(tmp_path, pounds), "lfr_line", "net_pence")


@pytest.mark.parametrize(("was", "written", "phrase"), [
    ("| 1200\n", "| 1203\n", "row 2, column 'net': gross less income is not net"),
    ("| 1495", "| 1500", "row 5, column 'net': the lines of the council do not add up to its total"),
    ("Home care | Learning", "Homecare | Learning", "'homecare' is no service of the return. Did you mean 'home "
     "care'?"),
    ("Older people 65+", "Elders", "'elders' is no group of the return"),
    ("Learning disability", "Older people 65+", "stands in more than one row"),
    ("| 300  ", "| much ", "a number was expected"),
    ("2023/24 | Norrland | 31", "2023 | Norrland | 31", "a financial year was expected"),
])  # fmt: skip
def test_what_cannot_be_right_is_refused(tmp_path: Path, was: str, written: str, phrase: str) -> None:
    assert was in SPENT
    assert phrase in refusal(csv_file(tmp_path / "lfr.csv", SPENT.replace(was, written)))
