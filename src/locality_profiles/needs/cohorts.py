"""Cohorts of data zones moved on from what is known of them, and fitted to what is published of larger places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from locality_profiles.statistics.projections import (
    CohortChange,
    cohort_change_ratios,
    fit_to_margins,
    moved_on,
    reaching,
    with_room,
)
from locality_profiles.tables.needs.population import AGE_BANDS

BLOCK = "data_zone_2011"
#: Places between a published one and its data zones, whose own change is believed before that of a data zone.
BETWEEN = "intermediate_zone_2011"
SEXES = ("female", "male")
AGES = 91
CELLS = len(SEXES) * AGES
#: Years of change that are looked at; more of them back-test no better.
WINDOW = 8
#: So much of a place's own growth is left after each year. Without it, places that grew are projected too high.
WEARS_OFF = 0.9
#: Fractions of the largest figure by which a fitted one may differ: far below a person.
NEAR = 1e-12

#: Positions of the bands, as a matrix from ages to bands, of which the first holds everybody.
BANDS = ("all", *AGE_BANDS)
IN_BAND = np.array([np.ones(AGES), *(
    (np.arange(AGES) >= low) & (np.arange(AGES) <= high) for low, high in AGE_BANDS.values()
)]).T.astype(np.float64)  # fmt: skip


@dataclass(frozen=True)
class Past:
    """Estimates of some places over years without a gap, the last of them the latest."""

    years: tuple[int, ...]
    places: np.ndarray
    """Codes, in order."""
    people: np.ndarray
    """By year, place, sex (female, male) and single year of age."""

    def until(self, year: int) -> Past:
        """What was known in an earlier year."""
        known = self.years.index(year) + 1
        return Past(self.years[:known], self.places, self.people[:known])

    def of(self, chosen: np.ndarray) -> Past:
        """Some of the places."""
        return Past(self.years, self.places[chosen], self.people[:, chosen])


def past_of(connection: duckdb.DuckDBPyConnection, block_type: str, most_years: int | None = None) -> Past | None:
    """Estimates by sex and single year of age of every place of a kind; None where no year has all of them.

    A year counts if every place that any year has is in it, with every age of both sexes.
    """
    connection.execute(
        f"""create or replace temp table past_place as
            select block_code, row_number() over (order by block_code) - 1 as slot from (
                select distinct block_code from population where block_type = '{block_type}' and sex <> 'all')"""
    )
    codes = [row[0] for row in connection.execute("select block_code from past_place order by slot").fetchall()]
    whole = [row[0] for row in connection.execute(
        f"""select year from population where block_type = '{block_type}' and sex <> 'all' group by year
            having count(persons) = {len(codes) * CELLS} order by year desc"""
    ).fetchall()]  # fmt: skip
    years = [year for number, year in enumerate(whole) if year == whole[0] - number][:most_years]
    if not years:
        return None
    people = np.stack([_people_in(connection, block_type, year, len(codes)) for year in sorted(years)])
    return Past(tuple(sorted(years)), np.array(codes, dtype=object), people)


def _people_in(connection: duckdb.DuckDBPyConnection, block_type: str, year: int, places: int) -> np.ndarray:
    found = connection.execute(
        f"""select slot * {CELLS} + if(sex = 'male', {AGES}, 0) + age as cell, persons::double as persons
            from population join past_place using (block_code)
            where block_type = '{block_type}' and sex <> 'all' and year = {int(year)}"""
    ).fetchnumpy()
    people = np.zeros(places * CELLS)
    people[found["cell"]] = found["persons"]
    return people.reshape(places, len(SEXES), AGES)


def changes(past: Past, levels: Sequence[np.ndarray]) -> CohortChange:
    """How cohorts changed in the latest years; ratios of 1 where only one year is known."""
    years = min(WINDOW, len(past.years) - 1)
    if not years:
        alike = np.ones_like(past.people[0])
        return CohortChange(alike, np.zeros_like(alike), np.zeros(len(alike)))
    before = reaching(past.people[-years - 1 : -1]).sum(axis=0)
    return cohort_change_ratios(before, past.people[-years:].sum(axis=0), levels, years)


def years_to_come(
    past: Past, frame: np.ndarray, between: np.ndarray | None, totals: Sequence[np.ndarray | None]
) -> Iterator[np.ndarray]:
    """People of each place in the latest year and every year after it.

    Parameters
    ----------
    past
        What is known.
    frame : ndarray of int, shape (places,)
        The larger place that each one is in.
    between : ndarray of int, shape (places,), optional
        A group of places within it.
    totals
        For every year from the latest estimates on, people of the larger places, by sex and age; None where they are
        not known, and places then change as they did.

    Yields
    ------
    ndarray, shape (places, 2, ages)
        Fitted: over each larger place they add up to its total at every age.
    """
    inner = [group for group in (between, np.arange(len(frame))) if group is not None]
    change = changes(past, [frame, *inner])
    people = past.people[-1]
    for step, total in enumerate(totals):
        if step:
            people = moved_on(people, change, WEARS_OFF ** (step - 1))
        if total is not None:
            people = _fitted(people, frame, total)
        yield people


def _fitted(people: np.ndarray, frame: np.ndarray, total: np.ndarray) -> np.ndarray:
    seed = with_room(people, frame, total)
    margin = frame[:, None, None] * CELLS + np.arange(CELLS).reshape(len(SEXES), AGES)
    return fit_to_margins(seed, [margin], [total], NEAR).table


def by_band(people: np.ndarray) -> np.ndarray:
    """People by band (``BANDS``) and sex (all, female, male): shape (..., 2, ages) becomes (..., 3, bands)."""
    banded = people @ IN_BAND
    return np.concatenate([banded.sum(axis=-2, keepdims=True), banded], axis=-2)


def numbered(codes: Sequence[Any] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct codes in order, and the position of each code among them."""
    distinct, at = np.unique(np.asarray(codes, dtype=str), return_inverse=True)
    return distinct, at
