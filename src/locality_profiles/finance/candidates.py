"""What makes a programme or a service a candidate for marginal analysis: limits, read strictly from a declaration."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, read_declaration

FILE = Path(__file__).parent / "candidates.toml"


@dataclass(frozen=True)
class Limits:
    """Limits of the rules; None where a declaration leaves a rule out."""

    least_percent: float
    largest: int | None
    from_others: float | None
    others: int
    from_fair: float | None
    growth: float | None
    contracts: bool


_TOP = {
    "least_percent": Field(float, required=True, default=0.0),
    "largest_programmes": Field(dict), "far_from_others": Field(dict), "far_from_fair": Field(dict),
    "real_growth": Field(dict), "contracts_end": Field(dict),
}  # fmt: skip
_COUNT = {"count": Field(int, required=True, default=1)}
_PERCENT = {"percent": Field(float, required=True, default=1.0)}
_OTHERS = {**_PERCENT, "others": Field(int, required=True, default=1)}


@cache
def candidate_limits(own: Path | None = None) -> Limits:
    """The limits of a workspace, or those of the package.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, _TOP)
    if not 0 <= told["least_percent"] < 100:
        declared.problem("'least_percent' should be a percentage", "Write a number from 0 to 100.", "least_percent")
    largest = _table(declared, told, "largest_programmes", _COUNT)
    others = _table(declared, told, "far_from_others", _OTHERS)
    fair = _table(declared, told, "far_from_fair", _PERCENT)
    growth = _table(declared, told, "real_growth", _PERCENT)
    contracts = _table(declared, told, "contracts_end", {})
    declared.finish()
    return Limits(
        float(told["least_percent"]), largest.get("count"), others.get("percent"), others.get("others", 1),
        fair.get("percent"), growth.get("percent"), contracts is not NONE,
    )  # fmt: skip


#: A rule that a declaration leaves out.
NONE: dict[str, Any] = {}


def _table(declared: Declaration, told: dict[str, Any], name: str, fields: dict[str, Field]) -> dict[str, Any]:
    if told[name] is None:
        return NONE
    found = declared.read(told[name], fields, name)
    for key, value in found.items():
        if value <= 0:
            declared.problem(f"[{name}] '{key}' should be above 0", f"Write {key} = 1 or more.", name, key)
    return found
