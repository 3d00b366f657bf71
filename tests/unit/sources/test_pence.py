"""Money is read digit by digit: what was written is what is kept, and what cannot be whole pence is told."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.sources._pence import (
    LOST_DIGITS,
    NO_AMOUNT,
    NOT_PENCE,
    OTHER_CURRENCY,
    REMEDIES,
    TOO_SHORT,
    pence_of,
)

WAYS = ("{pounds}.{rest:02d}", "{pounds:,}.{rest:02d}", "£{pounds:,}.{rest:02d}", " {pounds}.{rest:02d} ")
NEGATIVE = ("-{}", "({})", "{}-", "\N{MINUS SIGN}{}", "( {} )")


@given(st.integers(0, 10**16), st.sampled_from(WAYS))
def test_an_amount_of_any_size_is_read_to_the_penny(pence: int, way: str) -> None:
    assert pence_of(way.format(pounds=pence // 100, rest=pence % 100)) == (pence, "")


@given(st.integers(0, 10**14), st.sampled_from(WAYS), st.sampled_from(NEGATIVE))
def test_a_negative_amount_is_read_however_its_sign_is_written(pence: int, way: str, sign: str) -> None:
    assert pence_of(sign.format(way.format(pounds=pence // 100, rest=pence % 100).strip())) == (-pence, "")


@given(st.integers(0, 10**13), st.integers(-(10**13), 10**13))
def test_a_sum_that_a_spreadsheet_made_is_read_as_was_meant(gross: int, income: int) -> None:
    """A binary sum is off by less than its fifteenth digit, unless nearly all of it was taken away."""
    total = (gross + abs(income)) / 100
    assert pence_of(repr(total) if total < 1e15 else str(total)) == (gross + abs(income), "")


@given(st.integers(0, 10**9), st.integers(1, 999).filter(lambda mills: mills % 10))
def test_a_third_decimal_is_never_rounded_away(pounds: int, mills: int) -> None:
    assert pence_of(f"{pounds}.{mills:03d}") == (None, NOT_PENCE)
    assert (Decimal(f"{pounds}.{mills:03d}") * 100) % 1 != 0


@pytest.mark.parametrize(("written", "found"), [
    ("1234.5600000000001", (123456, "")), ("0.30000000000000004", (30, "")), ("", (None, "")), ("-0.00", (0, "")),
    ("1.2e+05", (None, LOST_DIGITS)), ("-2.7E-17", (None, LOST_DIGITS)), ("12k", (None, TOO_SHORT)),
    ("£1.2m", (None, TOO_SHORT)), ("3 thousand", (None, TOO_SHORT)), ("$5", (None, OTHER_CURRENCY)),
    ("12 EUR", (None, OTHER_CURRENCY)), ("1,25", (None, NO_AMOUNT)), ("1,2500", (None, NO_AMOUNT)),
    ("1.234,50", (None, NO_AMOUNT)), ("(5", (None, NO_AMOUNT)), ("--5", (None, NO_AMOUNT)), ("(-5)", (None, NO_AMOUNT)),
    ("tbc", (None, NO_AMOUNT)), ("9" * 16, (None, NO_AMOUNT)),
])  # fmt: skip
def test_what_is_read_and_what_is_not(written: str, found: tuple[int | None, str]) -> None:
    assert pence_of(written) == found


def test_every_fault_has_a_remedy() -> None:
    assert set(REMEDIES) == {OTHER_CURRENCY, TOO_SHORT, LOST_DIGITS, NOT_PENCE, NO_AMOUNT}
    assert all(remedy.endswith(".") for remedy in REMEDIES.values())
