"""A document's tables as a workbook, read back."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from unit.publish import island
from workbook_checker import workbook_problems

from locality_profiles.disclosure.linter import lint
from locality_profiles.numbers import SIGNS, Printed, legend, print_people, print_value
from locality_profiles.publish.document import Document, Part
from locality_profiles.publish.edition import MARKING, SYNTHETIC
from locality_profiles.publish.sheets import Column, Sheet
from locality_profiles.publish.workbook import Plain, cell_of, sheet_name, write_workbook

LONG_NAME = "Ceann a Tuath nan Eilean agus Sgìre na h-Àirde Mhòire: an ear 's an iar"
TWICE = "People counted in two localities are counted twice."


def sheet(title: str, *rows: Any, columns: Any = None, caveats: Any = (), **changes: Any) -> Sheet:
    """A table of rows of cells, each under its own year unless ``columns`` are given."""
    usual = tuple(Column(str(2024 + at), "per 1,000") for at in range(len(rows[0][1]) if rows else 2))
    given = {"id": title.lower(), "caption": f"{title} in each locality", "first": "Area", **changes}
    return Sheet(title=title, columns=columns or usual, rows=tuple((*row, False)[:3] for row in rows),
                 caveats=tuple(caveats), **given)  # fmt: skip


def rate(value: float | None, status: str = "actual") -> Printed:
    return print_value(value, status, "per 1,000", 1)


DEATHS = sheet(
    "Deaths", ("North Isles", (rate(12.34, "estimated"), rate(1013))), ("Skerry", (rate(None, "suppressed"), rate(0))),
    (LONG_NAME, (rate(0.004), rate(5.25, "provisional"))), ("Orsay Islands", (rate(9.96), rate(9.94)), True),
    caveats=(TWICE,),
)  # fmt: skip
MONEY = sheet(
    "Money used", ("Care homes", (print_value(123456, "actual", "pence", 2), "+25.0%", "")),
    ("Home care", (print_value(-50, "estimated", "pence", 2), "−3.5%", "=1+1")),
    columns=(Column("Used", "£"), Column("Change", "%"), Column("Note", words=True)),
    caveats=(TWICE, "In prices of 2024."),
)  # fmt: skip
PEOPLE = sheet("People", ("2024", (print_people(1234.4), print_people(None))), first="Year")


def document(*parts: Part, **changes: Any) -> Document:
    usual = (
        Part("health", "Population health", sheets=(DEATHS,), remarks=("Source: Records of Alba Bheag.", "Ages vary.")),
        Part("money", "Money", sheets=(MONEY,)), Part("by-year", "By year", level=3, sheets=(PEOPLE,)),
    )  # fmt: skip
    given: dict[str, Any] = {
        "stem": "S37900001", "title": "North Isles", "kind": "Locality profile", "lead": ("Six thousand people.",),
        "facts": (("Release", "2026-03-01-ab12"), ("Made from", "12 extracts")), "marks": tuple(legend(["[e]", "[p]"])),
    }  # fmt: skip
    return Document(parts=parts or usual, **{**given, **changes})


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return write_workbook(document(), tmp_path / "a.xlsx", island.edition())


def texts(path: Path, name: str) -> list[str]:
    return [str(row[0]) for row in load_workbook(path)[name].iter_rows(values_only=True)]


def table(path: Path, name: str) -> list[list[Any]]:
    """The marked table of a worksheet: its heading and its rows."""
    found = load_workbook(path)[name]
    (marked,) = found.tables.values()
    return [[cell.value for cell in row] for row in found[marked.ref]]


# --- its form -------------------------------------------------------------------------------------


def test_it_keeps_every_rule_for_spreadsheets(written: Path) -> None:
    assert workbook_problems(written, (SYNTHETIC,)) == []


def test_worksheets_are_numbered_by_chapter(written: Path) -> None:
    assert load_workbook(written).sheetnames == [
        "Cover", "Contents", "Notes", "1_1 Deaths", "2_1 Money used", "2_2 People"
    ]  # fmt: skip
    assert texts(written, "1_1 Deaths")[:6] == [
        "1.1 Deaths",
        "Deaths in each locality. North Isles. This worksheet contains one table.",
        SYNTHETIC,
        "Notes 1, 2: see the worksheet Notes.",
        "Source: Records of Alba Bheag.",
        "Back to Contents",
    ]


def merged(book: Any) -> None:
    book["1_1 Deaths"].merge_cells("A9:B9")


def emptied(book: Any) -> None:
    book["1_1 Deaths"]["B8"] = None


def second_table(book: Any) -> None:
    book["1_1 Deaths"]["A20"] = "Another table"


def unmarked(book: Any) -> None:
    del book["1_1 Deaths"].tables["table_1_1"]


def no_heading(book: Any) -> None:
    book["1_1 Deaths"]["A1"] = None


def link_astray(book: Any) -> None:
    book["Contents"]["A6"].hyperlink.location = "'9_9 Births'!A1"


def renamed(book: Any) -> None:
    book["1_1 Deaths"].title = "1_1 Births"


def formula(book: Any) -> None:
    book["2_1 Money used"]["D9"] = "=1+1"


def hidden(book: Any) -> None:
    book["1_1 Deaths"].row_dimensions[9].hidden = True


def unfrozen(book: Any) -> None:
    book["1_1 Deaths"].freeze_panes = None


def unmarked_edition(book: Any) -> None:
    book["1_1 Deaths"]["A3"] = "Nothing to see here."


@pytest.mark.parametrize("harm", [merged, emptied, second_table, unmarked, no_heading, link_astray, renamed, formula,
                                  hidden, unfrozen, unmarked_edition])  # fmt: skip
def test_the_checker_finds_what_is_broken_on_purpose(written: Path, harm: Any) -> None:
    book = load_workbook(written)
    harm(book)
    book.save(written)

    assert workbook_problems(written, (SYNTHETIC,)) != []


def test_the_edition_for_management_is_marked_on_every_sheet_and_every_printed_page(tmp_path: Path) -> None:
    path = write_workbook(document(), tmp_path / "a.xlsx", island.edition(synthetic=False, marking=MARKING))

    assert workbook_problems(path, (MARKING,)) == []
    for page in load_workbook(path):
        assert page.oddHeader.center.text == "Official-sensitive: for management only."
        assert SYNTHETIC not in texts(path, page.title)


def test_the_public_edition_bears_no_marking(tmp_path: Path) -> None:
    path = write_workbook(document(), tmp_path / "a.xlsx", island.edition(synthetic=False))

    assert all(not page.oddHeader.center.text for page in load_workbook(path))


def test_the_same_document_is_the_same_file(tmp_path: Path) -> None:
    first, second = (write_workbook(document(), tmp_path / f"{n}.xlsx", island.edition()) for n in "ab")

    assert first.read_bytes() == second.read_bytes()
    assert load_workbook(first).properties.created == datetime(2026, 3, 1)  # noqa: DTZ001 — as the file has it


# --- figures --------------------------------------------------------------------------------------


def test_figures_are_numbers_and_their_marks_stand_at_the_end_of_the_row(written: Path) -> None:
    assert table(written, "1_1 Deaths") == [
        ["Area", "2024 (per 1,000)", "2025 (per 1,000)", "Marks"],
        ["North Isles", 12.3, 1013, "[e] 2024 (per 1,000)"],
        ["Skerry", "[c]", 0, "no mark"],
        [LONG_NAME, 0.004, 5.3, "[low] 2024 (per 1,000); [p] 2025 (per 1,000)"],
        ["Orsay Islands", 10, 9.9, "no mark"],
    ]


def test_numbers_are_shown_as_the_page_shows_them(written: Path) -> None:
    deaths, money = (load_workbook(written)[name] for name in ("1_1 Deaths", "2_1 Money used"))

    assert [deaths[place].number_format for place in ("B8", "B10")] == ["#,##0.0", "#,##0.0000"]
    assert [(cell.value, cell.number_format) for row in money["B8:C9"] for cell in row] == [
        (1234.56, "£#,##0.00"), (25, '+0.0"%";-0.0"%";0.0"%"'), (-0.5, "£#,##0.00"), (-3.5, '0.0"%"')
    ]  # fmt: skip


def test_a_table_without_marks_has_no_column_of_them(written: Path) -> None:
    assert table(written, "2_2 People") == [["Year", "2024 (per 1,000)", "2025 (per 1,000)"], ["2024", 1234, "[x]"]]


STATUSES = st.sampled_from(sorted(SIGNS))
FIGURES = st.builds(
    print_value, st.none() | st.floats(-1e9, 1e9), STATUSES, st.sampled_from(["people", "%", "pence", "per 1,000"]),
    st.integers(0, 3),
)  # fmt: skip


@given(rows=st.lists(st.lists(FIGURES, min_size=3, max_size=3), min_size=1, max_size=4))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_number_of_the_document_stands_in_the_workbook(tmp_path: Path, rows: list[list[Printed]]) -> None:
    made = sheet("Any", *((f"Area {at}", tuple(cells)) for at, cells in enumerate(rows)))
    path = write_workbook(document(Part("a", "A", sheets=(made,))), tmp_path / "a.xlsx", island.edition())

    found = table(path, "1_1 Any")[1:]
    for given_row, read in zip(rows, found, strict=True):
        for printed, value in zip(given_row, read[1:], strict=False):
            if printed.number is None:
                assert value == ("[x]" if printed == "–" else printed)
            else:
                assert value == printed.number
                assert all(mark in read[-1] for mark in re.findall(r"\[[a-z]+\]", printed))


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234", 1234), ("£1,234.50", 1234.5), ("−3", -3), ("0", 0), ("12.5%", 12.5), ("007", "007"),
     ("1 to 3", "1 to 3"), ("12,34", "12,34"), ("1e5", "1e5"), ("under 0.1%", "under 0.1%"), ("[c]", "[c]")],
)  # fmt: skip
def test_only_what_is_one_number_becomes_one(text: str, value: float | str) -> None:
    assert cell_of(text).value == value
    assert cell_of(text, words=True).value == text


# --- notes, contents and cover --------------------------------------------------------------------


def test_a_note_of_two_tables_is_told_once_with_its_number(written: Path) -> None:
    rows = {row[0]: row[1:] for row in table(written, "Notes")}

    assert rows["note 1"] == [TWICE, "Tables 1.1, 2.1"]
    assert rows["note 2"] == ["Ages vary.", "Table 1.1"]
    assert rows["note 3"] == ["In prices of 2024.", "Table 2.1"]
    assert {"[e]", "[p]", "[c]", "[low]", "[x]"} <= set(rows)


def test_contents_link_to_every_sheet_with_a_word_on_it(written: Path) -> None:
    assert table(written, "Contents")[2] == [
        "1_1 Deaths", "1.1 Deaths. Deaths in each locality", "Population health"
    ]  # fmt: skip


@dataclass(frozen=True)
class Office:
    def lines(self) -> list[tuple[str, str]]:
        return [("Planning team", ""), ("planning@orsay.example", "mailto:planning@orsay.example")]


def test_the_cover_says_what_it_is_from_when_and_whom_to_ask(tmp_path: Path) -> None:
    house = Plain(name="Orsay partnership", licence="Open Government Licence v3.0", contact=Office())
    path = write_workbook(document(), tmp_path / "a.xlsx", island.edition(held_back="Small numbers are hidden."), house)

    told = texts(path, "Cover")
    assert told[:2] == ["North Isles", "Locality profile"]
    assert {SYNTHETIC, "Six thousand people.", "Release: 2026-03-01-ab12", "Published: 1 March 2026",
            "Publisher: Orsay partnership", "Licence: Open Government Licence v3.0", "Small numbers are hidden.",
            "planning@orsay.example"} <= set(told)  # fmt: skip
    assert load_workbook(path).properties.creator == "Orsay partnership"


# --- bad input ------------------------------------------------------------------------------------


def alone(tmp_path: Path, *sheets: Sheet, **changes: Any) -> Path:
    part = Part("a", "A", sheets=sheets)
    return write_workbook(document(part, **changes), tmp_path / "a.xlsx", island.edition())


HOSTILE = ["=1+1", "+44", "-5 items", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x.example")', "http://x.example", "{=1}",
           "\x00\x07bell", "_x0041_", island.HOSTILE, "&C&G", "x" * 40_000, "</t><t>", "\ud800"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_inert_wherever_they_stand(tmp_path: Path, text: str) -> None:
    made = sheet(text, (text, (text, text)), columns=(Column(text, text), Column(text, text, words=True)), first=text,
                 caption=text, caveats=(text,))  # fmt: skip
    path = alone(tmp_path, made, made, title=text, kind=text, lead=(text,), facts=((text, text),))

    assert workbook_problems(path, (SYNTHETIC,)) == []
    links = [
        cell.hyperlink for page in load_workbook(path) for row in page.iter_rows() for cell in row if cell.hyperlink
    ]
    assert all(link.target is None for link in links), "only links within the workbook"


def test_names_of_seventy_characters_are_whole_in_the_sheet_and_short_in_its_tab(tmp_path: Path) -> None:
    made = sheet(LONG_NAME, (LONG_NAME, (rate(1), rate(2))))
    path = alone(tmp_path, made, replace(made, id="again"), title=LONG_NAME)

    assert workbook_problems(path) == []
    names = load_workbook(path).sheetnames[3:]
    assert names == ["1_1 Ceann a Tuath nan Eilean", "1_2 Ceann a Tuath nan Eilean"]
    assert texts(path, names[0])[0] == f"1.1 {LONG_NAME}"


@given(title=st.text(max_size=80), number=st.sampled_from(["1.1", "12.34"]))
def test_every_title_gives_a_name_that_programs_take(title: str, number: str) -> None:
    name = sheet_name(number, title)

    assert 0 < len(name) <= 31
    assert not set(name) & set("[]:*?/\\")
    assert name == name.strip(" '")


def test_a_table_without_rows_says_so(tmp_path: Path) -> None:
    path = alone(tmp_path, sheet("Nobody"))

    assert workbook_problems(path) == []
    assert table(path, "1_1 Nobody")[1] == ["There is nothing to show.", "[z]", "[z]"]
    assert "[z]" in {row[0] for row in table(path, "Notes")}


def test_a_document_without_tables_is_a_workbook_still(tmp_path: Path) -> None:
    path = write_workbook(document(Part("a", "A"), marks=()), tmp_path / "a.xlsx", island.edition())

    assert workbook_problems(path) == []


def test_where_all_is_suppressed_every_cell_says_so_and_no_number_stands(tmp_path: Path) -> None:
    hidden = rate(3, "suppressed")
    path = alone(tmp_path, sheet("Deaths", ("North Isles", (hidden, hidden)), ("Skerry", (hidden, hidden))))

    assert workbook_problems(path) == []
    assert table(path, "1_1 Deaths")[1:] == [["North Isles", "[c]", "[c]"], ["Skerry", "[c]", "[c]"]]


def test_rows_that_are_too_short_are_filled_with_what_says_that_nothing_is_held(tmp_path: Path) -> None:
    path = alone(tmp_path, sheet("Deaths", ("North Isles", (rate(1),)), columns=(Column("2024"), Column("2025"))))

    assert table(path, "1_1 Deaths")[1] == ["North Isles", 1, "[x]"]


def test_the_linter_of_releases_reads_a_workbook_and_lets_it_pass(written: Path) -> None:
    assert lint(written.parent) == []


# --- another program ------------------------------------------------------------------------------


def soffice() -> str:
    found = shutil.which("soffice")
    if not found:
        pytest.fail("LibreOffice is needed to see that workbooks open in it: install libreoffice-calc-nogui.")
    return found


def converted(path: Path, into: str, out: Path) -> list[Path]:
    """Open a workbook in LibreOffice and save it anew; a workbook that needs repair is refused there."""
    profile = f"-env:UserInstallation={(out / 'profile').as_uri()}"
    command = [soffice(), profile, "--headless", "--norestore", "--convert-to", into, "--outdir", str(out), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr, done.stderr
    return sorted(out.glob(f"*.{into.partition(':')[0]}"))


@pytest.mark.office
def test_libreoffice_opens_a_workbook_and_finds_the_same_cells(written: Path, tmp_path: Path) -> None:
    (again,) = converted(written, "xlsx", tmp_path / "again")

    before, after = load_workbook(written), load_workbook(again)
    assert after.sheetnames == before.sheetnames
    for page in before:
        told = [[cell.value for cell in row] for row in page.iter_rows()]
        assert [[cell.value for cell in row] for row in after[page.title].iter_rows(
            max_row=page.max_row, max_col=page.max_column)] == told  # fmt: skip
        assert set(after[page.title].tables) == set(page.tables)


@pytest.mark.office
def test_libreoffice_shows_figures_as_the_page_prints_them(written: Path, tmp_path: Path) -> None:
    # Comma, double quote, UTF-8, cells as they are shown, every worksheet.
    files = converted(
        written, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1", tmp_path / "csv"
    )

    (money,) = (file for file in files if "Money used" in file.name)
    with money.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row[1]]
    assert rows[1:] == [["Care homes", "£1,234.56", "+25.0%", "none", "no mark"],
                        ["Home care", "-£0.50", "-3.5%", "=1+1", "[e] Used (£)"]]  # fmt: skip
