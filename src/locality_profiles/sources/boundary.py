"""Outlines of areas, as GeoJSON, brought to the British National Grid and made valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.geography.grid import PUBLISHED, to_grid
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
    outlines, notes = _checked_outlines(cells)
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


def _checked_outlines(cells: Cells) -> tuple[np.ndarray, tuple[str, ...]]:
    """The outlines in metres of the British National Grid, valid and filled; and what was mended."""
    import shapely

    supplied = shapely.from_wkb(cells.raw.columns["geometry"].to_numpy(), on_invalid="ignore")
    checked = to_grid(supplied, cells.raw.crs, PUBLISHED)
    for fault in checked.faults:
        if fault.at is None:
            cells.problem(fault.what, fault.remedy)
        else:
            cells.reject("geometry", fault.at, fault.what, fault.remedy)
    return checked.shapes, checked.notes
