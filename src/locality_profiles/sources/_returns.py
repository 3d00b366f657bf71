"""Returns that somebody fills in by hand: what their workbooks hold, read from ``returns/*.toml``.

The template that is sent out, the reader of the filled workbook and the page of the manual are made from the same
declaration, so none of them can promise what another does not keep.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.episodes.measures import measures
from locality_profiles.ledger import codes as ledger
from locality_profiles.tables.curated import STAGED
from locality_profiles.tables.intake import Layout

FOLDER = Path(__file__).parent / "returns"

#: Returns by the name under which their template is asked for: the file that declares them, and their kind of extract.
RETURNS = {
    "social-care": ("social_care.toml", "social_care_return"),
    "third-sector": ("third_sector.toml", "third_sector_return"),
    "budget": ("budget.toml", "budget_return"),
    "voice": ("voice.toml", "voice_log"),
}
#: Sheets of a template that are not filled in.
READ_ME, PLACES, CODES = "Read me", "Localities", "Codes"

TYPES = {
    "quarter": "a financial quarter such as 2025/26 Q1", "year": "a financial year such as 2025/26",
    "month": "a month such as 2025-04, or nothing", "day": "a day such as 2026-03-31, or a financial year",
    "partnership": "a name or code", "locality": "a name or code", "age": "one of a list", "service": "one of a list",
    "part": "one of a list, or nothing", "role": "one of a list", "count": "a whole number, * or nothing",
    "number": "a number, * or nothing", "money": "pounds", "date": "a date such as 2027-03-31", "text": "text",
    "code": "a code of the ledger's own", "host": "a code such as S37000001",
}  # fmt: skip
#: Every other age band of a return is a part of this one.
ALL_AGES = "all"
COUNTED = ("count", "number")
CODED = ("age", "service", "part", "role")
#: Types of the column that says when a row is of: each sheet has one.
PERIODS = ("quarter", "year", "day")


@dataclass(frozen=True)
class Becomes:
    """Rows of ``activity`` that a counted column becomes.

    ``service`` is empty where the sheet's column of services says it. ``place`` names the column of the place.
    """

    measure: str
    service: str
    place: str
    last_day: bool
    age: str

    @property
    def adds(self) -> str:
        return measures()[self.measure].kind


@dataclass(frozen=True)
class ReturnColumn:
    """One column of a sheet: what stands in it, and what becomes of it."""

    name: str
    type: str
    write: str
    example: str
    required: bool
    unit: str
    values: Mapping[str, str]
    list: str
    codes: Mapping[str, str]
    geo_role: str
    outside: bool
    key: bool
    pattern: str
    form: str
    waits: str
    fills: str
    becomes: tuple[Becomes, ...]

    @property
    def counted(self) -> bool:
        return self.type in COUNTED

    @property
    def divides(self) -> bool:
        """Whether its value tells one row of a sheet from another."""
        return self.key or self.type in (*PERIODS, "partnership", "locality", *CODED)

    @property
    def heading(self) -> str:
        """A pattern of its heading: one of money may say in what, so that thousands can be told from pounds."""
        return rf"{re.escape(self.name)}(?:[ (,£].*)?"


@dataclass(frozen=True)
class ReturnSheet:
    """One sheet: one layout, by which it is recognised.

    ``table`` is the table that its rows become; empty for a sheet that others are only checked against.
    """

    id: str
    title: str
    about: str
    reported: bool
    told_by: str
    table: str
    columns: tuple[ReturnColumn, ...]

    def of(self, *types: str) -> tuple[ReturnColumn, ...]:
        return tuple(column for column in self.columns if column.type in types)

    @property
    def period(self) -> ReturnColumn:
        return self.of(*PERIODS)[0]

    @property
    def layout(self) -> Layout:
        """By the columns without which the sheet cannot be used; what may be left out does not make it another."""
        needed = [column for column in self.columns if column.required and column.type != "part"]
        money = [column for column in needed if column.type == "money"]
        return Layout(
            self.title.lower(), tuple(column.name for column in needed if column not in money),
            tuple(column.heading for column in money), containers=("text", "workbook"),
            examples=tuple(column.name for column in money), may_be_empty=True,
        )  # fmt: skip


@dataclass(frozen=True)
class Return:
    """A workbook that is sent out and comes back."""

    name: str
    kind: str
    title: str
    read_me: tuple[str, ...]
    lists: Mapping[str, Mapping[str, str]]
    sheets: tuple[ReturnSheet, ...]

    @property
    def layouts(self) -> tuple[Layout, ...]:
        return tuple(sheet.layout for sheet in self.sheets)

    def sheet(self, layout: Layout) -> ReturnSheet:
        return next(sheet for sheet in self.sheets if sheet.layout == layout)


@cache
def declared(name: str) -> Return:
    """The return of a name, such as social-care."""
    file, kind = RETURNS[name]
    return read_return(FOLDER / file, name, kind)


# --- reading a declaration ------------------------------------------------------------------------

_TOP = {
    "title": Field(str, required=True), "read_me": Field(list, required=True), "list": Field(dict, default={}),
    "ledger": Field(list, default=[]), "sheet": Field(list, required=True),
}  # fmt: skip
_SHEET = {
    "id": Field(str, required=True, pattern="[a-z_]+"), "title": Field(str, required=True),
    "about": Field(str, required=True), "parts": Field(str, allowed=("every_row", "reported"), default="every_row"),
    "told_by": Field(str, default=""),
    "table": Field(str, default="activity", allowed=("activity", "budget_line", "hosted_use", "voice", "")),
    "column": Field(list, required=True),
}  # fmt: skip
_COLUMN = {
    "name": Field(str, required=True, pattern="[a-z0-9_]+"),
    "type": Field(str, required=True, allowed=tuple(TYPES)), "write": Field(str, required=True),
    "example": Field(str, required=True), "required": Field(bool, default=True), "unit": Field(str, default=""),
    "list": Field(str, default=""), "services": Field(dict, default={}), "roles": Field(dict, default={}),
    "geo_role": Field(str, allowed=("residence", "provider", "by_column"), default=""),
    "outside": Field(bool, default=False), "key": Field(bool, default=False), "pattern": Field(str, default=""),
    "form": Field(str, default=""), "waits": Field(str, default=""), "fills": Field(str, default=""),
    "becomes": Field(list, default=[]),
}  # fmt: skip
_BECOMES = {
    "measure": Field(str, required=True, allowed=tuple(measures())), "service": Field(str, default=""),
    "place": Field(str, default=""), "period": Field(str, allowed=("whole", "last_day"), default="whole"),
    "age": Field(str, default=""),
}  # fmt: skip


def read_return(path: Path, name: str, kind: str) -> Return:
    """Read a declaration, strictly.

    Raises
    ------
    DefinitionError
        With every problem of it, each with its line and remedy.
    """
    declaration = read_declaration(path)
    told = declaration.read(declaration.data, _TOP)
    lists = _lists(declaration, told["list"]) | _ledger_lists(declaration, told["ledger"])
    read_me = list_of_text(declaration, told["read_me"] or [], "read_me")
    sheets = tuple(_sheet(declaration, table, lists, str(at)) for at, table in enumerate(told["sheet"] or []))
    _refuse_twins(declaration, sheets)
    declaration.finish()
    return Return(name, kind, told["title"], read_me, lists, sheets)


def _lists(declaration: Declaration, told: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    for name, values in told.items():
        if not isinstance(values, dict) or not values or not all(isinstance(title, str) for title in values.values()):
            declaration.problem(f"the list '{name}' is no table of titles", 'Write value = "Title".', "list", name)
    return {name: dict(values) for name, values in told.items() if isinstance(values, dict)}


def _ledger_lists(declaration: Declaration, names: list[Any]) -> dict[str, dict[str, str]]:
    """Lists that every ledger is told by, which are declared once for all."""
    known = {**ledger.words(), "service": {code: service.title for code, service in ledger.services().items()}}
    for name in names:
        if name not in known:
            declaration.problem(f"'ledger' names the list '{name}', which no ledger has",
                                f"Name some of {', '.join(known)}.", "ledger")  # fmt: skip
    return {name: dict(known[name]) for name in names if name in known}


def _sheet(declaration: Declaration, table: Any, lists: Mapping[str, Mapping[str, str]], at: str) -> ReturnSheet:
    where = ("sheet", at)
    told = declaration.read(table, _SHEET, *where)
    title = told["title"] or ""
    if len(title) > 31 or re.search(r"[\[\]:*?/\\]", title):
        declaration.problem(f"'{title}' cannot be the name of a sheet", "Use at most 31 letters, none of []:*?/\\.",
                            *where, "title")  # fmt: skip
    columns = tuple(
        _column(declaration, column, lists, (*where, "column", str(n))) for n, column in enumerate(told["column"] or [])
    )
    sheet = ReturnSheet(told["id"] or "", title, told["about"] or "", told["parts"] == "reported", told["told_by"],
                        told["table"], columns)  # fmt: skip
    _check_sheet(declaration, sheet, where)
    return sheet


def _column(
    declaration: Declaration, table: Any, lists: Mapping[str, Mapping[str, str]], where: tuple[str, ...]
) -> ReturnColumn:
    told = declaration.read(table, _COLUMN, *where)
    becomes = tuple(_becomes(declaration, each, where) for each in told["becomes"])
    codes = {str(value): str(code) for value, code in (told["services"] | told["roles"]).items()}
    values = lists.get(told["list"], {})
    if told["type"] == "service" and not codes and told["list"] == "service":
        codes = {code: code for code in values}  # a ledger's services are written as their codes
    column = ReturnColumn(
        told["name"] or "", told["type"] or "text", told["write"] or "", told["example"] or "", told["required"],
        told["unit"], values, told["list"], codes, told["geo_role"], told["outside"], told["key"], told["pattern"],
        told["form"], told["waits"], told["fills"], becomes,
    )  # fmt: skip
    _check_column(declaration, column, lists, where)
    return column


def _becomes(declaration: Declaration, table: Any, where: tuple[str, ...]) -> Becomes:
    told = declaration.read(table, _BECOMES, *where, "becomes")
    return Becomes(told["measure"] or "", told["service"], told["place"], told["period"] == "last_day", told["age"])


def _check_column(
    declaration: Declaration, column: ReturnColumn, lists: Mapping[str, Any], where: tuple[str, ...]
) -> None:
    name = column.name
    if (column.type in CODED or column.list) and column.list not in lists:
        remedy = f"Name one of the lists: {', '.join(lists)}."
        declaration.problem(f"the column '{name}' has the list '{column.list}', which is not there", remedy,
                            *where, "list")  # fmt: skip
    elif column.values and column.example not in column.values:
        declaration.problem(f"the example of '{name}' is not in its list", f"Write one of {', '.join(column.values)}.",
                            *where, "example")  # fmt: skip
    if column.type in ("service", "role") and set(column.codes) != set(column.values):
        key = "services" if column.type == "service" else "roles"
        declaration.problem(f"'{key}' of the column '{name}' and its list do not hold the same values",
                            "Give each value of the list one code.", *where, key)  # fmt: skip
    if column.counted != bool(column.becomes or (column.counted and column.fills)):
        what = "is counted and becomes nothing" if column.counted else "is not counted and becomes a measure"
        declaration.problem(f"the column '{name}' {what}", "Only a count or a number becomes a measure, and each does.",
                            *where, "becomes")  # fmt: skip
    if (column.type == "locality") != bool(column.geo_role):
        declaration.problem(f"the column '{name}' must say what ties figures to its place, if it is a locality",
                            'Add geo_role = "residence" to a locality, and to nothing else.', *where)  # fmt: skip


def _check_sheet(declaration: Declaration, sheet: ReturnSheet, where: tuple[str, ...]) -> None:
    names = [column.name for column in sheet.columns]
    for name in sorted({name for name in names if names.count(name) > 1}):
        declaration.problem(f"the sheet '{sheet.title}' has the column '{name}' twice", "Rename one.", *where)
    for types, wanted in ((PERIODS, 1), (("partnership",), 1)):
        if len(sheet.of(*types)) != wanted:
            declaration.problem(f"the sheet '{sheet.title}' should have one column of type {' or '.join(types)}",
                                "Add it, or take the others out.", *where)  # fmt: skip
    places = {column.name for column in sheet.of("locality")}
    has_services = bool(sheet.of("service"))
    for number, column in enumerate(sheet.columns):
        for each in column.becomes:
            at = (*where, "column", str(number), "becomes")
            if (each.place or len(places) != 1) and each.place not in places:
                declaration.problem(f"'{column.name}' becomes a figure of no place of its sheet",
                                    f'Write place = "…": one of {", ".join(sorted(places))}.', *at)  # fmt: skip
            if not each.service and not has_services:
                declaration.problem(f"'{column.name}' becomes a figure of no service", 'Write service = "…".', *at)
    promised = STAGED[sheet.table].schema.names if sheet.table in STAGED else []
    for number, column in enumerate(sheet.columns):
        if column.fills and column.fills not in promised:
            declaration.problem(f"'{column.name}' fills '{column.fills}', which the table '{sheet.table}' has not",
                                "Name one of its columns; docs/reference/tables.md lists them.",
                                *where, "column", str(number), "fills")  # fmt: skip
    if sheet.told_by and sheet.told_by not in names:
        declaration.problem(f"'told_by' names '{sheet.told_by}', which is no column", "Name a column of the sheet.",
                            *where, "told_by")  # fmt: skip


def _refuse_twins(declaration: Declaration, sheets: tuple[ReturnSheet, ...]) -> None:
    """Two sheets whose required columns are the same could not be told apart."""
    seen: dict[frozenset[str], str] = {}
    for number, sheet in enumerate(sheets):
        columns = frozenset(sheet.layout.required)
        if columns in seen:
            declaration.problem(f"the sheets '{seen[columns]}' and '{sheet.title}' have the same required columns",
                                "Rename a column of one, so that a sheet is known by its headings.",
                                "sheet", str(number))  # fmt: skip
        seen[columns] = sheet.title
