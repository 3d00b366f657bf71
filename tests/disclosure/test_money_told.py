"""Money that was placed by counts says how they divide: by service it is told where none of them is small."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from drawn_disclosure import RULES

from locality_profiles.disclosure.publishable import publishable_beds, publishable_money

DRIVERS = """
    values ('beds', 'HOSP.MH', 'S37900001', 'locality', 'west', 'financial_year', date '2020-04-01', date '2021-03-31',
            'I', {west}),
        ('beds', 'HOSP.MH', 'S37900001', 'locality', 'east', 'financial_year', date '2020-04-01', date '2021-03-31',
            'I', 90.0),
        ('residents', '', 'S37900001', 'locality', 'west', 'mid_year', date '2020-06-30', date '2020-06-30',
            'C', 5.0)
"""
#: A line of each of two years, both placed by the counts of 2020/21, and one that was placed by residents.
LINES = """
    values ('old', 'S37900001', date '2018-04-01', 'outturn', 'HOSP.MH'),
        ('now', 'S37900001', date '2020-04-01', 'outturn', 'HOSP.MH'),
        ('emergency', 'S37900001', date '2020-04-01', 'outturn', 'HOSP.AE'),
        ('home', 'S37900001', date '2020-04-01', 'outturn', 'SC.HC')
"""
PLACED = """
    values ('old', 'used', 'locality', 'west', 'beds', '2020/21'),
        ('now', 'used', 'locality', 'west', 'beds', '2020/21'),
        ('emergency', 'used', 'locality', 'west', 'residents', 'mid-2020'),
        ('home', 'used', 'locality', 'west', 'residents', 'mid-2020')
"""
SHARES = """
    select hscp_code, area_type, area_code, period_start, version, service_code
    from ({lines}) l (line_id, hscp_code, period_start, version, service_code)
    cross join (values ('locality', 'west'), ('locality', 'east'), ('ward', 'north')) a (area_type, area_code)
"""
COLUMNS = {
    "driver": "driver_id, told_by, hscp_code, area_type, area_code, period_type, period_start, period_end, method, "
    "value",
    "ledger_line": "line_id, hscp_code, period_start, version, service_code",
    "allocation": "line_id, basis, area_type, area_code, driver_id, told_of",
}


def told(folder: Path, name: str, west: float) -> set[tuple[str, int, str]]:
    """Kind of area, year and service of what the public edition tells, where the west used so many days in beds."""
    queries = {
        "driver": DRIVERS.format(west=west), "ledger_line": LINES, "allocation": PLACED,
        name: SHARES.format(lines=LINES),
    }  # fmt: skip
    tables = {}
    with duckdb.connect() as connection:
        for table, query in queries.items():
            tables[table] = folder / f"{table}.parquet"
            columns = f" t ({COLUMNS[table]})" if table in COLUMNS else ""
            connection.execute(f"copy (select * from ({query}){columns}) to '{tables[table]}' (format parquet)")
        rows = connection.execute(publishable_money(tables, RULES, name)).fetchall()
    return {(kind, period.year, service) for _, kind, _, period, _, service in rows}


@pytest.mark.parametrize("name", ["resource_share", "locality_budget"])
def test_where_a_count_is_small_its_family_of_services_is_left_out_in_every_year_that_it_placed(
    tmp_path: Path, name: str
) -> None:
    found = told(tmp_path, name, west=29)

    assert {(year, service) for kind, year, service in found if kind == "locality"} == {(2020, "SC.HC")}
    # Wards were placed by nothing that is small.
    assert {(year, service) for kind, year, service in found if kind == "ward"} == {
        (2018, "HOSP.MH"), (2020, "HOSP.MH"), (2020, "HOSP.AE"), (2020, "SC.HC"),
    }  # fmt: skip


@pytest.mark.parametrize("west", [0, 30])
def test_where_no_count_is_small_every_service_is_told(tmp_path: Path, west: float) -> None:
    assert len(told(tmp_path, "resource_share", west)) == 2 * 4


def test_days_in_beds_are_told_of_partnerships(tmp_path: Path) -> None:
    path = tmp_path / "set_aside.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (from (values ('hscp', 4551), ('locality', 12)) t (area_type, bed_days)) to '{path}'")
        assert connection.execute(publishable_beds(path)).fetchall() == [("hscp", 4551)]
