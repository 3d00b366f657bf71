"""How well an area system fits its building blocks: the arithmetic of the fit report.

Two things are set side by side. *Placed*: the shares with which the build gives blocks to areas.
*Measured*: the share of each block's land inside each outline. Where a block was placed whole (best
fit), people of the land that lies elsewhere are misplaced; where it was shared, nobody is.

Published outlines are simplified, and three rules keep their wandering edges out of the figures:

- Shares of land under ``SLIVER`` are nothing.
- A block with ``NESTED`` or more of its covered land in one area lies in that area.
- Where a system leaves no block out, land that no outline covers (a coast drawn by another hand) says
  nothing about where people live: the covered land of the block speaks for all of it. How many
  people stand on such land is told on its own, as ``persons_uncovered``. Where a system does leave
  blocks out, that land is outside, and its people are misplaced if their block was placed whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from locality_profiles.geography.shares import NESTED, OUTSIDE, SLIVER, Shares

#: A hole or an overlap below this many square metres (one hectare) is a sliver.
SLIVER_LAND = 10_000.0

#: One that is thinner than this is a sliver as well: area / perimeter², the shape of a strip more than about
#: twenty times as long as it is wide. (A circle has 0.080, a square 0.063.)
SLIVER_SHAPE = 0.01

#: Weights add up to one within this.
_WHOLE = 1 - 1e-9

#: The position of the home of a block that was not placed whole; ``OUTSIDE`` is a home.
UNPLACED = -2


@dataclass(frozen=True)
class Meeting:
    """How the outlines of one system meet: what none of them covers, and what two of them cover.

    ``uncovered`` are positions of blocks whose land no outline covers, inside the extent of the
    system. ``overlap_pairs`` has one row of two positions for each shape of ``overlap_shapes``.
    """

    hole_shapes: np.ndarray
    overlap_shapes: np.ndarray
    overlap_pairs: np.ndarray
    slivers: int
    uncovered: np.ndarray

    @property
    def holes(self) -> int:
        return len(self.hole_shapes)

    @property
    def overlaps(self) -> int:
        """Pairs of areas that overlap by more than a sliver."""
        return len({(int(one), int(other)) for one, other in self.overlap_pairs})


@dataclass(frozen=True)
class FitReport:
    """How one area system fits its blocks. Figures of people are NaN where they are not known.

    Names are those of the tables ``area_system`` and ``area_fit``; arrays that begin with ``area_``
    run beside the areas, those that begin with ``block_`` beside the blocks.
    """

    areas: int
    blocks: int
    blocks_split: int
    persons: float
    persons_covered: float
    persons_misplaced: float
    persons_in_another: float
    """Of those misplaced, people whose land lies in another area; the others' lies in none."""
    persons_uncovered: float
    """People counted on land that no outline covers; 0 in a system that leaves blocks out, where they are misplaced."""
    minimum_population: int
    areas_below_minimum: int | None
    meeting: Meeting | None
    """None where the system has no outlines."""
    unmeasured: np.ndarray
    """Blocks in an area that none of the outlines touches: where their people live cannot be told."""
    empty: np.ndarray
    """Areas without a block or without people."""
    area_blocks: np.ndarray
    area_blocks_split: np.ndarray
    area_persons: np.ndarray
    area_persons_from_elsewhere: np.ndarray
    area_persons_left_out: np.ndarray
    area_share_misplaced: np.ndarray
    area_below_minimum: np.ndarray
    """True, False, or None where the people are not known."""
    area_note: np.ndarray
    """In words, or None."""
    block_split: np.ndarray
    block_persons_misplaced: np.ndarray

    @property
    def holes(self) -> int | None:
        return self.meeting.holes if self.meeting else None

    @property
    def overlaps(self) -> int | None:
        return self.meeting.overlaps if self.meeting else None

    @property
    def slivers(self) -> int | None:
        return self.meeting.slivers if self.meeting else None


def fit_report(
    shares: Shares,
    persons: np.ndarray,
    areas: int,
    *,
    measured: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
    outlines: np.ndarray | None = None,
    block_outlines: np.ndarray | None = None,
    minimum_population: int = 500,
) -> FitReport:
    """The fit of one area system.

    Parameters
    ----------
    shares
        Where the build puts the blocks.
    persons : ndarray of float
        People of every block of the partnerships that the system touches; NaN where not known. A
        block without a row in ``shares`` counts among the people and is in no area.
    areas
        How many areas there are, those without a block included.
    measured
        Rows of block, area and share of the block's land inside that area's outline. Rows of
        ``OUTSIDE`` may be there or not. None where the system has no outlines.
    outlines, block_outlines
        Valid polygons in metres, beside the areas and beside the blocks, to look for holes and
        overlaps. None (or missing shapes) where there are none.
    minimum_population
        Areas with fewer people are pointed out.

    Notes
    -----
    A sum over blocks of which one is not known is not known: NaN, never short.
    """
    persons = np.asarray(persons, dtype=float)
    inside = shares.area != OUTSIDE
    block, area, weight = shares.block[inside], shares.area[inside], shares.weight[inside]
    land = None if measured is None else _land(measured, len(persons), areas, outside=bool((~inside).any()))
    split = _split(shares, land, len(persons))
    misplaced = _misplaced(shares, land, persons, areas)
    in_area = np.bincount(area, weight * persons[block], minlength=areas)
    blocks_of = np.bincount(area, minlength=areas)
    below = np.array([None if np.isnan(people) else people < minimum_population for people in in_area], dtype=object)
    meeting = None
    if outlines is not None:
        covered = None if land is None else land.covered
        meeting = meeting_of(outlines, block_outlines, covered)
    unmeasured = np.unique(block[land.covered[block] == 0]) if land else np.array([], dtype=int)
    known = bool(np.isfinite(in_area).all())
    return FitReport(
        areas=areas,
        blocks=len(np.unique(block)),
        blocks_split=int(split.sum()),
        persons=float(persons.sum()),
        persons_covered=float(in_area.sum()),
        persons_misplaced=float(misplaced.by_block.sum()),
        persons_in_another=float(misplaced.in_another),
        persons_uncovered=_uncovered(block, weight, land, persons),
        minimum_population=minimum_population,
        areas_below_minimum=int(sum(below.tolist())) if known else None,
        meeting=meeting,
        unmeasured=unmeasured,
        empty=np.flatnonzero((blocks_of == 0) | (in_area == 0)),
        area_blocks=blocks_of,
        area_blocks_split=np.bincount(area, split[block], minlength=areas).astype(int),
        area_persons=in_area,
        area_persons_from_elsewhere=misplaced.from_elsewhere,
        area_persons_left_out=misplaced.left_out,
        area_share_misplaced=_share(misplaced.from_elsewhere + misplaced.left_out, in_area),
        area_below_minimum=below,
        area_note=_notes(areas, blocks_of, in_area, np.bincount(area, np.isnan(persons[block]), minlength=areas),
                         np.bincount(area, np.isin(block, unmeasured), minlength=areas)),
        block_split=split,
        block_persons_misplaced=misplaced.by_block,
    )  # fmt: skip


# --- where the land lies --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Land:
    """Shares of land by block and area, without slivers; ``covered`` is each block's land in any area.

    ``outside`` says whether the system leaves blocks out.
    """

    block: np.ndarray
    area: np.ndarray
    share: np.ndarray
    covered: np.ndarray
    largest: np.ndarray
    outside: bool


def _land(measured: tuple[np.ndarray, np.ndarray, np.ndarray], blocks: int, areas: int, *, outside: bool) -> _Land:
    """Measured shares after the three rules of this module."""
    block, area, share = (np.asarray(column) for column in measured)
    kept = (area != OUTSIDE) & (share >= SLIVER)
    block, area, share = block[kept].astype(int), area[kept].astype(int), share[kept].astype(float)
    covered = np.minimum(np.bincount(block, share, minlength=blocks), 1.0)
    whole = np.bincount(block, share, minlength=blocks)
    if outside:  # overlapping outlines may give more than the whole of a block
        whole = np.maximum(whole, 1.0)
    share = share / whole[block]
    largest = np.zeros(blocks)
    np.maximum.at(largest, block, share)
    nested = (largest >= NESTED)[block]
    kept = ~nested | (share >= largest[block])
    block, area, share, nested = block[kept], area[kept], share[kept], nested[kept]
    return _Land(block, area, np.where(nested, 1.0, share), covered, largest, outside)


def _split(shares: Shares, land: _Land | None, blocks: int) -> np.ndarray:
    """Whether each block in some area lies in several, or partly in none: as placed, or by its land."""
    inside = shares.area != OUTSIDE
    placed = np.bincount(shares.block[inside], minlength=blocks) > 0
    divided = np.bincount(shares.block[inside & (shares.weight < _WHOLE)], minlength=blocks) > 0
    if land is not None:
        divided |= (land.largest > 0) & (land.largest < NESTED)
    return placed & divided


@dataclass(frozen=True)
class _Misplaced:
    from_elsewhere: np.ndarray
    left_out: np.ndarray
    by_block: np.ndarray
    in_another: float


def _misplaced(shares: Shares, land: _Land | None, persons: np.ndarray, areas: int) -> _Misplaced:
    """People of blocks that were placed whole (outside every area too), whose land lies elsewhere."""
    if land is None:
        unknown = np.full(areas, np.nan)
        return _Misplaced(unknown, unknown, np.full(len(persons), np.nan), np.nan)
    whole = (shares.weight >= _WHOLE) & (land.covered[shares.block] > 0)
    home = np.full(len(persons), UNPLACED)
    home[shares.block[whole]] = shares.area[whole]
    placed, at_home = home >= 0, home[land.block] == land.area
    away = (home[land.block] != UNPLACED) & ~at_home
    gone = _people(land.share[away], persons[land.block[away]])
    own = np.zeros(len(persons))
    own[land.block[at_home]] = land.share[at_home]
    by_block = _people(np.where(placed & (own < _WHOLE), 1 - own, 0.0), persons)
    return _Misplaced(
        np.bincount(home[placed], by_block[placed], minlength=areas),
        np.bincount(land.area[away], gone, minlength=areas),
        by_block,
        float(gone[placed[land.block[away]]].sum()),
    )


def _people(share: np.ndarray, persons: np.ndarray) -> np.ndarray:
    """People of a share of a block: none of an unknown number is none."""
    return np.where(share > 0, share * persons, 0.0)


def _uncovered(block: np.ndarray, weight: np.ndarray, land: _Land | None, persons: np.ndarray) -> float:
    if land is None:
        return np.nan
    if land.outside:
        return 0.0
    placed = np.minimum(np.bincount(block, weight, minlength=len(persons)), 1.0)
    bare = np.where(1 - land.covered >= SLIVER, 1 - land.covered, 0.0)
    return float(_people(placed * bare, persons).sum())


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _notes(
    areas: int, blocks: np.ndarray, persons: np.ndarray, unknown: np.ndarray, unmeasured: np.ndarray
) -> np.ndarray:
    notes: list[str | None] = []
    for position in range(areas):
        words = []
        if blocks[position] == 0:
            words.append("No building block lies in it, so it has no figures.")
        elif persons[position] == 0:
            words.append("Nobody lives in it.")
        if unknown[position]:
            words.append(f"Building blocks whose people are not known: {int(unknown[position])}.")
        if unmeasured[position]:
            words.append(f"Building blocks placed here that no outline touches: {int(unmeasured[position])}.")
        notes.append(" ".join(words) or None)
    return np.array(notes, dtype=object)


# --- how outlines meet ----------------------------------------------------------------------------


def is_sliver(shapes: np.ndarray) -> np.ndarray:
    """Whether each polygon is too small or too thin to be anything but two drawings of one line."""
    import shapely

    land, edge = shapely.area(shapes), shapely.length(shapes)
    thin = land < SLIVER_SHAPE * edge**2
    return (land < SLIVER_LAND) | thin


def meeting_of(
    outlines: np.ndarray, block_outlines: np.ndarray | None = None, covered: np.ndarray | None = None
) -> Meeting:
    """Holes, overlaps and slivers of the outlines of one area system.

    Without the blocks' outlines every inner ring is a hole, lochs included. With them, a ring is a
    hole if at least half of it is land of some block; else it is water. ``covered`` (the share of
    each block's land in any outline) adds blocks at the edge that no outline covers, if they lie
    inside the convex hull of the outlines; those that touch each other make one hole.
    """
    import shapely

    outlines = np.asarray(outlines, dtype=object)
    drawn = np.flatnonzero(~shapely.is_missing(outlines) & ~shapely.is_empty(outlines))
    shapes = outlines[drawn]
    if not len(shapes):
        nothing = np.array([], dtype=object)
        return Meeting(nothing, nothing, np.zeros((0, 2), dtype=int), 0, np.array([], dtype=int))
    matched = bool(shapely.coverage_is_valid(shapes))
    whole = shapely.coverage_union_all(shapes) if matched else shapely.union_all(shapes)
    overlap_shapes, pairs = (np.array([], dtype=object), np.zeros((0, 2), dtype=int))
    if not matched:
        overlap_shapes, pairs = _overlaps(shapes)
    gaps = _inner_rings(whole)
    uncovered = np.array([], dtype=int)
    if block_outlines is not None:
        blocks = np.asarray(block_outlines, dtype=object)
        gaps = _mostly_land(gaps, blocks)
        if covered is not None:
            uncovered = _uncovered_blocks(blocks, covered, whole)
            gaps = _beside(gaps, blocks[uncovered])
    thin_gaps, thin_overlaps = is_sliver(gaps), is_sliver(overlap_shapes)
    return Meeting(
        gaps[~thin_gaps], overlap_shapes[~thin_overlaps], drawn[pairs[~thin_overlaps]],
        int(thin_gaps.sum() + thin_overlaps.sum()), uncovered,
    )  # fmt: skip


def _inner_rings(whole: Any) -> np.ndarray:
    import shapely

    parts = shapely.get_parts(whole)
    rings, part = shapely.get_rings(parts, return_index=True)
    inner = np.append(False, part[1:] == part[:-1])
    return shapely.polygons(rings[inner])


def _overlaps(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pieces that pairs of areas both cover, and the pairs."""
    import shapely

    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = one < other
    one, other = one[once], other[once]
    pieces, pair = shapely.get_parts(shapely.intersection(shapes[one], shapes[other]), return_index=True)
    land = shapely.area(pieces) > 0
    pieces, pair = pieces[land], pair[land]
    order = np.lexsort((other[pair], one[pair]))
    return pieces[order], np.column_stack([one[pair], other[pair]])[order]


def _mostly_land(gaps: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    """Gaps of which at least half is land of some block; the others are lochs, whose edges wander too."""
    import shapely

    at, near = shapely.STRtree(blocks).query(gaps, predicate="intersects")
    land = np.bincount(at, shapely.area(shapely.intersection(gaps[at], blocks[near])), minlength=len(gaps))
    return gaps[land >= shapely.area(gaps) / 2]


def _uncovered_blocks(blocks: np.ndarray, covered: np.ndarray, whole: Any) -> np.ndarray:
    import shapely

    bare = np.flatnonzero((covered < SLIVER) & ~shapely.is_missing(blocks))
    return bare[shapely.intersects(shapely.convex_hull(whole), shapely.point_on_surface(blocks[bare]))]


def _beside(gaps: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    """Gaps and uncovered blocks, each that touch put together."""
    import shapely

    if not len(blocks):
        return gaps
    joined = shapely.get_parts(shapely.union_all(np.concatenate([gaps, blocks])))
    return joined[np.isin(shapely.get_type_id(joined), (3,))]


# --- in words -------------------------------------------------------------------------------------


def sentences(
    report: FitReport,
    plural: str,
    names: Sequence[str],
    *,
    place: str = "",
    block: tuple[str, str] = ("data zone", "data zones"),
    block_codes: Sequence[str] = (),
) -> list[str]:
    """The fit report in plain words, one sentence an item, most important first.

    Parameters
    ----------
    plural
        What the areas are called, as in ``profiles.toml``: 'Localities'.
    names
        Names of the areas.
    place
        Whose people they are: 'Shetland Islands'. Empty for 'the partnerships that they touch'.
    block
        What one and several building blocks are called.
    block_codes
        Codes of the blocks, to name those that no outline touches.
    """
    said = [_coverage(report, plural, place)]
    if report.blocks_split:
        lie = "lies" if report.blocks_split == 1 else "lie"
        said.append(f"{_number(report.blocks_split, *block)} {lie} across a line.")
    said += _misplaced_words(report, block[0])
    said += _land_words(report, block, block_codes)
    said += _meeting_words(report, names)
    said += _small_words(report, names)
    return said


def _coverage(report: FitReport, plural: str, place: str) -> str:
    one = report.areas == 1
    start = f"{plural}: {_number(report.areas, 'area takes', 'areas take')} in"
    whose = place or f"the partnerships that {'it touches' if one else 'they touch'}"
    if np.isnan(report.persons) or np.isnan(report.persons_covered):
        blocks = _number(report.blocks, "building block", "building blocks")
        return f"{start} {blocks} of {whose}; how many people live there is not known."
    return f"{start} {report.persons_covered:,.0f} of {report.persons:,.0f} people of {whose}."


def _misplaced_words(report: FitReport, block: str) -> list[str]:
    if np.isnan(report.persons_misplaced):
        return []
    beyond = report.persons_misplaced - report.persons_in_another
    said = []
    for number, where in ((report.persons_in_another, "in another area than the one they live in"),
                          (beyond, "in an area though they live outside all of them")):  # fmt: skip
        if round(number):
            counted = "is counted" if round(number) == 1 else "are counted"
            share = _percent(number, report.persons_covered)
            said.append(
                f"{_people_words(number)} ({share}) {counted} {where}, for each {block} goes to one area whole."
            )
    return said or ["Nobody is counted in another area than the one where their land lies."]


def _land_words(report: FitReport, block: tuple[str, str], codes: Sequence[str]) -> list[str]:
    said = []
    if number := len(report.unmeasured):
        named = f": {_listed([codes[position] for position in report.unmeasured])}" if len(codes) else ""
        said.append(f"No outline touches {_number(number, *block)}, so how many of the people there are misplaced "
                    f"cannot be told{named}.")  # fmt: skip
    bare = report.persons_uncovered
    if np.isfinite(bare) and round(bare) and bare >= 0.005 * report.persons_covered:
        share = _percent(bare, report.persons_covered)
        said.append(f"{_people_words(bare)} ({share}) live, by share of land, where no outline reaches: as a rule, the "
                    f"outlines draw the coast more simply. They stay in the area of their {block[0]}.")  # fmt: skip
    return said


def _meeting_words(report: FitReport, names: Sequence[str]) -> list[str]:
    meeting = report.meeting
    if meeting is None:
        return []
    said = []
    if meeting.holes:
        said.append(f"{_number(meeting.holes, 'hole', 'holes')}: land inside the areas' extent that none covers.")
    if meeting.overlaps:
        pairs = list(dict.fromkeys((int(one), int(other)) for one, other in meeting.overlap_pairs))
        listed = _listed([f"{names[one]} with {names[other]}" for one, other in pairs], "; ")
        said.append(f"{_number(meeting.overlaps, 'pair of areas overlaps', 'pairs of areas overlap')}: {listed}.")
    if meeting.slivers:
        them = _number(meeting.slivers, "sliver between outlines was", "slivers between outlines were")
        said.append(f"{them} ignored.")
    if not said:
        said.append("The outlines meet without holes or overlaps.")
    return said


def _small_words(report: FitReport, names: Sequence[str]) -> list[str]:
    said = []
    empty = set(report.empty.tolist())
    if empty:
        said.append(f"{_number(len(empty), 'area has', 'areas have')} no people: "
                    f"{_listed([names[p] for p in sorted(empty)])}.")  # fmt: skip
    small = [p for p in range(report.areas) if report.area_below_minimum[p] and p not in empty]
    if small:
        small.sort(key=lambda position: (report.area_persons[position], names[position]))
        listed = _listed([f"{names[p]} ({report.area_persons[p]:,.0f})" for p in small])
        said.append(f"{_number(len(small), 'area has', 'areas have')} fewer than "
                    f"{report.minimum_population:,} people: {listed}.")  # fmt: skip
    return said


def _number(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


def _people_words(number: float) -> str:
    return f"{number:,.0f} {'person' if round(number) == 1 else 'people'}"


def _percent(part: float, whole: float) -> str:
    if not whole > 0:
        return "–"
    share = 100 * part / whole
    return "less than 0.1%" if 0 < share < 0.05 else f"{share:.1f}%"


def _listed(words: Sequence[str], between: str = ", ", most: int = 10) -> str:
    more = len(words) - most
    return between.join(words[:most]) + (f" and {more:,} more" if more > 0 else "")
