"""A ledger that is sent back: read to the penny, and refused with every line that cannot be right."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from filled import Row, filled
from pictures import csv_file, refusal, rows

from locality_profiles.sources import Curated, read_extract
from locality_profiles.sources._ledger_persons import is_chi_number
from locality_profiles.sources._return_workbook import FIRST_ROW

LINE: Row = {"year": "2025/26", "partnership": "Skarvoe", "line_id": "L1", "version": "original", "scope": "delegated",
             "partner": "council", "service_code": "SC.HC", "description": "Home care", "gross": 412500.5,
             "income": 12500, "net": 400000.5}  # fmt: skip
BARE = {**LINE, "scope": None, "service_code": None}
HOSTED: Row = {**LINE, "line_id": "L2", "scope": "hosted_in", "partner": "nhs", "service_code": "PC.OOH",
               "host_partnership": "S37900002"}  # fmt: skip
STAFF: Row = {"day_or_year": "2025/26", "partnership": "Skarvoe", "locality": "North", "service_code": "COMM.DN",
              "wte": 6.4}  # fmt: skip
USE: Row = {"year": "2025/26", "host_partnership": "S37900002", "user_partnership": "Skarvoe",
            "service_code": "PC.OOH", "quantity": 4100, "unit": "contacts"}  # fmt: skip
TOTAL: Row = {"year": "2025/26", "partnership": "Skarvoe", "version": "original", "total_net": 400000.5}


def returned(folder: Path, *lines: Row, **sheets: list[Row]) -> Path:
    return filled(folder / "budget.xlsx", "budget", budget_lines=list(lines), **sheets)


def read(folder: Path, *lines: Row, **sheets: list[Row]) -> dict[str, Curated]:
    """What each sheet becomes, by its table."""
    found = [each.curated for each in read_extract(returned(folder, *lines, **sheets))]
    return {table: curated for curated in found for table in curated.tables}


def table(folder: Path, *lines: Row) -> Any:
    return read(folder, *lines)["budget_line"].tables["budget_line"]


def amounts(folder: Path, *lines: Row) -> list[tuple[Any, ...]]:
    return rows(table(folder, *lines), "gross_pence", "income_pence", "net_pence")


def months(**changed: Any) -> list[Row]:
    """Twelve months of a line, of 100 pounds each."""
    names = [f"{2025 + (month > 12)}-{(month - 1) % 12 + 1:02d}" for month in range(4, 16)]
    money = {"gross": 100, "income": 0, "net": 100}
    return [{**LINE, "version": "outturn", "month": name, **money, **changed} for name in names]


# --- lines ---------------------------------------------------------------------------------------


def test_a_line_is_kept_to_the_penny_with_all_that_it_says(tmp_path: Path) -> None:
    line = {**LINE, "locality": "North", "care_group": "older", "programme": 5, "subjective": "third_party",
            "cost_centre": "CC1", "account": 4010, "lfr_line": "12", "sfr_form": "8.3", "sfr_line": "230",
            "recurring": "non_recurring", "ringfence": "PCIF", "provider": "Harbour Care", "provider_sector": "third",
            "contract_end": "2027-03-31", "currency": "GBP", "note": "From the ledger"}  # fmt: skip
    (row,) = table(tmp_path, line).to_pylist()
    assert (row["gross_pence"], row["income_pence"], row["net_pence"]) == (41_250_050, 1_250_000, 40_000_050)
    assert (row["block_type"], row["place_name"], row["place_parent"]) == ("locality", "North", "Skarvoe")
    assert (row["period_type"], row["period_start"]) == ("financial_year", date(2025, 4, 1))
    assert row["line_id"] == "budget:Skarvoe:2025/26:original:year:L1"
    told = ("care_group", "programme_code", "subjective_code", "cost_centre", "account_code", "recurring",
            "ringfence_code", "provider", "provider_sector", "contract_end", "sfr_form", "note")  # fmt: skip
    assert tuple(row[name] for name in told) == (
        "older", "05", "third_party", "CC1", "4010", "non_recurring", "PCIF", "Harbour Care", "third",
        date(2027, 3, 31), "8.3", "From the ledger",
    )  # fmt: skip


def test_a_line_of_no_locality_is_the_partnerships(tmp_path: Path) -> None:
    (row,) = table(tmp_path, {**LINE, "partnership": "S37900001"}).to_pylist()
    assert (row["block_type"], row["block_code"], row["place_name"]) == ("hscp", "S37900001", None)


def test_a_month_is_of_that_month(tmp_path: Path) -> None:
    found = table(tmp_path, *months()[:2])
    assert rows(found, "period_type", "period_start", "period_end") == [
        ("month", date(2025, 4, 1), date(2025, 4, 30)), ("month", date(2025, 5, 1), date(2025, 5, 31)),
    ]  # fmt: skip


@pytest.mark.parametrize(("money", "pence"), [
    ({"gross": None}, (41_250_050, 1_250_000, 40_000_050)), ({"income": None}, (41_250_050, 1_250_000, 40_000_050)),
    ({"net": None}, (41_250_050, 1_250_000, 40_000_050)), ({"gross": None, "income": None}, (None, None, 40_000_050)),
    ({"gross": "(1,000.00)", "income": 0, "net": "-1000"}, (-100_000, 0, -100_000)),
    ({"gross": 0, "income": 500, "net": "£-500.00"}, (0, 50_000, -50_000)),
])  # fmt: skip
def test_two_amounts_make_the_third_and_signs_are_understood(tmp_path: Path, money: Row, pence: Any) -> None:
    assert amounts(tmp_path, {**LINE, **money}) == [pence]


def test_a_line_that_its_own_codes_tell_waits_for_the_settings(tmp_path: Path) -> None:
    found = read(tmp_path, {**BARE, "cost_centre": "CC9"})["budget_line"]
    assert rows(found.tables["budget_line"], "scope", "service_code", "care_group") == [(None, None, "all")]
    assert found.notes == ("lines whose service their own codes must tell: 1",)


def test_a_version_of_a_year_is_claimed_once(tmp_path: Path) -> None:
    found = read(tmp_path, LINE, {**LINE, "line_id": "L2"}, *months())["budget_line"]
    assert found.claims == (
        "ledger of Skarvoe, original by year, 2025/26",
        "ledger of Skarvoe, outturn by months, 2025/26",
    )


def test_a_sheet_saved_as_csv_is_read_alike(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "lines.csv", """
        year    | partnership | line_id | version  | partner | description | account | gross       | income    | net
        2025/26 | Skarvoe     | L1      | original | council | Home care   | 4010   | £412,500.50 | 12,500.00 | 400000.5
    """)  # fmt: skip
    (found,) = read_extract(path)
    assert rows(found.curated.tables["budget_line"], "gross_pence", "net_pence") == [(41_250_050, 40_000_050)]


# --- staff and hosted services ---------------------------------------------------------------------


def test_staff_are_counted_on_a_day_where_they_work(tmp_path: Path) -> None:
    everywhere = {**STAFF, "locality": None, "day_or_year": "2025-09-30", "wte": 0}
    found = read(tmp_path, workforce=[STAFF, everywhere])["activity"].tables["activity"]
    columns = ("block_type", "place_name", "period_type", "period_start", "measure_code", "geo_role", "value", "status")
    assert rows(found, *columns) == [
        ("hscp", "Skarvoe", "snapshot", date(2025, 9, 30), "WTE", "provider", 0.0, "true_zero"),
        ("locality", "North", "snapshot", date(2026, 3, 31), "WTE", "provider", 6.4, "actual"),
    ]


def test_use_of_a_hosted_service_stands_by_user_and_host(tmp_path: Path) -> None:
    found = read(tmp_path, hosted_use=[USE, {**USE, "user_partnership": "Sandvik", "quantity": 0}])["hosted_use"]
    columns = ("host_hscp", "block_type", "place_name", "service_code", "quantity", "unit", "status")
    assert rows(found.tables["hosted_use"], *columns) == [
        ("S37900002", "hscp", "Sandvik", "PC.OOH", 0.0, "contacts", "true_zero"),
        ("S37900002", "hscp", "Skarvoe", "PC.OOH", 4100.0, "contacts", "actual"),
    ]
    assert found.claims == ("use of hosted services, S37900002, 2025/26",)


# --- refused: one line -------------------------------------------------------------------------------


@pytest.mark.parametrize(("changed", "phrase"), [
    ({"net": 400000.51},
     "column 'net': gross less income is not net: £412,500.50 - £12,500.00 is £400,000.50, and net is £400,000.51"),
    ({"gross": None, "net": None}, "the line has neither gross nor net"),
    ({"gross": "412.5k"}, "the amount is shortened to thousands or millions ('412.5k')"),
    ({"gross": 412500.505}, "the amount has more than two decimals"),
    ({"gross": "4.125E+05"}, "the amount is in scientific notation"),
    ({"gross": "€412500.50"}, "the amount is in another currency than pounds sterling"),
    ({"currency": "EUR"}, "column 'currency': 'EUR' is none of the words that may stand here"),
    ({"scope": "delegatd"},
     "column 'scope': 'delegatd' is none of the words that may stand here. Did you mean 'delegated'?"),
    ({"service_code": "Home care"},
     "column 'service_code': 'Home care' is none of the words that may stand here. Did you mean 'SC.HC'?"),
    ({"version": None}, "column 'version': the cell is empty"),
    ({"partner": None}, "column 'partner': the cell is empty"),
    ({"line_id": None}, "column 'line_id': the cell is empty"),
    ({"service_code": None}, "the line has no service or no scope, and neither a cost centre nor an account"),
    ({"scope": None}, "the line has no service or no scope, and neither a cost centre nor an account"),
    ({"month": "2026-04"}, "column 'month': the month is outside the financial year of its row"),
    ({"month": "April"}, "column 'month': the cell is no month"),
    ({"year": "2025"}, "column 'year': the cell is no financial year"),
    ({"locality": "S01900001"}, "column 'locality': a data zone stands where a locality was expected"),
    ({"contract_end": "soon"}, "column 'contract_end': the cell is no day"),
    ({"host_partnership": "Sandvik"}, "column 'host_partnership': found 'Sandvik', expected the code of a partnership"),
    ({"scope": "hosted_in"}, "the line is run by another partnership, and no host is named"),
    ({"scope": "hosted_in", "partnership": "S37900001", "host_partnership": "S37900001"},
     "its host is the partnership itself"),
    ({"host_partnership": "S37900002"}, "a host is named on a line that is delegated"),
])  # fmt: skip
def test_a_line_that_cannot_be_right_is_refused_with_its_row(tmp_path: Path, changed: Row, phrase: str) -> None:
    message = refusal(returned(tmp_path, {**LINE, **changed}))
    assert f"budget.xlsx, sheet Budget lines, row {FIRST_ROW}, column " in message
    assert phrase in message


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    message = refusal(returned(tmp_path, {**LINE, "scope": "none", "net": 1}, {**LINE, "version": "latest"}))
    assert all(phrase in message for phrase in ("'none' is none of", "is not net", "'latest' is none of"))


@pytest.mark.parametrize("heading", ["net (£000)", "net £k", "net in thousands", "net (pence)", "net (EUR)"])
def test_a_heading_that_says_that_amounts_are_no_pounds_is_refused(tmp_path: Path, heading: str) -> None:
    path = csv_file(tmp_path / "lines.csv", f"""
        year    | partnership | line_id | version  | partner | description | cost_centre | gross | income | {heading}
        2025/26 | Skarvoe     | L1      | original | council | Home care   | CC9         | 5     | 0      | 5
    """)  # fmt: skip
    assert f"the heading '{heading}' says that amounts are in" in refusal(path)


def test_a_title_that_says_that_amounts_are_thousands_is_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "lines.csv", """
        Revenue budget, £000 | | | | | | | | |
        year    | partnership | line_id | version  | partner | description | cost_centre | gross | income | net
        2025/26 | Skarvoe     | L1      | original | council | Home care   | CC9         | 5     | 0      | 5
    """)  # fmt: skip
    assert "above the table stands '£000': amounts would be shortened" in refusal(path)


# --- refused: lines together -------------------------------------------------------------------------


def test_a_line_stands_once_in_a_version_and_period(tmp_path: Path) -> None:
    message = refusal(returned(tmp_path, LINE, {**LINE, "description": "Again"}))
    assert (
        f"rows {FIRST_ROW}, {FIRST_ROW + 1}, column 'line_id': the same line_id stands in more than one row" in message
    )
    assert len(amounts(tmp_path, LINE, {**LINE, "version": "revised"})) == 2


def test_twelve_months_add_up_to_their_year(tmp_path: Path) -> None:
    year = {**LINE, "version": "outturn", "gross": 1200, "income": 0, "net": 1200}
    assert len(amounts(tmp_path, year, *months())) == 13
    wrong = {**year, "gross": 1200.01, "net": 1200.01}
    assert "the twelve months of a line add up to £1,200.00, and its year is £1,200.01" in refusal(
        returned(tmp_path, wrong, *months())
    )
    apart = {**wrong, "line_id": "ALL"}
    assert "the twelve months of a version add up to £1,200.00" in refusal(returned(tmp_path, apart, *months()))
    assert len(amounts(tmp_path, wrong, *months()[:11])) == 12, "a year that is not over is no contradiction"


def times(factor: float, version: str = "revised", **changed: Any) -> list[Row]:
    """Four lines in two versions, of which the second is so many times the first."""
    sums = [(f"L{number}", 20_000 + 37.25 * number) for number in range(4)]
    return [
        {**LINE, "line_id": line, "version": each, "gross": round(amount * by, 2), "income": 0,
         "net": round(amount * by, 2), **changed}
        for line, amount in sums for each, by in (("original", 1), (version, factor))
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("factor", "unit"), [(100, "pence"), (0.01, "pence"), (1000, "thousands"), (0.001, "thousands")]
)
def test_a_version_in_another_unit_is_refused(tmp_path: Path, factor: float, unit: str) -> None:
    message = refusal(returned(tmp_path, *times(factor)))
    assert "the same lines are about " in message
    assert f"one of them may be in {unit}" in message


def test_a_version_that_grew_is_no_other_unit(tmp_path: Path) -> None:
    assert len(amounts(tmp_path, *times(3))) == 8


def test_one_line_in_another_unit_is_refused_unless_it_was_checked(tmp_path: Path) -> None:
    lines = times(1.02)
    lines[1] = {**lines[1], "gross": 20_000_000, "net": 20_000_000}
    message = refusal(returned(tmp_path, *lines))
    assert "the line 'L0' is £20,000.00 in the version original and £20,000,000.00 in revised, 1,000 times" in message
    lines[1]["note"] = "Checked: a new ward"
    assert len(amounts(tmp_path, *lines)) == 8


@pytest.mark.parametrize(("total", "phrase"), [
    ({"total_net": 400000.49}, "add up to £400,000.50 and their total is £400,000.49, £0.01 apart"),
    ({"total_net": 400}, "one of them may be in thousands of pounds"),
    ({"total_net": 40000050}, "one of them may be in pence"),
    ({"total_gross": 1}, "column 'total_gross': the lines of Skarvoe, original 2025/26 add up to £412,500.50"),
    ({"lines": 2}, "has 1 lines and should have 2"),
    ({"version": "revised"}, "there is no line of Skarvoe, revised 2025/26, which has a total"),
    ({"total_net": "all"}, "no amount in pounds and pence can be read"),
])  # fmt: skip
def test_lines_that_do_not_add_up_to_their_total_are_refused(tmp_path: Path, total: Row, phrase: str) -> None:
    message = refusal(returned(tmp_path, LINE, control_totals=[{**TOTAL, **total}]))
    assert f"sheet Control totals, row {FIRST_ROW}, column " in message
    assert phrase in message
    assert amounts(tmp_path, LINE) and read(tmp_path, LINE, control_totals=[TOTAL])  # noqa: PT018


def test_a_hosted_service_that_is_counted_by_both_is_refused(tmp_path: Path) -> None:
    message = refusal(returned(tmp_path, {**HOSTED, "line_id": "L3", "scope": "delegated"}, HOSTED))
    assert f"counted by both: as delegated here and as hosted_in in row {FIRST_ROW + 1}" in message
    ours = {**HOSTED, "line_id": "L3", "scope": "hosted_out", "host_partnership": None}
    assert "is both hosted_out and hosted_in of one partnership" in refusal(returned(tmp_path, ours, HOSTED))
    assert len(amounts(tmp_path, LINE, HOSTED)) == 2


def test_use_is_counted_in_one_unit_and_once(tmp_path: Path) -> None:
    other = {**USE, "user_partnership": "Sandvik", "unit": "bed days"}
    assert "in another unit than in its first row" in refusal(returned(tmp_path, hosted_use=[USE, other]))
    assert "stands in more than one row" in refusal(returned(tmp_path, hosted_use=[USE, USE]))
    assert "every row must have a number" in refusal(returned(tmp_path, hosted_use=[{**USE, "quantity": None}]))


@pytest.mark.parametrize(("changed", "phrase"), [
    ({"day_or_year": "soon"}, "neither a day nor a financial year"), ({"wte": "some"}, "where a number was expected"),
    ({"wte": -1}, "the number is negative"), ({"service_code": "DN"}, "'DN' is none of the words"),
])  # fmt: skip
def test_staff_that_cannot_be_right_are_refused(tmp_path: Path, changed: Row, phrase: str) -> None:
    assert phrase in refusal(returned(tmp_path, workforce=[{**STAFF, **changed}]))


# --- nothing about a person --------------------------------------------------------------------------


@pytest.mark.parametrize(("column", "value", "what"), [
    ("provider", "Mrs Jane Example", "the name of a person"),
    ("description", "Payment to Mr. Example", "the name of a person"),
    ("note", "client 0101501234", "a CHI number"), ("description", "born 3/4/51", "a date of birth"),
    ("note", "since 12/03/1951", "a date of birth"), ("description", "Carer at EH1 1AA", "a postcode"),
    ("cost_centre", "0101500017", "a CHI number"),
])  # fmt: skip
def test_a_person_is_refused_and_not_repeated(tmp_path: Path, column: str, value: str, what: str) -> None:
    message = refusal(returned(tmp_path, {**LINE, column: value, "net": 1}))
    assert f"column '{column}': the cell looks like {what}" in message
    assert value not in message
    assert "is not net" not in message


def test_a_column_about_persons_is_refused(tmp_path: Path) -> None:
    assert "column 'client': the column is about persons" in refusal(returned(tmp_path, {**LINE, "client": "x"}))


def test_codes_amounts_and_charities_are_no_persons(tmp_path: Path) -> None:
    lines = [{**LINE, "line_id": f"L{number}", "cost_centre": str(4_012_000_000 + 7 * number)} for number in range(40)]
    money = {"gross": 110_000_000, "income": 0, "net": 110_000_000}
    charity = {**LINE, "line_id": "MS", "provider": "MS Help Skarvoe", "note": "Contract to 31/03/2027", **money}
    assert len(amounts(tmp_path, *lines, charity)) == 41


@pytest.mark.parametrize(("digits", "found"), [
    ("0101500017", True), ("010150 0017", True), ("0101500018", False), ("3201500017", False), ("12345", False),
])  # fmt: skip
def test_a_chi_number_has_a_day_and_a_check_digit(digits: str, found: bool) -> None:
    assert is_chi_number(digits) is found


# --- the whole workbook ------------------------------------------------------------------------------


def test_a_template_that_nobody_filled_in_is_refused_as_empty(tmp_path: Path) -> None:
    assert "the workbook is empty" in refusal(returned(tmp_path))


def test_a_changed_example_is_refused(tmp_path: Path) -> None:
    message = refusal(returned(tmp_path, {**LINE, "year": "Example: 2025/26"}))
    assert "the row is marked as an example and holds figures of its own" in message


def test_columns_of_ones_own_are_told_and_not_read(tmp_path: Path) -> None:
    assert read(tmp_path, {**LINE, "budget holder team": "North"})["budget_line"].notes == (
        "columns that are not read: budget holder team",
    )
