"""Mid-year population of data zones by sex and single year of age, in every layout that it comes in."""

from __future__ import annotations

from locality_profiles.geography.vintages import plural
from locality_profiles.sources import Curated, Source
from locality_profiles.sources import _population_tables as tables
from locality_profiles.sources._data_zones import block_type_of
from locality_profiles.sources._population_tables import Columns
from locality_profiles.tables.cells import CODE_PATTERNS, Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="small_area_population",
    title="Small area population estimates by sex and single year of age, 2011 data zones",
    group="population",
    publisher="National Records of Scotland, and Public Health Scotland (open data)",
    licence="Open Government Licence v3.0",
    page="https://www.nrscotland.gov.uk/publications/small-area-population-estimates-2011-data-zone-based/",
    frequency="every year, for 30 June of the year before",
    describes="People of each sex and single year of age (90 and over together) in every 2011 data zone.",
    quirks=(
        "NRS gives one workbook or sheet a sex; only those for females and males have a column 'Sex', and the year "
        "stands in the title and the sheet's name.",
        "An NRS sheet saved as CSV has title rows, thousands commas, Windows-1252 bytes, a Scotland row without a "
        "code, a second row of column names and a footer.",
        "The open data have a year column, 'All' beside female and male, and QF columns ('d' marks a derived total).",
        "The reshaped copy of the open data (dz11_code) says its year in the file's name only.",
    ),
)

ZONE = "data[ _]?zone(?:[ _]?code)?|dz11_code"
PEOPLE = "population|persons|people"

# One age is enough to know a layout by: an age that is missing among the others is told as what it is.
LAYOUTS = (
    Layout("NRS workbook sheet", ("Data zone code", "Total population"), (r"age \d+",), examples=("Age 0",)),
    Layout("NRS sheet saved as CSV", ("Area code", "All ages"), (r"age ?\d+",), examples=("AGE0",)),
    Layout("open-data CSV", ("Year", "DataZone", "Sex", "AllAges"), (r"age\d+",), examples=("Age0",)),
    Layout("reshaped open data", ("dz11_code", "total_population", "sex"), (r"\d{1,2}",), examples=("0",)),
    # Projections by area have nearly these columns; they are no estimates.
    Layout("long table", ("Year", "Sex", "Age"), (ZONE, PEOPLE), ("Projection",), examples=("DataZone", "Population")),
)


def columns_of(raw: RawTable) -> Columns:
    """Which columns of the recognised layout hold the zone, the people, the sex, the year and the age."""
    match raw.layout.name:
        case "NRS workbook sheet":
            return Columns("Data zone code", "Total population", raw.find("Sex"), raw.find("Year"))
        case "NRS sheet saved as CSV":
            return Columns("Area code", "All ages", raw.find("Sex"), raw.find("Year"))
        case "open-data CSV":
            return Columns("DataZone", "AllAges", "Sex", "Year")
        case "reshaped open data":
            return Columns("dz11_code", "total_population", "sex", raw.find("Year"))
        case _:
            zone, people = (next(iter(raw.matching(pattern).values())) for pattern in (ZONE, PEOPLE))
            return Columns(zone, people, "Sex", "Year", "Age")


def curate(raw: RawTable) -> Curated:
    """One row per data zone, year, sex and age; Scotland's row is what the zones must add up to."""
    columns = columns_of(raw)
    raw, notes = tables.without_rows_of_names(raw, columns)
    cells = Cells(raw)
    country = tables.is_country(raw, columns) | tables.is_country_without_code(raw, columns)
    tables.check_places(cells, columns, CODE_PATTERNS["data_zone"], "a data zone code like S01000000", country)
    block_type = block_type_of(cells, columns.place)
    people = tables.read_people(cells, columns)
    of_country = tables.of_country(people, raw, columns, country)
    zones, scotland = people.where(~of_country), people.where(of_country)
    if not len(zones):
        cells.problem("no row is about a data zone", "Get the extract again.", column=columns.place)
    tables.check_totals(cells, people, columns.persons)
    tables.check_sexes(cells, zones, columns.sex)
    for difference in tables.differences(zones, scotland, "data zones"):
        cells.problem(
            difference,
            "Get the extract again; if it was cut down to some zones on purpose, take the row for Scotland out.",
            column=columns.persons,
        )
    cells.finish()
    zones = tables.with_everyone(zones)
    table = tables.stage_people(zones, {"block_type": block_type, "block_code": zones.places})
    return Curated({"population": table}, tables.claims(zones, plural(block_type)), notes)
