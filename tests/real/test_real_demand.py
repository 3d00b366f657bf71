"""Demand of the real Shetland and Scotland: what was counted, worked out again with nothing but ``csv``.

People to come are drawn here, as many as the latest estimates say and no more: what is told then follows from counts
alone.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import running

from locality_profiles.needs import demand
from locality_profiles.needs.settings import Settings
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.relation import relation
from locality_profiles.tables.suites import empty_view

pytestmark = pytest.mark.real

HOME_CARE = "social_care/201920_202021_data_homecare_{}.csv"
YEAR = tuple(f"2020/21 Q{quarter}" for quarter in range(1, 5))
STANDING_STILL = """
    with latest as (select max(year) as year from population where block_type = 'data_zone_2011' and sex <> 'all')
    select area_type, area_code, 'principal' as variant, 'fitted' as "method", year + i as year, sex, age,
        sum(persons * weight) as persons, 'estimated' as status
    from population semi join latest using (year) join membership using (block_type, block_code), range(0, 6) r(i)
    where block_type = 'data_zone_2011' and sex <> 'all' and area_type in ('locality', 'hscp', 'country')
        and not ends_with(area_code, 'OUT')
    group by all"""


def made(run: running.Run) -> duckdb.DuckDBPyConnection:
    """Demand from the tables of a build and people who stand still."""
    connection = duckdb.connect()
    for name in demand.READS:
        if name == "projection":
            continue
        path = run.made.tables.get(name)
        connection.execute(f"create view {name} as "
                           f"{f'select * from {relation(path)}' if path else empty_view(CONTRACTS[name])}")  # fmt: skip
    connection.execute(
        f"create view projection as {empty_view(CONTRACTS['projection'])} union all by name ({STANDING_STILL})"
    )
    for name, table in demand.make(connection, Settings()).tables.items():
        connection.register(f"made_{name}", table)
    return connection


def supplied(extracts: Path, name: str) -> Iterator[dict[str, str]]:
    with (extracts / HOME_CARE.format(name)).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["financial_quarter"] in YEAR and row["age_group"] == "All Ages":
                yield row


def told(connection: duckdb.DuckDBPyConnection, measure: str, kind: str, like: str = "%") -> dict[str, float]:
    return dict(connection.execute(f"""select area_code, quantity from made_demand where measure_id = '{measure}'
        and area_type = '{kind}' and year = base_year and scenario = 'baseline' and variant = 'principal'
        and area_code like '{like}'""").fetchall())  # fmt: skip


@pytest.fixture(scope="module")
def of_shetland(shetland: running.Run) -> duckdb.DuckDBPyConnection:
    return made(shetland)


@pytest.fixture(scope="module")
def of_scotland(scotland: running.Run) -> duckdb.DuckDBPyConnection:
    return made(scotland)


def test_home_care_of_shetland_and_its_seven_localities_is_the_published_one(of_shetland, real_extracts):
    hours: dict[str, float] = defaultdict(float)
    for row in supplied(real_extracts, "locality"):
        if row["sending_location"].startswith("Shetland") and row["measure"] == "Number of Hours":
            hours[row["locality"]] += float(row["value"])
    hours.pop("Outside Partnership", None)
    assert sorted(told(of_shetland, "home_care_hours", "locality", "S37000026/%").values()) == sorted(hours.values())
    whole = sum(float(row["value"]) for row in supplied(real_extracts, "hscp")
                if row["sending_location"].startswith("Shetland") and row["measure"] == "Number of Hours")  # fmt: skip
    assert told(of_shetland, "home_care_hours", "hscp", "S37000026") == {"S37000026": whole}


def test_people_who_stand_still_ask_for_what_they_asked_before(of_shetland):
    growth = of_shetland.execute("""select max(abs(last.quantity / first.quantity - 1))
        from made_demand last join made_demand first using (area_type, area_code, measure_id, scenario, variant)
        where last.year = 2026 and first.year = 2022 and scenario = 'baseline'
            and first.quantity > 0""").fetchone()  # fmt: skip
    assert growth is not None
    assert growth[0] < 1e-9


def test_every_partnership_of_scotland_has_home_care_at_rates_of_its_own(of_scotland):
    found = of_scotland.execute("""select count(distinct area_code) from made_demand where area_type = 'hscp'
        and measure_id = 'home_care_hours' and rate_from = 'own' and status = 'rounded'""").fetchone()  # fmt: skip
    assert found == (31,)


def test_what_published_extracts_cannot_tell_says_so(of_scotland):
    silent = of_scotland.execute("""select measure_id from made_demand group by measure_id
        having count(quantity) = 0 order by 1""").fetchall()  # fmt: skip
    assert [measure for (measure,) in silent] == [
        "acute_bed_days", "care_home_residents", "dementia", "diabetes", "emergency_admissions",
        "emergency_attendances", "fall_admissions", "four_conditions", "limited_a_lot",
        "long_term_condition", "unpaid_carers",
    ]  # fmt: skip
