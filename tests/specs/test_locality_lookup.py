"""The published locality lookup becomes memberships by name; its known faults do not stop it."""

from __future__ import annotations

from pathlib import Path

from pictures import csv_file, curated, refusal, rows

from locality_profiles.sources import read_extract

LOOKUP = """
DataZone  | SubHSCP   | SubHSCPName    | CA        | HSCP      | HB        | Country
S01900001 | PN0000901 | North Isle     | S12900001 | S37900001 | S08900001 | S92900001
S01900002 | PN0000901 | North Isle     | S12900001 | S37900001 | S08900001 | S92900001
S01900003 | PN0000902 | Haven & Quay   | S12900001 | S37900001 | S08900001 | S92900001
S01900004 | PS0000901 | Glen           | S12900002 | S37900002 | S08900002 | S92900001
"""


def test_a_data_zone_belongs_to_the_named_locality_of_its_partnership(tmp_path: Path) -> None:
    membership = curated(csv_file(tmp_path / "lookup.csv", LOOKUP)).tables["membership"]
    assert rows(membership, "block_code", "area_code", "place_name", "place_parent") == [
        ("S01900001", None, "North Isle", "S37900001"),
        ("S01900002", None, "North Isle", "S37900001"),
        ("S01900003", None, "Haven & Quay", "S37900001"),
        ("S01900004", None, "Glen", "S37900002"),
    ]
    assert set(rows(membership, "block_type", "area_type", "weight", "method")) == {
        ("data_zone_2011", "locality", 1.0, "lookup")
    }


def test_the_file_claims_the_localities_of_each_partnership_in_it(tmp_path: Path) -> None:
    assert curated(csv_file(tmp_path / "lookup.csv", LOOKUP)).claims == (
        "data zones of the localities of S37900001",
        "data zones of the localities of S37900002",
    )


def test_a_partnership_code_in_the_council_column_is_counted_and_the_row_is_kept(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "lookup.csv", LOOKUP.replace("S12900002", "S37900002")))
    assert len(read.tables["membership"]) == 4
    assert read.notes == ("cells of column 'CA' that are not council codes: 1, first in row 5",)


def test_a_partnership_cell_of_the_wrong_form_leaves_the_partnership_unknown(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "lookup.csv", LOOKUP.replace("S12900002 | S37900002", "S12900002 | Glenshire")))
    assert ("S01900004", "Glen", None) in rows(read.tables["membership"], "block_code", "place_name", "place_parent")
    assert read.notes == ("cells of column 'HSCP' that are not partnership codes: 1, first in row 5",)
    assert "data zones of localities whose partnership is not given" in read.claims


def test_a_data_zone_twice_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "lookup.csv", LOOKUP.replace("S01900004", "S01900001")))
    assert "rows 2, 5, column 'DataZone': the same DataZone stands in more than one row" in message


def test_a_locality_with_two_names_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "lookup.csv", LOOKUP.replace("PN0000902", "PN0000901")))
    assert "row 4, column 'SubHSCPName': 'PN0000901' stands beside another name than in other rows" in message


def test_a_locality_without_a_name_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "lookup.csv", LOOKUP.replace("Glen ", " ")))
    assert "row 5, column 'SubHSCPName': the cell is empty; the locality's name was expected" in message


def test_a_list_of_localities_without_data_zones_is_left_alone(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "localities.csv", """
        SubHSCP   | SubHSCPName | LocalityManagementArea | CA        | HSCP      | HB        | Country
        PN0000901 | North Isle  | Isles                  | S12900001 | S37900001 | S08900001 | S92900001
    """)  # fmt: skip
    assert read_extract(path) == []
