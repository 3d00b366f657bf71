"""Files that give the same figures: a build takes each figure from one file, and refuses two."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from locality_profiles.errors import ExtractRefused
from locality_profiles.fetching.manifest import Kept
from locality_profiles.sources import read_extract


def claims_of(path: Path, name: str) -> frozenset[str]:
    """What a file gives, such as a table for a year; nothing of one that is refused: 'check' says why it is."""
    try:
        return frozenset(claim for part in read_extract(path, name) for claim in part.curated.claims)
    except ExtractRefused:
        return frozenset()


def doubled(folder: Path, kept: Collection[Kept], fresh: Collection[str]) -> list[tuple[Kept, Kept]]:
    """Pairs of a file that came just now and another that gives some of the same; only files of one kind are read."""
    claims: dict[str, frozenset[str]] = {}

    def given(entry: Kept) -> frozenset[str]:
        if entry.file not in claims:
            claims[entry.file] = claims_of(folder / entry.file, entry.file)
        return claims[entry.file]

    return [
        (new, old) for new in kept if new.file in fresh for old in kept
        if old.file != new.file and (old.file not in fresh or old.file > new.file)
        and set(new.kinds) & set(old.kinds) and given(new) & given(old)
    ]  # fmt: skip
