"""Published values worked out again from the counts beside them: every printed digit must agree.

Publishers print a count, a rate or percentage and its limits. Where both stand, our methods must give the same
figures, to the last printed digit. What does not agree is excused by a rule of ``published_exceptions.toml``, and
each rule is itself a test that the figures pass; so is the number of rows that it excuses.

Three ways, by what is printed beside the count:

* The denominator is printed too, or known from another extract: value and limits are worked out.
* It is not, and the figure is a percentage or crude rate: there must be one denominator with which the value and
  both limits come out as printed.
* The rate is standardised: limits lie about it as the limits of the count lie about the count (Dobson), so there
  must be one rate and one scale with which all three come out as printed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import running
from scipy import special

from locality_profiles.sources import Curated, read_extract
from locality_profiles.statistics.gaps import attributable_share
from locality_profiles.statistics.inequality import relative_ranks, scottish_slope_index
from locality_profiles.statistics.intervals import Limits, byars_limits, wilson_limits

pytestmark = pytest.mark.real

EXCEPTIONS = tomllib.loads((Path(__file__).parent / "published_exceptions.toml").read_text(encoding="utf-8"))
RULES = EXCEPTIONS["rule"]
PROFILE = "indicators_scotpho/scotpho_data.csv"
FIFTHS = "indicators_scotpho/scotpho_deprivation_data_scotland_shetland.csv"
POPULATIONS = {
    2020: "population/population20_dz11_humaniverse.csv",
    2021: "population/sape-2021-persons.xlsx",
}
LOOKUP = "lookups/dz2011_codes_and_labels_21042020.csv"
#: Half of the last digit, and what binary fractions may add to it.
HALF, DUST = 0.05, 1e-9
#: Means of two, three and five years are whole numbers of such parts of one.
FINEST = 30
#: Of how many a rate is, by how its publisher words it.
PER = {"Percentage": 100.0, "Ratio": 1.0}
#: Whom a crude rate of councils is of, where it is not everyone: the residents of these ages.
AGES = {
    "Children looked after by local authority": (0, 17),
    "Children on the child protection register": (0, 15),
    "Children referred to the Children's Reporter for care and protection": (0, 15),
    "Children referred to the Children's Reporter for offences": (8, 15),
    "Child protection with parental .*": (0, 17),
    "(Personal|Premise) licences in force.*": (18, 90),
    "Attempted murder .*|Breach of the peace|Common assault|Domestic abuse|Driving under the influence|"
    "Drug crimes recorded|Live births|Vandalism|Violent crime": (0, 90),
}


@dataclass(frozen=True)
class Printed:
    """Figures as printed, one row each: a count, its rate with limits, and the denominator where it is known.

    ``count`` is what the printed count was rounded from, as far as that can be told.
    """

    printed_count: np.ndarray
    count: np.ndarray
    value: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    among: np.ndarray
    per: np.ndarray
    family: np.ndarray
    measure: np.ndarray

    def where(self, rows: np.ndarray) -> Printed:
        return Printed(**{name: values[rows] for name, values in vars(self).items()})


# --- three ways to agree --------------------------------------------------------------------------


def within(found: np.ndarray, printed: np.ndarray, step: float) -> np.ndarray:
    """Whether a figure, rounded, is the printed one; true where none is printed."""
    return np.isnan(printed) | (np.abs(found - printed) <= step + DUST)


def limits_of(count: np.ndarray, among: np.ndarray, family: np.ndarray) -> Limits:
    """Limits of a rate as ScotPHO has them, as a fraction of the denominator."""
    share = family == "percentage"
    of_rate = byars_limits(count, mode="scottish")
    of_share = wilson_limits(np.where(share, np.minimum(count, among), np.nan), among, mode="scottish")
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = np.where(share, of_share.lower, np.nan_to_num(of_rate.lower) / among)
        return Limits(lower, np.where(share, of_share.upper, of_rate.upper / among))


def from_both(rows: Printed, count: np.ndarray, step: float) -> np.ndarray:
    """Value and limits from count and denominator."""
    share = rows.family == "percentage"
    value = np.where(share, np.minimum(count, rows.among), count) / rows.among
    limits = limits_of(count, rows.among, rows.family)
    agree = [
        within(rows.per * found, printed, step)
        for found, printed in zip((value, *limits), (rows.value, rows.lower, rows.upper), strict=True)
    ]
    return np.logical_and.reduce(agree)


def from_some_denominator(rows: Printed, count: np.ndarray, step: float) -> np.ndarray:
    """Whether there is one denominator with which value and limits all come out as printed.

    Each of the three grows with the share (count over denominator), so the shares that give one printed
    figure are a stretch, and the three stretches must meet.
    """
    most = np.where(rows.family == "percentage", 1.0, np.inf)
    low, high = np.zeros(len(count)), most.copy()
    limits: tuple[Callable[[np.ndarray], np.ndarray], ...] = (
        lambda share: share,
        lambda share: limits_of(count, count / share, rows.family).lower,
        lambda share: limits_of(count, count / share, rows.family).upper,
    )
    for figure, printed in zip(limits, (rows.value, rows.lower, rows.upper), strict=True):
        at_least, at_most = (np.nan_to_num(printed + way * (step + DUST)) / rows.per for way in (-1, 1))
        low = np.fmax(low, np.where(np.isnan(printed), 0, _share_giving(figure, at_least, rows)))
        reached = _share_giving(figure, at_most, rows)
        high = np.fmin(high, np.where(np.isnan(printed) | (at_most >= most), np.inf, reached))
    nobody = (count == 0) & within(rows.value, np.zeros(len(count)), step) & within(rows.lower, rows.value, step)
    return np.where(count == 0, nobody, low <= high * (1 + DUST))


def _share_giving(figure: Callable[[np.ndarray], np.ndarray], wanted: np.ndarray, rows: Printed) -> np.ndarray:
    """The share at which a growing figure reaches what is wanted, by halving; at most 1 for percentages."""
    low = np.full(len(wanted), 1e-12)
    high = np.where(rows.family == "percentage", 1.0, 10 * (rows.value + 1) / rows.per)
    for _ in range(60):
        middle = (low + high) / 2
        below = figure(middle) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def standardised(rows: Printed, count: np.ndarray, step: float) -> np.ndarray:
    """Whether limits lie about a rate as the limits of the count lie about the count.

    upper - value over value - lower is known from the count alone; the printed digits leave it a stretch. A
    lower limit of 0 may stand for one below 0.
    """
    limits = byars_limits(np.fmax(count, 1e-6), mode="scottish")
    with np.errstate(divide="ignore"):
        ratio = (limits.upper - count) / (count - np.nan_to_num(limits.lower))
    slack = 2 * step + DUST
    below, above = rows.value - rows.lower, rows.upper - rows.value
    most = np.where(below > slack, (above + slack) / np.fmax(below - slack, DUST), np.inf)
    least = np.where(rows.lower > 0, (above - slack) / (below + slack), 0)
    nobody = (rows.value == 0) & (rows.upper == 0)
    return np.where(count == 0, nobody, (least <= ratio) & (ratio <= most))


def agree(
    rows: Printed, *, step: float = HALF, count_within: float = 0.0, symmetric: float | None = None
) -> np.ndarray:
    """Whether each row agrees, by the way that its figures allow."""
    if symmetric is not None:
        unequal = np.abs((rows.upper - rows.value) - (rows.value - rows.lower))
        return unequal <= 4 * symmetric + DUST
    found = np.zeros(len(rows.count), dtype=bool)
    known, scaled = ~np.isnan(rows.among), rows.family == "standardised"
    ways = ((from_both, known & ~scaled), (from_some_denominator, ~known & ~scaled), (standardised, scaled))
    for count in _counts(rows, count_within):
        for way, at in ways:
            todo = at & ~found
            if todo.any():
                found[todo] = way(rows.where(todo), count[todo], step)
    return found


def _counts(rows: Printed, count_within: float) -> Iterator[np.ndarray]:
    """The count; or, where another may have been used, every one near it that is tried."""
    if not count_within:
        yield rows.count
        return
    for shift in np.linspace(-count_within, count_within, round(2 * FINEST * max(count_within, 1)) + 1):
        yield np.fmax(rows.printed_count + shift, 0)
    for shift in np.linspace(-HALF, HALF, 21):  # counts that the value implies, where its denominator is known
        implied = (rows.value + shift) * rows.among / rows.per
        yield np.clip(
            np.nan_to_num(implied), np.fmax(rows.printed_count - count_within, 0), rows.printed_count + count_within
        )


# --- what is printed ------------------------------------------------------------------------------


@cache
def _read(path: Path) -> Curated:
    (found,) = read_extract(path)
    return found.curated


def published(path: Path) -> pd.DataFrame:
    """Ready-made values of a file with count, value and limits, in this project's own columns."""
    rows = _read(path).tables["published_value"].to_pandas()
    rows = rows[rows.numerator.notna() & rows.value.notna()].reset_index(drop=True)
    rows["unit"], rows["said"] = rows.note.str.split("; ", n=1).str[0], rows.note.str.split("; ", n=1).str[1]
    rows["family"] = np.select(
        [rows.unit == "Percentage", rows.unit.str.contains("standardised"), rows.unit.str.match("Crude rate|Ratio")],
        ["percentage", "standardised", "crude"], "other",
    )  # fmt: skip
    return rows


def mean_of_whole_counts(rows: pd.DataFrame) -> np.ndarray:
    """The counts before they were rounded: of k years put together, a whole number of k-ths."""
    years = rows.said.str.extract(r"(\d+)[- ]year", expand=False).fillna("1").astype(int).to_numpy()
    printed = rows.numerator.to_numpy()
    whole = np.round(printed * years) / years
    return np.where(np.abs(whole - printed) <= HALF + DUST, whole, printed)


def per_of(unit: str) -> float:
    if unit in PER:
        return PER[unit]
    (number,) = re.findall(r"per ([\d,]+)", unit)
    return float(number.replace(",", ""))


def as_printed(rows: pd.DataFrame, among: np.ndarray) -> Printed:
    return Printed(
        printed_count=rows.numerator.to_numpy(),
        count=mean_of_whole_counts(rows),
        value=rows.value.to_numpy(),
        lower=rows.lower.to_numpy(),
        upper=rows.upper.to_numpy(),
        among=among,
        per=rows.unit.map(per_of).to_numpy(),
        family=rows.family.to_numpy(dtype=str),
        measure=rows.measure.to_numpy(dtype=str),
    )


@dataclass(frozen=True)
class Agreement:
    """How many rows were worked out again, how many agree, and why the others do not."""

    rows: int
    agreeing: int
    excused: dict[str, int]


def compare(extract: str, rows: Printed) -> Agreement:
    """Every row either agrees or is excused by the first rule that fits it."""
    left = np.flatnonzero(~agree(rows))
    agreeing, excused = len(rows.count) - len(left), {}
    for rule in (rule for rule in RULES if rule["extract"] == extract):
        named = np.array(
            [bool(re.fullmatch(rule.get("measures", ".*"), name)) for name in rows.measure[left]], dtype=bool
        )
        ways = {name: rule[name] for name in ("step", "count_within", "symmetric") if name in rule}
        fits = named.copy()
        fits[named] = agree(rows.where(left[named]), **ways)
        excused[rule["id"]] = int(fits.sum())
        left = left[~fits]
    assert sorted(set(rows.measure[left].tolist())) == [], "measures that nothing explains"
    return Agreement(len(rows.count), agreeing, excused)


def expected(extract: str) -> Agreement:
    rules = {rule["id"]: rule["rows"] for rule in RULES if rule["extract"] == extract}
    return Agreement(**EXCEPTIONS["agreement"][extract], excused=rules)


# --- ScotPHO --------------------------------------------------------------------------------------


def test_every_profile_value_is_what_its_count_gives(real_extracts: Path) -> None:
    rows = published(real_extracts / PROFILE)
    rows = rows[(rows.family != "other") & rows.lower.notna()]
    found = compare("scotpho_profile", as_printed(rows, np.full(len(rows), np.nan)))
    assert found == expected("scotpho_profile")


def test_every_value_by_fifths_is_what_its_count_and_denominator_give(
    real_extracts: Path,
) -> None:
    rows = published(real_extracts / FIFTHS)
    found = compare("scotpho_deprivation", as_printed(rows, rows.denominator.to_numpy()))
    assert found == expected("scotpho_deprivation")


def test_crude_rates_of_councils_are_what_their_counts_and_the_population_give(real_extracts: Path) -> None:
    rows = published(real_extracts / PROFILE)
    rows["ages"] = [
        next((ages for name, ages in AGES.items() if re.fullmatch(name, text)), None) for text in rows.measure
    ]
    rows = rows[(rows.family == "crude") & rows.ages.notna()]
    people = residents(real_extracts)
    among = np.array([
        people[start.year].loc[code, ages[0] : ages[1]].sum()
        for start, code, ages in zip(rows.period_start, rows.block_code, rows.ages, strict=True)
    ], dtype=float)  # fmt: skip
    found = compare("crude_rate_with_population", as_printed(rows, among))
    assert rows.measure.nunique() == 20
    assert found == expected("crude_rate_with_population")


def residents(extracts: Path, place: pd.Series | None = None) -> dict[int, pd.DataFrame]:
    """People by place (council, unless told) and year of age, for the years of which crude rates are checked."""
    if place is None:
        place = pd.read_csv(extracts / LOOKUP, dtype=str).set_index("DataZone")["CA"]
    found = {}
    for year, name in POPULATIONS.items():
        people = _read(extracts / name).tables["population"].to_pandas()
        people = people[people.sex == "all"]
        found[year] = people.groupby([people.block_code.map(place), "age"]).persons.sum().unstack()
    return found


# --- indices of inequality ------------------------------------------------------------------------


@dataclass(frozen=True)
class Fifths:
    """Groups that have all five fifths: rates and people from the most to the least deprived, and what is printed."""

    measure: np.ndarray
    rates: np.ndarray
    people: np.ndarray
    whole: np.ndarray
    printed: pd.DataFrame

    def index(self, name: str, part: str = "value") -> np.ndarray:
        return self.printed[part, name].to_numpy(float)


def groups_of(extracts: Path, kind: str) -> Fifths:
    table = _read(extracts / FIFTHS).tables["published_value"].to_pandas()
    key = ["measure", "block_type", "period_start", "period_end"]
    parts = table[table.breakdown == kind].pivot(index=key, columns="category", values=["value", "denominator"])
    parts = parts.dropna()
    whole = table[table.breakdown == "all"].set_index(key).value
    printed = table[table.breakdown == f"inequality_{kind}"].pivot(
        index=key, columns="category", values=["value", "lower", "upper"]
    )
    return Fifths(
        parts.index.get_level_values("measure").to_numpy(dtype=str), parts["value"].to_numpy(float),
        parts["denominator"].to_numpy(float), whole[parts.index].to_numpy(), printed.loc[parts.index],
    )  # fmt: skip


@pytest.fixture
def fifths(real_extracts: Path) -> tuple[Fifths, Fifths]:
    """Groups by fifths of the country, and by fifths of the place itself."""
    return groups_of(real_extracts, "simd_quintile"), groups_of(real_extracts, "simd_quintile_own")


def slopes_agree(of: Fifths) -> np.ndarray:
    """As near as rates printed to one decimal allow: a slope is a sum of them, and its limits a distance."""
    found = scottish_slope_index(of.rates, of.people, of.whole)
    share = of.people / of.people.sum(axis=1, keepdims=True)
    off = relative_ranks(of.people) - 0.5
    spread = (share * off**2).sum(axis=1)
    of_slope = HALF * np.abs(share * off).sum(axis=1) / spread
    of_limits = of_slope + HALF * special.stdtrit(3, 0.975) / np.sqrt(3 * spread)
    return np.logical_and.reduce([
        within(getattr(found.sii, part), of.index("sii_most_less_least", part), HALF + slack)
        for part, slack in (("value", of_slope), ("lower", of_limits), ("upper", of_limits))
    ])  # fmt: skip


def test_slope_indices_are_what_the_fifths_give(fifths: tuple[Fifths, Fifths]) -> None:
    measures = np.concatenate([of.measure[~slopes_agree(of)] for of in fifths])
    excused = {}
    for rule in (rule for rule in RULES if rule["extract"] == "slope_index"):
        named = np.array([bool(re.fullmatch(rule["measures"], name)) for name in measures], dtype=bool)
        excused[rule["id"]], measures = int(named.sum()), measures[~named]
    rows = sum(len(of.measure) for of in fifths)
    assert sorted(set(measures)) == [], "measures that nothing explains"
    assert Agreement(rows, rows - sum(excused.values()), excused) == expected("slope_index")


def test_relative_indices_are_the_slope_over_the_whole(fifths: tuple[Fifths, Fifths]) -> None:
    for of in fifths:
        slope = of.index("sii_most_less_least")
        for name, factor in (("rii_mean", 1), ("most_deprived_above_mean", 50)):
            # The slope and the whole, each printed to one decimal, leave it so much.
            slack = factor * HALF * (1 + np.abs(slope / of.whole)) / (of.whole - HALF)
            assert within(factor * slope / of.whole, of.index(name), HALF + slack).all(), name


def test_gaps_and_attributable_shares_are_what_the_fifths_give(fifths: tuple[Fifths, Fifths]) -> None:
    for of in fifths:
        most, least = of.rates[:, 0], of.rates[:, -1]
        mean = (of.rates * of.people).sum(axis=1) / of.people.sum(axis=1)
        assert within(most - least, of.index("absolute_gap"), 3 * HALF).all()
        some = least > HALF
        slack = HALF * (1 + most[some] / least[some]) / (least[some] - HALF)
        assert within(most[some] / least[some], of.index("relative_gap")[some], HALF + slack).all()
        # The shares are of people, as the slope is; beside this measure stand numbers of practitioners.
        of_people = of.measure != "Patients per general practitioner"
        slack = 100 * HALF * (1 + least / mean) / (mean - HALF)
        found = attributable_share(of.rates, of.people)
        assert within(found, of.index("attributable_share"), HALF + slack)[of_people].all()


# --- other extracts -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quotient:
    """Columns that say count, denominator and figure; the figure is ``per`` counts to one of the denominator."""

    name: str
    file: str
    count: str
    among: str | Callable[[pd.DataFrame], Any]
    printed: str
    step: float
    per: float = 1.0
    less: bool = False


def days_of_month(rows: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(rows["MonthOfDelay"], format="%Y%m").dt.days_in_month


def days_of_date(rows: pd.DataFrame) -> pd.Series:
    return pd.to_datetime(rows["date"]).dt.days_in_month


def days_of_quarter(rows: pd.DataFrame) -> pd.Series:
    quarter = pd.PeriodIndex(rows["Quarter"], freq="Q")
    return pd.Series((quarter.end_time - quarter.start_time).days + 1)


BEDS = "service_activity/beds_by_nhs_board_of_treatment_and_specialty.csv"
STAYS = "service_activity/inpatient_and_daycase_by_nhs_board_of_treatment_and_simd.csv"
SIMD = "deprivation/SIMD2020v2_indicators.csv"
SIMD_WORKBOOK = "deprivation/SIMD+2020v2+-+indicators.xlsx"
EXACT = 1e-6
QUOTIENTS = (
    Quotient("delayed_beds_by_board", "service_activity/delayed-discharge-beddays-health-board.csv",
             "NumberOfDelayedBedDays", days_of_month, "AverageDailyNumberOfDelayedBeds", 0.5),
    Quotient("delayed_beds_by_council", "service_activity/healthyr_scotland_delayed_discharge_ltla.csv",
             "num_delayed_bed_days", days_of_date, "average_daily_delayed_beds", 0.5),
    Quotient("bed_occupancy", BEDS, "TotalOccupiedBeddays", "AllStaffedBeddays", "PercentageOccupancy", EXACT, 100),
    Quotient("staffed_beds", BEDS, "AllStaffedBeddays", days_of_quarter, "AverageAvailableStaffedBeds", EXACT),
    Quotient("occupied_beds", BEDS, "TotalOccupiedBeddays", days_of_quarter, "AverageOccupiedBeds", EXACT),
    Quotient("length_of_episode", STAYS, "LengthOfEpisode", "Episodes", "AverageLengthOfEpisode", EXACT),
    Quotient("length_of_stay", STAYS, "LengthOfStay", "Stays", "AverageLengthOfStay", EXACT),
    Quotient("admissions_variation", "service_activity/hospital_admissions_hscp_simd_20230706.csv", "NumberAdmissions",
             "Average20182019", "PercentVariation", HALF, 100, less=True),
    Quotient("simd_income_rate", SIMD, "Income_count", "Total_population", "Income_rate", 0.5, 100),
    Quotient("simd_employment_rate", SIMD, "Employment_count", "Working_age_population", "Employment_rate", 0.5, 100),
    Quotient("simd_crime_rate", SIMD, "crime_count", "Total_population", "crime_rate", 0.5, 10_000),
    Quotient("simd_crime_rate_unrounded", SIMD_WORKBOOK, "crime_count", "Total_population", "crime_rate", EXACT,
             10_000),
)  # fmt: skip


def numbers(column: pd.Series) -> np.ndarray:
    return pd.to_numeric(column.str.rstrip("%").str.replace(",", ""), errors="coerce").to_numpy(dtype=float)


@pytest.mark.parametrize("of", QUOTIENTS, ids=lambda of: of.name)
def test_figures_beside_counts_are_their_quotients(of: Quotient, real_extracts: Path) -> None:
    path = real_extracts / of.file
    if path.suffix == ".csv":
        rows = pd.read_csv(path, dtype=str)
    else:
        rows = pd.read_excel(path, sheet_name="Data", dtype=str, engine="openpyxl")
    count, printed = numbers(rows[of.count]), numbers(rows[of.printed])
    among = numbers(rows[of.among]) if isinstance(of.among, str) else np.asarray(of.among(rows), dtype=float)
    there = ~np.isnan(count) & ~np.isnan(printed) & ~np.isnan(among)
    count, printed, among = count[there], printed[there], among[there]
    with np.errstate(divide="ignore", invalid="ignore"):
        figure = lambda count, among: of.per * ((count - among) if of.less else count) / among  # noqa: E731
        left = ~within(figure(count, among), printed, of.step)
        excused: dict[str, int] = {}
        for rule in (rule for rule in RULES if rule["extract"] == of.name):
            off, share = rule.get("count_within", 0), rule.get("among_within", 0)
            low = figure(np.fmax(count - off, 0), among * (1 + share))
            high = figure(count + off, among * (1 - share))
            fits = left & np.where(
                rule.get("nought", False), among == 0, (low <= printed + of.step) & (printed - of.step <= high)
            )
            excused[rule["id"]] = int(fits.sum())
            left &= ~fits
    assert not left.any()
    assert Agreement(len(count), len(count) - sum(excused.values()), excused) == expected(of.name)


HOME_CARE = "social_care/201920_202021_data_homecare_hscp.csv"
HOME_CARE_OF_LOCALITIES = "social_care/201920_202021_data_homecare_locality.csv"
LOCALITIES = "lookups/datazone-to-locality-lookup.csv"
PERSONAL_CARE = "social_care/201920_202021_data_homecare_personal_care.csv"
#: Numbers of people are rounded to the nearest 5.
ROUNDED = 2.5


def test_home_care_rates_are_what_people_and_residents_give(real_extracts: Path) -> None:
    wide = home_care(_read(real_extracts / HOME_CARE).tables["activity"].to_pandas(), "council_area", "place_name")
    wide = wide[wide.year == 2020]
    code = wide.place_name.map(_council_codes(real_extracts))
    agree = within_rounding(wide, code, residents(real_extracts)[2020])
    assert Agreement(len(wide), int(agree.sum()), {}) == expected("home_care_rate")


def test_home_care_rates_of_localities_are_what_people_and_residents_give(
    scotland: running.Run, real_extracts: Path
) -> None:
    """Rows and codes of localities as the build of Scotland has them, in 2020/21, of which people by zone are known.

    A locality's zones are those of the build (its outline's, or the lookup's where the two are one edition), or else
    those of the lookup. Some were drawn otherwise when the rates were made: the next test looks at those.
    """
    wide = home_care(scotland.table("activity", "source = 'home_care'"), "locality", "block_code")
    wide = wide[wide.year == 2020]
    zones = scotland.table("membership", "area_type = 'locality' and block_type = 'data_zone_2011'")
    names = scotland.table("area", "area_type = 'locality'").set_index("area_code").area_name
    built = zones.set_index("block_code").area_code
    looked_up = pd.read_csv(real_extracts / LOCALITIES, dtype=str).set_index("DataZone")["SubHSCPName"]
    agree = within_rounding(wide, wide.block_code, residents(real_extracts, built)[2020])
    named = wide.block_code.map(names).where(lambda name: name.isin(set(looked_up)))
    rest = ~agree & named.notna()
    agree[rest] = within_rounding(wide[rest], named[rest], residents(real_extracts, looked_up)[2020])
    excused = {"locality_drawn_otherwise": int((~agree).sum())}
    assert Agreement(len(wide), int(agree.sum()), excused) == expected("home_care_rate_of_localities")
    redrawn = wide.block_code[~agree].str.split("/").str[0]
    whole = whole_partnerships(wide, partnership_residents(scotland))
    assert set(redrawn) <= set(whole.hscp[whole.agrees])
    assert whole[whole.hscp.isin(redrawn) & ~whole.agrees & whole.complete].empty


def test_home_care_rates_of_localities_give_the_residents_of_their_partnership(scotland: running.Run) -> None:
    """Residents as the rates imply them, all localities together: for years in which people by zone are not known."""
    wide = home_care(scotland.table("activity", "source = 'home_care'"), "locality", "block_code")
    groups = whole_partnerships(wide, partnership_residents(scotland))
    known = groups.residents.notna()
    excused = {
        "no_people_of_mid_2019": int((~known).sum()),
        "locality_without_a_rate": int((known & ~groups.complete).sum()),
    }
    agreeing = int((known & groups.complete & groups.agrees).sum())
    assert set(groups.year[~known]) == {2019}
    assert Agreement(len(groups), agreeing, excused) == expected("home_care_rate_of_partnerships")


def whole_partnerships(wide: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """For each partnership, period and age: whether its residents lie where the rates of its localities put them."""
    wide = wide.assign(
        hscp=wide.block_code.str.split("/").str[0],
        low=1000 * (wide.N_PEOPLE - ROUNDED).clip(lower=0) / (wide.RATE_PER_1000 + HALF),
        high=1000 * (wide.N_PEOPLE + ROUNDED) / (wide.RATE_PER_1000 - HALF).clip(lower=DUST),
    )
    localities = wide.groupby("hscp").block_code.nunique()
    groups = wide.groupby(["hscp", "year", "period_start", "first", "last"])
    groups = groups.agg(low=("low", "sum"), high=("high", "sum"), told=("block_code", "size")).reset_index()
    groups["complete"] = groups.told == groups.hscp.map(localities)
    groups["residents"] = [
        people.loc[(row.hscp, row.year), row.first : row.last].sum() if (row.hscp, row.year) in people.index else np.nan
        for row in groups.itertuples()
    ]
    groups["agrees"] = (groups.low <= groups.residents + DUST) & (groups.residents - DUST <= groups.high)
    return groups


def partnership_residents(scotland: running.Run) -> pd.DataFrame:
    """People of partnerships by year of age: by zone, by council, or of a board of one partnership."""
    zones = scotland.table("membership", "block_type = 'data_zone_2011' and area_type <> 'locality'")
    whole = zones.pivot_table(index="block_code", columns="area_type", values="area_code", aggfunc="first")
    people = scotland.table("population", "sex = 'all' and block_type <> 'country'")
    found: list[pd.DataFrame] = []
    for level in ("data_zone_2011", "council_area", "health_board"):
        within = whole.hscp if level == "data_zone_2011" else whole.groupby(level).hscp.agg(lambda of: only(set(of)))
        rows = people[people.block_type == level]
        table = rows.groupby([rows.block_code.map(within), "year", "age"]).persons.sum().unstack()
        found.append(table[~table.index.isin([key for earlier in found for key in earlier.index])])
    return pd.concat(found)


def only(members: set[str]) -> str | None:
    return next(iter(members)) if len(members) == 1 else None


def home_care(rows: pd.DataFrame, block_type: str, place: str) -> pd.DataFrame:
    """People and rates, a row for each place, age and period; with its financial year, and first and last age."""
    rows = rows[rows.block_type == block_type]
    key = [place, "age_band", "period_type", "period_start"]
    wide = rows.pivot(index=key, columns="measure_code", values="value").dropna(subset=["N_PEOPLE", "RATE_PER_1000"])
    wide = wide.reset_index()
    wide["year"] = pd.PeriodIndex(pd.to_datetime(wide.period_start), freq="Q-MAR").qyear - 1
    ages = wide.age_band.str.replace("+", "-90").replace("all", "0-90").str.extract(r"^(\d+)-(\d+)$").astype(float)
    wide[["first", "last"]] = ages
    return wide[ages[0].notna()].astype({"first": int, "last": int})


def within_rounding(wide: pd.DataFrame, place: pd.Series, people: pd.DataFrame) -> pd.Series:
    """Whether a rate is that of a count which was then rounded to the one printed."""
    among = np.array([
        people.loc[code, first:last].sum() for code, first, last in zip(place, wide["first"], wide["last"], strict=True)
    ], dtype=float)  # fmt: skip
    low, high = (1000 * (wide.N_PEOPLE + way * ROUNDED) / among for way in (-1, 1))
    return (low <= wide.RATE_PER_1000 + HALF + DUST) & (high >= wide.RATE_PER_1000 - HALF - DUST)


def _council_codes(extracts: Path) -> dict[str, str]:
    """Codes of councils by the names that the home-care table writes."""
    lookup = pd.read_csv(extracts / LOOKUP, dtype=str).drop_duplicates("CA")
    codes = dict(zip(lookup["CAName"], lookup["CA"], strict=True))
    spelt = {"Edinburgh": "City of Edinburgh", "Shetland": "Shetland Islands",
             "Comhairle nan Eilean Siar": "Na h-Eileanan Siar"}  # fmt: skip
    codes |= {name: codes[official] for name, official in spelt.items()}
    return codes | {name.replace(" and ", " & "): code for name, code in codes.items()}


def test_shares_with_personal_care_are_what_the_people_give(real_extracts: Path) -> None:
    key = ["time_period", "financial_quarter", "sending_location", "age_group"]
    rows = pd.read_csv(real_extracts / PERSONAL_CARE)
    care = pd.read_csv(real_extracts / HOME_CARE)
    care = care[care.measure == "Number of People"].set_index(key).value.rename("people")
    rows = rows.join(care, on=key).dropna(subset=["nclient", "percentage", "people"])
    rows = rows[rows.people > 0]
    low = 100 * (rows.nclient - ROUNDED) / (rows.people + ROUNDED)
    high = 100 * (rows.nclient + ROUNDED) / (rows.people - ROUNDED)
    agree = (low <= rows.percentage + HALF + DUST) & (high >= rows.percentage - HALF - DUST)
    assert Agreement(len(rows), int(agree.sum()), {}) == expected("personal_care_share")
