"""Editions brought together: conversions between data zones, codes that changed, boundaries that moved.

Areas are built from 2011 data zones. What is known for zones of 2001 or 2022 reaches them through
``conversions``; what is known under an earlier code of a board, partnership or council reaches
today's through ``recoded``. Where a boundary moved as well, ``boundary_changes`` says which blocks
moved and ``trend_breaks`` from which day figures are of another place.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

import duckdb
import numpy as np
import pyarrow as pa

from locality_profiles.geography.shares import SLIVER
from locality_profiles.geography.vintages import USUAL, balanced_shares, known_code_changes, overlaps
from locality_profiles.tables.contract import TableContract, conform
from locality_profiles.tables.curated import (
    BLOCK_CONVERSION,
    BOUNDARY_CHANGE,
    CODE_CHANGE,
    MEMBERSHIP,
    OUT,
    TREND_BREAK,
)
from locality_profiles.tables.relation import quoted

#: Codes and outlines (EPSG:27700) of the zones of each edition; None where there are none.
Outlines = Mapping[str, tuple[np.ndarray, np.ndarray] | None]

#: A zone that no list pairs with others is converted by land alone where this much of it lies in outlined zones.
COVERED = 0.5

#: An area is another's counterpart, or a part of it, where this share of its blocks agrees.
NEARLY_ALL = 0.95


# --- conversions ----------------------------------------------------------------------------------


def conversions(
    connection: duckdb.DuckDBPyConnection,
    supplied: str | None,
    outlines: Outlines | None = None,
    population: str | None = None,
    *,
    land_first: bool = True,
) -> pa.Table:
    """Shares of zones of other editions in 2011 data zones, as the table ``block_conversion``.

    Parameters
    ----------
    supplied
        Query for staged conversions with ``extract_id``. Those from 2011 zones are turned round.
    outlines
        Outlines of zones by block type, of all or of some of them.
    population
        Query for population by 2011 data zone (block_type, block_code, year, sex, persons); the latest
        year in it counts.
    land_first
        Whether land goes before residents where both are known. Land measures something, and is no guide
        to where people live in a zone that holds the edge of a town and the hills behind it.

    Returns
    -------
    pyarrow.Table
        One row is one zone's share in one 2011 zone. The shares of a zone add up to 1.

    Notes
    -----
    How a zone is shared, the first that is possible:

    - as supplied (grade 1). A zone that is paired with one other lies in it whole, and needs no more;
    - by supplied shares of 2011 zones, turned round: a 2011 zone with share w in a zone of 2022 brings
      w times its residents (grade 2; grade 4 where residents are not known and count as equal);
    - by land, where the zone and all that it is paired with have outlines (grade 2). Land outside the
      pairs is where nobody lives, and shares below 1% are two drawings of one line: neither counts;
    - by residents, balanced over the pairs (grade 4; see ``balanced_shares``);
    - in equal parts (grade 5).
    """
    _people(connection, population)
    _supplied_pairs(connection, supplied)
    _land(connection, outlines or {})
    _shares_by_people(connection)
    rows = connection.sql(_chosen_shares(land_first)).to_arrow_table()
    return _in_contract(BLOCK_CONVERSION, rows)


def _people(connection: duckdb.DuckDBPyConnection, population: str | None, block_type: str = USUAL) -> None:
    """Table ``vintage_people``: residents of each block in the latest year that is given."""
    nobody = "select null::varchar as block_type, null::varchar as block_code, null::bigint as year, "
    source = population or f"{nobody} null::varchar as sex, null::bigint as persons where false"
    connection.execute(f"""
        create or replace temp table vintage_people as
        with blocks as (select block_code, year, sex, persons from ({source}) where block_type = '{block_type}'),
        added as (select block_code, sex, sum(persons) as persons from blocks
                  where year = (select max(year) from blocks) group by all)
        select block_code,
            coalesce(sum(persons) filter (sex = 'all'), sum(persons) filter (sex <> 'all'))::double as persons
        from added group by block_code""")


def _supplied_pairs(connection: duckdb.DuckDBPyConnection, supplied: str | None) -> None:
    """Table ``vintage_pair``: for each zone of another edition the best that any extract says of it.

    ``weight`` is null where pairs are all that there is.
    """
    nothing = " ".join(f"null::varchar as {name}," for name in ("from_type", "from_code", "to_type", "to_code"))
    source = supplied or f"select {nothing} null::double as weight, '' as extract_id where false"
    connection.execute(f"""
        create or replace temp table vintage_pair as
        with direct as (
            select from_type, from_code, to_code, weight, if(weight is null, 3, 1) as rank, 1 as grade, extract_id
            from ({source}) where to_type = '{USUAL}' and from_type <> '{USUAL}'),
        turned as (
            select to_type as from_type, to_code as from_code, from_code as to_code, weight, extract_id,
                greatest(persons, 1) as residents, bool_and(persons is not null) over (zone) as known
            from ({source}) left join vintage_people on block_code = from_code
            where from_type = '{USUAL}' and to_type <> '{USUAL}'
            window zone as (partition by to_type, to_code)),
        every as (
            from direct union all by name
            select from_type, from_code, to_code, if(known, weight * residents, weight) as weight,
                if(weight is null, 3, 2) as rank, case when weight is null then 1 when known then 2 else 4 end as grade,
                extract_id from turned)
        select from_type, from_code, to_code, max(weight) as weight, min(grade) as grade, min(extract_id) as extract_id
        from (from every where weight is null or weight > 0
              qualify rank = min(rank) over (partition by from_type, from_code))
        group by all""")


def _land(connection: duckdb.DuckDBPyConnection, outlines: Outlines) -> None:
    """Tables ``vintage_land``, shares by land, and ``vintage_outlined``, the zones that have an outline."""
    usual = outlines.get(USUAL)
    shared, outlined = [], []
    for block_type, drawn in outlines.items():
        if drawn is None:
            continue
        codes, shapes = drawn
        outlined.append((block_type, codes[[shape is not None for shape in shapes]]))
        if block_type != USUAL and usual is not None:
            found = overlaps(shapes, usual[1], SLIVER)
            shared.append((block_type, codes[found.first], usual[0][found.second], found.share))
    kinds = [np.repeat(row[0], len(row[1])) for row in shared]
    connection.register("vintage_land", pa.table({
        "from_type": _joined(kinds), "from_code": _joined([row[1] for row in shared]),
        "to_code": _joined([row[2] for row in shared]),
        "share": pa.array(np.concatenate([np.zeros(0), *(row[3] for row in shared)])),
    }))  # fmt: skip
    connection.register("vintage_outlined", pa.table({
        "block_type": _joined([np.repeat(kind, len(codes)) for kind, codes in outlined]),
        "block_code": _joined([codes for _, codes in outlined]),
    }))  # fmt: skip


def _joined(texts: list[np.ndarray]) -> pa.Array:
    return pa.array(np.concatenate([np.zeros(0, dtype=object), *(text.astype(object) for text in texts)]), pa.string())


def _shares_by_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Table ``vintage_balanced``: shares by residents of every pair that came without a share."""
    pairs = connection.sql("""
        select from_type, from_code, to_code, persons from vintage_pair left join vintage_people on block_code = to_code
        where weight is null order by from_type, from_code, to_code""").to_arrow_table()
    share = np.zeros(len(pairs))
    kinds = np.asarray(pairs["from_type"].to_pylist(), dtype=object)
    for kind in sorted(set(kinds)):
        here = kinds == kind
        of_kind = pairs.filter(pa.array(here))
        first, second = (_positions(of_kind[name]) for name in ("from_code", "to_code"))
        persons = of_kind["persons"].to_numpy()
        # Zones with unknown residents are shared in equal parts afterwards; their neighbours need some number.
        usual = np.nanmean(persons) if np.isfinite(persons).any() else 1.0
        people = np.zeros(second.max() + 1)
        people[second] = np.nan_to_num(persons, nan=usual)
        share[here] = balanced_shares(first, second, people)
    connection.register("vintage_balanced", pairs.append_column("share", pa.array(share)))


def _positions(codes: pa.ChunkedArray) -> np.ndarray:
    return codes.combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _chosen_shares(land_first: bool) -> str:
    """SQL that shares each zone in the first way that is possible for it."""
    by_land, by_people = "when drawn and land > 0 then 'land'", "when peopled then 'population'"
    ways = f"{by_land} {by_people}" if land_first else f"{by_people} {by_land}"
    return f"""
    with zone as (
        select from_type, from_code, count(*) as pairs, bool_and(p.weight is not null) as weighted,
            bool_and(o.block_code is not null) as drawn, bool_and(b.persons is not null) as peopled,
            coalesce(sum(l.share), 0) as land
        from vintage_pair p
        left join vintage_outlined o on o.block_type = '{USUAL}' and o.block_code = p.to_code
        left join vintage_land l using (from_type, from_code, to_code)
        left join vintage_balanced b using (from_type, from_code, to_code)
        group by all),
    chosen as (
        select *, case when weighted or pairs = 1 then 'supplied' {ways} else 'equal' end as method from zone),
    by_pair as (
        select p.from_type, p.from_code, p.to_code, method, p.extract_id,
            case method when 'supplied' then p.grade when 'land' then 2 when 'population' then 4 else 5 end as grade,
            case method when 'supplied' then coalesce(p.weight, 1) when 'land' then l.share
                when 'population' then b.share else 1 end as share
        from vintage_pair p join chosen using (from_type, from_code)
        left join vintage_land l using (from_type, from_code, to_code)
        left join vintage_balanced b using (from_type, from_code, to_code)),
    by_land_alone as (
        select from_type, from_code, to_code, 'land' as method, '' as extract_id, 2 as grade, share
        from vintage_land anti join zone using (from_type, from_code)
        qualify sum(share) over (partition by from_type, from_code) >= {COVERED}),
    shared as (
        from (from by_pair union all by name from by_land_alone) where share > 0)
    select from_type, from_code, '{USUAL}' as to_type, to_code,
        share / sum(share) over (partition by from_type, from_code) as weight, method, grade, extract_id
    from shared order by from_type, from_code, to_code"""


def converted(connection: duckdb.DuckDBPyConnection, conversion: str, membership: str) -> pa.Table:
    """Memberships of zones of other editions in areas, through those of 2011 zones, as ``membership``.

    A zone all of whose parts lie in one area lies in it whole: how it was shared does not matter then,
    and its figures are no estimates for that area.

    Parameters
    ----------
    conversion, membership
        Queries for ``block_conversion`` and for memberships of 2011 data zones.
    """
    rows = connection.sql(f"""
        select c.from_type as block_type, c.from_code as block_code, m.area_type, m.area_code,
            if(sum(c.weight * m.weight) > 1 - 1e-9, 1, sum(c.weight * m.weight)) as weight,
            'converted' as method, any_value(m.vintage) as vintage,
            if(sum(c.weight * m.weight) > 1 - 1e-9, max(coalesce(m.grade, 1)),
                greatest(max(c.grade), max(coalesce(m.grade, 1)))) as grade,
            sum(c.weight * m.weight) <= 1 - 1e-9 or coalesce(bool_or(m.estimated), false) as estimated,
            any_value(c.extract_id) as extract_id
        from ({conversion}) c join ({membership}) m on m.block_type = c.to_type and m.block_code = c.to_code
        group by all order by area_type, area_code, block_type, block_code""").to_arrow_table()
    return _in_contract(MEMBERSHIP, rows)


# --- codes that changed ---------------------------------------------------------------------------


def code_changes(connection: duckdb.DuckDBPyConnection, supplied: str | None = None) -> pa.Table:
    """Every change of a code that the project or an extract knows, as ``code_change``.

    Where both tell of a code, the extract is taken: it may be newer.
    """
    connection.register("vintage_known", known_code_changes())
    columns = ", ".join(CODE_CHANGE.schema.names)
    own = f"select distinct on (area_type, old_code) {columns} from ({supplied}) order by area_type, old_code, new_code"
    rows = connection.sql(f"""
        with given as ({own if supplied else "from vintage_known where false"})
        from given union all by name (from vintage_known anti join given using (area_type, old_code))
        order by area_type, old_code""").to_arrow_table()
    return _in_contract(CODE_CHANGE, rows)


def _families(changes: str, areas: str | None) -> str:
    """SQL for ``heir``: the code in use (``heir_code``) that each changed code stands for.

    That is the last code of its line; or, where the areas in use are given and hold an older one, the
    latest that they hold. A change of later date follows one of an earlier date, so no circle can form.
    """
    in_use = f"select distinct area_type, area_code from ({areas})" if areas else "select area_type, code from latest"
    return f"""
        change as (select area_type, old_code, new_code, changed from ({changes})),
        line(area_type, code, later, changed) as (
            select area_type, old_code, new_code, changed from change
            union
            select l.area_type, l.code, c.new_code, c.changed
            from line l join change c on c.area_type = l.area_type and c.old_code = l.later and c.changed > l.changed),
        heading as (select area_type, code, arg_max(later, changed) as code_now from line group by all),
        latest as (select distinct area_type, code_now as code from heading),
        family as (
            select area_type, code_now as family, code, coalesce((select max(c.changed) from change c
                where c.area_type = h.area_type and c.new_code = h.code), date '1900-01-01') as began from heading h
            union all
            select area_type, code, code, date '9999-12-31' from latest),
        used(area_type, code) as ({in_use}),
        chosen as (
            select area_type, family, arg_max(code, began) as heir_code from family semi join used
            using (area_type, code) group by all),
        heir as (select area_type, code, heir_code from family join chosen using (area_type, family))"""


def recoded(connection: duckdb.DuckDBPyConnection, changes: str, areas: str | None = None) -> pa.Table:
    """The same areas under other codes, as rows of ``membership``: figures under an old code count for today's.

    Parameters
    ----------
    changes
        Query for ``code_change``. Lines of several changes are followed to their end.
    areas
        Query for the codes in use (area_type, area_code). Codes whose line leads to none of them are
        left out; where an older code is in use, newer ones stand for it. Without it the latest is used.
    """
    kept = "anti join used using (area_type, code)" if areas else "where code <> heir_code"
    rows = connection.sql(f"""
        with recursive {_families(changes, areas)}
        select distinct area_type as block_type, code as block_code, area_type, heir_code as area_code,
            1.0 as weight, 'recoded' as method, 1 as grade, false as estimated, '' as extract_id
        from heir {kept} order by area_type, area_code, block_code""").to_arrow_table()
    return _in_contract(MEMBERSHIP, rows)


# --- boundaries that moved ------------------------------------------------------------------------


def boundary_changes(
    connection: duckdb.DuckDBPyConnection,
    area_type: str,
    editions: Mapping[str, str],
    population: str | None = None,
    block_type: str = USUAL,
) -> pa.Table:
    """Blocks that two editions of an area system place differently, as ``boundary_change``.

    Parameters
    ----------
    editions
        By the edition's name, oldest first, a query that gives ``block_code``, ``area_code`` (null, or
        ending in OUT, for a block in no area) and ``area_name``: one row a block. Each edition is
        compared with the one before.
    population
        Query for population by block; the latest year counts.

    Notes
    -----
    Areas are compared by their blocks. Two areas with at least 95% of their blocks in common, either
    way, are one area; if it has another name, it was renamed. An area was split where at least 95% of
    it went to several areas that are made of nothing else (up to 5%), and areas were merged where it
    is so the other way round. Any other block that changed its area was moved. A block that an edition
    does not mention is taken to lie in no area, unless that edition says nothing at all of its partnership (the
    area's code before the slash): then there is nothing to compare.
    """
    _people(connection, population, block_type)
    found = [
        connection.sql(_compared(older, newer, editions, area_type, block_type)).to_arrow_table()
        for older, newer in pairwise(editions)
    ]
    return _in_contract(BOUNDARY_CHANGE, pa.concat_tables(found) if found else BOUNDARY_CHANGE.schema.empty_table())


def _compared(older: str, newer: str, editions: Mapping[str, str], area_type: str, block_type: str) -> str:
    """SQL for the changes between two editions."""
    return f"""
        with old as ({_placed(editions[older])}), new as ({_placed(editions[newer])}),
        block as (
            select block_code, old.code as was, new.code as is_now
            from old full join new using (block_code)
            where (old.block_code is not null or new.realm in (select realm from old where code is not null))
              and (new.block_code is not null or old.realm in (select realm from new where code is not null))),
        pair as (
            select was, is_now, n, n / sum(n) over (partition by was) as share_of_old,
                n / sum(n) over (partition by is_now) as share_of_new
            from (select was, is_now, count(*) as n from block group by all)),
        divided as (
            select was from pair where was is not null group by was
            having count(*) filter (is_now is not null and share_of_new >= {NEARLY_ALL}) > 1
               and sum(share_of_old) filter (is_now is not null and share_of_new >= {NEARLY_ALL}) >= {NEARLY_ALL}),
        joined as (
            select is_now from pair where is_now is not null group by is_now
            having count(*) filter (was is not null and share_of_old >= {NEARLY_ALL}) > 1
               and sum(share_of_new) filter (was is not null and share_of_old >= {NEARLY_ALL}) >= {NEARLY_ALL}),
        named as (
            select b.block_code, b.was, b.is_now, share_of_old, share_of_new,
                coalesce(o.name, b.was) as old_name, coalesce(n.name, b.is_now) as new_name
            from block b join pair p on p.was is not distinct from b.was and p.is_now is not distinct from b.is_now
            left join (select code, any_value(name) as name from old group by code) o on o.code = b.was
            left join (select code, any_value(name) as name from new group by code) n on n.code = b.is_now
            where b.was is distinct from b.is_now),
        told as (
            select *, case when was is null or is_now is null then 'moved'
                when share_of_old >= {NEARLY_ALL} and share_of_new >= {NEARLY_ALL} then
                    if(old_name = new_name, 'same', 'renamed')
                when share_of_new >= {NEARLY_ALL} and was in (from divided) then 'split'
                when share_of_old >= {NEARLY_ALL} and is_now in (from joined) then 'merged'
                else 'moved' end as kind
            from named)
        select '{quoted(area_type)}' as area_type, '{quoted(block_type)}' as block_type, block_code,
            '{quoted(older)}' as from_edition, '{quoted(newer)}' as to_edition, was as from_area, is_now as to_area,
            kind, persons, case when was is null then 'came into ' || new_name || '; it was in no area'
                when is_now is null then 'left ' || old_name || '; it is in no area'
                when kind = 'renamed' then old_name || ' is now called ' || new_name
                when kind = 'split' then old_name || ' was divided; this part is ' || new_name
                when kind = 'merged' then old_name || ' became part of ' || new_name
                else 'went from ' || old_name || ' to ' || new_name end as note
        from told left join vintage_people using (block_code) where kind <> 'same'
        order by from_area, block_code"""


def _placed(edition: str) -> str:
    """SQL for where an edition places each block, and which partnership that is in."""
    return f"""
        select block_code, if(area_code = '{OUT}' or area_code like '%/{OUT}', null, area_code) as code,
            area_name as name, if(contains(area_code, '/'), split_part(area_code, '/', 1), '') as realm
        from ({edition})"""


def trend_breaks(
    connection: duckdb.DuckDBPyConnection,
    changes: str,
    moved: pa.Table | None = None,
    dates: Mapping[str, date] | None = None,
    areas: str | None = None,
) -> pa.Table:
    """Days on which the figures of an area stop being comparable, as ``trend_break``.

    Parameters
    ----------
    changes
        Query for ``code_change``. A redrawn boundary breaks the trend of the code in use today, however
        many changes ago it was.
    moved
        ``boundary_change``; blocks that were moved, split or merged break the trends of the areas that
        they left and came to. A new name breaks nothing.
    dates
        First day of each edition that is named in ``moved``. An edition without a day gives no break.
    areas
        Query for the codes in use (area_type, area_code); others are left out.
    """
    days = dates or {}
    connection.register("vintage_moved", moved if moved is not None else BOUNDARY_CHANGE.schema.empty_table())
    connection.register("vintage_day", pa.table({
        "to_edition": pa.array(list(days), pa.string()), "broken": pa.array(list(days.values()), pa.date32()),
    }))  # fmt: skip
    known = f"where (area_type, area_code) in (select (area_type, area_code) from ({areas}))" if areas else ""
    rows = connection.sql(f"""
        with recursive {_families(changes, areas)},
        redrawn as (
            select c.area_type, heir_code as area_code, c.changed as broken,
                coalesce(note, 'Its boundary moved when the code ' || new_code || ' replaced ' || old_code || '.')
                    as reason
            from ({changes}) c join heir h on h.area_type = c.area_type and h.code = c.old_code
            where kind = 'redrawn'),
        move as (from vintage_moved join vintage_day using (to_edition) where kind <> 'renamed'),
        side as (
            select *, to_area as area_code, true as came from move where to_area is not null union all
            select *, from_area, false from move where from_area is not null),
        counted as (
            select area_type, area_code, broken, {_counted("came")} as came, {_counted("not came")} as went
            from side group by area_type, area_code, broken),
        redivided as (
            select area_type, area_code, broken, 'Its boundary moved: ' || concat_ws('; ',
                came || ' came in', went || ' went to other areas') || '.' as reason
            from counted)
        select area_type, area_code, broken, string_agg(distinct reason, ' ' order by reason) as reason
        from (from redrawn union all by name from redivided) {known}
        group by all order by area_type, area_code, broken""").to_arrow_table()
    return _in_contract(TREND_BREAK, rows)


def _counted(which: str) -> str:
    """SQL for blocks and their people in words; null where there are none."""
    chosen = f"filter ({which})"
    named = "if(bool_and(block_type like 'data_zone%'), 'data zone', 'block')"
    return f"""case when count(*) {chosen} > 0 then
        format('{{:,}} {{}}{{}}', count(*) {chosen}, {named}, if(count(*) {chosen} = 1, '', 's')) ||
        coalesce(format(' with {{:,}} people', round(sum(persons) {chosen})::bigint), '') end"""


def _in_contract(contract: TableContract, rows: pa.Table) -> pa.Table:
    return conform(contract, {name: rows[name] for name in rows.column_names}, rows.num_rows)
