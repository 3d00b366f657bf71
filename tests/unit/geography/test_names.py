"""One place, many spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.geography.names import NameBook, full_key, short_key, slug

BOOK = NameBook([
    ("c1", "City of Norham"), ("c2", "Norhamshire"), ("c3", "Skerry Islands"), ("c4", "Perch & Kintail"),
    ("c5", "Na h-Eileanan Siar"), ("c6", "East"), ("c7", "East"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Norham City", "c1"),
        ("norham", "c1"),
        ("Norhamshire", "c2"),
        ("Skerry", "c3"),
        ("Perch and Kintail", "c4"),
        ("Comhairle nan Eilean Siar", "c5"),
        ("Western Isles", "c5"),
        ("East", None),  # two areas bear the name: a guess would be wrong half the time
        ("Elsewhere", None),
    ],
)
def test_a_name_means_the_one_area_that_it_can_mean(name, code):
    assert BOOK.code(name) == code


def test_a_workspaces_own_names_come_first():
    assert NameBook([("a", "Old Town")], {"The Auld Toon": "Old Town"}).code("the auld toon") == "a"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Lerwick & Bressay", "lerwick-and-bressay"),
        ("Dumbarton/Alexandria", "dumbarton-alexandria"),
        ("John o\u2019Groats", "john-ogroats"),
        ("Uibhist a Deas, Barraigh", "uibhist-a-deas-barraigh"),
        ("Mòr & Beag", "mor-and-beag"),
        ("***", "unnamed"),
    ],
)
def test_a_slug_is_safe_in_a_code_and_an_address(name, code):
    assert slug(name) == code


@given(st.text(max_size=70))
def test_any_name_gives_a_key_that_is_its_own_key(name):
    assert full_key(full_key(name)) == full_key(name)
    assert short_key(short_key(name)) == short_key(name)
