"""How each indicator has changed: over up to five periods that do not overlap, with limits and a verdict.

A period without a figure is a gap and stays one. Nothing is tested across a break (a redrawn boundary, figures made
from other places): the change is then told from the first period after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from locality_profiles.indicators.belonging import placed
from locality_profiles.indicators.compared import judgement
from locality_profiles.indicators.definition import Indicator
from locality_profiles.indicators.estimates import floats
from locality_profiles.statistics.differences import difference_of_estimates
from locality_profiles.statistics.intervals import Estimate
from locality_profiles.statistics.trends import POINTS, recent_trend
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import TREND, TREND_BREAK
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect

#: Statuses of complete counts: they are comparable whatever places they were added from.
COUNTED = ["actual", "true_zero"]
#: Kinds of period that follow one another year by year; a trend is of years.
YEARLY = ("mid_year", "calendar_year", "financial_year", "school_year", "years")

WORDS = np.array(["decreasing", "no_significant_change", "increasing", "cannot_be_calculated"], dtype=object)
CANNOT = 3
A_COUNT = "A count goes with how many people there are; see the rate."
NO_LIMITS = "Its values have no confidence limits, so a trend cannot be told from chance."
TOO_FEW = "There are fewer than five periods that do not overlap."
GAP = "There is a gap among the last five periods."
BROKEN = "The figures break within the last five periods."
NOT_YEARLY = "Only yearly figures are tested; months and quarters have seasons."


def change(
    tables: Mapping[str, Path], values: pa.Table, found: Mapping[str, Indicator], area_types: Sequence[str]
) -> pa.Table:
    """Rows of ``trend`` for every area of the given types with two periods or more.

    ``tables`` may name ``trend_break``; values are those of ``indicator_value``.
    """
    with connect(threads=1) as connection:
        path = tables.get("trend_break")
        if path is None:
            connection.register("trend_break", TREND_BREAK.schema.empty_table())
        else:
            connection.execute(f"create view trend_break as select * from {relation(path)}")
        connection.register("declared", pa.table({
            "indicator_id": list(found), "breakdown": [i.breakdown or "all" for i in found.values()],
            "how": [i.method for i in found.values()], "direction": [i.direction for i in found.values()],
        }))  # fmt: skip
        connection.register("made", values)
        return _trends(connection.sql(_QUERY, params=[list(dict.fromkeys(area_types))]).to_arrow_table())


# From the latest value back, each period is kept that ends before the one kept last begins. Values of one year do
# not overlap, so all are kept; of pooled years every third or fifth is. Periods lie a whole number of lengths apart.
_QUERY = f"""
    with recursive known as (
        select m.*, d.how, d.direction from made m join declared d using (indicator_id)
        where m.breakdown = d.breakdown and m.value is not null and {placed("m.area_code")}
            and m.area_type in (select unnest(?))),
    sized as (
        select *, case when period_type in {YEARLY}
                then greatest(1, round(datediff('day', period_start, period_end) / 365.25))::int end as length,
            max(period_end) over series as last_end, max(period_start) over series as last_start,
            arg_max(period_type, period_end) over series as last_type,
            arg_max(datediff('day', period_start, period_end), period_end) over series as last_days
        from known
        window series as (partition by indicator_id, area_type, area_code, category)),
    alike as (
        select *, datediff('year', period_end, last_end) as back from sized
        where period_type = last_type and abs(datediff('day', period_start, period_end) - last_days) <= 3
            and (length is null or (month(period_end) = month(last_end)
                and datediff('year', period_end, last_end) % length = 0))),
    placed as (
        select *, case when length is not null then back // length
                when period_type = 'month' then datediff('month', period_start, last_start)
                when period_type in ('financial_quarter', 'calendar_quarter')
                    then datediff('month', period_start, last_start) // 3
                else row_number() over (partition by indicator_id, area_type, area_code, category
                                        order by period_end desc) - 1 end as position
        from alike),
    recent as (select * from placed where position < {POINTS})
    select r.*, (
            select max(b.broken) from trend_break b where b.area_type = r.area_type and b.area_code = r.area_code
                and b.broken <= r.period_end and r.source_level = r.area_type) as last_break
    from recent r
    order by indicator_id, area_type, area_code, category, position"""


def _trends(rows: pa.Table) -> pa.Table:
    """One row per run of values, from its rows with the latest first."""
    if not rows.num_rows:
        return TREND.schema.empty_table()
    run = _runs(rows)
    number = int(run[-1]) + 1
    position = rows["position"].to_numpy().astype(np.int64)
    table = {name: _laid_out(floats(rows, name), run, position, number) for name in ("value", "lower", "upper")}
    level = rows["source_level"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.float64)
    counted = pc.is_in(rows["status"], pa.array(COUNTED)).to_numpy(zero_copy_only=False).astype(np.float64)
    days = [_days(rows, name, run, position, number) for name in ("last_break", "period_end")]
    broken = _breaks(_laid_out(level, run, position, number), _laid_out(counted, run, position, number), *days)
    usable = np.isfinite(table["value"]) & ~np.logical_or.accumulate(broken, axis=1)
    points = usable.sum(axis=1)
    oldest = (POINTS - 1) - np.argmax(usable[:, ::-1], axis=1)
    first_row = np.searchsorted(run, np.arange(number))
    oldest_row = _row_of(run, position, number)[np.arange(number), oldest]
    keep = points >= 2
    made = _made(rows, table, usable, broken, first_row, oldest_row, oldest, points)
    return made.filter(pa.array(keep)).sort_by([(name, "ascending") for name in TREND.sort])


def _runs(rows: pa.Table) -> NDArray[np.int64]:
    """The number of each row's run; rows of one run stand together."""
    new = np.zeros(rows.num_rows, dtype=bool)
    for name in ("indicator_id", "area_type", "area_code", "category"):
        codes = rows[name].combine_chunks().dictionary_encode().indices.to_numpy()
        new[1:] |= codes[1:] != codes[:-1]
    return np.cumsum(new)


def _laid_out(column: NDArray[Any], run: NDArray[np.int64], position: NDArray[np.int64], number: int) -> NDArray[Any]:
    """A column as a table of runs by position, the latest first; NaN where a run has no such period."""
    table = np.full((number, POINTS), np.nan)
    table[run, position] = column
    return table


def _row_of(run: NDArray[np.int64], position: NDArray[np.int64], number: int) -> NDArray[np.int64]:
    table = np.zeros((number, POINTS), dtype=np.int64)
    table[run, position] = np.arange(len(run))
    return table


def _days(rows: pa.Table, name: str, run: Any, position: Any, number: int) -> NDArray[Any]:
    days = rows[name].cast(pa.int32()).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return _laid_out(np.asarray(days, dtype=np.float64), run, position, number)


def _breaks(
    level: NDArray[Any], counted: NDArray[Any], last_break: NDArray[Any], end: NDArray[Any]
) -> NDArray[np.bool_]:
    """Whether the figures break between each period and the one after it; the latest has none after it.

    A redrawn boundary breaks with periods that end before the day. Figures made from other places than those after
    them (whatever gap lies between) break too, unless both are complete counts of the same place.
    """
    broken = np.zeros(level.shape, dtype=bool)
    after, counted_after = _from_later(level)[:, :-1], _from_later(counted)[:, :-1]
    with np.errstate(invalid="ignore"):
        since_redrawn = np.fmax.accumulate(last_break, axis=1)[:, :-1] > end[:, 1:]
        other_places = np.isfinite(level[:, 1:]) & np.isfinite(after) & (level[:, 1:] != after)
        other_places &= ~((counted[:, 1:] == 1) & (counted_after == 1))
    broken[:, 1:] = since_redrawn | other_places
    return broken


def _from_later(table: NDArray[Any]) -> NDArray[Any]:
    """Each period's entry, or where it has none that of the nearest later period (which stands before it)."""
    at = np.maximum.accumulate(np.where(np.isfinite(table), np.arange(table.shape[1]), 0), axis=1)
    return np.take_along_axis(table, at, axis=1)


def _made(
    rows: pa.Table, table: Mapping[str, NDArray[Any]], usable: Any, broken: Any, first_row: Any, oldest_row: Any,
    oldest: Any, points: Any,
) -> pa.Table:  # fmt: skip
    number = len(first_row)
    latest = rows.take(pa.array(first_row))
    earliest = rows.take(pa.array(oldest_row))
    at = np.arange(number)
    new = Estimate(*(table[name][:, 0] for name in ("value", "lower", "upper")))
    old = Estimate(*(table[name][at, oldest] for name in ("value", "lower", "upper")))
    gained = difference_of_estimates(new, old)
    oldest_first = {name: np.where(usable, table[name], np.nan)[:, ::-1] for name in table}
    tested = recent_trend(oldest_first["value"], oldest_first["lower"], oldest_first["upper"])
    reasons = _reasons(latest, usable, broken, oldest_first, points)
    told = np.array([reason is None for reason in reasons], dtype=bool) & tested.calculated
    verdict = np.where(told, 1 + tested.verdict, CANNOT)
    direction = np.asarray(latest["direction"].to_numpy(zero_copy_only=False), dtype=object)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(old.value != 0, gained.value / np.abs(old.value), np.nan)
    return conform(TREND, {
        **{name: latest[name] for name in ("indicator_id", "area_type", "area_code", "breakdown", "category",
                                           "period_type", "period_start", "period_end")},
        "from_start": earliest["period_start"], "from_end": earliest["period_end"], "points": points,
        "gaps": oldest + 1 - points, "from_value": old.value, "value": new.value, "change": gained.value,
        "change_lower": _nullable(gained.lower), "change_upper": _nullable(gained.upper),
        "change_share": _nullable(share), "verdict": pa.array(WORDS[verdict], pa.string()),
        "chi_square": _nullable(np.where(told, tested.chi_square, np.nan)),
        "judgement": pa.array(judgement(verdict - 1, direction, told), pa.string()),
        "reason": pa.array(reasons, pa.string()),
    }, number)  # fmt: skip


def _reasons(latest: pa.Table, usable: Any, broken: Any, oldest_first: Mapping[str, Any], points: Any) -> Any:
    """Why a run is not tested; None where it is."""
    how = np.asarray(latest["how"].to_numpy(zero_copy_only=False), dtype=object)
    yearly = np.isin(np.asarray(latest["period_type"].to_numpy(zero_copy_only=False), dtype=object), YEARLY)
    reason = np.full(len(how), None, dtype=object)
    with np.errstate(invalid="ignore"):
        apart = (oldest_first["upper"] - oldest_first["lower"] > 0) | ~usable[:, ::-1]
    reason[~apart.all(axis=1)] = NO_LIMITS
    reason[points < POINTS] = TOO_FEW
    reason[(points < POINTS) & usable[:, -1]] = GAP
    reason[broken.any(axis=1)] = BROKEN
    reason[~yearly] = NOT_YEARLY
    reason[how == "count"] = A_COUNT
    return reason


def _nullable(values: Any) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)
