"""Statistical neighbours: the areas of one kind that are most alike by declared variables, wherever they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from locality_profiles.declarations import Field, read_declaration
from locality_profiles.statistics.comparators import nearest_neighbours
from locality_profiles.tables.curated import NEIGHBOUR

FILE = Path(__file__).parent / "neighbours.toml"


@dataclass(frozen=True)
class Likeness:
    """What makes areas alike: an indicator or one class of it, and how much it counts."""

    indicator: str
    category: str
    weight: float
    why: str


@dataclass(frozen=True)
class Neighbourhood:
    """How neighbours are found: by which variables, how many, and among how many areas at most."""

    variables: tuple[Likeness, ...]
    neighbours: int
    most_areas: int


_DECLARED = {
    "neighbours": Field(int, required=True, default=1),
    "most_areas": Field(int, required=True, default=1),
    "variables": Field(list, required=True, default=[]),
}
_VARIABLE = {
    "indicator": Field(str, required=True, default=""),
    "category": Field(str, default="all"),
    "weight": Field(float, default=1.0),
    "why": Field(str, required=True, default=""),
}


@cache
def neighbourhood(path: Path = FILE) -> Neighbourhood:
    """The declaration of neighbours.

    Raises
    ------
    DefinitionError
        With everything that is wrong with the file.
    """
    declared = read_declaration(path)
    told = declared.read(declared.data, _DECLARED)
    read = [declared.read(variable, _VARIABLE, "variables", str(n)) for n, variable in enumerate(told["variables"])]
    for number, variable in enumerate(read):
        if variable["weight"] < 0:
            declared.problem("a weight is less than 0", "Write 0 to leave the variable out.",
                             "variables", str(number), "weight")  # fmt: skip
    if told["neighbours"] < 1:
        declared.problem("'neighbours' is less than 1", "Write how many neighbours each area gets.", "neighbours")
    if not read:
        declared.problem("there are no variables", "Name at least one indicator in [[variables]].", "variables")
    declared.finish()
    found = (Likeness(v["indicator"], v["category"], float(v["weight"]), v["why"]) for v in read)
    return Neighbourhood(tuple(found), told["neighbours"], told["most_areas"])


def neighbours_of(
    connection: duckdb.DuckDBPyConnection, area_types: Sequence[str], how: Neighbourhood | None = None
) -> pa.Table:
    """Rows of ``neighbour`` for the areas of each type, from the view ``own`` of latest values.

    An area that lacks one of the variables has no neighbours and is none's. A kind of area with more areas than
    declared (data zones) gets none: neighbours are for places that plan together.
    """
    how = how or neighbourhood()
    wanted = pa.table({
        "position": list(range(len(how.variables))), "indicator_id": [v.indicator for v in how.variables],
        "category": [v.category for v in how.variables],
    })  # fmt: skip
    connection.register("alike_by", wanted)
    parts = [_of_type(connection, area_type, how) for area_type in dict.fromkeys(area_types)]
    return pa.concat_tables([NEIGHBOUR.schema.empty_table(), *parts])


def _of_type(connection: duckdb.DuckDBPyConnection, area_type: str, how: Neighbourhood) -> pa.Table:
    rows = connection.sql(
        """select area_code, position, value from own join alike_by using (indicator_id, category)
        where area_type = ? order by area_code, position""",
        params=[area_type],
    ).to_arrow_table()
    codes = rows["area_code"].combine_chunks().dictionary_encode()
    if not 1 < len(codes.dictionary) <= how.most_areas:
        return NEIGHBOUR.schema.empty_table()
    table = np.full((len(codes.dictionary), len(how.variables)), np.nan)
    table[codes.indices.to_numpy(), rows["position"].to_numpy()] = rows["value"].to_numpy()
    nearest = nearest_neighbours(table, how.neighbours, [variable.weight for variable in how.variables])
    found = nearest.rows.ravel() >= 0
    of, position = np.divmod(np.flatnonzero(found), how.neighbours)
    return pa.table(
        {
            "area_type": pa.repeat(pa.scalar(area_type), len(of)), "area_code": codes.dictionary.take(pa.array(of)),
            "position": position + 1, "neighbour_code": codes.dictionary.take(pa.array(nearest.rows.ravel()[found])),
            "distance": nearest.distance.ravel()[found],
        },
        NEIGHBOUR.schema,
    )  # fmt: skip
