"""What ties cells, what an outsider works out, and what is hidden: against hand-worked tables and plain oracles."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from locality_profiles.disclosure.outsider import Inconsistent, intervals
from locality_profiles.disclosure.pattern import Wish, heuristic, optimum, simple
from locality_profiles.disclosure.sums import Dimension, sums_of


def dimension(*members: str) -> Dimension:
    """Members drawn as parts: X for the whole of a part, h for half, a point for none."""
    share = {"X": 1.0, "h": 0.5, ".": 0.0}
    return Dimension("drawn", sparse.csr_array([[share[part] for part in member] for member in members]))


def by_part(dimensions: list[Dimension], cells: np.ndarray) -> np.ndarray:
    rows = np.ones((len(cells), 1))
    for d, each in enumerate(dimensions):
        rows = (rows[:, :, None] * each.members.toarray()[cells[:, d]][:, None, :]).reshape(len(rows), -1)
    return rows


def plain_ends(rows: np.ndarray, counts: np.ndarray, hidden: np.ndarray, cell: int) -> tuple[float, float]:
    """The least and most of a cell with every smallest part of every dimension as an unknown."""
    known = {"A_eq": rows[~hidden], "b_eq": counts[~hidden]} if not hidden.all() else {}
    ends = []
    for sign in (1.0, -1.0):
        answer = linprog(sign * rows[cell], bounds=(0, None), method="highs", options={"presolve": False}, **known)
        ends.append(-sign * np.inf if answer.status == 3 else sign * answer.fun)
    return ends[0], ends[1]


# Sums.


def test_a_country_of_two_boards_by_sex_has_a_sum_each_way() -> None:
    areas, sexes = dimension("XX", "X.", ".X"), dimension("XX", "X.", ".X")
    cells = np.array(list(product(range(3), range(3))))
    sums = sums_of([areas, sexes], cells)
    assert sums.equations.shape == (6, 9)
    counts = np.array([10, 6, 4, 7, 4, 3, 3, 2, 1])
    assert not (sums.equations @ counts).any()


def test_two_overlapping_systems_meet_in_a_helper() -> None:
    # localities abc | d, wards ab | cd: what a sum may not say directly is said through ab, c and d.
    areas = dimension("XXX.", "...X", "XX..", "..XX")
    sums = sums_of([areas], np.arange(4)[:, None])
    assert sums.cells[4:, 0].tolist() == [4]
    assert sums.members[0].toarray()[4].tolist() == [0, 0, 1, 0]
    assert not (sums.equations @ np.array([9, 1, 5, 5, 4])).any()


def test_data_zones_for_all_people_need_no_sexes_since_their_board_has_them() -> None:
    areas, sexes = dimension("XXXX", "X...", ".X..", "..X.", "...X"), dimension("XX", "X.", ".X")
    cells = np.array([[0, 0], [0, 1], [0, 2], [1, 0], [2, 0], [3, 0], [4, 0]])
    assert not sums_of([areas, sexes], cells).helper.any()


def test_an_area_that_is_another_equals_it() -> None:
    sums = sums_of([dimension("X.", "X.", ".X")], np.array([[0], [1], [2]]))
    assert sums.equations.toarray().tolist() == [[-1, 1, 0]]


def test_a_cell_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        sums_of([dimension("X")], np.array([[0], [0]]))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Dimension], np.ndarray]:
    dimensions = []
    for _ in range(draw(st.integers(1, 3))):
        parts = draw(st.integers(2, 4))
        row = st.text("X.h", min_size=parts, max_size=parts).filter(lambda text: text.strip("."))
        whole = st.text("X.", min_size=parts, max_size=parts).filter(lambda text: text.strip("."))
        members = draw(st.lists(st.one_of(whole, whole, whole, row), min_size=1, max_size=5))
        dimensions.append(dimension("X" * parts, *members))
    grid = list(product(*(range(each.members.shape[0]) for each in dimensions)))
    chosen = draw(st.lists(st.sampled_from(grid), min_size=2, max_size=25, unique=True))
    return dimensions, np.array(chosen)


@settings(max_examples=60, deadline=None)
@given(worlds(), st.integers(0, 2**32 - 1))
def test_the_sums_say_neither_more_nor_less_than_the_smallest_parts(
    world: tuple[list[Dimension], np.ndarray], seed: int
) -> None:
    dimensions, cells = world
    random = np.random.default_rng(seed)
    rows = by_part(dimensions, cells)
    counts = rows @ random.poisson(2, rows.shape[1])
    hidden = random.random(len(cells)) < 0.5
    sums = sums_of(dimensions, cells)
    free = np.append(hidden, np.ones(len(sums.cells) - len(cells), dtype=bool))
    known = np.append(counts, np.zeros(len(free) - len(cells)))
    asked = np.flatnonzero(hidden)[:4]
    found = intervals(sums.equations, np.where(free, 0, known), np.where(free, np.inf, known), asked)
    for i, cell in enumerate(asked):
        low, high = plain_ends(rows, counts, hidden, cell)
        assert found.low[i] == pytest.approx(low, abs=1e-5)
        assert found.high[i] == pytest.approx(high, abs=1e-5)


# The outsider.


def table(values: list[list[float]]) -> tuple[sparse.csr_array, np.ndarray]:
    """A table with its totals of rows and columns first, as sums and counts."""
    inner = np.array(values, dtype=float)
    rows, columns = inner.shape
    one = [dimension("X" * n, *("." * i + "X" + "." * (n - i - 1) for i in range(n))) for n in (rows, columns)]
    cells = np.array(list(product(range(rows + 1), range(columns + 1))))
    return sums_of(one, cells).equations, by_part(one, cells) @ inner.reshape(-1)


def at(columns: int, *places: tuple[int, int]) -> np.ndarray:
    return np.array([row * (columns + 1) + column for row, column in places])


def known_of(counts: np.ndarray, hidden: np.ndarray, floor: float = 0) -> tuple[np.ndarray, np.ndarray]:
    lower, upper = counts.copy(), counts.copy()
    lower[hidden], upper[hidden] = floor, np.inf
    return lower, upper


def test_one_hidden_cell_in_a_row_is_found_by_subtraction() -> None:
    sums, counts = table([[2, 8], [5, 6]])
    hidden = at(2, (1, 1))
    found = intervals(sums, *known_of(counts, hidden), hidden)
    assert (found.low.tolist(), found.high.tolist()) == ([2], [2])


def test_four_hidden_corners_move_together() -> None:
    # 2 8 | 10      the first may be as little as 0 (2 less) and as much as 2+5 (the 5 below it is then 0)
    # 5 6 | 11
    sums, counts = table([[2, 8], [5, 6]])
    hidden = at(2, (1, 1), (1, 2), (2, 1), (2, 2))
    found = intervals(sums, *known_of(counts, hidden), hidden)
    assert found.low.tolist() == [0, 3, 0, 4]
    assert found.high.tolist() == [7, 10, 7, 11]


def test_a_floor_of_one_narrows() -> None:
    sums, counts = table([[2, 8], [5, 6]])
    hidden = at(2, (1, 1), (1, 2), (2, 1), (2, 2))
    found = intervals(sums, *known_of(counts, hidden, floor=1), hidden[:1])
    assert (found.low[0], found.high[0]) == (1, 6)


def test_a_cell_alone_in_no_sum_has_no_upper_end() -> None:
    found = intervals(sparse.csr_array((0, 1)), [0.0], [np.inf], [0])
    assert (found.low[0], found.high[0], found.exact[0]) == (0, np.inf, True)


def test_what_is_enough_need_not_be_solved_to_the_end() -> None:
    sums, counts = table([[9, 8, 7], [5, 6, 9], [4, 8, 8]])
    hidden = at(3, *product((1, 2, 3), repeat=2))
    full = intervals(sums, *known_of(counts, hidden), hidden)
    some = intervals(sums, *known_of(counts, hidden), hidden, 3.0)
    assert full.exact.all()
    assert ((some.high - some.low >= 3 - 1e-6) | some.exact).all()
    assert ((some.low >= full.low - 1e-6) & (some.high <= full.high + 1e-6)).all()


def test_contradictions_are_named() -> None:
    one_sum = sparse.csr_array([[1.0, -1.0, -1.0]])
    with pytest.raises(Inconsistent) as refused:
        intervals(one_sum, [10, 4, 12], [10, 4, 12], [1])
    assert refused.value.equations.tolist() == [0]


def test_noise_of_large_fractions_is_no_contradiction() -> None:
    one_sum = sparse.csr_array([[1.0, -1.0, -1.0]])
    thirds = [5_000_000.1, 5_000_000 / 3, np.inf]
    found = intervals(one_sum, [5_000_000.1, 5_000_000 / 3, 0], thirds, [2])
    assert found.low[0] == pytest.approx(10_000_000 / 3 + 0.1)


# The pattern.


def wish_for(counts: np.ndarray, must: np.ndarray, width: float, floor: float = 0) -> Wish:
    hide = np.isin(np.arange(len(counts)), must)
    return Wish(counts, hide, ~hide, counts.copy(), np.where(hide, width, 0.0), floor)


def safe(sums: sparse.csr_array, wish: Wish, hidden: np.ndarray) -> bool:
    asked = np.flatnonzero(wish.must_hide)
    found = intervals(sums, *known_of(wish.counts, np.flatnonzero(hidden)), asked)
    return bool((found.high - found.low >= wish.width[asked] - 1e-6).all())


def cheapest_by_trial(sums: sparse.csr_array, wish: Wish) -> float:
    """Every subset."""
    may = np.flatnonzero(wish.may_hide)
    best = np.inf
    for many in range(len(may) + 1):
        for chosen in combinations(may, many):
            hidden = wish.must_hide.copy()
            hidden[list(chosen)] = True
            loss = float(wish.cost[hidden].sum())
            if loss < best and safe(sums, wish, hidden):
                best = loss
    return best


def test_the_example_of_the_literature_hides_three_more_cells() -> None:
    # Investment by activity and region (Fischetti and Salazar-González 2000, figure 1): 22 is hidden, and with it
    # the cheapest rectangle of one more region and one more activity.
    sums, counts = table([[20, 50, 10], [8, 19, 22], [17, 32, 12]])
    wish = wish_for(counts, at(3, (2, 3)), width=8)
    found = optimum(sums, wish)
    assert np.flatnonzero(found.hidden).tolist() == at(3, (2, 1), (2, 3), (3, 1), (3, 3)).tolist()
    assert found.loss == 8 + 22 + 17 + 12


def test_hiding_the_next_smallest_leaves_a_way_round() -> None:
    # One pass hides a second cell in each sum; the third is open to whoever takes sums together.
    sums, counts = table([[2, 8, 3], [5, 6, 9], [4, 7, 1]])
    wish = wish_for(counts, at(3, (1, 1), (3, 3)), width=3)
    assert simple(sums, wish).hidden.sum() >= 3
    assert safe(sums, wish, optimum(sums, wish).hidden)


def test_what_is_out_already_cannot_be_protected() -> None:
    sums, counts = table([[2, 8], [5, 6]])
    only = at(2, (1, 1))
    wish = Wish(counts, np.isin(np.arange(9), only), np.zeros(9, dtype=bool), counts, np.where(np.arange(9) == 4, 3, 0))
    found = optimum(sums, wish)
    assert found.unprotected.tolist() == [4]
    assert np.flatnonzero(found.hidden).tolist() == [4]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.integers(1, 12), min_size=4, max_size=4),
    st.sets(st.integers(0, 3), min_size=1, max_size=2),
    st.integers(1, 4),
)
def test_the_optimum_is_the_cheapest_of_all_subsets(inner: list[int], which: set[int], width: int) -> None:
    sums, counts = table([inner[:2], inner[2:]])
    must = at(2, *[(1 + i // 2, 1 + i % 2) for i in sorted(which)])
    wish = wish_for(counts, must, width)
    best, quick = optimum(sums, wish), heuristic(sums, wish)
    assert not len(best.unprotected)
    assert safe(sums, wish, best.hidden)
    assert safe(sums, wish, quick.hidden)
    assert best.loss <= quick.loss + 1e-9
    assert best.loss == pytest.approx(cheapest_by_trial(sums, wish))


@settings(max_examples=25, deadline=None)
@given(worlds(), st.integers(0, 2**32 - 1))
def test_nothing_hidden_is_recoverable(world: tuple[list[Dimension], np.ndarray], seed: int) -> None:
    dimensions, cells = world
    random = np.random.default_rng(seed)
    rows = by_part(dimensions, cells)
    counts = rows @ random.poisson(random.gamma(1, 3, rows.shape[1]))
    sums = sums_of(dimensions, cells)
    helpers = np.zeros(len(sums.cells) - len(cells))
    must = np.append((counts > 0) & (counts < 5), helpers).astype(bool)
    may = np.append((counts > 0) & (random.random(len(cells)) < 0.8), helpers).astype(bool) & ~must
    known = np.append(counts, helpers + np.nan)
    found = optimum(sums.equations, Wish(known, must, may, np.nan_to_num(known), np.where(must, 4.0, 0.0)))
    hidden = found.hidden[: len(cells)]
    assert not (hidden & ~(must | may)[: len(cells)]).any()
    for cell in np.setdiff1d(np.flatnonzero(must), found.unprotected):
        low, high = plain_ends(rows, counts, hidden, cell)
        assert high - low >= 4 - 1e-5
    for cell in found.unprotected:
        low, high = plain_ends(rows, counts, (must | may)[: len(cells)], cell)
        assert high - low < 4
