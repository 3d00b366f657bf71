"""What charts need beside the profiles: limits, ranges of areas of a kind, larger areas over time, fifths, curves.

One query a table for all areas at once, as for pages. A release without a table has no charts of it, and nothing is
read but the tables of the edition itself: what an edition hides is in none of its charts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from locality_profiles.periods import period_label
from locality_profiles.publish.reading import CHUNK, AreaKey, read_names
from locality_profiles.publish.standing import PREFERRED, OfClass
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb

    from locality_profiles.publish.edition import Edition

#: First and last day of a period.
Span = tuple[date, date]
#: Indicator and period of one figure of all people.
When = tuple[str, Span]
#: Kinds of area whose series stand beside those of smaller ones.
BESIDE = ("hscp", "country")
#: The counts by age that make a pyramid, the left side first.
PYRAMID = ("population_male", "population_female")


class Range(NamedTuple):
    """Where the areas of one kind lie: ends, quartiles, and how many they are."""

    low: float
    q1: float
    q3: float
    high: float
    areas: int


class Told(NamedTuple):
    """One figure of a larger area, with its limits."""

    value: float | None
    status: str
    lower: float | None
    upper: float | None
    broken: bool


class Fifths(NamedTuple):
    """One indicator of one area by fifth, the most deprived first, with what was counted among whom."""

    scheme: str
    period: str
    span: Span
    values: tuple[OfClass, ...]
    counted: tuple[float | None, ...]
    among: tuple[float | None, ...]


class Curve(NamedTuple):
    """Shares of people, dearest first, with the shares of the cost that they make, both from nought to one."""

    points: tuple[tuple[float, float], ...]
    gini: float | None
    period: str


@dataclass
class ChartSources:
    """What charts need of all areas; empty where a release does not tell it."""

    names: Mapping[AreaKey, str] = field(default_factory=dict)
    #: By area, and by indicator and period, the lower and the upper limit.
    limits: Mapping[AreaKey, Mapping[When, tuple[float, float]]] = field(default_factory=dict)
    #: By kind of area, and by indicator and period.
    ranges: Mapping[str, Mapping[When, Range]] = field(default_factory=dict)
    #: By larger area, and by indicator and period.
    series: Mapping[AreaKey, Mapping[When, Told]] = field(default_factory=dict)
    #: By larger area and by indicator and period, the people of each age band, the youngest first.
    ages: Mapping[AreaKey, Mapping[tuple[str, str], tuple[OfClass, ...]]] = field(default_factory=dict)
    #: By area and indicator, in the scheme that says most of the place.
    fifths: Mapping[AreaKey, Mapping[str, Fifths]] = field(default_factory=dict)
    #: By area, how few make how much of the cost of health care, in the latest year.
    curves: Mapping[AreaKey, Curve] = field(default_factory=dict)


def read_chart_sources(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], about: Edition
) -> ChartSources:
    """Everything that charts need beside profiles and standings, for all areas at once.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Any connection; nothing is left in it.
    tables : mapping of table name to path
        Parquet files of one edition; every one of them may be missing.
    about : Edition
        Which kinds of area have pages.

    Returns
    -------
    ChartSources
        Empty in whatever the tables do not tell.
    """
    reader = _Reader(connection, tables, list(about.profiled))
    return ChartSources(
        read_names(connection, tables) if "area" in tables else {},
        reader.limits(), reader.ranges(), reader.series(), reader.ages(), reader.fifths(), reader.curves(),
    )  # fmt: skip


@dataclass(frozen=True)
class _Reader:
    connection: duckdb.DuckDBPyConnection
    tables: Mapping[str, Path]
    profiled: list[str]

    def rows(self, query: str, needs: tuple[str, ...], *values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a query whose tables stand in braces; none where one of them is missing."""
        if not all(name in self.tables for name in needs):
            return
        found = self.connection.execute(
            query.format(**{name: relation(self.tables[name]) for name in needs}), list(values)
        )
        while rows := found.fetchmany(CHUNK):
            yield from rows

    def limits(self) -> dict[AreaKey, dict[When, tuple[float, float]]]:
        made: dict[AreaKey, dict[When, tuple[float, float]]] = {}
        for kind, code, item, start, end, lower, upper in self.rows(_LIMITS, ("indicator_value",)):
            made.setdefault((kind, code), {})[item, (start, end)] = lower, upper
        return made

    def ranges(self) -> dict[str, dict[When, Range]]:
        made: dict[str, dict[When, Range]] = {}
        for kind, item, start, end, *told in self.rows(_RANGES, ("indicator_value",), self.profiled):
            made.setdefault(kind, {})[item, (start, end)] = Range(*told)
        return made

    def series(self) -> dict[AreaKey, dict[When, Told]]:
        broken = {tuple(row) for row in self.rows(_BROKEN, ("profile_trend",), list(BESIDE))}
        made: dict[AreaKey, dict[When, Told]] = {}
        found = self.rows(_SERIES, ("indicator_value", "profile_trend"), list(BESIDE))
        for kind, code, item, start, end, value, status, lower, upper in found:
            told = Told(value, status, lower, upper, (kind, code, item, end) in broken)
            made.setdefault((kind, code), {})[item, (start, end)] = told
        return made

    def ages(self) -> dict[AreaKey, dict[tuple[str, str], tuple[OfClass, ...]]]:
        made: dict[AreaKey, dict[tuple[str, str], tuple[OfClass, ...]]] = {}
        found = self.rows(_AGES, ("indicator_value",), list(PYRAMID), list(BESIDE))
        for (kind, code, item, *period), rows in groupby(found, itemgetter(0, 1, 2, 3, 4, 5)):
            label = period_label(*period)
            bands = tuple(OfClass(row[6], row[7], None, None, row[8], label) for row in rows)
            made.setdefault((kind, code), {})[item, label] = bands
        return made

    def fifths(self) -> dict[AreaKey, dict[str, Fifths]]:
        made: dict[AreaKey, dict[str, Fifths]] = {}
        found = self.rows(_FIFTHS, ("inequality", "indicator_value"), self.profiled)
        for (kind, code, item, scheme, *period), of in groupby(found, itemgetter(0, 1, 2, 3, 4, 5, 6)):
            rows = list(of)
            label = period_label(*period)
            values = tuple(OfClass(row[7], row[8], row[9], row[10], row[11], label) for row in rows)
            counted, among = zip(*(row[12:14] for row in rows), strict=True)
            made.setdefault((kind, code), {})[item] = Fifths(
                scheme, label, (period[1], period[2]), values, counted, among
            )  # fmt: skip
        return made

    def curves(self) -> dict[AreaKey, Curve]:
        made: dict[AreaKey, Curve] = {}
        found = self.rows(_CURVES, ("concentration_curve", "concentration"), self.profiled)
        for (kind, code, *period, gini), rows in groupby(found, itemgetter(0, 1, 2, 3, 4, 5)):
            points = tuple((row[6], row[7]) for row in rows)
            made[kind, code] = Curve(points, gini, period_label(*period))
        return made


_LIMITS = """
    select area_type, area_code, indicator_id, period_start, period_end, lower, upper from {indicator_value}
    where breakdown = 'all' and lower is not null and upper is not null"""

_RANGES = """
    select area_type, indicator_id, period_start, period_end, min(value), quantile_cont(value, 0.25),
        quantile_cont(value, 0.75), max(value), count(*)
    from {indicator_value}
    where breakdown = 'all' and value is not null and isfinite(value) and area_type in (select unnest(?))
    group by all"""

# Only periods that some page shows as a trend.
_SERIES = """
    with shown as (select distinct item, period_start, period_end from {profile_trend} where category = 'all')
    select area_type, area_code, indicator_id, v.period_start, v.period_end, value, status, lower, upper
    from {indicator_value} v join shown s
        on (v.indicator_id, v.period_start, v.period_end) = (s.item, s.period_start, s.period_end)
    where breakdown = 'all' and area_type in (select unnest(?))"""

_BROKEN = """
    select distinct of_type, of_code, item, period_end from {profile_trend}
    where category = 'all' and broken is not null and of_type in (select unnest(?))
        and (of_type, of_code) = (area_type, area_code)"""

# Of the larger areas, the periods that are the latest of some area that has a page.
_AGES = """
    with held as (from {indicator_value} where breakdown = 'age' and category <> 'unknown'
            and indicator_id in (select unnest(?))),
        latest as (select distinct last as period_end from (
            select max(period_end) filter (value is not null) as last, area_type, area_code, indicator_id
            from held group by all))
    select area_type, area_code, indicator_id, period_type, period_start, period_end, category, value, status
    from held semi join latest using (period_end) where area_type in (select unnest(?))
    order by area_type, area_code, indicator_id, period_start, period_end,
        try_cast(regexp_extract(category, '^[0-9]+') as int)"""

# The row of each area and indicator that its page tells, with every fifth of it.
_FIFTHS = f"""
    with told as (
        select area_type, area_code, indicator_id, scheme, period_type, period_start, period_end from {{inequality}}
        where area_type in (select unnest(?)) and most_deprived is not null and least_deprived is not null
        qualify row_number() over (partition by area_type, area_code, indicator_id
            order by period_end desc, list_position({list(PREFERRED)}, scheme)) = 1)
    select area_type, area_code, indicator_id, scheme, t.period_type, t.period_start, t.period_end, category, value,
        lower, upper, status, numerator, denominator
    from told t join {{indicator_value}} v using (area_type, area_code, indicator_id, period_start, period_end)
    where v.breakdown = t.scheme and category <> 'unknown'
    order by area_type, area_code, indicator_id, category"""

# Where one person could be seen in a curve, there is none.
_CURVES = """
    select c.area_type, c.area_code, c.period_type, c.period_start, c.period_end, k.gini, share_of_people, share_of_cost
    from {concentration_curve} c join {concentration} k using (area_type, area_code, period_start, period_end, deaths)
    where deaths = 'with' and c.area_type in (select unnest(?)) and not low_number and not dominated
    qualify c.period_end = max(c.period_end) over (partition by c.area_type, c.area_code)
    order by c.area_type, c.area_code, share_of_people"""
