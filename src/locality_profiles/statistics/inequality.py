"""How values change from the most to the least deprived: slope and relative indices of inequality.

Quantiles run from the most deprived (first) to the least deprived (last). Each is placed at the middle of its
people on a scale from 0 to 1 and a straight line is fitted, weighted by people. The slope index (SII) is the
difference between the two ends of the line, least deprived less most deprived: negative where the deprived have
more. Two numbers are called relative index and are never put into one column here: ``rii_km`` is the least over
the most deprived end (Kunst and Mackenbach; PHEindicatormethods), ``rii_mean`` the slope turned round, over the
mean (ScotPHO; 0 is no inequality, positive where the deprived have more).

Sources: Pamuk, Population Studies 39 (1985); Mackenbach & Kunst, Social Science & Medicine 44 (1997); Low & Low,
Journal of Public Health 26 (2004), for the limits; PHEindicatormethods ``phe_sii``; ScotPHO
``calculate_inequality_measures``.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from locality_profiles.statistics.intervals import Column, Estimate, checked_confidence, z_value

Kind = Literal["measure", "rate", "proportion"]

#: Draws of values taken together when limits are simulated.
_NUMBERS_TOGETHER = 4_000_000
#: Limits that come with values are 95 % ones.
_GIVEN = z_value(0.95)


class Inequality(NamedTuple):
    """Indices of each group, each of shape (groups,), and the fitted value of the most deprived end."""

    sii: Estimate
    rii_km: Estimate
    rii_mean: Column
    intercept: Column


class ScottishInequality(NamedTuple):
    """ScotPHO's indices of each group: positive where the deprived have more."""

    sii: Estimate
    rii_mean: Estimate
    above_average: Estimate


class _Line(NamedTuple):
    """How much each quantile's value counts in the slope, and the shares of people."""

    of_slope: Column
    share: Column


def relative_ranks(people: ArrayLike) -> Column:
    """The middle of each quantile's people on a scale from 0 (most deprived) to 1.

    Parameters
    ----------
    people : array_like, shape (groups, quantiles)

    Returns
    -------
    ndarray, shape (groups, quantiles)

    Examples
    --------
    >>> relative_ranks([[100, 100, 200]]).tolist()
    [[0.125, 0.375, 0.75]]
    """
    share = _shares(np.atleast_2d(np.asarray(people, np.float64)))
    ranks: Column = np.cumsum(share, axis=1) - share / 2
    return ranks


def slope_index(
    values: ArrayLike,
    people: ArrayLike,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    *,
    error: ArrayLike | None = None,
    kind: Kind = "measure",
    multiplicative: bool = False,
    multiplier: float = 1.0,
    confidence: float = 0.95,
    draws: int | None = None,
    seed: int = 2015,
) -> Inequality:
    """Slope and relative index of inequality, with limits from the uncertainty of each quantile's value.

    Parameters
    ----------
    values, people : array_like, shape (groups, quantiles)
        Values and people from the most to the least deprived quantile.
    lower, upper : array_like, shape (groups, quantiles), optional
        95 % limits of the values, or ``error``, their standard errors (on the scale of the logarithm or logit for
        rates and proportions). Without either there are no limits.
    kind : {"measure", "rate", "proportion"}
        The scale on which values vary: as they are (life expectancy), by their logarithm, by their logit.
    multiplicative : bool
        Fit the line to logarithms (rates) or logits (proportions).
    multiplier : float
        The slope is multiplied by it; a negative one turns it and ``rii_km`` round (``rii_mean`` keeps its sign).
    confidence : float
        Fraction in (0, 1).
    draws : int, optional
        How often to draw values at random for the limits, at least 1,000; without it limits come from the variance
        of the slope (exact for measures and for the multiplicative line, the delta method for the rest).
    seed : int
        The same seed gives the same limits.

    Returns
    -------
    Inequality
        NaN for a group of which a quantile is missing or has nobody. ``rii_km`` is NaN where the most deprived end
        of the line is not above nought.

    Raises
    ------
    ValueError
        If there are fewer than five quantiles or more than 100, the shapes differ, people are negative, a rate or
        proportion has no logarithm or logit, or confidence, kind or draws make no sense.

    Examples
    --------
    >>> found = slope_index([[30, 25, 20, 15, 10]], [[100] * 5])
    >>> found.sii.value.round(2).tolist(), found.rii_km.value.round(4).tolist(), found.rii_mean.round(2).tolist()
    ([-25.0], [0.2308], [1.25])
    """
    y, n = _checked(values, people)
    z = z_value(confidence)
    if draws is not None and draws < 1_000:
        raise ValueError(f"{draws} draws are too few; at least 1,000 are needed")
    if multiplicative and kind == "measure":
        raise ValueError("a multiplicative line needs rates or proportions")
    to, back = _scale(kind)
    line = _line(n)
    spread = _error(kind, lower, upper, error, y.shape)
    fitted = to(y) if multiplicative else y
    slope, mean = (line.of_slope * fitted).sum(axis=1), (line.share * fitted).sum(axis=1)
    if multiplicative:
        variance = (line.of_slope**2 * spread**2).sum(axis=1)
        half = _half_widths(line, fitted, spread, slope, variance, z, confidence, draws, seed)
        return _turned(_multiplicative(mean, slope, half, back, line, y), multiplier)
    if draws is None:
        of_values = spread * _delta(kind, y)
        sii, rii = _by_variance(line, slope, mean, of_values, z)
    else:
        sii, rii = _by_draws(line, to(y), spread, back, slope, mean, confidence, draws, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        rii_mean = np.where(mean != 0, -slope / mean, np.nan)
    return _turned(Inequality(sii, rii, rii_mean, mean - slope / 2), multiplier)


def _checked(values: ArrayLike, people: ArrayLike) -> tuple[Column, Column]:
    y, n = np.atleast_2d(np.asarray(values, np.float64)), np.atleast_2d(np.asarray(people, np.float64))
    if y.shape != n.shape:
        raise ValueError(f"values have the shape {y.shape} and people {n.shape}; they must be the same")
    if not 5 <= y.shape[1] <= 100:
        raise ValueError(f"there are {y.shape[1]} quantile(s); an index needs from 5 to 100")
    if (n < 0).any():
        raise ValueError("a quantile has fewer people than nobody")
    return y, np.where(n > 0, n, np.nan)


def _shares(people: Column) -> Column:
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Column = people / people.sum(axis=1, keepdims=True)
    return shares


def _line(people: Column) -> _Line:
    """The weighted straight line's slope as a sum over quantiles: the mean rank is always one half."""
    share = _shares(people)
    off = relative_ranks(people) - 0.5
    return _Line(share * off / (share * off**2).sum(axis=1, keepdims=True), share)


def _same(values: Column) -> Column:
    return values


def _scale(kind: Kind) -> tuple:
    scales = {"measure": (_same, _same), "rate": (_log, np.exp), "proportion": (_logit, special.expit)}
    if kind not in scales:
        raise ValueError(f"kind must be 'measure', 'rate' or 'proportion', not {kind!r}")
    return scales[kind]


def _log(values: Column) -> Column:
    if (values <= 0).any():
        raise ValueError("a rate of nought or less has no logarithm; leave the group out, or take kind='measure'")
    logs: Column = np.log(values)
    return logs


def _logit(values: Column) -> Column:
    if ((values <= 0) | (values >= 1)).any():
        raise ValueError("a proportion of nought or one has no logit; leave the group out, or take kind='measure'")
    logits: Column = special.logit(values)
    return logits


def _delta(kind: Kind, values: Column) -> Column:
    """How a small change on the scale of the error changes the value."""
    return values if kind == "rate" else values * (1 - values) if kind == "proportion" else np.ones_like(values)


def _error(
    kind: Kind, lower: ArrayLike | None, upper: ArrayLike | None, error: ArrayLike | None, shape: tuple[int, ...]
) -> Column:
    if error is not None:
        return np.broadcast_to(np.asarray(error, np.float64), shape)
    if lower is None or upper is None:
        return np.full(shape, np.nan)
    to = _scale(kind)[0]
    low, high = (np.atleast_2d(np.asarray(limit, np.float64)) for limit in (lower, upper))
    if low.shape != shape or high.shape != shape:
        raise ValueError(f"limits have the shapes {low.shape} and {high.shape}, values {shape}")
    with np.errstate(divide="ignore"):
        width: Column = (to(high) - to(low)) / (2 * _GIVEN)
    return width


def _by_variance(line: _Line, slope: Column, mean: Column, error: Column, z: float) -> tuple[Estimate, Estimate]:
    half = z * np.sqrt((line.of_slope**2 * error**2).sum(axis=1))
    sii = Estimate(slope, slope - half, slope + half)
    most, least = mean - slope / 2, mean + slope / 2
    # The delta method on the logarithm of the ratio of the two ends.
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        of_most, of_least = line.share - line.of_slope / 2, line.share + line.of_slope / 2
        of_log = of_least / least[:, None] - of_most / most[:, None]
        spread = z * np.sqrt((of_log**2 * error**2).sum(axis=1))
        ratio = np.where(most > 0, least / most, np.nan)
        has = (ratio > 0) & np.isfinite(spread)
        low, high = (np.where(has, ratio * np.exp(sign * spread), np.nan) for sign in (-1, 1))
    return sii, Estimate(ratio, low, high)


def _by_draws(
    line: _Line, on_scale: Column, error: Column, back: object, slope: Column, mean: Column, confidence: float,
    draws: int, seed: int,
) -> tuple[Estimate, Estimate]:  # fmt: skip
    drawn = _drawn_lines(line, on_scale, error, back, draws, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        most = mean - slope / 2
        ratio = np.where(most > 0, (mean + slope / 2) / most, np.nan)
        ratios = (drawn[1] + drawn[0] / 2) / (drawn[1] - drawn[0] / 2)
    limits = (np.where(np.isnan(ratio), np.nan, limit) for limit in _at_limits(ratios, confidence))
    return Estimate(slope, *_at_limits(drawn[0], confidence)), Estimate(ratio, *limits)


def _drawn_lines(
    line: _Line, on_scale: Column, error: Column, back: object, draws: int, seed: int
) -> tuple[Column, Column]:
    """Slopes and means of lines through values drawn at random, each of shape (draws, groups)."""
    random = np.random.default_rng(seed)
    slopes, means = np.empty((draws, len(on_scale))), np.empty((draws, len(on_scale)))
    step = max(1, _NUMBERS_TOGETHER // max(1, on_scale.size))
    for start in range(0, draws, step):  # over draws, to keep what is in memory small
        rows = slice(start, min(start + step, draws))
        noise = random.standard_normal((rows.stop - rows.start, *on_scale.shape))
        values = back(on_scale + noise * error)  # type: ignore[operator]
        slopes[rows], means[rows] = (values * line.of_slope).sum(axis=2), (values * line.share).sum(axis=2)
    return slopes, means


def _at_limits(drawn: Column, confidence: float) -> tuple[Column, Column]:
    """The ordered draws at the two ends of the confidence interval."""
    ordered = np.sort(drawn, axis=0)
    ends = (round(len(drawn) * (1 + sign * checked_confidence(confidence)) / 2) for sign in (-1, 1))
    low, high = (ordered[min(max(end, 1), len(drawn)) - 1] for end in ends)
    return low, high


def _half_widths(
    line: _Line, fitted: Column, error: Column, slope: Column, variance: Column, z: float, confidence: float,
    draws: int | None, seed: int,
) -> tuple[Column, Column]:  # fmt: skip
    """Limits of the slope on the scale of logarithms or logits."""
    if draws is None:
        return slope - z * np.sqrt(variance), slope + z * np.sqrt(variance)
    return _at_limits(_drawn_lines(line, fitted, error, _same, draws, seed)[0], confidence)


def _multiplicative(
    mean: Column, slope: Column, limits: tuple[Column, Column], back: object, line: _Line, values: Column
) -> Inequality:
    """Indices on the scale of values; limits turn about the fitted value in the middle."""

    def ends(s: Column) -> tuple[Column, Column]:
        return back(mean - s / 2), back(mean + s / 2)  # type: ignore[operator]

    pairs = [ends(s) for s in (slope, *limits)]
    sii = Estimate(*(least - most for most, least in pairs))
    rii = Estimate(*(least / most for most, least in pairs))
    overall = (line.share * values).sum(axis=1)
    return Inequality(sii, rii, -sii.value / overall, pairs[0][0])


def _turned(found: Inequality, multiplier: float) -> Inequality:
    sii, rii = found.sii, found.rii_km
    scaled = Estimate(*(part * multiplier for part in sii))
    if multiplier >= 0:
        return Inequality(scaled, rii, found.rii_mean, found.intercept * multiplier)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Inequality(
            Estimate(scaled.value, scaled.upper, scaled.lower),
            Estimate(1 / rii.value, 1 / rii.upper, 1 / rii.lower), found.rii_mean, found.intercept * multiplier,
        )  # fmt: skip


def scottish_slope_index(
    values: ArrayLike, people: ArrayLike, overall: ArrayLike, confidence: float = 0.95
) -> ScottishInequality:
    """ScotPHO's indices: the same line turned round, with Student's limits from its residuals.

    sii = - slope -/+ t(quantiles - 2) times the slope's standard error; rii = sii/overall; ``above_average`` is
    50 rii, by how many per cent the most deprived end lies above the average.

    Parameters
    ----------
    values, people : array_like, shape (groups, quantiles)
        Exactly 5 or 10 quantiles, from the most to the least deprived.
    overall : array_like, shape (groups,)
        The published value of the whole area, which is not quite the mean of standardised rates.
    confidence : float
        Fraction in (0, 1).

    Returns
    -------
    ScottishInequality
        NaN for a group of which a quantile is missing or has nobody; relative index 0 where both the slope and the
        overall value are nought.

    Raises
    ------
    ValueError
        If there are neither 5 nor 10 quantiles, the shapes differ, or the confidence is outside (0, 1).
    """
    y, n = _checked(values, people)
    quantiles = y.shape[1]
    if quantiles not in (5, 10):
        raise ValueError(f"there are {quantiles} quantiles; the Scottish index needs 5 or 10")
    line = _line(n)
    slope, mean = (line.of_slope * y).sum(axis=1), (line.share * y).sum(axis=1)
    off = relative_ranks(n) - 0.5
    left = y - mean[:, None] - slope[:, None] * off
    variance = (line.share * left**2).sum(axis=1) / (quantiles - 2) / (line.share * off**2).sum(axis=1)
    half = special.stdtrit(quantiles - 2, 1 - (1 - checked_confidence(confidence)) / 2) * np.sqrt(variance)
    sii = Estimate(-slope, -slope - half, -slope + half)
    whole = np.asarray(overall, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        nothing = (whole == 0) & (slope == 0)
        rii = Estimate(*(np.where(nothing, 0.0, part / whole) for part in sii))
    return ScottishInequality(sii, rii, Estimate(*(part * 50 for part in rii)))


def worse_for_deprived(sii: ArrayLike, high_is_good: NDArray[np.bool_] | bool) -> Column:
    """The slope index turned so that positive is worse for the deprived (``sii_gap``).

    Examples
    --------
    >>> worse_for_deprived([-25.0, 3.0], [False, True]).tolist()
    [25.0, 3.0]
    """
    index = np.asarray(sii, np.float64)
    return np.where(high_is_good, index, -index)
