"""Several area systems of the same people: how they overlap, which nests in which, and who is registered there.

All questions are asked of the building blocks. A block that a system splits has a share in each of its
areas; what lies in no area of a system stands under a code that ends in OUT and takes part, so that it
stays visible.

Every function takes relations as DuckDB knows them: the name of a table or view, or a query.

``membership``   block_type, block_code, area_type, area_code, weight (one row per block and area)
``people``       block_code, persons (residents of the latest mid-year that every block has)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from locality_profiles.periods import snapshot
from locality_profiles.tables.contract import TableContract
from locality_profiles.tables.curated import AREA_OVERLAP, LIST_INFLATION, OUT, SYSTEM_LINK

BLOCK = "data_zone_2011"

#: A block is held whole from this share on: shares are sums of fractions.
WHOLE = 1 - 1e-9

#: How many areas a note lists before it says how many more there are.
SHOWN = 10

#: Whether a code stands for what lies in no area.
_IS_OUT = f"({{code}} = '{OUT}' or ends_with({{code}}, '/{OUT}'))"

#: Blocks in areas of the systems that are asked for, with their people; no people at all where none are given.
_MEMBER = f"""
    people as (select block_code as zone, persons from {{people}}),
    member as (
        select area_type, area_code, block_code, weight, persons, {_IS_OUT.format(code="area_code")} as is_out
        from {{membership}} left join people on zone = block_code
        where block_type = '{BLOCK}' and weight > 0 and list_contains($systems, area_type))"""

#: People to a millionth, so that the order in which they are added does not show; empty where any is not known.
_PEOPLE = "if(count(*) = count({persons}), round(sum({persons} * {share}), 6), null)"


def _relation(query: str) -> str:
    """A query as it stands behind 'from'; a name as it is."""
    return query if query.replace("_", "").replace(".", "").replace('"', "").isalnum() else f"({query})"


def _member(membership: str, people: str) -> str:
    people = people or "select '' as block_code, null::double as persons where false"
    return _MEMBER.format(membership=_relation(membership), people=_relation(people))


def _fetch(connection: duckdb.DuckDBPyConnection, contract: TableContract, query: str, **values: object) -> pa.Table:
    """The answer in the form of a contract."""
    names = contract.schema.names
    order = ", ".join(f'"{name}"' for name in contract.key)
    found = connection.sql(f"select {', '.join(names)} from ({query}) order by {order}", params=values)
    return found.to_arrow_table().cast(contract.schema)


# --- overlaps -------------------------------------------------------------------------------------


def area_overlaps(
    connection: duckdb.DuckDBPyConnection, membership: str, people: str, systems: Sequence[str]
) -> pa.Table:
    """Every pair of areas of different systems that share blocks, as table ``area_overlap``.

    One row is an ordered pair; each pair stands twice, with the same blocks and persons.

    Notes
    -----
    ``persons`` is the sum over blocks of their people times the block's share in the one area times its
    share in the other. Where at most one of the two systems splits a block, that is what the shares say.
    Where both split it, it is an estimate: the shares are taken to be independent, as if each part of the
    block were spread evenly over the other system's parts. Whatever the splits, an area's overlaps with
    one system add up to the area's people, because the shares of a block over a system add up to one.

    A block without people counts among ``blocks``. Where the people of any shared block are not known,
    neither are the pair's. Shares of an area without people are empty.
    """
    query = f"""
        with {_member(membership, people)},
        total as (
            select area_type, area_code, {_PEOPLE.format(persons="persons", share="weight")} as people
            from member group by all),
        pair as (
            select a.area_type, a.area_code, b.area_type as other_type, b.area_code as other_code,
                count(*) as blocks, {_PEOPLE.format(persons="a.persons", share="a.weight * b.weight")} as persons
            from member a join member b on b.block_code = a.block_code and b.area_type > a.area_type
            group by all),
        both_ways as (
            select area_type, area_code, other_type, other_code, blocks, persons from pair union all
            select other_type, other_code, area_type, area_code, blocks, persons from pair)
        select o.*, persons / nullif(t.people, 0) as share_of_area, persons / nullif(u.people, 0) as share_of_other
        from both_ways o join total t using (area_type, area_code)
        join total u on u.area_type = o.other_type and u.area_code = o.other_code"""
    return _fetch(connection, AREA_OVERLAP, query, systems=list(systems))


# --- links between systems ------------------------------------------------------------------------

#: Each pair of systems once, as child and parent, with the blocks that both place in an area. A block of the
#: child that its parent holds whole has ``held``.
_SHARED = f"""
    inside as (select * from member where not is_out),
    shared as (
        select a.area_type as child_type, b.area_type as parent_type, a.area_code as child_code,
            b.area_code as parent_code, a.block_code, a.weight, a.persons * a.weight as child_persons,
            a.persons * a.weight * b.weight as persons, b.weight >= {WHOLE!r} as held
        from inside a join inside b on b.block_code = a.block_code and b.area_type <> a.area_type),
    size as (
        select child_type, parent_type, count(distinct child_code) as children, count(distinct parent_code) as parents
        from shared group by all),
    in_parent as (
        select child_type, parent_type, child_code, parent_code, count(*) as blocks, bool_and(held) as held,
            if(count(*) = count(persons), sum(persons), null) as persons
        from shared group by all),
    extent as (
        select child_type, parent_type, child_code, sum(child_persons) as persons, count(*) as blocks
        from (select distinct child_type, parent_type, child_code, block_code, child_persons from shared) group by all),
    child as (
        select p.child_type, p.parent_type, p.child_code, arg_max(p.parent_code, p.blocks) as parent_code,
            count(*) = 1 and bool_and(p.held) as nested,
            if(count(*) = count(p.persons), max(p.persons), null) as in_largest, any_value(e.persons) as persons
        from in_parent p join extent e using (child_type, parent_type, child_code) group by all),
    direction as (
        select s.child_type, s.parent_type, any_value(children) as children, any_value(parents) as parents,
            count(*) filter (nested) as nested
        from size s join child using (child_type, parent_type) group by all),
    link as (
        select d.* from direction d join direction r on r.child_type = d.parent_type and r.parent_type = d.child_type
        where d.children > r.children
           or (d.children = r.children and (d.nested, r.child_type) > (r.nested, d.child_type)))"""


def system_links(
    connection: duckdb.DuckDBPyConnection, membership: str, people: str, systems: Sequence[str]
) -> pa.Table:
    """Which system nests in which, as table ``system_link``: one row for each pair that shares blocks.

    Notes
    -----
    Only the blocks count that both systems place in an area: a system of one partnership is compared
    with the part of the country that it covers. On that common ground the smaller kind is the one with
    more areas; of two that have equally many, the one of which more areas nest in the other, then the one
    whose name comes first.

    A smaller area is nested where one larger area holds all its blocks there whole (a share of 1, to
    within a billionth). If the larger system splits a block of it, it is not nested, even where the
    smaller one splits the block as well: shares do not tell whether the two cut it along one line.
    """
    query = f"""
        with {_member(membership, people)}, {_SHARED}
        select child_type, parent_type,
            case when link.nested = children then 'nested' when link.nested > 0 then 'partly_nested'
                else 'not_nested' end as relation,
            children as areas, link.nested as nested_areas,
            if(count(*) = count(in_largest), round(sum(in_largest) / nullif(sum(persons), 0), 9), null)
                as share_in_largest
        from link join child using (child_type, parent_type) group by all"""
    return _fetch(connection, SYSTEM_LINK, query, systems=list(systems))


#: One smaller area and the one larger area, of a larger system, that holds it whole.
PARENTS = pa.schema([
    ("area_type", pa.string()), ("area_code", pa.string()), ("parent_type", pa.string()), ("parent_code", pa.string()),
])  # fmt: skip


@dataclass(frozen=True)
class Parents:
    """Parents as the blocks have them (``PARENTS``), and what declared parents are wrong about."""

    found: pa.Table
    notes: tuple[str, ...]


def checked_parents(
    connection: duckdb.DuckDBPyConnection, membership: str, areas: str, systems: Sequence[str]
) -> Parents:
    """The parent of every area in each larger system that it nests in, and declared parents that do not hold it.

    Parameters
    ----------
    areas
        Relation of table ``area``: area_type, area_code, area_name, parent_type, parent_code.

    Notes
    -----
    A declared parent is checked on all blocks of the area, not only on common ground: what the parent
    does not place lies outside it. A data zone is its own only block. Areas without blocks, and parents
    of a kind that places no block, cannot be checked; what lies in no area has no parent to hold it.
    """
    found = connection.sql(
        f"""with {_member(membership, "")}, {_SHARED}
            select child_type as area_type, child_code as area_code, parent_type, parent_code
            from child join link using (child_type, parent_type) where child.nested order by all""",
        params={"systems": list(systems)},
    ).to_arrow_table()
    wrong = connection.execute(
        f"""with membership as (
                select area_type, area_code, block_code, weight from {_relation(membership)}
                where block_type = '{BLOCK}' and weight > 0),
            placed as (
                select area_type, area_code, block_code from membership where area_type <> '{BLOCK}' union all
                select area_type, area_code, area_code from {_relation(areas)} where area_type = '{BLOCK}'),
            declared as (
                select area_type, area_code, area_name, parent_type, parent_code from {_relation(areas)}
                where parent_code is not null and parent_type in (select area_type from membership)
                  and not {_IS_OUT.format(code="area_code")}),
            checked as (
                select d.*, count(*) as blocks,
                    count(*) filter (coalesce(m.weight, 0) < {WHOLE!r}) as elsewhere,
                    min(p.block_code) filter (coalesce(m.weight, 0) < {WHOLE!r}) as example
                from declared d join placed p using (area_type, area_code)
                left join membership m on m.block_code = p.block_code
                    and m.area_type = d.parent_type and m.area_code = d.parent_code
                group by all)
            select area_type, parent_type, area_name, area_code, parent_code, blocks, elsewhere, example
            from checked where elsewhere > 0 order by area_type, parent_type, area_code"""
    ).fetchall()
    kinds = dict.fromkeys((row[0], row[1]) for row in wrong)
    notes = tuple(
        _parents_note(area_type, parent_type, [row[2:] for row in wrong if row[:2] == (area_type, parent_type)])
        for area_type, parent_type in kinds
    )
    return Parents(found.cast(PARENTS), notes)


def _parents_note(area_type: str, parent_type: str, rows: Sequence[tuple[str, str, str, int, int, str]]) -> str:
    """One sentence on the areas of one kind whose declared parents do not hold them."""
    if area_type == BLOCK:
        listed = [f"{code} in {parent}" for _, code, parent, *_ in rows[:SHOWN]]
    else:
        listed = [
            f"{name} ({code}) in {parent}, which lacks {elsewhere:,} of its {blocks:,} data zones, such as {example}"
            for name, code, parent, blocks, elsewhere, example in rows[:SHOWN]
        ]
    more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    one = len(rows) == 1
    areas = f"1 {_words(area_type)} does" if one else f"{len(rows):,} areas of kind {_words(area_type)} do"
    said = f"{areas} not lie wholly in the {_words(parent_type)} that is said to hold {'it' if one else 'them'}"
    return f"{said}: {'; '.join(listed)}{more}"


def _words(area_type: str) -> str:
    return area_type.replace("_", " ")


# --- registered beside resident -------------------------------------------------------------------


def inflation(
    connection: duckdb.DuckDBPyConnection,
    registration: str,
    practice_shares: str,
    population: str,
    membership: str,
) -> pa.Table:
    """People on GP lists beside the people who live there, as table ``list_inflation``.

    Parameters
    ----------
    registration
        Relation of table ``registration``: block_code (the practice), period_start, sex, age_band, persons.
    practice_shares
        block_code (practice), area_type, area_code, weight, method, grade: the share of each practice's
        patients that lives in each area. Patients who live in none need a row of their own (a code that
        ends in OUT); a practice without a row counts nowhere.
    population
        block_code (data zone), year, sex, age, persons; by single year of age.
    membership
        As above: the share of each data zone in each area.

    Notes
    -----
    Registered people come through the shares of practices, residents through the shares of data zones.
    They are two counts of two groups that merely share an area, and neither is ever a part of the other:
    ``deflator`` sets them side by side and is no rate.

    Residents are of the latest mid-year on or before the day among the years that have all data zones and
    all sexes; a day before the first such year has none. They are rounded to whole people, since split
    zones leave fractions.

    A list that the publisher suppressed, for one sex or band, makes the sum of that sex or band empty in
    every area that the practice has patients in. Where practices were shared by several methods, the
    poorest is named. What lies in no area has no deflator.
    """
    return _fetch(connection, LIST_INFLATION, f"""
        with lists as (
            select block_code as practice, period_start as as_at, sex, age_band, persons
            from {_relation(registration)}),
        band as (
            select distinct age_band, if(age_band = 'all', 0, regexp_extract(age_band, '^\\d+')::integer) as youngest,
                coalesce(nullif(regexp_extract(age_band, '-(\\d+)$', 1), '')::integer, 999) as oldest
            from lists),
        spread as (
            select block_code as practice, area_type, area_code, weight, method, grade
            from {_relation(practice_shares)} where weight > 0),
        registered as (
            select area_type, area_code, as_at, sex, age_band,
                {_PEOPLE.format(persons="persons", share="weight")} as registered,
                arg_max(method, (grade, method)) as method, max(grade) as grade
            from lists join spread using (practice) group by all),
        resident as (
            select block_code, year, sex, age, persons from {_relation(population)}),
        zones as (select year, count(distinct (block_code, sex)) as parts from resident group by year),
        complete as (select year from zones where parts = (select max(parts) from zones)),
        mid_year as (
            select as_at, max(year) filter (make_date(year, 6, 30) <= as_at) as year
            from (select distinct as_at from lists) cross join complete group by as_at),
        by_zone as (
            select block_code, year, sex, age_band,
                if(count(*) = count(persons), sum(persons), null) as persons
            from resident join band on age between youngest and oldest
            where year in (select year from mid_year) group by all),
        residents as (
            select area_type, area_code, year, sex, age_band,
                round({_PEOPLE.format(persons="persons", share="weight")})::bigint as residents
            from by_zone join {_relation(membership)} m using (block_code)
            where m.block_type = '{BLOCK}' and weight > 0
              and area_type in (select area_type from spread) group by all)
        select r.area_type, r.area_code, as_at, sex, age_band, registered, residents,
            if(residents is null, null, year) as residents_year,
            if({_IS_OUT.format(code="r.area_code")}, null, residents / nullif(registered, 0)) as deflator, method, grade
        from registered r left join mid_year using (as_at)
        left join residents using (area_type, area_code, year, sex, age_band)""")  # fmt: skip


def unplaced_lists(connection: duckdb.DuckDBPyConnection, registration: str, practice_shares: str) -> tuple[str, ...]:
    """A note for each day with lists of practices that no area has a share of: closed since, most of them."""
    found = connection.execute(
        f"""select period_start, count(distinct block_code), sum(persons)::bigint from {_relation(registration)}
            where sex = 'all' and age_band = 'all' and block_code not in (
                select block_code from {_relation(practice_shares)} where weight > 0)
            group by 1 order by 1"""
    ).fetchall()
    return tuple(
        f"{practices:,} {'practice' if practices == 1 else 'practices'} with {patients or 0:,} patients on "
        f"{snapshot(day).label} {'is' if practices == 1 else 'are'} in no directory; these "
        "patients count for the partnership that their list names and for larger areas, and for no smaller one"
        for day, practices, patients in found
    )
