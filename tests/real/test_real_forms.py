"""Page, workbook, Word, PDF and Parquet of the real localities of Shetland say the same, figure for figure."""

from __future__ import annotations

import pytest
import running
from read_forms import differences, localities
from tagged_pdf import pdf_problems
from word_file import word_problems
from workbook_checker import workbook_problems

pytestmark = pytest.mark.real


def test_every_figure_of_real_localities_is_the_same_in_all_five_forms(shetland: running.Run) -> None:
    places = localities(shetland.workspace.current.resolve())
    assert len(places) == 7
    for place in places:
        assert differences(place) == []


def test_real_documents_and_workbooks_keep_their_rules(shetland: running.Run) -> None:
    release = shetland.workspace.current.resolve()
    stems = [path.stem for path in sorted((release / "documents").glob("*.docx"))]
    assert len(stems) == 9
    for stem in stems:
        assert word_problems(release / "documents" / f"{stem}.docx") == []
        assert pdf_problems(release / "documents" / f"{stem}.pdf") == []
        assert workbook_problems(release / "workbooks" / f"{stem}.xlsx") == []


def test_no_real_page_is_larger_than_400_kilobytes(shetland: running.Run) -> None:
    pages = [path for path in (shetland.workspace.current / "site").rglob("*.html") if "data-docs" not in path.parts]
    assert [path.name for path in pages if path.stat().st_size > 400_000] == []
