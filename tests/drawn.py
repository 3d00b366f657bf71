"""Curated tables drawn in a test, written as Parquet in their contracts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pictures import cells

from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import CONTRACTS

#: What a drawn table need not say.
USUAL: dict[str, Any] = {
    "extract_id": "drawn0000000", "status": "actual", "sex": "all", "weight": 1.0, "method": "lookup",
    "block_type": "data_zone_2011", "geo_role": "residence", "age_band": "all", "simd_quintile": "all",
    "urgency": "all", "delay_group": "all", "care_group": "all", "source": "drawn",
}  # fmt: skip


def table(folder: Path, name: str, drawing: str, **given: Any) -> Path:
    """Write a drawn table in contract ``name``; ``given`` fills whole columns, an empty cell is null."""
    contract = CONTRACTS[name]
    drawn = cells(drawing)
    header, rows = drawn[0], drawn[1:]
    columns: dict[str, Any] = {}
    for column in contract.columns:
        if column.name in header:
            at = header.index(column.name)
            columns[column.name] = [_value(column.type, row[at]) for row in rows]
        elif column.name in given:
            columns[column.name] = given[column.name]
        elif column.name in USUAL:
            columns[column.name] = USUAL[column.name]
    path = folder / f"{name}.parquet"
    pq.write_table(conform(contract, columns, len(rows)), path)
    return path


def _value(kind: str, cell: str) -> Any:
    if not cell:
        return None
    kinds = {"integer": int, "number": float, "date": date.fromisoformat, "boolean": lambda told: told == "true"}
    return kinds.get(kind, str)(cell)


def empty(folder: Path, *names: str) -> dict[str, Path]:
    """Empty tables, for those that a test is not about."""
    found = {}
    for name in names:
        path = folder / f"{name}.parquet"
        pq.write_table(CONTRACTS[name].schema.empty_table(), path)
        found[name] = path
    return found
