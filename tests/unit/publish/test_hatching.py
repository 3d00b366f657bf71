"""Lines, dots and crosses cut to a shape."""

from __future__ import annotations

import re

import pytest
from shapely import LineString, MultiPolygon, Point, Polygon, box

from locality_profiles.publish.hatching import Hatching, hatched

RING = box(0, 0, 1000, 1000).difference(box(300, 300, 700, 700))


def strokes(path):
    """The lines of a path of m, l and h, as shapely draws them."""
    x = y = 0.0
    found = []
    for command, numbers in re.findall(r"([mlh])([^mlh]+)", path):
        values = [float(number) for number in re.findall(r"-?\d+", numbers)]
        dx, dy = (values[0], 0.0) if command == "h" else values
        if command != "m":
            found.append(LineString([(x, y), (x + dx, y + dy)]))
        x, y = x + dx, y + dy
    return found


@pytest.mark.parametrize("angle", [0, 45, -45, 90])
def test_lines_stay_inside_the_shape_and_out_of_its_holes(angle):
    lines = strokes(hatched(RING, Hatching(40, lines=(angle,))))
    assert len(lines) > 20
    assert all(line.within(RING.buffer(2)) for line in lines)
    # they cover it evenly: about area / spacing of line
    assert sum(line.length for line in lines) == pytest.approx(RING.area / 40, rel=0.1)


def test_lines_run_on_from_one_area_into_the_next():
    whole, left, right = (hatched(shape, Hatching(40, lines=(0,))) for shape in
                          (box(0, 0, 200, 100), box(0, 0, 100, 100), box(100, 0, 200, 100)))  # fmt: skip
    assert sorted(line.coords[0][1] for line in strokes(left)) == sorted(line.coords[0][1] for line in strokes(whole))
    assert sorted(line.coords[0][1] for line in strokes(right)) == sorted(line.coords[0][1] for line in strokes(whole))


@pytest.mark.parametrize("hatching", [Hatching(40, dots=True), Hatching(40, crosses=True)])
def test_dots_and_crosses_stand_inside_the_shape(hatching):
    marks = strokes(hatched(RING, hatching))
    assert len(marks) > 100
    assert all(RING.contains(Point(mark.centroid)) for mark in marks)


def test_nothing_is_hatched_in_nothing():
    assert hatched(None, Hatching(40, dots=True)) == ""
    assert hatched(Polygon(), Hatching(40, lines=(0,))) == ""
    assert hatched(MultiPolygon([box(1, 1, 3, 3)]), Hatching(40, lines=(0,))) == ""  # smaller than the spacing
