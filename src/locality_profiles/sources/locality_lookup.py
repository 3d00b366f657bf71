"""Data zones of localities, as partnerships report them to Public Health Scotland."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.tables.cells import CODE_PATTERNS, Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="locality_lookup",
    title="Localities of health and social care partnerships by data zone",
    group="places",
    publisher="Public Health Scotland (open data), from the partnerships",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/sub-health-and-social-care-partnership-areas",
    frequency="when a partnership redraws its localities",
    describes="The locality (sub-partnership area) that each 2011 data zone belongs to.",
    quirks=(
        "Only 22 of the 31 partnerships are in it: 97 localities of 5,219 data zones.",
        "Council codes are wrong on 809 rows: Renfrewshire and South Lanarkshire bear other councils' codes, and the "
        "South Ayrshire rows hold a partnership's code where the council's belongs and another partnership's code in "
        "HSCP. Data zones and localities themselves are sound, so such rows are counted and kept, and nothing is read "
        "from CA. Take a locality's partnership from its data zones rather than from HSCP.",
        "SubHSCP codes such as PN0000003 are the publisher's own; other publishers number localities otherwise.",
    ),
)

LAYOUTS = (
    Layout(
        "open-data CSV",
        ("DataZone", "SubHSCP", "SubHSCPName", "HSCP"),
        # The sub-partnership tables of Highland and of Argyll and Bute: localities without data zones.
        without=("HSCPRegion", "LocalityManagementArea"),
    ),
)


def curate(raw: RawTable) -> Curated:
    """One ``membership`` row per data zone; the locality is named, and coded later with its partnership."""
    cells = Cells(raw)
    zones = cells.codes("DataZone", "data_zone")
    names = cells.text("SubHSCPName", what="the locality's name")
    cells.text("SubHSCP", what="the locality's code")
    cells.unique("DataZone")
    cells.agrees(
        "SubHSCP", "SubHSCPName", "stands beside another name than in other rows; a locality has one",
        "Make the names alike, or correct the code.",
    )  # fmt: skip
    cells.finish()
    partnerships = _valid(raw, "HSCP", "hscp")
    membership = stage("membership", {
        "block_type": "data_zone_2011", "block_code": zones, "area_type": "locality", "weight": 1.0,
        "method": "lookup", "grade": 1, "estimated": False, "place_name": names, "place_parent": partnerships,
    }, len(raw))  # fmt: skip
    claims = [
        f"data zones of the localities of {code}" for code in sorted(pc.unique(partnerships.drop_null()).to_pylist())
    ]
    if partnerships.null_count:
        claims.append("data zones of localities whose partnership is not given")
    return Curated({"membership": membership}, tuple(claims), tuple(_oddities(raw)))


def _valid(raw: RawTable, column: str, kind: str) -> pa.ChunkedArray:
    """The codes of a column that have the right form; null where the form is another."""
    values = raw.columns[raw.find(column)]
    right = pc.match_substring_regex(values, f"^(?:{CODE_PATTERNS[kind]})$")
    return pc.if_else(right, values, pa.scalar(None, pa.string()))


def _oddities(raw: RawTable) -> list[str]:
    """How many cells of the columns that are known to err are not even of the right form."""
    notes = []
    for column, kind in (("CA", "council_area"), ("HSCP", "hscp")):
        if raw.find(column) is None:
            continue
        rows = raw.row_numbers[np.asarray(pc.is_null(_valid(raw, column, kind)))]
        if len(rows):
            named = "partnership" if kind == "hscp" else "council"
            notes.append(
                f"cells of column '{column}' that are not {named} codes: {len(rows):,}, first in row {rows[0]}"
            )
    return notes
