"""Area systems of every origin, placed in a small country: four zones in a row, in two partnerships.

Ness has zones 1 and 2 (100 and 50 people), Holm & Bay zones 3 and 4 (30 and 20).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pictures import csv_file, geojson, square
from running import Run, run
from small_country import country_at

from locality_profiles.errors import ExtractRefused, UnknownArea, WorkspaceError

ZONE = ["S01900001", "S01900002", "S01900003", "S01900004"]
PRACTICES = """
PracticeCode | GPPracticeName | Postcode | HB | HSCP | DataZone | GPCluster
90001 | Ness Surgery | ZZ1 1AA | S08900001 | S37900001 | S01900001 | Ness Cluster
90002 | Holm Surgery | ZZ3 3AA | S08900002 | S37900002 | S01900003 | Firth Cluster
90003 | Bay Surgery  | ZZ4 4AA | S08900002 | S37900002 | S01900004 | Firth Cluster
"""
#: 90001 has 80 patients in zone 1, 20 in zone 2 and 10 whose homes are not known; 90002 has 30 in zone 2.
PATIENTS = """
PracticeCode | DataZone | Patients
90001 | S01900001 | 80
90001 | S01900002 | 20
90001 | OUT       | 10
90002 | S01900002 | 30
90002 | S01900003 | 30
90003 | S01900004 | 20
"""


def list_sizes() -> str:
    header = "Date | PracticeCode | HB | HSCP | Sex | SexQF | AllAges | AllAgesQF"
    bands = ["0to4", "5to14", "15to24", "25to44", "45to64", "65to74", "75to84", "85plus"]
    qualifiers = ["0To4", "5To14", "15To24", "25To44", "45To64", "65To74", "75To84", "85Plus"]
    header += "".join(f" | Ages{band} | Ages{mark}QF" for band, mark in zip(bands, qualifiers, strict=True))
    lines = [header]
    for practice, patients in (("90001", 110), ("90002", 60), ("90003", 20)):
        for sex, share in (("All", 1.0), ("Female", 0.5), ("Male", 0.5)):
            ages = "".join(f" | {int(patients * share) if band == '25to44' else 0} |" for band in bands)
            lines.append(f"20220101 | {practice} | S08900001 | S37900001 | {sex} | | {int(patients * share)} | {ages}")
    return "\n".join(lines)


@pytest.fixture
def country(tmp_path: Path) -> Path:
    return country_at(tmp_path)


def declare(folder: Path, origin: str, lines: str = "", name: str = "patch") -> None:
    with (folder / "profiles.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[[areas.system]]\nname = "{name}"\ntitle = "Patch"\nplural = "Patches"\n'
                       f'from = "{origin}"\n{lines}\n')  # fmt: skip


def built(folder: Path) -> Run:
    return run(folder, doors=("curated",))


def weights(done: Run, area_type: str = "patch", block_type: str = "data_zone_2011") -> dict[tuple[str, str], float]:
    rows = done.ask(
        "select block_code, area_code, round(weight, 4) from membership "
        f"where area_type = '{area_type}' and block_type = '{block_type}' and area_code <> block_code"
    )
    return {(block, area): weight for block, area, weight in rows}


# --- lists ----------------------------------------------------------------------------------------


def test_a_list_of_blocks_is_an_area_and_the_rest_of_its_partnership_is_out(country):
    declare(country, "blocks", f'[[areas.system.area]]\nname = "Old Town"\nblocks = ["{ZONE[0]}"]')
    done = built(country)
    assert weights(done) == {(ZONE[0], "S37900001/old-town"): 1, (ZONE[1], "S37900001/OUT"): 1}
    assert done.ask("select area_name, parent_code from area where area_code = 'S37900001/old-town'") == [
        ("Old Town", "S37900001")
    ]


def test_what_lies_in_no_area_has_figures_of_its_own(country):
    declare(country, "blocks", f'[[areas.system.area]]\nname = "Old Town"\nblocks = ["{ZONE[0]}"]')
    found = built(country).ask("select area_code, value from indicator_value where indicator_id = 'population' "
                               "and area_type = 'patch' order by 1")  # fmt: skip
    assert found == [("S37900001/OUT", 50), ("S37900001/old-town", 100)]


def test_a_lookup_with_weights_shares_blocks_and_makes_estimates(country):
    csv_file(
        country / "patches.csv", f"zone | patch | share\n{ZONE[0]} | A | 0.25\n{ZONE[0]} | B | 0.5\n{ZONE[1]} | B | 1"
    )
    declare(
        country, "file", 'file = "patches.csv"\nblock_column = "zone"\nname_column = "patch"\nweight_column = "share"'
    )
    done = built(country)
    assert weights(done) == {
        (ZONE[0], "S37900001/a"): 0.25, (ZONE[0], "S37900001/b"): 0.5, (ZONE[0], "S37900001/OUT"): 0.25,
        (ZONE[1], "S37900001/b"): 1,
    }  # fmt: skip
    assert done.ask("select area_code, value, status from indicator_value where indicator_id = 'population' "
                    "and area_type = 'patch' order by 1") == [
        ("S37900001/OUT", 25, "estimated"), ("S37900001/a", 25, "estimated"), ("S37900001/b", 100, "estimated"),
    ]  # fmt: skip


def test_weights_of_more_than_one_are_refused_with_the_block_and_its_sum(country):
    csv_file(country / "patches.csv", f"zone | patch | share\n{ZONE[0]} | A | 0.75\n{ZONE[0]} | B | 0.5")
    declare(
        country, "file", 'file = "patches.csv"\nblock_column = "zone"\nname_column = "patch"\nweight_column = "share"'
    )
    with pytest.raises(ExtractRefused) as refused:
        built(country)
    assert f"the weights of a block add up to more than 1: {ZONE[0]} (1.25)" in str(refused.value)


def test_a_code_of_another_edition_is_refused_and_the_edition_named(country):
    declare(country, "blocks", '[[areas.system.area]]\nname = "Old Town"\nblocks = ["S01990001"]')
    with pytest.raises(ExtractRefused) as refused:
        built(country)
    assert "unknown data-zone codes: S01990001" in str(refused.value)
    assert "They look like zones of 2001." in str(refused.value)


def test_a_union_is_made_of_areas_by_name_or_code(country):
    declare(
        country, "union", 'of = "locality"\n[[areas.system.area]]\nname = "All Ness"\nof = ["West", "S37900001/east"]'
    )
    assert weights(built(country)) == {(ZONE[0], "S37900001/all-ness"): 1, (ZONE[1], "S37900001/all-ness"): 1}


def test_a_name_that_means_two_areas_is_refused_in_a_union(country):
    declare(country, "union", 'of = "locality"\n[[areas.system.area]]\nname = "All"\nof = ["East"]')
    with pytest.raises(UnknownArea) as refused:
        built(country)
    assert "'East' is no locality here, or the name of more than one" in str(refused.value)


def test_a_union_of_what_is_not_there_is_refused_with_what_is(country):
    declare(country, "union", 'of = "parish"\n[[areas.system.area]]\nname = "All"\nof = ["East"]')
    with pytest.raises(WorkspaceError) as refused:
        built(country)
    assert "made of 'parish'" in str(refused.value)
    assert "locality" in str(refused.value)


# --- points and outlines --------------------------------------------------------------------------


def test_catchments_take_the_zones_that_are_nearest_inside_their_partnership(country):
    # The first point lies in zone 1, the second in zone 3: zone 2 is as near to the second, and across the border.
    declare(country, "points", '[[areas.system.area]]\nname = "Ness Centre"\nlongitude = -3.95\nlatitude = 59.05\n'
            '[[areas.system.area]]\nname = "Holm Centre"\nlongitude = -3.78\nlatitude = 59.05')  # fmt: skip
    assert weights(built(country)) == {
        (ZONE[0], "S37900001/ness-centre"): 1, (ZONE[1], "S37900001/ness-centre"): 1,
        (ZONE[2], "S37900002/holm-centre"): 1, (ZONE[3], "S37900002/holm-centre"): 1,
    }  # fmt: skip


def test_a_postcode_that_no_directory_knows_is_refused_by_name(country):
    declare(country, "points", '[[areas.system.area]]\nname = "Ness Centre"\npostcode = "ZZ9 9ZZ"')
    with pytest.raises(ExtractRefused) as refused:
        built(country)
    assert "'Ness Centre' has the postcode ZZ9 9ZZ, which no directory among the extracts places" in str(refused.value)


@pytest.fixture
def drawn(country: Path) -> Path:
    """A patch drawn over zone 1 and the western quarter of zone 2."""
    geojson(country / "patch.geojson", ({"label": "Wide & Old"}, {"type": "Polygon", "coordinates": [[
        [-4.0, 59.0], [-3.875, 59.0], [-3.875, 59.1], [-4.0, 59.1], [-4.0, 59.0]]]}))  # fmt: skip
    return country


def test_outlines_share_blocks_by_land_when_asked(drawn):
    declare(drawn, "polygons", 'file = "patch.geojson"\nname_column = "label"\nfit = "land"')
    assert weights(built(drawn)) == {
        (ZONE[0], "S37900001/wide-and-old"): 1,
        (ZONE[1], "S37900001/wide-and-old"): pytest.approx(0.25, abs=0.001),
        (ZONE[1], "S37900001/OUT"): pytest.approx(0.75, abs=0.001),
    }


def test_best_fit_gives_a_cut_block_to_one_area_and_says_that_it_is_an_estimate(drawn):
    declare(drawn, "polygons", 'file = "patch.geojson"\nname_column = "label"')
    done = built(drawn)
    assert set(weights(done).values()) == {1}
    assert done.ask("select distinct status from indicator_value where indicator_id = 'population' "
                    "and area_code = 'S37900001/wide-and-old'") == [("estimated",)]  # fmt: skip
    left_out = done.ask("select round(persons_left_out, 1) from area_fit where area_type = 'patch'")
    assert left_out == [(12.5,)]


def test_outlines_that_overlap_are_refused_by_name(country):
    geojson(
        country / "patch.geojson", ({"label": "One"}, square(-4.0, 59, 0.1)), ({"label": "Two"}, square(-3.95, 59, 0.1))
    )
    declare(country, "polygons", 'file = "patch.geojson"\nname_column = "label"')
    with pytest.raises(ExtractRefused) as refused:
        built(country)
    assert "'One' and 'Two' share" in str(refused.value)


def test_an_area_without_a_zone_is_refused_with_what_to_do(country):
    geojson(
        country / "patch.geojson",
        ({"label": "Speck"}, square(-4.0, 59, 0.001)),
        ({"label": "Rest"}, square(-3.9, 59, 0.1)),
    )
    declare(country, "polygons", 'file = "patch.geojson"\nname_column = "label"')
    with pytest.raises(ExtractRefused) as refused:
        built(country)
    assert "'Speck' gets no data zone" in str(refused.value)
    assert 'fit = "land"' in str(refused.value)


# --- practices ------------------------------------------------------------------------------------


@pytest.fixture
def registered(country: Path) -> Path:
    raw = country / "data" / "raw"
    csv_file(raw / "practices.csv", PRACTICES)
    csv_file(raw / "lists.csv", list_sizes())
    csv_file(raw / "patients.csv", PATIENTS)
    declare(country, "gp_clusters", name="gp_cluster")
    return country


def test_practices_belong_to_their_cluster_whole(registered):
    assert weights(built(registered), "gp_cluster", "gp_practice") == {
        ("90001", "S37900001/ness-cluster"): 1, ("90002", "S37900002/firth-cluster"): 1,
        ("90003", "S37900002/firth-cluster"): 1,
    }  # fmt: skip


def test_a_zone_is_shared_among_clusters_as_its_registered_patients_are(registered):
    found = weights(built(registered), "gp_cluster")
    # Of the 50 patients in zone 2, 20 are with Ness and 30 with Firth.
    assert found[ZONE[1], "S37900001/ness-cluster"] == 0.4
    assert found[ZONE[1], "S37900002/firth-cluster"] == 0.6


def test_a_practice_is_shared_among_localities_and_what_is_not_known_stays_visible(registered):
    found = weights(built(registered), "locality", "gp_practice")
    assert found["90001", "S37900001/west"] == pytest.approx(80 / 110, abs=1e-4)
    assert found["90001", "S37900001/east"] == pytest.approx(20 / 110, abs=1e-4)
    assert found["90001", "OUT"] == pytest.approx(10 / 110, abs=1e-4)


def test_registered_and_resident_people_of_a_cluster_are_counted_apart(registered):
    done = built(registered)
    found = dict(done.ask("select indicator_id, value from indicator_value where area_code = 'S37900001/ness-cluster' "
                          "and indicator_id in ('population', 'gp_registrations')"))  # fmt: skip
    # Zone 1 whole and 0.4 of zone 2 live there; 110 are on the list.
    assert found == {"population": pytest.approx(100 + 0.4 * 50), "gp_registrations": 110}


def test_lists_are_set_beside_residents(registered):
    found = built(registered).ask(
        "select registered, residents, round(deflator, 4) from list_inflation "
        "where area_code = 'S37900001/west' and sex = 'all' and age_band = 'all'"
    )
    assert found == [(80, 100, 1.25)]


def test_without_a_count_patients_are_modelled_and_the_grade_says_so(registered):
    (registered / "data" / "raw" / "patients.csv").unlink()
    grades = built(registered).ask("select distinct method, grade from membership where area_type = 'gp_cluster' "
                                   "and block_type = 'data_zone_2011' and not ends_with(area_code, 'OUT')")  # fmt: skip
    assert grades == [("registered_modelled", 4)]


# --- several at once ------------------------------------------------------------------------------


def test_overlaps_add_up_to_the_people_of_an_area(registered):
    done = built(registered)
    people = done.ask(
        "select sum(persons) from area_overlap where area_code = 'S37900001/east' and other_type = 'gp_cluster'"
    )
    assert people == [(pytest.approx(50),)]


def test_which_system_nests_in_which_is_found(registered):
    found = dict(built(registered).ask("select child_type, relation from system_link where parent_type = 'hscp'"))
    assert found["locality"] == "nested"
    assert found["gp_cluster"] != "nested"


def test_adding_a_system_reads_no_fact_again(country):
    before = built(country).made.tables
    declare(country, "blocks", f'[[areas.system.area]]\nname = "Old Town"\nblocks = ["{ZONE[0]}"]')
    after = built(country).made.tables
    facts = ("population", "deprivation", "classification", "activity", "registration", "household", "population_class")
    assert {name: after[name] for name in facts} == {name: before[name] for name in facts}
    assert {name for name in after if name.startswith("_system") and after[name] == before.get(name)} == {
        name for name in before if name.startswith("_system")
    }


def test_a_practice_that_no_directory_holds_counts_for_the_partnership_of_its_list(registered):
    raw = registered / "data" / "raw"
    csv_file(raw / "practices.csv", "\n".join(line for line in PRACTICES.splitlines() if "90003" not in line))
    (raw / "patients.csv").unlink()
    done = built(registered)
    found = {row[0] for row in done.ask("select distinct area_type from membership where block_code = '90003'")}
    assert {"country", "health_board", "hscp"} <= found
    assert not found & {"locality", "gp_cluster"}
    assert done.ask("select value from indicator_value where indicator_id = 'gp_registrations' "
                    "and area_type = 'country'") == [(190,)]  # fmt: skip


def test_one_name_in_two_partnerships_is_two_areas_where_codes_tell_them_apart(country):
    one, other = (
        ({"label": "Bay", "key": "K1"}, square(-4.0, 59, 0.2)),
        ({"label": "Bay", "key": "K2"}, square(-3.8, 59, 0.2)),
    )
    geojson(country / "patch.geojson", one, other)
    declare(country, "polygons", 'file = "patch.geojson"\nname_column = "label"\ncode_column = "key"')
    found = built(country).ask("select area_code, source_code from area where area_type = 'patch' order by 1")
    assert found == [("S37900001/bay", "K1"), ("S37900002/bay", "K2")]
