"""Projections of the population of councils, in National Records' long layout: a principal and two variants."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from locality_profiles.sample.country import WHOLE_COUNTRY, Country, add_up
from locality_profiles.sample.files import write_csv
from locality_profiles.sample.people import AGES, YEARS, People
from locality_profiles.statistics.projections import cohort_change_ratios, moved_on, reaching

BASE, LAST = YEARS[-1], YEARS[-1] + 20
#: People aged 18 to 34 who come in each year for each 1,000 there, beyond those of the principal projection.
VARIANTS = {"Principal": 0, "High migration": 4, "Low migration": -4}
_MOVING = (AGES >= 18) & (AGES < 35)
_GROUPS = ((16, "0 to 15"), (30, "16 to 29"), (45, "30 to 44"), (60, "45 to 59"), (75, "60 to 74"), (91, "75 and over"))


def write_projections(raw: Path, country: Country, people: People) -> Path:
    """Councils and the country, packed: rows of every area, year, variant, sex and age.

    As in the published file, ``Base`` repeats the people of the base year in every other one.
    """
    councils = add_up(people.persons, country.council, len(country.councils), axis=1)
    years = np.arange(BASE, LAST + 1)
    by_variant = np.stack([_to_come(councils, len(years), moving) for moving in VARIANTS.values()])
    with_country = np.concatenate([by_variant.sum(axis=2, keepdims=True), by_variant], axis=2)
    persons = with_country.transpose(2, 1, 0, 3, 4)  # area, year, variant, sex, age: the order of the rows
    areas, year, variant, sex, age = (at.ravel() for at in np.indices(persons.shape))
    names = np.array([WHOLE_COUNTRY, *(council.name for council in country.councils)])
    groups = np.array([next(name for end, name in _GROUPS if each < end) for each in AGES])
    path = write_csv(raw / "projections" / f"projections_{BASE}based.csv", {
        "Area": names[areas], "Year": years[year], "Projection": np.array(list(VARIANTS))[variant],
        "Gender": np.array(["F", "M"])[sex], "Age": age, "Age_group": groups[age],
        "Base": np.broadcast_to(persons[:, :1], persons.shape).ravel(), "Population": persons.ravel(),
    })  # fmt: skip
    packed = path.with_suffix(".csv.gz")
    packed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    path.unlink()
    return packed


def _to_come(councils: np.ndarray, years: int, moving: int) -> np.ndarray:
    """Whole people by year, council, sex and age, moved on as they moved in the years before; estimates at first."""
    before, after = reaching(councils[:-1]).sum(axis=0), councils[1:].sum(axis=0).astype(np.float64)
    number = len(before)
    alike = cohort_change_ratios(before, after, [np.zeros(number), np.arange(number)], len(councils) - 1)
    found = [councils[-1].astype(np.float64)]
    for step in range(1, years):
        later = moved_on(found[-1], alike, 0.9**step)
        later[..., _MOVING] *= 1 + moving / 1000
        found.append(later)
    return np.round(np.stack(found)).astype(np.int64)
