"""Where every assessed area stands: which areas there are, and each one's latest figure of every indicator.

Views of the curated tables become a few small ones that priorities, risk, outcomes and equalities all read.
"""

from __future__ import annotations

import duckdb

from locality_profiles.indicators.belonging import homes, placed
from locality_profiles.needs.settings import Settings

#: Tables that ``assess`` reads.
READS = ("area", "membership", "area_overlap", "indicator", "indicator_value", "comparison", "trend")
#: Kinds of area that are always assessed.
ALWAYS = ("locality", "hscp")
SIGNIFICANT = 1.959964


def assess(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Tables ``assessed``, ``newest``, ``judged`` and ``going`` from views of ``READS``.

    ``assessed`` has each area with its partnership and country; ``newest`` the latest figure of every indicator there
    and in the partnerships and countries themselves; ``judged`` what comparing it with country and partnership found;
    ``going`` its trend.
    """
    kinds = list(dict.fromkeys([*settings.areas, *ALWAYS]))
    homes(connection, kinds)
    connection.execute(
        f"""
        create temp table assessed as
        select a.area_type, a.area_code, if(a.area_type = 'hscp', a.area_code, h.in_code) as hscp_code,
            c.in_code as country_code
        from area a
        left join home h on h.area_type = a.area_type and h.area_code = a.area_code and h.in_type = 'hscp'
        left join home c on c.area_type = a.area_type and c.area_code = a.area_code and c.in_type = 'country'
        where a.area_type in (select unnest($1)) and {placed("a.area_code")}
            and (len($2::varchar[]) = 0 or if(a.area_type = 'hscp', a.area_code, h.in_code) in (select unnest($2)))""",
        [kinds, list(settings.partnerships)],
    )
    connection.execute(f"""
        create temp table newest as
        select v.* from indicator_value v
        where breakdown = 'all' and category = 'all' and value is not null
            and (area_type = 'country' and {placed("area_code")}
                or exists (from assessed a where a.area_type = v.area_type and a.area_code = v.area_code)
                or area_type = 'hscp' and area_code in (select hscp_code from assessed))
        qualify row_number() over (partition by indicator_id, area_type, area_code
                                   order by period_end desc, period_start desc) = 1""")  # fmt: skip
    connection.execute("""
        create temp table judged as
        select c.*, case when verdict = 'similar' then 'similar' else judgement end as judged
        from comparison c semi join assessed using (area_type, area_code)
        where breakdown = 'all' and category = 'all' and comparator in ('country', 'hscp')""")
    connection.execute("""
        create temp table going as
        select t.*, case when verdict = 'no_significant_change' then 'steady' else judgement end as judged
        from trend t semi join assessed using (area_type, area_code)
        where breakdown = 'all' and category = 'all'""")


def latest_resources(connection: duckdb.DuckDBPyConnection) -> None:
    """Table ``spent``: what each assessed area's people use of each family of services, from ``area_resource``.

    Of each partnership's ledgers the latest year is taken, and of its versions the one that says most of what was
    spent. A partnership has the sum of its areas, with what is placed on none.
    """
    connection.execute("""
        create temp table spent as
        with latest as (
            select hscp_code, period_start, version from area_resource
            qualify row_number() over (partition by hscp_code order by period_start desc, list_position(
                ['audited', 'outturn', 'forecast', 'revised', 'original'], version)) = 1),
        placed as (select r.* from area_resource r semi join latest using (hscp_code, period_start, version)),
        one_kind as (select hscp_code, min(area_type) as area_type from placed group by 1)
        select area_type, area_code, "group" as family, used_pence from placed
        union all
        select 'hscp', hscp_code, "group", sum(used_pence)::bigint
        from placed semi join one_kind using (hscp_code, area_type) group by all""")


def status_of_sum(status: str, estimated: str, value: str) -> str:
    """SQL: what the sum of several counts is, which is no better than the poorest of them.

    Parameters
    ----------
    status, estimated, value : str
        SQL of a count's status, of whether its place is shared among areas, and of the count.
    """
    arms = " ".join(f"when bool_or({status} = '{kind}') then '{kind}'" for kind in ("provisional", "rounded"))
    return f"""case when bool_or({status} = 'estimated' or coalesce({estimated}, false)) then 'estimated' {arms}
        when sum({value}) = 0 then 'true_zero' else 'actual' end"""
