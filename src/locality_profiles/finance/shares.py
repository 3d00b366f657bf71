"""Used beside fair: what areas use of each service, what they would need, and the range that other weightings give."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from locality_profiles.finance.allocation import Alike
from locality_profiles.finance.drivers import FISCAL, Drivers, weighted_residents
from locality_profiles.finance.rules import BY_RESIDENTS
from locality_profiles.tables.curated import OUT

#: What weighs heads, best first.
NEED = ("need", "deprivation_30")
_OF = "hscp_code, area_type, area_code, period_type, period_start, period_end, version"
_LINES = "scope, partner, service_code, care_group"


def groups_table(groups: Sequence[Alike]) -> pa.Table:
    """Groups of lines, by their place, with what they are of."""
    return pa.table({
        "lines": pa.array(range(len(groups)), pa.int64()), "hscp_code": pa.array([g.hscp for g in groups], pa.string()),
        "period_type": pa.array([g.period[0] for g in groups], pa.string()),
        "period_start": pa.array([g.period[1] for g in groups], pa.date32()),
        "period_end": pa.array([g.period[2] for g in groups], pa.date32()),
        "version": pa.array([g.version for g in groups], pa.string()),
        "scope": pa.array([g.scope for g in groups], pa.string()),
        "partner": pa.array([g.partner for g in groups], pa.string()),
        "service_code": pa.array([g.service for g in groups], pa.string()),
        "care_group": pa.array([g.care_group for g in groups], pa.string()),
    })  # fmt: skip


def prepare(connection: duckdb.DuckDBPyConnection, ledger: str, allocation: str) -> None:
    """Make ``placed``: pence of each area by what lines are of and basis, of lines for whole years.

    Money in months is looked at month by month elsewhere; the two would be counted twice if they were added. Beside all
    that an area used and would need stands what can be compared: lines that both bases place on areas.
    """
    connection.execute(f"""
        create or replace temp table placed as
        with part as (
            select line_id, area_type, area_code, grade, if(basis = 'used', amount_pence, 0) as used,
                if(basis = 'fair', amount_pence, 0) as fair, compared
            from {allocation}),
        line as (
            select line_id, hscp_code, period_type, period_start, period_end, version, {_LINES} from {ledger}
            where period_type = 'financial_year')
        select hscp_code, area_type, area_code, period_type, period_start, period_end, version, {_LINES},
            sum(used)::bigint as used_pence, sum(fair)::bigint as fair_pence,
            sum(if(compared, used, 0))::bigint as compared_used_pence,
            sum(if(compared, fair, 0))::bigint as compared_fair_pence, max(grade) as grade
        from part join line using (line_id) group by all""")  # fmt: skip


def weigh(connection: duckdb.DuckDBPyConnection, groups: pa.Table, weighted: pa.Table) -> None:
    """Make ``weighed``: pence of each area by what lines are of, and by each weighting that was compared for them."""
    connection.register("_groups", groups)
    connection.register("_weighted", weighted)
    connection.execute(f"""
        create or replace temp table weighed as
        select {_OF}, {_LINES}, weighting, sum(amount_pence)::bigint as amount_pence
        from _weighted join _groups using (lines) where period_type = 'financial_year' group by all""")  # fmt: skip
    connection.unregister("_groups")
    connection.unregister("_weighted")


def count_heads(connection: duckdb.DuckDBPyConnection, drivers: Drivers) -> None:
    """Make ``heads``: residents and weighted residents of every area and year of ``placed``."""
    connection.register("_heads", _heads(connection, drivers))
    connection.execute("create or replace temp table heads as select * from _heads")
    connection.unregister("_heads")


#: Heads of an area in a year; none of what lies in no area of the partnership, though drivers know its people.
_OF_HEADS = f"""left join heads h on h.hscp_code = {{row}}.hscp_code and h.area_type = {{row}}.area_type
            and h.area_code = {{row}}.area_code and h.period_start = {{row}}.period_start
            and not ends_with({{row}}.area_code, '/{OUT}')"""


def resource_share() -> str:
    """SQL of ``resource_share``, from ``placed``, ``weighed`` and ``heads``.

    All rows of an area have the same residents, so costs by head add over services and groups of people.
    """
    return f"""
        with compared as (
            select {_OF}, {_LINES}, min(amount_pence) as low, max(amount_pence) as high, count(*) as n
            from weighed group by all)
        select share.*, residents, used_pence / nullif(residents, 0) as used_per_head,
            fair_pence / nullif(residents, 0) as fair_per_head
        from (
            select {_OF}, {_LINES}, used_pence, fair_pence,
                least(fair_pence, coalesce(low, fair_pence)) as fair_low_pence,
                greatest(fair_pence, coalesce(high, fair_pence)) as fair_high_pence,
                (1 + coalesce(n, 0))::bigint as weightings, grade::bigint as grade
            from placed left join compared using ({_OF}, {_LINES})) share
        {_OF_HEADS.format(row="share")}"""


def area_resource() -> str:
    """SQL of ``area_resource``, from ``placed``, ``weighed`` and ``heads``.

    A weighting is compared for an area as a whole: each service by that weighting where it was compared for it, and by
    its fair share elsewhere. Ranges of services are therefore not added.
    """
    family = "unnest(['all', split_part(service_code, '.', 1)])"
    return f"""
        with share as (
            select {_OF}, {family} as family, used_pence, fair_pence, compared_used_pence, compared_fair_pence, grade
            from placed),
        whole as (
            select {_OF}, family, sum(used_pence)::bigint as used_pence, sum(fair_pence)::bigint as fair_pence,
                sum(compared_used_pence)::bigint as compared_used_pence,
                sum(compared_fair_pence)::bigint as compared_fair_pence, max(grade)::bigint as grade
            from share group by all),
        -- What a weighting would change, service by service: it takes the fair share's place there.
        change as (
            select {_OF}, {_LINES}, weighting, amount_pence as pence from weighed
            union all
            select p.hscp_code, p.area_type, p.area_code, p.period_type, p.period_start, p.period_end, p.version,
                p.scope, p.partner, p.service_code, p.care_group, w.weighting, -p.fair_pence
            from placed p
            join (select distinct hscp_code, area_type, period_type, period_start, period_end, version, {_LINES},
                      weighting from weighed) w
                using (hscp_code, area_type, period_type, period_start, period_end, version, {_LINES})),
        changed as (
            select {_OF}, family, weighting, sum(pence)::bigint as pence
            from (select {_OF}, {family} as family, weighting, pence from change) group by all),
        range as (
            select {_OF}, family, min(pence) as low, max(pence) as high, count(*) as n from changed group by all)
        select w.hscp_code, w.area_type, w.area_code, w.period_type, w.period_start, w.period_end, w.version,
            w.family as "group", used_pence, fair_pence,
            fair_pence + least(coalesce(low, 0), 0) as fair_low_pence,
            fair_pence + greatest(coalesce(high, 0), 0) as fair_high_pence, (1 + coalesce(n, 0))::bigint as weightings,
            compared_used_pence, compared_fair_pence, compared_used_pence - compared_fair_pence as variance_pence,
            case when compared_fair_pence <> 0 then 100.0 * compared_used_pence / compared_fair_pence - 100 end
                as variance_percent,
            residents, weighted_residents, weighted_by, compared_used_pence / nullif(residents, 0) as used_per_head,
            compared_fair_pence / nullif(residents, 0) as fair_per_head,
            compared_used_pence / nullif(weighted_residents, 0) as used_per_weighted_head, grade
        from whole w left join range r using ({_OF}, family)
        {_OF_HEADS.format(row="w")}"""


def _heads(connection: duckdb.DuckDBPyConnection, drivers: Drivers) -> pa.Table:
    """Residents and weighted residents of every area and year that money is of."""
    wanted = connection.execute(f"""
        select distinct hscp_code, area_type, period_start, {FISCAL.format("period_start")} from placed""").fetchall()
    rows: list[tuple[str, str, str, object, float, float | None, str | None]] = []
    for hscp, area_type, start, year in wanted:
        residents = drivers.of(BY_RESIDENTS, "", hscp, area_type, year)
        if residents is None:
            continue
        need = drivers.best([name for name in NEED if drivers.has(name)], "", hscp, area_type, year)
        weighted = weighted_residents(residents, need) if need else {}
        by = need.driver.id if need else None
        rows += [(hscp, area_type, area, start, people, weighted.get(area), by)
                 for area, people in zip(residents.areas, residents.values, strict=True)]  # fmt: skip
    columns = list(zip(*rows, strict=True)) or [()] * 7
    names = ("hscp_code", "area_type", "area_code", "period_start", "residents", "weighted_residents", "weighted_by")
    types = (*(pa.string(),) * 3, pa.date32(), pa.float64(), pa.float64(), pa.string())
    return pa.table({name: pa.array(c, t) for name, c, t in zip(names, columns, types, strict=True)})
