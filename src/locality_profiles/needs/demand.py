"""Demand to come: what is counted by age today, people to come, and scenarios of rates; all areas at once.

An area's own rates by age are used where enough was counted. Else they are its partnership's, or the country's, brought
to the level that was counted in the area (indirect standardisation); where none was counted, to the level of the place
whose rates they are, and the figure is called estimated. In the base year the quantity is what was counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa

from locality_profiles.needs.counted import count_areas, origins, severest
from locality_profiles.needs.implications import implications
from locality_profiles.needs.maker import Maker, Told
from locality_profiles.needs.measures import LAST_AGE, SEXES, Measure, asked, measure_table
from locality_profiles.needs.scenarios import BASELINE, Scenario, scenario_table, scenarios
from locality_profiles.needs.settings import Settings
from locality_profiles.statistics.demand import (
    demand_by_year,
    parts_of_whole,
    rates_of_bands,
    ratio_to_expected,
    remaining_share,
    shift_along_ages,
)
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import CONTRACTS

#: Single ages of females, then of males.
AGES = LAST_AGE + 1
PRINCIPAL, METHOD = "principal", "fitted"
PARTNERSHIP, COUNTRY = "hscp", "country"
#: Areas whose people are those of their partnership within so much are parts that add up to it.
SAME_PEOPLE = 0.005
WRITES = ("demand_measure", "demand_scenario", "demand", "implication")
READS = (
    "area",
    "membership",
    "population",
    "projection",
    "activity",
    "activity_cube",
    "local_count",
    "household",
    "extract",
)
OWN, OF_PARTNERSHIP, OF_COUNTRY = 0, 1, 2
RATE_FROM = np.array(["own", "partnership", "country"], dtype=object)


@dataclass(frozen=True)
class Places:
    """The areas of the projection, in one order, and what stays the same for all measures."""

    kinds: np.ndarray
    codes: np.ndarray
    home: np.ndarray
    """Position of each area's partnership; -1 for none."""
    adds_up: np.ndarray
    """Whether the areas of its kind are all of its partnership."""
    years: np.ndarray
    people: dict[int, np.ndarray]
    """People by mid-year, as estimated or, later, projected: areas by single ages, females first."""

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def partnerships(self) -> np.ndarray:
        return np.flatnonzero(self.kinds == PARTNERSHIP)

    @property
    def country(self) -> int:
        found = np.flatnonzero(self.kinds == COUNTRY)
        return int(found[0]) if len(found) else -1

    def people_of(self, year: int) -> tuple[int, np.ndarray]:
        """The people of a year, or of the year nearest to it."""
        nearest = min(self.people, key=lambda known: (abs(known - year), -known))
        return nearest, self.people[nearest]


@dataclass(frozen=True)
class Rates:
    """Rates by age of one measure in its base year, at the level that was counted."""

    year: int
    people_year: int
    by_age: np.ndarray
    base: np.ndarray
    counted: np.ndarray
    """Whether the base was counted in the area itself."""
    ratio: np.ndarray
    came_from: np.ndarray
    pooled: str
    """Of which partnerships the country's rates are, where they are not its own; else empty."""
    severity: np.ndarray


def make(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Told:
    """Every table of demand; those of figures are empty where there is no projection."""
    told, futures = asked(settings.own.get("demand")), scenarios(settings.own.get("scenarios"))
    words: dict[str, str | pa.Table] = {
        "demand_measure": _conformed(
            "demand_measure", measure_table(told.measures, origins(connection, told.measures))
        ),
        "demand_scenario": _conformed("demand_scenario", scenario_table(futures)),
    }
    places = _places(connection)
    if not len(places) or not places.people:
        nothing: dict[str, str | pa.Table] = {
            name: CONTRACTS[name].schema.empty_table() for name in ("demand", "implication")
        }
        return Told(words | nothing, ("demand to come: there is no projection of people here, so it has no figures",))
    places = _with_years_to_come(connection, places)
    count_areas(connection, told.measures)
    found = {measure.id: _rates(connection, places, measure, told.least_for_own_ages) for measure in told.measures}
    tables = [_not_told(places, measure, found[measure.id]) for measure in told.measures]
    for variant in _variants(connection):
        ranges = _projected(connection, places, variant)
        for future in futures if variant == PRINCIPAL else futures[:1]:
            tables += _asked_for(places, told.measures, found, future, variant, ranges)
    demand = pa.concat_tables(tables)
    connection.register("demand", demand)
    follows = implications(connection, told)
    notes = [f"demand to come: no counts by age of {measure.title.lower()} are here, so it has no figures"
             for measure in told.measures if found[measure.id] is None]  # fmt: skip
    return Told(words | {"demand": demand, "implication": follows}, tuple(notes))


MAKER = Maker(READS, WRITES, make, ("demand", "scenarios"))


def _conformed(name: str, table: pa.Table) -> pa.Table:
    return conform(CONTRACTS[name], {column: table[column] for column in table.column_names}, table.num_rows)


# --- areas and their people -----------------------------------------------------------------------


def _places(connection: duckdb.DuckDBPyConnection) -> Places:
    connection.execute(f"""
        create or replace temp table place as
        with kind as (
            select distinct area_type, area_code from projection where method = '{METHOD}'),
        home as (
            select m.area_type, m.area_code, arg_max(h.area_code, shared) as hscp_code from (
                select m.area_type, m.area_code, h.area_code as hscp, sum(m.weight * h.weight) as shared
                from membership m join membership h using (block_type, block_code)
                where m.block_type = 'data_zone_2011' and h.area_type = '{PARTNERSHIP}'
                    and m.area_type not in ('{PARTNERSHIP}', '{COUNTRY}', 'health_board') group by all) m
            join (select distinct area_code from kind where area_type = '{PARTNERSHIP}') h on h.area_code = m.hscp
            group by all)
        select row_number() over (order by area_type, area_code) - 1 as nth, area_type, area_code, hscp_code
        from kind left join home using (area_type, area_code)""")  # fmt: skip
    rows = connection.execute("""
        select p.area_type, p.area_code, coalesce(h.nth, -1) as home from place p
        left join place h on h.area_type = 'hscp' and h.area_code = p.hscp_code
        order by p.nth""").fetchnumpy()  # fmt: skip
    kinds, codes = (np.asarray(rows[name], dtype=object) for name in ("area_type", "area_code"))
    home = np.asarray(rows["home"], dtype=int)
    years = connection.execute(
        f"select distinct year from projection where method = '{METHOD}' order by 1"
    ).fetchnumpy()["year"]
    people = _estimates(connection, len(codes))
    return Places(kinds, codes, home, _adds_up(kinds, home, people), np.asarray(years, dtype=int), people)


def _estimates(connection: duckdb.DuckDBPyConnection, areas: int) -> dict[int, np.ndarray]:
    """People of every mid-year of which estimates tell both sexes by single age."""
    found = connection.execute(f"""
        select year, nth, if(sex = '{SEXES[0]}', 0, {AGES}) + least(age, {LAST_AGE}) as age,
            sum(persons * weight) as people
        from population join membership using (block_type, block_code) join place using (area_type, area_code)
        where block_type = 'data_zone_2011' and sex <> 'all' group by all""").fetchnumpy()  # fmt: skip
    people: dict[int, np.ndarray] = {}
    for year in sorted(set(found["year"].tolist())):
        of = found["year"] == year
        heads = np.zeros((areas, 2 * AGES))
        heads[found["nth"][of], found["age"][of]] = found["people"][of]
        people[int(year)] = heads
    return people


def _with_years_to_come(connection: duckdb.DuckDBPyConnection, places: Places) -> Places:
    """With the projected people of years after the last estimate, of which there may be counts already."""
    people, _, _ = _projected(connection, places, PRINCIPAL)
    last = max(places.people)
    more = {int(year): np.nan_to_num(people[:, at]) for at, year in enumerate(places.years) if year > last}
    return replace(places, people={**places.people, **more})


def _adds_up(kinds: np.ndarray, home: np.ndarray, people: dict[int, np.ndarray]) -> np.ndarray:
    """Areas of a kind that together have the people of their partnership."""
    if not people:
        return np.zeros(len(kinds), dtype=bool)
    heads = people[max(people)].sum(axis=1)
    adds = np.zeros(len(kinds), dtype=bool)
    for kind in sorted(set(kinds) - {PARTNERSHIP, COUNTRY}):
        of = (kinds == kind) & (home >= 0)
        together = np.bincount(home[of], heads[of], len(kinds))
        adds |= of & (np.abs(together - heads)[home] <= SAME_PEOPLE * heads[home])
    return adds


def _variants(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        f"select distinct variant from projection where method = '{METHOD}' order by variant <> '{PRINCIPAL}', variant"
    ).fetchall()
    return [variant for (variant,) in rows]


def _projected(
    connection: duckdb.DuckDBPyConnection, places: Places, variant: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """People, and the lower and upper end of their range: areas by years by single ages. NaN where there are none."""
    found = connection.execute(f"""
        select nth, year, if(sex = '{SEXES[0]}', 0, {AGES}) + least(age, {LAST_AGE}) as age, sum(persons) as persons,
            if(count(lower) = count(*), sum(lower), 'nan'::double) as lower,
            if(count(upper) = count(*), sum(upper), 'nan'::double) as upper
        from projection join place using (area_type, area_code)
        where method = '{METHOD}' and variant = ? group by all""", [variant]).fetchnumpy()  # fmt: skip
    year = np.searchsorted(places.years, found["year"])
    seen = np.zeros((len(places), len(places.years), 1), dtype=bool)
    seen[found["nth"], year] = True

    def array(name: str) -> np.ndarray:
        people = np.zeros((len(places), len(places.years), 2 * AGES))
        people[found["nth"], year, found["age"]] = found[name]
        return np.where(seen, people, np.nan)

    return array("persons"), array("lower"), array("upper")


# --- rates of one measure -------------------------------------------------------------------------


def _rates(
    connection: duckdb.DuckDBPyConnection, places: Places, measure: Measure, least: int
) -> Rates | None:  # fmt: skip
    """Rates by age of every area; None where no place tells the ages of anybody."""
    base_year, level, severity = _levels(connection, places, measure)
    if base_year is None:
        return None
    people_year, people = places.people_of(base_year)
    shape = _shape(connection, places, measure)
    own = np.nansum(shape * people, axis=1)
    known = np.isfinite(shape).all(axis=1)
    if not known.any():
        return None
    usable = known & (own >= least)
    in_country = places.country
    country, pooled = _country(places, shape, usable if usable.any() else known, people)
    by_age, came_from = np.where(usable[:, None], shape, np.nan), np.where(usable, OWN, OF_COUNTRY)
    for group in (places.kinds == COUNTRY, places.kinds == PARTNERSHIP):
        by_age[group & ~usable] = country
    by_age, ratio = _at_level(by_age, level, people)
    rest = (places.kinds != COUNTRY) & (places.kinds != PARTNERSHIP)
    lacking, home = rest & ~usable, places.home
    by_age[lacking] = np.where((home >= 0)[lacking, None], by_age[home[lacking]], country)
    came_from[lacking & (home >= 0)] = np.where(came_from[home] == OWN, OF_PARTNERSHIP, OF_COUNTRY)[
        lacking & (home >= 0)
    ]
    again, again_ratio = _at_level(by_age, level, people)
    by_age[rest], ratio[rest] = again[rest], again_ratio[rest]
    by_age, ratio = _share_out(places, by_age, ratio, level, people)
    expected = np.einsum("ia,ia->i", by_age, people)
    if in_country >= 0 and np.isnan(level[in_country]):
        expected[in_country] = np.nan  # rates of some partnerships tell nothing of how many there are in all of it
        by_age[in_country] = np.nan
    base = np.where(np.isnan(level), expected, level)
    return Rates(base_year, people_year, by_age, base, ~np.isnan(level), ratio, came_from, pooled, severity)


def _levels(
    connection: duckdb.DuckDBPyConnection, places: Places, measure: Measure
) -> tuple[int | None, np.ndarray, np.ndarray]:  # fmt: skip
    """What was counted in each area, NaN for nothing known, all of one year: the one that most areas have."""
    found = connection.execute("""
        select nth, base_year, value, severity from level join place using (area_type, area_code)
        where measure_id = ? and value is not null""", [measure.id]).fetchnumpy()  # fmt: skip
    level, severity = np.full(len(places), np.nan), np.zeros(len(places), dtype=int)
    if not len(found["nth"]):
        return None, level, severity
    years, areas = np.unique(found["base_year"], return_counts=True)
    level[found["nth"]], severity[found["nth"]] = found["value"], found["severity"]
    return int(years[np.argmax(areas)]), level, severity


def _shape(connection: duckdb.DuckDBPyConnection, places: Places, measure: Measure) -> np.ndarray:
    """Rates by single age from bands, each area's by the people of the year that its bands are of."""
    shape = np.full((len(places), 2 * AGES), np.nan)
    for number, source in enumerate(measure.sources):
        found = connection.execute("""
            select nth, base_year, sex, age_band, value from part join place using (area_type, area_code)
            where measure_id = ? and source_no = ?""", [measure.id, number]).fetchnumpy()  # fmt: skip
        if not len(found["nth"]):
            continue
        columns = {part: at for at, part in enumerate(source.parts)}
        at = np.array([columns[part] for part in zip(found["sex"], found["age_band"], strict=True)])
        areas = np.unique(found["nth"])
        counts = np.zeros((len(places), len(columns)))
        counts[found["nth"], at] = found["value"]
        _, people = places.people_of(int(found["base_year"][0]))
        shape[areas] = rates_of_bands(counts[areas], people[areas], source.part_of_age())
    return shape


def _country(
    places: Places, shape: np.ndarray, usable: np.ndarray, people: np.ndarray
) -> tuple[np.ndarray, str]:  # fmt: skip
    """The country's rates by age: its own, or those of the partnerships here that tell ages, put together."""
    if places.country >= 0 and usable[places.country]:
        return shape[places.country], ""
    some = usable & (places.kinds == PARTNERSHIP)
    words = f"those of {some.sum()} of the {len(places.partnerships)} partnerships here, put together"
    if not some.any():
        some, words = usable, "those of the areas here that tell ages, put together"
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = (shape[some] * people[some]).sum(axis=0) / people[some].sum(axis=0)
    return np.where(np.isfinite(rates), rates, 0.0), words


def _at_level(by_age: np.ndarray, level: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rates brought to the level that was counted, and by how much."""
    ratio = ratio_to_expected(level, np.einsum("ia,ia->i", np.nan_to_num(by_age), people))
    return by_age * ratio[:, None], ratio


def _share_out(
    places: Places, by_age: np.ndarray, ratio: np.ndarray, level: np.ndarray, people: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Parts of a partnership of which nothing was counted share what the others leave of what was counted in it."""
    without = places.adds_up & np.isnan(level)
    if not without.any():
        return by_age, ratio
    factor = np.ones(len(places))
    expected = np.nan_to_num(np.einsum("ia,ia->i", by_age, people))
    for kind in sorted(set(places.kinds[without])):
        of, home = without & (places.kinds == kind), places.home
        told = places.adds_up & (places.kinds == kind) & ~np.isnan(level)
        others = np.bincount(home[told], level[told], len(places))
        mine = np.bincount(home[of], expected[of], len(places))
        with np.errstate(divide="ignore", invalid="ignore"):
            left = np.maximum(level - others, 0) / mine
        factor[of] = np.where(np.isfinite(left), left, 1.0)[home[of]]
    return by_age * factor[:, None], ratio


# --- what is asked for ----------------------------------------------------------------------------


def _asked_for(
    places: Places, measures: Sequence[Measure], found: dict[str, Rates | None], future: Scenario, variant: str,
    ranges: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> Iterator[pa.Table]:  # fmt: skip
    """One table for each measure that has rates."""
    moved: dict[int, tuple[np.ndarray, ...]] = {}
    for measure in measures:
        rates = found[measure.id]
        if rates is None:
            continue
        passed = places.years - rates.year
        if rates.year not in moved:
            moved[rates.year] = tuple(_moved(people, passed, future) for people in ranges)
        falls = future.fall_percent if measure.nature == "service" else 0.0
        left = remaining_share(falls, passed, future.floor_percent)
        joined = _joined_to_estimates(places, rates, ranges[0])
        alone = [demand_by_year(rates.by_age, people) * left * joined for people in moved[rates.year]]
        yield _rows(places, measure, rates, future.id, variant, _with_its_range(places, rates, alone))


def _joined_to_estimates(places: Places, rates: Rates, people: np.ndarray) -> np.ndarray:
    """By what each area's projected demand is multiplied so that the projection begins where estimates end.

    A published projection is some years old: what it said of a year that has been estimated since is not what came. How
    people grow is taken from the projection, and from where they grow, from the estimates. 1 where they share no year.
    """
    shared = [year for year in places.years.tolist() if year >= rates.year and year in places.people]
    if not shared:
        return np.ones((len(places), 1))
    said = np.einsum("ia,ia->i", rates.by_age, people[:, places.years.tolist().index(shared[0])])
    came = np.einsum("ia,ia->i", rates.by_age, places.people[shared[0]])
    return ratio_to_expected(came, said)[:, None]


def _moved(people: np.ndarray, passed: np.ndarray, future: Scenario) -> np.ndarray:
    """People by the age whose rate of today is theirs, for rates that move along ages.

    To move rates to later ages comes to the same as to count people at earlier ones, and serves all measures at once.
    """
    if future.years_later_a_year == 0:
        return people
    ready = np.empty_like(people)
    for at, years in enumerate(np.maximum(passed, 0)):
        shift = shift_along_ages(years * future.years_later_a_year, AGES, future.from_age)
        for sex in (slice(0, AGES), slice(AGES, 2 * AGES)):
            ready[:, at, sex] = people[:, at, sex] @ shift
    return ready


def _with_its_range(places: Places, rates: Rates, alone: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Quantities that add up, and their range moved with them.

    Ends of ranges do not add up: the low end of a partnership is not that of all its parts at once. So an end is moved
    as its quantity was, and not brought to the partnership's own end.
    """
    quantity = _added_up(places, rates, alone[0])
    with np.errstate(divide="ignore", invalid="ignore"):
        by = np.where(alone[0] > 0, quantity / alone[0], 1.0)
    return [quantity, *(end * by for end in alone[1:])]


def _added_up(places: Places, rates: Rates, quantity: np.ndarray) -> np.ndarray:
    """Quantities of areas that are parts of a partnership, brought to its own."""
    ready = quantity
    for kind in sorted(set(places.kinds[places.adds_up])):
        of = places.adds_up & (places.kinds == kind) & np.isfinite(rates.base)
        together = np.bincount(places.home[of], rates.base[of], len(places))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = together / rates.base
        ready = parts_of_whole(ready, quantity, np.where(of, places.home, -1), share)
    return ready


def _rows(
    places: Places, measure: Measure, rates: Rates, scenario: str, variant: str, quantities: Sequence[np.ndarray]
) -> pa.Table:  # fmt: skip
    """The rows of a measure: its base year as it was counted, and every projected year after it."""
    later = np.flatnonzero(places.years > rates.year)
    of = np.flatnonzero(np.isfinite(rates.base) & np.isfinite(rates.by_age).all(axis=1))
    years = np.concatenate([[rates.year], places.years[later]])
    base = rates.base[of]
    quantity, lower, upper = (
        np.concatenate([(base if at == 0 else np.full(len(of), np.nan))[:, None], values[np.ix_(of, later)]], axis=1)
        for at, values in enumerate(quantities)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(base[:, None] > 0, 100 * (quantity / base[:, None] - 1), np.nan)
    size = len(years)
    counted = np.array([severest(rank) for rank in rates.severity[of]], dtype=object)
    first = np.where(
        rates.counted[of], np.where((base == 0) & (counted == "actual"), "true_zero", counted), "estimated"
    )
    status = np.full((len(of), size), "estimated", dtype=object)
    status[:, 0] = first
    there = np.isfinite(quantity).ravel()
    columns = {
        "area_type": np.repeat(places.kinds[of], size), "area_code": np.repeat(places.codes[of], size),
        "year": np.tile(years, len(of)), "quantity": quantity.ravel(), "lower": lower.ravel(), "upper": upper.ravel(),
        "base_quantity": np.repeat(base, size), "change_percent": change.ravel(),
        "ratio": np.repeat(rates.ratio[of], size), "rate_from": np.repeat(RATE_FROM[rates.came_from[of]], size),
        "status": status.ravel(), "note": np.repeat(_notes(rates, of), size),
    }  # fmt: skip
    arrays = {name: pa.array(values[there], from_pandas=True) for name, values in columns.items()}
    return conform(CONTRACTS["demand"], {
        **arrays, "measure_id": measure.id, "scenario": scenario, "variant": variant, "base_year": rates.year,
    }, int(there.sum()))  # fmt: skip


def _notes(rates: Rates, of: np.ndarray) -> np.ndarray:
    """How the figures of each area were made, for those that are not its own count by age."""
    whose = np.array(["", "its partnership's", rates.pooled or "the country's"], dtype=object)  # fmt: skip
    words = np.full(len(of), None, dtype=object)
    for came_from in (OF_PARTNERSHIP, OF_COUNTRY):
        for counted, level in ((True, "brought to what was counted here"), (False, "and nothing was counted here")):
            at = (rates.came_from[of] == came_from) & (rates.counted[of] == counted)
            words[at] = f"Rates by age are {whose[came_from]}, {level}."
    return words


def _not_told(places: Places, measure: Measure, rates: Rates | None) -> pa.Table:
    """One row for each area without figures, which says so."""
    if rates is None:
        of, why = np.arange(len(places)), "No counts by age are here."
    else:
        of = np.flatnonzero(~(np.isfinite(rates.base) & np.isfinite(rates.by_age).all(axis=1)))
        why = "Nothing was counted of all of it."
    year = int(places.years[0]) if rates is None else rates.year
    return conform(CONTRACTS["demand"], {
        "area_type": places.kinds[of].tolist(), "area_code": places.codes[of].tolist(), "measure_id": measure.id,
        "scenario": BASELINE, "variant": PRINCIPAL, "year": year, "status": "not_available", "note": why,
    }, len(of))  # fmt: skip
