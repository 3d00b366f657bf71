"""Making a workspace."""

from __future__ import annotations

import pytest

from locality_profiles.errors import WorkspaceError
from locality_profiles.geography.partnerships import partnership_called
from locality_profiles.geography.register import partnerships
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


@pytest.mark.parametrize("name", ["Shetland Islands", "shetland", "S37000026", " SHETLAND  islands "])
def test_a_workspace_of_one_partnership_needs_no_edit(tmp_path, name):
    made = make_workspace(tmp_path / "ours", partnership=name)
    workspace = read_workspace(made.folder)
    assert (workspace.title, workspace.partnerships) == ("Shetland Islands", ("S37000026",))
    assert workspace.profiled == ("locality", "hscp", "gp_cluster", "ward", "intermediate_zone_2011")
    assert [system.origin for system in workspace.systems] == ["boundaries", "gp_clusters"]


@pytest.mark.parametrize(
    ("name", "code"),
    [("Comhairle nan Eilean Siar", "S37000031"), ("Borders", "S37000025"), ("City of Edinburgh", "S37000012"),
     ("Perth & Kinross", "S37000033"), ("S37000014", "S37000032")],
)  # fmt: skip
def test_a_partnership_is_found_by_whatever_it_is_called(name, code):
    assert partnership_called(name).code == code


def test_every_partnership_makes_a_workspace_that_can_be_read(tmp_path):
    assert len(partnerships()) == 31
    for each in partnerships():
        made = make_workspace(tmp_path / each.code, partnership=each.name)
        assert read_workspace(made.folder).partnerships == (each.code,)


@pytest.mark.parametrize(
    ("name", "said"), [("Shetlnad", r"Shetland Islands \(S37000026\)"), ("Atlantis", r"Aberdeen City .*West Lothian")]
)
def test_a_partnership_that_there_is_not_is_told_with_those_that_there_are(tmp_path, name, said):
    with pytest.raises(WorkspaceError, match=said):
        make_workspace(tmp_path / "x", partnership=name)
    assert not (tmp_path / "x").exists()


def test_the_sample_is_of_no_partnership(tmp_path):
    with pytest.raises(WorkspaceError, match="not both"):
        make_workspace(tmp_path / "x", sample=True, partnership="Fife")
