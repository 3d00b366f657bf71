"""What a curated table promises: its columns, key and grain, declared once.

The same declaration checks the table on every write, comments the catalogue's views, and writes the
data dictionary. Plausibility (what would be surprising rather than wrong) lives in
``expectations/`` instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

ColumnType = Literal["text", "integer", "number", "date", "geometry", "boolean"]

ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "date": pa.date32(),
    "geometry": pa.binary(), "boolean": pa.bool_(),
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column: its name, type, meaning, and what it may hold.

    ``empty`` says that a value may be missing, and the description then says what missing means.
    """

    name: str
    type: ColumnType
    description: str
    unit: str = ""
    empty: bool = False
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    minimum: float | None = None

    @property
    def promise(self) -> str:
        """The constraint in words, for the dictionary."""
        parts = []
        if self.allowed:
            parts.append("one of " + ", ".join(self.allowed))
        if self.pattern:
            parts.append(f"of the form {self.pattern}")
        if self.minimum is not None:
            parts.append(f"at least {self.minimum:g}")
        parts.append("may be empty" if self.empty else "never empty")
        return "; ".join(parts)


@dataclass(frozen=True)
class TableContract:
    """A curated table. ``grain`` completes the sentence 'One row is …'."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    sort: tuple[str, ...] = ()
    description: str = ""

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([pa.field(c.name, ARROW_TYPES[c.type], nullable=True) for c in self.columns])

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def conform(contract: TableContract, columns: Mapping[str, Any], length: int) -> pa.Table:
    """Columns in the contract's order and types; what is not given is null, a scalar is repeated.

    Text that is given in dictionary form stays so: it is the same text, and in a column that says the same
    few things millions of times it takes a fraction of the room and of the time to write.

    Raises
    ------
    KeyError
        If a column is given that the contract does not know.
    """
    unknown = set(columns) - {column.name for column in contract.columns}
    if unknown:
        raise KeyError(f"{contract.name} has no column {', '.join(sorted(unknown))}")
    arrays = []
    for column in contract.columns:
        kind, given = ARROW_TYPES[column.type], columns.get(column.name)
        if given is None:
            arrays.append(pa.nulls(length, kind))
        elif isinstance(given, pa.Array | pa.ChunkedArray):
            arrays.append(given if is_dictionary_of(kind, given.type) else given.cast(kind))
        elif hasattr(given, "__len__") and not isinstance(given, str | bytes):
            arrays.append(pa.array(given, kind))
        else:
            arrays.append(pa.repeat(pa.scalar(given, kind), length))
    return pa.table(arrays, names=contract.schema.names)


def is_dictionary_of(kind: pa.DataType, given: pa.DataType) -> bool:
    return pa.types.is_dictionary(given) and given.value_type == kind
