"""How far off projections of places of some size are after some years: read strictly from a declaration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from locality_profiles.declarations import Declaration, Field, read_declaration
from locality_profiles.needs.cohorts import BANDS

FILE = Path(__file__).parent / "projection_error.toml"
#: People of the place for which ``at_10000`` holds.
USUAL_SIZE = 10_000


@dataclass(frozen=True)
class Law:
    """Half of the range, as a logarithm: ``at_10000`` x years ^ ``by_years`` x (people / 10,000) ^ ``by_size``."""

    at_10000: float
    by_years: float
    by_size: float


@dataclass(frozen=True)
class Measured:
    """How far off a method was, over all places of a back-test."""

    method: str
    horizon: int
    age_band: str
    projections: int
    mean_percent: float
    median_percent: float
    bias_percent: float


@dataclass(frozen=True)
class ProjectionError:
    """Laws by age band, and what they were measured on."""

    measured_on: str
    parent_type: str
    area_type: str
    share: float
    smallest: int
    laws: Mapping[str, Law]
    measured: tuple[Measured, ...]

    def half_width(self, persons: np.ndarray, years: np.ndarray) -> np.ndarray:
        """Half of the range as a logarithm.

        ``persons`` has the bands in the last dimension, in the order of ``BANDS``; ``years`` broadcasts to it. Fewer
        than one person are taken as one.
        """
        at, by_years, by_size = (
            np.array([getattr(self.laws[band], name) for band in BANDS]) for name in ("at_10000", "by_years", "by_size")
        )
        ahead = np.where(years > 0, np.maximum(years, 1.0) ** by_years, 0.0)
        return np.asarray(at * ahead * (np.maximum(persons, 1.0) / USUAL_SIZE) ** by_size)


_TOP = {
    "measured_on": Field(str, required=True, default=""),
    "parent_type": Field(str, required=True, default=""),
    "area_type": Field(str, required=True, default=""),
    "share": Field(float, required=True, default=0.8),
    "smallest": Field(int, required=True, default=1),
    "band": Field(dict, required=True, default={}),
    "measured": Field(list, default=[]),
}
_LAW = {name: Field(float, required=True, default=0.0) for name in ("at_10000", "by_years", "by_size")}
_MEASURED = {
    "method": Field(str, required=True, default="fitted", allowed=("fitted", "simple")),
    "horizon": Field(int, required=True, default=1),
    "age_band": Field(str, required=True, default="all", allowed=BANDS),
    "projections": Field(int, required=True, default=1),
    **{name: Field(float, required=True, default=0.0) for name in ("mean_percent", "median_percent", "bias_percent")},
}


@cache
def projection_error(own: Path | None = None) -> ProjectionError:
    """The errors of a workspace, or those of the package.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, _TOP)
    if not 0 < told["share"] < 1:
        declared.problem("'share' should be a fraction", "Write share = 0.8 for four in five.", "share")
    laws = {band: _law(declared, told["band"].get(band), band) for band in BANDS}
    for band in told["band"]:
        if band not in BANDS:
            declared.problem(f"[band] does not know '{band}'", f"Known here: {', '.join(BANDS)}.", "band", band)
    measured = tuple(
        Measured(**declared.read(each, _MEASURED, "measured", str(at))) for at, each in enumerate(told["measured"])
    )
    declared.finish()
    return ProjectionError(
        told["measured_on"], told["parent_type"], told["area_type"], float(told["share"]), told["smallest"], laws,
        measured,
    )  # fmt: skip


def _law(declared: Declaration, given: Any, band: str) -> Law:
    if given is None:
        declared.problem(f"[band] misses '{band}'", f'Add [band."{band}"].', "band")
        return Law(0.0, 0.0, 0.0)
    law = Law(**declared.read(given, _LAW, "band", band))
    if law.at_10000 < 0:
        declared.problem(f"[band.{band}] 'at_10000' is below 0", "A range has no width below 0.", "band", band)
    return law
