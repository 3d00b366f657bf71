"""Which charts an area's page and documents have, section by section, as data to be drawn.

A chart shows what a table of the page shows: the same cells, and beside each mark the same printed text. What is hidden
or absent stays absent, with its mark. Where too little is left to be compared, there is no chart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Any, TypeVar

from locality_profiles.numbers import has_figure, is_pence, print_value, unit_label
from locality_profiles.publish.cells import NOT_PUBLISHED, anchor
from locality_profiles.publish.chart_sources import PYRAMID, ChartSources, Fifths, Range, Told, When
from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.charts.describe import describe
from locality_profiles.publish.edition import Edition
from locality_profiles.publish.reading import (
    LARGER,
    AreaKey,
    Beside,
    Cell,
    Indicator,
    Period,
    Point,
    Profile,
    Row,
    Section,
    Trend,
    figure_of,
)
from locality_profiles.publish.standing import (
    AGE,
    PREFERRED,
    SCHEMES,
    SETTLEMENT,
    Compared,
    OfClass,
    Standing,
    class_title,
)

#: The section of the head of a page, and that of its money.
HEAD, MONEY = "profile", "budget"
#: How many indicators a chart has at most, by its kind.
SPINE_ROWS, BAR_PANELS, TREND_PANELS, CLASS_PANELS = 14, 4, 6, 4
#: More areas of a kind than these beside one another are not told apart: parts of a partnership, and peers.
PARTS, PEERS = 12, 6
#: Fewer areas than these have no range.
FEWEST = 3
FIFTH_NAMES = {"1": "1, most deprived", "5": "5, least deprived"}
#: Methods whose numerators add up over fifths to what the indicator counts.
COUNTED = ("percentage", "crude_rate", "ratio")
Listed = TypeVar("Listed", Row, Trend)
TO_THE_RIGHT = "Where it is known what is better, better is to the right; elsewhere, higher is."


def charts_of(
    profile: Profile, standing: Standing, sources: ChartSources, about: Edition
) -> dict[str, list[Chart]]:  # fmt: skip
    """The charts of one area, by section; ``profile`` is the head of its page, ``budget`` its money.

    Parameters
    ----------
    profile : Profile
        Every cell and trend of the page.
    standing : Standing
        How the area stands; the same as for the page's tables.
    sources : ChartSources
        What ``read_chart_sources`` read of the same tables.
    about : Edition
        Names of kinds of area, and the indicators of the head.

    Returns
    -------
    dict
        Sections without a chart are left out.
    """
    of = _Of(profile, standing, sources, about, _names(profile.columns, about))
    made = {HEAD: [_spine(of)]}
    for section in profile.sections:
        made[section.id] = _section(section, of)
    made[MONEY] = [*made.get(MONEY, ()), _cost_curve(of)]
    return {section: told for section, charts in made.items() if (told := [chart for chart in charts if chart])}


@dataclass(frozen=True)
class _Of:
    """The area that charts are made of, with everything known of it."""

    profile: Profile
    standing: Standing
    sources: ChartSources
    about: Edition
    names: tuple[str, ...]
    """What each column is called: no two of them alike."""

    @property
    def others(self) -> str:
        return f"{self.profile.name} and others"

    def limits(self, key: AreaKey, indicator: Indicator, period: Period | None) -> tuple[float | None, float | None]:
        if period is None:
            return None, None
        return self.sources.limits.get(key, {}).get(_when(indicator, period), (None, None))

    def name(self, key: AreaKey) -> str:
        """The name of any area, as its column is called where it has one."""
        for column, name in zip(self.profile.columns, self.names, strict=True):
            if (column.area_type, column.area_code) == key:
                return name
        return self.sources.names.get(key, key[1])


def _names(columns: Sequence[Beside], about: Edition) -> tuple[str, ...]:
    """Names of columns; areas of one name bear their kind, and where that is the same, their code."""
    shared = Counter(column.name for column in columns)
    kinds = Counter((column.name, column.area_type) for column in columns)
    return tuple(
        c.name
        if shared[c.name] == 1
        else f"{c.name} ({about.one(c.area_type) if kinds[c.name, c.area_type] == 1 else c.area_code})"
        for c in columns
    )


def _section(section: Section, of: _Of) -> list[Chart | None]:
    pyramid = _pyramid(section, of)
    shown = set(PYRAMID) if pyramid else set()
    return [
        pyramid,
        _bars(section, of),
        _of_classes(section, of),
        *_by_class(section, of, "ages", "by age", AGE, shown),
        *_by_class(section, of, "settlement", "in town and country", SETTLEMENT, shown),
        _fifths(section, of),
        _fifths_curve(section, of),
        _trends(section, of),
    ]


def _chart(section: str, name: str, kind: str, title: str, data: Mapping[str, Any], caption: str = "caption") -> Chart:
    """A chart of a section; ``caption`` is what the id of its table's caption has after the section's."""
    table = f"{anchor('section', section)}-{caption}"
    return Chart(anchor("chart", f"{section}-{name}"), kind, title, describe(kind, data), data, table)


def _shown(value: float | None, status: str, indicator: Indicator) -> float | None:
    """A value as the chart has it: pence as pounds, nothing where no figure is printed."""
    if value is None or not has_figure(value, status):
        return None
    return _number(value, indicator)


def _number(value: float | None, indicator: Indicator) -> float | None:
    """A number in the unit shown; two digits more than are printed, which no drawing can tell apart."""
    if value is None or not math.isfinite(value):
        return None
    return round(value / 100 if is_pence(indicator.unit) else value, indicator.decimals + 2)


def _figure(cell: Cell, indicator: Indicator, lower: float | None, upper: float | None) -> dict[str, Any]:
    """Value, limits and text of one mark of a chart; limits of a figure that is not there are not either."""
    value = _shown(cell[0], cell[1], indicator)
    return {
        "value": value,
        "lower": None if value is None else _number(lower, indicator),
        "upper": None if value is None else _number(upper, indicator),
        "text": print_value(cell[0], cell[1], indicator.unit, indicator.decimals),
    }


def _panel(title: str, indicator: Indicator) -> dict[str, Any]:
    return {"title": title, "unit": unit_label(indicator.unit), "decimals": indicator.decimals}


def _dated(title: str, period: str | None) -> str:
    return f"{title}, {period}" if period else title


def _what(section: Section, indicators: Sequence[Indicator]) -> str:
    """What a chart is of: its one indicator, or its section."""
    return indicators[0].title if len(set(indicators)) == 1 else section.title


def _over(periods: Iterable[Period | None]) -> str:
    """When a chart is for: the one period of its panels, or the years from the first to the last of them."""
    known = [period for period in periods if period]
    labels = {period.label for period in known}
    if len(labels) < 2:
        return "".join(labels)
    first, last = min(period.start.year for period in known), max(period.end.year for period in known)
    return f"{first} to {last}" if first != last else str(first)


def _filled(figures: Iterable[Mapping[str, Any]]) -> int:
    """How many of the marks have a value."""
    return sum(figure["value"] is not None for figure in figures)


# --- the head -------------------------------------------------------------------------------------


def _spine(of: _Of) -> Chart | None:
    """The area against its partnership and the country, on the range of all areas of its kind."""
    ranges = of.sources.ranges.get(of.profile.area_type, {})
    able = [
        (row, found)
        for row in of.profile.rows()
        if row.category == "all"
        and row.period
        and row.indicator.method != "count"
        and figure_of(row.cells[0])
        and (found := ranges.get(_when(row.indicator, row.period)))
        and found.areas >= FEWEST
    ]
    chosen = {row.indicator.indicator_id for row in _spine_rows([row for row, _ in able], of)}
    drawn = [(row, found) for row, found in able if row.indicator.indicator_id in chosen]
    rows = [(row, made, found) for row, found in drawn if (made := _spine_row(row, found, of))]
    if not rows:
        return None
    partnership = of.profile.beside("hscp")
    country = of.profile.beside("country")
    several = of.about.several(of.profile.area_type)
    data = {
        "rows": [made for _, made, _ in rows],
        "names": {
            "this": of.names[0],
            "partnership": of.name((partnership.area_type, partnership.area_code)) if partnership else None,
            "country": of.name((country.area_type, country.area_code)) if country else None,
            "among": f"{max(found.areas for _, _, found in rows):,} {several}",
            "reads": TO_THE_RIGHT,
        },
    }
    beside = " and ".join(column.name for column in (partnership, country) if column) or several
    title = f"{of.profile.name} beside {beside}, {_over(row.period for row, _, _ in rows)}. {TO_THE_RIGHT}"
    return Chart(f"chart-{HEAD}-spine", "spine", title, describe("spine", data), data)


def _when(indicator: Indicator, period: Period) -> When:
    return indicator.indicator_id, (period.start, period.end)


def _spine_rows(rows: Sequence[Row], of: _Of) -> list[Row]:
    """Headlines first; then, of what was compared, the first of every section, the second, and so on."""
    heads = [row for row in rows if row.indicator.indicator_id in of.about.headlines]
    rest = [row for row in rows if row not in heads and _compared(row, of)]
    turns = []
    for place, (_, found) in enumerate(groupby(rest, lambda row: row.indicator.section)):
        # Within a section, what can be better or worse says more than what can only be higher.
        ordered = sorted(found, key=lambda row: row.indicator.direction == "none")
        turns += [(turn, place, row) for turn, row in enumerate(ordered)]
    turns.sort(key=lambda turn: turn[:2])
    return [*heads, *(row for _, _, row in turns)][:SPINE_ROWS]


def _compared(row: Row, of: _Of) -> Compared | None:
    return of.standing.compared.get((row.indicator.indicator_id, "all"))


def _spine_row(row: Row, among: Range, of: _Of) -> dict[str, Any] | None:
    """One indicator on its range: the country in the middle, the farthest area at an end; None where all are alike."""
    profile, indicator = of.profile, row.indicator
    value = row.cells[0][0]
    country = profile.cell(row, "country")
    if value is None or not figure_of(country) or country[0] is None:
        return None
    centre = country[0]
    reach = max(abs(among.high - centre), abs(centre - among.low))
    if not reach:
        return None
    sign = -1 if indicator.direction == "low_is_good" else 1

    def place(told: float | None) -> float | None:
        if told is None or not math.isfinite(told):
            return None
        return round(min(100.0, max(0.0, 50 + sign * 50 * (told - centre) / reach)), 1)

    def pair(lower: float | None, upper: float | None) -> list[float | None]:
        ends = [place(lower), place(upper)]
        return ends[::sign]

    lower, upper = pair(*of.limits(profile.key, indicator, row.period))
    low, high = pair(among.low, among.high)
    q1, q3 = pair(among.q1, among.q3)
    partnership = profile.cell(row, "hscp")
    return {
        "title": row.title, "period": row.period.label if row.period else "",
        "text": print_value(*row.cells[0][:2], indicator.unit, indicator.decimals),
        "this": place(value), "lower": lower, "upper": upper,
        "partnership": place(partnership[0]) if figure_of(partnership) else None, "country": 50.0,
        "low": low, "q1": q1, "q3": q3, "high": high, "verdict": _verdict(_compared(row, of)),
    }  # fmt: skip


def _verdict(compared: Compared | None) -> str:
    """What was found beside the country, in the middle of the spine."""
    found = compared.verdicts.get("country") if compared else None
    if found is None or found.verdict == "not_compared":
        return "none"
    return found.judgement or found.verdict


# --- population -----------------------------------------------------------------------------------


def _pyramid(section: Section, of: _Of) -> Chart | None:
    """Men and women by age as shares of all people, beside the country or else the partnership."""
    held = {indicator.indicator_id: indicator for indicator in section.indicators}
    if not all(item in held for item in PYRAMID):
        return None
    men, women = (of.standing.classes.get((AGE, item), []) for item in PYRAMID)
    categories = [band.category for band in men]
    shares = _shares(men, women, _everybody(men, of))
    if not shares or [band.category for band in women] != categories or men[0].period != women[0].period:
        return None
    beside = _beside(categories, men[0].period, of)
    data = {
        "ages": [band.replace("-", "–") for band in categories], "men": shares[0], "women": shares[1],
        "name": of.names[0], "beside": beside, "unit": "% of all people",
    }  # fmt: skip
    where = f"{of.profile.name} and {beside['name']}" if beside else of.profile.name
    title = f"People by age and sex: {where}, {men[0].period}"
    return _chart(section.id, "pyramid", "pyramid", title, data, "ages-caption-1")


def _shares(
    men: Sequence[OfClass], women: Sequence[OfClass], everybody: float | None
) -> tuple[list[float | None], list[float | None]] | None:
    """Per cent of all people in each band; None where nobody is told or it is not known how many are all."""
    told = [*men, *women]
    known = [band.value for band in told if band.value is not None and has_figure(band.value, band.status)]
    total = sum(known) if len(known) == len(told) else everybody
    if not known or not total:
        return None

    def share(band: OfClass) -> float | None:
        shown = band.value is not None and has_figure(band.value, band.status)
        return round(100 * band.value / total, 3) if shown and band.value is not None else None

    return [share(band) for band in men], [share(band) for band in women]


def _everybody(bands: Sequence[OfClass], of: _Of) -> float | None:
    """How many people the page says there are in the period of the bands."""
    row = of.profile.row("population")
    if not bands or not row or not row.period or row.period.label != bands[0].period or not figure_of(row.cells[0]):
        return None
    return row.cells[0][0]


def _beside(categories: Sequence[str], period: str, of: _Of) -> dict[str, Any] | None:
    for role in ("country", "hscp"):
        column = of.profile.beside(role)
        if column is None or column.role == "this":
            continue
        key = (column.area_type, column.area_code)
        men, women = (of.sources.ages.get(key, {}).get((item, period), ()) for item in PYRAMID)
        if [band.category for band in men] != list(categories) or len(men) != len(women):
            continue
        if shares := _shares(men, women, None):
            return {"name": of.name(key), "men": shares[0], "women": shares[1]}
    return None


# --- bars -----------------------------------------------------------------------------------------


def _bars(section: Section, of: _Of) -> Chart | None:
    """The leading indicators here, in the areas beside, and in the larger; else in the larger alone."""
    rows = _leading([row for row in section.rows if row.category == "all"])
    known = [row for row in rows if row.cells[0][1] not in NOT_PUBLISHED]
    own = _bar_panels(sorted(known, key=lambda row: not figure_of(row.cells[0])), _beside_one_another(of), of)
    larger = [number for number, column in enumerate(of.profile.columns) if column.role in LARGER]
    panels = own or _bar_panels([row for row in rows if row not in known], larger, of)
    if not panels:
        return None
    where = of.others if own else _larger_only(bar["name"] for _, panel in panels for bar in panel["bars"])
    what = _what(section, [row.indicator for row, _ in panels])
    title = _dated(f"{what}: {where}", _over(row.period for row, _ in panels))
    return _chart(section.id, "bars", "bars", title, {"panels": [panel for _, panel in panels]})


def _leading(rows: Sequence[Listed]) -> list[Listed]:
    """In the order of the page, but of plain counts only the first leads: the others tell much the same again."""
    counts = [row for row in rows if row.indicator.method == "count"]
    return sorted(rows, key=lambda row: row in counts[1:])


def _larger_only(names: Iterable[str]) -> str:
    *first, last = dict.fromkeys(names)
    return f"{', '.join(first)} and {last} (larger areas only)" if first else f"{last} (larger area only)"


def _beside_one_another(of: _Of) -> list[int]:
    """The columns of a chart of bars: very many peers or parts are left to the table."""
    columns = of.profile.columns
    roles = Counter(column.role for column in columns)
    most = {"peer": PEERS, "part": PARTS}
    return [n for n, column in enumerate(columns) if roles[column.role] <= most.get(column.role, len(columns))]


def _bar_panels(rows: Iterable[Row], columns: Sequence[int], of: _Of) -> list[tuple[Row, dict[str, Any]]]:
    panels = []
    for row in rows:
        # Numbers of people or things in a country say nothing of a locality's.
        shown = [n for n in columns if row.indicator.method != "count" or of.profile.columns[n].role not in LARGER]
        beside = [n for n in shown if of.profile.columns[n].role in ("peer", "part")]
        if all(row.cells[n][1] in NOT_PUBLISHED for n in beside):  # nobody tells it of such areas
            shown = [n for n in shown if n not in beside]
        bars = [_bar(row, n, of) for n in shown]
        if len({bar["value"] for bar in bars} - {None}) > 1:
            title = _dated(row.title, row.period.label if row.period else None)
            panels.append((row, _panel(title, row.indicator) | {"bars": bars}))
        if len(panels) == BAR_PANELS:
            break
    return panels


def _bar(row: Row, number: int, of: _Of) -> dict[str, Any]:
    column = of.profile.columns[number]
    limits = of.limits((column.area_type, column.area_code), row.indicator, row.period)
    role = "this" if column.role == "this" else "larger" if column.role in LARGER else "peer"
    return {"name": of.names[number], "role": role, **_figure(row.cells[number], row.indicator, *limits)}


# --- classes --------------------------------------------------------------------------------------


def _of_classes(section: Section, of: _Of) -> Chart | None:
    """Indicators that are told by class: people by fifth of deprivation, by kind of settlement."""
    panels: list[dict[str, Any]] = []
    told: list[Row] = []
    for indicator, found in groupby(section.rows, lambda row: row.indicator):
        rows = [row for row in found if row.category != "all"]
        classes = [
            {"name": row.category_title or row.category, **_figure(row.cells[0], indicator, None, None)} for row in rows
        ]
        if _filled(classes) < 2 or len(panels) == CLASS_PANELS:
            continue
        period = rows[0].period
        panels.append(_panel(_dated(indicator.title, period.label if period else None), indicator)
                      | {"classes": classes})  # fmt: skip
        told.append(rows[0])
    if not panels:
        return None
    title = f"{_what(section, [row.indicator for row in told])}: {of.profile.name}"
    return _chart(
        section.id, "classes", "classes", _dated(title, _over(row.period for row in told)), {"panels": panels}
    )


def _by_class(
    section: Section, of: _Of, name: str, words: str, breakdown: str, shown: set[str]
) -> list[Chart]:  # fmt: skip
    """A chart for each table 'By age' or 'Town and country' of the section, without what a pyramid shows."""
    tables: dict[tuple[str, ...], list[tuple[Indicator, list[OfClass]]]] = {}
    for indicator in section.indicators:
        found = of.standing.classes.get((breakdown, indicator.indicator_id), [])
        if len([band for band in found if band.value is not None]) > 1:
            tables.setdefault(tuple(band.category for band in found), []).append((indicator, found))
    charts = []
    for number, held in enumerate(tables.values(), start=1):
        panels = [
            (indicator, found[0].period, panel)
            for indicator, found in held
            if indicator.indicator_id not in shown
            and _filled((panel := _class_panel(indicator, found, breakdown))["classes"]) > 1
        ][:CLASS_PANELS]
        if not panels:
            continue
        periods = list(dict.fromkeys(period for _, period, _ in panels))
        title = f"{_what(section, [indicator for indicator, _, _ in panels])} {words}: {of.profile.name}"
        charts.append(_chart(
            section.id, f"{name}-{number}", "classes", _dated(title, " and ".join(periods)),
            {"panels": [panel for _, _, panel in panels]}, f"{name}-caption-{number}",
        ))  # fmt: skip
    return charts


def _class_panel(indicator: Indicator, found: Sequence[OfClass], breakdown: str) -> dict[str, Any]:
    classes = [
        {"name": class_title(of.category, breakdown),
         **_figure((of.value, of.status, None), indicator, of.lower, of.upper)}
        for of in found
    ]  # fmt: skip
    return _panel(_dated(indicator.title, found[0].period), indicator) | {"classes": classes}


# --- inequality -----------------------------------------------------------------------------------


def _unequal(section: Section, of: _Of) -> list[tuple[Indicator, Fifths]]:
    """The indicators of a section that its table of inequality tells, with their fifths: judged ones first."""
    fifths = of.sources.fifths.get(of.profile.key, {})
    told = [
        (indicator, found)
        for indicator in section.indicators
        if indicator.indicator_id in of.standing.unequal
        and (found := fifths.get(indicator.indicator_id))
        and found.scheme == of.standing.unequal[indicator.indicator_id].scheme
    ]
    return sorted(told, key=lambda found: found[0].direction == "none")


def _fifths(section: Section, of: _Of) -> Chart | None:
    panels = []
    for indicator, found in _unequal(section, of):
        classes = [
            {"name": FIFTH_NAMES.get(fifth.category, fifth.category),
             **_figure((fifth.value, fifth.status, None), indicator, fifth.lower, fifth.upper)}
            for fifth in found.values
        ]  # fmt: skip
        if _filled(classes) > 1:
            panels.append((indicator, found, classes))
    panels = panels[:CLASS_PANELS]
    if not panels:
        return None
    schemes = sorted({found.scheme for _, found, _ in panels}, key=PREFERRED.index)
    data = {
        "panels": [
            _panel(_dated(indicator.title, found.period) + (f" ({_scheme(found.scheme)})" if len(schemes) > 1 else ""),
                   indicator) | {"classes": classes}
            for indicator, found, classes in panels
        ]
    }  # fmt: skip
    what = _what(section, [indicator for indicator, _, _ in panels])
    spans = [Period("", *found.span, found.period) for _, found, _ in panels]
    by = _scheme(schemes[0]) if len(schemes) == 1 else "fifths"
    title = f"{what} from the most to the least deprived fifth ({by}): {of.profile.name}, {_over(spans)}"
    return _chart(section.id, "fifths", "classes", title, data, "inequality-caption")


def _scheme(scheme: str) -> str:
    words = SCHEMES[scheme]
    return words[:1].lower() + words[1:]


def _fifths_curve(section: Section, of: _Of) -> Chart | None:
    """How what is counted falls on the fifths: for a partnership, where nothing is told of the cost of care."""
    if of.profile.area_type not in LARGER or of.profile.key in of.sources.curves:
        return None
    for indicator, found in _unequal(section, of):
        points = _cumulated(found) if indicator.method in COUNTED else None
        if not points:
            continue
        among = indicator.denominator or "all among whom it is counted"
        data = {
            "points": points, "index": None, "x_title": f"% of {among}, most deprived first",
            "y_title": f"% of {indicator.numerator or indicator.title}", "name": of.names[0],
        }  # fmt: skip
        title = f"{indicator.title}: how it falls on deprived and other fifths, {of.profile.name}, {found.period}"
        return _chart(section.id, "curve", "curve", title, data, "inequality-caption")
    return None


def _cumulated(found: Fifths) -> list[list[float]] | None:
    """Points of the curve from nought to all, in per cent; None where a fifth is hidden or nothing was counted."""
    if len(found.values) < 2 or not all(has_figure(fifth.value, fifth.status) for fifth in found.values):
        return None
    among = [number for number in found.among if number is not None]
    counted = [number for number in found.counted if number is not None]
    if len(among) != len(found.values) or len(counted) != len(found.values) or not sum(among) or not sum(counted):
        return None
    x = [round(100 * so_far / sum(among), 2) for so_far in accumulate(among, initial=0.0)]
    y = [round(100 * so_far / sum(counted), 2) for so_far in accumulate(counted, initial=0.0)]
    return [list(point) for point in zip(x, y, strict=True)]


def _cost_curve(of: _Of) -> Chart | None:
    """How few people make how much of the cost of health care, of an edition for management."""
    curve = of.sources.curves.get(of.profile.key)
    if curve is None or of.profile.area_type not in LARGER or len(curve.points) < 2:
        return None
    points = [[0.0, 0.0], *([round(100 * x, 2), round(100 * y, 2)] for x, y in curve.points if x > 0)]
    data = {
        "points": points, "index": None if curve.gini is None else round(curve.gini, 3),
        "x_title": "% of people, dearest first", "y_title": "% of the cost of health care", "name": of.names[0],
    }  # fmt: skip
    title = f"How few people make how much of the cost of health care: {of.profile.name}, {curve.period}"
    return Chart(f"chart-{MONEY}-curve", "curve", title, describe("curve", data), data)


# --- trends ---------------------------------------------------------------------------------------


def _trends(section: Section, of: _Of) -> Chart | None:
    """The area over time beside its partnership and the country; else what is known of larger areas over time."""
    able = _leading([trend for trend in section.trends if trend.category == "all" and _points(trend) > 1])
    own = [trend for trend in able if (trend.of_type, trend.of_code) == of.profile.key]
    chosen = (own or able)[:TREND_PANELS]
    if not chosen:
        return None
    panels = [
        _panel(trend.indicator.title, trend.indicator) | {"series": _series(trend, of)} for trend in chosen
    ]  # fmt: skip
    what = _what(section, [trend.indicator for trend in chosen])
    several = any(len(panel["series"]) > 1 for panel in panels)
    if own:
        where = of.others if several else of.profile.name
    else:
        where = _larger_only(series["name"] for panel in panels for series in panel["series"])
    over = _over(point.period for trend in chosen for point in trend.points if point)
    return _chart(
        section.id, "trends", "trends", f"{what} over time: {where}, {over}", {"panels": panels}, "change-caption"
    )


def _points(trend: Trend) -> int:
    return sum(point is not None and figure_of(point.cell) for point in trend.points)


def _series(trend: Trend, of: _Of) -> list[dict[str, Any]]:
    """The trend's own line, and those of larger areas for the same periods; counts of places so unlike stand alone."""
    key = (trend.of_type, trend.of_code)
    role = "this" if key == of.profile.key else "larger"
    points = [_point(point, trend.indicator, key, of) for point in trend.points]
    lines = [{"name": of.name(key), "role": role, "points": points}]
    if trend.indicator.method == "count":
        return lines
    kinds = ["country"] if trend.of_type != of.profile.area_type else ["hscp", "country"]
    for column in filter(None, map(of.profile.beside, kinds)):
        beside = (column.area_type, column.area_code)
        if beside == key:
            continue
        told = [_told(point, trend.indicator, of.sources.series.get(beside, {})) for point in trend.points]
        if sum(point is not None and point["value"] is not None for point in told) > 1:
            lines.append({"name": of.name(beside), "role": "larger", "points": told})
    return lines


def _point(point: Point | None, indicator: Indicator, key: AreaKey, of: _Of) -> dict[str, Any] | None:
    if point is None:
        return None
    figure = _figure(point.cell, indicator, *of.limits(key, indicator, point.period))
    return {"period": point.period.label, **figure, "broken": bool(point.broken)}


def _told(point: Point | None, indicator: Indicator, series: Mapping[When, Told]) -> dict[str, Any] | None:
    """What a larger area has for the period of a point."""
    found = series.get(_when(indicator, point.period)) if point else None
    if point is None or found is None:
        return None
    figure = _figure((found.value, found.status, None), indicator, found.lower, found.upper)
    return {"period": point.period.label, **figure, "broken": found.broken}
