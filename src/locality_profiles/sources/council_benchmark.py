"""What councils spent on adult social care, and what an hour of home care and a week in a care home cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyarrow.compute as pc

from locality_profiles.periods import Period, parse_period
from locality_profiles.sources import Curated, Source, stage
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable, header_key

SOURCE = Source(
    kind="council_benchmark",
    title="Local Government Benchmarking Framework: adult social care",
    group="budget",
    publisher="Improvement Service, from the councils' local financial returns",
    licence="Not stated with the data; ask the Improvement Service before publishing",
    page="https://www.improvementservice.org.uk/benchmarking",
    frequency="every year, about a year after the financial year ends",
    describes="Spending on home care and care homes for people aged 65 and over with hours and residents, on "
    "self-directed support and on all adult social work, for every council and Scotland.",
    quirks=(
        "The workbook has a sheet 'Raw Data' of some 2,200 columns named after measure and year, some with two blanks "
        "between them; the long table has the same figures a row each, cut to 15 digits, with a column 'Inticators "
        "Time'. Both claim the same years: give one of them.",
        "Money is in thousands of pounds, and not every column says so.",
        "The lines overlap: adult social work as a whole (SC.TOTAL) holds the other three. Never add it to them.",
        "Care homes are net of income, as their name says. Home care does not say, and is taken as gross. A column "
        "'Real' beside each cost is adjusted for inflation and not read.",
        "The weekly cost of a care home is spending divided by residents and 52.",
        "A few councils have 0 for self-directed support before 2013/14, while every other year has a figure; a 0 is "
        "read as not supplied.",
        "Scotland's row is not always the sum of the councils: its hours of home care in 2018/19 are 2.6 % lower.",
        "Councils have names such as 'Argyll & Bute', 'Edinburgh City' and 'Eilean Siar', and no codes.",
    ),
)

PLACE = "Local Authority"
YEAR = r"(\d{4}-\d{2})"


@dataclass(frozen=True)
class Service:
    """One kind of care: the measures of spending, quantity and published cost of a unit."""

    code: str
    in_words: str
    care_group: str
    spend: str
    net: bool = False
    quantity: str | None = None
    units_each: int = 1  # a resident all year makes 52 weeks
    unit: str = ""
    unit_cost: str | None = None

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(measure for measure in (self.spend, self.quantity, self.unit_cost) if measure)


SERVICES = (
    Service("SC.HC.65PLUS", "home care cost", "older", "Total Homecare (£000)",
            quantity="Care Hrs per Yr", unit="hour", unit_cost="SW1"),
    Service("SC.CH", "care home cost", "older", "Net Expenditure on Care Homes for Older People", net=True,
            quantity="Number of long-stay residents aged 65+ supported in Care Homes", units_each=52,
            unit="resident_week", unit_cost="SW5"),
    Service("SC.SDS", "self-directed support spending", "all", "SDS Spend on over 18s"),
    Service("SC.TOTAL", "adult social work spending", "all", "Gross SW Spend on over 18s"),
)  # fmt: skip
MEASURES = tuple(measure for service in SERVICES for measure in service.measures)


def _pattern(measure: str) -> str:
    return rf"{re.escape(header_key(measure))} {YEAR}"


WIDE = Layout(
    "workbook of measures and years",
    (PLACE,),
    tuple(_pattern(measure) for measure in MEASURES),
    examples=tuple(f"{measure} 2020-21" for measure in MEASURES),
)
LONG = Layout("long table of indicators", (PLACE, "Value", "Year", "Indicator2", "Title"))
LAYOUTS = (WIDE, LONG)

COUNCILS = 32
PENCE_IN_THOUSAND_POUNDS, PENCE_IN_POUND = 100_000, 100


@dataclass(frozen=True)
class Figure:
    """One cell: the exact number, or why there is none, and where it stands."""

    value: Decimal | None
    status: str
    row: int
    column: str


#: Figures by measure, then by place and year as supplied ('2020-21').
Figures = dict[str, dict[tuple[str, str], Figure]]


def curate(raw: RawTable) -> Curated:
    """One budget line per council, year and kind of care, and the unit cost of those that are counted in units."""
    cells = Cells(raw)
    figures = _wide(raw, cells) if raw.layout == WIDE else _long(raw, cells)
    if not cells.problems:  # figures that were refused cannot be checked against each other
        for service in SERVICES:
            _check_complete(cells, service, figures)
            _check_unit_cost(cells, service, figures)
    cells.finish()
    lines, costs, claims = [], [], []
    for service in SERVICES:
        for place, year in _places_and_years(service, figures):
            lines += _budget_line(service, place, year, figures)
            costs += _unit_cost(service, place, year, figures)
        claims += _claims(service, figures)
    return Curated({"budget_line": _staged("budget_line", lines), "unit_cost": _staged("unit_cost", costs)},
                   tuple(claims), tuple(_notes(figures)))  # fmt: skip


# --- reading --------------------------------------------------------------------------------------


def _wide(raw: RawTable, cells: Cells) -> Figures:
    """A column for each measure and year."""
    cells.text(PLACE, what="the name of a council or Scotland")
    cells.unique(PLACE)
    figures: Figures = {}
    for measure in MEASURES:
        found = figures.setdefault(measure, {})
        for year, column in raw.matching(_pattern(measure)).items():
            if parse_period(year) is None:
                cells.problem(
                    f"'{year}' is not a financial year like 2020-21", "Correct it at the source.", column=column
                )
                continue
            found.update(_figures(cells, column, [year] * len(raw)))
    return figures


def _long(raw: RawTable, cells: Cells) -> Figures:
    """A row for each council, indicator and year; other indicators are passed over."""
    indicator = raw.columns[raw.find("Indicator2")]
    figures: Figures = {}
    for measure in MEASURES:
        of_measure = pc.equal(indicator, measure).to_numpy()
        if not of_measure.any():
            figures[measure] = {}
            continue
        part = Cells(raw.where(of_measure))
        part.text(PLACE, what="the name of a council or Scotland")
        part.periods("Year", "financial_year")
        part.unique(PLACE, "Indicator2", "Year")
        figures[measure] = _figures(part, "Value", part.raw.columns[part.raw.find("Year")].to_pylist())
        cells.problems.extend(part.problems)
    return figures


def _figures(cells: Cells, column: str, years: list[str]) -> dict[tuple[str, str], Figure]:
    """The cells of one column by place and year. The text is read, so that no penny is lost to a float."""
    raw = cells.raw
    checked = cells.number(column).to_pylist()
    cells_of = zip(
        raw.columns[raw.find(PLACE)].to_pylist(), years, checked, raw.columns[raw.find(column)].to_pylist(),
        cells.status(column).to_pylist(), raw.row_numbers.tolist(), strict=True,
    )  # fmt: skip
    return {
        (place, year): Figure(Decimal(text.replace(",", "")), status, row, column) if number
        # A council that spends nothing on care, or gives none, is one that did not say.
        else Figure(None, "not_available" if status == "true_zero" else status, row, column)
        for place, year, number, text, status, row in cells_of
    }  # fmt: skip


def _check_complete(cells: Cells, service: Service, figures: Figures) -> None:
    """Spending, quantity and cost are given for the same councils and years; a table may do without one of them."""
    everywhere = dict.fromkeys(_places_and_years(service, figures))
    for measure in service.measures:
        lost = [key for key in everywhere if key not in figures[measure]]
        if lost and figures[measure]:
            place, year = lost[0]
            cells.problem(
                f"'{measure}' is not given where other figures of the same service are, first for {place} in {year}",
                "A column or row may have been lost; get the extract again.", count=len(lost),
            )  # fmt: skip


def _check_unit_cost(cells: Cells, service: Service, figures: Figures) -> None:
    """The published cost of a unit is spending divided by quantity, within a penny."""
    if not (service.quantity and service.unit_cost):
        return
    wrong = []
    for key, published in figures[service.unit_cost].items():
        spend, quantity = (figures[measure].get(key) for measure in (service.spend, service.quantity))
        if published.value is None or not (spend and quantity and spend.value and quantity.value):
            continue
        if abs(spend.value * 1000 / (quantity.value * service.units_each) - published.value) > Decimal("0.01"):
            wrong.append((key, published))
    if wrong:
        (place, year), first = wrong[0]
        cells.problem(
            f"the published {service.in_words} is not spending divided by {service.unit.replace('_', ' ')}s, "
            f"first for {place} in {year}",
            "One of the three figures may have been changed by hand; get the extract again.",
            column=first.column, rows=[figure.row for _, figure in wrong], count=len(wrong),
        )  # fmt: skip


# --- rows -----------------------------------------------------------------------------------------


def _places_and_years(service: Service, figures: Figures) -> Iterator[tuple[str, str]]:
    yield from dict.fromkeys(key for measure in service.measures for key in figures[measure])


def _common(service: Service, place: str, year: str) -> dict[str, Any]:
    period = parse_period(year)
    assert isinstance(period, Period)  # the years were checked while reading
    country = place == "Scotland"
    return {
        "line_id": f"lgbf:{service.code}:{place}:{year}", "block_type": "country" if country else "council_area",
        "place_name": place, "period_type": period.kind, "period_start": period.start, "period_end": period.end,
        "service_code": service.code,
    }  # fmt: skip


def _budget_line(service: Service, place: str, year: str, figures: Figures) -> list[dict[str, Any]]:
    spend = figures[service.spend].get((place, year))
    if spend is None:
        return []
    return [_common(service, place, year) | {
        "version": "outturn", "partner": "council", "care_group": service.care_group, "description": service.spend,
        "net_pence" if service.net else "gross_pence": _pence(spend, PENCE_IN_THOUSAND_POUNDS), "status": spend.status,
    }]  # fmt: skip


def _unit_cost(service: Service, place: str, year: str, figures: Figures) -> list[dict[str, Any]]:
    if not (service.quantity and service.unit_cost):
        return []
    spend, quantity, published = (
        figures[measure].get((place, year)) for measure in (service.spend, service.quantity, service.unit_cost)
    )
    given = [figure for figure in (quantity, published) if figure]
    if not given:
        return []
    known = next((figure for figure in given if figure.value is not None), given[0])
    counted = quantity.value if quantity else None
    return [_common(service, place, year) | {
        "unit": service.unit, "quantity": None if counted is None else float(counted * service.units_each),
        "spend_pence": _pence(spend, PENCE_IN_THOUSAND_POUNDS),
        "published_unit_pence": _pence(published, PENCE_IN_POUND),
        "status": known.status,
    }]  # fmt: skip


def _pence(figure: Figure | None, pence_in_unit: int) -> int | None:
    if figure is None or figure.value is None:
        return None
    return int((figure.value * pence_in_unit).quantize(Decimal(1), ROUND_HALF_UP))


def _staged(table: str, rows: list[dict[str, Any]]) -> Any:
    names = dict.fromkeys(name for row in rows for name in row)
    return stage(table, {name: [row.get(name) for row in rows] for name in names}, len(rows))


def _claims(service: Service, figures: Figures) -> list[str]:
    years = sorted({year for _, year in _places_and_years(service, figures)})
    return [f"council benchmarking, {service.in_words}, {year.replace('-', '/')}" for year in years]


def _notes(figures: Figures) -> Iterator[str]:
    """Zeros, and totals of Scotland that are not the sum of all councils."""
    if not any(figures.values()):
        yield "the table has none of the indicators of adult social care"
    missing = [key for service in SERVICES for key, figure in figures[service.spend].items() if figure.value is None]
    if missing:
        places = ", ".join(sorted({place for place, _ in missing}))
        yield f"spending given as 0 or left out, read as not available: {len(missing):,} ({places})"
    for measure in (measure for service in SERVICES for measure in (service.spend, service.quantity) if measure):
        for (place, year), country in figures[measure].items():
            if place != "Scotland" or not country.value:
                continue
            councils = [
                f.value for (at, when), f in figures[measure].items() if when == year and at != place and f.value
            ]
            off = sum(councils) / country.value - 1
            if len(councils) == COUNCILS and abs(off) > Decimal("0.001"):
                yield (f"'{measure}' {year}: the councils add up to {abs(off):.1%} "
                       f"{'more' if off > 0 else 'less'} than Scotland's row")  # fmt: skip
