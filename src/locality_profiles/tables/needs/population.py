"""Populations to come: published projections of partnerships, and ours of localities."""

from __future__ import annotations

from locality_profiles.tables.contract import Column, TableContract

POPULATION_SOURCE_TABLES: tuple[TableContract, ...] = ()
POPULATION_TABLES: tuple[TableContract, ...] = (
    TableContract(
        "projection_band",
        "TEMP",
        ("area_type", "area_code", "variant", "method", "year", "sex", "age_band"),
        (
            Column("area_type", "text", "TEMP.", empty=True),
            Column("area_code", "text", "TEMP.", empty=True),
            Column("variant", "text", "TEMP.", empty=True),
            Column("method", "text", "TEMP.", empty=True),
            Column("year", "integer", "TEMP.", empty=True),
            Column("sex", "text", "TEMP.", empty=True),
            Column("age_band", "text", "TEMP.", empty=True),
            Column("persons", "number", "TEMP.", empty=True),
            Column("lower", "number", "TEMP.", empty=True),
            Column("upper", "number", "TEMP.", empty=True),
            Column("range_from", "text", "TEMP.", empty=True),
        ),
    ),
)
