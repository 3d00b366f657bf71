"""Pictures of a workspace's pages, for people to look at: on a desk, a phone, in the dark and on paper.

``make pictures WORKSPACE=... [PICTURES=...]``, or ``python -m benchmarks.pictures WORKSPACE FOLDER``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.pages import browser_in, pages_to_show, site_of

#: Name, width and height of the window, and whether it is dark.
WINDOWS = (("desk", 1300, 900, "light"), ("phone", 390, 844, "light"), ("dark", 1300, 900, "dark"))


def main(workspace: str, folder: str) -> int:
    """Write the pictures and say where."""
    site, out = site_of(Path(workspace)), Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, browser_in(playwright) as browser:
        for name, page in pages_to_show(site).items():
            _take(browser, page, out / name)
    print(f"{len(list(out.glob('*.png')))} pictures in {out}")  # noqa: T201
    return 0


def _take(browser: Browser, page: Path, stem: Path) -> None:
    for name, width, height, scheme in WINDOWS:
        tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        tab.goto(page.as_uri())
        tab.evaluate("() => { for (const one of document.images) one.loading = 'eager'; }")
        tab.wait_for_load_state("networkidle")
        tab.screenshot(path=f"{stem}-{name}.png")
        # Chromium cannot draw a picture that is longer than this.
        long = min(tab.evaluate("() => document.documentElement.scrollHeight"), 12_000)
        tab.set_viewport_size({"width": width, "height": long})
        tab.screenshot(path=f"{stem}-{name}-long.png")
        if name == "desk":
            tab.pdf(path=f"{stem}-print.pdf", prefer_css_page_size=True, tagged=True, outline=True)
        tab.close()
    if shutil.which("pdftoppm"):
        subprocess.run(["pdftoppm", "-png", "-r", "70", "-l", "4", f"{stem}-print.pdf", f"{stem}-print"], check=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Give a workspace and a folder for the pictures: python -m benchmarks.pictures WORKSPACE FOLDER")
    sys.exit(main(*sys.argv[1:]))
