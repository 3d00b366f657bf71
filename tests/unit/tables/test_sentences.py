"""Expectations in words."""

from __future__ import annotations

from typing import Any

import pytest

from locality_profiles.tables.sentences import listed, sentence


def said(kind: str, success: bool = True, found: dict[str, Any] | None = None, **kwargs: Any) -> str:
    return sentence({"type": kind, "kwargs": kwargs}, success, found)


@pytest.mark.parametrize(
    ("kind", "kwargs", "words"),
    [
        ("expect_column_values_to_not_be_null", {"column": "sex"}, "Every row has a value in 'sex'."),
        ("expect_column_values_to_not_be_null", {"column": "sex", "mostly": 0.95},
         "At least 95% of rows have a value in 'sex'."),
        ("expect_column_values_to_be_unique", {"column": "code"}, "No value stands twice in 'code'."),
        ("expect_compound_columns_to_be_unique", {"column_list": ["code", "year", "sex"]},
         "No two rows have the same code, year and sex."),
        ("expect_column_values_to_be_in_set", {"column": "sex", "value_set": ["female", "male"]},
         "Every row has female or male in 'sex'."),
        ("expect_column_max_to_be_between", {"column": "age", "max_value": 90}, "The largest 'age' is at most 90."),
        ("expect_table_row_count_to_be_between", {"min_value": 6976, "max_value": 6976},
         "The number of rows is 6,976."),
        ("expect_column_pair_values_a_to_be_greater_than_b",
         {"column_A": "people", "column_B": "deprived", "or_equal": True},
         "'people' is at least 'deprived' in every row."),
    ],
)  # fmt: skip
def test_what_held_is_said_as_a_fact(kind: str, kwargs: dict[str, Any], words: str) -> None:
    assert said(kind, **kwargs) == words


def test_what_failed_says_what_was_expected_and_what_was_found() -> None:
    mean = {"column": "persons", "min_value": 400, "max_value": 1500}
    assert said("expect_column_mean_to_be_between", False, {"observed_value": 2310.52}, **mean) == (
        "Expected: the mean of 'persons' is between 400 and 1,500. Found: 2,310.5."
    )


def test_failing_rows_are_counted_and_a_few_places_are_named() -> None:
    config = {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "code"}}
    assert sentence(config, False, {"unexpected_count": 1200}, ["S01900001", "S01900002"]) == (
        "Expected: no value stands twice in 'code'. "
        "Found: 1,200 rows where it is not so, such as S01900001 and S01900002."
    )
    assert sentence(config, False, {"unexpected_count": 1}).endswith("Found: 1 row where it is not so.")


def test_where_nothing_may_be_shown_only_the_verdict_is_given() -> None:
    config = {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "code"}}
    assert sentence(config, False) == "Expected: no value stands twice in 'code'. Found: it is not so."


def test_an_expectations_own_description_comes_first() -> None:
    config = {"type": "unexpected_rows_expectation", "kwargs": {"unexpected_rows_query": "from {batch}"},
              "description": "there is one country"}  # fmt: skip
    assert sentence(config, True) == "There is one country."
    assert sentence(config, False, {"observed_value": 2}) == (
        "Expected: there is one country. Found: 2 rows where it is not so."
    )


def test_a_kind_without_a_template_is_told_in_great_expectations_words() -> None:
    assert "99" in said("expect_column_stdev_to_be_between", column="persons", min_value=1, max_value=99)


def test_a_list_reads_as_a_list() -> None:
    assert [listed(words, "and") for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
