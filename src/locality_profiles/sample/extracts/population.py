"""Mid-year population in the layouts of National Records and of the open data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from locality_profiles.sample.country import WHOLE_COUNTRY, Country, add_up
from locality_profiles.sample.files import BYTE_ORDER_MARK, with_commas, write_csv, write_workbook
from locality_profiles.sample.people import FEMALE, MALE, YEARS, People

SEXES = ("All", "Female", "Male")
#: The first year stands in a table of its own, without sexes; the last in a workbook for each sex.
FIRST, *BETWEEN, LATEST = YEARS


def write_latest_mid_year(raw: Path, country: Country, people: People) -> list[Path]:
    """A workbook for each sex: notes on the first sheet, two title rows above the table on the second."""
    year = LATEST
    files = []
    for sex, word, plural in ((MALE, "Male", "males"), (FEMALE, "Female", "females")):
        title = f"Table 1: Synthetic population of data zones by single year of age, {plural}, mid-{year}"
        notes = (
            title.partition(": ")[2],
            f"Invented figures for {country.name}, a country that does not exist.",
            f"{country.zones:,} data zones in {len(country.councils)} council areas.",
        )
        sheets: dict[str, Any] = {
            "General_notes": ([note] for note in notes),
            f"Population_{word.lower()}_{year}": _nrs_rows(country, people.in_year(year)[:, sex], word, title),
        }
        files.append(write_workbook(raw / "population" / f"sape-{year}-{plural}.xlsx", sheets))
    return files


def _nrs_rows(country: Country, persons: np.ndarray, sex: str, title: str) -> Iterator[list[Any]]:
    yield [title]
    yield ["This worksheet contains one table. "]
    ages = [f"Age {age}" for age in range(90)] + ["Age 90 and over"]
    yield [
        "Data zone code",
        "Data zone name",
        "Council area code",
        "Council area name",
        "Sex",
        "Total population",
        *ages,
    ]
    for zone, row in enumerate(persons.tolist()):
        council = country.councils[country.council[zone]]
        code, name = str(country.zone_code[zone]), str(country.zone_name[zone])
        yield [code, name, council.code, council.name, sex, sum(row), *row]


def write_earlier_mid_years(raw: Path, country: Country, people: People) -> Path:
    """Open data of data zones: a row for each sex and for both, and the country's total marked 'd'."""
    persons = np.stack([people.in_year(year) for year in BETWEEN])
    columns = _open_data("DataZone", country.code, country.zone_code, persons, BETWEEN)
    return write_csv(raw / "population" / f"dz2011-pop-est_{BETWEEN[0]}-{BETWEEN[-1]}.csv", columns)


def write_first_mid_year(raw: Path, country: Country, people: People) -> Path:
    """National Records' sheet of persons saved as CSV, as a person would hand it over.

    Title rows, a second row of column names, a country without a code, thousands commas, an empty last
    column, and a footer that only Windows-1252 can read.
    """
    persons = people.in_year(FIRST).sum(axis=1)
    rows = np.vstack([persons.sum(axis=0), persons])
    councils = np.array([council.name for council in country.councils])[country.council]
    columns: dict[str, Any] = {
        "Area code": ["", "DataZone2011Code", *country.zone_code],
        "Area name": [WHOLE_COUNTRY.upper(), "DataZone2011Name", *country.zone_name],
        "Council area": ["", "CouncilArea2019Name", *councils],
        "All ages": _below_names(rows.sum(axis=1)),
    }
    for age in range(rows.shape[1]):
        columns[f"AGE{age}" if age < rows.shape[1] - 1 else f"AGE{age}+"] = _below_names(rows[:, age])
    columns[""] = [""] * (country.zones + 2)
    blank = "," * (len(columns) - 1)
    title = f"Table 1a: Synthetic population by single year of age and 2011 data zone: 30 June {FIRST}"
    return write_csv(
        raw / "population" / f"sape-{FIRST}-persons_Table 1a Persons.csv",
        columns,
        before=f"{title}{blank}\n{blank}\n,,,,PERSONS{blank[4:]}",
        after=f"{blank}\n\xa9 Nobody: the figures are invented{blank}",
        encoding="cp1252",
        newline="\r\n",
    )


def _below_names(figures: np.ndarray) -> list[str]:
    """The country's figure, the row of names, then the zones."""
    whole, *zones = with_commas(figures)
    return [whole, "", *zones]


def write_boards(raw: Path, country: Country, people: People) -> Path:
    """Open data of health boards, as the datastore dumps it: a byte-order mark and an '_id'."""
    codes = np.array([board.code for board in country.boards])
    boards = add_up(people.persons, country.board, len(codes), axis=1)
    columns = _open_data("HB", country.code, codes, boards, YEARS)
    numbered = {f"{BYTE_ORDER_MARK}_id": np.arange(1, len(columns["Year"]) + 1), **columns}
    return write_csv(raw / "population" / "HBdemography.csv", numbered, blank='""')


def _open_data(
    place: str, country: str, codes: np.ndarray, persons: np.ndarray, years: Sequence[int]
) -> dict[str, Any]:
    """Columns of the open data; ``persons`` by year, place, sex (female, male) and age."""
    with_country = np.concatenate([persons.sum(axis=1, keepdims=True), persons], axis=1)
    by_sex = np.concatenate([with_country.sum(axis=2, keepdims=True), with_country], axis=2)
    number, places, sexes, ages = by_sex.shape
    flat = by_sex.reshape(-1, ages)
    place_at, sex_at = (at.ravel() for at in np.indices((number, places, sexes))[1:])
    columns: dict[str, Any] = {
        "Year": np.repeat(years, places * sexes),
        place: np.concatenate([[country], codes])[place_at],
        f"{place}QF": np.where(place_at == 0, "d", ""),
        "Sex": np.array(SEXES)[sex_at],
        "SexQF": np.where(sex_at == 0, "d", ""),
        "AllAges": flat.sum(axis=1),
    }
    for age in range(ages):
        columns[f"Age{age}" if age < ages - 1 else f"Age{age}plus"] = flat[:, age]
    return columns


def write_councils(raw: Path, country: Country, people: People) -> Path:
    """National Records' long table of councils: names without codes, one row for each year of age.

    The published one has a row for the country too. Two files may not give the same figure, and the
    table of boards gives the country's.
    """
    councils = [council.name for council in country.councils]
    persons = add_up(people.persons, country.council, len(councils), axis=1)
    by_council = persons.swapaxes(0, 1)  # council, year, sex, age: the order of the rows

    def rows() -> Iterator[list[Any]]:
        yield ["Area", "Year", "Sex", "Age", "Population"]
        for at in np.ndindex(by_council.shape):
            council, year, sex, age = at
            yield [councils[council], YEARS[year], "FM"[sex], age, int(by_council[at])]

    return write_workbook(
        raw / "population" / "Mid-year population estimates.xlsx", {"Mid-year population estimates": rows()}
    )
