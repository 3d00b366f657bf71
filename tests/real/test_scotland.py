"""The real Scotland: every locality has a profile, and home care agrees with what was published."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.real

#: Localities whose published home-care rate cannot be had from today's outlines, and why.
#: The rate is made from unrounded people; ours from people rounded to 5, so they agree if the
#: published rate lies between those of 2.5 people fewer and 2.5 more.
OUTLINES_ONLY = (
    "the published lookup leaves the partnership out, so its localities come from outlines of about 2019-20; "
    "the published rate implies other populations"
)
FOUR_OR_THREE = "the outlines have four localities, with Aberdeen West; the lookup and the return have three"
EXCEPTIONS = {
    "S37000001/aberdeen-north": FOUR_OR_THREE,
    "S37000001/aberdeen-south": FOUR_OR_THREE,
    "S37000013/falkirk-central": OUTLINES_ONLY,
    "S37000013/falkirk-east": OUTLINES_ONLY,
    "S37000013/falkirk-west": OUTLINES_ONLY,
    "S37000017/inverclyde-central": OUTLINES_ONLY,
    "S37000017/inverclyde-east": OUTLINES_ONLY,
    "S37000017/inverclyde-west": OUTLINES_ONLY,
    "S37000020/garnock-valley": OUTLINES_ONLY,
    "S37000020/irvine": OUTLINES_ONLY,
    "S37000020/kilwinning": OUTLINES_ONLY,
    "S37000020/north-coast-and-cumbraes": OUTLINES_ONLY,
    "S37000020/three-towns": OUTLINES_ONLY,
    "S37000033/north-perthshire": OUTLINES_ONLY,
    "S37000033/perth-city": OUTLINES_ONLY,
    "S37000033/south-perthshire": OUTLINES_ONLY,
    "S37000034/glasgow-north-east": OUTLINES_ONLY,
}


def test_every_locality_of_the_boundary_file_has_a_profile(scotland, real_extracts):
    outlines = json.loads((real_extracts / "boundaries" / "hsc_locality_scotpho_scotland.geojson").read_text("utf-8"))
    codes = {feature["properties"]["code"] for feature in outlines["features"]}
    profiled = scotland.ask(
        "select distinct a.source_code from profile p join area a using (area_type, area_code) "
        "where p.area_type = 'locality'"
    )
    assert len(codes) == 130
    assert {row[0] for row in profiled} == codes


def test_every_profile_has_people(scotland):
    empty = scotland.ask(
        "select area_code from profile where item = 'population' and role = 'this' and coalesce(value, 0) <= 0"
    )
    assert empty == []


@pytest.mark.parametrize(("year", "people"), [(2020, 5_466_000), (2021, 5_479_900)])
def test_localities_partnerships_and_boards_each_add_up_to_scotland(scotland, year, people):
    totals = dict(scotland.ask(
        "select area_type, sum(value) from indicator_value where indicator_id = 'population' "
        "and area_type in ('locality', 'council_area', 'hscp', 'health_board', 'country') "
        f"and period_end = '{year}-06-30' group by 1"
    ))  # fmt: skip
    assert totals == dict.fromkeys(("locality", "council_area", "hscp", "health_board", "country"), people)


def test_home_care_people_of_every_locality_are_the_published_ones(scotland):
    differing = scotland.ask("""
        select a.block_code, a.period_start, a.value, v.value from activity a
        join area on area.area_type = 'locality' and area.area_code = a.block_code
        left join indicator_value v on v.indicator_id = 'home_care_people' and v.area_code = a.block_code
            and v.period_start = a.period_start and v.period_end = a.period_end
        where a.block_type = 'locality' and a.measure_code = 'N_PEOPLE' and a.age_band = 'all'
            and v.value is distinct from a.value""")  # fmt: skip
    assert differing == []


def test_home_care_rates_agree_with_the_published_ones_but_for_the_named_exceptions(scotland):
    """Every locality, all four quarters of 2020/21, for which the population of mid-2020 is the one to use."""
    compared = scotland.ask("""
        select v.area_code, bool_and(published.value between
                1000 * greatest(v.numerator - 2.5, 0) / v.denominator - 0.0501
                and 1000 * (v.numerator + 2.5) / v.denominator + 0.0501)
        from indicator_value v join activity published
            on published.block_code = v.area_code and published.block_type = 'locality'
            and published.measure_code = 'RATE_PER_1000' and published.age_band = 'all'
            and published.period_start = v.period_start and published.period_end = v.period_end
        where v.indicator_id = 'home_care_rate' and v.breakdown = 'all' and v.period_start >= '2020-04-01'
        group by 1""")  # fmt: skip
    assert len(compared) >= 125
    differing = {code for code, agrees in compared if not agrees}
    assert differing == set(EXCEPTIONS)


def test_the_build_itself_says_where_lookup_and_outlines_disagree(scotland):
    notes = [row[0] for row in scotland.ask("select sentence from check_result where expectation = 'note'")]
    assert any("aberdeen-west" in note for note in notes)
    assert any("S01012396" in note and "S01012567" in note for note in notes)
