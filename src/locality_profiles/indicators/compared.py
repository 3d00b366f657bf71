"""Each area's values set against others: larger areas, its peers, its statistical neighbours, and all of its kind.

Only like is compared with like: the same indicator, the same class, exactly the same period. Peers and neighbours
are taken together from their own counts, never by averaging their values. A difference is told only where it is
more than chance would make (by confidence limits), or where everybody was counted (as printed).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from locality_profiles.indicators.belonging import homes, placed
from locality_profiles.indicators.definition import Indicator
from locality_profiles.indicators.estimates import CONFIDENCE, floats
from locality_profiles.indicators.neighbours import neighbours_of
from locality_profiles.statistics.comparators import against_reference, rank_from_highest, rank_interval
from locality_profiles.statistics.differences import difference_of_estimates
from locality_profiles.statistics.estimates import proportion_estimate, rate_estimate
from locality_profiles.statistics.intervals import Estimate
from locality_profiles.statistics.quantiles import quantile_of
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import AREA_OVERLAP, AREA_RANK, COMPARISON, MEMBERSHIP, NEIGHBOUR
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import connect

Column = NDArray[np.float64]

#: Methods whose counts several areas can bring together.
ADDED_UP = ("percentage", "crude_rate", "ratio", "cost_per_unit")
#: Ways of having no interval, and what they mean for a comparison.
A_COUNT = "A count goes with how many people there are: compare rates instead."
NO_LIMITS = "No limits can be made for days or hours that come together, so a difference cannot be told from chance."
NOT_PUBLISHED_LIMITS = "Its publisher gives no confidence limits, so a difference cannot be told from chance."
NO_FIGURE = "There is no figure for exactly the same period."
NOT_ADDED = "Values of this kind cannot be added up over areas."
SOME_MISSING = "Some of the areas have no figure for exactly the same period."

VERDICTS = np.array(["lower", "similar", "higher", "not_compared"], dtype=object)
NOT_COMPARED = 3


@dataclass(frozen=True)
class Compared:
    """The tables ``comparison``, ``area_rank`` and ``neighbour``."""

    comparison: pa.Table
    ranks: pa.Table
    neighbours: pa.Table


def compare(
    tables: Mapping[str, Path], values: pa.Table, found: Mapping[str, Indicator], compared: Sequence[str]
) -> Compared:
    """Comparisons of every area of the ``compared`` types, from ``indicator_value``.

    ``tables`` names the Parquet files of ``membership`` and ``area_overlap``; without the latter, areas that lie
    whole in nothing are compared with the country only if membership says so.
    """
    with connect(threads=1) as connection:
        for contract in (MEMBERSHIP, AREA_OVERLAP):
            path = tables.get(contract.name)
            if path is None:
                connection.register(contract.name, contract.schema.empty_table())
            else:
                connection.execute(f"create view {contract.name} as select * from {relation(path)}")
        declare(connection, values, found, compared)
        homes(connection, compared)
        nearest = neighbours_of(connection, compared)
        connection.register("neighbour", nearest)
        # One kind of area at a time, to keep what is in memory small.
        kinds = [_comparisons(connection, kind) for kind in sorted(set(compared))]
        made = pa.concat_tables([COMPARISON.schema.empty_table(), *kinds])
        comparison = made.sort_by([(name, "ascending") for name in COMPARISON.sort])
        return Compared(comparison, _ranks(connection), conform(
            NEIGHBOUR, {name: nearest[name] for name in NEIGHBOUR.schema.names}, nearest.num_rows
        ))  # fmt: skip


def declare(
    connection: duckdb.DuckDBPyConnection, values: pa.Table, found: Mapping[str, Indicator], compared: Sequence[str]
) -> None:
    """Tables ``declared`` (what comparing needs of each indicator), ``value`` (in its own classes) and ``latest``."""
    connection.register("declared_rows", pa.table({
        "indicator_id": list(found), "breakdown": [i.breakdown or "all" for i in found.values()],
        "method": [i.method for i in found.values()], "interval": [i.interval for i in found.values()],
        "per": [i.per for i in found.values()], "decimals": pa.array([i.decimals for i in found.values()], pa.int64()),
        "direction": [i.direction for i in found.values()],
    }))  # fmt: skip
    connection.execute("create temp table declared as select * from declared_rows")
    connection.register("made", values)
    connection.execute(
        f"""create temp table value as
        select m.* from made m semi join declared d on d.indicator_id = m.indicator_id and d.breakdown = m.breakdown
        where {placed("m.area_code")}"""
    )
    connection.execute(
        """create temp table latest as
        select indicator_id, area_type, area_code, max((period_end, period_start)) as period
        from value where value is not null and area_type in (select unnest($1)) group by 1, 2, 3""",
        [list(dict.fromkeys(compared))],
    )
    connection.execute(
        """create temp table own as
        select v.* from value v join (select indicator_id, area_type, area_code, period[1] as period_end,
            period[2] as period_start from latest) l
        using (indicator_id, area_type, area_code, period_start, period_end)"""
    )


# --- comparison -----------------------------------------------------------------------------------

_GROUPS = f"""
    select o.area_type, o.area_code, 'peers' as comparator, o.in_code as comparator_code,
        p.area_type as member_type, p.area_code as member_code
    from home o join home p on p.area_type = o.area_type and p.in_type = 'hscp' and p.in_code = o.in_code
        and p.area_code <> o.area_code
    where o.in_type = 'hscp' and o.area_type <> 'hscp' and {placed("p.area_code")} and {placed("o.area_code")}
    union all
    select area_type, area_code, 'neighbours', '', area_type, neighbour_code from neighbour"""


def _comparisons(connection: duckdb.DuckDBPyConnection, kind: str) -> pa.Table:
    """Rows of ``comparison`` for every area of one kind."""
    rows = connection.sql(
        f"""
        with of_kind as (select * from own where area_type = $kind),
        single as (
            select o.*, h.in_type as comparator, h.in_code as comparator_code, c.value as c_value, c.lower as c_lower,
                c.upper as c_upper, null::double as c_numerator, null::double as c_denominator, 1 as members,
                (c.value is not null)::int as known
            from of_kind o join home h on h.area_type = o.area_type and h.area_code = o.area_code
            left join value c on c.area_type = h.in_type and c.area_code = h.in_code
                and c.indicator_id = o.indicator_id and c.category = o.category
                and c.period_start = o.period_start and c.period_end = o.period_end
            where h.in_type <> o.area_type),
        many as (
            select o.*, g.comparator, g.comparator_code, null::double as c_value, null::double as c_lower,
                null::double as c_upper, g.c_numerator, g.c_denominator, g.members, g.known
            from of_kind o join (
                select o.indicator_id, o.category, o.period_start, o.period_end, g.area_type, g.area_code, g.comparator,
                    g.comparator_code, sum(c.numerator) as c_numerator, sum(c.denominator) as c_denominator,
                    count(*) as members, count(c.value) as known
                from of_kind o join ({_GROUPS}) g on g.area_type = o.area_type and g.area_code = o.area_code
                left join value c on c.area_type = g.member_type and c.area_code = g.member_code
                    and c.indicator_id = o.indicator_id and c.category = o.category
                    and c.period_start = o.period_start and c.period_end = o.period_end
                group by all) g
            using (indicator_id, category, period_start, period_end, area_type, area_code))
        select r.*, d.method as how, d.interval, d.decimals, d.direction
        from (select * from single union all by name select * from many) r join declared d using (indicator_id)
        order by r.indicator_id, r.area_type, r.area_code, r.comparator, r.comparator_code, r.category""",
        params={"kind": kind},
    ).to_arrow_table()
    return _verdicts(rows)


def _verdicts(rows: pa.Table) -> pa.Table:
    """Verdict, difference and judgement of each pair of values."""
    own = Estimate(floats(rows, "value"), floats(rows, "lower"), floats(rows, "upper"))
    other = _comparator(rows)
    interval = _text(rows, "interval")
    counted = interval == "complete_count"
    by_interval = np.isfinite(own.lower) & np.isfinite(own.upper)
    reasons = _reasons(rows, own, other, by_interval | counted)
    compared = np.array([reason is None for reason in reasons], dtype=bool)
    verdict = np.full(rows.num_rows, NOT_COMPARED)
    wider = np.full(rows.num_rows, NOT_COMPARED)
    at = compared & by_interval & ~counted
    verdict[at] = 1 + against_reference(other.value[at], own.lower[at], own.upper[at])
    low, high = floats(rows, "lower_99_8"), floats(rows, "upper_99_8")
    has_wider = at & np.isfinite(low) & np.isfinite(high)
    wider[has_wider] = 1 + against_reference(other.value[has_wider], low[has_wider], high[has_wider])
    at = compared & counted
    verdict[at] = wider[at] = 1 + _as_printed(own.value[at], other.value[at], rows["decimals"].to_numpy()[at])
    low, high = difference_of_estimates(own, other)[1:]
    return conform(COMPARISON, {
        **{name: rows[name] for name in ("indicator_id", "area_type", "area_code", "period_type", "period_start",
                                         "period_end", "breakdown", "category", "comparator", "comparator_code")},
        "value": _nullable(own.value), "comparator_value": _nullable(other.value),
        "difference": _nullable(np.where(compared, own.value - other.value, np.nan)),
        "difference_lower": _nullable(np.where(compared & ~counted, low, np.nan)),
        "difference_upper": _nullable(np.where(compared & ~counted, high, np.nan)),
        "verdict": pa.array(VERDICTS[verdict], pa.string()), "verdict_99_8": pa.array(VERDICTS[wider], pa.string()),
        "judgement": pa.array(judgement(verdict - 1, _text(rows, "direction"), verdict != NOT_COMPARED), pa.string()),
        "basis": np.where(~compared, "none", np.where(counted, "complete_count", "interval")).tolist(),
        "reason": pa.array(reasons, pa.string()),
    }, rows.num_rows)  # fmt: skip


def judgement(sign: NDArray[np.int64], direction: NDArray[Any], made: NDArray[np.bool_]) -> NDArray[Any]:
    """'better' or 'worse' where a direction is declared and a difference was found; None elsewhere."""
    good = np.where(direction == "high_is_good", 1, np.where(direction == "low_is_good", -1, 0)) * sign
    said = np.full(len(good), None, dtype=object)
    said[made & (good > 0)], said[made & (good < 0)] = "better", "worse"
    return said


def _reasons(rows: pa.Table, own: Estimate, other: Estimate, can_tell: NDArray[np.bool_]) -> NDArray[Any]:
    """Why a pair is not compared; None where it is."""
    how, interval, comparator = _text(rows, "how"), _text(rows, "interval"), _text(rows, "comparator")
    group = np.isin(comparator, ["peers", "neighbours"])
    reason = np.full(rows.num_rows, None, dtype=object)
    reason[~can_tell] = np.where(how == "published", NOT_PUBLISHED_LIMITS, NO_LIMITS)[~can_tell]
    reason[np.isnan(other.value)] = NO_FIGURE
    reason[group & (rows["known"].to_numpy() < rows["members"].to_numpy())] = SOME_MISSING
    reason[group & ~np.isin(how, ADDED_UP)] = NOT_ADDED
    reason[interval == "not_independent"] = NO_LIMITS
    reason[how == "count"] = A_COUNT
    reason[np.isnan(own.value)] = NO_FIGURE
    return reason


def _comparator(rows: pa.Table) -> Estimate:
    """The comparator's value and limits: those of one area, or of several areas' counts together."""
    value, lower, upper = (floats(rows, name) for name in ("c_value", "c_lower", "c_upper"))
    complete = rows["known"].to_numpy() == rows["members"].to_numpy()
    events, people = floats(rows, "c_numerator"), floats(rows, "c_denominator")
    per, interval, how = floats(rows, "per"), _text(rows, "interval"), _text(rows, "how")
    together = complete & np.isin(how, ADDED_UP) & np.isin(_text(rows, "comparator"), ["peers", "neighbours"])
    together &= (people > 0) & np.isfinite(events)
    value[together] = events[together] / people[together] * per[together]
    for kind, estimate in (("byar", rate_estimate), ("wilson", proportion_estimate)):
        at = together & (interval == kind)
        if kind == "wilson":
            at &= events <= people
        lower[at], upper[at] = (limit * per[at] for limit in estimate(events[at], people[at], 1.0, CONFIDENCE)[1:])
    return Estimate(value, lower, upper)


def _as_printed(own: Column, other: Column, decimals: NDArray[np.int64]) -> NDArray[np.int64]:
    """-1, 0 or 1 by the values as they are printed: what reads the same is the same."""
    scale = 10.0**decimals
    return np.sign(np.floor(own * scale + 0.5) - np.floor(other * scale + 0.5)).astype(np.int64)


# --- ranks ----------------------------------------------------------------------------------------


def _ranks(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Ranks of each area's latest values, among all areas of its kind and among those of its partnership."""
    rows = connection.sql(
        """
        select v.indicator_id, v.area_type, v.area_code, v.period_type, v.period_start, v.period_end, v.breakdown,
            v.category, v.value, v.lower, v.upper, h.in_code as hscp,
            o.area_code is not null as wanted
        from value v
        join declared d using (indicator_id)
        left join home h on h.area_type = v.area_type and h.area_code = v.area_code and h.in_type = 'hscp'
        left join own o on o.indicator_id = v.indicator_id and o.area_type = v.area_type
            and o.area_code = v.area_code and o.category = v.category and o.period_start = v.period_start
            and o.period_end = v.period_end
        where v.value is not null and d.method <> 'count' and v.area_type in (select distinct area_type from latest)
        order by v.indicator_id, v.area_type, v.area_code, v.category, v.period_start"""
    ).to_arrow_table()
    return pa.concat_tables([_ranked(rows, "country", ()), _ranked(rows, "hscp", ("hscp",))]).sort_by(
        [(name, "ascending") for name in AREA_RANK.sort]
    )


_ALIKE = ("indicator_id", "area_type", "breakdown", "category", "period_start", "period_end")


def _ranked(rows: pa.Table, among: str, more: Sequence[str]) -> pa.Table:
    if more:
        rows = rows.filter(rows["hscp"].is_valid())
    groups = _group_numbers(rows, (*_ALIKE, *more))
    value, lower, upper = (floats(rows, name) for name in ("value", "lower", "upper"))
    rank, ranked = rank_from_highest(value, groups)
    smallest, largest = rank_interval(np.where(np.isnan(lower), value, lower), np.where(np.isnan(upper), value, upper),
                                      groups)  # fmt: skip
    fifth = quantile_of(value, groups, 5)
    wanted = rows["wanted"].to_numpy() & (ranked >= 2)
    uncertain = np.isfinite(lower)
    names = ("indicator_id", "area_type", "area_code", "period_type", "period_start", "period_end", "breakdown",
             "category")  # fmt: skip
    made = conform(AREA_RANK, {
        **{name: rows[name] for name in names}, "among": among, "rank": _whole(rank, wanted),
        "rank_lower": _whole(smallest, uncertain), "rank_upper": _whole(largest, uncertain), "ranked": ranked,
        "fifth": _whole(fifth, np.isfinite(fifth) & (ranked >= 5)),
    }, rows.num_rows)  # fmt: skip
    return made.filter(pa.array(wanted))


def _group_numbers(rows: pa.Table, names: Sequence[str]) -> NDArray[np.int64]:
    """A number for each combination of the columns' values."""
    number = np.zeros(rows.num_rows, dtype=np.int64)
    for name in names:
        codes = rows[name].combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
        _, number = np.unique(number * (codes.max(initial=0) + 1) + codes, return_inverse=True)
    return number.astype(np.int64)


def _whole(values: NDArray[Any], known: NDArray[np.bool_]) -> pa.Array:
    whole = np.where(known, values, 0).astype(np.int64)
    return pa.array(whole, pa.int64(), mask=~known)


def _text(rows: pa.Table, column: str) -> NDArray[Any]:
    """A column of the same few words as Python's, each word once."""
    words = rows[column].combine_chunks().dictionary_encode()
    return np.array([*words.dictionary.to_pylist(), None], dtype=object)[words.indices.to_numpy(zero_copy_only=False)]


def _nullable(values: Column) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)
