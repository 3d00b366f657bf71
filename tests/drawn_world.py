"""A country of ten data zones in which every expectation holds, as SQL.

Two of everything that is large (councils, partnerships, boards), four localities, two practices; in
each zone four females and four males of every age. Columns that are not given are empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from drawn_assessment import assessment_sql
from drawn_books import MADE_OF_LEDGERS
from drawn_demand import BEDS, OF_NEEDS
from drawn_projections import POPULATIONS_TO_COME

from locality_profiles.episodes.individuals import PIECE
from locality_profiles.sources import sources
from locality_profiles.tables.contract import Column, TableContract
from locality_profiles.tables.curated import CONTRACTS, STAGED
from locality_profiles.tables.suites import empty_view

ZONE = "'S01' || (900000 + n)"
HALF = "((n - 1) // 5 + 1)"  # zones 1 to 5 lie in the first of everything, 6 to 10 in the second
LOCALITY = "['north', 'north', 'south', 'south', 'south', 'east', 'east', 'west', 'west', 'west'][n]"
LOCALITY_CODE = f"'S3790000' || {HALF} || '/' || {LOCALITY}"
ZONES = "from range(1, 11) z(n)"
AREA_TYPES = {
    "council_area": f"'S1290000' || {HALF}", "hscp": f"'S3790000' || {HALF}", "health_board": f"'S0890000' || {HALF}",
    "country": "'S92900001'",
}  # fmt: skip
LINKS = " union all ".join(
    f"select 'data_zone_2011' as block_type, {ZONE} as block_code, '{kind}' as area_type, {code} as area_code, "
    f"1.0 as weight, 'lookup' as method {ZONES}"
    for kind, code in AREA_TYPES.items()
)
LARGER = " union all by name ".join(
    f"select distinct '{kind}' as area_type, {code} as area_code, '{kind} ' || {code} as area_name, "
    f"nullif('{parent}', '') as parent_type, {AREA_TYPES.get(parent, 'null')} as parent_code {ZONES}"
    for (kind, code), parent in zip(AREA_TYPES.items(), ["hscp", "health_board", "country", ""], strict=True)
)
AREAS = f"""
    select 'data_zone_2011' as area_type, {ZONE} as area_code, 'Zone ' || n as area_name,
        'council_area' as parent_type, {AREA_TYPES["council_area"]} as parent_code {ZONES}
    union all by name {LARGER}"""

AGES = """(select unnest([2020, 2021]) as year) cross join (select unnest(['all', 'female', 'male']) as sex)
    cross join (select unnest(range(0, 91)) as age)"""
PEOPLE = "if(sex = 'all', 8, 4)"
OF_ZONES = f"""
    select 'data_zone_2011' as block_type, {ZONE} as block_code, year, sex, age, {PEOPLE} as persons, 'actual' as status
    {ZONES} cross join {AGES}"""
OF_AREAS = " union all ".join(
    f"select '{kind}' as block_type, {code} as block_code, year, sex, age, sum({PEOPLE}) as persons, "
    f"'actual' as status {ZONES} cross join {AGES} group by all"
    for kind, code in AREA_TYPES.items()
)

DEPRIVATION = f"""
    select 'data_zone_2011' as block_type, {ZONE} as block_code, 'simd_2020v2' as "index", 'overall' as domain,
        n as rank, n as decile, (n + 1) // 2 as quintile, 'actual' as status {ZONES}
    union all by name
    select 'data_zone_2011' as block_type, {ZONE} as block_code, 'simd_2020v2' as "index", 'income' as domain,
        90 as deprived_people, 728 as people, 'actual' as status {ZONES}"""
CLASSES = f"""
    select 'data_zone_2011' as block_type, {ZONE} as block_code, scheme,
        if(scheme like '%2fold%', if(n > 5, '2', '1'), if(n > 5, '6', '2')) as category
    {ZONES} cross join (select unnest(['urban_rural_2fold_2020', 'urban_rural_6fold_2020']) as scheme)"""

QUARTER = "'financial_quarter' as period_type, date '2020-10-01' as period_start, date '2020-12-31' as period_end"
UNDIVIDED = """'all' as age_band, 'all' as sex, 'all' as simd_quintile, 'all' as urgency, 'all' as delay_group,
    'all' as care_group"""


def care(place: str, value: float, measure: str = "N_PEOPLE", age: str = "all") -> str:
    """One figure of home care; ``place`` gives the columns of the place."""
    return f"""select 'home_care' as source, 'SC.HC' as service_code, '{measure}' as measure_code, {value} as value,
        'rounded' as status, {QUARTER}, 'residence' as geo_role, {place},
        {UNDIVIDED.replace("'all' as age_band", f"'{age}' as age_band")}"""


def joined(*queries: str) -> str:
    return "\nunion all by name\n".join(queries)


def of_locality(name: str) -> str:
    return f"'locality' as block_type, '{name}' as place_name, 'First' as place_parent"


COUNCIL = "'council_area' as block_type, 'First' as place_name"
OUTSIDE = "'outside_partnership' as block_type, 'First' as place_name"
HOME_CARE = joined(
    care(of_locality("north"), 20), care(of_locality("south"), 50), care(OUTSIDE, 5), care(COUNCIL, 80),
    care(COUNCIL, 30, age="65-74"), care(COUNCIL, 45, age="75+"), care(COUNCIL, 9600, "HOURS"),
)  # fmt: skip
CURATED_CARE = joined(
    care("'locality' as block_type, 'S37900001/north' as block_code", 20),
    care("'locality' as block_type, 'S37900001/south' as block_code", 50),
    care("'outside_partnership' as block_type, 'S12900001' as block_code", 5),
    care("'council_area' as block_type, 'S12900001' as block_code", 80),
)

MONTHS = "range(0, 3) m(i)"
MONTH = """'month' as period_type, (date '2021-01-01' + to_months(i::integer))::date as period_start,
    (date '2021-02-01' + to_months(i::integer) - interval 1 day)::date as period_end"""
DELAYS = f"""
    select 'delayed_discharge' as source, 'FLOW.DD' as service_code, 'BED_DAYS' as measure_code,
        place.factor * if(delay_group = 'all', 30, 15) as value, 'actual' as status, {MONTH}, 'residence' as geo_role,
        place.kind as block_type, place.code as block_code, '18+' as age_band, 'all' as sex, 'all' as simd_quintile,
        'all' as urgency, delay_group, 'all' as care_group
    from {MONTHS}, (select unnest(['all', 'health_social_care', 'patient_family']) as delay_group),
        (values ('council_area', 'S12900001', 1), ('not_placed', 'other', 1), ('country', 'S92900001', 2))
            place(kind, code, factor)"""
ATTENDANCES = f"""
    select 'emergency_attendance' as source, 'HOSP.AE' as service_code, measure_code,
        if(measure_code = 'N_ATTEND', 400, 380) as value, 'actual' as status, {MONTH}, 'treatment' as geo_role,
        'hospital' as block_type, 'A900A' as block_code, {UNDIVIDED}
    from {MONTHS}, (select unnest(['N_ATTEND', 'MET_4H']) as measure_code)"""
ADMISSIONS = f"""
    select 'hospital_admission' as source, 'HOSP.ACU' as service_code, 'N_ADMIT' as measure_code,
        if(urgency = 'all', 20, 10) as value, 'actual' as status, 'week' as period_type,
        (date '2021-01-04' + 7 * i::integer)::date as period_start,
        (date '2021-01-10' + 7 * i::integer)::date as period_end,
        'residence' as geo_role, 'hscp' as block_type, 'S37900001' as block_code, 'all' as age_band, 'all' as sex,
        quintile::varchar as simd_quintile, urgency, 'all' as delay_group, 'all' as care_group
    from {MONTHS}, range(1, 6) q(quintile), (select unnest(['all', 'emergency', 'planned']) as urgency)"""

LISTS = """
    select 'gp_practice' as block_type, code as block_code, 'snapshot' as period_type,
        date '2021-04-01' as period_start, date '2021-04-01' as period_end, sex, age_band,
        if(sex = 'all', 2, 1) * if(age_band = 'all', 2, 1) * 980 as persons, 'actual' as status
    from (select unnest(['90001', '90002']) as code), (select unnest(['all', 'female', 'male']) as sex),
        (select unnest(['all', '0-64', '65+']) as age_band)"""
PRACTICES = f"""
    select 'gp_practice' as service_type, '9000' || {HALF} as service_code, 'Practice ' || {HALF} as service_name,
        'ZZ1 1ZZ' as postcode, {ZONE} as data_zone, 'Cluster' as cluster_name, 'S3790000' || {HALF} as hscp,
        date '2021-04-01' as as_at
    {ZONES} where n in (1, 6)"""
CLUSTERS = f"""
    select '9000' || {HALF} as practice_code, as_at, 'Cluster' as cluster_name, 'S3790000' || {HALF} as hscp
    {ZONES} cross join (select unnest([date '2021-01-01', date '2021-04-01']) as as_at) where n in (1, 6)"""
#: All but ten patients of each practice live in the five zones round it.
PATIENTS = f"""
    select '9000' || {HALF} as practice_code, 'data_zone_2011' as block_type, {ZONE} as block_code,
        date '2021-04-01' as as_at, if(n % 5 = 0, 770, 780) as patients, 'actual' as status {ZONES}
    union all by name
    select '9000' || {HALF} as practice_code, 'outside' as block_type, 'OUT' as block_code,
        date '2021-04-01' as as_at, 10 as patients, 'actual' as status {ZONES} where n in (1, 6)"""
POSTCODES = f"""
    select 'ZZ' || n || ' 1AA' as postcode, {ZONE} as data_zone, 300000.0 + n as easting, 1100000.0 as northing,
        728 as persons {ZONES}
    union all by name
    select 'ZZ1 9ZZ' as postcode, {ZONE} as data_zone, 300001.0 as easting, 1100000.0 as northing {ZONES} where n = 1"""
CENTRES = f"""
    select 'data_zone_2011' as block_type, {ZONE} as block_code, 300000.0 + n as easting, 1100000.0 as northing
    {ZONES}"""
HOSPITALS = f"""
    select 'hospital' as service_type, 'A900A' as service_code, 'Hospital' as service_name, {ZONE} as data_zone,
        'S08900001' as health_board, 400000.0 as easting, 1100000.0 as northing {ZONES} where n = 1"""
EMERGENCY_SITES = """
    select kind as service_type, code as service_code, 'Site ' || code as service_name, 'ZZ1 1ZZ' as postcode,
        'S08900001' as health_board
    from (values ('emergency_department', 'A900A'), ('minor_injury_unit', 'A901A')) site(kind, code)"""
CARE_SERVICES = """
    select kind as service_type, 'CS990000000' || number as service_code, 'Service ' || number as service_name,
        'ZZ1 1ZZ' as postcode, date '2021-04-30' as as_at
    from (values ('care_home_older', 1), ('care_home_other', 2), ('care_service', 3)) service(kind, number)"""
HOUSEHOLDS = """
    select kind as block_type, code as block_code, 'mid_year' as period_type, make_date(year, 6, 30) as period_start,
        make_date(year, 6, 30) as period_end, measure, 'all' as category,
        if(measure = 'households', households, 2.08) as value, 'actual' as status
    from (values ('council_area', 'S12900001', 1750), ('council_area', 'S12900002', 1750),
            ('country', 'S92900001', 3500)) place(kind, code, households),
        (select unnest(['households', 'household_size']) as measure), (select unnest([2020, 2021])::integer as year)"""
DWELLINGS = """
    select 'data_zone_2001' as block_type, 'S01990001' as block_code, 'calendar_year' as period_type,
        date '2012-01-01' as period_start, date '2012-12-31' as period_end, 'dwellings' as measure, category,
        if(category = 'all', 400, 50) as value, 'actual' as status
    from (select unnest(['all', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']) as category)"""

LINES = """
    select service || ':' || code as line_id, kind as block_type, code as block_code, name as place_name,
        'financial_year' as period_type, date '2020-04-01' as period_start, date '2021-03-31' as period_end,
        'outturn' as version, 'council' as partner, service as service_code, 'all' as care_group,
        service as description,
        parts * if(service = 'SC.TOTAL', 250000000, 50000000) as gross_pence,
        parts * 10000000 as income_pence, gross_pence - income_pence as net_pence, 'actual' as status
    from (select unnest(['SC.TOTAL', 'SC.HC.65PLUS']) as service),
        (values ('council_area', 'S12900001', 'First', 1), ('council_area', 'S12900002', 'Second', 1),
            ('country', 'S92900001', 'Country', 2)) place(kind, code, name, parts)"""
#: A ledger of each partnership: £1,000 of home care, of which its two localities use and need a half each, and £600
#: that is posted to the first of them.
YEAR_OF_MONEY = "'financial_year' as period_type, date '2020-04-01' as period_start, date '2021-03-31' as period_end"
LEDGER = f"""
    select 'L' || number as line_id, hscp as hscp_code, kind as area_type, area as area_code, {YEAR_OF_MONEY},
        'original' as version, 'delegated' as scope, 'council' as partner, 'SC.HC' as service_code,
        'all' as care_group, '22' as programme_code, 'NOT_TOLD' as subjective_code, 'other_social' as split,
        'drawn' as description, pence as gross_pence, 0 as income_pence, pence as net_pence, 'line' as coded_by
    from (values (1, 'S37900001', null, null, 100000), (2, 'S37900002', null, null, 100000),
        (3, 'S37900001', 'locality', 'S37900001/north', 60000)) line(number, hscp, kind, area, pence)"""
SUPPLIED = f"""
    select line_id, coalesce(area_type, 'hscp') as block_type, coalesce(area_code, hscp_code) as block_code,
        {YEAR_OF_MONEY}, version, scope, partner, service_code, care_group, description, gross_pence, income_pence,
        net_pence, 'actual' as status from ({LEDGER})"""
PAID_PLACES = """(values ('S37900001', 'north'), ('S37900001', 'south'), ('S37900002', 'east'), ('S37900002', 'west'))
    place(hscp, name)"""
PLACED = f"""
    select line_id, basis, 'locality' as area_type, hscp || '/' || name as area_code,
        case when line_id <> 'L3' then 50000 when basis = 'fair' then 30000 else 60000 end as amount_pence,
        'home_care' as rule_id, if(line_id = 'L3' and basis = 'used', 'A', 'B') as method, 'hours' as driver_id,
        1 as grade, true as compared
    from ({LEDGER}) join {PAID_PLACES} on hscp = hscp_code, (values ('used'), ('fair')) of(basis)
    where line_id <> 'L3' or basis = 'fair' or name = 'north'"""
SHARES = f"""
    select hscp as hscp_code, 'locality' as area_type, hscp || '/' || name as area_code, {YEAR_OF_MONEY},
        'original' as version, 'delegated' as scope, 'council' as partner, 'SC.HC' as service_code,
        'all' as care_group, 50000 + if(name = 'north', 60000, 0) as used_pence,
        50000 + if(hscp = 'S37900001', 30000, 0) as fair_pence, fair_pence - 1 as fair_low_pence,
        fair_pence + 1 as fair_high_pence, 3 as weightings, 1 as grade, 1000 as residents,
        used_pence / 1000 as used_per_head, fair_pence / 1000 as fair_per_head
    from {PAID_PLACES}"""
RESOURCES = f"""
    select * exclude (scope, partner, service_code, care_group), unnest(['all', 'SC']) as "group",
        used_pence as compared_used_pence, fair_pence as compared_fair_pence,
        used_pence - fair_pence as variance_pence, 100.0 * used_pence / fair_pence - 100 as variance_percent
    from ({SHARES})"""
SET_ASIDE = f"""
    select hscp as hscp_code, kind as area_type, if(kind = 'hscp', hscp, hscp || '/' || name) as area_code,
        {YEAR_OF_MONEY}, unnest(['all', 'A1']) as specialty_code, 1 as years, date '2020-04-01' as first_day,
        parts * 300 as bed_days, 0 as outwith_days, parts * 12300000 as direct_pence, parts * 2300000 as variable_pence,
        parts * 10000000 as fixed_pence, parts as beds
    from (select *, 'locality' as kind, 1 as parts from {PAID_PLACES}
        union all select distinct on (hscp) hscp, name, 'hscp', 2 from {PAID_PLACES})"""
DRIVERS = f"""
    select 'hours' as driver_id, 'Hours' as title, 'B' as method, '' as told_by, hscp as hscp_code,
        'locality' as area_type, hscp || '/' || name as area_code, {YEAR_OF_MONEY}, 500 as value
    from {PAID_PLACES}"""
RULES = """select 'home_care' as rule_id, 1 as position, 'SC.HC' as service_code, 'hours' as used, 'hours' as fair,
    'show' as unplaced, 'Drawn.' as rationale"""
COSTS = """
    select 'SC.HC.65PLUS:S12900001' as line_id, 'council_area' as block_type, 'S12900001' as block_code,
        'financial_year' as period_type, date '2020-04-01' as period_start, date '2021-03-31' as period_end,
        'SC.HC.65PLUS' as service_code, 'hour' as unit, 25000 as quantity, 50000000 as spend_pence,
        2000 as published_unit_pence, 'actual' as status"""

YEAR = "'financial_year' as period_type, date '2020-04-01' as period_start, date '2021-03-31' as period_end"
#: Twelve lines of one partnership, of which the last is a service that the other one runs.
LEDGER_RETURN = f"""
    select 'budget:First:2020/21:outturn:year:' || n as line_id, 'hscp' as block_type, 'First' as place_name, {YEAR},
        'outturn' as version, if(n = 12, 'hosted_in', 'delegated') as scope, 'nhs' as partner,
        'COMM.DN' as service_code, 'all' as care_group, 'Line ' || n as description,
        if(n = 12, 'S37900002', null) as host_hscp, 40000000 as gross_pence, 2000000 as income_pence,
        38000000 as net_pence, 'actual' as status
    from range(1, 13) l(n)"""
EMPLOYED = f"""
    select 'budget_return' as source, 'COMM.DN' as service_code, 'WTE' as measure_code, 12.5 as value,
        'actual' as status, 'snapshot' as period_type, date '2021-03-31' as period_start,
        date '2021-03-31' as period_end, 'provider' as geo_role, {of_locality("north")}, {UNDIVIDED}"""
HOSTED = f"""
    select 'S37900002' as host_hscp, 'hscp' as block_type, code as block_code, {YEAR}, 'PC.OOH' as service_code,
        100 as quantity, 'contacts' as unit, 'actual' as status
    from (values ('S37900001'), ('S37900002')) of(code)"""

NEEDS = f"""
    select 'data_zone_2011' as block_type, {ZONE} as block_code, {YEAR}, 'all' as programme, 728 as population,
        600 + 20 * n as weighted_population, 'actual' as status {ZONES}"""
PRICES = f"""
    select 'country' as block_type, 'S92900001' as block_code, {YEAR}, 'SC.HC' as service_code, 'hour' as unit,
        'gross' as price_basis, 2450.5 as pence, 'actual' as status"""
HOSPITAL_COSTS = f"""
    select 'hospital' as block_type, 'A900A' as block_code, {YEAR}, code as specialty_code, 'Specialty' as specialty,
        'inpatient' as patient_type, days as bed_days, days * 41000 as direct_pence, days * 50000 as full_pence,
        0.4 as variable_share, 'actual' as status
    from (values ('100', 1000), ('120', 500), ('all', 1500)) of(code, days)"""
RETURNED = f"""
    select 'lfr03:First:' || line as line_id, 'council_area' as block_type, 'First' as place_name, {YEAR},
        'outturn' as version, 'council' as partner, service as service_code, 'all' as care_group,
        service as description, line as lfr_line, 120000000 as gross_pence, 20000000 as income_pence,
        100000000 as net_pence, 'actual' as status
    from (values ('20', 'SC.HC'), ('31', 'SC')) of(line, service)"""

LOCALITIES = f"select distinct {HALF} as half, {LOCALITY} as name, {LOCALITY_CODE} as code {ZONES}"
OUTLINES = f"""
    select 'locality' as area_type, code as area_code, name as area_name, encode('outline of ' || name) as geometry
    from ({LOCALITIES})"""

FIVE_YEARS = "'years' as period_type, date '2017-01-01' as period_start, date '2021-12-31' as period_end"
READY_MADE = f"""
    select 'scotpho_profile' as source, 'Smokers' as measure, 'council_area' as block_type,
        unnest(['S12900001', 'S12900002']) as block_code, {FIVE_YEARS}, 'all' as breakdown, 'all' as category,
        30 as numerator, 20.0 as value, 14.4 as lower, 27.1 as upper, 1 as decimals, 'actual' as status,
        'Percentage; 2017 to 2021 calendar years; 5-year aggregates' as note"""
FIFTHS = f"""
    select 'scotpho_deprivation' as source, 'Smokers' as measure, 'council_area' as block_type,
        'S12900001' as block_code, {FIVE_YEARS}, breakdown, category, numerator, denominator, value, value - 1 as lower,
        value + 1 as upper, 1 as decimals, 'actual' as status,
        'Percentage; 2017 to 2021 calendar years; 5-year aggregates' as note
    from (values ('all', 'all', 150, 500, 30.0), ('simd_quintile_own', '1', 40, 100, 40.0),
        ('simd_quintile_own', '2', 35, 100, 35.0), ('simd_quintile_own', '3', 30, 100, 30.0),
        ('simd_quintile_own', '4', 25, 100, 25.0), ('simd_quintile_own', '5', 20, 100, 20.0),
        ('inequality_simd_quintile_own', 'absolute_gap', null, null, 20.0),
        ('inequality_simd_quintile_own', 'rii_mean', null, null, 0.8))
        of(breakdown, category, numerator, denominator, value)"""

INDICATORS = """
    select * from (values ('population', 'count'), ('quintiles', 'percentage'), ('rate', 'crude_rate'))
        of(indicator_id, method)"""
PLACES = """(values ('locality', 'S37900001/north', 1456), ('locality', 'S37900001/south', 2184),
    ('hscp', 'S37900001', 3640), ('hscp', 'S37900002', 3640), ('council_area', 'S12900001', 3640),
    ('council_area', 'S12900002', 3640), ('health_board', 'S08900001', 3640), ('health_board', 'S08900002', 3640),
    ('country', 'S92900001', 7280)) place(kind, code, people)"""
MID_YEAR = "'mid_year' as period_type, make_date(year, 6, 30) as period_start, make_date(year, 6, 30) as period_end"
VALUES = f"""
    select 'population' as indicator_id, kind as area_type, code as area_code, {MID_YEAR}, 'all' as breakdown,
        'all' as category, people as numerator, people as value, 'count' as method, 1 as per, 'actual' as status,
        'data_zone_2011' as source_level
    from {PLACES}, (select unnest([2020, 2021])::integer as year)
    union all by name
    select 'quintiles' as indicator_id, kind as area_type, code as area_code, {MID_YEAR}, 'quintile' as breakdown,
        half as category, people / 2 as numerator, people as denominator, 50 as value, 'percentage' as method,
        100 as per, 'actual' as status, 'data_zone_2011' as source_level
    from {PLACES}, (select unnest([2020, 2021])::integer as year), (select unnest(['1', '2']) as half)
    union all by name
    select 'rate' as indicator_id, kind as area_type, code as area_code, {MID_YEAR}, 'all' as breakdown,
        'all' as category, people / 10 as numerator, people as denominator, 100 as value, 90 as lower, 110 as upper,
        'crude_rate' as method, 1000 as per, 'actual' as status, 'data_zone_2011' as source_level
    from {PLACES}, (select unnest([2020, 2021])::integer as year)"""
PROFILES = """
    select 'locality' as area_type, own.code as area_code, 'population' as section, v.indicator_id as item, v.category,
        case when v.area_code = own.code then 'this' when v.area_type = 'locality' then 'peer' else v.area_type end
            as role,
        v.area_type as beside_type, v.area_code as beside_code, v.period_type, v.period_start, v.period_end,
        v.numerator, v.denominator, v.value, v.status
    from {indicator_value} v cross join (select unnest(['S37900001/north', 'S37900001/south']) as code) own
    where year(v.period_start) = 2021 and v.area_type <> 'council_area' and v.area_code[-1] <> '2'"""
TRENDS = """
    select 'locality' as area_type, v.area_code, 'population' as section, v.indicator_id as item, v.category,
        v.area_type as of_type, v.area_code as of_code, 2022 - year(v.period_start) as position, v.period_type,
        v.period_start, v.period_end, v.value, v.status
    from {indicator_value} v where v.area_type = 'locality'"""

# How systems fit, overlap and are drawn: localities, wholly inside partnerships.
FIT = f"""
    select 'locality' as area_type, {LOCALITY_CODE} as area_code, count(*) as blocks, 0 as blocks_split,
        count(*) * 728 as persons, 0 as share_misplaced, false as below_minimum {ZONES} group by all"""
OVERLAPS = """
    with inside as (
        select m.area_code, h.area_code as hscp, count(*) as blocks, count(*) * 728 as persons, 3640 as people
        from {membership} m join {membership} h using (block_code)
        where m.area_type = 'locality' and h.area_type = 'hscp' group by all)
    select 'locality' as area_type, area_code, 'hscp' as other_type, hscp as other_code, blocks, persons,
        1 as share_of_area, persons / people as share_of_other from inside
    union all
    select 'hscp', hscp, 'locality', area_code, blocks, persons, persons / people, 1 from inside"""
SYSTEM_LINKS = """
    select *, 'nested' as relation, areas as nested_areas, 1 as share_in_largest
    from (values ('locality', 'hscp', 4), ('council_area', 'hscp', 2), ('hscp', 'country', 2))
        of(child_type, parent_type, areas)"""
INFLATION = """
    select r.area_type, r.area_code, date '2021-04-01' as as_at, sex, age_band,
        if(sex = 'all', 2, 1) * if(age_band = 'all', 2, 1) * 980 as registered,
        if(sex = 'all', 2, 1) * if(age_band = 'all', 2, 1) * 910 as residents, 2020 as residents_year,
        residents / registered as deflator, 'premises' as method, 5 as grade
    from (select area_type, area_code from {area} where area_type = 'hscp') r,
        (select unnest(['all', 'female', 'male']) as sex), (select unnest(['all', '0-64', '65+']) as age_band)"""
DRAWN = """
    select area_type, area_code, area_name, geometry, true as inset, 450000.0 as label_easting,
        1150000.0 as label_northing from {boundary}"""
REGISTER = f"""
    select 'S3790000' || half as partnership_code, 'Partnership ' || half as partnership, name as locality,
        'same' as change, name as now, code as area_code, true as found from ({LOCALITIES})
    union all
    select 'S37900001', 'Partnership 1', 'old north', 'merged', 'north', 'S37900001/north', true
    union all
    select 'S37900009', 'Partnership 9', 'far', 'same', 'far', null, false"""

#: Each zone of 2001 became one of 2011, but for the last, which was divided.
CONVERSIONS = f"""
    select 'data_zone_2001' as from_type, 'S01' || (990000 + n) as from_code, 'data_zone_2011' as to_type,
        {ZONE} as to_code, 1.0 as weight, 'supplied' as method, 1 as grade {ZONES}
    union all
    select 'data_zone_2001', 'S01990011', 'data_zone_2011', {ZONE}, 0.5, 'supplied', 1 {ZONES} where n < 3"""
CODE_CHANGES = """
    select 'health_board' as area_type, old_code, new_code, 'First' as area_name, changed, 'redrawn' as kind
    from (values ('S08990001', 'S08990002', date '2014-04-01'), ('S08990002', 'S08900001', date '2018-02-02'))
        of(old_code, new_code, changed)"""
MOVES = f"""
    select 'locality' as area_type, 'data_zone_2011' as block_type, {ZONE} as block_code, '2016' as from_edition,
        '2021' as to_edition, 'S37900001/north' as from_area, {LOCALITY_CODE} as to_area, 'moved' as kind,
        728 as persons {ZONES} where n = 3"""
BREAKS = """
    select 'locality' as area_type, 'S37900001/south' as area_code, date '2021-04-01' as broken, 'Moved.' as reason"""

LOCAL_COUNTS = f"""
    select 'data_zone_2011' as block_type, {ZONE} as block_code, 'snapshot' as period_type,
        date '2022-03-20' as period_start, date '2022-03-20' as period_end,
        'tenure' as topic, category, 'all' as sex, 'all' as age_band, count as value,
        'actual' as status {ZONES} cross join (select * from (values ('all', 350), ('owned', 200), ('rented', 150))
            of(category, count))"""

SUPPORTED = f"""
    select 'social_care_people' as source, 'SC.ALL' as service_code, 'N_PEOPLE' as measure_code, people as value,
        'rounded' as status, 'financial_year' as period_type, date '2020-04-01' as period_start,
        date '2021-03-31' as period_end, 'residence' as geo_role, 'council_area' as block_type,
        'council_area ' || {AREA_TYPES["council_area"]} as place_name,
        {UNDIVIDED.replace("'all' as age_band", "age as age_band")}
    {ZONES} cross join (select * from (values ('all', 300), ('18-64', 100), ('65-74', 200)) of(age, people))
    where n in (1, 6)"""
EVENTS = f"""
    select 'vital_event' as source, 'EVT.DEATH' as service_code, 'N' as measure_code, died as value,
        'actual' as status, 'calendar_year' as period_type, make_date(year, 1, 1) as period_start,
        make_date(year, 12, 31) as period_end, 'residence' as geo_role, 'data_zone_2011' as block_type,
        {ZONE} as block_code, {UNDIVIDED.replace("'all' as age_band", "age as age_band")}
    {ZONES} cross join (select * from (values ('all', 7), ('80-84', 3), ('90+', 4)) of(age, died))
    cross join (select unnest([2020, 2021]) as year)"""

OF_LOCALITIES = f"""'locality' as block_type, name as place_name, 'S3790000' || half as place_parent
    from ({LOCALITIES})"""
COUNCIL_RETURN = f"""
    select 'social_care_return' as source, service as service_code, measure as measure_code, figure as value,
        'actual' as status, 'financial_quarter' as period_type, date '2021-01-01' as period_start,
        date '2021-03-31' as period_end, role as geo_role,
        {UNDIVIDED.replace("'all' as age_band", "age as age_band")}, {OF_LOCALITIES}
    cross join (select * from (values
        ('SC.HC.PERS', 'N_PEOPLE', 'residence', 'all', 90), ('SC.HC.PERS', 'N_PEOPLE', 'residence', '0-17', 0),
        ('SC.HC.PERS', 'N_PEOPLE', 'residence', '18-64', 10), ('SC.HC.PERS', 'N_PEOPLE', 'residence', '65-74', 20),
        ('SC.HC.PERS', 'N_PEOPLE', 'residence', '75-84', 30), ('SC.HC.PERS', 'N_PEOPLE', 'residence', '85+', 30),
        ('SC.HC.PERS', 'HOURS', 'residence', 'all', 9000), ('SC.HC.PERS', 'HOURS_PLANNED', 'residence', 'all', 9500),
        ('SC.CH.LONG', 'N_RESIDENTS', 'provider', 'all', 36), ('SC.CH.LONG', 'PLACES', 'provider', 'all', 40))
        of(service, measure, role, age, figure))"""
ORGANISATIONS = f"""
    select 'third_sector_return' as source, service as service_code, measure as measure_code, figure as value,
        'actual' as status, 'financial_quarter' as period_type, date '2021-01-01' as period_start,
        date '2021-03-31' as period_end, 'residence' as geo_role, {UNDIVIDED}, {OF_LOCALITIES}
    cross join (select * from (values ('TS.BEFR', 'HOURS_VOLUNTEER', 200), ('TS.BEFR', 'N_VOLUNTEERS', 10),
        ('TS.ALL', 'HOURS_VOLUNTEER', 300), ('TS.ALL', 'N_VOLUNTEERS', 14)) of(service, measure, figure))"""

#: Linked care records: in each zone and month ten emergency stays in hospital and twenty attendances, all of women of
#: 65 to 74; two years of people, and half of the cost with one in twenty of them.
FISCAL = "'financial_year' as period_type, date '2020-04-01' as period_start, date '2021-03-31' as period_end"
CELL = f"""'data_zone_2011' as block_type, {ZONE} as block_code, '65-74' as age_band, 'female' as sex,
    'all' as delay_group, 'all' as provider_sector, 'drawn0000000' as extract_id"""
MONTHLY = """'month' as period_type, (date '2020-04-01' + to_months(i::integer))::date as period_start,
    last_day(date '2020-04-01' + to_months(i::integer)) as period_end"""
COUNTED = f"""
    select 'records' as counted_from, service as service_code, {MONTHLY}, {CELL}, urgency, n_records, n_episodes,
        n_attend, n_admit, bed_days, cost_net
    {ZONES} cross join range(0, 12) m(i) cross join (values
        ('HOSP.ACU.EM', 'emergency', 10, 10, null, null, 50, 5000000),
        ('HOSP.EM.ALL', 'emergency', null, null, null, null, 48, 4800000),
        ('HOSP.AE', 'all', 20, null, 20, 5, null, 320000))
        of(service, urgency, n_records, n_episodes, n_attend, n_admit, bed_days, cost_net)"""
CUBE = joined(
    COUNTED,
    f"""select 'people' as counted_from, service as service_code, {FISCAL}, {CELL}, 'all' as urgency, people as n_people
        {ZONES} cross join (values ('HOSP.ACU.EM', 80), ('HOSP.EM.ALL', 75), ('HOSP.AE', 100), ('HOSP.ACU', 80),
            ('HOSP', 80), ('ALL', 150)) of(service, people)""",
    f"""select 'stays' as counted_from, service as service_code, {MONTHLY}, {CELL}, 'emergency' as urgency, n_stays,
        n_discharge_alive, n_readmit_28
        {ZONES} cross join range(0, 12) m(i) cross join (values ('HOSP.ACU.EM', 9, null, null),
            ('HOSP.EM.ALL', 8, null, null), ('HOSP.ACU', null, 8, 1))
            of(service, n_stays, n_discharge_alive, n_readmit_28)""",
    f"""select 'deaths' as counted_from, 'EVT.DEATH' as service_code, {FISCAL}, {CELL}, 'all' as urgency,
        1825 as days_last_182, 1600 as days_at_home, 150 as days_large_hospital, 50 as days_community_hospital,
        25 as days_hospice, 400 as days_care_home, 1200 as days_community {ZONES}""",
    f"""select 'individuals' as counted_from, 'POP.SLF' as service_code, {FISCAL}, {CELL}, 'all' as urgency,
        728 as n_people, 200 as n_ltc1, 100 as n_ltc2, 50 as n_ltc3, 20 as n_ltc4, 60 as n_ltc_arth {ZONES}""",
)  # fmt: skip
QUARANTINED = """
    select 'drawn0000000' as extract_id, 7 as row_no, 'AE2' as recid, 'exact_duplicate' as fault, 0 as bed_days,
        15000 as cost_net"""
FLOWS = f"""
    select {FISCAL}, 'data_zone_2011' as block_type, {ZONE} as block_code, {AREA_TYPES["health_board"]} as health_board,
        'A900A' as hospital, health_board as treating_board, true as within_board,
        'HOSP.ACU.EM' as service_code, 'emergency' as urgency, 'A1' as specialty_code, 120 as n_episodes,
        600 as bed_days, 60000000 as cost_net, 'drawn0000000' as extract_id {ZONES}"""
CONCENTRATED = f"""
    select {FISCAL}, area_type, area_code, deaths, people - died as people, people - 100 - died as people_with_cost,
        people * 200000 - died * 900000 as cost_pence, 0.2 as top_1, 0.35 as top_2, 0.5 as top_5, 0.65 as top_10,
        people // 20 as n50_crossing, people // 20 as n50_slf, 1 as tie_size, 0.8 as gini, 0.01 as largest_share,
        false as low_number, false as dominated, 'drawn0000000' as extract_id
    from (select area_type, area_code, count(*) * 728 as people from {{membership}}
            where area_type in ('locality', 'hscp') group by all),
        (values ('with', 0), ('without', 10)) of(deaths, died)"""
CURVES = """
    select c.period_type, c.period_start, c.period_end, area_type, area_code, deaths, share_of_people, share_of_cost,
        extract_id
    from {concentration} c, (values (0.0, 0.0), (0.05, 0.5), (0.1, 0.65), (1.0, 1.0))
        of(share_of_people, share_of_cost)"""

PERSISTED = """
    select period_type, period_start, period_end, date '2021-04-01' as next_period_start,
        date '2022-03-31' as next_period_end, area_type, area_code, n50_crossing as high_before,
        high_before * 2 // 5 as still_high, high_before // 5 as died, high_before // 5 as left_area_or_gone,
        high_before - still_high - died - left_area_or_gone as no_longer_high, low_number, dominated, extract_id
    from {concentration} where deaths = 'with'"""

#: Two sentences about each locality, and a paragraph that somebody wrote about one of them.
TOLD = f"""
    select 'locality' as area_type, code as area_code, 'population' as section, n as position, 'drawn' as template_id,
        if(n = 1, 'population', 'change') as claim, 'population' as indicator_id,
        if(n = 1, 'It had 1,456 people.', 'Deaths: 12 in 2021, against 10 in 2020 (a 20% rise).') as text,
        json_array(json_object('table', 'profile', 'key', json_object('area_code', code))) as evidence,
        'actual' as status
    from ({LOCALITIES}), range(1, 3) s(n)"""
WRITTEN = """
    select 'locality' as area_type, 'S37900001/north' as area_code, 'health' as section, 1 as position,
        'The ferry runs twice a week.' as text, false as replaces, false as moved, '[]' as evidence"""

#: An issue of the north, what was agreed on it, and what is done; the issue names an indicator.
SAID = """
    select id as entry_id, 'locality' as area_type, kind, id as title, date '2021-06-01' as raised, 'open' as state,
        answered as answers, named as indicators, date '2021-12-31' as due, line as row_no
    from (values ('N1', 'issue', null, 'population', 5), ('N2', 'priority', 'N1', null, 9),
        ('N3', 'action', 'N1 N2', null, 13)) entry(id, kind, answered, named, line)"""
VOICE = f"select *, 'S37900001/north' as area_code from ({SAID})"
VOICE_FIGURES = f"""
    select 'N1' as entry_id, 1 as position, 'population' as indicator_id, 'locality' as area_type,
        'S37900001/north' as area_code, {FISCAL}, 1.0 as value, 'actual' as status"""

CURATED = {
    "voice": VOICE, "voice_figure": VOICE_FIGURES,
    "area": f"{AREAS} union all by name select 'locality' as area_type, code as area_code, name as area_name, "
            f"'hscp' as parent_type, 'S3790000' || half as parent_code from ({LOCALITIES})",
    "membership": f"{LINKS} union all by name select 'data_zone_2011' as block_type, {ZONE} as block_code, "
                  f"'locality' as area_type, {LOCALITY_CODE} as area_code, 1.0 as weight, 'largest_overlap' as method, "
                  f"0.9 as quality {ZONES}",
    "population": f"{OF_ZONES} union all {OF_AREAS}",
    "population_class": f"""select 'data_zone_2011' as block_type, {ZONE} as block_code, year, sex,
        'simd_2020v2_quintile' as scheme, (n + 1) // 2 as category, sum({PEOPLE}) as persons, 'actual' as status
        {ZONES} cross join {AGES} group by all""",
    "deprivation": DEPRIVATION, "classification": CLASSES, "activity": CURATED_CARE, "registration": LISTS,
    "service": joined(PRACTICES, HOSPITALS), "household": HOUSEHOLDS,
    "budget_line": joined(LINES, SUPPLIED), "unit_cost": COSTS,
    "hosted_use": HOSTED, "needs_weight": NEEDS, "unit_price": PRICES, "hospital_cost": HOSPITAL_COSTS,
    "boundary": OUTLINES,
    "area_system": """select 'locality' as area_type, 'Locality' as title, 'Localities' as plural, 'lookup' as origin,
        'lookup' as method, 1 as grade, 4 as areas, 10 as blocks, 0 as blocks_split, 2021 as population_year,
        7280 as persons, 7280 as persons_covered, 0 as persons_misplaced, 0 as holes, 0 as overlaps, 0 as slivers,
        500 as minimum_population, 0 as areas_below_minimum""",
    "area_fit": FIT, "area_overlap": OVERLAPS, "system_link": SYSTEM_LINKS, "list_inflation": INFLATION,
    "map_layer": DRAWN, "locality_register": REGISTER,
    "postcode": POSTCODES, "patient_zone": PATIENTS, "practice_cluster": CLUSTERS,
    "block_point": CENTRES, "block_conversion": CONVERSIONS, "code_change": CODE_CHANGES, "boundary_change": MOVES,
    "trend_break": BREAKS, "published_value": f"{READY_MADE} union all by name {FIFTHS}",
    "local_count": LOCAL_COUNTS,
    "activity_cube": CUBE, "quarantine": QUARANTINED, "hospital_flow": FLOWS, "concentration": CONCENTRATED,
    "concentration_curve": CURVES, "concentration_persistence": PERSISTED,
    "ledger_line": LEDGER, "allocation_rule": RULES, "driver": DRIVERS, "allocation": PLACED, "resource_share": SHARES,
    "area_resource": RESOURCES, "set_aside": SET_ASIDE, **MADE_OF_LEDGERS,
    "sentence": TOLD, "author_note": WRITTEN, **POPULATIONS_TO_COME, **assessment_sql(), **OF_NEEDS,
}  # fmt: skip
PROFILE = {"indicator": INDICATORS, "indicator_value": VALUES, "profile": PROFILES, "profile_trend": TRENDS}
EXTRACT = {
    "data_zone_lookup": {"area": AREAS, "membership": LINKS},
    "locality_lookup": {"membership": f"""select 'data_zone_2011' as block_type, {ZONE} as block_code,
        'locality' as area_type, 1.0 as weight, 'lookup' as method, {LOCALITY} as place_name,
        'S3790000' || {HALF} as place_parent {ZONES}"""},
    "boundary": {
        "boundary": f"select 'locality' as area_type, name as area_name, name as place_name, half as place_parent, "
                    f"encode('outline of ' || name) as geometry from ({LOCALITIES})",
        "area": f"select 'locality' as area_type, name as area_name, half as place_parent from ({LOCALITIES})",
    },
    "deprivation": {"deprivation": DEPRIVATION},
    "urban_rural": {"classification": CLASSES},
    "small_area_population": {"population": OF_ZONES},
    "area_population": {"population": OF_AREAS},
    "population_projection": {"population_projection": POPULATIONS_TO_COME["population_projection"]},
    "gp_practice": {"service": PRACTICES, "practice_cluster": CLUSTERS},
    "postcode_directory": {"postcode": POSTCODES},
    "patient_zone": {"patient_zone": PATIENTS},
    "block_point": {"block_point": CENTRES},
    "data_zone_conversion": {"block_conversion": CONVERSIONS},
    "code_change": {"code_change": CODE_CHANGES},
    "gp_list_size": {"registration": LISTS},
    "hospital": {"service": HOSPITALS},
    "emergency_site": {"service": EMERGENCY_SITES},
    "care_service": {"service": CARE_SERVICES},
    "household_estimate": {"household": HOUSEHOLDS},
    "council_tax_dwelling": {"household": DWELLINGS},
    "home_care": {"activity": HOME_CARE},
    "delayed_discharge": {"activity": DELAYS},
    "emergency_attendance": {
        "activity": ATTENDANCES,
        "membership": "select 'hospital' as block_type, 'A900A' as block_code, 'health_board' as area_type, "
                      "'S08900001' as area_code, 1.0 as weight, 'reported' as method",
    },
    "hospital_admission": {"activity": ADMISSIONS},
    "hospital_beds": {"capacity": BEDS},
    "council_benchmark": {"budget_line": LINES, "unit_cost": COSTS},
    "budget_return": {"budget_line": LEDGER_RETURN, "activity": EMPLOYED, "hosted_use": HOSTED},
    "needs_weight": {"needs_weight": NEEDS},
    "unit_price_table": {"unit_price": PRICES},
    "hospital_cost": {"hospital_cost": HOSPITAL_COSTS},
    "local_financial_return": {"budget_line": RETURNED},
    "social_care_people": {"activity": SUPPORTED},
    "vital_event": {"activity": EVENTS},
    "social_care_return": {"activity": COUNCIL_RETURN},
    "third_sector_return": {"activity": ORGANISATIONS},
    "voice_log": {"voice": f"select *, 'north' as place_name, 'First' as place_parent from ({SAID})"},
    "census_table": {"local_count": LOCAL_COUNTS},
    "scotpho_profile": {"published_value": READY_MADE},
    "scotpho_deprivation": {"published_value": FIFTHS},
    "linked_episode": {
        "record": f"""select '2021' as year, recid, smrtype, 'SYN' || n as anon_chi,
            date '2020-05-01' as record_keydate1, date '2020-05-06' as record_keydate2, 2 as gender, 70 as age,
            {ZONE} as datazone2011, 500 as cost_total_net
            {ZONES} cross join (values ('01B', 'Acute-IP'), ('AE2', 'A & E')) of(recid, smrtype)""",
        "cell": COUNTED, "set_aside": "select null as fault where false",
        "total": """select 'drawn0000000' as extract_id, 3600 as rows_before, 3600 as rows_counted,
            6000 as bed_days_before, 6000 as bed_days_counted, 638400000 as cost_before, 638400000 as cost_counted""",
    },
    "linked_individual": {
        "record": f"""select '2021' as year, 'SYN' || n as anon_chi, 2 as gender, 70 as age, {ZONE} as datazone2011,
            1 as keep_population, 2000 as health_net_cost {ZONES}""",
        "individual_piece": f"""select n as row_no, 'SYN' || n as anon_chi, {ZONE} as place, 70 as age, 1 as weight,
            200000 as cost_pence {ZONES}""",
        "set_aside": "select null as fault where false",
        "total": "select 'drawn0000000' as extract_id, 10 as rows_before, 10 as rows_counted, 0 as bed_days_before, "
                 "0 as bed_days_counted, 0 as cost_before, 0 as cost_counted",
    },
}  # fmt: skip
#: Types of columns of linked records and their pieces, as contracts name them.
WORDS = {"varchar": "text", "integer": "integer", "bigint": "integer", "double": "number", "decimal(12,2)": "number",
         "date": "date", "boolean": "boolean"}  # fmt: skip
TOTAL = {
    "extract_id": "varchar", "rows_before": "bigint", "rows_counted": "bigint", "bed_days_before": "double",
    "bed_days_counted": "double", "cost_before": "bigint", "cost_counted": "bigint", "smr01_until": "date",
}  # fmt: skip


def piece(name: str, columns: Mapping[str, str]) -> TableContract:
    """The contract of a piece of linked records: that of the table that it becomes, or its columns."""
    made = tuple(Column(column, WORDS[kind], "", empty=True) for column, kind in columns.items())
    return TableContract(name, "", (), made, (), "")


def pieces_of(kind: str) -> dict[str, TableContract]:
    """Contracts of what a suite of linked records may ask about."""
    return {
        "record": piece("record", sources()[kind].record), "total": piece("total", TOTAL),
        "cell": CONTRACTS["activity_cube"], "set_aside": CONTRACTS["quarantine"],
        "individual_piece": piece("individual_piece", PIECE),
    }  # fmt: skip


def drawn(contract: TableContract, query: str) -> str:
    """The drawn rows with every column that the contract promises, in its type."""
    columns = ", ".join(f'"{column.name}"' for column in contract.columns)
    return f"select {columns} from ({empty_view(contract)} union all by name ({query}))"


def tables_of(door: str, suite: str) -> tuple[dict[str, str], Mapping[str, TableContract]]:
    """The drawn tables that a suite may ask about, and their contracts."""
    if door == "extract":
        return EXTRACT[suite], pieces_of(suite) if sources()[suite].fold else STAGED
    return (PROFILE if door == "profile" or suite == "indicator_value" else CURATED), CONTRACTS


def view_names(door: str, suite: str) -> dict[str, str]:
    """For each of those tables, the view of the gate database that holds it."""
    own = suite if door == "extract" else "made" if suite == "indicator_value" or door == "profile" else door
    return {table: f"{own}__{table}" for table in tables_of(door, suite)[0]}


def views(suites: Iterable[tuple[str, str]]) -> dict[str, str]:
    """SQL of every view that the suites need, each after the views that it names."""
    found: dict[str, str] = {}
    for door, suite in suites:
        names = view_names(door, suite)
        tables, contracts = tables_of(door, suite)
        for table, query in tables.items():
            named = re.sub(r"\{(\w+)\}", lambda match, names=names: names[match[1]], query)
            found.setdefault(names[table], drawn(contracts[table], named))
    return found
