"""Where the cube is computed: DuckDB on one machine, or Spark on many. The cube's own SQL is one text for both.

Choosing an engine is all that is here. Spark is an extra (``pip install locality-profiles[spark]``) and is imported
only when it is asked for.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb

from locality_profiles.errors import WorkspaceError
from locality_profiles.tables.relation import quoted
from locality_profiles.tables.store import ROW_GROUP, connect

ENGINES = ("duckdb", "spark")
MEMORY_LIMIT = os.environ.get("LOCALITY_PROFILES_MEMORY", "3GiB")


class Engine(Protocol):
    """What the cube asks of an engine. Names are of temporary tables or views; queries are SQL in DuckDB's words."""

    def see(self, name: str, files: Sequence[Path], columns: Mapping[str, str], numbered: str = "") -> None:
        """Show Parquet files as ``name``: these columns as these types, empty where no file has them.

        ``numbered`` names a further column: the place of a row in its file, from 0.
        """

    def keep(self, name: str, query: str) -> None:
        """Compute a query once and keep what it gives as ``name``."""

    def view(self, name: str, query: str) -> None:
        """Give a query a name; it is computed where it is used."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a (short) answer."""

    def write(self, query: str, path: Path) -> int:
        """Write an answer to one Parquet file; how many rows it has."""

    def words(self, column: str, words: Sequence[str]) -> Callable[[Any], str]:
        """How to write a word of a column that has few different ones."""

    def forget(self) -> None:
        """Let go of everything that was kept."""

    def is_of_the_file(self, fault: Exception) -> bool:
        """Whether an error says that a file cannot be read, rather than that something here is wrong."""


@contextlib.contextmanager
def engine(name: str, scratch: Path, *, master: str = "", memory_limit: str = "", threads: int = 0) -> Iterator[Engine]:
    """An engine for the length of a block.

    Parameters
    ----------
    name
        ``duckdb`` or ``spark``.
    scratch
        A folder of this machine's disk, for what does not fit in memory.
    master
        Address of a Spark master, such as ``spark://host:7077``; ``local[*]`` unless given.
    memory_limit, threads
        Bounds for DuckDB; a cluster has its own.

    Raises
    ------
    WorkspaceError
        If there is no such engine, or Spark is not installed.
    """
    if name == "duckdb":
        with contextlib.closing(DuckDB(scratch, memory_limit or MEMORY_LIMIT, threads)) as own:
            yield own
    elif name == "spark":
        try:
            from locality_profiles.episodes.spark import Spark
        except ImportError as missing:
            raise WorkspaceError(
                "The engine 'spark' needs Spark, which is not installed. Install it with "
                f"pip install 'locality-profiles[spark]', and a Java runtime. ({missing.name} is missing.)"
            ) from None
        with contextlib.closing(Spark(scratch, master or "local[*]")) as cluster:
            yield cluster
    else:
        raise WorkspaceError(f"There is no engine '{name}'. It is one of {', '.join(ENGINES)}.")


@dataclass(frozen=True)
class Where:
    """A choice of engine, as a command or flow passes it on."""

    name: str = "duckdb"
    master: str = ""
    among: int = 1
    """How many such engines work at the same time: they share this machine's memory and processors."""

    def engine(self, scratch: Path) -> contextlib.AbstractContextManager[Engine]:
        """The engine, for the length of a block."""
        threads = max((os.cpu_count() or 1) // self.among, 1)
        return engine(self.name, scratch, master=self.master, memory_limit=_part_of(MEMORY_LIMIT, self.among),
                      threads=threads)  # fmt: skip


def _part_of(limit: str, among: int) -> str:
    """One of so many equal parts of an amount of memory, such as 1.5GiB."""
    match = re.fullmatch(r"\s*([\d.]+)\s*(\w+)\s*", limit)
    return f"{float(match[1]) / among}{match[2]}" if match else limit


#: DuckDB, in this process.
HERE = Where()


class DuckDB:
    """DuckDB in this process; what exceeds the memory limit is spilt to ``scratch``."""

    def __init__(self, scratch: Path, memory_limit: str, threads: int = 0) -> None:
        options = {"threads": str(threads)} if threads else {}
        self.connection = connect(
            memory_limit=memory_limit, temp_directory=str(scratch / ".spill"), preserve_insertion_order="false",
            **options,
        )  # fmt: skip
        self._kept: dict[str, str] = {}
        self._enumerations: dict[tuple[str, ...], str] = {}

    def see(self, name: str, files: Sequence[Path], columns: Mapping[str, str], numbered: str = "") -> None:
        listed = ", ".join(f"'{quoted(path)}'" for path in files)
        source = f"read_parquet([{listed}], union_by_name = true{', file_row_number = true' if numbered else ''})"
        there = {row[0].lower() for row in self.connection.execute(f"describe select * from {source}").fetchall()}
        chosen = [
            f"cast({column if column in there else 'null'} as {kind}) as {column}" for column, kind in columns.items()
        ]
        chosen += [f"file_row_number as {numbered}"] if numbered else []
        self.view(name, f"select {', '.join(chosen)} from {source}")

    def keep(self, name: str, query: str) -> None:
        if self._kept.get(name) == "view":
            self._drop(name)
        # A query may look at the table that it replaces.
        self.connection.execute(f"create or replace temp table {name} as {query}")
        self._kept[name] = "table"

    def view(self, name: str, query: str) -> None:
        self._drop(name)
        self.connection.execute(f"create temp view {name} as {query}")
        self._kept[name] = "view"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def write(self, query: str, path: Path) -> int:
        options = f"format parquet, compression zstd, row_group_size {ROW_GROUP}"
        ((written,),) = self.connection.execute(f"copy ({query}) to '{quoted(path)}' ({options})").fetchall()
        return int(written)

    def words(self, column: str, words: Sequence[str]) -> Callable[[Any], str]:
        """Words as an enumeration: a byte each until they are written, and then not looked up one by one."""
        listed = tuple(words)
        if listed not in self._enumerations:
            self._enumerations[listed] = f"word_{len(self._enumerations)}"
            told = ", ".join(f"'{word}'" for word in listed)
            self.connection.execute(f"create type {self._enumerations[listed]} as enum ({told})")
        name = self._enumerations[listed]
        return lambda word: f"'{word}'::{name}"

    def forget(self) -> None:
        for name in list(self._kept):
            self._drop(name)

    def is_of_the_file(self, fault: Exception) -> bool:
        # What DuckDB says of a footer that is cut up, or of a damaged page, as no kind of error.
        damaged = any(words in str(fault) for words in ("TProtocolException", "Parquet file is likely corrupted"))
        kinds = duckdb.IOException | duckdb.InvalidInputException | duckdb.ConversionException
        return isinstance(fault, kinds) or (isinstance(fault, duckdb.Error) and damaged)

    def close(self) -> None:
        self.connection.close()

    def _drop(self, name: str) -> None:
        if kind := self._kept.pop(name, None):
            self.connection.execute(f"drop {kind} {name}")
