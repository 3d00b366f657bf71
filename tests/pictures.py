"""Tables drawn in tests, written as a supplier would, and read back as plain rows."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from locality_profiles.errors import ExtractRefused
from locality_profiles.sources import Curated, read_extract


def cells(drawing: str) -> list[list[str]]:
    """The cells of a table drawn with ``|`` between columns; blank lines are left out."""
    return [[cell.strip() for cell in line.split("|")] for line in drawing.strip().splitlines() if line.strip()]


def csv_file(path: Path, drawing: str, *, encoding: str = "utf-8") -> Path:
    """Write a drawn table as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(cells(drawing))
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def workbook(path: Path, **sheets: str) -> Path:
    """Write drawn tables as the sheets of a workbook; a cell that is a number is stored as one."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, drawing in sheets.items():
        sheet = book.create_sheet(name)
        for row in cells(drawing):
            sheet.append([_stored(cell) for cell in row])
    book.save(path)
    return path


def _stored(cell: str) -> Any:
    try:
        return float(cell)
    except ValueError:
        return cell or None


def square(west: float, south: float, side: float = 1.0) -> dict[str, Any]:
    """A square as a GeoJSON geometry."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def geojson(path: Path, *features: tuple[dict[str, Any], Any], crs: str | None = None) -> Path:
    """Write (properties, geometry) pairs as a GeoJSON file."""
    document: dict[str, Any] = {"type": "FeatureCollection"}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    document["features"] = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def curated(path: Path) -> Curated:
    """What a file of one table becomes."""
    (read,) = read_extract(path)
    return read.curated


def rows(table: Any, *columns: str) -> list[tuple[Any, ...]]:
    """The rows of some columns of a table, sorted (None first)."""
    picked = zip(*(table[column].to_pylist() for column in columns), strict=True)
    return sorted(picked, key=lambda row: [(value is not None, value) for value in row])


def refusal(path: Path) -> str:
    """The message with which a file is refused."""
    with pytest.raises(ExtractRefused) as refused:
        read_extract(path)
    return str(refused.value)
