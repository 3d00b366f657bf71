"""Great Expectations at a door: suites of plain JSON, run as SQL over views in one DuckDB file.

A suite says what would be surprising of a table, with a reason and a remedy for each expectation.
``critical`` is a must, which stops a build; anything else is a should, which is printed as a
warning. An expectation that cannot be evaluated says nothing about the data: it is a fault of the
suite or of this program, and is raised as such.

A suite is about people unless it says ``"about": "areas"`` in its meta. Of people, only pass or
fail leaves this module; of areas, also how many rows failed and the codes of up to five places. Of
the tables that a suite lists as ``counted``, which tell of records but name nobody, how many rows failed.
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import pyarrow as pa

from locality_profiles.errors import DefinitionError, ExpectationFailed, Problem
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import CHECK_RESULT, CONTRACTS, STAGED
from locality_profiles.tables.data_docs import write_data_docs
from locality_profiles.tables.sentences import sentence
from locality_profiles.tables.store import MEMORY_LIMIT
from locality_profiles.tables.suites import Suite, empty_view, read_suite, written_for

__all__ = ["CheckRun", "CouldNotCheck", "Subject", "check", "great_expectations", "raise_if_broken", "write_data_docs"]

SHOWN_PLACES = 5

#: What an example may show: which place, which period, which item. Never a figure.
NAMING_COLUMNS = (
    "block_code", "area_code", "beside_code", "place_name", "service_code", "line_id", "indicator_id", "item", "year",
    "period_start",
)  # fmt: skip

# Great Expectations keeps its current project in a global, so doors are checked one at a time.
_one_at_a_time = threading.Lock()


class CouldNotCheck(DefinitionError):
    """An expectation could not be evaluated: a fault of the suite or of this program, never of the data."""

    code = "could_not_check"


@dataclass(frozen=True)
class Subject:
    """What is checked by one suite.

    ``subject`` is the kind of extract or the table, for people. ``views`` gives, for each table that
    the suite's expectations name, the view in the gate database that stands for it. A table that is
    not among them, because no extract gave it, is empty.
    """

    suite: Path
    subject: str
    views: Mapping[str, str]


@dataclass(frozen=True)
class CheckRun:
    """What was checked at one door: a table for the store, and documents for Data Docs."""

    results: pa.Table
    documents: list[dict[str, Any]] = field(default_factory=list)


# --- a door -----------------------------------------------------------------------------------------


def check(door: str, subjects: Sequence[Subject], views: Mapping[str, str], workdir: Path) -> CheckRun:
    """Run every suite of one door in one process over one DuckDB file of views.

    Parameters
    ----------
    door
        ``extract``, ``curated`` or ``profile``.
    subjects
        The suites and what each of them is about.
    views
        SQL by name of view, such as ``select * from read_parquet('…')``.
    workdir
        A folder for the database, which goes when the check is done.

    Raises
    ------
    DefinitionError
        If a suite file is wrong.
    CouldNotCheck
        If an expectation could not be evaluated, listing every one.
    """
    views, suites = dict(views), []
    for subject in subjects:
        suite = read_suite(subject.suite)
        suites.append((_with_absent(door, subject, suite, views), suite))
    checked = dict.fromkeys(subject.views[table] for subject, suite in suites for table in suite.checked)
    documents, broken = [], []
    workdir.mkdir(parents=True, exist_ok=True)
    # A folder of this name is swept away by the next build, should this one be killed.
    with _one_at_a_time, tempfile.TemporaryDirectory(prefix=".building-gate-", dir=workdir) as folder:
        gate = Path(folder) / "gate.duckdb"
        _write_views(gate, views)
        with _data_source(gate, checked) as source:
            for subject, suite in suites:
                results = _validate(source, subject, suite)
                broken += _not_evaluated(subject, suite, results)
                documents.append(_document(door, subject, suite, results))
    if broken:
        raise CouldNotCheck(
            f"{len(broken)} expectation(s) at the {door} door could not be evaluated, so nothing is known of the data.",
            broken,
        )
    rows = [row for document in documents for row in _rows(document)]
    columns = {name: [row[name] for row in rows] for name in CHECK_RESULT.schema.names}
    return CheckRun(conform(CHECK_RESULT, columns, len(rows)), documents)


def raise_if_broken(run: CheckRun) -> None:
    """Stop where a must did not hold.

    Raises
    ------
    ExpectationFailed
        With every failed must: what was expected, what was found, why it matters and what to do.
    """
    failed = [row for row in run.results.to_pylist() if row["severity"] == "must" and not row["success"]]
    if not failed:
        return
    doors = ", ".join(dict.fromkeys(row["door"] for row in failed))
    raise ExpectationFailed(
        f"{len(failed)} thing(s) that must hold do not (at the {doors} door). The current release is left as it is.",
        [
            Problem(f"{row['sentence']} {row['why']}", row["remedy"], row["subject"], column=row["column"],
                    count=row["unexpected"] or 1)
            for row in failed
        ],
    )  # fmt: skip


def _with_absent(door: str, subject: Subject, suite: Suite, views: dict[str, str]) -> Subject:
    """The subject with an empty view for each table that its suite names and no extract gave.

    Raises
    ------
    DefinitionError
        If the suite names a table that there is not.
    """
    contracts = STAGED if door == "extract" else CONTRACTS
    absent = sorted(suite.named - set(subject.views))
    if unknown := [table for table in absent if table not in contracts]:
        raise DefinitionError(
            f"The suite {suite.file} asks about tables that there are not.",
            [Problem(f"no table is called '{table}'", f"The {door} door knows {', '.join(sorted(contracts))}.",
                     suite.file) for table in unknown],
        )  # fmt: skip
    views.update({f"absent__{table}": empty_view(contracts[table]) for table in absent})
    return replace(subject, views={**subject.views, **{table: f"absent__{table}" for table in absent}})


def _write_views(gate: Path, views: Mapping[str, str]) -> None:
    with closing(duckdb.connect(str(gate), config=_settings())) as connection:
        for name, query in views.items():
            connection.execute(f'create view "{name}" as {query}')


def _settings() -> dict[str, Any]:
    return {"memory_limit": MEMORY_LIMIT, "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false"}  # fmt: skip


# --- Great Expectations -----------------------------------------------------------------------------


@cache
def great_expectations() -> Any:
    """The library, imported when it is first needed, without telemetry."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine

    # GX closes a connection before it fetches, unless the dialect is on this list; DuckDB's cursors are not
    # buffered, so that every metric would die. The list is private: the version is pinned and a test watches.
    if "duckdb" not in engine._PERSISTED_CONNECTION_DIALECTS:
        engine._PERSISTED_CONNECTION_DIALECTS = (*engine._PERSISTED_CONNECTION_DIALECTS, _Dialect("duckdb"))
    # What goes wrong is raised here. Some of GX's modules set a level of their own, so theirs would not do.
    logging.getLogger("great_expectations").propagate = False
    logging.getLogger("great_expectations").addHandler(logging.NullHandler())
    atexit.register(_let_duckdb_go)
    return great_expectations


class _Dialect(str):
    """A name with a ``value``, as GX's list of dialects wants it."""

    @property
    def value(self) -> str:
        return str(self)


def _let_duckdb_go() -> None:
    """At exit, break the hold that GX, through SQLAlchemy's registries, keeps on duckdb-engine.

    Otherwise DuckDB is never unloaded, and nanobind prints a page of 'leaked instance' to stderr.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "duckdb_engine" and module is not None:
            vars(module).clear()


@contextmanager
def _data_source(gate: Path, views: Iterable[str]) -> Iterator[Any]:
    """The gate database as a GX data source with an asset for each view; every connection is closed after."""
    gx = great_expectations()
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource, TableAsset

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    source = context.data_sources.add_sql(
        datasource=SQLDatasource(
            name="gate",
            connection_string=f"duckdb:///{gate}",
            kwargs={"connect_args": {"config": _settings()}},
            assets=[TableAsset(name=view, table_name=view) for view in views],
        )
    )
    engine = source.get_execution_engine()
    _reflect_simply(engine.engine.dialect)
    try:
        yield source
    finally:
        with engine.get_connection() as connection:
            connection.close()
        engine.engine.dispose()
        source.get_engine().dispose()


def _reflect_simply(dialect: Any) -> None:
    """Names and types of a view's columns in one look-up.

    duckdb-engine asks PostgreSQL's catalogue instead, which takes longer than a whole suite.
    """
    from sqlalchemy import text, types

    def columns_of(connection: Any, table_name: str, schema: str | None = None, **_: Any) -> list[dict[str, Any]]:
        rows = connection.execute(
            text("select column_name, data_type from duckdb_columns() where table_name = :name order by column_index"),
            {"name": str(table_name)},
        )
        return [{"name": name, "type": getattr(types, kind, types.NullType)(), "nullable": True, "default": None}
                for name, kind in rows.fetchall()]  # fmt: skip

    dialect.get_columns = columns_of
    dialect.get_pk_constraint = lambda *_, **__: {"constrained_columns": [], "name": None}


# GX joins its own sub-query and alias in place of {batch}, differently where a query has a join, and prints a
# warning where there is no {batch}. A view's name reads the same everywhere, so {batch} is ours to fill in,
# and this one, which is cut to nothing, is for GX.
_FOR_GX = "\n{batch:.0}"


def _as_asked(expectation: dict[str, Any], views: Mapping[str, str]) -> dict[str, Any]:
    """The expectation as GX is asked it."""
    if "unexpected_rows_query" not in expectation["kwargs"]:
        return expectation
    query = written_for(expectation, views) + _FOR_GX
    return {**expectation, "kwargs": {**expectation["kwargs"], "unexpected_rows_query": query}}


def _validate(source: Any, subject: Subject, suite: Suite) -> list[dict[str, Any]]:
    """GX's results as plain documents, in the suite's order: one batch a table, its metrics asked together."""
    gx = great_expectations()
    results = []
    for table in suite.checked:
        view = subject.views[table]
        wanted = [each for each in suite.expectations if each["meta"]["table"] == table]
        bundle = gx.ExpectationSuite(name=suite.name, expectations=_built(suite, wanted, subject.views))
        asset = source.get_asset(view)
        batch = asset.get_batch(asset.build_batch_request())
        found = batch.validate(bundle, result_format=_result_format(source, view, suite, table))
        results += [result.to_json_dict() for result in found.results]
    results.sort(key=lambda result: result["expectation_config"]["meta"]["position"])
    if suite.about_areas:
        for result in results:
            result["places"] = _places(source, result)
    return results


def _built(suite: Suite, wanted: Sequence[dict[str, Any]], views: Mapping[str, str]) -> list[Any]:
    """GX's own objects. They are built here, since a suite that GX builds leaves out what it does not know.

    Raises
    ------
    DefinitionError
        With everything that GX does not know.
    """
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    built, problems = [], []
    for expectation in wanted:
        try:
            asked = _as_asked(expectation, views)
            if asked["type"] == "unexpected_rows_expectation":
                known = {key: asked[key] for key in ("severity", "meta", "description") if key in asked}
                built.append(_counted_rows()(**asked["kwargs"], **known))
            else:
                built.append(ExpectationConfiguration(**asked).to_domain_obj())
        except Exception as error:  # pydantic's, GX's own, or a TypeError
            problems.append(
                Problem(f"expectation {expectation['meta']['position']}: {error}", "Correct the suite.", suite.file)
            )
    if problems:
        raise DefinitionError(f"The suite {suite.file} is wrong in {len(problems)} place(s).", problems)
    return built


@cache
def _counted_rows() -> Any:
    """GX's unexpected-rows expectation, asked for the number of rows only.

    GX runs its query twice, for the rows and for their number. Rows are never shown, and the places of
    those that failed are asked for afterwards, so half of the work at every door would be for nothing.
    """
    from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation

    class UnexpectedRowsCounted(UnexpectedRowsExpectation):
        """No row is returned by the query."""

        metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

        def _validate(self, metrics: dict[str, Any], *settings: Any, **named: Any) -> Any:
            # GX decides what may be told: of people only pass or fail, not even a number.
            return super()._validate({**metrics, "unexpected_rows_query.table": []}, *settings, **named)

    return UnexpectedRowsCounted


def _result_format(source: Any, view: str, suite: Suite, table: str) -> Any:
    if not suite.about_areas:
        return {"result_format": "BASIC", "partial_unexpected_count": 0} if table in suite.counted else "BOOLEAN_ONLY"
    naming = _naming_columns(source, f'"{view}"')
    return {
        "result_format": "SUMMARY", "partial_unexpected_count": SHOWN_PLACES,
        **({"unexpected_index_column_names": naming} if naming else {}),
    }  # fmt: skip


def _ask(source: Any, query: str) -> Any:
    with source.get_execution_engine().get_connection() as connection:
        return connection.exec_driver_sql(query)


def _naming_columns(source: Any, relation: str) -> list[str]:
    found = set(_ask(source, f"select * from {relation} limit 0").keys())
    return [name for name in NAMING_COLUMNS if name in found]


def _places(source: Any, result: dict[str, Any]) -> list[str]:
    """Which places up to five of the failing rows are about."""
    if result["success"] or _exception_of(result):
        return []
    rows = result["result"].get("partial_unexpected_index_list") or []
    if query := result["expectation_config"]["kwargs"].get("unexpected_rows_query"):
        relation = f"({query.format(batch='')})"
        if naming := ", ".join(_naming_columns(source, relation)):
            # In order, so that the same data gives the same sentence.
            found = _ask(source, f"select distinct {naming} from {relation} order by all limit {SHOWN_PLACES}")
            rows = [dict(row._mapping) for row in found.fetchall()]
    named = (" ".join(str(row[name]) for name in NAMING_COLUMNS if row.get(name) is not None) for row in rows)
    return list(dict.fromkeys(name for name in named if name))[:SHOWN_PLACES]


# --- what came of it --------------------------------------------------------------------------------


def _exception_of(result: dict[str, Any]) -> str:
    """GX's exception message; it reports an exception as a failed expectation, flat or by metric."""
    about = result.get("exception_info") or {}
    told = [about] if "raised_exception" in about else list(about.values())
    return "; ".join(
        dict.fromkeys(
            str(each.get("exception_message") or "unknown")
            for each in told
            if isinstance(each, dict) and each.get("raised_exception")
        )
    )


def _not_evaluated(subject: Subject, suite: Suite, results: Sequence[dict[str, Any]]) -> list[Problem]:
    problems = []
    for result in results:
        if message := _exception_of(result):
            config = result["expectation_config"]
            # A database's message may quote a value, which must not be that of a person.
            said = message.strip().splitlines()[0] if suite.about_areas else "it is not shown, for it may quote data"
            problems.append(
                Problem(f"expectation {config['meta']['position']} ({config['type']}) raised an exception: {said}",
                        "Correct the suite, or report a fault of the program.", f"{suite.file}, {subject.subject}",
                        column=config["kwargs"].get("column"))
            )  # fmt: skip
    return problems


def _document(door: str, subject: Subject, suite: Suite, results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A validation result in GX's own form, of which nothing changes from run to run, and no row's values."""
    from great_expectations import __version__

    kept = [_kept(written, result) for written, result in zip(suite.expectations, results, strict=True)]
    held = sum(result["success"] for result in kept)
    return {
        "success": held == len(kept), "suite_name": suite.name, "suite_parameters": {}, "results": kept,
        "statistics": {
            "evaluated_expectations": len(kept), "successful_expectations": held,
            "unsuccessful_expectations": len(kept) - held,
            "success_percent": 100 * held / len(kept) if kept else None,
        },
        "meta": {"great_expectations_version": __version__, "door": door, "suite": suite.name,
                 "subject": subject.subject},
    }  # fmt: skip


def _kept(written: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """One result: the expectation as its suite has it, and what may be told of what was found."""
    # Numbers only: everything else that GX reports (lists, details) holds values of rows.
    found = result.get("result") or {}
    counts = {key: value for key, value in found.items() if value is None or isinstance(value, int | float)}
    said = sentence(written, bool(result["success"]), counts, result.get("places", ()))
    severity = "must" if written["severity"] == "critical" else "should"
    told = {"severity": severity, "sentence": said, "why": written["meta"]["why"]}
    return {
        "success": bool(result["success"]), "result": counts, "meta": {}, "exception_info": result["exception_info"],
        "expectation_config": {
            "type": written["type"], "kwargs": written["kwargs"], "meta": {**written["meta"], "attributes": told},
            "severity": written["severity"], "description": written.get("description"),
        },
    }  # fmt: skip


def _rows(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The document's results in the contract of ``check_result``."""
    rows = []
    for result in document["results"]:
        config, counts = result["expectation_config"], result["result"]
        about = config["meta"]
        unexpected = counts.get("unexpected_count")
        if "unexpected_rows_query" in config["kwargs"]:
            unexpected = counts.get("observed_value")
        rows.append({
            "door": document["meta"]["door"], "suite": document["meta"]["suite"], "position": about["position"],
            "subject": document["meta"]["subject"], "expectation": config["type"],
            "column": config["kwargs"].get("column"), "severity": about["attributes"]["severity"],
            "success": result["success"], "sentence": about["attributes"]["sentence"], "why": about["why"],
            "remedy": about["remedy"], "unexpected": unexpected,
        })  # fmt: skip
    return rows
