"""Areas from lists: a lookup file of the workspace's own, blocks in ``profiles.toml``, unions of other areas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow.compute as pc

from locality_profiles.curate.ground import BLOCK, Ground
from locality_profiles.curate.systems.placed import Found, System, same
from locality_profiles.errors import ExtractRefused, Problem, UnknownArea, WorkspaceError
from locality_profiles.geography import shares as sharing
from locality_profiles.geography.names import NameBook, slug
from locality_profiles.geography.shares import Shares
from locality_profiles.tables.cells import CODE_PATTERNS
from locality_profiles.tables.store import key_of, sha256_of
from locality_profiles.workspace import AREA_TITLES, AreaSystem


def own_table(ground: Ground, system: AreaSystem, columns: Sequence[str]) -> Any:
    """The cells of a system's own file, which must have these columns."""
    from locality_profiles.tables.cells import Cells
    from locality_profiles.tables.intake import Layout, load, recognise

    name, path = str(system.file), ground.workspace.system_file(system)
    assert path is not None
    if not path.is_file():
        raise WorkspaceError(f"The area system '{system.name}' names the file {name}, which is neither in the "
                             f"workspace nor among the extracts ({ground.workspace.extracts}).")  # fmt: skip
    found = recognise(path, {"area_lookup": [Layout(f"file of {system.plural}", tuple(columns))]}, name)
    if not isinstance(found, list) or not found:
        wanted = " and ".join(f"'{column}'" for column in columns)
        raise ExtractRefused(
            f"{name} cannot be used for the area system '{system.name}'.",
            [Problem(f"the columns {wanted} were expected", "Name its columns in profiles.toml.", name)],
        )
    return Cells(load(found[0], path, name))


def from_file(ground: Ground, system: AreaSystem) -> Found:
    """Areas and shares from a lookup file that the workspace names, with weights if it has a column of them.

    Raises
    ------
    ExtractRefused
        With every wrong column, unknown block, block in two areas, and block whose weights exceed one.
    """
    columns = [str(c) for c in (system.block_column, system.name_column, system.code_column, system.weight_column) if c]
    cells = own_table(ground, system, columns)
    block_column, name_column = str(system.block_column), str(system.name_column)
    blocks = cells.codes(block_column, "data_zone").to_pylist()
    # A row with one cell at the end of a table is a footnote, unless it is a code.
    if alone := [note for note in cells.raw.footnotes if re.fullmatch(CODE_PATTERNS["data_zone"], note)]:
        cells.problem(f"{', '.join(alone)} stands alone in the last row, without an area", "Give it its area.",
                      column=block_column)  # fmt: skip
    names = [" ".join(name.split()) if name else name for name in cells.text(name_column).to_pylist()]
    codes = [""] * len(names)
    if system.code_column:
        codes = cells.text(system.code_column).to_pylist()
        cells.agrees(system.code_column, name_column, "stands beside another name than in other rows; a code has one",
                     "Make the names alike, or correct the code.")  # fmt: skip
    weights = np.ones(len(blocks))
    if system.weight_column:
        weights = cells.number(system.weight_column, empty=False).to_numpy(zero_copy_only=False).astype(float)
        cells.unique(block_column, name_column)
        cells.reject(system.weight_column, (weights == 0) | (weights > 1 + 1e-9),
                     "a weight is a share above 0 and up to 1",
                     "Divide percentages by 100; take rows out that share nothing.")  # fmt: skip
        if not cells.problems:
            _refuse_overweight(cells, block_column, blocks, weights)
    else:
        cells.unique(block_column)
    cells.finish()
    rows = [int(row) for row in cells.raw.row_numbers]
    if system.block_type == BLOCK:
        ground.refuse_unknown(blocks, str(system.file), rows, block_column)
    # A code tells two areas of one name apart, in different partnerships.
    called = list(zip(names, codes, strict=True))
    known = sorted(set(called), key=lambda area: (slug(area[0]), area))
    position = {area: number for number, area in enumerate(known)}
    area = np.array([position[each] for each in called], dtype=np.int64)
    extract_id = sha256_of(ground.workspace.system_file(system) or ground.workspace.folder)[:12]
    if system.block_type == BLOCK:
        shares = sharing.complete(ground.positions(blocks), area, weights)
        method = "lookup"
    else:
        shares = _from_other_edition(ground, system, blocks, area, weights)
        method = "converted"
    editions = f"{system.plural}: listed by {system.block_type[-4:]} zones, then converted"
    notes = (editions,) if method == "converted" else ()
    return Found([name for name, _ in known], shares, same(method, len(shares.block)), extract_id,
                 source_codes=[code or None for _, code in known], notes=notes)  # fmt: skip


def _refuse_overweight(cells: Any, column: str, blocks: Sequence[str | None], weights: np.ndarray) -> None:
    """No block may be shared out more than once over; a block that is shared out less lies partly in no area."""
    known, at = np.unique(np.array([block or "" for block in blocks]), return_inverse=True)
    total = np.bincount(at, np.nan_to_num(weights))
    over = np.flatnonzero(total > 1 + 1e-6)
    if len(over):
        listed = ", ".join(f"{known[i]} ({total[i]:.4g})" for i in over[:5])
        rows = [int(cells.raw.row_numbers[i]) for i in np.flatnonzero(np.isin(at, over))[:5]]
        cells.problem(f"the weights of a block add up to more than 1: {listed}",
                      "Correct the weights: a block's shares are parts of one whole.", column=column, rows=rows,
                      count=int(np.isin(at, over).sum()))  # fmt: skip


def _from_other_edition(
    ground: Ground, system: AreaSystem, blocks: Sequence[str], area: np.ndarray, weights: np.ndarray
) -> Shares:
    """Shares of 2011 zones in areas that are made of zones of another edition."""
    rows = ground.connection.execute(
        "select from_code, to_code, weight from zone_conversion where from_type = ? order by all", [system.block_type]
    ).fetchall() if _has_table(ground.connection, "zone_conversion") else []  # fmt: skip
    held = {row[0] for row in rows}
    unknown = sorted({block for block in blocks if block not in held})
    if unknown:
        listed = ", ".join(unknown[:5]) + (f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else "")
        raise ExtractRefused(
            f"{system.file} names zones of {system.block_type[-4:]} for which there is no conversion.",
            [Problem(f"no conversion for {listed}", "Add the lookup between the two editions to the extracts.",
                     str(system.file), count=len(unknown))],
        )  # fmt: skip
    codes = sorted(held)
    old = {code: number for number, code in enumerate(codes)}
    # Zones of one edition were drawn to hold about the same number of people: each old zone counts as one.
    size = np.array([row[2] for row in rows], dtype=float)
    back = sharing.by_parts(
        ground.positions([row[1] for row in rows]), np.array([old[row[0]] for row in rows], dtype=np.int64), size,
        len(ground.blocks),
    )  # fmt: skip
    placed = sharing.complete(np.array([old[block] for block in blocks], dtype=np.int64), area, weights)
    composed = sharing.compose(back, placed)
    # Zones that share nothing with the areas are not the system's business.
    touched = np.unique(composed.block[composed.area >= 0])
    keep = np.isin(composed.block, touched)
    return Shares(composed.block[keep], composed.area[keep], composed.weight[keep])


def _has_table(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    return bool(connection.execute("select 1 from duckdb_tables() where table_name = ?", [name]).fetchall())


def from_blocks(ground: Ground, system: AreaSystem) -> Found:
    """Areas that ``profiles.toml`` lists block by block."""
    codes = [code for area in system.areas for code in area.blocks]
    area = np.array([number for number, listed in enumerate(system.areas) for _ in listed.blocks], dtype=np.int64)
    extract_id = key_of(system)[:12]
    names = [listed.name for listed in system.areas]
    if system.block_type != BLOCK:
        shares = _from_other_edition(ground, system, codes, area, np.ones(len(codes)))
        return Found(names, shares, same("converted", len(shares.block)), extract_id)
    ground.refuse_unknown(codes, f"the area system '{system.name}' in profiles.toml")
    shares = sharing.complete(ground.positions(codes), area, np.ones(len(codes)))
    return Found(names, shares, same("lookup", len(shares.block)), extract_id)


def from_union(ground: Ground, system: AreaSystem, earlier: Mapping[str, System]) -> Found:
    """Areas put together from areas of another system, or of the data-zone lookup.

    Raises
    ------
    WorkspaceError, UnknownArea
        If the other system is not known, or a name means none or several of its areas.
    """
    areas, members = _parts(ground, system, earlier)
    book = NameBook([(code, name) for code, name in areas], dict(ground.workspace.names))
    known = {code for code, _ in areas}
    target: dict[str, int] = {}
    problems = []
    for number, area in enumerate(system.areas):
        for part in area.of:
            code = part if part in known else book.code(part)
            if code is None:
                problems.append(Problem(f"'{part}' is no {system.of} here, or the name of more than one",
                                        "Write its name or its code, as 'locality-profiles areas list' shows them.",
                                        "profiles.toml", rows=()))  # fmt: skip
            else:
                target[code] = number
    if problems:
        raise UnknownArea(f"The area system '{system.name}' is made of areas that are not known.", problems)
    chosen = [(b, target[c], w) for b, c, w in members if c in target]
    block = ground.positions([row[0] for row in chosen])
    target_of = np.array([row[1] for row in chosen], dtype=np.int64)
    weight = np.array([row[2] for row in chosen], dtype=float)
    shares = sharing.complete(block, target_of, weight)
    return Found([listed.name for listed in system.areas], shares, same("union", len(shares.block)),
                 key_of(system)[:12], estimated_areas=np.unique(target_of[weight < 1]))  # fmt: skip


def _parts(
    ground: Ground, system: AreaSystem, earlier: Mapping[str, System]
) -> tuple[list[tuple[str, str]], list[tuple[str, str, float]]]:
    """Areas (code, name) and memberships (block, area, weight) of the system that a union is made of."""
    of = str(system.of)
    if of in earlier:
        areas = earlier[of].areas
        rows = earlier[of].membership.filter(pc.equal(earlier[of].membership["block_type"], BLOCK))
        return (
            list(zip(areas["area_code"].to_pylist(), areas["area_name"].to_pylist(), strict=True)),
            list(zip(*(rows[c].to_pylist() for c in ("block_code", "area_code", "weight")), strict=True)),
        )
    if of in AREA_TITLES or of == BLOCK:
        found = ground.connection.execute(
            "select area_code, area_name from lookup_area where area_type = ?", [of]
        ).fetchall()
        members = ground.connection.execute(
            "select block_code, area_code, weight from lookup_membership where area_type = ? and block_type = ?",
            [of, BLOCK],
        ).fetchall()
        if found:
            return found, members
    known = ", ".join(sorted({*earlier, "intermediate_zone_2011", "council_area", "hscp"}))
    raise WorkspaceError(
        f"The area system '{system.name}' is made of '{of}', which is no area system that stands before it. "
        f"Known there: {known}."
    )
