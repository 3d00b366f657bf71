"""Days, months, quarters and years in a form that somebody writes down: ``DD/MM/YYYY``, ``Qn YYYY/YY``.

They become what every reader of extracts understands: ``2024-03-31``, ``202403``, ``2020/21 Q4``, ``2020/21``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
#: Signs of a form, the longest first, and the cells that each stands for.
SIGNS = {
    "YYYY": r"(\d{4})", "YY": r"(\d{2})", "MMMM": r"([A-Za-z]{3,9})", "MMM": r"([A-Za-z]{3,4})\.?", "MM": r"(\d{2})",
    "M": r"(\d{1,2})", "DD": r"(\d{2})", "D": r"(\d{1,2})", "n": r"([1-4])",
}  # fmt: skip
WRITTEN = "D or DD, M, MM, MMM or MMMM, YY or YYYY, and n for a quarter's number"
_SIGN = re.compile("YYYY|YY|MMMM|MMM|MM|M|DD|D|n(?![a-z])|[^YMDn]+|.")
#: What a reader understands anyway, such as a date that a workbook stores as one.
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class DateForm:
    """A form, and the parts of a date that its groups hold: day, month, quarter, year, end."""

    written: str
    pattern: re.Pattern[str]
    parts: tuple[str, ...]

    @staticmethod
    @lru_cache
    def of(written: str) -> DateForm:
        """The form that is written so.

        Raises
        ------
        ValueError
            In plain words, if it is none.
        """
        pieces: list[str] = []
        parts: list[str] = []
        for piece in _SIGN.findall(written):
            pieces.append(SIGNS.get(piece) or re.escape(piece))
            if piece in SIGNS:
                parts.append(_part(piece, parts))
        if len(set(parts)) != len(parts) or "year" not in parts or ("day" in parts and "month" not in parts):
            raise ValueError(f"it is written with {WRITTEN}, and has a year")
        if ("month" in parts and ("quarter" in parts or "end" in parts)) or len(parts) < 2:
            raise ValueError("it is a day, a month, a quarter or a financial year of two years")
        return DateForm(written, re.compile("".join(pieces)), tuple(parts))

    def read(self, cell: str) -> str | None:
        """The cell as every reader understands it; None where it is not of this form.

        >>> DateForm.of("DD/MM/YYYY").read("31/03/2024"), DateForm.of("D MMM YY").read("1 Apr 24")
        ('2024-03-31', '2024-04-01')
        >>> DateForm.of("Qn YYYY/YY").read("Q4 2020/21"), DateForm.of("YYYY-YYYY").read("2020-2021")
        ('2020/21 Q4', '2020/21')
        >>> DateForm.of("MMMM YYYY").read("June 2023"), DateForm.of("DD/MM/YYYY").read("31/02/2024")
        ('202306', None)
        """
        if "day" in self.parts and ISO.fullmatch(cell):
            return cell
        found = self.pattern.fullmatch(" ".join(cell.split()))
        return _told(dict(zip(self.parts, found.groups(), strict=True))) if found else None


def _part(sign: str, before: list[str]) -> str:
    if sign[0] == "Y":
        return "end" if "year" in before else "year"
    return {"M": "month", "D": "day", "n": "quarter"}[sign[0]]


def _told(cells: dict[str, str]) -> str | None:
    year = _year(cells["year"])
    if "end" in cells:
        if int(cells["end"]) % 100 != (year + 1) % 100:
            return None
        quarter = f" Q{cells['quarter']}" if "quarter" in cells else ""
        return f"{year}/{(year + 1) % 100:02d}{quarter}"
    if "quarter" in cells:
        return f"{year}Q{cells['quarter']}"
    month = _month(cells["month"])
    if month is None:
        return None
    if "day" not in cells:
        return f"{year}{month:02d}"
    try:
        return date(year, month, int(cells["day"])).isoformat()
    except ValueError:
        return None


def _year(cell: str) -> int:
    """A year; of two figures it is one of this century, or of the last where that would lie far ahead."""
    year = int(cell)
    return year if len(cell) == 4 else year + (2000 if year < 70 else 1900)


def _month(cell: str) -> int | None:
    if cell.isdigit():
        return int(cell) if 1 <= int(cell) <= 12 else None
    return next((n for n, name in enumerate(MONTHS, start=1) if name.startswith(cell.casefold())), None)
