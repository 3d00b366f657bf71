"""People who receive home care and the hours they receive, by locality and by council."""

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
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="home_care",
    title="People receiving home care and hours of home care",
    group="activity",
    publisher="Public Health Scotland (Insights in Social Care), from the councils",
    licence="Open Government Licence v3.0",
    page="https://publichealthscotland.scot/publications/insights-in-social-care-statistics-for-scotland/",
    frequency="every year, quarter by quarter",
    describes="People, hours and people per 1,000 residents by age, for every locality or every council and Scotland.",
    quirks=(
        "Counts are rounded to 5, so that 0 may stand for one or two people; nothing here is called a true zero.",
        "Where 'time_period' is 'Census Week', the column 'financial_quarter' holds a financial year. The figures are "
        "for one week of it, which the file does not date: the period is called a census week and bears the first and "
        "last day of the year. Hours of a week and of a quarter must never share a chart.",
        "Some councils submitted people and no hours. The council table leaves their hours out; the locality table "
        "gives 0 (Midlothian, Moray and North Ayrshire in 2017/18 Q4), and so does the council table once (Orkney "
        "Islands, all ages, 2018/19 Q4). Such zeros are read as not available.",
        "Rows 'Outside Partnership' hold people whose home lies in another partnership than the one that pays. They "
        "have no rate. Localities and these rows add up to the council's figure, but for rounding.",
        "'Scotland (Estimated)' fills in for councils that did not submit; in 2017/18 its ages do not add up to its "
        "total. 'scotland_value' repeats Scotland's figure on every row, differs from it in 2017/18 Q4, and is not "
        "read.",
        "The trend table repeats the all-ages rows of the council table, and differs from it in the one cell for "
        "Orkney that is named above.",
        "Localities have names and no codes; Clackmannanshire and Stirling, one partnership, stand apart.",
    ),
)

#: Columns of other tables of the same publication that share most of these headers.
OTHERS = ("nclient", "service", "service_group", "option_type", "sex")
BY_LOCALITY = Layout(
    "home care by locality",
    ("financial_quarter", "sending_location", "locality", "age_group", "measure", "value"),
    without=OTHERS,
)
BY_COUNCIL = Layout(
    "home care by council",
    ("time_period", "financial_quarter", "sending_location", "age_group", "measure", "value", "scotland_value"),
    without=OTHERS,
)
TREND = Layout(
    "home care by council, all ages",
    ("time_period", "financial_quarter", "sending_location", "age_group", "measure", "value"),
    without=("scotland_value", *OTHERS),
)
LAYOUTS = (BY_LOCALITY, BY_COUNCIL, TREND)

MEASURES = {"Number of People": "N_PEOPLE", "Number of Hours": "HOURS", "Rate per 1,000 Population": "RATE_PER_1000"}
AGES = {
    "All Ages": "all", "0-17 years": "0-17", "18-64 years": "18-64", "65-74 years": "65-74",
    "75-84 years": "75-84", "85+ years": "85+", "Unknown": "unknown",
}  # fmt: skip
#: What 'time_period' says, the kind of period that it means, and what must then stand in 'financial_quarter'. Which
#: week a census week is, the file does not say: it bears the first and last day of its financial year.
TIMES = {
    "Financial Quarter": ("financial_quarter", "financial_quarter"),
    "Financial Year": ("financial_year", "financial_year"),
    "Census Week": ("census_week", "financial_year"),
}
OUTSIDE = "Outside Partnership"
SCOTLAND = {
    "Scotland (Estimated)": "Estimated by the publisher for councils that did not submit.",
    "Scotland (All Areas Submitted)": "Councils that submitted, which may not be all of Scotland.",
}
NO_HOURS = "Supplied as 0 hours beside 10 or more people: the hours were not submitted."
#: Fewer people than this may well have had less than 3 hours between them, which is rounded to 0.
MANY = 10
BASE = 5


@dataclass(frozen=True)
class Rows:
    """The columns of a file, checked and in our words."""

    sender: pa.ChunkedArray
    locality: pa.ChunkedArray | None
    measure: pa.ChunkedArray
    age: pa.ChunkedArray
    value: pa.ChunkedArray
    status: pa.ChunkedArray
    period: tuple[pa.Array | pa.ChunkedArray, pa.Array, pa.Array]

    @property
    def place_and_time(self) -> tuple[pa.ChunkedArray | pa.Array, ...]:
        place = (self.sender,) if self.locality is None else (self.sender, self.locality)
        return (*place, *self.period)


def curate(raw: RawTable) -> Curated:
    """One row per place, period, age and measure."""
    rows = _read(raw)
    not_submitted = _hours_not_submitted(rows)
    counted = mask(pc.is_in(rows.measure, pa.array(["N_PEOPLE", "HOURS"])))
    country = mask(pc.is_in(rows.sender, pa.array(list(SCOTLAND))))
    usual = np.where(country, "estimated", np.where(counted, "rounded", "actual"))
    status = pc.if_else(pc.is_valid(rows.value), pa.array(usual), rows.status)
    kind, start, end = rows.period
    activity = stage_activity({
        "source": SOURCE.kind, "service_code": "SC.HC", "measure_code": rows.measure,
        "value": pc.if_else(pa.array(not_submitted), pa.scalar(None, pa.float64()), rows.value),
        "status": pc.if_else(pa.array(not_submitted), "not_available", status),
        "period_type": kind, "period_start": start, "period_end": end, "geo_role": "residence",
        "age_band": rows.age, "note": pc.if_else(pa.array(not_submitted), NO_HOURS, recode(rows.sender, SCOTLAND)),
        **_places(rows, country),
    }, len(raw))  # fmt: skip
    level = "locality" if rows.locality is not None else "council"
    return Curated(
        {"activity": activity}, claims(f"home care by {level}", *rows.period), _notes(rows, not_submitted, counted)
    )


def _read(raw: RawTable) -> Rows:
    cells = Cells(raw)
    sender = cells.text("sending_location", what="the name of a council")
    locality = cells.text("locality", what="the name of a locality") if raw.layout == BY_LOCALITY else None
    measure = recode(cells.text("measure", allowed=list(MEASURES)), MEASURES)
    age = recode(cells.text("age_group", allowed=list(AGES)), AGES)
    value = cells.number("value")
    status = cells.status("value")
    period = _periods(cells)
    key = [c for c in ("time_period", "financial_quarter", "sending_location", "locality", "age_group", "measure")
           if raw.find(c)]  # fmt: skip
    cells.unique(*key)
    cells.reject(
        "value",
        mask(pc.equal(measure, "N_PEOPLE")) & (np.nan_to_num(floats(value)) % BASE != 0),
        f"a number of people is not rounded to {BASE}",
        "Exact counts must not be published; use the published table.",
    )  # fmt: skip
    cells.finish()
    return Rows(sender, locality, measure, age, value, status, period)


def _periods(cells: Cells) -> tuple[pa.Array | pa.ChunkedArray, pa.Array, pa.Array]:
    kind, start, end = cells.periods("financial_quarter")
    if cells.raw.find("time_period"):
        time = cells.text("time_period", allowed=list(TIMES))
        wanted = recode(time, {word: supplied for word, (_, supplied) in TIMES.items()})
        cells.reject(
            "financial_quarter", pc.not_equal(kind, wanted),
            "the period is not of the kind that 'time_period' says: a quarter like 2020/21 Q4 goes with 'Financial "
            "Quarter', a year like 2020/21 with the others",
            "Correct it at the source.",
        )  # fmt: skip
        return recode(time, {word: ours for word, (ours, _) in TIMES.items()}), start, end
    cells.reject(
        "financial_quarter", pc.invert(pc.is_in(kind, pa.array(["financial_quarter", "financial_year", None]))),
        "the period is no financial quarter or year; one like 2020/21 Q4 was expected", "Correct it at the source.",
    )  # fmt: skip
    return kind, start, end


def _places(rows: Rows, country: np.ndarray) -> dict[str, pa.Array | pa.ChunkedArray]:
    """Names of places, which curating turns into codes later."""
    if rows.locality is None:
        at = pa.array(country)
        return {
            "block_type": pc.if_else(at, "country", "council_area"),
            "place_name": pc.if_else(at, "Scotland", rows.sender),
        }
    outside = pc.equal(rows.locality, OUTSIDE)
    return {
        "block_type": pc.if_else(outside, "outside_partnership", "locality"),
        "place_name": pc.if_else(outside, rows.sender, rows.locality),
        "place_parent": pc.if_else(outside, pa.scalar(None, pa.string()), rows.sender),
    }


def _hours_not_submitted(rows: Rows) -> np.ndarray:
    """Rows whose 0 hours mean that none were submitted: many people there have them.

    That is told from the people of the row's own age band or, where every age has 0 hours, from the
    people of all ages.
    """
    value = floats(rows.value)
    hours, people = (mask(pc.equal(rows.measure, code)) for code in ("HOURS", "N_PEOPLE"))
    place, cell = group_numbers(*rows.place_and_time), group_numbers(*rows.place_and_time, rows.age)
    people_of_age = np.zeros(cell.max() + 1)
    people_of_age[cell[people]] = value[people]
    everyone = people & mask(pc.equal(rows.age, "all"))
    people_of_place = np.zeros(place.max() + 1)
    people_of_place[place[everyone]] = value[everyone]
    with_hours = np.bincount(place[hours & (value > 0)], minlength=place.max() + 1) > 0
    many = (people_of_age[cell] >= MANY) | (~with_hours[place] & (people_of_place[place] >= MANY))
    return hours & (value == 0) & many


def _notes(rows: Rows, not_submitted: np.ndarray, counted: np.ndarray) -> tuple[str, ...]:
    everyone = mask(pc.equal(rows.age, "all"))
    groups = group_numbers(*rows.place_and_time, rows.measure)
    off = totals_off(floats(rows.value), everyone, groups, rounding=BASE / 2, counted=counted & ~not_submitted)
    found = {
        f"cells with 0 hours beside {MANY} or more people, read as not available": not_submitted,
        "all-ages figures that differ from the sum of the ages by more than rounding explains, kept as supplied": off,
    }
    return tuple(
        f"{what}: {int(at.sum()):,} ({', '.join(sorted(pc.unique(rows.sender.filter(pa.array(at))).to_pylist()))})"
        for what, at in found.items()
        if at.any()
    )
