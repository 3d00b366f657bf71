"""Extracts of the sample, harmed at random: refused with file and place, or read as exactly what they say."""

from __future__ import annotations

import math
import random
import sys
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from locality_profiles.episodes.engine import engine
from locality_profiles.errors import ExtractRefused, Problem
from locality_profiles.sources import read_extract, refuse_doubled_columns
from locality_profiles.starting import make_workspace

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks import faults_extracts as suite  # isort: skip
from benchmarks.extracts_harmed import HARMS, Document, harmed  # isort: skip
from benchmarks.extracts_plain import Sum, grid_of, number, sums_that_give  # isort: skip

#: Slow readers of large forms have their own specs.
SLOW = {"social_care_return.xlsx", "council_return.xlsx", "third_sector_return.xlsx", "budget_skarvoe-isles.xlsx",
        "Mid-year population estimates.xlsx"}  # fmt: skip


@cache
def cuts(folder: Path) -> tuple[suite.Cut, ...]:
    raw = folder / "sample" / "data" / "raw"
    for name in SLOW:
        for path in raw.rglob(name):
            path.unlink()
    return tuple(cut for cut in suite.cuts_of(raw, folder) if not cut.kind.startswith("linked"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("harmed")
    make_workspace(made / "sample", sample=True)
    return made


@settings(deadline=None, derandomize=True, max_examples=350, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(which=st.integers(0, 10_000), harm=st.sampled_from([*HARMS, suite.TWICE]), seed=st.integers(0, 2**32))
def test_a_harmed_extract_is_refused_or_read_as_it_says(folder: Path, which: int, harm: str, seed: int):
    cut = cuts(folder)[which % len(cuts(folder))]
    trial = suite.tried(cut, harm, str(seed), folder)
    assert not trial.failed, f"{trial.cut}, {harm}: {trial.failed}\n{trial.told}"


# --- the judge itself -----------------------------------------------------------------------------


def test_the_plain_reader_sees_a_row_that_was_lost_and_one_that_was_doubled():
    rows = [["area", "sex", "people"], ["a", "all", "5"], ["a", "men", "2"], ["a", "women", "3"], ["b", "all", "1,004"]]
    grid = grid_of(rows, at=0)
    found = sums_that_give({"table.people": 1009.0, "table rows": 2.0}, {"": grid})
    plain, factor = found["table.people"]
    assert plain == Sum("", frozenset(["people"]), (("sex", "all", True),))
    assert factor == 1.0
    assert plain.of(grid_of(rows[:-1], at=0), frozenset(grid.names)) == 5.0
    assert plain.of(grid_of([*rows, rows[-1]], at=0), frozenset(grid.names)) == 2013.0


def test_the_plain_reader_counts_a_column_that_was_renamed():
    before = frozenset(["area", "people"])
    renamed = grid_of([["area", "peoples"], ["a", "5"]], at=0)
    assert Sum("", frozenset(["people"])).of(renamed, before) == 5.0


def test_a_sum_of_a_column_that_stands_twice_and_differs_is_nobodys_to_tell():
    before, plain = frozenset(["area", "people"]), Sum("", frozenset(["people"]))
    assert plain.of(grid_of([["area", "people", "people"], ["a", "5", "5"]], at=0), before) == 5.0
    assert math.isnan(plain.of(grid_of([["area", "people", "people"], ["a", "5", "6"]], at=0), before))


def test_rows_are_counted_whatever_stands_in_them_and_examples_are_none():
    rows = [["year", "people"], ["Example: 2025", "9"], ["2021", ""], ["2022", "4"]]
    plain = Sum("", frozenset(), (("year", "example", False),), counts=True)
    assert plain.of(grid_of(rows, at=0), frozenset(["year", "people"])) == 2.0


PLACED = [
    (Problem("the file is empty", file="a.csv"), True),
    (Problem("the file is empty"), False),
    (Problem("the content is a zip archive, the name promises an Excel workbook", file="a.xlsx"), True),
    (Problem("rows of the table may have been lost", file="a.csv"), False),
    (Problem("the table has a header but no rows", file="a.csv"), False),
    (Problem("the table has a header but no rows", file="a.csv", rows=(1,)), True),
    (Problem("the column is missing", file="a.csv", column="people"), True),
]


@pytest.mark.parametrize(("problem", "placed"), PLACED)
def test_only_what_cannot_be_opened_is_refused_as_a_whole(problem: Problem, placed: bool):
    assert suite._has_place(problem) is placed


def test_a_file_of_linked_records_with_a_column_twice_is_refused_by_its_name(tmp_path: Path):
    path = tmp_path / "linked.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["cost", "Cost"]), path)
    with pytest.raises(ExtractRefused, match=r"linked\.parquet, column 'cost': the column stands more than once"):
        refuse_doubled_columns(path, path.name)


def test_a_damaged_page_of_a_parquet_file_is_a_fault_of_the_file(tmp_path: Path):
    with engine("duckdb", tmp_path) as made:
        assert made.is_of_the_file(duckdb.Error("Parquet file is likely corrupted, dictionary offset out of range"))
        assert not made.is_of_the_file(duckdb.Error("no such table"))


NUMBERS = [("5", 5.0), ("1,004", 1004.0), ("1,00", None), ("1e3", 1000.0), ("-2.5", -2.5), ("", None), ("NaN", None),
           ("c", None), (True, None), (3, 3.0)]  # fmt: skip


@pytest.mark.parametrize(("told", "value"), NUMBERS)
def test_numbers_are_read_plainly(told: object, value: float | None):
    assert number(told) == value


@pytest.mark.parametrize("harm", sorted(HARMS))
def test_a_harm_is_the_same_for_the_same_seed(harm: str):
    rows = [["code", "year", "people"], *([f"S0190{n:04d}", "2021", str(n)] for n in range(1, 9))]
    document = Document(".csv", {"": rows}, {"": 1})
    told = {harmed(document, harm, random.Random("a")) for _ in range(3)}
    assert len(told) == 1
    assert document.sheets[""] == rows


def test_a_header_without_an_end_of_line_is_refused_with_its_place(tmp_path: Path):
    path = tmp_path / "cut.csv"
    names = "MonthOfDelay,CA,CAQF,AgeGroup,ReasonForDelay,ReasonForDelayQF,NumberOfDelayedBedDays"
    path.write_text(f"{names},AverageDailyNumberOfDelayedBeds", encoding="utf-8")
    with pytest.raises(ExtractRefused) as refused:
        read_extract(path)
    assert "cut.csv, row 1" in str(refused.value)
    assert "cut short" in str(refused.value)
