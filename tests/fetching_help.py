"""A workspace that fetches: entries of its own, quick manners, and one fetch."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from pictures import cells
from small_country import LOOKUP

from locality_profiles.fetching.gathering import fetch_online
from locality_profiles.fetching.report import Report
from locality_profiles.fetching.transfer import Network
from locality_profiles.workspace import read_workspace

#: Waits of thousandths of a second, so that tests do not wait.
QUICK = """
[fetch]
gap_seconds = 0.0
first_wait_seconds = 0.001
longest_wait_seconds = 1.0
silence_seconds = 0.25
tries = 3
largest_mib = 1.0
"""


def zones(drawing: str = LOOKUP) -> bytes:
    """A lookup of data zones as CSV; it is drawn, and of no real place."""
    return ("\n".join(",".join(row) for row in cells(drawing)) + "\n").encode()


def add(folder: Path, entry: str, manners: str = "") -> None:
    """Put an entry of [fetch] into the settings of a workspace, and other manners if they are given."""
    path = folder / "profiles.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace(QUICK, manners) if manners and QUICK in text else text
    text += "" if "[fetch]" in text else manners or QUICK
    path.write_text(f"{text}\n{entry}\n", encoding="utf-8")


def fetched(folder: Path, *names: str, sleep: Callable[[float], None] = time.sleep) -> Report:
    """One fetch of extracts by name."""
    return fetch_online(read_workspace(folder), names, network=lambda manners: Network(manners, sleep=sleep))
