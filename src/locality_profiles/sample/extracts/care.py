"""Home care, households, and what councils spend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from locality_profiles.sample.country import WHOLE_COUNTRY, Country, add_up
from locality_profiles.sample.files import rounded, write_csv, write_workbook
from locality_profiles.sample.people import CARE_BANDS
from locality_profiles.sample.services import (
    CARE_QUARTERS,
    CENSUS_YEARS,
    FINANCIAL_YEARS,
    HOUSEHOLD_YEARS,
    Benchmarks,
    HomeCare,
    Services,
)

MEASURES = ("Rate per 1,000 Population", "Number of People", "Number of Hours")
AGE_GROUPS = ("All Ages", *(name for name, _, _ in CARE_BANDS))
OUTSIDE = "Outside Partnership"
#: Household sizes are published from this year on.
FIRST_SIZE = 2015


def to_five(values: np.ndarray) -> np.ndarray:
    """Counts as published: to the nearest five."""
    return (5 * np.round(np.asarray(values) / 5)).astype(int)


def _with_total(values: np.ndarray) -> np.ndarray:
    """The sum of all age bands before them."""
    return np.concatenate([values.sum(axis=-1, keepdims=True), values], axis=-1)


def _published(people: np.ndarray, hours: np.ndarray, residents: np.ndarray) -> np.ndarray:
    """The three measures as text, on a last axis. Rates are of the unrounded count."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(residents > 0, 1000 * people / residents, np.nan)
    cells = [rounded(rate.ravel()), to_five(people).ravel().astype(str), to_five(hours).ravel().astype(str)]
    return np.stack([np.asarray(cell, dtype=object).reshape(people.shape) for cell in cells], axis=-1)


def _quarter(year: int, quarter: int) -> str:
    return f"{year}/{(year + 1) % 100:02d} Q{quarter}"


def write_home_care_by_locality(raw: Path, country: Country, care: HomeCare) -> Path:
    """By quarter, council, locality and age, with people looked after outside the partnership.

    Age groups in which a locality never had anyone are left out, and there is no rate for people
    outside. Names are written with 'and', whatever the outlines write.
    """
    councils, localities = country.councils, country.localities
    places = [
        (locality.council, number, locality.name.replace("&", "and")) for number, locality in enumerate(localities)
    ]
    places += [(number, -1, OUTSIDE) for number in range(len(councils))]
    places.sort(key=lambda place: (councils[place[0]].name_in("home_care"), place[2]))
    of_locality = _published(_with_total(care.people), _with_total(care.hours), _with_total(care.of_locality))
    nobody = np.zeros_like(care.of_council)
    of_outside = _published(_with_total(care.outside_people), _with_total(care.outside_hours), _with_total(nobody))
    cells = np.stack(
        [of_outside[:, council] if number < 0 else of_locality[:, number] for council, number, _ in places], axis=1
    )
    kept = cells != ""
    ever = np.stack(
        [
            (care.outside_people[:, council] if number < 0 else care.people[:, number]).any(axis=0)
            for council, number, _ in places
        ]
    )
    kept[:, :, 1:] &= ever[None, :, :, None]
    quarter_at, place_at, age_at, measure_at = np.nonzero(kept)
    return write_csv(
        raw / "social_care" / "data_homecare_locality.csv",
        {
            "financial_quarter": np.array([_quarter(*each) for each in CARE_QUARTERS])[quarter_at],
            "sending_location": np.array([councils[c].name_in("home_care") for c, _, _ in places])[place_at],
            "locality": np.array([name for _, _, name in places])[place_at],
            "age_group": np.array(AGE_GROUPS)[age_at],
            "measure": np.array(MEASURES)[measure_at],
            "value": cells[kept],
        },
    )


def write_home_care_by_council(raw: Path, country: Country, care: HomeCare) -> Path:
    """By quarter, council and age, with the country first; below it the census weeks of earlier years.

    Two kinds of period stand in one column, and every row repeats the country's figure.
    """
    count = len(country.councils)
    of = np.array([locality.council for locality in country.localities])
    people = care.outside_people + add_up(care.people, of, count, axis=1)
    hours = care.outside_hours + add_up(care.hours, of, count, axis=1)
    names = [f"{WHOLE_COUNTRY} (Estimated)", *(council.name_in("home_care") for council in country.councils)]
    order = np.array([0, *(1 + np.argsort(names[1:], kind="stable"))])
    quarters = _council_cells(people, hours, care.of_council)[:, order]
    # The censuses before: somewhat fewer people than in the first quarter, in one week of thirteen.
    fewer = np.linspace(0.94, 0.99, len(CENSUS_YEARS))[:, None, None]
    counted, worked = (np.floor(values[:1] * fewer).astype(int) for values in (people, hours / 13))
    weeks = _council_cells(counted, worked, np.repeat(care.of_council[:1], len(CENSUS_YEARS), axis=0))[:, order]
    cells = np.concatenate([quarters, weeks])
    periods = [("Financial Quarter", _quarter(*each)) for each in CARE_QUARTERS]
    periods += [("Census Week", f"{year}/{(year + 1) % 100:02d}") for year in CENSUS_YEARS]
    period_at, place_at, age_at, measure_at = (at.ravel() for at in np.indices(cells.shape))
    return write_csv(
        raw / "social_care" / "data_homecare_hscp.csv",
        {
            "time_period": np.array([kind for kind, _ in periods])[period_at],
            "financial_quarter": np.array([label for _, label in periods])[period_at],
            "sending_location": np.array(names)[order][place_at],
            "age_group": np.array([*AGE_GROUPS, "Unknown"])[age_at],
            "measure": np.array(MEASURES)[measure_at],
            "value": cells.ravel(),
            "scotland_value": np.broadcast_to(cells[:, :1], cells.shape).ravel(),
        },
    )


def _council_cells(people: np.ndarray, hours: np.ndarray, residents: np.ndarray) -> np.ndarray:
    """Published figures of the country and its councils, with an 'Unknown' age group of nobody."""
    figures = []
    for values in (people, hours, residents):
        with_country = np.concatenate([values.sum(axis=1, keepdims=True), values], axis=1)
        figures.append(np.pad(_with_total(with_country), ((0, 0), (0, 0), (0, 1))))
    cells = _published(*figures)
    cells[cells == ""] = "0"
    return cells


def write_households(raw: Path, country: Country, services: Services) -> Path:
    """Households by council name and year; the mean size is blank in early years."""
    households, people = services.households, services.in_households
    households, people = (np.vstack([values, values.sum(axis=0)]) for values in (households, people))
    areas = [*(council.name for council in country.councils), WHOLE_COUNTRY]
    area_at, year_at = (at.ravel() for at in np.indices(households.shape))
    years = np.array(HOUSEHOLD_YEARS)[year_at]
    return write_csv(
        raw / "housing_census" / "household_estimates_council.csv",
        {
            "Area": np.array(areas)[area_at],
            "Year": years,
            "Households": households.ravel(),
            "Av_HH_size": np.where(years < FIRST_SIZE, "", rounded((people / households).ravel(), 2)),
        },
    )


def write_benchmarks(raw: Path, country: Country, benchmarks: Benchmarks) -> Path:
    """The benchmarking workbook: one wide sheet, three columns for each indicator and year.

    The indicator stands before the two figures that it is made of, and again without inflation behind
    them all. One name has two blanks before its year. 'dna' says that a council gave no answer.
    """
    return write_workbook(
        raw / "costs" / "lgbf_raw_data.xlsx",
        {"Deflators": _deflators(), "Raw Data": _benchmark_rows(country, benchmarks)},
    )


def _year(start: int) -> str:
    return f"{start}-{(start + 1) % 100:02d}"


def _prices(start: int) -> float:
    """Prices of a year; 100 in the latest."""
    return float(round(100 * 1.02 ** (start - FINANCIAL_YEARS[-1]), 4))


def _deflators() -> Iterator[list[Any]]:
    yield ["Year", "Deflator"]
    yield from ([_year(start), _prices(start)] for start in FINANCIAL_YEARS)


def _benchmark_rows(country: Country, benchmarks: Benchmarks) -> Iterator[list[Any]]:
    """A row for each council and one for the country; the last column is of an indicator that nobody reads."""
    indicators = (
        ("SW1", "Total Homecare (£000)", "Care Hrs per Yr", 1000.0),
        ("SW2", "SDS Spend on over 18s", "Gross SW Spend on over 18s ", 100.0),
        ("SW5", "Net Expenditure on Care Homes for Older People",
         "Number of long-stay residents aged 65+ supported in Care Homes", 1000 / 52),
    )  # fmt: skip
    pairs = (
        (benchmarks.home_care_cost, benchmarks.home_care_hours),
        (benchmarks.self_directed_cost, benchmarks.social_work_cost),
        (benchmarks.care_home_cost, benchmarks.care_home_residents),
    )
    years = [_year(start) for start in FINANCIAL_YEARS]
    header: list[Any] = ["Local Authority"]
    for code, upper, lower, _ in indicators:
        header += [f"{name} {year}" for year in years for name in (code, upper, lower)]
        header += [f"{code} {year} Real" for year in years]
    yield [*header, f"ENV7b {years[-1]}"]

    names = [council.name_in("benchmarks") for council in country.councils]
    with_country = [[np.vstack([values, values.sum(axis=0)]).tolist() for values in pair] for pair in pairs]
    for number in [*np.argsort(names, kind="stable").tolist(), len(names)]:
        cells: list[Any] = [[*names, WHOLE_COUNTRY][number]]
        for (_, _, _, factor), (upper, lower) in zip(indicators, with_country, strict=True):
            together = list(zip(upper[number], lower[number], strict=True))
            values = [factor * above / below for above, below in together]
            cells += [cell for value, pair in zip(values, together, strict=True) for cell in (value, *pair)]
            cells += [100 * value / _prices(year) for value, year in zip(values, FINANCIAL_YEARS, strict=True)]
        yield [*cells, "dna"]
