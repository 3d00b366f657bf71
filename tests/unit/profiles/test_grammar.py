"""Words round numbers, as tables of cases; and that no number makes bad English."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.profiles.narrative import grammar


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        *((f"{n}", "an") for n in ("8", "11", "18", "80", "84", "89", "800", "899", "8,000", "8,123", "11,000")),
        *((f"{n}", "an") for n in ("18,500", "80,000", "800,000", "8%", "8.5%", "11%", "18 %", "18th", "80–89")),
        *((f"{n}", "a") for n in ("1", "9", "10", "12", "17", "19", "100", "110", "118", "180", "181", "188", "1,800")),
        *((f"{n}", "a") for n in ("1,100", "110,000", "180,000", "0.8", "7.8", "68", "108", "£10")),
        ("£8", "an"),
        ("1800", "an"),  # as a year is read
        ("hour", "an"), ("honest answer", "an"), ("heir", "an"), ("one", "a"), ("one-off", "a"), ("once", "a"),
        ("unit", "a"), ("unique case", "a"), ("union", "a"), ("uninsured home", "an"), ("unimportant case", "an"),
        ("user", "a"), ("use", "a"), ("European", "a"), ("area", "an"), ("island", "an"), ("older person", "an"),
        ("umbrella", "an"), ("urban area", "an"), ("locality", "a"), ("house", "a"), ("hospital", "a"),
        ("NHS board", "an"), ("GP", "a"), ("HSCP", "an"), ("MSG indicator", "an"), ("SIMD fifth", "an"),
        ("A&E", "an"), ("‘island’", "an"),
    ],
)  # fmt: skip
def test_article(words: str, expected: str) -> None:
    assert grammar.article(words) == expected


def test_every_number_to_a_million_has_the_article_of_how_it_is_said() -> None:
    """A slow plain way: say the first word of each number."""
    for number in (*range(1, 2_000), *range(2_000, 1_000_000, 997)):
        first = number
        while first >= 1_000:
            first //= 1_000
        word = (
            "eight"
            if first == 8 or first // 10 == 8 or first // 100 == 8
            else {11: "eleven", 18: "eighteen"}.get(first)
        )
        assert grammar.article(f"{number:,}") == ("an" if word else "a"), number


@pytest.mark.parametrize(
    ("number", "words"), [(0, "no"), (1, "one"), (9, "nine"), (10, "10"), (999, "999"), (1000, "1,000")]
)
def test_numbers_are_words_up_to_nine(number: int, words: str) -> None:
    assert grammar.number_words(number) == words


def test_plurals_follow_the_number() -> None:
    told = [grammar.counted(n, "locality", "localities") for n in (0, 1, 2, 12)]
    assert told == ["no localities", "one locality", "two localities", "12 localities"]


@pytest.mark.parametrize(
    ("unit", "one"),
    [
        ("people", "person"), ("deaths", "death"), ("places", "place"), ("years", "year"), ("households", "household"),
        ("hours per 1,000 people", "hour per 1,000 people"), ("bed days per 1,000 adults", "bed day per 1,000 adults"),
        ("per 1,000 people", "per 1,000 people"), ("items per person", "item per person"),
        ("nights per 1,000 people", "night per 1,000 people"),
    ],
)  # fmt: skip
def test_one_of_a_unit(unit: str, one: str) -> None:
    assert grammar.one_of(unit) == one


@pytest.mark.parametrize(
    ("value", "status", "unit", "decimals", "said"),
    [
        (12.34, "actual", "%", 1, "12.3%"),
        (12.34, "estimated", "%", 1, "12.3% (estimated)"),
        (0, "true_zero", "%", 1, "0%"),
        (0, "actual", "per 1,000 people", 1, "0 per 1,000 people"),
        (0.0001, "actual", "per 1,000 people", 1, "close to zero"),
        (1, "actual", "people", 0, "1 person"),
        (1.0, "actual", "years", 1, "1.0 years"),
        (2, "provisional", "deaths", 0, "2 deaths (provisional)"),
        (10250.4, "actual", "per 100,000 people", 0, "10,250 per 100,000 people"),
        (123456, "actual", "pence per person", 0, "£1,235 per person"),
        (23.456, "actual", "£ per hour", 2, "£23.46 per hour"),
        (104.2, "actual", "Scotland = 100", 0, "104 (Scotland = 100)"),
        (-3.25, "actual", "%", 1, "−3.3%"),
    ],
)  # fmt: skip
def test_a_value_with_its_unit(value: float, status: str, unit: str, decimals: int, said: str) -> None:
    assert grammar.with_unit(value, status, unit, decimals) == said


@pytest.mark.parametrize(
    ("before", "after", "unit", "decimals", "said"),
    [
        (50, 46, "per 1,000 people", 1, "an 8% fall"),
        (100, 111, "deaths", 0, "an 11% rise"),
        (100, 118, "deaths", 0, "an 18% rise"),
        (100, 280, "deaths", 0, "a 180% rise"),
        (10, 98, "deaths", 0, "an 880% rise"),
        (100, 108.4, "deaths", 0, "an 8.4% rise"),
        (100, 101.25, "deaths", 0, "a 1.3% rise"),
        (12.0, 15.1, "%", 1, "a rise of 3.1 percentage points"),
        (12.0, 11.0, "%", 1, "a fall of 1 percentage point"),
        (0.75, 0.95, "%", 1, "a rise of 0.2 percentage points"),  # 0.8 to 1.0, as a reader sees them
        (12.04, 12.01, "%", 1, ""),
        (0, 5, "deaths", 0, ""),
        (0.001, 5, "per 1,000 people", 1, ""),
        (5, 5, "deaths", 0, ""),
        (10_000, 10_001, "people", 0, ""),
    ],
)  # fmt: skip
def test_a_change(before: float, after: float, unit: str, decimals: int, said: str) -> None:
    assert grammar.change_words(before, after, unit, decimals) == said


@pytest.mark.parametrize(
    ("rank", "ranked", "alike", "said"),
    [
        (1, 7, 1, "the highest"), (2, 7, 1, "the second highest"), (4, 7, 1, "the fourth highest"),
        (6, 7, 1, "the second lowest"), (7, 7, 1, "the lowest"), (1, 7, 2, "jointly the highest"),
        (6, 7, 2, "jointly the lowest"), (5, 7, 2, "jointly the second lowest"), (1, 2, 1, "the highest"),
        (2, 2, 1, "the lowest"), (2, 3, 1, "the second highest"),
    ],
)  # fmt: skip
def test_a_place_is_told_from_the_nearer_end_and_ties_are_joint(rank: int, ranked: int, alike: int, said: str) -> None:
    assert grammar.place(rank, ranked, alike) == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C"),
        (["‘Deaths, all ages’", "‘B’", "‘C’"], "‘Deaths, all ages’, ‘B’ and ‘C’"),
        (["A, B", "C", "D"], "A, B; C; and D"),
    ],
)  # fmt: skip
def test_a_list(words: list[str], said: str) -> None:
    assert grammar.listed(words) == said


def test_a_long_list_counts_what_it_does_not_name() -> None:
    assert grammar.listed_to(["A", "B", "C"], 3) == "A, B and C"
    assert grammar.listed_to(["A", "B", "C", "D"], 3) == "A, B, C and one more"
    assert grammar.listed_to([*"ABCDEFGHIJKLM"], 2) == "A, B and 11 more"


@pytest.mark.parametrize(
    ("percent", "said"),
    [(10, "1 in 10"), (9.8, "1 in 10"), (12.5, "1 in 8"), (20, "1 in 5"), (33.3, "1 in 3"), (50, "1 in 2"),
     (5, "1 in 20"), (17.9, ""), (40, ""), (51, ""), (4.9, ""), (0, ""), (100, "")],
)  # fmt: skip
def test_a_share_as_one_in_so_many(percent: float, said: str) -> None:
    assert grammar.one_in(percent) == said


@pytest.mark.parametrize(
    ("kind", "start", "end", "said"),
    [
        ("mid_year", date(2021, 6, 30), date(2021, 6, 30), "in mid-2021"),
        ("snapshot", date(2022, 3, 20), date(2022, 3, 20), "on 20 March 2022"),
        ("financial_year", date(2020, 4, 1), date(2021, 3, 31), "in 2020/21"),
        ("financial_quarter", date(2021, 1, 1), date(2021, 3, 31), "in 2020/21 Q4"),
        ("years", date(2018, 4, 1), date(2021, 3, 31), "from 2018/19 to 2020/21"),
        ("years", date(2017, 1, 1), date(2021, 12, 31), "from 2017 to 2021"),
        ("month", date(2016, 8, 1), date(2016, 8, 31), "in August 2016"),
        ("week", date(2021, 1, 4), date(2021, 1, 10), "from 4 Jan 2021 to 10 Jan 2021"),
    ],
)
def test_a_period(kind: str, start: date, end: date, said: str) -> None:
    assert grammar.period_words(kind, start, end) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [("a rate,  standardised, .", "A rate, standardised."), ("‘A’ is known.", "‘A’ is known."), ("x ,; y.", "X; y.")],
)
def test_a_sentence_is_spaced_and_begun_as_one(text: str, said: str) -> None:
    assert grammar.finished(text) == said


NUMBERS = st.floats(0, 1e7, allow_nan=False) | st.integers(0, 10_000).map(float)
UNITS = st.sampled_from(["%", "per 1,000 people", "people", "years", "£ per hour", "pence per person", "deaths",
                         "per 100,000 people, age and sex standardised", "Scotland = 100"])  # fmt: skip


@given(NUMBERS, NUMBERS, UNITS, st.integers(0, 2))
def test_no_change_of_any_two_numbers_is_bad_english(before: float, after: float, unit: str, decimals: int) -> None:
    said = grammar.change_words(before, after, unit, decimals)
    assert not re.search(r"\ba (?:8|11\b|18\b|11,|18,)", said)
    assert not re.search(r"\ban (?!8|11|18)\d", said)
    assert "  " not in said
    assert ("rise" in said) == bool(said and after > before)


@given(NUMBERS, st.sampled_from(["actual", "estimated", "rounded", "provisional"]), UNITS, st.integers(0, 2))
def test_no_value_is_bad_english(value: float, status: str, unit: str, decimals: int) -> None:
    said = grammar.with_unit(value, status, unit, decimals)
    assert said == said.strip()
    assert "  " not in said
    assert "()" not in said
    assert ((status != "actual") and f"({status})" in said) or status == "actual"


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 300))
def test_the_place_of_any_rank_is_one_word_order(rank: int, others: int, alike: int) -> None:
    ranked = rank + others + alike - 1
    said = grammar.place(rank, ranked, alike)
    assert re.fullmatch(r"(?:jointly )?the (?:\w+ )?(?:highest|lowest)", said)
    assert said.startswith("jointly") == (alike > 1)
