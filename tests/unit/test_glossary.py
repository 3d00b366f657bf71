"""The words of the field and of the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from locality_profiles.errors import DefinitionError
from locality_profiles.glossary import glossary, read_glossary


def test_the_words_that_a_newcomer_stumbles_over_are_told():
    told = {one for word in glossary().values() for one in (word.word, *word.also)}
    assert {"data zone", "locality", "partnership", "set-aside", "DSR", "SII", "RII", "funnel", "door", "release",
            "must", "should", "suppressed", "SIMD", "block", "extract", "workspace"} <= told  # fmt: skip


def test_words_are_in_the_order_of_the_alphabet():
    assert list(glossary()) == sorted(glossary(), key=str.casefold)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[word.a]\nof = "field"', "misses 'means'"),
        ('[word.a]\nof = "fields"\nmeans = "It."', "did you mean 'field'".capitalize()),
        ('[word.a]\nof = "field"\nmeans = "It"', "no sentence"),
        ('[word.a]\nof = "field"\nmeans = "It."\nmean = 1', "Did you mean 'means'"),
        ('[word.aa]\nof = "field"\nmeans = "It."\nsee = ["ab"]\n[word.ba]\nof = "field"\nmeans = "It."', "is not told"),
        ('[word.a]\nof = "field"\nmeans = "`It`."\nplanner = true', "marks of code"),
        ('[word.a]\nof = "field"\nmeans = "It."\n[word.b]\nof = "field"\nmeans = "It."\nalso = ["A"]', "under 'a'"),
    ],
)
def test_what_is_wrong_with_a_word_is_said_with_its_line(tmp_path: Path, text: str, said: str):
    path = tmp_path / "glossary.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        read_glossary(path)
    assert said in str(refused.value)
    assert "line" in str(refused.value)
