"""Each published table of the index becomes the rows of its domains; what it does not tell stays empty."""

from __future__ import annotations

from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows, workbook

QUINTILES = """
DataZone  | SIMD2020V2Rank | SIMD2020V2CountryDecile | SIMD2020V2CountryQuintile | SIMD2020V2HBDecile | SIMD2020V2HBQuintile
S01900001 | 1              | 1                       | 1                         | 3                  | 2
S01900002 | 3              | 10                      | 5                         | 10                 | 5
S01900003 | 2              | 6                       | 3                         | 1                  | 1
"""  # noqa: E501

RANKS = """
Data_Zone | SIMD2020v2_Rank | SIMD2020v2_Income_Domain_Rank | SIMD2020_Employment_Domain_Rank | SIMD2020_Health_Domain_Rank | SIMD2020_Education_Domain_Rank | SIMD2020_Access_Domain_Rank | SIMD2020_Crime_Domain_Rank | SIMD2020_Housing_Domain_Rank
S01900001 | 1               | 1                             | 2                               | 1                           | 1                              | 3                           | 1.5                        | 1
S01900002 | 2               | 2                             | 1                               | 2                           | 2                              | 2                           | 1.5                        | 2
S01900003 | 3               | 3                             | 3                               | 3                           | 3                              | 1                           | 3                          | 3
"""  # noqa: E501

INDICATORS = """
Data_Zone | Total_population | Working_age_population | Income_rate | Income_count | Employment_rate | Employment_count | no_qualifications | not_participating | Broadband | crime_rate
S01900001 | 900              | 600                    | 10%         | 90           | 5%              | 30               | 53                | 0%                | 11%       | *
S01900002 | 800              | 500                    | *           | *            | 0%              | 0                | 96                | 2%                | 1%        | 128
"""  # noqa: E501


def test_quintiles_are_the_countrys_and_stand_in_the_overall_domain(tmp_path: Path) -> None:
    table = curated(csv_file(tmp_path / "simd.csv", QUINTILES)).tables["deprivation"]
    assert rows(table, "block_code", "domain", "rank", "decile", "quintile", "status") == [
        ("S01900001", "overall", 1.0, 1, 1, "actual"),
        ("S01900002", "overall", 3.0, 10, 5, "actual"),
        ("S01900003", "overall", 2.0, 6, 3, "actual"),
    ]
    assert set(rows(table, "index", "block_type", "people")) == {("simd_2020v2", "data_zone_2011", None)}


def test_the_edition_comes_from_the_column_names(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "simd.csv", QUINTILES.replace("SIMD2020V2", "SIMD2016")))
    assert set(read.tables["deprivation"]["index"].to_pylist()) == {"simd_2016"}
    assert read.claims == ("SIMD 2016, quintiles",)


def test_ranks_become_one_row_for_the_index_and_each_of_its_seven_domains(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "ranks.csv", RANKS, encoding="utf-8-sig"))
    first = [row for row in rows(read.tables["deprivation"], "block_code", "domain", "rank") if row[0] == "S01900001"]
    assert [row[1:] for row in first] == [
        ("access", 3.0), ("crime", 1.5), ("education", 1.0), ("employment", 2.0), ("health", 1.0), ("housing", 1.0),
        ("income", 1.0), ("overall", 1.0),
    ]  # fmt: skip
    assert set(rows(read.tables["deprivation"], "index", "decile", "quintile")) == {("simd_2020v2", None, None)}


def test_counts_stand_beside_the_people_among_whom_they_were_counted(tmp_path: Path) -> None:
    table = curated(csv_file(tmp_path / "indicators.csv", INDICATORS)).tables["deprivation"]
    assert rows(table, "block_code", "domain", "deprived_people", "people", "status") == [
        ("S01900001", "employment", 30.0, 600.0, "actual"),
        ("S01900001", "income", 90.0, 900.0, "actual"),
        ("S01900002", "employment", 0.0, 500.0, "true_zero"),
        ("S01900002", "income", None, 800.0, "suppressed"),
    ]
    assert set(rows(table, "rank", "quintile")) == {(None, None)}


def test_the_workbook_of_indicators_reads_as_the_csv_does(tmp_path: Path) -> None:
    proportions = INDICATORS.replace("10%", "0.1").replace("5%", "0.05")
    book = workbook(tmp_path / "simd.xlsx", Contents="Scottish Index of Multiple Deprivation", Data=proportions)
    text = csv_file(tmp_path / "indicators.csv", INDICATORS)
    assert curated(book).tables["deprivation"].equals(curated(text).tables["deprivation"])


def test_indicators_say_that_their_edition_is_taken_from_the_column_set(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "indicators.csv", INDICATORS))
    assert set(read.tables["deprivation"]["index"].to_pylist()) == {"simd_2020v2"}
    assert "the file names no edition of the index" in read.notes[0]


def test_more_deprived_people_than_people_are_kept_and_noted(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "indicators.csv", INDICATORS.replace("| 600 ", "| 29 ")))
    assert "data zones with more employment-deprived people than people, kept as supplied: 1" in read.notes


def test_two_tables_of_indicators_claim_the_same_and_the_three_tables_do_not(tmp_path: Path) -> None:
    claims = [curated(csv_file(tmp_path / f"{n}.csv", d)).claims for n, d in enumerate((QUINTILES, RANKS, INDICATORS))]
    assert claims == [
        ("SIMD 2020v2, quintiles",),
        ("SIMD 2020v2, domain ranks",),
        ("SIMD 2020v2, income and employment counts",),
    ]
    assert curated(workbook(tmp_path / "simd.xlsx", Data=INDICATORS)).claims == claims[2]


@pytest.mark.parametrize(
    ("drawing", "right", "wrong", "phrase"),
    [
        (QUINTILES, "| 3              | 10 ", "| 4 | 10 ", "row 3, column 'SIMD2020V2Rank': the rank is above 3"),
        (QUINTILES, "S01900001 | 1 ", "S01900001 | 0 ", "row 2, column 'SIMD2020V2Rank': the number is below 1 ('0')"),
        (QUINTILES, "S01900003 | 2 ", "S01900003 | 2.3 ", "row 4, column 'SIMD2020V2Rank': the rank is neither whole"),
        (QUINTILES, "| 6    ", "| 11   ", "row 4, column 'SIMD2020V2CountryDecile': the number is above 10 ('11')"),
        (
            QUINTILES,
            "| 10                      | 5 ",
            "| 10 | 4 ",
            "row 3, column 'SIMD2020V2CountryQuintile': the qui",
        ),
        (
            QUINTILES,
            "S01900002",
            "S01900001",
            "rows 2, 3, column 'DataZone': the same DataZone stands in more than one",
        ),
        (
            RANKS,
            "| 1.5 ",
            "| high ",
            "row 2, column 'SIMD2020_Crime_Domain_Rank': found 'high' where a number was expect",
        ),
        (INDICATORS, "| 90 ", "| -90 ", "row 2, column 'Income_count': the number is negative ('-90')"),
        (
            INDICATORS,
            "| 500 ",
            "| 499.5 ",
            "row 3, column 'Working_age_population': found '499.5' where a whole number",
        ),
        (INDICATORS, "S01900002", "S12900002", "row 3, column 'Data_Zone': found 'S12900002', expected a data zone co"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, drawing: str, right: str, wrong: str, phrase: str) -> None:
    assert right in drawing
    assert phrase in refusal(csv_file(tmp_path / "simd.csv", drawing.replace(right, wrong, 1)))


def test_a_file_cut_to_one_council_is_told_so(tmp_path: Path) -> None:
    message = refusal(csv_file(tmp_path / "simd.csv", QUINTILES.replace("| 3              | 10 ", "| 6000 | 10 ")))
    assert "the file may be cut short or hold only some councils; use the whole country's" in message.casefold()


def test_a_renamed_quintile_is_named_with_the_likely_new_name(tmp_path: Path) -> None:
    renamed = QUINTILES.replace("SIMD2020V2CountryQuintile", "SIMD2020V2ScotlandQuintile")
    message = refusal(csv_file(tmp_path / "simd.csv", renamed))
    assert "column 'SIMD2020V2CountryQuintile': the column is missing; there is a column 'SIMD2020V2" in message


def test_an_edition_on_2001_data_zones_is_not_read(tmp_path: Path) -> None:
    from locality_profiles.sources import read_extract

    old = csv_file(tmp_path / "simd.csv", QUINTILES.replace("SIMD2020V2", "SIMD2012"))
    assert read_extract(old) == []


def test_zones_of_another_edition_are_told_by_their_codes(tmp_path: Path) -> None:
    read = curated(csv_file(tmp_path / "simd.csv", QUINTILES.replace("S0190", "S0198")))
    assert set(read.tables["deprivation"]["block_type"].to_pylist()) == {"data_zone_2022"}
    assert read.claims == ("SIMD 2020v2, quintiles, 2022 data zones",)


@pytest.mark.parametrize(("drawing", "column"), [
    (QUINTILES, "DataZone"), (RANKS, "Data_Zone"), (INDICATORS, "Data_Zone"),
])  # fmt: skip
def test_zones_of_two_editions_in_one_file_are_refused(tmp_path: Path, drawing: str, column: str) -> None:
    message = refusal(csv_file(tmp_path / "simd.csv", drawing.replace("S01900002", "S01990002")))
    assert f"row 3, column '{column}': found codes of 2001 data zones (S01990002) among 2011 data zones" in message
