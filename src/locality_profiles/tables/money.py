"""Contracts of the tables that hold money and what it is placed by.

All money is whole pence. A line of a ledger hangs on the smallest place that it was posted to: a partnership, or one of
its localities. Spending that other publishers report (benchmarks of councils) has no scope, and is no ledger.
"""

from __future__ import annotations

from locality_profiles.tables.columns import BLOCK, EXTRACT_ID, PERIOD, STATUS
from locality_profiles.tables.contract import Column, TableContract

VERSIONS = ("original", "revised", "forecast", "outturn", "audited")
SCOPES = ("delegated", "set_aside", "hosted_out", "hosted_in", "housing", "managed", "reserve")
PARTNERS = ("council", "nhs", "ijb")
#: Ways of placing money on areas (see docs/money.md).
METHODS = {
    "A": "direct: the line is posted to the place",
    "B": "activity, at what a unit of it costs",
    "C": "residents",
    "D": "residents, weighted by age and sex",
    "E": "needs-weighted residents, as the national formula weighs them",
    "F": "residents, weighted by deprivation",
    "G": "patients on GP lists",
    "H": "use of a hosted service by each partnership",
    "I": "occupied beds of residents, over three years",
    "J": "staff who work there",
    "K": "not placed: shown as unallocated",
}
BASES = ("used", "fair")
#: The last part of the code that stands for money that is placed on no area.
UNALLOCATED = "UNALLOCATED"

_PENCE = (
    Column("gross_pence", "integer", "Gross spending; empty where only net is known.", "pence", empty=True),
    Column("income_pence", "integer", "Income; empty where it is not known.", "pence", empty=True),
    Column(
        "net_pence", "integer", "Net spending, gross less income; empty where only gross is known.", "pence", empty=True
    ),
)
_CODES = (
    Column(
        "scope",
        "text",
        "delegated, set_aside, hosted_out, hosted_in, housing, managed or reserve; empty where not stated.",
        empty=True,
        allowed=SCOPES,
    ),
    Column("partner", "text", "council, nhs or ijb.", allowed=PARTNERS),
    Column(
        "service_code",
        "text",
        "Service that the money was for; empty where only a ledger's own codes tell.",
        empty=True,
    ),
    Column("care_group", "text", "all, older, learning_disability, …"),
    Column("programme_code", "text", "Programme of care; empty where the line does not say.", empty=True),
    Column(
        "subjective_code",
        "text",
        "Kind of spending or income: employees, premises, income_charges, …; empty where not stated.",
        empty=True,
    ),
)
_LEDGER = (
    Column("description", "text", "The line as the source calls it."),
    Column("cost_centre", "text", "The ledger's own code of where it is spent; empty where not stated.", empty=True),
    Column("account_code", "text", "The ledger's own code of what is bought; empty where not stated.", empty=True),
    Column("lfr_line", "text", "Line of the councils' local financial return; empty where not stated.", empty=True),
    Column("sfr_form", "text", "Form of the Scottish Financial Returns, such as 5.3; empty where not stated.", empty=True),
    Column("sfr_line", "text", "Line of that form, which is a specialty; empty where not stated.", empty=True),
    Column("host_hscp", "text", "Code of the partnership that runs a hosted service; empty for others.", empty=True),
    Column("recurring", "text", "recurring or non_recurring; empty where not stated.", empty=True, allowed=("recurring", "non_recurring")),
    Column("ringfence_code", "text", "Fund that it may only be spent from; empty for none.", empty=True),
    Column("provider", "text", "Organisation that is paid; empty for the partners themselves.", empty=True),
    Column("provider_sector", "text", "la_nhs, private, third, other_la or other; empty where not stated.", empty=True,
           allowed=("la_nhs", "private", "third", "other_la", "other")),
    Column("contract_end", "date", "Last day of the contract or grant; empty where there is none.", empty=True),
    Column("note", "text", "What the source says besides; empty for nothing.", empty=True),
)  # fmt: skip

BUDGET_LINE = TableContract(
    "budget_line", "one line of spending of one place, period and version", ("line_id",),
    (
        Column("line_id", "text", "Identifies the line."),
        *BLOCK,
        *PERIOD,
        Column("version", "text", "original, revised, forecast, outturn or audited.", allowed=VERSIONS),
        *_CODES,
        *_LEDGER,
        *_PENCE,
        STATUS,
        EXTRACT_ID,
    ),
    ("block_type", "block_code", "period_start", "service_code"),
    "Spending as councils and boards report it, and lines of partnerships' ledgers as supplied, in whole pence.",
)  # fmt: skip

UNIT_COST = TableContract(
    "unit_cost", "one place's quantity of service bought with one budget line", ("line_id",),
    (
        Column("line_id", "text", "The budget line that paid for it."),
        *BLOCK,
        *PERIOD,
        Column("service_code", "text", "Service."),
        Column("unit", "text", "hour, resident_week, person, …"),
        Column("quantity", "number", "Units of service in the period; empty where status says why.", empty=True, minimum=0),
        Column("spend_pence", "integer", "What they cost together.", "pence", empty=True),
        Column("published_unit_pence", "integer", "Cost of one unit as the source published it.", "pence", empty=True),
        STATUS,
        EXTRACT_ID,
    ),
    ("block_type", "block_code", "period_start", "service_code"),
    "What a unit of service costs: spending and quantity side by side, so that costs of several areas can be added before dividing.",
)  # fmt: skip

UNIT_PRICE = TableContract(
    "unit_price", "the price of one unit of one service in one place and period", ("block_code", "period_start", "service_code", "unit", "price_basis"),
    (
        *BLOCK,
        *PERIOD,
        Column("service_code", "text", "Service."),
        Column("unit", "text", "bed_day, attendance, hour, week, item, contact or person_year.",
               allowed=("bed_day", "attendance", "hour", "week", "item", "contact", "person_year")),
        Column("price_basis", "text", "net, gross, full, marginal or direct.", allowed=("net", "gross", "full", "marginal", "direct")),
        Column("pence", "number", "Price of one unit; pence may have decimals.", "pence", minimum=0),
        STATUS,
        EXTRACT_ID,
    ),
    ("service_code", "period_start", "block_code"),
    "What one unit of a service costs, as a published table or a partnership's own gives it.",
)  # fmt: skip

NEEDS_WEIGHT = TableContract(
    "needs_weight", "one place, year and programme of a needs-weighted formula", ("block_type", "block_code", "period_start", "programme"),
    (
        *BLOCK,
        *PERIOD,
        Column("programme", "text", "all, or a part of the formula such as acute, mental_health, prescribing."),
        Column("population", "number", "Residents or patients that the formula counts.", "people", minimum=0),
        Column("weighted_population", "number", "The same, weighted by age and sex, need and excess cost.", "people", minimum=0),
        STATUS,
        EXTRACT_ID,
    ),
    ("block_type", "block_code", "period_start"),
    "Weighted populations of a needs-weighted formula such as that of the National Resource Allocation Committee.",
)  # fmt: skip

HOSPITAL_COST = TableContract(
    "hospital_cost", "one specialty of one hospital and year", ("block_code", "period_start", "specialty_code", "patient_type"),
    (
        *BLOCK,
        *PERIOD,
        Column("specialty_code", "text", "Specialty, as hospital records code it; all for the whole hospital."),
        Column("specialty", "text", "Its name."),
        Column("patient_type", "text", "inpatient, day_case, outpatient, emergency or day_patient.",
               allowed=("inpatient", "day_case", "outpatient", "emergency", "day_patient")),
        Column("bed_days", "number", "Occupied bed days in the year; empty where it is not counted so.", "days", empty=True, minimum=0),
        Column("cases", "number", "Discharges, cases or attendances; empty where not stated.", empty=True, minimum=0),
        Column("direct_pence", "integer", "Direct cost: staff, drugs, theatre, laboratories.", "pence", minimum=0),
        Column("full_pence", "integer", "Direct and allocated cost; empty where not stated.", "pence", empty=True, minimum=0),
        Column("variable_share", "number", "Share of the direct cost that goes with activity, from 0 to 1; empty where not stated.", empty=True, minimum=0),
        STATUS,
        EXTRACT_ID,
    ),
    ("block_code", "period_start", "specialty_code"),
    "What hospitals cost by specialty, as tables of hospital costs give it.",
)  # fmt: skip

HOSTED_USE = TableContract(
    "hosted_use", "one partnership's use of one hosted service in one period", ("host_hscp", "block_code", "service_code", "period_start"),
    (
        Column("host_hscp", "text", "Code of the partnership that runs the service."),
        *BLOCK,
        *PERIOD,
        Column("service_code", "text", "Service."),
        Column("quantity", "number", "Units that its people used; block_code is the partnership that used them.", minimum=0),
        Column("unit", "text", "What is counted: contacts, bed days, …"),
        STATUS,
        EXTRACT_ID,
    ),
    ("service_code", "host_hscp", "block_code"),
    "How much of a service that one partnership runs for several is used by each, as the host tells.",
)  # fmt: skip

MONEY_SOURCE_TABLES = (BUDGET_LINE, UNIT_COST, UNIT_PRICE, NEEDS_WEIGHT, HOSPITAL_COST, HOSTED_USE)

# --- made in the finance room ---------------------------------------------------------------------

LEDGER_LINE = TableContract(
    "ledger_line", "one line of one partnership's ledger, coded", ("line_id",),
    (
        Column("line_id", "text", "Identifies the line."),
        Column("hscp_code", "text", "Partnership whose ledger it is."),
        Column("area_type", "text", "locality, where the line is posted to one; else empty.", empty=True),
        Column("area_code", "text", "The locality that it is posted to; empty for the whole partnership.", empty=True),
        *PERIOD,
        Column("version", "text", "original, revised, forecast, outturn or audited.", allowed=VERSIONS),
        Column("scope", "text", "delegated, set_aside, hosted_out, hosted_in, housing, managed or reserve.", allowed=SCOPES),
        Column("partner", "text", "council, nhs or ijb.", allowed=PARTNERS),
        Column("service_code", "text", "Service; NOT_TOLD where neither the line nor the workspace's codes tell it."),
        Column("care_group", "text", "all, older, learning_disability, …"),
        Column("programme_code", "text", "Programme of care: the line's own, else its service's; 91 for none."),
        Column("subjective_code", "text", "Kind of spending; NOT_TOLD where nothing tells it."),
        Column("split", "text", "Part of the statutory performance report that it counts in."),
        *_LEDGER,
        Column("gross_pence", "integer", "Gross spending.", "pence"),
        Column("income_pence", "integer", "Income.", "pence"),
        Column("net_pence", "integer", "Net spending: gross less income.", "pence"),
        Column("coded_by", "text", "line: the line said its service; settings: [finance] of profiles.toml did; nothing.", allowed=("line", "settings", "nothing")),
        EXTRACT_ID,
    ),
    ("hscp_code", "period_start", "version", "service_code"),
    "Ledgers of partnerships with every line coded: what all tables of money are made from.",
)  # fmt: skip

DRIVER = TableContract(
    "driver", "one area's value of one driver for one year", ("driver_id", "told_by", "hscp_code", "area_type", "area_code", "period_start"),
    (
        Column("driver_id", "text", "Name of the driver in the rules of allocation."),
        Column("title", "text", "What it is, in words."),
        Column("method", "text", "Letter of the method.", allowed=tuple(METHODS)),
        Column("told_by", "text", "Service, or family of services, that the values are for; empty text where they are for all."),
        Column("hscp_code", "text", "Partnership whose money it shares out."),
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Area; the code that ends in OUT is what is in none."),
        *PERIOD,
        Column("value", "number", "The area's part, in the driver's own unit.", minimum=0),
    ),
    ("driver_id", "hscp_code", "period_start", "area_type"),
    "What money is shared out by: residents, weighted residents, activity, beds, staff. The rules say which is for which money.",
)  # fmt: skip

ALLOCATION = TableContract(
    "allocation", "one line's part in one area, on one basis", ("line_id", "basis", "area_type", "area_code"),
    (
        Column("line_id", "text", "Line of the ledger."),
        Column("basis", "text", "used: by what the area's people used; fair: by what they would need.", allowed=BASES),
        Column("area_type", "text", "Kind of area that the line is divided among."),
        Column("area_code", "text", "Area; a code that ends in OUT is of who lives in none, in UNALLOCATED of what nothing places."),
        Column("amount_pence", "integer", "The part. Over the areas of one kind, parts add up to the line to the penny.", "pence"),
        Column("rule_id", "text", "Rule that says how; empty where there is none for the line.", empty=True),
        Column("method", "text", "Letter of the method.", allowed=tuple(METHODS)),
        Column("driver_id", "text", "Driver by which it was divided; empty for direct and for what is not placed.", empty=True),
        Column("told_of", "text", "Financial years that the driver's figures are of; empty for direct and for what is not placed.", empty=True),
        Column("grade", "integer", "How well it is placed: 1 posted there, to 5 a stand-in or not placed.", minimum=1),
        Column("reason", "text", "Why money is placed on no area; empty for the rest.", empty=True),
        Column("compared", "boolean", "Whether all of the line is placed on areas on both bases, so that the two can be compared."),
    ),
    ("line_id", "basis", "area_type"),
    "Every line of every ledger divided among areas, to the penny.",
)  # fmt: skip

ALLOCATION_RULE = TableContract(
    "allocation_rule", "one rule of allocation", ("rule_id",),
    (
        Column("rule_id", "text", "Name of the rule."),
        Column("position", "integer", "Its place: the first rule that fits a line decides.", minimum=1),
        Column("service_code", "text", "Service that it is for, with all its parts; empty for any.", empty=True),
        Column("scope", "text", "Scope that it is for; empty for any.", empty=True),
        Column("partner", "text", "Partner that it is for; empty for any.", empty=True),
        Column("care_group", "text", "Group of people that it is for; empty for any.", empty=True),
        Column("used", "text", "Drivers of what was used, best first, with spaces between; empty for none.", empty=True),
        Column("fair", "text", "Drivers of what would be needed, best first; empty for none.", empty=True),
        Column("weightings", "text", "Drivers that are compared with the fair share; empty for none.", empty=True),
        Column("unplaced", "text", "show, or spread_population.", allowed=("show", "spread_population")),
        Column("rationale", "text", "Why."),
        Column("approved_by", "text", "Who agreed to it; empty where nobody has said.", empty=True),
        Column("approved_on", "date", "When; empty where nobody has said.", empty=True),
    ),
    ("position",),
    "The rules by which this release placed money, in the order in which they were tried.",
)  # fmt: skip

RESOURCE_SHARE = TableContract(
    "resource_share", "one area's money for one service, group of people and scope, in one year and version",
    ("hscp_code", "area_type", "area_code", "period_start", "version", "scope", "partner", "service_code", "care_group"),
    (
        Column("hscp_code", "text", "Partnership."),
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Area; OUT and UNALLOCATED are shown like areas."),
        *PERIOD,
        Column("version", "text", "original, revised, forecast, outturn or audited.", allowed=VERSIONS),
        Column("scope", "text", "delegated, set_aside, …", allowed=SCOPES),
        Column("partner", "text", "council, nhs or ijb.", allowed=PARTNERS),
        Column("service_code", "text", "Service."),
        Column("care_group", "text", "Group of people."),
        Column("used_pence", "integer", "By what its people used.", "pence"),
        Column("fair_pence", "integer", "By what they would need.", "pence"),
        Column("fair_low_pence", "integer", "The least that another weighting of need would give it.", "pence"),
        Column("fair_high_pence", "integer", "The most that another weighting would give it.", "pence"),
        Column("weightings", "integer", "How many weightings were compared.", minimum=1),
        Column("grade", "integer", "The worst grade of its parts.", minimum=1),
    ),
    ("hscp_code", "area_type", "area_code", "period_start", "version"),
    "Money used beside fair share. Add pence over services; heads stand in area_resource.",
)  # fmt: skip

AREA_RESOURCE = TableContract(
    "area_resource", "one area's money in one year and version, in all and by head",
    ("hscp_code", "area_type", "area_code", "period_start", "version", "group"),
    (
        Column("hscp_code", "text", "Partnership."),
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Area; OUT and UNALLOCATED are shown like areas, without heads."),
        *PERIOD,
        Column("version", "text", "original, revised, forecast, outturn or audited.", allowed=VERSIONS),
        Column("group", "text", "all, or a family of services: HOSP, PC, COMM, SC, HOUS, TS, MGMT, RES."),
        Column("used_pence", "integer", "By what its people used.", "pence"),
        Column("fair_pence", "integer", "By what they would need.", "pence"),
        Column("fair_low_pence", "integer", "The least of the weightings compared.", "pence"),
        Column("fair_high_pence", "integer", "The most of them.", "pence"),
        Column("weightings", "integer", "How many weightings were compared.", minimum=1),
        Column("compared_used_pence", "integer", "Used, of the money that is placed on areas on both bases: like is compared with like.", "pence"),
        Column("compared_fair_pence", "integer", "Fair share of the same money.", "pence"),
        Column("variance_pence", "integer", "Compared: used less fair. More is not 'over-funded': see the caveats.", "pence"),
        Column("variance_percent", "number", "Compared: used as a percentage of fair, less 100; empty where fair is nought.", "%", empty=True),
        Column("residents", "number", "Residents in the year; empty where there is no estimate.", "people", empty=True),
        Column("weighted_residents", "number", "Residents weighted for need, so that the partnership's add up to its residents; empty where not known.", "people", empty=True),
        Column("weighted_by", "text", "Driver that weighs them; empty where not known.", empty=True),
        Column("used_per_head", "number", "Compared: used pence for each resident.", "pence", empty=True),
        Column("fair_per_head", "number", "Compared: fair pence for each resident.", "pence", empty=True),
        Column("used_per_weighted_head", "number", "Compared: used pence for each weighted resident.", "pence", empty=True),
        Column("grade", "integer", "The worst grade of its parts.", minimum=1),
    ),
    ("hscp_code", "area_type", "area_code", "period_start"),
    "What each area uses beside its fair share, in all and by head.",
)  # fmt: skip

SET_ASIDE = TableContract(
    "set_aside", "one area's use of beds of one specialty in scope of the set-aside, as a mean of up to three years",
    ("hscp_code", "area_type", "area_code", "period_start", "specialty_code"),
    (
        Column("hscp_code", "text", "Partnership."),
        Column("area_type", "text", "Kind of area; hscp for the whole partnership."),
        Column("area_code", "text", "Area."),
        *PERIOD,
        Column("specialty_code", "text", "Specialty; all for every specialty in scope together."),
        Column("years", "integer", "How many years the mean is of, ending with this one.", minimum=1),
        Column("first_day", "date", "First day of the first of them."),
        Column("bed_days", "number", "Emergency bed days of residents in a year, wherever the hospital is.", "days", minimum=0),
        Column("outwith_days", "number", "Of them, in hospitals of other boards.", "days", minimum=0),
        Column("percent_of_hospitals", "number", "Share of all bed days of the specialty in the tables of hospital costs; empty where these do not tell it.", "%", empty=True),
        Column("direct_pence", "integer", "At the direct cost of a day in each hospital: the set-aside. Empty where no cost is known.", "pence", empty=True),
        Column("full_pence", "integer", "At the full cost of a day; empty where it is not known.", "pence", empty=True),
        Column("variable_pence", "integer", "Part of the direct cost that goes with activity: what fewer days would save. Empty where it is not known.", "pence", empty=True),
        Column("fixed_pence", "integer", "The rest of it, which stays.", "pence", empty=True),
        Column("direct_per_day", "number", "Direct cost of a day.", "pence", empty=True),
        Column("beds", "number", "Beds that this takes at the target occupancy.", minimum=0),
        Column("percent_at_own_price", "number", "Share of the days priced as in their own hospital; the rest as in all hospitals.", "%", empty=True),
        Column("delayed_days", "number", "Days of delayed discharge a year, of all specialties; only beside all. Empty where not known.", "days", empty=True),
    ),
    ("hscp_code", "period_start", "area_type", "area_code"),
    "The hospital set-aside by population: beds used, their cost, and how much of it goes with activity.",
)  # fmt: skip

MONEY_TABLES = (LEDGER_LINE, ALLOCATION_RULE, DRIVER, ALLOCATION, RESOURCE_SHARE, AREA_RESOURCE, SET_ASIDE)
