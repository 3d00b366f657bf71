"""Sorting places into equal parts by their values, within groups of places.

Source: PHEindicatormethods ``phe_quantile``, by its published rule.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from locality_profiles.statistics.intervals import Column


def quantile_of(values: ArrayLike, groups: ArrayLike, quantiles: int, highest_first: ArrayLike = True) -> Column:
    """The quantile of each value among those of its group.

    With n values, k quantiles and the rank r of a value from the lowest (equal values share the smaller rank):
    q = floor(k + 1 - ceil((n + 1 - r)/(n/k))), counted from the other end where the highest come first; nought
    becomes 1.

    Parameters
    ----------
    values : array_like, shape (n,)
        NaN has no quantile and counts for nothing.
    groups : array_like of int, shape (n,)
        Places with the same number are sorted among themselves.
    quantiles : int
        5 for fifths, 10 for tenths.
    highest_first : bool or array_like of bool, shape (n,)
        Whether quantile 1 holds the highest values; one answer for each group.

    Returns
    -------
    ndarray of float, shape (n,)
        From 1 to ``quantiles``; NaN for missing values, and in groups with fewer values than quantiles.

    Raises
    ------
    ValueError
        If fewer than two quantiles are asked for, or the lengths differ.

    Examples
    --------
    >>> quantile_of([10, 20, 30, 40, 50], [0] * 5, 5).tolist()
    [5.0, 4.0, 3.0, 2.0, 1.0]
    """
    if quantiles < 2:
        raise ValueError(f"{quantiles} quantile(s) were asked for; there are at least two")
    v, of = np.asarray(values, np.float64), np.asarray(groups)
    if v.shape != of.shape:
        raise ValueError(f"there are {v.size} values and {of.size} group numbers")
    turned = np.where(np.broadcast_to(np.asarray(highest_first, dtype=bool), v.shape), -v, v)
    rank, size = rank_within(turned, of)
    # Multiplied before it is divided: n/k is seldom a binary fraction, and a whole quotient must stay whole.
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.floor(quantiles + 1 - np.ceil((size + 1 - rank) * quantiles / size))
    return np.where(np.isnan(v) | (size < quantiles), np.nan, np.maximum(found, 1))


def rank_within(values: ArrayLike, groups: ArrayLike) -> tuple[Column, NDArray[np.int64]]:
    """Rank of each value from the lowest in its group, and how many values the group has.

    Parameters
    ----------
    values : array_like, shape (n,)
        NaN has no rank.
    groups : array_like of int, shape (n,)

    Returns
    -------
    tuple of ndarray, each of shape (n,)
        Ranks from 1 (equal values share the smaller one; NaN for missing values), and counts of known values.

    Examples
    --------
    >>> [part.tolist() for part in rank_within([3, 1, 1, 7], [0, 0, 0, 1])]
    [[3.0, 1.0, 1.0, 1.0], [3, 3, 3, 1]]
    """
    v, of = np.asarray(values, np.float64), np.asarray(groups)
    known = ~np.isnan(v)
    order = np.lexsort((v, ~known, of))
    sorted_values, sorted_groups = v[order], of[order]
    place = np.arange(v.size)
    new_group = np.append(True, sorted_groups[1:] != sorted_groups[:-1]) if v.size else np.zeros(0, bool)
    start = np.maximum.accumulate(np.where(new_group, place, 0))
    new_value = new_group | np.append(True, sorted_values[1:] != sorted_values[:-1])[: v.size]
    first_alike = np.maximum.accumulate(np.where(new_value, place, 0))
    rank = np.empty(v.size)
    rank[order] = first_alike - start + 1
    _, which = np.unique(of, return_inverse=True)
    size = np.bincount(which, known)[which].astype(np.int64) if v.size else np.zeros(0, np.int64)
    return np.where(known, rank, np.nan), size
