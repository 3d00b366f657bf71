"""Ledgers drawn in tests, already coded and placed, and every table that is made from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import duckdb
from pictures import cells

from locality_profiles.finance import (
    devolved,
    hosted,
    monitoring,
    programmes,
    providers,
    spending,
    statement,
    statutory,
)
from locality_profiles.finance.candidates import Limits, candidate_limits
from locality_profiles.finance.deflators import Deflators, deflators
from locality_profiles.ledger.codes import PROGRAMME_NOT_TOLD, services
from locality_profiles.tables.contract import TableContract
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.suites import SQL_TYPES

Row = Mapping[str, Any]
ISLES, MAINLAND, FAR = "S37900001", "S37900002", "S37900003"
SHORT = {"isles": ISLES, "mainland": MAINLAND, "far": FAR}
#: What a drawn line need not say.
LINE: dict[str, Any] = {
    "hscp_code": ISLES, "period_type": "financial_year", "period_start": date(2024, 4, 1),
    "period_end": date(2025, 3, 31), "version": "original", "scope": "delegated", "partner": "council",
    "service_code": "SC.HC", "care_group": "all", "subjective_code": "third_party",
    "description": "drawn", "coded_by": "line", "extract_id": "drawn0000000",
    "income_pence": 0,
}  # fmt: skip
PART: dict[str, Any] = {"area_type": "locality", "method": "C", "grade": 3, "rule_id": "drawn", "compared": True}
SHARE: dict[str, Any] = {
    **{name: LINE[name] for name in ("hscp_code", "period_type", "period_start", "period_end", "version", "scope",
                                     "partner", "care_group")},
    "area_type": "locality", "weightings": 1, "grade": 3, "fair_low_pence": 0, "fair_high_pence": 0,
}  # fmt: skip
USE: dict[str, Any] = {
    "block_type": "hscp", "period_type": "financial_year", "period_start": date(2024, 4, 1),
    "period_end": date(2025, 3, 31), "unit": "contacts", "status": "actual", "extract_id": "drawn0000000",
}  # fmt: skip


def drawn(picture: str, usual: Row, **names: str) -> list[dict[str, Any]]:
    """Rows drawn with the names of columns, or short ones; an empty cell is the usual, and '-' is empty."""
    header, *lines = cells(picture)
    header = [names.get(name, name) for name in header]
    return [{**usual, **{name: _read(name, cell) for name, cell in zip(header, line, strict=True) if cell}}
            for line in lines]  # fmt: skip


def _read(name: str, cell: str) -> Any:
    if cell == "-":
        return None
    if name.endswith(("_pence", "quantity")):
        return int(cell.replace("_", ""))
    if name in ("period_start", "period_end", "contract_end"):
        return date.fromisoformat(cell)
    return SHORT.get(cell, cell)


def lines(picture: str, **usual: Any) -> list[dict[str, Any]]:
    """Lines of ledgers; net is gross less income, and gross is net plus income where only net is drawn.

    The split and the programme are those of the service unless they are drawn.
    """
    short = {
        "hscp": "hscp_code", "service": "service_code", "group": "care_group", "fund": "ringfence_code",
        "gross": "gross_pence", "income": "income_pence", "net": "net_pence", "host": "host_hscp",
        "sector": "provider_sector", "ends": "contract_end",
    }  # fmt: skip
    rows = drawn(picture, LINE | usual, **short)
    for at, row in enumerate(rows):
        row.setdefault("line_id", f"L{at}")
        if "gross_pence" not in row:
            row["gross_pence"] = row["net_pence"] + row["income_pence"]
        row["net_pence"] = row["gross_pence"] - row["income_pence"]
        service = services().get(row["service_code"])
        row.setdefault("split", service.split if service else "none")
        row.setdefault("programme_code", service.programme if service else PROGRAMME_NOT_TOLD)
    return rows


def months(picture: str, **usual: Any) -> list[dict[str, Any]]:
    """Monthly lines, drawn with a column for each month's number in the calendar of 2024/25."""
    header, *drawn_rows = cells(picture)
    found = []
    for cells_ in drawn_rows:
        told = dict(zip(header, cells_, strict=True))
        of = {name: cell for name, cell in told.items() if not name.isdigit() and cell}
        for name, cell in told.items():
            if name.isdigit() and cell:
                start = date(2024 if int(name) > 3 else 2025, int(name), 1)
                found.append({**LINE, "split": "none", "programme_code": PROGRAMME_NOT_TOLD, **usual, **of,
                              "line_id": f"M{len(found)}", "period_type": "month",
                              "period_start": start, "period_end": start.replace(day=28), "net_pence": int(cell),
                              "gross_pence": int(cell)})  # fmt: skip
    return found


def parts(picture: str, **usual: Any) -> list[dict[str, Any]]:
    """Parts of lines in areas."""
    return drawn(picture, PART | usual, line="line_id", area="area_code", pence="amount_pence")


def unplaced(ledger: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """An allocation that places nothing."""
    return [{**PART, "line_id": line["line_id"], "basis": basis, "amount_pence": line["net_pence"], "method": "K",
             "area_code": f"{line['hscp_code']}/UNALLOCATED", "reason": "drawn"}
            for line in ledger for basis in ("used", "fair")]  # fmt: skip


def sql(contract: TableContract, rows: list[dict[str, Any]]) -> str:
    """Rows as SQL with every column that the contract promises."""

    def cell(value: Any) -> str:
        if value is None:
            return "null"
        if isinstance(value, int | float):
            return str(value)
        return "'" + str(value).replace("'", "''") + "'"

    typed = ", ".join(f'"{c.name}"::{SQL_TYPES[c.type]} as "{c.name}"' for c in contract.columns)
    names = ", ".join(f'"{c.name}"' for c in contract.columns)
    values = ", ".join("(" + ", ".join(cell(row.get(c.name)) for c in contract.columns) + ")"
                       for row in [*rows, {}])  # fmt: skip
    first = contract.columns[0].name
    return f'select {typed} from (values {values}) as of({names}) where "{first}" is not null'


def queries(
    limits: Limits | None = None, series: Deflators | None = None, authorities: Mapping[str, str] | None = None
) -> dict[str, str]:
    """SQL of every table that is made from ledgers, by name; each after those that it is made from."""
    ledger, allocation, series = "ledger_line", "allocation", series or deflators()
    compared = programmes.Compared("programme_matrix", "resource_share", "contract_end", "residents")
    return {
        "money_flow": spending.money_flow(ledger),
        "financial_statement": statement.financial_statement(ledger, allocation),
        "statutory_split": statutory.statutory_split(ledger, allocation, series),
        "budget_monitor": monitoring.budget_monitor(ledger),
        "hosted_matrix": hosted.hosted_matrix(ledger, allocation, "hosted_use"),
        "provider_spend": providers.provider_spend(ledger, ["Voluntary Action Isles"]),
        "provider_concentration": providers.provider_concentration(ledger),
        "contract_end": providers.contract_end(ledger),
        "programme_matrix": programmes.programme_matrix(ledger, allocation),
        "marginal_candidate": programmes.marginal_candidate(compared, limits or candidate_limits(), series),
        "locality_budget": devolved.locality_budget(ledger, allocation, authorities),
        "statement_check": statement.statement_check(
            "financial_statement", "money_flow", "statutory_split", "programme_matrix", "locality_budget",
            "hosted_matrix"),
    }  # fmt: skip


class Books:
    """Drawn ledgers in a database, with the tables that are made from them."""

    def __init__(
        self,
        ledger: list[dict[str, Any]],
        allocation: list[dict[str, Any]] | None = None,
        *,
        use: str = "",
        shares: str = "",
        residents: str = "select '' as hscp_code, date '1900-01-01' as period_start, 0 as residents where false",
        **told: Any,
    ) -> None:
        given = {
            "ledger_line": ledger, "allocation": unplaced(ledger) if allocation is None else allocation,
            "hosted_use": drawn(use, USE, host="host_hscp", user="block_code", service="service_code") if use else [],
            "resource_share": drawn(shares, SHARE, area="area_code", service="service_code", used="used_pence",
                                    fair="fair_pence") if shares else [],
        }  # fmt: skip
        self.connection = duckdb.connect(config={"threads": 1})
        for name, rows in given.items():
            self.connection.execute(f"create table {name} as {sql(CONTRACTS[name], rows)}")
        self.connection.execute(f"create table residents as {residents}")
        for name, query in queries(**told).items():
            self.connection.execute(f"create table {name} as {query}")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def one(self, query: str) -> Any:
        ((value,),) = self.ask(query)
        return value

    def table(self, name: str) -> list[tuple[Any, ...]]:
        """All rows, in order of all columns."""
        return self.ask(f"select * from {name} order by all")
