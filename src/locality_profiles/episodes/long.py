"""The cube as activity, one measure a row: what the catalogue and the indicators read."""

from __future__ import annotations

from collections.abc import Sequence

from locality_profiles.episodes.cells import FRACTIONS, KEYS, MEASURES

#: The source by which rows of the cube are known among other activity, and the name of its bands of age.
SOURCE, AGE_SCHEME = "linked_episode", "LIST6"


def as_activity(cube: str, measures: Sequence[str] = ()) -> str:
    """SQL of the rows of ``activity`` that a cube gives, one branch for each measure.

    Parameters
    ----------
    cube : str
        SQL of a table in the contract of ``activity_cube``.
    measures : sequence of str
        Measures that are wanted, such as ``N_STAYS``; all unless told.
    """
    constants = {
        "source": SOURCE, "status": "actual", "geo_role": "residence", "simd_quintile": "all", "care_group": "all",
        "age_scheme": AGE_SCHEME,
    }  # fmt: skip
    columns = ", ".join([*KEYS, *(f"'{value}' as {name}" for name, value in constants.items()),
                         "cast(null as varchar) as note", "extract_id"])  # fmt: skip
    branches = []
    wanted = [measure.lower() for measure in measures] or MEASURES
    for name in wanted:
        value = name if name in FRACTIONS else f"cast({name} as double)"
        measure = f"'{name.upper()}' as measure_code, {value} as value"
        branches.append(f"select {measure}, {columns} from {cube} where {name} is not null")
    return f"select * from ({' union all '.join(branches)}) figure"
