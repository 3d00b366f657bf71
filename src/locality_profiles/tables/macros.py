"""What a catalogue can be asked in a word: the package's own arithmetic as SQL, and questions that are often asked.

One declaration makes the macros of a workspace's catalogue, those of the database file of a release, and the page of
the reference. A macro of arithmetic names no other macro and no table, so that it can be called by its whole name from
wherever the file is attached. It does the same steps in the same order as the package's own function, and therefore
gives the same number to the last digit: what cannot be had so (a root of a sum of squares as C's ``hypot`` takes it,
quantiles of the gamma distribution beyond a list of whole counts) is not here. What is not known is null, and stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from locality_profiles.tables.curated import CONTRACTS
from locality_profiles.tables.relation import quoted

if TYPE_CHECKING:
    import duckdb

Kind = Literal["number", "table", "view"]
#: How a kind is called in SQL's own words.
_CALLED: dict[Kind, str] = {"number": "macro", "table": "macro table", "view": "view"}

#: Confidences of the limits that a release prints.
CONFIDENCES = (0.95, 0.998)
#: Whole counts up to this have exact limits here.
MOST_EXACT = 99
#: What is given to a macro, by the name of the place for it.
TAKES = {
    "n": "events or people counted",
    "d": "people, or other units, among which they were counted",
    "per": "so many, such as 1000",
    "confidence": "0.95 unless it is said to be 0.998",
    "observed": "events counted",
    "expected": "events that were to be expected",
    "before": "value before",
    "after": "value after",
    "events": "events of an age band; none where it is null",
    "people": "people of the band",
    "standard": "people of the standard population in the band",
    "band": "what bands are ordered by, such as their first age",
    "low": "lower limit",
    "high": "upper limit",
    "reference": "value that it is compared with",
    "other_low": "lower limit of the other",
    "other_high": "upper limit of the other",
    "words": "words to look for",
    "kind": "kind of area, such as 'locality'",
    "place": "an area's code or its whole name",
    "indicator": "an indicator's id, as find_indicator tells it",
}


@dataclass(frozen=True)
class Macro:
    """A macro or a view: how it is called, what it says, what it needs, and an example that a test runs.

    ``gives`` is what the example of a number gives, rounded to its own decimals.
    """

    name: str
    takes: str
    words: str
    sql: str
    example: str
    gives: float | str | None = None
    needs: tuple[str, ...] = ()
    kind: Kind = "number"
    method: str = ""

    @property
    def call(self) -> str:
        return self.name if self.kind == "view" else f"{self.name}({self.takes})"

    @property
    def create(self) -> str:
        if self.kind == "view":
            return f"create view {self.name} as {self.sql}"
        return f"create macro {self.name}({self.takes}) as {'table ' if self.kind == 'table' else ''}{self.sql}"

    @property
    def comment(self) -> str:
        return f"{self.words} Example: {self.example}"


def create_macros(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Make every macro and view whose tables are there, each with its comment."""
    there = set(tables)
    for macro in macros():
        if macro.name in there or not there >= set(macro.needs):
            continue
        connection.execute(macro.create)
        connection.execute(f"comment on {_CALLED[macro.kind]} \"{macro.name}\" is '{quoted(macro.comment)}'")
        if macro.kind == "view":
            there.add(macro.name)
            _comment_columns(connection, macro.name)


def _comment_columns(connection: duckdb.DuckDBPyConnection, view: str) -> None:
    """A view's columns mean what they mean in the tables that it is made of."""
    known = {column.name: column for table in ("indicator", "area", "indicator_value")
             for column in CONTRACTS[table].columns}  # fmt: skip
    for name, *_ in connection.execute(f'describe "{view}"').fetchall():
        unit = f" Unit: {known[name].unit}." if known[name].unit else ""
        words = f"{known[name].description}{unit}"
        connection.execute(f'comment on column "{view}"."{name}" is \'{quoted(words)}\'')


@cache
def macros() -> tuple[Macro, ...]:
    """Every macro and view, in the order in which they are told."""
    return (*_rates(), *_limits(), *_standardised(), *_compared(), *QUESTIONS)


# --- arithmetic -----------------------------------------------------------------------------------
# Numbers are written with an exponent: without one, SQL takes them for decimals and adds in tenths.


def _counts(names: str, formula: str, nothing: str = "false", above: str = "") -> str:
    """A formula of counts: null where one is not known or there is ``nothing`` to tell, an error where none can be.

    The error is the package's own: a negative number among counts is a slip, and no figure must be made of it.
    """
    listed = [f"{name.strip()}::double" for name in names.split(",")]
    unknown = " or ".join(f"isnan({name})" for name in listed)
    wrong = " or ".join(f"{name} < 0 or isinf({name})" for name in listed)
    too_many = f"when {above} then {_refused('a numerator is above its denominator')} " if above else ""
    return (
        f"case when {unknown} then null when {wrong} then {_refused('a count is negative or infinite')} "
        f"{too_many}when {nothing} then null else {formula} end"
    )


def _refused(why: str, in_place_of: str = "double") -> str:
    """An error with these words, as a cast that fails: ``error()`` counts as a side effect, which a column may not have
    that another column of the same query is made of.
    """
    return f"('{why}'::{in_place_of})"


def _number(value: float) -> str:
    """A number as SQL reads it back to the last bit."""
    text = repr(float(value))
    return text if "e" in text else f"{text}e0"


@cache
def _z() -> str:
    from locality_profiles.statistics.intervals import z_value

    return _by_confidence(lambda confidence: _number(z_value(confidence)))


def _by_confidence(told: Callable[[float], str], of: str = "double") -> str:
    cases = " ".join(f"when confidence::double = {_number(one)} then {told(one)}" for one in CONFIDENCES)
    listed = " or ".join(map(str, CONFIDENCES))
    return f"(case {cases} else {_refused('confidence is ' + listed, of)} end)"


def _bracket(count: str, z: str) -> str:
    root = f"(1 / (3 * sqrt({count})))"
    return f"(1 - {root} * {root} + {z} * {root})"


def _byar(count: str, z: str) -> str:
    bracket = _bracket(count, z)
    return f"({count} * {bracket} * {bracket} * {bracket})"


def _byar_low(count: str, z: str) -> str:
    """Null where the formula has no limit: at a count of nought, and where it would be negative."""
    down = f"(-{z})"
    return f"(case when {count} = 0 or {_bracket(count, down)} < 0 then null else {_byar(count, down)} end)"


def _byar_high(count: str, z: str) -> str:
    return _byar(f"({count} + 1)", z)


@cache
def _exact(side: int, most: int) -> str:
    """Exact limits of the counts from nought to ``most``, as a list for each confidence."""
    import numpy as np

    from locality_profiles.statistics.intervals import exact_poisson_limits

    def listed(confidence: float) -> str:
        limits = exact_poisson_limits(np.arange(most + 1), confidence)[side]
        return f"[{', '.join(map(_number, limits.tolist()))}]"

    return _by_confidence(listed, "double[]")


def _exact_of(count: str, side: int, most: int) -> str:
    whole = f"{count} <= {most} and {count} = floor({count})"
    return f"(case when {whole} then ({_exact(side, most)})[{count}::integer + 1] end)"


def _count_limit(count: str, side: int, z: str) -> str:
    from locality_profiles.statistics.intervals import EXACT_BELOW

    usual = (_byar_low, _byar_high)[side](count, z)
    few = _exact_of(count, side, EXACT_BELOW - 1)
    return f"(case when {count} < {EXACT_BELOW} then {few} else {usual} end)"


_N, _D = "n::double", "d::double"
_LIMITS = "confidence := 0.95"


def _rates() -> Iterable[Macro]:
    yield Macro(
        "rate", "n, d, per", "n for every so many of d, such as people for every 1,000 residents; null without d.",
        _counts("n, d", f"{_N} / {_D} * per::double", f"{_D} = 0"),
        "rate(30, 1622, 1000)", 18.5, method="rates.crude_rate",
    )  # fmt: skip
    yield Macro(
        "percent", "n, d", "n as a percentage of d.", _counts("n, d", f"{_N} / {_D} * 100", f"{_D} = 0"),
        "percent(65, 100)", 65.0, method="rates.crude_rate",
    )  # fmt: skip
    yield Macro(
        "ratio", "n, d", "n for each of d.", _counts("n, d", f"{_N} / {_D}", f"{_D} = 0"),
        "ratio(3, 4)", 0.75, method="rates.crude_rate",
    )  # fmt: skip
    yield Macro(
        "ratio_to_expected", "observed, expected",
        "Events as a percentage of those expected: 100 is what would be expected. Its limits are those of "
        "rate_low and rate_high for every 100.",
        _counts("observed, expected", "observed::double * (100 / expected::double)", "expected::double = 0"),
        "ratio_to_expected(20, 12.5)", 160.0, method="standardised.indirectly_standardised_ratio",
    )  # fmt: skip
    yield Macro(
        "percent_change", "before, after",
        "Change as a percentage of what was before, with its sign; null from nought.",
        "case when isnan(before::double) or isnan(after::double) or before::double = 0 then null "
        "else 100 * (after::double - before::double) / abs(before::double) end",
        "percent_change(40, 30)", -25.0, method="differences.percentage_change",
    )  # fmt: skip


def _limits() -> Iterable[Macro]:
    z = _z()
    square = f"({z} * {z})"
    high = f"((2 * {_N} + {square} + {z} * sqrt({square} + 4 * {_N} * (1 - {_N} / {_D}))) / (2 * ({_D} + {square})))"
    low = f"({_N} / {_D} * {_N} / ({_D} + {square}) / {high})"
    of_part = {"low": low, "high": f"least({high}, 1e0)"}
    told = {"low": "Lower", "high": "Upper"}
    yield Macro(
        "z_value", "confidence", "How many standard errors limits of this confidence (0.95 or 0.998) reach.", z,
        "z_value(0.95)", 1.96, method="intervals.z_value",
    )  # fmt: skip
    for (side, formula), gives in zip(of_part.items(), (0.5525, 0.7364), strict=True):
        yield Macro(
            f"wilson_{side}", f"n, d, {_LIMITS}",
            f"{told[side]} limit of the proportion n of d, as a fraction (Wilson).",
            _counts("n, d", formula, f"{_D} = 0", f"{_N} > {_D}"),
            f"wilson_{side}(65, 100)", gives, method="intervals.wilson_limits",
        )  # fmt: skip
    for (side, formula), gives in zip(of_part.items(), (55.3, 73.6), strict=True):
        yield Macro(
            f"percent_{side}", f"n, d, {_LIMITS}", f"{told[side]} limit of percent(n, d) (Wilson).",
            _counts("n, d", f"{formula} * 100", f"{_D} = 0", f"{_N} > {_D}"),
            f"percent_{side}(65, 100)", gives, method="estimates.proportion_estimate",
        )  # fmt: skip
    for side, of_count, gives in (("low", _byar_low, 50.16), ("high", _byar_high, 82.85)):
        yield Macro(
            f"byar_{side}", f"n, {_LIMITS}", f"{told[side]} limit of a count (Byar): close from ten events on.",
            _counts("n", of_count(_N, z)), f"byar_{side}(65)", gives, method="intervals.byars_limits",
        )  # fmt: skip
    for number, (side, gives) in enumerate((("low", 3.689), ("high", 11.668))):
        event = ("exact_low(9)", 4.115) if side == "low" else ("exact_high(5)", gives)
        yield Macro(
            f"exact_{side}", f"n, {_LIMITS}",
            f"{told[side]} exact limit of a whole count of at most {MOST_EXACT} (Poisson); null above, where "
            f"byar_{side} is as good.",
            _counts("n", _exact_of(_N, number, MOST_EXACT)), *event, method="intervals.exact_poisson_limits",
        )  # fmt: skip
    for number, (side, gives) in enumerate((("low", 4.12), ("high", 17.08))):
        yield Macro(
            f"count_{side}", f"n, {_LIMITS}",
            f"{told[side]} limit of a count, as a release has it: exact below ten events, Byar's from ten on. Null "
            "for a count below ten that is not whole.",
            _counts("n", _count_limit(_N, number, z)), f"count_{side}(9)", gives, method="intervals.count_limits",
        )  # fmt: skip
    for number, (side, gives) in enumerate((("low", 12.21), ("high", 30.89))):
        yield Macro(
            f"rate_{side}", f"n, d, per, {_LIMITS}", f"{told[side]} limit of rate(n, d, per): that of its count.",
            _counts("n, d", f"{_count_limit(_N, number, z)} * (per::double / {_D})", f"{_D} = 0"),
            f"rate_{side}(20, 100, 100)", gives, method="estimates.rate_estimate",
        )  # fmt: skip


def _standardised() -> Iterable[Macro]:
    """Sums are taken in the order of the bands: in another, the last digit may be another."""
    from locality_profiles.statistics.standardised import FEWEST_EVENTS
    from locality_profiles.statistics.standards import ESP2013

    x = (
        "(case when events is null or isnan(events::double) then 0e0 when events::double < 0 or isinf(events::double) "
        f"then {_refused('a count is negative or infinite')} else events::double end)"
    )
    share = (
        "(case when people::double > 0 and not isnan(people::double) and not isinf(people::double) "
        "and standard::double >= 0 and not isnan(standard::double) then standard::double / people::double "
        f"else {_refused('a standardised rate needs people and a standard at every age')} end)"
    )

    def added(what: str) -> str:
        return f"sum({what} order by band)"

    count, total = added(x), added("standard::double")
    rate = f"({added(f'{share} * {x}')} / {total})"
    spread = f"(sqrt({added(f'{share} * {x} * {share}')} / {count}) / {total})"
    z = _z()
    takes = "events, people, standard, band, per"
    ages = "(values (1, 10, 1000, 60000), (2, 30, 500, 40000)) t(band, events, people, standard)"
    for name, formula, words, gives in (
        ("dsr", rate, "Directly standardised rate of a group of rows, one for each age band", 30.0),
        ("dsr_low", f"({rate} + {spread} * ({_byar_low(count, z)} - {count}))", "Lower limit of dsr (Dobson)", 21.37),
        ("dsr_high", f"({rate} + {spread} * ({_byar_high(count, z)} - {count}))", "Upper limit of dsr (Dobson)", 40.92),
    ):
        limits = "" if name == "dsr" else f", {_LIMITS}"
        yield Macro(
            name, f"{takes}{limits}",
            f"{words}; null below {FEWEST_EVENTS} events. Rows are added in the order of band; standard_population() "
            "has the weights.",
            f"case when {count} >= {FEWEST_EVENTS} then {formula} * per::double end",
            f"(select {name}(events, people, standard, band, 1000) from {ages})", gives,
            method="standardised.directly_standardised_rate",
        )  # fmt: skip
    rows = ", ".join(f"({w.first}, {'null' if w.last is None else w.last}, {w.people})" for w in ESP2013)
    yield Macro(
        "standard_population", "", "The European Standard Population of 2013: people from one age to another.",
        f"select * from (values {rows}) as standard(first_age, last_age, people)",
        "from standard_population()", kind="table",
    )  # fmt: skip


def _compared() -> Iterable[Macro]:
    unknown = "{0} is null or isnan({0}::double)"
    three = " or ".join(unknown.format(name) for name in ("low", "high", "reference"))
    yield Macro(
        "verdict", "low, high, reference",
        "higher, lower or similar: whether limits leave out a reference value, as comparisons have it; not_compared "
        "where one is not known.",
        f"case when {three} then 'not_compared' when low::double > reference::double then 'higher' "
        "when high::double < reference::double then 'lower' else 'similar' end",
        "verdict(11, 15, 10)", "higher", method="comparators.against_reference",
    )  # fmt: skip
    four = " or ".join(unknown.format(name) for name in ("low", "high", "other_low", "other_high"))
    yield Macro(
        "differs", "low, high, other_low, other_high",
        "higher, lower or similar: whether two intervals lie apart. A cautious test: two figures may differ although "
        "their intervals overlap.",
        f"case when {four} then 'not_compared' when low::double > other_high::double then 'higher' "
        "when high::double < other_low::double then 'lower' else 'similar' end",
        "differs(1, 2, 3, 4)", "lower", method="differences.intervals_apart",
    )  # fmt: skip


# --- questions ------------------------------------------------------------------------------------

_NAMED = """v.area_type, v.area_code, a.area_name, v.indicator_id, i.title, v.category, v.period_start, v.period_end,
    v.value, v.lower, v.upper, i.unit, v.status, v.note
    from indicator_value v join area a using (area_type, area_code) join indicator i using (indicator_id)"""
_PLACE = "(area_code = place or lower(area_name) = lower(place))"

QUESTIONS = (
    Macro(
        "named_value", "", "Every value of every indicator, with the names of its area and indicator.",
        f"select {_NAMED}", "from named_value where area_name = 'North Isles'",
        needs=("indicator_value", "area", "indicator"), kind="view",
    ),
    Macro(
        "latest_value", "", "The latest value of every indicator for every area and class, with names.",
        """select * from named_value
        qualify rank() over (partition by indicator_id, area_type, area_code order by period_end desc) = 1""",
        "from latest_value where indicator_id = 'population'", needs=("named_value",), kind="view",
    ),
    Macro(
        "find_area", "words", "Areas whose name holds these words.",
        """select area_type, area_code, area_name from area
        where contains(lower(area_name), lower(words)) order by all""",
        "from find_area('isles')", needs=("area",), kind="table",
    ),
    Macro(
        "find_indicator", "words", "Indicators whose title or definition holds these words.",
        """select indicator_id, title, unit, definition from indicator
        where contains(lower(title || ' ' || coalesce(definition, '')), lower(words)) order by all""",
        "from find_indicator('home care')", needs=("indicator",), kind="table",
    ),
    Macro(
        "areas", "kind", "Areas of a kind (locality, ward, hscp, health_board, …) and what holds each.",
        """select one.area_code, one.area_name, one.parent_type, one.parent_code, larger.area_name as parent_name
        from area as one left join area as larger
        on larger.area_type = one.parent_type and larger.area_code = one.parent_code
        where one.area_type = kind order by one.area_name, one.area_code""",
        "from areas('locality')", needs=("area",), kind="table",
    ),
    Macro(
        "blocks_of", "place",
        "The building blocks (data zones) of an area, by its code or name, and their shares in it.",
        f"""select held.area_type, held.area_code, block_type, block_code, block.area_name as block_name, weight, method
        from membership join (select area_type, area_code from area where {_PLACE}) held using (area_type, area_code)
        left join area as block on block.area_type = block_type and block.area_code = block_code order by all""",
        "from blocks_of('North Isles')", needs=("area", "membership"), kind="table",
    ),
    Macro(
        "values_of", "indicator, kind", "Every value of one indicator for all areas of a kind, over time.",
        """select area_code, area_name, category, period_start, period_end, value, lower, upper, unit, status, note
        from named_value where indicator_id = indicator and area_type = kind
        order by area_name, area_code, category, period_end""",
        "from values_of('population', 'locality')", needs=("named_value",), kind="table",
    ),
    Macro(
        "trend_of", "indicator, place", "One indicator of one area, by its code or name, over time.",
        f"""select * from named_value where indicator_id = indicator and {_PLACE}
        order by area_type, area_code, category, period_end""",
        "from trend_of('population', 'North Isles')", needs=("named_value",), kind="table",
    ),
    Macro(
        "compare_areas", "indicator, kind", "The latest value of one indicator for all areas of a kind, highest first.",
        """select * from latest_value
        where indicator_id = indicator and area_type = kind order by category, value desc nulls last, area_name""",
        "from compare_areas('population', 'locality')", needs=("latest_value",), kind="table",
    ),
    Macro(
        "verdicts_of", "indicator, kind",
        "How each area of a kind compares with its partnership, board, country, peers and neighbours.",
        """select one.area_name, category, comparator, coalesce(other.area_name, comparator) as compared_with,
            period_end, value, comparator_value, difference, difference_lower, difference_upper, verdict, verdict_99_8,
            judgement, reason
        from comparison join area as one using (area_type, area_code)
        left join area as other on other.area_code = comparator_code
            and other.area_type = case comparator when 'peers' then 'hscp' else comparator end
        where indicator_id = indicator and comparison.area_type = kind order by area_name, category, comparator""",
        "from verdicts_of('aged_65_plus', 'locality')", needs=("comparison", "area"), kind="table",
    ),
    Macro(
        "profile_of", "place", "The figures of an area's own page, by its code or name, in the order of the page.",
        f"""select area_type, area_code, section_title, title, category_title, period_end, value, profile.numerator,
            profile.denominator, unit, status, note
        from profile join area using (area_type, area_code) join indicator on indicator_id = item
        where role = 'this' and {_PLACE} order by area_type, area_code, section_order, item_order, category""",
        "from profile_of('North Isles')", needs=("profile", "area", "indicator"), kind="table",
    ),
)  # fmt: skip
