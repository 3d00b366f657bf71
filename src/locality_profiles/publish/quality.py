"""What the data-quality page tells: checks at the three doors, extracts read, how areas were put together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb

#: The doors in the order in which data passes them.
DOORS = {
    "extract": "Extracts, as they were supplied",
    "curated": "Curated tables, made from the extracts",
    "profile": "Profiles, as they are published",
}


def read_report(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> dict[str, Any]:
    """The whole report, failed checks first."""
    failed = _rows(
        connection,
        "select door, suite, subject, \"column\", severity, sentence, why, remedy, unexpected "
        f"from {relation(tables['check_result'])} where not success "
        "order by severity, array_position(['extract', 'curated', 'profile'], door), suite, position",
    )  # fmt: skip
    counts = _rows(
        connection,
        "select door, suite, count(*) as checks, count(*) filter (success) as held, "
        "count(*) filter (not success and severity = 'should') as warnings, "
        "count(*) filter (not success and severity = 'must') as failures "
        f"from {relation(tables['check_result'])} group by door, suite "
        "order by array_position(['extract', 'curated', 'profile'], door), suite",
    )
    return {
        "failed": [row | {"door_title": DOORS[row["door"]]} for row in failed],
        "doors": [_door(door, title, [row for row in counts if row["door"] == door]) for door, title in DOORS.items()],
        "checks": sum(row["checks"] for row in counts),
        "extracts": _extracts(connection, tables),
        "areas": _areas(connection, tables),
    }


def _door(door: str, title: str, suites: list[dict[str, Any]]) -> dict[str, Any]:
    return {"door": door, "title": title, "suites": suites, "checks": sum(suite["checks"] for suite in suites)}


def _extracts(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> list[dict[str, Any]]:
    found = _rows(
        connection,
        "select title, file, sheet, publisher, licence, page, sha256, rows, claims, notes, mapping "
        f"from {relation(tables['extract'])} order by title, file, sheet",
    )
    for row in found:  # only a web address becomes a link: the field is data
        row["page"] = row["page"] if (row["page"] or "").startswith(("https://", "http://")) else ""
    return found


def _areas(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> list[dict[str, Any]]:
    """One row for each kind of area and of building block, in the words of the membership table."""
    return _rows(
        connection,
        "select area_type, block_type, count(distinct area_code) as areas, count(distinct block_code) as blocks, "
        "count(distinct block_code) filter (weight < 1) as shared, "
        "replace(string_agg(distinct method, ', ' order by method), '_', ' ') as methods, "
        "string_agg(distinct vintage, ', ' order by vintage) as vintages, "
        "count(*) filter (quality < 0.9) as doubtful "
        f"from {relation(tables['membership'])} group by area_type, block_type order by area_type, block_type",
    )


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = connection.execute(query)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
