"""Columns that many curated tables have."""

from __future__ import annotations

from locality_profiles.periods import PERIOD_TYPES
from locality_profiles.tables.cells import STATUSES
from locality_profiles.tables.contract import Column

BLOCK = (
    Column("block_type", "text", "Kind of place that the figure is about, such as data_zone_2011 or council_area."),
    Column("block_code", "text", "Code of that place."),
)
PERIOD = (
    Column("period_type", "text", "Kind of period.", allowed=PERIOD_TYPES),
    Column("period_start", "date", "First day of the period (inclusive)."),
    Column("period_end", "date", "Last day of the period (inclusive)."),
)
STATUS = Column(
    "status",
    "text",
    "What the value is: a figure (actual, estimated, provisional, rounded, true_zero) or why there is none.",
    allowed=STATUSES,
)  # fmt: skip
EXTRACT_ID = Column(
    "extract_id", "text", "The extract that the row was read from: first 12 characters of the file's sha256."
)
