"""The directory of NHS hospitals, with their points on the National Grid."""

from __future__ import annotations

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="hospital",
    title="NHS hospitals and their places",
    group="places",
    publisher="Public Health Scotland (open data)",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/hospital-codes",
    frequency="when a hospital opens, closes or moves",
    describes="Code, name, postcode, areas and grid reference of every current NHS hospital.",
    quirks=(
        "National hospitals that answer to no partnership have blank areas ('z') and a board code like SB0802.",
        "A grid reference may have decimals; 'Yes' in BasedOnPostcode says that it is the postcode's, not the "
        "building's.",
    ),
)

LAYOUTS = (
    Layout(
        "open-data CSV with points",
        ("Location", "LocationName", "Postcode", "HB", "DataZone", "XCoordinate", "YCoordinate"),
    ),
)

#: The National Grid reaches this far east and north.
EAST, NORTH = 700_000, 1_300_000


def curate(raw: RawTable) -> Curated:
    """One row per hospital; one without a data zone is kept."""
    cells = Cells(raw)
    cells.unique("Location")
    columns = {
        "service_code": cells.text("Location", pattern=r"[A-Z]\d{3}[A-Z]", what="a location code like X000X"),
        "service_name": cells.text("LocationName"),
        "postcode": cells.text("Postcode", empty=True),
        "data_zone": cells.codes("DataZone", "data_zone", empty=True),
        "hscp": cells.codes("HSCP", "hscp", empty=True) if raw.find("HSCP") else None,
        "health_board": cells.text(
            "HB", pattern=r"S08\d{6}|SB\d{4}", empty=True, what="a health board code like S08000000 or SB0000"
        ),
        "easting": cells.number("XCoordinate", maximum=EAST),
        "northing": cells.number("YCoordinate", maximum=NORTH),
    }
    cells.finish()
    return Curated({"service": stage("service", {"service_type": "hospital", **columns}, len(raw))}, ("hospitals",))
