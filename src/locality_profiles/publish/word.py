"""A document as a Word file that planners can edit: real headings, lists, captions, tables and alternative text.

The frame, with its styles, header and footer, is our own or a partnership's template; the body is written as one
piece of XML and read once, since a library that is asked for every cell takes seconds. Nothing needs to be updated
when the file is opened: fields have their results, and the contents list no page numbers, which only Word can know.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from locality_profiles.errors import Problem, WorkspaceError
from locality_profiles.publish.author_text import Block, Run
from locality_profiles.publish.document import Document
from locality_profiles.publish.edition import Edition
from locality_profiles.publish.on_paper import (
    LANGUAGE,
    PAGE_WIDTH,
    SIZES,
    Figure,
    Heading,
    Laid,
    Note,
    Paragraph,
    Points,
    Table,
    laid_out,
    pictures_of,
    printable,
)
from locality_profiles.publish.theme import Theme
from locality_profiles.publish.word_styles import NUMBERS, Styles, prepare, start_list

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

#: What a template may ask for, as {{ title }}; {{ body }} stands in a paragraph of its own.
FIELDS = ("title", "kind", "release", "marking", "contact", "body")
#: Where the body goes while a template is filled in; no text has these letters.
PLACE = "\ue000body\ue001"
UNUSABLE = "The template of Word documents cannot be used."
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="http://schemas.openxmlformats.org/{name}"'
    for prefix, name in (
        ("w", "wordprocessingml/2006/main"), ("r", "officeDocument/2006/relationships"),
        ("wp", "drawingml/2006/wordprocessingDrawing"), ("a", "drawingml/2006/main"), ("pic", "drawingml/2006/picture"),
    )
)  # fmt: skip
EMU_PER_CM, TWIPS_PER_CM = 360_000, 1440 / 2.54
#: Pictures are drawn larger than they are shown, so that they are sharp on paper.
DOTS_PER_CM = 1.5 * 96 / 2.54
TALLEST = 19.0
MANNERS = {"plain": "Normal", "lead": "Normal", "small": "Small print", "byline": "Byline"}
#: Every file in a package bears one day: the same document is the same bytes.
ZIP_DAY = (1980, 1, 1, 0, 0, 0)


def write_word(document: Document, pictures: Path, out: Path, about: Edition, theme: Theme, look: str = "") -> None:
    """Write one document; the same document gives the same bytes."""
    laid = laid_out(document, about, theme, look)
    word, place = _frame(laid, theme)
    styles = prepare(word, theme, ours=theme.template is None)
    writer = _Writer(word, styles, {name: str(path) for name, path in pictures_of(laid, pictures, ".png").items()})
    cover = _cover(laid, theme, writer, titled=theme.template is None or not _says(word, laid.title))
    xml = f"<w:body {NAMESPACES}>{''.join((*cover, *_contents(laid, styles), *writer.body(laid)))}</w:body>"
    _put(word, place, xml)
    _head_and_foot(word, laid, styles, ours=theme.template is None)
    _properties(word, laid, about)
    out.write_bytes(_saved(word))


def _frame(laid: Laid, theme: Theme) -> tuple[WordDocument, Any]:
    """The document that the body is put into, and the paragraph in whose place it stands; the end if there is none."""
    import docx

    if theme.template is not None:
        word = docx.Document(io.BytesIO(_filled(theme.template, laid)))
        return word, _place(word, theme.template)
    word = docx.Document()
    section = word.sections[0]
    for side, size in (("page_width", 21.0), ("page_height", 29.7), ("left_margin", 2.0), ("right_margin", 2.0),
                       ("top_margin", 2.4), ("bottom_margin", 2.2), ("header_distance", 1.1),
                       ("footer_distance", 1.1)):  # fmt: skip
        setattr(section, side, round(size * EMU_PER_CM))
    _without_thumbnail(word)
    return word, None


def _place(word: WordDocument, template: Path) -> Any:
    """The one paragraph that says where the body goes, if any does."""
    found = [p for p in word.element.body.iter(f"{{{WORD}}}p") if PLACE in _said(p)]
    elsewhere = any(
        PLACE in _said(part._element) for section in word.sections for part in (section.header, section.footer)
    )
    if elsewhere or len(found) > 1 or (found and _said(found[0]).strip() != PLACE):
        remedy = "Let one paragraph of the page say {{ body }}, and nothing else."
        problem = Problem("{{ body }} stands twice, in a header or footer, or beside other words", remedy,
                          file=template.name)  # fmt: skip
        raise WorkspaceError(UNUSABLE, [problem])
    return found[0] if found else None


def _without_thumbnail(word: WordDocument) -> None:
    """The library's own template has a picture of a page that is not ours."""
    rels = word.part.package.rels
    for name in [name for name, rel in rels.items() if rel.reltype.endswith("/thumbnail")]:
        del rels[name]


def _filled(template: Path, laid: Laid) -> bytes:
    """A partnership's template with its fields filled in; all that is wrong with it is told."""
    from docx.opc.exceptions import PackageNotFoundError
    from docxtpl import DocxTemplate
    from jinja2 import TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    fields = {
        "title": laid.title, "kind": laid.kind, "release": laid.release, "marking": laid.head,
        "contact": " · ".join(laid.contact), "body": PLACE,
    }  # fmt: skip
    environment = SandboxedEnvironment(autoescape=True)
    made = io.BytesIO()
    problems = []
    try:
        page = DocxTemplate(template)
        unknown = page.get_undeclared_template_variables(environment) - set(FIELDS)
        problems = [Problem(f"it asks for {{{{ {name} }}}}, which there is not",
                            f"It may ask for {', '.join(FIELDS)}.", file=template.name)
                    for name in sorted(unknown)]  # fmt: skip
        if not problems:
            page.render(fields, environment, autoescape=True)
            page.save(made)
    except TemplateError as error:
        remedy = "Write a field as {{ title }}, with nothing else between the braces."
        problems = [Problem(f"a field in it cannot be read: {error}", remedy, file=template.name)]
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError):
        problems = [Problem("it is not a Word document", "Save it from Word as .docx.", file=template.name)]
    if problems:
        raise WorkspaceError(UNUSABLE, problems)
    return made.getvalue()


def _says(word: WordDocument, text: str) -> bool:
    return text in _said(word.element.body)


def _put(word: WordDocument, place: Any, xml: str) -> None:
    from docx.oxml.parser import parse_xml

    made = list(parse_xml(xml))
    body = word.element.body
    if place is None:
        for old in [] if _has_words(word) else [p._p for p in word.paragraphs if p._p.getparent() is body]:
            body.remove(old)
        at = len(body) - (1 if body.sectPr is not None else 0)
        body[at:at] = made
        return
    parent = place.getparent()
    at = parent.index(place)
    parent[at : at + 1] = made


def _has_words(word: WordDocument) -> bool:
    """Whether a frame has anything of its own in it: an empty paragraph of an empty page is not kept."""
    return any(p.text.strip() or p._p.xpath(".//w:drawing|.//w:sectPr|.//w:br|.//w:pict") for p in word.paragraphs)


# ---- what stands on the cover


def _cover(laid: Laid, theme: Theme, writer: _Writer, titled: bool) -> Iterator[str]:
    styles = writer.styles
    if titled and theme.logo is not None:
        yield writer.picture(_logo(theme.logo), printable(theme.logo_alt), tallest=2.0)
    if titled:
        yield from [paragraph(styles["Subtitle"], run(laid.kind))] if laid.kind else []
        yield paragraph(styles["Title"], run(laid.title))
    yield from (paragraph(styles["Normal"], run(text)) for text in (*laid.lead, *([laid.cover] if laid.cover else [])))
    yield from (paragraph(styles["Notice"], run(text)) for text in laid.notices)
    yield from (paragraph(styles["Normal"], run(f"{name}: ", bold=True) + run(said)) for name, said in laid.facts)
    if laid.contact and titled:
        yield paragraph(styles["Normal"], run("Contact", bold=True))
        yield from (paragraph(styles["Normal"], run(said)) for said in laid.contact)


def _logo(path: Path) -> io.BytesIO:
    """A logo as Word can show it, which is not as a drawing of lines."""
    if path.suffix.lower() != ".svg":
        return io.BytesIO(path.read_bytes())
    import vl_convert

    return io.BytesIO(vl_convert.svg_to_png(path.read_text(encoding="utf-8"), scale=3))


def _contents(laid: Laid, styles: Styles) -> Iterator[str]:
    """A field of contents with its entries in it; page numbers are left to Word, and none are asked for."""
    listed = [(number, each) for number, each in enumerate(laid.headings) if each.level <= 2]
    if not listed:
        return
    yield (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'
        f"</w:sdtPr><w:sdtContent>{paragraph(styles['TOC Heading'], run('Contents'))}"
    )
    start = _mark("begin") + _instruction(r'TOC \o "1-2" \n \h \z') + _mark("separate")
    for number, heading in listed:
        link = f'<w:hyperlink w:anchor="{_bookmark(number)}" w:history="1">{run(heading.title)}</w:hyperlink>'
        yield paragraph(styles[f"toc {heading.level}"], start + link)
        start = ""
    yield paragraph(styles["Normal"], _mark("end"))
    yield "</w:sdtContent></w:sdt>"


def _bookmark(number: int) -> str:
    return f"_Toc{number + 1:08}"


# ---- the body


@dataclass
class _Writer:
    """Writes blocks as XML; counts the ids that Word wants of pictures and bookmarks."""

    word: WordDocument
    styles: Styles
    pictures: dict[str, str]
    drawn: int = 0
    headed: int = 0
    links: dict[str, str] = field(default_factory=dict)

    def body(self, laid: Laid) -> Iterator[str]:
        for block in laid.blocks:
            yield from getattr(self, f"_{block.kind}")(block)

    def _heading(self, block: Heading) -> Iterator[str]:
        name = _bookmark(self.headed)
        self.headed += 1
        yield paragraph(
            self.styles[f"heading {block.level}"],
            f'<w:bookmarkStart w:id="{9000 + self.headed}" w:name="{name}"/>{run(block.title)}'
            f'<w:bookmarkEnd w:id="{9000 + self.headed}"/>',
            "<w:pageBreakBefore/>" if self.headed == 1 else "",
        )

    def _paragraph(self, block: Paragraph) -> Iterator[str]:
        yield paragraph(self.styles[MANNERS[block.manner]], run(block.text))

    def _points(self, block: Points) -> Iterator[str]:
        for item in block.items:
            yield paragraph(self.styles["List Bullet"], run(item, size=9 if block.small else 0), self._bullets(0))

    def _bullets(self, level: int) -> str:
        """Our own bullets, unless the template's style of a list has some."""
        if "List Bullet" not in self.styles.own and level == 0:
            return ""
        return numbered(self.styles.bullets, level)

    def _note(self, block: Note) -> Iterator[str]:
        yield from self._written(block.blocks)

    def _written(
        self, blocks: Iterable[Block], style: str = "Normal", level: int = -1, marked: str = ""
    ) -> Iterator[str]:
        """Blocks of an author's text; ``marked`` is the bullet or number of the first paragraph of an item."""
        for block in blocks:
            if block.kind == "paragraph":
                yield paragraph(self.styles[style], "".join(map(self._run, block.runs)), marked or _indented(level))
                marked = ""
            elif block.kind in ("bullets", "numbers"):
                yield from self._list(block, level + 1)
            else:
                yield from self._written(block.blocks, "Quote" if block.kind == "quote" else style, level)

    def _list(self, block: Block, level: int) -> Iterator[str]:
        level = min(level, 8)
        style = "List Bullet" if block.kind == "bullets" else "List Number"
        if block.kind == "bullets":
            marked = self._bullets(level)
        else:
            marked = numbered(start_list(self.word, self.styles.lists[NUMBERS]), level)
        for item in block.blocks:
            yield from self._written(item.blocks, style, level, marked)

    def _run(self, words: Run) -> str:
        if not words.link:
            return run(words.text, words.bold, words.italic)
        if words.link not in self.links:
            from docx.opc.constants import RELATIONSHIP_TYPE

            self.links[words.link] = self.word.part.relate_to(words.link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        inside = run(words.text, words.bold, words.italic, style=self.styles["Hyperlink"])
        return f'<w:hyperlink r:id="{self.links[words.link]}">{inside}</w:hyperlink>'

    def _figure(self, block: Figure) -> Iterator[str]:
        yield self._caption("Figure", block.number, block.title)
        yield self.picture(self.pictures[block.picture], block.alt)

    def _caption(self, word: str, number: int, title: str, told: str = "") -> str:
        count = f'<w:fldSimple w:instr=" SEQ {word} \\* ARABIC ">{run(str(number))}</w:fldSimple>'
        rest = run(f". {told}") if told else ""
        return paragraph(self.styles["caption"], f"{run(f'{word} ')}{count}{run(': ')}{run(title, bold=True)}{rest}")

    def picture(self, path: str | io.BytesIO, alt: str, tallest: float = TALLEST) -> str:
        """A paragraph with a picture, as wide as it was drawn if the page is wide enough."""
        name, image = self.word.part.get_or_add_image(path)
        wide, tall = image.px_width / DOTS_PER_CM, image.px_height / DOTS_PER_CM
        scale = min(1.0, PAGE_WIDTH / wide, tallest / tall)
        size = f'cx="{round(wide * scale * EMU_PER_CM)}" cy="{round(tall * scale * EMU_PER_CM)}"'
        self.drawn += 1
        told = f'id="{10_000 + self.drawn}" name="Picture {self.drawn}" descr={_attribute(alt)}'
        picture = (
            f"<pic:pic><pic:nvPicPr><pic:cNvPr {told}/><pic:cNvPicPr/></pic:nvPicPr>"
            f'<pic:blipFill><a:blip r:embed="{name}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
            f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
            "</a:prstGeom></pic:spPr></pic:pic>"
        )
        return paragraph(
            self.styles["Picture"],
            f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/><wp:docPr {told}/>'
            '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr><a:graphic>'
            f'<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">{picture}</a:graphicData>'
            "</a:graphic></wp:inline></w:drawing></w:r>",
        )

    def _table(self, block: Table) -> Iterator[str]:
        yield self._caption("Table", block.number, block.title, block.told)
        widths = [round(width * TWIPS_PER_CM) for width in block.widths]
        styles = [self.styles["Table text"]]
        styles += [self.styles["Table text" if column.words else "Table figure"] for column in block.columns]
        size = block.size if block.size < SIZES[0] else 0
        headings = [run(block.first, True, size=size)]
        headings += [
            run(column.title, True, size=size)
            + (f"<w:r><w:br/></w:r>{run(column.unit, size=size)}" if column.unit else "")
            for column in block.columns
        ]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        rows = [_row(headings, styles, widths, heading=True)]
        for name, cells, total in block.rows:
            rows.append(_row([run(cell, total, size=size) for cell in (name, *cells)], styles, widths))
        yield (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{self.styles["Profile table"]}"/>'
            f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            '<w:tblLook w:val="00A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="1" '
            f'w:noVBand="1"/><w:tblCaption w:val={_attribute(block.title)}/>'
            f"<w:tblDescription w:val={_attribute(block.caption or block.title)}/></w:tblPr>"
            f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
        )
        yield paragraph(self.styles["Small print"], "")


def _row(cells: list[str], styles: list[str], widths: list[int], heading: bool = False) -> str:
    """One row, which never breaks over two pages; a heading stands again on every page."""
    told = "<w:cantSplit/><w:tblHeader/>" if heading else "<w:cantSplit/>"
    inside = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{paragraph(style, cell)}</w:tc>'
        for cell, style, width in zip(cells, styles, widths, strict=True)
    )
    return f"<w:tr><w:trPr>{told}</w:trPr>{inside}</w:tr>"


def paragraph(style: str, inside: str, more: str = "") -> str:
    return f"<w:p><w:pPr><w:pStyle w:val={_attribute(style)}/>{more}</w:pPr>{inside}</w:p>"


def numbered(number: int, level: int) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def _indented(level: int) -> str:
    """A further paragraph of an item stands under its first."""
    return f'<w:ind w:left="{360 * (level + 1)}"/>' if level >= 0 else ""


def run(text: str, bold: bool = False, italic: bool = False, style: str = "", size: float = 0) -> str:
    """Words of one manner; an end of line in them is one on paper."""
    if not text:
        return ""
    told = (
        (f"<w:rStyle w:val={_attribute(style)}/>" if style else "") + "<w:b/>" * bold + "<w:i/>" * italic
        + (f'<w:sz w:val="{round(2 * size)}"/>' if size else "")
    )  # fmt: skip
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r>{f'<w:rPr>{told}</w:rPr>' if told else ''}{lines}</w:r>"


def _attribute(text: str) -> str:
    """In quotation marks; an end of line in it is a blank."""
    return quoteattr(re.sub(r"\s+", " ", text))


def _mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def _instruction(text: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve"> {escape(text)} </w:instrText></w:r>'


def _field(name: str) -> str:
    return _mark("begin") + _instruction(name) + _mark("separate") + run("1") + _mark("end")


# ---- head, foot and properties


def _head_and_foot(word: WordDocument, laid: Laid, styles: Styles, ours: bool) -> None:
    """The marking on every page, whatever the template does; title, release and page number where it has no foot."""
    foot = paragraph(
        styles["footer"],
        run(f"{laid.title} · {laid.release}") + "<w:r><w:tab/></w:r>"
        + run("Page ") + _field("PAGE") + run(" of ") + _field("NUMPAGES"),
    )  # fmt: skip
    for number, section in enumerate(word.sections):
        heads = [section.header]
        feet = [section.footer]
        if section.different_first_page_header_footer:
            heads.append(section.first_page_header)
        if word.settings.odd_and_even_pages_header_footer:
            heads.append(section.even_page_header)
        for head in heads:
            if not (number and head.is_linked_to_previous) and laid.head and laid.head not in _said(head._element):
                _first(head, paragraph(styles["header"], run(laid.head)))
        for part in feet:
            if number == 0 and (ours or part.is_linked_to_previous):
                _first(part, foot)


def _said(element: Any) -> str:
    """All words in it, wherever they stand; what the library calls the text of a paragraph has those of boxes not."""
    return "".join(words.text or "" for words in element.iter(f"{{{WORD}}}t"))


def _first(part: Any, xml: str) -> None:
    """Put a paragraph at the top of a header or footer; an empty one that was there goes."""
    from docx.oxml.parser import parse_xml

    part.is_linked_to_previous = False
    root = part._element
    empty = [p._p for p in part.paragraphs if not _said(p._p).strip() and not p._p.xpath(".//w:drawing|.//w:pict")]
    root.insert(0, parse_xml(xml.replace("<w:p>", f"<w:p {NAMESPACES}>", 1)))
    for old in empty:
        root.remove(old)


def _properties(word: WordDocument, laid: Laid, about: Edition) -> None:
    told = word.core_properties
    day = datetime(about.built.year, about.built.month, about.built.day)  # noqa: DTZ001 — the file's format has no zone
    told.title, told.subject, told.language = laid.title[:255], laid.kind[:255], LANGUAGE
    told.author = told.last_modified_by = laid.organisation[:255]
    told.created = told.modified = day
    told.comments, told.revision = laid.release[:255], 1
    from docx.oxml.ns import qn
    from docx.oxml.parser import parse_xml

    settings = word.settings.element
    for language in settings.findall(qn("w:themeFontLang")):
        language.set(qn("w:val"), LANGUAGE)
    if settings.find(qn("w:compat")) is None:  # else Word opens it as a file of 2007
        rest = settings.find(qn("w:rsids"))
        made = parse_xml(
            f'<w:compat {NAMESPACES}><w:compatSetting w:name="compatibilityMode" '
            'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        )
        settings.append(made) if rest is None else rest.addprevious(made)


def _saved(word: WordDocument) -> bytes:
    """The package with one day on every file in it."""
    raw, made = io.BytesIO(), io.BytesIO()
    word.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new:
        for name in old.namelist():
            kept = zipfile.ZIP_STORED if name.endswith((".png", ".jpeg", ".jpg")) else zipfile.ZIP_DEFLATED
            entry = zipfile.ZipInfo(name, ZIP_DAY)
            entry.compress_type, entry.external_attr = kept, 0o600 << 16
            new.writestr(entry, old.read(name))
    return made.getvalue()
