"""``map`` proposes what it is sure of, marks what it is not, and writes nothing that was not accepted."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from pictures import csv_file, workbook
from small_country import country_at

from locality_profiles import mapping
from locality_profiles.errors import ExtractRefused, WorkspaceError
from locality_profiles.matching import SURE_WORD, Column, alike, dates_of, says, stands_for
from locality_profiles.tables.intake import Asked
from locality_profiles.workspace import SETTINGS, Workspace, read_workspace

EVENTS = """
Deaths and births by zone | | | | | |
Data zone code | Registration year | Type of event | Gender | Age group   | No. registered | Remarks
S01900001      | 2021              | Deaths        | Women  | 90 and over | 3              | late
S01900001      | 2021              | Deaths        | Men    | 85 to 89    | 2              |
S01900002      | 2021              | Deaths        | Women  | 90 and over | 0              |
S01900003      | 2021              | Births        | Men    | All ages    | 4              |
"""
PUBLISHED = """
data_zone | year | event | sex    | age_band | count
S01900001 | 2021 | death | female | 90+      | 3
"""
CARE = """
Qtr        | Provider | Where | Ages        | Metric           | Figure
Q4 2020-21 | Ness     | North | Everyone    | Number of People | 40
Q4 2020-21 | Ness     | North | 65 to 74    | Number of People | 10
Q4 2020-21 | Ness     | South | Grown-ups   | Number of People | 30
"""


def space(folder: Path) -> Workspace:
    return read_workspace(country_at(folder / "country"))


def put(workspace: Workspace, name: str, drawing: str = EVENTS) -> Path:
    csv_file(workspace.extracts / name, drawing)
    return Path(name)


# --- proposing ------------------------------------------------------------------------------------


def test_a_file_in_other_words_is_told_for_what_it_is_and_reads_without_a_correction(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    proposed = mapping.propose(workspace, put(workspace, "deaths 2021.csv"))
    assert proposed.fit.kind == "vital_event"
    assert proposed.still == ()
    assert proposed.gives == ("births and deaths, 2021",)
    told = tomllib.loads(proposed.lines)["extracts"]["deaths"]
    assert told["columns"] == {
        "Data zone code": "data_zone", "Registration year": "year", "Type of event": "event", "Gender": "sex",
        "Age group": "age_band", "No. registered": "count",
    }  # fmt: skip
    assert told["values"]["age_band"] == {"90 and over": "90+", "85 to 89": "85-89", "All ages": "all"}
    assert told["ignore"] == ["Remarks"]
    assert told["header_row"] == 2


def test_what_is_not_sure_stands_as_a_line_that_does_nothing(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    proposed = mapping.propose(workspace, put(workspace, "care.csv", CARE), kind="home_care")
    assert '# ? "Grown-ups" = ' in proposed.lines
    assert "Grown-ups" not in tomllib.loads(proposed.lines)["extracts"]["care"]["values"]["age_group"]
    assert any("[extracts.care]" in sentence for sentence in proposed.still)
    assert tomllib.loads(proposed.lines)["extracts"]["care"]["dates"] == {"financial_quarter": "Qn YYYY-YY"}
    marked = [line for line in proposed.lines.splitlines() if line.startswith("# ? ")]
    assert any("Where" in line for line in marked), "a heading may be what is lacking: it is not ignored"


def test_each_line_says_how_sure_it_is_and_why_and_three_kinds_are_named(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    said = "\n".join(mapping.told(mapping.propose(workspace, put(workspace, "deaths.csv"))))
    assert '"Gender" = "sex"    # 100%: called the same; 100% of its words are like ours' in said
    assert said.count("%  ") >= 3


def test_a_file_as_published_needs_no_mapping(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    proposed = mapping.propose(workspace, put(workspace, "events.csv", PUBLISHED))
    assert "Births and deaths" in proposed.known
    assert "needs no mapping" in "\n".join(mapping.told(proposed))


def test_the_fullest_sheet_is_taken_or_the_one_that_is_named(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    workbook(workspace.extracts / "book.xlsx", Notes="Deaths | and\nsee | below", Data=EVENTS)
    assert mapping.propose(workspace, Path("book.xlsx")).looked.sheet == "Data"
    with pytest.raises(ExtractRefused, match="It has 'Notes', 'Data'"):
        mapping.propose(workspace, Path("book.xlsx"), sheet="Dta")


def test_a_file_about_persons_is_refused_and_nothing_of_it_is_shown(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    file = put(workspace, "people.csv", EVENTS.replace("Remarks", "Surname").replace("late", "Sutherland"))
    with pytest.raises(ExtractRefused) as refused:
        mapping.propose(workspace, file)
    assert "column 'Surname': the column is about persons" in str(refused.value)
    assert "Sutherland" not in str(refused.value)


def test_formulas_markup_and_quotation_marks_in_headings_and_words_are_text(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    hostile = EVENTS.replace("Remarks", '=cmd|"x"\n<b>\\'.replace("\n", " ").replace("|", "!")).replace(
        "late", "<i>\x1b[2J"
    )
    said = "\n".join(mapping.told(mapping.propose(workspace, put(workspace, "hostile.csv", hostile))))
    assert "\x1b" not in said
    (own,) = tomllib.loads(mapping.propose(workspace, Path("hostile.csv")).lines)["extracts"].values()
    assert own["ignore"] == ['=cmd!"x" <b>\\']


def test_a_kind_that_takes_no_mapping_and_a_file_that_is_not_there_are_told(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    with pytest.raises(WorkspaceError, match="takes a mapping"):
        mapping.propose(workspace, put(workspace, "deaths.csv"), kind="linked_episode")
    with pytest.raises(WorkspaceError, match="neither here nor in"):
        mapping.propose(workspace, Path("nowhere.csv"))


# --- writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_an_accepted_mapping_stands_at_the_end_and_every_other_byte_as_it_was(tmp_path: Path, ending: str) -> None:
    workspace = space(tmp_path)
    settings = workspace.folder / SETTINGS
    before = settings.read_text(encoding="utf-8").replace("[areas]", "# kept   as it is\n[areas]").replace("\n", ending)
    settings.write_bytes(before.encode())
    file = put(workspace, "deaths.csv")
    workspace = read_workspace(workspace.folder)
    proposed = mapping.write(workspace, mapping.propose(workspace, file), file)
    after = settings.read_bytes().decode()
    assert after.startswith(before.rstrip())
    assert proposed.written
    assert proposed.still == ()
    assert [own.name for own in read_workspace(workspace.folder).mappings] == ["deaths"]
    with pytest.raises(WorkspaceError, match="already"):
        mapping.propose(read_workspace(workspace.folder), file)


def test_a_second_mapping_of_the_same_words_gets_a_name_of_its_own(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    for year in ("2020", "2021"):
        file = put(workspace, f"deaths {year}.csv", EVENTS.replace("2021", year))
        workspace = read_workspace(workspace.folder)
        mapping.write(workspace, mapping.propose(workspace, file), file)
    assert [own.name for own in read_workspace(workspace.folder).mappings] == ["deaths", "deaths_2"]


def test_a_file_elsewhere_is_looked_at_and_said_to_be_missing_among_the_extracts(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    proposed = mapping.propose(workspace, csv_file(tmp_path / "deaths.csv", EVENTS))
    assert any("put it there" in sentence for sentence in proposed.still)


# --- alike ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "ours", "at_least"),
    [("Gender", "sex", 0.99), ("DZ code", "data_zone", 0.7), ("Local Authority", "sending_location", 0.9),
     ("LA", "CA", 0.9), ("No. of people", "count", 0.5), ("Fin Year", "financial_year", 0.7)],
)  # fmt: skip
def test_headings_as_councils_write_them_are_like_ours(theirs: str, ours: str, at_least: float) -> None:
    assert alike(theirs, ours) >= at_least


def test_a_word_that_may_stand_for_two_of_ours_stands_for_none_surely() -> None:
    assert stands_for("Children", ["Children in care", "Children at home"])[1] < 0.8
    assert stands_for("65 to 74 years", ["65-74", "75-84"]) == ("65-74", 0.97)
    assert stands_for("Under 18", ["0-17", "18+"])[0] == "0-17"


def test_british_dates_come_before_american_ones() -> None:
    assert dates_of(Column("Day", ("01/02/2024", "03/04/2024"), 0.0))[0] == "DD/MM/YYYY"
    assert dates_of(Column("Day", ("01/13/2024", "03/24/2024"), 0.0))[0] == "M/D/YYYY"


# --- wide tables ----------------------------------------------------------------------------------

WIDE = """
Home care return of the council | | | | |
Quarter    | Council  | Area | Age group | No. of people getting home care | Total hrs | Remarks
2020/21 Q3 | Norrland | Holm | All Ages  | 40                              | 200       | late
2020/21 Q4 | Norrland | Holm | All Ages  | 45                              | 250       |
"""
BY_AGE = """
Quarter    | Council  | Area | Measure          | Total | Under 18 | 65 to 74 | 75-84 | Grown-up | Remarks
2020/21 Q3 | Norrland | Holm | Number of People | 40    | 5        | 10       | 15    | 10       | late
2020/21 Q4 | Norrland | Holm | Number of People | 45    | 5        | 10       | 20    | 10       |
"""
BY_QUARTER = """
Council  | Area | Age group | Measure          | Q3 2020/21 | Q4 2020/21
Norrland | Holm | All Ages  | Number of People | 40         | 45
Norrland | Ness | All Ages  | Number of People | 30         | 35
"""
HOUSEHOLDS = """
Council area | 2019 | 2020 | 2021
Holm         | 100  | 105  | 110
Ness         | 200  | 205  | 210
"""


def lines_of(tmp_path: Path, drawing: str, kind: str | None = None) -> mapping.Proposed:
    workspace = space(tmp_path)
    return mapping.propose(workspace, put(workspace, "care.csv", drawing), kind=kind)


def test_measures_across_the_top_are_rows_of_ours_and_need_no_correction(tmp_path: Path) -> None:
    proposed = lines_of(tmp_path, WIDE)
    assert proposed.fit.kind == "home_care"
    assert proposed.still == ()
    told = tomllib.loads(proposed.lines)["extracts"]["care"]
    assert told["spread"] == {
        "into": "value",
        "columns": {
            "No. of people getting home care": {"measure": "Number of People"},
            "Total hrs": {"measure": "Number of Hours"},
        },
    }
    assert told["ignore"] == ["Remarks"]
    assert '"Total hrs" = { measure = "Number of Hours" }    # 97%' in proposed.lines
    assert proposed.as_dict()["spread"]["sets"] == "measure"


def test_a_heading_across_that_is_not_sure_stands_as_a_line_that_does_nothing(tmp_path: Path) -> None:
    proposed = lines_of(tmp_path, BY_AGE.replace("Grown-up", "Age unknown to us"))
    told = tomllib.loads(proposed.lines)["extracts"]["care"]["spread"]["columns"]
    assert {heading: words["age_group"] for heading, words in told.items()} == {
        "Total": "All Ages", "Under 18": "0-17 years", "65 to 74": "65-74 years", "75-84": "75-84 years",
        "Age unknown to us": "Unknown",
    }  # fmt: skip
    proposed = lines_of(tmp_path / "again", BY_AGE.replace("Grown-up", "65-74 (men)"))
    assert '# ? "65-74 (men)" = ' in proposed.lines
    assert any("65-74 (men)" in sentence for sentence in proposed.still)


def test_quarters_across_the_top_are_told_in_our_form(tmp_path: Path) -> None:
    told = tomllib.loads(lines_of(tmp_path, BY_QUARTER).lines)["extracts"]["care"]["spread"]["columns"]
    assert told == {f"Q{n} 2020/21": {"financial_quarter": f"2020/21 Q{n}"} for n in (3, 4)}


def test_years_across_the_top_leave_open_into_which_of_two_columns_they_go(tmp_path: Path) -> None:
    proposed = lines_of(tmp_path, HOUSEHOLDS, "household_estimate")
    assert '# ? into = "' in proposed.lines
    assert any("misses 'into'" in sentence for sentence in proposed.still)
    told = tomllib.loads(proposed.lines)["extracts"]["care"]["spread"]["columns"]
    assert told == {str(year): {"Year": str(year)} for year in (2019, 2020, 2021)}
    proposed = lines_of(tmp_path / "again", HOUSEHOLDS.replace("2019 |", "Households 2019 |"), "household_estimate")
    assert '\ninto = "Households"' in proposed.lines


def test_thousands_of_all_that_stands_across_are_units_of_where_it_goes(tmp_path: Path) -> None:
    drawing = WIDE.replace("getting home care", "(000s)").replace("Total hrs", "Hours (000s)")
    assert tomllib.loads(lines_of(tmp_path, drawing).lines)["extracts"]["care"]["units"] == {"value": "thousands"}
    assert "units" not in lines_of(tmp_path / "again", drawing.replace("Hours (000s)", "Hours")).lines


def test_the_layout_of_which_the_file_has_every_column_comes_before_one_that_lacks_one(tmp_path: Path) -> None:
    """'Council area' may be either of two of ours, and is one of them all the same."""
    drawing = """
    Quarter    | Council area | Locality | Age      | No. of people getting home care | Total hrs
    Q4 2020-21 | Ness         | North    | All ages | 40                              | 800.5
    Q4 2020-21 | Ness         | South    | All ages | 30                              | 620
    """
    fit = lines_of(tmp_path, drawing).fit
    assert (fit.kind, fit.layout.name) == ("home_care", "home care by locality")


def test_a_long_file_is_not_spread(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    for name, drawing in (("events.csv", EVENTS), ("care.csv", CARE)):
        assert "spread" not in mapping.propose(workspace, put(workspace, name, drawing)).lines


def test_an_accepted_spread_is_written_and_read(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    file = put(workspace, "care.csv", WIDE)
    workspace = read_workspace(workspace.folder)
    proposed = mapping.write(workspace, mapping.propose(workspace, file), file)
    assert proposed.still == ()
    assert proposed.gives == ("home care by locality, 2020/21 Q3", "home care by locality, 2020/21 Q4")


@pytest.mark.parametrize(
    ("heading", "ours", "asked", "expected"),
    [("No. of people getting home care", "measure", ("Number of People", "Number of Hours"), "Number of People"),
     ("Hours", "measure", ("Number of People", "Number of Hours"), "Number of Hours"),
     ("Clients aged 75 to 84", "age", ("65-74 years", "75-84 years"), "75-84 years"),
     ("Females", "sex", ("Female", "Male"), "Female")],
)  # fmt: skip
def test_a_heading_says_a_word_of_ours_among_others(
    heading: str, ours: str, asked: tuple[str, ...], expected: str
) -> None:
    word, score = says(heading, ours, Asked("text", asked))
    assert word == expected
    assert score >= SURE_WORD


def test_a_heading_that_says_two_words_or_none_says_nothing_surely() -> None:
    measures = Asked("text", ("Number of People", "Number of Hours"))
    assert says("Hours of people", "measure", measures)[1] < SURE_WORD
    assert says("Remarks", "measure", measures)[1] < SURE_WORD
    assert says("2019 to 2020", "Year", Asked("number"))[1] == 0
    assert says("2019", "count", Asked("number"))[1] == 0


# --- what is printed ------------------------------------------------------------------------------


def test_a_kind_that_the_person_named_is_not_told_as_found(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    said = "\n".join(mapping.told(mapping.propose(workspace, put(workspace, "deaths.csv"), kind="vital_event")))
    assert "You said that it is vital_event" in said
    assert "% alike." in said
    assert "looks most like" not in said
    assert "Another kind?" not in said


def test_a_file_that_is_like_nothing_is_told_so(tmp_path: Path) -> None:
    workspace = space(tmp_path)
    drawing = "Colour | Mood | Smell\nred | glad | rose\nblue | sad | tar"
    said = "\n".join(mapping.told(mapping.propose(workspace, put(workspace, "moods.csv", drawing))))
    assert "Nothing that is known is much like it." in said
    assert "--as KIND" in said
    assert "looks most like" not in said
