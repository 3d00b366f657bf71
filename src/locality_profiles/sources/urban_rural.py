"""Urban and rural classes of data zones, as Public Health Scotland publishes them."""

from __future__ import annotations

import re

import pyarrow as pa

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._data_zones import block_type_of, marked
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="urban_rural",
    title="Scottish Government urban rural classification by data zone",
    group="deprivation",
    publisher="Public Health Scotland (open data), from the Scottish Government",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/urban-rural-classification",
    frequency="with each edition of the classification, about every three years",
    describes="The class of every 2011 data zone in the 2-, 3-, 6- and 8-fold schemes.",
    quirks=("The edition's year is part of each column's name.",),
)

#: Schemes, by how many classes they have.
FOLDS = (2, 3, 6, 8)
LAYOUTS = (
    Layout(
        "open-data CSV",
        ("DataZone",),
        (r"urbanrural6fold\d{4}", r"urbanrural8fold\d{4}"),
        examples=("UrbanRural6fold2020", "UrbanRural8fold2020"),
    ),
)


def curate(raw: RawTable) -> Curated:
    """One row per data zone and scheme."""
    cells = Cells(raw)
    zones = cells.codes("DataZone", "data_zone")
    block_type = block_type_of(cells, "DataZone")
    cells.unique("DataZone")
    parts, claims = [], []
    for key, column in raw.matching(r"urbanrural(\dfold\d{4})").items():
        folds = int(key[0])
        category = cells.text(column, allowed=[str(n) for n in range(1, folds + 1)])
        scheme = re.sub(r"(\dfold)(\d{4})", r"urban_rural_\1_\2", key)
        parts.append(stage("classification", {
            "block_type": block_type, "block_code": zones, "scheme": scheme, "category": category,
        }, len(raw)))  # fmt: skip
        claims.append(marked(f"urban rural classification, {folds}-fold, {key[-4:]}", block_type))
    cells.finish()
    lacking = [f"{n}-fold" for n in FOLDS if not raw.matching(rf"urbanrural({n}fold)\d{{4}}")]
    notes = (f"schemes for which the table has no column: {', '.join(lacking)}",) if lacking else ()
    return Curated({"classification": pa.concat_tables(parts)}, tuple(claims), notes)
