"""A release tells what changed since the one before it: on a page, in a spreadsheet, in the terminal."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
import running
import samples

from locality_profiles.building import FIRST, release_before, side_of
from locality_profiles.differing import difference
from locality_profiles.errors import ReleaseError
from locality_profiles.publish.releases import Release, current_release
from locality_profiles.workspace import read_workspace

CARE = "data/raw/social_care/data_homecare_locality.csv"
CELL = "2020/21 Q4,Skarvoe,West Skarvoe,All Ages,Number of People,"


def page_of(release: Release) -> str:
    return (release.folder / "site" / "what-changed.html").read_text("utf-8")


@pytest.fixture(scope="module")
def two(sample, tmp_path_factory) -> tuple[Path, Release, Release]:
    """A copy of the sample with a second release, of which one figure of home care is another."""
    folder = samples.copy_of(sample, tmp_path_factory.mktemp("two") / "w")
    first = current_release(folder / "data" / "published")
    text = (folder / CARE).read_text("utf-8")
    assert f"{CELL}75\n" in text
    (folder / CARE).write_text(text.replace(f"{CELL}75\n", f"{CELL}80\n"), "utf-8")
    return folder, first, running.publish(folder, ("site",), ())[1]


def test_a_first_release_says_that_there_is_none_before_it(sample):
    release = current_release(sample / "data" / "published")
    assert FIRST in page_of(release)
    assert (release.folder / "open-data" / "what-changed.csv").read_text("utf-8").count("\n") == 1
    with pytest.raises(ReleaseError, match="no release before"):
        difference(read_workspace(sample))


def test_the_next_release_tells_on_its_page_and_in_its_spreadsheet(two):
    _, first, second = two
    page = page_of(second)
    assert f"since release {first.id}" in page
    assert "People receiving home care of West Skarvoe (locality of Skarvoe Isles), 2020/21 Q4 is 80 people" in page
    assert '<a href="what-changed.html">What changed</a>' in (second.folder / "site" / "index.html").read_text("utf-8")
    with (second.folder / "open-data" / "what-changed.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["compared_with"] for row in rows} == {first.id}
    assert rows[0]["extract_files"] == "social_care/data_homecare_locality.csv"


def test_the_terminal_tells_the_same_by_any_pair_of_releases(two):
    folder, first, second = two
    found = difference(read_workspace(folder))
    assert (found.before, found.after) == (first.id, second.id)
    assert {row["kind"] for row in found.table.to_pylist()} >= {"extract_replaced", "fact_revised", "value_revised"}
    back = difference(read_workspace(folder), second.id, first.id)
    assert [row["after"] for row in back.table.to_pylist() if row["indicator_id"] == "home_care_people"] == [75.0]
    same = difference(read_workspace(folder), "current", second.id)
    assert same.report.summary == f"Nothing is different from release {second.id}."
    with pytest.raises(ReleaseError, match=f"Did you mean '{first.id}'"):
        difference(read_workspace(folder), first.id[:-1])


def test_the_command_prints_words_then_a_table_and_speaks_json(two):
    folder, first, _ = two
    command = [sys.executable, "-m", "locality_profiles", "diff", "--workspace", str(folder)]
    words = subprocess.run(command, capture_output=True, text=True, check=True)
    assert words.stderr == ""
    assert words.stdout.index("Extracts with other bytes") < words.stdout.index("is 80 people; it was 75 people")
    told = json.loads(subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout)
    assert told["before"] == first.id
    assert len(told["changes"]) == sum(row["changes"] for row in told["counts"])


def test_a_release_of_the_same_plan_is_compared_with_the_same_release(two):
    folder, first, second = two
    workspace = read_workspace(folder)
    assert release_before(workspace, "another plan").id == second.id
    assert release_before(workspace, second.plan).id == first.id


def test_a_release_whose_tables_are_gone_is_not_compared(two, tmp_path):
    folder, first, _ = two
    tables = {**first.about["tables"], "area": str(tmp_path / "area" / "gone.parquet")}
    assert side_of(read_workspace(folder), Release(first.folder, {**first.about, "tables": tables})) is None
