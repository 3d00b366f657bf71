"""profiles.toml is read strictly: everything wrong at once, by line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from locality_profiles.errors import WorkspaceError
from locality_profiles.workspace import FITS, ORIGINS, read_workspace

GOOD = """
[workspace]
title = "The Isles"

[areas]
partnerships = ["S37900001"]
profile = ["locality", "parish"]

[[areas.system]]
name = "parish"
title = "Parish"
plural = "Parishes"
from = "file"
file = "parishes.csv"
block_column = "Zone"
name_column = "Parish"

[extracts]
folder = "data/raw"
"""


def workspace(folder: Path, text: str = GOOD):
    (folder / "profiles.toml").write_text(text, encoding="utf-8")
    return read_workspace(folder)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(WorkspaceError) as error:
        workspace(folder, text)
    return str(error.value)


def test_paths_are_beside_the_file(tmp_path):
    found = workspace(tmp_path)
    assert found.extracts == tmp_path / "data" / "raw"
    assert found.catalog == tmp_path / "data" / "curated" / "catalog.duckdb"
    assert found.title_of("parish") == ("Parish", "Parishes")
    assert found.title_of("hscp") == ("Partnership", "Partnerships")


def test_a_folder_without_settings_is_no_workspace(tmp_path):
    with pytest.raises(WorkspaceError, match="has no profiles.toml"):
        read_workspace(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("title = \"The Isles\"", "titel = \"The Isles\""), "Did you mean 'title'?"),
        (('"S37900001"', '"Isles"'), "list of partnership codes"),
        (('"locality", "parish"', '"locality", "parrish"'), "'parrish', which is no kind of area"),
        (('from = "file"', 'from = "fiel"'), "Did you mean 'file'?"),
        (('block_column = "Zone"\n', ""), "misses 'block_column'"),
        (('name = "parish"', 'name = "The Parish"'), "should have the form"),
        (('folder = "data/raw"', 'folder = "$NO_SUCH_VARIABLE_HERE"'), "NO_SUCH_VARIABLE_HERE, which is not set"),
        (("[extracts]", "[extracts"), "not TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_remedy(tmp_path, change, said):
    message = refused(tmp_path, GOOD.replace(*change))
    assert said in message
    assert "profiles.toml" in message


def test_the_line_is_that_of_the_key(tmp_path):
    line = GOOD.splitlines().index('profile = ["locality", "parish"]') + 1
    assert f"profiles.toml, line {line}:" in refused(tmp_path, GOOD.replace('"parish"]', '"parrish"]'))


def test_everything_wrong_is_said_at_once(tmp_path):
    message = refused(tmp_path, GOOD.replace('title = "The Isles"', "").replace("data/raw", "$NOT_SET_A"))
    assert "misses 'title'" in message
    assert "NOT_SET_A" in message


def test_hospices_are_named_by_the_codes_of_hospitals(tmp_path):
    assert workspace(tmp_path).hospices is None
    assert workspace(tmp_path, GOOD + '[linked]\nhospices = ["Q901V"]\n').hospices == ("Q901V",)
    assert workspace(tmp_path, GOOD + "[linked]\nhospices = []\n").hospices == ()
    said = refused(tmp_path, GOOD + '[linked]\nhospices = ["St Somebody", "Q901V"]\n')
    assert "names 'St Somebody', which is not written as the code of a hospital" in said
    assert "Q901V'" not in said


def test_a_pattern_that_matches_nothing_is_an_error_not_an_empty_profile(tmp_path):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    found = workspace(tmp_path, GOOD + 'read = ["population/*.csv"]\n')
    with pytest.raises(WorkspaceError, match=r"population/\*\.csv"):
        found.extract_files()


def test_extracts_are_listed_in_order_without_hidden_and_ignored_ones(tmp_path):
    for name in ("b.csv", "a/c.csv", "notes.txt", ".hidden.csv", ".cache/d.csv"):
        path = tmp_path / "data" / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    found = workspace(tmp_path, GOOD + 'ignore = ["*.txt"]\n')
    assert [p.relative_to(found.extracts).as_posix() for p in found.extract_files()] == ["a/c.csv", "b.csv"]


def test_a_suite_of_the_workspace_stands_in_for_the_packages_of_that_name(tmp_path):
    found = workspace(tmp_path)
    packaged = found.suites("curated")
    own = tmp_path / "expectations" / "curated" / "area.json"
    own.parent.mkdir(parents=True)
    own.write_text("{}", encoding="utf-8")
    assert found.suites("curated") == {**packaged, "area": own}
    assert len(packaged) > 10


# --- area systems ---------------------------------------------------------------------------------

SYSTEM = """
[[areas.system]]
name = "round"
title = "Round"
plural = "Rounds"
"""


def systems(folder: Path, text: str):
    return workspace(folder, f'[workspace]\ntitle = "The Isles"\n{text}').systems


def refused_system(folder: Path, text: str) -> str:
    return refused(folder, f'[workspace]\ntitle = "The Isles"\n{text}')


def test_a_system_may_list_its_areas(tmp_path):
    (found,) = systems(tmp_path, SYSTEM + """from = "blocks"
[[areas.system.area]]
name = "An t-Òb"
blocks = ["S01900001", "S01900002"]
[[areas.system.area]]
name = "Ness"
blocks = ["S01900003"]
""")  # fmt: skip
    assert [(area.name, area.blocks) for area in found.areas] == [
        ("An t-Òb", ("S01900001", "S01900002")), ("Ness", ("S01900003",)),
    ]  # fmt: skip


def test_what_a_system_does_not_say_is_as_usual(tmp_path):
    (found,) = systems(tmp_path, SYSTEM + 'from = "gp_clusters"\n')
    assert (found.block_type, found.fit, found.prefer_lookup) == ("data_zone_2011", "largest_overlap", False)
    assert (found.minimum_population, found.areas, found.partnerships) == (500, (), ())


@pytest.mark.parametrize("place", ['postcode = "ZZ9 9ZZ"', "easting = 400000\nnorthing = 1.2e6",
                                   "longitude = -1.5\nlatitude = 60"])  # fmt: skip
def test_a_point_may_be_placed_in_three_ways(tmp_path, place):
    (found,) = systems(tmp_path, f'{SYSTEM}from = "points"\n[[areas.system.area]]\nname = "Surgery"\n{place}\n')
    assert found.areas[0].name == "Surgery"


def test_points_may_come_from_a_directory_of_services(tmp_path):
    (found,) = systems(tmp_path, SYSTEM + 'from = "points"\nservices = "gp_practice"\n')
    assert found.services == "gp_practice"


def test_a_union_may_be_made_of_a_system_above_it_or_of_areas_that_the_lookup_gives(tmp_path):
    area = '[[areas.system.area]]\nname = "All"\nof = ["A", "B"]\n'
    above = SYSTEM + 'from = "lookup"\n'
    first = SYSTEM.replace('"round"', '"pair"') + f'from = "union"\nof = "round"\n{area}'
    second = SYSTEM.replace('"round"', '"pair2"') + f'from = "union"\nof = "intermediate_zone_2011"\n{area}'
    assert [system.of for system in systems(tmp_path, above + first + second)] == [
        None,
        "round",
        "intermediate_zone_2011",
    ]


@pytest.mark.parametrize(
    ("origin", "missing"),
    [("file", "'file'"), ("file", "'block_column'"), ("file", "'name_column'"), ("polygons", "'file'"),
     ("polygons", "'name_column'"), ("blocks", "'area'"), ("union", "'of'"), ("union", "'area'")],
)  # fmt: skip
def test_each_origin_says_what_it_needs(tmp_path, origin, missing):
    assert f"comes from {origin} but misses {missing}" in refused_system(tmp_path, f'{SYSTEM}from = "{origin}"\n')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SYSTEM, ["line 4", "[[areas.system]] misses 'from'"]),
        (SYSTEM + 'from = "polygon"\n', ["line 8", "Did you mean 'polygons'?"]),
        (SYSTEM + 'from = "boundaries"\nfit = "centriod"\n', ["line 9", "Did you mean 'centroid'?"]),
        (SYSTEM + 'from = "lookup"\nblocks = "data_zone_2012"\n', ["line 9", "data_zone_2011"]),
        (SYSTEM + 'from = "lookup"\nweight = "Share"\n', ["line 9", "Did you mean 'weight_column'?"]),
        (SYSTEM + 'from = "lookup"\nminimum_population = "many"\n', ["line 9", "should be a whole number"]),
        (SYSTEM + 'from = "points"\n', ["line 4", "has no points", 'services = "gp_practice"']),
        (SYSTEM + 'from = "points"\nservices = "gp_practises"\n', ["line 9", "Did you mean 'gp_practice'?"]),
        (SYSTEM + 'from = "points"\n[[areas.system.area]]\nname = "Surgery"\neasting = 4\n',
         ["line 9", "'Surgery' of 'round' has no place", "easting and northing"]),
        (SYSTEM + 'from = "blocks"\narea = "North"\n', ["line 9", "'area' should be a list"]),
        (SYSTEM + 'from = "blocks"\narea = ["North"]\n', ["line 9", "Write it as [[areas.system.area]]"]),
        (SYSTEM + 'from = "blocks"\n[[areas.system.area]]\nname = "North"\n',
         ["line 9", "'North' of 'round' lists nothing", "Add blocks"]),
        (SYSTEM + 'from = "blocks"\n[[areas.system.area]]\nname = "North"\nblocks = [1]\n', ["line 11", "texts only"]),
        (SYSTEM + 'from = "blocks"\n[[areas.system.area]]\nname = "North"\nblocks = ["S0190001"]\n',
         ["line 11", "'S0190001'", "no code of a data zone", "S01000000"]),
        (SYSTEM + 'from = "blocks"\n[[areas.system.area]]\nname = "North"\nblocks = ["S01900001", "S01900001"]\n',
         ["line 11", "'S01900001' stands more than once in the area 'North'"]),
        (SYSTEM + 'from = "union"\nof = "parish"\n[[areas.system.area]]\nname = "North"\nof = ["A"]\n',
         ["line 9", "'parish', which is no kind of area here"]),
        (SYSTEM + 'from = "union"\nof = "round"\n[[areas.system.area]]\nname = "North"\nof = ["A"]\n',
         ["line 9", "'round', which does not stand above it"]),
        (2 * (SYSTEM + 'from = "lookup"\n'), ["line 11", "two area systems are called 'round'"]),
    ],
)  # fmt: skip
def test_a_mistake_in_a_system_is_told_with_its_line_and_remedy(tmp_path, text, said):
    message = refused_system(tmp_path, text)
    for phrase in said:
        assert phrase in message


def test_two_areas_may_share_neither_a_name_nor_a_block(tmp_path):
    message = refused_system(tmp_path, SYSTEM + """from = "blocks"
[[areas.system.area]]
name = "North"
blocks = ["S01900001"]
[[areas.system.area]]
name = "South"
blocks = ["S01900002", "S01900001"]
[[areas.system.area]]
name = "North"
blocks = ["S01900003"]
""")  # fmt: skip
    assert "line 14: 'S01900001' is in two areas of 'round': 'North' and 'South'. Take it out of one." in message
    assert "line 15: two areas of 'round' are called 'North'. Give each its own name." in message


def test_the_file_of_a_system_is_looked_for_in_the_workspace_then_among_the_extracts(tmp_path):
    found = workspace(tmp_path, GOOD.replace("parishes.csv", "areas/parishes.csv"))
    (parish,) = found.systems
    among_extracts = tmp_path / "data" / "raw" / "areas" / "parishes.csv"
    assert found.system_file(parish) == among_extracts
    inside = tmp_path / "areas" / "parishes.csv"
    inside.parent.mkdir()
    inside.write_text("x", encoding="utf-8")
    assert found.system_file(parish) == inside


def test_what_the_how_to_shows_can_be_read(tmp_path):
    text = (Path(__file__).parents[2] / "docs" / "how-to.md").read_text(encoding="utf-8")
    shown = [block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[[areas.system]]" in block]
    read = systems(tmp_path, "\n".join(shown))
    assert {system.origin for system in read} == {*ORIGINS} - {"boundaries", "lookup", "gp_practices"}
    for name in (*ORIGINS, *FITS):
        assert name in text
