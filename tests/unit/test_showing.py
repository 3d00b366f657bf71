"""Finding a profile by what a person types."""

from __future__ import annotations

import pytest
from drawn import table

from locality_profiles.errors import UnknownArea
from locality_profiles.publish.releases import Release, current_release
from locality_profiles.showing import find_profile


@pytest.fixture(scope="module")
def release(sample):
    return current_release(sample / "data" / "published")


def test_by_code_name_or_nothing(release):
    kind, code = find_profile(release, None)
    assert kind == "locality"
    assert find_profile(release, code) == (kind, code)
    assert find_profile(release, "fennaholm and SKOLTAY") == ("locality", "S37900001/fennaholm-and-skoltay")


def test_a_misspelt_name_is_answered_with_the_nearest(release):
    with pytest.raises(UnknownArea, match="Did you mean 'Fennaholm & Skoltay'"):
        find_profile(release, "Fennaholm and Skoltey")


def test_of_two_areas_of_one_name_the_kind_says_which(tmp_path):
    two = """
        area_type     | area_code       | area_name
        locality      | S37900001/ness  | Ness
        neighbourhood | S37900001/ness  | Ness
    """
    tables = {name: table(tmp_path, name, two) for name in ("area", "profile")}
    told = {"release_id": "drawn", "tables": {name: str(path) for name, path in tables.items()}}
    drawn = Release(tmp_path, told)
    for asked in ("Ness", "S37900001/ness"):
        with pytest.raises(UnknownArea, match="say which") as refused:
            find_profile(drawn, asked)
        assert "'neighbourhood:S37900001/ness'" in str(refused.value)
    for asked in ("neighbourhood:Ness", "neighbourhood: ness", "neighbourhood:S37900001/ness"):
        assert find_profile(drawn, asked) == ("neighbourhood", "S37900001/ness")


def test_a_name_written_exactly_needs_no_kind(tmp_path):
    two = """
        area_type     | area_code       | area_name
        locality      | S37900001/n-w   | Ness & Wick
        neighbourhood | S37900001/n-w   | Ness and Wick
    """
    tables = {name: table(tmp_path, name, two) for name in ("area", "profile")}
    told = {"release_id": "drawn", "tables": {name: str(path) for name, path in tables.items()}}
    assert find_profile(Release(tmp_path, told), "Ness & Wick")[0] == "locality"
    assert find_profile(Release(tmp_path, told), "Ness and Wick")[0] == "neighbourhood"
