"""Tables of what will be asked of services, what there is, what lies between, and who provides it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from locality_profiles.disclosure.money import shown
from locality_profiles.disclosure.money import words as words_of
from locality_profiles.ledger.codes import services
from locality_profiles.numbers import DASH, MINUS, print_people
from locality_profiles.publish.money import pounds
from locality_profiles.publish.population_sheets import PRINCIPAL, between, change
from locality_profiles.publish.sheets import Column, Sheet

if TYPE_CHECKING:
    from locality_profiles.publish.assessment import Of

BASELINE = "baseline"
CAPACITIES = {"beds": "Beds", "places": "Places", "wte": "Staff (whole-time equivalents)", "hours": "Hours a year"}
RATES = {
    "own": "own rates by age",
    "partnership": "the partnership's rates by age",
    "country": "the country's rates by age",
}
STAY = (
    "Today's use at each age, times the people to come: what would be asked if nothing else changed. People who need "
    "care and get none are not counted, and that services may change is not in it."
)
ASSUMED = "Scenarios are assumptions to argue about, each stated below, and none is a forecast."
TOO_LITTLE = (
    "Above nought is too little: what will be asked, less what there is now at the share that should be in use, if "
    "nothing is added or taken away. A dash means that one of the two is not known, which is not nought."
)
NOT_ASKED = "Without counts by age nothing tells what will be asked, so no gap is told: that is not a gap of nought."
ONE = "Where all there is hangs on one provider, its leaving would leave nothing."


def demand_sheets(of: Of) -> tuple[Sheet, ...]:
    """What will be asked of services: by measure and scenario, by area, and what follows for staff, beds and homes."""
    return tuple(
        sheet for make in (_scenarios, _by_area, _assumptions, _implications) for sheet in make(of) if sheet.rows
    )


def supply_sheets(of: Of) -> tuple[Sheet, ...]:
    """What there is beside what will be asked of it, and who provides it."""
    return tuple(sheet for make in (_gaps, _market) for sheet in make(of) if sheet.rows)


def _last(of: Of, table: str) -> int | None:
    """The last year of a table for the partnership: the horizon."""
    found = of.rows(f"select max(year) as last from {table} where (area_type, area_code) = ('hscp', ?)", of.code)
    last: int | None = found[0]["last"]
    return last


def _scenarios(of: Of) -> Iterator[Sheet]:
    """The partnership's demand at the horizon by every scenario."""
    last = _last(of, "demand")
    rows = of.rows(
        """select m.title, m.unit, m.position, d.scenario, s.title as scenario_title, s.position as scenario_place,
            d.base_quantity, d.quantity, d.lower, d.upper, d.rate_from, d.base_year
        from demand d join demand_measure m using (measure_id) join demand_scenario s using (scenario)
        where (area_type, area_code) = ('hscp', ?) and variant = ? and year = ? and quantity is not null
        order by m.position, scenario_place""",
        of.code,
        PRINCIPAL,
        last,
    )
    titles = {row["scenario"]: row["scenario_title"] for row in sorted(rows, key=lambda row: row["scenario_place"])}
    by: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for row in rows:
        by.setdefault((row["title"], row["unit"]), {})[row["scenario"]] = row
    printed = []
    for (title, unit), found in by.items():
        first = next(iter(found.values()))
        rise = tuple(
            change(first["base_quantity"], found[scenario]["quantity"]) if scenario in found else DASH
            for scenario in titles
        )
        base = found.get(BASELINE, {})
        printed.append(
            (
                title,
                (
                    unit,
                    print_people(first["base_quantity"]),
                    str(first["base_year"] or DASH),
                    print_people(base.get("quantity")),
                    *rise,
                ),
                False,
            )
        )
    columns = (
        Column("Unit", words=True),
        Column("Counted"),
        Column("In"),
        Column(f"In {last}", "at today's rates"),
        *(Column(title, "change") for title in titles.values()),
    )
    yield Sheet(
        "demand",
        f"What will be asked by {last}",
        f"Change from what was counted to {last}, by scenario",
        "What",
        columns,
        tuple(printed),
        (STAY, ASSUMED),
    )


def _by_area(of: Of) -> Iterator[Sheet]:
    """Every measure by area, at today's rates."""
    last = _last(of, "demand")
    rows = of.rows(
        """select d.*, m.title, m.unit, m.caveat, m.position, place_order
        from demand d join place using (area_type, area_code) join demand_measure m using (measure_id)
        where scenario = ? and variant = ? and year = ? and quantity is not null
        order by m.position, place_order""",
        BASELINE,
        PRINCIPAL,
        last,
    )
    by: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by.setdefault(row["measure_id"], []).append(row)
    columns = (
        Column("Counted"),
        Column(f"In {last}"),
        Column("Change"),
        Column("Range", words=True),
        Column("By", words=True),
    )
    for measure, found in by.items():
        printed = tuple(
            (
                of.name((row["area_type"], row["area_code"])),
                (
                    print_people(row["base_quantity"]) + (" [e]" if row["status"] == "estimated" else ""),
                    print_people(row["quantity"]),
                    change(row["base_quantity"], row["quantity"]),
                    between(row["lower"], row["upper"]),
                    RATES.get(row["rate_from"], DASH),
                ),
                row["area_type"] == "hscp",
            )
            for row in found
        )
        title = found[0]["title"]
        yield Sheet(
            f"demand-{measure.replace('_', '-')}",
            title,
            f"{title}, {found[0]['unit']}: at today's rates, to {last}",
            "Area",
            columns,
            printed,
            tuple(filter(None, (found[0]["caveat"],))),
        )


def _assumptions(of: Of) -> Iterator[Sheet]:
    """What each scenario assumes."""
    rows = of.rows("select * from demand_scenario where scenario in (select scenario from demand) order by position")
    printed = tuple((row["title"], (row["about"],), False) for row in rows)
    yield Sheet(
        "scenarios",
        "What the scenarios assume",
        "Scenarios of demand",
        "Scenario",
        (Column("It assumes", words=True),),
        printed,
    )


def _implications(of: Of) -> Iterator[Sheet]:
    rows = of.rows(
        """with mine as (select * from implication join place using (area_type, area_code)
                where scenario in (?, 'all') and quantity is not null)
        select m.kind, m.unit, m.area_type, m.area_code, any_value(m.formula) as formula, min(year) as first,
            max(year) as last, arg_min(quantity, year) as now, arg_max(quantity, year) as then
        from mine m group by m.kind, m.unit, m.area_type, m.area_code, place_order order by m.kind, place_order""",
        BASELINE,
    )
    by: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by.setdefault(row["kind"], []).append(row)
    for kind, found in by.items():
        columns = (Column(str(found[0]["first"])), Column(str(found[0]["last"])), Column("Change"))
        printed = tuple(
            (
                of.name((row["area_type"], row["area_code"])),
                (_decimal(row["now"]), _decimal(row["then"]), change(row["now"], row["then"])),
                row["area_type"] == "hscp",
            )
            for row in found
        )
        title = kind.replace("_", " ").capitalize()
        yield Sheet(
            f"follows-{kind.replace('_', '-')}",
            f"What follows: {title.lower()}",
            f"{title}, {found[0]['unit']}",
            "Area",
            columns,
            printed,
            (found[0]["formula"],),
        )


def _decimal(number: float | None) -> str:
    """A number with a decimal where it is small."""
    return DASH if number is None else f"{number:,.1f}" if abs(number) < 100 else f"{number:,.0f}"


def signed(number: float | None) -> str:
    """A difference with its sign.

    >>> signed(12.3), signed(-120), signed(None), signed(0.01)
    ('+12.3', '−120', '–', '0.0')
    """
    if number is None:
        return DASH
    text = _decimal(abs(number))
    return text if not float(text.replace(",", "")) else f"{MINUS if number < 0 else '+'}{text}"


def _gaps(of: Of) -> Iterator[Sheet]:
    """Every kind of capacity by area: what there is, what is asked of it now and at the horizon, and the gap.

    Where nothing tells what is asked, what there is stands in one table of all such services.
    """
    rows = of.rows(
        """select g.*, place_order from gap g join place using (area_type, area_code)
        where scenario = ? and variant = ? order by service_code, capacity_type, place_order, year""",
        BASELINE,
        PRINCIPAL,
    )
    by: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        by.setdefault((row["service_code"], row["capacity_type"]), []).append(row)
    asked = {kind: found for kind, found in by.items() if any(row["demand"] is not None for row in found)}
    yield from (_gap(of, service, kind, found) for (service, kind), found in asked.items())
    there = {
        kind: found
        for kind, found in by.items()
        if kind not in asked and any(row["available"] is not None for row in found)
    }
    columns = tuple(Column(_capacity(*kind)) for kind in there)
    available = {
        (kind, (row["area_type"], row["area_code"])): row["available"] for kind in there for row in there[kind]
    }
    printed = tuple(
        (of.name(key), tuple(_decimal(available.get((kind, key))) for kind in there), key == of.key) for key in of.keys
    )
    if there:
        yield Sheet(
            "there-is", "What there is, where nothing tells what is asked", "Latest figures", "Area", columns, printed,
            (NOT_ASKED,),
        )  # fmt: skip


def _capacity(service: str, kind: str) -> str:
    title = services()[service].title if service in services() else service
    return f"{title}: {CAPACITIES[kind][:1].lower()}{CAPACITIES[kind][1:]}"


def _gap(of: Of, service: str, kind: str, rows: list[dict[str, Any]]) -> Sheet:
    """What there is of one kind, what is asked of it now and at the horizon, and the gap, by area."""
    years = sorted({row["year"] for row in rows})
    first, last = years[0], years[-1]
    by: dict[tuple[str, str], dict[int, dict[str, Any]]] = {}
    for row in rows:
        by.setdefault((row["area_type"], row["area_code"]), {})[row["year"]] = row
    said = {place: _sentences(ends.get(first, {}).get("note") or ends[last].get("note")) for place, ends in by.items()}
    common = [sentence for sentence in next(iter(said.values())) if all(sentence in told for told in said.values())]
    printed = []
    for place, ends in by.items():
        now, then = ends.get(first, {}), ends.get(last, {})
        printed.append((of.name(place), (
            _decimal(now.get("available")), _decimal(now.get("demand")), signed(now.get("gap")),
            _decimal(then.get("demand")), signed(then.get("gap")), _span(then.get("gap_lower"), then.get("gap_upper")),
            " ".join(sentence for sentence in said[place] if sentence not in common)), place == of.key))  # fmt: skip
    columns = (
        Column("There is"), Column(f"Asked in {first}"), Column(f"Gap in {first}"), Column(f"Asked in {last}"),
        Column(f"Gap in {last}"), Column("Its range", words=True), Column("Note", words=True),
    )  # fmt: skip
    title = _capacity(service, kind)
    used = f"Of what there is, {100 * rows[0]['target_occupancy']:.0f}% should be in use at most."
    return Sheet(
        f"gap-{service.lower().replace('.', '-')}-{kind}", title, f"{title}, by area, to {last}", "Area", columns,
        tuple(printed), (TOO_LITTLE, used, *common),
    )  # fmt: skip


def _sentences(note: str | None) -> list[str]:
    """The sentences of a note."""
    return [f"{sentence.rstrip('.')}." for sentence in (note or "").split(". ") if sentence]


def _span(lower: float | None, upper: float | None) -> str:
    return DASH if lower is None or upper is None else f"{signed(lower)} to {signed(upper)}"


def _market(of: Of) -> Iterator[Sheet]:
    """Who provides what, by service, for the partnership and then for each area."""
    rows = of.rows("""select m.*, place_order from market m join place using (area_type, area_code)
        order by place_order > 0, service_code, place_order""")
    told = _money_told(of)
    columns = (
        Column("Service", words=True),
        Column("Providers"),
        Column("Places"),
        Column("Graded good or better"),
        Column("Lowest grade"),
        Column("Contracts that end", "within a year"),
        Column("within three"),
        Column("First end", words=True),
        Column("Funding that ends", "within a year"),
        Column("Paid", "£"),
        Column("One provider", words=True),
    )
    printed = tuple(
        (
            of.name((row["area_type"], row["area_code"])),
            (
                services()[row["service_code"]].title if row["service_code"] in services() else row["service_code"],
                print_people(row["providers"]),
                print_people(row["places"]),
                f"{row['graded_good']} of {row['graded']}" if row["graded"] else DASH,
                print_people(row["grade_lowest"]),
                print_people(row["contracts_ending_12m"]),
                print_people(row["contracts_ending_36m"]),
                _day(row["first_contract_end"]),
                print_people(row["funding_ending_12m"]),
                pounds(row["spend_pence"], "") if row["service_code"] in told else DASH,
                "Yes" if row["one_provider"] else "No",
            ),
            row["area_type"] == "hscp",
        )
        for row in rows
    )
    day = next((row["counted_from"] for row in rows if row["counted_from"]), None)
    counted = (f"Ends are counted from {_day(day)}.",) if day else ()
    yield Sheet(
        "market",
        "Who provides it",
        "The figures of a market facilitation plan",
        "Area",
        columns,
        printed,
        (ONE, words_of(of.limits), *counted),
    )


def _money_told(of: Of) -> set[str]:
    """Services of which the partnership's contracts are shared by so many that what is paid for them is shown."""
    from locality_profiles.needs.gaps import ends_within, latest_contracts  # brings an engine, which pages do not need

    payments: dict[str, dict[str, float]] = {}
    soon = ends_within("c.contract_end", 36)
    for row in of.rows(f"""
            select c.service_code, c.provider, sum(c.net_pence)::bigint as pence
            from contract_end c join ({latest_contracts()}) v on v.hscp_code = c.hscp_code
                and v.best.period_start = c.period_start and v.best.version = c.version
            join market m on m.area_type = 'hscp' and m.area_code = c.hscp_code and m.service_code = c.service_code
            where c.hscp_code = ? and {soon} group by all order by all""", of.code):  # fmt: skip
        payments.setdefault(row["service_code"], {})[row["provider"]] = row["pence"]
    return shown(payments, of.limits, of_total=False)


def _day(day: Any) -> str:
    return f"{day.day} {day:%B %Y}" if day else DASH
