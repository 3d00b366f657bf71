"""profiles.toml is amended as a careful person would: nothing else in it changes."""

from __future__ import annotations

import tomllib

import pytest

from locality_profiles.amending import as_lines, as_table, with_system
from locality_profiles.errors import WorkspaceError
from locality_profiles.starting import ALL_OF_THEM, TEMPLATE
from locality_profiles.workspace import AreaSystem, read_workspace

WARDS = AreaSystem(
    "ward", "Ward", "Wards", "polygons", file="areas/wards.geojson", name_column='The "name" àèìòù', fit="land"
)
SETTINGS = TEMPLATE.format(title="Our partnership", areas=ALL_OF_THEM, systems="")
BLOCK = """[[areas.system]]
name = "ward"
title = "Ward"
plural = "Wards"
from = "polygons"
file = "areas/wards.geojson"
name_column = "The \\"name\\" àèìòù"
fit = "land"
"""


def test_a_system_is_written_with_the_keys_that_are_not_as_usual():
    assert as_lines(WARDS) == BLOCK


def test_what_is_written_reads_as_the_same_system(tmp_path):
    (tmp_path / "profiles.toml").write_text(
        with_system(SETTINGS, WARDS, ["locality", "hscp", "ward"]), encoding="utf-8"
    )
    found = read_workspace(tmp_path)
    assert found.systems[-1] == WARDS
    assert found.profiled == ("locality", "hscp", "ward")


def test_the_block_stands_after_the_last_system_and_every_other_line_stays():
    text = SETTINGS.replace("[extracts]", "# About the extracts,\n# in two lines.\n[extracts]")
    profile = 'profile = ["locality", "hscp"]   # kinds of area that get a page each'
    expected = text.replace(profile, profile.replace('"hscp"]', '"hscp", "ward"]'))
    expected = expected.replace("# About the extracts,", f"{BLOCK}\n# About the extracts,")
    assert with_system(text, WARDS, ["locality", "hscp", "ward"]) == expected


def test_a_list_of_many_lines_keeps_its_lines_and_comments():
    text = '[areas]\nprofile = [\n    "locality",  # from the plan\n    "hscp",      # all\n]\n'
    amended = with_system(text, WARDS, ["locality", "hscp", "ward"])
    assert amended == text.replace("# all\n", '# all\n    "ward",\n') + f"\n{BLOCK}"


def test_without_a_word_on_profiles_they_stay_as_they_are():
    assert with_system(SETTINGS, WARDS).replace(f"{BLOCK}\n", "") == SETTINGS


@pytest.mark.parametrize("areas", ["", "[areas]\n", '[areas]\npartnerships = "all"\n'])
def test_what_is_not_there_is_put_in(areas):
    amended = tomllib.loads(with_system(f"{areas}[names]\na = 'b'\n", WARDS, ["hscp", "ward"]))
    assert amended["areas"]["profile"] == ["hscp", "ward"]
    assert amended["areas"]["system"] == [as_table(WARDS)]
    assert amended["names"] == {"a": "b"}


def test_a_system_with_listed_areas_is_not_cut_in_two():
    text = '[[areas.system]]\nname = "u"\n[[areas.system.area]]\nname = "a"\n[[areas.system.area]]\nname = "b"\n'
    assert with_system(text, WARDS) == f"{text}\n{BLOCK}"


def test_systems_that_do_not_stand_together_are_all_kept():
    text = '[[areas.system]]\nname = "u"\n[names]\na = "b"\n[[areas.system]]\nname = "v"'
    assert with_system(text, WARDS) == f"{text}\n\n{BLOCK}"


def test_a_system_of_that_name_is_replaced_with_the_comments_beside_what_stays():
    text = """# Wards of 2017.
[[areas.system]]
name = "ward"        # as the council says
title = "Old ward"   # shown on pages
plural = "Wards"
from = "blocks"
# listed by hand
[[areas.system.area]]
name = "North"
blocks = ["S01900001"]

[extracts]
"""
    expected = """# Wards of 2017.
[[areas.system]]
name = "ward"        # as the council says
title = "Ward"   # shown on pages
plural = "Wards"
from = "polygons"
# listed by hand
file = "areas/wards.geojson"
name_column = "The \\"name\\" àèìòù"
fit = "land"

[extracts]
"""
    assert with_system(text, WARDS) == expected


def test_a_file_written_on_windows_stays_one():
    amended = with_system(SETTINGS.replace("\n", "\r\n"), WARDS)
    assert amended.replace("\r\n", "\n") == with_system(SETTINGS, WARDS)
    assert amended.count("\n") == amended.count("\r\n")


@pytest.mark.parametrize(
    "text",
    ['areas = {profile = ["hscp"]}\n', 'areas.profile = ["hscp"]\n', '[areas]\nsystem = [{name = "u"}]\n',
     'about = """\n[areas]\n"""\n[areas]\nprofile = ["hscp"]\n'],
    ids=["an inline table", "dotted keys", "an inline list", "a header inside a text"],
)  # fmt: skip
def test_a_layout_that_cannot_be_amended_safely_is_left_with_the_lines_to_add(text):
    with pytest.raises(WorkspaceError) as refused:
        with_system(text, WARDS, ["hscp", "ward"])
    assert BLOCK in str(refused.value)
    assert '["hscp", "ward"] under [areas]' in str(refused.value)
