"""Amounts divided to the last penny, against fractions that are exact by nature."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from locality_profiles.statistics.placing import MOST_AMOUNT, divide, whole_weights

AMOUNTS = st.integers(-(10**14), 10**14)
WEIGHTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=12).filter(any)


def plain(amount: int, weights: list[int]) -> list[int]:
    """The largest remainder, one part at a time."""
    total, sign = sum(weights), -1 if amount < 0 else 1
    exact = [Fraction(abs(amount) * weight, total) for weight in weights]
    parts = [int(part) for part in exact]
    losers = sorted(range(len(weights)), key=lambda at: (parts[at] - exact[at], at))
    for at in losers[: abs(amount) - sum(parts)]:
        parts[at] += 1
    return [sign * part for part in parts]


def test_ten_pence_among_three_alike() -> None:
    assert divide([10], [1, 1, 1]).tolist() == [[4, 3, 3]]


def test_a_credit_is_divided_as_a_charge_of_the_same_size() -> None:
    assert divide([-10], [1, 1, 1]).tolist() == [[-4, -3, -3]]


def test_the_literature_s_worked_example_by_population_and_by_hours() -> None:
    # Ten million pounds; 8,000, 10,000 and 5,000 residents; 61,000, 98,000 and 72,000 hours.
    by_people = divide([1_000_000_000], [8_000, 10_000, 5_000])[0]
    by_hours = divide([1_000_000_000], [61_000, 98_000, 72_000])[0]
    assert [round(p / 100) for p in by_people] == [3_478_261, 4_347_826, 2_173_913]
    assert [round(p / 100) for p in by_hours] == [2_640_693, 4_242_424, 3_116_883]


@given(st.lists(AMOUNTS, min_size=1, max_size=5), WEIGHTS)
def test_it_is_the_plain_method_exactly(amounts: list[int], weights: list[int]) -> None:
    assert divide(amounts, weights).tolist() == [plain(amount, weights) for amount in amounts]


@given(AMOUNTS, WEIGHTS, st.integers(1, 1_000))
def test_doubling_weights_doubles_nothing(amount: int, weights: list[int], times: int) -> None:
    assert divide([amount], [w * times for w in weights]).tolist() == divide([amount], weights).tolist()


@given(AMOUNTS, WEIGHTS)
def test_no_part_is_further_than_a_penny_from_its_share(amount: int, weights: list[int]) -> None:
    parts, total = divide([amount], weights)[0].tolist(), sum(weights)
    assert sum(parts) == amount
    assert all(abs(part - Fraction(amount * weight, total)) < 1 for part, weight in zip(parts, weights, strict=True))


def test_many_amounts_are_divided_as_each_alone() -> None:
    amounts = np.random.default_rng(1).integers(-(10**12), 10**12, 10_000)
    weights = np.random.default_rng(2).integers(0, 10**9, 40)
    together = divide(amounts, weights)
    assert np.array_equal(together.sum(axis=1), amounts)
    assert together[::997].tolist() == [divide([a], weights)[0].tolist() for a in amounts[::997]]


@pytest.mark.parametrize(
    ("amount", "weights", "said"),
    [
        (1, [], "nought"), (1, [0, 0], "nought"), (1, [2, -1], "below nought"),
        (MOST_AMOUNT, [1], "too large"), (1, [2**61, 1], "too much"),
    ],
)  # fmt: skip
def test_what_cannot_be_divided_is_refused(amount: int, weights: list[int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        divide([amount], weights)


def test_weights_with_decimals_keep_them() -> None:
    assert whole_weights([0.5, 1.25], 2).tolist() == [50, 125]
    for wrong in ([-1.0], [float("nan")], [float("inf")], [1e300]):
        with pytest.raises(ValueError, match="weight"):
            whole_weights(wrong)
