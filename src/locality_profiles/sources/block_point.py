"""The point that stands for the people of each data zone: its population-weighted centre."""

from __future__ import annotations

import pyarrow as pa

from locality_profiles.geography.vintages import plural
from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._data_zones import block_type_of
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="block_point",
    title="Population-weighted centres of data zones",
    group="places",
    publisher="Scottish Government",
    licence="Open Government Licence v3.0",
    page="https://spatialdata.gov.scot/geonetwork/srv/api/records/6755b5a3-5d99-4ca3-bd19-33d5454774ac",
    frequency="with each edition of the data zones",
    describes="One point for each data zone, where its people are on average, in the British National Grid.",
    quirks=(
        "All editions have the same columns, but for the year of the people counted: TotPop2011 or TotPop2022.",
        "Each is the mean of its census output areas' points, weighted by residents; it may fall in the sea or, in a "
        "zone shaped like a horseshoe, outside the zone.",
        "The Government places data zones in larger areas by these points, which is what it calls a best fit.",
        "Published as a shapefile too, which is to be saved as CSV or GeoJSON first; the grid references are among "
        "its attributes, and they are what is read.",
    ),
)

#: The people counted are asked for, though not read, so that no other file with grid references is taken for this.
LAYOUTS = (
    Layout(
        "Scottish Government centroids",
        ("DataZone", "Easting", "Northing"),
        (r"totpop(?:2011|2022)",),
        containers=("text", "workbook", "parquet", "json"),
        examples=("TotPop2011",),
    ),
)

#: Between these lies Scotland, in metres: degrees do not, nor does an easting for a northing.
EASTINGS, NORTHINGS = (1_000, 500_000), (500_000, 1_300_000)


def curate(raw: RawTable) -> Curated:
    """One ``block_point`` row per data zone."""
    cells = Cells(raw)
    zones = cells.codes("DataZone", "data_zone")
    cells.unique("DataZone")
    block_type = block_type_of(cells, "DataZone")
    easting, northing = grid_references(cells, "Easting", "Northing")
    cells.finish()
    table = stage("block_point", {
        "block_type": block_type, "block_code": zones, "easting": easting, "northing": northing,
    }, len(raw))  # fmt: skip
    return Curated({"block_point": table}, (f"centres of {plural(block_type)}",))


def grid_references(
    cells: Cells, east: str, north: str, *, empty: bool = False
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Two columns of metres on the British National Grid; degrees, or the two exchanged, are problems."""
    return tuple(
        cells.number(column, minimum=least, maximum=most, empty=empty)
        for column, (least, most) in ((east, EASTINGS), (north, NORTHINGS))
    )
