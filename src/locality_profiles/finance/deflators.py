"""What a pound of one financial year is worth beside a pound of another: read strictly from a declaration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Declaration, Field, read_declaration
from locality_profiles.finance.drivers import fiscal

FILE = Path(__file__).parent / "deflators.toml"
YEAR = r"(\d{4})/(\d{2})"
#: Indices are kept as whole thousandths, so that real terms are exact to the penny.
THOUSANDTHS = 1000


@dataclass(frozen=True)
class Deflators:
    """One series: whole thousandths of its index by the year in which a financial year starts."""

    source: str
    published: date | None
    official: bool
    base_year: int
    index: Mapping[int, int]

    @property
    def base_label(self) -> str:
        """The year whose prices are used, as it is written."""
        return fiscal(self.base_year)


_TOP = {
    "source": Field(str, required=True, default=""),
    "published": Field(date, required=True),
    "official": Field(bool, required=True, default=False),
    "base_year": Field(str, required=True, default=""),
    "index": Field(dict, required=True, default={}),
}


@cache
def deflators(own: Path | None = None) -> Deflators:
    """The series of a workspace, or the example of the package.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file, by line.
    """
    declared = read_declaration(own or FILE)
    told = declared.read(declared.data, _TOP)
    index = {year: value for name, given in told["index"].items()
             if (year := _year(declared, name, "index", name)) is not None
             and (value := _thousandths(declared, given, name)) is not None}  # fmt: skip
    for year in sorted(set(range(min(index, default=0), max(index, default=0))) - set(index)):
        declared.problem(f"[index] has a gap: {fiscal(year)} is missing",
                         "Give every year from the first to the last.", "index")  # fmt: skip
    base = _year(declared, told["base_year"], "base_year") if told["base_year"] else None
    if base is not None and base not in index:
        declared.problem(
            f"'base_year' {fiscal(base)} has no index", f'Add "{fiscal(base)}" = … to [index].', "base_year"
        )
    declared.finish()
    return Deflators(told["source"], told["published"], told["official"], base or 0, dict(sorted(index.items())))


def _year(declared: Declaration, name: str, *where: str) -> int | None:
    found = re.fullmatch(YEAR, name)
    if found and (int(found[1]) + 1) % 100 == int(found[2]):
        return int(found[1])
    declared.problem(f"'{name}' is no financial year", 'Write it as "2024/25".', *where)
    return None


def _thousandths(declared: Declaration, given: Any, name: str) -> int | None:
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 < given < 1_000_000:
        exact = Decimal(str(given)) * THOUSANDTHS
        if exact == int(exact):
            return int(exact)
    declared.problem(f"[index] '{name}' should be a number above 0 with at most three decimals",
                     "Write a number such as 95.423.", "index", name)  # fmt: skip
    return None


def deflators_sql(series: Deflators) -> str:
    """SQL of a series: ``year`` (in which the financial year starts), ``times`` and ``over``.

    Pence of a year times ``times`` over ``over`` are pence at the prices of the base year.
    """
    base = series.index[series.base_year]
    rows = ", ".join(f"({year}, {base}, {value})" for year, value in series.index.items())
    return f"select * from (values {rows}) as told(year, times, over)"
