"""Hatching: lines, dots and crosses drawn inside a shape, so that no class is told by colour alone.

The lines are cut to the shape here instead of filling it with an SVG pattern, because browsers turn
patterns into pictures when they print, one for every area: a map of Scotland became 6 MB of paper.
Every hatching starts from the same corner, so that it runs on from one area into the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Hatching:
    """How a shape is hatched. Lengths are in the coordinates of the shape.

    ``lines`` are angles in degrees; ``dots`` and ``crosses`` stand at every second corner of a grid.
    """

    spacing: float
    lines: tuple[float, ...] = ()
    dots: bool = False
    crosses: bool = False


def hatched(shape: Any, hatching: Hatching) -> str:
    """The path that hatches a polygon, in whole numbers; empty where there is nothing to draw."""
    import shapely

    if shape is None or shape.is_empty:
        return ""
    pieces = []
    pen = (0, 0)
    for angle in hatching.lines:
        for start, end in _lines_inside(shape, angle, hatching.spacing):
            pieces.append(f"m{start[0] - pen[0]},{start[1] - pen[1]}l{end[0] - start[0]},{end[1] - start[1]}")
            pen = (end[0], end[1])
    if hatching.dots or hatching.crosses:
        points = _grid(shape.bounds, hatching.spacing)
        shapely.prepare(shape)
        for x, y in np.rint(points[shapely.contains_xy(shape, points)]).astype(int).tolist():
            if hatching.dots:  # a line of no length, whose ends are round
                pieces.append(f"m{x - pen[0]},{y - pen[1]}h1")
                pen = (x + 1, y)
            else:
                size = round(hatching.spacing / 4)
                pieces.append(f"m{x - size - pen[0]},{y - size - pen[1]}l{2 * size},{2 * size}"
                              f"m0,{-2 * size}l{-2 * size},{2 * size}")  # fmt: skip
                pen = (x - size, y + size)
    return "".join(pieces).replace(",-", "-")


def _lines_inside(shape: Any, angle: float, spacing: float) -> list[list[list[int]]]:
    """Ends of the lines at an angle that lie inside the shape, line by line."""
    import shapely

    along, across = (
        np.array([cos(radians(angle)), sin(radians(angle))]),
        np.array([-sin(radians(angle)), cos(radians(angle))]),
    )
    west, south, east, north = shape.bounds
    corners = np.array([[west, south], [west, north], [east, south], [east, north]])
    reach, steps = corners @ along, np.sort(corners @ across) / spacing
    offsets = np.arange(np.ceil(steps[0]), np.floor(steps[-1]) + 1) * spacing
    base = offsets[:, None] * across
    lines = shapely.linestrings(np.stack([base + reach.min() * along, base + reach.max() * along], axis=1))
    parts = shapely.get_parts(shapely.intersection(shapely.multilinestrings(lines), shape))
    parts = parts[(shapely.get_type_id(parts) == 1) & (shapely.length(parts) >= spacing / 3)]
    ends = np.stack([shapely.get_coordinates(shapely.get_point(parts, end)) for end in (0, -1)], axis=1)
    return np.rint(ends).astype(int).tolist()


def _grid(bounds: tuple[float, float, float, float], spacing: float) -> np.ndarray:
    """Every second corner of a grid, like the fields of one colour on a chessboard."""
    west, south, east, north = bounds
    columns = np.arange(np.floor(west / spacing), np.ceil(east / spacing) + 1)
    rows = np.arange(np.floor(south / spacing), np.ceil(north / spacing) + 1)
    across, down = np.meshgrid(columns, rows)
    corners = np.column_stack([across.ravel(), down.ravel()])
    return corners[corners.sum(axis=1) % 2 == 0] * spacing
