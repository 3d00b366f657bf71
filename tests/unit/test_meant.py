"""What somebody may have meant: a slip of the pen is asked after, and what is unlike is not."""

from __future__ import annotations

import doctest
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from locality_profiles import meant
from locality_profiles.meant import did_you_mean, most_alike

WORDS = ("population", "deprivation", "prescribing", "unscheduled", "long_term_conditions")


@given(word=st.sampled_from(WORDS), at=st.integers(0, 9), letter=st.sampled_from("aeiouxyz"))
def test_one_wrong_letter_is_asked_after(word: str, at: int, letter: str) -> None:
    for slip in (word[:at] + letter + word[at + 1 :], word[:at] + word[at + 1 :], word[:at] + letter + word[at:]):
        assert did_you_mean(slip, WORDS) == f"Did you mean '{word}'?"


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=8), st.integers(1, 3))
def test_nothing_is_asked_after_that_is_not_known(wanted: str, known: list[str], most: int) -> None:
    close = most_alike(wanted, known, most=most)

    assert len(close) <= most
    assert set(close) <= set(known)
    assert not close or wanted not in known or close[0] == wanted


def test_what_is_unlike_is_answered_otherwise_and_what_follows_stands_in_any_case() -> None:
    assert did_you_mean("weather", WORDS, "There are 5.") == "There are 5."
    assert did_you_mean("weather", WORDS, "There are 5.", otherwise="Known here.") == "Known here. There are 5."
    assert did_you_mean("weather", WORDS) == ""


def test_one_place_alone_decides_what_is_alike() -> None:
    package = Path(meant.__file__).parent
    others = [path.name for path in package.rglob("*.py") if "get_close_matches" in path.read_text(encoding="utf-8")]

    assert others == ["meant.py"], "Ask with did_you_mean or most_alike: one wording, and one likeness."


def test_examples_in_the_code_hold() -> None:
    assert doctest.testmod(meant).failed == 0
