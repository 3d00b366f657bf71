"""Data zones with people of every age over years, and published projections of what holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from locality_profiles.needs.maker import Told
from locality_profiles.needs.population import MAKER
from locality_profiles.needs.settings import Settings
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import CONTRACTS

SEXES = ("female", "male")
ISLES, MAINLAND = "S37900001", "S37900002"
COUNCIL_OF = {ISLES: "S12900001", MAINLAND: "S12900002"}
BOARD, COUNTRY = "S08900001", "S92900001"


def zone(number: int) -> str:
    return f"S01{900000 + number}"


@dataclass
class World:
    """``localities`` says for each data zone, numbered from 1, in which locality it lies (or with which shares)."""

    localities: list[str | dict[str, float]]
    estimates: Mapping[int, np.ndarray]
    """By mid-year: people by zone, sex and age."""
    published: Mapping[tuple[str, str, str], tuple[int, np.ndarray]]
    """By kind, code and variant: the base year, and people by year, sex and age."""
    others: Mapping[tuple[str, str], Mapping[int, np.ndarray]] = field(default_factory=dict)
    """Estimates of larger places by kind and code."""

    def shares(self, number: int) -> dict[str, float]:
        told = self.localities[number - 1]
        return {told: 1.0} if isinstance(told, str) else told

    def hscp(self, number: int) -> str:
        return next(iter(self.shares(number))).split("/")[0]

    def tables(self) -> dict[str, pa.Table]:
        members: list[dict[str, Any]] = []
        for number in range(1, len(self.localities) + 1):
            hscp = self.hscp(number)
            of = {
                ("hscp", hscp): 1.0,
                ("council_area", COUNCIL_OF[hscp]): 1.0,
                ("health_board", BOARD): 1.0,
                ("country", COUNTRY): 1.0,
            } | {("locality", name): share for name, share in self.shares(number).items()}
            members += [
                {"block_type": "data_zone_2011", "block_code": zone(number), "area_type": kind, "area_code": code,
                 "weight": share, "method": "lookup", "extract_id": "drawn"}
                for (kind, code), share in of.items()
            ]  # fmt: skip
        areas = {(row["area_type"], row["area_code"]): None for row in members}
        return {
            "membership": pa.Table.from_pylist(members, CONTRACTS["membership"].schema),
            "area": pa.Table.from_pylist(
                [{"area_type": kind, "area_code": code, "area_name": code, "extract_id": "drawn"}
                 for kind, code in areas],
                CONTRACTS["area"].schema),
            "population": pa.concat_tables([
                CONTRACTS["population"].schema.empty_table(),
                *(_rows("population", "data_zone_2011", [zone(n + 1) for n in range(len(people))], people, year=year)
                  for year, people in self.estimates.items()),
                *(_rows("population", kind, [code], people[None], year=year)
                  for (kind, code), of in self.others.items() for year, people in of.items())]),
            "population_projection": pa.concat_tables([
                CONTRACTS["population_projection"].schema.empty_table(),
                *(_rows("population_projection", kind, [code], people[None], year=base + at, base_year=base,
                        variant=variant, variant_title=variant.title())
                  for (kind, code, variant), (base, every) in self.published.items()
                  for at, people in enumerate(every))]),
        }  # fmt: skip

    def made(self, *areas: str, own: Mapping[str, Any] | None = None, partnerships: tuple[str, ...] = ()) -> Made:
        connection = duckdb.connect()
        for name, table in self.tables().items():
            connection.register(name, table)
        told = MAKER.make(connection, Settings(areas or ("locality",), partnerships, own=own or {}))
        return Made(connection, told)


def _rows(table: str, kind: str, codes: list[str], people: np.ndarray, **more: Any) -> pa.Table:
    places, sexes, ages = (at.ravel() for at in np.indices(people.shape))
    return conform(CONTRACTS[table], {
        "block_type": kind, "block_code": np.array(codes)[places].tolist(), "sex": np.array(SEXES)[sexes].tolist(),
        "age": ages, "persons": people.astype(np.int64).ravel(), "status": "actual", "extract_id": "drawn", **more,
    }, people.size)  # fmt: skip


class Made:
    """Tables that were made, to be asked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, told: Told) -> None:
        self.connection, self.notes = connection, told.notes
        for name, content in told.tables.items():
            if not isinstance(content, str):
                connection.register(f"made_{name}", content)
                content = f"from made_{name}"
            connection.execute(f"create table {name} as {content}").fetchall()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def people(self, area: str, year: int, method: str = "fitted", variant: str = "principal") -> np.ndarray:
        """People of an area by sex and age."""
        rows = self.ask(f"""select persons from projection where area_code = '{area}' and year = {year}
            and method = '{method}' and variant = '{variant}' order by sex, age""")  # fmt: skip
        return np.array(rows, float).reshape(2, 91)
