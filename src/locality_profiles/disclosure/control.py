"""Which rows of ``indicator_value`` may not be published: small counts, and what would give them away.

Every family of counts (``counted``) is looked at whole: what is small must be hidden, what else is hidden is chosen by
``pattern`` so that nobody can work a small count out from all that stays, at the least loss. A row whose count is
hidden loses its value and limits as well, in whatever indicator the count stands. Pieces of overlapping areas, single
years of rolling periods and other counts that nobody publishes but that would follow by subtraction are protected like
those that are published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from locality_profiles.disclosure.counted import Family, Term, controlled_rows, families, term_of, without
from locality_profiles.disclosure.outsider import Inconsistent, intervals
from locality_profiles.disclosure.pattern import Pattern, Wish, hidden_pattern
from locality_profiles.disclosure.register import KEY, Earlier, blocks_of
from locality_profiles.disclosure.rules import Rules
from locality_profiles.disclosure.subtraction import by_subtraction
from locality_profiles.disclosure.sums import sums_of

#: Kinds of area whose large totals are kept if they can be, and what hiding their counts costs beside that of others.
LARGER = ("council_area", "hscp", "health_board", "country")
COST_OF_LARGER, COST_OF_COUNTRY = 3.0, 10.0
#: Rounds in which what is hidden in one family may ask for more in another; each hides more, so it ends.
ROUNDS = 10
#: Counts nearer to a whole number than this are whole.
WHOLE = 1e-9
#: A sum that is out by no more than this share of what it adds up holds.
SAME = 1e-6

Numbers = NDArray[np.int64]
Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Controlled:
    """What is hidden and left out, by number of the row.

    ``hidden`` rows are published without figures; ``left_out`` rows are of areas that are too small for their class.
    ``exposed`` are rows whose count was published before and cannot be taken back.
    """

    rows: pd.DataFrame
    hidden: Flags
    left_out: Flags
    exposed: Flags
    how: Mapping[str, int] = field(default_factory=dict)
    figures: pd.DataFrame | None = None
    """Where counts are rounded: the figures that stand in place of the true ones, NaN for those not published."""


@dataclass
class _State:
    """One family while its rows are chosen."""

    family: Family
    equations: sparse.csr_array
    wish: Wish
    known: Flags
    hidden: Flags
    wide: Values
    """How wide each cell must stay once it is hidden, for whatever reason."""
    done: bool = False
    pattern: Pattern | None = None


def counted_by(connection: duckdb.DuckDBPyConnection, rules: Rules) -> dict[str, tuple[Term, Term | None]]:
    """What each indicator counts that is controlled here, by its id; from the view ``indicator``."""
    found = connection.execute("""
        select indicator_id, disclosure, origin, counted, counted_among from indicator
        where counted is not null order by indicator_id""").fetchall()  # fmt: skip
    return {
        name: (term_of(counted), term_of(among) if among else None)
        for name, disclosure, origin, counted, among in found if rules.controls(disclosure, origin)
    }  # fmt: skip


def control(connection: duckdb.DuckDBPyConnection, rules: Rules, earlier: Earlier | None = None) -> Controlled:
    """Choose what is not published.

    Parameters
    ----------
    connection
        With ``indicator``, ``indicator_value``, ``membership``, ``zone_class`` and ``area_residents``.
    rules
        What may be published of each class.
    earlier
        What earlier releases showed; None for a first release.
    """
    counted = counted_by(connection, rules)
    rows = controlled_rows(connection, list(counted))
    nothing = np.zeros(len(rows), dtype=bool)
    if rows.empty:
        return Controlled(rows, nothing, nothing.copy(), nothing.copy())
    out, known = with_earlier(connection, rows, earlier.as_counted() if earlier else None)
    told = row_classes(connection, out, rules, counted)
    left_out = told["too_small"].to_numpy(dtype=bool) & ~known
    states = [
        _state(without(family, np.flatnonzero(left_out)), out, told, known, rules)
        for family in families(connection, out, counted)
    ]
    left_out = left_out[: len(rows)]
    states = [state for state in states if len(state.family)]
    hidden = np.zeros(len(out), dtype=bool)
    how: dict[str, int] = {}
    for _ in range(ROUNDS):
        for state in states:
            if not state.done:
                _choose(state)
        before = hidden.copy()
        for state in states:
            hidden[_rows_of(state.family, state.hidden)] = True
        for state in states:
            _ask_for_more(state, hidden)
        if (hidden == before).all() and all(state.done for state in states):
            break
    exposed = np.zeros(len(out), dtype=bool)
    for state in states:
        if state.pattern is not None:
            for method, pieces in state.pattern.how.items():
                how[method] = how.get(method, 0) + pieces
            given = state.pattern.unprotected[state.pattern.unprotected < len(state.family)]
            exposed[_rows_of(state.family, np.isin(np.arange(len(state.family)), given))] = True
    return Controlled(rows, hidden[: len(rows)], left_out, exposed[: len(rows)], how)


def row_classes(
    connection: duckdb.DuckDBPyConnection,
    rows: pd.DataFrame,
    rules: Rules,
    counted: Mapping[str, tuple[Term, Term | None]],
) -> pd.DataFrame:
    """For each row: below what its counts are hidden, how wide they must stay, whether its area is too small."""
    classes = dict(connection.execute("select indicator_id, disclosure from indicator").fetchall())
    residents = {
        (kind, code): people
        for kind, code, people in connection.execute(
            "select area_type, area_code, people from area_residents"
        ).fetchall()
    }
    by_indicator = {
        name: [(rules.below(classes[name], term.measures), rules.protection(classes[name], term.measures))
               if term is not None else (0.0, 0.0) for term in counted[name]]
        for name in rows["indicator_id"].unique()
    }  # fmt: skip
    told = pd.DataFrame({
        f"{what}_{which}": [by_indicator[name][position][value] for name in rows["indicator_id"]]
        for position, which in enumerate(("numerator", "denominator")) for value, what in enumerate(("below", "width"))
    })  # fmt: skip
    told["too_small"] = [
        not rules.classes[classes[name]].shows(kind)
        or residents.get((kind, code), np.inf) < rules.classes[classes[name]].smallest_population
        for name, kind, code in zip(rows["indicator_id"], rows["area_type"], rows["area_code"], strict=True)
    ]
    return told


def with_earlier(
    connection: duckdb.DuckDBPyConnection, rows: pd.DataFrame, earlier: Earlier | None
) -> tuple[pd.DataFrame, Flags]:
    """Rows with those that only earlier releases have, numbered on, and which of all were shown by an earlier release.

    Lays the table ``place_block``: the blocks of every area, an area as it was bearing the name of its blocks. A row
    whose figure was revised since is not known: the old figure says nothing certain of the new.
    """
    now = blocks_of(connection)
    places = now[["area_type", "area_code", "block_code", "weight"]]
    known = np.zeros(len(rows), dtype=bool)
    if earlier is not None and not earlier.rows.empty:
        named = now[["area_type", "area_code", "blocks"]].drop_duplicates().rename(columns={"blocks": "blocks_now"})
        was = earlier.rows.merge(named, on=["area_type", "area_code"], how="left")
        moved = was["blocks"].notna() & (was["blocks"] != was["blocks_now"])
        was["area_code"] = was["area_code"].where(~moved, was["area_code"] + "@" + was["blocks"].fillna(""))
        was = was[was["indicator_id"].isin(rows["indicator_id"].unique())].drop_duplicates([*KEY, "numerator"])
        found = rows.merge(was[[*KEY, "numerator"]].rename(columns={"numerator": "was"}), on=list(KEY), how="left")
        known = (np.isclose(found["numerator"], found["was"], rtol=SAME, atol=WHOLE)
                 & found["was"].notna()).groupby(found["row"]).any().to_numpy()  # fmt: skip
        gone = was.merge(rows[list(KEY)].assign(now=True), on=list(KEY), how="left")
        gone = gone[gone["now"].isna()].drop_duplicates(list(KEY))
        gone = gone.assign(row=len(rows) + np.arange(len(gone)), value=np.nan, status="actual")
        old = gone.loc[gone["area_code"].str.contains("@"), ["area_type", "area_code", "blocks"]].drop_duplicates()
        places = pd.concat([places, old.merge(earlier.places, on="blocks")[places.columns]], ignore_index=True)
        rows = pd.concat([rows, gone[list(rows.columns)]], ignore_index=True)
        known = np.concatenate([known, np.ones(len(gone), dtype=bool)])
    connection.register("all_places", places)
    connection.execute("create or replace temp table place_block as select * from all_places")
    connection.unregister("all_places")
    return rows, known


def _state(family: Family, rows: pd.DataFrame, told: pd.DataFrame, known: Flags, rules: Rules) -> _State:
    """A family with all that its choice depends on."""
    of_row = family.of_row
    row, among = of_row["row"].to_numpy(), of_row["among"].to_numpy(dtype=bool)
    value = np.where(among, rows["denominator"].to_numpy()[row], rows["numerator"].to_numpy()[row])
    family, of_row, value = with_figures(family, of_row, value)
    row, among, cell = of_row["row"].to_numpy(), of_row["among"].to_numpy(dtype=bool), of_row["cell"].to_numpy()
    count = np.zeros(len(family))
    count[cell] = value
    below, width = (
        _most(np.where(among, told[f"{what}_denominator"].to_numpy()[row], told[f"{what}_numerator"].to_numpy()[row]),
              cell, len(family)) for what in ("below", "width")
    )  # fmt: skip
    kinds = rows["area_type"].to_numpy()[row]
    larger, country = (_any(flags, cell, len(family)) for flags in (np.isin(kinds, LARGER), kinds == "country"))
    known = _any(known[row], cell, len(family))
    sums = sums_of(family.dimensions, family.cells)
    counts = np.where(sums.helper, np.nan, np.resize(count, len(sums.cells)))
    equations, counts = _made_to_hold(that_hold(sums.equations, counts), counts)
    more = len(counts) - len(family)
    small = (count > 0) & (count < below)
    total = larger & (count >= rules.totals)
    cost = np.log1p(np.abs(count)) * np.where(country, COST_OF_COUNTRY, np.where(larger, COST_OF_LARGER, 1.0))
    whole = bool((np.abs(count - np.round(count)) < WHOLE).all())
    none = np.zeros(more, dtype=bool)
    wish = Wish(
        counts, np.concatenate([small & ~known, none]), np.concatenate([(count != 0) & ~known & ~total, none]),
        np.concatenate([cost, np.zeros(more)]), np.concatenate([np.where(small & ~known, width, 0.0), np.zeros(more)]),
        np.concatenate([np.full(len(family), float(whole)), np.zeros(more)]), np.isnan(counts),
    )  # fmt: skip
    wish = _with_what_follows(equations, wish, float(below.max(initial=0)), float(width.max(initial=0)))
    return _State(family, equations, wish, known, np.zeros(len(family), dtype=bool), width)


def _made_to_hold(equations: sparse.csr_array, counts: Values) -> tuple[sparse.csr_array, Values]:
    """Sums of known counts that do not hold, with a cell each for what they are out by.

    An outsider who knew by how much rounding puts a sum out would know more than anybody can; what is safe from that
    one is safe.
    """
    unknown = sparse.csr_array(abs(equations)) @ np.isnan(counts).astype(float) > 0
    known = np.nan_to_num(counts)
    out_by = equations @ known
    out = np.flatnonzero(~unknown & (np.abs(out_by) > SAME * (1 + abs(equations) @ np.abs(known))))
    if not len(out):
        return equations, counts
    columns = sparse.csr_array(
        (-np.sign(out_by[out]), (out, np.arange(len(out)))), shape=(equations.shape[0], len(out))
    )
    together = sparse.csr_array(sparse.hstack([equations, columns], format="csr"))
    return together, np.concatenate([counts, np.abs(out_by[out])])


def that_hold(equations: sparse.csr_array, counts: Values) -> sparse.csr_array:
    """Sums of known counts, and those of unknown ones (NaN) that do not contradict what is known.

    Where figures come from several hands, or were rounded, parts do not make the whole.
    """
    known = np.nan_to_num(counts)
    unknown = sparse.csr_array(abs(equations)) @ np.isnan(counts).astype(float) > 0
    of_known, kept = equations[~unknown], equations[unknown]
    while True:
        low, high = np.where(np.isnan(counts), 0.0, known), np.where(np.isnan(counts), np.inf, known)
        try:
            intervals(kept, low, high, np.flatnonzero(np.isnan(counts)), np.zeros(int(np.isnan(counts).sum())))
        except Inconsistent as found:
            kept = kept[np.setdiff1d(np.arange(kept.shape[0]), found.equations)]
        else:
            return sparse.csr_array(sparse.vstack([of_known, kept], format="csr"))


def with_figures(family: Family, of_row: pd.DataFrame, value: Values) -> tuple[Family, pd.DataFrame, Values]:
    """A family without cells of which no figure is known here: they tell nobody anything."""
    there = ~np.isnan(value)
    kept = of_row[there]
    cells, cell = np.unique(kept["cell"].to_numpy(), return_inverse=True)
    kept = kept.assign(cell=cell).reset_index(drop=True)
    return Family(family.name, family.dimensions, family.cells[cells], kept), kept, value[there]


def _with_what_follows(equations: sparse.csr_array, wish: Wish, below: float, width: float) -> Wish:
    """Counts that nobody publishes are protected where, if all were published, subtraction would tell them, and they
    are small: they are hidden already, and must stay so."""
    helper = np.isnan(wish.counts)
    if not helper.any() or not below:
        return wish
    low, high = by_subtraction(equations, np.where(helper, 0.0, wish.counts), np.where(helper, np.inf, wish.counts))
    told = helper & (high - low < width) & (high < below) & (high > WHOLE)
    return replace(
        wish, counts=np.where(told, (low + np.where(told, high, low)) / 2, wish.counts),
        must_hide=wish.must_hide | told, width=np.where(told, width, wish.width), helper=helper & ~told,
    )  # fmt: skip


def _choose(state: _State) -> None:
    """The pattern of one family; where large totals make it impossible, they may be hidden as well."""
    wish = state.wish
    if not wish.width.any():
        state.hidden, state.done = wish.must_hide[: len(state.family)].copy(), True
        return
    state.pattern = hidden_pattern(state.equations, wish)
    if len(state.pattern.unprotected):
        free = replace(wish, may_hide=wish.may_hide.copy())
        free.may_hide[: len(state.family)] |= ~state.known & (wish.counts[: len(state.family)] > 0)
        again = hidden_pattern(state.equations, free)
        if len(again.unprotected) < len(state.pattern.unprotected):
            state.wish, state.pattern = free, again
    for _ in range(ROUNDS):
        narrow = _narrow(state, state.pattern)
        if not len(narrow):
            break
        state.wish.must_hide[narrow], state.wish.width[narrow] = True, state.wide[narrow]
        state.pattern = hidden_pattern(state.equations, state.wish)
    state.hidden, state.done = state.pattern.hidden[: len(state.family)].copy(), True


def _narrow(state: _State, pattern: Pattern) -> Numbers:
    """Cells that are hidden for others and are not wide themselves: nobody else can tell them from small ones."""
    wish, cells = state.wish, len(state.family)
    asked = np.flatnonzero(pattern.hidden[:cells] & (wish.width[:cells] == 0))
    unknown = pattern.hidden | np.isnan(wish.counts)
    floor = np.where(pattern.hidden, np.broadcast_to(wish.floor, wish.counts.shape), 0.0)
    low, high, _ = intervals(
        state.equations, np.where(unknown, floor, wish.counts), np.where(unknown, np.inf, wish.counts), asked,
        state.wide[asked],
    )  # fmt: skip
    return asked[high - low < state.wide[asked] * (1 - SAME)]


def _rows_of(family: Family, cells: Flags) -> Numbers:
    """Rows in which any of some cells stands."""
    of_row = family.of_row
    return np.unique(of_row["row"].to_numpy()[cells[of_row["cell"].to_numpy()]])


def _ask_for_more(state: _State, hidden: Flags) -> None:
    """Cells of which every appearance is hidden now, for a count beside them: they are held as wide as small ones."""
    of_row = state.family.of_row
    shown = _any(~hidden[of_row["row"].to_numpy()], of_row["cell"].to_numpy(), len(state.family))
    gone = ~shown & ~state.hidden
    if gone.any():
        wish, cells = state.wish, np.flatnonzero(gone)
        wish.must_hide[cells] = True
        wish.may_hide[cells] = True
        wish.width[cells] = max(wish.width.max(), 1.0)
        state.done = False


def _most(values: Values, cell: Numbers, size: int) -> Values:
    found = np.zeros(size)
    np.maximum.at(found, cell, values)
    return found


def _any(flags: Flags | Sequence[bool], cell: Numbers, size: int) -> Flags:
    found = np.zeros(size, dtype=bool)
    found[cell[np.asarray(flags, dtype=bool)]] = True
    return found
