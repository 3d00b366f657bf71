"""What the sources of costs share: amounts in pounds or in thousands of them, as a heading says, read exactly."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import RawTable

PENCE_IN_POUND, PENCE_IN_THOUSAND_POUNDS = 100, 100_000
THOUSANDS = re.compile(r"£\s*'?000|'000|\bthousands?\b|£\s*k\b", re.IGNORECASE)


def heading(name: str) -> str:
    """The pattern of a heading of money, which may say in what it is."""
    return rf"{re.escape(name)}(?:[ (,£].*)?"


def spelling(raw: RawTable, name: str) -> str | None:
    """The file's own spelling of such a heading; None where the column is not there."""
    return next(iter(raw.matching(f"({heading(name)})").values()), None)


def amounts(cells: Cells, name: str, *, negative: bool = False, empty: bool = False) -> list[Decimal | None]:
    """Pence of a column of money, not yet rounded; None where the cell is empty or its column not there.

    Symbols of suppression are no amounts: what a table of costs does not tell, it leaves out.
    """
    column = spelling(cells.raw, name)
    if column is None:
        return [None] * len(cells.raw)
    unit = PENCE_IN_THOUSAND_POUNDS if THOUSANDS.search(column) else PENCE_IN_POUND
    cells.number(column, minimum=None if negative else 0, empty=empty)
    return [
        None if (amount := _decimal(text)) is None else amount * unit for text in cells.raw.columns[column].to_pylist()
    ]


def whole_pence(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def unit_is_thousands(raw: RawTable, name: str) -> bool:
    return bool(THOUSANDS.search(spelling(raw, name) or ""))


def _decimal(text: str) -> Decimal | None:
    try:
        found = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
