"""The curated store: Parquet files addressed by what they were made from, and their catalogue.

A table's file is named by a key: a hash of the keys of its inputs and of the code that makes it. If the
file is there, and is as its manifest's seal says, it is right, and nothing is done; that is how a
second build is quick, and how a build that was killed goes on where it stopped. A table is written
under a temporary name on the same disk and renamed when it is whole, so a half-written table cannot be
read. A large table may be several files, which stand in a folder of the same name. ``catalog.duckdb``
holds commented views; it too is built beside and renamed, so readers keep the one they opened.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.errors import AnotherBuild, ContractBroken, Problem
from locality_profiles.tables.contract import TableContract
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.macros import create_macros
from locality_profiles.tables.notes import read_note
from locality_profiles.tables.relation import quoted, relation
from locality_profiles.tables.seal import Seal, holds, seal_of
from locality_profiles.tables.seal import sha256_of as sha256_of

MEMORY_LIMIT = os.environ.get("LOCALITY_PROFILES_MEMORY", "1GiB")
ROW_GROUP = 122_880


#: A form of file that DuckDB reads from 1.2 on (February 2025); later ones would shut out who has not moved since.
STORAGE = "v1.2.0"
#: DuckDB downloads what it thinks it lacks unless it is told not to.
NO_DOWNLOADS = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


def connect(**options: Any) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection in memory with the house's settings: no downloads, bounded memory."""
    config = {**NO_DOWNLOADS, "memory_limit": MEMORY_LIMIT, "preserve_insertion_order": "true", **options}
    return duckdb.connect(config=config)


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
    """One table in the store: a Parquet file, or a folder of them."""

    table: str
    key: str
    path: Path

    @property
    def relation(self) -> str:
        return relation(self.path)

    @property
    def manifest(self) -> dict[str, Any]:
        return dict(json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Store:
    """The folder ``data/curated``."""

    folder: Path

    def find(self, table: str, key: str) -> Stored | None:
        """The table made from exactly these inputs, if it was made before and is as it was written."""
        path = self.folder / table / f"{key}.parquet"
        return Stored(table, key, path) if is_whole(path) else None

    def write(self, table: str, key: str, content: pa.Table, about: Mapping[str, Any]) -> Stored:
        """Write a table and its manifest, whole or not at all."""
        path = self.folder / table / f"{key}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        # Without Arrow's own schema, text is text to a reader, however it was held when it was written.
        options = {"compression": "zstd", "store_schema": False}
        with beside(path) as aside:
            with pq.ParquetWriter(aside, content.schema, **options) as file:
                if content.schema.metadata:  # what makes a table GeoParquet stands there
                    file.add_key_value_metadata(content.schema.metadata)
                file.write_table(content, row_group_size=ROW_GROUP)
            _write_manifest(path, content.num_rows, seal_of([aside], {aside: path.name}), about)
        return Stored(table, key, path)

    def write_query(
        self,
        table: str,
        key: str,
        connection: duckdb.DuckDBPyConnection,
        query: str,
        about: Mapping[str, Any],
        as_they_are: Sequence[Stored] = (),
    ) -> Stored:
        """Write what a query gives, without holding it in Python's memory.

        Tables given ``as_they_are`` are part of the new one, which is then a folder: their files are
        taken into it, not written again.
        """
        path = self.folder / table / f"{key}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        with (folder_beside if as_they_are else beside)(path) as aside:
            file = aside / "rows.parquet" if as_they_are else aside
            options = f"format parquet, compression zstd, row_group_size {ROW_GROUP}"
            ((written,),) = connection.execute(f"copy ({query}) to '{quoted(file)}' ({options})").fetchall()
            rows = written + sum(piece.manifest["rows"] for piece in as_they_are)
            for piece in as_they_are:
                _share(piece.path, aside / piece.path.name)
            sealed = seal_of(_files_of(aside), {file: file.name if as_they_are else path.name}, _seals(as_they_are))
            _write_manifest(path, rows, sealed, about)
        return Stored(table, key, path)

    def adopt(self, table: str, key: str, file: Path, about: Mapping[str, Any], private: bool = False) -> Stored:
        """Take a finished Parquet file into the store, with its manifest. Its bytes are not copied on one disk.

        What is ``private`` holds records of persons: only its owner can read it.
        """
        path = self.folder / table / f"{key}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_manifest(path, pq.read_metadata(file).num_rows, seal_of([file], {file: path.name}), about)
        if private:
            path.parent.chmod(0o700)
        file.chmod(0o600 if private else 0o644)
        shutil.move(file, path)
        return Stored(table, key, path)

    def gather(self, table: str, key: str, pieces: Sequence[Stored], about: Mapping[str, Any]) -> Stored:
        """One table of pieces as they are: a folder with one more name for each of their files, of whole tables too."""
        path = self.folder / table / f"{key}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        with folder_beside(path) as aside:
            for file in (file for piece in pieces for file in _files_of(piece.path)):
                _share(file, aside / file.name)
            rows = sum(piece.manifest["rows"] for piece in pieces)
            _write_manifest(path, rows, seal_of(_files_of(aside), None, _seals(pieces)), about)
        return Stored(table, key, path)

    def discard(self, stored: Stored) -> None:
        """Take a table away; its manifest first, without which what is left of it is no table."""
        stored.path.with_suffix(".json").unlink(missing_ok=True)
        _remove(stored.path)

    def keep_only(self, wanted: Iterable[Path]) -> int:
        """Take away tables that neither the catalogue nor a kept release needs; how many went."""
        keep = {path.resolve() for path in wanted}
        gone = 0
        for path in self.folder.glob("*/*.parquet"):
            if path.resolve() not in keep:
                self.discard(Stored(path.parent.name, path.stem, path))
                gone += 1
        for note in self.folder.glob("*/*.json"):  # of tables that went, or that a killed build did not come to write
            table = note.with_name(f"{note.name.split('.')[0]}.parquet")
            if not note.parent.name.startswith(MEMORIES) and not table.exists():
                note.unlink(missing_ok=True)
        return gone


#: Folders of notes that belong to no table: what is known of supplied files.
MEMORIES = ("_checksum", "_staged")


def is_whole(path: Path) -> bool:
    """Whether a table of the store is there, and is as it was when its manifest was written."""
    told = read_note(path.with_suffix(".json")) if path.exists() else None
    return isinstance(told, dict) and holds(path, told.get("sealed"))


def _write_manifest(path: Path, rows: int, sealed: Seal, about: Mapping[str, Any]) -> None:
    """Write what a table is beside where it will stand; the table takes its name only after this."""
    told = {"table": path.parent.name, "key": path.stem, "rows": rows, "code": code_key(), **about, "sealed": sealed}
    with beside(path.with_suffix(".json")) as note:
        note.write_text(json.dumps(told, indent=1, default=str), encoding="utf-8")


def _seals(pieces: Iterable[Stored]) -> Seal:
    """Seals of all files of some tables, by name."""
    return {name: told for piece in pieces for name, told in piece.manifest.get("sealed", {}).items()}


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
def folder_beside(path: Path) -> Iterator[Path]:
    """A temporary folder that becomes the folder ``path`` in one step when the block ends well."""
    aside = Path(tempfile.mkdtemp(prefix=".building-", dir=path.parent))
    old = None
    try:
        yield aside
        aside.chmod(0o755)
        if path.exists():  # a folder cannot be put in place of another; this one is not as it was sealed
            old = Path(tempfile.mkdtemp(prefix=".building-", dir=path.parent))
            path.replace(old / path.name)
        aside.replace(path)
    finally:
        for left in (aside, old):
            if left is not None:
                shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def folder_for_scratch(folder: Path) -> Iterator[Path]:
    """A folder on the store's disk that only its owner can read, and that goes when the block ends.

    One that a killed build leaves is swept away by the next.
    """
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _share(path: Path, into: Path) -> None:
    """One more name for a file, which is never changed once it is written; a copy where a disk has no links."""
    try:
        into.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, into)


def _files_of(path: Path) -> list[Path]:
    """The files of a table, which may be a folder of them."""
    return sorted(path.glob("*.parquet")) if path.is_dir() else [path]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


#: What the system says of a lock that another process holds; anything else is said as it is.
HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


def _hold(file: IO[bytes]) -> None:
    """Have the system hold an open file for this process, or raise at once; Windows has a way of its own."""
    try:
        import fcntl
    except ImportError:
        import msvcrt

        file.seek(0)  # what is held is the first byte, wherever another has written
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold a file lock while the block runs; the system lets go of it if the process dies.

    Raises
    ------
    AnotherBuild
        If another process holds it.
    """
    with path.open("a+b") as file:
        try:
            _hold(file)
        except OSError as error:
            if error.errno not in HELD:
                raise
            raise AnotherBuild(
                "Another build is running in this workspace. Wait for it to end, then run this again."
            ) from None
        yield


def sweep(folder: Path) -> None:
    """Clear away what a killed build left half-made."""
    for left in folder.glob("**/.*.*"):
        if left.is_file() and left.name.count(".") >= 3:
            left.unlink(missing_ok=True)
    for left in [*folder.glob(".building-*"), *folder.glob("*/.building-*")]:
        shutil.rmtree(left, ignore_errors=True)


def keep_contract(connection: duckdb.DuckDBPyConnection, source: str, contract: TableContract) -> None:
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
    # All rows are fetched, here and below: an answer that is not drained keeps the connection to itself.
    (found,) = connection.execute(f"select {counts} from {source}").fetchall()
    problems = [
        Problem(f"{words} in {count:,} row(s)") for (_, words), count in zip(tests, found, strict=True) if count
    ]
    problems += _repeated_keys(connection, source, contract)
    if problems:
        raise ContractBroken(f"The table '{contract.name}' breaks its contract in {len(problems)} place(s).", problems)


def _repeated_keys(connection: duckdb.DuckDBPyConnection, source: str, contract: TableContract) -> list[Problem]:
    """Keys that stand in more than one row."""
    key = ", ".join(f'"{column}"' for column in contract.key)
    if _surely_unique(connection, source, contract):
        return []
    (repeated,) = connection.execute(
        f"select count(*), sum(n) from (select count(*) n from {source} group by {key} having count(*) > 1)"
    ).fetchall()
    if not repeated[0]:
        return []
    return [Problem(f"key ({', '.join(contract.key)}): {repeated[0]:,} value(s) stand in {repeated[1]:,} rows")]


def _surely_unique(connection: duckdb.DuckDBPyConnection, source: str, contract: TableContract) -> bool:
    """Whether a quick test shows that no key is repeated; where it does not, keys must be counted.

    Grouping millions of rows by their key takes seconds. A whole number in the key, such as an age, is
    made one of 127 bits instead: as many bits as rows means that the number differs in every row that
    shares the rest of the key. A key without one is hashed; as many hashes as rows means the same.
    """
    number = next((name for name in reversed(contract.key) if contract.column(name).type == "integer"), None)
    rest = ", ".join(f'"{name}"' for name in contract.key if name != number)
    if number is None or not rest:
        query = f"select count(*) - count(distinct hash({rest or number})) from {source}"
    else:
        bits = f'bit_count(bit_or(1::hugeint << (abs("{number}") % 127)::integer))'
        query = f"select count(*) from (select 1 from {source} group by {rest} having count(*) <> {bits})"
    ((apart,),) = connection.execute(query).fetchall()
    return bool(apart == 0)


# --- catalogue ------------------------------------------------------------------------------------


def write_catalog(
    path: Path, tables: Mapping[str, Path], about: str = "", views: Mapping[str, str] | None = None
) -> None:
    """Build ``catalog.duckdb`` beside the old one, with a comment on every view, column and macro; swap.

    ``views`` is SQL of tables that are more than their own file, in its columns.

    Views name their Parquet files by absolute path, so that they work from any folder; after moving
    a workspace, build again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    aside.unlink(missing_ok=True)
    connection = duckdb.connect(str(aside), config={**NO_DOWNLOADS, "storage_compatibility_version": STORAGE})
    try:
        for name, file in sorted(tables.items()):
            contract = CONTRACTS[name]
            columns = ", ".join(f'"{column.name}"' for column in contract.columns)
            source = f"({views[name]})" if views and name in views else relation(file.resolve())
            connection.execute(f"create view {name} as select {columns} from {source}")
            comment = f"One row is {contract.grain}. {contract.description} {about}".strip()
            connection.execute(f"comment on view {name} is '{quoted(comment)}'")
            for column in contract.columns:
                words = f"{column.description}{f' Unit: {column.unit}.' if column.unit else ''}"
                connection.execute(f"comment on column {name}.\"{column.name}\" is '{quoted(words)}'")
        create_macros(connection, tables)
    finally:
        connection.close()
    aside.replace(path)


def open_catalog(path: Path) -> duckdb.DuckDBPyConnection:
    """The catalogue, read-only."""
    return duckdb.connect(str(path), read_only=True, config=dict(NO_DOWNLOADS))
