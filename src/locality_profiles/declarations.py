"""Reading a declaration (TOML) strictly: everything wrong at once, with line, reason and remedy.

A declaration is data with a closed vocabulary: a key that is not known is an error, with the
likeliest one that is. TOML's own reader does not keep line numbers, so the lines of keys are found
from the text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from locality_profiles.errors import DefinitionError, LocalityProfilesError, Problem
from locality_profiles.hidden import HIDDEN, names_of_hidden
from locality_profiles.meant import did_you_mean

KIND_NAMES = {
    str: "text in quotes", int: "a whole number", float: "a number", bool: "true or false", list: "a list",
    dict: "a table", object: "a text or a list", date: "a date such as 2026-03-01",
}  # fmt: skip


#: A person writes declarations: no larger, and not deeper.
MOST_BYTES = 4 * 2**20
DEEPEST = 32
#: What a whole number of the tables can hold.
LARGEST_NUMBER = 2**63 - 1
#: A key of many parts takes its reader a step for each pair of them.
_LONG_KEY = re.compile(rf"(?<![\w-])(?:[\w-]+\s*\.\s*){{{DEEPEST}}}")


@dataclass(frozen=True)
class Field:
    """One key that a table of a declaration may hold."""

    kind: type
    required: bool = False
    allowed: tuple[Any, ...] = ()
    pattern: str = ""
    default: Any = None


@dataclass
class Declaration:
    """A TOML file, its lines, and what is wrong with it so far."""

    path: Path
    name: str
    data: dict[str, Any]
    lines: Mapping[tuple[str, ...], int]
    problems: list[Problem] = field(default_factory=list)

    def problem(self, what: str, remedy: str, *where: str) -> None:
        line = next((self.lines[where[:n]] for n in range(len(where), 0, -1) if where[:n] in self.lines), None)
        self.problems.append(Problem(what, remedy, f"{self.name}, line {line}" if line else self.name))

    def read(self, table: Any, fields: Mapping[str, Field], *where: str) -> dict[str, Any]:
        """The values of one table, checked against its fields; defaults where a key is not given."""
        heading = _heading(where)
        place = f"{heading} " if where else ""
        if not isinstance(table, dict):
            self.problem(f"{place}should be a table", f"Write it as {heading}.", *where)
            return {key: spec.default for key, spec in fields.items()}
        for key in table:
            if key not in fields:
                remedy = did_you_mean(key, fields, otherwise=f"Known here: {', '.join(fields)}.")
                self.problem(f"{place}does not know '{key}'", remedy, *where, key)
        return {key: self._value(table, key, spec, place, where) for key, spec in fields.items()}

    def _value(self, table: dict[str, Any], key: str, spec: Field, place: str, where: tuple[str, ...]) -> Any:
        if key not in table:
            if spec.required:
                self.problem(f"{place}misses '{key}'", f"Add {key} = {_example(spec)}.", *where)
            return spec.default
        value = table[key]
        good = isinstance(value, spec.kind) or (spec.kind is float and isinstance(value, int))
        if not good or (isinstance(value, bool) and spec.kind is not bool):
            self.problem(
                f"{place}'{key}' should be {KIND_NAMES[spec.kind]}", f"Write {key} = {_example(spec)}.", *where, key
            )
            return spec.default
        if spec.allowed and value not in spec.allowed:
            allowed = [str(one) for one in spec.allowed]
            remedy = did_you_mean(str(value), allowed, f"It may be {', '.join(allowed)}.")
            self.problem(f"{place}'{key}' is '{value}'", remedy, *where, key)
        if spec.pattern and isinstance(value, str) and not re.fullmatch(spec.pattern, value):
            self.problem(f"{place}'{key}' is '{value}'", f"It should have the form {spec.pattern}.", *where, key)
        return value

    def finish(self, error: type[LocalityProfilesError] = DefinitionError) -> None:
        """Raise everything that was found."""
        if self.problems:
            raise error(f"{self.name} cannot be used.", self.problems)


def _heading(where: Sequence[str]) -> str:
    """A table as its own header writes it: [areas], or [[areas.system]] for one of a list."""
    name = ".".join(part for part in where if not part.isdigit())
    return f"[[{name}]]" if where and where[-1].isdigit() else f"[{name}]"


def _example(spec: Field) -> str:
    if spec.allowed:
        return repr(spec.allowed[0]).replace("'", '"')
    examples = {
        str: '"…"',
        int: "1",
        float: "1.0",
        bool: "true",
        list: "[…]",
        dict: "{…}",
        object: '"…"',
        date: "2026-03-01",
    }
    return examples[spec.kind]


def read_declaration(
    path: Path, name: str | None = None, error: type[LocalityProfilesError] = DefinitionError
) -> Declaration:
    """Parse a TOML file.

    Raises
    ------
    error
        If the file is missing or is not TOML; the parser's line and column are passed on.
    """
    name = name or path.name
    try:
        if path.stat().st_size > MOST_BYTES:
            what = f"the file is larger than {MOST_BYTES // 2**20} MiB, which nobody writes by hand"
            raise error(f"{name} cannot be read.", [Problem(what, "Name the file that is meant.", name)])
        text = path.read_text(encoding="utf-8")
        data = parsed(text)
    except FileNotFoundError:
        raise error(f"There is no {name}.", [Problem("the file is missing", "", str(path))]) from None
    except UnicodeDecodeError:
        raise error(f"{name} cannot be read.", [Problem("the file is not UTF-8", "Save it as UTF-8.", name)]) from None
    except tomllib.TOMLDecodeError as fault:
        raise error(
            f"{name} cannot be read.",
            [Problem(f"this is not TOML: {fault}", "Mend the line that is named.", name)],
        ) from None
    except ValueError as fault:
        raise error(f"{name} cannot be read.", [Problem(str(fault), "Mend it.", name)]) from None
    declared = Declaration(path, name, data, line_numbers(text))
    _refuse_hidden(declared)
    if declared.problems:
        raise error(f"{name} cannot be used.", declared.problems)
    return declared


def parsed(text: str) -> dict[str, Any]:
    """What a TOML text says.

    Raises
    ------
    tomllib.TOMLDecodeError
        If it is not TOML.
    ValueError
        In plain words, if it is nested too deep or holds a number that is too long.
    """
    if found := _LONG_KEY.search(text):
        number = text.count("\n", 0, found.start()) + 1
        raise ValueError(f"a key in line {number} has more than {DEEPEST} parts")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise ValueError(f"brackets stand in brackets more than {DEEPEST} deep") from None
    except ValueError:
        raise ValueError("a number in it is too long to be one") from None
    for keys, value in _leaves(data):
        if len(keys) > DEEPEST:
            raise ValueError(f"tables and lists stand in each other more than {DEEPEST} deep")
        if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
            raise ValueError(f"'{'.'.join(keys)[:80]}' is a larger number than anything that is counted here")
    return data


def _leaves(data: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value of a declaration with the keys that lead to it, without a step down the stack for each level."""
    left: list[tuple[tuple[str, ...], Any]] = [((), data)]
    while left:
        keys, value = left.pop()
        if len(keys) <= DEEPEST and isinstance(value, dict | list):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            left.extend(((*keys, str(key)), each) for key, each in pairs)
        else:
            yield keys, value


def _refuse_hidden(declared: Declaration) -> None:
    """A name or text that a person types holds nothing that cannot be seen."""
    for keys, value in _leaves(declared.data):
        for text in (*keys, *([value] if isinstance(value, str) else [])):
            if HIDDEN.search(text):
                found = "; ".join(names_of_hidden(text)[:4])
                declared.problem(f"there is a character that cannot be seen ({found})", "Type it anew.", *keys)


def line_numbers(text: str) -> dict[tuple[str, ...], int]:
    """Line of every table and key, by its path; the tables of a list are numbered from 0."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*\[\[\s*(.+?)\s*\]\]", line):
            path = _in_latest(_key_path(found[1]), counts)
            counts[path] = counts.get(path, -1) + 1
            table = (*path, str(counts[path]))
            lines[table] = number
        elif found := re.match(r"\s*\[\s*([^\[\]=]+?)\s*\]\s*(?:#.*)?$", line):
            table = _key_path(found[1])
            lines.setdefault(table, number)
        elif found := re.match(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\.(?:"[^"]*"|[\w-]+))*)\s*=""", line):
            lines.setdefault((*table, *_key_path(found[1])), number)
    return lines


def _in_latest(path: tuple[str, ...], counts: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    """The path with the number of the latest table of each list that it goes through."""
    numbered: tuple[str, ...] = ()
    for part in path[:-1]:
        numbered = (*numbered, part)
        if numbered in counts:
            numbered = (*numbered, str(counts[numbered]))
    return (*numbered, path[-1])


def _key_path(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in re.findall(r"""\"[^"]*\"|'[^']*'|[^.]+""", text))


def list_of_text(declaration: Declaration, values: Sequence[Any], *where: str) -> tuple[str, ...]:
    """A list whose every entry is text."""
    if any(not isinstance(value, str) for value in values):
        declaration.problem(f"'{where[-1]}' should list texts only", 'Write ["…", "…"].', *where)
    return tuple(str(value) for value in values)
