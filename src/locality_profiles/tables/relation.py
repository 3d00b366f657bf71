"""How DuckDB is told of a stored table. Apart from the store, so that printing a page imports no database."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def relation(path: Path) -> str:
    """A table's Parquet file, or its folder of files, as DuckDB reads it."""
    if path.is_dir():
        # Parts of one table; a column that a part does not need is empty there.
        return f"read_parquet('{quoted(path / '*.parquet')}', union_by_name = true)"
    return f"read_parquet('{quoted(path)}')"


def relations(paths: Iterable[Path]) -> str:
    """Several Parquet files as one table; a column that one of them lacks is empty there."""
    listed = ", ".join(f"'{quoted(path)}'" for path in paths)
    return f"read_parquet([{listed}], union_by_name = true)"


def quoted(text: object) -> str:
    """Text as it stands between quotes in SQL."""
    return str(text).replace("'", "''")
