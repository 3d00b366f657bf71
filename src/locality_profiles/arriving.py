"""Whether new extracts have arrived and lie still: two looks at the folder that see the same, and something new.

A file that is still being copied grows between two looks. What a build has tried is not tried again until something
changes, or a broken extract would be built from every minute.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locality_profiles import history
from locality_profiles.errors import LocalityProfilesError
from locality_profiles.tables.notes import read_note
from locality_profiles.workspace import Workspace

LOOKS = history.FOLDER / "arrivals.json"

#: Names, sizes and times of change.
Seen = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Looks:
    """What the last look saw, and what was last built from."""

    seen: Seen | None = None
    tried: Seen | None = None


def decide(before: Looks, now: Seen) -> tuple[bool, Looks]:
    """Whether a build is to begin, and what to remember: the folder lies still, and is not what was built from.

    >>> file = (("care.csv", 10, 1),)
    >>> grown = (("care.csv", 20, 2),)
    >>> start, looks = decide(Looks(), file); start
    False
    >>> start, looks = decide(looks, grown); start
    False
    >>> start, looks = decide(looks, grown); start
    True
    >>> decide(looks, grown)[0]
    False
    """
    if now and now == before.seen and now != before.tried:
        return True, Looks(now, now)
    return False, Looks(now, before.tried)


def look(workspace: Workspace) -> bool:
    """Look once more at the extracts; whether a build is to begin. What was seen is kept in the workspace."""
    path = workspace.folder / LOOKS
    start, after = decide(_read(path), seen_in(workspace))
    _write(path, after)
    return start


def _write(path: Path, looks: Looks) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}")
    aside.write_text(json.dumps({"seen": looks.seen, "tried": looks.tried}), encoding="utf-8")
    aside.replace(path)


def try_again(workspace: Workspace) -> None:
    """Forget that the folder was built from: another run held the workspace, so the next look begins one."""
    path = workspace.folder / LOOKS
    _write(path, Looks(_read(path).seen, None))


def seen_in(workspace: Workspace) -> Seen:
    """The files that a build would read. A folder that cannot be read now holds nothing new."""
    try:
        paths = workspace.extract_files()
    except LocalityProfilesError:
        return ()
    found = []
    for file in paths:
        try:
            told = file.stat()
        except OSError:  # it went between two moments: the next look tells
            return ()
        found.append((file.relative_to(workspace.extracts).as_posix(), told.st_size, told.st_mtime_ns))
    return tuple(found)


def _read(path: Path) -> Looks:
    told = read_note(path)
    if not isinstance(told, dict):
        return Looks()
    return Looks(_seen(told.get("seen")), _seen(told.get("tried")))


def _seen(told: Any) -> Seen | None:
    if not isinstance(told, list) or not all(isinstance(each, list) and len(each) == 3 for each in told):
        return None
    return tuple((str(name), int(size), int(at)) for name, size, at in told)
