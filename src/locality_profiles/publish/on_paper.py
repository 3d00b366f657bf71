"""A document laid out for A4: the same blocks, tables, widths and numbers for Word and for PDF.

Everything that both forms must agree on is decided here: which heading has which level, which number a table or figure
bears, how wide a column is, how small its type, and where a table that is too wide is split. Text is cleaned here too,
so that no character in it can break a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from locality_profiles.errors import Problem, ReleaseError
from locality_profiles.hidden import NO_TEXT, without_hidden
from locality_profiles.publish.author_text import Block, Run, blocks_of
from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.document import Document, Part, Written
from locality_profiles.publish.edition import SYNTHETIC, Edition
from locality_profiles.publish.sheets import Column, Sheet
from locality_profiles.publish.theme import Theme

LANGUAGE = "en-GB"
#: Between the margins of A4 upright, in centimetres.
PAGE_WIDTH = 17.0
#: Type of tables in points, the largest that fits; nothing smaller is printed.
SIZES = (9.5, 8.5, 8.0)
#: Beside the first column; a table with more is split, and each piece repeats the first.
MOST_COLUMNS = 9
#: Width of a letter as a share of the size of type: of figures, which never break, of words, and of bold headings.
FIGURE_EM, WORD_EM, HEADING_EM = 0.57, 0.53, 0.65
CM_PER_POINT = 2.54 / 72
PADDING = 0.28
#: Letters: what a column of words needs at least and at most, and what the first column does.
LONGEST_WORD, WORDS_AT_MOST, NAME_AT_LEAST, NAME_AT_MOST = 24, 60, 12, 40

MARKS = Sheet("marks", "Marks beside numbers", "What each mark in this document means.", "Mark",
              (Column("Words", words=True), Column("Meaning", words=True)), ())  # fmt: skip


@dataclass(frozen=True)
class Heading:
    level: int
    title: str
    kind: str = "heading"


@dataclass(frozen=True)
class Paragraph:
    """``manner`` is plain, lead, small or byline."""

    text: str
    manner: str = "plain"
    kind: str = "paragraph"


@dataclass(frozen=True)
class Points:
    items: tuple[str, ...]
    small: bool = False
    kind: str = "points"


@dataclass(frozen=True)
class Note:
    """What an author wrote."""

    blocks: tuple[Block, ...]
    kind: str = "note"


@dataclass(frozen=True)
class Figure:
    number: int
    title: str
    alt: str
    picture: str
    """Name of its file, without an ending."""
    kind: str = "figure"


@dataclass(frozen=True)
class Table:
    """One table as it stands on a page; ``widths`` are those of all its columns, in centimetres."""

    number: int
    title: str
    caption: str
    first: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[str, ...], bool], ...]
    widths: tuple[float, ...]
    size: float
    kind: str = "table"

    @property
    def told(self) -> str:
        """The caption after the title, unless it says the same."""
        return "" if self.caption.rstrip(".").casefold() == self.title.rstrip(".").casefold() else self.caption


AnyBlock = Heading | Paragraph | Points | Note | Figure | Table


@dataclass(frozen=True)
class Laid:
    """A document ready to be written in any form."""

    title: str
    kind: str
    organisation: str
    release: str
    built: str
    lead: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    contact: tuple[str, ...]
    cover: str
    notices: tuple[str, ...]
    """What must be read first, whole: on the cover."""
    head: str
    """The same in short, on every page: the protective marking, and that figures are made up."""
    blocks: tuple[AnyBlock, ...]

    @property
    def headings(self) -> list[Heading]:
        return [block for block in self.blocks if isinstance(block, Heading)]


def printable(text: str) -> str:
    r"""Text that any file can hold: nothing unseen, nothing that XML forbids.

    >>> printable("East\x00 \u202eWest\ud800\ufffe")
    'East West'
    """
    return re.sub("[\ufffe\uffff]", "", NO_TEXT.sub("", without_hidden(text)))


def laid_out(document: Document, about: Edition, theme: Theme, look: str = "") -> Laid:
    """The document as blocks, with its cover; pictures are named by their look."""
    notices = _clean((about.marking, SYNTHETIC if about.synthetic else "", about.held_back))
    short = [_first_sentence(notice) for notice in _clean((about.marking, SYNTHETIC if about.synthetic else ""))]
    day = f"{about.built.day} {about.built:%B %Y}"
    return Laid(
        printable(document.title), printable(document.kind), printable(theme.name or about.title),
        printable(about.release_id), day,
        _clean(document.lead), tuple((printable(name), printable(said)) for name, said in document.facts),
        _clean(words for words, _ in theme.contact.lines()), printable(theme.cover), notices, " ".join(short),
        tuple(_blocks(document, look)),
    )  # fmt: skip


def pictures_of(laid: Laid, folder: Path, ending: str) -> dict[str, Path]:
    """The file of every picture, by its name; all that are missing are told at once."""
    wanted = dict.fromkeys(block.picture for block in laid.blocks if isinstance(block, Figure))
    files = {picture: folder / f"{picture}{ending}" for picture in wanted}
    if missing := [path.name for path in files.values() if not path.is_file()]:
        problems = [Problem("this picture is not there", "Draw the charts first.", file=name) for name in missing]
        raise ReleaseError(f"'{laid.title}' cannot be written without its pictures.", problems)
    return files


def _clean(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(printable(text) for text in texts if text)


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]


def _blocks(document: Document, look: str) -> Iterator[AnyBlock]:
    """Every block in order; figures and tables are numbered as they come."""
    figures = tables = level = 0
    titles = {sheet.id: printable(sheet.title) for _, sheet in document.sheets()}
    for part in (*document.parts, *_legend(document)):
        level = max(1, min(part.level - 1, level + 1))  # a heading never skips a level, or its reader is lost
        yield Heading(level, printable(part.title))
        yield from _texts(part)
        for chart in part.charts:
            figures += 1
            yield from _figure(chart, figures, look, part, titles)
        for sheet in part.sheets:
            for piece in on_page(sheet):
                tables += 1
                yield replace(piece, number=tables)
            if not sheet.rows:
                yield Paragraph(f"{printable(sheet.title)}: there are no figures to show.")
            yield from [Points(_clean(sheet.caveats), small=True)] if sheet.caveats else []
        yield from (Paragraph(text, "small") for text in _clean(part.remarks))


def _legend(document: Document) -> list[Part]:
    rows = tuple((mark, (words, meaning), False) for mark, words, meaning in document.marks)
    return [Part("marks", MARKS.title, sheets=(replace(MARKS, rows=rows),))] if rows else []


def _texts(part: Part) -> Iterator[AnyBlock]:
    yield from (Paragraph(text) for text in _clean(part.paragraphs))
    if part.points:
        yield Points(_clean(part.points))
    for written in part.notes:
        yield from _written(written)


def _written(written: Written) -> Iterator[AnyBlock]:
    yield Note(tuple(_printable_block(block) for block in blocks_of(written.html)))
    yield from (Paragraph(text, "byline") for text in _clean((written.byline, written.moved)))


def _printable_block(block: Block) -> Block:
    runs = [Run(printable(run.text), run.bold, run.italic, printable(run.link)) for run in block.runs]
    return Block(block.kind, runs, [_printable_block(inner) for inner in block.blocks])


def _figure(
    chart: Chart, number: int, look: str, part: Part, titles: Mapping[str, str]
) -> Iterator[Figure | Paragraph]:
    title = printable(chart.title)
    yield Figure(number, title, printable(chart.alt) or title, chart.key(look))
    if chart.sheet in titles and chart.sheet not in [sheet.id for sheet in part.sheets[:1]]:
        yield Paragraph(f"The numbers are in the table '{titles[chart.sheet]}'.", "small")


def on_page(sheet: Sheet) -> list[Table]:
    """A sheet as one table, or as several side by side in turn, each as wide as the page at most.

    They are as few as can be, of nearly as many columns each; every one repeats the first column.
    """
    if not sheet.rows:
        return []
    sheet = _printable_sheet(sheet)
    count = max(1, len(sheet.columns))
    for pieces in range(-(-count // MOST_COLUMNS), count + 1):
        tables = [_fitted(sheet, part, pieces > 1) for part in _evenly(count, pieces)]
        if pieces == count or all(sum(table.widths) <= PAGE_WIDTH + 0.001 for table in tables):
            break
    return tables


def _printable_sheet(sheet: Sheet) -> Sheet:
    return replace(
        sheet, title=printable(sheet.title), caption=printable(sheet.caption), first=printable(sheet.first),
        columns=tuple(Column(printable(c.title), printable(c.unit), c.words) for c in sheet.columns),
        rows=tuple((printable(name), tuple(map(printable, cells)), total) for name, cells, total in sheet.rows),
    )  # fmt: skip


def _evenly(count: int, pieces: int) -> list[range]:
    """Consecutive ranges of nearly one length.

    >>> _evenly(13, 2)
    [range(0, 7), range(7, 13)]
    """
    size, more = divmod(count, pieces)
    starts = [i * size + min(i, more) for i in range(pieces + 1)]
    return [range(first, last) for first, last in zip(starts, starts[1:], strict=False)]


def _fitted(sheet: Sheet, part: range, split: bool) -> Table:
    """Some columns of a sheet in the largest type in which they fit, or in the smallest."""
    columns = sheet.columns[part.start : part.stop]
    rows = tuple((name, cells[part.start : part.stop], total) for name, cells, total in sheet.rows)
    needs = [_needs_of_names(sheet), *(_needs(column, [row[1][i] for row in rows]) for i, column in enumerate(columns))]
    size = next(
        (size for size in SIZES if sum(_centimetres(least, size) for least, _ in needs) <= PAGE_WIDTH), SIZES[-1]
    )
    title = sheet.title
    if split:
        where = f"columns {part.start + 1} to {part.stop}" if len(part) > 1 else f"column {part.stop}"
        title = f"{title} ({where} of {len(sheet.columns)})"
    return Table(0, title, sheet.caption, sheet.first, columns, rows, _widths(needs, size), size)


def _needs(column: Column, cells: Sequence[str]) -> tuple[float, float]:
    """Em that a column needs at least, and those with which it reads well."""
    heading = HEADING_EM * _longest_word([column.title, column.unit])
    longest = max(map(len, cells), default=1)
    if not column.words:
        least = max(heading, FIGURE_EM * max(longest, 4))
        return least, least
    least = max(heading, WORD_EM * _longest_word(cells))
    return least, max(least, WORD_EM * min(longest, WORDS_AT_MOST))


def _needs_of_names(sheet: Sheet) -> tuple[float, float]:
    names = [name for name, _, _ in sheet.rows]
    longest = max(map(len, names))
    least = max(
        HEADING_EM * _longest_word([sheet.first]), WORD_EM * _longest_word(names), WORD_EM * min(longest, NAME_AT_LEAST)
    )
    return least, max(least, WORD_EM * min(longest, NAME_AT_MOST))


def _longest_word(texts: Iterable[str]) -> int:
    """Letters of the longest word, as far as a word is not broken."""
    return min(LONGEST_WORD, max((len(word) for text in texts for word in text.split()), default=1))


def _centimetres(em: float, size: float) -> float:
    return em * size * CM_PER_POINT + PADDING


def _widths(needs: Sequence[tuple[float, float]], size: float) -> tuple[float, ...]:
    """What is left of the page goes to the columns that would read better for it."""
    least = [_centimetres(em, size) for em, _ in needs]
    wanted = [_centimetres(em, size) - low for (_, em), low in zip(needs, least, strict=True)]
    spare = max(0.0, PAGE_WIDTH - sum(least))
    share = min(1.0, spare / sum(wanted)) if sum(wanted) > 0 else 0.0
    return tuple(round(low + share * more, 3) for low, more in zip(least, wanted, strict=True))


def as_json(laid: Laid) -> dict[str, Any]:
    """The whole as JSON can hold it."""
    from dataclasses import asdict

    return asdict(laid)
