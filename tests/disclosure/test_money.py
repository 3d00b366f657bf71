"""Money of providers: who shares a sum, and what subtraction would leave."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from drawn_money import HSCP, RESIDENTS, country, money, place
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.disclosure.money import may_show, shown, together, words
from locality_profiles.disclosure.rules import Money, disclosure_rules
from locality_profiles.publish.assessment import Of, see
from locality_profiles.publish.money_chapter import chapters
from locality_profiles.publish.sheets import Sheet
from locality_profiles.publish.supply_sheets import supply_sheets
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.store import connect

LIMITS = Money(providers=3, largest=0.5, two_largest=0.8)


def paid(*pence: int, start: str = "a") -> dict[str, float]:
    return {chr(ord(start) + i): amount for i, amount in enumerate(pence)}


def test_the_package_asks_for_three_providers_none_with_more_than_half() -> None:
    assert disclosure_rules().money == LIMITS
    assert words(LIMITS).startswith("Money is shown where at least 3 providers share it")


def test_two_providers_are_too_few_and_three_alike_are_enough() -> None:
    assert not may_show(paid(10, 10), LIMITS)
    assert may_show(paid(10, 10, 10), LIMITS)
    assert not may_show({}, LIMITS)


def test_one_with_more_than_half_and_two_with_more_than_four_fifths_are_too_large() -> None:
    assert may_show(paid(50, 30, 20), LIMITS)  # half, and 80 of 100
    assert not may_show(paid(51, 25, 24), LIMITS)
    assert not may_show(paid(45, 40, 15), LIMITS)  # 85 of 100


def test_who_pays_back_shares_in_nothing() -> None:
    assert not may_show(paid(10, 10, -10), LIMITS)


def test_a_group_that_a_total_would_give_away_takes_the_next_smallest_with_it() -> None:
    groups = {"one": paid(5), "small": paid(7, 7, 7, start="f"), "large": paid(90, 90, 90, start="p")}
    assert shown(groups, LIMITS, of_total=False) == {"small", "large"}
    assert shown(groups, LIMITS, of_total=True) == {"large"}


def test_groups_that_are_hidden_need_nothing_more_if_many_share_what_is_left() -> None:
    groups = {"one": paid(5), "two": paid(5, 5, start="f"), "large": paid(90, 90, 90, start="p")}
    assert shown(groups, LIMITS, of_total=True) == {"large"}


def test_one_provider_in_two_groups_is_one() -> None:
    groups = {"one": {"a": 5}, "same": {"a": 4, "b": 1}, "rest": paid(9, 9, 9, start="p")}
    assert shown(groups, LIMITS, of_total=True) == set()


payments = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-5, 60), max_size=6)


@given(st.dictionaries(st.integers(0, 6), payments, max_size=6))
def test_what_a_total_leaves_after_all_that_is_shown_may_be_shown_itself(groups: dict[int, dict[str, int]]) -> None:
    told = shown(groups, LIMITS, of_total=True)
    assert all(may_show(groups[name], LIMITS) for name in told)
    left = together(groups[name] for name in groups if name not in told)
    if told and len(told) < len(groups) and may_show(together(groups.values()), LIMITS):
        assert may_show(left, LIMITS)


# On the page of a partnership's money.

NAMES = {("hscp", HSCP): "Isles", **{("locality", place(name)): name.title() for name in RESIDENTS}}


def contract(provider: str, pounds: int, service: str = "SC.AT", ends: date = date(2025, 5, 31),
             sector: str = "third") -> dict[str, Any]:  # fmt: skip
    return {"net_pence": 100 * pounds, "gross_pence": 100 * pounds, "service_code": service, "provider": provider,
            "provider_sector": sector, "contract_end": ends}  # fmt: skip


def sheets(folder: Path, *lines: dict[str, Any], limits: Money = LIMITS) -> dict[str, Sheet]:
    tables = {name: stored.path for name, stored in money(
        folder, country(folder), [{"net_pence": 1_000_000_000}, *lines]).items()}  # fmt: skip
    with connect() as connection:
        return {sheet.id: sheet for sheet in chapters(connection, tables, NAMES, limits)[HSCP]}


ALIKE = [contract(name, 1000) for name in ("A Club", "B Club", "C Club")]


def money_of(sheet: Sheet, at: int) -> list[str]:
    return [cells[at] for _, cells, _ in sheet.rows]


def test_contracts_that_three_share_alike_are_told(tmp_path: Path) -> None:
    assert money_of(sheets(tmp_path, *ALIKE)["contracts"], 2) == ["3,000"]


def test_contracts_of_which_one_has_most_are_not_told(tmp_path: Path) -> None:
    told = sheets(tmp_path, *ALIKE[:2], contract("C Club", 9000))["contracts"]
    assert money_of(told, 2) == ["–"]
    assert "9,000" not in repr(told)


def test_a_workspace_may_ask_for_more(tmp_path: Path) -> None:
    told = sheets(tmp_path, *ALIKE, limits=Money(4, 0.5, 0.8))["contracts"]
    assert money_of(told, 2) == ["–"]
    assert any("at least 4 providers" in caveat for caveat in told.caveats)


def test_a_quarter_that_its_service_would_give_away_takes_another_with_it(tmp_path: Path) -> None:
    later = [contract(name, 2000, ends=date(2025, 8, 31)) for name in ("D Club", "E Club", "F Club")]
    last = [contract("G Club", 500, ends=date(2025, 11, 30))]
    largest = [contract(name, 4000, ends=date(2026, 2, 28)) for name in ("H Club", "I Club", "J Club")]
    told = sheets(tmp_path, *ALIKE, *later, *last, *largest)["contracts"]
    assert money_of(told, 2) == ["–", "6,000", "–", "12,000"]


def test_a_sector_that_the_sum_of_all_would_give_away_takes_another_with_it(tmp_path: Path) -> None:
    private = [contract(name, 3000, sector="private") for name in ("D Ltd", "E Ltd", "F Ltd", "G Ltd")]
    told = sheets(tmp_path, *ALIKE, *private, contract("H Council", 500, sector="other_la"))["providers"]
    assert [(name, cells[1]) for name, cells, _ in told.rows] == [("All sectors", "15,500"), ("Private", "12,000")]
    assert "Largest" not in [column.title for column in told.columns]


def test_contracts_that_end_soon_are_a_reason_to_look_without_what_few_are_paid(tmp_path: Path) -> None:
    # 1.234 million pounds to one provider, and a million to each of three, all within a year of the year's end.
    alike = [contract(name, 1_000_000) for name in ("A Club", "B Club", "C Club")]
    told = sheets(tmp_path, *alike, contract("H Club", 1_234_000, service="SC.HC"))
    reasons = {name: cells for name, cells, _ in told["candidates"].rows if "end within 12 months" in cells[1]}
    assert sorted(cells[0] for cells in reasons.values()) == ["3,000,000", "–"]
    assert any("contracts of £3.00 million end" in why for _, why in reasons.values())
    assert all("1.23" not in why for _, why in reasons.values())


def test_what_few_are_paid_is_in_no_budget_sheet(tmp_path: Path) -> None:
    told = sheets(tmp_path, contract("H Club", 1234))
    budgets = [sheet for name, sheet in told.items() if name.startswith("budget-")]
    assert budgets
    assert {cells[2] for sheet in budgets for name, cells, _ in sheet.rows if "Alarms" in name} <= {"–", "0"}


# In the needs assessment.


def market_of(folder: Path, *paid_pounds: int) -> str:
    """What the table of a market plan prints of contracts for care homes that end soon."""
    one = {"hscp_code": HSCP, "period_type": "financial_year", "period_start": date(2025, 4, 1),
           "period_end": date(2026, 3, 31), "version": "original", "provider_sector": "private",
           "service_code": "SC.CH.LONG", "contract_end": date(2026, 9, 30), "quarter_start": date(2026, 7, 1),
           "as_at": date(2026, 3, 31), "ends": "within_12_months", "income_pence": 0, "lines": 1}  # fmt: skip
    contracts = [one | {"provider": f"Home {n}", "gross_pence": 100 * pounds, "net_pence": 100 * pounds}
                 for n, pounds in enumerate(paid_pounds)]  # fmt: skip
    market = [{"area_type": "hscp", "area_code": HSCP, "service_code": "SC.CH.LONG", "providers": len(paid_pounds),
               "graded": 0, "graded_good": 0, "counted_from": date(2026, 3, 31), "one_provider": False,
               "spend_pence": 100 * sum(paid_pounds), "status": "actual"}]  # fmt: skip
    tables = {}
    for name, rows in (("contract_end", contracts), ("market", market)):
        tables[name] = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=CONTRACTS[name].schema), tables[name])
    with connect() as connection:
        see(connection, tables)
        connection.execute(f"create temp table place as select 'hscp' as area_type, '{HSCP}' as area_code, "
                           "0 as place_order")  # fmt: skip
        (sheet,) = supply_sheets(Of(connection, tables, HSCP, "", (), NAMES, {}))
    ((_, cells, _),) = sheet.rows
    return cells[[column.title for column in sheet.columns].index("Paid")]


def test_a_market_of_three_alike_is_told_and_one_of_which_one_has_most_is_not(tmp_path: Path) -> None:
    assert market_of(tmp_path, 1000, 1000, 1000) == "3,000"
    assert market_of(tmp_path, 9000, 1000, 1000) == "–"
    assert market_of(tmp_path, 1000, 1000) == "–"
