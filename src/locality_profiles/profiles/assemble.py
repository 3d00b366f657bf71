"""Putting an area's numbers beside its peers, its partnership, its board and the country.

All columns of a row are for one period: the latest for which the area itself has a figure or, where
the extracts go no lower, the smallest larger area that has one. A figure that is not published for a
small area is said to be so there, and shown for the area that it is published for; it is never
spread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from locality_profiles.tables.contract import TableContract
from locality_profiles.tables.curated import LADDER, PROFILE, PROFILE_TREND
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect

TREND_POINTS = 5

#: Columns beside an area, by role: the order in which they stand, and whose turn it is to lend a period.
ROLES = {"this": 0, "peer": 1, "part": 1, "hscp": 2, "health_board": 3, "country": 4}

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
    """
    with connect() as connection:
        for name in ("area", "membership"):
            connection.execute(f"create view {name} as select * from {relation(tables[name])}")
        connection.register("made", values)
        connection.execute("create temp table value as select * from made")
        connection.register("definition", definitions)
        _columns_beside(connection, profiled, partnerships)
        _items(connection, categories)
        _periods(connection)
        words = _level_words(titles)
        connection.register("level_words", pa.table({"kind": list(words), "words": list(words.values())}))
        profile = connection.sql(_PROFILE_SQL).to_arrow_table()
        return Profiles(_shape(profile, PROFILE), _trend(connection))


def _shape(table: pa.Table, contract: TableContract) -> pa.Table:
    columns = [column.name for column in contract.columns]
    return table.select(columns).cast(contract.schema).sort_by([(name, "ascending") for name in contract.sort])


def _level_words(titles: Mapping[str, str]) -> dict[str, str]:
    return {kind: titles.get(kind, kind.replace("_", " ")).lower() for kind in (*LADDER, *titles)}


def _columns_beside(
    connection: duckdb.DuckDBPyConnection, profiled: Sequence[str], partnerships: Sequence[str]
) -> None:
    """Table ``beside``: for each profiled area, the areas in its columns, in order."""
    connection.execute(
        """
        create temp table home as
        select block_type as area_type, block_code as area_code, area_type as in_type, area_code as in_code
        from membership where block_type in (select unnest($1)) and area_type in ('hscp', 'health_board', 'country')
          and weight = 1 and block_type <> area_type""",
        [list(profiled)],
    )
    connection.execute(
        """
        create temp table subject as
        select a.area_type, a.area_code, a.area_name,
            case when a.area_type = 'hscp' then a.area_code else h.in_code end as hscp
        from area a
        left join home h on h.area_type = a.area_type and h.area_code = a.area_code and h.in_type = 'hscp'
        where a.area_type in (select unnest($1))
          and case when a.area_type = 'hscp' then a.area_code else h.in_code end in (select unnest($2))""",
        [list(profiled), list(partnerships)],
    )
    connection.execute(
        """
        create temp table beside as
        with listed as (
            select area_type, area_code, 'this' as role, 0 as rank, area_type as beside_type, area_code as beside_code,
                '' as name
            from subject
            union all
            select s.area_type, s.area_code, 'peer', 1, o.area_type, o.area_code, o.area_name
            from subject s join subject o on o.area_type = s.area_type and o.hscp = s.hscp
            where s.area_type <> 'hscp' and o.area_code <> s.area_code
            union all
            select s.area_type, s.area_code, 'part', 1, o.area_type, o.area_code, o.area_name
            from subject s join area o on o.area_type = 'locality' and o.parent_code = s.area_code
            where s.area_type = 'hscp'
            union all
            select s.area_type, s.area_code, h.in_type, case h.in_type when 'hscp' then 2 when 'health_board' then 3
                else 4 end, h.in_type, h.in_code, ''
            from subject s join home h using (area_type, area_code))
        select *, row_number() over (partition by area_type, area_code order by rank, name, beside_code) as beside_order
        from listed""",
    )


def _items(connection: duckdb.DuckDBPyConnection, categories: Mapping[tuple[str, str], str]) -> None:
    """Table ``item``: each indicator and category, with its section and words."""
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
        from definition d left join category_rows c on c.item = d.indicator_id"""
    )


def _periods(connection: duckdb.DuckDBPyConnection) -> None:
    """Table ``shown``: the period of each item in each profile, and the area that lent it."""
    connection.execute(
        """
        create temp table shown as
        select b.area_type, b.area_code, v.indicator_id as item, v.period_type, v.period_start, v.period_end,
            b.beside_type as of_type, b.beside_code as of_code
        from beside b join value v on v.area_type = b.beside_type and v.area_code = b.beside_code
        where b.role not in ('peer', 'part') and v.value is not null
        qualify row_number() over (partition by b.area_type, b.area_code, item
                                   order by b.rank, v.period_end desc, v.period_start desc) = 1"""
    )


# The levels at which an indicator has figures decide the words in a cell without one.
_PROFILE_SQL = f"""
    with rank as (select unnest({list(LADDER)!r}) as kind, unnest(range({len(LADDER)})) as level)
    select b.area_type, b.area_code, i.section, i.item, i.category, i.category_title, b.role, b.beside_type,
        b.beside_code, b.beside_order, s.period_type, s.period_start, s.period_end, v.numerator, v.denominator, v.value,
        coalesce(v.status, 'not_available') as status,
        case
            when v.value is not null then v.note
            when i.smallest_area is null then 'No extract in this workspace gives this.'
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
    table = connection.sql(
        f"""
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
                s.period_type, s.start as period_start, s.finish as period_end, v.value,
                coalesce(v.status, 'not_available') as status,
                coalesce(v.note, case when v.value is null then 'No figure for this period.' end) as note
            from spine s left join value v on v.indicator_id = s.item and v.category = s.category
                and v.area_type = s.of_type and v.area_code = s.of_code
                and v.period_start = s.start and v.period_end = s.finish),
        extent as (
            select area_type, area_code, item, category, max(position) filter (value is not null) as furthest,
                count(value) as known
            from points group by all)
        select p.* from points p join extent e using (area_type, area_code, item, category)
        where p.position <= e.furthest and e.known >= 2"""
    ).to_arrow_table()
    return _shape(table, PROFILE_TREND)
