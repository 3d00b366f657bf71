"""A whole needs assessment of the drawn country: evidence in; priorities, risk, outcomes and equalities out.

The north has high falls that get worse, few people with dementia, and one locality beside it.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from drawn_ledger import sql
from drawn_needs import COUNTRY, ISLES, YEAR, Needs, indicators, rows, values, zone

from locality_profiles.needs import equalities, outcomes, priorities, risk
from locality_profiles.tables.curated import CONTRACTS

Row = dict[str, Any]
ALIKE = {**YEAR, "breakdown": "all", "category": "all"}
CENSUS = {"period_type": "snapshot", "period_start": date(2022, 3, 20), "period_end": date(2022, 3, 20)}

INDICATORS = indicators("""
    indicator_id             | section     | ages        | outcomes | frameworks | direction     | disclosure
    ni16_falls               | hospital    | 65 and over | 2 7      | NI16       | low_is_good   | health
    emergency_admissions     | hospital    | all ages    | 1        | MSG1       | low_is_good   | health
    crime                    | community   | -           | 7        | -          | low_is_good   | open
    ni10_staff_recommend     | experience  | -           | 8        | NI10       | none          | open
    aged_85_plus             | population  | -           | -        | -          | none          | people
    dementia                 | health      | -           | 1        | -          | none          | sensitive
    population               | population  | -           | -        | -          | none          | people
""")
VALUES = values("""
    indicator_id         | area    | numerator | denominator
    ni16_falls           | north   | 60        | 200
    ni16_falls           | south   | 30        | 200
    ni16_falls           | isles   | 90        | 400
    ni16_falls           | country | 120       | 600
    emergency_admissions | north   | 100       | 1000
    emergency_admissions | south   | 100       | 1000
    emergency_admissions | isles   | 200       | 2000
    crime                | isles   | 20        | 2000
    aged_85_plus         | north   | 60        | 1000
    aged_85_plus         | south   | 20        | 1000
    aged_85_plus         | isles   | 80        | 2000
    aged_85_plus         | country | 90        | 3000
    dementia             | north   | 4         | 1000
    dementia             | south   | 12        | 1000
    dementia             | isles   | 16        | 2000
    dementia             | country | 30        | 3000
""") + rows("""
    indicator_id | area    | value | numerator
    population   | north   | 1000  | 1000
    population   | south   | 1000  | 1000
    population   | isles   | 2000  | 2000
    population   | country | 3000  | 3000
""", **ALIKE, method="count", per=1.0, status="actual", source_level="data_zone_2011", parts=1)  # fmt: skip
BY_AGE = values("""
    indicator_id | area  | category | numerator | denominator
    ni16_falls   | north | 65-74    | 3         | 120
    ni16_falls   | north | 75-84    | 20        | 50
    ni16_falls   | north | 85+      | 37        | 30
    ni16_falls   | south | 65-74    | 10        | 120
    ni16_falls   | south | 75-84    | 10        | 50
    ni16_falls   | south | 85+      | 10        | 30
""", breakdown="age")  # fmt: skip


def _compared() -> list[Row]:
    drawn = rows("""
        indicator_id         | area  | comparator | verdict | judgement | value | other | difference | lower | upper
        ni16_falls           | north | country    | higher  | worse     | 300   | 200   | 100        | 61    | 139
        ni16_falls           | north | hscp       | higher  | worse     | 300   | 225   | 75         | 36    | 114
        ni16_falls           | south | country    | similar | -         | 150   | 200   | -50        | -101  | 1
        emergency_admissions | north | hscp       | similar | -         | 100   | 100   | 0          | -20   | 20
        emergency_admissions | south | hscp       | similar | -         | 100   | 100   | 0          | -20   | 20
    """, **ALIKE, basis="interval")  # fmt: skip
    for row in drawn:
        row["comparator_code"] = {"country": COUNTRY, "hscp": ISLES}[row["comparator"]]
        row["comparator_value"] = row.pop("other")
        row["difference_lower"], row["difference_upper"] = row.pop("lower"), row.pop("upper")
    return drawn


def _counted() -> list[Row]:
    """Disability by data zone: one zone of the north has most of those who are limited a lot."""
    limited = {1: 30, 2: 2, 3: 2, 4: 2}
    return [
        {"block_type": "data_zone_2011", "block_code": zone(number), **CENSUS, "topic": "disability", "category": name,
         "sex": "all", "age_band": "all", "value": value, "status": "rounded"}
        for number in range(1, 11)
        for name, value in (("limited_a_lot", limited.get(number, 5)), ("limited_a_little", 20),
                            ("not_limited", 200 - limited.get(number, 5)), ("all", 220))
    ]  # fmt: skip


def _people() -> list[Row]:
    return [
        {"block_type": "data_zone_2011", "block_code": zone(number), "year": 2024, "sex": sex, "age": age,
         "persons": persons * (2 if sex == "all" else 1), "status": "actual"}
        for number in range(1, 11) for sex in ("all", "female", "male")
        for age, persons in ((3, 5), (10, 10), (30, 40), (50, 40), (70, 15), (80, 8), (90, number % 4))
    ]  # fmt: skip


FACTS: dict[str, list[Row]] = {
    "indicator": INDICATORS,
    "indicator_value": [*VALUES, *BY_AGE],
    "comparison": _compared(),
    "trend": rows("""
        indicator_id         | area  | verdict               | judgement
        ni16_falls           | north | increasing            | worse
        ni16_falls           | south | no_significant_change | -
        emergency_admissions | north | no_significant_change | -
        aged_85_plus         | north | increasing            | -
    """, **ALIKE, from_start=date(2020, 4, 1), from_end=date(2021, 3, 31), points=5, gaps=0, from_value=1, change=1,
        value=1),
    "local_count": _counted(),
    "population": _people(),
    "voice": rows("""
        entry_id | area  | kind   | state       | indicators | answers
        N1       | north | issue  | open        | ni16_falls | -
        N2       | north | action | in_progress | -          | N1
        N3       | north | action | done        | ni16_falls | -
    """),
}  # fmt: skip
MAKERS = (priorities.MAKER, risk.MAKER, outcomes.MAKER, equalities.MAKER)


@cache
def assessment() -> dict[str, list[Row]]:
    """Rows of every table, made one after the other as a build makes them."""
    made: dict[str, list[Row]] = {}
    for maker in MAKERS:
        needs = Needs(maker, **FACTS, **{name: found for name, found in made.items() if name in maker.reads})
        made |= {name: table.to_pylist() for name, table in needs.made.items()}
    return made


def assessment_sql() -> dict[str, str]:
    """The same as SQL."""
    return {name: sql(CONTRACTS[name], found) for name, found in assessment().items()}
