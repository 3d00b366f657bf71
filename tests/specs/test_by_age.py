"""Rates by age beside the rate of all ages: each band among the people of its own ages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from drawn import empty, table
from pictures import rows

from locality_profiles.errors import DefinitionError
from locality_profiles.indicators.calculate import calculate
from locality_profiles.indicators.definition import Indicator, read_indicator, sections

DEFINITION = """
title = "Drawn"
section = "hospital"
order = 1
definition = "Drawn for a test."
unit = "per 1,000 people"
decimals = 1
direction = "none"
needs = "a drawing"
disclosure = "health"
owner = "tests"
reviewed = 2026-11-26
method = "crude_rate"
per = 1000
smallest_area = "locality"
by_age = ["0-17", "18-64", "65+"]

[numerator]
what = "attendances"
table = "activity"
column = "value"
where.measure_code = "N_ATTEND"
where.age_band = "all"
period = "calendar_year"

[denominator]
what = "residents"
table = "population"
column = "persons"
where.sex = "all"
additive = "stock"
pairing = "mid_year"
"""
PEOPLE = """
    block_code | year | age | persons
    z1         | 2020 | 0   | 50
    z1         | 2020 | 17  | 50
    z1         | 2020 | 18  | 150
    z1         | 2020 | 64  | 150
    z1         | 2020 | 65  | 60
    z1         | 2020 | 90  | 40
"""


@pytest.fixture
def place(tmp_path: Path) -> dict[str, Path]:
    tables = empty(tmp_path, "population_class", "deprivation", "registration", "household", "unit_cost", "extract",
                   "local_count", "published_value", "service")  # fmt: skip
    tables["membership"] = table(tmp_path, "membership", "block_code | area_type | area_code\nz1 | locality | ness")
    tables["population"] = table(tmp_path, "population", PEOPLE)
    return tables


def attended(folder: Path, drawing: str) -> Path:
    return table(folder, "activity", "block_code | age_band | value\n" + drawing, service_code="HOSP.AE",
                 measure_code="N_ATTEND", period_type="calendar_year", period_start=date(2020, 1, 1),
                 period_end=date(2020, 12, 31))  # fmt: skip


def define(folder: Path, text: str = DEFINITION) -> dict[str, Indicator]:
    path = folder / "drawn.toml"
    path.write_text(text, encoding="utf-8")
    return {"drawn": read_indicator(path, sections())}


def by_age(tables: dict[str, Path], found: dict[str, Indicator]) -> dict[tuple[str, str], tuple]:
    made = calculate(tables, ["locality"], found).values
    return {
        (breakdown, category): tuple(rest)
        for breakdown, category, *rest in rows(made, "breakdown", "category", "numerator", "denominator", "value")
    }


def test_each_band_is_set_against_the_people_of_its_ages(place, tmp_path):
    place["activity"] = attended(
        tmp_path, "z1 | all | 60\nz1 | 0-17 | 20\nz1 | 18-64 | 30\nz1 | 65-74 | 4\nz1 | 75+ | 6"
    )
    assert by_age(place, define(tmp_path)) == {
        ("all", "all"): (60, 500, 1000 * 60 / 500),
        ("age", "0-17"): (20, 100, 1000 * 20 / 100),
        ("age", "18-64"): (30, 300, 1000 * 30 / 300),
        ("age", "65+"): (4 + 6, 100, 1000 * (4 + 6) / 100),
    }


def test_a_band_without_a_row_in_a_covered_place_is_nought(place, tmp_path):
    place["activity"] = attended(tmp_path, "z1 | all | 20\nz1 | 0-17 | 20")
    found = by_age(place, define(tmp_path))
    assert found["age", "65+"] == (0, 100, 0)


def test_ages_that_lie_in_two_bands_have_no_rate_and_are_told(place, tmp_path):
    place["activity"] = attended(tmp_path, "z1 | all | 25\nz1 | 0-17 | 20\nz1 | 15-24 | 5")
    found = by_age(place, define(tmp_path))
    assert found["age", "unknown"] == (None, None, None)
    assert found["age", "0-17"] == (20, 100, 200)
    assert found["all", "all"] == (25, 500, 50)


def test_counts_of_people_by_age_come_from_single_years(place, tmp_path):
    place["activity"] = attended(tmp_path, "z1 | all | 1")
    text = DEFINITION.split("[numerator]")[0].replace("crude_rate", "count").replace("per = 1000\n", "")
    people = define(tmp_path, text + DEFINITION.split("[denominator]")[1].join(["[numerator]", ""]).replace(
        'pairing = "mid_year"\n', ""))  # fmt: skip
    assert by_age(place, people) == {
        ("all", "all"): (500, None, 500), ("age", "0-17"): (100, None, 100), ("age", "18-64"): (300, None, 300),
        ("age", "65+"): (100, None, 100),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        ('["0-17", "19-64", "65+"]', "do not follow one another"),
        ('["0-17", "old"]', "do not follow one another"),
        ('["0-17", 65]', "do not follow one another"),
    ],
)
def test_bands_with_a_gap_are_refused(tmp_path, bands, said):
    with pytest.raises(DefinitionError) as refused:
        define(tmp_path, DEFINITION.replace('["0-17", "18-64", "65+"]', bands))
    assert said in str(refused.value)
    assert "line 16" in str(refused.value)


def test_a_published_value_cannot_be_given_by_age(tmp_path):
    text = DEFINITION.split("[denominator]")[0].replace("crude_rate", "published")
    with pytest.raises(DefinitionError, match="cannot be given by age"):
        define(tmp_path, text)
