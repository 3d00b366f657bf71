"""How large and how deep a supplied file may be, and why; asked before a reader sees the file.

Compressed and nested formats say much in few bytes: a workbook of ten kilobytes can ask for a terabyte of memory. What
is refused here is far beyond what any publisher gives (the largest extract that is known has a tenth of it), so a limit
that is met is a fault of the file or an attack, and seldom a table. Files of linked records are read piece by piece
and have no limit.
"""

from __future__ import annotations

import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from locality_profiles.errors import ExtractRefused, Problem

MIB = 2**20


@dataclass(frozen=True)
class Limit:
    """One bound: what is counted, how much of it may be, in which unit, and why."""

    what: str
    most: int
    unit: str
    why: str

    @property
    def words(self) -> str:
        """The bound as it is printed, such as '512 MiB'."""
        return f"{self.most // MIB:,} MiB" if self.unit == "bytes" else f"{self.most:,} {self.unit}".rstrip()


TEXT = Limit("a text file, or a gzip file unpacked", 512 * MIB, "bytes", "it is held in memory while it is read")
MARKDOWN = Limit("a text file under headings", 4 * MIB, "bytes", "people write such files by hand")
JSON = Limit("a GeoJSON file", 128 * MIB, "bytes", "in memory it takes twenty times as much")
JSON_DEPTH = Limit("brackets within brackets of a GeoJSON file", 64, "deep", "outlines need eight")
JSON_BRACKETS = Limit("brackets of a GeoJSON file", 10_000_000, "", "each takes memory, even around nothing")
WORKBOOK = Limit("a workbook, unpacked", 256 * MIB, "bytes", "it is held in memory while it is read")
ARCHIVE = Limit("a zip archive of outlines, unpacked", 2048 * MIB, "bytes", "it is unpacked on disk")
ENTRIES = Limit("files in a workbook or archive", 4096, "files", "a workbook has one for each sheet, and a few more")
RATIO = Limit("how much a large part of an archive may be squeezed", 250, "times", "tables are squeezed tenfold")
WORKBOOK_CELLS = Limit("cells of a workbook, from A1 to the last one filled", 20_000_000, "cells",
                       "a reader keeps room for the empty ones between")  # fmt: skip
WORKBOOK_TEXT = Limit("texts of a workbook, each as often as it stands", 1024 * MIB, "bytes",
                      "a text is stored once, but read for every cell that shows it")  # fmt: skip
PARQUET = Limit("a Parquet file, unpacked", 2048 * MIB, "bytes", "it is held in memory while it is read")
CELLS = Limit("cells of a CSV or Parquet file", 100_000_000, "cells", "each takes memory, even an empty one")
COLUMNS = Limit("columns of a table", 16_384, "columns", "a spreadsheet has no more")
CELL = Limit("text of a cell", 32_767, "characters", "a spreadsheet has no more; a quotation mark may be unclosed")
DECLARATION = Limit("a declaration (TOML, or a suite in JSON)", 4 * MIB, "bytes", "people write such files by hand")

LONG_CELL = "Look for a quotation mark that is not closed, or shorten the text."

#: In the order in which they are told.
LIMITS = (TEXT, MARKDOWN, JSON, JSON_DEPTH, JSON_BRACKETS, WORKBOOK, WORKBOOK_CELLS, WORKBOOK_TEXT, ARCHIVE, ENTRIES,
          RATIO, PARQUET, CELLS, COLUMNS, CELL, DECLARATION)  # fmt: skip
#: Parts of an archive below this are not asked how far they are squeezed.
SMALL_PART = 16 * MIB
#: The list of an archive's files, in bytes, that so many files can have at most.
LIST_OF_FILES = ENTRIES.most * 512


def refused(name: str, what: str, remedy: str, **place: Any) -> ExtractRefused:
    """The error for a file that cannot be used as it is."""
    return ExtractRefused(f"{name} cannot be used.", [Problem(what, remedy, file=name, **place)])


def too_much(name: str, limit: Limit, remedy: str, **place: Any) -> ExtractRefused:
    """The error for a file that is beyond a limit."""
    return refused(name, f"{limit.what}: {limit.words} may be read, and this is more", remedy, **place)


def check_size(path: Path, name: str, limit: Limit, remedy: str = "Divide it in smaller files.") -> None:
    """Refuse a file that is larger than a limit."""
    if path.stat().st_size > limit.most:
        raise too_much(name, limit, remedy)


# --- archives -------------------------------------------------------------------------------------


def has_short_list(path: Path) -> bool:
    """Whether the list of an archive's files is short enough to be read at all."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))  # the end of an archive, with the longest comment that it may have
        end = file.read()
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) < at + 16:
        return True  # cut short; the reader says so
    (listed,) = struct.unpack("<L", end[at + 12 : at + 16])
    return bool(listed <= LIST_OF_FILES)


def check_archive(path: Path, name: str, whole: Limit) -> None:
    """Refuse an archive that would unpack to more than ``whole``, by what its own list says of each file.

    A reader of archives gives no more of a file than the list says, so the list can be believed.
    """
    if not has_short_list(path):
        raise too_much(name, ENTRIES, "Save it again with what is needed only.")
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    if len(parts) > ENTRIES.most:
        raise too_much(name, ENTRIES, "Save it again with what is needed only.")
    if sum(part.file_size for part in parts) > whole.most:
        raise too_much(name, whole, "Save it again with what is needed only.")
    squeezed = [part for part in parts if part.file_size > SMALL_PART
                and part.file_size > RATIO.most * max(part.compress_size, 1)]  # fmt: skip
    if squeezed:
        raise too_much(name, RATIO, "Save it again from the program that made it.")


# --- JSON -----------------------------------------------------------------------------------------


def check_json(content: bytes, name: str) -> None:
    """Refuse JSON that is nested too deep, or that holds more brackets than outlines need."""
    if content.count(b"[") + content.count(b"{") > JSON_BRACKETS.most:
        raise too_much(name, JSON_BRACKETS, "Save it as a GeoPackage, or divide it.")
    if depth_of_json(content) > JSON_DEPTH.most:
        raise too_much(name, JSON_DEPTH, "Export it again.")


def depth_of_json(content: bytes, at_once: int = 1 << 24) -> int:
    r"""How many brackets stand open at once, at most, leaving out those in texts.

    >>> depth_of_json(b'{"a": [[1], "[[[[\\"[["]}')
    3
    """
    # A text is left out from quotation mark to quotation mark; one after an uneven number of \ ends none.
    content = content.replace(b"\\\\", b"  ").replace(b'\\"', b"  ")
    deepest = depth = marks = 0
    for start in range(0, len(content), at_once):
        signs = np.frombuffer(content[start : start + at_once], dtype=np.uint8)
        at = np.flatnonzero(_STEPS[signs] | (signs == 34))
        signs = signs[at]
        quotes = marks + np.cumsum(signs == 34)
        steps = np.where(quotes % 2 == 0, _STEPS[signs], 0)
        depths = depth + np.cumsum(steps, dtype=np.int64)
        if len(at):
            deepest, depth, marks = max(deepest, int(depths.max())), int(depths[-1]), int(quotes[-1])
    return deepest


_STEPS = np.zeros(256, dtype=np.int8)
_STEPS[[ord("["), ord("{")]] = 1
_STEPS[[ord("]"), ord("}")]] = -1


# --- tables ---------------------------------------------------------------------------------------


def check_parquet(path: Path, name: str) -> None:
    """Refuse a Parquet file by what its footer says of rows, columns and sizes."""
    import pyarrow.parquet as pq

    about = pq.read_metadata(path)
    if about.num_columns > COLUMNS.most:
        raise too_much(name, COLUMNS, "Save it again with the columns that are needed.")
    if about.num_rows * about.num_columns > CELLS.most:
        raise too_much(name, CELLS, "Divide it in smaller files.")
    if sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups)) > PARQUET.most:
        raise too_much(name, PARQUET, "Divide it in smaller files.")


def check_unpacked(table: pa.Table, name: str) -> None:
    """Refuse a table that was read with its texts in dictionaries, if written out they would be too large."""
    import pyarrow.compute as pc

    size = 0
    for column in table.columns:
        for chunk in column.chunks:
            if pa.types.is_dictionary(chunk.type):
                lengths = pc.take(pc.binary_length(chunk.dictionary), chunk.indices)
                size += pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0
            else:
                size += chunk.nbytes
    if size > PARQUET.most:
        raise too_much(name, PARQUET, "Divide it in smaller files.")


def check_width(cells: int, name: str, **place: Any) -> None:
    """Refuse a row with more cells than a table has columns."""
    if cells > COLUMNS.most:
        raise too_much(name, COLUMNS, "Save it again with the columns that are needed.", **place)


def check_cells(table: pa.Table, numbers: np.ndarray, name: str, sheet: str | None = None) -> None:
    """Refuse texts that are longer than a cell can be, and say where they stand."""
    import pyarrow.compute as pc

    problems = []
    for column in table.column_names:
        texts = table[column]
        if not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
            continue
        if (pc.max(pc.binary_length(texts)).as_py() or 0) <= CELL.most:
            continue
        rows = numbers[pc.greater(pc.utf8_length(texts), CELL.most).to_numpy(zero_copy_only=False)]
        if len(rows):
            problems.append(Problem(
                f"the cell holds more than {CELL.words}", LONG_CELL,
                name, sheet, column, tuple(int(row) for row in rows[:5]), len(rows),
            ))  # fmt: skip
    if problems:
        raise ExtractRefused(f"{name} cannot be used.", problems)
