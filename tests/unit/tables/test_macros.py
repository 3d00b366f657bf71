"""Macros of a catalogue: the package's own numbers to the last bit, and questions that answer what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from locality_profiles.statistics.comparators import against_reference
from locality_profiles.statistics.differences import intervals_apart, percentage_change
from locality_profiles.statistics.estimates import proportion_estimate, rate_estimate
from locality_profiles.statistics.intervals import (
    Estimate,
    byars_limits,
    count_limits,
    exact_poisson_limits,
    wilson_limits,
    z_value,
)
from locality_profiles.statistics.rates import crude_rate
from locality_profiles.statistics.standardised import indirectly_standardised_ratio, standardised_by_group
from locality_profiles.statistics.standards import ESP2013
from locality_profiles.tables.macros import CONFIDENCES, MOST_EXACT, Macro, macros
from locality_profiles.tables.store import NO_DOWNLOADS, write_catalog

NUMBERS = [macro for macro in macros() if macro.kind == "number"]
few = st.integers(0, 40)
counts = st.one_of(few, st.integers(0, 10**7))
unknown = st.one_of(counts, st.none(), st.just(float("nan")))
shared = st.one_of(counts, st.floats(0, 10**7, allow_nan=False, width=64))
confidences = st.sampled_from(CONFIDENCES)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A catalogue as it was written, opened again read-only: macros go through the file."""
    path = tmp_path_factory.mktemp("catalogue") / "catalog.duckdb"
    write_catalog(path, {})
    with duckdb.connect(config=dict(NO_DOWNLOADS)) as connection:
        connection.execute(f"attach '{path}' as profiles (read_only)")
        yield connection


def asked(connection: duckdb.DuckDBPyConnection, call: str, **columns: Any) -> np.ndarray:
    """A macro called for whole columns; what is null is NaN."""
    connection.register("given", pa.table({name: pa.array(list(column)) for name, column in columns.items()}))
    found = connection.sql(f"select (profiles.{call})::double as it from given").to_arrow_table()["it"]
    return np.array([np.nan if value is None else value for value in found.to_pylist()])


def same(found: np.ndarray, wanted: Any) -> None:
    """Bit for bit, and unknown where the other is."""
    np.testing.assert_array_equal(found, np.asarray(wanted, np.float64))


def floats(column: Any) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in column], dtype=np.float64)


# --- arithmetic -------------------------------------------------------------------------------------


@pytest.mark.parametrize("macro", NUMBERS, ids=lambda macro: macro.name)
def test_each_example_gives_what_it_says(catalogue: duckdb.DuckDBPyConnection, macro: Macro):
    called = macro.example.replace(f"{macro.name}(", f"profiles.{macro.name}(", 1)
    ((found,),) = catalogue.execute(f"select {called}").fetchall()
    places = len(str(macro.gives).partition(".")[2])
    assert (found if isinstance(found, str) else round(found, places)) == macro.gives


@pytest.mark.parametrize("macro", NUMBERS, ids=lambda macro: macro.name)
def test_each_macro_says_which_of_the_package_s_functions_it_is(macro: Macro):
    import importlib

    module, _, name = macro.method.partition(".")
    assert callable(getattr(importlib.import_module(f"locality_profiles.statistics.{module}"), name))


@given(st.lists(st.tuples(unknown, unknown), min_size=1, max_size=30), st.sampled_from([1, 100, 1000, 100_000, 37.5]))
def test_rates_are_those_of_the_package(catalogue, rows, per):
    n, d = (floats(column) for column in zip(*rows, strict=True))
    same(asked(catalogue, f"rate(n, d, {per})", n=n, d=d), crude_rate(n, d, per))
    same(asked(catalogue, "percent(n, d)", n=n, d=d), crude_rate(n, d, 100))
    same(asked(catalogue, "ratio(n, d)", n=n, d=d), crude_rate(n, d))


@settings(max_examples=50)
@given(st.lists(st.tuples(shared, st.integers(1, 10**7)), min_size=1, max_size=30), confidences)
@example([(0, 1), (9, 1), (9.5, 3), (10, 7), (MOST_EXACT, 1), (10**7, 10**7)], 0.998)
def test_limits_of_counts_and_rates_are_those_of_the_package(catalogue, rows, confidence):
    n, d = (floats(column) for column in zip(*rows, strict=True))
    whole = np.where((n < 10) & (n != np.floor(n)), np.nan, n)  # an exact limit of a share of a person is not in SQL
    rates = rate_estimate(whole, d, 1000, confidence)
    for side, at in (("low", 0), ("high", 1)):
        same(asked(catalogue, f"byar_{side}(n, confidence := {confidence})", n=n), byars_limits(n, confidence)[at])
        same(asked(catalogue, f"count_{side}(n, confidence := {confidence})", n=n), count_limits(whole, confidence)[at])
        same(asked(catalogue, f"rate_{side}(n, d, 1000, confidence := {confidence})", n=n, d=d), rates[at + 1])


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_exact_limits_are_those_of_the_package_as_far_as_they_go(catalogue, confidence):
    n = np.arange(MOST_EXACT + 5, dtype=np.float64)
    for side, wanted in zip(("low", "high"), exact_poisson_limits(n, confidence), strict=True):
        found = asked(catalogue, f"exact_{side}(n, {confidence})", n=n)
        same(found, np.where(n <= MOST_EXACT, wanted, np.nan))
    same(asked(catalogue, f"z_value({confidence})", n=[1]), [z_value(confidence)])


@settings(max_examples=50)
@given(st.lists(st.tuples(shared, shared, st.booleans()), min_size=1, max_size=30), confidences)
@example([(0, 0, False), (0, 5, False), (5, 5, False), (10**7, 10**7, True)], 0.95)
def test_limits_of_proportions_are_those_of_the_package(catalogue, rows, confidence):
    parts = [(min(a, b), max(a, b), missing) for a, b, missing in rows]
    n = floats(None if missing else a for a, _, missing in parts)
    d = floats(b for _, b, _ in parts)
    wanted, hundred = wilson_limits(n, d, confidence), proportion_estimate(n, d, 100, confidence)
    for side, at in (("low", 0), ("high", 1)):
        same(asked(catalogue, f"wilson_{side}(n, d, confidence := {confidence})", n=n, d=d), wanted[at])
        same(asked(catalogue, f"percent_{side}(n, d, confidence := {confidence})", n=n, d=d), hundred[at + 1])


band = st.tuples(st.one_of(few, st.integers(0, 10**5), st.none()), st.integers(1, 10**6), st.integers(0, 10**5))


@settings(max_examples=60)
@given(st.lists(st.lists(band, min_size=1, max_size=21), min_size=1, max_size=6), confidences, st.randoms())
def test_standardised_rates_are_those_of_the_package_in_whatever_order_rows_come(catalogue, groups, confidence, chance):
    rows = [(of, at, *row) for of, bands in enumerate(groups) for at, row in enumerate(bands)]
    of, _, x, n, w = zip(*rows, strict=True)
    if any(sum(row[2] for row in bands) == 0 for bands in groups):
        return  # a standard without people has no rates
    wanted = standardised_by_group(floats(x), floats(n), floats(w), of, len(groups), 1000, confidence)
    chance.shuffle(rows)
    names = ("of", "band", "events", "people", "standard")
    given_rows = pa.table({name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)})
    catalogue.register("given", given_rows)
    call = "events, people, standard, band, 1000"
    found = catalogue.execute(f"""select profiles.dsr({call}), profiles.dsr_low({call}, confidence := {confidence}),
        profiles.dsr_high({call}, confidence := {confidence}) from given group by of order by of""").fetchall()
    for column, part in zip(zip(*found, strict=True), wanted, strict=True):
        same(floats(column), part)


@given(st.lists(st.tuples(few, st.floats(0.001, 10**6)), min_size=1, max_size=20))
def test_ratios_to_expected_events_are_those_of_the_package(catalogue, rows):
    observed, expected = (floats(column) for column in zip(*rows, strict=True))
    # One band in which the reference has one event for each person: expected events are the people.
    wanted = indirectly_standardised_ratio(observed, expected[:, None], [1], [1])
    columns = {"observed": observed, "expected": expected}
    same(asked(catalogue, "ratio_to_expected(observed, expected)", **columns), wanted.value)
    same(asked(catalogue, "rate_low(observed, expected, 100)", **columns), wanted.lower)
    same(asked(catalogue, "rate_high(observed, expected, 100)", **columns), wanted.upper)


amounts = st.floats(-1e9, 1e9)


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=20))
def test_changes_are_those_of_the_package(catalogue, rows):
    before, after = (floats(column) for column in zip(*rows, strict=True))
    found = asked(catalogue, "percent_change(before, after)", before=before, after=after)
    same(found, percentage_change(before, after))


@given(st.lists(st.tuples(*[st.integers(0, 6)] * 4), min_size=1, max_size=20))
def test_verdicts_are_those_of_the_package(catalogue, rows):
    one, other, third, fourth = (floats(column) for column in zip(*rows, strict=True))
    low, high, low2, high2 = np.fmin(one, other), np.fmax(one, other), np.fmin(third, fourth), np.fmax(third, fourth)
    words = np.array(["lower", "similar", "higher"])
    catalogue.register("given", pa.table({"a": low, "b": high, "c": low2, "d": high2}))
    found = catalogue.execute("select profiles.verdict(a, b, c), profiles.differs(a, b, c, d) from given").fetchall()
    apart = intervals_apart(Estimate(low, low, high), Estimate(low2, low2, high2))
    assert [row[0] for row in found] == words[1 + against_reference(low2, low, high)].tolist()
    assert [row[1] for row in found] == words[1 + apart].tolist()


@pytest.mark.parametrize(("call", "said"), [
    ("rate(-1, 10, 100)", "a count is negative"),
    ("wilson_low(3, 2)", "above its denominator"),
    ("byar_high(-1)", "a count is negative"),
    ("count_low(5, confidence := 0.8)", "confidence is 0.95 or 0.998"),
    ("dsr(n, 0, 1, 1, 1)", "people and a standard at every age"),
    ("dsr(-n, 1, 1, 1, 1)", "a count is negative"),
])  # fmt: skip
def test_what_the_package_refuses_is_refused(catalogue: duckdb.DuckDBPyConnection, call: str, said: str):
    with pytest.raises(duckdb.Error, match=said):
        catalogue.execute(f"select profiles.{call} from (values (5)) t(n)").fetchall()


@pytest.mark.parametrize("call", [
    "rate(null, 10, 100)", "rate(3, null, 100)", "rate(3, 0, 100)", "percent(0, 0)", "wilson_low(null, 5)",
    "wilson_high(0, 0)", "percent_low(3, null)", "count_low(null)", "count_high(2.5)", "rate_high(3, 0, 1000)",
    "byar_low(0)", "byar_low(1, confidence := 0.998)", "exact_high(100)", "percent_change(0, 5)",
    "ratio_to_expected(3, 0)", "dsr(n, 100, 1, 1, 1)",
])  # fmt: skip
def test_what_is_not_known_is_empty_and_not_nought(catalogue: duckdb.DuckDBPyConnection, call: str):
    assert catalogue.execute(f"select profiles.{call} from (values (9)) t(n)").fetchall() == [(None,)]


@pytest.mark.parametrize("call", ["verdict(null, 1, 2)", "verdict(1, 2, null)", "differs(1, null, 2, 3)"])
def test_what_cannot_be_compared_is_not_called_similar(catalogue: duckdb.DuckDBPyConnection, call: str):
    assert catalogue.execute(f"select profiles.{call}").fetchall() == [("not_compared",)]


def test_sums_may_be_asked_for_and_whatever_type_they_have(catalogue: duckdb.DuckDBPyConnection):
    people = "(values (10, 100::hugeint), (20, 200)) t(part, whole)"
    found = catalogue.execute(f"select profiles.percent_low(sum(part), sum(whole)) from {people}").fetchall()
    assert found == [(wilson_limits(30, 300)[0] * 100,)]


def test_one_column_may_be_made_of_another(catalogue: duckdb.DuckDBPyConnection):
    people = "(values (10, 100), (20, 200)) t(part, whole)"
    found = catalogue.execute(f"""
        select profiles.percent(part, whole) as share, profiles.rate_low(part, whole, 100) as low,
            low < share as below, share > avg(share) over () as above from {people}""").fetchall()
    assert [row[2:] for row in found] == [(True, False)] * 2


def test_the_standard_population_is_that_of_the_package(catalogue: duckdb.DuckDBPyConnection):
    assert catalogue.execute("from profiles.standard_population()").fetchall() == [tuple(band) for band in ESP2013]


# --- as a whole -------------------------------------------------------------------------------------


def test_names_are_apart_and_each_is_told_in_sentences():
    names = [macro.name for macro in macros()]
    assert len(names) == len(set(names))
    for macro in macros():
        assert macro.words.endswith("."), macro.name
        assert macro.kind != "number" or macro.gives is not None


def test_only_what_has_its_tables_is_there(catalogue: duckdb.DuckDBPyConnection):
    made = catalogue.execute("select distinct function_name from duckdb_functions() where database_name = 'profiles'")
    assert {name for (name,) in made.fetchall()} == {macro.name for macro in macros() if not macro.needs}


def opened(sample: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        str(sample / "data" / "curated" / "catalog.duckdb"), read_only=True, config=dict(NO_DOWNLOADS)
    )


@pytest.mark.parametrize("macro", [macro for macro in macros() if macro.kind != "number"], ids=lambda macro: macro.name)
def test_each_question_answers_on_the_sample(sample: Path, macro: Macro):
    with opened(sample) as connection:
        ((place,),) = connection.execute(
            "select min(area_name) from area semi join profile using (area_type, area_code) "
            "where area_type = 'locality'"
        ).fetchall()
        words = macro.example.replace("North Isles", place.replace("'", "''")).replace("'isles'", "'a'")
        assert connection.execute(words).fetchall(), macro.example


@pytest.mark.parametrize(("name", "call"), [
    ("byar", "rate(numerator, denominator, per) as v, rate_low(numerator, denominator, per) as l, "
             "rate_high(numerator, denominator, per) as h, rate_low(numerator, denominator, per, 0.998) as l2"),
    ("wilson", "rate(numerator, denominator, per) as v, percent_low(numerator, denominator) as l, "
               "percent_high(numerator, denominator) as h, percent_low(numerator, denominator, 0.998) as l2"),
])  # fmt: skip
def test_every_rate_and_percentage_of_the_sample_can_be_had_from_its_counts(sample: Path, name: str, call: str):
    """Figures of the release whose limits are of this kind: recomputed in SQL, not one differs in its last bit."""
    method = {"byar": "crude_rate", "wilson": "percentage"}[name]
    whole = "(numerator >= 10 or numerator = floor(numerator))" if name == "byar" else "per = 100"
    with opened(sample) as connection:
        ((rows, differ),) = connection.execute(f"""
            select count(*), count(*) filter (where v is distinct from value or l is distinct from lower
                or h is distinct from upper or l2 is distinct from lower_99_8)
            from (select *, {call} from indicator_value
                  where method = '{method}' and value is not null and lower is not null and numerator is not null
                  and numerator <= denominator and {whole})""").fetchall()
    assert rows > 100
    assert differ == 0


def test_a_place_is_known_by_code_and_by_name(sample: Path):
    with opened(sample) as connection:
        ((kind, code, name),) = connection.execute(
            "select area_type, area_code, area_name from area where area_type = 'locality' order by all limit 1"
        ).fetchall()
        for question in ("blocks_of(?)", "profile_of(?)", "trend_of('population', ?)"):
            by_code, by_name = (
                connection.execute(f"from {question} where area_type = '{kind}'", [word]).fetchall()
                for word in (code, name.upper())
            )
            assert by_code == by_name != []
