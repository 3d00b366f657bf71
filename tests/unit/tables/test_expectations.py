"""A door: suites are asked of tables, and what comes of it is told without leaking anything."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from drawn import table

from locality_profiles.errors import DefinitionError, ExpectationFailed
from locality_profiles.tables.expectations import (
    CheckRun,
    CouldNotCheck,
    Subject,
    check,
    great_expectations,
    raise_if_broken,
    write_data_docs,
)

REASONS = {"why": "Each person is counted once.", "remedy": "Get the extract again."}

POPULATION = """
block_code | year | age | persons
S01900001  | 2021 | 40  | 700
S01900002  | 2021 | 41  | 900
S01900003  | 2021 | 97  | 800
"""

AGES = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "age", "min_value": 0, "max_value": 90}}
CODES = {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "block_code"}}
EMPTY = {"type": "unexpected_rows_expectation", "description": "no zone is empty",
         "kwargs": {"unexpected_rows_query": ["select * from {batch}", "where persons = 0"]}}  # fmt: skip
KNOWN = {"type": "unexpected_rows_expectation", "description": "every zone is known", "kwargs": {
    "unexpected_rows_query": "select p.block_code from {batch} p anti join {area} a on a.area_code = p.block_code"
}}  # fmt: skip

Door = Callable[..., CheckRun]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """Ask expectations of the drawn population."""

    def ask(
        *expectations: dict[str, Any],
        drawing: str = POPULATION,
        about: str = "areas",
        counted: Sequence[str] = (),
        **area: str,
    ) -> CheckRun:
        suite = tmp_path / "population.json"
        asked = [{"meta": dict(REASONS), **expectation} for expectation in expectations]
        meta = {"table": "population", "about": about, "counted": counted}
        suite.write_text(json.dumps({"meta": meta, "expectations": asked}), encoding="utf-8")
        views = {"people": f"select * from read_parquet('{table(tmp_path, 'population', drawing)}')"}
        names = {"population": "people"}
        if area:
            views["places"] = f"select * from read_parquet('{table(tmp_path, 'area', area['area'])}')"
            names["area"] = "places"
        return check("curated", [Subject(suite, "population", names)], views, tmp_path)

    return ask


def outcome(run: CheckRun, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in run.results.to_pylist()]


# --- asking ---------------------------------------------------------------------------------------


def test_what_holds_and_what_does_not_is_told_in_the_suites_order(door: Door) -> None:
    run = door(EMPTY, AGES, CODES)
    assert outcome(run, "position", "expectation", "success", "unexpected") == [
        (1, "unexpected_rows_expectation", True, 0),
        (2, "expect_column_values_to_be_between", False, 1),
        (3, "expect_column_values_to_be_unique", True, 0),
    ]
    assert outcome(run, "door", "suite", "subject") == [("curated", "population", "population")] * 3


def test_a_passing_suite_passes_because_connections_are_kept(door: Door) -> None:
    """Without the dialect on GX's private list every metric dies: watch this when GX is upgraded."""
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine

    great_expectations()
    assert "duckdb" in engine._PERSISTED_CONNECTION_DIALECTS
    assert outcome(door(CODES, EMPTY), "success") == [(True,), (True,)]


def test_without_that_list_nothing_is_taken_for_a_failure_of_the_data(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine

    great_expectations()
    monkeypatch.setattr(engine, "_PERSISTED_CONNECTION_DIALECTS", ())
    with pytest.raises(CouldNotCheck, match="nothing is known of the data"):
        door(CODES, EMPTY)


def test_failing_rows_are_counted_and_their_places_named(door: Door) -> None:
    (row,) = outcome(door(AGES), "unexpected", "sentence")
    assert row == (
        1,
        "Expected: every row has a value between 0 and 90 in 'age'. "
        "Found: 1 row where it is not so, such as S01900003 2021.",
    )


def test_a_query_may_compare_with_other_tables(door: Door) -> None:
    area = """
    area_type      | area_code | area_name
    data_zone_2011 | S01900001 | Zone A
    data_zone_2011 | S01900003 | Zone C
    """
    run = door(KNOWN, area=area)
    assert outcome(run, "success", "unexpected") == [(False, 1)]
    assert "S01900002" in outcome(run, "sentence")[0][0]


def test_a_table_that_no_extract_gave_is_empty(door: Door) -> None:
    assert outcome(door(KNOWN), "success", "unexpected") == [(False, 3)]


def test_a_table_that_there_is_not_is_refused(door: Door) -> None:
    wrong = {**KNOWN, "kwargs": {"unexpected_rows_query": "from {batch} anti join {aera} using (block_code)"}}
    with pytest.raises(DefinitionError, match="no table is called 'aera'"):
        door(wrong)


def test_an_expectation_that_great_expectations_does_not_know_is_refused(door: Door) -> None:
    """Great Expectations itself would leave it out, and the suite would seem to pass."""
    wrong = {"type": "expect_column_values_to_be_unique", "kwargs": {"colunm": "block_code"}}
    with pytest.raises(DefinitionError, match="wrong in 2 place") as refused:
        door(CODES, {"type": "expect_the_unexpected", "kwargs": {}}, wrong)
    assert "expectation 2: expect_the_unexpected not found" in str(refused.value)
    assert "colunm" in str(refused.value)


def test_a_column_or_sql_that_is_wrong_is_loud_and_every_one_is_told(door: Door) -> None:
    no_column = {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "code"}}
    no_sense = {**EMPTY, "kwargs": {"unexpected_rows_query": "select nothing_at_all from {batch}"}}
    with pytest.raises(CouldNotCheck, match="2 expectation") as broken:
        door(no_column, AGES, no_sense)
    assert not isinstance(broken.value, ExpectationFailed)
    assert "expectation 1 (expect_column_values_to_be_unique)" in str(broken.value)
    assert "nothing_at_all" in str(broken.value)


def test_many_tables_are_checked_over_one_file_which_then_goes(door: Door, tmp_path: Path) -> None:
    door(AGES, KNOWN)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".parquet"]


# --- stopping -------------------------------------------------------------------------------------


def test_a_failed_must_stops_with_what_was_expected_found_why_and_what_to_do(door: Door) -> None:
    run = door({**AGES, "severity": "critical"}, CODES)
    with pytest.raises(ExpectationFailed, match="1 thing") as stopped:
        raise_if_broken(run)
    assert str(stopped.value).endswith(
        "- population, column 'age': Expected: every row has a value between 0 and 90 in 'age'. Found: 1 row where it "
        "is not so, such as S01900003 2021. Each person is counted once. Get the extract again."
    )


@pytest.mark.parametrize("severity", ["warning", "info"])
def test_a_failed_should_stops_nothing(door: Door, severity: str) -> None:
    run = door({**AGES, "severity": severity})
    assert outcome(run, "severity", "success") == [("should", False)]
    raise_if_broken(run)


def test_every_failed_must_is_told(door: Door) -> None:
    twice = POPULATION + "S01900001 | 2021 | 40 | 0\n"
    with pytest.raises(ExpectationFailed) as stopped:
        raise_if_broken(door(AGES, CODES, EMPTY, drawing=twice))
    assert len(stopped.value.problems) == 3


# --- leaking --------------------------------------------------------------------------------------


def test_of_people_only_the_verdict_is_told(door: Door) -> None:
    run = door(AGES, EMPTY, drawing=POPULATION.replace("| 800", "| 0"), about="people")
    assert outcome(run, "success", "unexpected") == [(False, None), (False, None)]
    told = json.dumps(run.documents) + str(run.results.to_pylist())
    assert "97" not in told
    assert "S0190000" not in told


def test_of_a_table_that_may_be_counted_the_number_of_rows_is_told_and_nothing_in_them(door: Door) -> None:
    found = {**EMPTY, "kwargs": {"unexpected_rows_query": "select * from {batch} where persons > 700"}}
    run = door(AGES, found, about="people", counted=["population"])
    assert outcome(run, "success", "unexpected") == [(False, 1), (False, 2)]
    told = json.dumps(run.documents) + json.dumps(run.results.to_pylist())
    assert "2 rows where it is not so." in told
    assert "S0190000" not in told
    assert not {"97", "800"} & set(re.findall(r"\d+", told))


def test_of_people_an_error_does_not_quote_the_database(door: Door) -> None:
    wrong = {**EMPTY, "kwargs": {"unexpected_rows_query": "select block_code::integer as n from {batch} where n > 1"}}
    with pytest.raises(CouldNotCheck) as broken:
        door(wrong, about="people")
    assert "S0190000" not in str(broken.value)


def test_of_areas_no_figure_is_told(door: Door) -> None:
    small = POPULATION.replace("| 900", "| 7777")
    large = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "persons", "max_value": 1000}}
    run = door(large, drawing=small)
    told = json.dumps(run.documents) + str(run.results.to_pylist())
    assert "S01900002" in told
    assert "7777" not in told


def test_the_same_data_gives_the_same_documents(door: Door) -> None:
    assert door(AGES, EMPTY).documents == door(AGES, EMPTY).documents


def test_nothing_is_printed_even_when_the_program_ends(tmp_path: Path) -> None:
    """duckdb-engine and GX together would leave DuckDB loaded, and nanobind complain of it at length."""
    suite = tmp_path / "area.json"
    suite.write_text(json.dumps({"meta": {"table": "area"}, "expectations": [
        {**EMPTY, "kwargs": {"unexpected_rows_query": "from {batch} where area_code is null"}, "meta": REASONS}
    ]}), encoding="utf-8")  # fmt: skip
    program = (
        "from pathlib import Path\n"
        "from locality_profiles.tables.expectations import Subject, check\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "check('curated', [Subject(folder / 'area.json', 'area', {})], {}, folder)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=dict(os.environ))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


# --- Data Docs ------------------------------------------------------------------------------------


class Links(HTMLParser):
    """Everything that a page would fetch or lead to, and its words."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.words = ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "script"
        self.found |= {value or "" for name, value in attrs if name in {"href", "src", "action"}}

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture
def pages(door: Door, tmp_path: Path) -> dict[str, Links]:
    documents = door({**AGES, "severity": "warning"}, CODES, EMPTY).documents
    other = [{**documents[0], "meta": {**documents[0]["meta"], "door": "profile", "subject": "A & B's <area>"}}]
    written = write_data_docs([*documents, *documents, *other], tmp_path / "docs")
    assert sorted(path.stem for path in written) == [
        "curated-population", "curated-population-2", "data_docs", "index", "profile-population",
    ]  # fmt: skip
    return {path.name: Links(path) for path in written if path.suffix == ".html"}


def test_data_docs_ask_nothing_of_the_network(pages: dict[str, Links], tmp_path: Path) -> None:
    for page in pages.values():
        for link in page.found:
            assert (tmp_path / "docs" / link).is_file(), link
    assert not re.search(r"url\(|@import|//", (tmp_path / "docs" / "data_docs.css").read_text(encoding="utf-8"))


def test_the_index_tells_what_came_of_each_suite(pages: dict[str, Links]) -> None:
    words = " ".join(pages["index.html"].words.split())
    assert "Curated tables" in words
    assert "1 should failed" in words
    assert "A & B's <area>" in words


def test_a_page_tells_each_expectation_in_words(pages: dict[str, Links]) -> None:
    words = " ".join(pages["curated-population.html"].words.split())
    assert "Held Must. No zone is empty. Each person is counted once." in words
    assert "Failed Should. Expected: every row has a value between 0 and 90 in 'age'." in words
    assert "&lt;" not in words


def test_the_same_documents_give_the_same_pages(door: Door, tmp_path: Path) -> None:
    documents = door(AGES, EMPTY).documents
    for folder in ("first", "second"):
        write_data_docs(json.loads(json.dumps(documents)), tmp_path / folder)
    pages = [
        {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / folder).iterdir()}
        for folder in ("first", "second")
    ]
    assert pages[0] == pages[1]
