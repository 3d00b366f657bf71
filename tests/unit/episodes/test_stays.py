"""Readmissions: which stays can be followed by one, and which are."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.episodes.stays import READMITTED_WITHIN, with_readmissions

LAST = date(2021, 3, 31)


def day(when: date | None) -> str:
    return f"date '{when}'" if when else "null::date"


def followed(stays: list[tuple]) -> list[tuple[bool, bool]]:
    """Whether each stay was discharged alive and followed for long enough, and whether it was followed by another."""
    drawn = ", ".join(
        f"({n}, '{person}', date '{start}', {day(end)}, {emergency}, {died})"
        for n, (person, start, end, emergency, died) in enumerate(stays)
    )
    query = with_readmissions(
        f"select * from (values {drawn}) of(n, person, start_day, end_day, emergency, died)", f"date '{LAST}'"
    )
    return duckdb.execute(f"select discharged_alive, readmitted from ({query}) order by n").fetchall()


@pytest.mark.parametrize(
    ("gap", "emergency", "again"),
    [(0, True, True), (28, True, True), (29, True, False), (5, False, False)],
)
def test_an_emergency_within_28_days_is_a_readmission(gap, emergency, again):
    first, left = date(2020, 5, 1), date(2020, 5, 6)
    back = left + timedelta(gap)
    found = followed([("a", first, left, True, False), ("a", back, back + timedelta(60), emergency, False)])
    assert found[0] == (True, again)


def test_who_died_can_neither_be_discharged_alive_nor_readmitted():
    assert followed([("a", date(2020, 5, 1), date(2020, 5, 6), True, True)]) == [(False, False)]


def test_a_stay_that_still_lasts_has_no_discharge():
    assert followed([("a", date(2021, 3, 1), None, True, False)]) == [(False, False)]


def test_another_persons_stay_is_no_readmission():
    found = followed([
        ("a", date(2020, 5, 1), date(2020, 5, 6), True, False),
        ("b", date(2020, 5, 8), date(2020, 5, 9), True, False),
    ])  # fmt: skip
    assert found == [(True, False), (True, False)]


@pytest.mark.parametrize(("days_before_end", "counts"), [(READMITTED_WITHIN, True), (READMITTED_WITHIN - 1, False)])
def test_a_discharge_counts_once_28_days_have_gone_by(days_before_end, counts):
    left = LAST - timedelta(days_before_end)
    assert followed([("a", left - timedelta(2), left, True, False)]) == [(counts, False)]


STAY = st.tuples(st.sampled_from("ab"), st.integers(0, 300), st.integers(0, 30), st.booleans(), st.booleans())


@given(st.lists(STAY, min_size=1, max_size=8, unique_by=lambda stay: (stay[0], stay[1])))
def test_a_plain_loop_gives_the_same(drawn):
    stays = [
        (person, (start := date(2020, 4, 1) + timedelta(day)), start + timedelta(length), emergency, died)
        for person, day, length, emergency, died in drawn
    ]
    expected = []
    for person, start, end, _, died in stays:
        alive = not died and (LAST - end).days >= READMITTED_WITHIN
        later = sorted((s for s in stays if s[0] == person and s[1] > start), key=lambda s: s[1])
        back = bool(later) and later[0][3] and 0 <= (later[0][1] - end).days <= READMITTED_WITHIN
        expected.append((alive, alive and back))
    assert followed(stays) == expected
