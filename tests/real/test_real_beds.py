"""The real beds of hospitals, worked out again here with nothing but ``csv``."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from locality_profiles.sources import read_extract

pytestmark = pytest.mark.real

BEDS = "service_activity/beds_by_nhs_board_of_treatment_and_specialty.csv"


@pytest.fixture(scope="module")
def supplied(real_extracts: Path) -> list[dict[str, str]]:
    with (real_extracts / BEDS).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def read(real_extracts: Path) -> list[dict[str, Any]]:
    (found,) = read_extract(real_extracts / BEDS)
    return list(found.curated.tables["capacity"].to_pylist())


def test_every_row_becomes_one_and_beds_are_what_was_supplied(supplied: Any, read: Any) -> None:
    assert len(read) == len(supplied)
    assert sum(row["available"] for row in read) == pytest.approx(
        sum(float(row["AverageAvailableStaffedBeds"]) for row in supplied)
    )
    keys = Counter((row["service_code"], row["provider_code"], row["part"], row["block_code"], row["period_start"])
                   for row in read)  # fmt: skip
    assert max(keys.values()) == 1


def test_occupancy_is_the_published_one(supplied: Any, read: Any) -> None:
    for told, ours in zip(supplied, read, strict=True):
        if told["PercentageOccupancyQF"] == "z":
            assert ours["occupancy"] is None
        else:
            assert 100 * ours["occupancy"] == pytest.approx(float(told["PercentageOccupancy"]), abs=1e-6)


def test_boards_and_national_hospitals_have_the_country_s_beds(read: Any) -> None:
    whole = [row for row in read if row["service_code"] == "HOSP" and row["part"] == "all"]
    for quarter in {row["period_start"] for row in whole}:
        of = [row for row in whole if row["period_start"] == quarter]
        boards = sum(row["available"] for row in of if row["block_type"] == "health_board")
        (country,) = (row["available"] for row in of if row["block_type"] == "country")
        assert boards == pytest.approx(country, abs=0.01)


def test_beds_in_use_are_days_in_use_over_the_days_of_the_quarter(supplied: Any) -> None:
    days = {"Q1": (90, 91), "Q2": (91,), "Q3": (92,), "Q4": (92,)}
    for row in supplied:
        found = [float(row["AllStaffedBeddays"]) / n for n in days[row["Quarter"][-2:]]]
        assert any(each == pytest.approx(float(row["AverageAvailableStaffedBeds"])) for each in found)


def test_shetland_has_one_hospital_with_sixty_beds(read: Any) -> None:
    mine = [row for row in read if row["provider_code"] == "S08000026" and row["period_start"].year == 2022]
    assert {row["block_type"] for row in mine} == {"health_board", "hospital"}
    latest = max(row["period_start"] for row in mine)
    (board,) = (row for row in mine if row["period_start"] == latest and row["block_type"] == "health_board"
                and row["service_code"] == "HOSP" and row["part"] == "all")  # fmt: skip
    assert board["available"] == pytest.approx(5513 / 92)
    assert board["occupancy"] == pytest.approx(2878 / 5513)
    assert board["status"] == "provisional"
