"""Checksums that are remembered: never an old one for a file that was touched."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from locality_profiles.tables import checksum
from locality_profiles.tables.checksum import at_rest, checksum_of, has_changed, marks_of
from locality_profiles.tables.store import sha256_of


def later() -> int:
    """Long after now. Asked for when a test runs: in a run of everything that is long after this file was read."""
    return time.time_ns() + 10 * checksum.AT_REST


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "extract.csv"
    path.write_text("place,people\nA,1\n", encoding="utf-8")
    return path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Files that were read for a checksum, long after they were last changed."""
    seen: list[Path] = []

    def reading(path: Path) -> str:
        seen.append(path)
        return sha256_of(path)

    monkeypatch.setattr(checksum, "sha256_of", reading)
    then = later()
    monkeypatch.setattr(checksum.time, "time_ns", lambda: then)
    return seen


def test_a_file_at_rest_is_read_once(extract: Path, tmp_path: Path, read: list[Path]) -> None:
    first, second = (checksum_of(extract, tmp_path / "memory") for _ in range(2))
    assert first == second == sha256_of(extract)
    assert read == [extract]


def test_a_change_that_leaves_size_and_time_as_they_were_is_seen(
    extract: Path, tmp_path: Path, read: list[Path]
) -> None:
    checksum_of(extract, tmp_path / "memory")
    was = extract.stat()
    extract.write_text("place,people\nA,2\n", encoding="utf-8")
    os.utime(extract, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert extract.stat().st_mtime_ns == was.st_mtime_ns
    assert checksum_of(extract, tmp_path / "memory") == sha256_of(extract)
    assert len(read) == 2


def test_another_file_in_its_place_is_seen(extract: Path, tmp_path: Path, read: list[Path]) -> None:
    checksum_of(extract, tmp_path / "memory")
    other = tmp_path / "other.csv"
    other.write_text("place,people\nB,1\n", encoding="utf-8")
    other.replace(extract)
    assert checksum_of(extract, tmp_path / "memory") == sha256_of(extract)


def test_a_file_changed_a_moment_ago_is_not_remembered(extract: Path, tmp_path: Path) -> None:
    checksum_of(extract, tmp_path / "memory")
    assert not (tmp_path / "memory").exists()
    assert not at_rest(marks_of(extract), time.time_ns())


def test_a_file_is_the_same_by_its_marks_or_by_its_content(extract: Path) -> None:
    marks, sha256 = marks_of(extract), sha256_of(extract)
    assert not has_changed(extract, marks, time.time_ns(), sha256)  # looked at, for it is fresh
    assert not has_changed(extract, marks, later(), "")  # believed, for it was at rest
    os.utime(extract)
    assert not has_changed(extract, marks, later(), sha256)
    extract.write_text("other", encoding="utf-8")
    assert has_changed(extract, marks, later(), sha256)
