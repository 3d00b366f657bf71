"""Trying a definition on tables drawn in a test: what stands in the cells goes in, the area's values come out.

For the tests of a partnership's own indicators, which ``locality-profiles new indicator`` writes a first one of.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from locality_profiles.errors import DefinitionError

#: What a drawn table need not say.
USUAL: Mapping[str, Any] = {
    "extract_id": "drawn0000000", "status": "actual", "sex": "all", "weight": 1.0, "method": "lookup",
    "block_type": "data_zone_2011", "geo_role": "residence", "age_band": "all", "simd_quintile": "all",
    "urgency": "all", "delay_group": "all", "care_group": "all", "provider_sector": "all", "source": "drawn",
    "age_scheme": "as_supplied",
}  # fmt: skip
#: Tables that a calculation asks for, empty where none are drawn.
FACTS = ("membership", "population", "population_class", "deprivation", "activity", "registration", "household",
         "unit_cost", "extract")  # fmt: skip


def values_of(definition: Path, **tables: str) -> dict[str, float | None]:
    """The value of an indicator for each area of some drawn tables.

    Parameters
    ----------
    definition
        A file of ``indicators/``.
    tables
        Curated tables by name, each drawn with ``|`` between the columns and its headings first; ``membership`` says
        which blocks make up which areas. Columns that are not drawn are as usual, an empty cell has no value.

    Returns
    -------
    dict
        The value of the latest period by code of area; None where there is none. Full precision.

    Raises
    ------
    DefinitionError
        If the definition is wrong, or a drawing is of no table or has a column that its table lacks.

    >>> from locality_profiles.indicators.definition import FOLDER
    >>> values_of(FOLDER / "population.toml",
    ...     membership='''block_code | area_type | area_code
    ...                   z1         | locality  | north''',
    ...     population='''block_code | year | age | persons
    ...                   z1         | 2020 | 30  | 100
    ...                   z1         | 2020 | 70  | 20''')
    {'north': 120.0}
    """
    from locality_profiles.indicators.calculate import calculate
    from locality_profiles.indicators.definition import OWN_SECTIONS, read_indicator, sections

    found = read_indicator(definition, sections(definition.parent.parent / OWN_SECTIONS))
    with tempfile.TemporaryDirectory(prefix="locality-profiles-trying-") as folder:
        drawn = {name: _written(Path(folder), name, tables.get(name, "")) for name in dict.fromkeys((*FACTS, *tables))}
        types = sorted({cell["area_type"] for cell in _rows("membership", tables.get("membership", ""))})
        values = calculate(drawn, types, {found.id: found}).values
    rows = sorted((row for row in values.to_pylist() if row["breakdown"] == (found.breakdown or "all")),
                  key=lambda row: row["period_end"])  # fmt: skip
    return dict(sorted((row["area_code"], row["value"]) for row in _latest(rows)))


def _latest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each area the row of its last period: a later row takes the place of an earlier one."""
    return list({row["area_code"]: row for row in rows}.values())


def _written(folder: Path, name: str, drawing: str) -> Path:
    import pyarrow.parquet as pq

    from locality_profiles.tables.contract import conform
    from locality_profiles.tables.curated import CONTRACTS

    rows = _rows(name, drawing)
    columns: dict[str, Any] = {}
    for column in CONTRACTS[name].columns if rows else ():
        if column.name in rows[0]:
            columns[column.name] = [_value(column.type, row[column.name]) for row in rows]
        elif column.name in USUAL:
            columns[column.name] = USUAL[column.name]
    path = folder / f"{name}.parquet"
    pq.write_table(conform(CONTRACTS[name], columns, len(rows)) if rows else CONTRACTS[name].schema.empty_table(), path)
    return path


def _rows(name: str, drawing: str) -> list[dict[str, str]]:
    from locality_profiles.tables.curated import CONTRACTS

    if name not in CONTRACTS:
        raise DefinitionError(f"There is no table '{name}' to draw. There are {', '.join(sorted(CONTRACTS))}.")
    lines = [[cell.strip() for cell in line.split("|")] for line in drawing.strip().splitlines() if line.strip()]
    if not lines:
        return []
    known = {column.name for column in CONTRACTS[name].columns}
    if unknown := [heading for heading in lines[0] if heading not in known]:
        raise DefinitionError(f"The table '{name}' has no column '{unknown[0]}'. It has {', '.join(sorted(known))}.")
    if uneven := [number for number, line in enumerate(lines, start=1) if len(line) != len(lines[0])]:
        raise DefinitionError(f"Row {uneven[0]} of the drawn table '{name}' has not as many cells as its headings.")
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def _value(kind: str, cell: str) -> Any:
    if not cell:
        return None
    kinds: dict[str, Callable[[str], Any]] = {
        "integer": int, "number": float, "date": date.fromisoformat, "boolean": lambda told: told == "true",
    }  # fmt: skip
    return kinds.get(kind, str)(cell)
