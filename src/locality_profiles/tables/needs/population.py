"""Populations to come: published projections of partnerships, and ours of localities."""

from __future__ import annotations

from locality_profiles.tables.contract import TableContract

POPULATION_SOURCE_TABLES: tuple[TableContract, ...] = ()
POPULATION_TABLES: tuple[TableContract, ...] = ()
