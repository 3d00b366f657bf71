"""Ranks: every area as a dot with its interval, highest first, on one page however many there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from locality_profiles.numbers import print_value, unit_label
from locality_profiles.publish.charts.axes import Axis, axis
from locality_profiles.publish.charts.layers import (
    Picture,
    Row,
    apart,
    measured,
    place,
    plain,
    roles_of,
    shapes,
    whole,
)  # fmt: skip
from locality_profiles.publish.charts.lettering import shortened, width_of
from locality_profiles.publish.charts.look import MARKS, Look

#: Rows so deep have room for a name each.
NAMED = 15
DEEPEST = 470


def template(look: Look) -> Row:
    value, y = measured("value"), place("py")
    return whole(
        look,
        plain("grid", look.light("faint"), 1, value, y, y2={"field": "py2"}),
        plain("country", look.light("ink"), 1.5, value, y, y2={"field": "py2"}),
        plain("interval peer", look.light("peer"), 1, value, y, x2={"field": "upper"}),
        plain("interval this", look.light("this"), 2.5, value, y, x2={"field": "upper"}),
        shapes("dot", look, value, y),
    )


def picture(data: Mapping[str, Any], look: Look) -> Picture | None:
    held = [(role, bar) for role, bar in roles_of(data["bars"]) if bar["value"] is not None]
    if not held:
        return None
    held.sort(key=lambda pair: -pair[1]["value"])
    step = min(19.0, DEEPEST / len(held))
    made = Picture(look, top=44, bottom=38, cell_height=max(step * len(held), 40))
    names = [shortened(bar["name"], look.width * 0.4, look.small, role == "this") for role, bar in held]
    shown = [at for at in range(len(held)) if step >= NAMED or held[at][0] != "peer" or at in (0, len(held) - 1)]
    left = max(width_of(names[at], look.small, held[at][0] == "this") for at in shown) + 10
    made.divide(1, left, 18)
    ends = [bar.get(end) for _, bar in held for end in ("value", "lower", "upper")]
    country = data.get("country") or {}
    scale = axis([*ends, country.get("value")], data["unit"], 5)
    made.upright_lines(0, scale)
    if country.get("value") is not None:
        _country(made, country, data, scale.share(country["value"]))
    for at, (role, bar) in enumerate(held):
        y = (at + 0.5) * step
        if bar.get("lower") is not None and bar.get("upper") is not None:
            part = "interval this" if role == "this" else "interval peer"
            made.add(0, part, value=bar["lower"], upper=bar["upper"], py=y)
    # This area is drawn last, so that no other lies on it.
    for at, (role, bar) in sorted(enumerate(held), key=lambda pair: pair[1][0] == "this"):
        size = min(MARKS[role].size, 40 if step >= NAMED else 9) if role == "peer" else MARKS[role].size
        made.add(0, "dot", value=bar["value"], py=(at + 0.5) * step, role=role, size=size)
        if role == "this":
            _value(made, bar, data, scale, (at + 0.5) * step + 4)
    _names(made, [(held[at][0], names[at], (at + 0.5) * step) for at in shown])
    made.word(
        0, made.cell_width + made.right, made.cell_height + 32, unit_label(data["unit"]), tone="quiet", align="right"
    )
    missing = len(data["bars"]) - len(held)
    if missing:
        text = f"{missing} without a figure"
        made.word(0, -made.left, made.cell_height + 32, text, tone="quiet")
    return made


def _names(made: Picture, shown: list[tuple[str, str, float]]) -> None:
    places = apart(
        [y + 4 for _, _, y in shown], 14 if len(shown) * 14 < made.cell_height + 14 else 1, 0, made.cell_height + 4
    )
    for (role, name, _), y in zip(shown, places, strict=True):
        made.word(0, -10, y, name, align="right", bold=role == "this", tone="this" if role == "this" else "ink")


def _value(made: Picture, bar: Mapping[str, Any], data: Mapping[str, Any], scale: Axis, y: float) -> None:
    """This area's figure, after its interval or, where there is no room, before it."""
    text = str(print_value(bar["value"], "actual", data["unit"], data.get("decimals") or 0))
    low, high = (
        scale.share(bar["value"] if bar.get(end) is None else bar[end]) * made.cell_width for end in ("lower", "upper")
    )
    after = high + 10 + width_of(text, made.look.small, bold=True) <= made.cell_width + made.right
    x, align = (high + 10, "left") if after else (low - 10, "right")
    made.word(0, x, y, text, bold=True, tone="this", halo=True, align=align)


def _country(made: Picture, country: Mapping[str, Any], data: Mapping[str, Any], share: float) -> None:
    """The country's value as a line from top to bottom, named above it."""
    made.add(0, "country", value=country["value"], py=-4, py2=made.cell_height)
    value = print_value(country["value"], "actual", data["unit"], data.get("decimals") or 0)
    text = shortened(f"{country['name']} {value}", made.look.width, made.look.small)
    half, x = width_of(text, made.look.small) / 2, share * made.cell_width
    x = min(max(x, half - made.left), made.cell_width + made.right - half)
    made.word(0, x, -9, text, align="center")
