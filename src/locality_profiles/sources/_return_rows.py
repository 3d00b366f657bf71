"""Reading a return that came back filled in: its rows as activity, and everything that is wrong with it.

What a sheet holds is declared in ``returns/*.toml``. Nothing about a person may stand in a return, so that is looked
for first, and where it is found nothing else of the sheet is told: an error must not repeat it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.errors import ExtractRefused, Problem
from locality_profiles.geography.vintages import USUAL, vintage_of
from locality_profiles.sources import Curated, ReadExtract
from locality_profiles.sources._activity_tables import claims, floats, group_numbers, mask, recode, stage_activity
from locality_profiles.sources._returns import (
    ALL_AGES,
    CODES,
    PLACES,
    READ_ME,
    Becomes,
    Return,
    ReturnColumn,
    ReturnSheet,
)
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import RawTable, Recognised, header_key, open_sheets

EXAMPLE, OUTSIDE = "example", "Outside"
ZONE, LOCALITY, NAME = "data zone", "code", "name"
ZONE_CODE, LOCALITY_CODE = r"^S01\d{6}$", r"^S37\d{6}/[a-z0-9-]+$"
#: How well a cell is known, worst last: the worst part of a sum decides.
KNOWN, NOT_AVAILABLE, SUPPRESSED = 0, 1, 2
STATUS_OF = np.array(["actual", "not_available", "suppressed"], dtype=object)
MORE_THAN_ONCE = "People are counted once in each part and added, so some may be counted more than once."
#: Headings of columns about a person, as words.
PERSON_HEADING = (
    r"\b(chi|upi|dob|birth|forename|surname|first name|last name|full name|client|patient|person id|nhs number|"
    r"postcode|post code|address|e-?mail|telephone|phone|national insurance)\b"
)
#: Texts that look like something about a person, and what to call it. None of them can be a count or a place here.
PERSON_VALUES = {
    "a CHI number (10 digits)": r"(?:^|[^\d.])\d{6}[ -]?\d{4}(?:$|\D)",
    "a CHI number that lost its first 0": r"^[1-9](?:0[1-9]|1[0-2])\d{6}$",
    "a postcode": r"(?i)\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b",
}
A_DAY = r"(?:19|20)\d\d-\d\d-\d\d|\b\d{1,2}[/.]\d{1,2}[/.](?:19|20)?\d\d\b"
KEYS = ("block_type", "block_code", "place_name", "place_parent", "period_type", "period_start", "period_end",
        "service_code", "measure_code", "geo_role")  # fmt: skip


def read_sheet(
    form: Return, raw: RawTable, more: Callable[[SheetRows], Mapping[str, pa.Table]] | None = None
) -> Curated:  # fmt: skip
    """The activity that one sheet becomes, and what ``more`` makes of its checked rows.

    Raises
    ------
    ExtractRefused
        With everything that is wrong with the sheet; or only with what is about persons, if anything is.
    """
    sheet = form.sheet(raw.layout)
    refuse_persons(raw, sheet)
    filled, problems = without_example(raw, sheet)
    if not len(filled):
        if problems:
            raise ExtractRefused(f"{raw.name} was refused.", problems)
        return Curated({}, (), ())
    rows = SheetRows(filled, sheet)
    rows.cells.problems.extend(problems)
    rows.check()
    rows.cells.finish()
    facts = [facts_of(rows, column, each) for column in sheet.columns for each in column.becomes]
    facts = [fact for fact in facts if fact.num_rows]  # none, where all of a column is outside the partnership
    tables = {"activity": _staged(form, pa.concat_tables(facts))} if facts else {}
    tables |= more(rows) if more else {}
    return Curated(tables, rows.claims(form), rows.notes())


def check_file(form: Return, path: Path, name: str, sheets: Sequence[Recognised], read: Sequence[ReadExtract]
               ) -> list[Problem]:  # fmt: skip
    """What only the whole workbook shows: a sheet that lost a heading, persons on other sheets, nothing filled in."""
    known = {sheet.sheet.name for sheet in sheets} | {READ_ME, PLACES, CODES}
    problems = []
    for other in open_sheets(path, name):
        if other.name in known:
            continue
        if found := _persons_in(other.preview):
            problems.append(Problem(f"the sheet holds {found}", _NO_PERSONS, name, other.name))
        declared = next((s for s in form.sheets if header_key(s.title) == header_key(other.name or "")), None)
        if declared is not None and any(any(row) for row in other.preview):
            wanted = ", ".join(declared.layout.required)
            problems.append(Problem(f"the sheet has not the headings of its template: {wanted}",
                                    "Copy the row of headings from the template, or take the sheet out.",
                                    name, other.name))  # fmt: skip
    mine = [each for each in read if each.kind == form.kind]
    if not problems and len(mine) == len(sheets) and not any(each.curated.claims for each in mine):
        problems.append(Problem("the workbook is empty: no sheet has a row that is filled in",
                                "Fill in a sheet, or take the workbook out of the extracts folder.", name))  # fmt: skip
    return problems


# --- nothing about a person -----------------------------------------------------------------------

_NO_PERSONS = "Take it out and send counts only: nothing about a person may stand in this return."


def refuse_persons(raw: RawTable, sheet: ReturnSheet) -> None:
    """Refuse a sheet in which a column or a cell is about a person. The error shows where, and never what.

    Raises
    ------
    ExtractRefused
        With each such column.
    """
    raise_persons(raw, persons_found(raw, sheet, looks_of))


def looks_of(column: ReturnColumn | None) -> dict[str, str]:
    """What a cell of a column must not look like: a name of the thing and a pattern."""
    looks = dict(PERSON_VALUES)
    if column is None or column.type not in ("date", "quarter", "year"):
        looks["a date of birth"] = A_DAY
    return looks


def persons_found(
    raw: RawTable, sheet: ReturnSheet, looks: Callable[[ReturnColumn | None], Mapping[str, str]]
) -> list[Problem]:
    """A problem for each column, and each kind of cell in a column, that is about persons."""
    declared = {header_key(column.name): column for column in sheet.columns}
    problems = []
    for spelling in raw.columns.column_names:
        column = declared.get(header_key(spelling))
        if column is None and re.search(PERSON_HEADING, header_key(spelling).replace("_", " ")):
            problems.append(Problem("the column is about persons", _NO_PERSONS, raw.name, raw.sheet, spelling))
            continue
        for what, pattern in looks(column).items():
            at = mask(pc.match_substring_regex(raw.columns[spelling], pattern))
            if at.any():
                problems.append(person_problem(raw, spelling, what, at))
    return problems


def person_problem(raw: RawTable, spelling: str, what: str, at: np.ndarray) -> Problem:
    rows = tuple(int(number) for number in raw.row_numbers[at][:5])
    return Problem(f"the cell looks like {what}", _NO_PERSONS, raw.name, raw.sheet, spelling, rows, int(at.sum()))


def raise_persons(raw: RawTable, problems: Sequence[Problem]) -> None:
    if problems:
        raise ExtractRefused(f"{raw.name} was refused: it holds something about persons.", problems)


def _persons_in(preview: Sequence[Sequence[str]]) -> str:
    """What a sheet that is not ours holds about persons: a heading or a cell; empty if nothing."""
    cells = [cell for row in preview for cell in row if cell]
    short = [header_key(cell).replace("_", " ") for cell in cells if len(cell) <= 30]
    if any(re.search(PERSON_HEADING, cell) for cell in short):
        return "a column about persons"
    return next((what for what, pattern in PERSON_VALUES.items() if any(re.search(pattern, c) for c in cells)), "")


def without_example(raw: RawTable, sheet: ReturnSheet) -> tuple[RawTable, list[Problem]]:
    """The rows that are no example; a row that is marked as one and holds other figures is a problem."""
    first = raw.columns[raw.find(sheet.period.name) or ""]
    example = mask(pc.starts_with(pc.utf8_lower(first), EXAMPLE))
    changed = np.zeros(len(raw), dtype=bool)
    for column in sheet.columns:
        spelling = raw.find(column.name)
        if column is not sheet.period and spelling is not None:
            changed |= mask(pc.not_equal(raw.columns[spelling], column.example))
    problems = []
    if (example & changed).any():
        at = raw.row_numbers[example & changed]
        problems.append(Problem("the row is marked as an example and holds figures of its own",
                                "Write the period alone in its first cell, or take the row out.", raw.name, raw.sheet,
                                sheet.period.name, tuple(int(n) for n in at[:5]), len(at)))  # fmt: skip
    return raw.where(~example), problems


# --- the rows of a sheet --------------------------------------------------------------------------


class SheetRows:
    """The filled rows of one sheet, checked; columns that may be missing are read as empty."""

    def __init__(self, raw: RawTable, sheet: ReturnSheet) -> None:
        self.sheet = sheet
        self.unread = [name for name in raw.columns.column_names
                       if header_key(name) not in {header_key(column.name) for column in sheet.columns}]  # fmt: skip
        self.cells = Cells(replace(raw, columns=_completed(raw, sheet)))
        self.read = {
            column.name: self._read(column) for column in sheet.columns if column.type not in ("quarter", "year")
        }
        kind = "financial_quarter" if sheet.period.type == "quarter" else "financial_year"
        self.period = self.cells.periods(sheet.period.name, kind)

    def __len__(self) -> int:
        return len(self.cells.raw)

    def _read(self, column: ReturnColumn) -> pa.ChunkedArray:
        name = column.name
        if column.counted or column.type == "money":
            return self.cells.number(name, whole=column.type == "count", unit=column.unit)
        if column.type == "date":
            return self.cells.text(name, pattern=r"20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", empty=True,
                                   what="a date such as 2027-03-31")  # fmt: skip
        return self.cells.text(
            name, allowed=list(column.values) or None, pattern=column.pattern or None,
            empty=column.type == "part" or not column.required, what=column.form or None,
        )  # fmt: skip

    def supplied(self, name: str) -> pa.ChunkedArray:
        return self.cells.raw.columns[self.cells.raw.find(name) or ""]

    def check(self) -> None:
        """Rows that stand twice, totals beside their parts, ages that are not all there, two manners of places."""
        self.cells.unique(*(column.name for column in self.sheet.columns if column.divides))
        self._refuse_totals_beside_parts()
        self._refuse_missing_ages()
        for column in self.sheet.of("locality"):
            self._refuse_two_manners(column)

    def numbered(self, *leaving_out: str, without: Sequence[str] = ()) -> np.ndarray:
        """The same number for rows that are alike in all that divides rows, but for columns of some types or names."""
        names = [c.name for c in self.sheet.columns
                 if c.divides and c.type not in leaving_out and c.name not in without]  # fmt: skip
        return group_numbers(*(self.supplied(name) for name in names))

    @cached_property
    def undivided_by_age(self) -> np.ndarray:
        return self.numbered("age")

    @property
    def age(self) -> pa.ChunkedArray | pa.Array:
        column = self.sheet.of("age")
        return self.read[column[0].name] if column else pa.repeat(ALL_AGES, len(self))

    def _refuse_totals_beside_parts(self) -> None:
        groups = self.numbered("part")
        for column in self.sheet.of("part"):
            total = mask(pc.is_null(self.read[column.name]))
            divided = np.bincount(groups[~total], minlength=int(groups.max(initial=-1)) + 1) > 0
            self.cells.reject(
                column.name, total & divided[groups], "the cell is empty where other rows are divided by it",
                "Write a value in each row, or leave it empty in all: a total beside its parts would be counted twice.",
            )  # fmt: skip

    def _refuse_missing_ages(self) -> None:
        columns = self.sheet.of("age")
        if not columns:
            return
        bands = [value for value in columns[0].values if value != ALL_AGES]
        groups, size = self.undivided_by_age, int(self.undivided_by_age.max(initial=-1)) + 1
        total = mask(pc.equal(self.age, ALL_AGES))
        has_total = np.bincount(groups[total], minlength=size) > 0
        given = np.bincount(groups[~total], minlength=size)
        short = ~total & ~has_total[groups] & (given[groups] < len(bands))
        self.cells.reject(
            columns[0].name, short, "there is neither a row for all ages nor one for each band",
            f"Add a row '{ALL_AGES}', or those of {', '.join(bands)} that are missing, with 0 where there were none.",
        )  # fmt: skip

    def _refuse_two_manners(self, column: ReturnColumn) -> None:
        """A sheet that names a locality in one row and codes it in another could give it twice unseen."""
        manner = self.manner(column)
        placed = ~self.outside(column) & ~mask(pc.is_null(self.read[column.name]))
        first = manner[placed][0] if placed.any() else NAME
        self.cells.reject(
            column.name, placed & (manner != first), f"the place is not given as in the first row, by its {first}",
            "Write names of localities, or their codes, or data zones, in one sheet all the same.",
        )  # fmt: skip

    def manner(self, column: ReturnColumn) -> np.ndarray:
        written = self.supplied(column.name)
        zone, coded = (mask(pc.match_substring_regex(written, p)) for p in (ZONE_CODE, LOCALITY_CODE))
        return np.where(zone, ZONE, np.where(coded, LOCALITY, NAME))

    def outside(self, column: ReturnColumn) -> np.ndarray:
        if not column.outside:
            return np.zeros(len(self), dtype=bool)
        return mask(pc.equal(pc.utf8_lower(self.supplied(column.name)), OUTSIDE.lower()))

    def claims(self, form: Return) -> tuple[str, ...]:
        """What the sheet says alone: its subject, for each partnership and period."""
        partner = np.asarray(self.read[self.sheet.of("partnership")[0].name].to_pylist(), dtype=object)
        found: list[str] = []
        for name in sorted(set(partner)):
            at = pa.array(partner == name)
            found += claims(f"return of {form.name}, {self.sheet.title.lower()}, {name}",
                            *(values.filter(at) for values in self.period))  # fmt: skip
        return tuple(found)

    def notes(self) -> tuple[str, ...]:
        found = [f"columns that are not read: {', '.join(self.unread)}"] if self.unread else []
        for column in self.sheet.columns:
            if column.waits and (filled := int(mask(pc.is_valid(self.read[column.name])).sum())):
                found.append(f"cells of '{column.name}' that are filled in: {filled:,}. {column.waits}")
            if column.type == "locality" and (away := int(self.outside(column).sum())):
                found.append(f"rows whose '{column.name}' is outside the partnership, of no locality: {away:,}")
        return tuple(found)


def _completed(raw: RawTable, sheet: ReturnSheet) -> pa.Table:
    """The declared columns, in the file's spelling: those that may be left out as empty, and 's' as '*'."""
    columns = {}
    for column in sheet.columns:
        spelling = raw.find(column.name)
        values = raw.columns[spelling] if spelling else pa.chunked_array([pa.repeat("", len(raw))])
        if column.counted:
            values = pc.if_else(pc.equal(pc.utf8_lower(values), "s"), "*", values)
        columns[spelling or column.name] = values
    return pa.table(columns)


# --- what they become -----------------------------------------------------------------------------


def facts_of(rows: SheetRows, column: ReturnColumn, each: Becomes) -> pa.Table:
    """Figures of one measure: the parts of a row's place, service and age added, where the measure allows it."""
    table = _long(rows, column, each)
    of_ages = _with_all_ages(table, each) if rows.sheet.of("age") else table
    return _brought_together(of_ages, each, rows.sheet)


def _long(rows: SheetRows, column: ReturnColumn, each: Becomes) -> pa.Table:
    """One line for each row of the sheet that has a place here, with its value and how well it is known."""
    sheet = rows.sheet
    place = next(c for c in sheet.of("locality") if c.name == (each.place or c.name))
    period_type, start, end = rows.period
    value, status = rows.read[column.name], rows.cells.status(column.name)
    known = np.where(mask(pc.is_valid(value)), KNOWN,
                     np.where(mask(pc.equal(status, "suppressed")), SUPPRESSED, NOT_AVAILABLE))  # fmt: skip
    table = pa.table({
        **place_of(rows, place),
        "period_type": pa.repeat("snapshot", len(rows)) if each.last_day else period_type,
        "period_start": end if each.last_day else start, "period_end": end,
        "service_code": _service(rows, each), "measure_code": pa.repeat(each.measure, len(rows)),
        "geo_role": role_of(rows, place), "age_band": pa.repeat(each.age, len(rows)) if each.age else rows.age,
        "combination": pa.array(rows.undivided_by_age), "value": value, "known": pa.array(known),
        "teller": rows.read[sheet.told_by] if sheet.told_by else pa.repeat("", len(rows)),
    })  # fmt: skip
    return table.filter(pa.array(~rows.outside(place)))


def place_of(rows: SheetRows, column: ReturnColumn) -> dict[str, pa.Array | pa.ChunkedArray]:
    """The place that a column names, as the columns of a block."""
    written, manner = rows.read[column.name], rows.manner(column)
    named = pa.array(manner == NAME)
    edition = vintage_of(rows.supplied(column.name))
    block_type = np.where(manner == ZONE, np.where(edition == "", USUAL, edition), "locality")
    nothing = pa.scalar(None, pa.string())
    partnership = rows.read[rows.sheet.of("partnership")[0].name]
    return {
        "block_type": pa.array(block_type, pa.string()), "block_code": pc.if_else(named, nothing, written),
        "place_name": pc.if_else(named, written, nothing), "place_parent": pc.if_else(named, partnership, nothing),
    }  # fmt: skip


def _service(rows: SheetRows, each: Becomes) -> pa.Array | pa.ChunkedArray:
    if each.service:
        return pa.repeat(each.service, len(rows))
    column = rows.sheet.of("service")[0]
    return recode(rows.read[column.name], column.codes)


def role_of(rows: SheetRows, place: ReturnColumn) -> pa.Array | pa.ChunkedArray:
    """What ties a row to the place of a column."""
    if place.geo_role != "by_column":
        return pa.repeat(place.geo_role, len(rows))
    column = rows.sheet.of("role")[0]
    return recode(rows.read[column.name], column.codes)


def _with_all_ages(table: pa.Table, each: Becomes) -> pa.Table:
    """The lines, with one for all ages of each combination that gives its bands alone.

    A band stays only where every combination of its place and service gives bands: a part of them would pass for all.
    """
    if each.adds == "ratio":
        return table
    total = mask(pc.equal(table["age_band"], ALL_AGES))
    combination = table["combination"].to_numpy()
    size = int(combination.max(initial=-1)) + 1
    has_total = np.bincount(combination[total], minlength=size) > 0
    has_bands = np.bincount(combination[~total], minlength=size) > 0
    missing = table.filter(pa.array(~total & ~has_total[combination]))
    keys = [*KEYS, "combination", "teller"]
    whole = pc.ScalarAggregateOptions(skip_nulls=False)
    added = missing.group_by(keys).aggregate([("value", "sum", whole), ("known", "max", None)])
    added = added.rename_columns([*keys, "value", "known"])
    added = added.append_column("age_band", pa.repeat(ALL_AGES, added.num_rows)).select(table.column_names)
    key = group_numbers(*(table[name] for name in KEYS))
    undivided = np.bincount(key[~has_bands[combination]], minlength=int(key.max(initial=-1)) + 1) > 0
    return pa.concat_tables([table.filter(pa.array(total | ~undivided[key])), added])


def _brought_together(table: pa.Table, each: Becomes, sheet: ReturnSheet) -> pa.Table:
    """One line for each place, period, service and age: a sum that lacks a part has no value, and says why."""
    keys = [*KEYS, "age_band"]
    if sheet.reported:
        table = _that_reported(table, keys)
    some = pc.cast(pc.greater(pc.fill_null(table["value"], 0.0), 0.0), pa.int64())
    whole = pc.ScalarAggregateOptions(skip_nulls=False)
    told = table.append_column("some", some).group_by(keys).aggregate([
        ("value", "sum", whole), ("known", "max", None), ("some", "sum", None),
        ("value", "count", pc.CountOptions("all")), ("teller", "count_distinct", None),
    ])  # fmt: skip
    together = told.rename_columns([*keys, "value", "known", "some", "parts", "tellers"])
    if each.adds == "ratio":  # a median of parts is no median of the whole
        together = together.filter(pa.array(together["parts"].to_numpy() == 1))
    return _finished(together, each, sheet)


def _that_reported(table: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Without the empty cells of those that gave no figure, where others of the same place and service did."""
    groups = group_numbers(*(table[name] for name in keys))
    silent = table["known"].to_numpy() == NOT_AVAILABLE
    others = np.bincount(groups[~silent], minlength=int(groups.max(initial=-1)) + 1) > 0
    return table.filter(pa.array(~(silent & others[groups])))


def _finished(together: pa.Table, each: Becomes, sheet: ReturnSheet) -> pa.Table:
    """With the status of each figure and what its reader must know."""
    value, known = floats(together["value"]), together["known"].to_numpy()
    status = STATUS_OF[known]
    counted_twice = (each.adds == "distinct") & (together["some"].to_numpy() > 1) & (known == KNOWN)
    status = np.where((known == KNOWN) & (value == 0), "true_zero", np.where(counted_twice, "estimated", status))
    notes = [""] * len(value)
    if sheet.told_by:
        notes = [f"As {n} organisation{'s' if n > 1 else ''} told it." for n in together["tellers"].to_pylist()]
    notes = [f"{note} {MORE_THAN_ONCE}".strip() if twice else note
             for note, twice in zip(notes, counted_twice, strict=True)]  # fmt: skip
    value_or_none = pc.if_else(pa.array(known == KNOWN), together["value"], pa.scalar(None, pa.float64()))
    return pa.table({
        **{name: together[name] for name in (*KEYS, "age_band")}, "value": value_or_none,
        "status": pa.array(status, pa.string()), "note": pa.array([note or None for note in notes], pa.string()),
    })  # fmt: skip


def _staged(form: Return, table: pa.Table) -> pa.Table:
    order = [(name, "ascending") for name in ("service_code", "measure_code", "period_start", "geo_role", "block_type",
                                              "block_code", "place_parent", "place_name", "age_band")]  # fmt: skip
    ordered = table.sort_by(order)
    columns = {name: ordered[name] for name in ordered.column_names}
    return stage_activity({"source": form.kind, **columns}, ordered.num_rows)
