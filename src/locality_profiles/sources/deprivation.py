"""The Scottish Index of Multiple Deprivation by data zone: quintiles, ranks, and people counted as deprived.

Three tables are published about each edition, and none holds the whole index: population-weighted
deciles and quintiles (Public Health Scotland), ranks of every domain, and indicators with the counts
of income- and employment-deprived people (both the Scottish Government). Rows of all three have the
same key, so the table for a data zone and domain is complete once they are put together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._data_zones import block_type_of, marked
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="deprivation",
    title="Scottish Index of Multiple Deprivation by data zone",
    group="deprivation",
    publisher="Public Health Scotland (open data) or the Scottish Government",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/scottish-index-of-multiple-deprivation",
    frequency="with each edition of the index, about every four years",
    describes="Rank, decile and quintile of every 2011 data zone, ranks in seven domains, and people who are income or "
    "employment deprived.",
    quirks=(
        "Quintiles in the health service's table hold a fifth of the people; those that the Government derives from "
        "ranks hold a fifth of the zones. 481 zones differ, and only the former are read.",
        "Deciles and quintiles within boards, partnerships and councils stand beside the country's. Of these only the "
        "partnerships' quintiles are read, where the table has them: a fifth of each partnership's own people.",
        "The edition is part of the column names, spelt SIMD2020v2 for two columns of the ranks table and SIMD2020 for "
        "the six domains that the revision left alone; the overall rank's spelling names the edition.",
        "The indicators name no edition. Their columns are those of SIMD 2020, and they are taken as the revised "
        "2020v2; the withdrawn first release (January 2020) has the same columns and cannot be told from it.",
        "The indicators come as a workbook with proportions and as CSV with '8%' and '*'; the counts are equal.",
        "Populations beside the counts are of 2017. Two zones in Glasgow were empty of people then, and one "
        "(S01010227) counts two employment-deprived people among nobody of working age.",
        "Tied zones share a rank, which may be a half.",
    ),
)

#: Editions on 2011 data zones, as column names spell them. Editions before 2016 are on 2001 data zones.
EDITION = r"simd(20(?:1[6-9]|[2-9]\d)(?:v\d)?)"
DOMAINS = ("income", "employment", "health", "education", "access", "crime", "housing")

QUINTILES = Layout(
    "open-data CSV",
    ("DataZone",),
    (f"{EDITION}rank", f"{EDITION}countrydecile", f"{EDITION}countryquintile"),
    examples=("SIMD2020V2Rank", "SIMD2020V2CountryDecile", "SIMD2020V2CountryQuintile"),
)
RANKS = Layout(
    "Scottish Government ranks",
    ("Data_Zone",),
    (f"{EDITION}_rank", *(f"{EDITION}_{domain}_domain_rank" for domain in DOMAINS)),
    examples=("SIMD2020v2_Rank", *(f"SIMD2020_{domain.capitalize()}_Domain_Rank" for domain in DOMAINS)),
)
INDICATORS = Layout(
    "Scottish Government indicators, SIMD 2020",
    (
        "Data_Zone", "Total_population", "Working_age_population", "Income_rate", "Income_count", "Employment_rate",
        "Employment_count", "no_qualifications", "not_participating", "Broadband",
    ),
)  # fmt: skip
LAYOUTS = (QUINTILES, RANKS, INDICATORS)

#: Who is counted as deprived, and among whom.
COUNTS = {
    "income": ("Income_count", "Total_population"),
    "employment": ("Employment_count", "Working_age_population"),
}


def curate(raw: RawTable) -> Curated:
    """One row per data zone and domain that the table tells of; what it does not tell is null."""
    read = {QUINTILES.name: _quintiles, RANKS.name: _ranks, INDICATORS.name: _counts}[raw.layout.name]
    return read(raw, Cells(raw))


@dataclass(frozen=True)
class Zones:
    """The data zones of a table, and the edition that they are of."""

    codes: pa.ChunkedArray
    block_type: str


def _zones(cells: Cells, column: str) -> Zones:
    codes = cells.codes(column, "data_zone")
    cells.unique(column)
    return Zones(codes, block_type_of(cells, column))


def _rows(zones: Zones, edition: str, domain: str, **columns: Any) -> pa.Table:
    place = {"block_type": zones.block_type, "block_code": zones.codes, "index": f"simd_{edition}", "domain": domain}
    return stage("deprivation", place | columns, len(zones.codes))


def _edition_column(raw: RawTable, ending: str) -> tuple[str, str]:
    """The edition and the column of the newest edition with this ending."""
    return max(raw.matching(EDITION + ending).items())


def _quintiles(raw: RawTable, cells: Cells) -> Curated:
    zones = _zones(cells, "DataZone")
    edition, column = _edition_column(raw, "rank")
    decile_column, quintile_column = (_edition_column(raw, f"country{part}")[1] for part in ("decile", "quintile"))
    rank = _rank(cells, column)
    decile = cells.number(decile_column, minimum=1, maximum=10, whole=True)
    quintile = cells.number(quintile_column, minimum=1, maximum=5, whole=True)
    own_columns = raw.matching(EDITION + "hscpquintile")
    own = cells.number(max(own_columns.items())[1], minimum=1, maximum=5, whole=True) if own_columns else None
    cells.reject(
        quintile_column, pc.not_equal(pc.ceil(pc.divide(decile, 2)), quintile),
        "the quintile is not the one that the decile lies in (deciles 1 and 2 make quintile 1)",
        "A cell may have been changed by hand; get the extract again.",
    )  # fmt: skip
    cells.finish()
    rows = _rows(zones, edition, "overall", rank=rank, decile=decile, quintile=quintile, status=cells.status(column))
    tables = {"deprivation": rows} | ({"classification": _own_fifths(zones, edition, own)} if own is not None else {})
    return Curated(tables, (marked(f"SIMD {edition}, quintiles", zones.block_type),))


def _own_fifths(zones: Zones, edition: str, quintile: pa.ChunkedArray) -> pa.Table:
    """The fifth of its partnership's people that each zone is in, as a class of the zone."""
    return stage("classification", {
        "block_type": zones.block_type, "block_code": zones.codes, "scheme": f"simd_{edition}_quintile_hscp",
        "category": quintile.cast(pa.int64()).cast(pa.string()),
    }, len(zones.codes))  # fmt: skip


def _ranks(raw: RawTable, cells: Cells) -> Curated:
    zones = _zones(cells, "Data_Zone")
    edition, overall = _edition_column(raw, "_rank")
    columns = {"overall": overall}
    columns |= {domain: _edition_column(raw, f"_{domain}_domain_rank")[1] for domain in DOMAINS}
    ranks = {domain: _rank(cells, column) for domain, column in columns.items()}
    cells.finish()
    rows = [
        _rows(zones, edition, domain, rank=ranks[domain], status=cells.status(column))
        for domain, column in columns.items()
    ]
    claim = marked(f"SIMD {edition}, domain ranks", zones.block_type)
    return Curated({"deprivation": pa.concat_tables(rows)}, (claim,))


def _rank(cells: Cells, column: str) -> pa.ChunkedArray:
    """Ranks from 1 to the number of zones; ties may hold halves."""
    rank, zones = cells.number(column, minimum=1), len(cells.raw)
    cells.reject(
        column, pc.greater(rank, zones),
        f"the rank is above {zones:,}, the number of data zones in the file",
        "The file may be cut short or hold only some councils; use the whole country's.",
    )  # fmt: skip
    doubled = pc.multiply(rank, 2)
    cells.reject(
        column, pc.not_equal(doubled, pc.floor(doubled)), "the rank is neither whole nor a half",
        "A rank may have been replaced by a score; get the extract again.",
    )  # fmt: skip
    return rank


def _counts(raw: RawTable, cells: Cells) -> Curated:
    zones = _zones(cells, "Data_Zone")
    edition = "2020v2"
    people = {column: cells.number(column, whole=True, unit="people") for pair in COUNTS.values() for column in pair}
    cells.finish()
    rows = [
        _rows(zones, edition, domain, deprived_people=people[count], people=people[among], status=cells.status(count))
        for domain, (count, among) in COUNTS.items()
    ]
    notes = ["the file names no edition of the index; its columns are those of SIMD 2020, read as 2020v2"]
    for domain, (count, among) in COUNTS.items():
        if more := pc.sum(pc.greater(people[count], people[among])).as_py():
            notes.append(f"data zones with more {domain}-deprived people than people, kept as supplied: {more:,}")
    claim = marked(f"SIMD {edition}, income and employment counts", zones.block_type)
    return Curated({"deprivation": pa.concat_tables(rows)}, (claim,), tuple(notes))
