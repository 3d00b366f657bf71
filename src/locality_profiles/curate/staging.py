"""Staging: each supplied file read once, checked on its own, and kept as typed Parquet.

A staged file is addressed by the sha256 of the supplied bytes and by the code that read it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from locality_profiles.episodes.engine import HERE, Where
from locality_profiles.errors import ExtractRefused, Problem, TransientError
from locality_profiles.sources import (
    ReadExtract,
    SourceModule,
    folding,
    read_extract,
    refuse_doubled_columns,
    sources,
)
from locality_profiles.sources._mapped import read_mapped
from locality_profiles.tables.checksum import Marks, checksum_of, checksums_of, has_changed, marks_of
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import CONTRACTS, EXTRACT, STAGED
from locality_profiles.tables.notes import read_note
from locality_profiles.tables.own_columns import OwnColumns
from locality_profiles.tables.relation import relation
from locality_profiles.tables.store import Store, Stored, beside, code_key, folder_for_scratch, key_of
from locality_profiles.tables.suites import empty_view

#: The ingest groups, in the order in which they are read.
GROUPS = ("places", "population", "deprivation", "activity", "budget")


@dataclass(frozen=True)
class StagedPart:
    """One recognised sheet of a file, as staged."""

    kind: str
    sheet: str | None
    layout: str
    rows: int
    claims: tuple[str, ...]
    notes: tuple[str, ...]
    tables: dict[str, Stored]
    mapping: str = ""
    """The mapping of the workspace's own through which it was read; empty if it is laid out as published."""


@dataclass(frozen=True)
class StagedFile:
    """One supplied file, as staged. A file that no source knows has no parts."""

    path: Path
    name: str
    sha256: str
    size: int
    parts: tuple[StagedPart, ...]
    reused: bool

    @property
    def extract_id(self) -> str:
        return self.sha256[:12]


def stage_file(
    path: Path, name: str, store: Store, where: Where = HERE, own: OwnColumns | None = None
) -> StagedFile:  # fmt: skip
    """Read one file into the store, or find it there.

    ``where`` says on which engine files of linked records are read; ``own`` is the mapping through which the file is
    read, if it is laid out in a way of its own.

    Raises
    ------
    ExtractRefused
        With every problem of the file.
    """
    marks, since = marks_of(path), time.time_ns()
    sha256 = checksum_of(path, checksums_of(store))
    key = _key_of_file(path, name, sha256, own)
    if found := _find(path, name, store, sha256, own):
        return found
    try:
        parts = _read_parts(path, name, sha256, key, store, where, own)
    except Exception as error:
        if _replaced(path, marks, since, sha256):  # what is wrong may be that it is half one file and half another
            raise _was_replaced(name) from error
        raise
    if _replaced(path, marks, since, sha256):
        raise _was_replaced(name)
    note = _note_of(store, key)
    note.parent.mkdir(parents=True, exist_ok=True)
    with beside(note) as aside:
        aside.write_text(json.dumps([_as_note(part) for part in parts], indent=1), encoding="utf-8")
    return StagedFile(path, name, sha256, path.stat().st_size, parts, reused=False)


def _read_parts(
    path: Path, name: str, sha256: str, key: str, store: Store, where: Where, own: OwnColumns | None = None
) -> tuple[StagedPart, ...]:
    """The sheets of a file, or the one part that a file of linked records is folded into."""
    if own is not None:
        mapped = enumerate(read_mapped(path, name, own))
        return tuple(replace(_stage_part(sheet, sha256, key, n, store), mapping=own.name) for n, sheet in mapped)
    module = folding(path)
    if module is not None:
        return (_fold_part(module, path, name, sha256, key, store, where),)
    read = enumerate(read_extract(path, name))
    return tuple(_stage_part(sheet, sha256, key, number, store) for number, sheet in read)


def _replaced(path: Path, marks: Marks, since: int, sha256: str) -> bool:
    """Whether a file is gone, or another than it was when it was begun to be read."""
    return not path.is_file() or has_changed(path, marks, since, sha256)


def _was_replaced(name: str) -> TransientError:
    return TransientError(
        f"{name} was changed while it was read. Nothing was published.",
        [Problem("the file was replaced while it was being read", "When it is all there, run the build again.", name)],
    )


def _key_of_file(path: Path, name: str, sha256: str, own: OwnColumns | None) -> str:
    mapped = [own.meaning()] if own is not None else []
    return key_of("staged", sha256, name if _named_for_its_content(path) else "", code_key(), *mapped)


def _note_of(store: Store, key: str) -> Path:
    return store.folder / "_staged" / f"{key}.json"


def _find(path: Path, name: str, store: Store, sha256: str, own: OwnColumns | None = None) -> StagedFile | None:
    """The file as it was staged before, if all that it gave is there."""
    note = _note_of(store, _key_of_file(path, name, sha256, own))
    noted = read_note(note)
    if noted is not None and (told := _from_note(noted, store)) is not None:
        return StagedFile(path, name, sha256, path.stat().st_size, told, reused=True)
    return None


def stage_linked(named: Mapping[Path, str], store: Store, where: Where) -> dict[Path, Future[StagedFile]]:
    """Read files of linked records, two at a time, each on a processor of its own; the largest first.

    Two threads on one file wait for each other; one thread each on two files does not. A cluster reads one by one. A
    file that is alone to be read, as on most nights, has the whole machine.
    """
    largest_first = sorted(named, key=lambda path: -path.stat().st_size)
    with ThreadPoolExecutor(max_workers=READERS) as readers:
        sums = list(readers.map(lambda path: checksum_of(path, checksums_of(store)), largest_first))
    told = zip(largest_first, sums, strict=True)
    anew = sum(_find(path, named[path], store, sha256) is None for path, sha256 in told)
    at_once = max(min(READERS, anew), 1) if where.name == "duckdb" else 1
    each = replace(where, among=at_once)
    with ThreadPoolExecutor(max_workers=at_once) as readers:
        return {path: readers.submit(stage_file, path, named[path], store, each) for path in largest_first}


#: Files that are read side by side.
READERS = 2


def _named_for_its_content(path: Path) -> bool:
    """Some layouts carry their year in the file's name only, so the name is part of the key."""
    return any(character.isdigit() for character in path.stem)


def _stage_part(read: ReadExtract, sha256: str, key: str, number: int, store: Store) -> StagedPart:
    stored = {}
    for table, rows in read.curated.tables.items():
        part_key = key_of(key, number, table)
        about = {"kind": read.kind, "file": read.raw.name}
        stored[table] = store.write(f"_{table}", part_key, _with_origin(rows, table, sha256[:12]), about)
    raw = read.raw
    return StagedPart(
        read.kind, raw.sheet, raw.layout.name, len(raw), read.curated.claims,
        (*raw.notes, *read.curated.notes), stored,
    )  # fmt: skip


def _fold_part(
    module: SourceModule, path: Path, name: str, sha256: str, key: str, store: Store, where: Where
) -> StagedPart:
    """Read a file of linked records into its pieces, on the engine that was chosen."""
    assert module.fold is not None
    kind = module.source.kind
    refuse_doubled_columns(path, name)
    with folder_for_scratch(store.folder) as scratch:
        with where.engine(scratch) as engine:
            read = module.fold(engine, path, name, scratch, sha256[:12])
        about = {"kind": kind, "file": name, "year": read.year.begins, "held": read.kinds, "extract_id": sha256[:12]}
        stored = {}
        for piece in sorted(scratch.glob("*.parquet")):
            noted = {**about, **read.about(piece.stem)}
            private = piece.stem in module.private
            stored[piece.stem] = store.adopt(f"_{piece.stem}", key_of(key, piece.stem), piece, noted, private)
    return StagedPart(kind, None, module.layouts[0].name, read.rows, read.claims(), read.notes(), stored)


def _with_origin(rows: pa.Table, table: str, extract_id: str) -> pa.Table:
    """The rows with their extract, and without the columns for names where every place came with a code.

    They then have the form of the curated table, of which a large piece can be a part as it is.
    """
    every_row = pa.DictionaryArray.from_arrays(np.zeros(rows.num_rows, dtype=np.int8), [extract_id])
    rows = rows.append_column("extract_id", every_row)
    names = [name for name in ("place_name", "place_parent") if rows[name].null_count < rows.num_rows]
    return rows.select([*CONTRACTS[table].schema.names, *names])


def _as_note(part: StagedPart) -> dict[str, Any]:
    return {
        "kind": part.kind, "sheet": part.sheet, "layout": part.layout, "rows": part.rows, "claims": part.claims,
        "notes": part.notes, "tables": {table: stored.key for table, stored in part.tables.items()},
        "mapping": part.mapping,
    }  # fmt: skip


def _from_note(told: list[dict[str, Any]], store: Store) -> tuple[StagedPart, ...] | None:
    """Parts as noted, or None where a table that the note names has gone."""
    parts = []
    for part in told:
        tables = {table: store.find(f"_{table}", key) for table, key in part["tables"].items()}
        if any(stored is None for stored in tables.values()):
            return None
        parts.append(
            StagedPart(part["kind"], part["sheet"], part["layout"], part["rows"], tuple(part["claims"]),
                       tuple(part["notes"]), {table: stored for table, stored in tables.items() if stored},
                       part.get("mapping", ""))
        )  # fmt: skip
    return tuple(parts)


def refuse_double_claims(files: Sequence[StagedFile]) -> None:
    """Two files may not both say the same thing of the same period.

    Raises
    ------
    ExtractRefused
        Naming each pair of files and what both claim.
    """
    owner: dict[str, StagedFile] = {}
    clashes: dict[tuple[str, str], list[str]] = {}
    for file in files:
        for claim in dict.fromkeys(claim for part in file.parts for claim in part.claims):
            first = owner.setdefault(claim, file)
            if first is not file:
                clashes.setdefault((first.name, file.name), []).append(claim)
    if clashes:
        problems = [
            Problem(
                f"gives {_listed(claims)}, which {first} gives already; each was expected from one file",
                "Take one of the two out of the extracts folder, or out of [extracts] read in profiles.toml.",
                second,
            )
            for (first, second), claims in clashes.items()
        ]
        raise ExtractRefused(f"{len(clashes)} pair(s) of extracts claim the same thing.", problems)


def _listed(claims: Sequence[str], shown: int = 3) -> str:
    more = f" and {len(claims) - shown} more" if len(claims) > shown else ""
    return "; ".join(claims[:shown]) + more


def by_group(files: Iterable[StagedFile]) -> dict[str, list[tuple[StagedFile, StagedPart]]]:
    """Recognised parts by ingest group."""
    grouped: dict[str, list[tuple[StagedFile, StagedPart]]] = {group: [] for group in GROUPS}
    for file in files:
        for part in file.parts:
            grouped[sources()[part.kind].source.group].append((file, part))
    return grouped


def staged_tables(files: Iterable[StagedFile], table: str) -> list[Stored]:
    """Every staged piece of one curated table."""
    return [part.tables[table] for file in files for part in file.parts if table in part.tables]


def union_of(table: str, paths: Sequence[Path]) -> str:
    """A query over staged pieces of one curated table; a column that a piece does not have is empty."""
    columns = [empty_view(STAGED[table]), empty_view(CONTRACTS[table])]
    return " union all by name ".join([*columns, *(f"select * from {relation(path)}" for path in paths)])


def extract_table(files: Sequence[StagedFile]) -> pa.Table:
    """The ``extract`` table: one row per recognised sheet of a supplied file."""
    rows = [(file, part, sources()[part.kind].source) for file in files for part in file.parts]
    columns = {
        "extract_id": [f.extract_id for f, _, _ in rows], "kind": [p.kind for _, p, _ in rows],
        "file": [f.name for f, _, _ in rows], "sheet": [p.sheet for _, p, _ in rows],
        "layout": [p.layout for _, p, _ in rows], "title": [s.title for _, _, s in rows],
        "publisher": [s.publisher for _, _, s in rows], "licence": [s.licence for _, _, s in rows],
        "page": [s.page for _, _, s in rows], "sha256": [f.sha256 for f, _, _ in rows],
        "bytes": [f.size for f, _, _ in rows], "rows": [p.rows for _, p, _ in rows],
        "claims": [_listed(p.claims, 6) for _, p, _ in rows], "notes": ["; ".join(p.notes) or None for _, p, _ in rows],
        "mapping": [p.mapping or None for _, p, _ in rows],
    }  # fmt: skip
    return conform(EXTRACT, columns, len(rows))
