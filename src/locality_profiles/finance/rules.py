"""Rules of allocation: which lines are divided by what. Read strictly from ``rules.toml`` and a workspace's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.ledger.codes import is_part_of, services, words
from locality_profiles.tables.contract import conform
from locality_profiles.tables.money import ALLOCATION_RULE, METHODS

FILE = Path(__file__).parent / "rules.toml"
#: What a driver may take its figures from.
ORIGINS = ("residents", "needs_weight", "indicator", "records", "staff")
#: Measures of linked records that may divide money.
RECORD_MEASURES = ("COST_NET", "BED_DAYS", "HOURS", "N_CONTACT", "N_ATTEND", "N_ITEMS")
UNPLACED = ("show", "spread_population")
#: The driver of residents, by which what nothing places is spread where a rule asks for it.
BY_RESIDENTS = "residents"
#: Beside a fair share stand at least so many weightings, its own among them.
LEAST_WEIGHTINGS = 3


@dataclass(frozen=True)
class Driver:
    """What money is divided by."""

    id: str
    title: str
    method: str
    origin: str
    grade: int
    years: int
    curve: bool
    beta: float
    programme: str
    measure: str
    indicators: tuple[str, ...]
    prices: tuple[float, ...]

    @property
    def by_service(self) -> bool:
        """Whether its figures differ by the line's service."""
        return self.origin in ("records", "staff")

    def key(self, service: str) -> str:
        """What tells its figures for a service apart from those for others."""
        if self.by_service:
            return service
        return service.partition(".")[0] if self.curve else ""


@dataclass(frozen=True)
class Rule:
    """Which lines, and what divides them."""

    id: str
    service: str
    scope: str
    partner: str
    care_group: str
    used: tuple[str, ...]
    fair: tuple[str, ...]
    weightings: tuple[str, ...]
    unplaced: str
    rationale: str
    approved_by: str
    approved_on: date | None

    def fits(self, service: str, scope: str, partner: str, care_group: str) -> bool:
        """Whether it is for lines of these."""
        return (
            (not self.service or is_part_of(service, self.service))
            and self.scope in ("", scope)
            and self.partner in ("", partner)
            and self.care_group in ("", care_group)
        )


@dataclass(frozen=True)
class Rules:
    """All rules in order, and all drivers by name."""

    rules: tuple[Rule, ...]
    drivers: Mapping[str, Driver]

    def rule_of(self, service: str, scope: str, partner: str, care_group: str) -> Rule | None:
        """The first rule that fits; None where there is none."""
        return next((rule for rule in self.rules if rule.fits(service, scope, partner, care_group)), None)


def rule_table(rules: Rules) -> pa.Table:
    """``allocation_rule``: the rules in the order in which they are tried; what a rule does not say is empty."""
    columns = {
        "rule_id": [r.id for r in rules.rules], "position": list(range(1, len(rules.rules) + 1)),
        **{column: [getattr(r, of) or None for r in rules.rules] for column, of in (
            ("service_code", "service"), ("scope", "scope"), ("partner", "partner"), ("care_group", "care_group"))},
        **{name: [" ".join(getattr(r, name)) or None for r in rules.rules] for name in ("used", "fair", "weightings")},
        "unplaced": [r.unplaced for r in rules.rules], "rationale": [r.rationale for r in rules.rules],
        "approved_by": [r.approved_by or None for r in rules.rules],
        "approved_on": [r.approved_on for r in rules.rules],
    }  # fmt: skip
    return conform(ALLOCATION_RULE, columns, len(rules.rules))


_TOP = {"driver": Field(dict, default={}), "rule": Field(list, default=[])}
_DRIVER = {
    "title": Field(str, required=True, default=""),
    "method": Field(str, required=True, default="C", allowed=tuple(METHODS)),
    "from": Field(str, required=True, default="residents", allowed=ORIGINS),
    "grade": Field(int, required=True, default=3, allowed=(1, 2, 3, 4, 5)),
    "years": Field(int, default=1),
    "curve": Field(bool, default=False),
    "beta": Field(float, default=0.0),
    "programme": Field(str, default="all"),
    "measure": Field(str, allowed=RECORD_MEASURES, default="COST_NET"),
    "indicators": Field(list, default=[]),
    "prices": Field(list, default=[]),
}
_RULE = {
    "id": Field(str, required=True, pattern="[a-z][a-z0-9_]*", default=""),
    "service": Field(str, default=""),
    "scope": Field(str, default=""),
    "partner": Field(str, default=""),
    "care_group": Field(str, default=""),
    "used": Field(list, required=True, default=[]),
    "fair": Field(list, required=True, default=[]),
    "weightings": Field(list, default=[]),
    "unplaced": Field(str, allowed=UNPLACED, default="show"),
    "rationale": Field(str, required=True, default=""),
    "approved_by": Field(str, default=""),
    "approved_on": Field(date),
}


@cache
def allocation_rules(own: Path | None = None) -> Rules:
    """The rules of the package, behind those of a workspace if it has its own.

    Raises
    ------
    DefinitionError
        With everything that is wrong with either file, by line.
    """
    usual = _read(FILE, {})
    if own is None:
        return usual
    mine = _read(own, usual.drivers)
    ids = {rule.id for rule in mine.rules}
    return Rules((*mine.rules, *(r for r in usual.rules if r.id not in ids)), {**usual.drivers, **mine.drivers})


def _read(path: Path, known: Mapping[str, Driver]) -> Rules:
    declared = read_declaration(path)
    top = declared.read(declared.data, _TOP)
    drivers = {str(name): _driver(declared, str(name), table) for name, table in top["driver"].items()}
    there = {**known, **drivers}
    rules = tuple(_rule(declared, table, there, str(at)) for at, table in enumerate(top["rule"]))
    for at, rule in enumerate(rules):
        if rule.id in {earlier.id for earlier in rules[:at]}:
            declared.problem(f"two rules are called '{rule.id}'", "Give one another id.", "rule", str(at), "id")
    declared.finish()
    return Rules(rules, drivers)


def _driver(declared: Declaration, name: str, table: Any) -> Driver:
    where = ("driver", name)
    told = declared.read(table, _DRIVER, *where)
    indicators = list_of_text(declared, told["indicators"], *where, "indicators")
    if (told["from"] == "indicator") != bool(indicators):
        declared.problem(f"[driver.{name}] indicators go with from = \"indicator\", and with nothing else",
                         'Add indicators = ["home_care_hours"], or change from.', *where)  # fmt: skip
    prices = told["prices"]
    if prices and (len(prices) != len(indicators) or not all(_is_number(p) and p > 0 for p in prices)):
        declared.problem(f"[driver.{name}] has not one price above nought for each indicator",
                         "Write as many prices as indicators, in pounds a unit.", *where, "prices")  # fmt: skip
    if len(indicators) > 1 and not prices:
        declared.problem(f"[driver.{name}] adds unlike things",
                         "Give each indicator a price, so that pounds are added.", *where, "indicators")  # fmt: skip
    if told["beta"] < 0 or told["years"] < 1:
        declared.problem(f"[driver.{name}] beta is below nought, or years below 1", "Write 0.3, and 1 or 3.", *where)
    return Driver(
        name, told["title"], told["method"], told["from"], told["grade"], told["years"], told["curve"],
        float(told["beta"]), told["programme"], told["measure"], indicators,
        tuple(float(price) for price in prices if _is_number(price)),
    )  # fmt: skip


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rule(declared: Declaration, table: Any, drivers: Mapping[str, Driver], at: str) -> Rule:
    where = ("rule", at)
    told = declared.read(table, _RULE, *where)
    if told["service"] and told["service"] not in services():
        declared.problem(f"[[rule]] '{told['id']}' is for the service '{told['service']}', which is not known",
                         "See the services in docs/reference, or services.toml.", *where, "service")  # fmt: skip
    for key in ("scope", "partner", "care_group"):
        if told[key] and told[key] not in words()[key]:
            declared.problem(f"[[rule]] '{told['id']}': {key} '{told[key]}' is not known",
                             f"Write one of {', '.join(words()[key])}.", *where, key)  # fmt: skip
    chains = {key: _chain(declared, told, key, drivers, where) for key in ("used", "fair", "weightings")}
    compared = {*chains["fair"][:1], *chains["weightings"]}
    if chains["fair"] and len(compared) < LEAST_WEIGHTINGS:
        declared.problem(f"[[rule]] '{told['id']}' compares fewer than {LEAST_WEIGHTINGS} weightings",
                         "Name further drivers of need in weightings, so that a range can be shown.",
                         *where, "weightings")  # fmt: skip
    return Rule(
        told["id"], told["service"], told["scope"], told["partner"], told["care_group"], chains["used"], chains["fair"],
        chains["weightings"], told["unplaced"], " ".join(told["rationale"].split()), told["approved_by"],
        told["approved_on"],
    )  # fmt: skip


def _chain(
    declared: Declaration, told: Mapping[str, Any], key: str, drivers: Mapping[str, Driver], where: Sequence[str]
) -> tuple[str, ...]:
    listed = list_of_text(declared, told[key], *where, key)
    for name in listed:
        if name not in drivers:
            declared.problem(f"[[rule]] '{told['id']}': there is no driver '{name}'",
                             f"Drivers: {', '.join(drivers)}.", *where, key)  # fmt: skip
    return tuple(name for name in listed if name in drivers)
