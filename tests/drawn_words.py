"""A release drawn for sentences: three localities of the Isles, one of the Mainland, the country, and few figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.profiles.narrative.gathering import READS
from locality_profiles.profiles.narrative.making import write_sentences
from locality_profiles.profiles.narrative.templates import Templates, sentence_templates
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.store import connect

ISLES, MAINLAND, ALBA = "S37900001", "S37900002", "S92900001"
NORTH, SOUTH, WEST, EAST = f"{ISLES}/north", f"{ISLES}/south", f"{ISLES}/west", f"{MAINLAND}/east"
AREAS = {
    ("country", ALBA): "Alba", ("hscp", ISLES): "the Isles", ("hscp", MAINLAND): "the Mainland",
    ("locality", NORTH): "North", ("locality", SOUTH): "South", ("locality", WEST): "West", ("locality", EAST): "East",
}  # fmt: skip
TITLES = {"locality": ("Locality", "Localities"), "hscp": ("Partnership", "Partnerships")}
YEAR = {"period_type": "mid_year", "period_start": date(2021, 6, 30), "period_end": date(2021, 6, 30)}
BEFORE = date(2017, 6, 30)
Row = dict[str, Any]


def indicator(item: str, order: int = 1, **changes: Any) -> Row:
    given = {
        "indicator_id": item, "title": item.replace("_", " ").capitalize(), "section": "health",
        "section_title": "Health", "section_order": 2, "item_order": order, "method": "crude_rate",
        "unit": "per 1,000 people", "decimals": 1, "direction": "low_is_good", "per": 1000.0,
    }  # fmt: skip
    return {**given, **changes}


def figure(item: str, code: str, value: float | None, kind: str = "locality", **changes: Any) -> Row:
    """The area's own figure on its profile."""
    return beside(item, code, "this", kind, code, value, kind, **changes)


def beside(
    item: str, code: str, role: str, of_kind: str, of_code: str, value: float | None, kind: str = "locality",
    **changes: Any,
) -> Row:  # fmt: skip
    """One cell of a profile."""
    given = {
        "area_type": kind, "area_code": code, "section": "health", "item": item, "category": "all", "role": role,
        "beside_type": of_kind, "beside_code": of_code, "value": value, **YEAR,
        "status": "actual" if value is not None else "not_available",
    }  # fmt: skip
    return {**given, **changes}


def homes(item: str, code: str, hscp: str = ISLES, *, known: bool = False, **changes: Any) -> list[Row]:
    """The columns of the partnership and the country, which tell where an area belongs."""
    value = 1.0 if known else None
    return [beside(item, code, "hscp", "hscp", hscp, value, **changes),
            beside(item, code, "country", "country", ALBA, value, **changes)]  # fmt: skip


def compared(item: str, code: str, comparator: str, value: float, other: float, verdict: str, **changes: Any) -> Row:
    given = {
        "indicator_id": item, "area_type": "locality", "area_code": code, "breakdown": "all", "category": "all", **YEAR,
        "comparator": comparator, "comparator_code": {"country": ALBA, "hscp": ISLES}[comparator], "value": value,
        "comparator_value": other, "verdict": verdict, "verdict_99_8": verdict, "basis": "interval",
    }  # fmt: skip
    return {**given, **changes}


def ranked(
    item: str, code: str, rank: int, of: int, low: int | None = None, high: int | None = None, **changes: Any
) -> Row:
    given = {
        "indicator_id": item, "area_type": "locality", "area_code": code, "breakdown": "all", "category": "all", **YEAR,
        "among": "hscp", "rank": rank, "rank_lower": low, "rank_upper": high, "ranked": of,
    }  # fmt: skip
    return {**given, **changes}


def trend(
    item: str, code: str, before: float, value: float, verdict: str = "cannot_be_calculated", **changes: Any
) -> Row:
    given = {
        "indicator_id": item, "area_type": "locality", "area_code": code, "breakdown": "all", "category": "all", **YEAR,
        "from_start": BEFORE, "from_end": BEFORE, "from_value": before, "value": value, "change": value - before,
        "change_share": (value - before) / before if before else None, "verdict": verdict, "points": 5, "gaps": 0,
        "chi_square": 12.0,
    }  # fmt: skip
    return {**given, **changes}


def unequal(item: str, code: str, most: float, least: float, low: float, high: float, **changes: Any) -> Row:
    given = {
        "indicator_id": item, "area_type": "locality", "area_code": code, "scheme": "simd_2020v2_quintile_hscp", **YEAR,
        "fifths": 5, "most_deprived": most, "least_deprived": least, "overall": (most + least) / 2,
        "absolute_gap": most - least, "absolute_gap_lower": low, "absolute_gap_upper": high, "status": "actual",
    }  # fmt: skip
    return {**given, **changes}


def tables(**rows: Iterable[Row]) -> dict[str, pa.Table]:
    """Every table that sentences are made from; those that are not drawn are empty."""
    areas = [{"area_type": kind, "area_code": code, "area_name": name} for (kind, code), name in AREAS.items()]
    drawn = {"area": areas, **rows}
    return {name: table(name, list(drawn.get(name, []))) for name in READS}


def table(name: str, rows: list[Row]) -> pa.Table:
    columns = {key: [row.get(key) for row in rows] for key in dict.fromkeys(k for row in rows for k in row)}
    return conform(CONTRACTS[name], columns, len(rows))


def write(folder: Path, drawn: Mapping[str, pa.Table]) -> dict[str, Path]:
    """The tables as files of a build."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in drawn.items():
        pq.write_table(content, folder / f"{name}.parquet")
    return {name: folder / f"{name}.parquet" for name in drawn}


def sentences(templates: Templates | None = None, **rows: Iterable[Row]) -> list[Row]:
    """The sentences of a drawn release, in order."""
    with connect() as connection:
        see(connection, tables(**rows))
        made = write_sentences(connection, templates or sentence_templates(), TITLES)
    return sorted(made.to_pylist(), key=lambda row: (row["area_code"], row["section"], row["position"]))


def see(connection: duckdb.DuckDBPyConnection, drawn: Mapping[str, pa.Table]) -> None:
    for name, content in drawn.items():
        connection.register(name, content)


def texts(code: str, told: Iterable[Row], section: str = "health") -> list[str]:
    return [row["text"] for row in told if row["area_code"] == code and row["section"] == section]
