"""What to hide, so that what must stay hidden cannot be worked out, at the least loss.

Some cells must be hidden. If nothing else is, subtraction gives most of them away; so others are hidden with them, as
few and as little telling as will do. Three ways stand here:

- ``optimum``: the least total cost, by Benders' cuts: a choice of cells, the outsider's linear programs on it, and for
  each cell that is not safe a cut which says what else there is to hide (Fischetti and Salazar-González 2000, Models
  and algorithms for optimizing cell suppression in tabular data with linear constraints, JASA 95);
- ``heuristic``: for each cell that is not safe the cheapest flow through other cells that leaves it wide enough, and
  what the flow uses is hidden; then what turned out not to be needed is taken back (Kelly, Golden and Assad 1992;
  Castro 2002, Network flows heuristics for complementary cell suppression);
- ``simple``: where a sum holds one hidden cell, hide the next smallest; what is done by hand, and not safe.

Safe means: the outsider's interval is at least as wide as wished (sliding protection). What ``optimum`` and
``heuristic`` return has been checked by ``outsider.intervals``. Nothing here depends on a clock: work is bounded by
counts of steps, so the same cells are hidden on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from locality_profiles.disclosure.outsider import Model, Piece, intervals, pieces, quiet

#: A flow smaller than this is none; an interval that falls short by less is wide enough.
NOTHING = 1e-7
#: Neighbourhoods in which a flow is looked for, one after another: steps from cell to sum to cell, and so many of the
#: cheapest cells of each sum. After them: everything.
REACHES = ((2, 12), (3, 24), (5, 60))
#: Hidden cells of a sum that a flow may use, as a multiple of the cheapest.
HIDDEN_ALSO = 5
#: Times that a flow is priced anew by what it used.
REPRICED = 2
#: Pieces so large, with so many cells to keep safe, are solved to the optimum; others by the heuristic.
LARGEST, MOST_SAFE = 1500, 150
#: Bounds of the search for the optimum: rounds of cuts, cuts in all, branches a round, and solves times cells in all.
ROUNDS, CUTS, BRANCHES, WORK = 40, 120, 100, 1_000_000
#: Where a cell looks for another way when one that it used may be published again.
HIDDEN_REACH = (4, 12)
#: What it costs a flow to pass a cell that is unknown anyway, so that it goes no further than it must.
TRIFLE = 1e-4
SAME_COST = 1e-12

Reach = tuple[int, int]
Values = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Wish:
    """What is to be hidden, and what else may be; arrays over all cells of the sums, helpers included.

    Attributes
    ----------
    counts : float array
        The true values; NaN for helpers whose value the caller does not know.
    must_hide, may_hide : bool array
        A cell that may not be hidden (published before, or a rule says so) is known to the outsider.
    cost : float array
        What is lost if the cell is hidden, 0 or more.
    width : float array
        The least width of what an outsider may work out; 0 asks for nothing.
    floor : float array or float
        The least that an outsider knows a hidden cell to be: 0, or 1 if only cells above nought are hidden.
    helper : bool array, optional
        Cells that nobody published or will; those with NaN counts if not given.
    """

    counts: Values
    must_hide: Flags
    may_hide: Flags
    cost: Values
    width: Values
    floor: ArrayLike = 0.0
    helper: Flags | None = None


@dataclass(frozen=True)
class Pattern:
    """What is hidden.

    Attributes
    ----------
    hidden : bool array
    unprotected : int array
        Cells that cannot be as wide as wished whatever is hidden: what is out already gives them away.
    loss : float
        The cost of all hidden cells.
    how : dict
        Pieces by the method that chose: ``none needed``, ``optimum``, ``heuristic``.
    """

    hidden: Flags
    unprotected: Numbers
    loss: float
    how: dict[str, int] = field(default_factory=dict)


def hidden_pattern(equations: sparse.csr_array, wish: Wish, solver: bool = True) -> Pattern:
    """The cells to hide: the optimum piece by piece where a piece is small enough, else the heuristic.

    Parameters
    ----------
    equations : csr_array, shape (sums, cells)
        As ``sums.sums_of`` gives them.
    wish : Wish
    solver : bool
        False: the heuristic everywhere.

    Returns
    -------
    Pattern

    Examples
    --------
    Two rows and two columns with totals; the cell with 1 must be hidden, and three others go with it:

    >>> table = sparse.csr_array(np.array([[1, 1, 0, 0, -1, 0, 0, 0], [0, 0, 1, 1, 0, -1, 0, 0],
    ...                                    [1, 0, 1, 0, 0, 0, -1, 0], [0, 1, 0, 1, 0, 0, 0, -1]]))
    >>> counts = np.array([1.0, 9, 8, 7, 10, 15, 9, 16])
    >>> only = np.arange(8) == 0
    >>> wish = Wish(counts, only, np.arange(8) < 4, np.log1p(counts), np.where(only, 3.0, 0.0))
    >>> np.flatnonzero(hidden_pattern(table, wish).hidden).tolist()
    [0, 1, 2, 3]
    """
    problem = _Problem(equations, wish)
    how = {"none needed": 0, "optimum": 0, "heuristic": 0}
    unsafe = np.zeros(len(problem.must), dtype=bool)
    unsafe[problem.wanted[~problem.safe(problem.must)]] = True
    hidden = problem.heuristic(unsafe) if unsafe.any() else problem.must.copy()
    for piece in pieces(problem.equations, problem.open):
        if not unsafe[piece.cells].any():
            how["none needed"] += bool(problem.width[piece.cells].any())
            continue
        best = problem.optimum(piece, hidden) if solver and problem.small(piece) else None
        how["heuristic" if best is None else "optimum"] += 1
        if best is not None:
            hidden[piece.cells] = best[piece.cells]
    hidden = problem.made_safe(hidden)
    return Pattern(hidden, problem.unprotected, float(problem.cost[hidden].sum()), how)


def optimum(equations: sparse.csr_array, wish: Wish) -> Pattern:
    """The pattern of least cost, where pieces are small enough; as ``hidden_pattern`` with the solver."""
    return hidden_pattern(equations, wish, solver=True)


def heuristic(equations: sparse.csr_array, wish: Wish) -> Pattern:
    """A safe pattern by cheapest flows; as ``hidden_pattern`` without the solver."""
    return hidden_pattern(equations, wish, solver=False)


def simple(equations: sparse.csr_array, wish: Wish) -> Pattern:
    """What is done by hand: one pass over the sums; where one cell of a sum is hidden, so is the next smallest part.

    Nobody checks whether other sums give the cells away: for comparison only.
    """
    helper = np.isnan(wish.counts) if wish.helper is None else wish.helper
    hidden = wish.must_hide.copy()
    matrix = sparse.csr_array(equations)
    for start, end in zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True):
        cells, parts = matrix.indices[start:end], matrix.data[start:end] < 0
        if helper[cells].any() or hidden[cells].sum() != 1:
            continue
        others = cells[parts & wish.may_hide[cells] & ~hidden[cells] & (wish.counts[cells] > 0)]
        if len(others):
            hidden[others[np.lexsort((others, wish.counts[others]))[0]]] = True
    return Pattern(hidden, np.empty(0, dtype=np.int64), float(wish.cost[hidden].sum()), {"simple": 1})


class _Problem:
    """The wish as arrays: what is open to be unknown, which cells ask for width and can have it."""

    def __init__(self, equations: sparse.csr_array, wish: Wish) -> None:
        self.equations = sparse.csr_array(equations, dtype=float)
        self.by_cell = sparse.csc_array(self.equations)
        self.helper = np.isnan(wish.counts) if wish.helper is None else np.asarray(wish.helper, dtype=bool)
        self.floor = np.where(self.helper, 0.0, np.broadcast_to(np.asarray(wish.floor, dtype=float), self.helper.shape))
        self.must = wish.must_hide & ~self.helper
        self.counts = self._filled(wish.counts)
        # A count below what the outsider is sure of cannot be told as hidden.
        self.may = wish.may_hide & ~self.helper & ~self.must & (self.counts >= self.floor)
        self.open = self.helper | self.must | self.may
        self.cost = np.where(self.helper, 0.0, wish.cost)
        self.width = np.where(self.must, wish.width, 0.0)
        self.wanted = np.flatnonzero(self.width > 0)
        self.unprotected = np.empty(0, dtype=np.int64)
        #: Of a cell that asks for width: the cells of a flow that gives it to it.
        self.ways: dict[int, Numbers] = {}

    def _filled(self, counts: Values) -> Values:
        """Values for helpers of unknown value: any that agree with the cells."""
        counts = np.array(counts, dtype=float)
        missing = np.flatnonzero(np.isnan(counts))
        if not len(missing):
            return counts
        known = np.where(np.isnan(counts), 0.0, counts)
        for piece in pieces(self.equations, np.isnan(counts)):
            sums = self.equations[piece.sums]
            rest = -(sums @ known)
            room = 1e-6 * (1 + abs(sums) @ np.abs(known))
            lower, upper = np.zeros(len(piece.cells)), np.full(len(piece.cells), np.inf)
            model = Model(sparse.csr_array(sums[:, piece.cells]), rest - room, rest + room, lower, upper)
            model.least(np.zeros(len(piece.cells)))
            counts[piece.cells] = np.maximum(model.values, 0.0)
        return counts

    def bounds(self, hidden: Flags) -> tuple[Values, Values]:
        """What the outsider knows of each cell before any sum."""
        lower = np.where(self.helper, 0.0, np.where(hidden, np.minimum(self.floor, self.counts), self.counts))
        return lower, np.where(self.helper | hidden, np.inf, self.counts)

    def safe(self, hidden: Flags, asked: Numbers | None = None) -> Flags:
        """Which of the cells asked about (all that ask for width) have it."""
        asked = self.wanted if asked is None else asked
        known = intervals(self.equations, *self.bounds(hidden), asked, self.width[asked])
        return known.high - known.low >= self.width[asked] - NOTHING * (1 + self.width[asked])

    def give_up(self, cells: Numbers) -> None:
        """Ask nothing more for cells that are not safe even if all is hidden that may be."""
        lost = cells[~self.safe(self.must | self.may, cells)]
        self.unprotected = np.union1d(self.unprotected, lost)
        self.wanted = np.setdiff1d(self.wanted, lost)
        self.width[lost] = 0.0

    def small(self, piece: Piece) -> bool:
        return len(piece.cells) <= LARGEST and (self.width[piece.cells] > 0).sum() <= MOST_SAFE

    def made_safe(self, hidden: Flags) -> Flags:
        """Add to what is hidden until the outsider is held off; rounding may have left a cell short."""
        for attempt in range(len(REACHES)):
            short = self.wanted[~self.safe(hidden)]
            if not len(short):
                return hidden
            hidden = self._hidden_for(short, hidden, REACHES[attempt:])
        short = self.wanted[~self.safe(hidden)]
        for piece in pieces(self.equations, self.open):
            if np.isin(short, piece.cells).any():
                hidden[piece.cells] |= self.may[piece.cells]
        return hidden

    # The heuristic.

    def heuristic(self, unsafe: Flags) -> Flags:
        """What to hide for the unsafe cells: cheapest flows, the widest first; then what is not needed taken back."""
        hidden = self._hidden_for(np.flatnonzero(unsafe), self.must.copy(), REACHES)
        return self._taken_back(hidden)

    def _hidden_for(self, cells: Numbers, hidden: Flags, reaches: tuple[Reach, ...]) -> Flags:
        """Hide what flows for these cells use; those that no flow reaches nearby are looked at with all cells."""
        far = []
        done = np.zeros(len(hidden), dtype=bool)
        for cell in cells[np.lexsort((cells, -self.counts[cells], -self.width[cells]))].tolist():
            if not done[cell] and not self._hide_for(cell, hidden, done, reaches):
                far.append(cell)
        if far:
            self.give_up(np.array(far))
        for cell in far:
            if self.width[cell] and not done[cell]:
                self._hide_for(cell, hidden, done, (None,))
        return hidden

    def _hide_for(self, cell: int, hidden: Flags, done: Flags, reaches: tuple[Reach | None, ...]) -> bool:
        """Hide what the cheapest flow for a cell uses (in place), in the first reach that has one."""
        for reach in reaches:
            cells = self._around(cell, hidden, reach)
            found = self._flow(cell, cells, hidden)
            if found is not None:
                moved, spread = found
                hidden[moved[self.may[moved]]] = True
                # The same two solutions may be wide enough for other cells on their way.
                also = cells[(spread >= self.width[cells]) & (self.width[cells] > 0)]
                done[also] = True
                for other in also.tolist():
                    self.ways[other] = moved
                return True
        return False

    def _around(self, cell: int, hidden: Flags, reach: Reach | None, pay: bool = True) -> Numbers:
        """Cells near a cell that are unknown or, where ``pay``, may be."""
        if reach is None:
            for piece in pieces(self.equations, self.open if pay else hidden | self.helper):
                if cell in piece.cells:
                    return piece.cells
        steps, cheapest = reach or (1, 1)
        found, edge, passed = {int(cell)}, [int(cell)], set()
        matrix, columns = self.equations, self.by_cell
        for _ in range(steps):
            following: list[int] = []
            for near in edge:
                for row in columns.indices[columns.indptr[near] : columns.indptr[near + 1]].tolist():
                    if row in passed:
                        continue
                    passed.add(row)
                    within = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
                    for other in self._passable(within, hidden, cheapest, pay):
                        if other not in found:
                            found.add(other)
                            following.append(other)
            edge = following
        return np.array(sorted(found), dtype=np.int64)

    def _passable(self, row: Numbers, hidden: Flags, cheapest: int, pay: bool) -> list[int]:
        free = row[hidden[row] | self.helper[row]]
        rest = row[self.may[row] & ~hidden[row]] if pay else row[:0]
        if len(rest) > cheapest:
            rest = rest[np.lexsort((rest, self.cost[rest]))[:cheapest]]
        return [*free[: HIDDEN_ALSO * cheapest].tolist(), *rest.tolist()]

    def _flow(self, cell: int, cells: Numbers, hidden: Flags) -> tuple[Numbers, Values] | None:
        """The cheapest two solutions in which a cell differs by its width: cells that move, and how far apart each is.

        Both solutions are departures from the truth, up or down: next to nothing where a cell is unknown anyway,
        else paid for.
        """
        width, many = self.width[cell], len(cells)
        both, rows = self._two_solutions(cell, cells)
        down = self.counts[cells] - np.minimum(self.floor[cells], self.counts[cells])
        upper = np.concatenate([np.full(many, np.inf), down])
        sides = np.append(np.zeros(rows - 1), width)
        model = Model(both, sides, sides, np.zeros(4 * many), np.tile(upper, 2))
        model.highs.setOptionValue("simplex_strategy", 1)
        free = hidden[cells] | self.helper[cells]
        price = np.where(free, 0.0, self.cost[cells]) + TRIFLE
        rates = [price / width, price / np.clip(down, min(1.0, width), width)]
        best: tuple[float, Numbers, Values] | None = None
        for _ in range(1 if free.all() else 1 + REPRICED):
            if model.least(np.tile(np.concatenate(rates), 2)) != highspy.HighsModelStatus.kOptimal:
                break
            ways = model.values.reshape(2, 2, many)
            flow = ways[:, 0] - ways[:, 1]
            size = np.abs(flow).max(axis=0)
            moved = size > NOTHING
            total = float(price[moved].sum())
            if best is None or total < best[0] - SAME_COST:
                best = (total, cells[moved], np.abs(flow[0] - flow[1]))
            model.highs.setOptionValue("simplex_strategy", 4)
            rates = [np.where(moved, price / np.maximum(size, NOTHING), rate) for rate in rates]
        return None if best is None else best[1:]

    def _two_solutions(self, cell: int, cells: Numbers) -> tuple[sparse.csc_array, int]:
        """Sums of two departures from the truth, each up and down, and last how far apart they are at a cell."""
        columns, many = self.by_cell, len(cells)
        length = np.diff(columns.indptr)[cells]
        before = np.cumsum(length) - length
        entry = np.arange(length.sum()) + np.repeat(columns.indptr[cells] - before, length)
        sums, row = np.unique(columns.indices[entry], return_inverse=True)
        row, rows = row.reshape(-1), 2 * len(sums) + 1
        value = columns.data[entry]
        here = int(np.searchsorted(cells, cell))
        ends = np.cumsum(np.tile(length, 4))
        last = ends[here + many * np.arange(4)]
        index = np.insert(np.concatenate([row, row, row + len(sums), row + len(sums)]), last, rows - 1)
        data = np.insert(np.concatenate([value, -value, value, -value]), last, [1.0, -1.0, -1.0, 1.0])
        starts = np.concatenate([[0], ends])
        starts += np.searchsorted(here + many * np.arange(4), np.arange(4 * many + 1))
        return sparse.csc_array((data, index, starts), shape=(rows, 4 * many)), rows

    def _taken_back(self, hidden: Flags) -> Flags:
        """Publish again, the dearest first, what is hidden and not needed: those that used it find another way."""
        spare = np.flatnonzero(hidden & ~self.must)
        if not len(spare):
            return hidden
        users: dict[int, set[int]] = {int(cell): set() for cell in spare}
        for cell in self.wanted.tolist():
            if cell not in self.ways:
                self._another_way(cell, hidden)
            for passed in self.ways.get(cell, spare).tolist():
                if passed in users:
                    users[passed].add(cell)
        for cell in spare[np.lexsort((spare, -self.cost[spare]))].tolist():
            hidden[cell] = False
            before = {user: self.ways.get(user, spare) for user in sorted(users[cell])}
            if all(self._another_way(user, hidden) for user in before):
                for user, way in before.items():
                    for passed in way.tolist():
                        users.get(passed, set()).discard(user)
                    for passed in self.ways[user].tolist():
                        users.get(passed, set()).add(user)
            else:
                hidden[cell] = True
                self.ways.update(before)
        return hidden

    def _another_way(self, cell: int, hidden: Flags) -> bool:
        """Whether a cell is wide enough by what is hidden nearby; if so, by which cells is remembered."""
        found = self._flow(cell, self._around(cell, hidden, HIDDEN_REACH, pay=False), hidden)
        if found is None:
            return False
        self.ways[cell] = found[0]
        return True

    # The optimum.

    def optimum(self, piece: Piece, start: Flags) -> Flags | None:
        """The cheapest safe choice in a piece, None if the search ended before it was proven."""
        return _Cuts(self, piece).search(start)


class _Cuts:
    """Benders' cuts for a piece: a choice of cells is cheap, and each outsider's success says what it lacks."""

    def __init__(self, problem: _Problem, piece: Piece) -> None:
        self.problem, self.piece = problem, piece
        cells = piece.cells
        sums = sparse.csr_array(problem.equations[piece.sums][:, cells])
        self.truth = problem.counts[cells]
        self.choice = np.flatnonzero(problem.may[cells])
        self.always = np.flatnonzero(~problem.may[cells])
        self.cost = problem.cost[cells[self.choice]]
        self.wide = np.flatnonzero(problem.width[cells] > 0)
        self.width = problem.width[cells]
        self.lower, self.upper = (bound[cells] for bound in problem.bounds(problem.must | problem.may))
        self.down = self.truth - self.lower
        sides = sums @ self.truth
        self.model = Model(sums, sides, sides, self.lower, self.upper)
        self.chosen = np.ones(len(self.choice), dtype=bool)
        self.cuts: set[bytes] = set()
        self.master = quiet()
        lp = highspy.HighsLp()
        lp.num_col_ = len(self.choice)
        lp.col_cost_ = self.cost
        lp.col_lower_, lp.col_upper_ = np.zeros(len(self.choice)), np.ones(len(self.choice))
        lp.integrality_ = [highspy.HighsVarType.kInteger] * len(self.choice)
        self.master.passModel(lp)
        for name, value in {"presolve": "choose", "solver": "choose", "mip_max_nodes": BRANCHES}.items():
            self.master.setOptionValue(name, value)
        self.master.setOptionValue("mip_rel_gap", 1e-9)

    def search(self, start: Flags) -> Flags | None:
        cells = self.piece.cells
        known = float(self.cost[start[cells][self.choice]].sum())
        for _ in range(ROUNDS):
            chosen, bound = self._cheapest()
            if chosen is None:
                return None
            if bound >= known - 1e-9 * (1 + known):
                return start
            if not self._cut(chosen):
                hidden = start.copy()
                hidden[cells[self.choice]] = chosen
                return hidden
            if self.model.solved * len(cells) > WORK or len(self.cuts) > CUTS:
                return None
        return None

    def _cheapest(self) -> tuple[Flags | None, float]:
        if not self.cuts:
            return np.zeros(len(self.choice), dtype=bool), 0.0
        self.master.run()
        if self.master.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None, 0.0
        return np.array(self.master.getSolution().col_value) > 0.5, self.master.getInfo().objective_function_value

    def _cut(self, chosen: Flags) -> bool:
        """Cut the choice off for each cell that is not wide enough in it; False if all are."""
        changed = np.flatnonzero(chosen != self.chosen)
        at = self.choice[changed]
        shown = ~chosen[changed]
        self.model.bounds(
            at, np.where(shown, self.truth[at], self.lower[at]), np.where(shown, self.truth[at], self.upper[at])
        )
        self.chosen = chosen
        short = False
        for cell in self.wide.tolist():
            short |= self._lacks(cell)
        return short

    def _lacks(self, cell: int) -> bool:
        width, reach = self.width[cell], 0.0
        needs, given = np.zeros(len(self.choice)), 0.0
        for sign in (-1.0, 1.0):
            cost = np.zeros(len(self.truth))
            cost[cell] = sign
            if self.model.least(cost) != highspy.HighsModelStatus.kOptimal:
                return False
            reach += abs(self.model.values[cell] - self.truth[cell])
            if reach >= width - NOTHING * (1 + width):
                return False
            # A cell's way from the truth counts by its reduced cost: upwards there is no end, downwards its floor.
            push = -self.model.reduced_costs
            push[np.abs(push) < 1e-9] = 0.0
            room = np.where(push > 0, width, -push * self.down)
            needs += room[self.choice]
            given += room[self.always].sum()
        lack = width - given
        if lack <= NOTHING:
            # Rounding: what the duals say is no cut. All that is not chosen and is pushed must do, one of them.
            lack = NOTHING
        factor = np.minimum(needs / lack, 1.0)
        at = np.flatnonzero(factor > 1e-9)
        key = at.tobytes() + factor[at].round(9).tobytes()
        if key not in self.cuts:
            self.cuts.add(key)
            self.master.addRow(1.0, highspy.kHighsInf, len(at), at.astype(np.int32), factor[at])
        return True
