"""The real Shetland workspace, beside the same figures worked out by hand from the extracts."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest
from running import Run

pytestmark = pytest.mark.real

HSCP, BOARD, COUNTRY = "S37000026", "S08000026", "S92000003"
LOCALITIES = {
    "central-mainland", "lerwick-and-bressay", "north-isles", "north-mainland", "south-mainland", "west-mainland",
    "whalsay-and-skerries",
}  # fmt: skip


def values(run: Run, indicator: str, area_type: str, **where: object) -> dict:
    conditions = "".join(f" and {column} = '{value}'" for column, value in where.items())
    return dict(run.ask(
        f"select area_code, value from indicator_value where indicator_id = '{indicator}' "
        f"and area_type = '{area_type}'{conditions}"
    ))  # fmt: skip


def test_there_are_seven_localities_each_with_a_profile_page(shetland):
    codes = {row[0] for row in shetland.ask("select distinct area_code from profile where area_type = 'locality'")}
    assert codes == {f"{HSCP}/{name}" for name in LOCALITIES}
    pages = {page.stem for page in (shetland.workspace.current / "site" / "areas").glob("*.html")}
    assert {code.replace("/", "-") for code in codes} <= pages


@pytest.mark.parametrize(("year", "people"), [(2020, 22_870), (2021, 22_940)])
def test_the_localities_add_up_to_the_councils_published_population(shetland, year, people):
    found = values(shetland, "population", "locality", period_end=f"{year}-06-30")
    assert len(found) == 7
    assert sum(found.values()) == people
    assert values(shetland, "population", "hscp", period_end=f"{year}-06-30")[HSCP] == people


def test_every_data_zone_of_shetland_is_in_exactly_one_locality(shetland):
    found = shetland.ask(
        "select block_code, count(*), sum(weight) from membership where area_type = 'locality' "
        "and block_type = 'data_zone_2011' group by 1"
    )
    assert [row[0] for row in sorted(found)] == [f"S010{number}" for number in range(12387, 12417)]
    assert {(count, weight) for _, count, weight in found} == {(1, 1.0)}


def test_the_two_lerwick_zones_that_the_boundary_file_shrinks_are_in_lerwick(shetland):
    found = dict(shetland.ask(
        "select block_code, area_code || ' ' || method from membership where area_type = 'locality' "
        "and block_code in ('S01012394', 'S01012396') and block_type = 'data_zone_2011'"
    ))  # fmt: skip
    assert found["S01012396"] == f"{HSCP}/lerwick-and-bressay nearest"
    assert found["S01012394"].startswith(f"{HSCP}/lerwick-and-bressay")


def test_the_shares_of_deprivation_fifths_are_those_worked_out_by_hand(shetland, real_extracts):
    """By hand: mid-2020 people of each zone (NRS sheet as CSV) beside the zone's fifth (open data)."""
    fifth = {}
    with (real_extracts / "deprivation" / "simd2020v2_22062020.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            fifth[row["DataZone"]] = (row["SIMD2020V2CountryQuintile"], row["HSCP"])
    people: dict[str, int] = {}
    sheet = real_extracts / "population" / "sape-2020-persons_Table 1a Persons.csv"
    with sheet.open(encoding="cp1252") as file:
        for row in csv.reader(file):
            if row and row[0].startswith("S01"):
                people[row[0]] = int(row[3].replace(",", ""))
    total: dict[str, int] = defaultdict(int)
    for zone, (quintile, hscp) in fifth.items():
        if hscp == HSCP:
            total[quintile] += people[zone]
    assert sum(total.values()) == 22_870
    shares = dict(shetland.ask(
        "select category, value from indicator_value where indicator_id = 'people_by_deprivation_quintile' "
        f"and area_code = '{HSCP}' and period_end = '2020-06-30'"
    ))  # fmt: skip
    assert shares == {q: pytest.approx(100 * total[q] / 22_870, rel=1e-12) for q in "12345"}
    assert shares["1"] == shares["5"] == 0  # Shetland has no zone in the most or least deprived fifth


def test_income_deprivation_is_that_worked_out_by_hand(shetland, real_extracts):
    deprived = everyone = 0
    with (real_extracts / "deprivation" / "SIMD2020v2_indicators.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if "S01012387" <= row["Data_Zone"] <= "S01012416":
                deprived += int(row["Income_count"])
                everyone += int(row["Total_population"])
    found = values(shetland, "income_deprived", "hscp")[HSCP]
    assert found == pytest.approx(100 * deprived / everyone, rel=1e-12)


def test_home_care_is_as_published(shetland):
    people = values(shetland, "home_care_people", "locality", period_end="2021-03-31")
    assert people[f"{HSCP}/lerwick-and-bressay"] == 185
    assert people[f"{HSCP}/central-mainland"] == 30
    assert len(people) == 7


def test_emergency_attendances_are_shown_for_the_board_and_marked_below_it(shetland):
    rows = shetland.ask(
        "select role, value, status, note from profile where item = 'emergency_attendances' "
        f"and area_code = '{HSCP}/north-isles' order by beside_order"
    )
    by_role = {role: (value, status, note) for role, value, status, note in rows}
    assert by_role["this"] == (None, "not_available", "Not published below the health board.")
    assert by_role["hscp"][0] is None
    assert by_role["health_board"][0] > 0
    assert by_role["country"][0] > by_role["health_board"][0]


def test_attendances_of_the_last_year_are_the_sum_of_its_months(shetland, real_extracts):
    attended = 0
    with (real_extracts / "service_activity" / "monthly_ae_waitingtimes_202303.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["HBT"] == BOARD and "202204" <= row["Month"] <= "202303":
                attended += int(row["NumberOfAttendancesAggregate"])
    found = values(shetland, "emergency_attendances", "health_board", period_end="2023-03-31")
    assert found[BOARD] == attended


def test_delayed_bed_days_of_a_year_are_the_sum_of_its_months(shetland, real_extracts):
    days = 0
    path = real_extracts / "service_activity" / "healthyr_scotland_delayed_discharge_ltla.csv"
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (
                row["ltla_code"] == "S12000027"
                and row["age_group"] == "18plus"
                and row["delay_reason"] == "All Delay Reasons"
                and "2023-04-01" <= row["date"] <= "2024-03-31"
            ):
                days += int(row["num_delayed_bed_days"])  # fmt: skip
    (found,) = shetland.ask(
        "select numerator, status, note from indicator_value where indicator_id = 'delayed_discharge_bed_days' "
        f"and area_code = '{HSCP}' and period_end = '2024-03-31'"
    )
    assert found[0] == days
    assert found[1] == "estimated"  # no population of mid-2023 is among the extracts
    assert "mid-2022" in found[2]


def test_no_must_failed_and_each_door_was_passed(shetland):
    doors = dict(shetland.ask("select door, count(*) from check_result where expectation <> 'note' group by 1"))
    assert set(doors) == {"extract", "curated", "profile"}
    assert shetland.ask("select * from check_result where severity = 'must' and not success") == []


def test_nothing_of_the_release_names_a_folder_of_this_machine(shetland):
    site: Path = shetland.workspace.current / "site"
    for page in site.rglob("*.html"):
        assert str(shetland.workspace.folder) not in page.read_text(encoding="utf-8")
