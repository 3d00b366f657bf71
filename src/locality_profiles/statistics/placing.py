"""Dividing whole amounts in proportion, so that the parts add up to the whole exactly.

Method: the largest remainder (Hamilton, 1792). Each part is first rounded down; what is left over goes, one unit each,
to the parts that lost most by it, and of those that lost the same to the ones that stand first. Nothing here is a
fraction of a computer's accuracy out: quotients and remainders are exact in whole numbers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]

#: Weights of one division add up to less than this: remainders then fit twice over into 64 bits.
MOST_WEIGHT = 2**61
#: Amounts are smaller than this (four and a half thousand billion pounds in pence): their quotients are near enough in
#: floating point to be put right by one.
MOST_AMOUNT = 2**52
#: Amounts that are divided at once, so that memory does not depend on how many there are.
_AT_ONCE = 4_096


def whole_weights(values: npt.ArrayLike, decimals: int = 6) -> Whole:
    """Weights as whole numbers, from numbers with so many decimals.

    Parameters
    ----------
    values
        Weights, at least 0, none missing. What follows the decimals is rounded off, half to even.
    decimals
        How many are kept. Weights that are whole stay as they are apart from the common factor.

    Raises
    ------
    ValueError
        If a weight is below nought, missing or infinite, or all together are too large.
    """
    given = np.asarray(values, dtype=np.float64)
    if not np.all(np.isfinite(given)):
        raise ValueError("a weight is missing or infinite")
    if np.any(given < 0):
        raise ValueError("a weight is below nought")
    if float(given.sum()) * 10**decimals >= MOST_WEIGHT:
        raise ValueError(f"weights add up to too much to be told to {decimals} decimals")
    return np.rint(given * 10**decimals).astype(np.int64)


def divide(amounts: npt.ArrayLike, weights: npt.ArrayLike) -> Whole:
    """Divide each of some whole amounts in proportion to whole weights.

    Parameters
    ----------
    amounts : whole numbers (n,)
        Such as pence; below nought for what is taken back, which is divided as the same amount would be above it.
    weights : whole numbers (m,)
        At least 0. A weight of 0 gets nothing. Their order decides only between equal remainders.

    Returns
    -------
    whole numbers (n, m)
        Row i adds up to ``amounts[i]``. Doubling all weights changes nothing.

    Raises
    ------
    ValueError
        If weights are below nought, all nought or none, or something is too large to be divided exactly.
    """
    whole, shares = np.asarray(amounts, dtype=np.int64), np.asarray(weights, dtype=np.int64)
    if np.any(shares < 0):
        raise ValueError("a weight is below nought")
    total = int(shares.astype(object).sum()) if shares.size else 0
    if total == 0:
        raise ValueError("weights add up to nought, so there is nothing to divide by")
    if total >= MOST_WEIGHT:
        raise ValueError("weights add up to too much to divide exactly")
    if whole.size and max(-int(whole.min()), int(whole.max())) >= MOST_AMOUNT:
        raise ValueError("an amount is too large to divide exactly")
    parts = np.empty((whole.size, shares.size), dtype=np.int64)
    for start in range(0, whole.size, _AT_ONCE):
        some = whole[start : start + _AT_ONCE]
        parts[start : start + _AT_ONCE] = np.sign(some)[:, None] * _divided(np.abs(some), shares, total)
    return parts


def _divided(amounts: Whole, weights: Whole, total: int) -> Whole:
    """Parts of amounts that are not below nought."""
    quotients = np.floor(amounts[:, None] * (weights / total)[None, :]).astype(np.int64)
    # The product wraps round 64 bits, and so does what is taken from it: their difference is small, and right.
    with np.errstate(over="ignore"):
        left = amounts[:, None] * weights[None, :] - quotients * np.int64(total)
    # The quotient in floating point may be one too high or too low.
    step = np.floor_divide(left, np.int64(total))
    quotients += step
    left -= step * np.int64(total)
    spare = amounts - quotients.sum(axis=1)
    # Largest remainders first; a stable order leaves equal ones as the weights stand.
    order = np.argsort(-left, axis=1, kind="stable")
    gets = np.arange(weights.size)[None, :] < spare[:, None]
    extra = np.zeros_like(quotients)
    np.put_along_axis(extra, order, gets.astype(np.int64), axis=1)
    return np.asarray(quotients + extra, dtype=np.int64)
