"""Tables made from ledgers in a country in which every expectation holds, as SQL.

What can be made from the country's own ledger is. That ledger has no providers, no months and no hosted service; tables
of these are made from a ledger drawn here.
"""

from __future__ import annotations

from datetime import date

from drawn_ledger import ISLES, MAINLAND, USE, drawn, lines, months, parts, sql

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
from locality_profiles.finance.candidates import candidate_limits
from locality_profiles.finance.deflators import Deflators
from locality_profiles.tables.curated import CONTRACTS

_LINES = lines("""
    line_id | hscp     | scope      | service | gross | income | sector  | provider | ends       | host
    care    | isles    | delegated  | SC.HC   | 900   | 100    | private | A        | 2026-03-31 |
    more    | isles    | delegated  | SC.HC   | 500   | 0      | private | B        | 2025-09-30 |
    less    | isles    | delegated  | SC.HC   | 300   | 0      | private | C        |            |
    least   | isles    | delegated  | SC.HC   | 100   | 0      | private | D        |            |
    run     | isles    | hosted_out | PC.OOH  | 400   | 0      |         |          |            | isles
    used    | mainland | hosted_in  | PC.OOH  | 100   | 0      |         |          |            | isles
""")
_MONTHS = months("""
    version  | service_code | 4  | 5  | 6
    original | SC.HC        | 10 | 10 | 10
    original | SC.CH        | 20 | 20 | 20
    outturn  | SC.HC        | 11 | 10 | 9
    outturn  | SC.CH        | 20 | 19 | 20
""")
_PLACED = parts(f"""
    line | basis | area              | pence
    run  | used  | {MAINLAND}/HOSTED | 100
    run  | used  | {ISLES}/north     | 300
""")
_USED = drawn(
    """
    host  | user     | service | quantity
    isles | isles    | PC.OOH  | 300
    isles | mainland | PC.OOH  | 100
    """,
    USE, host="host_hscp", user="block_code", service="service_code",
)  # fmt: skip
_LEDGER = sql(CONTRACTS["ledger_line"], [*_LINES, *_MONTHS])
_ALLOCATION, _HOSTED_USE = sql(CONTRACTS["allocation"], _PLACED), sql(CONTRACTS["hosted_use"], _USED)

#: Of the years round the country's own.
_PRICES = Deflators("drawn", date(2021, 6, 30), True, 2020, {2019: 95_000, 2020: 100_000})
_OWN, _PARTS = "select * from {ledger_line}", "select * from {allocation}"
_HEADS = "select '' as hscp_code, date '1900-01-01' as period_start, 0 as residents where false"


def _of(table: str) -> str:
    return f"select * from {{{table}}}"


MADE_OF_LEDGERS = {
    "money_flow": spending.money_flow(_OWN),
    "financial_statement": statement.financial_statement(_OWN, _PARTS),
    "statutory_split": statutory.statutory_split(_OWN, _PARTS, _PRICES),
    "programme_matrix": programmes.programme_matrix(_OWN, _PARTS),
    "locality_budget": devolved.locality_budget(_OWN, _PARTS),
    "budget_monitor": monitoring.budget_monitor(_LEDGER),
    "hosted_matrix": hosted.hosted_matrix(_LEDGER, _ALLOCATION, _HOSTED_USE),
    "provider_spend": providers.provider_spend(_LEDGER),
    "provider_concentration": providers.provider_concentration(_LEDGER),
    "contract_end": providers.contract_end(_LEDGER),
    "marginal_candidate": programmes.marginal_candidate(
        programmes.Compared(_of("programme_matrix"), _of("resource_share"), _of("contract_end"), _HEADS),
        candidate_limits(), _PRICES),
    "statement_check": statement.statement_check(
        *map(_of, ("financial_statement", "money_flow", "statutory_split", "programme_matrix", "locality_budget")),
        hosted.hosted_matrix(_OWN, _PARTS, _HOSTED_USE)),
}  # fmt: skip
