"""Small numbers of people, left out before a table is written.

A number below its threshold is left out. Where it is the only one that is left out among the areas or classes that
make up a whole, it could be found by subtraction: so the next smallest is left out as well.
"""

from __future__ import annotations

from collections.abc import Sequence

TOO_FEW = "Fewer people than may be told."
BESIDE = "Left out so that a smaller number beside it cannot be found by subtraction."


def with_hidden(query: str, people: str, threshold: str, within: Sequence[str], order: Sequence[str]) -> str:
    """SQL: the rows of a query with ``hidden``, the reason for which a number is left out; empty where it is not.

    Parameters
    ----------
    query : str
        SQL of rows.
    people, threshold : str
        SQL of the number of people and of the least that may be told. A number that is not known is not hidden.
    within : sequence of str
        Columns of a whole whose parts the rows are.
    order : sequence of str
        Columns that tell which of two equal numbers is left out.
    """
    whole, turn = ", ".join(within), ", ".join(order)
    return f"""
        select * exclude (few, fews, turn),
            case when few then '{TOO_FEW}' when fews = 1 and turn = 2 and {people} is not null then '{BESIDE}' end
                as hidden
        from (
            select *, count(*) filter (few) over (partition by {whole}) as fews,
                row_number() over (partition by {whole} order by few desc, {people} nulls last, {turn}) as turn
            from (select *, coalesce({people} < {threshold}, false) as few from ({query})))"""
