"""The cube on Spark, on one machine or many: the SQL that DuckDB runs, written in Spark's words.

This process only plans. Workers read, add and write, and must see the files, and the scratch folder, under the same
paths. Answers are DuckDB's to the last digit; what Spark would do otherwise is in ``in_sparks_words`` and ``_read_as``.
"""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
import pyspark
import sqlglot
from py4j.protocol import Py4JError
from pyspark import SparkContext
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql.functions import count, lit
from sqlglot import exp

from locality_profiles.episodes.cells import plain_words
from locality_profiles.episodes.engine import MEMORY_LIMIT
from locality_profiles.errors import WorkspaceError

#: Types that Spark calls otherwise.
_TYPES = {"varchar": "string"}
#: What Spark calls its complaints about a file, or about what stands in one.
_OF_A_FILE = ("CAST_INVALID_INPUT", "CAST_OVERFLOW", "FAILED_READ_FILE", "NUMERIC_VALUE_OUT_OF_RANGE", "PARQUET_TYPE_")
_NOT_SHARED = (
    "Spark's workers do not see the files that this machine sees, under the same path. The extracts and the workspace "
    "must be on a disk that all of them share."
)


class Unreadable(Exception):
    """A file is not Parquet, is not to be found, or a column is of a kind that cannot be what it should."""


class Spark:
    """Spark at the address ``master``. What is kept is written to a folder in ``scratch``.

    Spark takes long to start. Inside the block of another such engine, or in a notebook of a managed cluster, a session
    runs already, wherever its master is: it is used, and left running.
    """

    def __init__(self, scratch: Path, master: str) -> None:
        scratch = scratch.resolve()
        scratch.mkdir(parents=True, exist_ok=True)
        self._scratch = Path(tempfile.mkdtemp(prefix=".spark-", dir=scratch))
        logging.getLogger("SQLQueryContextLogger").disabled = True  # repeats what stands in records
        running = _running()
        self._is_own = running is None
        try:
            self.session = running.newSession() if running else _start(self._scratch, master)
        except BaseException:
            shutil.rmtree(self._scratch, ignore_errors=True)
            raise
        for option, value in _settings(master).items():
            self.session.conf.set(option, value)
        self._kept: dict[str, Path | None] = {}
        self._folders = 0

    def see(self, name: str, files: Sequence[Path], columns: Mapping[str, str], numbered: str = "") -> None:
        alike: dict[tuple[tuple[str, str], ...], list[Path]] = {}
        for path in files:
            alike.setdefault(_layout(path), []).append(path)
        parts = []
        for layout, paths in alike.items():
            there = {column.lower(): held for column, held in layout}
            chosen = [
                f"{_read_as(column, there.get(column, ''), _TYPES.get(kind, kind))} as {column}"
                for column, kind in columns.items()
            ]
            chosen += [f"_metadata.row_index as {numbered}"] if numbered else []
            try:
                parts.append(self.session.read.parquet(*map(self._seen, paths)).selectExpr(*chosen))
            except AnalysisException as fault:
                raise Unreadable(str(paths[0])) from fault
        whole = parts[0]
        for part in parts[1:]:
            whole = whole.unionAll(part)
        self._show(name, whole)

    def keep(self, name: str, query: str) -> None:
        # A folder of its own each time: a query may look at the table that it replaces, and neither a worker that is
        # lost nor memory that runs out takes it away. Plans stay short, too: they begin at the folder.
        folder = self._own_folder("kept")
        found = self._sql(query)
        self._store(found, folder, "snappy")
        self._show(name, self.session.read.schema(found.schema).parquet(_address(folder)), folder)

    def view(self, name: str, query: str) -> None:
        self._drop(name)
        # As text, so that it is of what its tables are when it is used.
        self.session.sql(f"create or replace temporary view {name} as {self._words(query)}")
        self._kept[name] = None

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with _told_plainly():
            return [tuple(row) for row in self._sql(query).collect()]

    def write(self, query: str, path: Path) -> int:
        path = path.resolve()
        aside = Path(tempfile.mkdtemp(prefix=".building-", dir=path.parent))
        try:
            rows = self._store(self.session.sql(in_one_part(query, self._columns_of)), aside / "rows", "zstd")
            (part,) = (aside / "rows").glob("*.parquet")
            part.replace(path)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        return rows

    def words(self, column: str, words: Sequence[str]) -> Callable[[Any], str]:
        """Words as they are: in Parquet they are numbers of a list anyway."""
        return plain_words(column, words)

    def forget(self) -> None:
        for name in list(self._kept):
            self._drop(name)

    def is_of_the_file(self, fault: Exception) -> bool:
        if isinstance(fault, PySparkException | Py4JError):
            return any(word in str(fault) for word in _OF_A_FILE)
        return isinstance(fault, Unreadable)

    def close(self) -> None:
        self.forget()
        if self._is_own:
            self.session.stop()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _seen(self, path: Path) -> str:
        """The address of a file to read. Spark passes over names that begin with _ or a dot: they get another."""
        if path.name.startswith(("_", ".")):
            alias = self._own_folder("seen") / "rows.parquet"
            alias.parent.mkdir()
            alias.symlink_to(path.resolve())
            return _address(alias)
        return _address(path)

    def _own_folder(self, what: str) -> Path:
        self._folders += 1
        return self._scratch / f"{what}-{self._folders}"

    def _words(self, query: str) -> str:
        return in_sparks_words(query, self._columns_of)

    def _sql(self, query: str) -> DataFrame:
        return self.session.sql(self._words(query))

    def _store(self, frame: DataFrame, folder: Path, compression: str) -> int:
        """Write rows to a folder; how many. Those that workers wrote must be those that are seen here."""
        written = Observation()
        with _told_plainly():
            frame.observe(written, count(lit(1)).alias("rows")).write.parquet(_address(folder), compression=compression)
        rows = int(written.get["rows"])
        if rows != sum(pq.read_metadata(part).num_rows for part in folder.glob("*.parquet")):
            raise WorkspaceError(_NOT_SHARED)
        return rows

    def _columns_of(self, query: str) -> list[str]:
        return self.session.sql(query).columns

    def _show(self, name: str, frame: DataFrame, folder: Path | None = None) -> None:
        self._drop(name)
        frame.createOrReplaceTempView(name)
        self._kept[name] = folder

    def _drop(self, name: str) -> None:
        if name not in self._kept:
            return
        self.session.catalog.dropTempView(name)
        if folder := self._kept.pop(name):
            shutil.rmtree(folder, ignore_errors=True)


# --- the session ----------------------------------------------------------------------------------


def _running() -> SparkSession | None:
    try:
        return SparkSession.active()
    except PySparkException:  # there is none
        return None


def _start(scratch: Path, master: str) -> SparkSession:
    builder = SparkSession.builder.master(master).appName("locality-profiles")
    for option, value in _options(scratch, master).items():
        builder = builder.config(option, value)
    try:
        return builder.getOrCreate()
    except PySparkException as fault:
        if fault.getCondition() != "JAVA_GATEWAY_EXITED":
            raise
        raise WorkspaceError(
            "The engine 'spark' needs a Java runtime, which could not be started. Install Java 17 or 21 "
            "(on Debian: apt install openjdk-17-jre-headless), or set JAVA_HOME to where it is."
        ) from None
    except Py4JError as fault:
        if half_begun := SparkContext._active_spark_context:
            half_begun.stop()  # else no other can be started in this process
        raise WorkspaceError(
            f"Spark could not be started at '{master}'. Is that the address of its master, can it be reached from "
            f"here, and does it run Spark {pyspark.__version__.rpartition('.')[0]}?"
        ) from fault


@contextlib.contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except (PySparkException, Py4JError) as fault:
        if "FAILED_READ_FILE.FILE_NOT_EXIST" in str(fault):
            raise WorkspaceError(_NOT_SHARED) from None
        raise


def _is_here(master: str) -> bool:
    """Whether all of Spark is on this machine."""
    return master.startswith("local") or (urlsplit(master).hostname or "") in ("127.0.0.1", "localhost", "::1")


def _options(scratch: Path, master: str) -> dict[str, str]:
    """What must be said before Spark starts; all else is left to ``spark-defaults.conf``."""
    told = scratch / "log4j2.properties"
    told.write_text(_LOG, encoding="utf-8")
    options = {
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={told.as_uri()}",
        "spark.local.dir": str(scratch / "local"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if _is_here(master):
        options |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    if master.startswith("local"):
        options |= {"spark.driver.memory": re.sub(r"i?b$", "", MEMORY_LIMIT, flags=re.IGNORECASE)}
    return options


def _settings(master: str) -> dict[str, str]:
    """What must hold for each query."""
    settings = {
        "spark.sql.ansi.enabled": "true",  # what does not fit is an error, as it is for DuckDB
        "spark.sql.legacy.parquet.nanosAsLong": "true",  # else such a file is refused
        "spark.sql.session.timeZone": "UTC",
    }
    return settings | ({"spark.sql.shuffle.partitions": "8"} if _is_here(master) else {})


#: Spark's log repeats what stands in a record that it stumbles over, so it is off, but for jobs that wait for workers.
#: (The last logger is the one by which Spark decides that a Python session wants warnings.)
_LOG = """
rootLogger.level = off
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = Spark: %m%n
logger.waiting.name = org.apache.spark.scheduler.TaskSchedulerImpl
logger.waiting.level = warn
logger.session.name = org.apache.spark.api.python.PythonGatewayServer
logger.session.level = off
"""


# --- reading --------------------------------------------------------------------------------------


def _address(path: Path) -> str:
    """A path as Spark takes it: of a disk, whatever a cluster's own file system is, and no pattern."""
    return "file:///" + re.sub(r"([\\{}\[\]*?])", r"\\\1", path.absolute().as_posix().lstrip("/"))


def _layout(path: Path) -> tuple[tuple[str, str], ...]:
    """Columns of a file and their types."""
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as fault:
        raise Unreadable(str(path)) from fault
    return tuple((field.name, str(field.type)) for field in schema)


def _read_as(column: str, held: str, kind: str) -> str:
    """SQL of a column of a file as another type, as DuckDB casts it; ``held`` is its type there, empty for none.

    Spark cuts off where DuckDB rounds, and DuckDB rounds a binary fraction half to even.
    """
    if not held:
        column = "null"
    fraction = held in ("halffloat", "float", "double")
    if kind in ("integer", "bigint") and fraction:
        column = f"rint({column})"
    elif kind in ("integer", "bigint") and held.startswith(("decimal", "string", "large_string")):
        column = f"round(cast({column} as decimal(38, 9)))"
    elif kind.startswith("decimal") and fraction:
        column = f"cast(round(cast({column} as double) * 100) as decimal(38, 0)) / 100"
    elif kind == "string" and fraction:
        whole = f"{column} = floor({column}) and abs({column}) < 1e15"
        digits = f"cast(cast({column} as decimal(16, 1)) as string)"
        column = f"case when {whole} then {digits} else cast({column} as string) end"
    elif kind == "date" and held.startswith("timestamp[ns"):
        column = f"timestamp_micros({column} div 1000)"
    elif kind == "date" and held in ("string", "large_string"):
        column = f"replace({column}, '/', '-')"
    return f"cast({column} as {kind})"


# --- words ----------------------------------------------------------------------------------------


def in_sparks_words(query: str, columns_of: Callable[[str], Sequence[str]]) -> str:
    """A query in DuckDB's words, in Spark's.

    Parameters
    ----------
    query
        One select.
    columns_of
        Columns of a query in Spark's words: to put tables together by name, one has to know their names.
    """
    return _translated(_parsed(query), columns_of)


def in_one_part(query: str, columns_of: Callable[[str], Sequence[str]]) -> str:
    """The same, for an answer that becomes one file: put together in one place, and put in order there.

    Spark would put a whole answer in order over all workers, and then not promise to keep it as the parts are joined.
    """
    tree = _parsed(query)
    order = tree.args.get("order")
    tree.set("order", None)
    last = exp.Sort(expressions=order.expressions).sql("spark") if order else ""
    return f"select /*+ repartition(1) */ * from ({_translated(tree, columns_of)}) answer {last}"


@lru_cache(maxsize=1024)
def _tree(query: str) -> exp.Query:
    tree = sqlglot.parse_one(query, read="duckdb")
    if not isinstance(tree, exp.Query):
        raise ValueError("a query is one select")
    return tree


def _parsed(query: str) -> exp.Query:
    return _tree(query).copy()


def _translated(tree: exp.Expr, columns_of: Callable[[str], Sequence[str]]) -> str:
    tree = tree.transform(_in_other_words)
    # The innermost first: each is part of the next.
    for union in reversed([found for found in tree.find_all(exp.Union) if found.args.get("by_name")]):
        spelt = _by_name(union, columns_of)
        if union is tree:
            tree = spelt
        else:
            union.replace(spelt)
    return _spark(tree)


def _spark(tree: exp.Expr) -> str:
    return tree.sql("spark", unsupported_level=sqlglot.ErrorLevel.RAISE)


def _in_other_words(node: exp.Expr) -> exp.Expr:
    """What sqlglot leaves as it is, or gives another type."""
    if isinstance(node, exp.Anonymous) and node.name.lower() == "hash":
        # Other numbers than DuckDB's, which nothing may depend on; but as many of them, and none below 0.
        number = exp.Anonymous(this="xxhash64", expressions=node.expressions)
        return exp.paren(exp.BitwiseAnd(this=number, expression=exp.Literal.number(2**63 - 1)))
    if isinstance(node, exp.DateDiff):
        # Days as a bigint, as DuckDB counts them; multiplied, they do not fit into an integer.
        days = exp.Anonymous(this="datediff", expressions=[node.this, node.expression])
        return exp.cast(days, "bigint")
    return node


def _by_name(union: exp.Union, columns_of: Callable[[str], Sequence[str]]) -> exp.Expr:
    """``union by name``, which Spark's SQL does not have: all columns in order, null where a side has none."""
    sides = [(side, columns_of(_spark(side))) for side in (union.this, union.expression)]
    names = list(dict.fromkeys(name for _, there in sides for name in there))
    spelt = [
        exp.select(*(exp.column(name) if name in there else exp.alias_(exp.null(), name) for name in names)).from_(
            side.subquery("side")
        )
        for side, there in sides
    ]
    return exp.union(*spelt, distinct=bool(union.args.get("distinct")))
