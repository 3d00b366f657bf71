"""What pages weigh, and how soon a reader sees something of them, opened from a folder.

``python -m benchmarks.pages WORKSPACE`` prints a table: bytes of the page and of all that it asks for, and the time to
its first paint, the median of five with an empty cache.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Playwright, sync_playwright

TIMES = 5
FIRST_PAINT = """() => new Promise((done) => new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name === "first-contentful-paint") done(entry.startTime);
}).observe({ type: "paint", buffered: true }))"""


def site_of(workspace: Path) -> Path:
    """The current public site of a workspace, or the folder itself where it is a site."""
    if (workspace / "index.html").is_file():
        return workspace.resolve()
    site = workspace / "data" / "published" / "current" / "site"
    if not (site / "index.html").is_file():
        sys.exit(f"{workspace} has no published site. Build it first: locality-profiles build --workspace {workspace}")
    return site.resolve()


def pages_to_show(site: Path) -> dict[str, Path]:
    """The pages at the top, and the heaviest of each folder, by a short name. Great Expectations' own are left out."""
    shown = {page.stem: page for page in sorted(site.glob("*.html"))}
    for folder in sorted(path for path in site.iterdir() if path.is_dir() and path.name != "data-docs"):
        if held := sorted(folder.glob("*.html"), key=lambda page: page.stat().st_size):
            shown[f"{folder.name}-{held[-1].stem}"] = held[-1]
    return shown


@contextmanager
def browser_in(playwright: Playwright) -> Iterator[Browser]:
    """A headless Chromium: the machine's own."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )
    if not found:
        sys.exit("Chromium is needed and is not installed. On Debian: apt-get install chromium")
    browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
    yield browser
    browser.close()


def measure(browser: Browser, page: Path) -> tuple[int, int, float]:
    """Bytes of a page, bytes of all that it asks for when read to its end, and milliseconds to its first paint."""
    paints = []
    asked: set[str] = set()
    for _ in range(TIMES):
        context = browser.new_context(viewport={"width": 1300, "height": 900})
        tab = context.new_page()
        tab.on("request", lambda request: asked.add(request.url))
        tab.goto(page.as_uri())
        paints.append(tab.evaluate(FIRST_PAINT))
        tab.evaluate("() => { for (const one of document.images) one.loading = 'eager'; }")
        tab.wait_for_load_state("networkidle")
        context.close()
    files = [Path(unquote(urlsplit(url).path)) for url in asked if url.startswith("file:")]
    return page.stat().st_size, sum(file.stat().st_size for file in files if file.is_file()), statistics.median(paints)


def main(workspace: str) -> int:
    """Print the table."""
    site = site_of(Path(workspace))
    print("| Page | HTML, kB | With all it asks for, kB | First paint, ms |\n|---|---:|---:|---:|")  # noqa: T201
    with sync_playwright() as playwright, browser_in(playwright) as browser:
        for name, page in pages_to_show(site).items():
            alone, whole, paint = measure(browser, page)
            print(f"| {name} | {alone / 1000:,.0f} | {whole / 1000:,.0f} | {paint:,.0f} |")  # noqa: T201
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Give a workspace: python -m benchmarks.pages WORKSPACE")
    sys.exit(main(sys.argv[1]))
