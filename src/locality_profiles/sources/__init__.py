"""One module per kind of extract: who publishes it, how it is laid out, what it becomes.

A module in this package with the names below *is* a source; there is no list to keep. To add one,
write the module, its spec in ``tests/specs/`` and its suite in ``expectations/``.

``SOURCE``
    Who publishes it, under what licence, how often.
``LAYOUTS``
    The header layouts by which a file is recognised, whatever its name.
``curate(raw) -> Curated``, or ``fold(engine, path, name, folder, extract_id)``
    The rows that the extract becomes, by curated table, in the staged contracts; and the slices
    (extract and period) that it claims, in plain words: two files may not claim the same slice.
    Raises ``ExtractRefused`` with every problem of the file.
    A file of linked records is too large for memory: ``fold`` reads it into Parquet files in a folder, of which those
    in ``PRIVATE`` hold records of persons. ``RECORD`` gives the columns that every such file has, by the type that
    each is read as: a suite may ask of these.
``check_file(path, name, sheets, read)``
    Only where a file has to be seen whole, as a form of several sheets must: the problems that no
    sheet shows by itself. ``sheets`` are those that were recognised, ``read`` those that were read.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from locality_profiles.episodes.cube import FileRead
from locality_profiles.episodes.engine import Engine
from locality_profiles.errors import ExtractRefused, Problem
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import STAGED
from locality_profiles.tables.intake import (
    Header,
    Layout,
    NearMiss,
    RawTable,
    Recognised,
    container_of,
    load,
    recognise,
)


@dataclass(frozen=True)
class Source:
    """Where a kind of extract comes from.

    ``group`` is the ingest flow that reads it: places, population, activity, budget or deprivation.
    ``quirks`` are the oddities of the real files, told as a person who met them would. ``published`` tells whether its
    figures are out already, after their publisher's own control of disclosure; what is made from others is controlled
    here.
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
    published: bool = True


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
    curate: Callable[[RawTable], Curated] | None = None
    check_file: Callable[[Path, str, Sequence[Recognised], Sequence[ReadExtract]], list[Problem]] | None = None
    fold: Callable[[Engine, Path, str, Path, str], FileRead] | None = None
    private: tuple[str, ...] = ()
    record: Mapping[str, str] = field(default_factory=dict)


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
        found[module.SOURCE.kind] = SourceModule(
            module.SOURCE, tuple(module.LAYOUTS), getattr(module, "curate", None), getattr(module, "check_file", None),
            getattr(module, "fold", None), getattr(module, "PRIVATE", ()), getattr(module, "RECORD", {}),
        )  # fmt: skip
    return dict(sorted(found.items()))


def layouts() -> dict[str, tuple[Layout, ...]]:
    return {kind: module.layouts for kind, module in sources().items()}


@dataclass(frozen=True)
class ReadExtract:
    """One recognised sheet of a file, read and curated."""

    kind: str
    raw: RawTable
    curated: Curated


def folding(path: Path) -> SourceModule | None:
    """The source that reads a file without taking it into memory; None for all other files.

    Only the columns of a Parquet file are looked at.
    """
    header = _header_of_parquet(path)
    found = (
        module for module in sources().values()
        if header and module.fold and any(layout.fits(header) for layout in module.layouts)
    )  # fmt: skip
    return next(found, None)


def _header_of_parquet(path: Path) -> Header | None:
    if not path.is_file() or container_of(path) != "parquet":
        return None
    try:
        return Header(pq.read_schema(path).names)
    except (pa.ArrowInvalid, OSError):
        return None  # cut short; the reader of all other files says so


def _refuse_records(path: Path, name: str) -> None:
    """Refuse a Parquet file of linked records: one that is not folded lacks columns.

    By the columns that it has it may look like another kind of extract, which would be read into memory.

    Raises
    ------
    ExtractRefused
        If it has most columns of such a file.
    """
    header = _header_of_parquet(path)
    if header is None:
        return
    near = [
        NearMiss(kind, layout, None, 0, _but_variants(header, layout.missing(header)), tuple(layout.missing(header)))
        for kind, module in sources().items() for layout in module.layouts
        if module.fold and not layout.excluded_by(header)
        and len(layout.missing(header)) < len(layout.required) / 3
    ]  # fmt: skip
    if near:
        raise _refused_as(min(near, key=lambda miss: len(miss.missing)), name)


def refuse_doubled_columns(path: Path, name: str) -> None:
    """Refuse a file of linked records in which a column stands twice: an engine reads one of the two, and is silent.

    Raises
    ------
    ExtractRefused
        Naming each such column.
    """
    names = [each.casefold() for each in pq.read_schema(path).names]
    if doubled := [each for each in dict.fromkeys(names) if names.count(each) > 1]:
        remedy = "Take out the one that is wrong."
        raise ExtractRefused(
            f"{name} was refused: {len(doubled)} column(s) stand more than once.",
            [Problem("the column stands more than once", remedy, name, column=column) for column in doubled],
        )


def _but_variants(header: Header, missing: Sequence[str]) -> tuple[str, ...]:
    """The columns that may be a missing one by another name: ``cost_total_net_inc_dnas`` is not ``cost_total_net``."""
    return tuple(cell for cell in header.cells if not any(cell.lower().startswith(f"{name}_") for name in missing))


def _refused_as(miss: NearMiss, name: str) -> ExtractRefused:
    title = sources()[miss.kind].source.title
    whole = Problem("records of persons are not read into memory", "Read it where such files are folded.", name)
    return ExtractRefused(
        f"{name} was refused: it looks like '{title}' ({miss.layout.name}).", miss.problems(name) or [whole]
    )


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
    _refuse_records(path, name)
    found = recognise(path, layouts(), name)
    if isinstance(found, NearMiss):
        raise _refused_as(found, name)
    read: list[ReadExtract] = []
    problems: list[Problem] = []
    for sheet in found or []:
        try:
            curate = sources()[sheet.kind].curate
            assert curate, "linked records are refused before, or folded"
            raw = load(sheet, path, name)
            read.append(ReadExtract(sheet.kind, raw, curate(raw)))
        except ExtractRefused as refused:
            problems.extend(refused.problems)
    for kind in dict.fromkeys(sheet.kind for sheet in found or []):
        if check_file := sources()[kind].check_file:
            problems.extend(check_file(path, name, found or [], read))
    if problems:
        raise ExtractRefused(f"{name} was refused: {len(problems)} problem(s).", problems)
    return read
