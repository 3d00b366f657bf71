"""How indicators are weighed into priorities: ``priorities.toml``, read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.errors import DefinitionError, Problem
from locality_profiles.indicators.definition import OWN_SECTIONS, indicators, sections
from locality_profiles.ledger.codes import services
from locality_profiles.meant import did_you_mean
from locality_profiles.tables.needs.priorities import CRITERIA

FILE = Path(__file__).parent / "priorities.toml"
NAME = "priorities"

TITLES = {
    "level": "Level beside others", "trend": "Direction of trend", "inequality": "Inequality",
    "people": "People affected", "cost": "Cost", "projected": "Projected change",
}  # fmt: skip


@dataclass(frozen=True)
class Weighing:
    """Weights, and how each criterion is scored."""

    top: int
    least_evidence: float
    width: float
    sets: int
    weights: Mapping[str, float]
    half_errors: float
    trend: Mapping[str, float]
    half_gap: float
    half_per_1000: float
    not_people: tuple[str, ...]
    """Indicators whose numerators are days."""
    half_share: float
    cost_sections: Mapping[str, str]
    cost_indicators: Mapping[str, str]
    half_percent: float
    years: int
    variant: str
    scenario: str
    measures: Mapping[str, str]
    ages: Mapping[str, tuple[str, ...]]
    themes: Mapping[str, str]
    """Theme by indicator."""
    excluded: Mapping[str, str]
    """Reason by indicator."""

    @property
    def named(self) -> set[str]:
        """Every indicator that the declaration names."""
        return {*self.cost_indicators, *self.measures, *self.themes, *self.excluded, *self.not_people}


_ABOVE = Field(float, required=True, default=1.0)
_TOP = {
    "top": Field(int, required=True, default=10),
    "least_evidence": Field(float, required=True, default=0.0),
    "theme": Field(list, default=[]),
    "excluded": Field(list, default=[]),
    **{name: Field(dict, required=True, default={}) for name in ("sensitivity", *CRITERIA)},
}
_TABLES: dict[str, dict[str, Field]] = {
    "sensitivity": {"width": Field(float, required=True, default=0.5), "sets": Field(int, required=True, default=1)},
    "level": {"weight": _ABOVE, "half_errors": _ABOVE},
    "trend": {"weight": _ABOVE, **dict.fromkeys(("worse", "steady", "better"), _ABOVE)},
    "inequality": {"weight": _ABOVE, "half": _ABOVE},
    "people": {"weight": _ABOVE, "half_per_1000": _ABOVE, "leave_out": Field(list, default=[])},
    "cost": {"weight": _ABOVE, "half_share": _ABOVE, "sections": Field(dict, default={}),
             "indicators": Field(dict, default={})},
    "projected": {
        "weight": _ABOVE, "half_percent": _ABOVE, "years": Field(int, required=True, default=1),
        "variant": Field(str, required=True, default=""), "scenario": Field(str, required=True, default=""),
        "measures": Field(dict, default={}), "ages": Field(dict, default={}),
    },
}  # fmt: skip
_THEME = {"id": Field(str, required=True, default=""), "indicators": Field(list, required=True, default=[])}
_EXCLUDED = {"indicator": Field(str, required=True, default=""), "reason": Field(str, required=True, default="")}


@cache
def weighing(own: Path | None = None) -> Weighing:
    """The weights of a workspace, or those of the package.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, _TOP)
    of = {name: declared.read(told[name], fields, name) for name, fields in _TABLES.items()}
    _check_ranges(declared, told, of)
    themes, excluded = _themes(declared, told["theme"]), _excluded(declared, told["excluded"])
    _check_families(declared, of["cost"])
    ages = {
        str(words): list_of_text(declared, bands, "projected", "ages", str(words)) if isinstance(bands, list) else ()
        for words, bands in of["projected"]["ages"].items()
    }
    days = list_of_text(declared, of["people"]["leave_out"], "people", "leave_out")
    declared.finish()
    return Weighing(
        told["top"], float(told["least_evidence"]), float(of["sensitivity"]["width"]), of["sensitivity"]["sets"],
        {name: float(of[name]["weight"]) for name in CRITERIA}, float(of["level"]["half_errors"]),
        {name: float(of["trend"][name]) for name in ("worse", "steady", "better")}, float(of["inequality"]["half"]),
        float(of["people"]["half_per_1000"]), days, float(of["cost"]["half_share"]), dict(of["cost"]["sections"]),
        dict(of["cost"]["indicators"]), float(of["projected"]["half_percent"]), of["projected"]["years"],
        of["projected"]["variant"], of["projected"]["scenario"], dict(of["projected"]["measures"]), ages, themes,
        excluded,
    )  # fmt: skip


def _check_ranges(declared: Declaration, told: Mapping[str, Any], of: Mapping[str, Mapping[str, Any]]) -> None:
    """Numbers that make no sense, each with what would."""
    if told["top"] < 1:
        declared.problem("'top' should be 1 or more", "Write top = 10.", "top")
    if not 0 <= told["least_evidence"] <= 1:
        declared.problem("'least_evidence' should be a share", "Write a number from 0 to 1.", "least_evidence")
    if not 0 <= of["sensitivity"]["width"] < 1:
        declared.problem("[sensitivity] 'width' should be from 0 to below 1", "Write width = 0.5.", "sensitivity",
                         "width")  # fmt: skip
    if not 1 <= of["sensitivity"]["sets"] <= 10_000:
        declared.problem("[sensitivity] 'sets' should be from 1 to 10000", "Write sets = 256.", "sensitivity", "sets")
    for name in CRITERIA:
        if of[name]["weight"] < 0:
            declared.problem(f"[{name}] 'weight' is less than 0", "Write 0 to leave the criterion out.", name, "weight")
        for key, value in of[name].items():
            if (key.startswith("half") or key == "years") and value <= 0:
                declared.problem(f"[{name}] '{key}' should be above 0", f"Write {key} = 1 or more.", name, key)
    for key in ("worse", "steady", "better"):
        if not 0 <= of["trend"][key] <= 1:
            declared.problem(f"[trend] '{key}' should be a score", "Write a number from 0 to 1.", "trend", key)
    if not sum(of[name]["weight"] for name in CRITERIA) > 0:
        declared.problem("no criterion has a weight", "Give one of them weight = 1.", "level", "weight")


def _check_families(declared: Declaration, cost: Mapping[str, Any]) -> None:
    """Families of services and sections of a profile that there are."""
    families = sorted({code.split(".")[0] for code in services()})
    for key in ("sections", "indicators"):
        for name, family in cost[key].items():
            if family not in families:
                declared.problem(f"[cost.{key}] there is no family of services '{family}'",
                                 f"It may be {', '.join(families)}.", "cost", key, name)  # fmt: skip
    known = sections(declared.path.parent.parent / OWN_SECTIONS)
    for name in cost["sections"]:
        if name not in known:
            declared.problem(f"[cost.sections] there is no section '{name}'", f"Sections: {', '.join(known)}.",
                             "cost", "sections", name)  # fmt: skip


def _themes(declared: Declaration, listed: list[Any]) -> dict[str, str]:
    """Theme by indicator; an indicator is in one theme."""
    found: dict[str, str] = {}
    for at, table in enumerate(listed):
        read = declared.read(table, _THEME, "theme", str(at))
        for name in list_of_text(declared, read["indicators"], "theme", str(at), "indicators"):
            if name in found:
                declared.problem(f"'{name}' is in the themes '{found[name]}' and '{read['id']}'",
                                 "Leave it in one of them.", "theme", str(at), "indicators")  # fmt: skip
            found[name] = read["id"]
    return found


def _excluded(declared: Declaration, listed: list[Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for at, table in enumerate(listed):
        read = declared.read(table, _EXCLUDED, "excluded", str(at))
        found[read["indicator"]] = read["reason"]
    return found


def refuse_unknown(named: Iterable[str], known: Iterable[str], file: str) -> None:
    """Refuse indicators that are neither the package's nor the workspace's own.

    Raises
    ------
    DefinitionError
        With each of them, and the likeliest that was meant.
    """
    there = {*known, *indicators()}
    problems = []
    for name in sorted(set(named) - there):
        remedy = did_you_mean(name, there, otherwise="The methods page lists them all.")
        problems.append(Problem(f"there is no indicator '{name}'", remedy, file))
    if problems:
        raise DefinitionError(f"{file} names indicators that there are not.", problems)


def how(rule: Weighing) -> dict[str, str]:
    """How each criterion is scored, in a sentence."""
    return {
        "level": f"Standard errors worse than country and partnership, half a point at {rule.half_errors:g}; where "
        "everybody was counted, place among areas of its kind times the share of the two that it is worse than; "
        "where it is compared with neither, the place alone, nothing for the better half.",
        "trend": f"Recent trend: {rule.trend['worse']:g} for worse, {rule.trend['steady']:g} for no clear change, "
        f"{rule.trend['better']:g} for better.",
        "inequality": "Slope index over the area's own value, half a point at "
        f"{rule.half_gap:g}; nothing where chance would make as much.",
        "people": "How many more than at the country's rate for each 1,000 residents, half a point at "
        f"{rule.half_per_1000:g}; days and hours are left out.",
        "cost": "Share of the area's money that its family of services uses, half a point at "
        f"{rule.half_share:g}.",
        "projected": f"Change in demand or in people of its ages over {rule.years} years, half a point at "
        f"{rule.half_percent:g}%.",
    }  # fmt: skip
