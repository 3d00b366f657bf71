"""Real outlines, fitted and drawn: nothing is lost, neighbours meet, and a page stays small."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from shapely import Point

from locality_profiles.geography.drawing import (
    inset_flags,
    label_points,
    map_layer,
    outlines_of_blocks,
    to_geojson,
)
from locality_profiles.geography.fit import fit_report, sentences
from locality_profiles.geography.membership import place_blocks
from locality_profiles.geography.shares import Shares
from locality_profiles.publish.maps import Mark, choropleth, classes_of, outline_map
from locality_profiles.sources import read_extract

pytestmark = pytest.mark.real

#: Places that simplifying likes to lose, by easting and northing.
ISLANDS = {
    "Fair Isle": (421_000, 1_071_500), "Foula": (396_000, 1_139_000), "Out Skerries": (468_500, 1_171_500),
    "Noss": (454_500, 1_140_300), "St Kilda": (9_500, 899_500), "North Rona": (181_000, 1_032_500),
}  # fmt: skip


class Scotland:
    """Outlines and names of one kind of area, and which locality each data zone was placed in."""

    def __init__(self, folder: Path) -> None:
        (zones,) = read_extract(folder / "boundaries/datazone2011_simplified_scotland.geojson")
        (localities,) = read_extract(folder / "boundaries/hsc_locality_scotpho_scotland.geojson")
        zone_table, table = zones.curated.tables["boundary"], localities.curated.tables["boundary"]
        self.zones = shapely.from_wkb(zone_table["geometry"].to_numpy())
        self.codes = np.array(zone_table["area_code"].to_pylist())
        self.localities = shapely.from_wkb(table["geometry"].to_numpy())
        self.names = np.array(table["place_name"].to_pylist())
        self.partnerships = np.array(table["place_parent"].to_pylist())
        nowhere = np.full(len(self.zones), ""), np.full(len(self.localities), "")
        self.placed = place_blocks(self.zones, nowhere[0], self.localities, nowhere[1]).area
        self.drawn = outlines_of_blocks(self.zones, self.placed, len(self.localities))
        self.layer = map_layer({"locality": self.drawn})["locality"]

    def of(self, partnership: str) -> np.ndarray:
        return self.partnerships == partnership


@pytest.fixture(scope="module")
def scotland(real_extracts: Path) -> Scotland:
    return Scotland(real_extracts)


@pytest.fixture(scope="module")
def picture(scotland: Scotland) -> Callable[[str], str]:
    @cache
    def draw(partnership: str) -> str:
        here = scotland.of(partnership) if partnership else np.ones(len(scotland.names), dtype=bool)
        values = np.arange(here.sum(), dtype=float)
        return choropleth(
            list(scotland.names[here]), scotland.layer.shapes[here], classes_of(values, "{:.0f}".format),
            [f"{value:.0f}" for value in values], title=partnership or "Scotland", identifier="map",
        ).svg  # fmt: skip

    return draw


def parts(shapes: np.ndarray) -> int:
    return int(shapely.get_num_geometries(shapes).sum())


def test_localities_drawn_from_data_zones_meet_exactly(scotland: Scotland) -> None:
    assert shapely.coverage_is_valid(scotland.drawn)
    assert shapely.area(scotland.drawn).sum() == pytest.approx(shapely.area(scotland.zones).sum(), rel=1e-9)


def test_the_layer_is_simpler_and_neighbours_still_meet(scotland: Scotland) -> None:
    assert shapely.coverage_is_valid(scotland.layer.shapes)
    assert scotland.layer.note == ""
    before, after = (shapely.get_num_coordinates(shapes).sum() for shapes in (scotland.drawn, scotland.layer.shapes))
    assert after < 0.8 * before
    change = shapely.area(shapely.symmetric_difference(scotland.drawn, scotland.layer.shapes))
    assert change.sum() < 0.01 * shapely.area(scotland.drawn).sum()


def test_no_island_vanishes_from_the_layer(scotland: Scotland) -> None:
    assert parts(scotland.layer.shapes) == parts(scotland.drawn)
    for name, place in ISLANDS.items():
        assert shapely.distance(scotland.layer.shapes, Point(place)).min() < 250, name


def test_islands_that_the_supplied_outlines_have_lost_are_back(scotland: Scotland) -> None:
    shetland = scotland.of("Shetland")
    assert parts(scotland.localities[shetland]) < 30
    assert parts(scotland.layer.shapes[shetland]) > 100


def test_labels_stand_in_their_areas(scotland: Scotland) -> None:
    points = shapely.points(label_points(scotland.layer.shapes))
    assert shapely.contains(scotland.layer.shapes, points).all()


def test_the_seven_localities_of_shetland_are_the_inset(scotland: Scotland) -> None:
    assert (inset_flags(scotland.layer.shapes) == scotland.of("Shetland")).all()


@pytest.mark.parametrize("partnership", ["", "Shetland", "Highland", "Glasgow City"])
def test_a_map_is_small_and_well_formed(picture: Callable[[str], str], partnership: str) -> None:
    svg = picture(partnership)
    assert len(svg.encode()) < 100_000
    ElementTree.fromstring(svg)


def test_only_the_map_of_scotland_moves_shetland(picture: Callable[[str], str]) -> None:
    assert "moved south" in picture("")
    assert "moved south" not in picture("Shetland")


def test_geojson_of_the_layer_is_valid_in_degrees(scotland: Scotland) -> None:
    text = to_geojson(list(scotland.names), list(scotland.names), scotland.layer.shapes)
    assert len(text.encode()) < 2_000_000
    shapes = shapely.get_parts(shapely.from_geojson(text))
    assert len(shapes) == 130
    assert shapely.is_valid(shapes).all()
    west, south, east, north = shapely.total_bounds(shapes)
    assert -8.7 < west < east < -0.7
    assert 54.6 < south < north < 60.9


def test_the_localities_of_scotland_fit_their_data_zones_well(scotland: Scotland) -> None:
    tree = shapely.STRtree(scotland.localities)
    zone, area = tree.query(scotland.zones, predicate="intersects")
    land = shapely.area(shapely.intersection(scotland.zones[zone], scotland.localities[area]))
    share = land / shapely.area(scotland.zones[zone])
    shares = Shares(np.arange(len(scotland.zones)), scotland.placed, np.ones(len(scotland.zones)))
    fit = fit_report(shares, np.full(len(scotland.zones), 780.0), 130, measured=(zone, area, share),
                     outlines=scotland.localities, block_outlines=scotland.zones)  # fmt: skip
    assert (fit.blocks, len(fit.empty)) == (6_976, 0)
    assert 250 < fit.blocks_split < 350
    assert 0.005 < fit.persons_misplaced / fit.persons_covered < 0.02
    # The lochs inside the outlines are no holes; two zones at the coast lie beyond every outline.
    assert (fit.holes, fit.overlaps) == (2, 0)
    assert sorted(scotland.codes[fit.unmeasured]) == ["S01012396", "S01012567"]
    assert sentences(fit, "Localities", list(scotland.names), place="Scotland")[1] == (
        f"{fit.blocks_split} data zones lie across a line."
    )
    split = np.flatnonzero(fit.block_split)
    drawn = outline_map(list(scotland.names), scotland.localities,
                        [Mark("Data zone across a line", scotland.zones[split], scotland.codes[split])],
                        title="Fit", identifier="fit")  # fmt: skip
    assert len(drawn.svg.encode()) < 150_000
