"""One module per kind of extract: who publishes it, how it is laid out, what it becomes.

A module in this package with the names below *is* a source; there is no list to keep. To add one,
write the module, its spec in ``tests/specs/`` and its suite in ``expectations/``.

``SOURCE``
    Who publishes it, under what licence, how often.
``LAYOUTS``
    The header layouts by which a file is recognised, whatever its name.
``curate(raw) -> Curated``
    The rows that the extract becomes, by curated table, in the staged contracts; and the slices
    (extract and period) that it claims, in plain words: two files may not claim the same slice.
    Raises ``ExtractRefused`` with every problem of the file.
``check_file(path, name, sheets, read)``
    Only where a file has to be seen whole, as a form of several sheets must: the problems that no
    sheet shows by itself. ``sheets`` are those that were recognised, ``read`` those that were read.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from locality_profiles.errors import ExtractRefused, Problem
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import STAGED
from locality_profiles.tables.intake import Layout, NearMiss, RawTable, Recognised, load, recognise


@dataclass(frozen=True)
class Source:
    """Where a kind of extract comes from.

    ``group`` is the ingest flow that reads it: places, population, activity, budget or deprivation.
    ``quirks`` are the oddities of the real files, told as a person who met them would.
    """

    kind: str
    title: str
    group: str
    publisher: str
    licence: str
    page: str
    frequency: str
    describes: str
    quirks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Curated:
    """What one extract becomes: staged tables, and the slices that it claims."""

    tables: dict[str, pa.Table]
    claims: tuple[str, ...]
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class SourceModule:
    source: Source
    layouts: tuple[Layout, ...]
    curate: Callable[[RawTable], Curated]
    check_file: Callable[[Path, str, Sequence[Recognised], Sequence[ReadExtract]], list[Problem]] | None = None


def stage(table: str, columns: dict[str, Any], length: int) -> pa.Table:
    """Rows for curated ``table`` in its staged contract; columns not given are null, scalars repeat."""
    return conform(STAGED[table], columns, length)


@cache
def sources() -> dict[str, SourceModule]:
    """Every source, by kind, found by looking through this package."""
    found = {}
    for info in pkgutil.iter_modules(__path__):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{info.name}")
        whole = getattr(module, "check_file", None)
        found[module.SOURCE.kind] = SourceModule(module.SOURCE, tuple(module.LAYOUTS), module.curate, whole)
    return dict(sorted(found.items()))


def layouts() -> dict[str, tuple[Layout, ...]]:
    return {kind: module.layouts for kind, module in sources().items()}


@dataclass(frozen=True)
class ReadExtract:
    """One recognised sheet of a file, read and curated."""

    kind: str
    raw: RawTable
    curated: Curated


def read_extract(path: Path, name: str | None = None) -> list[ReadExtract]:
    """Recognise a file by its content and read every sheet that a source knows.

    An unknown file gives an empty list.

    Raises
    ------
    ExtractRefused
        If the file is damaged, misses columns of the layout it nearly has, or breaks its contract.
        The problems of all its sheets are in one error.
    """
    name = name or path.name
    found = recognise(path, layouts(), name)
    if isinstance(found, NearMiss):
        title = sources()[found.kind].source.title
        raise ExtractRefused(
            f"{name} was refused: it looks like '{title}' ({found.layout.name}).", found.problems(name)
        )
    read: list[ReadExtract] = []
    problems: list[Problem] = []
    for sheet in found or []:
        try:
            raw = load(sheet, path, name)
            read.append(ReadExtract(sheet.kind, raw, sources()[sheet.kind].curate(raw)))
        except ExtractRefused as refused:
            problems.extend(refused.problems)
    for kind in dict.fromkeys(sheet.kind for sheet in found or []):
        if check_file := sources()[kind].check_file:
            problems.extend(check_file(path, name, found or [], read))
    if problems:
        raise ExtractRefused(f"{name} was refused: {len(problems)} problem(s).", problems)
    return read
