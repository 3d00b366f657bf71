"""What is said of drawn figures: each template's case, what is missing, ties, one locality and two; and any numbers."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from drawn_words import (
    ALBA,
    EAST,
    ISLES,
    NORTH,
    SOUTH,
    WEST,
    beside,
    compared,
    figure,
    homes,
    indicator,
    ranked,
    sentences,
    texts,
    trend,
    unequal,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.profiles.narrative.templates import sentence_templates

FALLS = indicator("falls")


def of_north(value: float | None = 12.0, *, spec: dict[str, Any] = FALLS, status: str | None = None,
             **rows: Any) -> list[str]:  # fmt: skip
    """What the section says of North, which has one figure."""
    own = figure(spec["indicator_id"], NORTH, value, **({"status": status} if status else {}))
    known = rows.pop("known", False)
    profile = [own, *homes(spec["indicator_id"], NORTH, known=known), *rows.pop("profile", [])]
    return texts(NORTH, sentences(indicator=[spec], profile=profile, **rows))


# --- a value beside others ---


@pytest.mark.parametrize(
    ("country", "hscp", "said"),
    [
        (("higher", "worse"), ("higher", "worse"), "higher than in Alba (10.0) and the Isles (11.0), which is worse."),
        (("lower", "better"), ("similar", None),
         "lower than in Alba (10.0), which is better, but similar to the Isles (11.0)."),
        (("higher", "worse"), ("lower", "better"),
         "higher than in Alba (10.0), which is worse, but lower than in the Isles (11.0), which is better."),
    ],
)  # fmt: skip
def test_a_value_beside_two_others(country: tuple, hscp: tuple, said: str) -> None:
    rows = [compared("falls", NORTH, "country", 12.0, 10.0, country[0], judgement=country[1]),
            compared("falls", NORTH, "hscp", 12.0, 11.0, hscp[0], judgement=hscp[1])]  # fmt: skip
    assert of_north(comparison=rows) == [f"Falls: 12.0 per 1,000 people in mid-2021, {said}"]


def test_nothing_is_better_or_worse_where_no_direction_is_declared() -> None:
    rows = [compared("falls", NORTH, "country", 12.0, 10.0, "higher", basis="complete_count"),
            compared("falls", NORTH, "hscp", 12.0, 12.0, "similar", basis="complete_count")]  # fmt: skip
    told = of_north(spec=indicator("falls", direction="none"), comparison=rows)
    assert told == ["Falls: 12.0 per 1,000 people in mid-2021, higher than in Alba (10.0), but the same as in the "
                    "Isles (12.0)."]  # fmt: skip


def test_what_is_not_compared_is_not_called_higher() -> None:
    rows = [compared("falls", NORTH, "country", 12.0, 10.0, "not_compared", basis="none", reason="No limits.")]
    assert of_north(comparison=rows) == []


def test_what_is_similar_is_told_in_the_summary_only() -> None:
    specs = [indicator("falls"), indicator("strokes", 2)]
    profile = [row for spec in ("falls", "strokes") for row in (figure(spec, NORTH, 5.0), *homes(spec, NORTH))]
    rows = [compared(spec, NORTH, "country", 5.0, 5.1, "similar") for spec in ("falls", "strokes")]
    told = sentences(indicator=specs, profile=profile, comparison=rows)
    assert texts(NORTH, told) == ["Of the two indicators here that can be judged beside Alba, both are similar."]
    assert texts(NORTH, told, "profile") == [
        "Of the two indicators of this profile that can be judged beside Alba, both are similar."
    ]


def test_a_summary_counts_and_the_worst_by_most_is_named_then_the_best() -> None:
    items = ("falls", "strokes", "burns", "colds")
    values = {"falls": (12.0, "higher", "worse"), "strokes": (20.0, "higher", "worse"),
              "burns": (5.0, "lower", "better"),
              "colds": (10.0, "similar", None)}  # fmt: skip
    told = texts(NORTH, sentences(
        indicator=[indicator(item, n) for n, item in enumerate(items)],
        profile=[row for item in items for row in (figure(item, NORTH, values[item][0]), *homes(item, NORTH))],
        comparison=[compared(item, NORTH, "country", v, 10.0, verdict, judgement=judgement)
                    for item, (v, verdict, judgement) in values.items()],
    ))  # fmt: skip
    assert told == [
        "Of the four indicators here that can be judged beside Alba, two are worse, one is better and one is similar.",
        "Strokes: 20.0 per 1,000 people in mid-2021, higher than in Alba (10.0), which is worse.",
        "Burns: 5.0 per 1,000 people in mid-2021, lower than in Alba (10.0), which is better.",
    ]


# --- among areas of its kind ---


def of_three(ranks: list[tuple], values: tuple = (9.0, 5.0, 1.0), **changes: Any) -> list[str]:
    codes = (NORTH, SOUTH, WEST)[: len(ranks)]
    told = sentences(
        indicator=[FALLS],
        profile=[row for code, value in zip(codes, values, strict=False)
                 for row in (figure("falls", code, value), *homes("falls", code))],
        area_rank=[ranked("falls", code, *rank) for code, rank in zip(codes, ranks, strict=True)],
        **changes,
    )  # fmt: skip
    return [texts(code, told) for code in codes]


def test_a_place_that_is_certain() -> None:
    assert of_three([(1, 3, 1, 1), (2, 3, 2, 2), (3, 3, 3, 3)]) == [
        ["Falls: 9.0 per 1,000 people in mid-2021, the highest of the three localities of the Isles."],
        ["Falls: 5.0 per 1,000 people in mid-2021, the second highest of the three localities of the Isles."],
        ["Falls: 1.0 per 1,000 people in mid-2021, the lowest of the three localities of the Isles."],
    ]


def test_a_place_that_chance_leaves_open_says_so_and_one_that_it_leaves_wide_open_is_none() -> None:
    told = of_three([(1, 3, 1, 2), (2, 3, 1, 3), (3, 3, 2, 3)])
    assert told[0] == ["Falls: 9.0 per 1,000 people in mid-2021, the highest of the three localities of the Isles; "
                       "chance allows first or second place, counted from the highest."]  # fmt: skip
    assert told[1] == []


def test_ties_are_joint_and_all_alike_are_the_same() -> None:
    joint = of_three([(1, 3, 1, 1), (1, 3, 1, 1), (3, 3, 3, 3)], (9.0, 9.0, 1.0))
    assert joint[0] == [
        "Falls: 9.0 per 1,000 people in mid-2021, jointly the highest of the three localities of the Isles."
    ]
    assert joint[2] == ["Falls: 1.0 per 1,000 people in mid-2021, the lowest of the three localities of the Isles."]
    alike = of_three([(1, 3, 1, 1)] * 3, (9.0,) * 3)
    assert alike[0] == [
        "Falls: 9.0 per 1,000 people in mid-2021, the same in each of the three localities of the Isles."
    ]


def test_of_two_localities_one_is_higher_than_the_other() -> None:
    assert of_three([(1, 2, 1, 1), (2, 2, 2, 2)]) == [
        ["Falls: 9.0 per 1,000 people in mid-2021, higher than in the other locality of the Isles."],
        ["Falls: 5.0 per 1,000 people in mid-2021, lower than in the other locality of the Isles."],
    ]
    assert of_three([(1, 2, 1, 2), (2, 2, 1, 2)])[0] == [
        "Falls: 9.0 per 1,000 people in mid-2021, higher than in the other locality of the Isles, though chance allows "
        "either order."
    ]
    assert of_three([(1, 2, 1, 1), (1, 2, 1, 1)], (9.0, 9.0))[1] == [
        "Falls: 9.0 per 1,000 people in mid-2021, the same as in the other locality of the Isles."
    ]


def test_one_locality_has_no_rank() -> None:
    assert of_three([(1, 1, 1, 1)]) == [[]]


def test_those_without_a_figure_are_not_among_the_ranked() -> None:
    extra = [figure("falls", WEST, None), *homes("falls", WEST)]
    told = sentences(
        indicator=[FALLS],
        profile=[*(row for code, value in ((NORTH, 9.0), (SOUTH, 5.0))
                   for row in (figure("falls", code, value), *homes("falls", code))), *extra],
        area_rank=[ranked("falls", NORTH, 1, 2, 1, 1), ranked("falls", SOUTH, 2, 2, 2, 2)],
    )  # fmt: skip
    assert texts(NORTH, told)[0].endswith("higher than in the other locality of the Isles.")
    assert texts(EAST, told) == []


# --- over time ---


@pytest.mark.parametrize(
    ("before", "value", "verdict", "judgement", "said"),
    [
        (10.0, 12.0, "increasing", "worse", "rising; 12.0 per 1,000 people in mid-2021, against 10.0 in mid-2017 "
         "(a 20% rise), which is worse."),
        (10.0, 8.0, "decreasing", None,
         "falling; 8.0 per 1,000 people in mid-2021, against 10.0 in mid-2017 (a 20% fall)."),
        (0.0, 8.0, "increasing", None, "rising; 8.0 per 1,000 people in mid-2021, against 0 in mid-2017."),
        (8.0, 7.9, "increasing", "worse", "rising; 7.9 per 1,000 people in mid-2021, which is worse."),
        (10.0, 12.0, "no_significant_change", None,
         "no clear trend; 12.0 per 1,000 people in mid-2021, against 10.0 in mid-2017."),
    ],
)  # fmt: skip
def test_a_trend(before: float, value: float, verdict: str, judgement: str | None, said: str) -> None:
    told = of_north(value, trend=[trend("falls", NORTH, before, value, verdict, judgement=judgement)])
    assert told == [f"Falls: {said}"]


def test_several_that_have_not_changed_are_told_together() -> None:
    items = ("falls", "strokes", "burns")
    told = sentences(
        indicator=[indicator(item, n) for n, item in enumerate(items)],
        profile=[row for item in items for row in (figure(item, NORTH, 5.0), *homes(item, NORTH))],
        trend=[trend(item, NORTH, 5.0, 5.0, "no_significant_change") for item in items],
    )
    assert texts(NORTH, told) == ["None of the three indicators here whose trend can be tested shows a clear one."]


@pytest.mark.parametrize(
    ("before", "value", "limits", "said"),
    [
        (10.0, 10.8, (0.2, 1.4), "10.8 per 1,000 people in mid-2021, against 10.0 in mid-2017 (an 8% rise)."),
        (10.0, 10.8, (-0.2, 1.8), "no clear change; 10.8 per 1,000 people in mid-2021, against 10.0 in mid-2017."),
        (10.0, 10.01, (0.001, 0.02), None),
    ],
)  # fmt: skip
def test_a_change_of_which_no_trend_can_be_tested(
    before: float, value: float, limits: tuple[float, float], said: str | None
) -> None:
    told = of_north(value, trend=[trend("falls", NORTH, before, value, change_lower=limits[0], change_upper=limits[1])])
    assert told == ([f"Falls: {said}"] if said else [])


def test_a_percentage_changes_by_points() -> None:
    told = of_north(15.1, spec=indicator("falls", unit="%"),
                    trend=[trend("falls", NORTH, 12.0, 15.1, change_lower=1.0, change_upper=5.0)])  # fmt: skip
    assert told == ["Falls: 15.1% in mid-2021, against 12.0% in mid-2017 (a rise of 3.1 percentage points)."]


# --- within the area ---


@pytest.mark.parametrize(
    ("most", "least", "low", "high", "said"),
    [
        (9.0, 5.0, 1.0, 7.0, "higher in the most deprived fifth of the partnership (9.0) than in the least deprived "
         "(5.0) in mid-2021, a gap of 4.0."),
        (5.0, 9.0, -7.0, -1.0, "lower in the most deprived fifth of the partnership (5.0) than in the least deprived "
         "(9.0) in mid-2021, a gap of 4.0."),
        (9.0, 5.0, -1.0, 9.0, "no clear difference between the most deprived fifth of the partnership (9.0) and the "
         "least deprived (5.0) in mid-2021."),
    ],
)  # fmt: skip
def test_inequality(most: float, least: float, low: float, high: float, said: str) -> None:
    assert of_north(inequality=[unequal("falls", NORTH, most, least, low, high)]) == [f"Falls: {said}"]


def test_the_largest_and_the_smallest_class_with_ties() -> None:
    classes = {"1": ("Town", 40.0), "2": ("Village", 60.0), "3": ("Moor, and shore", 0.0), "4": ("Sea", 0.0)}
    spec = indicator("places", unit="%", direction="none")

    def told(values: dict[str, tuple[str, float]]) -> list[str]:
        own = [figure("places", NORTH, v, category=c, category_title=t) for c, (t, v) in values.items()]
        return texts(NORTH, sentences(indicator=[spec], profile=[*own, *homes("places", NORTH)]))

    assert told(classes) == ["Places: the largest figure is for ‘Village’ (60.0%) and the smallest jointly for "
                             "‘Moor, and shore’ and ‘Sea’ (0%), in mid-2021."]  # fmt: skip
    same = {c: (t, 25.0) for c, (t, _) in classes.items()}
    assert told(same) == ["Places: 25.0% in each of the four classes, in mid-2021."]
    assert told({"1": ("Town", 100.0)}) == []


# --- people ---


def people(value: float, whole: float | None, status: str = "actual") -> list[str]:
    spec = indicator("population", title="People", section="population", unit="people", decimals=0, method="count",
                     direction="none")  # fmt: skip
    cells = [figure("population", NORTH, value, section="population", status=status),
             beside("population", NORTH, "hscp", "hscp", ISLES, whole, section="population"),
             beside("population", NORTH, "country", "country", ALBA, None, section="population")]  # fmt: skip
    return texts(NORTH, sentences(indicator=[spec], profile=cells), "population")


def test_people_and_their_share() -> None:
    assert people(1653, 22819) == [
        "North had 1,653 people in mid-2021: 7.2% of the people of the Isles (22,819), about 1 in 14."
    ]
    assert people(3680, 22819, "estimated") == [
        "North had 3,680 people (estimated) in mid-2021: 16.1% of the people of the Isles (22,819), about 1 in 6."
    ]
    assert people(1, 22819) == ["North had 1 person in mid-2021: under 0.1% of the people of the Isles (22,819)."]
    assert people(900, None) == ["North had 900 people in mid-2021."]


# --- what is not told ---


def test_what_is_held_back_is_said_to_be() -> None:
    assert of_north(None, status="suppressed") == [
        "The figure of ‘Falls’ is held back, because it could say something about a person."
    ]


@pytest.mark.parametrize(
    ("known", "said"),
    [(True, "‘Falls’ is known for larger areas only, not for this locality."),
     (False, "There is no figure of ‘Falls’ for North.")],
)  # fmt: skip
def test_what_is_missing_is_said_where_there_is_nothing_else(known: bool, said: str) -> None:
    assert of_north(None, known=known) == [said]


def test_several_that_are_missing_are_named_and_counted() -> None:
    items = ("falls", "strokes", "burns", "colds", "bites")

    def told(status: str, known: bool) -> list[str]:
        return texts(NORTH, sentences(
            indicator=[indicator(item, n) for n, item in enumerate(items)],
            profile=[row for item in items
                     for row in (figure(item, NORTH, None, status=status), *homes(item, NORTH, known=known))],
        ))  # fmt: skip

    assert told("suppressed", True) == ["The figures of ‘Falls’, ‘Strokes’, ‘Burns’ and two more are held back, "
                                        "because they could say something about a person."]  # fmt: skip
    assert told("not_available", True) == [
        "‘Falls’, ‘Strokes’, ‘Burns’ and two more are known for larger areas only, not for this locality."
    ]
    assert told("not_collected", False) == [
        "There are no figures of ‘Falls’, ‘Strokes’, ‘Burns’ and two more for North."
    ]


def test_a_missing_figure_is_not_told_beside_others() -> None:
    specs = [indicator("falls"), indicator("strokes", 2)]
    profile = [figure("falls", NORTH, 12.0), *homes("falls", NORTH), figure("strokes", NORTH, None)]
    rows = [compared("falls", NORTH, "country", 12.0, 10.0, "higher", judgement="worse")]
    assert len(texts(NORTH, sentences(indicator=specs, profile=profile, comparison=rows))) == 1


def test_every_case_of_every_template_is_drawn_in_this_file() -> None:
    """A template without a drawn case would be read for the first time on a page."""
    drawn = {
        "population_share", "population_alone", "summary_section", "summary_profile", "level_worse", "level_better",
        "level_unjudged", "rank_place", "rank_two", "rank_alike", "trend_change", "trend_no_share", "trend_bare",
        "trend_steady_one", "trend_steady_several", "change_moved", "change_unclear", "inequality_apart",
        "inequality_unclear", "classes_apart", "classes_alike", "suppressed_one", "suppressed_several", "no_figure_one",
        "no_figure_several", "larger_only_one", "larger_only_several",
    }  # fmt: skip
    assert {template.id for template in sentence_templates().by_case.values()} == drawn


# --- any numbers ---

VALUES = st.floats(0, 1e6, allow_nan=False) | st.sampled_from([0.0, 0.04, 1.0, 8.0, 11.0, 18.0, 80.0, 100.0])
UNITS = st.sampled_from(["%", "per 1,000 people", "people", "years", "£ per hour", "pence per person",
                         "per 100,000 people, age and sex standardised", "Scotland = 100", "places"])  # fmt: skip
VERDICTS = st.sampled_from(["higher", "lower", "similar"])


@settings(max_examples=40)
@given(VALUES, VALUES, VALUES, UNITS, st.integers(0, 2), VERDICTS, VERDICTS,
       st.sampled_from(["increasing", "decreasing", "no_significant_change", "cannot_be_calculated"]),
       st.sampled_from(["actual", "estimated", "rounded", "true_zero"]))  # fmt: skip
def test_any_numbers_make_sentences(
    value: float,
    other: float,
    before: float,
    unit: str,
    decimals: int,
    first: str,
    second: str,
    verdict: str,
    status: str,
) -> None:
    spec = indicator("falls", unit=unit, decimals=decimals)
    judged = {"higher": "worse", "lower": "better", "similar": None}
    told = of_north(
        value, spec=spec, status=status,
        comparison=[compared("falls", NORTH, "country", value, other, first, judgement=judged[first]),
                    compared("falls", NORTH, "hscp", value, before, second, judgement=judged[second])],
        trend=[trend("falls", NORTH, before, value, verdict, change_lower=0.1, change_upper=1.0)],
        inequality=[unequal("falls", NORTH, value, other, 0.1, 1.0)],
        area_rank=[ranked("falls", NORTH, 2, 12, 1, 3)],
    )  # fmt: skip
    assert told
    for text in told:
        assert re.fullmatch(r"[^a-z{} ][^{}\n]*[^. ]\.", text), text
        assert not re.search(r"\ba (?:8|11\b|18\b)|\ban (?!8|11|18)\d|  | [,.;]|,,|,\.|\(\)", text), text


def test_an_indicator_is_told_once_in_a_section() -> None:
    rows = [compared("falls", NORTH, "country", 12.0, 10.0, "higher", judgement="worse")]
    told = of_north(comparison=rows, trend=[trend("falls", NORTH, 10.0, 12.0, "increasing")],
                    area_rank=[ranked("falls", NORTH, 1, 12, 1, 1)])  # fmt: skip
    assert len(told) == 1


def test_only_figures_of_the_period_that_the_page_shows_are_told() -> None:
    older = {"period_start": date(2020, 6, 30), "period_end": date(2020, 6, 30)}
    rows = [compared("falls", NORTH, "country", 12.0, 10.0, "higher", judgement="worse", **older)]
    assert of_north(comparison=rows) == []
