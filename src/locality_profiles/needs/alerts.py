"""What of the changes between two releases is worth an alert: rules and thresholds, read from a declaration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.meant import did_you_mean
from locality_profiles.tables.changes import CHANGE_KINDS, SEVERITIES
from locality_profiles.tables.relation import quoted

FILE = Path(__file__).parent / "alerts.toml"


@dataclass(frozen=True)
class Rule:
    """One rule: what a change must be for it to fit, and how much it then matters."""

    id: str
    severity: str
    words: str
    kinds: tuple[str, ...]
    indicators: tuple[str, ...]
    sections: tuple[str, ...]
    frameworks: tuple[str, ...]
    areas: tuple[str, ...]
    comparators: tuple[str, ...]
    judgement: str
    least: float | None
    least_percent: float | None
    whole: bool

    @property
    def condition(self) -> str:
        """SQL over a change ``c`` and its indicator ``i``; what the rule does not name does not matter."""
        named = {"c.kind": self.kinds, "c.indicator_id": self.indicators, "i.section": self.sections,
                 "c.area_type": self.areas, "c.comparator": self.comparators}  # fmt: skip
        parts = [f"{column} in ({_listed(values)})" for column, values in named.items() if values]
        if self.frameworks:
            marks = " or ".join(f"regexp_matches(mark, '^{mark}($|[0-9])')" for mark in self.frameworks)
            parts.append(f"len(list_filter(string_split(coalesce(i.frameworks, ''), ' '), lambda mark: {marks})) > 0")
        if self.judgement:
            parts.append(f"c.judgement = '{self.judgement}'")
        if self.least is not None:
            parts.append(f"abs(c.after - c.before) >= {self.least!r}")
        if self.least_percent is not None:
            parts.append(f"100 * abs(c.after - c.before) >= {self.least_percent!r} * abs(c.before)")
        if self.whole:
            parts.append("coalesce(c.breakdown, 'all') = 'all'")
        return " and ".join(f"coalesce({part}, false)" for part in parts) or "true"


@dataclass(frozen=True)
class Threshold:
    """A number that an area's latest value may pass, either way."""

    id: str
    indicator: str
    value: float
    areas: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Alerts:
    """Every rule, in order, and every threshold."""

    rules: tuple[Rule, ...]
    thresholds: tuple[Threshold, ...]

    def words(self) -> dict[str, str]:
        """Why a change matters, by rule and by threshold."""
        return {rule.id: rule.words for rule in self.rules} | {t.id: t.words for t in self.thresholds}

    @property
    def severity_sql(self) -> str:
        return self._first("severity", "'quiet'")

    @property
    def rule_sql(self) -> str:
        return self._first("id", "null")

    def _first(self, told: str, otherwise: str) -> str:
        """SQL for what the first rule that fits says."""
        whens = " ".join(f"when {rule.condition} then '{getattr(rule, told)}'" for rule in self.rules)
        return f"case {whens} else {otherwise} end" if whens else otherwise


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{quoted(value)}'" for value in values)


_TOP = {"rule": Field(list, default=[]), "threshold": Field(list, default=[])}
_WORDS = {"id": Field(str, required=True, pattern="[a-z0-9_]+"), "words": Field(str, required=True)}
_RULE = {
    **_WORDS, "severity": Field(str, required=True, allowed=SEVERITIES), "kinds": Field(list, default=[]),
    "indicators": Field(list, default=[]), "sections": Field(list, default=[]), "frameworks": Field(list, default=[]),
    "areas": Field(list, default=[]), "comparators": Field(list, default=[]),
    "judgement": Field(str, allowed=("better", "worse"), default=""), "least": Field(float),
    "least_percent": Field(float), "whole": Field(bool, default=False),
}  # fmt: skip
_THRESHOLD = {
    **_WORDS, "indicator": Field(str, required=True), "value": Field(float, required=True, default=0.0),
    "areas": Field(list, default=[]),
}  # fmt: skip
COMPARATORS = ("hscp", "health_board", "country", "peers", "neighbours")


@cache
def alerts(own: Path | None = None) -> Alerts:
    """The rules of a workspace, or those of the package.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, _TOP)
    rules = tuple(_rule(declared, table, str(at)) for at, table in enumerate(told["rule"] or []))
    thresholds = tuple(_threshold(declared, table, str(at)) for at, table in enumerate(told["threshold"] or []))
    _refuse_twins(declared, "rule", [rule.id for rule in rules])
    _refuse_twins(declared, "threshold", [threshold.id for threshold in thresholds])
    declared.finish()
    return Alerts(rules, thresholds)


def _rule(declared: Declaration, table: Any, at: str) -> Rule:
    where = ("rule", at)
    told = declared.read(table, _RULE, *where)
    lists = {key: _texts(declared, told, key, *where) for key in
             ("kinds", "indicators", "sections", "frameworks", "areas", "comparators")}  # fmt: skip
    _one_of(declared, lists["kinds"], tuple(CHANGE_KINDS), "kind of change", *where, "kinds")
    _one_of(declared, lists["comparators"], (*COMPARATORS,), "comparator", *where, "comparators")
    for mark in lists["frameworks"]:
        if not mark.isalnum():
            declared.problem(f"'{mark}' is no mark of a framework", "Write LP, NI, MSG, or one such as NI14.",
                             *where, "frameworks")  # fmt: skip
    for key in ("least", "least_percent"):
        if told[key] is not None and told[key] <= 0:
            declared.problem(f"'{key}' should be above 0", "Leave it out if the size does not matter.", *where, key)
    return Rule(
        told["id"] or "", told["severity"] or "quiet", told["words"] or "", **lists, judgement=told["judgement"],
        least=_number(told["least"]), least_percent=_number(told["least_percent"]), whole=told["whole"],
    )  # fmt: skip


def _threshold(declared: Declaration, table: Any, at: str) -> Threshold:
    told = declared.read(table, _THRESHOLD, "threshold", at)
    areas = _texts(declared, told, "areas", "threshold", at)
    return Threshold(told["id"] or "", told["indicator"] or "", float(told["value"]), areas, told["words"] or "")


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _texts(declared: Declaration, told: Mapping[str, Any], key: str, *where: str) -> tuple[str, ...]:
    return list_of_text(declared, told[key], *where, key)


def _one_of(declared: Declaration, values: tuple[str, ...], known: tuple[str, ...], what: str, *where: str) -> None:
    for value in values:
        if value not in known:
            remedy = did_you_mean(value, known, otherwise=f"Known here: {', '.join(known)}.")
            declared.problem(f"'{value}' is no {what}", remedy, *where)


def _refuse_twins(declared: Declaration, kind: str, ids: list[str]) -> None:
    for number, name in enumerate(ids):
        if name in ids[:number]:
            declared.problem(f"two of [[{kind}]] have the id '{name}'", "Rename one.", kind, str(number), "id")
