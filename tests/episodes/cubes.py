"""The cube of a folder of linked files, made as a build makes it, and as a table to compare."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pandas as pd

from locality_profiles.curate.linked import linked_tables
from locality_profiles.curate.staging import StagedFile, stage_file
from locality_profiles.episodes.cells import KEYS, MEASURES
from locality_profiles.episodes.engine import HERE, Where
from locality_profiles.tables.store import Store, Stored

IDS = [key for key in KEYS if key != "period_end"] + ["measure_code"]


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


def figures(cube: Stored) -> pd.Series:
    """Every figure of a cube that is not nought, by its keys and measure; cells of several files are added."""
    keys = ", ".join(f"cast({key} as varchar) as {key}" for key in IDS[:-1])
    branches = " union all ".join(
        f"select {keys}, '{name.upper()}' as measure_code, sum({name}) as value from cube "
        f"where {name} <> 0 group by all"
        for name in MEASURES
    )
    return _by_key(ask(branches, cube=cube))


def plain_figures(cells: pd.DataFrame) -> pd.Series:
    """The same of the plain computation."""
    return _by_key(cells.assign(period_start=cells.period_start.astype(str)))


def _by_key(rows: pd.DataFrame) -> pd.Series:
    value = rows.value.astype(float)
    return value.groupby([rows[key].astype(str) for key in IDS]).sum().sort_index()


def differences(one: pd.Series, other: pd.Series) -> pd.DataFrame:
    """Figures that are not the same in both."""
    both = pd.concat([one.rename("one"), other.rename("other")], axis=1).fillna(0)
    return both[(both.one - both.other).abs() > 1e-6]


def rows_of(table: Stored) -> list[tuple]:
    """All rows of a table, in an order of their own."""
    with duckdb.connect() as connection:
        return sorted(connection.execute(f"select * from {table.relation}").fetchall(), key=repr)
