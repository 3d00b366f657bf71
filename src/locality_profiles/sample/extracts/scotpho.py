"""Ready-made values of national profiles: the latest by area, and by fifths of deprivation over the years."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from locality_profiles.sample.country import WHOLE_COUNTRY, Country
from locality_profiles.sample.files import rounded, write_csv
from locality_profiles.sample.people import YEARS, People
from locality_profiles.sample.services import bands, deprivation_rank, weighted_share
from locality_profiles.statistics.inequality import scottish_slope_index
from locality_profiles.statistics.intervals import byars_limits, wilson_limits

#: ScotPHO gives the country a code of its own, and numbers localities in the order of their names.
COUNTRY_CODE, FIRST_LOCALITY = "S00000001", 99_900_001
STANDARDISED = "Age-sex standardised rate per 100,000"
FIFTHS = ("1 - most deprived", "2", "3", "4", "5 - least deprived")


@dataclass(frozen=True)
class Counted:
    """An indicator that counts: how often a year among people of some ages, and how much more among the poor."""

    name: str
    unit: str
    ages: tuple[int, int]
    rate: float
    pull: float
    years: int = 3
    kind: str = "calendar"
    smaller_areas: bool = False
    """Whether localities and intermediate zones have it too."""
    hidden_below: int = 0
    """Counts below this are left out, where the indicator is one of them."""
    trend: bool = True

    @property
    def per(self) -> float:
        return {"Percentage": 100.0, STANDARDISED: 100_000.0}.get(self.unit, 1_000.0)

    @property
    def type_id(self) -> str:
        return {"Percentage": "%", STANDARDISED: "sr"}.get(self.unit, "cr")


COUNTED = (
    Counted("Deaths all ages", STANDARDISED, (0, 90), 0.011, 0.25),
    Counted("Deaths, aged 15-44 years", STANDARDISED, (15, 44), 0.0011, 0.6),
    Counted("Early deaths from cancer, aged <75 years", STANDARDISED, (0, 74), 0.0014, 0.3),
    Counted("Early deaths from coronary heart disease (CHD), aged <75 years", STANDARDISED, (0, 74), 0.0005, 0.5),
    Counted("Cancer registrations", STANDARDISED, (0, 90), 0.0064, 0.05),
    Counted("Alcohol-specific deaths", STANDARDISED, (0, 90), 0.0002, 0.8, years=5),
    Counted("Drug-related deaths", STANDARDISED, (0, 90), 0.0002, 1.0, years=5, hidden_below=5),
    Counted("Alcohol-related hospital admissions", STANDARDISED, (0, 90), 0.0068, 0.7, years=1, kind="financial"),
    Counted("Coronary heart disease (CHD) patient hospitalisations", STANDARDISED, (0, 90), 0.0038, 0.3,
            kind="financial", smaller_areas=True),
    Counted("Chronic obstructive pulmonary disease (COPD) patient hospitalisations", STANDARDISED, (16, 90), 0.0025,
            0.6, kind="financial"),
    Counted("Psychiatric patient hospitalisations", STANDARDISED, (0, 90), 0.0025, 0.5, kind="financial"),
    Counted("Population prescribed drugs for anxiety/depression/psychosis", "Percentage", (0, 90), 0.2, 0.15, years=1,
            kind="financial", smaller_areas=True),
    Counted("Crime rate", "Crude rate per 1,000 population", (0, 90), 0.035, 0.6, years=1),
    Counted("Bowel screening uptake", "Percentage", (50, 74), 0.66, -0.08, trend=False),
    Counted("Child dental health in primary 1", "Percentage", (5, 5), 0.72, -0.06, years=1, kind="school", trend=False),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """An indicator of a survey or a life table: a value with limits, and no count."""

    name: str
    unit: str
    period: str
    mean: float
    pull: float
    """How much lower the value is where zones are poorer by one."""
    width: float


ASKED = (
    Asked("Life expectancy, females", "Years", "2019-2021 (3 year aggregate)", 81.0, 1.6, 0.7),
    Asked("Life expectancy, males", "Years", "2019-2021 (3 year aggregate)", 77.0, 2.1, 0.8),
    Asked("Adult healthy weight", "Percentage", "4-year aggregate (2016-2019)", 33.0, 3.0, 6.0),
    Asked("Smoking prevalence, aged >16 years", "Percentage", "2019 survey year", 17.0, -5.0, 4.0),
    Asked("Adults feeling lonely in past week", "Percentage", "Survey year (2020)", 23.0, -3.0, 5.5),
    Asked("Mental wellbeing score (higher is better)", "Mean", "4-year aggregate (2018-2022)", 49.2, 0.8, 1.1),
)


@dataclass(frozen=True)
class Kind:
    """One kind of area: what ScotPHO calls it, its codes and names, and the area of each zone."""

    name: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    of_zone: np.ndarray


def kinds_of_area(country: Country) -> dict[str, Kind]:
    """The kinds of area with profiles, from the country down."""
    ordered = sorted(range(len(country.localities)), key=lambda at: country.localities[at].name)
    numbers = {at: f"S{FIRST_LOCALITY + place}" for place, at in enumerate(ordered)}
    kinds = (
        Kind("Scotland", (COUNTRY_CODE,), (WHOLE_COUNTRY,), np.zeros(country.zones, dtype=int)),
        Kind("Health board", *_told(country.boards), country.board),
        Kind("HSC partnership", *_told(country.partnerships), country.partnership),
        Kind("Council area", *_told(country.councils), country.council),
        Kind("HSC locality", tuple(numbers[at] for at in range(len(numbers))), _told(country.localities)[1],
             country.locality),
        Kind("Intermediate zone", *_told(country.intermediate_zones), country.intermediate),
    )  # fmt: skip
    return {kind.name: kind for kind in kinds}


def _told(places: tuple) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(place.code for place in places), tuple(place.name for place in places)


# --- figures --------------------------------------------------------------------------------------


def _events(of: Counted, people: People, last: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Events and people of each zone in the years that end with ``last``, both added over the years."""
    years = [max(year, YEARS[0]) for year in range(last - of.years + 1, last + 1)]
    among = np.sum([people.aged(year, *of.ages) for year in years], axis=0)
    chance = of.rate * np.exp(of.pull * people.poverty)
    if of.type_id == "%":
        return rng.binomial(among, np.minimum(chance, 0.97)), among
    return np.minimum(rng.poisson(among * chance), among), among


def _figures(of: Counted, events: np.ndarray, among: np.ndarray) -> dict[str, np.ndarray]:
    """Means over the years, the value and its limits, as ScotPHO works them out."""
    count, people = events / of.years, among / of.years
    with np.errstate(divide="ignore", invalid="ignore"):
        if of.type_id == "%":
            lower, upper = wilson_limits(count, people, mode="scottish")
        else:
            lower, upper = (np.nan_to_num(limit) / people for limit in byars_limits(count, mode="scottish"))
        value = count / people
    nobody = (count == 0) & (of.type_id == "sr")
    return {
        "numerator": count, "denominator": people, "measure": of.per * value,
        "lowci": of.per * lower, "upci": np.where(nobody, 0, of.per * upper),
    }  # fmt: skip


def _period(of: Counted, last: int) -> str:
    """A period in ScotPHO's words."""
    first = last - of.years + 1
    words = [f"{year}/{(year + 1) % 100:02d}" if of.kind in ("financial", "school") else str(year)
             for year in (first, last)]  # fmt: skip
    if of.years == 1:
        return f"{words[1]} {of.kind} year"
    return f"{words[0]} to {words[1]} {of.kind} years; {of.years}-year aggregates"


def _last_year(of: Counted) -> int:
    return YEARS[-1] - (of.kind in ("financial", "school"))


# --- the two files --------------------------------------------------------------------------------


def write_profiles(raw: Path, country: Country, people: People, seed: int) -> Path:
    """The download of latest values: quoted text, 'NA' for what is not there, and last noughts dropped."""
    rng = np.random.default_rng([seed, 40])
    kinds = kinds_of_area(country)
    rows: list[tuple[np.ndarray, ...]] = []
    for of in COUNTED:
        last = _last_year(of)
        events, among = _events(of, people, last, rng)
        for kind in kinds.values():
            if kind.name in ("HSC locality", "Intermediate zone") and not of.smaller_areas:
                continue
            inside = len(kind.codes)
            found = _figures(of, np.bincount(kind.of_zone, events, inside), np.bincount(kind.of_zone, among, inside))
            count = np.where(found["numerator"] < of.hidden_below, np.nan, found["numerator"])
            rows.append(_profile_rows(kind, of.name, of.unit, _period(of, last), last - of.years // 2, count,
                                      found["measure"], found["lowci"], found["upci"]))  # fmt: skip
    for asked in ASKED:
        for kind in (kinds["Scotland"], kinds["Health board"], kinds["Council area"]):
            residents = people.aged(YEARS[-1], 0)
            poverty = np.bincount(kind.of_zone, residents * people.poverty) / np.bincount(kind.of_zone, residents)
            width = asked.width * (0.2 if kind.name == "Scotland" else 1.0)
            value = asked.mean - asked.pull * poverty + rng.normal(0, width / 3, len(kind.codes))
            none = np.full(len(kind.codes), np.nan)
            few = rng.random(len(kind.codes)) < (0.1 if asked.unit == "Percentage" else 0)
            value, lower, upper = (np.where(few, np.nan, part) for part in (value, value - width, value + width))
            rows.append(_profile_rows(kind, asked.name, asked.unit, asked.period, YEARS[-1], none, value, lower, upper))
    columns = [np.concatenate([row[at] for row in rows]) for at in range(len(rows[0]))]
    header = ("area_code", "area_type", "area_name", "year", "period", "type_definition", "indicator", "numerator",
              "measure", "upper_confidence_interval", "lower_confidence_interval")  # fmt: skip
    path = raw / "indicators_scotpho" / "scotpho_data.csv"
    return write_csv(path, dict(zip(header, columns, strict=True)))


def _profile_rows(
    kind: Kind, name: str, unit: str, period: str, year: int, *figures: np.ndarray
) -> tuple[np.ndarray, ...]:
    count, value, lower, upper = (np.where(text == "", "NA", text) for text in map(rounded, figures))
    told = (np.full(len(kind.codes), text, dtype=object) for text in (kind.name, str(year), period, unit, name))
    area_type, years, periods, units, names = told
    codes, areas = (np.array(texts, dtype=object) for texts in (kind.codes, kind.names))
    return codes, area_type, areas, years, periods, units, names, count, value, upper, lower


def write_fifths(raw: Path, country: Country, people: People, seed: int) -> Path:
    """Values by fifths of the country and of the place itself, with a total under each and the indices on all rows."""
    rng = np.random.default_rng([seed, 41])
    kinds = kinds_of_area(country)
    rank, residents = deprivation_rank(people), people.aged(YEARS[0], 0)
    of_country = bands(weighted_share(rank, residents, kinds["Scotland"].of_zone), 5)
    splits = [(kinds[name], "sc_quin", of_country) for name in ("Scotland", "Health board", "Council area")]
    splits += [
        (kinds[name], code, bands(weighted_share(rank, residents, kinds[name].of_zone), 5))
        for name, code in (("Health board", "hb_quin"), ("Council area", "ca_quin"))
    ]
    parts: list[dict[str, np.ndarray]] = []
    for of in (of for of in COUNTED if of.trend):
        for last in range(YEARS[0] + of.years - 1, _last_year(of) + 1):
            events, among = _events(of, people, last, rng)
            parts += [_fifths(of, last, kind, code, fifth, events, among) for kind, code, fifth in splits]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return write_csv(raw / "indicators_scotpho" / "scotpho_deprivation_data.csv", columns)


def _fifths(
    of: Counted, last: int, kind: Kind, quint_type: str, fifth: np.ndarray, events: np.ndarray, among: np.ndarray
) -> dict[str, np.ndarray]:
    """Six rows for each area: five fifths, without those in which nobody lives, and the total."""
    areas = len(kind.codes)
    at = kind.of_zone * 5 + fifth - 1
    count, people = (np.bincount(at, values, areas * 5).reshape(areas, 5) for values in (events, among))
    count, people = (np.hstack([values, values.sum(axis=1, keepdims=True)]) for values in (count, people))
    found = _figures(of, count, people)
    printed = {name: np.round(values, 1) for name, values in found.items()}
    indices = _indices(found)
    there = (people > 0).ravel()
    text = lambda values: np.repeat(_with_infinity(rounded(values)), 6)[there]  # noqa: E731
    shape = (areas, 6)
    numerator = np.where(found["numerator"] < of.hidden_below, np.nan, printed["numerator"])
    denominator = np.array([f"{value:.15g}" for value in found["denominator"].ravel()], dtype=object)
    fixed = {
        "ind_id": str(20_000 + COUNTED.index(of)), "trend_axis": _period(of, last).split(" ")[0],
        "def_period": _period(of, last), "indicator": of.name, "type_id": of.type_id,
        "interpret": "L", "supression": "Y" if of.hidden_below else "N",
        "supress_less_than": str(of.hidden_below or ""), "type_definition": of.unit, "label_ineq": "Events",
    }  # fmt: skip
    return {
        "code": np.repeat(np.array(kind.codes, dtype=object), 6)[there],
        "year": np.full(int(there.sum()), str(last - of.years // 2), dtype=object),
        "quintile": np.tile(np.array([*FIFTHS, "Total"], dtype=object), areas)[there],
        "numerator": rounded(numerator.ravel())[there],
        "quint_type": np.full(int(there.sum()), quint_type, dtype=object),
        "denominator": denominator[there],
        **{
            name: rounded(np.broadcast_to(printed[name], shape).ravel())[there] for name in ("measure", "lowci", "upci")
        },
        **{name: text(values) for name, values in indices.items()},
        **{name: np.full(int(there.sum()), said, dtype=object) for name, said in fixed.items()},
        "areaname": np.repeat(np.array(kind.names, dtype=object), 6)[there],
        "areatype": np.full(int(there.sum()), kind.name, dtype=object),
    }


def _with_infinity(text: np.ndarray) -> np.ndarray:
    """Numbers as R writes them, which has a name for what is divided by nought."""
    return np.where(text == "inf", "Inf", text)


def _indices(found: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Indices of each area, from five fifths; NaN where one is missing."""
    rates, people = found["measure"][:, :5], found["denominator"][:, :5]
    whole = found["measure"][:, 5]
    slopes = scottish_slope_index(rates, people, whole)
    most, least = rates[:, 0], rates[:, -1]
    complete = np.isfinite(slopes.sii.value)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (rates * people).sum(axis=1) / people.sum(axis=1)
        gaps = {"par": 100 * (1 - least / mean), "abs_range": most - least, "rel_range": most / least}
    found_indices: dict[str, np.ndarray] = {}
    for name, estimate in (("sii", slopes.sii), ("rii", slopes.rii_mean), ("rii_int", slopes.above_average)):
        found_indices |= {name: estimate.value, f"lowci_{name}": estimate.lower, f"upci_{name}": estimate.upper}
    return found_indices | {name: np.where(complete, values, np.nan) for name, values in gaps.items()}
