"""The table behind a chart, where no table of the page has the chart's numbers: shares, fifths, points of a curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from locality_profiles.numbers import DASH, Printed, print_value
from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.sheets import Column, Sheet

Rows = tuple[tuple[str, tuple[str, ...], bool], ...]
#: What a table of classes is for: bars by age and by settlement have tables of their own on the page.
FIFTHS = "-fifths"
BESIDE = {
    "better": "Better",
    "worse": "Worse",
    "similar": "Similar",
    "higher": "Higher",
    "lower": "Lower",
    "none": DASH,
}
LIMITS = (Column("Lower 95% limit"), Column("Upper 95% limit"))


def table_behind(chart: Chart) -> Sheet | None:
    """The numbers of a chart as a table; None where a table of the page has them already.

    >>> curve = Chart("c", "curve", "Cost", "", {"points": [[0, 0], [20, 61.5]], "x_title": "% of people", "y_title": "%"})
    >>> [(name, *cells) for name, cells, _ in table_behind(curve).rows]
    [('0%', '0'), ('20%', '61.5%')]
    """  # noqa: E501 — a doctest is one line
    if chart.kind == "spine":
        return _spine(chart)
    if chart.kind == "pyramid":
        return _pyramid(chart)
    if chart.kind == "curve":
        return _curve(chart)
    return _fifths(chart) if chart.id.endswith(FIFTHS) else None


def _sheet(chart: Chart, first: str, columns: Sequence[Column], rows: Rows) -> Sheet:
    return Sheet(f"{chart.id}-figures", "Figures of the chart", chart.title, first, tuple(columns), rows)


def _spine(chart: Chart) -> Sheet:
    names = chart.data["names"]
    columns = [Column("For", words=True), Column(names["this"])]
    columns += [Column(f"Beside {names['country']}", words=True)] if names.get("country") else []
    rows = tuple(
        (row["title"], (row["period"], row["text"], BESIDE[row["verdict"]])[: len(columns)], False)
        for row in chart.data["rows"]
    )
    return _sheet(chart, "What the chart shows", columns, rows)


def _pyramid(chart: Chart) -> Sheet:
    data, beside = chart.data, chart.data.get("beside")
    sides = [(data["name"], data["men"], data["women"])]
    sides += [(beside["name"], beside["men"], beside["women"])] if beside else []
    columns = [Column(f"{sex}, {name}", data["unit"]) for name, *_ in sides for sex in ("Men", "Women")]
    rows = tuple(
        (age, tuple(_share(held[at]) for _, men, women in sides for held in (men, women)), False)
        for at, age in enumerate(data["ages"])
    )
    return _sheet(chart, "Age", columns, rows)


def _share(value: float | None) -> Printed:
    return Printed(DASH, None) if value is None else print_value(value, "actual", "%", 1)


def _curve(chart: Chart) -> Sheet:
    rows = tuple(
        (str(print_value(x, "actual", "%", 0)) if x else "0%", (_share(y),), False) for x, y in _points(chart.data)
    )
    return _sheet(chart, chart.data["x_title"], [Column(chart.data["y_title"])], rows)


#: A curve may have a point for each person in a hundred; a table has so many rows at most.
MOST_POINTS = 21


def _points(data: Mapping[str, Any]) -> list[tuple[float, float]]:
    points = data["points"]
    step = max(1, -(-(len(points) - 1) // (MOST_POINTS - 1)))
    chosen = [*points[::step], *([points[-1]] if (len(points) - 1) % step else [])]
    return [(x, y) for x, y in chosen]


def _fifths(chart: Chart) -> Sheet:
    told = list(_classes(chart.data["panels"]))
    limited = any(one["lower"] is not None or one["upper"] is not None for _, _, one in told)
    columns = [Column("Value"), *(LIMITS if limited else ())]
    rows = tuple(
        (f"{panel['title']}: {one['name']}",
         (one["text"], *(_limit(one[side], panel) for side in ("lower", "upper") if limited)), False)
        for panel, _, one in told
    )  # fmt: skip
    return _sheet(chart, "Fifth", columns, rows)


def _classes(panels: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], int, Mapping[str, Any]]]:
    for panel in panels:
        for at, one in enumerate(panel["classes"]):
            yield panel, at, one


def _limit(value: float | None, panel: Mapping[str, Any]) -> Printed:
    status = "not_applicable" if value is None else "actual"
    return print_value(value, status, panel["unit"], panel["decimals"])
