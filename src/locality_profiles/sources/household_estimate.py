"""Households and their mean size by council area, and by the planning areas published beside them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.geography.names import slug
from locality_profiles.periods import mid_year
from locality_profiles.sources import Curated, Source, stage
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="household_estimate",
    title="Household estimates by council area",
    group="population",
    publisher="National Records of Scotland",
    licence="Open Government Licence v3.0",
    page="https://www.nrscotland.gov.uk/publications/households-and-dwellings-in-scotland/",
    frequency="every year, for June",
    describes="Households (occupied dwellings) and people per household, by council area and Scotland, since 1991.",
    quirks=(
        "Areas are named, not coded.",
        "Strategic development plan areas and the two national parks stand among the councils, from 2008 and "
        "without a mean size.",
        "The mean size is blank before 2001.",
        "Councils and Scotland are rounded apart: they differ by up to three households.",
    ),
)

LAYOUTS = (Layout("table of councils", ("Area", "Year", "Households", "Av_HH_size")),)

COUNTRY = "Scotland"
#: Areas that are neither councils nor anything that profiles are made for, as NRS names them.
OTHER_AREAS = (
    "Aberdeen City and Shire", "Cairngorms", "Cairngorms National Park", "Clydeplan", "Glasgow and the Clyde Valley",
    "LLTNP", "Loch Lomond and The Trossachs National Park", "SESplan", "TAYplan",
)  # fmt: skip


def curate(raw: RawTable) -> Curated:
    """One row per area, year and measure; a size that is not given is null and 'not_available'."""
    cells = Cells(raw)
    areas = cells.text("Area", what="the name of an area")
    years = cells.number("Year", minimum=1900, maximum=2200, whole=True, empty=False)
    cells.unique("Area", "Year")
    measures = {
        "households": (cells.number("Households", whole=True, unit="households"), cells.status("Households")),
        "household_size": (cells.number("Av_HH_size", minimum=1), cells.status("Av_HH_size")),
    }
    cells.finish()

    is_other = pc.is_in(areas, pa.array(OTHER_AREAS))
    kinds = pc.if_else(pc.equal(areas, COUNTRY), "country", pc.if_else(is_other, "other_area", "council_area"))
    day = pa.array([mid_year(int(year)).start for year in years.to_pylist()], pa.date32())
    each = {
        "block_type": kinds, "period_type": "mid_year", "period_start": day, "period_end": day, "category": "all",
        # Codes are looked up from the names of councils and Scotland; the others have none, so a slug stands for one.
        "block_code": pc.if_else(is_other, _slugs(areas), None), "place_name": pc.if_else(is_other, None, areas),
    }  # fmt: skip
    table = pa.concat_tables(
        stage("household", {**each, "measure": measure, "value": value, "status": status}, len(raw))
        for measure, (value, status) in measures.items()
    )
    return Curated({"household": table}, _claims(kinds, years), _notes(kinds, years, measures["households"][0], areas))


def _slugs(names: pa.ChunkedArray) -> pa.Array:
    encoded = names.combine_chunks().dictionary_encode()
    return pa.array(map(slug, encoded.dictionary.to_pylist()), pa.string()).take(encoded.indices)


def _claims(kinds: pa.ChunkedArray, years: pa.ChunkedArray) -> tuple[str, ...]:
    words = {"council_area": "council areas", "country": "the country", "other_area": "other areas"}
    found = set(zip(kinds.to_pylist(), years.to_pylist(), strict=True))
    return tuple(f"households of {words[kind]}, mid-{year:.0f}" for kind, year in sorted(found))


def _notes(
    kinds: pa.ChunkedArray, years: pa.ChunkedArray, households: pa.ChunkedArray, areas: pa.ChunkedArray
) -> tuple[str, ...]:
    """What was noticed: areas of no type here, and years in which the councils are not all of Scotland.

    That is no fault: a council may keep its own rows and Scotland's. Rounding apart is not told.
    """
    notes = []
    kind, year, count = (np.asarray(column.to_pylist()) for column in (kinds, years, pc.fill_null(households, np.nan)))
    for each in np.unique(year[kind == "country"]):
        councils = (year == each) & (kind == "council_area")
        added, scotland = count[councils].sum(), count[(year == each) & (kind == "country")][0]
        if abs(added - scotland) > (councils.sum() + 1) / 2:
            notes.append(f"mid-{each:.0f}: the {councils.sum()} council areas have {added:,.0f} households, "
                         f"Scotland {scotland:,.0f}")  # fmt: skip
    others = sorted(set(areas.filter(pc.equal(kinds, "other_area")).to_pylist()))
    return (*notes, *([f"kept as areas of no type here: {', '.join(others)}"] if others else []))
