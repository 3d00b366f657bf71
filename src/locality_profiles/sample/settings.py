"""The words of a synthetic workspace: its ``profiles.toml`` and the note among the extracts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from locality_profiles.sample.country import Country
from locality_profiles.sample.extracts.ledger import COST_CENTRES
from locality_profiles.sample.extracts.postcodes import practice_postcodes
from locality_profiles.sample.services import Practices

README = """SYNTHETIC DATA
==============

Every file in this folder was made by 'locality-profiles init --sample'. {country} does not exist, nor does
any place, practice, hospital, person or figure in these files. Codes (S019..., S379..., S089...) have the
form of Scottish ones and lie outside their ranges; telephone numbers are those kept free for fiction, and the
postcode areas ZQ and ZV are in use nowhere.

The layouts are those of the publishers (National Records of Scotland, Public Health Scotland, the Scottish
Government, the Improvement Service), with their oddities, so that real extracts can take these files' place.

Do not quote, publish or decide anything from these figures.
"""

SETTINGS = """# What to build. Made by 'locality-profiles init --sample': everything in this workspace is SYNTHETIC.

[workspace]
title = {title}
synthetic = true    # every page says so; take this line out only when real extracts are in data/raw

[areas]
partnerships = {partnerships}    # codes of the partnerships that get profiles, or "all"
profile = {profile}    # kinds of area that get a page, in the order of the index

# Localities, from the outlines among the extracts. Where the published lookup of data zones names the same
# localities as the outlines, the lookup decides; elsewhere a data zone goes where most of its land lies.
[[areas.system]]
name = "locality"
title = "Locality"
plural = "Localities"
from = "boundaries"
prefer_lookup = true

# Neighbourhoods: the catchments of health centres and outposts. A data zone goes to the nearest of these points
# in its partnership. Add an area system of your own in the same way, or with 'locality-profiles areas add'.
[[areas.system]]
name = "neighbourhood"
title = "Neighbourhood"
plural = "Neighbourhoods"
from = "points"
partnerships = [{home}]
{points}

# GP clusters. A data zone is shared among them as its registered patients are: as the board counts them on the
# islands (patients_by_data_zone.csv), elsewhere by a model from distance, list sizes and residents.
[[areas.system]]
name = "gp_cluster"
title = "GP cluster"
plural = "GP clusters"
from = "gp_clusters"

# Wards need no lines here: the data-zone lookup places them.

[extracts]
folder = "data/raw"
read = ["**/*"]    # files are recognised by their content, whatever their names
ignore = ["README.txt"]

# Money is placed on these kinds of area. What a ledger's line does not say of itself, its own codes tell: the first
# entry that fits decides, and a star stands for anything that follows. Two cost centres are left unknown here, as in
# every ledger: their money is shown as placed on no area.
[finance]
areas = ["locality"]
target_occupancy = 85    # % of a bed's days that are meant to be used
{codes}

# Publishers call one place by several names. On the left a name in an extract, on the right the name in the
# data-zone lookup. '&', 'City of' and the like need no line here.
[names]
{names}
"""


CODE = """
    [[finance.code]]
    cost_centre = {centre}
    service = {service}"""
POINT = """
    [[areas.system.area]]
    name = {name}
    {place}"""


def write_settings(folder: Path, size: str, country: Country, practices: Practices) -> Path:
    """Write ``profiles.toml``."""
    small = size == "shetland"
    home = country.partnerships[0]
    title = f"{home.name if small else country.name}: synthetic locality profiles"
    text = SETTINGS.format(
        title=_quoted(title),
        partnerships=f'["{home.code}"]' if small else '"all"',
        profile=json.dumps(["locality", "hscp", *(["neighbourhood", "gp_cluster", "ward"] if small else [])]),
        home=_quoted(home.code),
        codes="\n".join(CODE.format(centre=_quoted(centre), service=_quoted(service))
                        for centre, service in COST_CENTRES.items()),
        points="\n".join(_points(country, practices)),
        names="\n".join(f"{_quoted(other)} = {_quoted(name)}" for other, name in sorted(other_names(country).items())),
    )  # fmt: skip
    path = folder / "profiles.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def _points(country: Country, practices: Practices) -> Iterator[str]:
    """A point for each neighbourhood: its practice's postcode, or grid references where there is no practice."""
    postcodes = practice_postcodes(len(practices.code))
    for place in country.neighbourhoods:
        inside = np.flatnonzero(np.isin(practices.zone, place.zones))
        if len(inside):
            where = f"postcode = {_quoted(postcodes[int(inside[0])])}"
        else:
            centres = country.zone_centres[list(place.zones)]
            middle = np.argmin(np.hypot(*(centres - centres.mean(axis=0)).T))
            where = "easting = {}.0\n    northing = {}.0".format(*centres[middle])
        yield POINT.format(name=_quoted(place.name), place=where)


def other_names(country: Country) -> dict[str, str]:
    """Names in single extracts that no rule of spelling explains, and the names in the lookup."""
    told = {place.outline_name: place.name for place in country.partnerships if place.outline_name != place.name}
    for council in country.councils:
        plain = council.name.replace("City of ", "").replace(" and ", " ")
        for name in council.also.values():
            if name.replace(" City", "").replace(" & ", " ") != plain:
                told[name] = council.name
    return told


def write_readme(raw: Path, country: Country) -> Path:
    path = raw / "README.txt"
    path.write_bytes(README.format(country=country.name).encode())
    return path


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
