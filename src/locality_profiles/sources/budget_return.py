"""A partnership's budget, forecast and outturn, line by line, in the workbook that 'template budget' writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from locality_profiles.errors import Problem
from locality_profiles.periods import Period
from locality_profiles.sources import Curated, ReadExtract, Source, _return_rows, stage
from locality_profiles.sources._activity_tables import claims, stage_activity
from locality_profiles.sources._ledger_checks import (
    ControlTotal,
    Line,
    Place,
    problems_of_lines,
    problems_of_totals,
)
from locality_profiles.sources._ledger_persons import refuse_persons_in_ledger
from locality_profiles.sources._ledger_rows import LedgerRows
from locality_profiles.sources._returns import declared
from locality_profiles.tables.intake import RawTable, Recognised

FORM = declared("budget")
SOURCE = Source(
    kind="budget_return",
    title="Budget and outturn of a partnership",
    group="budget",
    publisher="a health and social care partnership, from the ledgers of its council and health board",
    published=False,
    licence="as agreed with the partnership; lines are never published as they are",
    page="https://www.gov.scot/publications/health-social-care-integration-localities-guidance/",
    frequency="every year, and every month where there are monthly lines",
    describes="Lines of a ledger by version, scope, partner, service, group of people and kind of spending, for a year "
    "or a month; staff by service and locality; use of hosted services by partnership.",
    quirks=(
        "This layout is our own: 'locality-profiles template budget' writes the workbook, and "
        "docs/reference/returns.md says "
        "what each column becomes. One sheet of it, saved as CSV, is read as well.",
        "A line is known by its line_id over versions and months; the table's own line_id also names "
        "partnership, year, "
        "version and month, so that two workbooks of one partnership and year cannot mix.",
        "Money is read digit by digit into whole pence. Thousands commas, £, brackets and minus signs are "
        "understood; three "
        "decimals, scientific notation, 12k and other currencies are refused, and so is a heading such as 'net "
        "(£000)'.",
        "Pounds typed as pence or thousands show themselves beside another version of the same lines, or beside "
        "a total on "
        "the sheet Control totals: a hundred or a thousand times as much is refused. One line that truly changed "
        "so is let "
        "through by a note that begins with 'Checked'.",
        "Two of gross, income and net make the third. A line with net alone has no gross, which stays empty.",
        "An empty care group means everybody, unless profiles.toml says otherwise of the line's own codes.",
        "Staff without a locality are those of no one locality, not a total of the localities.",
        "Nothing tells the name of a person from that of a firm. A cell that begins with Mr, Mrs, Ms or Miss, or "
        "holds a "
        "CHI number, a postcode or a day of birth, is refused without repeating it; a sole trader is to be written so.",
    ),
)
LAYOUTS = FORM.layouts


def curate(raw: RawTable) -> Curated:
    """Lines, staff or use of hosted services; of control totals, nothing: they are there to be compared with lines."""
    sheet = FORM.sheet(raw.layout)
    refuse_persons_in_ledger(raw, sheet)
    rows = LedgerRows(raw, sheet)
    read = {"budget_lines": _lines, "workforce": _staff, "hosted_use": _hosted_use, "control_totals": _totals_read}
    curated = read[sheet.id](rows)
    rows.cells.finish()
    return curated if len(rows) else Curated({}, (), ())


def check_file(path: Path, name: str, sheets: Sequence[Recognised], read: Sequence[ReadExtract]) -> list[Problem]:
    """What only the whole workbook shows, and lines that do not add up to their total."""
    problems = _return_rows.check_file(FORM, path, name, sheets, read)
    mine = {FORM.sheet(each.raw.layout).id: each.raw for each in read if each.kind == SOURCE.kind}
    if "control_totals" in mine and "budget_lines" in mine:
        raw = mine["control_totals"]
        lines = _lines_of(_rows_of(mine["budget_lines"]))
        problems += problems_of_totals(_totals_of(_rows_of(raw)), lines, Place(raw.name, raw.sheet))
    return problems


def _rows_of(raw: RawTable) -> LedgerRows:
    return LedgerRows(raw, FORM.sheet(raw.layout))


# --- lines of the ledger ----------------------------------------------------------------------------


def _lines(rows: LedgerRows) -> Curated:
    rows.refuse_other_units()
    filled = {
        column.fills: rows.text(column) for column in rows.sheet.columns if column.fills and column.type != "money"
    }
    for column in rows.sheet.columns:
        if not column.fills and column.type in ("text", "code"):
            rows.text(column)  # currency and line_id: checked, and kept elsewhere or not at all
    places = rows.places("partnership", "locality")
    lines = _lines_of(rows)
    raw = rows.cells.raw
    rows.cells.problems.extend(problems_of_lines(lines, Place(raw.name, raw.sheet)))
    if rows.cells.problems:
        return Curated({}, (), ())
    everybody = [group or "all" for group in filled["care_group"]]
    money = [_three(line) for line in lines]
    table = stage("budget_line", {
        "line_id": [_name_of(line) for line in lines], **places, **_spans([line.period for line in lines]), **filled,
        "care_group": everybody,
        **{name: [each[at] for each in money] for at, name in enumerate(("gross_pence", "income_pence", "net_pence"))},
        "status": ["true_zero" if line.amount == 0 else "actual" for line in lines],
    }, len(rows))  # fmt: skip
    return Curated({"budget_line": table}, _claims_of_lines(lines), tuple(_notes(rows, lines)))


def _lines_of(rows: LedgerRows) -> list[Line]:
    """The lines as far as they can contradict each other; a row without a period is told elsewhere, and left out."""
    told = {name: rows.written(name) for name in ("partnership", "year", "version", "line_id", "scope", "service_code",
                                                  "host_partnership", "cost_centre", "account", "note")}  # fmt: skip
    amounts = [rows.pence(name) for name in ("gross", "income", "net")]
    periods = rows.periods("year", "month")
    cells = zip(*told.values(), periods, rows.row_numbers, *amounts, strict=True)
    return [
        Line(row, partnership, year, version, period, line_id, scope or None, service or None, host or None,
             bool(centre or account), note, gross, income, net)
        for partnership, year, version, line_id, scope, service, host, centre, account, note, period, row, gross,
        income, net in cells if period is not None
    ]  # fmt: skip


def _three(line: Line) -> tuple[int | None, int | None, int | None]:
    """Gross, income and net; two of them make the third."""
    gross, income, net = line.gross, line.income, line.net
    if gross is None and income is not None and net is not None:
        gross = net + income
    elif income is None and gross is not None and net is not None:
        income = gross - net
    elif net is None and gross is not None and income is not None:
        net = gross - income
    return gross, income, net


def _name_of(line: Line) -> str:
    month = f"{line.period.start:%Y-%m}" if not line.annual else "year"
    return f"budget:{line.partnership}:{line.year}:{line.version}:{month}:{line.line_id}"


def _claims_of_lines(lines: Sequence[Line]) -> tuple[str, ...]:
    spans = {(line.partnership, line.version, "year" if line.annual else "months", line.year) for line in lines}
    return tuple(f"ledger of {of}, {version} by {span}, {year}" for of, version, span, year in sorted(spans))


def _notes(rows: LedgerRows, lines: Sequence[Line]) -> Iterator[str]:
    yield from rows.note_of_unread()
    counts = {
        "lines whose service their own codes must tell": sum(line.service is None for line in lines),
        "lines with net alone, of which gross and income are not known":
            sum(line.gross is None and line.income is None for line in lines),
        "lines with an odd amount that a note says was checked":
            sum(line.note.casefold().startswith("checked") for line in lines),
    }  # fmt: skip
    yield from (f"{what}: {count:,}" for what, count in counts.items() if count)


def _spans(periods: Sequence[Period]) -> dict[str, list[object]]:
    return {"period_type": [p.kind for p in periods], "period_start": [p.start for p in periods],
            "period_end": [p.end for p in periods]}  # fmt: skip


# --- staff ------------------------------------------------------------------------------------------


def _staff(rows: LedgerRows) -> Curated:
    """Whole-time equivalents on a day, where staff work."""
    rows.cells.unique("day_or_year", "partnership", "locality", "service_code")
    service = rows.text(rows.sheet.of("service")[0])
    wte, status = rows.cells.number("wte"), rows.cells.status("wte")
    days, places = rows.days("day_or_year"), rows.places("partnership", "locality")
    known = [day for day in days if day is not None]
    if rows.cells.problems or not known:
        return Curated({}, (), ())
    spans = _spans(known)
    table = stage_activity({
        "source": SOURCE.kind, **places, **spans, "service_code": service, "measure_code": "WTE",
        "geo_role": "provider", "value": wte, "status": status,
    }, len(rows))  # fmt: skip
    return Curated({"activity": table}, _claimed("staff", rows, "partnership", spans), tuple(rows.note_of_unread()))


# --- use of hosted services -------------------------------------------------------------------------


def _hosted_use(rows: LedgerRows) -> Curated:
    rows.cells.unique("year", "host_partnership", "user_partnership", "service_code")
    filled = {c.fills: rows.text(c) for c in rows.sheet.columns if c.fills and not c.counted}
    quantity = rows.cells.number("quantity", empty=False)
    _refuse_two_units(rows)
    periods, places = rows.periods("year"), rows.places("user_partnership")
    known = [period for period in periods if period is not None]
    if rows.cells.problems or not known:
        return Curated({}, (), ())
    zero = np.asarray(quantity.to_pylist(), dtype=float) == 0
    status = pa.array(np.where(zero, "true_zero", "actual").tolist())
    spans = _spans(known)
    table = stage("hosted_use", {**filled, **places, **spans, "quantity": quantity, "status": status}, len(rows))
    return Curated({"hosted_use": table}, _claimed("use of hosted services", rows, "host_partnership", spans),
                   tuple(rows.note_of_unread()))  # fmt: skip


def _refuse_two_units(rows: LedgerRows) -> None:
    """Users of one service are compared with each other, so they are counted in one unit."""
    keys = list(zip(*(rows.written(name) for name in ("year", "host_partnership", "service_code")), strict=True))
    first: dict[tuple[str, ...], str] = {}
    units = rows.written("unit")
    for key, unit in zip(keys, units, strict=True):
        first.setdefault(key, unit)
    at = [unit != first[key] for key, unit in zip(keys, units, strict=True)]
    rows.reject("unit", at, "the service is counted in another unit than in its first row",
                "Count every partnership's use of one service in one unit.")  # fmt: skip


def _claimed(subject: str, rows: LedgerRows, column: str, spans: dict[str, list[object]]) -> tuple[str, ...]:
    names = rows.written(column)
    found: list[str] = []
    for name in sorted(set(names)):
        at = [number for number, each in enumerate(names) if each == name]
        found += claims(f"{subject}, {name}", *([spans[key][n] for n in at] for key in
                                                ("period_type", "period_start", "period_end")))  # fmt: skip
    return tuple(found)


# --- control totals ---------------------------------------------------------------------------------


def _totals_read(rows: LedgerRows) -> Curated:
    rows.refuse_other_units()
    rows.cells.unique("year", "partnership", "version", "month")
    for column in rows.sheet.of("text", "partnership"):
        rows.text(column)
    _totals_of(rows)
    return Curated({}, (), tuple(rows.note_of_unread()))


def _totals_of(rows: LedgerRows) -> list[ControlTotal]:
    told = [rows.written(name) for name in ("partnership", "year", "version", "lines")]
    amounts = [rows.pence(name) for name in ("total_gross", "total_net")]
    cells = zip(*told, rows.periods("year", "month"), rows.row_numbers, *amounts, strict=True)
    return [
        ControlTotal(row, partnership, year, version, period, gross, net, int(lines) if lines.isdigit() else None)
        for partnership, year, version, lines, period, row, gross, net in cells if period is not None
    ]  # fmt: skip
