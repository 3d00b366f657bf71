"""What people are protected by, and where it is told: ``equalities.toml``, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, read_declaration
from locality_profiles.indicators.definition import age_bands

FILE = Path(__file__).parent / "equalities.toml"
NAME = "equalities"


@dataclass(frozen=True)
class Characteristic:
    """One characteristic: its categories with their titles, and what tells them; ``missing`` where nothing does."""

    id: str
    title: str
    protected: bool
    told_by: str
    """ages, sexes, topic, scheme or missing."""
    source: str
    """The topic or scheme; empty for others."""
    categories: Mapping[str, str]
    note: str | None
    missing: str | None


@dataclass(frozen=True)
class Equalities:
    """Everything that ``equalities.toml`` says."""

    characteristics: tuple[Characteristic, ...]
    breakdowns: Mapping[str, str]
    """Characteristic by breakdown of indicators."""


WAYS = ("ages", "sexes", "topic", "scheme", "missing")
_TOP = {"characteristic": Field(list, required=True, default=[]), "breakdowns": Field(dict, default={})}
_CHARACTERISTIC = {
    "id": Field(str, required=True, default="", pattern="[a-z][a-z0-9_]*"),
    "title": Field(str, required=True, default=""), "protected": Field(bool, required=True, default=False),
    "ages": Field(list), "sexes": Field(dict), "topic": Field(str), "scheme": Field(str), "missing": Field(str),
    "categories": Field(dict), "note": Field(str),
}  # fmt: skip


@cache
def equalities(own: Path | None = None) -> Equalities:
    """The characteristics of a workspace, or those of the package.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, _TOP)
    found = tuple(_characteristic(declared, table, str(at)) for at, table in enumerate(told["characteristic"]))
    ids = [each.id for each in found]
    for at, name in enumerate(ids):
        if name in ids[:at]:
            declared.problem(f"there are two characteristics '{name}'", "Give one of them another id.",
                             "characteristic", str(at))  # fmt: skip
    for breakdown, name in told["breakdowns"].items():
        if name not in ids:
            declared.problem(f"[breakdowns] there is no characteristic '{name}'", f"It may be {', '.join(ids)}.",
                             "breakdowns", breakdown)  # fmt: skip
    declared.finish()
    return Equalities(found, {str(key): str(value) for key, value in told["breakdowns"].items()})


def _characteristic(declared: Declaration, table: Any, at: str) -> Characteristic:
    where = ("characteristic", at)
    read = declared.read(table, _CHARACTERISTIC, *where)
    ways = [way for way in WAYS if read[way] is not None]
    if len(ways) != 1:
        declared.problem(f"[[characteristic]] '{read['id']}' should be told in one way",
                         f"Write one of {', '.join(WAYS)}.", *where)  # fmt: skip
    told_by = ways[0] if ways else "missing"
    if (told_by in ("topic", "scheme")) != bool(read["categories"]):
        declared.problem(f"[[characteristic]] '{read['id']}': categories go with a topic or a scheme, each has some",
                         "Write [characteristic.categories] under it, or take it out.", *where)  # fmt: skip
    if told_by == "ages" and not age_bands(read["ages"]):
        declared.problem("the bands of 'ages' do not follow one another without a gap",
                         'Write a list such as ["0-17", "18-64", "65+"].', *where, "ages")  # fmt: skip
    return Characteristic(
        read["id"], read["title"], read["protected"], told_by, str(read.get(told_by) or "")
        if told_by in ("topic", "scheme") else "", _categories(read, told_by), read["note"], read["missing"],
    )  # fmt: skip


def _categories(read: Mapping[str, Any], told_by: str) -> dict[str, str]:
    if told_by == "ages":
        return {str(band): str(band).replace("-", " to ").replace("+", " and over") for band in read["ages"]}
    listed = (read["sexes"] if told_by == "sexes" else read["categories"]) or {"all": "Not held"}
    return {str(key): str(title) for key, title in listed.items()}
