"""What the machine refuses, a full disk or a folder that may not be written to, said in plain sentences."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator

from locality_profiles.errors import LocalityProfilesError, Problem, WorkspaceError

UNTOUCHED = "The release that was current stays current; the next build goes on where this one stopped."

#: By the system's number: what it means, and what to do.
SAID: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("The disk is full", "Make room on it, then run this again."),
    errno.EDQUOT: ("The disk is full: your share of it is used up", "Make room, or ask for more, then run this again."),
    errno.EFBIG: ("The disk is full: a file may not become as large as this one would",
                  "Ask for a higher limit on the size of files (ulimit -f), then run this again."),
    errno.EACCES: ("This may not be read or written by you", "Ask for the right to it, then run this again."),
    errno.EPERM: ("This may not be read or written by you", "Ask for the right to it, then run this again."),
    errno.EROFS: ("The disk can only be read", "Have it mounted for writing, then run this again."),
    errno.EMFILE: ("Too many files are open at once", "Raise the limit (ulimit -n), then run this again."),
    errno.ENFILE: ("Too many files are open on this machine", "Close other programs, then run this again."),
    errno.EIO: ("The disk could not be read or written", "Look at the disk's health, then run this again."),
    errno.ESTALE: ("The shared disk went away", "See that it is there again, then run this again."),
    errno.ENOTCONN: ("The shared disk went away", "See that it is there again, then run this again."),
}  # fmt: skip

#: What libraries say in their own words where they do not keep the system's number.
WORDS = (
    ("no space left on device", errno.ENOSPC), ("database or disk is full", errno.ENOSPC),
    ("disk quota exceeded", errno.EDQUOT), ("file too large", errno.EFBIG), ("permission denied", errno.EACCES),
    ("operation not permitted", errno.EPERM), ("read-only file system", errno.EROFS),
    ("too many open files", errno.EMFILE), ("input/output error", errno.EIO), ("stale file handle", errno.ESTALE),
)  # fmt: skip


def told_of_machine(error: BaseException) -> LocalityProfilesError | None:
    """The error as a sentence with a remedy, if it is one of the machine and not of the program or the data."""
    for cause in _chain(error):
        if isinstance(cause, LocalityProfilesError):
            return None
        number = _number(cause)
        if number is not None:
            what, remedy = SAID[number]
            path = _path(cause)
            problem = Problem(str(cause), remedy) if path is None else Problem(_reason(cause, number), remedy, path)
            return WorkspaceError(f"{what}{f': {path}' if path else ''}. {UNTOUCHED}", [problem])
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from, nearest first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _number(error: BaseException) -> int | None:
    """The system's number of the trouble: its own, or by the words in which a library passes it on."""
    if isinstance(error, OSError) and error.errno in SAID:
        return error.errno
    if isinstance(error, OSError) or type(error).__module__.split(".")[0] in {"duckdb", "_duckdb", "sqlite3"}:
        said = str(error).lower()
        return next((number for words, number in WORDS if words in said), None)
    return None


def _path(error: BaseException) -> str | None:
    """The file or folder that the error is about."""
    if isinstance(error, OSError) and error.filename is not None:
        return os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(error.filename)
    found = re.search(r"[\"']((?:/|[A-Za-z]:\\)[^\"']+)[\"']", str(error))
    return found.group(1) if found else None


def _reason(error: BaseException, number: int) -> str:
    return f"{os.strerror(number).lower()}" if isinstance(error, OSError) else str(error).splitlines()[0]
