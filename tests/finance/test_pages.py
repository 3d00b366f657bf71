"""What pages say of money: read from the tables of a drawn ledger, with what must be said beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from drawn_money import HSCP, RESIDENTS, country, money, place

from locality_profiles.publish.money import Money, read_money, share_cells
from locality_profiles.publish.money_chapter import chapters
from locality_profiles.publish.sheets import Sheet
from locality_profiles.tables.store import connect

NAMES = {("hscp", HSCP): "Isles", **{("locality", place(name)): name.title() for name in RESIDENTS}}
LINES: list[dict[str, Any]] = [
    {"net_pence": 1_000_000_000},
    {"net_pence": 5_000_000, "service_code": "SC.AT", "provider": "A Club", "provider_sector": "third",
     "contract_end": date(2025, 5, 31)},
    {"net_pence": 2_000_000, "service_code": "RES.GEN", "scope": "reserve", "partner": "ijb"},
    {"net_pence": 900_000_000, "version": "outturn"},
]  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("money")
    return {name: stored.path for name, stored in money(folder, country(folder), LINES).items()}


@pytest.fixture(scope="module")
def told(tables: Mapping[str, Path]) -> Money:
    with connect() as connection:
        return read_money(connection, tables, NAMES)


def row(sheet: Sheet, name: str) -> tuple[str, ...]:
    return next(cells for title, cells, _ in sheet.rows if title == name)


def test_an_area_has_what_is_planned_and_what_was_spent(told: Money) -> None:
    planned, spent = told.of(("locality", place("south")))
    assert (planned.title, spent.title) == (
        "Money used beside fair share: Original budget, 2024/25", "Money used beside fair share: Outturn, 2024/25",
    )  # fmt: skip
    # Social care is home care, which is used by hours, and alarms, which nothing places here.
    assert row(planned, "Social care")[:2] == ("3,116,883", "2,152,110")
    assert row(planned, "Social care")[-1] == "Hours of home care (2024/25): a rough stand-in"


def test_what_is_placed_on_no_area_is_said_beside_the_figures(told: Money) -> None:
    planned = told.of(("locality", place("south")))[0]
    (said,) = [caveat for caveat in planned.caveats if "placed on no area" in caveat]
    assert said.startswith("£70,000 of the partnership's £10,070,000, 1%, is placed on no area: Alarms and telecare: ")
    assert any("does not mean over-funded" in caveat for caveat in planned.caveats)


def test_a_partnership_has_its_areas_and_then_what_is_of_none(told: Money) -> None:
    planned = told.of(("hscp", HSCP))[0]
    assert [name for name, _, _ in planned.rows] == ["Central", "North", "South", "Placed on no area", "All"]
    assert row(planned, "All")[:3] == ("10,070,000", "10,000,000", "0")


def test_money_that_is_placed_on_no_area_is_not_nought() -> None:
    nothing = {"used_pence": 0, "fair_pence": 500, "fair_low_pence": 400, "fair_high_pence": 600,
               "compared_fair_pence": 0, "variance_pence": 0, "variance_percent": None, "used_per_head": 0,
               "fair_per_head": 0}  # fmt: skip
    assert share_cells(nothing, compared=False) == (*["–"] * 6, "5", "4 to 6")


def test_a_release_without_ledgers_says_nothing() -> None:
    with connect() as connection:
        assert read_money(connection, {}, {}).of(("hscp", HSCP)) == ()
        assert chapters(connection, {}, {}) == {}


def test_the_chapter_adds_up_in_every_table_of_the_statement(tables: Mapping[str, Path]) -> None:
    with connect() as connection:
        sheets = {sheet.id: sheet for sheet in chapters(connection, tables, NAMES)[HSCP]}
    for table in ("resource", "service", "split", "locality", "care_group"):
        *_, (_, cells, total) = sheets[f"statement-{table}"].rows
        assert (cells[-1], total) == ("10,070,000", True), table
    assert row(sheets["statement-locality"], "South")[-1] == "3,116,883"
    assert [name for name, _, _ in sheets["budget-2"].rows] == ["Alarms and telecare", "Home care"]


def test_cost_by_head_is_told_by_service_and_adds_down(tables: Mapping[str, Path]) -> None:
    with connect() as connection:
        sheets = {sheet.id: sheet for sheet in chapters(connection, tables, NAMES)[HSCP]}
    by_service = sheets["head-service_code-locality"]
    assert [column.title for column in by_service.columns] == ["Central", "North", "South"]
    assert row(by_service, "Home care") == ("424", "330", "623")
    assert row(by_service, "All that is placed") == row(by_service, "Home care")
    assert sheets["head-care_group-locality"].rows[-1] == by_service.rows[-1]


def test_contracts_are_told_by_when_they_end_and_no_provider_is_named(tables: Mapping[str, Path]) -> None:
    with connect() as connection:
        sheets = {sheet.id: sheet for sheet in chapters(connection, tables, NAMES)[HSCP]}
    contracts = sheets["contracts"]
    ((service, cells, _),) = contracts.rows
    assert (service, cells) == ("Alarms and telecare", ("1", "2025/26 Q1", "–", "Within a year of the year's end"))
    assert "A Club" not in repr(contracts)


def test_concentration_leaves_out_areas_of_few_people(tables: Mapping[str, Path]) -> None:
    curve = """select date '2023-04-01' as period_start, date '2024-03-31' as period_end, 'with' as deaths,
        kind as area_type, code as area_code, 1000 as people, 40 as n50_crossing,
        0.31 as top_2, 0.52 as top_5, 0.71 as top_10, code like '%/south' as low_number, false as dominated
        from (values ('hscp', '{hscp}'), ('locality', '{hscp}/north'), ('locality', '{hscp}/south')) a(kind, code)"""
    with connect() as connection:
        path = tables["area_resource"].parent / "concentration.parquet"
        connection.execute(f"copy ({curve.format(hscp=HSCP)}) to '{path}'")
        sheets = {sheet.id: sheet for sheet in chapters(connection, {**tables, "concentration": path}, NAMES)[HSCP]}
    assert sheets["concentration"].rows == (
        ("Isles", ("1,000", "40", "31", "52", "71"), True), ("North", ("1,000", "40", "31", "52", "71"), False),
    )  # fmt: skip
