"""Data zones of 2001 on the islands, and what was counted in them: how to come from one edition to the next.

Of every five zones of 2011, one is as it was, two were one, and between the last two a border moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from locality_profiles.sample.country import Country
from locality_profiles.sample.files import rounded, write_csv
from locality_profiles.sample.people import YEARS, People

#: Share of the people of the fourth zone in five who lived in the fifth zone of 2011.
MOVED = 0.3
#: Years of the dwellings by council-tax band, and the share of dwellings in each band.
DWELLING_YEARS = (2011, 2012, 2013)
BANDS = dict(zip("ABCDEFGH", (0.17, 0.2, 0.2, 0.15, 0.14, 0.09, 0.04, 0.01), strict=True))
PEOPLE_IN_DWELLING = 2.05


@dataclass(frozen=True)
class EarlierZones:
    """Zones of 2001: rows are pairs with zones of 2011, by position."""

    code: np.ndarray
    earlier: np.ndarray
    zone: np.ndarray
    weight: np.ndarray
    people: np.ndarray
    """Residents of each zone of 2001, about."""


def earlier_zones(country: Country, people: People) -> EarlierZones:
    """The zones of 2001 of the first partnership."""
    residents = people.aged(YEARS[0], 0)
    here = np.flatnonzero(country.partnership == 0)
    pairs: list[tuple[int, int, float]] = []
    count = 0
    for first in range(0, len(here), 5):
        same, left, right, fourth, fifth = here[first : first + 5]
        of_left = round(float(residents[left] / (residents[left] + residents[right])), 4)
        pairs += [
            (count, same, 1.0), (count + 1, left, of_left), (count + 1, right, round(1 - of_left, 4)),
            (count + 2, fourth, 1 - MOVED), (count + 2, fifth, MOVED), (count + 3, fifth, 1.0),
        ]  # fmt: skip
        count += 4
    earlier, zone, weight = (np.array(column) for column in zip(*pairs, strict=True))
    size = np.zeros(count)
    np.add.at(size, earlier, residents[zone] * np.where(weight == MOVED, 0.0, 1.0))
    code = np.array([f"S0199{number:04d}" for number in range(1, count + 1)])
    return EarlierZones(code, earlier, zone, weight, size)


def write_conversion(raw: Path, country: Country, zones: EarlierZones) -> Path:
    """Pairs of zones with the share of the earlier one's people."""
    return write_csv(
        raw / "lookups" / "dz2001_to_dz2011.csv",
        {
            "DZ2001_Code": zones.code[zones.earlier],
            "DZ2011_Code": country.zone_code[zones.zone],
            "weight": rounded(zones.weight, 4).astype(str),
        },
    )


def write_dwellings(raw: Path, zones: EarlierZones, seed: int) -> Path:
    """Dwellings by council-tax band, long and in quotation marks, with ratios among the counts."""
    rng = np.random.default_rng([seed, 22])
    share = rng.dirichlet(60 * np.array(list(BANDS.values())), len(zones.code))
    total = np.round(zones.people / PEOPLE_IN_DWELLING * rng.normal(1.0, 0.02, len(zones.code))).astype(int)
    growth = 1 + 0.006 * np.arange(len(DWELLING_YEARS))
    dwellings = np.round(growth[:, None, None] * total[None, :, None] * share).astype(int)
    small = 100 * dwellings[:, :, :3].sum(axis=2, keepdims=True) / dwellings.sum(axis=2, keepdims=True)
    names = [*(f"Band {band}" for band in BANDS), "Bands A-C"]
    measures = ["Count"] * len(BANDS) + ["Ratio"]
    year_at, zone_at, band_at = (at.ravel() for at in np.indices((len(growth), len(total), len(names))))
    values = np.concatenate([dwellings, small], axis=2).ravel()
    return write_csv(
        raw / "population" / "dwellings_council_tax_dz2001.csv",
        {
            "year": np.array([str(year) for year in DWELLING_YEARS])[year_at],
            "zone": zones.code[zone_at],
            "band": np.array(names)[band_at],
            "measure": np.array(measures)[band_at],
            "value": rounded(values, 2).astype(str),
        },
        quoted=True,
    )
