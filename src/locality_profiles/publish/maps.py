"""Maps as inline SVG, made from the map layer alone: no tiles, no network, no script.

Nothing is told by colour only: every class has a hatching of its own, few areas carry their names and
figures, and the key beside the map is a table. Colours are custom properties, so that a map follows
the page into the dark and onto paper; ``MAP_CSS`` holds what the stylesheet needs.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import NamedTuple

import numpy as np

from locality_profiles.geography.drawing import (
    SHETLAND_EAST,
    SHETLAND_NORTH,
    SHETLAND_WEST,
    Frame,
    inset_flags,
    joined,
    label_points,
    placed,
    simplified,
    southward,
)
from locality_profiles.publish.hatching import Hatching, hatched

#: The largest drawing, in units of the picture. A unit is about a pixel on a phone and 1.4 on a desk.
WIDTH, HEIGHT = 360.0, 460.0
MARGIN = 6.0

#: Paths are written in whole tenths of a unit.
FINE = 10

#: Detail below this many units is not drawn; islets and lochs below these square units neither, unless an area has
#: nothing larger.
DETAIL = 0.6
ISLET, LOCH = 0.4, 1.5
#: Tenths of a unit from a coast within which a line is the coast's own.
COAST = 3.0
#: The same as ``DETAIL`` for a map that is shown small.
COARSE = 1.6

#: A marked place narrower than this many units gets a sign round it.
SMALL = 5.0

#: Areas are labelled on the map where there are no more than this many.
LABELLED = 12

FONT = 10.0
LINE = 11.5
LETTER = 5.4  # the mean width of a letter
WRAP = 18  # letters in a line of a label

CLASSES = 5

INSET_WORDS = ("Shetland", "moved south,", "same scale")

#: How each class is hatched, denser as the class rises, then what has no figure; in tenths of a unit.
_HATCHINGS = {
    "1": None,
    "2": Hatching(42, dots=True),
    "3": Hatching(42, lines=(-45,)),
    "4": Hatching(42, lines=(-45, 45)),
    "5": Hatching(32, lines=(0,)),
    "none": Hatching(60, crosses=True),
}

#: How a fit map hatches what it marks, in the order of the marks, and the sign round what is too small to be seen.
_MARKS = (
    (Hatching(36, lines=(-45,)), "m-40,0a40,40 0 1,0 80,0a40,40 0 1,0-80,0z"),
    (Hatching(36, lines=(0, 90)), "m-36-36h72v72h-72z"),
    (Hatching(36, dots=True), "m0-50l50,50-50,50-50-50z"),
    (Hatching(32, lines=(90,)), "m0-52l48,84h-96z"),
)

#: The signs of services on a map, told apart by their shapes; each is drawn round a point.
_SIGNS = (
    "m-34,0a34,34 0 1,0 68,0a34,34 0 1,0-68,0z", "m-32-32h64v64h-64z", "m0-42l40,70h-80z", "m0-44l40,44-40,44-40-44z",
    "m-13-38h26v25h25v26h-25v25h-26v-25h-25v-26h25z", "m0,42l40-70h-80z",
    "m-38,0l19-33h38l19,33-19,33h-38z", "m-38-38l14,0 24,24 24-24 14,0 0,14-24,24 24,24 0,14-14,0-24-24-24,24-14,0"
    " 0-14 24-24-24-24z",
)  # fmt: skip

#: The most kinds of service on one map.
MOST_SERVICES = len(_SIGNS)

#: Signs of one place stand so many units apart.
APART = 8.0

MAP_CSS = """
/* Maps ------------------------------------------------------------------------------------------- */

:root {
  --map-1: #f1f7f5; --map-2: #d3e8e4; --map-3: #a5d0c9; --map-4: #64aaa1; --map-5: #1d736d;
  --map-ink: #0a4341; --map-ink-5: #ffffff; --map-edge: #3c4b48; --map-mark: #8a3b00; --map-land: #edf2f0;
  --map-point: #12436d;
}

@media (prefers-color-scheme: dark) {
  :root {
    --map-1: #18231f; --map-2: #1f3a36; --map-3: #2c5a54; --map-4: #43877e; --map-5: #8ad9cd;
    --map-ink: #bfe8e0; --map-ink-5: #0b1a18; --map-edge: #b9c8c4; --map-mark: #ffb27a; --map-land: #202d2a;
    --map-point: #9cc9f5;
  }
}

.map { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 1rem 2.5rem; }
.map { align-items: start; margin: 0 0 1.5rem; }
.map > svg { display: block; width: 100%; max-width: 32rem; height: auto; }
.map svg { forced-color-adjust: none; }
.map path, .map rect { stroke: var(--map-edge); stroke-width: 0.8; vector-effect: non-scaling-stroke; }
.map path { stroke-linejoin: round; }
.map .f1 { fill: var(--map-1); } .map .f2 { fill: var(--map-2); } .map .f3 { fill: var(--map-3); }
.map .f4 { fill: var(--map-4); } .map .f5 { fill: var(--map-5); } .map .fnone { fill: var(--paper); }
.map .ink { fill: none; stroke: var(--map-ink); stroke-width: 6; vector-effect: none; pointer-events: none; }
.map .i2 { stroke-width: 13; stroke-linecap: round; }
.map .i5 { stroke: var(--map-ink-5); stroke-width: 4; }
.map .inone { stroke: var(--quiet); stroke-width: 5; }
.map .land { fill: var(--map-land); }
.map .mark path:not(.ink) { fill: none; stroke: none; pointer-events: all; }
.map .mark .ink { stroke: var(--map-mark); } .map .mark .i2 { stroke-width: 17; }
.map .signs path { fill: none; stroke: var(--map-mark); stroke-width: 1.8; }
.map .over path { fill: none; stroke: var(--ink); stroke-width: 1.4; pointer-events: none; }
.map a:hover path, .map a:focus path { fill: var(--map-3); }
.map .own { fill: none; stroke: var(--ink); stroke-width: 2.4; }
.map .border { fill: none; stroke: var(--ink); stroke-width: 1.7; pointer-events: none; }
.map .points path { fill: var(--map-point); stroke: var(--paper); stroke-width: 1; }
.map .here { fill: var(--accent); }
.map.locator { grid-template-columns: minmax(0, 12rem); }
@media screen and (min-width: 60rem) { .map.locator { width: 12rem; margin: 0 0 1rem; } }
.map .frame { fill: none; stroke: var(--map-edge); stroke-dasharray: 4 3; }
.map text { font-size: 10px; font-weight: 600; fill: var(--ink); text-anchor: middle; pointer-events: none; }
.map text { stroke: var(--paper); stroke-width: 3; stroke-linejoin: round; paint-order: stroke; }
.map .lead { fill: none; stroke: var(--ink); }
.map .swatch { display: block; width: 2.25rem; height: 1.35rem; }
.map .key td, .map .key th { text-align: left; white-space: normal; }
.map .key .count { text-align: right; }

@media print {
  :root {
    --map-1: #ffffff; --map-2: #d3e8e4; --map-3: #a5d0c9; --map-4: #64aaa1; --map-5: #1d736d;
    --map-ink: #0a4341; --map-ink-5: #ffffff; --map-edge: #222222; --map-mark: #8a3b00; --map-land: #f3f3f3;
    --map-point: #12436d;
  }
  .map { grid-template-columns: 120mm 1fr; break-inside: avoid; }
  .map > svg { max-height: 150mm; }
}
"""


@dataclass(frozen=True)
class Map:
    """One map: the picture, and its key as an HTML table (empty where there is nothing to explain)."""

    svg: str
    key: str

    @property
    def figure(self) -> str:
        """Both together, as ``MAP_CSS`` lays them out."""
        return f'<div class="map">\n{self.svg}\n<div>{self.key}</div>\n</div>'


# --- classes --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Classes:
    """Values sorted into classes, lowest first. ``of`` is -1 where there is no value."""

    values: np.ndarray
    of: np.ndarray
    labels: tuple[str, ...]


def classes_of(
    values: Sequence[float | None] | np.ndarray, printed: Callable[[float], str], most: int = CLASSES
) -> Classes:
    """Classes of about equal numbers of areas, each labelled with the least and the largest value in it.

    Equal values are never parted, nor are values that print alike.
    """
    numbers = np.array([np.nan if value is None else value for value in values], dtype=float)
    known = np.flatnonzero(np.isfinite(numbers))
    of = np.full(len(numbers), -1)
    if not len(known):
        return Classes(numbers, of, ())
    order = known[np.argsort(numbers[known], kind="stable")]
    texts = [printed(float(value)) for value in numbers[order]]
    step = np.array([False] + [one != other for one, other in zip(texts[1:], texts, strict=False)])
    group = np.cumsum(step)  # values that print alike
    first = np.searchsorted(group, group)  # rank of the first of them
    aimed = first * most // len(order)
    _, of[order] = np.unique(aimed, return_inverse=True)
    labels = []
    for number in range(of.max() + 1):
        inside = [text for text, position in zip(texts, order, strict=True) if of[position] == number]
        labels.append(inside[0] if inside[0] == inside[-1] else f"{inside[0]} to {inside[-1]}")
    return Classes(numbers, of, tuple(labels))


# --- the two maps ---------------------------------------------------------------------------------


class Outlines(NamedTuple):
    """The borders between areas of another kind, to lie over a map: what they are, and their path on its sheet."""

    words: str
    path: str


def outlines_on(sheet: Sheet, shapes: np.ndarray, words: str) -> Outlines:
    """Where other areas meet, as a sheet draws it; made once where several maps share the sheet.

    Coasts are left out: the areas of the map itself have them, and heavy lines would fill the sounds and lochs.

    Parameters
    ----------
    shapes
        In metres of the British National Grid; missing ones are passed over.
    words
        What they are, in the plural: 'partnerships'.
    """
    import shapely

    shapes = np.asarray(shapes, dtype=object)
    there = shapes[~shapely.is_missing(shapes)]
    if len(there) < 2:
        return Outlines(words, "")
    drawn = sheet.drawn(sheet.brought(there))
    lines = shapely.union_all(shapely.boundary(drawn))
    coast = shapely.buffer(shapely.boundary(joined(drawn)), COAST)
    inland = shapely.get_parts(shapely.line_merge(shapely.difference(lines, coast)))
    pieces = []
    for line in inland[shapely.length(inland) > COAST]:
        points = np.rint(shapely.get_coordinates(line)).astype(int)
        steps = np.diff(points, axis=0)
        steps = steps[steps.any(axis=1)]
        if len(steps):
            written = " ".join(f"{x},{y}" for x, y in steps.tolist()).replace(" -", "-").replace(",-", "-")
            pieces.append(f"M{points[0][0]},{points[0][1]}l{written}")
    return Outlines(words, "".join(pieces))


class Points(NamedTuple):
    """Services of one kind: what they are, the name of each, and where it is (metres, NaN where not known)."""

    label: str
    names: Sequence[str]
    places: np.ndarray


class Mark(NamedTuple):
    """Places that a fit map marks: what they are, their outlines, and a name for each."""

    label: str
    shapes: np.ndarray
    names: Sequence[str]


def choropleth(
    names: Sequence[str],
    shapes: np.ndarray | Sheet,
    classes: Classes | None = None,
    printed: Sequence[str] | None = None,
    *,
    title: str,
    identifier: str,
    own: int | None = None,
    caption: str = "",
    no_figure: str = "No figure",
    outlines: Outlines | None = None,
) -> Map:
    """A map of areas, coloured and hatched by class; of areas alone where there are no classes.

    Parameters
    ----------
    names, shapes
        The areas, from the map layer (metres of the British National Grid), or a sheet of them where
        several maps show the same ones. Missing shapes are not drawn, and the description says so.
    classes, printed
        The class of each area, and its value as the page prints it.
    title
        What the map shows, for those who cannot see it.
    identifier
        Unlike any other on the page: letters, digits and hyphens.
    own
        The area that the page is about: it gets a heavy outline.
    caption
        Of the key.
    outlines
        Of areas of another kind, from ``outlines_on`` the same sheet; they lie over the map as heavy lines.

    Raises
    ------
    ValueError
        If no area has an outline.
    """
    sheet = shapes if isinstance(shapes, Sheet) else sheet_of(shapes)
    values = list(printed or [""] * len(names))
    spoken = [f"{name}: {value}" if value else name for name, value in zip(names, values, strict=True)]
    of = np.full(len(names), -1) if classes is None else classes.of
    kinds = [] if classes is None else [str(number + 1) for number in _ramp(len(classes.labels))]
    layers = []
    for number, kind in [*enumerate(kinds), (-1, "land" if classes is None else "none")]:
        here = np.flatnonzero(of == number)
        drawn = "".join(_path(sheet.paths[position], spoken[position]) for position in here)
        ink = sheet.ink(here, kind)
        layers.append(f'<g class="{"land" if kind == "land" else "f" + kind}">{drawn}{ink}</g>' if drawn else "")
    labels, numbered = _labels(sheet, names, values) if len(names) <= LABELLED else ("", [])
    description = _description(names, spoken, classes, sheet, own) + _outline_words(outlines)
    lines = _border(outlines) + _own(sheet, own)
    svg = _svg(sheet, identifier, title, description, "".join(layers) + lines, labels)
    key = _class_key(classes, kinds, caption, no_figure) if classes else ""
    return Map(svg, key + _number_key(numbered, names, values))


def outline_map(
    names: Sequence[str],
    shapes: np.ndarray | Sheet,
    marks: Sequence[Mark] = (),
    *,
    title: str,
    identifier: str,
    caption: str = "What is marked",
) -> Map:
    """Outlines of areas with places marked by hatching: split and misplaced blocks, holes, overlaps.

    A place too small to be seen has a sign round it, which the key shows.

    Raises
    ------
    ValueError
        If no area has an outline, or there are more kinds of mark than hatchings.
    """
    if len(marks) > len(_MARKS):
        raise ValueError(f"A map has hatchings for {len(_MARKS)} kinds of mark, not for {len(marks)}.")
    sheet = shapes if isinstance(shapes, Sheet) else sheet_of(shapes)
    land = "".join(_path(path, name) for path, name in zip(sheet.paths, names, strict=True))
    layers, signs = [f'<g class="land">{land}</g>'], []
    rows, said = [], []
    for mark, (hatching, sign) in zip(marks, _MARKS, strict=False):
        if not len(mark.shapes):
            continue  # a kind keeps its hatching where another is not there
        drawn = sheet.drawn(sheet.brought(mark.shapes))
        paths = _paths(drawn, every=True)
        places = "".join(_path(path, f"{mark.label}: {name}") for path, name in zip(paths, mark.names, strict=True))
        layers.append(f'<g class="mark">{places}{_ink(drawn, "2" if hatching.dots else "", hatching)}</g>')
        signs.append(_signs_round(drawn, sign))
        rows.append((_swatch("mark", hatching, sign), mark.label, f"{len(mark.shapes):,}"))
        said.append(f"{mark.label}: {len(mark.shapes):,}.")
    unsaid = [""] * len(names)
    labels, numbered = _labels(sheet, names, unsaid) if len(names) <= LABELLED else ("", [])
    description = " ".join([_drawn_words(names, sheet), *(said or ["Nothing is marked."])])
    labels += f'<g class="signs" transform="scale({1 / FINE:g})">{"".join(signs)}</g>' if any(signs) else ""
    svg = _svg(sheet, identifier, title, description, "".join(layers), labels)
    key = _key_table(caption, ("Pattern", "Means", "Places"), rows) if rows else ""
    return Map(svg, key + _number_key(numbered, names, unsaid))


def services_map(
    names: Sequence[str],
    shapes: np.ndarray | Sheet,
    kinds: Sequence[Points],
    *,
    title: str,
    identifier: str,
    outlines: Outlines | None = None,
    caption: str = "Services",
) -> Map:
    """Services as signs on the outlines of areas: one shape of sign for each kind, told in the key with its count.

    Services of one place stand side by side. One without a place is counted in the key and not drawn.

    Raises
    ------
    ValueError
        If no area has an outline, or there are more kinds than signs.
    """
    if len(kinds) > len(_SIGNS):
        raise ValueError(f"A map has signs for {len(_SIGNS)} kinds of service, not for {len(kinds)}.")
    sheet = shapes if isinstance(shapes, Sheet) else sheet_of(shapes)
    land = "".join(_path(path, name) for path, name in zip(sheet.paths, names, strict=True))
    spots = _spread([sheet.placed(kind.places) for kind in kinds])
    drawn, rows, said = [], [], []
    for kind, sign, places in zip(kinds, _SIGNS, spots, strict=False):
        there = np.isfinite(places).all(axis=1)
        for name, (x, y) in zip(np.array(kind.names, dtype=object)[there], places[there] * FINE, strict=True):
            title_of = f"<title>{escape(kind.label)}: {escape(name)}</title>"
            drawn.append(f'<path d="M{x:.0f},{y:.0f}{sign}">{title_of}</path>')
        bare = len(there) - int(there.sum())
        label = kind.label + (f" ({bare:,} not on the map)" if bare else "")
        rows.append((_sign_swatch(sign), label, f"{len(there):,}"))
        said.append(f"{kind.label}: {int(there.sum()):,}.")
    layers = f'<g class="land">{land}</g>{_border(outlines)}<g class="points">{"".join(drawn)}</g>'
    unsaid = [""] * len(names)
    description = " ".join([_drawn_words(names, sheet) + _outline_words(outlines), *said])
    labels, numbered = _labels(sheet, names, unsaid) if 1 < len(names) <= LABELLED else ("", [])
    svg = _svg(sheet, identifier, title, description, layers, labels)
    return Map(svg, _key_table(caption, ("Sign", "Means", "Places"), rows) + _number_key(numbered, names, unsaid))


def locator(names: Sequence[str], shapes: np.ndarray | Sheet, own: int, *, title: str, identifier: str) -> Map:
    """A small map of where an area lies among those around it: the area dark, the others as land, and no key.

    Parameters
    ----------
    names, shapes
        The areas of one partnership; a ``sheet_of(shapes, COARSE)`` where several locators share it.
    own
        The area that the page is about.

    Raises
    ------
    ValueError
        If no area has an outline.
    """
    sheet = shapes if isinstance(shapes, Sheet) else sheet_of(shapes, COARSE)
    others = "".join(_path(path) for position, path in enumerate(sheet.paths) if position != own)
    layers = f'<g class="land">{others}</g><g class="here">{_path(sheet.paths[own])}</g>'
    where = f"{names[own]} is dark among {len(names):,} areas." if len(names) > 1 else f"The outline of {names[own]}."
    if sheet.missing[own]:
        where = f"{names[own]} has no outline, and is not drawn."
    return Map(_svg(sheet, identifier, title, where, layers, ""), "")


def _spread(places: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Places in units, those that lie under each other set side by side in the order given."""
    together = np.concatenate(places) if len(places) else np.zeros((0, 2))
    known = np.flatnonzero(np.isfinite(together).all(axis=1))
    cell = np.full(len(together), -1)
    _, cell[known] = np.unique(np.round(together[known] / 3), axis=0, return_inverse=True)
    moved = together.copy()
    for number in np.unique(cell[known]):
        here = np.flatnonzero(cell == number)
        if len(here) > 1:
            side = int(np.ceil(np.sqrt(len(here))))
            down, across = np.divmod(np.arange(len(here)), side)
            rows = -(-len(here) // side)
            steps = np.column_stack([across - (side - 1) / 2, down - (rows - 1) / 2])
            moved[here] = together[here].mean(axis=0) + steps * APART
    return np.split(moved, np.cumsum([len(of) for of in places])[:-1]) if len(places) else []


def _border(outlines: Outlines | None) -> str:
    return f'<path class="border" d="{outlines.path}"/>' if outlines and outlines.path else ""


def _outline_words(outlines: Outlines | None) -> str:
    return f" Heavy lines are the borders between {outlines.words}." if outlines and outlines.path else ""


def places_map(names: Sequence[str], shapes: np.ndarray, links: Sequence[str], larger: np.ndarray) -> str:
    """A map of places alone, each a link, with the thicker outlines of larger areas over them.

    It is a picture for the hand: a keyboard and a screen reader have the same links in the list of areas, and are
    spared a stop at every place. The page says so beside it.

    Parameters
    ----------
    names, shapes, links
        The places, their outlines (metres of the British National Grid), and the address of each; empty for none.
    larger
        Outlines of the larger areas.

    Raises
    ------
    ValueError
        If no place has an outline.
    """
    sheet = sheet_of(shapes)
    land = "".join(
        f'<a href="{escape(link)}" tabindex="-1">{_path(path, name)}</a>' if link else _path(path, name)
        for path, name, link in zip(sheet.paths, names, links, strict=True)
        if path
    )
    outlines = _paths(sheet.drawn(sheet.brought(larger))) if len(larger) else ()
    over = "".join(_path(path) for path in outlines)
    frame = _frame(sheet)
    return (
        f'<svg aria-hidden="true" viewBox="0 0 {sheet.width:.0f} {sheet.height:.0f}" xmlns="http://www.w3.org/2000/svg">'
        f'<g transform="scale({1 / FINE:g})"><g class="land">{land}</g><g class="over">{over}</g></g>{frame}</svg>'
    )


# --- the sheet ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sheet:
    """A sheet of paper with areas on it: grid metres become units, north up.

    Several maps of the same areas may share one (``sheet_of``), which is most of the work.
    """

    west: float
    north: float
    metres: float  # in a unit
    width: float
    height: float
    left: float  # units of empty paper left of the westernmost shape
    frame: Frame | None
    missing: np.ndarray  # whether an area has no outline
    shapes: np.ndarray  # as drawn, in tenths of a unit
    paths: tuple[str, ...]
    points: np.ndarray  # where labels stand, in units
    detail: float = DETAIL
    inked: dict[tuple[str, int], str] = field(default_factory=dict, compare=False, repr=False)
    """The hatching of each class in each area, as maps of this sheet have asked for it."""

    def ink(self, positions: np.ndarray, kind: str) -> str:
        """The hatching of some areas, cut to each: it runs on from one into the next."""
        hatching = _HATCHINGS.get(kind)
        if hatching is None:
            return ""
        pieces = []
        for position in positions.tolist():
            if (kind, position) not in self.inked:
                self.inked[kind, position] = hatched(self.shapes[position], hatching)
            pieces.append(self.inked[kind, position])
        drawn = "".join(f"M0,0{piece}" for piece in pieces if piece)
        return f'<path class="ink i{kind}" d="{drawn}"/>' if drawn else ""

    def units(self, coordinates: np.ndarray) -> np.ndarray:
        x = (coordinates[..., 0] - self.west) / self.metres + self.left
        y = (self.north - coordinates[..., 1]) / self.metres + MARGIN
        return np.stack([x, y], axis=-1)

    def drawn(self, shapes: np.ndarray) -> np.ndarray:
        """Shapes as this picture draws them, in tenths of a unit: without detail that cannot be seen."""
        import shapely

        return shapely.transform(simplified(shapes, self.detail * self.metres), lambda xy: self.units(xy) * FINE)

    def placed(self, places: np.ndarray) -> np.ndarray:
        """Points of the grid in units, those in Shetland moved into the inset if the map has one."""
        places = np.asarray(places, dtype=float).reshape(-1, 2)
        if self.frame is not None:
            east, north = places.T
            inside = (north > SHETLAND_NORTH) & (east > SHETLAND_WEST) & (east < SHETLAND_EAST)
            places = np.where(inside[:, None], southward(places), places)
        return self.units(places)

    def brought(self, shapes: np.ndarray) -> np.ndarray:
        """Other shapes of the same map, those in Shetland moved into the inset if the map has one."""
        import shapely

        shapes = np.asarray(shapes, dtype=object)
        if self.frame is None:
            return shapes
        moved = shapes.copy()
        inside = inset_flags(shapes)
        moved[inside] = shapely.transform(shapes[inside], southward)
        return moved


def sheet_of(shapes: np.ndarray, detail: float = DETAIL) -> Sheet:
    """Some areas on paper, as large as it allows; Shetland in its inset where they reach far.

    Parameters
    ----------
    shapes
        Metres of the British National Grid.
    detail
        Units below which nothing is drawn: more for a map that is shown small.

    Raises
    ------
    ValueError
        If no area has an outline.
    """
    import shapely

    shapes = np.asarray(shapes, dtype=object)
    there = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    if not there.any():
        raise ValueError("A map needs the outline of at least one area.")
    moved, frame = placed(shapes, inset_flags(shapes))
    west, south, east, north = shapely.total_bounds(moved[there])
    if frame:
        east, south = max(east, frame.east), min(south, frame.south)
    metres = max((east - west) / (WIDTH - 2 * MARGIN), (north - south) / (HEIGHT - 2 * MARGIN), 1.0)
    if frame:  # room for the words above it
        north = max(north, frame.north + (len(INSET_WORDS) * LINE + 4) * metres)
    drawn = (east - west) / metres
    # Tall, narrow places get some paper at their sides, for the labels.
    width = min(WIDTH, max(drawn + 2 * MARGIN, 0.75 * WIDTH))
    height = (north - south) / metres + 2 * MARGIN
    bare = Sheet(west, north, metres, width, height, (width - drawn) / 2, frame, ~there, shapes, (), shapes, detail)
    tenths = bare.drawn(moved)
    return replace(bare, shapes=tenths, paths=_paths(tenths), points=bare.units(label_points(moved)))


def _paths(shapes: np.ndarray, *, every: bool = False) -> tuple[str, ...]:
    """One path for each shape, in whole tenths of a unit; empty for a missing shape.

    Islets and lochs too small to be seen are left out, but never the largest part of a shape; or
    none, if every part is asked for.
    """
    import shapely

    parts, owner = shapely.get_parts(shapes, return_index=True)
    land = shapely.area(parts)
    largest = np.zeros(len(shapes))
    np.maximum.at(largest, owner, land)
    kept = every | (land >= ISLET * FINE**2) | (land == largest[owner])
    rings, part = shapely.get_rings(parts[kept], return_index=True)
    outer = np.append(True, part[1:] != part[:-1]) if len(part) else np.zeros(0, dtype=bool)
    wide = every | outer | (shapely.area(shapely.polygons(rings)) >= LOCH * FINE**2)
    rings, owners = rings[wide], owner[kept][part[wide]]
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    tenths = np.rint(coordinates).astype(int)
    written: list[list[str]] = [[] for _ in range(len(shapes))]
    ends = [[0, 0] for _ in range(len(shapes))]  # where each path's pen stands
    for number, points in enumerate(np.split(tenths, np.flatnonzero(np.diff(ring)) + 1) if len(tenths) else []):
        position = owners[number]
        written[position].append(_ring(points, ends[position]))
        ends[position] = points[0].tolist()
    return tuple("".join(pieces) for pieces in written)


def _signs_round(shapes: np.ndarray, sign: str) -> str:
    """A sign round each place too small to be seen; one sign where several would lie on each other."""
    import shapely

    west, top, east, bottom = shapely.bounds(shapes).T
    small = np.maximum(east - west, bottom - top) < SMALL * FINE
    middles = np.rint(shapely.get_coordinates(shapely.centroid(shapes[small]))).astype(int)
    _, first = np.unique(middles // round(SMALL * FINE), axis=0, return_index=True)
    return "".join(f'<path d="M{x},{y}{sign}"/>' for x, y in middles[np.sort(first)].tolist())


def _ring(points: np.ndarray, pen: list[int]) -> str:
    """A closed ring, relative to where the pen stands; one that shrank to a point becomes a speck."""
    steps = np.diff(points[:-1], axis=0)
    steps = steps[steps.any(axis=1)]
    start = f"m{points[0][0] - pen[0]},{points[0][1] - pen[1]}"
    if len(steps) < 2:
        return f"{start}h{FINE}v{FINE}h-{FINE}z"
    return start + "l" + " ".join(f"{x},{y}" for x, y in steps.tolist()).replace(" -", "-").replace(",-", "-") + "z"


def _path(path: str, title: str = "") -> str:
    if not path:
        return ""
    return f'<path d="{path}"><title>{escape(title)}</title></path>' if title else f'<path d="{path}"/>'


def _svg(sheet: Sheet, identifier: str, title: str, description: str, layers: str, labels: str) -> str:
    frame = _frame(sheet)
    return (
        f'<svg role="img" aria-labelledby="{identifier}-title {identifier}-desc" '
        f'viewBox="0 0 {sheet.width:.0f} {sheet.height:.0f}" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{identifier}-title">{escape(title)}</title>'
        f'<desc id="{identifier}-desc">{escape(description)}</desc>'
        f'<g transform="scale({1 / FINE:g})">{layers}</g>{frame}{labels}</svg>'
    )


def _frame(sheet: Sheet) -> str:
    """The frame round what is drawn out of its place, with the words over it; nothing where nothing is."""
    if not sheet.frame:
        return ""
    (x, y), (right, bottom) = sheet.units(
        np.array([[sheet.frame.west, sheet.frame.north], [sheet.frame.east, sheet.frame.south]])
    ).tolist()
    box = f'<rect class="frame" x="{x:.1f}" y="{y:.1f}" width="{right - x:.1f}" height="{bottom - y:.1f}"/>'
    return box + _text((x + right) / 2, y - 4 - len(INSET_WORDS) * LINE / 2, INSET_WORDS)


# --- hatching -------------------------------------------------------------------------------------


def _ramp(classes: int) -> list[int]:
    """Which of the five fills are used for a smaller number of classes: the ends first."""
    return {1: [2], 2: [0, 3], 3: [0, 2, 4], 4: [0, 1, 2, 4]}.get(classes, list(range(classes)))


def _ink(shapes: np.ndarray, kind: str, hatching: Hatching | None) -> str:
    """The hatching of all shapes of one kind together, cut to them."""
    import shapely

    shapes = shapes[~shapely.is_missing(shapes)]
    drawn = hatched(joined(shapes), hatching) if hatching and len(shapes) else ""
    return f'<path class="{f"ink i{kind}".removesuffix(" i")}" d="{drawn}"/>' if drawn else ""


def _own(sheet: Sheet, own: int | None) -> str:
    return f'<path class="own" d="{sheet.paths[own]}"/>' if own is not None and sheet.paths[own] else ""


# --- words ----------------------------------------------------------------------------------------


def _drawn_words(names: Sequence[str], sheet: Sheet) -> str:
    areas = f"{len(names):,} area{'' if len(names) == 1 else 's'}"
    words = f"A map of {areas}{': ' + ', '.join(names) if len(names) <= LABELLED else ''}."
    if sheet.frame:
        words += " Shetland is drawn south of its place, at the same scale."
    if bare := [name for name, missing in zip(names, sheet.missing, strict=True) if missing]:
        words += f" Without an outline, and not drawn: {', '.join(bare)}."
    return words


def _description(
    names: Sequence[str], spoken: Sequence[str], classes: Classes | None, sheet: Sheet, own: int | None
) -> str:
    words = [_drawn_words(names, sheet)]
    if own is not None:
        words.append(f"{names[own]} has a heavy outline.")
    if classes is not None and len(classes.labels):
        low, high = int(np.nanargmin(classes.values)), int(np.nanargmax(classes.values))
        words.append(f"The lowest is {spoken[low]}; the highest is {spoken[high]}.")
    if classes is not None and (missing := int((classes.of < 0).sum())):
        words.append(f"{missing:,} {'has' if missing == 1 else 'have'} no figure.")
    return " ".join(words)


def _class_key(classes: Classes, kinds: Sequence[str], caption: str, no_figure: str) -> str:
    labels = [*zip(range(len(kinds)), kinds, classes.labels, strict=True), (-1, "none", no_figure)]
    counted = [(kind, label, int((classes.of == number).sum())) for number, kind, label in labels]
    rows = [(_swatch(f"f{kind}", _HATCHINGS[kind]), label, f"{number:,}") for kind, label, number in counted if number]
    return _key_table(caption, ("Pattern", "Value", "Areas"), rows)


def _key_table(caption: str, heads: tuple[str, str, str], rows: Iterable[tuple[str, str, str]]) -> str:
    """A key: a swatch of each kind, what it means, how many."""
    head = (
        "".join(f'<th scope="col">{word}</th>' for word in heads[:2]) + f'<th scope="col" class="count">{heads[2]}</th>'
    )
    body = "\n".join(
        f'<tr><td>{swatch}</td><th scope="row">{escape(label)}</th><td class="count">{escape(count)}</td></tr>'
        for swatch, label, count in rows
    )
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<table class="key">{told}<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>'


def _swatch(style: str, hatching: Hatching | None, sign: str = "") -> str:
    """A piece of a class of style and its hatching, with the sign beside it."""
    import shapely

    right = 170 if sign else 296
    box = np.array([shapely.box(4, 4, right, 176)], dtype=object)
    dotted = hatching is not None and hatching.dots
    kind = style.removeprefix("f") if style != "mark" else "2" if dotted else ""
    fill = f'<path d="m4,4h{right - 4}v172h-{right - 4}z"/>{_ink(box, kind, hatching)}'
    beside = f'<g class="signs"><path d="M240,90{sign}"/></g>' if sign else ""
    return f'<svg class="swatch" viewBox="0 0 300 180" aria-hidden="true"><g class="{style}">{fill}</g>{beside}</svg>'


def _sign_swatch(sign: str) -> str:
    """A sign as it stands on the map."""
    return (
        '<svg class="swatch" viewBox="0 0 300 180" aria-hidden="true"><g class="points">'
        f'<path transform="translate(150,90) scale(1.6)" d="M0,0{sign}"/></g></svg>'
    )


def _number_key(numbered: Sequence[int], names: Sequence[str], values: Sequence[str]) -> str:
    """What the numbers on the map stand for: areas whose names found no room."""
    if not numbered:
        return ""
    heads, rows = ["Number", "Area"], []
    if any(values):
        heads.append("Value")
    for number, position in enumerate(numbered, 1):
        cells = "".join(f"<td>{escape(text)}</td>" for text in (names[position], values[position])[: len(heads) - 1])
        rows.append(f'<tr><th scope="row">{number}</th>{cells}</tr>')
    head, body = "".join(f'<th scope="col">{word}</th>' for word in heads), "\n".join(rows)
    return (
        f'<table class="key"><caption>Numbers on the map</caption><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table>"
    )


# --- labels ---------------------------------------------------------------------------------------


def _labels(sheet: Sheet, names: Sequence[str], values: Sequence[str]) -> tuple[str, list[int]]:
    """Names and values on the map, no two over each other; and the areas that got a number instead.

    Which label goes first decides which find room, so a few orders are tried.
    """
    there = [position for position in range(len(names)) if sheet.paths[position]]
    northing = sheet.points[:, 1]
    orders = (
        sorted(there, key=lambda p: (-len(names[p]), names[p])), sorted(there, key=lambda p: (len(names[p]), names[p])),
        sorted(there, key=lambda p: (northing[p], names[p])), sorted(there, key=lambda p: (-northing[p], names[p])),
    )  # fmt: skip
    tried = [_set_out(sheet, order, names, values) for order in orders]
    labels, numbered = min(tried, key=lambda one: len(one[1]))  # the first of the best
    return f'<g aria-hidden="true">{"".join(labels)}</g>', numbered


def _set_out(
    sheet: Sheet, order: Sequence[int], names: Sequence[str], values: Sequence[str]
) -> tuple[list[str], list[int]]:
    taken: list[tuple[float, float, float, float]] = []
    leads, written, numbered = [], [], []
    for position in order:
        x, y = sheet.points[position].tolist()
        lines = [*textwrap.wrap(names[position], WRAP), *([values[position]] if values[position] else [])]
        spot = None
        if len(lines) <= 4 and max(map(len, lines)) <= WRAP + 4:
            spot = _room(sheet, taken, x, y, lines)
        if spot is None:
            numbered.append(position)
            lines = [str(len(numbered))]
            spot = _room(sheet, taken, x, y, lines) or (x, y)
        box = _box(*spot, lines)
        taken.append(box)
        end_x, end_y = min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])
        if (end_x, end_y) != (x, y):  # the label stands beside its area
            leads.append(f'<path class="lead" d="M{x:.1f},{y:.1f}L{end_x:.1f},{end_y:.1f}"/>')
        written.append(_text(*spot, lines))
    return leads + written, numbered


#: Places to try for a label, in its own widths and heights from the middle of its area, nearest first.
_ROUND = (
    (0, 0), (0, -0.35), (0, 0.35), (0.3, 0), (-0.3, 0), (0.3, -0.35), (-0.3, -0.35), (0.3, 0.35), (-0.3, 0.35),
    (0, -0.7), (0, 0.7), (0.65, 0), (-0.65, 0), (0.65, -0.6), (-0.65, -0.6), (0.65, 0.6), (-0.65, 0.6),
    (0.9, 0), (-0.9, 0), (0, -1.2), (0, 1.2), (0.65, 1.1), (-0.65, 1.1), (0.65, -1.1), (-0.65, -1.1),
)  # fmt: skip


def _room(
    sheet: Sheet, taken: Iterable[tuple[float, float, float, float]], x: float, y: float, lines: Sequence[str]
) -> tuple[float, float] | None:
    """Where the label fits, nearest first; None if nowhere near its area."""
    left, top, right, bottom = _box(0, 0, lines)
    wide, tall = right - left, bottom - top
    for across, down in _ROUND:
        at = (
            min(max(x + across * wide, wide / 2 + 1), sheet.width - wide / 2 - 1),
            min(max(y + down * tall, tall / 2 + 1), sheet.height - tall / 2 - 1),
        )
        box = _box(*at, lines)
        if not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken):
            return at
    return None


def _box(x: float, y: float, lines: Sequence[str]) -> tuple[float, float, float, float]:
    wide, tall = max(map(len, lines)) * LETTER / 2 + 1, len(lines) * LINE / 2
    return x - wide, y - tall, x + wide, y + tall


def _text(x: float, y: float, lines: Sequence[str]) -> str:
    """Lines of text round a point."""
    top = y - len(lines) * LINE / 2 + 0.8 * FONT
    pieces = (
        f'<tspan x="{x:.1f}" y="{top + number * LINE:.1f}">{escape(line)}</tspan>' for number, line in enumerate(lines)
    )
    return f"<text>{''.join(pieces)}</text>"
