"""Life expectancy: cases worked by hand, properties, bad input, and a slow plain second implementation.

The published tables of the reference implementation are read in ``tests/real/test_vectors.py``. The cases here are
chosen so that each step of Chiang's method II (The Life Table and its Applications, 1984) can be done on paper.
"""

from __future__ import annotations

import math

import numpy as np
import plain
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.statistics.life_tables import (
    NINETEEN_BANDS,
    TWENTY_BANDS,
    healthy_life_expectancy,
    life_expectancy,
    life_expectancy_by_age,
    life_table,
)

FIRST_AGES = list(TWENTY_BANDS)


def only(estimate):
    """Value and limits of the first table."""
    return [float(part[0]) for part in estimate]


def dead(people_in_each=10_000, bands=20, **deaths):
    """Deaths and people of one table: nobody dies but those said (``at_60=10`` of ``of_60=100``)."""
    d, p = np.zeros((1, bands)), np.full((1, bands), float(people_in_each))
    for name, number in deaths.items():
        what, age = name.split("_")
        (d if what == "at" else p)[0, FIRST_AGES.index(int(age))] = number
    return d, p


@st.composite
def tables(draw, most=4, bands=20, fewest_people=3_000):
    """Deaths and people of a few tables, with somebody dead in each last band and never more dead than alive."""
    shape = (draw(st.integers(1, most)), bands)
    size = shape[0] * bands
    p = np.reshape(draw(st.lists(st.integers(fewest_people, 40_000), min_size=size, max_size=size)), shape)
    rates = draw(st.lists(st.one_of(st.just(0.0), st.floats(1e-5, 0.9)), min_size=size, max_size=size))
    d = np.floor(np.reshape(rates, shape) * p)
    d[:, -1] = np.maximum(d[:, -1], 1)
    return d, p.astype(float)


# --- worked by hand ----------------------------------------------------------------------------------


def test_where_nobody_dies_before_ninety_the_rest_is_one_over_the_death_rate():
    """100 of 400 die in a year of the last band, so that people have four years left: 94 at birth.

    The variance is that of the last band alone, (l/2)**2 4/(D M**2)/l**2 = 1/(100 x 0.25**2) (Silcocks et al. 2001).
    """
    d, p = dead(at_90=100, of_90=400)
    table = life_table(d, p)
    np.testing.assert_allclose(table.left[0], [90 - age + 4 for age in FIRST_AGES])
    np.testing.assert_allclose(table.alive, 100_000)
    np.testing.assert_allclose(table.variance, 1 / (100 * 0.25**2))
    z = plain.z_of(0.95)
    assert only(life_expectancy(d, p)) == pytest.approx([94, 94 - z * 0.4, 94 + z * 0.4])


def test_deaths_in_one_band_by_hand():
    """10 of 100 a year die between 60 and 65: q = 5 x 0.1/(1 + 0.5 x 5 x 0.1) = 0.4, half-way through on average."""
    d, p = dead(at_60=10, of_60=100, at_90=100, of_90=400)
    table = life_table(d, p)
    sixty, next_band = FIRST_AGES.index(60), FIRST_AGES.index(65)
    assert table.dying[0, sixty] == pytest.approx(0.4)
    assert table.alive[0, next_band] == pytest.approx(60_000)
    assert table.lived[0, sixty] == pytest.approx(5 * (60_000 + 0.5 * 40_000))
    assert table.left[0, next_band] == pytest.approx(25 + 4)
    assert table.left[0, 0] == pytest.approx(60 + 4 + 0.6 * (25 + 4))
    # Who dies loses the other half of the five years, and the 29 that come after them.
    of_dying, of_the_last = 0.4**2 * 0.6 / 10 * (2.5 + 29) ** 2, 0.6**2 / (100 * 0.25**2)
    assert table.variance[0, 0] == pytest.approx(of_dying + of_the_last)
    assert table.variance[0, next_band] == pytest.approx(1 / (100 * 0.25**2))


def test_infants_who_die_have_lived_a_tenth_of_their_year():
    """10 of 91: q = (10/91)/(1 + 0.9 x 10/91) = 0.1."""
    d, p = dead(at_0=10, of_0=91, at_90=100, of_90=400)
    table = life_table(d, p)
    assert table.dying[0, 0] == pytest.approx(0.1)
    assert table.lived[0, 0] == pytest.approx(90_000 + 0.1 * 10_000)
    assert table.left[0, 0] == pytest.approx(0.91 + 0.9 * (89 + 4))


def test_the_band_of_1_to_4_has_four_years():
    d, p = dead(at_1=10, of_1=100, at_90=100, of_90=400)
    table = life_table(d, p)
    assert table.dying[0, 1] == pytest.approx(4 * 0.1 / (1 + 0.5 * 4 * 0.1))
    assert table.lived[0, 1] == pytest.approx(4 * 100_000 * (1 - table.dying[0, 1] / 2))


def test_in_a_band_with_more_deaths_than_it_has_room_for_everybody_dies():
    """More than 1/(5 x 0.5) of the people die in a year: nobody is left at 65, and what they have left is not known."""
    d, p = dead(at_60=41, of_60=100, at_90=100, of_90=400)
    table = life_table(d, p)
    sixty = FIRST_AGES.index(60)
    assert table.dying[0, sixty] == 1
    assert (table.alive[0, sixty + 1 :] == 0).all()
    assert table.left[0, 0] == pytest.approx(60 + 2.5)
    assert np.isnan(table.left[0, sixty + 1 :]).all()
    assert table.variance[0, 0] == pytest.approx(0)  # that everybody dies is certain, and no later band counts


def test_a_table_that_ends_with_85_has_the_variance_of_its_last_band_too():
    """No reference implementation has one (Public Health England refuses 19 bands, ScotPHO leaves the term out)."""
    d, p = np.zeros((1, 19)), np.full((1, 19), 1_000.0)
    d[0, -1], p[0, -1] = 50, 400
    found = life_expectancy(d, p, first_ages=NINETEEN_BANDS)
    z = plain.z_of(0.95)
    assert only(found) == pytest.approx([85 + 8, 93 - z * 8 / math.sqrt(50), 93 + z * 8 / math.sqrt(50)])


def test_the_scottish_mode_has_no_variance_for_the_last_band_and_1_96():
    d, p = dead(at_60=10, of_60=100, at_90=100, of_90=400)
    value, lower, upper = only(life_expectancy(d, p, mode="scottish"))
    error = math.sqrt(0.4**2 * 0.6 / 10) * (2.5 + 29)
    assert [value, lower, upper] == pytest.approx([81.4, 81.4 - 1.96 * error, 81.4 + 1.96 * error])
    assert life_table(*dead(at_90=100, of_90=400), mode="scottish").variance[0, 0] == 0


def test_healthy_years_by_hand():
    """94 years, of which the fifth of them after 60 in poor health; 400 people of each band were asked."""
    d, p = dead(at_90=100, of_90=400)
    ages = np.array(FIRST_AGES)
    unhealthy = np.where(ages >= 60, 0.2, 0.0)[None, :]
    value, lower, upper = only(healthy_life_expectancy(d, p, unhealthy, np.full((1, 20), 400)))
    assert value == pytest.approx(60 + 0.8 * 34)
    error = math.sqrt((6 * 5**2 + 4**2) * 0.2 * 0.8 / 400)  # six bands of five years, and four years from 90 on
    z = plain.z_of(0.95)
    assert [lower, upper] == pytest.approx([value - z * error, value + z * error])


# --- what is not given -----------------------------------------------------------------------------------


def of_size(total):
    """A table of so many people in all: 100 of the 400 in the last band die, and nobody else."""
    d, p = dead(200, at_90=100, of_90=400)
    p[0, 0] = total - 18 * 200 - 400
    return d, p


@pytest.mark.parametrize(("total", "given"), [(4_999, False), (5_000, False), (5_000.5, True), (5_001, True)])
def test_a_table_needs_more_than_5000_person_years(total, given):
    """Toson & Baker, ONS Methodology Series 33 (2003)."""
    d, p = of_size(total)
    assert np.isfinite(only(life_expectancy(d, p))).all() == given
    assert np.isnan(only(life_expectancy(d, p))).all() != given
    assert life_table(d, p).left[0, 0] == pytest.approx(94)  # the table itself can be made


@pytest.mark.parametrize(("people", "given"), [(5, True), (6, False)])
def test_a_value_is_not_given_where_its_95_per_cent_interval_is_wider_than_20_years(people, given):
    """One death in the last band has an error of 1/M, which is the number of people: 2 x 1.96 x 5 is below 20."""
    d, p = dead(at_90=1, of_90=people)
    for confidence in (0.95, 0.8, 0.998):  # whatever confidence is asked for
        value, lower, upper = only(life_expectancy(d, p, confidence))
        assert math.isnan(value) != given
        assert upper - lower == pytest.approx(2 * plain.z_of(confidence) * people)  # limits are given all the same
        assert (lower + upper) / 2 == pytest.approx(90 + people)


def test_each_age_is_judged_by_its_own_interval():
    """Where most are dead before 90 the last band hardly matters at birth; to those of 90 it is all there is."""
    d, p = dead(at_60=39, of_60=100, at_90=1, of_90=6)
    value, lower, upper = life_expectancy_by_age(d, p)
    assert np.isfinite(value[0, 0])
    assert math.isnan(value[0, -1])
    assert np.isfinite([lower[0, -1], upper[0, -1]]).all()


def test_without_deaths_in_the_last_band_nobody_there_would_ever_die():
    d, p = dead(at_60=10, of_60=100)
    for part in life_expectancy_by_age(d, p):
        assert np.isnan(part).all()


@pytest.mark.parametrize(
    "changed", [{"of_40": 0}, {"at_40": math.nan}, {"of_40": math.nan}, {"at_40": 101, "of_40": 100}],
    ids=["nobody", "deaths not known", "people not known", "more deaths than people"],
)  # fmt: skip
def test_a_table_with_an_impossible_or_unknown_band_is_not_known_and_harms_no_other(changed):
    good, bad = dead(at_90=100, of_90=400), dead(at_90=100, of_90=400, **changed)
    together = [np.concatenate(pair) for pair in zip(good, bad, strict=True)]
    for part, alone in zip(life_expectancy_by_age(*together), life_expectancy_by_age(*good), strict=True):
        np.testing.assert_array_equal(part[0], alone[0])
        assert np.isnan(part[1]).all()
    table = life_table(*together)
    for column in (table.dying, table.lived, table.left, table.variance):
        assert np.isnan(column[1]).all()


# --- properties ------------------------------------------------------------------------------------------


def limits_of(d, p, *rest):
    """Limits at each age, which are given however wide they are."""
    return life_expectancy_by_age(d, p, *rest)[1:]


@given(tables())
def test_a_value_lies_in_the_middle_of_its_limits_and_more_confidence_is_wider(table):
    (low, high), (lower, higher) = limits_of(*table), limits_of(*table, 0.998)
    left, variance = life_table(*table).left, life_table(*table).variance
    alive = np.isfinite(left)
    np.testing.assert_allclose(((low + high) / 2)[alive], left[alive])
    assert (lower <= low)[alive].all()
    assert (higher >= high)[alive].all()
    unsure = alive & (variance > 1e-9)
    assert (higher - lower > high - low)[unsure].all()


@given(tables(most=1), st.integers(0, 19))
def test_fewer_deaths_at_any_age_are_a_longer_life(table, band):
    d, p = table
    d[0, band] = max(d[0, band], 2)
    fewer = d.copy()
    fewer[0, band] -= 1
    before, after = life_table(d, p), life_table(fewer, p)
    assert after.left[0, 0] >= before.left[0, 0]
    # Nobody gains where none are alive, or where the band is one that nobody outlives.
    if before.alive[0, band] > 1e-6 and (band == 19 or after.dying[0, band] < 1):
        assert after.left[0, band] > before.left[0, band]


@given(tables(), st.integers(2, 50))
def test_more_people_who_die_at_the_same_rates_have_the_same_life_and_are_surer(table, times):
    """The standard error falls with the root of the number of people (Toson & Baker 2003)."""
    d, p = table
    one, many = life_table(d, p), life_table(d * times, p * times)
    np.testing.assert_allclose(many.left, one.left, rtol=1e-9)
    np.testing.assert_allclose(many.variance * times, one.variance, rtol=1e-7, atol=1e-12)


@given(tables())
def test_the_columns_of_a_table_fit_together(table):
    """Those who are left at an age have the years of the band, and then what is left at its end."""
    t = life_table(*table)
    alive = t.alive[:, 1:] > 0
    np.testing.assert_array_equal(t.alive[:, 0], 100_000)
    assert ((t.dying >= 0) & (t.dying <= 1)).all()
    assert (t.dying[:, -1] == 1).all()
    np.testing.assert_allclose(t.alive[:, 1:], (t.alive * (1 - t.dying))[:, :-1], rtol=1e-12)
    chained = t.lived[:, :-1] + np.where(alive, t.alive[:, 1:] * t.left[:, 1:], 0)
    reached = t.alive[:, :-1] > 0
    np.testing.assert_allclose((t.alive * t.left)[:, :-1][reached], chained[reached], rtol=1e-9)


@given(tables(most=4), st.data())
def test_each_table_is_what_it_is_alone_in_whatever_order(table, data):
    d, p = table
    order = np.array(data.draw(st.permutations(range(len(d)))))
    found = np.array(life_expectancy_by_age(d, p))
    np.testing.assert_array_equal(life_expectancy_by_age(d[order], p[order]), found[:, order])
    np.testing.assert_array_equal(life_expectancy_by_age(d[:1], p[:1]), found[:, :1])


@given(tables())
def test_life_expectancy_is_that_of_the_first_age(table):
    by_age = np.array(life_expectancy_by_age(*table))
    np.testing.assert_array_equal(life_expectancy(*table), by_age[:, :, 0])


@given(tables())
def test_the_scottish_mode_has_the_same_life_and_is_never_less_sure(table):
    english, scottish = life_table(*table), life_table(*table, mode="scottish")
    np.testing.assert_array_equal(english.left, scottish.left)
    last = english.alive[:, -1] > 0
    assert (scottish.variance[:, 0] <= english.variance[:, 0]).all()
    assert (scottish.variance[last, -1] < english.variance[last, -1]).all()


@given(tables(), st.floats(0, 1))
def test_healthy_life_is_the_healthy_share_of_life(table, share):
    asked = np.full(table[0].shape, 100)
    healthy, none, all_of_it = (
        healthy_life_expectancy(*table, np.full(table[0].shape, unhealthy), asked) for unhealthy in (share, 1, 0)
    )
    life = life_table(*table).left[:, 0]
    np.testing.assert_allclose(healthy.value, (1 - share) * life, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(none.value, 0)
    np.testing.assert_allclose(all_of_it, [life] * 3)  # nobody is in doubt, so the survey adds none
    assert (healthy.lower <= healthy.value).all()
    assert (healthy.value <= healthy.upper).all()


def test_equal_tables_have_equal_lives_and_no_tables_have_none():
    d, p = dead(at_60=10, of_60=100, at_90=100, of_90=400)
    for part in life_expectancy(np.repeat(d, 3, axis=0), np.repeat(p, 3, axis=0)):
        assert np.unique(part).size == 1
    assert [part.shape for part in life_expectancy(np.empty((0, 20)), np.empty((0, 20)))] == [(0,)] * 3


# --- a slow plain second implementation ---------------------------------------------------------------------


def plain_life(deaths, people, first_ages, last_band_varies=True):
    """Years left at each age and their variance, one age after the other.

    The chance of dying varies as Chiang prints it, n**2 M (1 - anM)/(P(1 + (1 - a)nM)**3), which is q**2(1 - q)/D.
    """
    bands = len(first_ages)
    alive, lived, dying, spread = [100_000.0], [], [], []
    for band in range(bands):
        rate = deaths[band] / people[band]
        if band == bands - 1:
            dying.append(1.0)
            lived.append(alive[-1] / rate)
            spread.append(0.0)
            break
        years = first_ages[band + 1] - first_ages[band]
        share = 0.1 if band == 0 else 0.5
        whole = 1 + (1 - share) * years * rate
        dying.append(min(years * rate / whole, 1.0))
        spread.append(max(years**2 * rate * (1 - share * years * rate) / (people[band] * whole**3), 0.0))
        gone = alive[-1] * dying[-1]
        lived.append(years * (alive[-1] - gone + share * gone))
        alive.append(alive[-1] - gone)
    left = [sum(lived[band:]) / alive[band] if alive[band] > 1e-9 else math.nan for band in range(bands)]
    variance = []
    for band in range(bands):
        total = 0.0
        for later in range(band, bands - 1):
            years = first_ages[later + 1] - first_ages[later]
            share = 0.1 if later == 0 else 0.5
            after = left[later + 1] if alive[later + 1] > 1e-9 else 0.0
            total += spread[later] * alive[later] ** 2 * ((1 - share) * years + after) ** 2
        if last_band_varies:
            rate = deaths[-1] / people[-1]
            total += (alive[-1] / 2) ** 2 * 4 / (deaths[-1] * rate**2)
        variance.append(total / alive[band] ** 2 if alive[band] > 1e-9 else math.nan)
    return left, variance


@pytest.mark.parametrize("mode", ["english", "scottish"])
@given(data=st.data(), first_ages=st.sampled_from([TWENTY_BANDS, NINETEEN_BANDS, (0, 1, 15, 45, 65, 75)]))
def test_one_age_after_the_other_gives_the_same_life_and_variance(mode, data, first_ages):
    d, p = data.draw(tables(bands=len(first_ages)))
    found = life_table(d, p, first_ages, mode)
    for row in range(len(d)):
        left, variance = plain_life(d[row], p[row], first_ages, mode == "english")
        # Where next to nobody is left, what those few have left is in the last digits.
        many = found.alive[row] > 1e-3
        np.testing.assert_allclose(found.left[row][many], np.array(left)[many], rtol=1e-7)
        np.testing.assert_allclose(found.variance[row][many], np.array(variance)[many], rtol=1e-6, atol=1e-9)


@given(tables(fewest_people=100), st.sampled_from([0.95, 0.998]))
def test_one_table_at_a_time_gives_the_same_life_expectancy(table, confidence):
    d, p = table
    value, lower, upper = life_expectancy(d, p, confidence)
    for row in range(len(d)):
        left, variance = plain_life(d[row], p[row], TWENTY_BANDS)
        enough, error = p[row].sum() > 5_000, math.sqrt(variance[0])
        narrow = 2 * plain.z_of(0.95) * error
        if abs(narrow - 20) > 1e-6:  # no last digit decides
            assert math.isnan(value[row]) == (not enough or narrow > 20)
        expected = [left[0] + sign * plain.z_of(confidence) * error if enough else math.nan for sign in (-1, 1)]
        np.testing.assert_allclose([lower[row], upper[row]], expected, rtol=1e-9)


@given(tables(most=2), st.data())
def test_one_age_after_the_other_gives_the_same_healthy_life(table, data):
    d, p = table
    shares = st.lists(st.floats(0, 1), min_size=d.size, max_size=d.size)
    u = np.reshape(data.draw(shares), d.shape)
    n = np.reshape(data.draw(st.lists(st.integers(1, 500), min_size=d.size, max_size=d.size)), d.shape)
    found = healthy_life_expectancy(d, p, u, n, 0.9)
    lived = life_table(d, p).lived
    for row in range(len(d)):
        years = variance = 0.0
        for band in range(20):
            share = lived[row, band] / 100_000
            years += share * (1 - u[row, band])
            variance += share**2 * u[row, band] * (1 - u[row, band]) / n[row, band]
        half = plain.z_of(0.9) * math.sqrt(variance)
        np.testing.assert_allclose([part[row] for part in found], [years, years - half, years + half], 1e-9, 1e-9)


# --- bad input -------------------------------------------------------------------------------------------------

FOR_HEALTH = np.full((1, 20), 0.2), np.full((1, 20), 400)
METHODS = pytest.mark.parametrize(
    "method",
    [
        lambda d, p, **other: life_expectancy(d, p, **other),
        lambda d, p, **other: life_expectancy_by_age(d, p, **other),
        lambda d, p, **other: healthy_life_expectancy(d, p, *FOR_HEALTH, **other),
    ],
    ids=["at birth", "by age", "healthy"],
)


@METHODS
@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, math.nan])
def test_confidence_is_a_fraction_above_0_and_below_1(method, confidence):
    with pytest.raises(ValueError, match="fraction above 0 and below 1"):
        method(*dead(at_90=100, of_90=400), confidence=confidence)


@METHODS
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"at_40": -1}, "deaths: a count is negative"),
        ({"of_40": -1}, "people: a count is negative"),
        ({"at_40": math.inf}, "deaths: a count is infinite"),
        ({"of_40": math.inf}, "people: a count is infinite"),
    ],
)
def test_an_impossible_count_is_an_error(method, changed, words):
    with pytest.raises(ValueError, match=words):
        method(*dead(**{"at_90": 100, "of_90": 400, **changed}))


@METHODS
def test_a_missing_age_band_is_refused(method):
    d, p = dead(at_90=100, of_90=400)
    with pytest.raises(ValueError, match="19 age bands and 20 were expected"):
        method(d[:, 1:], p[:, 1:])
    with pytest.raises(ValueError, match=r"shape \(1, 19\) and people \(1, 20\)"):
        method(d[:, 1:], p)


@METHODS
@pytest.mark.parametrize("first_ages", [range(1, 21), [0, 2, 1, *range(3, 20)], [0, 1, 1, *range(3, 20)]])
def test_ages_start_with_0_and_rise(method, first_ages):
    with pytest.raises(ValueError, match="must start with 0 and rise"):
        method(*dead(at_90=100, of_90=400), first_ages=list(first_ages))


def test_one_band_alone_is_no_table():
    with pytest.raises(ValueError, match="must start with 0 and rise"):
        life_table([[10]], [[9_000]], [0])


def test_an_unknown_mode_is_refused_and_the_scottish_one_is_of_95_per_cent_only():
    for function in (life_table, life_expectancy):
        with pytest.raises(ValueError, match="'english' or 'scottish', not 'welsh'"):
            function(*dead(at_90=100, of_90=400), mode="welsh")
    with pytest.raises(ValueError, match=r"at 0.95 only, not at 0.998"):
        life_expectancy(*dead(at_90=100, of_90=400), 0.998, mode="scottish")


@pytest.mark.parametrize("share", [-0.01, 1.01])
def test_a_share_in_poor_health_is_from_0_to_1(share):
    with pytest.raises(ValueError, match="outside 0 to 1"):
        healthy_life_expectancy(*dead(at_90=100, of_90=400), np.full((1, 20), share), FOR_HEALTH[1])


@pytest.mark.parametrize(("asked", "word"), [(-1, "negative"), (math.inf, "infinite")])
def test_an_impossible_number_of_people_asked_is_an_error(asked, word):
    with pytest.raises(ValueError, match=f"people asked: a count is {word}"):
        healthy_life_expectancy(*dead(at_90=100, of_90=400), FOR_HEALTH[0], np.full((1, 20), asked))


@pytest.mark.parametrize("asked", [0, math.nan])
def test_where_nobody_was_asked_healthy_life_has_no_limits(asked):
    value, lower, upper = only(
        healthy_life_expectancy(*dead(at_90=100, of_90=400), FOR_HEALTH[0], np.full((1, 20), asked))
    )
    assert value == pytest.approx(0.8 * 94)
    assert math.isnan(lower)
    assert math.isnan(upper)


def test_a_share_in_poor_health_that_is_not_known_makes_healthy_life_unknown():
    shares = FOR_HEALTH[0].copy()
    shares[0, 3] = math.nan
    assert np.isnan(only(healthy_life_expectancy(*dead(at_90=100, of_90=400), shares, FOR_HEALTH[1]))).all()
