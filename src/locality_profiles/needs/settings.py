"""What a workspace says of its needs assessment: files of its own in the folder ``needs``.

Each stands in place of the package's file of the same name, and is read as strictly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from locality_profiles.workspace import Workspace

FOLDER = "needs"


@dataclass(frozen=True)
class Settings:
    """What the makers of tables are told."""

    areas: tuple[str, ...] = ("locality",)
    """Kinds of area that get a profile; a partnership is divided into areas of the first."""
    partnerships: tuple[str, ...] = ()
    """Codes of the partnerships that are assessed; empty for all."""
    outcomes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """National outcomes by indicator, where the workspace has its own opinion."""
    own: Mapping[str, Path] = field(default_factory=dict)
    """The workspace's own declarations that there are, by name without ending: scenarios, priorities, …"""


def needs_settings(workspace: Workspace, partnerships: Sequence[str] = ()) -> Settings:
    """What this workspace says."""
    own = {path.stem: path for path in sorted((workspace.folder / FOLDER).glob("*.toml"))}
    return Settings(tuple(workspace.profiled), tuple(partnerships), dict(workspace.outcomes), own)
