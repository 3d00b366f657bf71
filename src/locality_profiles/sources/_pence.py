"""Money as people write it, read exactly into whole pence: never through a float, and never guessed at.

A spreadsheet keeps numbers in binary, so that a sum of pence may come out as 1234.5600000000001. It promises fifteen
digits, and to fifteen digits such a number is what was meant. Anything else that is not whole pence was lost or
shortened on its way, and is told as a fault.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

#: Digits that a spreadsheet promises.
DIGITS = Context(prec=15, rounding=ROUND_HALF_EVEN)
#: No ledger holds a thousand million million pounds; a code may stand where an amount should.
MOST = Decimal(10) ** 15
MINUS = "-\N{MINUS SIGN}\N{EN DASH}"
AMOUNT = re.compile(
    rf"""(?P<open>\()? \s* (?P<before>[{MINUS}+])? \s* £? \s* (?P<inside>[{MINUS}])? \s*
    (?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d*)? | \d+(?:\.\d*)? | \.\d+)
    \s* (?P<after>[{MINUS}])? \s* (?P<close>\))?""",
    re.VERBOSE,
)
CURRENCY = re.compile(r"[$€¥]|\b(?:eur|usd|euros?|dollars?)\b", re.IGNORECASE)
SCIENTIFIC = re.compile(r"[+-]?\d*\.?\d+e[+-]?\d+", re.IGNORECASE)
SHORTENED = re.compile(r"\d\s*(?:k|m|mn|bn|thousands?|millions?)\b|000s\b", re.IGNORECASE)

OTHER_CURRENCY = "the amount is in another currency than pounds sterling"
TOO_SHORT = "the amount is shortened to thousands or millions"
LOST_DIGITS = "the amount is in scientific notation, in which a spreadsheet may have lost its last digits"
NOT_PENCE = "the amount has more than two decimals, so it is not in whole pence"
NO_AMOUNT = "no amount in pounds and pence can be read"
#: What to do about each.
REMEDIES = {
    OTHER_CURRENCY: "Give every amount in pounds sterling.",
    TOO_SHORT: "Write it out in pounds and pence.",
    LOST_DIGITS: "Format the column as a number with two decimals and save it again.",
    NOT_PENCE: "Give the amount as the ledger has it; where a formula made it, round it there to two decimals.",
    NO_AMOUNT: "Write it as 1250 or 1,250.00, a negative one as -1250 or (1250).",
}


def pence_of(text: str) -> tuple[int | None, str]:
    """Whole pence of an amount in pounds, and what is wrong with it.

    Parameters
    ----------
    text
        The cell: ``1250``, ``1,250.00``, ``£1,250``, ``-1250``, ``(1,250.00)`` or ``1250-``; empty where not known.

    Returns
    -------
    tuple
        Pence and an empty text; or None, with one of the keys of ``REMEDIES`` unless the cell was empty.
    """
    text = text.strip()
    if not text:
        return None, ""
    if CURRENCY.search(text):
        return None, OTHER_CURRENCY
    if SCIENTIFIC.fullmatch(text):
        return None, LOST_DIGITS
    found = AMOUNT.fullmatch(text)
    if found is None or not _signs_agree(found):
        return None, TOO_SHORT if SHORTENED.search(text) else NO_AMOUNT
    pounds = _without_binary_noise(Decimal(found["number"].replace(",", "")))
    if pounds >= MOST:
        return None, NO_AMOUNT
    pence = pounds.scaleb(2)
    if pence != pence.to_integral_value():
        return None, NOT_PENCE
    return (-int(pence) if _is_negative(found) else int(pence)), ""


def _without_binary_noise(pounds: Decimal) -> Decimal:
    """The number to the digits that a spreadsheet promises, where it has more of them than two decimals."""
    written = pounds.as_tuple()
    too_fine = isinstance(written.exponent, int) and written.exponent < -2 and len(written.digits) > DIGITS.prec
    return DIGITS.plus(pounds) if too_fine else pounds


def _signs_agree(found: re.Match[str]) -> bool:
    """Whether brackets are closed and at most one sign is written."""
    signs = sum(bool(found[name]) for name in ("before", "inside", "after", "open"))
    return bool(found["open"]) == bool(found["close"]) and signs <= 1


def _is_negative(found: re.Match[str]) -> bool:
    return bool(found["open"] or found["inside"] or found["after"] or (found["before"] and found["before"] != "+"))
