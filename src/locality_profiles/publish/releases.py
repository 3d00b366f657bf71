"""Releases: written aside, verified, then made current in one step.

``data/published/releases/<id>`` is a release, ``data/published/current`` the one to read. A reader
never sees half of one: the folder is written under another name, checked file by file, renamed, and
only then does ``current`` point to it. Nothing of the release that was current is touched. Releases
are numbered as they are made: which is the newest does not hang on a clock, which somebody may set back.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from locality_profiles.errors import Problem, ReleaseError
from locality_profiles.tables.notes import read_note
from locality_profiles.tables.store import sha256_of

NOTE = "release.json"
#: Stands beside ``current`` where that is a copy, since links are refused; its own note says of which release.
COPIED = "current-is-a-copy.txt"


@dataclass(frozen=True)
class Release:
    """A published release, as its own note tells."""

    folder: Path
    about: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.about["release_id"])

    @property
    def built(self) -> date:
        """The day on which it was built."""
        return date.fromisoformat(str(self.about["built"]))

    @property
    def plan(self) -> str:
        """Key of everything that went in: the same plan would give the same release."""
        return str(self.about["plan"])

    @property
    def number(self) -> int:
        """How many releases were made in this workspace up to this one; 0 where that was not counted yet."""
        return int(self.about.get("number", 0))

    @property
    def finished(self) -> float:
        """When it was finished, by the clock of the machine that made it, in seconds since 1970."""
        return datetime.fromisoformat(str(self.about["finished"])).timestamp()

    @property
    def tables(self) -> dict[str, Path]:
        """Curated and made tables of the build: with what only the edition for management shows."""
        return self._stored("tables")

    @property
    def public_tables(self) -> dict[str, Path]:
        """The tables that the public edition was written from."""
        return self._stored("public_tables") if "public_tables" in self.about else self.tables

    def _stored(self, which: str) -> dict[str, Path]:
        """Tables of the store, which the note names from the store's folder: it is published, and says no machine's
        path."""
        store = self.folder.parents[2] / "curated" if len(self.folder.parents) > 2 else Path()
        return {name: store / path for name, path in self.about[which].items()}


def release_id(plan: str, day: date) -> str:
    return f"{day:%Y-%m-%d}-{plan[:8]}"


#: What the note of a release tells; one without was torn or overwritten.
TOLD = frozenset({"release_id", "plan", "finished", "files", "tables"})


def read_release(folder: Path) -> Release | None:
    """The release in a folder; None where there is none, or where its note cannot be read."""
    told = read_note(folder / NOTE)
    return Release(folder.resolve(), told) if isinstance(told, dict) and told.keys() >= TOLD else None


def current_release(published: Path) -> Release | None:
    """The release to read, or None before the first."""
    place = pointed_at(published)
    return read_release(place if place is not None and place.is_dir() else published / "current")


def pointed_at(published: Path) -> Path | None:
    """The release's folder that ``current`` links to, or of which it is a copy; None if neither."""
    current = published / "current"
    if current.is_symlink():
        return published / "releases" / current.resolve().name
    if not current.is_dir() or not (published / COPIED).exists():
        return None
    told = read_note(current / NOTE)
    return published / "releases" / str(told["release_id"]) if isinstance(told, dict) and "release_id" in told else None


def releases(published: Path) -> list[Release]:
    """Every release with a note, the one made last first."""
    found = [read_release(path) for path in (published / "releases").glob("*") if not path.name.startswith(".")]
    return sorted((r for r in found if r), key=lambda r: (r.number, r.finished, r.id), reverse=True)


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
    number = 1 + max((release.number for release in releases(folder.parent.parent)), default=0)
    finished = datetime.now(ZoneInfo("Europe/London")).isoformat(timespec="seconds")
    note = {**about, "number": number, "finished": finished, "files": files}
    (folder / NOTE).write_text(json.dumps(note, indent=1, default=str), encoding="utf-8")


def verify(folder: Path, promised: Sequence[str]) -> None:
    """Look at a written release as its reader will.

    Raises
    ------
    ReleaseError
        With every file that is missing, empty or not as it was written.
    """
    release = read_release(folder)
    listed: Mapping[str, Any] = release.about["files"] if release else {}
    problems = [Problem("the file was promised and not written", file=name) for name in promised if name not in listed]
    problems += [Problem("the file is empty", file=name) for name, told in listed.items() if told["bytes"] == 0]
    problems += [Problem(harm) for harm in harm_of(folder)]
    if problems:
        raise ReleaseError("The new release is not whole; the last one stays current.", problems)


def harm_of(folder: Path, deep: bool = False) -> list[str]:
    """What of a release is missing or not as it was written; ``deep`` reads every byte, else sizes are looked at."""
    release = read_release(folder)
    if release is None:
        return [f"its note {NOTE} is missing or cannot be read"]
    return [
        f"{name}: the file is not as it was written"
        for name, told in release.about["files"].items()
        if not _as_told(folder / name, told, deep)
    ]


def _as_told(path: Path, told: Mapping[str, Any], deep: bool) -> bool:
    if not path.is_file() or path.stat().st_size != told["bytes"]:
        return False
    return not deep or sha256_of(path) == told["sha256"]


def _same(final: Path, folder: Path) -> bool:
    """Whether a release of that name is there, is whole, and stands on the tables on which the new one does.

    The same plan on the same day gives the same release; but one whose tables were lost, or that was copied from
    another workspace, gives way to the one that was made anew.
    """
    old, new = read_release(final), read_release(folder)
    return old is not None and new is not None and old.tables == new.tables and not harm_of(final, deep=True)


def onto_disk() -> None:
    """Have everything that was written so far on the disk, where a cut of power cannot take it back."""
    if hasattr(os, "sync"):
        os.sync()


def make_current(published: Path, folder: Path, identity: str) -> Release:
    """Give a verified folder its name and point ``current`` to it, each in one step."""
    final = published / "releases" / identity
    onto_disk()
    harmed = folder.with_name(f".building-harmed-{identity}-{os.getpid()}")
    if _same(final, folder):
        shutil.rmtree(folder)
    else:
        if final.exists():
            final.replace(harmed)
        folder.rename(final)
    point_current(published, final)
    shutil.rmtree(harmed, ignore_errors=True)
    release = read_release(final)
    if release is None:
        raise ReleaseError(f"The release {identity} lost its note while it was made current.")
    return release


def point_current(published: Path, target: Path) -> None:
    """Let ``current`` mean ``target``: a link made beside and renamed over the old one.

    Where links are refused (Windows lets only some users make them, and some disks have none), ``current`` is a copy of
    the release, which shares its files where the disk can.
    """
    new = published / f".current-{os.getpid()}"
    _gone(new)
    try:
        new.symlink_to(Path("releases") / target.name, target_is_directory=True)
    except OSError as error:
        if not _links_refused(error):
            raise
        shutil.copytree(target, new, copy_function=_share)
        (published / COPIED).write_text("No links can be made here.\n", encoding="utf-8")
    else:
        if (published / COPIED).exists():
            (published / COPIED).unlink()
    _put_in_place(new, published / "current")


def _links_refused(error: OSError) -> bool:
    """Whether the machine makes no links here, and not that something else is wrong."""
    return getattr(error, "winerror", None) == PRIVILEGE_NOT_HELD or error.errno in NO_LINKS


#: What Windows says to a user who may make no links, and what disks say that have none.
PRIVILEGE_NOT_HELD = 1314
NO_LINKS = (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP)
#: What systems say that put no folder, or link to one, in the place of another.
IN_THE_WAY = (errno.EACCES, errno.EPERM, errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR, errno.EISDIR)


def _put_in_place(new: Path, place: Path) -> None:
    """Give ``new`` the name of ``place`` in one step; in two where the system puts no folder in another's place."""
    try:
        new.replace(place)
    except OSError as error:
        if error.errno not in IN_THE_WAY or not os.path.lexists(place):
            raise
        old = place.with_name(f".current-old-{os.getpid()}")
        _gone(old)
        place.rename(old)
        try:
            new.rename(place)
        except OSError:
            old.rename(place)
            raise
        _gone(old)


def _gone(path: Path) -> None:
    """Take a file, a link or a folder away, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _share(path: str, into: str) -> None:
    """One more name for a file that is never changed; a copy where a disk has no links."""
    try:
        os.link(path, into)
    except OSError:
        shutil.copyfile(path, into)
