"""The register of what has been published: counts that are out and cannot be taken back, release by release.

It stands in the published tree and holds nothing that was not published. A count that an earlier release showed is
known to an outsider for good, for the areas as they were then: where boundaries moved, the old area and the new one
together may give away a few streets. So what is out is part of every later choice, and of every audit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from locality_profiles.disclosure.counted import BLOCK
from locality_profiles.tables.curated import INDICATOR_VALUE
from locality_profiles.tables.relation import relation, relations
from locality_profiles.tables.store import beside, connect, key_of

#: The folder of the register in the published tree.
FOLDER = "register"
KEY = INDICATOR_VALUE.key


@dataclass(frozen=True)
class Earlier:
    """What earlier releases showed.

    ``rows`` have the key of ``indicator_value``, ``numerator``, ``denominator``, ``counted``, ``counted_among`` and
    ``blocks``: a name for the set of blocks that the area was made of; and, if any release rounded its counts,
    ``rounded``. ``places`` has the blocks of each such name.
    """

    rows: pd.DataFrame
    places: pd.DataFrame

    def as_counted(self) -> Earlier:
        """Without what was rounded: that a count was shown as 5 does not say that it is 5."""
        if "rounded" not in self.rows:
            return self
        kept = self.rows[~self.rows["rounded"].fillna(False).astype(bool)]
        return Earlier(kept.drop(columns="rounded").reset_index(drop=True), self.places)


def register_key(register: Path, plan: str) -> str:
    """A key of all that is in a register but for releases of one plan."""
    return key_of("register", [path.name for path in _files(register, "cells", plan)])


def enter(
    register: Path, plan: str, tables: Mapping[str, Path], indicators: Sequence[str], rounded: bool = False
) -> None:
    """Enter the figures of some indicators of a public edition before it becomes current, rounded or as counted.

    A release of the same plan would show the same, and is entered once.
    """
    register.mkdir(parents=True, exist_ok=True)
    if not indicators:
        return
    with connect() as connection:
        for name in ("indicator", "indicator_value", "membership"):
            connection.execute(f"create view {name} as select * from {relation(tables[name])}")
        places = blocks_of(connection)
        connection.register("named", places[["area_type", "area_code", "blocks"]].drop_duplicates())
        connection.register("wanted", pd.DataFrame({"indicator_id": list(indicators)}))
        shown = connection.execute(f"""
            select {", ".join(f"v.{name}" for name in KEY)}, v.source_level, v.numerator, v.denominator, i.counted,
                i.counted_among, n.blocks, {rounded} as rounded
            from indicator_value v join wanted using (indicator_id) join indicator i using (indicator_id)
            left join named n on n.area_type = v.area_type and n.area_code = v.area_code
            where v.numerator is not null order by all""").df()  # fmt: skip
        listed = places[["blocks", "block_code", "weight"]].drop_duplicates().sort_values(["blocks", "block_code"])
        connection.register("shown", shown)
        connection.register("listed", listed)
        stem = key_of("entered", plan)
        for what, query in (("places", "select * from listed"), ("cells", "select * from shown")):
            with beside(register / f"{stem}.{what}.parquet") as aside:
                connection.execute(f"copy ({query}) to '{aside}' (format parquet, compression zstd)")


def blocks_of(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Blocks of every area, from the view ``membership``, with a name for each set of blocks and weights."""
    found = connection.execute(f"""
        select area_type, area_code, block_code, weight from membership
        where block_type = '{BLOCK}' and weight > 0 order by all""").df()  # fmt: skip
    told = found["block_code"].astype(str) + ":" + found["weight"].round(9).astype(str)
    names = told.groupby([found["area_type"], found["area_code"]], sort=True).agg(
        lambda parts: hashlib.sha256(";".join(parts).encode()).hexdigest()[:12]
    )
    names.name = "blocks"
    return found.merge(names.reset_index(), on=["area_type", "area_code"])


def earlier_cells(register: Path, plan: str) -> Earlier | None:
    """Everything that releases of other plans showed; None where nothing is registered."""
    cells = _files(register, "cells", plan)
    if not cells:
        return None
    with connect() as connection:
        rows, places = (
            connection.execute(f"select distinct * from {relations(files)} order by all").df()
            for files in (cells, _files(register, "places", plan))
        )
    return Earlier(rows, places)


def _files(register: Path, what: str, plan: str) -> list[Path]:
    own = key_of("entered", plan)
    return [path for path in sorted(register.glob(f"*.{what}.parquet")) if not path.name.startswith((own, "."))]
