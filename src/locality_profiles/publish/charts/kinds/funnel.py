"""The funnel: how far an area may be from the middle by chance alone, given how many people it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from locality_profiles.numbers import unit_label
from locality_profiles.publish.charts.axes import Axis, axis
from locality_profiles.publish.charts.layers import (
    Picture,
    Row,
    apart,
    layer,
    measured,
    place,
    plain,
    roles_of,
    shapes,
    whole,
)  # fmt: skip
from locality_profiles.publish.charts.lettering import shortened, width_of
from locality_profiles.publish.charts.look import MARKS, Look

#: Beyond so many names, points are left to the table.
NAMED = 8
_MARK = {0: ("peer", 16), 2: ("similar", 44), 3: ("worse", 60)}


def template(look: Look) -> Row:
    x, y = measured("x"), measured("value")
    limit = {"type": "line", "color": look.light("quiet"), "strokeWidth": 1.5}
    return whole(
        look,
        plain("grid", look.light("faint"), 1, measured("at"), y, x2={"field": "end"}),
        plain("upright", look.light("faint"), 1, x, place("py"), y2={"field": "py2"}),
        layer("limit 2", {**limit, "strokeDash": [4, 3]}, x=x, y=y, detail={"field": "side"}),
        layer("limit 3", limit, x=x, y=y, detail={"field": "side"}),
        plain("centre", look.light("ink"), 1.5, measured("at"), y, x2={"field": "end"}),
        shapes("point", look, x, y),
    )


def picture(data: Mapping[str, Any], look: Look) -> Picture | None:
    points = [(role, point) for role, point in roles_of(data["points"]) if None not in (point["x"], point["y"])]
    if not points:
        return None
    limits = data.get("limits") or []
    ends = ("low2", "high2", "low3", "high3")
    across = axis([*(point["x"] for _, point in points), *(limit["x"] for limit in limits)], "people")
    highest, lowest = max(point["y"] for _, point in points), min(point["y"] for _, point in points)
    # Limits of the smallest areas may lie far out: the scale is the points', with room for limits that are near.
    room = (highest - lowest or abs(highest) or 1) * 0.3
    held = [limit[end] for limit in limits for end in ends if limit.get(end) is not None]
    near = [value for value in held if lowest - room <= value <= highest + room]
    upright = axis([*(point["y"] for _, point in points), data.get("centre"), *near], data["unit"], 5)
    made = Picture(look, cell_height=270, top=28, bottom=40)
    made.divide(1, max(width_of(text, look.small) for text in upright.texts) + 8, 26)
    made.level_lines(0, upright, across.low, across.high)
    for tick, text in zip(across.ticks, across.texts, strict=True):
        made.add(0, "upright", x=tick, py=0, py2=made.cell_height)
        x = across.share(tick) * made.cell_width
        made.word(0, x, made.cell_height + 15, text, tone="quiet", align="center")
    made.word(0, -made.left, -12, " ".join(filter(None, (unit_label(data["unit"]), data.get("per")))), tone="quiet")
    made.word(0, made.cell_width + made.right, made.cell_height + 32, data["x_title"], tone="quiet", align="right")
    _limits(made, limits, across, upright)
    if data.get("centre") is not None:
        made.add(0, "centre", at=across.low, end=across.high, value=data["centre"])
    _points(made, points, across, upright)
    made.key(_key(points))
    return made


def _limits(made: Picture, limits: list[dict[str, Any]], across: Axis, upright: Axis) -> None:
    for often in (2, 3):
        for side in ("low", "high"):
            for limit in sorted(limits, key=lambda held: held["x"]):
                value = limit.get(f"{side}{often}")
                if value is not None and upright.low <= value <= upright.high:
                    made.add(0, f"limit {often}", x=limit["x"], value=value, side=side)


def _points(made: Picture, points: list[tuple[str, dict[str, Any]]], across: Axis, upright: Axis) -> None:
    for role, point in sorted(points, key=lambda held: held[0] == "this"):
        mark, size = _MARK.get(point.get("outside") or 0, _MARK[0]) if role == "peer" else (role, MARKS[role].size + 30)
        made.add(0, "point", x=point["x"], value=point["y"], role=mark, size=size)
    named = [(role, point) for role, point in points if role == "this"]
    named += [(role, point) for role, point in points if role != "this" and point.get("label")][:NAMED]
    wanted = [(1 - upright.share(point["y"])) * made.cell_height + 4 for _, point in named]
    for (role, point), y in zip(named, apart(wanted, 14, 8, made.cell_height - 2), strict=True):
        x, bold = across.share(point["x"]) * made.cell_width, role == "this"
        text = shortened(point["name"], made.cell_width * 0.55, made.look.small, bold)
        after = x + 10 + width_of(text, made.look.small, bold) <= made.cell_width + made.right
        tone = "this" if bold else "ink"
        made.word(0, x + 10 if after else x - 10, y, text, bold=bold, align="left" if after else "right", tone=tone,
                  halo=True)  # fmt: skip


def _key(points: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, str, bool]]:
    held = {point.get("outside") or 0 for role, point in points if role == "peer"}
    words = {0: "Within what chance explains", 2: "Outside the dashed limits", 3: "Outside the outer limits"}
    named = {role: entry["name"] for role, entry in points if role != "peer"}
    entries = [(role, named[role], False) for role in ("this", "larger", "largest") if role in named]
    return entries + [(_MARK[often][0], words[often], False) for often in (0, 2, 3) if often in held]
