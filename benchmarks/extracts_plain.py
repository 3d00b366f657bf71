"""A plain reader of supplied files, which shares nothing with the package's: the ``csv`` module, openpyxl, pandas.

It knows no layouts. What the package's reader makes of an unharmed file teaches which sums of the file each curated
column holds; those sums are then taken of a harmed file, and must be what the package makes of it.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

Row = list[Any]
NUMBER = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?(?:[eE][-+]?\d+)?|[-+]?\.\d+")


def number(cell: Any) -> float | None:
    """A cell as a number, or None; thousands may be divided by commas."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return float(cell) if math.isfinite(cell) else None
    text = str(cell).replace("\xa0", " ").strip()
    return float(text.replace(",", "")) if NUMBER.fullmatch(text) else None


def rows_of(path: Path, most: int | None = None) -> dict[str, list[Row]]:
    """Rows of each sheet of a file, of a workbook ``most``; a file without sheets has one, called ``""``."""
    kind = path.suffix.lower()
    if kind in (".csv", ".txt", ".gz"):
        content = path.read_bytes()
        return {"": _rows_of_text(gzip.decompress(content) if kind == ".gz" else content)}
    if kind == ".xlsx":
        import openpyxl

        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            return {
                sheet.title: [list(row) for row in sheet.iter_rows(values_only=True, max_row=most)]
                for sheet in book.worksheets
            }
        finally:
            book.close()
    if kind == ".parquet":
        import pyarrow.parquet as pq

        # Column by column: a damaged one is left out, and only who reads that one has to refuse the file.
        with pq.ParquetFile(path) as file:
            told: dict[str, list[Any]] = {}
            for name in file.schema_arrow.names:
                with contextlib.suppress(OSError, ValueError):
                    told[name] = file.read(columns=[name]).column(0).to_pylist()
        return {"": [list(told), *map(list, zip(*told.values(), strict=False))]}
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    told = [feature.get("properties") or {} for feature in document["features"]]
    names = list(dict.fromkeys(name for one in told for name in one))
    return {"": [names, *([one.get(name) for name in names] for one in told)]}


def _rows_of_text(content: bytes) -> list[Row]:
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    tabs = text[:2000].count("\t") > text[:2000].count(",")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if tabs else ","))


def name_of(cell: Any) -> str:
    return " ".join(str("" if cell is None else cell).replace("\ufeff", "").split()).casefold()


def word_of(cell: Any) -> str:
    """What a cell says of its row. One that begins as an example is one, whatever else it says."""
    name = name_of(cell)
    return "example" if name.startswith("example") else name


@dataclass(frozen=True)
class Grid:
    """A sheet as names of columns and the rows below them."""

    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    header_row: int

    @cached_property
    def numbers(self) -> int:
        """How many cells hold a number."""
        return sum(number(cell) is not None for row in self.rows for cell in row)


def grid_of(rows: Sequence[Row], expected: Sequence[str] | None = None, at: int | None = None) -> Grid:
    """The table of a sheet: below row ``at``, or below the row that has most of the ``expected`` names."""
    if at is None:
        wanted = set(expected or ()) - {""}
        shares = [len(wanted & set(map(name_of, row))) for row in rows[:80]]
        at = max(range(len(shares)), key=shares.__getitem__, default=0)
        if not shares or shares[at] < len(wanted) / 2:
            return Grid((), (), 0)
    names = tuple(map(name_of, rows[at])) if rows else ()
    body = tuple(tuple(row[: len(names)]) + (None,) * (len(names) - len(row)) for row in rows[at + 1 :])
    return Grid(names, tuple(row for row in body if any(str("" if c is None else c).strip() for c in row)), at)


@dataclass(frozen=True)
class Sum:
    """A sum of some columns, or a count of their filled cells, over the rows in which other columns say something.

    A count of no column is one of the rows.
    """

    sheet: str
    columns: frozenset[str]
    where: tuple[tuple[str, str, bool], ...] = ()
    counts: bool = False

    def of(self, grid: Grid, before: frozenset[str]) -> float:
        """The sum in a file; NaN where nobody can tell.

        A new column of numbers counts where one that was summed is no longer there.
        """
        columns = self.columns
        if not columns <= set(grid.names):
            columns = columns | (set(grid.names) - before)
        places = [place for place, name in enumerate(grid.names) if name in columns and grid.names.index(name) == place]
        if not places and self.columns:
            return 0.0
        if any(not _say_the_same(grid, grid.names[place]) for place in places):
            return math.nan  # nobody can say which was meant
        keys = [(grid.names.index(name), text, same) for name, text, same in self.where if name in grid.names]
        rows = [row for row in grid.rows if all((word_of(row[place]) == text) is same for place, text, same in keys)]
        if not self.columns:
            return float(len(rows))
        cells = (row[place] for row in rows for place in places)
        read = map(_filled if self.counts else number, cells)
        return math.fsum(value for value in read if value is not None)


def _say_the_same(grid: Grid, name: str) -> bool:
    """Whether columns of one name hold the same."""
    places = [place for place, each in enumerate(grid.names) if each == name]
    return len(places) == 1 or all(len({name_of(row[place]) for place in places}) == 1 for row in grid.rows)


#: What one of a curated column may be of the file's: pounds become pence, thousands of pounds too; totals are added.
FACTORS = (1.0, 100.0, 1000.0, 100_000.0, 0.01, 0.001, 2.0, 4.0)
#: How many curated rows there may be for one of the file's.
EACH = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
#: Of so many columns of numbers, two together may be one curated column.
PAIRED = 25


def sums_that_give(totals: Mapping[str, float], grids: Mapping[str, Grid]) -> dict[str, tuple[Sum, float]]:
    """For each curated total the plainest sum of the file that is equal to it, and what one is of the other."""
    names = list(totals)
    counted = np.array([name.split(" where ")[0].endswith(" rows") for name in names], dtype=bool)
    wanted = np.array(list(totals.values()), dtype=float)
    amounts, counts = _Wanted(wanted * ~counted), _Wanted(wanted * counted)
    found: dict[str, tuple[Sum, float]] = {}
    for depth in (0, 1, 2):
        for sheet, grid in grids.items():
            if not grid.rows or "total" in sheet.casefold():  # a sheet of totals only checks the others
                continue
            choices, columns = _choices(grid), _columns(grid)
            values = _matrix(grid, columns)
            filled = np.array([[1.0, *map(_filled, row)] for row in grid.rows])
            masks = {choice: _mask(grid, choice) for choice in choices}
            each = [frozenset[str](), *(frozenset([name]) for name in grid.names)]
            wheres = [
                where for where in itertools.combinations(choices, depth)
                if len({name for name, _, _ in where}) == depth
            ]  # fmt: skip
            if not wheres:
                continue
            kept = np.array([_all(masks, where, len(grid.rows)) for where in wheres], dtype=float)
            sums = kept @ values
            hits = [
                (at, order, column, total)
                for order, factor in enumerate(FACTORS) for at, column, total in amounts.equal_to(sums * factor)
            ]  # fmt: skip
            for at, order, column, total in sorted(hits):
                found.setdefault(names[total], (Sum(sheet, columns[column], wheres[at]), FACTORS[order]))
            for many in EACH:
                for at, column, total in counts.equal_to(kept @ filled * many):
                    found.setdefault(names[total], (Sum(sheet, each[column], wheres[at], counts=True), many))
    return found


def _all(masks: Mapping[Any, np.ndarray], where: Sequence[Any], rows: int) -> np.ndarray:
    return np.all([masks[one] for one in where], axis=0) if where else np.ones(rows, bool)


class _Wanted:
    """Totals in order of size, so that sums equal to one of them are found quickly; 0 is equal to nothing."""

    def __init__(self, wanted: np.ndarray) -> None:
        self.order = np.argsort(wanted, kind="stable")
        self.sorted = wanted[self.order]

    def equal_to(self, sums: np.ndarray) -> Iterator[tuple[int, int, int]]:
        """Row and column of the first sum that is equal to a total, and which total that is."""
        slack = 1e-9 * np.abs(sums)
        first = np.searchsorted(self.sorted, sums - slack, "left")
        last = np.searchsorted(self.sorted, sums + slack, "right")
        rows, columns = np.nonzero((last > first) & (sums != 0))
        _, earliest = np.unique(first[rows, columns], return_index=True)
        for row, column in zip(rows[earliest], columns[earliest], strict=True):
            for place in range(first[row, column], last[row, column]):
                yield int(row), int(column), int(self.order[place])


def _filled(cell: Any) -> float:
    return float(bool(str("" if cell is None else cell).strip()))


def _matrix(grid: Grid, columns: Sequence[frozenset[str]]) -> np.ndarray:
    cells = np.array([[number(cell) or 0.0 for cell in row] for row in grid.rows])
    if not columns:
        return np.zeros((len(grid.rows), 0))
    return np.stack([cells[:, [name in group for name in grid.names]].sum(axis=1) for group in columns], axis=1)


def _mask(grid: Grid, choice: tuple[str, str, bool]) -> np.ndarray:
    name, text, same = choice
    place = grid.names.index(name)
    return np.array([(word_of(row[place]) == text) is same for row in grid.rows])


def _columns(grid: Grid) -> list[frozenset[str]]:
    """Each column of numbers, and columns of numbers together: those of ages, those of one beginning, all."""
    numeric = [
        name for place, name in enumerate(grid.names)
        if name and grid.names.count(name) == 1 and any(number(row[place]) is not None for row in grid.rows)
    ]  # fmt: skip
    groups: dict[str, set[str]] = {}
    for name in numeric:
        groups.setdefault(re.sub(r"[\d+ ]+|and over|plus", "#", name), set()).add(name)
    many = [frozenset(group) for group in groups.values() if len(group) > 1]
    ages = [group for group in many if len(group) > 15]
    pairs = map(frozenset, itertools.combinations(numeric, 2)) if len(numeric) <= PAIRED else ()
    return [*(frozenset([name]) for name in numeric[:60]), *many, *ages, frozenset(numeric), *pairs]


def _choices(grid: Grid) -> list[tuple[str, str, bool]]:
    """Columns with few different values, which may say what a row counts."""
    found = []
    for place, name in enumerate(grid.names):
        values: set[str] = set()
        for row in grid.rows:
            values.add(word_of(row[place]))
            if len(values) > 12:
                break
        if name and 1 < len(values) <= 12 and grid.names.count(name) == 1:
            found += [(name, value, same) for value in sorted(values) for same in (True, False)]
    return found[:40]
