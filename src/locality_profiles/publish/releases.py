"""Releases: written aside, verified, then made current in one step.

``data/published/releases/<id>`` is a release, ``data/published/current`` the one to read. A reader
never sees half of one: the folder is written under another name, checked file by file, renamed, and
only then does ``current`` point to it. Nothing of the release that was current is touched.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from locality_profiles.errors import Problem, ReleaseError
from locality_profiles.tables.store import sha256_of

KEPT = 10
NOTE = "release.json"


@dataclass(frozen=True)
class Release:
    """A published release, as its own note tells."""

    folder: Path
    about: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.about["release_id"])

    @property
    def plan(self) -> str:
        """Key of everything that went in: the same plan would give the same release."""
        return str(self.about["plan"])

    @property
    def tables(self) -> dict[str, Path]:
        """Curated and made tables that the release was written from."""
        return {name: Path(path) for name, path in self.about["tables"].items()}


def release_id(plan: str, day: date) -> str:
    return f"{day:%Y-%m-%d}-{plan[:8]}"


def read_release(folder: Path) -> Release | None:
    note = folder / NOTE
    if not note.is_file():
        return None
    return Release(folder.resolve(), json.loads(note.read_text(encoding="utf-8")))


def current_release(published: Path) -> Release | None:
    """The release to read, or None before the first."""
    return read_release(published / "current")


def releases(published: Path) -> list[Release]:
    """Every whole release, newest first."""
    found = [read_release(path) for path in (published / "releases").glob("*") if not path.name.startswith(".")]
    return sorted((r for r in found if r), key=lambda r: (str(r.about["finished"]), r.id), reverse=True)


def aside(published: Path, identity: str) -> Path:
    """An empty folder to write a release into; left-overs of the same name go first."""
    folder = published / "releases" / f".building-{identity}-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def finish(folder: Path, about: Mapping[str, Any]) -> None:
    """Write the release's note: what it is, what it was made from, and a checksum of every file."""
    files = {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    note = {**about, "finished": datetime.now().astimezone().isoformat(timespec="seconds"), "files": files}
    (folder / NOTE).write_text(json.dumps(note, indent=1, default=str), encoding="utf-8")


def verify(folder: Path, promised: Sequence[str]) -> None:
    """Look at a written release as its reader will.

    Raises
    ------
    ReleaseError
        With every file that is missing, empty or not as it was written.
    """
    release = read_release(folder)
    problems = [] if release else [Problem("the release has no note", file=str(folder / NOTE))]
    listed: Mapping[str, Any] = release.about["files"] if release else {}
    for name in promised:
        if name not in listed:
            problems.append(Problem("the file was promised and not written", file=name))
    for name, told in listed.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != told["bytes"]:
            problems.append(Problem("the file is not as it was written", file=name))
        elif told["bytes"] == 0:
            problems.append(Problem("the file is empty", file=name))
    if problems:
        raise ReleaseError("The new release is not whole; the last one stays current.", problems)


def make_current(published: Path, folder: Path, identity: str) -> Release:
    """Give a verified folder its name and point ``current`` to it, each in one step."""
    final = published / "releases" / identity
    if final.exists():  # the same plan on the same day: the same release
        shutil.rmtree(folder)
    else:
        folder.rename(final)
    point_current(published, final)
    release = read_release(final)
    if release is None:
        raise ReleaseError(f"The release {identity} lost its note while it was made current.")
    return release


def point_current(published: Path, target: Path) -> None:
    """Let ``current`` mean ``target``: a link made beside and renamed over the old one."""
    link = published / "current"
    new = published / f".current-{os.getpid()}"
    new.unlink(missing_ok=True)
    new.symlink_to(Path("releases") / target.name, target_is_directory=True)
    new.replace(link)


def roll_back(published: Path, identity: str) -> Release:
    """Make an earlier release current again.

    Raises
    ------
    ReleaseError
        If there is no such release.
    """
    target = published / "releases" / identity
    release = read_release(target)
    if release is None:
        known = ", ".join(r.id for r in releases(published)) or "none"
        raise ReleaseError(f"There is no release '{identity}'. Releases here: {known}.")
    point_current(published, target)
    return release


def clear_old(published: Path, keep: int = KEPT) -> list[Path]:
    """Take away releases beyond the newest ``keep``; never the current one. Returns what went."""
    current = current_release(published)
    gone = []
    for release in releases(published)[keep:]:
        if current is None or release.folder != current.folder:
            shutil.rmtree(release.folder)
            gone.append(release.folder)
    return gone
