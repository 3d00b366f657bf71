"""What is asked for and what an answer means, without a connection."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.errors import DefinitionError, WorkspaceError
from locality_profiles.fetching.catalogue import SUFFIXES, Manners, Origin, catalogue_of, packaged, read_catalogue
from locality_profiles.fetching.deciding import Again, Failure, check_start, goes_on_at, moved_to
from locality_profiles.fetching.planning import asks_of_package, choose
from locality_profiles.workspace import read_workspace

SHETLAND = ("S37000026",)


def names(origins):
    return {origin.name for origin in origins}


# --- the catalogue --------------------------------------------------------------------------------


def test_every_extract_of_the_catalogue_can_be_got_or_says_how():
    for origin in packaged().values():
        assert origin.online or origin.by_hand.endswith("."), origin.name
        assert origin.licence
        assert origin.page.startswith("https://")
        assert all(pattern.lower().endswith(SUFFIXES) for pattern in origin.files), origin.name


def test_no_address_is_said_to_be_checked_that_nobody_has_tried():
    # Where one is marked, say here who fetched it and when.
    assert {origin.name for origin in packaged().values() if origin.checked} == set()


BAD = """
[[extract]]
name = "Zones"
title = "Zones"
kinds = ["data_zone_lokup"]
publisher = "A"
licence = "B"
page = "https://example.org"
files = ["a/b.csv"]
spare_for = "nothing"
addres = "https://example.org/a.csv"
[[extract]]
name = "people"
title = "People"
kinds = []
publisher = "A"
licence = "B"
page = "https://example.org"
files = []
address = "https://example.org/a.exe"
by_hand = "Ask."
"""


def test_everything_wrong_with_a_catalogue_is_told_at_once(tmp_path):
    path = tmp_path / "catalogue.toml"
    path.write_text(BAD, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_catalogue(path)
    said = str(caught.value)
    for words in (
        "does not know 'addres'", "Did you mean 'address'?", "'name' is 'Zones'", "Did you mean 'data_zone_lookup'?",
        "has 'a/b.csv'", "has no way to get it", "names 'nothing'", "has 'address' and 'by_hand'", "no kind of file",
    ):  # fmt: skip
        assert words in said, words


def test_what_is_wrong_with_a_workspaces_own_is_told_by_line(folder):
    path = folder / "profiles.toml"
    path.write_text(
        path.read_text(encoding="utf-8") + "[fetch]\ntries = 0\ngap = 1\n[fetch.Day_care]\n", encoding="utf-8"
    )
    with pytest.raises(WorkspaceError) as caught:
        catalogue_of(read_workspace(folder))
    said = str(caught.value)
    for words in ("'tries' is 0", "does not know 'gap'", "[fetch] has 'Day_care'", "no way to get it"):
        assert words in said, words


# --- what is wanted -------------------------------------------------------------------------------


def test_one_partnership_takes_its_own_part_and_leaves_the_rest():
    choice = choose(packaged(), SHETLAND)
    wanted, left = names(choice.download + choice.by_hand), {o.name: why for o, why in choice.left}
    assert {"data-zone-lookup", "gp-practices", "locality-outlines-shetland"} <= wanted
    assert left["locality-outlines"] == "'locality-outlines-shetland' has the part of this partnership"
    assert left["council-tax-dwellings"] == "it is about another partnership"
    assert left["locality-lookup"] == "it does not tell of this partnership"
    assert left["postcodes"] == "it is got only when it is named"


def test_all_of_scotland_takes_the_whole():
    choice = choose(packaged(), None)
    wanted = names(choice.download + choice.by_hand)
    assert {"locality-outlines", "locality-lookup"} <= wanted
    assert "locality-outlines-shetland" not in wanted


def test_two_partnerships_take_the_whole_and_no_part_of_it():
    choice = choose(packaged(), ("S37000026", "S37000022"))
    wanted = names(choice.download + choice.by_hand)
    assert {"locality-outlines", "locality-lookup"} <= wanted
    assert "locality-outlines-shetland" not in wanted


def test_what_is_named_is_got_whatever_is_usual():
    assert names(choose(packaged(), SHETLAND, ["postcodes"]).download) == {"postcodes"}


def test_a_name_that_is_not_known_is_told_with_the_likeliest():
    with pytest.raises(WorkspaceError, match="no extract is known as 'urban'.*'urban-rural'"):
        choose(packaged(), SHETLAND, ["urban"])


# --- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [None, [], {}, {"success": False}, {"success": True, "result": {"resources": [1]}}])
def test_an_answer_that_is_not_of_ckan(answer):
    with pytest.raises(Failure, match="did not answer as a CKAN site does"):
        asks_of_package(packaged()["urban-rural"], answer)


def test_a_resource_at_no_address():
    told = {"id": packaged()["urban-rural"].ckan.resource, "url": "ftp://example.org/a.csv", "format": "CSV"}
    with pytest.raises(Failure, match="no file that is read here"):
        asks_of_package(packaged()["urban-rural"], {"success": True, "result": {"resources": [told]}})


HERE = frozenset({"a.example"})


@pytest.mark.parametrize(
    ("address", "location", "goes"),
    [
        ("https://a.example/x", "/y", "https://a.example/y"),
        ("https://a.example/x", "https://b.example/y", None),
        ("https://a.example/x", "http://a.example/x", None),
        ("http://a.example/x", "https://a.example/x", "https://a.example/x"),
        ("https://a.example/x", "file:///etc/passwd", None),
        ("https://a.example/x", None, None),
        ("https://a.example/x", "//b.example/y", None),
    ],
)
def test_where_a_server_may_send_us(address, location, goes):
    if goes:
        assert moved_to(address, location, HERE) == goes
    else:
        with pytest.raises(Failure):
            moved_to(address, location, HERE)


@pytest.mark.parametrize(
    ("start", "suffix", "fine"),
    [
        (b"a,b\n1,2", ".csv", True), (b"\xef\xbb\xbfa,b", ".csv", True), (b"\xff\xfea\x00", ".csv", True),
        (b"PK\x03\x04", ".csv", False), (b"", ".csv", False), (b"\n <!DOCTYPE html>", ".csv", False),
        (b"PK\x03\x04", ".xlsx", True), (b"a,b", ".xlsx", False), (b"{}", ".geojson", True), (b"a", ".json", False),
        (b"PAR1", ".parquet", True), (b"\x1f\x8b", ".csv.gz", True),
    ],
)  # fmt: skip
def test_by_its_first_bytes_a_file_is_what_was_promised_or_not(start, suffix, fine):
    # A text has no empty bytes; the magic of an archive has one further on.
    start = start + b"\x00" if start.startswith(b"PK") else start
    if fine:
        check_start(start, suffix)
    else:
        with pytest.raises(Failure):
            check_start(start, suffix)


@given(have=st.integers(1, 10**12), sent=st.integers(0, 10**12))
def test_the_rest_of_a_file_begins_where_we_stopped(have, sent):
    headers = {"content-range": f"bytes {sent}-{sent + 9}/*"}
    if sent == have:
        assert goes_on_at(206, headers, have)
    else:
        with pytest.raises(Again):
            goes_on_at(206, headers, have)
    assert not goes_on_at(200, {}, have)


def test_manners_are_those_of_a_guest():
    assert Manners().gap_seconds >= 1
    assert replace(Origin("a", "A"), partnership="S37000026").about(None) is False
