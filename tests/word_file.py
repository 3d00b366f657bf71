"""A Word file held against what makes one accessible; the list of checks is in docs/accessibility-checks.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import docx
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.table import Table

HEADING = re.compile(r"Heading (\d)")


def headings(word: WordDocument) -> list[tuple[int, str]]:
    """Level and words of every real heading."""
    found = [(HEADING.fullmatch(p.style.name or ""), p.text) for p in word.paragraphs if p.style is not None]
    return [(int(match[1]), text) for match, text in found if match]


def said(element: Any) -> str:
    """All words in a piece of the file."""
    return "".join(words.text or "" for words in element.iter(qn("w:t")))


def cells(table: Table) -> list[list[str]]:
    """The text of every cell, straight from the file: the library takes seconds to ask."""
    return [[said(cell) for cell in row.iter(qn("w:tc"))] for row in table._tbl.iter(qn("w:tr"))]


def alternatives(word: WordDocument) -> list[str]:
    return [str(told.get("descr", "")) for told in word.element.body.iter(qn("wp:docPr"))]


def word_problems(path: Path) -> list[str]:
    """What this file lacks."""
    word = docx.Document(str(path))
    return [
        *_of_the_file(word, path),
        *_of_headings(word),
        *_of_tables(word),
        *_of_pictures(word),
        *_of_links(word, path),
    ]


def _of_the_file(word: WordDocument, path: Path) -> Iterator[str]:
    language = word.styles.element.find(f"{qn('w:docDefaults')}//{qn('w:lang')}")
    if language is None or language.get(qn("w:val")) != "en-GB":
        yield "It does not say that it is in British English."
    if not word.core_properties.title:
        yield "It has no title."
    known = {style.style_id for style in word.styles}
    used = {told.get(qn("w:val")) for name in ("w:pStyle", "w:rStyle", "w:tblStyle")
            for told in word.element.body.iter(qn(name))}  # fmt: skip
    if lost := used - known:
        yield f"It asks for styles that it does not have: {', '.join(sorted(lost))}."
    with ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                ElementTree.fromstring(package.read(name))
    if "w:updateFields" in word.settings.element.xml:
        yield "It asks to be updated when it is opened."


def _of_headings(word: WordDocument) -> Iterator[str]:
    before = 0
    for level, text in headings(word):
        if level > before + 1:
            yield f"Heading '{text}' of level {level} stands under one of level {before}."
        if not text.strip():
            yield "A heading is empty."
        before = level
    marks = {mark.get(qn("w:name")) for mark in word.element.body.iter(qn("w:bookmarkStart"))}
    for link in word.element.body.iter(qn("w:hyperlink")):
        if link.get(qn("w:anchor"), "") not in {"", *marks}:
            yield "An entry of the contents leads nowhere."


def _of_tables(word: WordDocument) -> Iterator[str]:
    for number, table in enumerate(word.tables, start=1):
        told = table._tbl
        rows = list(told.iter(qn("w:tr")))
        if rows[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is None:
            yield f"The first row of table {number} is not marked as its heading."
        if any(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is None for row in rows):
            yield f"A row of table {number} may break over two pages."
        if next(told.iter(qn("w:gridSpan"), qn("w:vMerge")), None) is not None:
            yield f"Table {number} has merged cells."
        if len({len(row) for row in cells(table)}) > 1:
            yield f"Rows of table {number} differ in length."
        if not all(_told(told, f"w:{name}") for name in ("tblCaption", "tblDescription")):
            yield f"Table {number} has no words in its stead."
        before = told.getprevious()
        if before is None or _style(before) not in ("Caption", "caption"):
            yield f"Table {number} has no caption before it."


def _told(table: Any, name: str) -> str:
    found = table.find(f"{qn('w:tblPr')}/{qn(name)}")
    return "" if found is None else str(found.get(qn("w:val"), "")).strip()


def _style(paragraph: Any) -> str:
    found = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return "" if found is None else str(found.get(qn("w:val")))


def _of_pictures(word: WordDocument) -> Iterator[str]:
    if not all(told.strip() for told in alternatives(word)):
        yield "A picture has no words in its stead."
    numbers = [told.get("id") for told in word.element.body.iter(qn("wp:docPr"))]
    if len(numbers) != len(set(numbers)):
        yield "Two pictures have one number."
    if next(word.element.body.iter(qn("wp:anchor")), None) is not None:
        yield "A picture floats beside the text."


def _of_links(word: WordDocument, path: Path) -> Iterator[str]:
    for link in word.element.body.iter(qn("w:hyperlink")):
        if not said(link).strip():
            yield "A link has no words."
    for rel in word.part.rels.values():
        if rel.is_external and not rel.target_ref.startswith(("https://", "http://", "mailto:")):
            yield f"A link leads to {rel.target_ref}."
