"""Areas from outlines: published ones among the extracts, and the workspace's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from locality_profiles.curate.ground import Ground, partnership_book, union
from locality_profiles.curate.systems.placed import (
    GRADES,
    Found,
    System,
    as_system,
    of_ground,
    refuse_repeated,
    same,
    touched_only,
)
from locality_profiles.errors import ExtractRefused, Problem, UnknownArea, WorkspaceError
from locality_profiles.geography import shares as sharing
from locality_profiles.geography.membership import place_blocks
from locality_profiles.geography.names import full_key, slug
from locality_profiles.geography.shares import NESTED, OUTSIDE, Shares
from locality_profiles.tables.store import sha256_of
from locality_profiles.workspace import AreaSystem

#: Official areas are made of whole zones, but their published outlines are simplified. Where one outline holds at
#: least this much of what outlines cover of a zone, it is right: in the partnerships whose lookup agrees with the
#: outlines, 98 of 100 such zones of 0.75 to 0.95 are placed as the lookup says, and 71 of 100 below.
TOLD = 0.75


@dataclass(frozen=True)
class _Lookup:
    """A published block-to-area lookup: block, partnership (the block's own) and area name."""

    blocks: np.ndarray
    partnerships: np.ndarray
    names: np.ndarray
    extract_id: str
    notes: tuple[str, ...] = ()


def _published_lookup(ground: Ground, system: AreaSystem) -> _Lookup | None:
    query = union(ground.connection, ground.files, "membership", ["locality_lookup"])
    if not query:
        return None
    rows = ground.connection.execute(
        f"select block_code, place_name, place_parent, extract_id from ({query}) where area_type = ? order by 1",
        [system.name],
    ).fetchall()
    if not rows:
        return None
    ground.refuse_unknown([row[0] for row in rows], "the published locality lookup")
    at = ground.positions([row[0] for row in rows])
    own = {full_key(spelling): name for spelling, name in ground.workspace.names.items()}
    # A partnership code in the lookup may be wrong (the published one errs in 153 rows): the zone's own counts.
    parents = ground.partnerships[at]
    wrong = sum(1 for row, parent in zip(rows, parents, strict=True)
                if row[2] and row[2].startswith("S37") and row[2] != parent)  # fmt: skip
    notes = (f"{wrong:,} rows of the published lookup name another partnership than the zone's own",) if wrong else ()
    names = np.array([own.get(full_key(row[1]), row[1]) for row in rows], dtype=object)
    return _Lookup(at, parents, names, rows[0][3], notes)


def from_published_lookup(ground: Ground, system: AreaSystem) -> System:
    lookup = _published_lookup(ground, system)
    if lookup is None:
        raise WorkspaceError(f"The area system '{system.name}' comes from a lookup, and none is among the extracts.")
    pairs = sorted(set(zip(lookup.partnerships, lookup.names, strict=True)), key=lambda pair: (pair[0], slug(pair[1])))
    position = {pair: number for number, pair in enumerate(pairs)}
    area = np.array([position[pair] for pair in zip(lookup.partnerships, lookup.names, strict=True)], dtype=np.int64)
    shares = sharing.complete(lookup.blocks, area, np.ones(len(area)))
    return as_system(ground, system, Found(
        [name for _, name in pairs], shares, same("lookup", len(shares.block)), lookup.extract_id,
        parents=[parent for parent, _ in pairs], notes=lookup.notes,
    ))  # fmt: skip


def from_boundaries(ground: Ground, system: AreaSystem) -> System:
    """Areas from outlines; blocks by the published lookup where it names the same areas, else by overlap."""
    import shapely

    rows = _outline_rows(ground, system)
    if not rows:
        raise WorkspaceError(
            f"The area system '{system.name}' comes from boundaries, and no outline is among the extracts."
        )
    book = partnership_book(ground.connection, dict(ground.workspace.names))
    parents = [book.code(row[1]) if row[1] else None for row in rows]
    lost = sorted({row[1] or "(no name)" for row, parent in zip(rows, parents, strict=True) if parent is None})
    if lost:
        raise UnknownArea(
            f"Outlines of {system.plural} name partnerships that the data-zone lookup does not hold.",
            [Problem(f"unknown partnership '{name}'", "Add it to [names] in profiles.toml.") for name in lost],
        )
    codes = np.array([f"{parent}/{slug(row[0])}" for row, parent in zip(rows, parents, strict=True)])
    order = np.argsort(codes, kind="stable")
    names = [rows[i][0] for i in order]
    codes, parent_codes = codes[order], np.array([parents[i] for i in order])
    refuse_repeated(system, names, list(codes))
    shapes = shapely.from_wkb([rows[i][2] for i in order])
    here = ground.outlined[np.isin(ground.partnerships[ground.outlined].astype(str), sorted(set(parent_codes)))]
    block_parents = ground.partnerships[here].astype(str)
    placed = place_blocks(ground.outlines[here], block_parents, shapes, parent_codes)
    land = sharing.overlap(ground.outlines[here], shapes, block_parents, parent_codes)
    measured = here[land.block], land.area, land.share
    found = placed.area >= 0
    blocks, area = here[found], placed.area[found].astype(np.int64)
    method, quality = placed.method[found].astype(object), placed.share[found].astype(object)
    notes = _placing_notes(ground, system, blocks, method, placed.share[found])
    estimated = _areas_with_split_blocks(*measured)
    editions = [_edition("outlines", ground.blocks[blocks], codes[area], np.array(names, dtype=object)[area])]
    lookup = _published_lookup(ground, system) if system.prefer_lookup else None
    if lookup is not None:
        told, explained = _prefer_lookup(lookup, codes, parent_codes)
        place = np.array([told.get(block, -1) for block in blocks], dtype=np.int64)
        by_lookup = place >= 0
        moved = int((by_lookup & (place != area)).sum())
        area = np.where(by_lookup, place, area)
        method[by_lookup], quality[by_lookup] = "lookup", None
        # A lookup that names the same areas is the areas: what outlines measure there is only their simplification.
        estimated = np.setdiff1d(estimated, area[by_lookup])
        notes += [*lookup.notes, *explained]
        if moved:
            notes.append(f"{system.plural}: {_blocks(moved)} the outlines place elsewhere went where the lookup says")
        told_codes = [f"{p}/{slug(n)}" for p, n in zip(lookup.partnerships, lookup.names, strict=True)]
        editions.append(_edition("published lookup", ground.blocks[lookup.blocks], told_codes, lookup.names))
    # Official areas are made of whole zones: a zone that outlines hardly divide is as good as looked up.
    grade = np.array([GRADES[m] for m in method])
    grade[(method == "largest_overlap") & ~np.isin(area, estimated)] = 2
    source_codes = [rows[i][4] for i in order]
    along = np.argsort(blocks, kind="stable")
    placing = as_system(ground, system, Found(
        names, Shares(blocks[along], area[along], np.ones(len(along))), method[along], rows[0][3], quality[along],
        grade[along], list(parent_codes), list(codes), source_codes, shapes, measured, estimated, tuple(notes),
    ))  # fmt: skip
    return replace(placing, editions=pa.concat_tables(editions))


def _areas_with_split_blocks(block: np.ndarray, area: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Official areas that may or may not hold a zone: no outline holds enough of it to tell.

    What no outline covers does not count here: simplified coasts leave a rim of every coastal zone bare.
    """
    if not len(block):
        return np.zeros(0, dtype=np.int64)
    covered = np.bincount(block, share)
    part = share / covered[block]
    most = np.zeros(len(covered))
    np.maximum.at(most, block, part)
    return np.unique(area[(most[block] < TOLD) & (part > 1 - TOLD)])


def _placing_notes(
    ground: Ground, system: AreaSystem, blocks: np.ndarray, method: np.ndarray, share: np.ndarray
) -> list[str]:
    notes = []
    if nearest := sorted(ground.blocks[blocks[method == "nearest"]]):
        notes.append(
            f"{system.plural}: {_blocks(len(nearest))} no outline of the partnership touches went to the nearest: "
            + ", ".join(nearest[:10])
        )
    if split := int((share < 0.5).sum()):
        notes.append(f"{system.plural}: {_blocks(split)} no one outline holds half of went to the one that holds most")
    return notes


def _blocks(number: int) -> str:
    return "1 block that" if number == 1 else f"{number:,} blocks that"


def _edition(name: str, blocks: Any, codes: Any, names: Any) -> pa.Table:
    return pa.table({
        "edition": pa.array([name] * len(blocks), pa.string()), "block_code": pa.array(list(blocks), pa.string()),
        "area_code": pa.array(list(codes), pa.string()), "area_name": pa.array(list(names), pa.string()),
    })  # fmt: skip


def _outline_rows(ground: Ground, system: AreaSystem) -> list[tuple[Any, ...]]:
    """Name, partnership's name, outline, extract and source's own code of each area of a system."""
    outlines = union(ground.connection, ground.files, "boundary")
    if not outlines:
        return []
    codes = union(ground.connection, ground.files, "area", ["boundary"])
    return ground.connection.execute(
        f"""select b.place_name, b.place_parent, b.geometry, b.extract_id, a.source_code
            from ({outlines}) b left join ({codes}) a
              on a.area_type = b.area_type and a.area_name = b.place_name
             and a.place_parent is not distinct from b.place_parent and a.extract_id = b.extract_id
            where b.area_type = ? order by b.place_parent, b.place_name""",
        [system.name],
    ).fetchall()


def _prefer_lookup(lookup: _Lookup, codes: np.ndarray, parents: np.ndarray) -> tuple[dict[int, int], list[str]]:
    """Blocks whose area the published lookup tells, in partnerships where it names the same areas."""
    position = {code: number for number, code in enumerate(codes)}
    told: dict[int, int] = {}
    explained = []
    for partnership in sorted(set(lookup.partnerships)):
        here = lookup.partnerships == partnership
        named = {f"{partnership}/{slug(name)}" for name in lookup.names[here]}
        outlined = set(codes[parents == partnership])
        if named == outlined:
            told.update(
                (int(block), position[f"{partnership}/{slug(name)}"])
                for block, name in zip(lookup.blocks[here], lookup.names[here], strict=True)
            )
        elif outlined:
            only = sorted(code.split("/")[1] for code in named ^ outlined)
            explained.append(f"{partnership}: the lookup and the outlines name different areas ({', '.join(only)}); "
                             "the outlines were used")  # fmt: skip
    return told, explained


def from_polygons(ground: Ground, system: AreaSystem) -> Found:
    """Areas from a file of outlines that the workspace names; blocks placed as ``fit`` says."""
    from locality_profiles.geography.outlines import read_outlines

    path = ground.workspace.system_file(system)
    assert path is not None
    read = read_outlines(
        path, str(system.file), name_column=str(system.name_column), code_column=system.code_column,
        layer=system.layer, crs=system.crs,
    )  # fmt: skip
    here = ground.outlined
    measured = sharing.overlap(ground.outlines[here], read.shapes)
    clash = _overlapping(read.names, read.shapes)
    if clash:
        raise ExtractRefused(
            f"{system.file}: {len(clash)} pair(s) of {system.plural} overlap, so people would be counted twice.",
            [Problem(f"'{a}' and '{b}' share {land / 1e6:,.2f} square kilometres",
                     "Draw them apart, or make two area systems of them.", str(system.file))
             for a, b, land in clash[:20]],
        )  # fmt: skip
    notes = list(read.notes)
    shares, method, estimated = _fitted(ground, system, here, measured, read.shapes)
    quality = _quality(shares, (here[measured[0]], measured[1], measured[2]))
    return Found(
        list(read.names), shares, same(method, len(shares.block)), sha256_of(path)[:12], quality,
        source_codes=list(read.codes) if read.codes is not None else None, shapes=read.shapes,
        measured=(here[measured[0]], measured[1], measured[2]), estimated_areas=estimated, notes=tuple(notes),
    )  # fmt: skip


def _overlapping(names: np.ndarray, shapes: np.ndarray) -> list[tuple[str, str, float]]:
    """Pairs of outlines that share more than a sliver of the smaller one's land."""
    import shapely

    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    first, second = first[first < second], second[first < second]
    land = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    smaller = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    return [(str(names[a]), str(names[b]), float(shared))
            for a, b, shared, least in zip(first, second, land, smaller, strict=True)
            if shared > sharing.SLIVER * least]  # fmt: skip


def _fitted(
    ground: Ground, system: AreaSystem, here: np.ndarray, measured: tuple[np.ndarray, np.ndarray, np.ndarray],
    shapes: np.ndarray,
) -> tuple[Shares, str, np.ndarray | None]:  # fmt: skip
    """Shares by the declared fit, the method's name, and the areas whose figures it makes estimates."""
    at = (here[measured[0]], measured[1], measured[2])
    if system.fit == "centroid":
        points = ground.points[here]
        shares = of_ground(here, sharing.by_centroid(points, shapes))
        return touched_only(shares), "centroid", _areas_off_the_line(*at)
    if system.fit == "population":
        parts = ground.postcode_parts()
        if parts is None:
            raise WorkspaceError(
                f"The area system '{system.name}' is to be fitted by population, which needs a postcode directory with "
                'people among the extracts. Add one, or use fit = "land".'
            )
        return touched_only(_by_postcodes(ground, parts, shapes)), "population", None
    by_land = of_ground(here, _by_measured_land(len(here), *measured))
    if system.fit == "land":
        return touched_only(sharing.settled(by_land)), "land", None
    return touched_only(sharing.best_fit(by_land)), "largest_overlap", _areas_off_the_line(*at)


def _by_measured_land(count: int, block: np.ndarray, area: np.ndarray, share: np.ndarray) -> Shares:
    """Shares by land, from what was measured; the uncovered rest is outside, and slivers are nobody's.

    Land that two outlines claim by a sliver (a wider overlap has been refused) counts half for each.
    """
    covered = np.bincount(block, share, minlength=count)
    share = share / np.maximum(covered[block], 1.0)
    rest = np.flatnonzero(covered < 1)
    block = np.concatenate([block, rest])
    area = np.concatenate([area, np.full(len(rest), OUTSIDE)])
    share = np.concatenate([share, 1 - covered[rest]])
    kept = share >= sharing.SLIVER
    block, area, share = block[kept], area[kept], share[kept]
    return sharing.complete(block, area, share / np.bincount(block, share, minlength=count)[block])


def _areas_off_the_line(block: np.ndarray, area: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Areas of the workspace's own drawing that cut a block: part of it lies in another area or in none."""
    cut = (share > 1 - NESTED) & (share < NESTED)
    return np.unique(area[cut])


def _by_postcodes(ground: Ground, parts: pa.Table, shapes: np.ndarray) -> Shares:
    """Shares of zones in outlines by the people of their postcodes."""
    import shapely

    block = ground.positions(parts["data_zone"].to_pylist())
    points = shapely.points(parts["easting"].to_numpy(), parts["northing"].to_numpy())
    tree = shapely.STRtree(shapes)
    point_at, area_at = tree.query(points, predicate="intersects")
    area = np.full(len(points), OUTSIDE, dtype=np.int64)
    area[point_at[::-1]] = area_at[::-1]  # the first of two that share an edge
    known = block >= 0
    return sharing.by_parts(
        block[known], area[known], parts["persons"].to_numpy().astype(float)[known], len(ground.blocks)
    )


def _quality(shares: Shares, measured: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    """The measured land share of each row of shares; None where nothing was measured."""
    known = {(int(b), int(a)): float(s) for b, a, s in zip(*measured, strict=True)}
    return np.array([known.get((int(b), int(a))) for b, a in zip(shares.block, shares.area, strict=True)], dtype=object)
