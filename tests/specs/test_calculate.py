"""What each kind of indicator means: facts drawn in, arithmetic out.

The island has two localities in one partnership. North is zones 1 and 2, South is zone 3.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn import empty, table
from pictures import rows

from locality_profiles.errors import DefinitionError
from locality_profiles.indicators.calculate import calculate
from locality_profiles.indicators.definition import Indicator, read_indicator, sections

ZONES = """
    block_code | area_type | area_code
    z1         | locality  | north
    z2         | locality  | north
    z3         | locality  | south
    z1         | hscp      | isles
    z2         | hscp      | isles
    z3         | hscp      | isles
"""
PEOPLE = """
    block_code | year | age | persons
    z1         | 2020 | 30  | 100
    z1         | 2020 | 70  | 20
    z2         | 2020 | 30  | 60
    z2         | 2020 | 70  | 20
    z3         | 2020 | 30  | 40
    z3         | 2020 | 70  | 10
"""
NUMERATOR = """
[numerator]
what = "what is counted"
table = "population"
column = "persons"
where.sex = "all"
additive = "stock"
"""
HEAD = """
title = "Drawn"
section = "population"
order = 1
definition = "Drawn for a test."
unit = "people"
decimals = 0
direction = "none"
needs = "a drawing"
disclosure = "open"
owner = "tests"
reviewed = 2026-11-22
"""


@pytest.fixture
def island(tmp_path: Path) -> dict[str, Path]:
    """The island's tables; the facts that a test is not about are empty."""
    tables = empty(tmp_path, "population_class", "deprivation", "activity", "registration", "household", "unit_cost",
                   "extract")  # fmt: skip
    tables["membership"] = table(tmp_path, "membership", ZONES)
    tables["population"] = table(tmp_path, "population", PEOPLE)
    return tables


def define(folder: Path, text: str, name: str = "drawn") -> dict[str, Indicator]:
    path = folder / f"{name}.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return {name: read_indicator(path, sections())}


def values(tables: dict[str, Path], definitions: dict[str, Indicator], *columns: str) -> list[tuple]:
    result = calculate(tables, ["locality", "hscp", "council_area"], definitions).values
    return rows(result, "area_code", *(columns or ("value",)))


def test_a_count_is_the_sum_of_an_areas_blocks(island, tmp_path):
    people = define(tmp_path, 'method = "count"\nsmallest_area = "data_zone_2011"' + NUMERATOR)
    assert values(island, people) == [("isles", 250), ("north", 100 + 20 + 60 + 20), ("south", 40 + 10)]


def test_a_percentage_is_made_from_counts_at_the_level_where_it_is_shown(island, tmp_path):
    older = define(
        tmp_path,
        'method = "percentage"\nper = 100\nsmallest_area = "data_zone_2011"'
        + NUMERATOR.replace('where.sex = "all"', 'where.sex = "all"\nwhere.age = { from = 65 }')
        + NUMERATOR.replace("numerator", "denominator"),
    )
    assert values(island, older, "numerator", "denominator", "value") == [
        ("isles", 50, 250, 100 * 50 / 250),  # not the mean of 20% and 20%
        ("north", 40, 200, 100 * 40 / 200),
        ("south", 10, 50, 100 * 10 / 50),
    ]


def test_ages_may_be_a_list_of_ranges(island, tmp_path):
    outer = define(
        tmp_path,
        'method = "count"\nsmallest_area = "data_zone_2011"'
        + NUMERATOR.replace('where.sex = "all"', "where.age = [{ from = 0, to = 30 }, { from = 71 }]"),
    )
    assert values(island, outer) == [("isles", 200), ("north", 160), ("south", 40)]


def test_a_block_without_a_figure_leaves_its_areas_without_one(island, tmp_path):
    island["population"] = table(tmp_path, "population", "\n".join(PEOPLE.splitlines()[:-2]))  # z3 is not there
    people = define(tmp_path, 'method = "count"\nsmallest_area = "data_zone_2011"' + NUMERATOR)
    assert values(island, people) == [("north", 200)]


def test_a_suppressed_block_makes_its_areas_suppressed_not_smaller(island, tmp_path):
    island["deprivation"] = table(tmp_path, "deprivation", """
        block_code | deprived_people | people | status
        z1         | 10              | 100    | actual
        z2         |                 | 100    | suppressed
        z3         | 5               | 100    | actual
    """, index="simd_2020v2", domain="income")  # fmt: skip
    deprived = define(tmp_path, """
        method = "percentage"
        per = 100
        smallest_area = "data_zone_2011"
        [numerator]
        what = "what is counted"
        table = "deprivation"
        column = "deprived_people"
        [denominator]
        what = "among whom"
        table = "deprivation"
        column = "people"
    """)  # fmt: skip
    assert values(island, deprived, "value", "status") == [
        ("isles", None, "suppressed"),
        ("north", None, "suppressed"),
        ("south", 5.0, "actual"),
    ]


ACTIVITY = """
    method = "crude_rate"
    per = 1000
    smallest_area = "locality"
    [numerator]
    what = "what is counted"
    table = "activity"
    column = "value"
    where.measure_code = "N_PEOPLE"
    period = "financial_quarter"
    additive = "distinct"
    [denominator]
    what = "among whom"
    table = "population"
    column = "persons"
    where.sex = "all"
    additive = "stock"
    pairing = "mid_year"
    carry_forward_years = 1
"""


def activity(folder: Path, drawing: str, **given: str) -> Path:
    usual = {"service_code": "SC.HC", "measure_code": "N_PEOPLE", "period_type": "financial_quarter"}
    return table(folder, "activity", drawing, **{**usual, **given})


def identities(folder: Path, more: str) -> Path:
    """The island's memberships with each area in itself, and ``more``."""
    zones = ("block_type | " + ZONES.strip()).replace("\n    z", "\n    data_zone_2011 | z")
    return table(folder, "membership", zones + """
    locality | north | locality | north
    locality | south | locality | south
    hscp     | isles | hscp     | isles
    """ + more)  # fmt: skip


def test_figures_published_for_the_partnership_are_not_added_from_localities(island, tmp_path):
    island["membership"] = identities(tmp_path, "locality | north | hscp | isles\n locality | south | hscp | isles")
    island["activity"] = activity(tmp_path, """
        block_type | block_code | value | period_start | period_end | status
        locality   | north      | 10    | 2021-01-01   | 2021-03-31 | rounded
        locality   | south      | 5     | 2021-01-01   | 2021-03-31 | rounded
        hscp       | isles      | 20    | 2021-01-01   | 2021-03-31 | rounded
    """)  # fmt: skip
    # January to March 2021 is in 2020/21, whose mid-year is 2020.
    assert values(island, define(tmp_path, ACTIVITY), "numerator", "value", "status", "source_level") == [
        ("isles", 20, 1000 * 20 / 250, "rounded", "hscp"),
        ("north", 10, 1000 * 10 / 200, "rounded", "locality"),
        ("south", 5, 1000 * 5 / 50, "rounded", "locality"),
    ]


def test_people_added_over_places_are_an_estimate_that_says_so(island, tmp_path):
    island["membership"] = identities(tmp_path, "locality | north | hscp | isles\n locality | south | hscp | isles")
    island["activity"] = activity(tmp_path, """
        block_type | block_code | value | period_start | period_end
        locality   | north      | 10    | 2021-01-01   | 2021-03-31
        locality   | south      | 5     | 2021-01-01   | 2021-03-31
    """)  # fmt: skip
    (isles, *_) = values(island, define(tmp_path, ACTIVITY), "numerator", "status", "note")
    assert isles[:3] == ("isles", 15, "estimated")
    assert "counted twice" in isles[3]


def test_a_figure_is_never_spread_to_smaller_areas(island, tmp_path):
    island["membership"] = identities(tmp_path, "")
    island["activity"] = activity(tmp_path, """
        block_type | block_code | value | period_start | period_end
        hscp       | isles      | 20    | 2021-01-01   | 2021-03-31
    """)  # fmt: skip
    assert [row[0] for row in values(island, define(tmp_path, ACTIVITY))] == ["isles"]


def test_a_missing_mid_year_is_lent_by_the_year_before_and_marked(island, tmp_path):
    island["membership"] = identities(tmp_path, "")
    island["activity"] = activity(tmp_path, """
        block_type | block_code | value | period_start | period_end
        hscp       | isles      | 20    | 2021-04-01   | 2021-06-30
        hscp       | isles      | 20    | 2022-04-01   | 2022-06-30
    """)  # fmt: skip
    found = values(island, define(tmp_path, ACTIVITY), "period_end", "value", "status", "note")
    assert [(str(end), value, status) for _, end, value, status, _ in found] == [
        ("2021-06-30", 80.0, "estimated"),
        ("2022-06-30", None, "not_available"),  # two years back is too far
    ]
    assert "mid-2020" in found[0][4]


def test_months_make_a_year_only_if_all_twelve_are_there(island, tmp_path):
    island["membership"] = identities(tmp_path, "")
    months = [(2020, m) for m in range(4, 13)] + [(2021, m) for m in range(1, 4)] + [(2021, 4)]
    drawing = "block_type | block_code | value | period_start | period_end\n" + "\n".join(
        f"hscp | isles | {m} | {y}-{m:02d}-01 | {y}-{m:02d}-28" for y, m in months
    )
    island["activity"] = activity(tmp_path, drawing, measure_code="BED_DAYS", period_type="month")
    days = define(tmp_path, """
        method = "count"
        smallest_area = "hscp"
        [numerator]
        what = "what is counted"
        table = "activity"
        column = "value"
        where.measure_code = "BED_DAYS"
        period = "month"
        collect = "financial_year"
    """)  # fmt: skip
    assert values(island, days, "period_type", "value") == [("isles", "financial_year", sum(range(1, 13)))]


def test_a_class_in_which_nobody_lives_is_a_true_zero(island, tmp_path):
    island["population_class"] = table(tmp_path, "population_class", """
        block_code | year | category | persons
        z1         | 2020 | 1        | 120
        z2         | 2020 | 2        | 80
        z3         | 2020 | 2        | 50
    """, scheme="simd")  # fmt: skip
    shares = define(tmp_path, """
        method = "percentage"
        per = 100
        smallest_area = "data_zone_2011"
        [numerator]
        what = "what is counted"
        table = "population_class"
        column = "persons"
        [denominator]
        what = "among whom"
        table = "population_class"
        column = "persons"
        [breakdown]
        name = "simd"
        column = "category"
        categories = { "1" = "most", "2" = "least" }
    """)  # fmt: skip
    assert values(island, shares, "category", "value", "status") == [
        ("isles", "1", 100 * 120 / 250, "actual"),
        ("isles", "2", 100 * 130 / 250, "actual"),
        ("north", "1", 60.0, "actual"),
        ("north", "2", 40.0, "actual"),
        ("south", "1", 0.0, "true_zero"),
        ("south", "2", 100.0, "actual"),
    ]


def test_the_order_of_rows_changes_nothing(island, tmp_path):
    people = define(tmp_path, 'method = "count"\nsmallest_area = "data_zone_2011"' + NUMERATOR)
    before = values(island, people)
    header, *body = PEOPLE.strip().splitlines()
    island["population"] = table(tmp_path, "population", "\n".join([header, *reversed(body)]))
    assert values(island, people) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('method = "count"', 'methud = "count"'), "did you mean 'method'"),
        (('table = "population"', 'table = "popluation"'), "did you mean 'population'"),
        (('column = "persons"', 'column = "people"'), "has no column 'people'"),
        (('smallest_area = "hscp"', 'smallest_area = "town"'), "'smallest_area' is 'town'"),
        (('section = "population"', 'section = "peoples"'), "there is no section 'peoples'"),
        (('method = "count"', 'method = "percentage"'), "needs a [denominator]"),
        (('additive = "stock"', 'additive = "stock"\ncollect = "financial_year"'), "never added over time"),
        (('where.sex = "all"', "where.sex = 1.5"), "cannot be compared"),
    ],
)
def test_a_wrong_definition_is_refused_with_line_and_remedy(tmp_path, change, said):
    text = (HEAD + 'method = "count"\nsmallest_area = "hscp"' + NUMERATOR).replace(*change)
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        read_indicator(path, sections())
    assert said.casefold() in str(refused.value).casefold()
    assert "line" in str(refused.value)


def test_everything_wrong_in_a_definition_is_said_at_once(tmp_path):
    path = tmp_path / "wrong.toml"
    path.write_text('titel = "x"\n[numerator]\ntabel = "population"\n', encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        read_indicator(path, sections())
    assert "'title'" in str(refused.value)
    assert "'table'" in str(refused.value)


def test_an_area_with_rows_of_one_kind_of_place_is_no_true_zero_by_another(island, tmp_path):
    island["membership"] = table(tmp_path, "membership", """
        block_type     | block_code | area_type | area_code
        data_zone_2011 | z1         | hscp      | main
        council_area   | dale       | hscp      | main
        council_area   | skerry     | hscp      | isles
    """)  # fmt: skip
    island["activity"] = activity(tmp_path, """
        block_type     | block_code | value | period_start | period_end
        data_zone_2011 | z1         | 5     | 2021-01-01   | 2021-03-31
        council_area   | skerry     | 17    | 2021-01-01   | 2021-03-31
    """)  # fmt: skip
    counted = """
        method = "count"
        smallest_area = "locality"
        [numerator]
        what = "what is counted"
        table = "activity"
        column = "value"
        where.measure_code = "N_PEOPLE"
        period = "financial_quarter"
        additive = "once"
        coverage = "absent_is_zero"
    """
    assert values(island, define(tmp_path, counted), "value", "status", "source_level") == [
        ("isles", 17, "actual", "council_area"), ("main", 5, "actual", "data_zone_2011"),
    ]  # fmt: skip


def test_a_share_in_other_units_cannot_be_more_than_its_whole_either(island, tmp_path):
    island["population"] = table(
        tmp_path, "population", PEOPLE.replace("z3         | 2020 | 30  | 40", "z3 | 2020 | 30 | 0")
    )
    of_age = NUMERATOR.replace("numerator", "denominator").replace("where.sex", "where.age = 30\nwhere.sex")
    text = 'method = "percentage"\nper = 1000\nsmallest_area = "locality"' + NUMERATOR + of_age
    found = values(island, define(tmp_path, text), "value", "status")
    assert ("north", None, "not_calculated") in found
