"""Populations to come of every profiled area: data zones moved on, fitted to the published projection, added up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from scipy import sparse

from locality_profiles.needs.backtest import (
    accuracy_query,
    backtest_table,
    declared_accuracy,
    groups_between,
    grown,
    made_up,
    tested_places,
)
from locality_profiles.needs.cohorts import (
    AGES,
    BANDS,
    BLOCK,
    CELLS,
    IN_BAND,
    SEXES,
    WINDOW,
    Past,
    by_band,
    numbered,
    past_of,
    years_to_come,
)
from locality_profiles.needs.maker import Maker, Told
from locality_profiles.needs.projection_error import projection_error
from locality_profiles.needs.settings import Settings
from locality_profiles.tables.contract import conform
from locality_profiles.tables.needs.population import PROJECTION, PROJECTION_BAND

#: Kinds of place for which projections are published, the smallest first: data zones are fitted to the first they have.
PUBLISHED = ("council_area", "hscp", "health_board")
LARGER = (*PUBLISHED, "country")
PRINCIPAL = "principal"
#: A share of a data zone this near to 1 is the whole of it.
WHOLE = 1 - 1e-9


@dataclass(frozen=True)
class Frames:
    """Larger places with one published projection from one base year, and the data zones in them."""

    variant: str
    base_year: int
    years: tuple[int, ...]
    """Every year from the base year to the last."""
    kinds: np.ndarray
    codes: np.ndarray
    totals: np.ndarray
    """By year, place, sex and age."""
    zones: np.ndarray
    """Positions of the data zones in them."""
    frame: np.ndarray
    """For each of those, the place that it is fitted to."""


@dataclass(frozen=True)
class Areas:
    """Areas that can be made up of the data zones that are projected, and how."""

    kinds: np.ndarray
    codes: np.ndarray
    members: sparse.csr_array
    as_published: np.ndarray
    """Whether an area is one or several places of the published projection: it has no error of sharing."""


@dataclass(frozen=True)
class Projected:
    """One variant: people by area, year, sex and age."""

    frames: Frames
    areas: Areas
    years: tuple[int, ...]
    people: np.ndarray


# --- the maker ------------------------------------------------------------------------------------------------------


def make(connection: duckdb.DuckDBPyConnection, settings: Settings) -> Told:
    """Tables of projections and of the back-test."""
    error = projection_error(settings.own.get("projection_error"))
    notes: list[str] = []
    past = past_of(connection, BLOCK, WINDOW + 1)
    variants = [] if past is None else list(_variants(connection, past, settings, notes))
    if not variants:
        notes.append("no population projection: the extracts have none that reaches beyond the latest estimates "
                     "of data zones by sex and single year of age")  # fmt: skip
    single, banded = [], []
    bands = {each.frames.variant: by_band(each.people) for each in variants}
    for each in variants:
        width = error.half_width(bands[each.frames.variant], _ahead(each, past))
        told = _ranges(each, variants, bands, width)
        banded.append(_band_rows(each, bands[each.frames.variant], told))
        single.append(_single_rows(each, bands[each.frames.variant], told, settings))
        if past is not None and each.frames.variant == PRINCIPAL:
            banded.append(_simple_rows(connection, each, past, settings))
    backtest = backtest_table(list(tested_places(connection, settings.areas[0])))
    connection.register("told_backtest", backtest)
    connection.register("told_declared", declared_accuracy(error))
    return Told({
        "projection": pa.concat_tables(single) if single else PROJECTION.schema.empty_table(),
        "projection_band": pa.concat_tables(banded) if banded else PROJECTION_BAND.schema.empty_table(),
        "projection_backtest": backtest,
        "projection_accuracy": f"{accuracy_query('from told_backtest')} union all by name from told_declared",
    }, tuple(notes))  # fmt: skip


MAKER = Maker(
    ("area", "membership", "population", "population_projection"),
    ("projection", "projection_band", "projection_backtest", "projection_accuracy"),
    make,
    ("projection_error",),
)


# --- what is known --------------------------------------------------------------------------------------------------


def _variants(
    connection: duckdb.DuckDBPyConnection, past: Past, settings: Settings, notes: list[str]
) -> Iterator[Projected]:  # fmt: skip
    """Every published variant, shared out to areas."""
    between = groups_between(connection, past.places)
    for frames in _all_frames(connection, past, settings):
        if frames.years[-1] <= past.years[-1]:
            notes.append(
                f"the projection from {frames.base_year} ({frames.variant}) ends in {frames.years[-1]}, and estimates "
                f"go to {past.years[-1]}: it was not used"
            )
            continue
        areas = _areas(connection, past, frames, settings)
        of_zones = past.of(frames.zones)
        totals, years = _from_latest(frames, past)
        inner = None if between is None else numbered(between[frames.zones])[1]
        steps = years_to_come(of_zones, frames.frame, inner, totals)
        people = [
            made_up(areas.members, zones) for zones, total in zip(steps, totals, strict=True) if total is not None
        ]
        if frames.variant == PRINCIPAL:
            notes += _differences(frames, of_zones, areas)
        yield _with_published(connection, Projected(frames, areas, years, np.stack(people, axis=1)), past)


def _from_latest(frames: Frames, past: Past) -> tuple[list[np.ndarray | None], tuple[int, ...]]:
    """Totals of every year from the latest estimates on, None before the base year; and the years that have any."""
    first = past.years[-1]
    known = dict(zip(frames.years, frames.totals, strict=True))
    every = range(first, frames.years[-1] + 1)
    return [known.get(year) for year in every], tuple(year for year in every if year in known)


def _all_frames(connection: duckdb.DuckDBPyConnection, past: Past, settings: Settings) -> list[Frames]:
    """Published projections, each variant and base year by itself; the latest base year of a data zone is used."""
    connection.register("past_zone", pa.table({"block_code": pa.array(past.places, pa.string())}))
    listed = ", ".join(f"'{code}'" for code in settings.partnerships)
    own = f"""and z.block_code in (select block_code from membership where block_type = '{BLOCK}'
        and area_type = 'hscp' and area_code in ({listed}))""" if listed else ""  # fmt: skip
    order = ", ".join(f"'{kind}'" for kind in PUBLISHED)
    connection.execute(
        f"""create or replace temp table framed as
            with published as (select distinct block_type, block_code, base_year, variant from population_projection)
            select z.block_code as zone, p.variant, p.base_year, p.block_type, p.block_code
            from past_zone z
            join membership m on m.block_type = '{BLOCK}' and m.block_code = z.block_code and m.weight > {WHOLE!r}
                and m.area_type in ({order})
            join published p on p.block_type = m.area_type and p.block_code = m.area_code
            where true {own}
            qualify row_number() over (partition by z.block_code, p.variant
                order by p.base_year desc, list_position([{order}], p.block_type)) = 1"""
    )
    each = connection.execute(
        f"""select variant, base_year from framed group by variant, base_year
            order by variant <> '{PRINCIPAL}', variant, base_year"""
    ).fetchall()
    return [_frames(connection, past, variant, base) for variant, base in each]


def _frames(connection: duckdb.DuckDBPyConnection, past: Past, variant: str, base: int) -> Frames:
    rows = connection.execute(
        "select zone, block_type || '/' || block_code from framed where variant = ? and base_year = ? order by 1",
        [variant, base],
    ).fetchall()
    places, frame = numbered([row[1] for row in rows])
    zones = np.searchsorted(past.places.astype(str), [row[0] for row in rows])
    connection.register("frame_place", pa.table({"place": pa.array(places), "slot": np.arange(len(places))}))
    years = connection.execute(
        """select year from population_projection join frame_place on place = block_type || '/' || block_code
           where variant = ? and base_year = ? group by year having count(distinct place) = ? order by 1""",
        [variant, base, len(places)],
    ).fetchall()
    every = tuple(year for (year,) in years)
    found = connection.execute(
        f"""select ((year - {every[0]}) * {len(places)} + slot) * {CELLS} + if(sex = 'male', {AGES}, 0) + age as cell,
                persons::double as persons
            from population_projection join frame_place on place = block_type || '/' || block_code
            where variant = ? and base_year = ? and year between {every[0]} and {every[-1]}""",
        [variant, base],
    ).fetchnumpy()
    totals = np.zeros(len(every) * len(places) * CELLS)
    totals[found["cell"]] = found["persons"]
    kinds, codes = (np.array(part) for part in zip(*(place.split("/", 1) for place in places), strict=True))
    shape = (len(every), len(places), len(SEXES), AGES)
    return Frames(variant, base, every, kinds, codes, totals.reshape(shape), zones, frame)


def _areas(connection: duckdb.DuckDBPyConnection, past: Past, frames: Frames, settings: Settings) -> Areas:
    """Areas all of whose data zones are projected."""
    connection.register("projected_zone", pa.table({
        "block_code": pa.array(past.places[frames.zones], pa.string()), "slot": np.arange(len(frames.zones)),
    }))  # fmt: skip
    kinds = ", ".join(f"'{kind}'" for kind in dict.fromkeys((*settings.areas, *LARGER)))
    rows = connection.execute(
        f"""select area_type || '/' || area_code as area, slot, weight from membership left join projected_zone using (block_code)
            where block_type = '{BLOCK}' and weight > 0 and area_type in ({kinds}) and not ends_with(area_code, 'OUT')
            qualify count(slot) over (partition by area_type, area_code) = count(*) over (partition by area_type, area_code)
            order by 1, 2"""  # noqa: E501
    ).fetchnumpy()
    codes, at = numbered(rows["area"])
    shape = (len(codes), len(frames.zones))
    members = sparse.csr_array((rows["weight"], (at, rows["slot"].astype(np.int64))), shape=shape)
    of_frame = sparse.csr_array(
        (np.ones(len(frames.zones)), (np.arange(len(frames.zones)), frames.frame)), shape=(shape[1], len(frames.codes))
    )
    held, size = (members @ of_frame).toarray(), np.bincount(frames.frame)
    parts = [code.split("/", 1) for code in codes]
    return Areas(
        np.array([kind for kind, _ in parts]), np.array([code for _, code in parts]), members,
        (np.isclose(held, 0) | np.isclose(held, size)).all(axis=1),
    )  # fmt: skip


def _with_published(connection: duckdb.DuckDBPyConnection, made: Projected, past: Past) -> Projected:
    """Larger places that hold those areas but were not made up, as they are published."""
    order = ", ".join(f"'{kind}'" for kind in LARGER)
    found = connection.execute(
        f"""select block_type, block_code, list(persons::double order by year, sex, age) as persons
            from population_projection
            where variant = ? and base_year = ? and block_type in ({order})
                and year in ({", ".join(map(str, made.years))})
                and (block_type, block_code) in (select (area_type, area_code) from membership
                    join projected_zone using (block_code) where block_type = '{BLOCK}')
                and block_type || '/' || block_code not in ({_listed(made.areas)})
            group by all having count(*) = {len(made.years) * CELLS} order by all""",
        [made.frames.variant, made.frames.base_year],
    ).fetchall()
    if not found:
        return made
    people = np.array([row[2] for row in found]).reshape(len(found), len(made.years), len(SEXES), AGES)
    areas = Areas(
        np.append(made.areas.kinds, [row[0] for row in found]), np.append(made.areas.codes, [row[1] for row in found]),
        made.areas.members, np.append(made.areas.as_published, [True] * len(found)),
    )  # fmt: skip
    return Projected(made.frames, areas, made.years, np.concatenate([made.people, people]))


def _listed(areas: Areas) -> str:
    named = [f"'{kind}/{code}'" for kind, code in zip(areas.kinds, areas.codes, strict=True) if kind in LARGER]
    return ", ".join(named) or "''"


def _differences(frames: Frames, past: Past, areas: Areas) -> list[str]:
    """That the published projection is not where the estimates are, and what was done."""
    latest = past.years[-1]
    if latest not in frames.years:
        return []
    published, estimated = frames.totals[frames.years.index(latest)].sum(), past.people[-1].sum()
    if abs(published - estimated) < 0.5:
        return []
    return [f"mid-{latest}: the published projection from {frames.base_year} has {published:,.0f} people where the "
            f"estimates have {estimated:,.0f} ({100 * (published / estimated - 1):+.1f} %); projections follow the "
            "published one from that year on, so tell change from their own first year"]  # fmt: skip


# --- ranges ---------------------------------------------------------------------------------------------------------


def _ahead(made: Projected, past: Past | None) -> np.ndarray:
    """Years from the latest estimates, in a shape that stands beside people by area, year, sex and band."""
    latest = past.years[-1] if past else made.years[0]
    return (np.array(made.years, np.float64) - latest)[None, :, None, None]


@dataclass(frozen=True)
class Ranges:
    """Lower and upper ends by area, year, sex and band, NaN where there is none, and what they are from by area."""

    lower: np.ndarray
    upper: np.ndarray
    origin: np.ndarray


def _ranges(
    made: Projected, variants: Sequence[Projected], bands: dict[str, np.ndarray], width: np.ndarray
) -> Ranges:  # fmt: skip
    """Past errors of sharing, and for the principal the spread of variants: independent, so their squares add."""
    people = bands[made.frames.variant]
    shared = ~made.areas.as_published[:, None, None, None]
    low = np.where(shared, people * -np.expm1(-width), 0.0)
    high = np.where(shared, people * np.expm1(width), 0.0)
    below, above, spread = _spread(made, variants, bands)
    origin = np.where(made.areas.as_published, np.where(spread, "variants", "none"),
                      np.where(spread, "past_errors_and_variants", "past_errors"))  # fmt: skip
    known = (origin != "none")[:, None, None, None]
    lower = np.maximum(people - np.hypot(low, below), 0.0)
    upper = people + np.hypot(high, above)
    return Ranges(np.where(known, lower, np.nan), np.where(known, upper, np.nan), origin)


def _spread(
    made: Projected, variants: Sequence[Projected], bands: dict[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """How far variants lie below and above the principal, and for which areas there are any."""
    people = bands[made.frames.variant]
    below, above = np.zeros_like(people), np.zeros_like(people)
    spread = np.zeros(len(people), dtype=bool)
    if made.frames.variant != PRINCIPAL:
        return below, above, spread
    names = _names(made.areas)
    for other in variants:
        if other is made or other.years != made.years or other.frames.base_year != made.frames.base_year:
            continue
        _, here, there = np.intersect1d(names, _names(other.areas), return_indices=True)
        away = bands[other.frames.variant][there] - people[here]
        below[here] = np.maximum(below[here], -away)
        above[here] = np.maximum(above[here], away)
        spread[here] = True
    return below, above, spread


def _names(areas: Areas) -> np.ndarray:
    return np.char.add(np.char.add(areas.kinds.astype(str), "/"), areas.codes.astype(str))


# --- rows -----------------------------------------------------------------------------------------------------------


def _band_rows(made: Projected, people: np.ndarray, told: Ranges) -> pa.Table:
    return _rows_of_bands(made, np.arange(len(people)), "fitted", people, told)


def _rows_of_bands(made: Projected, at: np.ndarray, method: str, people: np.ndarray, told: Ranges | None) -> pa.Table:
    """``projection_band``: one row for each area, year, sex and band of arrays in that order."""
    areas, years, sexes, bands = (index.ravel() for index in np.indices(people.shape, dtype=np.int32))
    missing = np.full(people.shape, np.nan)
    lower, upper = (missing, missing) if told is None else (told.lower, told.upper)
    origin = np.full(len(people), "none") if told is None else told.origin
    return conform(PROJECTION_BAND, {
        **_of_areas(made, at[areas]), "method": method, "year": np.array(made.years)[years],
        "sex": _text(["all", *SEXES], sexes), "age_band": _text(BANDS, bands), "persons": people.ravel(),
        "lower": pa.array(lower.ravel(), from_pandas=True), "upper": pa.array(upper.ravel(), from_pandas=True),
        "range_from": _text(*numbered(origin[areas])), "status": "estimated",
    }, people.size)  # fmt: skip


def _single_rows(made: Projected, bands: np.ndarray, told: Ranges, settings: Settings) -> pa.Table:
    """``projection``: areas of the first profiled kind and larger ones; a range is in proportion to its band's."""
    at = np.flatnonzero(np.isin(made.areas.kinds, [settings.areas[0], *LARGER]))
    people = made.people[at]
    areas, years, sexes, ages = (index.ravel() for index in np.indices(people.shape, dtype=np.int32))
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = [
            np.where(bands[at, :, 1:, 1:] > 0, end[at, :, 1:, 1:] / bands[at, :, 1:, 1:], end[at, :, 1:, 1:] * 0)
            @ IN_BAND[:, 1:].T * people for end in (told.lower, told.upper)
        ]  # fmt: skip
    return conform(PROJECTION, {
        **_of_areas(made, at[areas]), "method": "fitted", "year": np.array(made.years)[years],
        "sex": _text(SEXES, sexes), "age": ages, "persons": people.ravel(),
        **{name: pa.array(end.ravel(), from_pandas=True) for name, end in zip(("lower", "upper"), ends, strict=True)},
        "status": "estimated",
    }, people.size)  # fmt: skip


def _of_areas(made: Projected, at: np.ndarray) -> dict[str, object]:
    """Columns that say which area and variant it is."""
    kinds, kind = numbered(made.areas.kinds)
    return {
        "area_type": _text(kinds, kind[at]), "area_code": _text(made.areas.codes, at),
        "variant": made.frames.variant, "base_year": made.frames.base_year,
    }  # fmt: skip


def _text(words: Sequence[str] | np.ndarray, at: np.ndarray) -> pa.Array:
    """Text of which there are few different ones, held once each."""
    return pa.DictionaryArray.from_arrays(
        pa.array(at, pa.int32()), pa.array([str(word) for word in words], pa.string())
    )


def _simple_rows(connection: duckdb.DuckDBPyConnection, made: Projected, past: Past, settings: Settings) -> pa.Table:
    """The present profiles' method for areas of the first kind that lie in one partnership."""
    connection.register("projected_area", pa.table({
        "area_type": pa.array(made.areas.kinds.astype(str)), "area_code": pa.array(made.areas.codes.astype(str)),
        "slot": np.arange(len(made.areas.codes)),
    }))  # fmt: skip
    found = connection.execute(
        f"""select area.slot, min(whole.slot) as larger from projected_area area
            join membership a using (area_type, area_code)
            join membership h on h.block_type = a.block_type and h.block_code = a.block_code and h.area_type = 'hscp'
            join projected_area whole on whole.area_type = h.area_type and whole.area_code = h.area_code
            where a.block_type = '{BLOCK}' and area.area_type = ? and area.area_type <> 'hscp' and a.weight > 0
            group by 1 having count(distinct whole.slot) = 1 order by 1""",
        [settings.areas[0]],
    ).fetchnumpy()
    at, larger = found["slot"].astype(np.int64), found["larger"].astype(np.int64)
    now = made_up(made.areas.members, past.people[-1][made.frames.zones])[at] if len(at) else made.people[:0, 0]
    years = [grown(now, made.people[larger, 0], made.people[larger, year]) for year in range(len(made.years))]
    return _rows_of_bands(made, at, "simple", np.stack(years, axis=1), None)
