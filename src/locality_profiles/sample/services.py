"""What the people need: practices, home care, hospital, households and what councils spend.

Need follows the people: it rises with age and with poverty, and keeps its level from one period to
the next. Counts are whole people and whole days; where publishers round them is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from locality_profiles.sample.country import ISLAND_CLUSTERS, MOVED_FROM, MOVED_PRACTICE, Country, add_up
from locality_profiles.sample.people import CARE_BANDS, INDEX_YEAR, YEARS, People

#: Home care: 13 quarters from the last of 2017/18.
CARE_QUARTERS = tuple((2017 + (3 + n) // 4, (3 + n) % 4 + 1) for n in range(13))
#: Home care was counted in one week of March before it was counted all year.
CENSUS_YEARS = (2014, 2015, 2016, 2017)
MONTHS = tuple((year, month) for year in range(2018, 2022) for month in range(1, 13))
AGE_GROUPS = ("18-74", "75plus")
DELAY_REASONS = ("Health and Social Care Reasons", "Patient and Family Related Reasons", "Code 9 AWI",
                 "Code 9 Non-AWI")  # fmt: skip
FIRST_WEEK, WEEKS = date(2020, 1, 5), 104
ADMISSION_TYPES = ("Emergency", "Planned")
HOUSEHOLD_YEARS = tuple(range(2011, 2022))
FINANCIAL_YEARS = tuple(range(2015, 2021))
LIST_DATES = (date(2021, 10, 1), date(2022, 1, 1))
LIST_BANDS = ((0, 4), (5, 14), (15, 24), (25, 44), (45, 64), (65, 74), (75, 84), (85, 90))

_CARE_RATE = np.array([0.0004, 0.0042, 0.019, 0.068, 0.2])
_CARE_HOURS = np.array([30.0, 200.0, 135.0, 95.0, 92.0])
_ZONES_OF_A_PRACTICE = 8
#: Zones round those that a practice serves, and zones beyond them, from which it has patients too.
_NEAR, _FAR = 4, 3


@dataclass(frozen=True)
class Practices:
    """GP practices; ``patients`` by date, practice, sex (female, male) and age band."""

    code: np.ndarray
    name: tuple[str, ...]
    town: tuple[str, ...]
    cluster: tuple[str, ...]
    earlier_cluster: tuple[str, ...]
    """The cluster on the first of the dates."""
    zone: np.ndarray
    """Position of the data zone of the premises."""
    served: tuple[np.ndarray, ...]
    """Positions of the data zones round each practice."""
    patients: np.ndarray


@dataclass(frozen=True)
class PatientZones:
    """Where the patients of some practices live: one row for each pair of practice and data zone."""

    practice: np.ndarray
    zone: np.ndarray
    """Position of the data zone; -1 outside the country's."""
    patients: np.ndarray


@dataclass(frozen=True)
class HomeCare:
    """People and hours by quarter, locality (or council, for people outside the partnership) and age band."""

    people: np.ndarray
    hours: np.ndarray
    outside_people: np.ndarray
    outside_hours: np.ndarray
    of_locality: np.ndarray
    """Residents by quarter, locality and age band: what rates are per."""
    of_council: np.ndarray


@dataclass(frozen=True)
class Hospitals:
    """Emergency departments and minor injury units; attendances by month and location."""

    code: tuple[str, ...]
    board: np.ndarray
    zone: np.ndarray
    """Position of the data zone that each stands in."""
    is_department: np.ndarray
    attendances: np.ndarray
    in_time: np.ndarray


@dataclass(frozen=True)
class Benchmarks:
    """Money in thousands of pounds and what it bought, by council and financial year."""

    home_care_cost: np.ndarray
    home_care_hours: np.ndarray
    care_home_cost: np.ndarray
    care_home_residents: np.ndarray
    self_directed_cost: np.ndarray
    social_work_cost: np.ndarray


@dataclass(frozen=True)
class Services:
    practices: Practices
    patient_zones: PatientZones
    """Of the practices of the islands: one board has counted them."""
    home_care: HomeCare
    delayed_days: np.ndarray
    """Bed days by month, council (the last is 'other'), age group and reason."""
    hospitals: Hospitals
    admissions: np.ndarray
    """By week, partnership, deprivation quintile of the country and type of admission."""
    usual_admissions: np.ndarray
    """The mean of the same week in 2018 and 2019."""
    households: np.ndarray
    """By council and year."""
    in_households: np.ndarray
    """Their people: those in care homes and barracks are in none."""
    benchmarks: Benchmarks


def provide(country: Country, people: People, seed: int) -> Services:
    """Work out what services every place used."""
    draws = (np.random.default_rng([seed, number]) for number in range(10, 20))
    care = _home_care(country, people, next(draws))
    admissions, usual = _admissions(country, people, next(draws))
    households, in_households = _households(country, people, next(draws))
    practices = _practices(country, people, next(draws))
    return Services(
        practices=practices,
        patient_zones=_patient_zones(country, people, practices, np.random.default_rng([seed, 20])),
        home_care=care,
        delayed_days=_delayed_days(country, people, next(draws)),
        hospitals=_hospitals(country, people, next(draws)),
        admissions=admissions,
        usual_admissions=usual,
        households=households,
        in_households=in_households,
        benchmarks=_benchmarks(country, people, care, next(draws)),
    )


# --- deprivation index ----------------------------------------------------------------------------


def deprivation_rank(people: People) -> np.ndarray:
    """Rank of each zone; 1 is the most deprived."""
    rank = np.empty(len(people.poverty), dtype=int)
    rank[np.argsort(-people.poverty, kind="stable")] = np.arange(1, len(rank) + 1)
    return rank


def weighted_share(rank: np.ndarray, residents: np.ndarray, within: np.ndarray) -> np.ndarray:
    """Share of the people of each group who live in zones as deprived as this one, or more so."""
    order = np.lexsort((rank, within))
    running = np.cumsum(residents[order])
    first = np.searchsorted(within[order], within[order])
    before = np.where(first > 0, running[first - 1], 0)
    total = np.bincount(within, residents)[within[order]]
    share = np.empty(len(rank))
    share[order] = (running - before) / total
    return share


def bands(share: np.ndarray, count: int) -> np.ndarray:
    """Tenths or fifths by cumulative share: 1 for the most deprived."""
    return np.clip(np.ceil(share * count - 1e-9), 1, count).astype(int)


def country_quintile(country: Country, people: People) -> np.ndarray:
    residents = people.aged(INDEX_YEAR, 0)
    return bands(weighted_share(deprivation_rank(people), residents, np.zeros(country.zones, dtype=int)), 5)


# --- practices ------------------------------------------------------------------------------------


def _practices(country: Country, people: People, rng: np.random.Generator) -> Practices:
    """A practice for each health centre of the islands, and for every eight zones of the mainland."""
    zones: list[np.ndarray] = []
    names, towns, clusters = [], [], []
    served = np.zeros(country.zones, dtype=bool)
    for centre in dict.fromkeys(place.centre for place in country.neighbourhoods):
        here = np.array([z for place in country.neighbourhoods if place.centre == centre for z in place.zones])
        zones.append(here)
        served[here] = True
        names.append(centre)
        towns.append(centre.split()[0])
        clusters.append(next(name for name, centres in ISLAND_CLUSTERS.items() if centre in centres))
    for number, locality in enumerate(country.localities):
        unserved = np.flatnonzero((country.locality == number) & ~served)
        if not len(unserved):
            continue
        for group in np.array_split(unserved, max(1, round(len(unserved) / _ZONES_OF_A_PRACTICE))):
            zones.append(group)
            town = country.intermediate_zones[country.intermediate[group[0]]].name
            kind = ("Medical Practice", "Surgery", "Health Centre", "Medical Group")[int(rng.integers(4))]
            names.append(f"{town} {kind}")
            towns.append(town)
            clusters.append(f"{country.partnerships[locality.partnership].name} {locality.name}")
    patients = _patients(zones, people, rng)
    code = np.arange(90001, 90001 + len(zones))
    premises = np.array([group[len(group) // 2] for group in zones])
    # The nearly empty one is in no cluster, which the publisher says in the board's name.
    clusters[-1] = f"{country.boards[country.board[premises[-1]]].name.removeprefix('NHS ')} Undefined"
    earlier = [MOVED_FROM if name == MOVED_PRACTICE else told for name, told in zip(names, clusters, strict=True)]
    return Practices(code, _told_apart(names), tuple(towns), tuple(clusters), tuple(earlier), premises, tuple(zones),
                     patients)  # fmt: skip


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Names with a number where one is used twice."""
    seen: dict[str, int] = {}
    told = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        told.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return tuple(told)


def _patients(zones: Sequence[np.ndarray], people: People, rng: np.random.Generator) -> np.ndarray:
    """Registered patients: the residents round the practice, a few per cent more or less. One is tiny."""
    residents = people.in_year(YEARS[-1])
    by_age = np.stack([residents[group].sum(axis=0) for group in zones])
    by_band = np.stack([by_age[:, :, start : stop + 1].sum(axis=2) for start, stop in LIST_BANDS], axis=2)
    factor = rng.normal(1.02, 0.02, (len(LIST_DATES), len(zones), 1, 1))
    patients = np.round(by_band * factor).astype(int)
    patients[:, -1] = np.minimum(patients[:, -1], rng.integers(1, 6, patients[:, -1].shape))  # closing: nearly empty
    return patients


def _patient_zones(country: Country, people: People, practices: Practices, rng: np.random.Generator) -> PatientZones:
    """Patients of the islands' practices by data zone: most live round the practice, some in zones near by.

    They add up to the latest list of each practice.
    """
    residents = people.aged(YEARS[-1], 0)
    here = np.flatnonzero(country.partnership == 0)
    columns: list[np.ndarray] = []
    for number in np.flatnonzero(country.partnership[practices.zone] == 0):
        own = practices.served[number]
        away = np.hypot(*(country.zone_centres[here] - country.zone_centres[practices.zone[number]]).T)
        others = here[np.argsort(away, kind="stable")]
        others = others[~np.isin(others, own)]
        near, far = others[:_NEAR], others[_NEAR : _NEAR + _FAR]
        zones = np.concatenate([own, near, far, [-1]])
        chance = np.concatenate([
            0.91 * residents[own] / residents[own].sum(), 0.075 * residents[near] / residents[near].sum(),
            np.full(_FAR, 0.004 / _FAR), [0.011],
        ])  # fmt: skip
        drawn = rng.multinomial(practices.patients[-1, number].sum(), chance)
        columns.append(np.stack([np.full(len(zones), number), zones, drawn]))
    practice, zone, patients = np.concatenate(columns, axis=1)
    some = patients > 0
    return PatientZones(practice[some], zone[some], patients[some])


# --- home care ------------------------------------------------------------------------------------


def _home_care(country: Country, people: People, rng: np.random.Generator) -> HomeCare:
    zones_by_band = np.stack([people.persons[:, :, :, start : stop + 1].sum(axis=(2, 3))
                              for _, start, stop in CARE_BANDS], axis=2)  # fmt: skip
    poorer = np.exp(0.2 * people.poverty)[:, None]
    year = [YEARS.index(financial_year) for financial_year, _ in CARE_QUARTERS]
    places, councils = len(country.localities), len(country.councils)
    of_locality = add_up(zones_by_band[year], country.locality, places, axis=1)
    need = add_up(zones_by_band[year] * poorer, country.locality, places, axis=1)
    council = np.array([locality.council for locality in country.localities])
    generosity = np.exp(rng.normal(0, 0.2, councils))[council][:, None] * np.exp(rng.normal(0, 0.1, (places, 5)))
    season = np.exp(rng.normal(0, 0.025, (len(year), places, 5)))
    # The same draw decides every quarter whether a fraction of a person is one: people stay.
    rest = rng.random((places, 5))
    receiving = np.floor(need * _CARE_RATE * generosity * season + rest * 0.98).astype(int)
    outside = rng.poisson(0.004 * add_up(receiving, council, councils, axis=1), (len(year), councils, 5))
    each = _CARE_HOURS * np.exp(rng.normal(0, 0.15, (places, 5))) * np.exp(rng.normal(0, 0.03, receiving.shape))
    of_council = add_up(of_locality, council, councils, axis=1)
    return HomeCare(
        receiving,
        np.round(receiving * each).astype(int),
        outside,
        np.round(outside * _CARE_HOURS).astype(int),
        of_locality,
        of_council,
    )


# --- hospital -------------------------------------------------------------------------------------


def _delayed_days(country: Country, people: People, rng: np.random.Generator) -> np.ndarray:
    """Days that people waited in hospital although they were fit to leave."""
    councils = len(country.councils)
    rate = np.array([0.0011, 0.055])  # bed days a month for each resident of the age group
    share = np.array([0.72, 0.04, 0.19, 0.05])
    habit = np.exp(rng.normal(0, 0.45, councils))
    days = np.zeros((len(MONTHS), councils + 1, len(AGE_GROUPS), len(DELAY_REASONS)), dtype=int)
    for number, (year, _) in enumerate(MONTHS):
        of_age = [people.aged(year, 18, 74), people.aged(year, 75)]
        residents = np.column_stack([add_up(values, country.council, councils) for values in of_age])
        quiet = 0.55 if year == 2020 else 1.0  # the wards were emptied in the pandemic's first year
        expected = residents * rate * habit[:, None] * quiet
        luck = rng.gamma(4, 1 / 4, (councils, len(AGE_GROUPS), len(DELAY_REASONS)))  # one long stay is many days
        days[number, :councils] = rng.poisson(expected[:, :, None] * share * luck)
        days[number, councils] = rng.poisson(expected.sum(axis=0)[:, None] * share * 0.002)
    return days


def _hospitals(country: Country, people: People, rng: np.random.Generator) -> Hospitals:
    """An emergency department in each board, two in the largest, and minor injury units on the mainland."""
    residents = add_up(people.aged(YEARS[-1], 0), country.board, len(country.boards))
    board, department = [], []
    for number, count in enumerate(residents):
        departments, units = 1 + int(count > 400_000), int(count > 30_000) * (1 + int(count > 300_000))
        board += [number] * (departments + units)
        department += [True] * departments + [False] * units
    of_board, is_department = np.array(board), np.array(department)
    share = np.where(is_department, 0.0235, 0.009) / _alike(of_board, is_department)
    monthly = residents[of_board] * share
    quiet = np.array([0.68 if (2020, 3) < month < (2021, 4) else 1.0 for month in MONTHS])[:, None]
    summer = np.array([1 + 0.05 * np.cos((month - 6) / 6 * np.pi) for _, month in MONTHS])[:, None]
    attendances = rng.poisson(monthly * quiet * summer)
    on_time = np.clip(rng.normal(np.where(is_department, 0.88, 0.99), 0.03, attendances.shape), 0.6, 1)
    return Hospitals(
        tuple(f"Y9{number:02d}H" for number in range(1, len(board) + 1)),
        of_board,
        _sites(country, people, of_board),
        is_department,
        attendances,
        rng.binomial(attendances, on_time),
    )


def _sites(country: Country, people: People, board: np.ndarray) -> np.ndarray:
    """A zone for each place of treatment, in the most urban parts of its board and apart from each other."""
    sites = []
    for number, count in enumerate(np.bincount(board)):
        here = np.flatnonzero(country.board == number)
        urban = here[people.urban_rural[here] == people.urban_rural[here].min()]
        towns = urban if len(urban) >= count else here
        sites += [int(part[len(part) // 2]) for part in np.array_split(towns, count)]
    return np.array(sites)


def _alike(board: np.ndarray, is_department: np.ndarray) -> np.ndarray:
    """How many places of the same kind each board has."""
    pair = board * 2 + is_department
    return np.bincount(pair)[pair]


def _admissions(country: Country, people: People, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Weekly admissions by partnership and quintile: poorer and older quarters have more."""
    places = len(country.partnerships)
    group = country.partnership * 5 + country_quintile(country, people) - 1
    age = np.arange(91)
    of_age = np.column_stack([0.0009 + 0.004 * (age / 90) ** 3, 0.0012 + 0.002 * np.sin(np.clip(age, 0, 85) / 85 * 3)])
    need = people.in_year(YEARS[-2]).sum(axis=1) @ of_age
    need *= np.exp(np.outer(people.poverty, [0.12, 0.03]))
    weekly = add_up(need, group, places * 5).reshape(places, 5, 2)
    weeks = [FIRST_WEEK + timedelta(days=7 * n) for n in range(WEEKS)]
    quiet = np.array([[0.6, 0.3] if date(2020, 3, 22) < week < date(2020, 6, 14) else [0.9, 0.75] for week in weeks])
    quiet[:11] = 1.0
    usual = rng.poisson(2 * weekly, (WEEKS, places, 5, 2)) / 2
    return rng.poisson(weekly * quiet[:, None, None, :]), usual


# --- households and money -------------------------------------------------------------------------


def _households(country: Country, people: People, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Households and their people by council and year; years before the first estimate are traced back."""
    councils = len(country.councils)
    residents = np.stack(
        [add_up(people.aged(max(year, YEARS[0]), 0), country.council, councils) for year in HOUSEHOLD_YEARS],
        axis=1,
    ).astype(float)
    back = np.array([1.004 ** min(0, year - YEARS[0]) for year in HOUSEHOLD_YEARS])
    size = rng.normal(2.19, 0.06, (councils, 1)) - 0.008 * np.arange(len(HOUSEHOLD_YEARS))
    people_in = np.round(residents * back * 0.985).astype(int)
    return np.round(people_in / size).astype(int), people_in


def _benchmarks(country: Country, people: People, care: HomeCare, rng: np.random.Generator) -> Benchmarks:
    """Spending on home care and care homes for people aged 65 and over, at the prices of the year."""
    councils, years = len(country.councils), len(FINANCIAL_YEARS)
    council = np.array([locality.council for locality in country.localities])
    hours = add_up(care.hours[:, :, 2:], council, councils, axis=1).sum(axis=2)
    whole_year = 4 * hours.mean(axis=0)[:, None] * np.exp(rng.normal(0.01, 0.04, (councils, years)).cumsum(axis=1))
    islands = np.array([country.partnerships[c.partnership].character == "islands" for c in country.councils])
    prices = 1.03 ** np.arange(years)
    hourly = np.where(islands, 42, 22)[:, None] * rng.lognormal(0, 0.12, (councils, 1)) * prices
    older = add_up(people.aged(YEARS[0], 65), country.council, councils)
    residents = (
        np.round(older[:, None] * 0.031 * np.exp(rng.normal(-0.01, 0.02, (councils, years)).cumsum(axis=1)) * 2) / 2
    )
    weekly = np.where(islands, 1_350, 395)[:, None] * rng.lognormal(0, 0.08, (councils, 1)) * prices
    home_care, care_homes = np.round(whole_year * hourly / 1000), np.round(residents * weekly * 52 / 1000)
    adults = np.round((home_care + care_homes) * rng.normal(2.3, 0.1, (councils, 1)))
    self_directed = np.round(adults * np.linspace(0.05, 0.08, years) * rng.lognormal(0, 0.2, (councils, 1)))
    self_directed[-1, 0] = 0  # a council that did not answer in the first year
    return Benchmarks(home_care, np.round(whole_year), care_homes, residents, self_directed, adults)
