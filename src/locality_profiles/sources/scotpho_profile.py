"""Ready-made values of the ScotPHO profiles, with their confidence limits, by area and period."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._scotpho import (
    Periods,
    claims,
    decimals,
    periods,
    places,
    reject_outside_limits,
    status_of,
)
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="scotpho_profile",
    title="ScotPHO profiles: published values with confidence limits",
    group="activity",
    publisher="Public Health Scotland (Scottish Public Health Observatory)",
    licence="Open Government Licence v3.0",
    page="https://scotland.shinyapps.io/ScotPHO_profiles_tool/",
    frequency="indicators are updated one by one through the year; a download holds what its user chose",
    describes="Rates, percentages and means of some 250 indicators for Scotland, boards, partnerships, councils and "
    "smaller areas, each with its count where that is published and 95 % limits.",
    quirks=(
        "The denominator is not published, so that no rate can be added up or worked out again for another area.",
        "Scotland's code, S00000001, is made up. So are those of localities (S99…), which are numbered in the order of "
        "their names and change with them: localities are kept under 'scotpho_locality' and joined to nothing.",
        "Periods are told in words, in more than ten ways ('4-year aggregate (2014 - 2017)', 'Survey year (2020)', "
        "'2016 May snapshot'); 'year' is the middle one of several and is not read.",
        "'4-year aggregate (2018-2022)' spans five years: the survey left out 2020.",
        "A survey year is taken as the calendar year, and a snapshot of a month as that month.",
        "Periods such as '2019/20 to 2021/22; 3 year rolling average' do not say whether years are financial or "
        "school years; they are taken as financial.",
        "Years are put together by their mean: the count of three years is a third of them and may have a fraction, "
        "and limits are those of the mean, so wider than those of the sum would be.",
        "Everything is rounded to one decimal and a last nought is dropped, so '16' means 16.0. A value of 0 is called "
        "a true zero only where the count is 0 too.",
        "'NA' stands for every reason why there is no figure: suppressed, no survey, no limits calculated. All are "
        "read as not available. Where a count was suppressed, its rate and limits are published all the same.",
        "Most surveys and life expectancies have no count. Numbers, the gender pay gap and some school surveys have no "
        "limits; the gap may be negative.",
        "'S4 pupils who smoke (SALSUS)' is called a percentage and holds numbers of pupils. It is kept as it is; a "
        "check of what is read tells of percentages above 100.",
        "Most limits are Byar's, Wilson's or Dobson's with z = 1.96. Surveys and dental inspections have others, and "
        "counts of hospital stays for alcohol and drugs were changed against disclosure while their rates were not.",
    ),
)

PROFILE = Layout(
    "profiles download",
    (
        "area_code", "area_type", "area_name", "period", "type_definition", "indicator", "numerator", "measure",
        "upper_confidence_interval", "lower_confidence_interval",
    ),
    without=("quintile", "quint_type"),
)  # fmt: skip
LAYOUTS = (PROFILE,)


def curate(raw: RawTable) -> Curated:
    """One row per place, indicator and period."""
    cells = Cells(raw)
    place = places(cells, "area_code")
    when = periods(cells, "period")
    indicator = cells.text("indicator", what="the name of an indicator")
    unit = cells.text("type_definition", what="the kind of figure")
    numerator = cells.number("numerator")
    value, lower, upper = (
        cells.number(column, minimum=None)
        for column in ("measure", "lower_confidence_interval", "upper_confidence_interval")
    )
    cells.unique("area_code", "indicator", "period")
    reject_outside_limits(cells, "measure", value, lower, upper)
    digits = decimals(cells, "measure", "lower_confidence_interval", "upper_confidence_interval")
    status = status_of(value, numerator, cells.status("measure"))
    said = cells.text("period")
    cells.finish()
    has_value = pc.is_valid(value)
    none = pa.scalar(None, pa.float64())
    rows = stage("published_value", {
        "source": SOURCE.kind, "measure": indicator, **place,
        "period_type": when.kind, "period_start": when.start, "period_end": when.end,
        "breakdown": "all", "category": "all", "numerator": numerator, "value": value,
        "lower": pc.if_else(has_value, lower, none), "upper": pc.if_else(has_value, upper, none),
        "decimals": pc.if_else(has_value, digits, pa.scalar(None, pa.int64())), "status": status,
        "note": pc.binary_join_element_wise(unit, said, "; "),
    }, len(raw))  # fmt: skip
    return Curated({"published_value": rows}, claims("ScotPHO profile", rows), _notes(rows, when))


def _notes(rows: pa.Table, when: Periods) -> tuple[str, ...]:
    found = {
        "rows for localities, whose codes ScotPHO makes up, kept and joined to nothing":
            int(pc.sum(pc.equal(rows["block_type"], "scotpho_locality")).as_py() or 0),
        "rows without a value": rows["value"].null_count,
        "rows whose period does not say whether its years are financial, as they are taken to be, or of school":
            int(when.kind_unsaid.sum()),
    }  # fmt: skip
    return tuple(f"{what}: {count:,}" for what, count in found.items() if count)
