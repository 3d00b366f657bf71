"""Words of the field and of this program, in plain words: read strictly, printed by whoever needs them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from locality_profiles.declarations import Field, list_of_text, read_declaration
from locality_profiles.meant import did_you_mean

#: Whose words they are.
OF = {"field": "health and social care, statistics, geography", "program": "this program"}


@dataclass(frozen=True)
class Word:
    """A word, what it means, other words for it, and words that are told here and help."""

    word: str
    means: str
    of: str
    also: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    planner: bool = False
    """Whether a planner meets it on the pages of a release."""


FIELDS = {
    "means": Field(str, True),
    "of": Field(str, True, allowed=tuple(OF)),
    "also": Field(list, default=[]),
    "see": Field(list, default=[]),
    "planner": Field(bool, default=False),
}


def for_planners() -> list[Word]:
    """The words that a planner needs to read the pages of a release."""
    return [word for word in glossary().values() if word.planner]


@cache
def glossary() -> dict[str, Word]:
    """The package's words by themselves, in order of the alphabet."""
    return read_glossary(Path(__file__).with_suffix(".toml"))


def read_glossary(path: Path) -> dict[str, Word]:
    """Read a file of words.

    Raises
    ------
    DefinitionError
        With everything that is wrong: a key that is not known, a word that is told twice, one to see that is not told.
    """
    declared = read_declaration(path)
    tables = declared.read(declared.data, {"word": Field(dict, True)})["word"] or {}
    found: dict[str, Word] = {}
    taken: dict[str, str] = {}
    for word, table in tables.items():
        told = declared.read(table, FIELDS, "word", word)
        also = list_of_text(declared, told["also"], "word", word, "also")
        see = list_of_text(declared, told["see"], "word", word, "see")
        for one in (word, *also):
            if (other := taken.setdefault(one.casefold(), word)) != word:
                declared.problem(f"'{one}' is told under '{other}' as well", "Keep one of the two.", "word", word)
        if told["means"] and not told["means"].endswith("."):
            declared.problem(f"what '{word}' means is no sentence", "End it with a full stop.", "word", word, "means")
        if told["planner"] and "`" in (told["means"] or ""):
            declared.problem(f"what '{word}' means holds marks of code, which a planner's page does not show",
                             "Say it without them, or leave out 'planner'.", "word", word, "means")  # fmt: skip
        found[word] = Word(word, told["means"] or "", told["of"] or "", also, see, bool(told["planner"]))
    for word in found.values():
        for one in word.see:
            if one not in found:
                remedy = did_you_mean(one, found, otherwise="Tell it as well, or leave it out.")
                declared.problem(f"'{word.word}' says to see '{one}', which is not told", remedy,
                                 "word", word.word, "see")  # fmt: skip
    declared.finish()
    return dict(sorted(found.items(), key=lambda pair: pair[0].casefold()))
