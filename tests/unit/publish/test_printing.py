"""Work that is shared among processes is done whole, within bounds, and says what went wrong."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from locality_profiles.publish.printing import PrintingFailed, forget_pictures, share_out


@dataclass(frozen=True)
class Leaf:
    """Writes a file, or fails in a way."""

    path: Path
    way: str = ""

    def __call__(self) -> None:
        if self.way == "full":
            raise OSError(errno.ENOSPC, "No space left on device", str(self.path))
        if self.way == "killed":
            os._exit(9)
        self.path.write_text("done", encoding="utf-8")


def test_every_share_is_done_and_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCALITY_PROFILES_PROCESSES", "2")
    said: list[str] = []

    share_out([Leaf(tmp_path / f"{n}.txt") for n in range(5)], tmp_path, meanwhile=lambda: said.append("meanwhile"))

    assert said == ["meanwhile"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{n}.txt" for n in range(5)]


def test_one_share_needs_no_other_process(tmp_path: Path) -> None:
    here: list[int] = []

    share_out([lambda: here.append(os.getpid())], tmp_path)

    assert here == [os.getpid()]


def test_a_full_disk_in_a_process_is_told_as_one(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left") as caught:
        share_out([Leaf(tmp_path / "a.txt"), Leaf(tmp_path / "b.txt", "full")], tmp_path)

    assert caught.value.errno == errno.ENOSPC
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_process_that_is_ended_from_outside_stops_the_release(tmp_path: Path) -> None:
    with pytest.raises(PrintingFailed, match="ended from outside"):
        share_out([Leaf(tmp_path / "a.txt"), Leaf(tmp_path / "b.txt", "killed")], tmp_path)


def test_what_is_done_here_and_fails_waits_for_the_others(tmp_path: Path) -> None:
    def fails() -> None:
        raise ValueError("here")

    with pytest.raises(ValueError, match="here"):
        share_out([Leaf(tmp_path / "a.txt"), Leaf(tmp_path / "b.txt")], tmp_path, meanwhile=fails)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_pictures_that_nobody_asked_for_in_a_month_are_forgotten(tmp_path: Path) -> None:
    old, new = tmp_path / "old.svg", tmp_path / "new.png"
    for path in (old, new):
        path.write_text("x", encoding="utf-8")
    os.utime(old, (1, 1))

    forget_pictures(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["new.png"]
