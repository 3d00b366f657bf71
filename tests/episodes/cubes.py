"""The cube of a folder of linked files, made as a build makes it, and as a table to compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.curate.linked import linked_tables
from locality_profiles.curate.staging import StagedFile, stage_file
from locality_profiles.episodes.cells import KEYS, MEASURES
from locality_profiles.episodes.engine import HERE, Where
from locality_profiles.tables.store import Store, Stored

IDS = [key for key in KEYS if key != "period_end"] + ["measure_code"]


def one_file_a_year(apart: Path, folder: Path, row_group_size: int) -> None:
    """Put what files of records hold, one for each kind and year, into one file for each year, in another folder."""
    for path in apart.glob("source-individual-file-*.parquet"):
        (folder / path.name).hardlink_to(path)
    years: dict[str, list[Path]] = {}
    for path in sorted(apart.glob("source-episode-file-*.parquet")):
        years.setdefault(path.stem.split("-")[3], []).append(path)
    for year, paths in years.items():
        # No kind has every column: each is read and written by itself, as one of the columns of all.
        columns = pa.unify_schemas([pq.read_schema(path) for path in paths], promote_options="permissive")
        with pq.ParquetWriter(folder / f"source-episode-file-{year}.parquet", columns) as writer:
            for path in paths:
                rows = pa.concat_tables([columns.empty_table(), pq.read_table(path)], promote_options="permissive")
                writer.write_table(rows, row_group_size)


def stage_folder(folder: Path, store: Store, where: Where = HERE) -> list[StagedFile]:
    return [stage_file(path, path.name, store, where) for path in sorted(folder.glob("source-*.parquet"))]


#: The hospital of the synthetic country that is taken for a hospice.
OF_HOSPICES = ("Q011H",)


def cube_of(folder: Path, store: Store, where: Where = HERE) -> Mapping[str, Stored]:
    """Every table that the files of a folder give its readers."""
    tables = linked_tables(stage_folder(folder, store, where), store, where, OF_HOSPICES)
    return {name: stored for name, stored in tables.items() if not name.startswith("_")}


def ask(sql: str, **tables: Stored) -> pd.DataFrame:
    with duckdb.connect() as connection:
        for name, stored in tables.items():
            connection.execute(f"create view {name} as select * from {stored.relation}")
        return connection.execute(sql).df()


def figures(cube: Stored, measures: Iterable[str] = MEASURES) -> pa.Table:
    """Every figure of a cube that is not nought, by its keys and measure; cells of several files are added."""
    keys = ", ".join(IDS[:-1])
    branches = " union all ".join(
        f"select {keys}, '{name.upper()}' as measure_code, sum({name})::double as value from cube "
        f"where {name} <> 0 group by all"
        for name in measures
    )
    with duckdb.connect() as connection:
        connection.execute(f"create view cube as select * from {cube.relation}")
        return connection.sql(branches).to_arrow_table()


def plain_figures(cells: pd.DataFrame) -> pa.Table:
    """The same of the plain computation."""
    return pa.Table.from_pandas(cells[[*IDS, "value"]], preserve_index=False)


def differences(one: pa.Table, other: pa.Table) -> pd.DataFrame:
    """Figures that are not the same in both."""
    with duckdb.connect() as connection:
        connection.register("one", one)
        connection.register("other", other)
        keys, summed = ", ".join(IDS), "sum(value) as value"
        return connection.execute(f"""
            select {keys}, coalesce(one.value, 0) as one, coalesce(other.value, 0) as other
            from (select {keys}, {summed} from one group by all) one
                full join (select {keys}, {summed} from other group by all) other using ({keys})
            where not abs(coalesce(one.value, 0) - coalesce(other.value, 0)) <= 1e-6
            order by all""").df()  # fmt: skip


def of_any_file(table: Stored) -> pa.Table:
    """Rows of a table whatever file they came from: what is alike but for figures is added."""
    from_a_file = ("extract_id", "row_no")
    with duckdb.connect() as connection:
        connection.execute(f"create view rows as select * from {table.relation}")
        told = connection.execute("describe rows").fetchall()
        keys = [name for name, kind, *_ in told if kind in ("VARCHAR", "DATE", "BOOLEAN") and name not in from_a_file]
        sums = [f"round(sum({name})::double, 6) as {name}" for name, *_ in told if name not in (*from_a_file, *keys)]
        return connection.sql(
            f"select {', '.join([*keys, *sums])}, count(*) as n_rows from rows group by all order by all"
        ).to_arrow_table()


def rows_of(table: Stored) -> list[tuple]:
    """All rows of a table, in an order of their own."""
    with duckdb.connect() as connection:
        return sorted(connection.execute(f"select * from {table.relation}").fetchall(), key=repr)
