"""The audit of a release, asked from the terminal: what an outsider could work out of it today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from locality_profiles.disclosure.auditing import Audit, audit
from locality_profiles.disclosure.linter import lint
from locality_profiles.disclosure.register import FOLDER, earlier_cells
from locality_profiles.errors import Problem, ReleaseError
from locality_profiles.publish.releases import current_release, releases
from locality_profiles.publish.theme import read_theme
from locality_profiles.workspace import Workspace

HEADINGS = ("Indicator", "Hidden counts", "Narrowest range")


def audited(workspace: Workspace, identity: str | None = None, exact: bool = False) -> tuple[Audit, list[Problem]]:
    """Try a release, by default the current one, with all that every other release showed; and lint its files.

    Raises
    ------
    ReleaseError
        If there is no such release.
    """
    known = releases(workspace.published)
    release = current_release(workspace.published)
    if identity is not None:
        release = next((one for one in known if one.id == identity), None)
    if release is None:
        listed = ", ".join(one.id for one in known) or "none"
        raise ReleaseError(f"There is no release '{identity or 'current'}'. Releases here: {listed}.")
    earlier = earlier_cells(workspace.published / FOLDER, release.plan)
    return audit(release.folder, earlier, exact, release.id), list(
        lint(release.folder, contact=read_theme(workspace.folder).contact.texts())
    )


def lines(found: Audit, problems: list[Problem]) -> Iterator[str]:
    """What came of it, for people: places that are too closely known, never counts."""
    yield f"Release {found.release}. {found.sentence()}"
    for one in found.recoverable:
        of = f", {one.breakdown} {one.category}" if one.breakdown != "all" else ""
        what = "" if one.published else " (a difference that nobody publishes)"
        yield (f"  {one.indicator_id}, {one.area_type} {one.area_code}, to {one.period_end}{of}{what}: known within "
               f"{one.width:.3g}, and {one.needed:.3g} are promised")  # fmt: skip
    yield (f"{len(problems)} file(s) hold what should not be published." if problems
           else "No file holds an identifier of a person, a full postcode of one or a date of birth.")  # fmt: skip
    yield from (f"  {problem}" for problem in problems)


def cells(found: Audit) -> list[tuple[str, str, str]]:
    """A row for each indicator of which anything is hidden."""
    return [
        (name, f"{told['hidden']:,.0f}", "no limit" if told["narrowest"] is None else f"{told['narrowest']:,.3g}")
        for name, told in found.by_indicator.items()
    ]


def as_dict(found: Audit, problems: list[Problem]) -> dict[str, Any]:
    """The same for a program."""
    return {**asdict(found), "passed": found.passed and not problems, "sentence": found.sentence(),
            "files": [str(problem) for problem in problems]}  # fmt: skip
