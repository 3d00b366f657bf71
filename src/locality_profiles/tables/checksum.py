"""Checksums of supplied files, remembered: what nobody has touched since need not be read again to be known.

A file is taken to be as it was where its size, its times of change and its place on the disk are those that stand
beside its checksum, and where it had been at rest for a while when it was read: a change within the same tick of the
clock would leave no mark. The time of change of a file's entry (``ctime``) cannot be set by hand.
"""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

from locality_profiles.tables.notes import read_note
from locality_profiles.tables.store import Store, beside, key_of, sha256_of

#: How long a file is left alone before its marks are trusted, in nanoseconds: clocks of shared disks are coarse.
AT_REST = 5_000_000_000

#: Size, times of change of content and entry, number of the entry, and disk.
Marks = tuple[int, int, int, int, int]


def checksums_of(store: Store) -> Path:
    """The folder in which a store's checksums are remembered."""
    return store.folder / "_checksum"


def marks_of(path: Path) -> Marks:
    """What changes whenever a file does."""
    found = path.stat()
    return (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev)


def at_rest(marks: Marks, now: int) -> bool:
    """Whether a file was last changed long enough before ``now`` (nanoseconds) for its marks to be trusted."""
    return now - max(marks[1], marks[2]) >= AT_REST


def checksum_of(path: Path, memory: Path) -> str:
    """The sha256 of a file, from the folder ``memory`` if it has not been touched since it was last read for it."""
    marks, now = marks_of(path), time.time_ns()
    note = memory / f"{key_of(str(path.resolve()))}.json"
    if at_rest(marks, now) and (told := read_note(note)) and tuple(told["marks"]) == marks:
        return str(told["sha256"])
    sha256 = sha256_of(path)
    if at_rest(marks, now) and marks_of(path) == marks:
        # Where nothing can be remembered, a full disk for one, the file is read again the next time.
        with contextlib.suppress(OSError):
            note.parent.mkdir(parents=True, exist_ok=True)
            with beside(note) as aside:
                aside.write_text(json.dumps({"marks": marks, "sha256": sha256}), encoding="utf-8")
    return sha256


def has_changed(path: Path, marks: Marks, since: int, sha256: str) -> bool:
    """Whether a file is another than it was when it had these marks, at the time ``since``, and this checksum."""
    if marks_of(path) == marks and at_rest(marks, since):
        return False
    return sha256_of(path) != sha256
