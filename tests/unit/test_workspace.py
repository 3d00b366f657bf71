"""profiles.toml is read strictly: everything wrong at once, by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from locality_profiles.errors import WorkspaceError
from locality_profiles.workspace import read_workspace

GOOD = """
[workspace]
title = "The Isles"

[areas]
partnerships = ["S37900001"]
profile = ["locality", "parish"]

[[areas.system]]
name = "parish"
title = "Parish"
plural = "Parishes"
from = "file"
file = "parishes.csv"
block_column = "Zone"
name_column = "Parish"

[extracts]
folder = "data/raw"
"""


def workspace(folder: Path, text: str = GOOD):
    (folder / "profiles.toml").write_text(text, encoding="utf-8")
    return read_workspace(folder)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(WorkspaceError) as error:
        workspace(folder, text)
    return str(error.value)


def test_paths_are_beside_the_file(tmp_path):
    found = workspace(tmp_path)
    assert found.extracts == tmp_path / "data" / "raw"
    assert found.catalog == tmp_path / "data" / "curated" / "catalog.duckdb"
    assert found.title_of("parish") == ("Parish", "Parishes")
    assert found.title_of("hscp") == ("Partnership", "Partnerships")


def test_a_folder_without_settings_is_no_workspace(tmp_path):
    with pytest.raises(WorkspaceError, match="has no profiles.toml"):
        read_workspace(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("title = \"The Isles\"", "titel = \"The Isles\""), "Did you mean 'title'?"),
        (('"S37900001"', '"Isles"'), "list of partnership codes"),
        (('"locality", "parish"', '"locality", "parrish"'), "'parrish', which is no kind of area"),
        (('from = "file"', 'from = "fiel"'), "Did you mean 'file'?"),
        (('block_column = "Zone"\n', ""), "misses 'block_column'"),
        (('name = "parish"', 'name = "The Parish"'), "should have the form"),
        (('folder = "data/raw"', 'folder = "$NO_SUCH_VARIABLE_HERE"'), "NO_SUCH_VARIABLE_HERE, which is not set"),
        (("[extracts]", "[extracts"), "not TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_remedy(tmp_path, change, said):
    message = refused(tmp_path, GOOD.replace(*change))
    assert said in message
    assert "profiles.toml" in message


def test_the_line_is_that_of_the_key(tmp_path):
    line = GOOD.splitlines().index('profile = ["locality", "parish"]') + 1
    assert f"profiles.toml, line {line}:" in refused(tmp_path, GOOD.replace('"parish"]', '"parrish"]'))


def test_everything_wrong_is_said_at_once(tmp_path):
    message = refused(tmp_path, GOOD.replace('title = "The Isles"', "").replace("data/raw", "$NOT_SET_A"))
    assert "misses 'title'" in message
    assert "NOT_SET_A" in message


def test_a_pattern_that_matches_nothing_is_an_error_not_an_empty_profile(tmp_path):
    (tmp_path / "data" / "raw").mkdir(parents=True)
    found = workspace(tmp_path, GOOD + 'read = ["population/*.csv"]\n')
    with pytest.raises(WorkspaceError, match=r"population/\*\.csv"):
        found.extract_files()


def test_extracts_are_listed_in_order_without_hidden_and_ignored_ones(tmp_path):
    for name in ("b.csv", "a/c.csv", "notes.txt", ".hidden.csv", ".cache/d.csv"):
        path = tmp_path / "data" / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    found = workspace(tmp_path, GOOD + 'ignore = ["*.txt"]\n')
    assert [p.relative_to(found.extracts).as_posix() for p in found.extract_files()] == ["a/c.csv", "b.csv"]


def test_a_suite_of_the_workspace_stands_in_for_the_packages_of_that_name(tmp_path):
    found = workspace(tmp_path)
    packaged = found.suites("curated")
    own = tmp_path / "expectations" / "curated" / "area.json"
    own.parent.mkdir(parents=True)
    own.write_text("{}", encoding="utf-8")
    assert found.suites("curated") == {**packaged, "area": own}
    assert len(packaged) > 10
