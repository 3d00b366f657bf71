"""Indicators that allow for age, put years together or are told by fifth of deprivation: facts in, arithmetic out.

The isles are a partnership of two localities: North is zones 1 and 2, South is zone 3. They are all of the country.
Two bands are enough here: under 65 and 65 and over, which are 80,500 and 19,500 of the European Standard Population.
"""

from __future__ import annotations

from datetime import date
from math import isclose
from pathlib import Path
from typing import Any

import pytest
from drawn import empty, table
from pictures import cells, rows

from locality_profiles.errors import DefinitionError
from locality_profiles.indicators import estimates
from locality_profiles.indicators.calculate import calculate
from locality_profiles.indicators.definition import Indicator, read_indicator, sections
from locality_profiles.statistics.intervals import count_limits
from locality_profiles.statistics.standardised import directly_standardised_rate

ZONES = """
    block_type     | block_code | area_type      | area_code
    data_zone_2011 | z1         | data_zone_2011 | z1
    data_zone_2011 | z2         | data_zone_2011 | z2
    data_zone_2011 | z3         | data_zone_2011 | z3
    data_zone_2011 | z1         | locality       | north
    data_zone_2011 | z2         | locality       | north
    data_zone_2011 | z3         | locality       | south
    data_zone_2011 | z1         | hscp           | isles
    data_zone_2011 | z2         | hscp           | isles
    data_zone_2011 | z3         | hscp           | isles
    data_zone_2011 | z1         | country        | land
    data_zone_2011 | z2         | country        | land
    data_zone_2011 | z3         | country        | land
"""
#: In North 3,000 are under 65 and 1,000 are older; in South 400 and 600.
PEOPLE = """
    block_code | year | age | persons
    z1         | 2020 | 30  | 2000
    z1         | 2020 | 70  | 400
    z2         | 2020 | 30  | 1000
    z2         | 2020 | 70  | 600
    z3         | 2020 | 30  | 400
    z3         | 2020 | 70  | 600
"""
DEATHS = """
    block_code | age_band | value
    z1         | 0-64     | 4
    z1         | 65-84    | 5
    z1         | 85+      | 7
    z2         | 65-84    | 8
    z3         | 0-64     | 2
    z3         | 85+      | 18
    z1         | all      | 16
    z2         | all      | 8
    z3         | all      | 20
"""
DECLARED = """
title = "Deaths"
section = "health"
order = 1
definition = "Drawn for a test."
unit = "drawn"
decimals = 1
direction = "low_is_good"
smallest_area = "data_zone_2011"
needs = "a drawing"
disclosure = "sensitive"
owner = "tests"
reviewed = 2026-11-22
"""
STANDARDISED = """
method = "directly_standardised_rate"
per = 1000
[standardisation]
standard = "esp2013"
bands = ["0-64", "65+"]
"""
RATIO = """
method = "indirectly_standardised_ratio"
per = 100
[standardisation]
bands = ["0-64", "65+"]
"""
LIFE = """
method = "life_expectancy"
[standardisation]
bands = ["0-64", "65+"]
"""
CRUDE = """
method = "crude_rate"
per = 1000
"""
TERMS = """
[numerator]
what = "deaths"
table = "activity"
column = "value"
where.service_code = "EVT.DEATH"
where.measure_code = "N"
where.sex = "all"
period = "calendar_year"
coverage = "absent_is_zero"

[denominator]
what = "residents"
table = "population"
column = "persons"
where.sex = "all"
additive = "stock"
pairing = "mid_year"
"""
OF_ALL_AGES = TERMS.replace('where.sex = "all"\nperiod', 'where.sex = "all"\nwhere.age_band = "all"\nperiod')


class World:
    """The isles' facts, changed one at a time, and what an indicator makes of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = empty(folder, "population_class", "deprivation", "registration", "household", "unit_cost",
                            "extract", "local_count", "published_value", "service")  # fmt: skip
        self.tables["membership"] = table(folder, "membership", ZONES)
        self.people(PEOPLE).deaths(DEATHS)

    def people(self, drawing: str) -> World:
        self.tables["population"] = table(self.folder, "population", drawing)
        return self

    def deaths(self, drawing: str, **given: Any) -> World:
        """Deaths of 2020, or of each ``year`` of a column."""
        usual = {"service_code": "EVT.DEATH", "measure_code": "N", "period_type": "calendar_year",
                 "period_start": date(2020, 1, 1), "period_end": date(2020, 12, 31)}  # fmt: skip
        self.tables["activity"] = table(self.folder, "activity", _years(drawing), **{**usual, **given})
        return self

    def draw(self, name: str, drawing: str, **given: Any) -> World:
        self.tables[name] = table(self.folder, name, drawing, **given)
        return self

    def declared(self, how: str, terms: str = TERMS, more: str = "") -> dict[str, Indicator]:
        path = self.folder / "deaths.toml"
        path.write_text(DECLARED + more + how + terms, encoding="utf-8")
        return {"deaths": read_indicator(path, sections())}

    def found(self, how: str, *columns: str, terms: str = TERMS, more: str = "") -> list[tuple[Any, ...]]:
        made = calculate(
            self.tables, ["data_zone_2011", "locality", "hscp", "country"], self.declared(how, terms, more)
        )
        return rows(made.values, *columns)

    def told(self, how: str, *columns: str, **given: Any) -> dict[str, Any]:
        """One column, or a tuple of several, by area; each area has one row."""
        found = self.found(how, "area_code", *columns, **given)
        assert len({row[0] for row in found}) == len(found)
        return {row[0]: row[1] if len(columns) == 1 else row[1:] for row in found}


def _years(drawing: str) -> str:
    header, *lines = cells(drawing)
    if "year" not in header:
        return drawing
    at = header.index("year")
    wide = [[*header[:at], "period_start", "period_end", *header[at + 1 :]]]
    wide += [[*line[:at], f"{line[at]}-01-01", f"{line[at]}-12-31", *line[at + 1 :]] for line in lines]
    return "\n".join(" | ".join(line) for line in wide)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# --- directly standardised rates ------------------------------------------------------------------


def test_a_standardised_rate_weighs_the_rate_of_each_band_by_the_standard_population(world):
    told = world.told(STANDARDISED, "value")
    assert told["north"] == pytest.approx((80_500 * 4 / 3000 + 19_500 * (5 + 7 + 8) / 1000) / 100_000 * 1000)
    assert told["south"] == pytest.approx((80_500 * 2 / 400 + 19_500 * 18 / 600) / 100_000 * 1000)


def test_every_areas_rate_comes_from_its_own_counts(world):
    told = world.told(STANDARDISED, "value", "numerator", "denominator")
    assert told["isles"] == (pytest.approx((80_500 * 6 / 3400 + 19_500 * 38 / 1600) / 100_000 * 1000), 44, 5000)
    assert told["isles"] == told["land"]


def test_its_limits_are_those_of_its_counts_at_both_confidences(world):
    told = world.told(STANDARDISED, "lower", "upper", "lower_99_8", "upper_99_8", "confidence")["north"]
    limits = [directly_standardised_rate([[4, 20]], [[3000, 1000]], [80_500, 19_500], 1000, c) for c in (0.95, 0.998)]
    assert told == pytest.approx((*(part[0] for of in limits for part in of[1:]), 0.95))


def test_a_total_of_all_ages_is_not_added_to_its_parts(world):
    assert world.told(STANDARDISED, "numerator")["south"] == 2 + 18


def test_fewer_than_ten_events_are_too_few_to_allow_for_ages(world):
    told = world.told(STANDARDISED, "value", "status", "note")
    assert told["z2"] == (None, "not_calculated", estimates.FEW_EVENTS)
    assert told["z1"][1] == "actual"
    ten = world.deaths(DEATHS.replace("z2         | 65-84    | 8", "z2         | 65-84    | 10"))
    assert ten.told(STANDARDISED, "status")["z2"] == "actual"


def test_nothing_that_would_give_a_withheld_value_away_stays_beside_it(world):
    columns = ("value", "numerator", "lower", "upper", "lower_99_8", "upper_99_8", "confidence")
    assert set(world.told(STANDARDISED, *columns)["z2"]) == {None}


def test_a_band_with_nobody_in_it_leaves_no_rate(world):
    world.people(PEOPLE.replace("z3         | 2020 | 30  | 400", "z3         | 2020 | 30  | 0"))
    told = world.told(STANDARDISED, "value", "status", "note")
    assert told["south"] == (None, "not_calculated", estimates.NOBODY_IN_BAND)
    assert told["isles"][1] == "actual"


def test_a_band_of_which_no_row_tells_has_nobody_in_it(world):
    world.people("\n".join(line for line in PEOPLE.splitlines() if "z3         | 2020 | 30" not in line))
    assert world.told(STANDARDISED, "note")["south"] == estimates.NOBODY_IN_BAND


@pytest.mark.parametrize("band", ["unknown", "60-69"])
def test_events_whose_age_is_not_known_or_lies_in_two_bands_leave_no_rate(world, band):
    told = world.deaths(DEATHS + f"z3 | {band} | 1").told(STANDARDISED, "value", "status", "note")
    for area in ("south", "isles", "land"):
        assert told[area] == (None, "not_calculated", estimates.UNKNOWN_AGES)
    assert told["north"][1:] == ("actual", None)


def test_that_nobody_of_an_unknown_age_died_is_no_reason(world):
    told = world.deaths(DEATHS + "z1 | unknown | 1\nz3 | unknown | 0").told(STANDARDISED, "status")
    assert (told["north"], told["south"]) == ("not_calculated", "actual")


def test_ages_that_are_not_asked_for_are_left_out(world):
    """Of deaths under 65 only, all of the standard's people are under 65 too."""
    world.deaths(DEATHS.replace("z1         | 0-64     | 4", "z1         | 0-64     | 12"))
    young = STANDARDISED.replace('["0-64", "65+"]', '["0-64"]')
    assert world.told(young, "value", "numerator", "denominator")["north"] == (
        pytest.approx(12 / 3000 * 1000), 12, 3000,
    )  # fmt: skip


def test_a_suppressed_band_leaves_its_area_suppressed(world):
    world.deaths("block_code | age_band | value | status\nz1 | 0-64 | | suppressed\nz1 | 65+ | 20 | actual\n"
                 "z3 | 0-64 | 5 | actual\nz3 | 65+ | 20 | actual")  # fmt: skip
    told = world.told(STANDARDISED, "value", "status")
    assert told["north"] == told["isles"] == (None, "suppressed")
    assert told["south"][1] == "actual"


def test_people_by_band_may_be_counted_elsewhere_than_in_estimates(world):
    terms = (
        TERMS.partition("[denominator]")[0]
        + """
    [denominator]
    what = "people on lists"
    table = "local_count"
    column = "value"
    where.topic = "lists"
    where.category = "all"
    where.sex = "all"
    """
    )
    world.draw("local_count", """
    block_code | age_band | value
    z3         | 0-44     | 300
    z3         | 45-64    | 100
    z3         | 65+      | 600
    """, topic="lists", category="all", period_type="calendar_year", period_start=date(2020, 1, 1),
               period_end=date(2020, 12, 31))  # fmt: skip
    told = world.told(STANDARDISED, "value", terms=terms)
    assert told["south"] == pytest.approx((80_500 * 2 / 400 + 19_500 * 18 / 600) / 100_000 * 1000)


# --- compared with what is expected ---------------------------------------------------------------


def test_a_ratio_is_events_against_those_expected_at_the_countrys_rate_of_each_band(world):
    told = world.told(RATIO, "value")
    young, old = 6 / 3400, 38 / 1600
    assert told["north"] == pytest.approx(100 * 24 / (3000 * young + 1000 * old))
    assert told["south"] == pytest.approx(100 * 20 / (400 * young + 600 * old))
    assert told["land"] == pytest.approx(100)


def test_few_events_have_a_ratio_with_the_limits_of_their_count(world):
    lower, upper, numerator = world.told(RATIO, "lower", "upper", "numerator")["z2"]
    expected = 1000 * 6 / 3400 + 600 * 38 / 1600
    assert (lower, upper) == pytest.approx([100 * limit[0] / expected for limit in count_limits([8])])
    assert numerator == 8


def test_without_figures_of_the_whole_country_nothing_is_expected(world):
    world.draw("membership", "\n".join(line for line in ZONES.splitlines() if "country" not in line))
    told = world.told(RATIO, "value", "status", "note")
    assert told["north"] == (None, "not_calculated", estimates.NO_REFERENCE)


def test_each_year_is_set_against_the_same_year_of_the_country(world):
    world.deaths(of_years({2019: (10, 30), 2020: (2, 18)}) + "\nz1 | 2019 | 65+ | 12\nz1 | 2020 | 65+ | 90")
    world.people(of_people(2019, 2020))
    found = {(row[0], row[1].year): row[2] for row in world.found(RATIO, "area_code", "period_start", "value")}
    assert found["south", 2019] == pytest.approx(100 * 40 / (400 * 10 / 3400 + 600 * 42 / 1600))
    assert found["south", 2020] == pytest.approx(100 * 20 / (400 * 2 / 3400 + 600 * 108 / 1600))


# --- life expectancy ------------------------------------------------------------------------------


def years_to_live(deaths: tuple[float, float], people: tuple[float, float]) -> float:
    """A life table of two bands: under 65, who if they die have lived a tenth of it, and 65 and over."""
    young, old = (d / n for d, n in zip(deaths, people, strict=True))
    dying = 65 * young / (1 + (1 - 0.1) * 65 * young)
    surviving = 1 - dying
    return 65 * (surviving + 0.1 * dying) + surviving / old


#: Ten times the people, and deaths enough for a table of two bands to be sure of.
MANY_PEOPLE = PEOPLE.replace("00\n", "000\n")
MANY_DEATHS = """
    block_code | age_band | value
    z1         | 0-64     | 400
    z1         | 65-84    | 500
    z1         | 85+      | 700
    z2         | 65+      | 800
    z3         | 0-64     | 60
    z3         | 65+      | 1200
"""


def test_life_expectancy_is_years_lived_at_the_death_rates_of_each_band(world):
    told = world.people(MANY_PEOPLE).deaths(MANY_DEATHS).told(LIFE, "value", "numerator", "denominator")
    assert told["north"] == (
        pytest.approx(years_to_live((400, 2000), (30_000, 10_000))), 400 + 500 + 700 + 800, 40_000,
    )  # fmt: skip
    assert told["south"][0] == pytest.approx(years_to_live((60, 1200), (4_000, 6_000)))


def test_life_expectancy_has_limits_about_its_value(world):
    told = (
        world.people(MANY_PEOPLE).deaths(MANY_DEATHS).told(LIFE, "lower_99_8", "lower", "value", "upper", "upper_99_8")
    )
    for area in ("north", "isles"):
        assert list(told[area]) == sorted(told[area])
        lowest, lower, value, upper, highest = told[area]
        assert upper - value == pytest.approx(value - lower)
        assert (highest - value) / (upper - value) == pytest.approx(3.0902 / 1.95996, abs=1e-4)


#: Deaths enough for the few thousand people of the isles.
MOST_DEATHS = "block_code | year | age_band | value\nz1 | 2020 | 0-64 | 60\nz1 | 2020 | 65+ | 380"


def test_a_life_table_needs_more_than_five_thousand_person_years(world):
    told = world.deaths(MOST_DEATHS).told(LIFE, "value", "status", "note")  # there are 5,000 in all, and not one more
    assert set(told.values()) == {(None, "not_calculated", estimates.SMALL_POPULATION)}
    world.people(PEOPLE.replace("z3         | 2020 | 30  | 400", "z3         | 2020 | 30  | 401"))
    told = world.told(LIFE, "value", "status")
    assert told["land"] == (pytest.approx(years_to_live((60, 380), (3401, 1600))), "actual")
    assert told["south"] == (None, "not_calculated")


def test_a_life_table_needs_deaths_at_the_oldest_ages(world):
    world.people(MANY_PEOPLE).deaths(MANY_DEATHS.replace("z3         | 65+      | 1200", ""))
    told = world.told(LIFE, "value", "lower", "status", "note")
    assert told["south"] == (None, None, "not_calculated", estimates.NO_OLDEST_DEATHS)
    assert told["isles"][2] == "actual"


def test_a_life_expectancy_that_is_sure_to_twenty_years_only_is_not_given(world):
    world.people(MANY_PEOPLE).deaths(MANY_DEATHS.replace("| 1200", "| 12"))
    told = world.told(LIFE, "value", "lower", "upper", "status", "note")["south"]
    assert told == (None, None, None, "not_calculated", estimates.TOO_UNSURE)


def test_deaths_of_unknown_age_leave_no_life_expectancy(world):
    world.people(MANY_PEOPLE).deaths(MANY_DEATHS + "z3 | unknown | 1")
    assert world.told(LIFE, "value", "note")["south"] == (None, estimates.UNKNOWN_AGES)


def test_a_ratio_needs_somebody_of_each_age_in_the_country(world):
    world.people("\n".join(line for line in PEOPLE.splitlines() if "| 70 " not in line))
    assert set(world.told(RATIO, "status", "note").values()) <= {
        ("not_calculated", estimates.NOBODY_IN_BAND), ("not_available", None),
    }  # fmt: skip


def test_the_scottish_rules_are_a_mode_that_says_so(world):
    few = world.deaths("block_code | age_band | value\nz3 | 0-64 | 2\nz3 | 65+ | 3\nz3 | all | 5")
    scottish = STANDARDISED.replace('bands = ["0-64", "65+"]', 'bands = ["0-64", "65+"]\nmode = "scottish"')
    assert few.told(STANDARDISED, "value", "method")["south"] == (None, "directly_standardised_rate")
    value, method = few.told(scottish, "value", "method")["south"]  # no rule for fewer than ten events there
    assert method == "directly_standardised_rate_scottish"
    assert value == pytest.approx((80_500 * 2 / 400 + 19_500 * 3 / 600) / 100_000 * 1000)


# --- years put together ---------------------------------------------------------------------------


def of_years(deaths: dict[int, tuple[int, int]]) -> str:
    """Deaths in zone 3 under 65, and 65 and over, of each year."""
    lines = [f"z3 | {year} | {band} | {count}" for year, (young, old) in deaths.items()
             for band, count in (("0-64", young), ("65+", old), ("all", young + old))]  # fmt: skip
    return "\n".join(["block_code | year | age_band | value", *lines])


def of_people(*years: int) -> str:
    """The same people in each year."""
    header, *lines = cells(PEOPLE)
    return "\n".join(" | ".join(line) for line in [header, *([code, str(year), age, number]
                     for year in years for code, _, age, number in lines)])  # fmt: skip


THREE = "pooled_periods = 3\n"


def test_years_together_add_events_and_person_years_and_bear_their_first_and_last_day(world):
    world.deaths(of_years({2018: (1, 9), 2019: (2, 8), 2020: (3, 17)}))
    world.people(
        of_people(2018, 2019) + "\nz3 | 2020 | 30 | 500\nz3 | 2020 | 70 | 500\nz1 | 2020 | 30 | 1\nz2 | 2020 | 30 | 1"
    )
    found = world.found(CRUDE, "area_code", "period_type", "period_start", "period_end", "numerator", "denominator",
                        "value", terms=OF_ALL_AGES, more=THREE)  # fmt: skip
    (south,) = [row[1:] for row in found if row[0] == "south"]
    assert south == ("years", date(2018, 1, 1), date(2020, 12, 31), 10 + 10 + 20, 3000, 1000 * 40 / 3000)


def test_each_run_of_years_is_told_by_its_last(world):
    world.deaths(of_years(dict.fromkeys(range(2016, 2021), (2, 8)))).people(of_people(*range(2016, 2021)))
    found = world.found(CRUDE, "area_code", "period_start", "period_end", terms=OF_ALL_AGES, more=THREE)
    assert [row[1:] for row in found if row[0] == "south"] == [
        (date(2016, 1, 1), date(2018, 12, 31)), (date(2017, 1, 1), date(2019, 12, 31)),
        (date(2018, 1, 1), date(2020, 12, 31)),
    ]  # fmt: skip


def test_a_run_that_lacks_a_year_is_left_out(world):
    world.deaths(of_years(dict.fromkeys((2014, 2015, 2017, 2018, 2019), (2, 8)))).people(of_people(*range(2014, 2020)))
    found = world.found(CRUDE, "area_code", "period_start", terms=OF_ALL_AGES, more=THREE)
    assert [row[1] for row in found if row[0] == "south"] == [date(2017, 1, 1)]


def test_deaths_of_unknown_age_in_one_year_withhold_every_run_that_holds_it(world):
    drawing = of_years(dict.fromkeys(range(2016, 2021), (2, 18))) + "\nz3 | 2019 | unknown | 5"
    world.deaths(drawing).people(of_people(*range(2016, 2021)))
    found = world.found(STANDARDISED, "area_code", "period_end", "status", "note", more=THREE)
    assert [row[1:] for row in found if row[0] == "south"] == [
        (date(2018, 12, 31), "actual", None), (date(2019, 12, 31), "not_calculated", estimates.UNKNOWN_AGES),
        (date(2020, 12, 31), "not_calculated", estimates.UNKNOWN_AGES),
    ]  # fmt: skip


def test_a_suppressed_count_of_unknown_age_leaves_the_place_suppressed(world):
    header, *lines = cells(DEATHS)
    drawing = "\n".join([" | ".join([*header, "status"]), *(" | ".join([*line, "actual"]) for line in lines),
                         "z3 | unknown | | suppressed"])  # fmt: skip
    told = world.deaths(drawing).told(STANDARDISED, "value", "status")
    assert told["south"] == (None, "suppressed")
    assert told["north"][1] == "actual"


def test_an_older_mid_year_within_a_run_is_marked(world):
    world.deaths(of_years(dict.fromkeys((2018, 2019, 2020), (2, 8)))).people(of_people(2017, 2019, 2020))
    served = TERMS.replace('pairing = "mid_year"', 'pairing = "mid_year"\ncarry_forward_years = 1')
    status, note = world.told(STANDARDISED, "status", "note", more=THREE, terms=served)["south"]
    assert status == "estimated"
    assert "mid-2017" in note


def test_a_suppressed_year_leaves_its_run_suppressed(world):
    drawing = of_years({2018: (1, 9), 2019: (2, 8), 2020: (3, 17)}).replace("2019 | all | 10", "2019 | all | ")
    header, *lines = drawing.splitlines()
    drawing = "\n".join([f"{header} | status", *(f"{line} | {'suppressed' if line.endswith('| ') else 'actual'}"
                                                  for line in lines)])  # fmt: skip
    told = (
        world.deaths(drawing)
        .people(of_people(2018, 2019, 2020))
        .told(CRUDE, "value", "numerator", "status", terms=OF_ALL_AGES, more=THREE)
    )
    assert told["south"] == (None, None, "suppressed")


def test_a_year_without_people_leaves_its_run_without_a_value(world):
    world.deaths(of_years({2018: (1, 9), 2019: (2, 8), 2020: (3, 17)})).people(of_people(2018, 2020))
    told = world.told(CRUDE, "value", "status", terms=OF_ALL_AGES, more=THREE)
    assert told["south"] == (None, "not_available")


def test_financial_years_together_run_from_april_to_march(world):
    drawing = of_years(dict.fromkeys((2018, 2019, 2020), (2, 8)))
    for year in (2020, 2019, 2018):
        drawing = drawing.replace(f"| {year} |", f"| {year}-04-01 | {year + 1}-03-31 |")
    world.deaths(drawing.replace("| year |", "| period_start | period_end |"), period_type="financial_year")
    world.people(of_people(2018, 2019, 2020))
    found = world.found(CRUDE, "area_code", "period_type", "period_start", "period_end", "value", more=THREE,
                        terms=OF_ALL_AGES.replace("calendar_year", "financial_year"))  # fmt: skip
    assert ("south", "years", date(2018, 4, 1), date(2021, 3, 31), 1000 * 30 / 3000) in found


def test_standardised_rates_of_years_together_add_each_band_first(world):
    world.deaths(of_years({2018: (1, 3), 2019: (2, 2), 2020: (3, 5)})).people(of_people(2018, 2019, 2020))
    told = world.told(STANDARDISED, "value", "numerator", more=THREE)
    assert told["south"] == (pytest.approx((80_500 * 6 / 1200 + 19_500 * 10 / 1800) / 100_000 * 1000), 16)
    assert not isclose(told["south"][0], 1000 * 16 / 3000)


def test_years_together_make_a_life_table_where_one_is_too_small(world):
    world.deaths(MOST_DEATHS + "\nz1 | 2019 | 0-64 | 60\nz1 | 2019 | 65+ | 380").people(of_people(2019, 2020))
    told = world.told(LIFE, "value", "status", more="pooled_periods = 2\n")
    assert told["land"] == (pytest.approx(years_to_live((120, 760), (6800, 3200))), "actual")
    assert told["south"] == (None, "not_calculated")


# --- places without a row -------------------------------------------------------------------------


def test_a_place_without_a_row_had_no_events_in_a_period_that_the_extract_covers(world):
    world.deaths("block_code | age_band | value\nz1 | all | 16").people(of_people(2019, 2020))
    told = world.told(CRUDE, "numerator", "value", "status", terms=OF_ALL_AGES)
    assert told["south"] == (0, 0, "true_zero")
    assert told["north"] == (16, 1000 * 16 / 4000, "actual")
    assert {row[0] for row in world.found(CRUDE, "period_start", terms=OF_ALL_AGES)} == {date(2020, 1, 1)}


def test_where_every_block_must_report_a_place_without_a_row_has_no_figure(world):
    world.deaths("block_code | age_band | value\nz1 | all | 16\nz3 | all | 5")
    told = world.told(CRUDE, "numerator", terms=OF_ALL_AGES.replace("absent_is_zero", "every_block"))
    assert told == {"z1": 16, "z3": 5, "south": 5}


def test_where_what_is_reported_counts_a_place_without_a_row_adds_nothing(world):
    world.deaths("block_code | age_band | value\nz1 | all | 16")
    told = world.told(CRUDE, "numerator", terms=OF_ALL_AGES.replace("absent_is_zero", "reported"))
    assert told == {"z1": 16, "north": 16, "isles": 16, "land": 16}


def test_a_place_and_band_without_a_row_had_no_events_of_that_age(world):
    world.deaths("block_code | age_band | value\nz1 | 0-64 | 4\nz1 | 65+ | 20\nz3 | 65+ | 20")
    assert world.told(STANDARDISED, "value")["south"] == pytest.approx(19_500 * 20 / 600 / 100_000 * 1000)


# --- what is withheld or refused ------------------------------------------------------------------

SHARE = 'method = "percentage"\nper = 100\n'


def test_more_than_all_of_them_is_no_share(world):
    world.deaths("block_code | age_band | value\nz1 | all | 2401\nz2 | all | 1600\nz3 | all | 1001")
    told = world.told(SHARE, "value", "numerator", "status", "note", terms=OF_ALL_AGES)
    assert told["south"] == told["z1"] == (None, None, "not_calculated", estimates.ABOVE)
    assert told["z2"] == (100.0, 1600, "actual", None)


def test_more_events_than_people_make_a_rate(world):
    world.deaths("block_code | age_band | value\nz3 | all | 1500")
    assert world.told(CRUDE, "value", "note", terms=OF_ALL_AGES)["south"] == (1500.0, None)


def test_a_withheld_value_says_why_in_a_sentence():
    notes = (estimates.ABOVE, estimates.UNKNOWN_AGES, estimates.FEW_EVENTS, estimates.NOBODY_IN_BAND,
             estimates.SMALL_POPULATION, estimates.NO_REFERENCE, estimates.CIRCULAR)  # fmt: skip
    assert len(set(notes)) == 7
    assert all(note.startswith("Not calculated") and note.endswith(".") for note in notes)


def test_a_reason_of_the_publisher_is_stronger_than_one_of_ours(world):
    world.deaths("block_code | age_band | value | status\nz3 | 0-64 | | suppressed\nz3 | 65+ | 2 | actual")
    assert world.told(STANDARDISED, "status", "note")["south"] == ("suppressed", None)


def test_totals_beside_their_parts_are_refused_and_not_counted_twice(world):
    world.deaths("block_code | age_band | sex | value\nz1 | all | all | 16\nz1 | all | female | 9\nz1 | all | male | 7")
    terms = OF_ALL_AGES.replace('where.sex = "all"\nwhere.age', "where.age")
    with pytest.raises(DefinitionError) as refused:
        world.told(CRUDE, "value", terms=terms)
    message = str(refused.value)
    assert "deaths.toml: the rows chosen by 'deaths' hold totals beside their parts in 'sex'" in message
    assert 'Write where.sex = "all" for the total' in message


def test_every_column_with_totals_beside_parts_is_named(world):
    world.deaths("block_code | age_band | sex | value\nz1 | all | all | 16\nz1 | 65+ | female | 9")
    with pytest.raises(DefinitionError) as refused:
        world.told(CRUDE, "value", terms=TERMS.replace('where.sex = "all"\nperiod', "period"))
    assert all(f"beside their parts in '{column}'" in str(refused.value) for column in ("sex", "age_band"))


def test_parts_without_a_total_may_be_added(world):
    world.deaths("block_code | age_band | sex | value\nz3 | all | female | 9\nz3 | all | male | 7")
    terms = OF_ALL_AGES.replace('where.sex = "all"\nwhere.age', "where.age")
    assert world.told(CRUDE, "numerator", terms=terms)["south"] == 16


# --- by fifth of deprivation ----------------------------------------------------------------------

COUNTRYS, OWN = "simd_2020v2_quintile", "simd_2020v2_quintile_hscp"
FIFTHS = f"""
    block_code | year | scheme     | category | persons
    z1         | 2020 | {COUNTRYS} | 1        | 2400
    z2         | 2020 | {COUNTRYS} | 2        | 1600
    z3         | 2020 | {COUNTRYS} | 1        | 1000
    z1         | 2020 | {OWN}      | 5        | 2400
    z2         | 2020 | {OWN}      | 1        | 1600
    z3         | 2020 | {OWN}      | 5        | 1000
"""
BY_ZONE = 'inequality = "zones"\n'


def by_fifth(world: World, how: str, area: str, scheme: str, *columns: str, **given: Any) -> dict[str, tuple[Any, ...]]:
    found = world.draw("population_class", FIFTHS).found(how, "area_code", "breakdown", "category", *columns, **given)
    return {row[2]: row[3:] for row in found if row[:2] == (area, scheme)}


def test_a_fifths_rate_is_of_the_zones_in_it_among_the_people_of_those_zones(world):
    found = by_fifth(world, CRUDE, "isles", COUNTRYS, "numerator", "denominator", "value", terms=OF_ALL_AGES,
                     more=BY_ZONE)  # fmt: skip
    assert found["1"] == (16 + 20, 2400 + 1000, 1000 * 36 / 3400)
    assert found["2"] == (8, 1600, 1000 * 8 / 1600)


def test_a_fifth_in_which_nobody_lives_has_no_rate(world):
    found = by_fifth(world, CRUDE, "south", COUNTRYS, "value", "status", terms=OF_ALL_AGES, more=BY_ZONE)
    assert found["1"] == (1000 * 20 / 1000, "actual")
    assert {found[fifth] for fifth in "2345"} == {(None, "not_available")}


def test_a_partnerships_own_fifths_are_told_beside_the_countrys(world):
    found = by_fifth(world, CRUDE, "isles", OWN, "value", terms=OF_ALL_AGES, more=BY_ZONE)
    assert (found["1"], found["5"]) == ((1000 * 8 / 1600,), (1000 * 36 / 3400,))


def test_a_partnerships_own_fifths_mean_nothing_in_a_larger_area_and_no_fifth_does_in_a_zone(world):
    assert by_fifth(world, CRUDE, "land", OWN, "value", terms=OF_ALL_AGES, more=BY_ZONE) == {}
    assert set(by_fifth(world, CRUDE, "land", COUNTRYS, "value", terms=OF_ALL_AGES, more=BY_ZONE)) == set("12345")
    assert by_fifth(world, CRUDE, "z1", COUNTRYS, "value", terms=OF_ALL_AGES, more=BY_ZONE) == {}


def test_the_whole_stands_beside_its_fifths(world):
    assert by_fifth(world, CRUDE, "isles", "all", "value", terms=OF_ALL_AGES, more=BY_ZONE) == {
        "all": (1000 * 44 / 5000,)
    }  # fmt: skip


def test_rates_by_fifth_allow_for_age_too(world):
    found = by_fifth(world, STANDARDISED, "isles", COUNTRYS, "value", "note", more=BY_ZONE)
    assert found["1"] == (pytest.approx((80_500 * 6 / 2400 + 19_500 * 30 / 1000) / 100_000 * 1000), None)
    assert found["2"] == (None, estimates.FEW_EVENTS)
    assert found["5"] == (None, estimates.NOBODY_IN_BAND)


def test_what_is_supplied_by_fifth_is_set_against_the_people_of_that_fifth_and_added_for_the_whole(world):
    world.draw("membership", ZONES + "hscp | isles | hscp | isles").deaths("""
    block_type | block_code | age_band | simd_quintile | value
    hscp       | isles      | all      | 1             | 40
    hscp       | isles      | all      | 2             | 4
    """)  # fmt: skip
    columns, more = ("numerator", "denominator", "value"), 'inequality = "activity"\n'
    terms = OF_ALL_AGES.replace("absent_is_zero", "reported")
    found = by_fifth(world, CRUDE, "isles", COUNTRYS, *columns, terms=terms, more=more)
    assert found["1"] == pytest.approx((40, 3400, 1000 * 40 / 3400))
    assert found["2"] == pytest.approx((4, 1600, 1000 * 4 / 1600))
    assert by_fifth(world, CRUDE, "isles", "all", *columns, terms=terms, more=more)["all"] == (44, 5000, 8.8)


# --- town and country -----------------------------------------------------------------------------

SETTLEMENT = "urban_rural_2fold_2020"


def test_town_and_country_are_told_beside_the_whole(world):
    world.draw("population_class", f"""
    block_code | year | scheme       | category | persons
    z1         | 2020 | {SETTLEMENT} | 1        | 2400
    z2         | 2020 | {SETTLEMENT} | 2        | 1600
    z3         | 2020 | {SETTLEMENT} | 2        | 1000
    """)  # fmt: skip
    found = world.found(CRUDE, "area_code", "breakdown", "category", "value", "status", terms=OF_ALL_AGES, more=BY_ZONE)
    assert {row[2:] for row in found if row[:2] == ("isles", SETTLEMENT)} == {
        ("1", 16 / 2400 * 1000, "actual"), ("2", (8 + 20) / 2600 * 1000, "actual"),
    }  # fmt: skip
    assert {row[2:] for row in found if row[:2] == ("south", SETTLEMENT)} == {
        ("1", None, "not_available"), ("2", 20.0, "actual"),
    }  # fmt: skip
