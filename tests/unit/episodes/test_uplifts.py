"""Cost at the prices of one year: the steps that are declared, how they are refused, and what SQL makes of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locality_profiles.episodes.linked import ALL_EMERGENCIES, services
from locality_profiles.episodes.long import as_activity
from locality_profiles.episodes.uplifts import FILE, at_constant_prices, uplifts
from locality_profiles.errors import DefinitionError

FEW = settings(max_examples=60)
#: What the files' makers multiply hospital cost by, written out from their program, and not from our declaration.
RAISED = {
    2018: 1, 2019: 1, 2020: 1.015, 2021: 1.015 * 1.041, 2022: 1.015 * 1.041 * 1.062,
    2023: 1.015 * 1.041 * 1.062 * 1.01, 2024: 1.015 * 1.041 * 1.062 * 1.01 * 1.01,
}  # fmt: skip
HOSPITAL = (
    "HOSP.OP.NEW", "HOSP.ACU.EL", "HOSP.ACU.DC", "HOSP.ACU.EM", "HOSP.EM.ALL", "HOSP.GLS", "HOSP.MAT", "HOSP.MH",
    "HOSP.AE",
)  # fmt: skip
SOUND = """base = "2022/23"
[[uplift]]
kinds = ["00B", "01B", "GLS", "02B", "04B", "AE2"]
steps = { "2020/21" = 1.015, "2021/22" = 1.041 }
each_later_year = 1.01
source = "Somebody."
"""


def constant(*cells: tuple[str, date, int | None]) -> list[Any]:
    """The cost at constant prices of cells of a service, first day of a period, and pence."""
    drawn = ", ".join(f"({n}, '{s}', date '{d}', {'null' if c is None else c})" for n, (s, d, c) in enumerate(cells))
    query = f"""select {at_constant_prices()} from (values {drawn}) of(n, service_code, period_start, cost_net)
        order by n"""
    return [row[0] for row in duckdb.execute(query).fetchall()]


# --- the numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("begins", RAISED)
def test_the_steps_multiply_up_to_each_year(begins):
    assert float(uplifts().uplifts[0].of(begins)) == pytest.approx(RAISED[begins], rel=1e-15)


def test_what_was_raised_is_taken_out_and_the_base_year_is_left_alone():
    # 100 pounds of 2019/20 and 101.50 of 2020/21 bought the same: both are 112.21 at the prices of 2022/23.
    of = [
        (year, 100_00 * times) for year, times in ((2019, 1), (2020, 1.015), (2022, 1.12212513), (2023, 1.1333463813))
    ]
    found = constant(*(("HOSP.ACU.EM", date(year, 6, 1), round(pence)) for year, pence in of))
    # Whole pence went in: 11221 of 2022/23 as they are, and 11333 of a year later, which is 1 % dearer.
    assert found == [11221.25, 11221.25, 11221, 11220.79]


def test_a_year_changes_in_april():
    # March is the last month of 2021/22, multiplied by 1.062 to stand at the prices of 2022/23; April is in it.
    assert constant(("HOSP.AE", date(2022, 3, 1), 1000), ("HOSP.AE", date(2022, 4, 1), 1000)) == [1062, 1000]


def test_cost_without_steps_stays_as_it_is():
    others = [service for service in services() if service not in HOSPITAL]
    assert {"PC.PRESC", "SC.CH.LONG", "SC.HC.PERS", "COMM.DN", "PC.OOH.HOMEV"} <= set(others)
    assert constant(*((service, date(2019, 4, 1), 777) for service in others)) == [777] * len(others)


def test_no_cost_is_no_cost_and_a_large_one_does_not_overflow():
    found = constant(("HOSP.MH", date(2019, 4, 1), None), ("HOSP.MH", date(2019, 4, 1), 10**15))
    assert found == [None, pytest.approx(1.12212513e15)]


@FEW
@given(st.sampled_from(services()), st.integers(2012, 2040), st.integers(1, 12), st.integers(0, 10**10))
def test_a_plain_sum_gives_the_same(service, year, month, pence):
    begins = year if month >= 4 else year - 1
    raised = RAISED.get(begins, 1 if begins < 2018 else RAISED[2022] * 1.01 ** (begins - 2022))
    expected = pence / raised * RAISED[2022] if service in HOSPITAL else pence
    assert constant((service, date(year, month, 1), pence)) == [pytest.approx(expected, rel=1e-12, abs=0.0051)]


# --- as activity ----------------------------------------------------------------------------------


def test_activity_tells_cost_at_both_prices_and_each_cell_once():
    cells = duckdb.sql("""
        select service_code, date '2021-04-01' as period_start, cost_net::bigint as cost_net, 5::bigint as n_episodes
        from (values ('HOSP.EM.ALL', 1000), ('PC.PRESC', 1000), ('HOSP.ACU.EM', null)) of(service_code, cost_net)""")
    columns = "period_type, period_end, block_type, block_code, age_band, sex, urgency, delay_group, provider_sector"
    empty = ", ".join(f"null as {name.strip()}" for name in (*columns.split(","), "extract_id"))
    cells.create_view("cells")
    told = as_activity(f"(select *, {empty} from cells) cube", ["COST_NET", "COST_NET_P", "N_EPISODES"])
    found = duckdb.sql(f"select measure_code, service_code, value from ({told}) order by all").fetchall()
    assert found == [
        ("COST_NET", "HOSP.EM.ALL", 1000), ("COST_NET", "PC.PRESC", 1000),
        ("COST_NET_P", "HOSP.EM.ALL", 1062), ("COST_NET_P", "PC.PRESC", 1000),
        ("N_EPISODES", "HOSP.ACU.EM", 5), ("N_EPISODES", "HOSP.EM.ALL", 5), ("N_EPISODES", "PC.PRESC", 5),
    ]  # fmt: skip


# --- the declaration ------------------------------------------------------------------------------


def test_every_uplift_says_who_says_so():
    assert uplifts(FILE).base == 2022
    assert all("cost_uplift.R" in uplift.source for uplift in uplifts(FILE).uplifts)


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('base = "2022/23"', 'base = "2022-23"', "'base' is '2022-23'"),
        ('base = "2022/23"', 'base = "2022/24"', "'2022/24' is no financial year"),
        ('base = "2022/23"\n', "", "misses 'base'"),
        ('"2021/22"', '"2021"', "'2021' is no financial year"),
        ('"2021/22"', '"2022/23"', "not of years that follow each other"),
        ('{ "2020/21" = 1.015, "2021/22" = 1.041 }', "{}", "not of years that follow each other"),
        ("1.015", "101.5", "the step of 2020/21 is 101.5"),
        ("1.015", '"1.015"', "the step of 2020/21 is '1.015'"),
        ("each_later_year = 1.01", "each_later_year = 0", "'each_later_year' is 0"),
        ("each_later_year", "each_late_year", "Did you mean 'each_later_year'?"),
        ('"Somebody."', '" "', "'source' is ' '"),
        ('"AE2"', '"AE"', "'AE' is no kind of record"),
        ('"AE2"', '"01B"', "'01B' stands twice"),
        ('"GLS", ', "", f"the service {ALL_EMERGENCIES} counts 01B, GLS, 04B together, which bear different steps"),
    ],
)
def test_a_faulty_declaration_is_refused(tmp_path: Path, written: str, instead: str, said: str):
    assert SOUND.count(written) == 1
    path = tmp_path / "uplifts.toml"
    path.write_text(SOUND.replace(written, instead), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        uplifts(path)
    assert said in str(refused.value)
    assert "uplifts.toml" in str(refused.value)


def test_another_declaration_gives_other_prices(tmp_path: Path):
    path = tmp_path / "uplifts.toml"
    path.write_text(SOUND, encoding="utf-8")
    # The last step is of 2021/22, so 2022/23 is one later year: what cost 100 in 2021/22 costs 101 at its prices.
    assert float(uplifts(path).constant("AE2", 2021)) == pytest.approx(1.01)
    assert uplifts(path).constant("HC", 2021) == 1
