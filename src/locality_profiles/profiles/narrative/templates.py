"""Templates of sentences, read strictly: what may be claimed, in which cases, with which slots."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.indicators.definition import indicators
from locality_profiles.meant import did_you_mean

FILE = Path(__file__).parent / "templates.toml"
SLOT = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Claim:
    """One kind of claim: its cases, each of which needs a template, and the slots that a template may hold."""

    cases: tuple[str, ...]
    slots: tuple[str, ...]
    of_one: bool = True
    """Whether it is about one indicator, which may then have a template of its own."""


_TOLD = ("title", "area", "value", "when")
_GATHERED = ("titles", "number", "area", "kind")
CLAIMS: Mapping[str, Claim] = {
    "population": Claim(("share", "alone"), ("area", "value", "when", "share", "whole", "whole_value", "one_in")),
    "summary": Claim(("section", "profile"), ("number", "country", "verdicts", "area"), False),
    "level": Claim(("worse", "better", "unjudged"), (*_TOLD, "comparisons")),
    "rank": Claim(("place", "two", "alike"), (*_TOLD, "place", "among", "than", "kind", "whole", "chance")),
    "trend": Claim(("change", "no_share", "bare", "steady_one", "steady_several"),
                   (*_TOLD, "direction", "from_value", "from_when", "change", "judged", "number")),
    "change": Claim(("moved", "unclear"), (*_TOLD, "from_value", "from_when", "change")),
    "inequality": Claim(("apart", "unclear"), ("title", "area", "when", "direction", "most", "least", "fifths", "gap")),
    "classes": Claim(("apart", "alike"), (*_TOLD, "largest", "smallest", "number")),
    "suppressed": Claim(("one", "several"), _GATHERED, False),
    "no_figure": Claim(("one", "several"), _GATHERED, False),
    "larger_only": Claim(("one", "several"), _GATHERED, False),
}  # fmt: skip

#: Slots that a claim has in some of its cases only.
_ONLY = {
    ("population", "alone"): ("area", "value", "when"),
    ("trend", "steady_several"): ("number", "area"),
    ("trend", "steady_one"): (*_TOLD, "from_value", "from_when"),
    ("rank", "alike"): (*_TOLD, "among", "kind", "whole"),
    ("classes", "apart"): ("title", "area", "when", "largest", "smallest", "number"),
    ("classes", "alike"): (*_TOLD, "number"),
    ("change", "unclear"): (*_TOLD, "from_value", "from_when"),
}  # fmt: skip

#: What a turn offers: a claim that is chosen in some way.
TURNS = {
    "population": "population", "summary": "summary", "worst": "level", "best": "level", "furthest": "level",
    "trend": "trend", "change": "change", "inequality": "inequality", "rank": "rank", "classes": "classes",
    "suppressed": "suppressed", "no_figure": "no_figure", "larger_only": "larger_only",
}  # fmt: skip
COMPARATORS = ("country", "health_board", "hscp")


@dataclass(frozen=True)
class Template:
    """One sentence with slots."""

    id: str
    claim: str
    case: str
    text: str
    indicator: str | None = None


@dataclass(frozen=True)
class Templates:
    """All sentences, and how a section's are chosen."""

    most: int
    named: int
    comparators: tuple[str, ...]
    turns: tuple[str, ...]
    alone: tuple[str, ...]
    """Turns that are taken only where a section has nothing else to tell."""
    by_case: Mapping[tuple[str, str, str | None], Template]

    def of(self, claim: str, case: str, indicator: str | None = None) -> Template:
        """The template of a case: an indicator's own before that of all."""
        return self.by_case.get((claim, case, indicator)) or self.by_case[claim, case, None]


_TOP = {"choice": Field(dict, required=True, default={}), "template": Field(list, required=True, default=[])}
_CHOICE = {
    "most": Field(int, required=True, default=5),
    "named": Field(int, required=True, default=3),
    "comparators": Field(list, required=True, default=["country"]),
    "turns": Field(list, required=True, default=[]),
    "alone": Field(list, default=[]),
}
_TEMPLATE = {
    "id": Field(str, required=True, default="", pattern=r"[a-z][a-z0-9_]*"),
    "claim": Field(str, required=True, default="", allowed=tuple(CLAIMS)),
    "case": Field(str, required=True, default=""),
    "text": Field(str, required=True, default=""),
    "indicator": Field(str),
}


def sentence_templates(own: Path | None = None, known: Collection[str] = ()) -> Templates:
    """The templates of a workspace, or those of the package. ``known`` are its own indicators.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, _TOP)
    choice = declared.read(told["choice"], _CHOICE, "choice")
    for key in ("most", "named"):
        if not 1 <= choice[key] <= 20:
            declared.problem(f"[choice] '{key}' is {choice[key]}", f"Write {key} = 1 to 20.", "choice", key)
    turns = _names(declared, choice["turns"], tuple(TURNS), "turns")
    comparators = _names(declared, choice["comparators"], COMPARATORS, "comparators")
    alone = _names(declared, choice["alone"], turns, "alone") if choice["alone"] else ()
    found: dict[tuple[str, str, str | None], Template] = {}
    ids: dict[str, int] = {}
    for number, table in enumerate(told["template"]):
        template = _template(declared, table, number, (*indicators(), *known))
        where = ("template", str(number))
        of = (template.claim, template.case, template.indicator)
        if of in found:
            declared.problem(f"'{template.id}' says what '{found[of].id}' says already",
                             "Take one of the two out, or give it an indicator.", *where)  # fmt: skip
        if template.id in ids:
            declared.problem(f"there are two templates '{template.id}'", "Give each an id of its own.", *where, "id")
        ids[template.id] = number
        found.setdefault(of, template)
    last = ("template", str(len(told["template"]) - 1))
    for name, claim in CLAIMS.items():
        for case in claim.cases:
            if (name, case, None) not in found:
                remedy = f'Add a [[template]] with claim = "{name}" and case = "{case}".'
                declared.problem(f"there is no template for the claim '{name}' in the case '{case}'", remedy, *last)
    declared.finish()
    return Templates(choice["most"], choice["named"], comparators, turns, alone, found)


def _names(declared: Declaration, values: list[Any], known: tuple[str, ...], key: str) -> tuple[str, ...]:
    names = list_of_text(declared, values, "choice", key)
    for name in names:
        if name not in known:
            declared.problem(f"[choice] '{key}' does not know '{name}'", _meant(name, known), "choice", key)
    if len(set(names)) != len(names) or not names:
        what = f"[choice] '{key}' should name each thing once, and at least one"
        declared.problem(what, f"Known: {', '.join(known)}.", "choice", key)
    return names


def _template(declared: Declaration, table: Any, number: int, known: tuple[str, ...]) -> Template:
    where = ("template", str(number))
    told = declared.read(table, _TEMPLATE, *where)
    template = Template(told["id"], told["claim"], told["case"], told["text"], told["indicator"])
    claim = CLAIMS.get(template.claim)
    if claim is None:
        return template
    if template.case not in claim.cases:
        declared.problem(f"the claim '{template.claim}' has no case '{template.case}'",
                         _meant(template.case, claim.cases), *where, "case")  # fmt: skip
    slots = _ONLY.get((template.claim, template.case), claim.slots)
    for slot in SLOT.findall(template.text):
        if slot not in slots:
            declared.problem(f"'{template.id}' does not know the slot {{{slot}}}", _meant(slot, slots), *where, "text")
    _look_over(declared, template, where)
    if template.indicator is not None and (not claim.of_one or template.indicator not in known):
        what = f"there is no indicator '{template.indicator}'" if claim.of_one else \
            f"the claim '{template.claim}' is about several indicators"  # fmt: skip
        remedy = _meant(template.indicator, known) if claim.of_one else "Leave 'indicator' out."
        declared.problem(what, remedy, *where, "indicator")
    return template


def _look_over(declared: Declaration, template: Template, where: tuple[str, ...]) -> None:
    """What no slot may mend: a sentence begins, ends and is spaced as one."""
    text = template.text
    if not text.endswith(".") or text.endswith(".."):
        declared.problem(f"'{template.id}' is no sentence: it does not end with a full stop", "Write one at its end.",
                         *where, "text")  # fmt: skip
    if "  " in text or text != text.strip() or "\n" in text:
        declared.problem(f"'{template.id}' has spaces that no sentence has", "Write single spaces, on one line.",
                         *where, "text")  # fmt: skip
    if "{" in SLOT.sub("", text) or "}" in SLOT.sub("", text):
        declared.problem(f"'{template.id}' has a brace that is no slot's", "Write a slot as {title}.", *where, "text")
    if not SLOT.search(text):
        declared.problem(f"'{template.id}' has no slot, so it says the same of every area", "Write a slot in it.",
                         *where, "text")  # fmt: skip


def _meant(name: str, known: tuple[str, ...]) -> str:
    return did_you_mean(name, known, otherwise=f"Known here: {', '.join(known)}.")
