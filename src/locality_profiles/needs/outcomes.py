"""How the national outcomes stand in each area: which indicators tell of them, what they say, and what nobody knows."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from locality_profiles.indicators.definition import OUTCOMES
from locality_profiles.needs.maker import Maker, Told
from locality_profiles.needs.settings import Settings
from locality_profiles.needs.standing import READS, assess
from locality_profiles.tables.needs.priorities import FRAMEWORK_VALUE, OUTCOME_EVIDENCE, OUTCOME_SUMMARY

#: How many indicators each framework has.
NUMBERS = {"NI": 23, "MSG": 6}
#: What is said of an indicator of a framework that no definition carries.
NO_DEFINITION = "Not available, because no indicator here carries this number."


def outcomes(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, str | pa.Table]:
    """The tables ``outcome_evidence``, ``outcome_summary`` and ``framework_value``."""
    assess(connection, settings)
    _declare(connection, settings)
    _nearest(connection)
    connection.execute(f"create temp table made_evidence as {_EVIDENCE}")
    return {"outcome_evidence": "from made_evidence", "outcome_summary": _SUMMARY, "framework_value": _FRAMEWORKS}


def _declare(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Tables ``outcome_title``, ``tells`` (indicators by outcome) and ``carries`` (indicators by framework).

    The definitions have the workspace's opinion of outcomes already; it is asked again, so that it holds wherever
    they came from.
    """
    own = [(name, outcome) for name, listed in settings.outcomes.items() for outcome in (*listed, 0)]
    connection.register("own_outcome", pa.table({"indicator_id": pa.array([name for name, _ in own], pa.string()),
                                                 "outcome": pa.array([at for _, at in own], pa.int64())}))  # fmt: skip
    connection.register(
        "outcome_words", pa.table({"outcome": list(OUTCOMES), "outcome_title": list(OUTCOMES.values())})
    )
    connection.execute("""
        create temp table tells as
        select indicator_id, unnest(string_split(outcomes, ' '))::bigint as outcome
        from indicator where outcomes is not null and indicator_id not in (select indicator_id from own_outcome)
        union
        select indicator_id, outcome from own_outcome semi join indicator using (indicator_id) where outcome > 0""")
    numbers = [(name, at) for name, most in NUMBERS.items() for at in range(1, most + 1)]
    connection.register("numbered", pa.table({"framework": [name for name, _ in numbers],
                                              "number": [at for _, at in numbers]}))  # fmt: skip
    connection.execute("""
        create temp table carries as
        select n.framework, n.number::bigint as number, i.indicator_id, i.title, i.section_order, i.item_order,
            i.unavailable
        from numbered n left join (
            select *, unnest(string_split(frameworks, ' ')) as mark from indicator where frameworks is not null
        ) i on i.mark = n.framework || n.number""")


def _nearest(connection: duckdb.DuckDBPyConnection) -> None:
    """Table ``nearest``: each assessed area's own latest figure of every indicator, else its partnership's, else the
    country's.

    An indicator that is told by classes only has evidence where a class has a value; no one number stands for it.
    """
    connection.execute("""
        create temp table known as
        select indicator_id, area_type, area_code, period_type, period_start, period_end, value, status from newest
        union all by name
        select indicator_id, area_type, area_code, max(period_type) as period_type, max(period_start) as period_start,
            max(period_end) as period_end, 'not_applicable' as status
        from indicator_value anti join newest using (indicator_id)
        where breakdown <> 'all' and value is not null
            and (area_type in ('hscp', 'country')
                or (area_type, area_code) in (from assessed select (area_type, area_code)))
        group by all""")
    connection.execute("""
        create temp table nearest as
        select * from (
            select a.area_type, a.area_code, k.* rename (area_type as told_for_type, area_code as told_for_code),
                case when (k.area_type, k.area_code) = (a.area_type, a.area_code) then 1
                    when k.area_type = 'hscp' then 2 else 3 end as turn
            from assessed a join known k on (k.area_type, k.area_code) in (
                (a.area_type, a.area_code), ('hscp', a.hscp_code), ('country', a.country_code)))
        qualify row_number() over (partition by area_type, area_code, indicator_id order by turn) = 1""")


_BY_CLASSES = "Told by classes: see the indicator."
_EVIDENCE = f"""
    select a.area_type, a.area_code, t.outcome, w.outcome_title, t.indicator_id, n.told_for_type, n.told_for_code,
        n.period_type, n.period_start, n.period_end, n.value, coalesce(n.status, 'not_available') as status,
        c.judged as judgement_country, h.judged as judgement_hscp, g.judged as trend_judgement,
        case n.turn when 1 then 'own' when 2 then 'partnership only' when 3 then 'country only' else 'none' end
            as evidence,
        case when n.turn = 1 then if(n.status = 'not_applicable', '{_BY_CLASSES}', null)
            when n.turn = 2 then 'Its figures are told for the partnership and not for this area.'
            when n.turn = 3 then 'Its figures are told for the country and not for this area or its partnership.'
            else coalesce(i.unavailable, 'Not available, because its figures do not cover this area.') end as why_none
    from assessed a cross join tells t
    join outcome_words w using (outcome)
    join indicator i using (indicator_id)
    left join nearest n using (area_type, area_code, indicator_id)
    left join judged c on c.comparator = 'country' and n.turn = 1 and c.indicator_id = t.indicator_id
        and c.area_type = a.area_type and c.area_code = a.area_code
    left join judged h on h.comparator = 'hscp' and n.turn = 1 and h.indicator_id = t.indicator_id
        and h.area_type = a.area_type and h.area_code = a.area_code
    left join going g on n.turn = 1 and g.indicator_id = t.indicator_id and g.area_type = a.area_type
        and g.area_code = a.area_code"""

# Every outcome of every area, those without an indicator too. Few titles are named; the rest are counted.
_NAMED = """array_to_string(list_slice(titles, 1, 3), '; ')
    || if(len(titles) > 3, '; and ' || (len(titles) - 3) || ' more', '')"""
_SUMMARY = f"""
    with counted as (
        select e.area_type, e.area_code, e.outcome, count(*) as indicators,
            count(*) filter (evidence = 'own') as with_evidence,
            count(*) filter (evidence = 'partnership only') as partnership_only,
            count(*) filter (evidence = 'country only') as country_only,
            count(judgement_country) as compared,
            count(*) filter (judgement_country = 'better') as better,
            count(*) filter (judgement_country = 'similar') as alike,
            count(*) filter (judgement_country = 'worse') as worse,
            count(*) filter (trend_judgement = 'better') as improving,
            count(*) filter (trend_judgement = 'worse') as worsening,
            coalesce(list(title order by section_order, item_order, title) filter (evidence = 'none'), []) as titles
        from made_evidence e join indicator using (indicator_id) group by all)
    select a.area_type, a.area_code, w.outcome, w.outcome_title,
        {
    ", ".join(
        f"coalesce({name}, 0)::bigint as {name}"
        for name in (
            "indicators",
            "with_evidence",
            "partnership_only",
            "country_only",
            "compared",
            "better",
            "alike",
            "worse",
            "improving",
            "worsening",
        )
    )
},
        case when coalesce(indicators, 0) = 0 then 'No indicator tells of this outcome.' else nullif(concat_ws(' ',
            if(partnership_only > 0, partnership_only || ' of ' || indicators || ' known for the partnership only.',
                null),
            if(country_only > 0, country_only || ' of ' || indicators || ' known for the country only.', null),
            if(len(titles) > 0, len(titles) || ' of ' || indicators || ' not known at all: ' || {_NAMED} || '.',
                null)), '') end as gaps
    from assessed a cross join outcome_words w left join counted using (area_type, area_code, outcome)"""

# All numbers of the frameworks for every area. A core indicator has one row: of two definitions that carry its
# number, the one with a figure of the area's own, else of a larger area, else the first of a profile.
_FRAMEWORKS = f"""
    with own as (select * from newest semi join assessed using (area_type, area_code)),
    told as (
        select c.framework, c.number, coalesce(c.title, c.framework || ' ' || c.number) as title,
            coalesce(c.indicator_id, 'none') as indicator_id, a.area_type, a.area_code,
            coalesce(o.period_type, h.period_type, s.period_type) as period_type,
            coalesce(o.period_start, h.period_start, s.period_start) as period_start,
            coalesce(o.period_end, h.period_end, s.period_end) as period_end,
            o.value, h.value as hscp_latest, a.hscp_code, a.country_code,
            coalesce(o.status, 'not_available') as status,
            case when o.value is not null then null when c.indicator_id is null then '{NO_DEFINITION}'
                when h.value is not null then 'Told for the partnership and not for this area.'
                when s.value is not null then 'Told for the country and not for this area.'
                else coalesce(c.unavailable, 'Not available, because its figures do not cover this area.') end as why,
            row_number() over (partition by c.framework, c.number, a.area_type, a.area_code order by
                o.value is null, h.value is null, s.value is null, c.section_order, c.item_order, c.indicator_id)
                as turn
        from assessed a cross join carries c
        left join own o on o.indicator_id = c.indicator_id and o.area_type = a.area_type and o.area_code = a.area_code
        left join newest h on h.indicator_id = c.indicator_id and h.area_type = 'hscp' and h.area_code = a.hscp_code
        left join newest s on s.indicator_id = c.indicator_id and s.area_type = 'country'
            and s.area_code = a.country_code)
    select t.framework, t.number, t.title, t.indicator_id, t.area_type, t.area_code, t.period_type, t.period_start,
        t.period_end, t.value, p.value as hscp_value, n.value as country_value, t.status, t.why
    from told t
    left join indicator_value p on p.indicator_id = t.indicator_id and p.area_type = 'hscp'
        and p.area_code = t.hscp_code and p.breakdown = 'all' and p.category = 'all'
        and p.period_start = t.period_start and p.period_end = t.period_end
    left join indicator_value n on n.indicator_id = t.indicator_id and n.area_type = 'country'
        and n.area_code = t.country_code and n.breakdown = 'all' and n.category = 'all'
        and n.period_start = t.period_start and n.period_end = t.period_end
    where t.turn = 1 or t.framework = 'MSG'"""


def make(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Told:
    """Outcomes and frameworks, as a step of a build."""
    return Told(outcomes(connection, settings))


MAKER = Maker(READS, (OUTCOME_EVIDENCE.name, OUTCOME_SUMMARY.name, FRAMEWORK_VALUE.name), make)
