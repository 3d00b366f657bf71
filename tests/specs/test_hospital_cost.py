"""Costs of hospitals by specialty: lines put together as hospital records know them, exact to the penny."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows

COSTS = """
year    | hospital | form | line | specialty    | bed_days | cases | direct    | allocated | total     | variable_share
2024/25 | Y901H    | 5.3  | 100  | Medicine     | 1000     | 200   | 410000.50 | 90000     | 500000.50 | 0.4
2024/25 | Y901H    | 5.3  | 120  | Dental       | 10       | 5     | 3000      | 1000      | 4000      | 0.5
2024/25 | Y901H    | 5.3  | 121  | Dental, part | 20       | 8     | 1000      | 500       | 1500      | 0.1
2024/25 | Y901H    | 5.5  | 100  | Medicine     |          | 50    | 20000     |           |           |
2024/25 | Y901H    | 5.7N | all  | All          |          | 900   | 90000     | 10000     | 100000    |
"""


def table(tmp_path: Path, drawing: str = COSTS) -> Any:
    return curated(csv_file(tmp_path / "costs.csv", drawing)).tables["hospital_cost"]


def test_a_line_is_a_specialty_of_a_hospital_with_its_costs(tmp_path: Path) -> None:
    columns = ("patient_type", "specialty_code", "bed_days", "cases", "direct_pence", "full_pence", "variable_share")
    found = {row[:2]: row[2:] for row in rows(table(tmp_path), *columns)}
    assert found["inpatient", "100"] == (1000, 200, 41_000_050, 50_000_050, 0.4)
    assert found["day_case", "100"] == (None, 50, 2_000_000, None, None)
    assert found["outpatient", "all"] == (None, 900, 9_000_000, 10_000_000, None)


def test_lines_that_records_do_not_know_are_put_together(tmp_path: Path) -> None:
    columns = ("specialty_code", "specialty", "bed_days", "cases", "direct_pence", "full_pence", "variable_share")
    (dental,) = [row for row in rows(table(tmp_path), *columns) if row[0] == "120"]
    share = (0.5 * 3000 + 0.1 * 1000) / 4000
    assert dental == ("120", "Dental", 30, 13, 400_000, 550_000, pytest.approx(share))


def test_a_sum_that_lacks_a_part_is_not_known(tmp_path: Path) -> None:
    lost = COSTS.replace("| 20       | 8     | 1000      | 500       | 1500      | 0.1", "| | 8 | 1000 | | | ")
    (dental,) = [row for row in rows(table(tmp_path, lost), "specialty_code", "bed_days", "cases", "full_pence",
                                     "variable_share") if row[0] == "120"]  # fmt: skip
    assert dental[1:] == (None, 13, None, None)


def test_a_total_that_is_made_of_its_parts_is_told(tmp_path: Path) -> None:
    note = "totals that are not given, made of direct and allocated cost: 1"
    assert note not in curated(csv_file(tmp_path / "costs.csv", COSTS)).notes
    made = curated(csv_file(tmp_path / "made.csv", COSTS.replace("100000 ", "NaN    ")))
    assert note in made.notes
    assert 10_000_000 in made.tables["hospital_cost"]["full_pence"].to_pylist()


def test_thousands_are_read_where_the_headings_say_so(tmp_path: Path) -> None:
    thousands = "\n".join(COSTS.strip().splitlines()[:2])
    for pounds, shortened in (("410000.50", "410.0005"), ("90000 ", "90 "), ("500000.50", "500.0005")):
        thousands = thousands.replace(pounds, shortened)
    for name in ("direct ", "allocated ", "total "):
        thousands = thousands.replace(f"| {name}", f"| {name}(£000)")
    assert ("100", 41_000_050) in rows(table(tmp_path, thousands), "specialty_code", "direct_pence")


def test_a_specialty_of_records_is_used_where_it_is_told(tmp_path: Path) -> None:
    lines = [f"{line} | {'A1' if ' 5.3 ' in line and ' 100 ' in line else ''}" for line in COSTS.strip().splitlines()]
    lines[0] = lines[0][:-2] + "| specialty_code"
    assert "A1" in table(tmp_path, "\n".join(lines))["specialty_code"].to_pylist()


@pytest.mark.parametrize(("was", "written", "phrase"), [
    ("500000.50", "500010.50", "row 2, column 'total': direct and allocated cost do not add up to the total"),
    ("5.5 ", "6.1 ", "expected one of 5.3, 5.5"), ("0.4", "40", "the number is above 1"),
    ("| 20000 ", "| c ", "every row must have a number"), ("20000", "-20000", "the number is negative"),
    ("Y901H    | 5.5", "Holm | 5.5", "expected a location code"),
    ("2024/25 | Y901H    | 5.5", "2024 | Y901H | 5.5", "a financial year"),
    ("5.5  | 100 ", "5.3 | 100 ", "stands in more than one row"),
])  # fmt: skip
def test_what_cannot_be_right_is_refused(tmp_path: Path, was: str, written: str, phrase: str) -> None:
    assert was in COSTS
    assert phrase in refusal(csv_file(tmp_path / "costs.csv", COSTS.replace(was, written)))
