"""What the rules for spreadsheets of statistics ask of a workbook, read back from the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

FIRST = ["Cover", "Contents", "Notes"]
ONE_TABLE = "This worksheet contains one table."


def workbook_problems(path: Path, warnings: tuple[str, ...] = ()) -> list[str]:
    """Every rule that the workbook breaks; ``warnings`` are sentences that each worksheet bears."""
    book = load_workbook(path)
    problems = [f"the first worksheets are {book.sheetnames[:3]}"] if book.sheetnames[:3] != FIRST else []
    if book.active.title != "Cover":
        problems.append(f"it opens on {book.active.title}")
    if len({name.casefold() for name in book.sheetnames}) != len(book.sheetnames):
        problems.append("two worksheets have one name")
    tables = [name for sheet in book for name in sheet.tables]
    if len(set(tables)) != len(tables):
        problems.append("two tables have one name")
    for sheet in book:
        problems += [f"{sheet.title}: {problem}" for problem in _problems_of(sheet, book.sheetnames, warnings)]
    linked = {target for target, _ in _links(book["Contents"])}
    problems += [f"Contents: no link to {name}" for name in book.sheetnames[2:] if name not in linked]
    return problems


def _problems_of(sheet: Any, names: list[str], warnings: tuple[str, ...]) -> Iterator[str]:
    above = [cell.value for row in sheet.iter_rows(max_col=1) for cell in row]
    dimensions = (*sheet.row_dimensions.values(), *sheet.column_dimensions.values())
    # A width of one page is what is meant where nothing is said.
    fits = sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToWidth in (1, None)
    rules = {
        "its name is not one that every program takes": _is_name(sheet.title),
        "A1 is no heading": isinstance(sheet["A1"].value, str) and sheet["A1"].font.b,
        "cells are merged": not sheet.merged_cells.ranges,
        "something is hidden": sheet.sheet_state == "visible" and not any(one.hidden for one in dimensions),
        "the cursor is not in A1": sheet.title != "Cover" or sheet.sheet_view.selection[-1].sqref in ("A1", None),
        "it is not printed one page wide": fits,
    }
    yield from (words for words, kept in rules.items() if not kept)
    yield from (f"a link leads to {to}!{cell}" for to, cell in _links(sheet) if to not in names or cell != "A1")
    every = (cell for row in sheet.iter_rows() for cell in row)
    yield from (f"{cell.coordinate} is a formula or an error" for cell in every if cell.data_type in ("f", "e"))
    yield from (f"it does not say: {words}" for words in warnings if words not in above)
    if sheet.title != "Cover":
        yield from _problems_of_table(sheet, above)


def _is_name(name: str) -> bool:
    return len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) and name.strip("' ") == name


def _problems_of_table(sheet: Any, above: list[Any]) -> Iterator[str]:
    if len(sheet.tables) != 1:
        yield f"it holds {len(sheet.tables)} tables"
        return
    (table,) = sheet.tables.values()
    rows = sheet[table.ref]
    first, last = rows[0][0], rows[-1][-1]
    headings = [cell.value for cell in rows[0]]
    widths = [sheet.column_dimensions[get_column_letter(at)].width for at in range(1, last.column + 1)]
    back = sheet.title == "Contents" or "Contents" in {target for target, _ in _links(sheet)}
    beside = sheet.iter_rows(min_row=1, max_row=first.row - 1, min_col=2, values_only=True)
    rules = {
        "its second row does not say that it contains one table": str(above[1]).endswith(ONE_TABLE),
        "the table has an empty cell": all(cell.value not in (None, "") for row in rows for cell in row),
        "its headings are not those it is marked with": headings == [column.name for column in table.tableColumns],
        "two headings are one": len({str(heading).casefold() for heading in headings}) == len(headings),
        "a row above the table is empty": all(value is not None for value in above[: first.row - 1]),
        "something stands below the table or beside it": (sheet.max_row, sheet.max_column) == (last.row, last.column),
        "what is above the table is not in the first column": all(value is None for row in beside for value in row),
        "the table is filtered, or has no heading": table.autoFilter is None and table.headerRowCount != 0,
        "its heading does not stay in sight": str(sheet.freeze_panes).endswith(str(first.row + 1)),
        "its headings are not wrapped": all(cell.alignment.wrap_text for cell in rows[0]),
        "its heading is not on every printed page": sheet.print_title_rows == f"${first.row}:${first.row}",
        "a column has no width": all(widths),
        "no link leads back to the contents": back,
    }
    yield from (words for words, kept in rules.items() if not kept)


def _links(sheet: Any) -> Iterator[tuple[str, str]]:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.hyperlink and cell.hyperlink.location:
                name, _, place = cell.hyperlink.location.rpartition("!")
                yield name.strip("'").replace("''", "'"), place
