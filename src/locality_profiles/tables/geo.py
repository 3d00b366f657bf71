"""GeoParquet: what must stand in a Parquet file's metadata for its outlines to be read as such."""

from __future__ import annotations

import json

import pyarrow as pa

CRS = "EPSG:27700"


def as_geoparquet(table: pa.Table, column: str = "geometry") -> pa.Table:
    """The same table with GeoParquet 1.1 metadata for its WKB column (British National Grid)."""
    import pyproj

    geo = {
        "version": "1.1.0", "primary_column": column,
        "columns": {column: {"encoding": "WKB", "geometry_types": [], "crs": pyproj.CRS(CRS).to_json_dict()}},
    }  # fmt: skip
    metadata = {**(table.schema.metadata or {}), b"geo": json.dumps(geo).encode()}
    return table.replace_schema_metadata(metadata)
