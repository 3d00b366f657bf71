"""The site of the documents as readers meet it: every kind of page, light, dark and printed, by keyboard, searched."""

from __future__ import annotations

from pathlib import Path

import pytest
import walking
from playwright.sync_api import Browser, Page
from running import EXAMPLES
from walking import DESK, NARROW, PAPER, Walk

from locality_profiles.docs_site.writing import write_docs

pytestmark = pytest.mark.browser

#: The front, a short page, a page of code and headings, and one of tables that are made.
PAGES = ["index.html", "first-hour.html", "troubleshooting.html", "reference/commands.html"]


@pytest.fixture(scope="module")
def docs(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    folder = tmp_path_factory.mktemp("docs-site")
    write_docs(EXAMPLES.parent, folder)
    return Walk(browser, folder)


def told(faults: list[str]) -> None:
    assert not faults, "\n" + "\n".join(faults)


def test_axe_finds_nothing_in_light_dark_and_print(docs: Walk) -> None:
    def check(tab: Page) -> list[str]:
        faults = walking.axe(tab)
        walking.thin(tab)
        for look in walking.LOOKS:
            walking.look_like(tab, look)
            faults += [
                f"in {look}: {fault}" for fault in walking.axe(tab, only=("color-contrast", "link-in-text-block"))
            ]
        return faults

    told(docs.finds(check, PAGES))


def test_nothing_is_cut_from_a_phone_to_paper(docs: Walk) -> None:
    def check(tab: Page) -> list[str]:
        faults = []
        for width in (NARROW["width"], 768, DESK["width"]):
            tab.set_viewport_size({"width": width, "height": NARROW["height"]})
            faults += [f"at {width} px {fault}" for fault in walking.cut_off(tab)]
        return faults

    def on_paper(tab: Page) -> list[str]:
        walking.look_like(tab, "print")
        return walking.cut_off(tab, paper=True)

    told(docs.finds(check, PAGES, size=NARROW))
    told(docs.finds(on_paper, PAGES, size=PAPER))


def test_the_keyboard_reaches_everything_and_skips_what_is_at_the_head(docs: Walk) -> None:
    told(docs.finds(walking.skipping, PAGES))
    told(docs.finds(walking.by_keyboard, ["index.html", "first-hour.html"]))


@pytest.mark.parametrize(
    ("page", "sought", "first", "leads"),
    [
        (
            "index.html",
            "another build is running",
            "Another build is running in this workspace. …",
            "troubleshooting.html",
        ),
        ("first-hour.html", "set-aside", "set-aside", "glossary.html"),
        ("reference/commands.html", "area system", "area system", "glossary.html"),
    ],
)
def test_the_search_finds_headings_first_and_leads_there(
    docs: Walk, page: str, sought: str, first: str, leads: str
) -> None:
    def check(tab: Page) -> list[str]:
        if page == "first-hour.html":
            assert tab.locator(".shelf details").evaluate("it => it.open")
        tab.get_by_role("searchbox").fill(sought)
        found = tab.locator(".found a").all_inner_texts()
        if first not in found[:3]:
            return [f"'{sought}' gives {found[:3]}"]
        tab.locator(".found a", has_text=first).first.click()
        tab.wait_for_url(f"**/{leads}*")
        return []

    told(docs.finds(check, [page]))


def test_without_script_every_page_is_there(docs: Walk) -> None:
    def check(tab: Page) -> list[str]:
        pages = len(list(Path(docs.site).rglob("*.html"))) - 1
        listed = {link.split("#")[0] for link in tab.locator("main a").evaluate_all("all => all.map((a) => a.href)")}
        return [] if len(listed) == pages else [f"{len(listed)} of {pages} pages are listed"]

    told(docs.finds(check, ["index.html"], script=False))
