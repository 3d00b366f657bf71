"""How files of tests are shared among processes (``pytest -n 2 --dist loadfile``): what takes longest is begun first.

By itself xdist begins with the files that hold the most tests. The ones that take longest hold few, and would be begun
last, while the other process has nothing left to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

TESTS = Path(__file__).parent
#: What one process does, one after another, the longest first. Files stand together where they look at one build that
#: is made once in a process: apart, each process would make it. What is not listed is quick, and follows.
LONGEST = (
    ("episodes/test_cube.py",),
    ("real/test_published_agreement.py", "real/test_real_areas.py", "real/test_scotland.py"),
    ("conventions/test_house_rules.py", "conventions/test_notebooks.py", "faults/test_bad_areas.py",
     "faults/test_bad_input.py", "faults/test_killed_build.py", "flows/test_nightly.py", "unit/test_sending.py",
     "unit/test_showing.py"),
    ("specs/test_systems.py",),
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


def in_order(items: list[pytest.Item]) -> None:
    """Put tests in the order in which their files are to be begun; those of a file stay as they are."""
    places = {TESTS / file: place for place, files in enumerate(LONGEST) for file in files}
    items.sort(key=lambda item: places.get(item.path, len(LONGEST)))
