"""Agreement with PHStatsMethods, the published Python port of PHEindicatormethods, and where we knowingly differ.

The package is asked, never copied. Every example is a whole data frame of random rows, so that each method is
compared in thousands of cases. Where the two differ on purpose a test named ``test_knowingly_…`` shows both, and
``knowing_differences.toml`` says why; differences from other published sources stand there too.
"""

from __future__ import annotations

import ast
import math
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import PHStatsMethods
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.comparators import against_reference
from locality_profiles.statistics.control_charts import run_chart
from locality_profiles.statistics.differences import percentage_change
from locality_profiles.statistics.estimates import grouped_sum, proportion_estimate, rate_estimate
from locality_profiles.statistics.funnels import (
    WORDS,
    people_behind_rate,
    proportion_funnel,
    proportion_significance,
    rate_funnel,
    rate_significance,
    ratio_funnel,
    ratio_significance,
)
from locality_profiles.statistics.inequality import slope_index
from locality_profiles.statistics.intervals import (
    byars_limits,
    count_limits,
    exact_poisson_limits,
    wilson_limits,
    z_value,
)
from locality_profiles.statistics.means import mean_estimate
from locality_profiles.statistics.quantiles import quantile_of
from locality_profiles.statistics.standardised import (
    directly_standardised_rate,
    indirectly_standardised_rate,
    indirectly_standardised_ratio,
    standardised_by_group,
)
from locality_profiles.statistics.standards import Weight, standard_population
from locality_profiles.statistics.trends import recent_trend_of_proportions

ROOT = Path(__file__).resolve().parents[2]
LEVELS = {0.95: "95", 0.998: "99_8"}
#: Rows of one data frame, and how many data frames each method is compared on.
ROWS = 100


def frames(number):
    """Frames are large on purpose, and the other side works row by row."""
    return settings(max_examples=number, deadline=None, suppress_health_check=list(HealthCheck))


def rows(*kinds, size=ROWS):
    return st.lists(st.tuples(*kinds), min_size=size, max_size=size)


def sometimes_missing(kind):
    """One in ten is not known."""
    return st.tuples(kind, st.integers(0, 9)).map(lambda pair: pair[0] if pair[1] else math.nan)


def part_and_whole(pair):
    part, whole = sorted(pair)
    return part, max(whole, 1)


events = st.one_of(st.integers(1, 12), st.integers(1, 100_000))
people = st.one_of(st.integers(1, 500), st.integers(1, 10**7))
from_nought = st.one_of(st.integers(0, 9), st.integers(0, 10**7))
shares = st.tuples(from_nought, from_nought).map(part_and_whole)
shares_of_some = st.tuples(people, people).map(part_and_whole)
small_shares = st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)).map(part_and_whole)


def close(ours, theirs, scale=0.0) -> None:
    """Within 1e-9 of the number itself, or of the estimate beside it where a limit lies near nought."""
    unit = np.fmax(np.fmax(np.abs(np.asarray(theirs, float)), np.abs(scale)), 1e-300)
    np.testing.assert_allclose(np.asarray(ours) / unit, np.asarray(theirs, float) / unit, rtol=0, atol=1e-9)


def close_estimates(method, theirs: pd.DataFrame) -> None:
    """Values and limits at both levels; ``method`` makes ours at a level."""
    for level, name in LEVELS.items():
        ours = method(level)
        columns = (theirs[column].to_numpy(float) for column in ("Value", f"lower_{name}_ci", f"upper_{name}_ci"))
        for part, column in zip(ours, columns, strict=True):
            close(part, column, ours.value)


# --- limits ------------------------------------------------------------------------------------------


@frames(20)
@given(st.lists(st.one_of(events, events.map(lambda x: x + 0.5)), min_size=ROWS, max_size=ROWS),
       st.sampled_from([0.9, 0.95, 0.998, 0.9999]))  # fmt: skip
def test_limits_of_counts(x, level):
    theirs = [[PHStatsMethods.byars_lower(one, level), PHStatsMethods.byars_upper(one, level)] for one in x]
    close(np.transpose(count_limits(x, level)), theirs)


@frames(25)
@given(st.lists(events, min_size=ROWS, max_size=ROWS), st.sampled_from([0.9, 0.95, 0.998, 0.9999]))
def test_exact_limits(x, level):
    close(np.transpose(exact_poisson_limits(x, level)), [PHStatsMethods.exact(one, level) for one in x])


@frames(25)
@given(st.lists(shares, min_size=ROWS, max_size=ROWS), st.sampled_from([0.9, 0.95, 0.998, 0.9999]))
def test_wilsons_limits(pairs, level):
    ours = wilson_limits(*np.transpose(pairs), level)
    for part, theirs in zip(ours, np.transpose([PHStatsMethods.wilson(*pair, level) for pair in pairs]), strict=True):
        close(part, theirs, ours.upper)


# --- rates, proportions, means -------------------------------------------------------------------------


@frames(15)
@given(rows(sometimes_missing(events), sometimes_missing(people)), st.sampled_from([1, 1_000, 100_000]))
def test_rates(pairs, multiplier):
    frame = pd.DataFrame(pairs, columns=["x", "n"], dtype=float)
    theirs = PHStatsMethods.ph_rate(frame, "x", "n", confidence=list(LEVELS), multiplier=multiplier)
    close_estimates(lambda level: rate_estimate(frame["x"], frame["n"], multiplier, level), theirs)


@frames(15)
@given(st.lists(shares, min_size=ROWS, max_size=ROWS), st.sampled_from([1, 100]))
def test_proportions(pairs, multiplier):
    frame = pd.DataFrame(pairs, columns=["x", "n"], dtype=float)
    frame.loc[::9, "x"] = math.nan
    theirs = PHStatsMethods.ph_proportion(frame, "x", "n", confidence=list(LEVELS), multiplier=multiplier)
    close_estimates(lambda level: proportion_estimate(frame["x"], frame["n"], multiplier, level), theirs)


@pytest.mark.parametrize(
    ("theirs", "ours"), [(PHStatsMethods.ph_rate, rate_estimate), (PHStatsMethods.ph_proportion, proportion_estimate)],
    ids=["rate", "proportion"],
)  # fmt: skip
@frames(10)
@given(pairs=st.lists(shares_of_some, min_size=ROWS, max_size=ROWS),
       groups=st.lists(st.integers(0, 49), min_size=ROWS, max_size=ROWS))  # fmt: skip
def test_rates_and_proportions_of_groups(theirs, ours, pairs, groups):
    frame = pd.DataFrame(pairs, columns=["x", "n"], dtype=float).assign(group=groups)
    found = theirs(frame, "x", "n", "group", confidence=list(LEVELS), multiplier=100)
    names, group = np.unique(groups, return_inverse=True)
    x, n = (grouped_sum(frame[column], group, len(names)) for column in ("x", "n"))
    np.testing.assert_array_equal(found["group"], names)
    close_estimates(lambda level: ours(x, n, 100, level), found)


@frames(15)
@given(
    rows(
        st.integers(0, 29),
        sometimes_missing(st.one_of(st.integers(0, 10**6).map(lambda v: v / 64), st.just(3.0))),
        size=150,
    )
)
def test_means(pairs):
    frame = pd.DataFrame(pairs, columns=["group", "v"])
    theirs = PHStatsMethods.ph_mean(frame, "v", "group", confidence=list(LEVELS))
    names, group = np.unique(frame["group"], return_inverse=True)
    close_estimates(lambda level: mean_estimate(frame["v"], group, len(names), level), theirs)


# --- standardisation -----------------------------------------------------------------------------------

GROUPS = 50
in_a_band = st.one_of(st.integers(1, 5), st.integers(1, 2_000))


@st.composite
def bands(draw, first, others):
    """A frame of groups by band, ordered by both; the first band may be of another kind than the others."""
    number = draw(st.integers(1, 4))
    kinds = [st.tuples(*first), *[st.tuples(*others)] * (number - 1)]
    drawn = draw(st.lists(st.tuples(*kinds), min_size=GROUPS, max_size=GROUPS))
    frame = pd.DataFrame([row for group in drawn for row in group], columns=["x", "n"], dtype=float)
    of_bands = draw(st.lists(st.tuples(st.integers(1, 9_000), st.integers(1, 10**6)), min_size=number, max_size=number))
    standard, reference = np.tile(of_bands, (GROUPS, 1)).T
    return frame.assign(group=np.repeat(np.arange(GROUPS), number), w=standard, many=reference)


def table(frame, column):
    return frame[column].to_numpy(float).reshape(GROUPS, -1)


@frames(18)
@given(bands([sometimes_missing(in_a_band), people], [sometimes_missing(st.integers(0, 40)), people]),
       st.sampled_from([1, 100_000]))  # fmt: skip
def test_directly_standardised_rates(frame, multiplier):
    theirs = PHStatsMethods.ph_dsr(frame, "x", "n", "w", "group", confidence=list(LEVELS), multiplier=multiplier,
                              euro_standard_pops=False)  # fmt: skip
    columns = (frame[name] for name in ("x", "n", "w", "group"))
    by_group = list(columns)
    close_estimates(lambda level: standardised_by_group(*by_group, GROUPS, multiplier, level), theirs)


@frames(10)
@given(rows(st.integers(0, 30), st.integers(1, 50_000), size=19 * 10))
def test_directly_standardised_rates_by_the_european_standard(pairs):
    firsts = range(0, 91, 5)
    nineteen = [Weight(first, first + 4 if first < 90 else None, 0) for first in firsts]
    standard = standard_population(nineteen)
    np.testing.assert_array_equal(standard, PHStatsMethods.euro_standard_pop()["euro_standard_pops"])
    names = [f"{first}-{first + 4}" if first < 90 else "90+" for first in firsts]
    frame = pd.DataFrame(pairs, columns=["x", "n"]).assign(group=np.repeat(np.arange(10), 19), age=names * 10)
    theirs = PHStatsMethods.ph_dsr(frame.copy(), "x", "n", "age", "group", confidence=list(LEVELS))
    x, n = (frame[column].to_numpy().reshape(10, 19) for column in ("x", "n"))
    close_estimates(lambda level: directly_standardised_rate(x, n, standard, 100_000, level), theirs)


@frames(15)
@given(bands([st.integers(10, 2_000), people], [in_a_band, people]), st.sampled_from([0.9, 0.95, 0.998]))
def test_dobsons_limits(frame, level):
    x, n, w = (table(frame, column) for column in ("x", "n", "w"))
    ours = directly_standardised_rate(x, n, w[0], 1_000, level)
    variance = (w[0] ** 2 * x / n**2).sum(axis=1) / w[0].sum() ** 2
    known = list(zip(ours.value, x.sum(axis=1), variance, strict=True))
    for limit, function in ((ours.lower, PHStatsMethods.dobson_lower), (ours.upper, PHStatsMethods.dobson_upper)):
        close(limit, [function(*row, level, 1_000) for row in known], ours.value)


INDIRECT = pytest.mark.parametrize(
    ("theirs", "ours", "unit"),
    [
        (PHStatsMethods.ph_ISRate, indirectly_standardised_rate, "multiplier"),
        (PHStatsMethods.ph_ISRatio, indirectly_standardised_ratio, "refvalue"),
    ],
    ids=["rate", "ratio"],
)
seen = bands([in_a_band, people], [sometimes_missing(st.integers(0, 40)), st.one_of(people, st.just(0))])


@INDIRECT
@frames(15)
@given(frame=seen, value=st.sampled_from([1, 100, 1_000]), gap=st.booleans())
def test_indirectly_standardised_rates_and_ratios(theirs, ours, unit, frame, value, gap):
    if gap:  # reference events that are not known are none
        frame = frame.assign(w=frame["w"].where(frame.index % (len(frame) // GROUPS) != 1))
    found = theirs(frame, "x", "n", "w", "many", "group", confidence=list(LEVELS), **{unit: value})
    x, n, w, many = (table(frame, column) for column in ("x", "n", "w", "many"))
    close_estimates(lambda level: ours(x, n, w[0], many[0], value, level), found)


@INDIRECT
@frames(8)
@given(frame=seen, totals=st.lists(sometimes_missing(in_a_band), min_size=GROUPS, max_size=GROUPS))
def test_indirectly_standardised_rates_and_ratios_of_totals(theirs, ours, unit, frame, totals):
    told = pd.DataFrame({"group": np.arange(GROUPS), "total": np.array(totals, float)})
    found = theirs(frame, "total", "n", "w", "many", "group", confidence=list(LEVELS), **{unit: 100},
                   obs_df=told, obs_join_left="group", obs_join_right="group")  # fmt: skip
    n, w, many = (table(frame, column) for column in ("n", "w", "many"))
    close_estimates(lambda level: ours(totals, n, w[0], many[0], 100, level), found)


# --- quantiles ---------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:One or more groups had too few")
@frames(15)
@given(rows(st.integers(0, 4), sometimes_missing(st.one_of(st.integers(-9, 9), st.floats(-1e6, 1e6))), size=150),
       st.integers(2, 10), st.booleans())  # fmt: skip
def test_quantiles(pairs, number, highest_first):
    frame = pd.DataFrame(pairs, columns=["group", "v"], dtype=float)
    theirs = PHStatsMethods.ph_quantile(frame, "v", "group", nquantiles=number, invert=highest_first)
    group = frame["group"].to_numpy(int)
    np.testing.assert_array_equal(quantile_of(frame["v"], group, number, highest_first), theirs["quantile"])


def test_the_first_quantile_is_one_where_a_last_digit_makes_it_nought():
    """17/(17/7) is just above 7, so that the rule has nought for the first of 17 places in sevenths."""
    assert 17 / (17 / 7) > 7
    frame = pd.DataFrame({"v": np.arange(17.0)})
    theirs = PHStatsMethods.ph_quantile(frame, "v", nquantiles=7, invert=False)["quantile"]
    ours = quantile_of(frame["v"], np.zeros(17, int), 7, highest_first=False)
    assert ours[0] == 1
    np.testing.assert_array_equal(ours, theirs)


# --- funnels -------------------------------------------------------------------------------------------------

LINES = ("lower_2s", "upper_2s", "lower_3s", "upper_3s")
#: Few events, because the other side adds up the chance of each number of events one by one.
small = st.integers(1, 40)


def away_from_an_edge(x, expected):
    """Where the published search, whose sums are cut short, cannot end in a neighbouring cell.

    It looks for expected/(1 + x + expected) in cells of 2**-23; roots within a fiftieth of a cell from an edge may
    fall on either side (``test_vectors.py`` has the same rule).
    """
    place = (expected / (1 + x + expected) * 2**23) % 1
    return np.minimum(place, 1 - place) > 0.02


def close_but_for_edges(ours, exact, theirs, x) -> None:
    """Within 1e-9 where the search has one answer, and within a cell of it elsewhere."""
    sure = away_from_an_edge(x, exact)
    assert sure.mean() > 0.8
    close(ours[sure], theirs[sure])
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@frames(5)
@given(st.lists(small_shares, min_size=20, max_size=20))
def test_funnel_limits_of_proportions(pairs):
    frame = pd.DataFrame([(1, 2), *pairs], columns=["x", "n"])  # neither nobody nor everybody
    theirs = PHStatsMethods.calculate_funnel_limits(frame, "x", "proportion", 100, "n")
    ours = proportion_funnel(theirs["Population"], frame["x"].sum() / frame["n"].sum())
    for part, line in zip(ours, LINES, strict=True):
        close(part, theirs[f"{line}_limit"], theirs["baseline"])


@frames(6)
@given(rows(small, small, size=20), st.sampled_from([("isr", 100.0, 0.0), ("count", 1.0, -1.0)]))
def test_funnel_limits_of_ratios(pairs, kind):
    name, scale, offset = kind
    frame = pd.DataFrame(pairs, columns=["x", "n"])
    theirs = PHStatsMethods.calculate_funnel_limits(frame, "x", "ratio", 100, "n", ratio_type=name)
    x = theirs["Observed_events"].to_numpy(float)
    ours, exact = ratio_funnel(x, scale, offset, as_published=True), ratio_funnel(x)
    for size, true, limit, line in zip(ours.size, exact.size, ours.limit, LINES, strict=True):
        close_but_for_edges(size, true, theirs[f"{line}_exp_events"].to_numpy(), x)
        close_but_for_edges(limit - offset, true, theirs[f"{line}_limit"].to_numpy() - offset, x)


@frames(5)
@given(rows(st.integers(0, 40), st.integers(500, 1_500), size=20), st.sampled_from(["crude", "dsr"]), st.integers(1, 5))
def test_funnel_limits_of_rates(pairs, kind, years):
    frame = pd.DataFrame([(5, 900), *pairs], columns=["x", "n"])
    frame["rate"] = frame["x"] / frame["n"] * 100_000
    theirs = PHStatsMethods.calculate_funnel_limits(frame, "x", "rate", 100_000, "n", rate="rate", rate_type=kind,
                                               years_of_data=years)  # fmt: skip
    behind = people_behind_rate(frame["x"], frame["rate"])
    if kind == "crude":
        behind = np.where(frame["x"] == 0, frame["n"], behind)
    common = frame["x"].sum() / np.nansum(behind) * 100_000
    close(common, theirs["baseline"])
    x = theirs["Events"].to_numpy(float)
    ours = rate_funnel(x, common, 100_000, years, as_published=True)
    exact = ratio_funnel(x)
    for size, true, limit, line in zip(ours.size, exact.size, ours.limit, LINES, strict=True):
        close_but_for_edges(size, true, theirs[f"{line}_population_1_year"].to_numpy(), x)
        close_but_for_edges(limit, true, theirs[f"{line}_limit"].to_numpy(), x)


@frames(30)
@given(rows(st.integers(0, 10_000), people), st.sampled_from(["crude", "dsr"]), st.integers(1, 5))
def test_funnel_points(pairs, kind, years):
    frame = pd.DataFrame(pairs, columns=["x", "n"])
    frame["rate"] = frame["x"] / frame["n"] * 1_000
    theirs = PHStatsMethods.calculate_funnel_points(frame, "x", "rate", kind, "n", 1_000, years)
    behind = people_behind_rate(frame["x"], frame["rate"], 1_000, 10 if kind == "dsr" else 1)
    if kind == "crude":
        behind = np.where(frame["x"] == 0, frame["n"], behind)
    close(behind / years, theirs["denom_derived"])


def words_of(found):
    return [WORDS[int(one)] for one in found]


@frames(8)
@given(st.lists(small_shares, min_size=ROWS, max_size=ROWS))
def test_significance_of_proportions(pairs):
    frame = pd.DataFrame([(1, 2), *pairs], columns=["x", "n"])
    theirs = PHStatsMethods.assign_funnel_significance(frame, "x", "proportion", "n")["significance"]
    assert words_of(proportion_significance(frame["x"], frame["n"])) == theirs.tolist()


@frames(12)
@given(rows(st.integers(0, 300), st.integers(1, 300)))
def test_significance_of_ratios(pairs):
    frame = pd.DataFrame(pairs, columns=["x", "n"])
    theirs = PHStatsMethods.assign_funnel_significance(frame, "x", "ratio", "n")["significance"]
    assert words_of(ratio_significance(frame["x"], frame["n"])) == theirs.tolist()


@frames(12)
@given(rows(st.integers(0, 300), st.integers(1_000, 20_000)))
def test_significance_of_crude_rates(pairs):
    frame = pd.DataFrame([(5, 900), *pairs], columns=["x", "n"])
    frame["rate"] = frame["x"] / frame["n"] * 1_000
    theirs = PHStatsMethods.assign_funnel_significance(frame, "x", "rate", "n", "rate", "crude", 1_000)["significance"]
    common = frame["x"].sum() / frame["n"].sum() * 1_000
    assert words_of(rate_significance(frame["x"], frame["rate"], common, frame["n"], 1_000)) == theirs.tolist()


@frames(12)
@given(rows(st.integers(10, 300), st.integers(1_000, 20_000)))
def test_significance_of_standardised_rates(pairs):
    frame = pd.DataFrame(pairs, columns=["x", "rate"])
    theirs = PHStatsMethods.assign_funnel_significance(frame, "x", "rate", None, "rate", "dsr", 1_000)["significance"]
    common = frame["x"].sum() / people_behind_rate(frame["x"], frame["rate"], 1_000).sum() * 1_000
    assert words_of(rate_significance(frame["x"], frame["rate"], common, multiplier=1_000)) == theirs.tolist()


# --- knowing differences from PHStatsMethods --------------------------------------------------------------


def test_knowingly_a_count_of_nought_has_a_rate():
    """R's original gives it one; the port's upper limit refuses nought, and with it the whole data frame."""
    frame = pd.DataFrame({"x": [0, 5], "n": [100, 100], "w": 10, "many": 400, "group": [0, 1]})
    with pytest.raises(ValueError, match="must be a positive number"):
        PHStatsMethods.ph_rate(frame, "x", "n")
    for method in (PHStatsMethods.ph_ISRate, PHStatsMethods.ph_ISRatio):
        with pytest.raises(ValueError, match="must be a positive number"):
            method(frame, "x", "n", "w", "many", "group")
    value, lower, upper = rate_estimate([0], [100], 100)
    assert (value[0], lower[0], upper[0]) == (0, 0, pytest.approx(-math.log(0.025)))
    ratio = indirectly_standardised_ratio([[0]], [[100]], [10], [400])
    assert (ratio.value[0], ratio.lower[0]) == (0, 0)


def test_knowingly_the_exact_lower_limit_of_nought_is_nought():
    assert math.isnan(PHStatsMethods.exact_lower(0))
    assert exact_poisson_limits([0]).lower[0] == 0


def test_knowingly_byars_limits_are_byars_at_every_count():
    """The port's functions of that name take exact limits below ten; here that is the rule of ``count_limits``."""
    assert PHStatsMethods.byars_lower(5) == pytest.approx(exact_poisson_limits([5]).lower[0])
    assert PHStatsMethods.byars_lower(5) == pytest.approx(count_limits([5]).lower[0])
    z = z_value()
    assert byars_limits([5]).lower[0] == pytest.approx(5 * (1 - 1 / 45 - z / (3 * math.sqrt(5))) ** 3)
    assert byars_limits([5]).lower[0] != pytest.approx(PHStatsMethods.byars_lower(5), rel=1e-3)


@pytest.mark.filterwarnings("ignore:As the sample is small")
def test_knowingly_both_limits_are_at_the_confidence_asked_for():
    """The port's ``byars`` passes one less the confidence on, so that 0.95 gives 5 % limits."""
    for count in (5, 100):
        np.testing.assert_allclose(PHStatsMethods.byars(count, 0.95), np.ravel(count_limits([count], 0.05)))
        assert count_limits([count], 0.95).lower[0] < PHStatsMethods.byars(count, 0.95)[0]


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_knowingly_a_confidence_of_one_is_refused():
    """R's original has 0 and 1 for a proportion; nothing is certain, and a limit that says so is of no use."""
    assert math.isnan(PHStatsMethods.wilson_lower(5, 10, 1.0))
    with pytest.raises(ValueError, match="above 0 and below 1"):
        wilson_limits([5], [10], 1.0)


def test_knowingly_a_confidence_below_nine_tenths_is_answered():
    frame = pd.DataFrame({"x": [5], "n": [10]})
    with pytest.raises(ValueError, match=r"between 0.9 and 1"):
        PHStatsMethods.ph_proportion(frame, "x", "n", confidence=0.8)
    narrow, usual = (proportion_estimate([5], [10], confidence=level) for level in (0.8, 0.95))
    assert usual.lower[0] < narrow.lower[0] < 0.5 < narrow.upper[0] < usual.upper[0]


def test_knowingly_a_proportion_of_nobody_is_not_known_and_harms_no_other():
    frame = pd.DataFrame({"x": [0, 5], "n": [0, 10]})
    with pytest.raises(ValueError, match="greater than zero"):
        PHStatsMethods.ph_proportion(frame, "x", "n")
    np.testing.assert_array_equal(proportion_estimate(frame["x"], frame["n"]).value, [math.nan, 0.5])


def test_knowingly_a_proportion_never_passes_one():
    """A last digit: the port's upper limit of all of 20 is 1.0000000000000002."""
    assert PHStatsMethods.wilson_upper(20, 20) > 1
    assert wilson_limits([20], [20]).upper[0] == 1


def test_knowingly_a_mean_may_be_of_negative_values():
    frame = pd.DataFrame({"v": [-1.0, 3.0], "group": ["a", "a"]})
    with pytest.raises(ValueError, match="No negative numbers"):
        PHStatsMethods.ph_mean(frame, "v", "group")
    assert mean_estimate([-1, 3], [0, 0], 1).value[0] == 1


def test_knowingly_a_multiplier_need_not_be_a_whole_number():
    frame = pd.DataFrame({"x": [5], "n": [10]})
    with pytest.raises(ValueError, match="positive integer"):
        PHStatsMethods.ph_rate(frame, "x", "n", multiplier=0.5)
    assert rate_estimate([5], [10], 0.5).value[0] == 0.25


def test_knowingly_an_age_band_without_known_people_is_an_error_of_a_standardised_rate():
    """R's original refuses it as we do; the port gives NaN, which looks as if too few events were the reason."""
    frame = pd.DataFrame({"x": [20, 20], "n": [100, math.nan], "w": [1, 1]})
    assert math.isnan(PHStatsMethods.ph_dsr(frame, "x", "n", "w", euro_standard_pops=False)["Value"][0])
    with pytest.raises(ValueError, match="people at every age"):
        directly_standardised_rate([frame["x"]], [frame["n"]], frame["w"])


def test_knowingly_people_who_are_not_known_are_not_nobody():
    """The port expects no events of them, which makes the ratio too high; here the ratio is not known."""
    frame = pd.DataFrame({"x": [20, 20], "n": [100, math.nan], "w": [10, 10], "many": [400, 400]})
    assert PHStatsMethods.ph_ISRatio(frame, "x", "n", "w", "many")["Value"][0] == pytest.approx(40 / (100 * 10 / 400))
    assert np.isnan(indirectly_standardised_ratio([frame["x"]], [frame["n"]], frame["w"], frame["many"])).all()


def test_knowingly_there_is_no_ratio_where_nothing_is_expected():
    frame = pd.DataFrame({"x": [20], "n": [0], "w": [10], "many": [400]})
    assert PHStatsMethods.ph_ISRatio(frame, "x", "n", "w", "many")["Value"][0] == math.inf
    assert math.isnan(indirectly_standardised_ratio([[20]], [[0]], [10], [400]).value[0])


def test_knowingly_there_are_at_least_two_quantiles():
    frame = pd.DataFrame({"v": [1.0, 2.0]})
    assert PHStatsMethods.ph_quantile(frame, "v", nquantiles=1)["quantile"].tolist() == [1, 1]
    with pytest.raises(ValueError, match="at least two"):
        quantile_of([1, 2], [0, 0], 1)


@pytest.mark.parametrize("multiplier", [1, 1_000])
def test_knowingly_a_funnel_of_proportions_ends_at_all_whatever_the_multiplier(multiplier):
    """The published code cuts at 100: too low for proportions per 1,000, and never reached by fractions."""
    frame = pd.DataFrame({"x": [8, 19], "n": [10, 20]})
    theirs = PHStatsMethods.calculate_funnel_limits(frame, "x", "proportion", multiplier, "n")
    ours = proportion_funnel(theirs["Population"], 27 / 30, multiplier)
    if multiplier == 1:
        assert theirs["upper_3s_limit"].max() > 1
    else:
        assert theirs["upper_3s_limit"].max() == 100 < theirs["baseline"][0]
    assert ours.upper_wide.max() == multiplier
    # In per cent, for which the published code was written, the two are one.
    percent = PHStatsMethods.calculate_funnel_limits(frame, "x", "proportion", 100, "n")
    close(ours.upper_wide / multiplier, percent["upper_3s_limit"] / 100)


def test_knowingly_a_funnel_in_which_everybody_has_the_attribute_is_flat():
    frame = pd.DataFrame({"x": [10, 20], "n": [10, 20]})
    with pytest.raises(ValueError, match="math domain error"):
        PHStatsMethods.calculate_funnel_limits(frame, "x", "proportion", 100, "n")
    assert {float(limit[0]) for limit in proportion_funnel([15], 1.0)} == {100}


def test_knowingly_a_funnel_of_ratios_has_the_scale_asked_for():
    """The port prints standardised ratios per 100 whatever multiplier is given."""
    frame = pd.DataFrame({"x": [10, 20], "n": [10, 20]})
    theirs = PHStatsMethods.calculate_funnel_limits(frame, "x", "ratio", 1, "n", ratio_type="isr")
    x = theirs["Observed_events"]
    np.testing.assert_allclose(ratio_funnel(x, 1.0).limit.lower * 100, theirs["lower_2s_limit"], rtol=1e-5)


def test_knowingly_limits_of_funnels_are_exact_unless_asked_for_as_published():
    """The published search stops at the middle of a cell; an exact limit is the chi-squared quantile itself."""
    frame = pd.DataFrame({"x": [10, 20], "n": [10, 20]})
    theirs = PHStatsMethods.calculate_funnel_limits(frame, "x", "ratio", 100, "n", ratio_type="isr")
    x = theirs["Observed_events"].to_numpy(float)
    searched = theirs["lower_2s_exp_events"].to_numpy()
    exact = ratio_funnel(x).size.lower
    np.testing.assert_allclose(exact, exact_poisson_limits(x, 0.95).upper, rtol=1e-14)
    np.testing.assert_allclose(exact, searched, rtol=1e-5)
    assert (exact != searched).all()


def test_knowingly_a_standardised_rate_of_few_events_is_judged_by_the_caller():
    """The port writes a sentence into the column of significance; ours are numbers, and the rule stands elsewhere."""
    frame = pd.DataFrame({"x": [9, 40], "rate": [300.0, 100.0]})
    theirs = PHStatsMethods.assign_funnel_significance(frame, "x", "rate", None, "rate", "dsr", 100)["significance"]
    assert theirs[0].startswith("Not applicable")
    ours = rate_significance(frame["x"], frame["rate"], 100 * 49 / (3 + 40), multiplier=100)
    assert ours[0] in WORDS
    assert np.isnan(people_behind_rate(frame["x"], frame["rate"], 100, fewest=10)[0])  # what the caller asks


# --- knowing differences from other published sources -----------------------------------------------------


def test_knowingly_a_rising_trend_of_proportions_is_rising():
    """The Fingertips code of 2020 never set the direction of this variant, and called every trend decreasing."""
    parts, whole = [100, 150, 200, 250, 300], [1_000] * 5
    assert recent_trend_of_proportions([parts, parts[::-1]], [whole, whole]).verdict.tolist() == [1, -1]


FIFTHS = {"values": [[30.0, 25, 21, 15, 10]], "people": [[100, 100, 150, 100, 100]]}
AROUND = {"lower": [[27.0, 22, 18, 13, 8]], "upper": [[33.5, 28, 24, 17, 12.5]]}


@pytest.mark.parametrize("multiplier", [0.5, 2])
def test_knowingly_a_multiplier_below_one_does_not_turn_an_index_round(multiplier):
    """PHEindicatormethods asks whether it is below one, not below nought, and so swaps the limits of 0.5."""
    one, other = (slope_index(**FIFTHS, **AROUND, kind="rate", multiplicative=True, multiplier=m)
                  for m in (1, multiplier))  # fmt: skip
    assert other.sii.lower[0] < other.sii.value[0] < other.sii.upper[0]
    np.testing.assert_allclose(np.array(other.sii), np.array(one.sii) * multiplier)
    np.testing.assert_array_equal(other.rii_km, one.rii_km)


def test_knowingly_limits_of_an_index_come_from_its_variance_unless_draws_are_asked_for():
    """Of 100,000 random draws the limits are another each time; of the variance they are one, and as wide."""
    exact = slope_index(**FIFTHS, **AROUND).sii
    drawn = slope_index(**FIFTHS, **AROUND, draws=100_000, seed=1).sii
    ranks, shares = np.array([50, 150, 275, 400, 500]) / 550, np.array(FIFTHS["people"][0]) / 550
    weights = shares * (ranks - 0.5) / (shares * (ranks - 0.5) ** 2).sum()
    errors = (np.array(AROUND["upper"]) - AROUND["lower"])[0] / (2 * z_value())
    assert exact.upper[0] - exact.value[0] == pytest.approx(z_value() * math.hypot(*(weights * errors)))
    assert drawn.value[0] == exact.value[0]
    for one, other in zip(exact[1:], drawn[1:], strict=True):
        assert other[0] != one[0]
        assert other[0] == pytest.approx(one[0], abs=0.02 * (exact.upper[0] - exact.lower[0]))


def test_knowingly_a_point_on_the_median_does_not_break_a_run():
    """Public Health Scotland's published rule says so; its published code lets the tie break the run of six."""
    above, below = [6, 7, 8], [4, 3, 2]
    chart = run_chart([[*above, 5, *above, *below, *below]])
    assert chart.median[0, 0] == 5
    assert chart.shift.tolist() == [[1, 1, 1, 0, 1, 1, 1, -1, -1, -1, -1, -1, -1]]


def test_knowingly_a_percentage_change_has_a_sign_and_none_is_from_nought():
    """The published localities reports print the size and a separate word, and infinity from nought."""
    np.testing.assert_array_equal(percentage_change([40, 40, 0], [30, 50, 5]), [-25, 25, math.nan])


def test_knowingly_a_comparison_without_limits_is_an_error():
    """Fingertips has a word for it; a number here could be taken for "similar"."""
    with pytest.raises(ValueError, match="cannot be compared"):
        against_reference([10], [math.nan], [12])


# --- the table of differences --------------------------------------------------------------------------------


def differences():
    text = (Path(__file__).parent / "knowing_differences.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["difference"]


def names_of_tests(path):
    return {node.name for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}  # fmt: skip


def test_each_knowing_difference_says_what_and_why():
    told = differences()
    assert told
    for difference in told:
        assert set(difference) == {"method", "ours", "theirs", "why", "test"}
        for name in ("method", "ours", "theirs", "why"):
            assert len(difference[name]) > 3, difference
        assert difference["why"].endswith(".")
    assert len({(one["method"], one["theirs"]) for one in told}) == len(told)


@pytest.mark.parametrize("named", sorted({one["test"] for one in differences()}))
def test_the_test_that_shows_a_difference_exists(named):
    path, _, function = named.partition("::")
    assert function in names_of_tests(ROOT / path)


def test_each_difference_that_is_shown_here_is_in_the_table():
    here = f"tests/methods/{Path(__file__).name}"
    shown = {f"{here}::{name}" for name in names_of_tests(Path(__file__)) if name.startswith("test_knowingly_")}
    assert shown <= {one["test"] for one in differences()}
