"""Full disks, closed folders, torn notes, changed files, clocks set back: said in a sentence, and healed by a run."""

from __future__ import annotations

import errno
import json
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import running
from small_country import country_at

from locality_profiles import building
from locality_profiles.curate import staging
from locality_profiles.errors import ExtractRefused, Problem, ReleaseError, TransientError, WorkspaceError
from locality_profiles.machine import told_of_machine
from locality_profiles.publish import healing, releases, retention
from locality_profiles.publish.releases import current_release
from locality_profiles.tables.store import Store, connect, is_whole, open_catalog
from locality_profiles.workspace import read_workspace


@pytest.fixture(scope="module")
def country(tmp_path_factory) -> Path:
    folder = country_at(tmp_path_factory.mktemp("country") / "w")
    running.publish(folder)
    return folder


@pytest.fixture
def folder(country, tmp_path) -> Path:
    """A copy that a test may change, with a catalogue over its own tables."""
    copy = Path(shutil.copytree(country, tmp_path / "w", symlinks=True))
    workspace = read_workspace(copy)
    building.ensure_catalog(workspace, current_release(workspace.published))
    return copy


def tables_in(folder: Path) -> dict[str, Path]:
    """The tables of the current release, in the store of this workspace."""
    told = current_release(folder / "data" / "published").tables
    return {name: folder / "data" / "curated" / name / path.name for name, path in told.items()}


def another_person(folder: Path) -> None:
    people = folder / "data" / "raw" / "people2021.csv"
    text = people.read_text(encoding="utf-8")
    assert ",d,100,10," in text
    people.write_text(text.replace(",d,100,10,", ",d,101,11,"), encoding="utf-8")


def small_release(published: Path, plan: str, **more: object) -> releases.Release:
    """A release of one page, named by its plan."""
    identity = f"2026-11-22-{plan[:8]}"
    folder = releases.aside(published, identity)
    (folder / "index.html").write_text(plan, encoding="utf-8")
    releases.finish(folder, {"release_id": identity, "plan": plan, "tables": {}, **more})
    return releases.make_current(published, folder, identity)


# --- what the machine refuses, in words ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/data/x.parquet"), "The disk is full: /data/x.parquet"),
        (PermissionError(errno.EACCES, "Permission denied", "/data/x"), "may not be read or written by you: /data/x"),
        (OSError(errno.EROFS, "Read-only file system", "/data"), "can only be read"),
        (OSError("[Errno 28] Error writing bytes to file. Detail: No space left on device"), "The disk is full"),
        (duckdb.IOException('Could not write file "/data/t.duckdb": No space left on device'), "/data/t.duckdb"),
        (OSError(errno.EMFILE, "Too many open files"), "Too many files"),
    ],
)
def test_what_the_machine_refuses_is_a_sentence_with_a_place_and_a_remedy(error, said):
    told = told_of_machine(error)
    assert isinstance(told, WorkspaceError)
    assert said in str(told)
    assert "stays current" in str(told)
    assert told.problems[0].remedy


def test_trouble_of_the_machine_is_found_behind_another_error():
    crashed = RuntimeError("a task crashed")
    crashed.__cause__ = OSError(errno.ENOSPC, "No space left on device", "/data/x")
    assert "The disk is full" in str(told_of_machine(crashed))


@pytest.mark.parametrize(
    "error", [ValueError("no"), KeyError("x"), FileNotFoundError(2, "none"), ExtractRefused("bad", [Problem("x")])]
)
def test_faults_of_the_program_and_of_data_are_not_laid_to_the_machine(error):
    assert told_of_machine(error) is None


def test_a_disk_that_fills_while_a_release_is_written_leaves_nothing_and_the_next_run_ends_it(folder, monkeypatch):
    another_person(folder)
    done, published = running.run(folder), folder / "data" / "published"
    before = current_release(published).id

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(published))

    with monkeypatch.context() as patched:
        patched.setattr(building, "finish", full)
        with pytest.raises(OSError, match="No space"), building.one_build(done.workspace):
            building.write_release(done.workspace, done.made, done.doors, done.files, done.plan)
    assert current_release(published).id == before
    assert not list((published / "releases").glob(".*"))
    running.publish(folder)
    assert current_release(published).id != before


# --- notes and tables that are torn -------------------------------------------------------------------


def test_torn_notes_of_every_kind_are_healed_by_the_next_run(folder):
    workspace = read_workspace(folder)
    release = current_release(workspace.published)
    whole = {name: path.read_bytes() for name, path in tables_in(folder).items() if path.is_file()}
    torn = [*workspace.curated.glob("*/*.json"), workspace.curated / "catalog.json"]
    assert {path.parent.name for path in torn} >= {"_staged", "_check", "area"}
    for number, path in enumerate(torn):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if number % 2 else b"")
    assert building.up_to_date(workspace, building.plan_of(workspace)) is None
    running.publish(folder)
    again = current_release(workspace.published)
    assert again.id == release.id
    assert {name: tables_in(folder)[name].read_bytes() for name in whole} == whole
    assert building.up_to_date(workspace, building.plan_of(workspace)) is not None


@pytest.mark.parametrize("harm", [lambda b: b[:-20], lambda b: b[:40] + bytes(40) + b[80:], lambda b: b""])
def test_a_table_that_was_cut_or_overwritten_is_made_again(folder, harm):
    workspace = read_workspace(folder)
    table = tables_in(folder)["population"]
    before = table.read_bytes()
    table.write_bytes(harm(before))
    assert not is_whole(table)
    assert building.up_to_date(workspace, building.plan_of(workspace)) is None
    running.run(folder, doors=())
    assert table.read_bytes() == before


def test_a_copied_store_is_whole_though_its_times_are_others(folder):
    table = tables_in(folder)["population"]
    os.utime(table)
    assert is_whole(table)


def test_a_folder_of_files_that_lost_one_is_no_table(tmp_path):
    store = Store(tmp_path)
    with connect() as connection:
        pieces = [store.write_query("_area", key, connection, f"select {key} as n", {}) for key in ("1", "2")]
    gathered = store.gather("area", "both", pieces, {})
    assert store.find("area", "both") == gathered
    next(gathered.path.glob("*.parquet")).unlink()
    assert store.find("area", "both") is None
    assert store.find("area", store.gather("area", "both", pieces, {}).key) is not None
    assert not list(tmp_path.glob("**/.building-*"))


def test_a_catalogue_that_was_cut_is_made_anew(folder):
    workspace = read_workspace(folder)
    workspace.catalog.write_bytes(workspace.catalog.read_bytes()[:5000])
    building.ensure_catalog(workspace, current_release(workspace.published))
    with open_catalog(workspace.catalog) as catalog:
        assert catalog.execute("select count(*) from area").fetchall()[0][0] > 0


def test_a_workspace_that_was_moved_gets_a_catalogue_over_its_own_tables(folder):
    workspace = read_workspace(folder)  # a copy of the one that was built
    assert building.up_to_date(workspace, building.plan_of(workspace)) is not None
    with open_catalog(workspace.catalog) as catalog:
        (sql,) = catalog.execute("select sql from duckdb_views() where view_name = 'area'").fetchall()[0]
    assert str(workspace.curated) in sql


# --- releases that are not whole ----------------------------------------------------------------------


def test_a_missing_link_is_put_back_to_the_newest_release(tmp_path):
    small_release(tmp_path, "a" * 16)
    newest = small_release(tmp_path, "b" * 16)
    (tmp_path / "current").unlink()
    (said,) = healing.heal(tmp_path)
    assert newest.id in said
    assert current_release(tmp_path).id == newest.id


def test_a_link_that_copying_made_a_folder_is_a_link_again(tmp_path):
    release = small_release(tmp_path, "a" * 16)
    (tmp_path / "current").unlink()
    shutil.copytree(release.folder, tmp_path / "current")
    healing.heal(tmp_path)
    assert (tmp_path / "current").is_symlink()
    assert current_release(tmp_path).id == release.id


def test_a_torn_note_makes_no_release_and_the_one_before_is_current(tmp_path):
    first, second = small_release(tmp_path, "a" * 16), small_release(tmp_path, "b" * 16)
    note = second.folder / releases.NOTE
    note.write_bytes(note.read_bytes()[:50])
    assert [release.id for release in releases.releases(tmp_path)] == [first.id]
    assert any(second.id in sentence for sentence in healing.heal(tmp_path))
    assert current_release(tmp_path).id == first.id


def test_the_only_release_stays_though_harmed_until_the_next_takes_its_name(tmp_path):
    release = small_release(tmp_path, "a" * 16)
    (release.folder / "index.html").write_text("harmed", encoding="utf-8")
    (said,) = healing.heal(tmp_path)
    assert "this build makes a new one" in said
    assert (tmp_path / "current" / "index.html").is_file()
    again = small_release(tmp_path, "a" * 16)
    assert again.id == release.id
    assert releases.harm_of(again.folder, deep=True) == []


def test_what_somebody_put_beside_the_releases_is_left_alone(tmp_path):
    small_release(tmp_path, "a" * 16)
    (tmp_path / "releases" / "notes of ours").mkdir()
    assert healing.heal(tmp_path) == []
    assert (tmp_path / "releases" / "notes of ours").is_dir()


# --- clocks, retention, going back --------------------------------------------------------------------


class SetBack(datetime):
    """A clock that somebody set a year back."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) - timedelta(days=365)


def test_a_clock_that_was_set_back_makes_no_old_release_new(tmp_path, monkeypatch):
    first = small_release(tmp_path, "a" * 16)
    monkeypatch.setattr(releases, "datetime", SetBack)
    second = small_release(tmp_path, "b" * 16)
    assert second.about["finished"] < first.about["finished"]
    assert [release.id for release in releases.releases(tmp_path)] == [second.id, first.id]
    assert retention.clear_old(tmp_path, keep=1) == [first.folder]
    assert current_release(tmp_path).id == second.id


def test_the_release_that_the_current_one_was_compared_with_is_kept(tmp_path):
    first, second = small_release(tmp_path, "a" * 16), small_release(tmp_path, "b" * 16)
    third = small_release(tmp_path, "c" * 16, compared_with=first.id)
    retention.clear_old(tmp_path, keep=1)
    assert {release.id for release in releases.releases(tmp_path)} == {first.id, third.id}
    assert not second.folder.exists()


@pytest.mark.parametrize(("line", "kept"), [("keep = 3", 3), ("", 10)])
def test_how_many_are_kept_stands_in_the_settings(folder, line, kept):
    settings = folder / "profiles.toml"
    settings.write_text(f"{settings.read_text(encoding='utf-8')}\n[releases]\n{line}\n", encoding="utf-8")
    assert read_workspace(folder).releases_kept == kept


@pytest.mark.parametrize("line", ["keep = 0", "keep = -1", 'keep = "all"', "kept = 3"])
def test_a_wrong_number_to_keep_is_refused(folder, line):
    settings = folder / "profiles.toml"
    settings.write_text(f"{settings.read_text(encoding='utf-8')}\n[releases]\n{line}\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="profiles.toml"):
        read_workspace(folder)


def test_going_back_restores_site_open_data_and_catalogue_and_stays_until_something_changes(folder):
    workspace = read_workspace(folder)
    first = current_release(workspace.published)
    people = "select sum(persons)::int from population where sex = 'all'"
    with open_catalog(workspace.catalog) as catalog:
        before = catalog.execute(people).fetchall()
    another_person(folder)
    _, second = running.publish(folder)
    plan = building.plan_of(workspace)
    assert building.up_to_date(workspace, plan).id == second.id
    with building.one_build(workspace):
        building.go_back(workspace, first.id)
    current = workspace.current.resolve()
    assert current == first.folder
    assert {path.name for path in current.iterdir()} >= {"site", "open-data", "release.json"}
    with open_catalog(workspace.catalog) as catalog:
        assert catalog.execute(people).fetchall() == before
    # The next nightly with the same extracts does not undo it.
    assert building.up_to_date(workspace, plan).id == first.id
    # It ends when extracts change,
    settings = folder / "profiles.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("Two partner", "Both partner"), encoding="utf-8")
    assert building.up_to_date(workspace, building.plan_of(read_workspace(folder))) is None
    # and when somebody goes forward again.
    with building.one_build(workspace):
        building.go_back(workspace, second.id)
    assert building.up_to_date(workspace, plan).id == second.id
    assert not (workspace.published / retention.NOTE).exists()


def test_going_back_to_a_release_that_is_not_whole_is_refused(tmp_path):
    first, second = small_release(tmp_path, "a" * 16), small_release(tmp_path, "b" * 16)
    page = first.folder / "index.html"
    page.write_text("c" * page.stat().st_size, encoding="utf-8")  # as long as before: only its bytes tell
    with pytest.raises(ReleaseError, match=r"not whole[^*]*index.html"):
        retention.roll_back(tmp_path, first.id)
    assert current_release(tmp_path).id == second.id


def test_going_back_to_a_release_without_its_tables_is_refused(folder):
    workspace = read_workspace(folder)
    first = current_release(workspace.published)
    tables_in(folder)["area"].unlink()
    with pytest.raises(ReleaseError, match="'area' is no longer in the store"):
        building.go_back(workspace, first.id)


# --- files that change while they are read ------------------------------------------------------------


def test_a_file_replaced_while_it_is_read_is_worth_trying_again(folder, monkeypatch):
    another_person(folder)
    workspace, path = read_workspace(folder), folder / "data" / "raw" / "people2021.csv"
    read = staging.read_extract

    def replaced(path: Path, name: str) -> object:
        found = read(path, name)
        path.with_suffix(".new").write_bytes(path.read_bytes() + b"2021,S01900009,,All,d,1\n")
        path.with_suffix(".new").replace(path)
        return found

    monkeypatch.setattr(staging, "read_extract", replaced)
    with pytest.raises(TransientError, match="changed while it was read"):
        building.stage_one(workspace, path)


def test_a_file_that_cannot_be_read_because_it_is_being_replaced_is_worth_trying_again(folder, monkeypatch):
    another_person(folder)
    workspace, path = read_workspace(folder), folder / "data" / "raw" / "people2021.csv"

    def half(path: Path, name: str) -> object:
        path.unlink()
        raise ExtractRefused(f"{name} is half a file")

    monkeypatch.setattr(staging, "read_extract", half)
    with pytest.raises(TransientError, match="changed while it was read"):
        building.stage_one(workspace, path)


def test_settings_changed_while_a_build_runs_publish_nothing(folder):
    done = running.run(folder)
    building.ensure_as_planned(done.workspace, done.files, done.plan)
    another_person(folder)  # after it was read: for the next build
    building.ensure_as_planned(done.workspace, done.files, done.plan)
    settings = folder / "profiles.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("Two partner", "Both partner"), encoding="utf-8")
    with pytest.raises(TransientError, match="while the build ran"):
        building.ensure_as_planned(done.workspace, done.files, done.plan)


# --- Prefect ------------------------------------------------------------------------------------------


def test_without_prefect_the_flow_is_the_same_steps(folder, monkeypatch):
    from pipelines.nightly import nightly
    from pipelines.plain import without_prefect

    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    another_person(folder)
    with without_prefect():
        identity = nightly.fn(str(folder))
    assert current_release(folder / "data" / "published").id == identity
    assert json.loads((folder / "data/published/current/release.json").read_text("utf-8"))["number"] == 2


def test_an_error_of_the_run_is_no_absent_server(monkeypatch):
    import httpx

    from pipelines.plain import server_is_gone
    from pipelines.temporary_server import NoServer

    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    assert not server_is_gone(ExtractRefused("bad"))
    assert server_is_gone(NoServer("late"))
    assert server_is_gone(httpx.ConnectError("refused"))
    assert server_is_gone(RuntimeError("whatever: nobody answers at the address"))
