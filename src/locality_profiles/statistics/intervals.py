"""Confidence limits of counts and of proportions.

Every function takes and gives whole columns (arrays of one length; a single number stands for a column of
itself). NaN means not known and stays NaN. Confidence is a fraction between nought and one, such as 0.95 or
0.998; z is the Normal quantile at full precision, never 1.96, unless the Scottish mode is asked for.

References: Breslow & Day, Statistical Methods in Cancer Research II (1987), for Byar's limits; Garwood,
Biometrika 28 (1936), for the exact limits of a Poisson count; Wilson, JASA 22 (1927), and Newcombe & Altman,
Statistics with Confidence (2000), for the limits of a proportion.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Column = NDArray[np.float64]
Mode = Literal["english", "scottish"]

EXACT_BELOW = 10  # counts below this have exact limits, the others Byar's approximation
SCOTTISH_Z = 1.96


class Limits(NamedTuple):
    """The lower and the upper confidence limit, two arrays of one shape."""

    lower: Column
    upper: Column


class Estimate(NamedTuple):
    """A value with its lower and upper confidence limit, three arrays of one shape."""

    value: Column
    lower: Column
    upper: Column


def checked_confidence(confidence: float) -> float:
    """The confidence itself, or a ValueError: it must be a fraction above 0 and below 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be a fraction above 0 and below 1, such as 0.95, not {confidence}")
    return float(confidence)


def z_value(confidence: float = 0.95, mode: Mode = "english") -> float:
    """How many standard errors a two-sided interval reaches: the Normal quantile at 1 - (1 - confidence)/2.

    The Scottish mode has 1.96 and 95 % only. ValueError for another confidence there, a confidence outside
    (0, 1) or an unknown mode.
    """
    confidence = checked_confidence(confidence)
    if mode == "english":
        return float(-special.ndtri((1 - confidence) / 2))
    if mode != "scottish":
        raise ValueError(f"mode must be 'english' or 'scottish', not {mode!r}")
    if confidence != 0.95:
        raise ValueError(f"the Scottish mode has limits at 0.95 only, not at {confidence}")
    return SCOTTISH_Z


def known_counts(values: ArrayLike, what: str) -> Column:
    """The column as floats: each value finite and not negative, or NaN for not known.

    ValueError says how many are not, and where the first stands.
    """
    column = np.asarray(values, dtype=np.float64)
    # Two passes without a temporary column: this runs over tens of millions of rows.
    least, most = np.fmin.reduce(column, axis=None, initial=0.0), np.fmax.reduce(column, axis=None, initial=0.0)
    if least < 0:
        raise ValueError(_complaint(column, column < 0, f"{what}: a count is negative"))
    if most == np.inf:
        raise ValueError(_complaint(column, np.isinf(column), f"{what}: a count is infinite"))
    return column


def known_groups(groups: ArrayLike, number: int, size: int) -> NDArray[np.intp]:
    """Group numbers of so many rows, each from 0 to ``number`` - 1; a ValueError otherwise."""
    of = np.asarray(groups)
    if of.shape != (size,):
        raise ValueError(f"there are {size} values and {of.size} group numbers")
    if of.size and (of.min() < 0 or of.max() >= number):
        raise ValueError(f"group numbers run from 0 to {number - 1}; found {of.min()} to {of.max()}")
    return of.astype(np.intp)


def _complaint(column: Column, bad: NDArray[np.bool_], trouble: str) -> str:
    places = np.flatnonzero(bad)
    return f"{trouble} ({places.size} in all; the first, {column.flat[places[0]]:g}, at position {places[0]})"


def byars_limits(events: ArrayLike, confidence: float = 0.95, mode: Mode = "english") -> Limits:
    """Byar's approximate limits of a count.

    lower = x (1 - 1/(9x) - z/(3 sqrt x))**3 and upper the same with x + 1 for x and + z for - z
    (Breslow & Day 1987). Use ``count_limits`` where counts may be small.

    Parameters
    ----------
    events : array_like, shape (n,)
        Events, whole or not. NaN means not known.
    confidence : float
        Fraction in (0, 1).
    mode : {"english", "scottish"}
        The Scottish pipeline has z = 1.96 and makes a negative lower limit 0.

    Returns
    -------
    Limits of ndarray, shape (n,)
        In events. The lower limit of a count of nought is NaN: the formula has none. One that would be
        negative (a count of 1 at 99.8 %) is NaN too, except in the Scottish mode.

    Raises
    ------
    ValueError
        If a count is negative or infinite, the confidence outside (0, 1), or the mode unknown.

    Examples
    --------
    >>> [limit.round(2).tolist() for limit in byars_limits([65, 1045])]
    [[50.16, 982.59], [82.85, 1110.33]]
    """
    z = z_value(confidence, mode)
    x = known_counts(events, "events")
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = _byars(x, -z)
    floor = 0.0 if mode == "scottish" else np.nan
    return Limits(np.where(lower < 0, floor, lower), _byars(x + 1, z))


def _byars(x: Column, z: float) -> Column:
    root = 1 / (3 * np.sqrt(x))
    bracket = 1 - root * root + z * root  # 1/(9x) is the square of 1/(3 sqrt x)
    limit: Column = np.asarray(x * bracket * bracket * bracket)  # a single number too stays a column
    return limit


def exact_poisson_limits(events: ArrayLike, confidence: float = 0.95) -> Limits:
    """Exact limits of a Poisson count.

    With a = 1 - confidence: lower = chi2(a/2; 2x)/2 and upper = chi2(1 - a/2; 2x + 2)/2 (Garwood 1936).

    Parameters
    ----------
    events : array_like, shape (n,)
        Events, whole or not. NaN means not known.
    confidence : float
        Fraction in (0, 1).

    Returns
    -------
    Limits of ndarray, shape (n,)
        In events. The lower limit of a count of nought is 0.

    Raises
    ------
    ValueError
        If a count is negative or infinite, or the confidence outside (0, 1).

    Examples
    --------
    >>> [limit.round(3).tolist() for limit in exact_poisson_limits([0, 5])]
    [[0.0, 1.623], [3.689, 11.668]]
    """
    tail = (1 - checked_confidence(confidence)) / 2
    x = known_counts(events, "events")
    # Half a chi-square quantile with 2x degrees of freedom is the gamma quantile of shape x.
    lower = np.where(x == 0, 0.0, special.gammaincinv(x, tail))
    return Limits(lower, special.gammainccinv(x + 1, tail))


def count_limits(events: ArrayLike, confidence: float = 0.95, mode: Mode = "english") -> Limits:
    """Limits of a count by the usual rule: exact below ten events, Byar's from ten on.

    The Scottish mode has Byar's at every count, with z = 1.96, so that a count of nought has no lower limit.

    Parameters, errors and units are those of ``byars_limits``; in the English mode every known count has
    both limits.

    Examples
    --------
    >>> [limit.round(2).tolist() for limit in count_limits([0, 9, 10])]
    [[0.0, 4.12, 4.79], [3.69, 17.08, 18.39]]
    """
    limits = byars_limits(events, confidence, mode)
    if mode == "scottish":
        return limits
    x = np.asarray(events, dtype=np.float64)
    small = x < EXACT_BELOW
    few = x[small]
    # Quantiles are dear and small counts nearly always whole: ten answers serve any number of rows.
    table = exact_poisson_limits(np.arange(EXACT_BELOW), confidence)
    whole = few.astype(np.intp)
    broken = np.flatnonzero(whole != few)
    exact = exact_poisson_limits(few[broken], confidence)
    for limit, answers, rest in zip(limits, table, exact, strict=True):
        chosen = answers[whole]
        chosen[broken] = rest
        limit[small] = chosen
    return limits


def wilson_limits(
    numerator: ArrayLike, denominator: ArrayLike, confidence: float = 0.95, mode: Mode = "english"
) -> Limits:
    """Wilson's score limits of a proportion.

    (2x + z**2 -/+ z sqrt(z**2 + 4x(1 - x/n))) / (2(n + z**2)) (Wilson 1927; Newcombe & Altman 2000). The
    Scottish mode differs in z = 1.96 only.

    Parameters
    ----------
    numerator : array_like, shape (n,)
        People (or other units) with the attribute. NaN means not known.
    denominator : array_like, shape (n,)
        All people among which they were counted. NaN or zero gives no limits.
    confidence : float
        Fraction in (0, 1).

    Returns
    -------
    Limits of ndarray, shape (n,)
        As fractions from 0 to 1.

    Raises
    ------
    ValueError
        If a count is negative or infinite, a numerator above its denominator (zero denominators
        included), the confidence outside (0, 1), or the mode unknown.

    Examples
    --------
    >>> [limit.round(4).tolist() for limit in wilson_limits([65, 0], [100, 20])]
    [[0.5525, 0.0], [0.7364, 0.1611]]
    """
    z = z_value(confidence, mode)
    x, n = known_counts(numerator, "numerator"), known_counts(denominator, "denominator")
    if (above := x > n).any():
        raise ValueError(_complaint(np.where(above, x, 0.0), above, "a numerator is above its denominator"))
    square = z * z
    with np.errstate(divide="ignore", invalid="ignore"):
        upper = (2 * x + square + z * np.sqrt(square + 4 * x * (1 - x / n))) / (2 * (n + square))
        # The two limits multiply to x**2/(n(n + z**2)): no digits are lost where they nearly cancel.
        lower = x / n * x / (n + square) / upper
    return Limits(lower, np.minimum(upper, 1.0))
