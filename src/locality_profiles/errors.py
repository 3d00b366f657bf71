"""What can go wrong, in three families, each with a plain sentence and a remedy.

The data is not what was promised (``DataError``), the workspace or a definition is wrong
(``DefinitionError``, ``WorkspaceError``), or the world did not answer (``TransientError``, the
only family that is retried). Every error carries *all* the problems that were found, not the
first, and never a value from a record about a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from locality_profiles.hidden import visible

#: Of a heading, so much is shown.
LONGEST_HEADING = 200


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where it is, what was expected and what to do.

    ``rows`` holds the first few row numbers, counted as a spreadsheet shows them (the first row of
    the file is 1); ``count`` is how many rows are concerned altogether.
    """

    what: str
    remedy: str = ""
    file: str | None = None
    sheet: str | None = None
    column: str | None = None
    rows: tuple[int, ...] = ()
    count: int = 1

    def sentence(self) -> str:
        """The problem as one or two plain sentences, place first."""
        place = [part for part in (self.file, self.sheet and f"sheet {self.sheet}") if part]
        if self.rows:
            listed = ", ".join(str(row) for row in self.rows)
            more = f" and {self.count - len(self.rows):,} more" if self.count > len(self.rows) else ""
            place.append(f"row{'s' if self.count > 1 else ''} {listed}{more}")
        if self.column:
            place.append(f"column '{self.column[:LONGEST_HEADING]}'")
        text = f"{', '.join(place)}: {self.what}" if place else self.what
        text = text if text.endswith((".", "?", "!")) else f"{text}."
        return visible(f"{text} {self.remedy}".rstrip())


class LocalityProfilesError(Exception):
    """Base of every error that a user can cause or mend."""

    code = "error"
    exit_code = 1

    def __init__(self, summary: str, problems: Iterable[Problem] = ()) -> None:
        self.summary = summary
        self.problems = tuple(problems)
        super().__init__(summary)

    def __str__(self) -> str:
        lines = [
            "\n".join(map(visible, self.summary.split("\n"))),
            *(f"  - {problem.sentence()}" for problem in self.problems),
        ]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """The same facts for ``--json``."""
        return {
            "error": self.code,
            "summary": self.summary,
            "problems": [asdict(problem) for problem in self.problems],
        }


class DataError(LocalityProfilesError):
    """The data is not what was promised."""

    code = "data"


class ExtractRefused(DataError):
    """A supplied file cannot be used as it is."""

    code = "extract_refused"


class ContractBroken(DataError):
    """A table that we made does not keep its contract."""

    code = "contract_broken"


class ExpectationFailed(DataError):
    """A 'must' of a Great Expectations suite failed."""

    code = "expectation_failed"


class UnknownArea(DataError):
    """A code or name belongs to no area of this workspace."""

    code = "unknown_area"


class UnknownIndicator(DataError):
    """An id belongs to no indicator of a release."""

    code = "unknown_indicator"


class WorkspaceError(LocalityProfilesError):
    """``profiles.toml`` or the folder round it cannot be used."""

    code = "workspace"
    exit_code = 2


class AnotherBuild(WorkspaceError):
    """Another run holds the workspace."""

    code = "another_build"


class DefinitionError(LocalityProfilesError):
    """An indicator, section or other declaration is wrong."""

    code = "definition"


class ReleaseError(LocalityProfilesError):
    """A release could not be made current, found or read."""

    code = "release"


class TransientError(LocalityProfilesError):
    """Trying again may work."""

    code = "try_again"
    exit_code = 3
