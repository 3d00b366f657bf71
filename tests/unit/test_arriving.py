"""A build begins when new extracts lie still between two looks, and not again for the same ones."""

from __future__ import annotations

import os

import pytest
from small_country import country_at

from locality_profiles import arriving
from locality_profiles.workspace import read_workspace


@pytest.fixture
def workspace(tmp_path):
    return read_workspace(country_at(tmp_path / "w"))


def test_two_looks_that_see_the_same_begin_one_build(workspace):
    assert [arriving.look(workspace) for _ in range(4)] == [False, True, False, False]


def test_a_file_that_grows_is_waited_for(workspace):
    arriving.look(workspace), arriving.look(workspace)
    new, started = workspace.extracts / "new.csv", []
    for size in (10, 20, 30, 30, 30):
        new.write_bytes(b"x" * size)
        os.utime(new, ns=(size, size))
        started.append(arriving.look(workspace))
    assert started == [False, False, False, True, False]


def test_what_was_tried_is_tried_again_only_when_it_changes_or_had_no_turn(workspace):
    arriving.look(workspace), arriving.look(workspace)
    assert not arriving.look(workspace)
    arriving.try_again(workspace)
    assert [arriving.look(workspace) for _ in range(2)] == [True, False]


def test_a_folder_that_is_away_is_not_new_when_it_is_back(workspace):
    assert [arriving.look(workspace) for _ in range(2)] == [False, True]
    away = workspace.extracts.with_name("away")
    workspace.extracts.rename(away)
    assert [arriving.look(workspace) for _ in range(2)] == [False, False]
    away.rename(workspace.extracts)
    assert [arriving.look(workspace) for _ in range(3)] == [False, False, False]


def test_a_torn_memory_is_a_first_look(workspace):
    arriving.look(workspace)
    (workspace.folder / arriving.LOOKS).write_text('{"seen": [["a"')
    assert [arriving.look(workspace) for _ in range(2)] == [False, True]
