"""People who receive social care, by council: all of them, by service, by option of self-directed support."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source
from locality_profiles.sources._activity_tables import claims, floats, group_numbers, mask, recode, stage_activity
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="social_care_people",
    title="People receiving social care, by council",
    group="activity",
    publisher="Public Health Scotland (Insights in Social Care), from the councils",
    licence="Open Government Licence v3.0",
    page="https://publichealthscotland.scot/publications/insights-in-social-care-statistics-for-scotland/",
    frequency="every year",
    describes="People supported by social care by age and sex and by service, people by option of self-directed "
    "support, with a community alarm or telecare, and with personal care at home.",
    quirks=(
        "Counts are rounded to 5, so that 0 may stand for one or two people; nothing here is called a true zero.",
        "People by sex have no total; the sexes and those whose sex is not known are added up here, each rounded.",
        "Every figure of people by age and sex stands twice, the second time 'adjusted' for councils that did not "
        "submit everything. The adjusted one is not read.",
        "'Any SDS' counts people once who chose several options; the options do not add up to it.",
        "People with a community alarm, with telecare and with both are parts of a total that counts them once. The "
        "table of services has a total under another name, which mostly agrees with it and sometimes differs by more "
        "than rounding; the total is read from the table of alarms only.",
        "Scotland stands twice in the table of alarms in 2020/21 and 2021/22, directly under one another: fewer people "
        "without a rate, and more with one. The latter is the publisher's estimate and the one that is read.",
        "'Care at Home' of a year counts other people than home care of a quarter, and has a code of its own.",
        "'Scotland (Estimated)' fills in for councils that did not submit; 'Scotland (All Areas Submitted)' may not "
        "be all of Scotland. Rates repeat what counts and populations say, and are not read.",
        "Where 'time_period' of personal care is 'Census Week', the column 'financial_quarter' holds a financial year; "
        "those rows are for one week of it and are called a census week.",
    ),
)


@dataclass(frozen=True)
class Table:
    """How one table of the publication tells its services and counts."""

    layout: Layout
    services: str | None
    codes: dict[str, str]
    count: str
    period: str = "financial_year"
    subject: str = ""


ALARMS = {
    "Community Alarm Only": "SC.AT.ALARM", "Telecare Only": "SC.AT.TELE",
    "Receiving both Community Alarm and Telecare": "SC.AT.BOTH",
    "Total Receiving Community Alarms and/or Telecare": "SC.AT",
}  # fmt: skip
SERVICES = {
    "Care Home": "SC.CH", "Care at Home": "SC.HC.YEAR", "Community Alarms / Telecare": "", "Day Care": "SC.DAY",
    "Housing Support": "HOUS.SUPP", "Meals": "SC.MEALS", "Social Worker": "SC.SW",
}  # fmt: skip
OPTIONS = {"Any SDS": "SC.SDS", **{f"Option {option}": f"SC.SDS.{option}" for option in range(1, 5)}}
PLACE = "sending_location"
TABLES = (
    Table(Layout("self-directed support by option", ("financial_year", PLACE, "option_type", "nclient")),
          "option_type", OPTIONS, "nclient", subject="self-directed support by council"),
    Table(Layout("people supported by service", ("financial_year", PLACE, "age_group", "service_group", "nclient")),
          "service_group", SERVICES, "nclient", subject="people supported by service and council"),
    Table(Layout("people supported by age and sex",
                 ("financial_year", PLACE, "age_group", "sex", "measure", "nclient")),
          None, {}, "nclient", subject="people supported by council"),
    Table(Layout("community alarms and telecare",
                 ("financial_year", PLACE, "service", "age_group", "measure", "value")),
          "service", ALARMS, "value", subject="community alarms and telecare by council"),
    Table(Layout("personal care at home",
                 ("time_period", "financial_quarter", PLACE, "age_group", "nclient", "percentage"), without=("sex",)),
          None, {}, "nclient", "financial_quarter", "personal care at home by council"),
)  # fmt: skip
BY_LAYOUT = {table.layout.name: table for table in TABLES}
LAYOUTS = tuple(table.layout for table in TABLES)
AGE_AND_SEX, BY_ALARM, PERSONAL = TABLES[2:]

AGES = {
    "All Ages": "all", "0-17 years": "0-17", "18-64 years": "18-64", "65-74 years": "65-74",
    "75-84 years": "75-84", "85+ years": "85+", "Unknown": "unknown",
}  # fmt: skip
SEXES = {"Female": "female", "Male": "male", "Not Known / Unspecified": "unknown"}
WANTED = {"Number of People", "Rate per 1,000 Social Care Clients"}
OTHER_MEASURES = {"Rate per 1,000 Population", "Rate per 1,000 Social Care Clients (adjusted)"}
SCOTLAND = {
    "Scotland (Estimated)": "Estimated by the publisher for councils that did not submit.",
    "Scotland (All Areas Submitted)": "Councils that submitted, which may not be all of Scotland.",
}
TIMES = {"Financial Quarter": "financial_quarter", "Census Week": "census_week"}
BASE = 5


def curate(raw: RawTable) -> Curated:
    """One row per council or Scotland, period, service, age and sex."""
    table = BY_LAYOUT[raw.layout.name]
    if table == BY_ALARM:
        raw = _without_second_scotland(raw)
    checked = Cells(raw)
    if raw.find("measure"):
        measure = checked.text("measure", allowed=sorted(WANTED | OTHER_MEASURES))
        raw = raw.where(mask(pc.is_in(measure, pa.array(sorted(WANTED)))))
    cells = Cells(raw)
    cells.problems.extend(checked.problems)
    rows = _rows(cells, table)
    cells.finish()
    if table == AGE_AND_SEX:
        rows = _both_sexes(rows)
    rows = rows.filter(pc.not_equal(rows["service_code"], ""))
    kind, start, end = (rows[name] for name in ("period_type", "period_start", "period_end"))
    return Curated({"activity": _staged(rows)}, claims(table.subject, kind, start, end))


def _without_second_scotland(raw: RawTable) -> RawTable:
    """Without the rows of a Scotland that has no rate, where one with a rate stands directly below."""
    names = (PLACE, "financial_year", "service", "age_group", "measure")
    group = group_numbers(*(raw.columns[raw.find(name) or ""] for name in names))
    scotland = mask(pc.is_in(raw.columns[raw.find(PLACE) or ""], pa.array(list(SCOTLAND))))
    followed = np.append(group[1:] == group[:-1], False) & scotland
    rate = mask(pc.starts_with(raw.columns[raw.find("measure") or ""], "Rate"))
    has_rate = ~mask(pc.is_in(raw.columns[raw.find("value") or ""], pa.array(["", "NA"])))
    if (followed & rate & has_rate).any():
        return raw  # two Scotlands with rates: the check for repeated rows says so
    return raw.where(~followed)


def _rows(cells: Cells, table: Table) -> pa.Table:
    place = cells.text(PLACE, what="the name of a council")
    kind, start, end = cells.periods(table.period)
    _check_periods(cells, table, kind)
    if table == PERSONAL:
        kind = recode(cells.text("time_period", allowed=list(TIMES)), TIMES)
    service = pa.repeat("SC.ALL" if table == AGE_AND_SEX else "SC.HC.PERS", len(cells.raw))
    if table.services:
        service = recode(cells.text(table.services, allowed=list(table.codes)), table.codes)
    aged = cells.raw.find("age_group")
    age = recode(cells.text("age_group", allowed=list(AGES)), AGES) if aged else pa.repeat("all", len(cells.raw))
    sexed = cells.raw.find("sex")
    sex = recode(cells.text("sex", allowed=list(SEXES)), SEXES) if sexed else pa.repeat("all", len(cells.raw))
    people = cells.number(table.count, unit="people")
    status = cells.status(table.count)
    cells.reject(
        table.count, np.nan_to_num(floats(people)) % BASE != 0, f"a number of people is not rounded to {BASE}",
        "Exact counts must not be published; use the published table.",
    )  # fmt: skip
    key = (PLACE, table.period, table.services, "time_period", "age_group", "sex")
    cells.unique(*(name for name in key if name and cells.raw.find(name)))
    return pa.table({
        "place": place, "period_type": kind, "period_start": start, "period_end": end, "service_code": service,
        "age_band": age, "sex": sex, "value": people, "status": status,
    })  # fmt: skip


def _check_periods(cells: Cells, table: Table, kind: pa.ChunkedArray) -> None:
    """The kind of period is the one that the table says: a year is no quarter, and a quarter no week."""
    wanted = pa.repeat("financial_year", len(cells.raw))
    if table == PERSONAL:
        of_week = pc.equal(cells.text("time_period"), "Census Week")
        wanted = pc.if_else(pc.fill_null(of_week, False), "financial_year", "financial_quarter")
    cells.reject(
        table.period, pc.and_(pc.is_valid(kind), pc.not_equal(kind, wanted)),
        "the period is of another kind than its row says",
        "Years are written 2020/21, quarters 2020/21 Q4; a census week stands beside its year.",
    )  # fmt: skip


def _both_sexes(rows: pa.Table) -> pa.Table:
    """The rows of each sex, with one for everybody; those whose sex is not known count there only.

    Where one sex is held back there is no total: it would be too small, and would give the other away.
    """
    keys = ["place", "period_type", "period_start", "period_end", "service_code", "age_band"]
    whole = pc.ScalarAggregateOptions(skip_nulls=False)
    added = rows.group_by(keys).aggregate([("value", "sum", whole)]).rename_columns([*keys, "value"])
    status = pc.if_else(pc.is_valid(added["value"]), "actual", "suppressed")
    added = added.append_column("sex", pa.repeat("all", added.num_rows)).append_column("status", status)
    return pa.concat_tables([
        rows.filter(pc.not_equal(rows["sex"], "unknown")), added.select(rows.column_names)
    ])  # fmt: skip


def _staged(rows: pa.Table) -> pa.Table:
    country = pc.is_in(rows["place"], pa.array(list(SCOTLAND)))
    usual = pc.if_else(country, "estimated", "rounded")
    return stage_activity({
        "source": SOURCE.kind, "service_code": rows["service_code"], "measure_code": "N_PEOPLE",
        "value": rows["value"], "status": pc.if_else(pc.is_valid(rows["value"]), usual, rows["status"]),
        "period_type": rows["period_type"], "period_start": rows["period_start"], "period_end": rows["period_end"],
        "geo_role": "residence", "block_type": pc.if_else(country, "country", "council_area"),
        "place_name": pc.if_else(country, "Scotland", rows["place"]), "age_band": rows["age_band"],
        "sex": rows["sex"], "note": recode(rows["place"], SCOTLAND),
    }, rows.num_rows)  # fmt: skip
