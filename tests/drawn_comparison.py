"""A drawn release of Orsay and Firth, and rows of somebody else's file to set beside it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from unit.publish import island

from locality_profiles.publish.releases import Release
from locality_profiles.workspace import Workspace, read_workspace

SETTINGS = '[workspace]\ntitle = "Orsay & Firth locality profiles"\nsynthetic = true\n'


def orsay_at(folder: Path) -> tuple[Workspace, Release]:
    """A workspace and its release, of the small tables of Orsay and Firth."""
    (folder / "profiles.toml").write_text(SETTINGS, encoding="utf-8")
    stored = {}
    for name, path in island.island(folder / "drawn").items():
        (folder / "data" / "curated" / name).mkdir(parents=True)
        stored[name] = str(shutil.move(path, folder / "data" / "curated" / name / path.name))
    _with_the_year_before(Path(stored["indicator_value"]))
    about = {"release_id": "drawn", "built": "2026-03-01", "synthetic": True, "public_tables": stored, "tables": stored}
    return read_workspace(folder), Release(folder, about)


def _with_the_year_before(path: Path) -> None:
    """Home care among 1,000 people, and of the year before, of the same areas: lower by 3.21."""
    table = pq.read_table(path)
    told = [
        {**row, "denominator": 1000.0} if row["indicator_id"] == "home_care_rate" else row for row in table.to_pylist()
    ]
    table = pa.Table.from_pylist(told, table.schema)
    before = [
        {**row, "period_start": row["period_start"].replace(year=2022), "value": row["value"] - 3.21,
         "period_end": row["period_end"].replace(year=2023)}
        for row in table.to_pylist() if row["indicator_id"] == "home_care_rate" and row["value"]
    ]  # fmt: skip
    pq.write_table(pa.concat_tables([table, pa.Table.from_pylist(before, table.schema)]), path)


def flat(value: str, area: str = "Orsay Islands", kind: str = "HSCP", period: str = "2023/24",
         indicator: str = "People receiving home care") -> str:  # fmt: skip
    return f"area_name | area_type | indicator | period | value\n{area} | {kind} | {indicator} | {period} | {value}"
