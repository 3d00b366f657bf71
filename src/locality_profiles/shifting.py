"""What if money moved: a shift told in words, on the money of the current release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from locality_profiles.errors import WorkspaceError
from locality_profiles.finance.drivers import fiscal
from locality_profiles.finance.scenario import CAVEATS, Assumptions, Looked, Shift, read_shift, what_if
from locality_profiles.finance.settings import finance_settings
from locality_profiles.ledger.codes import services
from locality_profiles.publish.money import area_title, pounds, signed
from locality_profiles.publish.releases import Release, current_release
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect
from locality_profiles.tables.suites import empty_view
from locality_profiles.workspace import Workspace

#: Of versions, the one that a what-if starts from unless another is asked for.
USUAL_VERSION = "revised"
HEADINGS = ("Area", "Taken, £", "Given, £", "Change, £", "A head, £", "Beds", "Units given")


@dataclass(frozen=True)
class WhatIf:
    """What a shift of money would do, area by area, and what must be said beside it."""

    shift: Shift
    rows: list[dict[str, Any]]
    names: Mapping[tuple[str, str], str]

    @property
    def title(self) -> str:
        source, target = (services()[code].title for code in (self.shift.source, self.shift.target))
        first = self.rows[0]
        return f"From {source} to {target}: {first['version']}, {fiscal(first['period_start'].year)}"

    @property
    def caveats(self) -> Sequence[str]:
        return CAVEATS

    def as_dict(self) -> dict[str, Any]:
        return {"shift": self.title, "areas": self.rows, "caveats": list(self.caveats)}

    def cells(self) -> list[list[str]]:
        """Rows of the table for people; the last is of all areas together."""
        moved = [row for row in self.rows if row["taken_pence"] or row["given_pence"]]
        told = [self._cells(row, area_title(row["area_code"], row["area_type"], self.names)) for row in moved]
        sums = {key: _sum(row[key] for row in self.rows) for key in
                ("taken_pence", "given_pence", "change_pence", "beds", "target_units")}  # fmt: skip
        return [
            *told,
            self._cells({**sums, "change_per_head": None, "target_unit": self.rows[0]["target_unit"]}, "All"),
        ]

    @staticmethod
    def _cells(row: Mapping[str, Any], name: str) -> list[str]:
        units = f"{row['target_units']:,.0f} {row['target_unit']}s" if row["target_units"] is not None else "–"
        head = row["change_per_head"]
        return [
            name, pounds(row["taken_pence"], ""), pounds(row["given_pence"], ""), signed(row["change_pence"] or 0),
            "–" if head is None else signed(head), "–" if row["beds"] is None else f"{row['beds']:,.1f}", units,
        ]  # fmt: skip


def _sum(values: Any) -> Any:
    """A sum that is known only where each of its parts is."""
    listed = list(values)
    return None if any(value is None for value in listed) else sum(listed)


def what_if_of(
    workspace: Workspace, words: str, partnership: str | None = None, version: str = USUAL_VERSION
) -> WhatIf:
    """What a shift such as '5% from HOSP.ACU.EM to SC.HC' would do to the money of the current release.

    Without ``partnership`` it is of the workspace's only one; of its years, of the last that has the version.

    Raises
    ------
    WorkspaceError
        If there is no release, no ledger in it, or no such partnership or version.
    DefinitionError
        If the words cannot be understood, or the money is not there to be moved.
    """
    shift = read_shift(words)
    release = current_release(workspace.published)
    if release is None:
        raise WorkspaceError("There is no release yet. Run 'locality-profiles build' first.")
    if "resource_share" not in release.tables:
        raise WorkspaceError(
            "The release holds no ledger, so there is no money to move. 'locality-profiles template budget' writes a "
            "workbook for it."
        )
    with connect() as connection:
        names = {(kind, code): name for kind, code, name in connection.execute(
            f"select area_type, area_code, area_name from {relation(release.tables['area'])}").fetchall()}  # fmt: skip
        code = _partnership(workspace, names, partnership)
        settings = finance_settings(workspace)
        connection.execute(
            f"create temp table share as select * from {relation(release.tables['resource_share'])} "
            "where hscp_code = ? and version = ? and area_type = ?", [code, version, settings.areas[0]],
        )  # fmt: skip
        ((latest,),) = connection.execute("select max(year(period_start)) from share").fetchall()
        if latest is None:
            raise WorkspaceError(f"The ledger of {names.get(('hscp', code), code)} has no version '{version}'.")
        kept = shift.years or (latest,)
        asked = f"select * from share where year(period_start) in ({', '.join(map(str, kept))})"
        heads = f"""
            select hscp_code, area_type, area_code, period_start, any_value(residents) as residents
            from {relation(release.tables["area_resource"])} where "group" = 'all' group by all"""
        looked = Looked(asked, heads, _table(release, "unit_price"), _table(release, "hospital_cost"))
        assumed = Assumptions(target_occupancy=settings.target_occupancy)
        rows = what_if(connection, shift, looked, assumed).to_pylist()
    return WhatIf(shift, rows, names)


def _table(release: Release, name: str) -> str:
    return f"select * from {relation(release.tables[name])}" if name in release.tables else empty_view(CONTRACTS[name])


def _partnership(workspace: Workspace, names: Mapping[tuple[str, str], str], asked: str | None) -> str:
    """The code of the partnership that is meant, by code or name."""
    codes = {code: name for (kind, code), name in names.items() if kind == "hscp"}
    if asked is None:
        own = workspace.partnerships or tuple(codes)
        if len(own) != 1:
            raise WorkspaceError("Say whose money it is with --partnership, by name or code.")
        return own[0]
    found = [code for code, name in codes.items() if asked.casefold() in (code.casefold(), name.casefold())]
    if not found:
        raise WorkspaceError(f"There is no partnership '{asked}'. There are: {', '.join(sorted(codes.values()))}.")
    return found[0]
