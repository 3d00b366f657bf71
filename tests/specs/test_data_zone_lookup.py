"""The data-zone lookup becomes areas with their parents, and the memberships of every data zone."""

from __future__ import annotations

from pathlib import Path

from pictures import csv_file, curated, refusal, rows

OPEN_DATA = """
DataZone  | DataZoneName   | IntZone   | IntZoneName | CA        | CAName      | HSCP      | HSCPName      | HB        | HBName     | Country
S01900001 | North Isle - 1 | S02900001 | North Isle  | S12900001 | Outer Isles | S37900001 | Outer Isles   | S08900001 | NHS Isles  | S92000003
S01900002 | North Isle - 2 | S02900001 | North Isle  | S12900001 | Outer Isles | S37900001 | Outer Isles   | S08900001 | NHS Isles  | S92000003
S01900003 | Glen - 1       | S02900002 | Glen        | S12900002 | Glenshire   | S37900002 | Glen and Dale | S08900002 | NHS Valley | S92000003
S01900004 | Dale - 1       | S02900003 | Dale        | S12900003 | Daleshire   | S37900002 | Glen and Dale | S08900002 | NHS Valley | S92000003
"""  # noqa: E501

GOVERNMENT = """
DZ2011_Code | DZ2011_Name    | IZ2011_Code | IZ2011_Name | MMWard_Code | MMWard_Name | LA_Code   | LA_Name     | HB_Code   | HB_Name | HIA_Code  | HIA_Name    | Country_Code | Country_Name
S01900001   | North Isle - 1 | S02900001   | North Isle  | S13900001   | Bo’quay     | S12900001 | Outer Isles | S08900001 | Isles   | S37900001 | Outer Isles | S92900001    | Islandia
S01900002   | North Isle - 2 | S02900001   | North Isle  | S13900002   | Haven\xa0   | S12900001 | Outer Isles | S08900001 | Isles   | S37900001 | Outer Isles | S92900001    | Islandia
"""  # noqa: E501


def test_every_area_has_its_name_and_the_next_larger_area_as_its_parent(tmp_path: Path) -> None:
    areas = curated(csv_file(tmp_path / "lookup.csv", OPEN_DATA)).tables["area"]
    larger = [row for row in rows(areas, "area_type", "area_code", "area_name", "parent_type", "parent_code")
              if row[0] != "data_zone_2011"]  # fmt: skip
    assert larger == [
        ("council_area", "S12900001", "Outer Isles", "hscp", "S37900001"),
        ("council_area", "S12900002", "Glenshire", "hscp", "S37900002"),
        ("council_area", "S12900003", "Daleshire", "hscp", "S37900002"),
        ("country", "S92000003", "Scotland", None, None),
        ("health_board", "S08900001", "NHS Isles", "country", "S92000003"),
        ("health_board", "S08900002", "NHS Valley", "country", "S92000003"),
        ("hscp", "S37900001", "Outer Isles", "health_board", "S08900001"),
        ("hscp", "S37900002", "Glen and Dale", "health_board", "S08900002"),
        ("intermediate_zone_2011", "S02900001", "North Isle", "council_area", "S12900001"),
        ("intermediate_zone_2011", "S02900002", "Glen", "council_area", "S12900002"),
        ("intermediate_zone_2011", "S02900003", "Dale", "council_area", "S12900003"),
    ]


def test_a_data_zone_is_an_area_inside_its_intermediate_zone(tmp_path: Path) -> None:
    areas = curated(csv_file(tmp_path / "lookup.csv", OPEN_DATA)).tables["area"]
    zones = [row for row in rows(areas, "area_code", "area_name", "parent_type", "parent_code") if row[0][:3] == "S01"]
    assert zones[0] == ("S01900001", "North Isle - 1", "intermediate_zone_2011", "S02900001")
    assert len(zones) == 4


def test_every_data_zone_lies_wholly_in_one_area_of_each_larger_kind(tmp_path: Path) -> None:
    membership = curated(csv_file(tmp_path / "lookup.csv", OPEN_DATA)).tables["membership"]
    assert [row[1:] for row in rows(membership, "block_code", "area_type", "area_code", "weight", "method")
            if row[0] == "S01900004"] == [
        ("council_area", "S12900003", 1.0, "lookup"),
        ("country", "S92000003", 1.0, "lookup"),
        ("health_board", "S08900002", 1.0, "lookup"),
        ("hscp", "S37900002", 1.0, "lookup"),
        ("intermediate_zone_2011", "S02900003", 1.0, "lookup"),
    ]  # fmt: skip
    assert len(membership) == 4 * 5


def test_the_governments_layout_adds_wards_and_gives_boards_their_nhs(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "lookup.csv", GOVERNMENT, encoding="cp1252"))
    named = {
        row[:2]: row[2:] for row in rows(read.tables["area"], "area_type", "area_code", "area_name", "parent_code")
    }
    assert named["ward", "S13900001"] == ("Bo’quay", "S12900001")
    assert named["ward", "S13900002"] == ("Haven", "S12900001")
    assert named["health_board", "S08900001"] == ("NHS Isles", "S92900001")
    assert named["country", "S92900001"] == ("Islandia", None)
    assert ("S01900002", "ward", "S13900002") in rows(read.tables["membership"], "block_code", "area_type", "area_code")


def test_wards_are_best_fits_and_all_other_areas_are_exact(tmp_path: Path) -> None:
    membership = curated(csv_file(tmp_path / "lookup.csv", GOVERNMENT)).tables["membership"]
    told = {row[0]: row[1:] for row in rows(membership, "area_type", "method", "grade", "estimated")}
    assert told.pop("ward") == ("lookup_best_fit", 3, True)
    assert set(told) == {"intermediate_zone_2011", "council_area", "hscp", "health_board", "country"}
    assert set(told.values()) == {("lookup", 1, False)}


def test_the_governments_layout_is_read_without_wards(tmp_path: Path) -> None:
    without = "\n".join("|".join(line.split("|")[:4] + line.split("|")[6:]) for line in GOVERNMENT.strip().splitlines())
    read = curated(csv_file(tmp_path / "lookup.csv", without))
    assert "ward" not in read.tables["area"]["area_type"].to_pylist()
    assert read.claims == ("2011 data zones and the larger areas that they lie in",)


def test_a_country_without_a_name_shows_its_code(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "lookup.csv", OPEN_DATA.replace("S92000003", "S92900001")))
    assert ("country", "S92900001") in rows(read.tables["area"], "area_type", "area_name")


def test_an_intermediate_zone_across_two_councils_has_the_partnership_that_holds_it_whole(tmp_path: Path) -> None:
    crossing = OPEN_DATA.replace("S02900003 | Dale ", "S02900002 | Glen ")
    areas = curated(csv_file(tmp_path / "lookup.csv", crossing)).tables["area"]
    assert ("S02900002", "hscp", "S37900002") in rows(areas, "area_code", "parent_type", "parent_code")


def test_both_layouts_claim_the_same_slice(tmp_path: Path) -> None:
    open_data = curated(csv_file(tmp_path / "a.csv", OPEN_DATA)).claims
    government = curated(csv_file(tmp_path / "b.csv", GOVERNMENT)).claims
    assert set(open_data) & set(government)


def test_a_data_zone_twice_is_refused_with_both_rows(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "lookup.csv", OPEN_DATA.replace("S01900002", "S01900001")))
    assert "rows 2, 3, column 'DataZone': the same DataZone stands in more than one row" in message


def test_a_code_with_two_names_is_refused_with_the_row_that_differs(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "lookup.csv", OPEN_DATA + OPEN_DATA.strip().splitlines()[1]
                    .replace("S01900001 | North Isle - 1", "S01900005 | North Isle - 3")
                    .replace("| North Isle  |", "| Nroth Isle |"))  # fmt: skip
    message = refusal(path)
    assert "row 6, column 'IntZoneName': 'S02900001' stands beside another name than in other rows" in message


def test_a_council_in_two_partnerships_is_refused(tmp_path: Path) -> None:
    first = "S37900001 | Outer Isles   | S08900001 | NHS Isles "
    torn = OPEN_DATA.replace(first, "S37900002 | Glen and Dale | S08900002 | NHS Valley", 1)
    message = refusal(csv_file(tmp_path / "lookup.csv", torn))
    assert "column 'HSCP': 'S12900001' lies in another partnership here than in other rows" in message


def test_a_partnership_in_two_health_boards_is_refused(tmp_path: Path) -> None:
    torn = OPEN_DATA.replace("S08900002 | NHS Valley", "S08900001 | NHS Isles", 1)
    message = refusal(csv_file(tmp_path / "lookup.csv", torn))
    assert "column 'HB': 'S37900002' lies in another health board here than in other rows" in message


def test_codes_of_another_kind_and_empty_cells_are_refused_together(tmp_path: Path) -> None:
    broken = (
        OPEN_DATA.replace("S01900001", "E01900001").replace("| S12900003 |", "| |").replace("S37900001", "S12900001")
    )
    message = refusal(csv_file(tmp_path / "lookup.csv", broken))
    assert "row 2, column 'DataZone': found 'E01900001', expected a data zone code like S01000000" in message
    assert "row 5, column 'CA': the cell is empty" in message
    assert "rows 2, 3, column 'HSCP': found 'S12900001', expected a partnership code like S37000000" in message


def test_a_renamed_column_is_named_with_the_likely_new_name(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "lookup.csv", OPEN_DATA.replace("HSCPName", "HSCP_Name")))
    assert "column 'HSCPName': the column is missing; there is a column 'HSCP_Name'" in message
