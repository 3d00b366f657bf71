"""Releases on a machine that makes no links, by a stand-in: Windows was not run."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from locality_profiles.publish import releases
from locality_profiles.publish.healing import heal
from locality_profiles.publish.releases import aside, current_release, finish, make_current, point_current, pointed_at


def made(published: Path, name: str, text: str = "x") -> Path:
    folder = aside(published, name)
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text(text, encoding="utf-8")
    finish(folder, {"release_id": name, "plan": name, "tables": {"area": "area/1.parquet"}, "built": "2026-01-02"})
    return make_current(published, folder, name).folder


FIRST, SECOND = "2026-01-02-aaaaaaaa", "2026-01-03-bbbbbbbb"


@pytest.fixture(params=["refused", "none"])
def no_links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links are refused as Windows does it, or as a disk does that has none."""

    def refuse(*_: object, **__: object) -> None:
        error = OSError(errno.EPERM if request.param == "none" else errno.EINVAL, "no links here")
        if request.param == "refused":
            error.winerror = releases.PRIVILEGE_NOT_HELD  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr(Path, "symlink_to", refuse)


@pytest.mark.usefixtures("no_links")
def test_current_is_a_copy_where_links_are_refused(tmp_path: Path):
    published = tmp_path / "data" / "published"
    for name, text in ((FIRST, "one"), (SECOND, "two")):
        made(published, name, text)
        current = published / "current"
        assert current.is_dir()
        assert not current.is_symlink()
        assert (current / "site" / "index.html").read_text(encoding="utf-8") == text
        release = current_release(published)
        assert release is not None
        assert release.id == name
        # Tables are found from where the release itself lies, not from where its copy does.
        assert release.tables == {"area": (tmp_path / "data" / "curated" / "area" / "1.parquet").resolve()}
    assert not list(published.glob(".current*"))


@pytest.mark.usefixtures("no_links")
def test_a_copy_that_is_whole_is_left_alone_and_one_that_is_not_is_made_anew(tmp_path: Path):
    published = tmp_path / "published"
    made(published, FIRST)
    assert heal(published) == []
    (published / "current" / "site" / "index.html").unlink()
    said = heal(published)
    assert len(said) == 1
    assert "is current now" in said[0]
    assert (published / "current" / "site" / "index.html").is_file()


def test_links_take_the_place_of_a_copy_where_they_are_allowed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    published = tmp_path / "published"
    with monkeypatch.context() as patched:
        patched.setattr(Path, "symlink_to", lambda *_, **__: (_ for _ in ()).throw(OSError(errno.EPERM, "no")))
        made(published, FIRST)
    made(published, SECOND)
    assert (published / "current").is_symlink()
    assert pointed_at(published) == published / "releases" / SECOND
    assert heal(published) == []


def test_a_system_that_puts_no_folder_in_the_place_of_another_does_it_in_two_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    published = tmp_path / "published"
    first = made(published, FIRST)
    second = made(published, SECOND)

    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(errno.EACCES, "as Windows says it")

    monkeypatch.setattr(Path, "replace", refuse)
    point_current(published, first)
    assert pointed_at(published) == first
    point_current(published, second)
    assert pointed_at(published) == second
    assert not list(published.glob(".current*"))


def test_what_is_wrong_otherwise_is_raised_and_current_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    published = tmp_path / "published"
    first = made(published, FIRST)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "symlink_to", full)
    with pytest.raises(OSError, match="full"):
        point_current(published, first)
    assert pointed_at(published) == first
