"""The outlines of area systems from the map layer: as maps of the site, and as files of the open data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from locality_profiles.numbers import print_share
from locality_profiles.publish.edition import Edition, capitalised
from locality_profiles.publish.place_tables import AreaSystems
from locality_profiles.publish.reading import AreaKey

if TYPE_CHECKING:
    import numpy as np
    from markupsafe import Markup

    from locality_profiles.publish.site import Site


@dataclass(frozen=True)
class Layer:
    """The outlines of one area system, in the order of its codes (British National Grid)."""

    codes: list[str]
    names: list[str]
    shapes: np.ndarray

    def only(self, codes: Collection[str]) -> Layer:
        """Some of the areas."""
        kept = [place for place, code in enumerate(self.codes) if code in codes]
        return Layer([self.codes[n] for n in kept], [self.names[n] for n in kept], self.shapes[kept])


def read_layers(tables: Mapping[str, Path]) -> dict[str, Layer]:
    """The outlines of every area system; none in a release without a map layer."""
    if "map_layer" not in tables:
        return {}
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
    import shapely

    table = pq.read_table(tables["map_layer"], columns=["area_type", "area_code", "area_name", "geometry"])
    table = table.sort_by([("area_type", "ascending"), ("area_code", "ascending")])
    layers = {}
    for kind in table["area_type"].unique().to_pylist():
        rows = table.filter(pc.equal(table["area_type"], kind))
        codes, names, outlines = (rows[column].to_pylist() for column in ("area_code", "area_name", "geometry"))
        layers[kind] = Layer(codes, names, shapely.from_wkb(outlines))
    return layers


def maps_of(
    tables: Mapping[str, Path], systems: AreaSystems, about: Edition, pages: Collection[AreaKey]
) -> dict[str, Markup]:
    """The map of every area system that is told of: of its areas that have a page, or of all if none has."""
    layers = read_layers(tables)
    maps = {}
    for kind in systems.told:
        if kind in layers:
            here = {code for of, code in pages if of == kind}
            layer = layers[kind].only(here) if here else layers[kind]
            if len(layer.codes) > 1:
                maps[kind] = _map(kind, layer, systems, about)
    return maps


def front_map(tables: Mapping[str, Path], site: Site) -> Markup | None:
    """The areas of the release's first kind as places to go to, with thicker outlines of their partnerships.

    None in a release without their outlines, or with one such area only.
    """
    from markupsafe import Markup

    from locality_profiles.publish.maps import places_map

    kind = next(iter(site.about.profiled), "")
    here = {profile.area_code for profile in site.of_kind(kind)}
    layers = read_layers(tables)
    if kind not in layers or len(here & set(layers[kind].codes)) < 2:
        return None
    layer = layers[kind].only(here)
    links = [site.page((kind, code)) for code in layer.codes]
    names = [site.full_name((kind, code)) for code in layer.codes]
    partnerships = {site.homes.get((kind, code), "") for code in layer.codes}
    several = "hscp" in layers and kind != "hscp" and len(partnerships) > 1
    larger = layers["hscp"].only(partnerships).shapes if several else layer.shapes[:0]
    return Markup(f'<div class="map">{places_map(names, layer.shapes, links, larger)}</div>')


def _map(kind: str, layer: Layer, systems: AreaSystems, about: Edition) -> Markup:
    """The areas by the share of their people that best fit misplaces; the areas alone where nobody is misplaced."""
    from markupsafe import Markup

    from locality_profiles.publish.maps import choropleth, classes_of

    title, identifier = capitalised(about.several(kind)), f"map-{kind.replace('_', '-')}"
    misplaced = [systems.fits.get((kind, code), {}).get("share_misplaced") for code in layer.codes]
    if not any(misplaced):
        drawn = choropleth(layer.names, layer.shapes, title=title, identifier=identifier)
    else:
        drawn = choropleth(
            layer.names, layer.shapes, classes_of(misplaced, print_share),
            ["" if share is None else print_share(share) for share in misplaced],
            title=f"{title} by the share of their people who are misplaced", identifier=identifier,
            caption="People misplaced, as a share of the area’s people",
        )  # fmt: skip
    return Markup(drawn.figure)


def write_layers(tables: Mapping[str, Path], out: Path) -> list[tuple[Path, str]]:
    """The map layer as GeoParquet, and each system as GeoJSON; the files with what they hold."""
    layers = read_layers(tables)
    if not layers:
        return []
    import pyarrow.parquet as pq

    from locality_profiles.geography.drawing import to_geojson
    from locality_profiles.tables.geo import as_geoparquet

    whole = out / "map-layer.parquet"
    pq.write_table(as_geoparquet(pq.read_table(tables["map_layer"])), whole, compression="zstd")
    (out / "maps").mkdir(exist_ok=True)
    written = [(whole, "Outlines of every area system, for drawing")]
    for kind, layer in layers.items():
        path = out / "maps" / f"{kind}.geojson"
        path.write_text(to_geojson(layer.codes, layer.names, layer.shapes), encoding="utf-8")
        written.append((path, f"Outlines for drawing: {kind.replace('_', ' ')}"))
    return written
