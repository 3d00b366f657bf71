"""The GP practice directory becomes services with a place and a cluster."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows

DIRECTORY = """
PracticeCode | GPPracticeName   | PracticeListSize | AddressLine1 | Postcode | TelephoneNumber        | HB        | HSCP      | DataZone  | GPCluster
90001        | Haven Surgery    | 7200             | 1 Shore Road | ZE9 9AA  | 01999   123   456      | S08900001 | S37900001 | S01900001 | Isles
902          | Inner & Outer MP | 310              | The Pier     | ZE9 9AB  | 01999   123   789      | S08900001 | S37900001 |           |
"""  # noqa: E501


def directory(path: Path, drawing: str = DIRECTORY, name: str = "practices.csv") -> Path:
    return csv_file(path / name, drawing)


def test_a_practice_becomes_a_service_with_its_place_and_cluster(tmp_path: Path) -> None:
    table = curated(directory(tmp_path)).tables["service"]
    columns = ("service_type", "service_code", "service_name", "postcode", "data_zone", "cluster_name", "hscp",
               "health_board", "as_at")  # fmt: skip
    assert rows(table, *columns)[1] == (
        "gp_practice", "90001", "Haven Surgery", "ZE9 9AA", "S01900001", "Isles", "S37900001", "S08900001", None,
    )  # fmt: skip


def test_a_code_that_lost_its_leading_zeros_gets_them_back(tmp_path: Path) -> None:
    table = curated(directory(tmp_path)).tables["service"]
    assert rows(table, "service_code", "data_zone", "cluster_name")[0] == ("00902", None, None)


def test_telephone_numbers_and_addresses_stay_behind(tmp_path: Path) -> None:
    table = curated(directory(tmp_path)).tables["service"]
    kept = " ".join(str(value) for row in table.to_pylist() for value in row.values())
    assert "01999" not in kept
    assert "Shore Road" not in kept


def test_the_directory_is_claimed_once(tmp_path: Path) -> None:
    assert curated(directory(tmp_path)).claims == ("GP practices",)


# --- clusters, edition by edition -----------------------------------------------------------------


def test_each_practice_is_in_a_cluster_of_its_partnership_on_the_day_of_the_file(tmp_path: Path) -> None:
    read = curated(directory(tmp_path, name="practice_contactdetails_apr2024.csv"))
    clusters = rows(read.tables["practice_cluster"], "practice_code", "as_at", "cluster_name", "hscp")
    assert clusters == [
        ("00902", date(2024, 4, 1), None, "S37900001"), ("90001", date(2024, 4, 1), "Isles", "S37900001"),
    ]  # fmt: skip
    assert set(rows(read.tables["service"], "as_at")) == {(date(2024, 4, 1),)}


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("contactdetails_apr2024.csv", date(2024, 4, 1)), ("contactdetails_20240401.csv", date(2024, 4, 1)),
        ("practices 2024-04.csv", date(2024, 4, 1)), ("1_July_2023 practices.csv", date(2023, 7, 1)),
        ("practices_2024.01.15.csv", date(2024, 1, 15)), ("jan2022_from_apr2024.csv", date(2022, 1, 1)),
    ],
)  # fmt: skip
def test_the_day_is_read_from_the_files_name(tmp_path: Path, name: str, day: date) -> None:
    assert set(curated(directory(tmp_path, name=name)).tables["practice_cluster"]["as_at"].to_pylist()) == {day}


@pytest.mark.parametrize("name", ["practices.csv", "practices_2017-2020.csv", "summary2024.csv", "v20240431.csv"])
def test_a_name_without_a_month_leaves_the_day_unknown(tmp_path: Path, name: str) -> None:
    read = curated(directory(tmp_path, name=name))
    assert set(read.tables["practice_cluster"]["as_at"].to_pylist()) == {date(1900, 1, 1)}
    assert read.tables["service"]["as_at"].null_count == 2
    assert "the file's name tells no month, so the day that it describes is not known" in read.notes


def test_two_editions_claim_different_slices(tmp_path: Path) -> None:
    january = curated(directory(tmp_path, name="contactdetails_jan2024.csv")).claims
    april = curated(directory(tmp_path, name="contactdetails_apr2024.csv")).claims
    assert (*january, *april) == ("GP practices, 1 January 2024", "GP practices, 1 April 2024")


def test_a_practice_whose_cluster_is_undefined_is_in_none(tmp_path: Path) -> None:
    read = curated(directory(tmp_path, DIRECTORY.replace("Isles", "Isles & Firth Undefined")))
    assert read.tables["practice_cluster"]["cluster_name"].null_count == 2
    assert read.tables["service"]["cluster_name"].null_count == 2
    assert "practices in no cluster: 2" in read.notes


def test_a_clusters_name_has_single_blanks(tmp_path: Path) -> None:
    table = curated(directory(tmp_path, DIRECTORY.replace("Isles", "S  - Blue"))).tables["practice_cluster"]
    assert "S - Blue" in table["cluster_name"].to_pylist()


def test_a_practice_without_a_partnership_stays_a_service_and_its_cluster_is_left_out(tmp_path: Path) -> None:
    lines = DIRECTORY.strip().splitlines()
    read = curated(directory(tmp_path, "\n".join([*lines[:2], lines[2].replace("S37900001", "")])))
    assert rows(read.tables["practice_cluster"], "practice_code") == [("90001",)]
    assert len(read.tables["service"]) == 2
    assert "practices without a partnership, whose cluster was left out: 1" in read.notes


# --- refused --------------------------------------------------------------------------------------


def test_a_practice_that_stands_twice_is_refused(tmp_path: Path) -> None:
    message = refusal(directory(tmp_path, DIRECTORY.replace("902  ", "90001")))
    assert "rows 2, 3, column 'PracticeCode': the same PracticeCode stands in more than one row" in message


def test_codes_of_other_forms_are_refused_together(tmp_path: Path) -> None:
    message = refusal(directory(tmp_path, DIRECTORY.replace("90001", "P90001").replace("S01900001", "S1900001")))
    assert "found 'P90001', expected a practice code of five digits" in message
    assert "found 'S1900001', expected a data zone code like S01000000" in message


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    assert "column 'GPCluster': the column is missing" in refusal(
        directory(tmp_path, DIRECTORY.replace("GPCluster", "-"))
    )
