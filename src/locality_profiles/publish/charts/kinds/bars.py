"""Bars with intervals, from nought: a panel for each indicator, a bar for each area or for each class of people.

Values stand in a column of their own at the right, so that no label meets a bar or an interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from locality_profiles.numbers import DASH, unit_label
from locality_profiles.publish.charts.axes import axis
from locality_profiles.publish.charts.layers import (
    Picture,
    Row,
    dash,
    inside,
    layer,
    measured,
    place,
    plain,
    roles_of,
    tint,
    whole,
)  # fmt: skip
from locality_profiles.publish.charts.lettering import shortened, width_of, wrapped
from locality_profiles.publish.charts.look import Look

THICK = 13

Entry = tuple[str, dict[str, Any]]


def template(look: Look) -> Row:
    value, top = measured("value"), place("py")
    bar = {"type": "rect", "strokeWidth": 1.5, "fill": inside(look), "stroke": tint(look), "strokeDash": dash()}
    return whole(
        look,
        plain("grid", look.light("faint"), 1, value, top, y2={"field": "py2"}),
        layer("bar", bar, x=value, x2={"field": "nought"}, y=top, y2={"field": "py2"}),
        plain("nought", look.light("ink"), 1, value, top, y2={"field": "py2"}),
        # Paper under ink, so that an interval is seen on a dark bar too.
        plain("interval", look.light("paper"), 4, value, top, x2={"field": "upper"}),
        plain("interval", look.light("ink"), 1.5, value, top, x2={"field": "upper"}),
    )  # fmt: skip


def of_areas(data: Mapping[str, Any], look: Look) -> Picture | None:
    return _picture(look, [(panel, roles_of(panel["bars"])) for panel in data["panels"]])


def of_classes(data: Mapping[str, Any], look: Look) -> Picture | None:
    return _picture(look, [(panel, [("class", entry) for entry in panel["classes"]]) for panel in data["panels"]])


def _picture(look: Look, panels: Sequence[tuple[Mapping[str, Any], list[Entry]]]) -> Picture | None:
    if not any(entry["value"] is not None for _, entries in panels for _, entry in entries):
        return None
    made = Picture(look, bottom=34)
    names = {
        entry["name"]: width_of(entry["name"], look.small, role == "this") for _, held in panels for role, entry in held
    }
    made.divide(len(panels), 0, max(_text_width(entry, look) for _, held in panels for _, entry in held) + 10)
    # Names stand before their bars where they leave these room, else above them.
    before = max(names.values()) <= 0.4 * made.outer
    made.divide(len(panels), max(names.values()) + 8 if before else 0, made.right)
    step = THICK + 8 if before else THICK + 25
    made.cell_height = step * max(len(entries) for _, entries in panels)
    titles = made.titles([panel["title"] for panel, _ in panels])
    for number, (panel, entries) in enumerate(panels):
        made.heading(number, titles[number], unit_label(panel["unit"]))
        _draw(made, number, panel["unit"], entries, step, before)
    return made


def _text_width(entry: Mapping[str, Any], look: Look) -> float:
    return width_of(_text(entry), look.small, bold=True)


def _text(entry: Mapping[str, Any]) -> str:
    return str(entry.get("text") or DASH)


def _draw(made: Picture, number: int, unit: str, entries: Sequence[Entry], step: int, before: bool) -> None:
    drawn = [entry for _, entry in entries if entry["value"] is not None]
    scale = axis((entry.get(end) for entry in drawn for end in ("value", "lower", "upper")), unit, 3, from_nought=True)
    deep = made.cell_height
    made.cell_height = step * len(entries)
    made.upright_lines(number, scale)
    made.add(number, "nought", value=0, py=0, py2=made.cell_height)
    made.cell_height = deep
    for count, (role, entry) in enumerate(entries):
        bottom = (count + 1) * step - 4
        _name(made, number, role, entry["name"], bottom, before)
        text = shortened(_text(entry), made.right - 8, made.look.small, bold=True)
        tone = "ink" if entry["value"] is not None else "quiet"
        made.word(number, made.cell_width + made.right, bottom - 2, text, align="right", bold=role == "this", tone=tone)
        if entry["value"] is None:
            continue
        made.add(number, "bar", value=entry["value"], nought=0, py=bottom - THICK, py2=bottom, role=role)
        if entry.get("lower") is not None and entry.get("upper") is not None:
            made.add(number, "interval", value=entry["lower"], upper=entry["upper"], py=bottom - THICK / 2)


def _name(made: Picture, number: int, role: str, name: str, bottom: float, before: bool) -> None:
    bold = role == "this"
    if before:
        made.word(number, -8, bottom - 2, name, align="right", bold=bold)
    else:
        line = wrapped(name, made.outer - 2, made.look.small, 1, bold=bold)[0]
        made.word(number, 2, bottom - THICK - 5, line, bold=bold)
