"""Which partnership, board, country and locality each area belongs to: what it is compared with follows from that."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from locality_profiles.tables.curated import OUT

LARGER = ("hscp", "health_board", "country")


def placed(code: str) -> str:
    """SQL: the code is an area's, not that of what lies in no area."""
    return f"{code} <> '{OUT}' and not ends_with({code}, '/{OUT}')"


def homes(connection: duckdb.DuckDBPyConnection, area_types: Sequence[str]) -> None:
    """Tables ``shared`` and ``home``: how much of an area lies in each larger one, and the one that it counts to.

    Needs the views ``membership`` and ``area_overlap``. An area that lies whole in a partnership, board or country
    belongs there; another belongs where most of its people live. Where nothing tells its board or country, its
    partnership's are taken. A board belongs to no partnership, and a country to nothing.
    """
    connection.execute(
        f"""
        create temp table whole_in as
        select block_type as area_type, block_code as area_code, area_type as in_type, area_code as in_code
        from membership where block_type in (select unnest($1)) and area_type in {LARGER}
          and weight > 1 - 1e-9 and block_type <> area_type and {placed("area_code")}""",
        [[*area_types, "hscp"]],
    )
    connection.execute(
        f"""
        create temp table shared as
        select * from (
            select area_type, area_code, other_type, other_code, blocks,
                coalesce(share_of_area, blocks / sum(blocks) over (partition by area_type, area_code, other_type))
                    as share
            from area_overlap
            where area_type in (select unnest($1)) and other_type in {("locality", *LARGER)})
        where {placed("other_code")}""",
        [list(area_types)],
    )
    connection.execute(
        f"""
        create temp table home as
        select area_type, area_code, in_type, in_code from (
            select *, 0 as turn, 1.0 as share, 0 as blocks from whole_in where area_type in (select unnest($1))
            union all
            select area_type, area_code, other_type, other_code, 1, share, blocks from shared
            where other_type in {LARGER} and area_type <> other_type)
        qualify row_number() over (partition by area_type, area_code, in_type
                                   order by turn, share desc, blocks desc, in_code) = 1""",
        [list(area_types)],
    )
    connection.execute(
        """
        insert into home
        select h.area_type, h.area_code, w.in_type, w.in_code
        from home h join whole_in w on w.area_type = h.in_type and w.area_code = h.in_code
        anti join home own
          on own.area_type = h.area_type and own.area_code = h.area_code and own.in_type = w.in_type
        where h.in_type = 'hscp'"""
    )
    connection.execute(
        f"""
        delete from home
        where list_position({list(LARGER)!r}, area_type) >= list_position({list(LARGER)!r}, in_type)"""
    )
