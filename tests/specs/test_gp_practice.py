"""The GP practice directory becomes services with a place and a cluster."""

from __future__ import annotations

from pathlib import Path

from pictures import csv_file, curated, refusal, rows

DIRECTORY = """
PracticeCode | GPPracticeName   | PracticeListSize | AddressLine1 | Postcode | TelephoneNumber        | HB        | HSCP      | DataZone  | GPCluster
90001        | Haven Surgery    | 7200             | 1 Shore Road | ZE9 9AA  | 01999   123   456      | S08900001 | S37900001 | S01900001 | Isles
902          | Inner & Outer MP | 310              | The Pier     | ZE9 9AB  | 01999   123   789      | S08900001 | S37900001 |           |
"""  # noqa: E501


def directory(path: Path, drawing: str = DIRECTORY) -> Path:
    return csv_file(path / "practices.csv", drawing)


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
