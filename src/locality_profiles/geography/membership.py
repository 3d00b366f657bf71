"""Which block lies in which area, found from outlines.

A block belongs to the area that holds the largest share of its land; one that no outline touches
(small coastal zones are shrunk by the simplification of published boundaries) belongs to the
nearest. Both are looked for only inside the block's own partnership, so that a simplified coast or
border never moves a block across it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Placed:
    """Where each block was placed. Arrays run beside the blocks that were given.

    ``area`` is the position of its area, or -1 where the block's partnership has none; ``share`` is
    the share of its land inside that area, 0 where it was placed as nearest; ``distance`` is in
    metres, 0 unless it was placed as nearest.
    """

    area: np.ndarray
    share: np.ndarray
    distance: np.ndarray

    @property
    def method(self) -> np.ndarray:
        return np.where(self.area < 0, "", np.where(self.share > 0, "largest_overlap", "nearest"))


def place_blocks(blocks: np.ndarray, block_parents: np.ndarray, areas: np.ndarray, area_parents: np.ndarray) -> Placed:
    """Place blocks in areas by largest overlap, else by nearness, within the same parent.

    Parameters
    ----------
    blocks, areas
        Valid shapely polygons in one projected coordinate system (metres).
    block_parents, area_parents
        Code of the partnership of each; blocks and areas of different parents never meet.

    Notes
    -----
    A tie in overlap goes to the area that comes first, so the order of rows in a file decides
    nothing as long as areas are sorted by code.
    """
    import shapely

    count = len(blocks)
    placed, share, distance = np.full(count, -1), np.zeros(count), np.zeros(count)
    if not count or not len(areas):
        return Placed(placed, share, distance)
    tree = shapely.STRtree(areas)
    block_at, area_at = tree.query(blocks, predicate="intersects")
    same = block_parents[block_at] == area_parents[area_at]
    block_at, area_at = block_at[same], area_at[same]
    # Most blocks lie wholly inside one area: cutting them would only lose time.
    inside = shapely.covers(areas[area_at], blocks[block_at])
    land = shapely.area(blocks)
    overlap = np.where(inside, land[block_at], 0.0)
    cut = ~inside
    overlap[cut] = shapely.area(shapely.intersection(blocks[block_at[cut]], areas[area_at[cut]]))
    order = np.lexsort((-area_at, overlap, block_at))
    last = np.append(np.diff(block_at[order]) != 0, True) if len(order) else np.zeros(0, dtype=bool)
    best = order[last]
    best = best[overlap[best] > 0]
    placed[block_at[best]] = area_at[best]
    share[block_at[best]] = np.minimum(overlap[best] / land[block_at[best]], 1.0)
    for index in np.flatnonzero(placed < 0):  # a handful: those that no outline of their partnership touches
        candidates = np.flatnonzero(area_parents == block_parents[index])
        if len(candidates):
            distances = shapely.distance(blocks[index], areas[candidates])
            nearest = int(np.argmin(distances))
            placed[index], distance[index] = candidates[nearest], distances[nearest]
    return Placed(placed, share, distance)
