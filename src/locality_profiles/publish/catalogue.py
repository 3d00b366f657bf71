"""The open data as one database file, which DuckDB opens where it lies: in a folder, or on any web host.

Its tables are the published tables with the rows that the CSV and Parquet files have, and nothing else: a file, no
address of another. So it needs no server and no download, and a reader who asks one question of it fetches a few
pieces of it. Names, comments and columns are those of the catalogue of a workspace.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from locality_profiles.tables.contract import Column
from locality_profiles.tables.macros import create_macros
from locality_profiles.tables.relation import quoted

if TYPE_CHECKING:
    import duckdb

NAME = "catalogue.duckdb"
#: Bytes of a piece: small, since tables are small and a reader over the web fetches whole pieces.
PIECE = 65_536
ALIAS = "profiles"


@dataclass(frozen=True)
class Held:
    """A table of the catalogue: its rows as SQL, what it holds, and what its columns do."""

    name: str
    rows: str
    words: str
    columns: tuple[Column, ...] = ()


def write_catalogue(out: Path, held: Iterable[Held], about: str) -> Path:
    """Write the database file ``out`` with these tables, and what is often asked of them; one that is there goes."""
    from locality_profiles.tables.store import STORAGE, connect

    out.unlink(missing_ok=True)
    with connect() as connection:
        connection.execute(
            f"attach '{quoted(out)}' as {ALIAS} (storage_version '{STORAGE}', block_size {PIECE}); use {ALIAS}"
        )
        names = set()
        for table in held:
            connection.execute(f'create table "{table.name}" as {table.rows}')
            _comment(connection, f'table "{table.name}"', table.words)
            for column in table.columns:
                unit = f" Unit: {column.unit}." if column.unit else ""
                _comment(connection, f'column "{table.name}"."{column.name}"', f"{column.description}{unit}")
            names.add(table.name)
        create_macros(connection, names)
        connection.execute("create table about as select unnest(?) as words", [[about]])
        _comment(connection, "table about", "What this file is, and of which release.")
        connection.execute(f"use memory; checkpoint {ALIAS}; detach {ALIAS}")
    return out


def _comment(connection: duckdb.DuckDBPyConnection, on: str, words: str) -> None:
    connection.execute(f"comment on {on} is '{quoted(words)}'")
