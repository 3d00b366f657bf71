"""Small files of linked records, as a test draws them: what a row does not say is that of an ordinary person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.sample.linked_columns import EPISODE, INDIVIDUAL

MONTHS = ("apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "jan", "feb", "mar")
ORDINARY: Mapping[str, Any] = {
    "year": "2122", "anon_chi": "SYN0000000001", "gender": 2, "age": 80, "datazone2011": "S01900001",
    "cost_total_net": 0, "stay": 0, "yearstay": 0,
}  # fmt: skip


def stay(person: str, begins: date, ends: date, **more: Any) -> dict[str, Any]:
    """An acute inpatient episode, an emergency unless told, with its days in the months in which they fall."""
    days = {f"{month}_beddays": 0 for month in MONTHS} | {f"{month}_cost": 0 for month in MONTHS}
    for n in range(begins.toordinal() + 1, ends.toordinal() + 1):
        days[f"{MONTHS[(date.fromordinal(n).month + 8) % 12]}_beddays"] += 1
    length = (ends - begins).days
    return {
        "recid": "01B", "smrtype": "Acute-IP", "anon_chi": person, "record_keydate1": begins, "record_keydate2": ends,
        "ipdc": "I", "cij_marker": begins.toordinal() - 737_000, "cij_start_date": begins, "cij_pattype_code": 0,
        "cij_admtype": "33", "tadm": "33", "diag1": "S720", "location": "Q011H", "stay": length, "yearstay": length,
        **days, **more,
    }  # fmt: skip


def visit(person: str, day: date, **more: Any) -> dict[str, Any]:
    """An attendance at an emergency department."""
    return {"recid": "AE2", "smrtype": "A & E", "anon_chi": person, "record_keydate1": day, "record_keydate2": day,
            "ae_disdest": "01", "location": "Q011H", **more}  # fmt: skip


def death(person: str, day: date, **more: Any) -> dict[str, Any]:
    return {"recid": "NRS", "smrtype": "NRS Deaths", "anon_chi": person, "record_keydate1": day, "record_keydate2": day,
            "deathdiag1": "I219", **more}  # fmt: skip


def episode_file(path: Path, rows: Iterable[Mapping[str, Any]], **columns: Any) -> Path:
    """Write rows as an episode file with every column."""
    return _written(path, rows, EPISODE, columns)


def individual_file(path: Path, rows: Iterable[Mapping[str, Any]], **columns: Any) -> Path:
    return _written(path, rows, INDIVIDUAL, columns)


def _written(path: Path, rows: Iterable[Mapping[str, Any]], layout: Mapping[str, pa.DataType], every: Any) -> Path:
    whole = [{**ORDINARY, **every, **row} for row in rows]
    columns = {}
    for name, kind in layout.items():
        values = [row.get(name) for row in whole]
        plain = pa.float64() if pa.types.is_decimal(kind) else kind
        columns[name] = pa.array(values, plain).cast(kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path
