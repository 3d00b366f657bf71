"""Writing the site: a front page that can be searched, and a page for each document."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locality_profiles import __version__
from locality_profiles.docs_site.contents import HERE, Chapter, address, chapters
from locality_profiles.docs_site.reading import OUTSIDE, Document, beside, read_document
from locality_profiles.publish.finding import as_script

STYLESHEET = "docs.css"
SCRIPT = "docs.js"
INDEX = "search-index.js"
#: What the profiles' own pages have, and the documents' as well.
SHARED = HERE.parent / "publish" / "assets"
PROFILES_CSS, SEARCH = SHARED / "profiles.css", SHARED / "search.js"
#: Pages that are called otherwise among others than at their own head.
TITLES = {"README.md": "What it is, and two commands"}
#: So many words below a heading can be searched for; of long lists the first are enough to know them by.
MOST_WORDS = 120
#: A page with more headings of its second order than this lists them in columns.
MANY = 12


@dataclass(frozen=True)
class Place:
    """A page in the order in which the site is read."""

    page: str
    chapter: str
    document: Document

    @property
    def address(self) -> str:
        return address(self.page)


def write_docs(root: Path, out: Path) -> list[Path]:
    """Write the site of the documents of a repository into a folder; returns its pages."""
    out.mkdir(parents=True, exist_ok=True)
    listed = chapters(root)
    known = {page for chapter in listed for page in chapter.pages}
    places = [
        Place(page, chapter.title,
              read_document(page, (root / page).read_text(encoding="utf-8"), _leading(page, known)))
        for chapter in listed for page in chapter.pages
    ]  # fmt: skip
    for shared, own in ((PROFILES_CSS, STYLESHEET), (SEARCH, SCRIPT)):
        _write(out / own, shared.read_text(encoding="utf-8") + (HERE / own).read_text(encoding="utf-8"))
    _write(out / INDEX, as_script("docsIndex", list(_index(places))))
    environment = _templates()
    shown = _navigation(listed, places)
    written = [_write(out / "index.html", environment.get_template("front.html").render(
        root="", here="index.html", title="Documents", chapters=shown))]  # fmt: skip
    template = environment.get_template("page.html")
    for number, place in enumerate(places):
        around = {"before": places[number - 1] if number else None, "after": next(iter(places[number + 1 :]), None)}
        head, mark, rest = place.document.html.partition("</h1>\n")
        written.append(_write(out / place.address, template.render(
            **around, root="../" * place.address.count("/"), here=place.address, title=place.document.title,
            chapter=place.chapter, chapters=shown, head=head + mark, html=rest, page=place.page,
            parts=[heading for heading in place.document.headings if heading.level == 2], many=MANY,
        )))  # fmt: skip
    return written


def _leading(page: str, known: set[str]) -> Callable[[str], str | None]:
    """Where a link of a page goes on the site; None where it means a file that is only in the repository."""

    def lead(link: str) -> str | None:
        if link.startswith((*OUTSIDE, "#")):
            return link
        path, mark, anchor = link.partition("#")
        target = beside(page, path)
        if target not in known:
            return None
        return posixpath.relpath(address(target), posixpath.dirname(address(page)) or ".") + mark + anchor

    return lead


def _navigation(listed: tuple[Chapter, ...], places: list[Place]) -> list[dict[str, Any]]:
    titles = {place.page: place.document.title for place in places} | TITLES
    return [{"title": chapter.title, "about": chapter.about,
             "pages": [(address(page), titles[page]) for page in chapter.pages]} for chapter in listed]  # fmt: skip


def _index(places: list[Place]) -> Iterator[list[str]]:
    """For each heading: its words, the page that it is on, where it is, and the words below it, each once."""
    for place in places:
        for heading in place.document.headings:
            told = dict.fromkeys(re.findall(r"[\w'-]{3,}", heading.under.lower().replace("`", " ")))
            href = place.address if heading.level == 1 else f"{place.address}#{heading.anchor}"
            beside_it = place.chapter if heading.level == 1 else place.document.title
            yield [heading.words, beside_it, href, " ".join(list(told)[:MOST_WORDS])]


def _templates() -> Any:
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.globals.update(version=__version__, stylesheet=STYLESHEET, script=SCRIPT, index=INDEX)
    environment.filters["made"] = Markup
    return environment


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
