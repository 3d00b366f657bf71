"""The set-aside by population: the worked example to the pound, and what is known of it and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from drawn import table
from drawn_money import BED_DAYS, HSCP, ZONES, ask, country, money, place

from locality_profiles.finance.settings import Settings
from locality_profiles.tables.store import Stored

#: 410 pounds a day, of which a fifth goes with activity; 600 at full cost.
COST = "A111H | A1 | General medicine | inpatient | 100000 | 4100000000 | 6000000000 | 0.2"
HEAD = "block_code | specialty_code | specialty | patient_type | bed_days | direct_pence | full_pence | variable_share"
LINE: dict[str, Any] = {"net_pence": 100, "scope": "set_aside", "service_code": "HOSP.ACU.EM", "partner": "nhs"}


def made(folder: Path, costs: tuple[str, ...] = (COST,), also: tuple[str, ...] = ()) -> Mapping[str, Stored]:
    facts = country(folder)
    rows = [
        f"{2022 + at}-04-01 | {2023 + at}-03-31 | {ZONES[name][0]} | A111H | true | A1 | emergency | {days}"
        for name, all_days in BED_DAYS.items() for at, days in enumerate(all_days)
    ]  # fmt: skip
    facts["hospital_flow"] = table(folder, "hospital_flow", "\n".join([
        "period_start | period_end | block_code | hospital | within_board | specialty_code | urgency | bed_days",
        *rows, *also,
    ]), period_type="financial_year", service_code="HOSP.ACU.EM", n_episodes=1)  # fmt: skip
    facts["hospital_cost"] = table(folder, "hospital_cost", "\n".join([HEAD, *costs]), block_type="hospital",
                                   period_type="financial_year", period_start=date(2024, 4, 1),
                                   period_end=date(2025, 3, 31))  # fmt: skip
    return money(folder, facts, [LINE], Settings(target_occupancy=85))


def test_the_worked_example_to_the_pound(tmp_path: Path) -> None:
    rows = ask("""
        select area_code, round(bed_days), round(direct_pence / 100), round(beds, 1) from s
        where period_start = '2024-04-01' and specialty_code = 'all' order by bed_days""",
               s=made(tmp_path)["set_aside"])  # fmt: skip
    assert rows == [
        (place("north"), 4_133, 1_694_667, 13.3), (place("south"), 5_100, 2_091_000, 16.4),
        (place("central"), 8_067, 3_307_333, 26.0), (HSCP, 17_300, 7_093_000, 55.8),
    ]  # fmt: skip


def test_what_fewer_days_would_save_is_the_part_that_goes_with_activity(tmp_path: Path) -> None:
    ((direct, variable, fixed, full),) = ask("""
        select direct_pence, variable_pence, fixed_pence, full_pence from s
        where period_start = '2024-04-01' and specialty_code = 'A1' and area_type = 'hscp'""",
               s=made(tmp_path)["set_aside"])  # fmt: skip
    assert (direct, variable, fixed) == (709_300_000, 141_860_000, 567_440_000)
    assert full == 17_300 * 60_000


def test_a_mean_is_of_the_years_that_there_are(tmp_path: Path) -> None:
    rows = ask("""
        select year(period_start), years, year(first_day), bed_days from s
        where area_code = 'S37900001/north' and specialty_code = 'all' order by 1""",
               s=made(tmp_path)["set_aside"])  # fmt: skip
    assert rows[:2] == [(2022, 1, 2022, 4_000), (2023, 2, 2022, 4_100)]


def test_days_elsewhere_are_the_population_s_own_and_are_told_apart(tmp_path: Path) -> None:
    away = (f"2024-04-01 | 2025-03-31 | {ZONES['north'][0]} | B222H | false | A1 | emergency | 300",)
    ((days, outwith, own_price),) = ask("""
        select bed_days, outwith_days, percent_at_own_price from s
        where area_code = 'S37900001/north' and specialty_code = 'all' and period_start = '2024-04-01'""",
               s=made(tmp_path, also=away)["set_aside"])  # fmt: skip
    assert (round(days, 3), outwith) == (4_233.333, 100)
    assert round(own_price, 2) == round(100 * 4_133.333 / 4_233.333, 2)


def test_planned_stays_and_specialties_out_of_scope_are_left_out(tmp_path: Path) -> None:
    out = (f"2024-04-01 | 2025-03-31 | {ZONES['north'][0]} | A111H | true | A1 | planned | 999",
           f"2024-04-01 | 2025-03-31 | {ZONES['north'][0]} | A111H | true | C1 | emergency | 999")  # fmt: skip
    rows = "select * from s order by all"
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = made(tmp_path / "a"), made(tmp_path / "b", also=out)
    assert ask(rows, s=one["set_aside"]) == ask(rows, s=other["set_aside"])


def test_without_a_price_there_are_beds_and_no_money(tmp_path: Path) -> None:
    rows = ask("select distinct direct_pence, full_pence, beds > 0 from s", s=made(tmp_path, costs=())["set_aside"])
    assert rows == [(None, None, True)]
