"""Sentences about areas, each with the values that it was made from, and paragraphs that people wrote."""

from __future__ import annotations

from locality_profiles.tables.columns import STATUS
from locality_profiles.tables.contract import Column, TableContract

#: What a sentence may claim.
CLAIMS = ("population", "summary", "level", "rank", "trend", "change", "inequality", "classes", "suppressed",
          "no_figure", "larger_only")  # fmt: skip

_PLACE = (
    Column("area_type", "text", "Kind of the area."),
    Column("area_code", "text", "Code of the area."),
    Column("section", "text", "Section of the profile; 'profile' for what stands at its head."),
)

SENTENCE = TableContract(
    "sentence",
    "one sentence about one area, in one section of its profile",
    ("area_type", "area_code", "section", "position"),
    (
        *_PLACE,
        Column("position", "integer", "Place of the sentence in its section.", minimum=1),
        Column("template_id", "text", "The template that it was made by (templates.toml)."),
        Column("claim", "text", "What it claims.", allowed=CLAIMS),
        Column("indicator_id", "text", "The indicator that it is about; empty where it is about several.", empty=True),
        Column("text", "text", "The sentence."),
        Column(
            "evidence",
            "text",
            "JSON: every value that the sentence was made from, as table, key and values by column. What a key does "
            "not name is the same as in the profile.",
        ),
        STATUS,
    ),
    ("area_type", "area_code", "section", "position"),
    "What a profile says in words. A section that an author has replaced has no row here.",
)

AUTHOR_NOTE = TableContract(
    "author_note",
    "one paragraph file of one author, for one section of one area",
    ("area_type", "area_code", "section", "position"),
    (
        *_PLACE,
        Column("position", "integer", "Place among the paragraphs of the section.", minimum=1),
        Column("text", "text", "The paragraph, in Markdown without HTML."),
        Column("author", "text", "Who wrote it; empty where nobody is named.", empty=True),
        Column("written", "date", "When it was written; empty where that is not told.", empty=True),
        Column("replaces", "boolean", "Whether it stands in place of the section's sentences."),
        Column("moved", "boolean", "Whether a number of the section has changed since this text was first seen."),
        Column("moved_what", "text", "What has changed, from what to what; empty where nothing has.", empty=True),
        Column("evidence", "text", "JSON: the section's figures now, as they are printed, by indicator and class."),
    ),
    ("area_type", "area_code", "section", "position"),
    "What people wrote beside the numbers, and whether the numbers are still those that they saw.",
)

WORD_TABLES: tuple[TableContract, ...] = (SENTENCE, AUTHOR_NOTE)
