"""What people say at the meetings of localities."""

from __future__ import annotations

from locality_profiles.tables.contract import Column, TableContract

VOICE_SOURCE_TABLES: tuple[TableContract, ...] = (
    TableContract(
        "voice",
        "TEMP",
        ("entry_id",),
        (
            Column("entry_id", "text", "TEMP.", empty=True),
            Column("area_type", "text", "TEMP.", empty=True),
            Column("area_code", "text", "TEMP.", empty=True),
            Column("kind", "text", "TEMP.", empty=True),
            Column("raised", "date", "TEMP.", empty=True),
            Column("heard_at", "text", "TEMP.", empty=True),
            Column("theme", "text", "TEMP.", empty=True),
            Column("words", "text", "TEMP.", empty=True),
            Column("support", "integer", "TEMP.", empty=True),
            Column("state", "text", "TEMP.", empty=True),
            Column("due", "date", "TEMP.", empty=True),
            Column("owner_role", "text", "TEMP.", empty=True),
            Column("answers", "text", "TEMP.", empty=True),
            Column("indicators", "text", "TEMP.", empty=True),
            Column("outcomes", "text", "TEMP.", empty=True),
            Column("extract_id", "text", "TEMP.", empty=True),
        ),
    ),
)
