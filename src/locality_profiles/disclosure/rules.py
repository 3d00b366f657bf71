"""The rules of disclosure: classes of sensitivity and what may be published of each, read strictly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.tables.curated import LADDER

FILE = Path(__file__).parent / "rules.toml"
#: The folder of a workspace with rules of its own.
FOLDER = "disclosure"


@dataclass(frozen=True)
class Rule:
    """What may be published of one class. ``below`` and ``amounts_below``: counts above nought and below are hidden."""

    controlled: bool
    below: float = 0.0
    amounts_below: float = 0.0
    smallest_area: str = LADDER[0]
    smallest_population: int = 0
    protection: float = 0.0

    def shows(self, area_type: str) -> bool:
        """Whether areas of a kind get figures of this class at all.

        >>> Rule(True, smallest_area="locality").shows("hscp"), Rule(True, smallest_area="locality").shows("ward")
        (True, False)
        """
        from locality_profiles.indicators.counts import level_of  # brings an engine, which pages do not need

        return level_of(area_type) >= level_of(self.smallest_area)


@dataclass(frozen=True)
class Money:
    """When money of a service in an area is hidden."""

    providers: int
    largest: float
    two_largest: float


@dataclass(frozen=True)
class Rules:
    """All rules of one build."""

    as_published: bool
    rounds: bool
    base: int
    totals: int
    classes: Mapping[str, Rule]
    amounts: tuple[str, ...]
    money: Money

    def controls(self, disclosure: str, origin: str) -> bool:
        """Whether figures of a class and an origin are controlled here."""
        return self.classes[disclosure].controlled and (origin == "unpublished" or not self.as_published)

    def protection(self, disclosure: str, measures: Sequence[str]) -> float:
        """The least width of what an outsider could work out of a hidden count."""
        rule = self.classes[disclosure]
        return max(rule.protection, rule.amounts_below) if set(measures) & set(self.amounts) else rule.protection

    def below(self, disclosure: str, measures: Sequence[str]) -> float:
        """Counts above nought and below this are hidden."""
        rule = self.classes[disclosure]
        return rule.amounts_below if set(measures) & set(self.amounts) else rule.below

    def base_of(self, measures: Sequence[str]) -> int:
        """What counts are rounded to: a larger base for amounts, as much larger as their threshold is."""
        if not set(measures) & set(self.amounts):
            return self.base
        times = [rule.amounts_below / rule.below for rule in self.classes.values() if rule.controlled]
        return self.base * max(1, math.ceil(max(times, default=1.0)))


_TOP = {
    "published": Field(str, required=True, default="as_published", allowed=("as_published", "protect")),
    "method": Field(str, required=True, default="hide", allowed=("hide", "round")),
    "base": Field(int, required=True, default=5),
    "totals": Field(int, required=True, default=100),
    "class": Field(dict, required=True, default={}), "amounts": Field(dict, required=True, default={}),
    "money": Field(dict, required=True, default={}),
}  # fmt: skip
_CLASS = {
    "controlled": Field(bool, required=True, default=False), "threshold": Field(int, default=0),
    "inclusive": Field(bool, default=False), "amounts": Field(int, default=0),
    "smallest_area": Field(str, default=LADDER[0], allowed=LADDER), "smallest_population": Field(int, default=0),
    "protection": Field(int, default=0),
}  # fmt: skip
_MONEY = {
    "providers": Field(int, required=True, default=3), "largest": Field(float, required=True, default=0.5),
    "two_largest": Field(float, required=True, default=0.8),
}  # fmt: skip


def disclosure_rules(own: Path | None = None) -> Rules:
    """The rules of a workspace, or those of the package.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    from locality_profiles.indicators.definition import DISCLOSURE  # brings an engine, which pages do not need

    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, _TOP)
    if told["base"] < 2:
        declared.problem("'base' is below 2, which rounds nothing", "Write 5 or 10.", "base")
    for name in told["class"]:
        if name not in DISCLOSURE:
            declared.problem(f"there is no class '{name}'", f"Classes: {', '.join(DISCLOSURE)}.", "class", name)
    classes = {name: _rule(declared, told["class"], name) for name in DISCLOSURE}
    listed = declared.read(told["amounts"], {"measures": Field(list, required=True, default=[])}, "amounts")
    amounts = list_of_text(declared, listed["measures"], "amounts", "measures")
    money = declared.read(told["money"], _MONEY, "money")
    for key in ("largest", "two_largest"):
        if not 0 < money[key] <= 1:
            declared.problem(f"[money] '{key}' should be a share", f"Write {key} = 0.5, for one half.", "money", key)
    declared.finish()
    return Rules(told["published"] == "as_published", told["method"] == "round", told["base"], told["totals"], classes,
                 amounts, Money(money["providers"], float(money["largest"]), float(money["two_largest"])))  # fmt: skip


def _rule(declared: Declaration, classes: Mapping[str, Any], name: str) -> Rule:
    if name not in classes:
        declared.problem(f"the class '{name}' has no rule", f"Add [class.{name}] with controlled = true or false.",
                         "class")  # fmt: skip
        return Rule(False)
    told = declared.read(classes[name], _CLASS, "class", name)
    if not told["controlled"]:
        return Rule(False)
    for key in ("threshold", "amounts", "protection"):
        if told[key] < 1:
            declared.problem(f"[class.{name}] '{key}' is missing or below 1, so nothing would be protected",
                             f"Write {key} = 10.", "class", name, key)  # fmt: skip
    more = 1 if told["inclusive"] else 0
    return Rule(True, told["threshold"] + more, told["amounts"] + more, told["smallest_area"],
                told["smallest_population"], told["protection"])  # fmt: skip
