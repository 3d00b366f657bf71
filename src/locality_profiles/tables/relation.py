"""How DuckDB is told of a stored table. Apart from the store, so that printing a page imports no database."""

from __future__ import annotations

from pathlib import Path


def relation(path: Path) -> str:
    """A table's Parquet file, or its folder of files, as DuckDB reads it."""
    return f"read_parquet('{quoted(path / '*.parquet' if path.is_dir() else path)}')"


def quoted(text: object) -> str:
    """Text as it stands between quotes in SQL."""
    return str(text).replace("'", "''")
