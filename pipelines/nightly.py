"""Nightly: the whole run, from extracts to a current release. Weekly: the same, after fetching. Arrival: when files lie
still that no build has seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines.tasks import LONGEST_RUN, WORKERS

# isort: split
from prefect import flow
from prefect.states import Cancelled, Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from locality_profiles import arriving
from locality_profiles.errors import AnotherBuild, LocalityProfilesError
from locality_profiles.workspace import Workspace, forms_of, read_workspace
from pipelines.night import fetch_first, is_deployed, one_night

_FLOW: dict[str, Any] = {"validate_parameters": False, "timeout_seconds": LONGEST_RUN}


@flow(name="nightly", task_runner=ThreadPoolTaskRunner(max_workers=WORKERS), **_FLOW)
def nightly(
    workspace_folder: str = ".", force: bool = False, compat: str = "", engine: str = "duckdb", master: str = "",
    only: str = "", started_by: str = "",
) -> Any:  # fmt: skip
    """Build and publish a workspace; returns the id of the release that is current afterwards.

    If nothing has changed since the current release, nothing is done. If anything is wrong, the
    current release stays as it is and the run's artifact says what to do. With ``compat`` ("lp") the
    present locality profiles' figures are set beside ours as well. ``engine`` (duckdb or spark) and
    ``master`` say where linked records are counted; the numbers are the same. ``only`` names forms with commas between
    ("site,workbooks"); empty for all. ``started_by`` is what the history says.
    """
    workspace = replace(read_workspace(Path(workspace_folder)), engine=(engine, master), only=forms_of(only))
    return _one_at_a_time(workspace, force, compat, started_by or ("a schedule" if is_deployed() else "hand"))


@flow(name="weekly", task_runner=ThreadPoolTaskRunner(max_workers=WORKERS), **_FLOW)
def weekly(workspace_folder: str = ".", started_by: str = "") -> Any:
    """Fetch what may have come out since, then build and publish as on any night."""
    workspace = read_workspace(Path(workspace_folder))
    by = started_by or "the weekly schedule"
    fetch_first(workspace, by)
    return _one_at_a_time(workspace, False, "", by)


@flow(name="arrival", task_runner=ThreadPoolTaskRunner(max_workers=WORKERS), **_FLOW)
def arrival(workspace_folder: str = ".") -> Any:
    """Look at the extracts; build if there are new ones and they have lain still since the last look."""
    workspace = read_workspace(Path(workspace_folder))
    if not arriving.look(workspace):
        return Completed(name="Quiet", message="Nothing new lies still among the extracts.")
    try:
        return one_night(workspace, False, "", "files that arrived")
    except AnotherBuild as error:
        arriving.try_again(workspace)
        return Cancelled(message=error.summary)
    except LocalityProfilesError as error:
        return _failed(error)


def _one_at_a_time(workspace: Workspace, force: bool, compat: str, by: str) -> Any:
    """One run. A deployment that finds another at work is cancelled; a person is told."""
    try:
        return one_night(workspace, force, compat, by)
    except AnotherBuild as error:
        if not is_deployed():
            raise
        return Cancelled(message=error.summary)
    except LocalityProfilesError as error:
        return _failed(error)


def _failed(error: LocalityProfilesError) -> Any:
    """A failure of a deployment in words, with no trace of the program; a person's command tells it itself."""
    if not is_deployed():
        raise error
    return Failed(message=str(error))
