"""Paragraphs of authors from the terminal: which there are, where one is written, and which still hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from locality_profiles.errors import WorkspaceError
from locality_profiles.meant import did_you_mean
from locality_profiles.profiles.narrative.authors import FOLDER, Paragraph, folder_of, read_paragraphs, start
from locality_profiles.profiles.narrative.making import noted_figures, places_of
from locality_profiles.profiles.narrative.seen import key_of, moved, read_seen, text_mark, write_seen
from locality_profiles.publish.releases import Release, current_release
from locality_profiles.showing import find_profile
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect
from locality_profiles.workspace import Workspace

#: Tables of a release that telling of paragraphs needs.
READS = ("profile", "area", "indicator", "sentence")


@dataclass(frozen=True)
class Told:
    """One paragraph: what it is about, its file, and what has moved since it was first seen."""

    area_type: str
    area_code: str
    area_name: str
    section: str
    file: str
    author: str | None
    written: date | None
    replaces: bool
    new: bool
    """Whether no build has seen this text yet."""
    moved: tuple[str, ...]

    @property
    def words(self) -> str:
        """The paragraph in a line or two for the terminal."""
        ways = [f"by {self.author}" if self.author else "",
                f"{self.written.day} {self.written:%B %Y}" if self.written else "",
                "in place of sentences" if self.replaces else "", "not built yet" if self.new else ""]  # fmt: skip
        about = ", ".join(filter(None, ways))
        head = f"{self.area_name}, {self.section}: {self.file}{f' ({about})' if about else ''}"
        return "\n".join([head, *(f"  moved: {change}" for change in self.moved)])


def list_words(workspace: Workspace) -> list[Told]:
    """Every paragraph of a workspace beside the numbers of its current release.

    Raises
    ------
    WorkspaceError
        If there is no release.
    DefinitionError
        If a paragraph, or what was seen with them, is wrong.
    """
    return [told for told, _ in _read(workspace)]


def _read(workspace: Workspace) -> list[tuple[Told, tuple[Paragraph, dict[str, dict[str, str]]]]]:
    release = _release(workspace)
    seen = read_seen(workspace.folder)
    with connect() as connection:
        for name in READS:
            connection.execute(f"create view {name} as select * from {relation(release.tables[name])}")
        places = places_of(connection)
        paragraphs, _ = read_paragraphs(workspace.folder, places)
        figures = noted_figures(connection, paragraphs)
    names = {(kind, code): name for kind, code, name in places.areas}
    found = []
    for paragraph in paragraphs:
        key = key_of(paragraph)
        before, now = seen.get(key), {name: dict(told) for name, told in figures[key].items()}
        known = before is not None and before["text"] == text_mark(paragraph.text)
        changes = moved(before["figures"], now) if before is not None and known else []
        told = Told(*paragraph.place[:2], names[paragraph.place[:2]], paragraph.section, paragraph.file,
                    paragraph.author, paragraph.written, paragraph.replaces, not known, tuple(changes))  # fmt: skip
        found.append((told, (paragraph, now)))
    return found


def accept_words(workspace: Workspace, area: str | None = None) -> list[Told]:
    """Take the paragraphs of an area, or of all, as true of the numbers of the current release; those that had moved.

    Raises
    ------
    WorkspaceError
        If there is no release, or the workspace cannot be written to.
    UnknownArea
        If there is no such area.
    """
    place = find_profile(_release(workspace), area) if area else None
    seen, accepted = read_seen(workspace.folder), []
    for told, (paragraph, figures) in _read(workspace):
        if told.moved and place in (None, (told.area_type, told.area_code)):
            seen[key_of(paragraph)] = {"text": text_mark(paragraph.text), "figures": figures}
            accepted.append(told)
    if accepted:
        try:
            write_seen(workspace.folder, seen)
        except OSError as error:
            raise WorkspaceError(f"{FOLDER}/seen.json cannot be written: {error.strerror}.") from None
    return accepted


def start_words(workspace: Workspace, area: str, section: str, today: date) -> tuple[Path, bool]:
    """The file for a paragraph of an area and section, and whether it was made now.

    Raises
    ------
    WorkspaceError
        If there is no release, no such section, or the file cannot be made.
    UnknownArea
        If there is no such area.
    """
    release = _release(workspace)
    kind, code = find_profile(release, area)
    with connect() as connection:
        for name in READS:
            connection.execute(f"create view {name} as select * from {relation(release.tables[name])}")
        places = places_of(connection)
    if section not in places.sections:
        hint = did_you_mean(section, places.sections, otherwise=f"There are {', '.join(places.sections)}.")
        raise WorkspaceError(f"A profile has no section '{section}'. {hint}")
    names = {(of, each): folder for of, folders in places.folders().items() for folder, codes in folders.items()
             for each in codes if len(codes) == 1 and folder != folder_of(each)}  # fmt: skip
    folder = names.get((kind, code), folder_of(code))
    other = workspace.folder / FOLDER / kind / folder_of(code) / f"{section}.md"
    if other.exists():
        return other, False
    try:
        return start(workspace.folder, kind, folder, section, today)
    except OSError as error:
        raise WorkspaceError(f"The file cannot be made: {error.strerror}.") from None


def _release(workspace: Workspace) -> Release:
    release = current_release(workspace.published)
    if release is None or "sentence" not in release.tables:
        raise WorkspaceError("There is no release with sentences yet. Run 'locality-profiles build' first.")
    return release


def told_of(found: list[Told]) -> str:
    """All paragraphs for the terminal."""
    if not found:
        return "There are no paragraphs of authors yet. 'locality-profiles words AREA SECTION' makes a file for one."
    moved_ones = [told for told in found if told.moved]
    head = f"{len(found)} paragraph(s); beside {len(moved_ones)} of them, numbers have moved."
    return "\n".join([head, *(told.words for told in found)])


def as_dict(told: Told) -> dict[str, Any]:
    """The same for another program."""
    return {**vars(told), "written": told.written.isoformat() if told.written else None, "moved": list(told.moved)}
