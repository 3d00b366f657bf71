"""Population of boards, councils and the country, with codes or with names."""

from __future__ import annotations

from pathlib import Path

from ages import every_age, long_table
from pictures import csv_file, curated, refusal, rows, workbook

from locality_profiles.sources import read_extract

BOARDS = """
_id | Year | HB        | HBQF | Sex    | SexQF | AllAges | 0 | 30 | 90
1   | 2019 | S92900001 | d    | All    | d     | 9       | 2 | 6  | 1
2   | 2019 | S92900001 | d    | Female |       | 5       | 2 | 3  | 0
3   | 2019 | S92900001 | d    | Male   |       | 4       | 0 | 3  | 1
4   | 2019 | S08900001 |      | All    | d     | 9       | 2 | 6  | 1
5   | 2019 | S08900001 |      | Female |       | 5       | 2 | 3  | 0
6   | 2019 | S08900001 |      | Male   |       | 4       | 0 | 3  | 1
7   | 2020 | S08900001 |      | All    | d     | 1       | 0 | 1  | 0
8   | 2020 | S08900001 |      | Female |       | 1       | 0 | 1  | 0
9   | 2020 | S08900001 |      | Male   |       | 0       | 0 | 0  | 0
"""

PERSONS_BY_COUNCIL = """
ltla19_name | ltla19_code | sex     | all_ages | 0 | 30 | 90
Outer Isles | S12900001   | Persons | 9        | 2 | 6  | 1
Glenshire   | S12900002   | Persons | 3        | 0 | 3  | 0
"""

BY_NAME = """
Area        | Year | Sex | 0 | 30 | 90
Outer Isles | 2018 | F   | 2 | 3  | 0
Scotland    | 2018 | F   | 2 | 3  | 0
Outer Isles | 2018 | M   | 0 | 4  | 1
Scotland    | 2018 | M   | 0 | 4  | 1
"""


def boards(path: Path, drawing: str = BOARDS) -> Path:
    return csv_file(path / "boards.csv", every_age(drawing), encoding="utf-8-sig")


def councils(path: Path, name: str = "population22_councils.csv", drawing: str = PERSONS_BY_COUNCIL) -> Path:
    return csv_file(path / name, every_age(drawing, "{}", "90 and over"))


def by_name(path: Path, drawing: str = BY_NAME) -> Path:
    return workbook(path / "estimates.xlsx", Estimates=long_table(drawing))


def people(path: Path) -> list[tuple[object, ...]]:
    """Kind of area, its code, its name, the year, the sex and people of all ages."""
    table = curated(path).tables["population"]
    columns = ["block_type", "block_code", "place_name", "year", "sex"]
    added = table.group_by(columns).aggregate([("persons", "sum")])
    return rows(added, *columns, "persons_sum")


def test_boards_and_the_country_keep_their_codes(tmp_path: Path) -> None:
    assert people(boards(tmp_path)) == [
        ("country", "S92900001", None, 2019, "all", 9),
        ("country", "S92900001", None, 2019, "female", 5),
        ("country", "S92900001", None, 2019, "male", 4),
        ("health_board", "S08900001", None, 2019, "all", 9),
        ("health_board", "S08900001", None, 2019, "female", 5),
        ("health_board", "S08900001", None, 2019, "male", 4),
        ("health_board", "S08900001", None, 2020, "all", 1),
        ("health_board", "S08900001", None, 2020, "female", 1),
        ("health_board", "S08900001", None, 2020, "male", 0),
    ]


def test_the_open_data_for_partnerships_have_the_same_layout(tmp_path: Path) -> None:
    drawing = BOARDS.replace("HBQF", "HSCPQF").replace("HB  ", "HSCP").replace("S08900001", "S37900001")
    found = people(boards(tmp_path, drawing))
    assert ("hscp", "S37900001", None, 2020, "all", 1) in found


def test_persons_of_councils_are_everyone_and_no_sex_is_made_up(tmp_path: Path) -> None:
    assert people(councils(tmp_path)) == [
        ("council_area", "S12900001", None, 2022, "all", 9),
        ("council_area", "S12900002", None, 2022, "all", 3),
    ]


def test_areas_without_codes_keep_their_names_and_females_and_males_are_added_up(tmp_path: Path) -> None:
    assert people(by_name(tmp_path)) == [
        ("council_area", None, "Outer Isles", 2018, "all", 5 + 5),
        ("council_area", None, "Outer Isles", 2018, "female", 5),
        ("council_area", None, "Outer Isles", 2018, "male", 5),
    ]


def test_the_countrys_row_beside_councils_is_a_total_to_check_and_is_not_kept(tmp_path: Path) -> None:
    found = curated(by_name(tmp_path))
    assert not any("country" in claim for claim in found.claims)
    assert "country" not in found.tables["population"]["block_type"].to_pylist()


def test_a_file_claims_every_year_and_sex_of_each_kind_of_area(tmp_path: Path) -> None:
    assert curated(boards(tmp_path)).claims == (
        "population of health boards, mid-2019, all",
        "population of health boards, mid-2019, females",
        "population of health boards, mid-2019, males",
        "population of health boards, mid-2020, all",
        "population of health boards, mid-2020, females",
        "population of health boards, mid-2020, males",
        "population of the country, mid-2019, all",
        "population of the country, mid-2019, females",
        "population of the country, mid-2019, males",
    )


def test_a_part_of_the_country_is_accepted_and_noted(tmp_path: Path) -> None:
    drawing = BY_NAME.replace("Scotland    | 2018 | F   | 2", "Scotland    | 2018 | F   | 9")
    assert "mid-2018, females: the 1 council areas add up to 5, the row for Scotland says 12" in (
        curated(by_name(tmp_path, drawing)).notes
    )


def test_projections_are_no_estimates(tmp_path: Path) -> None:
    drawing = BY_NAME.replace("| Sex |", "| Projection | Sex |").replace("| 2018 |", "| 2018 | Principal |")
    assert [read.kind for read in read_extract(by_name(tmp_path, drawing))] == ["population_projection"]


def test_a_negative_population_is_refused(tmp_path: Path) -> None:
    message = refusal(
        councils(tmp_path, drawing=PERSONS_BY_COUNCIL.replace("| 3        | 0 | 3", "| 3        | -1 | 4"))
    )
    assert "row 3, column '0': the number is negative ('-1')" in message


def test_text_where_a_number_should_be_is_refused(tmp_path: Path) -> None:
    message = refusal(by_name(tmp_path, BY_NAME.replace("| M   | 0 | 4", "| M   | 0 | four")))
    assert "column 'Population': found 'four' where a number was expected" in message


def test_ages_that_do_not_add_up_to_the_total_are_refused(tmp_path: Path) -> None:
    assert "row 2: 9 against 8" in refusal(councils(tmp_path, drawing=PERSONS_BY_COUNCIL.replace("| 9 ", "| 8 ")))


def test_a_board_that_stands_twice_is_refused(tmp_path: Path) -> None:
    message = refusal(boards(tmp_path, BOARDS.replace("2020", "2019")))
    assert "the same HB, Year, Sex stands in more than one row" in message


def test_a_code_of_another_form_is_refused(tmp_path: Path) -> None:
    message = refusal(boards(tmp_path, BOARDS.replace("S08900001", "S0890001")))
    assert "found 'S0890001', expected a health board code like S08000000" in message


def test_an_area_without_a_code_is_refused(tmp_path: Path) -> None:
    message = refusal(councils(tmp_path, drawing=PERSONS_BY_COUNCIL.replace("S12900002", "")))
    assert "row 3, column 'ltla19_code': the cell is empty; a council area code like S12000000 was expected" in message


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    message = refusal(by_name(tmp_path, BY_NAME.replace("Sex", "Which")))
    assert "column 'Sex': the column is missing" in message


def test_a_year_that_is_said_nowhere_is_refused(tmp_path: Path) -> None:
    assert "which year it is for" in refusal(councils(tmp_path, "councils.csv"))


def test_a_council_that_lost_the_rows_of_one_sex_is_refused(tmp_path: Path) -> None:
    drawing = BY_NAME + "Glenshire | 2018 | F | 1 | 1 | 1"
    assert "mid-2018: 1 place(s) have no row for males, which the others have" in refusal(by_name(tmp_path, drawing))
