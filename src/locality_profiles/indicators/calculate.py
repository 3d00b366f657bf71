"""Every indicator for every area, period and class, from curated facts.

``counts`` adds events and people up in SQL; ``estimates`` makes values and limits of them; ``ready_made`` passes
on what others published. This module runs them over all declarations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from locality_profiles.indicators.counts import (
    FIFTHS,
    OF_COUNTRY,
    OF_PARTNERSHIP,
    OF_SETTLEMENT,
    Counts,
    Division,
    prepare,
    terms_of,
)
from locality_profiles.indicators.definition import Indicator, indicators
from locality_profiles.indicators.described import definitions_table, why_not
from locality_profiles.indicators.estimates import indicator_values
from locality_profiles.indicators.ready_made import place_published, published_extracts, published_values
from locality_profiles.statistics.intervals import Mode
from locality_profiles.tables.curated import INDICATOR_VALUE
from locality_profiles.tables.store import connect

SCHEMES = (OF_COUNTRY, OF_PARTNERSHIP, OF_SETTLEMENT)
#: The breakdown of rows that are for one age band each.
AGE = "age"

_ORDER = "area_type, area_code, period_start, period_end, category, band"


@dataclass(frozen=True)
class Calculated:
    """Indicator values, and the definitions with what this build's extracts allow."""

    values: pa.Table
    definitions: pa.Table


def calculate(
    tables: Mapping[str, Path],
    area_types: Sequence[str],
    definitions: Mapping[str, Indicator] | None = None,
    partnerships: Sequence[str] | None = None,
) -> Calculated:
    """Every indicator for every area of the given types.

    ``tables`` names the Parquet files of the curated tables; ``definitions`` are the package's own
    unless others are given. With ``partnerships``, areas smaller than a council are left out unless they
    reach into one of those; larger ones are all there, to compare with. One row of the result is one
    indicator, area, period and category (contract ``indicator_value``).

    Raises
    ------
    DefinitionError
        If a definition would add totals to their own parts.
    """
    found = definitions if definitions is not None else indicators()
    # One thread adds up in one order, so that the last digits are the same every time; two are no quicker here.
    with connect(threads=1) as connection:
        prepare(connection, tables, area_types, partnerships)
        _classes(connection)
        if any(indicator.method == "published" for indicator in found.values()):
            place_published(connection)
        counts = Counts(connection)
        parts, used, unavailable = [], {}, {}
        for indicator in found.values():
            rows = _values(connection, counts, indicator)
            parts.append(rows)
            used[indicator.id] = _extracts(connection, counts, indicator) if rows.num_rows else ()
            has = rows.num_rows - rows["value"].null_count > 0
            unavailable[indicator.id] = None if has else why_not(connection, counts, indicator)
        values = pa.concat_tables(parts).sort_by([(column, "ascending") for column in INDICATOR_VALUE.sort])
        return Calculated(values, definitions_table(connection, values, used, unavailable, list(found.values())))


def _classes(connection: duckdb.DuckDBPyConnection) -> None:
    """Table ``block_class``: the fifth by deprivation that each block is in, and whether it is town or country."""
    connection.execute(
        f"""create temp table block_class as
        select distinct block_type, block_code, scheme, category from population_class
        where scheme in {SCHEMES} and category in {FIFTHS} and sex = 'all'
          and year = (select max(year) from population_class)"""
    )


def _values(connection: duckdb.DuckDBPyConnection, counts: Counts, indicator: Indicator) -> pa.Table:
    """All rows of one indicator: as a whole or by its own classes, then by fifths of deprivation."""
    if indicator.method == "published":
        parts = [published_values(connection, indicator, fifths=False)]
        if indicator.inequality == "published":
            parts.append(published_values(connection, indicator, fifths=True))
        return pa.concat_tables(parts)
    if not all(counts.has_rows(term) for term in terms_of(indicator)):
        return INDICATOR_VALUE.schema.empty_table()
    bands = indicator.standardisation.bands if indicator.standardisation else ()
    own = Division(indicator.category_column, None, bands) if indicator.breakdown else Division(None, None, bands)
    parts = [_divided(connection, counts, indicator, own, indicator.breakdown or "all")]
    if indicator.inequality == "zones":
        parts += [_divided(connection, counts, indicator, Division(None, scheme, bands), scheme) for scheme in SCHEMES]
    elif indicator.inequality == "activity":
        division = Division("simd_quintile", SCHEMES[0], bands)
        parts.append(_divided(connection, counts, indicator, division, SCHEMES[0]))
    if indicator.by_age:
        parts.append(_divided(connection, counts, indicator, Division(None, None, indicator.by_age), AGE))
    return pa.concat_tables(parts)


def _divided(
    connection: duckdb.DuckDBPyConnection, counts: Counts, indicator: Indicator, division: Division, breakdown: str
) -> pa.Table:
    rows = connection.sql(f"select * from ({counts.paired(indicator, division)}) order by {_ORDER}").to_arrow_table()
    mode: Mode = "scottish" if indicator.standardisation and indicator.standardisation.mode == "scottish" else "english"
    return indicator_values(indicator, rows, breakdown, mode)


def _extracts(connection: duckdb.DuckDBPyConnection, counts: Counts, indicator: Indicator) -> tuple[str, ...]:
    if indicator.method == "published":
        return published_extracts(connection, indicator)
    return counts.extracts(indicator)
