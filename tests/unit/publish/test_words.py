"""Sentences and paragraphs of authors on an area's page: there once, escaped, and flagged where numbers have moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from unit.publish import island

from locality_profiles.publish.open_data import write_open_data
from locality_profiles.publish.site import write_site
from locality_profiles.publish.words import rendered

HARM = """Read *this*, [that](https://example.org) and [not that](javascript:alert(1)).

- one
- two

# No heading

![no](https://example.org/x.png) <script>alert(1)</script>"""


def sentence(section: str, position: int, text: str, code: str = island.NORTH) -> dict[str, Any]:
    return {
        "area_type": "locality", "area_code": code, "section": section, "position": position, "template_id": "drawn",
        "claim": "level", "text": text, "evidence": '[{"table":"profile"}]', "status": "actual",
    }  # fmt: skip


def note(text: str, section: str = "population", **changes: Any) -> dict[str, Any]:
    given = {
        "area_type": "locality", "area_code": island.NORTH, "section": section, "position": 1, "text": text,
        "replaces": False, "moved": False, "evidence": "{}",
    }  # fmt: skip
    return {**given, **changes}


SENTENCES = [
    sentence("profile", 1, "Of the two indicators of this profile, both are similar."),
    sentence("population", 1, "North Isles had 6,523 people in mid-2024."),
    sentence("population", 2, "People aged 65 and over: 16.3%, <b>higher</b> than in Alba Bheag."),
]


@pytest.fixture
def page(tmp_path: Path) -> Callable[..., str]:
    def of(sentences: list[dict[str, Any]], notes: list[dict[str, Any]]) -> str:
        rows = island.tables(island.AREAS, island.INDICATORS, island.SECTIONS)
        tables = island.write(tmp_path / "tables", {**rows, "sentence": sentences, "author_note": notes})
        pages = write_site(tables, tmp_path / "site", island.edition())
        return next(p for p in pages if p.name == "S37900001-north-isles.html").read_text(encoding="utf-8")

    return of


def test_a_section_says_its_sentences_in_order_each_with_a_place_of_its_own(page: Callable[..., str]) -> None:
    text = page(SENTENCES, [])
    first, second = (text.index(f'<li id="section-population-says-{n}">') for n in (1, 2))
    assert text.index('id="section-population"') < first < second < text.index('id="section-population-caption"')
    assert "&lt;b&gt;higher&lt;/b&gt;" in text


def test_nothing_is_said_twice(page: Callable[..., str]) -> None:
    lead = page(SENTENCES, []).split('<p class="lead">')[1].split("</p>")[0]
    assert lead.startswith("North Isles is a locality of the Orsay Islands partnership.")
    assert lead.endswith("Of the two indicators of this profile, both are similar.")
    assert "6,523" not in lead
    assert "Its population was 6,523" in page([], [])


def test_an_authors_paragraph_is_rendered_safely(page: Callable[..., str]) -> None:
    text = page([], [note(HARM, author="Planning <team>", written=date(2026, 3, 1))])
    assert '<em>this</em>, <a href="https://example.org">that</a>' in text
    assert "<li>one</li>" in text
    assert "<script>" not in text
    assert 'href="javascript' not in text
    assert not re.search(r'<img(?! src="\.\./charts/)', text), "pictures are charts, and no author's"
    assert "<p># No heading</p>" in text
    assert '<p class="byline">Written by Planning &lt;team&gt;, 1 March 2026</p>' in text


def test_what_has_moved_stands_beside_the_paragraph(page: Callable[..., str]) -> None:
    moved = "Emergency admissions: 10,250 (2020/21) → 11,020 (2021/22)"
    text = page([], [note("We argue from it.", moved=True, moved_what=moved)])
    after = text.split("<p>We argue from it.</p>")[1].split("</div>")[0]
    assert f"Numbers have moved since this was written.</strong> {moved}" in after
    assert "Numbers have moved" not in page([], [note("We argue from it.")])


def test_a_paragraph_of_the_whole_profile_stands_at_its_head(page: Callable[..., str]) -> None:
    text = page([], [note("About all of it.", "profile")])
    assert text.index('class="lead"') < text.index("About all of it.") < text.index('id="section-population"')


@pytest.mark.parametrize("text", ["", "a" * 8000, "&<>\"'", "[x](data:text/html,y)", "> > > deep", "[[[((("])
def test_any_text_is_rendered_without_markup_of_its_own(text: str) -> None:
    assert "<script" not in rendered(text)
    assert "data:" not in rendered(text) or "href" not in rendered(text)


def test_both_tables_are_open_data(tmp_path: Path) -> None:
    rows = island.tables(island.AREAS, island.INDICATORS, island.SECTIONS)
    tables = island.write(tmp_path / "t", {**rows, "sentence": SENTENCES, "author_note": [note("=1+1")]})
    files = {path.name for path in write_open_data(tables, tmp_path / "open", island.edition())}
    assert {"sentences.csv", "sentences.parquet", "author-notes.csv"} <= files
    assert "'=1+1" in (tmp_path / "open" / "author-notes.csv").read_text(encoding="utf-8")
