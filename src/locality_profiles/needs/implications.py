"""What demand and people to come mean for staff, beds and homes: so much for each unit of a measure."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from locality_profiles.finance.coding import text
from locality_profiles.needs.measures import Asked, Follows
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.needs.demand import ANY_SCENARIO

COLUMNS = ("area_type", "area_code", "kind", "year", "scenario", "quantity", "unit", "formula", "status", "note")


def implications(connection: duckdb.DuckDBPyConnection, told: Asked) -> pa.Table:
    """The table ``implication``, from views ``demand``, ``place``, ``projection``, ``household`` and ``membership``."""
    queries = [_of_measure(follows) for follows in told.implications]
    if told.households:
        queries.append(_households(told.households))
    if not queries:
        return CONTRACTS["implication"].schema.empty_table()
    found = connection.sql(" union all ".join(f"({query})" for query in queries)).to_arrow_table()
    return conform(CONTRACTS["implication"], {name: found[name] for name in COLUMNS}, found.num_rows)


def _of_measure(follows: Follows) -> str:
    return f"""
        select area_type, area_code, {text(follows.kind)} as kind, year, scenario, quantity / {follows.per} as quantity,
            {text(follows.unit)} as unit, {text(follows.formula)} as formula,
            if(quantity is null, status, 'estimated') as status, note
        from demand where measure_id = {text(follows.measure)} and variant = 'principal'"""


def _households(follows: Follows) -> str:
    """SQL of households: people of a place over people for each household today, in its council or the country.

    People in care homes and barracks are among the people and in no household; they are so on both sides.
    """
    return f"""
        with counted as (
            select h.block_type, h.block_code, year(h.period_start) as year, h.value as households
            from household h where measure = 'households' and category = 'all' and value > 0),
        latest as (
            select * from counted
            qualify row_number() over (partition by block_type, block_code order by year desc) = 1),
        of_area as (
            select m.area_type, m.area_code, l.block_type, sum(households) as households, min(year) as year
            from latest l join membership m using (block_type, block_code)
            where m.method in ('identity', 'nested') and m.weight = 1 and l.block_type in ('council_area', 'country')
            group by all),
        size as (
            select area_type, area_code, block_type, count(*) as blocks from membership
            where block_type in ('council_area', 'country') and weight = 1 group by all),
        full_count as (
            select o.area_type, o.area_code, o.block_type, o.households, o.year from of_area o
            join (select m.area_type, m.area_code, l.block_type, count(*) as told
                from latest l join membership m using (block_type, block_code) where m.weight = 1 group by all) t
                using (area_type, area_code, block_type)
            join size using (area_type, area_code, block_type) where told = blocks),
        heads as (
            select m.area_type, m.area_code, p.year, sum(persons * weight) as people
            from population p join membership m using (block_type, block_code)
            where block_type = 'data_zone_2011' and sex <> 'all' group by all),
        ratio as (
            select f.area_type, f.area_code, people / households as a_household
            from full_count f join heads h on h.area_type = f.area_type and h.area_code = f.area_code
            where people > 0
            qualify row_number() over (partition by f.area_type, f.area_code
                order by abs(h.year - f.year), f.block_type) = 1),
        people as (
            select area_type, area_code, year, sum(persons) as people from projection
            where method = 'fitted' and variant = 'principal' group by all)
        select p.area_type, p.area_code, {text(follows.kind)} as kind, year, '{ANY_SCENARIO}' as scenario,
            people / coalesce(own.a_household, council.a_household) as quantity, {text(follows.unit)} as unit,
            'people / people for each household today' as formula,
            if(quantity is null, 'not_available', 'estimated') as status,
            case when quantity is null then 'No count of households is here.'
                when own.a_household is null then 'By the size of its partnership''s households.' end as note
        from people p join place using (area_type, area_code)
        left join ratio own using (area_type, area_code)
        left join ratio council on council.area_type = 'hscp' and council.area_code = place.hscp_code"""
