"""A profile's summary in the terminal: the area, its partnership, board and country.

A smaller area stands beside its locality instead of its board: eighty columns have room for four areas.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.errors import UnknownArea
from locality_profiles.publish.edition import SYNTHETIC
from locality_profiles.publish.numbers import figure_and_mark, legend, print_value
from locality_profiles.publish.reading import Cell, Indicator, Profile, Row, read_profiles
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb
    from rich.table import Table

ROLES = ("this", "hscp", "health_board", "country")
ROLES_WITHIN = ("this", "within", "hscp", "country")


def profile_summary(
    tables: Mapping[str, Path], area_type: str, area_code: str, *, synthetic: bool = False, indicator: str | None = None
) -> Table:
    """A table to print: one row for each row of the profile, or for one indicator of it.

    Raises
    ------
    UnknownArea
        If the release holds no profile of the area; the error names some that it holds.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    profile = _profile(tables, area_type, area_code)
    roles = ROLES_WITHIN if profile.beside("within") else ROLES
    columns = [number for number, column in enumerate(profile.columns) if column.role in roles]
    table = Table(
        title=Text(profile.name, "bold"), title_justify="left", caption_justify="left",
        box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    table.add_column("Indicator")
    table.add_column("Period", style="dim")
    for number in columns:
        column = profile.columns[number]
        style = "bold" if column.role == "this" else ""
        table.add_column(Text(column.name), justify="right", style=style, max_width=11, overflow="fold")
    marks: set[str] = set()
    for told, rows in groupby(_rows(profile, indicator), lambda row: row.indicator):
        label = Text(told.title)
        if told.unit_beside not in ("", "%"):  # % stands beside each figure
            label.append(f", {told.unit_beside}", "dim")
        for row in rows:
            if row.category != "all":  # the indicator once, its classes under it
                if label:
                    table.add_row(label)
                label = Text(f" {row.category_title or row.category}")
            texts = [_text(row.cells[number], told, marks) for number in columns]
            table.add_row(label, row.period.label if row.period else "", *texts)
            label = Text("")
    words = [f"{mark} {meaning}" for mark, meaning, _ in legend(marks)]
    table.caption = Text("\n".join(([SYNTHETIC] if synthetic else []) + ([", ".join(words)] if words else [])))
    return table


def _text(cell: Cell, told: Indicator, marks: set[str]) -> str:
    """A cell's text, without the brackets being taken for markup; its mark is remembered for the legend."""
    from rich.markup import escape

    value, status, _ = cell
    figure, sign = figure_and_mark(value, status, told.unit, told.decimals)
    marks.add("0" if figure == "0" and not sign.mark else sign.mark)
    return escape(print_value(value, status, told.unit, told.decimals))


def plain_rows(
    tables: Mapping[str, Path], area_type: str, area_code: str, *, indicator: str | None = None
) -> list[dict[str, Any]]:
    """The same and the peers, as JSON can hold it: full precision beside the printed text.

    Raises
    ------
    UnknownArea
        If the release holds no profile of the area.
    """
    profile = _profile(tables, area_type, area_code)
    return [_plain(row, profile) for row in _rows(profile, indicator)]


def _plain(row: Row, profile: Profile) -> dict[str, Any]:
    told, period = row.indicator, row.period
    return {
        "section": told.section,
        "indicator_id": told.indicator_id,
        "indicator": told.title,
        "category": row.category,
        "category_title": row.category_title,
        "unit": told.unit,
        "period": period and {
            "type": period.kind, "start": period.start.isoformat(), "end": period.end.isoformat(),
            "label": period.label,
        },
        "values": [
            {
                "role": column.role, "area_type": column.area_type, "area_code": column.area_code,
                "area_name": column.name, "value": value, "status": status,
                "text": print_value(value, status, told.unit, told.decimals), "note": note,
            }
            for column, (value, status, note) in zip(profile.columns, row.cells, strict=True)
        ],
    }  # fmt: skip


def _rows(profile: Profile, indicator: str | None) -> list[Row]:
    return [row for row in profile.rows() if indicator in (None, row.indicator.indicator_id)]


def _profile(tables: Mapping[str, Path], area_type: str, area_code: str) -> Profile:
    from locality_profiles.tables.store import connect

    with connect(threads="1") as connection:
        found = read_profiles(connection, tables, (area_type,), only=(area_type, area_code), trends=False)
        if not found:
            raise _unknown(connection, tables, area_type, area_code)
    return found[0]


def _unknown(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], area_type: str, area_code: str
) -> UnknownArea:
    from difflib import get_close_matches

    query = f"select distinct area_code from {relation(tables['profile'])} where area_type = ? order by area_code"
    codes = [code for (code,) in connection.execute(query, [area_type]).fetchall()]
    near = get_close_matches(area_code, codes, n=3) or codes[:3]
    remedy = (
        f"Did you mean {', '.join(near)}?" if near else f"It holds no profile of any {area_type.replace('_', ' ')}."
    )
    return UnknownArea(f"This release holds no profile of {area_type.replace('_', ' ')} '{area_code}'. {remedy}")
