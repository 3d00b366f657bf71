"""Facts about the real extracts of activity and costs, worked out again here with nothing but ``csv``.

Each test reads the supplied file twice: once as the project does, and once row by row in plain Python.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from locality_profiles.sources import Curated, read_extract

pytestmark = pytest.mark.real

HOME_CARE = "social_care/201920_202021_data_homecare_{}.csv"
BOARD_DELAYS = "service_activity/delayed-discharge-beddays-health-board.csv"
COUNCIL_DELAYS = "service_activity/healthyr_scotland_delayed_discharge_ltla.csv"
EMERGENCY = "service_activity/monthly_ae_waitingtimes_202303.csv"
ADMISSIONS = "service_activity/hospital_admissions_hscp_simd_20230706.csv"
WORKBOOK, LONG_TABLE = "costs/lgbf_new_bnch_data.xlsx", "costs/lgbf_data_jan22.parquet"


@cache
def _read(path: Path) -> Curated:
    (found,) = read_extract(path)
    return found.curated


@pytest.fixture
def curated(real_extracts: Path) -> Callable[[str], Curated]:
    return lambda name: _read(real_extracts / name)


@pytest.fixture
def supplied(real_extracts: Path) -> Callable[[str], Iterator[dict[str, str]]]:
    def records(name: str) -> Iterator[dict[str, str]]:
        with (real_extracts / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    return records


def by_key(table: Any, *key: str) -> dict[tuple[Any, ...], Any]:
    """The values of a table by some columns, which must be a key."""
    columns = [table[name].to_pylist() for name in (*key, "value")]
    found = {tuple(row[:-1]): row[-1] for row in zip(*columns, strict=True)}
    assert len(found) == table.num_rows
    return found


def month_start(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), 1)


# --- home care ------------------------------------------------------------------------------------

MEASURES = {"Number of People": "N_PEOPLE", "Number of Hours": "HOURS", "Rate per 1,000 Population": "RATE_PER_1000"}


def test_home_care_by_locality_keeps_every_figure_but_the_hours_not_submitted(curated: Any, supplied: Any) -> None:
    table = curated(HOME_CARE.format("locality")).tables["activity"]
    starts = {"Q1": (4, 0), "Q2": (7, 0), "Q3": (10, 0), "Q4": (1, 1)}
    expected = {}
    for row in supplied(HOME_CARE.format("locality")):
        outside = row["locality"] == "Outside Partnership"
        month, later = starts[row["financial_quarter"][-2:]]
        age = row["age_group"].replace(" years", "").replace("All Ages", "all")
        key = (
            "outside_partnership" if outside else "locality",
            row["sending_location"] if outside else row["locality"],
            None if outside else row["sending_location"],
            date(int(row["financial_quarter"][:4]) + later, month, 1),
            age,
            MEASURES[row["measure"]],
        )
        expected[key] = float(row["value"])
    found = by_key(table, "block_type", "place_name", "place_parent", "period_start", "age_band", "measure_code")
    assert found.keys() == expected.keys()
    lost = {key for key, value in found.items() if value is None}
    assert {key: found[key] for key in found.keys() - lost} == {key: expected[key] for key in expected.keys() - lost}
    assert len(lost) == 78
    assert {(key[2] or key[1], key[3], key[5], expected[key]) for key in lost} == {
        (council, date(2018, 1, 1), "HOURS", 0.0) for council in ("Midlothian", "Moray", "North Ayrshire")
    }


def test_localities_and_people_outside_add_up_to_their_council_but_for_rounding(curated: Any) -> None:
    localities = curated(HOME_CARE.format("locality")).tables["activity"].to_pylist()
    councils = curated(HOME_CARE.format("hscp")).tables["activity"].to_pylist()
    council = {
        (row["place_name"], row["period_start"], row["age_band"], row["measure_code"]): row["value"]
        for row in councils
        if row["period_type"] == "financial_quarter" and row["measure_code"] != "RATE_PER_1000"
    }
    parts = defaultdict(list)
    for row in localities:
        if row["measure_code"] != "RATE_PER_1000":
            place = row["place_parent"] or row["place_name"]
            parts[place, row["period_start"], row["age_band"], row["measure_code"]].append(row["value"])
    compared = 0
    for key, values in parts.items():
        if None in values or council.get(key) is None:
            continue
        compared += 1
        assert abs(sum(values) - council[key]) <= 2.5 * (len(values) + 1), key
    assert compared == 2431 + 2418  # people, and hours, which three councils lack in the first quarter


def test_shetland_has_seven_localities_with_home_care(curated: Any) -> None:
    table = curated(HOME_CARE.format("locality")).tables["activity"].to_pylist()
    assert len({row["place_name"] for row in table if row["place_parent"] == "Shetland"}) == 7


def test_no_home_care_zero_claims_to_be_one(curated: Any) -> None:
    for name in ("locality", "hscp", "trend"):
        table = curated(HOME_CARE.format(name)).tables["activity"]
        assert set(table["status"].to_pylist()) <= {"rounded", "actual", "estimated", "not_available"}


def test_home_care_trend_differs_from_the_council_table_in_one_cell_and_claims_the_same(
    curated: Any, supplied: Any
) -> None:
    council, trend = (curated(HOME_CARE.format(name)) for name in ("hscp", "trend"))
    assert trend.claims == council.claims
    key = ("time_period", "financial_quarter", "sending_location", "age_group", "measure")
    values = [
        {tuple(row[k] for k in key): row["value"] for row in supplied(HOME_CARE.format(name))}
        for name in ("hscp", "trend")
    ]
    differing = {k for k in values[1] if values[0][k] != values[1][k]}
    assert differing == {("Financial Quarter", "2018/19 Q4", "Orkney Islands", "All Ages", "Number of Hours")}
    assert council.notes[0] == "cells with 0 hours beside 10 or more people, read as not available: 1 (Orkney Islands)"


def test_census_weeks_are_years_in_the_file_and_never_quarters(curated: Any, supplied: Any) -> None:
    table = curated(HOME_CARE.format("hscp")).tables["activity"].to_pylist()
    weeks = [row for row in table if row["period_type"] == "census_week"]
    assert len(weeks) == sum(row["time_period"] == "Census Week" for row in supplied(HOME_CARE.format("hscp")))
    assert {(row["period_start"].month, row["period_end"].month) for row in weeks} == {(4, 3)}
    assert {row["period_start"].year for row in weeks} == set(range(2009, 2021))


# --- delayed discharges ---------------------------------------------------------------------------

AGES = {"18plus": "18+", "18-74": "18-74", "75plus": "75+"}
REASONS = {
    "All Delay Reasons": "all", "Health and Social Care Reasons": "health_social_care",
    "Patient and Family Related Reasons": "patient_family", "Code 9 AWI": "code_9_awi",
    "Code 9 Non-AWI": "code_9_other",
}  # fmt: skip
DELAY_KEY = ("block_code", "period_start", "age_band", "delay_group")


def test_bed_days_by_board_are_those_supplied(curated: Any, supplied: Any) -> None:
    expected = {
        (row["HBT"], month_start(row["MonthOfDelay"]), AGES[row["AgeGroup"]], REASONS[row["ReasonForDelay"]]):
            float(row["NumberOfDelayedBedDays"])
        for row in supplied(BOARD_DELAYS)
    }  # fmt: skip
    read = curated(BOARD_DELAYS)
    assert by_key(read.tables["activity"], *DELAY_KEY) == expected
    assert set(read.tables["activity"]["geo_role"].to_pylist()) == {"treatment"}
    assert len(read.claims) == 83
    assert read.notes == ()  # Scotland is the sum of the boards in every row


def test_bed_days_by_council_are_those_supplied_with_people_of_no_council(curated: Any, supplied: Any) -> None:
    expected = {
        ("other" if row["ltla_code"] == "NA" else row["ltla_code"], date.fromisoformat(row["date"]),
         AGES[row["age_group"]], REASONS[row["delay_reason"]]): float(row["num_delayed_bed_days"])
        for row in supplied(COUNCIL_DELAYS)
    }  # fmt: skip
    read = curated(COUNCIL_DELAYS)
    assert by_key(read.tables["activity"], *DELAY_KEY) == expected
    kinds = defaultdict(set)
    for kind, code in zip(*(read.tables["activity"][c].to_pylist() for c in ("block_type", "block_code")), strict=True):
        kinds[kind].add(code)
    assert {kind: len(codes) for kind, codes in kinds.items()} == {"council_area": 32, "country": 1, "not_placed": 1}
    assert len(read.claims) == 110
    assert read.notes == ()


def test_both_delay_tables_agree_on_scotland_where_they_overlap(curated: Any) -> None:
    boards, councils = (by_key(curated(name).tables["activity"], *DELAY_KEY) for name in (BOARD_DELAYS, COUNCIL_DELAYS))
    shared = {key for key in boards.keys() & councils.keys() if key[0].startswith("S92")}
    assert len(shared) == 83 * 15
    assert all(boards[key] == councils[key] for key in shared)


# --- emergency attendances ------------------------------------------------------------------------


def test_attendances_add_up_and_one_month_of_one_hospital_is_two_rows_added(curated: Any, supplied: Any) -> None:
    expected: dict[tuple[Any, ...], float] = defaultdict(float)
    rows_of = defaultdict(int)
    for row in supplied(EMERGENCY):
        service = "HOSP.AE" if row["DepartmentType"] == "Emergency Department" else "HOSP.MIU"
        key = (row["TreatmentLocation"], month_start(row["Month"]), service)
        rows_of[key] += 1
        expected[*key, "N_ATTEND"] += float(row["NumberOfAttendancesAggregate"])
        expected[*key, "MET_4H"] += float(row["NumberMeetingTargetAggregate"])
    assert [key for key, count in rows_of.items() if count > 1] == [("G405H", date(2015, 5, 1), "HOSP.AE")]
    read = curated(EMERGENCY)
    found = by_key(read.tables["activity"], "block_code", "period_start", "service_code", "measure_code")
    assert found == expected
    assert found["G405H", date(2015, 5, 1), "HOSP.AE", "N_ATTEND"] == 4990 + 137
    assert read.notes == ("figures supplied in more than one row, which were added: 1",)
    assert len(read.claims) == 189


def test_every_hospital_lies_in_one_board(curated: Any, supplied: Any) -> None:
    expected = {(row["TreatmentLocation"], row["HBT"]) for row in supplied(EMERGENCY)}
    membership = curated(EMERGENCY).tables["membership"].to_pylist()
    assert {(row["block_code"], row["area_code"]) for row in membership} == expected
    assert len(membership) == len(expected) == 103


# --- hospital admissions --------------------------------------------------------------------------


def test_admissions_are_those_supplied_and_their_parts_make_the_whole(curated: Any, supplied: Any) -> None:
    urgency = {"All": "all", "Emergency": "emergency", "Planned": "planned"}
    expected, groups = {}, defaultdict(dict)
    for row in supplied(ADMISSIONS):
        end = date(int(row["WeekEnding"][:4]), int(row["WeekEnding"][4:6]), int(row["WeekEnding"][6:]))
        key = (row["HSCP"], row["SIMDQuintile"], end - timedelta(days=6))
        expected[*key, urgency[row["AdmissionType"]]] = float(row["NumberAdmissions"])
        groups[key][row["AdmissionType"]] = int(row["NumberAdmissions"])
    read = curated(ADMISSIONS)
    assert by_key(read.tables["activity"], "block_code", "simd_quintile", "period_start", "urgency") == expected
    assert min(expected.values()) == 5
    left_over = {len(g): set() for g in groups.values()}
    for group in groups.values():
        left_over[len(group)].add(group["All"] - group.get("Emergency", 0) - group.get("Planned", 0))
    assert left_over[3] == {0}
    assert left_over[2] == {0, 1, 2, 3, 4}
    assert read.notes == (
        "rows left out because they are below 5, of 26,936 of each kind: 197 of 'All', 336 of 'Emergency', "
        "4,338 of 'Planned'",
    )


# --- costs ----------------------------------------------------------------------------------------


def test_an_hour_of_home_care_in_shetland_is_the_published_cost(curated: Any) -> None:
    """5,913 thousand pounds over 100,662.25 hours in 2020/21: 58.74 pounds, as the framework says."""
    costs = {row["line_id"]: row for row in curated(WORKBOOK).tables["unit_cost"].to_pylist()}
    row = costs["lgbf:SC.HC.65PLUS:Shetland Islands:2020-21"]
    assert (row["spend_pence"], row["quantity"], row["published_unit_pence"]) == (591_300_000, 100_662.25, 5_874)
    assert len(costs) == 2 * 33 * 11
    for row in costs.values():
        assert abs(row["spend_pence"] / row["quantity"] - row["published_unit_pence"]) < 1


def test_the_workbook_and_the_long_table_give_the_same_money_and_claims(curated: Any) -> None:
    book, table = curated(WORKBOOK), curated(LONG_TABLE)
    assert table.claims == book.claims
    assert len(book.claims) == 4 * 11
    money = [
        {r["line_id"]: (r["gross_pence"], r["net_pence"], r["status"]) for r in read.tables["budget_line"].to_pylist()}
        for read in (book, table)
    ]
    assert money[0] == money[1]
    assert money[0]["lgbf:SC.HC.65PLUS:Scotland:2011-12"] == (43_532_858_100, None, "actual")  # 435,328.581 thousand


def test_self_directed_support_given_as_nought_is_not_available(curated: Any) -> None:
    lines = curated(WORKBOOK).tables["budget_line"].to_pylist()
    missing = {(row["place_name"], row["period_start"].year) for row in lines if row["status"] == "not_available"}
    assert missing == {
        ("Argyll & Bute", 2010),
        ("Argyll & Bute", 2011),
        ("Argyll & Bute", 2012),
        ("North Lanarkshire", 2010),
    }
