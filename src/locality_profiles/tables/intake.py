"""Opening a supplied file and finding the table in it.

Nothing here knows what a file is about. It tells a container by its first bytes (never by the
name), an encoding by trying, and a header by looking for the column names that a layout requires,
wherever they stand: below title rows, table-builder preambles or on the second sheet. Every cell
is kept as the text that was supplied; casting happens later, in ``tables.cells``.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from locality_profiles.errors import ExtractRefused, Problem
from locality_profiles.hidden import without_hidden
from locality_profiles.meant import most_alike
from locality_profiles.tables import limits
from locality_profiles.tables.seen import without_hidden_cells

if TYPE_CHECKING:
    from collections.abc import Mapping

PREVIEW_ROWS = 60
PREVIEW_CHARACTERS = 400_000
CONTAINERS = {
    ".csv": ("text",), ".txt": ("text",), ".tsv": ("text",), ".gz": ("gzip",),
    ".xlsx": ("workbook",), ".xlsm": ("workbook",), ".xls": ("old workbook",),
    ".parquet": ("parquet",), ".geojson": ("json",), ".json": ("json",), ".md": ("text",),
}  # fmt: skip
CONTAINER_NAMES = {
    "text": "a text file such as CSV", "markdown": "a Markdown file",
    "workbook": "an Excel workbook", "old workbook": "an Excel 97 workbook",
    "parquet": "a Parquet file", "json": "a GeoJSON file", "gzip": "a gzip file", "zip": "a zip archive",
    "empty": "an empty file", "unknown": "a kind of file that is not known here",
}  # fmt: skip


#: How large a file may be, by what it is, and what to do about a larger one. Others are asked what they unpack to.
LARGEST = {
    "text": (limits.TEXT, "Divide it in smaller files."), "gzip": (limits.TEXT, "Divide it in smaller files."),
    "markdown": (limits.MARKDOWN, "Write one for each locality and year."),
    "json": (limits.JSON, "Save it as a GeoPackage, or with fewer decimals."),
    "workbook": (limits.WORKBOOK, "Divide it in smaller files."),
}  # fmt: skip
#: Notes under headings, which are told from other text by their name alone.
MARKDOWN = ".md"


class Header:
    """A row that may be a header, made ready once: it may have two thousand cells, and there are dozens of layouts."""

    def __init__(self, cells: Sequence[str]) -> None:
        self.cells = tuple(cells)
        self.keys = frozenset(map(header_key, cells))
        self._lines = "\n".join(self.keys)
        self._matched: dict[str, bool] = {}

    def matches(self, pattern: str) -> bool:
        """Whether a text of the row matches a pattern in full."""
        if pattern not in self._matched:
            self._matched[pattern] = re.search(rf"(?m)^(?:{pattern})$", self._lines) is not None
        return self._matched[pattern]


@dataclass(frozen=True)
class Layout:
    """How one publisher lays a table out: the column names by which it is recognised.

    ``required`` are header texts, compared without regard to case, byte-order marks, no-break
    spaces and runs of spaces. ``patterns`` are regular expressions, each of which at least one
    header must match in full (``r"age ?0"``); ``examples`` spells one header for each pattern, for
    people. ``without`` names columns that mark another layout. ``may_be_empty`` marks a sheet of a
    form, which may come back without rows.
    """

    name: str
    required: tuple[str, ...]
    patterns: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    containers: tuple[str, ...] = ("text", "workbook", "parquet")
    examples: tuple[str, ...] = ()
    may_be_empty: bool = False

    def missing(self, header: Header) -> list[str]:
        """What this layout requires and the header lacks, as the layout spells it."""
        lacking = [name for name in self.required if header_key(name) not in header.keys]
        lacking += [pattern for pattern in self.patterns if not header.matches(pattern)]
        return lacking

    def spelt(self, lacking: str) -> str:
        """What to call a missing column: its name, or the example of a header that its pattern matches."""
        return dict(zip(self.patterns, self.examples, strict=False)).get(lacking, lacking)

    def excluded_by(self, header: Header) -> bool:
        """Whether a column is there that marks another layout."""
        return any(header_key(name) in header.keys for name in self.without)

    def fits(self, header: Header) -> bool:
        return not self.missing(header) and not self.excluded_by(header)


@dataclass(frozen=True)
class Asked:
    """What a reader asks of one column: text, number or period, known words, a form, whether it may be empty."""

    kind: str = ""
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    empty: bool = False


class OwnHeading(str):
    """The file's own heading of a cell, where one of our columns (``ours``) was made of several of the file's."""

    ours: str

    @staticmethod
    def of(heading: str, ours: str) -> OwnHeading:
        told = OwnHeading(heading)
        told.ours = ours
        return told


@dataclass(frozen=True)
class RawTable:
    """A table as supplied: text columns, where each row stood, and what was round it.

    ``columns`` has one string column per header text (trimmed; an empty cell is ``""``), in the
    file's order, and for a boundary file a binary column ``geometry`` (WKB). ``row_numbers`` are as
    a spreadsheet would show them. ``preamble`` and ``footnotes`` are the texts above and below.
    ``ambiguous`` are keys of columns that stand more than once and differ. ``headings`` are the file's own, by the key
    of the column that a mapping made of each; ``under`` are those of every single row, for columns that it made of
    several: then a row of the file is more than one here, with one number. ``asked`` collects what a reader asks of
    each column, where somebody wants to know.
    """

    path: Path
    name: str
    sheet: str | None
    layout: Layout
    header_row: int
    columns: pa.Table
    row_numbers: np.ndarray
    preamble: tuple[str, ...] = ()
    footnotes: tuple[str, ...] = ()
    crs: str | None = None
    notes: tuple[str, ...] = ()
    ambiguous: frozenset[str] = frozenset()
    headings: Mapping[str, str] = field(default_factory=dict)
    under: Mapping[str, np.ndarray] = field(default_factory=dict)
    asked: dict[str, Asked] | None = field(default=None, compare=False, repr=False)

    def __len__(self) -> int:
        return int(self.columns.num_rows)

    def find(self, name: str) -> str | None:
        """The file's own spelling of a column, or None."""
        self.note_asked(name)
        return self._spelling.get(header_key(name))

    def matching(self, pattern: str) -> dict[str, str]:
        """Columns whose key matches ``pattern`` in full: first group (or key) -> file's spelling."""
        found = {}
        for key, spelling in self._spelling.items():
            if match := re.fullmatch(pattern, key):
                found[match[1] if match.groups() else key] = spelling
        return found

    def note_asked(
        self, name: str, kind: str = "", allowed: Sequence[str] = (), pattern: str = "", empty: bool = False
    ) -> None:
        """Note what a reader asks of a column; what it says first stands, as far as it says anything."""
        if self.asked is not None and (name not in self.asked or not self.asked[name].kind):
            self.asked[name] = Asked(kind, tuple(allowed), pattern, empty)

    def where(self, keep: np.ndarray) -> RawTable:
        """The rows for which ``keep`` is true, each with its row number."""
        under = {key: headings[keep] for key, headings in self.under.items()}
        columns, numbers = self.columns.filter(pa.array(keep)), self.row_numbers[keep]
        return replace(self, columns=columns, row_numbers=numbers, under=under)

    def apart(self, column: str, at: np.ndarray) -> list[tuple[str, np.ndarray]]:
        """The picked rows by the heading of their cells: one, unless the column was made of several of the file's."""
        heading = self.find(column) or column
        above = self.under.get(header_key(column))
        if above is None:
            return [(heading, at)]
        return [(OwnHeading.of(each, heading), at & (above == each)) for each in dict.fromkeys(above[at])]

    def numbers_of(self, at: np.ndarray) -> np.ndarray:
        """Numbers of the picked rows, each row of the file once."""
        return np.unique(self.row_numbers[at]) if self.under else self.row_numbers[at]

    @cached_property
    def _spelling(self) -> Mapping[str, str]:
        return {header_key(name): name for name in reversed(self.columns.column_names)}


@dataclass
class Sheet:
    """One table-like thing in a file, before its header is known."""

    name: str | None
    preview: list[list[str]]
    load: Any = field(repr=False)  # header_row -> (Table, row_numbers, footnotes)
    crs: str | None = None
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=1 << 16)  # every layout looks at the same sixty rows
def header_key(name: str) -> str:
    """A header text in the form in which headers are compared."""
    return " ".join(name.replace("\ufeff", "").split()).casefold()


def container_of(path: Path) -> str:
    """What a file is, by its first bytes."""
    with path.open("rb") as file:
        start = file.read(4096)
    if not start:
        return "empty"
    if start[:4] == b"PK\x03\x04":
        return "workbook" if _is_workbook(path) else "zip"
    for magic, name in ((b"PAR1", "parquet"), (b"\x1f\x8b", "gzip"), (b"\xd0\xcf\x11\xe0", "old workbook")):
        if start.startswith(magic):
            return name
    text = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    if text[:1] in (b"{", b"["):
        return "json"
    return "unknown" if b"\x00" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")) else "text"


def _is_workbook(path: Path) -> bool:
    import zipfile

    if not limits.has_short_list(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        return True  # cut short; the workbook reader says so


def open_sheets(path: Path, name: str | None = None) -> list[Sheet]:
    """Every sheet or table of a file.

    Raises
    ------
    ExtractRefused
        If the file is empty, is not what its name says, or cannot be read to its end.
    """
    name = name or path.name
    if not path.is_file():
        raise _refused(name, "there is no such file", "Put the file there or take it out of profiles.toml.")
    container = container_of(path)
    if container == "empty":
        raise _refused(name, "the file is empty", "Download it again.")
    expected = CONTAINERS.get(path.suffix.lower())
    if expected is None or container not in expected:
        wanted = CONTAINER_NAMES[expected[0]] if expected else "CSV, Excel, Parquet or GeoJSON"
        raise _refused(
            name,
            f"the content is {CONTAINER_NAMES[container]}, the name promises {wanted}",
            "Save it again in the format that its name says, or rename it.",
        )
    if path.suffix.lower() == MARKDOWN:
        container = "markdown"
    if container in LARGEST:
        limits.check_size(path, name, *LARGEST[container])
    opener = {"text": _text_sheets, "markdown": _markdown_sheets, "gzip": _gzip_sheets, "workbook": _workbook_sheets,
              "parquet": _parquet_sheets, "json": _geojson_sheets}.get(container)  # fmt: skip
    if opener is None:
        raise _refused(name, f"{CONTAINER_NAMES[container]} cannot be read", "Save it as .xlsx or .csv.")
    try:
        sheets = opener(path, name)
    except ExtractRefused:
        raise
    except Exception as error:
        raise _damaged(name, container) from error
    for sheet in sheets:
        limits.check_width(max(map(len, sheet.preview), default=0), name, sheet=sheet.name)
        for number, row in enumerate(sheet.preview, start=1):
            if any(len(cell) > limits.CELL.most for cell in row):
                raise limits.too_much(name, limits.CELL, limits.LONG_CELL, sheet=sheet.name, rows=(number,))
    return sheets


def _damaged(name: str, container: str) -> ExtractRefused:
    what = f"the file cannot be read as {CONTAINER_NAMES[container]}; it may be cut short or damaged"
    return _refused(name, what, "Download it again.")


_refused = limits.refused


# --- text -----------------------------------------------------------------------------------------


def decode(content: bytes) -> tuple[str, str]:
    """Text and the name of its encoding: UTF-8 (with or without a mark), UTF-16 or Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16"), "UTF-16"
    try:
        return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def _gzip_sheets(path: Path, name: str) -> list[Sheet]:
    # A few kilobytes can unfold to many gigabytes: reading stops where no extract goes.
    with gzip.open(path) as packed:
        content = packed.read(limits.TEXT.most + 1)
    if len(content) > limits.TEXT.most:
        raise limits.too_much(name, limits.TEXT, "Unpack it, and divide it in smaller files.")
    return _sheets_of_text(content, name)


def _text_sheets(path: Path, name: str) -> list[Sheet]:
    return _sheets_of_text(path.read_bytes(), name)


def _sheets_of_text(content: bytes, name: str) -> list[Sheet]:
    text, encoding = decode(content)
    delimiter = "\t" if text[:2000].count("\t") > text[:2000].count(",") else ","
    preview = _first_records(text, delimiter, name)

    def load(header_row: int) -> tuple[pa.Table, np.ndarray, tuple[str, ...]]:
        return _load_text(text, delimiter, preview, header_row, name)

    notes: tuple[str, ...] = (f"read as {encoding}",) if encoding != "UTF-8" else ()
    if (last := re.split(r"[\r\n]", text[-limits.CELL.most :])[-1].strip()) and delimiter not in last:
        notes += ("the last line is one text without an end, read as a note: the file may be cut short",)
    return [Sheet(None, preview, load, notes=notes)]


def _first_records(text: str, delimiter: str, name: str) -> list[list[str]]:
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text[:PREVIEW_CHARACTERS], newline=""), delimiter=delimiter):
            limits.check_width(len(record), name, rows=(len(records) + 1,))
            records.append([clean(cell) for cell in record])
            if len(records) == PREVIEW_ROWS:
                break
    except csv.Error:  # a cell without end
        raise limits.too_much(name, limits.CELL, limits.LONG_CELL, rows=(len(records) + 1,)) from None
    return records


def clean(cell: str) -> str:
    return without_hidden(cell).replace("\xa0", " ").strip()


def _load_text(
    text: str, delimiter: str, preview: list[list[str]], header_row: int, name: str
) -> tuple[pa.Table, np.ndarray, tuple[str, ...]]:
    """Read the records below the header; a record of another length is a footnote or a fault."""
    from pyarrow import csv as arrow_csv

    header = unique_header(preview[header_row])
    if text.count(delimiter) + text.count("\n") > limits.CELLS.most:
        raise limits.too_much(name, limits.CELLS, "Divide it in smaller files.")
    misfits: list[tuple[int, str, int]] = []

    def misfit(row: Any) -> str:
        misfits.append((row.number or 0, row.text or "", row.actual_columns))
        return "skip"

    body = io.BytesIO(text.encode("utf-8"))
    table = arrow_csv.read_csv(
        body,
        arrow_csv.ReadOptions(use_threads=False, column_names=header, skip_rows_after_names=header_row + 1,
                              block_size=1 << 26),
        arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=misfit,
                               ignore_empty_lines=False),
        arrow_csv.ConvertOptions(column_types={column: pa.string() for column in header},
                                 strings_can_be_null=False),
    )  # fmt: skip
    numbers = _numbers_of_kept_rows(table.num_rows, header_row + 2, [n for n, _, _ in misfits])
    kept, kept_numbers, more = _drop_blank_and_notes(trim(table), numbers)
    first, last = (kept_numbers[0], kept_numbers[-1]) if len(kept_numbers) else (0, 0)
    notes, faults = [], []
    for number, record, width in misfits:
        cells = [clean(c) for c in next(csv.reader([record], delimiter=delimiter), [])]
        filled = [cell for cell in cells if cell]
        if not filled:
            continue
        if _is_labelled_note(filled):
            notes.append(filled[1])
        elif first < number < last or (width > 1 and record and text.endswith(record)):
            # Between rows stands no note, and a note does not end where another cell was begun.
            faults.append((number, width))
        elif len(filled) == 1 and width < len(header) and not _is_cut_off(filled[0], table, text):
            notes.append(filled[0])
        else:
            faults.append((number, width))
    if faults:
        widths = ", ".join(sorted({str(width) for _, width in faults}))
        raise ExtractRefused(
            f"{name} cannot be used.",
            [Problem(
                f"the table has {len(header)} columns but {len(faults):,} row(s) have {widths}; the file may be "
                "cut short",
                "Download it again, or mend those rows.",
                file=name, rows=tuple(number for number, _ in faults[:5]), count=len(faults),
            )],
        )  # fmt: skip
    return kept, kept_numbers, (*notes, *more)


def _is_labelled_note(filled: Sequence[str]) -> bool:
    """A footnote in two cells, the first of which says so, as the census table builder writes it."""
    return len(filled) == 2 and filled[0] == "INFO"


def _is_cut_off(fragment: str, table: pa.Table, text: str) -> bool:
    """Whether the one cell at the very end of a file is a footnote, or the start of another row."""
    import pyarrow.compute as pc

    if not text.endswith(fragment):
        return False
    if pc.any(pc.starts_with(pc.utf8_trim_whitespace(table.column(0)), fragment)).as_py():
        return True
    above = clean(str(table.column(0)[-1])) if table.num_rows else ""
    shape = [re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "9", cell)) for cell in (fragment, above)]
    return "9" in shape[1] and len(fragment) <= len(above) and shape[1].startswith(shape[0])


def _numbers_of_kept_rows(kept: int, first: int, skipped: list[int]) -> np.ndarray:
    """Row numbers of the rows that stayed, given the numbers of those that were set aside."""
    every = np.arange(first, first + kept + len(skipped))
    return every[~np.isin(every, skipped)][:kept] if skipped else every


def unique_header(cells: Sequence[str]) -> list[str]:
    """Header texts made usable as column names: empty ones numbered, repeated ones marked."""
    seen: dict[str, int] = {}
    names = []
    for index, cell in enumerate(cells, start=1):
        name = re.sub(r"\s+", " ", clean(cell)) or f"(column {index})"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def trim(table: pa.Table) -> pa.Table:
    """Every text cell without blanks and no-break blanks round it."""
    import pyarrow.compute as pc

    columns = []
    for column in table.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            column = pc.utf8_trim(column, " \t\r\n\xa0\ufeff")
        columns.append(column)
    return pa.table(columns, names=table.column_names)


def _drop_blank_and_notes(table: pa.Table, numbers: np.ndarray) -> tuple[pa.Table, np.ndarray, tuple[str, ...]]:
    """Take out blank rows anywhere, and one-cell rows at the end (footnotes) of a wide table."""
    import pyarrow.compute as pc

    if not table.num_rows:
        return table, numbers, ()
    filled = np.zeros(table.num_rows, dtype=np.int32)
    for column in table.columns:
        if pa.types.is_binary(column.type):
            filled += 1
        else:
            filled += pc.not_equal(column, "").to_numpy(zero_copy_only=False).astype(np.int32)
    keep = filled > 0
    notes: list[str] = []
    if table.num_columns >= 3:
        last = table.num_rows - 1
        while last >= 0 and filled[last] <= 1:
            if filled[last]:
                keep[last] = False
                notes.append(next(text for c in table.columns if (text := c[last].as_py())))
            last -= 1
    if keep.all():
        return table, numbers, ()
    return table.filter(pa.array(keep)), numbers[keep], tuple(reversed(notes))


# --- Markdown -------------------------------------------------------------------------------------

#: Columns of a Markdown file besides the keys that its writer uses.
HEADING, TEXT = "heading", "text"
_KEY_LINE = re.compile(r"^\s*(?:[-*]\s+)?([A-Za-z][A-Za-z _-]{0,30}?)\s*:(?:\s+(.*))?$")


def _markdown_sheets(path: Path, name: str) -> list[Sheet]:
    """A Markdown file as one table: a row for each heading of the second level or below.

    What stands as ``key: value`` before the first heading holds for every row; what stands so right below a heading
    is of its row alone; everything else below it is its text. A row has the number of its heading's line.
    """
    content, encoding = decode(path.read_bytes())
    # By the ends of lines that an editor shows; no other sign begins a heading.
    shared, entries = _markdown_entries(re.split(r"\r\n|\r|\n", content))
    keys = list(dict.fromkeys([HEADING, *shared, *(key for _, row in entries for key in row), TEXT]))

    def load(header_row: int) -> tuple[pa.Table, np.ndarray, tuple[str, ...]]:
        rows = [{**shared, **row} for _, row in entries]
        table = pa.table({key: pa.array([row.get(key, "") for row in rows], pa.string()) for key in keys})
        return trim(table), np.array([number for number, _ in entries], dtype=np.int64), ()

    notes = (f"read as {encoding}",) if encoding != "UTF-8" else ()
    return [Sheet(None, [keys], load, notes=notes)]


def _markdown_entries(lines: Sequence[str]) -> tuple[dict[str, str], list[tuple[int, dict[str, str]]]]:
    """Keys that hold for the whole file, and for each heading its line, its own keys and its text."""
    shared: dict[str, str] = {}
    entries: list[tuple[int, dict[str, str]]] = []
    keys_may_follow = True
    for number, line in enumerate(lines, start=1):
        if heading := re.match(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$", line):
            keys_may_follow = True
            if len(heading[1]) > 1:
                entries.append((number, {HEADING: heading[2], TEXT: ""}))
            continue
        here = entries[-1][1] if entries else shared
        key = _KEY_LINE.match(line)
        if keys_may_follow and key:
            _note_key(here, "_".join(re.split(r"[ _-]+", key[1].strip().casefold())), key[2] or "")
        elif entries:
            here[TEXT] = f"{here[TEXT]}\n{line.rstrip()}".strip("\n")
        # A blank line before the first key is nothing; after it, and after any text, words follow.
        begun = bool(set(here) - {HEADING, TEXT}) if entries else False
        keys_may_follow = not entries or bool(key and keys_may_follow) or (not line.strip() and not begun)
    return shared, entries


def _note_key(row: dict[str, str], key: str, value: str) -> None:
    """A key that stands twice keeps both values, so that its reader can see and refuse them."""
    name = key if key not in (HEADING, TEXT) else f"{key}_"
    row[name] = f"{row[name]}\n{value}" if name in row else value


# --- workbooks, Parquet, GeoJSON ------------------------------------------------------------------


def _workbook_sheets(path: Path, name: str) -> list[Sheet]:
    from python_calamine import CalamineWorkbook

    from locality_profiles.tables.workbook_bounds import check_workbook

    check_workbook(path, name)
    workbook = CalamineWorkbook.from_path(str(path))
    sheets = []
    for sheet_name in workbook.sheet_names:
        rows = workbook.get_sheet_by_name(sheet_name).to_python(skip_empty_area=False)
        preview = [[clean(cell_text(cell)) for cell in row] for row in rows[:PREVIEW_ROWS]]

        def load(
            header_row: int, rows: list[list[Any]] = rows, preview: list[list[str]] = preview
        ) -> tuple[pa.Table, np.ndarray, tuple[str, ...]]:
            return _load_rows(rows, preview, header_row)

        sheets.append(Sheet(clean(sheet_name), preview, load))
    return sheets


def _load_rows(
    rows: list[list[Any]], preview: list[list[str]], header_row: int
) -> tuple[pa.Table, np.ndarray, tuple[str, ...]]:
    header = unique_header(_without_empty_end(preview[header_row]))
    body = rows[header_row + 1 :]
    # A column at a time: turning all rows round at once takes a step per row before it gives the first column.
    columns = (list(map(itemgetter(index), body)) for index in range(len(header)))
    table = pa.table([_text_array(column) for column in columns], names=header)
    numbers = np.arange(header_row + 2, header_row + 2 + len(body))
    return _drop_blank_and_notes(trim(table), numbers)


def _without_empty_end(cells: list[str]) -> list[str]:
    end = max((i for i, cell in enumerate(cells, start=1) if cell), default=0)
    return cells[:end]


def _text_array(values: Sequence[Any]) -> pa.Array:
    """Cells of a workbook as text: a whole number without ``.0``, a date in ISO form."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return pa.array(values, pa.string())
    if kinds == {float}:  # the usual column, without a Python step per cell
        numbers = np.asarray(values, dtype=np.float64)
        if (numbers == np.floor(numbers)).all() and (np.abs(numbers) < 1e15).all():
            return pa.array(numbers.astype(np.int64)).cast(pa.string())
    return pa.array([cell_text(value) for value in values], pa.string())


def cell_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bool):
        return str(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00")
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def _parquet_sheets(path: Path, name: str) -> list[Sheet]:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    limits.check_parquet(path, name)
    schema = pq.read_schema(path)
    header = [clean(column) for column in schema.names]
    texts = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]

    def load(header_row: int) -> tuple[pa.Table, np.ndarray, tuple[str, ...]]:
        table = pq.read_table(path, read_dictionary=texts)  # a long text that stands in a million rows is read once
        limits.check_unpacked(table, name)
        columns = [
            column if pa.types.is_binary(column.type) else pc.fill_null(column.cast(pa.string()), "")
            for column in table.columns
        ]
        text = trim(pa.table(columns, names=unique_header(header)))
        return text, np.arange(1, text.num_rows + 1), ()

    return [Sheet(None, [header], load)]


def _geojson_sheets(path: Path, name: str) -> list[Sheet]:
    text, _ = decode(path.read_bytes())
    limits.check_json(text.encode("utf-8"), name)
    document = json.loads(text)
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise _refused(name, "the JSON holds no features", "A boundary file is a GeoJSON FeatureCollection.")
    features = document.get("features") or []
    if not features:
        raise _refused(name, "the file holds no features", "Download it again.")
    header = list(dict.fromkeys(key for feature in features for key in (feature.get("properties") or {})))
    declared = ((document.get("crs") or {}).get("properties") or {}).get("name")

    def load(header_row: int) -> tuple[pa.Table, np.ndarray, tuple[str, ...]]:
        import shapely

        columns = [
            pa.array([cell_text((f.get("properties") or {}).get(key)) for f in features], pa.string()) for key in header
        ]
        names = unique_header(["geometry", *header])  # a property may bear that name too
        outlines = pa.array(shapely.to_wkb(_outlines(text, features)), pa.binary())
        return trim(pa.table([outlines, *columns], names=names)), np.arange(1, len(features) + 1), ()

    return [Sheet(None, [header], load, crs=declared or "OGC:CRS84")]


def _outlines(text: str, features: list[dict[str, Any]]) -> np.ndarray:
    """The shape of each feature; None where it is missing or cannot be read.

    The whole document is parsed again in C, which is quicker than writing each geometry out as JSON
    for the same parser. That parser refuses the document for one bad geometry, so then each is read
    alone and only the bad ones are lost.
    """
    import shapely

    try:
        return shapely.get_parts(shapely.from_geojson(text))
    except shapely.errors.GEOSException:
        single = [json.dumps(f.get("geometry")) if f.get("geometry") else None for f in features]
        return shapely.from_geojson(single, on_invalid="ignore")


# --- recognising ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Recognised:
    """Which declared layout a sheet has, and where its header is."""

    kind: str
    layout: Layout
    sheet: Sheet
    header_row: int


@dataclass(frozen=True)
class NearMiss:
    """A layout that a file almost has."""

    kind: str
    layout: Layout
    sheet: str | None
    header_row: int
    header: tuple[str, ...]
    missing: tuple[str, ...]

    def problems(self, name: str) -> list[Problem]:
        """A problem for each column that is not there, with the likeliest renamed one."""
        keys = {header_key(cell): cell for cell in self.header if cell}
        wanted = {header_key(column) for column in self.layout.required}
        wanted |= {key for key in keys if any(re.fullmatch(pattern, key) for pattern in self.layout.patterns)}
        spare = [key for key in keys if key not in wanted]
        problems = []
        for column in map(self.layout.spelt, self.missing):
            close = most_alike(header_key(column), spare)
            renamed = f"; there is a column '{keys[close[0]]}'" if close else ""
            problems.append(Problem(
                f"the column is missing{renamed} (layout: {self.layout.name})",
                f"Rename '{keys[close[0]]}' back to '{column}', or get the extract again."
                if close else "Get the extract again with this column.",
                file=name, sheet=self.sheet, column=column, rows=(self.header_row + 1,),
            ))  # fmt: skip
        return problems


def recognise(
    path: Path, layouts: Mapping[str, Iterable[Layout]], name: str | None = None
) -> list[Recognised] | NearMiss | None:
    """Find every sheet of ``path`` that has a declared layout.

    ``layouts`` maps a kind of extract to its layouts. Returns a ``NearMiss`` where a layout fits but
    for a few columns (most of at least three are there), and None where nothing is alike.
    """
    found: list[Recognised] = []
    nearest: tuple[float, NearMiss] | None = None
    container = container_of(path) if path.is_file() else "unknown"
    container = {"gzip": "text", "text": "markdown" if path.suffix.lower() == MARKDOWN else "text"}.get(
        container, container
    )
    for sheet in open_sheets(path, name):
        fits: list[Recognised] = []
        headers = [Header(cells) for cells in sheet.preview]
        for kind, layout in ((kind, layout) for kind, of_kind in layouts.items() for layout in of_kind):
            if container not in layout.containers:
                continue
            for row, header in enumerate(headers):
                missing = layout.missing(header)
                if not missing:
                    if layout.fits(header):
                        fits.append(Recognised(kind, layout, sheet, row))
                    break
                total = len(layout.required) + len(layout.patterns)
                share = 1 - len(missing) / total
                alike = total - len(missing) >= 2 and share > 0.5 and not layout.excluded_by(header)
                if alike and (nearest is None or share > nearest[0]):
                    miss = NearMiss(kind, layout, sheet.name, row, header.cells, tuple(missing))
                    nearest = (share, miss)
        if fits:  # the layout that asks for most is the most particular
            found.append(max(fits, key=lambda fit: len(fit.layout.required) + len(fit.layout.patterns)))
    return found or (nearest[1] if nearest else None)


def load(recognised: Recognised, path: Path, name: str | None = None) -> RawTable:
    """Read the recognised table as text.

    Raises
    ------
    ExtractRefused
        If the table has no rows or rows of another width.
    """
    name = name or path.name
    sheet = recognised.sheet
    columns, numbers, footnotes, notes = read_sheet(sheet, recognised.header_row, name)
    if not columns.num_rows and not recognised.layout.may_be_empty:
        raise _refused(name, "the table has a header but no rows", "Download it again.", sheet=sheet.name,
                       rows=(recognised.header_row + 1,))  # fmt: skip
    ambiguous = _ambiguous(sheet.preview[recognised.header_row], columns)
    _refuse_ambiguous(recognised, ambiguous, name)
    preamble = tuple(
        " ".join(cell for cell in row if cell) for row in sheet.preview[: recognised.header_row] if any(row)
    )
    return RawTable(path, name, sheet.name, recognised.layout, recognised.header_row + 1, columns, numbers,
                    preamble, footnotes, sheet.crs, (*sheet.notes, *notes), frozenset(ambiguous))  # fmt: skip


def _ambiguous(headings: Sequence[str], columns: pa.Table) -> dict[str, str]:
    """Columns that stand more than once and do not say the same, by key, in the file's spelling."""
    if pa.types.is_binary(columns.schema.types[0]):
        return {}  # features, whose properties bear each name once
    places: dict[str, list[int]] = {}
    for place, heading in enumerate(headings[: columns.num_columns]):
        places.setdefault(header_key(heading), []).append(place)
    return {
        key: columns.column_names[first] for key, (first, *others) in places.items()
        if key and any(not columns.column(first).equals(columns.column(other)) for other in others)
    }  # fmt: skip


#: What is said of such a column, and what to do: nobody knows which was meant.
AMBIGUOUS = ("the column stands more than once, and not all of them say the same", "Take out the one that is wrong.")


def _refuse_ambiguous(recognised: Recognised, ambiguous: Mapping[str, str], name: str) -> None:
    layout = recognised.layout
    wanted = set(map(header_key, layout.required))
    problems = [
        Problem(*AMBIGUOUS, name, recognised.sheet.name, spelling, (recognised.header_row + 1,))
        for key, spelling in ambiguous.items()
        if key in wanted or any(re.fullmatch(pattern, key) for pattern in layout.patterns)
    ]
    if problems:
        raise ExtractRefused(f"{name} cannot be used.", problems)


def read_sheet(
    sheet: Sheet, header_row: int, name: str
) -> tuple[pa.Table, np.ndarray, tuple[str, ...], tuple[str, ...]]:
    """Columns, row numbers and footnotes of a table, without what cannot be seen, and notes on what was taken out.

    Raises
    ------
    ExtractRefused
        If it cannot be read to its end, a cell is longer than a cell can be, or a code or a number holds a character
        that cannot be seen.
    """
    try:
        columns, numbers, footnotes = sheet.load(header_row)
    except ExtractRefused:
        raise
    except Exception as error:  # a reader may meet the fault only here
        what = "the table cannot be read to its end; the file may be cut short or damaged"
        raise _refused(name, what, "Download it again.", sheet=sheet.name, rows=(header_row + 1,)) from error
    limits.check_cells(columns, numbers, name, sheet.name)
    columns, notes = without_hidden_cells(columns, numbers, name, sheet.name)
    return columns, numbers, tuple(map(clean, footnotes)), notes
