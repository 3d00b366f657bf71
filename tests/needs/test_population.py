"""Populations to come of drawn areas: they add up to what is published, whatever the areas are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawn_populations import BOARD, COUNCIL_OF, COUNTRY, ISLES, MAINLAND, World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from locality_profiles.errors import DefinitionError
from locality_profiles.needs.cohorts import BANDS
from locality_profiles.needs.projection_error import FILE, projection_error

NORTH, SOUTH, EAST = f"{ISLES}/north", f"{ISLES}/south", f"{MAINLAND}/east"
OWN_COUNCIL = COUNCIL_OF[ISLES]


def alike(zones: int, each: int = 10) -> np.ndarray:
    return np.full((zones, 2, 91), each)


def published(*years: np.ndarray, base: int = 2021, variant: str = "principal", code: str = OWN_COUNCIL):
    return {("council_area", code, variant): (base, np.stack(years))}


def two_zones(**more: object) -> World:
    """North has 20 of every age and south 10; the published projection halves everybody in a year."""
    estimates = {2021: np.stack([alike(1, 20)[0], alike(1, 10)[0]])}
    whole = alike(1, 30)[0]
    return World([NORTH, SOUTH], estimates, published(whole, whole / 2), **more)


def test_with_one_year_of_estimates_every_age_is_shared_as_the_cohort_was():
    made = two_zones().made()
    assert made.people(NORTH, 2022)[0, 50] == pytest.approx(15 * 20 / 30)
    assert made.people(SOUTH, 2022)[1, 90] == pytest.approx(15 * 10 / 30)


def test_a_cohort_takes_its_place_along():
    """40 girls of 9 live in the north and none in the south: a year later those of 10 do."""
    world = two_zones()
    world.estimates[2021][0, 0, 9], world.estimates[2021][1, 0, 9] = 40, 0
    made = world.made()
    assert made.people(NORTH, 2022)[0, 10] == pytest.approx(15)
    assert made.people(SOUTH, 2022)[0, 10] == 0


def test_the_first_year_is_the_latest_estimates_fitted_to_the_published():
    world = two_zones()
    world.published[("council_area", OWN_COUNCIL, "principal")][1][0] = 36
    made = world.made()
    assert made.people(NORTH, 2021)[0, 5] == pytest.approx(36 * 20 / 30)
    (note,) = (note for note in made.notes if "estimates have" in note)
    assert "from 2021 has 6,552 people where the estimates have 5,460 (+20.0 %)" in note


def test_a_projection_that_starts_after_the_estimates_begins_with_its_base_year():
    world = two_zones()
    whole = alike(1, 30)[0]
    made = World([NORTH, SOUTH], world.estimates, published(whole, whole, base=2023)).made()
    assert made.ask("select distinct year from projection order by 1") == [(2023,), (2024,)]
    assert made.people(NORTH, 2023).sum() + made.people(SOUTH, 2023).sum() == pytest.approx(30 * 182)


def test_a_projection_that_ends_before_the_estimates_is_not_used():
    whole = alike(1, 30)[0]
    made = World([NORTH, SOUTH], {2021: alike(2)}, published(whole, whole, base=2019)).made()
    assert made.ask("select count(*) from projection") == [(0,)]
    assert "the projection from 2019 (principal) ends in 2020, and estimates go to 2021: it was not used" in made.notes


def test_without_a_projection_tables_are_empty_and_it_is_said():
    made = World([NORTH, SOUTH], {2021: alike(2)}, {}).made()
    assert made.ask("select count(*) from projection_band") == [(0,)]
    assert made.notes[0].startswith("no population projection: the extracts have none that reaches beyond")
    assert World([NORTH, SOUTH], {}, {}).made().ask("select count(*) from projection_backtest") == [(0,)]


def test_a_locality_with_nobody_stays_empty_and_ages_that_nobody_has_are_shared_by_people():
    world = World([NORTH, SOUTH, f"{ISLES}/empty"], {2021: np.concatenate([alike(2), alike(1, 0)])},
                  published(alike(1, 20)[0], alike(1, 20)[0]))  # fmt: skip
    world.estimates[2021][:, 1, 88:] = 0
    made = world.made()
    assert made.people(f"{ISLES}/empty", 2022).sum() == 0
    assert made.people(NORTH, 2022)[1, 89] == pytest.approx(10)
    assert made.ask(f"""select max(persons), max(lower), max(upper) from projection_band
        where area_code = '{ISLES}/empty'""") == [(0, 0, 0)]  # fmt: skip


def test_a_zone_that_is_shared_goes_to_both():
    world = World([NORTH, {NORTH: 0.25, SOUTH: 0.75}], {2021: alike(2)}, published(alike(1, 20)[0], alike(1, 40)[0]))
    made = world.made()
    assert made.people(NORTH, 2022)[0, 30] == pytest.approx(20 + 0.25 * 20)
    assert made.people(SOUTH, 2022)[0, 30] == pytest.approx(0.75 * 20)


def test_partnerships_boards_and_the_country_are_sums_or_as_published():
    whole = alike(1, 30)[0]
    world = two_zones()
    world.published.update({("country", COUNTRY, "principal"): (2021, np.stack([whole * 9, whole * 8]))})
    world.localities.append(EAST)
    world.estimates[2021] = np.concatenate([world.estimates[2021], alike(1)])
    made = world.made()
    assert made.people(ISLES, 2022).sum() == pytest.approx(15 * 182)
    # The mainland has no projection of its own, so that neither has the board; the country's is published.
    assert made.people(COUNTRY, 2022)[0, 0] == 30 * 8
    assert made.ask(f"select count(*) from projection where area_code in ('{BOARD}', '{MAINLAND}', '{EAST}')") == [(0,)]


def test_only_partnerships_that_are_assessed():
    world = World([NORTH, EAST], {2021: alike(2)}, published(*2 * [alike(1)[0]])
                  | published(*2 * [alike(1)[0]], code=COUNCIL_OF[MAINLAND]))  # fmt: skip
    made = world.made(partnerships=(MAINLAND,))
    assert made.ask("select distinct area_code from projection where area_type = 'locality'") == [(EAST,)]


def test_the_smallest_published_place_with_the_latest_base_year_is_the_frame():
    whole = alike(1, 20)[0]
    world = World(
        [NORTH, SOUTH],
        {2021: alike(2)},
        published(whole, whole * 2) | {("hscp", ISLES, "principal"): (2022, np.stack([whole * 3, whole * 4]))},
    )
    assert world.made().ask("select distinct base_year, year from projection order by 2") == [
        (2022, 2022),
        (2022, 2023),
    ]


# --- ranges and bands ------------------------------------------------------------------------------------------------


def test_the_range_is_of_past_errors_and_of_variants():
    world = two_zones()
    whole = alike(1, 30)[0]
    world.published.update(published(whole, whole * 2 / 3, variant="high_migration"))
    made = world.made()
    own = projection_error().laws["all"]
    people = 182 * 10.0
    width = own.at_10000 * (people / 10_000) ** own.by_size
    (found,) = made.ask(f"""select persons, lower, upper, range_from from projection_band where area_code = '{NORTH}'
        and variant = 'principal' and method = 'fitted' and year = 2022
        and sex = 'all' and age_band = 'all'""")  # fmt: skip
    assert found[0] == pytest.approx(people)
    assert found[1] == pytest.approx(people * np.exp(-width))
    assert found[2] == pytest.approx(people + np.hypot(people * np.expm1(width), people / 3))
    assert found[3] == "past_errors_and_variants"
    of_variant = made.ask("""select distinct area_type = 'locality', range_from from projection_band
        where variant = 'high_migration' order by all""")
    assert of_variant == [(False, "none"), (True, "past_errors")]
    assert set(made.ask("""select range_from from projection_band where variant = 'principal' and method = 'fitted'
        and area_type = 'hscp'""")) == {("variants",)}  # fmt: skip


def test_a_single_age_has_the_range_of_its_band():
    made = two_zones().made()
    found = made.ask(f"""select bool_and(abs(p.lower / p.persons - b.lower / b.persons) < 1e-9) from projection p
        join projection_band b using (area_type, area_code, variant, method, year, sex)
        where area_code = '{NORTH}' and year = 2022 and p.age between 65 and 74 and age_band = '65-74'""")
    assert found == [(True,)]


def test_bands_and_sexes_add_up():
    made = two_zones().made()
    rows = dict(made.ask(f"""select sex || ' ' || age_band, persons from projection_band
        where area_code = '{SOUTH}' and year = 2022 and method = 'fitted'"""))  # fmt: skip
    assert len(rows) == 3 * len(BANDS)
    assert rows["all all"] == pytest.approx(5 * 182)
    assert rows["female 85+"] == pytest.approx(5 * 6)


def test_the_simple_method_lets_bands_grow_as_in_the_partnership():
    world = two_zones()
    later = world.published[("council_area", OWN_COUNCIL, "principal")][1]
    later[1, :, 5:18], later[1, :, :5] = 60, 15
    world.estimates[2021][0, :, :5] = 0
    later[0, :, :5] = 10
    made = world.made()
    found = made.ask(f"""select persons from projection_band where method = 'simple' and area_code = '{NORTH}'
        and year = 2022 and sex = 'female' and age_band in ('0-17', '65-74') order by age_band""")  # fmt: skip
    # Nobody under five here; those of 5 to 17 double as they do round it.
    assert [row[0] for row in found] == pytest.approx([13 * 20 * 2, 10 * 20 / 2])
    assert made.ask("select distinct area_type, range_from from projection_band where method = 'simple'") == [
        ("locality", "none")
    ]


# --- properties ------------------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from([NORTH, SOUTH, f"{ISLES}/west", EAST, f"{MAINLAND}/far"]), min_size=2, max_size=7),
       st.integers(1, 4), st.integers(0, 10_000))  # fmt: skip
def test_areas_add_up_to_the_published_at_every_age_and_order_changes_nothing(
    localities: list[str], years: int, seed: int
):
    rng = np.random.default_rng(seed)
    estimates = {2021 - back: rng.poisson(4, (len(localities), 2, 91)) for back in range(years)}
    told = {
        ("council_area", COUNCIL_OF[hscp], "principal"): (2020, rng.poisson(9, (5, 2, 91)))
        for hscp in {name.split("/")[0] for name in localities}
    }
    made = World(localities, estimates, told).made()
    for (_, council, _), (base, totals) in told.items():
        own = [name for name in set(localities) if COUNCIL_OF[name.split("/")[0]] == council]
        for year in range(2021, 2025):
            added = sum(made.people(name, year) for name in own)
            assert added == pytest.approx(totals[year - base], abs=1e-6)
    order = rng.permutation(len(localities))
    again = World([localities[at] for at in order], {y: p[order] for y, p in estimates.items()}, told).made()
    for name in set(localities):
        assert again.people(name, 2024) == pytest.approx(made.people(name, 2024), abs=1e-6)


# --- the back-test ---------------------------------------------------------------------------------------------------


def aged(people: np.ndarray) -> np.ndarray:
    """Everybody a year older; as many born as there were."""
    later = np.empty_like(people)
    later[..., 1:], later[..., 0] = people[..., :-1], people[..., 0]
    later[..., -1] += people[..., -1] // 2
    return later


def test_the_back_test_sees_that_cohorts_age_and_the_simple_method_does_not():
    first = alike(2)
    first[0, :, 60:65] = 60  # many in the north are about to reach 65
    estimates = {2017: first}
    for year in range(2018, 2022):
        estimates[year] = aged(estimates[year - 1])
    made = World([NORTH, SOUTH], estimates, published(estimates[2021].sum(axis=0))).made()
    tried = made.ask("""select distinct base_year, horizon from projection_backtest
        where area_type = 'locality' order by 1, 2""")
    assert tried == [(2018, 1), (2018, 3), (2019, 1), (2020, 1)]
    errors = dict(made.ask("""select method, mean_percent from projection_accuracy
        where told_by = 'workspace' and area_type = 'locality' and horizon = 3 and age_band = '65-74'"""))  # fmt: skip
    assert errors["fitted"] < 0.1 * errors["simple"]
    projected, actual, error = made.ask(f"""select persons_projected, persons_actual, error_percent
        from projection_backtest where area_code = '{NORTH}' and method = 'simple' and age_band = '65-74'
            and base_year = 2018 and horizon = 3""")[0]  # fmt: skip
    then, now = estimates[2018][..., 65:75].sum(axis=2), estimates[2021][..., 65:75].sum(axis=2)
    assert projected == pytest.approx((then[0] * now.sum(axis=0) / then.sum(axis=0)).sum())
    assert actual == now[0].sum()
    assert error == pytest.approx(100 * (projected / actual - 1))


def test_a_back_test_adds_up_to_what_came():
    rng = np.random.default_rng(7)
    estimates = {year: rng.poisson(6, (4, 2, 91)) for year in range(2016, 2022)}
    made = World([NORTH, SOUTH, SOUTH, EAST], estimates, {}).made()
    assert made.ask("""select count(*) from (select sum(persons_projected) - sum(persons_actual) as away
        from projection_backtest where method = 'fitted' group by base_year, horizon, age_band, parent_code)
        where abs(away) > 1e-6""") == [(0,)]  # fmt: skip
    # The mainland has one locality: it is known, and tests nothing.
    assert made.ask("select distinct parent_code from projection_backtest") == [(ISLES,)]


def test_councils_are_tested_within_boards():
    years = range(2017, 2022)
    councils = {("council_area", code): {year: alike(1)[0] for year in years} for code in COUNCIL_OF.values()}
    made = World([NORTH, EAST], {2021: alike(2)}, {}, councils).made()
    assert made.ask("select distinct parent_type, parent_code, area_type from projection_backtest") == [
        ("health_board", BOARD, "council_area")
    ]
    assert made.ask("select max(abs(error_percent)) from projection_backtest")[0][0] < 1e-9


# --- the declaration of errors ---------------------------------------------------------------------------------------


def test_the_packages_own_errors_grow_with_years_and_fall_with_size():
    error = projection_error()
    assert error.share == 0.8
    for law in error.laws.values():
        assert law.at_10000 > 0
        assert 0 < law.by_years < 1.5
        assert -1 < law.by_size < 0
    assert {each.method for each in error.measured} == {"fitted", "simple"}


def test_the_declared_errors_stand_beside_those_of_the_workspace():
    found = two_zones().made().ask("select distinct told_by, area_type from projection_accuracy")
    assert found == [("declared", "council_area")]


def test_a_declaration_with_faults_is_refused_with_all_of_them(tmp_path: Path):
    own = tmp_path / "projection_error.toml"
    text = FILE.read_text(encoding="utf-8").replace("share = 0.8", "share = 80").replace('[band."all"]', '[band."al"]')
    own.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        two_zones().made(own={"projection_error": own})
    for said in ("'share' should be a fraction", "[band] misses 'all'", "[band] does not know 'al'"):
        assert said in str(refused.value)
