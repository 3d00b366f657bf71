"""Seals: whether a table of the store is still as it was written, known without reading it again.

A seal has the size, the time of change and the sha256 of each file of a table. A file of another size is another file.
One of the same size and time is taken as it is; one of the same size and another time (a store that was copied, or a
file that somebody touched) is read once more and compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

#: Bytes, time of change in nanoseconds and sha256, by name of file.
Seal = dict[str, tuple[int, int, str]]


def sha256_of(path: Path) -> str:
    """The checksum of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal_of(files: Iterable[Path], names: Mapping[Path, str] | None = None, known: Seal | None = None) -> Seal:
    """The seal of some files; ``names`` are what they will be called, ``known`` seals of files that are shared."""
    seal: Seal = {}
    for path in files:
        found = path.stat()
        name = (names or {}).get(path, path.name)
        told = (known or {}).get(name)
        sha256 = told[2] if told is not None and told[0] == found.st_size else sha256_of(path)
        seal[name] = (found.st_size, found.st_mtime_ns, sha256)
    return seal


def holds(path: Path, seal: Any) -> bool:
    """Whether a table, a file or a folder of files, is as its seal says."""
    if not isinstance(seal, Mapping) or not seal:
        return False
    files = {file.name: file for file in path.glob("*.parquet")} if path.is_dir() else {path.name: path}
    return set(files) == set(seal) and all(_as_sealed(files[name], told) for name, told in seal.items())


def _as_sealed(path: Path, told: Any) -> bool:
    size, changed, sha256 = told
    found = path.stat()
    if found.st_size != size:
        return False
    return found.st_mtime_ns == changed or sha256_of(path) == sha256
