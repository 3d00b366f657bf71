"""Services of an area: how many of each kind, their names, and a map of where they are.

A service belongs to the areas of its data zone. Where the extracts give no place of its own it is drawn in the
middle of its data zone; where they hold no outline of that either, it is counted and named but not drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from markupsafe import Markup

from locality_profiles.publish.edition import capitalised
from locality_profiles.publish.reading import AreaKey
from locality_profiles.publish.sheets import Column, Sheet
from locality_profiles.publish.system_maps import Layer, read_layers
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb

    from locality_profiles.publish.reading import Profile
    from locality_profiles.publish.site import Site

#: Kinds of area whose services are told.
KINDS = ("locality", "hscp")
BLOCK = "data_zone_2011"
#: Kinds of service as people call them, in the order in which they are told.
TITLES = {
    "gp_practice": "GP practices", "hospital": "Hospitals", "emergency_department": "Emergency departments",
    "minor_injury_unit": "Minor injury units", "pharmacy": "Pharmacies", "dental_practice": "Dental practices",
    "care_home_older": "Care homes for older people", "care_home_other": "Other care homes",
    "care_service": "Other care services",
}  # fmt: skip
IN_THE_MIDDLE = "Where the extracts give no place of its own, a service is drawn in the middle of its data zone."


class Service(NamedTuple):
    """One service of an area, with its place in metres of the grid (NaN where not known)."""

    kind: str
    name: str
    easting: float
    northing: float
    placed_by_zone: bool


@dataclass(frozen=True)
class Services:
    """The services of every area, and the outlines to draw them on."""

    of: Mapping[AreaKey, Sequence[Service]] = field(default_factory=dict)
    layers: Mapping[str, Layer] = field(default_factory=dict)


class Here(NamedTuple):
    """What an area's page tells of its services."""

    sheet: Sheet
    map: Markup | None


def read_services(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Path]) -> Services:
    """Services by area; none in a release without a directory of services."""
    if "service" not in tables or "membership" not in tables:
        return Services()
    query = f"""
        with home as (
            select block_code, area_type, area_code from {relation(tables["membership"])}
            where block_type = '{BLOCK}' and list_contains(?, area_type)
            qualify row_number() over (partition by block_code, area_type order by weight desc, area_code) = 1)
        select h.area_type, h.area_code, s.service_type, s.service_name, s.easting, s.northing, s.data_zone
        from {relation(tables["service"])} s join home h on s.data_zone = h.block_code
        order by h.area_type, h.area_code, s.service_type, s.service_name, s.service_code"""
    rows = connection.execute(query, [list(KINDS)]).fetchall()
    middles = _middles(tables, {row[6] for row in rows if row[4] is None})
    nowhere = (np.nan, np.nan)
    found: dict[AreaKey, list[Service]] = {}
    for kind, code, of, name, easting, northing, zone in rows:
        own = easting is not None and northing is not None
        east, north = (easting, northing) if own else middles.get(zone, nowhere)
        found.setdefault((kind, code), []).append(Service(of, name, east, north, not own and zone in middles))
    return Services(found, {kind: layer for kind, layer in read_layers(tables).items() if kind in KINDS})


def _middles(tables: Mapping[str, Path], zones: set[str]) -> dict[str, tuple[float, float]]:
    """A point inside each data zone of which the release has the outline."""
    if "boundary" not in tables or not zones:
        return {}
    import pyarrow.parquet as pq
    import shapely

    wanted = [("area_type", "=", BLOCK), ("area_code", "in", zones)]
    table = pq.read_table(tables["boundary"], columns=["area_code", "geometry"], filters=wanted)
    points = shapely.point_on_surface(shapely.from_wkb(table["geometry"].to_pylist()))
    places = np.column_stack([shapely.get_x(points), shapely.get_y(points)]).tolist()
    return {code: (x, y) for code, (x, y) in zip(table["area_code"].to_pylist(), places, strict=True)}


def services_here(profile: Profile, site: Site) -> Here | None:
    """The services of an area: a table by kind, and a map where the release has its outline."""
    found = site.services.of.get(profile.key, ())
    if not found:
        return None
    order = [*TITLES, *sorted({service.kind for service in found} - set(TITLES))]
    told = sorted(found, key=lambda service: order.index(service.kind))
    by_kind = {kind: list(of) for kind, of in groupby(told, attrgetter("kind"))}
    drawn = _map(profile, by_kind, site)
    middle = any(service.placed_by_zone for service in found)
    rows = [
        (title_of(kind), (f"{len(of):,}", "; ".join(service.name for service in of)), False)
        for kind, of in by_kind.items()
    ]
    sheet = Sheet(
        "services-here-table", "Services by kind", f"Services with an address in {profile.name}, by kind", "Kind",
        (Column("How many"), Column("Names", words=True)),
        tuple(rows), (IN_THE_MIDDLE,) if drawn and middle else (),
    )  # fmt: skip
    return Here(sheet, drawn)


def title_of(kind: str) -> str:
    return TITLES.get(kind, capitalised(kind.replace("_", " ")))


def _map(profile: Profile, by_kind: Mapping[str, Sequence[Service]], site: Site) -> Markup | None:
    """The services on the area's outline; on a partnership's with the lines of its localities."""
    from locality_profiles.publish.maps import MOST_SERVICES, Points, outlines_on, services_map, sheet_of

    layer = site.services.layers.get(profile.area_type)
    known = any(np.isfinite(service.easting) for of in by_kind.values() for service in of)
    if layer is None or profile.area_code not in layer.codes or not known:
        return None
    own = layer.only({profile.area_code})
    sheet = sheet_of(own.shapes)
    outlines = None
    if profile.area_type == "hscp" and (parts := site.services.layers.get("locality")):
        codes = {p.area_code for p in site.members.get(profile.area_code, ()) if p.area_type == "locality"}
        outlines = outlines_on(sheet, parts.only(codes).shapes, site.about.several("locality"))
    kinds = [
        Points(title_of(kind), [service.name for service in of],
               np.array([(service.easting, service.northing) for service in of]))
        for kind, of in list(by_kind.items())[:MOST_SERVICES]
    ]  # fmt: skip
    drawn = services_map(
        [profile.name], sheet, kinds, identifier="services-map", title=f"Services of {profile.name}",
        outlines=outlines, caption="Services on the map",
    )  # fmt: skip
    return Markup(drawn.figure)
