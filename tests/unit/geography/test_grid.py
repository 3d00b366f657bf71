"""Outlines brought to the British National Grid, whatever a file says of its coordinates."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import (
    GeometryCollection,
    LineString,
    MultiPolygon,
    Point,
    Polygon,
    box,
    equals_exact,
    is_valid,
    transform,
)

from locality_profiles.errors import ExtractRefused
from locality_profiles.geography.grid import GRID, PUBLISHED, Checked, to_grid, to_grid_points

EAST, NORTH = 440_000, 1_140_000
WGS84 = "EPSG:4326"


def field(x: float = 0, y: float = 0, side: float = 100) -> Polygon:
    return box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def ring(*corners: tuple[float, float]) -> Polygon:
    return Polygon([(EAST + x, NORTH + y) for x, y in corners])


#: The two triangles of a square whose corners were joined in the wrong order.
BOWTIE = ring((0, 0), (100, 100), (100, 0), (0, 100))


def checked(*shapes: object, crs: str | None = GRID, **rules: object) -> Checked:
    return to_grid(np.array([*shapes, None], dtype=object)[:-1], crs, **rules)


def faults(found: Checked) -> list[tuple[str, list[int] | None]]:
    return [(fault.what, None if fault.at is None else np.flatnonzero(fault.at).tolist()) for fault in found.faults]


@cache
def from_grid(system: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(GRID, system, always_xy=True)


def moved(shape: Polygon, system: str, *, swap: bool = False) -> Polygon:
    """A shape on the grid in the coordinates of another system."""
    to = from_grid(system)
    return transform(shape, lambda x, y: to.transform(x, y)[:: -1 if swap else 1], interleaved=False)


def same_place(found: Checked, *shapes: Polygon) -> bool:
    return bool(equals_exact(found.shapes, np.array(shapes), tolerance=0.01).all())


# --- coordinate systems ---------------------------------------------------------------------------


@pytest.mark.parametrize("system", [WGS84, "OGC:CRS84", "EPSG:4258", "EPSG:3857", "EPSG:32630", "EPSG:7405", "27700"])
def test_a_stated_system_is_taken_without_a_word(system):
    given_shape = moved(field(), "EPSG:27700" if system in ("EPSG:7405", "27700") else system)
    found = checked(given_shape, crs=system)
    assert same_place(found, field())
    assert (found.notes, found.faults) == ((), ())


def test_the_grid_as_a_shapefile_writes_it_is_the_grid():
    found = checked(field(), crs=pyproj.CRS(GRID).to_wkt("WKT1_ESRI"))
    assert same_place(found, field())


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (field(), "eastings and northings of the British National Grid"),
        (moved(field(), WGS84), "longitude and latitude"),
        (moved(field(), WGS84, swap=True), "latitude before longitude"),
        (moved(field(), GRID, swap=True), "northings before eastings"),
    ],
)
def test_where_no_system_is_stated_the_coordinates_tell_it(shape, words):
    found = checked(shape, crs=None)
    assert same_place(found, field())
    assert found.notes == (f"no coordinate system is stated: the coordinates are {words}, and were read as such",)


@pytest.mark.parametrize(
    "system",
    ['ENGCRS["Undefined Cartesian SRS",EDATUM["any"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["m",1]]',
     "", " "],
)  # fmt: skip
def test_a_system_that_nobody_chose_is_none(system):
    found = checked(field(), crs=system)
    assert same_place(found, field())
    assert found.notes[0].startswith("no coordinate system is stated")


@pytest.mark.parametrize("shape", [moved(field(), "EPSG:32630"), moved(field(), "EPSG:3857"), box(0, 0, 1, 1)])
def test_coordinates_that_do_not_tell_are_refused_with_a_remedy(shape):
    (fault,) = checked(shape, crs=None).faults
    assert fault.at is None
    assert "no coordinate system is stated, and the coordinates (x " in fault.what
    assert 'Name its coordinate system in profiles.toml, as in crs = "EPSG:27700"' in fault.remedy


def test_coordinates_of_two_kinds_in_one_file_tell_nothing():
    (fault,) = checked(field(), moved(field(), WGS84), crs=None).faults
    assert "do not tell" in fault.what


@pytest.mark.parametrize(
    ("system", "shape", "words"),
    [
        (WGS84, field(), "eastings and northings of the British National Grid"),
        (WGS84, moved(field(), WGS84, swap=True), "latitude before longitude"),
        (GRID, moved(field(), WGS84), "longitude and latitude"),
        (GRID, moved(field(), GRID, swap=True), "northings before eastings"),
        ("EPSG:3857", field(), "eastings and northings of the British National Grid"),
    ],
)
def test_a_system_that_is_stated_wrongly_is_put_right_where_the_coordinates_are_certain(system, shape, words):
    found = checked(shape, crs=system)
    assert same_place(found, field())
    assert found.notes == (
        f"the coordinate system is stated as {system}, but the coordinates are {words}, and were read as such",
    )


@pytest.mark.parametrize(
    ("system", "shape", "phrase"),
    [
        (WGS84, field(), "the coordinates are eastings and northings, and the file says longitude and latitude"),
        (WGS84, moved(field(), WGS84, swap=True), "latitude stands before longitude"),
        (GRID, moved(field(), WGS84), "the coordinates are degrees, and the file says EPSG:27700"),
    ],
)
def test_a_published_extract_that_contradicts_itself_is_refused(system, shape, phrase):
    assert faults(checked(shape, crs=system, rules=PUBLISHED)) == [(phrase, [0])]


def test_one_outline_of_another_kind_than_the_rest_is_pointed_out():
    found = checked(moved(field(), WGS84), field(), moved(field(500), WGS84), crs=WGS84)
    assert faults(found) == [
        ("the coordinates are eastings and northings, and the file says longitude and latitude", [1])
    ]
    assert found.shapes[1] is None


@pytest.mark.parametrize(
    ("system", "shape"),
    [(WGS84, box(2, 48, 2.1, 48.1)), ("EPSG:32630", field()), (GRID, box(-90_000, 0, -80_000, 9_000))],
)
def test_a_stated_system_that_puts_outlines_abroad_is_refused_with_what_was_found(system, shape):
    inside = {WGS84: moved(field(), WGS84), GRID: field(), "EPSG:32630": moved(field(), "EPSG:32630")}[system]
    ((what, at),) = faults(checked(inside, shape, crs=system))
    assert what.startswith("the outline does not lie in Great Britain (its first corner is ")
    assert f"in {system}" in what
    assert at == [1]


@pytest.mark.parametrize("system", [GRID, WGS84])
def test_an_outline_in_england_stays_where_a_stated_system_puts_it(system):
    cumbria = box(350_000, 490_000, 350_100, 490_100)
    found = checked(moved(field(), system), moved(cumbria, system), crs=system)
    assert same_place(found, field(), cumbria)
    assert (found.faults, found.notes) == ((), ())


@pytest.mark.parametrize("system", ["local grid 7", "EPSG:99999999"])
def test_an_unknown_system_is_refused(system):
    assert faults(checked(field(), crs=system)) == [(f"the coordinate system '{system}' is not known", None)]


# --- outlines -------------------------------------------------------------------------------------


def test_heights_are_dropped():
    raised = Polygon([(EAST, NORTH, 7), (EAST + 9, NORTH, 7), (EAST + 9, NORTH + 9, 7)])
    assert not checked(raised).shapes[0].has_z


def test_the_shapes_that_were_handed_in_are_left_alone():
    supplied = np.array([moved(field(), WGS84)], dtype=object)
    before = supplied[0].wkb
    to_grid(supplied, WGS84)
    assert supplied[0].wkb == before


@pytest.mark.parametrize(
    ("shape", "phrase"),
    [
        (None, "the geometry is missing or cannot be read"),
        (Polygon(), "the geometry is empty"),
        (Point(EAST, NORTH), "found Point where a Polygon or MultiPolygon was expected"),
        (LineString([(EAST, NORTH), (EAST + 1, NORTH)]), "found LineString where a Polygon"),
        (GeometryCollection([Point(EAST, NORTH)]), "found GeometryCollection where a Polygon"),
        (ring((0, 0), (50, 50), (100, 100)), "the outline encloses nothing"),
        (ring((0, 0), (0.1, 0), (0.1, 0.1)), "the outline encloses nothing"),
        (ring((0, 0), (float("inf"), 0), (100, 100)), "a coordinate of the outline is missing or is not a number"),
    ],
)
def test_an_area_without_a_filled_outline_is_refused(shape, phrase):
    found = checked(field(), shape, field(500))
    ((what, at),) = faults(found)
    assert phrase in what
    assert at == [1]
    assert [outline is None for outline in found.shapes] == [False, True, False]


@pytest.mark.filterwarnings("ignore:invalid value encountered")  # shapely, as this test draws the outline
def test_a_coordinate_that_is_not_a_number_is_refused():
    ((what, _),) = faults(checked(ring((0, 0), (float("nan"), 0), (100, 100))))
    assert what == "a coordinate of the outline is missing or is not a number"


def test_of_a_collection_the_polygons_are_kept_and_said():
    inner = GeometryCollection([MultiPolygon([field(500)])])
    found = checked(GeometryCollection([field(), Point(EAST, NORTH), inner]))
    assert found.shapes[0].area == 2 * 100 * 100
    assert found.notes == ("outlines that were collections, of which the polygons were kept: 1",)


def test_a_small_crossing_is_mended_and_said():
    # A spike of no width, and a last corner that overshoots the first side by a metre.
    found = checked(ring((0, 0), (100, 0), (100, 100), (150, 100), (100, 100), (0, 100), (0, -1), (1, 0)), field(500))
    assert is_valid(found.shapes).all()
    assert found.shapes[0].geom_type in ("Polygon", "MultiPolygon")
    assert found.shapes[0].area == pytest.approx(100 * 100, abs=1)
    assert found.mended.tolist() == [True, False]
    assert found.notes == ("outlines that crossed or nested their own rings, mended: 1",)


@pytest.mark.parametrize(("top", "refused"), [(20, 0), (30, 1)])
def test_a_twisted_top_is_mended_where_it_changes_the_area_by_a_tenth_at_most(top, refused):
    # Two triangles that meet in a point, 100 wide below and `top` wide above, which count against each other:
    # 100 x 83.3 / 2 and 20 x 16.7 / 2 are 4,000 before and 4,333 after; for 30 it is 3,500 and 4,192.
    assert len(checked(ring((0, 0), (100, 0), (50 - top / 2, 100), (50 + top / 2, 100))).faults) == refused


def test_a_crossing_whose_mending_is_a_guess_is_refused_with_both_areas():
    ((what, at),) = faults(checked(field(500), BOWTIE))
    assert "mending it would change its area by more than 10%" in what
    assert "from 0.00 to 0.01 square kilometres" in what  # it has half of 100 m by 100 m
    assert at == [1]


def test_a_published_outline_is_mended_however_much_it_changes():
    found = checked(BOWTIE, rules=PUBLISHED)
    assert found.faults == ()
    assert found.shapes[0].area == 100 * 100 / 2


def test_polygons_of_one_outline_that_lie_over_one_another_are_put_together_without_a_guess():
    found = checked(MultiPolygon([field(), field(50), field(50)]))
    assert found.faults == ()
    assert found.shapes[0].area == 150 * 100


def test_every_fault_of_a_file_is_told_at_once():
    found = checked(None, Point(EAST, NORTH), box(-9, 0, -5, 5), BOWTIE)
    assert [at for _, at in faults(found)] == [[0], [1], [2], [3]]


def test_a_file_without_outlines_has_no_fault_here():
    assert checked().faults == ()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(60_000, 450_000), st.integers(540_000, 1_200_000), st.integers(10, 5_000)),
                min_size=1, max_size=5),
       st.sampled_from([WGS84, GRID]), st.booleans(), st.sampled_from([None, WGS84, GRID]))  # fmt: skip
def test_anywhere_in_scotland_the_four_ways_of_writing_coordinates_are_told_apart(places, system, swap, stated):
    # Not further west: PROJ changes its parameters at 8.82 degrees west, at sea, and a corner there moves by 60 metres.
    fields = [box(x, y, x + side, y + side) for x, y, side in places]
    found = checked(*(moved(shape, system, swap=swap) for shape in fields), crs=stated)
    assert found.faults == ()
    assert same_place(found, *fields)


# --- points ---------------------------------------------------------------------------------------


def test_points_go_the_same_way():
    shape = moved(Point(EAST, NORTH), WGS84)
    for x, y, system in ((shape.x, shape.y, WGS84), (shape.y, shape.x, WGS84), (shape.x, shape.y, None)):
        east, north = to_grid_points([x], [y], system)
        assert (east[0], north[0]) == pytest.approx((EAST, NORTH), abs=0.01)


def test_points_that_nothing_places_are_refused():
    with pytest.raises(ExtractRefused, match="do not tell which it is"):
        to_grid_points([1.0], [2.0], None)


def test_a_point_abroad_is_refused_with_its_coordinates():
    with pytest.raises(ExtractRefused, match=r"the point 2\.35, 48\.85 in EPSG:4326 does not lie in Great Britain"):
        to_grid_points([-3.0, 2.35], [57.0, 48.85], WGS84)


def test_a_point_without_coordinates_is_refused():
    with pytest.raises(ExtractRefused, match="a coordinate of the point is missing or is not a number"):
        to_grid_points([-3.0, float("nan")], [57.0, 57.0], WGS84)


def test_no_points_are_no_problem():
    assert [len(part) for part in to_grid_points([], [], None)] == [0, 0]
