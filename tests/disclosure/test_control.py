"""What is hidden, drawn: small counts, and what else would give them away.

The plain outsider here has an unknown for every block and no sums of ours: whatever he finds, anybody can.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn_disclosure import RULES, Told, World, counting, names_of, world
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from locality_profiles.disclosure.rules import Rules

TOTALS_FREE = replace(RULES, totals=10**9)


def plain_interval(drawn: World, hidden: set[str], name: str) -> tuple[float, float]:
    """The least and most of a count of one indicator and year, with the blocks of all areas as unknowns."""
    blocks = sorted(set(drawn.places["block_code"]))
    parts = {
        area: group.set_index("block_code")["weight"].reindex(blocks).fillna(0).to_numpy()
        for area, group in drawn.places.groupby("area_code")
    }
    names = list(names_of(drawn.values))
    rows = np.array([parts[area] for area in drawn.values["area_code"]])
    shown = np.array([one not in hidden for one in names])
    equal = {"A_eq": rows[shown], "b_eq": drawn.values["numerator"].to_numpy()[shown]} if shown.any() else {}
    # Whoever knows the rules knows that noughts are shown, so what is hidden is at least 1.
    above = {"A_ub": -rows[~shown], "b_ub": -np.ones(int((~shown).sum()))}
    ends = []
    for sign in (1, -1):
        answer = linprog(sign * rows[names.index(name)], bounds=(0, None), method="highs", **equal, **above)
        ends.append(-sign * math.inf if answer.status == 3 else sign * answer.fun)
    return ends[0], ends[1]


def width(drawn: World, hidden: set[str], name: str) -> float:
    least, most = plain_interval(drawn, hidden, name)
    return most - least


def hidden(drawn: World, rules: Rules = RULES) -> set[str]:
    return drawn.controlled(rules).hidden


def test_of_two_localities_with_one_small_count_both_are_hidden_and_the_partnership_stays() -> None:
    drawn = world("""
        indicator | area          | years | count
        stays     | hscp south    | 2021  | 140
        stays     | locality west | 2021  | 4
        stays     | locality east | 2021  | 136
    """)

    assert hidden(drawn) == {"stays west 2021", "stays east 2021"}


def test_a_partnership_below_the_totals_is_hidden_only_if_that_loses_less() -> None:
    drawn = world("""
        indicator | area          | years | count
        stays     | hscp south    | 2021  | 40
        stays     | locality west | 2021  | 4
        stays     | locality east | 2021  | 36
    """)

    assert hidden(drawn, TOTALS_FREE) == {"stays west 2021", "stays east 2021"}


def test_a_large_total_is_hidden_where_nothing_else_would_protect() -> None:
    drawn = world(
        """
        indicator | area            | years | count
        stays     | hscp south      | 2021  | 130
        stays     | council_area c  | 2021  | 136
        stays     | locality island | 2021  | 6
        """,
        """
        hscp south      | a
        locality island | b
        council_area c  | a b
        """,
    )

    # The island is what the council has and the partnership has not.
    found = hidden(drawn)
    assert "stays island 2021" in found
    assert found & {"stays south 2021", "stays c 2021"}
    assert width(drawn, found, "stays island 2021") >= 10


def test_what_is_not_small_and_tells_of_nothing_small_is_shown() -> None:
    drawn = world("""
        indicator | area          | years | count
        stays     | hscp south    | 2021  | 40
        stays     | locality west | 2021  | 14
        stays     | locality east | 2021  | 26
    """)

    assert hidden(drawn) == set()


@pytest.mark.parametrize(("count", "is_hidden"), [(1, True), (9, True), (10, False)])
def test_counts_from_one_up_to_the_threshold_are_hidden(count: int, is_hidden: bool) -> None:
    drawn = world(f"""
        indicator | area          | years | count
        stays     | locality west | 2021  | {count}
    """)

    assert hidden(drawn) == ({"stays west 2021"} if is_hidden else set())


def test_amounts_are_small_below_their_own_threshold() -> None:
    drawn = world(
        """
        indicator | area          | years | count
        days      | locality west | 2021  | 29
        days      | locality west | 2020  | 30
        stays     | locality west | 2021  | 29
        """,
        days=Told(counting(measure_code=["BED_DAYS"])),
    )

    assert hidden(drawn) == {"days west 2021"}


def test_true_noughts_are_shown_and_hidden_for_nobody() -> None:
    drawn = world(
        """
        indicator | area           | years | count
        stays     | hscp south     | 2021  | 140
        stays     | locality west  | 2021  | 4
        stays     | locality mid   | 2021  | 0
        stays     | locality east  | 2021  | 136
        """,
        """
        hscp south    | a b c
        locality west | a
        locality mid  | b
        locality east | c
        """,
    )

    assert hidden(drawn) == {"stays west 2021", "stays east 2021"}


def test_overlapping_wards_do_not_give_a_locality_away() -> None:
    drawn = world(
        """
        indicator | area          | years | count
        stays     | hscp south    | 2021  | 155
        stays     | locality west | 2021  | 4
        stays     | locality mid  | 2021  | 60
        stays     | locality east | 2021  | 91
        stays     | ward north    | 2021  | 34
        stays     | ward middle   | 2021  | 90
        stays     | ward far      | 2021  | 31
        """,
        """
        hscp south    | a b c d
        locality west | a
        locality mid  | b c
        locality east | d e
        ward north    | a b
        ward middle   | c d
        ward far      | e
        hscp south    | e
        """,
    )
    found = hidden(drawn)

    assert "stays west 2021" in found
    assert "stays south 2021" not in found
    assert width(drawn, found, "stays west 2021") >= 10


def test_the_same_count_in_two_indicators_is_hidden_in_both() -> None:
    drawn = world("""
        indicator | area          | years | count
        stays     | hscp south    | 2021  | 140
        stays     | locality west | 2021  | 4
        stays     | locality east | 2021  | 136
        rate      | locality west | 2021  | 4
        rate      | locality east | 2021  | 136
    """)

    assert hidden(drawn) == {"stays west 2021", "stays east 2021", "rate west 2021", "rate east 2021"}


def test_a_small_count_among_which_others_are_counted_is_hidden_with_them() -> None:
    drawn = world(
        """
        indicator  | area          | years | count | among
        readmitted | locality west | 2021  | 0     | 6
        readmitted | locality east | 2021  | 12    | 80
        """,
        readmitted=Told(counting(measure_code=["READMITTED"]), counting(measure_code=["DISCHARGES"])),
    )

    assert hidden(drawn) == {"readmitted west 2021"}


@pytest.mark.parametrize(("oldest", "protected"), [(47, True), (20, False)])
def test_a_small_difference_that_nobody_publishes_is_protected(oldest: int, protected: bool) -> None:
    # 65 and over less 75 and over: those of 65 to 74, who stand in no table.
    drawn = world(
        f"""
        indicator | area          | years | count
        older     | locality west | 2021  | 50
        oldest    | locality west | 2021  | {oldest}
        """,
        older=Told(counting(ages=(65, None))),
        oldest=Told(counting(ages=(75, None))),
    )

    assert bool(hidden(drawn)) is protected


def test_a_small_year_is_not_told_by_three_years_and_the_other_two() -> None:
    drawn = world("""
        indicator | area          | years     | count
        stays     | locality west | 2019-2021 | 40
        stays     | locality west | 2019      | 15
        stays     | locality west | 2020      | 5
        stays     | locality west | 2021      | 20
    """)
    found = hidden(drawn)

    assert "stays west 2020" in found
    assert len(found) >= 2


def test_a_small_fifth_is_not_told_by_the_other_fifths() -> None:
    drawn = world(
        """
        indicator | area          | years | class   | count
        stays     | locality west | 2021  |         | 60
        stays     | locality west | 2021  | fifth 1 | 35
        stays     | locality west | 2021  | fifth 2 | 21
        stays     | locality west | 2021  | fifth 3 | 4
        """,
        "locality west | a b c",
        """
        a | fifth | 1
        b | fifth | 2
        c | fifth | 3
        """,
    )
    found = hidden(drawn)

    assert "stays west 2021 fifth 3" in found
    assert len(found) >= 2


def test_a_sensitive_class_leaves_out_areas_that_are_too_small_whatever_they_count() -> None:
    drawn = world(
        """
        indicator | area           | years | count
        deaths    | hscp south     | 2021  | 90
        deaths    | locality west  | 2021  | 40
        deaths    | locality islet | 2021  | 50
        deaths    | ward north     | 2021  | 20
        """,
        """
        hscp south     | a b
        locality west  | a
        locality islet | b
        ward north     | a
        """,
        residents="""
        hscp south     | 5400
        locality west  | 5000
        locality islet | 400
        """,
        deaths=Told(disclosure="sensitive"),
    )
    found = drawn.controlled()

    assert found.left_out == {"deaths islet 2021", "deaths north 2021"}
    assert "deaths south 2021" not in found.hidden


def test_an_area_of_unknown_residents_is_not_taken_for_a_small_one() -> None:
    drawn = world(
        """
        indicator | area          | years | count
        deaths    | locality west | 2021  | 40
        """,
        deaths=Told(disclosure="sensitive"),
    )

    assert drawn.controlled().left_out == set()


# What was published before.

THREE = """
hscp south    | a b c
locality west | a
locality mid  | b
locality east | c
"""
OF_THREE = """
indicator | area          | years | count
stays     | hscp south    | 2021  | 160
stays     | locality west | 2021  | 4
stays     | locality mid  | 2021  | 20
stays     | locality east | 2021  | 136
"""


def test_what_an_earlier_release_showed_is_known_and_another_is_hidden_instead(tmp_path: Path) -> None:
    drawn = world(OF_THREE, THREE)
    assert hidden(drawn) == {"stays west 2021", "stays mid 2021"}

    earlier = drawn.registered(tmp_path, hidden={"stays west 2021", "stays east 2021"})
    found = drawn.controlled(earlier=earlier)
    assert found.hidden == {"stays west 2021", "stays east 2021"}
    assert found.exposed == set()


def test_what_can_be_worked_out_of_earlier_releases_is_hidden_and_said_to_be_out(tmp_path: Path) -> None:
    drawn = world(OF_THREE, THREE)
    earlier = drawn.registered(tmp_path, hidden={"stays west 2021"})
    found = drawn.controlled(earlier=earlier)

    assert "stays west 2021" in found.hidden
    assert "stays west 2021" in found.exposed


def test_a_count_that_was_revised_since_is_not_known(tmp_path: Path) -> None:
    drawn = world(OF_THREE, THREE)
    before = world(OF_THREE.replace("| 20", "| 25").replace("| 136", "| 131"), THREE)
    earlier = before.registered(tmp_path, hidden={"stays west 2021", "stays east 2021"})

    assert drawn.controlled(earlier=earlier).hidden == {"stays west 2021", "stays mid 2021"}


def test_an_area_whose_boundary_moved_tells_nobody_of_the_streets_that_it_lost(tmp_path: Path) -> None:
    values = """
    indicator | area          | years | count
    stays     | locality west | 2021  | {}
    stays     | locality east | 2021  | {}
    """
    before = world(values.format(34, 35), "locality west | a b\nlocality east | c d")
    earlier = before.registered(tmp_path)
    now = world(values.format(31, 38), "locality west | a\nlocality east | b c d")
    # Alone, neither is small; b has 3: what the west had and has no longer, what the east has and had not.
    assert hidden(now) == set()

    assert now.controlled(earlier=earlier).hidden == {"stays west 2021", "stays east 2021"}


def test_areas_that_stayed_as_they_were_are_as_safe_as_before(tmp_path: Path) -> None:
    drawn = world(OF_THREE.replace("| 4", "| 14").replace("| 160", "| 170"), THREE)

    assert drawn.controlled(earlier=drawn.registered(tmp_path)).hidden == set()


# Figures as they come.


def test_rounded_figures_of_which_parts_do_not_make_the_whole_are_protected_all_the_same() -> None:
    drawn = world("""
        indicator | area          | years | count
        stays     | hscp south    | 2021  | 145
        stays     | locality west | 2021  | 4
        stays     | locality east | 2021  | 136
    """)

    assert hidden(drawn) == {"stays west 2021", "stays east 2021"}


def test_estimates_that_are_not_whole_are_protected() -> None:
    drawn = world("""
        indicator | area          | years | count
        stays     | hscp south    | 2021  | 140
        stays     | locality west | 2021  | 4.25
        stays     | locality east | 2021  | 135.75
    """)

    assert hidden(drawn) == {"stays west 2021", "stays east 2021"}


def test_published_indicators_are_left_alone_unless_the_rules_say_otherwise() -> None:
    drawn = world(
        """
        indicator | area          | years | count
        stays     | hscp south    | 2021  | 140
        stays     | locality west | 2021  | 4
        stays     | locality east | 2021  | 136
        """,
        stays=Told(origin="published"),
    )

    assert drawn.controlled().found.rows.empty
    assert hidden(drawn) == set()
    assert hidden(drawn, replace(RULES, as_published=False)) == {"stays west 2021", "stays east 2021"}


def test_what_is_hidden_is_the_same_each_time() -> None:
    drawn = world(OF_THREE, THREE)

    assert hidden(drawn) == hidden(drawn)


@st.composite
def partnerships(draw: st.DrawFn) -> World:
    """A partnership of six blocks, cut twice: into localities and into wards, with few or many in each block."""
    blocks = list("abcdef")
    counts = dict(zip(blocks, draw(st.lists(st.sampled_from([0, 1, 3, 8, 12, 40]), min_size=6, max_size=6)),
                      strict=True))  # fmt: skip
    areas = {"hscp south": blocks}
    for kind in ("locality", "ward"):
        cuts = sorted(draw(st.sets(st.integers(1, 5), min_size=1, max_size=3)))
        for number, (first, last) in enumerate(zip([0, *cuts], [*cuts, 6], strict=True)):
            areas[f"{kind} {kind[0]}{number}"] = blocks[first:last]
    rows = [f"stays | {area} | 2021 | {sum(counts[b] for b in held)}" for area, held in areas.items()]
    return world(
        "\n".join(["indicator | area | years | count", *rows]),
        "\n".join(f"{area} | {' '.join(held)}" for area, held in areas.items()),
    )


@settings(max_examples=30)
@given(partnerships())
def test_no_small_count_of_two_systems_of_areas_can_be_worked_out(drawn: World) -> None:
    found = drawn.controlled()
    small = drawn.values["numerator"].between(0.5, 9.5)

    assert set(names_of(drawn.values)[small]) <= found.hidden
    assert not found.exposed
    for name in names_of(drawn.values)[small]:
        assert width(drawn, found.hidden, name) >= 10 - 1e-6
