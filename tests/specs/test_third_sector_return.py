"""The third sector's return: organisations tell what they do, and are added by kind of service and over all."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from filled import PROJECT, Row, filled, sheet_of
from pictures import refusal, rows

from locality_profiles.sources import read_extract
from locality_profiles.sources._return_workbook import FIRST_ROW

TOLD: Row = {**PROJECT, "n_people": 24, "n_contacts": 130, "hours_delivered": 96, "volunteers": 8,
             "volunteer_hours": 72, "waiting": 3, "capacity_max": 30, "unmet_requests": 2}  # fmt: skip


def returned(folder: Path, *told: Row) -> Path:
    return filled(folder / "return.xlsx", "third-sector", third_sector=list(told))


def activity(folder: Path, *told: Row) -> Any:
    (read,) = read_extract(returned(folder, *told))
    return read.curated.tables["activity"]


def figures(table: Any, measure: str) -> dict[tuple[str, str], tuple[float | None, str]]:
    """Value and status by service and what ties it to its place."""
    found = rows(table, "measure_code", "service_code", "geo_role", "value", "status")
    mine = [row[1:] for row in found if row[0] == measure]
    assert len({row[:2] for row in mine}) == len(mine)
    return {row[:2]: row[2:] for row in mine}


# --- the round trip -------------------------------------------------------------------------------


def test_a_template_that_was_filled_in_gives_the_service_and_all_services(tmp_path: Path) -> None:
    table = activity(tmp_path, TOLD)
    measures = {"N_PEOPLE": 24, "N_CONTACT": 130, "HOURS": 96, "N_VOLUNTEERS": 8, "HOURS_VOLUNTEER": 72, "WAIT_N": 3,
                "PLACES": 30, "N_UNMET": 2}  # fmt: skip
    assert rows(table, "service_code", "measure_code", "value") == sorted(
        (service, measure, value) for service in ("TS.ALL", "TS.BEFR") for measure, value in measures.items()
    )
    assert set(rows(table, "period_type", "geo_role", "place_name", "place_parent", "age_band", "note")) == {
        ("financial_quarter", "residence", "North", "Skarvoe", "all", "As 1 organisation told it.")
    }


def test_a_template_that_nobody_filled_in_is_refused_as_empty(tmp_path: Path) -> None:
    assert "the workbook is empty" in refusal(returned(tmp_path))


def test_every_kind_of_service_has_a_code_of_its_own(tmp_path: Path) -> None:
    services = sheet_of("third-sector", "third_sector").of("service")[0].codes
    table = activity(tmp_path, *({**TOLD, "service_code": service} for service in services))
    assert set(table["service_code"].to_pylist()) == {"TS.ALL", *services.values()}
    assert figures(table, "N_UNMET")["TS.ALL", "residence"] == (2 * len(services), "actual")


@pytest.mark.parametrize("indicator", [
    "third_sector_people", "befriending", "community_transport", "advocacy", "third_sector_carers", "volunteer_hours",
    "unmet_third_sector_requests",
])  # fmt: skip
def test_the_return_gives_the_very_rows_that_an_indicator_asks_for(tmp_path: Path, indicator: str) -> None:
    from locality_profiles.indicators.definition import indicators

    services = sheet_of("third-sector", "third_sector").of("service")[0].codes
    table = activity(tmp_path, *({**TOLD, "service_code": service} for service in services))
    term = indicators()[indicator].numerator
    given = rows(table, *term.where, "period_type")
    assert (*term.where.values(), term.period) in given


# --- adding ---------------------------------------------------------------------------------------


def test_organisations_are_added_and_people_are_an_estimate_then(tmp_path: Path) -> None:
    table = activity(tmp_path, TOLD, {**TOLD, "org_id": "neighbours", "n_people": 6})
    assert figures(table, "N_PEOPLE")["TS.BEFR", "residence"] == (24 + 6, "estimated")
    assert figures(table, "HOURS_VOLUNTEER")["TS.BEFR", "residence"] == (72 + 72, "actual")
    assert {note.split(" told")[0] for note in table["note"].to_pylist()} == {"As 2 organisations"}


def test_projects_of_one_organisation_are_one_organisation(tmp_path: Path) -> None:
    table = activity(tmp_path, {**TOLD, "project": "phone"}, {**TOLD, "project": "visits"})
    assert all(note.startswith("As 1 organisation told it.") for note in table["note"].to_pylist())


def test_who_does_not_know_is_not_in_the_sum_of_those_who_do(tmp_path: Path) -> None:
    table = activity(tmp_path, TOLD, {**TOLD, "org_id": "neighbours", "unmet_requests": None})
    assert figures(table, "N_UNMET")["TS.BEFR", "residence"] == (2, "actual")


@pytest.mark.parametrize(("written", "found"), [
    (None, (None, "not_available")), (0, (0, "true_zero")), ("*", (None, "suppressed")), ("s", (None, "suppressed")),
])  # fmt: skip
def test_empty_is_not_zero_and_a_star_is_suppressed(tmp_path: Path, written: Any, found: tuple[Any, str]) -> None:
    table = activity(tmp_path, {**TOLD, "unmet_requests": written})
    assert figures(table, "N_UNMET")["TS.BEFR", "residence"] == found


def test_a_number_held_back_holds_back_the_sum(tmp_path: Path) -> None:
    table = activity(tmp_path, TOLD, {**TOLD, "org_id": "neighbours", "unmet_requests": "*"})
    assert figures(table, "N_UNMET")["TS.ALL", "residence"] == (None, "suppressed")


def test_where_people_live_and_where_the_service_stands_are_kept_apart(tmp_path: Path) -> None:
    table = activity(tmp_path, TOLD, {**TOLD, "org_id": "neighbours", "place_is": "premises", "n_people": 6})
    assert figures(table, "N_PEOPLE") == {
        (service, role): (people, "actual") for service in ("TS.BEFR", "TS.ALL")
        for role, people in (("residence", 24), ("provider", 6))
    }  # fmt: skip


def test_one_workbook_claims_a_partnership_s_quarter(tmp_path: Path) -> None:
    (read,) = read_extract(returned(tmp_path, TOLD, {**TOLD, "quarter": "2020/21 Q3"}))
    assert read.curated.claims == (
        "return of third-sector, third sector, Skarvoe, 2020/21 Q3",
        "return of third-sector, third sector, Skarvoe, 2020/21 Q4",
    )


def test_what_each_organisation_could_do_and_when_its_funding_ends_is_kept(tmp_path: Path) -> None:
    told = {**TOLD, "project": "Tuesdays", "funding_end_date": "2027-03-31"}
    other = {**TOLD, "org_id": "bus", "service_code": "transport", "capacity_max": None}
    modes = [{**told, "delivery_mode": mode, "capacity_max": places} for mode, places in (("home", 10), ("remote", 5))]
    (read,) = read_extract(returned(tmp_path, *modes, other))
    table = read.curated.tables["capacity"]
    assert rows(table, "provider_code", "part", "service_code", "available", "funding_end", "status", "geo_role") == [
        ("befrienders", "Tuesdays", "TS.BEFR", 10 + 5, date(2027, 3, 31), "actual", "residence"),
        ("bus", "all", "TS.TRANSP", None, None, "not_available", "residence"),
    ]
    assert set(rows(table, "capacity_type", "place_name", "period_start", "provider_name", "sector")) == {
        ("places", "North", date(2021, 1, 1), None, None)
    }


def test_funding_is_checked_and_not_kept(tmp_path: Path) -> None:
    row = {**TOLD, "funding_amount": 18000, "funding_end_date": "2027-03-31", "outcomes": "1, 4"}
    (read,) = read_extract(returned(tmp_path, row))
    assert [note.split(" that")[0] for note in read.curated.notes] == [
        "cells of 'funding_amount'", "cells of 'outcomes'",
    ]  # fmt: skip
    assert 18000 not in read.curated.tables["activity"]["value"].to_pylist()


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("changed", "phrase"), [
    ({"service_code": "TS.BEFR"}, "column 'service_code': found 'TS.BEFR', expected one of information"),
    ({"place_is": "here"}, "column 'place_is': found 'here', expected one of people, premises"),
    ({"org_id": None}, "column 'org_id': the cell is empty"),
    ({"charity_no": "12345"}, "column 'charity_no': found '12345', expected a charity number like SC012345"),
    ({"funding_amount": "much"}, "column 'funding_amount': found 'much' where a number was expected"),
    ({"funding_end_date": "soon"}, "column 'funding_end_date': found 'soon', expected a date such as 2027-03-31"),
    ({"outcomes": "1, 10"}, "column 'outcomes': found '1, 10', expected numbers of national outcomes such as 1, 4"),
    ({"accessibility": "ramp"}, "column 'accessibility': found 'ramp', expected one of full, part"),
])  # fmt: skip
def test_what_cannot_be_right_is_refused_with_its_row(tmp_path: Path, changed: Row, phrase: str) -> None:
    message = refusal(returned(tmp_path, {**TOLD, **changed}))
    assert f"return.xlsx, sheet Third sector, row {FIRST_ROW}, {phrase}" in message


def test_an_organisation_s_project_stands_once_in_a_place_and_quarter(tmp_path: Path) -> None:
    assert "stands in more than one row" in refusal(returned(tmp_path, TOLD, {**TOLD, "n_people": 3}))


def test_a_person_is_refused_and_not_repeated(tmp_path: Path) -> None:
    message = refusal(returned(tmp_path, {**TOLD, "project": "0101501234"}))
    assert "column 'project': the cell looks like a CHI number (10 digits)" in message
    assert "0101501234" not in message
