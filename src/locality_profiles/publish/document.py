"""A document before it has a form: what a Word file, a PDF and a workbook are all made from.

It is put together from the same tables as the pages, and it is printed already: every form shows the same text, and
where a cell is a ``Printed`` figure a workbook gets its number. A renderer adds nothing and leaves nothing out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.sheets import Sheet


@dataclass(frozen=True)
class Written:
    """What an author wrote: paragraphs and lists as HTML that was made safe, and who wrote it when."""

    html: str
    byline: str = ""
    moved: str = ""
    """What has changed in the numbers since; empty where nothing has."""


@dataclass(frozen=True)
class Part:
    """A heading and what stands under it, in this order: paragraphs, points, notes, charts, sheets, remarks."""

    id: str
    title: str
    level: int = 2
    """2 for a section or chapter, 3 and 4 for what is in it. 1 is the document's own title."""
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    notes: tuple[Written, ...] = ()
    charts: tuple[Chart, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    remarks: tuple[str, ...] = ()
    """Small print: notes by number, sources."""


@dataclass(frozen=True)
class Document:
    """One area's profile, or one partnership's needs assessment."""

    stem: str
    """Name of its files, without an ending."""
    title: str
    kind: str
    """What stands above the title: 'Locality profile', 'Strategic needs assessment'."""
    lead: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    """What the cover says: release, day, what it was made from."""
    parts: tuple[Part, ...]
    marks: tuple[tuple[str, str, str], ...] = ()
    """Mark, words and meaning of every mark in the document."""

    def sheets(self) -> Iterator[tuple[Part, Sheet]]:
        """Every table with the part that it stands in, in order."""
        for part in self.parts:
            for sheet in part.sheets:
                yield part, sheet

    def charts(self) -> Iterator[Chart]:
        for part in self.parts:
            yield from part.charts
