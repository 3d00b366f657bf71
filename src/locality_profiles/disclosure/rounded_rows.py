"""The figures of ``indicator_value`` that are published where counts are rounded and not hidden.

Every count of an indicator that is controlled is rounded, large ones too, so that all sums still hold. A row's value
is made again from its rounded counts, and so are its limits: they say no more than the rounded counts do. Three kinds
of row cannot be published so:

- methods that need ages (standardised rates, life expectancies) cannot be made again. A row that counts fewer than the
  threshold is hidden: at full precision a rate of one death tells the age of who died. Others are given to two figures,
  rates after being moved as far as their count was, and without limits;
- a rate among others of whom rounding leaves none is hidden;
- where no rounding keeps the sums, counts that an outsider could know better than to within the base are hidden, and
  then what stands beside them, until none is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from locality_profiles.disclosure.control import (
    ROUNDS,
    Controlled,
    counted_by,
    row_classes,
    that_hold,
    with_earlier,
    with_figures,
)
from locality_profiles.disclosure.counted import Family, Term, controlled_rows, families, without
from locality_profiles.disclosure.register import KEY, Earlier
from locality_profiles.disclosure.rounding import MULTIPLE, SAME, rounded, widths
from locality_profiles.disclosure.rules import Rules
from locality_profiles.disclosure.sums import Sums, sums_of
from locality_profiles.statistics.estimates import proportion_estimate, rate_estimate

#: Methods whose value follows from a numerator and a denominator; those that begin with a count have none.
DIVIDED = ("percentage", "crude_rate", "ratio", "cost_per_unit")
#: Methods that need the ages of events, whose value goes up with their number.
PROPORTIONAL = ("directly_standardised_rate", "indirectly_standardised_ratio")
#: Figures that rounding replaces, beside the numerator and the denominator.
FIGURES = ("value", "lower", "upper", "lower_99_8", "upper_99_8")
#: Figures that are left of a value that cannot be made again.
LEFT = 2
#: Limits and their confidence.
LIMITS = (("lower", "upper", 0.95), ("lower_99_8", "upper_99_8", 0.998))

Values = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass
class _Counts:
    """Rounded counts of all rows, as far as families were rounded; NaN where none is known."""

    numerator: Values
    denominator: Values
    hidden: Flags
    how: dict[str, int]

    def of(self, row: Numbers, among: Flags) -> Values:
        return np.where(among, self.denominator[row], self.numerator[row])

    def take(self, row: Numbers, among: Flags, values: Values) -> None:
        self.denominator[row[among]] = values[among]
        self.numerator[row[~among]] = values[~among]


def round_all(connection: duckdb.DuckDBPyConnection, rules: Rules, earlier: Earlier | None = None) -> Controlled:
    """Round every count that is controlled.

    Parameters
    ----------
    connection
        With ``indicator``, ``indicator_value``, ``membership``, ``zone_class`` and ``area_residents``.
    rules
        What may be published of each class.
    earlier
        What earlier releases showed. A count that is still next to what was shown of it is rounded to that again.

    Returns
    -------
    Controlled
        With ``figures``: a line for each row, NaN for what is not published; ``how`` counts the cells that were
        ``rounded``, those that went ``further`` than to the next multiple and those whose sums are ``loose``.
    """
    counted = counted_by(connection, rules)
    rows = controlled_rows(connection, list(counted))
    nothing = np.zeros(len(rows), dtype=bool)
    if rows.empty:
        return Controlled(rows, nothing, nothing.copy(), nothing.copy())
    out, _ = with_earlier(connection, rows, earlier)
    told = row_classes(connection, out, rules, counted)
    left_out = told["too_small"].to_numpy(dtype=bool, copy=True)
    left_out[len(rows) :] = False
    none = np.full(len(out), np.nan)
    counts = _Counts(none, none.copy(), np.zeros(len(out), dtype=bool), {"rounded": 0, "further": 0, "loose": 0})
    shown = _shown_before(rows, out, earlier)
    for family in families(connection, out, counted):
        base = base_of(family, out, counted, rules)
        _round(without(family, np.flatnonzero(left_out)), out, len(rows), base, shown, counts)
    now = slice(len(rows))
    small = rows["numerator"].to_numpy() < told["below_numerator"].to_numpy()[now]
    figures = _figures(connection, rows, counts, small)
    known = rows["numerator"].notna().to_numpy() & ~left_out[now]
    gone = counts.hidden[now] | np.isnan(figures["value"].to_numpy())
    hidden = known & gone
    figures.loc[hidden | left_out[now], :] = np.nan
    return Controlled(rows, hidden, left_out[now], nothing, counts.how, figures)


def base_of(family: Family, rows: pd.DataFrame, counted: Mapping[str, tuple[Term, Term | None]], rules: Rules) -> int:
    """What the counts of a family are rounded to."""
    of_row = family.of_row
    indicators = rows["indicator_id"].to_numpy()[of_row["row"].to_numpy()]
    terms = {counted[name][int(among)] for name, among in set(zip(indicators, of_row["among"], strict=True))}
    return max((rules.base_of(term.measures) for term in terms if term is not None), default=rules.base)


def _shown_before(rows: pd.DataFrame, out: pd.DataFrame, earlier: Earlier | None) -> pd.DataFrame:
    """What an earlier release showed of each row: its numerator and denominator, NaN where it showed none."""
    shown = pd.DataFrame({name: np.full(len(out), np.nan) for name in ("numerator", "denominator")})
    if earlier is None or earlier.rows.empty:
        return shown
    was = earlier.rows[[*KEY, "numerator", "denominator"]]
    found = rows[["row", *KEY]].merge(was, on=list(KEY))
    # Of several releases, the one that is nearest to the count as it is now.
    found["away"] = np.abs(found["numerator"].to_numpy() - rows["numerator"].to_numpy()[found["row"]])
    found = found.sort_values(["row", "away", "numerator"]).drop_duplicates("row")
    shown.iloc[found["row"].to_numpy()] = found[["numerator", "denominator"]].to_numpy()
    return shown


def _round(family: Family, out: pd.DataFrame, current: int, base: int, shown: pd.DataFrame, counts: _Counts) -> None:
    """Round one family (in place), given what families before it settled."""
    of_row = family.of_row
    row, among = of_row["row"].to_numpy(), of_row["among"].to_numpy(dtype=bool)
    value = np.where(among, out["denominator"].to_numpy()[row], out["numerator"].to_numpy()[row])
    # What only earlier releases show stands as it is; what was never rounded tells how it was, and is no multiple.
    exact = np.abs(value / base - np.round(value / base)) > MULTIPLE
    value[(row >= current) & exact] = np.nan
    family, of_row, value = with_figures(family, of_row, value)
    if not len(family):
        return
    row, among, cell = of_row["row"].to_numpy(), of_row["among"].to_numpy(dtype=bool), of_row["cell"].to_numpy()
    count, settled, earlier = (np.full(len(family), np.nan) for _ in range(3))
    old = row >= current
    count[cell[~old]] = value[~old]
    settled[cell[old]] = value[old]
    stands = counts.of(row, among)
    there = ~np.isnan(stands)
    settled[cell[there]] = stands[there]
    before = np.where(among, shown["denominator"].to_numpy()[row], shown["numerator"].to_numpy()[row])
    earlier[cell[~np.isnan(before)]] = before[~np.isnan(before)]
    sums = sums_of(family.dimensions, family.cells)
    more = np.full(len(sums.cells) - len(family), np.nan)
    truth = np.concatenate([count, more])
    found = rounded(that_hold(sums.equations, truth), truth, base, sums.helper, np.concatenate([settled, more]),
                    np.concatenate([earlier, more]))  # fmt: skip
    published = found.values.copy()
    hidden = np.zeros(len(truth), dtype=bool)
    if found.loose.any() or found.left_out:
        hidden = _to_hide(sums, published, base)
    counts.take(row, among, published[cell])
    counts.hidden[row[hidden[cell]]] = True
    fresh = np.isnan(settled)
    for name, flags in (("rounded", ~sums.helper), ("further", found.far), ("loose", found.loose)):
        counts.how[name] += int((flags[: len(family)] & fresh).sum())


def _to_hide(sums: Sums, published: Values, base: int) -> Flags:
    """Counts to hide where rounding alone leaves some that can be known too well."""
    hidden = np.zeros(len(published), dtype=bool)
    may = ~np.isnan(published)
    size = sparse.csr_array(abs(sums.equations))
    for attempt in range(ROUNDS):
        width = widths(sums, np.where(hidden, np.nan, published), base)
        short = width < (base - 1) * (1 - SAME)
        if not short.any():
            return hidden
        hidden |= may & (short if attempt == 0 else size.T @ (size @ short.astype(float)) > 0)
    return may


def _figures(connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, counts: _Counts, small: Flags) -> pd.DataFrame:
    """What is published of each row in place of its figures; the value is NaN where there can be none."""
    more = connection.execute(f"""
        select row_number() over (order by {", ".join(KEY)}) - 1 as row, method, per, {", ".join(FIGURES)}
        from indicator_value where indicator_id in (select distinct indicator_id from wanted_indicator)
        order by row""").df()  # fmt: skip
    numerator = counts.numerator[: len(rows)]
    denominator = np.where(np.isnan(counts.denominator[: len(rows)]), rows["denominator"].to_numpy(),
                           counts.denominator[: len(rows)])  # fmt: skip
    method, per = more["method"].to_numpy(), more["per"].to_numpy()
    divided, counted = np.isin(method, DIVIDED), method == "count"
    percent = method == "percentage"
    some = np.where(denominator > 0, denominator, np.nan)
    events = np.where(percent, np.fmin(numerator, some), numerator)
    value = np.where(counted, numerator, np.where(divided, per * events / some, np.nan))
    # A row that had no value, whatever it counted, has none now.
    value[more["value"].isna().to_numpy()] = np.nan
    figures = pd.DataFrame({"numerator": numerator, "denominator": denominator, "value": value,
                            **dict.fromkeys(FIGURES[1:], np.nan)})  # fmt: skip
    for low, high, confidence in LIMITS:
        had = more[low].notna().to_numpy() & ~np.isnan(value)
        for at, estimate in ((had & percent, proportion_estimate), (had & (method == "crude_rate"), rate_estimate)):
            if at.any():
                made = estimate(events[at], some[at], 1.0, confidence)
                figures.loc[at, low], figures.loc[at, high] = per[at] * made.lower, per[at] * made.upper
    by_age = ~divided & ~counted & ~small
    true = rows["numerator"].to_numpy()
    proportional = np.array([str(name).startswith(PROPORTIONAL) for name in method]) & (true > 0)
    moved = np.divide(numerator, true, out=np.ones(len(rows)), where=proportional)
    figures.loc[by_age, "value"] = two_figures((more["value"].to_numpy() * moved)[by_age])
    return figures


def two_figures(values: Values) -> Values:
    """Values to two figures, whatever their size.

    >>> two_figures(np.array([0.0, 78.4, 1234.5, 0.0567])).tolist()
    [0.0, 78.0, 1200.0, 0.057]
    """
    with np.errstate(divide="ignore"):
        place = np.where(values != 0, np.floor(np.log10(np.abs(values))), 0.0)
    return np.array(
        [round(float(value), LEFT - 1 - int(at)) if np.isfinite(value) else value
         for value, at in zip(values, np.nan_to_num(place), strict=True)]
    )  # fmt: skip


__all__ = ["base_of", "round_all", "two_figures"]
