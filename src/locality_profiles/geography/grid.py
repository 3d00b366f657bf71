"""Outlines brought to the British National Grid: coordinate systems, validity, and what was done about them.

Files say wrongly, or not at all, in which coordinate system they are, and outlines cross themselves.
Scotland is small enough for its coordinates to tell: no point of it has the same numbers in metres of
the grid, in degrees, and in either of them the wrong way round. So where every coordinate of a file
lies in Scotland in one reading only, that reading is certain and is taken, and said; in any other case
the file is refused.

Pure functions: shapes and numbers in, shapes and findings out. No file is opened here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from locality_profiles.errors import ExtractRefused, Problem

if TYPE_CHECKING:
    import pyproj

GRID = "EPSG:27700"
LONGITUDE_LATITUDE = "EPSG:4326"

#: West, south, east, north, in metres of the grid.
GREAT_BRITAIN = (0.0, 0.0, 700_000.0, 1_300_000.0)
SCOTLAND = (0.0, 500_000.0, 550_000.0, 1_300_000.0)

#: The same of Scotland in degrees.
SCOTLAND_DEGREES = (-9.0, 54.0, 0.5, 61.5)

#: An outline of less than this many square metres is a collapsed one.
SMALLEST = 1.0

POLYGON, MULTIPOLYGON, COLLECTION = 3, 6, 7


@dataclass(frozen=True)
class Rules:
    """How far a file is trusted.

    ``trust_coordinates``: whether a file that contradicts itself is read as its coordinates say, where
    they are certain. ``mend_up_to``: by which share mending may change the area of an outline, None for
    any. ``remedy``: what to do about a wrong coordinate system, where it is the same for every cause.
    """

    trust_coordinates: bool
    mend_up_to: float | None
    remedy: str = ""


#: A file of the workspace's own, whose coordinate system ``profiles.toml`` may name.
OWN = Rules(True, 0.10, f'Name its coordinate system in profiles.toml, as in crs = "{GRID}", or export it again.')

#: A published extract: one that contradicts itself is not what was published.
PUBLISHED = Rules(False, None)


@dataclass(frozen=True)
class Fault:
    """Why some outlines cannot be used: ``at`` marks them, and is None where the whole file is meant."""

    what: str
    remedy: str
    at: np.ndarray | None = None


@dataclass(frozen=True)
class Checked:
    """Outlines on the grid, valid polygons all; and None in place of those that have a fault.

    ``mended`` marks those that crossed themselves. ``notes`` say in plain words what was done.
    """

    shapes: np.ndarray
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    mended: np.ndarray


@dataclass
class _Findings:
    """What is found on the way; ``sound`` marks the outlines that nothing is the matter with so far."""

    sound: np.ndarray
    thing: str = "outline"
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, at: np.ndarray, what: str, remedy: str) -> None:
        """Note a fault of those of ``at`` that were sound until now."""
        at = at & self.sound
        if at.any():
            self.faults.append(Fault(what, remedy, at))
            self.sound = self.sound & ~at

    def refuse_all(self, what: str, remedy: str) -> None:
        self.faults.append(Fault(what, remedy))
        self.sound = np.zeros_like(self.sound)


def to_grid(geometry: np.ndarray, crs: str | pyproj.CRS | None, rules: Rules = OWN) -> Checked:
    """Bring outlines to the British National Grid and make them valid.

    Parameters
    ----------
    geometry : ndarray of shapely geometries
        Outlines as supplied; None where there is none. Heights are dropped, and of a collection the
        polygons are kept.
    crs
        The coordinate system that the file states, or None where it states none.
    rules
        How far the file is trusted.

    Returns
    -------
    Checked
        With every fault that was found, at once. Nothing is raised.

    Notes
    -----
    A stated system is taken where it puts every outline in Scotland. Otherwise the coordinates are
    asked (see the module). Where they do not tell either, a stated system still holds for the outlines
    that it puts in Great Britain.
    """
    import shapely

    shapes = np.asarray(geometry, dtype=object)
    with np.errstate(invalid="ignore"):  # shapely warns of coordinates that are not numbers; they are refused below
        shapes = shapely.force_2d(shapes)
        found = _Findings(np.ones(len(shapes), dtype=bool))
        shapes = _filled(shapes, found)
    _locate(shapes, crs, rules, found)
    mended = _mend(shapes, rules, found)
    shapes[~found.sound] = None
    return Checked(shapes, tuple(found.faults), tuple(found.notes), mended & found.sound)


def to_grid_points(
    x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray, crs: str | pyproj.CRS | None, rules: Rules = OWN
) -> tuple[np.ndarray, np.ndarray]:
    """Eastings and northings of points, whose coordinate system is found as that of outlines is.

    Raises
    ------
    ExtractRefused
        If it cannot be told where the points are, or one is not in Great Britain.
    """
    supplied = np.column_stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)])
    found = _Findings(np.ones(len(supplied), dtype=bool), "point")
    _refuse_infinite(supplied, np.arange(len(supplied)), found)
    located = supplied.copy()
    if found.sound.all():
        located = _located(supplied, np.arange(len(supplied)), crs, rules, found)
    if found.faults:
        problems = [
            Problem(fault.what, fault.remedy, count=1 if fault.at is None else int(fault.at.sum()))
            for fault in found.faults
        ]
        raise ExtractRefused("Points were refused: it cannot be told where they are.", problems)
    return located[:, 0], located[:, 1]


# --- filled outlines ------------------------------------------------------------------------------


def _filled(shapes: np.ndarray, found: _Findings) -> np.ndarray:
    """Polygons only: an area has an outline, and its coordinates are numbers."""
    import shapely

    again = "Export the boundaries again, with an outline for every area."
    found.refuse(shapely.is_missing(shapes), "the geometry is missing or cannot be read", again)
    found.refuse(shapely.is_empty(shapes), "the geometry is empty", again)
    shapes = _without_points_and_lines(shapes, found)
    other = ~np.isin(shapely.get_type_id(shapes), (POLYGON, MULTIPOLYGON))
    kinds = sorted({shape.geom_type for shape in shapes[other & found.sound]})
    found.refuse(other, f"found {', '.join(kinds)} where a Polygon or MultiPolygon was expected",
                 "An area needs an outline; points and lines belong in another file.")  # fmt: skip
    coordinates, of = shapely.get_coordinates(shapes, return_index=True)
    _refuse_infinite(coordinates, of, found)
    return shapes


def _without_points_and_lines(shapes: np.ndarray, found: _Findings) -> np.ndarray:
    """Collections become their polygons, where they have any."""
    import shapely

    collections = np.flatnonzero((shapely.get_type_id(shapes) == COLLECTION) & found.sound)
    kept = 0
    for index in collections:  # rare: a file has none or a few
        parts = np.array([shapes[index]])
        while np.isin(shapely.get_type_id(parts), (MULTIPOLYGON, COLLECTION)).any():
            parts = shapely.get_parts(parts)
        polygons = parts[shapely.get_type_id(parts) == POLYGON]
        if len(polygons):
            shapes[index] = shapely.multipolygons(polygons)
            kept += 1
    if kept:
        found.notes.append(f"outlines that were collections, of which the polygons were kept: {kept:,}")
    return shapes


def _refuse_infinite(coordinates: np.ndarray, of: np.ndarray, found: _Findings) -> None:
    bad = np.zeros(len(found.sound), dtype=bool)
    bad[of[~np.isfinite(coordinates).all(axis=1)]] = True
    found.refuse(bad, f"a coordinate of the {found.thing} is missing or is not a number", "Export the file again.")


# --- where they lie -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reading:
    """One way of reading two numbers as a place in Scotland: the box in which they then lie."""

    words: str
    system: str
    box: tuple[float, float, float, float]
    swapped: bool = False


def _swap(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    return box[1], box[0], box[3], box[2]


READINGS = (
    _Reading("eastings and northings of the British National Grid", GRID, SCOTLAND),
    _Reading("longitude and latitude", LONGITUDE_LATITUDE, SCOTLAND_DEGREES),
    _Reading("latitude before longitude", LONGITUDE_LATITUDE, _swap(SCOTLAND_DEGREES), swapped=True),
    _Reading("northings before eastings", GRID, _swap(SCOTLAND), swapped=True),
)


def _within(extents: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    """Which extents (west, south, east, north) lie in a box; never one that is not a number."""
    west, south, east, north = extents.T
    return (west >= box[0]) & (south >= box[1]) & (east <= box[2]) & (north <= box[3])


def _extents(coordinates: np.ndarray, of: np.ndarray) -> np.ndarray:
    """West, south, east, north of each thing, of coordinates that stand thing by thing."""
    starts = np.flatnonzero(np.diff(of, prepend=-1) != 0)
    return np.hstack([np.minimum.reduceat(coordinates, starts), np.maximum.reduceat(coordinates, starts)])


def _locate(shapes: np.ndarray, crs: str | pyproj.CRS | None, rules: Rules, found: _Findings) -> None:
    """Put the sound outlines on the grid, in place."""
    import shapely

    if not found.sound.any():
        return
    here = np.flatnonzero(found.sound)
    coordinates, of = shapely.get_coordinates(shapes[here], return_index=True)
    of_these = _Findings(np.ones(len(here), dtype=bool))
    located = _located(coordinates, of, crs, rules, of_these)
    if of_these.sound.any() and located is not coordinates:
        shapes[here] = shapely.set_coordinates(shapes[here], located)
    for fault in of_these.faults:
        at = None
        if fault.at is not None:
            at = np.zeros(len(shapes), dtype=bool)
            at[here[fault.at]] = True
        found.faults.append(Fault(fault.what, fault.remedy, at))
    found.notes += of_these.notes
    found.sound[here] = of_these.sound


def _located(
    coordinates: np.ndarray, of: np.ndarray, crs: str | pyproj.CRS | None, rules: Rules, found: _Findings
) -> np.ndarray:
    """Coordinates in metres of the grid; ``of`` tells to which thing each belongs.

    The same array comes back where nothing was to be done.
    """
    if not len(coordinates):
        return coordinates
    stated, said = _stated(crs, rules, found)
    if not found.sound.any():
        return coordinates
    extents = _extents(coordinates, of)
    reading = _certain_reading(extents)
    if stated is None:
        if reading is None:
            span = f"x {_span(coordinates[:, 0])}, y {_span(coordinates[:, 1])}"
            found.refuse_all(f"no coordinate system is stated, and the coordinates ({span}) do not tell which it is",
                             rules.remedy or "Export it again with its coordinate system.")  # fmt: skip
            return coordinates
        found.notes.append(
            f"no coordinate system is stated: the coordinates are {reading.words}, and were read as such"
        )
        return _read_as(reading, coordinates)
    located = _converted(coordinates, stated)
    if located is None:
        found.refuse_all(f"coordinates of '{said}' cannot be brought to the British National Grid",
                         rules.remedy or f"Export it again in {GRID}.")  # fmt: skip
        return coordinates
    if _within(_extents(located, of), SCOTLAND).all():
        return located
    if rules.trust_coordinates and reading is not None and not _agrees(reading, stated):
        found.notes.append(
            f"the coordinate system is stated as {said}, but the coordinates are {reading.words}, and were read as such"
        )
        return _read_as(reading, coordinates)
    _refuse_contradictions(extents, stated, said, rules, found)
    _refuse_elsewhere(coordinates, located, of, said, rules, found)
    return located


def _stated(crs: str | pyproj.CRS | None, rules: Rules, found: _Findings) -> tuple[Any, str]:
    """The stated system and what to call it; None where none is stated or the statement says nothing."""
    import pyproj

    if crs is None or (isinstance(crs, str) and not crs.strip()):
        return None, ""
    try:
        system = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        otherwise = f"Export the boundaries again in {GRID} or in longitude and latitude."
        found.refuse_all(f"the coordinate system '{str(crs)[:80]}' is not known", rules.remedy or otherwise)
        return None, ""
    if system.name.casefold().startswith("undefined"):  # what GeoPackage calls a system that nobody chose
        return None, ""
    said = crs if isinstance(crs, str) and len(crs) <= 40 else system.name
    return system, said


def _certain_reading(extents: np.ndarray) -> _Reading | None:
    """The one reading that puts everything in Scotland; None where none or several do."""
    fitting = [reading for reading in READINGS if _within(extents, reading.box).all()]
    return fitting[0] if len(fitting) == 1 else None


def _agrees(reading: _Reading, stated: Any) -> bool:
    """Whether a reading is only the stated system over again: degrees as they should stand."""
    return bool(not reading.swapped and reading.system == LONGITUDE_LATITUDE and stated.is_geographic)


def _read_as(reading: _Reading, coordinates: np.ndarray) -> np.ndarray:
    import pyproj

    ordered = coordinates[:, ::-1] if reading.swapped else coordinates
    located = _converted(ordered, pyproj.CRS.from_user_input(reading.system))
    assert located is not None
    return located


def _converted(coordinates: np.ndarray, system: Any) -> np.ndarray | None:
    """Coordinates on the grid; None where there is no way from this system to it."""
    import pyproj

    grid = pyproj.CRS.from_user_input(GRID)
    if system == grid:
        return coordinates
    try:
        to_grid = pyproj.Transformer.from_crs(system, grid, always_xy=True)
    except pyproj.exceptions.ProjError:
        return None
    return np.column_stack(to_grid.transform(coordinates[:, 0], coordinates[:, 1]))


def _refuse_contradictions(extents: np.ndarray, stated: Any, said: str, rules: Rules, found: _Findings) -> None:
    """Two mistakes are known by their numbers: the other unit, and latitude before longitude."""
    west, south, east, north = extents.T
    metres = (np.maximum(np.abs(west), np.abs(east)) > 180) | (np.maximum(np.abs(south), np.abs(north)) > 90)
    if stated.is_geographic:
        found.refuse(
            metres, "the coordinates are eastings and northings, and the file says longitude and latitude",
            rules.remedy or f'Export it again in longitude and latitude, or name {GRID} in a "crs" member of the file.',
        )  # fmt: skip
        found.refuse(
            (west > 48) & (east < 63) & (south > -15) & (north < 4), "latitude stands before longitude",
            rules.remedy or "Export it again with longitude first, as GeoJSON requires.",
        )  # fmt: skip
    else:
        found.refuse(
            ~metres, f"the coordinates are degrees, and the file says {said}",
            rules.remedy or 'Take the "crs" member out of the file, or export it again.',
        )  # fmt: skip


def _refuse_elsewhere(
    coordinates: np.ndarray, located: np.ndarray, of: np.ndarray, said: str, rules: Rules, found: _Findings
) -> None:
    outside = ~_within(_extents(located, of), GREAT_BRITAIN) & found.sound
    if outside.any():
        first = coordinates[np.flatnonzero(outside[of])[0]]
        example = f"{_number(first[0])}, {_number(first[1])}"
        found.refuse(
            outside, f"the {found.thing} does not lie in Great Britain (its first corner is {example} in {said})"
            if found.thing == "outline" else f"the point {example} in {said} does not lie in Great Britain",
            rules.remedy or f"Check the coordinate system; the file's is taken as {said}.",
        )  # fmt: skip


def _span(values: np.ndarray) -> str:
    return f"{_number(values.min())} to {_number(values.max())}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.5g}"


# --- validity -------------------------------------------------------------------------------------


def _mend(shapes: np.ndarray, rules: Rules, found: _Findings) -> np.ndarray:
    """Make the sound outlines valid, in place; which ones were mended."""
    import shapely

    mended = np.zeros(len(shapes), dtype=bool)
    mended[found.sound] = ~shapely.is_valid(shapes[found.sound])
    before, after = _land_before_and_after(shapes[mended])
    # 'structure' leaves polygons only; the default would also keep the lines and points of collapsed rings.
    shapes[mended] = shapely.make_valid(shapes[mended], method="structure", keep_collapsed=False)
    area = np.zeros(len(shapes))
    area[found.sound] = shapely.area(shapes[found.sound])
    found.refuse(area < SMALLEST, "the outline encloses nothing", "Export the boundaries again, less simplified.")
    if rules.mend_up_to is not None:
        _refuse_changed(mended, before, after, rules.mend_up_to, found)
    count = int((mended & found.sound).sum())
    if count:
        found.notes.append(f"outlines that crossed or nested their own rings, mended: {count:,}")
    return mended


def _refuse_changed(
    mended: np.ndarray, before: np.ndarray, after: np.ndarray, mend_up_to: float, found: _Findings
) -> None:
    """Refuse outlines whose mending is a guess; ``before`` and ``after`` are areas of those that were mended."""
    changed = mended.copy()
    changed[mended] = np.abs(after - before) > mend_up_to * before
    changed &= found.sound
    if changed.any():
        first = np.flatnonzero(changed[mended])[0]
        found.refuse(
            changed,
            f"the outline crosses itself, and mending it would change its area by more than {mend_up_to:.0%} "
            f"(in the first case from {_size(before[first])} to {_size(after[first])} square kilometres)",
            "Mend it where it was drawn: in QGIS, 'Check validity' shows where it crosses itself.",
        )


def _land_before_and_after(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Area of each outline before and after mending, polygon by polygon.

    Polygons of one outline that lie over one another are counted once each in both, since putting
    them together is no guess; a ring that crosses itself is.
    """
    import shapely

    parts, of = shapely.get_parts(shapes, return_index=True)
    mended = shapely.make_valid(parts, method="structure", keep_collapsed=False)
    before, after = (np.bincount(of, shapely.area(pieces), len(shapes)) for pieces in (parts, mended))
    return before, after


def _size(square_metres: float) -> str:
    return f"{square_metres / 1e6:,.2f}"
