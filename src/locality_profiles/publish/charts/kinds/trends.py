"""Trends: a panel for each indicator, a line for each area, the interval of this area as a band.

A line is broken where a figure is missing, and where a figure cannot be compared with the one before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from locality_profiles.numbers import unit_label
from locality_profiles.publish.charts.axes import Axis, axis
from locality_profiles.publish.charts.layers import (
    Picture,
    Row,
    apart,
    dash,
    layer,
    measured,
    place,
    plain,
    roles_of,
    shapes,
    tint,
    weight,
    whole,
)  # fmt: skip
from locality_profiles.publish.charts.lettering import width_of
from locality_profiles.publish.charts.look import MARKS, Look

DEEP = 104
_DRAWN_LAST = ("peer", "largest", "larger", "this")

Point = dict[str, Any]
Run = list[tuple[int, Point]]


def template(look: Look) -> Row:
    at, value = measured("at"), measured("value")
    band = {"type": "area", "color": look.light("this"), "opacity": 0.17}
    line = {
        "type": "line", "strokeJoin": "round", "color": tint(look), "strokeDash": dash(), "strokeWidth": weight(),
    }  # fmt: skip
    severed = {"type": "rule", "color": look.light("quiet"), "strokeDash": [2, 2]}
    return whole(
        look,
        plain("grid", look.light("faint"), 1, at, value, x2={"field": "end"}),
        layer("band", band, x=at, y=value, y2={"field": "upper"}, detail={"field": "run"}),
        plain("whisker", look.light("this"), 1.5, at, value, y2={"field": "upper"}),
        layer("break", severed, x=at, y=place("py"), y2={"field": "py2"}),
        layer("line", line, x=at, y=value, detail={"field": "run"}),
        shapes("point", look, at, value),
    )  # fmt: skip


def picture(data: Mapping[str, Any], look: Look) -> Picture | None:
    panels = data["panels"]
    if not any(True for panel in panels for _ in _values(panel)):
        return None
    scales = [axis(_values(panel), panel["unit"]) for panel in panels]
    made = Picture(look, cell_height=DEEP, bottom=26)
    left = max(width_of(text, look.small) for scale in scales for text in scale.texts) + 8
    ends = [str(end["text"]) for panel in panels for role, end in _ends(panel) if role != "peer"]
    right = max((width_of(text, look.small, bold=True) for text in ends), default=0) + 14
    made.divide(len(panels), left, right)
    if len(panels) == 1:
        made.cell_height = 190
    titles = made.titles([panel["title"] for panel in panels])
    for number, (panel, scale) in enumerate(zip(panels, scales, strict=True)):
        made.heading(number, titles[number], unit_label(panel["unit"]))
        _draw(made, number, panel, scale)
    made.key(_key(panels))
    return made


def _values(panel: Mapping[str, Any]) -> Iterator[float]:
    for role, series in roles_of(panel["series"]):
        for point in filter(None, series["points"]):
            if point["value"] is not None:
                yield from (point[name] for name in ("value", *(("lower", "upper") if role == "this" else ()))
                            if point.get(name) is not None)  # fmt: skip


def _ends(panel: Mapping[str, Any]) -> list[tuple[str, Point]]:
    """The last figure of each series, with where it stands."""
    made = []
    for role, series in roles_of(panel["series"]):
        last = [
            {**point, "at": at} for at, point in enumerate(series["points"]) if point and point["value"] is not None
        ]
        made += [(role, last[-1])] if last else []
    return made


def _draw(made: Picture, number: int, panel: Mapping[str, Any], scale: Axis) -> None:
    deep = max((len(series["points"]) for series in panel["series"]), default=0)
    first, end = (0.0, deep - 1.0) if deep > 1 else (-0.5, 0.5)
    made.level_lines(number, scale, first, end)
    if not any(True for _ in _values(panel)):
        made.nothing(number)
        return
    _periods(made, number, panel, deep)
    for role, series in sorted(roles_of(panel["series"]), key=lambda held: _DRAWN_LAST.index(held[0])):
        _line(made, number, role, series, deep)
    _label_ends(made, number, panel, scale, first, end)


def _line(made: Picture, number: int, role: str, series: Mapping[str, Any], deep: int) -> None:
    runs = _runs(series["points"])
    for count, run in enumerate(runs):
        name = f"{role} {series['name']} {count}"
        for at, point in run if len(run) > 1 else ():
            made.add(number, "line", at=at, value=point["value"], role=role, run=name)
        if role == "this":
            _interval(made, number, run, name)
            for at, point in run:
                if point.get("broken") and at:
                    made.add(number, "break", at=at - 0.5, py=0, py2=made.cell_height)
                    x = (at - 0.5) / max(deep - 1, 1) * made.cell_width
                    made.word(number, x, made.cell_height - 4, "[b]", tone="quiet", align="center", size=11, halo=True)
    drawn = [held for run in runs for held in run]
    for at, point in drawn:
        alone = any(len(run) == 1 and run[0][0] == at for run in runs)
        last = (at, point) == drawn[-1] and role != "peer"
        if last or alone or (role == "this" and deep <= 12):
            made.add(number, "point", at=at, value=point["value"], role=role, size=MARKS[role].size if last else 18)
    if role == "this":
        _say_gaps(made, number, series["points"], deep)


def _runs(points: Sequence[Point | None]) -> list[Run]:
    """Figures that a line may join: none is missing between them, and none is a break."""
    runs: list[Run] = []
    joined = False
    for at, point in enumerate(points):
        if point is None or point["value"] is None:
            joined = False
            continue
        if not joined or point.get("broken"):
            runs.append([])
        runs[-1].append((at, point))
        joined = True
    return runs


def _interval(made: Picture, number: int, run: Run, name: str) -> None:
    known = [(at, point) for at, point in run if point.get("lower") is not None and point.get("upper") is not None]
    part = "band" if len(known) == len(run) > 1 else "whisker"
    for at, point in known:
        made.add(number, part, at=at, value=point["lower"], upper=point["upper"], run=name)


def _say_gaps(made: Picture, number: int, points: Sequence[Point | None], deep: int) -> None:
    """The mark of a figure that is not there, at the foot, where there is room for it."""
    free = -1e9
    for at, point in enumerate(points):
        if point is None or point["value"] is not None:
            continue
        text = str(point.get("text") or "–")
        x, half = at / max(deep - 1, 1) * made.cell_width, width_of(text, 11) / 2
        if x - half > free + 3:
            made.word(number, x, made.cell_height - 4, text, tone="quiet", align="center", size=11, halo=True)
            free = x + half


def _periods(made: Picture, number: int, panel: Mapping[str, Any], deep: int) -> None:
    """The first and the last period; those between are in the table."""
    named = [
        next((str(series["points"][at]["period"]) for series in panel["series"] if at < len(series["points"])
              and series["points"][at]), "") for at in range(deep)
    ]  # fmt: skip
    y = made.cell_height + 16
    if deep == 1:
        made.word(number, made.cell_width / 2, y, named[0], tone="quiet", align="center")
        return
    last = width_of(named[-1], made.look.small)
    reach = made.cell_width + made.right
    made.word(number, 0, y, named[0], tone="quiet")
    if width_of(named[0], made.look.small) + 8 < reach - last:
        made.word(number, min(made.cell_width + last / 2, reach), y, named[-1], tone="quiet", align="right")


def _label_ends(made: Picture, number: int, panel: Mapping[str, Any], scale: Axis, first: float, end: float) -> None:
    """What the last figures are, each beside its mark; the labels of two lines do not meet."""
    ends = [(role, point) for role, point in _ends(panel) if role != "peer"]
    wanted = [(1 - scale.share(point["value"])) * made.cell_height + 4 for _, point in ends]
    for (role, point), y in zip(ends, apart(wanted, 13, 4, made.cell_height + 2), strict=True):
        x = (point["at"] - first) / (end - first) * made.cell_width + 9
        made.word(number, x, y, str(point["text"]), tone="this" if role == "this" else "quiet", bold=role == "this")


def _key(panels: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, bool]]:
    held = [pair for panel in panels for pair in roles_of(panel["series"])]
    named = {role: entry["name"] for role, entry in held if role != "peer"}
    entries: list[tuple[str, str, bool]] = [
        (role, named[role], True) for role in ("this", "larger", "largest") if role in named
    ]
    peers = {entry["name"] for role, entry in held if role == "peer"}
    if peers:
        entries.append(("peer", next(iter(peers)) if len(peers) == 1 else "Others", True))
    return entries
