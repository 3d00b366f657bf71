"""A workspace: ``profiles.toml`` and the folders round it.

::

    my-partnership/
        profiles.toml       what to build
        data/raw            extracts as supplied
        data/curated        tables made from them, and catalog.duckdb
        data/published      releases; 'current' is the one to read
        expectations/       plausibility suites of this workspace's own, in place of the package's
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.errors import WorkspaceError

SETTINGS = "profiles.toml"
DOORS = ("extract", "curated", "profile")
SYSTEM_NAME = r"[a-z][a-z0-9_]*"

#: Area types that every workspace has, and their names for people (one, several).
AREA_TITLES: dict[str, tuple[str, str]] = {
    "locality": ("Locality", "Localities"),
    "council_area": ("Council area", "Council areas"),
    "hscp": ("Partnership", "Partnerships"),
    "health_board": ("Health board", "Health boards"),
    "country": ("Country", "Countries"),
    "ward": ("Council ward", "Council wards"),
    "intermediate_zone_2011": ("Intermediate zone", "Intermediate zones"),
    "data_zone_2011": ("Data zone", "Data zones"),
    "gp_practice": ("GP practice", "GP practices"),
    "hospital": ("Hospital", "Hospitals"),
}


@dataclass(frozen=True)
class AreaSystem:
    """One way of dividing places up, such as localities or neighbourhoods."""

    name: str
    title: str
    plural: str
    origin: str  # boundaries, lookup or file
    file: str | None = None
    block_column: str | None = None
    name_column: str | None = None
    prefer_lookup: bool = False


@dataclass(frozen=True)
class Workspace:
    """What ``profiles.toml`` says, with every path made absolute."""

    folder: Path
    title: str
    synthetic: bool
    partnerships: tuple[str, ...] | None
    """Codes of the partnerships that get profiles; None for all."""
    profiled: tuple[str, ...]
    """Area types that get a profile each, in the order of the index."""
    systems: tuple[AreaSystem, ...]
    extracts: Path
    read: tuple[str, ...]
    ignore: tuple[str, ...]
    names: Mapping[str, str]

    @property
    def curated(self) -> Path:
        return self.folder / "data" / "curated"

    @property
    def published(self) -> Path:
        return self.folder / "data" / "published"

    @property
    def catalog(self) -> Path:
        return self.curated / "catalog.duckdb"

    @property
    def current(self) -> Path:
        """The release to read."""
        return self.published / "current"

    def suites(self, door: str) -> dict[str, Path]:
        """Suites of a door by name: the package's own, each replaced by the workspace's of that name."""
        folders = (packaged_expectations(), self.folder / "expectations")
        return {path.stem: path for folder in folders for path in sorted((folder / door).glob("*.json"))}

    def title_of(self, area_type: str) -> tuple[str, str]:
        """Singular and plural name of an area type."""
        for system in self.systems:
            if system.name == area_type:
                return system.title, system.plural
        return AREA_TITLES.get(area_type, (area_type, area_type))

    def extract_files(self) -> list[Path]:
        """Files to read: those that ``read`` names and ``ignore`` does not, in order of name.

        Raises
        ------
        WorkspaceError
            If the folder is not there or a pattern of ``read`` matches nothing.
        """
        if not self.extracts.is_dir():
            raise WorkspaceError(
                f"There is no folder of extracts at {self.extracts}. Put the extracts there, or name another folder "
                f"in [extracts] of {SETTINGS}."
            )
        found: set[Path] = set()
        unmatched = []
        for pattern in self.read:
            matched = [path for path in self.extracts.glob(pattern) if path.is_file()]
            if not matched:
                unmatched.append(pattern)
            found.update(matched)
        if unmatched:
            listed = ", ".join(f"'{pattern}'" for pattern in unmatched)
            raise WorkspaceError(
                f"[extracts] read names files that are not in {self.extracts}: {listed}. "
                "Put them there, or take the line out."
            )
        ignored = {path for pattern in self.ignore for path in self.extracts.glob(pattern)}
        hidden = {path for path in found if any(p.startswith(".") for p in path.relative_to(self.extracts).parts)}
        return sorted(found - ignored - hidden)


def packaged_expectations() -> Path:
    """The suites that come with the package: inside an installed wheel, or at the repository's top."""
    inside = Path(__file__).parent / "expectations"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "expectations"


def read_workspace(folder: Path | str) -> Workspace:
    """Read ``profiles.toml`` of a folder.

    Raises
    ------
    WorkspaceError
        With everything that is wrong, by line.
    """
    folder = Path(folder).resolve()
    if not (folder / SETTINGS).is_file():
        raise WorkspaceError(
            f"{folder} is not a workspace: it has no {SETTINGS}. "
            "Make one with 'locality-profiles init DIR --sample', or name yours with --workspace."
        )
    declared = read_declaration(folder / SETTINGS, SETTINGS, WorkspaceError)
    top = declared.read(declared.data, {
        "workspace": Field(dict, required=True, default={}), "areas": Field(dict, default={}),
        "extracts": Field(dict, default={}), "names": Field(dict, default={}),
    })  # fmt: skip
    about = declared.read(top["workspace"], {
        "title": Field(str, required=True, default=""), "synthetic": Field(bool, default=False),
    }, "workspace")  # fmt: skip
    areas = declared.read(top["areas"], {
        "partnerships": Field(object, default="all"), "profile": Field(list, default=["locality", "hscp"]),
        "system": Field(list, default=[]),
    }, "areas")  # fmt: skip
    extracts = declared.read(top["extracts"], {
        "folder": Field(str, default="data/raw"), "read": Field(list, default=["**/*"]),
        "ignore": Field(list, default=[]),
    }, "extracts")  # fmt: skip
    systems = tuple(_system(declared, table, str(i)) for i, table in enumerate(areas["system"]))
    profiled = list_of_text(declared, areas["profile"], "areas", "profile")
    known = {*AREA_TITLES, *(system.name for system in systems)}
    for name in profiled:
        if name not in known:
            declared.problem(f"[areas] profile names '{name}', which is no kind of area here",
                             f"Known: {', '.join(sorted(known))}.", "areas", "profile")  # fmt: skip
    repeated = {s.name for s in systems if sum(other.name == s.name for other in systems) > 1}
    for name in sorted(repeated):
        declared.problem(f"two area systems are called '{name}'", "Give each its own name.", "areas", "system")
    partnerships = _partnerships(declared, areas["partnerships"])
    folder_of_extracts = _expanded(declared, extracts["folder"])
    declared.finish(WorkspaceError)
    return Workspace(
        folder, about["title"], about["synthetic"], partnerships, profiled, systems,
        (folder / folder_of_extracts).resolve(),
        list_of_text(declared, extracts["read"], "extracts", "read"),
        list_of_text(declared, extracts["ignore"], "extracts", "ignore"),
        {str(key): str(value) for key, value in top["names"].items()},
    )  # fmt: skip


def _partnerships(declared: Declaration, value: Any) -> tuple[str, ...] | None:
    if value == "all":
        return None
    if isinstance(value, list) and value and all(isinstance(v, str) and re.fullmatch(r"S37\d{6}", v) for v in value):
        return tuple(value)
    declared.problem("[areas] 'partnerships' should be \"all\" or a list of partnership codes",
                     'Write partnerships = "all" or ["S37000026"].', "areas", "partnerships")  # fmt: skip
    return None


def _expanded(declared: Declaration, folder: str) -> str:
    """The extracts folder with environment variables filled in."""
    expanded = os.path.expandvars(folder)
    if unset := re.findall(r"\$\{?(\w+)\}?", expanded):
        declared.problem(
            f"[extracts] folder needs the environment variable {', '.join(unset)}, which is not set",
            f"Set it, for example: export {unset[0]}=/where/the/extracts/are.", "extracts", "folder",
        )  # fmt: skip
    return expanded


def _system(declared: Declaration, table: Any, index: str) -> AreaSystem:
    where = ("areas", "system", index)
    told = declared.read(table, {
        "name": Field(str, required=True, default="", pattern=SYSTEM_NAME),
        "title": Field(str, required=True, default=""), "plural": Field(str, required=True, default=""),
        "from": Field(str, required=True, default="", allowed=("boundaries", "lookup", "file")),
        "file": Field(str), "block_column": Field(str), "name_column": Field(str),
        "prefer_lookup": Field(bool, default=False),
    }, *where)  # fmt: skip
    if told["from"] == "file":
        for key in ("file", "block_column", "name_column"):
            if told[key] is None:
                declared.problem(f"the area system '{told['name']}' comes from a file but misses '{key}'",
                                 f'Add {key} = "…".', *where)  # fmt: skip
    return AreaSystem(told["name"], told["title"], told["plural"], told["from"], told["file"], told["block_column"],
                      told["name_column"], told["prefer_lookup"])  # fmt: skip
