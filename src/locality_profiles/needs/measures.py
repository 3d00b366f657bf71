"""What demand is told of: measures, where their counts come from and what follows from them, read strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration

FILE = Path(__file__).parent / "demand.toml"
#: The last single age, which is open.
LAST_AGE = 90
SEXES = ("female", "male")
#: Kinds of period of which figures are taken, and how many make a year.
PERIODS = {"month": 12, "financial_quarter": 4, "financial_year": 1, "snapshot": 1}


@dataclass(frozen=True)
class CountsFrom:
    """Where counts by age of a measure come from."""

    table: str
    services: tuple[str, ...]
    measure: str
    period: str
    bands: tuple[str, ...]
    total: str
    by_sex: bool
    of: str

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Sex and band of each column of its counts."""
        return tuple((sex, band) for sex in (SEXES if self.by_sex else ("all",)) for band in self.bands)

    def part_of_age(self) -> np.ndarray:
        """The part of each age, females first; -1 for an age of none."""
        band = np.full(LAST_AGE + 1, -1)
        for at, name in enumerate(self.bands):
            first, last = ages_of(name)
            band[first : last + 1] = at
        return np.concatenate([band, np.where(band < 0, -1, band + len(self.bands) * self.by_sex)])


@dataclass(frozen=True)
class Measure:
    """What is asked of services, or carried by people."""

    id: str
    title: str
    unit: str
    family: str
    kind: str
    nature: str
    caveat: str
    sources: tuple[CountsFrom, ...]


@dataclass(frozen=True)
class Follows:
    """What follows from so much of a measure."""

    kind: str
    title: str
    measure: str
    unit: str
    per: float
    formula: str


@dataclass(frozen=True)
class Asked:
    """The whole declaration."""

    measures: tuple[Measure, ...]
    least_for_own_ages: int
    implications: tuple[Follows, ...]
    households: Follows | None


_TOP = {
    "least_for_own_ages": Field(int, default=0), "measure": Field(list, required=True),
    "implication": Field(list, default=[]), "households": Field(dict),
}  # fmt: skip
_ID = "[a-z][a-z0-9_]*"
_MEASURE = {
    "id": Field(str, required=True, pattern=_ID), "title": Field(str, required=True),
    "unit": Field(str, required=True), "family": Field(str, required=True),
    "kind": Field(str, required=True, allowed=("flow", "stock")),
    "is": Field(str, required=True, allowed=("service", "need")), "caveat": Field(str, default=""),
    "source": Field(list, required=True),
}  # fmt: skip
_SOURCE = {
    "table": Field(str, allowed=("activity", "local_count"), default="activity"),
    "service": Field(list, required=True), "measure": Field(str, required=True),
    "period": Field(str, required=True, allowed=tuple(PERIODS)), "bands": Field(list, required=True),
    "total": Field(str, default=""), "by_sex": Field(bool, default=False), "of": Field(str, default=""),
}  # fmt: skip
_FOLLOWS = {
    "kind": Field(str, required=True, pattern=_ID), "title": Field(str, required=True),
    "measure": Field(str, required=True), "unit": Field(str, required=True), "per": Field(float, required=True),
    "formula": Field(str, required=True),
}  # fmt: skip
_HOUSEHOLDS = {name: _FOLLOWS[name] for name in ("kind", "title", "unit")}


def asked(own: Path | None = None) -> Asked:
    """What a workspace, or the package, tells demand of.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, _TOP)
    measures = tuple(_measure(declared, table, str(at)) for at, table in enumerate(told["measure"] or []))
    _refuse_twins(declared, [measure.id for measure in measures], "measure")
    if told["least_for_own_ages"] < 0:
        declared.problem("'least_for_own_ages' is below nought", "Write 50.", "least_for_own_ages")
    known = {measure.id for measure in measures}
    follows = tuple(_follows(declared, table, known, str(at)) for at, table in enumerate(told["implication"]))
    households = None
    if told["households"] is not None:
        home = declared.read(told["households"], _HOUSEHOLDS, "households")
        households = Follows(home["kind"] or "", home["title"] or "", "", home["unit"] or "", 1.0, "")
    _refuse_twins(declared, [each.kind for each in follows] + ([households.kind] if households else []), "implication")
    declared.finish()
    return Asked(measures, told["least_for_own_ages"], follows, households)


def _refuse_twins(declared: Declaration, names: Sequence[str], what: str) -> None:
    for name in sorted({name for name in names if names.count(name) > 1}):
        declared.problem(f"'{name}' stands more than once", "Give each a name of its own.", what)


def _measure(declared: Declaration, table: Any, at: str) -> Measure:
    told = declared.read(table, _MEASURE, "measure", at)
    found = tuple(
        _source(declared, each, ("measure", at, "source", str(n))) for n, each in enumerate(told["source"] or [])
    )
    if told["source"] is not None and not found:
        declared.problem("a measure has no source", "Add [[measure.source]].", "measure", at)
    return Measure(told["id"] or "", told["title"] or "", told["unit"] or "", told["family"] or "",
                   told["kind"] or "stock", told["is"] or "need", told["caveat"], found)  # fmt: skip


def _source(declared: Declaration, table: Any, where: tuple[str, ...]) -> CountsFrom:
    told = declared.read(table, _SOURCE, *where)
    services = list_of_text(declared, told["service"] or [], *where, "service")
    bands = list_of_text(declared, told["bands"] or [], *where, "bands")
    _check_bands(declared, bands, where)
    return CountsFrom(told["table"], services, told["measure"] or "", told["period"] or "snapshot", bands,
                      told["total"], told["by_sex"], told["of"])  # fmt: skip


def _check_bands(declared: Declaration, bands: Sequence[str], where: tuple[str, ...]) -> None:
    """Bands are ages that rise without a gap."""
    wrong = [band for band in bands if not re.fullmatch(r"\d{1,2}-\d{1,2}|\d{1,2}\+", band)]
    for band in wrong:
        declared.problem(f"'{band}' is no band of ages", "Write bands like 65-74 and 85+.", *where, "bands")
    if wrong or not bands:
        return
    spans = [ages_of(band) for band in bands]
    if any(first > last for first, last in spans) or any(
        after[0] != before[1] + 1 for before, after in zip(spans, spans[1:], strict=False)
    ):
        declared.problem("bands of ages overlap, leave a gap or do not rise",
                         'Write bands that follow on each other: ["18-74", "75+"].', *where, "bands")  # fmt: skip


def ages_of(band: str) -> tuple[int, int]:
    """First and last single age of a band."""
    first, _, last = band.rstrip("+").partition("-")
    return int(first), min(int(last), LAST_AGE) if last else LAST_AGE


def _follows(declared: Declaration, table: Any, known: set[str], at: str) -> Follows:
    where = ("implication", at)
    told = declared.read(table, _FOLLOWS, *where)
    if told["measure"] and told["measure"] not in known:
        declared.problem(f"'{told['measure']}' is no measure of this file", f"Name one of {', '.join(sorted(known))}.",
                         *where, "measure")  # fmt: skip
    if told["per"] is not None and told["per"] <= 0:
        declared.problem("'per' should be above 0", "Write how much of the measure one unit stands for.", *where, "per")
    return Follows(told["kind"] or "", told["title"] or "", told["measure"] or "", told["unit"] or "",
                   float(told["per"] or 1), told["formula"] or "")  # fmt: skip


def measure_table(found: Sequence[Measure], origins: Mapping[str, str]) -> pa.Table:
    """The measures in their order, for people."""
    rows = [{
        "measure_id": measure.id, "position": at, "title": measure.title, "unit": measure.unit,
        "service_code": measure.family, "kind": measure.kind, "nature": measure.nature,
        "caveat": measure.caveat or None, "origin": origins[measure.id],
    } for at, measure in enumerate(found, start=1)]  # fmt: skip
    return pa.Table.from_pylist(rows)
