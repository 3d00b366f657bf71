"""What money is placed and priced by: needs-weighted residents, hospital costs and unit costs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from locality_profiles.sample.country import Country
from locality_profiles.sample.extracts.ledger import YEAR
from locality_profiles.sample.files import write_csv
from locality_profiles.sample.linked_zones import hospitals
from locality_profiles.sample.people import OLDEST, YEARS, People

#: Years that the tables are for.
COST_YEARS = (YEAR - 1, YEAR)
#: What supply costs on islands and in the country beside the average.
EXCESS = {"islands": 1.14, "rural": 1.05, "mixed": 1.0, "city": 0.98}
#: Parts of the formula, and how much more an older resident weighs in each.
PROGRAMMES = {"all": 2.4, "prescribing": 3.1}
#: Specialties: line of the form, name, code of hospital records (empty where the form's own lines are put together),
#: bed days for each hospital a year, pounds a day, share that goes away with the activity.
SPECIALTIES = (
    ("210", "General medicine", "A1", 21_000, 415, 0.31), ("215", "Geriatric medicine", "AB", 17_000, 372, 0.27),
    ("212", "Cardiology", "A2", 3_900, 560, 0.34), ("110", "General surgery", "C1", 8_200, 610, 0.42),
    ("170", "Trauma and orthopaedics", "C8", 7_400, 645, 0.44), ("160", "Ophthalmology", "C7", 400, 980, 0.52),
    ("350", "General psychiatry", "G1", 9_800, 438, 0.18), ("120", "Dental surgery", "", 300, 720, 0.4),
    ("121", "Dental surgery, part of a line", "", 120, 690, 0.4),
)  # fmt: skip
#: Prices: service, unit, basis, pounds in the latest year.
PRICES = (
    ("SC.HC", "hour", "gross", "21.6"), ("SC.CH.LONG", "week", "gross", "762"), ("SC.DAY", "contact", "gross", "48.25"),
    ("PC.PRESC", "item", "net", "11.1843"), ("PC.OOH", "contact", "full", "71.4"),
    ("HOSP.AE", "attendance", "direct", "128"),
    ("HOSP.ACU.EM", "bed_day", "direct", "418"), ("HOSP.ACU.EM", "bed_day", "marginal", "131"),
)  # fmt: skip


def write_needs(raw: Path, country: Country, people: People) -> Path:
    """A row for each data zone, year and programme, with the three indices; on average a resident weighs one."""
    everybody, older = people.aged(YEARS[-1], 0), people.aged(YEARS[-1], 65, OLDEST)
    excess = np.array([EXCESS[place.character] for place in country.partnerships])[country.partnership]
    columns: dict[str, list[str]] = {name: [] for name in (
        "data_zone", "year", "programme", "population", "age_sex_index", "morbidity_and_life_circumstances_index",
        "excess_cost_index",
    )}  # fmt: skip
    for year in COST_YEARS:
        for programme, weight in PROGRAMMES.items():
            share = np.divide(older, everybody, where=everybody > 0, out=np.zeros(country.zones))
            by_age = _averaging_one(1 + weight * share, everybody)
            by_need = _averaging_one(np.exp(0.12 * people.poverty), everybody)
            by_cost = _averaging_one(excess, everybody)
            columns["data_zone"] += country.zone_code.tolist()
            columns["year"] += [_label(year)] * country.zones
            columns["programme"] += [programme] * country.zones
            columns["population"] += [str(count) for count in everybody.tolist()]
            for name, index in zip(list(columns)[4:], (by_age, by_need, by_cost), strict=True):
                columns[name] += [f"{value:.4f}" for value in index]
    return write_csv(raw / "costs" / "needs_weighting_by_data_zone.csv", columns)


def _averaging_one(index: np.ndarray, people: np.ndarray) -> np.ndarray:
    return index * people.sum() / (index * people).sum()


def write_hospital_costs(raw: Path, country: Country, seed: int) -> Path:
    """Inpatients of every hospital by specialty, and the hospital as a whole, in pounds with two decimals."""
    rng = np.random.default_rng([seed, 67])
    names = ("year", "hospital", "form", "line", "specialty", "specialty_code", "bed_days", "cases", "direct",
             "allocated", "total", "variable_share")  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for year in COST_YEARS:
        for code in hospitals(len(country.boards)):
            lines = [_specialty(specialty, rng) for specialty in SPECIALTIES]
            whole = np.array([amounts for _, amounts, _ in lines]).sum(axis=0)
            for (line, name, specialty_code), amounts, share in [*lines, (("all", "All specialties", ""), whole, "")]:
                days, cases, direct, allocated = (int(value) for value in amounts)
                money = (f"{pence // 100}.{pence % 100:02d}" for pence in (direct, allocated, direct + allocated))
                rows.append(
                    (_label(year), code, "5.3", line, name, specialty_code, str(days), str(cases), *money, share)
                )
    columns = {name: list(cells) for name, cells in zip(names, zip(*rows, strict=True), strict=True)}
    return write_csv(raw / "costs" / "hospital_costs.csv", columns)


def _specialty(
    told: tuple[str, str, str, int, int, float], rng: np.random.Generator
) -> tuple[tuple[str, str, str], tuple[int, int, int, int], str]:
    """Days, cases, direct and allocated pence of one specialty of one hospital."""
    line, name, code, usual, pounds, share = told
    days = round(usual * rng.uniform(0.6, 1.4))
    direct = round(days * pounds * 100 * rng.uniform(0.94, 1.06))
    return (line, name, code), (days, max(1, days // 7), direct, round(direct * rng.uniform(0.2, 0.3))), str(share)


def write_prices(raw: Path, country: Country) -> Path:
    """Prices of the country, a year after the other at three per cent more."""
    years = [year for year in COST_YEARS for _ in PRICES]
    services, units, bases, pounds = (list(cells) * len(COST_YEARS) for cells in zip(*PRICES, strict=True))
    prices = [
        text if year == COST_YEARS[-1] else f"{float(text) / 1.03:.4f}"
        for year, text in zip(years, pounds, strict=True)
    ]
    return write_csv(raw / "costs" / "unit_costs.csv", {
        "year": [_label(year) for year in years], "place": [country.code] * len(years), "service_code": services,
        "unit": units, "price_basis": bases, "price": prices,
    })  # fmt: skip


def _label(year: int) -> str:
    return f"{year}/{(year + 1) % 100:02d}"
