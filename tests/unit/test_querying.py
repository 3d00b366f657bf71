"""Queries from the terminal: what is there, what it means, answers in every form, and nothing but answers."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from locality_profiles import cli
from locality_profiles.querying import QueryFailed, answer, ask, described, form_of, sql_of
from locality_profiles.tables.macros import macros

PEOPLE = "select area_name, value from compare_areas('population', 'locality')"


@pytest.fixture(scope="module")
def catalog(sample: Path) -> Path:
    return sample / "data" / "curated" / "catalog.duckdb"


def told(sample: Path, *words: str) -> Result:
    done = CliRunner().invoke(cli.app, ["query", *words, "--workspace", str(sample)])
    assert done.exit_code == 0, done.output
    return done


def test_without_a_query_the_tables_are_listed(catalog):
    columns, rows = ask(catalog, None)
    assert columns == ["table", "what it holds"]
    assert {"area", "membership", "indicator_value", "profile"} <= {row[0] for row in rows}
    assert all(row[1] for row in rows)


def test_the_list_has_every_table_and_macro_with_its_words(sample):
    listed = json.loads(told(sample, "--list", "--json").stdout)
    names = {one["name"].partition("(")[0] for one in listed}
    assert names >= {macro.name for macro in macros()} | {"area", "population"}
    assert all(one["what it is"] for one in listed)


@pytest.mark.parametrize("sql", [
    "drop view area", "create table x (a int)", "insert into area values (1)", "copy area to 'x.csv'",
    "select 1; drop view area", "attach 'x.duckdb' as x",
    "install httpfs", "load httpfs", "pragma enable_profiling", "export database 'x'",
    "set memory_limit = '1GB'",
])  # fmt: skip
def test_nothing_can_be_changed_or_written_by_a_query(catalog, tmp_path, monkeypatch, sql):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(QueryFailed, match="read-only"):
        ask(catalog, sql)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sql", [
    "from area", "describe area", "summarize area", "show tables", "explain from area", "with a as (from area) from a",
])  # fmt: skip
def test_any_question_is_answered(catalog, sql):
    assert answer(catalog, sql).rows


@pytest.mark.parametrize(("sql", "meant"), [
    ("from indicater_value", "indicator_value"),
    ("select area_nme from area", "area_name"),
    ("select a.area_nme from area a", "area_name"),
    ("select willson_low(1, 2)", "wilson_low"),
    ("from trends_of('population', 'x')", "trend_of"),
    ("from AREAS_OF('locality')", "areas"),
])  # fmt: skip
def test_a_slip_is_answered_with_what_may_have_been_meant(catalog, sql, meant):
    with pytest.raises(QueryFailed, match="DuckDB could not run this") as refused:
        ask(catalog, sql)
    (problem,) = refused.value.problems
    assert "Did you mean" in problem.sentence()
    assert meant in problem.sentence()


def test_a_catalogue_of_before_there_were_macros_says_so(tmp_path):
    with duckdb.connect(str(tmp_path / "catalog.duckdb")) as connection:
        connection.execute("create view area as select 'A' as area_name")
    with pytest.raises(QueryFailed) as refused:
        ask(tmp_path / "catalog.duckdb", "select rate(1, 2, 1000)")
    assert "of an earlier version" in str(refused.value)


def test_a_slip_in_the_grammar_is_shown_where_it_is(catalog):
    with pytest.raises(QueryFailed, match=r"syntax error[\s\S]*\^"):
        ask(catalog, "selec 1")


def test_a_table_is_described_by_its_columns(catalog):
    found = described(catalog, "AREA")
    assert (found.name, found.kind) == ("area", "table")
    assert found.words.startswith("One row is one area of one type.")
    assert ("area_name", "varchar", "Name for people. Never join on it.") in found.columns


@pytest.mark.parametrize("name", [macro.name for macro in macros()])
def test_each_macro_is_described_with_an_example(catalog, name):
    (macro,) = (macro for macro in macros() if macro.name == name)
    found = described(catalog, f"{name}()" if macro.kind != "view" else name)
    assert found.name.startswith(name)
    assert (found.words, found.example) == (macro.words, macro.example)
    assert bool(found.columns) == bool(macro.takes or macro.kind != "number")


def test_an_unknown_name_is_answered_with_the_nearest(catalog):
    with pytest.raises(QueryFailed, match="no table or macro 'membershp'. Did you mean 'membership'?"):
        described(catalog, "membershp")


def test_describing_reads_well(sample):
    said = told(sample, "--describe", "wilson_low").stdout
    assert "Lower limit of the proportion n of d" in said
    assert "Example: wilson_low(65, 100)" in said
    assert json.loads(told(sample, "--describe", "area", "--json").stdout)["columns"][0]["name"] == "area_type"


def test_an_answer_is_the_same_in_every_form(sample, tmp_path):
    rows = json.loads(told(sample, PEOPLE, "--json").stdout)
    assert rows
    assert json.loads(told(sample, PEOPLE, "--format", "json").stdout) == rows
    from_csv = list(csv.DictReader(told(sample, PEOPLE, "--format", "csv").stdout.splitlines()))
    assert [(row["area_name"], float(row["value"])) for row in from_csv] == [(r["area_name"], r["value"]) for r in rows]
    for suffix in ("csv", "json", "parquet"):
        said = told(sample, PEOPLE, "--to", str(tmp_path / f"people.{suffix}"))
        assert f"people.{suffix}: {len(rows)} rows" in " ".join(said.stdout.split())
    said = told(sample, PEOPLE, "--to", str(tmp_path / "people.csv"), "--json").stdout
    assert json.loads(said) == {"file": str(tmp_path / "people.csv"), "rows": len(rows)}
    assert json.loads((tmp_path / "people.json").read_text(encoding="utf-8")) == rows
    assert pq.read_table(tmp_path / "people.parquet").to_pylist() == rows
    assert (tmp_path / "people.csv").read_text(encoding="utf-8-sig") == told(sample, PEOPLE, "--format", "csv").stdout
    assert {path.name for path in tmp_path.iterdir()} == {"people.csv", "people.json", "people.parquet"}


def test_a_query_may_stand_in_a_file(sample, tmp_path):
    (tmp_path / "people.sql").write_text(f"-- Localities by people\n{PEOPLE};\n", encoding="utf-8")
    assert (
        told(sample, "--file", str(tmp_path / "people.sql"), "--json").stdout == told(sample, PEOPLE, "--json").stdout
    )


def test_a_text_that_a_spreadsheet_would_run_is_guarded_in_csv(sample):
    said = told(sample, "select '=1+1' as a, -1 as b", "--format", "csv").stdout
    assert said.splitlines() == ["a,b", "'=1+1,-1"]


def test_types_are_kept_in_parquet(sample, tmp_path):
    told(sample, "select date '2021-06-30' as day, null::double as nothing", "--to", str(tmp_path / "x.parquet"))
    assert [str(kind) for kind in pq.read_schema(tmp_path / "x.parquet").types] == ["date32[day]", "double"]


@pytest.mark.parametrize(("given", "form"), [
    ((None, None, False), "table"), ((None, None, True), "json"), ((None, Path("a.CSV"), False), "csv"),
    (("csv", Path("a.txt"), False), "csv"), (("json", None, True), "json"),
    ((None, Path("a.csv"), True), "csv"),
])  # fmt: skip
def test_the_form_is_as_asked_or_as_the_file_is_called(given, form):
    assert form_of(*given) == form


@pytest.mark.parametrize(("given", "said"), [
    (("cvs", None, False), "'cvs'.*Did you mean 'csv'"), ((None, Path("a.xlsx"), False), "'xlsx'"),
    ((None, Path("a"), False), "without a suffix"), (("csv", None, True), "Ask for one form"),
    (("table", Path("a.csv"), False), "one of csv, json, parquet"),
])  # fmt: skip
def test_a_form_that_there_is_not_is_refused(given, said):
    with pytest.raises(QueryFailed, match=said):
        form_of(*given)


def test_a_query_is_given_once_and_in_a_file_that_can_be_read(tmp_path):
    with pytest.raises(QueryFailed, match="Give one query"):
        sql_of("from area", tmp_path / "a.sql")
    with pytest.raises(QueryFailed, match="cannot be read: No such file"):
        sql_of(None, tmp_path / "a.sql")
    (tmp_path / "a.sql").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(QueryFailed, match="not text in UTF-8"):
        sql_of(None, tmp_path / "a.sql")


def test_what_cannot_be_written_is_said(sample, tmp_path):
    for words, said in (
        (["from area", "--format", "parquet"], "Say where to"),
        (["from area", "--to", str(tmp_path / "none" / "a.csv")], "cannot be written"),
        (["from area", "--to", str(tmp_path / "none" / "a.parquet")], "cannot be written"),
    ):
        failed = CliRunner().invoke(cli.app, ["query", *words, "--workspace", str(sample)])
        assert isinstance(failed.exception, QueryFailed)
        assert said in str(failed.exception)
