"""A newer extract should be out: by how often its source comes out, and the newest that is here."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.curate.behind import newest_day
from locality_profiles.lateness import Newest, late, months_after, months_between, next_due
from locality_profiles.sources import sources

MONTHS = {
    "delayed_discharge": 1, "emergency_attendance": 1, "care_service": 1, "gp_practice": 3, "gp_list_size": 3,
    "home_care": 12, "small_area_population": 12, "budget_return": 12, "postcode_directory": 6,
    "census_table": 120, "population_projection": 48, "urban_rural": 36, "linked_episode": 3,
    "hospital_admission": None, "council_tax_dwelling": None, "patient_zone": None, "data_zone_lookup": None,
    "voice_log": None, "boundary": None, "scotpho_profile": None, "hospital": None, "data_zone_conversion": None,
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(MONTHS))
def test_every_source_says_how_often_it_comes_out(kind):
    assert months_between(sources()[kind].source.frequency) == MONTHS[kind]


@pytest.mark.parametrize(
    ("frequency", "until", "due"),
    [
        ("every month, two months in arrears", date(2026, 6, 30), date(2026, 9, 30)),
        ("every month", date(2026, 12, 31), date(2027, 2, 28)),
        ("every year, about eight months after the financial year ends", date(2025, 3, 31), date(2026, 11, 30)),
        ("every year, about a year after the financial year ends", date(2024, 3, 31), date(2026, 3, 31)),
        ("every year, for 30 June of the year before", date(2023, 6, 30), date(2025, 6, 30)),
        ("when codes change", date(2020, 1, 1), None),
    ],
)
def test_the_day_on_which_the_next_is_due(frequency, until, due):
    assert next_due(frequency, until) == due


def test_late_is_later_than_the_days_of_grace():
    kinds = [
        Newest("b", "Discharges", "every month, two months in arrears", date(2026, 6, 30)),  # due on 30 September
        Newest("a", "Homes", "every quarter", date(2026, 6, 30)),  # due on 31 December
    ]
    assert late(kinds, date(2026, 10, 14), 14) == []
    (found,) = late(kinds, date(2026, 10, 15), 14)
    assert found.sentence == (
        "Discharges: the newest here is about the time to 30 June 2026, and the next should have been out by "
        "30 September 2026."
    )
    assert [each.kind for each in late(kinds, date(2027, 3, 1), 14)] == ["a", "b"]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 200))
def test_months_are_whole_and_never_overrun(day, months):
    after = months_after(day, months)
    assert (after.year - day.year) * 12 + after.month - day.month == months
    assert after.day <= day.day or (day + timedelta(days=1)).day == 1


# --- the newest day of staged tables --------------------------------------------------------------


def staged(folder: Path, name: str, **columns: list[object]) -> Path:
    pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return folder / f"{name}.parquet"


def test_the_newest_day_is_that_of_any_table_and_not_after_today(tmp_path: Path) -> None:
    """A budget looks ahead; people are counted at the end of June; what says no time says nothing."""
    budget = staged(tmp_path, "budget", period_end=[date(2025, 3, 31), date(2027, 3, 31), None])
    people = staged(tmp_path, "people", year=[2021, 2025, 2030])
    places = staged(tmp_path, "places", code=["a"])
    ahead = staged(tmp_path, "ahead", period_end=[date(2027, 3, 31)])
    today = date(2026, 1, 1)

    assert newest_day([budget], today) == date(2025, 3, 31)
    assert newest_day([budget, people, places], today) == date(2025, 6, 30)
    assert newest_day([places, ahead, tmp_path / "gone.parquet"], today) is None
