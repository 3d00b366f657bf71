"""Chance in SQL: every draw is a hash of who, in which year, of what and which one.

Nothing is remembered from one row to the next, so rows can be made in any order, by any number of threads and for
any slice of the people, and are the same. The hash is DuckDB's own: another version of DuckDB may make other people
of the same kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

#: The parts of the hashed number do not overlap: the person below 2^36, then the number of the event, then the year.
MOST_PEOPLE, _NUMBER, _YEAR = 2**36, 2**36, 2**46
#: Numbers of events stay below this, as the year begins above them.
MOST_EVENTS = 2**10

MONTHS = ("apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "jan", "feb", "mar")


@dataclass(frozen=True)
class Dice:
    """Draws for one seed."""

    seed: int

    def draw(self, of: str, number: str = "", year: str | int = "") -> str:
        """SQL of a number from 0 up to but not 1 for the column ``person``.

        All parts are added to one whole number before it is hashed. (Hashing them one by one would not do: DuckDB
        combines hashes with an exclusive or, and two draws of one person would then follow from each other.)
        """
        digest = hashlib.blake2b(f"{self.seed}:{of}".encode(), digest_size=8).digest()
        parts = ["person", str(int.from_bytes(digest, "big") >> 3)]
        parts += [f"({number}) * {_NUMBER}"] if number else []
        parts += [f"({year}) * {_YEAR}"] if year != "" else []
        return f"((hash({' + '.join(parts)}) >> 11)::double * {2.0**-53!r})"


def along(value: str, points: Sequence[tuple[float, float]]) -> str:
    """SQL of the straight lines between points (x, y); level outside them."""
    arms = [f"when {value} < {points[0][0]} then {float(points[0][1])}"]
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        arms.append(f"when {value} < {x1} then {float(y0)} + ({value} - {x0}) * {(y1 - y0) / (x1 - x0)!r}")
    return f"case {' '.join(arms)} else {float(points[-1][1])} end"


def how_many(chance: str, mean: str, most: int) -> str:
    """SQL of a count with this mean, of a few people with many (a geometric distribution)."""
    return f"least(floor(ln(1 - {chance}) / ln(({mean}) / (1 + ({mean})))), {most})::integer"


def lasting(chance: str, mean: str | float, most: int) -> str:
    """SQL of whole days with about this mean, of many short and a few long."""
    return f"least(floor(-({mean}) * ln(1 - {chance})), {most})::integer"


def whole(chance: str, count: str | int) -> str:
    """SQL of a whole number from 0 up to but not ``count``."""
    return f"floor({chance} * {count})::integer"


def one_of(chance: str, *items: str | tuple[str, int]) -> str:
    """SQL of one of some texts, each as likely as its weight."""
    listed = [item for text in items for item in ([text] if isinstance(text, str) else [text[0]] * text[1])]
    texts = ", ".join(f"'{item}'" for item in listed)
    return f"[{texts}][1 + floor({chance} * {len(listed)})::integer]"


def by_quintile(column: str, factors: Sequence[float]) -> str:
    """SQL of a factor for each deprivation quintile, the most deprived first."""
    return f"[{', '.join(str(float(factor)) for factor in factors)}][{column}]"


def first_day(year: int) -> date:
    return date(year, 4, 1)


def last_day(year: int) -> date:
    return date(year + 1, 3, 31)


def day(value: date) -> str:
    return f"date '{value}'"


def year_of(column: str) -> str:
    """SQL of the financial year of a day, by the calendar year in which it begins."""
    return f"(year({column}) - (month({column}) < 4)::integer)"


def month_ends(year: int) -> tuple[date, ...]:
    """The last day of each month of a financial year."""
    begins = [date(year + (n + 3) // 12, (n + 3) % 12 + 1, 1) for n in range(1, 13)]
    return tuple(begin - timedelta(days=1) for begin in begins)


def running_days(year: int, start: str, end: str) -> str:
    """SQL of columns ``days_0`` to ``days_12``: days in bed from the year's first day to each month's end.

    The last day counts, the first does not; days before the year do not count in its file.
    """
    after = f"greatest({start}, {day(first_day(year) - timedelta(days=1))})"
    columns = [f"greatest(least({end}, {day(ends)}) - {after}, 0) as days_{n}"
               for n, ends in enumerate(month_ends(year), 1)]  # fmt: skip
    return ", ".join(["0 as days_0", *columns])


def month_days() -> str:
    """SQL of the bed days of each month and of the year, from ``running_days``."""
    months = [f"(days_{n} - days_{n - 1})::double as {month}_beddays" for n, month in enumerate(MONTHS, 1)]
    return ", ".join(["days_12::double as yearstay", *months])


def month_costs(year: int, cost: str, day_column: str) -> str:
    """SQL of the cost of each month, in proportion to bed days; without any it falls in the month of ``day_column``.

    Each month is the difference of two rounded running sums, so that the twelve add up to the whole to the penny.
    """
    columns = []
    for n, (month, ends) in enumerate(zip(MONTHS, month_ends(year), strict=True), 1):
        shares = [f"({cost} * days_{m} / days_12)::decimal(12,2)" for m in (n, n - 1)]
        here = f"month({day_column}) = {ends.month}"
        columns.append(
            f"case when days_12 > 0 then {shares[0]} - {shares[1]} when {here} then ({cost})::decimal(12,2) "
            f"else 0 end::decimal(12,2) as {month}_cost"
        )
    return ", ".join(columns)


def day_costs(cost: str, day_column: str) -> str:
    """SQL of the cost of each month for what happened on one day."""
    months = [(month, (n + 3) % 12 + 1) for n, month in enumerate(MONTHS)]
    return ", ".join(
        f"case when month({day_column}) = {number} then {cost} else 0 end::decimal(12,2) as {month}_cost"
        for month, number in months
    )
