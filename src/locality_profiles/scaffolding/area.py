"""A new area system without writing a line of ``profiles.toml``: from a file, lists of data zones, or postcodes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from locality_profiles import adding
from locality_profiles.adding import Added
from locality_profiles.errors import Problem, WorkspaceError
from locality_profiles.proposing import Said, check_name, plural_of
from locality_profiles.workspace import AREA_TITLES, BLOCK_CODE, AreaSystem, DeclaredArea, Workspace

POSTCODE = r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}"
HOW = ("Say what it is made of: --from FILE; --area 'Name=S01…,S01…' for each area, with its data zones; or "
       "--point 'Name=postcode' for each, for catchments.")  # fmt: skip


def new_area(
    workspace: Workspace,
    name: str,
    title: str | None = None,
    file: Path | None = None,
    areas: Sequence[str] = (),
    points: Sequence[str] = (),
    dry_run: bool = False,
) -> Added:
    """Propose an area system, place it against the workspace, and put it into ``profiles.toml`` unless ``dry_run``.

    Raises
    ------
    WorkspaceError
        If the name cannot be one or is taken, or it is not said in one way what the system is made of.
    ExtractRefused, UnknownArea
        If a file, a data zone or a postcode cannot be used.
    """
    if sum(map(bool, (file, areas, points))) != 1:
        raise WorkspaceError(HOW)
    if file is not None:
        return adding.add_system(workspace, name, file, Said(title=title), dry_run=dry_run)
    check_name(name)
    one = title or AREA_TITLES.get(name, (name.replace("_", " ").capitalize(), ""))[0]
    plural = AREA_TITLES[name][1] if title is None and name in AREA_TITLES else plural_of(one)
    declared = of_blocks(areas) if areas else of_postcodes(points)
    system = AreaSystem(name, one, plural, "blocks" if areas else "points", areas=declared)
    return adding.add_declared(workspace, system, dry_run=dry_run)


def of_blocks(said: Sequence[str]) -> tuple[DeclaredArea, ...]:
    """Areas of data zones, each said as 'Name=S01…,S01…'.

    >>> of_blocks(["Ness & Wick=S01900001, S01900002"])[0].blocks
    ('S01900001', 'S01900002')
    """
    pairs = _pairs(said, "--area", "Name=S01000001,S01000002")
    found = [
        DeclaredArea(name, blocks=tuple(part for part in re.split(r"[,;\s]+", value) if part)) for name, value in pairs
    ]
    wrong = [Problem(f"'{block}' of '{area.name}' is no code of a data zone", "It is S01 and six digits.")
             for area in found for block in area.blocks if not re.fullmatch(BLOCK_CODE, block)]  # fmt: skip
    _refuse(wrong)
    return tuple(found)


def of_postcodes(said: Sequence[str]) -> tuple[DeclaredArea, ...]:
    """Catchments of points, each said as 'Name=postcode'.

    >>> of_postcodes(["Ness Health Centre=zz1 1zz"])[0].postcode
    'ZZ1 1ZZ'
    """
    pairs = [(name, value.upper()) for name, value in _pairs(said, "--point", "Name=ZE1 0AA")]
    _refuse([Problem(f"'{value}' of '{name}' is no postcode", "It has the form ZE1 0AA.")
             for name, value in pairs if not re.fullmatch(POSTCODE, value)])  # fmt: skip
    return tuple(DeclaredArea(name, postcode=value) for name, value in pairs)


def _pairs(said: Sequence[str], option: str, form: str) -> list[tuple[str, str]]:
    pairs = [tuple(part.strip() for part in text.partition("=")[::2]) for text in said]
    _refuse([Problem(f"{option} '{text}' is not understood", f"Write {option} '{form}'.")
             for text, (name, value) in zip(said, pairs, strict=True) if not name or not value])  # fmt: skip
    names = [name for name, _ in pairs]
    _refuse([Problem(f"the name '{name}' is given twice", "Name each area once, with all that it is made of.")
             for name in dict.fromkeys(names) if names.count(name) > 1])  # fmt: skip
    return [(name, value) for name, value in pairs]


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise WorkspaceError("The areas cannot be used as they are said. Nothing was changed.", problems)
