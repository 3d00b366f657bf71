"""``locality-profiles check``: a verdict on every extract, for a person who can do something about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from locality_profiles import building
from locality_profiles.curate.staging import GROUPS, StagedFile
from locality_profiles.errors import DefinitionError, ExpectationFailed, ExtractRefused, LocalityProfilesError, Problem
from locality_profiles.workspace import Workspace


@dataclass(frozen=True)
class Verdict:
    """What came of one file."""

    file: str
    verdict: str  # accepted, refused or not known
    gives: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Report:
    """Every file's verdict, and what is wrong with the files together."""

    verdicts: tuple[Verdict, ...]
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        return not self.problems and all(verdict.verdict != "refused" for verdict in self.verdicts)

    def as_dict(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "files": [asdict(verdict) for verdict in self.verdicts],
            "problems": [asdict(problem) for problem in self.problems],
        }

    def text(self) -> str:
        lines = []
        for verdict in self.verdicts:
            gives = f": {'; '.join(verdict.gives[:2])}{' …' if len(verdict.gives) > 2 else ''}" if verdict.gives else ""
            lines.append(f"{verdict.verdict:>9}  {verdict.file}{gives}")
            lines += [f"           note: {note}" for note in verdict.notes]
            lines += [f"           - {problem.sentence()}" for problem in verdict.problems]
        if self.problems:
            lines += ["", "Taken together:", *(f"  - {problem.sentence()}" for problem in self.problems)]
        refused = sum(verdict.verdict == "refused" for verdict in self.verdicts)
        last = f"{len(self.verdicts)} files: " + (
            "all is well." if self.passed else f"{refused} refused, {len(self.problems)} problem(s) between them."
        )
        return "\n".join([*lines, "", last])


def check_workspace(workspace: Workspace) -> Report:
    """Read the workspace's own definitions and every extract, and open the first door; nothing is published."""
    from locality_profiles.indicators.definition import with_own

    verdicts, staged = [], []
    problems: list[Problem] = []
    try:
        with_own(workspace.definitions, workspace.outcomes)
    except DefinitionError as error:
        problems += error.problems
    with building.one_build(workspace):
        for path in workspace.extract_files():
            try:
                file = building.stage_one(workspace, path)
            except ExtractRefused as refused:
                name = path.relative_to(workspace.extracts).as_posix()
                verdicts.append(Verdict(name, "refused", problems=refused.problems))
                continue
            staged.append(file)
            verdicts.append(_verdict(file))
        try:
            building.settle_extracts(workspace, staged)
        except LocalityProfilesError as error:
            problems += error.problems or (Problem(error.summary),)
        for group in GROUPS:
            try:
                building.check_extracts(workspace, staged, group)
            except ExpectationFailed as failed:
                problems += failed.problems
    return Report(tuple(verdicts), tuple(problems))


def _verdict(file: StagedFile) -> Verdict:
    claims = tuple(claim for part in file.parts for claim in part.claims)
    notes = tuple(note for part in file.parts for note in part.notes)
    return Verdict(file.name, "accepted" if file.parts else "not known", claims, notes)
