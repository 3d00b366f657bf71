"""Charts: each kind is drawn from its data, says its figures, and is told in words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import vl_convert
from drawn_charts import DATA, EMPTY, LONG, chart, point, ranked
from hypothesis import given
from hypothesis import strategies as some

from locality_profiles.publish.charts import draw
from locality_profiles.publish.charts.axes import axis
from locality_profiles.publish.charts.describe import LONGEST, describe
from locality_profiles.publish.charts.kinds import KINDS
from locality_profiles.publish.charts.layers import NO_FIGURES, WORDS_OF, Picture, Scaled, apart, scaled
from locality_profiles.publish.charts.lettering import shortened, width_of, wrapped
from locality_profiles.publish.charts.look import COLOURS, GROUND, LOOK, MARKS, NARROW, TINTS, WORDS, contrast

TEXT = f"{{{draw.SVG}}}text"
#: Where a mark says its place.
PLACES = ("d", "transform", "x2", "y2")
HOSTILE = '</text><script>alert("1")</script>&amp;\'{{x}}'


def words_of(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(TEXT)]


# --- pictures


def test_every_kind_has_a_drawn_example() -> None:
    assert set(DATA) == set(EMPTY) == set(KINDS)


@pytest.mark.parametrize("look", [LOOK, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_draws_one_plain_picture(kind: str, look) -> None:
    svg = draw.with_dark(draw.bare_svg(chart(kind), look), look)
    root = ElementTree.fromstring(svg)
    assert (int(root.attrib["width"]), int(root.attrib["height"])) == draw.size_of(chart(kind), look)
    assert root.attrib["role"] == "img"
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "style", "g", "path", "text", "line", "rect"}
    assert not re.search(r"href|url\(|aria-|class=|undefined|NaN|Infinity|null", svg)
    assert len(svg.encode()) <= 12_000


@pytest.mark.parametrize("kind", KINDS)
def test_no_word_stands_outside_its_picture(kind: str) -> None:
    for look in (LOOK, NARROW):
        made = KINDS[kind].picture(DATA[kind], look)
        assert made is not None
        for row in (row for row in made.rows if row["part"] == "word"):
            wide = width_of(row["text"], row["letters"], row["bold"])
            back = {"left": 0, "center": wide / 2, "right": wide}[row["align"]]
            column = row["panel"] % made.columns
            start = made.left + column * (made.outer + made.gap) + row["px"] - back
            assert start >= -look.margin, row["text"]
            assert start + wide <= look.width + look.margin, row["text"]


def test_the_figures_stand_in_the_picture_as_they_are_printed() -> None:
    said = {
        "trends": ["25", "24", "29", "[c]", "2019/20", "2022/23", "Northtown", "Whole Isles"],
        "bars": ["19.3%", "[c]", "£1,234,567", "−£1,000", "£1m"],
        "classes": ["30", "80", "[c]", "85 and over"],
        "pyramid": ["Men", "Women", "no figure", "Line: Country"],
        "spine": ["77.4", "£2,140", "[c]", "no figure to place", "Northtown: better", "Worse"],
        "funnel": ["Northtown", "Westtown", "People"],
        "curve": ["Index −0.20", "Spread evenly", "100%"],
        "rank": ["104.5", "Country 103.0", "Northtown"],
    }
    for kind, figures in said.items():
        assert set(figures) <= set(words_of(draw.bare_svg(chart(kind)))), kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_without_a_figure_says_so(kind: str) -> None:
    assert words_of(draw.bare_svg(chart(kind, EMPTY[kind]))) == [NO_FIGURES]
    assert describe(kind, EMPTY[kind]) == f"{NO_FIGURES}."


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_names_are_only_words(kind: str) -> None:
    told = json.dumps(DATA[kind])
    for name in ("Northtown", "0–64", "Admissions"):
        told = told.replace(json.dumps(name)[1:-1], json.dumps(HOSTILE)[1:-1])
    svg = draw.with_dark(draw.bare_svg(chart(kind, json.loads(told))))
    assert "<script" not in svg
    assert any("</text><scr" in text for text in words_of(svg))


def test_a_line_is_broken_by_a_gap_and_by_a_break() -> None:
    def runs(points: list) -> int:
        panel = {"title": "A", "unit": "", "decimals": 0, "series": [{"name": "N", "role": "this", "points": points}]}
        made = KINDS["trends"].picture({"panels": [panel]}, LOOK)
        assert made is not None
        return len({row["run"] for row in made.rows if row["part"] == "line"})

    straight = [point(str(year), 10 + year, "x") for year in range(6)]
    assert runs(straight) == 1
    assert runs([*straight[:3], point("3", 9, "x", broken=True), *straight[4:]]) == 2
    assert runs([*straight[:2], None, *straight[3:]]) == 2


@pytest.mark.parametrize("look", [LOOK, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("kind", KINDS)
def test_marks_stand_where_vega_lites_own_scales_would_put_them(kind: str, look) -> None:
    """The oracle is the declared template with its scales, which the drawing program works out by itself."""
    data = {**DATA[kind], "panels": DATA[kind]["panels"][:1]} if "panels" in DATA[kind] else DATA[kind]
    made = KINDS[kind].picture(data, look)
    assert made is not None
    assert made.panels == 1
    marks = [row for row in made.rows if row["part"] not in WORDS_OF]
    template = KINDS[kind].template(look)
    scales = scaled(template["layer"])
    parts = frozenset(row["part"] for row in marks)
    layers = [one for one in template["layer"] if one["description"] in parts]
    scale = vl_convert.vegalite_to_vega(
        {**template, "layer": layers, "width": made.cell_width, "height": made.cell_height}
    )
    for name in ("width", "height"):
        scale["signals"] = [one for one in scale.get("signals", []) if one["name"] != name]
    own = {**draw.filled(scale, made, marks), "width": made.cell_width, "height": made.cell_height}
    placed = [row for row in made.placed(scales) if row["part"] not in WORDS_OF]
    ours = draw.filled(draw.compiled(kind, look, parts), made, placed)
    assert points_of(vl_convert.vega_to_svg(ours)) == pytest.approx(points_of(vl_convert.vega_to_svg(own)), abs=0.01)


def points_of(svg: str) -> list[float]:
    """Every number of every mark, in order; what frames a cell has no width and is left out."""
    drawn = [one.attrib for one in ElementTree.fromstring(svg).iter() if {"fill", "stroke"} & one.attrib.keys()]
    told = [one.get(name, "") for one in drawn if one.get("class") != "background" for name in PLACES]
    found = [float(number) for text in told for number in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text)]
    assert len(found) > 10
    return found


@given(some.lists(some.floats(-1e6, 1e6), min_size=1, max_size=6), some.integers(1, 5), some.integers(1, 3))
def test_a_value_stands_between_the_edges_of_its_cell_as_it_stands_between_the_extremes(
    values, panels, columns
) -> None:
    made = Picture(LOOK, cell_height=100, top=10, bottom=20)
    made.divide(panels, 30, 5, columns)
    for panel in range(panels):
        for value in values:
            made.add(panel, "mark", value=value + panel, py=7)
    rows = made.placed({"mark": Scaled(frozenset({"value"}), frozenset(), frozenset())})
    low, high = min(values), max(values)
    for at, row in enumerate(rows):
        panel, value = divmod(at, len(values))
        left = (panel % made.columns) * (made.outer + made.gap)
        share = (values[value] - low) / (high - low) if high > low else 0.5
        assert row["value"] == pytest.approx(left + share * made.cell_width, abs=1e-3)
        assert row["py"] == 7 + 130 * (panel // made.columns)


def test_one_point_and_one_bar_and_130_areas_draw() -> None:
    one = {"title": "A", "unit": "%", "decimals": 0, "series": [
        {"name": "N", "role": "this", "points": [point("2024", 0, "0")]}]}  # fmt: skip
    assert "2024" in words_of(draw.bare_svg(chart("trends", {"panels": [one]})))
    assert "104.5" in words_of(draw.bare_svg(chart("rank", ranked(1))))
    many = chart("rank", ranked(130))
    assert draw.size_of(many)[1] <= 600
    named = [text for text in words_of(draw.bare_svg(many)) if text.startswith(("Peer", "Northtown"))]
    assert sorted(named) == ["Northtown", "Peer 0", "Peer 128"]


def test_a_long_name_is_shortened_in_the_picture_only() -> None:
    assert not any(text == LONG for text in words_of(draw.bare_svg(chart("bars"))))
    assert any(text.startswith("Kirkton") and text.endswith("…") for text in words_of(draw.bare_svg(chart("bars"))))
    assert LONG in describe("bars", DATA["bars"])


# --- files


def test_the_same_chart_is_the_same_file_and_is_drawn_once(tmp_path: Path) -> None:
    charts = [chart(kind) for kind in KINDS]
    for folder in ("one", "other"):
        draw.draw(charts, tmp_path / folder, png=True)
    one, other = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "other"))
    assert one == other
    assert set(one) == {draw.file_name(made, ending=ending) for made in charts for ending in ("svg", "png")}
    kept = tmp_path / "one" / draw.file_name(charts[0])
    kept.write_text("kept")
    draw.draw(charts, tmp_path / "one")
    assert kept.read_text() == "kept"


def test_another_look_is_another_file() -> None:
    assert draw.file_name(chart("bars"), LOOK) != draw.file_name(chart("bars"), NARROW)


def test_dots_stand_on_white_paper_and_dark_screens_have_their_colours() -> None:
    bare = draw.bare_svg(chart("bars"))
    (dots,) = draw.to_pngs([bare])
    assert dots.startswith(b"\x89PNG")
    assert "<style>" not in bare
    dark = draw.with_dark(bare)
    assert f'[fill="{COLOURS["this"].light}"]{{fill:{COLOURS["this"].dark}}}' in dark
    for colour in set(re.findall(r'(?:fill|stroke)="(#\w+)"', bare)):
        assert f'"{colour}"]' in dark, "a colour without a dark twin"


# --- the look


def test_marks_and_words_stand_out_from_their_paper() -> None:
    for name, pair in COLOURS.items():
        if name not in GROUND:
            least = 4.5 if name in WORDS else 3
            assert contrast(pair.light, COLOURS["paper"].light) >= least, name
            assert contrast(pair.dark, COLOURS["paper"].dark) >= least, name
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_no_two_roles_or_verdicts_differ_by_colour_only() -> None:
    assert set(MARKS) == set(TINTS)
    for group in (("this", "larger", "largest", "peer"), ("better", "worse", "similar", "higher", "lower", "none")):
        assert len({MARKS[role]._replace(size=MARKS[role].size // 40, weight=0) for role in group}) == len(group)


# --- words and axes


@given(some.text(max_size=90), some.floats(30, 400))
def test_words_fit_or_are_shortened(text: str, width: float) -> None:
    assert width_of(shortened(text, width, 12), 12) <= width
    lines = wrapped(text, width, 12, 3)
    assert len(lines) <= 3
    assert all(width_of(line, 12) <= width for line in lines)


@given(some.lists(some.floats(-1e9, 1e9).map(lambda value: round(value, 3)), min_size=1), some.booleans())
def test_an_axis_holds_every_value_and_has_few_lines(values: list[float], from_nought: bool) -> None:
    made = axis(values, "%", 4, from_nought)
    slack = (made.high - made.low) * 1e-6
    assert made.low - slack <= min(values) <= max(values) <= made.high + slack
    assert 2 <= len(made.ticks) <= 7
    assert len(set(made.texts)) == len(made.texts)
    assert not from_nought or made.low <= 0 <= made.high


def test_axes_are_printed_as_tables_are() -> None:
    assert axis([0, 40], "%", 3).texts == ("0", "20%", "40%")
    assert axis([0, 200_000_000], "pence", 3).texts == ("0", "£1m", "£2m")
    assert axis([-1, 1], "per 1,000", 3).texts == ("−1", "0", "1")


@given(some.lists(some.floats(0, 100), max_size=6))
def test_labels_stand_apart_in_their_order(wanted: list[float]) -> None:
    placed = apart(wanted, 13, 0, 100)
    inorder = sorted(placed)
    assert all(after - before >= 13 - 1e-9 for before, after in zip(inorder, inorder[1:], strict=False))
    assert [place for _, place in sorted(zip(wanted, placed, strict=True))] == pytest.approx(inorder)


# --- descriptions

figure = some.one_of(some.none(), some.floats(-1e6, 1e6))
names = some.text(min_size=1, max_size=70).filter(str.strip)


@some.composite
def panels(pick: some.DrawFn) -> dict:
    bars = [
        {"name": name, "role": pick(some.sampled_from(["this", "peer", "larger"])), "value": value, "lower": None,
         "upper": None, "text": "–" if value is None else f"<{value!r}>"}
        for name, value in pick(some.lists(some.tuples(names, figure), min_size=1, max_size=9))
    ]  # fmt: skip
    return {"panels": [{"title": "T", "unit": "%", "decimals": 1, "bars": bars}]}


@given(panels())
def test_a_description_names_the_highest_and_the_lowest(data: dict) -> None:
    told = describe("bars", data)
    assert len(told) <= LONGEST
    held = [entry for entry in data["panels"][0]["bars"] if entry["value"] is not None]
    if held and not told.endswith("More is in the table."):
        for extreme in (min(held, key=lambda one: one["value"]), max(held, key=lambda one: one["value"])):
            assert extreme["text"] in told
            assert " ".join(extreme["name"].split()) in told


@given(some.lists(some.one_of(some.none(), some.tuples(figure, some.booleans())), min_size=1, max_size=12))
def test_a_description_of_a_trend_is_true(course: list) -> None:
    points = [
        None if held is None else point(str(2000 + at), held[0], "–" if held[0] is None else f"{held[0]:.1f}", held[1])
        for at, held in enumerate(course)
    ]
    panel = {"title": "T", "unit": "%", "decimals": 1, "series": [{"name": "N", "role": "this", "points": points}]}
    told = describe("trends", {"panels": [panel]})
    held = [one for one in points if one and one["value"] is not None]
    if len(held) > 1 and not any(one["broken"] for one in held[1:]):
        assert ("higher than at first" in told) == (
            held[-1]["text"] != held[0]["text"] and held[-1]["value"] > held[0]["value"]
        )
    gaps = len(points) - len(held)
    assert not held or (f"{gaps} of {len(points)} periods without a figure" in told) == bool(gaps)
    assert ("than at first" in told) <= (len(held) > 1)


@pytest.mark.parametrize("kind", KINDS)
def test_descriptions_are_short_and_whole(kind: str) -> None:
    told = describe(kind, DATA[kind])
    assert told.endswith(".")
    assert len(told) <= LONGEST
    assert told == " ".join(told.split())


def test_what_descriptions_say() -> None:
    assert describe("trends", DATA["trends"]) == (
        "Admissions, per 1,000: Northtown: 20 in 2019/20, 25 in 2022/23, higher than at first; 1 of 4 periods without "
        "a figure. Lowest 20 in 2019/20, highest 31 in 2021/22. Whole Isles: 24 in 2022/23. Country: 29 in 2022/23."
    )
    assert describe("rank", DATA["rank"]) == (
        "Northtown: 104.5, number 4 from the highest of 9. Highest Peer 7, 107.0; lowest Peer 0, 100.0. "
        "Country: 103.0. 9 areas, per 1,000."
    )
    assert describe("curve", DATA["curve"]) == (
        "Admissions: Share of admissions against Share of people. The curve lies above the line of an even spread. "
        "At 50% across it stands at 70%; an even spread stands at 50%. Index −0.20, where 0 is an even spread."
    )
    assert "Worse: Life expectancy, 77.4." in describe("spine", DATA["spine"])
    assert "1 has no figure" in describe("spine", DATA["spine"])
