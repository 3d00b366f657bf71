"""What a killed or full machine left among the releases is put right, and what was done is said in sentences.

Every build and every rollback begins with this, under the workspace's lock; nobody has to clean by hand. Only releases
that are not whole are taken away: a reader could be shown nothing of them but half.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from locality_profiles.publish.releases import harm_of, point_current, pointed_at, read_release, releases

#: How releases are called; what somebody else put beside them is left alone.
NAMED = r"\d{4}-\d\d-\d\d-[0-9a-f]{8}|copied-current"


def heal(published: Path) -> list[str]:
    """Let ``current`` point to a whole release and take away those that are not; sentences on what was done.

    Files are looked at by name and size, not read. Where ``current`` is harmed and there is no whole release, it is
    left for its readers until the next build has made one.
    """
    folder = published / "releases"
    folder.mkdir(parents=True, exist_ok=True)
    for left in published.glob(".current-*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    _link_again(published)
    harmed = {path: harm_of(path) for path in sorted(folder.iterdir()) if re.fullmatch(NAMED, path.name)}
    harmed = {path: harm for path, harm in harmed.items() if harm}
    whole = [release for release in releases(published) if folder / release.folder.name not in harmed]
    current = published / "current"
    pointed = pointed_at(published)
    if pointed is not None and not current.is_symlink() and harm_of(current):
        pointed = None  # the copy is not whole, and is made anew
    said = []
    if whole and (pointed is None or pointed in harmed or not pointed.is_dir()):
        point_current(published, whole[0].folder)
        why = "was not there" if pointed is None else "was not whole"
        said.append(f"The current release {why}: the newest that is whole, {whole[0].id}, is current now.")
    for path, harm in harmed.items():
        if not whole and path == pointed:
            said.append(f"The current release {path.name} is not whole ({_first(harm)}); this build makes a new one.")
        else:
            take_away(path)
            said.append(f"The release {path.name} was not whole ({_first(harm)}) and was taken away.")
    if not whole and current.is_symlink() and not current.exists():
        current.unlink()
        said.append("The current release is gone and there is no other; this build makes a new one.")
    return said


def take_away(folder: Path) -> None:
    """Take a release away: first its name, in one step, so that it is never half there under it."""
    aside = folder.with_name(f".building-gone-{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    folder.replace(aside)
    if aside.is_dir():
        shutil.rmtree(aside, ignore_errors=True)  # what is left of it is swept away by the next build
    else:
        aside.unlink(missing_ok=True)


def _link_again(published: Path) -> None:
    """Make ``current`` a link where copying a workspace made a folder of it."""
    current = published / "current"
    if current.is_symlink() or not current.exists() or pointed_at(published) is not None:
        return
    release = read_release(current)
    name = release.id if release else "copied-current"
    final = published / "releases" / name
    if final.exists() or release is None:
        current.replace(published / "releases" / f".building-copied-{name}")
    else:
        current.replace(final)
    if final.exists():
        point_current(published, final)


def _first(harm: list[str]) -> str:
    more = f" and {len(harm) - 1} more" if len(harm) > 1 else ""
    return f"{harm[0]}{more}"
