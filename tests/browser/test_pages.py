"""Every kind of page of the sample, as readers meet it: on a desk, a phone and paper, by keyboard, without script."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
import walking
from playwright.sync_api import Page
from walking import DESK, NARROW, PAPER, SPACED, Walk, kinds_of_page, largest_of_each

pytestmark = pytest.mark.browser

#: What one page may weigh, in bytes, without its pictures.
HEAVIEST = 400_000
#: The most sheets of A4 that a page takes on paper.
MOST_SHEETS = 100


#: What axe asks of colour takes it most of its time, and is asked of every look afterwards.
COLOURS = ("color-contrast", "link-in-text-block")


def told(faults: list[str]) -> None:
    """Fail with every fault on a line of its own."""
    assert not faults, "\n" + "\n".join(faults)


def test_no_page_weighs_more_than_400_kb(site: Path) -> None:
    heavy = {
        path.relative_to(site).as_posix(): path.stat().st_size
        for path in site.rglob("*.html")
        if "data-docs" not in path.parts and path.stat().st_size > HEAVIEST
    }

    assert not heavy, heavy


def test_axe_finds_nothing_in_light_dark_print_or_forced_colours(walk: Walk) -> None:
    """The whole page for what it says of itself; then how it looks, with one row of each look in its long tables."""

    def check(tab: Page) -> list[str]:
        faults = walking.axe(tab, without=COLOURS)
        walking.thin(tab)
        for look in walking.LOOKS:
            walking.look_like(tab, look)
            # Paper lacks some of the page, so it is asked everything; but nobody's finger meets it.
            found = walking.axe(tab, without=("target-size",)) if look == "print" else walking.axe(tab, only=COLOURS)
            faults += [f"in {look}: {fault}" for fault in found]
        return faults

    told(walk.finds(check, kinds_of_page(walk.site)))


def test_axe_finds_nothing_in_the_management_edition(managers_walk: Walk) -> None:
    def check(tab: Page) -> list[str]:
        walking.thin(tab)
        return walking.axe(tab)

    told(managers_walk.finds(check, largest_of_each(managers_walk.site)))


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(walk: Walk) -> None:
    def check(tab: Page) -> list[str]:
        walking.thin(tab)
        return walking.by_keyboard(tab)

    told(walk.finds(check, largest_of_each(walk.site)))


def test_the_keyboard_can_skip_to_the_main_content(walk: Walk) -> None:
    told(walk.finds(walking.skipping, largest_of_each(walk.site)))


def test_nothing_is_cut_from_a_phone_to_a_wall_screen(walk: Walk) -> None:
    def check(tab: Page) -> list[str]:
        faults = []
        for width in (NARROW["width"], 390, 768, DESK["width"], 2560):
            tab.set_viewport_size({"width": width, "height": NARROW["height"]})
            faults += [f"at {width} px {fault}" for fault in walking.cut_off(tab)]
        return faults

    told(walk.finds(check, kinds_of_page(walk.site), size=NARROW))


def test_wider_spaced_text_cuts_nothing(walk: Walk) -> None:
    def check(tab: Page) -> list[str]:
        tab.add_style_tag(content=SPACED)
        faults = walking.cut_off(tab)
        tab.set_viewport_size(NARROW)
        return faults + walking.cut_off(tab)

    told(walk.finds(check, largest_of_each(walk.site)))


def test_every_picture_comes_and_says_what_it_shows_and_nothing_moves(walk: Walk) -> None:
    told(walk.finds(lambda tab: walking.pictures(tab) + walking.moving(tab), kinds_of_page(walk.site)))


def test_every_table_list_and_link_is_there_without_script(walk: Walk) -> None:
    pages = largest_of_each(walk.site)
    with_script: dict[str, dict[str, list[str]]] = {}

    def remember(tab: Page) -> list[str]:
        with_script[tab.url] = walking.held(tab)
        return []

    told(walk.finds(remember, pages))
    told(walk.finds(lambda tab: walking.lost(with_script[tab.url], walking.held(tab)), pages, script=False))


def test_a_page_prints_whole_on_a4_with_tags(walk: Walk) -> None:
    def check(tab: Page) -> list[str]:
        walking.look_like(tab, "print")
        faults = walking.cut_off(tab, paper=True)
        return faults + on_paper(tab.pdf(prefer_css_page_size=True, tagged=True, outline=True))

    told(walk.finds(check, largest_of_each(walk.site), size=PAPER))


def on_paper(printed: bytes) -> list[str]:
    """What is wrong with a page printed to PDF."""
    with pikepdf.open(io.BytesIO(printed)) as paper:
        root, sheets = paper.Root, len(paper.pages)
        wide = {round(float(sheet.mediabox[2]) - float(sheet.mediabox[0])) for sheet in paper.pages}
        said = [
            (bool(root.get("/MarkInfo", {}).get("/Marked", False)), "its PDF has no tags"),
            ("/StructTreeRoot" in root, "its PDF has no structure"),
            (str(root.get("/Lang", "")) == "en-GB", "its PDF does not say its language"),
            ("/Outlines" in root, "its PDF has no outline"),
            (wide == {842}, f"its PDF is not A4 on its side: {wide}"),
            (sheets <= MOST_SHEETS, f"its PDF has {sheets} sheets"),
        ]
    return [words for well, words in said if not well]
