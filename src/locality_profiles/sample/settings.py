"""The words of a synthetic workspace: its ``profiles.toml`` and the note among the extracts."""

from __future__ import annotations

import json
from pathlib import Path

from locality_profiles.sample.country import Country

README = """SYNTHETIC DATA
==============

Every file in this folder was made by 'locality-profiles init --sample'. {country} does not exist, nor does
any place, practice, hospital, person or figure in these files. Codes (S019..., S379..., S089...) have the
form of Scottish ones and lie outside their ranges; telephone numbers are those kept free for fiction.

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

# Neighbourhoods round health centres, from a list that a person typed: one row for each data zone.
# Add an area system of your own in the same way.
[[areas.system]]
name = "neighbourhood"
title = "Neighbourhood"
plural = "Neighbourhoods"
from = "file"
file = "lookups/neighbourhoods.csv"    # inside the extracts folder
block_column = "DataZone"
name_column = "Neighbourhood"

[extracts]
folder = "data/raw"
read = ["**/*"]    # files are recognised by their content, whatever their names
ignore = ["README.txt", "lookups/neighbourhoods.csv"]

# Publishers call one place by several names. On the left a name in an extract, on the right the name in the
# data-zone lookup. '&', 'City of' and the like need no line here.
[names]
{names}
"""


def write_settings(folder: Path, size: str, country: Country) -> Path:
    """Write ``profiles.toml``."""
    small = size == "shetland"
    home = country.partnerships[0]
    title = f"{home.name if small else country.name}: synthetic locality profiles"
    text = SETTINGS.format(
        title=_quoted(title),
        partnerships=f'["{home.code}"]' if small else '"all"',
        profile='["locality", "neighbourhood", "hscp"]' if small else '["locality", "hscp"]',
        names="\n".join(f"{_quoted(other)} = {_quoted(name)}" for other, name in sorted(other_names(country).items())),
    )
    path = folder / "profiles.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


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
