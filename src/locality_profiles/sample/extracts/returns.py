"""The workbooks that councils and third-sector organisations send back, filled in for every locality."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from locality_profiles.sample.country import Country
from locality_profiles.sample.files import save_workbook
from locality_profiles.sample.people import YEARS, People
from locality_profiles.sample.services import CARE_QUARTERS
from locality_profiles.sources._return_workbook import template_workbook
from locality_profiles.sources._returns import Return, ReturnSheet, declared

#: The latest quarters, and the financial year that they make.
QUARTERS = tuple(f"{year}/{(year + 1) % 100:02d} Q{quarter}" for year, quarter in CARE_QUARTERS[-4:])
YEAR = QUARTERS[-1][:7]
#: Counts below this are held back on the sheet of unmet need, as careful councils do.
SMALLEST = 3
#: Of how many residents one is counted, by column.
ONE_IN = {
    "day_care_people": 260, "day_care_sessions": 14, "respite_people": 900, "respite_nights": 95, "meals_people": 420,
    "meals_delivered": 9, "n_carers": 160, "n_plans_completed": 620, "hours_of_break": 22, "n_issued": 110,
    "n_referrals": 75, "n_assessments": 95, "waiting_for_assessment": 380, "n_active": 52, "n_new": 240,
    "waiting_for_service": 900, "n_not_met": 2200,
}  # fmt: skip
#: People of each option of self-directed support, one in so many residents.
OPTIONS = {"1": 720, "2": 900, "3": 95, "4": 1700}
#: Kinds of home care: one in so many people aged 65 and over, and hours of each a quarter.
HOME_CARE = {"personal": (19, 140), "non_personal": (60, 40), "reablement": (110, 60)}
#: Organisations of each partnership: service, one helped in so many residents, contacts and hours for each.
ORGANISATIONS = {
    "advice-centre": ("information", 70, 2, 1.5), "befrienders": ("befriending", 310, 11, 16),
    "good-neighbours": ("befriending", 600, 8, 12), "community-bus": ("transport", 120, 9, 4),
    "advocates": ("advocacy", 420, 4, 6), "carers-centre": ("carers", 190, 5, 7), "lunch-club": ("food", 210, 10, 18),
    "walking-group": ("active", 340, 9, 12),
}  # fmt: skip
#: An organisation that does not know how many it could not help.
SILENT = "walking-group"

Row = dict[str, Any]


def write_social_care(raw: Path, country: Country, people: People, seed: int) -> Path:
    """One workbook of all councils, every sheet filled in."""
    rng = np.random.default_rng([seed, 53])
    residents, older = _by_locality(country, people, 0), _by_locality(country, people, 65)
    form = declared("social-care")
    rows: dict[str, list[Row]] = {}
    for sheet in form.sheets:
        rows[sheet.id] = []
        if sheet.id == "care_homes":
            rows[sheet.id] = _care_homes(country, sheet, older, rng)
            continue
        fill = FILLED.get(sheet.id, _usual)
        for place in _places(country, sheet):
            number = place.pop("number")
            rows[sheet.id] += fill(place, sheet, int(residents[number]), int(older[number]), rng)
    _leave_out(rows, country)
    return filled(raw / "social_care" / "council_return.xlsx", form, country, rows)


def write_third_sector(raw: Path, country: Country, people: People, seed: int) -> Path:
    """One workbook of all organisations, as the third-sector interfaces put it together."""
    rng = np.random.default_rng([seed, 59])
    residents = _by_locality(country, people, 0)
    form = declared("third-sector")
    rows = [
        {**place, "place_is": "people", **_told(name, int(residents[number]), rng)}
        for place in _places(country, form.sheets[0]) for number in [place.pop("number")] for name in ORGANISATIONS
    ]  # fmt: skip
    return filled(raw / "third_sector" / "third_sector_return.xlsx", form, country, {"third_sector": rows})


def _by_locality(country: Country, people: People, age: int) -> np.ndarray:
    return np.bincount(country.locality, people.aged(YEARS[-1], age), len(country.localities)).astype(int)


def _places(country: Country, sheet: ReturnSheet) -> Iterator[Row]:
    """The first cells of each row: period, partnership and locality, and the locality's number."""
    periods = QUARTERS if sheet.period.type == "quarter" else (YEAR,)
    for period in periods:
        for number, locality in enumerate(country.localities):
            first = {sheet.period.name: period, "partnership": country.partnerships[locality.partnership].name,
                     "locality": locality.name, "number": number}  # fmt: skip
            yield first | ({"age_band": "all"} if sheet.of("age") else {})


def _usual(row: Row, sheet: ReturnSheet, residents: int, older: int, rng: np.random.Generator) -> Iterator[Row]:
    """One row, with a count in each column that has a share of residents."""
    counts = {c.name: int(rng.poisson(residents / ONE_IN[c.name])) for c in sheet.columns if c.name in ONE_IN}
    waits = {c.name: int(rng.integers(7, 60)) for c in sheet.columns if c.name == "median_wait_days"}
    yield {**row, **counts, **waits}


def _home_care(row: Row, sheet: ReturnSheet, residents: int, older: int, rng: np.random.Generator) -> Iterator[Row]:
    for kind, (one, hours) in HOME_CARE.items():
        served = int(rng.poisson(older / one))
        planned = served * hours
        given = round(planned * rng.uniform(0.9, 0.99))
        yield {**row, "service_type": kind, "n_people": served, "planned_hours": planned, "actual_hours": given,
               "unmet_hours": round((planned - given) * rng.uniform(0.3, 0.9))}  # fmt: skip


def _home_places(row: Row, sheet: ReturnSheet, residents: int, older: int, rng: np.random.Generator) -> Iterator[Row]:
    yield {**row, "home_locality": row["locality"], "n_places": 8 + round(older / 17)}


def _alarms(row: Row, sheet: ReturnSheet, residents: int, older: int, rng: np.random.Generator) -> Iterator[Row]:
    yield from ({**each, "alarm_type": "any"} for each in _usual(row, sheet, residents, older, rng))


def _options(row: Row, sheet: ReturnSheet, residents: int, older: int, rng: np.random.Generator) -> Iterator[Row]:
    for option, one in OPTIONS.items():
        yield {**row, "sds_option": option, "n_people": int(rng.poisson(residents / one))}


def _unmet(row: Row, sheet: ReturnSheet, residents: int, older: int, rng: np.random.Generator) -> Iterator[Row]:
    (service,) = sheet.of("service")
    for value in service.values:
        for each in _usual(row, sheet, residents, older, rng):
            held_back = {name: "*" for name in ("waiting_for_service", "n_not_met") if 0 < each[name] < SMALLEST}
            yield {**each, service.name: value, **held_back}


def _at_home(row: Row, sheet: ReturnSheet, residents: int, older: int, rng: np.random.Generator) -> Iterator[Row]:
    yield {**row, "people_65_at_home": round(older * rng.uniform(0.95, 0.98))}


#: Who fills in a sheet that is not filled in as usual.
FILLED = {
    "home_care": _home_care, "care_home_places": _home_places, "telecare": _alarms, "self_directed_support": _options,
    "unmet_need": _unmet, "balance_of_care": _at_home,
}  # fmt: skip


def _care_homes(country: Country, sheet: ReturnSheet, older: np.ndarray, rng: np.random.Generator) -> list[Row]:
    """Most residents stay in their own locality; some go to the next one of the partnership, a few out of it."""
    rows = []
    for place in _places(country, sheet):
        number, origin = place.pop("number"), place.pop("locality")
        own = [each.name for each in country.localities
               if each.partnership == country.localities[number].partnership]  # fmt: skip
        following = own[(own.index(origin) + 1) % len(own)]
        for home, share in ((origin, 0.8), (following, 0.15), ("Outside", 0.05)):
            lives = int(rng.poisson(float(older[number]) * share / 32))
            rows.append({**place, "origin_locality": origin, "home_locality": home, "n_residents": lives,
                         "n_admissions": int(rng.poisson(lives / 9)), "n_discharges": int(rng.poisson(lives / 10)),
                         "n_respite_nights": int(rng.poisson(2 + lives)), "weekly_rate": 870})  # fmt: skip
    return rows


def _told(name: str, residents: int, rng: np.random.Generator) -> Row:
    service, one, contacts, hours = ORGANISATIONS[name]
    helped = 1 + int(rng.poisson(residents / one))
    volunteers = 1 + helped // 6
    return {
        "org_id": name, "service_code": service, "delivery_mode": "mixed", "n_people": helped,
        "n_contacts": helped * contacts, "hours_delivered": helped * hours, "volunteers": volunteers,
        "volunteer_hours": volunteers * 24, "waiting": int(rng.poisson(helped / 9)), "capacity_max": helped + 5,
        "unmet_requests": None if name == SILENT else int(rng.poisson(helped / 11)), "funding_source": "partnership",
        "funding_amount": 500 * helped, "funding_end_date": f"{YEARS[-1] + 2}-03-31", "outcomes": "1, 4",
        "accessibility": "full",
    }  # fmt: skip


def _leave_out(rows: dict[str, list[Row]], country: Country) -> None:
    """One locality does not know its meals of the first quarter: an empty cell, which is no zero."""
    for row in rows["day_care"]:
        if (row["quarter"], row["locality"]) == (QUARTERS[0], country.localities[-1].name):
            row["meals_people"] = row["meals_delivered"] = None


def filled(path: Path, form: Return, country: Country, rows: Mapping[str, list[Row]]) -> Path:
    """The workbook of a return with its rows, by the ids of its sheets."""
    places = [(country.partnerships[each.partnership].name, each.name, "") for each in country.localities]
    book = template_workbook(form, places)
    for sheet in form.sheets:
        page = book[sheet.title]
        for row in rows[sheet.id]:
            page.append([row.get(column.name) for column in sheet.columns])
    return save_workbook(path, book)
