"""Groups at risk and the register: drawn counts in, numbers, places and silences out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from drawn_assessment import FACTS, assessment
from drawn_needs import ISLES, NORTH, SOUTH, YEAR, Needs, own, rows, values, zone
from drawn_needs import indicators as drawn_indicators
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.errors import DefinitionError
from locality_profiles.indicators.definition import indicators
from locality_profiles.needs.at_risk import FILE, risk_rules
from locality_profiles.needs.risk import MAKER
from locality_profiles.needs.small_numbers import LEFT_OUT, hide_both_ways, with_hidden

INDICATORS = drawn_indicators("""
    indicator_id     | method     | disclosure
    dementia         | percentage | sensitive
    aged_85_plus     | percentage | people
    home_care_people | count      | health
    population       | count      | people
""", direction="none")  # fmt: skip


def counts(indicator: str, **people: int) -> list[dict[str, Any]]:
    """People counted in areas of a thousand each; two thousand in the isles and three in the country."""
    among = {"isles": 2000, "country": 3000}
    return [
        row for area, number in people.items()
        for row in values(f"indicator_id | area | numerator | denominator\n"
                          f"{indicator} | {area} | {number} | {among.get(area, 1000)}")
    ]  # fmt: skip


def groups(**tables: list[dict[str, Any]]) -> Needs:
    return Needs(MAKER, **{"indicator": INDICATORS, **tables})


def told(needs: Needs, group: str, columns: str = "area_code, people, status") -> list[tuple[Any, ...]]:
    return needs.ask(f"select {columns} from risk_group where group_id = '{group}' and area_code like '{ISLES}%' "
                     "order by area_code")  # fmt: skip


# --- groups ---------------------------------------------------------------------------------------


def test_a_group_is_a_share_set_against_the_country_and_ranked_in_the_partnership():
    needs = groups(indicator_value=counts("aged_85_plus", north=60, south=20, isles=80, country=90))
    assert told(needs, "aged_85_plus", "area_code, people, share, ratio, rank_in_partnership, ranked") == [
        (ISLES, 80, 80 / 2000, pytest.approx((80 / 2000) / (90 / 3000)), None, None),
        (NORTH, 60, 60 / 1000, pytest.approx(2), 1, 2),
        (SOUTH, 20, 20 / 1000, pytest.approx(2 / 3), 2, 2),
    ]


@pytest.mark.parametrize(("people", "status"), [(9, "suppressed"), (10, "actual"), (0, "suppressed")])
def test_fewer_than_the_threshold_are_not_told(people, status):
    needs = groups(indicator_value=counts("dementia", north=people))
    assert told(needs, "dementia")[1] == (NORTH, people if status == "actual" else None, status)


def test_the_one_that_is_left_out_cannot_be_found_by_subtraction():
    needs = groups(indicator_value=counts("dementia", north=4, south=12, isles=16, country=30))
    assert told(needs, "dementia", "area_code, people, share, country_share, ratio, note") == [
        (ISLES, 16, 16 / 2000, 30 / 3000, pytest.approx(0.8), "Where they live is not told."),
        (NORTH, None, None, None, None, LEFT_OUT),
        (SOUTH, None, None, None, None, LEFT_OUT),
    ]


def test_a_count_is_a_share_of_the_residents():
    people = rows("""
        indicator_id     | area  | value | numerator
        home_care_people | north | 30    | 30
        population       | north | 1500  | 1500
    """, **YEAR, breakdown="all", category="all", method="count", per=1.0, status="rounded")  # fmt: skip
    needs = groups(indicator_value=people)
    assert told(needs, "home_care", "share, status")[1] == (30 / 1500, "rounded")


def test_what_no_extract_counts_is_said_and_is_not_nought():
    needs = groups()
    assert needs.ask("select distinct people, share, status from risk_group") == [(None, None, "not_available")]
    assert needs.one("select count(*) from risk_group") == 5 * len(risk_rules().groups)


def test_where_half_of_a_group_lives():
    # Of 60 people 31 live in one data zone of four: half of them in one. In two, if that one had 29.
    def of(first: int) -> Needs:
        zones = {1: first, 2: 11, 3: 10, 4: 39 - first}
        people = [{"block_type": "data_zone_2011", "block_code": zone(at), "year": 2024, "sex": "all", "age": age,
                   "persons": persons if age > 85 else 500, "status": "actual"}
                  for at, persons in zones.items() for age in (30, 90)]  # fmt: skip
        return groups(indicator_value=counts("aged_85_plus", north=60), population=people)

    assert told(of(31), "aged_85_plus", "concentrated_in, zones")[1] == (1, 4)
    assert told(of(29), "aged_85_plus", "concentrated_in, zones")[1] == (2, 4)


def test_where_sensitive_groups_live_is_never_told():
    of = {group["disclosure"] for group in assessment()["risk_group"] if group["concentrated_in"] is not None}
    assert of == {"people"}


def test_the_few_who_make_half_of_the_cost():
    cost = rows("""
        area    | deaths | n50_crossing | people_with_cost | low_number | dominated
        north   | with   | 30           | 900              | false      | false
        south   | with   | 12           | 900              | false      | true
        country | with   | 100          | 4000             | false      | false
        north   | without | 5           | 900              | false      | false
    """, **YEAR)  # fmt: skip
    # One person dominates the south: it is held back, and the north with it.
    assert told(groups(concentration=cost), "high_resource") == [
        (ISLES, None, "not_available"), (NORTH, None, "suppressed"), (SOUTH, None, "suppressed")]  # fmt: skip
    alone = [row for row in cost if row["area_code"] != SOUTH]
    assert told(groups(concentration=alone), "high_resource", "people, ratio")[1] == (
        30, pytest.approx((30 / 900) / (100 / 4000)))  # fmt: skip


def test_a_topic_is_added_up_over_data_zones_and_has_no_hole(tmp_path: Path):
    text = FILE.read_text(encoding="utf-8")
    census = {"period_type": "snapshot", "period_start": date(2022, 3, 20), "period_end": date(2022, 3, 20)}

    def carers(**missing: Any) -> Needs:
        count = [
            {"block_type": "data_zone_2011", "block_code": zone(at), **census, "topic": "unpaid_care", "category": name,
             "sex": "all", "age_band": "all", "value": None if at in missing.get("at", ()) else value,
             "status": "rounded"}
            for at in range(1, 9) for name, value in (("carer", 10), ("all", 100))
        ]  # fmt: skip
        return Needs(MAKER, own(tmp_path, "risk_groups", text), indicator=INDICATORS, local_count=count)

    assert told(carers(), "unpaid_carers", "people, share, status") == [
        (80, 0.1, "rounded"), (40, 0.1, "rounded"), (40, 0.1, "rounded")]  # fmt: skip
    assert told(carers(at=(1,)), "unpaid_carers", "people, status") == [
        (None, "not_available"), (None, "not_available"), (40, "rounded")]  # fmt: skip


# --- small numbers --------------------------------------------------------------------------------

TABLES = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=5)


@settings(deadline=None, max_examples=40)
@given(TABLES)
def test_nothing_hidden_stands_alone_in_a_row_or_a_column(table):
    with duckdb.connect(config={"threads": 1}) as connection:
        cells = ", ".join(f"({at}, {of}, {people})" for at, row in enumerate(table) for of, people in enumerate(row))
        connection.execute(
            f"create temp table cell as select *, 5 as least from (values {cells}) t(area, class, people)"
        )
        hide_both_ways(connection, "cell", "people", ((("area",), "class"), (("class",), "area")))
        assert connection.execute("select count(*) from cell where people < 5 and not hidden").fetchall() == [(0,)]
        for way in ("area", "class"):
            alone = f"select {way} from cell group by 1 having count(*) filter (hidden) = 1"
            assert connection.execute(alone).fetchall() == []
        if connection.execute("select min(people) from cell").fetchall()[0][0] >= 5:
            assert connection.execute("select count(*) from cell where hidden").fetchall() == [(0,)]


def test_the_next_smallest_is_hidden_and_no_more():
    rows_of = "select * from (values ('a', 3), ('b', 40), ('c', 7), ('d', 9), ('e', null)) t(area, people)"
    found = duckdb.execute(with_hidden(rows_of, "people < 5", "people", ("true",), ("area",))).fetchall()
    assert {area for area, _, hidden in found if hidden} == {"a", "c"}


# --- the register ---------------------------------------------------------------------------------


def register(**more: Any) -> list[tuple[Any, ...]]:
    facts = {**FACTS, "priority": assessment()["priority"], **more}
    return Needs(MAKER, **facts).ask(f"""select risk_id, likelihood, likelihood_from, impact, owner_role,
        existing_actions, status from risk_register where area_code = '{NORTH}' order by position""")  # fmt: skip


def test_a_register_is_proposed_from_priorities_and_groups():
    assert register() == [
        ("group:aged_85_plus", "rising", "trend", "high", "Head of adult social care", None, "no_action_told"),
        ("priority:ni16_falls", "rising", "trend", "high", "Lead for unscheduled care", "N2", "action_in_hand"),
    ]


def test_a_projection_tells_how_a_group_grows():
    bands = rows("area | year | persons\n north | 2024 | 100\n north | 2034 | 90", variant="principal",
                 method="fitted", sex="all", age_band="85+")  # fmt: skip
    assert ("group:aged_85_plus", "falling", "projection", "high") in [
        row[:4] for row in register(projection_band=bands)
    ]


def test_a_register_without_voices_has_no_actions():
    assert {row[-1] for row in register(voice=[])} == {"no_action_told"}


def test_no_risk_comes_from_a_group_that_is_left_out():
    assert not [risk for risk in assessment()["risk_register"] if risk["risk_id"] == "group:dementia"]


def test_evidence_reads_as_a_sentence():
    (risk,) = [risk for risk in assessment()["risk_register"]
               if risk["area_code"] == NORTH and risk["risk_id"] == "group:aged_85_plus"]  # fmt: skip
    assert risk["evidence"] == "About 60 here: 6.0%, 3.0% in the country; half of them in 1 of 4 data zones."


# --- the declaration ------------------------------------------------------------------------------


def test_the_packages_groups_name_only_indicators_that_there_are():
    assert {group.indicator for group in risk_rules().groups if group.indicator} <= set(indicators())


def test_everything_wrong_with_groups_is_told_at_once(tmp_path: Path):
    text = FILE.read_text(encoding="utf-8")
    for right, wrong in (
        ("people = 5", "people = -5"), ("ratio = 1.2", "ratio = 0"), ("medium_per_1000 = 2", "medium_per_1000 = 20"),
        ('indicator = "dementia"', 'indicator = "dementia"\nzones = { from_age = 65 }'),
        ('id = "home_care"', 'id = "dementia"'), ("\nconcentration = true", '\nconcentration = true\ntopic = "x"'),
        ("{ from_age = 85 }", "{ from_age = 85, index = 'x' }"), ("housing =", "houses ="),
    ):  # fmt: skip
        assert right in text
        text = text.replace(right, wrong, 1)
    with pytest.raises(DefinitionError) as error:
        risk_rules(own(tmp_path, "risk_groups", text).own["risk_groups"])
    said = str(error.value)
    for expected in ("'people' is less than 0", "'ratio' should be above 0", "more than 'high_per_1000'",
                     "may not be told: it is sensitive", "two groups 'dementia'", "counted in one way",
                     "a topic and its categories", "in no way that is known", "no section 'houses'"):  # fmt: skip
        assert expected in said, said
