"""What third- and independent-sector organisations tell of their work, in the workbook of 'template third-sector'."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from locality_profiles.errors import Problem
from locality_profiles.sources import Curated, ReadExtract, Source, _return_rows
from locality_profiles.sources._return_capacity import Told, capacity_of
from locality_profiles.sources._returns import declared
from locality_profiles.tables.intake import RawTable, Recognised

FORM = declared("third-sector")
SOURCE = Source(
    kind="third_sector_return",
    title="Return of third- and independent-sector organisations",
    group="activity",
    publisher="a partnership's third-sector interface, from the organisations",
    published=False,
    licence="as agreed with the organisations; never published as it is",
    page="https://www.gov.scot/policies/third-sector/",
    frequency="every quarter",
    describes="What organisations do by locality and kind of service: people, contacts, hours and unmet requests.",
    quirks=(
        "This layout is our own: 'locality-profiles template third-sector' writes the workbook, and "
        "docs/reference/returns.md says what each column becomes. No national collection exists by locality.",
        "Figures are what organisations say of themselves; each says in its note how many told it. Those that send no "
        "return, or leave a cell empty, are not in it: an empty cell is never 0.",
        "Organisations are added within a kind of service (TS.BEFR, …) and over all kinds (TS.ALL). People helped by "
        "two of them are counted twice, so a sum of people of more than one row is an estimate.",
        "The locality is where the people live (residence) or, where that is not known, where the service stands "
        "(provider). The two are kept apart, and indicators for residents use the first only.",
        "One workbook holds all organisations of a partnership: two that give the same partnership and quarter are "
        "refused, for nothing would tell whether they repeat each other.",
        "What each organisation could do at most, and the day on which its funding ends, are kept in 'capacity' by its "
        "short name. Funding, outcomes and accessibility are checked and not kept.",
        "A figure of fewer than three organisations could tell what one of them costs. Withholding it is a rule of "
        "disclosure for that work; nothing is withheld here.",
    ),
)
LAYOUTS = FORM.layouts
#: Ways in which a project is delivered are added; its organisation and its name are kept.
CAPACITY = Told("third_sector", "capacity_max", "places", provider="org_id", part="project", ends="funding_end_date")


def curate(raw: RawTable) -> Curated:
    """One row per place, quarter, kind of service and measure, over those that report; and what each could do."""
    return _return_rows.read_sheet(FORM, raw, lambda rows: capacity_of(rows, SOURCE.kind, CAPACITY))


def check_file(path: Path, name: str, sheets: Sequence[Recognised], read: Sequence[ReadExtract]) -> list[Problem]:
    """What only the whole workbook shows."""
    return _return_rows.check_file(FORM, path, name, sheets, read)
