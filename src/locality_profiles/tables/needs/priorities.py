"""What matters first, who is most at risk, and how outcomes and equalities groups stand."""

from __future__ import annotations

from locality_profiles.tables.contract import TableContract

PRIORITY_TABLES: tuple[TableContract, ...] = ()
