"""What could be said of each section of each area: one query a turn, for all areas at once, the most telling first.

Every row tells its area and section, and the values of one claim. Which of them are said is decided afterwards, since a
section has room for few sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import duckdb

from locality_profiles.indicators.belonging import placed
from locality_profiles.numbers import SIGNS
from locality_profiles.tables.cells import STATUSES

#: The whole profile, as a section of its own.
WHOLE = "profile"
POPULATION = "population"
#: Tables that sentences are made from.
READS = ("area", "indicator", "profile", "comparison", "area_rank", "trend", "inequality")
#: Rows that are fetched at a time.
CHUNK = 4096
#: How many candidates a turn offers: the first may have been told already.
OFFERED = 3
#: Fifths in the order in which a scheme says most of the place.
SCHEMES = ("simd_2020v2_quintile_hscp", "simd_quintile_own", "simd_2020v2_quintile", "simd_quintile")

FIGURES = tuple(status for status in STATUSES if SIGNS[status].figure)
Row = Mapping[str, Any]


def prepare(connection: duckdb.DuckDBPyConnection, comparators: Sequence[str]) -> None:
    """Tables that the turns share, from views of the tables of ``READS``.

    ``subject`` holds the areas with a profile, their homes by name, and how many of their kind there are beside them;
    ``own`` their own figures as the profile shows them; ``pair`` each figure with what it is compared with.
    """
    connection.execute(_SUBJECT)
    connection.execute(_OWN)
    connection.execute(_PAIR, [list(comparators)])


def offered(connection: duckdb.DuckDBPyConnection, turn: str) -> Iterator[Row]:
    """What a turn offers, by area and section, the best first."""
    found = connection.execute(f"{_TURNS[turn]()} order by area_type, area_code, section_order, best")
    names = [column[0] for column in found.description or []]
    while rows := found.fetchmany(CHUNK):
        for row in rows:
            yield dict(zip(names, row, strict=True))


_SUBJECT = f"""
    create temp table subject as
    with home as (
        select area_type, area_code, max(beside_code) filter (role = 'hscp') as hscp,
            max(beside_code) filter (role = 'country') as country
        from profile group by all),
    hscps as (select count(*) as hscps from area where area_type = 'hscp' and {placed("area_code")})
    select h.*, a.area_name, p.area_name as hscp_name, c.area_name as country_name, hscps,
        count(*) over (partition by h.area_type, h.hscp) as beside
    from home h join area a using (area_type, area_code) cross join hscps
    left join area p on p.area_type = 'hscp' and p.area_code = h.hscp
    left join area c on c.area_type = 'country' and c.area_code = h.country"""

# The area's own figures and whether a larger area has one, each with what its indicator declares.
_OWN = """
    create temp table own as
    select p.area_type, p.area_code, p.item as indicator_id, p.category, p.category_title, p.period_type,
        p.period_start, p.period_end, p.value, p.status, p.section, i.section_order, i.item_order, i.title, i.unit,
        i.decimals, i.direction, i.method, l.larger
    from profile p join indicator i on i.indicator_id = p.item
    left join (
        select area_type, area_code, item, bool_or(value is not null) as larger
        from profile where role in ('within', 'hscp', 'health_board', 'country') group by all) l
    using (area_type, area_code, item)
    where p.role = 'this'"""

# Only what the profile shows: the same period. A difference is told as a share of the comparator's value.
_PAIR = """
    create temp table pair as
    select o.* exclude (category, category_title, larger), c.comparator, c.comparator_code, c.comparator_value,
        c.verdict, c.verdict_99_8, c.judgement, c.basis, list_position($1, c.comparator) as turn,
        abs(c.value - c.comparator_value) / greatest(abs(c.comparator_value), 1e-9) as apart
    from own o join comparison c using (indicator_id, area_type, area_code, period_start, period_end)
    where o.category = 'all' and c.category = 'all' and c.breakdown = 'all' and c.verdict <> 'not_compared'
      and list_contains($1, c.comparator) and o.value is not null
      and (o.area_type, o.area_code) <> (c.comparator, c.comparator_code)"""

_FROM_SUBJECT = "join subject s using (area_type, area_code)"
_NAMES = "s.area_name, s.hscp, s.hscp_name, s.country, s.country_name"
_DECLARED = "section, section_order, item_order, indicator_id, title, unit, decimals, direction, method"
_PERIOD = "period_type, period_start, period_end"


def _population() -> str:
    return f"""
        select o.* exclude (category, category_title, larger), {_NAMES}, 1 as best, w.beside_type as whole_type,
            w.beside_code as whole_code, w.value as whole_value,
            w.status as whole_status
        from own o {_FROM_SUBJECT}
        left join profile w on w.area_type = o.area_type and w.area_code = o.area_code and w.item = o.indicator_id
            and w.category = 'all' and w.role = if(s.hscp is null or s.hscp = o.area_code, 'country', 'hscp')
            and w.value > 0
        where o.indicator_id = '{POPULATION}' and o.category = 'all' and o.value is not null"""


def _summary() -> str:
    """Of a section, and of the whole profile."""
    return f"""
        with judged as (
            select area_type, area_code, section, section_order, indicator_id, comparator, comparator_code,
                coalesce(judgement, 'similar') as judgement
            from pair where turn = 1 and direction <> 'none'),
        each as (
            select * from judged
            union all by name select * replace ('{WHOLE}' as section, 0 as section_order) from judged)
        select area_type, area_code, section, section_order, any_value(comparator) as comparator,
            any_value(comparator_code) as comparator_code,
            list(indicator_id order by indicator_id) filter (judgement = 'worse') as worse,
            list(indicator_id order by indicator_id) filter (judgement = 'better') as better,
            list(indicator_id order by indicator_id) filter (judgement = 'similar') as similar,
            {_ANY_NAMES}, 1 as best
        from each {_FROM_SUBJECT}
        group by area_type, area_code, section, section_order having count(*) > 1"""


def _level(condition: str) -> Callable[[], str]:
    """The value that is furthest from what it is compared with first, of those that meet a condition."""

    def query() -> str:
        return f"""
            with first as (
                select *, row_number() over (
                    partition by area_type, area_code, section
                    order by (verdict_99_8 = verdict) desc, apart desc, item_order, indicator_id) as best
                from pair where {condition}
                qualify best <= {OFFERED}),
            others as (
                select area_type, area_code, indicator_id,
                    list({{comparator: comparator, comparator_code: comparator_code, value: comparator_value,
                        verdict: verdict, judgement: judgement, basis: basis}} order by turn) as others
                from pair group by all)
            select f.*, others, {_NAMES} from first f {_FROM_SUBJECT}
            join others using (area_type, area_code, indicator_id)"""

    return query


def _rank() -> str:
    """The place that is most certain, at either end of its partnership; of partnerships, at either end of all.

    A place that chance leaves open over more than half of them is none. Without limits a place is one only where
    everybody was counted.
    """
    return f"""
        with counted as (select distinct indicator_id from comparison where basis = 'complete_count'),
        ranked as (
            select r.*, s.hscp, s.area_name, s.hscp_name, s.country, s.country_name,
                if(r.among = 'hscp', s.beside, s.hscps) as areas,
                count(*) over (partition by indicator_id, r.area_type, if(among = 'hscp', s.hscp, 'all'), among,
                    period_start, period_end, rank) as alike
            from area_rank r {_FROM_SUBJECT}
            where r.breakdown = 'all' and r.category = 'all' and r.ranked > 1
              and r.among = if(r.area_type = 'hscp', 'country', 'hscp')),
        near as (
            select *, least(rank, ranked - (rank + alike - 1) + 1) as from_end,
                coalesce(rank_upper - rank_lower, 0) as wide
            from ranked semi join (
                select indicator_id from counted
                union all select distinct indicator_id from area_rank where rank_lower is not null) c
            using (indicator_id)
            where from_end <= 2 and (ranked = 2 or wide <= ranked / 2)
              and (rank_lower is not null or indicator_id in (from counted)))
        select n.area_type, n.area_code, {_DECLARED}, {_PERIOD}, o.value, o.status, n.rank, n.rank_lower,
            n.rank_upper, n.ranked, n.among, n.alike, n.areas, n.area_name, n.hscp, n.hscp_name, n.country,
            n.country_name,
            row_number() over (partition by n.area_type, n.area_code, section
                order by n.alike = n.ranked, wide / n.ranked, from_end, n.alike, item_order, indicator_id) as best
        from near n join own o using (area_type, area_code, indicator_id, {_PERIOD})
        where o.category = 'all' and o.value is not null qualify best <= {OFFERED}"""


_OWN_TREND = f"""
        select t.area_type, t.area_code, {_DECLARED}, {_PERIOD}, o.value, o.status, t.from_start, t.from_end,
            t.from_value, t.change_lower, t.change_upper, t.change_share, t.verdict, t.chi_square, t.judgement
        from trend t join own o using (area_type, area_code, indicator_id, {_PERIOD})
        where t.breakdown = 'all' and t.category = 'all' and o.category = 'all' and o.value is not null"""


def _trend() -> str:
    """The clearest trend of a section, or what is not clear of all that were tested."""
    return f"""
        with told as ({_OWN_TREND} and t.verdict <> 'cannot_be_calculated'),
        section as (
            select area_type, area_code, section, count(*) as tested,
                bool_or(verdict <> 'no_significant_change') as clear,
                list(indicator_id order by indicator_id) as all_ids
            from told group by all),
        best as (
            select *, row_number() over (partition by area_type, area_code, section
                order by (verdict <> 'no_significant_change') desc, (judgement = 'worse') desc nulls last,
                    chi_square desc, item_order, indicator_id) as best
            from told qualify best <= {OFFERED})
        select b.*, g.tested, g.clear, g.all_ids, {_NAMES}
        from best b join section g using (area_type, area_code, section) {_FROM_SUBJECT}
        where g.clear = (b.verdict <> 'no_significant_change')"""


def _change() -> str:
    """Where nothing was tested: the largest change of a section that can be seen when it is printed."""
    return f"""
        with counted as (select distinct indicator_id from comparison where basis = 'complete_count'),
        told as (
            {_OWN_TREND} and t.verdict = 'cannot_be_calculated' and t.from_value <> 0
              and (t.change_lower is not null or o.method = 'count'
                   or o.indicator_id in (select indicator_id from counted))
              and round(t.value, o.decimals::int) <> round(t.from_value, o.decimals::int)
              and abs(t.change_share) >= 0.0005),
        best as (
            select *, row_number() over (partition by area_type, area_code, section
                order by coalesce(change_lower > 0 or change_upper < 0, true) desc, abs(change_share) desc, item_order,
                    indicator_id) as best
            from told qualify best <= {OFFERED})
        select b.*, {_NAMES} from best b {_FROM_SUBJECT}"""


def _inequality() -> str:
    """The widest gap that is more than chance would make, by the latest fifths that say most of the place."""
    return f"""
        with latest as (
            select *, row_number() over (partition by area_type, area_code, indicator_id
                order by period_end desc, list_position({list(SCHEMES)}, scheme)) as choice
            from inequality where most_deprived is not null and least_deprived is not null
              and absolute_gap_lower is not null and absolute_gap_upper is not null
            qualify choice = 1),
        best as (
            select l.*, {_DECLARED.replace("indicator_id", "i.indicator_id as item")}, l.status as of_status,
                absolute_gap_lower > 0 or absolute_gap_upper < 0 as clear,
                row_number() over (partition by area_type, area_code, i.section
                    order by clear desc, abs(absolute_gap) / greatest(abs(overall), 1e-9) desc nulls last, item_order,
                        indicator_id) as best
            from latest l join indicator i using (indicator_id) semi join subject using (area_type, area_code)
            qualify best <= {OFFERED})
        select b.*, {_NAMES} from best b {_FROM_SUBJECT}"""


def _classes() -> str:
    """The classes of an indicator that is told by class: the first of its section, with its extremes."""
    return f"""
        with each as (
            select area_type, area_code, {_DECLARED}, {_PERIOD}, count(*) as classes, max(value) as most,
                min(value) as least,
                list({{category: category, title: coalesce(category_title, category), value: value, status: status}}
                    order by category) as of_class
            from own where category <> 'all' group by all
            having count(*) > 1 and count(value) = count(*)),
        best as (
            select *, row_number() over (partition by area_type, area_code, section
                order by item_order, indicator_id) as best
            from each qualify best <= {OFFERED})
        select b.*, {_NAMES} from best b {_FROM_SUBJECT}"""


def _untold(condition: str) -> Callable[[], str]:
    """Indicators of a section that have no figure for the area, for one sort of reason."""

    def query() -> str:
        return f"""
            with item as (
                select area_type, area_code, section, section_order, indicator_id, title, item_order,
                    bool_or(value is not null) as told, max(status) as status,
                    bool_or(status = 'suppressed') as held_back, bool_or(larger) as larger
                from own group by all)
            select area_type, area_code, section, section_order,
                list(indicator_id order by item_order, indicator_id) as ids,
                list(title order by item_order, indicator_id) as titles,
                list(status order by item_order, indicator_id) as statuses,
                {_ANY_NAMES}, 1 as best
            from item {_FROM_SUBJECT} where {condition} group by area_type, area_code, section, section_order"""

    return query


_ANY_NAMES = ", ".join(f"any_value(s.{name}) as {name}" for name in
                       ("area_name", "hscp", "hscp_name", "country", "country_name"))  # fmt: skip

_TURNS: Mapping[str, Callable[[], str]] = {
    "population": _population,
    "summary": _summary,
    "worst": _level("turn = 1 and judgement = 'worse'"),
    "best": _level("turn = 1 and judgement = 'better'"),
    "furthest": _level("turn = 1 and direction = 'none' and verdict <> 'similar'"),
    "trend": _trend,
    "change": _change,
    "inequality": _inequality,
    "rank": _rank,
    "classes": _classes,
    "suppressed": _untold("held_back"),
    "no_figure": _untold("not told and not held_back and not coalesce(larger, false)"),
    "larger_only": _untold("not told and not held_back and larger"),
}
