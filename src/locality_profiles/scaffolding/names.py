"""Names of new things: what they may look like, which are taken, and what to call them else."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locality_profiles.errors import LocalityProfilesError, WorkspaceError
from locality_profiles.geography.names import slug
from locality_profiles.hidden import visible
from locality_profiles.meant import did_you_mean, most_alike

NAME = r"[a-z][a-z0-9_]*"
LONGEST = 60
#: Names of files that Windows keeps for devices, whatever ending they have.
RESERVED = {"con", "prn", "aux", "nul", *(f"{device}{n}" for device in ("com", "lpt") for n in range(1, 10))}


class NameTaken(LocalityProfilesError):
    """A name that something has already; nothing was written."""

    code = "taken"


@dataclass(frozen=True)
class Made:
    """Files that were written, and what to do next, in sentences."""

    files: tuple[Path, ...]
    next: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {"files": [str(file) for file in self.files], "next": list(self.next), "notes": list(self.notes)}

    def text(self) -> str:
        wrote, steps = (f"Wrote {file}" for file in self.files), (f"Next: {step}" for step in self.next)
        return "\n".join([*wrote, *self.notes, *steps])


def check_name(name: str, what: str, taken: Collection[str] = (), why_taken: str = "") -> None:
    """A name that a file and a column can bear, and that nothing bears yet.

    Raises
    ------
    WorkspaceError
        If it cannot be one; with a name that would do.
    NameTaken
        If something has it.
    """
    if not re.fullmatch(NAME, name) or len(name) > LONGEST:
        better = slug(Path(name).stem if "." in name else name).replace("-", "_").strip("_")[:LONGEST]
        better = better if re.fullmatch(NAME, better) else f"{what.rpartition(' ')[2]}_{better}"
        raise WorkspaceError(f"'{visible(name)[:80]}' cannot be the name of {what}: a name is small letters, digits "
                             f"and underscores, and no path. Call it {better}.")  # fmt: skip
    if name in RESERVED:
        raise WorkspaceError(f"'{name}' is a name that Windows keeps for itself. Call it {name}_of_ours.")
    if name in taken:
        raise NameTaken(f"There is {what} '{name}' already. {why_taken}".rstrip())


#: Two names that differ by one letter, and not merely two that are alike: here both may be meant.
ONE_LETTER = 0.9


def like_another(name: str, known: Collection[str]) -> tuple[str, ...]:
    """A note where a name is nearly that of something else: two names that differ by a letter are one mistake."""
    near = most_alike(name, known, cutoff=ONE_LETTER)
    return (f"Note: there is '{near[0]}' too; be sure that you mean another.",) if near else ()


def no_such(wanted: str, known: Collection[str], what: str) -> WorkspaceError:
    """The error for something that is not there, with what is."""
    hint = did_you_mean(wanted, known, f"There are: {', '.join(known)}.")
    return WorkspaceError(f"There is no {what} '{visible(wanted)[:80]}'. {hint}")


def write_new(files: dict[Path, str]) -> tuple[Path, ...]:
    """Write files that are not there yet; if any is there, none is written.

    Raises
    ------
    NameTaken
        If one is there, which is left as it is.
    """
    for path in files:
        if path.exists() or path.is_symlink():
            raise NameTaken(f"{path} is there already. Nothing was written.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return tuple(files)
