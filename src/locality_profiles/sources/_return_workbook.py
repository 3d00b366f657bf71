"""The workbook of a return, made ready to fill in: what it is for, one sheet for each service, places and codes.

Everything in it comes from the declaration of the return. The row of headings is the one by which the reader knows a
sheet; what stands above it, and the example below it, are for the person who fills it in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from locality_profiles.sources._returns import CODES, PLACES, READ_ME, TYPES, Return, ReturnColumn, ReturnSheet

#: Rows of a sheet: what it is, what to write in each column, the headings, the example.
TITLE_ROW, ABOUT_ROW, WRITE_ROW, HEADING_ROW, EXAMPLE_ROW = 1, 2, 3, 4, 5
FIRST_ROW = EXAMPLE_ROW + 1
#: Down to here a cell offers its list.
LAST_ROW = 2000
#: A place of the list: name of the partnership, name of the locality, its code.
Place = tuple[str, str, str]


def template_workbook(form: Return, places: Sequence[Place] = ()) -> Any:
    """The template of a return as an openpyxl workbook."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "locality-profiles"
    book.properties.title = form.title
    _read_me(book.active, form)
    for sheet in form.sheets:
        _sheet(book.create_sheet(sheet.title), form, sheet, bool(places))
    _places(book.create_sheet(PLACES), places)
    _codes(book.create_sheet(CODES), form)
    for page in book.worksheets:
        _for_print(page)
    return book


def _style(
    cell: Any, *, bold: bool = False, italic: bool = False, size: int = 11, fill: str = "", wrap: bool = True
) -> None:  # fmt: skip
    from openpyxl.styles import Alignment, Font, PatternFill

    cell.font = Font(bold=bold, italic=italic, size=size)
    cell.alignment = Alignment(wrap_text=wrap, vertical="top")
    if fill:
        cell.fill = PatternFill("solid", fgColor=fill)


def _read_me(page: Any, form: Return) -> None:
    page.title = READ_ME
    page.column_dimensions["A"].width = 110
    lines = [form.title, *form.read_me, "Sheets of this workbook:", *(f"{s.title}: {s.about}" for s in form.sheets)]
    for number, line in enumerate(lines, start=1):
        cell = page.cell(number, 1, line)
        _style(cell, bold=number == 1 or line.endswith(":"), size=16 if number == 1 else 11)


def _sheet(page: Any, form: Return, sheet: ReturnSheet, has_places: bool) -> None:
    from openpyxl.utils import get_column_letter

    _style(page.cell(TITLE_ROW, 1, sheet.title), bold=True, size=14, wrap=False)
    _style(page.cell(ABOUT_ROW, 1, sheet.about), wrap=False)  # one line across the columns
    for number, column in enumerate(sheet.columns, start=1):
        letter = get_column_letter(number)
        page.column_dimensions[letter].width = max(16, len(column.name) + 3, len(column.example) + 4)
        _style(page.cell(WRITE_ROW, number, told(column)), italic=True, size=9)
        _style(page.cell(HEADING_ROW, number, column.name), bold=True, fill="DDE6EE" if column.required else "EEEEEE")
        marked = f"Example: {column.example}" if column is sheet.period else _stored(column)
        _style(page.cell(EXAMPLE_ROW, number, marked), italic=True, fill="F6F6F6")
        _validate(page, form, column, f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}", has_places)
    page.row_dimensions[WRITE_ROW].height = 96
    page.column_dimensions["A"].width = 22
    page.freeze_panes = f"A{FIRST_ROW}"
    page.print_title_rows = f"{HEADING_ROW}:{HEADING_ROW}"


def told(column: ReturnColumn) -> str:
    """What to write in a column, with its unit and whether it may be left out."""
    unit = f" In {column.unit}." if column.unit and column.type in ("number", "money") else ""
    return f"{column.write}{unit}" + ("" if column.required else " May be left out.")


def _stored(column: ReturnColumn) -> str | float:
    """The example as a spreadsheet stores it, so that a number is one."""
    if column.counted or column.type == "money":
        number = float(column.example)
        return int(number) if number.is_integer() else number
    return column.example


def _validate(page: Any, form: Return, column: ReturnColumn, cells: str, has_places: bool) -> None:
    """A list of what may be written, where there is one; a hint everywhere else."""
    from openpyxl.worksheet.datavalidation import DataValidation

    if column.list:
        first, last = _rows_of_list(form, column.list)
        rule = DataValidation(type="list", formula1=f"{CODES}!$B${first}:$B${last}", allow_blank=True)
        rule.errorTitle, rule.error = column.name, f"Choose one of the list; the sheet {CODES} says what each means."
    elif column.type == "locality" and has_places:
        rule = DataValidation(type="list", formula1=f"{PLACES}!$B$2:$B${LAST_ROW}", allow_blank=True)
        rule.errorStyle = "warning"  # a code, a data zone or a name of another spelling will do as well
        rule.errorTitle, rule.error = column.name, f"This is not on the sheet {PLACES}. Is it what you mean?"
    else:
        rule = DataValidation(allow_blank=True)
    rule.showErrorMessage = bool(rule.formula1)
    rule.showInputMessage = True
    rule.promptTitle, rule.prompt = column.name[:32], f"{told(column)} ({TYPES[column.type]})"[:255]
    rule.add(cells)
    page.add_data_validation(rule)


def _places(page: Any, places: Sequence[Place]) -> None:
    _table(page, ("partnership", "name of locality", "code of locality"), places, (36, 40, 44))
    if not places:
        page.cell(2, 1, "No list was to hand when this workbook was made. Write names as your partnership uses them.")


def _codes(page: Any, form: Return) -> None:
    rows = [(name, value, title) for name, values in form.lists.items() for value, title in values.items()]
    _table(page, ("list", "write", "meaning"), rows, (18, 18, 80))


def _rows_of_list(form: Return, name: str) -> tuple[int, int]:
    """First and last row of a list on the sheet of codes."""
    first = 2
    for other, values in form.lists.items():
        if other == name:
            return first, first + len(values) - 1
        first += len(values)
    raise KeyError(name)


def _table(page: Any, headings: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    from openpyxl.utils import get_column_letter

    for number, (heading, width) in enumerate(zip(headings, widths, strict=True), start=1):
        _style(page.cell(1, number, heading), bold=True, fill="DDE6EE")
        page.column_dimensions[get_column_letter(number)].width = width
    for at, row in enumerate(rows, start=2):
        for number, text in enumerate(row, start=1):
            cell = page.cell(at, number)
            cell.value = text
            cell.data_type = "s"  # a name that begins with = is no formula
    page.freeze_panes = "A2"


def _for_print(page: Any) -> None:
    """On A4, lying, one page wide."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.oddFooter.center.text = "&A, page &P of &N"
