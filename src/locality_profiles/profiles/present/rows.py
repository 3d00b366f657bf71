"""The rows of the present locality profiles, read strictly from ``rows.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from locality_profiles.declarations import Field, read_declaration
from locality_profiles.indicators.definition import Indicator, indicators

FOLDER = Path(__file__).parent
#: Where a change starts, and by how many years before the latest period; the first of the file has no number.
SINCE = {"first": None, "five_years": 5, "ten_years": 10}


@dataclass(frozen=True)
class PresentRow:
    """One row: its name and place there, how it is printed there, and the indicator here that answers it.

    ``made_by`` is the definition by which its figure is made there, the indicator itself if it is made as here.
    """

    position: int
    section: str
    label: str
    type: str
    indicator: str
    made_by: str
    category: str
    decimals: int
    text: str
    country: float | None
    since: str | None
    differs: str | None


_ROW = {
    "section": Field(str, required=True, default=""),
    "label": Field(str, required=True, default=""),
    "type": Field(str, required=True, default="", allowed=("count", "rate", "percentage", "ratio", "mean")),
    "indicator": Field(str, required=True, default=""),
    "as": Field(str),
    "category": Field(str, default="all"),
    "decimals": Field(int, required=True, default=0),
    "text": Field(str, default="{value}"),
    "country": Field(float),
    "since": Field(str, allowed=tuple(SINCE)),
    "differs": Field(str),
}


@cache
def own_definitions() -> Mapping[str, Indicator]:
    """Definitions of figures that are made otherwise there, by id."""
    return indicators(FOLDER / "definitions")


@cache
def present_rows(path: Path = FOLDER / "rows.toml") -> tuple[PresentRow, ...]:
    """Every row, in the order of the present profiles.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file.
    """
    declared = read_declaration(path)
    told = declared.read(declared.data, {"row": Field(list, required=True, default=[])})
    rows = []
    for number, table in enumerate(told["row"]):
        where = ("row", str(number))
        row = declared.read(table, _ROW, *where)
        made_by = row["as"] or row["indicator"]
        for key, name, known in (("indicator", row["indicator"], indicators()), ("as", row["as"], own_definitions())):
            if name and name not in known:
                declared.problem(f"there is no definition '{name}'", f"Known: {', '.join(known)}.", *where, key)
        if "{value}" not in row["text"]:
            declared.problem("'text' does not say where the number stands", "Write {value} in it.", *where, "text")
        rows.append(PresentRow(
            number + 1, row["section"], row["label"], row["type"], row["indicator"], made_by, row["category"],
            row["decimals"], row["text"], row["country"], row["since"], row["differs"],
        ))  # fmt: skip
    declared.finish()
    return tuple(rows)
