"""Periods of time: a start, an end and a kind. They become words only when they are shown.

Scottish public bodies count in financial years (1 April to 31 March) and their quarters; population
estimates are for 30 June. Both ends are inclusive.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

PeriodType = Literal[
    "mid_year", "calendar_year", "financial_year", "financial_quarter", "calendar_quarter",
    "month", "week", "census_week", "snapshot", "school_year", "years",
]  # fmt: skip

PERIOD_TYPES: tuple[str, ...] = (
    "mid_year", "calendar_year", "financial_year", "financial_quarter", "calendar_quarter",
    "month", "week", "census_week", "snapshot", "school_year", "years",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Period:
    """A stretch of time, both ends inclusive."""

    start: date
    end: date
    kind: PeriodType

    @property
    def label(self) -> str:
        return period_label(self.kind, self.start, self.end)


def mid_year(year: int) -> Period:
    return Period(date(year, 6, 30), date(year, 6, 30), "mid_year")


def calendar_year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31), "calendar_year")


def financial_year(start_year: int) -> Period:
    return Period(date(start_year, 4, 1), date(start_year + 1, 3, 31), "financial_year")


def financial_quarter(start_year: int, quarter: int) -> Period:
    """Quarter 1 is April to June; quarter 4 is January to March of the next calendar year."""
    month = (4, 7, 10, 1)[quarter - 1]
    year = start_year + (quarter == 4)
    return Period(date(year, month, 1), _month_end(year, month + 2), "financial_quarter")


def month(year: int, number: int) -> Period:
    return Period(date(year, number, 1), _month_end(year, number), "month")


def snapshot(day: date) -> Period:
    return Period(day, day, "snapshot")


def _month_end(year: int, number: int) -> date:
    return date(year, number, monthrange(year, number)[1])


def parse_period(text: str) -> Period | None:
    """Read a period as publishers write it; None where the text is no period.

    Understands ``2020/21``, ``2020-21``, ``2020/21 Q3``, ``2020Q4`` (calendar quarter), ``202101``
    (month), ``2021``, ``2021-03-01`` and ``20210301`` (both a snapshot day).
    """
    text = text.strip()
    if found := re.fullmatch(r"(\d{4})[/-](\d{2})(?:\s*Q([1-4]))?", text):
        start, following, quarter = int(found[1]), int(found[2]), found[3]
        if (start + 1) % 100 == following:
            return financial_quarter(start, int(quarter)) if quarter else financial_year(start)
        return None
    if found := re.fullmatch(r"(\d{4})Q([1-4])", text):
        year, first = int(found[1]), 3 * int(found[2]) - 2
        return Period(date(year, first, 1), _month_end(year, first + 2), "calendar_quarter")
    if found := re.fullmatch(r"(\d{4})(0[1-9]|1[0-2])", text):
        return month(int(found[1]), int(found[2]))
    if found := re.fullmatch(r"(\d{4})-?(0[1-9]|1[0-2])-?(\d{2})", text):
        try:
            return snapshot(date(int(found[1]), int(found[2]), int(found[3])))
        except ValueError:
            return None
    return calendar_year(int(text)) if re.fullmatch(r"(?:19|20)\d{2}", text) else None


def period_label(kind: str, start: date, end: date) -> str:
    """The words for a period, as a reader in Scotland writes them.

    >>> period_label("financial_year", date(2020, 4, 1), date(2021, 3, 31))
    '2020/21'
    >>> period_label("mid_year", date(2021, 6, 30), date(2021, 6, 30))
    'mid-2021'
    >>> period_label("years", date(2018, 4, 1), date(2021, 3, 31))
    '2018/19 to 2020/21'
    """
    financial = f"{start.year - (start.month < 4)}/{(start.year + (start.month >= 4)) % 100:02d}"
    if kind == "mid_year":
        return f"mid-{start.year}"
    if kind == "calendar_year":
        return str(start.year)
    if kind == "financial_year":
        return financial
    if kind == "financial_quarter":
        return f"{financial} Q{(start.month - 4) % 12 // 3 + 1}"
    if kind == "calendar_quarter":
        return f"{start.year} Q{(start.month + 2) // 3}"
    if kind == "month":
        return f"{start:%B %Y}"
    if kind == "school_year":
        return f"{start.year}/{end.year % 100:02d} school year"
    if kind == "years" and (several := _years_label(start, end)):
        return several
    if start == end:
        return f"{start.day} {start:%B %Y}"
    return f"{start.day} {start:%b %Y} to {end.day} {end:%b %Y}"


def _years_label(start: date, end: date) -> str | None:
    """'2018 to 2022' or '2018/19 to 2020/21': whole years put together, by their true first and last."""
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return f"{start.year} to {end.year}"
    if (start.month, start.day, end.month, end.day) == (4, 1, 3, 31):
        return f"{start.year}/{(start.year + 1) % 100:02d} to {end.year - 1}/{end.year % 100:02d}"
    if (start.month, start.day) == (end.month, end.day) == (6, 30):
        return f"mid-{start.year} to mid-{end.year}"
    return None
