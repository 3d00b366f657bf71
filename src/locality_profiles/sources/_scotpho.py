"""What the extracts of ScotPHO share: its area codes, its periods in words, and the digits that it prints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.periods import Period, calendar_year, mid_year, month, period_label, snapshot
from locality_profiles.sources._activity_tables import mask
from locality_profiles.tables.cells import Cells

#: What kind of place a code is of, by how it starts. ScotPHO makes up S00000001 (Scotland) and S99 (localities).
AREA_TYPES = {
    "S00": "country", "S92": "country", "S08": "health_board", "S12": "council_area", "S37": "hscp",
    "S02": "intermediate_zone_2011", "S11": "alcohol_drug_partnership", "S32": "police_division",
    "S99": "scotpho_locality",
}  # fmt: skip
CODE = rf"S00000001|(?:{'|'.join(start for start in AREA_TYPES if start != 'S00')})\d{{6}}"
COUNTRY = "Scotland"

#: Every number is rounded to this many decimals before it is published, and zeros at the end are then dropped.
DECIMALS = 1

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_YEAR = r"(\d{4})(?:/(\d{2}))?"
_YEARS = rf"{_YEAR}(?: ?(?:-|–|to) ?{_YEAR})?"
_MONTH = rf"({'|'.join(_MONTHS)})"
_POOLED = r"(?:; ?\d+[- ]year (?:rolling )?(?:aggregates?|averages?))?"
_KIND = r"(?:calendar|financial|school|(?:combined )?survey)"
_FORMS = (
    rf"(?P<years>{_YEARS}) (?P<kind>{_KIND}) years?{_POOLED}",  # 2018 to 2022 calendar years; 5-year aggregates
    rf"(?P<kind>{_KIND}) year \((?P<years>{_YEARS})\)",  # Financial year (2021/22)
    rf"\d+[- ]year aggregate \((?P<years>{_YEARS})\)",  # 4-year aggregate (2014 - 2017)
    rf"(?P<years>{_YEARS}) \(\d+[- ]year aggregate\)",  # 2019-2021 (3 year aggregate)
    rf"(?P<years>{_YEARS}); ?\d+[- ]year (?:rolling )?(?:aggregates?|averages?)",  # 2019/20 to 2021/22; 3 year …
    rf"(?P<years>{_YEARS}) - snapshot",  # 2021 - snapshot
)
_MONTHS_OF_YEARS = rf"(\d{{4}})(?: ?(?:-|to) ?(\d{{4}}))? {_MONTH} snapshot{_POOLED}"  # 2012 to 2014 March snapshot; …
_DAY = rf"(\d{{1,2}})(?:st|nd|rd|th)? {_MONTH} (\d{{4}}) snapshot"  # 31st March 2014 snapshot
_MID_YEAR = r"(\d{4}) mid-year estimate"


@dataclass(frozen=True)
class Periods:
    """Three columns that say when, and how many rows left the kind of year unsaid."""

    kind: pa.Array
    start: pa.Array
    end: pa.Array
    kind_unsaid: np.ndarray


def read_period(text: str) -> Period | None:
    """The stretch of time that ScotPHO means by a text; None where it is no period.

    A survey year is taken as a calendar year and a snapshot of a month as that month, for the day is not
    told. Years put together have the kind ``years`` and their true first and last day, by the kind of year.

    >>> read_period("2019/20 to 2021/22 financial years; 3-year aggregates").label
    '2019/20 to 2021/22'
    """
    said = re.sub(r"\s+", " ", text.strip().lower())
    if found := re.fullmatch(_MID_YEAR, said):
        return mid_year(int(found[1]))
    if found := re.fullmatch(_DAY, said):
        return _snapshot(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
    if found := re.fullmatch(_MONTHS_OF_YEARS, said):
        first = month(int(found[1]), _MONTHS.index(found[3]) + 1)
        last = month(int(found[2] or found[1]), _MONTHS.index(found[3]) + 1)
        return first if first == last else _put_together(first.start, last.end)
    for form in _FORMS:
        if found := re.fullmatch(form, said):
            return _years(found["years"], found.groupdict().get("kind") or "")
    return None


def _snapshot(year: int, number: int, day: int) -> Period | None:
    try:
        return snapshot(date(year, number, day))
    except ValueError:
        return None


def _put_together(start: date, end: date) -> Period | None:
    return Period(start, end, "years") if end > start else None


def _years(text: str, kind: str) -> Period | None:
    """A year, or years put together. Those that run over New Year are financial unless they are said to be school.

    Of '2003/05-2005/06' the first year, 2003, and the last, 2005/06, are right and the '05' is not: what
    follows the first stroke is read only where there is no second.
    """
    found = re.fullmatch(_YEARS, text)
    assert found is not None, text
    first, half, last, last_half = found.groups()
    if bool(half) != bool(last_half if last else half):
        return None
    last, half = last or first, last_half or half
    if bool(half) != (kind in ("financial", "school") or (not kind and bool(half))):
        return None
    if half and (int(last) + 1) % 100 != int(half):
        return None
    begins = {"school": (8, 1), "financial": (4, 1)}.get(kind, (4, 1) if half else (1, 1))
    start = date(int(first), *begins)
    end = date.fromordinal(date(int(last) + 1, *begins).toordinal() - 1)
    if first != last:
        return _put_together(start, end)
    if not half:
        return calendar_year(int(first))
    return Period(start, end, "school_year" if kind == "school" else "financial_year")


def periods(cells: Cells, column: str) -> Periods:
    """Kind, start and end of a column of ScotPHO's periods; texts that are none become problems."""
    supplied = cells.text(column, what="a period such as '2021/22 financial year'")
    encoded = supplied.combine_chunks().dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    known = [read_period(text) for text in texts]
    unsaid = [bool(re.search(r"\d/\d", text)) and not re.search(_KIND, text.lower()) for text in texts]
    unread = pa.array([period is None for period in known], pa.bool_()).take(encoded.indices)
    examples = [text for text, period in zip(texts, known, strict=True) if period is None][:3]
    cells.reject(
        column, unread,
        f"found {', '.join(repr(text) for text in examples)} where a period such as '2021/22 financial year' or "
        "'2018 to 2022 calendar years; 5-year aggregates' was expected",
        "Correct it, or report a wording that ScotPHO has begun to use.",
    )  # fmt: skip
    pick = lambda values, of: pa.array(values, of).take(encoded.indices)  # noqa: E731
    return Periods(
        pick([period and period.kind for period in known], pa.string()),
        pick([period and period.start for period in known], pa.date32()),
        pick([period and period.end for period in known], pa.date32()),
        mask(pick(unsaid, pa.bool_())),
    )


def places(cells: Cells, column: str) -> dict[str, Any]:
    """Kind and code of each place. Scotland, which ScotPHO gives a code of its own, is named instead."""
    codes = cells.text(column, pattern=CODE, what="a code such as S12000000, or S00000001 for Scotland")
    starts = pc.utf8_slice_codeunits(codes, 0, 3)
    kind = pc.take(pa.array(list(AREA_TYPES.values())), pc.index_in(starts, pa.array(list(AREA_TYPES))))
    whole = pc.equal(kind, "country")
    nothing = pa.scalar(None, pa.string())
    return {
        "block_type": kind,
        "block_code": pc.if_else(whole, nothing, codes),
        "place_name": pc.if_else(whole, COUNTRY, nothing),
    }


def decimals(cells: Cells, *columns: str) -> int:
    """To how many decimals the file prints its values: one, or more where it shows more."""
    shown = [pc.extract_regex(cells.text(column, empty=True), r"\.(?P<digits>\d+)$") for column in columns]
    lengths = [pc.max(pc.utf8_length(pc.struct_field(found, "digits"))).as_py() or 0 for found in shown]
    return max(DECIMALS, *lengths)


def status_of(value: pa.ChunkedArray, numerator: pa.ChunkedArray, supplied: pa.ChunkedArray) -> pa.ChunkedArray:
    """What a value is. One of 0 is a true zero only beside a count of nought: others were rounded down to it."""
    zero, none = pc.equal(value, 0), pc.fill_null(pc.equal(numerator, 0), False)
    figure = pc.if_else(zero, pc.if_else(none, "true_zero", "rounded"), "actual")
    return pc.if_else(pc.is_valid(value), figure, supplied)


def reject_outside_limits(
    cells: Cells, column: str, value: pa.ChunkedArray, lower: pa.ChunkedArray, upper: pa.ChunkedArray
) -> None:
    """Report rows whose value lies outside its own limits."""
    cells.reject(
        column, mask(pc.greater(lower, value)) | mask(pc.greater(value, upper)),
        "the value lies outside its own confidence limits",
        "The columns of the limits may have been exchanged, or a cell changed by hand; get the extract again.",
    )  # fmt: skip


def claims(subject: str, rows: pa.Table) -> tuple[str, ...]:
    """One claim for each measure, kind of place and period: a download holds what its user chose."""
    slices = rows.group_by(["measure", "block_type", "period_start", "period_end", "period_type"]).aggregate([])
    ordered = slices.sort_by([(name, "ascending") for name in slices.column_names]).to_pylist()
    return tuple(
        f"{subject}, {one['measure']} by {one['block_type'].replace('_', ' ')}, "
        f"{period_label(one['period_type'], one['period_start'], one['period_end'])}"
        for one in ordered
    )
