"""What lies between demand and what there is, and what a market facilitation plan asks of providers."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from locality_profiles.finance.coding import text
from locality_profiles.needs.maker import Maker, Told
from locality_profiles.needs.measures import asked
from locality_profiles.needs.settings import Settings
from locality_profiles.needs.supply import Capacity, capacities, of_service, supply

#: The gap is told for the base year, the last, and years that can be divided by this.
EACH = 5
#: With fewer providers no money is told.
FEWEST = 3
#: A grade of this or above is good.
GOOD = 4


def make(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Told:
    """Tables ``gap`` and ``market``."""
    measures = [measure.id for measure in asked(settings.own.get("demand")).measures]
    declared = capacities(settings.own.get("capacity"), measures)
    connection.execute(f"create or replace temp table supply as {supply()}")
    connection.execute(f"create or replace temp table shown as {_areas_shown()}")
    connection.execute(f"create or replace temp table has as {_has(declared)}")
    known = set(connection.execute("select distinct service_code, capacity_type from has").fetchall())
    notes = [f"capacity: nothing tells {each.title.lower()} ({', '.join(each.sources)})"
             for each in declared if (each.service, each.type) not in known]  # fmt: skip
    return Told({"gap": _gap(declared), "market": market()}, tuple(notes))


MAKER = Maker(
    ("area", "membership", "service", "activity", "capacity", "contract_end", "demand"), ("gap", "market"), make,
    ("demand", "capacity"),
)  # fmt: skip


def _areas_shown() -> str:
    """SQL of areas of which anything is told: those of demand, and those in which somebody provides something."""
    return """
        select area_type, area_code from demand union
        select area_type, area_code from supply where area_type in ('hscp', 'health_board', 'country')
            or area_type in (select distinct area_type from area where parent_type = 'hscp')"""


def _has(declared: Sequence[Capacity]) -> str:
    """SQL of what each area has of each declared capacity, by the first source that tells it of the area.

    A sum that lacks a part is not known: too few places would look like a gap.
    """
    branches = " union all ".join(
        f"""select {text(each.service)} as service_code, {text(each.type)} as capacity_type, {rank} as rank, area_type,
            area_code, if(count(available) < count(*), null, sum(available * weight)) as available,
            max(period_end) as available_on, count(*) as told, source
        from supply where source = {text(source)} and capacity_type = {text(each.type)}
            and {of_service("service_code", each.service)} group by area_type, area_code, source"""
        for each in declared for rank, source in enumerate(each.sources)
    )  # fmt: skip
    return f"""
        select * from ({branches}) qualify row_number() over (
            partition by service_code, capacity_type, area_type, area_code order by available is null, rank) = 1"""


def _gap(declared: Sequence[Capacity]) -> str:
    """SQL of ``gap``: above nought where what is asked for is more than what should be in use."""
    return " union all ".join(f"({_gap_of(each)})" for each in declared)


def _gap_of(each: Capacity) -> str:
    kinds = ", ".join(text(kind) for kind in each.areas)
    among = f"and area_type in ({kinds})" if each.areas else ""
    note = text(each.note) if each.note else "null::varchar"
    asked_for = f"""
        select area_type, area_code, year, scenario, variant, quantity / {each.per} as demand,
            lower / {each.per} as lower, upper / {each.per} as upper, note from demand
        where measure_id = {text(each.measure)} {among} and (year = base_year or year % {EACH} = 0
            or year = (select max(year) from demand) or quantity is null)"""
    return f"""
        with asked as ({asked_for}),
        own as (select area_type, area_code, available, available_on from has
            where service_code = {text(each.service)} and capacity_type = {text(each.type)} {among}),
        place as (select * from shown where true {among}
            and (exists (select 1 from asked) or exists (select 1 from own)))
        select area_type, area_code, {text(each.service)} as service_code, {text(each.type)} as capacity_type,
            coalesce(year, year(available_on), (select min(year) from demand), 1900)::bigint as year,
            coalesce(scenario, 'baseline') as scenario, coalesce(variant, 'principal') as variant, demand, available,
            available_on, {each.target}::double as target_occupancy,
            demand - available * {each.target} as gap, lower - available * {each.target} as gap_lower,
            upper - available * {each.target} as gap_upper,
            if(gap is null, 'not_available', 'estimated') as status,
            nullif(concat_ws(' ', {note}, case
                when demand is null and available is null
                    then 'Neither what is asked for nor what there is is told here.'
                when demand is null then 'What is asked for is not told here.'
                when available is null then 'What there is is not told here.' end, asked.note), '') as note
        from place left join asked using (area_type, area_code) left join own using (area_type, area_code)"""


def market() -> str:
    """SQL of ``market``: from the tables ``supply`` and ``shown`` and the view ``contract_end``.

    Providers are registered services and organisations, each once; hospitals are no market. Contracts are of
    partnerships, from the version of a ledger's year that was told last. Ends are counted from the last day that any
    figure of the partnership's or area's is of, so that the same extracts give the same figures on every day.
    """
    return f"""
        with provider as (
            select s.* from supply s join shown using (area_type, area_code)
            where provider_code <> 'all' and source <> 'hospital_beds'),
        one as (
            select area_type, area_code, service_code, provider_code, min(grade_quality) as grade,
                sum(available * weight) as places, min(funding_end) as funding_end,
                max(period_end) as told_on
            from provider group by all having max(weight) >= 0.5),
        who as (
            select area_type, area_code, service_code, count(*) as providers, sum(places) as places,
                count(grade) as graded, count(*) filter (grade >= {GOOD}) as graded_good, min(grade) as grade_lowest,
                list(funding_end) filter (funding_end is not null) as fundings, max(told_on) as told_on
            from one group by all),
        version as (
            {latest_contracts()}),
        contract as (
            select 'hscp' as area_type, c.hscp_code as area_code, c.service_code, count(*) as contracts,
                list(struct_pack(day := c.contract_end, pence := c.net_pence)) as ends, max(c.as_at) as as_at,
                count(distinct c.provider) as paid
            from contract_end c join version v on v.hscp_code = c.hscp_code and v.best.period_start = c.period_start
                and v.best.version = c.version
            group by all),
        both_told as (
            select coalesce(w.area_type, c.area_type) as area_type, coalesce(w.area_code, c.area_code) as area_code,
                coalesce(w.service_code, c.service_code) as service_code,
                w.* exclude (area_type, area_code, service_code),
                c.* exclude (area_type, area_code, service_code),
                greatest(nullif(w.told_on, date '1900-01-01'), c.as_at) as counted_from
            from who w full join contract c on c.area_type = w.area_type and c.area_code = w.area_code
                and c.service_code = w.service_code)
        select area_type, area_code, service_code, coalesce(providers, paid) as providers, places,
            coalesce(graded, 0) as graded, coalesce(graded_good, 0) as graded_good, grade_lowest,
            len(list_filter(ends, lambda e: {ends_within("e.day", 12)})) as contracts_ending_12m,
            len(list_filter(ends, lambda e: {ends_within("e.day", 36)})) as contracts_ending_36m,
            list_min(list_filter([e.day for e in ends], lambda d: d >= counted_from)) as first_contract_end,
            len(list_filter(fundings, lambda d: {ends_within("d", 12)})) as funding_ending_12m,
            list_min(list_filter(fundings, lambda d: d >= counted_from)) as first_funding_end,
            counted_from,
            if(coalesce(providers, paid) >= {FEWEST} and coalesce(paid, 0) >= {FEWEST},
                list_sum([e.pence for e in ends if {ends_within("e.day", 36)}])::bigint, null) as spend_pence,
            coalesce(providers, paid) = 1 as one_provider,
            'actual' as status,
            nullif(concat_ws(' ', if(providers is null, 'Known from the ledger''s contracts only.', null),
                if(contracts > 0 and coalesce(paid, 0) < {FEWEST},
                    'Fewer than three providers: no money is shown.', null),
                if(counted_from is null, 'The day that the figures are of is not told.', null)), '') as note
        from both_told"""


def latest_contracts() -> str:
    """SQL of the year and version of contracts that each partnership told last, as ``best``."""
    return """select hscp_code, max(struct_pack(period_start, rank := list_position(
                ['original', 'revised', 'forecast', 'outturn', 'audited'], version), version)) as best
            from contract_end group by 1"""


def ends_within(day: str, months: int) -> str:
    """SQL of whether a day is within so many months of the day counted from."""
    return f"{day} >= counted_from and {day} < counted_from + interval {months} month"
