"""A suite file is read strictly, and its SQL is written for the views of a door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from locality_profiles.errors import DefinitionError
from locality_profiles.tables.curated import AREA
from locality_profiles.tables.suites import empty_view, read_suite, written_for

REASONS = {"why": "It matters.", "remedy": "Mend it."}


def suite_file(folder: Path, *expectations: dict[str, Any], **meta: Any) -> Path:
    path = folder / "area.json"
    path.write_text(json.dumps({"meta": {"table": "area", **meta}, "expectations": expectations}), encoding="utf-8")
    return path


def in_sql(query: str | list[str], **more: Any) -> dict[str, Any]:
    return {"type": "unexpected_rows_expectation", "kwargs": {"unexpected_rows_query": query},
            "description": "all is well", "meta": dict(REASONS), **more}  # fmt: skip


def test_a_query_may_be_written_as_lines(tmp_path: Path) -> None:
    suite = read_suite(suite_file(tmp_path, in_sql(["select *", "from {batch}"])))
    assert suite.expectations[0]["kwargs"]["unexpected_rows_query"] == "select *\nfrom {batch}"


def test_an_expectation_is_about_the_suites_table_unless_it_names_another(tmp_path: Path) -> None:
    another = in_sql("from {batch}", meta={**REASONS, "table": "boundary"})
    suite = read_suite(suite_file(tmp_path, in_sql("from {batch} join {service} using (x)"), another))
    assert suite.checked == ["area", "boundary"]
    assert suite.named == {"area", "boundary", "service"}


def test_a_suite_is_about_people_unless_it_says_areas(tmp_path: Path) -> None:
    assert not read_suite(suite_file(tmp_path, in_sql("from {batch}"))).about_areas
    assert read_suite(suite_file(tmp_path, in_sql("from {batch}"), about="areas")).about_areas


def test_tables_of_which_rows_may_be_counted_are_listed(tmp_path: Path) -> None:
    assert read_suite(suite_file(tmp_path, in_sql("from {batch}"))).counted == frozenset()
    assert read_suite(suite_file(tmp_path, in_sql("from {batch}"), counted=["area"])).counted == {"area"}


def test_batch_is_the_expectations_own_table_and_doubled_braces_are_left_alone(tmp_path: Path) -> None:
    query = "from {batch} join {service} using (x) where regexp_full_match(x, '[0-9]{{6}}')"
    (expectation,) = read_suite(suite_file(tmp_path, in_sql(query))).expectations
    views = {"area": "a view", "service": "services"}
    assert written_for(expectation, views) == (
        'from "a view" join "services" using (x) where regexp_full_match(x, \'[0-9]{{6}}\')'
    )


def test_everything_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    bare = {"type": "unexpected_rows_expectation", "kwargs": {"unexpected_rows_query": "from {batch}"}}
    with pytest.raises(DefinitionError, match="3 place") as refused:
        read_suite(suite_file(tmp_path, bare))
    for key in ("meta.why", "meta.remedy", "description"):
        assert f"expectation 1 has no {key}" in str(refused.value)


def test_a_file_that_is_no_suite_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "area.json"
    path.write_text("[1, 2", encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"area\.json cannot be read"):
        read_suite(path)


def test_an_empty_view_has_the_columns_and_types_that_the_contract_promises() -> None:
    with duckdb.connect() as connection:
        table = connection.sql(empty_view(AREA)).to_arrow_table()
    assert table.num_rows == 0
    assert table.schema.names == AREA.schema.names
