"""The needs assessment of a partnership: chapters as they are declared, filled from drawn tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drawn_assessment import FACTS, assessment
from drawn_needs import ISLES, NORTH, SOUTH

from locality_profiles.errors import DefinitionError
from locality_profiles.publish.assessment import (
    MAKERS,
    Assessment,
    Content,
    Of,
    assessment_of,
    chapters,
    parts_of,
    see,
)
from locality_profiles.publish.glance import framework_tables
from locality_profiles.publish.sheets import Sheet
from locality_profiles.publish.words import Words
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.store import connect

PARTNERSHIP, AREAS = ("hscp", ISLES), (("locality", NORTH), ("locality", SOUTH))
NAMES = {PARTNERSHIP: "Isles", AREAS[0]: "North", AREAS[1]: "South"}
PAGES = {PARTNERSHIP: "areas/isles.html", AREAS[0]: "areas/north.html", AREAS[1]: "areas/south.html"}
SAID = {
    PARTNERSHIP: {"profile": Words(["The isles have 23,000 people."]), "hospital": Words(["Admissions are fewer."])},
    AREAS[0]: {"hospital": Words(["Admissions are higher in North."])},
}
#: People to come by method, year and band: 100 now, 90 in the end; of 75 and over 10, then 15 and 5.
PEOPLE = [
    {"area_type": kind, "area_code": code, "variant": "principal", "method": method, "base_year": 2021, "year": year,
     "sex": "all", "age_band": band, "persons": float(people), "lower": 80.0, "upper": 99.0,
     "range_from": "past_errors", "status": "estimated"}
    for kind, code in (PARTNERSHIP, *AREAS) for method in ("fitted", "simple")
    for year, band, people in ((2021, "all", 100), (2041, "all", 90), (2021, "75-84", 10), (2041, "75-84", 15),
                               (2021, "85+", 0), (2041, "85+", 5))
]  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("tables")
    found = {**assessment(), "indicator": FACTS["indicator"], "projection_band": PEOPLE}
    for name, rows in found.items():
        pq.write_table(pa.Table.from_pylist(rows, schema=CONTRACTS[name].schema), folder / f"{name}.parquet")
    return {path.stem: path for path in folder.glob("*.parquet")}


@pytest.fixture
def of(tables: Mapping[str, Path]) -> Iterator[Of]:
    with connect() as connection:
        see(connection, tables)
        yield Of(connection, tables, ISLES, "locality", AREAS, NAMES, PAGES, SAID, "money/isles.html")


def content(of: Of, chapter: str) -> Content:
    (found,) = [each.content for each in assessment_of(of).chapters if each.declared.id == chapter]
    return found


def row(sheet: Sheet, name: str) -> tuple[str, ...]:
    (found,) = [cells for title, cells, _ in sheet.rows if title.startswith(name)]
    return found


def test_it_runs_from_the_brief_to_the_methods_and_leaves_no_chapter_out(of: Of) -> None:
    made = assessment_of(of)
    assert isinstance(made, Assessment)
    assert made.name == "Isles"
    assert [chapter.declared.id for chapter in made.chapters] == list(MAKERS)
    assert (made.chapters[0].declared.id, made.chapters[-1].declared.id) == ("brief", "methods")


def test_no_two_sheets_of_the_document_have_one_id_and_every_row_has_its_cells(of: Of) -> None:
    sheets = [sheet for chapter in assessment_of(of).chapters for sheet in chapter.content.sheets]
    ids = [sheet.id for sheet in sheets]
    assert len(set(ids)) == len(ids)
    assert all(len(cells) == len(sheet.columns) for sheet in sheets for _, cells, _ in sheet.rows)


def test_at_a_glance_an_area_has_its_people_and_what_is_first_to_look_at(of: Of) -> None:
    (glance,) = content(of, "brief").sheets
    assert [name for name, _, _ in glance.rows] == ["Isles", "North", "South"]
    assert row(glance, "North")[:3] == ("100", "−10.0%", "+100.0%")
    assert "falls" in row(glance, "North")[-1].lower()


def test_needs_are_told_for_the_partnership_and_then_for_its_parts(of: Of) -> None:
    passages = content(of, "needs").passages
    hospital = [(each.title, each.sentences, each.href, each.level) for each in passages if each.sentences]
    assert hospital == [
        ("Health", ("Admissions are fewer.",), "areas/isles.html#hospital", 3),
        ("North", ("Admissions are higher in North.",), "areas/north.html#hospital", 4),
    ]


def test_each_part_has_its_own_register_and_matrix(of: Of) -> None:
    assert any(sheet.title.startswith("North: ") for sheet in content(of, "priorities").sheets)
    assert any(sheet.title.startswith("North: ") for sheet in content(of, "risk").sheets)


def test_the_core_suite_is_printed_whole_with_the_areas_side_by_side(of: Of) -> None:
    assessment_of(of)
    core = next(sheet for sheet in framework_tables(of) if sheet.id == "framework-ni")
    assert [column.title for column in core.columns][:4] == ["Isles", "North", "South", "Scotland"]
    assert len({name.split(".")[0] for name, _, _ in core.rows}) == 23
    assert row(core, "NI 16.")[1] == "300.0"


def test_a_chapter_without_anything_says_so_and_does_not_fail(tables: Mapping[str, Path]) -> None:
    del tables
    with connect() as connection:
        see(connection, {})
        empty = assessment_of(Of(connection, {}, ISLES, "", (), NAMES, PAGES))
    held = {chapter.declared.id for chapter in empty.chapters if not chapter.content.empty}
    assert held <= {"changes", "methods"}


def test_a_partnership_is_divided_into_the_first_kind_that_it_has_any_of() -> None:
    members = [PARTNERSHIP, ("ward", "W1"), *AREAS]
    assert parts_of(("locality", "hscp", "ward"), members) == ("locality", AREAS)
    assert parts_of(("gp_cluster", "hscp", "ward"), members) == ("ward", (("ward", "W1"),))
    assert parts_of(("hscp",), members) == ("", ())


def test_a_chapter_that_is_not_known_is_refused_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "assessment.toml"
    own.write_text('[chapter.people]\ntitle = "People"\nabout = "Who."\nanswers = "Who"\n\n[chapter.weather]\n'
                   'title = "Weather"\nabout = "Rain."\n', encoding="utf-8")  # fmt: skip
    with pytest.raises(DefinitionError) as refused:
        chapters(own)
    said = " ".join(problem.sentence() for problem in refused.value.problems)
    assert "there is no chapter 'weather'" in said
    assert "misses 'answers'" in said
    assert "line 6" in said
