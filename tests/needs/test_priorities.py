"""Priorities: drawn evidence in, scores and places out, by arithmetic that can be done by eye."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from drawn_needs import COUNTRY, ISLES, NORTH, YEAR, Needs, own, rows, values
from drawn_needs import indicators as drawn_indicators

from locality_profiles.errors import DefinitionError
from locality_profiles.indicators.definition import INTERVALS, indicators
from locality_profiles.needs.priorities import MAKER
from locality_profiles.needs.settings import Settings
from locality_profiles.needs.weighing import FILE, weighing
from locality_profiles.tables.needs.priorities import CRITERIA

ERRORS = 1.959964
ALIKE = {**YEAR, "breakdown": "all", "category": "all"}


def against(picture: str, **usual: Any) -> list[dict[str, Any]]:
    """Rows of ``comparison``, drawn with the standard error of the difference; '-' where everybody was counted."""
    drawn = rows(picture, **{**ALIKE, **usual})
    for row in drawn:
        row["comparator_code"] = {"country": COUNTRY, "hscp": ISLES}[row["comparator"]]
        row["basis"] = "interval"
        error = row.pop("error", None)
        if error:
            row["difference_lower"] = row["difference"] - ERRORS * error
            row["difference_upper"] = row["difference"] + ERRORS * error
    return drawn


def ranks(picture: str) -> list[dict[str, Any]]:
    return rows(picture, **ALIKE, among="country")


def going(picture: str) -> list[dict[str, Any]]:
    return rows(picture, **{**ALIKE, "from_start": YEAR["period_start"], "from_end": YEAR["period_end"], "points": 5,
                            "gaps": 0, "from_value": 1, "value": 1, "change": 0})  # fmt: skip


FALLS = {
    "indicator": drawn_indicators("""
        indicator_id | section  | ages
        ni16_falls   | hospital | 65 and over
    """),
    "indicator_value": values("""
        indicator_id | area  | numerator | denominator
        ni16_falls   | north | 60        | 2000
        population   | north | 1000      | -
    """) + values("indicator_id | area | value\n population | north | 1000", method="count", per=1.0)[:0],
}  # fmt: skip
FALLS["indicator_value"][1] |= {"value": 1000.0, "method": "count"}


def falls(**more: list[dict[str, Any]]) -> Needs:
    return Needs(MAKER, **{**FALLS, **more})


# --- each criterion, by hand ----------------------------------------------------------------------


def test_level_is_the_mean_of_standard_errors_worse():
    # 10 worse than the country at an error of 2 is 5; 6 worse than the partnership at 2 is 3: 4 on average, a half.
    needs = falls(comparison=against("""
        indicator_id | area  | comparator | verdict | judgement | difference | error | value | comparator_value
        ni16_falls   | north | country    | higher  | worse     | 10         | 2     | 30    | 20
        ni16_falls   | north | hscp       | higher  | worse     | 6          | 2     | 30    | 24
    """))  # fmt: skip
    assert needs.one("select level_errors from priority") == pytest.approx((10 / 2 + 6 / 2) / 2)
    assert needs.one("select level_score from priority") == pytest.approx(4 / (4 + 4))
    assert needs.ask("select level_country, level_hscp from priority") == [("worse", "worse")]


def test_where_more_is_good_less_is_worse():
    more_is_good = [{**FALLS["indicator"][0], "direction": "high_is_good"}]
    needs = falls(indicator=more_is_good, comparison=against("""
        indicator_id | area  | comparator | verdict | judgement | difference | error | value | comparator_value
        ni16_falls   | north | country    | lower   | worse     | -12        | 1     | 30    | 42
    """))  # fmt: skip
    assert needs.one("select level_score from priority") == pytest.approx(12 / (12 + 4))
    # Twelve in a thousand of two thousand people are missing.
    assert needs.one("select people_excess from priority") == pytest.approx(12 / 1000 * 2000)


def test_where_everybody_was_counted_place_counts_as_far_as_it_is_worse():
    # Second worst of ten, and worse than one of the two that it is compared with: 9/10 of a half.
    needs = falls(
        comparison=against("""
        indicator_id | area  | comparator | verdict | judgement | difference | value | comparator_value
        ni16_falls   | north | country    | higher  | worse     | 10         | 30    | 20
        ni16_falls   | north | hscp       | similar | -         | 0          | 30    | 30
    """),
        area_rank=ranks("indicator_id | area | rank | ranked\n ni16_falls | north | 2 | 10"),
    )
    assert needs.one("select level_score from priority") == pytest.approx(0.5 * 9 / 10)


@pytest.mark.parametrize(("rank", "score"), [(1, 1.0), (2, 0.8), (6, 0.0), (10, 0.0)])
def test_where_nothing_is_compared_the_place_alone_counts_for_the_worse_half(rank, score):
    needs = falls(area_rank=ranks(f"indicator_id | area | rank | ranked\n ni16_falls | north | {rank} | 10"))
    assert needs.one("select level_score from priority") == pytest.approx(score)


def test_a_place_among_four_says_nothing():
    needs = falls(area_rank=ranks("indicator_id | area | rank | ranked\n ni16_falls | north | 1 | 4"))
    assert needs.ask("select level_score, status, rank from priority") == [(None, "too_little_evidence", None)]


@pytest.mark.parametrize(
    ("verdict", "judgement", "score"),
    [("increasing", "worse", 1.0), ("no_significant_change", "-", 0.5), ("decreasing", "better", 0.0),
     ("cannot_be_calculated", "-", None)],
)  # fmt: skip
def test_a_trend_is_worse_steady_better_or_not_told(verdict, judgement, score):
    needs = falls(
        trend=going(f"indicator_id | area | verdict | judgement\n ni16_falls | north | {verdict} | {judgement}")
    )
    assert needs.one("select trend_score from priority") == score


UNEQUAL = "indicator_id | area | scheme | fifths | overall | sii_gap | sii_lower | sii_upper\n"


@pytest.mark.parametrize(
    ("gap", "lower", "upper", "score"),
    [(15, 5, 25, 0.5 / (0.5 + 0.5)), (15, -1, 31, 0.0), (-15, -25, -5, 0.0), (15, "-", "-", 0.5)],
)
def test_inequality_is_the_slope_over_the_value_if_it_is_more_than_chance(gap, lower, upper, score):
    needs = falls(inequality=rows(
        UNEQUAL + f"ni16_falls | north | simd_2020v2_quintile | 5 | 30 | {gap} | {lower} | {upper}", **YEAR,
        status="actual"))  # fmt: skip
    assert needs.one("select inequality_score from priority") == pytest.approx(score)


def test_a_partnerships_own_fifths_come_first():
    needs = falls(inequality=rows(UNEQUAL + """
        ni16_falls | north | simd_2020v2_quintile      | 5 | 30 | 15 | 5 | 25
        ni16_falls | north | simd_2020v2_quintile_hscp | 5 | 30 | 30 | 5 | 55""", **YEAR, status="actual"))  # fmt: skip
    assert needs.one("select inequality_relative from priority") == pytest.approx(30 / 30)


def excess(verdict: str, judgement: str, **more: Any) -> Needs:
    return falls(comparison=against(f"""
        indicator_id | area  | comparator | verdict   | judgement   | difference | error | value | comparator_value
        ni16_falls   | north | country    | {verdict} | {judgement} | 5          | 1     | 30    | 25
        ni16_falls   | north | hscp       | higher    | worse       | 15         | 1     | 30    | 15
    """), **more)  # fmt: skip


def test_people_are_those_above_the_countrys_rate():
    # Five in a thousand of 2,000 people are ten, of 1,000 residents: 10 per 1,000, and half a point is at 5.
    needs = excess("higher", "worse")
    assert needs.ask("select people_excess, people_compared, people_per_1000 from priority") == [
        (pytest.approx(5 / 1000 * 2000), "country", pytest.approx(10))]  # fmt: skip
    assert needs.one("select people_score from priority") == pytest.approx(10 / (10 + 5))


def test_an_excess_that_chance_would_make_scores_nothing():
    assert excess("similar", "-").one("select people_score from priority") == 0


def test_days_that_come_together_are_no_people():
    days = [{**FALLS["indicator"][0], "interval": INTERVALS["not_independent"][0]}]
    assert excess("higher", "worse", indicator=days).ask("select people_excess, people_score from priority") == [
        (None, None)]  # fmt: skip


def test_cost_is_the_share_of_the_money_of_its_family_of_services():
    money = rows("""
        area  | group | used_pence | version
        north | all   | 100        | outturn
        north | HOSP  | 20         | outturn
        north | all   | 100        | original
        north | HOSP  | 90         | original
        south | all   | 100        | outturn
        south | HOSP  | 60         | outturn
    """, hscp_code=ISLES, **YEAR)  # fmt: skip
    needs = falls(area_resource=money)
    assert needs.ask("select cost_family, cost_pence, cost_share, cost_score from priority") == [
        ("HOSP", 20, 0.2, pytest.approx(0.2 / (0.2 + 0.2)))]  # fmt: skip


def test_a_partnership_has_the_money_of_its_areas():
    money = rows("""
        area  | group | used_pence
        north | all   | 100
        north | HOSP  | 20
        south | all   | 100
        south | HOSP  | 60
    """, hscp_code=ISLES, version="outturn", **YEAR)  # fmt: skip
    told = values("indicator_id | area | numerator | denominator\n ni16_falls | isles | 60 | 2000")
    needs = falls(area_resource=money, indicator_value=told)
    assert needs.ask("select cost_pence, cost_share from priority") == [(20 + 60, 80 / 200)]


PEOPLE = """
    area  | year | age_band | persons
    north | 2024 | 65-74    | 500
    north | 2024 | 75-84    | 300
    north | 2024 | 85+      | 200
    north | 2034 | 65-74    | 500
    north | 2034 | 75-84    | 400
    north | 2034 | 85+      | 250
    north | 2044 | 85+      | 9000
"""
PROJECTED = {"variant": "principal", "method": "fitted", "sex": "all"}


def test_people_of_its_ages_are_projected_over_ten_years():
    needs = falls(projection_band=rows(PEOPLE, **PROJECTED))
    assert needs.ask("select projected_percent, projected_year, projected_from, projected_score from priority") == [
        (pytest.approx(100 * (1150 / 1000 - 1)), 2034, "people", pytest.approx(15 / (15 + 15)))]  # fmt: skip


def test_demand_comes_before_people():
    demand = rows("""
        area  | measure_id | year | quantity | scenario
        north | falls      | 2024 | 60       | baseline
        north | falls      | 2034 | 78       | baseline
        north | falls      | 2034 | 600      | pessimistic
    """, variant="principal")  # fmt: skip
    needs = falls(demand=demand, projection_band=rows(PEOPLE, **PROJECTED))
    assert needs.ask("select projected_percent, projected_from from priority") == [(pytest.approx(30), "demand")]


# --- weighed --------------------------------------------------------------------------------------

SEVERAL = {
    "indicator": drawn_indicators("""
        indicator_id              | section
        ni16_falls                | hospital
        emergency_admissions      | hospital
        ni12_emergency_admissions | hospital
        crime                     | community
        population                | population
    """),
    "indicator_value": values("""
        indicator_id              | area  | numerator | denominator
        ni16_falls                | north | 60        | 2000
        emergency_admissions      | north | 60        | 2000
        ni12_emergency_admissions | north | 60        | 2000
        crime                     | north | 60        | 2000
    """),
    "trend": going("""
        indicator_id              | area  | verdict               | judgement
        ni16_falls                | north | no_significant_change | -
        emergency_admissions      | north | increasing            | worse
        ni12_emergency_admissions | north | decreasing            | better
    """),
    "area_rank": ranks("""
        indicator_id              | area  | rank | ranked
        ni16_falls                | north | 1    | 5
        emergency_admissions      | north | 1    | 5
        ni12_emergency_admissions | north | 3    | 5
    """),
}
SEVERAL["indicator"][-1]["direction"] = "none"


def test_a_criterion_without_evidence_leaves_its_weight_to_the_others():
    needs = Needs(MAKER, **SEVERAL)
    # Weights of level and trend are 3 and 2, of 11 in all.
    assert needs.ask("""select indicator_id, score, weight_of_evidence, rank, ranked, status from priority
        where status = 'ranked' order by rank""") == [
        ("emergency_admissions", pytest.approx((3 * 1 + 2 * 1) / 5), pytest.approx(5 / 11), 1, 2, "ranked"),
        ("ni16_falls", pytest.approx((3 * 1 + 2 * 0.5) / 5), pytest.approx(5 / 11), 2, 2, "ranked"),
    ]


def test_one_of_a_theme_stands_for_it_and_what_has_no_evidence_is_not_ranked():
    needs = Needs(MAKER, **SEVERAL)
    assert needs.ask("select indicator_id, theme, rank, status from priority where rank is null order by 1") == [
        ("crime", "crime", None, "too_little_evidence"),
        ("ni12_emergency_admissions", "emergency_admissions", None, "same_theme"),
    ]  # fmt: skip


def test_what_is_no_candidate_is_told_with_its_reason():
    needs = Needs(MAKER, **SEVERAL)
    assert needs.ask("select * from priority_excluded") == [
        ("population", "It is not said whether more of it is good or bad.")]  # fmt: skip


def test_the_weights_are_shown_and_add_up_to_one():
    needs = Needs(MAKER, **SEVERAL)
    told = needs.ask("select criterion, weight from priority_weight order by position")
    assert told == [(name, pytest.approx(of / 11)) for name, of in zip(CRITERIA, (3, 2, 2, 2, 1, 1), strict=True)]


def test_weights_of_a_workspaces_own_change_the_order(tmp_path: Path):
    # By level alone both are the worst of five; the tie is told by id.
    text = FILE.read_text(encoding="utf-8").replace("[trend]\nweight = 2", "[trend]\nweight = 0")
    needs = Needs(MAKER, own(tmp_path, "priorities", text), **SEVERAL)
    assert needs.ask("""select indicator_id, score, in_top_ten_share from priority where rank is not null
        order by rank""") == [
        ("emergency_admissions", 1.0, 1.0), ("ni16_falls", 1.0, 1.0)]  # fmt: skip


def test_what_moves_an_item_most_is_told():
    needs = Needs(MAKER, **SEVERAL)
    # Without the trend both score 1 and the order of ids stays; without the level nothing changes either.
    assert needs.ask("select distinct moved_by from priority") == [(None,)]


def test_a_reason_reads_as_a_sentence():
    needs = excess("higher", "worse", trend=going(
        "indicator_id | area | verdict | judgement\n ni16_falls | north | increasing | worse"))  # fmt: skip
    assert needs.one("select reason from priority") == (
        "Worse than country and partnership; getting worse; about 10 more than at the country's rate."
    )


def test_an_empty_workspace_has_no_priorities_and_all_weights():
    needs = Needs(MAKER)
    assert needs.ask("select * from priority") == []
    assert needs.one("select count(*) from priority_weight") == len(CRITERIA)


def test_only_partnerships_that_are_assessed_are_weighed():
    told = values("""
        indicator_id | area  | numerator | denominator
        ni16_falls   | north | 60        | 2000
        ni16_falls   | east  | 60        | 2000
        ni16_falls   | isles | 60        | 2000
    """)
    needs = Needs(MAKER, Settings(partnerships=(ISLES,)), indicator=FALLS["indicator"], indicator_value=told)
    assert needs.ask("select area_code from priority order by 1") == [(ISLES,), (NORTH,)]


# --- the declaration ------------------------------------------------------------------------------


def test_the_packages_weights_name_only_indicators_that_there_are():
    rule = weighing()
    assert rule.named <= set(indicators())
    assert all(reason.endswith(".") for reason in rule.excluded.values())


def test_everything_wrong_with_weights_is_told_at_once(tmp_path: Path):
    text = FILE.read_text(encoding="utf-8")
    for right, wrong in (
        ("least_evidence = 0.25", "least_evidence = 3"), ("width = 0.5", "width = 1.0"),
        ("half_errors = 4", "half_errors = 0"), ("steady = 0.5", "steady = 2"),
        ('hospital = "HOSP"', 'hospital = "HSP"'),
        ("half_percent = 15", "half_percant = 15"), ('id = "drugs"', 'id = "drugs"\nname = "x"'),
        ('"drug_admissions", "drug_deaths"]', '"drug_admissions", "alcohol_deaths"]'),
    ):  # fmt: skip
        assert right in text
        text = text.replace(right, wrong)
    with pytest.raises(DefinitionError) as error:
        weighing(own(tmp_path, "priorities", text).own["priorities"])
    said = str(error.value)
    for expected in ("'least_evidence' should be a share", "'width' should be from 0 to below 1",
                     "'half_errors' should be above 0", "'steady' should be a score", "no family of services 'HSP'",
                     "Did you mean 'half_percent'?", "does not know 'name'",
                     "'alcohol_deaths' is in the themes 'alcohol' and 'drugs'"):  # fmt: skip
        assert expected in said, said


def test_an_indicator_that_there_is_not_is_refused_with_the_nearest(tmp_path: Path):
    text = FILE.read_text(encoding="utf-8").replace('"smoking_deaths"', '"smoking_death"')
    with pytest.raises(DefinitionError, match="Did you mean 'smoking_deaths'"):
        Needs(MAKER, own(tmp_path, "priorities", text), **SEVERAL)
