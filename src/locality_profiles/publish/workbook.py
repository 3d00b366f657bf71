"""A document's tables as a workbook, by the rules of the UK Government Analysis Function for spreadsheets.

A cover, contents and notes stand before the tables. Each table has a worksheet to itself, which says in its first rows
what it shows, and is marked as a table. A figure is a number: the marks beside it stand in a column of their own, at
the end of the row, and only a mark that takes the place of a figure stands where the figure would. Nothing is merged,
hidden or empty. The same document gives the same bytes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from locality_profiles.numbers import DASH, LOW, MINUS, Printed, legend
from locality_profiles.publish.document import Document, Part
from locality_profiles.publish.edition import SYNTHETIC, Edition
from locality_profiles.publish.sheets import Sheet

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

COVER, CONTENTS, NOTES = "Cover", "Contents", "Notes"
ONE_TABLE = "This worksheet contains one table."
#: What stands where the pages have a dash or nothing, since a cell may not be empty.
NO_FIGURE, NO_WORDS, NO_MARK = "[x]", "none", "no mark"
NO_ROWS, NO_MEANING = "There is nothing to show.", "[z]"
MARKS = "Marks"
EVERY = "every figure"
ON_MARKS = (
    f"A mark beside a figure stands in the column {MARKS}, at the end of the row, with the column that it belongs to, "
    "so that figures stay numbers. A mark in the place of a figure says why there is none; it is never nought."
)
#: Bounds of the format.
LONGEST_NAME, LONGEST_TEXT, LONGEST_HEADING, LONGEST_MARGIN = 31, 32_767, 255, 255
#: Points of a line of text, and of the highest row that there may be.
LINE, HIGHEST = 15.75, 409
#: A description above a table is one line.
MOST_WORDS = 1000
#: Widths of columns, in characters.
NARROW, WIDE, COVER_WIDE, A4_UPRIGHT = 11, 60, 92, 95

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]+")
#: What no part of a workbook may hold, and what looks like the format's own way to write it.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MARK = re.compile(r"\[[a-z]+\]")
#: A figure that was printed without remembering its number: one number alone, with the signs of this house.
_FIGURE = re.compile(rf"([+\-{MINUS}]?)(£?)(\d{{1,3}}(?:,\d{{3}})+|0|[1-9]\d*)(\.\d+)?(%?)")


class Ask(Protocol):
    """Whom readers may ask."""

    def lines(self) -> Sequence[tuple[str, str]]:
        """What is told, each with the address that it links to."""


class House(Protocol):
    """What a workbook takes of a house style."""

    @property
    def name(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def document_fonts(self) -> tuple[str, ...]: ...
    @property
    def colours(self) -> Any: ...
    @property
    def contact(self) -> Ask: ...


@dataclass(frozen=True)
class Nobody:
    def lines(self) -> Sequence[tuple[str, str]]:
        return ()


@dataclass(frozen=True)
class Plain:
    """The style of a workspace that declares none."""

    name: str = ""
    licence: str = ""
    document_fonts: tuple[str, ...] = ()
    colours: Any = None
    contact: Ask = field(default_factory=Nobody)


PLAIN = Plain()
FONT, INK = "Arial", "#12436D"


class Cell(NamedTuple):
    """What a cell holds: a number with its format, or words; and the marks that belong beside a number."""

    value: int | float | str
    number_format: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leaf:
    """One worksheet of a table, before it is written."""

    number: str
    """Of its chapter and within it, as the worksheet's name and the contents have it: '3.2'."""
    name: str
    section: str
    sheet: Sheet
    headings: tuple[str, ...]
    rows: tuple[tuple[tuple[Cell, ...], bool], ...]
    """Cells, the first of them the row's name, and whether the row is a total."""
    notes: tuple[int, ...]
    source: str

    @property
    def table(self) -> str:
        return f"table_{self.number.replace('.', '_')}"

    @property
    def heading(self) -> str:
        return f"{self.number} {self.sheet.title}"


def write_workbook(document: Document, out: Path, about: Edition, theme: House = PLAIN) -> Path:
    """Write every table of a document to the file ``out``; the folder is there. A file that was there is replaced."""
    from xlsxwriter import Workbook

    leaves, notes = _leaves(document, about)
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(str(out), options) as book:
        book.set_properties(_properties(document, about, theme))
        book.set_size(2400, 1600)
        pen = _Pen(book, document, about, theme)
        pen.cover(theme)
        pen.contents(leaves)
        pen.notes(leaves, notes, _marks(document, leaves))
        for leaf in leaves:
            pen.leaf(leaf)
    return out


def _properties(document: Document, about: Edition, theme: House) -> dict[str, Any]:
    """What the file says of itself; the day is the release's, so that the same release is the same file."""
    return {
        "title": clean(document.title), "subject": clean(document.kind), "author": clean(theme.name or about.title),
        "company": clean(theme.name), "keywords": clean(f"release {about.release_id}"),
        "comments": SYNTHETIC if about.synthetic else "", "created": datetime.combine(about.built, time()),
    }  # fmt: skip


# --- what is written ------------------------------------------------------------------------------


def clean(text: str) -> str:
    """A text that any cell can hold: without characters that cannot be seen, and no longer than a cell.

    >>> clean("North\\x07 Isles")
    'North Isles'
    """
    text = _UNSEEN.sub("", str(text)).replace("\r", " ")
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def cell_of(text: str, words: bool = False) -> Cell:
    """What a spreadsheet's cell holds of a printed one; ``words`` says that its column is not of figures.

    >>> cell_of(Printed("12.3% [e]", 12.3, "%", 1))
    Cell(value=12.3, number_format='#,##0.0"%"', marks=('[e]',))
    >>> cell_of("[c]"), cell_of("–").value, cell_of("+2.5%").value, cell_of("2024", words=True).value
    (Cell(value='[c]', number_format='', marks=()), '[x]', 2.5, '2024')
    """
    if isinstance(text, Printed) and text.number is not None and math.isfinite(text.number):
        marks = tuple(dict.fromkeys(_MARK.findall(text)))
        return Cell(text.number, _format_of(text), marks)
    told = clean(text).strip()
    if not words and (figure := _FIGURE.fullmatch(told)):
        return _read(figure)
    if told in ("", DASH):
        return Cell(NO_WORDS if words else NO_FIGURE)
    return Cell(told)


def _format_of(printed: Printed) -> str:
    """The figure's own format; what is only close to zero is shown to the two digits that it has."""
    number = printed.number
    if number and LOW in printed:
        printed = Printed(printed, number, printed.unit, 1 - math.floor(math.log10(abs(number))))
    return printed.number_format


def _read(figure: re.Match[str]) -> Cell:
    sign, pounds, whole, part, per_cent = figure.groups()
    number = float(f"{whole.replace(',', '')}{part or ''}") * (-1 if sign in ("-", MINUS) else 1)
    size = f"{pounds}{'#,##' if ',' in whole else ''}0{'.' + '0' * (len(part) - 1) if part else ''}"
    size += '"%"' if per_cent else ""
    return Cell(number if part else int(number), f"+{size};-{size};{size}" if sign == "+" else size)


def headings_of(sheet: Sheet) -> tuple[str, ...]:
    """The heading of every column with its unit, none empty and no two alike: a marked table asks for that."""
    given = [
        sheet.first,
        *(f"{c.title} ({c.unit})" if c.unit and c.title else c.title or c.unit for c in sheet.columns),
    ]
    found: dict[str, str] = {}
    for at, text in enumerate(given, 1):
        plain = " ".join(clean(text).replace("_x", "_ x").split())[: LONGEST_HEADING - 8] or f"Column {at}"
        told, again = plain, 1
        while told.casefold() in found:
            again += 1
            told = f"{plain} [{again}]"
        found[told.casefold()] = told
    return tuple(found.values())


def sheet_name(number: str, title: str) -> str:
    """A worksheet's name: its number and as much of its title as fits, without what the format forbids.

    >>> sheet_name("3.2", "Deaths"), sheet_name("3.12", "Emergency admissions: people aged 65/74")
    ('3_2 Deaths', '3_12 Emergency admissions')
    """
    plain = " ".join(_FORBIDDEN.sub(" ", clean(title)).split())
    room = LONGEST_NAME - len(number) - 1
    if len(plain) > room:
        whole = plain[: room + 1].rpartition(" ")[0]
        plain = whole if len(whole) > room // 2 else plain[:room]
    return f"{number.replace('.', '_')} {plain}".strip(" '")


def _leaves(document: Document, about: Edition) -> tuple[list[Leaf], dict[str, int]]:
    """Every table with its number and name, and every note of the workbook with its number."""
    notes: dict[str, int] = {}
    leaves, chapter, within = [], 0, 0
    for part in document.parts:
        if part.level <= 2 or not chapter:
            chapter, within = chapter + 1, 0
        sources, remarks = _told_apart(part)
        for sheet in part.sheets:
            within += 1
            number = f"{chapter}.{within}"
            mine = dict.fromkeys(clean(text).strip() for text in (*sheet.caveats, *remarks))
            numbers = tuple(notes.setdefault(text, len(notes) + 1) for text in mine if text)
            rows = tuple((_cells(name, cells, sheet), total) for name, cells, total in sheet.rows)
            leaves.append(Leaf(
                number, sheet_name(number, sheet.title), part.title, sheet, headings_of(sheet), rows, numbers,
                sources or f"Source: {about.title}, release {about.release_id}.",
            ))  # fmt: skip
    return leaves, notes


def _told_apart(part: Part) -> tuple[str, list[str]]:
    """The small print of a part: its sources as one line, and the rest."""
    is_source = [text.lower().startswith(("source", "made from")) for text in part.remarks]
    told = zip(is_source, part.remarks, strict=True)
    rest = [text for text, source in zip(part.remarks, is_source, strict=True) if not source]
    return " ".join(text for source, text in told if source), rest


def _cells(name: str, cells: Sequence[str], sheet: Sheet) -> tuple[Cell, ...]:
    """A row as its worksheet has it: as many cells as there are columns."""
    given = [*cells, *("" for _ in range(len(sheet.columns) - len(cells)))]
    told = (cell_of(text, column.words) for text, column in zip(given, sheet.columns, strict=False))
    return (Cell(clean(name).strip() or NO_WORDS), *told)


def marks_beside(headings: Sequence[str], cells: Sequence[Cell]) -> str:
    """The marks of a row in words: each mark with the columns whose figures have it.

    >>> marks_beside(("Area", "2024"), (Cell("Skerry"), Cell(3, "0", ("[e]",))))
    '[e] every figure'
    """
    figures = [heading for heading, cell in zip(headings, cells, strict=True) if not isinstance(cell.value, str)]
    marked: dict[str, list[str]] = {}
    for heading, cell in zip(headings, cells, strict=True):
        for mark in cell.marks:
            marked.setdefault(mark, []).append(heading)
    told = [f"{mark} {EVERY if there == figures else ', '.join(there)}" for mark, there in marked.items()]
    return "; ".join(told) or NO_MARK


def _marks(document: Document, leaves: Iterable[Leaf]) -> list[tuple[str, str, str]]:
    """Every mark that a reader may meet, with its words and meaning: the document's, and those of the cells."""
    used = {mark for leaf in leaves for cells, _ in leaf.rows for cell in cells
            for mark in (*cell.marks, *(_MARK.findall(cell.value) if isinstance(cell.value, str) else ()))}  # fmt: skip
    if any(not leaf.rows for leaf in leaves):
        used.add(NO_MEANING)
    told = {mark: (mark, words, meaning) for mark, words, meaning in document.marks if mark != DASH}
    more = {row[0]: row for row in legend(used - told.keys())}
    return list({**told, **more}.values())


# --- writing --------------------------------------------------------------------------------------


class _Pen:
    """Writes worksheets in one hand: formats, what stands at the head of each, and how it prints."""

    def __init__(self, book: Workbook, document: Document, about: Edition, theme: House) -> None:
        self.book, self.document, self.about = book, document, about
        self.ink = theme.colours.main if theme.colours else INK
        self.font = next(iter(theme.document_fonts), FONT)
        self.formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.warnings = tuple(text for text in (about.marking, SYNTHETIC if about.synthetic else "") if text)
        self.top = self.style(bold=True, font_size=16, font_color=self.ink)
        self.said = self.style()
        self.warned = self.style(bold=True)
        self.link = self.style(underline=1, font_color=self.ink)
        header = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2, "bottom_color": self.ink}
        self.header = self.style(**header)
        self.header_apart = self.style(**header, indent=1)
        self.header_of_figures = self.style(**header, align="right")

    def style(self, **told: Any) -> Format:
        """A format of the book; one for all cells that look alike."""
        key = tuple(sorted(told.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"font_name": self.font, "font_size": 12, "valign": "top", **told})
        return self.formats[key]

    def words(self, bold: bool = False, right: bool = False, apart: bool = False) -> Format:
        """Words of a cell; those ``apart`` keep away from a figure at their left."""
        more = {"align": "right"} if right else {"indent": 1} if apart else {}
        return self.style(text_wrap=True, bold=bold, **more)

    def page(self, name: str, wide: int, repeated: int | None = None) -> Worksheet:
        """A new worksheet and how it prints: as wide as the paper, its heading on every page."""
        page = self.book.add_worksheet(name)
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.5, right=0.5, top=0.9, bottom=0.9)
        if wide > A4_UPRIGHT:
            page.set_landscape()
        if repeated is not None:
            page.repeat_rows(repeated)
        warning = " ".join(first_sentence(text) for text in self.warnings)
        if warning:
            page.set_header(f"&C{_margin(warning)}")
        page.set_footer(f"&L{_margin(self.document.title, 100)}&R{_margin(self.about.release_id, 40)}, page &P of &N")
        return page

    def head(self, page: Worksheet, title: str, lines: Iterable[tuple[str, Format, str]], wide: int = 0) -> int:
        """The title in A1 and lines under it, each of them one cell of the first column; the row after them.

        A line is words, how they look and the place in the book that they link to; ``wide`` is given where lines are
        wrapped.
        """
        page.write_string(0, 0, clean(title), self.top)
        page.set_row(0, 1.5 * LINE)
        row = 1
        for words, look, target in lines:
            if target:
                page.write_url(row, 0, target, look, clean(words))
            else:
                page.write_string(row, 0, clean(words), look)
            if wide:
                _heighten(page, row, [(words, wide)])
            row += 1
        return row

    def told_first(self, description: str) -> list[tuple[str, Format, str]]:
        first = f"{description[:MOST_WORDS]} {ONE_TABLE}".strip()
        return [(first, self.said, ""), *((words, self.warned, "") for words in self.warnings)]

    def cover(self, theme: House) -> None:
        page = self.page(COVER, 0)
        page.set_column(0, 0, COVER_WIDE)
        page.activate()
        wrapped, told = self.words(), self.document
        section = self.style(bold=True, font_size=14, font_color=self.ink)
        lines = [(told.kind, section, ""), *((text, self.words(bold=True), "") for text in self.warnings),
                 *((text, wrapped, "") for text in told.lead),
                 ("About this workbook", section, ""),
                 *((f"{name}: {text}", wrapped, "") for name, text in told.facts)]  # fmt: skip
        facts = " ".join(f"{name} {text}" for name, text in told.facts)
        if self.about.release_id not in facts:
            lines.append((f"Release: {self.about.release_id}", wrapped, ""))
        lines += [
            (f"Published: {self.about.built.day} {self.about.built:%B %Y}", wrapped, ""),
            (f"Source: {self.about.title}. The notes say what each table was made from.", wrapped, ""),
            *((f"Publisher: {theme.name}", wrapped, "") for _ in range(bool(theme.name))),
            *((f"Licence: {theme.licence}", wrapped, "") for _ in range(bool(theme.licence))),
            *((self.about.held_back, wrapped, "") for _ in range(bool(self.about.held_back))),
            ("How to use it", section, ""),
            ("Each table has a worksheet to itself. The worksheet Contents links to all of them.", wrapped, ""),
            ("The worksheet Notes explains every mark and holds the notes by number.", wrapped, ""),
            (ON_MARKS, wrapped, ""),
            ("Figures are rounded as the pages show them. The open data of the same release have them in full.",
             wrapped, ""),
        ]  # fmt: skip
        if contact := [words for words, _ in theme.contact.lines()]:
            lines += [("Contact", section, ""), *((words, wrapped, "") for words in contact)]
        lines.append((f"Go to {CONTENTS}", self.link, _link(CONTENTS)))
        self.head(page, told.title, [line for line in lines if line[0].strip()], COVER_WIDE)

    def contents(self, leaves: Sequence[Leaf]) -> None:
        rows = [(NOTES, "What every mark means, and notes by number", "About this workbook")]
        rows += [(leaf.name, f"{leaf.heading}. {leaf.sheet.caption}".strip(" ."), leaf.section) for leaf in leaves]
        page = self.page(CONTENTS, NARROW * 3 + WIDE + 30, len(self.warnings) + 3)
        page.set_column(0, 0, NARROW * 3)
        page.set_column(1, 1, WIDE)
        page.set_column(2, 2, 30)
        lines = [*self.told_first(f"Worksheets of this workbook. {self.document.title}."),
                 (f"Go to {COVER}", self.link, _link(COVER))]  # fmt: skip
        at = self.head(page, "Contents", lines)
        self.mark_table(page, at, len(rows), ("Worksheet", "What it shows", "Section"), "contents")
        for row, (name, words, section) in enumerate(rows, at + 1):
            page.write_url(row, 0, _link(name), self.link, name)
            page.write_string(row, 1, clean(words), self.words())
            page.write_string(row, 2, clean(section) or NO_WORDS, self.words())
            _heighten(page, row, [(name, NARROW * 3), (words, WIDE), (section, 30)])

    def notes(self, leaves: Sequence[Leaf], notes: Mapping[str, int], marks: Sequence[tuple[str, str, str]]) -> None:
        """Marks and notes in one table, since a worksheet has one."""
        where: dict[int, list[str]] = {}
        for leaf in leaves:
            for number in leaf.notes:
                where.setdefault(number, []).append(leaf.number)
        rows = [(mark, f"{words}: {_small(meaning)}", "any") for mark, words, meaning in marks]
        rows += [(f"note {number}", text, _tables(where[number])) for text, number in notes.items()]
        rows.insert(0, ("all marks", ON_MARKS, "any"))
        page = self.page(NOTES, 18 + 90 + 24, len(self.warnings) + 3)
        for column, wide in enumerate((18, 90, 24)):
            page.set_column(column, column, wide)
        lines = [*self.told_first("What every mark means, and the notes of the tables by number."),
                 (f"Go to {CONTENTS}", self.link, _link(CONTENTS))]  # fmt: skip
        at = self.head(page, "Notes", lines)
        self.mark_table(page, at, len(rows), ("Mark or note", "What it means", "Tables"), "notes")
        for row, cells in enumerate(rows, at + 1):
            for column, text in enumerate(cells):
                page.write_string(row, column, clean(text), self.words())
            _heighten(page, row, [(text, 90) for text in cells])

    def leaf(self, leaf: Leaf) -> None:
        """One table with what must be said of it."""
        rows, headings = leaf.rows, leaf.headings
        beside = [marks_beside(headings, cells) for cells, _ in rows]
        if any(text != NO_MARK for text in beside):
            taken = {heading.casefold() for heading in headings}
            title = next(name for name in (MARKS, "Marks of figures", "Marks [2]") if name.casefold() not in taken)
            headings = (*headings, title)
            rows = tuple(((*c, Cell(text)), total) for (c, total), text in zip(rows, beside, strict=True))
        if not rows:
            rows = (((Cell(NO_ROWS), *(Cell(NO_MEANING) for _ in headings[1:])), False),)
        wide = [_width(headings[at], (cells[at] for cells, _ in rows)) for at in range(len(headings))]
        lines = [*self.told_first(f"{leaf.sheet.caption.rstrip('.')}. {self.document.title}.".lstrip(". ")),
                 self.note_line(leaf), (leaf.source, self.said, ""),
                 (f"Back to {CONTENTS}", self.link, _link(CONTENTS))]  # fmt: skip
        page = self.page(leaf.name, sum(wide), len(lines) + 1)
        for column, width in enumerate(wide):
            page.set_column(column, column, width)
        at = self.head(page, leaf.heading, lines)
        figures = [_of_figures(column, leaf.sheet) for column in range(len(headings))]
        self.mark_table(page, at, len(rows), headings, leaf.table, figures)
        self.rows(page, at + 1, rows, figures, wide)
        _heighten(page, at, list(zip(headings, (width - 1 for width in wide), strict=True)))

    def note_line(self, leaf: Leaf) -> tuple[str, Format, str]:
        if not leaf.notes:
            return f"No notes belong to this table. The worksheet {NOTES} explains its marks.", self.said, ""
        listed = ", ".join(str(number) for number in leaf.notes)
        several = "s" if len(leaf.notes) > 1 else ""
        return f"Note{several} {listed}: see the worksheet {NOTES}.", self.link, _link(NOTES)

    def rows(
        self,
        page: Worksheet,
        at: int,
        rows: Sequence[tuple[Sequence[Cell], bool]],
        figures: Sequence[bool],
        wide: Sequence[int],
    ) -> None:
        """The rows of a table under its heading; one with long words is as high as they ask for."""
        plain = [[self.words(bold, right, at > 0) for at, right in enumerate(figures)] for bold in (False, True)]
        for row, (cells, total) in enumerate(rows, at):
            for column, cell in enumerate(cells):
                if isinstance(cell.value, str):
                    page.write_string(row, column, cell.value, plain[total][column])
                else:
                    look = self.style(num_format=cell.number_format, bold=total, align="right")
                    page.write_number(row, column, cell.value, look)
            _heighten(page, row, [(str(cell.value), width) for cell, width in zip(cells, wide, strict=True)])

    def mark_table(
        self, page: Worksheet, at: int, rows: int, headings: Sequence[str], name: str, figures: Sequence[bool] = ()
    ) -> None:
        """Mark a table as one: headings, and a name of its own. It keeps its head, and its row names, in sight."""
        right = figures or [False for _ in headings]
        looks = [self.header_of_figures if of_figures else self.header_apart if figures and at_column else self.header
                 for at_column, of_figures in enumerate(right)]  # fmt: skip
        page.add_table(at, 0, at + rows, len(headings) - 1, {
            "name": name, "style": None, "autofilter": False, "banded_rows": False,
            "columns": [{"header": heading, "header_format": look}
                        for heading, look in zip(headings, looks, strict=True)],
        })  # fmt: skip
        page.freeze_panes(at + 1, 1 if figures else 0)


def _of_figures(column: int, sheet: Sheet) -> bool:
    """Whether a column is of figures, and so stands to the right: not the names of rows, words or marks."""
    return 0 < column <= len(sheet.columns) and not sheet.columns[column - 1].words


def _width(heading: str, cells: Iterable[Cell]) -> int:
    """How wide a column is, in characters: as its longest cell and the longest word of its heading, within bounds."""
    longest = max(len(cell.value) if isinstance(cell.value, str) else len(f"{cell.value:,}") + 3 for cell in cells)
    return min(max(longest + 3, max(len(word) for word in heading.split()) + 3, NARROW), WIDE)


def _heighten(page: Worksheet, row: int, told: Iterable[tuple[str, int]]) -> None:
    """Make a row as high as its wrapped words need in columns of so many characters: not all programs do it."""
    lines = max((_lines(text, width) for text, width in told), default=1)
    if lines > 1:
        page.set_row(row, min(LINE * lines + 2, HIGHEST))


def _lines(text: str, width: int) -> int:
    """How many lines words take, roughly: most letters are narrower than the digits that widths are told in."""
    if len(text) <= width and "\n" not in text:
        return 1
    return sum(-(-len(line) // width) or 1 for line in text.split("\n"))


def _link(name: str) -> str:
    return f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A1"


def _tables(numbers: Sequence[str]) -> str:
    return f"{'Table' if len(numbers) == 1 else 'Tables'} {', '.join(numbers)}"


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def first_sentence(text: str) -> str:
    """As much of a warning as fits the margin of a page.

    >>> first_sentence("Official-sensitive: for management only. Small numbers stand here.")
    'Official-sensitive: for management only.'
    """
    found = re.match(r".*?[.!?](?=\s|$)", text, re.DOTALL)
    return found[0] if found else text


def _margin(text: str, most: int = 110) -> str:
    """Words in the margin of a page, whose own signs begin with '&'; all of a margin is at most 255 characters."""
    plain = " ".join(clean(text).replace("&", " and ").split())
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"
