"""The postcode directory: a few postcodes in every zone, and those of practices and hospitals.

The areas ZQ and ZV are used by no postcode of the United Kingdom.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely

from locality_profiles.sample.country import Country
from locality_profiles.sample.files import write_csv
from locality_profiles.sample.land import on_the_grid
from locality_profiles.sample.people import YEARS, People
from locality_profiles.sample.services import Hospitals, Practices

#: Postcodes where people live, in each zone.
IN_A_ZONE = 6
#: One zone in so many has a postcode that is no longer used.
ZONES_BY_DELETED = 7
LETTERS = "ABDEFGHJLNPQRSTUVWXYZ"
MADE, ENDED = "01/08/1973 00:00:00", "01/02/2004 00:00:00"


def practice_postcodes(count: int) -> list[str]:
    """One for each practice."""
    return [f"ZQ{1 + n // 180} {1 + n // 20 % 9}{LETTERS[n % 20]}Z" for n in range(count)]


def hospital_postcodes(count: int) -> list[str]:
    """One for each hospital: large users, with a postcode of their own."""
    return [f"ZQ9 {1 + number // 20}{LETTERS[number % 20]}Z" for number in range(count)]


def home_postcodes(zones: int) -> list[str]:
    """Where people live: ``IN_A_ZONE`` for each zone, in order of zone."""
    return _residential(zones * IN_A_ZONE)


def write_directory(
    raw: Path, country: Country, people: People, practices: Practices, hospitals: Hospitals, seed: int
) -> list[Path]:
    """Small users with their residents at two censuses, and large users with the postcode that they lie in."""
    rng = np.random.default_rng([seed, 21])
    zone = np.repeat(np.arange(country.zones), IN_A_ZONE)
    homes = home_postcodes(country.zones)
    points = _points(country, rng)
    counts = [_shared(people.aged(year, 0), rng) for year in (YEARS[-1], YEARS[0])]
    gone = np.arange(0, country.zones, ZONES_BY_DELETED)
    split = _border_zones(country)
    part = homes[int(split[0]) * IN_A_ZONE]
    homes[int(split[0]) * IN_A_ZONE] = f"{part}A"
    codes = [*homes, f"{part}B", *practice_postcodes(len(practices.code)), *_residential(len(gone), "ZV99")]
    zones = np.concatenate([zone, [split[1]], practices.zone, gone])
    places = np.concatenate([points, country.zone_centres[np.concatenate([[split[1]], practices.zone, gone])]])
    others = len(zones) - len(zone)
    people_of = [np.append(counted, np.zeros(others, dtype=int)) for counted in counts]
    deleted = np.where(np.arange(len(zones)) >= len(zones) - len(gone), ENDED, "")
    parts = [code[-1] in "AB" and code[-4].isdigit() for code in codes]
    small = _columns(country, codes, zones, places, deleted, np.where(parts, "Y", "N"))
    small |= {"CensusPopulationCount2022": people_of[0], "CensusPopulationCount2011": people_of[1]}
    at = hospitals.zone
    count = len(at)
    large = _columns(
        country, hospital_postcodes(count), at, country.zone_centres[at], np.full(count, ""), np.full(count, "N")
    )
    large["LinkedSmallUserPostcode"] = [homes[z * IN_A_ZONE] for z in at]
    folder = raw / "lookups" / "postcode_directory"
    return [write_csv(folder / "SmallUser.csv", small), write_csv(folder / "LargeUser.csv", large)]


def _residential(count: int, area: str = "") -> list[str]:
    """Postcodes one after another: 400 to a sector, nine sectors to a district."""
    each = 20 * 20
    return [
        f"{area or f'ZV{1 + n // (9 * each)}'} {1 + n // each % 9}{LETTERS[n // 20 % 20]}{LETTERS[n % 20]}"
        for n in range(count)
    ]


def _points(country: Country, rng: np.random.Generator) -> np.ndarray:
    """Points between each zone's centre and its border, in order of zone."""
    corner, of = shapely.get_coordinates(country.zone_outlines, return_index=True)
    first, size = np.searchsorted(of, np.arange(country.zones)), np.bincount(of)
    drawn = first[:, None] + (rng.random((country.zones, IN_A_ZONE)) * size[:, None]).astype(int)
    border = on_the_grid(shapely.points(corner[drawn.ravel()]))
    centre = np.repeat(country.zone_centres, IN_A_ZONE, axis=0)
    way = rng.uniform(0.1, 0.7, len(centre))[:, None]
    return np.round(centre + way * (border - centre)).astype(int)


def _shared(residents: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The residents of each zone by postcode."""
    chance = rng.dirichlet(np.full(IN_A_ZONE, 4.0), len(residents))
    return rng.multinomial(residents, chance).ravel()


def _border_zones(country: Country) -> np.ndarray:
    """Two zones of different councils with the nearest centres: a postcode lies across."""
    one, two = (np.flatnonzero(country.council == number) for number in (1, 2))
    apart = country.zone_centres[one][:, None] - country.zone_centres[two][None]
    nearest = int(np.argmin((apart**2).sum(axis=2)))
    return np.array([one[nearest // len(two)], two[nearest % len(two)]])


def _columns(
    country: Country, codes: list[str], zone: np.ndarray, places: np.ndarray, deleted: np.ndarray, split: np.ndarray
) -> dict[str, Any]:
    """The columns that both files have; the real ones have some fifty more."""
    return {
        "Postcode": codes,
        "PostcodeDistrict": [code.split()[0] for code in codes],
        "PostcodeSector": [f"{code.split()[0]} {code.split()[1][0]}" for code in codes],
        "DateOfIntroduction": np.full(len(codes), MADE),
        "DateOfDeletion": deleted,
        "GridReferenceEasting": places[:, 0],
        "GridReferenceNorthing": places[:, 1],
        "SplitIndicator": split,
        "CouncilArea2019Code": np.array([council.code for council in country.councils])[country.council[zone]],
        "IntegrationAuthority2019Code": np.array([p.code for p in country.partnerships])[country.partnership[zone]],
        "DataZone2011Code": country.zone_code[zone],
    }
