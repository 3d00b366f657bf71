"""The cells of an area's written page, each with what it is a figure of: for tests that ask what a page tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

#: What stands in a cell beside its words and is none of them.
ASIDE = ("unit", "vh", "tag", "ref", "when")
#: Elements that say by themselves what stands in them.
SAID_BY = {"i": "vh", "small": "when"}


class Cell(NamedTuple):
    """One cell: the indicator's title, the class if any, the period, the page of the area (or its role), its words."""

    indicator: str
    category: str
    period: str
    area: str
    words: str


@dataclass
class _Written:
    """A cell as it is written: its words without what stands aside, and that by kind."""

    tag: str
    css: str
    words: str = ""
    aside: dict[str, str] = field(default_factory=dict)
    link: str = ""


class _Tables(HTMLParser):
    """All tables of a page: class and rows of cells."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[str, list[list[_Written]]]] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "table":
            self.tables.append((told.get("class", ""), []))
        elif tag == "tr":
            self.tables[-1][1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][1][-1].append(_Written(tag, told.get("class", "")))
        elif tag == "a" and (cell := self._cell()) is not None and told.get("class") != "ref":
            cell.link = told.get("href", "")
        if tag not in ("meta", "link", "br"):
            self._open.append((tag, told.get("class", "").split(" ")[0] or SAID_BY.get(tag, "")))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if (cell := self._cell()) is None:
            return
        kind = next((css for _, css in self._open if css in ASIDE), "")
        if kind == "when" and any(css == "vh" for _, css in self._open):
            return
        if kind:
            cell.aside[kind] = cell.aside.get(kind, "") + (data.rstrip(": ") if kind == "when" else data)
        else:
            cell.words += data

    def _cell(self) -> _Written | None:
        if not {"td", "th"} & {tag for tag, _ in self._open}:
            return None
        return self.tables[-1][1][-1][-1]


def cells_of(page: Path) -> Iterator[Cell]:
    """The cells of the tables of figures, of classes and of trends; those of the page's own area have its stem."""
    parser = _Tables()
    parser.feed(page.read_text(encoding="utf-8"))
    for css, rows in parser.tables:
        kind = css.split(" ")[0]
        if kind == "profile":
            yield from _of_areas(rows, page.stem)
        elif kind == "by-class":
            yield from _of_classes(rows, page.stem)
        elif kind == "trend":
            yield from _of_trends(rows)


def figures_of(page: Path) -> Iterator[Cell]:
    """The cells of the tables of figures alone."""
    parser = _Tables()
    parser.feed(page.read_text(encoding="utf-8"))
    for css, rows in parser.tables:
        if css.split(" ")[0] == "profile":
            yield from _of_areas(rows, page.stem)


def _stem(link: str) -> str:
    found = re.search(r"areas/([^/#]+)\.html", link)
    return found[1] if found else ""


def _of_areas(rows: list[list[_Written]], own: str) -> Iterator[Cell]:
    areas = [own if "this" in cell.css else _stem(cell.link) or cell.words.strip() for cell in rows[0]]
    heading = ""
    for row in rows[1:]:
        if len(row) == 1:
            heading = row[0].words.strip()
            continue
        nested = "nested" in row[0].css
        title, category = (heading, row[0].words.strip()) if nested else (row[0].words.strip(), "")
        for area, cell in list(zip(areas, row, strict=True))[2:]:
            yield Cell(title, category, row[1].words.strip(), area, cell.words.strip())


def _of_classes(rows: list[list[_Written]], own: str) -> Iterator[Cell]:
    classes = [cell.words.strip() for cell in rows[0]]
    for row in rows[1:]:
        for category, cell in list(zip(classes, row, strict=False))[2:]:
            words = f"{cell.words.strip()} {cell.aside.get('unit', '')}".strip()  # limits stand small below the figure
            yield Cell(row[0].words.strip(), category, row[1].words.strip(), own, words)


def _of_trends(rows: list[list[_Written]]) -> Iterator[Cell]:
    heading = ""
    for row in rows[1:]:
        if len(row) == 1:
            heading = row[0].words.strip()
            continue
        nested = "nested" in row[0].css
        title, category = (heading, row[0].words.strip()) if nested else (row[0].words.strip(), "")
        for cell in row[2:]:
            yield Cell(title, category, cell.aside.get("when", "").strip(), row[1].words.strip(), cell.words.strip())
