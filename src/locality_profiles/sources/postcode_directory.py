"""The Scottish Postcode Directory: where each live postcode lies and how many people the census counted there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources.block_point import grid_references
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="postcode_directory",
    title="Scottish Postcode Directory",
    group="places",
    publisher="National Records of Scotland",
    licence="Open Government Licence v3.0; contains Royal Mail and Ordnance Survey data",
    page="https://www.nrscotland.gov.uk/statistics-and-data/geography/our-products/scottish-postcode-directory",
    frequency="twice a year",
    describes="Grid reference, 2011 data zone and census residents of every postcode in use.",
    quirks=(
        "The directory is two files, SmallUser.csv and LargeUser.csv. A large user is one address with much post, such "
        "as a hospital: it has no residents, and is linked to the small-user postcode that it lies in.",
        "Postcodes that are no longer used stay in the file with a date of deletion; the same postcode may have been "
        "deleted and come back. About a quarter of the rows are such; they are left out.",
        "A postcode that crosses a council boundary is split in parts, with A, B or C after it. The first part stands "
        "for the postcode, the others keep their letter; each has its own grid reference, data zone and residents.",
        "A large user whose link is not a postcode ('NO LINKP') is a box at a sorting office, which is no place where "
        "anybody is; it is left out.",
        "The latest census in the file is read. A postcode that was made since has no residents in it.",
    ),
)

_BOTH = ("Postcode", "DateOfDeletion", "GridReferenceEasting", "GridReferenceNorthing", "DataZone2011Code")
LINK = "LinkedSmallUserPostcode"
LAYOUTS = (
    Layout("small users", _BOTH, (r"censuspopulationcount\d{4}",), without=(LINK,),
           examples=("CensusPopulationCount2022",)),
    Layout("large users", (*_BOTH, LINK)),
)  # fmt: skip

#: Outward code, inward code, and the letter of a part of a split postcode.
POSTCODE = r"(?P<outward>[A-Z]{1,2}\d[A-Z\d]?) *(?P<inward>\d[A-Z]{2})(?P<letter>[A-Z]?)"


def curate(raw: RawTable) -> Curated:
    """One ``postcode`` row per live postcode, or part of one."""
    census = max(raw.matching(r"censuspopulationcount(\d{4})"), default=None)
    live, notes = _live(raw, f"CensusPopulationCount{census}" if census else None)
    cells = Cells(live)
    supplied = cells.text("Postcode", pattern=f"(?i:{POSTCODE})", what="a postcode")
    cells.unique("Postcode")
    easting, northing = grid_references(cells, "GridReferenceEasting", "GridReferenceNorthing")
    columns = {
        "data_zone": cells.codes("DataZone2011Code", "data_zone", empty=True),
        "easting": easting,
        "northing": northing,
        "persons": cells.number(f"CensusPopulationCount{census}", whole=True, unit="people") if census else None,
    }
    if not len(live):
        cells.problem("no postcode of the file is in use", "Get the directory again.", column="DateOfDeletion")
    cells.finish()
    if census:
        notes.append(f"people are those of the census of {census}")
    postcodes, parts = _postcodes(supplied)
    if parts:
        notes.append(f"further parts of split postcodes, kept with their letter: {parts:,}")
    table = stage("postcode", {"postcode": postcodes, **columns}, len(live))
    return Curated({"postcode": table}, (f"postcodes of {raw.layout.name}",), tuple(notes))


def _live(raw: RawTable, census: str | None) -> tuple[RawTable, list[str]]:
    """The rows in use, in the few columns that are read; and how many were left out, and why."""
    spelt = {name: raw.find(name) for name in (*_BOTH, LINK, census) if name}
    narrow = replace(raw, columns=raw.columns.select([column for column in spelt.values() if column]))
    deleted = pc.not_equal(narrow.columns[spelt["DateOfDeletion"]], "").to_numpy()
    notes = [f"postcodes that are no longer used, left out: {deleted.sum():,}"] if deleted.any() else []
    boxes = np.zeros(len(raw), dtype=bool)
    if link := spelt[LINK]:
        linked = pc.match_substring_regex(narrow.columns[link], f"^(?i:{POSTCODE})$").to_numpy()
        boxes = ~linked & ~deleted
    if boxes.any():
        notes.append(f"boxes at sorting offices, left out: {boxes.sum():,}")
    return narrow.where(~deleted & ~boxes), notes


def _postcodes(supplied: pa.ChunkedArray) -> tuple[pa.Array, int]:
    """Postcodes with one blank, the first part of a split one without its letter; and how many parts keep theirs."""
    found = pc.extract_regex(pc.utf8_upper(supplied).combine_chunks(), f"^{POSTCODE}$")
    whole = pc.binary_join_element_wise(found.field("outward"), found.field("inward"), " ")
    letter = found.field("letter")
    parts = (
        pa.table({"whole": whole, "letter": letter}).group_by("whole", use_threads=False).aggregate([("letter", "min")])
    )
    first = pc.take(parts["letter_min"].combine_chunks(), pc.index_in(whole, parts["whole"].combine_chunks()))
    further = pc.not_equal(letter, first)
    return pc.if_else(further, pc.binary_join_element_wise(whole, letter, ""), whole), pc.sum(further).as_py() or 0
