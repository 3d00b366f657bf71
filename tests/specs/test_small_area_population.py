"""Every layout of data-zone population becomes the same rows: zone, year, sex, age and persons."""

from __future__ import annotations

from pathlib import Path

import pytest
from ages import every_age, long_table
from pictures import cells, csv_file, curated, refusal, rows, workbook

OPEN_DATA = """
Year | DataZone  | DataZoneQF | Sex    | SexQF | AllAges | 0 | 1 | 64 | 90
2021 | S92900001 | d          | All    | d     | 15      | 1 | 2 | 8  | 4
2021 | S92900001 | d          | Female |       | 7       | 0 | 1 | 3  | 3
2021 | S92900001 | d          | Male   |       | 8       | 1 | 1 | 5  | 1
2021 | S01900001 |            | All    | d     | 10      | 1 | 2 | 3  | 4
2021 | S01900001 |            | Female |       | 6       | 0 | 1 | 2  | 3
2021 | S01900001 |            | Male   |       | 4       | 1 | 1 | 1  | 1
2021 | S01900002 |            | All    | d     | 5       | 0 | 0 | 5  | 0
2021 | S01900002 |            | Female |       | 1       | 0 | 0 | 1  | 0
2021 | S01900002 |            | Male   |       | 4       | 0 | 0 | 4  | 0
"""

PERSONS = """
Data zone code | Data zone name | Council area code | Council area name | Total population | 0 | 40 | 90
S01900001      | North Isle - 1 | S12900001         | Outer Isles       | 10               | 1 | 5  | 4
S01900002      | North Isle - 2 | S12900001         | Outer Isles       | 7                | 0 | 7  | 0
"""
FEMALES = """
Data zone code | Data zone name | Council area code | Council area name | Sex    | Total population | 0 | 40 | 90
S01900001      | North Isle - 1 | S12900001         | Outer Isles       | Female | 6                | 1 | 2  | 3
S01900002      | North Isle - 2 | S12900001         | Outer Isles       | Female | 3                | 0 | 3  | 0
"""
NOTES = "This spreadsheet contains estimates for everyone at mid-2021.\nPublication date"

SAVED_AS_CSV = """
Area code        | Area name         | Council area        | All ages | 0     | 40    | 90
                 | SCOTLAND          |                     | 2,010    | 1,001 | 5     | 1,004
DataZone2011Code | DataZone2011Name  | CouncilArea2019Name |          |       |       |
S01900001        | North Isle - 1    | Outer Isles         | 2,003    | 1,000 | 3     | 1,000
S01900002        | Bo’quay, inner    | Outer Isles         | 7        | 1     | 2     | 4
"""

RESHAPED = """
dz11_code | total_population | sex    | 0 | 40 | 90
S01900001 | 10               | All    | 1 | 5  | 4
S01900001 | 6                | Female | 1 | 2  | 3
S01900001 | 4                | Male   | 0 | 3  | 1
"""

BY_SEX = """
Year | DataZone  | Sex | 0 | 40 | 90
2019 | S01900001 | F   | 1 | 2  | 3
2019 | S01900001 | M   | 0 | 3  | 1
"""


def open_data(path: Path, drawing: str = OPEN_DATA) -> Path:
    return csv_file(path / "zones.csv", every_age(drawing))


def nrs_sheet(drawing: str, title: str = "Table 1: Population of data zones, persons, mid-2021") -> str:
    return f"{title}\nThis worksheet contains one table.\n{every_age(drawing, 'Age {}', 'Age 90 and over')}"


def nrs_csv(path: Path, drawing: str = SAVED_AS_CSV, name: str = "sape-2020-persons.csv") -> Path:
    title = "Table 1a: Estimated population by sex, single year of age and 2011 Data Zone area: 30 June 2020"
    table = every_age(drawing, "AGE{}", "AGE90+")
    footer = "|" * 93 + f"\n© Crown Copyright 2021{'|' * 93}"
    return csv_file(path / name, f"{title}{'|' * 93}\n||||PERSONS|||PERSONS\n{table}\n{footer}", encoding="cp1252")


def reshaped(path: Path, name: str = "population20_dz11.csv", drawing: str = RESHAPED) -> Path:
    return csv_file(path / name, every_age(drawing, "{}", "90+"))


def inhabited(path: Path) -> list[tuple[object, ...]]:
    """Zone, year, sex, age and persons, wherever somebody lives."""
    table = curated(path).tables["population"]
    return [row for row in rows(table, "block_code", "year", "sex", "age", "persons") if row[-1]]


# --- the layouts --------------------------------------------------------------------------------------


def test_open_data_give_each_sex_a_row_and_every_age_of_it(tmp_path: Path) -> None:
    assert inhabited(open_data(tmp_path)) == [
        ("S01900001", 2021, "all", 0, 1), ("S01900001", 2021, "all", 1, 2),
        ("S01900001", 2021, "all", 64, 3), ("S01900001", 2021, "all", 90, 4),
        ("S01900001", 2021, "female", 1, 1), ("S01900001", 2021, "female", 64, 2), ("S01900001", 2021, "female", 90, 3),
        ("S01900001", 2021, "male", 0, 1), ("S01900001", 2021, "male", 1, 1),
        ("S01900001", 2021, "male", 64, 1), ("S01900001", 2021, "male", 90, 1),
        ("S01900002", 2021, "all", 64, 5), ("S01900002", 2021, "female", 64, 1), ("S01900002", 2021, "male", 64, 4),
    ]  # fmt: skip


def test_every_zone_and_sex_has_all_91_ages_and_an_age_without_people_is_a_true_zero(tmp_path: Path) -> None:
    table = curated(open_data(tmp_path)).tables["population"]
    assert len(table) == 2 * 3 * 91
    statuses = rows(table, "block_type", "block_code", "sex", "age", "persons", "status")
    assert ("data_zone_2011", "S01900001", "male", 1, 1, "actual") in statuses
    assert ("data_zone_2011", "S01900001", "male", 2, 0, "true_zero") in statuses


def test_the_row_for_scotland_is_not_kept_as_a_zone(tmp_path: Path) -> None:
    zones = curated(open_data(tmp_path)).tables["population"]["block_code"].to_pylist()
    assert set(zones) == {"S01900001", "S01900002"}


def test_a_file_claims_each_year_and_sex_by_itself(tmp_path: Path) -> None:
    assert curated(open_data(tmp_path)).claims == (
        "population of 2011 data zones, mid-2021, all",
        "population of 2011 data zones, mid-2021, females",
        "population of 2011 data zones, mid-2021, males",
    )


def test_an_nrs_sheet_without_a_sex_column_says_its_sex_and_year_outside_the_table(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", General_notes=NOTES, Population_persons_2021=nrs_sheet(PERSONS))
    assert inhabited(path) == [
        ("S01900001", 2021, "all", 0, 1), ("S01900001", 2021, "all", 40, 5), ("S01900001", 2021, "all", 90, 4),
        ("S01900002", 2021, "all", 40, 7),
    ]  # fmt: skip


def test_the_sex_column_of_an_nrs_sheet_is_believed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "persons.xlsx", Sheet1=nrs_sheet(FEMALES, "Estimates for 30 June 2021"))
    assert curated(path).claims == ("population of 2011 data zones, mid-2021, females",)
    assert ("S01900001", 2021, "female", 90, 3) in inhabited(path)


def test_an_nrs_sheet_saved_as_csv_keeps_its_titles_commas_and_footer_to_itself(tmp_path: Path) -> None:
    assert inhabited(nrs_csv(tmp_path)) == [
        ("S01900001", 2020, "all", 0, 1000), ("S01900001", 2020, "all", 40, 3), ("S01900001", 2020, "all", 90, 1000),
        ("S01900002", 2020, "all", 0, 1), ("S01900002", 2020, "all", 40, 2), ("S01900002", 2020, "all", 90, 4),
    ]  # fmt: skip


def test_the_row_of_names_for_computers_is_left_out_and_noted(tmp_path: Path) -> None:
    (note,) = curated(nrs_csv(tmp_path)).notes
    assert note == "row 5 repeats column names and holds no figures; it was left out"


@pytest.mark.parametrize("name", ["population20_dz11.csv", "population2020.csv", "pop_2020.csv", "zones-2020-r2.csv"])
def test_the_reshaped_open_data_take_their_year_from_the_name_of_the_file(tmp_path: Path, name: str) -> None:
    assert ("S01900001", 2020, "female", 90, 3) in inhabited(reshaped(tmp_path, name))


def test_a_long_table_becomes_the_same_rows(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "long.csv", long_table(BY_SEX))
    assert [row for row in inhabited(path) if row[2] != "all"] == [
        ("S01900001", 2019, "female", 0, 1), ("S01900001", 2019, "female", 40, 2), ("S01900001", 2019, "female", 90, 3),
        ("S01900001", 2019, "male", 40, 3), ("S01900001", 2019, "male", 90, 1),
    ]  # fmt: skip


def test_females_and_males_are_added_up_where_nobody_gives_all(tmp_path: Path) -> None:
    found = inhabited(csv_file(tmp_path / "long.csv", long_table(BY_SEX)))
    assert [row for row in found if row[2] == "all"] == [
        ("S01900001", 2019, "all", 0, 1 + 0),
        ("S01900001", 2019, "all", 40, 2 + 3),
        ("S01900001", 2019, "all", 90, 3 + 1),
    ]


def test_a_long_table_may_name_its_columns_otherwise_and_hold_rows_for_all_ages(tmp_path: Path) -> None:
    table = long_table(BY_SEX, last="90 and over").replace("DataZone", "data_zone_code").replace("Population", "people")
    totals = "2019 | S01900001 | Female | All ages | 6"
    found = inhabited(csv_file(tmp_path / "long.csv", f"{table}\n{totals}"))
    assert ("S01900001", 2019, "female", 90, 3) in found


def test_all_layouts_give_the_same_table(tmp_path: Path) -> None:
    female = [line for line in RESHAPED.splitlines() if "dz11" in line or "Female" in line]
    wide = every_age("\n".join(female), "{}", "90+")
    from_reshaped = csv_file(tmp_path / "population21.csv", wide)
    zone_one = [line for line in FEMALES.splitlines() if "S01900002" not in line]
    from_workbook = workbook(tmp_path / "f.xlsx", Female_population_2021=nrs_sheet("\n".join(zone_one)))
    assert curated(from_reshaped).tables["population"] == curated(from_workbook).tables["population"]


# --- what is refused ----------------------------------------------------------------------------------


def test_a_negative_population_is_refused_with_its_row_and_column(tmp_path: Path) -> None:
    message = refusal(
        open_data(tmp_path, OPEN_DATA.replace("| 4       | 1 | 1 | 1  | 1", "| 4       | -1 | 3 | 1 | 1"))
    )
    assert "row 7, column 'Age0': the number is negative ('-1')" in message


def test_text_where_a_number_should_be_is_refused(tmp_path: Path) -> None:
    message = refusal(open_data(tmp_path, OPEN_DATA.replace("| 5       | 0 | 0 | 5", "| 5       | 0 | 0 | five")))
    assert "row 8, column 'Age64': found 'five' where a number was expected" in message


@pytest.mark.parametrize("symbol", ["*", "c", ""])
def test_nobody_may_be_left_out_of_a_population(tmp_path: Path, symbol: str) -> None:
    drawing = RESHAPED.replace("| All    | 1", f"| All    | {symbol}")
    message = refusal(reshaped(tmp_path, drawing=drawing))
    assert f"column '0': found '{symbol}' where every row must have a number" in message


def test_ages_that_do_not_add_up_to_the_total_are_refused_with_both_figures(tmp_path: Path) -> None:
    path = workbook(tmp_path / "persons.xlsx", Persons_2021=nrs_sheet(PERSONS.replace("| 10  ", "| 11  ")))
    message = refusal(path)
    assert "row 4, column 'Total population'" in message
    assert "the ages add up to another number than the total (row 4: 10 against 11)" in message


def test_a_data_zone_that_stands_twice_is_refused(tmp_path: Path) -> None:
    twice = PERSONS + "S01900002 | North Isle - 2 | S12900001 | Outer Isles | 7 | 0 | 7 | 0"
    message = refusal(workbook(tmp_path / "persons.xlsx", Persons_2021=nrs_sheet(twice)))
    assert "rows 5, 6, column 'Data zone code'" in message
    assert "stands in more than one row" in message


def test_an_age_that_stands_twice_in_a_long_table_is_refused(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "long.csv", long_table(BY_SEX) + "\n2019 | S01900001 | M | 40 | 3"))
    assert "the same DataZone, Year, Sex, Age stands in more than one row" in message


def test_an_age_that_is_lost_from_a_long_table_is_refused(tmp_path: Path) -> None:
    message = refusal(
        csv_file(tmp_path / "long.csv", long_table(BY_SEX).replace("2019 | S01900001 | M | 40 | 3\n", ""))
    )
    assert "1 of 2 places, years and sexes lack an age" in message


def test_an_age_group_among_single_years_is_refused(tmp_path: Path) -> None:
    table = long_table(BY_SEX).replace("| F | 40 |", "| F | 40-44 |")
    assert "found '40-44', expected an age from 0 to 89, 90 and over, or All" in refusal(
        csv_file(tmp_path / "l.csv", table)
    )


@pytest.mark.parametrize("code", ["S02900001", "S0190001", "E01900001", "North Isle"])
def test_a_code_of_another_form_is_refused(tmp_path: Path, code: str) -> None:
    message = refusal(reshaped(tmp_path, drawing=RESHAPED.replace("S01900001", code)))
    assert f"found '{code}', expected a data zone code like S01000000" in message


def test_a_zone_without_a_code_is_not_taken_for_scotland(tmp_path: Path) -> None:
    message = refusal(nrs_csv(tmp_path, SAVED_AS_CSV.replace("S01900002        ", "                 ")))
    assert "row 7, column 'Area code': the cell is empty; a data zone code like S01000000 was expected" in message


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    message = refusal(open_data(tmp_path, OPEN_DATA.replace("AllAges", "Together")))
    assert "column 'AllAges': the column is missing" in message


def test_a_last_age_that_is_not_open_is_missed(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "zones.csv", every_age(OPEN_DATA, last="Ninety"))
    assert "there is no column for age 90 and over" in refusal(path)


def test_an_age_without_a_column_is_named(tmp_path: Path) -> None:
    table = every_age(RESHAPED, "{}", "90+").replace(" | 17 | 18 | ", " | 17 | eighteen | ")
    assert "there is no column for age 18" in refusal(csv_file(tmp_path / "population20.csv", table))


def test_ages_beyond_90_are_refused(tmp_path: Path) -> None:
    table = "\n".join(f"{line} | {'95' if 'dz11' in line else '0'}" for line in
                      every_age(RESHAPED, "{}", "90+").splitlines())  # fmt: skip
    assert "the ages go on to 95" in refusal(csv_file(tmp_path / "population20.csv", table))


def test_zones_that_do_not_add_up_to_scotland_are_refused_with_both_figures(tmp_path: Path) -> None:
    lost = "\n".join(line for line in lines(OPEN_DATA) if "S01900002" not in line)
    message = refusal(open_data(tmp_path, lost))
    assert "mid-2021, all: the 1 data zones add up to 10, the row for Scotland says 15" in message
    assert "mid-2021, males: the 1 data zones add up to 4, the row for Scotland says 8" in message


def test_scotland_without_a_code_is_reconciled_too(tmp_path: Path) -> None:
    message = refusal(nrs_csv(tmp_path, SAVED_AS_CSV.replace("2,010    | 1,001", "2,011    | 1,002")))
    assert "the 2 data zones add up to 2,010, the row for Scotland says 2,011" in message


def test_scotland_is_reconciled_age_by_age(tmp_path: Path) -> None:
    message = refusal(nrs_csv(tmp_path, SAVED_AS_CSV.replace("| 1,001 | 5     |", "| 1,000 | 6     |")))
    assert "add up to 1,001 at age 0, the row for Scotland says 1,000 (2 age(s) differ)" in message


def test_females_and_males_that_are_not_all_are_refused(tmp_path: Path) -> None:
    drawing = RESHAPED.replace("| Male   | 0 | 3  | 1", "| Male   | 1 | 2  | 1")
    message = refusal(reshaped(tmp_path, drawing=drawing))
    assert "females and males do not add up to all, at one age or more" in message


def test_a_zone_that_lost_the_row_of_one_sex_is_refused(tmp_path: Path) -> None:
    lost = "\n".join(line for line in lines(OPEN_DATA) if not ("Male" in line and "S01900002" in line))
    assert "mid-2021: 1 place(s) have no row for males, which the others have" in refusal(open_data(tmp_path, lost))


def test_a_year_that_is_said_nowhere_is_refused_with_what_to_do(tmp_path: Path) -> None:
    message = refusal(reshaped(tmp_path, "dz11_zones.csv"))
    assert "which year it is for" in message
    assert "Put the year in the file's name, such as population_2021.csv" in message


def test_a_sex_that_is_said_nowhere_is_refused_with_what_to_do(tmp_path: Path) -> None:
    message = refusal(workbook(tmp_path / "zones.xlsx", Sheet1=nrs_sheet(PERSONS, "Population at 30 June 2021")))
    assert "which sex the table is about" in message


def test_a_sex_that_is_none_is_refused(tmp_path: Path) -> None:
    message = refusal(reshaped(tmp_path, drawing=RESHAPED.replace("Male  ", "Boys  ")))
    assert "found 'Boys', expected All (or Persons), Female or Male" in message


def test_a_file_with_nothing_but_scotland_is_refused(tmp_path: Path) -> None:
    only = "\n".join(line for line in lines(OPEN_DATA) if "S01" not in line)
    assert "no row is about a data zone" in refusal(open_data(tmp_path, only))


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    drawing = OPEN_DATA.replace("S01900001 |            | Male", "S019 |            | Male").replace(
        "| 8       | 1", "| 8 | one"
    )
    message = refusal(open_data(tmp_path, drawing))
    assert "found 'S019'" in message
    assert "found 'one' where a number was expected" in message


def lines(drawing: str) -> list[str]:
    """The lines of a drawn table."""
    return [" | ".join(row) for row in cells(drawing)]


def test_zones_of_another_edition_are_told_by_their_codes(tmp_path: Path) -> None:
    read = curated(open_data(tmp_path, OPEN_DATA.replace("S0190", "S0198")))
    assert set(read.tables["population"]["block_type"].to_pylist()) == {"data_zone_2022"}
    assert "population of 2022 data zones, mid-2021, all" in read.claims


def test_zones_of_two_editions_in_one_file_are_refused(tmp_path: Path) -> None:
    message = refusal(open_data(tmp_path, OPEN_DATA.replace("S01900002", "S01990002")))
    assert "rows 8, 9, 10, column 'DataZone': found codes of 2001 data zones (S01990002) among 2011" in message
