"""Weighing several criteria into one order, and asking how far that order hangs on the weights.

A score is the weighted mean of the criteria that are known: simple additive weighting, the plainest form of
multi-criteria analysis, chosen because anybody can redo it. A criterion that is not known leaves its weight to the
others. Scores run from 0 (no reason) to 1 (the strongest); NaN means not known.

Source: Department for Communities and Local Government, Multi-criteria analysis: a manual (2009), sections 5.4 and
5.5.4 (linear additive model, sensitivity); the sets of weights follow the additive recurrence of Roberts, The
unreasonable effectiveness of quasirandom sequences (2018).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: Scores that differ by less are a tie: they come from the same evidence by sums in another order.
DIGITS = 12


class Weighed(NamedTuple):
    """Scores, and the share of the weights for which there is evidence."""

    score: Floats
    evidence: Floats


class Sensitivity(NamedTuple):
    """How an order hangs on its weights; each array has the shape (areas, items), NaN where an item is not ranked."""

    first: Floats
    """The best place over all sets of weights."""
    last: Floats
    """The poorest."""
    in_top: Floats
    """Share of the sets in which the item is among the first so many."""
    moved_by: Floats
    """Position of the criterion whose removal moves the item most; NaN where none moves it."""
    moved_to: Floats
    """The place that it then has; NaN where none moves it or the others tell nothing."""


def saturating_score(amount: ArrayLike, half: float) -> Floats:
    """Score of an amount that has no upper end: 0 at nought or below, a half at ``half``, and never quite 1.

    amount/(amount + half): order is kept however large the amounts are, and no single huge one crowds out the rest.

    Parameters
    ----------
    amount : array_like
        In any unit; NaN where it is not known.
    half : float
        The amount that scores a half, above nought.

    Returns
    -------
    ndarray
        From 0 to 1; NaN where the amount is.

    Raises
    ------
    ValueError
        If ``half`` is not above nought.

    Examples
    --------
    >>> saturating_score([-3, 0, 4, 12], half=4).tolist()
    [0.0, 0.0, 0.5, 0.75]
    """
    if not half > 0:
        raise ValueError(f"half should be above 0; it is {half}")
    above = np.maximum(np.asarray(amount, np.float64), 0)
    return above / (above + half)


def weighted_score(scores: ArrayLike, weights: ArrayLike) -> Weighed:
    """Weighted mean of the criteria that are known, for one set of weights or several.

    Parameters
    ----------
    scores : array_like, shape (areas, items, criteria)
        From 0 to 1; NaN where there is no evidence.
    weights : array_like, shape (criteria,) or (sets, criteria)
        Not below nought, and not all nought; only their proportions matter.

    Returns
    -------
    Weighed
        Two arrays of shape (areas, items), or (areas, items, sets) for several sets. The score is NaN where there is
        no evidence that has a weight; the share of evidence is then 0.

    Raises
    ------
    ValueError
        If the shapes do not go together, a weight is negative or not known, or all of a set are nought.

    Examples
    --------
    >>> weighted_score([[[1.0, 0.0], [0.5, np.nan]]], [3, 1]).score.tolist()
    [[0.75, 0.5]]
    """
    of, by = np.asarray(scores, np.float64), np.asarray(weights, np.float64)
    if of.ndim != 3 or by.ndim not in (1, 2) or by.shape[-1] != of.shape[-1]:
        raise ValueError(f"scores have the shape {of.shape} and weights {by.shape}: the last should be the criteria")
    if not (by >= 0).all() or not (by.sum(axis=-1) > 0).all():
        raise ValueError("weights should be 0 or more, and not all 0")
    known = ~np.isnan(of)
    share = by / by.sum(axis=-1, keepdims=True)
    evidence = known.astype(np.float64) @ share.T
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(evidence > 0, (np.where(known, of, 0) @ share.T) / evidence, np.nan)
    return Weighed(score, evidence)


def places(scores: ArrayLike) -> Floats:
    """Places of items by score, 1 for the highest; equal scores are placed in the order of the items.

    Parameters
    ----------
    scores : array_like, shape (areas, items) or (areas, items, sets)
        NaN where an item is not ranked.

    Returns
    -------
    ndarray of the same shape
        1, 2, … over the items of each area; NaN where the score is. Every place is taken once.

    Examples
    --------
    >>> places([[0.2, 0.9, np.nan, 0.9]]).tolist()
    [[3.0, 1.0, nan, 2.0]]
    """
    of = np.asarray(scores, np.float64)
    order = np.argsort(np.where(np.isnan(of), np.inf, -np.round(of, DIGITS)), axis=1, kind="stable")
    found = np.empty(of.shape)
    steps = np.arange(1, of.shape[1] + 1, dtype=np.float64).reshape((1, -1) + (1,) * (of.ndim - 2))
    np.put_along_axis(found, order, np.broadcast_to(steps, of.shape), axis=1)
    return np.where(np.isnan(of), np.nan, found)


def weight_sets(weights: ArrayLike, width: float, sets: int) -> Floats:
    """So many sets of weights round the declared ones, spread evenly and always the same.

    Each weight lies between (1 - width) and (1 + width) times its own, independently of the others; the first set is
    the declared one.

    Parameters
    ----------
    weights : array_like, shape (criteria,)
        The declared weights.
    width : float
        From 0 (all sets alike) to below 1.
    sets : int
        How many sets, 1 or more.

    Returns
    -------
    ndarray, shape (sets, criteria)
        Each set adds up to 1.

    Raises
    ------
    ValueError
        If the width or the number of sets is out of range.

    Examples
    --------
    >>> weight_sets([3, 1], width=0.5, sets=2).round(3).tolist()
    [[0.75, 0.25], [0.799, 0.201]]
    """
    if not 0 <= width < 1:
        raise ValueError(f"width should be from 0 to below 1; it is {width}")
    if sets < 1:
        raise ValueError(f"there should be one set of weights at least; there are {sets}")
    of = np.asarray(weights, np.float64)
    steps = (_generalised_golden(of.size) ** -np.arange(1.0, of.size + 1)) % 1
    spread = (0.5 + np.outer(np.arange(sets), steps)) % 1  # the first point is the middle: the declared weights
    varied = of * (1 + width * (2 * spread - 1))
    return varied / varied.sum(axis=1, keepdims=True)


def _generalised_golden(dimensions: int) -> float:
    """The root above 1 of x**(d + 1) = x + 1; the golden ratio for d = 1. A fixed number of steps is exact enough."""
    root = 2.0
    for _ in range(60):
        root = (1 + root) ** (1 / (dimensions + 1))
    return root


def sensitivity(scores: ArrayLike, weights: ArrayLike, width: float, sets: int, top: int) -> Sensitivity:
    """How far places hang on weights: over many sets of weights, and without each criterion in turn.

    Parameters
    ----------
    scores : array_like, shape (areas, items, criteria)
        From 0 to 1; NaN where there is no evidence.
    weights : array_like, shape (criteria,)
        The declared weights.
    width, sets
        As in ``weight_sets``.
    top : int
        How many places count as the top.

    Returns
    -------
    Sensitivity
        Arrays of shape (areas, items). Of criteria that move an item equally far, the first declared is told.

    Raises
    ------
    ValueError
        As ``weighted_score`` and ``weight_sets`` do.
    """
    of, by = np.asarray(scores, np.float64), np.asarray(weights, np.float64)
    tried = places(weighted_score(of, weight_sets(by, width, sets)).score)
    ranked = ~np.isnan(tried[..., 0])
    in_top = np.where(ranked, (tried <= top).mean(axis=-1), np.nan)
    moved_by, moved_to = _removal(of, by, tried[..., 0])
    return Sensitivity(tried.min(axis=-1), tried.max(axis=-1), in_top, moved_by, moved_to)


def _removal(scores: Floats, weights: Floats, place: Floats) -> tuple[Floats, Floats]:
    """Position of the criterion whose removal moves each item most, and the place that it has without it."""
    without = weights * (1 - np.eye(weights.size))
    usable = without.sum(axis=1) > 0
    # A criterion that is the only one with a weight cannot be taken away: its row is the declared weights again.
    without[~usable] = weights
    moved = places(weighted_score(scores, without).score)
    distance = np.nan_to_num(np.abs(moved - place[..., None]), nan=0)
    most = distance.argmax(axis=-1)
    far = np.take_along_axis(distance, most[..., None], axis=-1)[..., 0] > 0
    to = np.take_along_axis(moved, most[..., None], axis=-1)[..., 0]
    return np.where(far, most, np.nan).astype(np.float64), np.where(far, to, np.nan)
