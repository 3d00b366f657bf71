"""Linked care records, one row a person and year, as the Source linkage individual files have them."""

from __future__ import annotations

from pathlib import Path

from locality_profiles.episodes.cube import FileRead
from locality_profiles.episodes.engine import Engine
from locality_profiles.episodes.individuals import COLUMNS, read_file
from locality_profiles.sources import Source
from locality_profiles.tables.intake import Layout

SOURCE = Source(
    kind="linked_individual",
    title="Linked care records, by person",
    group="activity",
    publisher="Public Health Scotland (Source linkage files), inside a partnership's secure environment",
    published=False,
    licence="Not for publication: records of persons, held under a data sharing agreement",
    page="https://publichealthscotland.scot/services/data-management/source-linkage-files/",
    frequency="every quarter; one financial year to a file",
    describes="Everybody who used a service in the year, and others so that the population is whole: where they live, "
    "long-term conditions known from hospital records, and the year's cost of their health care.",
    quirks=(
        "People who used nothing (nsu = 1) are thinned at random so that everybody adds up to the estimated "
        "population: 'keep_population' says who counts. Which of them are kept means nothing; only totals do.",
        "Long-term conditions are those that a hospital ever recorded, which is fewer or more than have them.",
        "The latest year has no people who used nothing, so its population is too small to divide by.",
        "'health_net_cost' is hospital care, outpatients, emergency departments, prescriptions and out-of-hours care. "
        "It has no general practice in hours, no care home, no home care.",
    ),
)
REQUIRED = ("year", "anon_chi", "gender", "age", "datazone2011", "keep_population", "health_net_cost")
LAYOUTS = (Layout("linked records by person", REQUIRED, without=("recid",), containers=("parquet",)),)
RECORD = {name: COLUMNS[name] for name in REQUIRED}
PRIVATE = ("individual_piece",)


def fold(engine: Engine, path: Path, name: str, folder: Path, extract_id: str) -> FileRead:
    """Read a file that is too large for memory into its pieces, as Parquet files in ``folder``."""
    return read_file(engine, path, name, folder, extract_id)
