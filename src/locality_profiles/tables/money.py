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
#: Where fewer providers make a figure, what one of them is paid could be worked out.
LOW_BELOW = 3
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
        Column("residents", "number", "Residents; empty for what is in no area.", "people", empty=True, minimum=0),
        Column("used_per_head", "number", "Used for each resident.", "pence", empty=True),
        Column("fair_per_head", "number", "Fair share for each resident.", "pence", empty=True),
        Column("grade", "integer", "The worst grade of its parts.", minimum=1),
    ),
    ("hscp_code", "area_type", "area_code", "period_start", "version"),
    "Money used beside fair share. Add pence, and costs by head of one area, over services and groups of people; "
    "never add residents.",
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

# --- made from ledgers and from what is placed: what planners ask of money -------------------------

_YEAR_OF_LEDGER = (
    Column("hscp_code", "text", "Partnership."),
    *PERIOD,
    Column("version", "text", "original, revised, forecast, outturn or audited.", allowed=VERSIONS),
)
_SUMS = (
    Column("gross_pence", "integer", "Gross spending.", "pence"),
    Column("income_pence", "integer", "Income.", "pence"),
    Column("net_pence", "integer", "Net spending: gross less income.", "pence"),
)
_LINES = Column("lines", "integer", "Lines of the ledger that it is the sum of.", minimum=0)
_SECTOR = Column("provider_sector", "text", "la_nhs, private, third, other_la, other; NOT_TOLD where lines do not say.",
                 allowed=("la_nhs", "private", "third", "other_la", "other", "NOT_TOLD"))  # fmt: skip
_PROVIDER = Column("provider", "text", "Organisation that is paid; NOT_TOLD where lines do not name one.")

MONEY_FLOW = TableContract(
    "money_flow", "what one partnership spends on one service and kind of spending, in one scope, year and version",
    ("hscp_code", "period_start", "version", "scope", "partner", "service_code", "subjective_code"),
    (
        *_YEAR_OF_LEDGER,
        Column("scope", "text", "delegated, set_aside, …", allowed=SCOPES),
        Column("partner", "text", "council, nhs or ijb.", allowed=PARTNERS),
        Column("family", "text", "Family of the service: the first part of its code."),
        Column("service_code", "text", "Service; NOT_TOLD where nothing tells it."),
        Column("subjective_code", "text", "Kind of spending or income; NOT_TOLD where nothing tells it."),
        *_SUMS,
        _LINES,
    ),
    ("hscp_code", "period_start", "version", "scope", "service_code"),
    "Where the money goes, from gross through income to net. What there is no line of has no row.",
)  # fmt: skip

FINANCIAL_STATEMENT = TableContract(
    "financial_statement", "one row of one table of one partnership's annual financial statement, by year and version",
    ("hscp_code", "period_start", "version", "table_id", "level", "row_id"),
    (
        *_YEAR_OF_LEDGER,
        Column("table_id", "text", "resource, service, split, care_group, recurring, ringfence, a kind of area, or beside (what is in no total)."),
        Column("level", "integer", "0 for the total, 1 for its parts, 2 for parts of a part. Add up one level only.", minimum=0),
        Column("row_id", "text", "What the row is: total, a partner, scope, service, split, group, fund or area."),
        Column("part_of", "text", "The row of the level above that it is a part of; empty for a total and in the table beside.", empty=True),
        Column("position", "integer", "Its place in the table.", minimum=1),
        Column("title", "text", "The row for people; the code of an area."),
        Column("gross_pence", "integer", "Gross spending; empty by area, where only net is known.", "pence", empty=True),
        Column("income_pence", "integer", "Income; empty by area.", "pence", empty=True),
        Column("net_pence", "integer", "Net spending. What others use of what is run for several is below nought.", "pence"),
    ),
    ("hscp_code", "period_start", "version", "table_id", "position"),
    "The annual financial statement (Public Bodies (Joint Working) (Scotland) Act 2014, section 39) in long form. A partnership's own resource: its part of what others host is in it; what it hosts for others, and what is not delegated, is not.",
)  # fmt: skip

STATEMENT_CHECK = TableContract(
    "statement_check", "one total of one partnership, year and version in one table that tells it",
    ("hscp_code", "period_start", "version", "total", "told_by"),
    (
        *_YEAR_OF_LEDGER,
        Column("total", "text", "What is added up: all, or a scope, family, part of the split or group of people."),
        Column("told_by", "text", "The table."),
        Column("net_pence", "integer", "The total there; empty where that table does not tell it.", "pence", empty=True),
        Column("statement_pence", "integer", "The total in the financial statement; empty where it does not tell it.", "pence", empty=True),
        Column("difference_pence", "integer", "The one less the other: 0, or something is counted twice or lost; empty where one of them is.", "pence", empty=True),
    ),
    ("hscp_code", "period_start", "version", "total", "told_by"),
    "Every total that stands in more than one table of money, beside the same total in the financial statement.",
)  # fmt: skip

STATUTORY_SPLIT = TableContract(
    "statutory_split", "one part of one partnership's spending in one of the six years of one report",
    ("hscp_code", "series", "report_start", "period_start", "breakdown", "part"),
    (
        Column("hscp_code", "text", "Partnership."),
        Column("series", "text", "spent: the audited ledger of each year, else its outturn; planned: the revised, else the original.", allowed=("spent", "planned")),
        Column("report_start", "date", "First day of the reporting year."),
        *PERIOD,
        Column("years_before", "integer", "Years before the reporting year: 0 to 5.", minimum=0),
        Column("version", "text", "Version that the year is told by; empty where there is no ledger of it.", empty=True, allowed=VERSIONS),
        Column("breakdown", "text", "split: the five parts and none, which divide the money; care_group: groups of people, which cut across it. Never add the two.", allowed=("split", "care_group")),
        Column("part", "text", "Part of the split, or group of people."),
        Column("gross_pence", "integer", "Gross spending in cash; empty for a year without a ledger.", "pence", empty=True),
        Column("income_pence", "integer", "Income in cash; empty for a year without a ledger.", "pence", empty=True),
        Column("net_pence", "integer", "Net spending in cash: 0 for a part of which the ledger has no line, empty for a year without a ledger.", "pence", empty=True),
        Column("real_pence", "integer", "Net spending at the prices of the base year; empty where cash is, or no deflator is told for the year.", "pence", empty=True),
        Column("prices_of", "text", "The base year."),
        Column("official_prices", "boolean", "Whether the deflators are an official series; false for the example that comes with the program."),
        Column("lines", "integer", "Lines of the ledger that it is the sum of; empty for a year without a ledger.", empty=True, minimum=0),
    ),
    ("hscp_code", "series", "report_start", "breakdown", "part", "period_start"),
    "Spending by the parts that a performance report must give (SSI 2014/326, regulation 4), for each year and the five before it, in cash and in real terms.",
)  # fmt: skip

_MONTH_OF = "Empty for a month without figures of the partner, which is not nought"
BUDGET_MONITOR = TableContract(
    "budget_monitor", "one month of one partnership's budget for one service, or of a total",
    ("hscp_code", "partner", "scope", "service_code", "period_start"),
    (
        Column("hscp_code", "text", "Partnership."),
        Column("partner", "text", "council, nhs or ijb; all for the partnership's total.", allowed=(*PARTNERS, "all")),
        Column("scope", "text", "delegated, set_aside, …; all for a total.", allowed=(*SCOPES, "all")),
        Column("service_code", "text", "Service; all for a total. Add services or take totals, never both."),
        *PERIOD,
        Column("year_start", "date", "First day of the financial year."),
        Column("month", "integer", "Month of the financial year: 1 is April.", minimum=1),
        Column("original_pence", "integer", f"Original budget of the month alone. {_MONTH_OF}.", "pence", empty=True),
        Column("revised_pence", "integer", f"Revised budget of the month alone. {_MONTH_OF}.", "pence", empty=True),
        Column("forecast_pence", "integer", f"Forecast of the month alone. {_MONTH_OF}.", "pence", empty=True),
        Column("outturn_pence", "integer", f"Spent in the month alone, net. {_MONTH_OF}.", "pence", empty=True),
        Column("budget_pence", "integer", "The budget that holds: the revised if the partner has revised the month, else the original; empty without either.", "pence", empty=True),
        Column("variance_pence", "integer", "Outturn less budget of the month: above 0 is overspent; empty where one of them is.", "pence", empty=True),
        Column("variance_percent", "number", "The same as a percentage of the budget; empty where that is nought or not known.", "%", empty=True),
        Column("original_to_date_pence", "integer", "Original budget from April; empty if a month so far is.", "pence", empty=True),
        Column("budget_to_date_pence", "integer", "Budget from April; empty if a month so far is.", "pence", empty=True),
        Column("forecast_to_date_pence", "integer", "Forecast from April; empty if a month so far is.", "pence", empty=True),
        Column("outturn_to_date_pence", "integer", "Outturn from April; empty if a month so far is.", "pence", empty=True),
        Column("variance_to_date_pence", "integer", "Outturn less budget from April; empty where one of them is.", "pence", empty=True),
        Column("variance_to_date_percent", "number", "The same as a percentage of the budget; empty where that is nought or not known.", "%", empty=True),
        Column("year_budget_pence", "integer", "Budget of all twelve months; empty unless each has one.", "pence", empty=True),
        Column("year_expected_pence", "integer", "Outturn of each month where it is there, else its forecast; empty unless all twelve have one.", "pence", empty=True),
        Column("year_variance_pence", "integer", "Expected less budget of the year; empty where one of them is.", "pence", empty=True),
        Column("year_variance_percent", "number", "The same as a percentage of the budget; empty where that is nought or not known.", "%", empty=True),
    ),
    ("hscp_code", "partner", "scope", "service_code", "period_start"),
    "Budget beside forecast beside outturn by month, of each month alone and to date, from the monthly lines of ledgers.",
)  # fmt: skip

HOSTED_FINDINGS = (
    "own", "agrees", "differs", "counted_by_both", "use_not_told", "host_tells_no_use", "user_does_not_tell",
    "host_does_not_tell", "host_not_here", "user_not_here", "host_not_told",
)  # fmt: skip
HOSTED_MATRIX = TableContract(
    "hosted_matrix", "one partnership's part in one service that another, or itself, runs for several, by year and version",
    ("host_hscp", "user_hscp", "service_code", "period_start", "version"),
    (
        Column("host_hscp", "text", "Partnership that runs the service; NOT_TOLD where a user's line does not say."),
        Column("user_hscp", "text", "Partnership that uses it; NOT_TOLD where nothing tells who does."),
        Column("service_code", "text", "Service."),
        *PERIOD,
        Column("version", "text", "original, revised, forecast, outturn or audited.", allowed=VERSIONS),
        Column("quantity", "number", "What the user's people used, as the host tells; empty where it does not.", empty=True, minimum=0),
        Column("unit", "text", "What is counted; empty where quantity is.", empty=True),
        Column("host_pence", "integer", "The user's part of what the host spends, net, by use; empty where the host tells none.", "pence", empty=True),
        Column("user_pence", "integer", "What the user's own ledger says of it; empty where it says nothing.", "pence", empty=True),
        Column("difference_pence", "integer", "The user's figure less the host's; empty where one is.", "pence", empty=True),
        Column("also_pence", "integer", "What the user counts as its own spending though it names the host; empty for nothing.", "pence", empty=True),
        Column("counted_pence", "integer", "What counts when partnerships are added up: the host's figure, or the user's if the host's ledger does not have the service.", "pence"),
        Column("finding", "text", "What is to be said of it: own (host and user are one), agrees, differs, counted_by_both, or who tells nothing.", allowed=HOSTED_FINDINGS),
    ),
    ("host_hscp", "service_code", "user_hscp", "period_start"),
    "Hosted services, partnership by partnership, as host and user tell them. Add counted_pence only: the rest stands twice.",
)  # fmt: skip

PROVIDER_SPEND = TableContract(
    "provider_spend", "what one provider is paid for one family of services, by partnership, year and version",
    ("hscp_code", "period_start", "version", "provider_sector", "provider", "family"),
    (
        *_YEAR_OF_LEDGER,
        _SECTOR,
        _PROVIDER,
        Column("family", "text", "Family of services."),
        *_SUMS,
        Column("grant_pence", "integer", "The part of gross spending that is paid as grants.", "pence"),
        Column("services", "integer", "Services that it is paid for.", minimum=1),
        _LINES,
        Column("interface", "boolean", "Whether it is a third-sector interface."),
    ),
    ("hscp_code", "period_start", "version", "provider_sector", "provider"),
    "Who is paid, and how much. For management: what single organisations are paid may be confidential.",
)  # fmt: skip

PROVIDER_CONCENTRATION = TableContract(
    "provider_concentration", "one sector and family of services of one partnership, year and version",
    ("hscp_code", "period_start", "version", "provider_sector", "family"),
    (
        *_YEAR_OF_LEDGER,
        Column("provider_sector", "text", "la_nhs, private, third, other_la, other, NOT_TOLD; all for every sector.",
               allowed=("la_nhs", "private", "third", "other_la", "other", "NOT_TOLD", "all")),
        Column("family", "text", "Family of services; all for every one."),
        Column("providers", "integer", "Named providers that are paid more than nought.", minimum=0),
        Column("gross_pence", "integer", "What they are paid together.", "pence", minimum=0),
        Column("top_3_pence", "integer", "What the three largest of them are paid.", "pence", minimum=0),
        Column("top_3_share", "number", "The share of the three largest, from 0 to 1; empty where nobody is paid.", empty=True, minimum=0),
        Column("largest_share", "number", "The share of the largest; empty where nobody is paid.", empty=True, minimum=0),
        Column("herfindahl", "number", "Index of Herfindahl: the sum of squared shares, 1 for a single provider; empty where nobody is paid.", empty=True, minimum=0),
        Column("unnamed_pence", "integer", "Spending whose provider is not named, in no share.", "pence"),
        Column("repaid_pence", "integer", "What providers gave back that were paid less than nought in all, in no share.", "pence", minimum=0),
        Column("low_number", "boolean", "Fewer than three providers: nothing of the row may be published."),
    ),
    ("hscp_code", "period_start", "version", "provider_sector", "family"),
    "How much of spending a few providers make.",
)  # fmt: skip

CONTRACT_END = TableContract(
    "contract_end", "contracts of one provider for one service that end on one day, by partnership, year and version",
    ("hscp_code", "period_start", "version", "provider_sector", "provider", "service_code", "contract_end"),
    (
        *_YEAR_OF_LEDGER,
        _SECTOR,
        _PROVIDER,
        Column("service_code", "text", "Service."),
        Column("contract_end", "date", "Last day of the contract or grant."),
        Column("quarter_start", "date", "First day of the financial quarter in which that is."),
        Column("as_at", "date", "Day from which it is counted how soon it ends."),
        Column("ends", "text", "ended, within_12_months or later.", allowed=("ended", "within_12_months", "later")),
        *_SUMS,
        _LINES,
    ),
    ("hscp_code", "period_start", "version", "contract_end"),
    "When contracts and grants end, with what is spent on them in the year.",
)  # fmt: skip

PROGRAMME_MATRIX = TableContract(
    "programme_matrix", "what one programme of care has for one group of people, by partnership, year and version",
    ("hscp_code", "period_start", "version", "programme_code", "care_group"),
    (
        *_YEAR_OF_LEDGER,
        Column("programme_code", "text", "Programme of care; 90 is not clinical, 91 not told."),
        Column("care_group", "text", "Group of people; all for everybody."),
        *_SUMS,
        _LINES,
    ),
    ("hscp_code", "period_start", "version", "programme_code", "care_group"),
    "The partnership's own resource by programme of care and group of people.",
)  # fmt: skip

CANDIDATE_RULES = ("largest_programme", "far_from_others", "real_growth", "far_from_fair", "contracts_end")
MARGINAL_CANDIDATE = TableContract(
    "marginal_candidate", "one reason to look at one programme or service of one partnership, year and version",
    ("hscp_code", "period_start", "version", "kind", "code", "rule", "area_type", "area_code"),
    (
        *_YEAR_OF_LEDGER,
        Column("kind", "text", "programme or service.", allowed=("programme", "service")),
        Column("code", "text", "Code of the programme or service."),
        Column("rule", "text", "Rule that found it.", allowed=CANDIDATE_RULES),
        Column("area_type", "text", "Kind of area that the reason is about; empty text for the whole partnership."),
        Column("area_code", "text", "The area; empty text for the whole partnership."),
        Column("net_pence", "integer", "What the candidate has in the year.", "pence"),
        Column("value", "number", "What the rule looked at: a place by size, per cent, or months."),
        Column("limit_value", "number", "From where on the rule speaks, in the same unit."),
        Column("reason", "text", "The reason in words."),
    ),
    ("hscp_code", "period_start", "version", "kind", "code", "rule"),
    "What is worth asking about before money is moved. Each row is one reason; reasons are not added up to a score.",
)  # fmt: skip

LOCALITY_BUDGET = TableContract(
    "locality_budget", "one service of one scope in one area's budget sheet, by year and version",
    ("hscp_code", "area_type", "area_code", "period_start", "version", "scope", "service_code"),
    (
        Column("hscp_code", "text", "Partnership."),
        Column("area_type", "text", "Kind of area."),
        Column("area_code", "text", "Area; OUT and UNALLOCATED are shown like areas."),
        *PERIOD,
        Column("version", "text", "original, revised, forecast, outturn or audited.", allowed=VERSIONS),
        Column("scope", "text", "delegated, set_aside, …; what is managed but not delegated is left out.", allowed=SCOPES),
        Column("service_code", "text", "Service."),
        Column("used_pence", "integer", "By what its people used, net.", "pence"),
        Column("fair_pence", "integer", "By what they would need, net.", "pence"),
        Column("committed_pence", "integer", "The part of used_pence under contracts and grants that had not ended when the year began.", "pence"),
        Column("committed_until", "date", "Last day of the last of these; empty where there is none.", empty=True),
        Column("recurring_pence", "integer", "The part of used_pence that comes every year.", "pence"),
        Column("non_recurring_pence", "integer", "The part that comes once. What lines do not say is in neither.", "pence"),
        Column("may_authorise", "text", "Who may authorise spending; empty where the workspace does not say.", empty=True),
        Column("not_devolved", "text", "Why no locality decides on it; empty where one may.", empty=True),
    ),
    ("hscp_code", "area_type", "area_code", "period_start", "version", "service_code"),
    "A budget sheet for each locality: allocation, commitments and who may authorise.",
)  # fmt: skip

#: Made from ledgers and from what is placed.
LEDGER_TABLES = (
    MONEY_FLOW, FINANCIAL_STATEMENT, STATUTORY_SPLIT, BUDGET_MONITOR, HOSTED_MATRIX, PROVIDER_SPEND,
    PROVIDER_CONCENTRATION, CONTRACT_END, PROGRAMME_MATRIX, MARGINAL_CANDIDATE, LOCALITY_BUDGET, STATEMENT_CHECK,
)  # fmt: skip

MONEY_TABLES = (
    LEDGER_LINE, ALLOCATION_RULE, DRIVER, ALLOCATION, RESOURCE_SHARE, AREA_RESOURCE, SET_ASIDE, *LEDGER_TABLES,
)  # fmt: skip
