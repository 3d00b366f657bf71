"""Charts drawn: each once, as ``<key>.svg`` and, where Word wants it, as ``<key>.png``.

Vega-Lite compiles the template of a kind once; a chart is then its rows put into the compiled Vega, which halves the
time. The same chart is the same file, byte for byte.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.charts.kinds import KINDS
from locality_profiles.publish.charts.layers import WORDS_OF, Picture, Row, Scaled, placed_already, scaled, worded
from locality_profiles.publish.charts.look import LOOK, Look

if TYPE_CHECKING:
    import typst

#: Sets pictures as pages, to be made into dots.
DOTTED = Path(__file__).parent.parent / "typst" / "pictures.typ"
#: Charts that are drawn one after another before their dots are made.
TOGETHER = 4
SVG = "http://www.w3.org/2000/svg"
#: A picture's dots for each unit in a Word document: 2 is sharp on paper.
SHARP = 2.0
#: Colours of a picture in a Word document, with those of the edges between them.
PALETTE = 64
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?|-?\d+e-?\d+")
_ROUNDED = frozenset({"d", "transform", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "stroke-width"})
_KEPT = _ROUNDED | {
    "fill", "stroke", "opacity", "fill-opacity", "stroke-dasharray",
}  # fmt: skip
#: What says nothing: it is so anyhow.
_NEEDLESS = frozenset({
    ("transform", "translate(0,0)"), ("opacity", "1"), ("text-anchor", "start"), ("stroke-width", "1"), ("x2", "0"),
    ("y2", "0"), ("font-weight", "normal"), ("fill", "none"), ("stroke", "none"), ("stroke-dasharray", "1,0"),
})  # fmt: skip
_PLACE = re.compile(r"translate\(([^,]+),([^)]+)\)")
#: What is an element's own, and not of its look.
_OWN = frozenset({"d", "transform", "x", "y"})


def draw(charts: Iterable[Chart], folder: Path, look: Look = LOOK, png: bool = False) -> None:
    """Write each chart's picture into the folder, where it is not there already."""
    folder.mkdir(parents=True, exist_ok=True)
    charts = iter(charts)
    while some := list(itertools.islice(charts, TOGETHER)):
        dots: dict[Path, str] = {}
        for chart in some:
            drawn, dotted = (folder / file_name(chart, look, ending) for ending in ("svg", "png"))
            wants_dots = png and not dotted.exists()
            if drawn.exists() and not wants_dots:
                continue
            bare = bare_svg(chart, look)
            if not drawn.exists():
                _put(drawn, with_dark(bare, look).encode())
            if wants_dots:
                dots[dotted] = bare
        for path, told in zip(dots, to_pngs(list(dots.values()), look), strict=True):
            _put(path, told)


def file_name(chart: Chart, look: Look = LOOK, ending: str = "svg") -> str:
    """What a chart's picture is called."""
    return f"{chart.key(look.id)}.{ending}"


def size_of(chart: Chart, look: Look = LOOK) -> tuple[int, int]:
    """A picture's width and height, without drawing it: a page keeps the room for it."""
    made = KINDS[chart.kind].picture(chart.data, look) or _nothing(look)
    return look.whole, made.height


def bare_svg(chart: Chart, look: Look = LOOK) -> str:
    """The picture in its light colours only: what paper and ``to_pngs`` take."""
    import vl_convert

    made = KINDS[chart.kind].picture(chart.data, look) or _nothing(look)
    rows = made.placed(_scales(chart.kind))
    marks = [row for row in rows if row["part"] not in WORDS_OF]
    svg = ""
    if marks:
        vega = compiled(chart.kind, look, frozenset(row["part"] for row in marks))
        svg = vl_convert.vega_to_svg(filled(vega, made, marks))
    words = [row for part in WORDS_OF for row in rows if row["part"] == part]
    return _cleaned(svg, made, words)


def to_pngs(bares: Sequence[str], look: Look = LOOK) -> list[bytes]:
    """Pictures as dots on white paper, since what is transparent cannot be read on a dark one.

    Typst sets them, several at a time: it takes a quarter of the time of vl-convert, which looks every word's font up
    anew. A chart has a few colours and their edges: a palette holds them in a tenth of the bytes.
    """
    if not bares:
        return []
    told = {"pictures": json.dumps(list(bares)), "paper": look.light("paper")}
    made = _dotting().compile(sys_inputs=told, format="png", ppi=SHARP * 96)
    return [_with_palette(page) for page in (made if isinstance(made, list) else [made]) if page]


@cache
def _dotting() -> typst.Compiler:
    import typst

    return typst.Compiler(DOTTED, root=DOTTED.parent, font_paths=typst.Fonts())


def _with_palette(png: bytes) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    whole = Image.open(io.BytesIO(png)).convert("RGB")
    # The highest level would take six times as long, for a seventh of the bytes.
    whole.quantize(PALETTE, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, "png", compress_level=6)
    return file.getvalue()


def with_dark(bare: str, look: Look = LOOK) -> str:
    """The picture with a style of its own for dark screens, which an ``<img>`` obeys."""
    rules = "".join(
        f'[{part}="{pair.light}"]{{{part}:{pair.dark}}}'
        for name, pair in look.colours.items()
        for part in ("fill", "stroke")
        if f'{part}="{pair.light}"' in bare
    )
    at = bare.index(">") + 1
    return f"{bare[:at]}<style>@media (prefers-color-scheme:dark){{{rules}}}</style>{bare[at:]}"


_COMPILED: dict[tuple[str, str, frozenset[str]], Row] = {}


def compiled(kind: str, look: Look, parts: frozenset[str]) -> Row:
    """A kind's template as Vega, with the layers that have rows: compiled once in a process, for each look."""
    import vl_convert

    key = (kind, look.id, parts)
    if key not in _COMPILED:
        template = placed_already(KINDS[kind].template(look))
        template["layer"] = [layer for layer in template["layer"] if layer["description"] in parts]
        _COMPILED[key] = vl_convert.vegalite_to_vega(template)
    return _COMPILED[key]


@cache
def _scales(kind: str) -> dict[str, Scaled]:
    """What stands on scales: in every look the same."""
    return scaled(KINDS[kind].template(LOOK)["layer"])


def filled(vega: Row, made: Picture, rows: list[Row]) -> Row:
    """The compiled template with a chart's rows, where they are drawn, and its sizes in it."""
    data = [{**table, "values": rows} if table["name"] == "rows" else table for table in vega["data"]]
    above = made.head + made.top
    return {
        **vega, "data": data,
        # What overflows stands in the padding: every picture is as wide as its look, so that words are one size.
        "autosize": "none", "width": made.look.width - made.left, "height": made.height - above,
        "padding": {"left": made.left, "top": above, "right": 0, "bottom": 0},
    }  # fmt: skip


def _nothing(look: Look) -> Picture:
    """What stands for a chart without a single figure."""
    made = Picture(look, cell_height=40)
    made.divide(1, 0, 0)
    made.nothing(0)
    return made


def _cleaned(svg: str, made: Picture, words: Iterable[Row]) -> str:
    """The drawing with its words, without what only a live page needs: one image with one font, no frames of groups."""
    look = made.look
    root = ElementTree.Element("svg", {
        "xmlns": SVG, "viewBox": f"{-look.margin} 0 {look.whole} {made.height}", "width": str(look.whole),
        "height": str(made.height), "role": "img", "font-family": look.font, "font-size": str(look.small),
        "fill": "none",
    })  # fmt: skip
    for child in ElementTree.fromstring(svg) if svg else ():
        _keep(child, root, look)
    letters = ElementTree.Element("g", {"transform": f"translate({made.left},{made.head + made.top})"})
    for row in words:
        held = {name: _round(value) if name in _ROUNDED else value for name, value in worded(row, look).items()}
        ElementTree.SubElement(letters, "text", held).text = row["text"]
    _gather(letters)
    letters.set("transform", _round(letters.attrib["transform"]))
    root.append(letters)
    return ElementTree.tostring(root, encoding="unicode")


def _keep(old: ElementTree.Element, parent: ElementTree.Element, look: Look) -> None:
    """Copy one element if it draws something; groups that only wrap are left out."""
    tag = old.tag.rpartition("}")[2]
    held = {name: _round(value) if name in _ROUNDED else value for name, value in old.attrib.items() if name in _KEPT}
    held = {name: value for name, value in held.items() if (name, value) not in _NEEDLESS}
    if tag == "g":
        group = ElementTree.Element("g", held)
        for child in old:
            _keep(child, group, look)
        _gather(group)
        if held and len(group):
            parent.append(group)
        else:
            parent.extend(group)
        return
    if {"fill", "stroke"} & set(held):
        ElementTree.SubElement(parent, *_as_path(held) if tag == "line" else (tag, held))


def _as_path(line: dict[str, str]) -> tuple[str, dict[str, str]]:
    """A straight line as a path, so that lines that look the same become one."""
    x, y = _PLACE.fullmatch(line.pop("transform", "translate(0,0)")).groups()  # type: ignore[union-attr]
    across, down = line.pop("x2", "0"), line.pop("y2", "0")
    way = f"h{across}" if down == "0" else f"v{down}" if across == "0" else f"l{across},{down}"
    return "path", {"d": f"M{x},{y}{way}", **line}


def _gather(group: ElementTree.Element) -> None:
    """Say once what neighbours have in common: one path of many lines, one group of many marks of one look."""
    children = list(group)
    for child in children:
        group.remove(child)
    for worn, run in itertools.groupby(children, key=_worn):
        alike = list(run)
        if len(alike) < 3 or not worn or any(name == "opacity" for name, _ in worn):
            group.extend(alike)
        elif all(one.tag == "path" and "transform" not in one.attrib for one in alike):
            alike[0].set("d", "".join(one.attrib["d"] for one in alike))
            group.append(alike[0])
        else:
            together = ElementTree.SubElement(group, "g", dict(worn))
            for one in alike:
                for name, _ in worn:
                    del one.attrib[name]
                together.append(one)


def _worn(one: ElementTree.Element) -> tuple[tuple[str, str], ...]:
    """How an element looks; a group looks like nothing but itself."""
    return () if one.tag == "g" else tuple(item for item in one.attrib.items() if item[0] not in _OWN)


def _round(value: str) -> str:
    return _NUMBER.sub(lambda found: f"{round(float(found[0]), 1):g}", value)


def _put(path: Path, told: bytes) -> None:
    """Write aside and rename: whoever draws the same at the same time writes the same, and none reads half a file."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(told)
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
