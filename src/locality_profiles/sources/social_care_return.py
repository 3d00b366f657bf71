"""What a council tells of its social care by locality, in the workbook that 'template social-care' writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from locality_profiles.errors import Problem
from locality_profiles.sources import Curated, ReadExtract, Source, _return_rows
from locality_profiles.sources._return_capacity import Told, capacity_of
from locality_profiles.sources._returns import declared
from locality_profiles.tables.intake import RawTable, Recognised

FORM = declared("social-care")
SOURCE = Source(
    kind="social_care_return",
    title="Social care return of a council",
    group="activity",
    publisher="a council, for its partnership",
    published=False,
    licence="as agreed with the council; never published as it is",
    page="https://www.gov.scot/publications/health-social-care-integration-localities-guidance/",
    frequency="every quarter, some sheets every year",
    describes="Social care by locality, service and age band: people, hours, residents, waiting lists and unmet need.",
    quirks=(
        "This layout is our own: 'locality-profiles template social-care' writes the workbook, and "
        "docs/reference/returns.md says what each column becomes. Sheets that were not filled in are passed over.",
        "An empty cell is not available and never 0; * or s is suppressed.",
        "People and hours of home care stand under the kinds of home care only (SC.HC.PERS and so on): the whole "
        "(SC.HC) is published for the same localities by Public Health Scotland, and the two would be added. "
        "Hours not provided are published nowhere, so they stand under SC.HC as well.",
        "Residents and places of care homes are counted on the last day of the quarter and stand as a snapshot; people "
        "are shown by where they came from (residence) and by where the home stands (provider), which never mix.",
        "Alarms, self-directed support and the balance of care are asked for by financial year, for people who were "
        "counted once a quarter cannot be added to people of a year.",
        "People are added over sectors, groups and kinds where a council divides by them; such a sum is an estimate. A "
        "median is never added: without a row of its own there is none.",
        "Places of care homes by sector are kept in 'capacity'. Elsewhere the split by sector, nursing care, "
        "funding and group is checked and added over: no indicator asks for it yet.",
    ),
)
LAYOUTS = FORM.layouts
#: Places of care homes, by sector.
CAPACITY = (
    Told("care_home_places", "n_places", "places", "SC.CH.LONG", "home_locality", "provider_sector", last_day=True,
         registered=True),
)  # fmt: skip


def curate(raw: RawTable) -> Curated:
    """One row per place, period, service, measure and age band; nothing of a sheet that was not filled in."""
    sheet = FORM.sheet(raw.layout)
    of_sheet = next((told for told in CAPACITY if told.sheet == sheet.id), None)
    if of_sheet is None:
        return _return_rows.read_sheet(FORM, raw)
    return _return_rows.read_sheet(FORM, raw, lambda rows: capacity_of(rows, SOURCE.kind, of_sheet))


def check_file(path: Path, name: str, sheets: Sequence[Recognised], read: Sequence[ReadExtract]) -> list[Problem]:
    """What only the whole workbook shows."""
    return _return_rows.check_file(FORM, path, name, sheets, read)
