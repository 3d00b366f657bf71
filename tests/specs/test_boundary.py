"""GeoJSON outlines become valid polygons on the British National Grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import shapely
from pictures import curated, geojson, refusal, rows, square

from locality_profiles.sources import read_extract

GRID = "urn:ogc:def:crs:EPSG::27700"
EAST, NORTH = 440_000, 1_140_000


def polygon(*corners: tuple[float, ...]) -> dict[str, Any]:
    """A polygon through corners that are given in metres from a place at sea."""
    ring = [[EAST + x, NORTH + y, *height] for x, y, *height in corners]
    return {"type": "Polygon", "coordinates": [ring]}


def field(x: float = 0, y: float = 0, side: float = 10) -> dict[str, Any]:
    return square(EAST + x, NORTH + y, side)


BOWTIE = polygon((0, 0), (100, 100), (100, 0), (0, 100), (0, 0))


def zone(code: str = "S01900001", name: str = "North Isle - 1") -> dict[str, Any]:
    return {"dz11_code": code, "dz11_name": name}


def locality(name: str, partnership: str, code: str) -> dict[str, Any]:
    return {"area_name": name, "hscp2019name": partnership, "code": code}


def outline(path: Path) -> Any:
    (geometry,) = curated(path).tables["boundary"]["geometry"].to_pylist()
    return shapely.from_wkb(geometry)


def test_longitude_and_latitude_become_metres_of_the_national_grid(tmp_path: Path) -> None:
    # The grid's true origin, 2 degrees west and 49 north, is at (400 km, -100 km); degrees here are of WGS84,
    # some hundred metres off those of the grid's own ellipsoid.
    west, south, east, north = outline(geojson(tmp_path / "z.geojson", (zone(), square(-2.0, 57.0, 0.01)))).bounds
    assert west == pytest.approx(400_000, abs=200)
    assert east - west == pytest.approx(6_372_000 * 0.01 * 3.14159 / 180 * 0.5446, rel=0.01)  # cosine of 57 degrees
    assert north - south == pytest.approx(1_114, rel=0.01)


def test_outlines_that_are_on_the_grid_already_stay_where_they_are(tmp_path: Path) -> None:
    path = geojson(tmp_path / "z.geojson", (zone(), field(side=500)), crs=GRID)
    assert outline(path).bounds == (440_000, 1_140_000, 440_500, 1_140_500)


def test_heights_are_dropped(tmp_path: Path) -> None:
    raised = polygon((0, 0, 9), (9, 0, 9), (9, 9, 9), (0, 0, 9))
    assert not outline(geojson(tmp_path / "z.geojson", (zone(), raised), crs=GRID)).has_z


@pytest.mark.parametrize(
    ("properties", "area_type"),
    [
        (zone(), "data_zone_2011"),
        ({"DataZone": "S01900001", "Name": "North Isle - 1", "TotPop2011": 800}, "data_zone_2011"),
        ({"DZ_CODE": "S01900001", "DZ_NAME": "Old Isle", "DZ_GAELIC": None}, "data_zone_2001"),
        ({"iz11_code": "S02900001", "iz11_name": "North Isle"}, "intermediate_zone_2011"),
        ({"InterZone": "S02900001", "Name": "North Isle", "TotPop2011": 4000}, "intermediate_zone_2011"),
        ({"code": "S12900001", "area_name": "Outer Isles", "hectares": 1.5}, "council_area"),
        ({"objectid": 1, "code": "S37900001", "area_name": "Outer Isles"}, "hscp"),
        ({"objectid": 1, "code": "S08900001", "area_name": "Isles"}, "health_board"),
        ({"code": "S13900001", "area_name": "Haven"}, "ward"),
        ({"code": "S92900001", "area_name": "Islandia"}, "country"),
    ],
)
def test_properties_and_code_tell_the_kind_of_area(tmp_path: Path, properties: dict[str, Any], area_type: str) -> None:
    read = curated(geojson(tmp_path / "b.geojson", (properties, field()), crs=GRID))
    code = next(value for value in properties.values() if str(value).startswith("S"))
    assert rows(read.tables["boundary"], "area_type", "area_code") == [(area_type, code)]
    assert set(read.tables) == {"boundary"}


def test_localities_are_named_with_their_partnership_and_are_areas_too(tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "localities.geojson",
        (locality("North Isle", "Outer Isles", "S99900001"), field()),
        (locality("East", "Glen & Dale", "S99900002"), field(10)),
        (locality("East", "Outer Isles", "S99900003"), field(20)),
        crs=GRID,
    )
    read = curated(path)
    assert rows(read.tables["boundary"], "area_type", "area_code", "place_name", "place_parent") == [
        ("locality", None, "East", "Glen & Dale"),
        ("locality", None, "East", "Outer Isles"),
        ("locality", None, "North Isle", "Outer Isles"),
    ]
    assert rows(read.tables["area"], "source_code", "area_name", "place_parent") == [
        ("S99900001", "North Isle", "Outer Isles"),
        ("S99900002", "East", "Glen & Dale"),
        ("S99900003", "East", "Outer Isles"),
    ]
    assert set(rows(read.tables["area"], "area_type", "area_code", "parent_type")) == {("locality", None, "hscp")}
    assert read.claims == ("outlines of the localities of Glen & Dale", "outlines of the localities of Outer Isles")


def test_an_outline_that_crosses_itself_is_mended_and_counted(tmp_path: Path) -> None:
    path = geojson(tmp_path / "z.geojson", (zone(), BOWTIE), (zone("S01900002"), field(200)), crs=GRID)
    read = curated(path)
    shapes = shapely.from_wkb(read.tables["boundary"]["geometry"].to_numpy())
    assert shapely.is_valid(shapes).all()
    assert shapely.area(shapes) == pytest.approx([2 * (100 * 50 / 2), 10 * 10])
    assert read.notes == ("outlines that crossed or nested their own rings, mended: 1",)


def test_mending_keeps_polygons_only(tmp_path: Path) -> None:
    spiked = polygon((0, 0), (10, 0), (10, 10), (50, 10), (10, 10), (0, 10), (0, 0))
    shape = outline(geojson(tmp_path / "z.geojson", (zone(), spiked), crs=GRID))
    assert (shape.geom_type, shape.area) == ("Polygon", 100)


@pytest.mark.parametrize(
    ("geometry", "phrase"),
    [
        (None, "row 2, column 'geometry': the geometry is missing or cannot be read"),
        (polygon((0, 0), (9, 0), (9, 9)), "row 2, column 'geometry': the geometry is m"),
        ({"type": "Polygon", "coordinates": []}, "row 2, column 'geometry': the geometry is empty"),
        ({"type": "Point", "coordinates": [5, 5]}, "found Point where a Polygon or MultiPolygon was expected"),
        ({"type": "LineString", "coordinates": [[0, 0], [9, 9]]}, "found LineString where a Polygon"),
        (polygon((0, 0), (9, 9), (5, 5), (0, 0)), "row 2, column 'geometry': the outline encloses nothing"),
        (square(-90_000, 0), "row 2, column 'geometry': the outline does not lie in Great Britain"),
    ],
)  # fmt: skip
def test_an_area_without_a_filled_outline_is_refused(tmp_path: Path, geometry: Any, phrase: str) -> None:
    path = geojson(tmp_path / "z.geojson", (zone(), field()), (zone("S01900002"), geometry), crs=GRID)
    assert phrase in refusal(path)


def test_metres_in_a_file_that_says_degrees_are_refused_with_a_remedy(tmp_path: Path) -> None:
    message = refusal(geojson(tmp_path / "z.geojson", (zone(), field())))
    assert "the coordinates are eastings and northings, and the file says longitude and latitude" in message
    assert "EPSG:27700" in message


def test_degrees_in_a_file_that_says_metres_are_refused(tmp_path: Path) -> None:
    message = refusal(geojson(tmp_path / "z.geojson", (zone(), square(-1.3, 60.1)), crs=GRID))
    assert f"the coordinates are degrees, and the file says {GRID}" in message


def test_latitude_before_longitude_is_refused(tmp_path: Path) -> None:
    message = refusal(geojson(tmp_path / "z.geojson", (zone(), square(60.1, -1.3, 0.1))))
    assert "latitude stands before longitude" in message


def test_an_unknown_coordinate_system_is_refused(tmp_path: Path) -> None:
    message = refusal(geojson(tmp_path / "z.geojson", (zone(), square(0, 0)), crs="local grid 7"))
    assert "the coordinate system 'local grid 7' is not known" in message


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "z.geojson",
        (zone("S01900001"), square(-2, 57, 0.1)),
        (zone("S01900001"), None),
        (zone("S12900001", ""), field()),
    )
    message = refusal(path)
    assert "rows 1, 2, column 'dz11_code': the same dz11_code stands in more than one row" in message
    assert "row 3, column 'dz11_code': found 'S12900001', expected a code like S01000000" in message
    assert "row 3, column 'dz11_name': the cell is empty" in message
    assert "row 2, column 'geometry': the geometry is missing" in message
    assert "row 3, column 'geometry': the coordinates are eastings and northings" in message


def test_two_localities_of_one_name_in_one_partnership_are_refused(tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "localities.geojson",
        (locality("East", "Outer Isles", "S99900001"), field()),
        (locality("East", "Outer Isles", "S99900002"), field(10)),
        crs=GRID,
    )
    assert "rows 1, 2, column 'area_name': the same area_name, hscp2019name stands in more" in refusal(path)


def test_localities_without_their_partnership_are_not_taken_for_councils(tmp_path: Path) -> None:
    message = refusal(geojson(tmp_path / "b.geojson", ({"code": "S99900001", "area_name": "East"}, field()), crs=GRID))
    assert "found 'S99900001', expected a code like S12000000" in message


def test_points_that_are_not_areas_are_left_alone(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [440_000, 1_140_000]}
    assert read_extract(geojson(tmp_path / "p.geojson", ({"sitecode": "Z901H", "sitename": "Cottage"}, point))) == []
