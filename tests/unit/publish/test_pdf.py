"""A document as PDF: read back by its tags, as a screen reader would, and held against the rules of PDF/UA."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import drawn_document as drawn
import pikepdf
import pytest
from drawn_document import ABOUT, DOCUMENT, MANAGEMENT
from pypdf import PdfReader
from tagged_pdf import HEADINGS, TaggedPdf, pdf_problems

from locality_profiles.errors import ReleaseError
from locality_profiles.publish.colours import derived
from locality_profiles.publish.document import Document, Part
from locality_profiles.publish.edition import MARKING, SYNTHETIC
from locality_profiles.publish.on_paper import Table, laid_out
from locality_profiles.publish.pdf import write_pdf
from locality_profiles.publish.sheets import Column, Sheet
from locality_profiles.publish.theme import USUAL, Contact, Theme


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn.draw(DOCUMENT, tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def written(folder: Path) -> Path:
    write_pdf(DOCUMENT, folder, folder / "orsay.pdf", ABOUT, USUAL)
    return folder / "orsay.pdf"


@pytest.fixture(scope="module")
def read(written: Path) -> TaggedPdf:
    return TaggedPdf(written)


def bare(text: str) -> str:
    """Without white space: where a line ends is not what a cell says."""
    return "".join(text.split())


def pages(path: Path) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(path).pages]


def test_it_keeps_the_rules_of_accessible_pdfs(written: Path) -> None:
    assert pdf_problems(written) == []


def test_every_cell_of_every_table_is_read_in_its_place(read: TaggedPdf) -> None:
    laid = laid_out(DOCUMENT, ABOUT, USUAL)
    wanted = [
        [
            [block.first, *(f"{c.title}{c.unit}" for c in block.columns)],
            *([name, *cells] for name, cells, _ in block.rows),
        ]
        for block in laid.blocks
        if isinstance(block, Table)
    ]
    assert [[list(map(bare, row)) for row in table] for table in read.tables()] == [
        [list(map(bare, row)) for row in table] for table in wanted
    ]
    assert len(wanted) == 5  # thirteen columns make two tables


def test_rows_are_not_torn_between_pages_so_that_they_are_read_across(folder: Path) -> None:
    names = tuple(f"People of locality {n}, " + "by a class whose name is very long, " * 6 for n in range(60))
    rows = tuple((name, ("1", "2", "3"), False) for name in names)
    long = replace(drawn.sheet("people", 3, 3), rows=rows)
    document = replace(DOCUMENT, parts=(Part("people", "People", 2, sheets=(long,)),))
    write_pdf(document, folder, folder / "rows.pdf", ABOUT, USUAL)
    assert len(pages(folder / "rows.pdf")) > 4
    assert pdf_problems(folder / "rows.pdf") == []


def test_a_row_longer_than_a_page_goes_on_with_the_next(folder: Path) -> None:
    rows = (("Locality", (" ".join(f"word{n}" for n in range(900)), "2"), False),)
    long = Sheet("words", "Words", "Words", "Area", (Column("Said", words=True), Column("Beds", "number")), rows)
    document = replace(DOCUMENT, parts=(Part("people", "People", 2, sheets=(long,)),))
    write_pdf(document, folder, folder / "long.pdf", ABOUT, USUAL)
    assert {f"word{n}" for n in range(900)} <= set(" ".join(pages(folder / "long.pdf")).split())


def test_headings_follow_the_document_and_no_level_is_skipped(read: TaggedPdf) -> None:
    assert [(h.kind, h.text) for h in read.whole.all(*HEADINGS)] == [
        ("H1", "Contents"), ("H1", "People"), ("H2", "Older people"), ("H1", "Costs"), ("H2", "Deeper"),
        ("H3", "Deepest"), ("H1", "Marks beside numbers"),
    ]  # fmt: skip
    with read.pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["People", "Costs", "Marks beside numbers"]


def test_pictures_have_words_in_their_stead(read: TaggedPdf) -> None:
    assert [str(figure.told.Alt) for figure in read.whole.all("Figure")] == [c.alt for c in DOCUMENT.charts()]


def test_captions_are_numbered_and_stand_with_what_they_name(read: TaggedPdf) -> None:
    assert [c.text for c in read.whole.all("Caption")][:3] == [
        "Figure 1: Chart of deaths", "Table 1: Table of people. What people were, by year", "Table 2: Services",
    ]  # fmt: skip


def test_what_an_author_wrote_keeps_its_form_and_its_safe_links(written: Path, read: TaggedPdf) -> None:
    assert [em.text for em in read.whole.all("Em")][0] == "Øyrar"
    assert "buses" in [strong.text for strong in read.whole.all("Strong")]
    assert [bare(quote.text) for quote in read.whole.all("BlockQuote")] == ["“Wewaitanhour.”"]
    with pikepdf.open(written) as pdf:
        links = [str(a.A.URI) for page in pdf.pages for a in page.get("/Annots", []) if "/A" in a and "/URI" in a.A]
    assert links == ["https://example.org/plan?a=1&b=2"]


def test_title_author_and_day_are_those_of_the_release(read: TaggedPdf) -> None:
    told = read.pdf.docinfo
    assert (str(told.Title), str(told.Author), str(told.CreationDate)) == (
        DOCUMENT.title, ABOUT.title, "D:20260301000000Z"
    )  # fmt: skip


def test_every_page_says_that_figures_are_made_up_and_which_page_it_is(written: Path) -> None:
    found = pages(written)
    assert SYNTHETIC in found[0]
    for number, page in enumerate(found, start=1):
        assert page.startswith(SYNTHETIC.split(":")[0])
        assert f"Page {number} of {len(found)}" in page
        assert ABOUT.release_id in page


def test_every_page_of_a_management_edition_bears_its_marking(folder: Path) -> None:
    write_pdf(DOCUMENT, folder, folder / "management.pdf", MANAGEMENT, USUAL)
    found = pages(folder / "management.pdf")
    assert MARKING in found[0]
    assert all(page.startswith("Official-sensitive: for management only.") for page in found)
    assert not any("synthetic" in page for page in found)


def test_a_long_table_says_its_headings_again_on_each_page(folder: Path) -> None:
    long = Document("long", "Long", "", (), (), (drawn.Part("a", "All", sheets=(drawn.sheet("areas", 3, 90),)),))
    write_pdf(long, folder, folder / "long.pdf", ABOUT, USUAL)
    found = pages(folder / "long.pdf")[2:]
    assert len(found) >= 2
    assert all("2000/01" in page for page in found)
    assert pdf_problems(folder / "long.pdf") == []


def test_the_same_document_is_the_same_bytes(written: Path, folder: Path) -> None:
    write_pdf(DOCUMENT, folder, folder / "again.pdf", ABOUT, USUAL)
    assert (folder / "again.pdf").read_bytes() == written.read_bytes()


def test_a_document_without_parts_is_a_cover(folder: Path) -> None:
    empty = Document("none", "Skerry", "Locality profile", ("Nothing is published here.",), (), ())
    write_pdf(empty, folder, folder / "none.pdf", ABOUT, USUAL)
    assert pdf_problems(folder / "none.pdf") == []
    assert "Nothing is published here." in pages(folder / "none.pdf")[0]


@pytest.mark.parametrize("title", ["#panic(1) *b* _i_ $x$ `c` @ref <lab> \\", "= Head // no", "北 Isles 😀", "x" * 70])
def test_text_is_never_markup_and_no_letter_stops_a_page(title: str, folder: Path) -> None:
    document = replace(DOCUMENT, title=title, lead=(title,))
    write_pdf(document, folder, folder / "hostile.pdf", ABOUT, USUAL)
    read = TaggedPdf(folder / "hostile.pdf")
    shown = bare(read.whole.all("Title")[0].text)
    assert shown in (bare(title), "‹U+5317›Isles‹U+1F600›", "‹U+5317›Isles😀", "北Isles‹U+1F600›")


def test_a_theme_brings_its_logo_colour_and_contact(folder: Path) -> None:
    logo = folder / "logo.png"
    logo.write_bytes(drawn.png(60, 30, 90))
    theme = Theme(
        "Orsay Partnership", cover="Working together", logo=logo, logo_alt="Logo of Orsay Partnership",
        colours=derived("#801650", "", ""), document_fonts=("Arial",), contact=Contact(email="orsay@example.org"),
    )  # fmt: skip
    write_pdf(DOCUMENT, folder, folder / "themed.pdf", ABOUT, theme)
    read = TaggedPdf(folder / "themed.pdf")
    assert str(read.whole.all("Figure")[0].told.Alt) == "Logo of Orsay Partnership"
    assert all(said in pages(folder / "themed.pdf")[0] for said in ("orsay@example.org", "Working together"))
    assert pdf_problems(folder / "themed.pdf") == []


def test_missing_pictures_are_all_told(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError) as refused:
        write_pdf(DOCUMENT, tmp_path, tmp_path / "a.pdf", ABOUT, USUAL)
    assert len(refused.value.problems) == 3
    assert "Draw the charts first." in str(refused.value)


def _untitled(pdf: pikepdf.Pdf) -> None:
    del pdf.docinfo["/Title"]


def _speechless(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/Lang"]


def _untagged(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0]
    page.contents_add(b"0 0 10 10 re f")


def _of_kind(pdf: pikepdf.Pdf, kind: str) -> list[pikepdf.Dictionary]:
    return [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and each.get("/S") == f"/{kind}"]


def _wordless(pdf: pikepdf.Pdf) -> None:
    del _of_kind(pdf, "Figure")[0]["/Alt"]


def _skipping(pdf: pikepdf.Pdf) -> None:
    _of_kind(pdf, "H2")[0].S = pikepdf.Name("/H4")


def _aimless(pdf: pikepdf.Pdf) -> None:
    del _of_kind(pdf, "TH")[0]["/A"]


def _silent(pdf: pikepdf.Pdf) -> None:
    next(a for page in pdf.pages for a in page.get("/Annots", []))["/Contents"] = ""


@pytest.mark.parametrize(
    ("harm", "said"),
    [(_untitled, "no title"), (_speechless, "British English"), (_untagged, "neither structure nor decoration"),
     (_wordless, "no words in its stead"), (_skipping, "stands under"), (_aimless, "does not say what it heads"),
     (_silent, "where it leads")],
)  # fmt: skip
def test_each_check_can_fail(harm: Callable[[pikepdf.Pdf], None], said: str, written: Path, tmp_path: Path) -> None:
    with pikepdf.open(written) as pdf:
        harm(pdf)
        pdf.save(tmp_path / "harmed.pdf")
    assert [problem for problem in pdf_problems(tmp_path / "harmed.pdf") if said in problem]
