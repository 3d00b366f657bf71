"""Standard populations: how many people of each age the standard has.

European Standard Population 2013 (Eurostat, Revision of the European Standard Population, 2013), in
five-year bands with infants apart and 95 and over together: 100,000 people of each sex.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class Ages(Protocol):
    """Ages from the first to the last, both inclusive; a last band has none."""

    @property
    def first(self) -> int: ...

    @property
    def last(self) -> int | None: ...


class Weight(NamedTuple):
    """People of the standard from one age to another, both inclusive."""

    first: int
    last: int | None
    people: int


ESP2013 = (
    Weight(0, 0, 1000), Weight(1, 4, 4000), Weight(5, 9, 5500), Weight(10, 14, 5500), Weight(15, 19, 5500),
    Weight(20, 24, 6000), Weight(25, 29, 6000), Weight(30, 34, 6500), Weight(35, 39, 7000), Weight(40, 44, 7000),
    Weight(45, 49, 7000), Weight(50, 54, 7000), Weight(55, 59, 6500), Weight(60, 64, 6000), Weight(65, 69, 5500),
    Weight(70, 74, 5000), Weight(75, 79, 4000), Weight(80, 84, 2500), Weight(85, 89, 1500), Weight(90, 94, 800),
    Weight(95, None, 200),
)  # fmt: skip


def standard_population(bands: Sequence[Ages], standard: Sequence[Weight] = ESP2013) -> NDArray[np.float64]:
    """People of the standard in each age band.

    Bands may join several bands of the standard (65 to 74) or leave some out (an age-restricted rate, which is
    divided by the people of its own bands only). A band that cuts through one of the standard's is shared by
    single years of age, as Scottish practice does for 16 and over (15 to 19 counts 4,400).

    Parameters
    ----------
    bands : sequence with ``first`` and ``last``
        Ages, both inclusive; ``last`` is None for an open band.
    standard : sequence of Weight

    Returns
    -------
    ndarray, shape (bands,)

    Raises
    ------
    ValueError
        If there is no band, bands overlap, or an open end of one meets no open end of the other: the oldest band
        of the standard (95 and over) cannot be cut.

    Examples
    --------
    >>> from locality_profiles.statistics.standards import Weight, standard_population
    >>> standard_population([Weight(16, 64, 0), Weight(65, None, 0)]).tolist()
    [63400.0, 19500.0]
    """
    if not bands:
        raise ValueError("a standard population needs at least one age band")
    for band, following in zip(bands, bands[1:], strict=False):
        if band.last is None or following.first <= band.last:
            raise ValueError(f"the age bands overlap at age {following.first}")
    oldest = standard[-1].first
    last = bands[-1].last
    if bands[-1].first > oldest or (last is not None and last >= oldest):
        raise ValueError(f"the standard population has no single ages from {oldest} on: end with an open band below it")
    return np.array([sum(_shared(weight, band) for weight in standard) for band in bands], dtype=np.float64)


def _shared(weight: Weight, band: Ages) -> float:
    """People of one band of the standard that are of the band's ages."""
    if weight.last is None:
        return weight.people if band.last is None else 0
    top = weight.last if band.last is None else min(weight.last, band.last)
    years = max(0, top - max(weight.first, band.first) + 1)
    return weight.people * years / (weight.last - weight.first + 1)
