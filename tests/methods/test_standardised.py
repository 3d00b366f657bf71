"""Standardised rates and standard populations: worked cases, properties, bad input and plain oracles."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.estimates import rate_estimate
from locality_profiles.statistics.standardised import (
    directly_standardised_rate,
    expected_events,
    indirectly_standardised_rate,
    indirectly_standardised_ratio,
    standardised_by_group,
    standardised_repeat_events,
)
from locality_profiles.statistics.standards import ESP2013, Weight, standard_population

#: Enough events in each band that every group has ten.
several = st.integers(10, 500)
people = st.integers(500, 50_000)
weights = st.integers(1, 9_000)


@st.composite
def tables(draw, events=several):
    """Events and people of groups by age band, and the people of a standard."""
    groups, bands = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    shape = groups * bands
    x, n = (draw(st.lists(kind, min_size=shape, max_size=shape)) for kind in (events, people))
    w = draw(st.lists(weights, min_size=bands, max_size=bands))
    return (
        np.reshape(x, (groups, bands)).astype(float),
        np.reshape(n, (groups, bands)).astype(float),
        np.array(w, float),
    )


def long(table):
    """The table's columns one row per group and band, with the group of each row."""
    x, n, w = table
    groups = np.repeat(np.arange(len(x)), x.shape[1])
    return x.ravel(), n.ravel(), np.tile(w, len(x)), groups


def only(estimate):
    """Value and limits of the first group."""
    return [float(part[0]) for part in estimate]


# --- direct: worked cases ----------------------------------------------------------------------------


def test_downs_syndrome_by_birth_order_for_one_age_of_mothers():
    """Births in Michigan 1950-64 by the mother's age: Fleiss, Statistical Methods for Rates and Proportions (1981).

    Table 14.4, from Stark & Mantel, JNCI 37 (1966). The rates are as R's ``epitools`` prints them for each birth
    order, standardised to the mothers of all orders together. Crude rates rise threefold, standardised ones do not.
    """
    cases = [[107, 141, 60, 40, 39, 25], [25, 150, 110, 84, 82, 39], [3, 71, 114, 103, 108, 75],
             [1, 26, 64, 89, 137, 96], [0, 8, 63, 112, 262, 295]]  # fmt: skip
    births = [[230061, 329449, 114920, 39487, 14208, 3052], [72202, 326701, 208667, 83228, 28466, 5375],
              [15050, 175702, 207081, 117300, 45026, 8660], [2293, 68800, 132424, 98301, 46075, 9834],
              [327, 30666, 123419, 149919, 104088, 34392]]  # fmt: skip
    mothers = np.sum(births, axis=0)
    np.testing.assert_array_equal(mothers, [319933, 931318, 786511, 488235, 237863, 61313])
    found = directly_standardised_rate(cases, births, mothers)
    np.testing.assert_allclose(found.value, [92.3, 91.2, 85.1, 92.7, 75.5], atol=0.05)


def test_a_rate_and_dobsons_limits_by_hand():
    """10 of 1,000 and 30 of 500, where the standard has six young for every four old.

    Dobson et al., Statistics in Medicine 10 (1991): the limits of all 40 events, moved to the rate and stretched.
    """
    value, lower, upper = only(directly_standardised_rate([[10, 30]], [[1_000, 500]], [60_000, 40_000], 1_000))
    assert value == pytest.approx(0.6 * 10 + 0.4 * 60)
    variance = (0.6 * 1_000) ** 2 * 10 / 1_000**2 + (0.4 * 1_000) ** 2 * 30 / 500**2
    low, high = plain.byars(40, plain.z_of(0.95))
    assert lower == pytest.approx(30 + math.sqrt(variance / 40) * (low - 40))
    assert upper == pytest.approx(30 + math.sqrt(variance / 40) * (high - 40))


def test_limits_may_fall_below_nought_in_the_english_mode_and_not_in_the_scottish():
    """One event where the standard has nearly everybody: the stretched limits pass nought."""
    table = [[1, 99]], [[100, 100_000]], [90_000, 10]
    assert only(directly_standardised_rate(*table))[1] < 0
    assert only(directly_standardised_rate(*table, mode="scottish"))[1] == 0


def test_a_rate_of_fewer_than_ten_events_is_not_given():
    """Morris et al., Population Health Metrics 16 (2018)."""
    found = directly_standardised_rate([[4, 5], [4, 6]], [[100, 100]] * 2, [1, 1], 100)
    assert np.isnan([part[0] for part in found]).all()
    assert found.value[1] == pytest.approx((4 + 6) / 2)
    assert np.isfinite([part[1] for part in found]).all()


def test_events_that_are_not_known_are_none():
    with_gap, without = (directly_standardised_rate([[12, x]], [[100, 300]], [1, 2]) for x in (math.nan, 0))
    assert only(with_gap) == only(without)


# --- direct: the Scottish mode ------------------------------------------------------------------------


def test_the_scottish_mode_has_1_96_and_no_rule_for_few_events():
    value, lower, upper = only(directly_standardised_rate([[3, 5]], [[100, 100]], [1, 1], 100, mode="scottish"))
    assert value == pytest.approx(4)
    low, high = plain.byars(8, 1.96)
    assert lower == pytest.approx(low / 2)
    assert upper == pytest.approx(high / 2)


def test_the_scottish_mode_drops_a_band_without_people_but_keeps_its_weight():
    """Nobody of the second band was counted, and yet it has half of the standard."""
    found = directly_standardised_rate([[20, 7]], [[100, 0]], [50, 50], 100, mode="scottish")
    assert found.value[0] == pytest.approx(0.5 * 20)
    unknown = directly_standardised_rate([[20, 7]], [[100, math.nan]], [50, 50], 100, mode="scottish")
    assert only(unknown) == only(found)


def test_the_scottish_mode_has_nought_and_limits_of_nought_where_nothing_happened():
    assert only(directly_standardised_rate([[0, 0]], [[100, 100]], [1, 1], mode="scottish")) == [0, 0, 0]


@pytest.mark.parametrize("mode", ["english", "scottish"])
def test_a_group_without_rows_is_not_known_in_either_mode(mode):
    found = standardised_by_group([10, 10], [50, 50], [1, 1], [0, 0], 2, 100, mode=mode)
    assert found.value[0] == pytest.approx(20)
    assert np.isnan([part[1] for part in found]).all()


def test_the_standard_of_both_sexes_is_that_of_one_twice():
    """ScotPHO standardises by age and sex with a total of 200,000: bands of either sex are just more bands."""
    x, n, w = [12, 30, 8, 45], [900, 700, 950, 600], [70_000, 30_000]
    by_sex = directly_standardised_rate([x], [n], [*w, *w], mode="scottish").value[0]
    each = [np.dot(w, np.divide(x[sex : sex + 2], n[sex : sex + 2])) / 100_000 for sex in (0, 2)]
    assert by_sex == pytest.approx(100_000 * sum(each) / 2)


# --- direct: properties ---------------------------------------------------------------------------------


@given(tables(), st.sampled_from([0.8, 0.95, 0.998]))
def test_a_rate_lies_between_its_limits_and_between_those_of_the_ages(table, confidence):
    x, n, w = table
    value, lower, upper = directly_standardised_rate(x, n, w, 1, confidence)
    assert (lower < value).all()
    assert (value < upper).all()
    assert ((x / n).min(axis=1) * (1 - 1e-12) <= value).all()
    assert (value <= (x / n).max(axis=1) * (1 + 1e-12)).all()


@given(tables())
def test_more_confidence_is_a_wider_interval_about_the_same_rate(table):
    narrow, wide = (directly_standardised_rate(*table, confidence=confidence) for confidence in (0.95, 0.998))
    np.testing.assert_array_equal(narrow.value, wide.value)
    assert (wide.lower < narrow.lower).all()
    assert (wide.upper > narrow.upper).all()


@given(st.lists(st.tuples(several, people), min_size=1, max_size=10), weights)
def test_with_one_band_it_is_the_crude_rate(pairs, weight):
    x, n = np.array(pairs, float).T
    found = directly_standardised_rate(x[:, None], n[:, None], [weight])
    np.testing.assert_allclose(found, rate_estimate(x, n), rtol=1e-10)


@given(tables(), st.integers(1, 9))
def test_for_the_ages_of_the_place_itself_it_is_the_crude_rate(table, times):
    x, n, _ = table
    found = directly_standardised_rate(x[:1], n[:1], n[0] * times)
    np.testing.assert_allclose(found, rate_estimate(x[:1].sum(axis=1), n[:1].sum(axis=1)), rtol=1e-9)


@given(tables())
def test_long_columns_give_what_the_table_gives(table):
    x, n, w, groups = long(table)
    found = standardised_by_group(x, n, w, groups, len(table[0]))
    np.testing.assert_array_equal(found, directly_standardised_rate(*table))


@given(tables(), st.data())
def test_neither_the_order_of_groups_nor_of_bands_matters(table, data):
    x, n, w, groups = long(table)
    order = np.array(data.draw(st.permutations(range(len(x)))))
    found = standardised_by_group(x[order], n[order], w[order], groups[order], len(table[0]))
    np.testing.assert_allclose(found, directly_standardised_rate(*table), rtol=1e-10)


@given(tables(), st.integers(2, 50))
def test_a_larger_standard_of_the_same_ages_changes_nothing(table, times):
    x, n, w = table
    np.testing.assert_allclose(directly_standardised_rate(x, n, w * times), directly_standardised_rate(*table), 1e-11)


@given(tables(), st.integers(2, 50))
def test_more_people_with_the_same_events_have_so_much_lower_a_rate(table, times):
    x, n, w = table
    fewer = np.array(directly_standardised_rate(x, n * times, w))
    np.testing.assert_allclose(fewer * times, directly_standardised_rate(*table), 1e-11)


@given(tables(), st.integers(2, 50))
def test_more_of_both_is_the_same_rate_and_surer(table, times):
    x, n, w = table
    one, many = directly_standardised_rate(*table), directly_standardised_rate(x * times, n * times, w)
    np.testing.assert_allclose(many.value, one.value, rtol=1e-11)
    assert (many.upper - many.lower < one.upper - one.lower).all()


@given(tables())
def test_a_band_of_no_weight_counts_for_its_events_only_in_the_limits(table):
    """All events make the limits (O is their number), whatever weight the standard gives them."""
    x, n, w = table
    more = [np.column_stack([part, np.full(len(x), extra)]) for part, extra in ((x, 40), (n, 100))]
    np.testing.assert_allclose(
        directly_standardised_rate(*more, [*w, 0]).value, directly_standardised_rate(*table).value, rtol=1e-12
    )


def test_one_group_is_standardised_as_among_others_and_equal_groups_alike():
    x, n, w = [[12, 30], [12, 30], [50, 9]], [[400, 300], [400, 300], [800, 90]], [3, 1]
    alone, among = directly_standardised_rate(x[:1], n[:1], w), directly_standardised_rate(x, n, w)
    for one, many in zip(alone, among, strict=True):
        assert one[0] == many[0] == many[1] != many[2]


@pytest.mark.parametrize("mode", ["english", "scottish"])
def test_no_groups_have_no_rates(mode):
    found = directly_standardised_rate(np.empty((0, 3)), np.empty((0, 3)), [1, 2, 3], mode=mode)
    assert [part.shape for part in found] == [(0,)] * 3


# --- direct: a slow plain second implementation --------------------------------------------------------------


def plain_direct(events, among, standard, confidence, scottish=False):
    """One group of one age after the other, per person."""
    whole = sum(standard)
    known = [(0 if math.isnan(x) else x, n, w) for x, n, w in zip(events, among, standard, strict=True)]
    count = sum(x for x, _, _ in known)
    if scottish and count == 0:
        return [0.0, 0.0, 0.0]
    if not scottish and count < 10:
        return [math.nan] * 3
    rate = variance = 0.0
    for x, n, w in known:
        if n > 0:
            rate += w / whole * x / n
            variance += (w / whole) ** 2 * x / n**2
    low, high = plain.byars(count, 1.96 if scottish else plain.z_of(confidence))
    limits = [
        rate + math.sqrt(variance / count) * (limit - count) for limit in (max(low, 0) if scottish else low, high)
    ]
    return [rate, *(max(limit, 0.0) if scottish else limit for limit in limits)]


maybe_events = st.one_of(st.integers(0, 6), st.integers(0, 500), st.just(math.nan))


@given(tables(maybe_events), st.sampled_from([0.8, 0.95, 0.998]))
def test_one_group_at_a_time_gives_the_same_rates(table, confidence):
    x, n, w = table
    expected = np.array([plain_direct(*rows, w, confidence) for rows in zip(x, n, strict=True)]).T
    np.testing.assert_allclose(directly_standardised_rate(x, n, w, 1, confidence), expected, rtol=1e-9, atol=1e-12)


@given(tables(maybe_events), st.data())
def test_one_group_at_a_time_gives_the_same_rates_in_the_scottish_mode(table, data):
    x, n, w = table
    empty = data.draw(st.lists(st.booleans(), min_size=x.size, max_size=x.size))
    n = np.where(np.reshape(empty, x.shape), 0, n)
    expected = np.array([plain_direct(*rows, w, 0.95, scottish=True) for rows in zip(x, n, strict=True)]).T
    found = directly_standardised_rate(x, n, w, 1, mode="scottish")
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


# --- repeat events ------------------------------------------------------------------------------------------


def test_repeat_events_by_hand():
    """Of 100 people 10 were admitted once and 5 twice: 20 admissions, of variance 10 + 4 x 5 and not 20."""
    found = standardised_repeat_events([10, 5], [1, 2], [100, 100], [7, 7], [0, 0], [0, 0], 1, 100)
    low, high = plain.byars(20, plain.z_of(0.95))
    stretch = math.sqrt((10 + 4 * 5) / 20)
    assert only(found) == pytest.approx([20, 20 + stretch * (low - 20), 20 + stretch * (high - 20)])


@given(tables())
def test_events_of_which_nobody_has_two_are_standardised_as_any_events(table):
    x, n, w, groups = long(table)
    bands = np.tile(np.arange(table[0].shape[1]), len(table[0]))
    found = standardised_repeat_events(x, np.ones(len(x)), n, w, groups, bands, len(table[0]))
    np.testing.assert_allclose(found, directly_standardised_rate(*table), rtol=1e-10)


@st.composite
def repeats(draw):
    """Rows of one group: band, frequency and persons; people and standard of each band."""
    bands = draw(st.integers(1, 4))
    rows = [(band, often, draw(st.integers(0, 60))) for band in range(bands) for often in (1, 2, 5)]
    n = draw(st.lists(people, min_size=bands, max_size=bands))
    w = draw(st.lists(weights, min_size=bands, max_size=bands))
    return rows, n, w


@given(repeats(), st.data())
def test_one_row_at_a_time_gives_the_same_rate_of_repeat_events(drawn, data):
    rows, n, w = drawn
    events = rate = variance = 0.0
    for band, often, persons in rows:
        share = w[band] / sum(w) / n[band]
        events += often * persons
        rate += share * often * persons
        variance += often**2 * share**2 * persons
    order = data.draw(st.permutations(rows))
    band, often, persons = (np.array(column) for column in zip(*order, strict=True))
    found = only(standardised_repeat_events(
        persons, often, np.array(n)[band], np.array(w)[band], np.zeros(len(rows), int), band, 1, 1
    ))  # fmt: skip
    if events < 10:
        assert np.isnan(found).all()
        return
    stretch = math.sqrt(variance / events)
    limits = [rate + stretch * (limit - events) for limit in plain.byars(events, plain.z_of(0.95))]
    assert found == pytest.approx([rate, *limits], rel=1e-9, abs=1e-12)


@given(repeats())
def test_repeat_events_are_less_sure_than_events_of_as_many_people(drawn):
    rows, n, w = drawn
    band, often, persons = (np.array(column) for column in zip(*rows, strict=True))
    found = standardised_repeat_events(
        persons, often, np.array(n)[band], np.array(w)[band], np.zeros(len(rows), int), band, 1
    )
    events = np.bincount(band, often * persons)
    apart = directly_standardised_rate([events], [n], w)
    np.testing.assert_allclose(found.value, apart.value, rtol=1e-10)
    if events.sum() >= 10 and persons[often > 1].any():
        assert found.upper[0] > apart.upper[0]


ONE = {"persons": [10, 5], "frequency": [1, 2], "people": [100, 100], "standard": [7, 7], "groups": [0, 0],
       "bands": [0, 0]}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"people": [100, 101]}, "one group and age band differ in their people"),
        ({"standard": [7, 8]}, "or in the standard population"),
        ({"people": [100, 0]}, "needs people at every age"),
        ({"people": [100, math.nan]}, "missing or infinite"),
        ({"people": [100, math.inf]}, "missing or infinite"),
        ({"standard": [-7, -7]}, "standard population is missing or negative"),
        ({"standard": [math.nan, math.nan]}, "standard population is missing or negative"),
        ({"frequency": [1, 0]}, "frequency is nought or less"),
        ({"frequency": [1, math.nan]}, "frequency is nought or less, or not known"),
        ({"frequency": [1, math.inf]}, "frequency is nought or less, or not known"),
        ({"persons": [-1, 5]}, "persons: a count is negative"),
        ({"persons": [math.inf, 5]}, "persons: a count is infinite"),
        ({"confidence": 95}, "fraction above 0 and below 1"),
    ],
)
def test_repeat_events_refuse_what_makes_no_sense(changed, words):
    with pytest.raises(ValueError, match=words):
        standardised_repeat_events(**{**ONE, **changed}, number=1)


# --- indirect: worked cases -----------------------------------------------------------------------------------

FLORIDA = [0, 0, 4, 14, 43, 72, 70, 126, 136, 73]
FLORIDA_YEARS = [953785, 1997935, 1885014, 1957573, 2356649, 2088000, 1548371, 1447432, 1087524, 335944]
STATES = [0, 1, 41, 186, 626, 1199, 1303, 1637, 1624, 803]
STATES_YEARS = [19175798, 41077577, 39183891, 39892024, 45148527, 37677952, 24274684, 18390986, 12361180, 4239587]


def test_deaths_from_skin_cancer_in_florida_2000():
    """SAS/STAT User's Guide, the STDRATE procedure, first example: expected deaths by age as they are printed."""
    by_age = expected_events(np.diag(FLORIDA_YEARS), STATES, STATES_YEARS)
    printed = [0.000, 0.049, 1.972, 9.127, 32.676, 66.445, 83.112, 128.837, 142.878, 63.630]
    np.testing.assert_allclose(by_age, printed, atol=0.0005)
    found = indirectly_standardised_ratio([FLORIDA], [FLORIDA_YEARS], STATES, STATES_YEARS)
    assert found.value[0] == pytest.approx(100 * 538 / sum(printed), rel=1e-5)
    low, high = plain.byars(538, plain.z_of(0.95))
    assert found.lower[0] == pytest.approx(100 * low / sum(printed), rel=1e-5)
    assert found.upper[0] == pytest.approx(100 * high / sum(printed), rel=1e-5)
    rate = indirectly_standardised_rate([FLORIDA], [FLORIDA_YEARS], STATES, STATES_YEARS)
    assert rate.value[0] == pytest.approx(100_000 * sum(STATES) / sum(STATES_YEARS) * 538 / sum(printed), rel=1e-5)


def test_the_ratio_of_the_welsh_nickel_workers():
    """137 lung cancers and 24.19893 expected: a ratio of 566 (Breslow & Day 1987)."""
    found = indirectly_standardised_ratio([137], [[24.19893]], [1], [1])
    assert found.value[0] == pytest.approx(566.1407, abs=5e-5)


def test_a_ratio_of_few_events_has_exact_limits_by_hand():
    """100 x 10/400 + 200 x 20/400 = 12.5 were expected and 5 were seen, of which the limits are 1.6235 and 11.668."""
    found = only(indirectly_standardised_ratio([[2, 3]], [[100, 200]], [10, 20], [400, 400]))
    assert found == pytest.approx([100 * 5 / 12.5, 100 * 1.6235 / 12.5, 100 * 11.668 / 12.5], abs=5e-3)


def test_a_place_where_nothing_happened_has_a_ratio_of_nought_and_an_upper_limit():
    found = only(indirectly_standardised_ratio([[0, 0]], [[100, 200]], [10, 20], [400, 400], 1))
    assert found == pytest.approx([0, 0, -math.log(0.025) / 12.5])


def test_totals_are_enough_where_events_by_age_are_not_known():
    of = [[100, 200], [300, 50]], [10, 20], [400, 400]
    totals, bands = (indirectly_standardised_ratio(x, *of) for x in ([20, 9], [[5, 15], [9, 0]]))
    np.testing.assert_array_equal(totals, bands)


def test_each_group_may_have_a_reference_of_its_own():
    seen = [[5, 15], [9, 0]], [[100, 200], [300, 50]]
    reference = [[10, 20], [3, 8]], [[400, 400], [900, 100]]
    together = indirectly_standardised_ratio(*seen, *reference)
    for group in range(2):
        alone = indirectly_standardised_ratio(*([part[group]] for part in seen), *(part[group] for part in reference))
        np.testing.assert_array_equal([part[group] for part in together], only(alone))


# --- indirect: properties ----------------------------------------------------------------------------------------

ratios = tables(st.integers(0, 500))


@given(ratios, st.sampled_from([0.8, 0.95, 0.998]))
def test_a_ratio_lies_between_its_limits_and_so_does_a_rate(table, confidence):
    x, n, w = table
    for method in (indirectly_standardised_ratio, indirectly_standardised_rate):
        value, lower, upper = method(x, n, w, n[0], 1, confidence)
        assert (lower <= value).all()
        assert (value < upper).all()


@given(ratios)
def test_more_confidence_is_a_wider_ratio(table):
    x, n, w = table
    narrow, wide = (indirectly_standardised_ratio(x, n, w, n[0], confidence=level) for level in (0.95, 0.998))
    np.testing.assert_array_equal(narrow.value, wide.value)
    assert (wide.upper > narrow.upper).all()
    assert (wide.lower[x.sum(axis=1) > 0] < narrow.lower[x.sum(axis=1) > 0]).all()


@given(tables())
def test_the_reference_compared_with_itself_is_a_hundred_and_its_own_crude_rate(table):
    x, n, _ = table
    ratio = indirectly_standardised_ratio(x[:1], n[:1], x[0], n[0])
    rate = indirectly_standardised_rate(x[:1], n[:1], x[0], n[0])
    assert ratio.value[0] == pytest.approx(100)
    np.testing.assert_allclose(rate, rate_estimate(x[:1].sum(axis=1), n[:1].sum(axis=1)), rtol=1e-10)


@given(tables(), st.integers(2, 9))
def test_so_many_times_the_events_are_so_many_times_the_ratio(table, times):
    x, n, w = table
    one, many = (indirectly_standardised_ratio(x * k, n, w, n[0]).value for k in (1, times))
    np.testing.assert_allclose(many, one * times, rtol=1e-12)


@given(ratios, st.integers(2, 50))
def test_a_larger_reference_with_the_same_rates_changes_nothing(table, times):
    x, n, w = table
    for method in (indirectly_standardised_ratio, indirectly_standardised_rate):
        np.testing.assert_allclose(method(x, n, w * times, n[0] * times), method(x, n, w, n[0]), rtol=1e-11)


@given(ratios, st.data())
def test_the_order_of_groups_and_of_bands_does_not_matter_to_a_ratio(table, data):
    x, n, w = table
    groups = np.array(data.draw(st.permutations(range(len(x)))))
    bands = np.array(data.draw(st.permutations(range(len(w)))))
    of = n[0]
    found = indirectly_standardised_ratio(x[groups][:, bands], n[groups][:, bands], w[bands], of[bands])
    np.testing.assert_allclose(found, np.array(indirectly_standardised_ratio(x, n, w, of))[:, groups], rtol=1e-11)


@settings(max_examples=30, deadline=None)
@given(tables(st.one_of(st.integers(0, 6), st.integers(0, 500))), st.sampled_from([0.95, 0.998]))
def test_one_group_at_a_time_gives_the_same_ratio_and_rate(table, confidence):
    x, n, w = table
    of = n[-1]
    crude = sum(w) / sum(of)
    ratio = indirectly_standardised_ratio(x, n, w, of, 100, confidence)
    rate = indirectly_standardised_rate(x, n, w, of, 1_000, confidence)
    for group in range(len(x)):
        seen = sum(int(events) for events in x[group])
        expected = sum(among * w[band] / of[band] for band, among in enumerate(n[group]))
        parts = [seen, *plain.limits_of_count(seen, confidence)]
        np.testing.assert_allclose([part[group] for part in ratio], [100 * part / expected for part in parts], 1e-9)
        np.testing.assert_allclose(
            [part[group] for part in rate], [1_000 * crude * part / expected for part in parts], 1e-9
        )


# --- bad input ---------------------------------------------------------------------------------------------------

DIRECT = pytest.mark.parametrize("mode", ["english", "scottish"])
INDIRECT = pytest.mark.parametrize("method", [indirectly_standardised_ratio, indirectly_standardised_rate])


@pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, math.nan])
def test_confidence_is_a_fraction_above_0_and_below_1(confidence):
    with pytest.raises(ValueError, match="fraction above 0 and below 1"):
        directly_standardised_rate([[10, 10]], [[50, 50]], [1, 1], confidence=confidence)
    for method in (indirectly_standardised_ratio, indirectly_standardised_rate):
        with pytest.raises(ValueError, match="fraction above 0 and below 1"):
            method([[5, 15]], [[100, 200]], [10, 20], [400, 400], confidence=confidence)


def test_an_unknown_mode_is_refused_and_the_scottish_one_is_of_95_per_cent_only():
    with pytest.raises(ValueError, match="'english' or 'scottish', not 'welsh'"):
        directly_standardised_rate([[10, 10]], [[50, 50]], [1, 1], mode="welsh")
    with pytest.raises(ValueError, match=r"at 0.95 only, not at 0.998"):
        directly_standardised_rate([[10, 10]], [[50, 50]], [1, 1], confidence=0.998, mode="scottish")


@DIRECT
@pytest.mark.parametrize(("bad", "word"), [(-1, "negative"), (math.inf, "infinite")])
def test_impossible_events_are_an_error(mode, bad, word):
    with pytest.raises(ValueError, match=f"events: a count is {word}"):
        directly_standardised_rate([[10, bad]], [[50, 50]], [1, 1], mode=mode)


@pytest.mark.parametrize("bad", [0, -5, math.nan, math.inf])
def test_a_band_without_people_is_an_error_in_the_english_mode(bad):
    with pytest.raises(
        ValueError, match=r"1 age band.*first at position 1\); a standardised rate needs people at every"
    ):
        directly_standardised_rate([[10, 10]], [[50, bad]], [1, 1])


@pytest.mark.parametrize(("bad", "word"), [(-5, "negative"), (math.inf, "infinite")])
def test_the_scottish_mode_takes_no_impossible_people_either(bad, word):
    with pytest.raises(ValueError, match=f"people: a count is {word}"):
        directly_standardised_rate([[10, 10]], [[50, bad]], [1, 1], mode="scottish")


@DIRECT
def test_a_standard_of_other_bands_is_refused(mode):
    for standard in ([1], [1, 1, 1], [[1, 1]]):
        with pytest.raises(ValueError, match=r"the standard population has \d age bands and the events 2"):
            directly_standardised_rate([[10, 10]], [[50, 50]], standard, mode=mode)


@DIRECT
def test_a_missing_age_band_is_refused(mode):
    with pytest.raises(ValueError, match=r"shape \(1, 1\) and people \(1, 2\)"):
        directly_standardised_rate([[10]], [[50, 50]], [1, 1], mode=mode)


@DIRECT
@pytest.mark.parametrize("bad", [math.nan, math.inf, -1])
def test_a_standard_that_is_not_known_in_a_band_is_refused(mode, bad):
    with pytest.raises(ValueError, match="standard population is missing or negative in a band"):
        directly_standardised_rate([[10, 10]], [[50, 50]], [1, bad], mode=mode)


def test_long_columns_of_two_lengths_are_refused():
    with pytest.raises(ValueError, match="differ in length"):
        standardised_by_group([10, 10], [50, 50], [1, 1], [0], 1)


def test_a_standard_without_anybody_gives_no_rate():
    assert np.isnan(directly_standardised_rate([[10, 10]], [[50, 50]], [0, 0])).all()


@INDIRECT
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([[-5, 15]], [[100, 200]], [10, 20], [400, 400]), "events: a count is negative"),
        (([[math.inf, 15]], [[100, 200]], [10, 20], [400, 400]), "events: a count is infinite"),
        (([[5, 15]], [[-100, 200]], [10, 20], [400, 400]), "people: a count is negative"),
        (([[5, 15]], [[100, math.inf]], [10, 20], [400, 400]), "people: a count is infinite"),
        (([[5, 15]], [[100, 200]], [-10, 20], [400, 400]), "reference events: a count is negative"),
        (([[5, 15]], [[100, 200]], [10, 20], [0, 400]), "needs people at every age"),
        (([[5, 15]], [[100, 200]], [10, 20], [math.nan, 400]), "needs people at every age"),
        (([[5, 15]], [[100, 200]], [10, 20], [math.inf, 400]), "needs people at every age"),
        (([[5, 15]], [[100, 200]], [10], [400]), "the reference has 1 age bands and the people 2"),
        (([[5, 15]], [[100, 200]], [10, 20], [400]), "the reference has 2 age bands"),
        (([[5, 15, 1]], [[100, 200]], [10, 20], [400, 400]), r"shape \(1, 3\) and people \(1, 2\)"),
        (([[5]], [[100, 200]], [10, 20], [400, 400]), r"shape \(1, 1\) and people \(1, 2\)"),
        (([5, 15], [[100, 200]], [10, 20], [400, 400]), "events of 2 groups and people of 1"),
    ],
)
def test_an_indirectly_standardised_figure_refuses_what_makes_no_sense(method, arguments, words):
    with pytest.raises(ValueError, match=words):
        method(*arguments)


@INDIRECT
def test_what_is_not_known_of_a_place_stays_unknown_and_events_by_age_that_are_not_known_are_none(method):
    reference = [10, 20], [400, 400]
    assert np.isnan(method([math.nan], [[100, 200]], *reference)).all()
    assert np.isnan(method([[5, 15]], [[100, math.nan]], *reference)).all()
    assert only(method([[math.nan, 15]], [[100, 200]], *reference)) == only(method([15], [[100, 200]], *reference))


@INDIRECT
def test_there_is_no_ratio_where_nothing_is_expected(method):
    assert np.isnan(method([[5, 15]], [[0, 0]], [10, 20], [400, 400])).all()
    assert np.isnan(method([[5, 15]], [[100, 200]], [0, 0], [400, 400])).all()


def test_people_who_are_not_known_do_not_matter_where_the_reference_has_no_events():
    assert expected_events([[100, math.nan]], [10, 0], [400, 400]) == pytest.approx([2.5])
    assert expected_events([[100, 50]], [10, math.nan], [400, 400]) == pytest.approx([2.5])


@INDIRECT
def test_no_places_have_no_figures(method):
    found = method(np.empty((0, 2)), np.empty((0, 2)), [10, 20], [400, 400])
    assert [part.shape for part in found] == [(0,)] * 3


# --- standard populations -----------------------------------------------------------------------------------------


def bands(*firsts, last=None):
    """Bands that follow one another from these first ages; the last one ends with an age or is open."""
    ends = [*(following - 1 for following in firsts[1:]), last]
    return [Weight(first, end, 0) for first, end in zip(firsts, ends, strict=True)]


def test_the_european_standard_has_a_hundred_thousand_people():
    assert sum(weight.people for weight in ESP2013) == 100_000
    for one, following in pairwise(ESP2013):
        assert one.last + 1 == following.first  # no age is left out or counted twice
    assert ESP2013[-1].last is None


def test_nineteen_bands_of_the_european_standard():
    """As Public Health England uses it: infants with those of 1 to 4, and 90 and over together."""
    found = standard_population(bands(*range(0, 91, 5)))
    assert found.tolist() == [
        5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000, 7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "both_sexes"),
    [(0, None, 200_000), (0, 74, 182_000), (16, None, 165_800), (15, 44, 76_000), (65, None, 39_000),
     (0, 15, 34_200), (15, 25, 25_400), (0, 4, 10_000)],
)  # fmt: skip
def test_restricted_ages_have_scotphos_totals(first, last, both_sexes):
    """The totals (``epop_total``) of ScotPHO's ``calculate_easr``, which are of both sexes."""
    assert 2 * standard_population(bands(first, last=last))[0] == both_sexes


@pytest.mark.parametrize(
    ("first", "last", "people"), [(16, 19, 4_400), (15, 15, 1_100), (25, 25, 1_200), (11, 14, 4_400)]
)
def test_a_band_is_cut_by_single_years_as_scotpho_cuts_it(first, last, people):
    assert standard_population(bands(first, last=last))[0] == people


def test_an_age_restricted_rate_is_divided_by_the_standard_of_its_own_ages():
    """Everybody of 65 and over has the rate of 20 in 1,000, so the standardised rate is that, not a fifth of it."""
    over_65 = standard_population(bands(65, 75, 85))
    found = directly_standardised_rate([[20, 10, 4]], [[1_000, 500, 200]], over_65, 1_000)
    assert found.value[0] == pytest.approx(20)


@given(st.sets(st.integers(1, 95), max_size=20))
def test_however_the_ages_are_cut_the_whole_standard_is_shared_out(cuts):
    found = standard_population(bands(0, *sorted(cuts)))
    assert found.sum() == pytest.approx(100_000)
    assert (found > 0).all()


@given(st.sets(st.integers(1, 95), min_size=1, max_size=20))
def test_adding_single_years_gives_the_same_standard(cuts):
    single = []
    for weight in ESP2013[:-1]:
        single += [weight.people / (weight.last - weight.first + 1)] * (weight.last - weight.first + 1)
    single.append(ESP2013[-1].people)
    firsts = [0, *sorted(cuts)]
    expected = [sum(single[first:following]) for first, following in zip(firsts, [*firsts[1:], None], strict=True)]
    np.testing.assert_allclose(standard_population(bands(*firsts)), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ([], "at least one age band"),
        ([Weight(0, 4, 0), Weight(4, 9, 0)], "overlap at age 4"),
        ([Weight(0, None, 0), Weight(5, 9, 0)], "overlap at age 5"),
        ([Weight(5, 9, 0), Weight(0, 4, 0)], "overlap at age 0"),
        ([Weight(0, 99, 0)], "no single ages from 95 on"),
        ([Weight(0, 95, 0)], "no single ages from 95 on"),
        ([Weight(96, None, 0)], "no single ages from 95 on"),
    ],
)
def test_bands_that_the_standard_cannot_be_shared_between_are_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        standard_population(wrong)
