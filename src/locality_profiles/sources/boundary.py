"""Outlines of areas, as GeoJSON, brought to the British National Grid and made valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="boundary",
    title="Outlines of localities, data zones and larger areas",
    group="places",
    publisher="Scottish Government, Public Health Scotland",
    licence="Open Government Licence v3.0",
    page="https://spatialdata.gov.scot",
    frequency="with each edition of the boundaries",
    describes="The outline of every area of one kind, in whatever coordinates, brought to the British National Grid.",
    quirks=(
        "Localities have no official code: S99 codes are ScotPHO's own numbers, kept as source_code only.",
        "Localities name their partnership, some with 'and' where other sources write '&'.",
        "Outlines are simplified for the web. Ten data zones touch or nest their own rings and are mended; two in "
        "Lerwick shrink so far that they hardly meet the locality that they lie in.",
        "Data zones of 2001 (S01000001 to S01006505) look like those of 2011 and share none of their codes.",
        "GeoJSON is in longitude and latitude unless a 'crs' member, which older software writes, says otherwise.",
    ),
)


@dataclass(frozen=True)
class Naming:
    """The properties of one layout: those that mark it, and which of them code and name an area.

    ``area_type`` is None where a file may hold any of ``BY_PREFIX`` and the code tells which.
    """

    marks: tuple[str, ...]
    code: str
    name: str
    area_type: str | None


#: First characters of the codes of each kind of area, and what several of them are called.
AREA_TYPES = {
    "locality": ("S99", "localities"),
    "data_zone_2011": ("S01", "2011 data zones"),
    "data_zone_2001": ("S01", "2001 data zones"),
    "intermediate_zone_2011": ("S02", "2011 intermediate zones"),
    "ward": ("S13", "wards"),
    "council_area": ("S12", "council areas"),
    "hscp": ("S37", "partnerships"),
    "health_board": ("S08", "health boards"),
    "country": ("S92", "the country"),
}
BY_PREFIX = ("council_area", "hscp", "health_board", "ward", "country")

NAMINGS = {
    "localities": Naming(("area_name", "hscp2019name", "code"), "code", "area_name", "locality"),
    "councils, partnerships or boards": Naming(("area_name", "code"), "code", "area_name", None),
    "2011 data zones": Naming(("dz11_code", "dz11_name"), "dz11_code", "dz11_name", "data_zone_2011"),
    "2011 data zones, as the Government publishes them": Naming(
        ("DataZone", "Name", "TotPop2011"), "DataZone", "Name", "data_zone_2011"
    ),
    "2001 data zones": Naming(("DZ_CODE", "DZ_NAME"), "DZ_CODE", "DZ_NAME", "data_zone_2001"),
    "2011 intermediate zones": Naming(("iz11_code", "iz11_name"), "iz11_code", "iz11_name", "intermediate_zone_2011"),
    "2011 intermediate zones, as the Government publishes them": Naming(
        ("InterZone", "Name", "TotPop2011"), "InterZone", "Name", "intermediate_zone_2011"
    ),
}

LAYOUTS = tuple(Layout(name, naming.marks, containers=("json",)) for name, naming in NAMINGS.items())

GRID = "EPSG:27700"
GRID_METRES = (0, 0, 700_000, 1_300_000)
POLYGON, MULTIPOLYGON = 3, 6


def curate(raw: RawTable) -> Curated:
    """One ``boundary`` row per area and, for localities, one ``area`` row."""
    naming = NAMINGS[raw.layout.name]
    cells = Cells(raw)
    area_types, codes = _types_and_codes(cells, naming)
    names = cells.text(naming.name, what="the area's name")
    place: dict[str, Any] = {"area_code": codes}
    if naming.area_type == "locality":
        place = {"place_name": names, "place_parent": cells.text("hscp2019name", what="the partnership's name")}
        cells.unique("area_name", "hscp2019name")
    outlines = _supplied_outlines(cells)
    system = _coordinate_system(cells, outlines)
    cells.finish()
    outlines, notes = _on_the_grid(cells, outlines, system)
    cells.finish()
    boundary = {"area_type": area_types, "area_name": names, "geometry": _as_wkb(outlines), **place}
    tables = {"boundary": stage("boundary", boundary, len(raw))}
    if naming.area_type == "locality":
        tables["area"] = stage("area", {
            "area_type": "locality", "area_name": names, "parent_type": "hscp", "source_code": codes,
            "place_parent": place["place_parent"],
        }, len(raw))  # fmt: skip
        # Localities may come in one file per partnership; other kinds of area come whole.
        partnerships = sorted(pc.unique(place["place_parent"]).to_pylist())
        return Curated(tables, tuple(f"outlines of the localities of {name}" for name in partnerships), notes)
    kinds = sorted(pc.unique(area_types).to_pylist())
    return Curated(tables, tuple(f"outlines of {AREA_TYPES[kind][1]}" for kind in kinds), notes)


def _types_and_codes(cells: Cells, naming: Naming) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    kinds = [naming.area_type] if naming.area_type else list(BY_PREFIX)
    prefixes = [AREA_TYPES[kind][0] for kind in kinds]
    examples = " or ".join(f"{prefix}000000" for prefix in prefixes)
    codes = cells.text(naming.code, pattern=rf"(?:{'|'.join(prefixes)})\d{{6}}", what=f"a code like {examples}")
    cells.unique(naming.code)
    found = pc.index_in(pc.utf8_slice_codeunits(codes, 0, 3), pa.array(prefixes))
    return pc.take(pa.array(kinds), found), codes


def _as_wkb(outlines: np.ndarray) -> np.ndarray:
    import shapely

    return shapely.to_wkb(outlines)


def _supplied_outlines(cells: Cells) -> np.ndarray:
    """The outlines as supplied, in two dimensions; anything but a filled polygon is a problem."""
    import shapely

    outlines = shapely.force_2d(shapely.from_wkb(cells.raw.columns["geometry"].to_numpy()))
    missing = shapely.is_missing(outlines)
    remedy = "Export the boundaries again, with an outline for every area."
    cells.reject("geometry", missing, "the geometry is missing or cannot be read", remedy)
    empty = shapely.is_empty(outlines)
    cells.reject("geometry", empty, "the geometry is empty", remedy)
    other = ~missing & ~empty & ~np.isin(shapely.get_type_id(outlines), (POLYGON, MULTIPOLYGON))
    kinds = sorted({shape.geom_type for shape in outlines[other]})
    cells.reject("geometry", other, f"found {', '.join(kinds)} where a Polygon or MultiPolygon was expected",
                 "An area needs an outline; points and lines belong in another file.")  # fmt: skip
    return outlines


def _coordinate_system(cells: Cells, outlines: np.ndarray) -> Any:
    """The file's coordinate system, once the coordinates are seen to fit it.

    Two mistakes are known by their numbers: metres where degrees are promised (or the other way
    round), and latitude before longitude.
    """
    import pyproj
    import shapely

    said = cells.raw.crs
    try:
        system = pyproj.CRS.from_user_input(said)
    except pyproj.exceptions.CRSError:
        cells.problem(f"the coordinate system '{said}' is not known",
                      f"Export the boundaries again in {GRID} or in longitude and latitude.")  # fmt: skip
        return None
    west, south, east, north = shapely.bounds(outlines).T  # not a number where there is no outline
    metres = (np.maximum(np.abs(west), np.abs(east)) > 180) | (np.maximum(np.abs(south), np.abs(north)) > 90)
    degrees = np.isfinite(west) & ~metres
    if system.is_geographic:
        cells.reject(
            "geometry", metres, "the coordinates are eastings and northings, and the file says longitude and latitude",
            f'Export it again in longitude and latitude, or name {GRID} in a "crs" member of the file.',
        )  # fmt: skip
        cells.reject(
            "geometry", degrees & (west > 48) & (east < 63) & (south > -15) & (north < 4),
            "latitude stands before longitude", "Export it again with longitude first, as GeoJSON requires.",
        )  # fmt: skip
    else:
        cells.reject(
            "geometry", degrees, f"the coordinates are degrees, and the file says {said}",
            'Take the "crs" member out of the file, or export it again.',
        )  # fmt: skip
    return system


def _on_the_grid(cells: Cells, outlines: np.ndarray, system: Any) -> tuple[np.ndarray, tuple[str, ...]]:
    """Outlines in metres of the British National Grid, valid and filled; and what was mended."""
    import pyproj
    import shapely

    grid = pyproj.CRS.from_user_input(GRID)
    if system != grid:
        to_grid = pyproj.Transformer.from_crs(system, grid, always_xy=True)
        outlines = shapely.transform(outlines, to_grid.transform, interleaved=False)
    west, south, east, north = shapely.bounds(outlines).T
    left, bottom, right, top = GRID_METRES
    inside = (west >= left) & (south >= bottom) & (east <= right) & (north <= top)
    cells.reject("geometry", ~inside, "the outline does not lie in Great Britain",
                 f"Check the coordinate system; the file's is taken as {cells.raw.crs}.")  # fmt: skip
    invalid = ~shapely.is_valid(outlines)
    # 'structure' leaves polygons only; the default would also keep the lines and points of collapsed rings.
    outlines[invalid] = shapely.make_valid(outlines[invalid], method="structure", keep_collapsed=False)
    cells.reject("geometry", shapely.area(outlines) == 0, "the outline encloses nothing",
                 "Export the boundaries again, less simplified.")  # fmt: skip
    mended = int(invalid.sum())
    return outlines, (f"outlines that crossed or nested their own rings, mended: {mended:,}",) if mended else ()
