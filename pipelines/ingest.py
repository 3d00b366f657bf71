"""Ingest: read every extract, refuse what is wrong, pass the first door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.tasks import WORKERS, step

# isort: split
from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from locality_profiles import building
from locality_profiles.building import Checked
from locality_profiles.curate.staging import GROUPS, StagedFile
from locality_profiles.errors import ExpectationFailed
from locality_profiles.workspace import Workspace, read_workspace
from pipelines import artifacts


@dataclass(frozen=True)
class Read:
    """Every extract, staged."""

    files: tuple[StagedFile, ...]
    extract: Path


@flow(name="ingest", task_runner=ThreadPoolTaskRunner(max_workers=WORKERS), validate_parameters=False)
def ingest(workspace_folder: str, groups: Sequence[str] = GROUPS) -> Read:
    """Read, stage and check the extracts of a workspace: places, population, deprivation, activity, budget."""
    workspace = read_workspace(workspace_folder)
    with building.one_build(workspace):
        read = read_extracts(workspace)
        let_through(open_first_door(workspace, read, groups))
    return read


def read_extracts(workspace: Workspace) -> Read:
    """Stage every file; one error tells all problems of all refused files.

    One task, not one a file: what was read before is found in the store when it is tried again, and a
    task of Prefect's costs more than most files do. The artifact lists the files.
    """
    files = step(building.stage_all, "read extracts")(workspace)
    artifacts.say_what_was_read(files)
    return Read(tuple(files), step(building.settle_extracts, "settle extracts")(workspace, files))


def open_first_door(workspace: Workspace, read: Read, groups: Sequence[str] = GROUPS) -> list[Any]:
    """Start the checks of each group, one after another, while other steps go on."""
    started: list[Any] = []
    for group in groups:
        check = step(building.check_extracts, f"check {group}")
        # Great Expectations is not made for two threads: each group waits for the one before it to end.
        started.append(check.submit(workspace, read.files, group, wait_for=_ended(started[-1:])))
    return started


def _ended(futures: Sequence[Any]) -> list[Any]:
    """Futures to wait for whether they end well or not."""
    from prefect import allow_failure

    return [allow_failure(future) for future in futures]


def let_through(started: Sequence[Any]) -> list[Checked]:
    """Results of all groups, or one error with everything that failed at any group's door."""
    found, failures = [], []
    for future in started:
        try:
            found.append(future.result())
        except ExpectationFailed as failure:
            failures.append(failure)
    if failures:
        problems = [problem for failure in failures for problem in failure.problems]
        raise ExpectationFailed(f"{len(problems)} check(s) that must hold failed on the extracts.", problems)
    return [checked for checked in found if checked is not None]
