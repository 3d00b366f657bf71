"""Values that others publish ready made: shown for the place that they were published for, and nowhere else.

The isles are one council and one partnership. The mainland is a partnership of two councils, Hill and Dale. All of
it is the country.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from drawn import empty, table
from pictures import rows

from locality_profiles.indicators.calculate import Calculated, calculate
from locality_profiles.indicators.definition import read_indicator, sections

PLACES = """
    block_type   | block_code | area_type    | area_code | weight
    council_area | skerry     | council_area | skerry    | 1
    council_area | hill       | council_area | hill      | 1
    council_area | dale       | council_area | dale      | 1
    council_area | skerry     | hscp         | isles     | 1
    council_area | hill       | hscp         | main      | 1
    council_area | dale       | hscp         | main      | 1
    locality     | north      | locality     | north     | 1
    locality     | north      | hscp         | isles     | 1
    locality     | north      | council_area | skerry    | 1
    locality     | south      | locality     | south     | 1
    locality     | south      | hscp         | isles     | 1
    locality     | south      | council_area | skerry    | 1
    hscp         | isles      | hscp         | isles     | 1
    hscp         | main       | hscp         | main      | 1
    council_area | skerry     | country      | land      | 1
    council_area | hill       | country      | land      | 1
    council_area | dale       | country      | land      | 1
    country      | land       | country      | land      | 1
"""
VALUES = """
    block_type   | block_code | numerator | value | lower | upper | note
    council_area | skerry     | 30        | 12.5  | 8.4   | 17.8  | Crude rate
    council_area | hill       | 60        | 15.0  | 11.0  | 20.0  | Crude rate
    country      | land       |           | 13.2  | 13.1  | 13.3  | Crude rate
"""
DECLARED = """
title = "Falls"
section = "health"
order = 1
definition = "Drawn for a test."
method = "published"
per = 1000
unit = "per 1,000 people"
decimals = 1
direction = "low_is_good"
smallest_area = "council_area"
needs = "a drawing"
disclosure = "open"
owner = "tests"
reviewed = 2026-11-22
{more}

[numerator]
what = "falls"
table = "published_value"
column = "value"
where.source = ["profile", "fifths"]
where.measure = "Falls"
"""
AREA_TYPES = ("locality", "council_area", "hscp", "country")


class World:
    """Published values, drawn, and what is shown of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = empty(folder, "population", "population_class", "deprivation", "activity", "registration",
                            "household", "unit_cost", "local_count", "service", "extract")  # fmt: skip
        self.tables["membership"] = table(folder, "membership", PLACES)
        self.publish(VALUES)

    def publish(self, drawing: str, **given: Any) -> World:
        usual = {"source": "profile", "measure": "Falls", "period_type": "financial_year", "breakdown": "all",
                 "period_start": date(2021, 4, 1), "period_end": date(2022, 3, 31), "category": "all"}  # fmt: skip
        self.tables["published_value"] = table(self.folder, "published_value", drawing, **{**usual, **given})
        return self

    def places(self, drawing: str, **given: Any) -> World:
        self.tables["membership"] = table(self.folder, "membership", drawing, **given)
        return self

    def made(self, text: str = DECLARED, more: str = "") -> Calculated:
        path = self.folder / "falls.toml"
        path.write_text(text.replace("{more}", more), encoding="utf-8")
        return calculate(self.tables, AREA_TYPES, {"falls": read_indicator(path, sections())})

    def shown(self, *columns: str, **given: Any) -> list[tuple[Any, ...]]:
        return rows(self.made(**given).values, "area_type", "area_code", *columns)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


# --- places ---------------------------------------------------------------------------------------


def test_a_value_is_shown_for_its_place_and_for_an_area_that_is_the_same_place(world):
    assert world.shown("value") == [
        ("council_area", "hill", 15.0), ("council_area", "skerry", 12.5), ("country", "land", 13.2),
        ("hscp", "isles", 12.5),
    ]  # fmt: skip


def test_values_of_two_places_are_never_added_nor_averaged(world):
    world.publish(VALUES + "council_area | dale | 90 | 45.0 | 40.0 | 50.0 |")
    assert [row for row in world.shown("value") if row[1] in ("main", "land")] == [("country", "land", 13.2)]


def test_a_value_is_not_shared_out_to_smaller_places(world):
    world.places(PLACES + "council_area | skerry | locality | north | 1")
    small = DECLARED.replace('smallest_area = "council_area"', 'smallest_area = "locality"')
    assert "locality" not in {row[0] for row in world.shown("value", text=small)}


def test_a_place_smaller_than_is_declared_is_not_shown(world):
    drawing = VALUES + "locality | north | 3 | 9.9 | 2.0 | 20.0 |"
    small = DECLARED.replace('smallest_area = "council_area"', 'smallest_area = "locality"')
    assert ("locality", "north", 9.9) in world.publish(drawing).shown("value", text=small)
    assert "locality" not in {row[0] for row in world.publish(drawing).shown("value")}


@pytest.mark.parametrize("changed", ["isles     | 0.9", "isles     | 0.999"])
def test_an_area_that_is_only_nearly_the_place_is_another_place(world, changed):
    world.places(PLACES.replace("council_area | skerry     | hscp         | isles     | 1",
                                f"council_area | skerry     | hscp         | {changed}"))  # fmt: skip
    assert ("hscp", "isles") not in {row[:2] for row in world.shown("value")}


def test_a_place_that_had_another_code_before_is_one_place_still(world):
    """A value under either code is the place's; where there are both, that under today's."""
    earlier = "\n council_area | skerry-1996 | council_area | skerry | 1 | recoded"
    places = "\n".join(line + (" | method" if "weight" in line else " |") for line in PLACES.strip().splitlines())
    world.places(f"{places}{earlier}")
    assert ("council_area", "skerry", 12.5) in world.shown("value")
    world.publish(VALUES + "council_area | skerry-1996 | 33 | 13.5 | 9.4 | 18.8 |")
    assert ("council_area", "skerry", 12.5) in world.shown("value")
    world.publish(VALUES.replace("| skerry ", "| skerry-1996 "))
    assert ("council_area", "skerry", 12.5) in world.shown("value")


def test_an_area_whose_figures_are_estimates_is_not_the_place_that_was_published(world):
    assert world.places(PLACES, estimated=True).shown("value") == []


def test_of_two_places_that_are_both_the_area_the_value_of_its_own_kind_is_taken(world):
    world.publish(VALUES + "hscp | isles | 31 | 12.7 | 8.5 | 18.0 |")
    found = world.shown("value", "source_level")
    assert ("hscp", "isles", 12.7, "hscp") in found
    assert ("council_area", "skerry", 12.5, "council_area") in found


# --- as published ---------------------------------------------------------------------------------


def test_nothing_of_a_value_is_made_up_and_nothing_is_lost(world):
    columns = ("numerator", "denominator", "value", "lower", "upper", "confidence", "lower_99_8", "note")
    found = {row[:2]: row[2:] for row in world.shown(*columns)}
    assert found["council_area", "skerry"] == (30.0, None, 12.5, 8.4, 17.8, 0.95, None, "Crude rate")
    assert found["country", "land"] == (None, None, 13.2, 13.1, 13.3, 0.95, None, "Crude rate")


def test_it_says_that_it_was_published_and_is_one_figure(world):
    assert set(world.shown("method", "per", "parts", "status", "source_level", "period_type")) == {
        ("council_area", "hill", "published", 1000.0, 1, "actual", "council_area", "financial_year"),
        ("council_area", "skerry", "published", 1000.0, 1, "actual", "council_area", "financial_year"),
        ("country", "land", "published", 1000.0, 1, "actual", "country", "financial_year"),
        ("hscp", "isles", "published", 1000.0, 1, "actual", "council_area", "financial_year"),
    }


def test_a_value_without_limits_has_no_confidence(world):
    world.publish("block_type | block_code | value\ncouncil_area | hill | 15")
    assert world.shown("value", "lower", "upper", "confidence") == [("council_area", "hill", 15.0, None, None, None)]


def test_a_value_that_its_publisher_withholds_stays_withheld(world):
    world.publish("block_type | block_code | value | status\ncouncil_area | hill | | suppressed")
    assert world.shown("value", "status") == [("council_area", "hill", None, "suppressed")]


def test_every_period_is_kept_even_where_they_overlap(world):
    world.publish("""
    block_type   | block_code | value | period_start | period_end
    council_area | hill       | 15    | 2016-01-01   | 2020-12-31
    council_area | hill       | 16    | 2018-01-01   | 2020-12-31
    council_area | hill       | 17    | 2017-01-01   | 2021-12-31
    """, period_type="years")  # fmt: skip
    assert [row[2:] for row in world.shown("period_start", "period_end", "value")] == [
        (date(2016, 1, 1), date(2020, 12, 31), 15.0), (date(2017, 1, 1), date(2021, 12, 31), 17.0),
        (date(2018, 1, 1), date(2020, 12, 31), 16.0),
    ]  # fmt: skip


# --- sources --------------------------------------------------------------------------------------

TWICE = """
    block_type   | block_code | source  | value | period_start | period_end
    council_area | hill       | fifths  | 14.9  | 2020-04-01   | 2021-03-31
    council_area | hill       | fifths  | 15.2  | 2021-04-01   | 2022-03-31
    council_area | hill       | profile | 15.0  | 2021-04-01   | 2022-03-31
    council_area | hill       | rumour  | 99.0  | 2022-04-01   | 2023-03-31
"""


def test_of_two_sources_the_one_named_first_is_taken_and_the_other_fills_in(world):
    assert [row[2:] for row in world.publish(TWICE).shown("period_end", "value")] == [
        (date(2021, 3, 31), 14.9), (date(2022, 3, 31), 15.0),
    ]  # fmt: skip


def test_which_is_first_is_the_declarations_to_say(world):
    turned = DECLARED.replace('["profile", "fifths"]', '["fifths", "profile"]')
    assert [row[2] for row in world.publish(TWICE).shown("value", text=turned)] == [14.9, 15.2]


def test_a_source_may_be_named_alone(world):
    alone = DECLARED.replace('["profile", "fifths"]', '"fifths"')
    assert [row[2] for row in world.publish(TWICE).shown("value", text=alone)] == [14.9, 15.2]


def test_another_measure_is_another_matter(world):
    assert world.publish(VALUES, measure="Falls in hospital").shown("value") == []


# --- fifths ---------------------------------------------------------------------------------------

BY_FIFTH = """
    block_type   | block_code | source | breakdown         | category | value
    council_area | skerry     | fifths | all               | all      | 12
    council_area | skerry     | fifths | simd_quintile     | 1        | 30
    council_area | skerry     | fifths | simd_quintile     | 5        | 10
    council_area | skerry     | fifths | simd_quintile_own | 1        | 28
    council_area | skerry     | fifths | simd_quintile_own | 5        | 11
    council_area | skerry     | fifths | inequality        | sii      | -20
"""


def test_fifths_are_shown_as_their_publisher_makes_them_where_that_is_asked_for(world):
    found = world.publish(BY_FIFTH).shown("breakdown", "category", "value", more='inequality = "published"')
    assert [row[2:] for row in found if row[0] == "council_area"] == [
        ("all", "all", 12.0), ("simd_quintile", "1", 30.0), ("simd_quintile", "5", 10.0),
        ("simd_quintile_own", "1", 28.0), ("simd_quintile_own", "5", 11.0),
    ]  # fmt: skip


def test_without_being_asked_for_they_are_left_out(world):
    assert {row[2] for row in world.publish(BY_FIFTH).shown("breakdown")} == {"all"}


# --- the declaration, with what this build has of it ----------------------------------------------


def described(world: World, *columns: str, **given: Any) -> tuple[Any, ...]:
    (row,) = rows(world.made(**given).definitions, *columns)
    return row


def test_the_smallest_area_with_a_value_and_the_source_are_told(world):
    extract = "extract_id | title | publisher\ndrawn0000000 | Profiles | A board"
    world.tables["extract"] = table(world.folder, "extract", extract)
    assert described(world, "smallest_area", "unavailable", "source") == ("council_area", None, "Profiles (A board)")


def test_where_values_are_published_for_other_places_only_that_is_said(world):
    world.publish("block_type | block_code | value\nhealth_board | board | 15")
    assert described(world, "smallest_area", "unavailable") == (
        None, "Not available, because its values are published for none of the areas of this workspace.",
    )  # fmt: skip


def test_where_nothing_is_published_it_is_said_what_is_needed(world):
    world.publish("block_type | block_code | value")
    assert described(world, "unavailable", "source") == (
        "Not available, because no extract in this workspace gives falls. Needs: a drawing",
        "no extract in this workspace",
    )  # fmt: skip
