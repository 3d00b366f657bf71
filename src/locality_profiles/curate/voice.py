"""What people say, with codes for places and ids for what an entry answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from locality_profiles.curate.staging import StagedFile, staged_tables, union_of
from locality_profiles.errors import ExtractRefused, Problem
from locality_profiles.geography.names import slug
from locality_profiles.meant import did_you_mean
from locality_profiles.tables.needs.voice import VOICE
from locality_profiles.tables.store import Store, Stored, code_key, key_of

#: Code of the area of a kind that a name means, within a partnership; None where there is none.
CodeOf = Callable[[str, str, str | None], str | None]
Row = dict[str, Any]


def voice_table(
    connection: duckdb.DuckDBPyConnection, files: Sequence[StagedFile], code_of: CodeOf, store: Store
) -> Stored:  # fmt: skip
    """The table ``voice`` of every log among the extracts.

    The view ``area`` must be there.

    Raises
    ------
    ExtractRefused
        With every place that is not known and every answer to nothing, by file and row.
    """
    pieces = staged_tables(files, "voice")
    rows: list[Row] = connection.sql(union_of("voice", [piece.path for piece in pieces])).to_arrow_table().to_pylist()
    known = set(connection.execute(
        "select area_type, area_code from area where area_type in ('locality', 'hscp')").fetchall())  # fmt: skip
    problems = _place(rows, known, code_of, connection, files) + _answer(rows, files)
    if problems:
        raise ExtractRefused(f"Logs of what people say were refused: {len(problems)} problem(s).", problems)
    rows.sort(key=lambda row: tuple(row[name] for name in VOICE.sort))
    columns = VOICE.schema.names
    table = pa.Table.from_pylist([{name: row[name] for name in columns} for row in rows], schema=VOICE.schema)
    key = key_of("voice", [piece.key for piece in pieces], table.to_pylist(), code_key())
    return store.find("voice", key) or store.write("voice", key, table, {"notes": []})


def _problem(files: Sequence[StagedFile], row: Row, what: str, remedy: str) -> Problem:
    names = {file.extract_id: file.name for file in files}
    return Problem(what, remedy, names.get(row["extract_id"]), rows=(row["row_no"],))


def _place(rows: Sequence[Row], known: set[tuple[str, str]], code_of: CodeOf,
           connection: duckdb.DuckDBPyConnection, files: Sequence[StagedFile]) -> list[Problem]:  # fmt: skip
    """Fill in the codes of places; a problem for each that is not known, with the nearest that is."""
    problems = []
    for row in rows:
        name = row["place_name"] or row["area_code"] or ""
        if row["area_code"] is None:
            row["area_code"] = code_of(row["area_type"], name, row["place_parent"])
        if (row["area_type"], row["area_code"]) not in known:
            kind = "partnership" if row["area_type"] == "hscp" else "locality"
            names = _names(connection, row["area_type"])
            hint = did_you_mean(name, names, otherwise=f"Known here: {', '.join(names[:8])}.")
            within = f" in {row['place_parent']}" if row["place_parent"] else ""
            problems.append(_problem(files, row, f"'{name[:60]}'{within[:60]} is no {kind} here", hint))
    return problems


def _names(connection: duckdb.DuckDBPyConnection, kind: str) -> list[str]:
    query = "select distinct area_name from area where area_type = ? order by 1"
    return [name for (name,) in connection.execute(query, [kind]).fetchall()]


def _answer(rows: Sequence[Row], files: Sequence[StagedFile]) -> list[Problem]:
    """Put ids in place of what each entry answers, which may be told by the title of an entry of the same place."""
    ids = {row["entry_id"] for row in rows}
    titled: dict[tuple[str | None, str], list[str]] = {}
    for row in rows:
        if row["kind"] != "action":
            titled.setdefault((row["area_code"], slug(row["title"])), []).append(row["entry_id"])
    problems = []
    for row in rows:
        found: list[str] = []
        for told in filter(None, (part.strip() for part in re.split(r"[;\n]", row["answers"] or ""))):
            meant = [told] if told in ids else titled.get((row["area_code"], slug(told)), [])
            # Ids without spaces may stand side by side, as they do in the finished table.
            meant = meant or [part for part in told.split() if ids.issuperset(told.split())]
            if not meant or row["entry_id"] in meant:
                every = sorted({*ids, *(other["title"] for other in rows if other["kind"] != "action")})
                hint = did_you_mean(told, every, otherwise="Write its id, or its title as it stands there.")
                what = (
                    "the entry answers itself"
                    if row["entry_id"] in meant
                    else f"it answers '{told[:60]}', which is no entry"
                )
                problems.append(_problem(files, row, what, hint))
            found += meant
        row["answers"] = " ".join(dict.fromkeys(found)) or None
    return problems
