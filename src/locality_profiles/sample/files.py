"""Writing tables, workbooks and outlines, always to the same bytes.

CSV is put together by columns in Arrow, which a country of Scotland's size needs. A workbook holds
the time of its making and so does every member of its archive: both are set to one fixed day.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

#: The day on which every file of a sample says that it was made.
MADE = datetime(2026, 1, 1, tzinfo=UTC)
BYTE_ORDER_MARK = "\ufeff"


def write_csv(
    path: Path,
    columns: Mapping[str, Any],
    *,
    before: str = "",
    after: str = "",
    encoding: str = "utf-8",
    newline: str = "\n",
    quoted: bool = False,
    blank: str = "",
) -> Path:
    """Write columns as CSV.

    Parameters
    ----------
    columns
        Header text and cells, in order: text, whole numbers, or numbers already turned to text. None
        is an empty cell.
    before, after
        Lines as they stand, above the header and below the table.
    quoted
        Put all text in quotation marks, as R does; otherwise only text that needs them.
    blank
        What stands for empty text; some publishers write ``""``.
    """
    cells = [_cells(values, quoted, blank) for values in columns.values()]
    header = ",".join(f'"{name}"' if quoted else _in_quotes(name) for name in columns)
    rows = pc.binary_join_element_wise(*cells, ",").to_pylist()
    lines = [*before.splitlines(), header, *rows, *after.splitlines()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((newline.join(lines) + newline).encode(encoding))
    return path


def _cells(values: Any, quoted: bool, blank: str) -> pa.Array:
    array = pa.array(values)
    if pa.types.is_null(array.type):
        return pc.fill_null(array.cast(pa.string()), "")
    if not pa.types.is_string(array.type):
        return pc.fill_null(array.cast(pa.string()), "")
    marked = pc.binary_join_element_wise('"', pc.replace_substring(array, '"', '""'), '"', "")
    if not quoted:
        marked = pc.if_else(pc.match_substring_regex(array, '[,"\n]'), marked, array)
        marked = pc.if_else(pc.equal(array, ""), blank, marked)
    return pc.fill_null(marked, "")


def _in_quotes(text: str) -> str:
    return f'"{text}"' if re.search('[,"]', text) else text


def with_commas(numbers: Iterable[int]) -> list[str]:
    """Whole numbers as text with thousands commas."""
    return [f"{number:,}" for number in numbers]


def rounded(values: np.ndarray, decimals: int = 1) -> np.ndarray:
    """Numbers as text without trailing zeros: ``12.5``, ``32``, ``0``; empty where there is none."""
    flat = np.asarray(values, dtype=float)
    return np.array(["" if np.isnan(v) else f"{v:.{decimals}f}".rstrip("0").rstrip(".") for v in flat], dtype=object)


def write_workbook(path: Path, sheets: Mapping[str, Iterable[Sequence[Any]]]) -> Path:
    """Write an Excel workbook; ``sheets`` gives the rows of each sheet by its name."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    return save_workbook(path, book)


def save_workbook(path: Path, book: Any) -> Path:
    """Save a workbook of openpyxl, always to the same bytes."""
    from openpyxl.writer.excel import ExcelWriter

    book.properties.creator = "locality-profiles, synthetic sample"
    book.properties.created = MADE
    path.parent.mkdir(parents=True, exist_ok=True)
    with _TimelessArchive(path, "w", zipfile.ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return path


class _TimelessArchive(zipfile.ZipFile):
    """A zip archive whose members, and the workbook's 'modified', are all of one day."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        if zinfo_or_arcname == "docProps/core.xml":
            text = data.decode() if isinstance(data, bytes) else data
            data = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{MADE:%Y-%m-%dT%H:%M:%SZ}", text)
        super().writestr(self._member(str(zinfo_or_arcname)), data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        super().writestr(self._member(str(arcname or filename)), Path(filename).read_bytes())

    @staticmethod
    def _member(name: str) -> zipfile.ZipInfo:
        member = zipfile.ZipInfo(name, MADE.timetuple()[:6])
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = 0o644 << 16
        member.create_system = 3
        return member


def write_outlines(path: Path, outlines: np.ndarray, properties: Sequence[Mapping[str, str]]) -> Path:
    """Write outlines as GeoJSON multipolygons in longitude and latitude, one feature a line."""
    single = shapely.get_type_id(outlines) == shapely.GeometryType.POLYGON
    several = outlines.copy()
    several[single] = shapely.multipolygons(outlines[single][:, None])
    features = [
        f'{{"type":"Feature","properties":{json.dumps(dict(told), ensure_ascii=False, separators=(",", ":"))},'
        f'"geometry":{shape}}}'
        for told, shape in zip(properties, shapely.to_geojson(several), strict=True)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(features) + "\n]}\n"
    path.write_bytes(text.encode())
    return path
