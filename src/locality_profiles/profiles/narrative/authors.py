"""What authors write: one Markdown file for each area and section, read strictly.

::

    words/
        templates.toml                                  sentences of the workspace's own (optional)
        locality/lerwick-and-bressay/hospital.md        a paragraph
        locality/S37900001-north/profile.md             a paragraph at the head of a page
        seen.json                                       the numbers that each text was first seen with

An area's folder bears its code, with '-' where the code has a slash, or its name as a slug. A file may begin with
settings between two lines ``---``: ``replace = true``, ``author = "…"``, ``date = 2026-03-01``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from locality_profiles.declarations import Declaration, Field, line_numbers, parsed
from locality_profiles.errors import DefinitionError, Problem
from locality_profiles.geography.names import slug
from locality_profiles.hidden import HIDDEN
from locality_profiles.meant import did_you_mean
from locality_profiles.profiles.narrative.personal import persons_in

FOLDER = "words"
#: A text longer than this is a document, not a paragraph.
LONGEST = 8_000
FENCE = "---"

_SETTINGS = {
    "replace": Field(bool, default=False),
    "author": Field(str, pattern=r"[^\n<>@]{0,80}"),
    "date": Field(date),
}
#: What a paragraph may not hold, and what to do about it.
_NOT_HERE = {
    "HTML": (re.compile(r"<[/!?A-Za-z]"), "Write it in Markdown; put a space after a < that is meant."),
    "a heading": (re.compile(r"^\s{0,3}(?:#{1,6}(?:\s|$)|=+\s*$)"),
                  "Leave it out: the section has its heading."),
    "a picture": (re.compile(r"!\[[^\]]*\]\s*[\[(]"), "Leave it out: pages hold words and numbers only."),
}  # fmt: skip


@dataclass(frozen=True)
class Paragraph:
    """One file of one author."""

    area_type: str
    area_code: str
    section: str
    text: str
    author: str | None
    written: date | None
    replaces: bool
    file: str

    @property
    def place(self) -> tuple[str, str, str]:
        return self.area_type, self.area_code, self.section


@dataclass(frozen=True)
class Places:
    """Where a paragraph may stand: areas with a profile, by type, code and name; and sections."""

    areas: Iterable[tuple[str, str, str]]
    sections: tuple[str, ...]

    def folders(self) -> dict[str, dict[str, set[str]]]:
        """Codes of areas by their type and by what their folder may be called."""
        found: dict[str, dict[str, set[str]]] = {}
        for kind, code, name in self.areas:
            by_name = found.setdefault(kind, {})
            for folder in {folder_of(code), slug(name)}:
                by_name.setdefault(folder, set()).add(code)
        return found


def folder_of(code: str) -> str:
    """An area's code as the name of a folder."""
    return code.replace("/", "-")


def files_of(workspace: Path) -> list[Path]:
    """The files of authors, in order; a README of the folder itself is none."""
    folder = workspace / FOLDER
    return [path for path in sorted(folder.glob("**/*.md")) if path.relative_to(folder).as_posix() != "README.md"]


def read_paragraphs(workspace: Path, places: Places) -> tuple[list[Paragraph], list[str]]:
    """Every paragraph of a workspace, and notes on files that are still empty.

    Raises
    ------
    DefinitionError
        With everything that is wrong with any of them, by file and line.
    """
    folders, problems, notes = places.folders(), list[Problem](), list[str]()
    found: dict[tuple[str, str, str], Paragraph] = {}
    for path in files_of(workspace):
        name = path.relative_to(workspace).as_posix()
        place = _place(path.relative_to(workspace / FOLDER), name, folders, places.sections, problems)
        read = _read(path, name, problems)
        if place is None or read is None:
            continue
        settings, text = read
        if not text.strip():
            notes.append(f"{name}: nothing is written there yet; it was left out")
            continue
        paragraph = Paragraph(*place, text.strip(), settings.author, settings.written, settings.replaces, name)
        if place in found:
            problems.append(Problem(f"it is for the area and section of {found[place].file}",
                                    "Put both into one file.", name))  # fmt: skip
        found.setdefault(place, paragraph)
    if problems:
        raise DefinitionError(f"The words of authors cannot be used: {len(problems)} thing(s) are wrong.", problems)
    return [found[place] for place in sorted(found)], notes


def _place(
    path: Path, name: str, folders: Mapping[str, Mapping[str, set[str]]], sections: tuple[str, ...],
    problems: list[Problem],
) -> tuple[str, str, str] | None:  # fmt: skip
    """Type and code of the area, and the section, that a file's path names."""
    if len(path.parts) != 3:
        problems.append(Problem("its place does not say what it is about",
                                f"Put it at {FOLDER}/KIND/AREA/SECTION.md, such as words/locality/north/hospital.md.",
                                name))  # fmt: skip
        return None
    kind, area, section = path.parts[0], path.parts[1], path.stem
    before = len(problems)
    codes: set[str] = set()
    if kind not in folders:
        problems.append(Problem(f"there are no profiles of the kind '{kind}'", _meant(kind, folders), name))
    else:
        codes = folders[kind].get(area, set())
        if not codes:
            problems.append(Problem(f"there is no {kind.replace('_', ' ')} '{area}' with a profile",
                                    _meant(area, folders[kind]), name))  # fmt: skip
        elif len(codes) > 1:
            listed = ", ".join(sorted(map(folder_of, codes)))
            problems.append(Problem(f"'{area}' may be {len(codes)} areas", f"Name the folder by code: {listed}.", name))
    if section not in sections:
        problems.append(Problem(f"a profile has no section '{section}'", _meant(section, sections), name))
    return (kind, next(iter(codes)), section) if len(problems) == before else None


@dataclass(frozen=True)
class _Settings:
    author: str | None
    written: date | None
    replaces: bool


def _read(path: Path, name: str, problems: list[Problem]) -> tuple[_Settings, str] | None:
    """Settings and text of a file; None where there is something wrong with it."""
    before = len(problems)
    try:
        with path.open("rb") as file:
            whole = file.read(4 * LONGEST + 4).decode("utf-8")  # four bytes make a character, at most
    except UnicodeDecodeError:
        if path.stat().st_size > 4 * LONGEST:  # cut off within a character
            problems.append(Problem("it is too long for a paragraph", "Say less.", name))
        else:
            problems.append(Problem("it is not UTF-8", "Save it as UTF-8.", name))
        return None
    if len(whole) > LONGEST:
        problems.append(Problem(f"it has {len(whole):,} characters; a paragraph has {LONGEST:,} at most",
                                "Say less, and refer to a document for the rest.", name))  # fmt: skip
        return None
    lines = whole.lstrip("\ufeff").splitlines()
    head, body, first = _divided(lines, name, problems)
    settings = _settings(path, name, head, problems)
    for number, line in enumerate(body, start=first):
        where = f"{name}, line {number}"
        problems += [Problem(f"there seems to be {what} in it", _NOBODY, where) for what in persons_in(line)]
        problems += [Problem(f"there is {what} in it", remedy, where) for what, (looks, remedy) in _NOT_HERE.items()
                     if looks.search(line)]  # fmt: skip
        if HIDDEN.search(line):
            problems.append(Problem("there are characters in it that cannot be seen", "Type the line anew.", where))
    return (settings, "\n".join(body)) if len(problems) == before else None


_NOBODY = "Take it out: nothing by which a person could be found may stand in a profile."


def _divided(lines: list[str], name: str, problems: list[Problem]) -> tuple[list[str], list[str], int]:
    """Lines of the settings, lines of the text, and the number of the text's first line."""
    if not lines or lines[0].strip() != FENCE:
        return [], lines, 1
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == FENCE:
            return lines[1:number], lines[number + 1 :], number + 2
    problems.append(
        Problem("its settings do not end", f"Write {FENCE} on a line of its own after them.", f"{name}, line 1")
    )
    return [], [], 1


def _settings(path: Path, name: str, head: list[str], problems: list[Problem]) -> _Settings:
    text = "\n".join(head)
    try:
        data = parsed(text)
    except ValueError as fault:
        problems.append(Problem(f"its settings are not TOML: {fault}", 'Write them as author = "…".', name))
        return _Settings(None, None, False)
    lines = {key: number + 1 for key, number in line_numbers(text).items()}
    declared = Declaration(path, name, data, lines)
    told = declared.read(data, _SETTINGS)
    problems += declared.problems
    problems += [Problem(f"there seems to be {what} in its settings", _NOBODY, name) for what in persons_in(text)
                 if what != "a date of birth"]  # fmt: skip
    return _Settings((told["author"] or "").strip() or None, told["date"], bool(told["replace"]))


def _meant(name: str, known: Iterable[str]) -> str:
    listed = sorted(known)
    there = f"There {'is' if len(listed) == 1 else 'are'} {', '.join(listed[:8])}{' …' if len(listed) > 8 else ''}."
    return did_you_mean(name, listed, otherwise=there)


STARTER = (
    '---\nauthor = ""\n# date = {today}\n# replace = true   # to stand in place of the sentences of this section\n---\n'
)


def start(workspace: Path, area_type: str, folder: str, section: str, today: date) -> tuple[Path, bool]:
    """The file of an area's folder and a section, made with empty settings if it is not there; whether it was made."""
    path = workspace / FOLDER / area_type / folder / f"{section}.md"
    if path.exists():
        return path, False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(STARTER.format(today=today.isoformat()), encoding="utf-8")
    return path, True
