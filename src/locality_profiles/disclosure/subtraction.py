"""What follows from one sum at a time: bounds of cells by subtraction, drawn until nothing more follows.

Quicker and weaker than ``outsider.intervals``, which weighs all sums together: for the many counts that nobody
publishes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

#: Rounds of subtraction; sums are nested a few levels deep.
ROUNDS = 12
#: A bound must move by this share of itself to be worth another round.
MOVED = 1e-9

Values = NDArray[np.float64]


def by_subtraction(equations: sparse.csr_array, lower: Values, upper: Values) -> tuple[Values, Values]:
    """The least and the most of each cell that single sums give, each drawing on what the others gave before.

    Parameters
    ----------
    equations : csr_array, shape (sums, cells)
        ``equations @ counts`` is nought.
    lower, upper : float array, shape (cells,)
        What is known before any sum; infinity for no upper bound.

    Returns
    -------
    lower, upper : float array, shape (cells,)

    Examples
    --------
    Ten in all, of whom seven are told, leaves three:

    >>> low, high = by_subtraction(sparse.csr_array([[1.0, -1.0, -1.0]]), np.array([10.0, 7, 0]), np.array([10.0, 7, np.inf]))
    >>> float(low[2]), float(high[2])
    (3.0, 3.0)
    """  # noqa: E501 (a doctest is one line)
    matrix = sparse.csr_array(equations, dtype=float)
    sums = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    cells, share = matrix.indices, matrix.data
    low, high = lower.astype(float).copy(), upper.astype(float).copy()
    for _ in range(ROUNDS):
        least = np.where(share > 0, share * low[cells], share * high[cells])
        most = np.where(share > 0, share * high[cells], share * low[cells])
        rest_least = _without_each(least, sums, matrix.shape[0])
        rest_most = _without_each(most, sums, matrix.shape[0])
        # share * cell = -(rest): between -rest_most and -rest_least.
        ends = np.stack([-rest_most / share, -rest_least / share])
        new_low, new_high = low.copy(), high.copy()
        np.maximum.at(new_low, cells, ends.min(axis=0))
        np.minimum.at(new_high, cells, ends.max(axis=0))
        moved = (new_low > low + MOVED * (1 + np.abs(low))) | (new_high + MOVED * (1 + np.abs(new_high)) < high)
        low, high = new_low, np.maximum(new_low, new_high)
        if not moved.any():
            break
    return low, high


def _without_each(values: Values, sums: NDArray[np.int64], size: int) -> Values:
    """For each entry the total of the others of its sum; endless where another is endless."""
    endless = np.isinf(values)
    finite = np.where(endless, 0.0, values)
    total = np.bincount(sums, finite, size)[sums] - finite
    others = np.bincount(sums, endless, size)[sums] - endless
    sign = np.zeros(size)
    np.add.at(sign, sums[endless], np.sign(values[endless]))
    return np.where(others > 0, np.where(sign[sums] >= 0, np.inf, -np.inf), total)
