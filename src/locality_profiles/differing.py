"""What is different between two releases, asked from the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from locality_profiles.building import side_of
from locality_profiles.errors import ReleaseError
from locality_profiles.meant import did_you_mean
from locality_profiles.needs.alerts import alerts
from locality_profiles.needs.changed import changes_between
from locality_profiles.needs.settings import needs_settings
from locality_profiles.publish.releases import Release, current_release, read_release, releases
from locality_profiles.publish.what_changed import Report, lines, read_report
from locality_profiles.workspace import Workspace


@dataclass(frozen=True)
class Difference:
    """Two releases, every change from one to the other, and what is told of it."""

    before: str
    after: str
    table: pa.Table
    report: Report

    def as_dict(self) -> dict[str, Any]:
        return {"before": self.before, "after": self.after, **self.report.as_dict(), "changes": self.table.to_pylist()}

    def lines(self) -> list[str]:
        return [f"From release {self.before} to release {self.after}", *lines(self.report)]


def difference(workspace: Workspace, before: str | None = None, after: str | None = None) -> Difference:
    """Compare two releases: by default the current one with the one before it.

    Either may be an id, or ``current``. With one id, that release is compared with the current one.

    Raises
    ------
    ReleaseError
        If a release is not there, or its tables are gone, or there is none before the current one.
    """
    new = _named(workspace, after or "current")
    old = _named(workspace, before) if before else _before(workspace, new)
    sides = []
    for release in (old, new):
        side = side_of(workspace, release)
        if side is None:
            raise ReleaseError(f"Release {release.id} cannot be compared: its tables are no longer in the store.")
        sides.append(side)
    rules = alerts(needs_settings(workspace).own.get("alerts"))
    table = changes_between(sides[0], sides[1], rules)
    return Difference(old.id, new.id, table, _report(table, old.id, rules.words()))


def _report(table: pa.Table, compared_with: str, words: dict[str, str]) -> Report:
    from locality_profiles.tables.store import connect

    with connect() as connection:
        connection.register("every_change", table)
        return read_report(connection, "every_change", compared_with, words=words)


def _named(workspace: Workspace, wanted: str) -> Release:
    if wanted == "current":
        current = current_release(workspace.published)
        if current is None:
            raise ReleaseError(f"{workspace.folder} has no release yet. Run 'locality-profiles build' first.")
        return current
    found = read_release(workspace.published / "releases" / wanted) if "/" not in wanted else None
    if found is None:
        known = [release.id for release in releases(workspace.published)]
        hint = did_you_mean(wanted, known, f"Releases here: {', '.join(known) or 'none'}.")
        raise ReleaseError(f"There is no release '{wanted}'. {hint}")
    return found


def _before(workspace: Workspace, release: Release) -> Release:
    """The release that this one was compared with when it was built, or else the newest that is older."""
    told = read_release(workspace.published / "releases" / (str(release.about.get("compared_with") or "none")))
    every = releases(workspace.published)
    ids = [each.id for each in every]
    older = every[ids.index(release.id) + 1 :] if release.id in ids else []
    found = told or next(iter(older), None)
    if found is None:
        raise ReleaseError(f"There is no release before {release.id} to compare it with.")
    return found
