"""The register of care services becomes care homes and other services; nobody's name and no ended service is kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pictures import csv_file, curated, refusal, rows

REGISTER = """
CSNumber     | CareService             | Subtype               | ServiceName       | Service_town | Service_Postcode | ManagerName | ServiceProvider | Registered_Places | NumberStaff | KQ_Leadership | ServiceStatus
CS9900000001 | Care Home Service       | Older People          | The Piper’s Rest  | Haven        | ZE9 9AA          | A Manager   | Haven Care Ltd  | 40                | 52          | 4             | Active
CS9900000002 | Care Home Service       | Learning Disabilities | Moor Lodge        | Haven        | ZE9 9AB          | B Manager   | Haven Care Ltd  | 6                 | 11          | 5             | Active
CS9900000003 | Housing Support Service |                       | At Home in Haven  | Haven        |                  | C Manager   | Haven Care Ltd  |                   | 30          | 3             | Active
CS9900000004 | Care Home Service       | Older People          | Old Harbour House | Haven        | ZE9 9AD          |             | Haven Care Ltd  | 20                |             |               | Inactive
CS9900000005 | Support Service         | Other than Care at Home | Day Centre      | Haven        | ZE9 9AE          |             | Haven Council   |                   |             |               | Cancelled
CS9900000006 | Child Minding           |                       | D Childminder     | Haven        | ZE9 9AF          |             | D Childminder   | 6                 | 1           | 5             | Active
"""  # noqa: E501
NAME = "MDSF_data_30 June 2024.csv"


def register(path: Path, drawing: str = REGISTER, name: str = NAME) -> Path:
    return csv_file(path / name, drawing, encoding="cp1252")


def test_each_service_has_its_kind_number_name_and_postcode(tmp_path: Path) -> None:
    table = curated(register(tmp_path)).tables["service"]
    columns = ("service_code", "service_type", "service_name", "postcode", "data_zone", "as_at")
    assert rows(table, *columns) == [
        ("CS9900000001", "care_home_older", "The Piper’s Rest", "ZE9 9AA", None, date(2024, 6, 30)),
        ("CS9900000002", "care_home_other", "Moor Lodge", "ZE9 9AB", None, date(2024, 6, 30)),
        ("CS9900000003", "care_service", "At Home in Haven", None, None, date(2024, 6, 30)),
    ]


@pytest.mark.parametrize("indicator", ["care_homes_older_people", "care_homes_other"])
def test_the_kinds_of_homes_are_those_that_indicators_count(tmp_path: Path, indicator: str) -> None:
    from locality_profiles.indicators.definition import indicators

    kinds = curated(register(tmp_path)).tables["service"]["service_type"].to_pylist()
    assert kinds.count(indicators()[indicator].numerator.where["service_type"]) == 1


def test_what_was_left_out_is_counted(tmp_path: Path) -> None:
    assert curated(register(tmp_path)).notes == (
        "services that are no longer active, left out: 2",
        "childminders, who work under their own names, left out: 1",
        "services without a postcode, which are in no area: 1",
    )


def test_no_name_of_a_manager_provider_or_childminder_is_kept(tmp_path: Path) -> None:
    table = curated(register(tmp_path)).tables["service"]
    kept = " ".join(str(value) for row in table.to_pylist() for value in row.values())
    assert "Manager" not in kept
    assert "Ltd" not in kept
    assert "Childminder" not in kept
    assert "ZE9 9AF" not in kept


@pytest.mark.parametrize("spelt", ["Child Minding", "Childminding", "child-minder"])
def test_childminders_are_known_in_every_spelling(tmp_path: Path, spelt: str) -> None:
    table = curated(register(tmp_path, REGISTER.replace("Child Minding", spelt))).tables["service"]
    assert "CS9900000006" not in table["service_code"].to_pylist()


def test_a_childminder_who_has_ended_is_counted_once(tmp_path: Path) -> None:
    lines = REGISTER.strip().splitlines()
    notes = curated(register(tmp_path, "\n".join([*lines[:-1], lines[-1].replace("Active", "Inactive")]))).notes
    assert notes[0] == "services that are no longer active, left out: 3"
    assert not any("childminders" in note for note in notes)


def test_other_services_may_have_any_subtype(tmp_path: Path) -> None:
    drawing = REGISTER.replace("Other than Care at Home", "Day Care of the Elderly").replace("Cancelled", "Active")
    table = curated(register(tmp_path, drawing)).tables["service"]
    assert ("CS9900000005", "care_service") in rows(table, "service_code", "service_type")


def test_the_register_is_claimed_once_whatever_its_day(tmp_path: Path) -> None:
    assert curated(register(tmp_path)).claims == ("care services",)


def test_a_name_without_a_day_is_said(tmp_path: Path) -> None:
    read = curated(register(tmp_path, name="register.csv"))
    assert read.tables["service"]["as_at"].null_count == 3
    assert "the file's name tells no day, so the day that it describes is not known" in read.notes


# --- refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("was", "becomes", "said"), [
    ("| Care Home Service       | Learn", "| Care Home (Adults) | Learn",
     "row 3, column 'CareService': found 'Care Home (Adults)', expected Care Home Service"),
    ("| Care Home Service ", "| Care home service ",
     "rows 2, 3, column 'CareService': found 'Care home service', expected Care Home Service"),
    ("| Care Home Service ", "| Residential Care ",
     "column 'CareService': no active service has 'Care Home Service'; some were expected in a whole register"),
    ("Older People", "Older Persons", "row 2, column 'Subtype': found 'Older Persons', expected Older People"),
    ("Older People", "Elderly", "row 2, column 'Subtype': found 'Elderly', expected Older People"),
    ("Older People", "Aged 65 and over", "column 'Subtype': no active service has 'Older People'"),
    ("Learning Disabilities", "", "row 3, column 'Subtype': the cell is empty; a care home's is one like Older People"),
    ("| Housing Support Service", "| ", "row 4, column 'CareService': the cell is empty; a kind of service like Care"),
    ("| Cancelled", "| Closed", "row 6, column 'ServiceStatus': found 'Closed', expected one of Active, Inactive, Ca"),
    ("| Inactive", "| ", "row 5, column 'ServiceStatus': the cell is empty; one of Active, Inactive, Cancelled was"),
    ("CS9900000002", "CS9900000001", "rows 2, 3, column 'CSNumber': the same CSNumber stands in more than one row"),
    ("CS9900000002", "9900000002", "found '9900000002', expected a number like CS2000000000"),
    ("Moor Lodge", "", "row 3, column 'ServiceName': the cell is empty"),
    ("Service_Postcode", "-", "column 'Service_Postcode': the column is missing"),
])  # fmt: skip
def test_what_is_wrong_in_a_cell_is_refused(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert said in refusal(register(tmp_path, REGISTER.replace(was, becomes)))


def test_a_word_that_is_not_known_is_refused_with_what_to_do(tmp_path: Path) -> None:
    message = refusal(register(tmp_path, REGISTER.replace("Older People", "Elderly")))
    assert "Look up in the publisher's notes what the word means" in message
    assert "add it to OLDER_PEOPLE in sources/care_service.py" in message


def test_what_is_wrong_with_an_ended_service_does_not_matter(tmp_path: Path) -> None:
    drawing = REGISTER.replace("CS9900000004", "SP1").replace("Old Harbour House", "")
    assert len(curated(register(tmp_path, drawing)).tables["service"]) == 3


def test_no_message_holds_the_name_of_a_childminder(tmp_path: Path) -> None:
    message = refusal(register(tmp_path, REGISTER.replace("CS9900000002", "CS1").replace("| Cancelled", "| Closed")))
    assert "D Childminder" not in message


# --- what there is to give ------------------------------------------------------------------------


def test_places_and_the_lowest_grade_of_each_service_are_kept(tmp_path: Path) -> None:
    header, *lines = REGISTER.strip().splitlines()
    more = [" | KQ_Support | KQ_Setting | Last_inspection_date", *(
        f" | {support} | {setting} | {day}" for support, setting, day in (
            ("4 - Good", 3, "2024-02-01"), (5, 6, "15/03/2024"), ("Not assessed", "", ""), (1, 1, ""), (1, 1, ""),
            (1, 1, ""))
    )]  # fmt: skip
    drawing = "\n".join(line + extra for line, extra in zip([header, *lines], more, strict=True))
    table = curated(register(tmp_path, drawing)).tables["capacity"]
    assert rows(table, "provider_code", "service_code", "available", "grade_quality", "grade_date", "status") == [
        ("CS9900000001", "SC.CH.LONG", 40, 3, date(2024, 2, 1), "actual"),
        ("CS9900000002", "SC.CH", 6, 5, date(2024, 3, 15), "actual"),
        ("CS9900000003", "HOUS.SUPP", None, 3, None, "not_available"),
    ]
    assert "Childminder" not in str(table["provider_name"].to_pylist())


def test_a_grade_that_is_none_is_refused(tmp_path: Path) -> None:
    header, *lines = REGISTER.strip().splitlines()
    drawing = "\n".join([f"{header} | KQ_Setting", f"{lines[0]} | 7", *(f"{line} | 5" for line in lines[1:])])
    assert "column 'KQ_Setting': the grade is not from 1 to 6" in refusal(register(tmp_path, drawing))
