"""A reader never sees half of a release."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from locality_profiles.errors import ReleaseError
from locality_profiles.publish import releases, retention


def release(published: Path, plan: str, text: str = "page") -> releases.Release:
    identity = releases.release_id(plan, date(2026, 11, 22))
    folder = releases.aside(published, identity)
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text(text, encoding="utf-8")
    releases.finish(folder, {"release_id": identity, "plan": plan, "tables": {}})
    releases.verify(folder, ["site/index.html"])
    return releases.make_current(published, folder, identity)


def test_there_is_no_current_release_before_the_first(tmp_path):
    assert releases.current_release(tmp_path) is None


def test_a_new_release_becomes_current_and_the_old_one_stays(tmp_path):
    first, second = release(tmp_path, "a" * 16, "one"), release(tmp_path, "b" * 16, "two")
    assert (tmp_path / "current" / "site" / "index.html").read_text(encoding="utf-8") == "two"
    assert {r.id for r in releases.releases(tmp_path)} == {first.id, second.id}


def test_a_half_written_folder_is_no_release(tmp_path):
    release(tmp_path, "a" * 16)
    half = releases.aside(tmp_path, "2026-11-22-half")
    (half / "site").mkdir()
    assert len(releases.releases(tmp_path)) == 1
    assert (tmp_path / "current" / "site" / "index.html").is_file()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda page: page.unlink(), "not as it was written"),
        (lambda page: page.write_text("p", encoding="utf-8"), "not as it was written"),
    ],
)
def test_a_harmed_file_stops_the_release(tmp_path, harm, said):
    folder = releases.aside(tmp_path, "x")
    page = folder / "index.html"
    page.write_text("page", encoding="utf-8")
    releases.finish(folder, {"release_id": "x", "plan": "x", "tables": {}})
    harm(page)
    with pytest.raises(ReleaseError, match=said):
        releases.verify(folder, ["index.html"])


def test_a_harmed_release_of_the_same_name_gives_way_and_leaves_nothing_behind(tmp_path):
    first = release(tmp_path, "a" * 16)
    (first.folder / "site" / "index.html").write_text("cut", encoding="utf-8")
    again = release(tmp_path, "a" * 16)
    assert (again.folder / "site" / "index.html").read_text(encoding="utf-8") == "page"
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [first.id]


def test_a_promised_file_that_was_not_written_stops_the_release(tmp_path):
    folder = releases.aside(tmp_path, "x")
    releases.finish(folder, {"release_id": "x", "plan": "x", "tables": {}})
    with pytest.raises(ReleaseError, match="promised and not written"):
        releases.verify(folder, ["areas/north.html"])


def test_an_empty_file_stops_the_release(tmp_path):
    folder = releases.aside(tmp_path, "x")
    (folder / "index.html").touch()
    releases.finish(folder, {"release_id": "x", "plan": "x", "tables": {}})
    with pytest.raises(ReleaseError, match="empty"):
        releases.verify(folder, ["index.html"])


def test_rolling_back_makes_an_earlier_release_current(tmp_path):
    first, _ = release(tmp_path, "a" * 16, "one"), release(tmp_path, "b" * 16, "two")
    retention.roll_back(tmp_path, first.id)
    assert (tmp_path / "current" / "site" / "index.html").read_text(encoding="utf-8") == "one"


def test_rolling_back_to_nowhere_names_what_there_is(tmp_path):
    first = release(tmp_path, "a" * 16)
    with pytest.raises(ReleaseError, match=first.id):
        retention.roll_back(tmp_path, "2020-01-01-none")


def test_old_releases_go_but_never_the_current_one(tmp_path):
    first = release(tmp_path, "a" * 16, "one")
    for letter in "bcd":
        release(tmp_path, letter * 16, letter)
    retention.roll_back(tmp_path, first.id)
    retention.clear_old(tmp_path, keep=1)
    left = {r.id for r in releases.releases(tmp_path)}
    assert first.id in left
    assert len(left) == 2
