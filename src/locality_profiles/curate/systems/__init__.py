"""One area system, placed: its areas, and the share of every block in each of them.

There is a function for each origin that ``profiles.toml`` may name (``workspace.ORIGINS``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from locality_profiles.curate.ground import BLOCK, Ground
from locality_profiles.curate.systems.listed import from_blocks, from_file, from_union
from locality_profiles.curate.systems.outlines import from_boundaries, from_polygons, from_published_lookup
from locality_profiles.curate.systems.placed import Found, System, as_system
from locality_profiles.curate.systems.points import from_points
from locality_profiles.curate.systems.practices import from_practices, practice_rows
from locality_profiles.tables.store import key_of, sha256_of
from locality_profiles.workspace import AreaSystem, Workspace

__all__ = ["System", "key_of_system", "place_system", "practice_rows"]


def place_system(ground: Ground, system: AreaSystem, earlier: Mapping[str, System]) -> System:
    """Areas and block memberships of one declared area system.

    ``earlier`` are the systems that stand before it in ``profiles.toml``: a union may be made of them.

    Raises
    ------
    WorkspaceError, ExtractRefused, UnknownArea
        If the system cannot be placed, with every reason.
    """
    if system.origin == "boundaries":
        return from_boundaries(ground, system)
    if system.origin == "lookup":
        return from_published_lookup(ground, system)
    makers: dict[str, Callable[[], Found]] = {
        "file": lambda: from_file(ground, system),
        "polygons": lambda: from_polygons(ground, system),
        "blocks": lambda: from_blocks(ground, system),
        "points": lambda: from_points(ground, system),
        "union": lambda: from_union(ground, system, earlier),
        "gp_clusters": lambda: from_practices(ground, system),
        "gp_practices": lambda: from_practices(ground, system),
    }
    return as_system(ground, system, makers[system.origin]())


def key_of_system(workspace: Workspace, system: AreaSystem, staged: Mapping[str, Sequence[str]], code: str) -> str:
    """Key of everything that one system's placing depends on, so that adding another leaves it alone."""
    tables = ["area", "membership", "boundary"]
    if system.origin == "points":
        tables += ["block_point", "service", "postcode"]
    if system.origin.startswith("gp_"):
        tables += [
            "block_point",
            "service",
            "postcode",
            "registration",
            "patient_zone",
            "population",
            "practice_cluster",
        ]
    if system.fit in ("centroid", "population"):
        tables += ["block_point", "postcode"]
    if system.block_type != BLOCK:
        tables += ["block_conversion", "population"]
    made_of = [s for s in workspace.systems if s.name == system.of]
    above = [key_of_system(workspace, s, staged, code) for s in made_of if s.name != system.name]
    return key_of(
        "system", system, [sha256_of(path) for path in workspace.system_files(system)], dict(workspace.names), above,
        {table: staged.get(table, ()) for table in tables}, code,
    )  # fmt: skip
