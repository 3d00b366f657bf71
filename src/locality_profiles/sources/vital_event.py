"""Births and deaths by data zone, sex and age: a plain table that a partnership's analysts fill in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.periods import calendar_year
from locality_profiles.sources import Curated, Source
from locality_profiles.sources._activity_tables import group_numbers, mask, recode, stage_activity
from locality_profiles.sources._data_zones import block_type_of, marked
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="vital_event",
    title="Births and deaths by data zone",
    group="activity",
    publisher="a partnership's analysts, from the registers of National Records of Scotland",
    published=False,
    licence="as agreed with the data controller; never published as it is",
    page="https://www.nrscotland.gov.uk/publications/?theme=vital-events",
    frequency="every year",
    describes="Births and deaths registered in a calendar year, by data zone of residence, sex and age band.",
    quirks=(
        "This layout is our own: no publisher gives deaths by data zone and age. Columns: data_zone, year, event "
        "(birth or death), sex (female or male), "
        "age_band (0, 1-4, 5-9, … 85-89, 90+; of births, that of the mother or all) "
        "and count.",
        "A zone, sex and age without a row had none: only what happened need be listed. A year with no row at all is "
        "not covered.",
        "Years are those of registration.",
    ),
)

LAYOUTS = (Layout("our own table", ("data_zone", "year", "event", "sex", "age_band", "count")),)

EVENTS = {"birth": "EVT.BIRTH", "death": "EVT.DEATH"}
BANDS = ("all", "0", "1-4", *(f"{age}-{age + 4}" for age in range(5, 90, 5)), "90+")


def curate(raw: RawTable) -> Curated:
    """One row per zone, year, event, sex and age band, and the totals of both sexes and of all ages."""
    cells = Cells(raw)
    zones = cells.codes("data_zone", "data_zone")
    block_type = block_type_of(cells, "data_zone")
    years = cells.number("year", minimum=1990, maximum=2200, whole=True, empty=False)
    event = cells.text("event", allowed=list(EVENTS))
    sex = cells.text("sex", allowed=("female", "male"))
    band = cells.text("age_band", allowed=BANDS)
    count = cells.number("count", whole=True, empty=False, unit="events")
    cells.unique("data_zone", "year", "event", "sex", "age_band")
    cells.reject(
        "age_band", pc.and_(pc.equal(event, "death"), pc.equal(band, "all")),
        "a row of deaths is for all ages; single bands were expected",
        "Give deaths by age: without it there is no life expectancy, and totals follow from the bands.",
    )  # fmt: skip
    _refuse_total_beside_bands(cells, zones, years, event, sex, band)
    cells.finish()
    table = pa.table({"zone": zones, "year": pc.cast(years, pa.int64()), "service": recode(event, EVENTS), "sex": sex,
                      "band": band, "count": count})  # fmt: skip
    found = sorted(set(table["year"].to_pylist()))
    claims = tuple(marked(f"births and deaths, {year}", block_type) for year in found)
    return Curated({"activity": _staged(block_type, _with_totals(table))}, claims)


def _refuse_total_beside_bands(
    cells: Cells, zones: pa.ChunkedArray, years: pa.ChunkedArray, event: pa.ChunkedArray, sex: pa.ChunkedArray,
    band: pa.ChunkedArray,
) -> None:  # fmt: skip
    """A zone's births of one sex and year are given by the mothers' ages or in one row, not both."""
    group = group_numbers(zones, years, event, sex)
    total = mask(pc.equal(band, "all"))
    has_bands = np.bincount(group[~total], minlength=int(group.max(initial=-1)) + 1) > 0
    cells.reject(
        "age_band", total & has_bands[group], "a total stands beside its own ages, and would be counted twice",
        "Give births by the mothers' ages, or one row for all ages.",
    )  # fmt: skip


def _with_totals(table: pa.Table) -> pa.Table:
    """The rows, with those of both sexes and of all ages; a total that was supplied is not made again."""
    in_band = pc.not_equal(table["band"], "all")
    by_band, supplied = table.filter(in_band), table.filter(pc.invert(in_band))
    all_ages = _added(by_band, ("zone", "year", "service", "sex"), band="all").select(table.column_names)
    both = _added(by_band, ("zone", "year", "service", "band"), sex="all")
    all_of_both = _added(pa.concat_tables([supplied, all_ages]), ("zone", "year", "service"), sex="all", band="all")
    return pa.concat_tables([part.select(table.column_names) for part in (table, both, all_ages, all_of_both)])


def _added(table: pa.Table, keys: tuple[str, ...], **fixed: str) -> pa.Table:
    added = table.group_by(list(keys)).aggregate([("count", "sum")]).rename_columns([*keys, "count"])
    for name, value in fixed.items():
        added = added.append_column(name, pa.repeat(value, added.num_rows))
    return added


def _staged(block_type: str, table: pa.Table) -> pa.Table:
    distinct, at = np.unique(table["year"].to_numpy(), return_inverse=True)
    periods = [calendar_year(int(year)) for year in distinct]
    return stage_activity({
        "source": SOURCE.kind, "service_code": table["service"], "measure_code": "N", "value": table["count"],
        "status": pc.if_else(pc.equal(table["count"], 0), "true_zero", "actual"), "period_type": "calendar_year",
        "period_start": pa.array([period.start for period in periods]).take(pa.array(at)),
        "period_end": pa.array([period.end for period in periods]).take(pa.array(at)), "geo_role": "residence",
        "block_type": block_type, "block_code": table["zone"], "age_band": table["band"], "sex": table["sex"],
    }, table.num_rows)  # fmt: skip
