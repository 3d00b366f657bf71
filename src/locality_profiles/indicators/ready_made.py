"""Values that a national profile publishes ready made: shown for the place they were made for, never added up.

A published rate has no place in any sum: it may be standardised, averaged over years, or rounded. So a value is
shown only for an area that is one whole published place. Where the same measure stands in two extracts, the
one that the declaration names first is taken.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from locality_profiles.indicators.counts import SEVERITY, level_of
from locality_profiles.indicators.definition import Indicator
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import INDICATOR_VALUE

CONFIDENCE = 0.95  # national profiles publish 95 % limits only


def published_values(connection: duckdb.DuckDBPyConnection, indicator: Indicator, fifths: bool) -> pa.Table:
    """Rows of ``indicator_value`` for one published measure; its deprivation fifths if ``fifths``."""
    query, parameters = _query(indicator, fifths)
    rows = connection.sql(query, params=parameters).to_arrow_table()
    limits = rows["lower"].is_valid().to_numpy()
    return conform(INDICATOR_VALUE, {
        "indicator_id": indicator.id, "area_type": rows["area_type"], "area_code": rows["area_code"],
        "period_type": rows["period_type"], "period_start": rows["period_start"], "period_end": rows["period_end"],
        "breakdown": rows["breakdown"], "category": rows["category"], "numerator": rows["numerator"],
        "denominator": rows["denominator"], "value": rows["value"], "lower": rows["lower"], "upper": rows["upper"],
        "confidence": pa.array([CONFIDENCE if known else None for known in limits], pa.float64()),
        "method": "published", "per": indicator.per, "status": rows["status"], "source_level": rows["block_type"],
        "parts": 1, "note": rows["note"],
    }, rows.num_rows)  # fmt: skip


def has_published(connection: duckdb.DuckDBPyConnection, indicator: Indicator) -> bool:
    """Whether any extract publishes the measure, for whatever place."""
    where = indicator.numerator.where
    sources = _listed(where.get("source"))
    query = "select 1 from published_value where measure = ? and source in (select unnest(?)) limit 1"
    return bool(connection.execute(query, [where["measure"], sources]).fetchall())


def published_extracts(connection: duckdb.DuckDBPyConnection, indicator: Indicator) -> tuple[str, ...]:
    """Extracts from which a published measure came."""
    where = indicator.numerator.where
    found = connection.execute(
        "select distinct extract_id from published_value where measure = ? and source in (select unnest(?)) order by 1",
        [where["measure"], _listed(where.get("source"))],
    ).fetchall()
    return tuple(row[0] for row in found)


def _listed(value: Any) -> list[str]:
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


def _query(indicator: Indicator, fifths: bool) -> tuple[str, list[Any]]:
    where = indicator.numerator.where
    sources = _listed(where.get("source"))
    category = "p.breakdown in ('simd_quintile', 'simd_quintile_own')" if fifths else "p.breakdown = 'all'"
    return (
        f"""
        with wanted as (
            select p.*, list_position(?, p.source) as turn, coalesce(s.severity, {SEVERITY["actual"]}) as severity
            from published_value p left join severity s using (status)
            where p.measure = ? and p.source in (select unnest(?)) and {category})
        select l.area_type, l.area_code, w.block_type, w.period_type, w.period_start, w.period_end, w.breakdown,
            w.category, w.numerator, w.denominator, w.value, w.lower, w.upper, w.status, w.note
        from wanted w
        join link l using (block_type, block_code)
        join whole n on n.block_type = l.block_type and n.area_type = l.area_type and n.area_code = l.area_code
        where n.blocks = 1 and l.weight > 1 - 1e-9 and not l.approximate
            and l.block_level <= l.area_level and l.area_level >= ?
        qualify row_number() over (
            partition by l.area_type, l.area_code, w.period_start, w.period_end, w.breakdown, w.category
            order by w.turn, l.block_level desc, w.block_code) = 1""",
        [sources, where["measure"], sources, level_of(indicator.smallest_area)],
    )
