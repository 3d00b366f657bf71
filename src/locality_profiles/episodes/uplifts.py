"""Cost at the prices of one year (``COST_NET_P``): what the linkage files' makers raised it by, taken out again.

The files do not tell what was paid. Hospital cost of each financial year was multiplied by a national step for prices,
so a year's cost in pounds changes although nothing was done more. With the steps declared in ``uplifts.toml``:

    cost at constant prices = cost / uplift of its year * uplift of the base year

where the uplift of a year is the product of the steps up to it. Only the declared steps are taken out. Kinds of record
without any (prescribing, out-of-hours, district nursing, home care, care homes) have an uplift of 1: their cost stays
as it is, at the prices of its own year. A change that is left may still be of price within a year's own accounts:
volume (stays, days, contacts) is what to look at first.

Units: pence, rounded to hundredths of a penny in each cell and to whole pence nowhere, since an area has thousands of
cells of a few pounds; what is printed is rounded once, at the end. Missing cost stays missing.

Source: Public Health Scotland, source-linkage-files, R/cost_uplift.R.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, list_of_text, read_declaration
from locality_profiles.episodes.linked import ALL_EMERGENCIES, STAY_TYPES, kinds, listed

FILE = Path(__file__).parent / "uplifts.toml"
_YEAR = r"20\d\d/\d\d"


@dataclass(frozen=True)
class Uplift:
    """What the cost of some kinds of record was raised by, by the calendar year in which a financial year begins."""

    kinds: tuple[str, ...]
    steps: Mapping[int, Fraction]
    each_later_year: Fraction
    source: str

    def of(self, begins: int) -> Fraction:
        """The uplift of a year: the product of all steps up to it."""
        product = Fraction(1)
        for year, step in self.steps.items():
            product *= step if year <= begins else 1
        return product * self.each_later_year ** max(begins - max(self.steps), 0)


@dataclass(frozen=True)
class Uplifts:
    """Every declared uplift, and the year at whose prices cost is told."""

    base: int
    uplifts: tuple[Uplift, ...]

    def constant(self, kind: str, begins: int) -> Fraction:
        """What a cost of some kind of record and year is multiplied by, to stand at the prices of the base year."""
        for uplift in self.uplifts:
            if kind in uplift.kinds:
                return uplift.of(self.base) / uplift.of(begins)
        return Fraction(1)


_TOP = {
    "base": Field(str, required=True, default="", pattern=_YEAR),
    "uplift": Field(list, required=True, default=[]),
}
_UPLIFT = {
    "kinds": Field(list, required=True, default=[]),
    "steps": Field(dict, required=True, default={}),
    "each_later_year": Field(float, required=True, default=1.0),
    "source": Field(str, required=True, default="", pattern=r"(?s).*\S.*"),
}


@cache
def uplifts(path: Path = FILE) -> Uplifts:
    """The declared uplifts.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file.
    """
    declared = read_declaration(path)
    told = declared.read(declared.data, _TOP)
    base = _begins(declared, told["base"], "base")
    found = tuple(_uplift(declared, table, str(number)) for number, table in enumerate(told["uplift"]))
    _check_kinds(declared, found)
    declared.finish()
    return Uplifts(base, found)


def _uplift(declared: Declaration, table: Any, number: str) -> Uplift:
    where = ("uplift", number)
    told = declared.read(table, _UPLIFT, *where)
    steps = {
        _begins(declared, year, *where, "steps"): _factor(declared, step, f"the step of {year}", *where, "steps")
        for year, step in told["steps"].items()
    }
    if not steps or list(steps) != list(range(min(steps), min(steps) + len(steps))):
        declared.problem("[[uplift]] 'steps' are not of years that follow each other",
                         "Give every year from the first to the last, in order; 1.0 where nothing was raised.",
                         *where, "steps")  # fmt: skip
    later = _factor(declared, told["each_later_year"], "'each_later_year'", *where, "each_later_year")
    of = list_of_text(declared, told["kinds"], *where, "kinds")
    return Uplift(of, steps or {0: Fraction(1)}, later, " ".join(told["source"].split()))


def _begins(declared: Declaration, year: str, *where: str) -> int:
    """The calendar year in which a financial year begins that is written as 2022/23."""
    begins = int(year[:4]) if re.fullmatch(_YEAR, year) else 0
    if begins and (begins + 1) % 100 == int(year[5:]):
        return begins
    if begins or where[-1] == "steps":  # what has not the form is told already of the base year
        declared.problem(f"'{year}' is no financial year", 'Write it as "2022/23".', *where)
    return begins


def _factor(declared: Declaration, value: Any, what: str, *where: str) -> Fraction:
    """A factor as it is written: 1.015 is 1015/1000 exactly."""
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if good and 0.5 <= value <= 2:
        return Fraction(str(value))
    declared.problem(f"{what} is {value!r}", "Write what cost was multiplied by, such as 1.015.", *where)
    return Fraction(1)


def _check_kinds(declared: Declaration, found: tuple[Uplift, ...]) -> None:
    """Kinds are known, stand once, and those that are counted together under one service bear the same steps."""
    bearing: dict[str, int] = {}
    for number, uplift in enumerate(found):
        where = ("uplift", str(number), "kinds")
        for kind in uplift.kinds:
            if kind not in kinds():
                declared.problem(f"'{kind}' is no kind of record", f"Known here: {', '.join(kinds())}.", *where)
            if kind in bearing:
                declared.problem(f"'{kind}' stands twice", "Give each kind one set of steps.", *where)
            bearing[kind] = number
    for service, of in _kinds_of_services().items():
        if len({bearing.get(kind) for kind in of}) > 1:
            declared.problem(
                f"the service {service} counts {', '.join(of)} together, which bear different steps",
                "Give these kinds the same steps: a cell's cost cannot be taken apart by kind.", "uplift",
            )  # fmt: skip


@cache
def _kinds_of_services() -> Mapping[str, tuple[str, ...]]:
    """The kinds of record whose cost stands under each service."""
    found: dict[str, list[str]] = {}
    for kind in kinds().values():
        emergencies = [ALL_EMERGENCIES] if set(STAY_TYPES) & set(kind.types) else []
        for service in (*kind.services, *emergencies):
            found.setdefault(service, []).append(kind.recid)
    return {service: tuple(of) for service, of in found.items()}


def at_constant_prices(path: Path = FILE) -> str:
    """SQL of a cell's cost at the prices of the base year, in pence with two decimals, for a table like the cube.

    Columns used: ``cost_net`` (pence), ``service_code`` and ``period_start``; a month or quarter has its year's uplift.
    """
    declared = uplifts(path)
    year = "(year(period_start) - case when month(period_start) < 4 then 1 else 0 end)"
    arms = []
    for uplift in declared.uplifts:
        services = [service for service, of in _kinds_of_services().items() if set(of) <= set(uplift.kinds)]
        first, last = min(uplift.steps), max(uplift.steps)
        constant = {
            begins: _number(uplift.of(declared.base) / uplift.of(begins)) for begins in range(first - 1, last + 1)
        }
        arms.append(f"""
            when service_code in {listed(services)} then case
                when {year} < {first} then {constant[first - 1]}
                when {year} > {last} then {constant[last]} / pow({_number(uplift.each_later_year)}, {year} - {last})
                else case {year} {" ".join(f"when {begins} then {constant[begins]}" for begins in uplift.steps)} end
            end""")
    return f"round(cost_net * case {' '.join(arms)} else 1e0 end, 2)"


def _number(factor: Fraction) -> str:
    """A factor as SQL's binary number, since a decimal one would overflow beside a large cost."""
    return f"{float(factor)!r}e0"
