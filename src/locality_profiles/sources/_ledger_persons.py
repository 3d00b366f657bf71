"""Nothing about a person may stand in a ledger that is handed over; codes and amounts only look as if it did."""

from __future__ import annotations

import re
from datetime import date

import numpy as np

from locality_profiles.errors import Problem
from locality_profiles.sources._return_rows import (
    PERSON_VALUES,
    looks_of,
    person_problem,
    persons_found,
    raise_persons,
)
from locality_profiles.sources._returns import ReturnColumn, ReturnSheet
from locality_profiles.tables.intake import RawTable

#: Ledgers tell days of contracts in words; a day of birth is told as one, or lies long before any contract.
BORN = r"(?i)\b(?:born|d\.?o\.?b)\b|\b(?:19\d\d|200\d)-\d\d-\d\d\b|\b\d{1,2}[/.]\d{1,2}[/.](?:19\d\d|200\d)\b"
#: 'MS' in capitals is an illness, of which charities have their names.
SOMEBODY = r"\b(?:Mr|Mrs|Ms|Miss|Mx|MR|MRS|MISS)\.? +[A-Z]"
NEVER = ("money", "month", "day", "host", "year", "date")
#: So many of a column's ten-digit codes, at least, must be CHI numbers to the check digit for it to hold such numbers;
#: of codes that are none, three in a thousand are so by chance.
SHARE_OF_CHANCE = 0.1
TEN_DIGITS = re.compile(r"(\d{6})[ -]?(\d{4})")


def refuse_persons_in_ledger(raw: RawTable, sheet: ReturnSheet) -> None:
    """Refuse a sheet of a ledger in which a person is named or numbered. The error shows where, and never what.

    Raises
    ------
    ExtractRefused
        With each such column.
    """
    problems = persons_found(raw, sheet, _looks)
    for column in sheet.of("code"):
        problems += _numbers_of_persons(raw, column)
    raise_persons(raw, problems)


def _looks(column: ReturnColumn | None) -> dict[str, str]:
    """Amounts, periods and codes are no texts in which a person is told."""
    if column is not None and (column.type in NEVER or column.type == "code" or column.list):
        return {}
    if column is None or column.type != "text":
        return looks_of(column)
    return PERSON_VALUES | {"a date of birth": BORN, "the name of a person": SOMEBODY}


def _numbers_of_persons(raw: RawTable, column: ReturnColumn) -> list[Problem]:
    """CHI numbers in a column of codes, told from codes of ten digits by their day of birth and check digit."""
    spelling = raw.find(column.name)
    if spelling is None:
        return []
    written = raw.columns[spelling].to_pylist()
    ten = {text for text in written if TEN_DIGITS.fullmatch(text)}
    numbers = {text for text in ten if is_chi_number(text)}
    if len(numbers) <= SHARE_OF_CHANCE * len(ten):
        return []
    at = np.array([text in numbers for text in written], dtype=bool)
    return [person_problem(raw, spelling, "a CHI number (10 digits)", at)]


def is_chi_number(text: str) -> bool:
    """Whether ten digits are a CHI number: a day of birth, and a check digit that fits."""
    found = TEN_DIGITS.fullmatch(text)
    if found is None:
        return False
    digits = [int(digit) for digit in found[1] + found[2]]
    day, month, year = (int(found[1][at : at + 2]) for at in (0, 2, 4))
    try:
        date(2000 + year, month, day)
    except ValueError:
        return False
    check = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return digits[9] == check % 11  # a check digit of ten is never given out
