"""Rules of the house that a test can hold."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from running import EXAMPLES

ROOT = EXAMPLES.parent
SOURCE = ROOT / "src" / "locality_profiles"


def text_of(*patterns: str) -> list[tuple[Path, str]]:
    return [(path, path.read_text(encoding="utf-8")) for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def test_generated_pages_are_up_to_date():
    from locality_profiles.reference import pages

    for name, text in pages().items():
        assert (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") == text, f"{name}: run 'make docs'"


def test_every_source_has_a_suite_and_every_suite_a_source():
    from locality_profiles.sources import sources

    suites = {path.stem for path in (ROOT / "expectations" / "extract").glob("*.json")}
    assert suites == set(sources())


def test_every_source_has_a_spec():
    from locality_profiles.sources import sources

    specs = {path.stem.removeprefix("test_") for path in (ROOT / "tests" / "specs").glob("test_*.py")}
    assert set(sources()) <= specs


def test_every_source_belongs_to_a_group_and_names_its_licence():
    from locality_profiles.curate.staging import GROUPS
    from locality_profiles.sources import sources

    for module in sources().values():
        assert module.source.group in GROUPS
        assert module.source.licence
        assert module.source.publisher


def test_no_two_indicators_share_a_title_and_each_is_described():
    from locality_profiles.indicators.definition import indicators

    found = list(indicators().values())
    assert len(found) >= 15
    assert len({indicator.title for indicator in found}) == len(found)
    for indicator in found:
        assert len(indicator.definition) > 20
        assert indicator.definition.endswith(".")


def test_prefect_is_imported_only_in_pipelines():
    for path, text in text_of("src/**/*.py"):
        modules = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(text))
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else
                         [alias.name for alias in node.names] if isinstance(node, ast.Import) else [])
        }  # fmt: skip
        assert "prefect" not in modules, path


def test_the_command_line_imports_nothing_heavy_until_it_is_asked():
    code = "import sys, locality_profiles.cli; print([m for m in sys.modules if m.split('.')[0] in {heavy}])"
    heavy = {"pandas", "geopandas", "great_expectations", "prefect", "pyarrow", "duckdb", "numpy", "altair"}
    output = subprocess.run(
        [sys.executable, "-c", code.format(heavy=heavy)], capture_output=True, text=True, check=True
    )
    assert output.stdout.strip() == "[]"


def test_a_whole_build_and_its_commands_say_nothing_on_stderr(sample):
    for command in (["show"], ["query", "from area"], ["build"]):
        output = subprocess.run(
            [sys.executable, "-m", "locality_profiles", *command, "--workspace", str(sample)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert output.stderr == ""
        assert output.stdout


def test_every_command_speaks_json(sample):
    for command in (["show"], ["query", "select count(*) as n from area"], ["build"], ["check"]):
        output = subprocess.run(
            [sys.executable, "-m", "locality_profiles", *command, "--workspace", str(sample), "--json"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        json.loads(output.stdout)


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (["show", "Nowhere"], 1, "There is no profile of 'Nowhere'"),
        (["query", "select * from nowhere"], 1, "DuckDB could not run this"),
        (["query", "create table x (a int)"], 1, "read-only"),
        (["rollback", "2020-01-01-none"], 1, "There is no release"),
    ],
)
def test_an_error_is_a_sentence_and_an_exit_code_never_a_trace(sample, command, code, said):
    output = subprocess.run(
        [sys.executable, "-m", "locality_profiles", *command, "--workspace", str(sample)],
        capture_output=True,
        text=True,
    )
    assert output.returncode == code
    assert said in output.stderr
    assert "Traceback" not in output.stderr


def test_a_folder_that_is_no_workspace_is_called_wrongly(tmp_path):
    output = subprocess.run(
        [sys.executable, "-m", "locality_profiles", "build", "--workspace", str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert output.returncode == 2
    assert "profiles.toml" in output.stderr
    assert "Traceback" not in output.stderr


def test_the_catalogue_has_a_comment_on_every_table_and_column(sample):
    from locality_profiles.tables.store import open_catalog

    with open_catalog(sample / "data" / "curated" / "catalog.duckdb") as catalog:
        bare = catalog.execute(
            "select view_name from duckdb_views() where not internal and comment is null union all "
            "select table_name || '.' || column_name from duckdb_columns() where not internal and comment is null"
        ).fetchall()
        views = catalog.execute("select count(*) from duckdb_views() where not internal").fetchone()
    assert bare == []
    assert views[0] >= 19


def test_links_between_documents_lead_somewhere():
    for path, text in text_of("*.md", "docs/**/*.md", "examples/*.md"):
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"
