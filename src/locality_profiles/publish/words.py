"""What pages say in words: the sentences of each section, and what authors wrote, safely rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from locality_profiles.publish.reading import AreaKey
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb
    from markdown_it import MarkdownIt

#: The part of Markdown that a paragraph may use; what else is written stands there as it was typed. The reader of
#: Markdown comes with rich.
ALLOWED = ("emphasis", "link", "list", "blockquote", "escape", "newline")


@dataclass(frozen=True)
class Note:
    """A paragraph of an author: its markup, who wrote it and when, and what has moved since."""

    markup: Markup
    byline: str
    moved: str


@dataclass
class Words:
    """What one section of one area says."""

    sentences: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


#: By section; 'profile' is what stands at the head of a page.
OfArea = dict[str, Words]


def read_words(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], profiled: Sequence[str]
) -> dict[AreaKey, OfArea]:
    """The words of every profiled area; nothing where a release has none."""
    found: dict[AreaKey, OfArea] = {}
    for kind, code, section, text in _rows(connection, tables, "sentence", "text", profiled):
        _of(found, (kind, code), section).sentences.append(text)
    columns = "text, author, written, moved_what"
    for kind, code, section, text, author, written, moved in _rows(
        connection, tables, "author_note", columns, profiled
    ):
        note = Note(rendered(text), byline(author, written), moved or "")
        _of(found, (kind, code), section).notes.append(note)
    return found


def _of(found: dict[AreaKey, OfArea], area: AreaKey, section: str) -> Words:
    return found.setdefault(area, {}).setdefault(section, Words())


def _rows(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], table: str, columns: str, profiled: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    if table not in tables:
        return
    found = connection.execute(
        f"select area_type, area_code, section, {columns} from {relation(tables[table])} "
        "where list_contains(?, area_type) order by area_type, area_code, section, position",
        [list(profiled)],
    )
    while rows := found.fetchmany(4096):
        yield from rows


def rendered(text: str) -> Markup:
    """A paragraph's Markdown as markup; HTML in it is text, and a link leads nowhere that is not safe.

    >>> str(rendered("See *this* <b>page</b> and [that](javascript:x)."))
    '<p>See <em>this</em> &lt;b&gt;page&lt;/b&gt; and [that](javascript:x).</p>\\n'
    """
    return Markup(_markdown().render(text))


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("zero", {"html": False, "linkify": False}).enable(list(ALLOWED))


def byline(author: str | None, written: Any) -> str:
    """'Written by A. Person, 3 March 2026', as far as it is known.

    >>> from datetime import date
    >>> byline("Planning team", date(2026, 3, 1)), byline(None, date(2026, 3, 1)), byline(None, None)
    ('Written by Planning team, 1 March 2026', 'Written 1 March 2026', '')
    """
    day = f"{written.day} {written:%B %Y}" if written else ""
    if author:
        return f"Written by {author}, {day}" if day else f"Written by {author}"
    return f"Written {day}" if day else ""
