"""What one unit of a service costs, in a table that a partnership makes from published prices or its own."""

from __future__ import annotations

import re

from locality_profiles.ledger.codes import services
from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._activity_tables import claims
from locality_profiles.sources._cost_tables import amounts, heading, unit_is_thousands
from locality_profiles.sources._ledger_rows import likeliest
from locality_profiles.tables.cells import CODE_PATTERNS, Cells
from locality_profiles.tables.intake import Layout, RawTable
from locality_profiles.tables.money import UNIT_PRICE

SOURCE = Source(
    kind="unit_price_table",
    title="Unit costs of services",
    group="budget",
    publisher="whoever puts the table together: a partnership, from published unit costs or from its own accounts",
    licence="that of the figures in it",
    page="https://www.pssru.ac.uk/unitcostsreport/",
    frequency="every year",
    describes="The price of one bed day, attendance, hour, week, item, contact or year of care of a person, by "
    "service, place and year.",
    quirks=(
        "This layout is our own: published unit costs stand in chapters of reports, each in a form of its own.",
        "A price is in pounds and may have more than two decimals: an item costs a part of a penny less or more.",
        "price_basis tells what is in it: direct (staff and what they use), marginal (what one more would cost), "
        "full (with "
        "overheads), gross, or net of what people pay. Prices of different bases are never compared or added.",
        "A place is a code: S92... the country, S12... a council, S37... a partnership, S08... a board, or the "
        "code of a "
        "hospital such as X000X.",
    ),
)  # fmt: skip
LAYOUTS = (Layout("table of prices", ("year", "place", "service_code", "unit", "price_basis"), (heading("price"),),
                  examples=("price",)),)  # fmt: skip
HOSPITAL = r"[A-Z]\d{3}[A-Z]"
#: Kinds of place by the form of their code.
KINDS = {kind: CODE_PATTERNS[kind] for kind in ("country", "council_area", "hscp", "health_board")} | {
    "hospital": HOSPITAL
}


def curate(raw: RawTable) -> Curated:
    """One row per place, year, service, unit and basis; pence with their decimals."""
    cells = Cells(raw)
    kind, start, end = cells.periods("year", "financial_year")
    place = cells.text("place", pattern="|".join(KINDS.values()), what="a code such as S92000003, S12000000 or X000X")
    service = cells.text("service_code").to_pylist()
    titles = {code: each.title for code, each in services().items()}
    for unknown in sorted({code for code in service if code and code not in titles}):
        cells.reject("service_code", [code == unknown for code in service], f"'{unknown[:40]}' is no service",
                     likeliest(unknown, titles))  # fmt: skip
    unit = cells.text("unit", allowed=UNIT_PRICE.column("unit").allowed)
    basis = cells.text("price_basis", allowed=UNIT_PRICE.column("price_basis").allowed)
    cells.unique("year", "place", "service_code", "unit", "price_basis")
    if unit_is_thousands(raw, "price"):
        cells.problem("the heading says that prices are in thousands of pounds",
                      "Give the price of one unit in pounds.", column="price")  # fmt: skip
    pence = amounts(cells, "price")
    cells.finish()
    table = stage("unit_price", {
        "block_type": [_kind_of(code) for code in place.to_pylist()], "block_code": place, "period_type": kind,
        "period_start": start, "period_end": end, "service_code": service, "unit": unit, "price_basis": basis,
        "pence": [None if price is None else float(price) for price in pence],
        "status": ["true_zero" if price == 0 else "actual" for price in pence],
    }, len(raw))  # fmt: skip
    return Curated({"unit_price": table}, claims("unit costs", kind, start, end))


def _kind_of(code: str) -> str:
    return next(kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, code))
