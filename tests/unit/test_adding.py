"""An area system is added whole or not at all; what is there already is listed and its fit shown."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from drawn import table
from pictures import csv_file, geojson, square
from rich.console import Console

from locality_profiles import adding, building
from locality_profiles.errors import ExtractRefused, Problem, UnknownArea, WorkspaceError
from locality_profiles.proposing import Said
from locality_profiles.publish.releases import Release
from locality_profiles.workspace import files_of, read_workspace

SETTINGS = """# Ours.
[workspace]
title = "The Isles"

[areas]
profile = ["locality", "hscp"]   # pages

[[areas.system]]
name = "locality"
title = "Locality"
plural = "Localities"
from = "boundaries"

[extracts]
folder = "data/raw"
"""
ROW = {
    "area_type": "patch", "title": "Patch", "plural": "Patches", "origin": "file", "method": "lookup", "grade": 1,
    "areas": 2, "blocks": 3, "blocks_split": 0, "population_year": 2021, "persons": 1234.0, "persons_covered": 1200.4,
    "persons_misplaced": None, "holes": None, "overlaps": None, "slivers": None, "minimum_population": 500,
    "areas_below_minimum": 1,
}  # fmt: skip


def fit_row(name: str, persons: float, note: str | None = None) -> dict:
    return {
        "area_type": "patch", "area_code": f"S37900001/{name.lower()}", "area_name": name, "blocks": 1,
        "blocks_split": 0, "persons": persons, "persons_from_elsewhere": None, "persons_left_out": None,
        "share_misplaced": None, "below_minimum": persons < 500, "note": note,
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "workspace"
    (made / "data" / "raw").mkdir(parents=True)
    (made / "profiles.toml").write_text(SETTINGS, encoding="utf-8")
    return made


@pytest.fixture
def patches(tmp_path):
    return csv_file(
        tmp_path / "patches.csv", "DataZone | Patch\nS01900001 | North\nS01900002 | North\nS01900003 | Wick"
    )


@pytest.fixture
def placed(monkeypatch):
    """Every system fits; the list holds what was placed."""
    seen = []

    def fit_of(workspace, system):
        seen.append((workspace, system))
        areas = pa.Table.from_pylist([fit_row("North", 1000.4), fit_row("Wick", 200.0, "Nobody [knows] why.")])
        return building.Fit(ROW | {"area_type": system.name}, areas, ("placed with care",), ("It fits.",))

    monkeypatch.setattr(building, "fit_of", fit_of)
    return seen


def everything(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*")
            if p.is_file() and p.name != ".lock"}  # fmt: skip


def add(folder, *more, **said):
    flags = {key: said.pop(key) for key in ("profile", "replacing", "dry_run") if key in said}
    return adding.add_system(read_workspace(folder), *more, Said(**said), **flags)


def printed(parts) -> str:
    console = Console(width=200, record=True, file=open("/dev/null", "w", encoding="utf-8"))  # noqa: SIM115, PTH123
    for part in parts:
        console.print(part, markup=False)
    return console.export_text()


# --- adding ---------------------------------------------------------------------------------------


def test_the_file_is_copied_and_the_settings_amended(folder, patches, placed):
    added = add(folder, "patch", patches)
    after = read_workspace(folder)
    assert after.systems[-1] == added.system
    assert after.profiled == ("locality", "hscp", "patch")
    assert added.system.file == "areas/patches.csv"
    assert after.system_file(added.system) == folder / "areas" / "patches.csv"
    assert (folder / "areas" / "patches.csv").read_bytes() == patches.read_bytes()
    text = (folder / "profiles.toml").read_text(encoding="utf-8")
    assert text.startswith("# Ours.\n")
    assert '["locality", "hscp", "patch"]   # pages' in text


def test_it_is_placed_from_where_it_lies_before_anything_is_copied(folder, patches, placed):
    add(folder, "patch", patches)
    ((workspace, system),) = placed
    assert system.file == str(patches)
    assert [s.name for s in workspace.systems] == ["locality", "patch"]


def test_without_profiles_it_gets_no_pages(folder, patches, placed):
    added = add(folder, "patch", patches, profile=False)
    assert read_workspace(folder).profiled == ("locality", "hscp")
    assert not added.profiled


def test_a_dry_run_shows_all_and_changes_nothing(folder, patches, placed):
    before = everything(folder)
    added = add(folder, "patch", patches, dry_run=True)
    assert everything(folder) == before
    text = printed(adding.told_of(added, read_workspace(folder)))
    for phrase in ("Nothing was changed", 'name = "patch"', "It fits.", "Wick"):
        assert phrase in text


def test_a_system_that_is_refused_leaves_the_workspace_as_it_was(folder, patches, monkeypatch):
    def refuse(workspace, system):
        raise ExtractRefused(
            "It was refused: 1 problem.", [Problem("something is wrong", 'Use fit = "land".', "p.csv")]
        )

    monkeypatch.setattr(building, "fit_of", refuse)
    before = everything(folder)
    with pytest.raises(ExtractRefused) as refused:
        add(folder, "patch", patches)
    assert everything(folder) == before
    assert str(refused.value).splitlines() == [
        "'patch' was not added, and nothing was changed. It was refused: 1 problem.",
        "  - p.csv: something is wrong. Use --fit land.",
    ]


@pytest.mark.parametrize(
    ("remedy", "told"),
    [
        ('Name it in profiles.toml, as in crs = "EPSG:27700", or export it again.',
         "Name it with --crs EPSG:27700, or export it again."),
        ('Name one in profiles.toml, as in layer = "A b".', "Name one with --layer A b."),
        ("Correct name_column in profiles.toml.", "Correct --name-column."),
        ("Name its columns in profiles.toml.", "Name its columns."),
        ("Draw it again.", "Draw it again."),
    ],
)  # fmt: skip
def test_a_remedy_for_the_settings_is_told_as_an_option(remedy, told):
    assert adding._as_options(remedy) == told


def test_settings_that_cannot_be_amended_stay_and_no_file_is_copied(folder, patches, placed):
    (folder / "profiles.toml").write_text(
        '[workspace]\ntitle = "The Isles"\n\n[areas]\n'
        'system = [{name = "u", title = "U", plural = "Us", from = "lookup"}]\n',
        encoding="utf-8",
    )
    before = everything(folder)
    for dry_run in (True, False):
        with pytest.raises(WorkspaceError, match="Add these lines"):
            add(folder, "patch", patches, dry_run=dry_run)
    assert everything(folder) == before


def test_every_part_of_a_shapefile_comes_along_and_nothing_else(folder, tmp_path, placed, monkeypatch):
    for part in ("shp", "SHX", "dbf", "prj", "cpg", "txt"):
        (tmp_path / f"old.map.{part}").write_text(part, encoding="utf-8")
    (tmp_path / "old.mapping.dbf").write_text("another", encoding="utf-8")
    found = files_of(tmp_path / "old.map.shp")
    assert [path.name for path in found] == [f"old.map.{part}" for part in ("SHX", "cpg", "dbf", "prj", "shp")]
    (folder / "areas").mkdir()
    (folder / "areas" / "new-old.map.qpj").write_text("of an older edition", encoding="utf-8")
    adding._copy(tmp_path / "old.map.shp", folder / "areas" / "new-old.map.shp")
    assert sorted(path.name for path in (folder / "areas").iterdir()) == [
        f"new-old.map.{part}" for part in ("SHX", "cpg", "dbf", "prj", "shp")
    ]


# --- names and files that are taken ---------------------------------------------------------------


def test_a_name_that_is_taken_is_refused(folder, patches, placed):
    with pytest.raises(WorkspaceError, match="'locality' already, from boundaries.*--replace"):
        add(folder, "locality", patches)
    assert not placed


def test_a_system_is_replaced_with_what_is_said_anew(folder, patches, placed):
    add(folder, "patch", patches, title="Bit", plural="Bits")
    with (folder / "profiles.toml").open("a", encoding="utf-8") as settings:
        settings.write("# The end.\n")
    patches.write_text(patches.read_text(encoding="utf-8").replace("Wick", "Ness"), encoding="utf-8")
    added = add(folder, "patch", patches, replacing=True)
    after = read_workspace(folder)
    assert [system.name for system in after.systems] == ["locality", "patch"]
    assert (after.systems[-1].title, after.systems[-1].file) == ("Bit", "areas/patches.csv")
    assert after.profiled == ("locality", "hscp", "patch")
    assert "Ness" in (folder / "areas" / "patches.csv").read_text(encoding="utf-8")
    assert added.replaced
    assert (folder / "profiles.toml").read_text(encoding="utf-8").endswith("# The end.\n")


def test_two_systems_may_be_made_from_one_file(folder, patches, placed):
    add(folder, "patch", patches)
    added = add(folder, "bit", patches)
    assert added.system.file == "areas/patches.csv"


def test_a_file_that_another_system_uses_is_not_overwritten(folder, patches, placed):
    add(folder, "patch", patches)
    patches.write_text(patches.read_text(encoding="utf-8").replace("Wick", "Ness"), encoding="utf-8")
    assert add(folder, "bit", patches).system.file == "areas/bit-patches.csv"
    assert "Wick" in (folder / "areas" / "patches.csv").read_text(encoding="utf-8")


def test_a_file_that_lies_in_its_place_already_is_used_there(folder, patches, placed):
    (folder / "areas").mkdir()
    inside = patches.rename(folder / "areas" / "patches.csv")
    assert add(folder, "patch", inside).system.file == "areas/patches.csv"


PAIR = """[[areas.system]]
name = "pair"
title = "Pair"
plural = "Pairs"
from = "union"
of = "patch"
[[areas.system.area]]
name = "All"
of = ["North", "Wick"]
"""


def test_what_is_made_of_a_replaced_system_must_still_be_made(folder, patches, placed):
    add(folder, "patch", patches)
    with (folder / "profiles.toml").open("a", encoding="utf-8") as settings:
        settings.write(PAIR)
    placed.clear()
    add(folder, "patch", patches, replacing=True)
    assert [system.name for _, system in placed] == ["patch", "pair"]


def test_a_file_among_the_extracts_is_pointed_out(folder, placed, patches):
    inside = patches.rename(folder / "data" / "raw" / "patches.csv")
    assert add(folder, "patch", inside).notes == (
        "patches.csv lies among the extracts too: add it to 'ignore' under [extracts].",
    )


# --- what is printed ------------------------------------------------------------------------------


def test_what_was_taken_is_told_with_the_option_that_says_otherwise(folder, patches, placed):
    text = printed(adding.told_of(add(folder, "patch", patches), read_workspace(folder)))
    for phrase in ('--name-column "Patch"', '--block-column "DataZone"', "Note: placed with care", "1,000",
                   "Nobody [knows] why.", "'patch' was added to profiles.toml", 'file = "areas/patches.csv"',
                   "locality-profiles build"):  # fmt: skip
        assert phrase in text


def test_all_of_it_is_there_for_another_program(folder, patches, placed):
    told = add(folder, "patch", patches).as_dict()
    assert told["added"]
    assert told["settings"]["file"] == "areas/patches.csv"
    assert told["taken"]["name_column"] == "Patch"
    assert told["system"]["persons_covered"] == 1200.4
    assert [row["area_name"] for row in told["areas"]] == ["North", "Wick"]
    assert told["sentences"] == ("It fits.",)


# --- listing and fit ------------------------------------------------------------------------------


SYSTEMS = """
    area_type | method          | grade | areas | blocks | blocks_split | persons | persons_covered
    locality  | largest_overlap | 3     | 2     | 30     | 1            | 1000    | 990
"""
FITS = """
    area_type | area_code      | blocks | blocks_split | persons
    locality  | S37900001/ness | 20     | 1            | 600
    locality  | S37900001/wick | 10     | 1            | 390
"""
NAMES = """
    area_type | area_code      | area_name
    locality  | S37900001/ness | Ness
    locality  | S37900001/wick | Wick
    locality  | S37900001/OUT  | In no Locality
"""
LINKS = """
    child_type | parent_type  | relation      | areas | nested_areas | share_in_largest
    locality   | hscp         | nested        | 2     | 2            | 1
    locality   | health_board | nested        | 2     | 2            | 1
    locality   | country      | nested        | 2     | 2            | 1
    ward       | locality     | partly_nested | 9     | 4            | 0.876
    ward       | hscp         | nested        | 9     | 9            | 1
"""


@pytest.fixture
def release(tmp_path, folder, monkeypatch):
    drawings = {"area_system": SYSTEMS, "area_fit": FITS, "area": NAMES, "system_link": LINKS}
    words = {"title": "Locality", "plural": "Localities", "origin": "boundaries", "minimum_population": 500}
    tables = {
        name: str(table(tmp_path, name, drawing, **(words if name == "area_system" else {})))
        for name, drawing in drawings.items()
    }
    made = Release(tmp_path, {"release_id": "drawn", "plan": "p", "tables": tables})
    monkeypatch.setattr(adding, "current_release", lambda published: made)
    monkeypatch.setattr(building, "plan_of", lambda workspace: "p")
    monkeypatch.setattr(building, "up_to_date", lambda workspace, plan: made)
    return made


def test_systems_are_listed_with_what_the_release_knows_of_them(folder, release, patches, placed):
    add(folder, "patch", patches)
    workspace = read_workspace(folder)
    locality, patch = adding.list_systems(workspace)
    assert (locality.built, locality.areas, locality.persons_covered, locality.profiled) == (True, 2, 990.0, True)
    assert (patch.built, patch.areas, patch.file, patch.profiled) == (False, None, "areas/patches.csv", True)
    text = printed(adding.told_of_list([locality, patch]))
    assert "Not built yet: patch." in text
    assert "patches.csv" in text


def test_an_empty_list_says_how_to_add_one(folder):
    (folder / "profiles.toml").write_text('[workspace]\ntitle = "The Isles"\n', encoding="utf-8")
    workspace = read_workspace(folder)
    assert adding.list_systems(workspace) == []
    assert "areas add NAME --from FILE" in printed(adding.told_of_list([]))


def test_areas_are_listed_with_their_codes(folder, release, placed):
    found = adding.list_areas(read_workspace(folder), "locality")
    assert [(row["area_code"], row["area_name"], row["persons"]) for row in found] == [
        ("S37900001/ness", "Ness", 600.0), ("S37900001/wick", "Wick", 390.0),
    ]  # fmt: skip
    assert not placed


def test_areas_that_are_not_built_are_placed_to_be_listed(folder, placed):
    assert [row["area_name"] for row in adding.list_areas(read_workspace(folder), "locality")] == ["North", "Wick"]


def test_the_fit_of_all_systems_comes_from_a_release_that_is_up_to_date(folder, release, placed):
    reports = adding.fit_reports(read_workspace(folder))
    assert not placed
    assert reports.release == "drawn"
    assert [row["area_name"] for row in reports.fits[0].areas] == ["Ness", "Wick"]
    assert reports.nesting == ("Localities nest in Partnerships and Health boards.",)
    text = printed(adding.told_of_fits(reports, areas=True))
    for phrase in ("Localities", "990", "Wick", "nest in Partnerships"):
        assert phrase in text


def test_the_fit_of_one_system_is_told_in_words(folder, release, placed):
    reports = adding.fit_reports(read_workspace(folder), "locality")
    assert [system.name for _, system in placed] == ["locality"]
    assert reports.fits[0].sentences == ("It fits.",)
    assert reports.nesting == (
        "Localities nest in Partnerships and Health boards.",
        "4 of 9 Council wards lie in one Locality whole; "
        "88% of their people live in the one that holds most of theirs.",
    )


def test_without_a_release_every_system_is_placed(folder, patches, placed, monkeypatch):
    monkeypatch.setattr(building, "plan_of", lambda workspace: "p")
    add(folder, "patch", patches)
    placed.clear()
    reports = adding.fit_reports(read_workspace(folder))
    assert reports.release is None
    assert [system.name for _, system in placed] == ["locality", "patch"]


def test_a_system_that_is_not_there_is_answered_with_those_that_are(folder, monkeypatch):
    monkeypatch.setattr(building, "plan_of", lambda workspace: "p")
    with pytest.raises(UnknownArea, match="no area system 'nowhere'. It has locality"):
        adding.fit_reports(read_workspace(folder), "nowhere")


def test_outlines_are_added_as_they_are(folder, tmp_path, placed):
    path = geojson(tmp_path / "bits & pieces.geojson", ({"Patch": "North"}, square(-3, 56)))
    added = add(folder, "patch", path, crs="EPSG:4326")
    assert replace(added.system, areas=()) == read_workspace(folder).systems[-1]
    assert (added.system.origin, added.system.crs) == ("polygons", "EPSG:4326")


def test_of_many_areas_those_that_fit_worst_are_shown():
    rows = [fit_row(f"A{number}", 900.0) | {"share_misplaced": number / 100} for number in range(80)]
    text = printed(adding.told_of_fit(adding.Fitted(ROW, tuple(rows)), areas=True, most=2))
    assert [word for word in text.split() if word.startswith("A")] == ["A79", "A78"]
    assert "The 2 that fit worst of 80" in text


def test_a_change_in_any_part_of_a_shapefile_is_a_change(folder):
    (folder / "areas").mkdir()
    (folder / "data" / "raw" / "extract.csv").write_text("a\n", encoding="utf-8")
    for part in ("shp", "dbf"):
        (folder / "areas" / f"map.{part}").write_text("once", encoding="utf-8")
    with (folder / "profiles.toml").open("a", encoding="utf-8") as settings:
        settings.write(
            PAIR.replace('"union"', '"polygons"').split("of =")[0] + 'file = "areas/map.shp"\nname_column = "A"\n'
        )
    plan = building.plan_of(read_workspace(folder))
    (folder / "areas" / "map.dbf").write_text("twice", encoding="utf-8")
    assert building.plan_of(read_workspace(folder)) != plan
