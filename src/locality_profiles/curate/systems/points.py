"""Areas from points: catchments of health centres, or of anything that has an address."""

from __future__ import annotations

from typing import Any

import numpy as np

from locality_profiles.curate.ground import Ground, union
from locality_profiles.curate.systems.listed import own_table
from locality_profiles.curate.systems.placed import Found, of_ground, same
from locality_profiles.errors import ExtractRefused, Problem, WorkspaceError
from locality_profiles.geography import shares as sharing
from locality_profiles.geography.grid import to_grid_points
from locality_profiles.tables.store import key_of, sha256_of
from locality_profiles.workspace import AreaSystem

#: A point to be: its name, postcode, easting and northing, and where that was read.
Seed = tuple[str, str | None, tuple[float, float] | None, str]


def from_points(ground: Ground, system: AreaSystem) -> Found:
    """Catchments: each block goes to the nearest point of its own partnership.

    Raises
    ------
    ExtractRefused
        Naming every postcode that no directory places, and every point outside the partnerships.
    """
    names, seeds, extract_id = _seeds(ground, system)
    located = np.flatnonzero([point is not None for point in ground.points])
    if not len(located):
        raise WorkspaceError(
            f"The area system '{system.name}' needs to know where data zones lie. "
            "Add their outlines or their centres to the extracts."
        )
    parents = _partnership_at(ground, seeds, located)
    here = located
    if system.partnerships:
        here = located[np.isin(ground.partnerships[located].astype(str), system.partnerships)]
        keep = np.isin(parents.astype(str), system.partnerships)
        names, seeds, parents = [n for n, k in zip(names, keep, strict=True) if k], seeds[keep], parents[keep]
    if not len(seeds):
        raise WorkspaceError(f"None of the points of the area system '{system.name}' lies in its partnerships.")
    block_parents = ground.partnerships[here].astype(str)
    served = np.isin(block_parents, sorted(set(parents.astype(str))))
    here, block_parents = here[served], block_parents[served]
    shares = of_ground(here, sharing.by_nearest(ground.points[here], seeds, block_parents, parents.astype(str)))
    note = (
        f"{system.plural}: each data zone went to the nearest of {len(names)} points in a straight line, inside its "
        "partnership; water and roads do not count"
    )
    return Found(names, shares, same("nearest", len(shares.block)), extract_id, notes=(note,))


def _partnership_at(ground: Ground, seeds: np.ndarray, located: np.ndarray) -> np.ndarray:
    """The partnership of the data zone that holds each point, else of the one whose own point is nearest."""
    import shapely

    tree = shapely.STRtree(ground.points[located])
    nearest = located[tree.nearest(seeds)]
    has = np.flatnonzero([shape is not None for shape in ground.outlines])
    if len(has):
        at, inside = shapely.STRtree(ground.outlines[has]).query(seeds, predicate="intersects")
        nearest[at] = has[inside]
    return ground.partnerships[nearest]


def _seeds(ground: Ground, system: AreaSystem) -> tuple[list[str], np.ndarray, str]:
    """Names and places of the points of a system: listed, in a file, or premises of services."""
    import shapely

    rows: list[Seed] = []
    for area in system.areas:
        grid = (area.easting, area.northing) if area.easting is not None and area.northing is not None else None
        if area.longitude is not None and area.latitude is not None:
            grid = _on_grid(np.array([area.longitude]), np.array([area.latitude]), "EPSG:4326")[0]
        rows.append((area.name, area.postcode, grid, f"profiles.toml, {area.name}"))
    extract_id = key_of(system)[:12]
    if system.file:
        rows += _seeds_of_file(ground, system)
        extract_id = sha256_of(ground.workspace.system_file(system) or ground.workspace.folder)[:12]
    if system.services == "gp_practice":
        rows += [_practice_seed(ground, practice) for practice in ground.practices]
    elif system.services:
        rows += _service_seeds(ground, system.services)
    problems, names, places = [], [], []
    for name, postcode, grid, where in rows:
        place = grid or ground.postcodes.get(_spaceless(postcode))
        if place is None and system.services and not system.areas and not system.file:
            continue  # a service outside what this workspace draws
        if place is None:
            what = f"'{name}' has the postcode {postcode}, which no directory among the extracts places"
            problems.append(Problem(what, "Give easting and northing, or add a postcode directory.", where))
        else:
            names.append(name)
            places.append(place)
    if problems:
        raise ExtractRefused(f"{len(problems)} point(s) of the area system '{system.name}' cannot be found.", problems)
    # Two services under one roof are one point: their names would give areas without blocks.
    return names, shapely.points(np.array(places, dtype=float).reshape(-1, 2)), extract_id


def _on_grid(x: np.ndarray, y: np.ndarray, crs: str | None) -> list[tuple[float, float]]:
    """Eastings and northings of points; coordinates without a system are taken for what they must be."""
    east, north = to_grid_points(x, y, crs)
    return list(zip(east.tolist(), north.tolist(), strict=True))


def _spaceless(postcode: str | None) -> str:
    return (postcode or "").replace(" ", "").upper()


def _practice_seed(ground: Ground, practice: dict[str, Any]) -> Seed:
    """A practice at its postcode where that is known, else at the point of the zone that it stands in."""
    known = _spaceless(practice["postcode"]) in ground.postcodes
    place = None if known else _zone_point(ground, practice["zone"])
    return practice["name"], practice["postcode"], place, "the directory of practices"


def _zone_point(ground: Ground, zone: str | None) -> tuple[float, float] | None:
    at = ground.positions([zone])[0]
    point = ground.points[at] if at >= 0 else None
    return (point.x, point.y) if point is not None else None


def _service_seeds(ground: Ground, kind: str) -> list[Seed]:
    query = union(ground.connection, ground.files, "service")
    if not query:
        return []
    rows = ground.connection.execute(
        f"select service_name, postcode, easting, northing, data_zone from ({query}) where service_type = ? order by 1",
        [kind],
    ).fetchall()
    return [
        (name, postcode, (east, north) if east is not None else _zone_point(ground, zone), "the directory of services")
        for name, postcode, east, north, zone in rows
    ]


def _seeds_of_file(ground: Ground, system: AreaSystem) -> list[Seed]:
    """Points of a file: a name, and a postcode or two coordinates."""
    columns = [str(c) for c in (system.name_column, system.postcode_column, system.x_column, system.y_column) if c]
    if not system.name_column or not (system.postcode_column or (system.x_column and system.y_column)):
        raise WorkspaceError(
            f"The area system '{system.name}' reads points from {system.file}: name_column is needed, "
            "and postcode_column or x_column and y_column."
        )
    cells = own_table(ground, system, columns)
    names = cells.text(system.name_column).to_pylist()
    cells.unique(system.name_column)
    postcodes: list[str | None] = [None] * len(names)
    places: list[tuple[float, float] | None] = [None] * len(names)
    if system.postcode_column:
        postcodes = cells.text(system.postcode_column).to_pylist()
    if system.x_column and system.y_column:
        x, y = (
            cells.number(column, minimum=None, empty=False, unit="coordinate").to_numpy(zero_copy_only=False)
            for column in (system.x_column, system.y_column)
        )
        cells.finish()
        places = list(_on_grid(x.astype(float), y.astype(float), system.crs))
    cells.finish()
    rows = cells.raw.row_numbers
    return [
        (name, postcode, place, f"{system.file}, row {int(row)}")
        for name, postcode, place, row in zip(names, postcodes, places, rows, strict=True)
    ]
