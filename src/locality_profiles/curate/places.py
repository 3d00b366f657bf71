"""Places: every area that figures can be about, and which blocks make it up.

From the data-zone lookup come councils, partnerships, boards and the country; from the area systems
that a workspace declares come localities, neighbourhoods and their like (``curate/systems.py``). A
locality has no official code: it is its partnership's code and a slug of its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.curate.ground import BLOCK, Ground, union
from locality_profiles.curate.staging import StagedFile, staged_tables
from locality_profiles.curate.systems import System, key_of_system, place_system
from locality_profiles.errors import Problem, UnknownArea, WorkspaceError
from locality_profiles.tables.store import Store, code_key
from locality_profiles.workspace import AreaSystem, Workspace

__all__ = ["BLOCK", "Ground", "lookup_places", "own_partnerships", "place_systems", "union"]

#: The pieces of a placed system that are kept, in the store's own words.
PIECES = ("areas", "membership", "outlines", "measured", "editions")


def lookup_places(connection: duckdb.DuckDBPyConnection, files: Sequence[StagedFile]) -> None:
    """Make tables ``lookup_area`` and ``lookup_membership`` from the data-zone lookup.

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


def place_systems(ground: Ground, store: Store) -> list[System]:
    """Every area system of the workspace, in its order; each is found in the store if nothing under it changed.

    Raises
    ------
    WorkspaceError, ExtractRefused, UnknownArea
        From the first system that cannot be placed, with all that is wrong with it.
    """
    placed: dict[str, System] = {}
    for system in ground.workspace.systems:
        _refuse_taken(ground, system)
        placed[system.name] = _placed_or_found(ground, system, placed, store)
    return list(placed.values())


def _refuse_taken(ground: Ground, system: AreaSystem) -> None:
    """A system may not take the name of one that the data-zone lookup gives already."""
    taken = ground.connection.execute(
        "select 1 from lookup_membership where area_type = ? limit 1", [system.name]
    ).fetchall()
    if taken:
        raise WorkspaceError(
            f"The area system '{system.name}' has the name of areas that the data-zone lookup gives already. "
            "Give it another name, or take it out: areas of the lookup need no [[areas.system]]."
        )


def _placed_or_found(ground: Ground, system: AreaSystem, earlier: dict[str, System], store: Store) -> System:
    staged = {
        table: sorted(stored.key for stored in staged_tables(ground.files, table))
        for table in ("area", "membership", "boundary", "block_point", "service", "postcode", "registration",
                      "patient_zone", "population", "practice_cluster", "block_conversion")
    }  # fmt: skip
    key = key_of_system(ground.workspace, system, staged, code_key())
    found = {piece: store.find(f"_system_{piece}", key) for piece in PIECES}
    if all(found.values()):
        tables = {piece: pq.read_table(stored.path) for piece, stored in found.items() if stored}
        notes = tuple(found["areas"].manifest["notes"])  # type: ignore[union-attr]
        return System(system.name, notes=notes, stored=tuple(s for s in found.values() if s), **tables)
    placed = place_system(ground, system, earlier)
    stored = []
    for piece in PIECES:
        content: pa.Table = getattr(placed, piece)
        stored.append(store.write(f"_system_{piece}", key, content, {"notes": placed.notes}))
    return replace(placed, stored=tuple(stored))
