"""What an expectation says, in words: what was expected, and what was found.

An expectation's own ``description`` comes first; then the template of its type; then Great
Expectations' own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Template
from typing import Any

#: What holds when the expectation holds, without capital and full stop.
TEMPLATES = {
    "expect_column_values_to_not_be_null": "{have} a value in '{column}'",
    "expect_column_values_to_be_null": "'{column}' is empty in {rows}",
    "expect_column_values_to_be_unique": "no value stands twice in '{column}'",
    "expect_compound_columns_to_be_unique": "no two rows have the same {column_list}",
    "expect_column_values_to_be_in_set": "{have} {value_set} in '{column}'",
    "expect_column_values_to_be_between": "{have} a value {range} in '{column}'",
    "expect_column_distinct_values_to_contain_set": "'{column}' has each of {value_set}",
    "expect_column_distinct_values_to_be_in_set": "'{column}' has only {value_set}",
    "expect_column_mean_to_be_between": "the mean of '{column}' is {range}",
    "expect_column_median_to_be_between": "the median of '{column}' is {range}",
    "expect_column_min_to_be_between": "the smallest '{column}' is {range}",
    "expect_column_max_to_be_between": "the largest '{column}' is {range}",
    "expect_column_sum_to_be_between": "the sum of '{column}' is {range}",
    "expect_column_unique_value_count_to_be_between": "the number of different values in '{column}' is {range}",
    "expect_table_row_count_to_be_between": "the number of rows is {range}",
    "expect_column_pair_values_a_to_be_greater_than_b": "'{column_A}' is {above} '{column_B}' in {rows}",
}


def sentence(
    config: Mapping[str, Any], success: bool, found: Mapping[str, Any] | None = None, places: Sequence[str] = ()
) -> str:
    """One or two sentences.

    >>> between = {"type": "expect_column_values_to_be_between",
    ...            "kwargs": {"column": "age", "min_value": 0, "max_value": 90}}
    >>> sentence(between, True)
    "Every row has a value between 0 and 90 in 'age'."
    >>> sentence(between, False, {"unexpected_count": 2}, ["S01900001"])
    "Expected: every row has a value between 0 and 90 in 'age'. Found: 2 rows where it is not so, such as S01900001."
    """
    expected = expectation_in_words(config)
    if success:
        return f"{expected[:1].upper()}{expected[1:]}."
    return f"Expected: {expected}. Found: {_found(config, found or {}, places)}."


def expectation_in_words(config: Mapping[str, Any]) -> str:
    """What is expected, without capital and full stop."""
    if config.get("description"):
        return str(config["description"]).rstrip(".")
    kwargs = config["kwargs"]
    template = TEMPLATES.get(config["type"])
    if template is None:
        return _in_gx_words(config)
    mostly = kwargs.get("mostly", 1)
    rows = "every row" if mostly == 1 else f"at least {100 * mostly:g}% of rows"
    return template.format(
        column=kwargs.get("column"), column_A=kwargs.get("column_A"), column_B=kwargs.get("column_B"),
        column_list=listed(kwargs.get("column_list") or [], "and"),
        value_set=listed(kwargs.get("value_set") or [], "or"),
        rows=rows, have=f"{rows} {'has' if mostly == 1 else 'have'}",
        above="at least" if kwargs.get("or_equal") else "above",
        range=_range(kwargs.get("min_value"), kwargs.get("max_value")),
    )  # fmt: skip


def listed(values: Sequence[Any], last: str) -> str:
    """Values as a reader lists them: a, b and c."""
    words = [_number(value) for value in values]
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _range(low: Any, high: Any) -> str:
    if low is None:
        return f"at most {_number(high)}"
    if high is None:
        return f"at least {_number(low)}"
    return _number(low) if low == high else f"between {_number(low)} and {_number(high)}"


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"


def _found(config: Mapping[str, Any], found: Mapping[str, Any], places: Sequence[str]) -> str:
    """What was found instead; only that it is not so, where counts may not be shown."""
    by_query = "unexpected_rows_query" in config["kwargs"]
    count = found.get("observed_value") if by_query else found.get("unexpected_count")
    if isinstance(count, int | float):
        rows = "1 row" if count == 1 else f"{count:,.0f} rows"
        return f"{rows} where it is not so{', such as ' + listed(places, 'and') if places else ''}"
    observed = found.get("observed_value")
    if isinstance(observed, list):
        return listed(observed, "and") or "none"
    return "it is not so" if observed is None else _number(observed)


def _in_gx_words(config: Mapping[str, Any]) -> str:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.render.renderer.inline_renderer import InlineRenderer

    rendered = InlineRenderer(
        ExpectationConfiguration(type=config["type"], kwargs=dict(config["kwargs"]))
    ).get_rendered_content()
    told = rendered[0].value
    values = {name: param["value"] for name, param in (told.params or {}).items() if "value" in param}
    return Template(told.template or config["type"].replace("_", " ")).safe_substitute(values)
