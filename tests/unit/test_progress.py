"""How far a build is, from what is remembered of builds before it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from locality_profiles import progress
from locality_profiles.progress import Course, course_of, heard_by, in_words, remember, shown, watched


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_is_left_follows_from_the_times_of_runs_before():
    clock = Clock()
    # Ten seconds of reading and thirty of curating, twenty of them side by side: the whole took twenty.
    course = Course({"read": [10.0], "curate": [30.0]}, [20.0], clock)
    assert course.left() == 20.0
    course.hear("read", True)
    clock.now = 10.0
    course.hear("read", False)
    assert course.share() == 10 / 40
    assert course.left() == 20 * 30 / 40
    course.hear("curate", True)
    clock.now = 25.0
    assert course.share() == (10 + 15) / 40


def test_a_step_that_takes_longer_than_ever_is_not_more_than_done():
    clock = Clock()
    course = Course({"read": [10.0]}, [10.0], clock)
    course.hear("read", True)
    clock.now = 500.0
    assert course.share() == 1.0
    assert course.left() == 0.0


def test_the_first_run_of_a_workspace_estimates_nothing():
    course = Course()
    course.hear("read", True)
    assert course.share() is None
    assert course.left() is None
    assert in_words(course.left()) == ""
    assert course.running == ["read"]


def test_one_odd_night_does_not_spoil_the_estimate():
    assert Course({"read": [10.0, 11.0, 900.0]}).usual("read") == 11.0


def test_times_are_remembered_for_the_next_run_and_the_oldest_forgotten(tmp_path: Path):
    for night in range(7):
        clock = Clock()
        course = course_of(tmp_path)
        course.clock, course.started = clock, 0.0
        course.hear("read", True)
        clock.now = float(night)
        course.hear("read", False)
        remember(tmp_path, course)
    assert course_of(tmp_path).remembered["read"] == [2.0, 3.0, 4.0, 5.0, 6.0]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"steps": {"a": ["x"]}, "whole": []}', '{"steps": 1, "whole": 1}', "\x00"]
)
def test_a_memory_that_cannot_be_read_is_none(tmp_path: Path, text: str):
    (tmp_path / progress.FILE).write_text(text, encoding="utf-8")
    assert course_of(tmp_path).remembered == {}


def test_a_step_is_told_of_though_it_fails_and_is_not_wrapped_where_nobody_listens():
    heard: list[tuple[str, bool]] = []

    def fail() -> None:
        raise ValueError("no")

    assert watched(fail, "fail") is fail
    with heard_by(lambda name, begins: heard.append((name, begins))):
        step = watched(fail, "fail")
        with pytest.raises(ValueError, match="no"):
            step()
    assert heard == [("fail", True), ("fail", False)]


def test_nothing_is_shown_where_there_is_no_terminal_and_a_bar_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with shown(tmp_path):
        watched(lambda: None, "read")()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with shown(tmp_path, quiet=True):
        pass
    assert capsys.readouterr().err == ""
    with shown(tmp_path):
        watched(lambda: None, "read")()
    assert capsys.readouterr().err != ""
    assert set(json.loads((tmp_path / progress.FILE).read_text(encoding="utf-8"))) == {"steps", "whole"}


def test_a_run_that_failed_is_not_remembered(tmp_path: Path):
    with pytest.raises(ValueError, match="x"), shown(tmp_path):
        raise ValueError("x")
    assert not (tmp_path / progress.FILE).exists()
