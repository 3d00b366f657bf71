"""From the two counts of an indicator to its value, limits, status and note: arithmetic on whole columns.

The methods are those of ``statistics``; this module chooses between them as the declaration says, and tells in
each row's status and note what a reader of the value must know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from locality_profiles.indicators.counts import ESTIMATED, NO_VALUE, SEVERITY, UNPLACED
from locality_profiles.indicators.definition import Indicator
from locality_profiles.periods import period_label
from locality_profiles.statistics.estimates import proportion_estimate, rate_estimate
from locality_profiles.statistics.intervals import Estimate, Mode
from locality_profiles.statistics.life_tables import LEAST_PEOPLE, life_expectancy
from locality_profiles.statistics.rates import count, crude_rate
from locality_profiles.statistics.standardised import (
    FEWEST_EVENTS,
    directly_standardised_rate,
    indirectly_standardised_ratio,
)
from locality_profiles.statistics.standards import standard_population
from locality_profiles.tables.contract import conform
from locality_profiles.tables.curated import INDICATOR_VALUE

CONFIDENCE, WIDER = 0.95, 0.998
Column = NDArray[np.float64]

#: Why lists cannot be set beside residents where patients were placed by a model that follows residents.
CIRCULAR = (
    "Not calculated here: where patients live was modelled from where residents live, so the two would agree by "
    "construction. A count of patients by practice and data zone is needed."
)
ABOVE = "Not calculated: the count is larger than the number of which it is a part."
UNKNOWN_AGES = "Not calculated: some of the ages are not known, or lie in two of the age bands that are needed."
#: The class of events whose age is not known, or lies in two of the bands.
UNKNOWN_AGE = "unknown"
OF_UNKNOWN_AGE = "Not calculated: of some the age is not known; they count in the figure for all ages."
FEW_EVENTS = "Not calculated: fewer than 10 events are too few to allow for the ages of people."
NOBODY_IN_BAND = "Not calculated: an age band that is needed has nobody in it."
SMALL_POPULATION = "Not calculated: a life table needs more than 5,000 person-years."
NO_OLDEST_DEATHS = "Not calculated: a life table needs deaths at the oldest ages."
TOO_UNSURE = "Not calculated: the interval would be wider than 20 years, or an age has more deaths than people."
NO_REFERENCE = "Not calculated: there are no figures for the whole country by which to say what is expected."


@dataclass
class Figures:
    """The counts of one indicator, one row per area, period and category; and what is known about each row.

    ``events`` and ``people`` are the counts by age band, of shape (rows, bands), where the method needs them.
    """

    rows: pa.Table
    numerator: Column
    denominator: Column
    severity: NDArray[np.int64]
    events: Column | None = None
    people: Column | None = None
    said: list[tuple[NDArray[np.bool_], str]] = field(default_factory=list)

    def withhold(self, where: NDArray[np.bool_], note: str) -> None:
        """Give no value where it would be wrong, and say why; what had none for a stronger reason keeps that."""
        at = where & (self.severity < NO_VALUE)
        self.severity[at] = SEVERITY["not_calculated"]
        self.said.append((at, note))

    @property
    def known(self) -> NDArray[np.bool_]:
        return self.severity < NO_VALUE

    @property
    def by_band(self) -> tuple[Column, Column]:
        """Events and people by age band, each of shape (rows, bands)."""
        if self.events is None or self.people is None:
            raise ValueError("the counts were not made by age band")
        return self.events, self.people

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Rows that have events and people at every age."""
        events, people = self.by_band
        return self.known & np.isfinite(events).all(axis=1) & np.isfinite(people).all(axis=1)


@dataclass(frozen=True)
class Result:
    """Values with their limits at 95 and 99.8 %; limits that a method does not have are NaN."""

    value: Column
    limits: tuple[tuple[Column, Column], ...] | None = None


def indicator_values(indicator: Indicator, rows: pa.Table, breakdown: str, mode: Mode = "english") -> pa.Table:
    """Rows of ``indicator_value`` from paired counts, sorted by area, period, category and band."""
    if not rows.num_rows:
        return INDICATOR_VALUE.schema.empty_table()
    figures = _figures(indicator, rows, by_age=breakdown == "age")
    carried, notes = _notes(indicator, figures.rows)
    figures.withhold(_circular(indicator, figures.rows), CIRCULAR)
    weak = carried & (figures.severity < NO_VALUE)
    figures.severity[weak] = np.maximum(figures.severity[weak], ESTIMATED)
    result = _ESTIMATORS[indicator.method](indicator, figures, mode)
    return _made(indicator, figures, result, notes, breakdown, mode)


def _figures(indicator: Indicator, rows: pa.Table, by_age: bool) -> Figures:
    severity = np.maximum(rows["severity"].to_numpy(), rows["d_severity"].to_numpy()).astype(np.int64)
    numerator, denominator = floats(rows, "numerator"), floats(rows, "denominator")
    if by_age:
        return _each_band(indicator, rows, numerator, denominator, severity)
    if indicator.standardisation is None:
        return Figures(rows, numerator, denominator, severity)
    return _in_bands(rows, numerator, denominator, severity, len(indicator.standardisation.bands))


def _each_band(
    indicator: Indicator, rows: pa.Table, numerator: Column, denominator: Column, severity: NDArray[np.int64]
) -> Figures:
    """A row for each band, and one, without a rate, for events whose age is not known."""
    band = rows["band"].to_numpy().astype(np.int64)
    names = np.array([*(age.name for age in indicator.by_age), UNKNOWN_AGE], dtype=object)  # UNPLACED is the last
    at = rows.schema.get_field_index("category")
    keep = (band != UNPLACED) | (numerator > 0)
    named = rows.set_column(at, "category", pa.array(names[band], pa.string())).filter(pa.array(keep))
    figures = Figures(named, numerator[keep], denominator[keep], severity[keep])
    if indicator.denominator is not None:
        figures.severity[band[keep] == UNPLACED] = SEVERITY["actual"]  # that nobody has an unknown age is no reason
        figures.withhold(band[keep] == UNPLACED, OF_UNKNOWN_AGE)
    return figures


def _in_bands(rows: pa.Table, numerator: Column, denominator: Column, severity: Any, bands: int) -> Figures:
    """One row per area, period and category, with its counts by band beside it."""
    placed = rows["band"].to_numpy() != UNPLACED
    stray = rows.filter(pa.array(~placed))
    shape = (-1, bands)
    events, people = numerator[placed].reshape(shape), denominator[placed].reshape(shape)
    worst = severity[placed].reshape(shape).max(axis=1)
    first = rows.filter(pa.array(placed)).take(pa.array(np.arange(len(events)) * bands))
    figures = Figures(first, events.sum(axis=1), people.sum(axis=1), worst, events, people)
    with_strays, hidden = _with_strays(first, stray)
    figures.withhold(with_strays, UNKNOWN_AGES)
    np.maximum(figures.severity, hidden, out=figures.severity)
    return figures


_OF_ROW = ("area_type", "area_code", "period_start", "period_end", "category")


def _with_strays(first: pa.Table, stray: pa.Table) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Rows of which some events could not be put into a band, and what held such events back (0 where nothing did)."""
    some, hidden = np.zeros(first.num_rows, dtype=bool), np.zeros(first.num_rows, dtype=np.int64)
    told = stray.filter(pc.or_kleene(pc.greater(stray["numerator"], 0), pc.greater_equal(stray["severity"], NO_VALUE)))
    if not told.num_rows:
        return some, hidden
    worst: dict[tuple[Any, ...], int] = {}
    for *key, severity in zip(*(told[name].to_pylist() for name in (*_OF_ROW, "severity")), strict=True):
        worst[tuple(key)] = max(worst.get(tuple(key), 0), severity)
    for at, of_row in enumerate(zip(*(first[name].to_pylist() for name in _OF_ROW), strict=True)):
        if of_row in worst:
            some[at] = True
            hidden[at] = worst[of_row] if worst[of_row] >= NO_VALUE else 0
    return some, hidden


# --- methods --------------------------------------------------------------------------------------


def _count(indicator: Indicator, figures: Figures, mode: Mode) -> Result:
    return Result(count(np.where(figures.known, figures.numerator, np.nan)))


def _rate(indicator: Indicator, figures: Figures, mode: Mode) -> Result:
    events = np.where(figures.known, figures.numerator, np.nan)
    value = crude_rate(events, figures.denominator, indicator.per)
    if indicator.interval != "byar":
        return Result(value)
    people = np.where(figures.denominator > 0, figures.denominator, np.nan)
    return Result(value, _twice(lambda c: rate_estimate(events, people, indicator.per, c, mode)[1:], mode))


def _percentage(indicator: Indicator, figures: Figures, mode: Mode) -> Result:
    figures.withhold((figures.numerator > figures.denominator * (1 + 1e-9)) & (figures.denominator > 0), ABOVE)
    events = np.where(figures.known, figures.numerator, np.nan)
    value = crude_rate(events, figures.denominator, indicator.per)
    if indicator.interval != "wilson":
        return Result(value)
    people = np.where(figures.denominator > 0, figures.denominator, np.nan)
    events = np.fmin(events, people)  # shares of blocks may leave the last digit above
    return Result(value, _twice(lambda c: proportion_estimate(events, people, indicator.per, c, mode)[1:], mode))


def _standardised(indicator: Indicator, figures: Figures, mode: Mode) -> Result:
    how = indicator.standardisation
    events, people = figures.by_band
    if mode == "english":
        figures.withhold(np.asarray((people <= 0).any(axis=1)), NOBODY_IN_BAND)
        figures.withhold(figures.numerator < FEWEST_EVENTS, FEW_EVENTS)
    usable = figures.usable
    weights = standard_population(how.bands if how else ())
    return _spread(usable, lambda confidence: directly_standardised_rate(
        events[usable], people[usable], weights, indicator.per, confidence, mode
    ), mode)  # fmt: skip


def _ratio_to_expected(indicator: Indicator, figures: Figures, mode: Mode) -> Result:
    events, people = figures.by_band
    country = _country_of_each(figures)
    figures.withhold(country < 0, NO_REFERENCE)
    figures.withhold(np.asarray((people[country] <= 0).any(axis=1)), NOBODY_IN_BAND)
    usable = figures.usable & figures.usable[country]
    of = country[usable]
    return _spread(usable, lambda confidence: indirectly_standardised_ratio(
        events[usable], people[usable], events[of], people[of], indicator.per, confidence
    ))  # fmt: skip


def _country_of_each(figures: Figures) -> NDArray[np.int64]:
    """The row of the whole country for the period and category of each row; -1 where there is none."""
    rows = figures.rows
    key = np.zeros(rows.num_rows, dtype=np.int64)
    for name in ("period_start", "period_end", "category"):
        codes = rows[name].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
        key = key * (codes.max(initial=0) + 1) + codes
    country = np.flatnonzero(pc.equal(rows["area_type"], "country").to_numpy(zero_copy_only=False))
    if not country.size:
        return np.full(rows.num_rows, -1)
    order = country[np.argsort(key[country])]
    at = np.minimum(np.searchsorted(key[order], key), len(order) - 1)
    return np.where(key[order[at]] == key, order[at], -1)


def _life_expectancy(indicator: Indicator, figures: Figures, mode: Mode) -> Result:
    events, people = figures.by_band
    usable = figures.usable
    first_ages = [band.first for band in indicator.standardisation.bands] if indicator.standardisation else []
    result = _spread(usable, lambda confidence: life_expectancy(
        events[usable], people[usable], confidence, first_ages, mode
    ), mode)  # fmt: skip
    enough = people.sum(axis=1) > LEAST_PEOPLE
    figures.withhold(usable & ~enough, SMALL_POPULATION)
    figures.withhold(usable & enough & (events[:, -1] <= 0), NO_OLDEST_DEATHS)
    figures.withhold(usable & enough & np.isnan(result.value), TOO_UNSURE)
    return result


def _twice(limits: Callable[[float], Any], mode: Mode = "english") -> Any:
    """Limits at both confidences; the Scottish mode has them at 95 % only."""
    return tuple(tuple(limits(c)) for c in ((CONFIDENCE, WIDER) if mode == "english" else (CONFIDENCE,)))


def _spread(usable: NDArray[np.bool_], estimate: Callable[[float], Estimate], mode: Mode = "english") -> Result:
    """Estimates of the usable rows, in the places of all rows; the others have none."""
    value, lower, upper = zip(*_twice(estimate, mode), strict=True)

    def of_all(part: Any) -> Column:
        column = np.full(usable.shape, np.nan)
        column[usable] = part
        return column

    limits = tuple((of_all(low), of_all(high)) for low, high in zip(lower, upper, strict=True))
    return Result(of_all(value[0]), limits)


_ESTIMATORS: dict[str, Callable[[Indicator, Figures, Mode], Result]] = {
    "count": _count, "crude_rate": _rate, "ratio": _rate, "cost_per_unit": _rate, "percentage": _percentage,
    "directly_standardised_rate": _standardised, "indirectly_standardised_ratio": _ratio_to_expected,
    "life_expectancy": _life_expectancy,
}  # fmt: skip


# --- status, notes, rows --------------------------------------------------------------------------

_NAMES = np.array([""] * (max(SEVERITY.values()) + 1), dtype=object)
for _status, _number in reversed(SEVERITY.items()):
    _NAMES[_number] = _status


def _made(
    indicator: Indicator, figures: Figures, result: Result, notes: NDArray[Any], breakdown: str, mode: Mode
) -> pa.Table:
    """Rows of the contract; where a row has no value, nothing that would give it away stays beside it."""
    known = figures.known
    value = np.where(known, result.value, np.nan)
    status = _NAMES[figures.severity]
    status[(status == "actual") & (figures.numerator == 0)] = "true_zero"
    status[known & np.isnan(value)] = "not_available"
    for where, note in figures.said:
        notes[where] = note
    rows = figures.rows
    columns: dict[str, Any] = {}
    if result.limits is not None:
        names = (("lower", "upper"), ("lower_99_8", "upper_99_8"))
        for (low, high), pair in zip(names, result.limits, strict=False):
            columns[low], columns[high] = (_nullable(np.where(known, limit, np.nan)) for limit in pair)
        has = np.isfinite(result.limits[0][1]) & known
        columns["confidence"] = _nullable(np.where(has, CONFIDENCE, np.nan))
    return conform(INDICATOR_VALUE, {
        "indicator_id": indicator.id, "area_type": rows["area_type"], "area_code": rows["area_code"],
        "period_type": rows["period_type"], "period_start": rows["period_start"], "period_end": rows["period_end"],
        "breakdown": breakdown, "category": rows["category"],
        "numerator": _nullable(np.where(known, figures.numerator, np.nan)),
        "denominator": _nullable(figures.denominator),
        "value": _nullable(value), "method": indicator.method if mode == "english" else f"{indicator.method}_{mode}",
        "per": indicator.per, "status": pa.array(status, pa.string()), "source_level": rows["block_type"],
        "parts": rows["parts"].cast(pa.int64()), "note": pa.array(notes, pa.string()), **columns,
    }, rows.num_rows)  # fmt: skip


def _circular(indicator: Indicator, rows: pa.Table) -> NDArray[np.bool_]:
    """Rows in which registered people, modelled from residents, would be compared with residents."""
    if not indicator.compares_registered_with_resident:
        return np.zeros(rows.num_rows, dtype=bool)
    sides = [np.asarray(rows[side].to_numpy(zero_copy_only=False), dtype=bool) for side in ("modelled", "d_modelled")]
    return sides[0] | sides[1]


def floats(rows: pa.Table, column: str) -> Column:
    """A column of numbers, NaN where there is none."""
    return np.array(rows[column].cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _nullable(values: Column) -> pa.Array:
    return pa.array(values, pa.float64(), from_pandas=True)


def _notes(indicator: Indicator, rows: pa.Table) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    """Whether an older denominator had to serve, and what to know about each value."""
    served = pc.fill_null(pc.year(rows["served"]), 0).to_numpy().astype(np.int64)
    carried = served > 0
    parts = rows["parts"].to_numpy()
    several = (parts > 1) if indicator.numerator.additive == "distinct" else np.zeros(rows.num_rows, dtype=bool)
    level = rows["block_type"].combine_chunks().dictionary_encode()
    keys = np.column_stack([
        np.where(carried, served, 0), np.where(several, parts, 0), np.where(several, level.indices.to_numpy(), 0),
    ])  # fmt: skip
    kinds, which = np.unique(keys, axis=0, return_inverse=True)
    words = level.dictionary.to_pylist()
    said = [_note(int(year), int(count), words[int(kind)] if words else "") for year, count, kind in kinds]
    return carried, np.array([*said, None], dtype=object)[:-1][which.ravel()]


def _note(year: int, parts: int, level: str) -> str | None:
    said = []
    if year:
        from datetime import date

        mid_year = date(year, 6, 30)
        said.append(
            f"Set against the population of {period_label('mid_year', mid_year, mid_year)}, the latest there is."
        )
    if parts:
        said.append(f"Added from {parts} places ({level.replace('_', ' ')}); a person known in two is counted twice.")
    return " ".join(said) or None
