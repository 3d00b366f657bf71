"""Populations to come: published projections of partnerships, and ours of localities."""

from __future__ import annotations

from locality_profiles.tables.columns import STATUS
from locality_profiles.tables.contract import Column, TableContract

PROJECTION = TableContract(
    "projection", "one area, variant, method, year, sex and age",
    ("area_type", "area_code", "variant", "method", "year", "sex", "age"),
    (
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Area."),
        Column("variant", "text", "Variant; principal is always there."),
        Column("method", "text", "fitted, or how else."),
        Column("year", "integer", "Mid-year."),
        Column("sex", "text", "female or male.", allowed=("female", "male")),
        Column("age", "integer", "Age last birthday; 90 stands for 90 and over.", minimum=0),
        Column("persons", "number", "People.", minimum=0),
        Column("lower", "number", "Lower end of the range.", empty=True),
        Column("upper", "number", "Upper end of the range.", empty=True),
        STATUS,
    ),
    ("area_type", "area_code", "year"),
    "Temporary.",
)  # fmt: skip

POPULATION_SOURCE_TABLES: tuple[TableContract, ...] = ()
POPULATION_TABLES: tuple[TableContract, ...] = (PROJECTION,)
