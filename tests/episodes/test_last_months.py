"""Where people spent the last six months of their lives: drawn records, and days by arithmetic.

Everybody here dies on 30 June 2021. The 183 days before end then and begin on 29 December 2020, which does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import running
from episodes.cubes import ask, stage_folder
from episodes.drawn_records import MONTHS, death, episode_file, stay, visit
from small_country import SETTINGS, country_at

from locality_profiles.curate.linked import linked_tables
from locality_profiles.episodes.engine import HERE
from locality_profiles.tables.store import Store

PERSON, DIED = "SYN0000000001", date(2021, 6, 30)
LARGE, COMMUNITY, HOSPICE = {"commhosp": "N"}, {"commhosp": "Y"}, {"commhosp": "Y", "location": "Q019H"}
SETTINGS_OF = ("large_hospital", "community_hospital", "hospice", "care_home", "community")


def episode(begins: date, ends: date, journey: date | None = None, **more: Any) -> dict[str, Any]:
    """A record in bed; ``journey`` is the day on which the journey began that it is a part of. It stands in 2021/22."""
    began = journey or begins
    inside = stay(PERSON, max(begins, date(2021, 3, 31)), ends)
    keys = {"record_keydate1": begins, "stay": (ends - begins).days, "cij_start_date": began,
            "cij_marker": began.toordinal() - 737_000}  # fmt: skip
    return {**inside, **keys, **more}


def home(begins: date, ends: date | None, **more: Any) -> dict[str, Any]:
    """A record of a care home; its own days by month are of no matter here, and left out."""
    return {"recid": "CH", "smrtype": "Care-Home", "anon_chi": PERSON, "record_keydate1": begins,
            "record_keydate2": ends, **{f"{month}_beddays": 0 for month in MONTHS}, **more}  # fmt: skip


#: That there are records of care homes tells that who has none was in none.
ELSEWHERE = home(date(2021, 4, 1), date(2021, 4, 2), anon_chi="SYN0000000002")


def lived(tmp_path: Path, *records: dict[str, Any], hospices: Sequence[str] = ("Q019H",), **files: Any) -> dict:
    """Days by setting of who died; further files by the year in their name."""
    episode_file(tmp_path / "raw" / "source-episode-file-2122.parquet", [death(PERSON, DIED), *records])
    for year, more in files.items():
        episode_file(tmp_path / "raw" / f"source-episode-file-{year[1:]}.parquet", more, year=year[1:])
    store = Store(tmp_path / "store")
    cube = linked_tables(stage_folder(tmp_path / "raw", store), store, HERE, hospices)["activity_cube"]
    names = ["days_at_home", *(f"days_{name}" for name in SETTINGS_OF)]
    (row,) = ask(f"select {', '.join(names)} from cube where days_last_182 > 0", cube=cube).astype(object).to_numpy()
    return {name: None if value != value else value for name, value in zip(["out", *SETTINGS_OF], row, strict=True)}


def test_a_journey_from_a_large_to_a_community_hospital_is_told_by_record(tmp_path: Path) -> None:
    first = date(2021, 4, 10)
    found = lived(
        tmp_path,
        episode(first, date(2021, 4, 20), **LARGE),
        episode(date(2021, 4, 20), date(2021, 5, 4), first, **COMMUNITY),
        episode(date(2021, 6, 27), DIED, **HOSPICE),
        home(date(2021, 5, 10), None),
    )
    assert found == {
        "large_hospital": 10, "community_hospital": 14, "hospice": 3,
        "care_home": 21 + 27,  # from 10 to 31 May, and in June until the hospice
        "community": 182.5 - 10 - 14 - 3 - 48, "out": 182.5 - 27,
    }  # fmt: skip


def test_a_day_in_hospital_is_no_day_in_a_care_home_and_two_records_of_homes_are_one(tmp_path: Path) -> None:
    found = lived(
        tmp_path, episode(date(2021, 5, 1), date(2021, 5, 11), **LARGE),
        home(date(2021, 4, 1), date(2021, 5, 31)), home(date(2021, 5, 21), None, ch_provider="2"),
    )  # fmt: skip
    assert (found["care_home"], found["large_hospital"]) == (90 - 10, 10)
    assert found["community"] == 182.5 - 90


def test_who_is_in_hospital_for_all_of_it_has_the_half_day_less_in_the_large_one(tmp_path: Path) -> None:
    begins = DIED - timedelta(days=200)
    moved = DIED - timedelta(days=83)
    found = lived(tmp_path, episode(begins, moved, **LARGE), episode(moved, DIED, begins, **COMMUNITY), ELSEWHERE)
    assert found == {"large_hospital": 99.5, "community_hospital": 83, "hospice": 0, "care_home": 0, "community": 0,
                     "out": 0}  # fmt: skip


def test_who_is_in_a_care_home_for_all_of_it_has_182_and_a_half_days_there(tmp_path: Path) -> None:
    found = lived(tmp_path, episode(date(2021, 6, 20), DIED, **COMMUNITY), home(date(2019, 1, 1), DIED))
    assert (found["community_hospital"], found["care_home"], found["community"]) == (10, 172.5, 0)


def test_days_of_a_journey_between_its_records_are_of_the_large_hospital(tmp_path: Path) -> None:
    first = date(2021, 4, 10)
    found = lived(tmp_path, episode(first, date(2021, 4, 12), **COMMUNITY),
                  episode(date(2021, 4, 15), date(2021, 4, 20), first, **COMMUNITY))  # fmt: skip
    assert (found["community_hospital"], found["large_hospital"], found["out"]) == (2 + 5, 3, 182.5 - 10)


def test_a_care_home_without_an_end_is_known_of_for_its_own_year_only(tmp_path: Path) -> None:
    # Whoever was there at the end of March is in the file of the next year only if still there.
    before, somebody = [home(date(2020, 9, 1), None)], stay("SYN0000000002", date(2021, 5, 1), date(2021, 5, 2))
    back = home(date(2021, 6, 29), None)
    # Two days of December, those of January to March, and the last one.
    assert lived(tmp_path / "left", somebody, back, y2021=before)["care_home"] == 2 + 31 + 28 + 31 + 1
    again = home(date(2020, 9, 1), None)
    assert lived(tmp_path / "stayed", somebody, again, y2021=before)["care_home"] == 182.5


def test_nobody_was_at_home_where_nothing_tells_who_was_in_hospital(tmp_path: Path) -> None:
    path = episode_file(tmp_path / "source-episode-file-2122.parquet", [death(PERSON, DIED), ELSEWHERE])
    store = Store(tmp_path / "store")
    cube = linked_tables(stage_folder(path.parent, store), store, HERE)["activity_cube"]
    assert ask("select count(*) as n from cube where days_last_182 > 0", cube=cube).n.item() == 0


def test_stays_without_a_night_leave_everybody_where_they_were(tmp_path: Path) -> None:
    found = lived(tmp_path, episode(date(2021, 5, 1), date(2021, 5, 1), **COMMUNITY))
    assert (found["out"], found["large_hospital"]) == (182.5, None)


def test_a_hospital_is_a_community_hospital_by_letter_or_by_figure(tmp_path: Path) -> None:
    for told in ("Y", "1", "1.0", "y"):
        found = lived(tmp_path / told, episode(date(2021, 4, 10), date(2021, 4, 12), commhosp=told))
        assert (found["community_hospital"], found["large_hospital"]) == (2, 0)


def test_what_the_records_do_not_tell_is_no_nought(tmp_path: Path) -> None:
    bare = lived(tmp_path, episode(date(2021, 4, 10), date(2021, 4, 20)), hospices=())
    assert bare == {"out": 172.5, **dict.fromkeys(SETTINGS_OF)}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> running.Run:
    folder = country_at(tmp_path_factory.mktemp("country") / "w")
    (folder / "profiles.toml").write_text(SETTINGS + '[linked]\nhospices = ["Q019H"]\n', encoding="utf-8")
    every_month = [
        visit("SYN0000000009", date(2021 + (month < 4), month, 3), datazone2011="S01900002", age=30)
        for month in range(1, 13)
    ]
    episode_file(folder / "data" / "raw" / "source-episode-file-2122.parquet", [
        *every_month, death(PERSON, DIED), episode(date(2021, 4, 10), date(2021, 4, 20), **COMMUNITY),
        episode(date(2021, 6, 10), DIED, **HOSPICE), home(date(2021, 5, 31), None),
    ])  # fmt: skip
    return running.run(folder, doors=())


def test_shares_of_settings_are_shown_and_hospices_are_those_of_the_workspace(built: running.Run) -> None:
    found = built.ask(
        "select indicator_id, numerator, denominator from indicator_value where area_code = 'S37900001' "
        "and breakdown = 'all' and (indicator_id like 'msg5%' or indicator_id like 'ni15%')"
    )
    assert {name: (days, of) for name, days, of in found} == {
        "msg5_large_hospital": (0, 182.5), "msg5_community_hospital": (10, 182.5), "msg5_hospice": (20, 182.5),
        "msg5_care_home": (10, 182.5), "msg5_community": (142.5, 182.5),
        "ni15_last_six_months_at_home": (152.5, 182.5),
    }  # fmt: skip
