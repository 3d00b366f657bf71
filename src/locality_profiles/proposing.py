"""What a file suggests about an area system: outlines, a table of data zones, or a table of points.

What a person says stands. The rest is taken from the content and the headings of the file, and told with
the option that says otherwise.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from locality_profiles.errors import ExtractRefused, Problem, WorkspaceError
from locality_profiles.geography.names import slug
from locality_profiles.geography.outlines import Look, look_at_file
from locality_profiles.geography.vintages import USUAL
from locality_profiles.meant import did_you_mean
from locality_profiles.tables.curated import OUT
from locality_profiles.tables.intake import header_key
from locality_profiles.workspace import AREA_TITLES, BLOCK_TYPES, FITS, SYSTEM_NAME, AreaSystem

#: Kinds of area that a workspace has only if it declares them; the others of AREA_TITLES come from the extracts.
DECLARABLE = ("locality", "ward", "gp_cluster")

#: What may be said of a file, by the origin that it turns out to have.
SAYABLE = {
    "polygons": ("name_column", "code_column", "layer", "crs", "fit"),
    "file": ("name_column", "block_column", "code_column", "weight_column", "blocks"),
    "points": ("name_column", "postcode_column", "x_column", "y_column", "crs"),
}
IN_WORDS = {"polygons": "outlines", "file": "a table of data zones", "points": "a table of points"}

#: Columns that are known by their headings, in the form in which headings are compared.
HEADINGS = {
    "block_column": r"(?:.*[\W_])?(?:data[\W_]?zone|dz)(?:[\W_]?\d{2,4})?(?:[\W_]?code)?",
    "weight_column": r"(?:.*[\W_])?(?:weight|share|proportion|fraction)",
    "postcode_column": r"(?:.*[\W_])?post ?code|pcds?",
    "x_column": r"(?:.*[\W_])?(?:long?|longitude|easting|x|x[\W_]?coord(?:inate)?)",
    "y_column": r"(?:.*[\W_])?(?:lat|latitude|northing|y|y[\W_]?coord(?:inate)?)",
}


@dataclass(frozen=True)
class Said:
    """What a person says of a new area system, as the options of the command spell it."""

    title: str | None = None
    plural: str | None = None
    name_column: str | None = None
    block_column: str | None = None
    code_column: str | None = None
    weight_column: str | None = None
    postcode_column: str | None = None
    x_column: str | None = None
    y_column: str | None = None
    layer: str | None = None
    crs: str | None = None
    fit: str | None = None
    blocks: str | None = None


@dataclass(frozen=True)
class Proposed:
    """An area system as its file suggests it.

    ``taken`` holds what nobody said, by option; ``why`` says in sentences what was seen in the file.
    """

    system: AreaSystem
    taken: dict[str, str]
    why: tuple[str, ...]


def option(key: str) -> str:
    """How the command line spells a key of ``Said``.

    >>> option("name_column")
    '--name-column'
    """
    return f"--{key.replace('_', '-')}"


def check_name(name: str) -> None:
    """A name of an area system that ``profiles.toml`` can hold and that no other kind of area bears.

    Raises
    ------
    WorkspaceError
        With a name that would do.
    """
    if not re.fullmatch(SYSTEM_NAME, name):
        better = slug(name).replace("-", "_")
        better = better if better[0].isalpha() else f"area_{better}"
        raise WorkspaceError(
            f"'{name}' cannot be the name of an area system: a name is small letters, digits and underscores. "
            f'Call it {better}, and give --title "{name}".'
        )
    if name == OUT.lower():
        raise WorkspaceError(f"'{name}' stands for what lies in no area. Give the area system another name.")
    if name in AREA_TITLES and name not in DECLARABLE:
        raise WorkspaceError(
            f"'{name}' is a kind of area that every workspace has. Give yours another name, such as own_{name}."
        )


def propose(name: str, path: Path, said: Said) -> Proposed:
    """The area system that a file suggests, after what is said of it.

    Raises
    ------
    ExtractRefused
        If the file is damaged, is of no kind that can be used, or leaves open what a column means.
    WorkspaceError
        If something is said that does not go with such a file.
    """
    _refuse_unknown_values(said)
    look = look_at_file(path, path.name, called=name, layer=said.layer)
    found = _columns_by_heading(look, said)
    origin = _origin(look, said, found, path)
    _refuse_what_does_not_go(origin, said, path)
    told = {key: value for key, value in asdict(said).items() if value is not None}
    _refuse_missing_columns(look, told, path)
    taken = _taken(name, look, origin, told, found)
    settled = {**taken, **told}
    if "name_column" not in settled:
        raise _open(path, look, "it is not clear which column names the areas", "Say it with --name-column.")
    kind = {"from": origin, **settled}
    return Proposed(_system(name, path, kind), taken, look.why)


def _system(name: str, path: Path, settled: dict[str, Any]) -> AreaSystem:
    spelt = {"from": "origin", "blocks": "block_type"}
    return AreaSystem(name=name, file=str(path), **{spelt.get(key, key): value for key, value in settled.items()})


# --- what is taken from the file ------------------------------------------------------------------


def _columns_by_heading(look: Look, said: Said) -> dict[str, str]:
    """Columns whose heading alone tells what they hold; both of two coordinates, or neither."""
    found: dict[str, str] = {}
    for key, pattern in HEADINGS.items():
        for column in look.columns:
            if re.fullmatch(pattern, header_key(column)):
                found.setdefault(key, column)
    if not {"x_column", "y_column"} <= {*found, *(key for key, value in asdict(said).items() if value)}:
        found = {key: column for key, column in found.items() if key not in ("x_column", "y_column")}
    return found


def _origin(look: Look, said: Said, found: dict[str, str], path: Path) -> str:
    if look.kind == "polygons":
        if look.layer is None and len(look.layers) > 1:
            listed = ", ".join(f"'{layer}'" for layer in look.layers)
            raise _open(path, look, f"the file has {len(look.layers)} layers ({listed})", "Say which with --layer.")
        return "polygons"
    if look.kind == "table":
        zones = look.block_column or "block_column" in found
        if said.block_column or (zones and not (said.postcode_column or said.x_column)):
            return "file"
        if said.postcode_column or (said.x_column and said.y_column) or {"postcode_column", "x_column"} & {*found}:
            return "points"
        raise _open(path, look, "no column holds codes of data zones, and none is headed as postcode or coordinates",
                    "Say which it is: --block-column, --postcode-column, or --x-column and --y-column.")  # fmt: skip
    raise _open(path, look, "it holds neither outlines nor a table",
                "Points are read from a table: a column of names, and postcodes or two coordinates.")  # fmt: skip


def _taken(name: str, look: Look, origin: str, told: dict[str, str], found: dict[str, str]) -> dict[str, str]:
    """What nobody said, in the order in which ``Said`` asks."""
    one, several = AREA_TITLES.get(name, (name.replace("_", " ").capitalize(), ""))
    one = told.get("title", one)
    called = (column for column in look.columns if header_key(column).replace("_", " ") == name.replace("_", " "))
    guesses: dict[str, str | None] = {
        "title": one, "plural": several if several and "title" not in told else plural_of(one),
        "name_column": look.name_column or next(called, None), "code_column": look.code_column,
        "blocks": look.block_type if look.block_type != USUAL else None, **found,
        "block_column": look.block_column or found.get("block_column"),
    }  # fmt: skip
    if origin == "points":
        by_coordinates = "x_column" in told or ("x_column" in found and "postcode_column" not in told)
        for key in ("postcode_column",) if by_coordinates else ("x_column", "y_column"):
            guesses[key] = None
    asked = ("title", "plural", *SAYABLE[origin])
    return {key: value for key in asked if key not in told and (value := guesses.get(key))}


def plural_of(title: str) -> str:
    """Several of a thing, for a title that nobody gave.

    >>> plural_of("Community council"), plural_of("Parish"), plural_of("Locality"), plural_of("Bay")
    ('Community councils', 'Parishes', 'Localities', 'Bays')
    """
    if re.search(r"(?:s|x|z|ch|sh)$", title):
        return f"{title}es"
    return f"{title[:-1]}ies" if re.search(r"[^aeiou]y$", title) else f"{title}s"


# --- what is refused ------------------------------------------------------------------------------


def _open(path: Path, look: Look, what: str, remedy: str) -> ExtractRefused:
    """The error for a file that leaves open what it is; with what was seen in it."""
    columns = ", ".join(f"'{column}'" for column in look.columns)
    seen = " ".join([*look.why, *([f"Its columns: {columns}."] if columns else [])])
    return ExtractRefused(f"{path.name} leaves something open. {seen}", [Problem(what, remedy, path.name)])


def _refuse_unknown_values(said: Said) -> None:
    for key, known in (("fit", tuple(FITS)), ("blocks", BLOCK_TYPES)):
        value = getattr(said, key)
        if value is not None and value not in known:
            hint = did_you_mean(value, known, f"It may be {', '.join(known)}.")
            raise WorkspaceError(f"{option(key)} {value} is not known. {hint}")
    if bool(said.x_column) != bool(said.y_column):
        raise WorkspaceError("--x-column and --y-column go together: a point has two coordinates.")


def _refuse_what_does_not_go(origin: str, said: Said, path: Path) -> None:
    goes = ("title", "plural", *SAYABLE[origin])
    never = [key for key, value in asdict(said).items() if value is not None and key not in goes]
    if never:
        raise WorkspaceError(
            f"{path.name} is read as {IN_WORDS[origin]}, with which {' and '.join(map(option, never))} "
            f"cannot be said. These can: {', '.join(map(option, SAYABLE[origin]))}."
        )


def _refuse_missing_columns(look: Look, told: dict[str, str], path: Path) -> None:
    known = {header_key(column) for column in look.columns}
    missing = [column for key, column in told.items() if key.endswith("_column") and header_key(column) not in known]
    if missing:
        there = ", ".join(f"'{column}'" for column in look.columns)
        raise ExtractRefused(
            f"{path.name} cannot be used as it is said.",
            [Problem("there is no such column", did_you_mean(column, look.columns, f"There is {there}."), path.name,
                     column=column) for column in missing],
        )  # fmt: skip
