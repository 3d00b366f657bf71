"""Premises without a data zone of their own: emergency sites and the register of care services."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from locality_profiles.sample.country import Country, add_up
from locality_profiles.sample.extracts.postcodes import IN_A_ZONE, home_postcodes, hospital_postcodes
from locality_profiles.sample.files import write_csv
from locality_profiles.sample.people import YEARS, People
from locality_profiles.sample.services import Hospitals

#: The day of the register, which only the file's name tells.
REGISTER_DAY = date(2021, 12, 31)
#: People of 65 and over for each care home for them; a locality has one at least.
OLDER_BY_HOME = 1_500

#: A postcode that the directory says is no longer used.
ENDED_POSTCODE = "ZV99 1AA"

HOME, OTHERS = "Care Home Service", "Housing Support Service"
FOR_OLDER, FOR_SOME = "Older People", ("Learning Disabilities", "Mental Health Problems", "Children & Young People")
#: What homes are called after their town; the apostrophe is a curly one.
CALLED = ("House", "Piper’s Rest", "Lodge", "Court", "Gardens", "View")
#: What else is in a register: services that have ended, and childminders, who are never read.
ALSO = (
    (HOME, FOR_OLDER, "Old House", "Inactive"), (HOME, FOR_OLDER, "Quay", "Cancelled"),
    ("Support Service", "Care at Home", "Helpers", "Active"), ("Child Minding", "", "Childminder", "Active"),
)  # fmt: skip


def write_emergency_sites(raw: Path, country: Country, hospitals: Hospitals) -> Path:
    """The hospitals' sites, of which the first has a postcode that is no longer used; and one that has closed."""
    count = len(hospitals.code)
    towns = [country.intermediate_zones[country.intermediate[zone]].name for zone in hospitals.zone]
    names = [
        f"{town} {'Hospital' if department else 'Minor Injury Unit'}"
        for town, department in zip(towns, hospitals.is_department, strict=True)
    ]
    boards = [country.boards[board].code for board in hospitals.board]
    types = np.where(hospitals.is_department, "Emergency Department", "Minor Injury Unit or Other").tolist()
    files = np.where(hospitals.is_department, "Episode", "Aggregate").tolist()
    return write_csv(
        raw / "service_activity" / "nhs_emergency_sites.csv",
        {
            "HB": [*boards, boards[-1]],
            "TreatmentLocationName": [*names, f"Old {towns[-1]} Infirmary"],
            "TreatmentLocationCode": [*hospitals.code, "Y999H"],
            "TreatmentLocationPostcode": [ENDED_POSTCODE, *hospital_postcodes(count)[1:], ""],
            "CurrentDepartmentType": [*types, "Minor Injury Unit or Other"],
            "FileType": [*files, "Aggregate"],
            "Comments": [*[""] * count, "Made up, and closed before anything was counted"],
            "Status": [*["Open"] * count, "Closed"],
        },
    )


def write_care_services(raw: Path, country: Country, people: People, seed: int) -> Path:
    """A register in Windows-1252: homes for older people by how many there are, another home and a service each."""
    rng = np.random.default_rng([seed, 51])
    older = add_up(people.aged(YEARS[-1], 65), country.locality, len(country.localities))
    rows = [row for number, count in enumerate(older) for row in _of_locality(country, number, int(count), rng)]
    kind, client, name, status, zone = zip(*rows, strict=True)
    postcodes = home_postcodes(country.zones)
    # The first postcode of a zone may be a split one.
    at = [postcodes[z * IN_A_ZONE + 1 + int(rng.integers(IN_A_ZONE - 1))] for z in zone]
    is_home = np.array(kind) == HOME
    places = np.where(is_home, rng.integers(6, 60, len(rows)), 0)
    grades = rng.integers(2, 7, len(rows))
    return write_csv(
        raw / "social_care" / f"MDSF_data_{REGISTER_DAY:%d %B %Y}.csv",
        {
            "CSNumber": [f"CS99{number:08d}" for number in range(1, len(rows) + 1)],  # real ones bear a year
            "CareService": kind,
            "Subtype": client,
            "ServiceName": name,
            "Service_town": [country.intermediate_zones[country.intermediate[z]].name for z in zone],
            "Service_Postcode": at,
            "Council_Area_Name": [country.councils[country.council[z]].name for z in zone],
            "Client_group": client,
            "Registered_Places": [int(count) if home else None for count, home in zip(places, is_home, strict=True)],
            "NumberStaff": places + 5,
            "KQ_Leadership": grades,
            "ServiceStatus": status,
        },
        encoding="cp1252",
    )


def _of_locality(
    country: Country, locality: int, older: int, rng: np.random.Generator
) -> list[tuple[str, str, str, str, int]]:
    """Kind, subtype, name, status and zone of the services of one locality."""
    told = [(HOME, FOR_OLDER, CALLED[number % len(CALLED)], "Active") for number in range(1 + older // OLDER_BY_HOME)]
    told.append((HOME, FOR_SOME[locality % len(FOR_SOME)], "Cottage", "Active"))
    told.append((OTHERS, "", "Housing Support", "Active"))
    told.append(ALSO[locality % len(ALSO)])
    zones = rng.choice(np.flatnonzero(country.locality == locality), len(told))
    towns = [country.intermediate_zones[country.intermediate[zone]].name for zone in zones]
    return [
        (kind, client, f"{town} {name}", status, int(zone))
        for (kind, client, name, status), town, zone in zip(told, towns, zones, strict=True)
    ]
