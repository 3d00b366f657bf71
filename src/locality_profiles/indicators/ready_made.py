"""Values that a national profile publishes ready made: shown for the place they were made for, never added up.

A published rate has no place in any sum: it may be standardised, averaged over years, or rounded. So a value is
shown only for an area that is one whole published place. Where the same measure stands in two extracts, the
one that the declaration names first is taken.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from locality_profiles.indicators.counts import level_of
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
    category = "breakdown in ('simd_quintile', 'simd_quintile_own')" if fifths else "breakdown = 'all'"
    return (
        f"""
        select area_type, area_code, block_type, period_type, period_start, period_end, breakdown, category, numerator,
            denominator, value, lower, upper, status, note
        from published_place
        where measure = ? and source in (select unnest(?)) and {category} and area_level >= ?
        qualify row_number() over (
            partition by area_type, area_code, period_start, period_end, breakdown, category
            order by list_position(?, source), block_level desc, earlier, block_code) = 1""",
        [where["measure"], sources, level_of(indicator.smallest_area), sources],
    )


def place_published(connection: duckdb.DuckDBPyConnection) -> None:
    """Table ``published_place``: published values beside each area that is one whole published place."""
    connection.execute(
        """create temp table published_place as
        select p.*, l.area_type, l.area_code, l.block_level, l.area_level, l.earlier
        from published_value p
        join link l using (block_type, block_code)
        join whole n on n.block_type = l.block_type and n.area_type = l.area_type and n.area_code = l.area_code
        where n.blocks = 1 and l.weight > 1 - 1e-9 and not l.approximate and l.block_level <= l.area_level
        order by measure"""
    )
