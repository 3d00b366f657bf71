"""Names of files and of kinds of area."""

from __future__ import annotations

from unit.publish import island

from locality_profiles.publish.edition import Edition, file_stems, in_sentence


def test_a_code_with_a_slash_becomes_a_file_name() -> None:
    assert file_stems([("locality", "S37900001/east")]) == {("locality", "S37900001/east"): "S37900001-east"}


def test_areas_of_two_kinds_with_one_code_get_two_files() -> None:
    areas = [("locality", "S37900001/east"), ("neighbourhood", "S37900001/east"), ("ward", "s37900001-EAST")]

    assert list(file_stems(areas).values()) == ["S37900001-east", "S37900001-east-neighbourhood", "s37900001-EAST-ward"]


def test_a_code_cannot_leave_its_folder() -> None:
    stems = file_stems([("locality", "../../etc/passwd"), ("locality", "a b?*#%"), ("locality", "///")])

    assert list(stems.values()) == ["etc-passwd", "a-b", "area"]


def test_a_title_keeps_its_initials_inside_a_sentence() -> None:
    assert in_sentence("Locality") == "locality"
    assert in_sentence("GP practice") == "GP practice"


def test_an_area_type_without_a_title_is_named_by_its_words() -> None:
    about: Edition = island.edition(type_titles={})

    assert about.one("health_board") == "health board"
