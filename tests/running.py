"""The steps of a build in order, without an orchestrator: for tests that look at what comes out."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import pandas as pd

from locality_profiles import building
from locality_profiles.building import Checked, Made
from locality_profiles.curate.staging import GROUPS, StagedFile
from locality_profiles.publish.releases import Release
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import open_catalog
from locality_profiles.workspace import FORMS, Workspace, read_workspace

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@dataclass(frozen=True)
class Run:
    """What one build made, before it is published."""

    workspace: Workspace
    files: tuple[StagedFile, ...]
    made: Made
    doors: tuple[Checked, ...]
    plan: str

    def ask(self, sql: str) -> list[tuple]:
        """Rows of a query on the tables that were made."""
        with duckdb.connect() as connection:
            for name, path in self.made.tables.items():
                if name[0] != "_":
                    connection.execute(f"create view {name} as select * from {relation(path)}")
            return connection.execute(sql).fetchall()

    def table(self, name: str, where: str = "true") -> pd.DataFrame:
        """Rows of one table that was made."""
        with duckdb.connect() as connection:
            return connection.execute(f"select * from {relation(self.made.tables[name])} where {where}").df()


def example(name: str, folder: Path) -> Path:
    """A copy of an example workspace, to be built somewhere else."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(EXAMPLES / name / "profiles.toml", folder / "profiles.toml")
    return folder


def run(folder: Path, *, doors: Iterable[str] = ("extract", "curated", "profile")) -> Run:
    """Everything up to the release."""
    workspace, doors = read_workspace(folder), set(doors)
    with building.one_build(workspace):
        plan = building.plan_of(workspace)
        files = building.stage_all(workspace)
        extract = building.settle_extracts(workspace, files)
        checked = []
        if "extract" in doors:
            checked += [c for group in GROUPS if (c := building.check_extracts(workspace, files, group))]
        made = building.curate_tables(workspace, files, extract)
        if "curated" in doors:
            checked.append(building.check_curated(workspace, made))
        made = building.make_profiles(workspace, made)
        made = building.make_money(workspace, made)
        made = building.make_needs(workspace, made)
        made = building.make_words(workspace, made)
        if "profile" in doors:
            checked.append(building.check_profiles(workspace, made))
        made = building.keep_results(workspace, made, checked, building.unknown_files(files))
        return Run(workspace, tuple(files), made, tuple(checked), plan)


def publish(folder: Path, only: tuple[str, ...] = FORMS, charts: tuple[str, ...] | None = None) -> tuple[Run, Release]:
    """Everything, to a current release; ``only`` and ``charts`` where tests do not ask for every form and picture."""
    done = run(folder)
    charts = done.workspace.charts if charts is None else charts
    done = replace(done, workspace=replace(done.workspace, only=only, charts=charts))
    with building.one_build(done.workspace):
        release = building.write_release(done.workspace, done.made, done.doors, done.files, done.plan)
    return done, release


def what_is_published(release: Release) -> dict[str, str]:
    """The checksum of every file of a release; of the catalogue, that of its rows and of the words beside them.

    DuckDB writes the same rows as other bytes each time.
    """
    told = {name: str(file["sha256"]) for name, file in release.about["files"].items()}
    return {name: rows_of(release.folder / name) if name.endswith(".duckdb") else sha for name, sha in told.items()}


def rows_of(database: Path) -> str:
    """A checksum of every row of a database file, in order, and of its comments and questions."""
    digest = hashlib.sha256()
    with open_catalog(database) as connection:
        tables = connection.execute("select table_name from duckdb_tables() where not internal order by all").fetchall()
        for (table,) in tables:
            rows = connection.sql(f'from "{table}"').to_arrow_table()
            digest.update(f"{table} {rows.schema} {rows.to_pylist()}".encode())
        for kind in ("tables", "columns", "views", "functions"):
            words = {"tables": "sql", "columns": "column_name", "views": "sql", "functions": "macro_definition"}[kind]
            told = f"select comment, {words} from duckdb_{kind}() where not internal order by all"
            digest.update(str(connection.execute(told).fetchall()).encode())
    return digest.hexdigest()
