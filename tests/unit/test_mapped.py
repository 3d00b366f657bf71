"""A partnership's own columns, words, units and dates: through a mapping they say what the published layout says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from drawn import empty
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import csv_file, rows, workbook
from small_country import country_at

from locality_profiles import building
from locality_profiles.curate.staging import extract_table, stage_file
from locality_profiles.errors import ExtractRefused, WorkspaceError
from locality_profiles.publish.quality import read_report
from locality_profiles.sources import read_extract
from locality_profiles.sources._mapped import problems_of, read_mapped
from locality_profiles.tables.own_columns import OwnColumns, Spread
from locality_profiles.tables.store import Store, connect
from locality_profiles.workspace import Workspace, read_workspace

STANDARD = """
data_zone | year | event | sex    | age_band | count
S01900001 | 2021 | death | female | 90+      | 3
S01900001 | 2021 | death | male   | 85-89    | 2
S01900002 | 2021 | death | female | 90+      | 0
S01900003 | 2021 | birth | male   | all      | 4
"""
OURS = """
Deaths and births, for the registrar |      |        |       |         |                |      |
Zone        | Registered | What   | Sex   | Age group | Number (00s) | Remarks        | Area
S01900001   | 2021       | Deaths | Women | 90 plus   | 0.03         | late           | East
S01900001   | 2021       | Deaths | Men   | 85-89     | 0.02         |                | East
S01900002   | 2021       | Deaths | Women | 90 plus   | 0            |                | East
S01900003   | 2021       | Births | Men   | all       | 0.04         |                | East
All         | 2021       | Deaths | Women | 90 plus   | 0.03         |                | Total
"""
SETTINGS = """
[extracts.registrar]
files = ["registrar*"]
as = "vital_event"
header_row = 2
ignore = ["Remarks"]
columns = { "Zone" = "data_zone", "Registered" = "year", "What" = "event", "Sex" = "sex", "Age group" = "age_band", \
"Number (00s)" = "count" }
units = { count = "hundreds" }
leave_out = { "Area" = ["Total"] }
[extracts.registrar.values]
event = { "Deaths" = "death", "Births" = "birth" }
sex = { "women" = "female", "Men" = "male" }
age_band = { "90 plus" = "90+" }
"""
COUNTED = ("block_code", "period_start", "measure_code", "service_code", "sex", "age_band", "value", "status")


def declared(folder: Path, text: str = SETTINGS) -> Workspace:
    """A small country whose profiles.toml says this besides."""
    place = country_at(folder / f"country{len(list(folder.glob('country*')))}")
    with (place / "profiles.toml").open("a", encoding="utf-8") as written:
        written.write(text)
    return read_workspace(place)


def own_of(text: str, folder: Path) -> OwnColumns:
    (own,) = declared(folder, text).mappings
    return own


def said(folder: Path, text: str) -> str:
    with pytest.raises(WorkspaceError) as refused:
        building.ensure_mappings(space := declared(folder, text), space.extract_files())
    return str(refused.value)


# --- the same figures -----------------------------------------------------------------------------


def test_through_a_mapping_a_file_says_what_the_published_layout_says(tmp_path: Path) -> None:
    (published,) = read_extract(csv_file(tmp_path / "events.csv", STANDARD))
    own = own_of(SETTINGS, tmp_path)
    (read,) = read_mapped(csv_file(tmp_path / "registrar.csv", OURS), "registrar.csv", own)
    assert rows(read.curated.tables["activity"], *COUNTED) == rows(published.curated.tables["activity"], *COUNTED)
    assert read.curated.claims == published.curated.claims
    assert read.raw.notes == ("rows left out by [extracts.registrar], where 'Area' is 'Total': 1",)


def test_a_sheet_of_a_workbook_is_mapped_and_other_sheets_are_left_alone(tmp_path: Path) -> None:
    book = workbook(tmp_path / "registrar.xlsx", Notes="Deaths | and | births\nsee | next | sheet", Data=OURS)
    own = own_of(SETTINGS.replace("header_row = 2", 'sheet = "data"'), tmp_path)
    (read,) = read_mapped(book, "registrar.xlsx", own)
    assert read.raw.sheet == "Data"
    assert sum(read.curated.tables["activity"]["value"].to_pylist()) > 0


def test_what_a_file_does_not_say_a_constant_says(tmp_path: Path) -> None:
    short = "\n".join(line.partition("|")[0] + "|" + line.split("|", 2)[2] for line in STANDARD.strip().splitlines())
    text = """
[extracts.events]
files = ["events.csv"]
as = "vital_event"
columns = { data_zone = "data_zone", event = "event", sex = "sex", age_band = "age_band", count = "count" }
constants = { year = "2021" }
"""
    (read,) = read_mapped(csv_file(tmp_path / "events.csv", short), "events.csv", own_of(text, tmp_path))
    assert {told[0] for told in rows(read.curated.tables["activity"], "period_start")} == {date(2021, 1, 1)}


ZONES = st.sampled_from(["S01900001", "S01900002", "S01900003"])
BANDS = ["0", "1-4", "85-89", "90+"]


@settings(max_examples=25)
@given(
    st.dictionaries(st.tuples(ZONES, st.sampled_from(["female", "male"]), st.sampled_from(BANDS)),
                    st.integers(0, 99_999), min_size=1, max_size=12),
    st.permutations(["data_zone", "year", "event", "sex", "age_band", "count"]),
    st.lists(st.text("abcdeXYZ ()-%£", min_size=1, max_size=8), min_size=6, max_size=6,
             unique_by=lambda heading: " ".join(heading.split()).casefold()),
    st.sampled_from([("thousands", Decimal(1000)), ("hundreds", Decimal(100)), ("percent", Decimal("0.01")),
                     ("share", Decimal(100)), ("", Decimal(1))]),
    st.permutations(BANDS),
)  # fmt: skip
def test_counts_are_conserved_whatever_columns_are_called_and_however_they_stand(
    tmp_path_factory: Any, counts: dict[Any, int], order: list[str], headings: list[str], unit: Any, words: list[str]
) -> None:
    """Renamed, put in another order, with other words for age bands (even ours, exchanged) and in other units."""
    if any(not heading.strip() for heading in headings):
        headings = [f"column {n}" for n in range(6)]
    folder = tmp_path_factory.mktemp("mapped")
    theirs = dict(zip(BANDS, words, strict=True))
    table = [{"data_zone": zone, "year": "2021", "event": "death", "sex": sex, "age_band": band, "count": count}
             for (zone, sex, band), count in counts.items()]  # fmt: skip
    name = dict(zip(order, headings, strict=True))
    own = OwnColumns(
        "x", ("x.csv",), "vital_event", columns={name[ours].strip(): ours for ours in order},
        values={"age_band": {word: band for band, word in theirs.items()}}, units={"count": unit[0]} if unit[0] else {},
    )  # fmt: skip
    written = [
        {**row, "age_band": theirs[row["age_band"]], "count": f"{Decimal(row['count']) / unit[1]:f}"} for row in table
    ]
    plain = _written(folder / "plain.csv", table, {ours: ours for ours in order}, sorted(order))
    (published,) = read_extract(plain)
    (read,) = read_mapped(_written(folder / "x.csv", written, name, order), "x.csv", own)
    assert rows(read.curated.tables["activity"], *COUNTED) == rows(published.curated.tables["activity"], *COUNTED)


def _written(path: Path, table: list[dict[str, Any]], name: dict[str, str], order: list[str]) -> Path:
    import csv

    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[name[ours] for ours in order], *([row[ours] for ours in order] for row in table)])
    return path


# --- what is wrong is told by the file's own headings ---------------------------------------------


def refused(folder: Path, drawing: str, text: str = SETTINGS) -> str:
    own = own_of(text, folder)
    with pytest.raises(ExtractRefused) as found:
        read_mapped(csv_file(folder / "registrar.csv", drawing), "registrar.csv", own)
    return "\n".join(problem.sentence() for problem in found.value.problems)


def test_a_wrong_cell_is_told_by_the_partnerships_own_heading_and_row(tmp_path: Path) -> None:
    told = refused(tmp_path, OURS.replace("| Men   | 85-89", "| Gents | 85-89"))
    assert "registrar.csv, row 4, column 'Sex': found 'Gents'" in told
    assert "[extracts.registrar.values.sex]" in told


def test_rows_that_stand_twice_are_told_by_their_own_headings(tmp_path: Path) -> None:
    told = refused(
        tmp_path,
        OURS.replace(
            "S01900001   | 2021       | Deaths | Men   | 85-89", "S01900001 | 2021 | Deaths | Women | 90 plus"
        ),
    )
    assert "the same Zone, Registered, What, Sex, Age group stands in more than one row" in told


def test_a_heading_that_is_not_there_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    told = refused(tmp_path, OURS.replace("Age group", "Age groups"))
    assert "column 'Age group'" in told
    assert "there is a column 'Age groups'" in told


def test_a_column_that_nobody_spoke_of_is_refused(tmp_path: Path) -> None:
    told = refused(tmp_path, OURS, SETTINGS.replace('ignore = ["Remarks"]', ""))
    assert "column 'Remarks': the column stands neither under columns nor under ignore of [extracts.registrar]" in told


def test_all_others_may_be_ignored_in_so_many_words(tmp_path: Path) -> None:
    own = own_of(SETTINGS.replace('["Remarks"]', '["*"]'), tmp_path)
    assert read_mapped(csv_file(tmp_path / "registrar.csv", OURS), "registrar.csv", own)


def test_a_column_about_persons_is_refused_even_if_it_is_ignored_and_never_shown(tmp_path: Path) -> None:
    told = refused(tmp_path, OURS.replace("Remarks       ", "CHI number    ").replace("late", "0101302983"))
    assert "column 'CHI number': the column is about persons" in told
    assert "0101302983" not in told
    told = refused(tmp_path, OURS.replace("late", "0101302983"))
    assert "column 'Remarks': the column holds what look like CHI numbers" in told
    assert "0101302983" not in told


def test_headings_and_words_that_look_like_formulas_or_markup_are_text(tmp_path: Path) -> None:
    drawing = OURS.replace("Zone   ", "=1+1   ").replace("| Sex ", "| <b>Sex</b> ").replace("Women", "=SUM(A1)")
    text = SETTINGS.replace('"Zone"', '"=1+1"').replace('"Sex" =', '"<b>Sex</b>" =').replace('"women"', '"=SUM(A1)"')
    (read,) = read_mapped(csv_file(tmp_path / "registrar.csv", drawing), "registrar.csv", own_of(text, tmp_path))
    assert sum(value for (value,) in rows(read.curated.tables["activity"], "value")) > 0


def test_a_hidden_character_in_a_heading_is_no_other_heading(tmp_path: Path) -> None:
    (read,) = read_mapped(csv_file(tmp_path / "registrar.csv", OURS.replace("Age group", "Age\u200b group")),
                          "registrar.csv", own_of(SETTINGS, tmp_path))  # fmt: skip
    assert len(read.raw) == 4


def test_dates_and_quarters_are_read_as_the_mapping_says(tmp_path: Path) -> None:
    text = """
[extracts.care]
files = ["care.csv"]
as = "home_care"
layout = "home care by locality"
columns = { "Quarter" = "financial_quarter", "Area" = "locality", "Age" = "age_group", "People" = "value" }
constants = { sending_location = "Norrland", measure = "Number of People" }
dates = { financial_quarter = "Qn YYYY-YY" }
"""
    drawing = "Quarter | Area | Age | People\nQ4 2020-21 | Holm | All Ages | 40"
    (read,) = read_mapped(csv_file(tmp_path / "care.csv", drawing), "care.csv", own_of(text, tmp_path))
    assert read.curated.claims == ("home care by locality, 2020/21 Q4",)
    bad = csv_file(tmp_path / "care.csv", drawing.replace("Q4 2020-21", "Q4 2020-22"))
    with pytest.raises(ExtractRefused) as found:
        read_mapped(bad, "care.csv", own_of(text, tmp_path))
    assert "found 'Q4 2020-22' where [extracts.care] says that dates are written Qn YYYY-YY" in str(found.value)


# --- the declaration ------------------------------------------------------------------------------

WRONG = [
    ('as = "vital_event"', 'as = "vital_events"', "Did you mean 'vital_event'?"),
    ('"Registered" = "year"', '"Registered" = "yeer"', "Did you mean 'year'?"),
    ('"Registered" = "year", ', "", "gives no column 'year'"),
    ('units = { count = "hundreds" }', 'units = { count = "dozens" }', "has the unit 'dozens'"),
    ('units = { count = "hundreds" }', 'units = { people = "hundreds" }', "to which no column is mapped"),
    ('units = { count = "hundreds" }', 'dates = { year = "soon" }', "which is no form"),
    ('ignore = ["Remarks"]', 'ignore = ["zone"]', "more than once"),
    ("header_row = 2", "header_row = 0", "counted from 1"),
    ("header_row = 2", "header_rows = 2", "Did you mean 'header_row'?"),
    ('"Men" = "male"', '"Men" = 1', "should be text in quotes"),
    ('files = ["registrar*"]', 'files = ["../registrar*"]', "no pattern of files"),
    ('files = ["registrar*"]', 'files = ["nowhere*"]', "are not among the extracts"),
    ("[extracts.registrar]", "[extracts.Registrar]", "small letters"),
    ('as = "vital_event"', 'as = "linked_episode"', "takes no mapping"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "written", "expected"), WRONG, ids=[expected for _, _, expected in WRONG])
def test_what_is_wrong_with_a_mapping_is_told_with_its_line(
    tmp_path: Path, was: str, written: str, expected: str
) -> None:
    assert was in SETTINGS
    text = SETTINGS.replace(was, written)
    if "[extracts.Registrar]" in text:
        text = text.replace("extracts.registrar", "extracts.Registrar")
    told = said(tmp_path, text)
    assert expected in told
    assert "profiles.toml, line " in told


def test_a_mapping_without_fault_has_no_problem(tmp_path: Path) -> None:
    assert problems_of(own_of(SETTINGS, tmp_path)) == []


def test_two_mappings_may_not_name_one_file(tmp_path: Path) -> None:
    space = declared(tmp_path, SETTINGS + SETTINGS.replace("registrar]", "again]").replace("registrar.v", "again.v"))
    csv_file(space.extracts / "registrar.csv", OURS)
    with pytest.raises(WorkspaceError, match=r"registrar.csv is named by \[extracts.registrar\] and by"):
        building.ensure_mappings(space, space.extract_files())


# --- in a build -----------------------------------------------------------------------------------


def test_a_changed_mapping_is_another_plan_and_reads_the_file_again(tmp_path: Path) -> None:
    space = declared(tmp_path)
    path = csv_file(space.extracts / "registrar.csv", OURS)
    plan = building.plan_of(space)
    first = building.stage_one(space, path)
    assert building.stage_one(space, path).reused
    text = (space.folder / "profiles.toml").read_text(encoding="utf-8").replace('"hundreds"', '"thousands"')
    (space.folder / "profiles.toml").write_text(text, encoding="utf-8")
    changed = read_workspace(space.folder)
    assert building.plan_of(changed) != plan
    again = building.stage_one(changed, path)
    assert not again.reused
    total = [sum(pq.read_table(file.parts[0].tables["activity"].path)["value"].to_pylist()) for file in (first, again)]
    assert total[1] == 10 * total[0]


def test_the_table_of_extracts_says_which_mapping_was_used(tmp_path: Path) -> None:
    own = own_of(SETTINGS, tmp_path)
    store = Store(tmp_path / "store")
    path = csv_file(tmp_path / "registrar.csv", OURS)
    for _ in range(2):  # as it was read, and as it was found again
        table = extract_table([stage_file(path, path.name, store, own=own)])
        assert table["mapping"].to_pylist() == ["registrar"]
    assert (
        extract_table([stage_file(csv_file(tmp_path / "p.csv", STANDARD), "p.csv", store)])["mapping"][0].as_py()
        is None
    )


def test_the_page_of_data_quality_is_told_which_mapping_was_used(tmp_path: Path) -> None:
    space = declared(tmp_path)
    csv_file(space.extracts / "registrar.csv", OURS)
    extract = building.settle_extracts(space, building.stage_all(space))
    with connect() as connection:
        told = read_report(connection, {"extract": extract, **empty(tmp_path, "check_result", "membership")})
    assert {row["file"]: row["mapping"] for row in told["extracts"] if row["mapping"]} == {"registrar.csv": "registrar"}


# --- several columns that are rows of ours --------------------------------------------------------

RETURN = """
Home care, every quarter  |      |          |                                 |           |
Quarter    | Area | Age      | No. of people getting home care | Total hrs | Remarks
2020/21 Q3 | Holm | All Ages | 40                              | 200       | late
2020/21 Q3 | Ness | All Ages | 30                              | *         |
2020/21 Q4 | Holm | All Ages | 45                              | 250       |
"""
LONG = """
financial_quarter | sending_location | locality | age_group | measure          | value
2020/21 Q3        | Norrland         | Holm     | All Ages  | Number of People | 40
2020/21 Q3        | Norrland         | Holm     | All Ages  | Number of Hours  | 200
2020/21 Q3        | Norrland         | Ness     | All Ages  | Number of People | 30
2020/21 Q3        | Norrland         | Ness     | All Ages  | Number of Hours  | *
2020/21 Q4        | Norrland         | Holm     | All Ages  | Number of People | 45
2020/21 Q4        | Norrland         | Holm     | All Ages  | Number of Hours  | 250
"""
WIDE = """
[extracts.care]
files = ["care*"]
as = "home_care"
layout = "home care by locality"
ignore = ["Remarks"]
columns = { "Quarter" = "financial_quarter", "Area" = "locality", "Age" = "age_group" }
constants = { sending_location = "Norrland" }
[extracts.care.spread]
into = "value"
[extracts.care.spread.columns]
"No. of people getting home care" = { measure = "Number of People" }
"Total hrs" = { measure = "Number of Hours" }
"""
CARED = ("place_name", "period_start", "measure_code", "age_band", "value", "status")


def read_wide(folder: Path, drawing: str = RETURN, text: str = WIDE) -> Any:
    (read,) = read_mapped(csv_file(folder / "care.csv", drawing), "care.csv", own_of(text, folder))
    return read


def refused_wide(folder: Path, drawing: str, text: str = WIDE) -> list[str]:
    with pytest.raises(ExtractRefused) as found:
        read_wide(folder, drawing, text)
    return [problem.sentence() for problem in found.value.problems]


def test_columns_that_are_spread_say_what_the_rows_of_a_long_file_say(tmp_path: Path) -> None:
    (published,) = read_extract(csv_file(tmp_path / "long.csv", LONG))
    read = read_wide(tmp_path)
    assert rows(read.curated.tables["activity"], *CARED) == rows(published.curated.tables["activity"], *CARED)
    assert read.curated.claims == published.curated.claims
    assert read.raw.row_numbers.tolist() == [3, 3, 4, 4, 5, 5]
    assert read.raw.notes == ()


MEN_AND_WOMEN = ["female", "male"]


@settings(max_examples=25)
@given(
    st.dictionaries(st.tuples(ZONES, st.sampled_from(MEN_AND_WOMEN), st.sampled_from(BANDS)), st.integers(0, 99_999),
                    min_size=1, max_size=12),
    st.sampled_from([("sex",), ("age_band",), ("sex", "age_band")]),
)  # fmt: skip
def test_whatever_stands_across_the_top_no_count_is_lost_and_none_is_made(
    tmp_path_factory: Any, counts: dict[Any, int], across: tuple[str, ...]
) -> None:
    """A table turned so that sexes, ages or both stand across; where there was no row there is an empty cell."""
    folder = tmp_path_factory.mktemp("wide")
    keys = ("data_zone", "sex", "age_band")
    long = [dict(zip(keys, key, strict=True)) | {"year": "2021", "event": "death", "count": count}
            for key, count in counts.items()]  # fmt: skip
    (published,) = read_extract(_written(folder / "long.csv", long, {name: name for name in long[0]}, list(long[0])))
    sets = {" ".join(row[name] for name in across): {name: row[name] for name in across} for row in long}
    kept = [name for name in ("data_zone", "sex", "age_band", "year", "event") if name not in across]
    wide: dict[Any, dict[str, Any]] = {}
    for row in long:
        line = wide.setdefault(tuple(row[name] for name in kept), {name: row[name] for name in kept})
        line[" ".join(row[name] for name in across)] = row["count"]
    order = [*kept, *sets]
    written = [dict.fromkeys(order, "") | line for line in wide.values()]
    own = OwnColumns(
        "x", ("x.csv",), "vital_event", columns={name: name for name in kept}, spread=Spread("count", sets)
    )
    path = _written(folder / "x.csv", written, {name: name for name in order}, order)
    (read,) = read_mapped(path, "x.csv", own)
    assert rows(read.curated.tables["activity"], *COUNTED) == rows(published.curated.tables["activity"], *COUNTED)
    empty = sum(cell == "" for line in written for cell in line.values())
    assert read.raw.notes == ((f"empty cells of [extracts.x.spread], which make no row: {empty}",) if empty else ())


def test_an_empty_cell_is_not_supplied_where_a_long_file_may_say_so(tmp_path: Path) -> None:
    read = read_wide(tmp_path, RETURN.replace("| *  ", "|    "))
    told = rows(read.curated.tables["activity"], "place_name", "measure_code", "value", "status")
    assert ("Ness", "HOURS", None, "not_available") in told
    assert len(told) == 6


def test_a_column_that_nobody_filled_in_yet_makes_no_row(tmp_path: Path) -> None:
    drawing = RETURN.replace("| 200 ", "|  ").replace("| *  ", "|  ").replace("| 250 ", "|  ")
    read = read_wide(tmp_path, drawing)
    assert rows(read.curated.tables["activity"], "measure_code") == [("N_PEOPLE",)] * 3
    assert read.raw.notes == ("columns of [extracts.care.spread] that are empty and make no row: 'Total hrs'",)


def test_a_file_of_places_across_the_top_keeps_the_country_apart(tmp_path: Path) -> None:
    """Rows of one number are about several places: which is the country is told by place, not by row."""
    ages = [*map(str, range(90)), "90 and over"]
    long = "\n".join(f"{area} | 2020 | Persons | {age} | {count}" for area, count in (("Scotland", 5), ("Fife", 2))
                     for age in ages)  # fmt: skip
    wide = "\n".join(f"2020 | Persons | {age} | 5 | 2" for age in ages)
    text = """
[extracts.people]
files = ["people.csv"]
as = "area_population"
layout = "long table of councils"
columns = { "Year" = "Year", "Sex" = "Sex", "Age" = "Age" }
spread = { into = "Population", columns = { "Scotland" = { Area = "Scotland" }, "Fife" = { Area = "Fife" } } }
"""
    (published,) = read_extract(csv_file(tmp_path / "long.csv", f"Area | Year | Sex | Age | Population\n{long}"))
    path = csv_file(tmp_path / "people.csv", f"Year | Sex | Age | Scotland | Fife\n{wide}")
    (read,) = read_mapped(path, "people.csv", own_of(text, tmp_path))
    asked = ("block_type", "place_name", "age", "persons")
    assert rows(read.curated.tables["population"], *asked) == rows(published.curated.tables["population"], *asked)


def test_a_wrong_cell_of_a_spread_column_is_told_by_its_own_heading_and_row(tmp_path: Path) -> None:
    told = refused_wide(tmp_path, RETURN.replace("| 200 ", "| many ").replace("| 45 ", "| few "))
    assert [sentence.partition(" where")[0] for sentence in told] == [
        "care.csv, row 3, column 'Total hrs': found 'many'",
        "care.csv, row 5, column 'No. of people getting home care': found 'few'",
    ]
    assert all("[extracts.care.values.value]" in sentence for sentence in told)


def test_a_wrong_cell_beside_them_is_told_once(tmp_path: Path) -> None:
    (told,) = refused_wide(tmp_path, RETURN.replace("2020/21 Q3 | Ness | All Ages", "2020/21 Q3 | Ness | Old"))
    assert told.startswith("care.csv, row 4, column 'Age': found 'Old'")


def test_rows_that_stand_twice_are_told_with_what_is_set(tmp_path: Path) -> None:
    (told,) = refused_wide(tmp_path, RETURN.replace("2020/21 Q4", "2020/21 Q3"))
    assert told.startswith("care.csv, rows 3, 5, column 'Quarter': the same Quarter, sending_location (a constant of")
    assert "Area, Age, measure (of [extracts.care.spread]) stands in more than one row" in told


def test_a_heading_that_is_spread_must_be_there_and_be_one(tmp_path: Path) -> None:
    (told,) = refused_wide(tmp_path, RETURN.replace("Total hrs", "Total hours"))
    assert "column 'Total hrs': the column is missing, which [extracts.care] spreads into 'value'" in told
    assert "there is a column 'Total hours'" in told
    told = refused_wide(tmp_path, RETURN.replace("Remarks", "Total hrs"))
    assert any("column 'Total hrs': the column stands more than once" in sentence for sentence in told)


def test_units_and_words_hold_for_the_cells_that_are_spread(tmp_path: Path) -> None:
    text = WIDE.replace("[extracts.care.spread]", 'units = { value = "hundreds" }\nvalues = { value = { "-" = "*" } }\n'
                        "[extracts.care.spread]")  # fmt: skip
    drawing = RETURN.replace("| *  ", "| -  ").replace("| 40 ", "| 0.4 ")
    read = read_wide(tmp_path, drawing, text)
    told = rows(read.curated.tables["activity"], "place_name", "period_start", "measure_code", "value", "status")
    assert ("Holm", date(2020, 10, 1), "N_PEOPLE", 40.0, "rounded") in told
    assert ("Ness", date(2020, 10, 1), "HOURS", None, "suppressed") in told
    assert ("Holm", date(2021, 1, 1), "HOURS", 25_000.0, "rounded") in told


def test_a_changed_spread_is_another_meaning() -> None:
    read = [
        OwnColumns("x", ("x",), "home_care", spread=Spread(into, {"A": {"measure": word}})).meaning()
        for into, word in (("value", "Number of People"), ("value", "Number of Hours"), ("rate", "Number of People"))
    ]
    assert read[0]["spread"] == {"into": "value", "columns": {"A": {"measure": "Number of People"}}}
    assert read[0] != read[1] != read[2] != read[0]


HOURS = '"Total hrs" = { measure = "Number of Hours" }'
WRONG_SPREADS = [
    (HOURS, '"Total hrs" = { mesure = "Number of Hours" }', "sets mesure for 'Total hrs', and measure for another"),
    (HOURS, '"Total hrs" = { mesure = "Number of Hours" }', "'mesure' and 'measure' may be one"),
    ("measure =", "mesure =", "Did you mean 'measure'?"),
    (HOURS, '"Total hrs" = { measure = "Numbr of Hours" }', "Did you mean 'Number of Hours'?"),
    (HOURS, '"Total hrs" = { measure = "Number of People" }', "sets the same for 'Total hrs' as for 'No. of people"),
    (HOURS, '"Total hrs" = {}', "sets nothing for 'Total hrs'"),
    (HOURS, '"Total hrs" = "Number of Hours"', "should be a table of our columns and words"),
    (HOURS, '"Total hrs" = { measure = 2 }', "should be text in quotes"),
    (HOURS, HOURS.replace("Total hrs", "area"), "names the heading 'Area' more than once"),
    ('into = "value"', 'into = "valu"', "Did you mean 'value'?"),
    ('into = "value"', 'in = "value"', "Did you mean 'into'?"),
    ('into = "value"', 'into = "locality"', "gives 'locality' more than once"),
    ('into = "value"', "", "[extracts.care.spread] misses 'into'"),
    ("constants = {", 'constants = { measure = "Number of People",', "gives 'measure' more than once"),
    ("constants =", 'values = { measure = { "A" = "B" } }\nconstants =', "under values, which spread sets"),
    ("constants =", 'units = { measure = "hundreds" }\nconstants =', "under units, which spread sets"),
    ("measure =", "financial_quarter =", "gives 'financial_quarter' more than once"),
    (WIDE[WIDE.index('"No. of'):], "", "[extracts.care.spread] spreads no column"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "written", "expected"), WRONG_SPREADS, ids=[wrong[2] for wrong in WRONG_SPREADS])
def test_what_is_wrong_with_a_spread_is_told_with_its_line(
    tmp_path: Path, was: str, written: str, expected: str
) -> None:
    assert was in WIDE
    told = said(tmp_path, WIDE.replace(was, written))
    assert expected in told
    assert "profiles.toml, line " in told


def test_a_spread_without_fault_has_no_problem(tmp_path: Path) -> None:
    assert problems_of(own_of(WIDE, tmp_path)) == []
