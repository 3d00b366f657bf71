"""The tables of places as pages need them: area systems, their fit, overlaps, changes, and the register.

All of them may be missing from a release. What lies in no area of a system is never an area here; in
overlaps it stands under the code OUT.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.periods import period_label
from locality_profiles.publish.edition import Edition
from locality_profiles.publish.reading import AreaKey, Overlap
from locality_profiles.tables.curated import AREA_SYSTEM, OUT
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb

#: The edition of data zones that areas are made of; memberships of others are conversions.
BLOCK = "data_zone_2011"
#: Overlaps are told where the shared people are at least this share of either area's.
LEAST_SHARE = 0.01
#: Areas of another system that one area's overlaps name; the others are counted.
MOST_OVERLAPS = 12
#: In place of what a system was made from: nobody declared it, the data-zone lookup has it.
OF_THE_LOOKUP = "data_zone_lookup"


@dataclass(frozen=True)
class AreaSystems:
    """What the tables of places tell. All is empty in a release that has none of them."""

    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By area type: its row of ``area_system``, or what ``membership`` tells of a kind that has none."""
    fits: dict[AreaKey, dict[str, Any]] = field(default_factory=dict)
    links: list[dict[str, Any]] = field(default_factory=list)
    overlaps: dict[AreaKey, list[Overlap]] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    """One row for all blocks that went the same way between two editions, with their ``codes``."""
    breaks: list[dict[str, Any]] = field(default_factory=list)
    register: list[dict[str, Any]] = field(default_factory=list)

    @property
    def people_year(self) -> str:
        """Whose people overlaps and fit count: 'mid-2022'; empty where it is not known."""
        years = {told["population_year"] for told in self.told.values()} - {None}
        if not years:
            return ""
        day = date(max(years), 6, 30)
        return period_label("mid_year", day, day)


def read_systems(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], about: Edition) -> AreaSystems:
    """Everything that the tables of places tell."""
    fits = _rows(connection, tables, "area_fit", "order by area_type, area_code")
    return AreaSystems(
        told=_read_told(connection, tables, about.profiled),
        fits={(row["area_type"], row["area_code"]): row for row in fits},
        links=_rows(connection, tables, "system_link", "order by child_type, parent_type"),
        overlaps=read_overlaps(connection, tables, about.profiled),
        changes=_rows(
            connection, tables, "boundary_change", "group by all order by all",
            "area_type, from_edition, to_edition, from_area, to_area, kind, any_value(note) as note, "
            "count(*) as blocks, if(count(*) = count(persons), sum(persons), null) as persons, "
            "list(block_code order by block_code) as codes",
        ),
        breaks=_rows(connection, tables, "trend_break", "order by area_type, broken, area_code"),
        register=_rows(connection, tables, "locality_register", "order by partnership, locality"),
    )  # fmt: skip


def _read_told(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], profiled: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Profiled systems in their order, then the others."""
    if "area_system" not in tables:
        return {}
    told = {row["area_type"]: row for row in _rows(connection, tables, "area_system", "order by area_type")}
    others = [kind for kind in profiled if kind not in told]
    told |= {row["area_type"]: row for row in _from_membership(connection, tables, others)}
    return {kind: told[kind] for kind in dict.fromkeys([*profiled, *told]) if kind in told}


def _rows(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], table: str, rest: str, columns: str = "*"
) -> list[dict[str, Any]]:
    """The rows of a table that may be missing, as dictionaries."""
    if table not in tables:
        return []
    found = connection.execute(f"select {columns} from {relation(tables[table])} {rest}")
    return _dictionaries(found)


def _dictionaries(found: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _from_membership(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], kinds: Sequence[str]
) -> list[dict[str, Any]]:
    """What the memberships tell of kinds of area that nobody declared: those of the data-zone lookup."""
    found = connection.execute(
        f"""select area_type, '{OF_THE_LOOKUP}' as origin, mode(method) as method, max(grade) as grade,
            count(distinct area_code) filter ({_placed("area_code")}) as areas,
            count(distinct block_code) filter ({_placed("area_code")}) as blocks,
            count(distinct block_code) filter (weight < 1) as blocks_split
        from {relation(tables["membership"])} where block_type = '{BLOCK}' and list_contains(?, area_type)
        group by area_type""",
        [list(kinds)],
    )
    unknown = dict.fromkeys(column.name for column in AREA_SYSTEM.columns)
    return [unknown | row for row in _dictionaries(found)]


def _placed(code: str) -> str:
    """SQL: the code is an area's, not that of what lies in no area."""
    return f"not {_left_over(code)}"


def _left_over(code: str) -> str:
    return f"({code} = '{OUT}' or ends_with({code}, '/{OUT}'))"


def read_overlaps(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], profiled: Sequence[str]
) -> dict[AreaKey, list[Overlap]]:
    """The overlaps of every profiled area with the areas of every other profiled kind.

    Those that share most people come first, what lies in no area last. Of each kind at most
    ``MOST_OVERLAPS`` are named; one row more counts the others.
    """
    if "area_overlap" not in tables:
        return {}
    found = connection.execute(
        f"""with pair as (
                select area_type, area_code, other_type,
                    if({_left_over("other_code")}, '{OUT}', other_code) as other_code,
                    sum(blocks) as blocks, sum(persons) as persons, sum(share_of_area) as share_of_area,
                    if(bool_or({_left_over("other_code")}), null, sum(share_of_other)) as share_of_other
                from {relation(tables["area_overlap"])}
                where list_contains($1, area_type) and list_contains($1, other_type) and {_placed("area_code")}
                group by all),
            ranked as (
                select *, row_number() over (
                    partition by area_type, area_code, other_type
                    order by other_code = '{OUT}' desc, persons desc nulls last, blocks desc, other_code) as place
                from pair where coalesce(greatest(share_of_area, share_of_other), 1) >= {LEAST_SHARE}),
            told as (
                select * exclude (place, blocks), 1 as areas from ranked where place <= {MOST_OVERLAPS}
                union all by name
                select area_type, area_code, other_type, sum(persons) as persons, sum(share_of_area) as share_of_area,
                    count(*) as areas
                from ranked where place > {MOST_OVERLAPS} group by all)
        select area_type, area_code, other_type, other_code, persons, share_of_area, share_of_other, areas from told
        order by area_type, area_code, list_position($1, other_type), other_code is null, other_code = '{OUT}',
            persons desc nulls last, other_code""",
        [list(profiled)],
    ).fetchall()
    return {area: [Overlap(*row[2:]) for row in rows] for area, rows in groupby(found, itemgetter(0, 1))}
