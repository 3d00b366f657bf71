"""How unequal each indicator is across fifths by deprivation, from its values by fifth.

Fifths run from the most deprived (1) to the least deprived (5). A small partnership may have nobody in some of the
country's fifths; its own fifths always hold people.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from locality_profiles.indicators.counts import FIFTHS
from locality_profiles.indicators.definition import Indicator
from locality_profiles.indicators.estimates import floats
from locality_profiles.statistics.gaps import absolute_gap, attributable_share, relative_gap
from locality_profiles.statistics.inequality import slope_index, worse_for_deprived
from locality_profiles.statistics.intervals import Estimate
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import INEQUALITY, INEQUALITY_SCHEMES
from locality_profiles.tables.store import connect

MISSING_FIFTH = (
    "Nobody lives in {missing} of the five fifths here, or they have no value: use the partnership's own fifths."
)
NO_LIMITS = "Its values by fifth have no confidence limits, so the index has none."

Table = NDArray[np.float64]

_NAMES = ("indicator_id", "area_type", "area_code", "period_type", "period_start", "period_end", "scheme")


def inequality(values: pa.Table, found: Mapping[str, Indicator]) -> pa.Table:
    """Rows of ``inequality``, one for each indicator, area, period and scheme of fifths."""
    with connect(threads=1) as connection:
        connection.register("made", values)
        connection.register("declared", pa.table({
            "indicator_id": list(found), "own": [i.breakdown or "all" for i in found.values()],
            "how": [i.method for i in found.values()], "direction": [i.direction for i in found.values()],
        }))  # fmt: skip
        connection.execute(
            f"""create temp table fifth as
            select m.*, m.breakdown as scheme, d.how, d.direction from made m join declared d using (indicator_id)
            where m.breakdown in {INEQUALITY_SCHEMES} and m.breakdown <> d.own and m.category in {FIFTHS}"""
        )
        rows = connection.sql(
            """
            with kinds as (
                select distinct indicator_id, area_type, area_code, period_type, period_start, period_end, scheme, how,
                    direction from fifth)
            select k.*, c.category, f.value, f.lower, f.upper, f.denominator as people, w.value as overall
            from kinds k cross join (select unnest(['1', '2', '3', '4', '5']) as category) c
            left join fifth f using (indicator_id, area_type, area_code, period_start, period_end, scheme, category)
            left join made w on w.indicator_id = k.indicator_id and w.area_type = k.area_type
                and w.area_code = k.area_code and w.period_start = k.period_start and w.period_end = k.period_end
                and w.breakdown = 'all' and w.category = 'all'
            order by k.indicator_id, k.area_type, k.area_code, k.scheme, k.period_start, k.period_end, c.category"""
        ).to_arrow_table()
    return _made(rows)


def _made(rows: pa.Table) -> pa.Table:
    if not rows.num_rows:
        return INEQUALITY.schema.empty_table()
    value, lower, upper, people = (floats(rows, name).reshape(-1, 5) for name in ("value", "lower", "upper", "people"))
    kinds = rows.take(pa.array(np.arange(len(value)) * 5))
    known = np.isfinite(value)
    weights = _weights(people)
    index = slope_index(np.where(known, value, np.nan), weights, lower, upper, kind="measure")
    most, least = (Estimate(value[:, at], lower[:, at], upper[:, at]) for at in (0, -1))
    gap = absolute_gap(most, least)
    direction = np.asarray(kinds["direction"].to_numpy(zero_copy_only=False), dtype=object)
    sii_gap = np.where(direction == "none", np.nan, worse_for_deprived(index.sii.value, direction == "high_is_good"))
    whole = known.all(axis=1)
    ratio = relative_gap(*(Estimate(*(np.where(part >= 0, part, np.nan) for part in end)) for end in (most, least)))
    return conform(INEQUALITY, {
        **{name: kinds[name] for name in _NAMES}, "fifths": known.sum(axis=1),
        "most_deprived": _nullable(most.value), "least_deprived": _nullable(least.value),
        "overall": kinds["overall"], "absolute_gap": _nullable(gap.value), "absolute_gap_lower": _nullable(gap.lower),
        "absolute_gap_upper": _nullable(gap.upper), "relative_gap": _nullable(ratio.value),
        "sii": _nullable(index.sii.value), "sii_lower": _nullable(index.sii.lower),
        "sii_upper": _nullable(index.sii.upper), "sii_gap": _nullable(sii_gap),
        "rii_km": _nullable(index.rii_km.value), "rii_km_lower": _nullable(index.rii_km.lower),
        "rii_km_upper": _nullable(index.rii_km.upper), "rii_mean": _nullable(index.rii_mean),
        "attributable_share": _nullable(attributable_share(value, weights)),
        "status": np.where(whole, "actual", "not_calculated").tolist(),
        "reason": pa.array(_reasons(known, lower), pa.string()),
    }, len(value)).sort_by([(name, "ascending") for name in INEQUALITY.sort])  # fmt: skip


def _weights(people: Table) -> Table:
    """People of each fifth; all alike where a publisher gives none, for its fifths hold a fifth of the people each."""
    given = np.isfinite(people).all(axis=1, keepdims=True)
    return np.where(given, people, 1.0)


def _reasons(known: NDArray[np.bool_], lower: Table) -> NDArray[np.object_]:
    missing = 5 - known.sum(axis=1)
    reason = np.full(len(known), None, dtype=object)
    reason[np.isnan(lower).any(axis=1)] = NO_LIMITS
    for count in range(1, 6):
        reason[missing == count] = MISSING_FIFTH.format(missing=count)
    return reason


def _nullable(values: Table) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)
