"""Rounding counts so that all sums still hold, as the alternative to hiding.

Every count becomes one of the two multiples of the base next to it; one that is a multiple stays, so nought stays
nought (zero-restricted controlled rounding: Cox 1987, A constructive procedure for unbiased controlled rounding, JASA
82; Fischetti and Salazar-González 1998, Experiments with controlled rounding for statistical disclosure control in
tabular data with linear constraints, Journal of Official Statistics 14). Of all such roundings that keep the sums, the
one is taken that moves counts least. Counts that nobody publishes are free, but not below nought.

Why that protects: what is published could itself be the truth, for it keeps every sum and has nothing below nought. So
could all of it with up to ``base`` - 1 more in any one smallest part. Whatever sums an outsider puts together, each
count has at least ``base`` whole numbers that it may be.

A table in three dimensions or more may have no such rounding. Then the counts tied to it may go one multiple further
(``far``); and where none is found even so, each goes to the nearest multiple and its sums do not hold (``loose``): of
these the argument above does not speak, and whoever publishes them has to look (``control.round_all`` does). Work is
bounded by counts of steps and never by a clock, so that every machine rounds alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from locality_profiles.disclosure.outsider import Inconsistent, Model, Piece, endless, intervals, pieces, quiet
from locality_profiles.disclosure.sums import Sums

#: A count this near to a multiple, as a share of the base, is one.
MULTIPLE = 1e-6
#: A sum that is out by no more than this share of what it adds up holds.
SAME = 1e-6
#: Branches of the search for the rounding of one piece.
BRANCHES = 200
#: Pieces with more counts are not searched beyond this share of the least movement.
LARGE, CLOSE = 2000, 0.05
#: What it costs to go one multiple further, beside which a whole multiple costs 1; and who wins a tie: upwards.
FURTHER, TIE = 10.0, 1e-6

Values = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Rounded:
    """Rounded counts.

    Attributes
    ----------
    values : float array, shape (cells,)
        Multiples of the base; NaN for helpers.
    moved : float
        How far all counts went, together.
    far, loose : bool array, shape (cells,)
        Counts that went a whole base or further, and counts whose sums do not all hold.
    left_out : int
        Sums that no rounding was asked to keep: they did not hold before, or add up shares of counts.
    """

    values: Values
    moved: float
    far: Flags
    loose: Flags
    left_out: int


def rounded(
    equations: sparse.csr_array,
    counts: ArrayLike,
    base: int,
    helper: ArrayLike,
    settled: ArrayLike | None = None,
    earlier: ArrayLike | None = None,
) -> Rounded:
    """Round counts to multiples of a base, keeping all sums, with the least movement.

    Parameters
    ----------
    equations : csr_array, shape (sums, cells)
        As ``sums.sums_of`` gives them: ``equations @ counts`` is nought.
    counts : array_like, shape (cells,)
        True counts, 0 or more; NaN for a settled cell whose true count nobody remembers. What stands for helpers is
        not looked at.
    base : int
        2 or more.
    helper : array_like of bool, shape (cells,)
        Cells that nobody publishes: any number that is not below nought.
    settled : array_like, shape (cells,), optional
        Rounded values that stand already (in another family); NaN elsewhere.
    earlier : array_like, shape (cells,), optional
        What an earlier release showed. Where that is one of the two multiples it is taken again if sums allow, since
        two different roundings of one count tell more than one.

    Returns
    -------
    Rounded

    Raises
    ------
    ValueError
        For a base below 2, and for counts below nought or unknown where they are not helpers'.

    Examples
    --------
    7 + 7 + 7 = 21; rounded one by one, 5 + 5 + 5 would be 20:

    >>> one_sum = sparse.csr_array([[1.0, -1.0, -1.0, -1.0]])
    >>> found = rounded(one_sum, [21, 7, 7, 7], 5, [False] * 4)
    >>> float(found.values[0]), sorted(found.values[1:].tolist())
    (20.0, [5.0, 5.0, 10.0])
    """
    if base < 2:
        raise ValueError(f"counts are rounded to multiples of 2 or more, not of {base}")
    task = _Task(equations, np.asarray(counts, dtype=float), base, np.asarray(helper, dtype=bool), settled, earlier)
    loose = task.solve()
    values = np.where(task.helper, np.nan, task.value * base)
    moves = np.abs(np.where(task.helper, 0.0, values - task.counts))
    return Rounded(values, float(moves.sum()), moves >= base * (1 - MULTIPLE), loose, task.left_out)


class _Task:
    """Counts as multiples of the base: ``value`` is what has been chosen so far, ``free`` what is still to choose."""

    def __init__(
        self,
        equations: sparse.csr_array,
        counts: Values,
        base: int,
        helper: Flags,
        settled: ArrayLike | None,
        earlier: ArrayLike | None,
    ) -> None:
        none = np.full(len(counts), np.nan)
        fixed = (none if settled is None else np.asarray(settled, dtype=float)) / base
        self.helper = helper
        self.unknown = helper | (np.isnan(counts) & ~np.isnan(fixed))
        self.counts = np.where(helper, 0.0, np.where(np.isnan(counts), fixed * base, counts))
        if not (self.counts >= 0).all():
            raise ValueError("a count is unknown or below nought, and cannot be rounded")
        self.equations, self.left_out = self._that_can_hold(sparse.csr_array(equations, dtype=float))
        units = self.counts / base
        whole = np.abs(units - np.round(units)) < MULTIPLE
        shown = (none if earlier is None else np.asarray(earlier, dtype=float)) / base
        self.fixed = ~np.isnan(fixed)
        self.below = np.where(whole, np.round(units), np.floor(units))
        self.part = np.where(whole, 0.0, units - self.below)
        nearest = self.below + (self.part >= 0.5)
        self.free = ~whole & ~self.fixed & ~helper
        self.value = np.where(self.fixed, np.nan_to_num(fixed), nearest)
        #: What it costs to go up instead of down: all of both for what was shown before.
        self.price = 1 - 2 * self.part - TIE
        self.price = np.where(shown == self.below + 1, -FURTHER, np.where(shown == self.below, FURTHER, self.price))

    def _that_can_hold(self, equations: sparse.csr_array) -> tuple[sparse.csr_array, int]:
        """Sums that multiples can keep: all with an unknown, others if they hold now and add up whole counts."""
        size = sparse.csr_array(abs(equations))
        unknown = size @ self.unknown.astype(float) > 0
        holds = np.abs(equations @ self.counts) <= SAME * (1 + size @ self.counts)
        shares = sparse.csr_array(
            ((np.abs(equations.data - np.round(equations.data)) > SAME).astype(float), equations.indices,
             equations.indptr), shape=equations.shape)  # fmt: skip
        kept = unknown | (holds & (np.asarray(shares.sum(axis=1)).ravel() == 0))
        return sparse.csr_array(equations[kept]), int((~kept).sum())

    def solve(self) -> Flags:
        """Choose for every piece; returns the counts of pieces that no choice was found for."""
        loose = np.zeros(len(self.counts), dtype=bool)
        failed = [piece for piece in self._pieces(self.free)
                  if not self._choose(piece, further=False) and not self._choose(piece, further=True)]  # fmt: skip
        if failed:
            # Multiples may move as well now, which ties pieces together that were apart.
            stuck = np.concatenate([piece.cells for piece in failed])
            for piece in self._pieces(~self.fixed & ~self.helper & (self.counts > 0)):
                if np.isin(stuck, piece.cells).any() and not self._choose(piece, further=True):
                    cells = piece.cells[self.free[piece.cells]]
                    self.value[cells] = self.below[cells] + (self.part[cells] >= 0.5)
                    loose[piece.cells] = True
        return loose & ~self.helper | self._out()

    def _out(self) -> Flags:
        """Counts of sums, without helpers, that do not hold: what stood already contradicts them."""
        size = sparse.csr_array(abs(self.equations))
        out = (size @ self.helper.astype(float) == 0) & (np.abs(self.equations @ self.value) > SAME)
        return np.asarray((size.T @ out.astype(float) > 0) & ~self.helper)

    def _pieces(self, free: Flags) -> Sequence[Piece]:
        found = pieces(self.equations, free | self.helper)
        return [piece for piece in found if len(piece.sums) and free[piece.cells].any()]

    def _choose(self, piece: Piece, further: bool) -> bool:
        """The rounding of a piece that moves least (in place); False if none was found."""
        cells = piece.cells[~self.helper[piece.cells]]
        helpers = piece.cells[self.helper[piece.cells]]
        sums = sparse.csc_array(self.equations[piece.sums])
        start = self.value.copy()
        start[cells] = self.below[cells]
        rest = -(sums @ np.where(self.helper, 0.0, start))
        whole = sums[:, cells]
        # One column for going up; where counts may go further, one for further up and one for further down.
        parts = [whole, whole, -whole] if further else [whole]
        room = [(self.part[cells] > 0).astype(float)]
        cost = [self.price[cells]]
        if further:
            room += [(self.counts[cells] > 0).astype(float), (self.below[cells] > 0).astype(float)]
            cost += [np.full(len(cells), FURTHER + 1)] * 2
        steps = len(cells) * len(parts)
        matrix = sparse.csc_array(sparse.hstack([*parts, sums[:, helpers]], format="csc"))
        upper = np.concatenate([*room, np.full(len(helpers), np.inf)])
        costs = np.concatenate([*cost, np.zeros(len(helpers))])
        found = _least(matrix, rest, upper, costs, steps)
        if found is None:
            return False
        step = np.round(found[:steps]).reshape(len(parts), len(cells))
        value = self.below[cells] + step[0] + (step[1] - step[2] if further else 0.0)
        known = np.ones(len(piece.sums)) if not len(helpers) else abs(sums[:, helpers]).sum(axis=1) == 0
        out = np.abs(whole @ (value - self.below[cells]) - rest) > SAME * (1 + np.abs(rest))
        if (out & (np.asarray(known).ravel() > 0)).any():
            return False
        self.value[cells] = value
        return True


def widths(sums: Sums, shown: Values, base: int, exact: Flags | None = None) -> Values:
    """How widely an outsider who knows the base must leave open each cell, as far as ``base`` - 1 and no further.

    A count shown as v may be anything from v - base + 1 to v + base - 1, and is not below nought. Sums that cannot
    hold with that are sums of rounded sources or of several hands, and are not trusted.

    For most cells no program need be solved. Take counts that could be the truth: what is shown, if it keeps all sums;
    else the nearest that do. With ``base`` - 1 more persons in one place they still could be, unless a cell around
    that place would then be further from what is shown of it than it can be. Cells without such a place are asked about
    one by one.

    Parameters
    ----------
    sums : Sums
    shown : float array, shape (cells,)
        What is published; NaN for cells that are hidden and for helpers.
    base : int
    exact : bool array, shape (cells,), optional
        Cells whose true count is what is shown.

    Returns
    -------
    float array, shape (cells,)
        In persons, who may add less than one to a cell that has only shares of places; nought for exact cells.

    Examples
    --------
    Six counts of 4 that are shown as 0, and their 24 as 25: each must be at least 1.

    >>> from locality_profiles.disclosure.sums import Dimension, sums_of
    >>> parts = sparse.csr_array(np.vstack([np.ones(6), np.eye(6)]))
    >>> six = sums_of([Dimension("places", parts)], np.arange(7)[:, None])
    >>> widths(six, np.array([25.0, 0, 0, 0, 0, 0, 0]), 5).round(6).tolist()
    [3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0]
    """
    known = ~np.isnan(shown)
    sure = np.zeros(len(shown), dtype=bool) if exact is None else exact & known
    value = np.where(known, shown, 0.0)
    room = base - 1.0
    share = largest_shares(sums)
    least = np.where(sure, value, np.maximum(value - room, 0.0))
    most = np.where(known, value + np.where(sure, 0.0, room), np.inf)
    equations = sums.equations
    while True:
        try:
            full = _in_the_way(equations, value, known, least, most)
            asked = np.flatnonzero(~sure & ~_with_a_place(sums, full | sure, share))
            width = np.where(sure, 0.0, room)
            if len(asked):
                found = intervals(equations, least, most, asked, room * share[asked])
                width[asked] = np.minimum((found.high - found.low) / share[asked], room)
            return width
        except Inconsistent as wrong:
            equations = sparse.csr_array(equations[np.setdiff1d(np.arange(equations.shape[0]), wrong.equations)])


def _in_the_way(equations: sparse.csr_array, value: Values, known: Flags, least: Values, most: Values) -> Flags:
    """Cells that lie above what is shown of them in counts that could be the truth, of which there are few such cells.

    Raises
    ------
    Inconsistent
        If there are no such counts.
    """
    free = np.flatnonzero(~known)
    try:
        intervals(equations, value, np.where(known, value, np.inf), free, np.zeros(len(free)))
    except Inconsistent:
        pass
    else:
        return np.zeros(len(value), dtype=bool)
    cells = np.arange(len(value))
    intervals(equations, least, most, cells, np.zeros(len(cells)))
    matrix = sparse.csr_array(sparse.hstack([-equations, equations], format="csr"))
    sides = -(equations @ value)
    above = np.concatenate([np.where(known, value - least, 0.0), most - value])
    model = Model(matrix, sides, sides, np.zeros(2 * len(value)), above)
    model.highs.setOptionValue("simplex_strategy", 1)
    cost = np.concatenate([np.zeros(len(value)), np.where(known, 1 + np.log1p(value), 0.0)])
    if model.least(cost) != highspy.HighsModelStatus.kOptimal:
        return np.ones(len(value), dtype=bool)
    return known & (model.values[len(value) :] > SAME)


def _with_a_place(sums: Sums, full: Flags, share: Values) -> Flags:
    """Cells with a place that lies in none of those that can take no more, and adds to them as much as any."""
    if not full.any():
        return np.ones(len(full), dtype=bool)
    found = np.zeros(len(full), dtype=bool)
    for d, members in enumerate(sums.members):
        taken = np.zeros(members.shape[1], dtype=bool)
        taken[members[np.unique(sums.cells[full, d])].indices] = True
        left = members.copy()
        left.data = np.where(taken[left.indices], 0.0, left.data)
        found |= (_largest(left) >= _largest(members) - SAME)[sums.cells[:, d]]
    return found & (share > 0)


def largest_shares(sums: Sums) -> Values:
    """How much one more person adds to each cell at most: 1 where a smallest part lies wholly in it."""
    share = np.ones(len(sums.cells))
    for d, members in enumerate(sums.members):
        share *= _largest(members)[sums.cells[:, d]]
    return np.where(share > 0, share, 1.0)


def _largest(members: sparse.csr_array) -> Values:
    """The largest share of any part in each member."""
    most = np.zeros(members.shape[0])
    np.maximum.at(most, np.repeat(np.arange(members.shape[0]), np.diff(members.indptr)), members.data)
    return most


def _least(matrix: sparse.csc_array, sides: Values, upper: Values, costs: Values, steps: int) -> Values | None:
    """The cheapest solution of which the first ``steps`` are whole; None if none was found within bounds."""
    highs = quiet()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
    lp.col_cost_ = costs
    lp.col_lower_, lp.col_upper_ = np.zeros(len(upper)), endless(upper)
    lp.row_lower_, lp.row_upper_ = sides, sides
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    kinds = [highspy.HighsVarType.kInteger] * steps
    lp.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (len(upper) - steps)
    highs.passModel(lp)
    options = {"presolve": "choose", "solver": "choose", "simplex_strategy": 1, "mip_max_nodes": BRANCHES,
               "mip_rel_gap": 1e-9 if steps <= LARGE else CLOSE}  # fmt: skip
    for name, value in options.items():
        highs.setOptionValue(name, value)
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return None
    return np.array(highs.getSolution().col_value)
