"""Who lives in each area by protected and other characteristics, what is not held, and indicators by them."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from locality_profiles.indicators.definition import age_bands
from locality_profiles.needs.at_risk import NAME as RISK
from locality_profiles.needs.at_risk import risk_rules
from locality_profiles.needs.characteristics import NAME, Characteristic, equalities
from locality_profiles.needs.maker import Maker, Told
from locality_profiles.needs.settings import Settings
from locality_profiles.needs.small_numbers import LEFT_OUT, hide_both_ways
from locality_profiles.needs.standing import READS, assess, status_of_sum
from locality_profiles.tables.needs.priorities import EQUALITY, EQUALITY_VALUE
from locality_profiles.tables.relation import quoted

MORE = ("population", "population_class", "local_count")
NOT_HERE = "Not available, because no extract in this workspace gives it for every data zone of this area."
#: The census changes small counts a little, so that nobody can be found by them.
PERTURBED = "Census counts are changed a little by their publisher: small ones are uncertain, and sums may differ."


def equality_tables(connection: duckdb.DuckDBPyConnection, settings: Settings) -> dict[str, str | pa.Table]:
    """The tables ``equality`` and ``equality_value``.

    Raises
    ------
    DefinitionError
        If the workspace's own characteristics are wrong.
    """
    told = equalities(settings.own.get(NAME))
    assess(connection, settings)
    _declare(connection, told.characteristics)
    threshold = risk_rules(settings.own.get(RISK)).threshold
    connection.register("class_threshold", pa.table({"disclosure": list(threshold), "least": list(threshold.values())}))
    breakdowns, of = list(told.breakdowns), list(told.breakdowns.values())
    connection.register("tells_of", pa.table({"breakdown": pa.array(breakdowns, pa.string()),
                                              "characteristic": pa.array(of, pa.string())}))  # fmt: skip
    connection.execute(f"create temp table by_block as {_by_block(told.characteristics)}")
    connection.execute(f"create temp table cell as {_CELLS}")
    hide_both_ways(connection, "cell", "numerator", _WHOLES)
    return {"equality": _EQUALITY, "equality_value": _VALUES}


def _declare(connection: duckdb.DuckDBPyConnection, found: tuple[Characteristic, ...]) -> None:
    """Table ``asked``: every category of every characteristic, in order."""
    rows = [
        {"characteristic": each.id, "characteristic_title": each.title, "protected": each.protected, "position": at,
         "category": name, "category_title": title, "category_position": place, "told_note": each.note,
         "missing": each.missing, "census": each.told_by == "topic"}
        for at, each in enumerate(found, start=1)
        for place, (name, title) in enumerate(each.categories.items(), start=1)
    ]  # fmt: skip
    kinds = {"protected": pa.bool_(), "census": pa.bool_(), "position": pa.int64(), "category_position": pa.int64()}
    names = ("characteristic", "characteristic_title", "protected", "position", "category", "category_title",
             "category_position", "told_note", "missing", "census")  # fmt: skip
    connection.register("asked", pa.table({name: pa.array([row[name] for row in rows], kinds.get(name, pa.string()))
                                           for name in names}))  # fmt: skip


_BLOCK = "block_type like 'data_zone%'"


def _by_block(found: tuple[Characteristic, ...]) -> str:
    """SQL: people by data zone and category of every characteristic that a table tells, of its latest year."""
    parts = ["""select null::varchar as characteristic, null::varchar as category, null::varchar as block_type,
        null::varchar as block_code, null::bigint as year, null::double as people, null::varchar as status
        where false"""]  # fmt: skip
    for each in found:
        if each.told_by == "ages":
            for band in age_bands(list(each.categories)):
                ages = f"age >= {band.first}" if band.last is None else f"age between {band.first} and {band.last}"
                parts.append(_of_residents(each.id, band.name, f"sex = 'all' and {ages}"))
        elif each.told_by == "sexes":
            parts += [_of_residents(each.id, sex, f"sex = '{quoted(sex)}'") for sex in each.categories]
        elif each.told_by == "topic":
            parts.append(f"""
                select '{each.id}', category, block_type, block_code, year(period_end), value, status
                from (from local_count where {_BLOCK} and topic = '{quoted(each.source)}' and sex = 'all'
                    and age_band = 'all' qualify period_end = max(period_end) over ())
                where category in ({_texts(each)})""")
        elif each.told_by == "scheme":
            # A zone in another class has none of this one.
            parts.append(f"""
                select '{each.id}', c.category, block_type, block_code, p.year,
                    if(p.category = c.category, persons, 0)::double, status
                from (from population_class where {_BLOCK} and scheme = '{quoted(each.source)}' and sex = 'all'
                    qualify year = max(year) over ()) p
                cross join (select unnest([{_texts(each)}]) as category) c""")
    return " union all ".join(f"({part})" for part in parts)


def _texts(each: Characteristic) -> str:
    return ", ".join(f"'{quoted(name)}'" for name in each.categories)


def _of_residents(characteristic: str, category: str, where: str) -> str:
    return f"""select '{characteristic}', '{quoted(category)}', block_type, block_code, year, sum(persons)::double,
            {status_of_sum("status", "false", "persons")}
        from population where {_BLOCK} and {where} and year = (select max(year) from population where {_BLOCK})
        group by all"""


# Counts of an area are those of its data zones; where one of them has none, the area has none.
_EQUALITY = f"""
    with member as (
        select m.* from membership m where {_BLOCK}
            and ((area_type, area_code) in (from assessed select (area_type, area_code)) or area_type = 'country')),
    used as (select distinct characteristic, block_type from by_block),
    of_areas as (
        select u.characteristic, m.area_type, m.area_code, b.category, max(b.year) as year,
            sum(m.weight * b.people) as people,
            {status_of_sum("b.status", "m.estimated", "m.weight * b.people")} as status, count(b.people) as known
        from used u join member m using (block_type)
        join by_block b using (characteristic, block_type, block_code) group by all),
    blocks as (
        select u.characteristic, m.area_type, m.area_code, count(*) as blocks
        from used u join member m using (block_type) group by all),
    whole as (
        select o.*, people / nullif(sum(people) over (partition by characteristic, area_type, area_code), 0) as share
        from of_areas o join blocks using (characteristic, area_type, area_code) where known = blocks),
    complete as (
        select * from whole
        qualify count(*) over (partition by characteristic, area_type, area_code) = (
            select count(*) from asked q where q.characteristic = whole.characteristic))
    select a.area_type, a.area_code, q.characteristic, q.characteristic_title, q.protected, q.position, q.category,
        q.category_title, q.category_position, w.people, w.share, c.share as country_share, w.year,
        coalesce(w.status, 'not_available') as status,
        nullif(concat_ws(' ', q.missing, if(q.missing is null and w.people is null, '{NOT_HERE}', null), q.told_note,
            if(q.census and w.people is not null, '{PERTURBED}', null)), '') as note
    from assessed a cross join asked q
    left join complete w using (area_type, area_code, characteristic, category)
    left join complete c on c.area_type = 'country' and c.area_code = a.country_code
        and c.characteristic = q.characteristic and c.category = q.category and c.year = w.year"""

_CELLS = """
    select v.*, t.characteristic, if(a.area_type = 'hscp', a.country_code, a.hscp_code) as whole,
        -- What is published was protected by its publisher.
        if(i.method = 'published', 0, d.least) as least
    from indicator_value v
    join assessed a using (area_type, area_code)
    join tells_of t using (breakdown)
    join indicator i using (indicator_id)
    join class_threshold d using (disclosure)
    where v.category not in ('all', 'unknown')
    qualify (v.period_end, v.period_start) = max((v.period_end, v.period_start)) filter (v.value is not null) over (
        partition by v.indicator_id, v.area_type, v.area_code, v.breakdown)"""
#: Wholes whose parts the cells are: the classes of an area, and the areas of a partnership (or of the country).
_WHOLES = (
    (("indicator_id", "area_type", "area_code", "breakdown"), "category"),
    (("indicator_id", "breakdown", "category", "area_type", "whole", "period_start", "period_end"), "area_code"),
)
_VALUES = f"""
    select area_type, area_code, indicator_id, characteristic, breakdown, category, period_type, period_start,
        period_end, if(hidden, null, value) as value, if(hidden, null, lower) as lower,
        if(hidden, null, upper) as upper, if(hidden, 'suppressed', status) as status,
        if(hidden, '{LEFT_OUT}', note) as note
    from cell"""


def make(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Told:
    """Equalities, as a step of a build."""
    return Told(equality_tables(connection, settings))


MAKER = Maker((*READS, *MORE), (EQUALITY.name, EQUALITY_VALUE.name), make, (NAME, RISK))
