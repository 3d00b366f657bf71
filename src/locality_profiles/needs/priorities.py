"""What to look at first in each area: evidence by criterion, weighed by declared weights, for all areas at once."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from locality_profiles.indicators.definition import INTERVALS
from locality_profiles.indicators.estimates import floats
from locality_profiles.needs.maker import Maker, Told
from locality_profiles.needs.settings import Settings
from locality_profiles.needs.standing import READS, SIGNIFICANT, assess, latest_resources
from locality_profiles.needs.weighing import NAME, TITLES, Weighing, how, refuse_unknown, weighing
from locality_profiles.statistics.priorities import places, saturating_score, sensitivity, weighted_score
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.needs.priorities import CRITERIA, PRIORITY, PRIORITY_EXCLUDED, PRIORITY_WEIGHT

#: Tables that a priority is made from, beside those that say where an area stands.
MORE = ("area_rank", "inequality", "area_resource", "demand", "projection_band")
#: Fifths in the order in which one is chosen: a partnership's own people, an area's own, the country's.
PREFERRED = ("simd_2020v2_quintile_hscp", "simd_quintile_own", "simd_2020v2_quintile", "simd_quintile")
#: Methods whose value times its denominator is a number of people or events.
COUNTABLE = ("percentage", "crude_rate", "directly_standardised_rate")
#: So many areas are ranked before a place among them alone says anything: nought in the middle, 1 for the worst.
ENOUGH = 5
#: Areas that are weighed together, so that all sets of weights of them fit in little memory.
TOGETHER = 128

Floats = NDArray[np.float64]


def priorities(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, str | pa.Table]:
    """The tables ``priority``, ``priority_weight`` and ``priority_excluded``.

    Raises
    ------
    DefinitionError
        If the workspace's own weights are wrong.
    """
    rule = weighing(settings.own.get(NAME))
    known = [name for (name,) in connection.execute("select indicator_id from indicator").fetchall()]
    refuse_unknown(rule.named, known, f"needs/{NAME}.toml")
    assess(connection, settings)
    latest_resources(connection)
    _declare(connection, rule)
    _growth(connection, rule)
    rows = connection.sql(_EVIDENCE).to_arrow_table()
    return {"priority": _weighed(connection, rows, rule), "priority_weight": _weights(rule),
            "priority_excluded": "select indicator_id, why as reason from candidate where why is not null"}  # fmt: skip


def _declare(connection: duckdb.DuckDBPyConnection, rule: Weighing) -> None:
    """Table ``candidate``: every indicator with its theme, family and measure, or why it is no candidate."""
    _register(connection, "theme_of", rule.themes)
    _register(connection, "excluded_for", rule.excluded)
    _register(connection, "measure_of", rule.measures)
    _register(connection, "family_of", rule.cost_indicators)
    _register(connection, "family_of_section", rule.cost_sections)
    connection.execute(
        """
        create temp table candidate as
        select i.indicator_id, i.section, i.direction, i.method, i.interval, i.ages,
            coalesce(t.told, i.indicator_id) as theme, coalesce(f.told, s.told) as family, m.told as measure_id,
            case when x.told is not null then x.told
                when i.method = 'count' then 'A count goes with how many people there are: its rate is weighed.'
                when i.direction = 'none' then 'It is not said whether more of it is good or bad.' end as why,
            if(i.direction = 'high_is_good', -1, 1) as bad, i.indicator_id in (select unnest($1)) as of_days
        from indicator i
        left join theme_of t on t.name = i.indicator_id
        left join excluded_for x on x.name = i.indicator_id
        left join measure_of m on m.name = i.indicator_id
        left join family_of f on f.name = i.indicator_id
        left join family_of_section s on s.name = i.section""",
        [list(rule.not_people)],
    )


def _register(connection: duckdb.DuckDBPyConnection, name: str, told: Any) -> None:
    connection.register(name, pa.table({"name": pa.array(list(told), pa.string()),
                                        "told": pa.array(list(told.values()), pa.string())}))  # fmt: skip


def _growth(connection: duckdb.DuckDBPyConnection, rule: Weighing) -> None:
    """Table ``growth``: change to the horizon by area and candidate, from demand where its measure is told.

    The horizon is the last year told that is no more than so many years after the first.
    """
    bands = [(words, band) for words, listed in rule.ages.items() for band in listed]
    columns = (pa.array([pair[at] for pair in bands], pa.string()) for at in (0, 1))
    connection.register("age_words", pa.table(dict(zip(("ages", "age_band"), columns, strict=True))))
    connection.execute(
        """
        create temp table growth as
        with asked as (
            select area_type, area_code, measure_id, year, quantity from demand
            where variant = $variant and scenario = $scenario and quantity is not null),
        wanted as (
            select area_type, area_code, measure_id, arg_min(quantity, year) as base,
                arg_max(quantity, year) as later, max(year) as to_year
            from (select *, min(year) over (partition by area_type, area_code, measure_id) as first from asked)
            where year <= first + $years group by all),
        people as (
            select area_type, area_code, ages, year, sum(persons) as persons
            from projection_band join age_words using (age_band)
            where variant = $variant and method = 'fitted' and sex = 'all' group by all),
        older as (
            select area_type, area_code, ages, arg_min(persons, year) as base, arg_max(persons, year) as later,
                max(year) as to_year
            from (select *, min(year) over (partition by area_type, area_code, ages) as first from people)
            where year <= first + $years group by all),
        told as (
            select area_type, area_code, c.indicator_id, 'demand' as told_by, base, later, to_year
            from wanted join candidate c using (measure_id)
            union all
            select area_type, area_code, c.indicator_id, 'people', base, later, to_year
            from older join candidate c using (ages))
        select area_type, area_code, indicator_id, told_by, to_year, 100 * (later / base - 1) as percent
        from told where base > 0
        qualify row_number() over (partition by area_type, area_code, indicator_id order by told_by) = 1""",
        {"variant": rule.variant, "scenario": rule.scenario, "years": rule.years},
    )


_DAYS_OR_HOURS = INTERVALS["not_independent"][0].replace("'", "''")

# One row for each area and candidate that has a figure there, with the evidence of every criterion.
_EVIDENCE = f"""
    with own as (
        select n.*, c.direction, c.theme, c.family, c.bad, c.of_days or c.interval = '{_DAYS_OR_HOURS}' as of_days
        from newest n semi join assessed using (area_type, area_code) join candidate c using (indicator_id)
        where c.why is null),
    compared as (
        select indicator_id, area_type, area_code, period_start, period_end,
            min(judged) filter (comparator = 'country') as level_country,
            min(judged) filter (comparator = 'hscp') as level_hscp,
            avg(bad * difference / ((difference_upper - difference_lower) / (2 * {SIGNIFICANT})))
                filter (difference_upper > difference_lower) as level_errors,
            avg((judged = 'worse')::int) filter (verdict <> 'not_compared') as share_worse,
            arg_min(comparator_value, comparator) filter (comparator_value is not null) as other,
            arg_min(judged, comparator) filter (comparator_value is not null) as other_judged,
            min(comparator) filter (comparator_value is not null) as other_kind
        from judged join candidate c using (indicator_id) group by all),
    ranked as (
        select indicator_id, area_type, area_code, period_start, period_end, ranked,
            if(direction = 'high_is_good', ranked + 1 - rank, rank) as place
        from area_rank join candidate using (indicator_id)
        where breakdown = 'all' and category = 'all' and among = 'country'),
    unequal as (
        select indicator_id, area_type, area_code, sii_gap, sii_gap / nullif(abs(overall), 0) as relative,
            case when sii_lower is not null and sii_upper is not null then sii_lower > 0 or sii_upper < 0 end
                as certain
        from inequality where sii_gap is not null
        qualify row_number() over (partition by indicator_id, area_type, area_code order by
            list_position({list(PREFERRED)}, scheme), period_end desc) = 1),
    resident as (select area_type, area_code, value as residents from newest where indicator_id = 'population'),
    spending as (
        select s.area_type, s.area_code, s.family, s.used_pence, s.used_pence / nullif(total.used_pence, 0) as share
        from spent s join spent total using (area_type, area_code)
        where total.family = 'all' and s.family <> 'all')
    select o.area_type, o.area_code, o.indicator_id, o.theme, o.period_type, o.period_start, o.period_end, o.value,
        c.level_country, c.level_hscp, c.level_errors, c.share_worse, r.place as level_rank,
        r.ranked as level_ranked, g.judged as trend_judgement, u.sii_gap as inequality_gap,
        u.relative as inequality_relative, u.certain as inequality_certain,
        if(o.method in {COUNTABLE} and not o.of_days,
            o.bad * (o.value - c.other) / o.per * o.denominator, null) as people_excess,
        c.other_kind as people_compared, c.other_judged, p.residents,
        o.family as cost_family, s.used_pence as cost_pence, s.share as cost_share,
        w.percent as projected_percent, w.to_year as projected_year, w.told_by as projected_from
    from own o
    left join compared c using (indicator_id, area_type, area_code, period_start, period_end)
    left join ranked r using (indicator_id, area_type, area_code, period_start, period_end)
    left join going g using (indicator_id, area_type, area_code)
    left join unequal u using (indicator_id, area_type, area_code)
    left join resident p using (area_type, area_code)
    left join spending s using (area_type, area_code, family)
    left join growth w using (area_type, area_code, indicator_id)
    order by o.area_type, o.area_code, o.indicator_id"""


def criterion_scores(rows: pa.Table, rule: Weighing) -> dict[str, Floats]:
    """Scores of every row by criterion, from 0 to 1; NaN without evidence."""
    errors, worse = floats(rows, "level_errors"), floats(rows, "share_worse")
    place, ranked = floats(rows, "level_rank"), floats(rows, "level_ranked")
    # Where everybody was counted there are no limits: standing counts, as far as it is worse than those compared with.
    with np.errstate(invalid="ignore"):
        near_worst = (ranked + 1 - place) / ranked
        alone = np.where(ranked >= ENOUGH, np.maximum(2 * near_worst - 1, 0), np.nan)
    standing = np.where(np.isnan(worse), alone, worse * near_worst)
    judged = np.array([rule.trend.get(word, np.nan) for word in rows["trend_judgement"].to_pylist()], dtype=np.float64)
    chance = np.array([told is False for told in rows["inequality_certain"].to_pylist()], dtype=bool)
    unequal = saturating_score(floats(rows, "inequality_relative"), rule.half_gap)
    with np.errstate(invalid="ignore", divide="ignore"):
        per_1000 = 1000 * floats(rows, "people_excess") / floats(rows, "residents")
    compared = np.array(rows["other_judged"].to_pylist(), dtype=object)
    excess = saturating_score(per_1000, rule.half_per_1000)
    return {
        "level": np.where(np.isnan(errors), standing, saturating_score(errors, rule.half_errors)),
        "trend": judged,
        "inequality": np.where(chance & ~np.isnan(unequal), 0, unequal),
        # An excess that chance would make is none; of one that is not compared nothing is known.
        "people": np.select([compared == "worse", compared != None], [excess, 0 * excess], np.nan),  # noqa: E711
        "cost": saturating_score(floats(rows, "cost_share"), rule.half_share),
        "projected": saturating_score(floats(rows, "projected_percent"), rule.half_percent),
    }  # fmt: skip


def _weighed(connection: duckdb.DuckDBPyConnection, rows: pa.Table, rule: Weighing) -> pa.Table:
    """Rows of ``priority``."""
    scores = criterion_scores(rows, rule)
    by_row = np.column_stack([scores[name] for name in CRITERIA])
    area, item, shape = _positions(rows)
    found = {name: np.full(rows.num_rows, np.nan) for name in ("score", "evidence", "rank", "first", "last", "in_top",
                                                               "moved_by", "moved_to")}  # fmt: skip
    themes = _numbers(rows["theme"].to_pylist())
    # So many areas at a time: what is tried is areas by items by sets of weights.
    for begin in range(0, shape[0], TOGETHER):
        at = (area >= begin) & (area < begin + TOGETHER)
        _weigh_some(found, at, area[at] - begin, item[at], themes[at], by_row[at], shape[1], rule)
    ranked = np.bincount(area, ~np.isnan(found["rank"]), shape[0])[area] if rows.num_rows else np.zeros(0)
    with np.errstate(invalid="ignore"):
        per_1000 = 1000 * floats(rows, "people_excess") / floats(rows, "residents")
    known = {name: rows[name] for name in rows.schema.names if name in PRIORITY.schema.names}
    # What a criterion is compared with, or answers to, is told only where there is a figure of it.
    known["people_compared"] = _where(rows["people_compared"], ~np.isnan(floats(rows, "people_excess")))
    known["cost_family"] = _where(rows["cost_family"], ~np.isnan(floats(rows, "cost_pence")))
    made = {
        **known, **{f"{name}_score": _maybe(scores[name]) for name in CRITERIA},
        "people_per_1000": _maybe(per_1000), "weight_of_evidence": found["evidence"], "score": _maybe(found["score"]),
        "rank": _whole(found["rank"]), "ranked": ranked.astype(np.int64), "rank_highest": _whole(found["first"]),
        "rank_lowest": _whole(found["last"]), "in_top_ten_share": _maybe(found["in_top"]),
        "moved_by": [None if np.isnan(at) else CRITERIA[int(at)] for at in found["moved_by"]],
        "moved_to": _whole(found["moved_to"]), "reason": "",
        "status": np.where(~np.isnan(found["rank"]), "ranked", np.where(
            ~(found["evidence"] > 0) | (found["evidence"] < rule.least_evidence), "too_little_evidence", "same_theme"
        )).tolist(),
    }  # fmt: skip
    table = conform(PRIORITY, made, rows.num_rows)
    connection.register("weighed", table)
    return connection.sql(f"select * replace ({_REASON} as reason) from weighed").to_arrow_table()


def _weigh_some(
    found: dict[str, Floats], at: NDArray[np.bool_], area: NDArray[np.int64], item: NDArray[np.int64],
    theme: NDArray[np.int64], by_row: Floats, items: int, rule: Weighing
) -> None:  # fmt: skip
    """Scores and places of the rows of some areas, put where they belong."""
    areas = int(area.max(initial=-1)) + 1
    cube = np.full((areas, items, len(CRITERIA)), np.nan)
    cube[area, item] = by_row
    weights = np.array([rule.weights[name] for name in CRITERIA])
    score, evidence = weighted_score(cube, weights)
    stands = np.where((evidence > 0) & (evidence >= rule.least_evidence), score, np.nan)
    place = places(stands)[area, item]
    # Of a theme, the item that is placed first stands for it; the others are not ranked.
    first = np.full((areas, int(theme.max(initial=-1)) + 1), np.inf)
    np.minimum.at(first, (area, theme), np.where(np.isnan(place), np.inf, place))
    stands_for = place == first[area, theme]
    cube[area[~stands_for], item[~stands_for]] = np.nan
    own = np.full((areas, items), np.nan)
    own[area[stands_for], item[stands_for]] = score[area[stands_for], item[stands_for]]
    tried = sensitivity(cube, weights, rule.width, rule.sets, rule.top)
    found["score"][at], found["evidence"][at] = score[area, item], evidence[area, item]
    found["rank"][at] = places(own)[area, item]
    for name, values in zip(("first", "last", "in_top", "moved_by", "moved_to"), tried, strict=True):
        found[name][at] = values[area, item]


def _positions(rows: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[int, int]]:
    """Position of each row's area and item, the items in the order of their ids, and how many there are of each."""
    areas = list(zip(rows["area_type"].to_pylist(), rows["area_code"].to_pylist(), strict=True))
    area, item = _numbers(areas), _numbers(rows["indicator_id"].to_pylist())
    return area, item, (int(area.max(initial=-1)) + 1, int(item.max(initial=-1)) + 1)


def _numbers(values: list[Any]) -> NDArray[np.int64]:
    position = {value: at for at, value in enumerate(sorted(set(values)))}
    return np.array([position[value] for value in values], dtype=np.int64)


def _maybe(values: Floats) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)


def _whole(values: Floats) -> pa.Array:
    unknown = np.isnan(values)
    return pa.array(np.where(unknown, 0, values).astype(np.int64), pa.int64(), mask=unknown)


def _where(values: pa.ChunkedArray, told: NDArray[np.bool_]) -> pa.Array:
    return pa.array(
        [value if keep else None for value, keep in zip(values.to_pylist(), told, strict=True)], pa.string()
    )


_LEVEL = f"""case
    when level_country = 'worse' and level_hscp = 'worse' then 'worse than country and partnership'
    when level_country = 'worse' then 'worse than the country'
    when level_hscp = 'worse' then 'worse than the partnership'
    when level_country is null and level_hscp is null and level_ranked >= {ENOUGH}
        then 'place ' || level_rank || ' of ' || level_ranked || ', counted from the worst'
    when level_country is null and level_hscp is null then 'not compared with others'
    when level_country = 'better' then 'better than the country'
    else 'not different from others' end"""
_PIECES = f"""list_filter([
    {_LEVEL},
    case trend_judgement when 'worse' then 'getting worse' when 'better' then 'getting better'
        when 'steady' then 'no clear change' end,
    case when inequality_score > 0 then 'worse for the most deprived' end,
    case when people_score > 0 and round(people_excess) > 0
        then 'about ' || format('{{:,}}', round(people_excess)::bigint)
        || ' more than at the ' || if(people_compared = 'country', 'country', 'partnership') || '''s rate' end,
    case when cost_share >= 0.005
        then 'its services use ' || format('{{:.0f}}', 100 * cost_share) || '% of the money' end,
    case when abs(projected_percent) >= 0.5 then format('{{:.0f}}', abs(projected_percent)) || '% '
        || case when projected_percent > 0 then 'more' when projected_from = 'demand' then 'less' else 'fewer' end
        || if(projected_from = 'demand', ' demand', ' people of its ages') || ' expected by ' || projected_year end
    ], lambda piece: piece is not null)"""
_REASON = f"upper(array_to_string({_PIECES}, '; ')[1]) || array_to_string({_PIECES}, '; ')[2:] || '.'"


def _weights(rule: Weighing) -> pa.Table:
    total, told = sum(rule.weights.values()), how(rule)
    return conform(PRIORITY_WEIGHT, {
        "criterion": list(CRITERIA), "position": list(range(1, len(CRITERIA) + 1)),
        "title": [TITLES[name] for name in CRITERIA], "weight": [rule.weights[name] / total for name in CRITERIA],
        "lowest": [1 - rule.width] * len(CRITERIA), "highest": [1 + rule.width] * len(CRITERIA),
        "how": [told[name] for name in CRITERIA], "top": [rule.top] * len(CRITERIA),
        "sets": [rule.sets] * len(CRITERIA),
    }, len(CRITERIA))  # fmt: skip


#: Everything that priorities read; what a workspace does not have is empty.
ALL_READS = tuple(name for name in (*READS, *MORE) if name in CONTRACTS)
WRITES = tuple(contract.name for contract in (PRIORITY, PRIORITY_WEIGHT, PRIORITY_EXCLUDED))


def make(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Told:
    """Priorities, as a step of a build."""
    return Told(priorities(connection, settings))


MAKER = Maker(ALL_READS, WRITES, make, (NAME,))
