"""Admissions to hospital each week, by partnership of residence and deprivation of the neighbourhood."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source
from locality_profiles.sources._activity_tables import claims, floats, group_numbers, mask, recode, stage_activity
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="hospital_admission",
    title="Weekly admissions to hospital by partnership and deprivation",
    group="activity",
    publisher="Public Health Scotland (open data: wider impacts of COVID-19)",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/covid-19-wider-impacts-hospital-admissions",
    frequency="every week from January 2020 to June 2023; ended",
    describes="Admissions of residents to acute hospitals, emergency and planned, for each fifth of deprivation of "
    "every partnership.",
    quirks=(
        "Figures below 5 are left out: the row is not there, with no mark in its place. A partnership's sum over its "
        "quintiles is therefore too low, by up to 4 for every row that is missing.",
        "A quintile in which nobody of a partnership lives has no rows either, and cannot be told from one whose every "
        "week is below 5.",
        "Emergency and planned admissions make up 'All' wherever all three are given. Where one is left out, 'All' "
        "tells it; it is not worked out here, for it was left out to protect people.",
        "A week is named by its last day, a Sunday.",
        "There is no row for a whole partnership or for Scotland.",
    ),
)

#: The same release has tables by board, by age and sex and by specialty.
LAYOUTS = (
    Layout(
        "open-data CSV by partnership and deprivation",
        ("WeekEnding", "HSCP", "SIMDQuintile", "AdmissionType", "NumberAdmissions"),
        without=("HB", "AgeGroup", "Sex", "Specialty"),
    ),
)

URGENCY = {"All": "all", "Emergency": "emergency", "Planned": "planned"}
#: A figure smaller than this is not published.
SMALLEST = 5


def curate(raw: RawTable) -> Curated:
    """One row per partnership, quintile, week and kind of admission."""
    cells = Cells(raw)
    partnership = cells.codes("HSCP", "hscp")
    quintile = cells.text("SIMDQuintile", allowed=[str(n) for n in range(1, 6)])
    urgency = recode(cells.text("AdmissionType", allowed=list(URGENCY)), URGENCY)
    admissions = cells.number("NumberAdmissions", whole=True, unit="admissions")
    start, end = _weeks(cells)
    cells.unique("HSCP", "SIMDQuintile", "WeekEnding", "AdmissionType")
    _check_totals(cells, floats(admissions))
    cells.finish()
    activity = stage_activity({
        "source": SOURCE.kind, "service_code": "HOSP.ACU", "measure_code": "N_ADMIT", "value": admissions,
        "status": cells.status("NumberAdmissions"), "period_type": "week", "period_start": start, "period_end": end,
        "geo_role": "residence", "block_type": "hscp", "block_code": partnership, "simd_quintile": quintile,
        "urgency": urgency,
    }, len(raw))  # fmt: skip
    claimed = claims("hospital admissions by partnership and deprivation", pa.repeat("week", len(raw)), start, end)
    return Curated({"activity": activity}, claimed, _notes(raw))


def _weeks(cells: Cells) -> tuple[pa.Array, pa.Array]:
    """First and last day of each week."""
    _, _, end = cells.periods("WeekEnding", "snapshot")
    cells.reject(
        "WeekEnding", pc.not_equal(pc.day_of_week(end), 6), "the date is not a Sunday, on which every week ends",
        "Correct it at the source.",
    )  # fmt: skip
    days = end.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    return pa.array(days - 6, pa.date32()), end


def _check_totals(cells: Cells, admissions: np.ndarray) -> None:
    """'All' is emergency and planned together; either may be left out where it is small."""
    raw = cells.raw
    kind = raw.columns[raw.find("AdmissionType")]
    groups = group_numbers(*(raw.columns[raw.find(name)] for name in ("HSCP", "SIMDQuintile", "WeekEnding")))
    is_total = mask(pc.equal(kind, "All"))
    size = groups.max(initial=-1) + 1
    given = np.bincount(groups[~is_total], minlength=size)[groups]
    remainder = admissions - np.bincount(groups[~is_total], weights=admissions[~is_total], minlength=size)[groups]
    most = np.where(given >= 2, 0, SMALLEST - 1)
    lost = "A row or a cell may have been lost or changed by hand; get the extract again."
    cells.reject(
        "NumberAdmissions", is_total & (given > 0) & ((remainder < 0) | (remainder > most)),
        f"'All' is not emergency and planned admissions together (one that is left out is below {SMALLEST})", lost,
    )  # fmt: skip
    with_total = np.bincount(groups[is_total], minlength=size) > 0
    cells.reject(
        "AdmissionType", ~with_total[groups], "there is no row 'All' for this partnership, quintile and week", lost
    )


def _notes(raw: RawTable) -> tuple[str, ...]:
    """How many rows are missing, among the quintiles that a partnership has and the weeks of the file."""
    week, partnership, quintile, kind = (
        raw.columns[raw.find(name)] for name in ("WeekEnding", "HSCP", "SIMDQuintile", "AdmissionType")
    )
    places = group_numbers(partnership, quintile).max() + 1
    expected = places * len(pc.unique(week))
    missing = {name: expected - pc.sum(pc.equal(kind, name)).as_py() for name in URGENCY}
    if not any(missing.values()):
        return ()
    listed = ", ".join(f"{count:,} of '{name}'" for name, count in missing.items())
    return (f"rows left out because they are below {SMALLEST}, of {expected:,} of each kind: {listed}",)
