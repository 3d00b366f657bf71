"""The finished tables as pages need them: one query a table for all areas, grouped afterwards.

Cells are plain tuples, and a row's cells come in one piece, because there are hundreds of thousands of
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from locality_profiles.errors import ContractBroken, Problem
from locality_profiles.numbers import has_figure, unit_label
from locality_profiles.periods import period_label
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb

    from locality_profiles.publish.edition import Edition

#: value, status, note
Cell = tuple[float | None, str, str | None]
#: Roles of columns for larger areas.
LARGER = ("within", "hscp", "health_board", "country")
#: Other areas of its kind that a page shows in columns of its tables, where they are planned for and where they are
#: only told of; where there are more, none are: so wide a table can be neither read nor printed, and each indicator's
#: page has them all.
MOST_PEERS, FEW_PEERS = 6, 4
#: Rows that are fetched at a time: what a country's profiles hold is not to be in memory twice.
CHUNK = 4096
NO_CELL: Cell = (None, "not_available", None)
AreaKey = tuple[str, str]


class Indicator(NamedTuple):
    """One row of the table ``indicator``."""

    indicator_id: str
    title: str
    section: str
    section_title: str
    section_order: int
    item_order: int
    definition: str
    method: str
    per: float
    unit: str
    decimals: int
    direction: str
    smallest_area: str | None
    source: str
    caveat: str | None
    owner: str
    reviewed: date
    numerator: str = ""
    denominator: str | None = None
    ages: str | None = None
    standardisation: str | None = None
    periods: str = ""
    interval: str = ""
    outcomes: str | None = None
    frameworks: str | None = None
    disclosure: str = ""
    unavailable: str | None = None

    @property
    def unit_beside(self) -> str:
        """The unit as it stands under the title; nothing where the title says it ('People', people)."""
        return "" if self.unit.casefold() == self.title.casefold() else unit_label(self.unit)


class Period(NamedTuple):
    """When a figure is for; the label is what is printed."""

    kind: str
    start: date
    end: date
    label: str


class Beside(NamedTuple):
    """One column of a profile: the area itself, a peer, a part of it, or a larger area."""

    role: str
    area_type: str
    area_code: str
    name: str


class Row(NamedTuple):
    """One indicator or one class of it, across the columns of a profile."""

    indicator: Indicator
    category: str
    category_title: str | None
    period: Period | None
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        """The row's name in full, where it stands alone."""
        return f"{self.indicator.title}: {self.category_title}" if self.category_title else self.indicator.title


class Point(NamedTuple):
    """One figure of a trend; ``broken`` says why it cannot be compared with the one before it."""

    period: Period
    cell: Cell
    broken: str | None


class Overlap(NamedTuple):
    """What one area shares with an area of another kind, or (without a code) with several that go unnamed."""

    other_type: str
    other_code: str | None
    persons: float | None
    share_of_area: float | None
    share_of_other: float | None
    areas: int


class Trend(NamedTuple):
    """Up to five periods of one indicator, oldest first; a gap is None."""

    indicator: Indicator
    category: str
    category_title: str | None
    of_type: str
    of_code: str
    points: tuple[Point | None, ...]


@dataclass
class Section:
    """A section of one profile."""

    id: str
    title: str
    rows: list[Row] = field(default_factory=list)
    trends: list[Trend] = field(default_factory=list)

    @property
    def indicators(self) -> list[Indicator]:
        """The indicators of the section, once each, in order."""
        return list(dict.fromkeys(row.indicator for row in self.rows))

    @property
    def sources(self) -> list[str]:
        """The extracts that the section's figures are from, once each."""
        told = (indicator.source.split("; ") for indicator in self.indicators if indicator.smallest_area)
        return list(dict.fromkeys(source for sources in told for source in sources if source))


@dataclass
class Profile:
    """Everything that one page tells. The first column is the area itself."""

    area_type: str
    area_code: str
    name: str
    columns: tuple[Beside, ...]
    sections: list[Section]

    @property
    def key(self) -> AreaKey:
        return self.area_type, self.area_code

    def beside(self, role: str) -> Beside | None:
        """The column of a larger area."""
        return next((column for column in self.columns if column.role == role), None)

    def rows(self) -> Iterator[Row]:
        for section in self.sections:
            yield from section.rows

    def row(self, indicator_id: str, category: str = "all") -> Row | None:
        return next(
            (r for r in self.rows() if r.indicator.indicator_id == indicator_id and r.category == category), None
        )

    def cell(self, row: Row | None, role: str = "this") -> Cell:
        """The row's cell in the column of a role; an empty one where there is no such row or column."""
        if row is None:
            return NO_CELL
        for column, cell in zip(self.columns, row.cells, strict=True):
            if column.role == role:
                return cell
        return NO_CELL


def narrowed(profile: Profile, most: int = MOST_PEERS) -> Profile:
    """The profile as a page shows it: without the columns of its peers where they are more than ``most``."""
    kept = [number for number, column in enumerate(profile.columns) if column.role != "peer"]
    if len(profile.columns) - len(kept) <= most:
        return profile
    sections = [
        replace(section, rows=[row._replace(cells=tuple(row.cells[n] for n in kept)) for row in section.rows])
        for section in profile.sections
    ]
    return replace(profile, columns=tuple(profile.columns[n] for n in kept), sections=sections)


def read_indicators(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> dict[str, Indicator]:
    """Every indicator, in the order of a profile."""
    columns = ", ".join(f'"{name}"' for name in Indicator._fields)
    query = f"select {columns} from {relation(tables['indicator'])} order by section_order, item_order, indicator_id"
    return {row[0]: Indicator(*row) for row in connection.execute(query).fetchall()}


def read_names(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> dict[AreaKey, str]:
    """The name of every area."""
    query = f"select area_type, area_code, area_name from {relation(tables['area'])}"
    return {(kind, code): name for kind, code, name in connection.execute(query).fetchall()}


def read_profiles(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Path],
    profiled: Sequence[str],
    only: AreaKey | None = None,
    *,
    trends: bool = True,
) -> list[Profile]:
    """The profiles of every area of the profiled types (or of one area), in the order of types, then by name.

    ``trends`` says whether they are wanted too; reading them takes as long as all the rest.

    Raises
    ------
    ContractBroken
        If the profile names an indicator or area that its own table does not hold.
    """
    wanted = _wanted(profiled, only)
    _check_names(connection, tables, *wanted)
    indicators = read_indicators(connection, tables)
    names = read_names(connection, tables)
    columns = _read_columns(connection, tables, names, *wanted)
    found = _read_rows(connection, tables, *wanted)
    profiles = [
        _profile(area, rows, columns[area], indicators, names) for area, rows in groupby(found, itemgetter(0, 1))
    ]
    if trends:
        by_area = {profile.key: profile for profile in profiles}
        for area, points in groupby(_read_points(connection, tables, *wanted), itemgetter(0, 1)):
            if area in by_area:
                _add_trends(by_area[area], points)
    return sorted(profiles, key=lambda p: _by_name(p.area_type, p.area_code, p.name, profiled))


def read_keys(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], profiled: Sequence[str]
) -> list[AreaKey]:
    """Kind and code of every profiled area, in the order of ``read_profiles``."""
    condition, values = _wanted(profiled, None)
    names = read_names(connection, tables)
    found = connection.execute(
        f"select distinct area_type, area_code from {relation(tables['profile'])} where {condition}", values
    ).fetchall()
    return sorted(
        ((kind, code) for kind, code in found), key=lambda key: _by_name(key[0], key[1], names.get(key, ""), profiled)
    )


def _by_name(kind: str, code: str, name: str, profiled: Sequence[str]) -> tuple[int, str, str]:
    """The order of profiles: by kind as declared, then by name."""
    return list(profiled).index(kind) if kind in profiled else len(profiled), name.casefold(), code


def _wanted(profiled: Sequence[str], only: AreaKey | None) -> tuple[str, list[Any]]:
    """A condition on the rows of a profile, and its values."""
    if only:
        return "area_type = ? and area_code = ?", list(only)
    return "list_contains(?, area_type)", [list(profiled)]


def _fetched(connection: duckdb.DuckDBPyConnection, query: str, values: list[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, a few thousand at a time."""
    found = connection.execute(query, values)
    while rows := found.fetchmany(CHUNK):
        yield from rows


def _check_names(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], condition: str, values: list[Any]
) -> None:
    profile, area, indicator = (relation(tables[name]) for name in ("profile", "area", "indicator"))
    items = connection.execute(
        f"select distinct item from {profile} where {condition} except select indicator_id from {indicator} order by 1",
        values,
    ).fetchall()
    areas = connection.execute(
        f"with own as (select * from {profile} where {condition}), "
        "named as (select area_type, area_code from own union select beside_type, beside_code from own) "
        f"from named except select area_type, area_code from {area} order by all",
        values,
    ).fetchall()
    problems = []
    if items:
        problems.append(Problem(f"items that the table 'indicator' lacks: {', '.join(item for (item,) in items)}"))
    if areas:
        listed = ", ".join(f"{kind} {code}" for kind, code in areas[:5])
        problems.append(Problem(f"areas that the table 'area' lacks: {listed}", count=len(areas)))
    if problems:
        raise ContractBroken("The profiles cannot be printed: they name what has no name.", problems)


def _read_columns(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Path],
    names: Mapping[AreaKey, str],
    condition: str,
    values: list[Any],
) -> dict[AreaKey, tuple[Beside, ...]]:
    """The columns that any row of an area has, in their order."""
    found = connection.execute(
        "select distinct area_type, area_code, beside_order, beside_type, beside_code, role "
        f"from {relation(tables['profile'])} where {condition} order by all",
        values,
    ).fetchall()
    return {
        area: tuple(Beside(role, kind, code, names[kind, code]) for _, _, _, kind, code, role in columns)
        for area, columns in groupby(found, itemgetter(0, 1))
    }


def _read_rows(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], condition: str, values: list[Any]
) -> Iterator[tuple[Any, ...]]:
    """One row for each row of a profile, its cells as lists in the order of the columns."""
    order = "order by beside_order"  # one number for each column of an area
    yield from _fetched(
        connection,
        "select p.area_type, p.area_code, p.item, p.category, max(p.category_title), max(p.period_type), "
        f"max(p.period_start), max(p.period_end), list((beside_type, beside_code) {order}), list(p.value {order}), "
        f"list(p.status {order}), list(p.note {order}) "
        f"from {relation(tables['profile'])} p left join {relation(tables['indicator'])} i on p.item = i.indicator_id "
        f"where {condition} group by p.area_type, p.area_code, i.section_order, i.item_order, p.item, p.category "
        "order by p.area_type, p.area_code, i.section_order, i.item_order, p.item, p.category",
        values,
    )


def _profile(
    area: AreaKey,
    rows: Iterable[tuple[Any, ...]],
    columns: tuple[Beside, ...],
    indicators: Mapping[str, Indicator],
    names: Mapping[AreaKey, str],
) -> Profile:
    places = [(column.area_type, column.area_code) for column in columns]
    sections: dict[str, Section] = {}
    for item, of_item in groupby(rows, itemgetter(2)):
        indicator = indicators[item]
        section = sections.setdefault(indicator.section, Section(indicator.section, indicator.section_title))
        made = [_row(indicator, row, places) for row in of_item]
        section.rows.extend(sorted(made, key=lambda row: category_order(row.category)))
    return Profile(*area, names[area], columns, list(sections.values()))


def _row(indicator: Indicator, row: tuple[Any, ...], places: list[AreaKey]) -> Row:
    category, title, kind, start, end, found, values, statuses, notes = row[3:]
    cells = tuple(map(_cell, values, statuses, notes))
    if found != places:  # some column has no row here
        held = dict(zip(found, cells, strict=True))
        cells = tuple(held.get(place, NO_CELL) for place in places)
    return Row(indicator, intern(category), title, None if start is None else _period(kind, start, end), cells)


def _cell(value: float | None, status: str, note: str | None) -> Cell:
    """A cell whose words are kept once, however many cells say them."""
    return value, intern(status), intern(note) if note else note


@lru_cache(maxsize=4096)
def _period(kind: str, start: date, end: date) -> Period:
    return Period(kind, start, end, period_label(kind, start, end))


@lru_cache(maxsize=4096)
def category_order(category: str) -> tuple[bool, list[tuple[int, str]]]:
    """Classes as people order them: all first, 5-14 before 45-64.

    >>> sorted(["45-64", "85+", "all", "5-14"], key=category_order)
    ['all', '5-14', '45-64', '85+']
    """
    parts = re.findall(r"\d+|\D+", category)
    return category != "all", [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _read_points(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], condition: str, values: list[Any]
) -> Iterator[tuple[Any, ...]]:
    """One row for each point of a trend, the oldest first."""
    yield from _fetched(
        connection,
        "select area_type, area_code, item, category, of_type, of_code, position, period_type, period_start, "
        f"period_end, value, status, note, broken from {relation(tables['profile_trend'])} "
        f"where {condition} order by area_type, area_code, item, category, position desc",
        values,
    )


def _add_trends(profile: Profile, rows: Iterable[tuple[Any, ...]]) -> None:
    """Hang every trend on its section, in the order of the section's rows."""
    trends = {of: list(points) for of, points in groupby(rows, itemgetter(2, 3))}
    for section in profile.sections:
        for row in section.rows:
            if points_of := trends.get((row.indicator.indicator_id, row.category)):
                section.trends.append(_trend(row, points_of))


def _trend(row: Row, points: list[tuple[Any, ...]]) -> Trend:
    oldest = points[0]
    placed: list[Point | None] = [None] * oldest[6]
    for point in points:
        placed[-point[6]] = Point(_period(*point[7:10]), _cell(*point[10:13]), point[13])
    return Trend(row.indicator, row.category, row.category_title, intern(oldest[4]), intern(oldest[5]), tuple(placed))


def figure_of(cell: Cell) -> bool:
    return has_figure(cell[0], cell[1])


def choose_headlines(profiles: Iterable[Profile], about: Edition, most: int = 6) -> list[Indicator]:
    """The indicators of the front page, in the order of a profile.

    They are the edition's own; where it names none, the first of every section that has figures for
    the first kind of area, then the second of every section, until there are enough.
    """
    profiles = list(profiles)
    known = {row.indicator.indicator_id: row.indicator for p in profiles for row in p.rows() if row.category == "all"}
    if about.headlines:
        return [known[item] for item in about.headlines if item in known]
    first = next(iter(about.profiled), "")
    have = sorted(
        {
            row.indicator
            for profile in profiles
            if profile.area_type == first
            for row in profile.rows()
            if row.category == "all" and figure_of(row.cells[0])
        },
        key=_order,
    )
    turns = [(turn, i) for _, found in groupby(have, lambda i: i.section) for turn, i in enumerate(found)]
    chosen = sorted(turns, key=lambda choice: (choice[0], _order(choice[1])))[:most]
    return sorted((indicator for _, indicator in chosen), key=_order)


def _order(indicator: Indicator) -> tuple[int, int, str]:
    return indicator.section_order, indicator.item_order, indicator.indicator_id
