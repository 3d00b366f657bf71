"""What came of a fetch: for each extract what happened, and in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from locality_profiles.errors import Problem
from locality_profiles.fetching.catalogue import Origin

#: What may have happened with a file, in words.
HAPPENED = {"new": "new", "changed": "changed", "same": "unchanged", "failed": "not got"}


@dataclass(frozen=True)
class Outcome:
    """What happened with one file."""

    name: str
    title: str
    happened: str  # a key of HAPPENED
    file: str = ""
    rows: int = 0
    bytes: int = 0
    notes: tuple[str, ...] = ()
    problem: Problem | None = None
    again: bool = False
    """Whether trying again later may help."""


@dataclass
class Report:
    """What happened with every file, what somebody has to get by hand, and what was left and why."""

    outcomes: list[Outcome] = field(default_factory=list)
    by_hand: list[Origin] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """Troubles that belong to no extract of the catalogue."""
    in_short: bool = False
    """Whether what was left is only counted."""

    @property
    def failed(self) -> list[Outcome]:
        return [each for each in self.outcomes if each.happened == "failed"]

    @property
    def troubles(self) -> list[Problem]:
        """All that is wrong: of each extract, and of none."""
        return [each.problem for each in self.failed if each.problem] + self.problems

    @property
    def passed(self) -> bool:
        return not self.failed and not self.problems

    @property
    def may_pass(self) -> bool:
        """Whether every trouble may pass by itself, so that the next run asks again."""
        return not self.problems and all(each.again for each in self.failed)

    @property
    def exit_code(self) -> int:
        """0 where all is well, 3 where every trouble may pass, 1 otherwise."""
        if self.passed:
            return 0
        return 3 if self.may_pass else 1

    def as_dict(self) -> dict[str, Any]:
        told = {
            "passed": self.passed, "extracts": [asdict(each) for each in self.outcomes],
            "by_hand": [{"name": each.name, "title": each.title, "page": each.page, "how": each.by_hand}
                        for each in self.by_hand],
            "left": [{"what": what, "why": why} for what, why in self.left], "notes": self.notes,
            "problems": [asdict(problem) for problem in self.troubles],
        }  # fmt: skip
        return told if self.passed else {"error": "try_again" if self.exit_code == 3 else "fetch", **told}

    def text(self) -> str:
        lines = [line for each in self.outcomes if each.happened != "failed" for line in _told(each)]
        lines += self._failures()
        for (how, page), names in _together((origin.by_hand, origin.page, origin.name) for origin in self.by_hand):
            lines += [] if any(line == BY_HAND for line in lines) else ["", BY_HAND]
            lines += [f"  {', '.join(names)}", f"           {how}", f"           {page}"]
        if self.left and self.in_short:
            lines += ["", f"{len(self.left)} others are not wanted here; 'fetch --list' says why."]
        elif self.left:
            lines += ["", "Left:"]
            lines += [
                f"  {why}: {'; '.join(what)}" for (why,), what in _together((why, what) for what, why in self.left)
            ]
        lines += [f"Note: {note}" for note in self.notes]
        lines += ["", *(f"  - {problem.sentence()}" for problem in self.problems)] if self.problems else []
        return "\n".join([*lines, "", self._last()])

    def _failures(self) -> list[str]:
        """What could not be had; a trouble that several share is told once."""
        troubles = ((each.problem.what, each.problem.remedy, each.name) for each in self.failed if each.problem)
        lines = []
        for (what, remedy), names in _together(troubles):
            lines.append(f"{HAPPENED['failed']:>9}  {', '.join(dict.fromkeys(names))}")
            lines.append(f"           - {Problem(what[:1].upper() + what[1:], remedy).sentence()}")
        return lines

    def _last(self) -> str:
        counts = {key: sum(each.happened == key for each in self.outcomes) for key in HAPPENED}
        told = ", ".join(f"{count} {HAPPENED[key]}" for key, count in counts.items() if count) or "nothing to get"
        total = sum(each.bytes for each in self.outcomes if each.happened in ("new", "changed"))
        size = f" ({total / 2**20:,.1f} MiB came)" if total else ""
        hand = f"; {len(self.by_hand)} to be got by hand" if self.by_hand else ""
        return f"{len(self.outcomes)} files: {told}{size}{hand}."


BY_HAND = "To be got by hand, and put into the folder of extracts:"


def _told(outcome: Outcome) -> list[str]:
    """A file that is there, with what is to be noted of it."""
    size = f" ({outcome.rows:,} rows)" if outcome.rows else ""
    first = f"{HAPPENED[outcome.happened]:>9}  {outcome.name}: {outcome.title}{size}"
    return [first, *(f"           note: {note}" for note in outcome.notes)]


def _together(rows: Iterable[tuple[str, ...]]) -> list[tuple[tuple[str, ...], list[str]]]:
    """What stands last in rows that are otherwise the same, together."""
    found: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        found.setdefault(row[:-1], []).append(row[-1])
    return list(found.items())
