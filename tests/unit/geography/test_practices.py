"""Practices and places: shares, deflators and the modelled fall-back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from locality_profiles.geography.practices import (
    deflator,
    modelled_patients,
    practice_shares,
    premises_shares,
    zone_shares,
)
from locality_profiles.geography.shares import OUTSIDE, Shares, compose, from_lookup, inverted, totals

# The worked example: P1 has 3,000 patients in zone a (North) and 500 in b (South); P2 has 2,500 in b
# and 100 in zone c, which is in neither.
PRACTICE, ZONE, PATIENTS = [0, 0, 1, 1], [0, 1, 1, 2], [3000, 500, 2500, 100]
NORTH, SOUTH = 0, 1
MEMBERSHIP = from_lookup([0, 1, 2], [NORTH, SOUTH, OUTSIDE])


def rows(shares: Shares, digits: int = 3) -> list[tuple[int, int, float]]:
    return [(b, a, round(w, digits)) for b, a, w in zip(*(x.tolist() for x in vars(shares).values()), strict=True)]


# --- worked example -------------------------------------------------------------------------------


def test_practices_are_shared_among_localities_and_what_is_outside_stays_visible():
    found = compose(practice_shares(PRACTICE, ZONE, PATIENTS), MEMBERSHIP)
    assert rows(found) == [(0, NORTH, 0.857), (0, SOUTH, 0.143), (1, OUTSIDE, 0.038), (1, SOUTH, 0.962)]


def test_localities_are_shared_among_practices():
    placed = compose(practice_shares(PRACTICE, ZONE, PATIENTS), MEMBERSHIP)
    found = inverted(placed, [3500, 2600])
    assert rows(found, 6) == [(NORTH, 0, 1.0), (SOUTH, 0, round(500 / 3000, 6)), (SOUTH, 1, round(2500 / 3000, 6))]


def test_a_count_of_practices_reaches_localities_deflated_to_residents():
    placed = compose(practice_shares(PRACTICE, ZONE, PATIENTS), MEMBERSHIP)
    registered = totals(placed, [3500, 2600], 2)
    assert registered.round(6).tolist() == [3000, 3000, 100]
    # 2,850 people live in North and 3,000 in South; a condition is counted 70 and 52 times
    counted = totals(placed, [70, 52], 2)[:2] * deflator([2850, 3000], registered[:2])
    assert counted.round(6).tolist() == [70 * 6 / 7 * 0.95, round(70 / 7 + 52 * 25 / 26, 6)]


# --- shares ---------------------------------------------------------------------------------------


def test_patients_of_no_known_zone_stay_with_their_practice_and_belong_to_no_zone():
    practice, zone, patients = [0, 0], [0, OUTSIDE], [90, 10]
    assert rows(practice_shares(practice, zone, patients)) == [(0, OUTSIDE, 0.1), (0, 0, 0.9)]
    assert rows(zone_shares(practice, zone, patients)) == [(0, 0, 1.0)]


def test_the_patients_of_a_zone_are_shared_among_practices():
    assert rows(zone_shares(PRACTICE, ZONE, PATIENTS)) == [(0, 0, 1.0), (1, 0, 0.167), (1, 1, 0.833), (2, 1, 1.0)]


def test_the_patients_of_a_zone_are_shared_among_clusters():
    #  practices 0 and 1 make cluster 4, practice 2 is in none
    found = zone_shares([0, 1, 2], [0, 0, 0], [30, 50, 20], cluster=[4, 4, OUTSIDE])
    assert rows(found) == [(0, OUTSIDE, 0.2), (0, 4, 0.8)]


def test_a_practice_without_patients_has_no_row():
    assert rows(practice_shares([0, 1], [0, 0], [0, 5])) == [(1, 0, 1.0)]


@pytest.mark.parametrize("count", [np.nan, -1, np.inf])
def test_a_suppressed_count_is_not_a_share_of_anything(count):
    with pytest.raises(ValueError, match="missing, infinite or negative"):
        practice_shares([0, 0], [0, 1], [5, count])


def test_premises_stand_for_all_patients():
    assert rows(premises_shares([3, OUTSIDE])) == [(0, 3, 1.0), (1, OUTSIDE, 1.0)]


def test_lists_are_deflated_to_residents():
    assert deflator([950, 0], [1000, 10]).tolist() == [0.95, 0.0]


@pytest.mark.parametrize(("residents", "registered"), [(math.nan, 5), (5, math.nan), (5, 0)])
def test_nothing_is_deflated_by_what_is_not_known(residents, registered):
    assert np.isnan(deflator([residents], [registered])).all()


def test_a_negative_count_is_no_count():
    with pytest.raises(ValueError, match="negative"):
        deflator([-1], [5])


# --- the fall-back --------------------------------------------------------------------------------

LISTS = [1000, 2000, 1500]
SURGERIES = [(0, 0), (4000, 0), (0, 6000)]
RESIDENTS = [800, 1200, 900, 1100]
PLACES = [(500, 0), (4000, 500), (0, 5000), (3000, 3000)]


def table(found, practices: int = 3, zones: int = 4) -> np.ndarray:
    whole = np.zeros((practices, zones))
    whole[found.practice, found.zone] = found.patients
    return whole


def test_a_slow_plain_balancing_gives_the_same():
    pull = [
        [
            size * people * (math.dist(surgery, place) + 500) ** -2
            for people, place in zip(RESIDENTS, PLACES, strict=True)
        ]
        for size, surgery in zip(LISTS, SURGERIES, strict=True)
    ]
    wanted = [people * sum(LISTS) / sum(RESIDENTS) for people in RESIDENTS]
    for _ in range(5000):
        for p in range(3):
            row = sum(pull[p])
            pull[p] = [cell * LISTS[p] / row for cell in pull[p]]
        for z in range(4):
            column = sum(pull[p][z] for p in range(3))
            for p in range(3):
                pull[p][z] *= wanted[z] / column
    found = modelled_patients(
        LISTS, SURGERIES, RESIDENTS, PLACES, power=2, offset=500, tolerance=1e-12, least=0, max_iterations=5000
    )
    assert table(found) == pytest.approx(np.array(pull), rel=1e-6)


def test_practices_keep_their_lists_and_zones_get_their_share_of_patients():
    found = modelled_patients(LISTS, SURGERIES, RESIDENTS, PLACES, tolerance=1e-9)
    assert table(found).sum(axis=1) == pytest.approx(LISTS, rel=1e-12)
    assert table(found).sum(axis=0) == pytest.approx(np.array(RESIDENTS) * 4500 / 4000, rel=1e-6)
    assert found.gap <= 1e-9


def test_a_nearer_practice_has_more_of_a_zone():
    #  two practices of one size, 1 and 3 km from the zone in the middle; a zone each to live in
    found = table(
        modelled_patients([500, 500], [(0, 0), (4000, 0)], [100, 450, 450], [(1000, 0), (0, 0), (4000, 0)]), 2, 3
    )
    assert found[0, 0] > found[1, 0] > 0


def test_a_steeper_pull_keeps_patients_nearer():
    shares = [table(modelled_patients(LISTS, SURGERIES, RESIDENTS, PLACES, power=power))[0, 0] for power in (1, 2, 4)]
    assert shares == sorted(shares)


def test_the_same_numbers_give_the_same_table():
    first, second = (modelled_patients(LISTS, SURGERIES, RESIDENTS, PLACES) for _ in range(2))
    assert (first.patients == second.patients).all()


def test_practices_without_patients_and_zones_without_people_have_no_row():
    found = modelled_patients([0, 900], [(np.nan, np.nan), (0, 0)], [0, 500], [(np.nan, np.nan), (10, 0)])
    assert (found.practice.tolist(), found.zone.tolist(), found.patients.tolist()) == ([1], [1], [900.0])


def test_nobody_is_registered_across_groups():
    found = modelled_patients(
        [100, 330], [(0, 0), (1, 0)], [90, 300], [(1, 0), (0, 0)], practice_group=["isle", "main"],
        zone_group=["isle", "main"],
    )  # fmt: skip
    # the isle's 90 people are on a list of 100, the mainland's 300 on one of 330
    assert table(found, 2, 2).round(6).tolist() == [[100, 0], [0, 330]]


def test_patients_of_a_group_without_people_are_outside():
    found = modelled_patients([100, 50], [(0, 0), (0, 0)], [90], [(0, 0)], practice_group=[1, 2], zone_group=[2])
    assert list(zip(found.practice.tolist(), found.zone.tolist(), found.patients.tolist(), strict=True)) == [
        (0, OUTSIDE, 100.0), (1, 0, 50.0),
    ]  # fmt: skip


def test_small_pairs_are_left_out_and_told():
    #  two places 80 km apart, each with its practice
    far = {"practice_points": [(0, 0), (80_000, 0)], "zone_points": [(0, 0), (80_000, 0)]}
    kept = modelled_patients([1000, 1000], residents=[1000, 1000], least=0, **far)
    cut = modelled_patients([1000, 1000], residents=[1000, 1000], **far)
    assert (len(kept.patients), kept.left_out) == (4, 0)
    assert cut.practice.tolist() == cut.zone.tolist() == [0, 1]
    assert cut.patients.tolist() == [1000, 1000]
    assert 0 < cut.left_out < 1e-6


def test_lists_that_small_pairs_could_not_level_show_a_gap():
    #  the first list is 10 % too long for its place and the second too short, too far apart to help
    found = modelled_patients(
        [1100, 900], [(0, 0), (900_000, 0)], [1000, 1000], [(0, 0), (900_000, 0)], least=0.2, max_iterations=50
    )
    assert np.bincount(found.practice, found.patients).round(6).tolist() == [1100, 900]
    assert found.gap == pytest.approx(0.05)
    assert found.rounds == 50


def test_no_practices_have_no_patients():
    found = modelled_patients([], [], [10], [(0, 0)])
    assert (len(found.practice), found.gap) == (0, 0.0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"list_sizes": [5, np.nan]}, "list size is missing, infinite or negative: 1, first at position 1"),
        ({"residents": [-1, 3]}, "number of residents is missing, infinite or negative: 1, first at position 0"),
        ({"practice_points": [(0, 0), (np.nan, 0)]}, "practice with people has no point: 1, first at position 1"),
        ({"zone_points": [(0, 0)]}, "1 points were given for 2 zones"),
        ({"power": 0}, "above 0"),
        ({"max_iterations": 0}, "one round"),
        ({"practice_group": ["a", "b"]}, "one side only"),
    ],
)
def test_what_cannot_be_modelled_is_refused(wrong, said):
    right = {
        "list_sizes": [5, 5], "practice_points": [(0, 0), (1, 0)], "residents": [4, 4], "zone_points": [(0, 0), (1, 0)],
    }  # fmt: skip
    with pytest.raises(ValueError, match=said):
        modelled_patients(**(right | wrong))
