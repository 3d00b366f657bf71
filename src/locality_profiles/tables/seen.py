"""Cells without characters that cannot be seen: names lose them and it is said, codes and numbers are refused.

A name with a mark in it is still the name. A code with one is another code, which would join with nothing; and of a
number nobody can say what was meant.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.errors import ExtractRefused, Problem
from locality_profiles.hidden import BREAKS, RANGES, names_of_hidden, without_hidden

SHOWN_ROWS = 5
#: A code, a number, a day, a period or a postcode: it has a digit, and no small letter.
EXACT = re.compile(r"(?=[^\d]*\d)[^a-z]{1,40}")
_CLASS = "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in RANGES)
_BREAKS = "".join(f"\\x{{{each:x}}}" for each in BREAKS)


def _first_bytes() -> np.ndarray:
    """Which bytes of UTF-8 a hidden character may begin with, or be: looking for them is quick."""
    found = np.zeros(256, dtype=bool)
    for first, last in RANGES:
        ascii_ones = range(first, min(last, 127) + 1)  # each is a byte of its own
        for each in {*ascii_ones, first, last, *range(first, last + 1, 64)}:
            found[chr(each).encode()[0]] = True
    found[0x0D] = True  # the end of a line, on some machines
    return found


_MAY_BEGIN = _first_bytes()


def without_hidden_cells(
    table: pa.Table, numbers: np.ndarray, name: str, sheet: str | None = None
) -> tuple[pa.Table, tuple[str, ...]]:
    """A table without hidden characters in its texts, and a note for each column that had some.

    Raises
    ------
    ExtractRefused
        If one stands in a code, a number, a day or a period.
    """
    problems: list[Problem] = []
    notes: list[str] = []
    columns = []
    for column, texts in zip(table.column_names, table.columns, strict=True):
        if not _may_hide(texts):
            columns.append(texts)
            continue
        texts = pc.replace_substring_regex(texts, "\\r\\n?", "\n")
        at = pc.match_substring_regex(texts, f"[{_CLASS}]").to_numpy(zero_copy_only=False).astype(bool)
        if at.any():
            _tell(column, texts.filter(pa.array(at)).to_pylist(), numbers[at], (name, sheet), problems, notes)
            texts = pc.replace_substring_regex(
                pc.replace_substring_regex(texts, f"[{_BREAKS}]", " "), f"[{_CLASS}]", ""
            )
            texts = pc.utf8_trim_whitespace(texts)
        columns.append(texts)
    if problems:
        raise ExtractRefused(f"{name} cannot be used.", problems)
    return (pa.table(columns, names=table.column_names) if columns else table), tuple(notes)


def _may_hide(texts: pa.ChunkedArray) -> bool:
    """Whether a byte is there with which a hidden character could begin."""
    if not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
        return False
    for chunk in texts.chunks:
        (_, _, data) = chunk.buffers()
        if data is not None and _MAY_BEGIN[np.frombuffer(data, dtype=np.uint8)].any():
            return True
    return False


def _tell(
    column: str, cells: list[str], rows: np.ndarray, place: tuple[str, str | None], problems: list[Problem],
    notes: list[str],
) -> None:  # fmt: skip
    """A problem for cells that must be exact, and a note for all others."""
    exact = np.array([EXACT.fullmatch(without_hidden(cell).strip()) is not None for cell in cells])
    found = "; ".join(names_of_hidden("".join(cell[:1000] for cell in cells[:100]))[:4])
    if exact.any():
        problems.append(Problem(
            f"a character that cannot be seen stands in a code or a number ({found})",
            "Type the cell anew at the source.",
            *place, column, tuple(int(row) for row in rows[exact][:SHOWN_ROWS]), int(exact.sum()),
        ))  # fmt: skip
    others = rows[~exact]
    if len(others):
        listed = ", ".join(str(row) for row in others[:SHOWN_ROWS])
        more = f" and {len(others) - SHOWN_ROWS:,} more" if len(others) > SHOWN_ROWS else ""
        notes.append(f"characters that cannot be seen were taken out of column '{column}', row {listed}{more}: {found}")
