"""What an author wrote, from the HTML of the pages to paragraphs, lists and quotations that any form can show."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

#: Where a link in a document may lead.
SAFE = ("https://", "http://", "mailto:")


@dataclass(frozen=True)
class Run:
    """Words of one manner; ``link`` is where they lead."""

    text: str
    bold: bool = False
    italic: bool = False
    link: str = ""


@dataclass
class Block:
    """``kind`` is paragraph, bullets, numbers, item or quote; a paragraph has runs, all others have blocks."""

    kind: str
    runs: list[Run] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


_BLOCKS = {"ul": "bullets", "ol": "numbers", "li": "item", "blockquote": "quote"}
_BOLD, _ITALIC = ("strong", "b"), ("em", "i")


def blocks_of(html: str) -> list[Block]:
    """The blocks of a piece of HTML that was made safe; any other element is its text.

    >>> [block.kind for block in blocks_of("<p>One</p><ul><li>Two</li></ul>")]
    ['paragraph', 'bullets']
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.whole.blocks


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.whole = Block("whole")
        self.open: list[tuple[str, Block]] = [("", self.whole)]
        self.paragraph: Block | None = None
        self.bold = self.italic = 0
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.paragraph = None
            block = Block(_BLOCKS[tag])
            self.open[-1][1].blocks.append(block)
            self.open.append((tag, block))
        elif tag == "p":
            self.paragraph = None
        elif tag == "a":
            target = (dict(attrs).get("href") or "").strip()
            self.links.append(target if target.lower().startswith(SAFE) else "")
        elif tag == "br":
            self._add("\n")
        self.bold += tag in _BOLD
        self.italic += tag in _ITALIC

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.paragraph = None
            if any(tag == name for name, _ in self.open):
                while self.open.pop()[0] != tag:
                    pass
        elif tag == "p":
            self.paragraph = None
        elif tag == "a" and self.links:
            self.links.pop()
        self.bold = max(0, self.bold - (tag in _BOLD))
        self.italic = max(0, self.italic - (tag in _ITALIC))

    def handle_data(self, data: str) -> None:
        text = _one_line(data)
        if text.strip() or (text and self.paragraph is not None):
            self._add(text)

    def _add(self, text: str) -> None:
        if self.paragraph is None:
            self.paragraph = Block("paragraph")
            self.open[-1][1].blocks.append(self.paragraph)
            text = text.lstrip()
        if text:
            link = self.links[-1] if self.links else ""
            self.paragraph.runs.append(Run(text, self.bold > 0, self.italic > 0, link))


def _one_line(text: str) -> str:
    """White space as a browser shows it: one blank."""
    words = " ".join(text.split())
    if not words:
        return " " if text else ""
    return f"{' ' if text[0].isspace() else ''}{words}{' ' if text[-1].isspace() else ''}"
