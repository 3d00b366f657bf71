"""One build at a time, also where locks are made in the way of Windows, by a stand-in: Windows was not run."""

from __future__ import annotations

import errno
import sys
import types
from pathlib import Path

import pytest

from locality_profiles.errors import WorkspaceError
from locality_profiles.tables.store import lock


class Windows(types.ModuleType):
    """What ``msvcrt`` does with locks: a byte that is held is refused until it is let go of."""

    LK_NBLCK = 2

    def __init__(self, says: int = errno.EACCES) -> None:
        super().__init__("msvcrt")
        self.held: set[int] = set()
        self.says = says

    def locking(self, descriptor: int, mode: int, count: int) -> None:
        import os

        assert mode == self.LK_NBLCK
        assert os.lseek(descriptor, 0, os.SEEK_CUR) == 0
        place = os.fstat(descriptor).st_ino
        if place in self.held:
            raise OSError(self.says, "held")
        self.held.add(place)


@pytest.mark.parametrize("says", [errno.EACCES, errno.EDEADLK])
def test_a_second_build_is_told_in_a_sentence_where_there_is_no_fcntl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: int
):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", Windows(says))
    path = tmp_path / ".lock"
    path.write_bytes(b"left by another")
    with lock(path), pytest.raises(WorkspaceError, match="Another build is running"), lock(path):
        pass


def test_what_else_is_wrong_with_a_lock_is_said_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "fcntl", None)
    windows = Windows(errno.ENOSPC)
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    with lock(tmp_path / ".lock"), pytest.raises(OSError, match="held"), lock(tmp_path / ".lock"):
        pass


def test_here_a_second_build_is_refused_and_the_next_is_not(tmp_path: Path):
    with lock(tmp_path / ".lock"), pytest.raises(WorkspaceError), lock(tmp_path / ".lock"):
        pass
    with lock(tmp_path / ".lock"):
        pass
