"""Services and other words of a ledger, read from their declarations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from locality_profiles.declarations import Field, read_declaration

FOLDER = Path(__file__).parent
LISTS = (
    "version",
    "scope",
    "partner",
    "care_group",
    "subjective",
    "recurring",
    "provider_sector",
    "split",
    "programme",
)
#: Spending whose programme nothing tells.
PROGRAMME_NOT_TOLD = "91"


@dataclass(frozen=True)
class Service:
    """One service: what it is called, what it is a part of, and how its spending is summed up."""

    code: str
    title: str
    split: str
    programme: str
    overhead: bool

    @property
    def parent(self) -> str:
        """The service that it is a part of; empty for a family."""
        return self.code.rpartition(".")[0]

    @property
    def family(self) -> str:
        return self.code.partition(".")[0]


_SERVICE = {
    "title": Field(str, required=True, default=""),
    "split": Field(str),
    "programme": Field(str),
    "overhead": Field(bool),
}


@cache
def words(path: Path = FOLDER / "codes.toml") -> Mapping[str, Mapping[str, str]]:
    """Lists of words by name, each word with its title.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file.
    """
    declared = read_declaration(path)
    found = declared.read(declared.data, {name: Field(dict, required=True, default={}) for name in LISTS})
    for name, listed in found.items():
        for word, title in listed.items():
            if not isinstance(title, str) or not title:
                declared.problem(f"[{name}] '{word}' has no title", f'Write {word} = "Title".', name, word)
    declared.finish()
    return {name: {str(word): str(title) for word, title in listed.items()} for name, listed in found.items()}


@cache
def services(path: Path = FOLDER / "services.toml") -> Mapping[str, Service]:
    """Every service by code, in order; a part has the split, programme and overhead of its whole unless it says so.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file.
    """
    declared = read_declaration(path)
    found: dict[str, Service] = {}
    for code, table in declared.data.items():
        told = declared.read(table, _SERVICE, code)
        parent = code.rpartition(".")[0]
        if parent and parent not in found:
            declared.problem(f"[{code}] is a part of {parent}, which does not stand before it",
                             f'Declare ["{parent}"] first.', code)  # fmt: skip
        above = found.get(parent)
        split = told["split"] or (above.split if above else "")
        programme = told["programme"] or (above.programme if above else PROGRAMME_NOT_TOLD)
        overhead = told["overhead"] if told["overhead"] is not None else bool(above and above.overhead)
        for name, word in (("split", split), ("programme", programme)):
            if word not in words()[name]:
                declared.problem(f"[{code}] {name} is '{word}', which is none of the declared ones",
                                 f"Write one of {', '.join(words()[name])}.", code, name)  # fmt: skip
        found[code] = Service(code, told["title"], split, programme, overhead)
    declared.finish()
    return found


def is_part_of(code: str, whole: str) -> bool:
    """Whether a service is another, or a part of it."""
    return code == whole or code.startswith(f"{whole}.")
