"""The suites in ``expectations/``: well formed, in step with the contracts, true of a sound country, and sharp.

Every expectation holds of the country drawn in ``drawn_world.py``. Every one is also seen to fail: on
a table spoiled as ``broken/<door>.json`` says, by its description, or, where an expectation is one of
Great Expectations' own, as its kind suggests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from drawn_world import tables_of, view_names, views

from locality_profiles.sources import sources
from locality_profiles.tables.curated import LINKED_TABLES, PLACE_TABLES, SOURCE_TABLES
from locality_profiles.tables.expectations import Subject, check
from locality_profiles.tables.money import MONEY_TABLES
from locality_profiles.tables.needs import NEEDS_TABLES
from locality_profiles.tables.suites import empty_view, read_suite, written_for
from locality_profiles.tables.words import WORD_TABLES
from locality_profiles.workspace import packaged_expectations

FOLDER = packaged_expectations()
BROKEN = Path(__file__).parent / "broken"
SUITES = sorted((path.parent.name, path.stem) for path in FOLDER.glob("*/*.json"))
EXPECTATIONS = [
    (door, suite, position)
    for door, suite in SUITES
    for position in range(1, len(read_suite(FOLDER / door / f"{suite}.json").expectations) + 1)
]


def expectations(door: str, suite: str) -> tuple[dict[str, Any], ...]:
    return read_suite(FOLDER / door / f"{suite}.json").expectations


def broken_examples(door: str, suite: str) -> dict[str, str | dict[str, str]]:
    return dict(json.loads((BROKEN / f"{door}.json").read_text(encoding="utf-8")).get(suite, {}))


# --- well formed ----------------------------------------------------------------------------------


def test_every_kind_of_extract_has_a_suite() -> None:
    assert {suite for door, suite in SUITES if door == "extract"} == set(sources())


def test_every_table_of_facts_places_and_profiles_has_a_suite() -> None:
    suites = {suite for door, suite in SUITES if door != "extract"}
    made = (*PLACE_TABLES, *LINKED_TABLES, *MONEY_TABLES, *NEEDS_TABLES, *WORD_TABLES)
    facts = {contract.name for contract in (*SOURCE_TABLES, *made)}
    assert suites == facts | {"population_class", "indicator_value", "profile", "profile_trend"}


@pytest.mark.parametrize(("door", "suite"), SUITES)
def test_great_expectations_loads_the_suite(door: str, suite: str) -> None:
    import great_expectations

    document = json.loads((FOLDER / door / f"{suite}.json").read_text(encoding="utf-8"))
    assert document["name"] == suite
    for expectation in document["expectations"]:
        query = expectation["kwargs"].get("unexpected_rows_query")
        if query is not None:
            expectation["kwargs"]["unexpected_rows_query"] = "\n".join(query)
    written = len(document["expectations"])  # it leaves out what it does not know
    assert len(great_expectations.ExpectationSuite(**document).expectations) == written


@pytest.mark.parametrize(("door", "suite"), SUITES)
def test_every_expectation_says_why_and_what_to_do(door: str, suite: str) -> None:
    for expectation in expectations(door, suite):
        assert expectation["severity"] in {"critical", "warning"}
        assert expectation["meta"]["why"].endswith(".")
        assert expectation["meta"]["remedy"].endswith(".")
        assert not expectation.get("description", "").endswith("."), "a description stands inside a sentence"


# --- in step with the contracts -------------------------------------------------------------------


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize(("door", "suite"), SUITES)
def test_a_suite_names_only_tables_and_columns_that_a_contract_promises(
    door: str, suite: str, database: duckdb.DuckDBPyConnection
) -> None:
    tables, contracts = tables_of(door, suite)
    names = {table: f"empty__{table}" for table in tables}
    for table, view in names.items():
        database.execute(f"create or replace view {view} as {empty_view(contracts[table])}")
    for expectation in expectations(door, suite):
        kwargs = expectation["kwargs"]
        promised = set(contracts[expectation["meta"]["table"]].schema.names)
        named = {kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs}
        assert named | set(kwargs.get("column_list", ())) <= promised
        if "unexpected_rows_query" in kwargs:
            database.execute(f"explain {written_for(expectation, names)}")


# --- true of a sound country ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, int], str]:
    """What each expectation says of the drawn country, by door, suite and position; empty where it held."""
    said = {}
    for door in dict.fromkeys(door for door, _ in SUITES):
        mine = [(of, suite) for of, suite in SUITES if of == door]
        subjects = [Subject(FOLDER / door / f"{suite}.json", suite, view_names(door, suite)) for _, suite in mine]
        for row in check(door, subjects, views(mine), tmp_path_factory.mktemp(door)).results.to_pylist():
            said[door, row["suite"], row["position"]] = "" if row["success"] else row["sentence"]
    return said


@pytest.mark.parametrize(("door", "suite", "position"), EXPECTATIONS)
def test_it_holds_of_a_sound_country(
    door: str, suite: str, position: int, held: dict[tuple[str, str, int], str]
) -> None:
    assert held[door, suite, position] == ""


# --- sharp ----------------------------------------------------------------------------------------


def spoiled(door: str, suite: str, expectation: dict[str, Any]) -> dict[str, str]:
    """A query for a table of which the expectation cannot hold, by table."""
    table, kwargs = expectation["meta"]["table"], expectation["kwargs"]
    if described := expectation.get("description"):
        example = broken_examples(door, suite)[described]
        return example if isinstance(example, dict) else {table: example}
    kind, column = expectation["type"], kwargs.get("column")
    if kind in {"expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"}:
        return {table: "select * from {batch} union all select * from {batch}"}
    instead = {
        "expect_column_values_to_not_be_null": lambda: f"null as {column}",
        "expect_column_values_to_be_in_set":
            lambda: f"{-1 if type(kwargs['value_set'][0]) is int else repr('none of them')} as {column}",
        "expect_column_values_to_be_between": lambda: f"{kwargs['max_value'] + 1} as {column}",
        "expect_column_pair_values_a_to_be_greater_than_b":
            lambda: f"{kwargs['column_A']} + 1 as {kwargs['column_B']}",
    }[kind]()  # fmt: skip
    return {table: f"select * replace ({instead}) from {{batch}}"}


@pytest.fixture(scope="module")
def caught(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, int], bool]:
    """Whether each expectation, asked alone, failed of its own spoiled table."""
    folder = tmp_path_factory.mktemp("spoiled")
    subjects, spoiled_views = [], {}
    for door, suite, position in EXPECTATIONS:
        expectation = expectations(door, suite)[position - 1]
        table = expectation["meta"]["table"]
        names = view_names(door, suite)
        alone = folder / f"{door}_{suite}_{position}.json"
        alone.write_text(json.dumps({"meta": {"table": table}, "expectations": [expectation]}), encoding="utf-8")
        instead = dict(names)
        for broken, query in spoiled(door, suite, expectation).items():
            instead[broken] = f"{alone.stem}__{broken}"
            asked = {"meta": {"table": broken}, "kwargs": {"unexpected_rows_query": query}}
            spoiled_views[instead[broken]] = written_for(asked, names)
        subjects.append(Subject(alone, alone.stem, instead))
    run = check("extract", subjects, views(SUITES) | spoiled_views, folder)
    failed = {row["subject"]: not row["success"] for row in run.results.to_pylist()}
    return {
        (door, suite, position): failed[f"{door}_{suite}_{position}"] for door, suite, position in EXPECTATIONS
    }  # fmt: skip


@pytest.mark.parametrize(("door", "suite", "position"), EXPECTATIONS)
def test_it_fails_of_a_broken_table(
    door: str, suite: str, position: int, caught: dict[tuple[str, str, int], bool]
) -> None:
    assert caught[door, suite, position], expectations(door, suite)[position - 1]


@pytest.mark.parametrize(("door", "suite"), SUITES)
def test_every_broken_example_is_of_an_expectation_that_there_is(door: str, suite: str) -> None:
    described = {expectation.get("description") for expectation in expectations(door, suite)}
    assert set(broken_examples(door, suite)) <= described
