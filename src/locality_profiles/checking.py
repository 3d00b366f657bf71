"""``locality-profiles check``: a verdict on every extract, for a person who can do something about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq

from locality_profiles import building
from locality_profiles.curate.behind import late_kinds
from locality_profiles.curate.staging import GROUPS, StagedFile
from locality_profiles.errors import DefinitionError, ExpectationFailed, ExtractRefused, LocalityProfilesError, Problem
from locality_profiles.mapping import command_for, looks_like
from locality_profiles.publish.theme import USUAL, Theme, read_theme
from locality_profiles.sources import sources
from locality_profiles.verdicts.report import NEEDS, Late, Missing, Night, Report, Verdict, needed
from locality_profiles.workspace import Workspace

__all__ = ["Report", "Verdict", "check_workspace", "night_of", "theme_of"]

#: Larger files, and more files than this, are not compared with every kind of extract.
LARGEST_LOOKED_AT, MOST_LOOKED_AT = 20 * 2**20, 20

#: How the problem begins of a file that is nearly laid out as published.
LACKING = "the column is missing"


def check_workspace(workspace: Workspace, today: date | None = None) -> Report:
    """Read the workspace's definitions, style and extracts, and open the first door; nothing is published.

    ``today`` decides what is late; without it, the day in Scotland.
    """
    from locality_profiles.indicators.definition import with_own

    today = today or datetime.now(building.LOCAL_TIME).date()
    verdicts, staged = [], []
    problems: list[Problem] = []
    paths = workspace.extract_files()
    building.ensure_mappings(workspace, paths)
    for read in (lambda: with_own(workspace.definitions, workspace.outcomes), lambda: read_theme(workspace.folder)):
        try:
            read()
        except DefinitionError as error:
            problems += error.problems
    with building.one_build(workspace):
        for path in paths:
            try:
                file = building.stage_one(workspace, path)
            except ExtractRefused as refused:
                verdicts.append(_refused(workspace, path, refused))
                continue
            staged.append(file)
            verdicts.append(_verdict(file))
        try:
            building.settle_extracts(workspace, staged)
        except LocalityProfilesError as error:
            problems += error.problems or (Problem(error.summary),)
        warnings: dict[str, list[Problem]] = {}
        for group in GROUPS:
            try:
                checked = building.check_extracts(workspace, staged, group)
            except ExpectationFailed as failed:
                problems += failed.problems
            else:
                _note_warnings(checked, warnings)
        late = () if workspace.synthetic else _late(workspace, staged, today)
    told = _with_warnings(verdicts, staged, warnings)
    told = _with_nearest(told, workspace)
    found = {part.kind for file in staged for part in file.parts}
    return Report(tuple(told), tuple(problems), _missing(found), late, workspace.title, today, workspace.synthetic)


def _refused(workspace: Workspace, path: Path, refused: ExtractRefused) -> Verdict:
    own = workspace.mapping_of(path)
    name = path.relative_to(workspace.extracts).as_posix()
    lacks = own is None and any(problem.what.startswith(LACKING) for problem in refused.problems)
    near = f"If its columns are your own, try: {command_for(name)}" if lacks else ""
    return Verdict(name, "refused", problems=refused.problems, mapping=own.name if own else "", near=near)


def _verdict(file: StagedFile) -> Verdict:
    claims = tuple(claim for part in file.parts for claim in part.claims)
    notes = tuple(note for part in file.parts for note in part.notes)
    titles = dict.fromkeys(sources()[part.kind].source.title for part in file.parts)
    mapping = next((part.mapping for part in file.parts if part.mapping), "")
    return Verdict(
        file.name, "accepted" if file.parts else "not known", claims, notes, mapping=mapping, title="; ".join(titles)
    )


# --- warnings -------------------------------------------------------------------------------------


def _note_warnings(checked: building.Checked | None, warnings: dict[str, list[Problem]]) -> None:
    """What a 'should' of the first door found, by kind of extract."""
    if checked is None:
        return
    for row in pq.read_table(checked.results).to_pylist():
        if not row["success"]:
            problem = Problem(row["sentence"], row["remedy"] or "", column=row["column"], count=row["unexpected"] or 1)
            warnings.setdefault(row["suite"], []).append(problem)


def _with_warnings(
    verdicts: Iterable[Verdict], staged: Sequence[StagedFile], warnings: dict[str, list[Problem]]
) -> list[Verdict]:  # fmt: skip
    """Each verdict with the warnings of its kinds: a suite looks at all files of a kind together."""
    kinds = {file.name: dict.fromkeys(part.kind for part in file.parts) for file in staged}
    return [
        replace(verdict, warnings=tuple(p for kind in kinds.get(verdict.file, ()) for p in warnings.get(kind, ())))
        for verdict in verdicts
    ]


# --- what is not known, not there, or late --------------------------------------------------------


def _with_nearest(verdicts: Sequence[Verdict], workspace: Workspace) -> list[Verdict]:
    """Verdicts on files that are not known with what each looks like."""
    unknown = [verdict.file for verdict in verdicts if verdict.verdict == "not known"][:MOST_LOOKED_AT]
    near = {
        name: looks_like(path, name) for name in unknown
        if (path := workspace.extracts / name).stat().st_size <= LARGEST_LOOKED_AT
    }  # fmt: skip
    return [replace(verdict, near=near.get(verdict.file, verdict.near)) for verdict in verdicts]


def _missing(found: set[str]) -> tuple[Missing, ...]:
    """Kinds of extract that no file gives, those first without which there is no profile."""
    told = []
    for kind, need in needed().items():
        if kind in found or found & set(need.instead):
            continue
        source = sources()[kind].source
        told.append(Missing(kind, source.title, need.need, need.without, source.publisher, source.page))
    return tuple(sorted(told, key=lambda missing: list(NEEDS).index(missing.need)))


def _late(workspace: Workspace, staged: Sequence[StagedFile], today: date) -> tuple[Late, ...]:
    """Kinds whose next edition should be there by now, the longest late first; by the rule of notes to people."""
    told = []
    for each in late_kinds(staged, workspace.notices, today):
        source = sources()[each.kind].source
        told.append(Late(each.kind, each.title, each.until, each.due, source.frequency, source.page))
    return tuple(sorted(told, key=lambda each: each.due))


# --- the release that is current ------------------------------------------------------------------


def theme_of(workspace: Workspace) -> Theme:
    """The house style; the usual one where it cannot be read, of which the report tells."""
    try:
        return read_theme(workspace.folder)
    except DefinitionError:
        return USUAL


def night_of(workspace: Workspace) -> Night | None:
    """What is current, with its warnings, changes and alerts; None if nothing is published yet."""
    from locality_profiles.publish.releases import current_release
    from locality_profiles.tables.relation import relation
    from locality_profiles.tables.store import connect

    release = current_release(workspace.published)
    if release is None:
        return None
    with connect() as connection:

        def ask(table: str, query: str) -> list[tuple[object, ...]]:
            if table not in release.tables:
                return []
            return connection.execute(query.format(relation(release.tables[table]))).fetchall()

        failed = ask("check_result", "select count(*) from {} where not success")
        changes = ask("release_change", "select count(*) from {}")
        alerts = ask("release_change", "select sentence from {} where severity = 'alert' order by change_no")
    count = [int(str(rows[0][0])) if rows else 0 for rows in (failed, changes)]
    site = str(release.folder / "site" / "index.html")
    return Night(release.id, str(release.about["built"]), site, count[0], count[1], tuple(str(a) for (a,) in alerts))
