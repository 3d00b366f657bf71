"""Asking a release in SQL from the terminal: what is there, what it means, and answers in the form that is wanted.

Only questions are answered. Nothing that a query says can change the catalogue, and none writes a file: ``--to`` does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.errors import LocalityProfilesError, Problem
from locality_profiles.meant import did_you_mean, most_alike, question_after
from locality_profiles.tables.macros import TAKES

if TYPE_CHECKING:
    import duckdb

#: In which forms an answer can be given.
FORMATS = ("table", "csv", "json", "parquet")
#: What may be asked, by DuckDB's names of statements.
ASKS = {"SELECT", "EXPLAIN", "RELATION"}
HOW_TO_LIST = "'locality-profiles query --list' shows what there is"
#: What a column means that a macro gives: as in the tables that macros are made of.
_MEANINGS = """
    with made_of as (select unnest(['named_value', 'comparison', 'area', 'indicator', 'profile', 'membership'])
        as table_name, generate_subscripts([1, 2, 3, 4, 5, 6], 1) as place)
    select column_name, arg_min(comment, place) from duckdb_columns() join made_of using (table_name) group by 1"""
OLD = "This catalogue is of an earlier version, without macros: 'locality-profiles build' makes it anew."
#: What stands before the example in the comment of a macro.
EXAMPLE = " Example: "

_TABLES = 'select view_name as "table", comment as "what it holds" from duckdb_views() where not internal order by 1'
LIST = """
    select 'table' as kind, view_name as name, split_part(comment, ' Example: ', 1) as "what it is"
    from duckdb_views() where not internal
    union all
    select distinct case function_type when 'table_macro' then 'table macro' else 'macro' end,
        function_name || '(' || array_to_string(parameters, ', ') || ')', split_part(comment, ' Example: ', 1)
    from duckdb_functions() where not internal order by kind = 'macro', kind, name"""


class QueryFailed(LocalityProfilesError):
    """A query that DuckDB could not run."""

    code = "query"


@dataclass(frozen=True)
class Answer:
    """Columns and rows of an answer."""

    columns: list[str]
    rows: list[tuple[Any, ...]]

    def as_json(self) -> str:
        return json.dumps([dict(zip(self.columns, row, strict=True)) for row in self.rows], indent=1, default=str)

    def as_csv(self) -> str:
        """For a spreadsheet: a text that it would take for a formula has an apostrophe before it."""
        import csv
        import io

        from locality_profiles.publish.open_data import guarded

        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        for row in [self.columns, *self.rows]:
            writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
        return out.getvalue()


@dataclass(frozen=True)
class Described:
    """A table or macro: what it is, its columns or what it takes, and an example."""

    name: str
    kind: str
    words: str
    columns: list[tuple[str, str, str]]
    example: str = ""

    def as_dict(self) -> dict[str, Any]:
        told = asdict(self)
        told["columns"] = [
            dict(zip(("name", "type", "meaning"), column, strict=True)) for column in self.columns
        ]  # fmt: skip
        return told


def ask(catalog: Path, sql: str | None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Columns and rows of a query on the catalogue; without one, its tables and what one row of each is.

    Raises
    ------
    QueryFailed
        With DuckDB's own words, and what may have been meant.
    """
    import duckdb

    from locality_profiles.tables.store import open_catalog

    sql = sql or _TABLES
    with open_catalog(catalog) as connection:
        try:
            _refuse_changes(connection, sql)
            result = connection.execute(sql)
            return [column[0] for column in result.description or []], result.fetchall()
        except duckdb.Error as error:
            raise _failed(connection, sql, str(error)) from None


def answer(catalog: Path, sql: str | None) -> Answer:
    return Answer(*ask(catalog, sql))


def write_answer(catalog: Path, sql: str | None, out: Path | None, form: str) -> int:
    """Write the answer into a file as CSV, JSON or Parquet; how many rows it has.

    Raises
    ------
    QueryFailed
        If the query cannot be run, the form is not known, or no file can be written there.
    """
    if out is None:
        raise QueryFailed("Parquet is not text. Say where to: --to answer.parquet.")
    try:
        if form == "parquet":
            return _write_parquet(catalog, sql or _TABLES, out)
        found = answer(catalog, sql)
        text = found.as_csv() if form == "csv" else found.as_json() + "\n"
        out.write_text(text, encoding="utf-8-sig" if form == "csv" else "utf-8", newline="")
        return len(found.rows)
    except OSError as error:
        raise QueryFailed(f"{out} cannot be written: {error.strerror or error}.") from None


def _write_parquet(catalog: Path, sql: str, out: Path) -> int:
    """Types are kept: dates stay dates, and a column that is empty throughout is still a number."""
    import duckdb
    import pyarrow.parquet as pq

    from locality_profiles.tables.store import beside, open_catalog

    with open_catalog(catalog) as connection:
        try:
            _refuse_changes(connection, sql)
            table = connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise _failed(connection, sql, str(error)) from None
    with beside(out) as aside:
        pq.write_table(table, aside, compression="zstd", store_schema=False)
    return int(table.num_rows)


def form_of(form: str | None, to: Path | None, as_json: bool) -> str:
    """The form of an answer: as asked, else as the file's name says, else a table for people.

    Raises
    ------
    QueryFailed
        If the form is not known, or asked for twice.
    """
    if as_json and to is None:  # with a file, it is what is said of it that is in JSON
        if form not in (None, "json"):
            raise QueryFailed(f"Ask for one form: --json, or --format {form}.")
        return "json"
    form = form or (to.suffix[1:].lower() if to else "table")
    if form not in FORMATS or (to and form == "table"):
        choices = FORMATS[1:] if to else FORMATS
        what = f"'{form}'" if form else "a file without a suffix"
        hint = did_you_mean(form, choices)
        raise QueryFailed(
            f"An answer cannot be given as {what}: --format is one of {', '.join(choices)}. {hint}".rstrip()
        )
    return form


def sql_of(sql: str | None, file: Path | None) -> str | None:
    """The query as written, or as a file holds it.

    Raises
    ------
    QueryFailed
        If there are two, or the file cannot be read.
    """
    if file is None:
        return sql
    if sql is not None:
        raise QueryFailed("Give one query: in words, or in a file with --file.")
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise QueryFailed(f"{file} cannot be read: {why}.") from None


def described(catalog: Path, name: str) -> Described:
    """What a table, view or macro is, with its columns or what it takes.

    Raises
    ------
    QueryFailed
        If there is none of that name; the nearest are given.
    """
    from locality_profiles.tables.store import open_catalog

    with open_catalog(catalog) as connection:
        wanted = name.strip().removesuffix("()").lower()
        found = _table(connection, wanted) or _macro(connection, wanted)
        if found is None:
            near = _nearest(wanted, [*_tables(connection), *_macros(connection)])
            raise QueryFailed(f"There is no table or macro '{name}'.{near} {HOW_TO_LIST}.")
        return found


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> Described | None:
    rows = connection.execute(
        "select view_name, comment from duckdb_views() where not internal and lower(view_name) = ?", [name]
    ).fetchall()
    if not rows:
        return None
    ((view, comment),) = rows
    words, _, example = (comment or "").partition(EXAMPLE)
    columns = connection.execute(
        "select column_name, lower(data_type), coalesce(comment, '') from duckdb_columns() "
        "where table_name = ? and not internal order by column_index", [view],
    ).fetchall()  # fmt: skip
    return Described(view, "table", words, columns, example or f"from {view} limit 10")


def _macro(connection: duckdb.DuckDBPyConnection, name: str) -> Described | None:
    rows = connection.execute(
        "select function_name, function_type, parameters, comment from duckdb_functions() "
        "where not internal and lower(function_name) = ?", [name],
    ).fetchall()  # fmt: skip
    if not rows:
        return None
    called, kind, takes, comment = rows[0]
    words, _, example = (comment or "").partition(EXAMPLE)
    columns = [(one, "takes", TAKES.get(one, "")) for one in takes]
    if kind == "table_macro" and example:
        told = dict(connection.execute(_MEANINGS).fetchall())
        given = connection.execute(f"describe {example}").fetchall()
        columns += [(column, str(of_type).lower(), told.get(column, "")) for column, of_type, *_ in given]
    return Described(f"{called}({', '.join(takes)})", kind.replace("_", " "), words, columns, example)


# --- what may be asked, and what was meant ---------------------------------------------------------


def _refuse_changes(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Only questions are run: anything else might write a file, or open one that is not the catalogue's."""
    for statement in connection.extract_statements(sql):
        if (kind := statement.type.name) not in ASKS:
            raise QueryFailed(
                f"Queries are read-only, and {kind.replace('_', ' ')} is not run. Ask with SELECT, FROM, DESCRIBE or "
                "SUMMARIZE; --to writes an answer into a file."
            )


def _failed(connection: duckdb.DuckDBPyConnection, sql: str, said: str) -> QueryFailed:
    """DuckDB's words, without its own guesses where we have better ones."""
    told = said.strip()
    for pattern, known in (
        (r"Table with name \"?([^\s\"]+?)\"? does not exist", lambda: _tables(connection)),
        (r"(?:Scalar|Table|Aggregate|Macro)? ?Function with name \"?([^\s\"]+?)\"? does not exist",
         lambda: _macros(connection)),
        (r"Referenced column \"([^\"]+)\" not found", lambda: _columns(connection, sql)),
        (r"does not have a column named \"([^\"]+)\"", lambda: _columns(connection, sql)),
        (r"column \"([^\"]+)\" (?:not found|does not exist)", lambda: _columns(connection, sql)),
    ):  # fmt: skip
        if match := re.search(pattern, told, re.IGNORECASE):
            near = _nearest(match[1], known()) if _macros(connection) else f" {OLD}"
            first = told.splitlines()[0].rstrip(".!")
            return QueryFailed(
                f"DuckDB could not run this: {first}.", [Problem(f"{near.strip()} {HOW_TO_LIST}".strip())]
            )
    return QueryFailed(f"DuckDB could not run this: {told}")


def _nearest(wanted: str, known: Iterable[str]) -> str:
    """A question after the names that are most like one, or nothing."""
    names = list(known)
    close = most_alike(wanted, names, most=3, key=str.lower)
    holding = [name for name in names if len(wanted) > 3 and wanted.lower() in name.lower()]
    return f" {question_after(list(dict.fromkeys([*close, *holding]))[:3])}".rstrip()


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return _names(connection, "select view_name from duckdb_views() where not internal order by 1")


def _macros(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return _names(connection, "select distinct function_name from duckdb_functions() where not internal order by 1")


def _columns(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """Columns of the tables that a query names."""
    words = sorted({word.lower() for word in re.findall(r"\w+", sql)})
    return _names(
        connection,
        "select distinct column_name from duckdb_columns() where not internal and list_contains(?, lower(table_name)) "
        "order by 1",
        [words],
    )


def _names(connection: duckdb.DuckDBPyConnection, sql: str, given: Sequence[Any] = ()) -> list[str]:
    return [name for (name,) in connection.execute(sql, list(given)).fetchall()]
