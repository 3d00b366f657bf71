"""What changed since the release before, for a page, the terminal and the note of a night's run: alerts first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from locality_profiles.publish.edition import capitalised
from locality_profiles.publish.markdown import escaped
from locality_profiles.tables.changes import CHANGE_KINDS
from locality_profiles.tables.relation import relation

if TYPE_CHECKING:
    import duckdb

#: Sentences of one kind that are printed; the table holds all.
SHOWN = 40


@dataclass(frozen=True)
class Told:
    """Sentences of one severity and kind, and how many there are."""

    severity: str
    kind: str
    count: int
    sentences: tuple[str, ...]
    words: str = ""
    """Why it matters, as the rule says."""

    @property
    def title(self) -> str:
        return CHANGE_KINDS[self.kind]

    @property
    def more(self) -> int:
        return self.count - len(self.sentences)


@dataclass(frozen=True)
class Counted:
    """How many changes of one kind there are, and of what."""

    kind: str
    changes: int
    alerts: int
    notes: int
    indicators: int
    areas: int

    @property
    def title(self) -> str:
        return CHANGE_KINDS[self.kind]


@dataclass(frozen=True)
class Report:
    """What a reader is told of the changes. ``why_none`` says why nothing was compared, where nothing was."""

    compared_with: str = ""
    why_none: str = ""
    alerts: tuple[Told, ...] = ()
    notes: tuple[Told, ...] = ()
    counts: tuple[Counted, ...] = ()

    @property
    def changes(self) -> int:
        return sum(row.changes for row in self.counts)

    @property
    def summary(self) -> str:
        """One or two sentences for the head of a page or a message."""
        if self.why_none:
            return self.why_none
        if not self.counts:
            return f"Nothing is different from release {self.compared_with}."
        alerts, notes = (sum(told.count for told in part) for part in (self.alerts, self.notes))
        quiet = self.changes - alerts - notes
        return (
            f"{counted(self.changes, 'change')} since release {self.compared_with}: {counted(alerts, 'alert')}, "
            f"{counted(notes, 'note')}, and {quiet:,} that no rule asks to tell."
        )

    def as_dict(self) -> dict[str, Any]:
        """For another program: the counts, and every sentence that is printed."""
        return {
            "compared_with": self.compared_with, "summary": self.summary,
            "alerts": [_plain(told) for told in self.alerts], "notes": [_plain(told) for told in self.notes],
            "counts": [{"kind": row.kind, "changes": row.changes, "indicators": row.indicators, "areas": row.areas}
                       for row in self.counts],
        }  # fmt: skip


def _plain(told: Told) -> dict[str, Any]:
    return {"kind": told.kind, "count": told.count, "why": told.words, "sentences": list(told.sentences)}


def counted(number: int, word: str) -> str:
    """'1 alert', '2 alerts', 'no alert'."""
    return f"no {word}" if not number else f"{number:,} {word}{'s' if number > 1 else ''}"


def read_report(
    connection: duckdb.DuckDBPyConnection, table: str | Path, compared_with: str, why_none: str = "",
    words: Mapping[str, str] | None = None,
) -> Report:  # fmt: skip
    """The report of a table of changes: a file, or the name of a table that the connection knows.

    ``words`` say why a change matters, by rule.
    """
    source = relation(table) if isinstance(table, Path) else table
    kinds = ", ".join(f"'{kind}'" for kind in CHANGE_KINDS)
    told = connection.execute(
        f"""select severity, rule, kind, count(*), list(sentence order by change_no)[:{SHOWN}]
            from {source} where severity <> 'quiet' group by severity, rule, kind
            order by list_position([{kinds}], kind), rule"""
    ).fetchall()
    counts = connection.execute(
        f"""select kind, count(*), count(*) filter (severity = 'alert'), count(*) filter (severity = 'note'),
                count(distinct indicator_id), count(distinct (area_type, area_code)) filter (area_code is not null)
            from {source} group by kind order by list_position([{kinds}], kind)"""
    ).fetchall()
    rows = [
        Told(severity, kind, many, tuple(sentences), (words or {}).get(rule or "", ""))
        for severity, rule, kind, many, sentences in told
    ]
    return Report(
        compared_with, why_none, tuple(row for row in rows if row.severity == "alert"),
        tuple(row for row in rows if row.severity == "note"), tuple(Counted(*row) for row in counts),
    )  # fmt: skip


def lines(report: Report) -> list[str]:
    """The report in plain lines: alerts, then notes, each kind under its heading."""
    found = [report.summary]
    for part, heading in ((report.alerts, "Alert"), (report.notes, "Note")):
        for told in part:
            found += ["", f"{heading}: {told.title} ({told.count:,})"]
            found += [f"  {told.words}"] if told.words else []
            found += [f"  - {sentence}" for sentence in told.sentences]
            found += [f"  - and {told.more:,} more of the kind."] if told.more else []
    return found


def markdown(report: Report) -> str:
    """The report as Markdown, in which names from data are only text."""
    found = [f"## {escaped(report.summary)}"]
    for part, heading in ((report.alerts, "Alert"), (report.notes, "Note")):
        for told in part:
            found += ["", f"### {heading}: {told.title} ({told.count:,})", ""]
            found += [escaped(told.words), ""] if told.words else []
            found += [f"- {escaped(sentence)}" for sentence in told.sentences]
            found += [f"- and {told.more:,} more of the kind"] if told.more else []
    return "\n".join(found)


def page(report: Report, csv: str) -> dict[str, Any]:
    """What the page of changes shows."""
    return {"report": report, "summary": capitalised(report.summary), "csv": csv}


HEADINGS = ("what", "changes", "alerts", "notes", "indicators", "areas")


def cells(report: Report) -> list[tuple[Any, ...]]:
    """The counts as rows of a table."""
    return [
        (row.title, row.changes, row.alerts, row.notes, row.indicators or None, row.areas or None)
        for row in report.counts
    ]
