"""Fixtures that every room of the tests may use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent

# No test is timed: on a busy machine an example may take long, and that says nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share files among processes, the longest first; see ``sharing``."""
    if config.getvalue("dist") != "loadfile":
        return None
    from sharing import LongestFirst

    return LongestFirst(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # Each of several processes tells what it found, and what it found first is begun first. Alone, nothing is gained.
    if hasattr(config, "workerinput"):
        from sharing import in_order

        in_order(items)


@pytest.fixture(scope="session")
def real_extracts() -> Path:
    """The folder of real extracts, which is never part of the repository.

    ``LOCALITY_PROFILES_EXTRACTS`` names it; otherwise ``../shared/data`` beside the repository is tried.
    """
    folder = Path(os.environ.get("LOCALITY_PROFILES_EXTRACTS", REPOSITORY.parent / "shared" / "data"))
    if not (folder / "PROVENANCE.md").is_file():
        pytest.skip(f"the real extracts are not at {folder}; set LOCALITY_PROFILES_EXTRACTS to run this test")
    return folder


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of published test cases of the reference implementations, which is never part of the repository.

    ``LOCALITY_PROFILES_VECTORS`` names it; otherwise ``../shared/vectors`` beside the repository is tried.
    """
    folder = Path(os.environ.get("LOCALITY_PROFILES_VECTORS", REPOSITORY.parent / "shared" / "vectors"))
    if not (folder / "README.md").is_file():
        pytest.skip(f"the reference vectors are not at {folder}; set LOCALITY_PROFILES_VECTORS to run this test")
    return folder


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic sample, published. Tests that change anything take ``samples.copy_of`` it."""
    from samples import own_copy, published_sample
    from sharing import made_once

    # Built once for all processes; but each has its own, since commands that only look at a workspace lock it too.
    made = made_once(tmp_path_factory, "sample", published_sample)
    return own_copy(made, tmp_path_factory.mktemp("sample") / "workspace")
