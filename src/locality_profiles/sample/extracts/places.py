"""Places: lookups of data zones, outlines, and the urban rural classification."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from locality_profiles.sample.country import Country
from locality_profiles.sample.extracts.postcodes import hospital_postcodes
from locality_profiles.sample.files import write_csv, write_outlines
from locality_profiles.sample.people import YEARS, People
from locality_profiles.sample.services import Hospitals

#: Eight-fold urban rural class to the coarser ones, by position: index 0 is class 1.
TO_SIX_FOLD = np.array([1, 2, 3, 4, 4, 5, 6, 6])
TO_THREE_FOLD = np.array([1, 1, 1, 1, 1, 2, 3, 3])
TO_TWO_FOLD = np.array([1, 1, 1, 1, 1, 2, 2, 2])


def write_data_zone_lookup(raw: Path, country: Country) -> Path:
    """The Government's lookup, in Windows-1252, with no-break spaces after some names and a curly apostrophe.

    Boards lack their 'NHS', partnerships are called HIA, and SPD is a police division whose name looks
    like a partnership's.
    """

    def pair(stem: str, codes: list[str], names: list[str], at: np.ndarray) -> dict[str, np.ndarray]:
        return {f"{stem}_Code": np.array(codes)[at], f"{stem}_Name": np.array(names)[at]}

    columns = {"DZ2011_Code": country.zone_code, "DZ2011_Name": country.zone_name}
    for stem, places, at in (
        ("IZ2011", country.intermediate_zones, country.intermediate), ("MMWard", country.wards, country.ward),
        ("LA", country.councils, country.council), ("HB", country.boards, country.board),
        ("HIA", country.partnerships, country.partnership),
    ):  # fmt: skip
        names = [place.name.removeprefix("NHS ") for place in places]
        padded = [f"{name}\xa0" if not name.isascii() else name for name in names]
        columns |= pair(stem, [place.code for place in places], padded, at)
    divisions = [next(p.name for p in country.partnerships if p.board == n) for n in range(len(country.boards))]
    codes = [f"S329{number:05d}" for number in range(1, len(divisions) + 1)]
    columns |= pair("SPD", codes, divisions, country.board)
    columns |= pair("Country", [country.code], [country.name], np.zeros(country.zones, dtype=int))
    return write_csv(raw / "lookups" / "DataZone2011lookup.csv", columns, encoding="cp1252")


def write_centres(raw: Path, country: Country, people: People) -> Path:
    """Population-weighted centres of data zones: the attributes of the Government's shapefile."""
    residents = people.aged(YEARS[0], 0)
    return write_csv(
        raw / "boundaries" / "SG_DataZone_Cent_2011.csv",
        {
            "DataZone": country.zone_code,
            "Name": country.zone_name,
            "TotPop2011": residents,
            "ResPop2011": np.round(residents * 0.985).astype(int),
            "HHCnt2011": np.round(residents * 0.45).astype(int),
            "Easting": country.zone_centres[:, 0],
            "Northing": country.zone_centres[:, 1],
        },
    )


def write_locality_lookup(raw: Path, country: Country) -> Path:
    """The published lookup of localities: not for every partnership, and not without mistakes.

    The islands and every fourth partnership are missing. One partnership has renamed a locality since
    the outlines were drawn. In the last one, the partnership's code stands in the council's column
    and another partnership's in its own.
    """
    covered = (country.partnership % 4 != 0).nonzero()[0]
    names = [locality.name.replace("&", "and") for locality in country.localities]
    renamed = max(n for n, locality in enumerate(country.localities) if locality.partnership == 1)
    names[renamed] = f"{names[renamed]} and Villages"
    codes = [
        f"P{chr(ord('A') + country.partnerships[locality.partnership].board)}9{number:06d}"
        for number, locality in enumerate(country.localities, 1)
    ]
    council = np.array([council.code for council in country.councils])[country.council[covered]]
    partnership = np.array([place.code for place in country.partnerships])[country.partnership[covered]]
    wrong = country.partnership[covered] == country.partnership[covered].max()
    council[wrong] = partnership[wrong]
    partnership[wrong] = country.partnerships[int(country.partnership[covered].max()) - 1].code
    return write_csv(
        raw / "lookups" / "datazone-to-locality-lookup.csv",
        {
            "DataZone": country.zone_code[covered],
            "SubHSCP": np.array(codes)[country.locality[covered]],
            "SubHSCPName": np.array(names)[country.locality[covered]],
            "CA": council,
            "HSCP": partnership,
            "HB": np.array([board.code for board in country.boards])[country.board[covered]],
            "Country": np.full(len(covered), country.code),
        },
        newline="\r\n",
    )


def write_data_zone_outlines(raw: Path, country: Country) -> Path:
    told = [
        {"dz11_name": str(name), "dz11_code": str(code)}
        for name, code in zip(country.zone_name, country.zone_code, strict=True)
    ]
    return write_outlines(raw / "boundaries" / "datazone2011_simplified.geojson", country.zone_outlines, told)


def write_locality_outlines(raw: Path, country: Country) -> Path:
    """Outlines under the partnership's name only: no official code of a locality exists."""
    told = [
        {
            "area_name": locality.name,
            "hscp2019name": country.partnerships[locality.partnership].outline_name,
            "code": locality.code,
        }
        for locality in country.localities
    ]
    return write_outlines(raw / "boundaries" / "hsc_locality.geojson", country.locality_outlines, told)


def write_urban_rural(raw: Path, country: Country, people: People) -> Path:
    eight = people.urban_rural
    return write_csv(
        raw / "lookups" / "datazone2011_urban_rural_2020.csv",
        {
            "DataZone": country.zone_code,
            "UrbanRural2fold2020": TO_TWO_FOLD[eight - 1],
            "UrbanRural3fold2020": TO_THREE_FOLD[eight - 1],
            "UrbanRural6fold2020": TO_SIX_FOLD[eight - 1],
            "UrbanRural8fold2020": eight,
        },
    )


def write_hospitals(raw: Path, country: Country, hospitals: Hospitals) -> Path:
    """Hospital codes with grid references and the areas that each hospital lies in."""
    zone = hospitals.zone
    towns = [country.intermediate_zones[country.intermediate[z]].name for z in zone]
    nothing = np.full(len(zone), "")
    return write_csv(
        raw / "service_activity" / "nhs_hospitals_xy.csv",
        {
            "Location": hospitals.code,
            "LocationName": [
                f"{town} {'Hospital' if department else 'Minor Injury Unit'}"
                for town, department in zip(towns, hospitals.is_department, strict=True)
            ],
            "Postcode": hospital_postcodes(len(zone)),
            "AddressLine": [f"Kirnwell Road, {town}" for town in towns],
            "HB": np.array([board.code for board in country.boards])[country.board[zone]],
            "HSCP": np.array([place.code for place in country.partnerships])[country.partnership[zone]],
            "HSCPQF": nothing,
            "CA": np.array([council.code for council in country.councils])[country.council[zone]],
            "CAQF": nothing,
            "IntZone": np.array([each.code for each in country.intermediate_zones])[country.intermediate[zone]],
            "IntZoneQF": nothing,
            "DataZone": country.zone_code[zone],
            "DataZoneQF": nothing,
            "XCoordinate": country.zone_centres[zone, 0],
            "YCoordinate": country.zone_centres[zone, 1],
            "BasedOnPostcode": nothing,
        },
    )
