"""A small country of two partnerships: four data zones in a row, and what a workspace needs to build it."""

from __future__ import annotations

from pathlib import Path

from ages import every_age
from pictures import csv_file, geojson, square

SETTINGS = """
[workspace]
title = "Two partnerships"
synthetic = true
[areas]
partnerships = "all"
profile = ["locality", "hscp"]
[[areas.system]]
name = "locality"
title = "Locality"
plural = "Localities"
from = "boundaries"
prefer_lookup = true
"""
LOOKUP = """
DataZone | DataZoneName | IntZone | IntZoneName | CA | CAName | HSCP | HSCPName | HB | HBName | Country
S01900001 | Ness 1 | S02900001 | Ness | S12900001 | Ness Islands | S37900001 | Ness | S08900001 | NHS Ness | S92900001
S01900002 | Ness 2 | S02900001 | Ness | S12900001 | Ness Islands | S37900001 | Ness | S08900001 | NHS Ness | S92900001
S01900003 | Holm 1 | S02900002 | Holm | S12900002 | Holm | S37900002 | Holm & Bay | S08900002 | NHS Firth | S92900001
S01900004 | Bay 1 | S02900003 | Bay | S12900003 | Bay | S37900002 | Holm & Bay | S08900002 | NHS Firth | S92900001
"""
PEOPLE = """
Year | DataZone  | DataZoneQF | Sex    | SexQF | AllAges | 0 | 30 | 90
2021 | S01900001 |            | All    | d     | 100     | 10 | 80 | 10
2021 | S01900002 |            | All    | d     | 50      | 5  | 40 | 5
2021 | S01900003 |            | All    | d     | 30      | 5  | 20 | 5
2021 | S01900004 |            | All    | d     | 20      | 0  | 20 | 0
"""
#: Zones stand in a row from west to east, each 0.1 degrees wide, at 59 degrees north.
WEST = {"S01900001": -4.0, "S01900002": -3.9, "S01900003": -3.8, "S01900004": -3.7}


def outlines(folder: Path, *localities: tuple[str, str, float, float]) -> None:
    zones = [({"dz11_code": code, "dz11_name": code}, square(west, 59, 0.1)) for code, west in WEST.items()]
    geojson(folder / "zones.geojson", *zones)
    geojson(folder / "localities.geojson", *(
        ({"area_name": name, "hscp2019name": hscp, "code": f"S99{number:06d}"}, square(west, 59, side))
        for number, (name, hscp, west, side) in enumerate(localities, start=1)
    ))  # fmt: skip


def country_at(folder: Path) -> Path:
    """The workspace with its lookup, people and outlines of zones and localities, to be changed by a test."""
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True)
    (folder / "profiles.toml").write_text(SETTINGS, encoding="utf-8")
    csv_file(raw / "lookup.csv", LOOKUP)
    csv_file(raw / "people2021.csv", every_age(PEOPLE))
    outlines(raw, ("West", "Ness", -4.0, 0.1), ("East", "Ness", -3.9, 0.1), ("East", "Holm and Bay", -3.8, 0.2))
    return folder
