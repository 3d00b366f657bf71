"""A partnership's finance chapter: its statement, the statutory split, monitoring, beds, hosts, providers, programmes.

Every table is read from one that a build made and checked; nothing is calculated here. What must be said of a table
stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.disclosure.money import USUAL, may_show, shown, together
from locality_profiles.disclosure.money import Money as Limits
from locality_profiles.disclosure.money import words as words_of
from locality_profiles.ledger.codes import services, words
from locality_profiles.numbers import DASH
from locality_profiles.periods import period_label
from locality_profiles.publish.money import area_title, chosen_versions, pounds, signed
from locality_profiles.publish.reading import AreaKey
from locality_profiles.publish.sheets import Column, Sheet
from locality_profiles.tables.curated import CONCENTRATION
from locality_profiles.tables.money import LEDGER_TABLES
from locality_profiles.tables.relation import relation
from locality_profiles.tables.suites import empty_view

if TYPE_CHECKING:
    import duckdb

Rows = list[dict[str, Any]]
Printed = list[tuple[str, tuple[str, ...], bool]]

STATEMENT_TABLES = {
    "resource": "Who the money comes from, and for what", "service": "By service",
    "split": "By the parts of the statutory report", "locality": "By locality, as their people use it",
    "care_group": "By group of people", "recurring": "Every year, or once", "ringfence": "By fund",
    "beside": "Beside the partnership's own resource",
}  # fmt: skip
OWN_RESOURCE = (
    "The partnership's own resource: what others run for it is in it, what others use of services that it runs is not, "
    "and what it manages without having been given it stands beside. So nothing is counted twice."
)
EXAMPLE_PRICES = (
    "Real terms use an example series of prices, not the official one. Put HM Treasury's GDP deflators into "
    "finance/deflators.toml before anybody quotes them."
)
CUTS_ACROSS = "Groups of people cut across the other parts and are not added to them."
AVERAGE_BEDS = (
    "Days are of residents in emergencies, in the specialties of the integration scheme, wherever the hospital is; a "
    "mean of up to three years. Fewer days would save the variable part only: the rest stays until a ward closes."
)
BY_HEAD = (
    "For each resident, of whatever age. Costs by head add down a column; money that is placed on no area is not in "
    "them."
)
ENDS = (
    "Only lines of the ledger that tell a last day. A contract that ends is a question to ask in time, not a service "
    "that stops."
)
CONCENTRATED = (
    "Cost of health care as linked records tell it: indicative resource use, not cash. Who lived at high cost in one "
    "year often does not in the next, and many die: it says where care was needed, not whom to watch. An area with "
    "fewer than ten such people, or in which one makes more than a tenth, is left out."
)
CANDIDATES = (
    "Reasons to look, found by rule: none of them says that money should move. There is no score, since nobody has "
    "agreed what would weigh more."
)
#: How far ahead of a ledger contracts are added up elsewhere, so that what ends by quarter has a total.
MONTHS_TOLD = 36
MINE = "hscp_code = ? and period_start = ? and version = ?"


def chapters(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Path],
    names: Mapping[AreaKey, str],
    limits: Limits = USUAL,
) -> dict[str, tuple[Sheet, ...]]:
    """Sheets of each partnership that has a ledger, by its code; none in a release without ledgers.

    Shown is the year and version that is planned; the statutory split has the years before it as they were spent.
    """
    if "financial_statement" not in tables:
        return {}
    for name in (*(contract.name for contract in LEDGER_TABLES), "set_aside", "area_resource", "resource_share"):
        connection.execute(f"create or replace temp view {name} as select * from {relation(tables[name])}")
    known = "concentration" in tables
    concentrated = f"select * from {relation(tables['concentration'])}" if known else empty_view(CONCENTRATION)
    connection.execute(f"create or replace temp view concentration as {concentrated}")
    chosen_versions(connection)
    found: dict[str, list[Sheet]] = {}
    for hscp, start, end, version in connection.execute("""
            select distinct hscp_code, period_start, period_end, version
            from chosen join area_resource using (hscp_code, period_start, version)
            where purpose = 'planned' order by 1""").fetchall():  # fmt: skip
        of = _Of(connection, hscp, start, version, names, limits)
        when = f"{words()['version'][version]}, {period_label('financial_year', start, end)}"
        makers: tuple[Callable[[_Of, str], Iterator[Sheet]], ...] = (
            _statement, _statutory, _by_head, _monitoring, _set_aside, _hosted, _providers, _contracts, _programmes,
            _concentration, _budgets,
        )  # fmt: skip
        found[hscp] = [sheet for make in makers for sheet in make(of, when) if sheet.rows]
    return {hscp: tuple(sheets) for hscp, sheets in found.items()}


class _Of:
    """Rows of one partnership, year and version."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, hscp: str, start: Any, version: str,
                 names: Mapping[AreaKey, str], limits: Limits) -> None:  # fmt: skip
        self._connection = connection
        self.limits = limits
        self.hscp, self.start, self.version, self.names = hscp, start, version, names

    def rows(self, table: str, where: str = "true", order: str = "all") -> Rows:
        """Rows of a table of the year and version."""
        return self.every(table, f"period_start = ? and version = ? and {where}", order, self.start, self.version)

    def every(self, table: str, where: str, order: str, *given: Any, whose: str = "hscp_code") -> Rows:
        """Rows of a table of the partnership."""
        return self.asked(f"select * from {table} where {whose} = ? and {where} order by {order}", self.hscp, *given)

    def asked(self, query: str, *given: Any) -> Rows:
        """Rows that a query gives."""
        found = self._connection.execute(query, list(given))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def title_of(code: str) -> str:
    """The title of a service, or the code itself."""
    return services()[code].title if code in services() else "Service not told" if code == "NOT_TOLD" else code


def percent(share: float | None) -> str:
    return DASH if share is None else f"{share:,.1f}%"


def _statement(of: _Of, when: str) -> Iterator[Sheet]:
    columns = (Column("Gross", "£"), Column("Income", "£"), Column("Net", "£"))
    rows = of.rows("financial_statement", order="table_id, position")
    for table, title in STATEMENT_TABLES.items():
        mine = [row for row in rows if row["table_id"] == table]
        # The total stands last, as people read it.
        mine.sort(key=lambda row: row["level"] == 0)
        printed = [
            (_row_title(of, table, row), tuple(pounds(row[f"{kind}_pence"], "") for kind in ("gross", "income", "net")),
             row["level"] == 0 or (table in ("resource", "service") and row["level"] == 1))
            for row in mine
        ]  # fmt: skip
        yield Sheet(f"statement-{table}", f"Annual financial statement: {title[:1].lower()}{title[1:]}",
                    f"{title}: {when}", "Part", columns, tuple(printed),
                    (OWN_RESOURCE,) if table in ("resource", "beside") else ())  # fmt: skip


def _row_title(of: _Of, table: str, row: Mapping[str, Any]) -> str:
    if table == "locality":
        return "Total resource" if row["level"] == 0 else area_title(row["row_id"], "locality", of.names)
    return title_of(row["row_id"]) if table == "service" and row["level"] else str(row["title"])


def _statutory(of: _Of, when: str) -> Iterator[Sheet]:
    del when
    rows = of.every("statutory_split", "report_start = ? and series = 'planned'", "period_start", of.start)
    rows = rows or of.every("statutory_split", "report_start = ? and series = 'spent'", "period_start", of.start)
    spent = of.every("statutory_split", "report_start = ? and series = 'spent'", "period_start", of.start) or rows
    years = list(dict.fromkeys((row["period_start"], row["period_end"]) for row in spent))
    columns = tuple(Column(period_label("financial_year", *year), "£") for year in years)
    for kind, title in (("net_pence", "as it was paid"), ("real_pence", f"at prices of {_prices(spent)}")):
        for breakdown, heading in (("split", "Six parts of spending"), ("care_group", "Groups of people")):
            cells = {(row["part"], row["period_start"]): row[kind] for row in spent if row["breakdown"] == breakdown}
            parts = list(dict.fromkeys(part for part, _ in cells))
            listed = {**words()["split"], **words()["care_group"]}
            printed = [
                (listed.get(part, part), tuple(pounds(cells.get((part, start)), "") for start, _ in years), False)
                for part in parts
            ]
            example = any(row["official_prices"] is False for row in spent) and kind == "real_pence"
            caveats = tuple(filter(None, (CUTS_ACROSS if breakdown == "care_group" else "",
                                          EXAMPLE_PRICES if example else "")))  # fmt: skip
            yield Sheet(f"split-{breakdown}-{kind[:4]}", f"{heading}, six years: {title}",
                        f"Net spending, {title}; the latest version of each year", "Part", columns, tuple(printed),
                        caveats)  # fmt: skip


def _prices(rows: Rows) -> str:
    return next((str(row["prices_of"]) for row in rows if row["prices_of"]), "one year")


def _by_head(of: _Of, when: str) -> Iterator[Sheet]:
    """Cost by head of each area, by service and by group of people."""
    rows = of.rows("resource_share", "residents is not null")
    groups = words()["care_group"]
    makers: tuple[tuple[str, str, Callable[[str], str]], ...] = (
        ("service_code", "service", title_of), ("care_group", "group of people", lambda code: groups.get(code, code)),
    )  # fmt: skip
    for kind in sorted({row["area_type"] for row in rows}):
        of_kind = [row for row in rows if row["area_type"] == kind]
        areas = sorted({row["area_code"] for row in of_kind})
        columns = tuple(Column(area_title(area, kind, of.names), "£") for area in areas)
        for column, what, title in makers:
            spent: dict[tuple[str, str], float] = {}
            for row in of_kind:
                for part in (row[column], "all of them"):
                    place = (part, row["area_code"])
                    spent[place] = spent.get(place, 0) + row["used_per_head"]
            placed = {part for (part, _), pence in spent.items() if pence} - {"all of them"}
            parts = [*sorted(placed, key=title), "all of them"]
            printed = [
                ("All that is placed" if part == "all of them" else title(part),
                 tuple(pounds(spent.get((part, area), 0), "") for area in areas), part == "all of them")
                for part in parts
            ]  # fmt: skip
            yield Sheet(f"head-{column}-{kind}", f"Used for each resident, by {what}", f"Pounds by head: {when}",
                        what.capitalize(), columns, tuple(printed), (BY_HEAD,))  # fmt: skip


def _contracts(of: _Of, when: str) -> Iterator[Sheet]:
    """Contracts and grants by service and the quarter in which they end, the soonest first; no provider is named."""
    ends = of.asked(
        f"""select service_code, quarter_start, count(*) as contracts, sum(net_pence)::bigint as pence,
            min(ends) filter (where ends <> 'later') as soon
        from contract_end where {MINE} group by all order by quarter_start, service_code""",
        of.hscp, of.start, of.version,
    )  # fmt: skip
    told = _quarters_told(of)
    columns = (Column("Contracts and grants"), Column("Quarter in which they end", words=True),
               Column("In this year", "£"), Column("How soon", words=True))  # fmt: skip
    soon = {"ended": "Some have ended", "within_12_months": "Within a year of the year's end", None: "Later"}
    printed: Printed = [
        (title_of(row["service_code"]), (
            f"{row['contracts']:,}", _quarter(row["quarter_start"]),
            pounds(row["pence"], "") if (row["service_code"], row["quarter_start"]) in told else DASH,
            soon[row["soon"]]), False)
        for row in ends
    ]  # fmt: skip
    yield Sheet("contracts", "Contracts and grants by when they end", f"Of the ledger: {when}", "Service", columns,
                tuple(printed), (ENDS, words_of(of.limits)))  # fmt: skip


def _quarters_told(of: _Of) -> set[tuple[str, date]]:
    """Services and quarters of which the money is shown. What ends soon is added up by service in another table."""
    paid = of.asked(
        f"""select service_code, quarter_start, provider, sum(net_pence)::bigint as pence,
            contract_end >= as_at and contract_end < as_at + interval {MONTHS_TOLD} month as soon
        from contract_end where {MINE} group by all order by all""",
        of.hscp, of.start, of.version,
    )  # fmt: skip
    quarters: dict[tuple[str, date], dict[str, float]] = {}
    for row in paid:
        payments = quarters.setdefault((row["service_code"], row["quarter_start"]), {})
        payments[row["provider"]] = payments.get(row["provider"], 0) + row["pence"]
    added_up = {(row["service_code"], row["quarter_start"]) for row in paid if row["soon"]}
    told: set[tuple[str, date]] = set()
    for service in {service for service, _ in quarters}:
        for soon in (True, False):
            groups = {key: payments for key, payments in quarters.items()
                      if key[0] == service and (key in added_up) == soon}  # fmt: skip
            told |= shown(groups, of.limits, of_total=soon)
    return told


def _services_told(of: _Of, which: str) -> set[str]:
    """Services of which the sum of some contracts is shown: enough share it, and no quarter of it is hidden."""
    quarters = _quarters_told(of)
    payments: dict[str, dict[str, float]] = {}
    hidden: set[str] = set()
    for row in of.asked(
        f"""select service_code, quarter_start, provider, sum(gross_pence)::bigint as pence from contract_end
        where {MINE} and {which} group by all order by all""", of.hscp, of.start, of.version,
    ):  # fmt: skip
        paid = payments.setdefault(row["service_code"], {})
        paid[row["provider"]] = paid.get(row["provider"], 0) + row["pence"]
        if (row["service_code"], row["quarter_start"]) not in quarters:
            hidden.add(row["service_code"])
    return shown(payments, of.limits, of_total=False) - hidden


def _quarter(start: date) -> str:
    """A financial quarter by its first day."""
    last = (start.replace(day=1) + timedelta(days=95)).replace(day=1) - timedelta(days=1)
    return period_label("financial_quarter", start, last)


def _concentration(of: _Of, when: str) -> Iterator[Sheet]:
    """How much of the cost of health care falls on how few, of the latest year with records."""
    del when
    mine = "(area_type = 'hscp' and area_code = ?) or (area_type = 'locality' and starts_with(area_code, ? || '/'))"
    rows = of.asked(
        f"""select * from concentration where deaths = 'with' and ({mine}) and not low_number and not dominated
            and period_start = (select max(period_start) from concentration where {mine})
        order by area_type <> 'hscp', area_code""",
        *(of.hscp,) * 4,
    )
    columns = (Column("People"), Column("People who make half of the cost"), Column("Dearest 2%", "% of cost"),
               Column("Dearest 5%", "% of cost"), Column("Dearest 10%", "% of cost"))  # fmt: skip
    printed: Printed = [
        (of.names.get((row["area_type"], row["area_code"]), row["area_code"]), (
            f"{row['people']:,}", f"{row['n50_crossing']:,}",
            *(DASH if row[f"top_{x}"] is None else f"{100 * row[f'top_{x}']:.0f}" for x in (2, 5, 10))),
         row["area_type"] == "hscp")
        for row in rows
    ]  # fmt: skip
    when = period_label("financial_year", rows[0]["period_start"], rows[0]["period_end"]) if rows else ""
    yield Sheet("concentration", "How few people make half of the cost of health care", f"Linked records, {when}",
                "Area", columns, tuple(printed), (CONCENTRATED,))  # fmt: skip


def _monitoring(of: _Of, when: str) -> Iterator[Sheet]:
    del when
    rows = of.every("budget_monitor", "year_start = ? and service_code = 'all' and partner = 'all' and scope = 'all'",
                    "month", of.start)  # fmt: skip
    columns = (Column("Budget", "£"), Column("Outturn", "£"), Column("Budget to date", "£"),
               Column("Outturn to date", "£"), Column("Over or under to date", "£"), Column("Over or under", "%"),
               Column("Expected for the year", "£"))  # fmt: skip
    printed = [
        (period_label("month", row["period_start"], row["period_end"]), (
            pounds(row["budget_pence"], ""), pounds(row["outturn_pence"], ""), pounds(row["budget_to_date_pence"], ""),
            pounds(row["outturn_to_date_pence"], ""),
            DASH if row["variance_to_date_pence"] is None else signed(row["variance_to_date_pence"]),
            percent(row["variance_to_date_percent"]), pounds(row["year_expected_pence"], "")), False)
        for row in rows
    ]  # fmt: skip
    yield Sheet("monitoring", "Budget beside outturn, month by month", "All lines that are told by month", "Month",
                columns, tuple(printed),
                ("A month without figures is not nought: nothing is told of it yet.",))  # fmt: skip


def _set_aside(of: _Of, when: str) -> Iterator[Sheet]:
    del when
    latest = of.every("set_aside", "specialty_code = 'all'", "period_start desc, area_type = 'hscp', area_code")
    rows = [row for row in latest if row["period_start"] == latest[0]["period_start"]]
    columns = (Column("Bed days a year"), Column("Of them elsewhere"), Column("Beds"), Column("Direct cost", "£"),
               Column("Variable part", "£"), Column("Cost of a day", "£"), Column("Days of delay"))  # fmt: skip
    printed = [
        (of.names.get(("hscp", of.hscp), of.hscp) if row["area_type"] == "hscp"
         else area_title(row["area_code"], row["area_type"], of.names), (
            f"{row['bed_days']:,.0f}", f"{row['outwith_days']:,.0f}", f"{row['beds']:,.1f}",
            pounds(row["direct_pence"], ""), pounds(row["variable_pence"], ""), pounds(row["direct_per_day"], ""),
            DASH if row["delayed_days"] is None else f"{row['delayed_days']:,.0f}"), row["area_type"] == "hscp")
        for row in rows
    ]  # fmt: skip
    when = period_label("financial_year", rows[0]["period_start"], rows[0]["period_end"]) if rows else ""
    yield Sheet("set-aside", "The hospital set-aside: beds that people used", f"Mean of up to three years to {when}",
                "Area", columns, tuple(printed), (AVERAGE_BEDS,))  # fmt: skip


FINDINGS = {
    "agrees": "Both agree", "host_not_here": "The host's ledger is not here", "user_not_here": "The user's is not here",
    "host_tells_no_use": "The host tells no use",
}  # fmt: skip


def _hosted(of: _Of, when: str) -> Iterator[Sheet]:
    columns = (Column("Used by", words=True), Column("Use"), Column("As the host tells", "£"),
               Column("As the user tells", "£"), Column("Found", words=True))  # fmt: skip
    rows = of.every("hosted_matrix", "period_start = ? and version = ?", "all", of.start, of.version, whose="host_hscp")
    rows += [row for row in of.every("hosted_matrix", "period_start = ? and version = ?", "all", of.start, of.version,
                                     whose="user_hscp") if row["host_hscp"] != of.hscp]  # fmt: skip
    printed = [
        (f"{title_of(row['service_code'])}, run by {of.names.get(('hscp', row['host_hscp']), row['host_hscp'])}", (
            of.names.get(("hscp", row["user_hscp"]), row["user_hscp"] or DASH),
            DASH if row["quantity"] is None else f"{row['quantity']:,.0f} {row['unit'] or ''}".strip(),
            pounds(row["host_pence"], ""), pounds(row["user_pence"], ""),
            FINDINGS.get(row["finding"], str(row["finding"]).replace("_", " "))), False)
        for row in rows
    ]  # fmt: skip
    yield Sheet("hosted", "Services that one partnership runs for several", f"Who used what: {when}", "Service",
                columns, tuple(printed),
                ("Over all partnerships each pound is counted once, where it is used.",))  # fmt: skip


def _providers(of: _Of, when: str) -> Iterator[Sheet]:
    """Spending by sector. The share of the largest is not printed: beside the sum it says what that one is paid."""
    columns = (Column("Providers"), Column("Gross", "£"), Column("Largest three", "%"))
    sectors = {"all": "All sectors", **words()["provider_sector"]}
    told = _sectors_told(of)
    printed: Printed = [
        (sectors.get(row["provider_sector"], str(row["provider_sector"])), (
            f"{row['providers']}", pounds(row["gross_pence"], ""), percent(100 * (row["top_3_share"] or 0))),
         row["provider_sector"] == "all")
        for row in of.rows("provider_concentration", "family = 'all'") if row["provider_sector"] in told
    ]  # fmt: skip
    yield Sheet("providers", "Who is paid, by sector", f"Spending with named providers: {when}", "Sector", columns,
                tuple(printed), (words_of(of.limits),))  # fmt: skip


def _sectors_told(of: _Of) -> set[str]:
    """Sectors of which spending is shown, and ``all`` where that is."""
    sectors: dict[str, dict[str, float]] = {}
    for row in of.asked("""
            select provider_sector, provider, sum(gross_pence)::bigint as pence from provider_spend
            where hscp_code = ? and period_start = ? and version = ? and provider <> 'NOT_TOLD'
            group by all having pence > 0 order by all""", of.hscp, of.start, of.version):  # fmt: skip
        sectors.setdefault(row["provider_sector"], {})[row["provider"]] = row["pence"]
    whole = may_show(together(sectors.values()), of.limits)
    return shown(sectors, of.limits, of_total=whole) | ({"all"} if whole else set())


def _programmes(of: _Of, when: str) -> Iterator[Sheet]:
    rows = of.rows("programme_matrix")
    groups = [group for group in words()["care_group"] if any(row["care_group"] == group for row in rows)]
    cells = {(row["programme_code"], row["care_group"]): row["net_pence"] for row in rows}
    programmes = sorted({row["programme_code"] for row in rows})
    printed: Printed = [
        (words()["programme"].get(code, code), (
            *(pounds(cells.get((code, group)), "") for group in groups),
            pounds(sum(cells.get((code, group), 0) for group in groups), "")), False)
        for code in programmes
    ]  # fmt: skip
    columns = (*(Column(words()["care_group"][group], "£") for group in groups), Column("All", "£"))
    yield Sheet("programmes", "Programmes of care by group of people", f"Net: {when}", "Programme", columns,
                tuple(printed))  # fmt: skip
    reasons = of.rows("marginal_candidate", order="kind, code, rule")
    soon = _services_told(of, "ends = 'within_12_months'")
    found: Printed = [
        (words()["programme"].get(row["code"], row["code"]) if row["kind"] == "programme" else title_of(row["code"]),
         (pounds(row["net_pence"], "") if told else DASH, _reason(of, row, told)), False)
        for row in reasons for told in (row["rule"] != "contracts_end" or row["code"] in soon,)
    ]  # fmt: skip
    yield Sheet("candidates", "Where to look first for marginal analysis", f"Reasons found by rule: {when}", "What",
                (Column("Net", "£"), Column("Why", words=True)), tuple(found), (CANDIDATES,))  # fmt: skip


def _reason(of: _Of, row: Mapping[str, Any], told: bool) -> str:
    """Why to look; of contracts that few share, without what they are paid."""
    reason = (
        str(row["reason"]) if told else re.sub(r"contracts of £[0-9.,]+( \w+)? end", "contracts end", row["reason"])
    )
    where = area_title(row["area_code"], row["area_type"], of.names) if row["area_code"] else ""
    return f"{where}: {reason}" if where and where not in reason else reason


def _budgets(of: _Of, when: str) -> Iterator[Sheet]:
    """A budget sheet for each locality."""
    columns = (Column("Used", "£"), Column("Fair share", "£"), Column("Committed", "£"), Column("Until"),
               Column("Once only", "£"), Column("Who may authorise", words=True),
               Column("Not for the locality to decide", words=True))  # fmt: skip
    told = _services_told(of, "contract_end >= period_start")
    by_area: dict[tuple[str, str], Rows] = {}
    for row in of.rows("locality_budget", order="area_type, area_code, service_code, scope"):
        by_area.setdefault((row["area_type"], row["area_code"]), []).append(row)
    for at, ((kind, area), rows) in enumerate(by_area.items()):
        printed = [
            (title_of(row["service_code"]), (
                pounds(row["used_pence"], ""), pounds(row["fair_pence"], ""),
                DASH if row["committed_pence"] and row["service_code"] not in told
                else pounds(row["committed_pence"], ""),
                str(row["committed_until"] or DASH), pounds(row["non_recurring_pence"], ""),
                row["may_authorise"] or DASH, row["not_devolved"] or ""), False)
            for row in rows if row["used_pence"] or row["fair_pence"]
        ]  # fmt: skip
        name = area_title(area, kind, of.names)
        yield Sheet(f"budget-{at}", f"Budget sheet: {name}", f"{name}, {when}", "Service", columns, tuple(printed))


def sheet_links(sheets: Sequence[Sheet]) -> list[tuple[str, str]]:
    """Anchors and titles of sheets, for a list at the top of the page."""
    return [(sheet.id, sheet.title) for sheet in sheets]
