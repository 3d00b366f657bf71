"""The page about queries says what can be done: its SQL, its Python and its commands are run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import duckdb
import pytest
from running import EXAMPLES
from typer.testing import CliRunner

from locality_profiles import cli
from locality_profiles.tables.store import NO_DOWNLOADS

PAGE = (EXAMPLES.parent / "docs" / "query.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


def questions() -> list[str]:
    """Every statement of the SQL blocks, and those within the R block's calls."""
    inside = [sql for block in blocks("r") for sql in re.findall(r'dbGetQuery\(con, "(.*?)"\)', block, re.DOTALL)]
    return [part.strip() for block in blocks("sql") for part in block.split(";\n") if part.strip()] + inside


def test_the_page_has_what_is_run():
    assert {name for name, _ in BLOCKS} == {"sh", "sql", "text", "python", "r"}
    assert len(questions()) >= 10


@pytest.fixture(params=["workspace", "release"])
def catalogue(request, sample: Path):
    """The two files that the page is about."""
    path = {"workspace": "data/curated/catalog.duckdb",
            "release": "data/published/current/open-data/catalogue.duckdb"}[request.param]  # fmt: skip
    with duckdb.connect(str(sample / path), read_only=True, config=dict(NO_DOWNLOADS)) as connection:
        yield connection


@pytest.mark.parametrize("sql", questions(), ids=lambda sql: " ".join(sql.split())[:40])
def test_each_question_is_answered_by_a_workspace_and_by_a_release(catalogue, sql: str):
    assert catalogue.execute(sql).fetchall()


def test_its_python_runs(sample: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOCALITY_PROFILES_WORKSPACE", str(sample))
    told: dict[str, Any] = {}
    for block in blocks("python"):
        exec(compile(block, "query.md", "exec"), told)
    assert all(len(told[name]) for name in ("people", "values", "old"))


def test_commands_of_the_terminal_run(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("people.sql").write_text("from areas('locality')", encoding="utf-8")
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("locality-profiles")]
    with duckdb.connect(str(sample / "data/curated/catalog.duckdb"), read_only=True) as connection:
        ((place,),) = connection.execute("select min(area_name) from area where area_type = 'locality'").fetchall()
    for command in commands:
        words = [word.replace("North Isles", place) for word in shlex.split(command, comments=True)[1:]]
        done = CliRunner().invoke(cli.app, [*words, "--workspace", str(sample)])
        assert done.exit_code == 0, (command, done.output)
    assert len(commands) >= 6
    assert {path.name for path in tmp_path.iterdir()} == {"people.sql", "people.parquet", "trend.csv"}
