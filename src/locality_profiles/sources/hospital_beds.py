"""Beds of hospitals by specialty and quarter: how many have staff, and how many of them are in use."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._activity_tables import claims, floats
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="hospital_beds",
    title="Hospital beds by specialty",
    group="activity",
    publisher="Public Health Scotland (open data)",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/hospital-beds-information",
    frequency="every quarter",
    describes="Staffed beds and beds in use by hospital, health board of treatment and Scotland, by specialty and "
    "calendar quarter.",
    quirks=(
        "Beds are where people are treated, and serve people of other places too; they never stand beside residents "
        "without a word.",
        "Totals stand beside their parts: specialties, groupings of them, 'All Acute' and 'All Specialties' of "
        "hospitals, boards and Scotland. Two specialties, groupings and 'All Acute' have no code, and go by their "
        "names.",
        "A board may run beds in a hospital of another, which then stands twice in a quarter (Stracathro, by Tayside "
        "and by Grampian). The provider is the board that runs them.",
        "A board is more than the hospitals that are listed below it: small ones have no rows of their own.",
        "The number of beds is the days of staffed beds over the days of the quarter, a mean with decimals.",
        "Occupancy is 'z' where there were no staffed beds. A national hospital has a board code like SB0801.",
    ),
)
COLUMNS = ("Quarter", "HB", "Location", "Specialty", "SpecialtyName", "AllStaffedBeddays", "TotalOccupiedBeddays",
           "AverageAvailableStaffedBeds", "AverageOccupiedBeds", "PercentageOccupancy")  # fmt: skip
LAYOUTS = (Layout("open-data CSV", COLUMNS),)
#: So far a mean of beds may be off that is published with one decimal.
ROUNDED = 0.051
WHOLE, ACUTE = "All Specialties", "All Acute"
HOSPITAL, BOARD, COUNTRY = r"^[A-Z]\d{3}[A-Z]$", r"^(?:S08\d{6}|SB\d{4})$", r"^S92\d{6}$"


def curate(raw: RawTable) -> Curated:
    """One row per place, specialty and quarter."""
    cells = Cells(raw)
    cells.unique("Quarter", "HB", "Location", "Specialty", "SpecialtyName")
    kind, start, end = cells.periods("Quarter", "calendar_quarter")
    place = cells.text("Location", pattern=r"[A-Z]\d{3}[A-Z]|S08\d{6}|SB\d{4}|S92\d{6}",
                       what="the code of a hospital, a health board or Scotland")  # fmt: skip
    board = cells.text("HB", pattern=r"S08\d{6}|SB\d{4}|S92\d{6}", what="the code of a health board or Scotland")
    code, name = cells.text("Specialty", empty=True), cells.text("SpecialtyName", what="the name of a specialty")
    beds = cells.number("AverageAvailableStaffedBeds", unit="beds")
    used = cells.number("AverageOccupiedBeds", unit="beds")
    staffed_days, used_days = cells.number("AllStaffedBeddays"), cells.number("TotalOccupiedBeddays")
    cells.reject("TotalOccupiedBeddays", floats(used_days) > floats(staffed_days) + 1e-6,
                 "more days of beds were in use than had staff",
                 "Ask the publisher; the two may be exchanged.")  # fmt: skip
    days = floats(pc.cast(pc.add(pc.days_between(start, end), 1), pa.float64()))
    for average, each, total, of_quarter in (
        ("AverageAvailableStaffedBeds", beds, "AllStaffedBeddays", staffed_days),
        ("AverageOccupiedBeds", used, "TotalOccupiedBeddays", used_days),
    ):
        apart = np.abs(floats(each) * days - floats(of_quarter)) > ROUNDED * days  # NaN compares false
        cells.reject(average, apart, f"the beds of a day, times the days of the quarter, are not those of '{total}'",
                     "A cell may have been changed by hand; get the extract again.")  # fmt: skip
    status = _status(cells, raw, beds)
    cells.finish()
    in_use = pc.if_else(pc.greater(beds, 0), pc.divide(used, beds), pa.scalar(None, pa.float64()))
    whole, acute = pc.equal(name, WHOLE), pc.equal(name, ACUTE)
    table = stage("capacity", {
        "source": SOURCE.kind, "service_code": pc.if_else(acute, "HOSP.ACU", "HOSP"), "provider_code": board,
        "part": pc.if_else(pc.or_(whole, acute), "all", pc.coalesce(code, name)), "capacity_type": "beds",
        "period_type": kind, "period_start": start, "period_end": end,
        "block_type": pc.if_else(pc.match_substring_regex(place, HOSPITAL), "hospital", pc.if_else(
            pc.match_substring_regex(place, BOARD), "health_board", "country")),
        "block_code": place, "geo_role": "treatment", "available": beds, "staffed": beds, "occupancy": in_use,
        "status": status,
    }, len(raw))  # fmt: skip
    return Curated({"capacity": table}, claims("hospital beds by specialty", kind, start, end))


def _status(cells: Cells, raw: RawTable, beds: pa.ChunkedArray) -> pa.ChunkedArray | pa.Array:
    """What each number of beds is; a quarter that is marked with p is provisional."""
    status = cells.status("AverageAvailableStaffedBeds", "AverageAvailableStaffedBedsQF")
    if spelling := raw.find("QuarterQF"):
        status = pc.if_else(pc.and_(pc.equal(raw.columns[spelling], "p"), pc.is_valid(beds)), "provisional", status)
    return status
