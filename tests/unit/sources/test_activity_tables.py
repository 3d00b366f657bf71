"""Totals and their parts, groups, words and claims, on arrays small enough to see through."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from locality_profiles.sources._activity_tables import claims, group_numbers, recode, stage_activity, totals_off

TOTAL, PART = True, False


def off(values: list[float], is_total: list[bool], groups: list[int], **options: float) -> list[bool]:
    return totals_off(np.array(values), np.array(is_total), np.array(groups), **options).tolist()


def test_a_total_that_is_the_sum_of_its_parts_is_right() -> None:
    assert off([5, 2, 3], [TOTAL, PART, PART], [0, 0, 0]) == [False, False, False]


def test_only_the_total_is_reported_and_only_in_its_group() -> None:
    assert off([6, 2, 3, 5, 2, 3], [TOTAL, PART, PART] * 2, [0, 0, 0, 1, 1, 1]) == [True, *[False] * 5]


def test_a_total_without_parts_is_not_judged() -> None:
    assert off([6], [TOTAL], [0]) == [False]


def test_a_part_without_a_value_leaves_its_total_unjudged() -> None:
    assert off([6, 2, float("nan")], [TOTAL, PART, PART], [0, 0, 0]) == [False, False, False]


@pytest.mark.parametrize(("total", "wrong"), [(17.5, False), (18, True)])
def test_each_figure_may_be_off_by_its_rounding(total: float, wrong: bool) -> None:
    # two parts and a total, each within 2.5 of the truth
    assert off([total, 5, 5], [TOTAL, PART, PART], [0, 0, 0], rounding=2.5)[0] is wrong


def test_rows_are_alike_when_every_column_is_and_empty_is_like_empty() -> None:
    one, two = pa.array(["a", "a", None, None]), pa.chunked_array([["x", "y"], ["x", "x"]])
    numbers = group_numbers(one, two).tolist()
    assert numbers[2] == numbers[3]
    assert sorted(set(numbers)) == [0, 1, 2]


def test_a_word_that_is_not_listed_becomes_empty() -> None:
    assert recode(pa.chunked_array([["All Ages", "Some"]]), {"All Ages": "all"}).to_pylist() == ["all", None]


def test_each_period_is_claimed_once_in_order_of_time() -> None:
    starts = [date(2021, 2, 1), date(2021, 1, 1), date(2021, 2, 1)]
    ends = [date(2021, 2, 28), date(2021, 1, 31), date(2021, 2, 28)]
    assert claims("visits", ["month"] * 3, starts, ends) == ("visits, January 2021", "visits, February 2021")


def test_a_census_week_does_not_claim_its_year() -> None:
    year = [date(2019, 4, 1)], [date(2020, 3, 31)]
    assert claims("care", ["census_week"], *year) == ("care, census week 2019/20",)
    assert claims("care", ["financial_year"], *year) == ("care, 2019/20",)


def test_activity_that_is_not_divided_is_for_everyone() -> None:
    (row,) = stage_activity({"measure_code": "HOURS"}, 1).to_pylist()
    assert {row[name] for name in ("age_band", "sex", "simd_quintile", "urgency", "delay_group", "care_group")} == {
        "all"
    }
