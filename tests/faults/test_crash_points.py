"""A process that dies before or after any step that changes the disk leaves a whole release, and the next ends it.

While a release is written over a store that has everything already, each call that renames, links or takes away is
counted; a process is then forked for each of them that ends there as if its plug were pulled.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import running
from small_country import country_at

from locality_profiles import building
from locality_profiles.publish import healing
from locality_profiles.publish.releases import current_release, harm_of, releases
from locality_profiles.tables.store import open_catalog

#: What changes a name on the disk in one step; everything else only fills what nobody looks at yet.
CALLS = ("rename", "replace", "symlink", "unlink", "rmdir", "link")
#: Pages without charts: a process that dies while it draws and prints is among those of 'make faults'.
PAGES: tuple[tuple[str, ...], tuple[str, ...]] = (("site",), ())


def published_twice(folder: Path) -> running.Run:
    """A workspace with two releases that keeps one beside the current, and a third that is made and not written."""
    country_at(folder)
    settings = folder / "profiles.toml"
    settings.write_text(f"{settings.read_text(encoding='utf-8')}[releases]\nkeep = 1\n", encoding="utf-8")
    for title in ("First", "Second"):
        entitle(folder, title)
        running.publish(folder, *PAGES)
    entitle(folder, "Third")
    done = running.run(folder)
    only, charts = PAGES
    return replace(done, workspace=replace(done.workspace, only=only, charts=charts))


def entitle(folder: Path, title: str) -> None:
    settings = folder / "profiles.toml"
    lines = settings.read_text(encoding="utf-8").splitlines()
    lines = [f'title = "{title}"' if line.startswith("title = ") and number < 4 else line
             for number, line in enumerate(lines)]  # fmt: skip
    settings.write_text("\n".join([*lines, ""]), encoding="utf-8")


def write(done: running.Run) -> None:
    with building.one_build(done.workspace):
        building.write_release(done.workspace, done.made, done.doors, done.files, done.plan)


def counting(folder: Path, at: int, after: bool, alike: list[bool]) -> None:
    """Let the ``at``-th of the calls in a folder end this process, before or after it was done; 0 only counts them.

    ``alike`` is filled with whether each was one of many that take away a folder's files.
    """

    def wrap(call: Callable[..., object]) -> Callable[..., object]:
        def counted(path: object, *given: object, **named: object) -> object:
            among = named.get("dir_fd")
            place = Path(f"/proc/self/fd/{among}").readlink() if isinstance(among, int) else os.fspath(path)
            if not str(place).startswith(str(folder)) and not str(place).startswith("releases/"):
                return call(path, *given, **named)
            alike.append(isinstance(among, int))
            mine = len(alike) == at
            if mine and not after:
                os._exit(9)
            try:
                return call(path, *given, **named)
            finally:
                if mine:
                    os._exit(9)

        return counted

    for name in CALLS:
        setattr(os, name, wrap(getattr(os, name)))


def in_a_process(work: Callable[[], None]) -> int:
    """The exit code of a forked process that does the work."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def looked_at(folder: Path) -> str:
    """The id of the current release, of which every byte is as it was written and which can be asked."""
    release = current_release(folder / "data" / "published")
    assert release is not None
    assert harm_of(release.folder, deep=True) == []
    assert (folder / "data/published/current/site/index.html").read_text("utf-8").rstrip().endswith("</html>")
    with open_catalog(folder / "data" / "curated" / "catalog.duckdb") as catalog:
        assert catalog.execute("select count(*) from area").fetchall()[0][0] > 0
        assert catalog.execute("select count(*) from indicator_value").fetchall()[0][0] > 0
    return release.id


@pytest.fixture(scope="module")
def third(tmp_path_factory) -> tuple[running.Run, Path]:
    folder = tmp_path_factory.mktemp("crash") / "w"
    done = published_twice(folder)
    kept = folder.with_name("kept")
    shutil.copytree(folder / "data", kept, symlinks=True)
    return done, kept


def as_before(done: running.Run, kept: Path) -> None:
    """The workspace as it was before the third release was written."""
    data = done.workspace.folder / "data"
    shutil.rmtree(data)
    shutil.copytree(kept, data, symlinks=True)


def steps_of(done: running.Run, told: Path) -> list[bool]:
    """The calls that one release takes, as ``counting`` tells them."""

    def work() -> None:
        alike: list[bool] = []
        counting(done.workspace.folder, 0, False, alike)
        write(done)
        told.write_text(json.dumps(alike), encoding="utf-8")

    assert in_a_process(work) == 0
    return list(json.loads(told.read_text(encoding="utf-8")))


def test_dead_at_any_step_of_publishing_the_release_is_whole_and_the_next_run_ends_it(third, tmp_path):
    done, kept = third
    folder = done.workspace.folder
    as_before(done, kept)
    before = looked_at(folder)
    alike = steps_of(done, tmp_path / "steps")
    after = looked_at(folder)
    assert before != after
    assert len(releases(folder / "data" / "published")) == 2  # the current one, and the one it was compared with
    # Of the many calls that take away the files of an old release, a few stand for all.
    moments = [at for at, one_of_many in enumerate(alike, start=1) if not one_of_many or at % 60 == 0]
    assert len(moments) > 8
    seen = set()
    for number, at in enumerate(moments):
        as_before(done, kept)
        assert in_a_process(lambda at=at, last=bool(number % 2): (counting(folder, at, last, []), write(done))) == 9
        seen.add(looked_at(folder))
        if number % 6 == 0:
            write(done)
            assert looked_at(folder) == after
            assert not list((folder / "data").glob("**/.building-*"))
            assert not list((folder / "data" / "published").glob(".current-*"))
    assert seen == {before, after}


def test_a_harmed_release_is_told_taken_away_and_the_newest_whole_one_is_current(third):
    done, kept = third
    as_before(done, kept)
    published = done.workspace.published
    newest, older = releases(published)
    (newest.folder / "site" / "index.html").write_text("half", encoding="utf-8")
    said = healing.heal(published)
    assert current_release(published).id == older.id
    assert [r.id for r in releases(published)] == [older.id]
    assert any("newest that is whole" in sentence and older.id in sentence for sentence in said)
    assert any(newest.id in sentence and "index.html" in sentence for sentence in said)
    assert healing.heal(published) == []
