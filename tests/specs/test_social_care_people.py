"""People who receive social care become counts by council, service, age and sex; what is rounded is no true zero."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pictures import csv_file, curated, refusal, rows

from locality_profiles.sources import read_extract
from locality_profiles.sources.social_care_people import ALARMS, OPTIONS, SERVICES, TABLES

AGE_AND_SEX = """
financial_year | sending_location               | age_group   | sex                     | measure                                     | rate  | nclient
2021/22        | Norrland                       | All Ages    | Female                  | Rate per 1,000 Social Care Clients          | 600.0 | 60
2021/22        | Norrland                       | All Ages    | Female                  | Rate per 1,000 Social Care Clients (adjusted) | 590.0 | 55
2021/22        | Norrland                       | All Ages    | Male                    | Rate per 1,000 Social Care Clients          | 350.0 | 35
2021/22        | Norrland                       | All Ages    | Male                    | Rate per 1,000 Social Care Clients (adjusted) | 360.0 | 40
2021/22        | Norrland                       | All Ages    | Not Known / Unspecified | Rate per 1,000 Social Care Clients          | 50.0  | 5
2021/22        | Norrland                       | 85+ years   | Female                  | Rate per 1,000 Social Care Clients          | 0     | 0
2021/22        | Scotland (All Areas Submitted) | All Ages    | Female                  | Rate per 1,000 Social Care Clients          | 610.0 | 6100
"""  # noqa: E501
BY_SERVICE = """
financial_year | sending_location | age_group   | service_group               | nclient
2021/22        | Norrland         | All Ages    | Care Home                   | 20
2021/22        | Norrland         | All Ages    | Care at Home                | 40
2021/22        | Norrland         | All Ages    | Community Alarms / Telecare | 70
2021/22        | Norrland         | 18-64 years | Meals                       | 0
2020/21        | Norrland         | All Ages    | Care Home                   | 25
"""
BY_OPTION = """
financial_year | sending_location     | option_type | nclient | rate
2020/21        | Norrland             | Any SDS     | 30      | 9.1
2020/21        | Norrland             | Option 1    | 15      | 4.5
2020/21        | Norrland             | Option 3    | 20      | 6.1
2020/21        | Scotland (Estimated) | Any SDS     | 90000   | 16.5
"""
BY_ALARM = """
financial_year | sending_location     | service                                          | age_group | measure                   | value
2020/21        | Norrland             | Total Receiving Community Alarms and/or Telecare | All Ages  | Rate per 1,000 Population | 9.1
2020/21        | Norrland             | Total Receiving Community Alarms and/or Telecare | All Ages  | Number of People          | 35
2020/21        | Norrland             | Community Alarm Only                             | All Ages  | Number of People          | 20
2020/21        | Norrland             | Telecare Only                                    | All Ages  | Number of People          | 5
2020/21        | Norrland             | Receiving both Community Alarm and Telecare      | All Ages  | Number of People          | 10
2020/21        | Norrland             | Telecare Only                                    | Unknown   | Number of People          | NA
2020/21        | Scotland (Estimated) | Telecare Only                                    | 85+ years | Rate per 1,000 Population | NA
2020/21        | Scotland (Estimated) | Telecare Only                                    | 85+ years | Rate per 1,000 Population | 204.1
2020/21        | Scotland (Estimated) | Telecare Only                                    | 85+ years | Number of People          | 1655
2020/21        | Scotland (Estimated) | Telecare Only                                    | 85+ years | Number of People          | 26190
"""  # noqa: E501
PERSONAL = """
time_period       | financial_quarter | sending_location | age_group | nclient | percentage | scotland_percentage
Financial Quarter | 2020/21 Q3        | Norrland         | All Ages  | 45      | 90.0       | 93.4
Financial Quarter | 2020/21 Q4        | Norrland         | 85+ years | 0       | 0          | 95.0
Census Week       | 2019/20           | Norrland         | All Ages  | 40      | 88.0       | 92.0
"""
DRAWN = {
    "self-directed support by option": BY_OPTION,
    "people supported by service": BY_SERVICE,
    "people supported by age and sex": AGE_AND_SEX,
    "community alarms and telecare": BY_ALARM,
    "personal care at home": PERSONAL,
}


def care(folder: Path, drawing: str) -> Path:
    return csv_file(folder / "care.csv", drawing)


def table(tmp_path: Path, drawing: str) -> Any:
    return curated(care(tmp_path, drawing)).tables["activity"]


# --- every layout ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [of.layout.name for of in TABLES])
def test_each_table_of_the_publication_is_told_by_its_header(tmp_path: Path, name: str) -> None:
    (read,) = read_extract(care(tmp_path, DRAWN[name]))
    assert (read.kind, read.raw.layout.name) == ("social_care_people", name)


@pytest.mark.parametrize("drawing", DRAWN.values(), ids=list(DRAWN))
def test_every_figure_is_a_number_of_people_where_they_live(tmp_path: Path, drawing: str) -> None:
    found = table(tmp_path, drawing)
    assert set(rows(found, "source", "measure_code", "geo_role")) == {("social_care_people", "N_PEOPLE", "residence")}


# --- people by age and sex ------------------------------------------------------------------------


def of_norrland(tmp_path: Path, drawing: str, *columns: str) -> list[tuple[Any, ...]]:
    return [row[1:] for row in rows(table(tmp_path, drawing), "place_name", *columns) if row[0] == "Norrland"]


def test_everybody_is_the_sum_of_the_sexes_and_of_those_whose_sex_is_not_known(tmp_path: Path) -> None:
    assert of_norrland(tmp_path, AGE_AND_SEX, "age_band", "sex", "value") == [
        ("85+", "all", 0.0), ("85+", "female", 0.0),
        ("all", "all", 60.0 + 35 + 5), ("all", "female", 60.0), ("all", "male", 35.0),
    ]  # fmt: skip


def test_figures_adjusted_for_councils_that_did_not_submit_are_not_read(tmp_path: Path) -> None:
    adjusted = {55.0, 40.0, 55.0 + 40}
    assert not adjusted & set(table(tmp_path, AGE_AND_SEX)["value"].to_pylist())


def test_an_adjusted_figure_is_not_held_to_the_rounding(tmp_path: Path) -> None:
    assert of_norrland(tmp_path, AGE_AND_SEX.replace("| 590.0 | 55", "| 590.0 | 57"), "sex", "value")


def test_people_by_age_and_sex_are_of_no_single_service(tmp_path: Path) -> None:
    assert set(table(tmp_path, AGE_AND_SEX)["service_code"].to_pylist()) == {"SC.ALL"}


# --- services, options, alarms --------------------------------------------------------------------


def test_care_at_home_in_a_year_is_not_home_care_in_a_quarter(tmp_path: Path) -> None:
    assert set(of_norrland(tmp_path, BY_SERVICE, "service_code", "age_band", "value")) == {
        ("SC.CH", "all", 20.0), ("SC.CH", "all", 25.0), ("SC.HC.YEAR", "all", 40.0), ("SC.MEALS", "18-64", 0.0),
    }  # fmt: skip


def test_alarms_are_read_from_their_own_table_and_not_from_that_of_services(tmp_path: Path) -> None:
    assert 70.0 not in table(tmp_path, BY_SERVICE)["value"].to_pylist()
    assert ("SC.AT", 35.0) in of_norrland(tmp_path, BY_ALARM, "service_code", "value")


def test_a_total_of_alarms_counts_once_who_has_both(tmp_path: Path) -> None:
    found = dict(
        row[1:] for row in of_norrland(tmp_path, BY_ALARM, "age_band", "service_code", "value") if row[0] == "all"
    )
    assert found == {"SC.AT": 20.0 + 5 + 10, "SC.AT.ALARM": 20.0, "SC.AT.TELE": 5.0, "SC.AT.BOTH": 10.0}


def test_options_need_not_add_up_to_the_people_who_chose_any(tmp_path: Path) -> None:
    assert of_norrland(tmp_path, BY_OPTION, "service_code", "value") == [
        ("SC.SDS", 30.0), ("SC.SDS.1", 15.0), ("SC.SDS.3", 20.0),
    ]  # fmt: skip


def test_every_service_option_and_alarm_has_a_code_of_its_own() -> None:
    codes = [code for words in (ALARMS, SERVICES, OPTIONS) for code in words.values() if code]
    assert len(codes) == len(set(codes)) == len(ALARMS) + len(SERVICES) - 1 + len(OPTIONS)


def test_rates_are_not_read(tmp_path: Path) -> None:
    for drawing in (BY_ALARM, BY_OPTION, PERSONAL):
        assert not {9.1, 204.1, 16.5, 90.0, 93.4} & set(table(tmp_path, drawing)["value"].to_pylist())


# --- the second Scotland --------------------------------------------------------------------------


def scotland(tmp_path: Path, drawing: str) -> list[float | None]:
    return [value for kind, value in rows(table(tmp_path, drawing), "block_type", "value") if kind == "country"]


def test_of_two_scotlands_the_one_with_a_rate_is_read(tmp_path: Path) -> None:
    assert scotland(tmp_path, BY_ALARM) == [26190.0]


def test_two_scotlands_that_both_have_rates_are_refused(tmp_path: Path) -> None:
    missing = "85+ years | Rate per 1,000 Population | NA"
    message = refusal(care(tmp_path, BY_ALARM.replace(missing, missing.replace("NA", "7.1"))))
    assert "rows 10, 11, column 'sending_location': the same sending_location, financial_year" in message


def test_two_rows_of_a_council_are_no_second_scotland(tmp_path: Path) -> None:
    message = refusal(care(tmp_path, BY_ALARM.replace("Scotland (Estimated)", "Sorrland")))
    assert "rows 10, 11, column 'sending_location': the same sending_location" in message


def test_two_scotlands_apart_from_one_another_are_refused(tmp_path: Path) -> None:
    *others, first, second = BY_ALARM.strip().splitlines()
    message = refusal(care(tmp_path, "\n".join([others[0], first, *others[1:], second])))
    assert "stands in more than one row" in message


# --- places, status, periods ----------------------------------------------------------------------


def test_councils_and_scotland_are_named_and_have_no_codes(tmp_path: Path) -> None:
    assert set(rows(table(tmp_path, BY_OPTION), "block_type", "block_code", "place_name")) == {
        ("council_area", None, "Norrland"), ("country", None, "Scotland"),
    }  # fmt: skip


def test_a_rounded_zero_is_not_called_a_true_zero(tmp_path: Path) -> None:
    assert ("85+", "female", 0.0, "rounded") in of_norrland(tmp_path, AGE_AND_SEX, "age_band", "sex", "value", "status")
    assert ("85+", "all", 0.0, "rounded") in of_norrland(tmp_path, AGE_AND_SEX, "age_band", "sex", "value", "status")
    assert ("18-64", 0.0, "rounded") in of_norrland(tmp_path, BY_SERVICE, "age_band", "value", "status")


@pytest.mark.parametrize("name", ["Scotland (Estimated)", "Scotland (All Areas Submitted)"])
def test_scotland_is_estimated_and_says_why(tmp_path: Path, name: str) -> None:
    found = rows(table(tmp_path, BY_OPTION.replace("Scotland (Estimated)", name)), "block_type", "status", "note")
    ((_, status, note),) = [row for row in found if row[0] == "country"]
    assert status == "estimated"
    assert "submit" in note
    assert {row[2] for row in found if row[0] != "country"} == {None}


def test_a_figure_that_is_not_there_is_not_nought(tmp_path: Path) -> None:
    assert ("unknown", None, "not_available") in of_norrland(tmp_path, BY_ALARM, "age_band", "value", "status")


def test_years_are_financial_years(tmp_path: Path) -> None:
    assert set(rows(table(tmp_path, BY_SERVICE), "period_type", "period_start", "period_end")) == {
        ("financial_year", date(2020, 4, 1), date(2021, 3, 31)),
        ("financial_year", date(2021, 4, 1), date(2022, 3, 31)),
    }


def test_a_census_week_bears_the_days_of_its_financial_year_and_is_no_year(tmp_path: Path) -> None:
    assert set(rows(table(tmp_path, PERSONAL), "period_type", "period_start", "period_end", "service_code")) == {
        ("financial_quarter", date(2020, 10, 1), date(2020, 12, 31), "SC.HC.PERS"),
        ("financial_quarter", date(2021, 1, 1), date(2021, 3, 31), "SC.HC.PERS"),
        ("census_week", date(2019, 4, 1), date(2020, 3, 31), "SC.HC.PERS"),
    }


@pytest.mark.parametrize(
    ("drawing", "claims"),
    [
        (AGE_AND_SEX, ("people supported by council, 2021/22",)),
        (BY_SERVICE, ("people supported by service and council, 2020/21",
                      "people supported by service and council, 2021/22")),
        (BY_OPTION, ("self-directed support by council, 2020/21",)),
        (BY_ALARM, ("community alarms and telecare by council, 2020/21",)),
        (PERSONAL, ("personal care at home by council, census week 2019/20",
                    "personal care at home by council, 2020/21 Q3", "personal care at home by council, 2020/21 Q4")),
    ],
)  # fmt: skip
def test_each_table_claims_its_periods(tmp_path: Path, drawing: str, claims: tuple[str, ...]) -> None:
    assert curated(care(tmp_path, drawing)).claims == claims


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drawing", "was", "written", "phrase"),
    [
        (BY_SERVICE, "| 40", "| 41", "row 3, column 'nclient': a number of people is not rounded to 5"),
        (BY_SERVICE, "| 40", "| -40", "row 3, column 'nclient': the number is negative ('-40')"),
        (BY_SERVICE, "| 40", "| many", "row 3, column 'nclient': found 'many' where a number was expected"),
        (BY_SERVICE, "Care at Home", "Care at Sea", "row 3, column 'service_group': found 'Care at Sea', expected one"),
        (BY_SERVICE, "18-64 years", "18-65 years", "row 5, column 'age_group': found '18-65 years', expected one of"),
        (BY_SERVICE, "Care at Home", "Care Home", "rows 2, 3, column 'sending_location': the same sending_location"),
        (BY_SERVICE, "2020/21", "2020/22", "row 6, column 'financial_year': found '2020/22' where a period"),
        (BY_SERVICE, "2020/21        | Norrland", "2020/21 | ", "row 6, column 'sending_location': the cell is empty"),
        (AGE_AND_SEX, "| 35", "| 36", "row 4, column 'nclient': a number of people is not rounded to 5"),
        (
            AGE_AND_SEX,
            "Not Known / Unspecified",
            "Neither",
            "row 6, column 'sex': found 'Neither', expected one of Fem",
        ),
        (
            AGE_AND_SEX,
            "Clients (adjusted) | 590.0",
            "Clients (guessed) | 590.0",
            "row 3, column 'measure': found 'Rate",
        ),
        (BY_OPTION, "Option 3", "Option 5", "row 4, column 'option_type': found 'Option 5', expected one of Any SDS"),
        (BY_ALARM, "Community Alarm Only", "Burglar Alarm", "row 4, column 'service': found 'Burglar Alarm', expected"),
        (
            BY_ALARM,
            "Rate per 1,000 Population | 9.1",
            "Percentage | 9.1",
            "row 2, column 'measure': found 'Percentage'",
        ),
        (PERSONAL, "Census Week", "Fortnight", "row 4, column 'time_period': found 'Fortnight', expected one of"),
        (PERSONAL, "2020/21 Q4", "2020/21 Q5", "row 3, column 'financial_quarter': found '2020/21 Q5' where a period"),
    ],
)
def test_what_cannot_be_right_is_refused(tmp_path: Path, drawing: str, was: str, written: str, phrase: str) -> None:
    assert was in drawing
    message = refusal(care(tmp_path, drawing.replace(was, written)))
    assert f"care.csv, {phrase}" in message


def test_an_exact_count_is_told_to_stay_unpublished(tmp_path: Path) -> None:
    message = refusal(care(tmp_path, BY_SERVICE.replace("| 40", "| 41")))
    assert "Exact counts must not be published; use the published table." in message


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    message = refusal(care(tmp_path, BY_SERVICE.replace("service_group", "servicegroup_")))
    assert "column 'service_group': the column is missing; there is a column 'servicegroup_'" in message
    assert "Rename 'servicegroup_' back to 'service_group'" in message


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    drawing = BY_ALARM.replace("Population | 9.1", "Head | 9.1").replace("| 35", "| 34").replace("Unknown  ", "Nobody")
    message = refusal(care(tmp_path, drawing))
    assert all(phrase in message for phrase in ("'Rate per 1,000 Head'", "not rounded to 5", "'Nobody'"))


def test_where_one_sex_is_held_back_there_is_no_total(tmp_path: Path) -> None:
    held = AGE_AND_SEX.replace("| 350.0 | 35", "| 350.0 | *")
    found = rows(curated(csv_file(tmp_path / "held.csv", held)).tables["activity"],
                 "place_name", "age_band", "sex", "value", "status")  # fmt: skip
    assert ("Norrland", "all", "all", None, "suppressed") in found


@pytest.mark.parametrize(
    ("drawing", "old", "new"),
    [
        (PERSONAL, "2020/21 Q3", "2020/21   "),
        (PERSONAL, "| 2019/20 ", "| 2019/20 Q4 "),
        (
            BY_OPTION,
            "2020/21        | Norrland             | Option 1",
            "202101         | Norrland             | Option 1",
        ),
    ],
)
def test_a_period_of_another_kind_than_its_row_says_is_refused(
    tmp_path: Path, drawing: str, old: str, new: str
) -> None:
    assert old in drawing
    assert "of another kind" in refusal(csv_file(tmp_path / "periods.csv", drawing.replace(old, new, 1)))
