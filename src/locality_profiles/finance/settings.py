"""What a workspace says of its money: ``[finance]`` of ``profiles.toml``.

::

    [finance]
    areas = ["locality"]         # kinds of area that money is placed on; each lies in one partnership
    target_occupancy = 85        # % of a bed's days that are meant to be used
    set_aside_specialties = ["A1", "AB"]    # those of the integration scheme

    [[finance.code]]             # what the ledger's own codes mean; the first that fits decides
    cost_centre = "41*"          # a star stands for anything that follows
    service = "SC.HC.PERS"
    scope = "delegated"

    [finance.may_authorise]      # who may authorise spending of a locality's budget, by service
    "SC.HC" = "Locality manager"

What a line says itself is never changed: codes fill only what it leaves empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.errors import WorkspaceError
from locality_profiles.ledger.codes import services, words
from locality_profiles.workspace import SETTINGS, Workspace

#: What a ledger's own codes may tell of a line: the key in the settings, and the column that it fills.
TOLD = {
    "service": "service_code", "scope": "scope", "care_group": "care_group", "programme": "programme_code",
    "subjective": "subjective_code",
}  # fmt: skip
#: Kinds of area that money is placed on unless the settings say otherwise.
USUAL_AREAS = ("locality",)
USUAL_OCCUPANCY = 85.0
#: What a workspace may declare of its own in its folder ``finance``.
OWN = ("rules", "deflators", "candidates")
#: Specialties that schemes usually name: general, geriatric, rehabilitation and respiratory medicine, emergency
#: medicine, general psychiatry, psychiatry of old age. A scheme's own stand in ``[finance]`` of the settings.
USUAL_SPECIALTIES = ("A1", "AB", "AP", "AQ", "C2", "G1", "G4")


@dataclass(frozen=True)
class LedgerCode:
    """What one pattern of a ledger's own codes means."""

    cost_centre: str
    account: str
    told: Mapping[str, str]
    """Words by the column that they fill."""


@dataclass(frozen=True)
class Settings:
    """What ``[finance]`` says, or the usual where it says nothing."""

    areas: tuple[str, ...] = USUAL_AREAS
    target_occupancy: float = USUAL_OCCUPANCY
    set_aside_specialties: tuple[str, ...] = USUAL_SPECIALTIES
    codes: tuple[LedgerCode, ...] = ()
    may_authorise: Mapping[str, str] = field(default_factory=dict)
    """Who may authorise spending, by service."""
    third_sector_interfaces: tuple[str, ...] = ()
    """Organisations that pass grants on to others of the third sector."""
    own_rules: Path | None = None
    """The workspace's own rules of allocation, deflators and limits of candidates, where it has any."""
    own_deflators: Path | None = None
    own_candidates: Path | None = None

    @property
    def own(self) -> tuple[Path, ...]:
        """The workspace's own declarations of money that there are."""
        return tuple(path for path in (self.own_rules, self.own_deflators, self.own_candidates) if path)


_FINANCE = {
    "areas": Field(list, default=list(USUAL_AREAS)),
    "target_occupancy": Field(float, default=USUAL_OCCUPANCY),
    "set_aside_specialties": Field(list, default=list(USUAL_SPECIALTIES)),
    "third_sector_interfaces": Field(list, default=[]),
    "may_authorise": Field(dict, default={}),
    "code": Field(list, default=[]),
}
_CODE = {
    "cost_centre": Field(str, default=""), "account": Field(str, default=""),
    **{key: Field(str) for key in TOLD},
}  # fmt: skip


def finance_settings(workspace: Workspace) -> Settings:
    """Read ``[finance]`` of a workspace.

    Raises
    ------
    WorkspaceError
        With everything that is wrong, by line.
    """
    declared = read_declaration(workspace.folder / SETTINGS, SETTINGS, WorkspaceError)
    told = declared.read(declared.data.get("finance", {}), _FINANCE, "finance")
    areas = list_of_text(declared, told["areas"], "finance", "areas")
    known = {"locality", "neighbourhood", "gp_cluster", *(system.name for system in workspace.systems)}
    for name in areas:
        if name not in known:
            declared.problem(f"[finance] areas names '{name}', which is no kind of area in a partnership here",
                             f"Known: {', '.join(sorted(known))}.", "finance", "areas")  # fmt: skip
    if not 0 < told["target_occupancy"] <= 100:
        declared.problem("[finance] 'target_occupancy' should be a percentage", "Write a number such as 85.",
                         "finance", "target_occupancy")  # fmt: skip
    codes = tuple(_code(declared, table, str(at)) for at, table in enumerate(told["code"]))
    specialties = list_of_text(declared, told["set_aside_specialties"], "finance", "set_aside_specialties")
    interfaces = list_of_text(declared, told["third_sector_interfaces"], "finance", "third_sector_interfaces")
    for service, who in told["may_authorise"].items():
        if service not in services() or not isinstance(who, str):
            declared.problem(f"[finance.may_authorise] '{service}' is no service with the name of who may authorise",
                             'Write "SC.HC" = "Locality manager".', "finance", "may_authorise", service)  # fmt: skip
    declared.finish(WorkspaceError)
    folder = workspace.folder / "finance"
    own = (path if (path := folder / f"{name}.toml").is_file() else None for name in OWN)
    return Settings(areas, float(told["target_occupancy"]), specialties, codes, dict(told["may_authorise"]), interfaces,
                    *own)  # fmt: skip


def _code(declared: Declaration, table: Any, at: str) -> LedgerCode:
    where = ("finance", "code", at)
    told = declared.read(table, _CODE, *where)
    if not told["cost_centre"] and not told["account"]:
        declared.problem("[[finance.code]] fits no line: it names neither a cost centre nor an account",
                         'Add cost_centre = "41*" or account = "2100".', *where)  # fmt: skip
    for key in ("cost_centre", "account"):
        if not re.fullmatch(r"[^*]*\*?", told[key] or ""):
            declared.problem(f"[[finance.code]] {key} has a star that is not at its end", 'Write it as "41*".',
                             *where, key)  # fmt: skip
    for key in TOLD:
        allowed = services() if key == "service" else words()[key]
        if told[key] is not None and told[key] not in allowed:
            declared.problem(f"[[finance.code]] {key} '{told[key]}' is not known",
                             f"Known: {', '.join(list(allowed)[:12])}, …: see the codes in docs/reference.",
                             *where, key)  # fmt: skip
    found = {column: told[key] for key, column in TOLD.items() if told[key] is not None}
    if not found:
        declared.problem("[[finance.code]] tells nothing", 'Add service = "SC.HC" or another of its keys.', *where)
    return LedgerCode(told["cost_centre"] or "", told["account"] or "", found)
