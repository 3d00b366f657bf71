"""How many releases are kept, and going back to one of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from locality_profiles.errors import Problem, ReleaseError
from locality_profiles.meant import did_you_mean
from locality_profiles.publish.healing import take_away
from locality_profiles.publish.releases import Release, current_release, harm_of, point_current, releases
from locality_profiles.tables.notes import read_note
from locality_profiles.tables.store import beside

KEPT = 10
#: Beside ``current``: that somebody went back, and from what.
NOTE = "rolled-back.json"


def clear_old(published: Path, keep: int = KEPT) -> list[Path]:
    """Take away releases beyond the newest ``keep``; returns what went.

    The current release always stays, and so does the one that it was compared with: what changed can then always be
    looked up, and there is always one to go back to. Newest is what was made last, whatever the clock said.
    """
    current = current_release(published)
    stays = {current.id, str(current.about.get("compared_with"))} if current else set()
    gone = [release.folder for release in releases(published)[keep:] if release.id not in stays]
    for folder in gone:
        take_away(folder)
    return gone


def roll_back(published: Path, identity: str, lacks: Callable[[Release], list[str]] = lambda release: []) -> Release:
    """Make an earlier release current again, and note that it is to stay while nothing changes.

    Every byte of it is read first. ``lacks`` tells what else the release needs and does not find.

    Raises
    ------
    ReleaseError
        If there is no such release, or it is not whole; the current one then stays.
    """
    known = releases(published)
    target = next((release for release in known if release.id == identity), None)
    if target is None:
        ids = [release.id for release in known]
        hint = did_you_mean(identity, ids, f"Releases here: {', '.join(ids) or 'none'}.")
        raise ReleaseError(f"There is no release '{identity}'. {hint}")
    problems = [Problem(harm) for harm in [*harm_of(target.folder, deep=True), *lacks(target)]]
    if problems:
        raise ReleaseError(
            f"The release '{identity}' is not whole, so it was not made current. The current one stays.", problems
        )
    undone = sorted({release.plan for release in known if release.number > target.number} - {target.plan})
    note = published / NOTE
    with beside(note) as aside:
        aside.write_text(json.dumps({"release_id": identity, "undone": undone}, indent=1), encoding="utf-8")
    point_current(published, target.folder)
    if not undone:
        note.unlink(missing_ok=True)
    return target


def stays_back(published: Path, release: Release, plan: str) -> bool:
    """Whether somebody went back to this release from one of this plan: to build it again would undo that.

    It ends when anything that a build depends on changes, and when another release becomes current.
    """
    told = read_note(published / NOTE)
    return isinstance(told, dict) and told.get("release_id") == release.id and plan in told.get("undone", ())
