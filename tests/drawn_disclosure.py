"""Counts drawn as a table, with what disclosure control, the register and the auditor each read of them.

A row of a drawing is an indicator, an area (kind and code), a year or a span of years, and a count; ``class`` and
``among`` where a test is about them. Where the areas lie is drawn too: the blocks of each, ``a:0.5`` for half of one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from pictures import cells

from locality_profiles.disclosure.auditing import write_rules
from locality_profiles.disclosure.control import Controlled, control, counted_by, with_earlier
from locality_profiles.disclosure.counted import Family, controlled_rows, families
from locality_profiles.disclosure.outsider import intervals
from locality_profiles.disclosure.register import Earlier, earlier_cells, enter
from locality_profiles.disclosure.rules import Rules, disclosure_rules
from locality_profiles.disclosure.sums import sums_of

#: Rules as a first reader of a test would have them: below 10 is hidden, and stays within 10 of nothing.
RULES = disclosure_rules()

WEST_AND_EAST = """
hscp south    | a b
locality west | a
locality east | b
"""


def counting(
    *, ages: tuple[int, int | None] = (0, None), over_time: bool = True, table: str = "activity", **sets: Any
) -> str:
    """What an indicator counts, as ``indicator.counted`` has it; everybody's stays if nothing is said."""
    named = {"measure_code": ["STAYS"], "sex": "*", **sets}
    return json.dumps(
        {"table": table, "column": "value", "sets": named, "ages": list(ages), "adds_over_time": over_time}
    )


@dataclass(frozen=True)
class Told:
    """What is declared of an indicator."""

    counted: str | None = field(default_factory=counting)
    among: str | None = None
    disclosure: str = "health"
    origin: str = "unpublished"


@dataclass(frozen=True)
class World:
    """Drawn counts, where they are, and what is declared of them."""

    indicators: Mapping[str, Told]
    places: pd.DataFrame
    values: pd.DataFrame
    classes: pd.DataFrame
    residents: pd.DataFrame

    def indicator(self) -> pd.DataFrame:
        return pd.DataFrame(
            [(name, told.disclosure, told.origin, told.counted, told.among) for name, told in self.indicators.items()],
            columns=["indicator_id", "disclosure", "origin", "counted", "counted_among"], dtype=object,
        )  # fmt: skip

    def laid(self) -> duckdb.DuckDBPyConnection:
        """A connection with the tables that control reads."""
        connection = duckdb.connect()
        for name, drawn in (("indicator", self.indicator()), ("indicator_value", self.values),
                            ("membership", self.places), ("zone_class", self.classes),
                            ("area_residents", self.residents)):  # fmt: skip
            connection.register("drawn", drawn)
            connection.execute(f"create table {name} as select * from drawn")
            connection.unregister("drawn")
        return connection

    def controlled(self, rules: Rules = RULES, earlier: Earlier | None = None) -> Chosen:
        """What control chooses."""
        with self.laid() as connection:
            return Chosen(control(connection, rules, earlier))

    def families(self, rules: Rules = RULES) -> tuple[pd.DataFrame, list[Family]]:
        """Rows, numbered, and the families of their counts."""
        with self.laid() as connection:
            counted = counted_by(connection, rules)
            rows, _ = with_earlier(connection, controlled_rows(connection, list(counted)), None)
            return rows, families(connection, rows, counted)

    def published(self, folder: Path, hidden: Iterable[str] = (), rules: Rules = RULES) -> Path:
        """The open data of a release that hides some rows, as ``names_of`` names them; the folder of the release."""
        out = folder / "open-data"
        out.mkdir(parents=True)
        values, gone = self.values.copy(), names_of(self.values).isin(list(hidden))
        assert gone.sum() == len(list(hidden)), "every hidden row is drawn"
        values.loc[gone, ["numerator", "value"]] = np.nan
        values.loc[gone, "status"] = "suppressed"
        for name, table in (("indicator-values", values), ("membership", self.places), ("zone-classes", self.classes)):
            table.to_parquet(out / f"{name}.parquet", index=False)
        self.indicator().to_csv(out / "indicators.csv", index=False)
        write_rules(folder, rules, int(gone.sum()), 0)
        return folder

    def registered(self, folder: Path, hidden: Iterable[str] = ()) -> Earlier:
        """What somebody knows who has seen these counts in an earlier release, but for those that it hid."""
        shown = self.values[~names_of(self.values).isin(list(hidden))]
        files = {}
        for name, table in (("indicator", self.indicator()), ("indicator_value", shown), ("membership", self.places)):
            files[name] = folder / f"{name}.parquet"
            table.to_parquet(files[name], index=False)
        enter(folder / "register", "the plan before", files, list(self.indicators))
        found = earlier_cells(folder / "register", "the plan of now")
        assert found is not None
        return found


@dataclass(frozen=True)
class Chosen:
    """What control chose, by the names of rows."""

    found: Controlled

    def _named(self, flags: np.ndarray) -> set[str]:
        return set(names_of(self.found.rows)[flags])

    @property
    def hidden(self) -> set[str]:
        return self._named(self.found.hidden)

    @property
    def left_out(self) -> set[str]:
        return self._named(self.found.left_out)

    @property
    def exposed(self) -> set[str]:
        return self._named(self.found.exposed)


def world(
    values: str, places: str = WEST_AND_EAST, classes: str = "", residents: str = "", **indicators: Told
) -> World:
    """A world as drawn; an indicator that nothing is said of counts everybody's stays."""
    drawn = _values(values)
    told = {name: indicators.get(name, Told()) for name in dict.fromkeys([*drawn["indicator_id"], *indicators])}
    members = [
        (*area.split(), "data_zone_2011", *_share(block)) for area, blocks in cells(places) for block in blocks.split()
    ]
    zones = [("data_zone_2011", block, scheme, category) for block, scheme, category in cells(classes)]
    people = [(*area.split(), float(number)) for area, number in cells(residents)]
    return World(
        told,
        pd.DataFrame(members, columns=["area_type", "area_code", "block_type", "block_code", "weight"]),
        drawn,
        pd.DataFrame(zones, columns=["block_type", "block_code", "scheme", "category"], dtype=str),
        pd.DataFrame(people, columns=["area_type", "area_code", "people"]).astype({"area_type": str, "area_code": str}),
    )  # fmt: skip


def _share(block: str) -> tuple[str, float]:
    code, _, weight = block.partition(":")
    return code, float(weight or 1)


def _values(drawing: str) -> pd.DataFrame:
    """Rows of ``indicator_value``, as far as control and the auditor read them."""
    header, *rows = cells(drawing)
    found = []
    for row in rows:
        told = dict(zip(header, row, strict=False))
        kind, code = told["area"].split()
        first, _, last = told["years"].partition("-")
        breakdown, _, category = told.get("class", "").partition(" ")
        count, among = told["count"], told.get("among", "")
        found.append({
            "indicator_id": told["indicator"], "area_type": kind, "area_code": code, "period_type": "calendar_year",
            "period_start": pd.Timestamp(f"{first}-01-01"), "period_end": pd.Timestamp(f"{last or first}-12-31"),
            "breakdown": breakdown or "all", "category": category or "all", "source_level": "data_zone_2011",
            "numerator": float(count) if count else np.nan, "denominator": float(among) if among else np.nan,
            "value": float(count) if count else np.nan, "status": "actual" if count else "not_available",
        })  # fmt: skip
    return pd.DataFrame(found)


def names_of(rows: pd.DataFrame) -> pd.Series:
    """A row's name in a test: ``stays west 2021``, with its span of years and its class where it has them."""
    first, last = (pd.to_datetime(rows[column]).dt.year.astype(str) for column in ("period_start", "period_end"))
    years = first.where(first == last, first + "-" + last)
    classes = (" " + rows["breakdown"] + " " + rows["category"]).where(rows["breakdown"] != "all", "")
    return rows["indicator_id"] + " " + rows["area_code"] + " " + years + classes


def cell_of(rows: pd.DataFrame, family: Family, name: str, among: bool = False) -> int:
    """The cell of a family that stands behind a row."""
    (row,) = rows.loc[names_of(rows) == name, "row"]
    of_row = family.of_row
    (cell,) = of_row.loc[(of_row["row"] == row) & (of_row["among"] == among), "cell"]
    return int(cell)


def told_by_the_rest(rows: pd.DataFrame, family: Family, name: str, among: bool = False) -> tuple[float, float]:
    """The least and the most of a count that was hidden alone, to somebody who knows all others of its family."""
    of_row = family.of_row
    row, is_among = of_row["row"].to_numpy(), of_row["among"].to_numpy(dtype=bool)
    count = np.zeros(len(family))
    count[of_row["cell"]] = np.where(is_among, rows["denominator"].to_numpy()[row], rows["numerator"].to_numpy()[row])
    sums, wanted = sums_of(family.dimensions, family.cells), cell_of(rows, family, name, among)
    unknown = np.arange(len(sums.cells)) >= len(family)
    unknown[wanted] = True
    known = np.concatenate([count, np.zeros(len(sums.cells) - len(family))])
    found = intervals(sums.equations, np.where(unknown, 0, known), np.where(unknown, np.inf, known), [wanted])
    return float(found.low[0]), float(found.high[0])
