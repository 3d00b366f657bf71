"""Each check of the pages can fail: a drawn page with one fault in it, and the check that must find that fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import walking
from playwright.sync_api import Browser, Page
from walking import NARROW, Walk

pytestmark = pytest.mark.browser

HEAD = '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Drawn</title>'
SOUND = """<style>:focus-visible { outline: 3px solid }</style></head><body>
<a href="#main">Skip to main content</a><main id="main" tabindex="-1"><h1>Drawn</h1>
<p><a href="#main">A link</a></p>BODY</main></body></html>"""


def in_dark(tab: Page) -> list[str]:
    walking.look_like(tab, "dark")
    return walking.axe(tab)


def on_paper(tab: Page) -> list[str]:
    walking.look_like(tab, "print")
    return walking.cut_off(tab, paper=True)


def nothing(tab: Page) -> list[str]:
    return []


FAULTS = {
    "a picture without words": ("<img src='data:,'>", walking.axe, "image-alt"),
    "a column without a heading": ("<table><tr><th></th></tr><tr><td>1</td></tr></table>", walking.axe, "empty-table"),
    "grey on black, in the dark only": (
        "<style>@media (prefers-color-scheme: dark) { body { background: #000; color: #333 } }</style><p>Words</p>",
        in_dark,
        "color-contrast",
    ),
    "links too close for a finger": (
        "<p style='font-size: 8px; line-height: 9px'><a href='#a'>a</a><br><a href='#b'>b</a></p>",
        walking.axe,
        "target-size",
    ),
    "a stop out of order": ("<a href='#a' tabindex='1'>First</a>", walking.by_keyboard, "Tab should have reached"),
    "a trap": (
        "<input aria-label='Trap' onkeydown='event.key === \"Tab\" && event.preventDefault()'><a href='#a'>After</a>",
        walking.by_keyboard,
        "Tab should have reached",
    ),
    "a stop that does not show": ("<a href='#a' style='outline: none'>A</a>", walking.by_keyboard, "does not show"),
    "a stop under something": (
        "<a href='#a'>A</a><div style='position: fixed; inset: 0; background: #fff'></div>",
        walking.by_keyboard,
        "is covered",
    ),
    "a way past that leads nowhere": (
        "<script>document.getElementById('main').id = 'gone'</script>",
        walking.skipping,
        "does not lead there",
    ),
    "a wide table": ("<p style='width: 500px'>Wide</p>", walking.cut_off, "the page is"),
    "words behind an edge": (
        "<p style='width: 9ch; overflow: hidden; white-space: nowrap'>Words beyond it</p>",
        walking.cut_off,
        "hides part",
    ),
    "a region that would have to scroll on paper": (
        "<div style='overflow-x: auto; width: 200px'><p style='width: 300px'>Wide</p></div>",
        on_paper,
        "hides part",
    ),
    "a picture that is not there": ("<img src='gone.svg' alt='Gone'>", walking.pictures, "did not come"),
    "a figure that says nothing": (
        "<figure><img alt='' src='data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\"/>'></figure>",
        walking.pictures,
        "has no description",
    ),
    "something that moves": ("<p style='transition: color 1s'>Moves</p>", walking.moving, "moves"),
    "a script that fails": ("<script>throw Error('broken')</script>", nothing, "the script failed: broken"),
    "an error on the console": ("<script>console.error('wrong')</script>", nothing, "the console says: wrong"),
    "a request to a network": ("<img alt='' src='https://example.org/a.png'>", nothing, "is not of the release"),
    "a request beyond the release": ("<img alt='' src='../../a.png'>", nothing, "is not of the release"),
}


@pytest.fixture
def drawn(browser: Browser, tmp_path: Path) -> Callable[[str], Walk]:
    """A site of one page."""

    def draw(body: str) -> Walk:
        site = tmp_path / "release" / "site"
        site.mkdir(parents=True)
        (site / "index.html").write_text(HEAD + SOUND.replace("BODY", body), encoding="utf-8")
        return Walk(browser, site)

    return draw


@pytest.mark.parametrize("name", FAULTS)
def test_a_check_finds_its_fault(name: str, drawn: Callable[[str], Walk]) -> None:
    body, check, words = FAULTS[name]

    found = drawn(body).finds(check, ["index.html"], size=NARROW)

    assert any(words in fault for fault in found), found


def test_a_sound_page_has_none(drawn: Callable[[str], Walk]) -> None:
    walk = drawn("<p>Words.</p>")
    checks = (walking.axe, in_dark, walking.by_keyboard, walking.skipping, walking.cut_off, on_paper,
              walking.pictures, walking.moving)  # fmt: skip

    assert [fault for check in checks for fault in walk.finds(check, ["index.html"], size=NARROW)] == []


def test_what_only_script_gives_is_found() -> None:
    assert walking.lost({"links": ["a.html", "b.html"]}, {"links": ["a.html"]}) == [
        "only script gives this of the links: b.html"
    ]
