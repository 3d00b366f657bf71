"""What is different between one release and another."""

from __future__ import annotations

from locality_profiles.tables.contract import TableContract

CHANGE_TABLES: tuple[TableContract, ...] = ()
