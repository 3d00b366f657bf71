"""What one edition of the profiles is called, what it covers, and what its files are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from locality_profiles.publish.theme import USUAL, Theme

if TYPE_CHECKING:
    from locality_profiles.disclosure.rules import Money

SYNTHETIC = "These figures are synthetic: made up to show how the tool works. They describe no real place."

MARKING = (
    "Official-sensitive: for management only. Small numbers stand here that are hidden in the public edition; do not "
    "copy or send on anything from this page without the agreement of whoever answers for the data."
)


def _usual() -> Money:
    """The limits of the package's own rules of disclosure, which bring an engine that not every page needs."""
    from locality_profiles.disclosure.money import USUAL

    return USUAL


@dataclass(frozen=True)
class Edition:
    """What every page must know about the release that it belongs to.

    ``profiled`` lists the area types that get a page each, in order; ``type_titles`` names area types
    for people, one and several. ``open_data`` and ``data_docs`` are addresses relative to the site's
    front page; empty where a release has none. ``headlines`` are the indicators of the front page's
    table and of each page's summary; where it is empty they are chosen from what has data.
    ``compared_with`` is the release that this one was compared with; where there is none, ``why_not_compared``
    says why. ``alert_words`` say why a change matters, by the rule that found it. ``marking`` stands at the head of
    every page of an edition that is not for the public; ``held_back`` says what an edition leaves out. ``money`` are
    the limits of money that is told of providers. ``charts`` and ``documents`` name the kinds of area whose pages have
    charts, and which have workbooks and documents; where they are None, the first kind and larger ones. ``forms`` are
    those that stand beside the site: workbooks, documents. ``theme`` is the house style.
    """

    title: str
    synthetic: bool
    release_id: str
    built: date
    profiled: tuple[str, ...]
    type_titles: Mapping[str, tuple[str, str]]
    open_data: str = "../open-data"
    data_docs: str = ""
    headlines: tuple[str, ...] = ()
    compared_with: str = ""
    why_not_compared: str = ""
    alert_words: Mapping[str, str] = field(default_factory=dict)
    marking: str = ""
    held_back: str = ""
    money: Money = field(default_factory=_usual)
    charts: tuple[str, ...] | None = None
    documents: tuple[str, ...] | None = None
    forms: tuple[str, ...] = ()
    theme: Theme = USUAL

    def one(self, area_type: str) -> str:
        """The name of an area type inside a sentence: 'locality', 'GP practice'."""
        return in_sentence(self._titles(area_type)[0])

    def several(self, area_type: str) -> str:
        """The plural inside a sentence: 'localities'."""
        return in_sentence(self._titles(area_type)[1])

    def _titles(self, area_type: str) -> tuple[str, str]:
        words = area_type.replace("_", " ")
        return self.type_titles.get(area_type, (words, words))


def in_sentence(title: str) -> str:
    """A title as it stands inside a sentence; initials keep their capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def capitalised(words: str) -> str:
    """The same words at the start of a line; only the first letter changes."""
    return words[:1].upper() + words[1:]


def file_stems(areas: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A file name for every area: its code, with what file systems and addresses dislike as '-'.

    Codes of two area types may fall together (a locality and a neighbourhood of one name); the later
    one then bears its type as well.

    >>> file_stems([("locality", "S37900001/east"), ("neighbourhood", "S37900001/east")])[("locality", "S37900001/east")]
    'S37900001-east'
    """  # noqa: E501 — a doctest is one line
    stems: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    for area_type, area_code in areas:
        plain = re.sub(r"[^\w.-]+", "-", area_code).strip(".-") or "area"
        stem, number = plain, 1
        while stem.casefold() in taken:
            stem = f"{plain}-{area_type}" if number == 1 else f"{plain}-{area_type}-{number}"
            number += 1
        taken.add(stem.casefold())
        stems[area_type, area_code] = stem
    return stems


#: Larger kinds have documents too where they are profiled, beside the first kind.
LARGER_KINDS = ("hscp", "health_board", "country")


def has_documents(kind: str, about: Edition) -> bool:
    """Whether areas of a kind have workbooks and documents: those that are named; else the first, and larger ones."""
    if about.documents is not None:
        return kind in about.documents
    return kind in about.profiled[:1] or kind in LARGER_KINDS


def documents_of(stem: str, kind: str, about: Edition) -> list[tuple[str, str]]:
    """Addresses of an area's documents from the site's front page, and their words; none where it has none."""
    if not has_documents(kind, about):
        return []
    told = {
        "workbooks": [(f"../workbooks/{stem}.xlsx", "Workbook (Excel)")],
        "documents": [(f"../documents/{stem}.docx", "Document (Word)"), (f"../documents/{stem}.pdf", "To print (PDF)")],
    }
    return [file for form, files in told.items() if form in about.forms for file in files]
