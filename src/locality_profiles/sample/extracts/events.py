"""Births and deaths, and what the census asked: people of the sample, counted as publishers count them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from locality_profiles.sample.country import Country
from locality_profiles.sample.files import write_csv
from locality_profiles.sample.people import YEARS, People

#: The first age of each band in which deaths are told.
FIRST_AGES = np.array([0, 1, *range(5, 91, 5)])
BANDS = ("0", "1-4", *(f"{age}-{age + 4}" for age in range(5, 90, 5)), "90+")
SEXES = ("female", "male")


def write_events(raw: Path, country: Country, people: People, seed: int) -> Path:
    """Our own table of births and deaths: only what happened is listed."""
    rng = np.random.default_rng([seed, 41])
    died = np.stack([_deaths(people.in_year(year), people.poverty, rng) for year in YEARS])
    born = np.stack([_births(people.in_year(year), rng) for year in YEARS])
    deaths, births = _listed(died, country, "death"), _listed(born, country, "birth")
    columns = {name: np.concatenate([deaths[name], births[name]]) for name in deaths}
    return write_csv(raw / "vital_events" / "births_and_deaths.csv", columns)


def _deaths(persons: np.ndarray, poverty: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Deaths by zone, sex and band: risk rises with age (Gompertz) and with poverty, and is higher for males."""
    age = np.arange(persons.shape[2])
    risk = 0.00003 * np.exp(0.097 * age) + np.where(age == 0, 0.0035, 0.00008)
    by_sex = np.array([1.0, 1.35])
    risk = risk * by_sex[:, None] * np.exp(0.25 * poverty)[:, None, None]
    died = rng.binomial(persons, np.minimum(risk, 0.4))
    return np.add.reduceat(died, FIRST_AGES, axis=2)


def _births(persons: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Births by zone and sex, of women aged 15 to 44; the mother's age is not told."""
    women = persons[:, 0, 15:45].sum(axis=1)
    return rng.binomial(np.repeat(women[:, None], 2, axis=1), 0.024)[:, :, None]


def _listed(counts: np.ndarray, country: Country, event: str) -> dict[str, np.ndarray]:
    """Rows of what happened, from counts by year, zone, sex and band."""
    year, zone, sex, band = np.nonzero(counts)
    bands = BANDS if event == "death" else ("all",)
    return {
        "data_zone": np.asarray(country.zone_code)[zone], "year": np.asarray(YEARS)[year],
        "event": np.full(len(year), event), "sex": np.asarray(SEXES)[sex], "age_band": np.asarray(bands)[band],
        "count": counts[year, zone, sex, band],
    }  # fmt: skip


#: Tables of the census: title, who was asked, the share and the pull of each answer, and headings that are totals.
CENSUS = {
    "tenure": (
        "Table UV404 - Household tenure - Households", "All occupied households",
        {"Owned: Owned outright": (0.34, -0.5), "Owned: Owned with a mortgage or loan": (0.29, -0.3),
         "Social Rented: Council (LA) or Housing Association/ Registered Social Landlord": (0.22, 0.8),
         "Private rented: Private landlord or letting agency": (0.12, 0.2), "Lives Rent Free": (0.03, 0.0)},
        {"Owned: Total": ("Owned: Owned outright", "Owned: Owned with a mortgage or loan"),
         "Private rented: Total": ("Private rented: Private landlord or letting agency",)},
    ),
    "occupancy": (
        "Table UV415 - Occupancy rating for bedrooms", "All occupied households",
        {"Occupancy rating of bedrooms: +2 or more": (0.32, -0.5), "Occupancy rating of bedrooms: +1": (0.38, 0.0),
         "Occupancy rating of bedrooms: 0": (0.27, 0.3), "Occupancy rating of bedrooms: -1 or less": (0.03, 0.7)}, {},
    ),
    "disability": (
        "Table UV303 - Disability - All people", "All people",
        {"Day-to-day activities limited a lot": (0.1, 0.4), "Day-to-day activities limited a little": (0.13, 0.2),
         "Day-to-day activities not limited": (0.77, 0.0)}, {},
    ),
}  # fmt: skip


def write_census(raw: Path, country: Country, people: People, seed: int) -> list[Path]:
    """Three tables as the flexible table builder writes CSV: titles above, notes below, each cell changed a little."""
    rng = np.random.default_rng([seed, 43])
    return [_table(raw, country, people, name, rng) for name in CENSUS]


def _table(raw: Path, country: Country, people: People, name: str, rng: np.random.Generator) -> Path:
    title, everybody, answers, totals = CENSUS[name]
    residents = people.aged(YEARS[-1], 0)
    asked = residents if everybody == "All people" else np.round(residents / 2.15).astype(int)
    weight = np.array([share * np.exp(pull * people.poverty) for share, pull in answers.values()])
    told = rng.multinomial(asked, (weight / weight.sum(axis=0)).T).T
    counts = dict(zip(answers, told, strict=True))
    sums = {heading: np.sum([counts[part] for part in parts], axis=0) for heading, parts in totals.items()}
    order = sorted([*sums, *counts], key=list(_ORDER).index)
    columns = [np.maximum(0, (sums | counts)[heading] + rng.integers(-1, 2, len(asked))) for heading in order]
    lines = [
        "SuperWEB2(tm)", "", '"Census 2022-Synthetic"',
        f'"Scotland\'s Census 2022 - SYNTHETIC: made up, about no real place {title}"',
        f'"Intermediate Zone - Data Zone 2011 by {name}"', '"Counting"', "", "Filters:",
        '"Summation Options","Individuals"', "",
        ",".join(f'"{heading}"' for heading in (name.capitalize(), everybody, *order)) + ",",
        '"Intermediate Zone - Data Zone 2011",',
        *(f'"{code}",{",".join(map(str, row))},'
          for code, *row in zip(country.zone_code, asked, *columns, strict=True)),
        "", '"INFO","Data has been perturbed"', "", '"Made up for trying the program out."', "",
    ]  # fmt: skip
    path = raw / "housing_census" / f"census2022_{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


#: Headings in the order of the real tables: totals stand before their parts.
_ORDER = (
    "Owned: Total", "Owned: Owned outright", "Owned: Owned with a mortgage or loan",
    "Social Rented: Council (LA) or Housing Association/ Registered Social Landlord", "Private rented: Total",
    "Private rented: Private landlord or letting agency", "Lives Rent Free", *CENSUS["occupancy"][2],
    *CENSUS["disability"][2],
)  # fmt: skip


def write_options(raw: Path, country: Country, people: People, seed: int) -> Path:
    """Self-directed support by option, council and year, the country first; rounded to 5."""
    rng = np.random.default_rng([seed, 47])
    years = YEARS[-4:]
    per_head = np.array([0.0014, 0.0011, 0.0105, 0.0006])
    rows = []
    of = np.asarray(country.council)
    for year in years:
        residents = np.bincount(of, people.aged(year, 0), len(country.councils)).astype(int)
        chosen = rng.poisson(residents[:, None] * per_head)
        anyone = np.maximum(chosen.sum(axis=1) - rng.poisson(2, len(residents)), 0)
        table = np.column_stack([chosen, anyone])
        places = ["Scotland (Estimated)", *(council.name for council in country.councils)]
        for name, row in zip(places, np.vstack([table.sum(axis=0), table]), strict=True):
            for option, count in zip((*(f"Option {n}" for n in range(1, 5)), "Any SDS"), row, strict=True):
                rows.append((f"{year}/{(year + 1) % 100:02d}", name, option, 5 * round(count / 5)))
    names = ("financial_year", "sending_location", "option_type", "nclient")
    columns = dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
    return write_csv(raw / "social_care" / "data_sds_trend.csv", columns)
