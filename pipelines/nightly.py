"""Nightly: the whole run, from extracts to a current release, under one lock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipelines.tasks import WORKERS

# isort: split
from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from locality_profiles import building
from locality_profiles.errors import LocalityProfilesError
from locality_profiles.workspace import read_workspace
from pipelines import artifacts
from pipelines.build import build_workspace
from pipelines.ingest import read_extracts
from pipelines.publish import publish_workspace


@flow(name="nightly", task_runner=ThreadPoolTaskRunner(max_workers=WORKERS), validate_parameters=False)
def nightly(
    workspace_folder: str = ".", force: bool = False, compat: str = "", engine: str = "duckdb", master: str = ""
) -> str:
    """Build and publish a workspace; returns the id of the release that is current afterwards.

    If nothing has changed since the current release, nothing is done. If anything is wrong, the
    current release stays as it is and the run's artifact says what to do. With ``compat`` ("lp") the
    present locality profiles' figures are set beside ours as well. ``engine`` (duckdb or spark) and
    ``master`` say where linked records are counted; the numbers are the same.
    """
    workspace = replace(read_workspace(Path(workspace_folder)), engine=(engine, master))
    with building.one_build(workspace):
        plan = building.plan_of(workspace, compat)
        release = None if force else building.up_to_date(workspace, plan)
        if release is not None:
            building.ensure_catalog(workspace, release)
            artifacts.say_nothing_changed(release)
            return release.id
        try:
            read = read_extracts(workspace)
            return publish_workspace(workspace, read, build_workspace(workspace, read, compat), plan).id
        except LocalityProfilesError as error:
            artifacts.say_what_failed(error)
            raise
