"""What an indicator is: one TOML file in ``definitions/``, read strictly.

A definition is data with a closed vocabulary, so that a public-health analyst can review it. It
holds no SQL and no expression; where an indicator needs logic, the logic is a column of a curated
table with a test, and the definition refers to it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, read_declaration
from locality_profiles.errors import DefinitionError, Problem
from locality_profiles.periods import PERIOD_TYPES
from locality_profiles.tables.curated import CONTRACTS, LADDER

FOLDER = Path(__file__).parent / "definitions"

#: Definition word -> what it means for the reader. All are arithmetic of ``statistics.rates``.
METHODS = {
    "count": "a count",
    "percentage": "numerator as a percentage of denominator",
    "crude_rate": "numerator per so many of denominator, not adjusted for age",
    "ratio": "one count per so many of another",
    "cost_per_unit": "spending divided by the units of service it bought",
}
#: How figures of several blocks may be brought together (see activity-model additivity classes).
ADDITIVE = {
    "flow": "adds over places, ages and time",
    "stock": "adds over places and ages, never over time",
    "distinct": "people counted once per place: a sum over places is an estimate, a sum over time is refused",
}
COVERAGE = {
    "every_block": "an area has a figure only if each of its blocks has one",
    "reported": "an area's figure is the sum of the blocks that report",
}
#: Which period of the denominator goes with a period of the numerator.
PAIRING = {
    "same": "the same period",
    "mid_year": "the mid-year estimate that falls in the numerator's financial or calendar year",
}
TABLES = ("population", "population_class", "deprivation", "activity", "registration", "household", "unit_cost")

#: Whom a table counts: residents of places, or patients on lists. The two never share a rate.
COUNTED = {
    "population": "resident", "population_class": "resident", "deprivation": "resident", "household": "resident",
    "registration": "registered",
}  # fmt: skip
ROLES = {"residence": "resident", "registration": "registered"}


@dataclass(frozen=True)
class Term:
    """A numerator or a denominator: which rows of which table are added."""

    table: str
    column: str
    where: Mapping[str, Any]
    period: str | None
    additive: str
    coverage: str
    collect: str | None


@dataclass(frozen=True)
class Indicator:
    """One declared indicator."""

    id: str
    title: str
    section: str
    order: int
    definition: str
    method: str
    per: float
    unit: str
    decimals: int
    direction: str
    smallest_area: str
    caveat: str | None
    owner: str
    reviewed: date
    numerator: Term
    denominator: Term | None
    pairing: str
    carry_forward: int
    breakdown: str | None
    category_column: str | None
    categories: Mapping[str, str]
    compares_registered_with_resident: bool = False


@dataclass(frozen=True)
class Section:
    """A section of a profile."""

    id: str
    title: str
    order: int


_TERM = {
    "table": Field(str, required=True, default="", allowed=TABLES),
    "column": Field(str, required=True, default=""),
    "where": Field(dict, default={}),
    "period": Field(str, allowed=PERIOD_TYPES),
    "additive": Field(str, default="flow", allowed=tuple(ADDITIVE)),
    "coverage": Field(str, default="every_block", allowed=tuple(COVERAGE)),
    "collect": Field(str, allowed=("financial_year", "calendar_year")),
}
_INDICATOR = {
    "title": Field(str, required=True, default=""),
    "section": Field(str, required=True, default=""),
    "order": Field(int, required=True, default=0),
    "definition": Field(str, required=True, default=""),
    "method": Field(str, required=True, default="", allowed=tuple(METHODS)),
    "per": Field(float, default=1.0),
    "unit": Field(str, required=True, default=""),
    "decimals": Field(int, required=True, default=0),
    "direction": Field(str, required=True, default="none", allowed=("none", "high_is_good", "low_is_good")),
    "smallest_area": Field(str, required=True, default="", allowed=LADDER),
    "caveat": Field(str),
    "owner": Field(str, required=True, default=""),
    "reviewed": Field(date, required=True),
    "numerator": Field(dict, required=True, default={}),
    "denominator": Field(dict),
    "breakdown": Field(dict),
    "compares_registered_with_resident": Field(bool, default=False),
}
_PAIRED = {
    "pairing": Field(str, default="same", allowed=tuple(PAIRING)),
    "carry_forward_years": Field(int, default=0),
}
_BREAKDOWN = {
    "name": Field(str, required=True, default=""),
    "column": Field(str, required=True, default=""),
    "categories": Field(dict, required=True, default={}),
}


def read_indicator(path: Path, sections: Mapping[str, Section]) -> Indicator:
    """Read one definition.

    Raises
    ------
    DefinitionError
        With everything that is wrong, by line, and the likeliest remedy.
    """
    declared = read_declaration(path)
    told = declared.read(declared.data, _INDICATOR)
    if told["section"] and told["section"] not in sections:
        declared.problem(f"there is no section '{told['section']}'", f"Sections: {', '.join(sections)}.", "section")
    if told["method"] in METHODS and (told["method"] == "count") == (told["denominator"] is not None):
        wanted = "no [denominator]" if told["method"] == "count" else "a [denominator]"
        declared.problem(f"the method '{told['method']}' needs {wanted}", "Change one of the two.", "method")
    breakdown = declared.read(told["breakdown"], _BREAKDOWN, "breakdown") if told["breakdown"] is not None else None
    column = str(breakdown["column"]) if breakdown else None
    numerator = _term(declared, told["numerator"], "numerator", {}, column)[0]
    denominator: Term | None = None
    paired: dict[str, Any] = {"pairing": "same", "carry_forward_years": 0}
    if told["denominator"] is not None:
        denominator, paired = _term(declared, told["denominator"], "denominator", _PAIRED, None)
        _check_counted(declared, numerator, denominator, told["compares_registered_with_resident"])
    declared.finish()
    return Indicator(
        path.stem, told["title"], told["section"], told["order"], " ".join(told["definition"].split()),
        told["method"], float(told["per"]), told["unit"], told["decimals"], told["direction"], told["smallest_area"],
        told["caveat"] and " ".join(told["caveat"].split()), told["owner"], told["reviewed"], numerator, denominator,
        paired["pairing"], paired["carry_forward_years"], str(breakdown["name"]) if breakdown else None, column,
        {str(k): str(v) for k, v in breakdown["categories"].items()} if breakdown else {},
        told["compares_registered_with_resident"],
    )  # fmt: skip


def counted(term: Term) -> str | None:
    """Whom a term counts: 'resident' or 'registered'; None where neither is meant."""
    role = term.where.get("geo_role")
    return COUNTED.get(term.table) or (ROLES.get(role) if isinstance(role, str) else None)


def _check_counted(declared: Declaration, numerator: Term, denominator: Term, on_purpose: bool) -> None:
    """People on lists and people who live somewhere are different people: no rate mixes them unawares."""
    above, below = counted(numerator), counted(denominator)
    if above and below and above != below and not on_purpose:
        declared.problem(
            f"the numerator counts {above} people and the denominator {below} people; they are not the same people",
            "Use one kind in both, or write compares_registered_with_resident = true if that is the point.",
            "denominator", "table",
        )  # fmt: skip


def _term(
    declared: Declaration, table: Mapping[str, Any], name: str, more: Mapping[str, Field], category: str | None
) -> tuple[Term, dict[str, Any]]:
    told = declared.read(table, {**_TERM, **more}, name)
    contract = CONTRACTS.get(told["table"])
    if contract is not None:
        columns = {column.name: column for column in contract.columns}
        for key, column in [("column", told["column"]), *((("where", key)) for key in told["where"])]:
            if column not in columns:
                declared.problem(f"[{name}] table '{told['table']}' has no column '{column}'",
                                 f"Columns: {', '.join(columns)}.", name, key)  # fmt: skip
        if category and category not in columns:
            declared.problem(f"[breakdown] table '{told['table']}' has no column '{category}'",
                             f"Columns: {', '.join(columns)}.", "breakdown", "column")  # fmt: skip
    for column, value in told["where"].items():
        _check_condition(declared, name, column, value)
    if told["collect"] and told["additive"] != "flow":
        declared.problem(f"[{name}] a {told['additive']} measure is never added over time",
                         "Take 'collect' out, or say why it is a flow.", name, "collect")  # fmt: skip
    term = Term(told["table"], told["column"], told["where"], told["period"], told["additive"], told["coverage"],
                told["collect"])  # fmt: skip
    return term, told


def _check_condition(declared: Declaration, term: str, column: str, value: Any) -> None:
    """A condition is a value, a list of values, a range {from, to}, or a list of ranges."""
    for part in value if isinstance(value, list) else [value]:
        if isinstance(part, dict):
            unknown = set(part) - {"from", "to"}
            if unknown or not part or not all(isinstance(v, int) for v in part.values()):
                declared.problem(f"[{term}] the range for '{column}' is not {{from = …, to = …}} in whole numbers",
                                 "Write { from = 65 } or { from = 16, to = 64 }.", term, "where")  # fmt: skip
        elif not isinstance(part, str | int):
            declared.problem(f"[{term}] '{column}' cannot be compared with {part!r}",
                             "Write a text, a whole number, a list or a range.", term, "where")  # fmt: skip


@cache
def sections() -> dict[str, Section]:
    """Sections of a profile, in order, from ``sections.toml``."""
    told = tomllib.loads((Path(__file__).parent / "sections.toml").read_text(encoding="utf-8"))
    return {key: Section(key, title, order) for order, (key, title) in enumerate(told.items(), start=1)}


@cache
def indicators(folder: Path = FOLDER) -> dict[str, Indicator]:
    """Every indicator, by id, in the order in which a profile shows them.

    Raises
    ------
    DefinitionError
        With the problems of all files.
    """
    known, found = sections(), []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(read_indicator(path, known))
        except DefinitionError as error:
            problems.extend(error.problems)
    if problems:
        raise DefinitionError(f"{len(problems)} thing(s) are wrong in the definitions of indicators.", problems)
    found.sort(key=lambda indicator: (known[indicator.section].order, indicator.order, indicator.id))
    return {indicator.id: indicator for indicator in found}
