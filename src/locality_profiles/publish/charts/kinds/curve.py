"""The concentration curve: what share falls on the most deprived share of people, against an even spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from locality_profiles.numbers import MINUS
from locality_profiles.publish.charts.axes import axis
from locality_profiles.publish.charts.layers import Picture, Row, layer, measured, place, plain, whole
from locality_profiles.publish.charts.lettering import shortened, width_of
from locality_profiles.publish.charts.look import Look


def template(look: Look) -> Row:
    x, y = measured("x"), measured("value")
    return whole(
        look,
        plain("grid", look.light("faint"), 1, measured("at"), y, x2={"field": "end"}),
        plain("upright", look.light("faint"), 1, x, place("py"), y2={"field": "py2"}),
        layer("curve", {"type": "area", "color": look.light("this"), "opacity": 0.17}, x=x, y=y, y2={"field": "even"}),
        layer(
            "even", {"type": "line", "color": look.light("quiet"), "strokeDash": [6, 4], "strokeWidth": 1.75}, x=x, y=y
        ),
        layer("curve", {"type": "line", "color": look.light("this"), "strokeWidth": 2.75}, x=x, y=y),
    )


def picture(data: Mapping[str, Any], look: Look) -> Picture | None:
    points = sorted((float(x), float(y)) for x, y in data["points"] if x is not None and y is not None)
    if len(points) < 2:
        return None
    whole_of = 1.0 if max(map(max, points)) <= 1.000001 else 100.0
    scale = axis((0, 100), "%", 5)
    made = Picture(look, top=30, bottom=40)
    made.divide(1, width_of("100%", look.small) + 8, 20)
    made.cell_height = min(made.cell_width, 290)
    made.level_lines(0, scale, 0, 100)
    for tick, text in zip(scale.ticks, scale.texts, strict=True):
        made.add(0, "upright", x=tick, py=0, py2=made.cell_height)
        made.word(0, scale.share(tick) * made.cell_width, made.cell_height + 15, text, tone="quiet", align="center")
    made.add(0, "even", x=0, value=0)
    made.add(0, "even", x=100, value=100)
    for x, y in points:
        made.add(0, "curve", x=100 * x / whole_of, value=100 * y / whole_of, even=100 * x / whole_of)
    made.word(0, -made.left, -14, shortened(data["y_title"], look.width, look.small), tone="quiet")
    across = shortened(data["x_title"], look.width, look.small)
    made.word(0, made.cell_width + made.right, made.cell_height + 34, across, tone="quiet", align="right")
    _labels(made, data, points, whole_of)
    return made


def _labels(made: Picture, data: Mapping[str, Any], points: list[tuple[float, float]], whole_of: float) -> None:
    """Names each line where it leaves the other room: the curve on its own side of the even spread."""
    above = sum(y - x for x, y in points) > 0
    wide, deep = made.cell_width, made.cell_height
    name = shortened(str(data["name"]), wide * 0.62, made.look.small, bold=True)
    index = data.get("index")
    told = "" if index is None else f"Index {MINUS if index < 0 else ''}{abs(index):.2f}"
    for left, right, lines in (
        (above, not above, [(name, "this", True), (told, "ink", False)]),
        (not above, above, [("Spread evenly", "quiet", False), ("(dashed)", "quiet", False)]),
    ):
        x, y = (10.0, 20.0) if left else (wide - 10, deep - 26)
        for count, (text, tone, bold) in enumerate(lines):
            if text:
                made.word(0, x, y + 16 * count, text, tone=tone, bold=bold, align="right" if right else "left")
