"""How an area stands, in words: what it is compared with, its rank, its trend, its classes, its inequality."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from drawn import table

from locality_profiles.publish.declared import framework_words
from locality_profiles.publish.reading import Indicator, Row
from locality_profiles.publish.standing import (
    AGE,
    SETTLEMENT,
    Change,
    Compared,
    OfClass,
    Standing,
    Unequal,
    Verdict,
    change_words,
    class_title,
    classes_view,
    compared_view,
    missing_view,
    rank_words,
    read_standings,
    unequal_view,
)


def indicator(item: str = "falls", **changes: Any) -> Indicator:
    given = {
        "indicator_id": item, "title": item.capitalize(), "section": "health", "section_title": "Health",
        "section_order": 1, "item_order": 1, "definition": "Drawn.", "method": "crude_rate", "per": 1000.0,
        "unit": "per 1,000 people", "decimals": 1, "direction": "low_is_good", "smallest_area": "locality",
        "source": "a drawing", "caveat": None, "owner": "tests", "reviewed": date(2026, 11, 26),
    }  # fmt: skip
    return Indicator(**{**given, **changes})


FALLS = indicator()


def row(category: str = "all", title: str | None = None) -> Row:
    return Row(FALLS, category, title, None, ())


# --- compared -------------------------------------------------------------------------------------


def test_a_row_says_value_limits_verdicts_and_rank():
    verdicts = {"country": Verdict("higher", "worse", 10.0), "hscp": Verdict("similar", None, 12.0)}
    standing = Standing({("falls", "all"): Compared(12.34, 10.9, 14.0, "actual", verdicts, (3, 1, 5, 7))})
    view = compared_view([row()], standing, "localities")
    assert view == {
        "comparators": ["hscp", "country"], "peers": "localities", "ranked": True,
        "rows": [{
            "title": "Falls", "value": "12.3", "limits": "10.9 to 14.0",
            "verdicts": [{"words": "Similar", "css": "similar", "value": "12.0"},
                         {"words": "Higher, worse", "css": "worse", "value": "10.0"}],
            "rank": "3 of 7 (1 to 5)",
        }],
    }  # fmt: skip


def test_a_complete_count_has_no_limits_and_its_rank_no_range():
    standing = Standing({("falls", "all"): Compared(12.3, None, None, "actual", {}, (2, None, None, 1279))})
    view = compared_view([row()], standing, "localities")
    assert view is not None
    (told,) = view["rows"]
    assert (told["limits"], told["rank"]) == ("", "2 of 1,279")


def test_a_section_in_which_nothing_is_compared_has_no_table():
    assert compared_view([row()], Standing(), "localities") is None


def test_a_rank_that_chance_cannot_move_has_no_range():
    assert rank_words((1, 1, 1, 7)) == "1 of 7"


# --- trends, inequality, classes ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("increasing", "worse", None), "Rising, worse"),
        (Change("decreasing", None, None), "Falling"),
        (Change("no_significant_change", None, None), "No clear change"),
        (Change("cannot_be_calculated", None, "There is a gap."), ""),
    ],
)
def test_a_trend_is_told_in_words_and_not_at_all_where_it_was_not_tested(change, words):
    assert change_words(Standing(changes={("falls", "all"): change}), "falls", "all") == words
    assert change_words(Standing(), "falls", "all") == ""


def test_a_gap_and_a_slope_bear_their_signs():
    told = Unequal(SCHEME, 20.0, 8.0, 12.0, 9.0, 15.0, -14.0, -17.0, -11.0, 38.4)
    (view,) = unequal_view([FALLS], Standing(unequal={"falls": told}))
    assert view["scheme"] == "Fifths of the country"
    assert (view["gap"], view["gap_limits"]) == ("+12.0", "9.0 to 15.0")
    assert (view["sii"], view["sii_limits"]) == ("−14.0", "−17.0 to −11.0")
    assert view["share"] == "38%"


SCHEME = "simd_2020v2_quintile"


def of(category: str, value: float | None) -> OfClass:
    return OfClass(category, value, None, None, "actual" if value is not None else "not_available", "2020/21")


def test_indicators_of_the_same_ages_share_a_table():
    other, third = indicator("trips"), indicator("slips")
    classes = {
        (AGE, "falls"): [of("0-64", 1.0), of("65+", 9.0)], (AGE, "trips"): [of("0-64", 2.0), of("65+", 8.0)],
        (AGE, "slips"): [of("0-17", 2.0), of("18+", 8.0)],
    }  # fmt: skip
    tables = classes_view([FALLS, other, third], Standing(classes=classes), AGE)
    assert [table["classes"] for table in tables] == [("0 to 64", "65 and over"), ("0 to 17", "18 and over")]
    assert [row["title"] for row in tables[0]["rows"]] == ["Falls", "Trips"]


def test_a_place_that_is_all_country_has_nothing_to_set_it_against():
    standing = Standing(classes={(SETTLEMENT, "falls"): [of("1", None), of("2", 7.0)]})
    assert classes_view([FALLS], standing, SETTLEMENT) == []
    assert [class_title(category, SETTLEMENT) for category in "12"] == ["Town", "Country"]


def test_what_has_no_data_is_listed_in_its_own_section_only():
    without, elsewhere = (
        indicator("trips", unavailable="Not available."),
        indicator("slips", unavailable="No.", section="x"),
    )
    assert missing_view({i.indicator_id: i for i in (FALLS, without, elsewhere)}, "health") == [without]


# --- reading --------------------------------------------------------------------------------------

PERIOD = {"period_type": "calendar_year", "period_start": date(2020, 1, 1), "period_end": date(2020, 12, 31)}


def test_everything_that_is_said_of_an_area_is_read_once(tmp_path: Path):
    tables = {
        "indicator_value": table(tmp_path, "indicator_value", """
            indicator_id | area_type | area_code | breakdown | category | value | lower | upper | status
            falls        | locality  | north     | all       | all      | 12    | 10    | 14    | actual
            falls        | locality  | north     | age       | 65+      | 40    | 30    | 52    | actual
            falls        | locality  | north     | age       | 0-64     | 3     | 2     | 5     | actual
            falls        | locality  | north     | age       | unknown  |       |       |       | not_calculated
        """, method="crude_rate", per=1000.0, source_level="locality", parts=1, **PERIOD),
        "comparison": table(tmp_path, "comparison", """
            area_code | comparator | comparator_code | comparator_value | verdict      | judgement
            north     | country    | land            | 9                | higher       | worse
            north     | hscp       | isles           |                  | not_compared |
        """, indicator_id="falls", area_type="locality", breakdown="all", category="all", value=12.0,
            verdict_99_8="similar", basis="interval", **PERIOD),
        "area_rank": table(tmp_path, "area_rank", """
            area_code | among   | rank | rank_lower | rank_upper | ranked
            north     | country | 2    | 1          | 4          | 7
            north     | hscp    | 1    | 1          | 2          | 3
        """, indicator_id="falls", area_type="locality", breakdown="all", category="all", **PERIOD),
        "trend": table(tmp_path, "trend", """
            area_code | verdict    | judgement
            north     | increasing | worse
        """, indicator_id="falls", area_type="locality", breakdown="all", category="all", points=5, gaps=0,
            from_start=date(2016, 1, 1), from_end=date(2016, 12, 31), from_value=8.0, value=12.0, change=4.0, **PERIOD),
    }  # fmt: skip
    with duckdb.connect() as connection:
        found = read_standings(connection, tables, ("locality",))
    (standing,) = found.values()
    assert list(found) == [("locality", "north")]
    compared = standing.compared["falls", "all"]
    assert (compared.value, compared.lower, compared.upper, compared.rank) == (12, 10, 14, (2, 1, 4, 7))
    assert compared.verdicts == {"country": Verdict("higher", "worse", 9.0)}
    assert standing.changes["falls", "all"].verdict == "increasing"
    assert [of.category for of in standing.classes[AGE, "falls"]] == ["0-64", "65+"]


def test_a_release_without_these_tables_says_nothing_of_how_an_area_stands(tmp_path: Path):
    drawing = """
        indicator_id | area_type | area_code | breakdown | category | value
        falls        | locality  | north     | all       | all      | 12
    """
    tables = {"indicator_value": table(tmp_path, "indicator_value", drawing, method="crude_rate", per=1000.0,
                                       source_level="locality", parts=1, **PERIOD)}  # fmt: skip
    with duckdb.connect() as connection:
        assert read_standings(connection, tables, ("locality",)) == {}


@pytest.mark.parametrize(
    ("mark", "words"),
    [("LP", "the present locality profiles"), ("NI14", "core integration indicator 14"),
     ("MSG3", "ministerial indicator 3")],
)  # fmt: skip
def test_a_framework_is_called_by_its_name(mark, words):
    assert framework_words(mark) == words
