"""The urban rural table becomes one class for each data zone and scheme."""

from __future__ import annotations

from pathlib import Path

from pictures import csv_file, curated, refusal, rows

CLASSES = """
DataZone  | UrbanRural2fold2020 | UrbanRural6fold2020 | UrbanRural8fold2020
S01900001 | 1                   | 2                   | 2
S01900002 | 2                   | 6                   | 8
"""


def test_every_scheme_gives_a_data_zone_one_class(tmp_path: Path) -> None:
    table = curated(csv_file(tmp_path / "classes.csv", CLASSES)).tables["classification"]
    assert rows(table, "scheme", "block_code", "category") == [
        ("urban_rural_2fold_2020", "S01900001", "1"),
        ("urban_rural_2fold_2020", "S01900002", "2"),
        ("urban_rural_6fold_2020", "S01900001", "2"),
        ("urban_rural_6fold_2020", "S01900002", "6"),
        ("urban_rural_8fold_2020", "S01900001", "2"),
        ("urban_rural_8fold_2020", "S01900002", "8"),
    ]
    assert set(table["block_type"].to_pylist()) == {"data_zone_2011"}


def test_the_edition_comes_from_the_column_names(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "classes.csv", CLASSES.replace("2020", "2016")))
    assert "urban_rural_6fold_2016" in read.tables["classification"]["scheme"].to_pylist()
    assert "urban rural classification, 6-fold, 2016" in read.claims


def test_a_scheme_that_the_table_has_not_is_told(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "classes.csv", """
        DataZone  | UrbanRural6fold2020 | UrbanRural8fold2020
        S01900001 | 2                   | 2
    """))  # fmt: skip
    assert read.notes == ("schemes for which the table has no column: 2-fold, 3-fold",)


def test_a_class_that_the_scheme_does_not_have_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "classes.csv", CLASSES.replace("| 6 ", "| 7 ")))
    assert "row 3, column 'UrbanRural6fold2020': found '7', expected one of 1, 2, 3, 4, 5, 6" in message


def test_a_data_zone_twice_and_a_wrong_code_are_refused_together(tmp_path: Path) -> None:
    again = CLASSES + "S01900002 | 1 | 1 | 1\nW01900001 | 1 | 1 | 1"
    message = refusal(csv_file(tmp_path / "classes.csv", again))
    assert "rows 3, 4, column 'DataZone'" in message
    assert "row 5, column 'DataZone': found 'W01900001', expected a data zone code" in message


def test_a_renamed_scheme_is_named_with_the_likely_new_name(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "classes.csv", """
        DataZone  | UrbanRural6fold | UrbanRural8fold2020
        S01900001 | 2               | 2
    """)  # fmt: skip
    message = refusal(path)
    assert "column 'UrbanRural6fold2020': the column is missing; there is a column 'UrbanRural6fold'" in message


def test_zones_of_another_edition_are_told_by_their_codes(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "classes.csv", CLASSES.replace("S0190", "S0198").replace("2020", "2022")))
    assert set(read.tables["classification"]["block_type"].to_pylist()) == {"data_zone_2022"}
    assert "urban rural classification, 6-fold, 2022, 2022 data zones" in read.claims


def test_zones_of_two_editions_in_one_file_are_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "classes.csv", CLASSES.replace("S01900002", "S01990002")))
    assert "row 3, column 'DataZone': found codes of 2001 data zones (S01990002) among 2011 data zones" in message
