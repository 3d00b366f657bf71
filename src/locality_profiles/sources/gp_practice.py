"""The directory of GP practices: where each is and which cluster it belongs to, edition by edition."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.periods import snapshot
from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._file_dates import UNDATED, day_in_name
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
        "The file says nowhere which day it describes; its name does (contactdetails_apr2024: 1 April 2024). Several "
        "editions may lie side by side, to tell which cluster a practice was in when.",
        "Clusters have names and no codes. A name may hold two blanks in a row, a cluster may lie across two "
        "partnerships, and practices 'Undefined' of a board are in none.",
        "Telephone numbers have spaces between all their parts; they are not kept, nor are the address lines.",
    ),
)

LAYOUTS = (
    Layout("open-data CSV", ("PracticeCode", "GPPracticeName", "Postcode", "HB", "HSCP", "DataZone", "GPCluster")),
)

#: How the publisher says that a practice is in no cluster: "Forth Valley Undefined".
NO_CLUSTER = r"(?i)(?:^|\s)undefined$"


def curate(raw: RawTable) -> Curated:
    """A ``service`` and a ``practice_cluster`` row per practice, both of the day that the file's name tells.

    Telephone numbers, address lines and list sizes stay behind.
    """
    day = day_in_name(raw.path)
    cells = Cells(raw)
    cells.unique("PracticeCode")
    codes = practice_codes(cells, "PracticeCode")
    clusters, partnerships = _clusters(cells), cells.codes("HSCP", "hscp", empty=True)
    columns = {
        "service_code": codes,
        "service_name": cells.text("GPPracticeName"),
        "postcode": cells.text("Postcode", empty=True),
        "data_zone": cells.codes("DataZone", "data_zone", empty=True),
        "cluster_name": clusters,
        "hscp": partnerships,
        "health_board": cells.codes("HB", "health_board", empty=True),
    }
    cells.finish()
    placed = pa.table({"practice_code": codes, "cluster_name": clusters, "hscp": partnerships})
    placed = placed.filter(pc.is_valid(partnerships))
    tables = {
        "service": stage("service", {"service_type": "gp_practice", "as_at": day, **columns}, len(raw)),
        "practice_cluster": stage("practice_cluster", {
            "as_at": day or UNDATED, **{name: placed[name] for name in placed.column_names},
        }, len(placed)),
    }  # fmt: skip
    claim = f"GP practices, {snapshot(day).label}" if day else "GP practices"
    return Curated(tables, (claim,), tuple(_notes(raw, clusters, partnerships)))


def _clusters(cells: Cells) -> pa.ChunkedArray:
    """Cluster names with single blanks; null for a practice that is in no cluster."""
    names = pc.replace_substring_regex(cells.text("GPCluster", empty=True), r"\s+", " ")
    return pc.if_else(pc.match_substring_regex(names, NO_CLUSTER), pa.scalar(None, pa.string()), names)


def _notes(raw: RawTable, clusters: pa.ChunkedArray, partnerships: pa.ChunkedArray) -> list[str]:
    notes = []
    if day_in_name(raw.path) is None:
        notes.append("the file's name tells no month, so the day that it describes is not known")
    if clusters.null_count:
        notes.append(f"practices in no cluster: {clusters.null_count:,}")
    if partnerships.null_count:
        notes.append(f"practices without a partnership, whose cluster was left out: {partnerships.null_count:,}")
    return notes


def practice_codes(cells: Cells, column: str) -> pa.ChunkedArray:
    """Five-digit practice codes; a spreadsheet that dropped the zeros in front is put right."""
    codes = cells.text(column, pattern=r"\d{1,5}", what="a practice code of five digits")
    return pc.utf8_lpad(codes, 5, "0")
