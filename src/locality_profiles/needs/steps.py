"""What a step of the needs assessment is, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from locality_profiles.needs.settings import Settings


@dataclass(frozen=True)
class Told:
    """What a maker gives: each of its tables, as SQL or as it is, and what a reader of the checks should know."""

    tables: Mapping[str, str | pa.Table]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Maker:
    """One step: the tables that it reads and writes, the declarations that it follows, and how it is done.

    ``make`` is given a connection with a view of every table that it reads (empty where the workspace has none), and
    the settings.
    """

    reads: tuple[str, ...]
    writes: tuple[str, ...]
    make: Callable[[duckdb.DuckDBPyConnection, Settings], Told]
    declared: tuple[str, ...] = ()
    """Names of the declarations of the workspace's own that it follows, where there are any."""
