"""Census tables as the flexible table builder writes them become counts by data zone; parts need not add up."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows, workbook

from locality_profiles.sources import read_extract
from locality_profiles.sources.census_table import TOPICS, Topic

TITLE = """
Individual2022
Scotland's Census 2022 - Table UV000 - Drawn for a test
Intermediate Zone - Data Zone 2011 by Drawing
Counting: Individuals
Filters:
Default Summation | Individuals
"""
FOOT = """
INFO | Data has been perturbed
Crown copyright. Cells might not sum to sub totals and totals.
(c) The maker of the table builder
"""
#: As a workbook has it: the zones stand in the second column, which has no name, as the first row of the body says.
TENURE = """
Household tenure |                                    | All occupied households | Owned: Total | Owned: Owned outright | Private rented: Total | Lives Rent Free
                 | Intermediate Zone - Data Zone 2011 |                         |              |                       |                       |
                 | S01900001                          | 10                      | 6            | 4                     | 3                     | 0
                 | S01900002                          | 20                      | 20           | 23                    | 0                     | 0
"""  # noqa: E501
#: As a CSV has it: the zones stand in the first column, and every row ends with a comma.
RELIGION = """
Religion                           | All people | Church of Scotland | No religion | Religion not stated |
Intermediate Zone - Data Zone 2011 |
S01900001                          | 30         | 10                 | 15          | 4                   |
S01900002                          | 40         | 0                  | 39          | 2                   |
"""


def census(folder: Path, drawing: str = TENURE, title: str = TITLE, foot: str = FOOT) -> Path:
    return workbook(folder / "table.xlsx", **{"Data Sheet 0": title + drawing + foot, "format": "heading\nfooter"})


def csv_census(folder: Path, drawing: str = RELIGION, title: str = TITLE, foot: str = FOOT) -> Path:
    return csv_file(folder / "table.csv", title + drawing + foot)


def table(path: Path) -> Any:
    return curated(path).tables["local_count"]


# --- what it becomes ------------------------------------------------------------------------------


def test_each_answer_of_a_zone_is_a_row_and_so_is_everybody(tmp_path: Path) -> None:
    assert rows(table(census(tmp_path)), "block_code", "category", "value") == [
        ("S01900001", "all", 10.0), ("S01900001", "owned", 6.0), ("S01900001", "owned_outright", 4.0),
        ("S01900001", "private_rented", 3.0), ("S01900001", "rent_free", 0.0),
        ("S01900002", "all", 20.0), ("S01900002", "owned", 20.0), ("S01900002", "owned_outright", 23.0),
        ("S01900002", "private_rented", 0.0), ("S01900002", "rent_free", 0.0),
    ]  # fmt: skip


def test_a_csv_has_its_zones_in_the_first_column(tmp_path: Path) -> None:
    assert rows(table(csv_census(tmp_path)), "block_code", "category", "value") == [
        ("S01900001", "all", 30.0), ("S01900001", "church_of_scotland", 10.0),
        ("S01900001", "none", 15.0), ("S01900001", "not_stated", 4.0),
        ("S01900002", "all", 40.0), ("S01900002", "church_of_scotland", 0.0),
        ("S01900002", "none", 39.0), ("S01900002", "not_stated", 2.0),
    ]  # fmt: skip


def test_everyone_was_counted_on_one_day_of_either_sex_and_any_age(tmp_path: Path) -> None:
    found = table(census(tmp_path))
    assert set(rows(found, "period_type", "period_start", "period_end", "sex", "age_band", "block_type", "topic")) == {
        ("snapshot", date(2022, 3, 20), date(2022, 3, 20), "all", "all", "data_zone_2011", "tenure")
    }


def test_the_title_tells_which_census_it_was(tmp_path: Path) -> None:
    found = table(census(tmp_path, title=TITLE.replace("Census 2022", "Census 2011")))
    assert set(rows(found, "period_start", "period_end")) == {(date(2011, 3, 27), date(2011, 3, 27))}


def test_a_nought_is_never_called_a_true_zero(tmp_path: Path) -> None:
    found = rows(table(census(tmp_path)), "value", "status")
    assert (0.0, "rounded") in found
    assert {status for _, status in found} == {"rounded"}


def test_titles_above_the_row_of_the_zones_kind_and_footnotes_are_no_places(tmp_path: Path) -> None:
    for path in (census(tmp_path), csv_census(tmp_path)):
        assert set(table(path)["block_code"].to_pylist()) == {"S01900001", "S01900002"}


def test_footnotes_may_be_missing_and_the_order_of_answers_is_free(tmp_path: Path) -> None:
    turned = """
    Religion                 | No religion | Religion not stated | Church of Scotland | All people
    Datazone 2011            |
    S01900001                | 15          | 4                   | 10                 | 30
    """
    assert rows(table(csv_census(tmp_path, turned, foot="")), "category", "value") == [
        ("all", 30.0), ("church_of_scotland", 10.0), ("none", 15.0), ("not_stated", 4.0),
    ]  # fmt: skip


def test_a_column_that_is_not_asked_for_is_left_out(tmp_path: Path) -> None:
    drawing = RELIGION.replace("No religion", "Some Other Answer")
    assert "none" not in table(csv_census(tmp_path, drawing))["category"].to_pylist()


def test_totals_of_groups_stand_beside_their_parts(tmp_path: Path) -> None:
    found = [row for row in rows(table(census(tmp_path)), "block_code", "category", "value") if "owned" in row[1]]
    assert found[:2] == [("S01900001", "owned", 6.0), ("S01900001", "owned_outright", 4.0)]


def test_a_file_claims_a_census_and_what_it_asked(tmp_path: Path) -> None:
    assert curated(census(tmp_path)).claims == ("census 2022, tenure",)
    assert curated(csv_census(tmp_path)).claims == ("census 2022, religion",)


def test_zones_of_another_edition_are_told_apart_and_claimed_apart(tmp_path: Path) -> None:
    read = curated(census(tmp_path, TENURE.replace("S0190000", "S0198000")))
    assert set(read.tables["local_count"]["block_type"].to_pylist()) == {"data_zone_2022"}
    assert read.claims == ("census 2022, tenure, 2022 data zones",)


# --- every table ----------------------------------------------------------------------------------


def whole(topic: Topic) -> str:
    """A table of everything that a topic asks: answer number n was given n times in the first zone."""
    answers = list(topic.answers)
    lines = [
        ["Drawn", "", topic.everybody, *answers],
        ["", "Datazone 2011"],
        ["", "S01900001", "100", *(str(number) for number in range(1, len(answers) + 1))],
    ]
    return "\n".join("|".join(line) for line in lines)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.topic)
def test_every_heading_of_every_table_is_an_answer(tmp_path: Path, topic: Topic) -> None:
    expected = {answer: float(number) for number, answer in enumerate(topic.answers.values(), start=1)}
    found = table(census(tmp_path, whole(topic)))
    assert dict(rows(found, "category", "value")) == {"all": 100.0, **expected}
    assert set(found["topic"].to_pylist()) == {topic.topic}


def test_the_builders_own_quotes_blank_lines_tabs_and_last_commas_are_seen_through(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        'SuperWEB2(tm)\n\n"Scotland\'s Census 2022 - Occupancy  "\n\n'
        '"Occupancy","All occupied households","\tOccupancy rating of bedrooms: +2 or more",'
        '"Occupancy rating of \tbedrooms: +1","\tOccupancy rating of bedrooms: -1 or less",\n'
        '"Intermediate Zone - Data Zone 2011",\n"S01900001",12,7,4,2,\n\n\n'
        '"INFO","Data has been perturbed"\n\n"Crown copyright, and more words"\n\n(c) The maker\n',
        encoding="utf-8",
    )
    assert rows(table(path), "block_code", "category", "value") == [
        ("S01900001", "all", 12.0), ("S01900001", "one_spare", 4.0), ("S01900001", "too_few", 2.0),
        ("S01900001", "two_spare_or_more", 7.0),
    ]  # fmt: skip


def test_no_two_tables_have_the_same_topic_or_layout_and_no_answer_is_called_all() -> None:
    assert len({topic.topic for topic in TOPICS}) == len({topic.layout.required for topic in TOPICS}) == len(TOPICS)
    for topic in TOPICS:
        assert "all" not in topic.answers.values()
        assert len(set(topic.answers.values())) == len(topic.answers)


def test_ages_by_sex_stacked_zone_by_zone_are_not_mistaken_for_a_table(tmp_path: Path) -> None:
    stacked = """
    S01900001
    Sex        | All people | Female | Male
    Age        |
    All people | 30         | 16     | 14
    0 - 4      | 3          | 2      | 1
    """
    path = workbook(tmp_path / "stacked.xlsx", ages=TITLE + stacked + FOOT)
    assert read_extract(path) == []


# --- parts and totals -----------------------------------------------------------------------------


def test_a_part_may_be_three_above_its_total_because_each_was_changed_by_itself(tmp_path: Path) -> None:
    found = rows(table(census(tmp_path)), "block_code", "category", "value")
    assert ("S01900002", "owned_outright", 20.0 + 3) in found


def test_a_part_further_above_its_total_is_refused(tmp_path: Path) -> None:
    message = refusal(census(tmp_path, TENURE.replace("| 23 ", "| 24 ")))
    assert "row 10, column 'Owned: Owned outright': the count is more than 3 above the total of its row" in message
    assert "download the table again" in message


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "written", "phrase"),
    [
        ("| 40  ", "| -40 ", "row 10, column 'All people': the number is negative ('-40')"),
        ("| 40  ", "| 40.5 ", "row 10, column 'All people': found '40.5' where a whole number was expected"),
        ("| 40  ", "| *   ", "row 10, column 'All people': found '*' where every row must have a number"),
        ("| 39  ", "| few ", "row 10, column 'No religion': found 'few' where a number was expected"),
        ("| 39  ", "|     ", "row 10, column 'No religion': found '' where every row must have a number"),
        ("| 39  ", "| 3.5 ", "row 10, column 'No religion': found '3.5' where a whole number was expected"),
        ("| 39  ", "| *   ", "row 10, column 'No religion': found '*' where every row must have a number"),
        ("S01900002", "S0190002 ", "row 10, column 'Religion': found 'S0190002', expected a data zone code"),
        ("S01900002", "         ", "row 10, column 'Religion': the cell is empty; a data zone code like S01000000"),
        ("S01900002", "S01900001", "rows 9, 10, column 'Religion': the same Religion stands in more than one row"),
        ("S01900002", "S01980002", "codes of 2022 data zones (S01980002) among 2011 data zones; one edition"),
    ],
)
def test_what_cannot_be_right_is_refused(tmp_path: Path, was: str, written: str, phrase: str) -> None:
    assert was in RELIGION
    message = refusal(csv_census(tmp_path, RELIGION.replace(was, written)))
    assert phrase in message
    assert "table.csv, row" in message


@pytest.mark.parametrize("title", [TITLE.replace("Census 2022", "Survey 2022"), TITLE.replace("2022", "2001"), ""])
def test_a_table_of_no_known_census_is_refused(tmp_path: Path, title: str) -> None:
    for path in (census(tmp_path, title=title), csv_census(tmp_path, title=title)):
        message = refusal(path)
        assert "the title above the table names no census that is known here" in message
        assert "Keep the title rows of the download; censuses: 2011, 2022." in message


def test_a_renamed_answer_is_named_with_its_likely_column(tmp_path: Path) -> None:
    message = refusal(csv_census(tmp_path, RELIGION.replace("Religion not stated", "Religion is not stated")))
    assert "column 'Religion not stated': the column is missing" in message
    assert "Rename 'Religion is not stated' back to 'Religion not stated'" in message


def test_all_problems_of_a_table_are_told_at_once(tmp_path: Path) -> None:
    drawing = RELIGION.replace("| 39  ", "| few ").replace("| 30  ", "| -30 ").replace("S01900002", "S0190002 ")
    message = refusal(csv_census(tmp_path, drawing, title=TITLE.replace("2022", "2001")))
    assert all(phrase in message for phrase in ("'few'", "'-30'", "'S0190002'", "names no census"))


def test_a_zone_without_its_total_is_refused_not_left_out(tmp_path: Path) -> None:
    message = refusal(csv_census(tmp_path, RELIGION.replace("S01900001                          | 30 ",
                                                            "S01900001                          |    ")))  # fmt: skip
    assert "All people" in message


def test_an_answer_whose_column_is_missing_or_renamed_is_told(tmp_path: Path) -> None:
    read = curated(csv_census(tmp_path, RELIGION.replace("No religion |", "No faith    |")))
    assert "No religion" in read.notes[0]
    assert "Church of Scotland" not in read.notes[0]
