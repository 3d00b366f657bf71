"""Fetching for the command line: which way, and what a person sees while it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.fetching.gathering import fetch_online, listed
from locality_profiles.fetching.mirror import fetch_mirror
from locality_profiles.fetching.report import Report
from locality_profiles.showing import as_table
from locality_profiles.workspace import Workspace

if TYPE_CHECKING:
    from rich.console import RenderableType


def fetch_and_tell(
    workspace: Workspace, names: Sequence[str], folder: Path | None, say: Callable[[str], None]
) -> Report:
    """Fetch over the network or out of a folder; a person at a terminal is told what is being got."""
    tell = say if sys.stderr.isatty() and not os.environ.get("CI") else lambda _: None
    if folder is not None:
        return fetch_mirror(workspace, folder, names, tell)
    return fetch_online(workspace, names, tell=tell)


def list_and_tell(workspace: Workspace) -> tuple[list[Mapping[str, str]], list[RenderableType]]:
    """The catalogue, as facts and as a table for a person."""
    rows = listed(workspace)
    cells: list[tuple[Any, ...]] = [
        (row["name"], row["title"], row["how"], row["got"] or row["not_wanted"] or "wanted") for row in rows
    ]
    return rows, [as_table(["extract", "what it is", "how", "here"], cells)]
