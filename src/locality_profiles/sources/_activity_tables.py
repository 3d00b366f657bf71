"""What the sources of service activity share: rows that are for everyone, totals and their parts, claims.

Nothing here knows a publisher. The arrays run in step with a table's rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.periods import period_label
from locality_profiles.sources import stage

#: A row that a source does not divide is for everyone.
UNDIVIDED = {
    **dict.fromkeys(
        ("age_band", "sex", "simd_quintile", "urgency", "delay_group", "care_group", "provider_sector"), "all"
    ),
    "age_scheme": "as_supplied",
}


def stage_activity(columns: Mapping[str, Any], length: int) -> pa.Table:
    """Rows of ``activity``; classes that are not given are 'all'."""
    return stage("activity", UNDIVIDED | dict(columns), length)


def recode(values: pa.ChunkedArray, words: Mapping[str, str]) -> pa.ChunkedArray:
    """The publisher's words replaced by ours; null where there is no such word."""
    return pc.take(pa.array(list(words.values()), pa.string()), pc.index_in(values, pa.array(list(words))))


def claims(subject: str, kinds: Any, starts: Any, ends: Any) -> tuple[str, ...]:
    """One claim a period, such as 'home care by council, 2020/21 Q4', in order of time."""
    spans = pa.table({"start": starts, "end": ends, "kind": kinds}).group_by(["start", "end", "kind"]).aggregate([])
    ordered = spans.sort_by([("start", "ascending"), ("end", "ascending"), ("kind", "ascending")]).to_pylist()
    return tuple(f"{subject}, {_in_words(**span)}" for span in ordered)


def _in_words(kind: str, start: Any, end: Any) -> str:
    # A census week is known by its financial year only, and must not look like that year's total.
    return (
        f"census week {period_label('financial_year', start, end)}"
        if kind == "census_week"
        else period_label(kind, start, end)
    )


def group_numbers(*columns: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """The same number for rows that are alike in all columns; numbers run from nought without gaps."""
    numbers = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        encoded = whole.dictionary_encode(null_encoding="encode")
        numbers = numbers * max(len(encoded.dictionary), 1) + encoded.indices.to_numpy()
    return np.unique(numbers, return_inverse=True)[1]


def floats(values: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """Numbers as NumPy has them, NaN where there is no value."""
    return np.asarray(pc.fill_null(values, float("nan")).to_numpy(zero_copy_only=False), dtype=np.float64)


def mask(condition: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """A condition as NumPy has it, false where it cannot be told."""
    return np.asarray(pc.fill_null(condition, False).to_numpy(zero_copy_only=False), dtype=bool)


def totals_off(
    values: np.ndarray,
    is_total: np.ndarray,
    groups: np.ndarray,
    *,
    rounding: float = 0.0,
    counted: np.ndarray | None = None,
) -> np.ndarray:
    """Rows that hold a total which is not the sum of its parts.

    ``groups`` numbers the rows that belong together, each group having one total. ``rounding`` is how
    far each of its figures may be from the truth. A total without parts, or with a part that has no
    value, is not judged. ``counted`` limits the rows that are looked at.
    """
    counted = np.ones(len(values), dtype=bool) if counted is None else counted
    size = int(groups.max(initial=-1)) + 1
    part = counted & ~is_total
    parts = np.bincount(groups[part], minlength=size)
    together = np.bincount(groups[part], weights=values[part], minlength=size)
    allowed = rounding * (parts + 1) + 1e-6
    differs = np.abs(values - together[groups]) > allowed[groups]  # NaN, where a part is not known, is not above
    return counted & is_total & (parts[groups] > 0) & differs
