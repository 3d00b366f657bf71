"""How tests are shared among processes (``pytest -n 2 --dist loadfile``): what takes longest is begun first, and what
many look at is built once.

By itself xdist begins with the files that hold the most tests. The ones that take longest hold few, and would be begun
last, while the other process has nothing left to do.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

TESTS = Path(__file__).parent
#: What one process does, one after another, the longest first. Files stand together where they look at one build that
#: is made once in a process: apart, each process would make it. What is not listed is quick, and follows. The sample
#: is made once in a run (``made_once``).
LONGEST = (
    ("episodes/test_cube.py",),
    ("real/test_published_agreement.py", "real/test_real_areas.py", "real/test_scotland.py", "real/test_real_forms.py",
     "real/test_shetland.py", "real/test_real_maps.py", "real/test_real_demand.py", "real/test_real_narrative.py",
     "real/test_real_activity.py", "real/test_real_beds.py", "real/test_real_census_and_care.py",
     "real/test_real_places.py", "real/test_real_population.py", "real/test_real_projections.py",
     "real/test_real_register.py", "real/test_real_scotpho.py", "real/test_real_vintages.py"),
    ("real/test_first_hour.py",),
    ("flows/test_nightly.py",), ("faults/test_killed_build.py",), ("browser/test_pages.py",),
    ("faults/test_hostile_input.py",), ("flows/test_no_network.py",), ("flows/test_night_goes_wrong.py",),
    ("faults/test_mutated_extracts.py",),
    ("forms/test_five_forms.py",), ("disclosure/test_nothing_leaks.py",), ("unit/test_authoring.py",),
    ("faults/test_bad_input.py",), ("faults/test_bad_areas.py",), ("needs/test_release_tells.py",),
    ("specs/test_systems.py",),
    ("faults/test_crash_points.py", "faults/test_machine_faults.py"),
    ("episodes/test_spark.py",),
    ("specs/test_linked_episode.py",),
    ("specs/test_curate.py",),
    ("finance/test_allocation.py",),
    ("definitions/test_suites.py",),
    ("methods/test_reference_implementation.py",),
    ("unit/sample/test_sample.py",),
    ("episodes/test_killed.py",),
)  # fmt: skip


class LongestFirst(LoadFileScheduling):
    """Whole files to each process, and some files together, in the order of ``LONGEST``."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        super().__init__(config, log)
        gone = [file for files in LONGEST for file in files if not (TESTS / file).is_file()]
        if gone:
            raise pytest.UsageError(f"tests/sharing.py lists what is not there: {', '.join(gone)}")
        config.option.loadscopereorder = False
        self._together = {f"tests/{file}": f"{place:02}" for place, files in enumerate(LONGEST) for file in files}

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return self._together.get(file, file)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Path]) -> Path:
    """A folder that all processes of a run look at and none changes: the first that asks makes it, the others wait."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # of the whole run
    place = shared / f"shared-{name}"
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "made").exists():
            make(place / "workspace")
            (place / "made").touch()
    return place / "workspace"


def in_order(items: list[pytest.Item]) -> None:
    """Put tests in the order in which their files are to be begun; those of a file stay as they are."""
    places = {TESTS / file: place for place, files in enumerate(LONGEST) for file in files}
    items.sort(key=lambda item: places.get(item.path, len(LONGEST)))
