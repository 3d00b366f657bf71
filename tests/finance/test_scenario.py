"""What if money moved: shifts read from words, and what they take and give, to the penny."""

from __future__ import annotations

import time
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from drawn_ledger import ISLES, SHARE, drawn, sql
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.errors import DefinitionError
from locality_profiles.finance.scenario import Assumptions, Looked, Shift, read_shift, shifted, unit_prices, what_if
from locality_profiles.statistics.placing import divide
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.suites import empty_view

NORTH, SOUTH, NOWHERE = f"{ISLES}/north", f"{ISLES}/south", f"{ISLES}/UNALLOCATED"
BEDS, CARE = "HOSP.ACU.EM", "SC.HC"
YEAR = {"period_type": "financial_year", "period_start": date(2024, 4, 1), "period_end": date(2025, 3, 31),
        "status": "actual", "extract_id": "drawn0000000"}  # fmt: skip
SHARES = f"""
    area      | scope     | service       | used  | fair
    {NORTH}   | set_aside | HOSP.ACU.EM   | 60000 | 50000
    {SOUTH}   | set_aside | HOSP.ACU.EM   | 30000 | 50000
    {NOWHERE} | set_aside | HOSP.ACU.EM   | 10000 | 0
    {NORTH}   | delegated | SC.HC.PERS    | 1000  | 3000
    {SOUTH}   | delegated | SC.HC.PERS    | 2000  | 1000
    {SOUTH}   | delegated | SC.HC         | 1000  | 0
    {SOUTH}   | managed   | SC.HC         | 5000  | 0
    S37900002/HOSTED | hosted_out | HOSP.ACU.EM | 999 | 999
"""


def shares(picture: str = SHARES) -> str:
    return sql(CONTRACTS["resource_share"], drawn(picture, SHARE, area="area_code", service="service_code",
                                                  used="used_pence", fair="fair_pence"))  # fmt: skip


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "expected"), [
    ("5% from HOSP.ACU.EM to SC.HC", Shift(BEDS, CARE, Fraction(5))),
    ("2.5 per cent from hosp.acu.em to sc.hc by fair share", Shift(BEDS, CARE, Fraction(5, 2), basis="fair")),
    ("£250,000 from HOSP.ACU.EM to SC.HC in 2025/26", Shift(BEDS, CARE, pence=25_000_000, years=(2025,))),
    ("£1.2m from HOSP.ACU.EM to SC.HC by used in 2024/25 to 2026/27 and 2028-29",
     Shift(BEDS, CARE, pence=120_000_000, years=(2024, 2025, 2026, 2028))),
    ("£10.50 from HOSP to SC", Shift("HOSP", "SC", pence=1050)),
])  # fmt: skip
def test_a_shift_is_read_from_words(words: str, expected: Shift):
    assert read_shift(words) == expected


@pytest.mark.parametrize(("words", "said"), [
    ("move money", ["expected how much, 'from' a service, 'to' a service", '"5% from HOSP.ACU.EM to SC.HC']),
    ("5 from HOSP.ACU.EM to SC.HC", ["'5' was found where an amount was expected", "£250,000"]),
    ("120% from HOSP.ACU.EM to SC.HC", ["'120%' is not between 0 and 100 %"]),
    ("£0.001 from HOSP.ACU.EM to SC.HC", ["'£0.001' was found where an amount was expected"]),
    ("5% from HOSP.ACU.XX to SC.HC", ["'from HOSP.ACU.XX' names no service", "HOSP.ACU.EM"]),
    ("5% from SC to SC.HC", ["SC and SC.HC are one, or one is a part of the other"]),
    ("5% from HOSP to SC by need", ["'by need' was found where 'by used' or 'by fair' was expected"]),
    ("5% from HOSP to SC in 2024/26", ["'2024/26' was found where a financial year was expected"]),
    ("5% from HOSP to SC in 2026/27 to 2024/25", ["ends before it begins"]),
    ("0% from NOPE to ZILCH by x in y", ["is not between", "'from NOPE'", "'to ZILCH'", "'by x'", "'y' was found"]),
])  # fmt: skip
def test_what_cannot_be_read_says_what_was_expected(words: str, said: list[str]):
    with pytest.raises(DefinitionError) as error:
        read_shift(words)
    for part in said:
        assert part in str(error.value)


# --- the arithmetic -------------------------------------------------------------------------------


def moved(words: str, picture: str = SHARES) -> dict[str, tuple[Any, ...]]:
    rows = duckdb.execute(f"""select area_code, taken_pence, given_pence, change_pence, moved_pence
        from ({shifted(shares(picture), read_shift(words))})""").fetchall()  # fmt: skip
    return {area: tuple(rest) for area, *rest in rows}


def test_a_percentage_is_taken_by_use_and_given_by_use_or_need():
    # 5 % of 60,000 + 30,000 + 10,000 is 5,000, taken 6 : 3 : 1. Home care is used 1,000 : 3,000.
    assert moved("5% from HOSP.ACU.EM to SC.HC") == {
        NORTH: (3000, 1250, -1750, 5000), SOUTH: (1500, 3750, 2250, 5000), NOWHERE: (500, 0, -500, 5000)}  # fmt: skip
    # By need it is 3,000 : 1,000.
    assert moved("5% from HOSP.ACU.EM to SC.HC by fair") == {
        NORTH: (3000, 3750, 750, 5000), SOUTH: (1500, 1250, -250, 5000), NOWHERE: (500, 0, -500, 5000)}  # fmt: skip


def test_a_penny_goes_to_the_largest_remainder():
    found = moved("£0.05 from HOSP.ACU.EM to SC.HC")
    # 5 pence by 6 : 3 : 1 is 3, 1.5 and 0.5; of equal remainders the first code gets it. By 1 : 3 it is 1.25 and 3.75.
    assert {area: row[:2] for area, row in found.items()} == {NORTH: (3, 1), SOUTH: (1, 4), NOWHERE: (1, 0)}


def test_beds_hours_and_heads():
    prices = [{**YEAR, "block_type": "hscp", "block_code": ISLES, "service_code": "SC", "unit": "hour",
               "price_basis": "net", "pence": 25.0}]  # fmt: skip
    costs = [{**YEAR, "block_type": "hospital", "block_code": "A1", "specialty_code": "all",
              "specialty": "All", "patient_type": "inpatient", "bed_days": 100.0, "direct_pence": 40_000,
              "variable_share": 0.4}]  # fmt: skip
    with duckdb.connect() as connection:
        found = what_if(
            connection, read_shift("5% from HOSP.ACU.EM to SC.HC by fair in 2024/25"),
            Looked(shares(), f"""select '{ISLES}' as hscp_code, 'locality' as area_type, '{NORTH}' as area_code,
                date '2024-04-01' as period_start, 1000 as residents""",
                sql(CONTRACTS["unit_price"], prices), sql(CONTRACTS["hospital_cost"], costs)),
            Assumptions(target_occupancy=80),
        ).to_pylist()  # fmt: skip
    north = next(row for row in found if row["area_code"] == NORTH)
    # A day costs 400 and saves 40 % of it, 160: 3,000 are freed by 18.75 days. Of their 7,500, 4,500 stay.
    assert (north["source_units"], north["stays_pence"]) == (pytest.approx(3000 / 160), 7500 - 3000)
    assert north["beds"] == pytest.approx(3000 / 160 / (365 * 0.8))
    assert (north["target_unit"], north["target_units"]) == ("hour", 3750 / 25)
    assert north["change_per_head"] == 750 / 1000
    south = next(row for row in found if row["area_code"] == SOUTH)
    assert (south["residents"], south["change_per_head"]) == (None, None)


def test_without_a_share_that_goes_with_activity_no_beds_are_told():
    prices = [{**YEAR, "block_type": "hscp", "block_code": ISLES, "service_code": "HOSP", "unit": "bed_day",
               "price_basis": basis, "pence": pence}
              for basis, pence in (("full", 900.0), ("direct", 400.0))]  # fmt: skip
    none = empty_view(CONTRACTS["hospital_cost"])

    def beds(assumed: Assumptions) -> list[float | None]:
        at = Looked(shares(), "select '' as hscp_code, '' as area_type, '' as area_code, "
                    "date '1900-01-01' as period_start, 0 as residents",
                    sql(CONTRACTS["unit_price"], prices), none)  # fmt: skip
        with duckdb.connect() as connection:
            shift = read_shift("5% from HOSP.ACU.EM to SC.HC")
            return [row["source_units"] for row in what_if(connection, shift, at, assumed).to_pylist()]

    assert beds(Assumptions()) == [None] * 3
    assert beds(Assumptions(variable_share=0.5)) == [500 / 200, 3000 / 200, 1500 / 200]


def test_hospitals_that_tell_specialties_are_not_counted_twice():
    costs = [{**YEAR, "block_type": "hospital", "block_code": code, "specialty_code": of, "specialty": of,
              "patient_type": "inpatient", "bed_days": days, "direct_pence": pence, "variable_share": share}
             for code, of, days, pence, share in (("A", "all", 30.0, 9000, 0.1), ("A", "A1", 10.0, 6000, 0.5),
                                                  ("A", "AB", 20.0, 3000, None), ("B", "all", 10.0, 3000, 0.2))
             ]  # fmt: skip
    query = unit_prices(empty_view(CONTRACTS["unit_price"]), sql(CONTRACTS["hospital_cost"], costs))
    assert duckdb.execute(f"select pence, variable_share from ({query})").fetchall() == [
        ((6000 + 3000 + 3000) / (10 + 20 + 10), pytest.approx((6000 * 0.5 + 3000 * 0.2) / (6000 + 3000)))]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), [
    ("£2,000 from HOSP.ACU.EM to SC.HC", "has £1,000.00, less than the £2,000.00 to be moved"),
    ("5% from PC to SC.HC", "nothing is spent on PC"),
    ("5% from HOSP.ACU.EM to TS", "nothing tells how TS is spread over areas by used share"),
    ("5% from HOSP.ACU.EM to SC.HC in 2030/31", "there is no ledger of 2030/31"),
])  # fmt: skip
def test_what_cannot_be_done_is_refused_with_the_reason(words: str, said: str):
    at = Looked(shares(), "", empty_view(CONTRACTS["unit_price"]), empty_view(CONTRACTS["hospital_cost"]))
    with duckdb.connect() as connection, pytest.raises(DefinitionError) as error:
        what_if(connection, read_shift(words), at)
    assert said in str(error.value)


MONEY = st.lists(st.tuples(st.integers(-(10**6), 10**10), st.integers(-(10**6), 10**10), st.integers(0, 10**10)),
                 min_size=1, max_size=8)  # fmt: skip


@settings(max_examples=30)
@given(st.data(), MONEY, st.integers(1, 10_000), st.sampled_from(["used", "fair"]))
def test_what_is_taken_is_what_is_given_by_a_plain_division(data, money, per_myriad, basis):
    header = "area | service | used | fair"
    rows = [f"{ISLES}/{at} | {service} | {used} | {fair}" for at, (beds, care, fair) in enumerate(money)
            for service, used, fair in ((BEDS, beds, 0), (CARE, care, fair))]  # fmt: skip
    words = f"{per_myriad / 100}% from {BEDS} to {CARE} by {basis}"
    found = moved(words, "\n".join([header, *rows]))
    assert found == moved(words, "\n".join([header, *data.draw(st.permutations(rows))]))
    takes = [max(beds, 0) for beds, _, _ in money]
    gives = [max(care if basis == "used" else fair, 0) for _, care, fair in money]
    base = max(sum(beds for beds, _, _ in money), 0)
    amount = (Fraction(base * per_myriad, 10_000) + Fraction(1, 2)) // 1
    in_order = sorted(range(len(money)), key=lambda at: f"{ISLES}/{at}")
    for column, weights in ((0, takes), (1, gives)):
        told = [found[f"{ISLES}/{at}"][column] for at in in_order]
        if sum(weights):
            assert told == divide([amount], [weights[at] for at in in_order])[0].tolist()
            assert sum(told) == amount
        else:
            assert set(told) == {None}


def test_a_what_if_over_the_country_takes_less_than_two_seconds():
    with duckdb.connect() as connection:
        connection.execute(f"""create table share as
            select * replace ('S379' || h as hscp_code, 'S379' || h || '/' || a as area_code, 'locality' as area_type,
                s as service_code, v as version, 1000 + a * h as used_pence, 900 + a as fair_pence,
                'delegated' as scope, date '2024-04-01' as period_start, date '2025-03-31' as period_end,
                'financial_year' as period_type)
            from (select * from ({empty_view(CONTRACTS["resource_share"])}) right join (select 1) on true),
                range(31) x(h), range(8) y(a), (select unnest(['HOSP.ACU.EM', 'SC.HC', 'SC.HC.PERS', 'PC.GMS',
                    'COMM.DN', 'SC.CH', 'PC.PRESC', 'SC.DAY', 'TS.FOOD', 'MGMT.GOV']) as s),
                (select unnest(['original', 'revised', 'outturn']) as v)""")  # fmt: skip
        none = "select hscp_code, area_type, area_code, period_start, 1000 as residents from share group by all"
        begun = time.perf_counter()
        found = what_if(connection, read_shift("5% from HOSP.ACU.EM to SC.HC by fair"), Looked(
            "share", none, empty_view(CONTRACTS["unit_price"]), empty_view(CONTRACTS["hospital_cost"])))  # fmt: skip
        assert time.perf_counter() - begun < 2
    assert len(found) == 31 * 8 * 3
