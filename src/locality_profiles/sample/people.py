"""The people of the made-up country: who lives in each zone, year by year, and how well off they are.

A zone starts with an age pyramid of its own (islands and countryside older, cities younger) and then
lives: people age, die, move and are born, so that the years make a trend and not so many draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from locality_profiles.sample.country import TOWN, Country

#: Mid-years of the population estimates.
YEARS = tuple(range(2016, 2022))
#: The year whose population the deprivation index is made with.
INDEX_YEAR = 2017
#: People of the islands when it all begins.
ISLANDERS = 23_000
AGES = np.arange(91)
FEMALE, MALE = 0, 1
OLDEST = 90

#: Ages of the bands in which social care is published.
CARE_BANDS = (("0-17 years", 0, 17), ("18-64 years", 18, 64), ("65-74 years", 65, 74),
              ("75-84 years", 75, 84), ("85+ years", 85, OLDEST))  # fmt: skip

_PYRAMID = ((0, 10, 18, 25, 35, 45, 57, 65, 75, 85, 89), (0.74, 1.0, 1.0, 1.2, 1.22, 1.2, 1.42, 1.2, 0.92, 0.4, 0.22))
_MOVERS = ((0, 5, 15, 19, 25, 32, 45, 90), (0.05, 0.04, 0.03, 0.14, 0.13, 0.08, 0.03, 0.02))
#: Years by which the pyramid of each kind of partnership leans to the old.
_LEAN = {"islands": 0.12, "city": -0.3, "mixed": 0.0, "rural": 0.25}
#: How poor zones are on average, and how different from each other.
_POVERTY = {"islands": (-0.2, 0.45), "city": (0.2, 1.2), "mixed": (0.0, 1.0), "rural": (-0.15, 0.7)}
#: Eight-fold urban rural classes, with the share of intermediate zones in each.
_SETTLEMENT = {"city": ((1, 2), (0.9, 0.1)), "mixed": ((2, 3, 6), (0.6, 0.2, 0.2)),
               "rural": ((3, 4, 6, 7, 8), (0.15, 0.2, 0.35, 0.2, 0.1))}  # fmt: skip


@dataclass(frozen=True)
class People:
    """``persons`` by year, zone, sex (female, male) and single year of age; 90 is 90 and over."""

    persons: np.ndarray
    poverty: np.ndarray
    """How poor each zone is: 0 on average, positive is poorer."""
    income_deprived: np.ndarray
    employment_deprived: np.ndarray
    urban_rural: np.ndarray
    """Eight-fold class of each zone."""

    def in_year(self, year: int) -> np.ndarray:
        return self.persons[YEARS.index(year)]

    def aged(self, year: int, start: int, stop: int = OLDEST) -> np.ndarray:
        """People of both sexes by zone, of the ages ``start`` to ``stop``, both included."""
        return self.in_year(year)[:, :, start : stop + 1].sum(axis=(1, 2))


def settle(country: Country, seed: int) -> People:
    """Fill the country with people and let the years pass."""
    rng = np.random.default_rng([seed, 2])
    character = np.array([partnership.character for partnership in country.partnerships])[country.partnership]
    poverty = _poverty(country, character, rng)
    persons = _settlers(country, character, poverty, rng)
    years = [persons]
    for _ in YEARS[1:]:
        years.append(_year_later(years[-1], persons, poverty, rng))
    everyone = np.stack(years)
    of_index_year = everyone[YEARS.index(INDEX_YEAR)]
    working_age = of_index_year[:, :, 16:65].sum(axis=(1, 2))
    return People(
        everyone,
        poverty,
        rng.binomial(of_index_year.sum(axis=(1, 2)), _share(-2.35 + 0.75 * poverty)),
        rng.binomial(working_age, _share(-2.6 + 0.7 * poverty)),
        _urban_rural(country, character, rng),
    )


def _share(logit: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-logit)))


def _poverty(country: Country, character: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Poor and well-off quarters within every council, more alike within an intermediate zone."""
    mean = np.array([_POVERTY[kind][0] for kind in character])
    spread = np.array([_POVERTY[kind][1] for kind in character])
    quarter = rng.normal(0, 0.8, len(country.intermediate_zones))[country.intermediate]
    return mean + spread * (quarter + rng.normal(0, 0.6, country.zones))


def _settlers(country: Country, character: np.ndarray, poverty: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The first year's people: zones of 400 to 1,400, with a pyramid for each."""
    total = np.clip(rng.normal(775, 150, country.zones), 420, 1_380)
    islands = character == "islands"
    total[islands] *= ISLANDERS / total[islands].sum()
    pyramid = np.interp(AGES, *_PYRAMID)
    pyramid[OLDEST] = 0.75
    lean = np.array([_LEAN[kind] for kind in character]) - 0.06 * poverty + rng.normal(0, 0.12, country.zones)
    chance = pyramid * np.exp(lean[:, None] * (AGES - 40) / 40)
    students = (character == "city") & (rng.random(country.zones) < 0.08)
    chance[np.ix_(students, np.arange(18, 25))] *= 5
    chance /= chance.sum(axis=1, keepdims=True)
    of_age = rng.multinomial(np.asarray(total.round(), dtype=np.int64), chance)
    women = rng.binomial(of_age, 0.488 + 0.22 * np.clip((AGES - 50) / 45, 0, 1) ** 2)
    return np.stack([women, of_age - women], axis=1)


def _year_later(now: np.ndarray, settlers: np.ndarray, poverty: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Everyone a year older, less those who died or left, with newcomers and the newly born."""
    mortality = np.minimum(3.2e-5 * np.exp(0.094 * AGES), 0.21) * np.exp(0.2 * poverty)[:, None]
    chance = np.stack([0.85 * mortality, 1.15 * mortality], axis=1)
    alive = now - rng.binomial(now, np.minimum(chance, 0.9))
    moving = np.interp(AGES, *_MOVERS)
    stayed = alive - rng.binomial(alive, moving)
    later = np.zeros_like(now)
    later[:, :, 1:] = stayed[:, :, :-1]
    later[:, :, OLDEST] += stayed[:, :, OLDEST]
    later += rng.poisson(settlers * moving * 1.09)
    births = rng.poisson(0.046 * now[:, FEMALE, 18:42].sum(axis=1))
    girls = rng.binomial(births, 0.488)
    later[:, FEMALE, 0] += girls
    later[:, MALE, 0] += births - girls
    return later


def _urban_rural(country: Country, character: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Eight-fold class of each zone: the same throughout an intermediate zone."""
    drawn = np.zeros(len(country.intermediate_zones), dtype=int)
    kinds = np.array([country.partnerships[country.councils[z.council].partnership].character
                      for z in country.intermediate_zones])  # fmt: skip
    for kind, (classes, shares) in _SETTLEMENT.items():
        here = kinds == kind
        drawn[here] = rng.choice(classes, here.sum(), p=shares)
    islanders = np.where(country.locality == TOWN, 5, 8)  # one very remote small town, the rest very remote rural
    return np.where(character == "islands", islanders, drawn[country.intermediate])
