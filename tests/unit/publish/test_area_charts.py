"""Which charts an area has, and that each shows what the tables of its page show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from drawn import table
from unit.publish import island
from unit.publish.page import Page
from unit.publish.test_standing import indicator

from locality_profiles.numbers import Printed, print_value
from locality_profiles.periods import Period as Stretch
from locality_profiles.periods import calendar_year
from locality_profiles.publish.area_charts import BAR_PANELS, SPINE_ROWS, TREND_PANELS, charts_of
from locality_profiles.publish.cells import NOT_PUBLISHED
from locality_profiles.publish.chart_sources import (
    ChartSources,
    Curve,
    Fifths,
    Range,
    Told,
    read_chart_sources,
)
from locality_profiles.publish.charts.chart import Chart
from locality_profiles.publish.edition import Edition
from locality_profiles.publish.reading import (
    Beside,
    Cell,
    Indicator,
    Period,
    Point,
    Profile,
    Row,
    Section,
    Trend,
    read_profiles,
)
from locality_profiles.publish.standing import AGE, SETTLEMENT, Compared, OfClass, Standing, Unequal, Verdict

ABOUT = island.edition()
ISLES = Beside("hscp", "hscp", "isles", "Orsay Islands")
LAND = Beside("country", "country", "land", "Alba Bheag")
WEST = Beside("this", "locality", "west", "West")
FALLS = indicator("falls")
HELD: Cell = (None, "suppressed", None)
ABSENT: Cell = (None, "not_available", None)


def year(number: int) -> Period:
    of: Stretch = calendar_year(number)
    return Period(of.kind, of.start, of.end, of.label)


THEN = year(2020)
SPAN = (THEN.start, THEN.end)


def peer(name: str) -> Beside:
    return Beside("peer", "locality", name.casefold(), name)


def cell(value: float | Cell) -> Cell:
    return value if isinstance(value, tuple) else (float(value), "actual", None)


def row(*values: float | Cell, of: Indicator = FALLS, category: str = "all", title: str | None = None) -> Row:
    return Row(of, category, title, THEN, tuple(map(cell, values)))


def trend(*values: float | Cell | None, of: Indicator = FALLS, code: str = "west", broken: int = -1) -> Trend:
    """One figure a year, the last of 2020; a gap is None."""
    first = 2021 - len(values)
    points = (
        None if value is None else Point(year(first + n), cell(value), "A border moved." if n == broken else None)
        for n, value in enumerate(values)
    )
    return Trend(of, "all", None, "locality" if code == "west" else "hscp", code, tuple(points))


def profile(
    *rows: Row, columns: Iterable[Beside] = (WEST, peer("North"), ISLES, LAND), trends: Iterable[Trend] = ()
) -> Profile:
    columns = tuple(columns)
    this = columns[0]
    section = Section("health", "Health", list(rows), list(trends))
    return Profile(this.area_type, this.area_code, this.name, columns, [section])


def made(
    of: Profile, standing: Standing | None = None, sources: ChartSources | None = None, about: Edition = ABOUT
) -> dict[str, Chart]:
    """The charts of an area by what their ids end in, of all its sections."""
    found = charts_of(of, standing or Standing(), sources or ChartSources(), about)
    charts = [chart for of_section in found.values() for chart in of_section]
    assert len({chart.id for chart in charts}) == len(charts)
    assert all(chart.title and chart.alt for chart in charts)
    json.dumps([chart.data for chart in charts], allow_nan=False)
    return {chart.id.removeprefix("chart-"): chart for chart in charts}


def told(marks: Iterable[dict[str, Any]]) -> list[tuple[str, float | None, str]]:
    return [(mark["name"], mark["value"], str(mark["text"])) for mark in marks]


# --- bars -----------------------------------------------------------------------------------------


def test_bars_show_the_area_its_peers_and_larger_areas_with_their_limits():
    limits = {("locality", "west"): {("falls", SPAN): (10.0, 14.5)}}
    chart = made(profile(row(12.34, 9, 10, 8)), sources=ChartSources(limits=limits))["health-bars"]
    assert (chart.kind, chart.title) == ("bars", "Falls: West and others, 2020")
    assert chart.sheet == "section-health-caption"
    (panel,) = chart.data["panels"]
    assert (panel["title"], panel["unit"], panel["decimals"]) == ("Falls, 2020", "per 1,000 people", 1)
    assert panel["bars"][0] == {
        "name": "West", "role": "this", "value": 12.34, "lower": 10.0, "upper": 14.5, "text": "12.3",
    }  # fmt: skip
    assert [(bar["name"], bar["role"], bar["lower"]) for bar in panel["bars"][1:]] == [
        ("North", "peer", None), ("Orsay Islands", "larger", None), ("Alba Bheag", "larger", None),
    ]  # fmt: skip


def test_what_is_held_back_or_absent_keeps_its_place_and_its_mark():
    columns = (WEST, peer("North"), peer("East"), LAND)
    limits = {("locality", "west"): {("falls", SPAN): (1.0, 2.0)}}
    chart = made(profile(row(HELD, 9, ABSENT, 8), columns=columns), sources=ChartSources(limits=limits))["health-bars"]
    (panel,) = chart.data["panels"]
    assert told(panel["bars"]) == [
        ("West", None, "[c]"), ("North", 9.0, "9.0"), ("East", None, "[x]"), ("Alba Bheag", 8.0, "8.0"),
    ]  # fmt: skip
    assert panel["bars"][0]["lower"] is None, "limits would tell what is held back"


def test_pence_are_shown_as_pounds():
    cost = indicator("cost", unit="pence per person", decimals=2)
    (panel,) = made(profile(row(123456, 1000, 2000, 3000, of=cost)))["health-bars"].data["panels"]
    assert (panel["unit"], panel["bars"][0]["value"], panel["bars"][0]["text"]) == (
        "£ per person",
        1234.56,
        "£1,234.56",
    )


def test_counts_stand_beside_those_of_like_places_only_and_only_the_first_leads():
    people, men = (indicator(item, method="count", unit="people", decimals=0) for item in ("people", "men"))
    rows = (row(300, 400, 700, 9000, of=people), row(150, 190, 340, 4500, of=men), row(12, 9, 10, 8))
    panels = made(profile(*rows))["health-bars"].data["panels"]
    assert [panel["title"] for panel in panels] == ["People, 2020", "Falls, 2020", "Men, 2020"]
    assert [bar["name"] for bar in panels[0]["bars"]] == ["West", "North"]


def test_no_more_than_four_indicators_and_those_with_a_figure_first():
    items = [indicator(f"item{n}") for n in range(BAR_PANELS + 2)]
    rows = [row(HELD if n == 0 else 10 + n, 9, 10, 8, of=of) for n, of in enumerate(items)]
    panels = made(profile(*rows))["health-bars"].data["panels"]
    assert [panel["title"] for panel in panels] == [f"Item{n}, 2020" for n in (1, 2, 3, 4)]


def test_very_many_peers_are_left_to_the_table():
    peers = [peer(f"Peer {n}") for n in range(7)]
    (panel,) = made(profile(row(12, *range(1, 8), 10, 8), columns=[WEST, *peers, ISLES, LAND]))["health-bars"].data[
        "panels"
    ]
    assert [bar["name"] for bar in panel["bars"]] == ["West", "Orsay Islands", "Alba Bheag"]


def test_parts_of_which_nobody_tells_anything_are_left_out_but_not_those_held_back():
    this = replace_role(ISLES, "this")
    part = Beside("part", "locality", "west", "West")
    for whole, names in ((ABSENT, ["Orsay Islands", "Alba Bheag"]), (HELD, ["Orsay Islands", "West", "Alba Bheag"])):
        chart = made(profile(row(12, whole, 8), columns=[this, part, LAND]))["health-bars"]
        assert [bar["name"] for bar in chart.data["panels"][0]["bars"]] == names


def replace_role(column: Beside, role: str) -> Beside:
    return column._replace(role=role)


def test_where_only_larger_areas_are_known_they_are_shown_and_the_title_says_so():
    chart = made(profile(row(ABSENT, ABSENT, 10, 8)))["health-bars"]
    assert chart.title == "Falls: Orsay Islands and Alba Bheag (larger areas only), 2020"
    assert [bar["role"] for bar in chart.data["panels"][0]["bars"]] == ["larger", "larger"]


def test_areas_of_one_name_are_told_apart():
    columns = [peer("Firth")._replace(role="this"), Beside("hscp", "hscp", "firth", "Firth"), LAND]
    (panel,) = made(profile(row(12, 9, 8), columns=columns))["health-bars"].data["panels"]
    assert [bar["name"] for bar in panel["bars"]] == ["Firth (locality)", "Firth (partnership)", "Alba Bheag"]


@pytest.mark.parametrize(
    "cells",
    [(HELD, HELD, HELD, HELD), (12, ABSENT, HELD, ABSENT), (0, 0, 0, 0), (float("nan"), HELD, HELD, 8)],
    ids=["all held back", "one figure", "all alike", "no number"],
)  # fmt: skip
def test_nothing_to_compare_is_no_chart(cells):
    assert made(profile(row(*cells))) == {}


def test_an_area_alone_has_no_bars_but_may_have_a_trend():
    alone = profile(row(12), columns=[WEST], trends=[trend(10, 12)])
    assert list(made(alone)) == ["health-trends"]
    assert made(alone)["health-trends"].title == "Falls over time: West, 2019 to 2020"


def test_a_section_without_rows_has_no_chart():
    assert made(profile()) == {}


def test_names_of_seventy_characters_stay_whole():
    long = WEST._replace(name="N" * 70)
    chart = made(profile(row(12, 9, 10, 8), columns=[long, peer("P" * 70), ISLES, LAND]))["health-bars"]
    assert [bar["name"] for bar in chart.data["panels"][0]["bars"]][:2] == ["N" * 70, "P" * 70]
    assert chart.title.startswith(f"Falls: {'N' * 70} and others")


# --- trends ---------------------------------------------------------------------------------------


def test_a_trend_keeps_its_gaps_breaks_and_limits():
    limits = {("locality", "west"): {("falls", SPAN): (9.0, 15.0)}}
    of = profile(row(12, 9, 10, 8), trends=[trend(7, None, HELD, 12.34, broken=3)])
    chart = made(of, sources=ChartSources(limits=limits))["health-trends"]
    assert chart.sheet == "section-health-change-caption"
    (panel,) = chart.data["panels"]
    (line,) = panel["series"]
    assert (line["name"], line["role"]) == ("West", "this")
    assert line["points"] == [
        {"period": "2017", "value": 7.0, "lower": None, "upper": None, "text": "7.0", "broken": False},
        None,
        {"period": "2019", "value": None, "lower": None, "upper": None, "text": "[c]", "broken": False},
        {"period": "2020", "value": 12.34, "lower": 9.0, "upper": 15.0, "text": "12.3", "broken": True},
    ]


def test_the_partnership_and_the_country_stand_beside_for_the_same_periods():
    def year_of(number: int, value: float | None, broken: bool = False) -> tuple[Any, Told]:
        of = year(number)
        status = "suppressed" if value is None else "actual"
        return ("falls", (of.start, of.end)), Told(value, status, 1.0, 99.0, broken)

    series = {
        ("hscp", "isles"): dict([year_of(2018, 5), year_of(2019, None), year_of(2020, 6, broken=True)]),
        ("country", "land"): dict([year_of(2020, 8)]),
    }
    of = profile(row(12, 9, 10, 8), trends=[trend(7, 8, 12)])
    (panel,) = made(of, sources=ChartSources(series=series))["health-trends"].data["panels"]
    _, isles = panel["series"]
    assert (isles["name"], isles["role"]) == ("Orsay Islands", "larger")
    assert [(p["period"], p["value"], p["text"], p["lower"], p["broken"]) for p in isles["points"]] == [
        ("2018", 5.0, "5.0", 1.0, False), ("2019", None, "[c]", None, False), ("2020", 6.0, "6.0", 1.0, True),
    ]  # fmt: skip
    counted = indicator("falls", method="count")
    lone = profile(row(12, 9, 10, 8, of=counted), trends=[trend(7, 8, 12, of=counted)])
    (panel,) = made(lone, sources=ChartSources(series=series))["health-trends"].data["panels"]
    assert [line["name"] for line in panel["series"]] == ["West"]


def test_where_only_a_larger_area_has_a_trend_it_is_called_by_its_name():
    chart = made(profile(row(ABSENT, ABSENT, 10, HELD), trends=[trend(7, 10, code="isles")]))["health-trends"]
    assert chart.title == "Falls over time: Orsay Islands (larger area only), 2019 to 2020"
    assert [line["role"] for line in chart.data["panels"][0]["series"]] == ["larger"]
    both = profile(row(12, 9, 10, 8), trends=[trend(7, 10, code="isles", of=indicator("trips")), trend(1, 2)])
    assert [panel["title"] for panel in made(both)["health-trends"].data["panels"]] == ["Falls"]


def test_one_point_is_no_trend_and_there_are_six_at_most():
    assert "health-trends" not in made(profile(row(12, 9, 10, 8), trends=[trend(12), trend(None, 12), trend(HELD, 1)]))
    items = [indicator(f"item{n}") for n in range(TREND_PANELS + 1)]
    many = profile(*(row(12, 9, 10, 8, of=of) for of in items), trends=[trend(1, 2, of=of) for of in items])
    assert len(made(many)["health-trends"].data["panels"]) == TREND_PANELS


# --- the spine ------------------------------------------------------------------------------------


def ranges(*told: tuple[str, Range]) -> ChartSources:
    limits = {("locality", "west"): {("falls", SPAN): (11.0, 13.0)}}
    return ChartSources(ranges={"locality": {(item, SPAN): of for item, of in told}}, limits=limits)


def compared(*items: str, judgement: str | None = "worse") -> Standing:
    verdict = {"country": Verdict("higher", judgement, 10.0)}
    return Standing({(item, "all"): Compared(12.0, 11.0, 13.0, "actual", verdict) for item in items})


def test_positions_are_told_from_the_country_in_the_middle_and_better_is_to_the_right():
    # The farthest area is 10 from the country's 10; 12 is a fifth of the way to it.
    sources = ranges(("falls", Range(4.0, 8.0, 13.0, 20.0, 128)))
    chart = made(profile(row(12, 9, 11, 10)), compared("falls"), sources)["profile-spine"]
    (spine,) = chart.data["rows"]
    assert spine == {
        "title": "Falls", "period": "2020", "text": "12.0", "this": 40.0, "lower": 35.0, "upper": 45.0,
        "partnership": 45.0, "country": 50.0, "low": 0.0, "q1": 35.0, "q3": 60.0, "high": 80.0, "verdict": "worse",
    }  # fmt: skip
    assert chart.data["names"]["among"] == "128 localities"
    assert "better is to the right" in chart.title
    assert chart.title.startswith("West beside Orsay Islands and Alba Bheag, 2020.")


@pytest.mark.parametrize("direction", ["high_is_good", "none"])
def test_where_more_is_no_worse_higher_is_to_the_right(direction):
    sources = ranges(("falls", Range(4.0, 8.0, 13.0, 20.0, 128)))
    of = profile(row(12, 9, 11, 10, of=indicator("falls", direction=direction)))
    (spine,) = made(of, compared("falls", judgement=None), sources)["profile-spine"].data["rows"]
    assert [spine[x] for x in ("low", "q1", "partnership", "this", "q3", "high")] == [20, 40, 55, 60, 65, 100]
    assert spine["verdict"] == "higher"


@pytest.mark.parametrize(
    ("cells", "among"),
    [
        ((HELD, 9, 11, 10), Range(4, 8, 13, 20, 128)), ((12, 9, 11, HELD), Range(4, 8, 13, 20, 128)),
        ((12, 9, 11, 10), Range(10, 10, 10, 10, 128)), ((12, 9, 11, 10), Range(4, 8, 13, 20, 2)),
    ],
    ids=["nothing here", "no country", "all alike", "two areas"],
)  # fmt: skip
def test_what_has_no_range_is_not_on_the_spine(cells, among):
    assert "profile-spine" not in made(profile(row(*cells)), compared("falls"), ranges(("falls", among)))


def test_the_spine_holds_headlines_first_then_what_was_compared_but_no_counts_and_fourteen_at_most():
    items = [indicator(f"item{n}", direction="none") for n in range(SPINE_ROWS + 4)]
    count = indicator("people", method="count")
    of = profile(*(row(12, 9, 11, 10, of=i) for i in [*items, count]))
    among = [(i.indicator_id, Range(4, 8, 13, 20, 128)) for i in [*items, count]]
    standing = compared(*(i.indicator_id for i in items[1:-1]), "people")
    about = replace(ABOUT, headlines=("item17",))
    chart = made(of, standing, ranges(*among), about)["profile-spine"]
    assert [spine["title"] for spine in chart.data["rows"]] == [f"Item{n}" for n in (*range(1, SPINE_ROWS), 17)]


# --- population -----------------------------------------------------------------------------------


def bands(*people: float | None) -> list[OfClass]:
    names = ("0-9", "10-19", "90+")
    statuses = ["actual" if number is not None else "suppressed" for number in people]
    told = zip(names, people, statuses, strict=True)
    return [OfClass(name, number, None, None, status, "2020") for name, number, status in told]


MEN, WOMEN = (indicator(f"population_{sex}", method="count", unit="people", decimals=0) for sex in ("male", "female"))
PEOPLE = indicator("population", method="count", unit="people", decimals=0)


def ages(men: list[OfClass], women: list[OfClass]) -> Standing:
    return Standing(classes={(AGE, "population_male"): men, (AGE, "population_female"): women})


def of_people(total: float | Cell = 200) -> Profile:
    cells = (ABSENT, ABSENT, ABSENT)
    return profile(row(total, *cells, of=PEOPLE), row(90, *cells, of=MEN), row(110, *cells, of=WOMEN))


def test_a_pyramid_shows_shares_of_all_people_beside_the_country():
    held = {(item, "2020"): tuple(bands(100, 200, 200)) for item in ("population_male", "population_female")}
    charts = made(
        of_people(), ages(bands(20, 60, 10), bands(30, 60, 20)), ChartSources(ages={("country", "land"): held})
    )
    assert list(charts) == ["health-pyramid"], "ages that the pyramid shows are not shown again"
    data = charts["health-pyramid"].data
    assert data["ages"] == ["0–9", "10–19", "90+"]
    assert data["men"] == [10.0, 30.0, 5.0]  # 20, 60 and 10 of 200
    assert data["women"] == [15.0, 30.0, 10.0]
    assert data["beside"] == {"name": "Alba Bheag", "men": [10.0, 20.0, 20.0], "women": [10.0, 20.0, 20.0]}
    assert charts["health-pyramid"].title == "People by age and sex: West and Alba Bheag, 2020"
    assert charts["health-pyramid"].sheet == "section-health-ages-caption-1"


def test_a_band_that_is_held_back_is_not_told_and_the_rest_are_shares_of_the_people_of_the_page():
    data = made(of_people(), ages(bands(20, None, 10), bands(30, 60, 20)))["health-pyramid"].data
    assert data["men"] == [10.0, None, 5.0]
    assert data["beside"] is None
    assert "health-pyramid" not in made(of_people(HELD), ages(bands(20, None, 10), bands(30, 60, 20)))
    assert "health-pyramid" not in made(of_people(), ages(bands(None, None, None), bands(None, None, None)))


# --- classes and inequality -----------------------------------------------------------------------


def of_class(name: str, value: float | None, lower: float | None = None, upper: float | None = None) -> OfClass:
    return OfClass(name, value, lower, upper, "suppressed" if value is None else "actual", "2020")


def test_each_table_by_age_or_settlement_has_its_chart():
    trips, slips = indicator("trips"), indicator("slips")
    classes = {
        (AGE, "falls"): [of_class("0-64", 1, 0.5, 2), of_class("65+", 9, 8, 11)],
        (AGE, "trips"): [of_class("0-64", 2), of_class("65+", None, 1, 2)],
        (AGE, "slips"): [of_class("0-17", 2), of_class("18+", 3)],
        (SETTLEMENT, "falls"): [of_class("1", 4), of_class("2", 5)],
    }
    charts = made(
        profile(*(row(HELD, HELD, HELD, HELD, of=of) for of in (FALLS, trips, slips))), Standing(classes=classes)
    )
    assert {name: chart.sheet for name, chart in charts.items()} == {
        "health-ages-1": "section-health-ages-caption-1", "health-ages-2": "section-health-ages-caption-2",
        "health-settlement-1": "section-health-settlement-caption-1",
    }  # fmt: skip
    (panel,) = charts["health-ages-1"].data["panels"]
    assert panel["title"] == "Falls, 2020", "of trips there is one figure, and nothing to set it against"
    assert panel["classes"][0] == {"name": "0 to 64", "value": 1.0, "lower": 0.5, "upper": 2.0, "text": "1.0"}
    assert told(charts["health-settlement-1"].data["panels"][0]["classes"]) == [
        ("Town", 4.0, "4.0"),
        ("Country", 5.0, "5.0"),
    ]


def test_indicators_that_are_told_by_class_are_shown_by_class():
    rows = [row(value, 1, 2, 3, category=str(n), title=f"Fifth {n}") for n, value in enumerate((20, HELD, 30), start=1)]
    chart = made(profile(*rows))["health-classes"]
    assert told(chart.data["panels"][0]["classes"]) == [
        ("Fifth 1", 20.0, "20.0"), ("Fifth 2", None, "[c]"), ("Fifth 3", 30.0, "30.0"),
    ]  # fmt: skip
    assert chart.title == "Falls: West, 2020"


SCHEME = "simd_2020v2_quintile_hscp"


def fifths(*values: float | None, scheme: str = SCHEME) -> Fifths:
    told = tuple(
        OfClass(str(n), value, None, None, "suppressed" if value is None else "actual", "2020")
        for n, value in enumerate(values, start=1)
    )
    return Fifths(scheme, "2020", SPAN, told, values, (100.0,) * len(values))


def unequal(*items: str, scheme: str = SCHEME) -> Standing:
    return Standing(unequal={item: Unequal(scheme, 20, 8, 12, *(None,) * 6) for item in items})


def test_fifths_run_from_the_most_to_the_least_deprived_in_the_scheme_of_the_table():
    sources = ChartSources(fifths={("locality", "west"): {"falls": fifths(20, 15, None, 10, 5)}})
    of = profile(row(12, HELD, HELD, HELD))
    chart = made(of, unequal("falls"), sources)["health-fifths"]
    assert chart.title == "Falls from the most to the least deprived fifth (fifths of the partnership): West, 2020"
    assert chart.sheet == "section-health-inequality-caption"
    (panel,) = chart.data["panels"]
    assert told(panel["classes"]) == [
        ("1, most deprived", 20.0, "20.0"), ("2", 15.0, "15.0"), ("3", None, "[c]"), ("4", 10.0, "10.0"),
        ("5, least deprived", 5.0, "5.0"),
    ]  # fmt: skip
    assert made(of, unequal("falls", scheme="simd_quintile"), sources) == {}, "the table tells other fifths"
    assert made(of, Standing(), sources) == {}


def of_partnership(*cells: float | Cell) -> Profile:
    return profile(row(*cells), columns=[replace_role(ISLES, "this"), LAND])


def test_a_partnership_has_a_curve_of_how_falls_fall_on_its_fifths():
    sources = ChartSources(fifths={("hscp", "isles"): {"falls": fifths(40, 30, 10, 10, 10)}})
    data = made(of_partnership(12, HELD), unequal("falls"), sources)["health-curve"].data
    # 40, 70, 80, 90 and 100 of 100 that were counted, in fifths of 100 people each.
    assert data["points"] == [[0, 0], [20, 40], [40, 70], [60, 80], [80, 90], [100, 100]]
    hidden = ChartSources(fifths={("hscp", "isles"): {"falls": fifths(40, None, 10, 10, 10)}})
    assert "health-curve" not in made(of_partnership(12, HELD), unequal("falls"), hidden)
    published = indicator("falls", method="published")
    standardised = profile(row(12, HELD, of=published), columns=[replace_role(ISLES, "this"), LAND])
    assert "health-curve" not in made(standardised, unequal("falls"), sources), "its numerators do not make its rates"


def test_where_the_cost_of_care_is_known_its_curve_stands_instead():
    sources = ChartSources(
        fifths={("hscp", "isles"): {"falls": fifths(40, 30, 10, 10, 10)}},
        curves={("hscp", "isles"): Curve(((0.0, 0.0), (0.02, 0.5), (1.0, 1.0)), 0.8123, "2020/21")},
    )
    charts = made(of_partnership(12, HELD), unequal("falls"), sources)
    assert "health-curve" not in charts
    assert charts["budget-curve"].data["points"] == [[0, 0], [2, 50], [100, 100]]
    assert charts["budget-curve"].data["index"] == 0.812
    assert "budget-curve" not in made(profile(row(12, HELD, HELD, HELD)), Standing(), sources)


# --- reading --------------------------------------------------------------------------------------

PERIOD = {"period_type": "calendar_year", "period_start": THEN.start, "period_end": THEN.end}


def values(tmp_path: Path, drawing: str, **given: Any) -> Path:
    usual = {"method": "crude_rate", "per": 1000.0, "source_level": "locality", "parts": 1, "breakdown": "all",
             "category": "all", "indicator_id": "falls", "area_type": "locality", **PERIOD}  # fmt: skip
    return table(tmp_path, "indicator_value", drawing, **{**usual, **given})


def read(tables: dict[str, Path], profiled: tuple[str, ...] = ("locality", "hscp")) -> ChartSources:
    with duckdb.connect() as connection:
        return read_chart_sources(connection, tables, replace(ABOUT, profiled=profiled))


def test_the_range_of_a_kind_is_over_all_its_areas_that_have_a_figure(tmp_path):
    drawing = """
        area_code | value | lower | upper | status
        a         | 1     | 0.5   | 2     | actual
        b         | 2     |       |       | actual
        c         | 3     |       |       | actual
        d         | 4     |       |       | actual
        e         | 9     |       |       | actual
        f         |       |       |       | suppressed
    """
    found = read({"indicator_value": values(tmp_path, drawing)})
    assert found.ranges == {"locality": {("falls", SPAN): Range(1, 2, 4, 9, 5)}}
    assert found.limits == {("locality", "a"): {("falls", SPAN): (0.5, 2)}}


def test_the_fifths_of_the_scheme_and_period_that_the_page_tells(tmp_path):
    ends = {"indicator_id": "falls", "area_type": "locality", "fifths": 5, "overall": 3.0, "absolute_gap": 4.0}
    tables = {
        "inequality": table(tmp_path, "inequality", """
            area_code | scheme                    | period_start | period_end | most_deprived | least_deprived
            west      | simd_quintile             | 2020-01-01   | 2020-12-31 | 9             | 1
            west      | simd_2020v2_quintile_hscp | 2020-01-01   | 2020-12-31 | 8             | 2
            west      | simd_2020v2_quintile_hscp | 2019-01-01   | 2019-12-31 | 7             | 3
        """, period_type="calendar_year", **ends),
        "indicator_value": values(tmp_path, """
            area_code | breakdown                 | category | value | numerator | denominator
            west      | simd_2020v2_quintile_hscp | 2        | 2     | 4         | 2000
            west      | simd_2020v2_quintile_hscp | 1        | 8     | 8         | 1000
            west      | simd_quintile             | 1        | 9     | 9         | 1000
        """),
    }  # fmt: skip
    (found,) = read(tables).fifths.values()
    assert (found["falls"].scheme, found["falls"].period) == (SCHEME, "2020")
    assert [(fifth.category, fifth.value) for fifth in found["falls"].values] == [("1", 8), ("2", 2)]
    assert (found["falls"].counted, found["falls"].among) == ((8, 4), (1000, 2000))


def test_larger_areas_are_read_for_the_periods_that_pages_show(tmp_path):
    tables = {
        "indicator_value": values(tmp_path, """
            area_type | area_code | period_start | period_end | value
            hscp      | isles     | 2020-01-01   | 2020-12-31 | 6
            hscp      | isles     | 2019-01-01   | 2019-12-31 | 5
            hscp      | isles     | 1990-01-01   | 1990-12-31 | 4
            locality  | west      | 2020-01-01   | 2020-12-31 | 7
        """),
        "profile_trend": table(tmp_path, "profile_trend", """
            area_type | area_code | of_type  | of_code | position | period_start | period_end | value | broken
            hscp      | isles     | hscp     | isles   | 1        | 2020-01-01   | 2020-12-31 | 6     | A border moved.
            locality  | west      | locality | west    | 2        | 2019-01-01   | 2019-12-31 | 5     |
        """, section="health", item="falls", category="all", period_type="calendar_year"),
    }  # fmt: skip
    (isles,) = read(tables).series.values()
    assert {span[0].year: (told.value, told.broken) for (_, span), told in isles.items()} == {
        2020: (6, True), 2019: (5, False),
    }  # fmt: skip


def test_larger_areas_have_ages_for_the_periods_that_are_somebodys_latest(tmp_path):
    drawing = """
        area_type | area_code | indicator_id    | category | period_start | period_end | value
        locality  | west      | population_male | 0-9      | 2020-01-01   | 2020-12-31 | 3
        country   | land      | population_male | 10-19    | 2020-01-01   | 2020-12-31 | 40
        country   | land      | population_male | 0-9      | 2020-01-01   | 2020-12-31 | 30
        country   | land      | population_male | 0-9      | 2010-01-01   | 2010-12-31 | 20
        country   | land      | falls           | 0-9      | 2020-01-01   | 2020-12-31 | 7
    """
    found = read({"indicator_value": values(tmp_path, drawing, breakdown="age")}).ages
    (bands_of,) = found["country", "land"].values()
    assert list(found) == [("country", "land")]
    assert [(band.category, band.value) for band in bands_of] == [("0-9", 30), ("10-19", 40)]


def test_a_curve_in_which_one_person_could_be_seen_is_not_read(tmp_path):
    year_of = {"period_type": "financial_year", "period_start": date(2020, 4, 1), "period_end": date(2021, 3, 31)}
    tables = {
        "concentration_curve": table(tmp_path, "concentration_curve", """
            area_code | deaths  | share_of_people | share_of_cost
            isles     | with    | 1               | 1
            isles     | with    | 0.1             | 0.6
            isles     | without | 0.1             | 0.5
            small     | with    | 0.5             | 0.9
        """, area_type="hscp", **year_of),
        "concentration": table(tmp_path, "concentration", """
            area_code | deaths  | low_number | dominated | gini
            isles     | with    | false      | false     | 0.7
            isles     | without | false      | false     | 0.6
            small     | with    | true       | false     | 0.9
        """, area_type="hscp", people=100, people_with_cost=90, cost_pence=1000, n50_crossing=12, n50_slf=11,
            tie_size=1, **year_of),
    }  # fmt: skip
    assert read(tables).curves == {("hscp", "isles"): Curve(((0.1, 0.6), (1.0, 1.0)), 0.7, "2020/21")}


def test_a_release_without_any_of_the_tables_has_empty_sources():
    assert read({}) == ChartSources()


# --- the same numbers as the page -----------------------------------------------------------------


@pytest.fixture(scope="module")
def orsay(tables: dict[str, Path]) -> list[tuple[Profile, dict[str, list[Chart]]]]:
    """Every area of the small tables with its charts."""
    with duckdb.connect() as connection:
        profiles = read_profiles(connection, tables, ABOUT.profiled)
        sources = read_chart_sources(connection, tables, ABOUT)
    return [(of, charts_of(of, Standing(), sources, ABOUT)) for of in profiles]


def test_every_bar_and_point_is_a_cell_of_the_profile(orsay):
    checked = 0
    for of, charts in orsay:
        for section in of.sections:
            by_title = {f"{r.title}, {r.period.label}": r for r in section.rows if r.category == "all" and r.period}
            lines = {t.indicator.title: t for t in section.trends if t.category == "all"}
            for chart in charts.get(section.id, []):
                for panel in chart.data["panels"]:
                    if chart.kind == "bars":
                        row_of = by_title[panel["title"]]
                        by_name = {c.name: cell for c, cell in zip(of.columns, row_of.cells, strict=True)}
                        checked += agree(panel["bars"], row_of.indicator, lambda bar, held=by_name: held[bar["name"]])
                    elif chart.kind == "trends":
                        trend_of = lines[panel["title"]]
                        points = panel["series"][0]["points"]
                        assert [p is None for p in points] == [p is None for p in trend_of.points]
                        cells = {p.period.label: p.cell for p in trend_of.points if p}
                        checked += agree(
                            filter(None, points), trend_of.indicator, lambda point, held=cells: held[point["period"]]
                        )
    assert checked > 100


def agree(marks: Iterable[dict[str, Any]], of: Indicator, cell_of: Callable[[dict[str, Any]], Cell]) -> int:
    """How many marks were found to print as their cells do, with the number that is printed."""
    found = list(marks)
    for mark in found:
        value, status, _ = cell_of(mark)
        assert mark["text"] == print_value(value, status, of.unit, of.decimals)
        assert isinstance(mark["text"], Printed)
        if mark["value"] is None or mark["text"].number is None:
            assert mark["value"] is mark["text"].number
        else:
            assert mark["value"] == pytest.approx(mark["text"].number, abs=0.5 * 10**-of.decimals + 1e-9)
    return len(found)


def test_an_area_without_any_figure_shows_no_mark_of_its_own(orsay):
    ((skerry, charts),) = (found for found in orsay if found[0].name == "Skerry")
    assert all(row.cells[0][1] in NOT_PUBLISHED for row in skerry.rows())
    panels = [panel for found in charts.values() for chart in found for panel in chart.data["panels"]]
    marks = [mark for panel in panels for mark in panel.get("bars", panel.get("series", ()))]
    assert panels
    assert not [mark for mark in marks if mark["role"] == "this"]


def test_every_chart_names_a_caption_of_the_page(orsay, west: Page, north: Page):
    pages = {island.HOSTILE: west, "North Isles": north}
    for of, charts in orsay:
        if of.name in pages and of.area_code.startswith(island.ORSAY):
            sheets = {chart.sheet for found in charts.values() for chart in found if chart.sheet}
            assert sheets
            assert sheets <= pages[of.name].ids
