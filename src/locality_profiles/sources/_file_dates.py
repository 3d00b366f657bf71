"""The day that a file describes, where only its name tells it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

#: Stands for a day that no part of a file tells, where a table needs one.
UNDATED = date(1900, 1, 1)

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_IN_WORDS = re.compile(
    r"(?<![a-z])(?:(?<!\d)(0?[1-9]|[12]\d|3[01])[-_ ]?)?"
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)[-_ ]?((?:19|20)\d{2})(?!\d)",
    re.IGNORECASE,
)
_IN_FIGURES = re.compile(
    r"(?<!\d)((?:19|20)\d{2})([-_.]?)(0[1-9]|1[0-2])(?:\2(0[1-9]|[12]\d|3[01]))?(?!\d)",
)


def day_in_name(path: Path) -> date | None:
    """The first day that a file's name tells; the first of the month where it tells a month.

    >>> day_in_name(Path("contactdetails_apr2024.csv"))
    datetime.date(2024, 4, 1)
    >>> day_in_name(Path("practices 2024-01-15.csv"))
    datetime.date(2024, 1, 15)
    >>> day_in_name(Path("practices_2017-2020.csv")) is None
    True
    """
    found = [match for pattern in (_IN_WORDS, _IN_FIGURES) for match in pattern.finditer(path.stem)]
    for match in sorted(found, key=re.Match.start):
        if match.re is _IN_WORDS:
            day, month, year = match[1], MONTHS.index(match[2][:3].lower()) + 1, match[3]
        else:
            year, month, day = match[1], int(match[3]), match[4]
        try:
            return date(int(year), month, int(day or 1))
        except ValueError:  # the 31st of a shorter month
            continue
    return None
