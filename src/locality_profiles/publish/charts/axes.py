"""Where the lines of a grid stand and what is printed at them, as the tables print numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from locality_profiles.numbers import is_pence, print_value


class Axis(NamedTuple):
    """A scale from its first to its last line."""

    ticks: tuple[float, ...]
    texts: tuple[str, ...]

    @property
    def low(self) -> float:
        return self.ticks[0]

    @property
    def high(self) -> float:
        return self.ticks[-1]

    def share(self, value: float) -> float:
        """Where a value stands between the ends, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def axis(values: Iterable[float | None], unit: str, lines: int = 4, from_nought: bool = False) -> Axis:
    """An axis of about so many round lines that holds every value; bars start from nought."""
    held = [value for value in values if value is not None and math.isfinite(value)] or [0.0, 1.0]
    if from_nought:
        held.append(0.0)
    low, high = min(held), max(held)
    if low == high:
        low, high = low - (abs(low) / 10 or 1), high + (abs(high) / 10 or 1)
        # What cannot be negative is not drawn below nought.
        low = max(low, 0.0) if min(held) >= 0 else low
    step = _round_step((high - low) / max(lines - 1, 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(number * step for number in range(first, last + 1))
    return Axis(ticks, tuple(_texts(ticks, unit, step)))


def _round_step(wanted: float) -> float:
    """The first of 1, 2, 2.5, 5 and 10 times a power of ten that is not much smaller."""
    power: float = 10.0 ** math.floor(math.log10(wanted))
    return next(times * power for times in (1, 2, 2.5, 5, 10) if times * power >= wanted * 0.8)


def _texts(ticks: tuple[float, ...], unit: str, step: float) -> list[str]:
    pounds = step / 100 if is_pence(unit) else step
    largest = max(map(abs, ticks)) / (100 if is_pence(unit) else 1)
    for size, letter in ((1e9, "bn"), (1e6, "m")):
        if largest >= size:
            decimals = _decimals(pounds / size)
            return [f"{print_value(tick / size, 'actual', unit, decimals)}{letter if tick else ''}" for tick in ticks]
    decimals = _decimals(pounds)
    return [str(print_value(tick, "actual", unit, decimals)) if tick else "0" for tick in ticks]


def _decimals(step: float) -> int:
    """How many decimals tell one line from the next."""
    return next((places for places in range(9) if abs(step * 10**places - round(step * 10**places)) < 1e-6), 9)
