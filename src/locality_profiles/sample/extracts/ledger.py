"""The ledgers of the partnerships, in the workbook of 'template budget', with the awkward things that real ones have.

Negative lines, income, transfers between partners, a hosted service and who uses it, cost centres that are posted to no
service, a revision in mid-year, contracts that end, lines posted to a locality. Every amount is made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from locality_profiles.geography.names import slug
from locality_profiles.ledger.codes import services, words
from locality_profiles.sample.country import Country
from locality_profiles.sample.extracts.returns import filled
from locality_profiles.sample.people import YEARS, People
from locality_profiles.sources._returns import declared

#: The year of the budget, as the financial year's first; the five before it have an outturn alone.
YEAR, BEFORE = 2020, 5
#: Versions that have months too.
MONTHLY = ("revised", "outturn")
#: In mid-year the board gives the council so many times what it gave before.
TRANSFERRED = 1.25
#: Prices rise by so much a year.
INFLATION = 1.035
#: Which services one partnership runs for several: its place among the partnerships, and theirs; pounds a resident.
HOSTS = {"PC.OOH": (1, (0, 1, 2, 3), 14.0), "PC.DENT": (0, (0, 3), 9.0)}
#: Cost centres that are posted to no service, and what 'settings' says that they mean; those that it does not know
#: stay so, for every ledger has some.
COST_CENTRES = {"SC4100": "SC.DAY", "SC4200": "SC.EQUIP", "HB7100": "COMM.AHP", "HB7200": "PC.GMS"}
UNKNOWN_CENTRES = ("SC9990", "HB9990")
#: Partnerships with months, a forecast and lines for staff: the others have few lines.
IN_FULL = 1

Row = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One line: what it is for and pounds a year for each resident; income as a share of its gross spending."""

    id: str
    service: str
    partner: str
    kind: str
    pounds: float
    scope: str = "delegated"
    group: str = ""
    income: float = 0.0
    by_locality: bool = False
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_transfer(self) -> bool:
        """Whether one partner pays it to another: both have the same amount, and chance no part in it."""
        return self.id.startswith("RT-")

    @property
    def is_new(self) -> bool:
        """Whether the money came in mid-year and for this year alone."""
        return self.told.get("recurring") == "non_recurring"


def _paid(name: str, sector: str, ends: int) -> Row:
    return {"provider": name, "provider_sector": sector, "contract_end": f"{ends}-03-31"}


ENTRIES = (
    Entry("HC-STAFF", "SC.HC", "council", "employees", 190, group="older", by_locality=True, told={"lfr_line": "20"}),
    Entry("HC-BOUGHT", "SC.HC", "council", "third_party", 84, group="older",
          told={"lfr_line": "20", **_paid("Harbour Care Co-operative", "private", YEAR + 2)}),
    Entry("HC-CHARGES", "SC.HC", "council", "income_charges", -11, group="older", told={"lfr_line": "20"}),
    Entry("CH-BOUGHT", "SC.CH.LONG", "council", "third_party", 210, group="older", income=0.18,
          told={"lfr_line": "12", **_paid("Longhope Homes", "private", YEAR + 1)}),
    Entry("CH-RESPITE", "SC.CH.RESP", "council", "employees", 18, group="carers", told={"lfr_line": "12"}),
    Entry("SDS-1", "SC.SDS.1", "council", "transfer", 42, told={"lfr_line": "25"}),
    Entry("SDS-2", "SC.SDS.2", "council", "third_party", 16, group="learning_disability", told={"lfr_line": "26"}),
    Entry("SW-TEAM", "SC.SW", "council", "employees", 61, told={"lfr_line": "10"}),
    Entry("ALARMS", "SC.AT", "council", "supplies", 7, income=0.1),
    Entry("CARERS", "SC.CARER", "council", "third_party", 5, group="carers",
          told={"ringfence": "CARERS-ACT", **_paid("Carers Together", "third", YEAR + 1)}),
    Entry("BEFRIEND", "TS.BEFR", "council", "third_party", 2.2, group="older",
          told=_paid("Good Neighbours", "third", YEAR + 1)),
    Entry("ADVOCACY", "TS.ADV", "council", "third_party", 1.6, told=_paid("Speak Up", "third", YEAR + 3)),
    Entry("BUS", "TS.TRANSP", "council", "third_party", 1.9, told=_paid("Community Bus", "third", YEAR + 1)),
    Entry("DRUGS", "COMM.SUBST", "nhs", "third_party", 8, group="addiction",
          told={"ringfence": "ADP", **_paid("Turning Tide", "third", YEAR + 2)}),
    Entry("ADAPT", "HOUS.ADAPT", "council", "capital", 9, scope="housing"),
    Entry("JUSTICE", "SC.JUSTICE", "council", "employees", 13, scope="managed", income=0.85),
    Entry("DN-STAFF", "COMM.DN", "nhs", "employees", 74, by_locality=True, told={"sfr_form": "8.3"}),
    Entry("CMH", "COMM.CMH", "nhs", "employees", 58, group="mental_health"),
    Entry("LD", "COMM.LD", "nhs", "employees", 19, group="learning_disability"),
    Entry("PALL", "COMM.PALL", "nhs", "third_party", 6, group="palliative",
          told=_paid("Lantern Hospice", "third", YEAR + 2)),
    Entry("PRESC", "PC.PRESC", "nhs", "supplies", 215, told={"note": "Two months are estimates"}),
    Entry("GMS", "PC.GMS", "nhs", "third_party", 165),
    Entry("PCIF", "PC.PHARM", "nhs", "employees", 14, told={"ringfence": "PCIF"}),
    Entry("WINTER", "COMM.AHP", "nhs", "employees", 3.5, told={"recurring": "non_recurring"}),
    Entry("RT-OUT", "SC.HC.REABL", "nhs", "transfer", 12, told={"note": "Resource transfer to the council"}),
    Entry("RT-IN", "SC.HC.REABL", "council", "income_nhs", -12, told={"note": "Resource transfer from the board"}),
    Entry("SA-EM", "HOSP.ACU.EM", "nhs", "support", 310, scope="set_aside", told={"sfr_form": "5.3"}),
    Entry("SA-GLS", "HOSP.GLS", "nhs", "support", 66, scope="set_aside", group="older", told={"sfr_form": "5.3"}),
    Entry("SA-AE", "HOSP.AE", "nhs", "support", 48, scope="set_aside"),
    Entry("SA-MH", "HOSP.MH", "nhs", "support", 55, scope="set_aside", group="mental_health"),
    Entry("GOV", "MGMT.GOV", "ijb", "employees", 11),
    Entry("SUPPORT", "MGMT.SUPPORT", "council", "support", 17),
    Entry("SAVINGS", "RES.SAV", "ijb", "employees", -9, told={"note": "Savings not yet found"}),
    Entry("RES-GEN", "RES.GEN", "ijb", "supplies", 12, scope="reserve"),
    Entry("RES-EAR", "RES.EAR", "ijb", "supplies", 6, scope="reserve", told={"ringfence": "PCIF"}),
    *(Entry(centre, "", "nhs" if centre.startswith("HB") else "council", "", pounds)
      for centre, pounds in zip((*COST_CENTRES, *UNKNOWN_CENTRES), (24, 10, 38, 7, 3, 4), strict=True)),
)  # fmt: skip
#: Staff by service: residents for each whole-time equivalent.
RESIDENTS_FOR_EACH = {"SC.HC": 95, "COMM.DN": 620, "COMM.AHP": 900}


def write_ledgers(raw: Path, country: Country, people: People, seed: int) -> list[Path]:
    """A workbook for each partnership; that of the first has every version and months."""
    rng = np.random.default_rng([seed, 61])
    use = {service: _use(country, people, service, rng) for service in HOSTS}
    return [
        _write(raw, country, people, number, use, np.random.default_rng([seed, 61, number]))
        for number in range(len(country.partnerships))
    ]


def _write(raw: Path, country: Country, people: People, number: int, use: Mapping[str, Mapping[int, int]],
           rng: np.random.Generator) -> Path:  # fmt: skip
    partnership = country.partnerships[number]
    lines = list(_lines(country, people, number, use, rng))
    sheets = {
        "budget_lines": lines, "control_totals": list(_totals(lines)),
        "workforce": list(_staff(country, people, number, rng)) if number < IN_FULL else [],
        "hosted_use": [row for service in HOSTS for row in _told_use(country, service, number, use)],
    }  # fmt: skip
    if number:  # their ledger writes amounts as text, with commas, and brackets for negative ones
        lines[:] = [{**row, **{name: _in_brackets(row[name]) for name in ("gross", "income", "net")}} for row in lines]
    return filled(raw / "budgets" / f"budget_{slug(partnership.name)}.xlsx", declared("budget"), country, sheets)


def _in_brackets(pounds: float) -> str:
    return f"({-pounds:,.2f})" if pounds < 0 else f"{pounds:,.2f}"


# --- lines -------------------------------------------------------------------------------------------


def _lines(country: Country, people: People, number: int, use: Mapping[str, Mapping[int, int]],
           rng: np.random.Generator) -> Iterator[Row]:  # fmt: skip
    """Every line of a partnership: first the year's versions, then the years before."""
    for entry, locality, residents in _postings(country, people, number):
        noise = 1.0 if entry.is_transfer else rng.uniform(0.93, 1.07)
        amount = round(entry.pounds * residents * noise) * 100
        row = _said(country, number, entry, locality)
        yield from _versions(row, entry, amount, number < IN_FULL, rng)
    for service, (host, users, _) in HOSTS.items():
        if number in users:
            yield from _hosted(country, service, host, number, use[service], rng)


def _postings(country: Country, people: People, number: int) -> Iterator[tuple[Entry, str | None, int]]:
    """Entries with their residents; one that is posted to localities stands once for each."""
    everybody = people.aged(YEARS[-1], 0)
    whole = int(everybody[country.partnership == number].sum())
    for entry in ENTRIES:
        if not entry.by_locality:
            yield entry, None, whole
            continue
        for at, locality in enumerate(country.localities):
            if locality.partnership == number:
                yield entry, locality.name, int(everybody[country.locality == at].sum())


def _said(country: Country, number: int, entry: Entry, locality: str | None) -> Row:
    """What a line says of itself; one without a service has its own code alone."""
    posted = bool(entry.service)
    kind = entry.service.replace(".", "") or entry.id
    return {
        "partnership": country.partnerships[number].name, "locality": locality, "partner": entry.partner,
        "line_id": entry.id if locality is None else f"{entry.id}-{slug(locality)}",
        "scope": entry.scope if posted else None, "service_code": entry.service or None,
        "care_group": entry.group or None, "subjective": entry.kind or None,
        "cost_centre": f"{entry.partner[:2].upper()}-{kind}" if posted else entry.id,
        "account": f"{1000 + 10 * ENTRIES.index(entry)}",
        "description": _called(entry) + (f", {locality}" if locality else ""),
        "recurring": "recurring", **entry.told,
    }  # fmt: skip


def _called(entry: Entry) -> str:
    """The line as a ledger calls it: 'Home care: employees'."""
    if not entry.service:
        return f"Cost centre {entry.id}"
    return f"{services()[entry.service].title}: {words()['subjective'][entry.kind].lower()}"


def _versions(row: Row, entry: Entry, amount: int, in_full: bool, rng: np.random.Generator) -> Iterator[Row]:
    """The line in every version of the year and in the years before; pence, then pounds."""
    revised = round(amount * (TRANSFERRED if entry.is_transfer else 1 + rng.normal(0, 0.01)))
    spent = revised if entry.is_transfer else round(revised * rng.uniform(0.96, 1.05))
    made = {"original": amount, "revised": revised, "forecast": round((revised + spent) / 2), "outturn": spent}
    if entry.is_new:
        del made["original"]
    for version, pence in made.items():
        if not in_full and version in ("revised", "forecast"):
            continue
        yield _amounts(row, YEAR, version, "", pence, entry.income)
        if in_full and version in MONTHLY:
            yield from _months(row, version, pence, entry.income, rng)
    for back in range(1, 1 if entry.is_new else BEFORE + 1):
        was = round(amount / INFLATION**back * (1.0 if entry.is_transfer else rng.uniform(0.98, 1.02)))
        yield _amounts(row, YEAR - back, "outturn", "", was, entry.income)


def _amounts(row: Row, year: int, version: str, month: str, pence: int, share: float) -> Row:
    """Amounts of one row; a negative amount is income alone if it is of such a kind, else less spending."""
    is_income = str(row["subjective"]).startswith("income")
    gross, income = (0, -pence) if is_income else (pence, round(pence * share))
    return {
        **row, "year": f"{year}/{(year + 1) % 100:02d}", "version": version, "month": month or None,
        "gross": gross / 100, "income": income / 100, "net": (gross - income) / 100,
    }  # fmt: skip


def _months(row: Row, version: str, pence: int, share: float, rng: np.random.Generator) -> Iterator[Row]:
    """Twelve months that are the year to the penny: even in a budget, uneven in what was spent."""
    weights = np.ones(12) if version != "outturn" else rng.uniform(0.8, 1.2, 12)
    year = _amounts(row, YEAR, version, "", pence, share)
    parts = {name: _split(round(year[name] * 100), weights) for name in ("gross", "income")}
    for at, (gross, income) in enumerate(zip(parts["gross"], parts["income"], strict=True)):
        month = f"{YEAR + (at > 8)}-{(at + 3) % 12 + 1:02d}"
        yield {**year, "month": month, "gross": gross / 100, "income": income / 100, "net": (gross - income) / 100}


def _split(pence: int, weights: np.ndarray) -> list[int]:
    """Whole pence in proportion to weights, by largest remainder."""
    exact = abs(pence) * weights / weights.sum()
    parts = np.floor(exact).astype(int)
    parts[np.argsort(parts - exact, kind="stable")[: abs(pence) - parts.sum()]] += 1
    return [int(part) if pence >= 0 else -int(part) for part in parts]


# --- hosted services ---------------------------------------------------------------------------------


def _use(country: Country, people: People, service: str, rng: np.random.Generator) -> dict[int, int]:
    """Contacts of each partnership that uses a service."""
    residents = np.bincount(country.partnership, people.aged(YEARS[-1], 0), len(country.partnerships))
    return {user: round(residents[user] * rng.uniform(0.15, 0.25)) for user in HOSTS[service][1]}


def _hosted(country: Country, service: str, host: int, number: int, use: Mapping[int, int],
            rng: np.random.Generator) -> Iterator[Row]:  # fmt: skip
    """In the host's ledger all that the service costs; in a user's, its part by use."""
    runs = number == host
    cost = round(sum(use.values()) * HOSTS[service][2] / 0.2)
    pounds = cost if runs else round(cost * use[number] / sum(use.values()))
    entry = Entry(service.replace(".", "-"), service, "nhs", "employees" if runs else "third_party", 0.0,
                  scope="hosted_out" if runs else "hosted_in")  # fmt: skip
    row = _said_hosted(country, number, entry, None if runs else country.partnerships[host].code)
    yield from _versions(row, entry, pounds * 100, number < IN_FULL, rng)


def _said_hosted(country: Country, number: int, entry: Entry, host: str | None) -> Row:
    return {
        "partnership": country.partnerships[number].name, "partner": entry.partner, "line_id": entry.id,
        "scope": entry.scope, "service_code": entry.service, "subjective": entry.kind, "host_partnership": host,
        "cost_centre": f"HOST-{entry.id}", "description": _called(entry),
        "recurring": "recurring",
    }  # fmt: skip


def _told_use(country: Country, service: str, number: int, use: Mapping[str, Mapping[int, int]]) -> Iterator[Row]:
    """The host tells who used its service, itself among them."""
    if HOSTS[service][0] != number:
        return
    for user, contacts in use[service].items():
        yield {"year": _label(YEAR), "host_partnership": country.partnerships[number].code,
               "user_partnership": country.partnerships[user].name, "service_code": service, "quantity": contacts,
               "unit": "contacts"}  # fmt: skip


# --- totals and staff --------------------------------------------------------------------------------


def _totals(lines: Sequence[Row]) -> Iterator[Row]:
    """What the ledger's own report says that each version of each year adds up to."""
    annual = [row for row in lines if row["month"] is None]
    for key in dict.fromkeys((row["year"], row["version"]) for row in annual):
        mine = [row for row in annual if (row["year"], row["version"]) == key]
        gross, net = (sum(round(row[name] * 100) for row in mine) / 100 for name in ("gross", "net"))
        yield {"year": key[0], "partnership": mine[0]["partnership"], "version": key[1], "total_gross": gross,
               "total_net": net, "lines": len(mine)}  # fmt: skip


def _staff(country: Country, people: People, number: int, rng: np.random.Generator) -> Iterator[Row]:
    """Staff of each locality on the last day of the year, and social workers of no one locality."""
    everybody = people.aged(YEARS[-1], 0)
    first = {"day_or_year": _label(YEAR), "partnership": country.partnerships[number].name}
    for at, locality in enumerate(country.localities):
        if locality.partnership == number:
            residents = int(everybody[country.locality == at].sum())
            for service, each in RESIDENTS_FOR_EACH.items():
                wte = round(residents / each * rng.uniform(0.85, 1.15), 1)
                yield {**first, "locality": locality.name, "service_code": service, "wte": wte}
    yield {**first, "locality": None, "service_code": "SC.SW", "wte": 18.5}


def _label(year: int) -> str:
    return f"{year}/{(year + 1) % 100:02d}"
