"""What people say in an area, beside what the data say now: issues, priorities and actions as sheets to be printed.

Words are printed as they were written, and only as text. A partnership's page gathers those of its localities.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.numbers import DASH, print_value, unit_label
from locality_profiles.periods import period_label
from locality_profiles.publish.reading import AreaKey
from locality_profiles.publish.sheets import Column, Sheet
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb

STATES = {"open": "Open", "in_progress": "In progress", "done": "Done", "not_taken": "Not taken up"}
UNDONE = ("open", "in_progress")
#: Several of a kind, and one.
KINDS = {"issue": ("Issues", "Issue"), "priority": ("Priorities", "Priority"), "action": ("Actions", "Action")}
ABOUT = {
    "issue": "What people raised at meetings, in the words that were used.",
    "priority": "What was agreed to matter most.",
    "action": "What is done about it, and by whom.",
}
NO_SURVEY = (
    "Gathered at meetings and printed as it was written. Who comes to a meeting is not everybody: numbers of people "
    "are those who said so, and no survey."
)
BESIDE = (
    "Beside each entry stands the present figure of the indicators that it names, for the same area. That they stand "
    "side by side does not say that one made the other."
)
Row = dict[str, Any]


@dataclass(frozen=True)
class Voice:
    """Sheets of each area and partnership; none where nobody wrote anything."""

    sheets: Mapping[AreaKey, tuple[Sheet, ...]] = field(default_factory=dict)

    def of(self, key: AreaKey) -> tuple[Sheet, ...]:
        return self.sheets.get(key, ())


def read_voice(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], names: Mapping[AreaKey, str]
) -> Voice:  # fmt: skip
    """Everything that pages say of what people say, by area; a partnership has its localities' entries as well."""
    if "voice" not in tables or "voice_figure" not in tables:
        return Voice()
    rows = _rows(connection, f"""
        select v.*, a.parent_code, max(raised) over () as as_at from {relation(tables["voice"])} v
        left join {relation(tables["area"])} a using (area_type, area_code)
        order by raised desc, entry_id""")  # fmt: skip
    figures: dict[str, list[str]] = {}
    for row in _rows(connection, f"""
            select f.*, i.title, i.unit, i.decimals from {relation(tables["voice_figure"])} f
            join {relation(tables["indicator"])} i using (indicator_id) order by entry_id, position"""):  # fmt: skip
        figures.setdefault(row["entry_id"], []).append(_figure(row))
    titles = {row["entry_id"]: row["title"] for row in rows}
    found: dict[AreaKey, list[Row]] = {}
    for row in rows:
        found.setdefault((row["area_type"], row["area_code"]), []).append(row)
        if row["area_type"] == "locality":
            found.setdefault(("hscp", row["parent_code"] or row["area_code"].partition("/")[0]), []).append(row)
    return Voice({key: tuple(_sheets(key, told, figures, titles, names)) for key, told in found.items()})


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    found = connection.execute(query)
    columns = [column[0] for column in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def _figure(row: Row) -> str:
    value = print_value(row["value"], row["status"], row["unit"], row["decimals"])
    unit = "" if row["value"] is None or row["unit"].startswith(("%", "£", "pence")) else f" {unit_label(row['unit'])}"
    when = (
        f" ({period_label(row['period_type'], row['period_start'], row['period_end'])})" if row["period_type"] else ""
    )
    return f"{row['title']}: {value}{unit}{when}"


def _sheets(key: AreaKey, rows: Sequence[Row], figures: Mapping[str, Sequence[str]], titles: Mapping[str, str],
            names: Mapping[AreaKey, str]) -> list[Sheet]:  # fmt: skip
    """A sheet for each kind of entry that the area has."""
    gathered = key[0] == "hscp"
    found = []
    for kind, (title, one) in KINDS.items():
        mine = [row for row in rows if row["kind"] == kind]
        if not mine:
            continue
        columns = [*([Column("Where", words=True)] if gathered else []), *_columns(kind)]
        printed = tuple(
            (
                row["title"],
                (*([_where(row, key, names)] if gathered else []), *_cells(kind, row, figures, titles)),
                False,
            )
            for row in mine
        )
        found.append(Sheet(f"voice-{kind}", title, f"{ABOUT[kind]} Latest first", one, tuple(columns), printed,
                           _caveats(kind, mine)))  # fmt: skip
    return found


def _where(row: Row, key: AreaKey, names: Mapping[AreaKey, str]) -> str:
    mine = (row["area_type"], row["area_code"])
    return "The whole partnership" if mine == key else names.get(mine, mine[1])


def _columns(kind: str) -> list[Column]:
    middle = {
        "issue": [Column("Said by", "people"), Column("Heard at", words=True)],
        "priority": [Column("Answers", words=True), Column("Seen to by", words=True), Column("Due", words=True)],
        "action": [Column("Answers", words=True), Column("Seen to by", words=True), Column("Due", words=True)],
    }[kind]
    return [Column("In words", words=True), Column("Raised", words=True), *middle, Column("State", words=True),
            Column("The data now", words=True)]  # fmt: skip


def _cells(kind: str, row: Row, figures: Mapping[str, Sequence[str]], titles: Mapping[str, str]) -> tuple[str, ...]:
    if kind == "issue":
        middle = [f"{row['support']:,}" if row["support"] else DASH, row["heard_at"] or DASH]
    else:
        answers = [titles.get(entry, entry) for entry in (row["answers"] or "").split()]
        middle = ["; ".join(answers) or DASH, row["owner_role"] or DASH, _due(row)]
    return (row["words"] or DASH, _day(row["raised"]), *middle, STATES[row["state"]],
            "; ".join(figures.get(row["entry_id"], ())) or DASH)  # fmt: skip


def is_overdue(row: Mapping[str, Any]) -> bool:
    """Whether something is not done though its day was past when the log was last written in."""
    return row["due"] is not None and row["due"] < row["as_at"] and row["state"] in UNDONE


def _due(row: Row) -> str:
    if row["due"] is None:
        return DASH
    return f"{_day(row['due'])}, overdue" if is_overdue(row) else _day(row["due"])


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _caveats(kind: str, rows: Sequence[Row]) -> tuple[str, ...]:
    if kind == "issue":
        return (NO_SURVEY, BESIDE)
    overdue = sum(map(is_overdue, rows))
    as_at = _day(rows[0]["as_at"])
    return (f"{overdue} overdue on {as_at}, the day of the latest entry of any log.",) if overdue else ()
