"""The balance of care of a small country, by arithmetic: who lives at home, in a care home, in hospital."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import running
from episodes.drawn_records import MONTHS, death, episode_file, stay, visit
from filled import filled
from small_country import country_at

NESS, EAST, WEST = "S37900001", "S37900001/east", "S37900001/west"
#: Everybody of 90 in the small country: ten in the west of Ness, five in its east; 100 and 50 people of all ages.
OLD = {WEST: 10, EAST: 5, NESS: 15}
#: In the east zone, which is S01900002.
THERE = {"datazone2011": "S01900002"}


def home(person: str, begins: date, ends: date | None = None, **more: Any) -> dict[str, Any]:
    return {"recid": "CH", "smrtype": "Care-Home", "anon_chi": person, "record_keydate1": begins,
            "record_keydate2": ends, "age": 90, **dict.fromkeys((f"{month}_beddays" for month in MONTHS), 0),
            **more}  # fmt: skip


def care(person: str, begins: date, ends: date | None = None, **more: Any) -> dict[str, Any]:
    return {"recid": "HC", "smrtype": "HC-Per", "anon_chi": person, "record_keydate1": begins, "record_keydate2": ends,
            "age": 90, "hc_hours_q1": 10, "hc_hours_annual": 10, **more}  # fmt: skip


EVERY_MONTH = [visit("SYN0000000099", date(2021 + (month < 4), month, 3), age=30, **THERE) for month in range(1, 13)]
IN_HOSPITAL = [
    stay("SYN0000000001", date(2021, 5, 1), date(2021, 7, 13), age=90),  # 73 days: a fifth of 365
    stay("SYN0000000002", date(2021, 5, 1), date(2021, 7, 13), age=30),
    stay("SYN0000000003", date(2021, 5, 1), date(2021, 5, 1), age=90, ipdc="D", smrtype="Acute-DC"),
]
IN_HOMES = [
    home("SYN0000000004", date(2020, 1, 1)),
    home("SYN0000000004", date(2022, 2, 1), ch_provider="2"),  # the same person, in another home as well
    home("SYN0000000005", date(2021, 6, 1), date(2022, 3, 31)),  # who left on the last day
    home("SYN0000000006", date(2021, 6, 1), death_date=date(2022, 3, 1)),  # who died, and whose record was left open
    home("SYN0000000007", date(2021, 6, 1), age=70),
]
WITH_CARE = [
    care("SYN0000000008", date(2021, 6, 1), **THERE),
    care("SYN0000000008", date(2021, 6, 1), smrtype="HC-Non-Per", **THERE),
    care("SYN0000000009", date(2021, 6, 1)),
    care("SYN0000000010", date(2021, 6, 1), date(2021, 9, 1)),
    care("SYN0000000004", date(2021, 6, 1)),  # who is in a care home
    care("SYN0000000011", date(2021, 6, 1), age=30, **THERE),
]


RECORDS = [*EVERY_MONTH, *IN_HOSPITAL, *IN_HOMES, *WITH_CARE, death("SYN0000000006", date(2022, 3, 1), age=90)]


def built_of(folder: Path, records: Sequence[dict[str, Any]], **returned: int) -> running.Run:
    """The small country with these records; a return gives people of 65 at home by place, if told."""
    folder = country_at(folder / "w")
    episode_file(folder / "data" / "raw" / "source-episode-file-2122.parquet", records)
    if returned:
        filled(folder / "data" / "raw" / "return.xlsx", "social-care", balance_of_care=[
            {"year": "2021/22", "partnership": "Ness", "locality": place, "people_65_at_home": people}
            for place, people in returned.items()
        ])  # fmt: skip
    return running.run(folder, doors=())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> running.Run:
    return built_of(tmp_path_factory.mktemp("country"), RECORDS)


def shown(built: running.Run, indicator: str) -> dict[str, tuple[float, float]]:
    found = built.ask(
        "select area_code, numerator, denominator from indicator_value "
        f"where indicator_id = '{indicator}' and breakdown = 'all' and numerator is not null"
    )
    assert not [code for code, *_ in found if code.startswith(("S37900002", "S92"))], "the records do not cover it"
    return {code: (pytest.approx(count), people) for code, count, people in found if code.startswith(NESS)}


def test_people_of_65_and_over_are_in_one_setting_each(built: running.Run) -> None:
    hospital, homes, supported = 73 / 365, {WEST: 2, EAST: 0, NESS: 2}, {WEST: 1, EAST: 1, NESS: 2}
    in_hospital = {WEST: hospital, EAST: 0, NESS: hospital}
    at_home = {code: OLD[code] - homes[code] - in_hospital[code] for code in OLD}
    assert shown(built, "msg6_hospital") == {code: (in_hospital[code], OLD[code]) for code in OLD}
    assert shown(built, "msg6_care_home") == {code: (homes[code], OLD[code]) for code in OLD}
    assert shown(built, "msg6_home_supported") == {code: (supported[code], OLD[code]) for code in OLD}
    assert shown(built, "msg6_at_home") == {code: (at_home[code], OLD[code]) for code in OLD}
    assert shown(built, "msg6_home_unsupported") == {code: (at_home[code] - supported[code], OLD[code]) for code in OLD}


def test_other_ages_are_told_alike(built: running.Run) -> None:
    everybody = {WEST: 100, EAST: 50, NESS: 150}
    assert shown(built, "msg6_at_home_all_ages")[NESS] == (150 - 2 - 2 * 73 / 365, 150)
    assert shown(built, "msg6_home_supported_all_ages") == {
        code: (n, everybody[code]) for code, n in {WEST: 1, EAST: 2, NESS: 3}.items()
    }
    assert shown(built, "msg6_care_home_75")[NESS] == (1, 15)
    assert shown(built, "msg6_at_home_75")[NESS] == (15 - 1 - 73 / 365, 15)


def test_whoever_is_in_a_care_home_with_home_care_is_one_person_in_a_care_home(built: running.Run) -> None:
    told = built.ask("select service_code, sum(n_people)::int from activity_cube where service_code in "
                     "('SC.CH.LAST_DAY', 'SC.HC.LAST_DAY', 'SC.HC') and n_people > 0 group by 1")  # fmt: skip
    assert dict(told) == {"SC.CH.LAST_DAY": 2, "SC.HC.LAST_DAY": 3, "SC.HC": 5}


@pytest.mark.parametrize("without", ["01B", "CH", "HC"])
def test_records_that_lack_one_setting_tell_nothing_of_who_is_at_home(tmp_path: Path, without: str) -> None:
    built = built_of(tmp_path, [record for record in RECORDS if record["recid"] != without])
    assert built.ask("select count(*) from activity_cube where service_code = 'POP.BALANCE'") == [(0,)]
    assert shown(built, "msg6_at_home") == {}


def test_a_return_that_covers_an_area_whole_is_taken_instead(tmp_path: Path) -> None:
    both = built_of(tmp_path / "both", RECORDS, East=3, West=8)
    assert shown(both, "msg6_at_home") == {EAST: (3, 5), WEST: (8, 10), NESS: (11, 15)}
    assert shown(both, "msg6_at_home_all_ages")[NESS] == (150 - 2 - 2 * 73 / 365, 150)
    one = built_of(tmp_path / "one", RECORDS, East=3)
    west = 10 - 2 - 73 / 365
    assert shown(one, "msg6_at_home") == {EAST: (3, 5), WEST: (west, 10), NESS: (west + 5, 15)}


def test_a_return_by_data_zone_is_not_added_to_the_records(tmp_path: Path) -> None:
    built = built_of(tmp_path, RECORDS, S01900002=4)
    west = 10 - 2 - 73 / 365
    assert shown(built, "msg6_at_home") == {EAST: (4, 5), WEST: (west, 10), NESS: (west + 4, 15)}
    # It tells of people of 65 and over only: of all ages the zone has no figure, and nor has what it is a part of.
    assert set(shown(built, "msg6_at_home_all_ages")) == {WEST}
