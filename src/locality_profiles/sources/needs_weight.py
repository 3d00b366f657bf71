"""Populations weighted for need by data zone, of the form of the national resource-allocation workbook."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.geography.vintages import USUAL, vintage_of
from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._activity_tables import claims, floats
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="needs_weight",
    title="Needs-weighted population of data zones",
    group="budget",
    publisher="Public Health Scotland, resource allocation (National Resource Allocation Committee formula)",
    licence="Open Government Licence v3.0",
    page="https://publichealthscotland.scot/resources-and-tools/health-strategy-and-outcomes/resource-allocation/",
    frequency="every year, for the allocation of a financial year",
    describes="Residents of each data zone, and the same weighted by age and sex, by morbidity and life circumstances, "
    "and by the excess cost of supply; for the formula as a whole or for one of its programmes.",
    quirks=(
        "The published workbook has data zones in rows and its shares and indices in columns, on a sheet for each "
        "programme. Its exact headings are not known here: bring the sheet to one of these two layouts, one row "
        "for each "
        "data zone, year and programme.",
        "Where the three indices are given, the weighted population is the population times all three. An index is "
        "relative to 1: each is the ratio of two shares (age_sex_index = weighted share / population share, and "
        "so on).",
        "The formula covers hospital and community health services and prescribing by general practices. It knows no "
        "general medical services and no social care.",
        "Zones are those of 2011 in the workbooks up to 2025/26; a code tells its edition.",
        "A table without a column 'programme' is of the formula as a whole.",
    ),
)  # fmt: skip

WEIGHTED = Layout("population and weighted population", ("data_zone", "year", "population", "weighted_population"))
INDICES = ("age_sex_index", "morbidity_and_life_circumstances_index", "excess_cost_index")
BY_INDEX = Layout("population and its three indices", ("data_zone", "year", "population", *INDICES))
LAYOUTS = (WEIGHTED, BY_INDEX)
PROGRAMMES = ("all", "acute", "care_of_the_elderly", "mental_health", "maternity", "community", "prescribing")
#: Of how many times the average a zone's need may be; a percentage would be far above.
MOST = 20


def curate(raw: RawTable) -> Curated:
    """One row per data zone, year and programme."""
    cells = Cells(raw)
    zone = cells.codes("data_zone", "data_zone")
    period = cells.periods("year", "financial_year")
    population = cells.number("population", empty=False)
    has_programme = raw.find("programme") is not None
    programme = cells.text("programme", allowed=PROGRAMMES) if has_programme else pa.repeat("all", len(raw))
    cells.unique("data_zone", "year", *(["programme"] if has_programme else []))
    weighted = (
        _by_index(cells, population) if raw.layout == BY_INDEX else cells.number("weighted_population", empty=False)
    )
    cells.finish()
    edition = vintage_of(zone)
    kind, start, end = period
    table = stage("needs_weight", {
        "block_type": pa.array(np.where(edition == "", USUAL, edition), pa.string()), "block_code": zone,
        "period_type": kind, "period_start": start, "period_end": end, "programme": programme,
        "population": population, "weighted_population": weighted,
        "status": pa.array(np.where(floats(weighted) == 0, "true_zero", "actual").tolist()),
    }, len(raw))  # fmt: skip
    return Curated({"needs_weight": table}, _claims(programme, period))


def _by_index(cells: Cells, population: pa.ChunkedArray) -> pa.ChunkedArray:
    """Population times its three indices; a weighted population that is given beside them must be just that."""
    weighted = population
    for name in INDICES:
        index = cells.number(name, empty=False, maximum=MOST)
        weighted = pc.multiply(weighted, index)
    if cells.raw.find("weighted_population"):
        given = cells.number("weighted_population", empty=False)
        cells.same(
            given, weighted, "weighted_population", "the weighted population is not the population times its indices"
        )
    return weighted


def _claims(programme: pa.Array | pa.ChunkedArray, period: tuple[pa.Array, pa.Array, pa.Array]) -> tuple[str, ...]:
    found: list[str] = []
    for name in sorted(pc.unique(programme).to_pylist()):
        at = pc.equal(programme, name)
        at = at.combine_chunks() if isinstance(at, pa.ChunkedArray) else at
        found += claims(f"needs-weighted population, {name}", *(column.filter(at) for column in period))
    return tuple(found)
