"""Files of outlines, opened: GeoJSON, GeoPackage, shapefile (as it is or zipped) and GeoParquet.

A file is told by its first bytes, never by its name, so that GDAL is only ever handed a format that
was looked at before. What GDAL has to say about a file goes nowhere: faults are told in our own words.
"""

from __future__ import annotations

import contextlib
import logging
import math
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa

from locality_profiles.errors import ExtractRefused
from locality_profiles.tables import limits
from locality_profiles.tables.intake import cell_text, clean, header_key, open_sheets, read_sheet, unique_header
from locality_profiles.tables.limits import refused
from locality_profiles.tables.seen import without_hidden_cells

READ = "GeoJSON, GeoPackage, shapefile (.shp with its .shx and .dbf, or all of them in a .zip) or GeoParquet"
NAMES = {
    "geojson": "a GeoJSON file", "geopackage": "a GeoPackage", "shapefile": "a shapefile", "zip": "a zip archive",
    "parquet": "a GeoParquet file",
}  # fmt: skip
SIDE_FILES = (".shx", ".dbf")
OPENED = (".shp", ".gpkg", ".geojson")
ZIPPED = (*OPENED, ".shx", ".dbf", ".prj", ".cpg")
#: Collections in collections, which no file of areas has and a reader follows until the program ends.
COLLECTION = 7


@dataclass(frozen=True)
class Supplied:
    """Rows of a layer: texts by column, outlines as they are (None where there is none), and what they are in."""

    columns: dict[str, pa.Array]
    geometry: np.ndarray
    crs: str | None
    notes: tuple[str, ...] = ()
    """What was taken out of the texts."""


@dataclass(frozen=True)
class Layer:
    """One layer of a file, not read yet. ``columns`` are as the file spells them."""

    name: str
    columns: tuple[str, ...]
    read: Callable[[Sequence[str]], Supplied] = field(repr=False)

    def find(self, column: str) -> str | None:
        """The file's own spelling of a column, or None."""
        return {header_key(name): name for name in reversed(self.columns)}.get(header_key(column))


def kind_of_file(path: Path) -> str | None:
    """A key of ``NAMES``, by the first bytes of a file; None where it can be no file of outlines."""
    with path.open("rb") as file:
        start = file.read(512)
    magic = {b"SQLite format 3\x00": "geopackage", b"\x00\x00\x27\x0a": "shapefile", b"PK\x03\x04": "zip",
             b"PAR1": "parquet"}  # fmt: skip
    for first, kind in magic.items():
        if start.startswith(first):
            return kind
    return "geojson" if start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{" else None


@contextmanager
def layers_of(path: Path, name: str) -> Iterator[list[Layer]]:
    """The layers of a file that may hold outlines, for as long as the block lasts.

    Raises
    ------
    ExtractRefused
        If there is no such file, it is of another kind, or it cannot be read to its end.
    """
    if not path.is_file():
        raise refused(name, "there is no such file", "Put the file there or correct its name in profiles.toml.")
    if not path.stat().st_size:
        raise refused(name, "the file is empty", "Export it again.")
    kind = kind_of_file(path)
    if kind is None:
        hint = " Name its .shp." if path.suffix.lower() in (*SIDE_FILES, ".prj", ".cpg") else ""
        raise refused(name, "it is no file of outlines", f"Save the outlines as {READ}.{hint}")
    with tempfile.TemporaryDirectory(prefix="locality-profiles-") as folder, _quietly():
        try:
            yield _LAYERS[kind](path, name, Path(folder))
        except ExtractRefused:
            raise
        except Exception as error:
            what = f"the file cannot be read as {NAMES[kind]}; it may be cut short or damaged"
            raise refused(name, what, "Export it again.") from error


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep what GDAL, PROJ and pandas say about a file out of the user's sight."""
    logger = logging.getLogger("pyogrio")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


# --- GeoJSON and GeoParquet -----------------------------------------------------------------------


def _geojson_layers(path: Path, name: str, folder: Path) -> list[Layer]:
    import shapely

    (sheet,) = open_sheets(path, name)
    names = unique_header(["geometry", *sheet.preview[0]])[1:]  # as the sheet will call them

    def read(columns: Sequence[str]) -> Supplied:
        table, _, _, notes = read_sheet(sheet, 0, name)
        outlines = shapely.from_wkb(table["geometry"].to_numpy(), on_invalid="ignore")
        return Supplied({column: table[column].combine_chunks() for column in columns}, outlines, sheet.crs, notes)

    return [Layer(path.stem, tuple(names), read)]


def _parquet_layers(path: Path, name: str, folder: Path) -> list[Layer]:
    import json

    import pyarrow.parquet as pq

    limits.check_parquet(path, name)
    schema = pq.read_schema(path)
    about = (schema.metadata or {}).get(b"geo", b"{}")
    limits.check_json(about, name)
    told = json.loads(about)
    if not told.get("primary_column"):
        raise refused(name, "the Parquet file says of no column that it holds outlines",
                      "Save it as GeoParquet, or as a GeoPackage.")  # fmt: skip

    def read(columns: Sequence[str]) -> Supplied:
        import geopandas

        _refuse_collections(pq.read_table(path, columns=[told["primary_column"]]), name)
        shapes = geopandas.read_parquet(path, columns=[told["primary_column"]]).geometry
        crs = shapes.crs.to_string() if shapes.crs else None
        table = pq.read_table(path, columns=list(columns), read_dictionary=list(columns))
        limits.check_unpacked(table, name)
        texts = {column: _texts(table[column].to_pylist()) for column in columns}
        return _supplied(texts, np.array(shapes, dtype=object), crs, name)

    plain = tuple(
        field.name for field in schema if field.name not in told["columns"] and not pa.types.is_nested(field.type)
    )
    return [Layer(path.stem, plain, read)]


def _refuse_collections(table: pa.Table, name: str) -> None:
    """Refuse outlines that are collections of others, by the first bytes of each (WKB)."""
    (column,) = table.columns
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        return
    kinds = [
        int.from_bytes(outline[1:5], "little" if outline[:1] == b"\x01" else "big") & 0x1FFFFFFF
        for outline in column.to_pylist() if outline
    ]  # fmt: skip
    rows = [row for row, kind in enumerate(kinds, start=1) if kind % 1000 == COLLECTION]
    if rows:
        what = "found a collection of shapes where an outline was expected"
        raise refused(name, what, "Export each area as one outline.", rows=tuple(rows[:5]), count=len(rows))


# --- what GDAL reads ------------------------------------------------------------------------------


def _geopackage_layers(path: Path, name: str, folder: Path) -> list[Layer]:
    import pyogrio

    path = _plainly_named(path, folder, (path.suffix.lower(),))
    stored = _stored_tables(path)
    # A table without outlines has no kind of geometry. A view is a query, which need not come to an end.
    return [
        _gdal_layer(path, name, layer, clean(layer)) for layer, shape in pyogrio.list_layers(path)
        if shape is not None and layer in stored
    ]  # fmt: skip


def _stored_tables(path: Path) -> set[str]:
    """Tables of a GeoPackage that hold their rows themselves."""
    import sqlite3

    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        return {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}


def _shapefile_layers(path: Path, name: str, folder: Path) -> list[Layer]:
    if path.suffix.lower() != ".shp":
        raise refused(name, "this is a part of a shapefile", "Name the file that ends in .shp.")
    beside = {file.suffix.lower(): file for file in path.parent.iterdir() if file.stem == path.stem}
    lacking = [path.stem + suffix for suffix in SIDE_FILES if suffix not in beside]
    if lacking:
        raise refused(name, f"a shapefile is several files, and there is no {' and no '.join(lacking)} beside this one",
                      "Copy all files of that name, or send them in one .zip.")  # fmt: skip
    with path.open("rb") as file:
        promised = 2 * int.from_bytes(file.read(28)[24:28], "big")
    if path.stat().st_size < promised:  # GDAL would give what is left, and nothing for the rest
        raise refused(name, "the file is cut short", "Copy it again.")
    copy = _plainly_named(path, folder, (".shp", ".shx", ".dbf", ".prj", ".cpg"))
    encodings = (None,) if ".cpg" in beside else ("UTF-8", "cp1252")
    return [_gdal_layer(copy, name, copy.stem, path.stem, encodings)]


def _gdal_layer(
    path: Path, name: str, layer: str, called: str, encodings: Sequence[str | None] = (None,)
) -> Layer:  # fmt: skip
    """A layer that GDAL calls ``layer`` and people ``called``; of ``encodings``, the first that fits is taken.

    A shapefile that lost its .cpg does not say how its texts are encoded.
    """
    import pyogrio

    encoding = _first_that_fits(path, layer, encodings)
    info = pyogrio.read_info(path, layer=layer, encoding=encoding)

    def read(columns: Sequence[str]) -> Supplied:
        import shapely

        # A column may be asked for twice, as name and code; GDAL gives each once, in the file's order.
        meta, _, geometry, values = pyogrio.raw.read(
            path, layer=layer, columns=list(dict.fromkeys(columns)), datetime_as_string=True, encoding=encoding
        )
        texts = {str(field): _texts(column.tolist()) for field, column in zip(meta["fields"], values, strict=True)}
        return _supplied(texts, shapely.from_wkb(geometry, on_invalid="ignore"), meta["crs"], name)

    return Layer(called, tuple(map(str, info["fields"])), read)


def _first_that_fits(path: Path, layer: str, encodings: Sequence[str | None]) -> str | None:
    import pyogrio

    for encoding in encodings[:-1]:
        try:
            pyogrio.raw.read(path, layer=layer, encoding=encoding, read_geometry=False)
        except UnicodeDecodeError:
            continue
        return encoding
    return encodings[-1]


def _plainly_named(path: Path, folder: Path, suffixes: Sequence[str]) -> Path:
    """The file under a path that pyogrio does not take for an address or an archive."""
    if not any(odd in str(path) for odd in ";?!#:") and ".zip" not in str(path).lower():
        return path
    for file in list(path.parent.iterdir()):
        if file.stem == path.stem and file.suffix.lower() in suffixes:
            shutil.copyfile(file, folder / f"outlines{file.suffix.lower()}")
    return folder / f"outlines{path.suffix.lower()}"


def _zip_layers(path: Path, name: str, folder: Path) -> list[Layer]:
    limits.check_archive(path, name, limits.ARCHIVE)
    with zipfile.ZipFile(path) as archive:
        files = _unpacked(archive, folder)
    if not files:
        raise refused(name, "the archive holds no file of outlines", f"It should hold {READ}.")
    layers = []
    for number, file in enumerate(files):
        (folder / f"read{number}").mkdir()
        kind, inside = kind_of_file(file), f"{name}, {file.name}"
        if kind in (None, "zip"):  # an archive in an archive could be one without end
            raise refused(inside, f"the content is not what '{file.suffix}' promises", "Export it again.")
        layers += _LAYERS[str(kind)](file, inside, folder / f"read{number}")
    return layers


def _unpacked(archive: zipfile.ZipFile, folder: Path) -> list[Path]:
    """The files of outlines of an archive, each folder of it in a folder of its own, under names that are ours."""
    members = [
        (member, PurePosixPath(member.filename.replace("\\", "/"))) for member in archive.infolist()
        if not member.is_dir()
    ]  # fmt: skip
    members = [
        (member, inside) for member, inside in members
        if inside.suffix.lower() in ZIPPED and not inside.name.startswith(".") and "__MACOSX" not in inside.parts
    ]  # fmt: skip
    folders: dict[PurePosixPath, Path] = {}
    files = []
    for member, inside in members:
        if inside.parent not in folders:
            folders[inside.parent] = folder / f"folder{len(folders)}"
            folders[inside.parent].mkdir()
        file = folders[inside.parent] / f"{inside.stem}{inside.suffix.lower()}"
        with archive.open(member) as packed, file.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
        if file.suffix in OPENED:
            files.append(file)
    return files


def _supplied(columns: dict[str, pa.Array], geometry: np.ndarray, crs: str | None, name: str) -> Supplied:
    """Rows of a layer without what cannot be seen in their texts."""
    numbers = np.arange(1, len(geometry) + 1)
    table = pa.table(columns) if columns else pa.table({})
    limits.check_cells(table, numbers, name)
    table, notes = without_hidden_cells(table, numbers, name)
    return Supplied({column: table[column].combine_chunks() for column in columns}, geometry, crs, notes)


def _texts(values: Sequence[Any]) -> pa.Array:
    """Cells as text; what is missing is ``""``."""
    missing = [isinstance(value, float) and math.isnan(value) for value in values]
    return pa.array(
        ["" if gone else cell_text(value) for value, gone in zip(values, missing, strict=True)], pa.string()
    )


_LAYERS: dict[str, Callable[[Path, str, Path], list[Layer]]] = {
    "geojson": _geojson_layers, "geopackage": _geopackage_layers, "shapefile": _shapefile_layers,
    "zip": _zip_layers, "parquet": _parquet_layers,
}  # fmt: skip
