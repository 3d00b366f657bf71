"""The search of a release's front page: names that begin with what is typed first, codes, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from unit.publish import island
from walking import Walk

from locality_profiles.publish.site import write_site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def orsay(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """The small site of Orsay and Firth, written without a build."""
    tables = island.island(tmp_path_factory.mktemp("tables"))
    folder = tmp_path_factory.mktemp("release") / "site"
    write_site(tables, folder, island.edition())
    return Walk(browser, folder)


def searched(walk: Walk, sought: str) -> tuple[list[str], str, str]:
    """What is found, in order, what is said of it, and the page to which Enter leads."""
    told: list[tuple[list[str], str, str]] = []

    def check(tab: Page) -> list[str]:
        tab.get_by_role("searchbox", name="Search areas, partnerships and indicators").fill(sought)
        tab.locator(".said:not(:empty)").wait_for()
        found, said = tab.locator(".found a").all_inner_texts(), tab.locator(".said").inner_text()
        assert tab.locator("#find .groups").is_hidden()
        tab.keyboard.press("Enter")
        if found:
            tab.wait_for_url(lambda address: not address.endswith("index.html"))
        told.append((found, said, Path(tab.url).name))
        return []

    assert walk.finds(check, ["index.html"]) == []
    return told[0]


def test_names_that_begin_with_what_is_sought_come_first(orsay: Walk) -> None:
    found, said, led = searched(orsay, "NORTH isles")
    assert found[:2] == ["North Isles", "North Isles"]
    assert said == f"{len(found)} found."
    assert led == "S37900001-north-isles.html"


@pytest.mark.parametrize(("sought", "first"), [("37900002", "Firth"), ("isles orsay", "North Isles"), ("s", None)])
def test_codes_and_parts_of_names_are_found(orsay: Walk, sought: str, first: str | None) -> None:
    found, _, _ = searched(orsay, sought)
    assert found
    assert first is None or any(first in name for name in found)


def test_what_is_not_there_is_told_so(orsay: Walk) -> None:
    assert searched(orsay, "Atlantis") == ([], "Nothing found. Try part of the name.", "index.html")
