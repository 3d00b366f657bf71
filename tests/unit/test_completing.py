"""What the Tab key is answered with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from locality_profiles import completing
from locality_profiles.cli import app

INDEX = """window.profilesIndex = {"kinds":["Locality","Partnership","Country"],"homes":["Ness"],"areas":[
["Holm & Bay",0,0,"S37900001/holm-and-bay","S37900001-holm-and-bay",1],["Ness",1,0,"S37900001","S37900001",1],
["Scotland",2,-1,"S92900003","S92900003",0]],
"indicators":[["Home care","Social care","indicators/home_care_rate.html"]]};
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    site = tmp_path / "data" / "published" / "current" / "site"
    site.mkdir(parents=True)
    (site / "search-index.js").write_text(INDEX, encoding="utf-8")
    for name in ("2026-01-02-aaaaaaaa", "2026-03-02-bbbbbbbb", ".building-x"):
        (tmp_path / "data" / "published" / "releases" / name).mkdir(parents=True)
    (tmp_path / "profiles.toml").write_text('[[areas.system]]\nname = "ward"\ntitle = "Ward"\n', encoding="utf-8")
    return tmp_path


def offered(workspace: Path, typed: str) -> list[str]:
    """What a shell is offered for a line, through the program that it asks."""
    words = f"locality-profiles {typed}"
    asked = {
        "_LOCALITY_PROFILES_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'locality-profiles'; from locality_profiles.cli import app; "
                               "app(prog_name='locality-profiles')"],
        capture_output=True, text=True, cwd=workspace, env={**os.environ, **asked},
    )  # fmt: skip
    return done.stdout.split()


def test_the_shell_is_offered_what_is_in_the_workspace(workspace: Path):
    assert offered(workspace, "show ") == ["holm-and-bay", "ness"]
    assert offered(workspace, "rollback 2026-03") == ["2026-03-02-bbbbbbbb"]


def context(workspace: Path) -> typer.Context:
    return typer.Context(get_command(app), info_name="locality-profiles")


@pytest.mark.parametrize(
    ("how", "typed", "found"),
    [
        (completing.areas, "H", [("holm-and-bay", "Holm & Bay, Locality")]),
        (completing.areas, "x", []),
        (completing.indicators, "home", [("home_care_rate", "Home care")]),
        (completing.sections, "hous", [("housing", "Housing")]),
        (completing.releases, "", [("2026-03-02-bbbbbbbb", "release"), ("2026-01-02-aaaaaaaa", "release")]),
        (completing.systems, "", [("ward", "Ward")]),
    ],
)
def test_words_are_finished_from_the_release(workspace: Path, how, typed: str, found: list[tuple[str, str]]):
    asked = context(workspace)
    asked.params["workspace"] = workspace
    assert how(asked, typed) == found


@pytest.mark.parametrize("how", [completing.areas, completing.indicators, completing.releases, completing.systems])
def test_nothing_is_offered_where_there_is_nothing(tmp_path: Path, how):
    asked = context(tmp_path)
    asked.params["workspace"] = tmp_path
    assert how(asked, "") == []


def test_every_parameter_that_names_something_of_the_workspace_is_completed():
    lacking = [
        f"{group.info.name} {command.callback.__name__}: {name}"
        for group in (app, *(each.typer_instance for each in app.registered_groups))
        for command in group.registered_commands
        for name, said in completing._parameters(command.callback)
        if name in completing.BY_NAME and said.autocompletion is None
    ]
    assert lacking == []


def test_an_area_that_is_offered_is_understood():
    from locality_profiles.geography.names import full_key, slug

    for name in ("Lerwick & Bressay", "Mid Argyll, Kintyre and Islay", "Na h-Eileanan Siar"):
        assert full_key(slug(name)) == full_key(name)


def test_finishing_a_word_imports_nothing_heavy(workspace: Path):
    code = (
        "import sys, typer; from typer.main import get_command; from locality_profiles import completing, cli\n"
        "asked = typer.Context(get_command(cli.app)); asked.params['workspace'] = sys.argv[1]\n"
        "[how(asked, '') for how in completing.BY_NAME.values()]\n"
        "print([name for name in ('duckdb', 'pyarrow', 'pandas', 'numpy', 'prefect', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(workspace)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
