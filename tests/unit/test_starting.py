"""Making a workspace."""

from __future__ import annotations

import pytest

from locality_profiles.errors import WorkspaceError
from locality_profiles.starting import make_workspace
from locality_profiles.workspace import read_workspace


def test_an_empty_workspace_can_be_read_and_says_what_to_do_next(tmp_path):
    made = make_workspace(tmp_path / "ours")
    workspace = read_workspace(made.folder)
    assert workspace.synthetic is False
    assert workspace.partnerships is None
    with pytest.raises(WorkspaceError, match=r"names files that are not in"):
        workspace.extract_files()


def test_a_sample_says_that_it_is_synthetic(tmp_path):
    made = make_workspace(tmp_path / "sample", sample=True)
    assert made.files > 20
    assert read_workspace(made.folder).synthetic is True
    assert "synthetic" in (made.folder / "profiles.toml").read_text(encoding="utf-8").casefold()


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="is not empty"):
        make_workspace(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_size_that_there_is_not_is_told_with_those_that_there_are(tmp_path):
    with pytest.raises(WorkspaceError, match="shetland, scotland"):
        make_workspace(tmp_path / "x", sample=True, size="wales")
    assert not (tmp_path / "x").exists()
