"""The facts that ``check`` gathers: a verdict on every file, what is missing, what is late, and what to do first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from locality_profiles.declarations import Field, list_of_text, read_declaration
from locality_profiles.errors import Problem

NEEDED = Path(__file__).parent / "needed.toml"
NEEDS = {"must": "No profile without it", "core": "Whole sections of a profile", "more": "Single figures"}
#: Of one problem, so many places are named; the rest is counted.
SHOWN_PLACES = 3


@dataclass(frozen=True)
class Needed:
    """What a kind of extract is needed for."""

    need: str  # a key of NEEDS
    without: str
    instead: tuple[str, ...] = ()


@cache
def needed() -> dict[str, Needed]:
    """What each kind of extract is needed for, by kind."""
    declared = read_declaration(NEEDED)
    found = {}
    for kind, table in declared.data.items():
        told = declared.read(table, {
            "need": Field(str, required=True, allowed=tuple(NEEDS)), "without": Field(str, required=True),
            "instead": Field(list, default=[]),
        }, kind)  # fmt: skip
        found[kind] = Needed(told["need"], told["without"], list_of_text(declared, told["instead"], kind, "instead"))
    declared.finish()
    return found


@dataclass(frozen=True)
class Verdict:
    """What came of one file. ``near`` says of a file that is not known what it looks like."""

    file: str
    verdict: str  # accepted, refused or not known
    gives: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    mapping: str = ""
    near: str = ""
    title: str = ""

    @property
    def said(self) -> str:
        """The verdict for a person."""
        if self.verdict == "accepted":
            return "accepted with warnings" if self.warnings else "accepted"
        return self.verdict


@dataclass(frozen=True)
class Missing:
    """A kind of extract without a file, what is empty without it, and where it is published."""

    kind: str
    title: str
    need: str
    without: str
    publisher: str
    page: str


@dataclass(frozen=True)
class Late:
    """A kind of extract whose next edition should be there by now."""

    kind: str
    title: str
    until: date
    due: date
    frequency: str
    page: str


@dataclass(frozen=True)
class Group:
    """Problems that say the same and ask for the same, with where each is."""

    what: str
    remedy: str
    places: tuple[str, ...]
    count: int

    @property
    def more(self) -> int:
        return len(self.places) - SHOWN_PLACES

    def sentence(self) -> str:
        """Where, what, and what to do."""
        place = f"{self.place()}: " if self.places else ""
        return f"{place}{_ended(self.what)} {self.remedy}".strip()

    def place(self) -> str:
        """The first places in words, and how many there are besides."""
        shown = "; ".join(self.places[:SHOWN_PLACES])
        return f"{shown}; and {self.more:,} more places" if self.more > 0 else shown


def grouped(problems: Sequence[Problem]) -> list[Group]:
    """Problems that are alike put together, those of most rows first."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.what, problem.remedy), []).append(problem)
    made = [
        Group(what, remedy, tuple(filter(None, map(_place, alike))), sum(problem.count for problem in alike))
        for (what, remedy), alike in groups.items()
    ]
    return sorted(made, key=lambda group: -group.count)


def _place(problem: Problem) -> str:
    """Where a problem is within its file, as its sentence begins."""
    bare = replace(problem, what="", remedy="", file=None).sentence()
    return bare.removesuffix(".").rstrip(" :")


@dataclass(frozen=True)
class Report:
    """Every file's verdict, what is wrong with the files together, and what is not there."""

    verdicts: tuple[Verdict, ...]
    problems: tuple[Problem, ...]
    missing: tuple[Missing, ...] = ()
    late: tuple[Late, ...] = ()
    title: str = ""
    day: date | None = None
    synthetic: bool = False

    @property
    def passed(self) -> bool:
        return not self.problems and all(verdict.verdict != "refused" for verdict in self.verdicts)

    def of(self, said: str) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.said == said]

    def in_order(self) -> list[Verdict]:
        """What has to be done first stands first: refused, not known, with warnings, accepted."""
        order = ["refused", "not known", "accepted with warnings", "accepted"]
        return sorted(self.verdicts, key=lambda verdict: (order.index(verdict.said), verdict.file))

    def counts(self) -> dict[str, int]:
        """How many files there are of each verdict."""
        kinds = ("accepted", "accepted with warnings", "refused", "not known")
        return {said: len(self.of(said)) for said in kinds}

    def summary(self) -> str:
        """The whole in a sentence."""
        told = [f"{number:,} {said}" for said, number in self.counts().items() if number]
        files = f"{len(self.verdicts):,} file{'' if len(self.verdicts) == 1 else 's'}: {', '.join(told) or 'none'}"
        if self.problems:
            files += f"; {len(self.problems)} problem{'' if len(self.problems) == 1 else 's'} between them"
        if not self.passed:
            return f"{files}."
        asked = any(verdict.near for verdict in self.verdicts)
        return f"{files}. {'Nothing is refused.' if asked else 'All is well.'}"

    def first(self) -> list[str]:
        """What to do first, in order; nothing where nothing has to be done."""
        steps = []
        for verdict in self.of("refused")[:3]:
            group = grouped(verdict.problems)[0]
            steps.append(f"{verdict.file} was refused: {group.sentence()} {verdict.near}".strip())
        if more := self.of("refused")[3:]:
            steps.append(f"{len(more)} more file(s) were refused: see below.")
        steps += [problem.sentence() for problem in self.problems[:3]]
        if lacking := [missing for missing in self.missing if missing.need == "must"]:
            steps += [f"Get '{missing.title}' from {missing.page}. Without it: {missing.without}."
                      for missing in lacking]  # fmt: skip
        if near := [verdict for verdict in self.of("not known") if verdict.near]:
            steps += [f"{verdict.file} {verdict.near}" for verdict in near[:2]]
        if self.late and not steps:
            steps.append(f"Look for a newer '{self.late[0].title}': {self.late[0].page}")
        return steps

    def as_dict(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "files": [asdict(verdict) | {"said": verdict.said} for verdict in self.verdicts],
            "problems": [asdict(problem) for problem in self.problems],
            "summary": self.summary(), "counts": self.counts(), "first": self.first(),
            "missing": [asdict(missing) for missing in self.missing], "late": [asdict(late) for late in self.late],
        }  # fmt: skip


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def day(value: date | None) -> str:
    """A day in words.

    >>> day(date(2024, 3, 1))
    '1 March 2024'
    """
    return f"{value.day} {value:%B %Y}" if value else ""


@dataclass(frozen=True)
class Night:
    """The release that is current: for the mail of a night."""

    release: str
    built: str
    site: str
    warnings: int = 0
    changes: int = 0
    alerts: tuple[str, ...] = ()
