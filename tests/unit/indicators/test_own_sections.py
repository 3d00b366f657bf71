"""Sections of a workspace's own: data, read strictly, in their place among the package's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.errors import DefinitionError
from locality_profiles.indicators.definition import FOLDER, indicators, sections, with_own
from locality_profiles.indicators.described import described

USUAL = list(sections())


def own(folder: Path, **files: str) -> Path:
    (folder / "sections").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "sections" / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder / "sections"


def test_without_a_folder_there_are_the_packages_own(tmp_path):
    assert sections(tmp_path / "sections") == sections()


def test_sections_stand_after_those_that_they_name_in_order_of_name(tmp_path):
    found = list(sections(own(tmp_path, b='title = "B"\nafter = "housing"', a='title = "A"\nafter = "housing"',
                              c='title = "C"\nafter = "a"', last='title = "Last"')))  # fmt: skip
    at = found.index("housing")
    assert found[at : at + 4] == ["housing", "a", "c", "b"]
    assert found[-1] == "last"
    assert [name for name in found if name in USUAL] == USUAL


def test_a_section_of_the_packages_may_have_another_title_or_place(tmp_path):
    found = sections(own(tmp_path, housing='title = "Homes"', health='title = "Health"\nafter = "money"'))
    assert found["housing"].title == "Homes"
    assert list(found)[list(found).index("housing") - 1] == USUAL[USUAL.index("housing") - 1]
    assert list(found)[-1] == "health"


def test_indicators_follow_their_sections_with_title_and_order(tmp_path):
    own(tmp_path, homes='title = "Homes"\nafter = "population"', housing='title = "Dwellings"')
    (tmp_path / "indicators").mkdir()
    text = (FOLDER / "aged_65_plus.toml").read_text(encoding="utf-8").replace('"population"', '"homes"', 1)
    (tmp_path / "indicators" / "mine.toml").write_text(text, encoding="utf-8")
    found = with_own(tmp_path / "indicators", {})
    told = described(list(found.values()))
    by_id = dict(zip(told["indicator_id"], zip(told["section_title"], told["section_order"], strict=True), strict=True))
    assert by_id["mine"] == ("Homes", 2)
    assert by_id["dwellings"][0] == "Dwellings"
    assert told["section_order"] == sorted(told["section_order"])
    assert indicators()["dwellings"].section_title == "Housing"


@pytest.mark.parametrize(("text", "words"), [
    ("", "misses 'title'"), ('title = ""', "'title' is empty"), ('titel = "A"', "Did you mean 'title'"),
    ('title = "A"\nafter = "housin"', "line 2: there is no section 'housin'. Did you mean 'housing'"),
    ('title = "A"\nafter = "a"', "stands after itself"), ('title = "A"\nafter = "b"', "each stand after another"),
    ("title = ", "this is not TOML"),
])  # fmt: skip
def test_a_section_that_is_wrong_is_refused_with_its_line(tmp_path, text, words):
    with pytest.raises(DefinitionError, match=words):
        sections(own(tmp_path, a=text, b='title = "B"\nafter = "a"'))


def test_a_file_of_a_name_that_means_something_else_is_refused(tmp_path):
    with pytest.raises(DefinitionError, match="'profile' cannot be the name of a section"):
        sections(own(tmp_path, profile='title = "Profile"'))


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([*USUAL, *"abcdef", None])))
def test_every_section_has_one_place_and_stands_behind_the_one_that_it_names(tmp_path_factory, afters):
    folder = own(tmp_path_factory.mktemp("w"), **{
        name: f'title = "{name}"' + (f'\nafter = "{after}"' if after else "") for name, after in afters.items()
    })  # fmt: skip
    try:
        found = list(sections(folder))
    except DefinitionError:
        # One that is not there, or a ring: followed from one of them, no package's section is ever reached.
        def lost(name: str | None, seen: tuple[str, ...] = ()) -> bool:
            if name is None or name in USUAL:
                return False
            return name not in afters or name in seen or lost(afters[name], (*seen, name))

        assert any(lost(name) for name in afters)
    else:
        assert sorted(found) == sorted({*USUAL, *afters})
        assert all(found.index(after) < found.index(name) for name, after in afters.items() if after)
