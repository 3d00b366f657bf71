"""The curated store: Parquet files addressed by what they were made from, and their catalogue.

A table's file is named by a key: a hash of the keys of its inputs and of the code that makes it. If
the file is there, it is right, and nothing is done; that is how a second build is quick, and how a
build that was killed goes on where it stopped. A file is written under a temporary name on the same
disk and renamed when it is whole, so a half-written table cannot be read. ``catalog.duckdb`` holds
commented views; it too is built beside and renamed, so readers keep the one they opened.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.errors import ContractBroken, Problem, WorkspaceError
from locality_profiles.tables.contract import TableContract
from locality_profiles.tables.curated import CONTRACTS

MEMORY_LIMIT = os.environ.get("LOCALITY_PROFILES_MEMORY", "1GiB")
ROW_GROUP = 122_880


def connect(**options: Any) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection in memory with the house's settings: no downloads, bounded memory."""
    config = {
        "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
        "memory_limit": MEMORY_LIMIT, "preserve_insertion_order": "true", **options,
    }  # fmt: skip
    return duckdb.connect(config=config)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def key_of(*parts: Any) -> str:
    """A short key for anything that JSON can hold; the same parts give the same key."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


@cache
def code_key() -> str:
    """A key of this package's own code and declarations: changed code makes tables anew."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".toml", ".html", ".css", ".csv"} and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Stored:
    """One table in the store."""

    table: str
    key: str
    path: Path

    @property
    def manifest(self) -> dict[str, Any]:
        return dict(json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Store:
    """The folder ``data/curated``."""

    folder: Path

    def find(self, table: str, key: str) -> Stored | None:
        """The table made from exactly these inputs, if it was made before."""
        path = self.folder / table / f"{key}.parquet"
        return Stored(table, key, path) if path.is_file() and path.with_suffix(".json").is_file() else None

    def write(self, table: str, key: str, content: pa.Table, about: Mapping[str, Any]) -> Stored:
        """Write a table and its manifest, whole or not at all."""
        path = self.folder / table / f"{key}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        manifest = {"table": table, "key": key, "rows": content.num_rows, "code": code_key(), **about}
        with beside(path.with_suffix(".json")) as aside:
            aside.write_text(json.dumps(manifest, indent=1, default=str), encoding="utf-8")
        with beside(path) as aside:
            pq.write_table(content, aside, compression="zstd", row_group_size=ROW_GROUP)
        return Stored(table, key, path)

    def write_query(
        self,
        table: str,
        key: str,
        connection: duckdb.DuckDBPyConnection,
        query: str,
        about: Mapping[str, Any],
    ) -> Stored:
        """Write what a query gives, without holding it in Python's memory."""
        path = self.folder / table / f"{key}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside(path) as aside:
            options = f"format parquet, compression zstd, row_group_size {ROW_GROUP}"
            written = connection.execute(f"copy ({query}) to '{_quoted(str(aside))}' ({options})").fetchone()
            manifest = {"table": table, "key": key, "rows": written and written[0], "code": code_key(), **about}
            with beside(path.with_suffix(".json")) as note:
                note.write_text(json.dumps(manifest, indent=1, default=str), encoding="utf-8")
        return Stored(table, key, path)

    def keep_only(self, wanted: Iterable[Path]) -> int:
        """Take away tables that neither the catalogue nor a kept release needs; how many went."""
        keep = {path.resolve() for path in wanted}
        gone = 0
        for path in self.folder.glob("*/*.parquet"):
            if path.resolve() not in keep:
                path.unlink(missing_ok=True)
                path.with_suffix(".json").unlink(missing_ok=True)
                gone += 1
        return gone


@contextlib.contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder that becomes ``path`` in one step when the block ends well."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        aside.chmod(0o644)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold a file lock while the block runs; the system lets go of it if the process dies.

    Raises
    ------
    WorkspaceError
        If another process holds it.
    """
    with path.open("a+b") as file:
        try:
            if os.name == "nt":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WorkspaceError(
                "Another build is running in this workspace. Wait for it to end, then run this again."
            ) from None
        yield


def sweep(folder: Path) -> None:
    """Clear away what a killed build left half-made."""
    for left in folder.glob("**/.*.*"):
        if left.is_file() and left.name.count(".") >= 3:
            left.unlink(missing_ok=True)
    for left in folder.glob(".building-*"):
        shutil.rmtree(left, ignore_errors=True)


def keep_contract(connection: duckdb.DuckDBPyConnection, relation: str, contract: TableContract) -> None:
    """Check a table against its contract in one pass.

    Raises
    ------
    ContractBroken
        With every promise that is broken and how many rows break it.
    """
    tests: list[tuple[str, str]] = []
    for column in contract.columns:
        name = f'"{column.name}"'
        if not column.empty:
            tests.append((f"{name} is null", f"{column.name}: is empty"))
        if column.allowed:
            listed = ", ".join(f"'{value}'" for value in column.allowed)
            tests.append((f"{name} not in ({listed})", f"{column.name}: is not one of {', '.join(column.allowed)}"))
        if column.pattern:
            tests.append((f"not regexp_full_match({name}, '{column.pattern}')", f"{column.name}: {column.pattern}"))
        if column.minimum is not None:
            tests.append((f"{name} < {column.minimum}", f"{column.name}: is below {column.minimum:g}"))
    counts = ", ".join(f"count(*) filter ({test})" for test, _ in tests)
    found = connection.execute(f"select {counts} from {relation}").fetchone() or ()
    problems = [
        Problem(f"{words} in {count:,} row(s)") for (_, words), count in zip(tests, found, strict=True) if count
    ]
    problems += _repeated_keys(connection, relation, contract)
    if problems:
        raise ContractBroken(f"The table '{contract.name}' breaks its contract in {len(problems)} place(s).", problems)


def _repeated_keys(connection: duckdb.DuckDBPyConnection, relation: str, contract: TableContract) -> list[Problem]:
    """Keys that stand in more than one row."""
    key = ", ".join(f'"{column}"' for column in contract.key)
    # Counting distinct hashes takes a third of the time of grouping; only where two fall together is it done.
    rows, hashes = connection.execute(f"select count(*), count(distinct hash({key})) from {relation}").fetchone() or (
        0,
        0,
    )
    if rows == hashes:
        return []
    repeated = connection.execute(
        f"select count(*), sum(n) from (select count(*) n from {relation} group by {key} having count(*) > 1)"
    ).fetchone()
    if not repeated or not repeated[0]:
        return []
    return [Problem(f"key ({', '.join(contract.key)}): {repeated[0]:,} value(s) stand in {repeated[1]:,} rows")]


# --- catalogue ------------------------------------------------------------------------------------


def write_catalog(path: Path, tables: Mapping[str, Path], about: str = "") -> None:
    """Build ``catalog.duckdb`` beside the old one, with a comment on every view and column; swap.

    Views name their Parquet files by absolute path, so that they work from any folder; after moving
    a workspace, build again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    aside.unlink(missing_ok=True)
    connection = duckdb.connect(str(aside))
    try:
        for name, file in sorted(tables.items()):
            contract = CONTRACTS[name]
            source = str(file.resolve()).replace("'", "''")
            columns = ", ".join(f'"{column.name}"' for column in contract.columns)
            connection.execute(f"create view {name} as select {columns} from read_parquet('{source}')")
            comment = f"One row is {contract.grain}. {contract.description} {about}".strip()
            connection.execute(f"comment on view {name} is '{_quoted(comment)}'")
            for column in contract.columns:
                words = f"{column.description}{f' Unit: {column.unit}.' if column.unit else ''}"
                connection.execute(f"comment on column {name}.\"{column.name}\" is '{_quoted(words)}'")
    finally:
        connection.close()
    aside.replace(path)


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def open_catalog(path: Path) -> duckdb.DuckDBPyConnection:
    """The catalogue, read-only."""
    return duckdb.connect(str(path), read_only=True)
