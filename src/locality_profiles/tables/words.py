"""Sentences about areas, each with the values that it was made from, and paragraphs that people wrote."""

from __future__ import annotations

from locality_profiles.tables.contract import TableContract

WORD_TABLES: tuple[TableContract, ...] = ()
