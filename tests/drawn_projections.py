"""Populations to come of the drawn country, as SQL: as many people of every age in every year, as it has in 2021."""

from __future__ import annotations

BASE = "2021 as base_year, 'principal' as variant"
YEARS = "(select unnest([2021, 2022, 2031, 2032]) as year)"
SINGLE = f"{YEARS} cross join (values ('female'), ('male')) of_sex(sex) cross join range(0, 91) ages(age)"
#: Data zones of each area: each has four females and four males of every age.
AREAS = """(values ('locality', 'S37900001/north', 2), ('locality', 'S37900001/south', 3),
    ('locality', 'S37900002/east', 2), ('locality', 'S37900002/west', 3), ('council_area', 'S12900001', 5),
    ('council_area', 'S12900002', 5), ('hscp', 'S37900001', 5), ('hscp', 'S37900002', 5),
    ('country', 'S92900001', 10)) place(area_type, area_code, zones)"""
BANDS = """(values ('all', 91), ('0-17', 18), ('18-44', 27), ('45-64', 20), ('65-74', 10), ('75-84', 10), ('85+', 6))
    band(age_band, ages)"""
PUBLISHED = f"""
    select area_type as block_type, area_code as block_code, {BASE}, 'Principal' as variant_title, year, sex, age,
        4 * zones as persons, if(year = 2021, 'actual', 'estimated') as status
    from {AREAS} cross join {SINGLE} where area_type in ('council_area', 'country')"""
OF_AREAS = f"""
    select area_type, area_code, {BASE}, 'fitted' as method, year, sex, age, 4.0 * zones as persons,
        3.0 * zones as lower, 5.0 * zones as upper, 'estimated' as status
    from {AREAS} cross join {SINGLE}"""
OF_BANDS = f"""
    select area_type, area_code, {BASE}, 'fitted' as method, year, sex, age_band,
        4.0 * zones * ages * if(sex = 'all', 2, 1) as persons, 0.75 * persons as lower, 1.25 * persons as upper,
        'past_errors' as range_from, 'estimated' as status
    from {AREAS} cross join {BANDS} cross join {YEARS} cross join (values ('all'), ('female'), ('male')) of_sex(sex)"""
TESTED = """
    select 'hscp' as parent_type, 'S37900001' as parent_code, 'locality' as area_type, area_code, 2019 as base_year,
        1 as horizon, method, 'all' as age_band, 1000.0 + away * if(method = 'fitted', 1, 2) as persons_projected,
        1000.0 as persons_actual, (persons_projected - 1000) / 10 as error_percent
    from (values ('S37900001/north', 10), ('S37900001/south', -10)) of(area_code, away),
        (values ('fitted'), ('simple')) told(method)"""
ACCURACY = """
    select 'workspace' as told_by, 'hscp' as parent_type, 'locality' as area_type, method, 1 as horizon, age_band,
        2 as projections, mean_percent, mean_percent as median_percent, 0.0 as bias_percent
    from (values ('fitted', 1.0), ('simple', 2.0)) told(method, mean_percent), (values ('all'), ('85+')) of(age_band)"""

POPULATIONS_TO_COME = {
    "population_projection": PUBLISHED, "projection": OF_AREAS, "projection_band": OF_BANDS,
    "projection_backtest": TESTED, "projection_accuracy": ACCURACY,
}  # fmt: skip
