"""A value and its status as text: for print, for a screen reader, for a spreadsheet.

Every status is declared once, in ``SIGNS``; the marks beside numbers, their spoken words and the
legend are made from that. The marks are those of the Government Statistical Service where it has
one. Empty is never 0: a value that is not there prints as the mark of its status, or as a dash where
even the status does not say why.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, NamedTuple

DASH = "–"
MINUS = "−"
LOW = "[low]"


class Printed(str):
    """A value as it is printed, which remembers what a spreadsheet's cell holds: the number shown and its format.

    It is text wherever text is wanted; what is joined from it is plain text again.
    """

    __slots__ = ("decimals", "number", "unit")
    number: int | float | None
    """The number as it is shown, pence as pounds; None where a mark stands in its place."""
    unit: str
    decimals: int

    def __new__(cls, text: str, number: int | float | None, unit: str = "", decimals: int = 0) -> Printed:
        printed = super().__new__(cls, text)
        printed.number, printed.unit, printed.decimals = number, unit, decimals
        return printed

    @property
    def number_format(self) -> str:
        """How a spreadsheet shows the number: ``#,##0.0``, with the sign of money or of a percentage."""
        places = "0." + "0" * self.decimals if self.decimals > 0 else "0"
        size = f"#,##{places}"
        return f"£{size}" if is_money(self.unit) else f'{size}"%"' if is_percentage(self.unit) else size

    def __reduce__(self) -> tuple[Any, ...]:
        return Printed, (str(self), self.number, self.unit, self.decimals)


class Sign(NamedTuple):
    """How one status is shown. ``figure`` says whether a number stands before the mark."""

    mark: str
    words: str
    meaning: str
    figure: bool


SIGNS: dict[str, Sign] = {
    "actual": Sign("", "actual", "A figure as it was counted or calculated.", True),
    "true_zero": Sign("", "zero", "Counted, and there were none.", True),
    "estimated": Sign("[e]", "estimated", "Worked out: added over places, or set against an older year.", True),
    "provisional": Sign("[p]", "provisional", "The publisher may still change it.", True),
    # Not [r]: in the Government Statistical Service's list of shorthand that means revised.
    "rounded": Sign("[rnd]", "rounded", "Rounded, by its publisher or here.", True),
    "suppressed": Sign("[c]", "suppressed", "Held back, because it could say something about a person.", False),
    "not_available": Sign("[x]", "not available", "Not published for this place and period.", False),
    "not_collected": Sign("[x]", "not collected", "Nobody counts it for this place and period.", False),
    "not_calculated": Sign("[x]", "not calculated", "Something that it needs is missing.", False),
    "not_applicable": Sign("[z]", "not applicable", "The question has no meaning here.", False),
}  # fmt: skip

#: Stands after a figure of a trend that cannot be compared with the figure before it, whatever its status.
BREAK = Sign(
    "[b]", "break in the series", "Not comparable with the figure before it; the note beside it says why.", True
)

_ZERO = SIGNS["true_zero"]._replace(mark="0")
_LOW = Sign(LOW, "close to zero", "Not zero, but zero when rounded.", True)
_NOTHING = Sign(DASH, "no figure", "Nothing is held for this place and period.", False)


def has_figure(value: float | None, status: str) -> bool:
    """Whether a number is printed; a number under a status that forbids one is not."""
    return value is not None and math.isfinite(value) and SIGNS[status].figure


def is_pence(unit: str) -> bool:
    """Whether values are whole pence, which print as pounds."""
    return unit == "pence" or unit.startswith("pence ")


def is_money(unit: str) -> bool:
    return is_pence(unit) or unit.startswith("£")


def is_percentage(unit: str) -> bool:
    return unit.startswith(("%", "per cent", "percentage"))


def unit_label(unit: str) -> str:
    """The unit as it stands under an indicator's name; pence are shown as pounds.

    >>> unit_label("pence per person")
    '£ per person'
    """
    return f"£{unit.removeprefix('pence')}" if is_pence(unit) else unit


@lru_cache(maxsize=65_536)
def rounded(value: float, unit: str, decimals: int) -> Decimal:
    """The number in the unit shown, halves away from zero as people round by hand."""
    exact = Decimal(str(value))
    return (exact / 100 if is_pence(unit) else exact).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def shown_number(value: float | None, status: str, unit: str = "", decimals: int = 0) -> int | float | None:
    """The number that the page shows, for a spreadsheet's cell; None where it shows none.

    What is only close to zero keeps two digits, so that nobody takes it for zero.
    """
    if value is None or not has_figure(value, status):
        return None
    number = rounded(value, unit, decimals)
    if value and not number:
        return float(f"{value / 100 if is_pence(unit) else value:.2g}")
    return float(number) if decimals > 0 else int(number)


@lru_cache(maxsize=65_536)
def figure_and_mark(value: float | None, status: str, unit: str = "", decimals: int = 0) -> tuple[str, Sign]:
    """The printed number (empty where there is none) and the sign that belongs beside it."""
    sign = SIGNS[status]
    if value is None or not has_figure(value, status):
        return "", _NOTHING if sign.figure else sign
    number = rounded(value, unit, decimals)
    if not number:
        return ("", _LOW) if value else ("0", sign)
    size = f"{abs(number):,f}"
    text = f"£{size}" if is_money(unit) else f"{size}%" if is_percentage(unit) else size
    return (MINUS if number < 0 else "") + text, sign


def print_value(value: float | None, status: str, unit: str = "", decimals: int = 0) -> Printed:
    """A value as it stands in a table.

    >>> print_value(12345.6, "actual"), print_value(12.34, "estimated", "%", 1)
    ('12,346', '12.3% [e]')
    >>> print_value(None, "suppressed"), print_value(0, "true_zero", "people", 1), print_value(None, "actual")
    ('[c]', '0', '–')
    """
    figure, sign = figure_and_mark(value, status, unit, decimals)
    number = shown_number(value, status, unit, decimals)
    return Printed(f"{figure} {sign.mark}".strip(), number, unit, decimals)


def spoken_value(value: float | None, status: str, unit: str = "", decimals: int = 0) -> str:
    """The same in words, for a screen reader: no mark is left to be guessed.

    >>> spoken_value(12.34, "estimated", "% of people", 1)
    '12.3%, estimated'
    >>> spoken_value(None, "suppressed")
    'suppressed: held back, because it could say something about a person'
    """
    figure, sign = figure_and_mark(value, status, unit, decimals)
    if figure:
        return f"{figure}, {sign.words}" if sign.mark else figure
    meaning = sign.meaning.rstrip(".")
    return f"{sign.words}: {meaning[0].lower()}{meaning[1:]}"


def print_people(persons: float | None) -> Printed:
    """People counted over shares of places, as whole people.

    >>> print_people(1234.4), print_people(None)
    ('1,234', '–')
    """
    if persons is None:
        return Printed(DASH, None)
    number = rounded(persons, "people", 0)
    return Printed(f"{number:,f}", int(number), "people")


@lru_cache(maxsize=65_536)
def print_share(share: float | None) -> str:
    """A share as a percentage: 100% is all, and what is hardly anything is not called nothing.

    >>> print_share(1.0), print_share(0.9999), print_share(0.123), print_share(0.0001), print_share(0.0)
    ('100%', 'over 99.9%', '12.3%', 'under 0.1%', '0%')
    """
    if share is None:
        return DASH
    if min(share, abs(1 - share)) < 1e-9:  # shares of split places add up to nearly all
        return f"{share:.0%}"
    if share < 0.0005:
        return "under 0.1%"
    return "over 99.9%" if 0.9995 <= share < 1 else f"{rounded(100 * share, '%', 1)}%"


def legend(marks: Iterable[str] | None = None) -> list[tuple[str, str, str]]:
    """Mark, words and meaning of every mark, or of those given; statuses with one mark share a row."""
    wanted = None if marks is None else set(marks)
    rows: dict[str, list[Sign]] = {}
    for sign in (*SIGNS.values(), BREAK, _ZERO, _LOW, _NOTHING):
        if sign.mark and (wanted is None or sign.mark in wanted):
            rows.setdefault(sign.mark, []).append(sign)
    return [(mark, _either([sign.words for sign in signs]), _meanings(signs)) for mark, signs in rows.items()]


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _meanings(signs: list[Sign]) -> str:
    if len(signs) == 1:
        return signs[0].meaning
    return " ".join(f"{sign.words[0].upper()}{sign.words[1:]}: {_small(sign.meaning)}" for sign in signs)


def _small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
