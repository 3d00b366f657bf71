"""Real projections: Shetland in eight variants and Scotland's principal, shared out to 2041."""

from __future__ import annotations

import pytest
import running

pytestmark = pytest.mark.real

SHETLAND = ("S12000027", "S37000026")
#: The sum over localities beside the published figure of their council, at every age, sex and year.
AWAY = """
    with ours as (
        select variant, year, sex, age, sum(persons) as persons from projection
        where area_type = 'locality' {own} group by all),
    published as (
        select variant, year, sex, age, sum(persons) as persons from population_projection
        where block_type = 'council_area' {council} group by all)
    select variant, min(year), max(year), count(*), max(abs(ours.persons - published.persons)) < 1e-6
    from ours join published using (variant, year, sex, age) group by all order by 1"""


def test_shetlands_localities_add_up_in_every_variant(shetland: running.Run) -> None:
    council, hscp = SHETLAND
    found = shetland.ask(AWAY.format(own=f"and starts_with(area_code, '{hscp}')",
                                     council=f"and block_code = '{council}'"))  # fmt: skip
    assert [row[0] for row in found] == [
        "high_fertility", "high_life_expectancy", "high_migration", "low_fertility", "low_life_expectancy",
        "low_migration", "principal", "zero_migration",
    ]  # fmt: skip
    assert {row[1:] for row in found} == {(2021, 2041, 21 * 2 * 91, True)}


def test_a_projection_that_two_files_give_is_counted_once(shetland: running.Run) -> None:
    assert shetland.ask("""select year, sum(persons) from population_projection
        where block_code = 'S12000027' and variant = 'principal' and year in (2016, 2041) group by 1 order by 1""") == [
        (2016, 23_200), (2041, 22_689)]  # fmt: skip


def test_shetland_stands_beside_the_country_as_published(shetland: running.Run) -> None:
    assert shetland.ask("""select round(sum(persons)) = (select sum(persons) from population_projection
            where block_type = 'country' and variant = 'principal' and year = 2041)
        from projection where area_type = 'country' and year = 2041 and variant = 'principal'""") == [(True,)]


def test_scotlands_localities_add_up(scotland: running.Run) -> None:
    found = scotland.ask(AWAY.format(own="", council=""))
    assert ("principal", 2021, 2041, 21 * 2 * 91, True) in found


def test_every_profiled_kind_has_bands_and_a_range_that_says_what_it_is_from(scotland: running.Run) -> None:
    kinds = {row[0] for row in scotland.ask("select distinct area_type from projection_band")}
    assert {"locality", "hscp", "neighbourhood", "gp_cluster", "ward", "intermediate_zone_2011"} <= kinds
    without = scotland.ask("""select distinct area_code from projection_band where area_type = 'locality'
        and method = 'fitted' and variant = 'principal' and lower is null""")
    # One locality is a whole council: it has the council's published projection, which has one variant.
    assert without == [("S37000005/clackmannanshire",)]


def test_the_fitted_method_is_nearer_than_the_simple_one_at_every_horizon_and_band(scotland: running.Run) -> None:
    found = scotland.ask("""select f.horizon, f.age_band, f.mean_percent < s.mean_percent
        from projection_accuracy f join projection_accuracy s using (told_by, area_type, horizon, age_band)
        where f.method = 'fitted' and s.method = 'simple' and told_by = 'workspace' and area_type = 'council_area'""")
    assert len(found) == 4 * 7
    assert all(nearer for *_, nearer in found)
