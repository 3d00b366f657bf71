"""The curated tables: one contract each, the words of the data dictionary.

Facts hang on a *block*: the place that the supplied figure is about, be it a data zone, a GP
practice, a locality or a whole council. ``membership`` says which blocks make up which areas.
"""

from __future__ import annotations

from dataclasses import replace

from locality_profiles.periods import PERIOD_TYPES
from locality_profiles.tables.cells import STATUSES
from locality_profiles.tables.contract import Column, TableContract

#: The ladder of places, small to large. Workspaces add area types of their own (neighbourhood, ...).
LADDER = (
    "gp_practice", "hospital", "data_zone_2011", "intermediate_zone_2011", "neighbourhood", "gp_cluster",
    "ward", "locality", "council_area", "hscp", "health_board", "country",
)  # fmt: skip

_BLOCK = (
    Column("block_type", "text", "Kind of place that the figure is about, such as data_zone_2011 or council_area."),
    Column("block_code", "text", "Code of that place."),
)
_PERIOD = (
    Column("period_type", "text", "Kind of period.", allowed=PERIOD_TYPES),
    Column("period_start", "date", "First day of the period (inclusive)."),
    Column("period_end", "date", "Last day of the period (inclusive)."),
)
_STATUS = Column(
    "status", "text", "What the value is: a figure (actual, estimated, provisional, rounded, true_zero) or why there is none.",
    allowed=STATUSES,
)  # fmt: skip
_EXTRACT = Column(
    "extract_id", "text", "The extract that the row was read from: first 12 characters of the file's sha256."
)
_SEX = Column(
    "sex",
    "text",
    "all, female or male. 'all' is the total: never add it to the others.",
    allowed=("all", "female", "male"),
)

AREA = TableContract(
    "area", "one area of one type", ("area_type", "area_code"),
    (
        Column("area_type", "text", "Kind of area: data_zone_2011, locality, hscp, health_board, country, …"),
        Column("area_code", "text", "Official code; a locality, which has none, is its partnership's code and a slug of its name."),
        Column("area_name", "text", "Name for people. Never join on it."),
        Column("parent_type", "text", "Kind of the next larger area that holds it whole.", empty=True),
        Column("parent_code", "text", "Code of that area; empty for a country or where it is not known.", empty=True),
        Column("vintage", "text", "Edition of the boundaries, as the source names it.", empty=True),
        Column("source_code", "text", "The code that the source gave, where it is not the official one.", empty=True),
        _EXTRACT,
    ),
    ("area_type", "area_code"),
    "Every place that a figure can be about or that a profile can be made for.",
)  # fmt: skip

MEMBERSHIP = TableContract(
    "membership", "one block's share in one area", ("block_type", "block_code", "area_type", "area_code"),
    (
        *_BLOCK,
        Column("area_type", "text", "Kind of the area that the block belongs to."),
        Column("area_code", "text", "Code of that area."),
        Column("weight", "number", "Share of the block that lies in the area; 1 where it is wholly inside.", minimum=0),
        Column("method", "text", "How the membership was found: identity, lookup, largest_overlap, nearest, nested."),
        Column("quality", "number", "Share of the block's land that the boundaries place in the area, where it was measured.", empty=True),
        Column("vintage", "text", "Edition of the boundaries or lookup.", empty=True),
        _EXTRACT,
    ),
    ("area_type", "area_code", "block_type", "block_code"),
    "Which building blocks make up which areas. Every area is a set of blocks.",
)  # fmt: skip

POPULATION = TableContract(
    "population", "one place, mid-year, sex and single year of age", ("block_type", "block_code", "year", "sex", "age"),
    (
        *_BLOCK,
        Column("year", "integer", "The estimate is for 30 June of this year.", minimum=1900),
        _SEX,
        Column("age", "integer", "Age last birthday; 90 stands for 90 and over.", "years", minimum=0),
        Column("persons", "integer", "Estimated residents.", "people", minimum=0),
        _STATUS,
        _EXTRACT,
    ),
    ("block_type", "year", "sex", "block_code", "age"),
    "Mid-year population estimates. Filter on one value of sex before adding.",
)  # fmt: skip

DEPRIVATION = TableContract(
    "deprivation", "one data zone and domain of one index", ("block_type", "block_code", "index", "domain"),
    (
        *_BLOCK,
        Column("index", "text", "Index and edition, such as simd_2020v2."),
        Column("domain", "text", "overall, income, employment, health, education, access, crime or housing."),
        Column("rank", "number", "Rank in the country; 1 is the most deprived. Ties may hold halves.", empty=True, minimum=1),
        Column("decile", "integer", "Tenth of the country's people, 1 most deprived; empty where not supplied.", empty=True, minimum=1),
        Column("quintile", "integer", "Fifth of the country's people, 1 most deprived; empty where not supplied.", empty=True, minimum=1),
        Column("deprived_people", "number", "People counted as deprived in this domain; empty where not counted.", "people", empty=True, minimum=0),
        Column("people", "number", "People among whom they were counted.", "people", empty=True, minimum=0),
        _STATUS,
        _EXTRACT,
    ),
    ("index", "domain", "block_code"),
    "Scottish Index of Multiple Deprivation by data zone. Quintiles are weighted by population.",
)  # fmt: skip

CLASSIFICATION = TableContract(
    "classification", "one place's class in one scheme", ("block_type", "block_code", "scheme"),
    (
        *_BLOCK,
        Column("scheme", "text", "Scheme and edition, such as urban_rural_6fold_2020."),
        Column("category", "text", "Class, as coded in the scheme."),
        _EXTRACT,
    ),
    ("scheme", "block_code"),
    "Classes that places are sorted into, such as urban and rural.",
)  # fmt: skip

POPULATION_CLASS = TableContract(
    "population_class", "one place, year, sex and class of one scheme", ("block_type", "block_code", "year", "sex", "scheme"),
    (
        *_BLOCK,
        Column("year", "integer", "The estimate is for 30 June of this year."),
        _SEX,
        Column("scheme", "text", "A deprivation index (simd_2020v2_quintile) or another classification."),
        Column("category", "text", "The class that the place is in."),
        Column("persons", "integer", "Residents of all ages.", "people", minimum=0),
        _STATUS,
        _EXTRACT,
    ),
    ("scheme", "year", "block_code"),
    "People of every age beside the class of the place where they live: for shares by deprivation or rurality.",
)  # fmt: skip

ACTIVITY = TableContract(
    "activity",
    "one place's value of one measure of one service in one period, for one age band, sex and other classes",
    ("source", "service_code", "measure_code", "period_type", "period_start", "geo_role", "block_type", "block_code",
     "age_band", "sex", "simd_quintile", "urgency", "delay_group", "care_group"),
    (
        Column("source", "text", "The kind of extract, such as home_care."),
        Column("service_code", "text", "Service: SC.HC home care, FLOW.DD delayed discharge, HOSP.AE, HOSP.MIU, HOSP.ACU, …"),
        Column("measure_code", "text", "What is counted: N_PEOPLE, HOURS, BED_DAYS, N_ATTEND, N_ADMIT, …"),
        Column("value", "number", "The figure; empty where status says why there is none.", empty=True),
        _STATUS,
        *_PERIOD,
        Column("geo_role", "text", "residence, registration, treatment or provider: what ties the activity to the place.",
               allowed=("residence", "registration", "treatment", "provider")),
        *_BLOCK,
        Column("age_band", "text", "all, or a band such as 65-74 or 85+."),
        _SEX,
        Column("simd_quintile", "text", "all, or 1 (most deprived) to 5."),
        Column("urgency", "text", "all, emergency or planned.", allowed=("all", "emergency", "planned")),
        Column("delay_group", "text", "all, or the reason for a delay: health_social_care, patient_family, code_9_awi, code_9_other."),
        Column("care_group", "text", "all, or the group of people served."),
        Column("note", "text", "Anything a reader of the figure must know.", empty=True),
        _EXTRACT,
    ),
    ("service_code", "measure_code", "period_start", "block_type", "block_code"),
    "Service activity, one measure a row. Residence and treatment are never mixed in one indicator.",
)  # fmt: skip

REGISTRATION = TableContract(
    "registration", "one GP practice, day, sex and age band", ("block_type", "block_code", "period_start", "sex", "age_band"),
    (
        *_BLOCK,
        *_PERIOD,
        _SEX,
        Column("age_band", "text", "all, or 0-4, 5-14, 15-24, 25-44, 45-64, 65-74, 75-84, 85+."),
        Column("persons", "integer", "Patients on the list; empty where status says why.", "people", empty=True, minimum=0),
        _STATUS,
        _EXTRACT,
    ),
    ("period_start", "block_code"),
    "People registered with GP practices. Registered and resident people are different and never share a denominator.",
)  # fmt: skip

SERVICE = TableContract(
    "service", "one place where a service is given", ("service_type", "service_code"),
    (
        Column("service_type", "text", "gp_practice, hospital, …"),
        Column("service_code", "text", "The service's own code."),
        Column("service_name", "text", "Name for people."),
        Column("postcode", "text", "Postcode of the premises.", empty=True),
        Column("data_zone", "text", "2011 data zone of the premises.", empty=True),
        Column("cluster_name", "text", "GP cluster, as the source names it.", empty=True),
        Column("hscp", "text", "Partnership code, as the source gives it.", empty=True),
        Column("health_board", "text", "Health board code, as the source gives it.", empty=True),
        Column("easting", "number", "British National Grid.", "metres", empty=True),
        Column("northing", "number", "British National Grid.", "metres", empty=True),
        Column("as_at", "date", "The day that the row describes, where the source says it.", empty=True),
        _EXTRACT,
    ),
    ("service_type", "service_code"),
    "The directory of services. Names and places of premises, never of people.",
)  # fmt: skip

HOUSEHOLD = TableContract(
    "household", "one place, period and category of household or dwelling", ("block_type", "block_code", "period_start", "measure", "category"),
    (
        *_BLOCK,
        *_PERIOD,
        Column("measure", "text", "households (occupied dwellings), household_size (mean) or dwellings."),
        Column("category", "text", "all, or a council-tax band A to H."),
        Column("value", "number", "The figure; empty where status says why.", empty=True, minimum=0),
        _STATUS,
        _EXTRACT,
    ),
    ("measure", "period_start", "block_code"),
    "Household estimates and dwellings by council-tax band.",
)  # fmt: skip

BUDGET_LINE = TableContract(
    "budget_line", "one line of spending of one area, year and version", ("line_id",),
    (
        Column("line_id", "text", "Identifies the line."),
        *_BLOCK,
        *_PERIOD,
        Column("version", "text", "original, revised, forecast, outturn or audited.",
               allowed=("original", "revised", "forecast", "outturn", "audited")),
        Column("scope", "text", "delegated, set_aside, hosted_out, hosted_in, housing, managed or reserve; empty where not stated.", empty=True),
        Column("partner", "text", "council, nhs or ijb.", allowed=("council", "nhs", "ijb")),
        Column("service_code", "text", "Service that the money was for."),
        Column("care_group", "text", "all, older, learning_disability, …"),
        Column("description", "text", "The line as the source calls it."),
        Column("gross_pence", "integer", "Gross spending; empty where only net is known.", "pence", empty=True),
        Column("income_pence", "integer", "Income; empty where it is not known.", "pence", empty=True),
        Column("net_pence", "integer", "Net spending; empty where only gross is known.", "pence", empty=True),
        _STATUS,
        _EXTRACT,
    ),
    ("block_type", "block_code", "period_start", "service_code"),
    "Spending as councils and boards report it, in whole pence.",
)  # fmt: skip

UNIT_COST = TableContract(
    "unit_cost", "one place's quantity of service bought with one budget line", ("line_id",),
    (
        Column("line_id", "text", "The budget line that paid for it."),
        *_BLOCK,
        *_PERIOD,
        Column("service_code", "text", "Service."),
        Column("unit", "text", "hour, resident_week, person, …"),
        Column("quantity", "number", "Units of service in the period; empty where status says why.", empty=True, minimum=0),
        Column("spend_pence", "integer", "What they cost together.", "pence", empty=True),
        Column("published_unit_pence", "integer", "Cost of one unit as the source published it.", "pence", empty=True),
        _STATUS,
        _EXTRACT,
    ),
    ("block_type", "block_code", "period_start", "service_code"),
    "What a unit of service costs: spending and quantity side by side, so that costs of several areas can be added before dividing.",
)  # fmt: skip

BOUNDARY = TableContract(
    "boundary", "the outline of one area", ("area_type", "area_code"),
    (
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area."),
        Column("area_name", "text", "Name for people.", empty=True),
        Column("geometry", "geometry", "Outline in British National Grid (EPSG:27700), WKB."),
        _EXTRACT,
    ),
    ("area_type", "area_code"),
    "Outlines as supplied, made valid. GeoParquet.",
)  # fmt: skip

#: Tables that sources fill. Others (indicator, indicator_value, profile, …) are made later.
SOURCE_TABLES = (
    AREA, MEMBERSHIP, POPULATION, DEPRIVATION, CLASSIFICATION, ACTIVITY, REGISTRATION, SERVICE, HOUSEHOLD,
    BUDGET_LINE, UNIT_COST, BOUNDARY,
)  # fmt: skip


def staged(contract: TableContract) -> TableContract:
    """The contract of one extract's rows, before codes are looked up from names.

    A supplier who names an area instead of coding it leaves ``block_code`` (or ``area_code``) empty
    and fills ``place_name`` and, for a locality, ``place_parent`` (the partnership's name or code).
    Curating joins the code on, so no name survives into a curated fact.
    """
    place = {"block_code", "area_code", "parent_code"}
    columns = tuple(
        replace(column, empty=True) if column.name in place else column
        for column in contract.columns
        if column.name != "extract_id"
    )
    extra = (
        Column("place_name", "text", "Name that the source gave instead of a code.", empty=True),
        Column("place_parent", "text", "Name or code of the larger area that the source gave.", empty=True),
    )
    return replace(contract, columns=columns + extra)


STAGED = {contract.name: staged(contract) for contract in SOURCE_TABLES}

# --- made from the facts --------------------------------------------------------------------------

INDICATOR = TableContract(
    "indicator", "one indicator", ("indicator_id",),
    (
        Column("indicator_id", "text", "Name of the definition file."),
        Column("title", "text", "Name for people."),
        Column("section", "text", "Section of the profile, as an identifier."),
        Column("section_title", "text", "Section of the profile, for people."),
        Column("section_order", "integer", "Place of the section in a profile."),
        Column("item_order", "integer", "Place of the indicator in its section."),
        Column("definition", "text", "What the number is, in a sentence or two."),
        Column("method", "text", "count, percentage, crude_rate, ratio or cost_per_unit."),
        Column("per", "number", "The value is per this many of the denominator; 1 for a count."),
        Column("unit", "text", "Unit as it is printed after or above the value."),
        Column("decimals", "integer", "Decimals in print."),
        Column("direction", "text", "high_is_good, low_is_good or none (no judgement is made)."),
        Column("smallest_area", "text", "The smallest kind of area that the extracts of this build allow; empty where there is no data.", empty=True),
        Column("source", "text", "Extracts that it is made from, for people."),
        Column("caveat", "text", "What a reader must know before arguing from it.", empty=True),
        Column("owner", "text", "Who answers for the definition."),
        Column("reviewed", "date", "When the definition was last reviewed."),
    ),
    ("section_order", "item_order"),
    "What each indicator is: the declarations, as data.",
)  # fmt: skip

INDICATOR_VALUE = TableContract(
    "indicator_value", "one indicator's value for one area, period and category",
    ("indicator_id", "area_type", "area_code", "period_start", "period_end", "breakdown", "category"),
    (
        Column("indicator_id", "text", "The indicator."),
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area."),
        Column("lookup_version", "text", "Vintage of the membership that was used.", empty=True),
        *_PERIOD,
        Column("breakdown", "text", "all, or what the categories divide, such as simd_2020v2_quintile."),
        Column("category", "text", "all, or one class of the breakdown."),
        Column("numerator", "number", "Events, people or money counted.", empty=True),
        Column("denominator", "number", "Among whom or what; empty for a count.", empty=True),
        Column("value", "number", "The indicator, at full precision; empty where status says why.", empty=True),
        Column("lower", "number", "Lower confidence limit, where the method has one.", empty=True),
        Column("upper", "number", "Upper confidence limit.", empty=True),
        Column("confidence", "number", "Confidence of the limits, as a fraction.", empty=True),
        Column("method", "text", "How it was calculated."),
        Column("per", "number", "The value is per this many of the denominator."),
        _STATUS,
        Column("source_level", "text", "Kind of place that the counts were published for."),
        Column("parts", "integer", "How many of those places were added."),
        Column("note", "text", "What a reader must know about this value.", empty=True),
    ),
    ("indicator_id", "area_type", "area_code", "period_start", "category"),
    "Every indicator for every area and period. Rates come from counts at the level where they are shown.",
)  # fmt: skip

_PROFILED = (
    Column("area_type", "text", "Kind of the area whose profile this is."),
    Column("area_code", "text", "Code of that area."),
    Column("section", "text", "Section of the profile."),
    Column("item", "text", "The indicator."),
    Column("category", "text", "all, or one class of the indicator's breakdown."),
)

PROFILE = TableContract(
    "profile", "one number of one profile: an item for the area itself or one area beside it",
    ("area_type", "area_code", "item", "category", "beside_type", "beside_code"),
    (
        *_PROFILED,
        Column("category_title", "text", "The class, for people; empty where there is no breakdown.", empty=True),
        Column("role", "text", "this area, another of its kind in the same partnership (peer), a locality inside it (part), or a larger one.",
               allowed=("this", "peer", "part", "hscp", "health_board", "country")),
        Column("beside_type", "text", "Kind of the area that the value is for."),
        Column("beside_code", "text", "Code of the area that the value is for."),
        Column("beside_order", "integer", "Order of the columns: this area, its peers or parts by name, partnership, board, country."),
        Column("period_type", "text", "Kind of period; empty where there is no value anywhere.", empty=True),
        Column("period_start", "date", "First day.", empty=True),
        Column("period_end", "date", "Last day.", empty=True),
        Column("numerator", "number", "Counted.", empty=True),
        Column("denominator", "number", "Among.", empty=True),
        Column("value", "number", "At full precision; empty where status says why.", empty=True),
        _STATUS,
        Column("note", "text", "Why there is no value, or what to know about it.", empty=True),
    ),
    ("area_type", "area_code", "section", "item", "category", "beside_order"),
    "What a reader is told about an area. All columns of a row are for the same period.",
)  # fmt: skip

PROFILE_TREND = TableContract(
    "profile_trend", "one point of the trend shown beside one item of one profile",
    ("area_type", "area_code", "item", "category", "position"),
    (
        *_PROFILED,
        Column("of_type", "text", "Kind of area that the trend is of: the area itself, or the smallest larger one that has data."),
        Column("of_code", "text", "Code of that area."),
        Column("position", "integer", "1 for the latest period, up to 5; a missing period keeps its place."),
        *_PERIOD,
        Column("value", "number", "At full precision; empty where status says why.", empty=True),
        _STATUS,
        Column("note", "text", "What to know about this point.", empty=True),
    ),
    ("area_type", "area_code", "item", "category", "position"),
    "Up to five periods that end with the one shown.",
)  # fmt: skip

EXTRACT = TableContract(
    "extract", "one supplied file", ("extract_id", "kind", "sheet"),
    (
        Column("extract_id", "text", "First 12 characters of the sha256 of the bytes."),
        Column("kind", "text", "Kind of extract, by its content."),
        Column("file", "text", "File, from the extracts folder."),
        Column("sheet", "text", "Sheet of a workbook; empty for others.", empty=True),
        Column("layout", "text", "The layout by which it was recognised."),
        Column("title", "text", "What it is."),
        Column("publisher", "text", "Who published it."),
        Column("licence", "text", "Licence."),
        Column("page", "text", "Where it is published."),
        Column("sha256", "text", "Checksum of the bytes."),
        Column("bytes", "integer", "Size.", "bytes"),
        Column("rows", "integer", "Rows of data."),
        Column("claims", "text", "What it gives, in words."),
        Column("notes", "text", "What was noticed while reading.", empty=True),
    ),
    ("kind", "file", "sheet"),
    "What was read, with its checksum: the start of every number's trail.",
)  # fmt: skip

CHECK_RESULT = TableContract(
    "check_result", "one expectation of one suite", ("door", "suite", "position"),
    (
        Column("door", "text", "extract, curated or profile.", allowed=("extract", "curated", "profile")),
        Column("suite", "text", "The suite, which is a file in expectations/."),
        Column("position", "integer", "Place of the expectation in its suite."),
        Column("subject", "text", "The table or extract that was checked."),
        Column("expectation", "text", "Great Expectations' name of the check."),
        Column("column", "text", "The column, where there is one.", empty=True),
        Column("severity", "text", "must stops a build; should is printed as a warning.", allowed=("must", "should")),
        Column("success", "boolean", "Whether it held."),
        Column("sentence", "text", "What was expected and what was found, in words."),
        Column("why", "text", "Why it is expected.", empty=True),
        Column("remedy", "text", "What to do.", empty=True),
        Column("unexpected", "integer", "How many rows did not hold, where they are counted.", empty=True),
    ),
    ("door", "suite", "position"),
    "What was checked, at which door, and what came of it.",
)  # fmt: skip

MADE_TABLES = (POPULATION_CLASS, INDICATOR, INDICATOR_VALUE, PROFILE, PROFILE_TREND, EXTRACT, CHECK_RESULT)

CONTRACTS = {contract.name: contract for contract in (*SOURCE_TABLES, *MADE_TABLES)}
