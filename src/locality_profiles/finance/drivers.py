"""What money is divided by, for every partnership, kind of area and year at once.

A driver's figures start at data zones (residents, weights, records) or at areas (counts behind indicators, staff).
Either way they end as one value for each area of a partnership and one for what of the partnership is in no area, which
together are the partnership's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from locality_profiles.finance.coding import text
from locality_profiles.finance.rules import Driver
from locality_profiles.ledger.codes import services
from locality_profiles.statistics.placing import Whole, whole_weights
from locality_profiles.tables.curated import OUT

#: Building blocks that residents and records are counted by.
ZONE = "data_zone_2011"
#: Cells of the cube that repeat others: they are of all emergencies, or of some admissions once more.
REPEATING = ("HOSP.EM.ALL", "HOSP.ACU.FALL")
#: Less than this part of a partnership in no area is what weights leave when they are added.
NOTHING = 1e-9
#: Decimals to which values are told.
WEIGHT_DECIMALS = 6
#: A grade is one worse for each so many years between a driver's year and the money's.
YEARS_A_GRADE = 2

#: The calendar year in which the financial year of a day begins.
FISCAL = "(year({0}) - case when month({0}) < 4 then 1 else 0 end)"


@dataclass(frozen=True)
class Division:
    """How one driver divides one partnership among the areas of one kind."""

    driver: Driver
    areas: tuple[str, ...]
    values: tuple[float, ...]
    told_of: str
    grade: int

    @property
    def weights(self) -> Whole:
        return whole_weights(self.values, WEIGHT_DECIMALS)


#: Divisions by driver, what it is told by (a service, a family of services, or nothing), partnership, kind of area, and
#: year (the calendar year in which a financial year begins).
Key = tuple[str, str, str, str, int]


class Drivers:
    """Values of all drivers, and the best of each for a year of money."""

    def __init__(self, found: Mapping[tuple[str, str, str, str], Mapping[int, Sequence[tuple[str, float]]]],
                 drivers: Mapping[str, Driver]) -> None:  # fmt: skip
        self._found = found
        self._drivers = drivers
        self._made: dict[Key, Division | None] = {}

    def has(self, name: str) -> bool:
        """Whether there is such a driver at all."""
        return name in self._drivers

    def best(self, names: Iterable[str], service: str, hscp: str, area_type: str, year: int) -> Division | None:
        """The first of some drivers that has figures for every area, of the nearest year; None for none."""
        for name in names:
            if division := self.of(name, service, hscp, area_type, year):
                return division
        return None

    def of(self, name: str, service: str, hscp: str, area_type: str, year: int) -> Division | None:
        """One driver's division for one year of money; None where it has no figures or they are all nought."""
        driver = self._drivers[name]
        key = (name, driver.key(service), hscp, area_type, year)
        if key not in self._made:
            self._made[key] = self._division(driver, self._found.get(key[:4], {}), year)
        return self._made[key]

    def _division(
        self, driver: Driver, told: Mapping[int, Sequence[tuple[str, float]]], year: int
    ) -> Division | None:  # fmt: skip
        latest = nearest(told, year)
        if latest is None:
            return None
        years = [y for y in sorted(told) if latest - driver.years < y <= latest]
        sums: dict[str, float] = {}
        for each in years:
            for area, value in told[each]:
                sums[area] = sums.get(area, 0.0) + value / len(years)
        if not sum(sums.values()) > 0:
            return None
        areas = tuple(sorted(sums))
        grade = min(driver.grade + abs(year - latest) // YEARS_A_GRADE, 5)
        span = fiscal(years[0]) if len(years) == 1 else f"{fiscal(years[0])} to {fiscal(years[-1])}"
        return Division(driver, areas, tuple(sums[area] for area in areas), span, grade)


def nearest(told: Iterable[int], year: int) -> int | None:
    """The latest year that is not after another; else the earliest after it; None for none."""
    years = sorted(told)
    before = [y for y in years if y <= year]
    return before[-1] if before else (years[0] if years else None)


def fiscal(begins: int) -> str:
    return f"{begins}/{(begins + 1) % 100:02d}"


# --- values ---------------------------------------------------------------------------------------


def read_drivers(
    connection: duckdb.DuckDBPyConnection, drivers: Mapping[str, Driver], area_types: Sequence[str],
    money_services: Sequence[str],
) -> Drivers:  # fmt: skip
    """Calculate all drivers from the views ``area``, ``membership``, ``population``, ``deprivation``,
    ``needs_weight``, ``activity_cube``, ``activity`` and ``indicator_value`` of a connection.

    ``money_services`` are those that lines of ledgers are of.
    """
    connection.execute(f"create or replace temp table zone_part as {_zone_parts(area_types)}")
    connection.execute(f"create or replace temp table resident as {_residents()}")
    connection.execute(f"create or replace temp table record as {_records()}")
    connection.execute(f"create or replace temp table curve as {_curves()}")
    connection.execute(f"create or replace temp table wanted as {_wanted(money_services)}")
    # Rounded where whole weights are: in what order a sum of fractions was added must change nothing.
    connection.execute("""
        create or replace temp table driver_value (
            driver_id varchar, told_by varchar, hscp_code varchar, area_type varchar, area_code varchar,
            year integer, value double)""")  # fmt: skip
    for driver in drivers.values():
        query = _of_areas(driver, area_types) if driver.origin in ("indicator", "staff") else _of_zones(driver)
        connection.execute(
            f"insert into driver_value "
            f"select {text(driver.id)}, * replace (round(value, {WEIGHT_DECIMALS}) as value) from ({query})"
        )
    rows = connection.execute("""
        select driver_id, told_by, hscp_code, area_type, year, list(area_code), list(value)
        from driver_value group by all having sum(value) > 0""").fetchall()  # fmt: skip
    found: dict[tuple[str, str, str, str], dict[int, list[tuple[str, float]]]] = {}
    for driver_id, told_by, hscp, area_type, year, areas, values in rows:
        found.setdefault((driver_id, told_by, hscp, area_type), {})[year] = list(zip(areas, values, strict=True))
    return Drivers(found, drivers)


def driver_table(drivers: Mapping[str, Driver]) -> str:
    """SQL of ``driver``, from what was calculated."""
    told = ", ".join(f"({text(d.id)}, {text(d.title)}, {text(d.method)})" for d in drivers.values())
    return f"""
        select driver_id, title, method, told_by, hscp_code, area_type, area_code, 'financial_year' as period_type,
            make_date(year, 4, 1) as period_start, make_date(year + 1, 3, 31) as period_end, value
        from driver_value join (values {told}) as told(driver_id, title, method) using (driver_id)"""


def _zone_parts(area_types: Sequence[str]) -> str:
    """SQL of how much of each zone is in which partnership and, within it, in which area: what is in none as OUT."""
    listed = ", ".join(text(kind) for kind in area_types)
    return f"""
        with home as (
            select block_code as zone, area_code as hscp_code, weight from membership
            where block_type = '{ZONE}' and area_type = 'hscp' and not ends_with(area_code, '{OUT}')),
        inside as (
            select m.block_code as zone, a.parent_code as hscp_code, m.area_type, m.area_code, m.weight
            from membership m join area a on a.area_type = m.area_type and a.area_code = m.area_code
            join home h on h.zone = m.block_code and h.hscp_code = a.parent_code
            where m.block_type = '{ZONE}' and m.area_type in ({listed}) and a.parent_type = 'hscp'),
        kind as (select distinct hscp_code, area_type from inside)
        select zone, hscp_code, area_type, area_code, weight from inside
        union all
        select h.zone, h.hscp_code, kind.area_type, h.hscp_code || '/{OUT}', h.weight - coalesce(sum(i.weight), 0)
        from home h join kind using (hscp_code)
        left join inside i on i.zone = h.zone and i.hscp_code = h.hscp_code and i.area_type = kind.area_type
        group by h.zone, h.hscp_code, kind.area_type, h.weight
        having h.weight - coalesce(sum(i.weight), 0) > {NOTHING}"""


def _residents() -> str:
    """SQL of residents by zone, year, sex and band of age; an estimate of a June is of the financial year it is in."""
    return f"""
        select block_code as zone, year, sex, {_band("age")} as age_band, sum(persons) as persons
        from population where block_type = '{ZONE}' and sex <> 'all' group by all"""


#: Bands of age of the cube of records.
_BANDS = ((17, "0-17"), (44, "18-44"), (64, "45-64"), (74, "65-74"), (84, "75-84"))


def _band(age: str) -> str:
    return "case " + " ".join(f"when {age} <= {last} then '{name}'" for last, name in _BANDS) + " else '85+' end"


def _records() -> str:
    """SQL of what records of whole years tell by zone: only of partnerships that they cover.

    A partnership is covered in a year where more than half of its zones have a record and every month has some.
    """
    year = FISCAL.format("period_start")
    repeating = ", ".join(text(service) for service in REPEATING)
    return f"""
        with cell as (
            select block_code as zone, {year} as year, month(period_start) as month, period_type, service_code, sex,
                age_band, cost_net, bed_days, hours, n_contact, n_attend, n_items
            from activity_cube
            where counted_from = 'records' and block_type = '{ZONE}' and service_code not in ({repeating})),
        zone as (select distinct zone, hscp_code from zone_part),
        whole as (
            select year from cell where period_type = 'month' group by year having count(distinct month) = 12),
        seen as (select hscp_code, year, count(distinct zone) as seen from cell join zone using (zone) group by all),
        covered as (
            select hscp_code, year from seen
            join (select hscp_code, count(*) as zones from zone group by all) using (hscp_code)
            where 2 * seen > zones and year in (from whole))
        select zone, year, service_code, sex, age_band, sum(cost_net) as cost_net, sum(bed_days) as bed_days,
            sum(hours) as hours, sum(n_contact) as n_contact, sum(n_attend) as n_attend, sum(n_items) as n_items
        from cell join zone using (zone) semi join covered using (hscp_code, year) group by all"""


def _curves() -> str:
    """SQL of what a person of each sex and band of age costs in a year, by family of services: all covered years."""
    return """
        with spent as (
            select split_part(service_code, '.', 1) as family, sex, age_band, sum(cost_net) as cost
            from record where cost_net is not null group by all),
        covered as (select distinct zone, year from record),
        people as (select sex, age_band, sum(persons) as people from resident semi join covered using (zone, year)
            group by all)
        select family, sex, age_band, cost / people as per_head from spent join people using (sex, age_band)
        where people > 0 and cost > 0"""


def _wanted(money_services: Sequence[str]) -> str:
    """SQL of services that money is for, beside each service that is one of its parts."""
    rows = ", ".join(f"({text(service)})" for service in sorted({*money_services, *services()}))
    return f"select service from (values {rows}) as told(service)"


def _of_zones(driver: Driver) -> str:
    """SQL of a driver whose figures start at zones."""
    told = {"residents": _by_residents, "needs_weight": _by_needs, "records": _by_records}[driver.origin](driver)
    return f"""
        select told_by, hscp_code, area_type, area_code, year, sum(value * weight) as value
        from ({told}) told join zone_part using (zone) group by all"""


def _by_residents(driver: Driver) -> str:
    more = f"1 + {driver.beta} * coalesce(cast(quintile = 1 as integer), 0)" if driver.beta else "1"
    deprived = (
        f"left join (select block_code as zone, quintile from deprivation where block_type = '{ZONE}' "
        "and domain = 'overall') d using (zone)"
        if driver.beta else ""
    )  # fmt: skip
    if driver.curve:
        return f"""
            select family as told_by, zone, year, sum(persons * per_head * ({more})) as value
            from resident join curve using (sex, age_band) {deprived} group by all"""
    return f"select '' as told_by, zone, year, sum(persons * ({more})) as value from resident {deprived} group by all"


def _by_needs(driver: Driver) -> str:
    return f"""
        select '' as told_by, block_code as zone, {FISCAL.format("period_start")} as year,
            sum(weighted_population) as value
        from needs_weight where block_type = '{ZONE}' and programme = {text(driver.programme)} group by all"""


def _by_records(driver: Driver) -> str:
    return f"""
        select service as told_by, zone, year, sum({driver.measure.lower()}) as value
        from record join wanted on service_code = service or starts_with(service_code, service || '.')
        where {driver.measure.lower()} is not null group by all"""


def _of_areas(driver: Driver, area_types: Sequence[str]) -> str:
    """SQL of a driver whose figures are told by area: the partnership's own less its areas' is in none of them."""
    told = _by_staff(area_types) if driver.origin == "staff" else _by_indicators(driver, area_types)
    return f"""
        with told as ({told}),
        inside as (
            select t.told_by, a.parent_code as hscp_code, t.area_type, t.area_code, t.year, t.value
            from told t join area a using (area_type, area_code) where a.parent_type = 'hscp'),
        known as (
            select parent_code as hscp_code, area_type, count(*) as areas from area
            where parent_type = 'hscp' and not ends_with(area_code, '{OUT}') group by all),
        complete as (
            select told_by, hscp_code, area_type, year, sum(value) as placed
            from inside join known using (hscp_code, area_type)
            group by told_by, hscp_code, area_type, year, areas having count(value) = areas)
        select told_by, hscp_code, area_type, area_code, year, value
        from inside semi join complete using (told_by, hscp_code, area_type, year)
        union all
        select c.told_by, c.hscp_code, c.area_type, c.hscp_code || '/{OUT}', c.year, t.value - c.placed
        from complete c join told t on t.area_type = 'hscp' and t.area_code = c.hscp_code and t.year = c.year
            and t.told_by = c.told_by
        where t.value - c.placed > {NOTHING} * t.value"""


def _by_indicators(driver: Driver, area_types: Sequence[str]) -> str:
    """SQL of the counts behind indicators, or of several of them at a price each, by area and financial year.

    Quarters and months of a year are added where all of them are told; of snapshots, the last of the year is taken.
    """
    kinds = ", ".join(text(kind) for kind in (*area_types, "hscp"))
    prices = driver.prices or tuple(1.0 for _ in driver.indicators)
    priced = ", ".join(f"({text(i)}, {price})" for i, price in zip(driver.indicators, prices, strict=True))
    year = FISCAL.format("period_start")
    return f"""
        with one as (
            select indicator_id, area_type, area_code, {year} as year, period_type,
                case period_type when 'financial_quarter' then 4 when 'month' then 12 else 1 end as parts,
                sum(numerator) as together, arg_max(numerator, period_start) as last, count(numerator) as told
            from indicator_value
            where breakdown = 'all' and area_type in ({kinds})
                and indicator_id in ({", ".join(text(i) for i in driver.indicators)})
            group by all),
        kept as (
            select indicator_id, area_type, area_code, year, if(parts > 1, together, last) as value
            from one where last is not null and told >= parts
            qualify row_number() over (
                partition by indicator_id, area_type, area_code, year order by parts, period_type desc) = 1)
        select '' as told_by, area_type, area_code, year, sum(value * price) as value
        from kept join (values {priced}) as priced(indicator_id, price) using (indicator_id)
        group by area_type, area_code, year having count(*) = {len(driver.indicators)}"""


def _by_staff(area_types: Sequence[str]) -> str:
    """SQL of whole-time equivalents by service, area and financial year: the last that are told in the year."""
    kinds = ", ".join(text(kind) for kind in (*area_types, "hscp"))
    year = FISCAL.format("period_start")
    return f"""
        with staff as (
            select block_type, block_code, {year} as year, service_code, arg_max(value, period_end) as wte
            from activity
            -- Staff of a whole partnership work in no area more than in another.
            where measure_code = 'WTE' and value is not null and block_type <> 'hscp' group by all),
        placed as (
            select service_code, m.area_type, m.area_code, year, sum(wte * m.weight) as value
            from staff join membership m using (block_type, block_code) where m.area_type in ({kinds}) group by all),
        found as (
            select service as told_by, area_type, area_code, year, sum(value) as value
            from placed join wanted on service_code = service or starts_with(service_code, service || '.')
            group by all),
        -- An area without staff of a service that its partnership has told of has none.
        every as (
            select f.told_by, a.area_type, a.area_code, f.year
            from found f join area a on a.parent_type = 'hscp' and a.parent_code = f.area_code
            where f.area_type = 'hscp' and a.area_type in ({kinds}))
        select told_by, area_type, area_code, year, value from found
        union all
        select told_by, area_type, area_code, year, 0
        from every anti join found using (told_by, area_type, area_code, year)"""


# --- heads ----------------------------------------------------------------------------------------


def weighted_residents(residents: Division, need: Division) -> dict[str, float]:
    """Residents of areas weighted for need: shares of need of all residents, so that they add up to them."""
    people, total = sum(residents.values), sum(need.values)
    return {area: people * value / total for area, value in zip(need.areas, need.values, strict=True)}
