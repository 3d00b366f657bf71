"""What there is, the gap, and the market: drawn providers and demand, by arithmetic that can be done by eye."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from locality_profiles.errors import DefinitionError
from locality_profiles.needs import gaps
from locality_profiles.needs.settings import Settings
from locality_profiles.needs.supply import capacities
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.suites import empty_view

HSCP, NORTH, SOUTH, BOARD = "S37900001", "S37900001/north", "S37900001/south", "S08900001"
AREAS = f"""
    select * from (values ('locality', '{NORTH}', 'hscp', '{HSCP}'), ('locality', '{SOUTH}', 'hscp', '{HSCP}'),
        ('hscp', '{HSCP}', 'health_board', '{BOARD}'), ('health_board', '{BOARD}', null, null))
        of(area_type, area_code, parent_type, parent_code)"""
MEMBERSHIP = f"""
    select 'data_zone_2011' as block_type, zone as block_code, kind as area_type, code as area_code, 1.0 as weight,
        'lookup' as method
    from (values ('S01900001', 'locality', '{NORTH}'), ('S01900002', 'locality', '{SOUTH}'),
        ('S01900001', 'hscp', '{HSCP}'), ('S01900002', 'hscp', '{HSCP}')) z(zone, kind, code)
    union all select area_type, area_code, area_type, area_code, 1.0, 'identity' from ({AREAS})
    union all select 'locality', area_code, 'hscp', '{HSCP}', 1.0, 'nested' from ({AREAS})
    where area_type = 'locality'"""
#: Three homes in the north and one in the south.
SERVICES = """
    select 'care_home_older' as service_type, 'CS990000000' || n as service_code, 'Home ' || n as service_name,
        'S0190000' || if(n = 4, 2, 1) as data_zone from range(1, 5) r(n)"""


def home(number: int, places: int | None, grade: int | None = None, day: str = "2021-12-31") -> str:
    return f"""select 'care_service' as source, 'SC.CH.LONG' as service_code, 'CS990000000{number}' as provider_code,
        'all' as part, 'places' as capacity_type, 'snapshot' as period_type, date '{day}' as period_start,
        date '{day}' as period_end, 'care_service' as block_type, 'CS990000000{number}' as block_code,
        'provider' as geo_role, {"null" if places is None else places}::double as available,
        {"null" if grade is None else grade}::bigint as grade_quality,
        '{"not_available" if places is None else "actual"}' as status"""


def told(source: str, place: str, amount: float, *, kind: str = "locality", service: str = "SC.CH.LONG",
         type: str = "places", provider: str = "all", ends: str = "", day: str = "2021-12-31") -> str:  # fmt: skip
    return f"""select '{source}' as source, '{service}' as service_code, '{provider}' as provider_code, 'all' as part,
        '{type}' as capacity_type, 'snapshot' as period_type, date '{day}' as period_start, date '{day}' as period_end,
        '{kind}' as block_type, '{place}' as block_code, 'provider' as geo_role, {amount} as available,
        {f"date '{ends}'" if ends else "null::date"} as funding_end, 'actual' as status"""


HOMES = " union all by name ".join([home(1, 40, 5), home(2, 30, 3), home(3, 20), home(4, 10, 4)])
ASKED = f"""
    select area_type, area_code, scenario, 'principal' as variant, year,
        amount * (1 + (year - 2020) / 100.0) as quantity, quantity * 0.9 as lower,
        quantity * 1.1 as upper, amount as base_quantity, 2020 as base_year,
        'estimated' as status, measure as measure_id
    from (values ('locality', '{NORTH}', 90), ('hscp', '{HSCP}', 200), ('health_board', '{BOARD}', 200))
            a(area_type, area_code, amount),
        (values ('care_home_residents'), ('acute_bed_days')) m(measure),
        (values ('baseline'), ('efficiency')) s(scenario), range(2020, 2033) y(year)"""


class World:
    def __init__(self, capacity: str = HOMES, demand: str = ASKED, **tables: str) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        drawn = {"area": AREAS, "membership": MEMBERSHIP, "service": SERVICES, "capacity": capacity,
                 "demand": demand} | tables  # fmt: skip
        for name in gaps.MAKER.reads:
            empty = empty_view(CONTRACTS[name])
            query = f"{empty} union all by name ({drawn[name]})" if drawn.get(name) else empty
            self.connection.execute(f"create view {name} as select * from ({query})")
        self.told = gaps.make(self.connection, Settings())
        for name, query in self.told.tables.items():
            self.connection.execute(f"create table made_{name} as {query}")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def gap(self, area: str, year: int = 2020, service: str = "SC.CH.LONG", columns: str = "available, gap") -> Any:
        (row,) = self.rows(f"""select {columns} from made_gap where area_code = '{area}' and service_code = '{service}'
            and year = {year} and scenario = 'baseline'""")  # fmt: skip
        return row

    def market(self, area: str, columns: str, service: str = "SC.CH.LONG") -> Any:
        (row,) = self.rows(
            f"select {columns} from made_market where area_code = '{area}' and service_code = '{service}'"
        )
        return row


# --- the gap --------------------------------------------------------------------------------------


def test_the_gap_is_demand_less_what_should_be_in_use() -> None:
    world = World()
    assert world.gap(NORTH) == (90, pytest.approx(90 - 90 * 0.95))
    assert world.gap(HSCP) == (100, pytest.approx(200 - 100 * 0.95))
    assert world.gap(HSCP, 2030) == (100, pytest.approx(200 * 1.1 - 100 * 0.95))
    assert world.gap(HSCP, 2030, columns="gap_lower, gap_upper") == (
        pytest.approx(0.9 * 220 - 95), pytest.approx(1.1 * 220 - 95))  # fmt: skip


def test_it_is_told_now_each_fifth_year_and_at_the_horizon() -> None:
    found = World().rows(f"""select distinct year from made_gap where area_code = '{HSCP}'
        and service_code = 'SC.CH.LONG' order by 1""")  # fmt: skip
    assert found == [(2020,), (2025,), (2030,), (2032,)]


def test_a_place_without_demand_or_supply_says_so_and_has_no_gap() -> None:
    world = World()
    assert world.gap(SOUTH, 2021, columns="demand, available, gap, status") == (None, 10, None, "not_available")
    assert "What is asked for is not told here." in world.gap(SOUTH, 2021, columns="note")[0]
    nothing = World(capacity="")
    assert nothing.gap(HSCP, columns="demand, available, gap, status") == (200, None, None, "not_available")
    assert "What there is is not told here." in nothing.gap(HSCP, columns="note")[0]
    assert any("nothing tells care home places" in note for note in nothing.told.notes)


def test_a_sum_that_lacks_a_home_is_not_known() -> None:
    world = World(" union all by name ".join([home(1, 40), home(2, None)]))
    assert world.gap(NORTH) == (None, None)


def test_two_sources_are_never_added_and_the_first_wins() -> None:
    world = World(f"{HOMES} union all by name {told('social_care_return', NORTH, 70)}")
    assert world.gap(NORTH)[0] == 70
    assert world.gap(SOUTH, 2021, columns="available") == (10,)


def test_the_latest_day_of_a_source_is_used() -> None:
    parts = [told("social_care_return", NORTH, 70), told("social_care_return", NORTH, 50, day="2020-12-31")]
    assert World(" union all by name ".join(parts)).gap(NORTH)[0] == 70


def test_beds_stand_against_days_of_a_board_and_of_a_partnership_that_is_all_of_it() -> None:
    beds = told("hospital_beds", BOARD, 0.5, kind="health_board", service="HOSP.ACU", type="beds", provider=BOARD)
    world = World(beds)
    assert world.gap(BOARD, service="HOSP.ACU") == (0.5, pytest.approx(200 / 365 - 0.5 * 0.85))
    assert world.gap(HSCP, service="HOSP.ACU")[0] == 0.5
    assert world.rows("select count(*) from made_gap where service_code = 'HOSP.ACU' and area_type = 'locality'") == [
        (0,)
    ]
    others = f"{AREAS} union all select 'hscp', 'S37900002', 'health_board', '{BOARD}'"
    assert World(beds, area=others).gap(HSCP, service="HOSP.ACU")[0] is None, "the board has another partnership"


def test_workers_of_ledgers_stand_against_hours() -> None:
    staff = f"""select 'budget_return' as source, 'SC.HC' as service_code, 'WTE' as measure_code, 12.0 as value,
        'actual' as status, 'snapshot' as period_type, date '2021-03-31' as period_start,
        date '2021-03-31' as period_end, 'provider' as geo_role, 'locality' as block_type, '{NORTH}' as block_code"""
    world = World("", ASKED.replace("acute_bed_days", "home_care_hours"), activity=staff)
    assert world.gap(NORTH, service="SC.HC") == (12, pytest.approx(90 / 1109 - 12))


# --- the market -----------------------------------------------------------------------------------


def test_providers_places_and_grades_of_a_locality_and_of_its_partnership() -> None:
    columns = "providers, places, graded, graded_good, grade_lowest, one_provider"
    world = World()
    assert world.market(NORTH, columns) == (3, 90, 2, 1, 3, False)
    assert world.market(SOUTH, columns) == (1, 10, 1, 1, 4, True)
    assert world.market(HSCP, columns) == (4, 100, 3, 2, 3, False)


def test_an_organisation_of_two_localities_is_one_provider() -> None:
    parts = [told("third_sector_return", place, 10, service="TS.BEFR", provider="friends", ends=ends)
             for place, ends in ((NORTH, "2022-06-30"), (SOUTH, "2023-03-31"))]  # fmt: skip
    world = World(" union all by name ".join(parts))
    columns = "providers, places, funding_ending_12m, first_funding_end::varchar"
    assert world.market(HSCP, columns, "TS.BEFR") == (1, 20, 1, "2022-06-30")
    assert world.market(SOUTH, columns, "TS.BEFR") == (1, 10, 0, "2023-03-31")


def contracts(*told: tuple[str, str, int]) -> str:
    """Contracts of providers with the day on which they end and pounds, of the year 2021/22."""
    rows = ", ".join(f"('{provider}', date '{ends}', {pounds * 100})" for provider, ends, pounds in told)
    return f"""select '{HSCP}' as hscp_code, date '2021-04-01' as period_start, version, 'SC.CH.LONG' as service_code,
        provider, contract_end, date '2021-12-31' as as_at, pence as net_pence
        from (values {rows}) of(provider, contract_end, pence), (values ('original'), ('outturn')) v(version)"""


def test_contracts_that_end_are_counted_from_one_version_of_a_ledger() -> None:
    world = World(
        contract_end=contracts(
            ("A", "2022-03-31", 100), ("B", "2024-03-31", 200), ("C", "2026-03-31", 400), ("D", "2021-03-31", 800)
        )
    )
    assert world.market(HSCP, "contracts_ending_12m, contracts_ending_36m, first_contract_end::varchar") == (
        1, 2, "2022-03-31")  # fmt: skip
    assert world.market(HSCP, "spend_pence") == (30_000,)
    assert world.market(NORTH, "contracts_ending_12m, spend_pence") == (None, None), "contracts are of a partnership"


def test_of_fewer_than_three_providers_no_money_is_shown() -> None:
    few = contracts(("A", "2022-03-31", 100), ("B", "2024-03-31", 200))
    for world in (World(contract_end=few), World("", contract_end=few)):
        assert world.market(HSCP, "contracts_ending_36m, spend_pence") == (2, None)
        assert "no money is shown" in world.market(HSCP, "note")[0]


def test_beds_are_no_market() -> None:
    beds = told("hospital_beds", BOARD, 30, kind="health_board", service="HOSP.ACU", type="beds", provider=BOARD)
    assert World(beds).rows("select * from made_market") == []


# --- the declaration ------------------------------------------------------------------------------


def test_everything_that_is_wrong_with_a_declaration_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "capacity.toml"
    one = 'service = "SC.CH.LONG"\ntitle = "Places"\nsources = ["care_service"]\n'
    path.write_text(f"""
[[capacity]]
{one}type = "places"
target = 95
measure = "nothing"
per = 0
[[capacity]]
{one}type = "places"
target = 0.9
[[capacity]]
{one}type = "chairs"
targett = 0.9
""", encoding="utf-8")  # fmt: skip
    with pytest.raises(DefinitionError) as refused:
        capacities(path, ["care_home_residents"])
    for said in ("'nothing' is nothing that demand is told of", "'per' should be above 0", "a share above 0, at most 1",
                 "places of SC.CH.LONG stand twice", "'type' is 'chairs'", "Did you mean 'target'?"):  # fmt: skip
        assert said in str(refused.value)
