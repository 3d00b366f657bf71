"""Dividing whole pence in SQL, so that the parts add up to the whole exactly.

Method: the largest remainder, as in ``statistics.placing``, for many divisions at once. Quotients and remainders are
whole numbers of 128 bits; nothing is a fraction of a penny out.
"""

from __future__ import annotations


def divided(rows: str, of: str, order: str) -> str:
    """SQL of rows with their ``part`` of an amount, in proportion to their weights.

    Parameters
    ----------
    rows : str
        SQL with columns ``amount`` (whole; the same in all rows of one division) and ``weight`` (whole, at least 0).
    of : str
        Columns that tell one division from another.
    order : str
        Columns that decide between equal remainders: who stands first gets the penny.

    Returns
    -------
    str
        The rows with ``part``. Over one division parts add up to the amount; a weight of 0 gets nothing. Where all
        weights are 0 there is nothing to divide by, and ``part`` is empty.
    """
    return f"""
        select * exclude (_total, _whole, _left),
            (sign(amount) * (_whole + if(row_number() over (partition by {of} order by _left desc, {order})
                <= abs(amount) - sum(_whole) over (partition by {of}), 1, 0)))::bigint as part
        from (
            select *, abs(amount)::hugeint * weight // nullif(_total, 0) as _whole,
                abs(amount)::hugeint * weight % nullif(_total, 0) as _left
            from (select *, sum(weight) over (partition by {of}) as _total from ({rows})))"""


def scaled(rows: str, of: str, order: str) -> str:
    """SQL of rows with ``part``: each amount times one ratio, rounded so that the sum is the scaled sum, rounded.

    Parameters
    ----------
    rows : str
        SQL with columns ``amount`` (whole pence, of any sign; empty for none), ``times`` and ``over`` (whole and above
        0, the same in all rows of one sum; empty where the ratio is not known).
    of : str
        Columns that tell one sum from another.
    order : str
        Columns that decide between equal remainders.

    Returns
    -------
    str
        The rows with ``part``: empty where the amount or the ratio is. The sum of the parts is the sum of the amounts
        times the ratio, to the nearest penny and halves up, and depends on nothing but that sum.
    """
    return f"""
        select * exclude (_low, _left),
            (_low + if(row_number() over (partition by {of} order by _left desc nulls last, {order})
                <= {_floor("(2 * sum(amount) over sums * times + over)", "(2 * over)")} - sum(_low) over sums, 1, 0)
            )::bigint as part
        from (
            select *, {_floor("amount::hugeint * times", "over")} as _low,
                amount::hugeint * times - {_floor("amount::hugeint * times", "over")} * over as _left
            from ({rows}))
        window sums as (partition by {of})"""


def _floor(number: str, by: str) -> str:
    """SQL of a whole quotient rounded down; DuckDB's own goes towards nought."""
    return f"(({number}) // {by} - if(({number}) % {by} < 0, 1, 0))"
