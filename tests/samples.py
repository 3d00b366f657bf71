"""The synthetic sample workspace for tests: made and published once, copied by tests that change it."""

from __future__ import annotations

import shutil
from pathlib import Path

import running

from locality_profiles import building
from locality_profiles.publish.releases import current_release
from locality_profiles.starting import make_workspace
from locality_profiles.workspace import read_workspace


def published_sample(folder: Path) -> Path:
    """A published workspace of the small sample."""
    make_workspace(folder, sample=True)
    running.publish(folder)
    return folder


def copy_of(sample: Path, folder: Path) -> Path:
    """A copy that a test may change; its store comes along, so building it again is quick."""
    shutil.copytree(sample, folder, symlinks=True)
    return folder


def own_copy(sample: Path, folder: Path) -> Path:
    """A copy with a catalogue over its own tables."""
    workspace = read_workspace(copy_of(sample, folder))
    release = current_release(workspace.published)
    assert release is not None
    (workspace.curated / "catalog.duckdb").unlink()
    (workspace.curated / "catalog.json").unlink(missing_ok=True)
    building.ensure_catalog(workspace, release)
    return folder
