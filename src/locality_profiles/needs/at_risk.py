"""Which groups of people are at risk, and the rules of the register: ``risk_groups.toml``, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.indicators.definition import DISCLOSURE, OWN_SECTIONS, sections

FILE = Path(__file__).parent / "risk_groups.toml"
NAME = "risk_groups"
#: Classes of which it may be told in how few data zones half of the group lives.
CONCENTRATION_TOLD = ("open", "people")


@dataclass(frozen=True)
class Group:
    """One group at risk: what is counted, and where its data zones are counted."""

    id: str
    title: str
    what: str
    disclosure: str
    indicator: str | None
    topic: str | None
    categories: tuple[str, ...]
    concentration: bool
    zones: Mapping[str, Any]
    bands: tuple[str, ...]
    measure: str | None
    note: str | None
    owner: str


@dataclass(frozen=True)
class Register:
    """By what rule a risk comes into the register, and how it is graded."""

    priorities: int
    ratio: float
    growth_percent: float
    high_per_1000: float
    medium_per_1000: float
    medium_level: float
    high_ratio: float
    owner: str
    owners: Mapping[str, str]


@dataclass(frozen=True)
class RiskRules:
    """Everything that ``risk_groups.toml`` says."""

    threshold: Mapping[str, int]
    register: Register
    groups: tuple[Group, ...]


_ABOVE = Field(float, required=True, default=1.0)
_TOP = {
    "threshold": Field(dict, required=True, default={}), "register": Field(dict, required=True, default={}),
    "group": Field(list, required=True, default=[]),
}  # fmt: skip
_THRESHOLD = {name: Field(int, required=True, default=0) for name in DISCLOSURE}
_REGISTER = {
    "priorities": Field(int, required=True, default=1), "ratio": _ABOVE, "growth_percent": _ABOVE,
    "high_per_1000": _ABOVE, "medium_per_1000": _ABOVE, "medium_level": _ABOVE, "high_ratio": _ABOVE,
    "owner": Field(str, required=True, default=""), "owners": Field(dict, default={}),
}  # fmt: skip
_GROUP = {
    "id": Field(str, required=True, default="", pattern="[a-z][a-z0-9_]*"),
    "title": Field(str, required=True, default=""), "what": Field(str, required=True, default=""),
    "disclosure": Field(str, required=True, default="health", allowed=tuple(DISCLOSURE)),
    "indicator": Field(str), "topic": Field(str), "categories": Field(list, default=[]),
    "concentration": Field(bool, default=False), "zones": Field(dict, default={}), "bands": Field(list, default=[]),
    "measure": Field(str), "note": Field(str), "owner": Field(str, required=True, default=""),
}  # fmt: skip
_ZONES = {
    "topic": Field(str), "categories": Field(list), "index": Field(str), "domain": Field(str), "scheme": Field(str),
    "class": Field(str), "from_age": Field(int),
}  # fmt: skip
#: What tells the data zones of a group: these keys together, and no others.
WAYS = ({"topic", "categories"}, {"index", "domain"}, {"scheme", "class"}, {"from_age"})


@cache
def risk_rules(own: Path | None = None) -> RiskRules:
    """The groups and rules of a workspace, or those of the package.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, _TOP)
    threshold = declared.read(told["threshold"], _THRESHOLD, "threshold")
    for name, value in threshold.items():
        if value < 0:
            declared.problem(f"[threshold] '{name}' is less than 0", "Write 0 to tell every number.", "threshold", name)
    register = declared.read(told["register"], _REGISTER, "register")
    _check_register(declared, register)
    groups = tuple(_group(declared, table, str(at)) for at, table in enumerate(told["group"]))
    _check_ids(declared, groups)
    declared.finish()
    return RiskRules(threshold, Register(**register), groups)


def _check_register(declared: Declaration, register: Mapping[str, Any]) -> None:
    for key in ("priorities", "ratio", "growth_percent", "high_per_1000", "medium_per_1000", "high_ratio"):
        if register[key] <= 0:
            declared.problem(f"[register] '{key}' should be above 0", f"Write {key} = 1 or more.", "register", key)
    if register["medium_per_1000"] > register["high_per_1000"]:
        declared.problem("[register] 'medium_per_1000' is more than 'high_per_1000'", "Exchange the two.", "register",
                         "medium_per_1000")  # fmt: skip
    known = sections(declared.path.parent.parent / OWN_SECTIONS)
    for name in register["owners"]:
        if name not in known:
            declared.problem(f"[register.owners] there is no section '{name}'", f"Sections: {', '.join(known)}.",
                             "register", "owners", name)  # fmt: skip


def _check_ids(declared: Declaration, groups: tuple[Group, ...]) -> None:
    seen: set[str] = set()
    for at, group in enumerate(groups):
        if group.id in seen:
            declared.problem(f"there are two groups '{group.id}'", "Give one of them another id.", "group", str(at))
        seen.add(group.id)


def _group(declared: Declaration, table: Any, at: str) -> Group:
    read = declared.read(table, _GROUP, "group", at)
    ways = [read["indicator"] is not None, read["topic"] is not None, read["concentration"]]
    if sum(ways) != 1:
        declared.problem(f"[[group]] '{read['id']}' should be counted in one way",
                         "Write one of indicator, topic and concentration.", "group", at)  # fmt: skip
    if (read["topic"] is not None) != bool(read["categories"]):
        declared.problem(f"[[group]] '{read['id']}' should name a topic and its categories, or neither",
                         "Write both, or an indicator.", "group", at)  # fmt: skip
    zones = {key: value for key, value in declared.read(read["zones"], _ZONES, "group", at, "zones").items()
             if value is not None}  # fmt: skip
    if zones and set(zones) not in WAYS:
        known = "; ".join(" and ".join(sorted(way)) for way in WAYS)
        declared.problem(f"[[group]] the zones of '{read['id']}' are told in no way that is known here",
                         f"Write one of: {known}.", "group", at, "zones")  # fmt: skip
    if zones and read["disclosure"] not in CONCENTRATION_TOLD:
        declared.problem(f"[[group]] the zones of '{read['id']}' may not be told: it is {read['disclosure']}",
                         "Take 'zones' out.", "group", at, "zones")  # fmt: skip
    lists = {key: list_of_text(declared, read[key], "group", at, key) for key in ("categories", "bands")}
    if read["topic"] is not None and read["disclosure"] in CONCENTRATION_TOLD:
        zones = {"topic": read["topic"], "categories": list(lists["categories"])}
    return Group(**{**read, **lists, "zones": zones})
