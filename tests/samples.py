"""The synthetic sample workspace for tests: made and published once, copied by tests that change it."""

from __future__ import annotations

import shutil
from pathlib import Path

import running

from locality_profiles.starting import make_workspace


def published_sample(folder: Path) -> Path:
    """A published workspace of the small sample."""
    make_workspace(folder, sample=True)
    running.publish(folder)
    return folder


def copy_of(sample: Path, folder: Path) -> Path:
    """A copy that a test may change; its store comes along, so building it again is quick."""
    shutil.copytree(sample, folder, symlinks=True)
    return folder
