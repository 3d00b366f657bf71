"""How much of each block lies in each area: one form for every way of finding out.

Every function gives ``Shares``: rows of (block, area, weight) by position in the arrays that were
handed in. What lies in no area stands in rows of its own with the area ``OUTSIDE``, so that the
weights of every block that has any row add up to one and nothing is lost in silence.

Ways of finding out: ``from_lookup``, ``by_land``, ``by_centroid``, ``by_nearest``, ``by_parts``
(postcodes, smaller zones, patients). What can be done with the answer: ``best_fit``, ``settled``,
``inside_only``, ``compose``, ``inverted``, ``between``, ``totals``, ``split_blocks``, ``is_nested``.

A part of a fact is worked out by one formula, ``fact of area a = sum over blocks b of w[b, a] x fact
of b``, which adds up to the whole because the weights of a block do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

#: The position that stands for 'in no area'.
OUTSIDE = -1

#: Shares of a block's land below this are slivers: two outlines of one line, drawn by two hands.
SLIVER = 0.01

#: A block with at least this share of its land in one area is taken as lying in it: published
#: outlines are simplified, and their edges wander.
NESTED = 0.9

#: What the weights of a block may lack of one through the computer's arithmetic alone.
ROUNDING = 1e-9

#: What they may exceed one by before it is somebody's mistake.
EXCESS = 1e-6


@dataclass(frozen=True)
class Shares:
    """One row per block and area that share something, sorted by block, then area.

    Attributes
    ----------
    block : ndarray of int64
        Position of the block.
    area : ndarray of int64
        Position of the area, or ``OUTSIDE``.
    weight : ndarray of float64
        Share of the block that lies in the area, above 0 and up to 1. The weights of one block add
        up to 1 (within 1e-9). A block that nothing is known about has no row.
    """

    block: np.ndarray
    area: np.ndarray
    weight: np.ndarray


class Land(NamedTuple):
    """Measured land: one row per block and area whose outlines overlap, sorted by block, then area.

    ``share`` is the share of the block's land that lies in the area, above 0 and up to 1. The shares
    of a block need not add up to anything: areas may leave land out or claim it twice.
    """

    block: np.ndarray
    area: np.ndarray
    share: np.ndarray


class Overfull(ValueError):
    """Weights of some blocks add up to more than one. ``blocks`` and ``totals`` say which, and to what."""

    def __init__(self, blocks: np.ndarray, totals: np.ndarray) -> None:
        self.blocks, self.totals = blocks, totals
        listed = ", ".join(
            f"{block} ({total:.6g})" for block, total in zip(blocks[:10].tolist(), totals[:10].tolist(), strict=True)
        )
        more = f" and {len(blocks) - 10:,} more" if len(blocks) > 10 else ""
        super().__init__(f"the weights of blocks at these positions add up to more than 1: {listed}{more}")


class Overlapping(ValueError):
    """Some areas claim the same land.

    ``pairs`` holds the positions of the areas, the earlier first, shape (n, 2); ``blocks`` the
    positions of the blocks whose land they claim twice.
    """

    def __init__(self, pairs: np.ndarray, blocks: np.ndarray) -> None:
        self.pairs, self.blocks = pairs, blocks
        listed = ", ".join(f"{first} and {second}" for first, second in pairs[:10].tolist())
        more = f" and {len(pairs) - 10:,} more pairs" if len(pairs) > 10 else ""
        super().__init__(f"areas at these positions overlap: {listed}{more}")


# --- making the weights of a block add up ---------------------------------------------------------


def complete(block: ArrayLike, area: ArrayLike, weight: ArrayLike) -> Shares:
    """Rows in any order as ``Shares``: repeats merged, and what a block lacks of one put ``OUTSIDE``.

    Parameters
    ----------
    block, area : array_like of int, shape (n,)
        Positions; ``area`` may be ``OUTSIDE``.
    weight : array_like of float, shape (n,)
        Shares, not below 0. Rows of weight 0 are left out, but a block whose rows all weigh 0 is
        known to be outside. Weights of one block and area are added.

    Returns
    -------
    Shares
        A lack below ``ROUNDING`` and an excess up to ``EXCESS`` are scaled away.

    Raises
    ------
    Overfull
        If the weights of a block add up to more than 1 + ``EXCESS``.
    ValueError
        If a weight is missing, infinite or negative, or a position is impossible.
    """
    blocks, areas, weights = _checked(block, area, weight)
    if not len(blocks):
        return Shares(blocks, areas, weights)
    known, which = np.unique(blocks, return_inverse=True)
    total = np.bincount(which, weights)
    if (over := total > 1 + EXCESS).any():
        raise Overfull(known[over], total[over])
    short = 1 - total > ROUNDING
    weights = weights / np.where(short, 1.0, total)[which]
    return _merged(
        np.append(blocks, known[short]),
        np.append(areas, np.full(short.sum(), OUTSIDE)),
        np.append(weights, 1 - total[short]),
    )


def _checked(block: ArrayLike, area: ArrayLike, weight: ArrayLike) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    blocks, areas = positions(block, "block", least=0), positions(area, "area", least=OUTSIDE)
    weights = np.asarray(weight, dtype=np.float64)
    if not blocks.shape == areas.shape == weights.shape:
        raise ValueError("blocks, areas and weights differ in number")
    if (wrong := ~(np.isfinite(weights) & (weights >= 0))).any():
        raise ValueError(
            f"weights that are missing, infinite or negative: {wrong.sum():,}, first in row {wrong.argmax()}"
        )
    return blocks, areas, weights


def positions(values: ArrayLike, what: str, *, least: int) -> np.ndarray:
    """Positions as int64, shape (n,); ValueError where one is below ``least`` or no whole number."""
    found = np.asarray(values)
    if found.size and found.dtype.kind not in "iu":
        raise ValueError(f"a position of a {what} must be a whole number, not {found.dtype}")
    if (found < least).any():
        raise ValueError(f"a position of a {what} is below {least}")
    return found.astype(np.int64).reshape(-1)


def _merged(block: np.ndarray, area: np.ndarray, weight: np.ndarray) -> Shares:
    """Rows sorted, those of one block and area added, those of weight 0 left out."""
    order = np.lexsort((area, block))
    block, area, weight = block[order], area[order], weight[order]
    first = np.flatnonzero(np.append(True, (np.diff(block) != 0) | (np.diff(area) != 0)))
    weight = np.minimum(np.add.reduceat(weight, first), 1.0)
    kept = first[weight > 0]
    return Shares(block[kept], area[kept], weight[weight > 0])


# --- ways of finding out --------------------------------------------------------------------------


def from_lookup(
    block: ArrayLike, area: ArrayLike, weight: ArrayLike | None = None, count: int | None = None, rounding: float = 0.0
) -> Shares:
    """Shares that somebody wrote down.

    Parameters
    ----------
    block, area : array_like of int, shape (n,)
        Positions; ``area`` may be ``OUTSIDE``.
    weight : array_like of float, shape (n,), optional
        Shares of the block. Without them every row says 'wholly', and a row that stands twice counts once.
    count : int, optional
        Number of blocks that the lookup speaks for: those that it does not list are ``OUTSIDE``.
        Without it, they get no row.
    rounding : float
        Weights that were printed with few decimals add up to one only roughly: sums that miss it by
        no more than this, either way, are scaled to one.

    Raises
    ------
    Overfull
        If a block is given out more than once over: without weights, if it is in two areas.
    ValueError
        See ``complete``; also if a block is beyond ``count``.
    """
    if weight is None:
        pairs = np.unique(np.column_stack([np.asarray(block).reshape(-1), np.asarray(area).reshape(-1)]), axis=0)
        block, area, weight = pairs[:, 0], pairs[:, 1], np.ones(len(pairs))
    blocks, areas, weights = _checked(block, area, weight)
    if count is not None:
        if (blocks >= count).any():
            raise ValueError(f"a position of a block is beyond the last of {count:,}")
        unlisted = np.setdiff1d(np.arange(count), blocks)
        blocks, areas = np.append(blocks, unlisted), np.append(areas, np.full(len(unlisted), OUTSIDE))
        weights = np.append(weights, np.ones(len(unlisted)))
    if rounding and len(blocks):
        total = np.bincount(blocks, weights)
        rough = np.abs(total - 1) <= rounding
        weights = weights / np.where(rough, total, 1.0)[blocks]
    return complete(blocks, areas, weights)


def overlap(
    blocks: np.ndarray,
    areas: np.ndarray,
    block_parents: np.ndarray | None = None,
    area_parents: np.ndarray | None = None,
) -> Land:
    """How much of each block's land each area covers, as measured.

    Parameters
    ----------
    blocks, areas : ndarray of shapely polygons
        Valid, in one projected coordinate system (metres). None or an empty outline has no land.
    block_parents, area_parents : ndarray, optional
        Code of the larger area of each; blocks and areas of different parents never meet. Both or none.

    Returns
    -------
    Land
        ``share = land in both / land of the block``. Outlines that only touch share nothing.
    """
    import shapely

    # The areas are the larger and the fewer: asked this way round, GEOS prepares each of them once.
    tree = shapely.STRtree(blocks)
    area_at, block_at = _of_one_parent(tree.query(areas, predicate="intersects"), area_parents, block_parents)
    inside_area, inside_block = tree.query(areas, predicate="covers")
    # Most blocks lie wholly inside one area: cutting them would only lose time.
    key = max(len(blocks), 1)
    cut = ~np.isin(area_at * key + block_at, inside_area * key + inside_block)
    land = shapely.area(blocks)
    share = np.ones(len(block_at))
    shared = shapely.area(shapely.intersection(blocks[block_at[cut]], areas[area_at[cut]]))
    # A block without land can meet an area, but there is nothing to share.
    share[cut] = np.divide(shared, land[block_at[cut]], out=np.zeros(len(shared)), where=land[block_at[cut]] > 0)
    share[~(land[block_at] > 0)] = 0.0
    order = np.lexsort((area_at, block_at))
    order = order[share[order] > 0]
    return Land(block_at[order], area_at[order], np.minimum(share[order], 1.0))


def _of_one_parent(
    pairs: np.ndarray, first_parents: np.ndarray | None, second_parents: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Those pairs of positions whose parents are the same."""
    first, second = pairs
    if (first_parents is None) != (second_parents is None):
        raise ValueError("parents were given for one side only")
    if first_parents is None or second_parents is None:
        return first, second
    same = np.asarray(first_parents)[first] == np.asarray(second_parents)[second]
    return first[same], second[same]


def by_land(
    blocks: np.ndarray,
    areas: np.ndarray,
    block_parents: np.ndarray | None = None,
    area_parents: np.ndarray | None = None,
    sliver: float = SLIVER,
) -> Shares:
    """Each block shared among areas by area of land, and what none of them covers ``OUTSIDE``.

    Parameters
    ----------
    blocks, areas, block_parents, area_parents
        See ``overlap``.
    sliver : float
        Shares of a block's land, the uncovered share included, below this are dropped and the others
        scaled up to one; a share of at least 1 - ``sliver`` is the whole. A block that only has
        slivers keeps them.

    Returns
    -------
    Shares
        A row at least for every block that has land.

    Raises
    ------
    Overlapping
        If areas claim more than 1 + ``sliver`` of a block's land between them.

    Notes
    -----
    Land is where people could live, not where they do: one farm weighs as much as a town. Outlines
    that were simplified by different hands leave strips at the coast; where areas are known to cover
    everything, ``inside_only`` gives those back.
    """
    import shapely

    land = overlap(blocks, areas, block_parents, area_parents)
    covered = np.bincount(land.block, land.share, minlength=len(blocks))
    if (over := covered > 1 + sliver).any():
        raise _overlapping(blocks, areas, land, over)
    known = np.flatnonzero(shapely.area(blocks) > 0)
    block = np.append(land.block, known)
    area = np.append(land.area, np.full(len(known), OUTSIDE))
    rest = 1 - covered[known]
    share = np.append(land.share, np.where(rest > ROUNDING, rest, 0.0))
    largest = np.zeros(len(blocks))
    np.maximum.at(largest, block, share)
    whole = (share == largest[block]) & (share >= 1 - sliver)
    kept = np.where(largest[block] >= 1 - sliver, whole, (share >= sliver) | (largest[block] < sliver))
    block, area, share = block[kept], area[kept], share[kept]
    return complete(block, area, share / np.bincount(block, share, minlength=len(blocks))[block])


def _overlapping(blocks: np.ndarray, areas: np.ndarray, land: Land, over: np.ndarray) -> Overlapping:
    """Which areas claim the land of the blocks that are claimed more than once over."""
    import shapely

    rows = np.flatnonzero(over[land.block])
    block, area = land.block[rows], land.area[rows]
    end = np.searchsorted(block, block, side="right")
    later = end - np.arange(len(block)) - 1  # rows of the same block that come after
    first = np.repeat(np.arange(len(block)), later)
    second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(later) - later, later)
    piece = shapely.intersection(blocks[block], areas[area])
    shared = shapely.area(shapely.intersection(piece[first], piece[second])) / shapely.area(blocks[block[first]])
    # Neighbours share slivers too. An even part of the excess is what at least one pair must have.
    number = np.bincount(block[first], minlength=len(blocks))
    excess = np.bincount(land.block, land.share, minlength=len(blocks)) - 1
    guilty = shared >= (excess / np.maximum(number, 1) * (1 - EXCESS))[block[first]]
    pairs = np.column_stack([area[first], area[second]])[guilty]
    return Overlapping(np.unique(pairs, axis=0), np.flatnonzero(over))


def by_centroid(
    points: np.ndarray,
    areas: np.ndarray,
    block_parents: np.ndarray | None = None,
    area_parents: np.ndarray | None = None,
) -> Shares:
    """Each block wholly in the area that contains the point that stands for its people.

    Parameters
    ----------
    points : ndarray of shapely points
        One for each block, best the population-weighted centre. A block without one (None, empty or
        not a number) gets no row.
    areas : ndarray of shapely polygons
        Valid, in the coordinate system of the points.
    block_parents, area_parents : ndarray, optional
        See ``overlap``.

    Returns
    -------
    Shares
        Weights are 1. A point on an edge, or in several areas, goes to the area that comes first;
        one in none is ``OUTSIDE``.
    """
    import shapely

    pairs = shapely.STRtree(points).query(areas, predicate="intersects")
    area, block = _of_one_parent(pairs, area_parents, block_parents)
    return _first_of_each(block, area, _located(points))


def by_nearest(
    points: np.ndarray,
    seeds: np.ndarray,
    block_parents: np.ndarray | None = None,
    seed_parents: np.ndarray | None = None,
    outside: bool = False,
) -> Shares:
    """Each block wholly in the catchment of the nearest seed of its parent, in a straight line.

    Parameters
    ----------
    points : ndarray of shapely points
        One for each block, in metres. A block without one (None, empty or not a number) gets no row.
    seeds : ndarray of shapely points
        What has a catchment: health centres, schools. None, empty or not a number: left out.
    block_parents, seed_parents : ndarray, optional
        Code of the larger area of each; a catchment never crosses into another. Both or none.
    outside : bool
        Whether blocks whose parent has no seed are ``OUTSIDE``; otherwise they get no row.

    Returns
    -------
    Shares
        Weights are 1. Of seeds at one distance, the first.

    Notes
    -----
    A straight line knows no water and no hills: two shores of one voe are near.
    """
    import shapely

    if (block_parents is None) != (seed_parents is None):
        raise ValueError("parents were given for one side only")
    block_of = np.zeros(len(points)) if block_parents is None else np.asarray(block_parents)
    seed_of = np.zeros(len(seeds)) if seed_parents is None else np.asarray(seed_parents)
    located, standing = _located(points), _located(seeds)
    block, area = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for parent in np.unique(seed_of[standing]):  # one small search tree for each parent
        here, there = np.flatnonzero(located & (block_of == parent)), np.flatnonzero(standing & (seed_of == parent))
        at, nearest = shapely.STRtree(seeds[there]).query_nearest(points[here], all_matches=True)
        block.append(here[at])
        area.append(there[nearest])
    found = np.concatenate(block)
    return _first_of_each(found, np.concatenate(area), located if outside else np.isin(np.arange(len(points)), found))


def _located(points: np.ndarray) -> np.ndarray:
    """Which points are somewhere."""
    import shapely

    return np.isfinite(shapely.bounds(points)[:, :2]).all(axis=1)


def _first_of_each(block: np.ndarray, area: np.ndarray, known: np.ndarray) -> Shares:
    """Each known block wholly in the first of its areas, or ``OUTSIDE`` where it has none."""
    found = np.full(len(known), np.iinfo(np.int64).max)
    np.minimum.at(found, block, area)
    found[found == np.iinfo(np.int64).max] = OUTSIDE
    at = np.flatnonzero(known)
    return Shares(at, found[at], np.ones(len(at)))


def by_parts(part_block: ArrayLike, part_area: ArrayLike, part_size: ArrayLike, count_of_blocks: int) -> Shares:
    """Each block shared among areas by the size of its smaller parts: postcodes with people, zones, patients.

    ``w[b, a] = size of the parts of b that lie in a / size of the parts of b``

    Parameters
    ----------
    part_block, part_area : array_like of int, shape (parts,)
        Block and area of each part; ``part_area`` may be ``OUTSIDE``.
    part_size : array_like of float, shape (parts,)
        People, patients, addresses. A missing size is an error: only the caller knows what it means.
    count_of_blocks : int
        Number of blocks.

    Returns
    -------
    Shares
        Where all parts of a block have size 0, each part weighs the same. A block without parts gets
        no row.

    Raises
    ------
    ValueError
        If a size is missing, infinite or negative, or a position is impossible.
    """
    blocks, areas, sizes = _checked(part_block, part_area, part_size)
    if (blocks >= count_of_blocks).any():
        raise ValueError(f"a position of a block is beyond the last of {count_of_blocks:,}")
    empty = np.bincount(blocks, sizes, minlength=count_of_blocks) == 0
    sizes = np.where(empty[blocks], 1.0, sizes)
    total = np.bincount(blocks, sizes, minlength=count_of_blocks)
    return complete(blocks, areas, sizes / total[blocks])


# --- what can be done with shares -----------------------------------------------------------------


def best_fit(shares: Shares) -> Shares:
    """Each block wholly in the area that holds most of it.

    Weights that differ by less than ``ROUNDING`` are equal; of equals, the first area. ``OUTSIDE``
    wins only if it holds more of the block than any area. Doing it twice changes nothing.
    """
    later = np.where(shares.area == OUTSIDE, np.iinfo(np.int64).max, shares.area)
    order = np.lexsort((later, -np.round(shares.weight / ROUNDING), shares.block))
    block = shares.block[order]
    best = order[np.append(True, np.diff(block) != 0)] if len(order) else order
    return Shares(shares.block[best], shares.area[best], np.ones(len(best)))


def settled(shares: Shares, least: float = NESTED) -> Shares:
    """Blocks that lie in one area (or outside) by at least ``least``, above a half, are put there whole."""
    if not 0.5 < least <= 1:
        raise ValueError("a block can be settled only where one area holds more than half of it")
    largest = np.zeros(shares.block.max(initial=-1) + 1)
    np.maximum.at(largest, shares.block, shares.weight)
    sure = largest[shares.block] >= least - ROUNDING
    kept = ~sure | (shares.weight == largest[shares.block])
    return Shares(shares.block[kept], shares.area[kept], np.where(sure, 1.0, shares.weight)[kept])


def inside_only(shares: Shares) -> Shares:
    """The part of a block that is ``OUTSIDE`` given to its areas, in proportion; blocks wholly outside stay.

    For areas that are known to cover everything, such as localities and their partnership: the
    uncovered strip is the drawing's, not the land's.
    """
    inside = shares.area != OUTSIDE
    total = np.bincount(shares.block, np.where(inside, shares.weight, 0.0))[shares.block]
    kept = inside | (total == 0)
    scale = np.where(total > 0, total, 1.0)
    return complete(shares.block[kept], shares.area[kept], (shares.weight / scale)[kept])


def compose(first: Shares, second: Shares) -> Shares:
    """Shares of blocks in areas, by way of something in the middle: block -> middle -> area.

    ``w[b, a] = sum over m of first[b, m] x second[m, a]``. What is ``OUTSIDE`` in the middle, or in a
    middle that ``second`` has no row for, is ``OUTSIDE``. ``first.area`` and ``second.block`` are
    positions in the same array. Grouping makes no difference: (f, g), h is f, (g, h).
    """
    start = np.searchsorted(second.block, first.area, side="left")
    parts = np.searchsorted(second.block, first.area, side="right") - start
    row = np.repeat(np.arange(len(parts)), parts)
    within = np.arange(len(row)) - np.repeat(np.cumsum(parts) - parts, parts)
    at = start[row] + within
    lost = parts == 0
    return complete(
        np.append(first.block[row], first.block[lost]),
        np.append(second.area[at], np.full(lost.sum(), OUTSIDE)),
        np.append(first.weight[row] * second.weight[at], first.weight[lost]),
    )


def inverted(shares: Shares, amount: ArrayLike) -> Shares:
    """What each area is made of: the share of each block in the area's amount.

    ``v[a, b] = w[b, a] x amount[b] / sum over b of w[b, a] x amount[b]``

    Parameters
    ----------
    shares : Shares
        Of blocks in areas. What is ``OUTSIDE`` is in no area and left out.
    amount : array_like of float, shape (blocks,)
        People, patients, pounds of each block, not missing and not below 0. In an area that has
        none, blocks weigh by their weights.

    Returns
    -------
    Shares
        ``block`` holds positions of areas, ``area`` those of blocks.
    """
    inside = shares.area != OUTSIDE
    block, area, weight = shares.block[inside], shares.area[inside], shares.weight[inside]
    if not len(block):
        return Shares(block, area, weight)
    _, _, sizes = _checked(block, area, weight * np.asarray(amount, dtype=np.float64)[block])
    nobody = np.bincount(area, sizes) == 0
    return by_parts(area, block, np.where(nobody[area], weight, sizes), int(area.max()) + 1)


def between(first: Shares, second: Shares, amount: ArrayLike) -> Shares:
    """The share of each area of one system in each area of another, by the blocks that both are made of.

    ``amount`` is the people of each block, shape (blocks,). Of a block that both systems split, each
    part of the one is taken to be spread over the parts of the other as the whole block is.
    """
    return compose(inverted(first, amount), second)


def totals(shares: Shares, amount: ArrayLike, areas: int) -> np.ndarray:
    """What each area has of an amount that can be added; the last element is what is ``OUTSIDE``.

    ``total[a] = sum over b of w[b, a] x amount[b]``

    Parameters
    ----------
    shares : Shares
        Of blocks in areas.
    amount : array_like of float, shape (blocks,)
        NaN where it is not known: then no total that it is part of is known either.
    areas : int
        Number of areas.

    Returns
    -------
    ndarray of float, shape (areas + 1,)
        They add up to the whole.

    Raises
    ------
    ValueError
        If a block that has an amount has no row: it would be lost.
    """
    amounts = np.asarray(amount, dtype=np.float64)
    lost = (amounts != 0) & ~np.isin(np.arange(len(amounts)), shares.block)
    if lost.any():
        raise ValueError(f"blocks that have an amount but no share in anything: {lost.sum():,}, first {lost.argmax()}")
    place = np.where(shares.area == OUTSIDE, areas, shares.area)
    return np.bincount(place, shares.weight * amounts[shares.block], minlength=areas + 1)


def split_blocks(shares: Shares) -> np.ndarray:
    """Positions of the blocks that lie in several areas, or partly in none."""
    block, rows = np.unique(shares.block, return_counts=True)
    return block[rows > 1]


def is_nested(child: Shares, parent: Shares, areas: int) -> np.ndarray:
    """Whether each area of one system lies in one area of another whole, with every block that it has a part of.

    Parameters
    ----------
    child, parent : Shares
        Of the same blocks in the smaller and in the larger areas.
    areas : int
        Number of the smaller areas.

    Returns
    -------
    ndarray of bool, shape (areas,)
        False for an area without blocks, and for one that is partly or wholly ``OUTSIDE`` the larger.
    """
    links = between(child, parent, np.ones(child.block.max(initial=-1) + 1))
    area, rows = np.unique(links.block, return_counts=True)
    nested = np.zeros(areas, dtype=bool)
    nested[area[rows == 1]] = True
    nested[links.block[links.area == OUTSIDE]] = False
    return nested
