"""Reading a written page back: its tags, tables, links and words, as a browser's parser sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

VOID = {"meta", "link", "br", "hr", "img", "input", "source"}


@dataclass
class Table:
    """A table as rows of (tag, attributes, text) cells."""

    caption: str = ""
    css: str = ""
    rows: list[list[tuple[str, dict[str, str], str]]] = field(default_factory=list)

    def texts(self) -> list[list[str]]:
        return [[text for _, _, text in row] for row in self.rows]

    def width(self, row: list[tuple[str, dict[str, str], str]]) -> int:
        return sum(int(attributes.get("colspan", 1)) for _, attributes, _ in row)


class Page(HTMLParser):
    """A parsed page. ``errors`` lists tags that were not closed where they should be."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.path = path
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.tables: list[Table] = []
        self.errors: list[str] = []
        self.headings: dict[str, list[str]] = {}
        self.text = ""
        self.title = ""
        self._open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        self.errors += [f"<{tag}> is never closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        if tag in VOID:
            return
        self._open.append(tag)
        if tag == "table":
            self.tables.append(Table(css=attributes.get("class", "")))
        elif tag == "tr":
            self.tables[-1].rows.append([])
        elif tag in ("td", "th"):
            self.tables[-1].rows[-1].append((tag, attributes, ""))
        elif tag in ("h1", "h2", "h3"):
            self.headings.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.errors.append(f"</{tag}> closes nothing at {self.getpos()}")
        if tag in ("dt", "dd", "li", "p"):
            self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data
        if "title" in self._open and "svg" not in self._open:
            self.title += data
        for heading in {"h1", "h2", "h3"} & set(self._open):
            self.headings[heading][-1] += data
        if "caption" in self._open:
            self.tables[-1].caption += data
        elif {"td", "th"} & set(self._open):
            tag, attributes, text = self.tables[-1].rows[-1][-1]
            self.tables[-1].rows[-1][-1] = (tag, attributes, f"{text}{data}")

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def ids(self) -> set[str]:
        return {attributes["id"] for _, attributes in self.tags if "id" in attributes}

    @property
    def words(self) -> str:
        return " ".join(self.text.split())
