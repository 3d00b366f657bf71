"""Every block's areas: from blocks placed in areas to one table of memberships.

A figure may hang on a data zone of any edition, a GP practice, a hospital, a locality or a council.
``membership`` says for each of them which areas it counts towards, and with what share. Blocks that
are not 2011 data zones are first shared among those (``block_share``), then follow them into areas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np
import pyarrow as pa

from locality_profiles.curate import vintages
from locality_profiles.curate.ground import BLOCK, Ground, union
from locality_profiles.curate.staging import StagedFile, staged_tables
from locality_profiles.curate.systems import System, practice_rows
from locality_profiles.tables.contract import Column, TableContract, conform
from locality_profiles.tables.curated import MEMBERSHIP
from locality_profiles.tables.store import Store, Stored, code_key, key_of

#: Kinds of area whose own figures may be shared among others by where their people live: nothing larger,
#: for a figure of a whole council says nothing about where in it.
SHARED_BY_PEOPLE = ("intermediate_zone_2011", "ward")

#: Methods by which a list that lies in one area whole does so by assumption; except in areas that they keep within.
#: (Lists are modelled board by board: in an area that is a whole board, or several, nothing is assumed.)
MODELLED = ("registered_modelled", "premises")

BLOCK_SHARE = TableContract(
    "_block_share", "one block's share in one 2011 data zone", ("block_type", "block_code", "zone"),
    (
        Column("block_type", "text", "Kind of block."),
        Column("block_code", "text", "Its code."),
        Column("zone", "text", "2011 data zone; OUT for none."),
        Column("weight", "number", "Share of the block."),
        Column("method", "text", "How it was shared (see membership)."),
        Column("grade", "integer", "Grade of that method."),
    ),
)  # fmt: skip


def block_shares(
    connection: duckdb.DuckDBPyConnection, ground: Ground, store: Store, tables: Mapping[str, Stored]
) -> Stored:
    """How practices, zones of other editions and small areas are shared among 2011 data zones."""
    pieces = (
        "service",
        "registration",
        "patient_zone",
        "population",
        "boundary",
        "block_point",
        "postcode",
        "membership",
    )
    staged = {table: sorted(s.key for s in staged_tables(ground.files, table)) for table in pieces}
    key = key_of("block_share", staged, tables["block_conversion"].key, tables["area"].key, code_key())
    if stored := store.find("_block_share", key):
        return stored
    connection.register("practice_share", _practice_shares(ground))
    notes = ground.practice_zones.notes if ground.practice_zones else ()
    connection.register("zone_people", pa.table({
        "zone": pa.array(ground.blocks, pa.string()), "people": pa.array(np.nan_to_num(ground.people, nan=0.0)),
    }))  # fmt: skip
    shared = ", ".join(f"'{kind}'" for kind in SHARED_BY_PEOPLE)
    return store.write_query("_block_share", key, connection, f"""
        select * from practice_share
        union all
        select from_type, from_code, to_code, weight, 'converted', grade
        from {tables["block_conversion"].relation} where to_type = '{BLOCK}' and weight > 0
        union all
        select m.area_type, m.area_code, m.block_code,
            if(sum(z.people) over whole > 0, z.people / sum(z.people) over whole, 1 / count(*) over whole),
            'population', 2
        from lookup_membership m join zone_people z on z.zone = m.block_code
        where m.block_type = '{BLOCK}' and m.area_type in ({shared})
        window whole as (partition by m.area_type, m.area_code)
        order by 1, 2, 3""", {"notes": notes})  # fmt: skip


def _practice_shares(ground: Ground) -> pa.Table:
    """The share of each practice's patients in each zone."""
    spread = ground.practice_zones
    if spread is None:
        return BLOCK_SHARE.schema.empty_table()
    total = np.bincount(spread.practice, spread.patients, minlength=len(spread.practices))
    weight = spread.patients / total[spread.practice]
    zone = np.where(spread.zone >= 0, ground.blocks[spread.zone], "OUT")
    return conform(BLOCK_SHARE, {
        "block_type": "gp_practice", "block_code": spread.practices[spread.practice], "zone": zone, "weight": weight,
        "method": spread.method[spread.practice], "grade": spread.grade[spread.practice],
    }, len(zone))  # fmt: skip


def whole_membership(
    connection: duckdb.DuckDBPyConnection,
    ground: Ground,
    store: Store,
    tables: Mapping[str, Stored],
    systems: Sequence[System],
    files: Sequence[StagedFile],
) -> Stored:
    """Every block's areas: blocks, areas nested in areas, premises, practices, other editions, earlier codes."""
    in_use = _kinds_in_use(connection, tables)
    key = key_of(
        "membership", tables["_block_membership"].key, tables["_block_share"].key, tables["service"].key,
        tables["code_change"].key, in_use, sorted(s.key for s in staged_tables(files, "membership")), code_key(),
    )  # fmt: skip
    if stored := store.find("membership", key):
        return stored
    connection.execute(
        f"create or replace view block_membership as select * from {tables['_block_membership'].relation}"
    )
    connection.execute(f"create or replace view block_share as select * from {tables['_block_share'].relation}")
    _earlier_codes(connection, tables)
    rows = [practice_rows(ground, system) for system in ground.workspace.systems]
    connection.register("of_practices", pa.concat_tables(rows) if rows else MEMBERSHIP.schema.empty_table())
    kinds = _quoted(in_use) or "''"
    return store.write_query("membership", key, connection, f"""
        with size as (select area_type, area_code, count(*) as blocks from block_membership group by all),
        nested as (
            select a.area_type as block_type, a.area_code as block_code, b.area_type, b.area_code,
                bool_or(b.estimated or a.estimated) as estimated
            from block_membership a join block_membership b using (block_type, block_code)
            join size s on s.area_type = a.area_type and s.area_code = a.area_code
            where a.area_type <> b.area_type and a.weight = 1 and b.weight = 1
            group by all having count(*) = any_value(s.blocks)),
        board as ({_hospital_boards(connection, files)}),
        premises as (
            select s.service_type as block_type, s.service_code as block_code, m.area_type, m.area_code, m.grade
            from service s join block_membership m on m.block_code = s.data_zone and m.weight = 1
            where s.service_type = 'hospital' and (m.area_type not in ('health_board', 'country')
               or s.service_code not in (select block_code from board))),
        reported as (
            select 'hospital' as block_type, block_code, m.area_type, m.area_code
            from board join (select block_code as code, area_type, area_code from nested
                             where block_type = 'health_board' and area_type = 'country' union all
                             select area_code, area_type, area_code from area where area_type = 'health_board') m
              on m.code = board.board),
        {_FOLLOWED.format(kinds=kinds, modelled=_quoted(MODELLED))},
        closed as (
            select r.block_type, r.block_code, n.area_type, n.area_code
            from ({_reported_practices(connection, files)}) r
            join (select block_type, block_code, area_type, area_code from nested union all
                  select area_type, area_code, area_type, area_code from area) n
              on n.block_type = 'hscp' and n.block_code = r.area_code
                and n.area_type in ('council_area', 'hscp', 'health_board', 'country')
            where r.block_code not in (select block_code from block_share where block_type = 'gp_practice')),
        recoded as (
            select c.block_type, c.block_code, n.area_type, n.area_code
            from recode c join (select block_type, block_code, area_type, area_code from nested union all
                                select area_type, area_code, area_type, area_code from area) n
              on n.block_type = c.area_type and n.block_code = c.area_code),
        every_row as (
            select block_type, block_code, area_type, area_code, weight, method, quality, vintage, grade,
                coalesce(estimated, false) as estimated, extract_id
            from block_membership
            union all by name
            select area_type as block_type, area_code as block_code, area_type, area_code, 1.0 as weight,
                'identity' as method, vintage, 1 as grade, false as estimated, extract_id from area
            union all by name
            select *, 1.0 as weight, 'nested' as method, 1 as grade, '' as extract_id from nested
            union all by name
            select *, 1.0 as weight, 'premises' as method, false as estimated, '' as extract_id from premises
            union all by name
            select *, 1.0 as weight, 'reported' as method, 1 as grade, false as estimated, '' as extract_id
            from reported
            union all by name
            select *, 1.0 as weight, 'reported' as method, 1 as grade, false as estimated, '' as extract_id
            from closed
            union all by name
            select *, 1.0 as weight, 'recoded' as method, 1 as grade, false as estimated, '' as extract_id from recoded
            union all by name select *, '' as extract_id from followed
            union all by name select * from of_practices)
        select {", ".join(column.name for column in MEMBERSHIP.columns)} from every_row
        order by area_type, area_code, block_type, block_code""", {})  # fmt: skip


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def _earlier_codes(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Stored]) -> None:
    """Table ``recode``: earlier codes, and today's that their figures count for.

    Where a publisher gives one period under both codes, the earlier one is left alone: it would count twice.
    """
    changes = f"select * from {tables['code_change'].relation}"
    rows = vintages.recoded(connection, changes, "select area_type, area_code from area")
    connection.register("recode_rows", rows)
    connection.execute("create or replace temp table recode as select * from recode_rows")
    for table, period in _PERIOD_OF.items():
        connection.execute(f"""
            with given as (
                select distinct block_type, block_code, {period} as period from {tables[table].relation}
                where block_type in (select block_type from recode)),
            twice as (
                select distinct r.block_type, r.block_code from recode r
                join given old using (block_type, block_code)
                join given now on now.block_type = r.area_type and now.block_code = r.area_code
                    and now.period = old.period)
            delete from recode where (block_type, block_code) in (select (block_type, block_code) from twice)""")


#: What tells two rows of a table to be of one period and thing, where an area has figures under two codes.
_PERIOD_OF = {
    "population": "year::text",
    "activity": "service_code || measure_code || period_type || period_start::text",
    "household": "measure || period_start::text",
    "budget_line": "service_code || period_start::text",
}


#: Weights are added in whatever order threads come; to twelve decimals they are the same every time.
#: Blocks that follow the data zones they are shared among. What is in none of them is in no area. An
#: intermediate zone that nests is there already; a system that gives its own rows for practices keeps them.
_FOLLOWED = """kinds_in_use as (select unnest([{kinds}]) as block_type),
        joined as (
            select s.block_type, s.block_code, m.area_type,
                coalesce(m.area_code, 'OUT') as area_code, s.weight * coalesce(m.weight, 1) as weight, s.method,
                greatest(s.grade, coalesce(m.grade, 1)) as grade, m.estimated
            from block_share s join kinds_in_use using (block_type)
            join block_membership m on m.block_type = 'data_zone_2011' and m.block_code = s.zone
            where m.area_type <> s.block_type),
        reached as (
            select distinct block_type, block_code, area_type from joined where not ends_with(area_code, 'OUT')),
        gathered as (
            select block_type, block_code, area_type, area_code, round(sum(weight), 12) as weight,
                min(method) as method, max(grade) as grade, bool_or(estimated) as estimated
            from joined join reached using (block_type, block_code, area_type) group by all),
        missing as (
            select block_type, block_code, area_type, 'OUT' as area_code, round(1 - sum(weight), 12) as weight,
                min(method) as method, max(grade) as grade, true as estimated
            from gathered group by all having sum(weight) < 1 - 1e-6),
        summed as (select * from gathered union all by name select * from missing),
        of_board as (
            select block_code, area_code as board, count(*) over (partition by area_code) as board_size
            from block_membership where area_type = 'health_board' and block_type = 'data_zone_2011'),
        in_boards as (
            select m.area_type, m.area_code, b.board, count(*) = any_value(b.board_size) as whole
            from block_membership m join of_board b using (block_code)
            where m.block_type = 'data_zone_2011' and m.weight = 1 group by all),
        bounded as (select area_type, area_code from in_boards group by all having bool_and(whole)),
        followed as (
            select block_type, block_code, area_type, area_code,
                if(weight > 1 - 1e-9, 1.0, weight) as weight, method, grade,
                bool_or(coalesce(estimated, false) or weight < 1 - 1e-9
                        or (method in ({modelled})
                            and (area_type, area_code) not in (select (area_type, area_code) from bounded)))
                    over (partition by block_type, area_type, area_code) as estimated
            from summed
            where (block_type, block_code, area_type) not in (select (block_type, block_code, area_type) from nested)
              and (block_type, area_type) not in (select distinct (block_type, area_type) from of_practices))"""


def _reported_practices(connection: duckdb.DuckDBPyConnection, files: Sequence[StagedFile]) -> str:
    """A query for the partnership that list sizes name for each practice, for those that no directory holds."""
    lists = union(connection, files, "membership", ["gp_list_size"])
    if not lists:
        return "select '' as block_type, '' as block_code, '' as area_code where false"
    return f"select block_type, block_code, max(area_code) as area_code from ({lists}) group by all"


def _hospital_boards(connection: duckdb.DuckDBPyConnection, files: Sequence[StagedFile]) -> str:
    """A query for the board that a publisher reports each hospital under."""
    hospitals = union(connection, files, "membership", ["emergency_attendance"])
    if not hospitals:
        return "select '' as block_code, '' as board where false"
    return (
        f"select block_code, any_value(area_code) as board from ({hospitals}) "
        "where block_type = 'hospital' and area_type = 'health_board' group by 1"
    )


def _kinds_in_use(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Stored]) -> list[str]:
    """Kinds of block, apart from 2011 zones, on which some figure hangs and which are shared among zones."""
    shared = {row[0] for row in connection.execute(
        f"select distinct block_type from {tables['_block_share'].relation}"
    ).fetchall()}  # fmt: skip
    used: set[str] = set()
    for table in (
        "population",
        "deprivation",
        "classification",
        "activity",
        "registration",
        "household",
        "budget_line",
    ):
        used |= {row[0] for row in connection.execute(
            f"select distinct block_type from {tables[table].relation}"
        ).fetchall()}  # fmt: skip
    return sorted(shared & used)
