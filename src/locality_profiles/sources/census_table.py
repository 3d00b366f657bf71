"""Tables of Scotland's Census by data zone, as its flexible table builder writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from locality_profiles.sources import Curated, Source, stage
from locality_profiles.sources._data_zones import block_type_of, marked
from locality_profiles.tables.cells import Cells
from locality_profiles.tables.intake import Layout, RawTable

SOURCE = Source(
    kind="census_table",
    title="Scotland's Census by data zone",
    group="population",
    publisher="National Records of Scotland (Scotland's Census, flexible table builder)",
    licence="Open Government Licence v3.0",
    page="https://www.scotlandscensus.gov.uk/search-the-census#/search-by",
    frequency="every ten years; the last was on 20 March 2022",
    describes="Households by tenure, accommodation and bedrooms, people by disability, ethnic group and religion, and "
    "(2011) households by dimensions of deprivation.",
    quirks=(
        "Counts of 2022 are changed a little to protect people, each cell by itself: parts need not add up to their "
        "total, and a part may be larger than it by up to 3. No nought is called a true zero.",
        "Counts of 2011 come from records of which some were swapped between places.",
        "A title stands above the table and footnotes below it; the row under the header names the kind of zone. In "
        "a workbook the zones stand in a second column without a name, in CSV in the first.",
        "Headings have tabs before some of their words, and 'accommodation' is spelt with one m.",
        "Totals of groups ('Owned: Total') stand beside their parts. Both are kept, as categories of their own.",
    ),
)


@dataclass(frozen=True)
class Topic:
    """What a table asks: the heading of everybody who was asked, and an identifier for each answer's heading."""

    topic: str
    everybody: str
    answers: Mapping[str, str]

    @property
    def layout(self) -> Layout:
        first, *_, last = self.answers
        return Layout(f"flexible table: {self.topic.replace('_', ' ')}", (self.everybody, first, last))


HOUSEHOLDS, PEOPLE = "All occupied households", "All people"
TOPICS = (
    Topic("tenure", HOUSEHOLDS, {
        "Owned: Total": "owned", "Owned: Owned outright": "owned_outright",
        "Owned: Owned with a mortgage or loan": "owned_with_mortgage",
        "Owned: Shared ownership (part owned and part rented)": "shared_ownership",
        "Owned: Shared Equity (e.g. LIFT or Help-to-Buy)": "shared_equity",
        "Social Rented: Council (LA) or Housing Association/ Registered Social Landlord": "social_rented",
        "Private rented: Total": "private_rented",
        "Private rented: Private landlord or letting agency": "private_landlord",
        "Private rented: Other": "private_rented_other", "Lives Rent Free": "rent_free",
    }),
    Topic("accommodation", HOUSEHOLDS, {
        "Whole house or bungalow: Total": "house", "Whole house or bungalow: Detached": "detached",
        "Whole house or bungalow: Semi-detached": "semi_detached",
        "Whole house or bungalow: Terraced (including end-terrace)": "terraced",
        "Flat, maisonette or apartment: Total": "flat",
        "Flat, maisonette or apartment: Purpose-built block of flats or tenement": "purpose_built_flat",
        "Flat, maisonette or apartment: Part of a converted or shared house (including bed-sits)": "converted_flat",
        "Flat, maisonette or apartment: In a commercial building": "flat_in_commercial_building",
        "Caravan or other mobile or temporary structure": "mobile",
    }),
    Topic("occupancy", HOUSEHOLDS, {
        "Occupancy rating of bedrooms: +2 or more": "two_spare_or_more",
        "Occupancy rating of bedrooms: +1": "one_spare", "Occupancy rating of bedrooms: 0": "none_spare",
        "Occupancy rating of bedrooms: -1 or less": "too_few",
    }),
    Topic("household_deprivation", "All households", {
        "Household is not deprived in any dimension": "none", "Household is deprived in 1 dimension": "one",
        "Household is deprived in 2 dimensions": "two", "Household is deprived in 3 dimensions": "three",
        "Household is deprived in 4 dimensions": "four",
    }),
    Topic("disability", PEOPLE, {
        "Day-to-day activities limited a lot": "limited_a_lot",
        "Day-to-day activities limited a little": "limited_a_little",
        "Day-to-day activities not limited": "not_limited",
    }),
    Topic("ethnic_group", PEOPLE, {
        "White: Total": "white", "White: White Scottish": "white_scottish",
        "White: Other White British": "white_other_british", "White: White Irish": "white_irish",
        "White: Gypsy/ Traveller": "gypsy_traveller", "White: White Polish": "white_polish",
        "Other White": "white_other", "Mixed or multiple ethnic group": "mixed",
        "Asian, Asian Scottish or Asian British: Total": "asian", "African: Total": "african",
        "Caribbean or Black: Total": "caribbean_or_black", "Other ethnic groups: Total": "other",
    }),
    Topic("religion", PEOPLE, {
        "Church of Scotland": "church_of_scotland", "Roman Catholic": "roman_catholic",
        "Other Christian": "other_christian", "Buddhist": "buddhist", "Hindu": "hindu", "Jewish": "jewish",
        "Muslim": "muslim", "Sikh": "sikh", "Pagan": "pagan", "Other religion": "other", "No religion": "none",
        "Religion not stated": "not_stated",
    }),
)  # fmt: skip
BY_LAYOUT = {topic.layout.name: topic for topic in TOPICS}
LAYOUTS = tuple(topic.layout for topic in TOPICS)

#: The days of the censuses.
DAYS = {2011: date(2011, 3, 27), 2022: date(2022, 3, 20)}
ZONE = r"^S01\d"


def curate(raw: RawTable) -> Curated:
    """One row per data zone and answer, and one for everybody who was asked."""
    topic = BY_LAYOUT[raw.layout.name]
    column = _zone_column(raw)
    everybody = raw.columns[raw.find(topic.everybody) or ""]
    # The row under the header names the kind of zone and has no figures; a zone without a total is an error.
    about_zones = pc.or_(pc.not_equal(everybody, ""), pc.match_substring_regex(raw.columns[column], ZONE))
    rows = raw.where(about_zones.to_numpy(zero_copy_only=False))
    cells = Cells(rows)
    year = _year(cells)
    zones = cells.codes(column, "data_zone")
    block_type = block_type_of(cells, column)
    cells.unique(column)
    counts = {"all": cells.number(topic.everybody, whole=True, empty=False)}
    for heading, answer in topic.answers.items():
        if rows.find(heading):
            counts[answer] = cells.number(heading, whole=True, empty=False)
    _refuse_too_large(cells, topic, counts)
    cells.finish()
    table = pa.concat_tables([_staged(topic.topic, answer, zones, block_type, year, v) for answer, v in counts.items()])
    lacking = [heading for heading in topic.answers if not rows.find(heading)]
    notes = (f"answers for which the table has no column: {'; '.join(lacking)}",) if lacking else ()
    claims = (marked(f"census {year}, {topic.topic.replace('_', ' ')}", block_type),)
    return Curated({"local_count": table}, claims, notes)


def _year(cells: Cells) -> int:
    """The year of the census, from the title above the table."""
    found = [int(year) for text in cells.raw.preamble for year in re.findall(r"Census (20\d\d)", text)]
    year = next((year for year in found if year in DAYS), None)
    if year is None:
        cells.problem("the title above the table names no census that is known here",
                      f"Keep the title rows of the download; censuses: {', '.join(map(str, DAYS))}.")  # fmt: skip
    return year or max(DAYS)


def _zone_column(raw: RawTable) -> str:
    """The column of zones: the first in CSV; the second, which has no name, in a workbook."""
    names = raw.columns.column_names
    return next(
        (name for name in names[:2] if pc.any(pc.match_substring_regex(raw.columns[name], ZONE)).as_py()), names[0]
    )


#: How far a part may be above its total because each cell was changed by itself.
CHANGED_BY = 3


def _refuse_too_large(cells: Cells, topic: Topic, counts: Mapping[str, pa.ChunkedArray]) -> None:
    for heading, answer in topic.answers.items():
        if answer in counts:
            cells.reject(
                heading, pc.greater(counts[answer], pc.add(counts["all"], CHANGED_BY)),
                f"the count is more than {CHANGED_BY} above the total of its row",
                "A cell may have been changed by hand, or columns moved; download the table again.",
            )  # fmt: skip


def _staged(
    topic: str, answer: str, zones: pa.ChunkedArray, block_type: str, year: int, counts: pa.ChunkedArray
) -> pa.Table:
    day = DAYS[year]
    return stage("local_count", {
        "block_type": block_type, "block_code": zones, "period_type": "snapshot", "period_start": day,
        "period_end": day, "topic": topic, "category": answer, "sex": "all", "age_band": "all", "value": counts,
        "status": "rounded",
    }, len(zones))  # fmt: skip
