"""A cube that is killed while it is made, then made again, is the cube of an undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from episodes.cubes import cube_of, rows_of

from locality_profiles.sample.linked import made_up_zones, write_linked
from locality_profiles.tables.store import Store, sweep

TESTS = Path(__file__).resolve().parent.parent
MAKE = (
    "import sys; from pathlib import Path; from episodes.cubes import cube_of; "
    "from locality_profiles.tables.store import Store; cube_of(Path(sys.argv[1]), Store(Path(sys.argv[2])))"
)
MOMENTS = sorted(random.Random(20261126).uniform(0.2, 0.99) for _ in range(5))


def start(records: Path, store: Path) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    arguments = [sys.executable, "-c", MAKE, str(records), str(store)]
    return subprocess.Popen(arguments, env=environment, start_new_session=True)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("records")
    write_linked(folder, made_up_zones(15), 1_500, (2019, 2020), faults=True)
    return folder


@pytest.fixture(scope="module")
def undisturbed(records: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[float, dict[str, list[tuple]]]:
    store = tmp_path_factory.mktemp("store")
    begun = time.monotonic()
    assert start(records, store).wait(timeout=300) == 0
    taken = time.monotonic() - begun
    return taken, {name: rows_of(table) for name, table in cube_of(records, Store(store)).items()}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_then_made_again(records, undisturbed, tmp_path, moment):
    taken, whole = undisturbed
    process = start(records, tmp_path)
    time.sleep(taken * moment)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    sweep(tmp_path)
    assert not list(tmp_path.glob(".building-*")), "a build clears away what a killed one left"
    again = {name: rows_of(table) for name, table in cube_of(records, Store(tmp_path)).items()}
    assert again == whole
