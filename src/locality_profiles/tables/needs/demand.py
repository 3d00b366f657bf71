"""What services there are, what will be asked of them, and what lies between."""

from __future__ import annotations

from locality_profiles.tables.contract import TableContract

DEMAND_SOURCE_TABLES: tuple[TableContract, ...] = ()
DEMAND_TABLES: tuple[TableContract, ...] = ()
