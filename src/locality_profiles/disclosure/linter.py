"""The last look at what is about to leave the building: nothing in it tells of a person, or of the building machine.

Every file of a release is read as its reader gets it. Text (pages, CSV, JSON, drawings) is looked through in pieces of
a few megabytes; columns of Parquet, of a database and of a CSV in which something was found, value by value; workbooks
and documents part by part. What was found is never repeated: a problem says the file, the place and the kind.
"""

from __future__ import annotations

import fnmatch
import io
import re
import tomllib
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from locality_profiles.disclosure.looks import (
    CHI,
    EMAIL,
    HEADING,
    KINDS,
    PATH,
    PHONE,
    POSTCODE,
    is_personal,
    looks_in,
)
from locality_profiles.errors import Problem
from locality_profiles.sources._ledger_persons import is_chi_number
from locality_profiles.tables.store import open_catalog

#: A file of a kind that nobody looks through.
UNREAD = "unread"

TEXT = (".html", ".htm", ".css", ".js", ".mjs", ".json", ".geojson", ".svg", ".xml", ".txt", ".md", ".toml", ".tsv")
DATABASE = ".duckdb"
#: Its letters are numbers of glyphs, which nobody can look through quickly; but the Word document beside it, printed
#: from the same words, is looked through, and a test of releases holds that the two say the same.
PDF = ".pdf"
PACKED = (".xlsx", ".docx", ".pptx", ".odt", ".ods", ".zip")
#: Pictures and fonts hold no words.
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".woff", ".woff2", ".ttf", ".otf")

_PIECE = 4 << 20
#: How far a look may reach over the end of a piece, and how far back it has to see.
_AFTER, _BEFORE = 512, 128
_BATCH = 64_000
_ROWS_SHOWN = 5
#: A column of amounts is one of CHI numbers if more than that share of its long numbers fit. Amounts that lie close
#: together may all begin with a day; one in eleven of them has the check digit.
_SHARE = 0.5
_REMEDY = "Take it out, or say in the linter's declaration why it may be published."
_REMEDIES = {PATH: "Write it relative to the release, or leave it out.", HEADING: "Leave the column out."}

_KEY = re.compile(rb"\"([A-Za-z][A-Za-z0-9_ .-]{1,40})\"\s*:")
_FIELD = re.compile(rb"\"name\"\s*:\s*\"([A-Za-z][A-Za-z0-9_ .-]{1,40})\"")
_HEADER = re.compile(rb"<th\b[^>]*>(?:\s|<[^>]*>)*([A-Za-z][A-Za-z0-9_ .-]{1,40}?)\s*<")
_LONG_NUMBER = re.compile(rb"[1-9][0-9]{8,9}(?:\.0*)?")
_NUMBER_CELL = re.compile(
    rb"<c r=\"([A-Z]+)[0-9]+\"(?![^>]*t=\"(?:s|str|inlineStr)\")[^>]*><v>([0-9]{9,10})(?:\.0*)?</v>"
)


@dataclass(frozen=True)
class Finding(Problem):
    """A problem of one kind: ``kind`` is one of ``looks.KINDS``, or ``unread``."""

    kind: str = ""


@dataclass(frozen=True)
class Pass:
    """What may be published although it looks like a person, and why."""

    kind: str
    files: tuple[str, ...]
    columns: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Passes:
    """The declaration: ``amounts`` are columns in which ten digits are an amount."""

    allowed: tuple[Pass, ...] = ()
    amounts: tuple[str, ...] = ()

    def lets(self, kind: str, file: str, column: str | None) -> bool:
        """Whether something of a kind may stand in a column of a file."""
        return column is not None and any(
            one.kind == kind and _fits(file, one.files) and _fits(column, one.columns) for one in self.allowed
        )

    def is_amount(self, column: str) -> bool:
        return _fits(column.lower(), self.amounts)


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def read_passes(text: str) -> Passes:
    """The declaration as written in TOML.

    Raises
    ------
    ValueError
        If a pass gives no reason, or names no file, no column or no known kind.
    """
    told = tomllib.loads(text)
    allowed = tuple(
        Pass(one["kind"], tuple(one["files"]), tuple(one["columns"]), one.get("why", ""))
        for one in told.get("allowed", ())
    )
    for one in allowed:
        if one.kind not in KINDS or not one.files or not one.columns or not one.why.strip():
            raise ValueError("every [[allowed]] names a kind, files and columns, and says why")
    amounts = tuple(column for one in told.get("amounts", ()) for column in one["columns"])
    if not all(one.get("why", "").strip() for one in told.get("amounts", ())):
        raise ValueError("every [[amounts]] says why")
    return Passes(allowed, amounts)


@cache
def declared() -> Passes:
    """What the package lets pass."""
    return read_passes(Path(__file__).with_name("linter.toml").read_text(encoding="utf-8"))


def lint(folder: Path, passes: Passes | None = None, contact: Sequence[str] = ()) -> list[Finding]:
    """Everything in the files under ``folder`` that may not be published, by file.

    One problem for each kind in each column of a table or each file of text, with its first rows or lines.
    ``contact`` are the texts in which the publisher says how to reach it: word for word, these are let pass.
    """
    passes = declared() if passes is None else passes
    here = _Here(_of_this_machine(folder), _written(contact))
    found: list[Finding] = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or path.is_file():
            found += _lint_file(path, path.relative_to(folder).as_posix(), passes, here)
    return found


@dataclass(frozen=True)
class _Here:
    """The building machine's own paths, and what the publisher says of itself, as they would be written."""

    paths: tuple[bytes, ...] = ()
    contact: re.Pattern[bytes] | None = None


#: Kinds of what a publisher may say of itself.
REACHED_BY = (EMAIL, PHONE, POSTCODE)


def _written(contact: Sequence[str]) -> re.Pattern[bytes] | None:
    """Texts as they stand in files and in pages, whole; the longest first, since one may hold another."""
    texts = {form for text in contact for form in (text, escape(text), text.replace("'", "&#39;"))}
    if not texts:
        return None
    listed = b"|".join(re.escape(text.encode()) for text in sorted(texts, key=lambda text: (-len(text), text)))
    return re.compile(rb"(?<![0-9A-Za-z])(?:" + listed + rb")(?![0-9A-Za-z])")


def _of_this_machine(folder: Path) -> tuple[bytes, ...]:
    """The workspace round a release, or the folder itself, as its path would be written."""
    folder = folder.resolve()
    root = next((above for above in folder.parents if (above / "profiles.toml").is_file()), folder)
    return (str(root).encode(),) if len(root.parts) > 2 else ()


def _lint_file(path: Path, name: str, passes: Passes, here: _Here) -> list[Finding]:
    """One file, read as its suffix says."""
    kind = path.suffix.lower()
    if path.is_symlink():
        return [_unread(name, "is a link, which leads out of what was looked through")]
    in_name = sorted({look.kind for look in looks_in(name.encode())})
    if in_name:  # it is not repeated either
        name = (Path(name).parent / f"(a file {path.suffix})").as_posix()
    found = [_finding(one, name, what="its own name " + KINDS[one]) for one in in_name]
    try:
        if kind == ".parquet":
            found += _lint_columns(_parquet_batches(path), name, passes, here)
        elif kind == ".csv":
            found += _lint_csv(path, name, passes, here)
        elif kind in TEXT:
            with path.open("rb") as file:
                found += _lint_text(file, name, here, pages=kind in (".html", ".htm"), keys="json" in kind)
        elif kind in PACKED:
            found += _lint_packed(path, name, here)
        elif kind == DATABASE:
            found += _lint_database(path, name, passes, here)
        elif kind == PDF and not path.with_suffix(".docx").is_file():
            found.append(_unread(name, "is a PDF without the Word document that says the same"))
        elif kind not in (*PICTURES, PDF):
            found.append(_unread(name, "is of a kind that is not looked through"))
    except (OSError, pa.ArrowException, zipfile.BadZipFile, duckdb.Error):
        found.append(_unread(name, "could not be read, so nobody can say what it holds"))
    return found


def _unread(name: str, what: str) -> Finding:
    return Finding(what, "Leave it out, or publish it in a form that can be looked through.", name, kind=UNREAD)


def _finding(
    kind: str, file: str, *, what: str = "", part: str | None = None, column: str | None = None,
    rows: Sequence[int] = (), count: int = 1,
) -> Finding:  # fmt: skip
    rows = tuple(rows)[:_ROWS_SHOWN]
    return Finding(what or KINDS[kind], _REMEDIES.get(kind, _REMEDY), file, part, column, rows, count, kind)


# --- text -----------------------------------------------------------------------------------------


@dataclass
class _Lines:
    """Lines of one kind in a file."""

    first: list[int] = field(default_factory=list)
    count: int = 0


def _lint_text(
    file: BinaryIO,
    name: str,
    here: _Here,
    *,
    pages: bool = False,
    keys: bool = False,
    part: str | None = None,
) -> list[Finding]:
    """A file of text: one problem for each kind, with its first lines."""
    found: dict[str, _Lines] = {}
    for kind, line in _lines_in(file, here, pages, keys):
        lines = found.setdefault(kind, _Lines())
        lines.count += 1
        if line not in lines.first and len(lines.first) < _ROWS_SHOWN:
            lines.first.append(line)
    return [
        _finding(kind, name, part=part, rows=lines.first, count=lines.count) for kind, lines in sorted(found.items())
    ]


def _lines_in(file: BinaryIO, here: _Here, pages: bool, keys: bool) -> Iterator[tuple[str, int]]:
    """Each thing in a file of text, with its line. Pieces overlap, so nothing is lost where two meet."""
    line, text, known = 1, b"", 0
    last = False
    while not last:
        piece = file.read(_PIECE)
        last = len(piece) < _PIECE
        text += piece
        whole = len(text) if last else len(text) - _AFTER
        for kind, start in _all_in(text, here, pages, keys):
            if known <= start < whole:
                yield kind, line + text.count(b"\n", known, start)
        line += text.count(b"\n", known, whole)
        text, known = text[max(whole - _BEFORE, 0) :], min(whole, _BEFORE)


def _all_in(text: bytes, here: _Here, pages: bool, keys: bool) -> Iterator[tuple[str, int]]:
    seen = set()
    own = [match.span() for match in here.contact.finditer(text)] if here.contact else []
    for look in looks_in(text):
        if look.kind in REACHED_BY and any(start <= look.start < end for start, end in own):
            continue
        if look.kind == PATH:
            seen.add(look.start)
        yield look.kind, look.start
    for path in here.paths:
        at = text.find(path)
        while at >= 0:
            if at not in seen:
                yield PATH, at
            at = text.find(path, at + 1)
    names = [_HEADER] if pages else [_KEY, _FIELD] if keys else []
    for pattern in names:
        for match in pattern.finditer(text):
            if is_personal(match[1].decode("ascii")):
                yield HEADING, match.start()


# --- tables ---------------------------------------------------------------------------------------


def _lint_csv(path: Path, name: str, passes: Passes, here: _Here) -> list[Finding]:
    """A CSV: as text first, which is quick; by column if there is anything, to say where it is and whether it may."""
    with path.open("rb") as file:
        header = file.readline(1 << 20)
        file.seek(0)
        found = _lint_text(file, name, here)
    names = [cell.strip().strip('"') for cell in header.decode("utf-8", "replace").split(",")]
    if not found and not any(is_personal(cell) for cell in names):
        return []
    try:
        return _lint_columns(_csv_batches(path), name, passes, here)
    except pa.ArrowInvalid:
        return found or [_finding(HEADING, name)]


def _csv_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a CSV, every cell as it is written."""
    options = pcsv.ParseOptions(newlines_in_values=True)
    with pcsv.open_csv(path, parse_options=options) as first:
        names = first.schema.names
    yield pa.RecordBatch.from_pylist([], schema=pa.schema([(name, pa.string()) for name in names]))
    as_text = pcsv.ConvertOptions(column_types={name: pa.string() for name in names}, strings_can_be_null=False)
    with pcsv.open_csv(path, parse_options=options, convert_options=as_text) as rows:
        yield from rows


def _parquet_batches(path: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        # An empty batch first: names of columns are looked at even where there are no rows.
        yield pa.RecordBatch.from_pylist([], schema=file.schema_arrow)
        yield from file.iter_batches(batch_size=_BATCH)


def _lint_database(path: Path, name: str, passes: Passes, here: _Here) -> list[Finding]:
    """A database file: each of its tables, and the words that stand beside them."""
    found: list[Finding] = []
    with open_catalog(path) as database:
        tables = [table for (table,) in database.execute(_TABLES).fetchall()]
        for table in tables:
            rows: pa.RecordBatchReader = database.sql(f'from "{table}"').to_arrow_reader(_BATCH)
            empty = pa.RecordBatch.from_pylist([], schema=rows.schema)
            found += [replace(one, sheet=table) for one in _lint_columns(chain([empty], rows), name, passes, here)]
        told = "\n".join(str(words) for row in database.execute(_WORDS_BESIDE).fetchall() for words in row if words)
    return found + _lint_text(io.BytesIO(told.encode("utf-8", "surrogatepass")), name, here)


#: Tables only: a view has no rows of its own.
_TABLES = "select table_name from duckdb_tables() where not internal order by all"
_WORDS_BESIDE = """select table_name, comment, null, null from duckdb_tables() where not internal
    union all select view_name, comment, sql, null from duckdb_views() where not internal
    union all select column_name, comment, column_default, null from duckdb_columns() where not internal
    union all select function_name, comment, macro_definition, description from duckdb_functions() where not internal"""


@dataclass
class _Column:
    """What was found in one column so far, and how its numbers of ten digits look."""

    rows: dict[str, list[int]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    numbers: int = 0
    fitting: int = 0
    first_fitting: list[int] = field(default_factory=list)

    def add(self, kind: str, rows: Sequence[int], count: int) -> None:
        kept = self.rows.setdefault(kind, [])
        kept += list(rows)[: _ROWS_SHOWN - len(kept)]
        self.counts[kind] += count


def _lint_columns(batches: Iterable[pa.RecordBatch], name: str, passes: Passes, here: _Here) -> list[Finding]:
    """A table: one problem for each kind in each column, with its first rows as a spreadsheet counts them."""
    columns: dict[str, _Column] = {}
    row = 2
    for batch in batches:
        for title, values in zip(batch.schema.names, batch.columns, strict=True):
            column = columns.setdefault(title, _Column())
            for leaf in _leaves(values):
                _look_at(column, leaf, row, passes.is_amount(title), here)
        row += batch.num_rows
    found = [
        _finding(HEADING, name, column=title) for title in columns
        if is_personal(title) and not passes.lets(HEADING, name, title)
    ]  # fmt: skip
    for title, column in columns.items():
        if column.fitting > max(2, _SHARE * column.numbers):
            column.add(CHI, column.first_fitting, column.fitting)
        found += [
            _finding(kind, name, column=title, rows=column.rows[kind], count=count)
            for kind, count in sorted(column.counts.items()) if not passes.lets(kind, name, title)
        ]  # fmt: skip
    return found


def _leaves(values: pa.Array) -> Iterator[pa.Array]:
    """A column as columns of plain values; nested ones lose their rows."""
    if pa.types.is_dictionary(values.type):
        yield values.dictionary_decode()
    elif pa.types.is_struct(values.type):
        for part in values.flatten():
            yield from _leaves(part)
    elif pa.types.is_list(values.type) or pa.types.is_large_list(values.type) or pa.types.is_map(values.type):
        yield from _leaves(values.flatten() if not pa.types.is_map(values.type) else values.items)
    else:
        yield values


def _look_at(column: _Column, values: pa.Array, row: int, amounts: bool, here: _Here) -> None:
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        _look_at_numbers(column, values, row, amounts)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        _look_at_texts(column, values, row, amounts, here)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return  # outlines of areas are numbers of eight bytes: no words


def _look_at_numbers(column: _Column, values: pa.Array, row: int, amounts: bool) -> None:
    numbers = np.asarray(values.cast(pa.float64(), safe=False).fill_null(np.nan))
    with np.errstate(invalid="ignore"):
        whole = np.flatnonzero((numbers >= 1e8) & (numbers < 1e10) & (numbers == np.floor(numbers)))
    for at in whole:
        _count_number(column, f"{int(numbers[at]):010d}", row + int(at), amounts)


def _count_number(column: _Column, ten: str, row: int, amounts: bool) -> None:
    """A number of nine digits may have lost its first 0: only many of these are told from amounts."""
    column.numbers += 1
    if not is_chi_number(ten):
        return
    if not amounts and ten[0] != "0":
        column.add(CHI, [row], 1)
        return
    column.fitting += 1
    if len(column.first_fitting) < _ROWS_SHOWN:
        column.first_fitting.append(row)


def _look_at_texts(column: _Column, values: pa.Array, row: int, amounts: bool, here: _Here) -> None:
    """Every different text once: they are looked through as one, with a mark of their own between them."""
    coded = values.dictionary_encode()
    texts = [
        (text or "").encode("utf-8", "surrogatepass").replace(b"\x1e", b" ") for text in coded.dictionary.to_pylist()
    ]
    joined = b"\x1e".join(texts)
    ends = np.cumsum([len(text) + 1 for text in texts])
    kinds: dict[tuple[str, int], None] = {}
    for kind, start in _all_in(joined, here, pages=False, keys=False):
        kinds[kind, int(np.searchsorted(ends, start, side="right"))] = None
    numbers = {code for code, text in enumerate(texts) if _LONG_NUMBER.fullmatch(text)}
    for code in numbers:
        for one in np.flatnonzero(np.asarray(pc.equal(coded.indices, code).fill_null(False))):
            _count_number(column, texts[code].partition(b".")[0].decode().zfill(10), row + int(one), amounts)
    for kind, code in kinds:
        if kind == CHI and code in numbers:
            continue
        at = np.flatnonzero(np.asarray(pc.equal(coded.indices, code).fill_null(False)))
        column.add(kind, [row + int(one) for one in at[:_ROWS_SHOWN]], len(at))


# --- workbooks and documents ----------------------------------------------------------------------


def _lint_packed(path: Path, name: str, here: _Here) -> list[Finding]:
    """A workbook or document: each part of it as text; numbers of a sheet by column."""
    found: list[Finding] = []
    with zipfile.ZipFile(path) as packed:
        for part in packed.infolist():
            suffix = Path(part.filename).suffix.lower()
            if part.is_dir() or suffix in PICTURES:
                continue
            with packed.open(part) as file:
                told = _lint_text(_Without(file), name, here, part=part.filename)  # type: ignore[arg-type]
            found += told
            if "/worksheets/" in part.filename:
                with packed.open(part) as file:
                    found += _numbers_of_sheet(file.read(_PIECE * 64), name, part.filename)
    return found


class _Without:
    """A sheet without its cells of numbers, which are amounts unless most of a column says otherwise."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def read(self, size: int) -> bytes:
        return _NUMBER_CELL.sub(lambda match: b" " * len(match[0]), self.file.read(size))


def _numbers_of_sheet(text: bytes, name: str, part: str) -> list[Finding]:
    columns: dict[str, _Column] = {}
    for match in _NUMBER_CELL.finditer(text):
        _count_number(columns.setdefault(match[1].decode(), _Column()), match[2].decode().zfill(10), 0, amounts=True)
    return [
        _finding(CHI, name, part=part, column=title, count=column.fitting) for title, column in columns.items()
        if column.fitting > max(2, _SHARE * column.numbers)
    ]  # fmt: skip
