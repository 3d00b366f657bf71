"""What every command owes to whoever types it, and to the programs that call it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import EXAMPLES
from typer.main import get_command

from locality_profiles.cli import app

SOURCE = EXAMPLES.parent / "src"


def every_command(group: Any = None, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in (group or get_command(app)).commands.items():
        if hasattr(command, "commands"):
            yield from every_command(command, (*before, name))
        else:
            yield (*before, name), command


def typed(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "locality_profiles", *words], capture_output=True, text=True, **more)


def test_every_command_says_as_json_what_it_says():
    lacking = [
        " ".join(name)
        for name, command in every_command()
        if not any("--json" in parameter.opts for parameter in command.params)
    ]
    assert lacking == [], "Give it AsJson, and say its facts with _say or _show, or as events if it does not end."


def test_every_command_and_option_says_what_it_is_for():
    for name, command in every_command():
        assert (command.help or "").strip().endswith("."), name
        for parameter in command.params:
            assert getattr(parameter, "help", None), (name, parameter.name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bild"], "build"),
        (["areas", "lst"], "list"),
        (["build", "--forse"], "--force"),
        (["show", "--indicatr", "x"], "--indicator"),
    ],
)
def test_a_word_that_is_not_known_is_answered_with_the_nearest(words: list[str], said: str):
    done = typed(*words, env={"PATH": "", "COLUMNS": "200", "NO_COLOR": "1"})
    assert done.returncode == 2
    assert re.search(rf"(Did you mean|Possible options).*{said}", done.stderr)


def test_a_program_is_told_as_json_that_it_called_wrongly(tmp_path: Path):
    done = typed("build", "--forse", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"] == "usage"
    done = typed("build", "--json", cwd=tmp_path)
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"] == "workspace"


def test_what_is_installed_is_told_as_json():
    done = typed("doctor", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)


@pytest.mark.parametrize(("wanted", "near"), [("North Skarvo", "North Skarvoe"), ("Thornovoe", "Thornovoe")])
def test_an_area_that_is_not_known_is_answered_with_the_nearest(sample: Path, wanted: str, near: str):
    done = typed("show", wanted, "--workspace", str(sample))
    assert done.returncode == 1
    assert near in done.stderr


def test_indicators_sections_releases_and_tables_are_answered_with_the_nearest(sample: Path):
    from locality_profiles.publish.releases import current_release

    release = current_release(sample / "data" / "published")
    for words, near in (
        (["show", "--indicator", "home_care_rat"], "home_care_rate"),
        (["preview", "--section", "populaton"], "population"),
        (["rollback", release.id[:-1] + "x"], release.id),
        (["query", "from populatio"], "population"),
    ):
        done = typed(*words, "--workspace", str(sample))
        assert done.returncode == 1, words
        assert "Did you mean" in done.stderr, words
        assert near in done.stderr, words


def test_no_colour_where_output_is_no_terminal_or_is_not_wanted(sample: Path):
    assert "\x1b" not in typed("show", "--workspace", str(sample)).stdout
    assert "\x1b" not in typed("doctor").stdout
    assert "\x1b" not in typed("--help").stdout


def test_no_clock_but_the_one_of_london_is_read():
    """``DTZ`` of the linter refuses dates without a zone; this looks for zones that are the machine's own."""
    found = [
        f"{path.relative_to(SOURCE)}: {line.strip()}"
        for path in sorted(SOURCE.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(
            r"time\.(localtime|ctime|strftime)|datetime\.utc|datetime\.now\(\)|\.today\(\)|\.astimezone\(\)", line
        )
    ]
    assert found == []


def test_no_date_is_written_in_a_way_that_windows_has_not():
    found = [
        str(path.relative_to(SOURCE))
        for path in sorted(SOURCE.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r":%-|strftime\(\s*[\"'][^\"']*%-", line)
    ]
    assert found == [], "'%-d' is of the system's library: write {day.day} {day:%B %Y}."
