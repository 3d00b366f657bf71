"""Names of places that are nowhere, made of two invented halves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

HEADS = (
    "Arv", "Bask", "Belv", "Brav", "Clav", "Corv", "Dask", "Dorv", "Elv", "Ersk", "Fesk", "Fulv", "Garv", "Greth",
    "Halv", "Hesk", "Holv", "Ilv", "Jorv", "Kesk", "Kolv", "Lask", "Lorv", "Marv", "Melk", "Morv", "Nesk", "Norv",
    "Olv", "Orsk", "Pelv", "Quarv", "Rask", "Relv", "Rosk", "Selv", "Skarv", "Sorv", "Tarv", "Telv", "Thrav", "Torv",
    "Ulv", "Ursk", "Varn", "Velk", "Vorn", "Welv", "Wersk", "Yarv", "Yelk", "Zarn",
)  # fmt: skip
TAILS = (
    "adale", "agarth", "aholm", "amoor", "andra", "asker", "aster", "aven", "edale", "egill", "ellick", "enby",
    "enmoor", "erlow", "erskay", "estrand", "ewater", "ibost", "igarth", "iness", "inlaw", "inmarch", "ismuir",
    "itarn", "ivale", "olaw", "ombry", "orrin", "oskell", "ostane", "ovoe", "umber", "undal", "unholm", "urra", "uvik",
)  # fmt: skip


def invented_names(rng: np.random.Generator) -> Iterator[str]:
    """Names in a drawn order, each once."""
    for number in rng.permutation(len(HEADS) * len(TAILS)):
        yield HEADS[number // len(TAILS)] + TAILS[number % len(TAILS)]


def joined(first: str, second: str, how: str) -> str:
    """Two names as one: ``how`` is '&' or 'and', which publishers use as they please."""
    return f"{first} {how} {second}"
