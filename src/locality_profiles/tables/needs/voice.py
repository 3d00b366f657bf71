"""What people say at the meetings of localities."""

from __future__ import annotations

from locality_profiles.tables.contract import TableContract

VOICE_SOURCE_TABLES: tuple[TableContract, ...] = ()
