"""What hospitals cost by specialty, in the manner of the Scottish Financial Returns 5.3, 5.5, 5.7 and 5.9."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from locality_profiles.periods import parse_period
from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._activity_tables import claims
from locality_profiles.sources._cost_tables import (
    PENCE_IN_POUND,
    PENCE_IN_THOUSAND_POUNDS,
    amounts,
    heading,
    unit_is_thousands,
    whole_pence,
)
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="hospital_cost",
    title="Hospital costs by specialty",
    group="budget",
    publisher="Public Health Scotland, Scottish health service costs",
    licence="Open Government Licence v3.0",
    page="https://publichealthscotland.scot/publications/scottish-health-service-costs/",
    frequency="every year, about eight months after the financial year ends",
    describes="Bed days, cases and direct and allocated cost of each specialty of each hospital, by form: inpatients "
    "(5.3), day cases (5.5), consultant and nurse-led outpatients (5.7, 5.7N), day patients (5.9), emergency "
    "departments.",
    quirks=(
        "The published tables have a file for each form, and dozens of columns of kinds of cost. Bring them to this "
        "layout: the sums of direct and of allocated cost are enough. The exact headings of the files are not "
        "known here.",
        "Amounts are in pounds, or in thousands of pounds where the heading says so: 'direct (£000)'.",
        "Lines of the forms are not the specialties of hospital records. Some are put together so that they "
        "match: 290 in "
        "234; 121 and 122 in 120; 181 and 182 in 180; 231 and 345 in 230. Their days, cases and costs are added.",
        "Where the table has a column specialty_code (such as A1), that is used instead of the line.",
        "A line 'all' is the whole hospital. It is never added to its parts.",
        "The forms of allied health professionals (5.8) and of the community (8) are no specialties and are not "
        "read here. "
        "NHS Borders is not in the tables of 2023/24.",
        "A variable share says how much of the direct cost goes away with the activity; hospitals seldom state it. Put "
        "together lines have the mean of their shares, weighted by direct cost, if all have one.",
    ),
)  # fmt: skip
LAYOUTS = (
    Layout(
        "specialty lines", ("year", "hospital", "form", "line", "specialty", "bed_days", "cases"),
        (heading("direct"), heading("allocated"), heading("total")), examples=("direct", "allocated", "total"),
    ),
)  # fmt: skip
PATIENTS = {"5.3": "inpatient", "5.5": "day_case", "5.7": "outpatient", "5.7N": "outpatient", "5.9": "day_patient",
            "AE": "emergency"}  # fmt: skip
#: Lines that are put together, by the line in which they are told.
TOGETHER = {"290": "234", "121": "120", "122": "120", "181": "180", "182": "180", "231": "230", "345": "230"}


@dataclass(frozen=True)
class CostLine:
    """One line of one form. Money is pence, not yet rounded."""

    hospital: str
    year: str
    code: str
    patients: str
    name: str
    leads: bool
    """Whether it is the line after which lines that are put together are called."""
    bed_days: float | None
    cases: float | None
    direct: Decimal
    total: Decimal | None
    is_made: bool
    """Whether the total was not given, and is made of its two parts."""
    variable: float | None


def curate(raw: RawTable) -> Curated:
    """One row per hospital, year, specialty and kind of patient."""
    cells = Cells(raw)
    lines = _lines(cells)
    cells.finish()
    groups: dict[tuple[str, ...], list[CostLine]] = defaultdict(list)
    for line in lines:
        groups[line.hospital, line.year, line.code, line.patients].append(line)
    rows = [_together(group) for group in groups.values()]
    names = list(rows[0]) if rows else []
    table = stage("hospital_cost", {name: [row[name] for row in rows] for name in names}, len(rows))
    said = claims("hospital costs", table["period_type"], table["period_start"], table["period_end"])
    told = {
        "lines put together with another": len(lines) - len(rows),
        "totals that are not given, made of direct and allocated cost": sum(line.is_made for line in lines),
    }
    return Curated({"hospital_cost": table}, said, tuple(f"{what}: {n:,}" for what, n in told.items() if n))


def _lines(cells: Cells) -> list[CostLine]:
    raw = cells.raw
    cells.periods("year", "financial_year")
    hospital = cells.text("hospital", pattern=r"[A-Z]\d{3}[A-Z]", what="a location code like X000X").to_pylist()
    form = cells.text("form", allowed=list(PATIENTS)).to_pylist()
    line = cells.text("line", pattern=r"[A-Za-z0-9]{1,5}", what="a line of the form, or 'all'").to_pylist()
    name = cells.text("specialty").to_pylist()
    cells.unique("year", "hospital", "form", "line")
    own = cells.text("specialty_code", empty=True).to_pylist() if raw.find("specialty_code") else [None] * len(raw)
    days, cases = (cells.number(column).to_pylist() for column in ("bed_days", "cases"))
    share = cells.number("variable_share", maximum=1).to_pylist() if raw.find("variable_share") else [None] * len(raw)
    direct = amounts(cells, "direct")
    allocated, total = (amounts(cells, column, empty=True) for column in ("allocated", "total"))
    _refuse_wrong_totals(cells, direct, allocated, total)
    if cells.problems:
        return []
    years = raw.columns[raw.find("year")].to_pylist()
    return [
        CostLine(hospital[n], years[n], own[n] or TOGETHER.get(line[n], line[n]), PATIENTS[form[n]], name[n],
                 line[n] not in TOGETHER, days[n], cases[n], direct[n] or Decimal(0),
                 _full(direct[n], allocated[n], total[n]),
                 total[n] is None and allocated[n] is not None, share[n])
        for n in range(len(raw))
    ]  # fmt: skip


def _full(direct: Decimal | None, allocated: Decimal | None, total: Decimal | None) -> Decimal | None:
    if total is not None:
        return total
    return None if direct is None or allocated is None else direct + allocated


def _refuse_wrong_totals(cells: Cells, *columns: list[Decimal | None]) -> None:
    """Direct and allocated cost make the total, to a unit of the table for each of the three that it may round."""
    allowed = Decimal("1.5") * (
        PENCE_IN_THOUSAND_POUNDS if unit_is_thousands(cells.raw, "total") else PENCE_IN_POUND
    )  # fmt: skip
    off = [
        direct is not None and allocated is not None and total is not None and abs(direct + allocated - total) > allowed
        for direct, allocated, total in zip(*columns, strict=True)
    ]
    cells.reject("total", off, "direct and allocated cost do not add up to the total",
                 "One of the three may have been changed by hand; get the table again.")  # fmt: skip


def _together(lines: list[CostLine]) -> dict[str, Any]:
    """Lines of one specialty added. A sum that lacks a part is not known."""
    first = next((line for line in lines if line.leads), lines[0])
    period = parse_period(first.year)
    assert period is not None, "years were checked while reading"
    direct = sum((line.direct for line in lines), Decimal(0))
    totals = [line.total for line in lines]
    return {
        "block_type": "hospital", "block_code": first.hospital, "period_type": period.kind,
        "period_start": period.start, "period_end": period.end, "specialty_code": first.code,
        "specialty": first.name, "patient_type": first.patients,
        "bed_days": _added([line.bed_days for line in lines]), "cases": _added([line.cases for line in lines]),
        "direct_pence": whole_pence(direct),
        "full_pence": None if None in totals else whole_pence(sum((t for t in totals if t is not None), Decimal(0))),
        "variable_share": _mean_share(lines), "status": "actual" if direct else "true_zero",
    }  # fmt: skip


def _added(parts: list[float | None]) -> float | None:
    return None if None in parts else sum(part for part in parts if part is not None)


def _mean_share(lines: list[CostLine]) -> float | None:
    if any(line.variable is None for line in lines):
        return None
    direct = float(sum(line.direct for line in lines))
    if not direct:
        return lines[0].variable
    return sum((line.variable or 0) * float(line.direct) for line in lines) / direct
