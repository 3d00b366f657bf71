"""Groups of conditions, declared by their codes in ``conditions.toml``, as SQL that finds them in records.

A list of codes is a list: each code or range is spelt out, so that nobody has to read a pattern. (A pattern such as
``W[00-19]`` finds W90 to W99 as well, since it asks for one character out of 0, 1 and 9.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from locality_profiles.declarations import Declaration, Field, read_declaration

FILE = Path(__file__).parent / "conditions.toml"
#: Columns of a record that hold its diagnoses, the main one first, and its main operation.
DIAGNOSES = ("diag1", "diag2", "diag3", "diag4", "diag5", "diag6")
OPERATION = "op1a"

_CODE = r"[A-Z]\d{2}[\dX]?"


@dataclass(frozen=True)
class Codes:
    """Codes and ranges of codes, each from its first to its last; a single code is a range of one."""

    ranges: tuple[tuple[str, str], ...]

    def found_in(self, column: str) -> str:
        """SQL: the column holds one of the codes, or one that begins with it."""
        if not self.ranges:
            return "false"
        tests = []
        for first, last in self.ranges:
            start = f"left({column}, {len(first)})"
            tests.append(f"{start} = '{first}'" if first == last else f"{start} between '{first}' and '{last}'")
        return f"({' or '.join(tests)})"


@dataclass(frozen=True)
class Condition:
    """One group of conditions: which codes, in which place, make a record belong to it."""

    id: str
    title: str
    of: str
    main: Codes
    any: Codes
    main_with: Codes
    second: Codes
    not_operation: Codes

    def sql(self) -> str:
        """SQL that is true for records of the group; codes without dots, in capitals, empty text for none."""
        main, second = DIAGNOSES[:2]
        anywhere = " or ".join(self.any.found_in(column) for column in DIAGNOSES) if self.any.ranges else "false"
        found = (
            f"{self.main.found_in(main)} or {anywhere} "
            f"or ({self.main_with.found_in(main)} and {self.second.found_in(second)})"
        )
        return f"coalesce(({found}) and not {self.not_operation.found_in(OPERATION)}, false)"


_LISTS = ("main", "any", "main_with", "second", "not_operation")
_GROUP = {
    "title": Field(str, required=True, default=""),
    "of": Field(str, required=True, default=""),
    **{key: Field(list, default=[]) for key in _LISTS},
}


@cache
def conditions(path: Path = FILE) -> Mapping[str, Condition]:
    """Every group, by id.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file.
    """
    declared = read_declaration(path)
    found = {}
    for name, table in declared.data.items():
        told = declared.read(table, _GROUP, name)
        codes = {key: _codes(declared, told[key], name, key) for key in _LISTS}
        if not any(codes[key].ranges for key in ("main", "any", "main_with")):
            declared.problem(f"[{name}] has no codes", 'Add main = ["…"] or any = ["…"].', name)
        if bool(codes["main_with"].ranges) != bool(codes["second"].ranges):
            declared.problem(f"[{name}] 'main_with' and 'second' go together", "Give both, or neither.", name)
        found[name] = Condition(name, told["title"], told["of"], **codes)
    declared.finish()
    return found


def _codes(declared: Declaration, listed: Sequence[object], group: str, key: str) -> Codes:
    ranges = []
    for text in listed:
        parts = re.fullmatch(rf"({_CODE})(?:-({_CODE}))?", text) if isinstance(text, str) else None
        first, last = (parts[1], parts[2] or parts[1]) if parts else ("", "")
        if not parts or len(first) != len(last) or last < first:
            remedy = 'Write "W00" or "W00-W19": both ends of one length, the smaller first.'
            declared.problem(f"[{group}] {text!r} is no code or range of codes", remedy, group, key)
            continue
        ranges.append((first, last))
    return Codes(tuple(ranges))


def one_of(group: str) -> str:
    """SQL that is true for records of any condition of a family, such as ``preventable``."""
    family = [condition.sql() for condition in conditions().values() if condition.of == group]
    return f"({' or '.join(family)})"
