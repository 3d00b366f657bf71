"""Data Docs for a release: Great Expectations' own pages, made to read well without a network.

GX's renderers write the tables of expectations; their page links a dozen scripts, stylesheets and
fonts on other people's servers. Only the tables are kept, in a page with one small stylesheet.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

STYLESHEET = Path(__file__).with_suffix(".css")
DOORS = {"extract": "Extracts, as supplied", "curated": "Curated tables", "profile": "Profiles"}


def write_data_docs(documents: Sequence[dict[str, Any]], folder: Path) -> list[Path]:
    """Write a page for each validation result, an index and a stylesheet; every path that was written."""
    from great_expectations.render.renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaPageView

    folder.mkdir(parents=True, exist_ok=True)
    renderer, view = ValidationResultsPageRenderer(), DefaultJinjaPageView()
    written = [folder / STYLESHEET.name]
    shutil.copyfile(STYLESHEET, written[0])
    pages = list(zip(_page_names(documents), documents, strict=True))
    for name, document in pages:
        written.append(folder / name)
        written[-1].write_text(_page(document, renderer, view), encoding="utf-8")
    written.append(folder / "index.html")
    written[-1].write_text(_index(pages), encoding="utf-8")
    return written


def _page_names(documents: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    taken: set[str] = set()
    for document in documents:
        about = document["meta"]
        stem = re.sub(r"[^a-z0-9]+", "-", f"{about['door']} {about['suite']}".lower()).strip("-")
        name, number = f"{stem}.html", 2
        while name in taken:
            name, number = f"{stem}-{number}.html", number + 1
        taken.add(name)
        yield name


def _page(document: Mapping[str, Any], renderer: Any, view: Any) -> str:
    from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema

    result = expectationSuiteValidationResultSchema.load(dict(document))
    for each in result.results:
        config = each.expectation_config
        told = config.meta["attributes"]
        # GX prints a description as it stands, in place of its own words.
        config.description = escape(f"{told['severity'].capitalize()}. {told['sentence']} {told['why']}", quote=False)
    content = renderer.render(result)
    content.sections = content.sections[1:]  # the first is GX's own heading, with links to pages that are not there
    body = _Plain.of(view.render(content, template="page_minimal.j2"))
    about = document["meta"]
    heading = f"{about['subject']}: {_told(document)}"
    return _shell(heading, f'<p><a href="index.html">All checks</a></p>\n<h1>{escape(about["subject"])}</h1>\n'
                           f"<p>{escape(DOORS.get(about['door'], about['door']))} · suite {escape(about['suite'])} · "
                           f"{_badge(document)}</p>\n{body}")  # fmt: skip


def _failed(document: Mapping[str, Any]) -> tuple[int, int]:
    """How many musts and shoulds did not hold."""
    failed = [
        result["expectation_config"]["meta"]["attributes"]["severity"]
        for result in document["results"]
        if not result["success"]
    ]
    return failed.count("must"), failed.count("should")


def _told(document: Mapping[str, Any]) -> str:
    musts, shoulds = _failed(document)
    count = len(document["results"])
    parts = [f"{number} {what} failed" for number, what in ((musts, "must"), (shoulds, "should")) if number]
    return ", ".join(parts) or f"{'all ' if count > 1 else ''}{count} held"


def _badge(document: Mapping[str, Any]) -> str:
    musts, shoulds = _failed(document)
    kind = "failed" if musts else "warned" if shoulds else "passed"
    return f'<strong class="{kind}">{_told(document)}</strong>'


def _index(pages: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    parts = ["<h1>What was checked</h1>",
             "<p>A failed <em>must</em> stops a build; a failed <em>should</em> is a warning.</p>"]  # fmt: skip
    for door in dict.fromkeys(document["meta"]["door"] for _, document in pages):
        rows = "\n".join(
            f'<tr><td><a href="{name}">{escape(document["meta"]["subject"])}</a></td>'
            f"<td>{escape(document['meta']['suite'])}</td><td>{len(document['results'])}</td><td>{_badge(document)}</td></tr>"
            for name, document in pages
            if document["meta"]["door"] == door
        )
        parts.append(
            f"<h2>{escape(DOORS.get(door, door))}</h2>\n<table><thead><tr><th>Checked</th><th>Suite</th>"
            f"<th>Expectations</th><th>Result</th></tr></thead>\n<tbody>\n{rows}\n</tbody></table>"
        )
    return _shell("What was checked", "\n".join(parts))


def _shell(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<link rel="stylesheet" href="{STYLESHEET.name}">\n</head>\n'
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


class _Plain(HTMLParser):
    """The elements that carry GX's words, without attributes, scripts, pictures or links.

    GX numbers its elements with random ids and draws pass and fail as icons of a web font; what is
    left here is the same on every run and says pass and fail in words.
    """

    KEPT = {
        "table": "table", "thead": "thead", "tbody": "tbody", "tr": "tr", "th": "th", "td": "td", "span": "span",
        "ul": "ul", "ol": "ol", "li": "li", "p": "p", "pre": "pre", "code": "code", "h4": "h2", "h5": "h2", "h6": "h3",
    }  # fmt: skip
    DROPPED = ("script", "style", "head", "iframe", "noscript", "svg")
    ICONS = {
        "text-success": ("passed", "Held"),
        "text-danger": ("failed", "Failed"),
        "text-warning": ("failed", "Failed"),
    }

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.parts: list[str] = []
        self.dropping = 0

    @classmethod
    def of(cls, page: str) -> str:
        plain = cls()
        plain.feed(page)
        plain.close()
        return re.sub(r"\s*\n\s*", "\n", "".join(plain.parts)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.DROPPED:
            self.dropping += 1
        if self.dropping:
            return
        classes = (dict(attrs).get("class") or "").split()
        if tag == "i":
            marks = [mark for icon, mark in self.ICONS.items() if icon in classes]
            self.parts += [f'<strong class="{kind}">{word}</strong>' for kind, word in marks]
        elif tag == "br":
            self.parts.append("<br>")
        elif tag in self.KEPT:
            badge = ' class="badge"' if "badge" in classes else ' scope="col"' if tag == "th" else ""
            self.parts.append(f"<{self.KEPT[tag]}{badge}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.DROPPED:
            self.dropping = max(0, self.dropping - 1)
        elif tag in self.KEPT and not self.dropping:
            self.parts.append(f"</{self.KEPT[tag]}>")

    def handle_data(self, data: str) -> None:
        if not self.dropping:
            self.parts.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")
