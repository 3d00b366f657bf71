"""Fetching from a real server that behaves like CKAN, and from one that does not."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ckan_site import Served, Site
from fetching_help import QUICK, add, fetched, zones

from locality_profiles.errors import WorkspaceError
from locality_profiles.fetching import gathering, transfer
from locality_profiles.fetching.gathering import fetch_online
from locality_profiles.fetching.manifest import read_manifest
from locality_profiles.workspace import read_workspace

PATH = "/zones.csv"


@pytest.fixture
def plain(site: Site, folder: Path) -> Site:
    """One plain address with a lookup of data zones, which the workspace calls 'zones'."""
    site.files[PATH] = Served(zones(), etag='"one"')
    add(folder, f'[fetch.zones]\nkinds = ["data_zone_lookup"]\naddress = "{site.address}{PATH}"')
    return site


def only(report):
    (outcome,) = report.outcomes
    return outcome


# --- as it should be ------------------------------------------------------------------------------


def test_a_file_arrives_and_is_written_down(plain, folder):
    report = fetched(folder, "zones")
    assert (only(report).happened, only(report).rows, report.exit_code) == ("new", 4, 0)
    at = folder / "data" / "raw" / "fetched"
    assert (at / "zones.csv").read_bytes() == zones()
    (kept,) = read_manifest(at / "manifest.json")
    assert (kept.address, kept.etag, kept.bytes) == (f"{plain.address}{PATH}", '"one"', len(zones()))
    assert kept.columns[:3] == ("DataZone", "DataZoneName", "IntZone")
    assert kept.fetched.endswith("[Europe/London]")
    assert sorted(path.name for path in at.iterdir()) == [".lock", "manifest.json", "zones.csv"]
    # The manifest is no extract.
    assert [path.name for path in read_workspace(folder).extract_files()] == ["zones.csv"]


def test_what_is_unchanged_is_not_sent_again(plain, folder):
    fetched(folder, "zones")
    report = fetched(folder, "zones")
    assert only(report).happened == "same"
    assert plain.asked[-1][1]["if-none-match"] == '"one"'


def test_by_the_time_of_change_where_there_is_no_mark(plain, folder):
    plain.files[PATH] = Served(zones(), last_modified="Fri, 27 Nov 2026 12:00:00 GMT")
    fetched(folder, "zones")
    assert only(fetched(folder, "zones")).happened == "same"
    assert plain.asked[-1][1]["if-modified-since"] == "Fri, 27 Nov 2026 12:00:00 GMT"


def test_a_file_that_was_changed_here_is_fetched_again(plain, folder):
    fetched(folder, "zones")
    at = folder / "data" / "raw" / "fetched" / "zones.csv"
    at.write_bytes(b"cut")
    fetched(folder, "zones")
    assert at.read_bytes() == zones()
    assert "if-none-match" not in plain.asked[-1][1]


def test_a_new_edition_takes_the_place_of_the_old(plain, folder):
    fetched(folder, "zones")
    plain.files[PATH] = Served(zones().replace(b"Ness 1", b"Ness One"), etag='"two"')
    assert only(fetched(folder, "zones")).happened == "changed"
    assert b"Ness One" in (folder / "data" / "raw" / "fetched" / "zones.csv").read_bytes()


def test_a_file_out_of_a_zip_archive(plain, folder, tmp_path):
    import zipfile

    packed = tmp_path / "x.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil/zones.csv", zones())
        archive.writestr("readme.txt", "about it")
    plain.files["/all.zip"] = Served(packed.read_bytes(), content_type="application/zip")
    add(folder, f'[fetch.inside]\naddress = "{plain.address}/all.zip"\nmember = "zones.csv"')
    assert only(fetched(folder, "inside")).happened == "new"
    assert (folder / "data" / "raw" / "fetched" / "inside.csv").read_bytes() == zones()
    assert not list(tmp_path.rglob("evil"))


# --- CKAN -----------------------------------------------------------------------------------------


def ckan(folder: Path, site: Site, more: str = "", resource: str = "zones*") -> None:
    add(folder, f'[fetch.zones]\nkinds = ["data_zone_lookup"]\nckan = {{ site = "{site.address}", '
                f'package = "places", resource = "{resource}"{more} }}')  # fmt: skip


def test_the_latest_resource_of_a_dataset(site, folder):
    site.resource("places", "aa1", "zones_2025.csv", zones().replace(b"Ness 1", b"Old"), created="2025-01-01")
    site.resource("places", "bb2", "zones_2026.csv", zones(), created="2026-01-01")
    # The old one was corrected since; that does not make it the latest.
    site.packages["places"][0]["last_modified"] = "2026-06-01T00:00:00"
    ckan(folder, site)
    report = fetched(folder, "zones")
    assert only(report).file == "fetched/zones.csv"
    (kept,) = read_manifest(folder / "data" / "raw" / "fetched" / "manifest.json")
    assert (kept.resource, kept.version) == ("bb2", "2026-01-02T00:00:00")
    assert b"Ness 1" in (folder / "data" / "raw" / "fetched" / kept.file).read_bytes()


def test_an_edition_that_the_site_calls_the_same_is_not_asked_for(site, folder):
    path = site.resource("places", "aa1", "zones.csv", zones())
    ckan(folder, site)
    fetched(folder, "zones")
    assert only(fetched(folder, "zones")).happened == "same"
    assert site.paths().count(path) == 1
    site.packages["places"][0]["last_modified"] = "2026-03-01T00:00:00"
    site.files[path] = Served(zones().replace(b"Ness 1", b"Ness One"), etag='"aa1-2"')
    assert only(fetched(folder, "zones")).happened == "changed"


def test_all_versions_and_the_tables_of_a_datastore(site, folder):
    site.resource("places", "aa1", "zones_2025.csv", zones())
    site.resource("places", "bb2", "zones_2026.csv", zones())
    ckan(folder, site, ', versions = "all", dump = true')
    report = fetched(folder, "zones")
    assert sorted(outcome.file for outcome in report.outcomes) == [
        "fetched/zones-zones-2025-csv-aa1.csv", "fetched/zones-zones-2026-csv-bb2.csv",
    ]  # fmt: skip
    assert {"/datastore/dump/aa1", "/datastore/dump/bb2"} < set(site.paths())
    assert site.paths().count("/api/3/action/package_show") == 1


@pytest.mark.parametrize(
    ("package", "said"),
    [("places", r"has no resource 'zones\*'; it has people.csv"), ("nowhere", "nothing at the address")],
)
def test_a_resource_or_dataset_that_is_not_there(site, folder, package, said):
    site.resource("places", "aa1", "people.csv", b"")
    add(folder, f'[fetch.zones]\nckan = {{ site = "{site.address}", package = "{package}", resource = "zones*" }}')
    report = fetched(folder, "zones")
    assert report.exit_code == 1
    assert re.search(said, only(report).problem.sentence())


def test_names_that_a_site_gives_name_nothing_here(site, folder, tmp_path):
    site.resource("places", "../../../evil", "zones.csv", zones(), title="../../evil/zones.csv")
    site.packages["places"][0]["url"] = f"{site.address}/x/..%2F..%2Fevil.csv"
    site.files["/x/..%2F..%2Fevil.csv"] = Served(zones())
    ckan(folder, site, ', versions = "all"', resource="*")
    report = fetched(folder, "zones")
    assert only(report).file == "fetched/zones-evil-zones-csv-evil.csv"
    assert not list(tmp_path.rglob("evil*"))


# --- faults ---------------------------------------------------------------------------------------


def test_a_server_in_trouble_is_asked_again(plain, folder):
    plain.faults[PATH] = ["status:500", "status:503"]
    assert only(fetched(folder, "zones")).happened == "new"
    assert plain.paths().count(PATH) == 3


def test_a_server_that_is_asked_too_much_says_how_long_to_wait(plain, folder):
    waits: list[float] = []
    plain.faults[PATH] = ["status:429,1"]
    assert only(fetched(folder, "zones", sleep=waits.append)).happened == "new"
    assert waits == [1.0]


def test_a_longer_wait_is_left_to_another_day(plain, folder):
    plain.faults[PATH] = ["status:429,3600"]
    report = fetched(folder, "zones")
    assert "3,600 seconds from now" in only(report).problem.sentence()
    assert (report.exit_code, plain.paths().count(PATH)) == (3, 1)


def test_patience_ends(plain, folder):
    plain.faults[PATH] = ["status:500"] * 9
    report = fetched(folder, "zones")
    assert "the server has trouble (answer 500); it was tried 3 times" in only(report).problem.sentence()
    assert report.exit_code == 3
    assert report.as_dict()["error"] == "try_again"


def test_a_transfer_that_is_cut_goes_on_where_it_stopped(plain, folder):
    plain.faults[PATH] = ["cut"]
    assert only(fetched(folder, "zones")).happened == "new"
    assert plain.asked[-1][1]["range"] == f"bytes={len(zones()) // 2}-"
    assert plain.asked[-1][1]["if-range"] == '"one"'
    assert (folder / "data" / "raw" / "fetched" / "zones.csv").read_bytes() == zones()


def test_a_file_that_changed_between_begins_anew(plain, folder):
    plain.faults[PATH] = ["cut", "status:404"]
    assert only(fetched(folder, "zones")).happened == "failed"
    newer = zones().replace(b"Ness 1", b"Ness One")
    plain.files[PATH] = Served(newer, etag='"two"')
    assert only(fetched(folder, "zones")).happened == "new"
    assert "range" in plain.asked[-1][1]
    assert (folder / "data" / "raw" / "fetched" / "zones.csv").read_bytes() == newer


def test_a_server_that_sends_no_parts_sends_the_whole_again(plain, folder):
    plain.files[PATH].ranges = False
    plain.faults[PATH] = ["cut"]
    assert only(fetched(folder, "zones")).happened == "new"
    assert (folder / "data" / "raw" / "fetched" / "zones.csv").read_bytes() == zones()


def test_a_network_that_dies_leaves_what_was_there_whole_and_is_gone_on_with(plain, folder):
    fetched(folder, "zones")
    at = folder / "data" / "raw" / "fetched"
    before = {path.name: path.read_bytes() for path in (at / "zones.csv", at / "manifest.json")}
    newer = zones().replace(b"Ness 1", b"Ness One")
    plain.files[PATH] = Served(newer, etag='"two"')
    plain.faults[PATH] = ["cut", "dead", "dead"]
    report = fetched(folder, "zones")
    assert (report.exit_code, only(report).again) == (3, True)
    assert {name: (at / name).read_bytes() for name in before} == before
    assert only(fetched(folder, "zones")).happened == "changed"
    assert plain.asked[-1][1]["range"] == f"bytes={len(newer) // 2}-"
    assert (at / "zones.csv").read_bytes() == newer


def test_a_fetch_that_is_killed_is_gone_on_with(plain, folder):
    plain.faults[PATH] = ["drip:0.02"]
    part = folder / "data" / "raw" / "fetched" / ".zones.csv.part"
    command = [sys.executable, "-m", "locality_profiles", "fetch", "zones", "--workspace", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not (part.is_file() and part.stat().st_size):
            time.sleep(0.01)
        process.kill()
    begun = part.stat().st_size
    assert 0 < begun < len(zones())
    assert not (folder / "data" / "raw" / "fetched" / "zones.csv").exists()
    assert only(fetched(folder, "zones")).happened == "new"
    assert plain.asked[-1][1]["range"] == f"bytes={begun}-"
    assert (folder / "data" / "raw" / "fetched" / "zones.csv").read_bytes() == zones()


def test_a_server_that_says_nothing(plain, folder):
    plain.faults[PATH] = ["slow:0.5"] * 3
    assert "said nothing for too long" in only(fetched(folder, "zones")).problem.sentence()


def test_a_server_that_says_unchanged_of_what_we_do_not_have(plain, folder):
    plain.faults[PATH] = ["status:304"]
    assert "'unchanged' of a file that we do not have" in only(fetched(folder, "zones")).problem.sentence()


def test_a_server_that_drips(plain, folder):
    add(folder, "", manners=QUICK.replace("largest_mib", "file_seconds = 0.1\nlargest_mib"))
    plain.faults[PATH] = ["drip:0.02"]
    report = fetched(folder, "zones")
    assert "it took longer than" in only(report).problem.sentence()
    assert report.exit_code == 3


@pytest.mark.parametrize("kind", ["text/html", "text/csv"])
def test_a_web_page_in_place_of_a_table(plain, folder, kind):
    plain.faults[PATH] = [f"page:{kind}"]
    report = fetched(folder, "zones")
    assert "a web page came in place of a .csv file" in only(report).problem.sentence()
    assert "without being tried" in only(report).problem.sentence()
    assert report.exit_code == 1
    assert not list((folder / "data" / "raw" / "fetched").glob("*zones*"))


def test_a_file_of_ten_gigabytes_is_not_begun(plain, folder):
    plain.faults[PATH] = ["vast"]
    assert "10,240 MiB or more; 1 MiB may" in only(fetched(folder, "zones")).problem.sentence()


def test_what_unfolds_to_far_more_is_stopped(plain, folder):
    plain.faults[PATH] = [f"bomb:{2**21}"]
    assert "larger than may be taken" in only(fetched(folder, "zones")).problem.sentence()
    assert sorted(path.name for path in (folder / "data" / "raw" / "fetched").iterdir()) == [".lock"]


def test_what_a_server_packs_is_unpacked(plain, folder):
    plain.faults[PATH] = ["packed"]
    assert only(fetched(folder, "zones")).happened == "new"
    assert (folder / "data" / "raw" / "fetched" / "zones.csv").read_bytes() == zones()


def test_all_files_together_have_a_limit(plain, folder):
    add(
        folder,
        f'[fetch.more]\naddress = "{plain.address}{PATH}"',
        manners=f"{QUICK}total_mib = {len(zones()) * 1.5 / 2**20}",
    )
    report = fetched(folder, "zones", "more")
    assert [outcome.happened for outcome in report.outcomes] == ["new", "failed"]


def test_another_host_is_gone_to_only_where_it_was_declared(plain, folder):
    elsewhere = plain.address.replace("127.0.0.1", "localhost")
    plain.faults[PATH] = [f"move:{elsewhere}{PATH}"] * 2
    assert "sends us to another host, localhost:" in only(fetched(folder, "zones")).problem.sentence()
    host = elsewhere.removeprefix("http://")
    add(folder, f'[fetch.moved]\naddress = "{plain.address}{PATH}"\nhosts = ["{host}"]')
    assert only(fetched(folder, "moved")).happened == "new"


def test_moves_without_end(plain, folder):
    plain.faults[PATH] = [f"move:{PATH}"] * 9
    assert "sent us on more than 5 times" in only(fetched(folder, "zones")).problem.sentence()


def test_columns_that_came_are_told(plain, folder):
    fetched(folder, "zones")
    wider = b"\n".join(line + (b",Island" if not n else b",no") for n, line in enumerate(zones().splitlines())) + b"\n"
    plain.files[PATH] = Served(wider, etag='"two"')
    assert only(fetched(folder, "zones")).notes == ("column that came: 'Island'",)


def test_a_layout_that_is_no_longer_read_stays_out(plain, folder):
    fetched(folder, "zones")
    plain.files[PATH] = Served(zones().replace(b"HSCP,", b"Partnership,", 1), etag='"two"')
    report = fetched(folder, "zones")
    assert "no longer has the layout that is read here" in only(report).problem.sentence()
    assert "HSCP" in only(report).problem.sentence()
    assert (folder / "data" / "raw" / "fetched" / "zones.csv").read_bytes() == zones()


def test_an_extract_of_another_kind_stays_out(plain, folder):
    add(folder, f'[fetch.other]\nkinds = ["urban_rural"]\naddress = "{plain.address}{PATH}"')
    assert (
        "of another kind (data_zone_lookup; expected urban_rural)" in only(fetched(folder, "other")).problem.sentence()
    )


def test_a_full_disk(plain, folder, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    fetched(folder, "zones")
    plain.files[PATH] = Served(zones() + zones()[-100:], etag='"two"')
    monkeypatch.setattr(transfer.os, "fsync", full)
    report = fetched(folder, "zones")
    assert "the disk is full" in only(report).problem.sentence()
    assert (folder / "data" / "raw" / "fetched" / "zones.csv").read_bytes() == zones()


def test_a_host_that_nobody_reaches_is_tried_once_for_all_its_files(folder, site):
    nobody = "http://127.0.0.1:9"
    for name in ("one", "two", "three"):
        add(folder, f'[fetch.{name}]\naddress = "{nobody}/{name}.csv"')
    waits: list[float] = []
    report = fetched(folder, "one", "two", "three", sleep=waits.append)
    assert len(waits) == 2
    assert (report.exit_code, len(report.failed)) == (3, 3)
    assert "not got  one, two, three\n" in report.text()
    assert report.text().count("There is no connection to 127.0.0.1") == 1


def test_every_trouble_is_told_at_once(plain, folder):
    for name in ("one", "two"):
        add(folder, f'[fetch.{name}]\naddress = "{plain.address}/{name}.csv"')
    report = fetched(folder, "one", "zones", "two")
    assert [outcome.happened for outcome in report.outcomes] == ["failed", "new", "failed"]
    assert len(report.as_dict()["problems"]) == 2


# --- manners --------------------------------------------------------------------------------------


def test_there_is_a_gap_between_two_questions_to_one_host(plain, folder):
    add(
        folder,
        f'[fetch.more]\naddress = "{plain.address}{PATH}"',
        manners=QUICK.replace("gap_seconds = 0.0", "gap_seconds = 7.0"),
    )
    waits: list[float] = []
    fetched(folder, "zones", "more", sleep=waits.append)
    assert len(waits) == 1
    assert 6 < waits[0] <= 7


def test_through_a_proxy(site, folder, monkeypatch):
    site.files["/zones.csv"] = Served(zones())
    monkeypatch.setenv("HTTP_PROXY", site.address)
    add(folder, '[fetch.zones]\naddress = "http://no-such-host.invalid/zones.csv"')
    assert only(fetched(folder, "zones")).happened == "new"
    assert site.asked[-1][1]["host"] == "no-such-host.invalid"


def test_a_proxy_that_is_none_is_told(plain, folder, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "ftp://proxy.example.org")
    with pytest.raises(WorkspaceError, match="Look at HTTPS_PROXY"):
        fetched(folder, "zones")


def test_an_address_with_a_password_is_refused(folder):
    add(folder, '[fetch.zones]\naddress = "https://me:secret@example.org/zones.csv"')
    with pytest.raises(WorkspaceError, match="'address' is"):
        fetched(folder, "zones")


def test_an_extract_for_any_source_is_taken_as_it_is(plain, folder):
    plain.files["/mine.csv"] = Served(b"what,how many\nbread,2\n")
    add(folder, f'[fetch.mine]\naddress = "{plain.address}/mine.csv"')
    assert only(fetched(folder, "mine")).happened == "new"


def test_one_fetch_at_a_time(plain, folder):
    workspace = read_workspace(folder)
    with gathering.shelf_of(workspace), pytest.raises(WorkspaceError, match="Another fetch is running"):
        fetch_online(workspace, ["zones"])


def test_a_manifest_that_cannot_be_read_is_told(plain, folder):
    fetched(folder, "zones")
    path = folder / "data" / "raw" / "fetched" / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told["files"][0]["file"] = "../../../profiles.toml"
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(WorkspaceError, match="is no manifest that can be read"):
        fetch_online(read_workspace(folder), ["zones"])
