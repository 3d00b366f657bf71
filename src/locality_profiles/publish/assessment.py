"""A partnership's strategic needs assessment: one document from cover to methods, which nests its localities.

It is made from the same tables of the same release as the profiles, so the two cannot say different things. Its
chapters are declared in ``assessment.toml``; each is put together by a function that is named like it, from tables that
stand ready to be printed and sentences that carry their evidence. A chapter for which the release has nothing says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.declarations import Field, read_declaration
from locality_profiles.disclosure.money import USUAL
from locality_profiles.disclosure.rules import Money
from locality_profiles.publish.glance import at_a_glance, framework_tables
from locality_profiles.publish.needs_pages import (
    equality_sheets,
    outcome_sheets,
    priority_sheets,
    risk_sheets,
)
from locality_profiles.publish.population_sheets import population_sheets
from locality_profiles.publish.reading import AreaKey
from locality_profiles.publish.sheets import Sheet
from locality_profiles.publish.supply_sheets import demand_sheets, supply_sheets
from locality_profiles.publish.words import Note, OfArea
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.relation import relation
from locality_profiles.tables.suites import empty_view

if TYPE_CHECKING:
    import duckdb

FILE = Path(__file__).parent / "assessment.toml"
_CHAPTER = {
    "title": Field(str, required=True, default=""), "about": Field(str, required=True, default=""),
    "answers": Field(str, required=True, default=""),
}  # fmt: skip


@dataclass(frozen=True)
class Declared:
    """A chapter as it is declared."""

    id: str
    title: str
    about: str
    answers: str


@dataclass(frozen=True)
class Passage:
    """Sentences under a heading of their own: of a section of the profile, or of a locality."""

    title: str
    sentences: tuple[str, ...] = ()
    href: str = ""
    notes: tuple[Note, ...] = ()
    """What authors wrote."""
    level: int = 3


@dataclass(frozen=True)
class Content:
    """What a chapter holds."""

    passages: tuple[Passage, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    """Addresses from the front page, and their words."""

    @property
    def empty(self) -> bool:
        return not (self.passages or self.sheets or self.links)


@dataclass(frozen=True)
class Chapter:
    declared: Declared
    content: Content


@dataclass(frozen=True)
class Assessment:
    """The document of one partnership."""

    code: str
    name: str
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True)
class Of:
    """One partnership of a release, and how to ask for what the release says of it.

    ``parts`` are the areas that it is divided into (of the first kind that is profiled), with their names in order.
    """

    connection: duckdb.DuckDBPyConnection
    tables: Mapping[str, Path]
    code: str
    kind: str
    parts: tuple[AreaKey, ...]
    names: Mapping[AreaKey, str]
    pages: Mapping[AreaKey, str]
    """Addresses of pages from the front page."""
    words: Mapping[AreaKey, OfArea] = field(default_factory=dict)
    finance: str = ""
    """Address of the finance chapter; empty where there is none."""
    money: tuple[Sheet, ...] = ()
    """Money used beside fair share, of the partnership."""
    voice: tuple[Sheet, ...] = ()
    compared: bool = False
    """Whether the site has a page of what changed since the release before."""
    """What people say, in the partnership and its localities."""
    limits: Money = USUAL
    """Of money that is told of providers."""

    @property
    def key(self) -> AreaKey:
        return ("hscp", self.code)

    @property
    def keys(self) -> tuple[AreaKey, ...]:
        """The partnership, then its parts."""
        return (self.key, *self.parts)

    def name(self, key: AreaKey) -> str:
        return self.names.get(key, key[1])

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of a query in which the relation ``place(area_type, area_code, place_order)`` holds ``keys``."""
        found = self.connection.execute(query, list(values))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


Maker = Callable[[Of], Content]


@cache
def chapters(own: Path | None = None) -> tuple[Declared, ...]:
    """The chapters that are declared, in order.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, {"chapter": Field(dict, required=True, default={})})["chapter"]
    found = []
    for key, table in told.items():
        if key not in MAKERS:
            declared.problem(
                f"there is no chapter '{key}'", f"Known here: {', '.join(MAKERS)}.", "chapter", key
            )  # fmt: skip
        found.append(Declared(key, **declared.read(table, _CHAPTER, "chapter", key)))
    declared.finish()
    return tuple(found)


def see(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> None:
    """Views of every table that an assessment may be made from; what the release does not have is empty."""
    for name, contract in CONTRACTS.items():
        query = f"select * from {relation(tables[name])}" if name in tables else empty_view(contract)
        connection.execute(f"create or replace temp view {name} as {query}")


def assessment_of(of: Of) -> Assessment:
    """The document of one partnership; the views of ``see`` are there."""
    places = ", ".join(f"({order}, ?, ?)" for order in range(len(of.keys)))
    of.connection.execute(
        f"create or replace temp table place as select * from (values {places}) p(place_order, area_type, area_code)",
        [part for key in of.keys for part in key],
    )
    made = tuple(Chapter(declared, MAKERS[declared.id](of)) for declared in chapters())
    return Assessment(of.code, of.name(of.key), made)


# --- chapters -------------------------------------------------------------------------------------


def _brief(of: Of) -> Content:
    """The partnership and its parts side by side, and what stands at the head of each profile."""
    told = (_passage(of, key, "profile", of.name(key), key != of.key) for key in of.keys)
    glance = at_a_glance(of)
    return Content(tuple(passage for passage in told if passage), (glance,) if glance else ())


def _passage(of: Of, key: AreaKey, section: str, title: str, linked: bool, level: int = 3) -> Passage | None:
    """What is said of an area in one section of its profile; None where nothing is."""
    words = of.words.get(key, {}).get(section)
    if words is None:
        return None
    place = "" if section == "profile" else f"#{section}"
    href = f"{of.pages[key]}{place}" if linked and key in of.pages else ""
    return Passage(title, tuple(words.sentences), href, tuple(words.notes), level)


def _needs(of: Of) -> Content:
    """What is said in each section: of the partnership, then of each part."""
    titles = of.rows("select section, any_value(section_title) as title from indicator group by section "
                     "order by any_value(section_order)")  # fmt: skip
    passages: list[Passage] = []
    for told in titles:
        section, title = told["section"], told["title"]
        parts = [_passage(of, key, section, of.name(key), True, 4) for key in of.parts]
        own = _passage(of, of.key, section, title, True)
        if own or any(parts):
            passages += [own or Passage(title), *(part for part in parts if part)]
    return Content(tuple(passages))


def _money(of: Of) -> Content:
    links = ((of.finance, "The finance chapter: statement, statutory split, set-aside, hosted services, providers"),)
    return Content(sheets=of.money, links=links if of.finance else ())


def _people(of: Of) -> Content:
    return Content(sheets=population_sheets(of))


def _demand(of: Of) -> Content:
    return Content(sheets=demand_sheets(of))


def _supply(of: Of) -> Content:
    return Content(sheets=supply_sheets(of))


#: Sheets of one area: how needs_pages makes them.
SheetsOf = Callable[
    ["duckdb.DuckDBPyConnection", Mapping[str, Path], AreaKey, Mapping[AreaKey, str]], tuple[Sheet, ...]
]


def _sheets(of: Of, key: AreaKey, *makers: SheetsOf) -> list[Sheet]:
    """Sheets of one area, under names that no other area's on the page have."""
    made = [sheet for make in makers for sheet in make(of.connection, of.tables, key, of.names)]
    if key == of.key:
        return made
    number = of.keys.index(key)
    return [
        replace(sheet, id=f"{sheet.id}-{number}", title=f"{of.name(key)}: {_lowered(sheet.title)}") for sheet in made
    ]


def _lowered(title: str) -> str:
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _inequality(of: Of) -> Content:
    return Content(sheets=tuple(_sheets(of, of.key, equality_sheets)))


def _risk(of: Of) -> Content:
    """Groups and register of the partnership, then of each part."""
    return Content(sheets=tuple(sheet for key in of.keys for sheet in _sheets(of, key, risk_sheets)))


def _priorities(of: Of) -> Content:
    """The matrix, its sensitivity and its weights for the partnership; the matrix alone for each part."""
    parts = [sheet for key in of.parts for sheet in _sheets(of, key, priority_sheets)[:1]]
    return Content(sheets=(*_sheets(of, of.key, priority_sheets), *parts))


def _outcomes(of: Of) -> Content:
    """The outcomes in short for the partnership and for each part, then the evidence and the frameworks."""
    own = _sheets(of, of.key, outcome_sheets)
    parts = [sheet for key in of.parts for sheet in _sheets(of, key, outcome_sheets)[:1]]
    return Content(sheets=(*own[:1], *parts, *own[1:], *framework_tables(of)))


def _voice(of: Of) -> Content:
    return Content(sheets=of.voice)


def _changes(of: Of) -> Content:
    """What is worth an alert or a note, of the partnership and its parts."""
    said = of.rows("""
        select c.area_type, c.area_code, c.sentence
        from release_change c join place using (area_type, area_code)
        where severity in ('alert', 'note')
        order by place_order, severity <> 'alert', change_no limit 200""")
    by: dict[AreaKey, list[str]] = {}
    for row in said:
        by.setdefault((row["area_type"], row["area_code"]), []).append(row["sentence"])
    passages = tuple(Passage(of.name(key), tuple(told)) for key, told in by.items())
    links = (("what-changed.html", "Everything that changed since the release before"),)
    return Content(passages, links=links if of.compared else ())


def _methods(of: Of) -> Content:
    del of
    return Content(links=(
        ("methods.html", "How each figure is made, and what the marks mean"),
        ("data-quality.html", "What was read, what was checked, and what was found"),
    ))  # fmt: skip


#: What each chapter holds, by its key in the declaration.
MAKERS: dict[str, Maker] = {
    "brief": _brief, "people": _people, "needs": _needs, "demand": _demand, "supply": _supply, "money": _money,
    "inequality": _inequality, "risk": _risk, "priorities": _priorities, "outcomes": _outcomes, "voice": _voice,
    "changes": _changes, "methods": _methods,
}  # fmt: skip


def parts_of(profiled: Sequence[str], members: Sequence[AreaKey]) -> tuple[str, tuple[AreaKey, ...]]:
    """The kind of area that a partnership is divided into, the first that it has any of, and those areas."""
    for kind in profiled:
        found = tuple(key for key in members if key[0] == kind)
        if kind != "hscp" and found:
            return kind, found
    return "", ()
