"""What every origin ends in: codes for areas, a code that ends in OUT for the rest, and marks for estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.curate.ground import BLOCK, Ground
from locality_profiles.errors import ExtractRefused, Problem, UnknownArea
from locality_profiles.geography.names import slug
from locality_profiles.geography.shares import OUTSIDE, Shares
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import AREA, MEMBERSHIP, OUT
from locality_profiles.tables.store import Stored
from locality_profiles.workspace import AreaSystem

#: How good each way of placing is (see ``MEMBERSHIP.grade``).
GRADES = {
    "identity": 1, "lookup": 1, "nested": 1, "union": 1, "reported": 1, "recoded": 1, "premises": 5,
    "lookup_best_fit": 3,
    "largest_overlap": 3, "nearest": 3, "centroid": 3, "land": 3, "population": 2, "converted": 3,
    "registered_patients": 2, "registered_modelled": 4,
}  # fmt: skip

#: An area belongs to the partnership that holds at least this share of its blocks, by number and weight.
HOME = 0.99

MEASURED = pa.schema([("block_code", pa.string()), ("area_code", pa.string()), ("share", pa.float64())])
OUTLINES = pa.schema([("area_code", pa.string()), ("geometry", pa.binary())])
EDITIONS = pa.schema([
    ("edition", pa.string()), ("block_code", pa.string()), ("area_code", pa.string()), ("area_name", pa.string()),
])  # fmt: skip


@dataclass(frozen=True)
class System:
    """One area system, placed.

    ``measured`` is the land share of blocks in outlines, where there are outlines; ``editions`` holds
    the placings that were compared, where more than one source places the same areas.
    """

    name: str
    areas: pa.Table
    membership: pa.Table
    outlines: pa.Table
    measured: pa.Table
    editions: pa.Table
    notes: tuple[str, ...]
    stored: tuple[Stored, ...] = ()
    """Where its pieces are kept."""

    @property
    def key(self) -> str:
        """The key of what it was made from."""
        return self.stored[0].key if self.stored else ""


@dataclass(frozen=True)
class Found:
    """Areas found for a system, before they have codes.

    ``shares`` places the ground's blocks (by position) in the areas (by position). ``method`` and
    ``quality`` run beside the rows of ``shares``. ``parents`` are partnerships where the origin
    tells them; else they follow from the blocks.
    """

    names: Sequence[str]
    shares: Shares
    method: np.ndarray
    extract_id: str
    quality: np.ndarray | None = None
    grade: np.ndarray | None = None
    """Beside the rows of ``shares`` too; the usual one of each method where it is not given."""
    parents: Sequence[str | None] | None = None
    codes: Sequence[str] | None = None
    source_codes: Sequence[str | None] | None = None
    shapes: np.ndarray | None = None
    measured: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
    estimated_areas: np.ndarray | None = None
    notes: tuple[str, ...] = ()


def as_system(ground: Ground, system: AreaSystem, found: Found) -> System:
    """Areas with codes, and memberships whose weights add up to one.

    Raises
    ------
    ExtractRefused
        If an area holds no block, or two areas would have one code.
    """
    shares, names = found.shares, list(found.names)
    _refuse_empty(system, names, shares)
    homes, whole = _homes(ground, len(names), shares)
    parents = list(found.parents) if found.parents is not None else homes
    codes = list(found.codes) if found.codes is not None else [
        f"{parent}/{slug(name)}" if parent else slug(name) for name, parent in zip(names, parents, strict=True)
    ]  # fmt: skip
    refuse_repeated(system, names, codes)
    code_of = np.array([*codes, ""], dtype=object)  # the last stands for OUTSIDE, which is -1
    outside = shares.area == OUTSIDE
    area_code = code_of[shares.area]
    area_code[outside] = [f"{parent}/{OUT}" for parent in ground.partnerships[shares.block[outside]]]
    method, quality = found.method.astype(object), found.quality
    quality = np.full(len(area_code), None, dtype=object) if quality is None else quality.astype(object)
    grade = np.array([GRADES[m] for m in method]) if found.grade is None else found.grade
    estimated = (shares.weight < 1 - 1e-9) | np.isin(method, ["lookup_best_fit", "converted"])
    if found.estimated_areas is not None:
        estimated |= np.isin(shares.area, found.estimated_areas)
    left = _left_over(ground, shares)
    usual = usual_method(method)
    blocks = np.concatenate([shares.block, left])
    rows = {
        "block_type": BLOCK, "block_code": ground.blocks[blocks],
        "area_type": system.name,
        "area_code": np.concatenate([area_code, [f"{parent}/{OUT}" for parent in ground.partnerships[left]]]),
        "weight": np.concatenate([shares.weight, np.ones(len(left))]),
        "method": np.concatenate([method, np.full(len(left), usual, dtype=object)]),
        "quality": np.concatenate([quality, np.full(len(left), None, dtype=object)]),
        "extract_id": found.extract_id,
        "grade": np.concatenate([grade, np.full(len(left), GRADES[usual])]).astype(np.int64),
        "estimated": np.concatenate([estimated, np.zeros(len(left), dtype=bool)]),
    }  # fmt: skip
    membership = _area_wide(conform(MEMBERSHIP, rows, len(blocks)))
    left_over = sorted({code for code in rows["area_code"] if code.endswith(f"/{OUT}")})
    areas = _areas(system, [
        *zip(codes, names, found.parents or whole, found.source_codes or [None] * len(codes), strict=True),
        *((code, f"In no {system.title}", code.split("/")[0], None) for code in left_over),
    ], found.extract_id)  # fmt: skip
    return System(system.name, areas, membership, _outline_table(codes, found), _measured_table(ground, codes, found),
                  EDITIONS.empty_table(), (*found.notes, *_out_notes(system, membership)))  # fmt: skip


def usual_method(method: np.ndarray) -> str:
    """The method by which most rows were placed."""
    names, counts = np.unique(method.astype(str), return_counts=True)
    return str(names[np.argmax(counts)]) if len(names) else "lookup"


def _refuse_empty(system: AreaSystem, names: Sequence[str], shares: Shares) -> None:
    has = np.zeros(len(names), dtype=bool)
    has[shares.area[shares.area >= 0]] = True
    if empty := [name for name, held in zip(names, has, strict=True) if not held]:
        remedy = (
            'Use fit = "land" or "population" to share blocks, or draw the area larger.'
            if system.origin == "polygons" else "Give it at least one block, or take it out."
        )  # fmt: skip
        raise ExtractRefused(
            f"{len(empty)} of the {system.plural} hold no data zone, so nobody would live there.",
            [Problem(f"'{name}' gets no data zone", remedy, system.file) for name in empty],
        )


def _homes(ground: Ground, count: int, shares: Shares) -> tuple[list[str | None], list[str | None]]:
    """The partnership that holds nearly all of an area's blocks, and the one that holds all; None for neither."""
    inside = shares.area >= 0
    partnerships, at = np.unique(ground.partnerships.astype(str), return_inverse=True)
    held = np.zeros((count, len(partnerships)))
    np.add.at(held, (shares.area[inside], at[shares.block[inside]]), shares.weight[inside])
    most = held.argmax(axis=1)
    part = held[np.arange(count), most] / held.sum(axis=1)
    homes, whole = (
        [str(partnerships[m]) if p >= least else None for m, p in zip(most, part, strict=True)]
        for least in (HOME, 1 - 1e-9)
    )
    return homes, whole


def refuse_repeated(system: AreaSystem, names: Sequence[str], codes: Sequence[str]) -> None:
    of_code: dict[str, list[str]] = {}
    for code, name in zip(codes, names, strict=True):
        of_code.setdefault(code, []).append(name)
    if repeated := {code: alike for code, alike in of_code.items() if len(alike) > 1}:
        raise UnknownArea(
            f"Two {system.plural} of one partnership have one name: {', '.join(sorted(repeated))}.",
            [Problem(f"these would have one code, {code}: {', '.join(alike)}", "Give each its own name.", system.file)
             for code, alike in sorted(repeated.items())],
        )  # fmt: skip


def _left_over(ground: Ground, shares: Shares) -> np.ndarray:
    """Blocks of the partnerships that the system touches which it does not place at all."""
    inside = shares.block[shares.area >= 0]
    touched = set(ground.partnerships[inside])
    here = np.isin(ground.partnerships.astype(str), sorted(touched))
    here[shares.block] = False
    return np.flatnonzero(here)


def _area_wide(membership: pa.Table) -> pa.Table:
    """``estimated`` is a property of an area: one shared block makes all of its figures estimates."""
    keys = pc.binary_join_element_wise(membership["block_type"], membership["area_code"], "|").combine_chunks()
    groups = keys.dictionary_encode()
    at = groups.indices.to_numpy(zero_copy_only=False)
    weak = np.zeros(len(groups.dictionary) + 1, dtype=bool)
    np.logical_or.at(weak, at, membership["estimated"].to_numpy(zero_copy_only=False).astype(bool))
    place = membership.schema.get_field_index("estimated")
    return membership.set_column(place, "estimated", pa.array(weak[at]))


def _areas(system: AreaSystem, rows: Sequence[tuple[str, str, str | None, str | None]], extract_id: str) -> pa.Table:
    """Area rows from (code, name, partnership, source code)."""
    columns = {
        "area_type": system.name, "area_code": [row[0] for row in rows], "area_name": [row[1] for row in rows],
        "parent_type": ["hscp" if row[2] else None for row in rows], "parent_code": [row[2] for row in rows],
        "source_code": [row[3] for row in rows], "extract_id": extract_id,
    }  # fmt: skip
    return conform(AREA, columns, len(rows))


def _outline_table(codes: Sequence[str], found: Found) -> pa.Table:
    import shapely

    if found.shapes is None:
        return OUTLINES.empty_table()
    return pa.table({"area_code": list(codes), "geometry": list(shapely.to_wkb(found.shapes))}, schema=OUTLINES)


def _measured_table(ground: Ground, codes: Sequence[str], found: Found) -> pa.Table:
    if found.measured is None:
        return MEASURED.empty_table()
    block, area, share = found.measured
    return pa.table({
        "block_code": ground.blocks[block], "area_code": np.array(codes, dtype=object)[area], "share": share,
    }, schema=MEASURED)  # fmt: skip


def _out_notes(system: AreaSystem, membership: pa.Table) -> list[str]:
    """What a reader should know of what lies in no area."""
    rows = membership.filter(pc.ends_with(membership["area_code"], f"/{OUT}"))
    if not len(rows):
        return []
    whole = pc.sum(pc.equal(rows["weight"], 1.0)).as_py()
    part = len(rows) - whole
    said = [f"{whole:,} data zone(s) lie in none" if whole else "", f"{part:,} lie partly in none" if part else ""]
    return [f"{system.plural}: {' and '.join(s for s in said if s)}; they are counted under a code that ends in {OUT}"]


def same(value: str, count: int) -> np.ndarray:
    return np.full(count, value, dtype=object)


def of_ground(here: np.ndarray, shares: Shares) -> Shares:
    """Shares of some blocks as shares of the ground's."""
    return Shares(here[shares.block], shares.area, shares.weight)


def touched_only(shares: Shares) -> Shares:
    """Without the blocks that lie wholly outside: whole partnerships that a system touches get theirs back later."""
    keep = np.isin(shares.block, np.unique(shares.block[shares.area >= 0]))
    return Shares(shares.block[keep], shares.area[keep], shares.weight[keep])
