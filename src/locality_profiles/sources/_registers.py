"""What registers of premises share: words of the publisher's on which counts depend. Not a source itself."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.tables.cells import Cells

#: How many of the unknown words a message shows.
SHOWN_WORDS = 3


def known_words(cells: Cells, column: str, words: Iterable[str], listed_in: str) -> pa.ChunkedArray:
    """A column of a few words, all of which a reader must know; ``listed_in`` says where they stand in the code."""
    expected = f"one of {', '.join(words)}"
    values = cells.text(column, what=expected)
    refuse_words(cells, column, values, pc.invert(pc.is_in(values, pa.array(list(words)))), expected, listed_in)
    return values


def refuse_words(
    cells: Cells, column: str, values: pa.ChunkedArray, strange: pa.ChunkedArray, expected: str, listed_in: str
) -> None:
    """Report words of which nobody said what they mean, and never pass them over.

    A publisher who gives a kind of premises another name would otherwise empty the count of them, and nobody
    would notice: a count of nothing looks like a place that has none. Empty cells are not looked at.
    """
    strange = pc.fill_null(pc.and_(strange, pc.is_valid(values)), False)
    shown = ", ".join(f"'{word}'" for word in pc.unique(values.filter(strange)).to_pylist()[:SHOWN_WORDS])
    cells.reject(
        column, strange, f"found {shown}, expected {expected}; what is counted depends on this word",
        f"Look up in the publisher's notes what the word means. If it is a new name for a known thing, add it to "
        f"{listed_in}.",
    )  # fmt: skip
