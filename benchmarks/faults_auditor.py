"""The auditor against hidden cells, on random hierarchies: two releases, overlapping areas, sexes or ages, years.

Each case draws blocks and systems of areas over them (nested, overlapping, some with a shared block), small skewed
counts and two releases: the second has moved boundaries. What is hidden in each release is chosen by
``disclosure.pattern``; what the first release showed is out and cannot be taken back. The audit goes another way: it
knows nothing of ``sums`` and ``outsider``, takes every smallest part of every dimension as an unknown, and asks SciPy
for the least and the most of each hidden cell over all that both releases show.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from benchmarks.faults_score import Score
from locality_profiles.disclosure.pattern import Wish, heuristic, hidden_pattern, simple
from locality_profiles.disclosure.sums import Dimension, Sums, sums_of

CASES, QUICK = 1000, 50
#: Counts from 1 to 4 are hidden, and what an outsider works out must be at least so wide.
SMALL, WIDTH = 5, 4.0
#: An interval short of its width by less is wide enough.
NOTHING = 1e-5


@dataclass(frozen=True)
class Case:
    """All cells of two releases, the counts behind them, and the release that each cell first stands in."""

    dimensions: list[Dimension]
    cells: NDArray[np.int64]
    parts: NDArray[np.float64]
    release: NDArray[np.int64]

    @property
    def by_part(self) -> NDArray[np.float64]:
        """A row per cell, a column per combination of smallest parts."""
        rows = np.ones((len(self.cells), 1))
        for d, dimension in enumerate(self.dimensions):
            members = dimension.members.toarray()[self.cells[:, d]]
            rows = (rows[:, :, None] * members[:, None, :]).reshape(len(rows), -1)
        return rows


def run(seed: int, quick: bool) -> Score:
    """Hide in random hierarchies, audit, and say what was recoverable and what was lost."""
    tally: Counter[str] = Counter()
    cases = QUICK if quick else CASES
    failed = 0
    for number in range(cases):
        failed += one_case(drawn(np.random.default_rng([seed, number])), tally) > 0
    return Score("hierarchies with hidden cells", cases, failed, lines_of(tally, cases))


def drawn(random: np.random.Generator) -> Case:
    """A small hierarchy: the two area systems of the first release, a moved one in the second."""
    blocks = int(random.integers(4, 7))
    everything = np.ones((1, blocks))
    coarse = random.integers(0, 2, blocks)
    fine = 2 * coarse + random.integers(0, 2, blocks)
    other = np.sort(random.integers(0, 3, blocks))
    moved = fine.copy()
    moved[random.integers(0, blocks)] = random.integers(0, 4)
    systems = [grouped(labels) for labels in (coarse, fine, other, moved)]
    if random.random() < 0.3:
        systems[2] = shared(systems[2], random)
    if random.random() < 0.3:
        systems[2] = np.eye(blocks)
    second = np.concatenate([[False], *([i == 3] * len(system) for i, system in enumerate(systems))])
    areas = Dimension("areas", sparse.csr_array(np.concatenate([everything, *systems])))
    people = 2 if random.random() < 0.6 else 3
    groups = Dimension("groups", sparse.csr_array(np.concatenate([np.ones((1, people)), np.eye(people)])))
    dimensions = [areas, groups]
    kind = random.random()
    if kind < 0.1:
        dimensions.append(Dimension("years", sparse.csr_array(rolling(4, 3))))
    elif kind < 0.15:
        dimensions.append(Dimension("years", sparse.csr_array(np.concatenate([np.eye(2), np.ones((1, 2))]))))
    cells = np.array(list(product(*(range(d.members.shape[0]) for d in dimensions))))
    release = second[cells[:, 0]].astype(np.int64)
    shape = [d.members.shape[1] for d in dimensions]
    parts = random.poisson(random.gamma(0.6, random.choice([2.0, 6.0, 15.0]), shape)).astype(float)
    return Case(dimensions, cells, parts.reshape(-1), release)


def grouped(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    return (labels == np.unique(labels)[:, None]).astype(float)


def shared(areas: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """One block lies in two areas, in quarters."""
    if len(areas) < 2:
        return areas
    block, share = random.integers(0, areas.shape[1]), random.choice([0.25, 0.5, 0.75])
    owner = int(np.argmax(areas[:, block]))
    result = areas.copy()
    result[owner, block] = share
    result[(owner + 1) % len(areas), block] = 1 - share
    return result


def rolling(years: int, wide: int) -> NDArray[np.float64]:
    """Periods of so many years, each a year after the last."""
    starts = np.arange(years - wide + 1)[:, None]
    year = np.arange(years)[None, :]
    return ((year >= starts) & (year < starts + wide)).astype(float)


def one_case(case: Case, tally: Counter[str]) -> int:
    """Hidden cells that could be worked out; the tally takes the losses."""
    table = case.by_part
    counts = table @ case.parts
    small = (counts > 0) & (counts < SMALL)
    first = case.release == 0
    recoverable = 0
    for way, choose in (("solver", hidden_pattern), ("heuristic", heuristic), ("simple", simple)):
        hidden, given_up = small.copy(), np.zeros(len(counts), dtype=bool)
        # What the first release shows is out before the second is drawn up.
        for latest in (0, 1):
            here = np.flatnonzero(case.release <= latest)
            sums = sums_of(case.dimensions, case.cells[here])
            free = case.release[here] == latest
            pattern = choose(sums.equations, wished(sums, counts[here], small[here] | (hidden[here] & ~free), free))
            hidden[here] = pattern.hidden[: len(here)]
            given_up[here[pattern.unprotected]] = True
            if latest == 0 and (hidden & ~first & ~small).any():
                raise AssertionError("The first release hid a cell of the second.")
        asked = np.flatnonzero(small & ~given_up)
        short = int((widths(table, counts, hidden, asked) < WIDTH - NOTHING).sum())
        count(tally, way, case, counts, hidden, small, given_up, short)
        if way != "simple":
            recoverable += short
    return recoverable


def wished(sums: Sums, counts: NDArray[np.float64], must: NDArray[np.bool_], free: NDArray[np.bool_]) -> Wish:
    """Small counts are hidden; of the others those of this release may be, save true zeros."""
    helpers = len(sums.cells) - sums.given
    known = np.concatenate([counts, np.full(helpers, np.nan)])
    hide = np.concatenate([must, np.zeros(helpers, dtype=bool)])
    may = np.concatenate([free & ~must & (counts > 0), np.zeros(helpers, dtype=bool)])
    primary = hide & (known < SMALL)
    return Wish(
        counts=known,
        must_hide=hide,
        may_hide=may,
        cost=np.log1p(np.nan_to_num(known)),
        width=np.where(primary, WIDTH, 0.0),
        floor=np.where(np.nan_to_num(known) >= 1, 1.0, 0.0),
    )


def widths(
    table: NDArray[np.float64], counts: NDArray[np.float64], hidden: NDArray[np.bool_], asked: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How wide each cell is to one who solves for all smallest parts at once."""
    floor = np.where(counts >= 1, 1.0, 0.0)[hidden]
    # A hidden cell tells its floor; a published one its value.
    sides = {"A_eq": table[~hidden], "b_eq": counts[~hidden]} if not hidden.all() else {}
    sides |= {"A_ub": -table[hidden], "b_ub": -floor} if hidden.any() else {}
    found = np.empty(len(asked))
    for i, cell in enumerate(asked):
        ends = [end(sign * table[cell], sides) for sign in (1.0, -1.0)]
        found[i] = -ends[1] - ends[0]
    return found


def end(cost: NDArray[np.float64], sides: dict[str, NDArray[np.float64]]) -> float:
    answer = linprog(cost, bounds=(0, None), method="highs", **sides)
    if answer.status in (2, 4):
        answer = linprog(cost, bounds=(0, None), method="highs", options={"presolve": False}, **sides)
    if answer.status == 3:
        return -np.inf
    if answer.status != 0:
        raise AssertionError(f"The audit has no answer: {answer.message}")
    return float(answer.fun)


def count(
    tally: Counter[str],
    way: str,
    case: Case,
    counts: NDArray[np.float64],
    hidden: NDArray[np.bool_],
    small: NDArray[np.bool_],
    given_up: NDArray[np.bool_],
    short: int,
) -> None:
    tally[f"{way} hidden"] += int(hidden.sum())
    tally[f"{way} count"] += round(float(counts[hidden].sum()))
    tally[f"{way} recoverable"] += short
    tally[f"{way} given up"] += int((given_up & small).sum())
    if way == "solver":
        tally["cells"] += len(case.cells)
        tally["count"] += round(float(counts.sum()))
        tally["small"] += int(small.sum())


def lines_of(tally: Counter[str], cases: int) -> tuple[str, ...]:
    """A table of what was hidden and what could be worked out."""
    head = (
        f"{cases} hierarchies of {tally['cells'] / cases:.0f} cells on average over two releases; "
        f"{tally['small']} of {tally['cells']} cells had to be hidden.",
        "",
        "| Chosen by | cells hidden | share of cells | share of all counts | recoverable | already out |",
        "|---|---|---|---|---|---|",
    )
    names = {"solver": "optimum", "heuristic": "heuristic", "simple": "next smallest, by hand"}
    return head + tuple(
        f"| {name} | {tally[f'{way} hidden']} | {tally[f'{way} hidden'] / max(tally['cells'], 1):.1%} "
        f"| {tally[f'{way} count'] / max(tally['count'], 1):.1%} | {tally[f'{way} recoverable']} "
        f"| {tally[f'{way} given up']} |"
        for way, name in names.items()
    )
