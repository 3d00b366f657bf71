"""Mistakes that published code made with such records: the wrong answer that each gave, and ours, on one small country.

The numbers are those of the traps of the present locality profiles, and of the defects found in the code of the core
integration indicators and of the ministerial ones.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import running
from episodes.drawn_records import MONTHS, episode_file, stay, visit
from small_country import country_at

WEST, EAST, HOLM, BAY = "S01900001", "S01900002", "S01900003", "S01900004"
NESS, HOLM_AND_BAY = "S37900001", "S37900002"


def person(number: int) -> str:
    return f"SYN00000002{number:02d}"


def out_of_hours(number: int, kind: str) -> dict[str, Any]:
    day = date(2021, 5, 5)
    return {"recid": "OoH", "smrtype": kind, "anon_chi": person(number), "record_keydate1": day,
            "record_keydate2": day}  # fmt: skip


def delay(number: int, reason: str, second: str = "") -> dict[str, Any]:
    """Ten days from 25 May to 4 June: six in May, four in June."""
    days = {f"{month}_beddays": {"may": 6, "jun": 4}.get(month, 0) for month in MONTHS}
    return {"recid": "DD", "smrtype": "DD-CIJ", "anon_chi": person(number), "record_keydate1": date(2021, 5, 25),
            "record_keydate2": date(2021, 6, 4), "primary_delay_reason": reason, "secondary_delay_reason": second,
            "stay": 10, "yearstay": 10, **days}  # fmt: skip


def records() -> list[dict[str, Any]]:
    every_month = [
        visit(person(50 + n), date(2021 + (month < 4), month, 3), datazone2011=zone, age=30)
        for month in range(1, 13) for n, zone in enumerate((WEST, EAST, HOLM, BAY))
    ]  # fmt: skip
    return [
        *every_month,
        stay(person(1), date(2021, 5, 1), date(2021, 5, 3), location="T113H"),  # a dental hospital
        # The later of two stays stands first in the file.
        stay(person(2), date(2021, 6, 20), date(2021, 6, 22), tadm="37", cij_admtype="37"),
        stay(person(2), date(2021, 6, 1), date(2021, 6, 5)),
        stay(person(3), date(2021, 7, 1), date(2021, 7, 3), diag2="W199", datazone2011=HOLM),
        stay(person(4), date(2021, 7, 1), date(2021, 7, 3), diag2="W901", datazone2011=BAY),
        stay(person(5), date(2021, 8, 1), date(2021, 8, 3), diag1="L031", op1a="S061", datazone2011=EAST),
        stay(person(6), date(2021, 8, 1), date(2021, 8, 3), diag1="L031", op1a="X401", datazone2011=EAST),
        stay(person(7), date(2021, 9, 1), date(2021, 9, 3), age=None, datazone2011=BAY),
        out_of_hours(8, "OOH-C19Oth"), out_of_hours(9, "OOH-PCC"),
        delay(10, "25D"), delay(11, "9", "51X"), delay(12, "9", "24DX"), delay(10, "61") | {
            "record_keydate1": date(2021, 5, 24), "stay": 11, "yearstay": 11, "may_beddays": 7},
        delay(13, "100"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> running.Run:
    folder = country_at(tmp_path_factory.mktemp("country") / "w")
    episode_file(folder / "data" / "raw" / "source-episode-file-2122.parquet", records())
    return running.run(folder, doors=())


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The records themselves, for the wrong answers."""
    path = episode_file(tmp_path_factory.mktemp("raw") / "episodes.parquet", records())
    connection = duckdb.connect()
    connection.execute(f"create view episode as select * from '{path}'")
    return connection


def only(rows: list[tuple[Any, ...]]) -> Any:
    ((found,),) = rows
    return found


def cube(built: running.Run, measure: str, where: str) -> float:
    return only(built.ask(f"select coalesce(sum({measure}), 0)::double from activity_cube where {where}"))


def indicator(built: running.Run, name: str, area: str, kind: str = "hscp") -> tuple[float, float]:
    found = built.ask(
        f"select numerator, denominator from indicator_value where indicator_id = '{name}' and breakdown = 'all' "
        f"and area_type = '{kind}' and area_code = '{area}'"
    )
    assert len(found) == 1
    return found[0]


def test_trap_1_there_is_no_row_for_all_to_be_counted_again(built):
    rows = only(built.ask("select count(*) from activity_cube where 'all' in (age_band, sex) or block_code = 'all'"))
    assert rows == 0
    wrong = 3 * 10  # a total of zones and a total of fifths beside each figure
    assert cube(built, "n_episodes", "service_code = 'HOSP.ACU.EM'") == 8 != wrong


def test_trap_2_falls_are_w00_to_w19_and_not_a_class_of_characters(built, raw):
    wrong = only(raw.execute(r"select count(*) from episode where regexp_matches(diag2, '^W[00-19]')").fetchall())
    assert wrong == 2
    assert cube(built, "n_admit", "service_code = 'HOSP.ACU.FALL'") == 1


def test_trap_3_an_operation_takes_a_stay_out_of_the_preventable_ones(built, raw):
    wrong = only(raw.execute("select count(*) from episode where diag1 = 'L031' and diag1 not like 'S06%'").fetchall())
    assert wrong == 2
    assert cube(built, "n_stays", "service_code = 'HOSP.ACU.PPA'") == 1


def test_trap_4_a_readmission_follows_the_discharge_before_it_whatever_the_order_of_the_file(built, raw):
    following = "lead(record_keydate1) over (partition by anon_chi order by {0}) - record_keydate2"
    wrong = only(raw.execute(f"""
        select count(*) from (select {following.format("'cis_admdate', 'cis_disdate'")} as days from (
            select * from episode where recid = '01B' and anon_chi = '{person(2)}' order by record_keydate1 desc))
        where days between 0 and 28""").fetchall())  # fmt: skip
    assert wrong == 0
    assert cube(built, "n_readmit_28", "service_code = 'HOSP.ACU'") == 1


def test_trap_4_an_emergency_of_type_37_is_an_emergency(built, raw):
    wrong = only(raw.execute("select count(*) from episode where recid = '01B' and tadm in ('20', '21', '22', '30', "
                             "'31', '32', '33', '34', '35', '36', '38', '39')").fetchall())  # fmt: skip
    assert wrong == 7
    assert cube(built, "n_stays", "service_code = 'HOSP.ACU.EM'") == 8


def test_trap_5_people_of_unknown_age_stand_in_a_band_of_their_own(built):
    in_bands = cube(built, "n_stays", "service_code = 'HOSP.ACU.EM' and age_band <> 'unknown'")
    assert (in_bands, cube(built, "n_stays", "service_code = 'HOSP.ACU.EM' and age_band = 'unknown'")) == (7, 1)
    assert indicator(built, "msg1_emergency_admissions", HOLM_AND_BAY)[0] == 3


def test_trap_14_reasons_stand_apart_and_people_are_not_rows(built, raw):
    wrong_days, wrong_people = raw.execute("select sum(yearstay), count(*) from episode where recid = 'DD'").fetchall()[
        0
    ]
    assert (wrong_days, wrong_people) == (51, 5)
    by_reason = dict(built.ask("select delay_group, sum(bed_days) from activity_cube where service_code = 'FLOW.DD' "
                               "and bed_days > 0 group by 1"))  # fmt: skip
    assert by_reason == {"health_social_care": 10, "patient_family": 11, "code_9_awi": 10, "code_9_other": 10}
    assert cube(built, "n_people", "service_code = 'FLOW.DD'") == 4
    assert cube(built, "n_delays", "service_code = 'FLOW.DD'") == 4


def test_trap_16_localities_of_one_name_are_not_one(built):
    by_name = built.ask("select sum(numerator) from indicator_value v join area a using (area_type, area_code) where "
                        "indicator_id = 'msg1_emergency_admissions' and breakdown = 'all' and area_type = 'locality' "
                        "and area_name = 'East'")  # fmt: skip
    assert only(by_name) == 2 + 3
    assert indicator(built, "msg1_emergency_admissions", f"{NESS}/east", "locality") == (2, 50)
    assert indicator(built, "msg1_emergency_admissions", f"{HOLM_AND_BAY}/east", "locality") == (3, 50)


def test_dental_hospitals_are_left_out(built, raw):
    always_true = "location <> 'T113H' or location <> 'S206H' or location <> 'G106H'"
    wrong = only(raw.execute(f"select count(*) from episode where recid = '01B' and ({always_true})").fetchall())
    assert wrong == 8
    assert cube(built, "n_stays", "service_code = 'HOSP.EM.ALL'") == 7


def test_a_partnership_of_two_councils_has_both(built):
    one_council = cube(built, "n_stays", f"service_code = 'HOSP.EM.ALL' and block_code = '{BAY}'")
    assert one_council == 2
    assert indicator(built, "msg1_emergency_admissions", HOLM_AND_BAY) == (3, 50)


def test_people_live_where_nothing_happened_too(built):
    on_rows = built.ask("select count(distinct block_code) from activity_cube where service_code = 'HOSP.ACU.PPA' "
                        "and n_stays > 0")  # fmt: skip
    assert only(on_rows) == 1  # 50 people, if the population hangs on the rows of activity
    assert indicator(built, "preventable_admissions", NESS) == (1, 150)


def test_covid_contacts_of_other_kinds_are_counted(built, raw):
    wrong = only(raw.execute("select count(*) from episode where smrtype = 'OOH-C190th'").fetchall())
    assert wrong == 0
    assert cube(built, "n_contact", "service_code = 'PC.OOH.COVID'") == 1


def test_every_table_that_was_made_has_as_many_rows_as_its_manifest_says(built):
    import json

    for name in ("activity_cube", "hospital_flow", "quarantine"):
        path: Path = built.made.tables[name]
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["rows"]
        assert only(built.ask(f"select count(*) from {name}")) == told
