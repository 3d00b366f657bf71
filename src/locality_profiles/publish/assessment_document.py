"""A partnership's needs assessment as a document: the chapters of its page, in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from locality_profiles.numbers import legend
from locality_profiles.publish.area_document import facts, written
from locality_profiles.publish.assessment import Assessment, Chapter, Passage
from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.document import Document, Part
from locality_profiles.publish.edition import Edition

NOTHING_HERE = (
    "This release has nothing for this chapter: the extracts that it needs are not among those that were read."
)


def assessment_document(
    assessment: Assessment,
    about: Edition,
    stem: str,
    divided: str = "",
    charts: Mapping[str, Sequence[Chart]] | None = None,
) -> Document:
    """The document of one partnership; ``divided`` says what it is made of, ``charts`` are by chapter."""
    of = f", for the partnership and its {divided}" if divided else ""
    parts = [
        part
        for number, chapter in enumerate(assessment.chapters, start=1)
        for part in _chapter(number, chapter, (charts or {}).get(chapter.declared.id, ()))
    ]
    return Document(
        stem, assessment.name, "Strategic needs assessment",
        (f"What each place will need, what it has, and what to do first{of}.",), facts(about), tuple(parts),
        tuple(legend(_marks(parts))),
    )  # fmt: skip


def _chapter(number: int, chapter: Chapter, charts: Sequence[Chart]) -> Iterator[Part]:
    """A chapter: its tables, and what is said of the partnership and of each part."""
    declared, content = chapter.declared, chapter.content
    key = f"chapter-{declared.id}"
    head = Part(key, f"{number}. {declared.title}", paragraphs=(declared.about,), charts=tuple(charts),
                sheets=content.sheets)  # fmt: skip
    said = [_passage(f"{key}-{place}", passage) for place, passage in enumerate(content.passages, start=1)]
    if content.empty or not (content.sheets or said):
        nothing = "; ".join(words for _, words in content.links) or NOTHING_HERE
        yield Part(key, head.title, paragraphs=(declared.about, nothing if content.links == () else
                                                f"On the site: {nothing}."))  # fmt: skip
        return
    yield head
    yield from said


def _passage(key: str, passage: Passage) -> Part:
    paragraphs = (" ".join(passage.sentences),) if passage.sentences else ()
    return Part(key, passage.title, passage.level, paragraphs=paragraphs, notes=written(passage.notes))


def _marks(parts: Sequence[Part]) -> set[str]:
    """The marks that stand in any cell."""
    cells = (cell for part in parts for sheet in part.sheets for _, row, _ in sheet.rows for cell in row)
    known = {mark for mark, _, _ in legend()}
    return {word for cell in cells for word in cell.split() if word in known}
