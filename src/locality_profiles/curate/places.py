"""Places: every area that figures can be about, and which blocks make it up.

From the data-zone lookup come councils, partnerships, boards and the country; from the area systems
that a workspace declares come localities, neighbourhoods and their like. A locality has no official
code: it is its partnership's code and a slug of its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from locality_profiles.curate.staging import StagedFile, staged_tables, union_of
from locality_profiles.errors import ExtractRefused, Problem, UnknownArea, WorkspaceError
from locality_profiles.geography.membership import place_blocks
from locality_profiles.geography.names import NameBook, full_key, slug
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import AREA, MEMBERSHIP
from locality_profiles.tables.store import sha256_of
from locality_profiles.workspace import AreaSystem, Workspace

BLOCK = "data_zone_2011"


@dataclass(frozen=True)
class System:
    """One area system, placed: its areas, and one row per block."""

    areas: pa.Table
    membership: pa.Table
    notes: tuple[str, ...]


def union(
    connection: duckdb.DuckDBPyConnection, files: Iterable[StagedFile], table: str, kinds: Sequence[str] = ()
) -> str:
    """A query over the staged pieces of one table, with ``extract_id``; empty where there are none."""
    wanted = [f for f in files if not kinds or any(part.kind in kinds for part in f.parts)]
    pieces = staged_tables(wanted, table)
    return union_of(table, [piece.path for piece in pieces]) if pieces else ""


def lookup_places(connection: duckdb.DuckDBPyConnection, files: Sequence[StagedFile]) -> None:
    """Make views ``lookup_area`` and ``lookup_membership`` from the data-zone lookup.

    Raises
    ------
    WorkspaceError
        If no data-zone lookup is among the extracts: nothing can be placed without one.
    """
    areas = union(connection, files, "area", ["data_zone_lookup"])
    if not areas:
        raise WorkspaceError(
            "No data-zone lookup is among the extracts, so no figure can be placed. "
            "Add the open-data file 'Geography codes and labels' for 2011 data zones."
        )
    connection.execute(f"create or replace table lookup_area as {areas}")
    membership = union(connection, files, "membership", ["data_zone_lookup"])
    connection.execute(f"create or replace table lookup_membership as {membership}")


def own_partnerships(connection: duckdb.DuckDBPyConnection, workspace: Workspace) -> tuple[str, ...]:
    """Codes of the partnerships that get profiles.

    Raises
    ------
    UnknownArea
        If ``profiles.toml`` names a code that the lookup does not hold.
    """
    known = dict(connection.execute("select area_code, area_name from lookup_area where area_type = 'hscp'").fetchall())
    if workspace.partnerships is None:
        return tuple(sorted(known))
    unknown = [code for code in workspace.partnerships if code not in known]
    if unknown:
        some = ", ".join(f"{code} {name}" for code, name in sorted(known.items())[:40])
        raise UnknownArea(
            f"profiles.toml names {', '.join(unknown)}, which the data-zone lookup does not hold.",
            [Problem("the code is not that of a partnership", f"Partnerships in the lookup: {some}.", "profiles.toml")],
        )
    return workspace.partnerships


def partnership_book(connection: duckdb.DuckDBPyConnection, names: dict[str, str]) -> NameBook:
    """Partnership codes by partnership's code, its name, or the name of a council inside it."""
    rows = connection.execute(
        "select area_code, area_name from lookup_area where area_type = 'hscp' union all "
        "select area_code, area_code from lookup_area where area_type = 'hscp' union all "
        "select parent_code, unnest([area_name, area_code]) from lookup_area "
        "where area_type = 'council_area' and parent_type = 'hscp'"
    ).fetchall()
    return NameBook(rows, names)


def place_system(
    connection: duckdb.DuckDBPyConnection, system: AreaSystem, workspace: Workspace, files: Sequence[StagedFile]
) -> System:
    """Areas and block memberships of one declared area system, for every partnership that has any."""
    if system.origin == "file":
        return _from_file(connection, system, workspace)
    lookup = _published_lookup(connection, system, workspace, files)
    if system.origin == "lookup":
        if lookup is None:
            raise WorkspaceError(
                f"The area system '{system.name}' comes from a lookup, and none is among the extracts."
            )
        return _from_lookup(connection, system, lookup)
    return _from_boundaries(connection, system, workspace, files, lookup if system.prefer_lookup else None)


@dataclass(frozen=True)
class _Lookup:
    """A published block-to-area lookup: block, partnership (the block's own) and area name."""

    blocks: np.ndarray
    partnerships: np.ndarray
    names: np.ndarray
    extract_id: str
    notes: tuple[str, ...] = ()


def _block_partnerships(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(
        connection.execute(
            f"select block_code, area_code from lookup_membership where area_type = 'hscp' and block_type = '{BLOCK}'"
        ).fetchall()
    )


def _published_lookup(
    connection: duckdb.DuckDBPyConnection, system: AreaSystem, workspace: Workspace, files: Sequence[StagedFile]
) -> _Lookup | None:
    query = union(connection, files, "membership", ["locality_lookup"])
    if not query:
        return None
    rows = connection.execute(
        f"select block_code, place_name, place_parent, extract_id from ({query}) where area_type = ? order by 1",
        [system.name],
    ).fetchall()
    partnerships = _block_partnerships(connection)
    unknown = sorted({row[0] for row in rows if row[0] not in partnerships})
    if unknown:
        raise _unknown_blocks(unknown, "the published locality lookup")
    if not rows:
        return None
    own = {full_key(spelling): name for spelling, name in workspace.names.items()}
    # A partnership code in the lookup may be wrong (the published one errs in 153 rows): the zone's own counts.
    wrong = sum(1 for row in rows if row[2] and row[2].startswith("S37") and row[2] != partnerships[row[0]])
    notes = (f"{wrong:,} rows of the published lookup name another partnership than the zone's own",) if wrong else ()
    return _Lookup(
        np.array([row[0] for row in rows]), np.array([partnerships[row[0]] for row in rows]),
        np.array([own.get(full_key(row[1]), row[1]) for row in rows]), rows[0][3], notes,
    )  # fmt: skip


def _unknown_blocks(codes: Sequence[str], where: str) -> ExtractRefused:
    listed = ", ".join(codes[:5]) + (f" and {len(codes) - 5:,} more" if len(codes) > 5 else "")
    return ExtractRefused(
        f"{where.capitalize()} names data zones that the data-zone lookup does not hold.",
        [Problem(f"unknown data-zone codes: {listed}", "Check the vintage: 2011 zones were expected.", where,
                 count=len(codes))],
    )  # fmt: skip


def _from_lookup(connection: duckdb.DuckDBPyConnection, system: AreaSystem, lookup: _Lookup) -> System:
    codes = np.array([f"{p}/{slug(n)}" for p, n in zip(lookup.partnerships, lookup.names, strict=True)])
    first = dict(zip(codes[::-1], zip(lookup.names[::-1], lookup.partnerships[::-1], strict=True), strict=True))
    areas = _areas(system, [(code, name, partnership, None) for code, (name, partnership) in sorted(first.items())],
                   lookup.extract_id)  # fmt: skip
    return System(areas, _members(system, lookup.blocks, codes, "lookup", None, lookup.extract_id), lookup.notes)


def _areas(system: AreaSystem, rows: Sequence[tuple[str, str, str | None, str | None]], extract_id: str) -> pa.Table:
    """Area rows from (code, name, partnership, source code)."""
    columns = {
        "area_type": system.name, "area_code": [row[0] for row in rows], "area_name": [row[1] for row in rows],
        "parent_type": ["hscp" if row[2] else None for row in rows], "parent_code": [row[2] for row in rows],
        "source_code": [row[3] for row in rows], "extract_id": extract_id,
    }  # fmt: skip
    return conform(AREA, columns, len(rows))


def _members(
    system: AreaSystem, blocks: Any, codes: Any, method: Any, quality: Any, extract_id: str, weight: Any = 1.0
) -> pa.Table:
    return conform(MEMBERSHIP, {
        "block_type": BLOCK, "block_code": blocks, "area_type": system.name, "area_code": codes, "weight": weight,
        "method": method, "quality": quality, "extract_id": extract_id,
    }, len(blocks))  # fmt: skip


def _from_boundaries(
    connection: duckdb.DuckDBPyConnection,
    system: AreaSystem,
    workspace: Workspace,
    files: Sequence[StagedFile],
    lookup: _Lookup | None,
) -> System:
    """Areas from outlines; blocks by the published lookup where it names the same areas, else by overlap."""
    import shapely

    outlines = union(connection, files, "boundary")
    rows = _outline_rows(connection, system, outlines, files)
    if not rows:
        raise WorkspaceError(
            f"The area system '{system.name}' comes from boundaries, and no outline is among the extracts."
        )
    book = partnership_book(connection, dict(workspace.names))
    parents = [book.code(row[1]) if row[1] else None for row in rows]
    lost = sorted({row[1] or "(no name)" for row, parent in zip(rows, parents, strict=True) if parent is None})
    if lost:
        raise UnknownArea(
            f"Outlines of {system.plural} name partnerships that the data-zone lookup does not hold.",
            [Problem(f"unknown partnership '{name}'", "Add it to [names] in profiles.toml.") for name in lost],
        )
    codes = np.array([f"{parent}/{slug(row[0])}" for row, parent in zip(rows, parents, strict=True)])
    repeated = sorted({code for code in codes if (codes == code).sum() > 1})
    if repeated:
        raise UnknownArea(f"Two {system.plural} of one partnership have one name: {', '.join(repeated)}.")
    order = np.argsort(codes)
    codes, parent_codes = codes[order], np.array([parents[i] for i in order])
    shapes = shapely.from_wkb([rows[i][2] for i in order])
    areas = _areas(
        system, [(codes[k], *rows[i][:1], parent_codes[k], rows[i][4]) for k, i in enumerate(order)], rows[0][3]
    )
    blocks, block_parents, block_shapes = _block_outlines(connection, outlines, set(parent_codes))
    placed = place_blocks(block_shapes, block_parents, shapes, parent_codes)
    found = placed.area >= 0
    area_of = np.where(found, codes[np.maximum(placed.area, 0)], "")
    method = placed.method.astype(object)
    quality = placed.share.astype(object)
    notes = []
    if nearest := sorted(blocks[method == "nearest"]):
        notes.append(
            f"{system.plural}: {_blocks(len(nearest))} no outline of the partnership touches went to the nearest: "
            + ", ".join(nearest[:10])
        )
    if split := int((placed.share[found] < 0.5).sum()):
        notes.append(f"{system.plural}: {_blocks(split)} no one outline holds half of went to the one that holds most")
    if lookup is not None:
        told, explained = _prefer_lookup(lookup, codes, parent_codes)
        moved = 0
        for position, block in enumerate(blocks):
            if block in told:
                moved += int(area_of[position] != told[block])
                area_of[position], method[position], quality[position] = told[block], "lookup", None
        notes += [*lookup.notes, *explained]
        if moved:
            notes.append(f"{system.plural}: {_blocks(moved)} the outlines place elsewhere went where the lookup says")
    return System(
        areas, _members(system, blocks[found], area_of[found], list(method[found]), list(quality[found]), rows[0][3]),
        tuple(notes),
    )  # fmt: skip


def _blocks(number: int) -> str:
    return "1 block that" if number == 1 else f"{number:,} blocks that"


def _outline_rows(
    connection: duckdb.DuckDBPyConnection, system: AreaSystem, outlines: str, files: Sequence[StagedFile]
) -> list[tuple[Any, ...]]:
    """Name, partnership's name, outline, extract and source's own code of each area of a system."""
    if not outlines:
        return []
    codes = union(connection, files, "area", ["boundary"])
    return connection.execute(
        f"""select b.place_name, b.place_parent, b.geometry, b.extract_id, a.source_code
            from ({outlines}) b left join ({codes}) a
              on a.area_type = b.area_type and a.area_name = b.place_name
             and a.place_parent is not distinct from b.place_parent and a.extract_id = b.extract_id
            where b.area_type = ?""",
        [system.name],
    ).fetchall()


def _prefer_lookup(lookup: _Lookup, codes: np.ndarray, parents: np.ndarray) -> tuple[dict[str, str], list[str]]:
    """Blocks whose area the published lookup tells, in partnerships where it names the same areas."""
    told: dict[str, str] = {}
    explained = []
    for partnership in sorted(set(lookup.partnerships)):
        here = lookup.partnerships == partnership
        named = {f"{partnership}/{slug(name)}" for name in lookup.names[here]}
        outlined = set(codes[parents == partnership])
        if named == outlined:
            told.update(
                (block, f"{partnership}/{slug(name)}")
                for block, name in zip(lookup.blocks[here], lookup.names[here], strict=True)
            )
        elif outlined:
            only = sorted(code.split("/")[1] for code in named ^ outlined)
            explained.append(f"{partnership}: the lookup and the outlines name different areas ({', '.join(only)}); "
                             "the outlines were used")  # fmt: skip
    return told, explained


def _block_outlines(
    connection: duckdb.DuckDBPyConnection, outlines: str, partnerships: set[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    import shapely

    rows = connection.execute(
        f"select area_code, geometry from ({outlines}) where area_type = '{BLOCK}' order by 1"
    ).fetchall()
    if not rows:
        raise WorkspaceError("Areas are to be found from outlines, and no outline of data zones is among the extracts.")
    parents = _block_partnerships(connection)
    unknown = [row[0] for row in rows if row[0] not in parents]
    if unknown:
        raise _unknown_blocks(unknown, "the data-zone boundaries")
    kept = [row for row in rows if parents[row[0]] in partnerships]
    return (
        np.array([row[0] for row in kept]), np.array([parents[row[0]] for row in kept]),
        shapely.from_wkb([row[1] for row in kept]),
    )  # fmt: skip


def _from_file(connection: duckdb.DuckDBPyConnection, system: AreaSystem, workspace: Workspace) -> System:
    """Areas and memberships from a lookup file that the workspace names.

    Raises
    ------
    ExtractRefused
        With every wrong column, unknown block and block in two areas.
    """
    from locality_profiles.tables.cells import Cells
    from locality_profiles.tables.intake import Layout, load, recognise

    name = str(system.file)
    path = workspace.extracts / name
    columns = (str(system.block_column), str(system.name_column))
    layout = Layout(f"lookup of {system.plural}", columns)
    found = recognise(path, {"area_lookup": [layout]}, name)
    if not isinstance(found, list):
        raise ExtractRefused(
            f"{name} cannot be used for the area system '{system.name}'.",
            [Problem(f"the columns {' and '.join(columns)} were expected", "Name its columns in profiles.toml.", name)],
        )
    cells = Cells(load(found[0], path, name))
    blocks = cells.codes(columns[0], "data_zone").to_pylist()
    names = cells.text(columns[1]).to_pylist()
    cells.unique(columns[0])
    parents = _block_partnerships(connection)
    unknown = [block for block in blocks if block is not None and block not in parents]
    if unknown:
        rows = [int(cells.raw.row_numbers[i]) for i, block in enumerate(blocks) if block in set(unknown)]
        what = f"unknown data-zone codes: {', '.join(unknown[:5])}"
        remedy = "Check the vintage: 2011 zones were expected."
        cells.problem(what, remedy, column=columns[0], rows=rows, count=len(unknown))
    cells.finish()
    holders: dict[str, set[str]] = {}
    for block, area in zip(blocks, names, strict=True):
        holders.setdefault(area, set()).add(parents[block])
    code_of = {
        area: f"{next(iter(held))}/{slug(area)}" if len(held) == 1 else slug(area) for area, held in holders.items()
    }
    extract_id = sha256_of(path)[:12]
    rows_of = [(code, area, next(iter(holders[area])) if len(holders[area]) == 1 else None, None)
               for area, code in sorted(code_of.items())]  # fmt: skip
    members = _members(system, blocks, [code_of[area] for area in names], "lookup", None, extract_id)
    return System(_areas(system, rows_of, extract_id), members, ())
