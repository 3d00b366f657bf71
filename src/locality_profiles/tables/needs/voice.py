"""What people say at the meetings of localities."""

from __future__ import annotations

from locality_profiles.tables.cells import STATUSES
from locality_profiles.tables.columns import EXTRACT_ID
from locality_profiles.tables.contract import Column, TableContract

VOICE_KINDS = ("issue", "priority", "action")
VOICE_STATES = ("open", "in_progress", "done", "not_taken")

VOICE = TableContract(
    "voice", "one issue, priority or action of one locality or partnership", ("entry_id",),
    (
        Column("entry_id", "text", "Identifies the entry in every build: as its writer gave it, or partnership, locality, day and title."),
        Column("area_type", "text", "locality, or hscp for an entry of the whole partnership."),
        Column("area_code", "text", "Code of that area."),
        Column("kind", "text", "issue: what people say. priority: what was agreed to matter most. action: what somebody does about it.", allowed=VOICE_KINDS),
        Column("title", "text", "The entry in a few words, as it was written."),
        Column("words", "text", "What was said or agreed, as it was written; empty for nothing more.", empty=True),
        Column("raised", "date", "Day on which it was raised or agreed."),
        Column("heard_at", "text", "Meeting or other place where it was heard; empty where it is not told.", empty=True),
        Column("theme", "text", "What it is about in one word, as its writer calls it; empty for none.", empty=True),
        Column("support", "integer", "How many people said so; empty where nobody counted.", "people", empty=True, minimum=1),
        Column("state", "text", "open, in_progress, done or not_taken.", allowed=VOICE_STATES),
        Column("due", "date", "Day by which it should be done; empty for none.", empty=True),
        Column("owner_role", "text", "Who sees to it, as a role and never a name; empty where nobody is told.", empty=True),
        Column("answers", "text", "Entries that it answers, by entry_id with spaces between; empty for none.", empty=True),
        Column("indicators", "text", "Indicators that show whether it changes, by id with spaces between; empty for none.", empty=True),
        Column("outcomes", "text", "National health and wellbeing outcomes that it serves, as numbers with spaces between; empty for none.", empty=True),
        Column("row_no", "integer", "Line of the file, or row of the sheet, where it stands.", minimum=1),
        EXTRACT_ID,
    ),
    ("area_type", "area_code", "kind", "raised", "entry_id"),
    "Issues, priorities and actions gathered at meetings, as they were written. Words of people: text, never markup.",
)  # fmt: skip

VOICE_FIGURE = TableContract(
    "voice_figure", "one indicator that one entry of the log names, with the area's present figure", ("entry_id", "position"),
    (
        Column("entry_id", "text", "The entry."),
        Column("position", "integer", "Place among the indicators that the entry names.", minimum=1),
        Column("indicator_id", "text", "The indicator."),
        Column("area_type", "text", "Kind of the entry's area."),
        Column("area_code", "text", "The entry's area."),
        Column("period_type", "text", "Kind of the latest period; empty where the area has no figure.", empty=True),
        Column("period_start", "date", "First day of it.", empty=True),
        Column("period_end", "date", "Last day of it.", empty=True),
        Column("value", "number", "The area's latest figure, at full precision; empty where status says why.", empty=True),
        Column("status", "text", "What the figure is, or why there is none.", allowed=STATUSES),
    ),
    ("entry_id", "position"),
    "What the data say now beside what people say.",
)  # fmt: skip

VOICE_SOURCE_TABLES: tuple[TableContract, ...] = (VOICE,)
VOICE_TABLES: tuple[TableContract, ...] = (VOICE_FIGURE,)
