"""Periods: what publishers write, which days they mean, and the words that they become."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.periods import (
    PERIOD_TYPES,
    Period,
    calendar_year,
    financial_quarter,
    financial_year,
    mid_year,
    month,
    parse_period,
    period_label,
    snapshot,
)

YEARS = st.integers(1990, 2090)


@pytest.mark.parametrize(("text", "kind", "start", "end"), [
    ("2020/21", "financial_year", date(2020, 4, 1), date(2021, 3, 31)),
    ("2020-21", "financial_year", date(2020, 4, 1), date(2021, 3, 31)),
    ("1999/00", "financial_year", date(1999, 4, 1), date(2000, 3, 31)),
    ("2020/21 Q1", "financial_quarter", date(2020, 4, 1), date(2020, 6, 30)),
    ("2020/21Q3", "financial_quarter", date(2020, 10, 1), date(2020, 12, 31)),
    ("2020/21 Q4", "financial_quarter", date(2021, 1, 1), date(2021, 3, 31)),
    ("2020Q4", "calendar_quarter", date(2020, 10, 1), date(2020, 12, 31)),
    ("2021Q1", "calendar_quarter", date(2021, 1, 1), date(2021, 3, 31)),
    ("202002", "month", date(2020, 2, 1), date(2020, 2, 29)),
    ("2021", "calendar_year", date(2021, 1, 1), date(2021, 12, 31)),
    ("2021-03-01", "snapshot", date(2021, 3, 1), date(2021, 3, 1)),
    ("20210301", "snapshot", date(2021, 3, 1), date(2021, 3, 1)),
    ("  2021 ", "calendar_year", date(2021, 1, 1), date(2021, 12, 31)),
])  # fmt: skip
def test_a_period_is_read_as_publishers_write_it(text: str, kind: str, start: date, end: date) -> None:
    assert parse_period(text) == Period(start, end, kind)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", [
    "", "last year", "21", "20211", "2020/22", "2020/2021", "2020/21 Q5", "2020Q5", "202113", "202100", "20210230",
    "3021", "Mid-2021",
])  # fmt: skip
def test_what_is_no_period_is_none(text: str) -> None:
    assert parse_period(text) is None


@pytest.mark.parametrize(("period", "label"), [
    (mid_year(2021), "mid-2021"),
    (calendar_year(2021), "2021"),
    (financial_year(2020), "2020/21"),
    (financial_year(1999), "1999/00"),
    (financial_quarter(2020, 1), "2020/21 Q1"),
    (financial_quarter(2020, 4), "2020/21 Q4"),
    (Period(date(2020, 10, 1), date(2020, 12, 31), "calendar_quarter"), "2020 Q4"),
    (month(2021, 2), "February 2021"),
    (snapshot(date(2024, 4, 1)), "1 April 2024"),
    (Period(date(2023, 6, 19), date(2023, 6, 25), "week"), "19 Jun 2023 to 25 Jun 2023"),
    (Period(date(2018, 1, 1), date(2020, 12, 31), "years"), "2018 to 2020"),
])  # fmt: skip
def test_a_period_becomes_words_when_it_is_shown(period: Period, label: str) -> None:
    assert period.label == label == period_label(period.kind, period.start, period.end)


def test_population_estimates_are_for_the_thirtieth_of_june() -> None:
    assert mid_year(2021).start == mid_year(2021).end == date(2021, 6, 30)


@given(YEARS)
def test_four_quarters_make_a_financial_year_without_gap_or_overlap(year: int) -> None:
    quarters = [financial_quarter(year, number) for number in (1, 2, 3, 4)]
    assert quarters[0].start == financial_year(year).start
    assert quarters[3].end == financial_year(year).end
    for before, after in zip(quarters, quarters[1:], strict=False):
        assert after.start - before.end == timedelta(days=1)


@given(YEARS)
def test_twelve_months_make_a_calendar_year(year: int) -> None:
    months = [month(year, number) for number in range(1, 13)]
    assert (months[0].start, months[11].end) == (calendar_year(year).start, calendar_year(year).end)
    assert sum((m.end - m.start).days + 1 for m in months) == (date(year + 1, 1, 1) - date(year, 1, 1)).days


@given(YEARS, st.sampled_from([1, 2, 3, 4]))
def test_a_label_of_a_financial_period_is_read_back_as_that_period(year: int, quarter: int) -> None:
    for period in (financial_year(year), financial_quarter(year, quarter), calendar_year(year)):
        assert parse_period(period.label) == period


def test_periods_sort_by_their_start() -> None:
    assert sorted([financial_year(2021), mid_year(2020), financial_year(2020)]) == [
        financial_year(2020), mid_year(2020), financial_year(2021),
    ]  # fmt: skip


def test_every_kind_of_period_has_a_label() -> None:
    for kind in PERIOD_TYPES:
        assert period_label(kind, date(2021, 1, 1), date(2021, 1, 31))
