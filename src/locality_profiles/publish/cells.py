"""Table cells as markup. The only module that writes HTML by hand, so the only one to read for escaping.

A large partnership's page holds several hundred cells and a country has hundreds of pages: a row's
cells are joined here once instead of being looped over in a template.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from locality_profiles.numbers import BREAK, DASH, Sign, figure_and_mark, print_people, print_share
from locality_profiles.publish.edition import Edition
from locality_profiles.publish.reading import (
    LARGER,
    AreaKey,
    Cell,
    Indicator,
    Overlap,
    Period,
    Point,
    Profile,
    Row,
    Section,
    Trend,
    figure_of,
)
from locality_profiles.publish.standing import (
    AGE,
    SETTLEMENT,
    Standing,
    change_words,
    classes_view,
    compared_view,
    unequal_view,
)
from locality_profiles.tables.curated import LADDER, OUT

COLUMN_CSS = {
    "this": "this",
    "peer": "peer",
    "part": "peer",
    "within": "larger within",
    "hscp": "larger",
    "health_board": "larger",
    "country": "larger",
}
#: Statuses by which a row may say that it is known for larger areas only. A suppressed value may not.
NOT_PUBLISHED = ("not_available", "not_collected", "not_applicable", "not_calculated")
STEPS = ("Latest", "One before", "Two before", "Three before", "Four before")


def anchor(kind: str, name: str) -> str:
    """An id for a place in a page."""
    return f"{kind}-{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}"


class Notes:
    """The notes of one section, numbered as they are met, with short ids: a page may name them a thousand times."""

    def __init__(self, name: str) -> None:
        self.section, self.note = anchor("section", name), anchor("note", name)
        self.numbers: dict[str, int] = {}

    def reference(self, note: str | None) -> str:
        """A link to the note, as markup; nothing where there is no note."""
        if not note:
            return ""
        number = self.numbers.setdefault(note, len(self.numbers) + 1)
        return f'<a class=ref href="#{self.id(number)}"><i>note </i>{number}</a>'

    def id(self, number: int) -> str:
        return f"{self.note}-{number}"

    def listed(self) -> list[tuple[str, str]]:
        return [(self.id(number), note) for note, number in self.numbers.items()]


@lru_cache(maxsize=65_536)
def figure(value: float | None, status: str, unit: str, decimals: int) -> tuple[str, str]:
    """A value as markup, its mark spoken in words; and the mark, for the legend."""
    text, sign = figure_and_mark(value, status, unit, decimals)
    if text and not sign.mark:
        return str(escape(text)), "0" if text == "0" else ""
    mark = _mark(sign)
    return f"{escape(text)} {mark}" if text else mark, sign.mark


def _mark(sign: Sign) -> str:
    """A mark that is seen, and the words that are heard in its place; short, for a page has thousands."""
    return f"<b aria-hidden=true>{escape(sign.mark)}</b><i>{escape(sign.words)}</i>"


def plain(values: Iterable[tuple[Cell, Indicator]]) -> Markup:
    """Cells of the front page's tables: figures without notes, which the area's own page gives."""
    parts = []
    for (value, status, _), indicator in values:
        shown = figure(value, status, indicator.unit, indicator.decimals)[0]
        parts.append(f"<td{'' if value is not None else ' class=none'}>{shown}</td>")
    return Markup("".join(parts))


@dataclass(frozen=True)
class SectionWriter:
    """Makes one section of one area's page; ``marks`` gathers the marks used, for the page's legend."""

    profile: Profile
    section: Section
    about: Edition
    names: Mapping[AreaKey, str]
    marks: set[str]
    notes: Notes
    standing: Standing = field(default_factory=Standing)

    def view(self) -> dict[str, Any]:
        """The section, ready for the template."""
        by_indicator = groupby(self.section.rows, lambda row: row.indicator)
        steps = max((len(trend.points) for trend in self.section.trends), default=0)
        return {
            "id": self.notes.section,
            "title": self.section.title,
            "blocks": [self._block(indicator, list(rows)) for indicator, rows in by_indicator],
            "steps": [STEPS[number] for number in reversed(range(steps))],
            "trends": [
                self._trend_block(indicator, list(trends), steps)
                for indicator, trends in groupby(self.section.trends, lambda trend: trend.indicator)
            ],
            "notes": self.notes.listed(),
            "sources": self.section.sources,
            "compared": compared_view(self.section.rows, self.standing, self.about.several(self.profile.area_type)),
            "unequal": unequal_view(self.section.indicators, self.standing),
            "classes": [
                (key, title, told)
                for key, title, breakdown in (("ages", "By age", AGE), ("settlement", "Town and country", SETTLEMENT))
                if (told := classes_view(self.section.indicators, self.standing, breakdown))
            ],
            "verdicts": any(self.verdict(trend) for trend in self.section.trends),
        }

    def verdict(self, trend: Trend) -> str:
        """What the recent trend of the area itself says; nothing where it is another area's or was not tested."""
        if (trend.of_type, trend.of_code) != self.profile.key:
            return ""
        return change_words(self.standing, trend.indicator.indicator_id, trend.category)

    def _block(self, indicator: Indicator, rows: list[Row]) -> dict[str, Any]:
        """An indicator's rows: its own, and those of its classes nested under it."""
        return {
            "title": indicator.title,
            "unit": indicator.unit_beside,
            "href": f"indicators/{indicator.indicator_id}.html",
            "heading_row": rows[0].category != "all",
            "rows": [
                (
                    None if row.category == "all" else row.category_title or row.category,
                    row.period.label if row.period else "",
                    *self._cells(row),
                )
                for row in rows
            ],
        }

    def _cells(self, row: Row) -> tuple[Markup, Markup]:
        """A reference to the note that the whole row shares, if it does; and the row's cells."""
        shared = row.cells[0][2] if len({note for _, _, note in row.cells}) == 1 and len(row.cells) > 1 else None
        head = self.notes.reference(shared)
        only = only_larger(row, self.profile, self.about)
        parts = [_period(row.period) if row.period else _NO_PERIOD]
        for column, cell in zip(self.profile.columns, row.cells, strict=True):
            css = _css(column.role, figure_of(cell))
            note = "" if shared else self.notes.reference(cell[2])
            words = f'<span class="only">{escape(only)}</span>' if only and column.role == "this" else ""
            parts.append(f"<td{css}>{self._figure(cell, row.indicator)}{note}{words}</td>")
        return Markup(head), Markup("".join(parts))

    def _figure(self, cell: Cell, indicator: Indicator) -> str:
        shown, mark = figure(cell[0], cell[1], indicator.unit, indicator.decimals)
        self.marks.add(mark)
        return shown

    def _trend_block(self, indicator: Indicator, trends: list[Trend], steps: int) -> dict[str, Any]:
        """An indicator's rows of 'How it has changed', those of its classes nested under it."""
        return {
            "title": indicator.title,
            "unit": indicator.unit_beside,
            "heading_row": trends[0].category != "all",
            "rows": [self._trend(trend, steps) for trend in trends],
        }

    def _trend(self, trend: Trend, steps: int) -> dict[str, Any]:
        """One row: each cell carries its own period, a gap stays a gap."""
        own = (trend.of_type, trend.of_code) == self.profile.key
        kind = self.about.one(trend.of_type)
        name = self.names.get((trend.of_type, trend.of_code), trend.of_code)
        parts = [_EARLIER] * (steps - len(trend.points))
        for point in trend.points:
            if point is None:
                parts.append(_GAP)
                continue
            parts.append(self._point(point, trend.indicator))
        return {
            "category": None if trend.category == "all" else trend.category_title or trend.category,
            "area": f"This {kind}" if own else f"{name} ({kind})",
            "larger": not own,
            "cells": Markup("".join(parts)),
            "verdict": self.verdict(trend),
        }

    def _point(self, point: Point, indicator: Indicator) -> str:
        label = _when(point.period)
        shown = self._figure(point.cell, indicator) + self.notes.reference(point.cell[2])
        if not point.broken:
            return f"<td>{label}{shown}</td>"
        self.marks.add(BREAK.mark)
        return f'<td class="broken">{label}{shown} {BREAK_MARK}{self.notes.reference(point.broken)}</td>'


@lru_cache(maxsize=4096)
def _period(period: Period) -> str:
    return f"<td class=period>{escape(period.label)}</td>"


@lru_cache(maxsize=4096)
def _when(period: Period) -> str:
    """A period as it stands above the figure of its own cell."""
    return f"<small>{escape(period.label)}: </small>"


@cache
def _css(role: str, known: bool) -> str:
    """The class of a cell as markup: columns of peers, which are most, need none."""
    css = " ".join(filter(None, ["" if COLUMN_CSS[role] == "peer" else COLUMN_CSS[role], "" if known else "none"]))
    return f' class="{css}"' if " " in css else f" class={css}" if css else ""


def headings(columns: Iterable[Mapping[str, str]]) -> Markup:
    """The headings of a profile's columns, which are the same in each of its sections."""
    parts = []
    for column in columns:
        tag = f'<span class="tag">{escape(column["tag"])}</span> ' if column["tag"] else ""
        name = escape(column["name"])
        shown = f'<a href="../{escape(column["href"])}">{name}</a>' if column["href"] else name
        parts.append(f'<th scope="col" class="{column["css"]}">{tag}{shown}</th>')
    return Markup("\n".join(parts))


BREAK_MARK = _mark(BREAK)
_NO_PERIOD = f'<td class="period none"><span aria-hidden="true">{DASH}</span><span class="vh">no period</span></td>'
_EARLIER = '<td class="none"><span class="vh">nothing earlier</span></td>'
_GAP = (
    '<td class="none"><small aria-hidden="true">&nbsp;</small>'
    f'<span aria-hidden="true">{DASH}</span><span class="vh">no figure</span></td>'
)


def section_view(
    profile: Profile,
    section: Section,
    about: Edition,
    names: Mapping[AreaKey, str],
    marks: set[str],
    standing: Standing | None = None,
) -> dict[str, Any]:
    """One section of an area's page, ready for the template."""
    notes = Notes(section.id)
    return SectionWriter(profile, section, about, names, marks, notes, standing or Standing()).view()


def only_larger(row: Row, profile: Profile, about: Edition) -> str:
    """'Known only for the partnership': where the extracts go no lower than a larger area.

    That is so if the declaration says it, or if neither this area nor any of its peers has a figure;
    never where a figure was held back.
    """
    if figure_of(row.cells[0]) or row.cells[0][1] not in NOT_PUBLISHED:
        return ""
    columns = list(zip(profile.columns, row.cells, strict=True))
    known = [column for column, cell in columns if column.role in LARGER and figure_of(cell)]
    peers = [cell for column, cell in columns if column.role == "peer"]
    none_of_its_kind = bool(peers) and all(cell[1] in NOT_PUBLISHED for cell in peers)
    if not known or not (none_of_its_kind or _goes_no_lower(row.indicator, profile.area_type)):
        return ""
    smallest = known[0]
    name = smallest.name if smallest.role == "country" else f"the {about.one(smallest.area_type)}"
    return f"Known only for {name}"


def _goes_no_lower(indicator: Indicator, area_type: str) -> bool:
    smallest = indicator.smallest_area
    return smallest in LADDER and area_type in LADDER and LADDER.index(smallest) > LADDER.index(area_type)


# --- overlaps and fit -----------------------------------------------------------------------------

_NOTHING = (
    f'<td class="none"><span aria-hidden="true">{DASH}</span><span class="vh">not known or no meaning here</span></td>'
)


def overlap_rows(
    rows: Iterable[Overlap], about: Edition, names: Mapping[AreaKey, str], page: Callable[[AreaKey], str]
) -> Markup:
    """Rows of a table of overlaps, for a page one folder below the front page."""
    parts = []
    for row in rows:
        figures = print_people(row.persons), print_share(row.share_of_area), print_share(row.share_of_other)
        head = f'<th scope="row" class="first nested">{_other(row, about, names, page)}</th>'
        parts.append(f"<tr>{head}{''.join(map(_known, figures))}</tr>")
    return Markup("".join(parts))


def _other(row: Overlap, about: Edition, names: Mapping[AreaKey, str], page: Callable[[AreaKey], str]) -> str:
    if row.other_code is None:
        kind = about.one(row.other_type) if row.areas == 1 else about.several(row.other_type)
        return f"and {row.areas:,} more {escape(kind)}"
    if row.other_code == OUT:
        return f"In no {escape(about.one(row.other_type))}"
    key = (row.other_type, row.other_code)
    name = escape(names.get(key, row.other_code))
    return f'<a href="../{escape(href)}">{name}</a>' if (href := page(key)) else name


def _known(text: str) -> str:
    return _NOTHING if text == DASH else f"<td>{text}</td>"


def fit_cells(fit: Mapping[str, Any]) -> Markup:
    """Cells of one area's row of a fit report."""
    figures = [
        f"{fit['blocks']:,}", f"{fit['blocks_split']:,}", print_people(fit["persons"]),
        print_people(fit["persons_from_elsewhere"]), print_people(fit["persons_left_out"]),
        print_share(fit["share_misplaced"]),
    ]  # fmt: skip
    note = " ".join(filter(None, ["Below the minimum." if fit["below_minimum"] else "", fit["note"]]))
    words = f'<td class="words">{escape(note)}</td>' if note else _NOTHING.replace('class="none"', 'class="words none"')
    return Markup("".join(map(_known, figures)) + words)
