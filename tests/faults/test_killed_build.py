"""A build that is killed at any moment leaves the current release whole; the next one heals."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import running
from running import what_is_published
from small_country import country_at

from locality_profiles.publish.releases import current_release

TESTS = Path(__file__).resolve().parent.parent
#: Pages without charts: a build that is killed while it draws and prints is among those of 'make faults'.
BUILD = "import sys; from pathlib import Path; import running; running.publish(Path(sys.argv[1]), ('site',), ())"
PAGES: tuple[tuple[str, ...], tuple[str, ...]] = (("site",), ())
DICE = random.Random(20261122)
#: Moments as shares of an undisturbed build, from a fixed seed; 'make faults' does hundreds, in the same small country.
MOMENTS = sorted(round(DICE.uniform(0.15, 0.98), 3) for _ in range(6))


def build(folder: Path) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    return subprocess.Popen([sys.executable, "-c", BUILD, str(folder)], env=environment, start_new_session=True)


def files(folder: Path) -> dict[str, str]:
    return what_is_published(current_release(folder / "data" / "published"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[float, dict[str, str]]:
    """How long an undisturbed build takes here, and what it publishes."""
    folder = country_at(tmp_path_factory.mktemp("whole") / "w")
    start = time.monotonic()
    assert build(folder).wait(timeout=300) == 0
    return time.monotonic() - start, files(folder)


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_at_any_moment_then_run_again_gives_the_undisturbed_release(tmp_path, whole, moment):
    taken, undisturbed = whole
    folder = country_at(tmp_path / "w")
    process = build(folder)
    time.sleep(taken * moment)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
    half = current_release(folder / "data" / "published")
    if half is not None:  # killed after the swap: what is current must be whole
        assert files(folder) == undisturbed
    running.publish(folder, *PAGES)
    assert files(folder) == undisturbed
    assert not list((folder / "data" / "published" / "releases").glob(".building-*"))


def test_while_a_build_runs_the_old_release_and_the_catalogue_can_be_read(tmp_path):
    from locality_profiles.tables.store import open_catalog

    folder = country_at(tmp_path / "w")
    running.publish(folder, *PAGES)
    before = files(folder)
    settings = folder / "profiles.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('title = "Two', 'title = "These two'), "utf-8")
    process = build(folder)
    while process.poll() is None:
        assert files(folder)  # a reader at any moment finds a whole release
        page = folder / "data" / "published" / "current" / "site" / "index.html"
        assert page.read_text(encoding="utf-8").rstrip().endswith("</html>")
        with open_catalog(folder / "data" / "curated" / "catalog.duckdb") as catalog:
            assert catalog.execute("select count(*) from area where area_type = 'locality'").fetchone() == (3,)
        time.sleep(0.05)
    assert process.returncode == 0
    assert files(folder) != before


def test_two_builds_at_once_one_waits_its_turn_with_a_plain_word(tmp_path):
    from locality_profiles import building
    from locality_profiles.errors import WorkspaceError
    from locality_profiles.workspace import read_workspace

    workspace = read_workspace(country_at(tmp_path / "w"))
    with (
        building.one_build(workspace),
        pytest.raises(WorkspaceError, match="Another build is running"),
        building.one_build(workspace),
    ):
        pass


def test_a_build_killed_between_release_and_catalogue_is_healed_by_the_next(sample, tmp_path):
    from locality_profiles import building
    from locality_profiles.tables.store import open_catalog
    from locality_profiles.workspace import read_workspace

    folder = tmp_path / "w"
    shutil.copytree(sample, folder, symlinks=True)
    workspace = read_workspace(folder)
    release = current_release(workspace.published)
    workspace.catalog.unlink()
    building.ensure_catalog(workspace, release)
    with open_catalog(workspace.catalog) as catalog:
        assert catalog.execute("select count(*) from area").fetchone()[0] > 0
