"""Any areas side by side: the figures of each area as a small script, which the page of comparison loads.

Each area's figures are those of its own page, and with them those of other periods that stand beside other areas, so
that areas can be compared for one period. Larger areas that have no page are there too. Nothing is judged: limits and
periods stand beside every figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.numbers import has_figure, legend, print_value, unit_label
from locality_profiles.periods import period_label
from locality_profiles.publish.edition import file_stems
from locality_profiles.publish.finding import address_of, as_json, as_script
from locality_profiles.publish.reading import AreaKey, Indicator, category_order
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb

    from locality_profiles.publish.site import Site

FOLDER = "compare"
#: The names of rows, periods and marks, which all areas share. No area's file is called so.
SHARED = "_rows.js"

#: The figures of each row of each area with their limits: those of its own page first, then the latest.
_FIGURES = """
    with told as (
        select beside_type as area_type, beside_code as area_code, item, category, category_title, period_type,
            period_start, period_end, value, status, role = 'this' as own
        from {profile} where list_contains(?, area_type) and role in ('this', 'hscp', 'health_board', 'country')
        qualify row_number() over (
            partition by beside_type, beside_code, item, category, period_type, period_start, period_end
            order by role = 'this' desc, area_type, area_code) = 1),
    limited as (
        select indicator_id as item, area_type, area_code, category, period_type, period_start, period_end, value,
            min(lower) as lower, max(upper) as upper
        from {values} where lower is not null and upper is not null group by all)
    select t.* exclude (own), l.lower, l.upper from told t left join limited l using (
        item, area_type, area_code, category, period_type, period_start, period_end, value)
    order by t.area_type, t.area_code, t.item, t.category, own desc, value is not null desc, period_end desc nulls last,
        period_start"""


class Rows:
    """The rows and periods that areas have, each named once and known by its number."""

    def __init__(self, indicators: Mapping[str, Indicator]) -> None:
        self.indicators = indicators
        self.rows: dict[tuple[str, str], tuple[int, str | None]] = {}
        self.periods: dict[tuple[str, str], int] = {}

    def row(self, item: str, category: str, title: str | None) -> int:
        return self.rows.setdefault((item, category), (len(self.rows), title))[0]

    def period(self, kind: str, start: date | None, end: date) -> int:
        if start is None:
            return -1
        return self.periods.setdefault((period_label(kind, start, end), end.isoformat()), len(self.periods))

    def shared(self) -> dict[str, Any]:
        """What the page must know to show any area: rows by number, and the order in which they stand."""
        sections = list(dict.fromkeys(i.section_title for i in self.indicators.values()))
        order = sorted(self.rows, key=self._order)
        return {
            "sections": sections,
            "rows": [self._told(key, title, sections) for key, (_, title) in self.rows.items()],
            "order": [self.rows[key][0] for key in order],
            "periods": list(self.periods),
            "marks": {mark: words for mark, words, _ in legend()},
        }

    def _order(self, key: tuple[str, str]) -> tuple[Any, ...]:
        indicator = self.indicators[key[0]]
        return indicator.section_order, indicator.item_order, indicator.indicator_id, category_order(key[1]), key[1]

    def _told(self, key: tuple[str, str], title: str | None, sections: list[str]) -> list[Any]:
        indicator = self.indicators[key[0]]
        return [sections.index(indicator.section_title), indicator.title, title or "", unit_label(indicator.unit),
                address_of(indicator)]  # fmt: skip


def write_compared(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], site: Site, out: Path
) -> tuple[list[Path], dict[AreaKey, str]]:
    """Write the figures of every area into the folder ``compare``; the files, and the file name of each area."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    query = _FIGURES.format(profile=relation(tables["profile"]), values=relation(tables["indicator_value"]))
    found = _fetched(connection.execute(query, [list(site.about.profiled)]))
    rows = Rows(site.indicators)
    told = {key: _area(rows, figures) for key, figures in groupby(found, itemgetter(0, 1))}
    larger = sorted(told.keys() - site.stems.keys(), key=lambda key: (key[0] != "country", key[0], site.names[key]))
    stems = file_stems([*site.stems, *larger])
    written = [folder / SHARED]
    written[0].write_text(as_script("profilesRows", rows.shared()), encoding="utf-8", newline="\n")
    for key, cells in told.items():
        path = folder / f"{stems[key]}.js"
        text = f"profilesArea({as_json(stems[key])},{as_json(cells)});\n"
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written, {key: stems[key] for key in [*site.stems, *larger] if key in told}


def _fetched(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := found.fetchmany(4096):
        yield from rows


def _area(rows: Rows, figures: Iterator[tuple[Any, ...]]) -> list[list[Any]]:
    """The figures of one area: number of the row, figure, number of the period, and the limits where there are any."""
    cells = []
    for _, _, item, category, title, kind, start, end, value, status, lower, upper in figures:
        indicator = rows.indicators[item]
        cell: list[Any] = [
            rows.row(item, category, title), str(print_value(value, status, indicator.unit, indicator.decimals)),
            rows.period(kind, start, end),
        ]  # fmt: skip
        if lower is not None and has_figure(value, status):
            cell.append(
                " to ".join(print_value(n, "actual", indicator.unit, indicator.decimals) for n in (lower, upper))
            )
        cells.append(cell)
    return cells
