"""Which sums tie the published cells together.

A count is divided in several ways at once: by area, sex, age and period. Whoever reads a release knows that boards add
up to the country, that women and men add up to all, that three years add up to a rolling period; where two systems of
areas overlap, both are made of the same smallest pieces. All of it is said here as equations between cells. What
nobody published (a piece of overlap, a single year of a rolling period) appears as a *helper*: an unknown that is not
below nought. The equations say neither more nor less than "there are counts of the smallest parts, none of them
negative, from which every cell follows"; the tests hold them to that.

How. In each dimension a member that other members divide exactly equals their sum; a member that no others divide
equals the weighted sum of its *atoms*, sets of parts that no member tells apart. A cell is divided along a dimension
only where another cell says something finer about the same people, and where that bears on this cell: data zones that
are published for all people do not need women and men because their board has them. If what the finer cells say
reaches the cell only through something coarser, that coarser cell carries it (conditional independence in
decomposable tables; Dobra and Fienberg 2000, Bounds for cell entries in contingency tables given marginal totals).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

#: Shares of a part that differ by less are the same share.
SAME_SHARE = 1e-9
#: So many steps are taken in search of members that divide another exactly; after that, it is divided into atoms.
STEPS = 400
#: Of all combinations of members so large a share is published: dividing every cell is then no waste.
NEARLY_ALL = 0.5
#: Patterns of the relation of two cells that fit in one word.
WORD = 62

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Dimension:
    """One way in which counts are divided (areas, ages, sexes, periods): its members as sets of smallest parts.

    ``members`` has a row per member and a column per part: the share of the part that lies in the member, 1 for the
    whole of it, less for a part that members share.
    """

    name: str
    members: sparse.csr_array


@dataclass(frozen=True)
class Sums:
    """Cells and the sums that tie them.

    Attributes
    ----------
    cells : int array, shape (cells, dimensions)
        The member of each dimension. The first ``given`` are those asked about, in their order; the others are
        helpers, which nobody published. A member number past those of the dimension is a helper too.
    given : int
    equations : csr_array, shape (equations, cells)
        ``equations @ counts`` is nought.
    members : tuple of csr_array
        Members of each dimension as sets of parts, those of the helpers after the dimension's own.
    """

    cells: Numbers
    given: int
    equations: sparse.csr_array
    members: tuple[sparse.csr_array, ...]

    @property
    def helper(self) -> Flags:
        """Which cells nobody published."""
        return np.arange(len(self.cells)) >= self.given


@dataclass(frozen=True, eq=False)
class _Lattice:
    """What the members present of a dimension come to; nodes are distinct sets of parts, atoms among them.

    ``node`` of each member (-1: not present); ``member`` of each node, helpers after the dimension's own; ``divided``:
    the weights of the nodes that a node is the sum of (an empty row: an atom); ``finer[g, p]``: p meets g and is not
    wholly around it; ``wider[g, p]``: p is wholly around g and more; ``rows``: all members with the helpers.
    """

    node: Numbers
    member: Numbers
    divided: sparse.csr_array
    finer: sparse.csr_array
    wider: sparse.csr_array
    rows: sparse.csr_array

    @property
    def size(self) -> int:
        return len(self.member)

    @property
    def divisible(self) -> Flags:
        return np.diff(self.divided.indptr) > 0


def sums_of(dimensions: Sequence[Dimension], cells: NDArray[np.int64]) -> Sums:
    """Every sum that ties the cells, with the helpers that it takes to say them.

    Parameters
    ----------
    dimensions : sequence of Dimension
    cells : int array, shape (cells, dimensions)
        The member of each dimension; a cell stands once.

    Returns
    -------
    Sums

    Raises
    ------
    ValueError
        If a cell stands twice or names a member that is not there.

    Examples
    --------
    >>> sexes = Dimension("sexes", sparse.csr_array([[1, 1], [1, 0], [0, 1]]))
    >>> sums_of([sexes], np.array([[0], [1], [2]])).equations.toarray().tolist()
    [[1.0, -1.0, -1.0]]
    """
    cells = np.asarray(cells, dtype=np.int64).reshape(-1, len(dimensions))
    _refuse_unknown(dimensions, cells)
    lattices = [_lattice(dimension, np.unique(cells[:, d]).tobytes()) for d, dimension in enumerate(dimensions)]
    shape = tuple(lattice.size for lattice in lattices)
    nodes = [lattice.node[cells[:, d]] for d, lattice in enumerate(lattices)]
    flat = np.ravel_multi_index(nodes, shape) if len(cells) else np.empty(0, dtype=np.int64)
    if len(np.unique(cells, axis=0)) < len(cells):
        raise ValueError("A cell stands twice among those whose sums are wanted.")
    system, divide = _closed(lattices, np.unique(flat), shape)
    return _written(lattices, cells, flat, system, divide, shape)


def _refuse_unknown(dimensions: Sequence[Dimension], cells: Numbers) -> None:
    for d, dimension in enumerate(dimensions):
        if len(cells) and not 0 <= cells[:, d].min() <= cells[:, d].max() < dimension.members.shape[0]:
            raise ValueError(f"A cell names a member that {dimension.name} does not have.")


# One dimension: atoms, and which members divide which.


@lru_cache(maxsize=256)
def _lattice(dimension: Dimension, present_bytes: bytes) -> _Lattice:
    present = np.frombuffer(present_bytes, dtype=np.int64)
    k = dimension.members.shape[0]
    rows = sparse.csr_array(dimension.members, dtype=float)[present]
    rows.eliminate_zeros()
    atom_of = _same_columns(rows)
    atoms = atom_of.max() + 1 if len(atom_of) else 0
    in_atom = np.flatnonzero(atom_of >= 0)
    parts = sparse.csr_array((np.ones(len(in_atom)), (atom_of[in_atom], in_atom)), shape=(atoms, rows.shape[1]))
    # Shares of atoms: that of any one of its parts.
    one_of = np.full(atoms, -1)
    one_of[atom_of[in_atom]] = in_atom
    by_atom = sparse.csr_array(rows[:, one_of]) if atoms else sparse.csr_array((len(present), 0))
    group, first = _same_rows(by_atom)
    distinct = by_atom[first]
    whole = _whole_atoms(distinct)
    helpers = np.setdiff1d(np.arange(atoms), whole[whole >= 0])
    everything = sparse.csr_array(
        sparse.vstack([distinct, sparse.csr_array(sparse.eye_array(atoms, format="csr"))[helpers]], format="csr")
    )
    node = np.full(k, -1)
    node[present] = group
    is_atom = np.concatenate([whole >= 0, np.ones(len(helpers), dtype=bool)])
    finer, wider = _relations(everything, is_atom)
    return _Lattice(
        node=node,
        member=np.concatenate([present[first], k + np.arange(len(helpers))]),
        divided=_divisions(everything, is_atom, wider),
        finer=finer,
        wider=wider,
        rows=sparse.csr_array(sparse.vstack([dimension.members, parts[helpers]], format="csr")),
    )


def _same_rows(matrix: sparse.csr_array) -> tuple[Numbers, Numbers]:
    """The group of each row, rows that are the same in one group, in order of first appearance; and its first row."""
    matrix = sparse.csr_array(matrix)
    matrix.sort_indices()
    shares = np.round(matrix.data / SAME_SHARE).astype(np.int64)
    seen: dict[tuple[bytes, bytes], int] = {}
    group = np.empty(matrix.shape[0], dtype=np.int64)
    first: list[int] = []
    for row, (start, end) in enumerate(zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)):
        key = (matrix.indices[start:end].tobytes(), shares[start:end].tobytes())
        group[row] = seen.setdefault(key, len(first))
        if group[row] == len(first):
            first.append(row)
    return group, np.array(first, dtype=np.int64)


def _same_columns(rows: sparse.csr_array) -> Numbers:
    """The atom of each part: parts that no member tells apart; -1 for parts of no member."""
    columns = sparse.csr_array(rows.T)
    used = np.flatnonzero(np.diff(columns.indptr))
    atom = np.full(rows.shape[1], -1)
    if len(used):
        atom[used] = _same_rows(columns[used])[0]
    return atom


def _whole_atoms(rows: sparse.csr_array) -> Numbers:
    """The atom that a member is, -1 if it is not one."""
    one = np.diff(rows.indptr) == 1
    atom = np.full(rows.shape[0], -1)
    starts = rows.indptr[:-1][one]
    whole = np.abs(rows.data[starts] - 1) < SAME_SHARE
    atom[np.flatnonzero(one)[whole]] = rows.indices[starts[whole]]
    return atom


def _relations(rows: sparse.csr_array, is_atom: Flags) -> tuple[sparse.csr_array, sparse.csr_array]:
    """``finer[g, p]`` and ``wider[g, p]`` of all nodes, by the atoms that they hold any share of."""
    held = sparse.csr_array((np.ones(rows.nnz), rows.indices, rows.indptr), shape=rows.shape)
    size = np.diff(held.indptr)
    shared = sparse.coo_array(held @ held.T)
    g, p = shared.coords
    other = g != p
    g, p, both = g[other], p[other], shared.data[other]
    around = both == size[g]
    # A member that holds a share of one atom only is around that atom; two such are both finer than one another.
    wider = around & ((size[p] > size[g]) | (is_atom[g] & ~is_atom[p]))
    return _flags(g[~wider], p[~wider], len(size)), _flags(g[wider], p[wider], len(size))


def _flags(rows: Numbers, columns: Numbers, size: int) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=(size, size))


def _divisions(rows: sparse.csr_array, is_atom: Flags, wider: sparse.csr_array) -> sparse.csr_array:
    """What each node is the sum of: other nodes that divide it exactly, as few as are found, or else its atoms."""
    inside = sparse.csr_array(wider.T)
    size = np.diff(rows.indptr)
    bits: dict[int, int] = {}
    atom_node = np.empty(rows.shape[1], dtype=np.int64)
    atom_node[rows.indices[rows.indptr[:-1][is_atom]]] = np.flatnonzero(is_atom)
    parents: list[Numbers] = []
    children: list[Numbers] = []
    weights: list[NDArray[np.float64]] = []
    for g in np.flatnonzero(~is_atom):
        own = rows.indices[rows.indptr[g] : rows.indptr[g + 1]]
        shares = rows.data[rows.indptr[g] : rows.indptr[g + 1]]
        below = inside.indices[inside.indptr[g] : inside.indptr[g + 1]]
        below = below[np.lexsort((below, -size[below]))]
        found = _exact_cover(rows, own, shares, below, bits)
        if found is None:
            found, weight = atom_node[own], shares
        else:
            weight = np.ones(len(found))
        parents.append(np.full(len(found), g))
        children.append(found)
        weights.append(weight)
    if not parents:
        return sparse.csr_array((len(size), len(size)))
    return sparse.csr_array(
        (np.concatenate(weights), (np.concatenate(parents), np.concatenate(children))), shape=(len(size), len(size))
    )


def _exact_cover(
    rows: sparse.csr_array, own: Numbers, shares: NDArray[np.float64], below: Numbers, bits: dict[int, int]
) -> Numbers | None:
    """Nodes below that add up to one, largest first; None if none are found."""
    whole = np.zeros(rows.shape[1])
    whole[own] = shares
    left = whole.copy()
    fitting, taken = [], []
    for c in below.tolist():
        held, part = rows.indices[rows.indptr[c] : rows.indptr[c + 1]], rows.data[rows.indptr[c] : rows.indptr[c + 1]]
        if (np.abs(whole[held] - part) < SAME_SHARE).all():
            fitting.append(c)
        if (left[held] > part - SAME_SHARE).all():
            left[held] -= part
            taken.append(c)
    greedy = np.array(taken, dtype=np.int64) if np.abs(left).max() < SAME_SHARE else None
    # Largest first is the best there is where members are nested; where systems overlap, a search may find fewer.
    if greedy is not None and len(greedy) <= 2:
        return greedy
    if greedy is not None and _nested_only(rows, greedy, fitting):
        return greedy
    searched = _search(rows, own, fitting, bits, len(greedy) if greedy is not None else len(own))
    return searched if searched is not None else greedy


def _nested_only(rows: sparse.csr_array, taken: Numbers, fitting: list[int]) -> bool:
    """Whether every other candidate lies within one of those taken: then no cover has fewer."""
    owner = np.full(rows.shape[1], -1)
    for c in taken:
        owner[rows.indices[rows.indptr[c] : rows.indptr[c + 1]]] = c
    for c in fitting:
        held = owner[rows.indices[rows.indptr[c] : rows.indptr[c + 1]]]
        if (held != held[0]).any():
            return False
    return True


def _search(
    rows: sparse.csr_array, own: Numbers, fitting: list[int], bits: dict[int, int], bound: int
) -> Numbers | None:
    """The exact cover of fewest nodes that is found within so many steps (Knuth's algorithm X), below the bound."""
    if bound <= 2 or not fitting:
        return None
    for c in fitting:
        if c not in bits:
            bits[c] = sum(1 << int(atom) for atom in rows.indices[rows.indptr[c] : rows.indptr[c + 1]])
    everything = sum(1 << int(atom) for atom in own)
    sets = [bits[c] for c in fitting]
    best: list[int] | None = None
    steps = 0

    def go(left: int, usable: list[int], chosen: list[int]) -> None:
        nonlocal best, steps, bound
        steps += 1
        if not left:
            best, bound = list(chosen), len(chosen)
            return
        if steps > STEPS or len(chosen) + 1 >= bound:
            return
        lowest = left & -left
        for i in [i for i in usable if sets[i] & lowest]:
            rest = left & ~sets[i]
            go(rest, [j for j in usable if not sets[j] & ~rest], [*chosen, fitting[i]])

    go(everything, list(range(len(sets))), [])
    return np.array(best, dtype=np.int64) if best else None


# All dimensions: which cells are divided along which.


def _closed(lattices: Sequence[_Lattice], given: Numbers, shape: tuple[int, ...]) -> tuple[Numbers, Numbers]:
    """The cells of the system (flat, sorted) and the dimensions that each is divided along, as a mask."""
    if len(given) >= NEARLY_ALL * np.prod([len(np.unique(lattice.node[lattice.node >= 0])) for lattice in lattices]):
        system = np.arange(int(np.prod(shape)))
        return system, _divisible(lattices, system, shape)
    system = given
    while True:
        there = np.zeros(shape, dtype=bool)
        there.reshape(-1)[system] = True
        divide = _chosen(lattices, there, system, shape) & _divisible(lattices, system, shape)
        wanted = [_children(lattices, system, divide, d, shape)[1] for d in range(len(shape))]
        grown = np.unique(np.concatenate([system, *wanted, _carriers(lattices, there)]))
        if len(grown) == len(system):
            return system, divide
        system = grown


def _divisible(lattices: Sequence[_Lattice], system: Numbers, shape: tuple[int, ...]) -> Numbers:
    nodes = np.unravel_index(system, shape)
    mask = np.zeros(len(system), dtype=np.int64)
    for d, lattice in enumerate(lattices):
        mask |= lattice.divisible[nodes[d]].astype(np.int64) << d
    return mask


def _along(matrix: sparse.csr_array, cells: NDArray[np.float32], d: int) -> NDArray[np.float32]:
    """The product of a matrix with one dimension of the cells, as flags."""
    front = np.moveaxis(cells, d, 0)
    result = matrix @ front.reshape(front.shape[0], -1)
    return np.moveaxis((result > 0).astype(np.float32).reshape(front.shape), 0, d)


def _chosen(lattices: Sequence[_Lattice], there: Flags, system: Numbers, shape: tuple[int, ...]) -> Numbers:
    """Along which dimensions each cell is divided, by what other cells there are that meet it."""
    order = sorted(range(len(shape)), key=lambda d: -shape[d])
    patterns: list[tuple[int, int]] = []
    words: list[Numbers] = []

    def go(cells: NDArray[np.float32], left: list[int], fine: int, coarse: int) -> None:
        if not cells.any():
            return
        if not left:
            if fine:
                if len(patterns) % WORD == 0:
                    words.append(np.zeros(len(system), dtype=np.int64))
                words[-1] |= (cells.reshape(-1)[system] > 0).astype(np.int64) << (len(patterns) % WORD)
                patterns.append((fine, coarse))
            return
        d = left[0]
        go(cells, left[1:], fine, coarse)
        go(_along(lattices[d].finer, cells, d), left[1:], fine | 1 << d, coarse)
        go(_along(lattices[d].wider, cells, d), left[1:], fine, coarse | 1 << d)

    go(np.ascontiguousarray(there, dtype=np.float32), order, 0, 0)
    if not words:
        return np.zeros(len(system), dtype=np.int64)
    kinds, kind = np.unique(np.stack(words, axis=1), axis=0, return_inverse=True) if len(words) > 1 else _unique(words)
    choices = np.array([_choice(_read(word, patterns), shape) for word in kinds.tolist()], dtype=np.int64)
    return choices[np.asarray(kind).reshape(-1)]


def _unique(words: list[Numbers]) -> tuple[Numbers, Numbers]:
    kinds, kind = np.unique(words[0], return_inverse=True)
    return kinds[:, None], kind


def _read(words: list[int], patterns: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [pattern for i, pattern in enumerate(patterns) if words[i // WORD] >> (i % WORD) & 1]


def _choice(patterns: list[tuple[int, int]], shape: tuple[int, ...]) -> int:
    """Along which dimensions a cell is divided, whose relations to other cells are these (finer in, wider in).

    Dimensions that some cell is finer in together belong together. What such cells say need not divide this one if
    all of them are wider in one and the same dimension: the cell that is as wide as they carries it.
    """
    chosen = 0
    for group in _together(fine for fine, _ in patterns):
        within = [(fine, coarse) for fine, coarse in patterns if fine & group]
        if np.bitwise_and.reduce([coarse for _, coarse in within]):
            continue
        for fine, _ in sorted(within, key=lambda pattern: (pattern[0].bit_count(), pattern)):
            if not fine & chosen:
                chosen |= 1 << min((d for d in range(len(shape)) if fine >> d & 1), key=lambda d: shape[d])
    return chosen


def _together(masks: Iterable[int]) -> list[int]:
    groups: list[int] = []
    for mask in masks:
        joined = [group for group in groups if group & mask]
        groups = [group for group in groups if not group & mask]
        for group in joined:
            mask |= group
        groups.append(mask)
    return groups


def _carriers(lattices: Sequence[_Lattice], there: Flags) -> Numbers:
    """Cells that must be there for one cell to hear of another: wide as the one, and else as the other."""
    dimensions = range(there.ndim)
    cells = np.ascontiguousarray(there, dtype=np.float32)
    found = []
    for inner in product([False, True], repeat=there.ndim):
        if not any(inner) or all(inner):
            continue
        narrower, other = cells, cells
        for d in dimensions:
            if inner[d]:
                narrower = _along(sparse.csr_array(lattices[d].wider.T), narrower, d)
        if not narrower.any():
            continue
        for d in dimensions:
            if not inner[d]:
                other = np.maximum(other, _along(lattices[d].finer, other, d))
        found.append(np.flatnonzero((narrower > 0) & (other > 0) & ~there))
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _children(
    lattices: Sequence[_Lattice], system: Numbers, divide: Numbers, d: int, shape: tuple[int, ...]
) -> tuple[Numbers, Numbers, NDArray[np.float64]]:
    """Of cells that are divided along a dimension: place in the system (repeated), flat child, and its weight."""
    parents = np.flatnonzero(divide >> d & 1)
    divided = lattices[d].divided
    stride = int(np.prod(shape[d + 1 :]))
    node = system[parents] // stride % shape[d]
    many = np.diff(divided.indptr)[node]
    before = np.concatenate([[0], np.cumsum(many)[:-1]]) if len(many) else many
    entry = np.arange(many.sum()) + np.repeat(divided.indptr[node] - before, many)
    child = np.repeat(system[parents] - node * stride, many) + divided.indices[entry].astype(np.int64) * stride
    return np.repeat(parents, many), child, divided.data[entry]


def _written(
    lattices: Sequence[_Lattice],
    cells: Numbers,
    flat: Numbers,
    system: Numbers,
    divide: Numbers,
    shape: tuple[int, ...],
) -> Sums:
    """The system with the given cells first, and its equations."""
    n = len(cells)
    # The first of given cells that are the same set of parts stands for it; the others equal it.
    by_flat, first = np.unique(flat, return_index=True)
    number = np.full(len(system), -1)
    number[np.searchsorted(system, by_flat)] = first
    new = number < 0
    number[new] = n + np.arange(new.sum())
    nodes = np.unravel_index(system[new], shape)
    extra = np.stack([lattice.member[nodes[d]] for d, lattice in enumerate(lattices)], axis=1)
    twin = np.flatnonzero(first[np.searchsorted(by_flat, flat)] != np.arange(n)) if n else np.empty(0, dtype=np.int64)
    rows, columns, values = [np.repeat(np.arange(len(twin)), 2)], [], [np.tile([1.0, -1.0], len(twin))]
    columns.append(np.stack([twin, first[np.searchsorted(by_flat, flat[twin])]], axis=1).reshape(-1))
    count = len(twin)
    for d in range(len(shape)):
        parent, child, weight = _children(lattices, system, divide, d, shape)
        owners, row = np.unique(parent, return_inverse=True)
        rows += [count + np.arange(len(owners)), count + row.reshape(-1)]
        columns += [number[owners], number[np.searchsorted(system, child)]]
        values += [np.ones(len(owners)), -weight]
        count += len(owners)
    equations = sparse.csr_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(count, n + int(new.sum()))
    )
    return Sums(np.concatenate([cells, extra]), n, equations, tuple(lattice.rows for lattice in lattices))
