"""The list of emergency departments and minor injury units: what is open now, and of which type it is."""

from __future__ import annotations

import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._activity_tables import recode
from locality_profiles.sources._file_dates import day_in_name
from locality_profiles.sources._registers import known_words
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="emergency_site",
    title="Emergency departments and minor injury units",
    group="places",
    publisher="Public Health Scotland (open data)",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/nhs-scotland-accident-emergency-sites",
    frequency="when a site opens, closes or changes its type",
    describes="Code, name, postcode, board and present type of every site that gives emergency care.",
    quirks=(
        "The same type has been called 'Type 1', 'ED' and 'Emergency Department', or 'Type 3', 'Minor Injuries Unit' "
        "and 'Minor Injury Unit or Other'. All are known; any other label is refused, for a site that is passed over "
        "looks like a place without one.",
        "'Type 2' is a specialist department, such as one for eyes only; it is no emergency department for everybody "
        "and is kept as a kind of its own.",
        "Sites that have closed stay in the list, with 'Closed' in Status; they are left out.",
        "There is no data zone. It is found by the postcode, else by the hospital of the same code.",
    ),
)

LAYOUTS = (
    Layout(
        "open-data CSV",
        ("HB", "TreatmentLocationName", "TreatmentLocationCode", "TreatmentLocationPostcode", "CurrentDepartmentType",
         "Status"),
    ),
)  # fmt: skip

OPEN, CLOSED = "Open", "Closed"

#: The kind of service that each label of the publisher's stands for.
TYPES = {
    "Emergency Department": "emergency_department", "ED": "emergency_department", "Type 1": "emergency_department",
    "Type 2": "specialist_emergency_department",
    "Minor Injury Unit or Other": "minor_injury_unit", "Minor Injuries Unit": "minor_injury_unit",
    "Type 3": "minor_injury_unit",
}  # fmt: skip


def curate(raw: RawTable) -> Curated:
    """One row per open site; what a closed one was is not looked at."""
    every = Cells(raw)
    status = known_words(every, "Status", (OPEN, CLOSED), "OPEN or CLOSED in sources/emergency_site.py")
    sites = raw.where(pc.fill_null(pc.not_equal(status, CLOSED), True).to_numpy())
    cells = Cells(sites)
    cells.problems.extend(every.problems)
    if not len(sites):
        cells.problem("no site is open; some were expected", "Get the list again.", column="Status")
    cells.unique("TreatmentLocationCode")
    columns = {
        "service_type": recode(
            known_words(cells, "CurrentDepartmentType", TYPES, "TYPES in sources/emergency_site.py"), TYPES
        ),
        "service_code": cells.text(
            "TreatmentLocationCode", pattern=r"[A-Z]\d{3}[A-Z]", what="a location code like X000X"
        ),
        "service_name": cells.text("TreatmentLocationName"),
        "postcode": cells.text("TreatmentLocationPostcode", empty=True),
        "health_board": cells.text(
            "HB", pattern=r"S08\d{6}|SB\d{4}", empty=True, what="a health board code like S08000000 or SB0000"
        ),
    }
    cells.finish()
    closed = len(raw) - len(sites)
    notes = (f"sites that have closed, left out: {closed:,}",) if closed else ()
    table = stage("service", {"as_at": day_in_name(raw.path), **columns}, len(sites))
    return Curated({"service": table}, ("emergency sites",), notes)
