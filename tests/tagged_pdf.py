"""A tagged PDF read as a screen reader reads it: by its structure; and what of PDF/UA it does not keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pikepdf

SHOWS = {"Tj", "TJ", "'", '"', "Do", "f", "f*", "F", "S", "s", "B", "B*", "b", "b*", "sh", "EI"}
HEADINGS = {f"H{level}" for level in range(1, 7)}


@dataclass(eq=False)
class Element:
    """One element of the structure, with the text of all that it holds in reading order."""

    kind: str
    told: Any
    children: list[Element] = field(default_factory=list)
    pieces: list[str | Element] = field(default_factory=list)
    marked: list[tuple[int, int]] = field(default_factory=list)
    """Page and mark of its own content."""

    @property
    def text(self) -> str:
        return "".join(piece if isinstance(piece, str) else piece.text for piece in self.pieces)

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            yield from child.walk()

    def all(self, *kinds: str) -> list[Element]:
        return [element for element in self.walk() if element.kind in kinds]


class TaggedPdf:
    """A PDF, open; ``whole`` is the root of its structure."""

    def __init__(self, path: Path) -> None:
        self.pdf = pikepdf.open(path)
        self.root = self.pdf.Root
        self.pages = {page.objgen: number for number, page in enumerate(self.pdf.pages)}
        self.content = [_Page(page) for page in self.pdf.pages]

    @cached_property
    def whole(self) -> Element:
        tree = self.root.get("/StructTreeRoot")
        made = Element("StructTreeRoot", tree)
        if tree is not None:
            self._fill(made, tree, -1)
        return made

    def _fill(self, element: Element, told: Any, page: int) -> None:
        page = self.pages.get(told["/Pg"].objgen, page) if "/Pg" in told else page
        kids = told.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                child = Element(str(kid.S).lstrip("/"), kid)
                self._fill(child, kid, page)
                element.children.append(child)
                element.pieces.append(child)
            elif not (isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR"):
                marked = kid if isinstance(kid, pikepdf.Dictionary) else None
                at = self.pages[marked.Pg.objgen] if marked is not None and "/Pg" in marked else page
                mark = int(marked.MCID) if marked is not None else int(kid)
                element.marked.append((at, mark))
                element.pieces.append(self.content[at].texts.get(mark, ""))

    def tables(self) -> list[list[list[str]]]:
        """The text of every cell, row by row, table by table."""
        return [[[cell.text for cell in row.children] for row in table.all("TR")] for table in self.whole.all("Table")]


class _Page:
    """What a page draws: text by its mark, and whatever belongs to no mark at all."""

    def __init__(self, page: pikepdf.Page) -> None:
        self.texts: dict[int, str] = {}
        self.untagged: list[str] = []
        fonts = {str(name): _Letters(font) for name, font in page.Resources.get("/Font", {}).items()}
        marks: list[int | str | None] = []
        font: _Letters | None = None
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name in ("BDC", "BMC"):
                marks.append(_mark(operands))
            elif name == "EMC":
                marks.pop()
            elif name == "Tf":
                font = fonts[str(operands[0])]
            elif name in SHOWS:
                mark = next((mark for mark in reversed(marks) if mark is not None), None)
                if mark is None:
                    self.untagged.append(name)
                elif isinstance(mark, int) and font is not None and name in ("Tj", "TJ"):
                    parts = operands[0] if name == "TJ" else operands
                    text = "".join(font.read(bytes(p)) for p in parts if isinstance(p, pikepdf.String))
                    self.texts[mark] = self.texts.get(mark, "") + text


def _mark(operands: list[Any]) -> int | str | None:
    """The number of a mark, or that it is an artifact; None for a mark that says neither."""
    told = operands[1] if len(operands) > 1 else None
    if isinstance(told, pikepdf.Dictionary) and "/MCID" in told:
        return int(told.MCID)
    return "artifact" if str(operands[0]) == "/Artifact" else None


class _Letters:
    """What the codes of a font are as letters, by its own table of them."""

    def __init__(self, font: Any) -> None:
        self.known: dict[int, str] = {}
        self.wide = str(font.get("/Subtype")) == "/Type0"
        self.embedded = _is_embedded(font)
        if "/ToUnicode" in font:
            told = font.ToUnicode.read_bytes().decode("latin-1")
            for block in re.findall(r"beginbfchar(.*?)endbfchar", told, re.DOTALL):
                for code, text in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", block):
                    self.known[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
            for block in re.findall(r"beginbfrange(.*?)endbfrange", told, re.DOTALL):
                for first, last, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
                    start = ord(bytes.fromhex(text).decode("utf-16-be"))
                    for number in range(int(first, 16), int(last, 16) + 1):
                        self.known[number] = chr(start + number - int(first, 16))

    def read(self, data: bytes) -> str:
        codes = [int.from_bytes(data[i : i + 2]) for i in range(0, len(data), 2)] if self.wide else list(data)
        return "".join(self.known.get(code, "\ufffd") for code in codes)


def _is_embedded(font: Any) -> bool:
    inner = font.DescendantFonts[0] if "/DescendantFonts" in font else font
    return str(font.get("/Subtype")) == "/Type3" or any(
        key in inner.FontDescriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")
    )


def pdf_problems(path: Path) -> list[str]:
    """What of the rules for accessible PDFs this one breaks; the list of checks is in docs/accessibility-checks.md."""
    read = TaggedPdf(path)
    return [*_of_the_file(read), *_of_headings(read), *_of_figures(read), *_of_tables(read), *_of_lists(read),
            *_of_content(read), *_of_links(read)]  # fmt: skip


def _of_the_file(read: TaggedPdf) -> Iterator[str]:
    root = read.root
    if not (root.get("/MarkInfo") and root.MarkInfo.get("/Marked")):
        yield "It does not say that it is tagged."
    if "/StructTreeRoot" not in root:
        yield "It has no structure."
    if str(root.get("/Lang", "")) != "en-GB":
        yield "It does not say that it is in British English."
    if not str(read.pdf.docinfo.get("/Title", "")):
        yield "It has no title."
    if not (root.get("/ViewerPreferences") and root.ViewerPreferences.get("/DisplayDocTitle")):
        yield "A window shows the name of its file and not its title."
    if read.pdf.open_metadata().get("pdfuaid:part") != "1":
        yield "It does not say that it is PDF/UA-1."
    if read.whole.all(*HEADINGS) and "/Outlines" not in root:
        yield "It has headings and no bookmarks."
    if read.pdf.is_encrypted:
        yield "It is locked."


def _of_headings(read: TaggedPdf) -> Iterator[str]:
    before = 0
    for heading in read.whole.all(*HEADINGS):
        level = int(heading.kind[1:])
        if level > before + 1:
            yield f"Heading '{heading.text}' of level {level} stands under one of level {before}."
        if not heading.text.strip():
            yield "A heading is empty."
        before = level


def _of_figures(read: TaggedPdf) -> Iterator[str]:
    for figure in read.whole.all("Figure", "Formula"):
        if not str(figure.told.get("/Alt", "")).strip():
            yield "A figure has no words in its stead."


def _of_tables(read: TaggedPdf) -> Iterator[str]:
    for number, table in enumerate(read.whole.all("Table"), start=1):
        rows = table.all("TR")
        if len({len(row.children) for row in rows}) > 1:
            yield f"Rows of table {number} differ in length."
        if not table.all("TH"):
            yield f"Table {number} has no headings."
        if any(cell.kind not in ("TH", "TD") for row in rows for cell in row.children):
            yield f"A row of table {number} has something other than cells."
        if any(_scope(cell) is None for cell in table.all("TH")):
            yield f"A heading of table {number} does not say what it heads."

    if uncaptioned := len(read.whole.all("Table")) - len(
        [c for c in read.whole.all("Caption") if _names_a_table(c, read)]
    ):
        yield f"{uncaptioned} tables have no caption."


def _names_a_table(caption: Element, read: TaggedPdf) -> bool:
    """Whether a caption is the first thing in a table, or in a group of itself and a table."""
    groups = [group for group in read.whole.walk() if caption in group.children[:1]]
    return any(group.kind == "Table" or len(group.all("Table")) == 1 for group in groups)


def _scope(cell: Element) -> str | None:
    told = cell.told.get("/A", [])
    for each in told if isinstance(told, pikepdf.Array) else [told]:
        if "/Scope" in each:
            return str(each.Scope)
    return None


def _of_lists(read: TaggedPdf) -> Iterator[str]:
    for found in read.whole.all("L"):
        if any(child.kind not in ("LI", "L", "Caption") for child in found.children):
            yield "A list has something other than items."
    for item in read.whole.all("LI"):
        if any(child.kind not in ("Lbl", "LBody") for child in item.children):
            yield "An item of a list has something other than its label and body."


def _of_content(read: TaggedPdf) -> Iterator[str]:
    told = [mark for element in read.whole.walk() for mark in element.marked]
    drawn = [(number, mark) for number, page in enumerate(read.content) for mark in page.texts]
    if len(told) != len(set(told)):
        yield "Something stands twice in the structure."
    if lost := set(drawn) - set(told):
        yield f"{len(lost)} pieces of text are not in the structure."
    if [page for page, _ in told] != sorted(page for page, _ in told):
        yield "The structure goes back to an earlier page."
    for number, (page, content) in enumerate(zip(read.pdf.pages, read.content, strict=True), start=1):
        if content.untagged:
            yield f"Page {number} draws {len(content.untagged)} things that are neither structure nor decoration."
        if any("\ufffd" in text for text in content.texts.values()):
            yield f"Page {number} has letters that cannot be read."
        if not all(_is_embedded(font) for font in page.Resources.get("/Font", {}).values()):
            yield f"Page {number} has a font that the file does not bring."


def _of_links(read: TaggedPdf) -> Iterator[str]:
    for number, page in enumerate(read.pdf.pages, start=1):
        links = list(page.get("/Annots", []))
        if links and str(page.get("/Tabs", "")) != "/S":
            yield f"The tab key on page {number} does not follow the structure."
        if any("/StructParent" not in link for link in links):
            yield f"A link on page {number} is not in the structure."
        if any(not str(link.get("/Contents", "")).strip() for link in links):
            yield f"A link on page {number} does not say where it leads."
