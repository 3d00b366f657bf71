"""Tables drawn for the needs assessment, and what its makers make of them.

Two localities of the isles and one of the mainland, in one country; each of four data zones (the mainland's two).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from drawn_ledger import sql
from pictures import cells

from locality_profiles.needs.maker import Maker
from locality_profiles.needs.settings import Settings
from locality_profiles.tables.curated import CONTRACTS

Row = dict[str, Any]
ISLES, MAINLAND, COUNTRY = "S37900001", "S37900002", "S92900001"
NORTH, SOUTH, EAST = f"{ISLES}/north", f"{ISLES}/south", f"{MAINLAND}/east"
SHORT = {
    "north": ("locality", NORTH), "south": ("locality", SOUTH), "east": ("locality", EAST), "isles": ("hscp", ISLES),
    "mainland": ("hscp", MAINLAND), "country": ("country", COUNTRY),
}  # fmt: skip
ZONES = {"north": (1, 2, 3, 4), "south": (5, 6, 7, 8), "east": (9, 10)}
YEAR = {"period_type": "financial_year", "period_start": date(2024, 4, 1), "period_end": date(2025, 3, 31)}
WHOLE = {"breakdown": "all", "category": "all"}


def zone(number: int) -> str:
    return f"S019{number:05}"


def rows(picture: str, **usual: Any) -> list[Row]:
    """Rows drawn with the names of columns; ``area`` is one of ``SHORT``, an empty cell the usual, '-' empty."""
    header, *lines = cells(picture)
    found = []
    for line in lines:
        row = dict(usual)
        for name, cell in zip(header, line, strict=True):
            if name == "area" and cell:
                row["area_type"], row["area_code"] = SHORT[cell]
            elif cell:
                row[name] = None if cell == "-" else _read(cell)
        found.append(row)
    return found


def _read(cell: str) -> Any:
    for kind in (int, float, date.fromisoformat):
        try:
            return kind(cell)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(cell, cell)


def places() -> dict[str, list[Row]]:
    """The tables ``area`` and ``membership`` of the drawn country."""
    area = [{"area_type": kind, "area_code": code, "area_name": name.capitalize()}
            for name, (kind, code) in SHORT.items()]  # fmt: skip
    whole = {"weight": 1.0, "method": "lookup", "extract_id": "drawn0000000"}
    larger = {"north": "isles", "south": "isles", "east": "mainland"}
    membership = [
        {"block_type": kind, "block_code": code, "area_type": of, "area_code": to, **whole}
        for name, of_larger in larger.items()
        for kind, code in (SHORT[name], *(("data_zone_2011", zone(number)) for number in ZONES[name]))
        for of, to in ((SHORT[name],) if kind == "data_zone_2011" else ()) + (SHORT[of_larger], SHORT["country"])
    ] + [
        {"block_type": "hscp", "block_code": code, "area_type": "country", "area_code": COUNTRY, **whole}
        for code in (ISLES, MAINLAND)
    ]  # fmt: skip
    return {"area": area, "membership": membership}


def indicators(picture: str, **usual: Any) -> list[Row]:
    """Rows of ``indicator``."""
    told = {
        "section": "health", "section_title": "Health", "section_order": 1, "item_order": 1, "definition": "Drawn.",
        "numerator": "people", "method": "crude_rate", "periods": "one year", "interval": "Byar", "per": 1000.0,
        "unit": "per 1,000", "decimals": 1, "direction": "low_is_good", "disclosure": "health", "source": "drawn",
        "owner": "tests", "reviewed": date(2026, 1, 1),
    }  # fmt: skip
    drawn = rows(picture, **{**told, **usual})
    for row in drawn:
        row.setdefault("title", str(row["indicator_id"]).replace("_", " ").capitalize())
        for name in ("outcomes", "frameworks"):
            row[name] = None if row.get(name) is None else str(row[name])
    return drawn


def values(picture: str, **usual: Any) -> list[Row]:
    """Rows of ``indicator_value``; a value is the numerator for each 1,000 of the denominator unless it is drawn."""
    told = {**YEAR, **WHOLE, "method": "crude_rate", "per": 1000.0, "status": "actual", "parts": 1,
            "source_level": "data_zone_2011"}  # fmt: skip
    drawn = rows(picture, **{**told, **usual})
    for row in drawn:
        row["category"] = str(row["category"])
        if "value" not in row and row.get("denominator"):
            row["value"] = row["per"] * row["numerator"] / row["denominator"]
    return drawn


class Needs:
    """Drawn tables in a database, with what one maker makes of them."""

    def __init__(self, maker: Maker, settings: Settings | None = None, **tables: list[Row]) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        given: Mapping[str, list[Row]] = {**places(), **tables}
        for name in maker.reads:
            self.connection.execute(f"create table {name} as {sql(CONTRACTS[name], given.get(name, []))}")
        made = maker.make(self.connection, settings or Settings())
        assert set(made.tables) == set(maker.writes)
        self.notes = made.notes
        self.made: dict[str, pa.Table] = {}
        for name, content in made.tables.items():
            query = content if isinstance(content, str) else "select * from content"
            self.made[name] = self.connection.sql(query).to_arrow_table()
            _keep(self.connection, name, self.made[name])

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def one(self, query: str) -> Any:
        ((value,),) = self.ask(query)
        return value


def _keep(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Keep what was made under its contract: a column too many, too few or empty is a fault."""
    contract = CONTRACTS[name]
    assert table.schema.names == contract.schema.names, (table.schema.names, contract.schema.names)
    for column in contract.columns:
        found = table[column.name].to_pylist()
        assert column.empty or None not in found, f"{name}.{column.name} is empty"
        assert not column.allowed or set(found) - {None} <= set(column.allowed), f"{name}.{column.name}: {set(found)}"
    keys = list(zip(*(table[column].to_pylist() for column in contract.key), strict=True)) if table.num_rows else []
    assert len(keys) == len(set(keys)), f"{name} repeats a key"
    connection.register(f"made_{name}", table.cast(contract.schema))
    connection.execute(f"create table {name} as select * from made_{name}")


def own(folder: Path, name: str, text: str) -> Settings:
    """Settings of a workspace with one declaration of its own."""
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return Settings(own={name: path})
