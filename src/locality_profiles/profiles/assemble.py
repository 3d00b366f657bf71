"""Putting an area's numbers beside its peers, its partnership, its board and the country.

All columns of a row are for one period: the latest for which the area itself has a figure or, where
the extracts go no lower, the smallest larger area that has one. A figure that is not published for a
small area is said to be so there, and shown for the area that it is published for; it is never
spread.

An area smaller than a locality stands beside the locality that holds it. Peers are shown where a
partnership has few areas of a kind; a city's hundred zones are compared on their own list instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from locality_profiles.indicators.belonging import homes, placed
from locality_profiles.indicators.counts import level_of
from locality_profiles.tables.contract import TableContract
from locality_profiles.tables.curated import (
    AREA,
    AREA_OVERLAP,
    LADDER,
    MEMBERSHIP,
    PROFILE,
    PROFILE_TREND,
    TREND_BREAK,
)
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect
from locality_profiles.workspace import AREA_TITLES

TREND_POINTS = 5

#: Columns beside an area, by role: the order in which they stand, and whose turn it is to lend a period.
ROLES = {"this": 0, "within": 1, "peer": 2, "part": 2, "hscp": 3, "health_board": 4, "country": 5}

#: Peers are shown where a partnership has at most this many areas of the kind.
MOST_PEERS = 12

#: How many areas' profiles are put together at once.
TOGETHER = 250

#: The locality that an area is 'within' holds at least this share of its people.
MOST_OF_IT = 0.5

#: Months from one period to the next, for the kinds of period that have a trend.
_STEP = {
    "mid_year": 12, "calendar_year": 12, "financial_year": 12, "financial_quarter": 3, "calendar_quarter": 3,
    "month": 1, "snapshot": None,
}  # fmt: skip


@dataclass(frozen=True)
class Profiles:
    """The ``profile`` and ``profile_trend`` tables of every profiled area."""

    profile: pa.Table
    trend: pa.Table


def assemble(
    tables: Mapping[str, Path],
    values: pa.Table,
    definitions: pa.Table,
    profiled: Sequence[str],
    partnerships: Sequence[str],
    titles: Mapping[str, str],
    categories: Mapping[tuple[str, str], str],
) -> Profiles:
    """Profiles of every area of the ``profiled`` types inside the given partnerships.

    ``titles`` gives the word for each area type; ``categories`` the words for (indicator, category).
    One row of ``profile`` is one number: an item for the area itself or for one area beside it.

    Two tables may be missing. ``area_overlap`` tells which locality holds a smaller area and, of an area
    that lies in several partnerships, which holds most of its people; without it no locality is shown
    and such an area gets no profile. ``trend_break`` tells where trends break.
    """
    with connect() as connection:
        for contract in (AREA, MEMBERSHIP, AREA_OVERLAP, TREND_BREAK):
            _view(connection, contract, tables.get(contract.name))
        connection.register("made", values)
        connection.execute("create temp table value as select * from made")
        connection.register("definition", definitions)
        homes(connection, profiled)
        _subjects(connection, profiled, partnerships)
        _columns_beside(connection, [kind for kind in profiled if level_of(kind) < level_of("locality")])
        _items(connection, categories)
        _periods(connection)
        words = _level_words(titles)
        connection.register("level_words", pa.table({"kind": list(words), "words": list(words.values())}))
        # Some hundred areas at a time: a country's small areas beside theirs are millions of cells.
        batches = connection.execute("select distinct batch from subject order by 1").fetchall()
        profile = [_made(connection, f"select * from ({_PROFILE_SQL}) where batch = {batch}", PROFILE)
                   for (batch,) in batches]  # fmt: skip
        return Profiles(pa.concat_tables([PROFILE.schema.empty_table(), *profile]), _trend(connection))


def _view(connection: duckdb.DuckDBPyConnection, contract: TableContract, path: Path | None) -> None:
    """A curated table under its own name; one that this build does not have is empty."""
    if path is None:
        connection.register(contract.name, contract.schema.empty_table())
    else:
        connection.execute(f"create view {contract.name} as select * from {relation(path)}")


def _made(connection: duckdb.DuckDBPyConnection, query: str, contract: TableContract) -> pa.Table:
    """What a query gives, in the columns, types and order of its contract."""
    columns = ", ".join(f'"{column.name}"' for column in contract.columns)
    order = ", ".join(f'"{name}"' for name in contract.sort)
    return connection.sql(f"select {columns} from ({query}) order by {order}").to_arrow_table().cast(contract.schema)


def _level_words(titles: Mapping[str, str]) -> dict[str, str]:
    known = {**{kind: one for kind, (one, _) in AREA_TITLES.items()}, **titles}
    return {kind: _in_sentence(known.get(kind, kind.replace("_", " "))) for kind in (*LADDER, *titles)}


def _in_sentence(title: str) -> str:
    """'Locality' as it stands inside a sentence; 'GP practice' keeps its initials."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _subjects(connection: duckdb.DuckDBPyConnection, profiled: Sequence[str], partnerships: Sequence[str]) -> None:
    """Table ``subject``: the areas that get a profile, with how many of their kind their partnership has."""
    connection.execute(
        f"""
        create temp table subject as
        with found as (
            select a.area_type, a.area_code, a.area_name,
                case when a.area_type = 'hscp' then a.area_code else h.in_code end as hscp
            from area a
            left join home h on h.area_type = a.area_type and h.area_code = a.area_code and h.in_type = 'hscp'
            where a.area_type in (select unnest($1)) and {placed("a.area_code")}),
        above as (
            -- Boards and the country, where they hold one of the partnerships.
            select distinct in_type as area_type, in_code as area_code from whole_in
            where area_type = 'hscp' and area_code in (select unnest($2)))
        select *, count(*) over (partition by area_type, hscp) as alike,
            (row_number() over (order by area_type, area_code)) // {TOGETHER} as batch
        from found
        where hscp in (select unnest($2)) or (area_type, area_code) in (select (area_type, area_code) from above)""",
        [list(profiled), list(partnerships)],
    )


def _columns_beside(connection: duckdb.DuckDBPyConnection, below_locality: Sequence[str]) -> None:
    """Table ``beside``: for each profiled area, the areas in its columns, in order."""
    connection.execute(
        f"""
        create temp table beside as
        with role as (select unnest({list(ROLES)}) as role, unnest({list(ROLES.values())}) as rank),
        listed as (
            select area_type, area_code, 'this' as role, area_type as beside_type, area_code as beside_code, '' as name
            from subject
            union all
            select * from (
                select s.area_type, s.area_code, 'within', o.area_type, o.area_code, o.area_name
                from subject s
                join shared h using (area_type, area_code)
                join area o on o.area_type = 'locality' and o.area_code = h.other_code
                where s.area_type in (select unnest($1)) and h.other_type = 'locality' and h.share >= {MOST_OF_IT}
                qualify row_number() over (partition by s.area_type, s.area_code
                                           order by h.share desc, h.blocks desc, o.area_code) = 1)
            union all
            select s.area_type, s.area_code, 'peer', o.area_type, o.area_code, o.area_name
            from subject s join subject o on o.area_type = s.area_type and o.hscp = s.hscp
            where s.area_type <> 'hscp' and o.area_code <> s.area_code and s.alike <= {MOST_PEERS}
            union all
            select s.area_type, s.area_code, 'part', o.area_type, o.area_code, o.area_name
            from subject s join area o on o.area_type = 'locality' and o.parent_code = s.area_code
            where s.area_type = 'hscp' and {placed("o.area_code")}
            union all
            select s.area_type, s.area_code, h.in_type, h.in_type, h.in_code, ''
            from subject s join home h using (area_type, area_code))
        select *, row_number() over (partition by area_type, area_code order by rank, name, beside_code) as beside_order
        from listed join role using (role) join (select area_type, area_code, batch from subject) s
            using (area_type, area_code)""",
        [list(below_locality)],
    )


def _items(connection: duckdb.DuckDBPyConnection, categories: Mapping[tuple[str, str], str]) -> None:
    """Table ``item``: each indicator and category with figures in this build, with its section and words.

    An indicator without figures anywhere is listed once with the reason (table ``indicator``), not area by area.
    """
    rows = [
        {"item": item, "category": category, "category_title": words} for (item, category), words in categories.items()
    ]
    schema = pa.schema([("item", pa.string()), ("category", pa.string()), ("category_title", pa.string())])
    connection.register("category_rows", pa.Table.from_pylist(rows, schema))
    connection.execute(
        """
        create temp table item as
        select d.section, d.indicator_id as item, coalesce(c.category, 'all') as category, c.category_title,
            d.smallest_area
        from definition d left join category_rows c on c.item = d.indicator_id
        where d.unavailable is null"""
    )


def _periods(connection: duckdb.DuckDBPyConnection) -> None:
    """Table ``shown``: the period of each item in each profile, and the area that lent it."""
    connection.execute(
        """
        create temp table shown as
        with latest as (
            select area_type, area_code, indicator_id as item, max((period_end, period_start, period_type)) as period
            from value where value is not null group by all)
        select b.area_type, b.area_code, l.item, l.period[3] as period_type, l.period[2] as period_start,
            l.period[1] as period_end, b.beside_type as of_type, b.beside_code as of_code
        from beside b join latest l on l.area_type = b.beside_type and l.area_code = b.beside_code
        where b.role not in ('peer', 'part')
        qualify row_number() over (partition by b.area_type, b.area_code, l.item
                                   order by b.rank, l.period desc) = 1"""
    )


# The levels at which an indicator has figures decide the words in a cell without one.
_PROFILE_SQL = f"""
    with rank as (select unnest({list(LADDER)!r}) as kind, unnest(range({len(LADDER)})) as level)
    select b.batch, b.area_type, b.area_code, i.section, i.item, i.category, i.category_title, b.role, b.beside_type,
        b.beside_code, b.beside_order, s.period_type, s.period_start, s.period_end, v.numerator, v.denominator, v.value,
        coalesce(v.status, 'not_available') as status,
        case
            when v.value is not null then v.note
            when r.level > coalesce(own.level, {LADDER.index("locality") - 0.5})
                then 'Not published below the ' || coalesce(l.words, i.smallest_area) || '.'
            when v.status = 'suppressed' then 'Suppressed by the publisher.'
            else coalesce(v.note, 'No figure for this area in this period.') end as note
    from beside b cross join item i
    left join shown s on s.area_type = b.area_type and s.area_code = b.area_code and s.item = i.item
    left join value v on v.indicator_id = i.item and v.category = i.category and v.area_type = b.beside_type
        and v.area_code = b.beside_code and v.period_start = s.period_start and v.period_end = s.period_end
    left join rank r on r.kind = i.smallest_area
    left join rank own on own.kind = b.beside_type
    left join level_words l on l.kind = i.smallest_area
"""


def _trend(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Up to five regular periods that end with the one shown; a period without a figure keeps its place."""
    connection.register("step_rows", pa.table({
        "period_type": list(_STEP), "months": pa.array(list(_STEP.values()), pa.int64()),
    }))  # fmt: skip
    query = f"""
        with spine as (
            select s.*, i.section, i.category, p.position,
                (s.period_start - to_months((p.position - 1) * t.months::int))::date as start,
                case when s.period_end = last_day(s.period_end)
                    then last_day((s.period_end - to_months((p.position - 1) * t.months::int))::date)
                    else (s.period_end - to_months((p.position - 1) * t.months::int))::date end as finish
            from shown s join item i using (item) join step_rows t using (period_type)
            cross join (select unnest(range(1, {TREND_POINTS + 1})) as position) p
            where t.months is not null),
        points as (
            select s.area_type, s.area_code, s.section, s.item, s.category, s.of_type, s.of_code, s.position,
                s.period_type, s.start as period_start, s.finish as period_end, v.value, v.source_level,
                coalesce(v.status, 'not_available') as status,
                coalesce(v.note, case when v.value is null then 'No figure for this period.' end) as note
            from spine s left join value v on v.indicator_id = s.item and v.category = s.category
                and v.area_type = s.of_type and v.area_code = s.of_code
                and v.period_start = s.start and v.period_end = s.finish),
        extent as (
            select area_type, area_code, item, category, max(position) filter (value is not null) as furthest,
                count(value) as known
            from points group by all),
        {_BREAKS_SQL}
        select p.*, b.broken from points p join extent e using (area_type, area_code, item, category)
        left join break_at b using (area_type, area_code, item, category, position)
        where p.position <= e.furthest and e.known >= 2"""
    return _made(connection, query, PROFILE_TREND)


# A break is told at the first figure after it, whatever gaps lie between that and the figure before.
# A redrawn boundary breaks figures that were published for the area; sums of blocks follow one lookup throughout.
# Figures made from other building blocks are as good where both are counts of the same place, and no estimates.
_BREAKS_SQL = """
        figure as (
            select *, lag(period_end) over earlier as before_end, lag(source_level) over earlier as before_level,
                lag(status) over earlier as before_status
            from points where value is not null
            window earlier as (partition by area_type, area_code, item, category order by position desc)),
        reasons as (
            select f.area_type, f.area_code, f.item, f.category, f.position, min(b.broken) as since, b.reason
            from figure f join trend_break b on b.area_type = f.of_type and b.area_code = f.of_code
                and b.broken > f.before_end and b.broken <= f.period_end and f.source_level = f.of_type
            group by all
            union all
            select f.area_type, f.area_code, f.item, f.category, f.position, f.period_start,
                'Made from figures of each ' || coalesce(o.words, f.before_level) || ' before, and of each '
                    || coalesce(n.words, f.source_level) || ' since.'
            from figure f left join level_words o on o.kind = f.before_level
            left join level_words n on n.kind = f.source_level
            where f.source_level <> f.before_level
              and not (f.status in ('actual', 'true_zero') and f.before_status in ('actual', 'true_zero'))),
        break_at as (
            select area_type, area_code, item, category, position,
                string_agg(reason, ' ' order by since, reason) as broken
            from reasons group by all)"""
