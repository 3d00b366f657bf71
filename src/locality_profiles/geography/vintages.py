"""Editions of data zones, conversions between them, and official codes that changed.

Data zones were drawn for the censuses of 2001, 2011 and 2022. Their codes look alike and follow one
another in one series, so a code tells its edition and no two editions share one. Everything here is
arithmetic on arrays; files are brought together in ``curate.vintages``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.geography.shares import SLIVER
from locality_profiles.tables.cells import CODE_PATTERNS
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import CODE_CHANGE

#: First and last number of the codes of each edition: S01000001 to S01006505 are zones of 2001.
OFFICIAL = (("data_zone_2001", 1, 6_505), ("data_zone_2011", 6_506, 13_481), ("data_zone_2022", 13_482, 20_873))

#: Invented codes, of the sample and of tests, begin with S019: those of S0198 stand for zones of 2022,
#: those of S0199 for zones of 2001, and all others for zones of 2011.
INVENTED = (
    ("data_zone_2011", 900_000, 979_999), ("data_zone_2022", 980_000, 989_999), ("data_zone_2001", 990_000, 999_999),
)  # fmt: skip

#: The edition on which areas are built. Codes of no known edition are taken for it where one is needed.
USUAL = "data_zone_2011"

_NAMES, _FIRST, _LAST = (np.array(column) for column in zip(*OFFICIAL, *INVENTED, strict=True))


def vintage_of(codes: Iterable[str | None] | pa.Array | pa.ChunkedArray) -> np.ndarray:
    """The edition of each data-zone code, as a block type; empty text for what is no code of any edition.

    >>> vintage_of(["S01000001", "S01006506", "S01020873", "S12000027"]).tolist()
    ['data_zone_2001', 'data_zone_2011', 'data_zone_2022', '']
    """
    encoded = _encoded(codes)
    position = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    # The last place is for missing codes, at position -1.
    return np.append(_editions(encoded.dictionary), "")[position].astype(object)


def _encoded(codes: Iterable[str | None] | pa.Array | pa.ChunkedArray) -> pa.DictionaryArray:
    """Codes held once each: a code stands in hundreds of rows of a table by age."""
    if isinstance(codes, pa.ChunkedArray):
        codes = codes.combine_chunks()
    elif not isinstance(codes, pa.Array):
        codes = pa.array(list(codes), pa.string())
    return codes if isinstance(codes, pa.DictionaryArray) else codes.dictionary_encode()


def _editions(codes: pa.Array) -> np.ndarray:
    formed = pc.match_substring_regex(codes, f"^(?:{CODE_PATTERNS['data_zone']})$")
    digits = pc.utf8_slice_codeunits(pc.if_else(formed, codes, "S01000000"), 3)
    numbers = pc.fill_null(pc.cast(digits, pa.int64()), 0).to_numpy(zero_copy_only=False)
    at = np.searchsorted(_FIRST, numbers, side="right") - 1
    return np.where((at >= 0) & (numbers <= _LAST[at]), _NAMES[at], "")


def plural(block_type: str) -> str:
    """Zones of an edition in words.

    >>> plural("data_zone_2022")
    '2022 data zones'
    """
    return f"{block_type.rsplit('_', 1)[1]} data zones"


@dataclass(frozen=True)
class OneVintage:
    """The edition of most codes of a column, and the codes that are of another.

    ``others`` runs beside the codes; ``what`` says in words what is wrong with them, and is empty
    where all are of one edition. A text that is no data-zone code at all is of no concern here.
    """

    block_type: str
    others: np.ndarray
    what: str


def one_vintage(codes: Iterable[str | None] | pa.Array | pa.ChunkedArray) -> OneVintage:
    """The one edition that codes are of, or what to say of those that are of another.

    The edition of most codes is taken for the right one; of two that are equally common, the 2011
    edition, else the older.
    """
    encoded = _encoded(codes)
    editions = vintage_of(encoded)
    found, times = np.unique(editions[editions != ""], return_counts=True)
    most = {str(name) for name in found[times == times.max(initial=0)]}
    block_type = USUAL if USUAL in most or not most else min(most)
    formed = pc.match_substring_regex(encoded.dictionary, f"^(?:{CODE_PATTERNS['data_zone']})$")
    well_formed = pc.fill_null(pc.take(formed, encoded.indices), False).to_numpy(zero_copy_only=False)
    others = well_formed & (editions != block_type)
    return OneVintage(block_type, others, _what(encoded, editions, others, block_type) if others.any() else "")


def _what(encoded: pa.DictionaryArray, editions: np.ndarray, others: np.ndarray, block_type: str) -> str:
    said = []
    for edition in sorted(set(editions[others])):
        strange = pc.unique(encoded.filter(pa.array(others & (editions == edition))).cast(pa.string())).to_pylist()
        listed = ", ".join(strange[:3]) + (f" and {len(strange) - 3:,} more" if len(strange) > 3 else "")
        said.append(f"{plural(edition) if edition else 'no edition that is known'} ({listed})")
    return f"found codes of {' and of '.join(said)} among {plural(block_type)}"


# --- conversions ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Overlap:
    """Pairs of outlines that share land, sorted by the first, then the second.

    ``share`` is the part of the first outline's land that lies in the second. What of it lies in
    none is not told.
    """

    first: np.ndarray
    second: np.ndarray
    share: np.ndarray


def overlaps(shapes: np.ndarray, others: np.ndarray, sliver: float = SLIVER) -> Overlap:
    """How much of the land of each of ``shapes`` lies in each of ``others``, without slivers.

    Parameters
    ----------
    shapes, others
        Valid shapely polygons in one projected coordinate system; None where there is no outline.
    sliver
        Shares below this are left out: two outlines of one line, drawn by two hands.
    """
    import shapely

    first, second = shapely.STRtree(others).query(shapes, predicate="intersects")
    land, inside = shapely.area(shapes), shapely.covers(others[second], shapes[first])
    shared = np.where(inside, land[first], 0.0)
    cut = ~inside
    shared[cut] = shapely.area(shapely.intersection(shapes[first[cut]], others[second[cut]]))
    share = np.minimum(shared / land[first], 1.0)
    kept = np.flatnonzero(share >= sliver)
    kept = kept[np.lexsort((second[kept], first[kept]))]
    return Overlap(first[kept], second[kept], share[kept])


def balanced_shares(first: np.ndarray, second: np.ndarray, people: np.ndarray, rounds: int = 10) -> np.ndarray:
    """Shares of zones of one edition in zones of another, of which only the pairs and the people are known.

    The zones of either edition were drawn to hold much the same number of residents. So an even
    share of every zone converted from, and the known residents of every zone converted to, are
    brought together by balancing (iterative proportional fitting) over the pairs.

    Parameters
    ----------
    first, second : ndarray of int, one per pair
        Positions of the zone converted from and of the zone converted to; each pair once.
    people : ndarray of float
        Residents of each zone converted to, by its position.
    rounds : int
        Ten are enough: more make the result no better (see the notes).

    Returns
    -------
    ndarray of float, one per pair
        Shares of the first zone; those of one zone add up to 1. Shares below a sliver are 0.

    Notes
    -----
    Against households of the 2022 census in Edinburgh's 596 zones of 2011, dwellings of 2013 in zones
    of 2001 were out by 48 a zone on average; shared by residents alone they were out by 89, in equal
    parts by 93. A zone in which nobody lives counts as one resident, for a share must have some ground.
    """
    residents = np.maximum(people, 1.0)
    even = residents[np.unique(second)].sum() / max(len(np.unique(first)), 1)
    share = np.ones(len(first))
    for _ in range(rounds):
        share *= even / _added(share, first)
        share *= residents[second] / _added(share, second)
    share /= _added(share, first)
    share[share < SLIVER] = 0.0
    return np.asarray(share / _added(share, first))


def _added(share: np.ndarray, zones: np.ndarray) -> np.ndarray:
    """Beside each pair, the sum over all pairs of its zone."""
    return np.asarray(np.bincount(zones, share)[zones])


# --- codes that changed ---------------------------------------------------------------------------


@cache
def known_code_changes() -> pa.Table:
    """Official codes of boards, partnerships and councils that changed, as the table ``code_change``.

    The packaged list begins with the boards' redefinition by council areas on 1 April 2014.
    """
    text = resources.files(__package__).joinpath("code_changes.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in CODE_CHANGE.schema.names}
    columns["changed"] = [date.fromisoformat(day) for day in columns["changed"]]
    return conform(CODE_CHANGE, columns, len(rows))
