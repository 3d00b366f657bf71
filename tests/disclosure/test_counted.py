"""Which counts contain which is found from what indicators say that they count, and from where their areas lie.

Each test hides one count, tells all others of its family, and asks what it can then be.
"""

from __future__ import annotations

import math

import pytest
from drawn_disclosure import RULES, Told, World, cell_of, counting, names_of, told_by_the_rest, world

from locality_profiles.disclosure.counted import Family, term_of
from locality_profiles.disclosure.rules import Rules

UNKNOWN = (0.0, math.inf)


def only(drawn: World, name: str, rules: Rules = RULES) -> tuple[float, float]:
    """What a count can be, of which there is one family and all else in it is told."""
    rows, (family,) = drawn.families(rules)
    return told_by_the_rest(rows, family, name)


def named(drawn: World) -> list[set[str]]:
    """The names of the rows of each family."""
    rows, found = drawn.families()
    names = names_of(rows).to_numpy()
    return [{names[row] for row in family.of_row["row"]} for family in found]


def test_two_indicators_that_count_the_same_are_one_cell() -> None:
    drawn = world("""
        indicator | area          | years | count
        stays     | locality west | 2021  | 12
        rate      | locality west | 2021  | 12
    """)
    rows, (family,) = drawn.families()

    assert len(family) == 1
    assert cell_of(rows, family, "stays west 2021") == cell_of(rows, family, "rate west 2021")


def test_localities_add_up_to_their_partnership() -> None:
    drawn = world("""
        indicator | area          | years | count
        stays     | hscp south    | 2021  | 40
        stays     | locality west | 2021  | 4
        stays     | locality east | 2021  | 36
    """)

    assert only(drawn, "stays west 2021") == (4, 4)
    assert only(drawn, "stays south 2021") == (40, 40)


def test_overlapping_areas_bound_one_another_through_the_blocks_that_they_share() -> None:
    drawn = world(
        """
        indicator | area          | years | count
        stays     | locality west | 2021  | 30
        stays     | ward mid      | 2021  | 20
        stays     | ward south    | 2021  | 5
        """,
        """
        locality west | a b
        ward mid      | b c
        ward south    | c
        """,
    )

    # mid less south is b, 15; what a has is not told.
    assert only(drawn, "stays west 2021") == (15, math.inf)
    assert only(drawn, "stays south 2021") == (0, 20)


def test_a_block_that_two_areas_share_counts_in_each_by_its_share() -> None:
    drawn = world(
        """
        indicator | area               | years | count
        stays     | data_zone_2011 a   | 2021  | 10
        stays     | data_zone_2011 b   | 2021  | 8
        stays     | locality west      | 2021  | 14
        """,
        """
        data_zone_2011 a | a
        data_zone_2011 b | b
        locality west    | a b:0.5
        """,
    )

    assert only(drawn, "stays west 2021") == (14, 14)
    assert only(drawn, "stays b 2021") == (8, 8)


def test_65_and_over_is_65_to_74_with_75_and_over() -> None:
    drawn = world(
        """
        indicator | area          | years | class     | count
        older     | locality west | 2021  |           | 50
        oldest    | locality west | 2021  |           | 30
        all_ages  | locality west | 2021  | age 65-74 | 20
        """,
        older=Told(counting(ages=(65, None))),
        oldest=Told(counting(ages=(75, None))),
    )

    assert only(drawn, "older west 2021") == (50, 50)
    assert only(drawn, "all_ages west 2021 age 65-74") == (20, 20)


def test_the_difference_of_two_ages_bounds_the_younger() -> None:
    drawn = world(
        """
        indicator | area          | years | count
        older     | locality west | 2021  | 50
        oldest    | locality west | 2021  | 30
        """,
        older=Told(counting(ages=(65, None))),
        oldest=Told(counting(ages=(75, None))),
    )

    assert only(drawn, "oldest west 2021") == (0, 50)
    assert only(drawn, "older west 2021") == (30, math.inf)


def test_women_and_men_are_within_all_and_others_may_be_as_well() -> None:
    drawn = world(
        """
        indicator | area          | years | count
        all       | locality west | 2021  | 20
        women     | locality west | 2021  | 12
        men       | locality west | 2021  | 8
        """,
        women=Told(counting(sex=["female"])),
        men=Told(counting(sex=["male"])),
    )

    assert only(drawn, "men west 2021") == (0, 8)
    assert only(drawn, "all west 2021") == (20, math.inf)


def test_three_years_are_the_sum_of_each() -> None:
    drawn = world("""
        indicator | area          | years     | count
        stays     | locality west | 2019-2021 | 30
        stays     | locality west | 2019      | 8
        stays     | locality west | 2020      | 10
        stays     | locality west | 2021      | 12
    """)

    assert only(drawn, "stays west 2020") == (10, 10)
    assert only(drawn, "stays west 2019-2021") == (30, 30)


def test_rolling_years_tell_the_difference_of_the_years_at_their_ends() -> None:
    drawn = world("""
        indicator | area          | years     | count
        stays     | locality west | 2019-2021 | 30
        stays     | locality west | 2020-2022 | 27
        stays     | locality west | 2019      | 8
        stays     | locality west | 2022      | 5
        stays     | locality west | 2020-2021 | 22
    """)

    assert only(drawn, "stays west 2022") == (5, 5)
    assert only(drawn, "stays west 2019-2021") == (30, 30)


def test_people_of_one_day_are_no_part_of_people_of_another() -> None:
    on_the_day = Told(counting(over_time=False))
    drawn = world(
        """
        indicator | area          | years     | count
        people    | locality west | 2019-2021 | 30
        people    | locality west | 2020      | 8
        """,
        people=on_the_day,
    )

    assert only(drawn, "people west 2020") == UNKNOWN


def test_a_fifth_of_an_area_is_the_place_of_its_zones_in_that_fifth() -> None:
    drawn = world(
        """
        indicator | area          | years | class   | count
        stays     | hscp south    | 2021  | fifth 1 | 25
        stays     | locality west | 2021  |         | 10
        stays     | locality east | 2021  | fifth 1 | 15
        stays     | locality east | 2021  | fifth 2 | 4
        stays     | locality east | 2021  |         | 19
        """,
        """
        hscp south    | a b c
        locality west | a
        locality east | b c
        """,
        """
        a | fifth | 1
        b | fifth | 1
        c | fifth | 2
        """,
    )
    rows, found = drawn.families()
    (with_fifths,) = [family for family in found if len(family) == 5]

    # All of the west is in the first fifth, so it and the east's first fifth are the partnership's.
    assert told_by_the_rest(rows, with_fifths, "stays west 2021") == (10, 10)
    assert told_by_the_rest(rows, with_fifths, "stays east 2021 fifth 2") == (4, 4)


def test_an_area_without_blocks_is_a_place_of_its_own() -> None:
    drawn = world("""
        indicator | area             | years | count
        stays     | hscp south       | 2021  | 40
        stays     | health_board far | 2021  | 40
    """)

    assert only(drawn, "stays far 2021") == UNKNOWN


def test_figures_that_were_supplied_for_different_kinds_of_place_are_not_added() -> None:
    drawn = world("""
        indicator | area          | years | count
        stays     | hscp south    | 2021  | 40
        stays     | locality west | 2021  | 4
        stays     | locality east | 2021  | 36
    """)
    drawn.values.loc[0, "source_level"] = "hscp"

    assert only(drawn, "stays west 2021") == UNKNOWN


@pytest.mark.parametrize(
    "other",
    [
        Told(counting(measure_code=["BED_DAYS"])),
        Told(counting(table="registration")),
        Told(counting(over_time=False)),
        Told(counting(ages=(0, 17))),
    ],
    ids=["another measure", "another table", "of one day", "other ages"],
)
def test_counts_that_have_nothing_in_common_are_of_different_families(other: Told) -> None:
    drawn = world(
        """
        indicator | area          | years | count
        stays     | locality west | 2021  | 12
        other     | locality west | 2021  | 12
        """,
        stays=Told(counting(ages=(18, None))),
        other=other,
    )

    assert sorted(map(sorted, named(drawn))) == [["other west 2021"], ["stays west 2021"]]


def test_counts_that_meet_through_a_third_are_of_one_family() -> None:
    drawn = world(
        """
        indicator | area          | years | count
        women     | locality west | 2021  | 12
        men       | locality west | 2021  | 8
        all       | locality west | 2021  | 20
        """,
        women=Told(counting(sex=["female"])),
        men=Told(counting(sex=["male"])),
    )

    assert not term_of(counting(sex=["female"])).meets(term_of(counting(sex=["male"])))
    assert named(drawn) == [{"women west 2021", "men west 2021", "all west 2021"}]


def test_a_count_among_which_others_are_counted_is_the_count_of_the_indicator_that_tells_it() -> None:
    drawn = world(
        """
        indicator   | area          | years | count | among
        readmitted  | locality west | 2021  | 3     | 40
        discharges  | locality west | 2021  | 40    |
        """,
        readmitted=Told(counting(measure_code=["READMITTED"]), counting(measure_code=["DISCHARGES"])),
        discharges=Told(counting(measure_code=["DISCHARGES"])),
    )
    rows, found = drawn.families()
    (family,) = [family for family in found if family.of_row["among"].any()]

    assert cell_of(rows, family, "readmitted west 2021", among=True) == cell_of(rows, family, "discharges west 2021")
    assert len(family) == 1


def test_residents_are_no_count_that_is_looked_at() -> None:
    drawn = world("""
        indicator | area          | years | count | among
        stays     | locality west | 2021  | 12    | 900
    """)
    _, (family,) = drawn.families()

    assert not family.of_row["among"].any()


def test_what_is_not_controlled_is_in_no_family() -> None:
    drawn = world(
        """
        indicator | area          | years | count
        stays     | locality west | 2021  | 4
        out       | locality west | 2021  | 4
        people    | locality west | 2021  | 4
        index     | locality west | 2021  | 4
        """,
        out=Told(origin="published"),
        people=Told(disclosure="people"),
        index=Told(counted=None),
    )

    assert named(drawn) == [{"stays west 2021"}]


def _places(family: Family) -> int:
    return family.dimensions[0].members.shape[0]


def test_a_dimension_that_tells_nothing_apart_is_left_out() -> None:
    drawn = world("""
        indicator | area          | years | count
        stays     | locality west | 2021  | 12
        stays     | locality east | 2021  | 20
    """)
    _, (family,) = drawn.families()

    assert [dimension.name for dimension in family.dimensions] == ["places"]
    assert _places(family) == 2
