"""A new user's first hour with the real Shetland: exactly the commands that the page gives, as installed."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path

import pytest

from benchmarks.first_hour import PAGE, commands, commands_timed, run

pytestmark = pytest.mark.real


def test_the_table_of_times_is_about_the_commands_of_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert commands_timed(text) == commands(text)
    assert len(commands(text)) <= 10


def test_the_commands_of_the_page_lead_to_a_published_shetland(real_extracts: Path, tmp_path: Path):
    for command in commands(PAGE.read_text(encoding="utf-8")):
        ran = run(command, real_extracts, tmp_path)
        sys.stdout.write(f"{ran.seconds:7.1f} s  {command}\n")
        assert ran.code == 0, f"{command}\n{ran.said}"
    ours = tmp_path / "my-shetland"
    release = json.loads((ours / "data" / "published" / "current" / "release.json").read_text(encoding="utf-8"))
    assert release["synthetic"] is False
    assert (ours / "data" / "published" / "current" / "site" / "index.html").is_file()
    # What was fetched is what the example reads where it lies.
    example = (PAGE.parents[1] / "examples" / "shetland" / "profiles.toml").read_text(encoding="utf-8")
    read = {
        path.name for pattern in tomllib.loads(example)["extracts"]["read"] for path in real_extracts.glob(pattern)
    }  # fmt: skip
    fetched = {path.name for path in (ours / "data" / "raw" / "fetched").glob("[!.]*")} - {"manifest.json"}
    assert fetched == read
