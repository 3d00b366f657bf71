"""What a supplied cell means: numbers, symbols, qualifiers, codes and periods, and what is wrong with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from locality_profiles.errors import ExtractRefused
from locality_profiles.tables.cells import QUALIFIERS, STATUSES, SYMBOLS, Cells
from locality_profiles.tables.intake import Layout, RawTable


def drawn(sheet: str | None = None, /, **columns: str) -> Cells:
    """A table of columns whose cells are drawn with ``|`` between them; its first row stands in row 2."""
    texts = {name: [cell.strip() for cell in drawing.split("|")] for name, drawing in columns.items()}
    rows = len(next(iter(texts.values())))
    return Cells(RawTable(
        Path("drawn.csv"), "drawn.csv", sheet, Layout("drawn", tuple(columns)), 1, pa.table(texts),
        np.arange(2, rows + 2),
    ))  # fmt: skip


def said(cells: Cells) -> str:
    """What the file is refused with."""
    with pytest.raises(ExtractRefused) as refused:
        cells.finish()
    return str(refused.value)


def test_a_table_without_rows_has_no_problems_of_its_periods() -> None:
    cells = Cells(drawn(when="2021").raw.where(np.array([False])))
    assert [len(part) for part in cells.periods("when")] == [0, 0, 0]
    cells.finish()


def test_a_column_that_stands_twice_and_differs_is_told_once_where_it_is_read() -> None:
    cells = Cells(replace(drawn(n="1 | 2", other="a | b").raw, ambiguous=frozenset(["n"])))
    cells.text("other")
    assert not cells.problems
    cells.number("n")
    cells.status("n")
    told = "row 1, column 'n': the column stands more than once, and not all of them say the same"
    assert said(cells).count(told) == 1


@pytest.mark.parametrize("supplied", ["1e300", "9" * 25, "1e19"])
def test_a_number_beyond_all_counting_is_no_count(supplied: str) -> None:
    cells = drawn(n=f"7 | {supplied}")
    cells.number("n", whole=True)
    assert "row 3, column 'n': the number is larger than any count" in said(cells)


# --- numbers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("supplied", "value"), [
    ("0", 0), ("007", 7), ("1,234", 1234), ("1,234,567.5", 1234567.5), ("12.50", 12.5), (".5", 0.5), ("5.", 5),
    ("+4", 4), ("1e3", 1000), ("1.2E-1", 0.12),
])  # fmt: skip
def test_numbers_are_read_as_publishers_write_them(supplied: str, value: float) -> None:
    cells = drawn(n=supplied)
    assert cells.number("n").to_pylist() == [value]
    cells.finish()


@pytest.mark.parametrize("supplied", ["twelve", "1 234", "12,34", "1,2345", "--4", "1.2.3", "£5", "0x10", "5 people"])
def test_text_that_is_no_number_is_a_problem_and_has_no_value(supplied: str) -> None:
    cells = drawn(n=f"7 | {supplied}")
    assert cells.number("n").to_pylist() == [7, None]
    assert f"row 3, column 'n': found '{supplied}' where a number was expected" in said(cells)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_symbol_has_no_value_and_is_no_problem(symbol: str) -> None:
    cells = drawn(n=f"7 | {symbol.upper()}")
    assert cells.number("n").to_pylist() == [7, None]
    cells.finish()


@pytest.mark.parametrize("symbol", ["*", "c", ":", ""])
def test_a_symbol_is_a_problem_where_every_row_must_have_a_number(symbol: str) -> None:
    cells = drawn(n=f"7 | {symbol}")
    cells.number("n", empty=False)
    assert f"row 3, column 'n': found '{symbol}' where every row must have a number" in said(cells)


def test_a_negative_number_is_a_problem() -> None:
    cells = drawn(n="1 | -2 | -3")
    cells.number("n")
    assert "rows 3, 4, column 'n': the number is negative ('-2', '-3'); at least 0 was expected" in said(cells)


def test_a_negative_number_is_none_where_no_minimum_is_set() -> None:
    cells = drawn(n="-2 | -1,000.5")
    assert cells.number("n", minimum=None).to_pylist() == [-2, -1000.5]
    cells.finish()


def test_limits_are_named_in_full() -> None:
    cells = drawn(year="1066 | 2021 | 1300001")
    cells.number("year", minimum=1900, maximum=1_300_000)
    message = said(cells)
    assert "row 2, column 'year': the number is below 1,900 ('1066'); at least 1,900 was expected" in message
    assert "row 4, column 'year': the number is above 1,300,000 ('1300001')" in message


def test_half_a_person_is_a_problem() -> None:
    cells = drawn(n="2.0 | 2.5")
    cells.number("n", whole=True, unit="people")
    assert "row 3, column 'n': found '2.5' where a whole number of people was expected" in said(cells)


def test_a_percentage_becomes_a_proportion_and_a_proportion_stays_one() -> None:
    cells = drawn(rate="8% | 12.5% | 0.08 | 0 | *")
    assert cells.number("rate", percent=True).to_pylist() == [0.08, 0.125, 0.08, 0, None]
    cells.finish()


def test_a_percent_sign_is_a_problem_where_none_was_expected() -> None:
    cells = drawn(n="8%")
    cells.number("n")
    assert "found '8%' where a number was expected" in said(cells)


# --- status -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("supplied", "status"), [
    ("5", "actual"), ("0", "true_zero"), ("0.00", "true_zero"), ("0%", "true_zero"), ("100", "actual"),
    ("*", "suppressed"), ("c", "suppressed"), ("C", "suppressed"), ("[c]", "suppressed"), ("#", "suppressed"),
    ("z", "not_applicable"), (".", "not_applicable"), (":", "not_available"), ("", "not_available"),
    ("NA", "not_available"), ("n/a", "not_available"),
])  # fmt: skip
def test_a_cell_says_what_its_value_is_or_why_there_is_none(supplied: str, status: str) -> None:
    assert drawn(n=supplied).status("n").to_pylist() == [status]


@pytest.mark.parametrize(("mark", "status"), [
    ("", "actual"), ("d", "actual"), ("c", "suppressed"), ("z", "not_applicable"), (":", "not_available"),
    ("p", "provisional"), ("e", "estimated"), ("P", "provisional"),
])  # fmt: skip
def test_a_qualifier_beside_a_number_decides(mark: str, status: str) -> None:
    assert drawn(Attendances="5", AttendancesQF=mark).status("Attendances", "AttendancesQF").to_pylist() == [status]


def test_a_blank_cell_beside_the_mark_of_suppression_is_suppressed() -> None:
    assert drawn(n=" | ", nQF="c | ").status("n", "nQF").to_pylist() == ["suppressed", "not_available"]


def test_a_qualifier_column_that_is_not_there_says_nothing() -> None:
    assert drawn(n="5").status("n", "nQF").to_pylist() == ["actual"]


def test_an_unknown_qualifier_is_a_problem() -> None:
    cells = drawn(n="5 | 6", nQF=" | k")
    cells.status("n", "nQF")
    assert "row 3, column 'nQF': found the qualifier 'k', expected one of d, c, z" in said(cells)


def test_a_source_of_rounded_figures_says_so_for_all_but_zeros_and_gaps() -> None:
    assert drawn(n="5 | 0 | *").status("n", usual="rounded").to_pylist() == ["rounded", "true_zero", "suppressed"]


def test_symbols_and_qualifiers_stand_for_known_statuses() -> None:
    assert {*SYMBOLS.values(), *QUALIFIERS.values()} <= set(STATUSES)


# --- text and codes -----------------------------------------------------------------------------------


def test_text_that_is_not_on_the_list_is_a_problem_with_the_list() -> None:
    cells = drawn(sex="All | Boys")
    cells.text("sex", allowed=["All", "Female", "Male"])
    assert "row 3, column 'sex': found 'Boys', expected one of All, Female, Male" in said(cells)


def test_a_pattern_must_match_the_whole_cell() -> None:
    cells = drawn(code="90001 | 90001x")
    cells.text("code", pattern=r"\d{5}")
    assert "row 3, column 'code': found '90001x'" in said(cells)


def test_an_empty_cell_is_a_problem() -> None:
    cells = drawn(name="North Isle | ")
    cells.text("name", what="the name of a zone")
    assert "row 3, column 'name': the cell is empty; the name of a zone was expected" in said(cells)


def test_an_empty_cell_is_null_where_it_may_be_empty() -> None:
    cells = drawn(code="S01900001 | ")
    assert cells.codes("code", "data_zone", empty=True).to_pylist() == ["S01900001", None]
    cells.finish()


@pytest.mark.parametrize(("area", "code", "named"), [
    ("data_zone", "S01900001", "a data zone"), ("intermediate_zone", "S02900001", "an intermediate zone"),
    ("council_area", "S12900001", "a council area"), ("hscp", "S37900001", "a partnership"),
    ("health_board", "S08900001", "a health board"), ("country", "S92900001", "a country"),
    ("gp_practice", "90001", "a gp practice"),
])  # fmt: skip
def test_a_code_of_each_kind_of_area_is_known_by_its_form(area: str, code: str, named: str) -> None:
    right, wrong = drawn(code=code), drawn(code=code[:-1])
    assert right.codes("code", area).to_pylist() == [code]
    right.finish()
    wrong.codes("code", area)
    assert f"found '{code[:-1]}', expected {named} code like" in said(wrong)


def test_a_column_is_found_whatever_its_case() -> None:
    assert drawn(Ages0To4QF="c").text("ages0to4qf").to_pylist() == ["c"]


def test_a_column_that_the_layout_did_not_promise_is_our_own_mistake() -> None:
    with pytest.raises(KeyError, match="layout 'drawn' promised no column 'b'"):
        drawn(a="1").text("b")


# --- periods ------------------------------------------------------------------------------------------


def test_a_column_of_periods_gives_kind_start_and_end() -> None:
    cells = drawn(when="2020/21 | 2020/21 Q4 | 202102 | 2020/21")
    kinds, starts, ends = cells.periods("when")
    assert kinds.to_pylist() == ["financial_year", "financial_quarter", "month", "financial_year"]
    assert starts.to_pylist() == [date(2020, 4, 1), date(2021, 1, 1), date(2021, 2, 1), date(2020, 4, 1)]
    assert ends.to_pylist() == [date(2021, 3, 31), date(2021, 3, 31), date(2021, 2, 28), date(2021, 3, 31)]
    cells.finish()


@pytest.mark.parametrize("supplied", ["last year", "2020/22", "202113", ""])
def test_what_is_no_period_is_a_problem(supplied: str) -> None:
    cells = drawn(when=f"2020/21 | {supplied}")
    cells.periods("when")
    assert f"row 3, column 'when': found '{supplied}' where a period was expected" in said(cells)


def test_a_period_of_another_kind_is_a_problem() -> None:
    cells = drawn(when="2020/21 | 2021")
    cells.periods("when", "financial_year")
    assert "row 3, column 'when': found '2021' where a financial year was expected" in said(cells)


# --- keys and totals ----------------------------------------------------------------------------------


def test_every_row_of_a_repeated_key_is_reported() -> None:
    cells = drawn(zone="a | b | a | a", year="1 | 1 | 1 | 2")
    cells.unique("zone", "year")
    assert "rows 2, 4, column 'zone': the same zone, year stands in more than one row" in said(cells)


def test_different_keys_are_no_problem() -> None:
    cells = drawn(zone="a | b | a", year="1 | 1 | 2")
    cells.unique("zone", "year")
    cells.finish()


def test_a_total_that_is_not_the_sum_of_its_parts_is_reported() -> None:
    cells = drawn(total="10 | 10 | *", a="4 | 4 | 4", b="6 | 5 | *")
    parts = pa.compute.add(cells.number("a"), cells.number("b"))
    cells.same(cells.number("total"), parts, "total", "the parts are not the total")
    assert "row 3, column 'total': the parts are not the total" in said(cells)


# --- reporting ----------------------------------------------------------------------------------------


def test_a_file_without_problems_is_let_through() -> None:
    drawn(n="1").finish()


def test_all_problems_are_raised_together() -> None:
    cells = drawn(zone="S01900001 | X | S01900001", people="-1 | many | 3")
    cells.codes("zone", "data_zone")
    cells.unique("zone")
    cells.number("people")
    with pytest.raises(ExtractRefused) as refused:
        cells.finish()
    assert refused.value.summary == "drawn.csv was refused: 4 problems."
    assert [(problem.column, problem.rows) for problem in refused.value.problems] == [
        ("zone", (3,)), ("zone", (2, 4)), ("people", (3,)), ("people", (2,)),
    ]  # fmt: skip


def test_the_first_rows_are_listed_and_the_others_counted() -> None:
    cells = drawn(n=" | ".join(["-1"] * 8))
    cells.number("n")
    assert "rows 2, 3, 4, 5, 6 and 3 more, column 'n'" in said(cells)


def test_the_sheet_is_named_where_there_is_one() -> None:
    cells = drawn("Table 1", n="-1")
    cells.number("n")
    assert "drawn.csv, sheet Table 1, row 2, column 'n'" in said(cells)


def test_long_text_is_shown_shortened() -> None:
    cells = drawn(n="a" * 200)
    cells.number("n")
    assert f"found '{'a' * 30}' where" in said(cells)
