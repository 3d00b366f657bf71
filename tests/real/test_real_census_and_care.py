"""Facts about the real census tables and tables of social care, worked out again with only ``csv`` and ``openpyxl``.

Each file is read twice: once as the project does, and once row by row in plain Python. Nothing of a file stands here
but how many rows it has.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from locality_profiles.sources import Curated, read_extract
from locality_profiles.sources.census_table import TOPICS

pytestmark = pytest.mark.real

ZONES = 6_976
SHETLAND = {f"S010{number}" for number in range(12387, 12417)}

# --- the census -----------------------------------------------------------------------------------

#: The file of each topic, and how many answers of it there are.
CENSUS = {
    "ethnic_group": ("table_*_ethnicity2022_*.csv", 12),
    "religion": ("table_*_religion2022_*.csv", 12),
    "accommodation": ("table_*_accommodation2022_*.xlsx", 9),
    "tenure": ("table_*_tenure2022_*.xlsx", 10),
    "occupancy": ("table_*_occupancy2022_*.xlsx", 4),
    "disability": ("table_*_disability2022_*.xlsx", 3),
    "household_deprivation": ("table_*_hhdeprivation2011_*.xlsx", 5),
}
ANSWERS = {topic.topic: {**dict.fromkeys([topic.everybody], "all"), **topic.answers} for topic in TOPICS}


@dataclass(frozen=True)
class Census:
    """A census file as the project reads it, and its figures by zone and heading as they stand."""

    curated: Curated
    supplied: dict[str, dict[str, float]]


def _supplied(path: Path) -> dict[str, dict[str, float]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
    else:
        from openpyxl import load_workbook

        lines = [list(row) for row in load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)]
    cells = [["" if cell is None else " ".join(str(cell).split()) for cell in line] for line in lines]
    header = next(line for line in cells if len([cell for cell in line if cell]) > 3)
    at = next(place for place in (0, 1) if any(len(line) > 1 and line[place].startswith("S010") for line in cells))
    return {
        line[at]: {header[n]: float(line[n]) for n in range(at + 1, len(header)) if header[n]}
        for line in cells
        if len(line) > at and line[at].startswith("S010")
    }


@cache
def _census(folder: Path, topic: str) -> Census:
    (path,) = (folder / "housing_census").glob(CENSUS[topic][0])
    (found,) = read_extract(path)
    return Census(found.curated, _supplied(path))


@pytest.fixture
def census(real_extracts: Path) -> Callable[[str], Census]:
    return lambda topic: _census(real_extracts, topic)


def values(curated: Curated) -> dict[tuple[str, str], float]:
    table = curated.tables["local_count"]
    columns = (table[name].to_pylist() for name in ("block_code", "category", "value"))
    found = {(zone, category): value for zone, category, value in zip(*columns, strict=True)}
    assert len(found) == table.num_rows
    return found


@pytest.mark.parametrize("topic", CENSUS)
def test_every_zone_has_every_answer_as_it_was_supplied(census: Any, topic: str) -> None:
    read = census(topic)
    words = {" ".join(heading.split()).casefold(): answer for heading, answer in ANSWERS[topic].items()}
    expected = {
        (zone, words[heading.casefold()]): figure
        for zone, figures in read.supplied.items()
        for heading, figure in figures.items()
        if heading.casefold() in words
    }
    assert values(read.curated) == expected
    assert len(expected) == ZONES * (CENSUS[topic][1] + 1)


@pytest.mark.parametrize("topic", CENSUS)
def test_shetlands_thirty_zones_and_scotland_add_up_to_what_the_file_says(census: Any, topic: str) -> None:
    read = census(topic)
    everybody = next(iter(ANSWERS[topic])).casefold()
    totals = {zone: next(f for h, f in figures.items() if h.casefold() == everybody)
              for zone, figures in read.supplied.items()}  # fmt: skip
    found = {zone: value for (zone, category), value in values(read.curated).items() if category == "all"}
    assert set(found) >= SHETLAND
    assert len(found) == ZONES
    assert sum(found[zone] for zone in SHETLAND) == sum(totals[zone] for zone in SHETLAND) > 0
    assert sum(found.values()) == sum(totals.values())


def test_people_and_households_are_the_same_in_each_of_their_tables(census: Any) -> None:
    for topics in (("ethnic_group", "religion", "disability"), ("tenure", "accommodation", "occupancy")):
        totals = [
            {zone: value for (zone, category), value in values(census(topic).curated).items() if category == "all"}
            for topic in topics
        ]
        assert totals[0] == totals[1] == totals[2]


@pytest.mark.parametrize("topic", CENSUS)
def test_each_file_is_of_one_census_day_and_calls_nothing_a_true_zero(census: Any, topic: str) -> None:
    curated = census(topic).curated
    table = curated.tables["local_count"]
    day = date(2011, 3, 27) if topic == "household_deprivation" else date(2022, 3, 20)
    assert set(table["period_start"].to_pylist()) == set(table["period_end"].to_pylist()) == {day}
    assert set(table["status"].to_pylist()) == {"rounded"}
    assert set(table["block_type"].to_pylist()) == {"data_zone_2011"}
    assert curated.claims == (f"census {day.year}, {topic.replace('_', ' ')}",)
    assert 0.0 in table["value"].to_pylist()


def _off(census: Census, parts: tuple[str, ...]) -> int:
    """In how many zones the parts do not add up to everybody."""
    found = values(census.curated)
    zones = {zone for zone, _ in found}
    return sum(found[zone, "all"] != sum(found[zone, part] for part in parts) for zone in zones)


def test_parts_of_2022_need_not_add_up_and_those_of_2011_do(census: Any) -> None:
    assert _off(census("disability"), ("limited_a_lot", "limited_a_little", "not_limited")) > 1_000
    assert _off(census("household_deprivation"), ("none", "one", "two", "three", "four")) == 0


def test_some_part_of_2022_is_larger_than_its_total_and_none_by_more_than_three(census: Any) -> None:
    largest = 0.0
    for topic in CENSUS:
        found = values(census(topic).curated)
        largest = max(largest, *(value - found[zone, "all"] for (zone, _), value in found.items()))
    assert largest == 3


def test_the_workbook_of_ages_by_sex_is_not_recognised(real_extracts: Path) -> None:
    (path,) = (real_extracts / "housing_census").glob("table_*_agesex2022_*.xlsx")
    assert read_extract(path) == []


# --- social care ----------------------------------------------------------------------------------

PERSONAL = "201920_202021_data_homecare_personal_care.csv"
OPTIONS = "201920_202021_data_sds_trend.csv"
AGE_AND_SEX = "202122_data_people_supported_age_sex.csv"
SERVICES = "202122_data_people_supported_services.csv"
ALARMS = "202122_data_tech_enabled_care_trend.csv"

OF_OPTION = {"Any SDS": "SC.SDS"} | {f"Option {n}": f"SC.SDS.{n}" for n in (1, 2, 3, 4)}
OF_SERVICE = {
    "Care Home": "SC.CH", "Care at Home": "SC.HC.YEAR", "Day Care": "SC.DAY", "Housing Support": "HOUS.SUPP",
    "Meals": "SC.MEALS", "Social Worker": "SC.SW",
}  # fmt: skip
OF_ALARM = {
    "Community Alarm Only": "SC.AT.ALARM", "Telecare Only": "SC.AT.TELE",
    "Receiving both Community Alarm and Telecare": "SC.AT.BOTH",
    "Total Receiving Community Alarms and/or Telecare": "SC.AT",
}  # fmt: skip
OF_SEX = {"Female": "female", "Male": "male"}
KEY = ("block_type", "place_name", "period_type", "period_start", "service_code", "age_band", "sex")
Key = tuple[str, str, str, date, str, str, str]


@cache
def _curated(path: Path) -> Curated:
    (found,) = read_extract(path)
    assert found.kind == "social_care_people"
    return found.curated


@pytest.fixture
def care(real_extracts: Path) -> Callable[[str], Curated]:
    return lambda name: _curated(real_extracts / "social_care" / name)


@pytest.fixture
def supplied(real_extracts: Path) -> Callable[[str], Iterator[dict[str, str]]]:
    def records(name: str) -> Iterator[dict[str, str]]:
        with (real_extracts / "social_care" / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    return records


def people(curated: Curated) -> dict[Key, float]:
    table = curated.tables["activity"]
    rows = zip(*(table[name].to_pylist() for name in (*KEY, "value")), strict=True)
    found = {row[:-1]: row[-1] for row in rows}
    assert len(found) == table.num_rows
    return found


def key(row: dict[str, str], service: str, sex: str = "all", period: str = "financial_year") -> Key:
    """The key of a supplied row."""
    scotland = row["sending_location"].startswith("Scotland (")
    year, quarter = int(row[period][:4]), row[period][8:]
    month, later = {"": (4, 0), "Q1": (4, 0), "Q2": (7, 0), "Q3": (10, 0), "Q4": (1, 1)}[quarter]
    kind = "financial_quarter" if quarter else "census_week" if period == "financial_quarter" else "financial_year"
    age = (
        row.get("age_group", "All Ages").replace(" years", "").replace("All Ages", "all").replace("Unknown", "unknown")
    )
    place = ("country", "Scotland") if scotland else ("council_area", row["sending_location"])
    return (*place, kind, date(year + later, month, 1), service, age, sex)


def test_personal_care_is_that_supplied_in_quarters_and_census_weeks(care: Any, supplied: Any) -> None:
    expected = {key(r, "SC.HC.PERS", period="financial_quarter"): float(r["nclient"]) for r in supplied(PERSONAL)}
    assert people(care(PERSONAL)) == expected
    assert len(expected) == 3_836
    assert {kind for _, _, kind, *_ in expected} == {"financial_quarter", "census_week"}


def test_options_of_self_directed_support_are_those_supplied_and_do_not_add_up(care: Any, supplied: Any) -> None:
    expected = {key(row, OF_OPTION[row["option_type"]]): float(row["nclient"]) for row in supplied(OPTIONS)}
    found = people(care(OPTIONS))
    assert found == expected
    assert len(expected) == 1_056
    over = [
        sum(found[(*any_of[:4], f"SC.SDS.{n}", *any_of[5:])] for n in (1, 2, 3, 4)) - value
        for any_of, value in found.items()
        if any_of[4] == "SC.SDS"
    ]
    assert max(over) > 4 * 5  # further than rounding explains: some people chose several


def test_services_are_those_supplied_without_alarms(care: Any, supplied: Any) -> None:
    rows = list(supplied(SERVICES))
    kept = [row for row in rows if row["service_group"] != "Community Alarms / Telecare"]
    assert people(care(SERVICES)) == {key(row, OF_SERVICE[row["service_group"]]): float(row["nclient"]) for row in kept}
    assert (len(rows), len(kept)) == (6_622, 5_600)


def test_each_sex_is_that_supplied_unadjusted_and_everybody_is_their_sum(care: Any, supplied: Any) -> None:
    expected: dict[Key, float] = defaultdict(float)
    rows = [row for row in supplied(AGE_AND_SEX) if not row["measure"].endswith("(adjusted)")]
    for row in rows:
        expected[key(row, "SC.ALL")] += float(row["nclient"])
        if row["sex"] in OF_SEX:
            expected[key(row, "SC.ALL", OF_SEX[row["sex"]])] = float(row["nclient"])
    assert people(care(AGE_AND_SEX)) == expected
    assert len(rows) == 3_402
    assert len(expected) == len(rows)  # those whose sex is not known make way for everybody


def test_of_two_scotlands_with_alarms_the_larger_one_with_a_rate_is_read(care: Any, supplied: Any) -> None:
    rates: dict[Key, list[str]] = defaultdict(list)
    counts: dict[Key, list[float]] = defaultdict(list)
    for row in supplied(ALARMS):
        of = key(row, OF_ALARM[row["service"]])
        if row["measure"].startswith("Rate"):
            rates[of].append(row["value"])
        else:
            counts[of].append(float(row["value"]))
    twice = {of for of, values in counts.items() if len(values) > 1}
    assert {(of[1], of[3].year) for of in twice} == {("Scotland", 2020), ("Scotland", 2021)}
    assert len(twice) == 40
    assert all(rates[of][0] == "NA" != rates[of][1] and counts[of][0] < counts[of][1] for of in twice)
    assert people(care(ALARMS)) == {of: values[-1] for of, values in counts.items()}


def test_no_figure_of_care_is_a_true_zero_and_all_are_rounded_to_five(care: Any) -> None:
    for name in (PERSONAL, OPTIONS, AGE_AND_SEX, SERVICES, ALARMS):
        table = care(name).tables["activity"]
        assert set(table["status"].to_pylist()) <= {"rounded", "estimated"}
        assert all(value % 5 == 0 for value in table["value"].to_pylist())
        assert 0.0 in table["value"].to_pylist()


def test_shetland_bears_two_names_and_is_there_throughout(care: Any) -> None:
    names = {name: {place for _, place, *_ in people(care(name)) if place.startswith("Shetland")}
             for name in (PERSONAL, OPTIONS, AGE_AND_SEX, SERVICES, ALARMS)}  # fmt: skip
    assert names.pop(PERSONAL) == {"Shetland"}
    assert all(found == {"Shetland Islands"} for found in names.values())
