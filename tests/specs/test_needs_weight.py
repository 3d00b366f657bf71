"""Weighted populations of data zones: as they are given, or as the population times its three indices."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows

GIVEN = """
data_zone | year    | population | weighted_population
S01900001 | 2025/26 | 800        | 720.5
S01900002 | 2025/26 | 0          | 0
"""
INDICES = """
data_zone | year | programme | population | age_sex_index | morbidity_and_life_circumstances_index | excess_cost_index
S01900001 | 2025/26 | acute     | 800        | 1.25          | 1.1  | 1.02
S01990001 | 2025/26 | all       | 500        | 1             | 0.8  | 1
"""


def table(tmp_path: Path, drawing: str) -> Any:
    return curated(csv_file(tmp_path / "needs.csv", drawing)).tables["needs_weight"]


def test_a_weighted_population_is_kept_as_it_is_given(tmp_path: Path) -> None:
    found = curated(csv_file(tmp_path / "needs.csv", GIVEN))
    columns = ("block_type", "block_code", "programme", "population", "weighted_population", "status")
    assert rows(found.tables["needs_weight"], *columns) == [
        ("data_zone_2011", "S01900001", "all", 800.0, 720.5, "actual"),
        ("data_zone_2011", "S01900002", "all", 0.0, 0.0, "true_zero"),
    ]
    assert set(rows(found.tables["needs_weight"], "period_type", "period_start")) == {
        ("financial_year", date(2025, 4, 1))
    }
    assert found.claims == ("needs-weighted population, all, 2025/26",)


def test_three_indices_make_it_and_a_code_tells_its_edition(tmp_path: Path) -> None:
    assert rows(table(tmp_path, INDICES), "block_type", "programme", "weighted_population") == [
        ("data_zone_2001", "all", 500 * 0.8), ("data_zone_2011", "acute", pytest.approx(800 * 1.25 * 1.1 * 1.02)),
    ]  # fmt: skip


def test_a_weighted_population_beside_its_indices_must_be_theirs(tmp_path: Path) -> None:
    header, *lines = INDICES.strip().splitlines()
    beside = "\n".join([f"{header} | weighted_population", f"{lines[0]} | 1122", f"{lines[1]} | 400"])
    assert len(table(tmp_path, beside)) == 2
    message = refusal(csv_file(tmp_path / "needs.csv", beside.replace("1122", "1124")))
    assert "row 2, column 'weighted_population': the weighted population is not the population times" in message


@pytest.mark.parametrize(("was", "written", "phrase"), [
    ("S01900002", "S01900001", "the same data_zone, year stands in more than one row"),
    ("S01900002", "Zone 2", "expected a data zone code"), ("720.5", "-1", "the number is negative"),
    ("720.5", "c", "every row must have a number"), ("2025/26 | 0", "2025 | 0", "where a financial year was expected"),
])  # fmt: skip
def test_what_cannot_be_right_is_refused(tmp_path: Path, was: str, written: str, phrase: str) -> None:
    assert was in GIVEN
    assert phrase in refusal(csv_file(tmp_path / "needs.csv", GIVEN.replace(was, written)))


@pytest.mark.parametrize(("was", "written", "phrase"), [
    ("1.25", "125", "the number is above 20"), ("acute", "hospital", "expected one of all, acute"),
])  # fmt: skip
def test_an_index_is_no_percentage_and_a_programme_is_known(
    tmp_path: Path, was: str, written: str, phrase: str
) -> None:
    assert phrase in refusal(csv_file(tmp_path / "needs.csv", INDICES.replace(was, written)))
