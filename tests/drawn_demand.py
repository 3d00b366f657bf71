"""Supply, demand and what lies between in the drawn country, as SQL: home care, of two localities."""

from __future__ import annotations

_QUARTER = "'calendar_quarter' as period_type, date '2021-01-01' as period_start, date '2021-03-31' as period_end"
#: Two hospitals' boards with 30 beds each, 20 of them acute, and the country.
BEDS = f"""
    select 'hospital_beds' as source, service as service_code, code as provider_code, 'all' as part,
        'beds' as capacity_type, {_QUARTER}, kind as block_type, code as block_code, 'treatment' as geo_role,
        boards * beds as available, boards * beds as staffed, 0.8 as occupancy, 'actual' as status
    from (values ('health_board', 'S08900001', 1), ('health_board', 'S08900002', 1), ('country', 'S92900001', 2))
            place(kind, code, boards), (values ('HOSP', 30), ('HOSP.ACU', 20)) of(service, beds)"""
#: A care home of 40 places with a good grade.
HOMES = """
    select 'care_service' as source, 'SC.CH.LONG' as service_code, 'CS9900000001' as provider_code,
        'Service 1' as provider_name, 'all' as part, 'places' as capacity_type, 'snapshot' as period_type,
        date '2021-04-30' as period_start, date '2021-04-30' as period_end, 'care_service' as block_type,
        'CS9900000001' as block_code, 'provider' as geo_role, 40 as registered, 40 as available, 5 as grade_quality,
        'actual' as status"""
_AREAS = """(values ('locality', 'S37900001/north', 0.5), ('locality', 'S37900001/south', 0.5),
    ('hscp', 'S37900001', 1.0)) area(area_type, area_code, share)"""
DEMAND = f"""
    select area_type, area_code, 'home_care_hours' as measure_id, scenario, 'principal' as variant, year,
        share * (1000 + 10 * (year - 2020)) as quantity, quantity * 0.9 as lower, quantity * 1.1 as upper,
        share * 1000 as base_quantity, 2020 as base_year, year - 2020 as change_percent, 1.0 as ratio,
        'own' as rate_from, if(year = 2020, 'actual', 'estimated') as status
    from {_AREAS}, (values ('baseline'), ('efficiency')) of(scenario), range(2020, 2031) y(year)"""

OF_NEEDS = {
    "capacity": f"{BEDS} union all by name {HOMES}",
    "demand_measure": """select 'home_care_hours' as measure_id, 1 as position, 'Hours of home care' as title,
        'hours a year' as unit, 'SC.HC' as service_code, 'flow' as kind, 'service' as nature
        union all select 'dementia', 2, 'People with dementia', 'people', 'POP.SLF', 'stock', 'need'""",
    "demand_scenario": """
        select * from (values ('baseline', 1, 'Rates stay', 'Only people change.', 0.0, 0, 0.0, 0.0),
            ('efficiency', 2, 'Fewer for each', 'Rates fall.', 0.0, 0, 1.0, 85.0))
            of(scenario, position, title, about, years_later_a_year, from_age, fall_percent, floor_percent)""",
    "demand": DEMAND,
    "implication": """select area_type, area_code, 'home_care_workforce' as kind, year, scenario,
        quantity / 1109 as quantity,
        'whole-time equivalents' as unit, 'hours / 1,109' as formula, 'estimated' as status from {demand}""",
    "gap": """select area_type, area_code, 'SC.HC' as service_code, 'wte' as capacity_type, year, scenario, variant,
        quantity / 1109 as demand, 0.5 as available, date '2021-03-31' as available_on, 1.0 as target_occupancy,
        demand - 0.5 as gap, lower / 1109 - 0.5 as gap_lower, upper / 1109 - 0.5 as gap_upper, 'estimated' as status
        from {demand}""",
    "market": """select 'hscp' as area_type, 'S37900001' as area_code, 'SC.CH.LONG' as service_code, 4 as providers,
        160 as places, 3 as graded, 2 as graded_good, 3 as grade_lowest, 1 as contracts_ending_12m,
        2 as contracts_ending_36m, date '2022-03-31' as first_contract_end, date '2021-04-30' as counted_from,
        1000000 as spend_pence, false as one_provider, 'actual' as status""",
}  # fmt: skip
