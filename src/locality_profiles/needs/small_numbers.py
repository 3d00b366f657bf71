"""Small numbers of people, left out before a table is written.

A number below its threshold is left out. Where it is the only one that is left out among the areas or classes that
make up a whole, it could be found by subtraction: so the next smallest is left out as well. Which of the two was the
small one is not told.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

LEFT_OUT = "Left out: it, or another that could be found from it by subtraction, is too small to be told."


def with_hidden(query: str, few: str, people: str, within: Sequence[str], order: Sequence[str]) -> str:
    """SQL: the rows of a query with ``hidden``, whether a number is left out.

    Parameters
    ----------
    query : str
        SQL of rows.
    few, people : str
        SQL of whether a number may not be told, and of the number. One that is not known is never hidden.
    within : sequence of str
        Columns of a whole whose parts the rows are.
    order : sequence of str
        Columns that tell which of two equal numbers is left out.
    """
    whole, turn = ", ".join(within), ", ".join(order)
    return f"""
        select * exclude (few, fews, turn), {people} is not null and (few or (fews = 1 and turn = 2)) as hidden
        from (
            select *, count(*) filter (few) over (partition by {whole}) as fews,
                row_number() over (partition by {whole} order by few desc, {people} nulls last, {turn}) as turn
            from (select *, coalesce({few}, false) as few from ({query})))"""


def hide_both_ways(
    connection: duckdb.DuckDBPyConnection, table: str, people: str, wholes: Sequence[tuple[Sequence[str], str]]
) -> None:
    """Hide in ``table``, which has ``least`` and gets ``hidden``, until no whole of any kind has one number left out.

    What is left out of one kind of whole may stand alone in another, so each is looked at until nothing changes; it
    ends, since every round leaves out more.

    Parameters
    ----------
    connection
        With the table.
    table, people : str
        Its name, and the column of the number.
    wholes
        Each kind of whole: the columns that tell one, and the column that tells its parts.
    """
    connection.execute(f"create or replace temp table {table} as "
                       f"select *, coalesce({people} < least, false) as hidden from {table}")  # fmt: skip
    before = -1
    while (hidden := _number(connection, f"select count(*) from {table} where hidden")) != before:
        before = hidden
        for within, part in wholes:
            rows = f"select * rename (hidden as out) from {table}"
            query = with_hidden(rows, "out", people, within, (part,))
            connection.execute(f"create or replace temp table {table} as select * exclude (out) from ({query})")


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    ((number,),) = connection.execute(query).fetchall()
    return int(number)
