"""What services there are, what will be asked of them, and what lies between."""

from __future__ import annotations

from locality_profiles.tables.columns import BLOCK, EXTRACT_ID, PERIOD, STATUS
from locality_profiles.tables.contract import Column, TableContract

CAPACITY_TYPES = ("beds", "places", "wte", "hours")
SECTORS = ("la_nhs", "private", "third", "other_la", "other")
#: Whose rates by age a figure was made by.
RATES_FROM = ("own", "partnership", "country")
#: The scenario of what is the same in every scenario.
ANY_SCENARIO = "all"

_AREA = (Column("area_type", "text", "Kind of area."), Column("area_code", "text", "Code of the area."))
_SERVICE = Column("service_code", "text", "Service.")
_TYPE = Column("capacity_type", "text", "beds, places, wte (whole-time equivalents) or hours.", allowed=CAPACITY_TYPES)
_SCENARIO = Column("scenario", "text", "Scenario of rates by age: baseline leaves them as they are.")
_VARIANT = Column("variant", "text", "Variant of the projection.")
_NOTE = Column("note", "text", "How it was made, or why there is none; empty for nothing to say.", empty=True)
_YEAR = Column(
    "year", "integer", "The mid-year of the people; the base year is the one in which the base period begins.",
    minimum=1900,
)  # fmt: skip

CAPACITY = TableContract(
    "capacity", "one capacity of one provider in one place and period",
    ("source", "service_code", "provider_code", "part", "capacity_type", "geo_role", "block_type", "block_code",
     "period_type", "period_start"),
    (
        Column("source", "text", "The kind of extract, such as care_service."),
        _SERVICE,
        Column("provider_code", "text", "Number of the registered service, the hospital, or the organisation's short name; all for every provider of the place together."),
        Column("provider_name", "text", "Name of the service or organisation, never of a person; empty where not told.", empty=True),
        Column("sector", "text", "la_nhs, private, third, other_la or other; empty where not told.", empty=True, allowed=SECTORS),
        Column("part", "text", "all, or a part of the provider: a specialty of a hospital, a project of an organisation."),
        _TYPE,
        *PERIOD,
        *BLOCK,
        Column("geo_role", "text", "provider: where the service stands; treatment: where a board treats; residence: where those helped live.",
               allowed=("residence", "treatment", "provider")),
        Column("registered", "number", "As registered or agreed; empty where not told.", empty=True, minimum=0),
        Column("available", "number", "What there is to use: places, beds, hours of the period; empty where status says why.", empty=True, minimum=0),
        Column("staffed", "number", "Of these, what has staff; empty where not told.", empty=True, minimum=0),
        Column("occupancy", "number", "What is used of what is available, as a share; empty where not told.", empty=True, minimum=0),
        Column("grade_quality", "integer", "The lowest grade of the last inspection, from 1 (unsatisfactory) to 6 (excellent); empty where none.", empty=True, minimum=1),
        Column("grade_date", "date", "Day of the grades; empty where not told.", empty=True),
        Column("contract_end", "date", "Last day of the contract; empty where not told.", empty=True),
        Column("funding_end", "date", "Last day of the funding; empty where not told.", empty=True),
        STATUS,
        _NOTE,
        EXTRACT_ID,
    ),
    ("service_code", "capacity_type", "block_type", "block_code", "provider_code", "period_start"),
    "What there is to serve people: beds, places, staff and hours, with quality grades and the ends of contracts and funding.",
)  # fmt: skip

DEMAND_SOURCE_TABLES: tuple[TableContract, ...] = (CAPACITY,)

# --- made in the room of needs --------------------------------------------------------------------

_QUANTITY = (
    Column("quantity", "number", "What is asked for; empty where status says why.", empty=True, minimum=0),
    Column("lower", "number", "With as few people as the projection's range has; empty where it has none.", empty=True, minimum=0),
    Column("upper", "number", "With as many; empty where it has none.", empty=True, minimum=0),
)  # fmt: skip

DEMAND_MEASURE = TableContract(
    "demand_measure", "one thing that demand is told of", ("measure_id",),
    (
        Column("measure_id", "text", "Name of the measure."),
        Column("position", "integer", "Its place among others.", minimum=1),
        Column("title", "text", "What it is, for people."),
        Column("unit", "text", "What one of it is."),
        Column("service_code", "text", "Service, or family of services, that it is of."),
        Column("kind", "text", "flow: over a year; stock: on a day, or on average.", allowed=("flow", "stock")),
        Column("nature", "text", "service: what services do; need: conditions and care that people give.", allowed=("service", "need")),
        Column("caveat", "text", "What to know of it; empty for nothing.", empty=True),
        Column("origin", "text", "published: all that it was counted from was published already. unpublished: some was not. none: nothing was counted.", allowed=("published", "unpublished", "none")),
    ),
    ("position",),
    "What is asked of services, or carried by people: words for the table demand.",
)  # fmt: skip

DEMAND_SCENARIO = TableContract(
    "demand_scenario", "one scenario of rates by age", ("scenario",),
    (
        Column("scenario", "text", "Name of the scenario."),
        Column("position", "integer", "Its place among others; the baseline is the first.", minimum=1),
        Column("title", "text", "What it is, for people."),
        Column("about", "text", "What it says of rates, in a sentence."),
        Column("years_later_a_year", "number", "By how many years of age rates move to later ages in each calendar year.", "years"),
        Column("from_age", "integer", "Rates of younger ages stay.", "years", minimum=0),
        Column("fall_percent", "number", "By how much rates of services fall each year.", "%"),
        Column("floor_percent", "number", "They never fall below this part of the base.", "%", minimum=0),
    ),
    ("position",),
    "What may become of rates by age: assumptions, and no forecast.",
)  # fmt: skip

DEMAND = TableContract(
    "demand", "one area, measure, scenario, variant and year",
    ("area_type", "area_code", "measure_id", "scenario", "variant", "year"),
    (
        *_AREA,
        Column("measure_id", "text", "What is asked for (see demand_measure)."),
        _SCENARIO,
        _VARIANT,
        _YEAR,
        *_QUANTITY,
        Column("base_quantity", "number", "What was counted in the base period, or is expected of it where status says so.", empty=True, minimum=0),
        Column("base_year", "integer", "The calendar year in which the base period begins; empty where there is none.", empty=True, minimum=1900),
        Column("change_percent", "number", "Change from the base, %; empty where the base is nought or not known.", "%", empty=True),
        Column("ratio", "number", "What was counted over what is expected at the rates by age that were used; 1 where none was counted.", empty=True, minimum=0),
        Column("rate_from", "text", "Whose rates by age: own, its partnership's or the country's; empty where there are none.", empty=True, allowed=RATES_FROM),
        STATUS,
        _NOTE,
    ),
    ("measure_id", "area_type", "area_code", "scenario", "variant", "year"),
    "Demand to come: rates by age times people. Every scenario of the principal projection, and the baseline of every variant. Areas of a partnership add up to it, but for people of none of them.",
)  # fmt: skip

IMPLICATION = TableContract(
    "implication", "one area, kind, year and scenario", ("area_type", "area_code", "kind", "year", "scenario"),
    (
        *_AREA,
        Column("kind", "text", "What follows: home_care_workforce, hospital_beds, households, …"),
        _YEAR,
        Column("scenario", "text", "Scenario of rates by age; all for what is the same in every one."),
        Column("quantity", "number", "How much; empty where status says why.", empty=True, minimum=0),
        Column("unit", "text", "What one of it is."),
        Column("formula", "text", "How it follows."),
        STATUS,
        _NOTE,
    ),
    ("kind", "area_type", "area_code", "scenario", "year"),
    "What demand and people to come mean for staff, beds and homes, by the principal projection.",
)  # fmt: skip

GAP = TableContract(
    "gap", "one area, service, kind of capacity, year, scenario and variant",
    ("area_type", "area_code", "service_code", "capacity_type", "year", "scenario", "variant"),
    (
        *_AREA,
        _SERVICE,
        _TYPE,
        _YEAR,
        _SCENARIO,
        _VARIANT,
        Column("demand", "number", "What is asked for, in units of the capacity; empty where it is not known.", empty=True, minimum=0),
        Column("available", "number", "What there is now; empty where it is not known.", empty=True, minimum=0),
        Column("available_on", "date", "Last day of the period of which that was told.", empty=True),
        Column("target_occupancy", "number", "Share of it that should be in use at most.", minimum=0),
        Column("gap", "number", "Demand less what is available at that share: above nought, too little. Empty where status says why.", empty=True),
        Column("gap_lower", "number", "With as few people as the projection's range has.", empty=True),
        Column("gap_upper", "number", "With as many.", empty=True),
        STATUS,
        _NOTE,
    ),
    ("service_code", "capacity_type", "area_type", "area_code", "scenario", "year"),
    "Demand against what there is, now, every fifth year and at the horizon, if nothing is added or taken away.",
)  # fmt: skip

MARKET = TableContract(
    "market", "one area and service", ("area_type", "area_code", "service_code"),
    (
        *_AREA,
        _SERVICE,
        Column("providers", "integer", "Providers that are known: registered services, or organisations.", minimum=0),
        Column("places", "number", "Places or beds of those that tell them; empty where none does.", empty=True, minimum=0),
        Column("graded", "integer", "Providers with a grade of an inspection.", minimum=0),
        Column("graded_good", "integer", "Of these, with no grade below 4 (good).", minimum=0),
        Column("grade_lowest", "integer", "The lowest grade of any, from 1 to 6; empty where none is graded.", empty=True, minimum=1),
        Column("contracts_ending_12m", "integer", "Contracts that end within a year of the day counted from; empty where no ledger tells of any.", empty=True, minimum=0),
        Column("contracts_ending_36m", "integer", "Within three years.", empty=True, minimum=0),
        Column("first_contract_end", "date", "The first that ends; empty where none does or is told.", empty=True),
        Column("funding_ending_12m", "integer", "Organisations whose funding ends within a year of it; empty where none tells.", empty=True, minimum=0),
        Column("first_funding_end", "date", "The first whose funding ends.", empty=True),
        Column("counted_from", "date", "The day from which ends are counted: the last that any of these figures is of.", empty=True),
        Column("spend_pence", "integer", "Net spending under the contracts that end within three years; empty with fewer than three providers.", "pence", empty=True),
        Column("one_provider", "boolean", "Whether all there is hangs on one provider."),
        STATUS,
        _NOTE,
    ),
    ("service_code", "area_type", "area_code"),
    "Who provides what, how good it is, and what ends when: the figures of a market facilitation plan.",
)  # fmt: skip

DEMAND_TABLES: tuple[TableContract, ...] = (DEMAND_MEASURE, DEMAND_SCENARIO, DEMAND, IMPLICATION, GAP, MARKET)
