"""National outcomes and published frameworks: what is known of each, for whom, and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from drawn_assessment import ALIKE, FACTS
from drawn_needs import ISLES, NORTH, Needs, rows, values
from drawn_needs import indicators as drawn_indicators

from locality_profiles.indicators.definition import OUTCOMES
from locality_profiles.needs.outcomes import MAKER
from locality_profiles.needs.settings import Settings


def outcomes(settings: Settings | None = None, **more: list[dict[str, Any]]) -> Needs:
    return Needs(MAKER, settings, **{**FACTS, **more})


def evidence(needs: Needs, indicator: str, columns: str, area: str = NORTH) -> list[tuple[Any, ...]]:
    return needs.ask(f"""select {columns} from outcome_evidence
        where indicator_id = '{indicator}' and area_code = '{area}' order by outcome""")  # fmt: skip


# --- outcomes -------------------------------------------------------------------------------------


def test_an_indicator_is_evidence_for_each_of_its_outcomes():
    columns = "outcome, value, evidence, judgement_country, judgement_hscp, trend_judgement, why_none"
    alike = (300.0, "own", "worse", "worse", "worse", None)
    assert evidence(outcomes(), "ni16_falls", columns) == [(2, *alike), (7, *alike)]


def test_where_the_area_has_none_the_partnerships_figure_is_told_as_such():
    columns = "value, told_for_type, told_for_code, evidence, judgement_country, why_none"
    assert evidence(outcomes(), "crime", columns) == [
        (10.0, "hscp", ISLES, "partnership only", None,
         "Its figures are told for the partnership and not for this area.")]  # fmt: skip


def test_where_nobody_has_any_it_is_said_why():
    lacking = [{**row, "unavailable": "Not available, because nobody asks."} for row in FACTS["indicator"]]
    columns = "value, status, evidence, why_none"
    assert evidence(outcomes(indicator=lacking), "ni10_staff_recommend", columns) == [
        (None, "not_available", "none", "Not available, because nobody asks.")]  # fmt: skip


def test_an_indicator_that_is_told_by_classes_has_evidence_and_no_one_number():
    by_class = values("indicator_id | area | category | numerator | denominator\n crime | north | 1 | 5 | 100",
                      breakdown="simd_2020v2_quintile")  # fmt: skip
    needs = outcomes(indicator_value=by_class)
    assert evidence(needs, "crime", "value, status, evidence, why_none") == [
        (None, "not_applicable", "own", "Told by classes: see the indicator.")]  # fmt: skip


def test_a_summary_counts_indicators_and_says_what_is_not_known():
    needs = outcomes()
    columns = "indicators, with_evidence, partnership_only, compared, better, alike, worse, improving, worsening, gaps"
    assert needs.ask(f"select {columns} from outcome_summary where area_code = '{NORTH}' and outcome = 7") == [
        (2, 1, 1, 1, 0, 0, 1, 0, 1, "1 of 2 known for the partnership only.")]  # fmt: skip
    assert needs.ask(f"select {columns} from outcome_summary where area_code = '{NORTH}' and outcome = 8") == [
        (1, 0, 0, 0, 0, 0, 0, 0, 0, "1 of 1 not known at all: Ni10 staff recommend.")]  # fmt: skip


def test_every_area_has_all_nine_outcomes_and_one_without_an_indicator_is_said():
    needs = outcomes()
    assert needs.ask(f"select outcome, outcome_title from outcome_summary where area_code = '{NORTH}' order by 1") == (
        list(OUTCOMES.items()))  # fmt: skip
    assert needs.one(f"select gaps from outcome_summary where area_code = '{NORTH}' and outcome = 6") == (
        "No indicator tells of this outcome."
    )


def test_a_workspace_may_see_outcomes_otherwise():
    needs = outcomes(Settings(outcomes={"ni16_falls": (9,), "crime": ()}))
    assert evidence(needs, "ni16_falls", "outcome") == [(9,)]
    assert evidence(needs, "crime", "outcome") == []


def test_a_measure_of_the_workspaces_own_appears_in_its_outcomes():
    mine = drawn_indicators(
        "indicator_id | outcomes | section\n men_in_sheds | 1 6 | community", direction="high_is_good"
    )
    count = values("indicator_id | area | numerator | denominator\n men_in_sheds | north | 5 | 1000")
    needs = outcomes(indicator=FACTS["indicator"] + mine, indicator_value=FACTS["indicator_value"] + count)
    assert evidence(needs, "men_in_sheds", "outcome, value, evidence") == [(1, 5.0, "own"), (6, 5.0, "own")]
    assert needs.one(f"select gaps from outcome_summary where area_code = '{NORTH}' and outcome = 6") is None


# --- frameworks -----------------------------------------------------------------------------------


def framework(needs: Needs, number: int, columns: str, name: str = "NI", area: str = NORTH) -> list[tuple[Any, ...]]:
    return needs.ask(f"""select {columns} from framework_value where framework = '{name}' and number = {number}
        and area_code = '{area}' order by indicator_id""")  # fmt: skip


def test_every_area_has_the_23_and_the_six():
    needs = outcomes()
    assert needs.ask("""select distinct framework, numbers from (select framework, area_code,
        count(distinct number) as numbers from framework_value group by all) order by 1""") == [
        ("MSG", 6), ("NI", 23)]  # fmt: skip


def test_a_value_stands_beside_the_partnerships_and_the_countrys_of_the_same_period():
    assert framework(outcomes(), 16, "indicator_id, value, hscp_value, country_value, status, why") == [
        ("ni16_falls", 300.0, 225.0, 200.0, "actual", None)]  # fmt: skip


def test_what_is_told_for_the_partnership_only_and_what_nobody_tells():
    needs = outcomes(indicator_value=values(
        "indicator_id | area | numerator | denominator\n ni16_falls | isles | 90 | 400"))  # fmt: skip
    assert framework(needs, 16, "value, hscp_value, status, why") == [
        (None, 225.0, "not_available", "Told for the partnership and not for this area.")]  # fmt: skip
    assert framework(needs, 5, "indicator_id, title, value, why") == [
        ("none", "NI 5", None, "Not available, because no indicator here carries this number.")]  # fmt: skip


@pytest.mark.parametrize(("told", "chosen"), [("first", "first"), ("second", "second")])
def test_of_two_that_carry_a_core_number_the_one_that_is_told_stands(told, chosen):
    two = drawn_indicators("indicator_id | frameworks | item_order\n first | NI11 | 1\n second | NI11 | 2")
    count = values(f"indicator_id | area | numerator | denominator\n {told} | north | 5 | 1000")
    needs = Needs(MAKER, indicator=two, indicator_value=count)
    assert framework(needs, 11, "indicator_id, value") == [(chosen, 5.0)]


def test_all_that_carry_a_ministerial_number_stand():
    two = drawn_indicators("indicator_id | frameworks\n first | MSG4\n second | MSG4 NI19")
    assert framework(Needs(MAKER, indicator=two), 4, "indicator_id", "MSG") == [("first",), ("second",)]


def test_an_older_period_is_not_mixed_with_a_newer_one():
    older = rows("indicator_id | area | value\n ni16_falls | isles | 999", **{
        **ALIKE, "period_start": "2019-04-01", "period_end": "2020-03-31"}, method="crude_rate", per=1000.0,
        status="actual")  # fmt: skip
    needs = outcomes(indicator_value=FACTS["indicator_value"] + older)
    assert framework(needs, 16, "hscp_value") == [(225.0,)]
