"""The deprivation index: ranks with weighted quintiles, and the indicators behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from locality_profiles.sample.country import Country
from locality_profiles.sample.files import write_csv
from locality_profiles.sample.people import INDEX_YEAR, People
from locality_profiles.sample.services import bands, deprivation_rank, weighted_share


def write_index(raw: Path, country: Country, people: People) -> Path:
    """Open data: rank, and tenths and fifths of the people of the country and of each larger area."""
    rank = deprivation_rank(people)
    residents = people.aged(INDEX_YEAR, 0)
    everyone = np.zeros(country.zones, dtype=int)
    within = {"Country": everyone, "HB": country.board, "HSCP": country.partnership, "CA": country.council}
    columns: dict[str, Any] = {
        "DataZone": country.zone_code,
        "IntZone": np.array([zone.code for zone in country.intermediate_zones])[country.intermediate],
        "HB": np.array([board.code for board in country.boards])[country.board],
        "HSCP": np.array([place.code for place in country.partnerships])[country.partnership],
        "CA": np.array([council.code for council in country.councils])[country.council],
        "SIMD2020V2Rank": rank,
    }
    for area, group in within.items():
        share = weighted_share(rank, residents, group)
        columns[f"SIMD2020V2{area}Decile"] = bands(share, 10)
        columns[f"SIMD2020V2{area}Quintile"] = bands(share, 5)
    share = weighted_share(rank, residents, everyone)
    columns["SIMD2020V2Most15pc"] = (share <= 0.15).astype(int)
    columns["SIMD2020V2Least15pc"] = (share > 0.85).astype(int)
    return write_csv(raw / "deprivation" / "simd2020v2.csv", columns)


def write_indicators(raw: Path, country: Country, people: People) -> Path:
    """The Government's indicators as text: '8%' for a share, '*' for what is suppressed."""
    rng = np.random.default_rng([country.zones, 2020])
    zones, poor = country.zones, people.poverty
    remote = (people.urban_rural - 1) / 7
    residents = people.aged(INDEX_YEAR, 0)
    working = people.aged(INDEX_YEAR, 16, 64)

    def standardised(pull: float) -> np.ndarray:
        """A ratio to the country's: 100 is the same."""
        return np.maximum(0, np.round(100 * np.exp(pull * poor + rng.normal(0, 0.25, zones)))).astype(int)

    def share(mean: float, pull: float) -> np.ndarray:
        return np.clip(mean * np.exp(pull * poor + rng.normal(0, 0.2, zones)), 0, 1)

    def minutes(near: float, far: float) -> list[str]:
        travel = (near + far * remote) * np.exp(rng.normal(0, 0.25, zones))
        return [f"{value:.1f}" for value in travel]

    crimes = rng.poisson(residents * 0.03 * np.exp(0.5 * poor))
    crowded = rng.binomial(residents, share(0.11, 0.3))
    unheated = rng.binomial(residents, share(0.025, 0.1))
    columns: dict[str, Any] = {
        "Data_Zone": country.zone_code,
        "Intermediate_Zone": np.array([zone.name for zone in country.intermediate_zones])[country.intermediate],
        "Council_area": np.array([council.name for council in country.councils])[country.council],
        "Total_population": residents,
        "Working_age_population": working,
        "Income_rate": _percent(people.income_deprived / residents),
        "Income_count": people.income_deprived,
        "Employment_rate": _percent(people.employment_deprived / np.maximum(working, 1)),
        "Employment_count": people.employment_deprived,
        "CIF": standardised(0.5),
        "ALCOHOL": standardised(0.6),
        "DRUG": standardised(0.8),
        "SMR": standardised(0.3),
        "DEPRESS": _percent(share(0.18, 0.15)),
        "LBWT": _percent(share(0.05, 0.2)),
        "EMERG": standardised(0.25),
        "Attendance": _percent(1 - share(0.17, 0.35), hidden=rng.random(zones) < 0.08),
        "Attainment": _hidden([f"{5.7 - 0.25 * value:.1f}" for value in poor], rng.random(zones) < 0.03),
        "no_qualifications": standardised(0.35),
        "not_participating": _percent(share(0.04, 0.5)),
        "University": _percent(share(0.13, -0.6)),
        "drive_petrol": minutes(3, 7),
        "drive_GP": minutes(2.5, 8),
        "drive_post": minutes(2, 4),
        "drive_primary": minutes(2, 4),
        "drive_retail": minutes(3, 25),
        "drive_secondary": minutes(4, 14),
        "PT_GP": minutes(7, 14),
        "PT_post": minutes(6, 12),
        "PT_retail": minutes(8, 40),
        "Broadband": _percent(np.clip(0.35 * remote + rng.normal(0.02, 0.05, zones), 0, 1)),
        "crime_count": _hidden([str(value) for value in crimes], crimes < 5),
        "crime_rate": _hidden([f"{value:.0f}" for value in 10_000 * crimes / residents], crimes < 5),
        "overcrowded_count": crowded,
        "nocentralheat_count": unheated,
        "overcrowded_rate": _percent(crowded / residents),
        "nocentralheat_rate": _percent(unheated / residents),
    }
    return write_csv(raw / "deprivation" / "SIMD2020v2_indicators.csv", columns)


def _percent(share: np.ndarray, hidden: np.ndarray | None = None) -> list[str]:
    return _hidden([f"{100 * value:.0f}%" for value in share], np.zeros(len(share)) if hidden is None else hidden)


def _hidden(text: list[str], where: np.ndarray) -> list[str]:
    return ["*" if hide else value for value, hide in zip(text, where, strict=True)]
