"""A document as a Word file: read back from the file, with our own frame and with a partnership's template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import docx
import drawn_document as drawn
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import RGBColor
from drawn_document import ABOUT, DOCUMENT, MANAGEMENT, MONEY, SERVICES
from word_file import alternatives, cells, headings, said, word_problems

from locality_profiles.errors import ReleaseError, WorkspaceError
from locality_profiles.publish.document import Document
from locality_profiles.publish.edition import MARKING, SYNTHETIC
from locality_profiles.publish.on_paper import on_page, printable
from locality_profiles.publish.theme import USUAL, Contact, Theme
from locality_profiles.publish.word import write_word


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn.draw(DOCUMENT, tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def written(folder: Path) -> Path:
    write_word(DOCUMENT, folder, folder / "orsay.docx", ABOUT, USUAL)
    return folder / "orsay.docx"


@pytest.fixture(scope="module")
def word(written: Path) -> WordDocument:
    return docx.Document(str(written))


def text_of(word: WordDocument) -> str:
    return "\n".join(paragraph.text for paragraph in word.paragraphs)


def heads(word: WordDocument) -> list[str]:
    return [said(section.header._element) for section in word.sections]


def test_it_is_accessible_as_far_as_a_file_can_show(written: Path) -> None:
    assert word_problems(written) == []


def test_headings_are_those_of_the_document_and_no_level_is_skipped(word: WordDocument) -> None:
    assert headings(word) == [
        (1, "People"), (2, "Older people"), (1, "Costs"), (2, "Deeper"), (3, "Deepest"), (1, "Marks beside numbers"),
    ]  # fmt: skip
    assert [p.text for p in word.paragraphs if p.style is not None and p.style.name == "Title"] == [DOCUMENT.title]


def test_every_cell_is_that_of_its_sheet(word: WordDocument) -> None:
    found = [cells(table) for table in word.tables]
    services = found[1]
    assert services[0] == ["Service", "Where", "Bedsnumber"]
    assert services[1:] == [[printable(name), *map(printable, row)] for name, row, _ in SERVICES.rows]
    assert services[2][0] == "Hôpital  Kirkjubøur"
    first, second = found[2:4]
    assert [row[:1] + row[1:] + other[1:] for row, other in zip(first[1:], second[1:], strict=True)] == [
        [name, *row] for name, row, _ in MONEY.rows
    ]
    assert [row[0] for row in first] == [row[0] for row in second] == ["Area", *(name for name, _, _ in MONEY.rows)]


def test_a_total_is_bold_and_figures_stand_at_the_right(word: WordDocument) -> None:
    total = list(word.tables[0]._tbl.iter(qn("w:tr")))[-1]
    assert len(list(total.iter(qn("w:b")))) == 5
    styles = [told.get(qn("w:val")) for told in total.iter(qn("w:pStyle"))]
    assert styles == ["TableText"] + ["TableFigure"] * 4
    assert word.styles["Table figure"].paragraph_format.alignment == 2


def test_pictures_have_words_in_their_stead(word: WordDocument) -> None:
    assert alternatives(word) == [chart.alt for chart in DOCUMENT.charts()]


def test_captions_are_numbered_in_fields_that_have_their_numbers(word: WordDocument) -> None:
    captions = [said(p._p) for p in word.paragraphs if p.style is not None and p.style.name == "Caption"]
    assert captions[:3] == [
        "Figure 1: Chart of deaths", "Table 1: Table of people. What people were, by year", "Table 2: Services",
    ]  # fmt: skip
    assert "Table 3: Table of money (columns 1 to 7 of 13). What money were, by year" in captions


def test_contents_are_filled_and_lead_to_the_headings(word: WordDocument) -> None:
    inside = word.element.body.find(qn("w:sdt"))
    assert [said(link) for link in inside.iter(qn("w:hyperlink"))] == [
        text for level, text in headings(word) if level <= 2
    ]
    instruction = "".join(told.text or "" for told in inside.iter(qn("w:instrText")))
    assert r"\n" in instruction  # no page numbers, so there is nothing to update


def test_what_an_author_wrote_has_real_runs_lists_and_links(word: WordDocument) -> None:
    first = next(p for p in word.paragraphs if p.text.startswith("People of"))
    assert [(r.text, bool(r.bold), bool(r.italic)) for r in first.runs][1:4] == [
        ("Øyrar", False, True), (" told us that ", False, False), ("buses", True, False),
    ]  # fmt: skip
    assert [link.address for link in first.hyperlinks] == ["https://example.org/plan?a=1&b=2"]
    listed = {p.text: p._p.pPr.numPr for p in word.paragraphs if p._p.pPr is not None and p._p.pPr.numPr is not None}
    levels = {text: told.ilvl.val for text, told in listed.items()}
    assert levels == {"One": 0, "Two": 0, "Early buses": 0, "Late buses": 0, "Fridays": 1, "Saturdays": 1, "First": 0,
                      "Second": 0, "Counted on one day.": 0, "Beds are those that are open.": 0}  # fmt: skip
    assert listed["Fridays"].numId.val == listed["Saturdays"].numId.val != listed["First"].numId.val
    assert [p.text for p in word.paragraphs if p.style is not None and p.style.name == "Quote"] == [
        "“We wait an hour.”"
    ]


def test_a_sheet_without_rows_says_so(word: WordDocument) -> None:
    assert "Table of none: there are no figures to show." in text_of(word)


def test_head_and_foot_stand_on_every_page(word: WordDocument) -> None:
    assert SYNTHETIC in text_of(word)
    assert all(SYNTHETIC.split(":")[0] in head for head in heads(word))
    foot = word.sections[0].footer._element
    assert said(foot) == f"{DOCUMENT.title} · {ABOUT.release_id}Page 1 of 1"
    assert [told.text.strip() for told in foot.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]


def test_every_page_of_a_management_edition_bears_its_marking(folder: Path) -> None:
    write_word(DOCUMENT, folder, folder / "management.docx", MANAGEMENT, USUAL)
    word = docx.Document(str(folder / "management.docx"))
    assert heads(word) == ["Official-sensitive: for management only."]
    assert not word.sections[0].different_first_page_header_footer
    assert MARKING in text_of(word)


def test_properties_are_those_of_the_release(word: WordDocument) -> None:
    told = word.core_properties
    assert (told.title, told.author, told.language, told.created.date()) == (
        DOCUMENT.title, ABOUT.title, "en-GB", ABOUT.built
    )  # fmt: skip


def test_the_same_document_is_the_same_bytes(written: Path, folder: Path) -> None:
    write_word(DOCUMENT, folder, folder / "again.docx", ABOUT, USUAL)
    assert (folder / "again.docx").read_bytes() == written.read_bytes()
    with ZipFile(written) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    "title", ["{{ kind }} {% x %} &amp; <w:p/> ]]>", "a\x00\x08\x1fb\ud800\uffff", "x" * 300, "北 😀"]
)
def test_no_text_can_break_the_file(title: str, folder: Path) -> None:
    parts = (drawn.Part("a", title, 2, (title,), sheets=(drawn.sheet("b", 2, 2, title=title, caption=title),)),)
    hostile = replace(DOCUMENT, title=title, lead=(title,), parts=parts)
    write_word(hostile, folder, folder / "hostile.docx", ABOUT, USUAL)
    assert word_problems(folder / "hostile.docx") == []
    assert headings(docx.Document(str(folder / "hostile.docx")))[0] == (1, printable(title))


def test_a_document_without_parts_is_a_cover(folder: Path) -> None:
    empty = Document("none", "Skerry", "Locality profile", ("Nothing is published here.",), (), ())
    write_word(empty, folder, folder / "none.docx", ABOUT, USUAL)
    assert word_problems(folder / "none.docx") == []
    assert "Nothing is published here." in text_of(docx.Document(str(folder / "none.docx")))


def test_missing_pictures_are_all_told(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError) as refused:
        write_word(DOCUMENT, tmp_path, tmp_path / "a.docx", ABOUT, USUAL)
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize("columns", [1, 9, 10, 13, 27])
def test_no_table_is_wider_than_the_page_and_none_is_lost(columns: int) -> None:
    made = drawn.sheet("wide", columns, 3)
    tables = on_page(made)
    assert all(sum(table.widths) <= 17.01 and table.size >= 8 and len(table.columns) <= 9 for table in tables)
    assert [column for table in tables for column in table.columns] == list(made.columns)
    assert len(tables) == -(-columns // 9)


# ---- a partnership's own template


def template(path: Path, change: Callable[[WordDocument], None] = lambda word: None) -> Theme:
    """A small template: own colour of headings, a cover, a head and a foot."""
    word = docx.Document()
    word.styles["Heading 1"].font.color.rgb = RGBColor(0x80, 0x16, 0x50)
    word.styles["Heading 1"].font.name = "Georgia"
    word.add_paragraph("{{ kind }} of {{ title }}", style="Title")
    word.add_paragraph("Release {{ release }}. Write to {{ contact }}.")
    word.add_paragraph("{{ body }}")
    word.add_paragraph("The end of the page.")
    word.sections[0].header.paragraphs[0].text = "Orsay Partnership {{ marking }}"
    word.sections[0].footer.paragraphs[0].text = "{{ release }}"
    change(word)
    word.save(str(path))
    return Theme(
        "Orsay Partnership", template=path, document_fonts=("Arial",),
        contact=Contact(email="a@example.org", telephone="01234"),
    )  # fmt: skip


def test_a_template_is_filled_in_and_keeps_its_styles(folder: Path) -> None:
    theme = template(folder / "own.docx")
    write_word(DOCUMENT, folder, folder / "filled.docx", MANAGEMENT, theme)
    word = docx.Document(str(folder / "filled.docx"))
    told = text_of(word)
    assert told.startswith(
        f"Locality profile of {DOCUMENT.title}\nRelease 2026-03-01-ab12. Write to a@example.org · 01234."
    )
    assert told.endswith("The end of the page.")
    assert not any(sign in told for sign in ("{{", "\ue000"))
    assert heads(word) == ["Orsay Partnership Official-sensitive: for management only."]
    assert word.sections[0].footer.paragraphs[0].text == ABOUT.release_id
    style = word.styles["Heading 1"]
    assert (str(style.font.color.rgb), style.font.name) == ("801650", "Georgia")
    assert [text for _, text in headings(word)][0] == "People"
    assert len(word.tables) == 5
    assert word_problems(folder / "filled.docx") == []


def _no_body(word: WordDocument) -> None:
    paragraph = word.paragraphs[2]
    paragraph._p.getparent().remove(paragraph._p)


def test_without_a_place_for_it_the_body_comes_last(folder: Path) -> None:
    write_word(DOCUMENT, folder, folder / "last.docx", ABOUT, template(folder / "last-own.docx", _no_body))
    told = text_of(docx.Document(str(folder / "last.docx")))
    assert told.index("The end of the page.") < told.index("Marks beside numbers")


def _first_page_apart(word: WordDocument) -> None:
    word.sections[0].different_first_page_header_footer = True
    word.sections[0].header.paragraphs[0].text = "Orsay Partnership"


def test_a_template_that_forgets_the_marking_gets_it_on_every_page(folder: Path) -> None:
    theme = template(folder / "apart-own.docx", _first_page_apart)
    write_word(DOCUMENT, folder, folder / "apart.docx", MANAGEMENT, theme)
    section = docx.Document(str(folder / "apart.docx")).sections[0]
    for head in (section.header, section.first_page_header):
        assert head.paragraphs[0].text == "Official-sensitive: for management only."
    assert section.header.paragraphs[1].text == "Orsay Partnership"


def _bare(word: WordDocument) -> None:
    """As a template of another program may be: no lists, no captions, no styles of tables."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    for name in ("Caption", "List Bullet", "List Number", "Quote", "Heading 3", "TOC Heading"):
        word.styles[name].delete()
    for key in [key for key, rel in word.part.rels.items() if rel.reltype == RELATIONSHIP_TYPE.NUMBERING]:
        del word.part.rels[key]


def test_what_a_template_lacks_is_added(folder: Path) -> None:
    write_word(DOCUMENT, folder, folder / "bare.docx", ABOUT, template(folder / "bare-own.docx", _bare))
    assert word_problems(folder / "bare.docx") == []
    assert headings(docx.Document(str(folder / "bare.docx")))[4] == (3, "Deepest")


def _unknown(word: WordDocument) -> None:
    word.add_paragraph("{{ logo }} and {{ colour }}")


def _broken(word: WordDocument) -> None:
    word.add_paragraph("{{ title ")


def _twice(word: WordDocument) -> None:
    word.add_paragraph("{{ body }}")


def _among_words(word: WordDocument) -> None:
    word.paragraphs[2].text = "Here: {{ body }}"


def _reaching(word: WordDocument) -> None:
    word.add_paragraph("{{ title.__class__.__mro__ }}")


@pytest.mark.parametrize(
    ("change", "said"),
    [(_unknown, "it asks for {{ logo }}, which there is not"), (_unknown, "it asks for {{ colour }}"),
     (_broken, "a field in it cannot be read"), (_twice, "stands twice"), (_among_words, "beside other words"),
     (_reaching, "a field in it cannot be read")],
)  # fmt: skip
def test_a_template_that_cannot_be_used_is_refused(
    change: Callable[[WordDocument], None], said: str, folder: Path
) -> None:
    theme = template(folder / "wrong.docx", change)
    with pytest.raises(WorkspaceError, match="template") as refused:
        write_word(DOCUMENT, folder, folder / "never.docx", ABOUT, theme)
    assert said in str(refused.value)
    assert "wrong.docx" in str(refused.value)
    assert not (folder / "never.docx").exists()


def test_a_template_that_is_no_word_file_is_refused(folder: Path) -> None:
    (folder / "text.docx").write_text("hello")
    with pytest.raises(WorkspaceError, match="not a Word document"):
        write_word(DOCUMENT, folder, folder / "never.docx", ABOUT, replace(USUAL, template=folder / "text.docx"))


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_logo_stands_on_the_cover(ending: str, folder: Path) -> None:
    logo = folder / f"logo.{ending}"
    if ending == "png":
        logo.write_bytes(drawn.png(60, 30, 90))
    else:
        logo.write_text(
            '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><rect width="9" height="9"/></svg>'
        )
    write_word(
        DOCUMENT,
        folder,
        folder / "logo.docx",
        ABOUT,
        Theme("Orsay Partnership", logo=logo, logo_alt="Logo of Orsay Partnership"),
    )
    assert alternatives(docx.Document(str(folder / "logo.docx")))[0] == "Logo of Orsay Partnership"


# ---- each check can fail


def _unheaded(word: WordDocument) -> None:
    found = next(word.element.body.iter(qn("w:tblHeader")))
    found.getparent().remove(found)


def _wordless(word: WordDocument) -> None:
    next(word.element.body.iter(qn("wp:docPr"))).set("descr", "")


def _skipping(word: WordDocument) -> None:
    next(p for p in word.paragraphs if p.text == "Older people").style = word.styles["Heading 3"]


def _merged(word: WordDocument) -> None:
    word.tables[0].cell(1, 0).merge(word.tables[0].cell(2, 0))


def _untold(word: WordDocument) -> None:
    found = next(word.element.body.iter(qn("w:tblDescription")))
    found.getparent().remove(found)


def _foreign(word: WordDocument) -> None:
    next(word.styles.element.iter(qn("w:lang"))).set(qn("w:val"), "en-US")


def _untitled(word: WordDocument) -> None:
    word.core_properties.title = ""


@pytest.mark.parametrize(
    ("harm", "said"),
    [(_unheaded, "not marked as its heading"), (_wordless, "no words in its stead"), (_skipping, "stands under"),
     (_merged, "merged cells"), (_untold, "no words in its stead"), (_foreign, "British English"),
     (_untitled, "no title")],
)  # fmt: skip
def test_each_check_can_fail(harm: Callable[[WordDocument], None], said: str, written: Path, tmp_path: Path) -> None:
    word = docx.Document(str(written))
    harm(word)
    word.save(str(tmp_path / "harmed.docx"))
    assert [problem for problem in word_problems(tmp_path / "harmed.docx") if said in problem]
