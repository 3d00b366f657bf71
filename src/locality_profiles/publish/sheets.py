"""Tables that stand ready to be printed: what pages of money and of needs are put together from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A heading, with what stands under it in small print."""

    title: str
    unit: str = ""
    words: bool = False


@dataclass(frozen=True)
class Sheet:
    """One table, ready to print, with what must be said beside it."""

    id: str
    title: str
    caption: str
    first: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[str, ...], bool], ...]
    """Name, cells, and whether it is a total."""
    caveats: tuple[str, ...] = ()
