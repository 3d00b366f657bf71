"""What is different between one release and another."""

from __future__ import annotations

from locality_profiles.tables.contract import Column, TableContract

#: Kinds of change, from causes to consequences, with their heading for people.
CHANGE_KINDS = {
    "code_changed": "The program",
    "declaration_changed": "Settings and declarations",
    "extract_added": "Extracts that came",
    "extract_removed": "Extracts that went",
    "extract_replaced": "Extracts with other bytes",
    "extract_renamed": "Extracts under another name",
    "fact_added": "Facts that came",
    "fact_removed": "Facts that went",
    "fact_revised": "Facts that were revised",
    "area_added": "Areas that came",
    "area_removed": "Areas that went",
    "area_changed": "Areas that are told otherwise",
    "membership_changed": "Areas made of other places",
    "indicator_added": "Indicators that came",
    "indicator_removed": "Indicators that went",
    "indicator_redefined": "Indicators that are defined otherwise",
    "indicator_available": "Indicators that have figures now",
    "indicator_unavailable": "Indicators that have no figures any more",
    "threshold_crossed": "Thresholds that were crossed",
    "became_worse": "Worse than those compared with, and was not before",
    "became_better": "Better than those compared with, and was not before",
    "comparison_changed": "Comparisons that read otherwise",
    "trend_turned": "Trends that turned",
    "rank_moved": "Ranks that left their interval",
    "period_new": "Values of new periods",
    "value_appeared": "Values that appeared",
    "value_withdrawn": "Values that were withdrawn",
    "value_revised": "Values that were revised",
    "status_changed": "Values of another status",
    "basis_changed": "Values that stand, with another basis",
    "value_noise": "Values that differ by less than counting can tell",
    "money_changed": "Money of partnerships",
    "warning_new": "Warnings that are new",
    "warning_gone": "Warnings that are gone",
    "table_changed": "Other tables",
}
SEVERITIES = ("alert", "note", "quiet")

RELEASE_CHANGE = TableContract(
    "release_change", "one thing that is different from the release before", ("change_no",),
    (
        Column("change_no", "integer", "Place in the list: alerts, notes, then what is quiet; within them causes before consequences.", minimum=1),
        Column("kind", "text", "What sort of change it is.", allowed=tuple(CHANGE_KINDS)),
        Column("severity", "text", "alert, note or quiet, by the first rule that fits it.", allowed=SEVERITIES),
        Column("rule", "text", "The rule of needs/alerts.toml that said so; empty where none fits.", empty=True),
        Column("table_name", "text", "Table in which the difference stands; empty for the program and its declarations.", empty=True),
        Column("indicator_id", "text", "Indicator; empty where it is about none.", empty=True),
        Column("area_type", "text", "Kind of area or block; empty where it is about none.", empty=True),
        Column("area_code", "text", "Code of the area or block; empty where it is about none, or about many.", empty=True),
        Column("period_type", "text", "Kind of period; empty where it is about none.", empty=True),
        Column("period_start", "date", "First day of the period.", empty=True),
        Column("period_end", "date", "Last day of the period.", empty=True),
        Column("breakdown", "text", "all, or what the categories divide; empty where it is about no value.", empty=True),
        Column("category", "text", "all, or one class of the breakdown; empty where it is about no value.", empty=True),
        Column("comparator", "text", "Whom it is compared with or ranked among; empty for other kinds.", empty=True),
        Column("what", "text", "What is different, or the rest of what identifies it.", empty=True),
        Column("before", "number", "Figure before; empty where there was none, and where it is held back now.", empty=True),
        Column("after", "number", "Figure now; empty where there is none.", empty=True),
        Column("difference", "number", "Figure now less figure before; empty where one of them is.", empty=True),
        Column("before_words", "text", "What was said before: a status, a verdict, a checksum.", empty=True),
        Column("after_words", "text", "What is said now.", empty=True),
        Column("judgement", "text", "better or worse, where the indicator says which is good.", empty=True, allowed=("better", "worse")),
        Column("rows", "integer", "Rows of the table that the change stands for.", minimum=0),
        Column("extract_files", "text", "Changed extracts that it comes from, or may come from, with '; ' between; empty where none does.", empty=True),
        Column("sentence", "text", "The change in words."),
        Column("compared_with", "text", "Release that was compared with."),
    ),
    ("change_no",),
    "What is different from the release that was current when this one was built. Empty for a first release. Facts are "
    "named by their place and class, never by their figure.",
)  # fmt: skip

CHANGE_TABLES: tuple[TableContract, ...] = (RELEASE_CHANGE,)
