"""Outlines of land that is nowhere: islands and a mainland, cut into small zones.

Land is a set of cells of a jittered honeycomb. Their Voronoi polygons share borders exactly, and
one smooth displacement of the whole plane bends borders and coasts alike, so that neighbours still
meet without gap or overlap. The sea that it lies in is north-west of Scotland.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

#: Distance between neighbouring cells, in metres.
SPACING = 2_000.0
#: Where the plane's origin lies: open sea.
LONGITUDE, LATITUDE = -5.6, 59.85
JITTER = 0.2
SEA_RINGS = 2
#: Waves that bend borders: length in cells, and slope, whose sum must stay below 1 or land would fold.
WAVES = ((0.45, 0.16), (1.1, 0.2), (4.0, 0.2))


@dataclass
class Sea:
    """A honeycomb of cells, of which some are raised as land."""

    points: np.ndarray
    """Centre of each cell, in units of the spacing."""
    rows: int
    columns: int
    land: list[int] = field(default_factory=list)

    @classmethod
    def around(cls, reach: float, north: float, rng: np.random.Generator) -> Sea:
        """Open sea from ``-reach`` to ``reach`` eastwards and from ``-reach`` to ``north`` northwards."""
        rows, columns = int((reach + north) / (np.sqrt(3) / 2)) + 1, int(2 * reach) + 1
        row, column = np.divmod(np.arange(rows * columns), columns)
        exact = np.column_stack([column + 0.5 * (row % 2) - reach, row * np.sqrt(3) / 2 - reach])
        return cls(exact + rng.uniform(-JITTER, JITTER, exact.shape), rows, columns)

    def raise_island(self, centre: tuple[float, float], cells: int, rng: np.random.Generator) -> np.ndarray:
        """Raise ``cells`` cells round a centre, with bays and headlands; returns their numbers."""
        away = self.points - np.asarray(centre)
        angle = np.arctan2(away[:, 1], away[:, 0])
        first, second = rng.uniform(0, 2 * np.pi, 2)
        bays = 1 + 0.12 * np.sin(2 * angle + first) + 0.1 * np.sin(5 * angle + second)
        reach = np.hypot(away[:, 0], away[:, 1]) * bays
        reach[self.land] = np.inf
        raised = np.argsort(reach, kind="stable")[:cells]
        self.land.extend(raised.tolist())
        return raised

    def outlines(self, rng: np.random.Generator) -> np.ndarray:
        """Polygons of the raised cells, in the order in which they were raised, in WGS84 degrees."""
        near = self._land_and_shore()
        cells = shapely.voronoi_polygons(shapely.MultiPoint(self.points[near]), ordered=True)
        polygons = shapely.get_parts(cells)[np.searchsorted(near, np.asarray(self.land))]
        polygons = shapely.segmentize(polygons, 0.16)
        # Both neighbours compute a border's points, each from its own end: rounding makes them one.
        corners = np.round(shapely.get_coordinates(polygons), 6)
        return shapely.set_coordinates(polygons, to_degrees(bend(corners, rng)))

    def _land_and_shore(self) -> np.ndarray:
        """Land and enough sea round it to bound every cell of land."""
        grid = np.zeros((self.rows, self.columns), dtype=bool)
        grid.ravel()[self.land] = True
        wide = np.pad(grid, SEA_RINGS)
        shore = np.zeros_like(grid)
        for down in range(2 * SEA_RINGS + 1):
            for right in range(2 * SEA_RINGS + 1):
                shore |= wide[down : down + self.rows, right : right + self.columns]
        return np.flatnonzero(shore)


def bend(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Move every point by a sum of smooth waves: straight borders become natural ones."""
    moved = points.copy()
    for length, slope in WAVES:
        for axis in (0, 1):
            east, north, phase = rng.uniform(0.7, 1.3), rng.uniform(0.7, 1.3), rng.uniform(0, 2 * np.pi)
            along = (points[:, 0] * east + points[:, 1] * north * (-1) ** axis) / np.sqrt(2)
            moved[:, axis] += slope * length / (2 * np.pi) * np.sin(2 * np.pi * along / length + phase)
    return moved


def to_degrees(points: np.ndarray) -> np.ndarray:
    """Cells to longitude and latitude, to a tenth of a metre (near enough for a place that is nowhere)."""
    metres = points * SPACING
    east = metres[:, 0] / (111_320 * np.cos(np.radians(LATITUDE)))
    return np.round(np.column_stack([LONGITUDE + east, LATITUDE + metres[:, 1] / 111_000]), 6)


def on_the_grid(points: np.ndarray) -> np.ndarray:
    """Points in degrees as eastings and northings of the British National Grid, in whole metres."""
    import pyproj

    grid = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:27700", always_xy=True)
    degrees = shapely.get_coordinates(points)
    return np.column_stack(grid.transform(degrees[:, 0], degrees[:, 1])).round().astype(int)


def divide(points: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Cut a set of points into compact neighbouring parts of the given sizes; returns the part of each.

    The set is halved across its longer side, and the halves in the same way.
    """
    part = np.zeros(len(points), dtype=int)
    if len(sizes) == 1:
        return part
    upto = np.cumsum(sizes)
    cut = int(np.argmin(np.abs(upto[:-1] - upto[-1] / 2))) + 1
    axis = int(np.argmax(np.ptp(points, axis=0)))
    order = np.argsort(points[:, axis], kind="stable")
    left, right = order[: upto[cut - 1]], order[upto[cut - 1] :]
    part[left] = divide(points[left], sizes[:cut])
    part[right] = cut + divide(points[right], sizes[cut:])
    return part


def even_sizes(total: int, parts: int) -> list[int]:
    """``total`` in ``parts`` whole shares that differ by at most one."""
    return [total // parts + (number < total % parts) for number in range(parts)]


def cut_off(polygon: shapely.Polygon, towards: shapely.Point, share: float) -> tuple[shapely.Polygon, shapely.Polygon]:
    """Cut a polygon from corner to corner: the larger piece, and a smaller one on the side of ``towards``.

    No corner is added, so neighbours still fit. The smaller piece has about ``share`` of the land.
    """
    ring = shapely.get_coordinates(polygon)[:-1]
    best = None
    for start in range(len(ring)):
        for stop in range(start + 3, min(len(ring), start + len(ring) - 3)):
            inner, outer = shapely.Polygon(ring[start : stop + 1]), shapely.Polygon([*ring[stop:], *ring[: start + 1]])
            if not (inner.is_valid and outer.is_valid and abs(inner.area + outer.area - polygon.area) < 1e-12):
                continue
            small, large = sorted((inner, outer), key=lambda piece: piece.area)
            misfit = abs(small.area / polygon.area - share)
            if misfit < 0.06:
                score = small.centroid.distance(towards)
                if best is None or score < best[0]:
                    best = (score, large, small)
    if best is None:
        raise ValueError("no corner-to-corner cut leaves the wanted share")
    return best[1], best[2]
