"""What matters first, who is most at risk, and how outcomes and equalities groups stand."""

from __future__ import annotations

from locality_profiles.tables.columns import PERIOD, STATUS
from locality_profiles.tables.contract import Column, TableContract

_AREA = (
    Column("area_type", "text", "Kind of area."),
    Column("area_code", "text", "Code of the area."),
)
_INDICATOR = Column("indicator_id", "text", "The indicator.")
#: Periods that may be missing, where there is no figure.
_MAYBE = tuple(
    Column(column.name, column.type, f"{column.description} Empty where there is no figure.", empty=True)
    for column in PERIOD
)
_JUDGED = ("better", "similar", "worse")
#: What a priority can be weighed by, in the order of the columns.
CRITERIA = ("level", "trend", "inequality", "people", "cost", "projected")


def _score(criterion: str, words: str) -> Column:
    return Column(
        f"{criterion}_score", "number", f"{words} From 0 to 1; empty without evidence.", empty=True, minimum=0
    )


def _judged(name: str, words: str) -> Column:
    return Column(name, "text", f"{words} Empty where it is not compared.", empty=True, allowed=_JUDGED)


PRIORITY = TableContract(
    "priority", "one indicator of one area, weighed among the others of that area",
    ("area_type", "area_code", "indicator_id"),
    (
        *_AREA,
        _INDICATOR,
        Column("theme", "text", "Indicators that say the same thing share a theme; others are their own."),
        *PERIOD,
        Column("value", "number", "The indicator, at full precision."),
        _score("level", "How much worse than the comparators."),
        _judged("level_country", "Judgement against the country."),
        _judged("level_hscp", "Judgement against the partnership."),
        Column("level_errors", "number",
               "Mean difference from the comparators in standard errors, above 0 where worse; empty without limits.",
               empty=True),
        Column("level_rank", "integer", "Place among areas of its kind in this build, 1 the worst.", empty=True,
               minimum=1),
        Column("level_ranked", "integer", "How many were ranked.", empty=True, minimum=1),
        _score("trend", "Where it is going."),
        Column("trend_judgement", "text", "better, steady or worse; empty where the trend cannot be told.",
               empty=True, allowed=("better", "steady", "worse")),
        _score("inequality", "How much worse for the most deprived."),
        Column("inequality_gap", "number", "Slope index, above 0 where worse for the deprived.", empty=True),
        Column("inequality_relative", "number", "The slope index over the area's own value.", empty=True),
        Column("inequality_certain", "boolean", "Whether the gap is more than chance would make.", empty=True),
        _score("people", "How many more are affected than at the comparator's rate."),
        Column("people_excess", "number", "Events or people more than at the comparator's rate, below 0 for fewer.",
               empty=True),
        Column("people_compared", "text", "Whose rate: country, or hscp where the country has none.", empty=True,
               allowed=("country", "hscp")),
        Column("people_per_1000", "number", "The excess for each 1,000 residents.", empty=True),
        _score("cost", "How much of the area's money its family of services uses."),
        Column("cost_family", "text", "Family of services that answers to it.", empty=True),
        Column("cost_pence", "integer", "Used by the area's people in that family.", "pence", empty=True),
        Column("cost_share", "number", "The same as a share of all that they use, from 0 to 1.", empty=True),
        _score("projected", "How much demand or people will grow."),
        Column("projected_percent", "number", "Change to the horizon.", "%", empty=True),
        Column("projected_year", "integer", "Year of the horizon.", empty=True),
        Column("projected_from", "text", "demand, or people of the ages that it is about.", empty=True,
               allowed=("demand", "people")),
        Column("weight_of_evidence", "number", "Share of the weights for which there is evidence, from 0 to 1.",
               minimum=0),
        Column("score", "number", "Weighted mean of the criteria that are known, from 0 to 1; empty without any.",
               empty=True, minimum=0),
        Column("rank", "integer", "Place by score, 1 first; empty where status says why.", empty=True, minimum=1),
        Column("ranked", "integer", "How many items of this area are ranked.", minimum=0),
        Column("rank_highest", "integer", "The best place over all sets of weights.", empty=True, minimum=1),
        Column("rank_lowest", "integer", "The poorest place over all sets of weights.", empty=True, minimum=1),
        Column("in_top_ten_share", "number",
               "Share of the sets of weights in which it is among the first ten (or as many as are declared).",
               empty=True, minimum=0),
        Column("moved_by", "text", "The criterion without which its place changes most; empty where none changes it.",
               empty=True, allowed=CRITERIA),
        Column("moved_to", "integer", "The place that it then has.", empty=True, minimum=1),
        Column("reason", "text", "Why it stands where it does, in a sentence."),
        Column("status", "text", "ranked; same_theme: another of its theme stands for it; too_little_evidence.",
               allowed=("ranked", "same_theme", "too_little_evidence")),
    ),
    ("area_type", "area_code", "indicator_id"),
    "What to look at first, by declared weights that anybody may change (priority_weight). It orders questions for "
    "people to discuss; it decides nothing.",
)  # fmt: skip

PRIORITY_WEIGHT = TableContract(
    "priority_weight", "one criterion by which priorities are weighed", ("criterion",),
    (
        Column("criterion", "text", "The criterion.", allowed=CRITERIA),
        Column("position", "integer", "Its place in the order of columns.", minimum=1),
        Column("title", "text", "The criterion, for people."),
        Column("weight", "number", "Its share of all weights, from 0 to 1.", minimum=0),
        Column("lowest", "number", "The least part of its own weight that was tried.", minimum=0),
        Column("highest", "number", "The most.", minimum=0),
        Column("how", "text", "How it is scored, in a sentence."),
        Column("top", "integer", "How many places count as the top.", minimum=1),
        Column("sets", "integer", "How many sets of weights were tried.", minimum=1),
    ),
    ("position",),
    "The weights, as data: what a reader of priorities must see beside them.",
)  # fmt: skip

PRIORITY_EXCLUDED = TableContract(
    "priority_excluded", "one indicator that is not weighed among priorities", ("indicator_id",),
    (
        _INDICATOR,
        Column("reason", "text", "Why."),
    ),
    ("indicator_id",),
    "Indicators that no priority is made of, each with its reason.",
)  # fmt: skip

_DISCLOSURE = Column("disclosure", "text", "Class of sensitivity: open, people, health or sensitive.",
                     allowed=("open", "people", "health", "sensitive"))  # fmt: skip

RISK_GROUP = TableContract(
    "risk_group", "one group of people at risk in one area", ("area_type", "area_code", "group_id"),
    (
        *_AREA,
        Column("group_id", "text", "The group."),
        Column("position", "integer", "Its place in the declaration.", minimum=1),
        Column("title", "text", "The group, for people."),
        Column("what", "text", "What is counted."),
        _DISCLOSURE,
        Column("threshold", "integer", "Fewer people than this are not told.", minimum=0),
        *_MAYBE,
        Column("people", "number", "How many; empty where status says why.", empty=True, minimum=0),
        Column("share", "number", "Of those among whom they were counted, from 0 to 1.", empty=True, minimum=0),
        Column("country_share", "number", "The country's share for exactly the same period.", empty=True, minimum=0),
        Column("ratio", "number", "The share over the country's: above 1 is more than there.", empty=True, minimum=0),
        Column("rank_in_partnership", "integer", "Place by share among areas of its kind, 1 the most.", empty=True,
               minimum=1),
        Column("ranked", "integer", "How many of them were ranked.", empty=True, minimum=1),
        Column("concentrated_in", "integer", "The fewest data zones that hold half of the group; only for open and "
               "people, and where data zones are counted.", empty=True, minimum=1),
        Column("zones", "integer", "Data zones of the area, where that is told.", empty=True, minimum=1),
        STATUS,
        Column("note", "text", "Why there is no number, or what to know about it.", empty=True),
    ),
    ("area_type", "area_code", "position"),
    "Who is most at risk, and where. Small numbers are left out here already, with a second one where the first "
    "could be found by subtraction.",
)  # fmt: skip

RISK_REGISTER = TableContract(
    "risk_register", "one risk of one area", ("area_type", "area_code", "risk_id"),
    (
        *_AREA,
        Column("risk_id", "text", "priority: or group: and what it was made from."),
        Column("position", "integer", "Its place in the register, 1 first.", minimum=1),
        Column("what", "text", "The risk, for people."),
        Column("likelihood", "text", "Whether it is growing: rising, steady, falling or unknown.",
               allowed=("rising", "steady", "falling", "unknown")),
        Column("likelihood_from", "text", "trend, projection or none.", allowed=("trend", "projection", "none")),
        Column("impact", "text", "high, medium, low or unknown, by the declared rule.",
               allowed=("high", "medium", "low", "unknown")),
        Column("evidence", "text", "The figures that it rests on, in a sentence."),
        Column("existing_actions", "text", "Entries of what people say that answer it, with spaces between.",
               empty=True),
        Column("owner_role", "text", "Role of who would own it, as declared."),
        Column("status", "text", "action_in_hand, or no_action_told where nobody has told of one.",
               allowed=("action_in_hand", "no_action_told")),
    ),
    ("area_type", "area_code", "position"),
    "A register to start from, made by rule from the first priorities and the groups at risk. People add, own and "
    "close risks; a rule only proposes them.",
)  # fmt: skip

_TOLD_FOR = (
    Column("told_for_type", "text", "Kind of the area that the value is of; empty where there is none.", empty=True),
    Column("told_for_code", "text", "Code of that area.", empty=True),
)
EVIDENCE = ("own", "partnership only", "country only", "none")

OUTCOME_EVIDENCE = TableContract(
    "outcome_evidence", "one indicator that is evidence for one national outcome, in one area",
    ("area_type", "area_code", "outcome", "indicator_id"),
    (
        *_AREA,
        Column("outcome", "integer", "National health and wellbeing outcome, 1 to 9.", minimum=1),
        Column("outcome_title", "text", "The outcome, for people."),
        _INDICATOR,
        *_TOLD_FOR,
        *_MAYBE,
        Column("value", "number", "The latest value, of the area that it is told for.", empty=True),
        STATUS,
        _judged("judgement_country", "The area's own value against the country."),
        _judged("judgement_hscp", "The area's own value against the partnership."),
        Column("trend_judgement", "text", "better, steady or worse; empty where the area's own trend cannot be told.",
               empty=True, allowed=("better", "steady", "worse")),
        Column("evidence", "text", "own, partnership only, country only or none.", allowed=EVIDENCE),
        Column("why_none", "text", "Why the area has no figure of its own; empty where it has.", empty=True),
    ),
    ("area_type", "area_code", "outcome", "indicator_id"),
    "The nine national outcomes, the indicators that tell of them, and the evidence here, with its gaps.",
)  # fmt: skip

OUTCOME_SUMMARY = TableContract(
    "outcome_summary", "one national outcome in one area", ("area_type", "area_code", "outcome"),
    (
        *_AREA,
        Column("outcome", "integer", "National health and wellbeing outcome, 1 to 9.", minimum=1),
        Column("outcome_title", "text", "The outcome, for people."),
        Column("indicators", "integer", "Indicators that are evidence for it.", minimum=0),
        Column("with_evidence", "integer", "Of those, with a figure of this area's own.", minimum=0),
        Column("partnership_only", "integer", "With one of its partnership only.", minimum=0),
        Column("country_only", "integer", "With one of the country only.", minimum=0),
        Column("compared", "integer", "With a judgement against the country.", minimum=0),
        Column("better", "integer", "Better than the country.", minimum=0),
        Column("alike", "integer", "Not different from it.", minimum=0),
        Column("worse", "integer", "Worse.", minimum=0),
        Column("improving", "integer", "With a trend for the better.", minimum=0),
        Column("worsening", "integer", "With a trend for the worse.", minimum=0),
        Column("gaps", "text", "What is not known, in a sentence; empty where all is.", empty=True),
    ),
    ("area_type", "area_code", "outcome"),
    "How many indicators tell of each outcome, how they stand, and what is not known. Counts of indicators are no "
    "score: ten indicators of one thing are not ten reasons.",
)  # fmt: skip

FRAMEWORK_VALUE = TableContract(
    "framework_value", "one indicator of one published framework, in one area",
    ("framework", "number", "indicator_id", "area_type", "area_code"),
    (
        Column("framework", "text", "NI: core integration indicators. MSG: Ministerial Strategic Group.",
               allowed=("NI", "MSG")),
        Column("number", "integer", "Its number in the framework.", minimum=1),
        Column("title", "text", "The indicator, for people."),
        Column("indicator_id", "text", "The indicator here; none where no definition carries the number."),
        *_AREA,
        *_MAYBE,
        Column("value", "number", "The area's latest value; empty where status says why.", empty=True),
        Column("hscp_value", "number", "The partnership's for the same period, or its latest where the area has none.",
               empty=True),
        Column("country_value", "number", "The country's for that period.", empty=True),
        STATUS,
        Column("why", "text", "Why there is no value; empty where there is.", empty=True),
    ),
    ("framework", "number", "area_type", "area_code"),
    "The 23 core integration indicators, one row each, and those of the six ministerial ones, by area: all of them, "
    "with the ones that were never reported.",
)  # fmt: skip

EQUALITY = TableContract(
    "equality", "one category of one characteristic of the people of one area",
    ("area_type", "area_code", "characteristic", "category"),
    (
        *_AREA,
        Column("characteristic", "text", "age, sex, disability, ethnicity, religion, deprivation, rurality, …"),
        Column("characteristic_title", "text", "The same, for people."),
        Column("protected", "boolean", "Whether the Equality Act 2010 protects it."),
        Column("position", "integer", "Its place in the declaration.", minimum=1),
        Column("category", "text", "One group; all where nothing is held of the characteristic."),
        Column("category_title", "text", "The group, for people."),
        Column("category_position", "integer", "Its place among the groups.", minimum=1),
        Column("people", "number", "How many; empty where status says why.", empty=True, minimum=0),
        Column("share", "number", "Of all who were asked or counted, from 0 to 1.", empty=True, minimum=0),
        Column("country_share", "number", "The country's share, of the same year.", empty=True, minimum=0),
        Column("year", "integer", "Year of the count.", empty=True),
        STATUS,
        Column("note", "text", "What is missing and why, or what to know about the number.", empty=True),
    ),
    ("area_type", "area_code", "position", "category_position"),
    "Who lives here, by what the law protects and by what else makes for inequality, with what nobody has told us.",
)  # fmt: skip

EQUALITY_VALUE = TableContract(
    "equality_value", "one indicator of one area for one class of age, sex or deprivation",
    ("area_type", "area_code", "indicator_id", "characteristic", "breakdown", "category"),
    (
        *_AREA,
        _INDICATOR,
        Column("characteristic", "text", "age, sex or deprivation, as declared."),
        Column("breakdown", "text", "What the categories divide, as in indicator_value."),
        Column("category", "text", "One class."),
        *PERIOD,
        Column("value", "number", "At full precision; empty where status says why.", empty=True),
        Column("lower", "number", "Lower 95 % confidence limit, where there is one.", empty=True),
        Column("upper", "number", "Upper 95 % confidence limit.", empty=True),
        STATUS,
        Column("note", "text", "Why there is no value, or what to know about it.", empty=True),
    ),
    ("area_type", "area_code", "indicator_id", "breakdown"),
    "The latest values of indicators by protected and other characteristics, with small numbers left out.",
)  # fmt: skip

PRIORITY_TABLES: tuple[TableContract, ...] = (
    PRIORITY, PRIORITY_WEIGHT, PRIORITY_EXCLUDED, RISK_GROUP, RISK_REGISTER, OUTCOME_EVIDENCE, OUTCOME_SUMMARY,
    FRAMEWORK_VALUE, EQUALITY, EQUALITY_VALUE,
)  # fmt: skip
