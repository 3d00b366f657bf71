"""A template as a council or a provider sends it back: written, and filled in with openpyxl."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from locality_profiles.sources._return_workbook import HEADING_ROW, template_workbook
from locality_profiles.sources._returns import ReturnSheet, declared

Row = dict[str, Any]
QUARTER: Row = {"quarter": "2020/21 Q4", "partnership": "Skarvoe", "locality": "North", "age_band": "all"}
YEAR: Row = {"year": "2020/21", "partnership": "Skarvoe", "locality": "North", "age_band": "all"}
PROJECT: Row = {"quarter": "2020/21 Q4", "partnership": "Skarvoe", "locality": "North", "place_is": "people",
                "org_id": "befrienders", "service_code": "befriending"}  # fmt: skip


def sheet_of(name: str, sheet: str) -> ReturnSheet:
    return next(each for each in declared(name).sheets if each.id == sheet)


def filled(path: Path, name: str, /, **sheets: list[Row]) -> Path:
    """The template of a return with rows on the sheets that are named by their ids; saved and ready to be read."""
    book = template_workbook(declared(name))
    for sheet_id, rows in sheets.items():
        page = book[sheet_of(name, sheet_id).title]
        headings = [cell.value for cell in page[HEADING_ROW]]
        for row in rows:
            unknown = set(row) - set(headings)
            for extra in sorted(unknown):
                headings.append(extra)
                page.cell(HEADING_ROW, len(headings), extra)
            page.append([row.get(heading) for heading in headings])
    book.save(path)
    return path
