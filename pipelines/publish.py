"""Publish: write the release aside, verify it, make it current in one step."""

from __future__ import annotations

from pipelines.tasks import WORKERS, step

# isort: split
from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from locality_profiles import building
from locality_profiles.publish.releases import Release
from locality_profiles.workspace import Workspace, read_workspace
from pipelines import artifacts
from pipelines.build import Built, build_workspace
from pipelines.ingest import Read, read_extracts


@flow(name="publish", task_runner=ThreadPoolTaskRunner(max_workers=WORKERS), validate_parameters=False)
def publish(workspace_folder: str) -> str:
    """Build (what is there already is found, not made again) and publish; returns the release's id."""
    workspace = read_workspace(workspace_folder)
    with building.one_build(workspace):
        plan = building.plan_of(workspace)
        read = read_extracts(workspace)
        built = build_workspace(workspace, read)
        building.ensure_as_planned(workspace, read.files, plan)
        return publish_workspace(workspace, read, built, plan).id


def publish_workspace(workspace: Workspace, read: Read, built: Built, plan: str) -> Release:
    """The task of the publish flow, for use inside a larger flow."""
    editions = step(building.hold_back, "hold back small numbers")(workspace, built.made, plan)
    release: Release = step(building.write_release, "write release")(
        workspace, built.made, built.doors, read.files, plan, editions
    )
    artifacts.say_what_was_published(release, built.made)
    artifacts.say_what_changed(release, building.alert_rules(workspace).words())
    return release
