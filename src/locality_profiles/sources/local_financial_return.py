"""What councils spent on adult social care by service and group of people: their local financial return (LFR03)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._activity_tables import claims
from locality_profiles.sources._cost_tables import amounts, heading, unit_is_thousands, whole_pence
from locality_profiles.sources._ledger_rows import likeliest
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="local_financial_return",
    title="Local financial return for social work (LFR03), adult social care",
    group="budget",
    publisher="Scottish Government, from the councils",
    licence="Open Government Licence v3.0",
    page="https://www.gov.scot/collections/local-government-finance-statistics/",
    frequency="every year, about a year after the financial year ends",
    describes="Gross spending, income and net spending of councils on adult social care (column F), by line of the "
    "return and group of people.",
    quirks=(
        "Do not trust the split by group of people, nor net spending, without a check with the council: a review "
        "of 2022 "
        "found both of poor quality.",
        "Money is in thousands of pounds, and the heading must say so: 'gross (£000)'. A heading without a unit "
        "is in pounds.",
        "The published workbook has a sheet for each council, with lines down and columns D to H across. Its "
        "exact headings "
        "are not known here: bring column F to this layout, one row for each council, line and group of people.",
        "Support that people direct (option 2 of self-directed support) counts as the council's own spending. "
        "'All other "
        "community-based services' is what is left, and stands under social care as a whole (SC).",
        "A row 'Total' is compared with the sum of the other rows of its council and not kept.",
        "The lines have no scope and are no ledger: a partnership's own budget says what it was given.",
    ),
)  # fmt: skip
LAYOUTS = (
    Layout("adult social care by line and group", ("year", "council", "lfr_line", "service", "group"),
           (heading("gross"), heading("income"), heading("net")),
           examples=("gross (£000)", "income (£000)", "net (£000)")),
)  # fmt: skip
#: What the return calls a service, and our code of it.
SERVICES = {
    "assessment and care management": "SC.SW", "residential": "SC.CH", "care homes": "SC.CH", "home care": "SC.HC",
    "day care": "SC.DAY", "equipment and adaptations": "SC.EQUIP", "self-directed support option 1": "SC.SDS.1",
    "self-directed support option 2": "SC.SDS.2", "support for carers": "SC.CARER", "respite": "SC.RESPITE",
    "telecare": "SC.AT", "meals": "SC.MEALS", "all other community-based services": "SC", "total": "",
}  # fmt: skip
#: What the return calls a group of people, and ours.
GROUPS = {
    "all": "all", "older people": "older", "older people 65+": "older",
    "physical or sensory disability": "physical_sensory", "learning disability": "learning_disability",
    "mental health": "mental_health", "addictions": "addiction", "hiv/aids": "other", "asylum seekers": "other",
}  # fmt: skip
TOTAL = "total"
#: Each row may be rounded to a whole thousand of pounds; in pence.
ROUNDING = 100_000

Amounts = list[Decimal | None]


def curate(raw: RawTable) -> Curated:
    """One budget line per council, year, line of the return and group of people."""
    cells = Cells(raw)
    kind, start, end = cells.periods("year", "financial_year")
    council, line = cells.text("council", what="the name of a council"), cells.text("lfr_line")
    service, group = (_words(cells, name, words) for name, words in (("service", SERVICES), ("group", GROUPS)))
    cells.unique("year", "council", "lfr_line", "group")
    gross, income, net = (amounts(cells, name, negative=True) for name in ("gross", "income", "net"))
    _refuse_sums(cells, gross, income, net)
    _refuse_totals(cells, service, council.to_pylist(), net)
    cells.finish()
    keep = [number for number, each in enumerate(service) if each != TOTAL]
    rows = {"year": raw.columns[raw.find("year")], "council": council, "line": line}
    told = {name: values.to_pylist() for name, values in rows.items()}
    table = stage("budget_line", {
        "line_id": [f"lfr03:{told['council'][n]}:{told['year'][n]}:{told['line'][n]}:{group[n]}" for n in keep],
        "block_type": "council_area", "place_name": [told["council"][n] for n in keep],
        "period_type": kind.take(keep), "period_start": start.take(keep), "period_end": end.take(keep),
        "version": "outturn", "partner": "council", "service_code": [SERVICES[service[n]] for n in keep],
        "care_group": [GROUPS[group[n]] for n in keep],
        "description": [f"{service[n].capitalize()}: {group[n]}" for n in keep],
        "lfr_line": [told["line"][n] for n in keep],
        **{column: [whole_pence(values[n]) for n in keep] for column, values in
           (("gross_pence", gross), ("income_pence", income), ("net_pence", net))},
        "status": ["actual" if net[n] else "true_zero" for n in keep],
    }, len(keep))  # fmt: skip
    return Curated({"budget_line": table}, claims("local financial returns, social work", kind, start, end))


def _words(cells: Cells, name: str, words: dict[str, str]) -> list[str]:
    """The return's own words in small letters, each of which must be one that is known."""
    found = [(text or "").casefold() for text in cells.text(name).to_pylist()]
    for unknown in sorted({text for text in found if text and text not in words}):
        cells.reject(name, [text == unknown for text in found], f"'{unknown[:40]}' is no {name} of the return",
                     likeliest(unknown, dict.fromkeys(words, "")))  # fmt: skip
    return found


def _refuse_sums(cells: Cells, gross: Amounts, income: Amounts, net: Amounts) -> None:
    """Gross less income is net: to the penny in pounds, to a rounding of each in thousands."""
    allowed = 1.5 * ROUNDING if unit_is_thousands(cells.raw, "net") else 0
    off = [
        spent is not None and came is not None and rest is not None and abs(spent - came - rest) > allowed
        for spent, came, rest in zip(gross, income, net, strict=True)
    ]
    cells.reject("net", off, "gross less income is not net", "Get the return again, or correct the row.")


def _refuse_totals(cells: Cells, service: list[str], council: list[str], net: Amounts) -> None:
    years = cells.raw.columns[cells.raw.find("year")].to_pylist()
    added: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    rows: dict[tuple[str, str], int] = defaultdict(int)
    for each, place, year, amount in zip(service, council, years, net, strict=True):
        if each != TOTAL:
            added[place, year] += amount or 0
            rows[place, year] += 1
    off = [
        each == TOTAL
        and amount is not None
        and abs(added[place, year] - amount) > ROUNDING * (rows[place, year] + 1) / 2
        for each, place, year, amount in zip(service, council, years, net, strict=True)
    ]
    cells.reject("net", off, "the lines of the council do not add up to its total",
                 "A line may have been lost or repeated; get the return again.")  # fmt: skip
