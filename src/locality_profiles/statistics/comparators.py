"""Comparing places: with a benchmark, with one another by rank, and finding those that are most alike.

Sources: the comparison rules of Public Health England's Fingertips (one and two confidence levels, overlap of two
intervals), and Goldstein & Spiegelhalter, JRSS A 159 (1996), for not telling ranks without their uncertainty.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist

from locality_profiles.statistics.intervals import Column
from locality_profiles.statistics.quantiles import rank_within

#: Values kept in memory at once when distances are taken.
_ROWS_TOGETHER = 512


def against_reference(reference: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> NDArray[np.int64]:
    """1 where the interval lies wholly above the reference, -1 below, 0 where it holds it (limits included).

    Parameters
    ----------
    reference, lower, upper : array_like, shape (n,)
        The benchmark's value and the place's confidence limits, all known.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    ValueError
        If anything is not known: "not compared" is the caller's to say, and is not "similar".

    Examples
    --------
    >>> against_reference([10, 10, 10], [8, 10, 11], [12, 14, 15]).tolist()
    [0, 0, 1]
    """
    r, low, high = (np.asarray(column, np.float64) for column in (reference, lower, upper))
    if np.isnan(r).any() or np.isnan(low).any() or np.isnan(high).any():
        raise ValueError("a value or a limit is not known; leave out what cannot be compared")
    return (low > r).astype(np.int64) - (high < r)


def two_levels(
    reference: ArrayLike, lower: ArrayLike, upper: ArrayLike, lower_wide: ArrayLike, upper_wide: ArrayLike
) -> NDArray[np.int64]:
    """As ``against_reference`` with 95 and 99.8 % limits: 2 or -2 where the wider interval too leaves it out.

    Examples
    --------
    >>> two_levels([10, 10], [11, 11], [15, 15], [9, 10.5], [17, 16]).tolist()
    [1, 2]
    """
    return against_reference(reference, lower, upper) + against_reference(reference, lower_wide, upper_wide)


def rank_from_highest(values: ArrayLike, groups: ArrayLike) -> tuple[Column, NDArray[np.int64]]:
    """Rank of each value in its group, 1 the highest; equal values share the smaller rank, NaN has none.

    Returns
    -------
    tuple of ndarray, each of shape (n,)
        Ranks, and how many values were ranked.
    """
    return rank_within(-np.asarray(values, np.float64), groups)


def rank_interval(lower: ArrayLike, upper: ArrayLike, groups: ArrayLike) -> tuple[Column, Column]:
    """The smallest and largest rank from the highest that confidence limits allow.

    A place is surely below another where its interval lies wholly below the other's: the smallest rank is one
    more than the places that are surely above it, the largest the number of places less those surely below.

    Parameters
    ----------
    lower, upper : array_like, shape (n,)
        Limits; a value without uncertainty has both alike. NaN is not ranked.
    groups : array_like of int, shape (n,)

    Returns
    -------
    tuple of ndarray of float, each of shape (n,)

    Examples
    --------
    >>> [part.tolist() for part in rank_interval([8, 5, 1], [10, 9, 3], [0, 0, 0])]
    [[1.0, 1.0, 3.0], [2.0, 2.0, 3.0]]
    """
    low, high, of = np.asarray(lower, np.float64), np.asarray(upper, np.float64), np.asarray(groups)
    known = ~(np.isnan(low) | np.isnan(high))
    smallest, largest = np.full(low.shape, np.nan), np.full(low.shape, np.nan)
    lows, highs, g = low[known], high[known], np.unique(of[known], return_inverse=True)[1]
    if not lows.size:
        return smallest, largest
    # Values become whole numbers in their order, so that one sorted column of (group, value) answers for all groups.
    order = np.unique(np.concatenate([lows, highs]), return_inverse=True)[1]
    width = 2 * lows.size + 1
    key_low, key_high = g * width + order[: lows.size], g * width + order[lows.size :]
    size = np.bincount(g)
    end = np.cumsum(size)[g]
    above = end - np.searchsorted(np.sort(key_low), key_high, side="right")
    below = np.searchsorted(np.sort(key_high), key_low, side="left") - (end - size[g])
    smallest[known], largest[known] = above + 1, size[g] - below
    return smallest, largest


class Neighbours(NamedTuple):
    """For each place, the rows of its nearest places and their distances; both of shape (places, k)."""

    rows: NDArray[np.int64]
    distance: Column


def nearest_neighbours(variables: ArrayLike, k: int, weights: ArrayLike | None = None) -> Neighbours:
    """The k places that are most alike by standardised distance.

    Each variable is brought to mean nought and standard deviation one over all places; the distance is the root of
    the weighted mean of squared differences, so that it does not grow with how many variables there are.

    Parameters
    ----------
    variables : array_like, shape (places, variables)
        A place of which any is NaN has no neighbours and is none's.
    k : int
        How many neighbours each place gets.
    weights : array_like, shape (variables,), optional
        How much each variable counts; all alike if not given.

    Returns
    -------
    Neighbours
        Nearest first, equal distances in the order of rows; -1 and NaN where there are fewer places than that.

    Raises
    ------
    ValueError
        If k is less than 1, or the weights do not match or are negative.
    """
    table = np.atleast_2d(np.asarray(variables, np.float64))
    weight = np.ones(table.shape[1]) if weights is None else np.asarray(weights, np.float64)
    if k < 1:
        raise ValueError(f"{k} neighbours were asked for; there is at least one")
    if weight.shape != (table.shape[1],) or (weight < 0).any() or not weight.sum() > 0:
        raise ValueError("there is one weight for each variable, none negative and not all nought")
    rows, distance = np.full((len(table), k), -1), np.full((len(table), k), np.nan)
    whole = np.flatnonzero(~np.isnan(table).any(axis=1))
    if whole.size < 2:
        return Neighbours(rows, distance)
    known = table[whole]
    spread = known.std(axis=0)
    # A variable in which all places are alike tells nothing.
    points = (known - known.mean(axis=0)) / np.where(spread > 0, spread, 1) * np.sqrt(weight / weight.sum())
    take = min(k, whole.size - 1)
    for start in range(0, whole.size, _ROWS_TOGETHER):  # blocks of rows, to keep the table of distances small
        part = cdist(points[start : start + _ROWS_TOGETHER], points)
        here = np.arange(len(part))
        part[here, here + start] = np.inf
        nearest = np.argsort(part, axis=1, kind="stable")[:, :take]
        at = whole[start : start + len(part)]
        rows[at, :take] = whole[nearest]
        distance[at, :take] = np.take_along_axis(part, nearest, axis=1)
    return Neighbours(rows, distance)
