"""Where several files come together: codes for names, totals for parts, memberships through blocks.

Two partnerships share a small country. 'East' is a locality of both.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ages import every_age
from pictures import csv_file
from running import Run, run
from small_country import PEOPLE, SETTINGS, country_at

from locality_profiles.curate import facts
from locality_profiles.errors import ExtractRefused, UnknownArea, WorkspaceError

HOME_CARE = """
financial_quarter | sending_location | locality | age_group | measure | value
2020/21 Q4 | Ness Islands | East | All Ages | Number of People | 10
2020/21 Q4 | Ness Islands | West | All Ages | Number of People | 5
2020/21 Q4 | Bay          | East | All Ages | Number of People | 15
2020/21 Q4 | Ness Islands | Outside Partnership | All Ages | Number of People | 5
"""


PRACTICES = """
PracticeCode | GPPracticeName | Postcode | HB        | HSCP      | DataZone  | GPCluster
90001        | Ness Surgery   | ZE9 9AA  | S08900001 | S37900001 | S01900001 | Isles
90002        | Ness Practice  | ZE9 9AE  | S08900001 | S37900001 |           | Isles
"""
HOSPITALS = """
Location | LocationName  | Postcode | HB        | DataZone  | XCoordinate | YCoordinate
Z901H    | Bay Hospital  | ZE9 9AB  | S08900002 | S01900004 | 300000      | 1100000
Z902H    | Holm Hospital | ZE9 9AC  | S08900002 | S01900003 | 300000      | 1100000
"""
SITES = """
HB        | TreatmentLocationName | TreatmentLocationCode | TreatmentLocationPostcode | CurrentDepartmentType      | Status
S08900002 | Bay Hospital          | Z901H                 |                           | Emergency Department       | Open
S08900002 | Holm Hospital         | Z902H                 | ZE99AD                    | Minor Injury Unit or Other | Open
"""  # noqa: E501
CARE_SERVICES = """
CSNumber     | CareService       | Subtype               | ServiceName   | Service_Postcode | ServiceStatus
CS9900000001 | Care Home Service | Older People          | The Surgery's | ze9  9aa         | Active
CS9900000002 | Care Home Service | Older People          | Ness House    | ZE9 9AD          | Active
CS9900000003 | Care Home Service | Learning Disabilities | Nowhere House | ZE9 9ZZ          | Active
CS9900000004 | Support Service   |                       | At Home       |                  | Active
"""
POSTCODES = """
Postcode | DateOfDeletion | GridReferenceEasting | GridReferenceNorthing | DataZone2011Code | CensusPopulationCount2022
ZE9 9AA  |                | 300000               | 1100000               | S01900002        | 20
ZE9 9AD  |                | 300100               | 1100000               | S01900002        | 20
ZE9 9AE  |                | 300200               | 1100000               | S01900001        | 20
"""


@pytest.fixture
def country(tmp_path: Path) -> Path:
    """A workspace with its extracts, to be changed by the test."""
    country_at(tmp_path)
    csv_file(tmp_path / "data" / "raw" / "care.csv", HOME_CARE)
    return tmp_path


def built(folder: Path) -> Run:
    return run(folder, doors=())


def members(done: Run, area_type: str = "locality") -> dict[str, str]:
    return dict(done.ask(f"select block_code, area_code from membership where area_type = '{area_type}' "
                         "and block_type = 'data_zone_2011'"))  # fmt: skip


def test_two_localities_of_one_name_are_two_areas(country):
    assert members(built(country)) == {
        "S01900001": "S37900001/west", "S01900002": "S37900001/east",
        "S01900003": "S37900002/east", "S01900004": "S37900002/east",
    }  # fmt: skip


def test_a_locality_is_found_by_name_within_its_council_or_partnership(country):
    found = built(country).ask("select block_code, value from activity where block_type = 'locality' order by 1")
    # The return names councils; 'Bay' is one of the two councils of Holm & Bay.
    assert found == [("S37900001/east", 10), ("S37900001/west", 5), ("S37900002/east", 15)]


def test_people_outside_the_partnership_are_kept_and_never_placed(country):
    done = built(country)
    assert done.ask("select block_code, value from activity where block_type = 'outside_partnership'") == [
        ("S12900001", 5)
    ]
    placed = done.ask("select sum(numerator) from indicator_value where indicator_id = 'home_care_people' "
                      "and area_type = 'locality'")  # fmt: skip
    assert placed == [(30,)]


def test_a_name_that_means_nothing_is_refused_with_the_remedy(country):
    csv_file(country / "data" / "raw" / "care.csv", HOME_CARE.replace("| West ", "| Wset "))
    with pytest.raises(UnknownArea) as refused:
        built(country)
    assert "'Wset' in Ness Islands is the name of no locality here" in str(refused.value)
    assert "[names]" in str(refused.value)


def test_the_workspace_may_say_what_a_name_means(country):
    csv_file(country / "data" / "raw" / "care.csv", HOME_CARE.replace("| West ", "| Old West "))
    settings = country / "profiles.toml"
    settings.write_text(SETTINGS + '[names]\n"Old West" = "West"\n', encoding="utf-8")
    assert ("S37900001/west", 5) in built(country).ask("select block_code, value from activity")


def test_an_unknown_data_zone_is_refused_with_file_row_and_column(country):
    csv_file(country / "data" / "raw" / "people2021.csv", every_age(PEOPLE.replace("S01900003", "S01900099")))
    with pytest.raises(ExtractRefused) as refused:
        built(country)
    assert "people2021.csv, row 4, column 'DataZone'" in str(refused.value)
    assert "S01900099" in str(refused.value)


def test_areas_nest_through_their_blocks(country):
    nested = set(built(country).ask(
        "select block_type, block_code, area_type, area_code from membership where method = 'nested'"
    ))  # fmt: skip
    assert ("locality", "S37900001/east", "hscp", "S37900001") in nested
    assert ("council_area", "S12900003", "hscp", "S37900002") in nested
    assert ("council_area", "S12900003", "locality", "S37900002/east") in nested  # the whole council is in it
    assert ("hscp", "S37900002", "council_area", "S12900003") not in nested


def test_weights_of_a_block_over_one_kind_of_area_add_to_one(country):
    assert built(country).ask(
        "select block_code from membership group by block_type, block_code, area_type having sum(weight) <> 1"
    ) == []  # fmt: skip


def test_a_published_lookup_is_preferred_where_it_names_the_same_areas(country):
    csv_file(country / "data" / "raw" / "localities.csv", """
        DataZone  | SubHSCP   | SubHSCPName | CA        | HSCP      | HB        | Country
        S01900001 | PN0000001 | East        | S12900001 | S37900001 | S08900001 | S92900001
        S01900002 | PN0000002 | West        | S12900001 | S37900001 | S08900001 | S92900001
        S01900003 | PN0000003 | North       | S12900002 | S37900002 | S08900002 | S92900001
    """)  # fmt: skip
    done = built(country)
    assert members(done) == {
        "S01900001": "S37900001/east", "S01900002": "S37900001/west",  # against the outlines
        "S01900003": "S37900002/east", "S01900004": "S37900002/east",  # the lookup names another area: outlines
    }  # fmt: skip
    assert any("S37900002" in note and "north" in note for note in done.made.notes)


def test_females_and_males_without_a_total_get_one(country):
    both = PEOPLE.replace("| All    | d ", "| Female |   ") + "\n".join(
        line.replace("| All    | d ", "| Male   |   ") for line in PEOPLE.strip().splitlines()[1:]
    )
    csv_file(country / "data" / "raw" / "people2021.csv", every_age(both))
    found = dict(built(country).ask("select sex, sum(persons) from population group by 1"))
    assert found == {"female": 200, "male": 200, "all": 400}


# --- where services stand -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Run]:
    """Two builds of one country with its premises: before the directory of postcodes came, and after."""
    folder = country_at(tmp_path_factory.mktemp("services"))
    raw = folder / "data" / "raw"
    for name, drawing in (("practices_apr2024", PRACTICES), ("hospitals", HOSPITALS), ("sites", SITES),
                          ("register_30 June 2024", CARE_SERVICES)):  # fmt: skip
        csv_file(raw / f"{name}.csv", drawing)
    before = built(folder)
    csv_file(raw / "postcodes.csv", POSTCODES)
    return before, built(folder)


def zones_of_services(done: Run) -> dict[tuple[str, str], str | None]:
    found = done.ask("select service_type, service_code, data_zone from service")
    return {(kind, code): zone for kind, code, zone in found}


def test_a_service_stands_in_the_zone_that_the_directory_of_postcodes_tells(services):
    _, done = services
    assert zones_of_services(done) == {
        ("gp_practice", "90001"): "S01900001",  # what its own source says goes before its postcode
        ("gp_practice", "90002"): "S01900001",
        ("hospital", "Z901H"): "S01900004", ("hospital", "Z902H"): "S01900003",
        ("emergency_department", "Z901H"): "S01900004",  # without a postcode: where its hospital stands
        ("minor_injury_unit", "Z902H"): "S01900002",  # its postcode goes before its hospital
        ("care_home_older", "CS9900000001"): "S01900002",  # the directory goes before another service
        ("care_home_older", "CS9900000002"): "S01900002",
        ("care_home_other", "CS9900000003"): None, ("care_service", "CS9900000004"): None,
    }  # fmt: skip


def test_without_the_directory_a_service_stands_where_another_of_its_postcode_does(services):
    done, _ = services
    found = zones_of_services(done)
    assert found["care_home_older", "CS9900000001"] == "S01900001"  # as the surgery of its postcode
    assert found["care_home_older", "CS9900000002"] is None
    assert found["minor_injury_unit", "Z902H"] == "S01900003"  # nobody knows its postcode, but its hospital is there
    assert found["gp_practice", "90002"] is None


def test_services_in_no_area_are_counted_by_kind(services):
    _, done = services
    assert [note for note in done.made.notes if "without a data zone" in note] == [
        "services of the kind care_home_other without a data zone, by postcode or otherwise, which are in no area: 1",
        "services of the kind care_service without a data zone, by postcode or otherwise, which are in no area: 1",
    ]


def test_places_are_counted_where_they_stand_and_none_is_a_zero(services):
    _, done = services
    counted = done.ask(
        "select indicator_id, area_code, numerator from indicator_value where area_type = 'hscp' and indicator_id in "
        "('emergency_departments', 'minor_injury_units', 'care_homes_older_people') order by all"
    )
    assert counted == [
        ("care_homes_older_people", "S37900001", 2), ("care_homes_older_people", "S37900002", 0),
        ("emergency_departments", "S37900001", 0), ("emergency_departments", "S37900002", 1),
        ("minor_injury_units", "S37900001", 1), ("minor_injury_units", "S37900002", 0),
    ]  # fmt: skip


# --- sexes, large extracts, changed ones ----------------------------------------------------------


def women_and_men_apart(country: Path) -> None:
    """A file for each sex. At the age of 0, Bay 1 has boys and no girls."""
    women = PEOPLE.replace("| All    |", "| Female |")
    men = PEOPLE.replace("| All    |", "| Male   |").replace("| 20      | 0  | 20 | 0", "| 20      | 20 | 0  | 0")
    csv_file(country / "data" / "raw" / "people2021.csv", every_age(women))
    csv_file(country / "data" / "raw" / "men2021.csv", every_age(men))


def test_the_sum_of_nobody_and_somebody_is_no_zero(country):
    women_and_men_apart(country)
    done = built(country)
    wanted = "where sex = 'all' and block_code = 'S01900004' and age in (0, 1) order by age"
    assert done.ask(f"select persons, status from population {wanted}") == [(20, "actual"), (0, "true_zero")]
    assert done.ask("select count(*) from population where (status = 'true_zero') <> (persons = 0)") == [(0,)]


def test_a_large_extract_is_part_of_the_table_as_it_is(country, monkeypatch):
    women_and_men_apart(country)
    every = "select * from population order by all"
    as_one_file = built(country).ask(every)
    shutil.rmtree(country / "data" / "curated")
    monkeypatch.setattr(facts, "ROW_GROUP", 100)
    done = built(country)
    assert len(list(done.made.tables["population"].glob("*.parquet"))) == 3  # women, men, and all that were added up
    assert done.ask(every) == as_one_file


def test_two_files_that_give_the_same_year_are_refused_together(country):
    raw = country / "data" / "raw"
    (raw / "again2021.csv").write_bytes((raw / "people2021.csv").read_bytes())
    with pytest.raises(ExtractRefused) as refused:
        built(country)
    message = str(refused.value)
    assert "again2021.csv" in message
    assert "people2021.csv" in message
    assert "2021" in message


def test_without_a_data_zone_lookup_nothing_can_be_placed_and_that_is_said(country):
    (country / "data" / "raw" / "lookup.csv").unlink()
    with pytest.raises(WorkspaceError, match="No data-zone lookup"):
        built(country)


def test_a_second_run_finds_everything_in_the_store(country):
    first, second = built(country), built(country)
    assert first.made.tables == second.made.tables
    assert all(file.reused for file in second.files)


def test_a_changed_extract_changes_only_what_depends_on_it(country):
    first = built(country)
    csv_file(country / "data" / "raw" / "care.csv", HOME_CARE.replace("| 15", "| 20"))
    second = built(country)
    changed = {name for name in first.made.tables if first.made.tables[name] != second.made.tables[name]}
    assert "activity" in changed
    assert not changed & {"area", "membership", "population", "population_class"}
