"""Indicators of a small country, from drawn records: two partnerships, of which the records cover one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import running
from episodes.drawn_records import death, episode_file, stay, visit
from small_country import country_at

from locality_profiles.indicators.counts import view_of
from locality_profiles.indicators.definition import FOLDER


def records() -> list[dict]:
    """People of Ness, which has 150 residents, all but 15 of whom are adults; one record is of somebody elsewhere."""
    every_month = [
        visit("SYN0000000009", date(2021 + (month < 4), month, 3), datazone2011="S01900002", age=30, cost_total_net=100)
        for month in range(1, 13)
    ]
    return [
        *every_month,
        stay("SYN0000000001", date(2021, 5, 28), date(2021, 6, 3), diag1="K529"),
        stay("SYN0000000001", date(2021, 6, 20), date(2021, 6, 22)),  # 17 days after the first: a readmission
        stay("SYN0000000002", date(2021, 7, 1), date(2021, 7, 11), datazone2011="S01900002", age=17),
        stay("SYN0000000003", date(2021, 8, 1), date(2021, 8, 2), cij_pattype_code=1, cij_admtype="11"),
        stay("SYN0000000004", date(2022, 3, 1), date(2022, 3, 2), datazone2011=None),
        stay("SYN0000000005", date(2021, 9, 1), date(2021, 9, 2), datazone2011="S01900004"),
        death("SYN0000000001", date(2021, 6, 30), age=80),
        {
            "recid": "HC",
            "smrtype": "HC-Per",
            "anon_chi": "SYN0000000009",
            "record_keydate1": date(2021, 4, 5),
            "age": 30,
            "datazone2011": "S01900002",
            "hc_hours_q1": 10,
            "hc_hours_annual": 10,
        },
    ]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> running.Run:
    folder = country_at(tmp_path_factory.mktemp("country") / "w")
    episode_file(folder / "data" / "raw" / "source-episode-file-2122.parquet", records())
    for name, measure in (("attendance_cost", "COST_NET"), ("attendance_cost_constant", "COST_NET_P")):
        of_money(folder, name, measure)
    return running.run(folder, doors=())


def of_money(folder: Path, name: str, measure: str) -> None:
    """An indicator of the workspace's own: what attendances cost a head, in pounds."""
    text = (FOLDER / "msg3_attendances_of_residents.toml").read_text(encoding="utf-8")
    for old, new in (("per = 100000", 'per = 0.01\ninterval = "not_independent"'), ('"N_ATTEND"', f'"{measure}"'),
                     ('unit = "per 100,000 people"', 'unit = "£"'), ("order = 280", "order = 281"),
                     ('["MSG3", "LP"]', "[]")):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    (folder / "indicators").mkdir(exist_ok=True)
    (folder / "indicators" / f"{name}.toml").write_text(text, encoding="utf-8")


def value(built: running.Run, indicator: str, kind: str, code: str) -> tuple:
    found = built.ask(
        f"select numerator, denominator, status from indicator_value where indicator_id = '{indicator}' "
        f"and area_type = '{kind}' and area_code like '%{code}' and breakdown = 'all'"
    )
    return found[0] if len(found) == 1 else tuple(found)


def test_an_emergency_stay_counts_once_in_the_month_in_which_it_began(built):
    assert value(built, "msg1_emergency_admissions", "hscp", "S37900001") == (3, 150, "actual")


def test_adults_are_the_bands_from_18(built):
    assert value(built, "ni12_emergency_admissions", "hscp", "S37900001")[0] == 2


def test_bed_days_are_those_of_the_emergencies_and_not_of_the_planned_stay(built):
    assert value(built, "msg2_acute_bed_days", "hscp", "S37900001")[0] == 6 + 2 + 10


def test_a_preventable_stay_is_told_by_its_first_episode(built):
    assert value(built, "preventable_admissions", "hscp", "S37900001")[0] == 1


def test_a_readmission_follows_a_discharge_alive(built):
    # Of adults: the first stay (followed within 28 days), the second, and the planned one.
    assert value(built, "ni14_readmissions", "hscp", "S37900001")[:2] == (1, 3)


def test_cost_is_told_at_the_prices_of_its_year_and_at_those_of_one_year(built):
    # Twelve attendances of 100 pounds in 2021/22. The next step, to 2022/23, is 1.062.
    assert value(built, "attendance_cost", "hscp", "S37900001") == (12 * 100_00, 150, "actual")
    assert value(built, "attendance_cost_constant", "hscp", "S37900001") == (12 * 106_20, 150, "actual")
    # A locality where nobody attended is nought at either price.
    west = [
        value(built, name, "locality", "S37900001/west")[0] for name in ("attendance_cost", "attendance_cost_constant")
    ]
    assert west == [0, 0]


def test_who_reads_the_catalogue_sees_cost_at_constant_prices_beside_cost(built):
    view = view_of("activity", built.made.tables)
    told = "measure_code in ('COST_NET', 'COST_NET_P') and service_code = 'HOSP.AE' and value > 0"
    assert built.ask(f"select measure_code, sum(value) from ({view}) where {told} group by 1 order by 1") == [
        ("COST_NET", 12 * 100_00), ("COST_NET_P", 12 * 106_20),
    ]  # fmt: skip


def test_the_last_six_months_are_182_and_a_half_days(built):
    assert value(built, "ni15_last_six_months_at_home", "hscp", "S37900001")[:2] == (182.5 - 6 - 2, 182.5)


def test_a_zone_without_a_record_has_nobody_and_a_locality_without_stays_is_nought(built):
    # All of West's zone is S01900001; East of Ness has the one stay of the person of 17.
    assert value(built, "msg1_emergency_admissions", "locality", "S37900001/east")[0] == 1
    assert value(built, "ni12_emergency_admissions", "locality", "S37900001/east")[0] == 0


def test_a_partnership_that_the_records_do_not_cover_has_no_figure(built):
    assert value(built, "msg1_emergency_admissions", "hscp", "S37900002") == ()
    assert value(built, "msg1_emergency_admissions", "country", "S92900001") == ()


def test_records_without_a_zone_are_counted_in_no_area_and_are_in_the_cube(built):
    assert built.ask("select sum(n_stays) from activity_cube where block_type = 'not_placed' "
                     "and service_code = 'HOSP.EM.ALL'") == [(1,)]  # fmt: skip


def test_somebody_is_one_person_whatever_services_they_use(built):
    people = dict(built.ask("select service_code, sum(n_people)::int from activity_cube group by all"))
    assert people["HOSP.ACU.EM"] == 4
    assert people["HOSP.ACU"] == 5
    assert people["ALL"] == 6


def test_an_unfinished_year_is_not_shown_as_a_whole_one(tmp_path: Path):
    folder = country_at(tmp_path / "w")
    until_june = [visit(f"SYN000000001{month}", date(2021, month, 3), datazone2011=f"S0190000{1 + month % 2}")
                  for month in (4, 5, 6)]  # fmt: skip
    episode_file(folder / "data" / "raw" / "source-episode-file-2122.parquet", until_june)
    built = running.run(folder, doors=())
    assert value(built, "msg3_attendances_of_residents", "hscp", "S37900001") == ()


def test_a_definition_of_quarters_gets_no_noughts_of_years(built):
    # People who receive home care are asked for by quarter, which the cube does not tell.
    assert built.ask("select sum(n_people)::int from activity_cube where service_code = 'SC.HC'") == [(1,)]
    assert value(built, "home_care_people", "hscp", "S37900001") == ()
