"""What an outsider can work out: the least and the most that each hidden cell can be.

The outsider knows the sums (``sums``), every published value, and that no count is below nought. The interval of a
hidden cell is then found by two linear programs, the least and the most over all counts that agree with what is known
(the audit of Fischetti and Salazar-González 2001, Solving the cell suppression problem on tabular data with linear
constraints, Management Science 47). Cells that are known cut the sums into pieces without a hidden cell in common, and
each piece is solved alone; what is tied by one sum only is solved in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse import csgraph

#: Published values are fractions and large: a sum holds if it is out by no more than this share of what it adds up.
TOLERANCE = 1e-6
#: Two values nearer than this, or nearer than this share of them, are the same when bounds are compared.
SAME = 1e-9
#: So many solutions that pull all cells of a piece at once are looked at before each cell is asked about alone.
PULLS = 6
SEED = 20261127

Values = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Inconsistent(ValueError):
    """The published values contradict one another: ``equations`` that cannot hold, by number."""

    def __init__(self, equations: ArrayLike) -> None:
        self.equations = np.asarray(equations, dtype=np.int64)
        shown = ", ".join(str(number) for number in self.equations[:10])
        more = f" and {len(self.equations) - 10} more" if len(self.equations) > 10 else ""
        super().__init__(f"Published values contradict one another: sums {shown}{more} cannot hold together.")


class Known(NamedTuple):
    """What can be said of the cells wanted; arrays of their length.

    ``low`` and ``high`` are what the outsider can work out where ``exact``; else the truth is at least as wide.
    """

    low: Values
    high: Values
    exact: Flags


@dataclass(frozen=True)
class Piece:
    """Cells that are tied to one another and to no other unknown: their numbers, and the numbers of their sums."""

    cells: Numbers
    sums: Numbers


def intervals(
    equations: sparse.csr_array,
    lower: ArrayLike,
    upper: ArrayLike,
    wanted: ArrayLike,
    enough: ArrayLike | None = None,
) -> Known:
    """The interval in which an outsider knows each wanted cell to lie.

    Parameters
    ----------
    equations : csr_array, shape (sums, cells)
        ``equations @ counts`` is nought.
    lower, upper : array_like, shape (cells,)
        What is known of each cell before any sum; the same for a published cell, infinity for no upper bound.
    wanted : array_like of int, shape (wanted,)
        Numbers of the cells.
    enough : array_like, shape (wanted,), optional
        A width that suffices: a cell that is seen to be at least so wide is not solved to its end.

    Returns
    -------
    Known

    Raises
    ------
    Inconsistent
        If no counts agree with what is known, beyond rounding noise.

    Examples
    --------
    All is 10 and the two hidden cells are counts of at least 1:

    >>> one_sum = sparse.csr_array([[1.0, -1.0, -1.0]])
    >>> known = intervals(one_sum, [10, 1, 1], [10, np.inf, np.inf], [1, 2])
    >>> known.low.tolist(), known.high.tolist()
    ([1.0, 1.0], [9.0, 9.0])
    """
    wanted = np.asarray(wanted, dtype=np.int64)
    system = _System(equations, lower, upper)
    if enough is None:
        suffices = np.full(len(wanted), np.inf)
    else:
        suffices = np.broadcast_to(np.asarray(enough, dtype=float), wanted.shape)
    return system.intervals(wanted, suffices)


def pieces(equations: sparse.csr_array, unknown: Flags) -> list[Piece]:
    """The unknown cells in groups that no sum ties to one another, in order of their first cell."""
    columns = np.flatnonzero(unknown)
    tied = sparse.csr_array(sparse.csr_array(equations)[:, columns])
    rows = np.flatnonzero(np.diff(tied.indptr))
    tied = tied[rows]
    _, label = csgraph.connected_components(
        sparse.block_array([[None, tied.T], [tied, None]], format="csr") if len(rows) else _none(len(columns)),
        directed=False,
    )
    cell_label, row_label = label[: len(columns)], label[len(columns) :]
    cell_order, row_order = np.argsort(cell_label, kind="stable"), np.argsort(row_label, kind="stable")
    many = int(label.max()) + 1 if len(label) else 0
    cell_ends = np.searchsorted(cell_label[cell_order], np.arange(many + 1))
    row_ends = np.searchsorted(row_label[row_order], np.arange(many + 1))
    found = [
        Piece(
            columns[cell_order[cell_ends[i] : cell_ends[i + 1]]],
            rows[row_order[row_ends[i] : row_ends[i + 1]]],
        )
        for i in range(many)
    ]
    return sorted((piece for piece in found if len(piece.cells)), key=lambda piece: int(piece.cells[0]))


def _none(size: int) -> sparse.csr_array:
    return sparse.csr_array((size, size))


class _System:
    """Sums and what is known of their cells, with all that follows from one sum alone already drawn."""

    def __init__(self, equations: sparse.csr_array, lower: ArrayLike, upper: ArrayLike) -> None:
        self.equations = sparse.csr_array(equations, dtype=float)
        self.lower = np.array(lower, dtype=float)
        self.upper = np.array(upper, dtype=float)
        crossed = np.flatnonzero(self.lower > self.upper + TOLERANCE * (1 + np.abs(self.upper)))
        if len(crossed):
            raise Inconsistent(np.unique(self.equations[:, crossed].nonzero()[0]))
        self.upper = np.maximum(self.lower, self.upper)
        self._settle()

    def _settle(self) -> None:
        """Cells that a sum of known cells gives away are known, and so on until none is."""
        size = abs(self.equations)
        while True:
            known = self.lower == self.upper
            value = np.where(known, self.lower, 0.0)
            self.known, self.value = known, value
            self.rest = -(self.equations @ value)
            self.scale = 1 + size @ np.abs(value)
            self.unknowns = _count(self.equations, ~known)
            empty = (self.unknowns == 0) & (np.abs(self.rest) > TOLERANCE * self.scale)
            if empty.any():
                raise Inconsistent(np.flatnonzero(empty))
            single = np.flatnonzero(self.unknowns == 1)
            if not len(single):
                return
            self._give_away(single)

    def _give_away(self, single: Numbers) -> None:
        rows = self.equations[single]
        entries = ~self.known[rows.indices]
        cell, factor = rows.indices[entries], rows.data[entries]
        found = self.rest[single] / factor
        room = TOLERANCE * self.scale[single] / np.abs(factor)
        wrong = (found < self.lower[cell] - room) | (found > self.upper[cell] + room)
        if wrong.any():
            raise Inconsistent(single[wrong])
        # Two sums may give the same cell away: the last says what it is, the others are checked when nothing is left.
        found = np.clip(found, self.lower[cell], self.upper[cell])
        self.lower[cell] = found
        self.upper[cell] = found

    def intervals(self, wanted: Numbers, enough: Values) -> Known:
        low, high = self.lower[wanted].copy(), self.upper[wanted].copy()
        exact = np.ones(len(wanted), dtype=bool)
        place = np.full(len(self.lower), -1)
        asked = np.flatnonzero(~self.known[wanted])
        # A cell may be asked about twice; it is solved once.
        cells, back = np.unique(wanted[asked], return_inverse=True)
        back = back.reshape(-1)
        most = np.zeros(len(cells))
        np.maximum.at(most, back, enough[asked])
        place[cells] = np.arange(len(cells))
        result = Known(self.lower[cells].copy(), self.upper[cells].copy(), np.ones(len(cells), dtype=bool))
        alone: list[Piece] = []
        for piece in pieces(self.equations, ~self.known):
            here = place[piece.cells]
            if (here < 0).all() or not len(piece.sums):
                continue
            if len(piece.sums) == 1:
                alone.append(piece)
                continue
            inner = here >= 0
            found = _Solved(self, piece).intervals(np.flatnonzero(inner), most[here[inner]])
            for array, values in zip(result, found, strict=True):
                array[here[inner]] = values
        self._of_one_sum(alone, place, result)
        for array, values in zip((low, high, exact), result, strict=True):
            array[asked] = values[back]
        return Known(low, high, exact)

    def _of_one_sum(self, alone: list[Piece], place: Numbers, result: Known) -> None:
        """Pieces of a single sum in closed form: each cell is what the others leave over."""
        if not alone:
            return
        rows = np.concatenate([piece.sums for piece in alone])
        chosen = self.equations[rows]
        row = np.repeat(np.arange(len(rows)), np.diff(chosen.indptr))
        entries = ~self.known[chosen.indices]
        row, cell, factor = row[entries], chosen.indices[entries], chosen.data[entries]
        ends = np.stack([factor * self.lower[cell], factor * self.upper[cell]])
        least, most = ends.min(axis=0), ends.max(axis=0)
        others = [_all_but_one(least, row, len(rows)), _all_but_one(most, row, len(rows))]
        rest, room = self.rest[rows], TOLERANCE * self.scale[rows]
        wrong = (np.bincount(row, least, len(rows)) > rest + room) | (np.bincount(row, most, len(rows)) < rest - room)
        if wrong.any():
            raise Inconsistent(rows[wrong])
        left = np.stack([(rest[row] - others[1]) / factor, (rest[row] - others[0]) / factor])
        low = np.clip(left.min(axis=0), self.lower[cell], self.upper[cell])
        high = np.clip(left.max(axis=0), self.lower[cell], self.upper[cell])
        asked = place[cell] >= 0
        result.low[place[cell[asked]]] = low[asked]
        result.high[place[cell[asked]]] = high[asked]


def _count(matrix: sparse.csr_array, flags: Flags) -> Numbers:
    """Entries of each row in the flagged columns."""
    running = np.concatenate([[0], np.cumsum(flags[matrix.indices])])
    return running[matrix.indptr[1:]] - running[matrix.indptr[:-1]]


def _all_but_one(values: Values, row: Numbers, rows: int) -> Values:
    """The sum of a row without each of its entries, where entries may be infinite (of one sign)."""
    endless = np.isinf(values)
    finite = np.where(endless, 0.0, values)
    total = np.bincount(row, finite, rows)[row] - finite
    many = np.bincount(row, endless, rows)[row] - endless
    sign = np.zeros(rows)
    np.add.at(sign, row[endless], np.sign(values[endless]))
    return np.where(many > 0, np.copysign(np.inf, sign[row]), total)


class Model:
    """One warm linear program over the cells of a piece: what is asked changes, the sums stay.

    The cells' bounds may be changed between questions, too. One thread, fixed seed: the same answers everywhere.
    """

    def __init__(
        self, sums: sparse.csr_array | sparse.csc_array, low: Values, high: Values, lower: Values, upper: Values
    ) -> None:
        self.sums = sums
        self.highs = quiet()
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.sums.shape[1], self.sums.shape[0]
        lp.col_cost_ = np.zeros(lp.num_col_)
        lp.col_lower_, lp.col_upper_ = endless(lower), endless(upper)
        lp.row_lower_, lp.row_upper_ = low, high
        by_row = sums.format == "csr"
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise if by_row else highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = self.sums.indptr.astype(np.int32)
        lp.a_matrix_.index_ = self.sums.indices.astype(np.int32)
        lp.a_matrix_.value_ = self.sums.data
        self.highs.passModel(lp)
        self.numbers = np.arange(lp.num_col_, dtype=np.int32)
        self.solved = 0
        self.feasible = False

    def bounds(self, cells: Numbers, lower: Values, upper: Values) -> None:
        """What is known of these cells from now on."""
        self.highs.changeColsBounds(len(cells), cells.astype(np.int32), endless(lower), endless(upper))

    def least(self, cost: Values) -> highspy.HighsModelStatus:
        """Solve for the least cost; ``kOptimal``, ``kUnbounded`` or ``kInfeasible``."""
        self.highs.changeColsCost(len(cost), self.numbers, cost)
        self.highs.run()
        self.solved += 1
        status = self.highs.getModelStatus()
        if status not in ANSWERS or (self.feasible and status == highspy.HighsModelStatus.kInfeasible):
            status = self._anew()
        self.feasible |= status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kUnbounded)
        return status

    def _anew(self) -> highspy.HighsModelStatus:
        """A basis may go stale by rounding: begin without it, and by the other route."""
        status = self.highs.getModelStatus()
        for options in ({"presolve": "choose"}, {"simplex_strategy": 1}, {"presolve": "choose", "simplex_strategy": 1}):
            self.highs.clearSolver()
            for name, value in options.items():
                self.highs.setOptionValue(name, value)
            self.highs.run()
            for name in options:
                self.highs.setOptionValue(name, USUAL[name])
            status = self.highs.getModelStatus()
            if status in ANSWERS and not (self.feasible and status == highspy.HighsModelStatus.kInfeasible):
                return status
        return status

    @property
    def values(self) -> Values:
        """The counts of the last solution."""
        return np.array(self.highs.getSolution().col_value)

    @property
    def reduced_costs(self) -> Values:
        return np.array(self.highs.getSolution().col_dual)


ANSWERS = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kUnbounded,
    highspy.HighsModelStatus.kInfeasible,
)


#: One thread and a fixed seed. Costs change and bounds do not, so the last solution stays allowed: the primal simplex
#: (4) goes on from there.
USUAL: dict[str, bool | int | str] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 1,
    "solver": "simplex",
    "presolve": "off",
    "simplex_strategy": 4,
}


class _Silent(highspy.Highs):
    """Says nothing from the first: a solver prints its banner when it is told of callbacks, before any option."""

    def enableCallbacks(self) -> None:  # noqa: N802
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()


def quiet() -> highspy.Highs:
    """A solver that prints nothing and answers alike on every machine."""
    highs = _Silent()
    for name, value in USUAL.items():
        highs.setOptionValue(name, value)
    return highs


def endless(values: Values) -> Values:
    """Infinity as the solver writes it."""
    return np.clip(values, -highspy.kHighsInf, highspy.kHighsInf)


class _Solved:
    """A piece with several sums: one model, and the least and most of each cell that any solution showed."""

    def __init__(self, system: _System, piece: Piece) -> None:
        self.piece = piece
        self.sums = sparse.csr_array(system.equations[piece.sums][:, piece.cells])
        self.rest = system.rest[piece.sums]
        self.lower, self.upper = system.lower[piece.cells], system.upper[piece.cells]
        self.scale = system.scale[piece.sums]
        self.model = Model(self.sums, self.rest, self.rest, self.lower, self.upper)
        if self.model.least(np.zeros(len(piece.cells))) == highspy.HighsModelStatus.kInfeasible:
            self._relax()
        self.seen_low = np.full(len(piece.cells), np.inf)
        self.seen_high = np.full(len(piece.cells), -np.inf)
        self._see()

    def _see(self) -> None:
        # What a solution is out by in its last places is not room for a cell.
        values = np.clip(self.model.values, self.lower, self.upper)
        np.minimum(self.seen_low, values, out=self.seen_low)
        np.maximum(self.seen_high, values, out=self.seen_high)

    def _relax(self) -> None:
        """Where rounding noise makes sums contradict one another, let them be out by the least that helps."""
        rows, columns = self.sums.shape
        elastic = sparse.csr_array(sparse.hstack([self.sums, sparse.eye_array(rows), -sparse.eye_array(rows)]))
        none, free = np.zeros(2 * rows), np.full(2 * rows, np.inf)
        model = Model(elastic, self.rest, self.rest, *(np.append(self.lower, none), np.append(self.upper, free)))
        weight = np.tile(1 / self.scale, 2)
        model.least(np.append(np.zeros(columns), weight))
        out = model.values[columns:]
        out = out[:rows] + out[rows:]
        wrong = out > TOLERANCE * self.scale
        if wrong.any():
            raise Inconsistent(self.piece.sums[wrong])
        give = out * (1 + 1e-6) + 1e-9 * (out > 0)
        self.model = Model(self.sums, self.rest - give, self.rest + give, self.lower, self.upper)
        if self.model.least(np.zeros(columns)) == highspy.HighsModelStatus.kInfeasible:
            give = give + SAME * self.scale
            self.model = Model(self.sums, self.rest - give, self.rest + give, self.lower, self.upper)
            if self.model.least(np.zeros(columns)) == highspy.HighsModelStatus.kInfeasible:
                raise Inconsistent(self.piece.sums)

    def intervals(self, asked: Numbers, enough: Values) -> Known:
        """Of the asked cells (numbers within the piece)."""
        if np.isfinite(enough).any():
            self._pull(asked, enough)
        done_low = self.seen_low[asked] <= self.lower[asked] + SAME
        done_high = self.seen_high[asked] >= self.upper[asked] - SAME
        for i, cell in enumerate(asked):
            for done, sign, seen in ((done_high, -1.0, self.seen_high), (done_low, 1.0, self.seen_low)):
                if done[i] or self._wide(asked[i : i + 1], enough[i : i + 1])[0]:
                    continue
                cost = np.zeros(len(self.lower))
                cost[cell] = sign
                status = self.model.least(cost)
                if status == highspy.HighsModelStatus.kUnbounded:
                    seen[cell] = -sign * np.inf
                elif status == highspy.HighsModelStatus.kOptimal:
                    self._see()
                else:
                    raise Inconsistent(self.piece.sums)
                done[i] = True
        return Known(self.seen_low[asked], self.seen_high[asked], done_low & done_high)

    def _wide(self, asked: Numbers, enough: Values) -> Flags:
        finite = np.isfinite(enough)
        needed = np.where(finite, enough, 0.0)
        return finite & (self.seen_high[asked] - self.seen_low[asked] >= needed - SAME * (1 + np.abs(needed)))

    def _pull(self, asked: Numbers, enough: Values) -> None:
        """Look at solutions that pull many cells at once, up and down, while that shows some to be wide enough."""
        random = np.random.default_rng(SEED)
        for turn in range(PULLS):
            short = np.flatnonzero(~self._wide(asked, enough) & np.isfinite(enough))
            if len(short) <= 2:
                return
            cost = np.zeros(len(self.lower))
            cost[asked[short]] = (-1.0, 1.0)[turn] if turn < 2 else random.choice([-1.0, 1.0], len(short))
            if self.model.least(cost) == highspy.HighsModelStatus.kOptimal:
                self._see()
