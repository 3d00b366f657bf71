"""A profile's summary in the terminal: the area, its partnership, board and country.

A smaller area stands beside its locality instead of its board: eighty columns have room for four areas.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.errors import UnknownArea, UnknownIndicator
from locality_profiles.meant import did_you_mean, most_alike, question_after
from locality_profiles.numbers import figure_and_mark, legend, print_value
from locality_profiles.publish.edition import SYNTHETIC
from locality_profiles.publish.reading import Cell, Indicator, Profile, Row, read_profiles
from locality_profiles.publish.standing import AGE, SETTLEMENT, Standing, change_words, classes_view, rank_words
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
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
        box=box.SIMPLE_HEAD, padding=0, show_edge=False,
    )  # fmt: skip
    # One space between columns and narrow figures: of eighty columns, what is left goes to the indicator's name.
    table.add_column("Indicator")
    table.add_column("Period", style="dim")
    for number in columns:
        column = profile.columns[number]
        style = "bold" if column.role == "this" else ""
        table.add_column(Text(column.name), justify="right", style=style, max_width=10, overflow="fold")
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


def indicator_details(tables: Mapping[str, Path], area_type: str, area_code: str, indicator: str) -> list[Table | str]:
    """Everything that a release says of one indicator of one area: limits, comparisons, rank, trend, ages, meaning.

    For an indicator without figures, why there are none.
    """
    from locality_profiles.publish.reading import read_indicators
    from locality_profiles.publish.standing import COMPARATORS, read_standings
    from locality_profiles.tables.store import connect

    profile = _profile(tables, area_type, area_code)
    with connect(threads="1") as connection:
        told = read_indicators(connection, tables).get(indicator)
        if told is None:
            raise _unknown_indicator(connection, tables, indicator)
        standing = read_standings(connection, tables, (area_type,)).get((area_type, area_code), Standing())
    parts: list[Table | str] = []
    if told.unavailable:
        parts.append(told.unavailable)
    rows = _rows(profile, indicator)
    names = {column.role: column.name for column in profile.columns}
    names |= {"peers": "the others of its kind in the partnership", "neighbours": "its statistical neighbours"}
    for row in rows:
        compared = standing.compared.get((indicator, row.category))
        if compared:
            parts.append(_compared_words(row, compared, [c for c in COMPARATORS if c in compared.verdicts], names))
        if words := change_words(standing, indicator, row.category):
            parts.append(f"{row.title}: recent trend {words[:1].lower()}{words[1:]}.")
    for heading, breakdown in (("By age", AGE), ("Town and country", SETTLEMENT)):
        parts += [_classes_table(heading, table) for table in classes_view([told], standing, breakdown)]
    parts += [told.definition, *([f"What to know first: {told.caveat}"] if told.caveat else [])]
    parts.append(f"Confidence limits: {told.interval}. Source: {told.source}.")
    return parts


def _compared_words(row: Row, compared: Any, comparators: list[str], names: Mapping[str, str]) -> str:
    """'Emergency admissions: 1,234 (1,100 to 1,380 at 95%); higher, worse than Scotland (1,010); rank 3 of 7.'"""
    told = row.indicator

    def printed(value: float | None) -> str:
        return print_value(value, "actual", told.unit, told.decimals)

    limits = ""
    if compared.lower is not None and compared.upper is not None:
        limits = f" ({printed(compared.lower)} to {printed(compared.upper)} at 95%)"
    said = []
    for comparator in comparators:
        found = compared.verdicts[comparator]
        words = f"{found.verdict}{', ' + found.judgement if found.judgement else ''}"
        beside = "to" if found.verdict == "similar" else "than"
        said.append(f"{words} {beside} {names.get(comparator, comparator)} ({printed(found.value)})")
    rank = f"; rank {rank_words(compared.rank)}, 1 the highest" if compared.rank else ""
    return f"{row.title}: {printed(compared.value)}{limits}; {'; '.join(said)}{rank}."


def _classes_table(heading: str, told: Mapping[str, Any]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for title in (heading, "Period", *told["classes"]):
        table.add_column(Text(title))
    for row in told["rows"]:
        table.add_row(Text(row["unit"] or row["title"]), row["period"],
                      *(Text(f"{cell['value']}\n{cell['limits']}".rstrip()) for cell in row["cells"]))  # fmt: skip
    return table


def _unknown_indicator(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], indicator: str
) -> UnknownIndicator:
    found = connection.execute(f"select indicator_id from {relation(tables['indicator'])} order by 1").fetchall()
    known = [identity for (identity,) in found]
    hint = did_you_mean(indicator, known, otherwise="The methods page lists them all.", most=3)
    return UnknownIndicator(f"There is no indicator '{indicator}'. {hint}")


def reconciliation_table(rows: pa.Table, tables: Mapping[str, Path], synthetic: bool) -> Table:
    """The present profiles' rows beside ours, for one area: figures, words, and why they may differ."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, caption_justify="left",
                  show_lines=False, title=Text("The present locality profiles beside ours", "bold"),
                  title_justify="left")  # fmt: skip
    for heading, width in (("Row", 22), ("There", 20), ("Ours", 20), ("Why they may differ", None)):
        table.add_column(heading, max_width=width, overflow="fold")
    without = []
    for row in rows.to_pylist():
        if row["present_shown"] is None and row["shown"] is None:
            without.append(row["label"])
            continue
        table.add_row(Text(row["label"]), Text(_there(row)), Text(_here(row)), Text(row["why"] or "", "dim"))
    said = [SYNTHETIC] if synthetic else []
    if without:
        said.append(f"No figures in this workspace: {'; '.join(without)}.")
    table.caption = Text("\n".join(said))
    return table


def _there(row: Mapping[str, Any]) -> str:
    if row["present_shown"] is None:
        return "–"
    scotland = f"Scotland {row['present_country_shown']}" if row["present_country_shown"] else ""
    if row["present_country_period"] and row["present_country_period"] != row["present_period"]:
        scotland += f" ({row['present_country_period']})"
    lines = (f"{row['present_shown']} ({row['present_period']})", row["present_words"], scotland, row["present_change"])
    return "\n".join(line for line in lines if line)


def _here(row: Mapping[str, Any]) -> str:
    if row["shown"] is None:
        return "–"
    country = f"Scotland {row['country_shown']}" if row["country_shown"] else ""
    trend = "" if row["trend"] == "cannot be calculated" else f"trend: {row['trend']}"
    lines = (f"{row['shown']} ({row['period']})", row["words"], country, trend)
    return "\n".join(line for line in lines if line)


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
    query = f"select distinct area_code from {relation(tables['profile'])} where area_type = ? order by area_code"
    codes = [code for (code,) in connection.execute(query, [area_type]).fetchall()]
    near = most_alike(area_code, codes, most=3) or codes[:3]
    remedy = question_after(near) or f"It holds no profile of any {area_type.replace('_', ' ')}."
    return UnknownArea(f"This release holds no profile of {area_type.replace('_', ' ')} '{area_code}'. {remedy}")
