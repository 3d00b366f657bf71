"""What services there are, what will be asked of them, and what lies between."""

from __future__ import annotations

from locality_profiles.tables.contract import Column, TableContract

DEMAND_SOURCE_TABLES: tuple[TableContract, ...] = ()
DEMAND_TABLES: tuple[TableContract, ...] = (
    TableContract(
        "demand",
        "TEMP",
        ("area_type", "area_code", "measure_id", "scenario", "variant", "year"),
        (
            Column("area_type", "text", "TEMP.", empty=True),
            Column("area_code", "text", "TEMP.", empty=True),
            Column("measure_id", "text", "TEMP.", empty=True),
            Column("scenario", "text", "TEMP.", empty=True),
            Column("variant", "text", "TEMP.", empty=True),
            Column("year", "integer", "TEMP.", empty=True),
            Column("quantity", "number", "TEMP.", empty=True),
            Column("lower", "number", "TEMP.", empty=True),
            Column("upper", "number", "TEMP.", empty=True),
            Column("base_quantity", "number", "TEMP.", empty=True),
            Column("change_percent", "number", "TEMP.", empty=True),
            Column("rate_from", "text", "TEMP.", empty=True),
            Column("status", "text", "TEMP.", empty=True),
            Column("note", "text", "TEMP.", empty=True),
        ),
    ),
)
