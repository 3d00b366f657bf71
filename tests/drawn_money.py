"""A partnership of three localities, as the worked example of the methods has it, and ledgers drawn for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from drawn import empty, table

from locality_profiles.finance.making import FROM, make_money
from locality_profiles.finance.settings import Settings
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.store import Store, Stored

HSCP, OTHER = "S37900001", "S37900002"
#: Each locality has a zone of the most deprived fifth (1) and one of another.
RESIDENTS = {
    "north": (400, 7_600), "central": (2_200, 7_800), "south": (500, 4_500),
}  # fmt: skip
NEED = {"north": 0.90, "central": 1.08, "south": 1.12}
HOURS = {"north": 61_000, "central": 98_000, "south": 72_000}
#: In three years; on average 4,133⅓, 8,066⅔ and 5,100.
BED_DAYS = {"north": (4_000, 4_200, 4_200), "central": (8_000, 8_000, 8_200), "south": (5_100, 5_000, 5_200)}
ZONES = {name: (f"S0190000{at}", f"S0190001{at}") for at, name in enumerate(RESIDENTS)}


def place(name: str) -> str:
    return f"{HSCP}/{name}"


def country(folder: Path, *, need: bool = True, hours: Mapping[str, float] = HOURS) -> dict[str, Path]:
    """Facts of the partnership: places, residents of mid-2024, deprivation, weights of need, hours of home care."""
    facts = empty(folder, *FROM)
    facts["area"] = table(folder, "area", "\n".join([
        "area_type | area_code | area_name | parent_type | parent_code",
        f"hscp | {HSCP} | Isles | |", f"hscp | {OTHER} | Mainland | |",
        *(f"locality | {place(name)} | {name} | hscp | {HSCP}" for name in RESIDENTS),
    ]))  # fmt: skip
    zones = [(zone, name, people, at == 0) for name, both in RESIDENTS.items()
             for at, (zone, people) in enumerate(zip(ZONES[name], both, strict=True))]  # fmt: skip
    facts["membership"] = table(folder, "membership", "\n".join([
        "block_type | block_code | area_type | area_code",
        *(f"data_zone_2011 | {zone} | {kind} | {code}" for zone, name, _, _ in zones
          for kind, code in (("hscp", HSCP), ("locality", place(name)))),
        *(f"locality | {place(name)} | locality | {place(name)}" for name in RESIDENTS),
        *(f"locality | {place(name)} | hscp | {HSCP}" for name in RESIDENTS),
    ]))  # fmt: skip
    facts["population"] = table(folder, "population", "\n".join([
        "block_code | year | sex | age | persons",
        *(f"{zone} | 2024 | {sex} | 40 | {people // 2}" for zone, _, people, _ in zones for sex in ("female", "male")),
    ]))  # fmt: skip
    facts["deprivation"] = table(folder, "deprivation", "\n".join([
        "block_code | index | domain | quintile",
        *(f"{zone} | simd_2020v2 | overall | {1 if deprived else 3}" for zone, _, _, deprived in zones),
    ]))  # fmt: skip
    year = {"period_type": "financial_year", "period_start": date(2024, 4, 1), "period_end": date(2025, 3, 31)}
    if need:
        facts["needs_weight"] = table(folder, "needs_weight", "\n".join([
            "block_code | programme | population | weighted_population",
            *(f"{zone} | all | {people} | {people * NEED[name]}" for zone, name, people, _ in zones),
        ]), **year)  # fmt: skip
    told = [("home_care_hours", 2024, dict(hours))]
    told += [("ni13_emergency_bed_days", 2022 + at, {name: days[at] for name, days in BED_DAYS.items()})
             for at in range(3)]  # fmt: skip
    facts["indicator_value"] = table(folder, "indicator_value", "\n".join([
        "indicator_id | period_start | period_end | area_type | area_code | breakdown | category | numerator",
        *(f"{indicator} | {begins}-04-01 | {begins + 1}-03-31 | {kind} | {code} | all | all | {value}"
          for indicator, begins, values in told
          for kind, code, value in [*(("locality", place(name), value) for name, value in values.items()),
                                    ("hscp", HSCP, sum(values.values()))]),
    ]), method="count", per=1.0, period_type="financial_year")  # fmt: skip
    return facts


LINE: dict[str, Any] = {
    "block_type": "hscp", "block_code": HSCP, "period_type": "financial_year", "period_start": date(2024, 4, 1),
    "period_end": date(2025, 3, 31), "version": "original", "scope": "delegated", "partner": "council",
    "service_code": "SC.HC", "care_group": "all", "description": "drawn", "status": "actual",
    "extract_id": "drawn0000000", "income_pence": 0,
}  # fmt: skip


def ledger(folder: Path, lines: Sequence[Mapping[str, Any]]) -> Path:
    """A ledger with these lines; what a line does not say is the usual, its net and gross are one."""
    contract = CONTRACTS["budget_line"]
    whole = [{**LINE, "line_id": f"L{at}", "gross_pence": line["net_pence"], **line} for at, line in enumerate(lines)]
    columns = {c.name: [line.get(c.name) for line in whole] for c in contract.columns}
    path = folder / "budget_line.parquet"
    pq.write_table(conform(contract, columns, len(whole)), path)
    return path


def money(
    folder: Path, facts: Mapping[str, Path], lines: Sequence[Mapping[str, Any]], settings: Settings | None = None
) -> dict[str, Stored]:
    """Tables of money of a ledger with these lines."""
    store = Store(folder / "store")
    store.folder.mkdir(parents=True, exist_ok=True)
    made, _ = make_money({**facts, "budget_line": ledger(folder, lines)}, settings or Settings(), store)
    return made


def ask(sql: str, **tables: Stored) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        for name, stored in tables.items():
            connection.execute(f"create view {name} as select * from {stored.relation}")
        return connection.execute(sql).fetchall()


def pounds(made: Mapping[str, Stored], basis: str, line: str = "L0") -> dict[str, int]:
    """Whole pounds of one line by area."""
    rows = ask(f"select area_code, amount_pence from a where line_id = '{line}' and basis = '{basis}' order by 1",
               a=made["allocation"])  # fmt: skip
    return {code.rpartition("/")[2]: round(pence / 100) for code, pence in rows}


def as_arrow(stored: Stored) -> pa.Table:
    return pq.read_table(stored.path)
