"""Spark gives what DuckDB gives: on a real master with two real workers, all of them on this machine's loopback."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
from episodes.clusters import Cluster, standing
from episodes.cubes import cube_of, one_file_a_year

from locality_profiles.episodes import cube
from locality_profiles.episodes import engine as engines
from locality_profiles.episodes.cells import plain_words
from locality_profiles.episodes.engine import DuckDB, Engine, Where, engine
from locality_profiles.episodes.spark import Spark, in_one_part, in_sparks_words
from locality_profiles.errors import ExtractRefused, WorkspaceError
from locality_profiles.sample.linked import made_up_zones, write_linked
from locality_profiles.tables.store import Store

#: Spark makes no code of queries over so few rows.
DEFAULTS = """
spark.executor.memory 640m
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.codegen.wholeStage false
"""


# --- a cluster ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with standing(tmp_path_factory.mktemp("cluster"), DEFAULTS) as own:
        yield own


@pytest.fixture(scope="module")
def spark(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A session on the cluster, which every engine inside it uses."""
    with engine("spark", tmp_path_factory.mktemp("spark"), master=cluster.address) as own:
        yield own


@pytest.fixture
def both(spark: Engine, tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """DuckDB and Spark, with nothing to see yet."""
    with engine("duckdb", tmp_path) as own:
        yield own, spark
    spark.forget()


# --- the cube -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a small country with faults: all of one year in one file, the next in two.

    How SQL is written depends on whether a file holds one kind of record or several.
    """
    apart, folder = tmp_path_factory.mktemp("apart"), tmp_path_factory.mktemp("records")
    write_linked(apart, made_up_zones(30), 3_000, (2020, 2021), faults=True)
    one = "source-episode-file-2122-01B.parquet"
    (apart / one).rename(folder / one)
    one_file_a_year(apart, folder, row_group_size=3_000)
    return folder


def tables_of(store: Store) -> dict[str, Path]:
    return {str(path.relative_to(store.folder)): path for path in store.folder.rglob("*.parquet") if path.is_file()}


def test_every_table_of_the_cube_is_that_of_duckdb(
    cluster: Cluster, spark: Engine, records: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ours, theirs = (Store(tmp_path_factory.mktemp(name)) for name in ("duckdb", "spark"))
    cube_of(records, ours)
    cube_of(records, theirs, Where("spark", cluster.address))
    one, other = tables_of(ours), tables_of(theirs)
    assert one.keys() == other.keys()
    # What files give by themselves, what they give together, and all of it as tables.
    pieces = {
        "_cell",
        "_stay_piece",
        "_setting_piece",
        "_death_piece",
        "_hospital_flow",
        "_set_aside",
        "_total",
        "_individual_piece",
    }
    together = {"_people_cell", "_stay", "_stay_cell", "_readmission_cell", "_last_months_cell", "_individual_cell",
                "_younger"}  # fmt: skip
    assert {name.split("/")[0] for name in one} >= {*pieces, *together, "activity_cube", "hospital_flow", "quarantine"}
    with duckdb.connect() as connection:
        for name in one:
            left, right = (f"read_parquet('{path}')" for path in (one[name], other[name]))
            described = [connection.execute(f"describe select * from {side}").fetchall() for side in (left, right)]
            assert described[0] == described[1], name
            apart = f"(from {left} except all from {right}) union all (from {right} except all from {left})"
            assert connection.execute(apart).fetchall() == [], name
            assert pq.read_metadata(one[name]).num_rows == pq.read_metadata(other[name]).num_rows, name
        ((cells,),) = connection.execute(
            f"from (select count(*) from '{ours.folder}/activity_cube/*/*.parquet')"
        ).fetchall()
    assert cells > 5_000
    for worker in ("worker-0", "worker-1"):
        assert "Asked to launch executor" in cluster.log(worker)


# --- what an engine promises ----------------------------------------------------------------------

D = Decimal
HELD = {
    "fraction": pa.array([0.5, 1.5, 2.5, -0.5, -1.5, 1.005, 2.675, None, 1234567890.0, 8.345]),
    "single": pa.array([0.5, 1.5, 2.5, -0.5, -1.5, 1.005, 2.675, None, 1234567.0, 8.345], pa.float32()),
    "exact": pa.array([D("0.50"), D("1.50"), D("2.50"), D("-0.50"), D("1.49"), None, *map(D, "7891")],
                      pa.decimal128(10, 2)),
    "whole": pa.array([1, 2, 3, None, 5, 6, 7, 8, 9, 10], pa.int16()),
    "yes": pa.array([True, False, None, *[True] * 7]),
    "text": pa.array(["0.5", "1.5", "2.5", " 12 ", "1e2", None, "-3", "7.0", "8", "9"]),
}  # fmt: skip
TIMES = [dt.datetime(2021, 4, 1, 23, 59), dt.datetime(1931, 4, 1), None, dt.datetime(1969, 12, 31, 23, 59)]  # noqa: DTZ001
DATES = {
    "day": pa.array([dt.date(2021, 4, 1), dt.date(1899, 1, 2), None, dt.date(2079, 6, 6)]),
    "text": pa.array(["2021-04-01", "2021/04/02", None, "2021-04-01 10:00:00"]),
    **{f"{unit}_{zone}": pa.array(TIMES, pa.timestamp(unit, zone or None))
       for unit in ("ms", "us", "ns") for zone in ("", "UTC")},
}  # fmt: skip


@pytest.mark.parametrize(
    ("held", "kinds"), [(HELD, ("integer", "double", "decimal(12,2)", "varchar")), (DATES, ("date",))],
    ids=["numbers and texts", "dates"],
)  # fmt: skip
def test_columns_are_read_as_duckdb_casts_them(
    both: tuple[Engine, Engine], tmp_path: Path, held: Mapping[str, pa.Array], kinds: Sequence[str]
) -> None:
    pq.write_table(pa.table(dict(held)), tmp_path / "held.parquet")
    for kind in kinds:
        answers = []
        for own in both:
            own.see("record", [tmp_path / "held.parquet"], {**dict.fromkeys(held, kind), "absent": kind}, "row_no")
            answers.append(own.rows("select * from record order by row_no"))
        assert answers[0] == answers[1], kind


def test_files_of_different_columns_are_put_together_by_name(both: tuple[Engine, Engine], tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2], "B": ["x", "y"]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"b": ["z"], "c": [1.5]}), tmp_path / "_2[x].parquet")
    files = [tmp_path / "1.parquet", tmp_path / "_2[x].parquet"]
    for own in both:
        own.see("record", files, {"a": "bigint", "b": "varchar", "c": "double"}, "row_no")
        assert set(own.rows("select * from record")) == {
            (1, "x", None, 0), (2, "y", None, 1), (None, "z", 1.5, 0),
        }  # fmt: skip


def test_a_query_may_replace_the_table_that_it_looks_at(both: tuple[Engine, Engine]) -> None:
    for own in both:
        own.keep("kept", "select 1 as n")
        own.view("twice", "select 2 * n as n from kept")
        own.keep("kept", "select n + 1 as n from kept union all select n from twice")
        assert sorted(own.rows("select n from kept")) == [(2,), (2,)]
        assert own.rows("select sum(n) from twice")[0][0] == 8  # a view is of what its tables are now


def test_an_answer_is_one_file_in_order(both: tuple[Engine, Engine], tmp_path: Path) -> None:
    days = ", ".join(f"(date '2021-04-01' + {n * 37 % 100})" for n in range(100))
    for own in both:
        own.view("day", f"select * from (values {days}, (null)) as told(day)")
        query = "select day from day where day < date '2021-05-01' union all select day from day order by day"
        assert own.write(query, tmp_path / "days.parquet") == 131
        told = pq.read_table(tmp_path / "days.parquet")["day"].to_pylist()
        assert told[-1] is None
        assert told[:-1] == sorted(told[:-1])
        assert own.write("select day from day where false", tmp_path / "none.parquet") == 0
        assert pq.read_schema(tmp_path / "none.parquet").field("day").type == pa.date32()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["days.parquet", "none.parquet"]


@pytest.mark.parametrize("wrong", ["text", "cut short", "holes", "a word", "far too much", "missing"])
def test_a_file_that_cannot_be_read_is_refused_without_what_stands_in_it(
    both: tuple[Engine, Engine], tmp_path: Path, wrong: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "source-episode-file-2122.parquet"
    people = [f"person-{n}" for n in range(50_000)]
    cost: list[object] = [n * 3.7 % 10 for n in range(50_000)]
    if wrong in ("a word", "far too much"):
        cost = [*["1"] * 49_999, "secret"] if wrong == "a word" else [*[1.0] * 49_999, 1e300]
    held = {"year": ["2122"] * 50_000, "recid": ["01B"] * 50_000, "anon_chi": people, "cost_total_net": cost}
    pq.write_table(pa.table(held), path, compression="zstd")
    whole = path.read_bytes()
    if wrong == "text":
        path.write_text("year,recid\n2122,01B\n", encoding="utf-8")
    elif wrong == "cut short":
        path.write_bytes(whole[: len(whole) // 2])
    elif wrong == "holes":
        last = pq.read_metadata(path).row_group(0).column(3)
        middle = last.data_page_offset + last.total_compressed_size // 2
        path.write_bytes(whole[:middle] + bytes(2_000) + whole[middle + 2_000 :])
    elif wrong == "missing":
        path.unlink()
    for own in both:
        with pytest.raises(ExtractRefused) as refused:
            cube.read_file(own, path, path.name, tmp_path, "0" * 12)
        assert "cannot be read to its end" in str(refused.value)
    said = capfd.readouterr()
    assert "secret" not in said.out + said.err
    assert "1e300" not in (said.out + said.err).lower()


def test_what_is_wrong_with_a_query_is_not_put_down_to_the_file(spark: Engine) -> None:
    with pytest.raises(Exception, match="nowhere") as fault:
        spark.rows("select * from nowhere")
    assert not spark.is_of_the_file(fault.value)


def test_what_workers_wrote_elsewhere_is_missed(spark: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers with disks of their own leave nothing here, or some rows only."""
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(()))
    with pytest.raises(WorkspaceError, match="a disk that all of them share"):
        spark.write("select 1 as n", tmp_path / "one.parquet")


# --- without a cluster ----------------------------------------------------------------------------


def test_without_spark_the_error_is_a_plain_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*(name for name in sys.modules if name.startswith("pyspark.")), "pyspark"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, Spark.__module__)
    with pytest.raises(WorkspaceError) as told, engine("spark", tmp_path):
        pass
    said = str(told.value)
    assert said.startswith("The engine 'spark' needs Spark, which is not installed.")
    assert "pip install 'locality-profiles[spark]'" in said
    assert "pyspark" in said


def test_without_java_the_error_is_a_plain_sentence(tmp_path: Path) -> None:
    code = f"""if True:
        from pathlib import Path
        from locality_profiles.episodes.engine import engine
        from locality_profiles.errors import WorkspaceError
        try:
            with engine("spark", Path({str(tmp_path)!r})): pass
        except WorkspaceError as told: print(told)"""
    environment = {**os.environ, "JAVA_HOME": str(tmp_path / "nowhere")}
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.startswith("The engine 'spark' needs a Java runtime, which could not be started.")
    assert "openjdk-17-jre-headless" in told.stdout
    assert list(tmp_path.iterdir()) == []


#: Functions, and a hint, that sqlglot does not know by name; Spark has all of them.
KNOWN = {"bit_count", "datediff", "repartition", "xxhash64"}


class Told(DuckDB):
    """DuckDB that notes what it is asked, in words that every engine understands."""

    asked: set[str]

    def keep(self, name: str, query: str) -> None:
        self.asked.add(query)
        super().keep(name, query)

    def rows(self, query: str) -> list[tuple]:
        self.asked.add(query)
        return super().rows(query)

    def write(self, query: str, path: Path) -> int:
        self.asked.add(query)
        return super().write(query, path)

    words = staticmethod(plain_words)


def test_everything_that_is_asked_can_be_said_in_sparks_words(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Told, "asked", set(), raising=False)
    monkeypatch.setattr(engines, "DuckDB", Told)
    cube_of(records, Store(tmp_path / "store"))
    assert len(Told.asked) > 60
    for query in Told.asked:
        for said in (in_sparks_words(query, lambda _: ["n"]), in_one_part(query, lambda _: ["n"])):
            tree = sqlglot.parse_one(said, read="spark")
            unknown = {found.name.lower() for found in tree.find_all(sqlglot.exp.Anonymous)}
            assert unknown <= KNOWN, query


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("select hash(a, b) // 64 from t", "SELECT (XXHASH64(a, b) & 9223372036854775807) DIV 64 FROM t"),
        ("select date_diff('day', a, b) * 65536 from t", "SELECT CAST(DATEDIFF(b, a) AS BIGINT) * 65536 FROM t"),
        ("select * exclude (a) from t", "SELECT * EXCEPT (a) FROM t"),
        ("select 1::bigint << a from t", "SELECT SHIFTLEFT(CAST(1 AS BIGINT), a) FROM t"),
        ("select max(a) over (order by b) from t", "SELECT MAX(a) OVER (ORDER BY b NULLS LAST) FROM t"),
        ("select * from t anti join u using (a)", "SELECT * FROM t ANTI JOIN u USING (a)"),
    ],
)  # fmt: skip
def test_what_is_said_otherwise(ours: str, theirs: str) -> None:
    assert in_sparks_words(ours, lambda _: []) == theirs


def test_tables_are_put_together_by_name() -> None:
    columns = {"SELECT * FROM t": ["a", "b"], "SELECT * FROM u": ["c", "b"]}
    said = in_sparks_words("select sum(b) from (select * from t union all by name select * from u) v",
                           columns.__getitem__)  # fmt: skip
    assert said == (
        "SELECT SUM(b) FROM (SELECT a, b, NULL AS c FROM (SELECT * FROM t) AS side "
        "UNION ALL SELECT NULL AS a, b, c FROM (SELECT * FROM u) AS side) AS v"
    )


def test_the_order_of_a_file_is_made_where_it_is_put_together() -> None:
    said = in_one_part("select a from t order by a desc", lambda _: [])
    assert said == "select /*+ repartition(1) */ * from (SELECT a FROM t) answer SORT BY a DESC"
