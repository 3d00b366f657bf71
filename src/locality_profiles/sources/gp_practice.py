"""The directory of GP practices: where each is and which cluster it belongs to."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="gp_practice",
    title="GP practice contact details",
    group="places",
    publisher="Public Health Scotland (open data)",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/gp-practice-contact-details-and-list-sizes",
    frequency="every quarter",
    describes="Code, name, postcode, data zone, cluster, partnership and board of every GP practice.",
    quirks=(
        "The file says nowhere which day it describes.",
        "Telephone numbers have spaces between all their parts; they are not kept, nor are the address lines.",
    ),
)

LAYOUTS = (
    Layout("open-data CSV", ("PracticeCode", "GPPracticeName", "Postcode", "HB", "HSCP", "DataZone", "GPCluster")),
)


def curate(raw: RawTable) -> Curated:
    """One row per practice. Telephone numbers, address lines and list sizes stay behind."""
    cells = Cells(raw)
    cells.unique("PracticeCode")
    columns = {
        "service_code": practice_codes(cells, "PracticeCode"),
        "service_name": cells.text("GPPracticeName"),
        "postcode": cells.text("Postcode", empty=True),
        "data_zone": cells.codes("DataZone", "data_zone", empty=True),
        "cluster_name": cells.text("GPCluster", empty=True),
        "hscp": cells.codes("HSCP", "hscp", empty=True),
        "health_board": cells.codes("HB", "health_board", empty=True),
    }
    cells.finish()
    table = stage("service", {"service_type": "gp_practice", **columns}, len(raw))
    return Curated({"service": table}, ("GP practices",))


def practice_codes(cells: Cells, column: str) -> pa.ChunkedArray:
    """Five-digit practice codes; a spreadsheet that dropped the zeros in front is put right."""
    codes = cells.text(column, pattern=r"\d{1,5}", what="a practice code of five digits")
    return pc.utf8_lpad(codes, 5, "0")
