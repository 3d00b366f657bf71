"""The facts of PROVENANCE.md, recomputed from the real extracts of population, GP practices and households."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from locality_profiles.sources import Curated, read_extract
from locality_profiles.tables.curated import STAGED

pytestmark = pytest.mark.real

ZONES = 6_976
SHETLAND = [f"S010{number}" for number in range(12387, 12417)]
SHETLAND_PARTNERSHIP, SHETLAND_BOARD, SHETLAND_COUNCIL = "S37000026", "S08000026", "S12000027"
Read = Callable[[str], Curated]


@pytest.fixture(scope="module")
def read(real_extracts: Path) -> Read:
    """Reads a file of the folder once."""

    @cache
    def curated(file: str) -> Curated:
        (found,) = read_extract(real_extracts / file)
        plain = {name: table.cast(STAGED[name].schema) for name, table in found.curated.tables.items()}
        return replace(found.curated, tables=plain)

    return curated


PERSONS_2021 = "population/sape-2021-persons.xlsx"
FEMALES_2021 = "population/sape-2021-females.xlsx"
MALES_2021 = "population/sape-2021-males.xlsx"
PERSONS_2020 = "population/sape-2020-persons_Table 1a Persons.csv"
EVERYONE_2020 = "population/population20_dz11_humaniverse.csv"
BOARDS = "population/HBdemography.csv"
COUNCILS_2022 = "population/population22_ltla19_scotland_humaniverse.csv"
COUNCILS = "population/Mid-year population estimates.xlsx"
DIRECTORY = "gp_practice/gp_practice_contactdetails_apr2024.csv"
LISTS = "gp_practice/gp_practice_listsizes_oct2023_jan2024_apr2024.csv"
HOUSEHOLDS = "housing_census/nrs_household_estimates_council.csv"
DWELLINGS = "housing_census/edinburgh_dz2001_dwellings-council-tax.csv"
HOSPITALS = "service_activity/nhs_hospitals_xy.csv"


def only(table: pa.Table, **values: object) -> pa.Table:
    """The rows in which each column has its value, or one of a list of them."""
    for column, value in values.items():
        allowed = pa.array(value if isinstance(value, list) else [value], table[column].type)
        table = table.filter(pc.is_in(table[column], allowed))
    return table


def people(table: pa.Table, **values: object) -> int:
    return pc.sum(only(table, **values)["persons"]).as_py()


def by_zone_and_age(curated: Curated, sex: str) -> pa.Table:
    table = only(curated.tables["population"], sex=sex)
    return table.sort_by([("block_code", "ascending"), ("age", "ascending")])


# --- small areas --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("file", "year", "sexes"), [
    (PERSONS_2021, 2021, ["all"]), (FEMALES_2021, 2021, ["female"]), (MALES_2021, 2021, ["male"]),
    (PERSONS_2020, 2020, ["all"]), (EVERYONE_2020, 2020, ["all", "female", "male"]),
])  # fmt: skip
def test_every_file_has_each_of_the_6976_zones_at_91_ages(read: Read, file: str, year: int, sexes: list[str]) -> None:
    table = read(file).tables["population"]
    assert table.num_rows == ZONES * 91 * len(sexes)
    assert pc.count_distinct(table["block_code"]).as_py() == ZONES
    assert table["year"].unique().to_pylist() == [year]
    assert sorted(table["sex"].unique().to_pylist()) == sexes


@pytest.mark.parametrize(("file", "scotland", "shetland"), [
    (PERSONS_2020, 5_466_000, 22_870), (EVERYONE_2020, 5_466_000, 22_870), (PERSONS_2021, 5_479_900, 22_940),
])  # fmt: skip
def test_the_zones_add_up_to_the_published_totals(read: Read, file: str, scotland: int, shetland: int) -> None:
    table = read(file).tables["population"]
    assert people(table, sex="all") == scotland
    assert people(table, sex="all", block_code=SHETLAND) == shetland


def test_females_and_males_are_all_persons_in_every_zone_and_age_of_2021(read: Read) -> None:
    everyone, females, males = (
        by_zone_and_age(read(file), sex)["persons"].combine_chunks()
        for file, sex in ((PERSONS_2021, "all"), (FEMALES_2021, "female"), (MALES_2021, "male"))
    )
    assert pc.add(females, males) == everyone


def test_the_two_layouts_of_2020_agree_on_every_zone_and_age(read: Read) -> None:
    columns = ["block_type", "block_code", "year", "sex", "age", "persons", "status"]
    nrs, open_data = (by_zone_and_age(read(file), "all").select(columns) for file in (PERSONS_2020, EVERYONE_2020))
    assert nrs.equals(open_data)


def test_each_file_claims_its_own_year_and_sexes(read: Read) -> None:
    assert read(MALES_2021).claims == ("population of 2011 data zones, mid-2021, males",)
    assert len(read(EVERYONE_2020).claims) == 3


# --- larger areas -------------------------------------------------------------------------------------


def test_boards_and_zones_agree_in_2020(read: Read) -> None:
    boards = read(BOARDS).tables["population"]
    assert people(boards, block_type="country", year=2020, sex="all") == 5_466_000
    assert people(boards, block_code=SHETLAND_BOARD, year=2020, sex="all") == 22_870


def test_fourteen_boards_add_up_to_scotland_at_every_age_since_1981(read: Read) -> None:
    boards = read(BOARDS)
    assert boards.notes == ()  # the reader compares them and would have noted a difference
    assert people(boards.tables["population"], block_type="health_board", sex="all", year=1981) == 5_180_200
    assert len(boards.claims) == 2 * 40 * 3


def test_councils_of_2022_are_persons_with_codes(read: Read) -> None:
    table = read(COUNCILS_2022).tables["population"]
    assert pc.count_distinct(table["block_code"]).as_py() == 32
    assert table["sex"].unique().to_pylist() == ["all"]
    assert table["year"].unique().to_pylist() == [2022]
    assert people(table, block_code=SHETLAND_COUNCIL) > 22_000


def test_councils_since_1998_are_named_and_their_sexes_added_up(read: Read) -> None:
    curated = read(COUNCILS)
    table = curated.tables["population"]
    assert curated.notes == ()
    assert people(table, block_type="council_area", year=2018, sex="all") == 5_438_100
    assert people(table, place_name="Shetland Islands", year=2018, sex="all") == sum(
        people(table, place_name="Shetland Islands", year=2018, sex=sex) for sex in ("female", "male")
    )
    assert pc.count_distinct(only(table, block_type="council_area")["place_name"]).as_py() == 32
    assert table["block_code"].null_count == table.num_rows


# --- GP practices -------------------------------------------------------------------------------------


def test_887_of_891_practices_are_in_149_clusters_and_shetland_has_nine_in_one(read: Read) -> None:
    """Four more names are 'Undefined' of a board: their practices are in no cluster."""
    curated = read(DIRECTORY)
    practices = curated.tables["service"]
    assert practices.num_rows == 891
    assert pc.count_distinct(practices["cluster_name"]).as_py() == 149
    assert curated.notes == ("practices in no cluster: 4",)
    shetland = only(practices, hscp=SHETLAND_PARTNERSHIP)
    assert shetland.num_rows == 9
    assert shetland["cluster_name"].unique().to_pylist() == ["Shetland"]


def test_the_directory_is_of_april_2024_by_its_name(read: Read) -> None:
    curated = read(DIRECTORY)
    assert curated.claims == ("GP practices, 1 April 2024",)
    clusters = curated.tables["practice_cluster"]
    assert clusters.num_rows == 891
    assert clusters["as_at"].unique().to_pylist() == [date(2024, 4, 1)]
    assert clusters["hscp"].null_count == 0


def test_three_clusters_lie_across_two_partnerships(read: Read) -> None:
    clusters = (
        read(DIRECTORY).tables["practice_cluster"].group_by("cluster_name").aggregate([("hscp", "count_distinct")])
    )
    crossing = clusters.filter(
        pc.and_(pc.greater(clusters["hscp_count_distinct"], 1), pc.is_valid(clusters["cluster_name"]))
    )
    assert sorted(crossing["cluster_name"].to_pylist()) == [
        "Bothwell, Uddingston & Viewpark", "Doon Valley Cluster", "Kinross/Errol/Bridge of Earn",
    ]  # fmt: skip


def test_nine_shetland_practices_have_22869_patients(read: Read) -> None:
    codes = only(read(DIRECTORY).tables["service"], hscp=SHETLAND_PARTNERSHIP)["service_code"].to_pylist()
    lists = only(read(LISTS).tables["registration"], period_start=date(2024, 4, 1), age_band="all")
    assert people(lists, block_code=codes, sex="all") == 22_869


def test_the_lists_of_april_2024_are_of_the_practices_in_the_directory(read: Read) -> None:
    lists = only(read(LISTS).tables["registration"], period_start=date(2024, 4, 1), sex="all", age_band="all")
    practices = read(DIRECTORY).tables["service"]
    assert sorted(lists["block_code"].to_pylist()) == sorted(practices["service_code"].to_pylist())


def test_the_list_sizes_of_the_directory_equal_the_lists_of_april_2024(read: Read, real_extracts: Path) -> None:
    (directory,) = read_extract(real_extracts / DIRECTORY)
    supplied = directory.raw.columns
    sizes = dict(zip(supplied["PracticeCode"].to_pylist(), supplied["PracticeListSize"].to_pylist(), strict=True))
    lists = only(read(LISTS).tables["registration"], period_start=date(2024, 4, 1), sex="all", age_band="all")
    counted = dict(zip(lists["block_code"].to_pylist(), lists["persons"].to_pylist(), strict=True))
    assert counted == {code: int(size) for code, size in sizes.items()}


def test_three_quarters_are_claimed_and_suppressed_cells_have_no_value(read: Read) -> None:
    curated = read(LISTS)
    assert curated.claims == (
        "GP list sizes, 1 October 2023",
        "GP list sizes, 1 January 2024",
        "GP list sizes, 1 April 2024",
    )
    suppressed = only(curated.tables["registration"], status="suppressed")
    assert suppressed.num_rows == 42 + 8 * 63  # all ages, and each of the eight bands
    assert suppressed["persons"].null_count == suppressed.num_rows


# --- households, dwellings and hospitals --------------------------------------------------------------


def test_households_of_32_councils_scotland_and_six_other_areas(read: Read) -> None:
    curated = read(HOUSEHOLDS)
    table = only(curated.tables["household"], measure="households", period_start=date(2018, 6, 30))
    assert table["block_type"].value_counts().to_pylist() == [
        {"values": "council_area", "counts": 32},
        {"values": "country", "counts": 1},
        {"values": "other_area", "counts": 6},
    ]
    assert only(table, place_name="Shetland Islands")["value"].to_pylist() == [10_384]
    assert only(table, place_name="Scotland")["value"].to_pylist() == [2_477_275]
    assert len(curated.notes) == 1  # the other areas; councils differ from Scotland by rounding only


def test_the_mean_size_of_households_is_not_available_before_2001(read: Read) -> None:
    sizes = only(read(HOUSEHOLDS).tables["household"], measure="household_size")
    assert only(sizes, period_start=date(2000, 6, 30))["status"].unique().to_pylist() == ["not_available"]
    assert only(sizes, period_start=date(2018, 6, 30), place_name="Shetland Islands")["value"].to_pylist() == [2.2]


def test_dwellings_of_549_zones_of_2001_have_eight_bands_and_their_sum_in_eleven_years(read: Read) -> None:
    table = read(DWELLINGS).tables["household"]
    assert table.num_rows == 549 * 11 * 9
    added = table.group_by("category").aggregate([("value", "sum")])
    totals = dict(zip(added["category"].to_pylist(), added["value_sum"].to_pylist(), strict=True))
    assert totals.pop("all") == sum(totals.values())


def test_277_hospitals_of_which_two_are_in_no_area(read: Read) -> None:
    hospitals = read(HOSPITALS).tables["service"]
    assert hospitals.num_rows == 277
    assert hospitals["data_zone"].null_count == 2
    assert only(hospitals, health_board=SHETLAND_BOARD).num_rows == 1


def test_no_telephone_number_is_kept(read: Read) -> None:
    practices = read(DIRECTORY).tables["service"]
    for column in practices.column_names:
        if pa.types.is_string(practices[column].type):
            assert not pc.any(pc.match_substring_regex(practices[column], r"\d{5}\s+\d{3}")).as_py(), column
