"""Extracts out of a folder, without a network: one that a fetch wrote, and any other."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from ckan_site import Served
from fetching_help import add, fetched, zones
from pictures import csv_file

from locality_profiles.errors import WorkspaceError
from locality_profiles.fetching.manifest import read_manifest
from locality_profiles.fetching.mirror import fetch_mirror
from locality_profiles.starting import make_workspace
from locality_profiles.workspace import read_workspace

URBAN = """
DataZone  | UrbanRural2fold2020 | UrbanRural3fold2020 | UrbanRural6fold2020 | UrbanRural8fold2020
S01900001 | 1                   | 1                   | 1                   | 1
"""


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A folder of files: one under its usual name, one that its columns tell, one that nobody knows."""
    there = tmp_path / "mirror"
    (there / "places").mkdir(parents=True)
    (there / "places" / "DataZone2011lookup_2024-12-16.csv").write_bytes(zones())
    csv_file(there / "town and country.csv", URBAN)
    csv_file(there / "shopping.csv", "what | how many\nbread | 2")
    (there / "about.md").write_text("# About", encoding="utf-8")
    return there


def from_folder(folder: Path, mirror: Path, *names: str):
    return fetch_mirror(read_workspace(folder), mirror, names)


def there(folder: Path) -> set[str]:
    return {path.name for path in (folder / "data" / "raw" / "fetched").glob("[!.]*")} - {"manifest.json"}


def test_files_are_told_by_name_and_by_columns_and_the_rest_is_left(folder, mirror):
    report = from_folder(folder, mirror)
    assert report.exit_code == 0
    assert there(folder) == {"DataZone2011lookup_2024-12-16.csv", "town and country.csv"}
    assert {outcome.name for outcome in report.outcomes} == {"data-zone-lookup", "urban-rural-unnamed"}
    assert report.left == [("shopping.csv", "no source here reads it")]
    kept = {each.name: each for each in read_manifest(folder / "data" / "raw" / "fetched" / "manifest.json")}
    assert kept["data-zone-lookup"].address == "places/DataZone2011lookup_2024-12-16.csv"
    assert kept["data-zone-lookup"].licence == "Open Government Licence v3.0"
    assert (kept["urban-rural-unnamed"].by, kept["urban-rural-unnamed"].rows) == ("mirror", 1)
    assert str(mirror) not in (folder / "data" / "raw" / "fetched" / "manifest.json").read_text(encoding="utf-8")


def test_the_same_folder_again_changes_nothing(folder, mirror):
    from_folder(folder, mirror)
    assert {outcome.happened for outcome in from_folder(folder, mirror).outcomes} == {"same"}


def test_of_two_editions_the_later_is_taken(folder, mirror):
    (mirror / "DataZone2011lookup_2022-05-31.csv").write_bytes(zones().replace(b"Ness 1", b"Old"))
    report = from_folder(folder, mirror)
    assert "DataZone2011lookup_2022-05-31.csv" not in there(folder)
    assert (
        "DataZone2011lookup_2022-05-31.csv",
        "places/DataZone2011lookup_2024-12-16.csv is the same extract, and later",
    ) in report.left


def test_an_edition_that_a_later_one_takes_the_place_of_is_taken_away(folder, mirror):
    from_folder(folder, mirror)
    newer = mirror / "DataZone2011lookup_2025-06-01.csv"
    newer.write_bytes(zones())
    from_folder(folder, mirror)
    assert there(folder) == {"DataZone2011lookup_2025-06-01.csv", "town and country.csv"}


def test_of_two_files_that_claim_the_same_the_later_is_taken(folder, mirror):
    shutil.copy(mirror / "town and country.csv", mirror / "the same again.csv")
    os.utime(mirror / "town and country.csv", (10**9, 10**9))
    report = from_folder(folder, mirror)
    assert "the same again.csv" in there(folder)
    assert ("town and country.csv", "the same again.csv gives the same, and is the later of the two") in report.left


def test_what_is_fetched_takes_the_place_of_what_a_mirror_gave(site, folder, mirror):
    from_folder(folder, mirror)
    site.files["/zones.csv"] = Served(zones().replace(b"Ness 1", b"Ness One"))
    add(folder, f'[fetch.zones]\nkinds = ["data_zone_lookup"]\naddress = "{site.address}/zones.csv"')
    (outcome,) = fetched(folder, "zones").outcomes
    assert outcome.notes == ("took away DataZone2011lookup_2024-12-16.csv, which gave some of the same figures",)
    assert there(folder) == {"zones.csv", "town and country.csv"}


def test_two_that_are_named_and_give_the_same_are_told(site, folder):
    site.files["/zones.csv"] = Served(zones())
    for name in ("zones", "again"):
        add(folder, f'[fetch.{name}]\nkinds = ["data_zone_lookup"]\naddress = "{site.address}/zones.csv"')
    report = fetched(folder, "zones", "again")
    assert there(folder) == {"zones.csv", "again.csv"}
    assert "zones.csv gives some of the same figures, and a build refuses two" in report.text()


def test_a_spare_is_taken_where_the_other_is_not_there(folder, mirror):
    (mirror / "dz2011_codes_and_labels_21042020.csv").write_bytes(zones())
    assert "dz2011_codes_and_labels_21042020.csv" not in there(folder)
    report = from_folder(folder, mirror)
    assert ("dz2011_codes_and_labels_21042020.csv", "'data-zone-lookup' is taken; name it to have it all the same") in (
        report.left
    )
    (mirror / "places" / "DataZone2011lookup_2024-12-16.csv").unlink()
    from_folder(folder, mirror)
    assert "dz2011_codes_and_labels_21042020.csv" in there(folder)


def test_only_what_is_named(folder, mirror):
    from_folder(folder, mirror, "data-zone-lookup")
    assert there(folder) == {"DataZone2011lookup_2024-12-16.csv"}


def test_a_link_is_not_followed(folder, mirror):
    (mirror / "DataZone2011lookup_2026-01-01.csv").symlink_to(mirror / "shopping.csv")
    report = from_folder(folder, mirror)
    assert ("DataZone2011lookup_2026-01-01.csv", "it is a link") in report.left


def test_what_another_machine_fetched_with_its_manifest(site, folder, tmp_path):
    site.files["/zones.csv"] = Served(zones(), etag='"one"')
    add(folder, f'[fetch.zones]\nkinds = ["data_zone_lookup"]\naddress = "{site.address}/zones.csv"')
    fetched(folder, "zones")
    carried = shutil.copytree(folder / "data" / "raw" / "fetched", tmp_path / "stick")
    inside = make_workspace(tmp_path / "inside", partnership="S37000026").folder
    assert from_folder(inside, carried).exit_code == 0
    (kept,) = read_manifest(inside / "data" / "raw" / "fetched" / "manifest.json")
    (sent,) = read_manifest(carried / "manifest.json")
    # The address and time are those of the machine that fetched it.
    assert (kept.address, kept.fetched, kept.sha256, kept.by) == (sent.address, sent.fetched, sent.sha256, "mirror")


def test_a_file_that_is_not_as_its_manifest_says(site, folder, tmp_path):
    site.files["/zones.csv"] = Served(zones())
    add(folder, f'[fetch.zones]\nkinds = ["data_zone_lookup"]\naddress = "{site.address}/zones.csv"')
    fetched(folder, "zones")
    carried = shutil.copytree(folder / "data" / "raw" / "fetched", tmp_path / "stick")
    (carried / "zones.csv").write_bytes(zones()[:-10])
    inside = make_workspace(tmp_path / "inside", partnership="S37000026").folder
    report = from_folder(inside, carried)
    assert "it was cut or changed" in report.text()
    assert (report.exit_code, there(inside)) == (1, set())


def test_a_folder_without_extracts_and_no_folder(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "no file of the folder is an extract" in from_folder(folder, tmp_path / "empty").text()
    with pytest.raises(WorkspaceError, match="There is no folder at"):
        from_folder(folder, tmp_path / "nowhere")
    with pytest.raises(WorkspaceError, match="is part of this workspace"):
        from_folder(folder, folder / "data" / "raw")


def test_settings_that_would_not_read_what_was_fetched_are_told(folder, mirror):
    path = folder / "profiles.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('read = ["**/*"]', 'read = ["*.csv"]'), encoding="utf-8")
    report = from_folder(folder, mirror)
    assert report.notes == ['[extracts] read in profiles.toml leaves out 2 of the fetched files: add "fetched/*".']
