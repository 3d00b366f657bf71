"""A report as a plain mail: the subject first, no line over 72 characters, ready for ``sendmail``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from locality_profiles.hidden import visible
from locality_profiles.verdicts.report import Night, Report, day
from locality_profiles.verdicts.terminal import about

WIDTH = 72
#: A mail that nobody reads to its end helps nobody.
SHOWN_FILES, SHOWN_LINES, SHOWN_ALERTS, SHOWN_LATE = 20, 5, 10, 10


def mail(report: Report, night: Night | None = None) -> str:
    """The whole mail; ``night`` tells of the release that is current, where there is one."""
    lines = [_subject(report, night), "", *_wrapped(_opening(report, night))]
    for heading, told in (
        ("What to do first", report.first()), ("What is current", _current(night)), ("Files", _files(report)),
        ("The files taken together", [problem.sentence() for problem in report.problems]),
        ("Not there, and what is empty without it", _missing(report)), ("May be late", _late(report)),
    ):  # fmt: skip
        if told:
            lines += ["", heading, "-" * len(heading)]
            for line in told:
                lines += _wrapped(line, "- ")
    return "\n".join(lines) + "\n"


def _subject(report: Report, night: Night | None) -> str:
    """One line of a header: what came of the night, and where."""
    counts = report.counts()
    if not report.passed:
        refused = counts["refused"]
        what = f"{refused} file(s) refused" if refused else f"{len(report.problems)} problem(s)"
    elif night is not None and night.alerts:
        what = f"{len(night.alerts)} alert(s)"
    else:
        warned = counts["accepted with warnings"]
        what = f"all is well, {warned} with warnings" if warned else "all is well"
    title = visible(report.title)
    subject = f"Subject: {what}: {title}" if title else f"Subject: {what}"
    # A header in other letters than these would have to be encoded.
    plain = subject.encode("ascii", errors="replace").decode("ascii")
    return plain if len(plain) <= WIDTH else plain[: WIDTH - 3].rstrip() + "..."


def _opening(report: Report, night: Night | None) -> str:
    when = f"Extracts as they are on {day(report.day)}. " if report.day else ""
    stays = ""
    if not report.passed:
        stays = (f" Nothing new is published until they are put right; release {night.release} stays current."
                 if night else " Nothing is published until they are put right.")  # fmt: skip
    synthetic = " The figures are synthetic and describe no real place." if report.synthetic else ""
    return f"{when}{report.summary()}{stays}{synthetic}"


def _current(night: Night | None) -> list[str]:
    if night is None:
        return []
    lines = [f"Release {night.release}, built {night.built}: {night.warnings:,} warning(s), "
             f"{night.changes:,} change(s) since the release before, {len(night.alerts):,} alert(s)."]  # fmt: skip
    lines += [f"ALERT: {alert}" for alert in night.alerts[:SHOWN_ALERTS]]
    if len(night.alerts) > SHOWN_ALERTS:
        lines.append(f"and {len(night.alerts) - SHOWN_ALERTS} more: 'locality-profiles diff' tells all.")
    return [*lines, night.site]


def _files(report: Report) -> list[str]:
    """Files that somebody has to look at one by one; of the others how many there are."""
    asked = [verdict for verdict in report.in_order() if verdict.said in ("refused", "accepted with warnings")]
    asked += [verdict for verdict in report.of("not known") if verdict.near]
    lines = []
    for verdict in asked[:SHOWN_FILES]:
        told = [line for line in about(verdict) if not line.startswith("note: ")][:SHOWN_LINES]
        lines.append(
            f"{verdict.said.upper()}: {verdict.file}" + (f" {verdict.near}" if verdict.verdict == "not known" else "")
        )
        lines += [f"  {line}" for line in told]
    if len(asked) > SHOWN_FILES:
        lines.append(f"and {len(asked) - SHOWN_FILES} more: 'locality-profiles check' tells all.")
    counts = report.counts()
    if counts["accepted"]:
        lines.append(f"{counts['accepted']:,} read without a remark from a check.")
    left = [verdict for verdict in report.of("not known") if not verdict.near]
    if left:
        names = ", ".join(verdict.file for verdict in left[:3])
        lines.append(f"{len(left):,} like nothing that is known here, and left alone: {names}"
                     + (" …" if len(left) > 3 else ""))  # fmt: skip
    return lines


def _missing(report: Report) -> list[str]:
    return [
        f"{missing.title}: {missing.without}. {missing.page}" for missing in report.missing if missing.need != "more"
    ]


def _late(report: Report) -> list[str]:
    lines = [f"{late.title}: the newest is of {day(late.until)}. {late.page}" for late in report.late[:SHOWN_LATE]]
    if len(report.late) > SHOWN_LATE:
        lines.append(f"and {len(report.late) - SHOWN_LATE} more kinds.")
    return lines


def _wrapped(line: str, mark: str = "") -> Iterator[str]:
    """A line within the width, its further lines below its text; an address stays whole, or it leads nowhere."""
    text = visible(line.lstrip())
    inner = len(line) - len(line.lstrip())
    indent = " " * (len(mark) + inner)
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=" " * inner + mark, subsequent_indent=indent, break_on_hyphens=False,
        break_long_words=False,
    ) or [""]  # fmt: skip
