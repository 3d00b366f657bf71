"""Bed days of people who were ready to leave hospital and could not, by month, council or health board."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source
from locality_profiles.sources._activity_tables import (
    claims,
    floats,
    group_numbers,
    mask,
    recode,
    stage_activity,
    totals_off,
)
from locality_profiles.tables.cells import CODE_PATTERNS, Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="delayed_discharge",
    title="Bed days of delayed discharges",
    group="activity",
    publisher="Public Health Scotland (open data)",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/delayed-discharges-in-nhsscotland",
    frequency="every month",
    describes="Days that people aged 18 and over spent in hospital each month after they were ready to leave, by age "
    "and reason, for every council of residence, every health board of treatment and Scotland.",
    quirks=(
        "Councils are where people live, health boards are where they are treated: the two tables never mix, and "
        "Scotland stands in both.",
        "'18plus' and 'All Delay Reasons' are totals beside their parts: adding a column counts every day four times.",
        "People whose council is not known or not Scottish stand in rows without a council code, marked ':' in CAQF, "
        "'NA' in the table reshaped by the healthyr package. They are part of Scotland and kept as 'not placed'.",
        "The reshaped table gives the first day of each month as its date, and no qualifiers.",
        "Code 9 stood as one reason in early releases and is divided by the Adults with Incapacity Act (AWI) now.",
        "Reprovisioning delays (code 100) are left out by the publisher.",
    ),
)


@dataclass(frozen=True)
class Columns:
    """What a layout calls its columns, and what its places are."""

    place: str
    month: str
    age: str
    reason: str
    days: str
    area: str
    geo_role: str

    @property
    def required(self) -> tuple[str, ...]:
        return self.place, self.month, self.age, self.reason, self.days

    @property
    def key(self) -> tuple[str, ...]:
        return self.place, self.month, self.age, self.reason


def _open_data(place: str, area: str, geo_role: str) -> Columns:
    return Columns(place, "MonthOfDelay", "AgeGroup", "ReasonForDelay", "NumberOfDelayedBedDays", area, geo_role)


COLUMNS = {
    "open-data CSV by health board of treatment": _open_data("HBT", "health_board", "treatment"),
    "open-data CSV by council of residence": _open_data("CA", "council_area", "residence"),
    "councils of residence, reshaped by healthyr": Columns(
        "ltla_code", "date", "age_group", "delay_reason", "num_delayed_bed_days", "council_area", "residence"
    ),
}
LAYOUTS = tuple(Layout(name, columns.required) for name, columns in COLUMNS.items())

AGES = {"18plus": "18+", "18-74": "18-74", "75plus": "75+"}
REASONS = {
    "All Delay Reasons": "all", "Health and Social Care Reasons": "health_social_care",
    "Patient and Family Related Reasons": "patient_family", "Code 9 AWI": "code_9_awi",
    "Code 9 Non-AWI": "code_9_other", "Code 9 Reasons": "code_9",
}  # fmt: skip
#: What stands for a council where there is none.
NOWHERE = ("", "NA", "Other")
LOST = "A row or a cell may have been lost or changed by hand; get the extract again."


def curate(raw: RawTable) -> Curated:
    """One row per place, month, age and reason."""
    columns = COLUMNS[raw.layout.name]
    cells = Cells(raw)
    country, nowhere = _places(cells, columns)
    age = recode(cells.text(columns.age, allowed=list(AGES)), AGES)
    reason = recode(cells.text(columns.reason, allowed=list(REASONS)), REASONS)
    days = cells.number(columns.days, whole=True, unit="days")
    start, end = _months(cells, columns.month)
    cells.unique(*columns.key)
    _check_totals(cells, columns, floats(days))
    cells.finish()
    supplied = raw.columns[raw.find(columns.place)]
    activity = stage_activity({
        "source": SOURCE.kind, "service_code": "FLOW.DD", "measure_code": "BED_DAYS", "value": days,
        "status": cells.status(columns.days), "period_type": "month", "period_start": start, "period_end": end,
        "geo_role": columns.geo_role, "age_band": age, "delay_group": reason,
        "block_type": pc.if_else(country, "country", pc.if_else(nowhere, "not_placed", columns.area)),
        "block_code": pc.if_else(nowhere, "other", supplied),
    }, len(raw))  # fmt: skip
    of = columns.area.replace("_area", "").replace("_", " ")
    claimed = claims(f"delayed discharge bed days by {of}", pa.repeat("month", len(raw)), start, end)
    return Curated({"activity": activity}, claimed, _notes(raw, columns, floats(days), mask(country), of))


def _places(cells: Cells, columns: Columns) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Check the places; which rows are the country's, and which lie in no council."""
    patterns = [CODE_PATTERNS[columns.area], CODE_PATTERNS["country"]]
    home = columns.geo_role == "residence"
    if home:
        patterns += [word for word in NOWHERE if word]
    what = f"a {columns.area.replace('_', ' ')} code like {CODE_PATTERNS[columns.area][:3]}000000"
    cells.text(columns.place, pattern="|".join(patterns), empty=home, what=what)
    supplied = cells.raw.columns[cells.raw.find(columns.place)]
    country = pc.match_substring_regex(supplied, f"^{CODE_PATTERNS['country']}$")
    return country, pc.is_in(supplied, pa.array(NOWHERE))


def _months(cells: Cells, column: str) -> tuple[pa.Array, pa.Array]:
    """First and last day of each month, given as 202103 or as the date of its first day."""
    if column != "date":
        _, start, end = cells.periods(column, "month")
        return start, end
    _, start, _ = cells.periods(column, "snapshot")
    cells.reject(
        column, pc.not_equal(pc.day(start), 1), "the date is not the first day of a month, which stands for the month",
        "Correct it at the source.",
    )  # fmt: skip
    days = start.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    last = (days.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    return start, pa.array(last, pa.date32())


def _check_totals(cells: Cells, columns: Columns, days: np.ndarray) -> None:
    """18 and over is 18 to 74 with 75 and over; all reasons are the sum of the reasons."""
    by = {name: cells.raw.columns[cells.raw.find(name)] for name in columns.key}
    for column, total, parts in (
        (columns.age, "18plus", "18-74 and 75plus"),
        (columns.reason, "All Delay Reasons", "the reasons"),
    ):
        groups = group_numbers(*(values for name, values in by.items() if name != column))
        is_total = mask(pc.equal(by[column], total))
        off = totals_off(days, is_total, groups)
        cells.reject(columns.days, off, f"the bed days of '{total}' are not the sum of {parts}", LOST)
        with_total = np.bincount(groups[is_total], minlength=groups.max() + 1) > 0
        cells.reject(column, ~with_total[groups], f"there is no row '{total}' for this place and month", LOST)


def _notes(raw: RawTable, columns: Columns, days: np.ndarray, country: np.ndarray, of: str) -> tuple[str, ...]:
    """Not refused: who keeps Scotland's rows beside one council's has every reason to."""
    by = [raw.columns[raw.find(name)] for name in (columns.month, columns.age, columns.reason)]
    off = totals_off(days, country, group_numbers(*by))
    if not off.any():
        return ()
    return (f"figures for Scotland that are not the sum of the {of}s' and of people not placed: {int(off.sum()):,}",)
