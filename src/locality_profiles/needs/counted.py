"""Counts by age of what is asked for, for every area at once: figures of the latest whole year, by block and by area.

A block's figures count for an area that it is part of (``membership``). Of several kinds of block that tell of an area,
the one nearest to its own kind does: a published figure of a locality before its data zones. Linked records are
sparse: a zone without a record has none of it, where its partnership's records are here at all.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from locality_profiles.episodes.long import SOURCE as OF_RECORDS
from locality_profiles.episodes.long import as_activity
from locality_profiles.finance.coding import text
from locality_profiles.finance.drivers import FISCAL
from locality_profiles.indicators.counts import NO_VALUE, SEVERITY
from locality_profiles.needs.measures import PERIODS, SEXES, CountsFrom, Measure
from locality_profiles.sources import sources
from locality_profiles.tables.curated import ACTIVITY_CUBE, LADDER

ZONE = "data_zone_2011"
#: Bands of linked records, which have no others and no totals.
OF_CUBE = frozenset(ACTIVITY_CUBE.column("age_band").allowed) - {"unknown"}
UNKNOWN, EVERYBODY = "unknown", "all"
#: Records are here where more than this part of a partnership's zones has one.
COVERED = 0.5
#: Less than this part of an area that no block tells of is what shares of zones leave.
WHOLE, WHOLE_OF_ZONES = 0.999, 0.9


def count_areas(connection: duckdb.DuckDBPyConnection, measures: Sequence[Measure]) -> None:
    """Make the tables ``level`` and ``part`` of a connection.

    ``level`` is what was counted of a measure in an area, by the first source and the nearest blocks that tell it:
    ``measure_id``, ``source_no``, ``area_type``, ``area_code``, ``base_year``, ``value``, ``severity`` and
    ``block_type``. ``part`` is how that divides by sex and band of age, where it is told for every band.
    """
    connection.execute(f"create or replace temp table figure as {_figures(measures)}")
    connection.execute(f"create or replace temp table base as {_base_years()}")
    connection.execute(f"create or replace temp table told as {_told()}")
    connection.execute(f"create or replace temp table zone_home as {_zone_homes()}")
    connection.execute(f"create or replace temp table covered as {_covered()}")
    connection.execute(f"create or replace temp table offer as {_offers()}")
    connection.execute(f"create or replace temp table offer_level as {_levels_offered(measures)}")
    connection.execute(f"create or replace temp table level as {_levels()}")
    connection.execute(f"create or replace temp table part as {_parts()}")


def origins(connection: duckdb.DuckDBPyConnection, measures: Sequence[Measure]) -> dict[str, str]:
    """Whether all figures that the sources of each measure name were published already, some were not, or none are
    here.

    Tables of the connection: ``activity``, ``activity_cube``, ``local_count`` and ``extract``.
    """
    inside = sorted(kind for kind, module in sources().items() if not module.source.published)
    return {measure.id: _origin(connection, measure, inside) for measure in measures}


def _origin(connection: duckdb.DuckDBPyConnection, measure: Measure, inside: Sequence[str]) -> str:
    kinds: set[str] = set()
    for source in measure.sources:
        named, also = ("topic", "category") if source.table == "local_count" else ("service_code", "measure_code")
        for table in (source.table, *(("activity_cube",) if source.table == "activity" else ())):
            of_measure = f"and t.{also} = {text(source.measure)}" if table != "activity_cube" else ""
            kinds |= {kind for (kind,) in connection.execute(f"""
                select distinct e.kind from {table} t join extract e using (extract_id)
                where t.{named} in ({_listed(source.services)}) {of_measure}""").fetchall()}  # fmt: skip
    return "none" if not kinds else "unpublished" if kinds.intersection(inside) else "published"


# --- figures of blocks ----------------------------------------------------------------------------


def _figures(measures: Sequence[Measure]) -> str:
    """SQL of every figure that a source of a measure names."""
    queries = [
        query for measure in measures for number, source in enumerate(measure.sources)
        for query in _of_source(measure, number, source)
    ]  # fmt: skip
    return " union all ".join(queries)


def _of_source(measure: Measure, number: int, source: CountsFrom) -> list[str]:
    head = f"""select {text(measure.id)} as measure_id, {number} as source_no, {text(measure.kind)} as kind,
        {PERIODS[source.period]} as periods, {text(source.period)} as period_type,
        {FISCAL.format("period_start")} as year, period_start, block_type, block_code,
        {"sex" if source.by_sex else f"'{EVERYBODY}'"} as sex, age_band, value,
        status"""
    if source.table == "local_count":
        return [
            f"""{head} from local_count where topic in ({_listed(source.services)})
            and category = {text(source.measure)} and period_type = {text(source.period)}
            and age_band in ({_listed(_bands(source))}) and sex in ({_listed(_sexes(source))})"""
        ]
    asked = f"""service_code in ({_listed(source.services)}) and measure_code = {text(source.measure)}
        and period_type = {text(source.period)} and age_band in ({_listed(_bands(source))})"""
    undivided = " and ".join(f"{name} = '{EVERYBODY}'" for name in (
        "simd_quintile", "urgency", "delay_group", "care_group", "provider_sector"))  # fmt: skip
    queries = []
    if source.of != OF_RECORDS:
        of = f" and source = {text(source.of)}" if source.of else ""
        queries.append(f"""{head} from activity where {asked} and geo_role = 'residence' and {undivided}
            and sex in ({_listed(_sexes(source))}){of}""")
    if set(source.bands) == OF_CUBE and source.of in ("", OF_RECORDS):
        cells = as_activity(f"(select * from activity_cube where service_code in ({_listed(source.services)}))",
                            (source.measure,))  # fmt: skip
        queries.append(f"{head} from ({cells}) where {asked}")
    return queries


def _bands(source: CountsFrom) -> tuple[str, ...]:
    return (*source.bands, source.total or UNKNOWN)


def _sexes(source: CountsFrom) -> tuple[str, ...]:
    return (*SEXES, UNKNOWN) if source.by_sex else (EVERYBODY,)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(text(word) for word in words)


def _base_years() -> str:
    """SQL of the year of which a source is used: the latest that is whole, of those that most kinds of block tell."""
    return """
        select measure_id, source_no, year as base_year from (
            select measure_id, source_no, year, count(distinct block_type) as kinds
            from (
                select measure_id, source_no, block_type, year, any_value(periods) as periods,
                    count(distinct period_start) as told
                from figure
                where value is not null and block_type in (select distinct block_type from membership)
                group by measure_id, source_no, block_type, year having told >= any_value(periods))
            group by all)
        qualify row_number() over (partition by measure_id, source_no order by kinds desc, year desc) = 1"""


def _told() -> str:
    """SQL of each block's figure of the base year: added over it, the mean of it, or its last day's.

    A figure that lacks a part of the year is none, except of a data zone, which has a row only where something was.
    """
    severity = " ".join(f"when '{status}' then {rank}" for status, rank in SEVERITY.items())
    return f"""
        with year_of as (
            select f.* from figure f join base b
                on b.measure_id = f.measure_id and b.source_no = f.source_no and b.base_year = f.year
            qualify f.period_type <> 'snapshot'
                or f.period_start = max(f.period_start) over (partition by f.measure_id, f.source_no))
        select measure_id, source_no, year as base_year, block_type, block_code, sex, age_band,
            case when block_type <> '{ZONE}' and (count(value) < count(*)
                    or count(distinct period_start) < any_value(periods)) then null
                when any_value(kind) = 'flow' then sum(value) else sum(value) / any_value(periods) end as value,
            max(case status {severity} end) as severity
        from year_of group by measure_id, source_no, year, block_type, block_code, sex, age_band"""


# --- areas ----------------------------------------------------------------------------------------


def _zone_homes() -> str:
    """SQL of the partnership of each zone."""
    return f"""
        select block_code as zone, arg_max(area_code, weight) as hscp_code from membership
        where block_type = '{ZONE}' and area_type = 'hscp' group by 1"""


def _covered() -> str:
    """SQL of zones that a source tells of: all zones of a partnership of which most have some record of the year."""
    return f"""
        with seen as (
            select distinct block_code as zone, {FISCAL.format("period_start")} as year from activity_cube
            where block_type = '{ZONE}'
            union
            select distinct block_code, base_year from told where block_type = '{ZONE}'),
        size as (select hscp_code, count(*) as zones from zone_home group by 1),
        here as (
            select hscp_code, year from seen join zone_home using (zone) join size using (hscp_code)
            group by hscp_code, year, zones having count(*) > {COVERED} * zones),
        of as (
            select distinct measure_id, source_no, base_year, hscp_code
            from told join zone_home on zone = block_code where block_type = '{ZONE}')
        select measure_id, source_no, base_year, zone from of
        join here on here.hscp_code = of.hscp_code and here.year = of.base_year
        join zone_home on zone_home.hscp_code = of.hscp_code"""


def _offers() -> str:
    """SQL of figures of areas, by the kind of block that they come from."""
    return f"""
        with of_area as (
            select area_type, area_code, block_type, block_code, weight, method from membership
            where block_type in (select distinct block_type from told) and not ends_with(area_code, 'OUT')),
        size as (
            select area_type, area_code, block_type, sum(weight) as blocks from of_area
            where method <> 'recoded' group by all),  -- an earlier code is the same place once more
        telling as (
            select distinct measure_id, source_no, base_year, block_type, block_code from told
            where block_type <> '{ZONE}'
            union all
            select measure_id, source_no, base_year, '{ZONE}', zone from covered),
        reach as (
            select t.measure_id, t.source_no, t.base_year, a.area_type, a.area_code, a.block_type,
                sum(weight) as telling
            from telling t join of_area a using (block_type, block_code) group by all),
        whole as (
            select r.* from reach r join size using (area_type, area_code, block_type)
            where r.telling >= blocks * if(block_type = '{ZONE}', {WHOLE_OF_ZONES}, {WHOLE}))
        select w.measure_id, w.source_no, w.base_year, w.area_type, w.area_code, w.block_type, t.sex, t.age_band,
            if(count(t.value) < count(*), null, sum(t.value * a.weight)) as value, max(t.severity) as severity
        from whole w join of_area a using (area_type, area_code, block_type)
        join told t on t.measure_id = w.measure_id and t.source_no = w.source_no and t.block_type = w.block_type
            and t.block_code = a.block_code
        group by all"""


def _levels_offered(measures: Sequence[Measure]) -> str:
    """SQL of what was counted of everybody: the total, or all bands and those whose age is not known."""
    totals = ", ".join(
        f"({text(measure.id)}, {number}, {text(source.total)}, {len(source.parts)})"
        for measure in measures for number, source in enumerate(measure.sources)
    )  # fmt: skip
    return f"""
        select measure_id, source_no, base_year, area_type, area_code, block_type,
            case when any_value(total) <> '' then sum(value) filter (age_band = total)
                when count(value) < count(*) then null
                when block_type = '{ZONE}' or count(*) >= any_value(parts) then sum(value) end as value,
            max(severity) filter (total = '' or age_band = total) as severity, any_value(total) as total,
            any_value(parts) as parts
        from offer join (values {totals}) of(measure_id, source_no, total, parts) using (measure_id, source_no)
        group by measure_id, source_no, base_year, area_type, area_code, block_type"""


def _levels() -> str:
    """SQL of the one figure of each area: one that is known, by the first source, from the nearest blocks."""
    return f"""
        select * from offer_level
        qualify row_number() over (partition by measure_id, area_type, area_code
            order by value is null, source_no, {_nearness()}) = 1"""


def _parts() -> str:
    """SQL of how each area's people divide by age: by the first source that tells it for every band, if any does.

    It need not be the source of the level: a council may tell how many there are, and records how old they are.
    """
    return f"""
        with band as (
            select o.*, l.parts from offer o
            join offer_level l using (measure_id, source_no, area_type, area_code, block_type)
            where o.age_band not in ('{UNKNOWN}', l.total) and o.sex <> '{UNKNOWN}'),
        whole as (
            select measure_id, source_no, area_type, area_code, block_type from band
            group by measure_id, source_no, area_type, area_code, block_type, parts
            having count(value) = count(*) and sum(value) > 0 and (block_type = '{ZONE}' or count(*) = parts)
            qualify row_number() over (partition by measure_id, area_type, area_code
                order by source_no, {_nearness()}) = 1)
        select measure_id, source_no, base_year, area_type, area_code, sex, age_band, value
        from band semi join whole using (measure_id, source_no, area_type, area_code, block_type)"""


def _nearness() -> str:
    """SQL by which kinds of block are put in order: an area's own kind, then the largest that is smaller than it."""
    rank = " ".join(f"when '{kind}' then {at}" for at, kind in enumerate(LADDER))
    place = f"(case {{}} {rank} else {LADDER.index('locality')} end)"
    mine, theirs = place.format("area_type"), place.format("block_type")
    return f"""area_type <> block_type, if({theirs} <= {mine}, {mine} - {theirs}, 100 + {theirs}), block_type"""


def severest(rank: int) -> str:
    """The status that a figure has whose worst part is of this rank."""
    found = next((status for status, severity in SEVERITY.items() if severity == rank), "estimated")
    return found if rank < NO_VALUE else "not_available"
