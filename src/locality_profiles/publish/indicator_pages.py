"""A page for each indicator: every area of each kind by its value, beside areas of its own kind only.

One query a table for all indicators at once; the pages are grouped from that. What is held back has its mark, and
is never given a place that would tell its size: it stands last, by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from markupsafe import Markup, escape

from locality_profiles.numbers import BREAK, DASH, has_figure, is_pence, legend, print_value, unit_label
from locality_profiles.periods import period_label
from locality_profiles.publish import cells
from locality_profiles.publish.area_systems import MANY, counted
from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.charts.describe import describe
from locality_profiles.publish.declared import declared
from locality_profiles.publish.edition import capitalised
from locality_profiles.publish.reading import AreaKey, Indicator, category_order
from locality_profiles.publish.standing import WORDS
from locality_profiles.publish.system_maps import Layer, read_layers
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb

    from locality_profiles.publish.maps import Outlines, Sheet
    from locality_profiles.publish.site import Site

#: A funnel of fewer areas tells no more than the verdicts beside them.
FEWEST_OF_A_FUNNEL = 5
#: The most partnerships that have a panel each in the chart of change, and the most periods that it shows.
MOST_PANELS, MOST_PERIODS = 6, 15
#: Points at which the limits of a funnel are drawn.
STEPS = 32
#: Areas that are named in a funnel, beside the release's own.
MOST_NAMED = 6


class Value(NamedTuple):
    """One area's value of the period that all of its kind are told for."""

    code: str
    value: float | None
    lower: float | None
    upper: float | None
    status: str
    numerator: float | None
    denominator: float | None
    verdict: str | None = None
    judgement: str | None = None
    reason: str | None = None
    rank: int | None = None
    rank_lower: int | None = None
    rank_upper: int | None = None
    ranked: int | None = None

    @property
    def shown(self) -> bool:
        return has_figure(self.value, self.status)


@dataclass(frozen=True)
class Of:
    """The values of all areas of one kind, of one period, and the country's of the same period."""

    kind: str
    period: str
    method: str
    per: float
    values: list[Value]
    country: Value | None
    country_name: str


@dataclass
class Read:
    """Everything that the pages of indicators tell, by indicator."""

    of: dict[str, list[Of]] = field(default_factory=dict)
    #: By indicator and area: the points of its series, oldest first.
    series: dict[str, dict[AreaKey, list[tuple[Any, ...]]]] = field(default_factory=dict)
    #: By indicator: rows of its classes, where it has no value for all.
    classes: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    category_titles: dict[tuple[str, str], str] = field(default_factory=dict)
    layers: Mapping[str, Layer] = field(default_factory=dict)


@dataclass(frozen=True)
class IndicatorPage:
    """One page, ready for its template, and its charts."""

    indicator: Indicator
    view: dict[str, Any]
    charts: tuple[Chart, ...]

    @property
    def path(self) -> str:
        return address(self.indicator.indicator_id)


def address(indicator_id: str) -> str:
    """The address of an indicator's page from the front page."""
    return f"indicators/{indicator_id}.html"


def pictures_of(pages: Iterable[IndicatorPage]) -> list[Chart]:
    """The charts whose pictures must stand under ``charts/`` beside these pages."""
    return [chart for page in pages for chart in page.charts]


def shown_kinds(site: Site) -> list[str]:
    """The kinds of area that are told one by one: the first, partnerships, and those of no more than ``MANY``."""
    return [
        kind
        for number, kind in enumerate(site.about.profiled)
        if not number or kind == "hscp" or len(site.of_kind(kind)) <= MANY
    ]


# --- reading --------------------------------------------------------------------------------------


def read_values(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], site: Site) -> Read:
    """What the pages of all indicators need, in a query for each table."""
    kinds = shown_kinds(site)
    found = Read(layers=read_layers(tables))
    _read_latest(connection, tables, kinds, site, found)
    _read_series(connection, tables, kinds, site, found)
    _read_classes(connection, tables, kinds, found)
    return found


# The period of each indicator and kind: the latest for which at least half as many areas have a figure, or one that is
# held back, as in the best of its periods. One late area does not leave the others out.
_LATEST = """
    with held as (
        select * from {values} where breakdown = 'all' and category = 'all' and list_contains(?, area_type)),
    counted as (
        select indicator_id, area_type, period_type, period_start, period_end,
            count(*) filter (value is not null or status = 'suppressed') as areas
        from held group by all),
    full_enough as (
        select * from counted qualify 2 * areas >= max(areas) over (partition by indicator_id, area_type)),
    chosen as (
        select * from full_enough qualify row_number() over (
            partition by indicator_id, area_type order by period_end desc, period_start desc, period_type) = 1)
    select v.indicator_id, v.area_type, v.period_type, v.period_start, v.period_end, v.method, v.per,
        v.area_code, v.value, v.lower, v.upper, v.status, v.numerator, v.denominator, {compared}, {ranked}
    from held v
    join chosen using (indicator_id, area_type, period_type, period_start, period_end)
    {joined}
    order by v.indicator_id, list_position(?, v.area_type), v.area_code"""
_COMPARED = """
    left join (select * from {table} where comparator = 'country' and breakdown = 'all' and category = 'all') c
        using (indicator_id, area_type, area_code, period_type, period_start, period_end)"""
_RANKED = """
    left join (select * from {table} where among = 'country' and breakdown = 'all' and category = 'all') r
        using (indicator_id, area_type, area_code, period_type, period_start, period_end)"""


def _read_latest(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], kinds: Sequence[str], site: Site, found: Read
) -> None:
    joined = ""
    if "comparison" in tables:
        joined += _COMPARED.format(table=relation(tables["comparison"]))
    if "area_rank" in tables:
        joined += _RANKED.format(table=relation(tables["area_rank"]))
    query = _LATEST.format(
        values=relation(tables["indicator_value"]), joined=joined,
        compared="c.verdict, c.judgement, c.reason" if "comparison" in tables else "null, null, null",
        ranked="r.rank, r.rank_lower, r.rank_upper, r.ranked" if "area_rank" in tables else "null, null, null, null",
    )  # fmt: skip
    rows = connection.execute(query, [list(kinds), list(kinds)]).fetchall()
    country = _of_the_country(connection, tables)
    names = {code: name for (kind, code), name in site.names.items() if kind == "country"}
    for (item, kind, *period, method, per), of in groupby(rows, itemgetter(*range(7))):
        values = [Value(*row[7:]) for row in of]
        beside = country.get((item, *period))
        name = names.get(beside.code, beside.code) if beside else next(iter(names.values()), "")
        found.of.setdefault(item, []).append(Of(kind, period_label(*period), method, per, values, beside, name))


def _of_the_country(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> dict[tuple[Any, ...], Value]:
    query = f"""
        select indicator_id, period_type, period_start, period_end, area_code, value, lower, upper, status, numerator,
            denominator
        from {relation(tables["indicator_value"])}
        where area_type = 'country' and breakdown = 'all' and category = 'all'"""
    return {tuple(row[:4]): Value(*row[4:]) for row in connection.execute(query).fetchall()}


def _read_series(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], kinds: Sequence[str], site: Site, found: Read
) -> None:
    """Series of the country, and of the release's partnerships where they are few; of the kind of the latest period."""
    homes = [profile.area_code for profile in site.of_kind("hscp")] if "hscp" in kinds else []
    homes = homes if len(homes) <= MOST_PANELS else []
    broken = "select null as item, null as of_type, null as of_code, null::date as period_end, null as broken limit 0"
    if "profile_trend" in tables:
        broken = f"""select distinct on (item, of_type, of_code, period_end) item, of_type, of_code, period_end, broken
            from {relation(tables["profile_trend"])} where broken is not null and category = 'all'"""
    query = f"""
        with held as (
            select * from {relation(tables["indicator_value"])}
            where breakdown = 'all' and category = 'all'
                and (area_type = 'country' or (area_type = 'hscp' and list_contains(?, area_code)))
            qualify period_type = max_by(period_type, period_end) over (
                partition by indicator_id, area_type, area_code))
        select v.indicator_id, v.area_type, v.area_code, v.period_type, v.period_start, v.period_end, v.value, v.lower,
            v.upper, v.status, b.broken is not null
        from held v left join ({broken}) b on b.item = v.indicator_id and b.of_type = v.area_type
            and b.of_code = v.area_code and b.period_end = v.period_end
        qualify row_number() over (
            partition by v.indicator_id, v.area_type, v.area_code order by v.period_end desc, v.period_start)
            <= {MOST_PERIODS}
        order by v.indicator_id, v.area_type, v.area_code, v.period_end, v.period_start"""
    for (item, kind, code), rows in groupby(connection.execute(query, [homes]).fetchall(), itemgetter(0, 1, 2)):
        found.series.setdefault(item, {})[kind, code] = [row[3:] for row in rows]


def _read_classes(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path], kinds: Sequence[str], found: Read
) -> None:
    """The latest values of indicators that are told by class only, such as people by fifth."""
    query = f"""
        with held as (
            select *, max(breakdown = 'all' and category = 'all') over (partition by indicator_id) as whole
            from {relation(tables["indicator_value"])} where list_contains(?, area_type))
        select indicator_id, area_type, period_type, period_start, period_end, area_code, category, value, status
        from held where not whole and category <> 'unknown'
        qualify (period_end, period_start) = max((period_end, period_start)) filter (value is not null) over (
            partition by indicator_id, area_type)
        order by indicator_id, list_position(?, area_type), area_code"""
    rows = connection.execute(query, [list(kinds), list(kinds)]).fetchall()
    found.classes = {item: list(of) for item, of in groupby(rows, itemgetter(0))}
    titles = connection.execute(
        f"select distinct item, category, category_title from {relation(tables['profile'])} "
        "where category_title is not null"
    ).fetchall()
    found.category_titles = {(item, category): title for item, category, title in titles}


# --- pages ----------------------------------------------------------------------------------------


def indicator_pages(site: Site, found: Read) -> Iterator[IndicatorPage]:
    """A page for each indicator of the release, in the order of a profile."""
    maps = Maps(site, found.layers)
    for indicator in site.indicators.values():
        yield Writer(site, found, maps, indicator).page()


def list_page(site: Site, found: Read) -> dict[str, Any]:
    """All indicators by section: what each is, the smallest area, and the latest period."""
    sections = []
    for (section, title), of in groupby(site.indicators.values(), lambda i: (i.section, i.section_title)):
        rows = [
            {
                "title": i.title, "unit": i.unit_beside, "href": address(i.indicator_id), "definition": i.definition,
                "smallest": capitalised(site.about.one(i.smallest_area)) if i.smallest_area else "",
                "period": _latest_period(i.indicator_id, found),
            }
            for i in of
        ]  # fmt: skip
        sections.append({"id": cells.anchor("section", section), "title": title, "rows": rows})
    return {"sections": sections, "number": len(site.indicators)}


def _latest_period(item: str, found: Read) -> str:
    if of := found.of.get(item):
        return of[0].period
    classes = found.classes.get(item)
    return period_label(*classes[0][2:5]) if classes else ""


class Maps:
    """The sheets that the maps of all indicators share."""

    def __init__(self, site: Site, layers: Mapping[str, Layer]) -> None:
        self.site = site
        self.layers = layers
        self.sheets: dict[str, tuple[Layer, Sheet, Outlines | None] | None] = {}

    def sheet(self, kind: str) -> tuple[Layer, Sheet, Outlines | None] | None:
        """The areas of a kind on paper, partnerships over them; nothing where fewer than two have an outline."""
        if kind not in self.sheets:
            self.sheets[kind] = self._made(kind)
        return self.sheets[kind]

    def _made(self, kind: str) -> tuple[Layer, Sheet, Outlines | None] | None:
        from locality_profiles.publish.maps import outlines_on, sheet_of

        layer = self.layers.get(kind)
        if layer is None or len(layer.codes) < 2:
            return None
        sheet = sheet_of(layer.shapes)
        homes = self.layers.get("hscp")
        if kind == "hscp" or homes is None or len(homes.codes) < 2:
            return layer, sheet, None
        return layer, sheet, outlines_on(sheet, homes.shapes, self.site.about.several("hscp"))


@dataclass
class Writer:
    """Makes the page of one indicator."""

    site: Site
    found: Read
    maps: Maps
    indicator: Indicator
    charts: list[Chart] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)

    def page(self) -> IndicatorPage:
        indicator, about = self.indicator, self.site.about
        told = self.found.of.get(indicator.indicator_id, [])
        parts = [self.kind(of) for of in told] + self.classes()
        crowded = [kind for kind in about.profiled if kind not in shown_kinds(self.site) and self.site.of_kind(kind)]
        view = {
            "item": declared(indicator, about), "indicator": indicator, "parts": parts, "change": self.change(),
            "crowded": [counted(len(self.site.of_kind(kind)), kind, about) for kind in crowded] if parts else [],
            "downloads": about.open_data, "marks": legend(self.marks),
            "why_nothing": indicator.unavailable or "No area that is shown here has a figure of it in this release.",
        }  # fmt: skip
        return IndicatorPage(indicator, view, tuple(self.charts))

    # --- one kind of area ---

    def kind(self, of: Of) -> dict[str, Any]:
        """Everything about the areas of one kind: words, charts, map, table."""
        of = self._with_absent(of)
        about, name = self.site.about, of.kind.replace("_", "-")
        shown = sorted(
            (v for v in of.values if v.shown), key=lambda v: (-(v.value or 0.0), self._name(of.kind, v.code))
        )
        rest = sorted(
            (v for v in of.values if not v.shown), key=lambda v: (self._name(of.kind, v.code).casefold(), v.code)
        )
        several = about.several(of.kind)
        remarks: list[str] = []
        pictures = []
        if len(shown) > 1:
            pictures.append(self._picture(self._rank_chart(of, shown, name)))
            if funnel := self._funnel_chart(of, shown, name):
                pictures.append(self._picture(funnel))
        elif len(of.values) == 1:
            remarks.append(f"There is only one {about.one(of.kind)}, so there is nothing to rank or to map.")
        return {
            "id": f"kind-{name}", "title": capitalised(several), "words": self._words(of, shown, rest),
            "remarks": remarks, "pictures": pictures, "map": self._map(of, shown, several),
            "table": self._table(of, [*shown, *rest], name, several),
        }  # fmt: skip

    def _with_absent(self, of: Of) -> Of:
        """The same with every area of the kind that has a page, whether the period holds it or not."""
        held = {value.code for value in of.values}
        absent = [p.area_code for p in self.site.of_kind(of.kind) if p.area_code not in held]
        more = [Value(code, None, None, None, "not_available", None, None) for code in absent]
        return Of(of.kind, of.period, of.method, of.per, of.values + more, of.country, of.country_name)

    def _words(self, of: Of, shown: Sequence[Value], rest: Sequence[Value]) -> list[str]:
        """What stands at the head of a kind: the ends, the country, and what has no figure."""
        one, several = self.site.about.one(of.kind), self.site.about.several(of.kind)
        words = []
        if len(shown) > 1:
            high, low = shown[0], shown[-1]
            words.append(f"Of {len(shown):,} {several} with a figure for {of.period}, the highest is "
                         f"{self._name(of.kind, high.code)} ({self._print(high)}) and the lowest "
                         f"{self._name(of.kind, low.code)} ({self._print(low)}).")  # fmt: skip
        elif shown:
            words.append(f"{self._name(of.kind, shown[0].code)} has {self._print(shown[0])} ({of.period}).")
        if shown and of.country and of.country.shown:
            words.append(f"{of.country_name} has {self._print(of.country)}.")
        hidden = sum(value.status == "suppressed" for value in rest)
        if not shown:
            reason = "held back, because it could say something about a person"
            few = f"{hidden:,} of {len(rest):,} {'is' if hidden == 1 else 'are'}" if hidden < len(rest) else "each is"
            why = f"{few} {reason}"
            words.append(f"No figure of any {one} is shown: {why if hidden else 'this release has none'}.")
        elif rest:
            have = "has" if len(rest) == 1 else "have"
            why = f", {hidden:,} of them held back" if 0 < hidden < len(rest) else ", held back" if hidden else ""
            words.append(f"{counted(len(rest), of.kind, self.site.about)} {have} no figure to show{why}: "
                         "listed last, by name.")  # fmt: skip
        return words

    def _name(self, kind: str, code: str) -> str:
        return self.site.full_name((kind, code))

    def _print(self, value: Value) -> str:
        return print_value(value.value, value.status, self.indicator.unit, self.indicator.decimals)

    def _text(self, value: float | None, status: str = "actual") -> str:
        return print_value(value, status, self.indicator.unit, self.indicator.decimals)

    # --- charts ---

    def _picture(self, chart: Chart) -> Chart:
        """A chart of the page, which is to be drawn."""
        self.charts.append(chart)
        return chart

    def _scaled(self, value: float | None) -> float | None:
        """As charts hold it: pence as pounds."""
        return None if value is None else value / 100 if is_pence(self.indicator.unit) else value

    def _role(self, kind: str, code: str) -> str:
        """The release's own areas stand out where areas without a page are beside them."""
        pages = self.site.stems
        return "this" if (kind, code) in pages and len(self.site.of_kind(kind)) <= MOST_PANELS else "peer"

    def _roles(self, of: Of, shown: Sequence[Value]) -> list[str]:
        roles = [self._role(of.kind, value.code) for value in shown]
        return ["peer"] * len(roles) if "peer" not in roles else roles

    def _rank_chart(self, of: Of, shown: Sequence[Value], name: str) -> Chart:
        beside = of.country if of.country and of.country.shown else None
        line = beside and {"name": of.country_name, "value": self._scaled(beside.value), "text": self._print(beside)}
        data = {
            "unit": unit_label(self.indicator.unit), "decimals": self.indicator.decimals, "country": line,
            "bars": [
                {"name": self._name(of.kind, v.code), "role": role, "value": self._scaled(v.value),
                 "lower": self._scaled(v.lower), "upper": self._scaled(v.upper), "text": self._print(v)}
                for v, role in zip(shown, self._roles(of, shown), strict=True)
            ],
        }  # fmt: skip
        limits = ", with 95% confidence limits" if any(v.lower is not None for v in shown) else ""
        title = f"{self.indicator.title}: {self.site.about.several(of.kind)} from high to low, {of.period}{limits}"
        return Chart(f"rank-{name}", "rank", title, describe("rank", data), data, f"table-{name}")

    def _funnel_chart(self, of: Of, shown: Sequence[Value], name: str) -> Chart | None:
        """A funnel, where chance has limits: proportions and crude rates that have intervals, and their counts."""
        counts = [v for v in shown if v.numerator is not None and v.denominator and v.lower is not None]
        if of.method not in ("percentage", "crude_rate") or len(counts) < FEWEST_OF_A_FUNNEL:
            return None
        centre = _centre(of, counts)
        if centre is None:
            return None
        size = np.array([v.denominator for v in counts], dtype=float)
        value = np.array([v.value for v in counts], dtype=float)
        at = np.geomspace(size.min() * 0.9, size.max() * 1.05, STEPS)
        limits, own = (funnel_limits(of.method, x, centre, of.per) for x in (at, size))
        outside = np.where((value < own[2]) | (value > own[3]), 3, np.where((value < own[0]) | (value > own[1]), 2, 0))
        roles = self._roles(of, counts)
        far = np.argsort(-np.abs(value - centre) * np.sqrt(size), kind="stable")
        named = {n for n in far.tolist() if outside[n] == 3 and len(counts) > 1}
        named = set([n for n in far.tolist() if n in named][:MOST_NAMED]) | {
            n for n, role in enumerate(roles) if role == "this"
        }
        data = {
            "unit": unit_label(self.indicator.unit), "per": "", "centre": self._scaled(centre),
            "centre_name": of.country_name if of.country and of.country.shown else "All together",
            "x_title": capitalised(self.indicator.denominator or "Size"),
            "points": [
                {"name": self._name(of.kind, v.code), "role": role, "x": v.denominator, "y": v.value,
                 "outside": int(outside[n]), "label": n in named, "text": self._print(v)}
                for n, (v, role) in enumerate(zip(counts, roles, strict=True))
            ],
            "limits": [
                {"x": x, "low2": low2, "high2": high2, "low3": low3, "high3": high3}
                for x, low2, high2, low3, high3 in np.round(np.column_stack([at, *limits]), 6).tolist()
            ],
        }  # fmt: skip
        title = f"{self.indicator.title}: {self.site.about.several(of.kind)} and what chance allows, {of.period}"
        return Chart(f"funnel-{name}", "funnel", title, describe("funnel", data), data, f"table-{name}")

    def change(self) -> dict[str, Any] | None:
        """The chart of change: the country, and each of the release's partnerships where they are few."""
        series = {
            key: points
            for key, points in self.found.series.get(self.indicator.indicator_id, {}).items()
            if sum(has_figure(point[3], point[6]) for point in points) > 1
        }
        homes = sorted((key for key in series if key[0] == "hscp"), key=lambda key: self.site.full_name(key).casefold())
        country = next((key for key in series if key[0] == "country"), None)
        if not series:
            if self.indicator.indicator_id not in self.found.of:
                return None
            return {
                "words": "There are no two periods with a figure to tell a change from.",
                "pictures": [],
                "table": None,
            }
        panels = []
        first: list[AreaKey | None] = [*homes] or [None]
        for home in first:
            drawn = [key for key in (home, country) if key]
            panels.append({
                "title": self.site.names.get(drawn[0], drawn[0][1]), "unit": unit_label(self.indicator.unit),
                "decimals": self.indicator.decimals,
                "series": [self._series(key, series, drawn) for key in drawn],
            })  # fmt: skip
        labels = [period_label(*points[n][:3]) for points in series.values() for n in (0, -1)]
        who = ", ".join(str(panel["title"]) for panel in panels)
        title = f"{self.indicator.title}: {who}, {labels[0]} to {labels[-1]}"
        data = {"panels": panels}
        chart = Chart("change", "trends", title, describe("trends", data), data, "change-table")
        return {"words": "", "pictures": [self._picture(chart)], "table": self._change_table(series, [*homes, country])}

    def _series(
        self, key: AreaKey, series: Mapping[AreaKey, Sequence[Any]], drawn: Sequence[AreaKey]
    ) -> dict[str, Any]:
        """One line of a panel, on the periods of all its lines."""
        periods = dict.fromkeys(sorted((point[2], point[1], point[0]) for one in drawn for point in series[one]))
        held = {(point[2], point[1], point[0]): point for point in series[key]}
        points: list[dict[str, Any] | None] = []
        for period in periods:
            point = held.get(period)
            if point is None or not has_figure(point[3], point[6]):
                points.append(None)
                continue
            points.append({
                "period": period_label(*point[:3]), "value": self._scaled(point[3]), "lower": self._scaled(point[4]),
                "upper": self._scaled(point[5]), "broken": bool(point[7]), "text": self._text(point[3], point[6]),
            })  # fmt: skip
        larger = key[0] == "country" and len(drawn) > 1
        return {"name": self.site.names.get(key, key[1]), "role": "larger" if larger else "this", "points": points}

    def _change_table(self, series: Mapping[AreaKey, Sequence[Any]], order: Sequence[AreaKey | None]) -> dict[str, Any]:
        """The numbers behind the chart of change: a row for each period, the latest first."""
        columns = [key for key in order if key in series and key is not None]
        held = {key: {point[:3]: point for point in series[key]} for key in columns}
        periods = sorted(
            {point[:3] for key in columns for point in series[key]}, key=lambda p: (p[2], p[1]), reverse=True
        )
        rows = [
            (period_label(*period), "", Markup("".join(self._cell_of(held[key].get(period)) for key in columns)))
            for period in periods
        ]
        return {
            "id": "change-table", "caption": f"{self.indicator.title} by period, the latest first", "first": "Period",
            "heads": [(self.site.names.get(key, key[1]), self.indicator.unit_beside, "") for key in columns],
            "rows": rows,
        }  # fmt: skip

    def _cell_of(self, point: Sequence[Any] | None) -> str:
        if point is None:
            return _nothing("no figure")
        shown, mark = cells.figure(point[3], point[6], self.indicator.unit, self.indicator.decimals)
        self.marks.add(mark)
        if point[7]:
            self.marks.add(BREAK.mark)
            shown = f"{shown} {cells.BREAK_MARK}"
        return f"<td>{shown}</td>"

    # --- the map ---

    def _map(self, of: Of, shown: Sequence[Value], several: str) -> Markup | None:
        """A map of the first kind, or of partnerships where that has no figures; never of numbers of people."""
        if self.indicator.method == "count" or len(shown) < 2 or of.kind != self._mapped():
            return None
        made = self.maps.sheet(of.kind)
        if made is None:
            return None
        from locality_profiles.publish.maps import choropleth, classes_of

        layer, sheet, outlines = made
        values = {value.code: value for value in of.values}
        given = [values.get(code) for code in layer.codes]
        numbers = [v.value if v and v.shown else None for v in given]
        drawn = choropleth(
            [self._name(of.kind, code) for code in layer.codes], sheet, classes_of(numbers, self._text),
            [self._print(v) if v else DASH for v in given], identifier=f"map-{of.kind.replace('_', '-')}",
            title=f"{self.indicator.title}: {several}, {of.period}", outlines=outlines,
            caption=f"{self.indicator.title}{f', {self.indicator.unit_beside}' if self.indicator.unit_beside else ''}",
        )  # fmt: skip
        return Markup(drawn.figure)

    def _mapped(self) -> str:
        """The kind that the page maps: the first that has outlines and two figures."""
        told = self.found.of.get(self.indicator.indicator_id, [])
        able = (of.kind for of in told if sum(v.shown for v in of.values) > 1 and self.maps.sheet(of.kind))
        return next(able, "")

    # --- tables ---

    def _table(self, of: Of, values: Sequence[Value], name: str, several: str) -> dict[str, Any]:
        ranked = any(value.rank for value in values)
        compared = any(WORDS.get(value.verdict or "") for value in values)
        limits = any(value.shown and value.lower is not None for value in values)
        homes = of.kind != "hscp" and len(self.site.members) > 1
        heads = [("Rank", "1 the highest; ranks that chance allows", "")] if ranked else []
        heads += [("Value", self.indicator.unit_beside, "")] + ([("95% limits", "", "")] if limits else [])
        heads += [(f"Beside {of.country_name}", "", "")] if compared else []
        heads += [("Partnership", "", "words")] if homes else []
        rows = []
        for value in values:
            parts = [self._rank(value)] if ranked else []
            shown, mark = cells.figure(value.value, value.status, self.indicator.unit, self.indicator.decimals)
            self.marks.add(mark)
            parts.append(f"<td{'' if value.shown else ' class=none'}>{shown}</td>")
            if limits:
                parts.append(self._limits(value))
            if compared:
                parts.append(_verdict(value))
            if homes:
                parts.append(_words(self.site.names.get(("hscp", self.site.homes.get((of.kind, value.code), "")), "")))
            key = (of.kind, value.code)
            short = self.site.names.get(key) or self.site.full_name(key)
            rows.append((short, self.site.page(key), Markup("".join(parts))))
        reasons = (
            dict.fromkeys(value.reason for value in values if value.reason and value.shown) if not compared else {}
        )
        beside = of.country if of.country and of.country.shown else None
        return {
            "id": f"table-{name}", "first": capitalised(self.site.about.one(of.kind)), "heads": heads, "rows": rows,
            "caption": f"{self.indicator.title}: {several}, {of.period}"
            + (f". {of.country_name}: {self._print(beside)}" if beside else ""),
            "notes": [f"Not compared with {of.country_name}: {' '.join(reasons)}"] if reasons else [],
        }  # fmt: skip

    def _rank(self, value: Value) -> str:
        if value.rank is None or not value.shown:
            return _nothing("no rank")
        low, high = value.rank_lower, value.rank_upper
        allowed = f' <span class="unit">{low:,} to {high:,}</span>' if low and high and low != high else ""
        return f"<td>{value.rank:,}{allowed}</td>"

    def _limits(self, value: Value) -> str:
        if not value.shown or value.lower is None or value.upper is None:
            return _nothing("no limits")
        return f"<td>{escape(self._text(value.lower))} to {escape(self._text(value.upper))}</td>"

    def classes(self) -> list[dict[str, Any]]:
        """Tables of an indicator that is told by class only: a column for each class."""
        parts = []
        item = self.indicator.indicator_id
        for (kind, *period), rows in groupby(self.found.classes.get(item, []), itemgetter(1, 2, 3, 4)):
            of_area: dict[str, dict[str, tuple[Any, ...]]] = {}
            for row in rows:
                of_area.setdefault(row[5], {})[row[6]] = row
            classes = sorted({category for of in of_area.values() for category in of}, key=category_order)
            label, several = period_label(*period), self.site.about.several(kind)
            areas = sorted(of_area, key=lambda code: (self._name(kind, code).casefold(), code))
            name = kind.replace("_", "-")
            titles = [self.found.category_titles.get((item, one), one) for one in classes]
            table = {
                "id": f"table-{name}", "caption": f"{self.indicator.title}: {several}, {label}",
                "first": capitalised(self.site.about.one(kind)), "notes": [],
                "heads": [(title, self.indicator.unit_beside, "") for title in titles],
                "rows": [
                    (self.site.names.get((kind, code), code), self.site.page((kind, code)),
                     Markup("".join(self._class_cell(of_area[code].get(one)) for one in classes)))
                    for code in areas
                ],
            }  # fmt: skip
            words = ["Told by class only, so no area is ranked."]
            parts.append({"id": f"kind-{name}", "title": capitalised(several), "words": words, "remarks": [],
                          "pictures": [], "map": None, "table": table})  # fmt: skip
        return parts

    def _class_cell(self, row: tuple[Any, ...] | None) -> str:
        if row is None:
            return _nothing("no figure")
        shown, mark = cells.figure(row[7], row[8], self.indicator.unit, self.indicator.decimals)
        self.marks.add(mark)
        return f"<td>{shown}</td>"


def _nothing(words: str) -> str:
    return f'<td class="none"><span aria-hidden="true">{DASH}</span><span class="vh">{words}</span></td>'


def _words(text: str) -> str:
    return f'<td class="words">{escape(text)}</td>' if text else _nothing("none")


def _verdict(value: Value) -> str:
    words = WORDS.get(value.verdict or "", "") if value.shown else ""
    if not words:
        return _nothing("not compared")
    judged = f", {value.judgement}" if value.judgement else ""
    return f'<td class="verdict {escape(value.judgement or value.verdict)}">{escape(words + judged)}</td>'


# --- funnels --------------------------------------------------------------------------------------


def _centre(of: Of, counts: Sequence[Value]) -> float | None:
    """The value that the funnel stands round: the country's of the same period, or that of all areas together."""
    if of.country and of.country.shown and of.country.value:
        centre = float(of.country.value)
    else:
        events, people = (sum(getattr(v, part) or 0.0 for v in counts) for part in ("numerator", "denominator"))
        centre = events / people * of.per if people else 0.0
    return centre if 0 < centre < (of.per if of.method == "percentage" else np.inf) else None


def funnel_limits(method: str, size: np.ndarray, centre: float, per: float) -> np.ndarray:
    """Limits at so many people: 95 % low and high, then 99.8 %, in the unit of the values; shape (4, points)."""
    from locality_profiles.statistics.funnels import proportion_funnel, rate_funnel_at

    if method == "percentage":
        return np.array(proportion_funnel(size, centre / per, per))
    return np.array(rate_funnel_at(size, centre, per))
