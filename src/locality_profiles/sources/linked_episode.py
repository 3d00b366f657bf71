"""Linked care records, one row an episode, as the Source linkage episode files have them."""

from __future__ import annotations

from pathlib import Path

from locality_profiles.episodes.cube import FileRead, read_file
from locality_profiles.episodes.engine import Engine
from locality_profiles.episodes.linked import COLUMNS, REQUIRED
from locality_profiles.sources import Source
from locality_profiles.tables.intake import Layout

SOURCE = Source(
    kind="linked_episode",
    title="Linked care records, by episode",
    group="activity",
    publisher="Public Health Scotland (Source linkage files), inside a partnership's secure environment",
    published=False,
    licence="Not for publication: records of persons, held under a data sharing agreement",
    page="https://publichealthscotland.scot/services/data-management/source-linkage-files/",
    frequency="every quarter; one financial year, or one kind of record of a year, to a file",
    describes="Hospital stays, attendances, appointments, prescriptions, out-of-hours contacts, community and social "
    "care, delays, homelessness and deaths of every person, with where they live, bed days and cost by month.",
    quirks=(
        "A record stands in the file of the year in which it ends; one that began before has its earlier days in "
        "'stay' and not in 'yearstay' or a month. Care that goes on (care homes, home care, alarms, self-directed "
        "support) stands in the file of each year.",
        "The latest address holds for the whole of a year's file. Whoever lives in a care home is counted where the "
        "home stands: the postcode becomes the home's. Care-home figures are therefore of homes, not of where people "
        "came from; a council's return gives both.",
        "'locality' is 'No Locality Information' for some people, and is not read at all: places come from data zones. "
        "Records without a data zone count for no area, and are told as 'not placed'.",
        "'age' is one age for the year, on 30 September; it is not the age at the event.",
        "Bed days count the last day and not the first.",
        "'commhosp' tells a community hospital by Y or 1. An extract without it cannot tell community hospitals from "
        "large ones, and no days of either are given.",
        "Prescriptions are one row for each person and year, dated 31 March.",
        "District nursing and community mental health stop with 2020/21: nothing is a fall to nought after that.",
        "Costs are average costs in pounds, not money that could be released; the health total leaves out general "
        "practice in hours, district nursing and all social care.",
        "The type of some columns differs between years (cij_admtype is text or a number); each is read as one type.",
        "Care-home costs by nursing status: the national code may have swapped the two rates. They are not read apart.",
    ),
)
LAYOUTS = (Layout("linked records by episode", REQUIRED, containers=("parquet",)),)
RECORD = {name: COLUMNS[name] for name in REQUIRED}
#: Pieces that are records of persons.
PRIVATE = ("stay_piece", "setting_piece", "death_piece")


def fold(engine: Engine, path: Path, name: str, folder: Path, extract_id: str) -> FileRead:
    """Read a file that is too large for memory into its pieces, as Parquet files in ``folder``."""
    return read_file(engine, path, name, folder, extract_id)
