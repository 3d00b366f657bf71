"""Whether what the documents link to is there: files, anchors, and sites that somebody has listed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from locality_profiles.declarations import Field, read_declaration
from locality_profiles.docs_site.contents import HERE, chapters
from locality_profiles.docs_site.reading import Document, beside, read_document
from locality_profiles.errors import Problem

LISTED = "src/locality_profiles/docs_site/outside.toml"


def documents(root: Path) -> dict[str, Document]:
    """Every document of the site, as it stands in the repository."""
    pages = [page for chapter in chapters(root) for page in chapter.pages]
    return {page: read_document(page, (root / page).read_text(encoding="utf-8")) for page in pages}


def faults(root: Path) -> list[Problem]:
    """Links of the documents that lead nowhere, each with its page."""
    read, sites = documents(root), outside_sites()
    return [problem for document in read.values() for link in document.links
            for problem in _faults_of(root, document, link, read, sites)]  # fmt: skip


def outside_sites() -> dict[str, str]:
    """Sites that may be named, and what each is."""
    declared = read_declaration(HERE / "outside.toml", "docs_site/outside.toml")
    sites = declared.read(declared.data, {"sites": Field(dict, True)})["sites"] or {}
    for site, what in sites.items():
        if not isinstance(what, str):
            declared.problem(f"'{site}' should say what it is", 'Write "site" = "what it is".', "sites", site)
    declared.finish()
    return dict(sites)


def _faults_of(
    root: Path, document: Document, link: str, read: dict[str, Document], sites: dict[str, str]
) -> Iterator[Problem]:
    if link.startswith("mailto:"):
        return
    if link.startswith(("http://", "https://")):
        yield from _faults_outside(document.page, link, sites)
        return
    path, _, anchor = unquote(link).partition("#")
    target = beside(document.page, path) if path else document.page
    if not (root / target).exists():
        yield Problem(f"a link leads to {link}, which is not there", "Mend the link.", document.page)
    elif anchor and target in read and anchor not in {heading.anchor for heading in read[target].headings}:
        yield Problem(f"a link leads to {link}, and {target} has no such heading", "Mend the link.", document.page)


def _faults_outside(page: str, link: str, sites: dict[str, str]) -> Iterator[Problem]:
    parts = urlsplit(link)
    if not re.fullmatch(r"[\w.-]+(:\d+)?", parts.netloc) or re.search(r"\s", link):
        yield Problem(f"'{link}' is no address", "Write it whole.", page)
    elif parts.hostname not in sites:
        yield Problem(f"the site of {link} is not listed", f"Look at it, then add it to {LISTED}.", page)


# --- the written site -----------------------------------------------------------------------------


def faults_of_site(folder: Path) -> list[str]:
    """Links of written pages that lead to no file or no element, as sentences."""
    read = {path: _read_page(path) for path in sorted(folder.rglob("*.html"))}
    found = []
    for page, (links, ids) in read.items():
        name = page.relative_to(folder).as_posix()
        twice = sorted({one for one in ids if ids.count(one) > 1})
        found += [f"{name}: two elements are called '{one}'" for one in twice]
        for link in links:
            if urlsplit(link).scheme:
                continue
            path, _, anchor = unquote(link).partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.is_file():
                found.append(f"{name}: {link} leads to no file")
            elif anchor and anchor not in read.get(target, ((), ()))[1]:
                found.append(f"{name}: {link} leads to no element")
    return found


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if told.get("id"):
            self.ids.append(str(told["id"]))
        for name in ("href", "src"):
            if told.get(name):
                self.links.append(str(told[name]))


def _read_page(path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    page = _Page()
    page.feed(path.read_text(encoding="utf-8"))
    return tuple(page.links), tuple(page.ids)
