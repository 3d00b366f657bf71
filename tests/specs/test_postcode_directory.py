"""The postcode directory becomes live postcodes with their place, data zone and census residents."""

from __future__ import annotations

from pathlib import Path

from pictures import csv_file, curated, refusal, rows

SMALL = """
Postcode  | PostcodeSector | DateOfIntroduction | DateOfDeletion      | GridReferenceEasting | GridReferenceNorthing | SplitIndicator | DataZone2011Code | CensusPopulationCount2022 | CensusPopulationCount2011
ZZ9 1AA   | ZZ9 1          | 01/08/1973 00:00   |                     | 300100               | 1100100               | N              | S01900001        | 42                        | 40
ZZ99 1AB  | ZZ9 1          | 01/08/1973 00:00   |                     | 300200               | 1100200               | N              | S01900002        |                           |
ZZ9 1AC   | ZZ9 1          | 01/08/1973 00:00   | 02/03/2004 00:00:00 | 300300               | 1100300               | N              | S01900002        | 0                         | 3
"""  # noqa: E501

LARGE = """
Postcode | DateOfDeletion | GridReferenceEasting | GridReferenceNorthing | DataZone2011Code | LinkedSmallUserPostcode
ZZ9 9ZA  |                | 300100               | 1100100               | S01900001        | ZZ9 1AA
ZZ9 9ZB  |                | 300900               | 1100900               | S01900002        | NO LINKP
ZZ9 9ZC  | 01/01/2001     | 300900               | 1100900               | S01900002        | NO LINKP
"""


def small(path: Path, *more: str, drawing: str = SMALL) -> Path:
    return csv_file(path / "SmallUser.csv", "\n".join([drawing.strip(), *more]))


def part(postcode: str, zone: str, people: int) -> str:
    """A row for a part of a split postcode."""
    return f"{postcode} | ZZ9 2 | 01/08/1973 | | 300500 | 1100500 | Y | {zone} | {people} | 0"


def test_a_postcode_in_use_has_its_place_zone_and_residents_at_the_latest_census(tmp_path: Path) -> None:
    table = curated(small(tmp_path)).tables["postcode"]
    assert rows(table, "postcode", "data_zone", "easting", "northing", "persons") == [
        ("ZZ9 1AA", "S01900001", 300100.0, 1100100.0, 42),
        ("ZZ99 1AB", "S01900002", 300200.0, 1100200.0, None),
    ]


def test_deleted_postcodes_are_left_out_and_counted(tmp_path: Path) -> None:
    read = curated(small(tmp_path))
    assert "ZZ9 1AC" not in read.tables["postcode"]["postcode"].to_pylist()
    assert "postcodes that are no longer used, left out: 1" in read.notes


def test_a_postcode_that_was_deleted_and_came_back_stands_once(tmp_path: Path) -> None:
    back = "ZZ9 1AC | ZZ9 1 | 01/08/2010 | | 300310 | 1100310 | N | S01900001 | 5 | 0"
    table = curated(small(tmp_path, back)).tables["postcode"]
    assert ("ZZ9 1AC", "S01900001") in rows(table, "postcode", "data_zone")


def test_the_first_part_of_a_split_postcode_stands_for_it_and_the_others_keep_their_letter(tmp_path: Path) -> None:
    read = curated(small(tmp_path, part("ZZ9 2AAB", "S01900002", 7), part("ZZ9 2AAA", "S01900001", 9)))
    split = [row for row in rows(read.tables["postcode"], "postcode", "data_zone", "persons") if " 2AA" in row[0]]
    assert split == [("ZZ9 2AA", "S01900001", 9), ("ZZ9 2AAB", "S01900002", 7)]
    assert "further parts of split postcodes, kept with their letter: 1" in read.notes


def test_where_the_first_part_was_deleted_the_next_stands_for_the_postcode(tmp_path: Path) -> None:
    table = curated(small(tmp_path, part("ZZ9 2AAB", "S01900002", 7))).tables["postcode"]
    assert ("ZZ9 2AA", 7) in rows(table, "postcode", "persons")


def test_postcodes_are_written_in_one_form(tmp_path: Path) -> None:
    table = curated(small(tmp_path, part("zz92bb", "S01900001", 1), part("ZZ9  2BC", "S01900001", 1))).tables[
        "postcode"
    ]
    assert {"ZZ9 2BB", "ZZ9 2BC"} <= set(table["postcode"].to_pylist())


def test_residents_of_an_older_directory_are_those_of_its_census(tmp_path: Path) -> None:
    older = SMALL.replace("CensusPopulationCount2022", "CensusPopulationCount1991")
    table = curated(small(tmp_path, drawing=older)).tables["postcode"]
    assert ("ZZ9 1AA", 40) in rows(table, "postcode", "persons")


def test_the_census_whose_residents_are_read_is_told_lest_an_older_one_pass_for_the_latest(tmp_path: Path) -> None:
    latest = curated(small(tmp_path)).notes
    lost = curated(small(tmp_path, drawing=SMALL.replace("CensusPopulationCount2022", "Population 2022"))).notes
    assert "people are those of the census of 2022" in latest
    assert "people are those of the census of 2022" not in lost
    assert any(note.startswith("people are those of the census of ") for note in lost)


def test_large_users_have_a_place_and_no_residents_and_boxes_are_left_out(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "LargeUser.csv", LARGE))
    assert rows(read.tables["postcode"], "postcode", "easting", "persons") == [("ZZ9 9ZA", 300100.0, None)]
    assert read.notes == (
        "postcodes that are no longer used, left out: 1", "boxes at sorting offices, left out: 1",
    )  # fmt: skip


def test_the_two_files_of_the_directory_claim_different_slices(tmp_path: Path) -> None:
    large = curated(csv_file(tmp_path / "LargeUser.csv", LARGE)).claims
    assert (*curated(small(tmp_path)).claims, *large) == ("postcodes of small users", "postcodes of large users")


def test_a_postcode_that_is_live_twice_is_refused(tmp_path: Path) -> None:
    message = refusal(small(tmp_path, part("ZZ9 1AA", "S01900001", 1)))
    assert "rows 2, 5, column 'Postcode': the same Postcode stands in more than one row" in message


def test_eastings_and_northings_that_are_exchanged_are_refused(tmp_path: Path) -> None:
    exchanged = SMALL.replace("300100", "E").replace("1100100", "300100").replace("E ", "1100100 ")
    message = refusal(small(tmp_path, drawing=exchanged))
    assert "column 'GridReferenceEasting': the number is above 500,000 ('1100100')" in message
    assert "column 'GridReferenceNorthing': the number is below 500,000 ('300100')" in message


def test_text_that_is_no_postcode_and_a_code_of_another_kind_are_refused_together(tmp_path: Path) -> None:
    message = refusal(small(tmp_path, drawing=SMALL.replace("ZZ9 1AA", "ZZ9 1").replace("S01900001", "S00090001")))
    assert "found 'ZZ9 1', expected a postcode" in message
    assert "found 'S00090001', expected a data zone code like S01000000" in message


def test_a_directory_without_a_postcode_in_use_is_refused(tmp_path: Path) -> None:
    gone = "\n".join(line for line in SMALL.splitlines() if "2004" in line or "Postcode" in line)
    assert "no postcode of the file is in use" in refusal(small(tmp_path, drawing=gone))
