"""GP practices: premises with their lists, and patients by sex and age."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from locality_profiles.sample.country import Country
from locality_profiles.sample.files import write_csv
from locality_profiles.sample.services import LIST_BANDS, LIST_DATES, Practices

#: A practice of fewer patients shows its total only.
FEWEST_SHOWN = 100
STREETS = ("Kirnwell Road", "Harbour Brae", "Lowfauld Street", "Station Wynd", "Skerry Lane")


def write_contact_details(raw: Path, country: Country, practices: Practices) -> Path:
    """Premises, cluster and list size. Postcodes and telephone numbers are of no place and nobody."""
    count = len(practices.code)
    lists = practices.patients[-1].sum(axis=(1, 2))
    zone = practices.zone
    return write_csv(
        raw / "gp_practice" / f"gp_practice_contactdetails_{LIST_DATES[-1]:%b%Y}.csv".lower(),
        {
            "PracticeCode": practices.code,
            "GPPracticeName": practices.name,
            "PracticeListSize": lists,
            "AddressLine1": practices.name,
            "AddressLine2": [STREETS[number % len(STREETS)] for number in range(count)],
            "AddressLine3": practices.town,
            "AddressLine4": [country.councils[country.council[z]].name if z % 3 else "" for z in zone],
            "Postcode": [
                f"ZQ{1 + n // 225} {1 + n // 25 % 9}{'ABDEFGHJLNPQRSTUVWXYZABDE'[n % 25]}Z" for n in range(count)
            ],
            # 01632 960xxx is kept free for fiction.
            "TelephoneNumber": [f"01632   960   {number % 1000:03d}" for number in range(count)],
            "PracticeType": [("17J", "17C", "2C")[number % 3] for number in range(count)],
            "Dispensing": [""] * count,
            "HB": [country.boards[country.board[z]].code for z in zone],
            "HSCP": [country.partnerships[country.partnership[z]].code for z in zone],
            "DataZone": country.zone_code[zone],
            "GPCluster": practices.cluster,
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
