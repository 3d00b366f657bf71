"""Walking the pages of a site in a headless browser, as a reader would.

Each check is a function that gives plain sentences, none where all is well, so that a drawn page can show that it finds
what it is for (``browser/test_checks_find_faults.py``).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request

CHECKS = (Path(__file__).parent / "walking.js").read_text(encoding="utf-8")
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
#: WCAG 2.2 AA holds all before it; what axe calls good practice is asked for as well.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: How a page may look to its reader, in the browser's words.
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"media": "screen", "color_scheme": "light", "forced_colors": "none"},
    "dark": {"media": "screen", "color_scheme": "dark", "forced_colors": "none"},
    "print": {"media": "print", "color_scheme": "light", "forced_colors": "none"},
    "forced colours": {"media": "screen", "color_scheme": "light", "forced_colors": "active"},
}
#: WCAG 1.4.12: what a reader may set, and no word may be lost by it.
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""
#: A screen of 1,280 by 1,024 px at 400 %, which is a phone of 320 px held low.
NARROW = {"width": 320, "height": 256}
DESK = {"width": 1300, "height": 900}
#: What is left of A4 on its side within margins of 12 mm, at 96 px to the inch.
PAPER = {"width": 1032, "height": 703}
NAMES = ("chromium", "chromium-browser", "google-chrome")


def browser_found() -> str:
    """The program that is Chromium on this machine."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise AssertionError(
        "These tests walk the pages in Chromium, and none is installed. On Debian: apt-get install chromium"
    )


def start(playwright: Playwright) -> Browser:
    """A headless browser for which no name on any network can be found."""
    silent = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    return playwright.chromium.launch(
        executable_path=browser_found(), args=[*silent, "--host-resolver-rules=MAP * ~NOTFOUND"]
    )


@dataclass(frozen=True)
class Walk:
    """A browser in a site."""

    browser: Browser
    site: Path

    def finds(
        self, check: Callable[[Page], list[str]], pages: list[str], *, size: dict[str, int] = DESK, script: bool = True
    ) -> list[str]:
        """What a check finds in each page, with all that went wrong in it or was asked for beyond the release."""
        found = []
        for page in pages:
            context = self.browser.new_context(viewport=size, java_script_enabled=script)
            faults: list[str] = []
            try:
                tab = context.new_page()
                self._listen(tab, faults)
                tab.goto((self.site.resolve() / page).as_uri())
                tab.evaluate(CHECKS)
                faults += check(tab)
                found += [f"{page}: {fault}" for fault in dict.fromkeys(faults)]
            finally:
                context.close()
        return found

    def _listen(self, tab: Page, faults: list[str]) -> None:
        home = self.site.resolve().parent.as_uri() + "/"

        def hear(said: ConsoleMessage) -> None:
            if said.type == "error":
                faults.append(f"the console says: {said.text}")

        def ask(asked: Request) -> None:
            if not asked.url.startswith((home, "data:")):
                faults.append(f"{asked.url} is not of the release")

        tab.on("console", hear)
        tab.on("request", ask)
        tab.on("requestfailed", lambda asked: faults.append(f"{asked.url} did not come"))
        tab.on("pageerror", lambda error: faults.append(f"the script failed: {error}"))


def kinds_of_page(site: Path) -> list[str]:
    """One page or more of every kind: all at the top, and of each folder the smallest, the largest and a partnership's.

    Kinds are found by looking, so that a new one is walked by itself. ``data-docs`` are Great Expectations' own pages:
    nothing there is written here, and the release says the same on ``data-quality.html``.
    """
    pages = sorted(site.glob("*.html"))
    assessed = {path.name for path in site.glob("assessment/*.html")}
    for folder in sorted(path for path in site.iterdir() if path.is_dir() and path.name != "data-docs"):
        held = sorted(folder.rglob("*.html"), key=lambda path: (path.stat().st_size, path.name))
        partnership = [path for path in held if path.name in assessed][:1]
        pages += dict.fromkeys([*held[:1], *partnership, *held[-1:]])
    return [path.relative_to(site).as_posix() for path in pages]


def largest_of_each(site: Path) -> list[str]:
    """The pages at the top and the largest of each folder: where a check takes long."""
    by_folder = {(Path(page).parent.as_posix(), "" if "/" in page else page): page for page in kinds_of_page(site)}
    return list(by_folder.values())


def axe(tab: Page, *, without: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds against a page as it now looks: rule, what would mend it, and the element."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE)
    found = tab.evaluate(
        """([tags, without, only]) => axe.run(document, {
            runOnly: only.length ? { type: "rule", values: only } : { type: "tag", values: tags },
            resultTypes: ["violations"], preload: false,
            rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
        }).then((all) => all.violations.map((one) => ({
            rule: one.id, help: one.help,
            nodes: one.nodes.map((node) => [node.target.join(" "), node.html.slice(0, 160)]),
        })))""",
        [RULES, list(without), list(only)],
    )
    return [
        f"{one['rule']}: {one['help']}. {len(one['nodes'])} times, first at {one['nodes'][0][0]}: {one['nodes'][0][1]}"
        for one in found
    ]


def thin(tab: Page) -> None:
    """Leave of a long table or list what looks different: axe takes a minute over 4,000 cells that look alike."""
    tab.evaluate("() => walking.thin()")


def look_like(tab: Page, name: str) -> None:
    """Show the page as one of ``LOOKS``."""
    tab.emulate_media(**LOOKS[name])


def cut_off(tab: Page, *, paper: bool = False) -> list[str]:
    """What stands beyond the edge of the page, or is hidden by its own box."""
    return tab.evaluate("(paper) => walking.cutOff(paper)", paper)


def by_keyboard(tab: Page) -> list[str]:
    """What the Tab key does not reach, in order, or reaches and does not show."""
    stops = tab.evaluate("() => (walking.order = walking.stops()).map(walking.name)")
    faults: list[str] = []
    for place, name in enumerate(stops):
        tab.keyboard.press("Tab")
        here = tab.evaluate("() => walking.standing()")
        faults += here["faults"]
        if here["place"] != place:
            return [*faults, f"Tab should have reached {name} and is at {here['name']}"]
    tab.keyboard.press("Tab")
    if stops and tab.evaluate("() => walking.standing()")["place"] == len(stops) - 1:
        faults.append(f"Tab does not leave {stops[-1]}")
    return faults


def skipping(tab: Page) -> list[str]:
    """What is wrong with the way past what stands at the head of every page."""
    tab.keyboard.press("Tab")
    first = tab.evaluate("() => document.activeElement.getAttribute('href')")
    if first != "#main":
        return ["the first stop of the Tab key is not the way to the main content"]
    tab.keyboard.press("Enter")
    if tab.evaluate("() => document.activeElement.id") != "main":
        return ["the way to the main content does not lead there"]
    tab.evaluate("() => { walking.order = walking.stops(); }")
    within = tab.evaluate("() => walking.stops().some((one) => one.closest('main'))")
    tab.keyboard.press("Tab")
    if within and not tab.evaluate("() => Boolean(document.activeElement.closest('main'))"):
        return ["after the way to the main content, Tab goes on outside it"]
    return []


def pictures(tab: Page) -> list[str]:
    """Pictures that did not come, or that say nothing of themselves."""
    return tab.evaluate("() => walking.pictures()")


def moving(tab: Page) -> list[str]:
    """What moves although the reader asked for stillness."""
    tab.emulate_media(reduced_motion="reduce")
    return tab.evaluate("() => walking.moving()")


def held(tab: Page) -> dict[str, list[str]]:
    """The words of each table, list and heading, and where links lead."""
    return tab.evaluate("() => walking.held()")


def lost(with_script: dict[str, list[str]], without: dict[str, list[str]]) -> list[str]:
    """What a page holds only when its script has run."""
    return [
        f"only script gives this of the {kind}: {' '.join(one.split())[:80]}"
        for kind, held in with_script.items()
        for one in dict.fromkeys(held)
        if one not in without[kind]
    ]
