"""Drawn extracts for ``check``: a small country, and files beside it that are refused or not known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pictures import csv_file
from small_country import country_at

from locality_profiles.workspace import Workspace, read_workspace

TODAY = date(2026, 11, 27)
BROKEN = """
data_zone | year | event | sex    | age_band | count
S01900001 | 2021 | death | female | 90+      | three
S01900001 | 2021 | death | woman  | 85-89    | 2
"""
OWN = """
Data zone code | Registration year | Type of event | Gender | Age group   | No. registered | Remarks
S01900001      | 2021              | Deaths        | Women  | 90 and over | 3              | =1+1
S01900002      | 2021              | Deaths        | Men    | 85 to 89    | 2              | <b>
"""


#: What cannot be read at all.
NOTHING = "Shopping | list\nbread | milk"


def country(folder: Path, **files: str) -> Workspace:
    place = country_at(folder / "country")
    for name, drawing in files.items():
        csv_file(place / "data" / "raw" / f"{name}.csv", drawing)
    return read_workspace(place)
