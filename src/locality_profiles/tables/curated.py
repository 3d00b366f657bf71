"""The curated tables: one contract each, the words of the data dictionary.

Facts hang on a *block*: the place that the supplied figure is about, be it a data zone, a GP
practice, a locality or a whole council. ``membership`` says which blocks make up which areas.
"""

from __future__ import annotations

from dataclasses import replace

from locality_profiles.tables.changes import CHANGE_TABLES
from locality_profiles.tables.columns import BLOCK as _BLOCK
from locality_profiles.tables.columns import EXTRACT_ID as _EXTRACT
from locality_profiles.tables.columns import PERIOD as _PERIOD
from locality_profiles.tables.columns import STATUS as _STATUS
from locality_profiles.tables.contract import Column, TableContract
from locality_profiles.tables.money import MONEY_SOURCE_TABLES, MONEY_TABLES
from locality_profiles.tables.needs import NEEDS_SOURCE_TABLES, NEEDS_TABLES
from locality_profiles.tables.words import WORD_TABLES

#: The ladder of places, small to large. Workspaces add area types of their own (neighbourhood, ...).
LADDER = (
    "gp_practice", "hospital", "data_zone_2001", "data_zone_2011", "data_zone_2022", "intermediate_zone_2011", "neighbourhood", "gp_cluster",
    "ward", "locality", "council_area", "hscp", "health_board", "country",
)  # fmt: skip

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
        Column("valid_from", "date", "First day on which this code and outline stood, where it is known.", empty=True),
        Column("valid_to", "date", "Last day; empty for an area that stands today.", empty=True),
        _EXTRACT,
    ),
    ("area_type", "area_code"),
    "Every place that a figure can be about or that a profile can be made for.",
)  # fmt: skip

#: How a block can come to belong to an area, in words: for the dictionary, the methods page and the fit report.
MEMBERSHIP_METHODS = {
    "identity": "the block is the area",
    "lookup": "a published lookup or the workspace's own list says so",
    "lookup_best_fit": "a published lookup says so, which itself gives each block to the area that holds most of it",
    "nested": "every building block of the one lies in the other",
    "premises": "the premises stand there",
    "reported": "the publisher reports it there",
    "largest_overlap": "most of the block's land lies there",
    "nearest": "nearest, for a block that no outline touches, or the catchment of a point",
    "centroid": "the point that stands for the block's people lies there",
    "land": "shared by area of land",
    "population": "shared by where people live",
    "registered_patients": "shared by where registered patients live, as counted",
    "registered_modelled": "shared by where registered patients probably live: distance to practices, balanced to list sizes and residents",
    "converted": "shared through a conversion between editions of building blocks",
    "recoded": "the same area under an earlier code",
    "union": "part of an area that this one is made of",
}

#: The last part of the code that stands for what lies in no area of a system.
OUT = "OUT"

MEMBERSHIP = TableContract(
    "membership", "one block's share in one area", ("block_type", "block_code", "area_type", "area_code"),
    (
        *_BLOCK,
        Column("area_type", "text", "Kind of the area that the block belongs to."),
        Column("area_code", "text", "Code of that area."),
        Column("weight", "number", "Share of the block that lies in the area; 1 where it is wholly inside. The shares of a block over one system add up to 1, with the code that ends in OUT for what is in no area.", minimum=0),
        Column("method", "text", "How the membership was found.", allowed=tuple(MEMBERSHIP_METHODS)),
        Column("quality", "number", "Share of the block's land that the boundaries place in the area, where it was measured.", empty=True),
        Column("vintage", "text", "Edition of the boundaries or lookup.", empty=True),
        Column("grade", "integer", "How good the method is: 1 exact or published, 2 measured, 3 best fit, 4 modelled, 5 a stand-in.", empty=True, minimum=1),
        Column("estimated", "boolean", "True where figures of this area that are made from blocks of this kind are estimates: some block is shared, converted or only mostly inside.", empty=True),
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
     "age_band", "sex", "simd_quintile", "urgency", "delay_group", "care_group", "provider_sector"),
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
        Column("provider_sector", "text", "all, or who provides: la_nhs, private, other_la, third, other, unknown."),
        Column("age_scheme", "text", "The set of bands that the row's age band is one of: as_supplied (totals stand beside the bands), or LIST6 (0-17, 18-44, 45-64, 65-74, 75-84, 85+; no totals: add the bands)."),
        Column("note", "text", "Anything a reader of the figure must know.", empty=True),
        _EXTRACT,
    ),
    ("service_code", "measure_code", "period_start", "block_type", "block_code"),
    "Service activity, one measure a row. Residence and treatment are never mixed in one indicator.",
)  # fmt: skip

_FIGURES = {
    "n_episodes": "Episodes of care in hospital, by month of discharge.",
    "n_stays": "Stays in hospital, each once whatever its episodes, by month of admission.",
    "n_attend": "Attendances.", "n_dna": "Appointments that were not kept.",
    "n_admit": "Admissions (of care homes: in the year of the file).", "n_contact": "Contacts.",
    "n_items": "Items dispensed.", "n_packages": "Packages of care.",
    "n_delays": "Delayed discharges that ended in the year.", "n_applic": "Applications by main applicants.",
    "n": "Events.", "n_residents": "Residents on the last day of the year.",
    "n_people": "People, each once in the year: add over places, ages and sexes, never over services or years.",
    "n_discharge_alive": "Discharges alive that could be followed for 28 days, of adults.",
    "n_readmit_28": "Those of them that an emergency readmission followed within 28 days.",
}  # fmt: skip
_SETTINGS = {
    "days_large_hospital": "Days of the last six months of life in a large hospital: in hospital, and by no record in a "
    "community hospital or a hospice. Empty where no record tells the size of a hospital.",
    "days_community_hospital": "Days of them in a community hospital, by record.",
    "days_hospice": "Days of them in a hospice or palliative care unit, by record. Empty where none are named.",
    "days_care_home": "Days of them in a care home and in no hospital. Empty where there are no records of care homes.",
    "days_community": "All other days of them: at home or in the community.",
}  # fmt: skip
_BALANCE = {
    "n_people_home": "People who live at home: residents less those in a care home and in hospital. Where estimate and records "
    "differ, it may be below nought in one cell; add cells. Empty where a return tells it of the zone.",
    "n_home_unsupported": "People at home without home care: those at home less those with home care.",
    "n_home_supported": "People with home care on the last day of the year who are in no care home.",
    "n_in_care_home": "People in a care home on the last day of the year, where the home stands.",
    "n_in_hospital": "People in hospital on an average day: bed days of inpatients in the year divided by 365.",
}  # fmt: skip
_LONG_TERM = ("ltc1", "ltc2", "ltc3", "ltc4", *(f"ltc_{name}" for name in (
    "arth", "asthma", "atrialfib", "cancer", "chd", "copd", "cvd", "dementia", "diabetes", "epilepsy", "hefailure",
    "liver", "ms", "parkinsons", "refailure")))  # fmt: skip

ACTIVITY_CUBE = TableContract(
    "activity_cube", "one place, period, service and kind of person: every measure of it, from one set of extracts",
    ("counted_from", "service_code", "period_type", "period_start", "block_type", "block_code", "age_band", "sex",
     "urgency", "delay_group", "provider_sector", "extract_id"),
    (
        Column("counted_from", "text", "What the row was counted from: records, people, stays, deaths, individuals, or residents (population estimates beside records).",
               allowed=("records", "people", "stays", "deaths", "individuals", "residents")),
        Column("service_code", "text", "Service, or for people a family of services."),
        *_PERIOD,
        *_BLOCK,
        Column("age_band", "text", "Age on 30 September of the financial year.",
               allowed=("0-17", "18-44", "45-64", "65-74", "75-84", "85+", "unknown")),
        Column("sex", "text", "female, male or unknown; there are no totals. The balance of care is not told by sex: all of it stands under unknown.", allowed=("female", "male", "unknown")),
        Column("urgency", "text", "emergency or planned; all where it does not apply.", allowed=("all", "emergency", "planned")),
        Column("delay_group", "text", "Group of reasons of a delayed discharge; all for other services."),
        Column("provider_sector", "text", "Who provides a care home place or home care; all for other services."),
        Column("n_records", "integer", "Records that the row was counted from; empty where records were not counted.", empty=True, minimum=0),
        *(Column(name, "integer", words, empty=True, minimum=0) for name, words in _FIGURES.items()),
        Column("bed_days", "number", "Days in bed: the last counts, the first does not.", "days", empty=True, minimum=0),
        Column("hours", "number", "Hours of care.", "hours", empty=True, minimum=0),
        Column("cost_net", "integer", "Net cost as the linkage files give it: indicative resource use, not cash.", "pence", empty=True),
        Column("days_last_182", "number", "Days in the last six months of life of those who died.", "days", empty=True, minimum=0),
        Column("days_at_home", "number", "Those of them that were not spent in hospital.", "days", empty=True, minimum=0),
        *(Column(name, "number", words, "days", empty=True, minimum=0) for name, words in _SETTINGS.items()),
        *(Column(name, "number", words, "people", empty=True) for name, words in _BALANCE.items()),
        *(Column(f"n_{name}", "integer", "People with long-term conditions known from hospital records.", empty=True, minimum=0)
          for name in _LONG_TERM),
        _EXTRACT,
    ),
    ("service_code", "period_start", "block_code"),
    "Counts of linked care records by data zone, month, age and sex, for every area and indicator. In the view 'activity' it stands with other activity, one measure a row. For management only: cells are small.",
)  # fmt: skip

QUARANTINE = TableContract(
    "quarantine", "one linked record that was set aside", ("extract_id", "row_no"),
    (
        _EXTRACT,
        Column("row_no", "integer", "Place of the record in its file, from 0.", minimum=0),
        Column("recid", "text", "Kind of record as the file has it; individual for the individual file.", empty=True),
        Column("fault", "text", "Why it was set aside."),
        Column("bed_days", "number", "Bed days of the year that are not counted.", "days"),
        Column("cost_net", "integer", "Cost that is not counted.", "pence"),
    ),
    ("extract_id", "row_no"),
    "Records that could not be counted, each with its reason. It names no person; the row number finds the record in its file.",
)  # fmt: skip

HOSPITAL_FLOW = TableContract(
    "hospital_flow", "one place of residence, hospital, service, urgency and specialty in a financial year",
    ("period_start", "block_type", "block_code", "health_board", "hospital", "treating_board", "service_code", "urgency", "specialty_code", "extract_id"),
    (
        *_PERIOD,
        *_BLOCK,
        Column("health_board", "text", "Board where the patients live.", empty=True),
        Column("hospital", "text", "Hospital that treated them.", empty=True),
        Column("treating_board", "text", "Board that treated them.", empty=True),
        Column("within_board", "boolean", "Whether they were treated by their own board; empty where it is not known.", empty=True),
        Column("service_code", "text", "Kind of hospital care."),
        Column("urgency", "text", "emergency or planned.", allowed=("emergency", "planned")),
        Column("specialty_code", "text", "Specialty; empty where the record has none.", empty=True),
        Column("n_episodes", "integer", "Episodes.", minimum=0),
        Column("bed_days", "number", "Bed days in the year.", "days", empty=True),
        Column("cost_net", "integer", "Net cost.", "pence", empty=True),
        _EXTRACT,
    ),
    ("period_start", "block_code", "hospital"),
    "Where residents of each data zone are treated, within and outwith their board: what set-aside budgets and travel are argued from.",
)  # fmt: skip

CONCENTRATION = TableContract(
    "concentration", "one area and financial year, with or without those who died in it",
    ("period_start", "area_type", "area_code", "deaths"),
    (
        *_PERIOD,
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area."),
        Column("deaths", "text", "with: everybody; without: those who did not die in the year.", allowed=("with", "without")),
        Column("people", "integer", "People, with those who cost nothing.", "people", minimum=0),
        Column("people_with_cost", "integer", "People who cost anything.", "people", minimum=0),
        Column("cost_pence", "integer", "What they cost together.", "pence", minimum=0),
        *(Column(f"top_{x}", "number", f"Share of the cost of the dearest {x} % of people.", empty=True) for x in (1, 2, 5, 10)),
        Column("n50_crossing", "integer", "The fewest people who make at least half of the cost.", "people", minimum=0),
        Column("n50_slf", "integer", "People who together make no more than half, dearest first, as the linkage files flag them.", "people", minimum=0),
        Column("tie_size", "integer", "People who cost exactly as much as the last of those who make half.", "people", minimum=0),
        Column("gini", "number", "Gini coefficient of cost.", empty=True),
        Column("largest_share", "number", "Share of the cost of the one dearest person.", empty=True),
        Column("low_number", "boolean", "Fewer than ten people make half: not for printing."),
        Column("dominated", "boolean", "One person makes more than a tenth: not for printing."),
        _EXTRACT,
    ),
    ("period_start", "area_type", "area_code"),
    "How much of the cost of health care falls on how few, by area. For management only.",
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

#: What the geography rooms make of the places: how systems fit, overlap, change and are drawn.
AREA_SYSTEM = TableContract(
    "area_system", "one area system", ("area_type",),
    (
        Column("area_type", "text", "The system's name, and the kind of each of its areas."),
        Column("title", "text", "One of its areas, for people."),
        Column("plural", "text", "Several of them."),
        Column("origin", "text", "What the system was made from, as profiles.toml says it."),
        Column("method", "text", "How most of its blocks were placed (see membership)."),
        Column("grade", "integer", "The poorest grade among its memberships.", minimum=1),
        Column("areas", "integer", "Areas, without what is left over.", minimum=0),
        Column("blocks", "integer", "Data zones that it places, wholly or in part.", minimum=0),
        Column("blocks_split", "integer", "Data zones that lie in several areas, or partly in none.", minimum=0),
        Column("population_year", "integer", "The mid-year of the people counted here; empty where there are none.", empty=True),
        Column("persons", "number", "People of the partnerships that the system touches.", "people", empty=True, minimum=0),
        Column("persons_covered", "number", "Of those, people in its areas.", "people", empty=True, minimum=0),
        Column("persons_misplaced", "number", "People given to one area whose land share says they live in another or in none.", "people", empty=True, minimum=0),
        Column("holes", "integer", "Places inside its extent, larger than a sliver, that no area covers.", empty=True, minimum=0),
        Column("overlaps", "integer", "Pairs of areas whose outlines overlap by more than a sliver.", empty=True, minimum=0),
        Column("slivers", "integer", "Holes and overlaps too thin to mean anything; they were ignored.", empty=True, minimum=0),
        Column("minimum_population", "integer", "Areas with fewer people are pointed out."),
        Column("areas_below_minimum", "integer", "How many have fewer.", empty=True, minimum=0),
    ),
    ("area_type",),
    "The area systems of this workspace, and how well each fits its building blocks.",
)  # fmt: skip

AREA_FIT = TableContract(
    "area_fit", "how well one area is matched by its blocks", ("area_type", "area_code"),
    (
        Column("area_type", "text", "Kind of the area."),
        Column("area_code", "text", "Code of the area."),
        Column("blocks", "integer", "Data zones wholly or partly in it.", minimum=0),
        Column("blocks_split", "integer", "Of those, data zones that another area or no area shares.", minimum=0),
        Column("persons", "number", "People that its blocks and their weights give it.", "people", empty=True, minimum=0),
        Column("persons_from_elsewhere", "number", "Of those, people whose land share lies outside its outline; empty where it has no outline.", "people", empty=True, minimum=0),
        Column("persons_left_out", "number", "People whose land share lies inside its outline, given to another area.", "people", empty=True, minimum=0),
        Column("share_misplaced", "number", "People from elsewhere and left out, as a share of its people.", empty=True, minimum=0),
        Column("below_minimum", "boolean", "Whether it has fewer people than the system's minimum.", empty=True),
        Column("note", "text", "What a reader must know.", empty=True),
    ),
    ("area_type", "area_code"),
    "The fit report, area by area. People are of the latest mid-year that every data zone has.",
)  # fmt: skip

AREA_OVERLAP = TableContract(
    "area_overlap", "one pair of areas of different systems that share people or blocks",
    ("area_type", "area_code", "other_type", "other_code"),
    (
        Column("area_type", "text", "Kind of the first area."),
        Column("area_code", "text", "Its code."),
        Column("other_type", "text", "Kind of the other."),
        Column("other_code", "text", "Its code."),
        Column("blocks", "integer", "Data zones that are wholly or partly in both.", minimum=1),
        Column("persons", "number", "People in both, by data zones and their weights.", "people", empty=True, minimum=0),
        Column("share_of_area", "number", "Those people as a share of the first area's.", empty=True, minimum=0),
        Column("share_of_other", "number", "Those people as a share of the other's.", empty=True, minimum=0),
    ),
    ("area_type", "area_code", "other_type", "other_code"),
    "How area systems overlap. Each pair stands twice, once from either side.",
)  # fmt: skip

SYSTEM_LINK = TableContract(
    "system_link", "one pair of area systems", ("child_type", "parent_type"),
    (
        Column("child_type", "text", "The smaller kind of area."),
        Column("parent_type", "text", "The larger."),
        Column("relation", "text", "nested: every smaller area lies in one larger. partly_nested: some do. not_nested: none does.",
               allowed=("nested", "partly_nested", "not_nested")),
        Column("areas", "integer", "Smaller areas that share blocks with the larger system.", minimum=0),
        Column("nested_areas", "integer", "Of those, areas that lie in one larger area whole.", minimum=0),
        Column("share_in_largest", "number", "People of the smaller areas who live in the larger area that holds most of theirs, as a share.", empty=True, minimum=0),
    ),
    ("child_type", "parent_type"),
    "Which system nests in which: found from the blocks, not assumed.",
)  # fmt: skip

BLOCK_CONVERSION = TableContract(
    "block_conversion", "one block's share in one block of another edition", ("from_type", "from_code", "to_type", "to_code"),
    (
        Column("from_type", "text", "Edition converted from, such as data_zone_2001."),
        Column("from_code", "text", "Code in that edition."),
        Column("to_type", "text", "Edition converted to."),
        Column("to_code", "text", "Code in that edition."),
        Column("weight", "number", "Share of the block that lies in the other. Shares of one block add up to 1. Empty as supplied, where the source lists pairs only.", empty=True, minimum=0),
        Column("method", "text", "supplied, land (shared by overlapping outlines), population (shared by the people of the blocks converted to) or equal.",
               allowed=("supplied", "land", "population", "equal")),
        Column("grade", "integer", "1 supplied with weights, 2 by land, 4 by people converted to, 5 equal parts.", minimum=1),
        _EXTRACT,
    ),
    ("from_type", "from_code", "to_code"),
    "Conversions with weights between editions of data zones.",
)  # fmt: skip

CODE_CHANGE = TableContract(
    "code_change", "one code that another replaced", ("area_type", "old_code"),
    (
        Column("area_type", "text", "Kind of area."),
        Column("old_code", "text", "The code that ended."),
        Column("new_code", "text", "The code that replaced it."),
        Column("area_name", "text", "The area, for people."),
        Column("changed", "date", "First day of the new code."),
        Column("kind", "text", "recoded: the same land. redrawn: the boundary moved as well, and trends break.", allowed=("recoded", "redrawn")),
        Column("note", "text", "What moved.", empty=True),
    ),
    ("area_type", "old_code"),
    "Codes of boards, partnerships and councils that changed, with dates. Figures under the old code are used for the new.",
)  # fmt: skip

BOUNDARY_CHANGE = TableContract(
    "boundary_change", "one block that two editions of an area system place differently", ("area_type", "block_code", "from_edition", "to_edition"),
    (
        Column("area_type", "text", "The area system."),
        Column("block_type", "text", "Kind of block."),
        Column("block_code", "text", "The block that moved."),
        Column("from_edition", "text", "The one edition."),
        Column("to_edition", "text", "The other."),
        Column("from_area", "text", "Area in the first edition; empty where it had none.", empty=True),
        Column("to_area", "text", "Area in the other; empty where it has none.", empty=True),
        Column("kind", "text", "moved: to another area. renamed: the area has another name and the same blocks. split or merged: its area was divided, or joined with another.",
               allowed=("moved", "renamed", "split", "merged")),
        Column("persons", "number", "People of the block.", "people", empty=True, minimum=0),
        Column("note", "text", "In words.", empty=True),
    ),
    ("area_type", "from_area", "block_code"),
    "Which blocks moved between editions of the same areas, and how many people: where trends break.",
)  # fmt: skip

TREND_BREAK = TableContract(
    "trend_break", "one day on which one area's figures stop being comparable", ("area_type", "area_code", "broken"),
    (
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area."),
        Column("broken", "date", "Figures of periods that end before this day are not comparable with later ones."),
        Column("reason", "text", "Why, for people."),
    ),
    ("area_type", "area_code", "broken"),
    "Days on which boundaries changed: trends carry a mark there.",
)  # fmt: skip

LOCALITY_REGISTER = TableContract(
    "locality_register", "one locality that a partnership set out in its plan of 2016, or set out since", ("partnership_code", "locality"),
    (
        Column("partnership_code", "text", "Partnership."),
        Column("partnership", "text", "Its name."),
        Column("locality", "text", "The locality, as the register names it."),
        Column("change", "text", "What became of it: same, renamed, split, merged, added or ended.", allowed=("same", "renamed", "split", "merged", "added", "ended")),
        Column("now", "text", "Names of today's localities that it became, with ; between them; empty if none.", empty=True),
        Column("area_code", "text", "The locality of this workspace that it is; empty where it is not among the extracts.", empty=True),
        Column("found", "boolean", "Whether the extracts of this workspace hold it, under this name or today's."),
    ),
    ("partnership_code", "locality"),
    "The localities of every partnership, so that a build can say which are missing from an extract.",
)  # fmt: skip

LIST_INFLATION = TableContract(
    "list_inflation", "one area, day, sex and age band: registered beside resident", ("area_type", "area_code", "as_at", "sex", "age_band"),
    (
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area."),
        Column("as_at", "date", "The day of the list sizes."),
        _SEX,
        Column("age_band", "text", "all, or a band of the list sizes."),
        Column("registered", "number", "Patients on GP lists who live here, by the practices' shares.", "patients", empty=True, minimum=0),
        Column("residents", "integer", "Estimated residents at the mid-year nearest before.", "people", empty=True, minimum=0),
        Column("residents_year", "integer", "That mid-year.", empty=True),
        Column("deflator", "number", "Residents for each registered patient: below 1 where lists are inflated. Multiply a list by it to speak of residents.", empty=True, minimum=0),
        Column("method", "text", "How patients were placed: registered_patients, registered_modelled or premises."),
        Column("grade", "integer", "Grade of that method.", minimum=1),
    ),
    ("area_type", "area_code", "as_at", "sex", "age_band"),
    "List inflation: people on GP lists beside the people who live here. The two are never one denominator.",
)  # fmt: skip

MAP_LAYER = TableContract(
    "map_layer", "the drawn outline of one area", ("area_type", "area_code"),
    (
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area."),
        Column("area_name", "text", "Name for people."),
        Column("geometry", "geometry", "Outline for drawing, in British National Grid (EPSG:27700), WKB: simplified so that neighbours still meet."),
        Column("inset", "boolean", "Whether a map of all of Scotland draws it in the inset (Shetland)."),
        Column("label_easting", "number", "Where a label stands, inside the area.", "metres"),
        Column("label_northing", "number", "Where a label stands, inside the area.", "metres"),
    ),
    ("area_type", "area_code"),
    "Simplified outlines of every area system, for maps without a network. GeoParquet.",
)  # fmt: skip

#: Counted where, by whom: extracts that help to place others.
POSTCODE = TableContract(
    "postcode", "one live postcode", ("postcode",),
    (
        Column("postcode", "text", "The postcode, with one space before its last three characters."),
        Column("data_zone", "text", "2011 data zone; empty where the directory has none.", empty=True),
        Column("easting", "number", "British National Grid.", "metres"),
        Column("northing", "number", "British National Grid.", "metres"),
        Column("persons", "integer", "Census residents; empty where the directory does not count them.", "people", empty=True, minimum=0),
        _EXTRACT,
    ),
    ("postcode",),
    "Where postcodes lie: to place what comes by postcode, and to share data zones by where people live.",
)  # fmt: skip

PATIENT_ZONE = TableContract(
    "patient_zone", "patients of one practice who live in one data zone, on one day", ("practice_code", "block_type", "block_code", "as_at"),
    (
        Column("practice_code", "text", "GP practice."),
        Column("block_type", "text", "data_zone_2011; outside where the patients live in no Scottish data zone or it is not known."),
        Column("block_code", "text", "Data zone, or OUT."),
        Column("as_at", "date", "The day of the count; 1 January 1900 where the file does not say it."),
        Column("patients", "integer", "Registered patients.", "patients", empty=True, minimum=0),
        _STATUS,
        _EXTRACT,
    ),
    ("practice_code", "block_code", "as_at"),
    "Registered patients by practice and data zone: the best ground for sharing practices among places.",
)  # fmt: skip

PRACTICE_CLUSTER = TableContract(
    "practice_cluster", "one practice's cluster on one day", ("practice_code", "as_at"),
    (
        Column("practice_code", "text", "GP practice."),
        Column("as_at", "date", "The day that the directory describes; 1 January 1900 where it does not say."),
        Column("cluster_name", "text", "The cluster, as the source names it.", empty=True),
        Column("hscp", "text", "Partnership of the practice."),
        _EXTRACT,
    ),
    ("practice_code", "as_at"),
    "Which cluster each practice belonged to, edition by edition.",
)  # fmt: skip

BLOCK_POINT = TableContract(
    "block_point", "the point that stands for one block's people", ("block_type", "block_code"),
    (
        Column("block_type", "text", "Kind of block."),
        Column("block_code", "text", "Its code."),
        Column("easting", "number", "British National Grid.", "metres"),
        Column("northing", "number", "British National Grid.", "metres"),
        _EXTRACT,
    ),
    ("block_type", "block_code"),
    "Population-weighted centres of data zones, as published.",
)  # fmt: skip

LOCAL_COUNT = TableContract(
    "local_count", "one place's count of one category of one topic in one period",
    ("block_type", "block_code", "topic", "category", "sex", "age_band", "period_type", "period_start"),
    (
        *_BLOCK,
        *_PERIOD,
        Column("topic", "text", "What was asked or counted, and of whom: tenure, ethnic_group, children_in_low_income, crime, …"),
        Column("category", "text", "One answer, as an identifier; all is everybody who was asked, and never added to the others."),
        _SEX,
        Column("age_band", "text", "all, or a band such as 65-74 or 85+."),
        Column("value", "number", "People, households, dwellings or events; empty where status says why.", empty=True, minimum=0),
        _STATUS,
        Column("note", "text", "Anything a reader of the figure must know.", empty=True),
        _EXTRACT,
    ),
    ("topic", "period_start", "block_code", "category"),
    "Counts of people, households or events by place that are neither population estimates nor service activity: the census, children in low income, crime.",
)  # fmt: skip

PUBLISHED_VALUE = TableContract(
    "published_value", "one ready-made value of one measure for one place, period and class",
    ("source", "measure", "block_type", "block_code", "period_type", "period_start", "period_end", "breakdown", "category"),
    (
        Column("source", "text", "The kind of extract that publishes it, such as scotpho_profile."),
        Column("measure", "text", "The measure, exactly as its publisher names it."),
        *_BLOCK,
        *_PERIOD,
        Column("breakdown", "text", "all, or what the categories divide: simd_quintile (fifths of the country) or simd_quintile_own (fifths of the place itself)."),
        Column("category", "text", "all, or one class; 1 is the most deprived fifth."),
        Column("numerator", "number", "Events or people, where they are published; an average of several years may be a fraction.", empty=True),
        Column("denominator", "number", "Among whom, where it is published.", empty=True),
        Column("value", "number", "The value as published, at its published digits; empty where status says why.", empty=True),
        Column("lower", "number", "Lower 95 % confidence limit, as published.", empty=True),
        Column("upper", "number", "Upper 95 % confidence limit, as published.", empty=True),
        Column("decimals", "integer", "Decimals to which the value was published; empty where they are not known.", empty=True),
        _STATUS,
        Column("note", "text", "What the publisher says of the method or the period.", empty=True),
        _EXTRACT,
    ),
    ("source", "measure", "block_type", "block_code", "period_start"),
    "Ready-made values of national profiles. They are shown for the place that they were published for, and never added, averaged or shared out.",
)  # fmt: skip

#: Tables that sources fill. Others (indicator, indicator_value, profile, …) are made later.
SOURCE_TABLES = (
    AREA, MEMBERSHIP, POPULATION, DEPRIVATION, CLASSIFICATION, ACTIVITY, REGISTRATION, SERVICE, HOUSEHOLD,
    *MONEY_SOURCE_TABLES, BOUNDARY, BLOCK_CONVERSION, CODE_CHANGE, POSTCODE, PATIENT_ZONE, PRACTICE_CLUSTER, BLOCK_POINT,
    LOCAL_COUNT, PUBLISHED_VALUE, *NEEDS_SOURCE_TABLES,
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
        Column("numerator", "text", "What is counted, for people."),
        Column("denominator", "text", "Among whom or what, for people; empty for a count.", empty=True),
        Column("ages", "text", "Ages that it is about, for people.", empty=True),
        Column("method", "text", "How it is calculated: count, percentage, crude_rate, ratio, cost_per_unit, directly_standardised_rate, life_expectancy, published, …"),
        Column("standardisation", "text", "How the ages of places were made alike, for people; empty where they were not.", empty=True),
        Column("periods", "text", "What one period is, and how many are put together, for people."),
        Column("interval", "text", "How its confidence limits are made, for people; or why it has none."),
        Column("per", "number", "The value is per this many of the denominator; 1 for a count."),
        Column("unit", "text", "Unit as it is printed after or above the value."),
        Column("decimals", "integer", "Decimals in print."),
        Column("direction", "text", "high_is_good, low_is_good or none (no judgement is made)."),
        Column("outcomes", "text", "National health and wellbeing outcomes that it is evidence for, as numbers with spaces between; empty if none.", empty=True),
        Column("frameworks", "text", "Published sets that it belongs to, such as NI12 (core suite), MSG1 (ministerial) or LP (present locality profiles), with spaces between.", empty=True),
        Column("disclosure", "text", "Class of sensitivity: open, people, health or sensitive."),
        Column("origin", "text", "published: every extract that it is made from was published already, after its publisher's own control of disclosure. unpublished: some was not. none: no extract in this workspace.", allowed=("published", "unpublished", "none")),
        Column("counted", "text", "JSON: what its numerator counts, so that it can be found which counts contain which: table, column, sets by column (* is everything), ages, and whether it adds over time. Empty for ready-made values.", empty=True),
        Column("counted_among", "text", "JSON: the same of a denominator that is itself a count of events or of people served; empty for residents.", empty=True),
        Column("smallest_area", "text", "The smallest kind of area that the extracts of this build allow; empty where there is no data.", empty=True),
        Column("unavailable", "text", "Why this build has no figure of it; empty where it has.", empty=True),
        Column("source", "text", "Extracts that it is made from, for people."),
        Column("caveat", "text", "What a reader must know before arguing from it.", empty=True),
        Column("owner", "text", "Who answers for the definition."),
        Column("reviewed", "date", "When the definition was last reviewed."),
    ),
    ("section_order", "item_order"),
    "What each indicator is: the declarations, as data.",
)  # fmt: skip

#: Note of a value that is not published of an area that is too small for its topic.
LEFT_OUT = "Not published for an area with so few people, because the topic is sensitive."

INDICATOR_VALUE = TableContract(
    "indicator_value", "one indicator's value for one area, period and category",
    ("indicator_id", "area_type", "area_code", "period_start", "period_end", "breakdown", "category"),
    (
        Column("indicator_id", "text", "The indicator."),
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area."),
        Column("lookup_version", "text", "Vintage of the membership that was used.", empty=True),
        *_PERIOD,
        Column("breakdown", "text", "all for the value itself; else what its categories divide, such as age or simd_2020v2_quintile. Rows of a breakdown stand beside the value and are never added to it: choose one."),
        Column("category", "text", "all, or one class of the breakdown."),
        Column("numerator", "number", "Events, people or money counted.", empty=True),
        Column("denominator", "number", "Among whom or what; empty for a count.", empty=True),
        Column("value", "number", "The indicator, at full precision; empty where status says why.", empty=True),
        Column("lower", "number", "Lower confidence limit, where the method has one.", empty=True),
        Column("upper", "number", "Upper confidence limit.", empty=True),
        Column("confidence", "number", "Confidence of the limits, as a fraction.", empty=True),
        Column("lower_99_8", "number", "Lower 99.8 % confidence limit, where the method has one.", empty=True),
        Column("upper_99_8", "number", "Upper 99.8 % confidence limit.", empty=True),
        Column("method", "text", "How it was calculated; its name ends in _scottish where the Scottish rules were used, and published values say so."),
        Column("per", "number", "The value is per this many of the denominator."),
        _STATUS,
        Column("source_level", "text", "Kind of place that the counts were published for."),
        Column("parts", "integer", "How many of those places were added."),
        Column("note", "text", "What a reader must know about this value.", empty=True),
    ),
    ("indicator_id", "area_type", "area_code", "period_start", "category"),
    "Every indicator for every area and period. Rates come from counts at the level where they are shown.",
)  # fmt: skip

COMPARISON = TableContract(
    "comparison", "one indicator of one area set against one comparator",
    ("indicator_id", "area_type", "area_code", "breakdown", "category", "period_start", "period_end", "comparator", "comparator_code"),
    (
        Column("indicator_id", "text", "The indicator."),
        Column("area_type", "text", "Kind of the area that is compared."),
        Column("area_code", "text", "Its code."),
        *_PERIOD,
        Column("breakdown", "text", "all, or what the categories divide."),
        Column("category", "text", "all, or one class of the breakdown."),
        Column("comparator", "text", "hscp, health_board, country, peers (the other areas of its kind in the partnership together) or neighbours (its statistical neighbours together).",
               allowed=("hscp", "health_board", "country", "peers", "neighbours")),
        Column("comparator_code", "text", "Code of the area compared with; of the partnership for peers; empty text for neighbours."),
        Column("value", "number", "The area's value.", empty=True),
        Column("comparator_value", "number", "The comparator's value.", empty=True),
        Column("difference", "number", "The area's value less the comparator's.", empty=True),
        Column("difference_lower", "number", "Lower 95 % limit of the difference, where both have limits.", empty=True),
        Column("difference_upper", "number", "Upper 95 % limit.", empty=True),
        Column("verdict", "text", "lower, similar, higher, or not_compared.", allowed=("lower", "similar", "higher", "not_compared")),
        Column("verdict_99_8", "text", "The same by the 99.8 % limits, which are the ones to use in a table of many cells.", allowed=("lower", "similar", "higher", "not_compared")),
        Column("judgement", "text", "better or worse, only where the indicator declares which is good and the verdict is not similar; else empty.", empty=True, allowed=("better", "worse")),
        Column("basis", "text", "interval: by the area's confidence limits. complete_count: both are complete counts, compared as printed. none: not compared.",
               allowed=("interval", "complete_count", "none")),
        Column("reason", "text", "Why it was not compared.", empty=True),
    ),
    ("indicator_id", "area_type", "area_code", "comparator"),
    "Each area's latest value set against others for exactly the same period.",
)  # fmt: skip

AREA_RANK = TableContract(
    "area_rank", "one indicator's rank of one area among others of its kind", ("indicator_id", "area_type", "area_code", "breakdown", "category", "among"),
    (
        Column("indicator_id", "text", "The indicator."),
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area."),
        *_PERIOD,
        Column("breakdown", "text", "all, or what the categories divide."),
        Column("category", "text", "all, or one class of the breakdown."),
        Column("among", "text", "country: all areas of its kind. hscp: those of its partnership.", allowed=("country", "hscp")),
        Column("rank", "integer", "1 is the highest value; equal values share the smaller number.", minimum=1),
        Column("rank_lower", "integer", "The smallest rank that its confidence interval allows.", empty=True, minimum=1),
        Column("rank_upper", "integer", "The largest rank that it allows.", empty=True, minimum=1),
        Column("ranked", "integer", "How many areas were ranked.", minimum=1),
        Column("fifth", "integer", "Fifth of the areas by value, 1 the highest; empty where fewer than five were ranked.", empty=True, minimum=1),
    ),
    ("indicator_id", "area_type", "area_code", "among"),
    "Ranks with their uncertainty, among areas with a value for the same period.",
)  # fmt: skip

NEIGHBOUR = TableContract(
    "neighbour", "one statistical neighbour of one area", ("area_type", "area_code", "position"),
    (
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "The area."),
        Column("position", "integer", "1 is the nearest.", minimum=1),
        Column("neighbour_code", "text", "The area that is like it."),
        Column("distance", "number", "Standardised distance over the declared variables: 0 is the same.", minimum=0),
    ),
    ("area_type", "area_code", "position"),
    "Areas of the same kind that are most alike by the declared variables (neighbours.toml), wherever they lie.",
)  # fmt: skip

TREND = TableContract(
    "trend", "one indicator's run of periods for one area and category", ("indicator_id", "area_type", "area_code", "breakdown", "category"),
    (
        Column("indicator_id", "text", "The indicator."),
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area."),
        Column("breakdown", "text", "all, or what the categories divide."),
        Column("category", "text", "all, or one class of the breakdown."),
        Column("from_start", "date", "First day of the first period of the change."),
        Column("from_end", "date", "Last day of it."),
        *_PERIOD,
        Column("points", "integer", "Periods from first to last that have a value; those without leave a gap.", minimum=1),
        Column("gaps", "integer", "Periods between them that have none.", minimum=0),
        Column("from_value", "number", "Value of the first period."),
        Column("value", "number", "Value of the last."),
        Column("change", "number", "The last value less the first, in the indicator's unit."),
        Column("change_lower", "number", "Lower 95 % limit of the change, where both have limits.", empty=True),
        Column("change_upper", "number", "Upper 95 % limit.", empty=True),
        Column("change_share", "number", "The change as a share of the first value; empty where that is nought.", empty=True),
        Column("verdict", "text", "The recent trend over five periods that do not overlap: increasing, decreasing, no_significant_change, or cannot_be_calculated.",
               allowed=("increasing", "decreasing", "no_significant_change", "cannot_be_calculated")),
        Column("chi_square", "number", "The trend test's statistic; above 9.55 is significant at 99.8 %.", empty=True),
        Column("judgement", "text", "better or worse, where the indicator declares which is good and the trend is significant; else empty.", empty=True, allowed=("better", "worse")),
        Column("reason", "text", "Why the trend cannot be calculated.", empty=True),
    ),
    ("indicator_id", "area_type", "area_code"),
    "Change between the first and last of up to five periods, with its interval, and the recent-trend test. Nothing is tested across a break.",
)  # fmt: skip

#: Fifths by which inequality is told: of the country's people, of a partnership's own, and as publishers make them.
RECONCILIATION = TableContract(
    "reconciliation", "one row of the present locality profiles for one area, beside ours",
    ("area_type", "area_code", "position"),
    (
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Its code."),
        Column("position", "integer", "Place of the row in the present profiles: their summary table, then their chapters.", minimum=1),
        Column("section", "text", "Section there."),
        Column("label", "text", "The row's name there."),
        Column("present_period", "text", "Period of the figure there: the latest that the area has.", empty=True),
        Column("present_value", "number", "The figure by the definition there, at full precision; empty where there is none.", empty=True),
        Column("present_shown", "text", "The figure as it is printed there.", empty=True),
        Column("present_country_period", "text", "Period of Scotland's figure there, which may be another.", empty=True),
        Column("present_country_shown", "text", "Scotland's figure as it is printed there.", empty=True),
        Column("present_words", "text", "higher or lower than Scotland there, by the plain numbers; what is equal reads lower.", empty=True),
        Column("present_change", "text", "The change as it is worded there.", empty=True),
        Column("indicator_id", "text", "The indicator here."),
        Column("category", "text", "Its class, or all."),
        Column("period", "text", "Period of our figure.", empty=True),
        Column("value", "number", "Our figure, at full precision.", empty=True),
        Column("shown", "text", "Our figure as we print it.", empty=True),
        Column("country_shown", "text", "The country's figure for exactly the same period, as we print it.", empty=True),
        Column("words", "text", "higher, lower or similar to the country by confidence limits, or not compared.", empty=True),
        Column("trend", "text", "Our recent-trend verdict.", empty=True),
        Column("same_figure", "boolean", "Whether both have one figure, equal to the digits printed there; empty where either has none.", empty=True),
        Column("why", "text", "Why the two may differ, in sentences; empty where they agree.", empty=True),
    ),
    ("area_type", "area_code", "position"),
    "The present profiles' figures and words, reproduced, beside ours. Made only where it is asked for (--compat lp).",
)  # fmt: skip

INEQUALITY_SCHEMES = ("simd_2020v2_quintile", "simd_2020v2_quintile_hscp", "simd_quintile", "simd_quintile_own")

INEQUALITY = TableContract(
    "inequality", "one indicator's inequality by deprivation within one area",
    ("indicator_id", "area_type", "area_code", "scheme", "period_start", "period_end"),
    (
        Column("indicator_id", "text", "The indicator."),
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area."),
        *_PERIOD,
        Column("scheme", "text", "The fifths: simd_2020v2_quintile of the country, simd_2020v2_quintile_hscp of the partnership's own people, or simd_quintile and simd_quintile_own as a publisher makes them.", allowed=INEQUALITY_SCHEMES),
        Column("fifths", "integer", "How many of the five have people and a value.", minimum=0),
        Column("most_deprived", "number", "Value in the most deprived fifth.", empty=True),
        Column("least_deprived", "number", "Value in the least deprived fifth.", empty=True),
        Column("overall", "number", "Value of the whole area.", empty=True),
        Column("absolute_gap", "number", "Most deprived less least deprived.", empty=True),
        Column("absolute_gap_lower", "number", "Lower 95 % limit.", empty=True),
        Column("absolute_gap_upper", "number", "Upper 95 % limit.", empty=True),
        Column("relative_gap", "number", "Most deprived over least deprived.", empty=True),
        Column("sii", "number", "Slope index of inequality from the most to the least deprived end: negative where the deprived have more.", empty=True),
        Column("sii_lower", "number", "Lower 95 % limit.", empty=True),
        Column("sii_upper", "number", "Upper 95 % limit.", empty=True),
        Column("sii_gap", "number", "The slope index turned so that positive is worse for the deprived; empty where no direction is declared.", empty=True),
        Column("rii_km", "number", "Relative index (Kunst and Mackenbach): the least over the most deprived end of the fitted line.", empty=True),
        Column("rii_km_lower", "number", "Lower 95 % limit.", empty=True),
        Column("rii_km_upper", "number", "Upper 95 % limit.", empty=True),
        Column("rii_mean", "number", "Relative index as ScotPHO gives it: the slope, most less least deprived, over the mean. Never compare it with rii_km.", empty=True),
        Column("attributable_share", "number", "Population attributable share, %: what would go if all had the rate of the least deprived fifth.", empty=True),
        _STATUS,
        Column("reason", "text", "Why there is no index.", empty=True),
    ),
    ("indicator_id", "area_type", "area_code", "scheme", "period_start"),
    "How unequal each indicator is across fifths by deprivation, with sign conventions that are stated and never changed.",
)  # fmt: skip

#: What the engine makes of indicator values.
COMPARED_TABLES = (COMPARISON, AREA_RANK, NEIGHBOUR, TREND, INEQUALITY)

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
        Column("role", "text", "this area, another of its kind in the same partnership (peer), a locality inside it (part), the locality that holds most of it (within), or a larger one.",
               allowed=("this", "peer", "part", "within", "hscp", "health_board", "country")),
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
        Column("broken", "text", "Why this point cannot be compared with the one before it in time; empty where it can.", empty=True),
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
        Column("mapping", "text", "The [extracts.NAME] of profiles.toml through which it was read; empty if it is laid "
               "out as published.", empty=True),
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

#: Made from places and people: how area systems fit, overlap and change.
PLACE_TABLES = (
    AREA_SYSTEM, AREA_FIT, AREA_OVERLAP, SYSTEM_LINK, BOUNDARY_CHANGE, TREND_BREAK, LOCALITY_REGISTER, LIST_INFLATION,
    MAP_LAYER,
)  # fmt: skip

CONCENTRATION_CURVE = TableContract(
    "concentration_curve", "one point of the curve of one area and financial year, with or without those who died in it",
    ("period_start", "area_type", "area_code", "deaths", "share_of_people"),
    (
        *_PERIOD,
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area."),
        Column("deaths", "text", "with: everybody; without: those who did not die in the year.", allowed=("with", "without")),
        Column("share_of_people", "number", "Share of people, dearest first: from 0 to 1."),
        Column("share_of_cost", "number", "Share of the cost that they make."),
        _EXTRACT,
    ),
    ("period_start", "area_type", "area_code", "deaths", "share_of_people"),
    "Curves of concentration of the cost of health care, for charts. For management only: in a small area a point may be one person.",
)  # fmt: skip

CONCENTRATION_PERSISTENCE = TableContract(
    "concentration_persistence", "one area and financial year, with the year that follows it", ("period_start", "area_type", "area_code"),
    (
        *_PERIOD,
        Column("next_period_start", "date", "First day of the year that follows (inclusive)."),
        Column("next_period_end", "date", "Last day of that year (inclusive)."),
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Code of the area in which they lived in the first year."),
        Column("high_before", "integer", "The fewest people who made half of the cost of the first year, with all who cost as much as the last of them.", "people", minimum=0),
        Column("still_high", "integer", "Of them, those who are among such people again in the year that follows, in this area or another of its kind.", "people", minimum=0),
        Column("died", "integer", "Of the others, those who died in either year.", "people", minimum=0),
        Column("left_area_or_gone", "integer", "Of the others, those without a row for the area in the year that follows: they moved, or used nothing in a year whose file lacks people who used nothing.", "people", minimum=0),
        Column("no_longer_high", "integer", "The others: they live in the area and cost less.", "people", minimum=0),
        Column("low_number", "boolean", "Fewer than ten people make half of the first year's cost, or fewer than ten, but somebody, became one of the four things: not for printing."),
        Column("dominated", "boolean", "One person makes more than a tenth of the first year's cost: not for printing."),
        _EXTRACT,
    ),
    ("period_start", "area_type", "area_code"),
    "What became, a year later, of the few people on whom half of the cost of health care falls. For management only.",
)  # fmt: skip

#: Made from linked care records, where a workspace has them.
LINKED_TABLES = (
    ACTIVITY_CUBE, QUARANTINE, HOSPITAL_FLOW, CONCENTRATION, CONCENTRATION_CURVE, CONCENTRATION_PERSISTENCE,
)  # fmt: skip

MADE_TABLES = (
    *PLACE_TABLES,
    *LINKED_TABLES,
    *MONEY_TABLES,
    *NEEDS_TABLES,
    *WORD_TABLES,
    *CHANGE_TABLES,
    POPULATION_CLASS,
    INDICATOR,
    INDICATOR_VALUE,
    *COMPARED_TABLES,
    PROFILE,
    PROFILE_TREND,
    EXTRACT,
    CHECK_RESULT,
    RECONCILIATION,
)

CONTRACTS = {contract.name: contract for contract in (*SOURCE_TABLES, *MADE_TABLES)}
