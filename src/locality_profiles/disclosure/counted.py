"""Which counts stand behind published values, and which contain which: rows of ``indicator_value`` as cells of
families.

A family is a group of counts of which some may contain others: deaths of all, of men, of under-75s, of one year and of
three. It is found from what each indicator says that it counts (``indicator.counted``), never from how its figures were
hidden; so the auditor, who has the published tables only, finds the same families. Two indicators that count the same
are one cell: what is hidden in the one is hidden in the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from locality_profiles.disclosure.sums import Dimension
from locality_profiles.indicators.definition import age_band

ALL = "*"
#: What stands for every value of a column that no indicator names.
REST = "rest"
#: The kind of block that every area is made of; which block lies in which area is published.
BLOCK = "data_zone_2011"
AGE = "age"
LAST_AGE = 200

Numbers = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Term:
    """What one numerator or denominator counts."""

    table: str
    column: str
    sets: tuple[tuple[str, tuple[str, ...] | None], ...]
    """Columns, each with its values; None for everything."""
    ages: tuple[int, int]
    adds_over_time: bool

    @property
    def measures(self) -> tuple[str, ...]:
        return self.of("measure_code") or ()

    def of(self, column: str) -> tuple[str, ...] | None:
        """Values of a column; None for everything."""
        return dict(self.sets).get(column)

    def meets(self, other: Term) -> bool:
        """Whether the two may count something of each other."""
        if (self.table, self.column, self.adds_over_time) != (other.table, other.column, other.adds_over_time):
            return False
        if self.ages[0] > other.ages[1] or other.ages[0] > self.ages[1]:
            return False
        both = ((listed, other.of(column)) for column, listed in self.sets)
        return all(a is None or b is None or not set(a).isdisjoint(b) for a, b in both)


@dataclass(frozen=True)
class Family:
    """Cells of counts that may contain one another.

    ``cells`` are distinct and of shape (cells, dimensions). ``of_row`` has a line per appearance of a cell in the
    table: the cell, the number of the row, and whether it is the row's denominator.
    """

    name: str
    dimensions: tuple[Dimension, ...]
    cells: Numbers
    of_row: pd.DataFrame

    def __len__(self) -> int:
        return len(self.cells)


def term_of(told: str) -> Term:
    """What ``indicator.counted`` says.

    >>> term_of('{"table": "activity", "column": "value", "sets": {"sex": "*"}, "ages": [65, null],'
    ...         ' "adds_over_time": true}').ages
    (65, 200)
    """
    read = json.loads(told)
    sets = tuple((column, None if listed == ALL else tuple(listed)) for column, listed in sorted(read["sets"].items()))
    first, last = read["ages"]
    return Term(read["table"], read["column"], sets, (first, LAST_AGE if last is None else last),
                read["adds_over_time"])  # fmt: skip


def controlled_rows(connection: duckdb.DuckDBPyConnection, indicators: Sequence[str]) -> pd.DataFrame:
    """Rows of the view ``indicator_value`` of some indicators, with a number each (``row``), in order of their key."""
    connection.register("wanted_indicator", pd.DataFrame({"indicator_id": list(indicators)}))
    return connection.execute("""
        select row_number() over (order by indicator_id, area_type, area_code, period_start, period_end, breakdown,
                category) - 1 as row,
            indicator_id, area_type, area_code, period_start, period_end, breakdown, category, source_level, numerator,
            denominator, value, status
        from indicator_value join wanted_indicator using (indicator_id) order by row""").df()  # fmt: skip


def families(
    connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, counted: Mapping[str, tuple[Term, Term | None]]
) -> list[Family]:
    """The families of all counts behind some rows of ``indicator_value``.

    Parameters
    ----------
    connection
        With ``place_block``, the blocks of every area and their weights, and ``zone_class``, their classes by scheme.
    rows
        As ``controlled_rows`` gives them, with those of earlier releases after them.
    counted
        What the numerator of each indicator counts, and its denominator where that is a count of events or people.
    """
    if rows.empty:
        return []
    places, member, of_zones = _places(connection, rows)
    appearances = _appearances(rows.assign(place=member, place_class=of_zones), counted)
    appearances["scheme"] = appearances["breakdown"].where(appearances["place_class"], ALL)
    of_term = _groups([term for pair in counted.values() for term in pair if term is not None])
    appearances["family"] = [of_term[term] for term in appearances["term"]]
    return [
        _family(f"{name} {scheme}".strip(), part, places, over_time=not scheme)
        for name, group in appearances.groupby("family", sort=True) for scheme, part in _by_scheme(group)
    ]  # fmt: skip


def _by_scheme(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """A family without classes, then once for each scheme: the counts of all classes with those of the classes of one.

    Fifths by deprivation in the country, fifths in the partnership and single years of rolling periods, all together,
    cut people into pieces too many to weigh at once. Each is weighed with the whole, and what is hidden for the sake
    of one is hidden in the others.
    """
    plain = rows["breakdown"].isin(["all", AGE])
    if plain.any():
        yield "", rows[plain]
    for scheme in sorted(set(rows.loc[~plain, "breakdown"])):
        yield scheme, rows[plain | (rows["breakdown"] == scheme)]


def _groups(terms: Sequence[Term]) -> dict[Term, int]:
    """A number for each group of terms that count something of one another, directly or through others."""
    distinct = list(dict.fromkeys(terms))
    group = list(range(len(distinct)))
    for i, one in enumerate(distinct):
        for j in range(i):
            if group[i] != group[j] and one.meets(distinct[j]):
                old, new = sorted((group[i], group[j]), reverse=True)
                group = [new if g == old else g for g in group]
    return dict(zip(distinct, group, strict=True))


def _appearances(rows: pd.DataFrame, counted: Mapping[str, tuple[Term, Term | None]]) -> pd.DataFrame:
    """One line for each count that stands behind each row: the numerator, and the denominator where it is one."""
    numerators = rows.assign(term=[counted[name][0] for name in rows["indicator_id"]], among=False)
    terms = [counted[name][1] for name in rows["indicator_id"]]
    among = rows.assign(term=terms, among=True)[[term is not None for term in terms]]
    return pd.concat([numerators, among], ignore_index=True)


def _places(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame) -> tuple[Dimension, Numbers, pd.Series]:
    """Every area of the rows, or class of its zones, as a set of blocks, the member of
    each row, and whether it is a class.

    A fifth by deprivation is a set of zones, so a fifth of a locality is a smaller place. An area without blocks is a
    block of its own.
    """
    schemes = {scheme for (scheme,) in connection.execute("select distinct scheme from zone_class").fetchall()}
    of_zones = rows["breakdown"].isin(schemes)
    keys = pd.DataFrame({
        "area_type": rows["area_type"], "area_code": rows["area_code"],
        "scheme": rows["breakdown"].where(of_zones, ALL), "category": rows["category"].where(of_zones, ALL),
    })  # fmt: skip
    distinct = keys.drop_duplicates().sort_values(list(keys.columns), ignore_index=True)
    distinct["member"] = np.arange(len(distinct))
    connection.register("place_member", distinct)
    found = connection.execute(f"""
        select p.member, m.block_code, m.weight
        from place_block m join place_member p using (area_type, area_code)
        left join zone_class z on z.block_code = m.block_code and z.scheme = p.scheme
        where m.weight > 0 and (p.scheme = '{ALL}' or z.category = p.category)
        order by p.member, m.block_code""").df()  # fmt: skip
    connection.unregister("place_member")
    blocks, part = np.unique(found["block_code"].to_numpy(dtype=str), return_inverse=True)
    # A class that none of an area's zones is in counts nobody; an area without blocks is known by its name only.
    alone = np.setdiff1d(distinct.loc[distinct["scheme"] == ALL, "member"], found["member"])
    members = np.concatenate([found["member"], alone])
    parts = np.concatenate([part, len(blocks) + np.arange(len(alone))])
    shares = np.concatenate([found["weight"], np.ones(len(alone))])
    matrix = sparse.csr_array((shares, (members, parts)), shape=(len(distinct), len(blocks) + len(alone)))
    return Dimension("places", matrix), keys.merge(distinct, how="left")["member"].to_numpy(), of_zones


def _family(name: str, rows: pd.DataFrame, places: Dimension, over_time: bool) -> Family:
    """One family: its dimensions, its distinct cells, and where each appears."""
    dimensions, columns = [places], [rows["place"].to_numpy()]
    for dimension, column in _other_dimensions(rows, over_time):
        if dimension.members.shape[0] > 1:
            dimensions.append(dimension)
            columns.append(column)
    cells, cell = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    of_row = rows[["row", "among"]].assign(cell=cell.reshape(-1)).reset_index(drop=True)
    return Family(name, tuple(dimensions), cells, of_row)


def _other_dimensions(rows: pd.DataFrame, over_time: bool) -> Iterator[tuple[Dimension, Numbers]]:
    """All ways but areas in which a family is divided, and the member of each row."""
    yield _levels(rows)
    yield _periods(rows, over_time)
    yield _ages(rows)
    terms = list(rows["term"])
    for column in sorted({column for term in set(terms) for column, _ in term.sets}):
        yield _values(column, [term.of(column) for term in terms])
    for scheme in sorted(set(rows.loc[rows["scheme"] == ALL, "breakdown"]) - {"all", AGE}):
        named = [(category,) if breakdown == scheme else None
                 for breakdown, category in zip(rows["breakdown"], rows["category"], strict=True)]  # fmt: skip
        yield _values(scheme, named)


def _apart(name: str, values: Sequence[Any]) -> tuple[Dimension, Numbers]:
    """Members that have nothing in common: each is a part of its own."""
    distinct, member = np.unique(np.asarray(values, dtype=str), return_inverse=True)
    return Dimension(name, sparse.csr_array(sparse.eye_array(len(distinct), format="csr"))), member.reshape(-1)


def _levels(rows: pd.DataFrame) -> tuple[Dimension, Numbers]:
    """Figures that were supplied for different kinds of place come from different hands and are not added."""
    return _apart("levels", rows["source_level"].fillna("").tolist())


def _periods(rows: pd.DataFrame, over_time: bool) -> tuple[Dimension, Numbers]:
    """Periods; events of one lie in every longer one around it, people of one day do not."""
    starts, ends = (pd.to_datetime(rows[column]).to_numpy() for column in ("period_start", "period_end"))
    after = ends + np.timedelta64(1, "D")
    if not (over_time and rows["term"].iloc[0].adds_over_time):
        return _apart("periods", [f"{start}{end}" for start, end in zip(starts, ends, strict=True)])
    days = [values.astype("datetime64[D]").astype(np.int64) for values in (starts, after)]
    spans, member = np.unique(np.column_stack(days), axis=0, return_inverse=True)
    return Dimension("periods", sparse.csr_array(_made_of(spans))), member.reshape(-1)


def _made_of(spans: Numbers) -> Values:
    """Spans as sets of those that no others follow one another to make up.

    A period of three years is its years where they are told. Where they are not, two periods that overlap tell only by
    how much two unknown years differ, and each counts as a part of its own.
    """
    listed = [(int(start), int(after)) for start, after in spans]
    chains = [_chain(listed, span) for span in listed]
    leaves = [i for i, chain in enumerate(chains) if not chain]
    place = {leaf: at for at, leaf in enumerate(leaves)}
    parts = np.zeros((len(listed), len(leaves)))
    for i in sorted(range(len(listed)), key=lambda i: listed[i][1] - listed[i][0]):
        if i in place:
            parts[i, place[i]] = 1
        for link in chains[i]:
            parts[i] += parts[link]
    return parts


def _chain(spans: Sequence[tuple[int, int]], wanted: tuple[int, int]) -> list[int]:
    """The fewest other spans that follow one another from the beginning of one to its end; empty if there are none."""
    reached: dict[int, list[int]] = {wanted[0]: []}
    for _ in spans:
        further = {
            after: [*chain, i]
            for start, chain in reached.items() for i, (begins, after) in enumerate(spans)
            if begins == start and after <= wanted[1] and spans[i] != wanted and after not in reached
        }  # fmt: skip
        if not further:
            break
        reached |= further
    return reached.get(wanted[1], [])


def _ages(rows: pd.DataFrame) -> tuple[Dimension, Numbers]:
    """Ages: those of the indicator, or of the age band that the row is for."""
    first, last = [], []
    for term, breakdown, category in zip(rows["term"], rows["breakdown"], rows["category"], strict=True):
        band = age_band(category) if breakdown == AGE else None
        first.append(band.first if band else term.ages[0])
        last.append(band.last if band and band.last is not None else term.ages[1])
    return _spans("ages", np.array(first), np.array(last) + 1)


def _spans(name: str, start: Numbers, after: Numbers) -> tuple[Dimension, Numbers]:
    """Spans of a line as members, the pieces between their ends as parts."""
    cuts = np.unique(np.concatenate([start, after]))
    spans, member = np.unique(np.column_stack([start, after]), axis=0, return_inverse=True)
    inside = (cuts[:-1][None, :] >= spans[:, :1]) & (cuts[1:][None, :] <= spans[:, 1:])
    return Dimension(name, sparse.csr_array(inside.astype(float))), member.reshape(-1)


def _values(name: str, sets: Sequence[tuple[str, ...] | None]) -> tuple[Dimension, Numbers]:
    """Sets of values of one column as members; None is every value, those that nobody names among them."""
    parts = sorted({value for listed in sets if listed is not None for value in listed})
    place = {value: at for at, value in enumerate(parts)}
    distinct = list(dict.fromkeys(sets))
    matrix = np.zeros((len(distinct), len(parts) + 1))
    for member, listed in enumerate(distinct):
        matrix[member, [place[value] for value in listed] if listed is not None else slice(None)] = 1
    number = {listed: member for member, listed in enumerate(distinct)}
    return Dimension(name, sparse.csr_array(matrix)), np.array([number[listed] for listed in sets])


def without(family: Family, rows: Numbers) -> Family:
    """A family without some rows of the table: those that are not published at all."""
    kept = family.of_row[~family.of_row["row"].isin(rows)]
    cells, cell = np.unique(kept["cell"].to_numpy(), return_inverse=True)
    return replace(family, cells=family.cells[cells], of_row=kept.assign(cell=cell).reset_index(drop=True))
