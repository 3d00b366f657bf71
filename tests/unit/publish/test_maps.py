"""Maps as SVG: well formed, told in words, never by colour alone, small."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, box

from locality_profiles.publish import maps
from locality_profiles.publish.maps import (
    COARSE,
    MAP_CSS,
    MOST_SERVICES,
    Mark,
    Points,
    choropleth,
    classes_of,
    locator,
    outline_map,
    outlines_on,
    services_map,
    sheet_of,
)

KM = 1000
SVG = "{http://www.w3.org/2000/svg}"


def shapes(*given_shapes):
    return np.array(given_shapes, dtype=object)


def row(number, west=0):
    """Squares of 10 km side by side."""
    return shapes(*(box(west + n * 10 * KM, 0, west + (n + 1) * 10 * KM, 10 * KM) for n in range(number)))


def percent(value):
    return f"{value:.1f}%"


def picture(drawn):
    return ElementTree.fromstring(drawn.svg)


def titles(drawn):
    """What each area says when it is pointed at."""
    return [title.text for title in picture(drawn).iterfind(f".//{SVG}path/{SVG}title")]


def described(drawn):
    return picture(drawn).find(f"{SVG}desc").text


def labelled(drawn):
    return ["|".join(span.text for span in text) for text in picture(drawn).iter(f"{SVG}text")]


def corners(path):
    """The rings of a relative path as arrays of absolute corners."""
    pen, found = np.zeros(2), []
    for start, rest in re.findall(r"m([-\d,]+)([^m]*)", path):
        numbers = [int(number) for number in re.findall(r"-?\d+", start)]
        if rest.startswith("h"):  # a speck
            steps = np.array([[10, 0], [0, 10], [-10, 0]])
        else:
            steps = np.array([int(number) for number in re.findall(r"-?\d+", rest)]).reshape(-1, 2)
        pen = pen + numbers
        found.append(np.vstack([pen, pen + np.cumsum(steps, axis=0)]))
    return found


# --- classes --------------------------------------------------------------------------------------


def test_classes_hold_about_as_many_areas_each():
    found = classes_of(range(1, 11), "{:g}".format)
    assert np.bincount(found.of).tolist() == [2, 2, 2, 2, 2]
    assert found.labels == ("1 to 2", "3 to 4", "5 to 6", "7 to 8", "9 to 10")


def test_values_that_print_alike_share_a_class():
    found = classes_of([1.01, 1.02, 1.03, 1.04, 9.0], percent)
    assert found.of.tolist() == [0, 0, 0, 0, 1]
    assert found.labels == ("1.0%", "9.0%")


def test_what_is_not_known_has_no_class():
    found = classes_of([None, 3.0, np.nan, 1.0], str)
    assert found.of.tolist() == [-1, 1, -1, 0]
    assert classes_of([None, None], str).labels == ()


@given(st.lists(st.one_of(st.none(), st.integers(0, 30)), max_size=40), st.integers(1, 5))
def test_classes_keep_the_order_of_values(values, most):
    found = classes_of(values, str, most)
    assert len(found.labels) <= most
    known = [(value, cls) for value, cls in zip(values, found.of, strict=True) if value is not None]
    assert all(cls == -1 for value, cls in zip(values, found.of, strict=True) if value is None)
    assert sorted(known) == sorted(known, key=lambda pair: (pair[1], pair[0]))
    assert {cls for _, cls in known} == set(range(len(found.labels)))
    for one, cls in known:
        assert all(other == cls for value, other in known if value == one)


# --- the picture ----------------------------------------------------------------------------------


def test_the_map_tells_itself_in_words():
    values = [10.0, 30.0, None]
    drawn = choropleth(["Ness", "Sound", "Voe"], row(3), classes_of(values, percent), ["10.0%", "30.0%", "[c]"],
                       title="Aged 85 and over", identifier="m1")  # fmt: skip
    svg = picture(drawn)
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == "m1-title m1-desc"
    assert svg.find(f"{SVG}title").text == "Aged 85 and over"
    assert described(drawn) == (
        "A map of 3 areas: Ness, Sound, Voe. The lowest is Ness: 10.0%; the highest is Sound: 30.0%. 1 has no figure."
    )
    assert titles(drawn) == ["Ness: 10.0%", "Sound: 30.0%", "Voe: [c]"]


def test_each_class_has_a_hatching_of_its_own_on_the_map_and_in_the_key():
    values = [1.0, 2.0, 3.0, 4.0, 5.0, None]
    drawn = choropleth(list("abcdef"), row(6), classes_of(values, percent), title="t", identifier="m", caption="Share")
    inks = [path.get("class") for path in picture(drawn).iter(f"{SVG}path") if "ink" in path.get("class", "")]
    assert inks == ["ink i2", "ink i3", "ink i4", "ink i5", "ink inone"]  # the lowest class is bare
    for ink in inks:
        assert f'class="{ink}"' in drawn.key
    key = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", drawn.key.replace("\n", " "))
    assert " ".join(key.split()) == "Share Pattern Value Areas 1.0% 1 2.0% 1 3.0% 1 4.0% 1 5.0% 1 No figure 1"


@pytest.mark.parametrize(("number", "used"), [(1, ["f3"]), (2, ["f1", "f4"]), (3, ["f1", "f3", "f5"])])
def test_fewer_classes_are_spread_over_the_fills(number, used):
    drawn = choropleth(list("abc")[:number], row(number), classes_of(range(number), str), title="t", identifier="m")
    assert re.findall(r'<g class="(f\d)"', drawn.svg) == used


def test_names_are_escaped_wherever_they_stand():
    names = ['Ness & "Sound"', "<script>alert(1)</script>", "O'Voe"]
    drawn = choropleth(names, row(3), classes_of([1, 2, 3], str), ["<1>", "2", "3"], title="A & <b>", identifier="m")
    assert titles(drawn)[:2] == ['Ness & "Sound": <1>', "<script>alert(1)</script>: 2"]
    assert "<script" not in drawn.svg + drawn.key
    assert picture(drawn).find(f"{SVG}title").text == "A & <b>"
    ElementTree.fromstring(drawn.figure)


def test_an_area_without_an_outline_is_named_and_not_drawn():
    drawn = choropleth(["Ness", "Lost"], shapes(box(0, 0, KM, KM), None), title="t", identifier="m")
    assert titles(drawn) == ["Ness"]
    assert "Without an outline, and not drawn: Lost." in described(drawn)
    with pytest.raises(ValueError, match="at least one area"):
        choropleth(["Lost"], shapes(None), title="t", identifier="m")


def test_areas_alone_are_drawn_without_classes():
    drawn = choropleth(["Ness", "Sound"], row(2), title="t", identifier="m")
    assert '<g class="land">' in drawn.svg
    assert drawn.key == ""


def test_the_own_area_has_a_heavy_outline_and_that_is_said():
    drawn = choropleth(["Ness", "Sound"], row(2), title="t", identifier="m", own=1)
    assert picture(drawn).find(f".//{SVG}path[@class='own']") is not None
    assert "Sound has a heavy outline." in described(drawn)


def test_paths_draw_the_shapes_in_tenths_of_a_unit():
    paper = sheet_of(row(2))
    (ring,) = corners(paper.paths[1])
    assert np.allclose(shapely.Polygon(ring).bounds, paper.shapes[1].bounds, atol=1)
    assert paper.shapes[1].bounds[2] / 10 <= paper.width
    #  two squares side by side fill the width of the paper
    assert paper.metres == 20 * KM / (maps.WIDTH - 2 * maps.MARGIN)


def test_a_tall_place_is_drawn_within_the_height():
    paper = sheet_of(shapes(box(0, 0, 10 * KM, 100 * KM)))
    assert paper.height == pytest.approx(maps.HEIGHT)
    assert paper.width >= maps.WIDTH / 2


def test_islets_too_small_to_be_seen_are_left_out_unless_an_area_has_nothing_else():
    islets = MultiPolygon([box(n * KM, 200 * KM, n * KM + 20, 200 * KM + 20) for n in range(5)])
    paper = sheet_of(shapes(MultiPolygon([box(0, 0, 100 * KM, 100 * KM), box(150 * KM, 0, 150 * KM + 20, 20)]), islets))
    assert len(corners(paper.paths[0])) == 1
    assert paper.paths[1]


def test_several_maps_may_share_a_sheet():
    paper = sheet_of(row(2))
    one = choropleth(["a", "b"], paper, classes_of([1, 2], str), title="t", identifier="m")
    assert one == choropleth(["a", "b"], row(2), classes_of([1, 2], str), title="t", identifier="m")


def test_a_map_needs_no_script_style_or_network():
    drawn = choropleth(["a", "b"], row(2), classes_of([1, 2], str), title="t", identifier="m")
    assert not re.search(r"<script|<style|style=|href|url\(|on\w+=", drawn.figure)
    assert drawn.svg.count("http") == 1  # the namespace


def test_every_class_of_style_that_a_map_uses_is_in_the_stylesheet():
    marks = [Mark(f"kind {n}", row(1, n * 10 * KM), ["x"]) for n in range(4)]
    drawn = [
        choropleth(list("abcdef"), row(6), classes_of([1, 2, 3, 4, 5, None], str), title="t", identifier="m", own=1),
        outline_map(list("abcdef"), row(6), marks, title="t", identifier="n"),
        choropleth(["a" * 60], row(1), classes_of([1], str), title="t", identifier="o"),
        services_map(["a"], row(1), [Points("x", ["y"], np.array([[1.0, 1.0]]))], title="t", identifier="p",
                     outlines=outlines_on(sheet_of(row(2)), row(2), "wards")),
        locator(["a", "b"], row(2), 0, title="t", identifier="q"),
    ]  # fmt: skip
    used = {word for one in drawn for words in re.findall(r'class="?([\w -]+)', one.figure) for word in words.split()}
    assert {word for word in used if f".{word}" not in MAP_CSS} == {"i3", "i4"}  # as every ink


# --- labels ---------------------------------------------------------------------------------------


def test_few_areas_carry_their_names_and_values():
    drawn = choropleth(["Ness", "Sound"], row(2), classes_of([1, 2], str), ["1", "2"], title="t", identifier="m")
    assert sorted(labelled(drawn)) == ["Ness|1", "Sound|2"]


def test_many_areas_carry_none():
    assert labelled(choropleth([f"a{n}" for n in range(13)], row(13), title="t", identifier="m")) == []


def test_a_name_without_room_gets_a_number_that_the_key_explains():
    long = "Comann Eilean nan Gàidheal agus Bailtean Beaga na h-Àirde an Iar-dheas"
    drawn = choropleth(["Ness", long], row(2), title="t", identifier="m")
    assert sorted(labelled(drawn)) == ["1", "Ness"]
    assert f'<th scope="row">1</th><td>{long}</td>' in drawn.key


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 40)), min_size=1, max_size=12))
def test_no_label_lies_over_another_or_off_the_paper(drawn):
    there = shapes(*(box(x * KM, y * KM, x * KM + KM, y * KM + KM) for x, y, _ in drawn))
    names = [("Ness and Sound " * 3)[:length].strip() for _, _, length in drawn]
    paper = sheet_of(there)
    labels, numbered = maps._labels(paper, names, ["10%"] * len(names))
    boxes = []
    for text in ElementTree.fromstring(labels).iter("text"):
        lines = [span.text for span in text]
        x, top = float(text[0].get("x")), float(text[0].get("y"))
        y = top - 0.8 * maps.FONT + len(lines) * maps.LINE / 2
        if lines[0].isdigit():
            continue  # a number may stand on another where places coincide
        boxes.append(box(*maps._box(x, y, lines)))
    assert len(boxes) + len(numbered) == len(names)
    for n, one in enumerate(boxes):
        assert one.bounds[0] >= -1
        assert one.bounds[2] <= paper.width + 1
        assert all(one.intersection(other).area < 5 for other in boxes[:n])


# --- the inset ------------------------------------------------------------------------------------

SCOTLAND = shapes(box(200 * KM, 550 * KM, 350 * KM, 980 * KM), box(430 * KM, 1_110 * KM, 460 * KM, 1_210 * KM))


def test_shetland_stands_in_a_frame_with_words():
    drawn = choropleth(["Mainland", "Shetland"], SCOTLAND, title="t", identifier="m")
    assert picture(drawn).find(f".//{SVG}rect[@class='frame']") is not None
    assert "Shetland|moved south,|same scale" in labelled(drawn)
    assert "Shetland is drawn south of its place, at the same scale." in described(drawn)
    assert 'class="frame"' not in choropleth(["Shetland"], SCOTLAND[1:], title="t", identifier="m").svg


def test_what_a_fit_map_marks_in_shetland_moves_with_it():
    place = shapes(box(440 * KM, 1_150 * KM, 441 * KM, 1_151 * KM))
    drawn = outline_map(["Mainland", "Shetland"], SCOTLAND, [Mark("Hole", place, ["x"])], title="t", identifier="m")
    (sign,) = picture(drawn).iterfind(f".//{SVG}g[@class='signs']/{SVG}path")
    x, y = (int(number) / 10 for number in re.findall(r"-?\d+", sign.get("d"))[:2])
    frame = picture(drawn).find(f".//{SVG}rect[@class='frame']")
    left, top = float(frame.get("x")), float(frame.get("y"))
    assert left < x < left + float(frame.get("width"))
    assert top < y < top + float(frame.get("height"))


# --- the fit map ----------------------------------------------------------------------------------


def test_a_fit_map_marks_places_by_hatching_and_counts_them_in_the_key():
    marks = [
        Mark("Data zone across a line", row(2, 5 * KM), ["S01900001", "S01900002"]),
        Mark("Hole", shapes(), []),
        Mark("Overlap", shapes(box(0, 0, 10, 10)), ["Ness with <Sound>"]),
    ]
    drawn = outline_map(["Ness", "Sound", "Voe"], row(3), marks, title="Fit", identifier="f")
    assert described(drawn) == "A map of 3 areas: Ness, Sound, Voe. Data zone across a line: 2. Overlap: 1."
    assert titles(drawn)[3:] == [
        "Data zone across a line: S01900001", "Data zone across a line: S01900002", "Overlap: Ness with <Sound>",
    ]  # fmt: skip
    key = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", drawn.key.replace("\n", " "))
    assert re.findall(r"line\s+(\d)", key) == ["2"]
    assert "Hole" not in key


def test_a_place_too_small_to_be_seen_has_a_sign_round_it():
    marks = [Mark("Hole", shapes(box(0, 0, 10, 10), box(5 * KM, 0, 15 * KM, 9 * KM)), ["small", "large"])]
    drawn = outline_map(["Ness", "Sound"], row(2), marks, title="t", identifier="m")
    assert len(picture(drawn).findall(f".//{SVG}g[@class='signs']/{SVG}path")) == 1


def test_a_fit_map_without_marks_says_so():
    drawn = outline_map(["Ness"], row(1), title="t", identifier="m")
    assert "Nothing is marked." in described(drawn)
    assert drawn.key == ""


def test_more_kinds_of_mark_than_hatchings_are_refused():
    with pytest.raises(ValueError, match="for 4 kinds of mark, not for 5"):
        outline_map(["Ness"], row(1), [Mark("x", row(1), ["x"])] * 5, title="t", identifier="m")


# --- outlines of another kind, services, and where an area lies -------------------------------------


def test_borders_of_another_kind_lie_over_the_map_and_are_told():
    paper = sheet_of(row(4))
    halves = shapes(box(0, 0, 20 * KM, 10 * KM), box(20 * KM, 0, 40 * KM, 10 * KM), None)
    lines = outlines_on(paper, halves, "partnerships")
    drawn = choropleth(list("abcd"), paper, classes_of([1, 2, 3, 4], str), title="t", identifier="m", outlines=lines)
    path = picture(drawn).find(f".//{SVG}path[@class='border']").get("d")
    x, y, across, down = (int(number) for number in re.findall(r"-?\d+", path))
    middle = 10 * paper.units(np.array([20 * KM, 5 * KM]))
    assert (x, across) == (pytest.approx(middle[0], abs=1), 0)  # one line where the halves meet, and no coast
    assert y + down / 2 == pytest.approx(middle[1], abs=1)
    assert abs(down) == pytest.approx(10 * 10 * KM / paper.metres, abs=8)
    assert described(drawn).endswith("Heavy lines are the borders between partnerships.")
    bare = choropleth(list("abcd"), paper, title="t", identifier="m", outlines=outlines_on(paper, halves[:1], "x"))
    assert "border" not in bare.svg
    assert "Heavy lines" not in bare.svg


def points(*places, label="GP practices", name="Practice"):
    return Points(label, [f"{name} {n}" for n in range(len(places))], np.array(places, dtype=float).reshape(-1, 2))


def test_services_have_a_shape_for_each_kind_and_the_key_counts_them():
    kinds = [points((1 * KM, 1 * KM), (9 * KM, 9 * KM), (np.nan, np.nan)),
             points((5 * KM, 5 * KM), label="Hospitals & <more>", name='"H"')]  # fmt: skip
    drawn = services_map(["Ness"], row(1), kinds, title="Services of Ness", identifier="s")
    assert titles(drawn)[1:] == ["GP practices: Practice 0", "GP practices: Practice 1", 'Hospitals & <more>: "H" 0']
    signs = [path.get("d") for path in picture(drawn).iterfind(f".//{SVG}g[@class='points']/{SVG}path")]
    assert len({re.sub(r"^M[-\d,]+", "", sign) for sign in signs}) == 2
    key = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", drawn.key.replace("\n", " "))
    assert "GP practices (1 not on the map) 3" in " ".join(key.split())
    assert described(drawn) == "A map of 1 area: Ness. GP practices: 2. Hospitals &amp; <more>: 1.".replace(
        "&amp;", "&"
    )
    ElementTree.fromstring(drawn.figure)


def test_services_of_one_place_stand_side_by_side():
    there = (5 * KM, 5 * KM)
    drawn = services_map(["Ness"], row(1), [points(there, there), points(there, label="x")], title="t", identifier="s")
    signs = picture(drawn).iterfind(f".//{SVG}g[@class='points']/{SVG}path")
    places = np.array([[int(n) for n in re.findall(r"-?\d+", sign.get("d"))[:2]] for sign in signs])
    for n, one in enumerate(places):
        for other in places[:n]:
            assert np.hypot(*(one - other)) >= maps.APART * maps.FINE - 2
    assert np.abs(places - 10 * sheet_of(row(1)).units(np.array(there))).max() < 2 * maps.APART * maps.FINE


def test_more_kinds_of_service_than_signs_are_refused():
    with pytest.raises(ValueError, match=f"for {MOST_SERVICES} kinds of service, not for {MOST_SERVICES + 1}"):
        services_map(["a"], row(1), [points((0, 0))] * (MOST_SERVICES + 1), title="t", identifier="s")


def test_a_service_in_shetland_moves_with_it():
    paper = sheet_of(SCOTLAND)
    (x, y), (mainland_x, _) = paper.placed(np.array([[445 * KM, 1_150 * KM], [250 * KM, 600 * KM]])).tolist()
    frame = paper.units(np.array([[paper.frame.west, paper.frame.north], [paper.frame.east, paper.frame.south]]))
    assert frame[0][0] < x < frame[1][0]
    assert frame[0][1] < y < frame[1][1]
    assert mainland_x == pytest.approx(paper.units(np.array([250 * KM, 0.0]))[0])


def test_a_locator_has_its_area_dark_and_says_so():
    drawn = locator(["Ness", "Sound", "Voe"], row(3), 1, title="Where Sound is", identifier="w")
    assert picture(drawn).find(f"{SVG}title").text == "Where Sound is"
    assert described(drawn) == "Sound is dark among 3 areas."
    assert len(picture(drawn).findall(f".//{SVG}g[@class='here']/{SVG}path")) == 1
    assert len(picture(drawn).findall(f".//{SVG}g[@class='land']/{SVG}path")) == 2
    alone = locator(["Ness"], row(1), 0, title="t", identifier="w")
    assert described(alone) == "The outline of Ness."
    lost = locator(["Ness", "Lost"], shapes(box(0, 0, KM, KM), None), 1, title="t", identifier="w")
    assert described(lost) == "Lost has no outline, and is not drawn."


def test_a_locator_draws_less_detail():
    angles = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    far = 50 * KM * (1 + 0.02 * np.sin(40 * angles))
    coast = shapes(shapely.Polygon(np.column_stack([far * np.cos(angles), far * np.sin(angles)])))
    assert len(sheet_of(coast, COARSE).paths[0]) < len(sheet_of(coast).paths[0])


# --- places to go to ------------------------------------------------------------------------------


def places(links=("a.html", "", "c&d.html")):
    return ElementTree.fromstring(
        maps.places_map(["One", "Two & a half", "Three"], row(3), links, shapes(box(0, 0, 30 * KM, 10 * KM)))
    )


def test_a_place_leads_to_its_page_and_is_no_stop_for_the_keyboard():
    drawn = places()
    links = {
        link.get("href"): (link.get("tabindex"), link.find(f".//{SVG}title").text) for link in drawn.iter(f"{SVG}a")
    }

    assert links == {"a.html": ("-1", "One"), "c&d.html": ("-1", "Three")}
    assert drawn.get("aria-hidden") == "true"


def test_larger_areas_lie_over_the_places_and_take_no_pointer():
    over = next(group for group in places().iter(f"{SVG}g") if group.get("class") == "over")

    assert len(over) == 1
    assert re.search(r"\.map \.over path \{[^}]*pointer-events: none", MAP_CSS)
