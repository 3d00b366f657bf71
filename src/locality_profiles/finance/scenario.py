"""What if money moved: so much from one service to another, and what that would mean for each area, heads, beds, hours.

A shift is told in words, such as ``5% from HOSP.ACU.EM to SC.HC by fair in 2025/26``. It takes from each area what it
uses of the first service, and gives to each by what it uses of the second (``by used``) or would need of it (``by
fair``). What is taken is what is given, to the penny. It is arithmetic and no forecast: it does not say that people
would need less of the first.

A bed that is closed saves only the part of its cost that goes with activity: staff of a ward and what patients
consume, not the building, nor the services that all wards share. So more beds must close for a sum than their full
cost suggests, and the rest of their cost stays. Both are told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import duckdb
import pyarrow as pa

from locality_profiles.errors import DefinitionError, Problem
from locality_profiles.finance.allocation import FOR_OTHERS
from locality_profiles.finance.coding import text
from locality_profiles.finance.drivers import FISCAL, fiscal
from locality_profiles.finance.parts import divided
from locality_profiles.finance.resource import LEDGER
from locality_profiles.ledger.codes import is_part_of, services
from locality_profiles.tables.money import BASES

FORM = "5% from HOSP.ACU.EM to SC.HC by fair in 2025/26"
CAVEATS = (
    "Arithmetic, and no forecast: nothing here says that people would need less of what money is taken from.",
    "A bed that is closed saves only the part of its cost that goes with activity; the rest of its cost stays.",
    "Beds and hours are at the average price of the place and year that is told; the next one may cost more or less.",
)
#: Prices of a unit that is bought, best first; and of a bed day, of which only the direct cost can be saved.
_BUYS = ("net", "gross", "full", "direct", "marginal")
_SAVES = ("marginal", "direct")
DAYS = 365


@dataclass(frozen=True)
class Shift:
    """How much from which service to which, on which basis, in which years (none named: every year there is)."""

    source: str
    target: str
    percent: Fraction | None = None
    pence: int | None = None
    basis: str = "used"
    years: tuple[int, ...] = ()


@dataclass(frozen=True)
class Assumptions:
    """What a shift is reckoned with where no table tells it."""

    target_occupancy: float = 85.0
    """Per cent of a bed's days that are meant to be used."""
    variable_share: float | None = None
    """The part of a bed day's direct cost that goes with activity, from 0 to 1, where hospital costs do not tell it."""


# --- reading --------------------------------------------------------------------------------------

_WORDS = re.compile(
    r"(?P<amount>.+?)\s+from\s+(?P<source>\S+)\s+to\s+(?P<target>\S+)(?:\s+by\s+(?P<basis>\S+)(?:\s+share)?)?"
    r"(?:\s+in\s+(?P<years>.+))?", re.IGNORECASE)  # fmt: skip
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000, "thousand": 1_000, "million": 1_000_000}


def read_shift(words: str) -> Shift:
    """Read a shift as it is told in words.

    Raises
    ------
    DefinitionError
        With everything that is wrong, and what was expected in its place.
    """
    found = _WORDS.fullmatch(" ".join(words.split()))
    if not found:
        raise DefinitionError(f"'{words}' is no shift of money.", [Problem(
            "expected how much, 'from' a service, 'to' a service, and then 'by used' or 'by fair', 'in' years",
            f"Write it as \"{FORM}\".")])  # fmt: skip
    problems: list[Problem] = []
    percent, pence = _amount(found["amount"], problems)
    source, target = (_service(found[side].upper(), side, problems) for side in ("source", "target"))
    if source and target and (is_part_of(source, target) or is_part_of(target, source)):
        problems.append(Problem(f"{source} and {target} are one, or one is a part of the other",
                                "Name two services that are apart."))  # fmt: skip
    basis = (found["basis"] or "used").lower()
    if basis not in BASES:
        problems.append(
            Problem(f"'by {basis}' was found where 'by used' or 'by fair' was expected", "Write one of them.")
        )
    years = _years(found["years"] or "", problems)
    if problems:
        raise DefinitionError(f"'{words}' is no shift of money.", problems)
    return Shift(source, target, percent, pence, basis, years)


def _amount(words: str, problems: list[Problem]) -> tuple[Fraction | None, int | None]:
    """A percentage above 0 and up to 100, or an amount in pence."""
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:%|per cent|percent)", words, re.IGNORECASE):
        if 0 < (percent := Fraction(found[1])) <= 100:
            return percent, None
        problems.append(Problem(f"'{words}' is not between 0 and 100 %", "Write a percentage such as 5%."))
        return None, None
    pounds = re.fullmatch(r"£\s*([\d,]+(?:\.\d+)?)\s*(k|m|thousand|million)?", words, re.IGNORECASE)
    if pounds:
        pence = Fraction(pounds[1].replace(",", "")) * _TIMES[(pounds[2] or "").lower()] * 100
        if pence > 0 and pence.denominator == 1:
            return None, int(pence)
    problems.append(Problem(f"'{words}' was found where an amount was expected",
                            "Write a percentage such as 5%, or pounds such as £250,000 or £1.2m."))  # fmt: skip
    return None, None


def _service(code: str, side: str, problems: list[Problem]) -> str:
    if code in services():
        return code
    family = [known for known in services() if known.partition(".")[0] == code.partition(".")[0]]
    listed = ", ".join(family or [known for known in services() if "." not in known])
    word = "from" if side == "source" else "to"
    problems.append(Problem(f"'{word} {code}' names no service", f"Write one of {listed}."))
    return ""


def _years(words: str, problems: list[Problem]) -> tuple[int, ...]:
    """Financial years, apart by commas or 'and', or from one 'to' another."""
    found: set[int] = set()
    for part in re.split(r"\s*,\s*|\s+and\s+", words.strip()) if words.strip() else []:
        ends = [_year(end, problems) for end in re.split(r"\s+to\s+", part, maxsplit=1)]
        first, last = ends[0], ends[-1]
        if first is None or last is None:
            continue
        if last < first:
            problems.append(Problem(f"'{part}' ends before it begins", f"Write {fiscal(last)} to {fiscal(first)}."))
        found |= set(range(first, last + 1))
    return tuple(sorted(found))


def _year(words: str, problems: list[Problem]) -> int | None:
    year = re.fullmatch(r"(\d{4})[/-](\d{2})", words)
    if year and (int(year[1]) + 1) % 100 == int(year[2]):
        return int(year[1])
    problems.append(Problem(f"'{words}' was found where a financial year was expected", "Write it as 2025/26."))
    return None


# --- the arithmetic -------------------------------------------------------------------------------


def shifted(shares: str, shift: Shift) -> str:
    """SQL of a shift by area.

    Parameters
    ----------
    shares : str
        SQL with the columns of ``resource_share``.
    shift
        What moves. A percentage is of what the whole partnership uses of the first service; pounds are the whole
        partnership's, of each partnership and year in ``shares``.

    Returns
    -------
    str
        One row for each partnership, kind of area, area, year and version: ``source_pence`` and ``target_pence``, what
        it uses of the two services with all their parts; ``taken_pence`` and ``given_pence``; ``change_pence``, the one
        less the other; ``moved_pence``, what moves in all. Over areas, taken and given each add up to that. Where
        nothing tells how either service is spread, its column is empty. Areas that stand for what is in none are shown
        like areas. A locality that uses less than nought of a service (its income is larger) gives and gets nothing.
    """
    years = f"and {FISCAL.format('period_start')} in ({', '.join(map(str, shift.years))})" if shift.years else ""
    of = f"{LEDGER}, area_type"
    if shift.percent is not None:
        part = shift.percent / 100
        moved = f"(2 * base * {part.numerator} + {part.denominator}) // (2 * {part.denominator})"
    else:
        moved = str(shift.pence)
    from_, to = _within(shift.source), _within(shift.target)
    area = f"""
        select {of}, area_code, coalesce(sum(used_pence) filter (where {from_}), 0)::bigint as source_pence,
            coalesce(sum(used_pence) filter (where {to}), 0)::bigint as target_pence,
            greatest(coalesce(sum({shift.basis}_pence) filter (where {to}), 0), 0)::bigint as target_weight
        from ({shares})
        where scope not in ('managed', 'reserve') and not ends_with(area_code, '/{FOR_OTHERS}') {years}
        group by all"""
    taken = divided(f"""
        select *, greatest(source_pence, 0) as weight, ({moved})::bigint as amount
        from (select *, greatest(sum(source_pence) over (partition by {of}), 0)::hugeint as base from ({area}))""",
                    of, "area_code")  # fmt: skip
    given = divided(f"select * exclude (part) replace (target_weight as weight), part as taken_pence from ({taken})",
                    of, "area_code")  # fmt: skip
    return f"""
        select {of}, area_code, source_pence, target_pence, taken_pence, part as given_pence,
            (part - taken_pence)::bigint as change_pence, amount as moved_pence, base::bigint as base_pence
        from ({given})"""


def _within(service: str) -> str:
    return f"(service_code = {text(service)} or starts_with(service_code, {text(service + '.')}))"


def unit_prices(unit_price: str, hospital_cost: str) -> str:
    """SQL of what a unit of each service costs, and the part of it that goes with activity.

    Parameters
    ----------
    unit_price, hospital_cost : str
        SQL of these tables by their contracts.

    Returns
    -------
    str
        ``block_code``, ``service_code``, ``unit``, ``price_basis``, ``year``, ``pence`` and ``variable_share`` (empty
        where it is not told). Hospitals give one price of a bed day for all hospital services of a year (``block_code``
        empty): direct cost of inpatients over their bed days, of all hospitals that tell both; by specialty where a
        hospital tells it so, else as a whole. A marginal price goes with activity altogether.
    """
    return f"""
        select block_code, service_code, unit, price_basis, {FISCAL.format("period_start")} as year, pence,
            if(price_basis = 'marginal', 1.0, null) as variable_share
        from ({unit_price}) where pence > 0
        union all by name
        select null as block_code, 'HOSP' as service_code, 'bed_day' as unit, 'direct' as price_basis, year,
            sum(direct_pence) / sum(bed_days) as pence,
            sum(direct_pence * variable_share) / nullif(sum(direct_pence) filter (where variable_share is not null), 0)
                as variable_share
        from (
            select *, {FISCAL.format("period_start")} as year,
                bool_or(specialty_code <> 'all') over (partition by block_code, period_start) as by_specialty
            from ({hospital_cost}) where patient_type = 'inpatient' and bed_days > 0)
        where by_specialty = (specialty_code <> 'all')
        group by year having sum(direct_pence) > 0"""


def effects(shift_rows: str, shift: Shift, prices: str, residents: str, assumed: Assumptions) -> str:
    """SQL of a shift by area, with heads, beds and units of what is bought.

    Parameters
    ----------
    shift_rows : str
        SQL that :func:`shifted` gives.
    shift
        The shift.
    prices, residents : str
        SQL that :func:`unit_prices` gives, and of residents by ``hscp_code``, ``area_type``, ``area_code`` and
        ``period_start``.
    assumed
        What is reckoned with where no table tells it.

    Returns
    -------
    str
        The rows, and ``residents``, ``change_per_head`` (pence), ``source_unit`` (bed_day) with ``source_units`` and
        ``beds`` that would have to close to free what is taken, ``stays_pence``, the direct cost of those beds that
        stays; ``target_unit`` with ``target_units`` that what is given would buy. A price is the partnership's own,
        else the country's, for the service or the nearest whole that it is a part of, of the year or the last before
        it. What no price, no share or no residents tell is empty.
    """
    of = "hscp_code, area_type, area_code, period_start"
    year = "hscp_code, period_start"
    share = "coalesce(saves.variable_share, {})".format(assumed.variable_share if assumed.variable_share else "null")
    days = f"taken_pence / nullif(saves.pence * {share}, 0)"
    return f"""
        with moved as ({shift_rows}), price as ({prices}),
            saves as ({_best_price(shift.source, "unit = 'bed_day'", _SAVES)}),
            buys as ({_best_price(shift.target, "unit <> 'bed_day'", _BUYS)})
        select moved.*, residents, change_pence / nullif(residents, 0) as change_per_head, saves.unit as source_unit,
            {days} as source_units, {days} / ({DAYS} * {assumed.target_occupancy} / 100) as beds,
            round({days} * saves.pence - taken_pence)::bigint as stays_pence, {share} as variable_share,
            buys.unit as target_unit, given_pence / buys.pence as target_units
        from moved
        left join ({residents}) heads using ({of})
        left join saves using ({year})
        left join buys using ({year})"""


def _best_price(service: str, where: str, bases: Sequence[str]) -> str:
    """SQL of the price of a service for each partnership and year."""
    whole = f"{text(service)} = service_code or starts_with({text(service)}, service_code || '.')"
    listed = f"[{', '.join(map(text, bases))}]"
    return f"""
        select hscp_code, period_start, unit, pence, variable_share
        from (select distinct hscp_code, period_start from moved)
        join price on ({whole}) and {where} and list_contains({listed}, price_basis)
            and (block_code is null or block_code = hscp_code or starts_with(block_code, 'S92'))
            and year <= {FISCAL.format("period_start")}
        qualify row_number() over (partition by hscp_code, period_start
            order by coalesce(block_code = hscp_code, false) desc, length(service_code) desc, year desc,
                list_position({listed}, price_basis), block_code is null, unit) = 1"""


@dataclass(frozen=True)
class Looked:
    """SQL of the tables that a what-if looks at."""

    shares: str
    """``resource_share``, of the partnerships and versions that are asked about."""
    residents: str
    """Residents by ``hscp_code``, ``area_type``, ``area_code`` and ``period_start``."""
    unit_price: str
    hospital_cost: str


def what_if(
    connection: duckdb.DuckDBPyConnection, shift: Shift, at: Looked, assumed: Assumptions | None = None
) -> pa.Table:
    """The effects of a shift by area, in the order of codes and years.

    Raises
    ------
    DefinitionError
        If a service has no money, or less than is to be moved, or nothing tells how it is spread over areas.
    """
    connection.execute(f"create or replace temp table _shifted as {shifted(at.shares, shift)}")
    if problems := _impossible(connection, shift):
        raise DefinitionError("Money cannot be moved like this.", problems)
    query = effects("select * from _shifted", shift, unit_prices(at.unit_price, at.hospital_cost), at.residents,
                    assumed or Assumptions())  # fmt: skip
    return connection.sql(f"from ({query}) order by {LEDGER}, area_type, area_code").to_arrow_table()


def _impossible(connection: duckdb.DuckDBPyConnection, shift: Shift) -> list[Problem]:
    """Why a shift cannot be made, by partnership and year."""
    rows = connection.execute(f"""
        select hscp_code, {FISCAL.format("period_start")} as year, version, any_value(base_pence),
            any_value(moved_pence), bool_or(taken_pence is null), bool_or(given_pence is null)
        from _shifted group by all order by all""").fetchall()
    missing = [year for year in shift.years if year not in {row[1] for row in rows}]
    problems = [
        Problem(f"there is no ledger of {fiscal(year)}", "Name years that there is money of.") for year in missing
    ]
    if not rows and not missing:
        problems.append(Problem("there is no money to move", "Name a partnership and version that has a ledger."))
    for hscp, year, version, base, moved, nowhere, unknown in rows:
        place = f"{hscp}, {fiscal(year)}, {version}"
        if base <= 0 or nowhere:
            problems.append(Problem(f"{place}: nothing is spent on {shift.source}", "Name a service that has money."))
        elif moved > base:
            told = f"has £{base / 100:,.2f}, less than the £{moved / 100:,.2f} to be moved"
            problems.append(Problem(f"{place}: {shift.source} {told}", "Move less, or a percentage."))
        elif unknown:
            told = f"nothing tells how {shift.target} is spread over areas by {shift.basis} share"
            problems.append(Problem(f"{place}: {told}", "Name a service that has money there, or the other basis."))
    return problems
