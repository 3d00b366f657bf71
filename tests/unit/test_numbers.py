"""A value and its status as text."""

from __future__ import annotations

import pytest

from locality_profiles.numbers import (
    SIGNS,
    has_figure,
    legend,
    print_value,
    shown_number,
    spoken_value,
    unit_label,
)
from locality_profiles.tables.cells import STATUSES

WITHOUT_FIGURE = ["suppressed", "not_collected", "not_applicable", "not_available", "not_calculated"]


def test_every_status_of_the_contracts_has_a_sign() -> None:
    assert set(SIGNS) == set(STATUSES)


@pytest.mark.parametrize(
    ("value", "status", "unit", "decimals", "printed"),
    [
        (1234567, "actual", "people", 0, "1,234,567"),
        (12.345, "actual", "per 1,000 people", 2, "12.35"),
        (12.3, "estimated", "", 1, "12.3 [e]"),
        (12.3, "provisional", "", 1, "12.3 [p]"),
        (45, "rounded", "people", 0, "45 [rnd]"),
        (22.25, "actual", "%", 1, "22.3%"),
        (22.25, "actual", "per cent of people", 1, "22.3%"),
        (123456, "actual", "pence", 2, "£1,234.56"),
        (123456, "actual", "pence per person", 0, "£1,235"),
        (31.4, "actual", "£ per hour", 2, "£31.40"),
        (-5.5, "actual", "%", 1, "−5.5%"),
        (-250, "actual", "pence", 2, "−£2.50"),
        (0, "true_zero", "people", 1, "0"),
        (0, "actual", "%", 1, "0"),
        (0, "estimated", "people", 0, "0 [e]"),
        (None, "suppressed", "people", 0, "[c]"),
        (None, "not_available", "people", 0, "[x]"),
        (None, "not_collected", "people", 0, "[x]"),
        (None, "not_calculated", "people", 0, "[x]"),
        (None, "not_applicable", "people", 0, "[z]"),
        (None, "actual", "people", 0, "–"),
        (float("nan"), "actual", "people", 0, "–"),
    ],
)
def test_value_is_printed(value: float | None, status: str, unit: str, decimals: int, printed: str) -> None:
    assert print_value(value, status, unit, decimals) == printed


@pytest.mark.parametrize(("value", "decimals", "printed"), [(2.5, 0, "3"), (0.125, 2, "0.13"), (2.675, 2, "2.68")])
def test_halves_are_rounded_up_as_people_round(value: float, decimals: int, printed: str) -> None:
    assert print_value(value, "actual", "", decimals) == printed


@pytest.mark.parametrize("status", sorted(SIGNS))
def test_an_empty_value_never_prints_as_zero(status: str) -> None:
    assert "0" not in print_value(None, status, "people", 1)
    assert shown_number(None, status, "people", 1) is None


@pytest.mark.parametrize("status", WITHOUT_FIGURE)
def test_a_number_under_a_status_that_holds_it_back_is_not_printed(status: str) -> None:
    assert not has_figure(7, status)
    assert "7" not in print_value(7, status)
    assert "7" not in spoken_value(7, status)
    assert shown_number(7, status) is None


def test_a_value_that_only_rounds_to_zero_is_not_called_zero() -> None:
    assert print_value(0.04, "actual", "%", 1) == "[low]"
    assert spoken_value(0.04, "actual", "%", 1) == "close to zero: not zero, but zero when rounded"
    assert shown_number(0.0412, "actual", "%", 1) == 0.041


def test_the_number_of_a_spreadsheet_is_the_number_that_is_printed() -> None:
    assert shown_number(1234.5, "actual", "people", 0) == 1235
    assert shown_number(123456, "actual", "pence", 2) == 1234.56
    assert isinstance(shown_number(1234.5, "actual", "people", 0), int)


@pytest.mark.parametrize(
    ("value", "status", "spoken"),
    [
        (12.3, "actual", "12.3%"),
        (12.3, "estimated", "12.3%, estimated"),
        (0, "true_zero", "0"),
        (None, "suppressed", "suppressed: held back, because it could say something about a person"),
        (None, "not_collected", "not collected: nobody counts it for this place and period"),
    ],
)
def test_a_screen_reader_hears_words_for_a_mark(value: float | None, status: str, spoken: str) -> None:
    assert spoken_value(value, status, "%", 1) == spoken


def test_pence_are_named_as_pounds() -> None:
    assert unit_label("pence per person") == "£ per person"
    assert unit_label("pence") == "£"
    assert unit_label("people") == "people"


def test_the_legend_explains_every_mark_once() -> None:
    marks = [mark for mark, _, _ in legend()]

    assert len(marks) == len(set(marks))
    assert {"[c]", "[x]", "[z]", "[e]", "[p]", "[rnd]", "[low]", "[b]", "0", "–"} == set(marks)


def test_the_legend_of_a_page_holds_only_the_marks_that_it_uses() -> None:
    assert [(mark, words) for mark, words, _ in legend(["[e]", "[c]"])] == [("[e]", "estimated"), ("[c]", "suppressed")]


def test_statuses_with_one_mark_are_told_apart_in_the_legend() -> None:
    ((_, words, meaning),) = legend(["[x]"])

    assert words == "not available, not collected or not calculated"
    assert "Not collected: nobody counts it" in meaning
