"""How the present locality profiles print a number and word a difference: reproduced, faults and all.

Nothing here is used for our own pages. What is wrong with it is said where it is set beside ours.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal


def half_up(value: float, decimals: int) -> str:
    """A number rounded half up, with commas, as in the present tables.

    >>> half_up(2.345, 2), half_up(1234.5, 0), half_up(-0.5, 0)
    ('2.35', '1,235', '-1')
    """
    return f"{Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,f}"


def in_text(value: float) -> str:
    """A number in running text there: 2 decimals below 1, 1 below 100, else none.

    >>> in_text(0.456), in_text(12.34), in_text(1234.5)
    ('0.46', '12.3', '1,235')
    """
    size = abs(value)
    return half_up(value, 2 if size < 1 else 1 if size < 100 else 0)


def article(number: str) -> str:
    """'an' where the number begins with 8 or 18, else 'a': so it is 'a 11%' and 'an 180%' there.

    >>> article("8.4"), article("18"), article("11"), article("180")
    ('an', 'an', 'a', 'an')
    """
    return "an" if number.startswith(("8", "18")) else "a"


def against_country(value: float | None, country: float | None) -> str:
    """'higher' or 'lower' than Scotland by the plain numbers, whatever chance allows: what is equal reads 'lower'.

    >>> against_country(3, 2), against_country(2, 3), against_country(2, 2), against_country(None, 2)
    ('higher', 'lower', 'lower', '')
    """
    if value is None or country is None:
        return ""
    return "higher" if value > country else "lower"


def change(old: float | None, new: float | None) -> str:
    """The change there: without a sign, to one decimal, and 'Inf' where the first year is nought.

    >>> change(40, 30), change(8, 8.9), change(50, 50), change(0, 5)
    ('a 25.0% decrease', 'an 11.3% increase', 'a 0.0% change', 'a Inf% increase')
    """
    if old is None or new is None:
        return ""
    word = "change" if math.isclose(old, new, rel_tol=1.5e-8) else "increase" if new > old else "decrease"
    share = half_up(abs(new - old) / abs(old) * 100, 1) if old else "NaN" if new == 0 else "Inf"
    return f"{article(share)} {share}% {word}"
