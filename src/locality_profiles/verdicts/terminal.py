"""A report for a terminal: what to do first, then file by file; narrow, wide, or no terminal at all."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from locality_profiles.hidden import visible
from locality_profiles.verdicts.report import Report, Verdict, day, grouped

if TYPE_CHECKING:
    from rich.console import RenderableType

COLOURS = {"refused": "bold red", "not known": "bold yellow", "accepted with warnings": "yellow", "accepted": "green"}
#: Of one file, so many problems are told here; the page tells all of them.
SHOWN_PROBLEMS = 6
SHOWN_GIVES = 2
NARROWEST = 40
SHOWN_MISSING = ("must", "core")


def parts(report: Report) -> Iterator[RenderableType]:
    """What is printed, from what matters most to what only completes the picture."""
    from rich.text import Text

    yield Text(report.summary(), style="bold" if report.passed else "bold red")
    if steps := report.first():
        yield _headed("What to do first")
        yield _listed(steps, numbered=True)
    yield from _files(report)
    if report.problems:
        yield _headed("The files taken together")
        yield _listed([problem.sentence() for problem in report.problems])
    yield from _missing(report)
    yield from _late(report)


def _headed(words: str) -> RenderableType:
    from rich.text import Text

    return Text(f"\n{words}", style="bold")


def _listed(lines: Sequence[str], numbered: bool = False) -> str:
    """Lines that hang beside their mark, however narrow the terminal is. An address stays whole, to be copied."""
    from rich.console import Console

    width = max(Console().width, NARROWEST)
    return "\n".join(
        textwrap.fill(
            visible(line), width, initial_indent=mark, subsequent_indent=" " * len(mark), break_long_words=False,
            break_on_hyphens=False,
        )
        for mark, line in ((f"{number}. " if numbered else "- ", line) for number, line in enumerate(lines, start=1))
    )  # fmt: skip


def _files(report: Report) -> Iterator[RenderableType]:
    """One line a file, and below those with problems what they are."""
    from rich.table import Table
    from rich.text import Text

    yield _headed("Files")
    table = Table(box=None, padding=(0, 1), show_edge=False, header_style="bold")
    table.add_column("Verdict", no_wrap=False, max_width=13)
    table.add_column("File", overflow="fold", ratio=2)
    table.add_column("What it is", overflow="fold", ratio=3)
    for verdict in report.in_order():
        style = COLOURS[verdict.said]
        table.add_row(Text(verdict.said, style=style), Text(visible(verdict.file)), Text(visible(in_short(verdict))))
    yield table
    for verdict in report.in_order():
        if told := list(about(verdict)):
            yield Text(f"\n{visible(verdict.file)}", style=COLOURS[verdict.said])
            yield _listed(told)


def in_short(verdict: Verdict) -> str:
    """What a file is; of one that gives several things, how many."""
    if verdict.verdict != "accepted":
        return gives(verdict)
    parts = f" ({len(verdict.gives):,} parts)" if len(verdict.gives) > 1 else ""
    through = f", through [extracts.{verdict.mapping}]" if verdict.mapping else ""
    return f"{verdict.title}{parts}{through}"


def gives(verdict: Verdict) -> str:
    """What a file gives, in a line; of a file that gives nothing, why."""
    if verdict.verdict == "refused":
        return f"nothing until it is put right ({len(verdict.problems)} problem(s), below)"
    if verdict.verdict == "not known":
        return verdict.near or "nothing: it looks like no extract that is known here, and is left alone"
    listed = "; ".join(verdict.gives[:SHOWN_GIVES])
    more = len(verdict.gives) - SHOWN_GIVES
    through = f" (through [extracts.{verdict.mapping}])" if verdict.mapping else ""
    return f"{listed}{f' and {more:,} more' if more > 0 else ''}{through}"


def about(verdict: Verdict) -> Iterator[str]:
    """Problems of a file, put together; then warnings and notes."""
    groups = grouped(verdict.problems)
    yield from (group.sentence() for group in groups[:SHOWN_PROBLEMS])
    if len(groups) > SHOWN_PROBLEMS:
        yield f"and {len(groups) - SHOWN_PROBLEMS} more problems: 'locality-profiles check --html FILE' shows all."
    if verdict.verdict == "refused" and verdict.near:
        yield verdict.near
    yield from (f"warning: {group.sentence()}" for group in grouped(verdict.warnings)[:SHOWN_PROBLEMS])
    yield from (f"note: {note}" for note in verdict.notes)


def _missing(report: Report) -> Iterator[RenderableType]:
    """Kinds of extract that profiles need and that no file gives."""
    told = [missing for missing in report.missing if missing.need in SHOWN_MISSING]
    others = [missing for missing in report.missing if missing.need not in SHOWN_MISSING]
    if told:
        yield _headed("Not there, and what is empty without it")
        yield _listed([f"{missing.title}: {missing.without}. {missing.page}" for missing in told])
    if others:
        titles = "; ".join(missing.title for missing in others)
        yield _headed("Not there, and seldom missed")
        yield _listed([f"{titles}. 'locality-profiles check --html FILE' says what each is for."])


def _late(report: Report) -> Iterator[RenderableType]:
    if report.late:
        yield _headed("May be late")
        yield _listed([
            f"{late.title}: the newest is of {day(late.until)}; a newer one was to be had by {day(late.due)} "
            f"({late.frequency}). {late.page}"
            for late in report.late
        ])  # fmt: skip
