"""What a reader asks of each column: found by letting it read a table of one empty row, and noting what it asks.

The readers say what they want of a column where they read it, and nowhere else. A mapping needs to know it before
there is a file: which columns there are besides those that a layout requires, and what may stand in each.
"""

from __future__ import annotations

import contextlib
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from locality_profiles.sources import sources
from locality_profiles.tables.intake import Asked, Layout, RawTable

#: A column that is only looked for where another one is there is found in the next round.
ROUNDS = 3


@cache
def asked_of(kind: str, layout: str) -> dict[str, Asked]:
    """What the reader of a kind asks of each column, by our name of it, in the order in which it asks."""
    module = sources()[kind]
    found = next(each for each in module.layouts if each.name == layout)
    asked: dict[str, Asked] = {}
    if module.curate is None:
        return asked
    for _ in range(ROUNDS):
        before = len(asked)
        raw = _empty_row(found, asked)
        # An empty row is refused by nearly all; what was asked until then is what is wanted.
        with contextlib.suppress(Exception):
            module.curate(raw)
        asked = dict(raw.asked or {})
        if len(asked) == before:
            break
    return asked


def _empty_row(layout: Layout, asked: dict[str, Asked]) -> RawTable:
    names = list(dict.fromkeys([*layout.required, *layout.examples, *asked]))
    columns = pa.table({name: pa.array([""], pa.string()) for name in names})
    return RawTable(Path("asked.csv"), "asked.csv", None, layout, 1, columns, np.array([2]), asked=dict(asked))
