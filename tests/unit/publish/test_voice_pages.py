"""What people say, on the page of their locality and of its partnership: as text, beside the data."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from unit.publish import island
from unit.publish.page import Page

from locality_profiles.publish.site import write_site

HOSTILE = "<script>alert('x')</script> & \"{{ 7 * 7 }}\" | <img src=x onerror=alert(1)>"
OF = {"area_type": "locality", "area_code": island.NORTH, "extract_id": "0" * 12}


def entry(name: str, kind: str, raised: date, **told: Any) -> dict[str, Any]:
    return {**OF, "entry_id": name, "kind": kind, "title": f"Title of {name}", "raised": raised, "state": "open",
            "row_no": 3, **told}  # fmt: skip


VOICE = [
    entry("bus", "issue", date(2021, 6, 8), title=HOSTILE, words=HOSTILE, support=1023, heard_at="hall",
          indicators="population"),
    entry("late", "action", date(2021, 7, 1), answers="bus", owner_role="transport officer", due=date(2021, 9, 30)),
    entry("done", "action", date(2021, 7, 2), answers="bus", due=date(2021, 9, 30), state="done"),
    entry("soon", "action", date(2021, 10, 1), answers="bus", due=date(2021, 10, 1), state="in_progress"),
]  # fmt: skip
FIGURE = {
    "entry_id": "bus", "area_type": "locality", "area_code": island.NORTH, "position": 1, "value": 3120.0,
    "indicator_id": "population", "period_type": "mid_year", "period_start": date(2021, 6, 30),
    "period_end": date(2021, 6, 30), "status": "actual",
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tables: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("voice")
    said = island.write(folder / "tables", {"voice": VOICE, "voice_figure": [FIGURE]})
    told = {name: said[name] for name in ("voice", "voice_figure")}
    write_site({**tables, **told}, folder / "site", island.edition())
    return folder / "site"


def sheet(page: Page, caption: str) -> list[list[str]]:
    return next(found.texts() for found in page.tables if caption in found.caption)


def test_an_issue_stands_beside_the_present_figure_of_what_it_names(site: Path) -> None:
    page = Page(site / "areas" / "S37900001-north-isles.html")
    assert "What people here say" in page.headings["h2"]
    assert sheet(page, "What people raised")[1] == [
        HOSTILE, HOSTILE, "8 June 2021", "1,023", "hall", "Open",
        sheet(page, "What people raised")[1][-1],
    ]  # fmt: skip
    assert "3,120 people (mid-2021)" in sheet(page, "What people raised")[1][-1]


def test_words_of_people_are_text_and_nothing_else(site: Path) -> None:
    for name in ("S37900001-north-isles.html", "S37900001.html"):
        text = (site / "areas" / name).read_text("utf-8")
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;alert" in text
        assert Page(site / "areas" / name).errors == []


def test_overdue_is_told_by_the_latest_entry_and_only_of_what_is_not_done(site: Path) -> None:
    rows = sheet(Page(site / "areas" / "S37900001-north-isles.html"), "What is done about it")[1:]
    assert [(row[0], row[5], row[6]) for row in rows] == [
        ("Title of soon", "1 October 2021", "In progress"), ("Title of done", "30 September 2021", "Done"),
        ("Title of late", "30 September 2021, overdue", "Open"),
    ]  # fmt: skip
    assert rows[2][3:5] == [HOSTILE, "transport officer"]


def test_a_partnership_gathers_what_its_localities_say(site: Path) -> None:
    rows = sheet(Page(site / "areas" / "S37900001.html"), "What people raised")
    assert rows[0][1] == "Where"
    assert rows[1][1] == "North Isles"


def test_an_area_of_which_nobody_said_anything_has_no_such_section(site: Path) -> None:
    assert "What people here say" not in (site / "areas" / "S37900002.html").read_text("utf-8")
