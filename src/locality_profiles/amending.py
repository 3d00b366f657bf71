"""Amending ``profiles.toml``: an area system put in or replaced, every other line left as it was written.

A TOML library that writes a whole file anew moves the comment above a table to the one before it, and
loses keys of tables that do not stand together. So the file is cut at its headers, only the section
that changes is edited, and what comes out must mean exactly what was asked for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any

from locality_profiles.errors import WorkspaceError
from locality_profiles.workspace import SETTINGS, AreaSystem, DeclaredArea

SYSTEMS = ("areas", "system")
_HEAD = "[[areas.system]]\n"

_KEY = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_HEADER = re.compile(rf"\s*\[\[?\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*\]\]?\s*(?:#.*)?$")

#: Fields of an area system that ``profiles.toml`` calls otherwise.
_SPELT = {"origin": "from", "block_type": "blocks", "areas": "area"}


@dataclass(frozen=True)
class Section:
    """A table with its header: lines from ``start`` up to ``end``, without the comment above the next header."""

    path: tuple[str, ...]
    start: int
    end: int


def with_system(text: str, system: AreaSystem, profile: Sequence[str] | None = None) -> str:
    """The text of ``profiles.toml`` with an area system, in place of one of its name.

    ``profile`` are the kinds of area that get a page, where that changes.

    Raises
    ------
    WorkspaceError
        If the file is laid out so that nothing can be put in safely; the error holds the lines to add.
    """
    table = as_table(system)
    wanted = _as_asked(tomllib.loads(text), table, profile)
    try:
        amended = _with_table(text.replace("\r\n", "\n"), table)
        amended = amended if profile is None else _with_profile(amended, profile)
        right = tomllib.loads(amended) == wanted
    except (ValueError, KeyError):  # tomllib's and tomlkit's own errors are ValueErrors
        right = False
    if not right:
        also = "" if profile is None else f", and profile = {list(profile)} under [areas]".replace("'", '"')
        raise WorkspaceError(
            f"{SETTINGS} is laid out in a way that an area system cannot be put in by itself. "
            f"Add these lines to it{also}:\n\n{as_lines(system)}"
        )
    return amended.replace("\n", "\r\n") if "\r\n" in text else amended


def as_table(system: AreaSystem) -> dict[str, Any]:
    """What [[areas.system]] says of a system: every key that is not as usual anyway."""
    told = {field.name: (getattr(system, field.name), field.default) for field in fields(AreaSystem)}
    return {
        _SPELT.get(name, name): [_plain(part) for part in value] if isinstance(value, tuple) else value
        for name, (value, usual) in told.items()
        if usual is MISSING or value != usual
    }


def _plain(part: Any) -> Any:
    """An area of a list as its table: what is not as usual; anything else as it is."""
    if not isinstance(part, DeclaredArea):
        return part
    told = {field.name: (getattr(part, field.name), field.default) for field in fields(DeclaredArea)}
    return {key: list(value) if isinstance(value, tuple) else value
            for key, (value, usual) in told.items() if usual is MISSING or value != usual}  # fmt: skip


def as_lines(system: AreaSystem) -> str:
    """The same as lines of ``profiles.toml``."""
    return _edited(_HEAD, as_table(system))


def _as_asked(data: dict[str, Any], table: dict[str, Any], profile: Sequence[str] | None) -> dict[str, Any]:
    areas = data.get("areas", {})
    systems = list(areas.get("system", []))
    at = next((n for n, told in enumerate(systems) if told.get("name") == table["name"]), len(systems))
    systems[at : at + 1] = [table]
    profiled = {} if profile is None else {"profile": list(profile)}
    return {**data, "areas": {**areas, **profiled, "system": systems}}


def _with_table(text: str, table: dict[str, Any]) -> str:
    lines = text.splitlines(keepends=True)
    sections = sections_of(lines)
    systems = [_with_parts(section, sections) for section in sections if section.path == SYSTEMS]
    for whole in systems:
        written = "".join(lines[whole.start : whole.end])
        if tomllib.loads(written)["areas"]["system"][0].get("name") == table["name"]:
            return "".join([*lines[: whole.start], _edited(written, table), *lines[whole.end :]])
    before = systems or [section for section in sections if section.path == ("areas",)]
    return _with_lines(lines, before[-1].end if before else len(lines), _edited(_HEAD, table), apart=True)


def _with_profile(text: str, profile: Sequence[str]) -> str:
    """The text with the kinds that get a page, under [areas]."""
    import tomlkit

    lines = text.splitlines(keepends=True)
    sections = sections_of(lines)
    section = next((s for s in sections if s.path == ("areas",)), None)
    line = f"profile = {list(profile)}\n".replace("'", '"')
    if section is None:
        first = next(s.start for s in sections if s.path == SYSTEMS)
        return _with_lines(lines, first, f"[areas]\n{line}\n")
    written = tomlkit.parse("".join(lines[section.start : section.end]))
    listed: Any = written["areas"].get("profile")
    if listed is None:
        return _with_lines(lines, section.start + 1, line)
    for kind in profile:
        if kind not in listed:
            listed.append(kind)
    return "".join([*lines[: section.start], tomlkit.dumps(written), *lines[section.end :]])


def _with_lines(lines: Sequence[str], at: int, block: str, *, apart: bool = False) -> str:
    """The lines with others put in; ``apart`` from their neighbours by an empty line."""
    above, below = "".join(lines[:at]), "".join(lines[at:])
    if above and not above.endswith("\n"):
        above += "\n"
    before = "\n" if apart and above and not above.endswith("\n\n") else ""
    after = "\n" if apart and below and not below.startswith("\n") else ""
    return f"{above}{before}{block}{after}{below}"


def _edited(written: str, table: dict[str, Any]) -> str:
    """A section's text with these keys and no others; comments beside keys that stay are kept."""
    import tomlkit

    document = tomlkit.parse(written)
    there: Any = document["areas"]["system"][0]
    for key in [key for key in there if key not in table]:
        del there[key]
    for key, value in table.items():
        if there.get(key) != value:
            there[key] = value
    return tomlkit.dumps(document)


def sections_of(lines: Sequence[str]) -> list[Section]:
    """Where each table of a TOML text begins and ends."""
    headers = [(n, found[1]) for n, line in enumerate(lines) if (found := _HEADER.match(line.rstrip("\r\n")))]
    ends = [_end_above(lines, n) for n, _ in headers[1:]] + [len(lines)]
    return [
        Section(tuple(part.strip("\"'") for part in re.findall(_KEY, path)), start, max(end, start + 1))
        for (start, path), end in zip(headers, ends, strict=True)
    ]


def _end_above(lines: Sequence[str], header: int) -> int:
    """The line after the last one that belongs to the table above: a header owns the comment that it touches."""
    end = header
    while end and lines[end - 1].lstrip().startswith("#"):
        end -= 1
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _with_parts(section: Section, sections: Sequence[Section]) -> Section:
    """A section with the tables inside it that follow: [[areas.system]] with its [[areas.system.area]]."""
    end = section.end
    for other in sections:
        if other.start >= end:
            if other.path[: len(section.path)] != section.path or other.path == section.path:
                break
            end = other.end
    return Section(section.path, section.start, end)
