"""The filled rows of one sheet of a ledger, as declared in ``returns/budget.toml``: words, days, months and pence.

Everything is read from the text of the cell. A column that may be left out and is not there is read as empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa

from locality_profiles.meant import most_alike, question_after
from locality_profiles.periods import Period, month, parse_period, snapshot
from locality_profiles.sources._pence import REMEDIES, pence_of
from locality_profiles.sources._return_rows import without_example
from locality_profiles.sources._returns import ReturnColumn, ReturnSheet
from locality_profiles.tables.cells import CODE_PATTERNS, Cells
from locality_profiles.tables.intake import RawTable

#: Words above a table or in a heading that say that amounts are shortened.
SHORTENED = re.compile(r"£\s*'?000|'000|£\s*[km]\b|\bthousands?\b|\bmillions?\b", re.IGNORECASE)
IN_PENCE = re.compile(r"\bpence\b|\(p\)", re.IGNORECASE)
OTHER_CURRENCY = re.compile(r"[$€¥]|\b(?:eur|usd|euros?|dollars?)\b", re.IGNORECASE)
CODE_OF_PARTNERSHIP, CODE_OF_LOCALITY = CODE_PATTERNS["hscp"], r"S37\d{6}/[a-z0-9-]+"
WHOLE_POUNDS = "Give every amount in pounds and pence, and call the column by its name in the template."

Texts = list[str | None]
Days = list[date | None]


class LedgerRows:
    """The rows of a sheet that are no example, column by column under the names of the declaration."""

    def __init__(self, raw: RawTable, sheet: ReturnSheet) -> None:
        filled, problems = without_example(raw, sheet)
        self.sheet = sheet
        self.headings = {column.name: _spelling(filled, column) for column in sheet.columns}
        self.unread = [name for name in raw.columns.column_names if name not in self.headings.values()]
        self.cells = Cells(replace(filled, columns=_declared_columns(filled, self.headings)))
        self.cells.problems.extend(problems)

    def __len__(self) -> int:
        return len(self.cells.raw)

    @property
    def row_numbers(self) -> list[int]:
        return [int(number) for number in self.cells.raw.row_numbers]

    def written(self, name: str) -> list[str]:
        """A column as it was written; empty text for an empty cell."""
        return self.cells.raw.columns[name].to_pylist()

    def reject(self, name: str, at: Sequence[bool], what: str, remedy: str) -> None:
        self.cells.reject(name, np.asarray(at, dtype=bool), what, remedy)

    # --- columns ----------------------------------------------------------------------------------

    def text(self, column: ReturnColumn) -> Texts | Days:
        """Text, one of a list of words, or a code of a partnership: None where the cell may be empty and is."""
        if column.values:
            return self._words(column)
        pattern, form = column.pattern, column.form
        if column.type == "host":
            pattern, form = CODE_OF_PARTNERSHIP, "the code of a partnership, such as S37000001"
        if column.type == "date":
            return self._days(column)
        return self.cells.text(
            column.name, pattern=pattern or None, empty=not column.required, what=form or None
        ).to_pylist()  # fmt: skip

    def _words(self, column: ReturnColumn) -> Texts:
        """Words of a list. Each that is unknown is told once, with the likeliest that is meant."""
        written = self.written(column.name)
        if column.list == "programme":  # a spreadsheet takes the nought from 01
            written = [text.zfill(2) if text.isdigit() else text for text in written]
        if column.required:
            self.reject(column.name, [not text for text in written], "the cell is empty; a word was expected",
                        f"Write one of {_listed(column.values)}.")  # fmt: skip
        for unknown in sorted({text for text in written if text and text not in column.values}):
            self.reject(column.name, [text == unknown for text in written],
                        f"'{unknown[:40]}' is none of the words that may stand here",
                        likeliest(unknown, column.values))  # fmt: skip
        return [text or None for text in written]

    def _days(self, column: ReturnColumn) -> Days:
        found = [_day(text) for text in self.written(column.name)]
        wrong = [day is None and bool(text) for day, text in zip(found, self.written(column.name), strict=True)]
        self.reject(column.name, wrong, "the cell is no day", "Write it as 2027-03-31.")
        return found

    def pence(self, name: str) -> list[int | None]:
        """Whole pence of a column of money; None where the cell is empty. Each kind of fault is told once."""
        written = self.written(name)
        read = {text: pence_of(text) for text in dict.fromkeys(written)}
        for fault in dict.fromkeys(fault for _, fault in read.values() if fault):
            at = [read[text][1] == fault for text in written]
            shown = ", ".join(f"'{text[:30]}'" for text in [t for t, (_, f) in read.items() if f == fault][:3])
            self.reject(name, at, f"{fault} ({shown})", REMEDIES[fault])
        return [read[text][0] for text in written]

    def periods(self, year_column: str, month_column: str | None = None) -> list[Period | None]:
        """Financial years; where a month is given, that month, which must lie in its year."""
        years = [parse_period(text) for text in self.written(year_column)]
        years = [year if year and year.kind == "financial_year" else None for year in years]
        self.reject(year_column, [year is None for year in years], "the cell is no financial year",
                    "Write it as 2025/26.")  # fmt: skip
        if month_column is None:
            return years
        written = self.written(month_column)
        months = [_month(text) for text in written]
        self.reject(month_column, [bool(text) and found is None for text, found in zip(written, months, strict=True)],
                    "the cell is no month", "Write it as 2025-04, or leave it empty for the whole year.")  # fmt: skip
        outside = [bool(found and year and not (year.start <= found.start <= year.end))
                   for found, year in zip(months, years, strict=True)]  # fmt: skip
        self.reject(month_column, outside, "the month is outside the financial year of its row",
                    "A financial year runs from April to March: correct the month or the year.")  # fmt: skip
        return [found if text else year for text, found, year in zip(written, months, years, strict=True)]

    def days(self, name: str) -> list[Period | None]:
        """Days; a financial year stands for its last one."""
        found = [parse_period(text) for text in self.written(name)]
        days = [snapshot(each.end) if each and each.kind in ("snapshot", "financial_year") else None for each in found]
        self.reject(name, [day is None for day in days], "the cell is neither a day nor a financial year",
                    "Write it as 2026-03-31 or as 2025/26.")  # fmt: skip
        return days

    def places(self, partnership: str, locality: str | None = None) -> dict[str, Texts]:
        """Columns of the place: the locality where there is one, else the partnership; each by code or by name."""
        whole = self.cells.text(partnership, what="a partnership").to_pylist()
        part = [None] * len(self) if locality is None else [text or None for text in self.written(locality)]
        if locality is not None:
            zone = [bool(text and re.fullmatch(r"S01\d{6}", text)) for text in part]
            self.reject(locality, zone, "a data zone stands where a locality was expected",
                        "Name the locality, or leave the cell empty.")  # fmt: skip
        named = [place or of for place, of in zip(part, whole, strict=True)]
        coded = [bool(name and re.fullmatch(f"{CODE_OF_LOCALITY}|{CODE_OF_PARTNERSHIP}", name)) for name in named]
        return {
            "block_type": ["locality" if place else "hscp" for place in part],
            "block_code": [name if code else None for name, code in zip(named, coded, strict=True)],
            "place_name": [None if code else name for name, code in zip(named, coded, strict=True)],
            "place_parent": [of if place else None for place, of in zip(part, whole, strict=True)],
        }

    # --- what a column is in ----------------------------------------------------------------------

    def refuse_other_units(self) -> None:
        """Refuse headings, and titles above the table, that say that amounts are no pounds."""
        for column in self.sheet.of("money"):
            heading = self.headings[column.name] or ""
            for said, pattern in (("thousands or millions", SHORTENED), ("pence", IN_PENCE),
                                  ("another currency", OTHER_CURRENCY)):  # fmt: skip
                if pattern.search(heading) and not (said == "pence" and "pound" in heading.lower()):
                    self.cells.problem(f"the heading '{heading[:40]}' says that amounts are in {said}", WHOLE_POUNDS,
                                       column=heading)  # fmt: skip
        for line in self.cells.raw.preamble:
            if found := SHORTENED.search(line):
                self.cells.problem(f"above the table stands '{found[0]}': amounts would be shortened", WHOLE_POUNDS)

    def note_of_unread(self) -> list[str]:
        return [f"columns that are not read: {', '.join(self.unread)}"] if self.unread else []


def likeliest(unknown: str, values: Mapping[str, str]) -> str:
    """The likeliest word of a list, by its spelling or by its meaning."""
    spelt = {word.casefold(): word for word in values} | {title.casefold(): word for word, title in values.items()}
    close = question_after(spelt[one] for one in most_alike(unknown.casefold(), spelt))
    return f"{close} Write one of {_listed(values)}.".strip()


def _listed(values: Mapping[str, str]) -> str:
    return ", ".join(list(values)[:12]) + (" …; the sheet Codes has all" if len(values) > 12 else "")


def _spelling(raw: RawTable, column: ReturnColumn) -> str | None:
    """The file's own spelling of a heading; one of money may say in what it is."""
    if column.type != "money":
        return raw.find(column.name)
    return raw.find(column.name) or next(iter(raw.matching(f"({column.heading})").values()), None)


def _declared_columns(raw: RawTable, headings: Mapping[str, str | None]) -> pa.Table:
    nothing = pa.chunked_array([pa.repeat("", len(raw))])
    return pa.table({name: raw.columns[spelling] if spelling else nothing for name, spelling in headings.items()})


def _month(text: str) -> Period | None:
    found = re.fullmatch(r"((?:19|20)\d\d)-?(0[1-9]|1[0-2])(?:-01)?", text)
    return month(int(found[1]), int(found[2])) if found else None


def _day(text: str) -> date | None:
    found = parse_period(text) if "-" in text else None
    return found.start if found and found.kind == "snapshot" else None
