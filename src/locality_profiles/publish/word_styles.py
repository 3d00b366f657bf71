"""Styles and lists of our own Word documents; of a partnership's template, only what it lacks is added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from locality_profiles.publish.on_paper import LANGUAGE, SIZES
from locality_profiles.publish.theme import Theme

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
QUIET = "3D3D3D"
#: Where the house style has none of its own.
USUAL_MAIN, FONT = "#12436D", "Arial"
BULLETS, NUMBERS = 0, 1
NUMBERING_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"


def _space(before: int, after: int) -> str:
    """White above and below a paragraph, in twentieths of a point."""
    return f'<w:spacing w:before="{before}" w:after="{after}"/>'


def _headed(level: int, before: int, after: int) -> str:
    """A heading stays with what it heads, and is one for a screen reader."""
    return f'<w:keepNext/><w:keepLines/>{_space(before, after)}<w:outlineLvl w:val="{level - 1}"/>'


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/>'


MAIN, GREY = '<w:b/><w:color w:val="{main}"/>', f'<w:color w:val="{QUIET}"/>'
BOX = "".join(
    f'<w:{side} w:val="single" w:sz="8" w:space="4" w:color="000000"/>' for side in ("top", "left", "bottom", "right")
)
CELL = '<w:spacing w:before="30" w:after="30" w:line="240" w:lineRule="auto"/>'
#: Name and id, then what Word is told: of the paragraph, and of its letters. {main} is the theme's colour.
PARAGRAPHS: dict[str, tuple[str, str, str]] = {
    "Title": ("Title", _space(120, 240), MAIN + _size(56)),
    "Subtitle": ("Subtitle", _space(960, 0), GREY + _size(26)),
    "heading 1": ("Heading1", _headed(1, 400, 140), MAIN + _size(34)),
    "heading 2": ("Heading2", _headed(2, 300, 120), MAIN + _size(26)),
    "heading 3": ("Heading3", _headed(3, 240, 100), MAIN + _size(22)),
    "TOC Heading": ("TOCHeading", f"<w:keepNext/><w:pageBreakBefore/>{_space(0, 200)}", MAIN + _size(34)),
    "toc 1": ("TOC1", _space(0, 60), ""),
    "toc 2": ("TOC2", f'{_space(0, 60)}<w:ind w:left="280"/>', ""),
    "caption": ("Caption", f"<w:keepNext/><w:keepLines/>{_space(240, 80)}", _size(20)),
    "List Bullet": ("ListBullet", _space(0, 60), ""),
    "List Number": ("ListNumber", _space(0, 60), ""),
    "Quote": ("Quote", f'{_space(120, 120)}<w:ind w:left="480" w:right="480"/>', "<w:i/>"),
    "header": ("Header", _space(0, 0), "<w:b/>" + _size(18)),
    "footer": ("Footer", f'<w:tabs><w:tab w:val="right" w:pos="9638"/></w:tabs>{_space(0, 0)}', GREY + _size(18)),
    "Small print": ("SmallPrint", _space(0, 60), GREY + _size(18)),
    "Byline": ("Byline", "", "<w:i/>" + GREY + _size(20)),
    "Notice": ("Notice", f'<w:pBdr>{BOX}</w:pBdr><w:ind w:left="113" w:right="113"/>', "<w:b/>"),
    "Picture": ("Picture", _space(0, 200), ""),
    "Table text": ("TableText", CELL, _size(round(2 * SIZES[0]))),
    "Table figure": ("TableFigure", f'{CELL}<w:jc w:val="right"/>', _size(round(2 * SIZES[0]))),
}
HYPERLINK = (
    f'<w:style {W} w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
    '<w:rPr><w:color w:val="{main}"/><w:u w:val="single"/></w:rPr></w:style>'
)
TABLE = (
    f'<w:style {W} w:type="table" w:customStyle="1" w:styleId="ProfileTable"><w:name w:val="Profile table"/>'
    '<w:pPr><w:spacing w:after="0"/></w:pPr>'
    '<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:color="{main}"/>'
    '<w:bottom w:val="single" w:sz="8" w:color="{main}"/><w:insideH w:val="single" w:sz="4" w:color="B8BEC4"/>'
    '</w:tblBorders><w:tblCellMar><w:left w:w="79" w:type="dxa"/><w:right w:w="79" w:type="dxa"/></w:tblCellMar>'
    "</w:tblPr>"
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>'
    '<w:bottom w:val="single" w:sz="8" w:color="{main}"/></w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr>'
    "</w:tblStylePr></w:style>"
)


@dataclass(frozen=True)
class Styles:
    """The id of each style, by its name, and the lists to number with."""

    ids: dict[str, str]
    own: frozenset[str]
    """Those that are ours, not the template's."""
    lists: tuple[int, int]
    """Abstract numberings of bullets and of numbers."""
    bullets: int
    """The one list of bullets: bullets need no start."""

    def __getitem__(self, name: str) -> str:
        return self.ids[name]


def prepare(word: WordDocument, theme: Theme, ours: bool) -> Styles:
    """Give a document every style that we write with: all in our own, those that are missing in a template."""
    root = word.styles.element
    there = {str(style.name_val): str(style.styleId) for style in root.style_lst}
    there = {known: there[name] for name in there for known in [_known(name)]}
    main = (theme.colours.main if theme.colours else USUAL_MAIN).lstrip("#")
    own = set(PARAGRAPHS) | {"Hyperlink", "Profile table"} if ours else {
        name for name in (*PARAGRAPHS, "Hyperlink", "Profile table") if name not in there
    }  # fmt: skip
    normal = there.get("Normal", "Normal")
    for name in (name for name in own if name in there):
        root.remove(next(style for style in root.style_lst if _known(str(style.name_val)) == name))
    ids = {**there, **{name: identifier for name, (identifier, _, _) in PARAGRAPHS.items() if name in own}}
    for name in sorted(own):
        root.append(_parsed(_style(name, normal, main)))
        ids[name] = root.style_lst[-1].styleId
    _speak(root, theme, ours)
    lists = _lists(word)
    return Styles(ids, frozenset(own), lists, start_list(word, lists[BULLETS]))


def _known(name: str) -> str:
    """Word writes some names of its own in small letters, and others did not always."""
    return name.lower() if name.lower() in PARAGRAPHS else name


def _style(name: str, normal: str, main: str) -> str:
    if name == "Hyperlink":
        return HYPERLINK.replace("{main}", main)
    if name == "Profile table":
        return TABLE.replace("{main}", main)
    identifier, paragraph, letters = PARAGRAPHS[name]
    return (
        f'<w:style {W} w:type="paragraph" w:styleId="{identifier}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{normal}"/><w:qFormat/><w:pPr>{paragraph}</w:pPr>'
        f"<w:rPr>{letters.replace('{main}', main)}</w:rPr></w:style>"
    )


def _parsed(xml: str) -> Any:
    from docx.oxml.parser import parse_xml

    return parse_xml(xml)


def _speak(root: Any, theme: Theme, ours: bool) -> None:
    """British English for every word; in our own documents the font and size of the text as well."""
    from docx.oxml.ns import qn

    defaults = root.find(qn("w:docDefaults"))
    if ours or defaults is None:
        font = quoteattr(next(iter(theme.document_fonts), FONT))
        fonts = " ".join(f"w:{script}={font}" for script in ("ascii", "hAnsi", "cs", "eastAsia"))
        fresh = _parsed(
            f'<w:docDefaults {W}><w:rPrDefault><w:rPr><w:rFonts {fonts}/><w:sz w:val="22"/><w:szCs w:val="22"/>'
            f'<w:lang w:val="{LANGUAGE}" w:eastAsia="{LANGUAGE}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault>'
            '<w:pPr><w:spacing w:after="140" w:line="269" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
        )
        if defaults is not None:
            root.remove(defaults)
        root.insert(0, fresh)
        return
    letters = defaults.find(f"{qn('w:rPrDefault')}/{qn('w:rPr')}")
    language = letters.find(qn("w:lang")) if letters is not None else None
    if language is not None:
        language.set(qn("w:val"), LANGUAGE)
    elif letters is not None:
        letters.append(_parsed(f'<w:lang {W} w:val="{LANGUAGE}"/>'))
    else:
        defaults.insert(0, _parsed(
            f'<w:rPrDefault {W}><w:rPr><w:lang w:val="{LANGUAGE}"/></w:rPr></w:rPrDefault>'
        ))  # fmt: skip


def _lists(word: WordDocument) -> tuple[int, int]:
    """Two abstract numberings of our own, beside whatever a template has."""
    from docx.oxml.ns import qn

    root = _numbering(word)
    first = 1 + max((int(a.get(qn("w:abstractNumId"))) for a in root.findall(qn("w:abstractNum"))), default=-1)
    before = root.find(qn("w:num"))
    for number, (kind, texts) in enumerate((("bullet", "•–•–•–•–•"), ("decimal", None))):
        levels = "".join(
            f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
            f'<w:lvlText w:val="{texts[i] if texts else f"%{i + 1}."}"/><w:lvlJc w:val="left"/>'
            f'<w:pPr><w:ind w:left="{360 * (i + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
            for i in range(9)
        )
        made = _parsed(
            f'<w:abstractNum {W} w:abstractNumId="{first + number}"><w:multiLevelType w:val="hybridMultilevel"/>'
            f"{levels}</w:abstractNum>"
        )
        if before is None:
            root.append(made)
        else:
            before.addprevious(made)
    return first, first + 1


def start_list(word: WordDocument, abstract: int) -> int:
    """The number of a list that starts at one."""
    from docx.oxml.ns import qn

    root = _numbering(word)
    number = 1 + max((int(n.get(qn("w:numId"))) for n in root.findall(qn("w:num"))), default=0)
    starts = "".join(
        f'<w:lvlOverride w:ilvl="{i}"><w:startOverride w:val="1"/></w:lvlOverride>' for i in range(9)
    )  # fmt: skip
    made = _parsed(f'<w:num {W} w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{starts}</w:num>')
    last = root.findall(qn("w:num"))
    if last:
        last[-1].addnext(made)
    else:
        root.append(made)
    return number


def _numbering(word: WordDocument) -> Any:
    """The part of a document that numbers its lists; a template need not have one."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.parts.numbering import NumberingPart

    try:
        return word.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element
    except KeyError:
        part = NumberingPart(
            PackURI("/word/numbering.xml"), NUMBERING_TYPE, _parsed(f"<w:numbering {W}/>"), word.part.package
        )
        word.part.relate_to(part, RELATIONSHIP_TYPE.NUMBERING)
        return part.element
