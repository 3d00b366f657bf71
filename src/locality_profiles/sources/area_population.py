"""Mid-year population of councils, partnerships, boards and the country by sex and single year of age."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source
from locality_profiles.sources import _population_tables as tables
from locality_profiles.sources._population_tables import Columns, People
from locality_profiles.tables.cells import CODE_PATTERNS, Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="area_population",
    title="Mid-year population estimates by sex and single year of age, councils, boards and Scotland",
    group="population",
    publisher="National Records of Scotland, and Public Health Scotland (open data)",
    licence="Open Government Licence v3.0",
    page="https://www.opendata.nhs.scot/dataset/population-estimates",
    frequency="every year, for 30 June of the year before",
    describes="People of each sex and single year of age (90 and over together) in each area, over many years.",
    quirks=(
        "The open data begin with a byte-order mark and a column '_id'; 'd' in HBQF marks the row for Scotland.",
        "NRS's long table names councils and Scotland without codes, and gives females and males only.",
        "The table of councils in 2022 has persons only and says its year in the file's name only.",
        "Editions differ: NRS has 100 more people in Scotland in 2006 than the open data of 2021.",
    ),
)


@dataclass(frozen=True)
class Areas:
    """Of what kind the areas of a layout are, and how claims name them."""

    block_type: str
    in_words: str
    columns: Columns
    named: bool = False

    @property
    def gives_country(self) -> bool:
        return self.block_type == "health_board"


def _open_data(place: str, block_type: str, in_words: str) -> tuple[Layout, Areas]:
    return (
        Layout(f"open-data CSV by {place}", ("Year", place, "Sex", "AllAges"), (r"age\d+",), examples=("Age0",)),
        Areas(block_type, in_words, Columns(place, "AllAges", "Sex", "Year")),
    )


_KNOWN = (
    _open_data("HB", "health_board", "health boards"),
    _open_data("CA", "council_area", "council areas"),
    _open_data("HSCP", "hscp", "partnerships"),
    (
        Layout("councils, reshaped from NRS", ("ltla19_code", "sex", "all_ages"), (r"\d{1,2}",), examples=("0",)),
        Areas("council_area", "council areas", Columns("ltla19_code", "all_ages", "sex")),
    ),
    # Projections have the same columns and one more; they are no estimates.
    (
        Layout("long table of councils", ("Area", "Year", "Sex", "Age", "Population"), without=("Projection",)),
        Areas("council_area", "council areas", Columns("Area", "Population", "Sex", "Year", "Age"), named=True),
    ),
)

LAYOUTS = tuple(layout for layout, _ in _KNOWN)
AREAS = {layout.name: areas for layout, areas in _KNOWN}


def curate(raw: RawTable) -> Curated:
    """One row per area, year, sex and age.

    The country's own row is kept from the table of boards only: publishers put one into each table, of
    editions that differ a little, and one figure for a year is enough. Elsewhere it is a total to check.
    """
    areas = AREAS[raw.layout.name]
    columns = areas.columns
    cells = Cells(raw)
    country = tables.is_country(raw, columns)
    if areas.named:
        cells.text(columns.place, what="the name of a council area or Scotland")
    else:
        what = f"a {areas.in_words.removesuffix('s')} code like {CODE_PATTERNS[areas.block_type][:3]}000000"
        tables.check_places(cells, columns, CODE_PATTERNS[areas.block_type], what, country)
    people = tables.read_people(cells, columns)
    of_country = tables.of_country(people, raw, columns, country)
    tables.check_totals(cells, people, columns.persons)
    for part in (people.where(~of_country), people.where(of_country)):
        tables.check_sexes(cells, part, columns.sex)
    cells.finish()

    # Where the publisher gives females and males only, 'all' is their sum; persons alone are just 'all'.
    people = tables.with_everyone(people)
    of_country = tables.of_country(people, raw, columns, country)
    parts, scotland = people.where(~of_country), people.where(of_country)
    # Not refused: a board or council that keeps its own rows and Scotland's has every reason to.
    notes = tuple(tables.differences(parts, scotland, areas.in_words))
    claims = tables.claims(parts, areas.in_words)
    if areas.gives_country:
        claims += tables.claims(scotland, "the country")
    else:
        people, of_country = parts, np.zeros(len(parts.rows), dtype=bool)
    return Curated({"population": _staged(people, of_country, areas)}, claims, notes)


def _staged(people: People, of_country: np.ndarray, areas: Areas) -> pa.Table:
    kind = pc.if_else(pa.array(of_country), "country", areas.block_type)
    place = "place_name" if areas.named else "block_code"
    return tables.stage_people(people, {"block_type": kind, place: people.places})
