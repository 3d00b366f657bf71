"""The kinds of charts: each declares its Vega-Lite template, and makes rows for it from a chart's data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from locality_profiles.publish.charts.kinds import bars, curve, funnel, pyramid, rank, spine, trends
from locality_profiles.publish.charts.layers import Picture, Row
from locality_profiles.publish.charts.look import Look


class Kind(NamedTuple):
    """One kind of chart."""

    template: Callable[[Look], Row]
    picture: Callable[[Mapping[str, Any], Look], Picture | None]
    """None where there is no figure to draw."""


KINDS: dict[str, Kind] = {
    "bars": Kind(bars.template, bars.of_areas),
    "classes": Kind(bars.template, bars.of_classes),
    "curve": Kind(curve.template, curve.picture),
    "funnel": Kind(funnel.template, funnel.picture),
    "pyramid": Kind(pyramid.template, pyramid.picture),
    "rank": Kind(rank.template, rank.picture),
    "spine": Kind(spine.template, spine.picture),
    "trends": Kind(trends.template, trends.picture),
}
