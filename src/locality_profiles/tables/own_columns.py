"""A partnership's own columns, words, units and dates put in the place of ours, before anything is checked.

What a workspace declares as ``[extracts.NAME]`` is an ``OwnColumns``. It is applied to the table as text, before the
table is recognised: everything that is asked of an extract is then asked of this one too. Row numbers stay those of
the file, and what is found wrong is told by the file's own headings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.errors import ExtractRefused, Problem
from locality_profiles.meant import most_alike
from locality_profiles.tables.cells import NUMBER, SHOWN_ROWS
from locality_profiles.tables.dates_as_written import DateForm
from locality_profiles.tables.intake import (
    AMBIGUOUS,
    Header,
    Layout,
    OwnHeading,
    RawTable,
    Sheet,
    header_key,
    open_sheets,
    read_sheet,
    unique_header,
)

#: What a number is multiplied by, and what that does.
UNITS: Mapping[str, tuple[Decimal, str]] = {
    "hundreds": (Decimal(100), "12 becomes 1200"),
    "thousands": (Decimal(1000), "1.2 becomes 1200"),
    "millions": (Decimal(1_000_000), "1.2 becomes 1200000"),
    "percent": (Decimal("0.01"), "45 or 45% becomes 0.45"),
    "share": (Decimal(100), "0.45 becomes 45"),
    "pence": (Decimal("0.01"), "1250 pence become 12.50 pounds"),
    "pounds": (Decimal(100), "£12.50 becomes 1250 pence"),
}
#: Stands in ``ignore`` for every column that is not named.
ALL_OTHERS = "*"
_PLAIN = re.compile(NUMBER)


@dataclass(frozen=True)
class Spread:
    """``[extracts.NAME.spread]``: several columns of a file whose cells all go into one of ours, a row for each.

    ``columns`` says, by the file's heading, what each sets: our columns and the word of ours that stands there in the
    rows that it makes. Such words are ours already, as constants are, so no ``values`` and no ``dates`` change them.
    """

    into: str
    columns: Mapping[str, Mapping[str, str]]
    line: int | None = field(default=None, compare=False)

    @property
    def sets(self) -> tuple[str, ...]:
        """Our columns that the headings speak of; each heading of all of them."""
        return tuple(dict.fromkeys(ours for words in self.columns.values() for ours in words))

    def meaning(self) -> dict[str, object]:
        return {"into": self.into, "columns": {heading: dict(words) for heading, words in self.columns.items()}}


@dataclass(frozen=True)
class OwnColumns:
    """One ``[extracts.NAME]``: files that are laid out in a way of their own, and what stands where in them.

    Headings (``columns``, ``ignore``, ``leave_out``, those of ``spread``) and words (the keys within ``values``) are
    the file's; columns after an ``=`` and the keys of ``constants``, ``values``, ``units`` and ``dates`` are ours.
    """

    name: str
    files: tuple[str, ...]
    kind: str
    layout: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    leave_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spread: Spread | None = None
    line: int | None = field(default=None, compare=False)

    @property
    def heading(self) -> str:
        """How ``profiles.toml`` calls it."""
        return f"[extracts.{self.name}]"

    def meaning(self) -> dict[str, object]:
        """Everything that decides what is read: part of the key of what is staged."""
        told = {each.name: getattr(self, each.name) for each in fields(self) if each.compare}
        plain = {name: dict(value) if isinstance(value, Mapping) else value for name, value in told.items()}
        return plain | {"spread": self.spread.meaning() if self.spread else None}

    @property
    def ignores_others(self) -> bool:
        return ALL_OTHERS in self.ignore

    @property
    def wanted(self) -> dict[str, str]:
        """Every heading that a file must have, and what becomes of it."""
        spread = self.spread.columns if self.spread else ()
        into = f"spreads into '{self.spread.into}'" if self.spread else ""
        return {heading: f"maps to '{ours}'" for heading, ours in self.columns.items()} | dict.fromkeys(spread, into)

    @property
    def named(self) -> tuple[str, ...]:
        """Every heading that it speaks of."""
        return (*self.wanted, *self.leave_out, *(name for name in self.ignore if name != ALL_OTHERS))

    @property
    def filled(self) -> tuple[str, ...]:
        """Our columns that take their cells from columns of the file."""
        return (*self.columns.values(), *((self.spread.into,) if self.spread else ()))

    @property
    def given(self) -> tuple[str, ...]:
        """Every column of ours that a file comes to have."""
        return (*self.filled, *(self.spread.sets if self.spread else ()), *self.constants)


@dataclass(frozen=True)
class Found:
    """A sheet in which the mapped headings stand, and in which row (from 0)."""

    sheet: Sheet
    row: int


#: Looks over a table as it was supplied (with its row numbers, file and sheet) and refuses what may not be there.
Guard = Callable[[pa.Table, np.ndarray, str, str | None], None]


def tables_of(
    own: OwnColumns, layout: Layout, path: Path, name: str, guard: Guard, *, with_empty: bool
) -> list[RawTable]:
    """The tables of a file, in our columns, words and units; ``guard`` sees each before anything is told of it.

    ``with_empty`` says that an empty cell of a column that is spread makes a row too: a long file may have such rows.

    Raises
    ------
    ExtractRefused
        With everything that is not as the mapping says, by the file's own headings.
    """
    tables: list[RawTable] = []
    problems: list[Problem] = []
    for found in _found(own, open_sheets(path, name), name):
        try:
            tables.append(_table(own, layout, found, path, name, guard, with_empty))
        except ExtractRefused as refused:
            problems += refused.problems
    if problems:
        raise ExtractRefused(f"{name} was refused: it is not as {own.heading} says.", problems)
    return tables


# --- where the table is ---------------------------------------------------------------------------


def _found(own: OwnColumns, sheets: Sequence[Sheet], name: str) -> list[Found]:
    """The sheets that the mapping is about."""
    if own.sheet is not None:
        named = [sheet for sheet in sheets if header_key(sheet.name or "") == header_key(own.sheet)]
        if not named:
            there = ", ".join(f"'{sheet.name}'" for sheet in sheets[:8] if sheet.name)
            remedy = f"It has {there}. Correct sheet in {own.heading}." if there else "Take sheet out of it."
            raise _refused(own, name, f"there is no sheet '{own.sheet}', which {own.heading} names", remedy)
        sheets = named
    found = [Found(sheet, row) for sheet in sheets if (row := _header_row(own, sheet)) is not None]
    if not found:
        raise _lacking(own, sheets, name)
    return found


def _header_row(own: OwnColumns, sheet: Sheet) -> int | None:
    wanted = {header_key(heading) for heading in own.wanted}
    if own.header_row is not None:
        at = own.header_row - 1
        there = at < len(sheet.preview) and wanted <= _keys(sheet.preview[at])
        return at if there else None
    return next((at for at, cells in enumerate(sheet.preview) if wanted <= _keys(cells)), None)


def _keys(cells: Sequence[str]) -> frozenset[str]:
    return Header(unique_header(cells)).keys


def _lacking(own: OwnColumns, sheets: Sequence[Sheet], name: str) -> ExtractRefused:
    """What to say where no row has every heading: those that are missing from the row that has most of them."""
    rows = [
        (sheet, at, cells) for sheet in sheets for at, cells in enumerate(sheet.preview)
        if own.header_row is None or at == own.header_row - 1
    ]  # fmt: skip
    if not rows:
        where = f"row {own.header_row}, which {own.heading} names as its header, is not among the first rows"
        return _refused(own, name, where, "Correct header_row.")
    keys = {header_key(heading): heading for heading in own.wanted}
    sheet, at, cells = max(rows, key=lambda row: len(keys.keys() & _keys(row[2])))
    there = {header_key(cell): cell for cell in unique_header(cells)}
    spare = [key for key in there if key not in keys]
    problems = []
    for key in keys.keys() - there.keys():
        close = most_alike(key, spare)
        hint = f"; there is a column '{there[close[0]]}'" if close else ""
        problems.append(Problem(
            f"the column is missing, which {own.heading} {own.wanted[keys[key]]}{hint}",
            f"Correct the heading in {own.heading}, or get the file again.", name, sheet.name, keys[key], (at + 1,),
        ))  # fmt: skip
    problems.sort(key=lambda problem: list(own.wanted).index(problem.column or ""))
    return ExtractRefused(f"{name} was refused: it is not as {own.heading} says.", problems)


def _refused(own: OwnColumns, name: str, what: str, remedy: str) -> ExtractRefused:
    return ExtractRefused(f"{name} was refused: it is not as {own.heading} says.", [Problem(what, remedy, name)])


# --- the table in our words -----------------------------------------------------------------------


def _table(
    own: OwnColumns, layout: Layout, found: Found, path: Path, name: str, guard: Guard, with_empty: bool
) -> RawTable:
    sheet = found.sheet
    supplied, numbers, footnotes, notes = read_sheet(sheet, found.row, name)
    guard(supplied, numbers, name, sheet.name)
    work = _Work(own, supplied, numbers, name, sheet.name, found.row + 1)
    work.refuse_other_columns()
    work.refuse_doubled()
    keep, left_out = work.kept()
    work.finish()
    work = replace(work, supplied=supplied.filter(pa.array(keep)), numbers=numbers[keep])
    made = work.made(with_empty)
    work.finish()
    if not made.columns.num_rows and not layout.may_be_empty:
        raise _refused(own, name, "no row of data is left", "Look at leave_out, or download the file again.")
    preamble = tuple(" ".join(cell for cell in row if cell) for row in sheet.preview[: found.row] if any(row))
    return RawTable(
        path, name, sheet.name, layout, found.row + 1, made.columns, made.numbers, preamble, footnotes, sheet.crs,
        (*sheet.notes, *notes, *left_out, *made.notes), headings=work.headings(), under=made.under,
    )  # fmt: skip


@dataclass(frozen=True)
class _Made:
    """A table in our columns, the number of each of its rows in the file, and headings of rows that were spread."""

    columns: pa.Table
    numbers: np.ndarray
    under: Mapping[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Work:
    """One sheet as supplied, and what is wrong with it so far."""

    own: OwnColumns
    supplied: pa.Table
    numbers: np.ndarray
    name: str
    sheet: str | None
    header_row: int
    problems: list[Problem] = field(default_factory=list)

    @property
    def spelt(self) -> dict[str, str]:
        """The file's spelling of a heading by the form in which headings are compared."""
        return {header_key(name): name for name in reversed(self.supplied.column_names)}

    def headings(self) -> dict[str, str]:
        """The file's heading of each of our columns; a constant has none, and a column that is spread into several."""
        told = {header_key(ours): self.spelt[header_key(theirs)] for theirs, ours in self.own.columns.items()} | {
            header_key(ours): f"{ours} (a constant of {self.own.heading})" for ours in self.own.constants
        }
        if spread := self.own.spread:
            told |= {header_key(ours): f"{ours} (of [extracts.{self.own.name}.spread])" for ours in spread.sets}
            told[header_key(spread.into)] = " or ".join(self.spelt[header_key(theirs)] for theirs in spread.columns)
        return told

    def problem(self, what: str, remedy: str, column: str, at: np.ndarray | None = None) -> None:
        rows = (self.header_row,) if at is None else tuple(int(row) for row in self.numbers[at][:SHOWN_ROWS])
        count = 1 if at is None else int(at.sum())
        self.problems.append(Problem(what, remedy, self.name, self.sheet, column, rows, count))

    def finish(self) -> None:
        if self.problems:
            raise ExtractRefused(f"{self.name} was refused: it is not as {self.own.heading} says.", self.problems)

    def refuse_other_columns(self) -> None:
        """A column that nobody spoke of may be the one that matters: it is mapped or ignored, but never passed over."""
        spoken = {header_key(heading) for heading in self.own.named}
        for heading in self.supplied.column_names:
            if header_key(heading) in spoken or self.own.ignores_others or _empty(self.supplied[heading]):
                continue
            self.problem(
                f"the column stands neither under columns nor under ignore of {self.own.heading}",
                f'Map it, or add "{heading}" to ignore.', heading,
            )  # fmt: skip
        for heading in (*self.own.leave_out, *(name for name in self.own.ignore if name != ALL_OTHERS)):
            if header_key(heading) not in self.spelt and heading in self.own.leave_out:
                self.problem(f"the column is missing, by which {self.own.heading} leaves rows out",
                             "Correct its heading under leave_out.", heading)  # fmt: skip

    def refuse_doubled(self) -> None:
        """A heading that stands twice, with other cells below it, names neither."""
        for heading in (*self.own.wanted, *self.own.leave_out):
            again = self.spelt.get(header_key(f"{heading} (2)"))
            first = self.spelt.get(header_key(heading))
            told = again and header_key(again) in {header_key(each) for each in self.own.named}
            if again and first and not told and not self.supplied[first].equals(self.supplied[again]):
                self.problem(*AMBIGUOUS, first)

    def kept(self) -> tuple[np.ndarray, list[str]]:
        """Rows that stay, and a note on those that were left out."""
        keep, notes = np.ones(self.supplied.num_rows, dtype=bool), []
        for heading, words in self.own.leave_out.items():
            column = self.spelt.get(header_key(heading))
            if column is None:
                continue
            out = _picked(self.supplied[column], _one_of(words))
            if out.any():
                notes.append(f"rows left out by {self.own.heading}, where '{column}' is "
                             f"{' or '.join(map(repr, words))}: {int(out.sum()):,}")  # fmt: skip
            keep &= ~out
        return keep, notes

    def made(self, with_empty: bool) -> _Made:
        """Our columns, in the order of the mapping; those that are spread, and constants, last."""
        mapped = {ours: self._column(theirs, ours) for theirs, ours in self.own.columns.items()}
        if self.own.spread is None:
            return _Made(self._with_constants(mapped, len(self.numbers)), self.numbers)
        return self._spread(mapped, self.own.spread, with_empty)

    def _with_constants(self, columns: Mapping[str, pa.ChunkedArray], every: int) -> pa.Table:
        constants = {
            ours: pa.chunked_array([pa.repeat(pa.scalar(constant, pa.string()), every)])
            for ours, constant in self.own.constants.items()
        }
        return pa.table({**columns, **constants})

    def _spread(self, mapped: Mapping[str, pa.ChunkedArray], spread: Spread, with_empty: bool) -> _Made:
        """Each row once for each column that is spread, one after the other.

        A column that is empty from top to bottom makes no rows: it is of a time or kind that nobody filled in yet.
        """
        cells = [self._column(theirs, spread.into) for theirs in spread.columns]
        filled = np.column_stack([pc.not_equal(column, "").to_numpy() for column in cells])
        used = filled.any(axis=0)
        row, of = np.nonzero(filled | used if with_empty else filled)
        one_below_another = pa.chunked_array([chunk for column in cells for chunk in column.chunks], pa.string())
        columns = {ours: column.take(pa.array(row)) for ours, column in mapped.items()}
        columns[spread.into] = one_below_another.take(pa.array(of * len(filled) + row))
        for ours in spread.sets:
            columns[ours] = pa.array([words[ours] for words in spread.columns.values()]).take(pa.array(of))
        headings = np.array([self.spelt[header_key(theirs)] for theirs in spread.columns], dtype=object)
        under = {header_key(ours): headings[of] for ours in (spread.into, *spread.sets)}
        empty = 0 if with_empty else int((~filled[:, used]).sum())
        notes = self._left_empty(headings[~used].tolist(), empty)
        return _Made(self._with_constants(columns, len(row)), self.numbers[row], under, notes)

    def _left_empty(self, columns: Sequence[str], cells: int) -> tuple[str, ...]:
        """Notes on what was not filled in and makes no row."""
        where, listed = f"[extracts.{self.own.name}.spread]", ", ".join(f"'{heading}'" for heading in columns)
        notes = [f"columns of {where} that are empty and make no row: {listed}"] if listed else []
        return (*notes, *([f"empty cells of {where}, which make no row: {cells:,}"] if cells else []))

    def _column(self, theirs: str, ours: str) -> pa.ChunkedArray:
        heading = self.spelt[header_key(theirs)]
        column = self.supplied[heading]
        if words := self.own.values.get(ours):
            by_key = {header_key(word): meant for word, meant in words.items()}
            column = _each(column, lambda cell: by_key.get(header_key(cell), cell))
        if written := self.own.dates.get(ours):
            column = self._dates(column, heading, written)
        if unit := self.own.units.get(ours):
            factor = UNITS[unit][0]
            column = _each(column, lambda cell: scaled(cell, factor))
        return column

    def _dates(self, column: pa.ChunkedArray, heading: str, written: str) -> pa.ChunkedArray:
        form = DateForm.of(written)
        bad = _picked(column, lambda cell: bool(cell) and form.read(cell) is None)
        if bad.any():
            found = ", ".join(f"'{cell[:30]}'" for cell in column.filter(pa.array(bad)).unique().to_pylist()[:3])
            self.problem(f"found {found} where {self.own.heading} says that dates are written {written}",
                         "Correct it under dates, or at the source.", heading, bad)  # fmt: skip
        return _each(column, lambda cell: form.read(cell) or cell)


def scaled(cell: str, factor: Decimal) -> str:
    """A number in another unit, exactly; a cell that is no number stays as it is.

    >>> scaled("1,234.5", Decimal(1000)), scaled("£12.50", Decimal(100)), scaled("45%", Decimal("0.01"))
    ('1234500', '1250', '0.45')
    >>> scaled("*", Decimal(1000)), scaled("0.0", Decimal(1000))
    ('*', '0')
    """
    plain = cell.strip().removeprefix("£").removesuffix("%").strip()
    if not _PLAIN.fullmatch(plain) or not re.search(r"\d", plain):
        return cell
    number = Decimal(plain.replace(",", "")) * factor
    return f"{number.normalize():f}" if number else "0"


def _each(column: pa.ChunkedArray, change: Callable[[str], str]) -> pa.ChunkedArray:
    """Every cell changed; each text is looked at once."""
    encoded = column.combine_chunks().dictionary_encode()
    changed = pa.array([change(cell) for cell in encoded.dictionary.to_pylist()], pa.string())
    return pa.chunked_array([changed.take(encoded.indices)])


def _picked(column: pa.ChunkedArray, wanted: Callable[[str], bool]) -> np.ndarray:
    """Which cells are wanted; each text is looked at once."""
    encoded = column.combine_chunks().dictionary_encode()
    picked = np.array([wanted(cell) for cell in encoded.dictionary.to_pylist()], dtype=bool)
    return picked[encoded.indices.to_numpy()] if len(picked) else np.zeros(len(column), dtype=bool)


def _one_of(words: Sequence[str]) -> Callable[[str], bool]:
    wanted = {header_key(word) for word in words}
    return lambda cell: header_key(cell) in wanted


def _empty(column: pa.ChunkedArray) -> bool:
    return not _picked(column, lambda cell: cell != "").any() if pa.types.is_string(column.type) else False


# --- what is found wrong later --------------------------------------------------------------------


def in_their_words(own: OwnColumns, raw: RawTable, refused: ExtractRefused) -> ExtractRefused:
    """A refusal that speaks of the file's own headings in the place of ours."""
    problems = [
        replace(
            problem,
            column=_theirs(raw, problem.column) if problem.column else None,
            what=_with_headings(raw, problem.what),
            remedy=_remedy(own, raw, problem),
        )
        for problem in refused.problems
    ]
    return ExtractRefused(refused.summary, problems)


def _theirs(raw: RawTable, column: str) -> str:
    if isinstance(column, OwnHeading):
        return str(column)
    return raw.headings.get(header_key(column), column)


def _with_headings(raw: RawTable, what: str) -> str:
    """Our columns, where a sentence quotes or lists them, by the file's headings."""
    what = re.sub(r"'([^']+)'", lambda found: f"'{_theirs(raw, found[1])}'", what)
    listed = re.match(r"the same (.+) stands in more than one row", what)
    if listed:
        names = ", ".join(_theirs(raw, name) for name in listed[1].split(", "))
        what = what.replace(listed[1], names, 1)
    return what


def _remedy(own: OwnColumns, raw: RawTable, problem: Problem) -> str:
    """What may be done about a word besides: to say under values what it stands for."""
    column = problem.column.ours if isinstance(problem.column, OwnHeading) else problem.column or ""
    if own.spread and header_key(column) in map(header_key, own.spread.sets):
        return f"Correct what it sets under [extracts.{own.name}.spread.columns]."
    ours = next((name for name in own.filled if header_key(name) == header_key(column)), None)
    if ours and problem.what.startswith("found ") and "expected" in problem.what and ours not in own.units:
        return f"{problem.remedy} Or say what it stands for under [extracts.{own.name}.values.{ours}]."
    return problem.remedy
