"""GP practices: premises with their lists, and patients by sex and age."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from locality_profiles.sample.country import Country
from locality_profiles.sample.extracts.postcodes import practice_postcodes
from locality_profiles.sample.files import write_csv
from locality_profiles.sample.services import LIST_BANDS, LIST_DATES, PatientZones, Practices

#: A practice of fewer patients shows its total only.
FEWEST_SHOWN = 100
#: Fewer patients than this of one practice in one data zone are withheld.
FEWEST_COUNTED = 5
STREETS = ("Kirnwell Road", "Harbour Brae", "Lowfauld Street", "Station Wynd", "Skerry Lane")


def write_contact_details(raw: Path, country: Country, practices: Practices) -> list[Path]:
    """Premises, cluster and list size, an edition for each date. Telephone numbers are of nobody."""
    clusters = (practices.earlier_cluster, *(practices.cluster for _ in LIST_DATES[1:]))
    return [_contact_details(raw, country, practices, number, clusters[number]) for number in range(len(LIST_DATES))]


def _contact_details(
    raw: Path, country: Country, practices: Practices, edition: int, clusters: tuple[str, ...]
) -> Path:
    count = len(practices.code)
    zone = practices.zone
    return write_csv(
        raw / "gp_practice" / f"gp_practice_contactdetails_{LIST_DATES[edition]:%b%Y}.csv".lower(),
        {
            "PracticeCode": practices.code,
            "GPPracticeName": practices.name,
            "PracticeListSize": practices.patients[edition].sum(axis=(1, 2)),
            "AddressLine1": practices.name,
            "AddressLine2": [STREETS[number % len(STREETS)] for number in range(count)],
            "AddressLine3": practices.town,
            "AddressLine4": [country.councils[country.council[z]].name if z % 3 else "" for z in zone],
            "Postcode": practice_postcodes(count),
            # 01632 960xxx is kept free for fiction.
            "TelephoneNumber": [f"01632   960   {number % 1000:03d}" for number in range(count)],
            "PracticeType": [("17J", "17C", "2C")[number % 3] for number in range(count)],
            "Dispensing": [""] * count,
            "HB": [country.boards[country.board[z]].code for z in zone],
            "HSCP": [country.partnerships[country.partnership[z]].code for z in zone],
            "DataZone": country.zone_code[zone],
            "GPCluster": clusters,
        },
    )


def write_patients_by_zone(raw: Path, country: Country, practices: Practices, counted: PatientZones) -> Path:
    """Patients of one board's practices by data zone, as the board counts them: OUT for elsewhere, * for a few."""
    zones = np.append(country.zone_code, "OUT")[counted.zone]  # the last stands for -1
    few = (counted.patients < FEWEST_COUNTED) & (counted.zone >= 0)
    return write_csv(
        raw / "gp_practice" / "patients_by_data_zone.csv",
        {
            "PracticeCode": practices.code[counted.practice],
            "DataZone": zones,
            "Patients": np.where(few, "*", counted.patients.astype(str)),
            "Date": np.full(len(zones), f"{LIST_DATES[-1]:%Y%m%d}"),
        },
    )


def write_list_sizes(raw: Path, country: Country, practices: Practices) -> Path:
    """Patients on two days, newest first: 'All' beside each sex, and small practices suppressed with 'c'."""
    newest_first = practices.patients[::-1, :, ::-1]  # male before female
    with_all = np.concatenate([newest_first, newest_first.sum(axis=2, keepdims=True)], axis=2)
    dates, count, sexes, bands = with_all.shape
    rows = with_all.reshape(-1, bands)
    date_at, practice_at, sex_at = (at.ravel() for at in np.indices((dates, count, sexes)))
    is_all = sex_at == 2
    small = np.repeat(with_all[:, :, 2].sum(axis=2).ravel() < FEWEST_SHOWN, sexes)
    zone = practices.zone[practice_at]
    columns: dict[str, Any] = {
        "Date": np.array([f"{day:%Y%m%d}" for day in reversed(LIST_DATES)])[date_at],
        "PracticeCode": practices.code[practice_at],
        "HB": np.array([board.code for board in country.boards])[country.board[zone]],
        "HSCP": np.array([place.code for place in country.partnerships])[country.partnership[zone]],
        "Sex": np.array(["Male", "Female", "All"])[sex_at],
        "SexQF": np.where(is_all, "d", ""),
        "AllAges": _without(rows.sum(axis=1), small & ~is_all),
        "AllAgesQF": np.where(small & ~is_all, "c", ""),
    }
    for band, (start, stop) in enumerate(LIST_BANDS):
        ages, qualifier = (f"{start}plus", f"{start}Plus") if start == 85 else (f"{start}to{stop}", f"{start}To{stop}")
        columns[f"Ages{ages}"] = _without(rows[:, band], small)
        columns[f"Ages{qualifier}QF"] = np.where(small, "c", "")
    days = "_".join(f"{day:%b%Y}".lower() for day in LIST_DATES)
    return write_csv(raw / "gp_practice" / f"gp_practice_listsizes_{days}.csv", columns)


def _without(values: np.ndarray, hidden: np.ndarray) -> list[str]:
    return ["" if hide else str(value) for value, hide in zip(values, hidden, strict=True)]
