"""What charts are made of: one declared Vega-Lite template of layers per kind, and the rows that are put into it.

Every chart is a grid of cells, so that one template serves one panel or twenty. Marks stand on the scales of their
cell; words, keys and labels stand at places counted in the picture's own units, since they must not meet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from locality_profiles.publish.charts.axes import Axis
from locality_profiles.publish.charts.lettering import shortened, width_of, wrapped
from locality_profiles.publish.charts.look import MARKS, TINTS, Look

Row = dict[str, Any]
NO_FIGURES = "No figures to draw"


# --- the template


def place(name: str) -> Row:
    """A channel that counts in the picture's own units."""
    return {"field": name, "type": "quantitative", "scale": None, "axis": None}


def measured(name: str) -> Row:
    """A channel on the cell's scale, which goes from the least to the greatest of what stands on it."""
    return {"field": name, "type": "quantitative", "axis": None, "scale": {"zero": False, "nice": False}}


@dataclass(frozen=True)
class Scaled:
    """Which fields of a part's rows stand on the scales of their cell; and which tell its lines apart."""

    across: frozenset[str]
    upward: frozenset[str]
    apart: frozenset[str]


def scaled(layers: Iterable[Row]) -> dict[str, Scaled]:
    """What stands on scales, by part; several layers may draw one part."""
    found: dict[str, Scaled] = {}
    for one in layers:
        channels, before = one["encoding"], found.get(one["description"], Scaled(frozenset(), frozenset(), frozenset()))
        found[one["description"]] = Scaled(
            before.across | _on_scale(channels, "x"), before.upward | _on_scale(channels, "y"),
            before.apart | {told["field"] for name, told in channels.items() if name == "detail"},
        )  # fmt: skip
    return found


def _on_scale(channels: Row, axis: str) -> set[str]:
    if not channels.get(axis, {}).get("scale"):
        return set()
    return {channels[name]["field"] for name in (axis, f"{axis}2") if name in channels}


def placed_already(template: Row) -> Row:
    """The same template for rows that stand where they are drawn: of all cells at once, without a scale.

    A cell with scales of its own costs the drawing program twenty thousandths of a second; rows that are placed cost
    it nothing.
    """
    layers = [
        {**one, "encoding": {
            name: {**told, "scale": None} if isinstance(told.get("scale"), dict) else told
            for name, told in one["encoding"].items()
        }} for one in template["layer"]
    ]  # fmt: skip
    return {**template, "layer": layers}


def layer(part: str, mark: str | Row, **channels: Row) -> Row:
    """One kind of mark for the rows of one part."""
    of_part = {"filter": f"datum.part === '{part}'"}
    return {"description": part, "transform": [of_part], "mark": mark, "encoding": channels}


def of_role(values: dict[str, Any], by: str = "role") -> Row:
    """What a row is drawn with: looked up under its role."""
    return {"expr": f"({json.dumps(values)})[datum.{by}]"}


def tint(look: Look) -> Row:
    """The colour of a role."""
    return of_role({role: look.light(name) for role, name in TINTS.items()})


def inside(look: Look) -> Row:
    """What a role's mark is filled with: its colour, or paper where it is hollow."""
    return of_role({role: look.light("paper" if MARKS[role].hollow else name) for role, name in TINTS.items()})


def dash() -> Row:
    return of_role({role: list(mark.dash) for role, mark in MARKS.items()})


def weight() -> Row:
    return of_role({role: mark.weight for role, mark in MARKS.items()})


def shapes(part: str, look: Look, x: Row, y: Row) -> Row:
    """Symbols of roles, each with its own shape, size and filling."""
    mark = {
        "type": "point", "opacity": 1, "strokeWidth": 1.75, "stroke": tint(look), "fill": inside(look),
        "shape": of_role({role: mark.shape for role, mark in MARKS.items()}), "size": {"expr": "datum.size"},
    }  # fmt: skip
    return layer(part, mark, x=x, y=y)


def strokes(part: str, look: Look, x: Row, y: Row, **ends: Row) -> Row:
    """Straight lines of roles."""
    mark = {"type": "rule", "color": tint(look), "strokeDash": dash(), "strokeWidth": weight()}
    return layer(part, mark, x=x, y=y, **ends)


def plain(part: str, colour: str, thick: float, x: Row, y: Row, **ends: Row) -> Row:
    """Straight lines of one colour."""
    return layer(part, {"type": "rule", "color": colour, "strokeWidth": thick}, x=x, y=y, **ends)


def whole(look: Look, *layers: Row) -> Row:
    """The whole of a kind, without its rows. Its words are put in afterwards: see ``WORDS_OF``."""
    key = (
        strokes("key line", look, place("px"), place("py"), x2={"field": "px2"}),
        shapes("key mark", look, place("px"), place("py")),
    )
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": None,
        "config": {"font": look.font, "aria": False, "view": {"stroke": None}},
        "data": {"name": "rows", "values": []},
        "width": 100,
        "height": 100,
        "layer": [*layers, *key],
    }


#: Parts that are words, in the order in which they lie above all marks. Each stands at a place that is known, so the
#: drawing program has nothing to find out; it would measure every one of them, which took four fifths of its time.
WORDS_OF = ("halo", "word")


def worded(row: Row, look: Look) -> dict[str, str]:
    """What a word is drawn with. Words among marks stand on paper of their own: first the paper, then the word."""
    ink = look.light(row["tone"]) if row["part"] == "word" else look.light("paper")
    made = {"x": f"{row['px']:.1f}", "y": f"{row['py']:.1f}", "fill": ink}
    if row["letters"] != look.small:
        made["font-size"] = f"{row['letters']}px"
    if row["part"] == "halo":
        made |= {"stroke": ink, "stroke-width": "3"}
    if row["bold"]:
        made["font-weight"] = "bold"
    if row["align"] != "left":
        made["text-anchor"] = {"center": "middle", "right": "end"}[row["align"]]
    return made


# --- what is put into it


@dataclass
class Picture:
    """The rows of one chart, and the sizes of its cells in the picture's units."""

    look: Look
    cell_width: float = 100
    cell_height: float = 100
    left: float = 0
    """Of a cell: what stands left of its scale."""
    right: float = 0
    top: float = 0
    bottom: float = 0
    columns: int = 1
    head: float = 0
    """Above all cells: the key."""
    panels: int = 1
    gap: float = 0
    rows: list[Row] = field(default_factory=list)

    @property
    def height(self) -> int:
        deep = -(-self.panels // self.columns)
        return round(self.head + deep * (self.top + self.cell_height + self.bottom) + 4)

    def divide(self, panels: int, left: float, right: float, columns: int | None = None, gap: float = 18) -> None:
        """Give each panel its share of the width."""
        self.panels, self.left, self.right = max(panels, 1), left, right
        self.columns = min(self.panels, columns or self.look.columns)
        self.gap = gap if self.columns > 1 else 0
        self.cell_width = self.outer - left - right

    @property
    def outer(self) -> float:
        """How wide one panel is, with what stands beside its scale."""
        return (self.look.width - self.gap * (self.columns - 1)) / self.columns

    def add(self, panel: int, part: str, **values: Any) -> None:
        self.rows.append({"panel": panel, "part": part, **values})

    def placed(self, scales: Mapping[str, Scaled]) -> list[Row]:
        """Every row where it is drawn, counted from the top left of the first cell's scale."""
        cells: dict[int, list[Row]] = {}
        for row in self.rows:
            cells.setdefault(row["panel"], []).append(row)
        across, down = self.outer + self.gap, self.top + self.cell_height + self.bottom
        return [
            row
            for number, panel in enumerate(sorted(cells))
            for row in self._cell(
                cells[panel], scales, across * (number % self.columns), down * (number // self.columns)
            )
        ]

    def _cell(self, rows: Sequence[Row], scales: Mapping[str, Scaled], left: float, top: float) -> Iterator[Row]:
        """The rows of one cell, whose scales go from the least to the greatest of what stands on them."""
        nothing = Scaled(frozenset(), frozenset(), frozenset())
        of = [scales.get(row["part"], nothing) for row in rows]
        x = _extent(row.get(name) for row, on in zip(rows, of, strict=True) for name in on.across)
        y = _extent(row.get(name) for row, on in zip(rows, of, strict=True) for name in on.upward)
        for row, on in zip(rows, of, strict=True):
            made = dict(row)
            for name in row.keys() & {"px", "px2"}:
                made[name] = left + row[name]
            for name in row.keys() & {"py", "py2"}:
                made[name] = top + row[name]
            for name in row.keys() & on.across:
                made[name] = _along(row[name], x, left, left + self.cell_width)
            for name in row.keys() & on.upward:
                made[name] = _along(row[name], y, top + self.cell_height, top)
            for name in row.keys() & on.apart:
                made[name] = f"{row['panel']} {row[name]}"
            yield made

    def word(
        self, panel: int, px: float, py: float, text: str, *,
        tone: str = "ink", align: str = "left", bold: bool = False, size: int = 0,
        halo: bool = False,
    ) -> None:  # fmt: skip
        """Words at a place of a cell, counted from the top left of its scale."""
        letters = size or self.look.small
        for part in ("halo", "word") if halo else ("word",):
            self.add(panel, part, px=px, py=py, text=text, tone=tone, align=align, bold=bold, letters=letters)

    def heading(self, panel: int, lines: Sequence[str], unit: str) -> None:
        """What a cell shows and in what unit, above its scale."""
        bottom = -13 if unit else -11
        if unit:
            text = shortened(unit, self.outer, self.look.small)
            self.word(panel, -self.left, bottom, text, tone="quiet")
            bottom -= 16
        for up, line in enumerate(reversed(lines)):
            self.word(panel, -self.left, bottom - up * 16, line, bold=True, size=self.look.text)

    def titles(self, titles: Sequence[str], lines: int = 2) -> list[list[str]]:
        """Titles in lines that fit; sets what stands above each cell."""
        made = [wrapped(title, self.outer, self.look.text, lines, bold=True) if title else [] for title in titles]
        self.top = 33 + 16 * max(map(len, made), default=0)
        return made

    def key(self, entries: Iterable[tuple[str, str, bool]]) -> None:
        """What each mark stands for: role, words, and whether it is a line too. Call it when all sizes are known."""
        x, y, size = 0.0, 14.0, self.look.small
        drawn = []
        for role, words, lined in entries:
            sign = 26.0 if lined else 12.0
            text = shortened(words, self.look.width - sign - 8, size)
            wide = sign + 6 + width_of(text, size, role == "this") + 18
            if x and x + wide - 18 > self.look.width:
                x, y = 0.0, y + 19
            drawn.append((x, y, sign, role, text, lined))
            x += wide
        self.head = y + 12 if drawn else 0
        for x, y, sign, role, text, lined in drawn:
            px, py = x - self.left, y - self.head - self.top
            if lined:
                self.add(0, "key line", px=px, px2=px + sign, py=py - 4, role=role)
            self.add(0, "key mark", px=px + sign / 2, py=py - 4, role=role, size=min(MARKS[role].size, 64))
            self.word(0, px + sign + 6, py, text, bold=role == "this")

    def nothing(self, panel: int) -> None:
        self.word(panel, self.cell_width / 2, self.cell_height / 2, NO_FIGURES, tone="quiet", align="center")

    def level_lines(self, panel: int, scale: Axis, at: float, end: float) -> None:
        """Lines across, with their numbers at the left."""
        for tick, text in zip(scale.ticks, scale.texts, strict=True):
            self.add(panel, "grid", value=tick, at=at, end=end)
            y = (1 - scale.share(tick)) * self.cell_height + 4
            self.word(panel, -6, y, text, tone="quiet", align="right")

    def upright_lines(self, panel: int, scale: Axis) -> None:
        """Lines from top to bottom, with their numbers below as far as these do not meet."""
        free = -1e9
        for tick, text in zip(scale.ticks, scale.texts, strict=True):
            self.add(panel, "grid", value=tick, py=0, py2=self.cell_height)
            x, half = scale.share(tick) * self.cell_width, width_of(text, self.look.small) / 2
            x = min(max(x, half - self.left), self.cell_width + self.right - half)
            if x - half > free + 6:
                self.word(panel, x, self.cell_height + 15, text, tone="quiet", align="center")
                free = x + half


def _extent(values: Iterable[float | None]) -> tuple[float, float]:
    known = [value for value in values if value is not None]
    return (min(known), max(known)) if known else (0.0, 0.0)


def _along(value: float | None, extent: tuple[float, float], first: float, last: float) -> float | None:
    """The place of a value on a scale; in the middle of one that has a single value."""
    if value is None:
        return None
    low, high = extent
    share = (value - low) / (high - low) if high > low else 0.5
    return first + share * (last - first)


def roles_of(entries: Iterable[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Each entry with the role that it is drawn in: the first larger area has one mark, the next another."""
    made: list[tuple[str, dict[str, Any]]] = []
    larger: list[str] = []
    for entry in entries:
        role = str(entry.get("role") or "peer")
        if role == "larger":
            if entry["name"] not in larger:
                larger.append(entry["name"])
            role = "larger" if larger.index(entry["name"]) == 0 else "largest"
        made.append((role if role in ("this", "larger", "largest") else "peer", entry))
    return made


def apart(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Places near those wanted, in their order, that stand apart from each other by at least so much."""
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    placed = [min(max(wanted[at], low), high) for at in order]
    for at in range(1, len(placed)):
        placed[at] = max(placed[at], placed[at - 1] + least)
    if placed and placed[-1] > high:
        placed[-1] = high
        for at in range(len(placed) - 2, -1, -1):
            placed[at] = min(placed[at], placed[at + 1] - least)
    back = dict(zip(order, placed, strict=True))
    return [back[at] for at in range(len(wanted))]
