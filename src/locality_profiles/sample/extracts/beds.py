"""Beds of hospitals by specialty and calendar quarter, with the totals that stand beside their parts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from locality_profiles.sample.country import Country
from locality_profiles.sample.files import write_csv
from locality_profiles.sample.people import YEARS, People
from locality_profiles.sample.services import Hospitals

QUARTERS = tuple(f"{year}Q{quarter}" for year in (2020, 2021) for quarter in (1, 2, 3, 4))
#: Code, name, staffed beds for every 10,000 residents, and share of them in use. One specialty has no code.
SPECIALTIES = (
    ("A1", "General Medicine", 9.0, 0.9), ("C1", "General Surgery", 5.0, 0.75),
    ("C8", "Trauma and Orthopaedic Surgery", 3.0, 0.8), ("", "Geriatric Medicine - long stay unit", 2.0, 0.95),
)  # fmt: skip
#: Totals: code, name, qualifier of the code, and how many of the specialties they hold.
TOTALS = (("Z9", "All Specialties", "d", 4), ("", "All Acute", "", 3))


def write_beds(raw: Path, country: Country, people: People, hospitals: Hospitals, seed: int) -> Path:
    """Hospitals with a department, their boards, and the country; the last quarter is provisional."""
    rng = np.random.default_rng([seed, 67])
    days = np.array([_days(quarter) for quarter in QUARTERS])
    sites = np.flatnonzero(hospitals.is_department)
    residents = np.array([people.aged(YEARS[-1], 0)[country.board == hospitals.board[site]].sum() for site in sites])
    beds = residents[:, None, None] / 10_000 * np.array([beds for _, _, beds, _ in SPECIALTIES])
    staffed = np.rint(beds * days[None, :, None]).astype(int)
    used = np.rint(staffed * np.array([share for *_, share in SPECIALTIES]) * rng.uniform(0.9, 1, staffed.shape))
    boards = [country.boards[hospitals.board[site]].code for site in sites]
    places = [*zip(boards, [hospitals.code[site] for site in sites], strict=True), *((code, code) for code in boards),
              (country.code, country.code)]  # fmt: skip
    figures = [np.concatenate([each, each, each.sum(axis=0, keepdims=True)]) for each in (staffed, used.astype(int))]
    return write_csv(raw / "service_activity" / "beds_by_nhs_board_of_treatment_and_specialty.csv",
                     _columns(places, country.code, figures[0], figures[1], days))  # fmt: skip


def _columns(
    places: list[tuple[str, str]], country: str, staffed: np.ndarray, used: np.ndarray, days: np.ndarray
) -> dict[str, list[object]]:
    rows = []
    for at, quarter in enumerate(QUARTERS):
        mark = "p" if at == len(QUARTERS) - 1 else ""
        for number, (board, place) in enumerate(places):
            of_total = "d" if board == place else ""
            lines = [(code, name, "", slice(n, n + 1)) for n, (code, name, *_) in enumerate(SPECIALTIES)]
            lines += [(code, name, qualifier, slice(0, parts)) for code, name, qualifier, parts in TOTALS]
            for code, name, qualifier, parts in lines:
                there, busy = int(staffed[number, at, parts].sum()), int(used[number, at, parts].sum())
                rows.append((
                    quarter, mark, board, "d" if board == country else "", place, of_total, code, qualifier, name,
                    "d" if name.startswith("All ") else "", there, "", busy, "", there / days[at], "",
                    busy / days[at], "", 100 * busy / there if there else "", "" if there else "z",
                ))  # fmt: skip
    names = ("Quarter", "HB", "Location", "Specialty", "SpecialtyName", "AllStaffedBeddays", "TotalOccupiedBeddays",
             "AverageAvailableStaffedBeds", "AverageOccupiedBeds", "PercentageOccupancy")  # fmt: skip
    headings = [heading for name in names for heading in (name, f"{name}QF")]
    return {heading: list(values) for heading, values in zip(headings, zip(*rows, strict=True), strict=True)}


def _days(quarter: str) -> int:
    year, number = int(quarter[:4]), int(quarter[-1])
    first, after = date(year, 3 * number - 2, 1), date(year + number // 4, 3 * number % 12 + 1, 1)
    return (after - first).days
