"""The map layer: outlines simplified so that neighbours still meet, and what a map needs besides.

Everything here is in metres of the British National Grid (EPSG:27700), but for ``to_geojson``.

Two kinds of outline are drawn. Where an area is a set of whole blocks, its outline is best put
together from the blocks' (``outlines_of_blocks``): every area system then has the same coast, the
same borders and all the islands, which outlines simplified by their publishers have lost. Where an
area is shared out or drawn across blocks, its own outline is simplified as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from locality_profiles.geography.shares import SLIVER

#: How coarse the stored layer may be, in metres: details smaller than a triangle of that many metres squared go.
#: Small areas are drawn finely, large ones coarsely; a map of a whole country is simplified further when drawn.
FINEST, COARSEST = 25.0, 100.0

#: Half of a system's areas are wider than this many times its tolerance.
TOLERANCES_ACROSS = 20

#: Outlines that lie this close to each other, in metres, were meant to be one line.
SNAP = 10.0

#: Gaps along less than this share of a system's outlines are left as they are.
NEGLIGIBLE = 0.001

#: Shetland on the grid, Fair Isle included and Orkney not: what a map of all of Scotland draws out of its place.
SHETLAND_NORTH, SHETLAND_WEST, SHETLAND_EAST = 1_062_000, 385_000, 480_000

#: Shetland's way into the empty sea east of Caithness and north of Buchan. Straight south: the scale stays.
INSET_SOUTHWARD = 187_000.0

#: Air between the inset's shapes and its frame.
INSET_MARGIN = 6_000.0

#: Maps less tall than this need no inset (Orkney and Shetland together are 240 km).
INSET_FROM_HEIGHT = 450_000.0

POLYGON, MULTIPOLYGON = 3, 6


# --- outlines from blocks -------------------------------------------------------------------------


def outlines_of_blocks(block_shapes: np.ndarray, area_of_block: np.ndarray, areas: int) -> np.ndarray:
    """The outline of each area, put together from its blocks; None for an area without blocks.

    Parameters
    ----------
    block_shapes
        Valid polygons; missing ones are passed over.
    area_of_block
        Position of each block's area, or ``OUTSIDE``.
    """
    import shapely

    block_shapes = np.asarray(block_shapes, dtype=object)
    drawn = np.flatnonzero((area_of_block >= 0) & ~shapely.is_missing(block_shapes))
    outlines = np.full(areas, None, dtype=object)
    if not len(drawn):
        return outlines
    # Blocks that meet exactly are joined along their edges in no time; others must be overlaid.
    union = shapely.coverage_union_all if shapely.coverage_is_valid(block_shapes[drawn]) else shapely.union_all
    drawn = drawn[np.argsort(area_of_block[drawn], kind="stable")]
    starts = np.flatnonzero(np.diff(area_of_block[drawn], prepend=-1))
    for members in np.split(drawn, starts[1:]):
        outlines[area_of_block[members[0]]] = _filled(union(block_shapes[members]))
    return outlines


def _filled(shape: Any) -> Any:
    """The polygons of a shape, without any line or point beside them."""
    import shapely

    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = shapely.get_parts(shape)
    return shapely.multipolygons(parts[shapely.get_type_id(parts) == POLYGON])


def joined(shapes: np.ndarray) -> Any:
    """Shapes put together as one: fast where neighbours meet exactly."""
    import shapely

    return shapely.coverage_union_all(shapes) if shapely.coverage_is_valid(shapes) else shapely.union_all(shapes)


# --- simplified -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class DrawnSystem:
    """The outlines of one area system for drawing, beside those that were given.

    ``unmatched`` is the length in metres of edges that overlap a neighbour, or leave a gap of up to
    ``SNAP`` metres to it; ``note`` says what was done about it, and is empty where nothing was.
    """

    shapes: np.ndarray
    unmatched: float
    note: str


def tolerance_for(shapes: np.ndarray) -> float:
    """Metres of detail that a system's stored outlines may lose: less where its areas are small."""
    import shapely

    land = shapely.area(np.asarray(shapes, dtype=object))
    land = land[np.isfinite(land) & (land > 0)]
    if not len(land):
        return COARSEST
    return float(np.clip(np.sqrt(np.median(land)) / TOLERANCES_ACROSS, FINEST, COARSEST))


def map_layer(
    shapes: Mapping[str, np.ndarray], tolerance: Mapping[str, float] | float | None = None
) -> dict[str, DrawnSystem]:
    """Outlines of every area system, simplified.

    Neighbours keep one common line, and no part of an area vanishes: the smallest islet stays as a
    triangle. Outlines that almost meet are brought together first. Where areas truly overlap,
    nothing is moved, and only lines that two areas have in common stay common.

    Parameters
    ----------
    shapes
        Valid polygons by name of the system; missing shapes stay missing.
    tolerance
        Metres, for all systems or by name; where none is given, by the size of the areas.
    """
    told = tolerance if isinstance(tolerance, Mapping) else dict.fromkeys(shapes, tolerance)
    return {
        name: _drawn_system(outlines, told.get(name) or tolerance_for(outlines)) for name, outlines in shapes.items()
    }


def _drawn_system(outlines: np.ndarray, tolerance: float) -> DrawnSystem:
    import shapely

    outlines = np.asarray(outlines, dtype=object)
    there = ~shapely.is_missing(outlines) & ~shapely.is_empty(outlines)
    drawn = np.full(len(outlines), None, dtype=object)
    shapes = outlines[there]
    unmatched, note = 0.0, ""
    if len(shapes):
        edges = shapely.length(shapely.coverage_invalid_edges(shapes, gap_width=SNAP))
        unmatched = float(np.nansum(edges))
        # A narrow water between two areas looks like a gap; a border drawn twice is longer than that.
        if not shapely.coverage_is_valid(shapes) or unmatched > NEGLIGIBLE * shapely.length(shapes).sum():
            shapes, note = _brought_together(shapes, unmatched)
    drawn[there] = simplified(shapes, tolerance)
    return DrawnSystem(drawn, unmatched, note)


def _brought_together(shapes: np.ndarray, unmatched: float) -> tuple[np.ndarray, str]:
    """Outlines that nearly meet, made to meet; as they were where that would change an area."""
    import shapely

    length = f"{unmatched / 1000:,.1f} km of outline {{}} not match the neighbour's"
    cleaned = shapely.coverage_clean(shapes, snapping_distance=SNAP, gap_width=SNAP)
    cleaned = np.array([_with_lost_parts(new, old) for new, old in zip(cleaned, shapes, strict=True)], dtype=object)
    changed = shapely.area(shapely.symmetric_difference(cleaned, shapes)) / shapely.area(shapes)
    if changed.max() < SLIVER and shapely.coverage_is_valid(cleaned):
        return cleaned, f"{length.format('did')}; they were brought together, which moved lines by up to {SNAP:.0f} m."
    return shapes, (
        f"{length.format('do')}: areas overlap, or leave gaps wider than {SNAP:.0f} m. They are drawn as they stand."
    )


def _with_lost_parts(new: Any, old: Any) -> Any:
    """Islets that snapping swallowed, put back."""
    import shapely

    before = shapely.get_parts(old)
    lost = before[~shapely.intersects(before, new)]
    return shapely.multipolygons(np.concatenate([shapely.get_parts(new), lost])) if len(lost) else new


def simplified(shapes: np.ndarray, tolerance: float) -> np.ndarray:
    """Shapes of one map, simplified together; the stored layer, and again for each map's scale.

    Missing shapes stay missing.
    """
    import shapely

    shapes = np.asarray(shapes, dtype=object)
    there = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    result = np.full(len(shapes), None, dtype=object)
    if not there.any():
        return result
    simple = shapely.coverage_simplify(shapes[there], tolerance)
    broken = ~shapely.is_valid(simple)  # only where outlines overlap
    simple[broken] = shapely.make_valid(simple[broken], method="structure", keep_collapsed=False)
    empty = shapely.is_empty(simple)
    simple[empty] = shapes[there][empty]
    result[there] = simple
    return result


# --- labels and the inset -------------------------------------------------------------------------


def label_points(shapes: np.ndarray) -> np.ndarray:
    """Where a label stands: the middle of the roundest place of each area's largest part.

    Returns an array of eastings and northings, NaN for a missing shape.
    """
    import shapely

    points = np.full((len(shapes), 2), np.nan)
    parts, area = shapely.get_parts(shapes, return_index=True)
    order = np.lexsort((shapely.area(parts), area))
    last = np.append(area[order][1:] != area[order][:-1], True) if len(order) else np.zeros(0, dtype=bool)
    largest = order[last]
    for position, part in zip(area[largest], parts[largest], strict=True):
        width, height = part.bounds[2] - part.bounds[0], part.bounds[3] - part.bounds[1]
        circle = shapely.maximum_inscribed_circle(part, tolerance=max(width, height) / 100)
        points[position] = shapely.get_coordinates(circle)[0]
    return points


def inset_flags(shapes: np.ndarray) -> np.ndarray:
    """Whether each area lies in Shetland, and so in the inset of a map of all of Scotland."""
    easting, northing = label_points(shapes).T
    return (northing > SHETLAND_NORTH) & (easting > SHETLAND_WEST) & (easting < SHETLAND_EAST)


@dataclass(frozen=True)
class Frame:
    """The box round the inset, in metres."""

    west: float
    south: float
    east: float
    north: float


def needs_inset(shapes: np.ndarray, flags: np.ndarray) -> bool:
    """Whether a map shows Shetland and so much else that Shetland is better moved."""
    import shapely

    if not flags.any() or flags.all():
        return False
    _, south, _, north = shapely.total_bounds(shapes)
    return bool(north - south > INSET_FROM_HEIGHT)


def placed(shapes: np.ndarray, flags: np.ndarray) -> tuple[np.ndarray, Frame | None]:
    """Shapes as a map draws them: Shetland brought south into a frame where the map needs that.

    The scale stays the same, so that sizes can be compared. Without need the shapes come back as
    they are, and no frame.
    """
    import shapely

    shapes = np.asarray(shapes, dtype=object)
    if not needs_inset(shapes, flags):
        return shapes, None
    moved = shapes.copy()
    moved[flags] = shapely.transform(shapes[flags], southward)
    west, south, east, north = shapely.total_bounds(moved[flags])
    return moved, Frame(west - INSET_MARGIN, south - INSET_MARGIN, east + INSET_MARGIN, north + INSET_MARGIN)


def southward(coordinates: np.ndarray) -> np.ndarray:
    """Coordinates of Shetland where the inset draws them."""
    return coordinates - np.array([0.0, INSET_SOUTHWARD])


# --- GeoJSON --------------------------------------------------------------------------------------


def to_geojson(
    codes: Sequence[str], names: Sequence[str], shapes: np.ndarray, extra: Mapping[str, Sequence[Any]] | None = None
) -> str:
    """A GeoJSON document (RFC 7946): longitude and latitude, outer rings anticlockwise.

    Five decimals of a degree are about a metre, finer than any layer here. Each area is one line, so
    that two editions can be compared.

    Parameters
    ----------
    extra
        More properties, by name.
    """
    import pyproj
    import shapely

    shapes = np.asarray(shapes, dtype=object)
    to_degrees = pyproj.Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    degrees = shapely.transform(shapes, to_degrees.transform, interleaved=False)
    degrees = shapely.orient_polygons(shapely.transform(degrees, lambda xy: np.round(xy, 5)), exterior_cw=False)
    geometries = shapely.to_geojson(degrees)
    lines = []
    for position, (code, name) in enumerate(zip(codes, names, strict=True)):
        properties = {"code": code, "name": name} | {key: column[position] for key, column in (extra or {}).items()}
        words = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
        geometry = geometries[position] or "null"
        lines.append(f'{{"type":"Feature","properties":{words},"geometry":{geometry}}}')
    joined = ",\n".join(lines)
    return f'{{"type":"FeatureCollection","features":[\n{joined}\n]}}\n'
