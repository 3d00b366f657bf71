"""What no paragraph may hold: something by which a person could be found. What was found is never repeated."""

from __future__ import annotations

import re

#: Each sort of thing that could tell who somebody is, and what it looks like in running text.
LOOKS = {
    "a CHI number (10 digits)": r"(?<![\d.,£])\d{6}[ -]?\d{4}(?![\d,])",
    "an NHS number (10 digits)": r"(?<![\d.,£])\d{3}[ -]\d{3}[ -]\d{4}(?!\d)",
    "a postcode": r"(?i)\b[a-z]{1,2}\d[a-z\d]? ?\d(?!st\b|nd\b|rd\b|th\b)[a-z]{2}\b",
    "a date of birth": (
        r"(?i)\bd\.?o\.?b\b|\bdates? of birth\b|\bborn (?:on |in )?\d|"
        r"\b(?:19\d\d|200\d)-\d\d-\d\d\b|\b\d{1,2}[/.]\d{1,2}[/.](?:19\d\d|200\d)\b"
    ),
    "an e-mail address": r"[^\s@<>()]+@[^\s@<>()]+\.[A-Za-z]{2,}",
    "a telephone number": r"(?:\+44|(?<![\d.,/])0)(?:[ ()-]{0,2}\d){9,10}(?!\d)",
    "a National Insurance number": r"(?i)\b[a-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[a-d]\b",
}


def persons_in(line: str) -> list[str]:
    """The sorts of things about a person that a line seems to hold.

    >>> persons_in("Call 01595 000000 or write to a.b@example.org"), persons_in("10,250 admissions in 2020/21")
    (['an e-mail address', 'a telephone number'], [])
    """
    return [what for what, looks in LOOKS.items() if re.search(looks, line)]
