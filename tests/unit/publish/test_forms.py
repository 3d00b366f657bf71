"""Every form of an edition from drawn tables, with the areas that make pages and papers go wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from tagged_pdf import pdf_problems
from unit.publish import island
from unit.publish.page import Page
from word_file import word_problems
from workbook_checker import workbook_problems

from locality_profiles.publish.edition import documents_of
from locality_profiles.publish.forms import write_forms

FORMS = ("site", "workbooks", "documents")
LONG = "Sgìre na h-Àirde an Iar agus Tràigh Mhòr an Eilein – The Far West of the Island and Its Long Strand"
Rows = dict[str, list[dict[str, Any]]]


def as_it_is(rows: Rows) -> Rows:
    return rows


def all_suppressed(rows: Rows) -> Rows:
    """No figure of any locality may be told."""
    for table in ("profile", "profile_trend", "indicator_value"):
        for row in rows.get(table, ()):
            row.update({key: None for key in ("value", "lower", "upper", "numerator") if key in row})
            row["status"] = "suppressed"
    return rows


def one_point(rows: Rows) -> Rows:
    """Every trend has one figure: its latest."""
    return {**rows, "profile_trend": [row for row in rows["profile_trend"] if row["position"] == 0]}


def one_locality(rows: Rows) -> Rows:
    """A partnership with a single locality, and nothing of any other."""
    gone = {island.SKERRY, island.WEST, island.FIRTH_NORTH, island.FIRTH}
    return {
        name: [row for row in found if not gone & {row.get("area_code"), row.get("beside_code"), row.get("of_code")}]
        for name, found in rows.items()
    }


def long_names(rows: Rows) -> Rows:
    """A locality and an indicator with names that no column was made for."""
    assert len(LONG) > 70
    for row in rows["area"]:
        if row["area_code"] == island.WEST:
            row["area_name"] = LONG
    for row in rows["indicator"]:
        if row["indicator_id"] == "home_care_rate":
            row["title"] = LONG
    return rows


KINDS: list[Callable[[Rows], Rows]] = [as_it_is, all_suppressed, one_point, one_locality, long_names]


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.__name__)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forms")
    rows = request.param(island.tables(island.AREAS, island.INDICATORS, island.SECTIONS))
    tables = island.write(folder / "tables", rows)
    about = island.edition(open_data="", forms=FORMS)
    files = write_forms(tables, folder / "release", about, folder / "pictures", FORMS)
    assert all(path.is_file() for path in files)
    return folder / "release"


def test_every_form_of_every_area_keeps_its_rules(written: Path) -> None:
    documents = sorted((written / "documents").glob("*.docx"))
    assert documents
    for path in documents:
        assert word_problems(path) == []
        assert pdf_problems(path.with_suffix(".pdf")) == []
        assert workbook_problems(written / "workbooks" / f"{path.stem}.xlsx") == []


def test_pages_read_well_whatever_is_missing(written: Path) -> None:
    for path in (written / "site" / "areas").glob("*.html"):
        page = Page(path)
        assert page.errors == []
        assert "None" not in page.words
        assert "nan" not in page.words.lower().split()
        assert all((path.parent / image["src"]).is_file() for image in page.all("img"))
        assert all(image["alt"] for image in page.all("img"))


def test_a_page_leads_to_its_documents_and_they_are_there(written: Path) -> None:
    page = Page(written / "site" / "areas" / "S37900001-north-isles.html")
    links = [a["href"] for a in page.all("a") if "documents/" in a["href"] or "workbooks/" in a["href"]]

    assert len(links) == 3
    assert all((page.path.parent / link).resolve().is_file() for link in links)


def test_a_document_without_figures_says_why(tmp_path: Path) -> None:
    tables = island.island(tmp_path / "tables")
    write_forms(tables, tmp_path / "release", island.edition(open_data="", forms=FORMS), tmp_path / "pictures", FORMS)

    word = docx.Document(str(tmp_path / "release" / "documents" / "S37900001-skerry.docx"))

    assert "This release holds no figures for it" in " ".join(paragraph.text for paragraph in word.paragraphs)


def test_forms_that_were_not_asked_for_are_not_written_and_their_folders_say_so(tmp_path: Path) -> None:
    tables = island.island(tmp_path / "tables")
    about = island.edition(open_data="", forms=("site",))
    write_forms(tables, tmp_path / "release", about, tmp_path / "pictures", ("site",))

    for form in ("workbooks", "documents"):
        (note,) = (tmp_path / "release" / form).iterdir()
        assert "was built without" in note.read_text(encoding="utf-8")
    page = Page(tmp_path / "release" / "site" / "areas" / "S37900001-north-isles.html")
    assert not [a for a in page.all("a") if "documents/" in a["href"]]


def test_what_was_drawn_before_is_not_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from locality_profiles.publish.charts import draw

    tables, about = island.island(tmp_path / "tables"), island.edition(open_data="", forms=("site",))
    write_forms(tables, tmp_path / "first", about, tmp_path / "pictures", ("site",))
    monkeypatch.setattr(draw, "bare_svg", lambda *_: pytest.fail("a picture was drawn again"))

    write_forms(tables, tmp_path / "second", about, tmp_path / "pictures", ("site",))

    first, second = ({path.name: path.read_bytes() for path in (tmp_path / name / "site" / "charts").iterdir()}
                     for name in ("first", "second"))  # fmt: skip
    assert first == second
    assert first


def test_the_same_tables_give_the_same_bytes_in_every_form(tmp_path: Path) -> None:
    tables, about = island.island(tmp_path / "tables"), island.edition(open_data="", forms=FORMS)
    for name in ("first", "second"):
        write_forms(tables, tmp_path / name, about, tmp_path / f"pictures-{name}", FORMS)

    for path in (tmp_path / "first").rglob("*.*"):
        if path.is_file():
            other = tmp_path / "second" / path.relative_to(tmp_path / "first")
            assert path.read_bytes() == other.read_bytes(), path.name


def test_which_kinds_of_area_have_documents() -> None:
    usual = island.edition(forms=FORMS)

    assert [words for _, words in documents_of("x", "locality", usual)] == [
        "Workbook (Excel)", "Document (Word)", "To print (PDF)",
    ]  # fmt: skip
    assert documents_of("x", "hscp", usual)
    assert documents_of("x", "ward", usual) == []
    assert documents_of("x", "ward", island.edition(forms=FORMS, documents=("ward",)))
    assert documents_of("x", "locality", island.edition(forms=FORMS, documents=())) == []
