"""What publishers' population tables have in common, whatever places they are about.

They come in two shapes: *wide*, with a column for every single year of age, and *long*, with a row for
every one. Both are read into ``People``, a matrix with a row per place, year and sex and a column per
age, on which the checks and the unpivoting are arithmetic. Not a source itself: its name starts with
an underscore.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import stage
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import RawTable

#: The last age of every layout is open: 90 stands for 90 and over.
LAST_AGE = 90
AGE_COLUMN = r"(?:age ?)?(\d{1,3})(?: ?\+| ?plus| and over| or over)?"
EVERY_AGE = ("all", "all ages", "total")
#: While a long table is read, a place has columns for two more kinds of row than there are ages.
TOGETHER, UNREADABLE, WIDTH = LAST_AGE + 1, LAST_AGE + 2, LAST_AGE + 3

SEXES = ("all", "female", "male")
IN_WORDS = ("all", "females", "males")
SEX_SPELLINGS = {
    "all": 0, "persons": 0, "person": 0, "both": 0, "both sexes": 0, "total": 0,
    "female": 1, "females": 1, "f": 1, "male": 2, "males": 2, "m": 2,
}  # fmt: skip
#: Words by which a title, sheet or file says its sex. "All" and "total" say too many other things.
SEX_IN_PROSE = {"persons": 0, "female": 1, "females": 1, "male": 2, "males": 2}

#: The order in which people are staged, which is that of the curated table.
ORDER = ("block_type", "year", "sex", "block_code", "place_name")

COUNTRY_CODE = r"S92\d{6}"
COUNTRY_NAME = "scotland"


@dataclass(frozen=True)
class Columns:
    """Which columns of a layout hold what. A sex or year of None stands outside the columns."""

    place: str
    persons: str
    sex: str | None = None
    year: str | None = None
    age: str | None = None

    @property
    def is_long(self) -> bool:
        return self.age is not None

    @property
    def key(self) -> list[str]:
        return [column for column in (self.place, self.year, self.sex, self.age) if column]


@dataclass(frozen=True)
class People:
    """One row per place, year and sex; ``persons`` has a column for every age from 0 to 90 and over.

    ``sexes`` are positions in ``SEXES``; ``totals`` are the publisher's, NaN where there is none;
    ``rows`` say where each stood in the file.
    """

    places: pa.Array
    years: np.ndarray
    sexes: np.ndarray
    persons: np.ndarray
    totals: np.ndarray
    rows: np.ndarray

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, chosen: np.ndarray) -> People:
        if chosen.all():
            return self
        return People(
            self.places.filter(pa.array(chosen)), self.years[chosen], self.sexes[chosen], self.persons[chosen],
            self.totals[chosen], self.rows[chosen],
        )  # fmt: skip

    @property
    def slices(self) -> list[tuple[int, int]]:
        """Each year and sex that is there, in order."""
        return [divmod(int(key), 10) for key in np.unique(self.years * 10 + self.sexes)]


# --- what stands outside the columns ----------------------------------------------------------------


def said_year(raw: RawTable) -> int | None:
    """The year that the titles, the sheet's name or the file's name give, the first that gives just one.

    A file name may shorten it: ``population20`` is of 2020.
    """
    titles, sheet, file = " ".join(raw.preamble), raw.sheet or "", PurePath(raw.name).stem
    lone_year = r"(?<!\d)((?:19|20)\d{2})(?!\d)"
    places = (
        (titles, r"(?i)(?:mid[- ]?|30(?:th)? june )((?:19|20)\d{2})"), (sheet, lone_year), (titles, lone_year),
        (file, lone_year), (file, r"(?i)pop(?:ulation)?[ _-]?(\d{2})(?!\d)"),
    )  # fmt: skip
    for text, pattern in places:
        found = set(re.findall(pattern, text))
        if len(found) == 1:
            year = int(found.pop())
            return year if year > 99 else 2000 + year if year < 70 else 1900 + year
    return None


def said_sex(raw: RawTable) -> int | None:
    """The sex that the sheet's name, the titles or the file's name give, as a position in ``SEXES``."""
    for text in (raw.sheet or "", " ".join(raw.preamble), PurePath(raw.name).stem):
        found = {SEX_IN_PROSE[word] for word in re.findall(r"[a-z]+", text.lower()) if word in SEX_IN_PROSE}
        if len(found) == 1:
            return found.pop()
    return None


def without_rows_of_names(raw: RawTable, columns: Columns) -> tuple[RawTable, tuple[str, ...]]:
    """Take out rows that repeat column names under the header, and say so.

    NRS puts the names that computers should use ("DataZone2011Code") in a row of its own, below Scotland.
    """
    names = pc.match_substring_regex(raw.columns[raw.find(columns.place)], r"(?i)zone|code|area")
    for figures in (columns.persons, *raw.matching(AGE_COLUMN).values()):
        names = pc.and_(names, pc.equal(raw.columns[raw.find(figures)], ""))
    keep = ~names.to_numpy()
    if keep.all():
        return raw, ()
    listed = ", ".join(str(row) for row in raw.row_numbers[~keep][:5])
    return raw.where(keep), (f"row {listed} repeats column names and holds no figures; it was left out",)


def is_country(raw: RawTable, columns: Columns) -> np.ndarray:
    """Which rows are about the whole country, by their code or, where places are named, their name."""
    place = raw.columns[raw.find(columns.place)]
    named = pc.equal(pc.utf8_lower(place), COUNTRY_NAME)
    return pc.or_(pc.match_substring_regex(place, f"^{COUNTRY_CODE}$"), named).to_numpy()


def of_country(people: People, raw: RawTable, columns: Columns, country: np.ndarray) -> np.ndarray:
    """Which of the people are of the places that the ``country`` rows are about."""
    named = pc.unique(raw.columns[raw.find(columns.place)].filter(pa.array(country)))
    return pc.is_in(people.places, value_set=named).to_numpy(zero_copy_only=False)


def is_country_without_code(raw: RawTable, columns: Columns) -> np.ndarray:
    """Which rows have a blank code and are named Scotland, or stand in a table that has no names at all."""
    blank = pc.equal(raw.columns[raw.find(columns.place)], "")
    named = [pc.equal(pc.utf8_lower(raw.columns[name]), COUNTRY_NAME) for name in raw.matching(r".*name").values()]
    return (pc.and_(blank, functools.reduce(pc.or_, named)) if named else blank).to_numpy()


# --- reading ------------------------------------------------------------------------------------------


def read_people(cells: Cells, columns: Columns) -> People:
    """The figures of a table in either shape; what is wrong is collected in ``cells``."""
    years = _years(cells, columns.year)
    sexes = _sexes(cells, columns.sex)
    if columns.is_long:
        return _read_long(cells, columns, years, sexes)
    persons = _persons_by_age(cells)
    totals = _persons(cells, columns.persons)
    cells.unique(*columns.key)
    places = cells.raw.columns[cells.raw.find(columns.place)].combine_chunks()
    return People(places, years, sexes, persons, totals, cells.raw.row_numbers)


def _years(cells: Cells, column: str | None) -> np.ndarray:
    if column:
        values = cells.number(column, minimum=1900, maximum=2200, whole=True, empty=False)
        return pc.fill_null(values, 0).to_numpy().astype(np.int64)
    year = said_year(cells.raw)
    if year is None:
        cells.problem(
            "neither a column, a title, the sheet's name nor the file's name says which year it is for",
            "Put the year in the file's name, such as population_2021.csv, or add a column 'Year'.",
            rows=(cells.raw.header_row,),
        )
    return np.full(len(cells.raw), year or 0)


def _sexes(cells: Cells, column: str | None) -> np.ndarray:
    if column:
        spellings = list(SEX_SPELLINGS)
        text = cells.text(column, pattern=f"(?i:{'|'.join(spellings)})", what="All (or Persons), Female or Male")
        known = pc.index_in(pc.utf8_lower(text), pa.array(spellings))
        return np.array([*SEX_SPELLINGS.values(), 0])[pc.fill_null(known, -1).to_numpy()]
    sex = said_sex(cells.raw)
    if sex is None:
        cells.problem(
            "neither a column, the sheet's name, a title nor the file's name says which sex the table is about",
            "Put persons, females or males in the file's name, or add a column 'Sex'.",
            rows=(cells.raw.header_row,),
        )
    return np.full(len(cells.raw), sex or 0)


def _persons(cells: Cells, column: str) -> np.ndarray:
    """People as floats; NaN only where a problem was reported."""
    return cells.number(column, whole=True, empty=False, unit="people").to_numpy()


def _persons_by_age(cells: Cells) -> np.ndarray:
    by_age = {int(age): spelling for age, spelling in cells.raw.matching(AGE_COLUMN).items()}
    if missing := [age for age in range(LAST_AGE + 1) if age not in by_age]:
        named = [f"{age} and over" if age == LAST_AGE else str(age) for age in missing]
        cells.problem(
            f"there is no column for age {', '.join(named[:12])}{' …' * (len(named) > 12)}",
            "Get the extract again with every single year of age from 0 to 90 and over.",
            rows=(cells.raw.header_row,),
        )
    if beyond := [age for age in by_age if age > LAST_AGE]:
        cells.problem(
            f"the ages go on to {max(beyond)}; 90 and over was expected as the last",
            "Add the older ages up in 90.",
            rows=(cells.raw.header_row,),
        )
    persons = np.full((len(cells.raw), LAST_AGE + 1), np.nan)
    for age, spelling in by_age.items():
        if age <= LAST_AGE:
            persons[:, age] = _persons(cells, spelling)
    return persons


def _read_long(cells: Cells, columns: Columns, years: np.ndarray, sexes: np.ndarray) -> People:
    assert columns.age is not None
    places = cells.raw.columns[cells.raw.find(columns.place)].combine_chunks().dictionary_encode()
    ages = _ages(cells, columns.age)
    figures = _persons(cells, columns.persons)
    places_at = places.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    keys = (places_at * 10_000 + years) * len(SEXES) + sexes
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)

    cell = group * WIDTH + ages
    times = np.bincount(cell, minlength=len(first) * WIDTH)
    repeated = (times[cell] > 1) & (ages != UNREADABLE)
    cells.reject(columns.place, repeated,
                 f"the same {', '.join(columns.key)} stands in more than one row; each was expected once",
                 "Take the repeated rows out, or ask the publisher which is right.")  # fmt: skip
    lacking = (times.reshape(-1, WIDTH)[:, : LAST_AGE + 1] == 0).any(axis=1)
    cells.reject(columns.age, np.isin(np.arange(len(ages)), first[lacking]),
                 f"{lacking.sum():,} of {len(first):,} places, years and sexes lack an age; every one from 0 to 90 "
                 "and over was expected", "Get the extract again with every single year of age.")  # fmt: skip
    given = np.full(len(first) * WIDTH, np.nan)
    given[cell] = figures
    matrix = given.reshape(-1, WIDTH)
    return People(
        places.dictionary.take(pa.array(places_at[first])), years[first], sexes[first], matrix[:, : LAST_AGE + 1],
        matrix[:, TOGETHER], cells.raw.row_numbers[first],
    )  # fmt: skip


def _ages(cells: Cells, column: str) -> np.ndarray:
    """Ages as numbers, with places of their own for every age together and for what is no age."""
    open_ended = rf"{LAST_AGE}(?: ?\+| ?plus| and over| or over)?"
    text = cells.text(
        column, pattern=rf"(?i:(?:age ?)?(?:[0-8]?\d|{open_ended})|{'|'.join(EVERY_AGE)})",
        what="an age from 0 to 89, 90 and over, or All",
    )  # fmt: skip
    encoded = text.combine_chunks().dictionary_encode()
    numbers = [re.search(r"\d+", age) for age in encoded.dictionary.to_pylist()]
    known = [TOGETHER if number is None else min(int(number[0]), UNREADABLE) for number in numbers]
    return np.array([*known, UNREADABLE])[pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)]


def check_places(cells: Cells, columns: Columns, pattern: str, what: str, country: np.ndarray) -> None:
    """Every row has a code of the expected form or the country's; only the country's own may have none."""
    cells.text(columns.place, pattern=f"{pattern}|{COUNTRY_CODE}", empty=True, what=what)
    blank = pc.equal(cells.raw.columns[cells.raw.find(columns.place)], "").to_numpy()
    cells.reject(
        columns.place, blank & ~country, f"the cell is empty; {what} was expected", "Fill it in at the source."
    )


# --- checking -----------------------------------------------------------------------------------------


def check_totals(cells: Cells, people: People, column: str) -> None:
    """The ages of every row add up to the total that the publisher gives."""
    added = people.persons.sum(axis=1)
    wrong = np.abs(people.totals - added) > 0.5  # NaN, which was reported or is not given, compares false
    if wrong.any():
        first = int(np.flatnonzero(wrong)[0])
        _report_people(
            cells, people, wrong, column,
            f"the ages add up to another number than the total (row {people.rows[first]}: {added[first]:,.0f} against "
            f"{people.totals[first]:,.0f})",
            "A cell may have been changed by hand or lost; get the extract again.",
        )  # fmt: skip


def check_sexes(cells: Cells, people: People, column: str | None) -> None:
    """Every place has each sex that its year has, and females and males are all the people there are."""
    people = people.where(people.years > 0)  # a year that could not be read was reported
    at, years = _rows_by_sex(people)
    there = at >= 0
    for year in np.unique(years):
        of_year = years == year
        for sex in np.flatnonzero(there[of_year].any(axis=0)):
            if (lacking := of_year & ~there[:, sex]).any():
                _report_people(
                    cells, people, np.isin(np.arange(len(people)), at[lacking].max(axis=1)), column,
                    f"mid-{year}: {lacking.sum():,} place(s) have no row for {IN_WORDS[sex]}, which the others have",
                    "Rows may have been lost; get the extract again.",
                )  # fmt: skip
    whole = at[there.all(axis=1)]
    apart = np.abs(people.persons[whole[:, 0]] - people.persons[whole[:, 1]] - people.persons[whole[:, 2]]) > 0.5
    if apart.any():
        _report_people(
            cells, people, np.isin(np.arange(len(people)), whole[apart.any(axis=1), 0]), column,
            "females and males do not add up to all, at one age or more",
            "A cell may have been changed by hand or lost; get the extract again.",
        )  # fmt: skip


def _rows_by_sex(people: People) -> tuple[np.ndarray, np.ndarray]:
    """For each place and year, the row of each sex (-1 where there is none); and the years."""
    keys = _numbered(people.places) * 10_000 + people.years
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    at = np.full((len(first), len(SEXES)), -1)
    at[group, people.sexes] = np.arange(len(people))
    return at, people.years[first]


def _numbered(places: pa.Array) -> np.ndarray:
    return places.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _report_people(cells: Cells, people: People, at: np.ndarray, column: str | None, what: str, remedy: str) -> None:
    rows = np.unique(people.rows[at])
    cells.problem(what, remedy, column=column, rows=[int(row) for row in rows[:5]], count=len(rows))


def differences(parts: People, whole: People, what: str) -> list[str]:
    """Where ``parts`` do not add up to ``whole``, one sentence for each year and sex, with both figures."""
    found = []
    for year, sex in whole.where(whole.years > 0).slices:
        chosen = (parts.years == year) & (parts.sexes == sex)
        added = parts.persons[chosen].sum(axis=0)
        of_whole = (whole.years == year) & (whole.sexes == sex)
        published = whole.persons[of_whole][0]
        # The publisher's own total where there is one: check_totals says if its ages differ from it.
        total = whole.totals[of_whole][0]
        total = published.sum() if np.isnan(total) else total
        said = f"mid-{year}, {IN_WORDS[sex]}: the {chosen.sum():,} {what} add up to"
        if abs(added.sum() - total) > 0.5:
            found.append(f"{said} {added.sum():,.0f}, the row for Scotland says {total:,.0f}")
        elif len(ages := np.flatnonzero(np.abs(added - published) > 0.5)):
            found.append(f"{said} {added[ages[0]]:,.0f} at age {ages[0]}, the row for Scotland says "
                         f"{published[ages[0]]:,.0f} ({len(ages)} age(s) differ)")  # fmt: skip
    return found


# --- what it becomes ----------------------------------------------------------------------------------


def with_everyone(people: People) -> People:
    """Females and males added up, where a place and year has both and no row for all.

    The store keeps 'all' as a row of its own, so that no query has to know which publisher gave it.
    """
    at, _ = _rows_by_sex(people)
    pairs = at[(at[:, 0] < 0) & (at[:, 1] >= 0) & (at[:, 2] >= 0)]
    if not len(pairs):
        return people
    female, male = pairs[:, 1], pairs[:, 2]
    return People(
        pa.concat_arrays([people.places, people.places.take(pa.array(female))]),
        np.concatenate([people.years, people.years[female]]),
        np.concatenate([people.sexes, np.zeros(len(pairs), dtype=people.sexes.dtype)]),
        np.concatenate([people.persons, people.persons[female] + people.persons[male]]),
        np.concatenate([people.totals, people.totals[female] + people.totals[male]]),
        np.concatenate([people.rows, people.rows[female]]),
    )


def stage_people(people: People, places: Mapping[str, Any]) -> pa.Table:
    """Staged ``population``: a row per place, year, sex and age.

    ``places`` are the columns that say which place it is: a value for all, or an array with one a row
    of ``people``.
    """
    rows, ages = people.persons.shape
    by_row = pa.table({
        **{name: value if isinstance(value, pa.Array) else pa.repeat(value, rows) for name, value in places.items()},
        "year": people.years, "sex": pa.array(SEXES).take(pa.array(people.sexes)),
    })  # fmt: skip
    in_order = pc.sort_indices(by_row, [(name, "ascending") for name in ORDER if name in by_row.column_names])
    each = in_order.take(pa.array(np.repeat(np.arange(rows, dtype=np.int32), ages)))
    persons = people.persons[in_order.to_numpy()].astype(np.int64).ravel()
    return stage("population", {
        **{name: _spread(by_row[name], each) for name in by_row.column_names},
        "age": np.tile(np.arange(ages), rows),
        "persons": persons,
        "status": pa.DictionaryArray.from_arrays((persons == 0).astype(np.int8), ["actual", "true_zero"]),
    }, rows * ages)  # fmt: skip


def _spread(column: pa.ChunkedArray, each: pa.Array) -> pa.Array:
    """A column with a row for every age. Text is held once: a code stands in some hundred rows."""
    values = column.combine_chunks()
    if not pa.types.is_string(values.type):
        return values.take(each)
    encoded = values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(each), encoded.dictionary)


def claims(people: People, of: str) -> tuple[str, ...]:
    """Every year and sex by itself, so that two files that overlap in one of them are found."""
    return tuple(f"population of {of}, mid-{year}, {IN_WORDS[sex]}" for year, sex in people.slices)
