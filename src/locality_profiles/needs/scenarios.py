"""Scenarios of demand: what may become of rates by age, read strictly from a declaration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from locality_profiles.declarations import Declaration, Field, read_declaration

FILE = Path(__file__).parent / "scenarios.toml"
#: Rates stay: the scenario that every other is set against.
BASELINE = "baseline"
#: Rates hardly move by as much in a year as people age.
FASTEST = 1.0


@dataclass(frozen=True)
class Scenario:
    """What becomes of rates by age."""

    id: str
    title: str
    about: str
    years_later_a_year: float
    from_age: int
    fall_percent: float
    floor_percent: float

    @property
    def stays(self) -> bool:
        return self.years_later_a_year == 0 and self.fall_percent == 0


_SCENARIO = {
    "id": Field(str, required=True, pattern="[a-z][a-z0-9_]*"), "title": Field(str, required=True),
    "about": Field(str, required=True), "years_later_a_year": Field(float, default=0.0),
    "from_age": Field(int, default=0), "fall_percent": Field(float, default=0.0),
    "floor_percent": Field(float, default=0.0),
}  # fmt: skip


def scenarios(own: Path | None = None) -> tuple[Scenario, ...]:
    """The scenarios of a workspace, or those of the package; the baseline is the first.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, {"scenario": Field(list, required=True)})
    found = [_scenario(declared, table, str(at)) for at, table in enumerate(told["scenario"] or [])]
    names = [scenario.id for scenario in found]
    for at, name in enumerate(names):
        if name in names[:at]:
            declared.problem(f"two scenarios are called '{name}'", "Give each a name of its own.", "scenario", str(at))
    if not any(scenario.id == BASELINE and scenario.stays for scenario in found):
        declared.problem(f"no scenario '{BASELINE}' leaves rates as they are",
                         f'Add one with id = "{BASELINE}" and no sliders.')  # fmt: skip
    declared.finish()
    return tuple(sorted(found, key=lambda scenario: scenario.id != BASELINE))


def _scenario(declared: Declaration, table: object, at: str) -> Scenario:
    where = ("scenario", at)
    told = declared.read(table, _SCENARIO, *where)
    if not -FASTEST < told["years_later_a_year"] < FASTEST:
        declared.problem("'years_later_a_year' is a year of age a year, or more", "Write a number from -0.5 to 0.5.",
                         *where, "years_later_a_year")  # fmt: skip
    if not 0 <= told["from_age"] < 90:
        declared.problem("'from_age' should be an age below 90", "Write an age such as 50.", *where, "from_age")
    if not -20 <= told["fall_percent"] <= 20:
        declared.problem("'fall_percent' should lie between -20 and 20", "Write 1.0 for 1 % a year.", *where,
                         "fall_percent")  # fmt: skip
    if not 0 <= told["floor_percent"] <= 100:
        declared.problem("'floor_percent' should be a percentage", "Write 85 for 85 % of today.", *where,
                         "floor_percent")  # fmt: skip
    return Scenario(
        told["id"] or "", told["title"] or "", told["about"] or "", float(told["years_later_a_year"]), told["from_age"],
        float(told["fall_percent"]), float(told["floor_percent"]),
    )  # fmt: skip


def scenario_table(found: Sequence[Scenario]) -> pa.Table:
    """The scenarios in their order, for people."""
    rows = [{
        "scenario": scenario.id, "position": at, "title": scenario.title, "about": scenario.about,
        "years_later_a_year": scenario.years_later_a_year, "from_age": scenario.from_age,
        "fall_percent": scenario.fall_percent, "floor_percent": scenario.floor_percent,
    } for at, scenario in enumerate(found, start=1)]  # fmt: skip
    return pa.Table.from_pylist(rows)
