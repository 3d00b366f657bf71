"""Whether a newer extract should be out by now: from how often it comes out, and the newest that is here."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

_NUMBERS = {"one": 1, "a": 1, "two": 2, "three": 3, "four": 4, "six": 6, "eight": 8, "nine": 9, "ten": 10}
#: How a source says how often it comes out, and how many months that is. The first that fits counts.
_EVERY = (
    (r"not updated|ended|on request|when |after every|once, |through the year", 0),
    (r"every ten years", 120), (r"every two to four years", 48), (r"about every three years", 36),
    (r"about every four years", 48), (r"twice a year", 6), (r"\bevery month\b(?!.*monthly)", 1),
    (r"\bevery quarter\b", 3), (r"\bevery year\b", 12),
)  # fmt: skip


@dataclass(frozen=True)
class Newest:
    """The newest of one kind of extract that is here: the last day that its figures are about."""

    kind: str
    title: str
    frequency: str
    until: date


@dataclass(frozen=True)
class Late:
    """An extract that should be out by now."""

    kind: str
    title: str
    until: date
    due: date

    @property
    def sentence(self) -> str:
        return (
            f"{self.title}: the newest here is about the time to {_day(self.until)}, and the next should have been out "
            f"by {_day(self.due)}."
        )


def months_between(frequency: str) -> int | None:
    """Months from one to the next; None for what comes out on no known day.

    >>> months_between("every month, two months in arrears"), months_between("twice a year")
    (1, 6)
    >>> months_between("when codes change, about once a year") is None
    True
    """
    found = next((months for words, months in _EVERY if re.search(words, frequency)), 0)
    return found or None


def months_in_arrears(frequency: str) -> int:
    """Months from the end of a time to the figures about it; where nothing is said, those from one to the next.

    >>> months_in_arrears("every year, about eight months after the financial year ends")
    8
    >>> months_in_arrears("every month, two months in arrears"), months_in_arrears("every year")
    (2, 12)
    """
    found = re.search(r"(?:about )?(\w+) (month|year)s? (?:after|in arrears)", frequency)
    if found and found[1] in _NUMBERS:
        return _NUMBERS[found[1]] * (12 if found[2] == "year" else 1)
    return months_between(frequency) or 0


def next_due(frequency: str, until: date) -> date | None:
    """The day by which figures about the time after ``until`` are out; None where nobody knows.

    >>> next_due("every month, two months in arrears", date(2026, 6, 30))
    datetime.date(2026, 9, 30)
    """
    months = months_between(frequency)
    return None if months is None else months_after(until, months + months_in_arrears(frequency))


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where it has no such day, or if it was the last.

    >>> months_after(date(2026, 2, 28), 1)
    datetime.date(2026, 3, 31)
    """
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    last = monthrange(year, month)[1]
    was_last = day.day == monthrange(day.year, day.month)[1]
    return date(year, month, last if was_last else min(day.day, last))


def late(newest: Iterable[Newest], today: date, grace: int) -> list[Late]:
    """The kinds whose next extract is more than ``grace`` days behind the day on which it was due, in order of kind."""
    found = []
    for each in newest:
        due = next_due(each.frequency, each.until)
        if due is not None and today > due + timedelta(days=grace):
            found.append(Late(each.kind, each.title, each.until, due))
    return sorted(found, key=lambda each: each.kind)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
