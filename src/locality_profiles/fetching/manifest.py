"""The manifest: what was fetched, from where, when, and what it holds."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from locality_profiles.errors import ExtractRefused
from locality_profiles.fetching.catalogue import NAME, SUFFIXES
from locality_profiles.fetching.deciding import Failure
from locality_profiles.sources import layouts
from locality_profiles.tables.intake import NearMiss, load, recognise
from locality_profiles.tables.limits import DECLARATION
from locality_profiles.workspace import FETCHED, MANIFEST

FORM = 1
#: A file's name in a manifest: no folder, nothing hidden.
FILE_NAME = r"[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,199}"


@dataclass(frozen=True)
class Kept:
    """One file that was fetched."""

    name: str
    file: str
    title: str
    kinds: tuple[str, ...]
    publisher: str
    licence: str
    page: str
    address: str
    """Where it came from; of a file out of a mirror that has no manifest, its place there."""
    fetched: str
    """When, with the time zone."""
    sha256: str
    bytes: int
    rows: int
    columns: tuple[str, ...]
    etag: str = ""
    last_modified: str = ""
    resource: str = ""
    version: str = ""
    by: str = "network"
    """network or mirror"""


def manifest_at(folder: Path) -> Path:
    return folder / MANIFEST


def read_manifest(path: Path) -> list[Kept]:
    """The files of a manifest; none where there is no manifest.

    Raises
    ------
    Failure
        If it is not one of ours: it is read as data that somebody else may have written.
    """
    if not path.is_file():
        return []
    try:
        if path.stat().st_size > DECLARATION.most:
            raise ValueError
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["form"] != FORM:
            raise ValueError
        return [_kept(each) for each in data["files"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Failure(
            f"{path.name} in {path.parent.name} is no manifest that can be read",
            "Take it away: what it lists stays, and the next fetch writes a new one.",
        ) from None


_TYPES = {"bytes": int, "rows": int}


def _kept(told: dict[str, Any]) -> Kept:
    """One entry, with every field of the type and form that it should have."""
    for each in fields(Kept):
        value: Any = told[each.name]
        wanted: type = list if each.name in ("kinds", "columns") else _TYPES.get(each.name, str)
        if type(value) is not wanted:
            raise ValueError
        if isinstance(value, list) and any(type(item) is not str for item in value):
            raise ValueError
    if not re.fullmatch(NAME, told["name"]) or not re.fullmatch(FILE_NAME, told["file"]):
        raise ValueError
    if not told["file"].lower().endswith(SUFFIXES) or not re.fullmatch(r"[0-9a-f]{64}", told["sha256"]):
        raise ValueError
    lists = {key: tuple(told[key]) for key in ("kinds", "columns")}
    return Kept(**{each.name: told[each.name] for each in fields(Kept)} | lists)


def write_manifest(path: Path, files: Iterable[Kept]) -> None:
    """Write a manifest aside and put it in its place in one step."""
    listed = [asdict(each) for each in sorted(files, key=lambda each: (each.name, each.file))]
    aside = path.with_name(f".{path.name}.part")
    with aside.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"form": FORM, "files": listed}, indent=1, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def whole(folder: Path, kept: Kept) -> bool:
    """Whether a file is there as the manifest has it."""
    path = folder / kept.file
    return path.is_file() and path.stat().st_size == kept.bytes and sha256_of(path) == kept.sha256


@dataclass(frozen=True)
class Contents:
    """What a file holds: kinds of extract, rows and columns of the tables that are known."""

    kinds: tuple[str, ...]
    rows: int
    columns: tuple[str, ...]


def contents_of(path: Path, name: str, kinds: tuple[str, ...] = ()) -> Contents:
    """What a file holds, as the sources see it.

    Raises
    ------
    Failure
        If no source knows it though one should, or it is of another kind than was expected.
    """
    try:
        found = recognise(path, layouts(), name)
        if not isinstance(found, NearMiss) and found is not None:
            tables = [load(sheet, path, name) for sheet in found]
            told = tuple(dict.fromkeys(sheet.kind for sheet in found))
            if kinds and not set(told) & set(kinds):
                raise Failure(f"it is an extract of another kind ({', '.join(told)}; expected {', '.join(kinds)})",
                              "See whether the publisher has put other data there.")  # fmt: skip
            columns = dict.fromkeys(column for table in tables for column in table.columns.column_names)
            return Contents(told, sum(map(len, tables)), tuple(columns))
    except ExtractRefused as refused:
        said = "; ".join(problem.what for problem in refused.problems[:3])
        raise Failure(f"it cannot be read: {said}", "See whether the publisher has changed its layout.") from None
    if isinstance(found, NearMiss) and kinds:
        said = "; ".join(problem.sentence() for problem in found.problems(name)[:3])
        raise Failure(
            f"it no longer has the layout that is read here: {said}",
                      "What was there stays. A newer edition of this program may read it.")  # fmt: skip
    if kinds:
        raise Failure("it has no layout that is read here", "See whether the publisher has changed it.")
    return Contents((), 0, ())


__all__ = ["FETCHED", "MANIFEST", "Contents", "Kept", "contents_of", "manifest_at", "read_manifest",
           "sha256_of", "whole", "write_manifest"]  # fmt: skip
