"""Reading somebody else's figures: a flat table, a sheet for each topic, measures and years, or areas side by side.

Columns are known by their headings, or are told. Every cell stays the text that it was; nothing of what a text means
is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from locality_profiles.errors import ExtractRefused, Problem, WorkspaceError
from locality_profiles.meant import did_you_mean
from locality_profiles.tables.intake import Sheet, header_key, open_sheets, unique_header

#: What a column may be, and by which headings each is known: the likeliest first.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "area_code": ("area_code", "area code", "geography_code", "geography code", "locality_code", "featurecode", "code"),
    "area": ("area_name", "area name", "area", "hscp_locality", "locality", "location", "local authority", "geography",
             "geography_name", "place", "hscp2019name", "hscp", "partnership", "council", "council area", "name"),
    "area_type": ("area_type", "area type", "geography_type", "geography type"),
    "indicator": ("indicator_id", "indicator", "indicator name", "indicator_name", "indicator2", "topic", "title"),
    "period_start": ("period_start",), "period_end": ("period_end",), "period_type": ("period_type",),
    "period": ("period", "time period", "time_period", "financial_year", "financial year", "year", "trend_axis",
               "calendar year", "date"),
    "value": ("value", "measure", "rate", "percent", "percentage", "pct", "perc", "figure"),
    "category": ("category", "age_group", "age group", "age_band", "quintile", "simd_quintile", "split_value", "sex"),
    "breakdown": ("breakdown",),
    "numerator": ("numerator", "count"), "denominator": ("denominator",),
    "unit": ("unit", "type_definition", "data type"),
    "status": ("status",),
}  # fmt: skip
ROLES = tuple(HEADINGS)
#: Columns that say of which kind every area of the table is.
KINDS = {"local authority": "council_area", "council": "council_area", "council area": "council_area",
         "hscp_locality": "locality", "locality": "locality", "hscp": "hscp", "hscp2019name": "hscp",
         "partnership": "hscp"}  # fmt: skip
#: A heading that ends in a year: 'SW1 2019-20'.
_MEASURE_AND_YEAR = re.compile(r"(.+?)\s+(\d{4}[-/]\d{2})")
#: Headings that stand between those of areas and are none.
_NO_AREA = re.compile(r".*: status|notes?|section(?:_title)?")


@dataclass(frozen=True)
class Supplied:
    """The rows of a file, every cell as text; columns that it lacks are empty."""

    layout: str
    """What the file was taken for, in words."""
    columns: Mapping[str, str]
    """The heading of each role, of the first table that has it."""
    rows: pa.Table
    left: tuple[str, ...] = ()
    """Sheets in which no table was found that says which area, when and how much."""


def told_columns(text: str) -> dict[str, str]:
    """What --columns says: 'area=Locality,value=Rate' as headings by role.

    Raises
    ------
    WorkspaceError
        If it names no role that there is, or no heading.

    >>> told_columns("area=Locality, value=Rate per 1,000")
    {'area': 'Locality', 'value': 'Rate per 1,000'}
    """
    found: dict[str, str] = {}
    # A heading may hold a comma: a new part begins only where a role is named.
    for part in re.split(rf",\s*(?=(?:{'|'.join(ROLES)})\s*=)", text.strip()):
        role, sign, heading = (piece.strip() for piece in part.partition("="))
        if role not in ROLES or not sign or not heading:
            may = f"Write area=Heading,value=Heading; a column may be {', '.join(ROLES)}."
            raise WorkspaceError(f"--columns does not understand '{part}'. {did_you_mean(role, ROLES, may)}")
        found[role] = heading
    return found


def read_supplied(path: Path, told: Mapping[str, str], is_area: Callable[[str], bool]) -> Supplied:
    """Every row of every table of a file that can be told from its headings.

    Parameters
    ----------
    told
        Headings by role, where somebody says them.
    is_area
        Whether a heading is the name of an area: for tables with areas side by side.

    Raises
    ------
    ExtractRefused
        If the file cannot be read, or no table in it says which area, when and how much.
    """
    parts, layouts, left = [], [], []
    columns: dict[str, str] = {}
    for sheet in open_sheets(path):
        found = _table_of(sheet, told, is_area)
        if found is None:
            left.append(sheet.name or path.name)
            continue
        layout, named, rows = found
        if "indicator" not in rows.column_names:
            rows = rows.append_column("indicator", pa.array([sheet.name or path.stem] * rows.num_rows, pa.string()))
        layouts.append(layout)
        columns = {**named, **columns}
        parts.append(_whole(rows, sheet.name))
    if not parts:
        raise ExtractRefused(f"{path.name} cannot be compared.", [_nothing(path, told)])
    return Supplied(" and ".join(dict.fromkeys(layouts)), columns, pa.concat_tables(parts), tuple(left))


def _nothing(path: Path, told: Mapping[str, str]) -> Problem:
    seen = [cell for sheet in open_sheets(path) for row in sheet.preview[:12] for cell in row if cell]
    listed = ", ".join(f"'{cell[:40]}'" for cell in dict.fromkeys(seen[:12]))
    lacking = [heading for heading in told.values() if header_key(heading) not in map(header_key, seen)]
    if lacking:
        remedy = did_you_mean(lacking[0], seen, f"The file begins with {listed}.")
        return Problem(f"there is no column '{lacking[0]}'", remedy, path.name)
    return Problem("no table in it says which area, when and how much",
                   f"Say it with --columns area=…,indicator=…,period=…,value=…. The file begins with {listed}.",
                   path.name)  # fmt: skip


Found = tuple[str, dict[str, str], pa.Table]


def _table_of(sheet: Sheet, told: Mapping[str, str], is_area: Callable[[str], bool]) -> Found | None:
    """What a sheet was taken for, its columns by role, and its rows; None where no row is a header."""
    for number, header in enumerate(sheet.preview):
        headings = unique_header(header)
        if sum(bool(cell) for cell in header) < 2:
            continue
        named = roles_of(headings, told)
        if named is None:
            continue
        when = "period" in named or {"period_start", "period_end"} <= named.keys()
        where = "area" in named or "area_code" in named
        years = [heading for heading in headings if _MEASURE_AND_YEAR.fullmatch(heading)]
        if where and when and "value" in named:
            return "a table of areas, periods and values", named, _long(sheet, number, headings, named)
        if where and len(years) > 1:
            named = {role: heading for role, heading in named.items() if role in ("area", "area_code", "area_type")}
            return "a table of measures and years", named, _unpivoted(sheet, number, named, dict(_by_year(years)))
        if when and "indicator" in named:
            used = set(named.values())
            left = [h for h in headings if h not in used and not _NO_AREA.fullmatch(header_key(h))]
            areas = {heading: {"area": heading} for heading in left if is_area(heading)}
            named = {role: heading for role, heading in named.items() if role not in ("area", "area_code", "value")}
            if areas:
                return "a table with areas side by side", named, _unpivoted(sheet, number, named, areas)
    return None


def roles_of(headings: Sequence[str], told: Mapping[str, str]) -> dict[str, str] | None:
    """The heading of each role; None where one that is told is not there."""
    by_key = {header_key(heading): heading for heading in reversed(headings)}
    if any(header_key(heading) not in by_key for heading in told.values()):
        return None
    named = {role: by_key[header_key(heading)] for role, heading in told.items()}
    for role, known in HEADINGS.items():
        found = next((by_key[key] for key in known if key in by_key and by_key[key] not in named.values()), None)
        if role not in named and found is not None:
            named[role] = found
    return named


def _by_year(headings: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    for heading in headings:
        if found := _MEASURE_AND_YEAR.fullmatch(heading):
            yield heading, {"indicator": found[1], "period": found[2]}


def _long(sheet: Sheet, header: int, headings: Sequence[str], named: Mapping[str, str]) -> pa.Table:
    table, numbers, _ = sheet.load(header)
    columns: dict[str, Any] = {role: table[heading].cast(pa.string()) for role, heading in named.items()}
    kind = KINDS.get(header_key(named.get("area", "")))
    if kind and "area_type" not in columns and "area_code" not in columns:
        columns["area_type"] = pa.array([kind] * table.num_rows, pa.string())
    return pa.table({**columns, "row": pa.array(numbers, pa.int64())})


def _unpivoted(sheet: Sheet, header: int, named: Mapping[str, str], wide: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """A row for each row and each of the ``wide`` columns, which say themselves what they are about."""
    table, numbers, _ = sheet.load(header)
    times, count = len(wide), table.num_rows
    at = np.tile(np.arange(count), times)
    columns: dict[str, Any] = {role: table[heading].cast(pa.string()).take(at) for role, heading in named.items()}
    kind = KINDS.get(header_key(named.get("area", "")))
    if kind and "area_type" not in columns and "area_code" not in columns:
        columns["area_type"] = pa.array([kind] * len(at), pa.string())
    for role in dict.fromkeys(role for says in wide.values() for role in says):
        columns[role] = pa.array(np.repeat([says[role] for says in wide.values()], count), pa.string())
    columns["value"] = pa.concat_arrays([table[heading].combine_chunks().cast(pa.string()) for heading in wide])
    return pa.table({**columns, "row": pa.array(np.asarray(numbers)[at], pa.int64())})


def _whole(rows: pa.Table, sheet: str | None) -> pa.Table:
    """The rows with a column for every role."""
    nothing = pa.nulls(rows.num_rows, pa.string())
    columns = {role: rows[role] if role in rows.column_names else nothing for role in ROLES}
    return pa.table({"sheet": pa.array([sheet] * rows.num_rows, pa.string()), "row": rows["row"], **columns})
