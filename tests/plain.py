"""Slow, plain second implementations that several tests of methods compare with.

One number at a time, with loops and the standard library only: nothing here is shared with what it tests.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log, sqrt
from statistics import NormalDist


def z_of(confidence: float) -> float:
    """The Normal quantile of a two-sided interval."""
    return NormalDist().inv_cdf(1 - (1 - confidence) / 2)


def root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that falls from above nought to below it passes through nought, by halving."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2


def chance_of_at_most(count: int, mean: float) -> float:
    """The chance of so many Poisson events or fewer."""
    if mean == 0:
        return 1.0
    return sum(exp(events * log(mean) - mean - lgamma(events + 1)) for events in range(count + 1))


def exact_limits(count: int, confidence: float) -> tuple[float, float]:
    """The means at which so many events are just too many, and just too few, to be put down to chance."""
    tail = (1 - confidence) / 2
    far = 10 * (count + 10)
    too_many = root(lambda mean: tail - (1 - chance_of_at_most(count - 1, mean)), 0.0, far) if count else 0.0
    return too_many, root(lambda mean: chance_of_at_most(count, mean) - tail, 0.0, far)


def byars(count: float, z: float) -> tuple[float, float]:
    """Byar's limits as Breslow & Day print them."""
    more = count + 1
    return (
        count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3,
        more * (1 - 1 / (9 * more) + z / (3 * sqrt(more))) ** 3,
    )


def limits_of_count(count: int, confidence: float) -> tuple[float, float]:
    """Exact below ten events, Byar's from ten on."""
    return exact_limits(count, confidence) if count < 10 else byars(count, z_of(confidence))
