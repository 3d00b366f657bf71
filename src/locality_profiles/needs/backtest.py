"""How projections would have done: made for every past year from what was known then, beside what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from scipy import sparse

from locality_profiles.needs.cohorts import (
    AGES,
    BANDS,
    BETWEEN,
    BLOCK,
    CELLS,
    SEXES,
    Past,
    by_band,
    numbered,
    past_of,
    years_to_come,
)
from locality_profiles.needs.projection_error import ProjectionError
from locality_profiles.statistics.projections import grouped_people, simple_growth
from locality_profiles.tables.contract import conform
from locality_profiles.tables.needs.population import PROJECTION_ACCURACY, PROJECTION_BACKTEST

#: Years ahead that are compared.
HORIZONS = (1, 3, 5, 10)
#: Bands of the simple method, by their first ages; the present profiles tell the youngest apart.
SIMPLE_FROM = (0, 5, 18, 45, 65, 75, 85)
SIMPLE_BANDS = np.equal.outer(np.searchsorted(SIMPLE_FROM, np.arange(AGES), "right") - 1, np.arange(7)).astype(
    np.float64
)
#: Which of the bands that are told each of those is in.
SIMPLE_INTO = np.vstack([np.ones(7), [1, 1, 0, 0, 0, 0, 0], np.eye(7)[2:]]).T


@dataclass(frozen=True)
class Tested:
    """Places whose past is known, the areas that they make up, and the larger areas that hold those."""

    past: Past
    parent_type: str
    area_type: str
    parents: np.ndarray
    """Codes of the larger areas."""
    parent: np.ndarray
    """Which of them each place is in."""
    between: np.ndarray | None
    areas: np.ndarray
    """Codes of the areas."""
    members: sparse.csr_array
    """Shares of places in areas."""
    parent_of_area: np.ndarray


def tested_places(connection: duckdb.DuckDBPyConnection, area_type: str) -> Iterator[Tested]:
    """What can be tested here: councils within boards, and areas of a kind within partnerships, from data zones."""
    for places, area, parent in (("council_area", "council_area", "health_board"), (BLOCK, area_type, "hscp")):
        past = past_of(connection, places)
        if past is None or len(past.years) < 3 or area == parent:
            continue
        found = laid_out(connection, past, places, area, parent)
        if found is not None:
            yield found


def laid_out(
    connection: duckdb.DuckDBPyConnection, past: Past, places: str, area_type: str, parent_type: str
) -> Tested | None:  # fmt: skip
    """Areas that lie whole in one of several larger ones that holds several of them."""
    inner = "area_code" if places == area_type else "block_code"
    rows = connection.execute(
        f"""with zone as (select block_code, area_type, area_code, weight from membership
                where block_type = '{BLOCK}' and weight > 0 and not ends_with(area_code, 'OUT')),
            larger as (select block_code, area_code as parent from zone
                where area_type = '{parent_type}' and weight > 1 - 1e-9),
            pair as (select a.area_code, l.parent, a.{inner} as place, max(a.weight) as weight
                from zone a join larger l using (block_code) where a.area_type = '{area_type}' group by all),
            inside as (select area_code, min(parent) as parent from pair group by 1 having count(distinct parent) = 1),
            several as (select parent from inside group by 1 having count(*) > 1)
            select area_code, parent, place, if('{places}' = '{area_type}', 1.0, weight)
            from pair join inside using (area_code, parent) where parent in (from several) order by 1, 3"""
    ).fetchall()
    rows = [row for row in rows if row[2] in set(past.places)]
    if not rows:
        return None
    chosen, at = numbered([row[2] for row in rows])
    areas, area_at = numbered([row[0] for row in rows])
    parents, parent_at = numbered([row[1] for row in rows])
    parent, parent_of_area = np.zeros(len(chosen), np.int64), np.zeros(len(areas), np.int64)
    parent[at], parent_of_area[area_at] = parent_at, parent_at
    members = sparse.csr_array(([row[3] for row in rows], (area_at, at)), shape=(len(areas), len(chosen)))
    between = groups_between(connection, chosen) if places == BLOCK else None
    where = np.searchsorted(past.places.astype(str), chosen)
    return Tested(past.of(where), parent_type, area_type, parents, parent, between, areas, members, parent_of_area)


def groups_between(connection: duckdb.DuckDBPyConnection, zones: np.ndarray) -> np.ndarray | None:
    """The intermediate zone of each data zone, as a number; a zone without one is by itself."""
    of = dict(connection.execute(
        f"select block_code, area_code from membership where block_type = '{BLOCK}' and area_type = '{BETWEEN}'"
    ).fetchall())  # fmt: skip
    return numbered([of.get(zone, zone) for zone in zones])[1] if of else None


def tested(places: Tested) -> Iterator[tuple[int, int, str, np.ndarray, np.ndarray]]:
    """Every base year and horizon of either method: base year, horizon, method, projected and actual people by band."""
    past, years = places.past, places.past.years
    wholes = [grouped_people(people, places.parent) for people in past.people]
    actual = [made_up(places.members, people) for people in past.people]
    for base in range(1, len(years) - 1):
        ahead = wholes[base : base + max(HORIZONS) + 1]
        fitted = years_to_come(past.until(years[base]), places.parent, places.between, ahead)
        for horizon, people in enumerate(fitted):
            if horizon in HORIZONS:
                came = by_band(actual[base + horizon])[:, 0]
                yield years[base], horizon, "fitted", by_band(made_up(places.members, people))[:, 0], came
                simple = grown(actual[base], wholes[base][places.parent_of_area], ahead[horizon][places.parent_of_area])
                yield years[base], horizon, "simple", simple[:, 0], came


def made_up(members: sparse.csr_array, people: np.ndarray) -> np.ndarray:
    """People of areas, from those of the places that they are made of."""
    return np.asarray(members @ people.reshape(len(people), CELLS)).reshape(-1, len(SEXES), AGES)


def grown(people: np.ndarray, larger_now: np.ndarray, larger_later: np.ndarray) -> np.ndarray:
    """The simple method by sex (all, female, male) and band, from people by sex and single year of age.

    Where the larger area has nobody in a band now, its own people are taken later too: none.
    """
    now, later = larger_now @ SIMPLE_BANDS, larger_later @ SIMPLE_BANDS
    shape = now.shape
    flat = simple_growth(*(each.reshape(len(each), -1) for each in (people @ SIMPLE_BANDS, now, later)))
    banded = np.nan_to_num(flat).reshape(shape) @ SIMPLE_INTO
    return np.concatenate([banded.sum(axis=1, keepdims=True), banded], axis=1)


def backtest_table(places: Sequence[Tested]) -> pa.Table:
    """``projection_backtest``."""
    pieces = [_rows(each, *found) for each in places for found in tested(each)]
    return pa.concat_tables([PROJECTION_BACKTEST.schema.empty_table(), *pieces])


def _rows(places: Tested, base: int, horizon: int, method: str, projected: np.ndarray, actual: np.ndarray) -> pa.Table:
    rows = projected.size
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(actual > 0, 100 * (projected - actual) / actual, np.nan).ravel()
    areas = np.repeat(np.arange(len(places.areas)), len(BANDS))
    return conform(PROJECTION_BACKTEST, {
        "parent_type": places.parent_type, "parent_code": places.parents[places.parent_of_area][areas],
        "area_type": places.area_type, "area_code": places.areas[areas], "base_year": base, "horizon": horizon,
        "method": method, "age_band": np.tile(BANDS, len(places.areas)), "persons_projected": projected.ravel(),
        "persons_actual": actual.ravel(), "error_percent": pa.array(error, from_pandas=True),
    }, rows)  # fmt: skip


def accuracy_query(backtest: str) -> str:
    """SQL of what a back-test comes to, by kind of area, method, horizon and band."""
    return f"""select 'workspace' as told_by, parent_type, area_type, method, horizon, age_band,
            count(*) as projections, avg(abs(error_percent)) as mean_percent,
            median(abs(error_percent)) as median_percent, avg(error_percent) as bias_percent
        from ({backtest}) where error_percent is not null group by all"""


def declared_accuracy(error: ProjectionError) -> pa.Table:
    """What the declaration says was measured before."""
    told = error.measured
    names = ("method", "horizon", "age_band", "projections", "mean_percent", "median_percent", "bias_percent")
    return conform(PROJECTION_ACCURACY, {
        "told_by": "declared", "parent_type": error.parent_type, "area_type": error.area_type,
        **{name: [getattr(each, name) for each in told] for name in names},
    }, len(told))  # fmt: skip
