"""Demand to come: a drawn partnership of two localities, of which the figures can be worked out by eye.

In each of the two zones of the north live 10 females and 10 males of every age, in the south's one zone 20 of each: 20
of every age and sex in either locality. People of 65 and over grow by a tenth a year from 2021 on; others stay.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from locality_profiles.errors import DefinitionError
from locality_profiles.needs import demand
from locality_profiles.needs.measures import asked
from locality_profiles.needs.scenarios import scenarios
from locality_profiles.needs.settings import Settings
from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.suites import empty_view

HSCP, NORTH, SOUTH, COUNTRY = "S37900001", "S37900001/north", "S37900001/south", "S92900001"
AREAS = f"""
    select * from (values ('locality', '{NORTH}', 'hscp', '{HSCP}'), ('locality', '{SOUTH}', 'hscp', '{HSCP}'),
        ('hscp', '{HSCP}', 'health_board', 'S08900001'), ('country', '{COUNTRY}', null, null))
        of(area_type, area_code, parent_type, parent_code)"""
ZONES = f"""(values ('S01900001', '{NORTH}', 10), ('S01900002', '{NORTH}', 10), ('S01900003', '{SOUTH}', 20))
    z(zone, home, heads)"""
MEMBERSHIP = f"""
    select 'data_zone_2011' as block_type, zone as block_code, area_type, area_code, 1.0 as weight, 'lookup' as method
    from {ZONES}, (values ('locality', ''), ('hscp', '{HSCP}'), ('country', '{COUNTRY}')) a(area_type, code),
        lateral (select if(code = '', home, code) as area_code)
    union all select area_type, area_code, area_type, area_code, 1.0, 'identity' from ({AREAS})
    union all select 'locality', area_code, 'hscp', parent_code, 1.0, 'nested' from ({AREAS})
    where area_type = 'locality'
    union all select 'council_area', 'S12900001', 'hscp', '{HSCP}', 1.0, 'nested'
    union all select 'council_area', 'S12900001', 'country', '{COUNTRY}', 1.0, 'nested'"""
SEX_AND_AGE = "(values ('female'), ('male')) s(sex), range(0, 91) g(age)"
PEOPLE = f"""
    select 'data_zone_2011' as block_type, zone as block_code, year, sex, age, heads as persons, 'actual' as status
    from {ZONES}, range(2020, 2022) y(year), {SEX_AND_AGE}"""
PROJECTED = f"""
    select area_type, area_code, variant, 'fitted' as "method", year, sex, age,
        if(area_type = 'locality', 20, 40) * if(age >= 65, power(1.1, year - 2021), 1) as persons,
        persons * 0.9 as lower, persons * 1.2 as upper, 'estimated' as status
    from ({AREAS}), range(2021, 2032) y(year), {SEX_AND_AGE}, (values ('principal'), ('high')) v(variant)"""
BANDS = {"0-64": (0, 64), "65+": (65, 90)}
DECLARED = """
least_for_own_ages = {least}
[[measure]]
id = "care"
title = "Care"
unit = "hours"
family = "SC.HC"
kind = "{kind}"
is = "{nature}"
[[measure.source]]
service = ["SC.HC"]
measure = "HOURS"
period = "{period}"
bands = ["0-64", "65+"]
total = "all"
[[implication]]
kind = "workers"
title = "Workers"
measure = "care"
unit = "people"
per = 10
formula = "hours / 10"
[households]
kind = "households"
title = "Households"
unit = "households"
"""


def counted(*told: tuple[str, str, str, float | None], year: int = 2020, quarters: int = 1) -> str:
    """Figures of a whole year by kind of place, place and band."""
    kind = "financial_year" if quarters == 1 else "financial_quarter"
    values = ", ".join(
        f"('{of}', '{code}', '{band}', {'null' if v is None else v}::double)" for of, code, band, v in told
    )
    return f"""
        select 'drawn' as source, 'SC.HC' as service_code, 'HOURS' as measure_code, value, block_type, block_code,
            if(value is null, 'suppressed', 'rounded') as status, '{kind}' as period_type,
            (date '{year}-04-01' + to_months((3 * q)::integer))::date as period_start,
            (date '{year}-04-01' + to_months((3 * q + 3)::integer) - interval 1 day)::date as period_end,
            'residence' as geo_role, age_band, 'all' as sex, 'all' as simd_quintile, 'all' as urgency,
            'all' as delay_group, 'all' as care_group, 'all' as provider_sector
        from (values {values}) of(block_type, block_code, age_band, value), range(0, {quarters}) p(q)"""


class World:
    """What demand makes of drawn figures."""

    def __init__(self, folder: Path, activity: str = "", own: str = "", least: int = 0, kind: str = "flow",
                 nature: str = "service", period: str = "financial_year", **tables: str) -> None:  # fmt: skip
        self.connection = duckdb.connect(config={"threads": 1})
        drawn = {"area": AREAS, "membership": MEMBERSHIP, "population": PEOPLE, "projection": PROJECTED,
                 "activity": activity} | tables  # fmt: skip
        for name in demand.READS:
            empty = empty_view(CONTRACTS[name])
            query = f"{empty} union all by name ({drawn[name]})" if drawn.get(name) else empty
            self.connection.execute(f"create view {name} as select * from ({query})")
        path = folder / "demand.toml"
        path.write_text(own or DECLARED.format(least=least, kind=kind, nature=nature, period=period), encoding="utf-8")
        self.told = demand.make(self.connection, Settings(own={"demand": path}))
        for name, table in self.told.tables.items():
            self.connection.register(f"made_{name}", table)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def quantity(self, area: str, year: int, scenario: str = "baseline", column: str = "quantity") -> Any:
        ((value,),) = self.rows(f"""select {column} from made_demand where area_code = '{area}' and year = {year}
            and scenario = '{scenario}' and variant = 'principal'""")  # fmt: skip
        return value


#: 100 hours of those below 65, 200 of those above, in the north; 100 and 400 in the south.
BOTH = (("locality", NORTH, "0-64", 100), ("locality", NORTH, "65+", 200), ("locality", NORTH, "all", 300),
        ("locality", SOUTH, "0-64", 100), ("locality", SOUTH, "65+", 400), ("locality", SOUTH, "all", 500))  # fmt: skip


def test_the_base_year_is_what_was_counted_and_every_year_is_rates_times_people(tmp_path: Path) -> None:
    world = World(tmp_path, counted(*BOTH))
    assert world.quantity(NORTH, 2020) == 300
    assert world.quantity(NORTH, 2021) == pytest.approx(300), "nobody has come or gone"
    assert world.quantity(NORTH, 2023) == pytest.approx(100 + 200 * 1.1**2)
    assert world.quantity(SOUTH, 2031) == pytest.approx(100 + 400 * 1.1**10)
    assert world.quantity(NORTH, 2023, column="lower") == pytest.approx(0.9 * (100 + 200 * 1.1**2))
    assert world.quantity(NORTH, 2023, column="change_percent") == pytest.approx(100 * (200 * 0.21) / 300)
    assert world.quantity(NORTH, 2020, column="status") == "rounded"
    assert world.quantity(NORTH, 2023, column="status") == "estimated"
    assert world.quantity(NORTH, 2023, column="rate_from") == "own"


def test_localities_add_up_to_their_partnership_in_every_year(tmp_path: Path) -> None:
    world = World(tmp_path, counted(*BOTH))
    assert world.rows("""select year from made_demand join made_demand whole using (measure_id, scenario, variant, year)
        where made_demand.area_type = 'locality' and whole.area_type = 'hscp'
        group by measure_id, scenario, variant, year, whole.quantity
        having abs(sum(made_demand.quantity) - whole.quantity) > 1e-6""") == []  # fmt: skip


def test_people_of_no_locality_keep_their_share_of_the_partnership(tmp_path: Path) -> None:
    council = (("council_area", "S12900001", "0-64", 250), ("council_area", "S12900001", "65+", 750),
               ("council_area", "S12900001", "all", 1000))  # fmt: skip
    world = World(tmp_path, counted(*BOTH, *council))
    assert world.quantity(HSCP, 2020) == 1000
    for year in (2021, 2026, 2031):
        parts = world.quantity(NORTH, year) + world.quantity(SOUTH, year)
        assert parts == pytest.approx(0.8 * world.quantity(HSCP, year))


def test_a_place_that_counts_few_has_its_partnership_s_ages_at_its_own_level(tmp_path: Path) -> None:
    world = World(tmp_path, counted(*BOTH), least=400)
    # The partnership: 200 and 600, of 800. The north has 300 of which nobody knows the ages well enough.
    north, south = 300 * (0.25 + 0.75 * 1.1**2), 100 + 400 * 1.1**2
    whole = 200 + 600 * 1.1**2
    assert world.quantity(NORTH, 2020) == 300
    assert world.quantity(NORTH, 2023) == pytest.approx(north * whole / (north + south))
    assert world.quantity(NORTH, 2023, column="rate_from") == "partnership"
    assert world.quantity(NORTH, 2023, column="ratio") == pytest.approx(300 / 400)
    assert "its partnership's, brought to what was counted here" in world.quantity(NORTH, 2023, column="note")


def test_a_place_of_which_nothing_was_counted_is_estimated_and_says_so(tmp_path: Path) -> None:
    council = (("council_area", "S12900001", "0-64", 200), ("council_area", "S12900001", "65+", 600),
               ("council_area", "S12900001", "all", 800))  # fmt: skip
    world = World(tmp_path, counted(*council))
    # As many people of every age live in either.
    assert world.quantity(NORTH, 2020) == pytest.approx(400)
    assert world.quantity(NORTH, 2020, column="status") == "estimated"
    assert world.quantity(NORTH, 2020, column="ratio") == 1
    assert "nothing was counted here" in world.quantity(NORTH, 2020, column="note")
    # Where one is known, the other has what is left.
    some = World(tmp_path, counted(*council, ("locality", NORTH, "0-64", 100), ("locality", NORTH, "65+", 200),
                                   ("locality", NORTH, "all", 300)))  # fmt: skip
    assert some.quantity(SOUTH, 2020) == pytest.approx(500)


def test_what_is_held_back_is_not_nought(tmp_path: Path) -> None:
    held = [(*row[:3], None if row[1] == NORTH else row[3]) for row in BOTH]
    world = World(
        tmp_path,
        counted(
            *held,
            ("council_area", "S12900001", "0-64", 200),
            ("council_area", "S12900001", "65+", 600),
            ("council_area", "S12900001", "all", 800),
        ),
    )
    assert world.quantity(NORTH, 2020) == pytest.approx(300)
    assert world.quantity(NORTH, 2020, column="status") == "estimated"


def test_a_flow_is_the_sum_of_a_whole_year_and_a_stock_its_mean(tmp_path: Path) -> None:
    quarters = f"{counted(*BOTH, quarters=4)} union all {counted(*BOTH, year=2021, quarters=3)}"
    flow = World(tmp_path, quarters, period="financial_quarter")
    stock = World(tmp_path, quarters, kind="stock", period="financial_quarter")
    assert flow.quantity(NORTH, 2020) == 4 * 300
    assert stock.quantity(NORTH, 2020) == 300
    assert flow.quantity(NORTH, 2021, column="base_year") == 2020, "of 2021/22 there are three quarters"


def test_scenarios_move_rates_along_ages_and_let_services_fall(tmp_path: Path) -> None:
    service, need = World(tmp_path, counted(*BOTH)), World(tmp_path, counted(*BOTH), nature="need")
    fallen = service.quantity(NORTH, 2030)
    assert service.quantity(NORTH, 2030, "efficiency") == pytest.approx(fallen * 0.99**10)
    assert need.quantity(NORTH, 2030, "efficiency") == pytest.approx(fallen)
    # A year later in ten years: people of 65 have the rate of those of 64. There are 2 x 20 x 1.1^9 of them.
    of_65 = 2 * 20 * 1.1**9
    less = of_65 * (200 / (2 * 20 * 26) - 100 / (2 * 20 * 65))
    assert need.quantity(NORTH, 2030, "healthy_ageing") == pytest.approx(fallen - less)
    assert service.quantity(NORTH, 2030, "combined") == pytest.approx((fallen - less) * 0.99**10)
    assert service.quantity(NORTH, 2030, "pessimistic") > fallen
    assert service.quantity(NORTH, 2020, "combined") == 300


def test_other_variants_have_the_baseline_only(tmp_path: Path) -> None:
    world = World(tmp_path, counted(*BOTH))
    assert world.rows("select distinct variant, scenario from made_demand where variant <> 'principal'") == [
        ("high", "baseline")]  # fmt: skip


def test_a_projection_that_is_old_begins_where_estimates_end(tmp_path: Path) -> None:
    older = PROJECTED.replace("40) *", "40) * 1.5 *")
    world = World(tmp_path, counted(*BOTH), projection=older)
    assert world.quantity(NORTH, 2021) == pytest.approx(300)
    assert world.quantity(NORTH, 2023) == pytest.approx(100 + 200 * 1.1**2)


def test_counts_that_are_newer_than_the_estimates_are_set_over_projected_people(tmp_path: Path) -> None:
    world = World(tmp_path, counted(*BOTH, year=2025))
    assert world.quantity(NORTH, 2025) == 300
    assert world.quantity(NORTH, 2026) == pytest.approx(100 + 200 * 1.1)


def test_an_earlier_code_of_a_council_is_no_second_council(tmp_path: Path) -> None:
    earlier = f"{MEMBERSHIP} union all select 'council_area', 'S12900009', 'hscp', '{HSCP}', 1.0, 'recoded'"
    figures = counted(("council_area", "S12900001", "0-64", 250), ("council_area", "S12900001", "65+", 750),
                      ("council_area", "S12900001", "all", 1000))  # fmt: skip
    assert World(tmp_path, figures, membership=earlier).quantity(HSCP, 2020, column="rate_from") == "own"


def test_without_a_projection_there_are_words_and_no_figures(tmp_path: Path) -> None:
    world = World(tmp_path, counted(*BOTH), projection="")
    assert world.rows("select count(*) from made_demand") == [(0,)]
    assert world.rows("select count(*) from made_demand_measure") == [(1,)]
    assert "there is no projection" in world.told.notes[0]


def test_without_counts_by_age_it_says_so(tmp_path: Path) -> None:
    world = World(tmp_path, counted(("locality", NORTH, "all", 300)))
    assert world.rows("select distinct quantity, status, note from made_demand") == [
        (None, "not_available", "No counts by age are here.")]  # fmt: skip
    assert world.told.notes == ("demand to come: no counts by age of care are here, so it has no figures",)


def test_staff_and_households_follow(tmp_path: Path) -> None:
    households = """select 'council_area' as block_type, 'S12900001' as block_code, 'mid_year' as period_type,
        date '2021-06-30' as period_start, date '2021-06-30' as period_end, 'households' as measure, 'all' as category,
        3640 as value, 'actual' as status"""
    world = World(tmp_path, counted(*BOTH), household=households)
    (workers,) = world.rows(f"""select quantity, formula, status from made_implication where kind = 'workers'
        and area_code = '{NORTH}' and year = 2021 and scenario = 'baseline'""")  # fmt: skip
    assert workers == (pytest.approx(30), "hours / 10", "estimated")
    # 40 people of each of 91 ages and both sexes, in 3,640 homes: two to a home.
    people = 2 * 40 * (65 + 26 * 1.1**4)
    assert world.rows(f"""select quantity from made_implication where kind = 'households' and year = 2025
        and area_code = '{HSCP}'""") == [(pytest.approx(people / 2),)]  # fmt: skip
    assert world.rows(f"""select quantity, note from made_implication where kind = 'households' and year = 2025
        and area_code = '{NORTH}'""") == [(pytest.approx(people / 4), "By the size of its partnership's households.")]


def test_it_is_the_plain_method(tmp_path: Path) -> None:
    """Every figure again, one place and age at a time."""
    world = World(tmp_path, counted(*BOTH))
    counts = {(code, band): value for _, code, band, value in BOTH}
    for area in (NORTH, SOUTH):
        for year in (2022, 2027, 2031):
            total = 0.0
            for sex_and_age in range(182):
                age = sex_and_age % 91
                band = "65+" if age >= 65 else "0-64"
                first, last = BANDS[band]
                rate = counts[area, band] / (2 * 20 * (last - first + 1))
                total += rate * 20 * (1.1 ** (year - 2021) if age >= 65 else 1)
            assert world.quantity(area, year) == pytest.approx(total)


# --- declarations ---------------------------------------------------------------------------------


def test_the_package_s_declarations_are_sound() -> None:
    found = asked()
    assert {"emergency_admissions", "home_care_hours", "care_home_residents", "dementia"} <= {
        m.id for m in found.measures
    }
    assert [future.id for future in scenarios()][0] == "baseline"


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ('bands = ["0-64", "65+"]', 'bands = ["0-64", "66+"]', "bands of ages overlap, leave a gap or do not rise"),
    ('bands = ["0-64", "65+"]', 'bands = ["young"]', "'young' is no band of ages"),
    ('measure = "care"', 'measure = "cure"', "'cure' is no measure of this file"),
    ("per = 10", "per = 0", "'per' should be above 0"),
    ('kind = "flow"', 'kind = "flood"', "'kind' is 'flood'"),
    ("title = \"Care\"", "titel = \"Care\"", "Did you mean 'title'?"),
    ('kind = "households"', 'kind = "workers"', "'workers' stands more than once"),
])  # fmt: skip
def test_what_is_wrong_with_measures_is_said(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    text = DECLARED.format(least=0, kind="flow", nature="service", period="financial_year")
    assert was in text
    path = tmp_path / "demand.toml"
    path.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        asked(path)
    assert said in str(refused.value)


def test_everything_that_is_wrong_with_scenarios_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "scenarios.toml"
    path.write_text("""
[[scenario]]
id = "better"
title = "Better"
about = "Better."
years_later_a_year = 2.0
from_age = 95
fall_percent = 30.0
floor_percent = 120.0
[[scenario]]
id = "better"
title = "Better"
about = "Better."
""", encoding="utf-8")  # fmt: skip
    with pytest.raises(DefinitionError) as refused:
        scenarios(path)
    for said in ("a year of age a year, or more", "an age below 90", "between -20 and 20", "should be a percentage",
                 "two scenarios are called 'better'", "no scenario 'baseline' leaves rates as they are"):  # fmt: skip
        assert said in str(refused.value)
