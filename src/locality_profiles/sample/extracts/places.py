"""Places: lookups of data zones, outlines, and the urban rural classification."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from locality_profiles.sample.country import Country
from locality_profiles.sample.files import write_csv, write_outlines
from locality_profiles.sample.people import People
from locality_profiles.sample.services import Hospitals

#: Eight-fold urban rural class to the coarser ones, by position: index 0 is class 1.
TO_SIX_FOLD = np.array([1, 2, 3, 4, 4, 5, 6, 6])
TO_THREE_FOLD = np.array([1, 1, 1, 1, 1, 2, 3, 3])
TO_TWO_FOLD = np.array([1, 1, 1, 1, 1, 2, 2, 2])


def write_data_zone_lookup(raw: Path, country: Country) -> Path:
    """The open-data lookup, in Windows-1252, with no-break spaces after some names.

    The real one has the country's code only; ``CountryName`` stands at the end because this country
    is not one whose name is known.
    """
    intermediate = [zone.name for zone in country.intermediate_zones]
    padded = [f"{name}\xa0" if not name.isascii() else name for name in intermediate]
    boards, partnerships, councils = country.boards, country.partnerships, country.councils
    return write_csv(
        raw / "lookups" / "dz2011_codes_and_labels.csv",
        {
            "DataZone": country.zone_code,
            "DataZoneName": country.zone_name,
            "IntZone": np.array([zone.code for zone in country.intermediate_zones])[country.intermediate],
            "IntZoneName": np.array(padded)[country.intermediate],
            "CA": np.array([council.code for council in councils])[country.council],
            "CAName": np.array([council.name for council in councils])[country.council],
            "HSCP": np.array([partnership.code for partnership in partnerships])[country.partnership],
            "HSCPName": np.array([partnership.name for partnership in partnerships])[country.partnership],
            "HB": np.array([board.code for board in boards])[country.board],
            "HBName": np.array([board.name for board in boards])[country.board],
            "Country": np.full(country.zones, country.code),
            "CountryName": np.full(country.zones, country.name),
        },
        encoding="cp1252",
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


def write_neighbourhoods(raw: Path, country: Country) -> Path:
    """What a partnership would type itself: the zones round each health centre of the islands."""
    rows = sorted((zone, place) for place in country.neighbourhoods for zone in place.zones)
    return write_csv(
        raw / "lookups" / "neighbourhoods.csv",
        {
            "DataZone": [str(country.zone_code[zone]) for zone, _ in rows],
            "Neighbourhood": [place.name for _, place in rows],
            "HealthCentre": [place.centre for _, place in rows],
        },
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
    import pyproj
    import shapely

    zone = hospitals.zone
    points = shapely.get_coordinates(shapely.point_on_surface(country.zone_outlines[zone]))
    grid = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:27700", always_xy=True)
    easting, northing = grid.transform(points[:, 0], points[:, 1])
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
            "Postcode": [
                f"ZQ9 {1 + number // 20}{'ABDEFGHJLNPQRSTUVWXY'[number % 20]}Z" for number in range(len(zone))
            ],
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
            "XCoordinate": np.round(easting).astype(int),
            "YCoordinate": np.round(northing).astype(int),
            "BasedOnPostcode": nothing,
        },
    )
