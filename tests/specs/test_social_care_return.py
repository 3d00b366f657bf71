"""The council's return: a template goes out, comes back filled in, and its rows become activity."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from filled import QUARTER, YEAR, Row, filled, sheet_of
from pictures import refusal, rows, workbook

from locality_profiles.sources import read_extract
from locality_profiles.sources._return_workbook import EXAMPLE_ROW, FIRST_ROW, HEADING_ROW, template_workbook
from locality_profiles.sources._returns import declared

BANDS = ("0-17", "18-64", "65-74", "75-84", "85+")
HOME: Row = {**QUARTER, "service_type": "personal", "provider_sector": "council", "n_people": 10,
             "planned_hours": 100, "actual_hours": 90.5, "unmet_hours": 4}  # fmt: skip
PLACEMENT: Row = {"quarter": "2020/21 Q4", "partnership": "Skarvoe", "age_band": "all", "n_residents": 4,
                  "n_admissions": 1, "n_discharges": 0, "n_respite_nights": 2}  # fmt: skip


def returned(folder: Path, **sheets: list[Row]) -> Path:
    return filled(folder / "return.xlsx", "social-care", **sheets)


def activity(folder: Path, **sheets: list[Row]) -> Any:
    """All rows of the sheets that were filled in."""
    read = read_extract(returned(folder, **sheets))
    return pa.concat_tables([each.curated.tables["activity"] for each in read if each.curated.tables])


def figures(table: Any, *columns: str) -> dict[tuple[Any, ...], float | None]:
    """Values by service, measure and other columns; a key that stands twice is no table."""
    found = rows(table, "service_code", "measure_code", *columns, "value")
    assert len({row[:-1] for row in found}) == len(found)
    return {row[:-1]: row[-1] for row in found}


# --- the round trip -------------------------------------------------------------------------------


def test_a_template_that_was_filled_in_becomes_activity_of_its_locality(tmp_path: Path) -> None:
    table = activity(tmp_path, home_care=[HOME])
    assert figures(table) == {
        ("SC.HC.PERS", "N_PEOPLE"): 10, ("SC.HC.PERS", "HOURS_PLANNED"): 100, ("SC.HC.PERS", "HOURS"): 90.5,
        ("SC.HC.PERS", "HOURS_UNMET"): 4, ("SC.HC", "HOURS_UNMET"): 4,
    }  # fmt: skip
    assert set(rows(table, "source", "period_type", "period_start", "period_end", "geo_role")) == {
        ("social_care_return", "financial_quarter", date(2021, 1, 1), date(2021, 3, 31), "residence")
    }
    assert set(rows(table, "block_type", "block_code", "place_name", "place_parent", "age_band", "care_group")) == {
        ("locality", None, "North", "Skarvoe", "all", "all")
    }


def test_every_sheet_can_be_filled_in_with_its_own_example(tmp_path: Path) -> None:
    form, numeric = declared("social-care"), ("count", "number", "money")
    example = {
        sheet.id: [{c.name: int(c.example) if c.type in numeric else c.example for c in sheet.columns}]
        for sheet in form.sheets
    }  # fmt: skip
    read = read_extract(returned(tmp_path, **example))
    assert [each.raw.sheet for each in read] == [sheet.title for sheet in form.sheets]
    for each, sheet in zip(read, form.sheets, strict=True):
        expected = {b.measure for column in sheet.columns for b in column.becomes}
        assert set(each.curated.tables["activity"]["measure_code"].to_pylist()) == expected
        assert set(each.curated.tables["activity"]["status"].to_pylist()) == {"actual"}


def test_a_template_that_nobody_filled_in_is_refused_as_empty(tmp_path: Path) -> None:
    assert "return.xlsx: the workbook is empty: no sheet has a row that is filled in." in refusal(returned(tmp_path))


def test_a_sheet_without_even_its_example_is_passed_over(tmp_path: Path) -> None:
    book = template_workbook(declared("social-care"))
    book["Carers"].delete_rows(EXAMPLE_ROW)
    page = book["Home care"]
    page.append([HOME.get(cell.value) for cell in page[HEADING_ROW]])
    book.save(tmp_path / "return.xlsx")
    read = {each.raw.sheet: each.curated for each in read_extract(tmp_path / "return.xlsx")}
    assert read["Carers"].tables == {}
    assert read["Home care"].claims == ("return of social-care, home care, Skarvoe, 2020/21 Q4",)


def test_a_single_sheet_as_csv_does_as_well(tmp_path: Path) -> None:
    path = tmp_path / "carers.csv"
    path.write_text("quarter,partnership,locality,age_band,n_carers,n_plans_completed,hours_of_break\n"
                    "2020/21 Q4,Skarvoe,North,all,3,1,8.5\n", encoding="utf-8")  # fmt: skip
    (read,) = read_extract(path)
    assert figures(read.curated.tables["activity"]) == {
        ("SC.CARER", "N_PEOPLE"): 3, ("SC.CARER", "N_PLANS"): 1, ("SC.CARER", "HOURS"): 8.5,
    }  # fmt: skip


def test_the_template_offers_lists_and_keeps_its_headings_in_sight() -> None:
    book = template_workbook(declared("social-care"), [("Skarvoe", "North", "S37900001/north")])
    page = book["Home care"]
    assert page.freeze_panes == f"A{FIRST_ROW}"
    assert page.page_setup.orientation == "landscape"
    lists = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in page.data_validations.dataValidation
             if rule.type == "list"}  # fmt: skip
    assert lists["C6"] == "Localities!$B$2:$B$2000"
    first, last = (int(part.rsplit("$", 1)[1]) for part in lists["D6"].removeprefix("Codes!").split(":"))
    assert [book["Codes"].cell(row, 2).value for row in range(first, last + 1)] == ["all", *BANDS]
    assert [cell.value for cell in book["Localities"][2]] == ["Skarvoe", "North", "S37900001/north"]


# --- what each sheet becomes ----------------------------------------------------------------------


def test_residents_are_shown_by_where_they_came_from_and_by_where_the_home_stands(tmp_path: Path) -> None:
    table = activity(tmp_path, care_homes=[
        {**PLACEMENT, "origin_locality": "North", "home_locality": "South"},
        {**PLACEMENT, "origin_locality": "South", "home_locality": "South", "n_residents": 6},
        {**PLACEMENT, "origin_locality": "North", "home_locality": "Outside", "n_residents": 1},
    ])  # fmt: skip
    residents = {key[2:]: value for key, value in figures(table, "geo_role", "place_name").items()
                 if key[1] == "N_RESIDENTS"}  # fmt: skip
    assert residents == {("residence", "North"): 4 + 1, ("residence", "South"): 6, ("provider", "South"): 4 + 6}
    days = {row[1:] for row in rows(table, "measure_code", "period_type", "period_start") if row[0] == "N_RESIDENTS"}
    assert days == {("snapshot", date(2021, 3, 31))}


def test_places_are_of_the_homes_locality_on_the_last_day(tmp_path: Path) -> None:
    row = {"quarter": "2020/21 Q4", "partnership": "Skarvoe", "home_locality": "South", "n_places": 40}
    found = rows(activity(tmp_path, care_home_places=[row]), "service_code", "measure_code", "geo_role", "period_type")
    assert found == [("SC.CH.LONG", "PLACES", "provider", "snapshot")]


def test_options_and_alarms_are_of_a_financial_year(tmp_path: Path) -> None:
    table = activity(
        tmp_path, self_directed_support=[{**YEAR, "sds_option": 3, "n_people": 30}],
        telecare=[{**YEAR, "alarm_type": "any", "n_active": 12, "n_new": 2}],
    )  # fmt: skip
    assert figures(table, "period_type") == {
        ("SC.SDS.3", "N_PEOPLE", "financial_year"): 30, ("SC.AT", "N_PEOPLE", "financial_year"): 12,
        ("SC.AT", "N_NEW", "financial_year"): 2,
    }  # fmt: skip


def test_the_balance_of_care_is_of_people_of_65_and_over(tmp_path: Path) -> None:
    row = {key: value for key, value in YEAR.items() if key != "age_band"}
    table = activity(tmp_path, balance_of_care=[{**row, "people_65_at_home": 900}])
    assert figures(table, "age_band") == {("POP.BALANCE", "N_PEOPLE_HOME", "65+"): 900}


@pytest.mark.parametrize("indicator", [
    "care_home_residents", "care_home_occupancy", "unmet_home_care_hours", "waiting_for_assessment", "day_care",
    "respite_nights", "meals", "carer_support_plans", "equipment_issued", "msg6_at_home", "sds_option_1",
    "sds_option_2", "sds_option_3", "sds_option_4", "community_alarms",
])  # fmt: skip
def test_the_return_gives_the_very_rows_that_an_indicator_asks_for(indicator: str) -> None:
    from locality_profiles.indicators.definition import indicators

    form = declared("social-care")
    given = set()
    for sheet in form.sheets:
        kind = "financial_quarter" if sheet.period.type == "quarter" else "financial_year"
        for column in sheet.columns:
            for each in column.becomes:
                place = next(c for c in sheet.of("locality") if c.name == (each.place or c.name))
                services = [each.service] if each.service else list(sheet.of("service")[0].codes.values())
                given |= {(service, each.measure, "snapshot" if each.last_day else kind, place.geo_role)
                          for service in services}  # fmt: skip
    definition = indicators()[indicator]
    terms = [term for term in (definition.numerator, definition.denominator) if term and term.table == "activity"]
    for term in terms:
        where = term.where
        assert (where["service_code"], where["measure_code"], term.period, where["geo_role"]) in given


# --- adding ---------------------------------------------------------------------------------------


def test_hours_are_added_over_sectors_and_people_are_an_estimate_then(tmp_path: Path) -> None:
    table = activity(tmp_path, home_care=[HOME, {**HOME, "provider_sector": "private", "n_people": 5}])
    assert figures(table)["SC.HC.PERS", "HOURS"] == 90.5 + 90.5
    (people,) = [row[1:] for row in rows(table, "measure_code", "value", "status", "note") if row[0] == "N_PEOPLE"]
    assert people[:2] == (10 + 5, "estimated")
    assert people[2].startswith("People are counted once in each part")


def test_people_are_never_added_over_kinds_of_home_care(tmp_path: Path) -> None:
    table = activity(tmp_path, home_care=[HOME, {**HOME, "service_type": "reablement", "unmet_hours": 3}])
    found = figures(table)
    assert ("SC.HC", "N_PEOPLE") not in found
    assert found["SC.HC", "HOURS_UNMET"] == 4 + 3


def test_all_ages_are_made_of_the_bands(tmp_path: Path) -> None:
    carers = [{**QUARTER, "age_band": band, "n_carers": number, "n_plans_completed": 1, "hours_of_break": 2}
              for number, band in enumerate(BANDS)]  # fmt: skip
    found = figures(activity(tmp_path, carers=carers), "age_band")
    assert found["SC.CARER", "N_PEOPLE", "all"] == 0 + 1 + 2 + 3 + 4
    assert found["SC.CARER", "N_PEOPLE", "85+"] == 4


def test_a_total_that_was_given_stays_beside_its_bands(tmp_path: Path) -> None:
    row = {**QUARTER, "n_carers": 9, "n_plans_completed": 1, "hours_of_break": 2}
    found = figures(activity(tmp_path, carers=[row, {**row, "age_band": "85+", "n_carers": 2}]), "age_band")
    assert (found["SC.CARER", "N_PEOPLE", "all"], found["SC.CARER", "N_PEOPLE", "85+"]) == (9, 2)


def test_a_band_of_one_sector_does_not_pass_for_that_of_all(tmp_path: Path) -> None:
    by_band = [{**HOME, "age_band": band} for band in BANDS]
    found = figures(activity(tmp_path, home_care=[*by_band, {**HOME, "provider_sector": "private"}]), "age_band")
    assert {key[2] for key in found} == {"all"}
    assert found["SC.HC.PERS", "HOURS_PLANNED", "all"] == 5 * 100 + 100


def test_a_median_is_never_added(tmp_path: Path) -> None:
    work = [{**QUARTER, "age_band": band, "n_referrals": 1, "n_assessments": 1, "waiting_for_assessment": 2,
             "median_wait_days": 20} for band in BANDS]  # fmt: skip
    found = figures(activity(tmp_path, social_work=work), "age_band")
    assert found["SC.SW", "WAIT_N", "all"] == 5 * 2
    assert ("SC.SW", "WAIT_MED_DAYS", "all") not in found
    assert found["SC.SW", "WAIT_MED_DAYS", "85+"] == 20


@pytest.mark.parametrize(("written", "value", "status"), [
    (None, None, "not_available"), (0, 0, "true_zero"), ("*", None, "suppressed"), ("s", None, "suppressed"),
    ("S", None, "suppressed"), (7, 7, "actual"),
])  # fmt: skip
def test_empty_is_not_zero_and_a_star_is_suppressed(
    tmp_path: Path, written: Any, value: float | None, status: str
) -> None:
    table = activity(tmp_path, equipment=[{**QUARTER, "n_issued": written}])
    assert rows(table, "value", "status") == [(value, status)]


@pytest.mark.parametrize(("written", "status"), [("*", "suppressed"), (None, "not_available")])
def test_a_sum_that_lacks_a_part_has_no_value(tmp_path: Path, written: Any, status: str) -> None:
    parts = [{**QUARTER, "kind": "equipment", "n_issued": 5}, {**QUARTER, "kind": "adaptation", "n_issued": written}]
    assert rows(activity(tmp_path, equipment=parts), "value", "status") == [(None, status)]


# --- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "place"), [
    ("North", ("locality", None, "North", "Skarvoe")),
    ("S37900001/north", ("locality", "S37900001/north", None, None)),
    ("S01900001", ("data_zone_2011", "S01900001", None, None)),
    ("S01980001", ("data_zone_2022", "S01980001", None, None)),
])  # fmt: skip
def test_a_place_is_a_name_a_code_or_a_data_zone(tmp_path: Path, written: str, place: tuple[str | None, ...]) -> None:
    table = activity(tmp_path, equipment=[{**QUARTER, "locality": written, "n_issued": 5}])
    assert rows(table, "block_type", "block_code", "place_name", "place_parent") == [place]


def test_money_is_checked_and_not_kept_and_the_notes_say_so(tmp_path: Path) -> None:
    row = {**QUARTER, "n_issued": 5, "cost": 1200, "remark": "nothing odd"}
    (read,) = [each for each in read_extract(returned(tmp_path, equipment=[row])) if each.curated.tables]
    assert read.curated.notes[0] == "columns that are not read: remark"
    assert read.curated.notes[1].startswith("cells of 'cost' that are filled in: 1. Money waits for the budget work")
    assert "COST" not in str(read.curated.tables["activity"]["measure_code"].to_pylist())


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("changed", "phrase"), [
    ({"quarter": "2020/21"}, "column 'quarter': found '2020/21' where a financial quarter was expected"),
    ({"partnership": None}, "column 'partnership': the cell is empty"),
    ({"locality": None}, "column 'locality': the cell is empty"),
    ({"age_band": "65+"}, "column 'age_band': found '65+', expected one of all, 0-17"),
    ({"service_type": "cleaning"}, "column 'service_type': found 'cleaning', expected one of personal"),
    ({"n_people": 2.5}, "column 'n_people': found '2.5' where a whole number of people was expected"),
    ({"n_people": -2}, "column 'n_people': the number is negative"),
    ({"actual_hours": "many"}, "column 'actual_hours': found 'many' where a number was expected"),
    ({"age_band": "85+"}, "column 'age_band': there is neither a row for all ages nor one for each band. Add a"),
])  # fmt: skip
def test_what_cannot_be_right_is_refused_with_its_row(tmp_path: Path, changed: Row, phrase: str) -> None:
    message = refusal(returned(tmp_path, home_care=[{**HOME, **changed}]))
    assert f"return.xlsx, sheet Home care, row {FIRST_ROW}, {phrase}" in message


def test_all_problems_of_all_sheets_are_told_at_once(tmp_path: Path) -> None:
    message = refusal(returned(
        tmp_path, home_care=[{**HOME, "age_band": "old", "n_people": "ten"}],
        carers=[{**QUARTER, "quarter": "spring", "n_carers": 1}],
    ))  # fmt: skip
    assert all(phrase in message for phrase in ("'old'", "'ten'", "sheet Carers", "'spring'"))


def test_a_row_that_stands_twice_is_refused(tmp_path: Path) -> None:
    assert "stands in more than one row" in refusal(returned(tmp_path, home_care=[HOME, HOME]))


def test_a_total_beside_its_sectors_is_refused(tmp_path: Path) -> None:
    message = refusal(returned(tmp_path, home_care=[HOME, {**HOME, "provider_sector": None}]))
    assert "column 'provider_sector': the cell is empty where other rows are divided by it" in message


def test_names_and_codes_of_places_are_not_mixed(tmp_path: Path) -> None:
    other = {**QUARTER, "locality": "S37900001/north", "n_issued": 5}
    message = refusal(returned(tmp_path, equipment=[{**QUARTER, "n_issued": 5}, other]))
    assert "column 'locality': the place is not given as in the first row, by its name" in message


def test_a_row_that_is_marked_as_example_and_was_filled_in_is_refused(tmp_path: Path) -> None:
    message = refusal(returned(tmp_path, equipment=[{**QUARTER, "quarter": "Example: 2020/21 Q4", "n_issued": 5}]))
    assert "the row is marked as an example and holds figures of its own" in message


def test_a_sheet_that_lost_a_heading_is_named_though_others_are_whole(tmp_path: Path) -> None:
    path = returned(tmp_path, home_care=[HOME])
    from openpyxl import load_workbook

    book = load_workbook(path)
    (cell,) = [cell for cell in book["Carers"][HEADING_ROW] if cell.value == "n_carers"]
    cell.value = "carers"
    book.save(path)
    message = refusal(path)
    assert "sheet Carers: the sheet has not the headings of its template: quarter, partnership, locality" in message


# --- nothing about a person -----------------------------------------------------------------------


@pytest.mark.parametrize(("column", "written", "what"), [
    ("locality", "0101501234", "a CHI number (10 digits)"),
    ("n_people", 101501234, "a CHI number that lost its first 0"),
    ("locality", "North 010150 1234", "a CHI number (10 digits)"), ("locality", "ZQ1 1AA", "a postcode"),
    ("remark", "see zq11aa", "a postcode"), ("remark", "1 born 01/02/1950", "a date of birth"),
    ("remark", "1950-02-01", "a date of birth"),
])  # fmt: skip
def test_a_cell_that_looks_like_a_person_is_refused_and_not_repeated(
    tmp_path: Path, column: str, written: Any, what: str
) -> None:
    message = refusal(returned(tmp_path, home_care=[{**HOME, column: written, "service_type": "cleaning"}]))
    assert f"row {FIRST_ROW}, column '{column}': the cell looks like {what}. Take it out" in message
    assert str(written) not in message
    assert "cleaning" not in message


@pytest.mark.parametrize("heading", ["CHI", "chi_number", "Date of birth", "DOB", "Postcode", "Surname", "client_id"])
def test_a_column_about_persons_is_refused(tmp_path: Path, heading: str) -> None:
    message = refusal(returned(tmp_path, home_care=[{**HOME, heading: "x"}]))
    assert f"column '{heading}': the column is about persons" in message


def test_another_sheet_that_lists_persons_is_refused_too(tmp_path: Path) -> None:
    path = returned(tmp_path, home_care=[HOME])
    from openpyxl import load_workbook

    book = load_workbook(path)
    book.create_sheet("Working").append(["CHI", "hours"])
    book.save(path)
    assert "sheet Working: the sheet holds a column about persons" in refusal(path)


def test_hours_with_many_decimals_are_no_person(tmp_path: Path) -> None:
    table = activity(tmp_path, home_care=[{**HOME, "actual_hours": 90.1234567891}])
    assert figures(table)["SC.HC.PERS", "HOURS"] == pytest.approx(90.1234567891)


def test_a_table_of_other_things_by_locality_is_not_mistaken_for_it(tmp_path: Path) -> None:
    drawing = "partnership | locality | crimes\nSkarvoe | North | 4"
    assert read_extract(workbook(tmp_path / "other.xlsx", Crimes=drawing)) == []
    assert "locality" in sheet_of("social-care", "home_care").layout.required
