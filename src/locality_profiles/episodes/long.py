"""The cube as activity, one measure a row: what the catalogue and the indicators read."""

from __future__ import annotations

from collections.abc import Sequence

from locality_profiles.episodes.cells import FRACTIONS, KEYS, MEASURES
from locality_profiles.episodes.uplifts import at_constant_prices

#: The source by which rows of the cube are known among other activity, and the name of its bands of age.
SOURCE, AGE_SCHEME = "linked_episode", "LIST6"
#: Cost at the prices of one year is not kept: it follows from a cell's cost, service and year.
AT_CONSTANT_PRICES = "COST_NET_P"


def column_of(measure: str) -> str | None:
    """The column of the cube in which the cells of a measure are told, or from which they follow; None for none."""
    column = "cost_net" if measure == AT_CONSTANT_PRICES else measure.lower()
    return column if column in MEASURES else None


def as_activity(cube: str, measures: Sequence[str] = ()) -> str:
    """SQL of the rows of ``activity`` that a cube gives, one branch for each measure.

    Parameters
    ----------
    cube : str
        SQL of a table in the contract of ``activity_cube``.
    measures : sequence of str
        Measures that are wanted, such as ``N_STAYS``; all unless told. ``COST_NET_P`` is pence with two decimals.
    """
    constants = {
        "source": SOURCE, "status": "actual", "geo_role": "residence", "simd_quintile": "all", "care_group": "all",
        "age_scheme": AGE_SCHEME,
    }  # fmt: skip
    columns = ", ".join([*KEYS, *(f"'{value}' as {name}" for name, value in constants.items()),
                         "cast(null as varchar) as note", "extract_id"])  # fmt: skip
    branches = []
    for measure in measures or (*(name.upper() for name in MEASURES), AT_CONSTANT_PRICES):
        name = column_of(measure)
        value = name if name in FRACTIONS else f"cast({name} as double)"
        if measure == AT_CONSTANT_PRICES:
            value = at_constant_prices()
        branches.append(
            f"select '{measure}' as measure_code, {value} as value, {columns} from {cube} where {name} is not null"
        )
    return f"select * from ({' union all '.join(branches)}) figure"
