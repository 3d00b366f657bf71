"""Money placed on areas: the methods' worked example to the pound, and what must hold of every ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from drawn import table
from drawn_money import HOURS, HSCP, OTHER, RESIDENTS, ask, country, ledger, money, place, pounds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from locality_profiles.errors import DefinitionError
from locality_profiles.finance.rules import allocation_rules
from locality_profiles.finance.settings import LedgerCode, Settings
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.store import connect, keep_contract

TEN_MILLION = 1_000_000_000

OWN = """
[driver.hours]
title = "Hours of home care"
method = "B"
from = "indicator"
indicators = ["home_care_hours"]
grade = 2

[[rule]]
id = "home_care"
service = "SC.HC"
used = ["hours"]
fair = ["{fair}"]
weightings = ["residents", "need", "deprivation_30"]
rationale = "The worked example."
approved_by = "A. Planner"
"""


def own_rules(folder: Path, fair: str) -> Settings:
    path = folder / f"{fair}.toml"
    path.write_text(OWN.format(fair=fair), encoding="utf-8")
    return Settings(own_rules=path)


# --- the worked example ---------------------------------------------------------------------------

EXAMPLE = {
    "residents": {"north": 3_478_261, "central": 4_347_826, "south": 2_173_913},
    "need": {"north": 3_050_847, "central": 4_576_271, "south": 2_372_881},
    "deprivation_30": {"north": 3_393_230, "central": 4_454_659, "south": 2_152_110},
}


@pytest.mark.parametrize("fair", EXAMPLE)
def test_the_worked_example_to_the_pound(tmp_path: Path, fair: str) -> None:
    made = money(tmp_path, country(tmp_path), [{"net_pence": TEN_MILLION}], own_rules(tmp_path, fair))
    assert pounds(made, "fair") == EXAMPLE[fair]
    assert pounds(made, "used") == {"north": 2_640_693, "central": 4_242_424, "south": 3_116_883}


def test_the_worked_example_used_beside_fair(tmp_path: Path) -> None:
    made = money(tmp_path, country(tmp_path), [{"net_pence": TEN_MILLION}], own_rules(tmp_path, "need"))
    rows = ask("""
        select area_code, round(variance_pence / 100), round(variance_percent, 1), round(used_per_head / 100, 2),
            round(fair_per_head / 100, 2), round(fair_low_pence / 100), round(fair_high_pence / 100), weightings
        from r where "group" = 'all' order by used_pence""", r=made["area_resource"])  # fmt: skip
    assert rows == [
        (place("north"), -410_155, -13.4, 330.09, 381.36, 3_050_847, 3_478_261, 4),
        (place("south"), 744_002, 31.4, 623.38, 474.58, 2_152_110, 2_372_881, 4),
        (place("central"), -333_847, -7.3, 424.24, 457.63, 4_347_826, 4_576_271, 4),
    ]


def test_weighted_heads_add_up_to_heads(tmp_path: Path) -> None:
    made = money(tmp_path, country(tmp_path), [{"net_pence": TEN_MILLION}])
    ((heads, weighted, by),) = ask(
        "select sum(residents), sum(weighted_residents), min(weighted_by) from r where \"group\" = 'all'",
        r=made["area_resource"],
    )
    assert (heads, round(weighted, 6), by) == (23_000, 23_000, "need")


def test_cost_by_head_of_each_service_and_group_of_people(tmp_path: Path) -> None:
    lines = [
        {"net_pence": 200, "care_group": "older"}, {"net_pence": 100, "care_group": "mental_health"},
        {"net_pence": 50, "service_code": "HOUS.ADAPT", "scope": "housing"},
    ]  # fmt: skip
    made = money(tmp_path, country(tmp_path), lines)
    by_head = ask(
        """select area_code, service_code, care_group, round(used_per_head * residents, 6), used_pence,
            round(fair_per_head * residents, 6), fair_pence from s where residents is not null""",
        s=made["resource_share"],
    )
    assert {row[1:3] for row in by_head} >= {("SC.HC", "older"), ("SC.HC", "mental_health")}
    assert all(row[3] == row[4] and row[5] == row[6] for row in by_head)
    # Rows of one area have one number of residents, so its costs by head add up to the area's own.
    added = ask(
        """select area_code, round(fair_per_head, 9) from (
            select area_code, sum(fair_pence) / any_value(residents) as fair_per_head from s
            where residents is not null group by all)
        except select area_code, round(sum(fair_per_head), 9) from s where residents is not null group by all""",
        s=made["resource_share"],
    )
    assert added == []
    # What lies in no area has no heads.
    assert ask("select count(residents) from s where area_code like '%UNALLOCATED'", s=made["resource_share"]) == [(0,)]


def test_the_set_aside_is_by_beds_that_residents_occupied(tmp_path: Path) -> None:
    # £410 a day of a mean of three years: the worked example to the pound.
    line = {"net_pence": 709_300_000, "scope": "set_aside", "service_code": "HOSP.ACU.EM",
            "partner": "nhs"}  # fmt: skip
    made = money(tmp_path, country(tmp_path), [line])
    assert pounds(made, "used") == {"north": 1_694_667, "central": 3_307_333, "south": 2_091_000}
    assert ask("select distinct method, driver_id, told_of from a where basis = 'used'", a=made["allocation"]) == [
        ("I", "bed_days", "2022/23 to 2024/25")
    ]


# --- where lines go -------------------------------------------------------------------------------


def test_a_line_posted_to_a_locality_is_used_there_and_fair_everywhere(tmp_path: Path) -> None:
    line = {"net_pence": 30_000, "block_type": "locality", "block_code": place("south")}
    made = money(tmp_path, country(tmp_path), [line])
    assert pounds(made, "used") == {"south": 300}
    assert set(pounds(made, "fair")) == set(RESIDENTS)
    assert ask("select distinct method, grade from a where basis = 'used'", a=made["allocation"]) == [("A", 1)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"service_code": None, "cost_centre": "9999"}, "neither the line nor [finance] of profiles.toml tells"),
        ({"service_code": "RES.GEN"}, "General reserve: reserves and savings to be found are of no place"),
        (
            {"service_code": "SC.AT"},
            "Alarms and telecare: nothing here tells how to divide it (rule alarms asks for: people with",
        ),
        ({"scope": "hosted_out"}, "Home care: nothing tells how much of it each partnership used in 2024/25"),
    ],
)
def test_what_nothing_places_is_shown_with_its_reason(tmp_path: Path, line: dict[str, Any], why: str) -> None:
    made = money(tmp_path, country(tmp_path), [{"net_pence": 500, **line}])
    rows = ask("select area_code, amount_pence, reason, method from a where basis = 'used'", a=made["allocation"])
    assert [(row[0], row[1], row[3]) for row in rows] == [(f"{HSCP}/UNALLOCATED", 500, "K")]
    assert rows[0][2].startswith(why)


def test_a_service_that_no_rule_is_for_is_shown(tmp_path: Path) -> None:
    made = money(tmp_path, country(tmp_path), [{"net_pence": 500, "service_code": "EVT"}])
    assert ask("select distinct reason from a", a=made["allocation"]) == [
        ("EVT: no rule of allocation is for it (delegated, council)",)
    ]


def test_a_driver_that_is_nought_everywhere_divides_nothing(tmp_path: Path) -> None:
    made = money(tmp_path, country(tmp_path, hours=dict.fromkeys(HOURS, 0)), [{"net_pence": 500}])
    assert pounds(made, "used") == {"UNALLOCATED": 5}


def test_a_driver_that_misses_an_area_divides_nothing(tmp_path: Path) -> None:
    made = money(tmp_path, country(tmp_path, hours={"north": 1, "south": 1}), [{"net_pence": 500}])
    assert pounds(made, "used") == {"UNALLOCATED": 5}


def test_what_a_partnership_used_outside_its_localities_is_shown(tmp_path: Path) -> None:
    facts = country(tmp_path)
    with connect() as connection:
        told = f"read_parquet('{facts['indicator_value']}')"
        more = tmp_path / "more.parquet"
        connection.execute(f"""
            copy (select * replace (case when area_type = 'hscp' then numerator + 19000 else numerator end as numerator)
                  from {told}) to '{more}'""")  # fmt: skip
    made = money(tmp_path, {**facts, "indicator_value": more}, [{"net_pence": 250_000}])
    assert pounds(made, "used") == {"north": 610, "central": 980, "south": 720, "OUT": 190}


def test_codes_of_the_ledger_tell_what_the_line_does_not(tmp_path: Path) -> None:
    codes = (
        LedgerCode("41*", "", {"service_code": "SC.HC.PERS", "care_group": "older"}),
        LedgerCode("41*", "2100", {"subjective_code": "third_party", "service_code": "SC.CH"}),
    )
    lines = [
        {"net_pence": 100, "service_code": None, "scope": None, "cost_centre": "4107", "account_code": "2100"},
        {"net_pence": 100, "service_code": "SC.DAY", "cost_centre": "4107"},
        {"net_pence": 100, "service_code": None, "scope": None, "cost_centre": "51"},
    ]
    made = money(tmp_path, country(tmp_path), lines, Settings(codes=codes))
    assert ask("""select service_code, scope, care_group, subjective_code, split, coded_by from l order by line_id""",
               l=made["ledger_line"]) == [
        ("SC.HC.PERS", "delegated", "older", "third_party", "other_social", "settings"),
        ("SC.DAY", "delegated", "older", "NOT_TOLD", "other_social", "line"),
        ("NOT_TOLD", "delegated", "all", "NOT_TOLD", "none", "nothing"),
    ]  # fmt: skip


def test_a_hosted_service_is_divided_by_use_and_only_the_host_s_part_is_placed_here(tmp_path: Path) -> None:
    facts = country(tmp_path)
    facts["hosted_use"] = table(tmp_path, "hosted_use", f"""
        host_hscp | block_type | block_code | service_code | quantity | unit
        {HSCP}    | hscp       | {HSCP}     | SC.HC        | 750      | contacts
        {HSCP}    | hscp       | {OTHER}    | SC.HC        | 250      | contacts
    """, period_type="financial_year", period_start=date(2024, 4, 1), period_end=date(2025, 3, 31))  # fmt: skip
    made = money(tmp_path, facts, [{"net_pence": 100_000, "scope": "hosted_out", "host_hscp": HSCP}])
    rows = ask("select area_code, amount_pence, method from a where basis = 'used' order by 1", a=made["allocation"])
    assert (f"{OTHER}/HOSTED", 25_000, "H") in rows
    own = {code: pence for code, pence, method in rows if method == "B"}
    assert sum(own.values()) == 75_000
    assert set(own) == {place(name) for name in RESIDENTS}


def test_spending_that_others_report_is_no_ledger(tmp_path: Path) -> None:
    assert money(tmp_path, country(tmp_path), [{"net_pence": 5, "scope": None, "service_code": "SC.TOTAL"}]) == {}


def test_like_is_compared_with_like(tmp_path: Path) -> None:
    # Alarms are placed by need only: what they would add to a fair share is not in the difference.
    made = money(
        tmp_path, country(tmp_path), [{"net_pence": 1_000_000}, {"net_pence": 500_000, "service_code": "SC.AT"}]
    )
    rows = ask("""
        select sum(used_pence), sum(fair_pence), sum(compared_used_pence), sum(compared_fair_pence), sum(variance_pence)
        from r where "group" = 'all'""", r=made["area_resource"])  # fmt: skip
    assert rows == [(1_500_000, 1_500_000, 1_000_000, 1_000_000, 0)]
    alone = money(tmp_path, country(tmp_path), [{"net_pence": 1_000_000}])
    variance = "select area_code, variance_pence from r where \"group\" = 'all' and residents > 0 order by 1"
    assert ask(variance, r=made["area_resource"]) == ask(variance, r=alone["area_resource"])


def test_months_stay_apart_from_whole_years(tmp_path: Path) -> None:
    month = {"period_type": "month", "period_start": date(2024, 4, 1), "period_end": date(2024, 4, 30)}
    made = money(tmp_path, country(tmp_path), [{"net_pence": 100}, {"net_pence": 10, **month}])
    assert ask("select sum(used_pence) from r", r=made["resource_share"]) == [(100,)]
    assert ask("select sum(amount_pence) from a where basis = 'used'", a=made["allocation"]) == [(110,)]


# --- what holds of every ledger -------------------------------------------------------------------

SERVICES = ["SC.HC.PERS", "HOSP.ACU.EM", "MGMT.GOV", "RES.GEN", "HOUS.ADAPT", "COMM.DN", None, "EVT"]
LINES = st.fixed_dictionaries({
    "net_pence": st.integers(-(10**11), 10**11), "service_code": st.sampled_from(SERVICES),
    "scope": st.sampled_from(["delegated", "set_aside", "hosted_in", "hosted_out", "reserve"]),
    "version": st.sampled_from(["original", "revised", "outturn"]),
    "place": st.sampled_from(["", *RESIDENTS]), "cost_centre": st.just("4100"),
})  # fmt: skip


def _posted(line: dict[str, Any]) -> dict[str, Any]:
    where = line["place"]
    told = {key: value for key, value in line.items() if key != "place"}
    return {**told, "block_type": "locality", "block_code": place(where)} if where else told


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINES, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_every_line_adds_up_and_order_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, Any]], random: Any
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    facts = country(folder)
    posted = [{**_posted(line), "line_id": f"L{at:02d}"} for at, line in enumerate(lines)]
    made = money(folder, facts, posted)
    sums = ask("""
        select basis, line_id, version, sum(amount_pence) from a join l using (line_id) group by all order by all""",
               a=made["allocation"], l=made["ledger_line"])  # fmt: skip
    expected = sorted((basis, line["line_id"], line["version"], line["net_pence"])
                      for basis in ("used", "fair") for line in posted)  # fmt: skip
    assert [tuple(row) for row in sums] == expected
    mixed = list(posted)
    random.shuffle(mixed)
    again = money(tmp_path_factory.mktemp("mixed"), facts, mixed)
    rows = "select * from a order by all"
    assert ask(rows, a=made["allocation"]) == ask(rows, a=again["allocation"])
    for name in ("resource_share", "area_resource"):
        assert ask(rows, a=made[name]) == ask(rows, a=again[name])


@pytest.mark.parametrize("times", [2, 10])
def test_doubling_a_driver_doubles_nothing(tmp_path: Path, times: int) -> None:
    lines = [{"net_pence": 1_000_003}, {"net_pence": -77}]
    usual = money(tmp_path / "a", country(_folder(tmp_path / "a")), lines)
    more = money(
        tmp_path / "b", country(_folder(tmp_path / "b"), hours={k: v * times for k, v in HOURS.items()}), lines
    )
    rows = "select * from a order by all"
    assert ask(rows, a=usual["allocation"]) == ask(rows, a=more["allocation"])


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_tables_keep_their_contracts(tmp_path: Path) -> None:
    lines = [{"net_pence": 100_000}, {"net_pence": 70, "service_code": None, "cost_centre": "1"},
             {"net_pence": 9, "block_type": "locality", "block_code": place("north")}]  # fmt: skip
    made = money(tmp_path, country(tmp_path), lines)
    with connect() as connection:
        for name, stored in made.items():
            keep_contract(connection, stored.relation, CONTRACTS[name])


def test_a_second_build_makes_nothing_anew(tmp_path: Path) -> None:
    facts = country(tmp_path)
    first = money(tmp_path, facts, [{"net_pence": 100}])
    stamps = {name: stored.path.stat().st_mtime_ns for name, stored in first.items()}
    again = money(tmp_path, facts, [{"net_pence": 100}])
    assert {name: stored.path.stat().st_mtime_ns for name, stored in again.items()} == stamps


# --- rules ----------------------------------------------------------------------------------------


def test_everything_wrong_with_rules_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text("""
[driver.mine]
title = "Mine"
method = "Z"
from = "indicator"
grade = 2

[[rule]]
id = "x"
service = "SC.HCC"
scope = "delegate"
used = ["hour"]
fair = ["residents"]
rationale = "r"
""", encoding="utf-8")  # fmt: skip
    with pytest.raises(DefinitionError) as refusal:
        allocation_rules(path)
    said = "\n".join(f"{p.file}: {p.what}" for p in refusal.value.problems)
    for part in ("'Z'", "indicators go with", "SC.HCC", "'delegate'", "no driver 'hour'", "fewer than 3 weightings"):
        assert part in said
    assert "line 10" in said


def test_a_rule_for_no_line_is_told(tmp_path: Path) -> None:
    from locality_profiles.finance.making import make_money
    from locality_profiles.tables.store import Store

    facts = {**country(tmp_path), "budget_line": ledger(tmp_path, [{"net_pence": 1, "service_code": "SC.DAY"}])}
    (tmp_path / "store").mkdir()
    _, notes = make_money(facts, own_rules(tmp_path, "need"), Store(tmp_path / "store"))
    assert "the rule of allocation 'home_care' is for no line of any ledger" in notes


def test_a_line_with_an_account_alone_makes_a_ledger(tmp_path: Path) -> None:
    line = {"net_pence": 100, "scope": None, "service_code": None, "account_code": "2100"}
    settings_of = Settings(codes=(LedgerCode("", "2100", {"service_code": "SC.HC"}),))
    assert pounds(money(tmp_path, country(tmp_path), [line], settings_of), "fair").keys() == set(RESIDENTS)
