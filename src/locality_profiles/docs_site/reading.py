"""A document in Markdown as a page: its headings with the anchors that GitHub gives them, its links, its words."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

#: What generated pages begin with, for those who would edit them.
_REMARK = re.compile(r"\A(?:<!--.*?-->\s*)+", re.DOTALL)
OUTSIDE = ("http://", "https://", "mailto:")


@dataclass(frozen=True)
class Heading:
    """A heading, and the words that stand under it up to the next."""

    level: int
    words: str
    anchor: str
    under: str = ""


@dataclass(frozen=True)
class Document:
    """A document that was read."""

    page: str
    title: str
    headings: tuple[Heading, ...]
    html: str
    links: tuple[str, ...]


@dataclass(frozen=True)
class Fence:
    """A fenced block of a document: its language, its text, the line at which it begins and the heading above it."""

    page: str
    line: int
    language: str
    text: str
    under: str


def parser() -> MarkdownIt:
    """Markdown as GitHub reads it, as far as the documents use it; HTML in it is text."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def anchor_of(words: str, taken: dict[str, int]) -> str:
    """The anchor of a heading: as GitHub makes it, with a number where it was there before.

    >>> anchor_of("What is *read*, and how?", {})
    'what-is-read-and-how'
    """
    plain = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
    number = taken.get(plain, 0)
    taken[plain] = number + 1
    return f"{plain}-{number}" if number else plain


def read_document(page: str, text: str, lead: Callable[[str], str | None] = lambda target: target) -> Document:
    """Read a document; ``lead`` says where a link goes on the site, or None where only its words are to be shown."""
    markdown = parser()
    tokens = markdown.parse(_REMARK.sub("", text))
    links = tuple(str(token.attrs.get("href", "")) for token in _all(tokens) if token.type == "link_open")
    headings = list(_headings(tokens))
    title = next((heading.words for heading in headings if heading.level == 1), page)
    _lead(tokens, lead)
    _for_reading(markdown, title)
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Document(page, title, tuple(headings), html, links)


def fences(page: str, text: str) -> list[Fence]:
    """Every fenced block of a document, in lists as well."""
    found, under = [], ""
    tokens = parser().parse(text)
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            under = _words(tokens[number + 1])
        elif token.type == "fence":
            line = (token.map or [0])[0] + 1
            found.append(Fence(page, line, token.info.strip(), token.content, under))
    return found


def _headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    """Headings in order, each given its anchor, with the words below it."""
    taken: dict[str, int] = {}
    open_one: Heading | None = None
    under: list[str] = []
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            if open_one is not None:
                yield Heading(open_one.level, open_one.words, open_one.anchor, " ".join(under))
            words = _words(tokens[number + 1])
            open_one, under = Heading(int(token.tag[1]), words, anchor_of(words, taken)), []
            token.attrSet("id", open_one.anchor)
        elif token.type == "inline" and tokens[number - 1].type != "heading_open":
            under.append(_words(token))
    if open_one is not None:
        yield Heading(open_one.level, open_one.words, open_one.anchor, " ".join(under))


def _words(inline: Token) -> str:
    """The words of a line without their marks."""
    pieces = (" " if child.type in ("softbreak", "hardbreak") else child.content for child in inline.children or [])
    return "".join(pieces)


def _all(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


def _lead(tokens: Sequence[Token], lead: Callable[[str], str | None]) -> None:
    """Let each link go where it goes on the site; one that leads to no page stays as words."""
    for token in tokens:
        shut: list[bool] = []
        for child in token.children or []:
            if child.type == "link_open":
                target = lead(str(child.attrs.get("href", "")))
                shut.append(target is None)
                if target is None:
                    child.tag, child.attrs = "span", {"class": "elsewhere"}
                else:
                    child.attrSet("href", target)
            elif child.type == "link_close" and shut.pop():
                child.tag = "span"


def _for_reading(markdown: Any, title: str) -> None:
    """Tables and code scroll in regions of their own, which the keyboard reaches and a screen reader can name."""
    rules = markdown.renderer.rules
    named, numbered = {"heading": title}, {"tables": 0, "blocks": 0}

    def heading_open(tokens: Sequence[Token], at: int, options: Any, _: Any) -> str:
        named["heading"] = _words(tokens[at + 1])
        return str(markdown.renderer.renderToken(tokens, at, options, {}))

    def table_open(*_: Any) -> str:
        numbered["tables"] += 1
        label = escape(f"Table {numbered['tables']}: {named['heading']}", quote=True)
        return f'<div class="scroll" role="region" aria-label="{label}" tabindex="0"><table>\n'

    def cell_open(tokens: Sequence[Token], at: int, options: Any, _: Any) -> str:
        tokens[at].attrs.pop("style", None)
        if tokens[at].tag == "th":
            tokens[at].attrSet("scope", "col")
        return str(markdown.renderer.renderToken(tokens, at, options, {}))

    def fence(tokens: Sequence[Token], at: int, *_: Any) -> str:
        numbered["blocks"] += 1
        language = tokens[at].info.strip()
        label = escape(
            f"Example {numbered['blocks']}{', ' + language if language else ''}: {named['heading']}", quote=True
        )
        code = escape(tokens[at].content, quote=False)
        return f'<pre role="region" aria-label="{label}" tabindex="0"><code>{code}</code></pre>\n'

    rules.update(heading_open=heading_open, table_open=table_open, table_close=lambda *_: "</table></div>\n",
                 th_open=cell_open, td_open=cell_open, fence=fence)  # fmt: skip


def beside(page: str, target: str) -> str:
    """The path in the repository that a link in a page means.

    >>> beside("docs/reference/money.md", "../money.md")
    'docs/money.md'
    """
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
