"""The balance of care (ministerial indicator 6): how many people live at home, in care homes and in hospital.

Linked records tell who is in hospital, in a care home and who has home care; population estimates tell how many live in
a place. Whoever is left lives at home without home care. It stands in the cube, as cells counted from residents.

A return of a council may tell how many people are at home as well. It wins: for an area that its localities make up
whole, its figure is the nearer one and is taken; and a data zone of which it tells has no such figure from records.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from locality_profiles.episodes.cells import BALANCE
from locality_profiles.episodes.linked import AGE_BANDS, IN_HOME, WITH_HOME_CARE, band_of, listed
from locality_profiles.tables.curated import ACTIVITY_CUBE
from locality_profiles.tables.store import Store, Stored, code_key, key_of

SERVICE = "POP.BALANCE"
#: Services whose bed days are of inpatients, and the days that a year counts as, leap year or not, as the reference has
#: it (ministerial indicators, balance of care: the days of a year in hospital divided by 365).
INPATIENT, DAYS_OF_A_YEAR = ("HOSP.ACU.EM", "HOSP.ACU.EL", "HOSP.GLS", "HOSP.MH", "HOSP.MAT"), 365
#: An estimate that is this many years older may stand for one that has not come yet, as it may for denominators.
CARRIED_FORWARD = 1


def with_balance(
    connection: duckdb.DuckDBPyConnection, store: Store, tables: Mapping[str, Stored]
) -> dict[str, Stored]:
    """The cube with the balance of care; nothing where there is no cube.

    ``connection`` has no need of any table: those that are read are ``tables`` (``activity_cube``, ``population``,
    ``membership``, ``activity``).
    """
    if "activity_cube" not in tables:
        return {}
    cube = tables["activity_cube"]
    key = key_of("_balance_cell", *(tables[name].key for name in ("activity_cube", "population", "membership",
                                                                 "activity")), code_key())  # fmt: skip
    cells = store.find("_balance_cell", key) or store.write_query(
        "_balance_cell", key, connection, _as_cells(balance_of_care(tables)), {}
    )
    whole = key_of("activity_cube", cube.key, cells.key, code_key())
    return {"activity_cube": store.find("activity_cube", whole)
            or store.gather("activity_cube", whole, [cube, cells], {})}  # fmt: skip


def balance_of_care(tables: Mapping[str, Stored]) -> str:
    """SQL of people by where they live, one row for each covered data zone, financial year and band of age.

    Units are people, and parts of people for hospitals; a band in which a zone has nobody has noughts. A partnership
    is covered in a year where more than half of its zones have a record, the year is over, and records tell of
    hospital, of care homes and of home care there: without one of them, those whom it would tell of would be at home.
    A year without a population estimate, or with one that is too old, has no rows.
    """
    cube, population, membership, activity = (
        tables[name].relation for name in ("activity_cube", "population", "membership", "activity")
    )
    bands = ", ".join(f"('{band}')" for band in AGE_BANDS)
    return f"""
        with cell as (select *, {_FISCAL} as y from {cube}),
        zone as (
            select block_code, area_code from {membership}
            where area_type = 'hscp' and block_type = 'data_zone_2011' and weight = 1),
        covered as ({_covered()}),
        estimate as (
            select c.y, max(p.year) as estimated from (select distinct y from covered) c
            join (select distinct year from {population} where block_type = 'data_zone_2011' and sex = 'all') p
                on p.year between c.y - {CARRIED_FORWARD} and c.y
            group by c.y),
        resident as ({_residents(population)}),
        care as ({_in_care()}),
        returned as (
            select distinct block_code, {_FISCAL} as y from {activity}
            where service_code = '{SERVICE}' and block_type = 'data_zone_2011'),
        origin as (select y, string_agg(distinct id, ' ' order by id) as extract_id from (
            select distinct y, unnest(string_split(extract_id, ' ')) as id from cell) named group by y),
        spine as (
            select block_code, y, age_band from zone join covered using (area_code)
            cross join (values {bands}) as told(age_band)
            where (block_code, y) in (select (block_code, y) from resident))
        select block_code, y, age_band, extract_id, r.block_code is not null as is_returned,
            coalesce(persons, 0)::double as persons, coalesce(supported, 0)::double as supported,
            coalesce(homes, 0)::double as homes, coalesce(hospital, 0)::double as hospital
        from spine join estimate using (y) join origin using (y)
        left join resident using (block_code, y, age_band) left join care using (block_code, y, age_band)
        left join returned r using (block_code, y)"""


_FISCAL = "year(period_start) - (month(period_start) < 4)::int"
_IN_HOSPITAL = f"counted_from = 'records' and service_code in {listed(INPATIENT)} and bed_days > 0"
_IN_HOME = f"counted_from = 'people' and service_code = '{IN_HOME}' and n_people > 0"
_WITH_CARE = f"counted_from = 'people' and service_code = '{WITH_HOME_CARE}' and n_people > 0"


def _covered() -> str:
    """SQL of partnerships and years that the cells of the cube (``cell``) cover, with all that the balance needs."""
    tells = {"hospital": _IN_HOSPITAL, "homes": _IN_HOME, "care": _WITH_CARE}
    told = ", ".join(f"bool_or({test}) as {name}" for name, test in tells.items())
    all_of_them = " and ".join(f"bool_or({name})" for name in tells)
    return f"""
        with over as (
            select y from cell where counted_from = 'records' and period_type = 'month'
            group by y having max(period_end) >= make_date(y + 1, 3, 31)),
        seen as (
            select block_code, y, {told} from cell
            where counted_from in ('records', 'people', 'individuals') and block_type = 'data_zone_2011' group by all)
        select area_code, y from zone cross join over left join seen using (block_code, y)
        group by all having 2 * count(seen.block_code) > count(*) and {all_of_them}"""


def _residents(population: str) -> str:
    """SQL of residents by data zone, year of the balance and band of age."""
    words = " ".join(f"when {n} then '{band}'" for n, band in enumerate(AGE_BANDS))
    return f"""
        select block_code, y, case {band_of("age")} {words} end as age_band, sum(persons) as persons
        from {population} p join estimate e on p.year = e.estimated
        where block_type = 'data_zone_2011' and sex = 'all' group by all"""


def _in_care() -> str:
    """SQL of people with home care, in care homes and in hospital, by data zone, year and band of age."""
    return f"""
        select block_code, y, age_band, sum(n_people) filter ({_WITH_CARE}) as supported,
            sum(n_people) filter ({_IN_HOME}) as homes,
            round(sum(bed_days) filter ({_IN_HOSPITAL}) / {DAYS_OF_A_YEAR}, 6) as hospital
        from cell where block_type = 'data_zone_2011' group by all"""


def _as_cells(balance: str) -> str:
    """SQL of the balance as rows of the cube: those of its columns that it has."""
    at_home = "persons - homes - hospital"
    figures = {
        "n_people_home": f"case when not is_returned then {at_home} end",
        "n_home_unsupported": f"{at_home} - supported",
        "n_home_supported": "supported", "n_in_care_home": "homes", "n_in_hospital": "hospital",
    }  # fmt: skip
    assert tuple(figures) == BALANCE
    keys = {
        "counted_from": "'residents'", "service_code": f"'{SERVICE}'", "period_type": "'financial_year'",
        "period_start": "make_date(y, 4, 1)", "period_end": "make_date(y + 1, 3, 31)",
        "block_type": "'data_zone_2011'", "block_code": "block_code", "age_band": "age_band", "sex": "'unknown'",
        "urgency": "'all'", "delay_group": "'all'", "provider_sector": "'all'",
    }  # fmt: skip
    assert set(keys) < {column.name for column in ACTIVITY_CUBE.columns}
    columns = ", ".join(f"{sql} as {name}" for name, sql in {**keys, **figures, "extract_id": "extract_id"}.items())
    return f"select {columns} from ({balance}) balance order by period_start, block_code, age_band"
