"""All tables of money of one build, each found in the store if what it follows from has not changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

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
from locality_profiles.finance.allocation import Placing, alike, hosted_use, unused_rules, write_allocation
from locality_profiles.finance.candidates import candidate_limits
from locality_profiles.finance.coding import OF_A_LEDGER, coded
from locality_profiles.finance.deflators import deflators
from locality_profiles.finance.drivers import driver_table, read_drivers
from locality_profiles.finance.rules import allocation_rules, rule_table
from locality_profiles.finance.set_aside import set_aside
from locality_profiles.finance.settings import Settings
from locality_profiles.finance.shares import area_resource, count_heads, groups_table, prepare, resource_share, weigh
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.money import LEDGER_TABLES
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import Store, Stored, code_key, connect, folder_for_scratch, key_of
from locality_profiles.tables.suites import empty_view

#: Tables that money is made from; what a workspace does not have is empty.
FROM = ("area", "membership", "population", "deprivation", "needs_weight", "activity_cube", "activity",
        "indicator_value", "budget_line", "hosted_use", "hospital_flow", "hospital_cost")  # fmt: skip
PLACED = ("ledger_line", "allocation_rule", "driver", "allocation", "resource_share", "area_resource", "set_aside")
#: Tables that are made from ledgers that are placed.
OF_LEDGERS = tuple(contract.name for contract in LEDGER_TABLES)
TABLES = (*PLACED, *OF_LEDGERS)


def has_ledger(facts: Mapping[str, Path]) -> bool:
    """Whether any line of a ledger is there; spending that others report is none."""
    if "budget_line" not in facts:
        return False
    with connect() as connection:
        lines = connection.execute(f"select 1 from {relation(facts['budget_line'])} where {OF_A_LEDGER} limit 1")
        return bool(lines.fetchall())


def make_money(facts: Mapping[str, Path], settings: Settings, store: Store) -> tuple[dict[str, Stored], list[str]]:
    """Every table of money, and what a reader of the checks should know.

    ``facts`` are the curated tables and indicator values by name. Without a ledger there are no tables.

    Raises
    ------
    DefinitionError
        If the workspace's own rules are wrong.
    """
    if not has_ledger(facts):
        return {}, []
    rules = allocation_rules(settings.own_rules)
    inputs = [(name, facts[name].stem) for name in FROM if name in facts]
    own = [path.read_text(encoding="utf-8") for path in settings.own]
    told = replace(settings, own_rules=None, own_deflators=None, own_candidates=None)
    key = key_of("money", inputs, repr(told), own, code_key())
    found = {name: store.find(name, key) for name in TABLES}
    if all(found.values()):
        made = {name: stored for name, stored in found.items() if stored}
        return made, list(made["allocation"].manifest["notes"])
    with connect() as connection:
        _see(connection, facts)
        made = {
            "ledger_line": _write(store, "ledger_line", key, connection, coded("budget_line", "area", settings.codes))
        }
        made["allocation_rule"] = store.write("allocation_rule", key, rule_table(rules), {})
        ledger = f"select * from {made['ledger_line'].relation}"
        ids, groups = alike(connection, ledger)
        drivers = read_drivers(connection, rules.drivers, settings.areas, sorted({g.service for g in groups}))
        made["driver"] = _write(store, "driver", key, connection, driver_table(rules.drivers))
        placing = Placing(drivers, rules, hosted_use(connection, "select * from hosted_use"))
        notes = [f"the rule of allocation '{rule.id}' is for no line of any ledger"
                 for rule in unused_rules(rules, groups)] if settings.own_rules else []  # fmt: skip
        with folder_for_scratch(store.folder) as scratch:
            path = scratch / "allocation.parquet"
            weighted = write_allocation(path, ids, groups, placing, settings.areas)
            made["allocation"] = store.adopt("allocation", key, path, {"notes": notes})
        prepare(connection, made["ledger_line"].relation, made["allocation"].relation)
        weigh(connection, groups_table(groups), weighted)
        del weighted
        count_heads(connection, drivers)
        queries = {
            "resource_share": resource_share(), "area_resource": area_resource(),
            "set_aside": set_aside(settings.set_aside_specialties, settings.target_occupancy),
        }  # fmt: skip
        for name, query in queries.items():
            made[name] = _write(store, name, key, connection, query)
        for name in OF_LEDGERS:
            query = _of_ledgers(name, {known: stored.relation for known, stored in made.items()}, settings)
            made[name] = _write(store, name, key, connection, query)
    return made, notes


def _write(
    store: Store, name: str, key: str, connection: duckdb.DuckDBPyConnection, query: str
) -> Stored:  # fmt: skip
    """Write a table in the order of its key, so that the same money gives the same bytes."""
    order = ", ".join(f'"{column}"' for column in CONTRACTS[name].key)
    return store.write_query(name, key, connection, f"select * from ({query}) order by {order}", {})


def _of_ledgers(name: str, made: Mapping[str, str], settings: Settings) -> str:
    """SQL of a table that is made from ledgers; ``made`` is SQL of those that are made already, by name."""
    ledger, allocation = made["ledger_line"], made["allocation"]
    if name == "statutory_split":
        return statutory.statutory_split(ledger, allocation, deflators(settings.own_deflators))
    if name == "marginal_candidate":
        looked_at = programmes.Compared(
            made["programme_matrix"], made["resource_share"], made["contract_end"], _RESIDENTS
        )  # fmt: skip
        limits, series = candidate_limits(settings.own_candidates), deflators(settings.own_deflators)
        return programmes.marginal_candidate(looked_at, limits, series)
    if name == "statement_check":
        return statement.statement_check(*(made[of] for of in (
            "financial_statement", "money_flow", "statutory_split", "programme_matrix", "locality_budget",
            "hosted_matrix")))  # fmt: skip
    return {
        "money_flow": lambda: spending.money_flow(ledger),
        "financial_statement": lambda: statement.financial_statement(ledger, allocation),
        "budget_monitor": lambda: monitoring.budget_monitor(ledger),
        "hosted_matrix": lambda: hosted.hosted_matrix(ledger, allocation, "hosted_use"),
        "provider_spend": lambda: providers.provider_spend(ledger, settings.third_sector_interfaces),
        "provider_concentration": lambda: providers.provider_concentration(ledger),
        "contract_end": lambda: providers.contract_end(ledger),
        "programme_matrix": lambda: programmes.programme_matrix(ledger, allocation),
        "locality_budget": lambda: devolved.locality_budget(ledger, allocation, settings.may_authorise),
    }[name]()


#: SQL of residents of partnerships, over the areas of one kind.
_RESIDENTS = """(select hscp_code, period_start, sum(residents) as residents from heads
    where area_type = (select min(area_type) from heads) group by all)"""


def _see(connection: duckdb.DuckDBPyConnection, facts: Mapping[str, Path]) -> None:
    """Views of everything that money is made from, empty where a workspace has none."""
    for name in FROM:
        query = f"select * from {relation(facts[name])}" if name in facts else empty_view(CONTRACTS[name])
        connection.execute(f"create view {name} as {query}")
