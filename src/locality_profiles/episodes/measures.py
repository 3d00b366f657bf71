"""What activity is counted in, and what each measure may be added over.

Adding what may not be added is the commonest way of being wrong about activity: people counted again in each month,
places counted again on each day, medians averaged. So each measure has a class, and asking for such a sum is an
error that says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from locality_profiles.declarations import Field, read_declaration

FILE = Path(__file__).parent / "measures.toml"
OVER = ("time", "place", "service", "age", "sex")

#: What a measure of each class may not be added over, and why.
FORBIDDEN: dict[str, dict[str, str]] = {
    "flow": {},
    "stock": {"time": "it counts how many there are on a day, so two days would count the same ones twice"},
    "distinct": {
        "time": "somebody who is there in two periods would be counted twice",
        "service": "somebody who uses two services would be counted twice",
    },
    "ratio": dict.fromkeys(OVER, "a median or percentage of a whole is not the sum of those of its parts"),
}
#: What a definition may say of a measure of each class (``additive``).
MAY_BE_CALLED = {
    "flow": ("flow",), "stock": ("stock",), "distinct": ("distinct", "once"), "ratio": (),
}  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """One measure of activity: its title, its class of additivity, and its unit."""

    code: str
    title: str
    kind: str
    unit: str

    def why_not_over(self, what: str) -> str | None:
        """Why it may not be added over time, places, services, ages or sexes; None where it may.

        Raises
        ------
        ValueError
            If ``what`` is none of these.
        """
        if what not in OVER:
            raise ValueError(f"a sum is over {', '.join(OVER)}, not over '{what}'")
        why = FORBIDDEN[self.kind].get(what)
        return why and f"{self.title} ({self.code}) may not be added over {what}: {why}"


_MEASURE = {
    "title": Field(str, required=True, default=""),
    "class": Field(str, required=True, default="flow", allowed=tuple(FORBIDDEN)),
    "unit": Field(str, required=True, default=""),
}


@cache
def measures(path: Path = FILE) -> Mapping[str, Measure]:
    """Every measure, by code.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file.
    """
    declared = read_declaration(path)
    found = {}
    for code, table in declared.data.items():
        told = declared.read(table, _MEASURE, code)
        found[code] = Measure(code, told["title"], told["class"], told["unit"])
    declared.finish()
    return found
