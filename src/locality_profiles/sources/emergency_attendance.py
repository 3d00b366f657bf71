"""Attendances at emergency departments and minor injury units, by hospital and month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._activity_tables import claims, floats, group_numbers, mask, recode, stage_activity
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="emergency_attendance",
    title="Attendances at emergency departments and minor injury units",
    group="activity",
    publisher="Public Health Scotland (open data)",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/monthly-accident-and-emergency-activity-and-waiting-times",
    frequency="every month, two months in arrears",
    describes="Attendances, and those admitted, discharged or transferred within four hours, at every hospital.",
    quirks=(
        "Figures are for the place of treatment. They say nothing about where the people live.",
        "The columns were renamed in May 2023. In February 2025 departments became Type 1 and Type 3, and rows for new "
        "planned and unplanned attendances were added beside 'All', which counts both. The older table knows unplanned "
        "attendances only, so that its figures go on as 'Unplanned', not as 'All', from December 2020.",
        "Small sites send totals ('Aggregate', later 'All'); the 'Episode' columns are empty there, marked 'z', and "
        "are not read.",
        "Six hospitals have had both kinds of department, some in the same month.",
        "One hospital and month (G405H, May 2015, when the site's new hospital opened) stands in two rows with "
        "different figures, each complete in itself. They are taken as two parts and added.",
        "At least one month of one unit (May 2025) was published with more attendances within four hours than "
        "attendances. The former is then read as not available.",
    ),
)

#: The same release has tables by age, referral, day and destination, and weekly ones, with many of these columns.
OTHERS = ("WeekEndingDate", "Age", "Sex", "Deprivation", "Referral", "Day", "Hour", "Discharge")


@dataclass(frozen=True)
class Columns:
    """What a layout calls the two counts."""

    attendances: str
    within_four_hours: str


COLUMNS = {
    "open-data CSV to April 2023": Columns("NumberOfAttendancesAggregate", "NumberMeetingTargetAggregate"),
    "open-data CSV from May 2023": Columns("NumberOfAttendancesAll", "NumberWithin4HoursAll"),
}
LAYOUTS = tuple(
    Layout(
        name,
        ("Month", "HBT", "TreatmentLocation", "DepartmentType", columns.attendances, columns.within_four_hours),
        without=OTHERS,
    )
    for name, columns in COLUMNS.items()
)

DEPARTMENTS = {
    "Emergency Department": "HOSP.AE", "Type 1": "HOSP.AE",
    "Minor Injury Unit or Other": "HOSP.MIU", "Type 3": "HOSP.MIU",
}  # fmt: skip
CATEGORIES = {"All": "all", "Unplanned": "emergency", "New planned": "planned", "New Planned": "planned"}
CATEGORY = "AttendanceCategory"  # absent before February 2025
HOSPITAL = r"[A-Z]\d{3}[A-Z]"

#: Month and hospital of rows that repeat a key and are parts of one figure (see the quirks).
IN_PARTS = (("201505", "G405H"),)
ADDED = "Supplied in more than one row, which were added."
IMPOSSIBLE = "More were supplied within four hours than attended."


def curate(raw: RawTable) -> Curated:
    """Two rows per hospital, department, category and month; and the board that each hospital lies in."""
    cells = Cells(raw)
    columns = COLUMNS[raw.layout.name]
    hospital = cells.text("TreatmentLocation", pattern=HOSPITAL, what="a hospital's code like A000A")
    board = cells.codes("HBT", "health_board")
    cells.agrees(
        "TreatmentLocation", "HBT", "stands beside another health board than in other rows; a hospital lies in one",
        "Correct the code, or ask the publisher when the board changed.",
    )  # fmt: skip
    service = recode(cells.text("DepartmentType", allowed=list(DEPARTMENTS)), DEPARTMENTS)
    _, start, end = cells.periods("Month", "month")
    rows = {
        "service_code": service, "urgency": _categories(cells), "block_code": hospital,
        "period_start": start, "period_end": end,
    }  # fmt: skip
    attended = cells.number(columns.attendances, whole=True, unit="attendances")
    within = cells.number(columns.within_four_hours, whole=True, unit="attendances")
    in_parts = _in_parts(raw)
    _check_unique(cells, in_parts)
    cells.finish()

    groups = group_numbers(*rows.values())
    added = in_parts & (np.bincount(groups)[groups] > 1)
    impossible = mask(pc.greater(within, attended))
    counts = [
        _Counts("N_ATTEND", attended, cells.status(columns.attendances), np.zeros(len(raw), dtype=bool)),
        _Counts("MET_4H", within, cells.status(columns.within_four_hours), impossible),
    ]
    activity = pa.concat_tables([_activity(count, rows, groups, added) for count in counts])
    boards = pa.table({"hospital": hospital, "board": board}).group_by("hospital").aggregate([("board", "min")])
    membership = stage("membership", {
        "block_type": "hospital", "block_code": boards["hospital"], "area_type": "health_board",
        "area_code": boards["board_min"], "weight": 1.0, "method": "reported", "grade": 1,
        "estimated": False,
    }, len(boards))  # fmt: skip
    claimed = claims("emergency attendances", pa.repeat("month", len(raw)), start, end)
    return Curated({"activity": activity, "membership": membership}, claimed, _notes(groups, added, impossible))


def _categories(cells: Cells) -> pa.ChunkedArray:
    if cells.raw.find(CATEGORY) is None:
        return pa.chunked_array([pa.repeat("all", len(cells.raw))])
    return recode(cells.text(CATEGORY, allowed=list(CATEGORIES)), CATEGORIES)


def _in_parts(raw: RawTable) -> np.ndarray:
    """Rows that are known to be parts of one figure."""
    found = np.zeros(len(raw), dtype=bool)
    for month, hospital in IN_PARTS:
        month_is, hospital_is = (
            pc.equal(raw.columns[raw.find(column)], value)
            for column, value in (("Month", month), ("TreatmentLocation", hospital))
        )
        found |= mask(pc.and_(month_is, hospital_is))
    return found


def _check_unique(cells: Cells, in_parts: np.ndarray) -> None:
    """Report repeated keys among all rows but those that are known to be parts."""
    raw = cells.raw
    rest = Cells(raw.where(~in_parts))
    key = ("TreatmentLocation", "Month", "DepartmentType", CATEGORY)
    rest.unique(*(column for column in key if raw.find(column)))
    cells.problems.extend(rest.problems)


@dataclass(frozen=True)
class _Counts:
    """One of the two counts, with the rows where it cannot be right."""

    measure: str
    values: pa.ChunkedArray
    status: pa.ChunkedArray
    impossible: np.ndarray


def _activity(count: _Counts, rows: dict[str, pa.ChunkedArray], groups: np.ndarray, added: np.ndarray) -> pa.Table:
    """Rows of one measure; of rows that are parts of one figure, the first bears the sum and stays."""
    values = floats(count.values)
    values = np.where(added, np.bincount(groups, weights=values)[groups], values)
    first = np.zeros(len(values), dtype=bool)
    first[np.unique(groups, return_index=True)[1]] = True
    impossible = pa.array(count.impossible)
    note = pc.if_else(impossible, IMPOSSIBLE, pc.if_else(pa.array(added), ADDED, pa.scalar(None, pa.string())))
    activity = stage_activity({
        **rows, "source": SOURCE.kind, "measure_code": count.measure, "geo_role": "treatment", "block_type": "hospital",
        "value": pa.array(values, mask=np.isnan(values) | count.impossible),
        "status": pc.if_else(impossible, "not_available", count.status), "period_type": "month", "note": note,
    }, len(values))  # fmt: skip
    return activity.filter(pa.array(~added | first))


def _notes(groups: np.ndarray, added: np.ndarray, impossible: np.ndarray) -> tuple[str, ...]:
    notes = []
    if added.any():
        notes.append(f"figures supplied in more than one row, which were added: {len(np.unique(groups[added])):,}")
    if impossible.any():
        notes.append(
            f"rows with more attendances within four hours than attendances, the former read as not available: "
            f"{int(impossible.sum()):,}"
        )
    return tuple(notes)
