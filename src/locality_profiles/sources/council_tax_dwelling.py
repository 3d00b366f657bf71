"""Dwellings by council-tax band in 2001 data zones."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.geography.vintages import plural
from locality_profiles.periods import calendar_year
from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._data_zones import block_type_of
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="council_tax_dwelling",
    title="Dwellings by council-tax band, 2001 data zones",
    group="population",
    publisher="National Records of Scotland, by way of City of Edinburgh Council",
    licence="Open Government Licence v2.0",
    page="https://github.com/EdinburghCityScope/nrs-dwellings-council-tax",
    frequency="not updated since 2013",
    describes="Dwellings in each council-tax band A to H in the data zones of one council, year by year.",
    quirks=(
        "The data zones are those of 2001: their codes look like those of 2011 and join to none of them.",
        "Rows of counts and rows of percentages ('Ratio', also of bands together) stand in one column.",
    ),
)

# Other long tables have a year, a measure and a value too; those about areas by name are none of these.
LAYOUTS = (Layout("long table", ("year", "zone", "band", "measure", "value"), without=("Area.Name",)),)

BANDS = tuple("ABCDEFGH")


def curate(raw: RawTable) -> Curated:
    """One row per zone, year and band, and one for all bands; rows of ratios are left out."""
    checked = Cells(raw)
    measures = checked.text("measure", allowed=("Count", "Ratio"))
    counts = raw.where(pc.fill_null(pc.equal(measures, "Count"), False).to_numpy())
    cells = Cells(counts)
    cells.problems.extend(checked.problems)
    if not len(counts):
        cells.problem("no row holds a count of dwellings", "Get the extract again.", column="measure")
    zones = cells.codes("zone", "data_zone")
    block_type = block_type_of(cells, "zone")
    years = cells.number("year", minimum=1990, maximum=2200, whole=True, empty=False)
    bands = cells.text("band", allowed=[f"Band {band}" for band in BANDS])
    dwellings = cells.number("value", whole=True, unit="dwellings")
    status = cells.status("value")
    cells.unique("zone", "year", "band")
    cells.finish()

    banded = pa.table({"zone": zones, "year": pc.cast(years, pa.int64()), "category": pc.utf8_slice_codeunits(bands, 5),
                       "value": dwellings, "status": status})  # fmt: skip
    table = _staged(block_type, pa.concat_tables([banded, _all_bands(banded)]))
    found = sorted(set(banded["year"].to_pylist()))
    claims = tuple(f"dwellings of {plural(block_type)} by council-tax band, {year}" for year in found)
    left_out = len(raw) - len(counts)
    notes = (f"{left_out:,} rows of ratios were left out: counts are kept and ratios follow from them",)
    return Curated({"household": table}, claims, notes if left_out else ())


def _all_bands(banded: pa.Table) -> pa.Table:
    """The bands added up, in zones and years where every one of them is given: the file has no total."""
    added = banded.group_by(["zone", "year"]).aggregate([("value", "sum"), ("value", "count")])
    added = added.filter(pc.equal(added["value_count"], len(BANDS)))
    status = pc.if_else(pc.equal(added["value_sum"], 0), "true_zero", "actual")
    columns = {"zone": added["zone"], "year": added["year"], "value": added["value_sum"], "status": status}
    return pa.table({**columns, "category": pa.repeat("all", len(added))}).select(banded.column_names)


def _staged(block_type: str, dwellings: pa.Table) -> pa.Table:
    """Rows for ``household``. The source gives a year without a day, so the whole year is the period."""
    distinct, at = np.unique(dwellings["year"].to_numpy(), return_inverse=True)
    periods = [calendar_year(int(year)) for year in distinct]
    return stage("household", {
        "block_type": block_type, "block_code": dwellings["zone"], "period_type": "calendar_year",
        "period_start": pa.array([period.start for period in periods]).take(pa.array(at)),
        "period_end": pa.array([period.end for period in periods]).take(pa.array(at)),
        "measure": "dwellings", "category": dwellings["category"], "value": dwellings["value"],
        "status": dwellings["status"],
    }, len(dwellings))  # fmt: skip
