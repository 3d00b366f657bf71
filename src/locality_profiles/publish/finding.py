"""What the front page can be searched for: areas, partnerships and indicators, as a script that needs no fetching.

A page that is opened from a folder may not read files; a script beside it may be loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.publish.edition import capitalised
from locality_profiles.publish.indicator_pages import address

if TYPE_CHECKING:
    from locality_profiles.publish.reading import AreaKey, Indicator
    from locality_profiles.publish.site import Site

FILE = "search-index.js"
#: Scripts of the pages, as they come with the package.
SCRIPTS = ("search.js", "sort.js", "compare.js")


def as_script(name: str, told: Any) -> str:
    """A value as a script that leaves it in ``window``."""
    return f"window.{name} = {as_json(told)};\n"


def as_json(told: Any) -> str:
    # In a script these two end a line, inside of a text as well.
    packed = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return packed.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def index_of(site: Site, larger: Iterable[AreaKey] = (), stems: dict[AreaKey, str] | None = None) -> dict[str, Any]:
    """Every area with its kind, partnership, code, file and whether it has a page; and every indicator.

    ``larger`` are areas without a page that others are compared with, ``stems`` the file names of all.
    """
    stems = stems or site.stems
    keys = [profile.key for profile in site.profiles]
    kinds = list(dict.fromkeys([kind for kind, _ in [*keys, *larger]]))
    homes = [code for code in site.members if code]
    places = {code: number for number, code in enumerate(homes)}
    areas = [
        [site.names.get(key, key[1]), kinds.index(key[0]), places.get(site.homes.get(key, ""), -1), key[1], stems[key],
         int(key in site.stems)]
        for key in [*keys, *larger]
    ]  # fmt: skip
    return {
        "kinds": [capitalised(site.about.one(kind)) for kind in kinds],
        "homes": [site.names.get(("hscp", code), code) for code in homes],
        "areas": areas,
        "indicators": [[i.title, i.section_title, address_of(i)] for i in site.indicators.values()],
    }


def address_of(indicator: Indicator) -> str:
    """Where an indicator is told of, from the front page."""
    return address(indicator.indicator_id)


def write_scripts(out: Path, index: dict[str, Any]) -> list[Path]:
    """The scripts of the pages and the index that they search."""
    here = Path(__file__).parent / "assets"
    texts = {name: (here / name).read_text(encoding="utf-8") for name in SCRIPTS}
    texts[FILE] = as_script("profilesIndex", index)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
    return [out / name for name in texts]
