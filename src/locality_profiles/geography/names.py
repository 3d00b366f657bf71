"""One place, many spellings: 'Shetland', 'Shetland Islands'; 'Perth & Kinross', 'Perth and Kinross'.

Names are compared by a key in which such differences have gone. Real synonyms (Western Isles, Na
h-Eileanan Siar, Comhairle nan Eilean Siar) are declared in ``synonyms.toml``, and a workspace adds
its own in ``[names]`` of ``profiles.toml``. Facts are joined by code; this is how a code is found.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

_NOISE = re.compile(r"^(?:nhs|the|city of|county of)\s+|\s+(?:city|islands|council|council area|hscp)$")


def slug(name: str) -> str:
    """A name as part of a code: lower case, unaccented, words joined by hyphens.

    >>> slug("Lerwick & Bressay")
    'lerwick-and-bressay'
    """
    plain = unicodedata.normalize("NFKD", name.replace("&", " and ").replace("'", "").replace("\u2019", ""))
    plain = plain.encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "unnamed"


def full_key(name: str) -> str:
    """A name without differences of case, accents, '&' and punctuation."""
    return slug(name).replace("-", " ")


def short_key(name: str) -> str:
    """The same without the words that publishers add or leave out (City of, Islands, NHS, Council)."""
    key = full_key(name)
    while (shorter := _NOISE.sub("", key)) != key and shorter:
        key = shorter
    return key


@cache
def synonyms() -> dict[str, frozenset[str]]:
    """Keys that mean the same place, by each of them."""
    text = resources.files(__package__).joinpath("synonyms.toml").read_text(encoding="utf-8")
    groups: dict[str, frozenset[str]] = {}
    for names in tomllib.loads(text)["same"]:
        keys = frozenset(key for name in names for key in (full_key(name), short_key(name)))
        groups.update(dict.fromkeys(keys, keys))
    return groups


class NameBook:
    """Codes of the areas of one kind (or of one parent), by name."""

    def __init__(self, areas: Iterable[tuple[str, str]], own_names: Mapping[str, str] | None = None) -> None:
        """``areas`` gives (code, name); ``own_names`` maps a spelling to the area's own name."""
        self._full: dict[str, set[str]] = {}
        self._short: dict[str, set[str]] = {}
        for code, name in areas:
            self._full.setdefault(full_key(name), set()).add(code)
            self._short.setdefault(short_key(name), set()).add(code)
        self._own = {full_key(spelling): name for spelling, name in (own_names or {}).items()}

    def code(self, name: str) -> str | None:
        """The one code that a name can mean; None where there is none or more than one."""
        name = self._own.get(full_key(name), name)
        for keys, book in (({full_key(name)}, self._full), ({short_key(name)}, self._short)):
            if found := self._only(keys, book):
                return found
        same = synonyms().get(full_key(name), frozenset()) | synonyms().get(short_key(name), frozenset())
        return self._only(same, self._full) or self._only(same, self._short)

    @staticmethod
    def _only(keys: Iterable[str], book: Mapping[str, set[str]]) -> str | None:
        codes = set().union(*(book.get(key, set()) for key in keys))
        return next(iter(codes)) if len(codes) == 1 else None
