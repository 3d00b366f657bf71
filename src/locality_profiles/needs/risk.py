"""Who is most at risk, and where; and a register of risks to start from."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from locality_profiles.needs.at_risk import CONCENTRATION_TOLD, NAME, Group, RiskRules, risk_rules
from locality_profiles.needs.maker import Maker, Told
from locality_profiles.needs.settings import Settings
from locality_profiles.needs.small_numbers import LEFT_OUT, with_hidden
from locality_profiles.needs.standing import READS, assess, status_of_sum
from locality_profiles.needs.weighing import NAME as WEIGHTS
from locality_profiles.needs.weighing import Weighing, refuse_unknown, weighing
from locality_profiles.tables.needs.priorities import PRIORITY, RISK_GROUP, RISK_REGISTER
from locality_profiles.tables.relation import quoted

MORE = ("local_count", "population", "population_class", "deprivation", "concentration", "demand", "projection_band",
        "voice", PRIORITY.name)  # fmt: skip
_NO_EXTRACT = "Not available, because no extract in this workspace counts them for this area."
_ZONES_LEFT_OUT = "Where they live is not told."


def risk(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, str | pa.Table]:
    """The tables ``risk_group`` and ``risk_register``.

    Raises
    ------
    DefinitionError
        If the workspace's own groups are wrong.
    """
    rule, weights = risk_rules(settings.own.get(NAME)), weighing(settings.own.get(WEIGHTS))
    known = [name for (name,) in connection.execute("select indicator_id from indicator").fetchall()]
    refuse_unknown([group.indicator for group in rule.groups if group.indicator], known, f"needs/{NAME}.toml")
    assess(connection, settings)
    _declare(connection, rule)
    connection.execute(f"create temp table counted as {_counted(rule.groups)}")
    connection.execute(f"create temp table half_in as {_half_in(rule.groups)}")
    connection.execute(f"create temp table grown as {_grown(weights)}")
    connection.execute(f"create temp table made_groups as {_GROUPS}")
    return {"risk_group": "from made_groups", "risk_register": _register(rule)}


def _declare(connection: duckdb.DuckDBPyConnection, rule: RiskRules) -> None:
    """Tables ``risk`` (the groups), ``grows_by`` (their ages) and ``owner_of`` (roles by section)."""

    def texts(values: Sequence[str | None]) -> pa.Array:
        return pa.array(values, pa.string())

    groups = rule.groups
    connection.register("risk", pa.table({
        "group_id": texts([group.id for group in groups]), "title": texts([group.title for group in groups]),
        "position": pa.array(range(1, len(groups) + 1), pa.int64()), "what": texts([group.what for group in groups]),
        "disclosure": texts([group.disclosure for group in groups]),
        "threshold": pa.array([rule.threshold[group.disclosure] for group in groups], pa.int64()),
        "told": texts([group.note for group in groups]), "indicator_id": texts([group.indicator for group in groups]),
        "measure_id": texts([group.measure for group in groups]), "owner": texts([group.owner for group in groups]),
    }))  # fmt: skip
    bands = [(group.id, band) for group in groups for band in group.bands]
    connection.register("grows_by", pa.table({"group_id": texts([group for group, _ in bands]),
                                              "age_band": texts([band for _, band in bands])}))  # fmt: skip
    owners = rule.register.owners
    connection.register("owner_of", pa.table({"section": texts(list(owners)), "role": texts(list(owners.values()))}))


# --- groups ---------------------------------------------------------------------------------------

_COUNTED_COLUMNS = """null::varchar as group_id, null::varchar as area_type, null::varchar as area_code,
    null::varchar as period_type, null::date as period_start, null::date as period_end, null::double as people,
    null::double as among, null::double as country_share, null::varchar as status, null::boolean as few"""

# Numerators of indicators; a count is told among residents. The country's share is of exactly the same period.
_BY_INDICATOR = """
    select r.group_id, n.area_type, n.area_code, n.period_type, n.period_start, n.period_end, n.numerator as people,
        coalesce(n.denominator, if(n.method = 'count', p.value, null)) as among,
        c.numerator / coalesce(c.denominator, if(c.method = 'count', q.value, null)) as country_share, n.status,
        false as few
    from risk r join newest n using (indicator_id)
    join assessed a using (area_type, area_code)
    left join newest p on p.indicator_id = 'population' and p.area_type = n.area_type and p.area_code = n.area_code
    left join indicator_value c on c.indicator_id = n.indicator_id and c.area_type = 'country'
        and c.area_code = a.country_code and c.breakdown = 'all' and c.category = 'all'
        and c.period_start = n.period_start and c.period_end = n.period_end
    left join newest q on q.indicator_id = 'population' and q.area_type = 'country' and q.area_code = a.country_code
    where n.numerator is not null"""

# The fewest people who make half of the cost, with those who died; of the latest year.
_BY_COST = """
    select '{group}' as group_id, area_type, area_code, period_type, period_start, period_end,
        n50_crossing::double as people, people_with_cost::double as among,
        (select arg_max(n50_crossing / nullif(people_with_cost, 0), period_end) from concentration
            where area_type = 'country' and deaths = 'with') as country_share,
        'actual' as status, low_number or dominated as few
    from concentration where deaths = 'with'
    qualify row_number() over (partition by area_type, area_code order by period_end desc) = 1"""


def _counted(groups: Sequence[Group]) -> str:
    """SQL: people of every group in every area that counts it, and among how many."""
    parts = [_BY_INDICATOR]
    for group in groups:
        if group.topic is not None:
            parts.append(_by_topic(group.id, group.topic, group.categories))
        if group.concentration:
            parts.append(_BY_COST.format(group=group.id))
    none = f"select {_COUNTED_COLUMNS} where false"
    return " union all by name ".join([none, *(f"({part})" for part in parts)])


def _texts(values: Sequence[str]) -> str:
    return ", ".join(f"'{quoted(value)}'" for value in values)


def _by_topic(group: str, topic: str, categories: Sequence[str]) -> str:
    """SQL: counts by block of the topic's latest period, added up for areas all of whose blocks have one."""
    return f"""
        with latest as (
            select * from local_count where topic = '{quoted(topic)}' and sex = 'all' and age_band = 'all'
            qualify period_end = max(period_end) over (partition by block_type)),
        of_areas as (
            select m.area_type, m.area_code, any_value(period_type) as period_type, max(period_start) as period_start,
                max(period_end) as period_end,
                sum(weight * value) filter (category in ({_texts(categories)})) as people,
                sum(weight * value) filter (category = 'all') as among,
                count(*) filter (value is null) as unknown,
                {status_of_sum("status", "m.estimated", "value")} as status
            from latest join membership m using (block_type, block_code) group by all)
        select '{group}' as group_id, o.* exclude (unknown), c.people / c.among as country_share, false as few
        from of_areas o left join of_areas c on c.area_type = 'country' and c.area_code <> 'OUT'
        where o.unknown = 0"""


_HIDDEN = with_hidden(
    "from told", "held_back or people < threshold", "people", ("group_id", "area_type", "whole"), ("area_code",)
)
_GROUPS = f"""
    with told as (
        select a.area_type, a.area_code, if(a.area_type = 'hscp', a.country_code, a.hscp_code) as whole,
            r.* exclude (indicator_id, measure_id, owner), c.period_type, c.period_start, c.period_end,
            c.people, c.people / nullif(c.among, 0) as share, c.country_share, c.status,
            coalesce(c.few, false) as held_back
        from assessed a cross join risk r
        left join counted c using (group_id, area_type, area_code)),
    hidden as ({_HIDDEN}),
    shown as (
        select * replace (if(hidden, null, people) as people, if(hidden, null, share) as share,
            if(hidden, null, country_share) as country_share,
            if(hidden, 'suppressed', coalesce(status, 'not_available')) as status)
        from hidden),
    placed as (
        select *, if(share is not null and area_type <> 'hscp', rank() over same, null) as place,
            if(share is not null and area_type <> 'hscp', count(share) over (
                partition by group_id, area_type, whole, period_start, period_end), null) as others
        from shown window same as (partition by group_id, area_type, whole, period_start, period_end
                                   order by share desc nulls last))
    select p.area_type, p.area_code, p.group_id, p.position, p.title, p.what, p.disclosure, p.threshold, p.period_type,
        p.period_start, p.period_end, p.people, p.share, p.country_share, p.share / nullif(p.country_share, 0) as ratio,
        if(p.others > 1, p.place, null)::bigint as rank_in_partnership,
        if(p.others > 1, p.others, null)::bigint as ranked,
        if(p.people is null, null, h.half)::bigint as concentrated_in,
        if(p.people is null or h.half is null, null, h.zones)::bigint as zones, p.status,
        nullif(concat_ws(' ', if(p.hidden, '{LEFT_OUT}', null),
            if(p.status = 'not_available', '{_NO_EXTRACT}', null), p.told,
            if(p.people is not null and p.disclosure not in {CONCENTRATION_TOLD}, '{_ZONES_LEFT_OUT}', null)), '')
            as note
    from placed p left join half_in h using (group_id, area_type, area_code)"""


def _half_in(groups: Sequence[Group]) -> str:
    """SQL: the fewest data zones that hold half of each group, by area, and how many data zones there are."""
    none = "select null::varchar as group_id, null::varchar as block_type, null::varchar as block_code, 0.0 as people"
    counts = [f"({_by_zone(group)})" for group in groups if group.zones and group.disclosure in CONCENTRATION_TOLD]
    return f"""
        with by_zone as ({" union all by name ".join([f"({none} where false)", *counts])}),
        of_area as (
            select group_id, area_type, area_code, weight * people as people,
                sum(weight * people) over (partition by group_id, area_type, area_code) as total,
                sum(weight * people) over most_first as so_far, row_number() over most_first as zone,
                count(*) over (partition by group_id, area_type, area_code) as zones
            from by_zone join membership using (block_type, block_code)
            semi join assessed using (area_type, area_code)
            window most_first as (partition by group_id, area_type, area_code
                                  order by weight * people desc, block_code rows unbounded preceding))
        select group_id, area_type, area_code, min(zone) filter (so_far >= total / 2) as half, any_value(zones) as zones
        from of_area where total > 0 group by all"""


def _by_zone(group: Group) -> str:
    """SQL: people of one group by data zone, of the latest count."""
    of, zones = group.zones, "block_type like 'data_zone%'"
    if "from_age" in of:
        return f"""select '{group.id}' as group_id, block_type, block_code, sum(persons)::double as people
            from population where {zones} and sex = 'all' and age >= {of["from_age"]}
                and year = (select max(year) from population where {zones}) group by all"""
    if "domain" in of:
        return f"""select '{group.id}' as group_id, block_type, block_code, deprived_people as people
            from deprivation where {zones} and "index" = '{quoted(of["index"])}'
                and domain = '{quoted(of["domain"])}'"""
    if "scheme" in of:
        # A zone that is in another class holds none of the group, and is one of the area's zones all the same.
        return f"""select '{group.id}' as group_id, block_type, block_code,
                sum(if(category = '{quoted(of["class"])}', persons, 0))::double as people
            from population_class where {zones} and sex = 'all' and scheme = '{quoted(of["scheme"])}'
                and year = (select max(year) from population_class where scheme = '{quoted(of["scheme"])}')
            group by all"""
    return f"""select '{group.id}' as group_id, block_type, block_code, sum(value) as people
        from (from local_count where {zones} and topic = '{quoted(of["topic"])}' and sex = 'all' and age_band = 'all'
            and category in ({_texts(of["categories"])})
            qualify period_end = max(period_end) over (partition by block_type))
        group by all"""


# --- the register ---------------------------------------------------------------------------------


def _grown(weights: Weighing) -> str:
    """SQL: change of each group to the horizon, by projected demand of its measure, else by people of its ages."""
    within = f"year <= first + {weights.years}"
    variant = f"variant = '{quoted(weights.variant)}'"
    return f"""
        with asked as (
            select d.area_type, d.area_code, r.group_id, 1 as turn, d.year, d.quantity as amount
            from demand d join risk r using (measure_id)
            where {variant} and d.scenario = '{quoted(weights.scenario)}' and d.quantity is not null
            union all
            select area_type, area_code, group_id, 2, year, sum(persons) from projection_band
            join grows_by using (age_band) where {variant} and method = 'fitted' and sex = 'all' group by all)
        select * from (
            select area_type, area_code, group_id, turn,
                100 * (arg_max(amount, year) / nullif(arg_min(amount, year), 0) - 1) as percent
            from (select *, min(year) over (partition by area_type, area_code, group_id, turn) as first from asked)
            where {within} group by all)
        qualify row_number() over (partition by area_type, area_code, group_id order by turn) = 1"""


def _register(rule: RiskRules) -> str:
    """SQL of ``risk_register``: the first priorities and the groups that are more than elsewhere, gravest first."""
    of = rule.register
    return f"""
        with proposed as (
            ({_of_priorities(rule)}) union all by name ({_of_groups(rule)})),
        linked as (
            select area_type, area_code, unnest(string_split(indicators, ' ')) as indicator_id, entry_id
            from voice where kind = 'action' and state in ('open', 'in_progress') and indicators is not null
            union
            select v.area_type, v.area_code, unnest(string_split(q.indicators, ' ')), v.entry_id
            from voice v join voice q on list_contains(string_split(v.answers, ' '), q.entry_id)
            where v.kind = 'action' and v.state in ('open', 'in_progress') and q.indicators is not null),
        answered as (
            select area_type, area_code, indicator_id, string_agg(entry_id, ' ' order by entry_id) as entries
            from linked group by all)
        select p.area_type, p.area_code, p.risk_id,
            row_number() over (partition by p.area_type, p.area_code order by
                list_position(['high', 'medium', 'low', 'unknown'], impact),
                list_position(['rising', 'steady', 'unknown', 'falling'], likelihood), strength desc, risk_id)
                as position,
            p.what, p.likelihood, p.likelihood_from, p.impact, p.evidence, a.entries as existing_actions,
            coalesce(p.owner, o.role, '{quoted(of.owner)}') as owner_role,
            if(a.entries is null, 'no_action_told', 'action_in_hand') as status
        from proposed p
        left join owner_of o using (section)
        left join answered a using (area_type, area_code, indicator_id)"""


def _by_growth(of: str, percent: float) -> str:
    return f"""case when {of} >= {percent} then 'rising' when {of} <= -{percent} then 'falling' else 'steady' end"""


def _of_priorities(rule: RiskRules) -> str:
    of = rule.register
    return f"""
        select p.area_type, p.area_code, 'priority:' || p.indicator_id as risk_id, p.indicator_id, i.section,
            null::varchar as owner, i.title as what, p.score as strength,
            case trend_judgement when 'worse' then 'rising' when 'better' then 'falling' when 'steady' then 'steady'
                else case when projected_percent is null then 'unknown'
                    else {_by_growth("projected_percent", of.growth_percent)} end end as likelihood,
            case when trend_judgement is not null then 'trend' when projected_percent is not null then 'projection'
                else 'none' end as likelihood_from,
            case when people_score is not null and people_per_1000 >= {of.high_per_1000} and people_score > 0
                    then 'high'
                when people_score is not null and people_per_1000 >= {of.medium_per_1000} and people_score > 0
                    then 'medium'
                when people_score is not null then 'low'
                when level_score >= {of.medium_level} then 'medium' when level_score is not null then 'low'
                else 'unknown' end as impact,
            p.reason as evidence
        from priority p join indicator i using (indicator_id)
        where rank <= {of.priorities} and (level_country = 'worse' or level_hscp = 'worse' or trend_judgement = 'worse'
            or level_country is null and level_hscp is null and level_score > 0)"""


def _of_groups(rule: RiskRules) -> str:
    of = rule.register
    return f"""
        select g.area_type, g.area_code, 'group:' || g.group_id as risk_id, r.indicator_id, null::varchar as section,
            r.owner, g.title as what, g.ratio as strength,
            case when w.percent is not null then {_by_growth("w.percent", of.growth_percent)}
                when t.verdict = 'increasing' then 'rising' when t.verdict = 'decreasing' then 'falling'
                when t.verdict = 'no_significant_change' then 'steady' else 'unknown' end as likelihood,
            case when w.percent is not null then 'projection'
                when t.verdict is not null and t.verdict <> 'cannot_be_calculated' then 'trend' else 'none' end
                as likelihood_from,
            if(g.ratio >= {of.high_ratio}, 'high', 'medium') as impact,
            'About ' || format('{{:,}}', round(g.people)::bigint) || ' here: ' || format('{{:.1f}}', 100 * g.share)
                || '%, ' || format('{{:.1f}}', 100 * g.country_share) || '% in the country'
                || coalesce('; half of them in ' || g.concentrated_in || ' of ' || g.zones || ' data zones', '')
                || coalesce('; ' || format('{{:+.0f}}', w.percent) || '% expected', '') || '.' as evidence
        from made_groups g join risk r using (group_id)
        left join grown w using (area_type, area_code, group_id)
        left join going t on t.indicator_id = r.indicator_id and t.area_type = g.area_type
            and t.area_code = g.area_code
        where g.ratio >= {of.ratio}"""


def make(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Told:
    """Groups at risk and the register, as a step of a build."""
    return Told(risk(connection, settings))


MAKER = Maker((*READS, *MORE), (RISK_GROUP.name, RISK_REGISTER.name), make, (NAME, WEIGHTS))
